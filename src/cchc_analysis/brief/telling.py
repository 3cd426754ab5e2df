"""How a value is told: as a number that links to its note, with its unit, name, scope and marks.

Comes in as entries; goes out as ``Markup``. Every number that a page takes from an entry passes
through here, so that none can stand without the way back to its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from markupsafe import Markup, escape

from cchc_analysis.brief.nouns import STATE_SIGNS, Contradiction, Entry, State
from cchc_analysis.brief.templates import join, link, macro
from cchc_analysis.data.clean import parse_period
from cchc_analysis.data.words import COMPARATOR_SIGNS, NO_BREAK, Words, clean_text, plain

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.brief.content import Brief
    from cchc_analysis.data.reference import Reference

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


def tell(
    brief: Brief, entry: Entry, *, unit: bool = True, marks: bool = True, home: bool = False
) -> Markup:
    """A value as a link to its note, with its unit and the marks of its contradictions.

    One at ``home`` stands in a table, to which its note leads back.
    """
    brief.used.setdefault(entry.note, entry)
    number = list(brief.used).index(entry.note) + 1 if brief.is_front else ""  # of its short note
    anchor = origin = ""
    if (home or brief.is_front) and entry.note not in brief.homes:
        brief.homes.add(entry.note)
        page = "f" if brief.is_front else "u"  # the front, or the annex
        anchor = f"{page}-{entry.note.removeprefix('n-')}"
    if brief.is_front and entry.readings:  # where it stands, in a few words
        row = entry.readings[0]
        line = brief.words.plain("note.line", n=row["line"]) if row["line"] else ""
        place = ", ".join(filter(None, [plain(row["section"]), line]))
        origin = brief.words.plain("front.origin", place=place, printed=clean_text(row["printed"]))
    elif brief.is_front and entry.parts:
        origin = plain(tell_derivation(brief, entry))
    return macro(
        brief.words,
        "value",
        f"{brief.find_page(entry)}#{entry.note}",
        tell_number(brief, entry),
        origin,
        tell_unit(brief, entry) if unit and not entry.is_withheld else "",
        tell_marks(brief, brief.marks(entry)) if marks else "",
        number,
        anchor,
    )


def tell_cell(brief: Brief, entry: Entry | None) -> Markup:
    """A value in a table, whose caption says the unit; the sign for none."""
    return tell(brief, entry, unit=False, home=True) if entry else tell_missing(brief)


def tell_derivation(brief: Brief, entry: Entry) -> Markup:
    """From what a value is derived: its formula in numbers, each a link to its own note."""
    told = []
    for at, each in enumerate(_CODE.split(entry.parts)):
        if at % 2 == 0:
            signs = each.replace("*", "×").replace("/", "÷").replace("-", "−")
            told.append(clean_text(signs))
            continue
        code, _, scope = each.partition("@")
        found = brief.find(code, scope or entry.scope) or brief.find_any(code)
        number = found and link_note(brief, found, tell_number(brief, found))
        told.append(number or name_indicator(brief, code))
    return brief.say("note.derived", formula=Markup("").join(told))


def tell_plain(brief: Brief, entry: Entry, *, unit: bool = True) -> str:
    """A value as text, for a chart or a text alternative."""
    word = tell_unit(brief, entry) if unit and not entry.is_withheld else ""
    return plain(join(NO_BREAK, tell_number(brief, entry), word))


def tell_number(brief: Brief, entry: Entry) -> Markup:
    """The number alone, with its bound, a percentage with its sign."""
    if entry.is_withheld:
        return brief.say("withheld")
    sign = COMPARATOR_SIGNS.get(entry.comparator, "")
    number = sign + brief.words.number(entry.value, entry.decimals)
    if entry.unit == "%":
        return brief.say("unit.percent", n=number)
    return escape(number)


def tell_unit(brief: Brief, entry: Entry, *, many: bool = False) -> Markup:
    """The word for the unit, in the plural for ``many``; none for a percentage: it has a sign."""
    if entry.unit == "%":
        return brief.say("unit.rate") if many else Markup("")
    own = f"unit.of.{entry.indicator}"
    if brief.words.has(own):
        # What the catalogue only calls an item has a word of its own: an article, a chair.
        return brief.words.count(own, 0 if many else int(entry.value))
    row = brief.reference.unit_rows.get(entry.unit, {})
    if brief.lang == "en" and entry.value == 1 and not many:
        # The code of a unit is its English singular.
        return clean_text(entry.unit)
    return brief.words.pick(row, "label") or clean_text(entry.unit)


def link_count(brief: Brief, n: int, anchor: str) -> Markup:
    """A count of the page's own as a link to what was counted."""
    return macro(brief.words, "count", f"{brief.annex}#{anchor}", brief.words.number(n))


def link_brief(brief: Brief, area: Mapping[str, Any], period: str, text: Any) -> Markup:
    """A link to the brief of an area (its row) and period."""
    from cchc_analysis.brief.content import name_folder

    return link_away(brief, f"../../{name_folder(area, period)}/index.html", text)


def link_away(brief: Brief, href: str, text: Any) -> Markup:
    """A link to another page of the site; only its text where nothing lies beside the page."""
    return escape(text) if brief.is_whole else link(href, text)


