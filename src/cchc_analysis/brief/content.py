"""A brief: what is held of one area and period, looked up, and how its pages name it.

Values, contradictions, comparisons and series are found here, and nothing is computed; ``opening``
makes it. Every number that a page takes from an entry passes through the macro ``tell`` and its
kin, so that none can stand without the way back to its place; other modules give the sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, product
from math import inf
from operator import itemgetter
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup, escape

from cchc_analysis.brief import nouns
from cchc_analysis.brief.nouns import Comparison, Contradiction, Entry, Row
from cchc_analysis.brief.report import AREAS, find_report, part_of
from cchc_analysis.brief.templates import HasHead, join, load_macros, shows
from cchc_analysis.data.clean import parse_period, slug_text
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import (
    NOTICE,
    TWO_TIERS_SINCE,
    Scope,
    Severity,
    Status,
    is_synthetic,
)
from cchc_analysis.data.reference import Reference
from cchc_analysis.data.words import COMPARATOR_SIGNS, NO_BREAK, Words, clean_text, plain
from cchc_analysis.stats.peers import Peers, break_series, find_peers
from cchc_analysis.stats.windows import is_about, place_window

if TYPE_CHECKING:
    once = cached_property
else:

    class once(cached_property):  # noqa: N801 - a decorator
        """What is looked up once for a brief, however many of its pages ask for it."""

        def __get__(self, brief: Any, owner: type | None = None) -> Any:
            """The value, kept with the brief from which the page derives."""
            return super().__get__(brief and (brief.first or brief), owner)


TWO_TIERS = (Scope.DISTRICT_OFFICE, Scope.COMMUNE_AGGREGATE)
THREE_TIERS = (Scope.PROVINCE_OFFICE, Scope.DISTRICT_AGGREGATE, Scope.COMMUNE_AGGREGATE)
NOT_TOLD = ("plan", "panel")
"""Kinds of source that a brief may use, but that are no reason for one."""
ANNEX = "annex.html"
"""The annex of a brief, beside its front."""
MOST_ON_ANNEX = 131_000
"""Bytes of text from which an annex with its charts would pass 150 KB, and is split."""
_CODE = re.compile(r"([a-z_][a-z0-9_]*(?:@[a-z_]+)?)")
"""An operand of a formula: an indicator, of a scope where it is another one; signs between them."""


def fits(entry: Entry, beside: Entry) -> bool:
    """Whether two values are of one window; a stock is of a day of the year since that began."""
    if entry.start and beside.start:
        return (entry.start, entry.end) == (beside.start, beside.end)
    stock, other = (beside, entry) if entry.start else (entry, beside)
    is_dated = bool(entry.end and beside.end)
    return not is_dated or (stock.end >= other.start and stock.end[:4] == other.end[:4])


def find_folder(area: Row) -> str:
    """The folder of the pages of an area within their language: its profile, above its briefs."""
    kind, name = slug_text(str(area["type"])), slug_text(str(area["name"]))
    return f"{slug_text(str(area['area_id']))}-{name.removeprefix(f'{kind}-')}"


def name_folder(area: Row, period: str) -> str:
    """The folder of a brief within its language.

    >>> name_folder({"area_id": "183", "name": "Huyện Cao Lộc", "type": "huyện"}, "2024-H1")
    '183-cao-loc/2024-h1'
    """
    return f"{find_folder(area)}/{slug_text(period)}"


def name_indicator(page: Any, indicator: str) -> Markup:
    """The label of an indicator."""
    label: Markup = page.words.pick(page.reference.indicator_rows[indicator], "label")
    return label


def name_short(page: Any, indicator: str) -> Markup:
    """The name of an indicator where there is little room, if it has one."""
    key = f"short.{indicator}"
    said: Markup = page.words.say(key) if page.words.has(key) else name_indicator(page, indicator)
    return said


@shows(
    beside="show_plan is_running_rate show_trend show_revised show_peers draw_spine find_standing",
    downloads="tabulate_entries",
    exhibits="list_scores",
    nouns="list_entries show_contradictions split_explanation tell_arithmetic tell_rule",
    brief_sections="show_head show_summary show_cards show_goals show_disputes show_themes "
    "show_place show_references find_fronts draw_series "
    "show_annex_head show_reform_areas show_notes find_readings",
)
@dataclass(frozen=True, eq=False, repr=False)
class Brief(HasHead):
    """One area, one period, one language, as a page tells them.

    Attributes:
        area: Its row of the areas.
        period: The label of the period; ``start`` and ``end`` its dates.
        sources: The reports told, then the plans they are held against; their tables follow.
        held: The published results of all areas (``keep_results``), for trend and peers.
        periods_held: The periods that have a brief, by area, as far as a brief may know.
        entries: The published values of its sources, in the order of the documents.
        rules_asked: How many rules of ``identities.csv`` apply to the figures of its reports.
        followed: Those of several definitions that the figures of its reports follow.
        quotes: Sentences of documents that the user keeps, by source and figure.
        annex: Where the annex lies, from the page that is told; empty on the annex itself.
        is_front: Whether the page that is told is the front.
        is_whole: Whether front and annex are one page, which is mailed or printed and which
            nothing lies beside.
        part: The area of reform that the page tells, where the annex is split by them.
        used: The values that the page has told, in order; the front keeps short notes of them.
        homes: The notes of the values that stand in a table of the page: the way back to them.
        drawn: The pictures that front and annex share, by name, once they are drawn.
        first: The brief from which its front and the pages of its annex derive.
    """

    area: Row
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
    held: pd.DataFrame
    periods_held: Mapping[str, Sequence[str]]
    entries: tuple[Entry, ...]
    rules_asked: int
    followed: Sequence[Row]
    comparisons: tuple[Comparison, ...] = ()
    quotes: nouns.Quotes = field(default_factory=dict)
    annex: str = ""
    is_front: bool = False
    is_whole: bool = False
    part: str = ""
    used: dict[str, Entry] = field(default_factory=dict)
    homes: set[str] = field(default_factory=set)
    drawn: dict[str, str] = field(default_factory=dict)
    first: Brief | None = None

    name_indicator = name_indicator
    name_folder = staticmethod(name_folder)
    split_formula = staticmethod(_CODE.split)
    states = nouns.STATE_SIGNS
    grade = once(nouns.grade_brief)
    report = once(find_report)

    def __repr__(self) -> str:
        return f"<Brief {self.area['name']}, {self.period}, {self.lang}>"

    @property
    def lang(self) -> str:
        """The language of the page."""
        return self.words.lang

    @once
    def front(self) -> Brief:
        """The same brief as its front tells it."""
        annex = "" if self.is_whole else ANNEX
        return replace(self, annex=annex, is_front=True, used={}, homes=set(), first=self)

    @cached_property
    def macros(self) -> Any:
        """The macros of templates as this page says them: front and annex have their own."""
        return load_macros(self.words, brief=self)

    @once
    def part_pages(self) -> dict[str, str]:
        """The pages of an annex that one page is too heavy for, by area of reform, in their order.

        Known before anything is told, because links lead to them, and in both languages alike.
        Measured on real and made-up reports: a value takes some 180 bytes and its name two and a
        half times, a finding 900.
        """
        rows = self.reference.indicator_rows
        names = sum(len(str(rows[each.indicator]["label_vi"]).encode()) for each in self.entries)
        findings = min(len(self.findings), 40)
        weight = 27_000 + 180 * len(self.entries) + 2.5 * names + 900 * findings
        if weight <= MOST_ON_ANNEX or self.is_whole:
            return {}
        noted = [*self.entries, *(each.target for each in self.comparisons)]
        told = {part_of(self.reference, each.indicator) for each in noted}
        ends = {area: f"-{area.replace('_', '-')}." for area in AREAS if area in told}
        return {area: ANNEX.replace(".", end) for area, end in ends.items()}

    @property
    def notice(self) -> str:
        """That the figures are made up, where they are."""
        return NOTICE[self.lang] if is_synthetic(str(self.area["area_id"])) else ""

    @once
    def current(self) -> tuple[Comparison, ...]:
        """The comparisons with targets of this period, not of an earlier one."""
        return tuple(each for each in self.comparisons if not each.is_earlier)

    @once
    def goals(self) -> list[list[Comparison]]:
        """The targets of this period, each once, however many scopes it is held against.

        What decides comes first. Limits and conditions of rules are no targets.
        """
        groups = nouns.group_targets(each for each in self.current if each.is_target)
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

    @once
    def province(self) -> Row | None:
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
    def own(self) -> list[Entry]:
        """The entries on the area itself, and on none below it."""
        return [each for each in self.entries if each.area_id == self.area["area_id"]]

    @once
    def reported(self) -> list[Entry]:
        """The entries that the reports state."""
        told = set(self.reports["source_id"])
        return [each for each in self.entries if told.issuperset(each.source_id.split())]

    @once
    def results(self) -> list[Entry]:
        """Of these the entries that state what happened."""
        return [each for each in self.reported if each.is_result]

    @once
    def own_results(self) -> list[Entry]:
        """Of these in turn the entries on the area itself."""
        return [each for each in self.results if each.area_id == self.area["area_id"]]

    @once
    def contradictions(self) -> list[Contradiction]:
        """The ledger: findings by cause, the worst first, then in the order of the document."""
        return nouns.number_findings(self.findings)

    @once
    def serious(self) -> list[Contradiction]:
        """The contradictions that are more than remarks: what every page counts."""
        return [each for each in self.contradictions if each.severity != Severity.INFO]

    @once
    def warnings(self) -> list[str]:
        """The findings of these: some tell one thing in several sums."""
        is_serious = self.findings["severity"] != Severity.INFO
        return [*self.findings.loc[is_serious, "finding_id"]]

    @once
    def judged(self) -> list[Contradiction]:
        """Those that concern a report: what its grade rests on, and none of a plan alone."""
        told = set(self.reports["source_id"])
        return [each for each in self.serious if not each.sources.isdisjoint(told)]

    @once
    def doubted(self) -> set[int]:
        """The numbers of those about figures that people quote: a doubt about the brief."""
        quoted = [each for each in self.own if each.indicator in self.report.quoted]
        return {mark.number for entry in quoted for mark in self.marks(entry)}

    @once
    def contradiction_of(self) -> dict[str, Contradiction]:
        """The entry of the ledger by finding."""
        return {
            finding["finding_id"]: each for each in self.contradictions for finding in each.findings
        }

    def marks(self, entry: Entry, *, remarks: bool = False) -> list[Contradiction]:
        """The contradictions that stand beside a value, in order; or the remarks of its note."""
        known = (self.contradiction_of.get(each) for each in entry.findings)
        own = {each.number: each for each in known if each and each.is_remark == remarks}
        return [own[number] for number in sorted(own)]

    @once
    def printed(self) -> dict[tuple[str, str], Row]:
        """The figures as printed, by source and figure, in the order of the documents."""
        return {(row["source_id"], row["figure_id"]): row for row in list_rows(self.figures)}

    def section_of(self, figure: tuple[str, str]) -> str:
        """The section of a document in which a figure stands."""
        return str(self.printed[figure]["section"]) if figure in self.printed else ""

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
    def entry_of_figure(self) -> dict[tuple[str, str], Entry]:
        """The entry that a figure belongs to, by source and figure, whichever reading it prints."""
        return {
            (row["source_id"], row["figure_id"]): entry
            for entry in reversed(self.entries)
            for row in entry.readings
        }

    def find_page(self, entry: Entry) -> str:
        """The page that holds the note of a value; empty where it is the page that is told."""
        if not self.part_pages:
            return self.annex
        part = part_of(self.reference, entry.indicator)
        return "" if part == self.part else self.part_pages[part]

    def find_anchor(self, figure: tuple[str, str]) -> str:
        """Where the notes tell a figure: the note of its value, or its own place within that."""
        entry = self.entry_of_figure.get(figure)
        if entry is None or not entry.figures or figure == entry.figures[0]:
            return entry.note if entry else ""
        return nouns.name_anchor(self.number_of[figure[0]], figure[1])

    @once
    def values_held(self) -> Mapping[Any, float]:
        """Whole quantities by area, indicator, scope and window: one look instead of a search."""
        place = ["area_id", "indicator", "scope", "period_start", "period_end"]
        return self.held[::-1].set_index(place)["value"].to_dict()

    @once
    def peers(self) -> Peers:
        """The peers of the area on the last day of the period, by the written rule."""
        sizes = self.held[self.held["indicator"] == self.report.peers.size]
        here = (sizes["period_start"] == self.start) & (sizes["period_end"] == self.end)
        volumes: Mapping[Any, float] = sizes[here].groupby("area_id")["value"].max().to_dict()
        return find_peers(self.area["area_id"], self.reference, volumes, self.end)

    @once
    def own_values(self) -> pd.DataFrame:
        """The headline values of the area, in all windows held."""
        is_own = self.held["area_id"] == self.area["area_id"]
        is_followed = self.held["indicator"].isin(self.report.followed)
        own: pd.DataFrame = self.held[is_own & is_followed]
        return own.reset_index(drop=True)

    @once
    def series(self) -> list[dict[str, Any]]:
        """Headline values with the same window of other years, where there is one."""
        if self.own_values.empty:
            return []
        broken = list_rows(break_series(self.own_values, self.reference))
        points: dict[tuple[str, ...], dict[str, Row]] = {}
        for row in sorted(broken, key=itemgetter("period_end", "status")):
            days = (row["period_start"][4:], row["period_end"][4:])
            own = points.setdefault((row["indicator"], row["scope"], *days), {})
            own.setdefault(row["period_end"], row)
        found = []
        for entry in self.find_scoped(self.report.followed):
            own = points.get((entry.indicator, entry.scope, entry.start[4:], entry.end[4:]), {})
            found += [nouns.make_series(entry, [*own.values()])] if len(own) > 1 else []
        return found

    @once
    def nearest_first(self) -> list[Entry]:
        """The district's results, those of the brief's own window first (``place_window``)."""
        own = reversed(self.own_results)
        return self.sort_nearest(
            each for each in own if not each.breakdown and not each.is_withheld
        )

    def sort_nearest(
        self, entries: Iterable[Entry], own: tuple[str, str] | None = None
    ) -> list[Entry]:
        """Values by how near their windows lie to the brief's, or to another.

        Of one window an estimate comes after an actual.
        """
        days = own or (self.start, self.end)

        def tell_place(each: Entry) -> tuple[bool | float, ...]:
            is_actual = each.status != Status.ESTIMATE
            return *place_window((each.start, each.end), days), is_actual

        return sorted(entries, key=tell_place, reverse=True)

    @once
    def _by_place(self) -> dict[tuple[str, str], list[Entry]]:
        """The results of an indicator and scope, nearest first."""
        found: dict[tuple[str, str], list[Entry]] = {}
        for each in self.nearest_first:
            found.setdefault((each.indicator, each.scope), []).append(each)
        return found

    def find(
        self, indicator: str, scope: str | None = None, beside: Entry | None = None
    ) -> Entry | None:
        """The result of an indicator without breakdown, of the brief's own window or the nearest.

        Without a scope: of the whole area, else of its offices, else of those below it; of these
        what is of the brief's own window comes before what accumulated since a day before. With a
        value ``beside`` which it is to stand: of the window of that value and no other, because
        values of two windows are never worked out together; a stock of its last day or about.
        """
        found = []
        for each in (self.whole, *self.parts) if scope is None else (scope,):
            known = self._by_place.get((indicator, each), [])
            if beside:  # a stock of its end or before comes first
                fitting = (entry for entry in known if fits(entry, beside))
                known = sorted(fitting, key=lambda entry: entry.end > beside.end)
            found += known[:1]
        return min(found, key=self.has_other_days, default=None)

    def find_first(self, indicators: Iterable[str]) -> Entry | None:
        """Of several indicators the result of the first that is reported."""
        return next(filter(None, map(self.find, indicators)), None)

    def find_parts(self, indicator: str, beside: Entry | None = None) -> list[Entry]:
        """The results of an indicator for the parts of the area, as far as they are reported."""
        return list(filter(None, (self.find(indicator, scope, beside) for scope in self.parts)))

    def find_scoped(self, indicators: Iterable[str]) -> list[Entry]:
        """The results of indicators for the parts of the area, then for the whole of it."""
        places = product(indicators, self.main_scopes)
        return [entry for place in places if (entry := self.find(*place))]

    def find_together(self, *indicators: str, scope: str | None = None) -> tuple[Entry, ...]:
        """The results of several indicators in the widest scope that has all; none without one.

        All of one window, the nearest that has all; and the widest scope of the brief's own.
        """
        told: list[tuple[Entry, ...]] = []
        for each in (self.whole, *self.parts) if scope is None else (scope,):
            known = [self._by_place.get((code, each), []) for code in indicators]
            # Each window that any of them has, in turn; where all are stocks, that of the first.
            flows = [entry for own in known for entry in own if entry.start]
            for beside in self.sort_nearest(flows) or known[0][:1]:
                found = [entry for code in indicators if (entry := self.find(code, each, beside))]
                if len(found) == len(indicators):
                    told.append(tuple(found))
                    break
        return min(told, key=lambda own: any(map(self.has_other_days, own)), default=())

    def has_other_days(self, entry: Entry, beside: Entry | None = None) -> bool:
        """Whether a flow was counted over other days than what it stands beside, or than the brief.

        A report may close some weeks before its period does: the head of the annex says so, and
        not every sentence.
        """
        if beside:
            return not fits(entry, beside)
        is_near = is_about((entry.start, entry.end), (self.start, self.end))
        is_flow = bool(entry.start) and entry.is_result
        return is_flow and not (entry.start == self.start and is_near)

    def find_any(self, indicator: str) -> Entry | None:
        """The first value of an indicator of whatever kind: a maximum and a norm are no results."""
        return next((entry for entry in self.own if entry.indicator == indicator), None)

    def find_operand(self, entry: Entry, name: str) -> Entry | None:
        """The value that a derived one has in the place of a name of its formula, "code@scope"."""
        code, _, scope = name.partition("@")
        place, beside = (code, scope or entry.scope), entry.base or entry
        if entry.area_id == self.area["area_id"]:
            return self.find(*place, beside) or self.find(*place) or self.find_any(code)
        own = (each for each in self.entries if each.area_id == entry.area_id)
        known = (each for each in own if (each.indicator, each.scope) == place)
        return next((each for each in known if fits(each, beside)), None)

    def tell_plain(self, entry: Entry, *, unit: bool = True) -> str:
        """A value as text, for a chart or a text alternative."""
        word = self.tell_unit(entry) if unit and not entry.is_withheld else ""
        told = self.tell_number(entry), word
        return plain(join(NO_BREAK, *(told[::-1] if entry.unit == "rank" else told)))

    def tell_interval(self, entry: Entry) -> Markup:
        """The ends of its interval, as exact as that is narrow; empty without one."""
        if entry.low is None or entry.high is None:
            return Markup("")
        places = 1 if entry.high - entry.low >= 1 else 2
        low, high = (self.words.number(each, places) for each in (entry.low, entry.high))
        return self.words.say("unit.range", low=low, high=high)

    def tell_number(self, entry: Entry) -> Markup:
        """The number alone, with its bound, a percentage with its sign."""
        if entry.is_withheld:
            return self.words.say("withheld")
        top = self.reference.indicator_rows.get(entry.indicator, {}).get("range_max") or inf
        is_top = entry.comparator == ">=" and entry.value >= float(top)  # nothing can exceed it
        sign = "" if is_top else COMPARATOR_SIGNS.get(entry.comparator, "")
        number = sign + self.words.number(entry.value, entry.decimals)
        if entry.unit == "%":
            return self.words.say("unit.percent", n=number)
        return escape(number)

    def tell_unit(self, entry: Entry, *, many: bool = False) -> Markup:
        """The word for a unit, in the plural for ``many``; a percentage has a sign and no word."""
        if entry.unit == "%":
            return self.words.say("unit.rate") if many else Markup("")
        own = f"unit.of.{entry.indicator}"
        if self.words.has(own):
            # What the catalogue only calls an item has a word of its own: an article, a chair.
            return self.words.count(own, 0 if many or entry.is_withheld else int(entry.value))
        row = self.reference.unit_rows.get(entry.unit, {})
        if self.lang == "en" and entry.value == 1 and not many:
            # The code of a unit is its English singular.
            return clean_text(entry.unit)
        return self.words.pick(row, "label") or clean_text(entry.unit)

    def name_entry(self, entry: Entry) -> Markup:
        """The label of an entry: indicator, breakdown, and the commune where it is one."""
        name = self.name_indicator(entry.indicator)
        if entry.breakdown:
            name = join(": ", name, self.name_breakdown(entry.breakdown))
        if entry.area_id and entry.area_id != self.area["area_id"]:
            name = join(" – ", name, self.name_place(entry.area_id))
        return name

    def name_place(self, area_id: str) -> Markup:
        """The name that an area bore then; the reference may know none."""
        row = self.reference.find_on(area_id, self.end)
        return self.words.place(row) if row else clean_text(area_id)

    def name_breakdown(self, breakdown: str) -> Markup:
        """The label of a breakdown, "máy tính"."""
        rows = self.reference.rows_where("breakdowns", "breakdown", breakdown)
        return self.words.pick(rows[0], "label") if rows else clean_text(breakdown)

    def name_scope(self, scope: str, area_id: str = "") -> Markup:
        """Whose work is counted, "Cấp huyện"; nothing for what is said of a whole document.

        Of an area below, "Toàn huyện" in a brief of a province; communes go by their scope.
        """
        words, known = self.words, self.reference.area_rows
        is_below = area_id not in ("", self.area["area_id"]) and scope != Scope.COMMUNE
        if is_below and area_id in known:
            words = words.fit(self.reference.area_on(area_id, self.end), self.end)
        return words.say(f"scope.{scope}") if scope else Markup("")

    def is_named(self, entry: Entry) -> bool:
        """Whether a value has the window that the name of the period says."""
        named, ends = parse_period(self.period), [entry.start or self.start, entry.end]
        return ends == [str(named.start), str(named.end)] and "/" not in self.period
