"""What is held of one area and period, looked up: values, contradictions, comparisons, series.

Nothing here is computed but found; ``opening`` makes it, a ``Brief`` tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, product
from operator import itemgetter
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from cchc_analysis.brief.nouns import (
    Comparison,
    Contradiction,
    Entry,
    Quotes,
    Series,
    group_targets,
    name_anchor,
    number_findings,
)
from cchc_analysis.brief.report import Report, load_report
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import TWO_TIERS_SINCE, Scope, Severity, Status
from cchc_analysis.stats.peers import Peers, find_peers, find_segments

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

    from cchc_analysis.data.reference import Reference
    from cchc_analysis.data.words import Words

Row = Mapping[str, Any]
TWO_TIERS = (Scope.DISTRICT_OFFICE, Scope.COMMUNE_AGGREGATE)
THREE_TIERS = (Scope.PROVINCE_OFFICE, Scope.DISTRICT_AGGREGATE, Scope.COMMUNE_AGGREGATE)
NOT_TOLD = ("plan", "panel")
"""Kinds of source that a brief may use, but that are no reason for one."""

if TYPE_CHECKING:
    once = cached_property
else:

    class once(cached_property):  # noqa: N801 - a decorator
        """What is looked up once for a brief, however many of its pages ask for it."""

        def __get__(self, brief: Any, owner: type | None = None) -> Any:
            """The value, kept with the brief from which the page derives."""
            return super().__get__(brief and (brief.first or brief), owner)


@dataclass(frozen=True, eq=False)
class Lookup:
    """One area, one period, one language.

    Attributes:
        area: Its row of the areas.
        period: The label of the period; ``start`` and ``end`` its dates.
        sources: The reports told, then the plans they are held against.
        entries: The published values of these sources, in the order of the documents.
        indicators: The same as a table (``INDICATOR_COLUMNS``), for those who go on computing.
        held: The published results of all areas, for trend and peers.
        periods_held: The periods that have a brief, by area, as far as a brief may know.
        comparisons: The targets against these values.
        quotes: Sentences of documents that the user keeps, by source and figure.
        annex: Where the annex lies, from the page that is told; empty on the annex itself.
        is_front: Whether the page that is told is the front.
        is_whole: Whether front and annex are one page, which is mailed or printed and which
            nothing lies beside.
        part: The area of reform that the page tells, where the annex is split by them.
        used: The values that the page has told, in order; the front keeps short notes of them.
        homes: The notes of the values that stand in a table of the page: the way back to them.
        first: The brief from which its front and the pages of its annex derive.
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
    held: Sequence[Row]
    periods_held: Mapping[str, Sequence[str]]
    entries: tuple[Entry, ...]
    comparisons: tuple[Comparison, ...] = ()
    quotes: Quotes = field(default_factory=dict)
    annex: str = ""
    is_front: bool = False
    is_whole: bool = False
    part: str = ""
    used: dict[str, Entry] = field(default_factory=dict)
    homes: set[str] = field(default_factory=set)
    first: Lookup | None = None

    @once
    def report(self) -> Report:
        """What is shown, in which order and with which chart."""
        return load_report(self.words.folder.parent, self.reference)

    @property
    def say(self) -> Callable[..., Markup]:
        """Says a string of the page's language."""
        return self.words.say

    @once
    def current(self) -> tuple[Comparison, ...]:
        """The comparisons with targets of this period, not of an earlier one."""
        return tuple(each for each in self.comparisons if not each.is_earlier)

    @once
    def goals(self) -> list[list[Comparison]]:
        """The targets of this period, each once, however many scopes it is held against.

        What decides comes first. Limits and conditions of rules are no targets.
        """
        groups = group_targets(each for each in self.current if each.is_target)
        return [sorted(own, key=lambda each: each.rank) for own in groups]

    @property
    def parts(self) -> tuple[Scope, ...]:
        """Whose work adds up to that of the area: a commune's is one."""
        if self.area["level"] == "commune":
            return ()
        is_above_districts = self.area["level"] == "province" and self.end < TWO_TIERS_SINCE
        return THREE_TIERS if is_above_districts else TWO_TIERS

    @property
    def whole(self) -> Scope:
        """The scope of figures of the whole area."""
        return Scope.COMMUNE if self.area["level"] == "commune" else Scope.WHOLE_DISTRICT

    @property
    def main_scopes(self) -> tuple[Scope, ...]:
        """The parts, then the whole."""
        return (*self.parts, self.whole)

    @property
    def widest_first(self) -> tuple[Scope, ...]:
        """The whole, then the parts."""
        return (self.whole, *self.parts)

    @once
    def province(self) -> Mapping[str, Any] | None:
        """The row of the province that the area lies in; a province lies in none."""
        area_id = self.reference.find_province(self.area["area_id"])
        is_own = area_id in ("", self.area["area_id"])
        return None if is_own else self.reference.area_on(area_id, self.end)

    @once
    def documents(self) -> Sequence[Row]:
        """The rows of the sources."""
        return list_rows(self.sources)

    @once
    def reports(self) -> pd.DataFrame:
        """The sources that the brief tells; the others are plans."""
        return self.sources[~self.sources["kind"].isin(NOT_TOLD)]

    @once
    def results(self) -> tuple[Entry, ...]:
        """The entries of the reports that state what happened."""
        told = set(self.reports["source_id"])
        return tuple(
            entry
            for entry in self.entries
            if entry.is_result and told.issuperset(entry.source_id.split())
        )

    @once
    def contradictions(self) -> tuple[Contradiction, ...]:
        """The ledger: findings by cause, the worst first, then in the order of the document."""
        return tuple(number_findings(self.findings))

    @once
    def serious(self) -> tuple[Contradiction, ...]:
        """The contradictions that are more than remarks: what every page counts."""
        return tuple(each for each in self.contradictions if each.severity != Severity.INFO)

    @once
    def doubted(self) -> set[int]:
        """The numbers of those about figures that people quote: a doubt about the brief."""
        quoted = [each for each in self.entries if each.indicator in self.report.quoted]
        return {mark.number for entry in quoted for mark in self.marks(entry)}

    @once
    def contradiction_of(self) -> dict[str, Contradiction]:
        """The entry of the ledger by finding."""
        return {
            finding["finding_id"]: each for each in self.contradictions for finding in each.findings
        }

    @once
    def entry_of_figure(self) -> dict[tuple[str, str], Entry]:
        """The entry that a figure belongs to, by source and figure, whichever reading it prints."""
        return {
            (row["source_id"], row["figure_id"]): entry
            for entry in reversed(self.entries)
            for row in entry.readings
        }

    def find_anchor(self, figure: tuple[str, str]) -> str:
        """Where the notes tell a figure: the note of its value, or its own place within that."""
        entry = self.entry_of_figure.get(figure)
        if entry is None or not entry.figures or figure == entry.figures[0]:
            return entry.note if entry else ""
        return name_anchor(self.number_of[figure[0]], figure[1])

    @once
    def values_held(self) -> dict[tuple[str, ...], float]:
        """Whole quantities by area, indicator, scope and window: one look instead of a search."""
        place = itemgetter("area_id", "indicator", "scope", "period_start", "period_end")
        whole = (row for row in reversed(self.held) if not row["breakdown"])
        return {place(row): row["value"] for row in whole}

    @once
    def peers(self) -> Peers:
        """The peers of the area on the last day of the period, by the written rule."""
        size, days = self.report.peers.size, (self.start, self.end)
        sizes = [
            (row["value"], row["area_id"])
            for row in self.held
            if row["indicator"] == size and not row["breakdown"] and row["value"] == row["value"]
            if (row["period_start"], row["period_end"]) == days
        ]
        volumes = {area_id: value for value, area_id in sorted(sizes, key=itemgetter(0))}
        return find_peers(self.area["area_id"], self.reference, volumes, self.end)

    @once
    def own_values(self) -> list[Row]:
        """The headline values of the area, in all windows held."""
        followed = set(self.report.followed)
        return [
            row
            for row in self.held
            if row["area_id"] == self.area["area_id"]
            and not row["breakdown"]
            and row["indicator"] in followed
            and row["value"] == row["value"]
        ]

    @once
    def series(self) -> list[Series]:
        """Headline values with the same window of other years, where there is one."""
        rows = self.own_values
        of = ("area_id", "indicator", "period_start", "period_end")
        keys = [tuple(row[name] for name in of) for row in rows]
        keys = [(area_id, code, start or end, end) for area_id, code, start, end in keys]
        parts = zip(rows, find_segments(keys, self.reference), strict=True)
        broken = [{**row, "segment": at, "crosses": names} for row, (at, names) in parts]
        points: dict[tuple[str, ...], dict[str, Row]] = {}
        for row in sorted(broken, key=itemgetter("period_end", "status")):
            days = (row["period_start"][4:], row["period_end"][4:])
            own = points.setdefault((row["indicator"], row["scope"], *days), {})
            own.setdefault(row["period_end"], row)
        found = []
        places = [(name, scope) for name in self.report.followed for scope in self.main_scopes]
        for entry in filter(None, (self.find(*place) for place in places)):
            own = points.get((entry.indicator, entry.scope, entry.start[4:], entry.end[4:]), {})
            found += [Series(entry, [*own.values()])] if len(own) > 1 else []
        return found

    @once
    def number_of(self) -> dict[str, int]:
        """The number of each source in the list of them."""
        return {str(each): at for at, each in enumerate(self.sources["source_id"], start=1)}

    @once
    def letter_of(self) -> dict[str, str]:
        """The letter by which each source is cited, from A to Z, then AA: notes have numbers."""
        letters = chain(ascii_uppercase, map("".join, product(ascii_uppercase, repeat=2)))
        return dict(zip(self.number_of, letters, strict=False))

    @once
    def printed(self) -> dict[tuple[str, str], Row]:
        """The figures as printed, by source and figure, in the order of the documents."""
        return {(row["source_id"], row["figure_id"]): row for row in list_rows(self.figures)}

    def section_of(self, figure: tuple[str, str]) -> str:
        """The section of a document in which a figure stands."""
        return str(self.printed[figure]["section"]) if figure in self.printed else ""

    def marks(self, entry: Entry, *, remarks: bool = False) -> list[Contradiction]:
        """The contradictions that stand beside a value, in order; or the remarks of its note."""
        known = (self.contradiction_of.get(each) for each in entry.findings)
        own = {each.number: each for each in known if each and each.is_remark == remarks}
        return [own[number] for number in sorted(own)]

    def find(self, indicator: str, scope: str | None = None) -> Entry | None:
        """The result of an indicator without breakdown, nearest to the end of the period.

        Without a scope: of the whole area, else of its offices, else of those below it.
        """
        if scope is None:
            found = (self.find(indicator, each) for each in self.widest_first)
            return next((each for each in found if each), None)
        return self._by_place.get((indicator, scope))

    def find_first(self, indicators: Iterable[str]) -> Entry | None:
        """Of several indicators the result of the first that is reported."""
        return next(filter(None, map(self.find, indicators)), None)

    def find_parts(self, indicator: str) -> list[Entry]:
        """The results of an indicator for the parts of the area, as far as they are reported."""
        found = (self.find(indicator, scope) for scope in self.parts)
        return [entry for entry in found if entry]

    def find_together(self, *indicators: str) -> tuple[Entry, ...]:
        """The results of several indicators in the widest scope that has all; none without one."""
        for scope in self.widest_first:
            found = [self.find(each, scope) for each in indicators]
            if all(found):
                return tuple(each for each in found if each)
        return ()

    def find_any(self, indicator: str) -> Entry | None:
        """The first value of an indicator of whatever kind: a maximum and a norm are no results."""
        return next((entry for entry in self.entries if entry.indicator == indicator), None)

    @once
    def _by_place(self) -> dict[tuple[str, str], Entry]:
        return {(each.indicator, each.scope): each for each in reversed(self.nearest_first)}

    @once
    def nearest_first(self) -> list[Entry]:
        """The district's results, nearest to the end of the period; an estimate after an actual."""
        own = [
            each
            for each in reversed(self.results)
            if each.area_id == self.area["area_id"] and not each.breakdown and not each.is_withheld
        ]
        return sorted(
            own,
            key=lambda each: (each.end <= self.end, each.end, each.status != Status.ESTIMATE),
            reverse=True,
        )
