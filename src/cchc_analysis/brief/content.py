"""A brief: how the page of one area, period and language tells what is held of them.

Every number that a page takes from an entry passes through the macro ``tell`` and its kin, so that
none can stand without the way back to its place; other modules give the sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from markupsafe import Markup, escape

from cchc_analysis.brief.lookup import Lookup, once
from cchc_analysis.brief.nouns import STATE_SIGNS, Entry
from cchc_analysis.brief.report import AREAS, part_of
from cchc_analysis.brief.templates import join, shows
from cchc_analysis.data.clean import parse_period, slug_text
from cchc_analysis.data.records import NOTICE, is_synthetic
from cchc_analysis.data.words import COMPARATOR_SIGNS, NO_BREAK, Words, clean_text, plain

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference

ANNEX = "annex.html"
"""The annex of a brief, beside its front."""
MOST_ON_ANNEX = 131_000
"""Bytes of text from which an annex with its charts would pass 150 KB, and is split."""

TABULATED = (
    *("indicator", "name", "scope", "breakdown", "period_start", "period_end", "status", "value"),
    *("unit", "is_contested", "source_id", "figures"),
)
_CODE = re.compile(r"([a-z_][a-z0-9_]*(?:@[a-z_]+)?)")
"""An operand of a formula: an indicator, of a scope where it is another one; signs between them."""


def name_folder(area: Mapping[str, Any], period: str) -> str:
    """The folder of a brief within its language.

    >>> name_folder({"area_id": "183", "name": "Huyện Cao Lộc", "type": "huyện"}, "2024-H1")
    '183-cao-loc/2024-h1'
    """
    kind, name = slug_text(str(area["type"])), slug_text(str(area["name"]))
    short = name.removeprefix(f"{kind}-")
    return f"{slug_text(str(area['area_id']))}-{short}/{slug_text(period)}"


def name_page(area: Mapping[str, Any], period: str, lang: str) -> PurePosixPath:
    """The page of a brief within the site."""
    return PurePosixPath(lang) / name_folder(area, period) / "index.html"


def name_part(part: str) -> str:
    """The page of an area of reform, beside the annex.

    >>> name_part("civil_service")
    'annex-civil-service.html'
    """
    return ANNEX.replace(".", f"-{part.replace('_', '-')}.")


def name_list(name: str, lang: str) -> PurePosixPath:
    """A page of a language besides its briefs, by its folder.

    >>> str(name_list("quality", "vi"))
    'vi/quality/index.html'
    """
    return PurePosixPath(lang) / name / "index.html"


class Voice(Protocol):
    """Whatever tells in a language what the codes of the reference stand for."""

    @property
    def words(self) -> Words:
        """The strings of the language."""

    @property
    def reference(self) -> Reference:
        """The reference tables."""


def name_indicator(voice: Voice, indicator: str) -> Markup:
    """The label of an indicator."""
    return voice.words.pick(voice.reference.indicator_rows[indicator], "label")


@shows(
    annex="show_annex_head show_reform_areas show_notes tell_method tell_spread",
    exhibits="list_scores",
    frontpage="show_head show_summary show_cards show_goals show_disputes show_themes "
    "show_place show_references choose_lead draw_series",
    ledger="show_contradictions list_entries split_explanation tell_arithmetic "
    "tell_grade_rule tell_rule",
    peers="show_peers draw_spine find_standing",
    plan="show_plan is_running_rate",
    trend="show_trend show_revised",
)
class Brief(Lookup):
    """One area, one period, one language, as a page tells them."""

    name_indicator = name_indicator
    name_folder = staticmethod(name_folder)
    split_formula = staticmethod(_CODE.split)
    states = STATE_SIGNS

    def __repr__(self) -> str:
        return f"<Brief {self.area['name']}, {self.period}, {self.lang}>"

    def _repr_html_(self) -> str:
        from cchc_analysis.brief.frontpage import show_head

        return show_head(self)._repr_html_()

    @once
    def front(self) -> Brief:
        """The same brief as its front tells it."""
        annex = "" if self.is_whole else ANNEX
        return replace(self, annex=annex, is_front=True, used={}, homes=set(), first=self)

    @once
    def is_split(self) -> bool:
        """Whether the annex has a page for each area of reform: one would be too heavy.

        Known before anything is told, because links lead to its pages, and in both languages alike.
        Measured on real and made-up reports: a value takes some 180 bytes and its name two and a
        half times, a finding 900.
        """
        rows = self.reference.indicator_rows
        names = sum(len(str(rows[each.indicator]["label_vi"]).encode()) for each in self.entries)
        findings = min(len(self.findings), 40)
        weight = 27_000 + 180 * len(self.entries) + 2.5 * names + 900 * findings
        return weight > MOST_ON_ANNEX and not self.is_whole

    @once
    def drawn(self) -> dict[str, str]:
        """The pictures that front and annex share, by name, once they are drawn."""
        return {}

    @once
    def part_pages(self) -> dict[str, str]:
        """The pages of a split annex, by area of reform, in the order of reports."""
        if not self.is_split:
            return {}
        noted = [*self.entries, *(each.target for each in self.comparisons)]
        told = {part_of(self.reference, entry.indicator) for entry in noted}
        return {area: name_part(area) for area in AREAS if area in told}

    def find_page(self, entry: Entry) -> str:
        """The page that holds the note of a value; empty where it is the page that is told."""
        if not self.is_split:
            return self.annex
        part = part_of(self.reference, entry.indicator)
        return "" if part == self.part else name_part(part)

    @property
    def lang(self) -> str:
        """The language of the page."""
        return self.words.lang

    @property
    def notice(self) -> str:
        """That the figures are made up, where they are."""
        return NOTICE[self.lang] if is_synthetic(str(self.area["area_id"])) else ""

    def tell_plain(self, entry: Entry, *, unit: bool = True) -> str:
        """A value as text, for a chart or a text alternative."""
        word = self.tell_unit(entry) if unit and not entry.is_withheld else ""
        return plain(join(NO_BREAK, self.tell_number(entry), word))

    def tell_number(self, entry: Entry) -> Markup:
        """The number alone, with its bound, a percentage with its sign."""
        if entry.is_withheld:
            return self.say("withheld")
        sign = COMPARATOR_SIGNS.get(entry.comparator, "")
        number = sign + self.words.number(entry.value, entry.decimals)
        if entry.unit == "%":
            return self.say("unit.percent", n=number)
        return escape(number)

    def tell_unit(self, entry: Entry, *, many: bool = False) -> Markup:
        """The word for a unit, in the plural for ``many``; a percentage has a sign and no word."""
        if entry.unit == "%":
            return self.say("unit.rate") if many else Markup("")
        own = f"unit.of.{entry.indicator}"
        if self.words.has(own):
            # What the catalogue only calls an item has a word of its own: an article, a chair.
            return self.words.count(own, 0 if many else int(entry.value))
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
            area = self.reference.area_rows.get(entry.area_id, {})
            place = self.words.place(area) if area else clean_text(entry.area_id)
            name = join(" – ", name, place)
        return name

    def name_breakdown(self, breakdown: str) -> Markup:
        """The label of a breakdown, "máy tính"."""
        rows = self.reference.rows_where("breakdowns", "breakdown", breakdown)
        return self.words.pick(rows[0], "label") if rows else clean_text(breakdown)

    def name_scope(self, scope: str) -> Markup:
        """Whose work is counted, "Cấp huyện"; nothing for what is said of a whole document."""
        return self.say(f"scope.{scope}") if scope else Markup("")

    def name_area(self) -> Markup:
        """The name of the district."""
        return self.words.place(self.area)

    def name_window(self, entry: Entry) -> Markup:
        """The period by its name, if the value has its window; else the dates of the window."""
        named, ends = parse_period(self.period), [entry.start or self.start, entry.end]
        if ends == [str(named.start), str(named.end)] and "/" not in self.period:
            return self.words.period(self.period, ".in")
        start, end = self.words.date(entry.start), self.words.date(entry.end)
        return self.say("summary.window", start=start, end=end)

    def tabulate_entries(self, entries: Iterable[Entry]) -> pd.DataFrame:
        """Values as a table: what each is of, for whom and when, and the figures behind it."""
        import pandas as pd

        rows = [
            vars(each)
            | {"name": plain(self.name_entry(each))}
            | {"period_start": each.start, "period_end": each.end}
            | {"figures": " ".join(figure for _, figure in each.figures)}
            for each in entries
        ]
        return pd.DataFrame(rows, columns=TABULATED if rows else None)
