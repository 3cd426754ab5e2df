"""A brief: how the page of one area, period and language tells what is held of them.

Every number that a page takes from an entry passes through ``tell`` and its kin, so that none can
stand without the way back to its place; other modules give the sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from markupsafe import Markup, escape

from cchc_analysis.brief.lookup import Lookup, once
from cchc_analysis.brief.nouns import STATE_SIGNS, Contradiction, Entry, State
from cchc_analysis.brief.report import AREAS, part_of
from cchc_analysis.brief.templates import join, link, macro, shows
from cchc_analysis.data.clean import parse_period, slug_text
from cchc_analysis.data.records import NOTICE, is_synthetic
from cchc_analysis.data.words import (
    COMPARATOR_SIGNS,
    LANGUAGES,
    NO_BREAK,
    Words,
    clean_text,
    plain,
)

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference

ANNEX = "annex.html"
"""The annex of a brief, beside its front."""
MOST_ON_ANNEX = 131_000
"""Bytes of text from which an annex with its charts would pass 150 KB, and is split."""
MOST_MARKS = 4
"""Marks beside one number; a page on which everything is contested stays readable."""

TABULATED = (
    *("indicator", "name", "scope", "breakdown", "period_start", "period_end", "status", "value"),
    *("unit", "is_contested", "source_id", "figures"),
)
_CODE = re.compile(r"([a-z_][a-z0-9_]*(?:@[a-z_]+)?)")
"""An operand of a formula: an indicator, of a scope where it is another one."""


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
    peers="show_peers draw_spine find_standing say_median say_place",
    plan="show_plan is_running_rate",
    trend="show_trend show_revised link_kin tell_change",
)
class Brief(Lookup):
    """One area, one period, one language, as a page tells them."""

    name_indicator = name_indicator

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

    def name_area_place(self, area: str) -> str:
        """Where the annex tells an area of reform."""
        return f"{name_part(area) if self.is_split else self.annex}#part-{area}"

    @property
    def lang(self) -> str:
        """The language of the page."""
        return self.words.lang

    @property
    def notice(self) -> str:
        """That the figures are made up, where they are."""
        return NOTICE[self.lang] if is_synthetic(str(self.area["area_id"])) else ""

    def tell(
        self, entry: Entry, *, unit: bool = True, marks: bool = True, home: bool = False
    ) -> Markup:
        """A value as a link to its note, with its unit and the marks of its contradictions.

        One at ``home`` stands in a table, to which its note leads back.
        """
        self.used.setdefault(entry.note, entry)
        number = list(self.used).index(entry.note) + 1 if self.is_front else ""  # of its short note
        anchor = origin = ""
        if (home or self.is_front) and entry.note not in self.homes:
            self.homes.add(entry.note)
            page = "f" if self.is_front else "u"  # the front, or the annex
            anchor = f"{page}-{entry.note.removeprefix('n-')}"
        if self.is_front and entry.readings:  # where it stands, in a few words
            row = entry.readings[0]
            line = self.words.plain("note.line", n=row["line"]) if row["line"] else ""
            place = ", ".join(filter(None, [plain(row["section"]), line]))
            origin = self.words.plain(
                "front.origin", place=place, printed=clean_text(row["printed"])
            )
        elif self.is_front and entry.parts:
            origin = plain(self.tell_derivation(entry))
        return macro(
            self.words,
            "value",
            f"{self.find_page(entry)}#{entry.note}",
            self.tell_number(entry),
            origin,
            self.tell_unit(entry) if unit and not entry.is_withheld else "",
            self.tell_marks(self.marks(entry)) if marks else "",
            number,
            anchor,
        )

    def tell_cell(self, entry: Entry | None) -> Markup:
        """A value in a table, whose caption says the unit; the sign for none."""
        return self.tell(entry, unit=False, home=True) if entry else self.tell_missing()

    def tell_derivation(self, entry: Entry) -> Markup:
        """From what a value is derived: its formula in numbers, each a link to its own note."""
        told = []
        for at, each in enumerate(_CODE.split(entry.parts)):
            if at % 2 == 0:
                signs = each.replace("*", "×").replace("/", "÷").replace("-", "−")
                told.append(clean_text(signs))
                continue
            code, _, scope = each.partition("@")
            found = self.find(code, scope or entry.scope) or self.find_any(code)
            number = found and self.link_note(found, self.tell_number(found))
            told.append(number or self.name_indicator(code))
        return self.say("note.derived", formula=Markup("").join(told))

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

    def link_count(self, n: int, anchor: str) -> Markup:
        """A count of the page's own as a link to what was counted."""
        return macro(self.words, "count", f"{self.annex}#{anchor}", self.words.number(n))

    def link_brief(self, area: Mapping[str, Any], period: str, text: Any) -> Markup:
        """A link to the brief of an area (its row) and period."""
        return self.link_away(f"../../{name_folder(area, period)}/index.html", text)

    def link_away(self, href: str, text: Any) -> Markup:
        """A link to another page of the site; only its text where nothing lies beside the page."""
        return escape(text) if self.is_whole else link(href, text)

    def link_note(self, entry: Entry, text: Any) -> Markup:
        """A link to the note of a value."""
        return link(f"{self.find_page(entry)}#{entry.note}", text)

    def link_other(self, page: str = "index.html") -> dict[str, str]:
        """The same page in the other language."""
        lang = other_language(self.lang)
        return {
            "href": f"../../../{lang}/{name_folder(self.area, self.period)}/{page}",
            "lang": lang,
        }

    def tell_missing(self) -> Markup:
        """The sign for what a report does not say; it is not a zero."""
        return macro(self.words, "missing")

    def tell_marks(self, ledger: Sequence[Contradiction]) -> Markup:
        """Links to the entries of the ledger: a sign, a number, and words for who does not see it.

        A space before each, so that a narrow cell may break the line there. Where there are more
        than a cell can hold, the first stand for all, and how many more there are is said.
        """
        if not ledger:
            return Markup("")
        most = MOST_MARKS if len(ledger) > MOST_MARKS + 1 else len(ledger)
        return macro(self.words, "marks", self.annex, ledger[:most], len(ledger) - most)

    def tell_state(self, state: State) -> Markup:
        """A state as sign and word."""
        return macro(self.words, "state", state, STATE_SIGNS[state])

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

    def name_status(self, entry: Entry) -> Markup:
        """A word for a status other than actual, "ước"; nothing for an actual value."""
        return self.say(f"status.{entry.status}") if entry.status != "actual" else Markup("")

    def name_time(self, entry: Entry) -> Markup:
        """The dates of an entry where they are not those of the brief."""
        if entry.end == self.end and entry.start in ("", self.start):
            return Markup("")
        return self.words.span(entry.start, entry.end)

    def name_window(self, entry: Entry) -> Markup:
        """The period by its name, if the value has its window; else the dates of the window."""
        named, ends = parse_period(self.period), [entry.start or self.start, entry.end]
        if ends == [str(named.start), str(named.end)] and "/" not in self.period:
            return self.words.period(self.period, ".in")
        start, end = self.words.date(entry.start), self.words.date(entry.end)
        return self.say("summary.window", start=start, end=end)

    def name_source(self, source_id: str) -> Markup:
        """The letter of a source in the list of the notes, as a link: [A]."""
        if source_id not in self.number_of:
            return clean_text(source_id)
        href = f"{self.annex}#s-{self.number_of[source_id]}"
        return macro(self.words, "value", href, f"[{self.letter_of[source_id]}]")

    def tell_title(self, source: Mapping[str, Any]) -> Markup:
        """The title of a document, marked as of its own language where that is not the page's."""
        title, lang = clean_text(source["title"]), str(source["language"]) or self.lang
        if lang == self.lang:
            return title
        return macro(self.words, "foreign", lang, title)

    def cite(self, entries: Iterable[Entry]) -> Markup:
        """The sources of some values with the sections in which they stand."""
        places: dict[str, dict[str, None]] = {}
        for entry in entries:
            for source_id, figure in entry.figures:
                section = self.section_of((source_id, figure))
                places.setdefault(source_id, {})[section] = None
        parts = [
            join(" ", self.name_source(source_id), join(", ", *map(clean_text, sections)))
            for source_id, sections in places.items()
        ]
        return self.say("chart.source", places=join("; ", *parts))

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


def other_language(lang: str) -> str:
    """The language to switch to."""
    return next(each for each in LANGUAGES if each != lang)
