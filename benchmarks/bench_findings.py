"""What the rules find in made-up figures whose truth is known, by kind, and what they make up.

Two sets: the groups of tests/figure_groups.py, written by hand, and consistent reports drawn by
chance (definitions, decimals, rounding or cutting off, what is left out; a rate with what it is
divided by), in which any contradiction would be a false alarm. In copies of these one digit is
changed, to see how many of the figures named as likely wrong are. Run it from the project folder:

    python benchmarks/bench_findings.py [--reports 500]
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
SHOWN = 0.65
"""The share of its figures that a report prints."""

BOUNDS = ("order", "whole", "part", "hundred")
"""Kinds of finding that bound a figure and do not determine it."""

sys.path.insert(0, str(ROOT / "tests"))

from cchc_analysis.data.records import INDICATOR_COLUMNS  # noqa: E402
from cchc_analysis.data.reference import load_reference  # noqa: E402
from cchc_analysis.data.tidy import tidy_observations  # noqa: E402
from cchc_analysis.rules import (  # noqa: E402
    choose_readings,
    load_identities,
    validate_tables,
)
from figure_groups import (  # noqa: E402  (lies beside the tests)
    Group,
    add_areas,
    list_groups,
    make_transcripts,
)


def find(groups: list[Group]) -> pd.DataFrame:
    """The findings about some groups, with ``group``; what was refused is of kind ``refused``."""
    reference = add_areas(load_reference(ROOT / "data" / "reference"), groups)
    transcripts = make_transcripts(groups, reference)
    tidied = tidy_observations(transcripts, reference)
    identities = load_identities(ROOT / "expectations" / "identities.json", reference)
    observations = choose_readings(tidied.observations, identities, reference)
    nothing = pd.DataFrame(columns=list(INDICATOR_COLUMNS)).astype(
        dict.fromkeys(("value", "wilson_low", "wilson_high"), "float64")
    )
    verdict = validate_tables(observations, nothing, transcripts, reference, ROOT / "expectations")
    refused = pd.DataFrame({"source_id": list(tidied.problems), "kind": "refused"})
    findings = pd.concat([verdict.findings, refused], ignore_index=True)
    is_hundred = findings["rule_id"] == "O12"
    return findings.assign(
        group=findings["source_id"].str.partition("_")[0],
        kind=findings["kind"].where(~is_hundred, "hundred"),
    )


def count_kinds(groups: list[Group], findings: pd.DataFrame) -> pd.DataFrame:
    """By kind: owed, found, missed and made up; each group counts a kind once."""
    found = {(group, kind) for group, kind in findings[["group", "kind"]].itertuples(index=False)}
    owed = {(group.name, kind) for group in groups for kind in group.expected}
    rows = [
        {
            "kind": kind,
            "owed": sum(each[1] == kind for each in owed),
            "found": sum(each[1] == kind for each in owed & found),
            "missed": sum(each[1] == kind for each in owed - found),
            "made up": sum(each[1] == kind for each in found - owed),
        }
        for kind in sorted({each[1] for each in owed | found})
    ]
    return pd.DataFrame(rows)


def draw_report(random: np.random.Generator, number: int) -> Group:
    """A consistent report, as one of many ways to write it."""
    scopes = {scope: _draw_counts(random, size) for scope, size in (("o", 900), ("c", 6000))}
    scopes["w"] = {name: scopes["o"][name] + scopes["c"][name] for name in scopes["o"]}
    on_time_base = str(random.choice(["done", "recv"], p=[0.75, 0.25]))
    online_base = str(random.choice(["recv", "new", "both"], p=[0.6, 0.2, 0.2]))
    decimals, is_cut = int(random.integers(0, 3)), bool(random.random() < 0.2)
    bases = {"ontime%": on_time_base, "late%": on_time_base}
    bases |= {"online%": online_base, "direct%": online_base}
    parts = {"ontime%": "ontime", "late%": "late", "online%": "online", "direct%": "direct"}
    words = []
    for scope, counts in scopes.items():
        shown = {name for name in (*counts, *bases) if random.random() < SHOWN}
        shown |= {bases[name] for name in bases if name in shown}
        shown |= {"online", "direct"} if "both" in shown else set()
        printed = {name: _write_count(random, counts[name]) for name in counts} | {
            name: _write_rate(counts[part], counts[bases[name]], decimals, is_cut)
            for name, part in parts.items()
        }
        words += [
            f"{name}@{scope} {text}"
            for name, text in printed.items()
            if name in shown and name != "both"
        ]
    return Group(f"r{number:04}", "drawn", " ".join(words), frozenset())


def _draw_counts(random: np.random.Generator, size: int) -> dict[str, int]:
    new, carried = int(random.integers(size // 2, size)), int(random.integers(0, size // 20 + 2))
    received, online = new + carried, int(new * random.uniform(0.2, 1))
    pending = int(random.integers(0, received // 10))
    over = int(random.integers(0, pending // 5 + 1))
    done = received - pending
    late = int(random.integers(0, done // 20 + 1))
    early = int((done - late) * random.uniform(0.3, 0.9))
    national = int(online * random.uniform(0.1, 0.6))
    return {
        "recv": received,
        "new": new,
        "carried": carried,
        "online": online,
        "direct": new - online,
        "both": new,
        "done": done,
        "early": early,
        "due": done - late - early,
        "late": late,
        "ontime": done - late,
        "open": pending,
        "open_over": over,
        "open_in": pending - over,
        "national": national,
        "provincial": online - national,
    }


def _write_count(random: np.random.Generator, value: int) -> str:
    return f"{value:,}".replace(",", ".") if random.random() < 0.8 else str(value)


def _write_rate(part: int, whole: int, decimals: int, is_cut: bool) -> str:
    rate = 100 * part / whole if whole else 0.0
    shifted = rate * 10**decimals
    kept = math.floor(shifted + 1e-9) if is_cut else math.floor(shifted + 0.5)
    return f"{kept / 10**decimals:.{decimals}f}".replace(".", ",")


def plant_slip(random: np.random.Generator, group: Group) -> tuple[Group, int]:
    """A report with one digit of one count changed, and the place of that figure in it."""
    words = group.line.split(" ")
    counts = [at for at in range(1, len(words), 2) if "%" not in words[at - 1]]
    at = int(random.choice(counts))
    digits = [place for place, sign in enumerate(words[at]) if sign.isdigit()]
    place = int(random.choice(digits))
    old = words[at][place]
    new = str(random.choice([d for d in "123456789" if d != old]))
    words[at] = words[at][:place] + new + words[at][place + 1 :]
    return Group(group.name, "slip", " ".join(words), frozenset()), at // 2 + 1


def count_culprits(seed: int, reports: int) -> dict[str, int]:
    """Of planted single slips: found, determined by two rules, and named, rightly or wrongly."""
    random = np.random.default_rng(seed)
    planted = [plant_slip(random, draw_report(random, number)) for number in range(reports)]
    findings = find([group for group, _ in planted])
    told = findings[~findings["severity"].eq("info")]
    named = told[told["closing_value"].notna()].drop_duplicates(["group", "likely_figure"])
    place = {group.name: at for group, at in planted}
    is_right = [
        int("".join(filter(str.isdigit, figure))) == place[name]
        for name, figure in named[["group", "likely_figure"]].itertuples(index=False)
    ]
    equalities = told[~told["kind"].isin(BOUNDS)].groupby("group")["rule_id"].nunique()
    determined = set(equalities.index[equalities > 1])
    return {
        "seed": seed,
        "slips": reports,
        "found": told["group"].nunique(),
        "two rules": len(determined),
        "of these named": len(determined & set(named["group"])),
        "named": len(named),
        "rightly": sum(is_right),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=int, default=500)
    parser.add_argument("--seeds", type=int, nargs="+", default=[20250701, 1, 2, 3])
    options = parser.parse_args()
    groups = list(list_groups())
    print(count_kinds(groups, find(groups)).to_string(index=False))
    random = np.random.default_rng(20240630)
    drawn = [draw_report(random, number) for number in range(options.reports)]
    findings = find(drawn)
    figures = sum(len(each.figures) for each in drawn)
    accused = findings[~findings["severity"].eq("info")]
    print(f"{len(drawn)} consistent reports, {figures} figures: {len(accused)} false alarms")
    print(findings.groupby(["severity", "kind", "rule_id"]).size().to_string())
    counts = [count_culprits(seed, options.reports) for seed in options.seeds]
    print(pd.DataFrame(counts).to_string(index=False))
    lines = {each.name: each.line for each in drawn}
    for row in accused.head(20).to_dict("records"):
        print(row["rule_id"], row["scope"], row["arithmetic"], "|", lines[row["group"]])


if __name__ == "__main__":
    main()
