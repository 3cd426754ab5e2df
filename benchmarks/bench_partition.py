"""Does a panel of the whole country still fit one machine? Parquet by period, read by slice.

10,600 communes x 120 indicators are 1.27 million values a period; forty periods are 51 million.
A fraction of the periods is written and read, and what counts is that each costs the same.

    python benchmarks/bench_partition.py --periods 4
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

COMMUNES, INDICATORS = 10_600, 120


def make_period(period: int) -> pd.DataFrame:
    rng = np.random.default_rng(period)
    count = COMMUNES * INDICATORS
    areas = pd.Categorical.from_codes(
        np.repeat(np.arange(COMMUNES), INDICATORS), [f"{each:05d}" for each in range(COMMUNES)]
    )
    indicators = pd.Categorical.from_codes(
        np.tile(np.arange(INDICATORS), COMMUNES), [f"indicator_{n:03d}" for n in range(INDICATORS)]
    )
    return pd.DataFrame(
        {
            "area_id": areas,
            "indicator": indicators,
            "scope": pd.Categorical(["commune"] * count),
            "value": rng.integers(0, 10_000, count).astype("float64"),
        }
    )


def timed(name: str, step: Callable[[], Any]) -> Any:
    begun = time.perf_counter()
    result = step()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{name}: {time.perf_counter() - begun:.2f} s; peak {peak} MB", flush=True)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--periods", type=int, default=4)
    periods = parser.parse_args().periods
    with TemporaryDirectory(prefix="cchc-bench-") as name:
        folder = Path(name)
        for period in range(periods):
            path = folder / f"period={2015 + period // 4}-Q{period % 4 + 1}"
            path.mkdir()
            table = make_period(period)
            timed(
                f"write period {period + 1}, {len(table):,} values",
                lambda path=path, table=table: table.to_parquet(
                    path / "values.parquet", index=False, row_group_size=100_000
                ),
            )
        size = sum(path.stat().st_size for path in folder.rglob("*.parquet")) >> 20
        print(f"{periods} periods on disk: {size} MB, so {size * 40 // periods} MB for forty")
        peers = [f"{each:05d}" for each in range(5_000, 5_020)]
        read = pd.read_parquet
        one = timed(
            "slice of a brief: 20 communes, 120 indicators, every period",
            lambda: read(folder, filters=[("area_id", "in", peers)]),
        )
        print(f"  {len(one):,} values")
        code = "indicator_007"
        series = timed(
            "slice of an indicator: 10,600 communes, every period",
            lambda: read(folder, filters=[("indicator", "==", code)]),
        )
        print(f"  {len(series):,} values")
        timed(
            "ranks and quartiles of every indicator in one period",
            lambda: (
                read(folder / "period=2015-Q1")
                .groupby("indicator", observed=True)["value"]
                .quantile([0.25, 0.5, 0.75])
            ),
        )
        timed("all periods in memory at once", lambda: read(folder))


if __name__ == "__main__":
    main()
