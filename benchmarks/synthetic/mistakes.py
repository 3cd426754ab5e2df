"""Errors of reporting, planted with a key, and the count of those that were found.

Each report gets one mistake at most, so that a finding can be laid to it. Some kinds contradict
other figures of the same report, some only those of other reports, and some nothing at all: what
nobody could find is counted as not found, and named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cchc_analysis.data.records import Severity

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

KINDS: Mapping[str, str] = {
    "digits_swapped": "two neighbouring digits of one count changed places",
    "digit_lost": "the last digit of one count is missing",
    "total_off": "a total is a few more than its parts",
    "thousandfold": "a count is a thousand times too large",
    "rate_off": "a rate is some points away from its fraction",
    "fraction_for_percent": "a rate is given as a share of one",
    "not_cumulative": "the flows of the last quarter stand where those of the year to date belong",
    "copied": "all figures are those of the report before",
    "consistently_inflated": "all flows and stocks are a third too large, and agree",
}
"""The mistakes, and what each is. The last contradicts no rule, and is there to be missed."""

MISTAKE_COLUMNS = (
    *("mistake_id", "kind", "scope", "district", "year", "quarter"),
    *("indicator", "true_value", "planted_value"),
)

COUNTS = (
    *("dossiers_received_total", "dossiers_received_online", "dossiers_resolved_total"),
    *("dossiers_resolved_early", "dossiers_resolved_overdue", "dossiers_pending_total"),
)
RATES = ("on_time_rate", "online_rate")

Place = tuple[int, int, int, int]


@dataclass
class _Report:
    """One scope of one report while a mistake is being made in it."""

    figures: Mapping[str, Floats]
    place: Place
    rng: np.random.Generator

    def choose(self, names: tuple[str, ...]) -> str:
        """One of some indicators, for chance to pick."""
        return str(self.rng.choice(names))

    def read(self, name: str) -> float:
        """The figure as it stands."""
        return float(self.figures[name][self.place])

    def write(self, name: str, value: float) -> tuple[str, float, float]:
        """Put another number in its place; what was there and what is now."""
        before = self.read(name)
        self.figures[name][self.place] = value
        return name, before, value


def plant_mistakes(
    figures: Mapping[str, Floats],
    is_sent: npt.NDArray[np.bool_],
    rng: np.random.Generator,
    share: float,
) -> pd.DataFrame:
    """Plant mistakes in some of the reports that were sent, in place.

    Args:
        figures: By indicator, shaped (scope, district, year, quarter).
        is_sent: Shaped (district, year, quarter).
        rng: Where chance comes from.
        share: Of the reports to spoil.

    Returns:
        ``MISTAKE_COLUMNS``, the key. ``indicator`` is the figure meant where one is, else ``""``.
    """
    import pandas as pd

    reports = np.argwhere(is_sent)
    chosen = rng.choice(len(reports), size=round(share * len(reports)), replace=False)
    rows = []
    for number, at in enumerate(sorted(chosen)):
        scope = int(rng.integers(0, 2))
        district, year, quarter = (int(each) for each in reports[at])
        kind = list(KINDS)[number % len(KINDS)]
        report = _Report(figures, (scope, district, year, quarter), rng)
        if planted := _MAKERS[kind](report):
            name, before, now = planted
            place = (f"M{number:05d}", kind, scope, district, year, quarter)
            rows.append((*place, name, before, now))
    return pd.DataFrame(rows, columns=list(MISTAKE_COLUMNS))


def count_recall(mistakes: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """How many planted mistakes the findings point at, by kind.

    A mistake counts as found where a finding stands against its report, or, for what only two
    reports together show, against the next or the previous report of the same district.

    Args:
        mistakes: The key with ``source_id``, ``neighbours`` (sources beside it) and ``kind``.
        findings: ``FINDING_COLUMNS``; what is only info accuses nobody.

    Returns:
        By ``kind``: ``planted``, ``found``, ``found_beside`` (only at a neighbour), ``missed``,
        ``recall``; and a last row ``false alarms`` with the findings at reports without a mistake
        near by in ``found``.
    """
    import pandas as pd

    findings = findings[findings["severity"] != Severity.INFO]
    accused = set(findings["source_id"])
    is_found = mistakes["source_id"].isin(accused)
    beside = np.array([bool(accused & set(each.split())) for each in mistakes["neighbours"]])
    judged = mistakes.assign(found=is_found, found_beside=beside & ~is_found)
    counts = judged.groupby("kind", sort=False)[["found", "found_beside"]].sum()
    counts.insert(0, "planted", judged.groupby("kind", sort=False).size())
    counts["missed"] = counts["planted"] - counts["found"] - counts["found_beside"]
    counts["recall"] = 1 - counts["missed"] / counts["planted"]
    near = set(mistakes["source_id"]) | {
        each for names in mistakes["neighbours"] for each in names.split()
    }
    false = int((~findings["source_id"].isin(near)).sum())
    last = pd.DataFrame({"found": [false]}, index=["false alarms"])
    return pd.concat([counts, last]).rename_axis("kind").reset_index()


Planted = tuple[str, float, float] | None


def _swap_digits(report: _Report) -> Planted:
    name = report.choose(COUNTS)
    digits = str(int(report.read(name)))
    places = [at for at in range(len(digits) - 1) if digits[at] != digits[at + 1]]
    if not places:
        return None
    at = int(report.rng.choice(places))
    swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    return report.write(name, float(swapped))


def _lose_digit(report: _Report) -> Planted:
    name = report.choose(COUNTS)
    value = report.read(name)
    return report.write(name, float(value // 10)) if value >= 10 else None


def _push_total(report: _Report) -> Planted:
    name = report.choose(("dossiers_received_total", "dossiers_resolved_total"))
    return report.write(name, report.read(name) + float(report.rng.integers(2, 30)))


def _multiply(report: _Report) -> Planted:
    name = report.choose(COUNTS)
    value = report.read(name)
    return report.write(name, 1000.0 * value) if value else None


def _push_rate(report: _Report) -> Planted:
    name = report.choose(RATES)
    value = report.read(name)
    return report.write(name, round(value - float(report.rng.uniform(1.0, 6.0)), 2))


def _divide_rate(report: _Report) -> Planted:
    name = report.choose(RATES)
    return report.write(name, round(report.read(name) / 100.0, 4))


def _forget_the_year(report: _Report) -> Planted:
    scope, district, year, quarter = report.place
    if not quarter:
        return None
    total = report.read("dossiers_resolved_total")
    before = (scope, district, year, quarter - 1)
    opening = report.figures["dossiers_pending_total"][before]
    for name, figures in report.figures.items():
        if name.startswith(("dossiers_received", "dossiers_resolved")):
            figures[report.place] -= figures[before]
    report.write("dossiers_carried_over", float(opening))
    received = sum(
        report.read(f"dossiers_{name}") for name in ("received_online", "received_direct")
    )
    report.write("dossiers_received_total", received + float(opening))
    settle_rates(report.figures, report.place)
    return "", total, report.read("dossiers_resolved_total")


def _copy(report: _Report) -> Planted:
    scope, district, year, quarter = report.place
    if not quarter:
        return None
    total = report.read("dossiers_resolved_total")
    for figures in report.figures.values():
        figures[report.place] = figures[scope, district, year, quarter - 1]
    return "", total, report.read("dossiers_resolved_total")


def _inflate(report: _Report) -> Planted:
    total = report.read("dossiers_resolved_total")
    parts = [
        f"dossiers_{name}"
        for name in (
            *("received_online", "received_direct", "carried_over", "resolved_early"),
            *("resolved_on_due", "resolved_overdue", "pending_overdue"),
        )
    ]
    for name in parts:
        report.write(name, float(round(4 * report.read(name) / 3)))
    settle_totals(report.figures, report.place)
    settle_rates(report.figures, report.place)
    return "", total, report.read("dossiers_resolved_total")


def settle_totals(figures: Mapping[str, Floats], place: Place) -> None:
    """Totals from their parts, as form II.06a adds them up."""
    read = {name.removeprefix("dossiers_"): each[place] for name, each in figures.items()}
    received = read["received_online"] + read["received_direct"] + read["carried_over"]
    on_time = read["resolved_early"] + read["resolved_on_due"]
    resolved = on_time + read["resolved_overdue"]
    figures["dossiers_received_total"][place] = received
    figures["dossiers_resolved_on_time"][place] = on_time
    figures["dossiers_resolved_total"][place] = resolved
    figures["dossiers_pending_total"][place] = received - resolved
    in_term = received - resolved - read["pending_overdue"]
    figures["dossiers_pending_in_term"][place] = in_term


def settle_rates(
    figures: Mapping[str, Floats], place: Place | tuple[slice, ...] = (slice(None),)
) -> None:
    """Rates from their fractions, with two decimals."""
    with np.errstate(invalid="ignore", divide="ignore"):
        for rate, (numerator, denominator) in {
            "on_time_rate": ("dossiers_resolved_on_time", "dossiers_resolved_total"),
            "online_rate": ("dossiers_received_online", "dossiers_received_total"),
        }.items():
            share = figures[numerator][place] / figures[denominator][place]
            figures[rate][place] = np.round(100.0 * share, 2)


_MAKERS: Mapping[str, Callable[[_Report], Planted]] = {
    "digits_swapped": _swap_digits,
    "digit_lost": _lose_digit,
    "total_off": _push_total,
    "thousandfold": _multiply,
    "rate_off": _push_rate,
    "fraction_for_percent": _divide_rate,
    "not_cumulative": _forget_the_year,
    "copied": _copy,
    "consistently_inflated": _inflate,
}
