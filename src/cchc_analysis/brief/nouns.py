"""The nouns of a brief: its values, its contradictions and its comparisons.

Each ``Entry`` is one published value with the anchor of its note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import nan
from typing import Any, NamedTuple

import pandas as pd

from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import RESULT_STATUSES, Origin, Severity, Status
from cchc_analysis.stats.trends import TrendVerdict, judge_series, keep_last_part


@dataclass(frozen=True)
class Entry:
    """One published value, and the way back from it.

    Attributes:
        note: The anchor of its note on the page.
        figures: The figures behind it, as source and figure.
        readings: The rows of the figures of all its readings, in the order of the documents.
        low: Lower end of its Wilson interval, in the unit of the value, if it has one.
        document: The document of a target that no source of ours prints.
    """

    note: str
    area_id: str
    scope: str
    indicator: str
    breakdown: str
    start: str
    end: str
    status: str
    value: float
    decimals: int | None
    unit: str
    comparator: str
    origin: str
    parts: str = ""
    source_id: str = ""
    figures: tuple[tuple[str, str], ...] = ()
    low: float | None = None
    high: float | None = None
    other_readings: str = ""
    correction: str = ""
    is_contested: bool = False
    findings: tuple[str, ...] = ()
    document: str = ""
    readings: Sequence[Mapping[str, Any]] = field(default=(), repr=False, compare=False)

    @property
    def is_result(self) -> bool:
        """Whether it states what happened, rather than what ought to."""
        return self.status in RESULT_STATUSES

    @property
    def is_withheld(self) -> bool:
        """Whether people decided to publish none of its readings."""
        return self.value != self.value

    @property
    def is_derived(self) -> bool:
        """Whether it is computed from other values."""
        return self.origin == Origin.DERIVED


SIGNS = {Severity.CRITICAL: "▲", Severity.WARNING: "▲", Severity.INFO: "△"}


@dataclass(frozen=True)
class Contradiction:
    """Findings with one cause, as one entry of the ledger.

    Attributes:
        sign: What stands before its number.
        anchor: Where it stands on the page.
        count: How many contradictions it tells; its remarks are none.
        is_remark: Whether a reader noticed it, and no arithmetic.
    """

    number: int
    severity: str
    findings: tuple[Mapping[str, Any], ...]
    sign: str
    anchor: str
    count: int
    is_remark: bool


class Series(NamedTuple):
    """A value with the same window of other years, oldest first.

    ``until`` is the part that nothing breaks up to the value, empty where it ends before it: a
    brief of an earlier year looks back from its own period, whatever was reported since.
    ``year_before`` is the same window a year before, ``step`` the difference of the last two points
    of all; NaN where there is none, or a break lies between.
    """

    entry: Entry
    points: Sequence[Mapping[str, Any]]
    verdict: TrendVerdict
    until: Sequence[Mapping[str, Any]]
    year_before: float
    step: float


def make_series(entry: Entry, points: Sequence[Mapping[str, Any]]) -> Series:
    """What may be said of a value with other years of its window."""
    until = keep_last_part([each for each in points if each["period_end"] <= entry.end])
    until = until if until and until[-1]["period_end"] == entry.end else []
    year = str(int(entry.end[:4]) - 1)
    is_year = len(until) > 1 and until[-2]["period_end"][:4] == year
    joined = keep_last_part(points)
    is_joined = len(joined) > 1 and joined[-1]["period_end"] == points[-1]["period_end"]
    return Series(
        entry,
        points,
        judge_series(points),
        until,
        float(until[-2]["value"]) if is_year else nan,
        float(joined[-1]["value"] - joined[-2]["value"]) if is_joined else nan,
    )


class State(StrEnum):
    """What can be said of a target."""

    MET = "met"
    MISSED = "missed"
    NOT_DUE = "not_due"
    MISSING = "missing"
    DIFFERS = "differs"


STATE_SIGNS = {
    State.MET: "✓",
    State.MISSED: "✕",
    State.NOT_DUE: "◷",
    State.DIFFERS: "≠",
    State.MISSING: "…",
}
"""In the order in which they are told."""
JUDGED = (State.MET, State.MISSED, State.NOT_DUE)
DECIDES = (State.MISSED, State.NOT_DUE, State.MET, State.DIFFERS, State.MISSING)
"""What a target that several results are held against comes to: the first of these."""


@dataclass(frozen=True)
class Comparison:
    """A target, the result it is held against, and what follows.

    Attributes:
        target: What ought to be.
        result: What is; ``None`` where nothing is reported.
        state: One of five.
        reason: The row of ``target_results.csv`` that says why, or an empty one.
        is_open: The state is that of today; the target's period is not over.
        is_earlier: The target's period was over before that of the brief began.
    """

    target: Entry
    result: Entry | None
    state: State
    reason: Mapping[str, Any]
    is_open: bool
    is_earlier: bool = False

    @property
    def is_target(self) -> bool:
        """Whether it is something to be reached; a limit or a condition of a rule is none."""
        return self.target.status in (Status.TARGET, Status.PLAN)

    @property
    def is_judged(self) -> bool:
        """Whether what there is can be held against it."""
        return self.state in JUDGED

    @property
    def rank(self) -> tuple[bool, int]:
        """What decides about a target comes first: its own scope, else the worst that is told."""
        is_own = self.result is not None and self.result.scope == self.target.scope
        return not (is_own and self.is_judged), DECIDES.index(self.state)


def group_targets(comparisons: Iterable[Comparison]) -> list[list[Comparison]]:
    """The comparisons of each target together."""
    groups: dict[str, list[Comparison]] = {}
    for each in comparisons:
        groups.setdefault(each.target.note, []).append(each)
    return list(groups.values())


class Quote(NamedTuple):
    """A sentence of a document, masked, cut with an ellipsis where it is very long."""

    anchor: str
    text: str


Quotes = Mapping[tuple[str, str], Quote]
"""Sentences by source and figure."""


def split_figures(source_id: str, figures: str) -> list[tuple[str, str]]:
    """Figures as written in a table, as pairs of source and figure."""
    own = source_id.partition(" ")[0]
    pairs = (each.rpartition("/") for each in figures.split())
    return [(source or own, figure) for source, _, figure in pairs]


def name_anchor(number: int, figure: str) -> str:
    """The anchor of a figure of the source of a number: ``n-F030``, of the second ``n-2-F302``."""
    safe = "".join(each for each in figure if each.isascii() and (each.isalnum() or each == "_"))
    return f"n-{safe}" if number == 1 else f"n-{number}-{safe}"


def count_contradictions(findings: pd.DataFrame) -> int:
    """How many contradictions there are: the findings that are more than info, row by row."""
    return int((findings["severity"] != Severity.INFO).sum())


def number_findings(findings: pd.DataFrame) -> Iterator[Contradiction]:
    """Findings by cause: contradictions before remarks, and by where they stand in the document."""
    rank = {severity: place for place, severity in enumerate(Severity)}
    causes: dict[str, list[dict[str, Any]]] = {}
    for row in list_rows(findings):
        causes.setdefault(row["cause_id"] or row["finding_id"], []).append(row)
    groups = []
    for cause, rows in causes.items():
        own = sorted(rows, key=lambda row: (row["finding_id"] != cause, rank[row["severity"]]))
        worst = min(rank[row["severity"]] for row in own)
        figures = [figure for row in own for figure in row["figures"].split()]
        place = (own[0]["source_id"], min(figures, default=""), own[0]["rule_id"])
        groups.append((own[0]["kind"] == "remark", worst, *place, own))
    ordered = sorted(groups, key=lambda group: group[:-1])
    for number, (is_remark, worst, *_, own) in enumerate(ordered, start=1):
        severity = [*Severity][worst]
        count = sum(each["severity"] != Severity.INFO for each in own)
        of = (SIGNS[severity], f"c-{number}", count, is_remark)
        yield Contradiction(number, severity, tuple(own), *of)
