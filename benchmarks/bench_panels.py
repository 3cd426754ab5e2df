"""Time and memory of panels, from 10 to 14,000 district-periods of the synthetic country.

    python benchmarks/bench_panels.py                every size, each in a process of its own
    python benchmarks/bench_panels.py --validate     the rules too (Great Expectations: seconds)
    python benchmarks/bench_panels.py --million      a CSV of a million rows brought in and read

Times drift from machine to machine; what counts is how they grow. Recall of the planted mistakes
is printed beneath the largest size that was validated.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from cchc_analysis.data.reference import Project, load_reference
from cchc_analysis.panels import PanelMapping, PanelSource, add_panel, read_panels
from cchc_analysis.rules import choose_readings, load_identities
from cchc_analysis.stats.peers import break_series, find_peers
from cchc_analysis.stats.trends import adjust_p_values, find_trend
from cchc_analysis.stats.windows import discretise_windows
from synthetic import count_recall, make_country, tabulate_indicators

ROOT = Path(__file__).resolve().parents[1]
SIZES = ((10, 1), (10, 10), (50, 20), (175, 20), (350, 20), (700, 20))


class Watch:
    """Runs steps and prints how long each took."""

    def __init__(self) -> None:
        self.cells: list[str] = []

    def run(self, name: str, step: Callable[[], Any]) -> Any:
        begun = time.perf_counter()
        result = step()
        self.cells.append(f"{name} {time.perf_counter() - begun:.2f} s")
        return result

    def print(self, heading: str) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{heading}: {'; '.join(self.cells)}; peak {peak:.0f} MB", flush=True)


def measure(districts: int, periods: int, *, validate: bool) -> None:
    reference, watch = load_reference(ROOT / "data" / "reference"), Watch()
    country = watch.run(
        "make", lambda: make_country(reference, districts=districts, periods=periods)
    )
    table, own = country.observations, country.reference
    watch.run("publish", lambda: tabulate_indicators(table))
    watch.run("discretise", lambda: discretise_windows(table, own))
    watch.run("segments", lambda: break_series(table, own))
    watch.run("trends", lambda: test_all(table))
    watch.run("peers", lambda: list_all_peers(own))
    if validate:
        check(country, watch)
    watch.print(f"{districts * periods:6} district-periods, {len(table):7} rows")


def test_all(table: pd.DataFrame) -> Any:
    """The trend of every annual series of the on-time rate, corrected for all of them."""
    is_year = table["period_end"].str.endswith("-12-31") & (table["indicator"] == "on_time_rate")
    trends = [
        find_trend(rows["period_end"].str[:4].astype(int), rows["value"])
        for _, rows in table[is_year].groupby(["area_id", "scope"])
    ]
    return adjust_p_values([trend.p_value for trend in trends if trend])


def list_all_peers(reference: Any) -> Any:
    areas = reference.areas
    districts = areas.loc[areas["level"] == "district", "area_id"]
    return [find_peers(each, reference, {}, "2016-06-30") for each in districts[:100]]


def check(country: Any, watch: Watch) -> None:
    from cchc_analysis.rules import validate_tables

    identities = load_identities(ROOT / "expectations" / "identities.json", country.reference)
    chosen = watch.run(
        "readings", lambda: choose_readings(country.observations, identities, country.reference)
    )
    transcripts = read_panels(Path("nowhere"), country.reference).transcripts
    verdict = watch.run(
        "validate",
        lambda: validate_tables(
            chosen,
            tabulate_indicators(chosen),
            transcripts,
            country.reference,
            ROOT / "expectations",
        ),
    )
    print(count_recall(country.mistakes, verdict.findings).to_string(index=False))


def measure_million() -> None:
    days = pd.date_range("1990-01-01", periods=5210).strftime("%Y-%m-%d")
    codes = [f"papi_{name}" for name in ("participation", "transparency", "accountability")]
    areas = [str(number) for number in range(183, 189)]
    grid = pd.MultiIndex.from_product(
        [areas, days, codes, [f"item={n}" for n in range(11)]],
        names=["area_code", "period_end", "indicator", "breakdown"],
    ).to_frame(index=False)
    rows = grid.iloc[:1_000_000].assign(value=[1 + n % 90 / 10 for n in range(1_000_000)])
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        project.reference.parent.mkdir(parents=True)
        project.reference.symlink_to(ROOT / "data" / "reference")
        path = Path(folder) / "million.csv"
        rows.to_csv(path, index=False)
        source = PanelSource(source_id="made_up", publisher="made up", licence="CC0")
        watch = Watch()
        watch.run("add-panel", lambda: add_panel(project, path, source, PanelMapping()))
        reference = load_reference(project.reference)
        watch.run("read back", lambda: read_panels(project.raw, reference))
        watch.print("a million rows")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, nargs=2, metavar=("DISTRICTS", "PERIODS"))
    parser.add_argument("--validate", action="store_true")
    parser.add_argument("--million", action="store_true")
    options = parser.parse_args()
    if options.million:
        measure_million()
    elif options.size:
        measure(*options.size, validate=options.validate)
    else:
        more = ["--validate"] if options.validate else []
        for districts, periods in SIZES:
            command = [sys.executable, __file__, "--size", str(districts), str(periods), *more]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
