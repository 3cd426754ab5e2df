"""How long all suites take over a panel, and how much memory beyond loading it.

A made-up panel of 60 figures for each district and period (20 quantities at 3 scopes), with windows
that accumulate and a share of reports that hold one wrong figure. Run it from the project folder:

    python benchmarks/bench_validate.py [--districts 700] [--periods 20] [--wrong 0.01]

Without options it also runs a quarter and a half of the districts, to show how cost grows.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from cchc_analysis.data.records import INDICATOR_COLUMNS, OBSERVATION_COLUMNS
from cchc_analysis.data.reference import Reference, load_reference
from cchc_analysis.rules import validate_tables

ROOT = Path(__file__).resolve().parents[1]
ENDS = ("03-31", "06-30", "09-30", "12-31")
RATES = ("on_time_rate", "overdue_rate", "online_rate", "direct_rate")
SIZES = {"office": 900, "communes": 3000}
STOCKS = ("dossiers_pending_total", "dossiers_pending_in_term", "dossiers_pending_overdue")


def make_panel(districts: int, periods: int, wrong: float) -> tuple[pd.DataFrame, list[str]]:
    """Observations of consistent reports, a share of which hold one wrong figure."""
    random = np.random.default_rng(20240630)
    areas = [f"B{number:04}" for number in range(districts)]
    years = -(-periods // 4)
    left = {scope: random.integers(20, 60, districts) for scope in SIZES}
    parts = []
    for year in range(years):
        opening, grown = dict(left), {scope: _grow_nothing(districts) for scope in SIZES}
        for quarter in range(min(4, periods - 4 * year)):
            window = {}
            for scope, size in SIZES.items():
                grown[scope] = _grow(random, grown[scope], size)
                window[scope] = _report(random, opening[scope], grown[scope])
                left[scope] = window[scope]["dossiers_pending_total"]
            start, end = f"{2020 + year}-01-01", f"{2020 + year}-{ENDS[quarter]}"
            parts.append(_tabulate(window, areas, start, end))
    panel = pd.concat(parts, ignore_index=True)
    return _spoil(panel, random, wrong), areas


Counts = dict[str, np.ndarray]


def _grow_nothing(districts: int) -> Counts:
    return {name: np.zeros(districts, dtype=int) for name in ("new", "online", "early", "late")}


def _grow(random: np.random.Generator, grown: Counts, size: int) -> Counts:
    """One more quarter of what accumulates."""
    new = random.integers(size // 2, size, len(grown["new"]))
    more = {
        "new": new,
        "online": (new * random.uniform(0.55, 0.9, len(new))).astype(int),
        "early": random.integers(new // 3, new // 2),
        "late": random.integers(0, new // 30 + 1),
    }
    return {name: grown[name] + more[name] for name in grown}


def _report(random: np.random.Generator, opening: np.ndarray, grown: Counts) -> Counts:
    """The counts of one scope and window, consistent with each other."""
    received = opening + grown["new"]
    pending = random.integers(20, 60, len(received))
    overdue_now = random.integers(0, 5, len(received))
    resolved, online = received - pending, opening + grown["online"]
    national = online // 4
    return {
        "dossiers_received_total": received,
        "dossiers_received_new": grown["new"],
        "dossiers_carried_over": opening,
        "dossiers_received_online": online,
        "dossiers_received_direct": received - online,
        "dossiers_resolved_total": resolved,
        "dossiers_resolved_early": grown["early"],
        "dossiers_resolved_on_due": resolved - grown["early"] - grown["late"],
        "dossiers_resolved_overdue": grown["late"],
        "dossiers_resolved_on_time": resolved - grown["late"],
        "dossiers_pending_total": pending,
        "dossiers_pending_in_term": pending - overdue_now,
        "dossiers_pending_overdue": overdue_now,
        "dossiers_online_national_portal": national,
        "dossiers_online_provincial_portal": online - national,
        "dossiers_digitised": online // 3,
    }


def _tabulate(
    window: dict[str, dict[str, np.ndarray]], areas: list[str], start: str, end: str
) -> pd.DataFrame:
    office, communes = window["office"], window["communes"]
    scopes = {
        "district_office": office,
        "commune_aggregate": communes,
        "whole_district": {name: office[name] + communes[name] for name in office},
    }
    parts = []
    for scope, counts in scopes.items():
        total, resolved = counts["dossiers_received_total"], counts["dossiers_resolved_total"]
        shares = (
            counts["dossiers_resolved_on_time"] / resolved,
            counts["dossiers_resolved_overdue"] / resolved,
            counts["dossiers_received_online"] / total,
            counts["dossiers_received_direct"] / total,
        )
        rates = {name: (100 * each).round(2) for name, each in zip(RATES, shares, strict=True)}
        for name, values in {**counts, **rates}.items():
            is_rate = name in RATES
            parts.append(
                pd.DataFrame(
                    {
                        "source_id": [f"{area}_{end}" for area in areas],
                        "area_id": areas,
                        "scope": scope,
                        "indicator": name,
                        "breakdown": "",
                        "period_start": "" if name in STOCKS else start,
                        "period_end": end,
                        "status": "actual",
                        "reading": 1,
                        "value": values.astype(float),
                        "low": values - 0.005 * is_rate,
                        "high": values + 0.005 * is_rate,
                        "unit": "%" if is_rate else "dossier",
                        "decimals": 2 * is_rate,
                        "comparator": "=",
                        "is_published": True,
                        "figures": f"F{len(parts):03}",
                    }
                )
            )
    return pd.concat(parts, ignore_index=True).reindex(columns=list(OBSERVATION_COLUMNS))


def _spoil(panel: pd.DataFrame, random: np.random.Generator, wrong: float) -> pd.DataFrame:
    counts = np.flatnonzero((panel["unit"] == "dossier") & (panel["value"] > 100))
    reports = panel["source_id"].nunique()
    at = random.choice(counts, size=int(reports * wrong), replace=False)
    shift = 10.0 ** random.integers(0, 3, len(at))
    numbers = ["value", "low", "high"]
    panel.loc[at, numbers] = panel.loc[at, numbers].add(shift, axis=0)
    return panel


def add_areas(reference: Reference, areas: list[str]) -> Reference:
    """The reference with the made-up districts in it."""
    row = reference.areas.iloc[-1].to_dict()
    made = [row | {"area_id": area, "name": area, "level": "district"} for area in areas]
    more = pd.DataFrame(made).assign(parent_id="", valid_from="", valid_to="")
    return replace(reference, areas=pd.concat([reference.areas, more], ignore_index=True))


def measure(districts: int, periods: int, wrong: float) -> None:
    """Run one panel and print what it took."""
    panel, areas = make_panel(districts, periods, wrong)
    reference = add_areas(load_reference(ROOT / "data" / "reference"), areas)
    nothing = pd.DataFrame(columns=list(INDICATOR_COLUMNS)).astype(
        dict.fromkeys(("value", "wilson_low", "wilson_high"), "float64")
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, cpu = time.perf_counter(), time.process_time()
    verdict = validate_tables(panel, nothing, None, reference, ROOT / "expectations")
    seconds, used = time.perf_counter() - started, time.process_time() - cpu
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{districts:4} districts x {periods} periods: {len(panel):7,} observations, "
        f"{len(verdict.findings):6,} findings, {seconds:5.1f} s ({used:5.1f} s of one core), "
        f"{(after - before) / 1024:5.0f} MB beyond loading",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--districts", type=int)
    parser.add_argument("--periods", type=int, default=20)
    parser.add_argument("--wrong", type=float, default=0.01, help="share of reports with an error")
    options = parser.parse_args()
    if options.districts:
        measure(options.districts, options.periods, options.wrong)
        return
    for districts in ("175", "350", "700"):  # each in a process of its own: memory has a memory
        given = ["--periods", str(options.periods), "--wrong", str(options.wrong)]
        subprocess.run([sys.executable, __file__, "--districts", districts, *given], check=True)


if __name__ == "__main__":
    main()
