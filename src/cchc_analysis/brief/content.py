"""The nouns of a brief: its values, its contradictions, its comparisons, and the brief itself.

Each ``Entry`` is one published value with the anchor of its note. Nothing here is computed but
looked up; ``opening`` makes a brief, the other modules tell it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cchc_analysis.brief.quotes import Quotes
from cchc_analysis.files import list_rows
from cchc_analysis.records import QUANTITY, RESULT_STATUSES, Origin, Scope, Severity
from cchc_analysis.words import Words

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.reference import Reference

MAIN_SCOPES = (Scope.DISTRICT_OFFICE, Scope.COMMUNE_AGGREGATE, Scope.WHOLE_DISTRICT)
WIDEST_FIRST = (Scope.WHOLE_DISTRICT, Scope.DISTRICT_OFFICE, Scope.COMMUNE_AGGREGATE)
NOT_TOLD = ("plan", "panel")
"""Kinds of source that a brief may use, but that are no reason for one."""


@dataclass(frozen=True)
class Entry:
    """One published value, and the way back from it.

    Attributes:
        note: The anchor of its note on the page.
        figures: The figures behind it, as source and figure.
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


@dataclass(frozen=True)
class Contradiction:
    """Findings with one cause, as one entry of the ledger."""

    number: int
    severity: str
    findings: tuple[Mapping[str, Any], ...]

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return f"c-{self.number}"

    @property
    def is_remark(self) -> bool:
        """Whether a reader noticed it, and no arithmetic."""
        return bool(self.findings[0]["kind"] == "remark")


class State(StrEnum):
    """What can be said of a target."""

    MET = "met"
    MISSED = "missed"
    NOT_DUE = "not_due"
    MISSING = "missing"
    DIFFERS = "differs"


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