def link_note(brief: Brief, entry: Entry, text: Any) -> Markup:
    """A link to the note of a value."""
    return link(f"{brief.find_page(entry)}#{entry.note}", text)


def link_other(brief: Brief, page: str = "index.html") -> dict[str, str]:
    """The same page in the other language."""
    from cchc_analysis.brief.content import name_folder, other_language

    lang = other_language(brief.lang)
    return {"href": f"../../../{lang}/{name_folder(brief.area, brief.period)}/{page}", "lang": lang}


def tell_missing(brief: Brief) -> Markup:
    """The sign for what a report does not say; it is not a zero."""
    return macro(brief.words, "missing")


def tell_marks(brief: Brief, ledger: Sequence[Contradiction]) -> Markup:
    """Links to the entries of the ledger: a sign, a number, and words for who does not see it.

    A space before each, so that a narrow cell may break the line there. Where there are more than
    a cell can hold, the first stand for all, and how many more there are is said.
    """
    if not ledger:
        return Markup("")
    most = MOST_MARKS if len(ledger) > MOST_MARKS + 1 else len(ledger)
    return macro(brief.words, "marks", brief.annex, ledger[:most], len(ledger) - most)


def tell_state(brief: Brief, state: State) -> Markup:
    """A state as sign and word."""
    return macro(brief.words, "state", state, STATE_SIGNS[state])


def name_indicator(voice: Voice, indicator: str) -> Markup:
    """The label of an indicator."""
    return voice.words.pick(voice.reference.indicator_rows[indicator], "label")


def name_entry(brief: Brief, entry: Entry) -> Markup:
    """The label of an entry: indicator, breakdown, and the commune where it is one."""
    name = name_indicator(brief, entry.indicator)
    if entry.breakdown:
        name = join(": ", name, name_breakdown(brief, entry.breakdown))
    if entry.area_id and entry.area_id != brief.area["area_id"]:
        area = brief.reference.area_rows.get(entry.area_id, {})
        place = brief.words.place(area) if area else clean_text(entry.area_id)
        name = join(" – ", name, place)
    return name


def name_breakdown(brief: Brief, breakdown: str) -> Markup:
    """The label of a breakdown, "máy tính"."""
    rows = brief.reference.rows_where("breakdowns", "breakdown", breakdown)
    return brief.words.pick(rows[0], "label") if rows else clean_text(breakdown)


def name_scope(brief: Brief, scope: str) -> Markup:
    """Whose work is counted, "Cấp huyện"; nothing for what is said of a whole document."""
    return brief.say(f"scope.{scope}") if scope else Markup("")


def name_area(brief: Brief) -> Markup:
    """The name of the district."""
    return brief.words.place(brief.area)


def name_status(brief: Brief, entry: Entry) -> Markup:
    """A word for a status other than actual, "ước"; nothing for an actual value."""
    return brief.say(f"status.{entry.status}") if entry.status != "actual" else Markup("")


def name_time(brief: Brief, entry: Entry) -> Markup:
    """The dates of an entry where they are not those of the brief."""
    if entry.end == brief.end and entry.start in ("", brief.start):
        return Markup("")
    return brief.words.span(entry.start, entry.end)


def name_window(brief: Brief, entry: Entry) -> Markup:
    """The period by its name, if the value has its window; else the dates of the window."""
    named, ends = parse_period(brief.period), [entry.start or brief.start, entry.end]
    if ends == [str(named.start), str(named.end)] and "/" not in brief.period:
        return brief.words.period(brief.period, ".in")
    start, end = brief.words.date(entry.start), brief.words.date(entry.end)
    return brief.say("summary.window", start=start, end=end)


def name_source(brief: Brief, source_id: str) -> Markup:
    """The letter of a source in the list of the notes, as a link: [A]."""
    if source_id not in brief.number_of:
        return clean_text(source_id)
    href = f"{brief.annex}#s-{brief.number_of[source_id]}"
    return macro(brief.words, "value", href, f"[{brief.letter_of[source_id]}]")


def tell_title(brief: Brief, source: Mapping[str, Any]) -> Markup:
    """The title of a document, marked as of its own language where that is not the page's."""
    title, lang = clean_text(source["title"]), str(source["language"]) or brief.lang
    if lang == brief.lang:
        return title
    return macro(brief.words, "foreign", lang, title)


def cite(brief: Brief, entries: Iterable[Entry]) -> Markup:
    """The sources of some values with the sections in which they stand."""
    places: dict[str, dict[str, None]] = {}
    for entry in entries:
        for source_id, figure in entry.figures:
            section = brief.section_of((source_id, figure))
            places.setdefault(source_id, {})[section] = None
    parts = [
        join(" ", name_source(brief, source_id), join(", ", *map(clean_text, sections)))
        for source_id, sections in places.items()
    ]
    return brief.say("chart.source", places=join("; ", *parts))


def tabulate_entries(brief: Brief, entries: Iterable[Entry]) -> pd.DataFrame:
    """Values as a table: what each is of, for whom and when, and the figures behind it."""
    import pandas as pd

    rows = [
        vars(each)
        | {"name": plain(name_entry(brief, each))}
        | {"period_start": each.start, "period_end": each.end}
        | {"figures": " ".join(figure for _, figure in each.figures)}
        for each in entries
    ]
    return pd.DataFrame(rows, columns=TABULATED if rows else None)
