"""How far a brief's figures can be trusted: a letter, and the counts behind it.

The rule is printed on every page. A: nothing above info. B: warnings on secondary figures only.
C: a warning on a headline figure. D: a headline figure is missing, or was withdrawn because its
readings cannot be reconciled.
"""

from __future__ import annotations

from dataclasses import dataclass

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.nouns import Entry, count_contradictions

HEADLINES = (
    "dossiers_received_total",
    "dossiers_resolved_total",
    "dossiers_pending_total",
    "on_time_rate",
    "online_rate",
    "par_score_self_total",
    "par_index",
    "public_investment_disbursed_rate",
    "satisfaction_rate",
)
"""Figures that people quote of a district: a doubt about one of them is a doubt about the brief."""

REQUIRED = ("dossiers_received_total", "on_time_rate")
"""Without these a report says nothing on what reform is for, and cannot be set beside another.
The other headline figures are asked of some districts and some periods only."""


@dataclass(frozen=True)
class Grade:
    """The letter, and what it rests on.

    Attributes:
        warnings: Contradictions, as many as the findings hold.
        notes: Remarks and roundings.
        headline_warnings: Contradictions of a cause that concerns a headline figure.
        missing: Required headline figures that no report prints or determines.
    """

    letter: str
    warnings: int
    notes: int
    headline_warnings: int
    missing: tuple[str, ...]


def grade_brief(brief: Brief) -> Grade:
    """Grade the reports of a brief."""
    own = set(brief.reports["source_id"])
    serious = [each for each in brief.serious if each.findings[0]["source_id"] in own]
    headline = [
        each
        for each in serious
        if any(
            entry.indicator in HEADLINES for entry in brief.entries if each in brief.marks(entry)
        )
    ]
    missing = tuple(name for name in REQUIRED if brief.find(name) is None)
    return Grade(
        letter="D" if missing else "C" if headline else "B" if serious else "A",
        warnings=count_contradictions(brief.findings),
        notes=len(brief.findings) - count_contradictions(brief.findings),
        headline_warnings=sum(each.count for each in headline),
        missing=missing,
    )


def is_headline(entry: Entry) -> bool:
    """Whether people quote it."""
    return entry.indicator in HEADLINES


def concerns_headline(brief: Brief, number: int) -> bool:
    """Whether a contradiction is about a figure that people quote."""
    return any(
        is_headline(entry) and any(mark.number == number for mark in brief.marks(entry))
        for entry in brief.entries
    )