@dataclass(frozen=True, eq=False)
class Brief:
    """One district, one period, one language.

    Attributes:
        area: Its row of the areas.
        period: The label of the period; ``start`` and ``end`` its dates.
        sources: The reports told, then the plans they are held against.
        entries: The published values of these sources, in the order of the documents.
        indicators: The same as a table (``INDICATOR_COLUMNS``), for those who go on computing.
        panel: The published results of all districts, for trend and peers.
        sources_held: All sources, to say what is not held.
        comparisons: The targets against these values.
        quotes: Sentences of documents that the user keeps, by source and figure.
    """

    area: Mapping[str, Any]
    period: str
    start: str
    end: str
    words: Words
    reference: Reference
    sources: pd.DataFrame
    figures: pd.DataFrame
    observations: pd.DataFrame
    indicators: pd.DataFrame
    findings: pd.DataFrame
    tallies: pd.DataFrame
    panel: pd.DataFrame
    sources_held: pd.DataFrame
    entries: tuple[Entry, ...]
    comparisons: tuple[Comparison, ...] = ()
    quotes: Quotes = field(default_factory=dict)

    @property
    def lang(self) -> str:
        """The language of the page."""
        return self.words.lang

    @cached_property
    def current(self) -> tuple[Comparison, ...]:
        """The comparisons with targets of this period, not of an earlier one."""
        return tuple(each for each in self.comparisons if not each.is_earlier)

    @cached_property
    def province(self) -> Mapping[str, Any] | None:
        """The row of the province."""
        return self.reference.area_rows.get(self.area["parent_id"])

    @cached_property
    def reports(self) -> pd.DataFrame:
        """The sources that the brief tells; the others are plans."""
        return self.sources[~self.sources["kind"].isin(NOT_TOLD)]

    @cached_property
    def results(self) -> tuple[Entry, ...]:
        """The entries of the reports that state what happened."""
        told = set(self.reports["source_id"])
        return tuple(
            entry
            for entry in self.entries
            if entry.is_result and told.issuperset(entry.source_id.split())
        )

    @cached_property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """The ledger: findings by cause, the worst first, then in the order of the document."""
        return tuple(_number_findings(self.findings))

    @cached_property
    def contradiction_of(self) -> dict[str, Contradiction]:
        """The entry of the ledger by finding."""
        return {
            finding["finding_id"]: each for each in self.contradictions for finding in each.findings
        }

    @cached_property
    def entry_of_figure(self) -> dict[tuple[str, str], Entry]:
        """The entry that a figure belongs to, by source and figure."""
        return {
            figure: entry
            for entry in reversed(self.entries)
            if not entry.is_derived
            for figure in entry.figures
        }

    @cached_property
    def section_of(self) -> dict[tuple[str, str], str]:
        """The section of a document in which a figure stands."""
        rows = list_rows(self.figures)
        return {(row["source_id"], row["figure_id"]): row["section"] for row in rows}

    @cached_property
    def figures_of_quantity(self) -> dict[tuple[str, ...], list[Mapping[str, Any]]]:
        """The figures of all readings of a quantity, as printed, in the order of the documents."""
        rows = {(row["source_id"], row["figure_id"]): row for row in list_rows(self.figures)}
        order = {figure: place for place, figure in enumerate(rows)}
        found: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for reading in list_rows(self.observations):
            key = tuple(str(reading[name]) for name in QUANTITY)
            found.setdefault(key, []).extend(
                split_figures(reading["source_id"], reading["figures"])
            )
        return {
            key: [rows[figure] for figure in sorted(set(figures), key=order.__getitem__)]
            for key, figures in found.items()
        }

    def marks(self, entry: Entry) -> list[Contradiction]:
        """The contradictions that concern a value, in order: what stands beside the number."""
        return [each for each in self._list_marks(entry) if not each.is_remark]

    def remarks(self, entry: Entry) -> list[Contradiction]:
        """The remarks that concern a value, in order: they stand in its note."""
        return [each for each in self._list_marks(entry) if each.is_remark]

    def _list_marks(self, entry: Entry) -> list[Contradiction]:
        known = {
            self.contradiction_of[each].number: self.contradiction_of[each]
            for each in entry.findings
            if each in self.contradiction_of
        }
        return [known[number] for number in sorted(known)]

    def find(self, indicator: str, scope: str | None = None) -> Entry | None:
        """The result of an indicator without breakdown, nearest to the end of the period.

        Without a scope: of the whole district, else of the district office, else of the communes.
        """
        if scope is None:
            found = (self.find(indicator, each) for each in WIDEST_FIRST)
            return next((each for each in found if each), None)
        return self._by_place.get((indicator, scope))

    def find_any(self, indicator: str) -> Entry | None:
        """The first value of an indicator of whatever kind: a maximum and a norm are no results."""
        return next((entry for entry in self.entries if entry.indicator == indicator), None)

    @cached_property
    def _by_place(self) -> dict[tuple[str, str], Entry]:
        nearest: dict[tuple[str, str], Entry] = {}
        for entry in sorted(self.results, key=lambda each: (each.end <= self.end, each.end)):
            here = entry.area_id == self.area["area_id"]
            if here and not entry.breakdown and not entry.is_withheld:
                nearest[entry.indicator, entry.scope] = entry
        return nearest


def split_figures(source_id: str, figures: str) -> list[tuple[str, str]]:
    """Figures as written in a table, as pairs of source and figure."""
    own = source_id.partition(" ")[0]
    pairs = (each.rpartition("/") for each in figures.split())
    return [(source or own, figure) for source, _, figure in pairs]


def _number_findings(findings: pd.DataFrame) -> Iterator[Contradiction]:
    """Findings by cause: contradictions before remarks, and by where they stand in the document."""
    rank = {severity: place for place, severity in enumerate(Severity)}
    causes: dict[str, list[dict[str, Any]]] = {}
    for row in list_rows(findings):
        causes.setdefault(row["cause_id"] or row["finding_id"], []).append(row)
    groups = [
        sorted(own, key=lambda row: (row["finding_id"] != cause, rank[row["severity"]]))
        for cause, own in causes.items()
    ]
    worst = [min((row["severity"] for row in own), key=rank.__getitem__) for own in groups]
    order = sorted(
        zip(worst, groups, strict=True),
        key=lambda each: (
            each[1][0]["kind"] == "remark",
            rank[Severity(each[0])],
            each[1][0]["source_id"],
            _first_figure(each[1]),
            each[1][0]["rule_id"],
        ),
    )
    for number, (severity, own) in enumerate(order, start=1):
        yield Contradiction(number, severity, tuple(own))


def _first_figure(group: list[dict[str, Any]]) -> str:
    return min((figure for row in group for figure in row["figures"].split()), default="")
