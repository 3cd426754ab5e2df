"""Every number of a page and where it stands, in the order of the documents.

An item gives the published value, the digits as printed with their line, or what the value is
derived from. ``render`` adds to each item the link back to where the number is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.ledger import tell_correction
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.telling import (
    SIGNS,
    lower,
    name_entry,
    name_indicator,
    name_scope,
    name_source,
    name_status,
    name_time,
    tell_interval,
    tell_marks,
    tell_number,
    tell_unit,
)
from cchc_analysis.brief.trend import list_last_year
from cchc_analysis.data.records import Severity
from cchc_analysis.data.words import clean_text
from cchc_analysis.stats.rates import span_readings

BACK = Markup("<!--back-->")
"""Where the link back to the use of a number will stand."""

_CODE = re.compile(r"[a-z_][a-z0-9_]*(?:@[a-z_]+)?")


def list_noted(brief: Brief) -> Iterator[Entry]:
    """Every value that a page may show, in the order of the notes."""
    yield from brief.entries
    known = {entry.note for entry in brief.entries}
    for comparison in brief.comparisons:
        if comparison.target.note not in known:
            known.add(comparison.target.note)
            yield comparison.target
    for each in list_last_year(brief):
        yield each.entry


def tell_numbers(brief: Brief) -> Markup:
    """The notes in the order of the documents, so that one can be held beside the other."""
    groups: dict[Markup, list[Markup]] = {}
    said: set[str] = set()
    for entry in list_noted(brief):
        items = groups.setdefault(_name_place(brief, entry), [])
        items += [*_quote_new(brief, entry, said), _tell_note(brief, entry)]
    return Markup("").join(
        Markup('<h4>{}</h4>\n<ul class="notes">\n{}</ul>\n').format(name, Markup("").join(items))
        for name, items in groups.items()
    )


def _quote_new(brief: Brief, entry: Entry, said: set[str]) -> Iterator[Markup]:
    """The sentences of a value that no note before it has quoted."""
    for row in brief.list_figures(entry):
        quote = brief.quotes.get((row["source_id"], row["figure_id"]))
        if quote and quote.anchor not in said:
            said.add(quote.anchor)
            yield Markup('<li id="{}" class="q"><q lang="vi">{}</q></li>\n').format(
                quote.anchor, clean_text(quote.text)
            )


def _name_place(brief: Brief, entry: Entry) -> Markup:
    """The document and section of the first figure of a value."""
    rows = brief.list_figures(entry)
    if not rows:
        key = "notes.elsewhere" if entry.document else "notes.derived"
        return brief.words.say(key)
    source = name_source(brief, rows[0]["source_id"])
    return brief.words.say("notes.place", source=source, section=clean_text(rows[0]["section"]))


def _tell_spread(brief: Brief, entry: Entry) -> Markup:
    """The range between the readings where figures contradict a rate, else its interval."""
    rate = {name: getattr(entry, name) for name in ("value", "indicator", "scope", "findings")}
    if entry.unit == "%" and (readings := span_readings(rate, brief.findings)):
        low, high = (brief.words.number(each, 2) for each in readings)
        return brief.words.say("note.readings", low=low, high=high)
    interval = tell_interval(brief, entry)
    return brief.words.say("note.interval", range=interval) if interval else Markup("")


def _tell_note(brief: Brief, entry: Entry) -> Markup:
    """One item. The scope of most is the whole district, and is named only where it is not."""
    is_whole = entry.scope == brief.whole
    facts = [
        name_entry(brief, entry),
        Markup("") if is_whole else lower(name_scope(brief, entry.scope)),
        name_time(brief, entry),
        name_status(brief.words, entry),
    ]
    origin = _tell_derivation(brief, entry) if entry.is_derived else _tell_places(brief, entry)
    if spread := _tell_spread(brief, entry):
        origin += Markup(" ") + spread
    return Markup('<li id="{}"><b>{}</b>{}{} – {}. {}{} {}</li>\n').format(
        entry.note,
        tell_number(brief, entry),
        tell_marks(brief, brief.marks(entry)),
        _tell_unit(brief, entry, facts[0]),
        Markup(", ").join(fact for fact in facts if fact),
        origin,
        _tell_remarks(brief, entry),
        BACK,
    )


def _tell_unit(brief: Brief, entry: Entry, name: Markup) -> Markup:
    """The unit, unless the name begins with it: "1.310 – Hồ sơ tiếp nhận"."""
    unit = tell_unit(brief, entry)
    is_said = not unit or name.casefold().startswith(unit.casefold())
    return Markup("") if is_said else Markup(" {}").format(unit)


def _tell_remarks(brief: Brief, entry: Entry) -> Markup:
    """Links to what a reader noticed about the value."""
    links = [
        Markup('<a href="#{}">{}{}</a>').format(each.anchor, SIGNS[Severity.INFO], each.number)
        for each in brief.remarks(entry)
    ]
    told = brief.words.say("note.remarks", links=Markup(", ").join(links))
    return Markup(" ") + told if links else Markup("")


def _tell_derivation(brief: Brief, entry: Entry) -> Markup:
    """From what a value is derived: its formula in numbers, each a link to its own note."""
    parts: list[Markup] = []
    at = 0
    for match in _CODE.finditer(entry.parts):
        parts += [_spell(entry.parts[at : match.start()]), _tell_part(brief, entry, match[0])]
        at = match.end()
    formula = Markup("").join([*parts, _spell(entry.parts[at:])])
    return brief.words.say("note.derived", formula=formula)


def _spell(signs: str) -> Markup:
    return clean_text(signs.replace("*", "×").replace("/", "÷").replace("-", "−"))


def _tell_part(brief: Brief, entry: Entry, operand: str) -> Markup:
    code, _, scope = operand.partition("@")
    found = brief.find(code, scope or entry.scope) or brief.find_any(code)
    if found is None:
        return name_indicator(brief, code)
    number = tell_number(brief, found)
    return Markup('<a href="#{}">{}</a>').format(found.note, number)


def _tell_places(brief: Brief, entry: Entry) -> Markup:
    """Each reading of a value as printed, with the places where it is printed."""
    if entry.document:
        return brief.words.say("note.document", document=clean_text(entry.document))
    rows = brief.list_figures(entry)
    by_text: dict[str, list[Markup]] = {}
    for row in rows:
        place = _tell_place(brief, row, is_first=_section(row) == _section(rows[0]))
        anchor = brief.find_anchor((row["source_id"], row["figure_id"]))
        if anchor != entry.note:
            place = Markup('<span id="{}">{}</span>').format(anchor, place)
        by_text.setdefault(row["printed"], []).append(place)
    told = [
        brief.words.say(
            "note.printed" if printed else "note.unprinted",
            printed=clean_text(printed),
            places=Markup("; ").join(places),
        )
        for printed, places in by_text.items()
    ]
    if entry.correction:
        told.append(brief.words.say("note.corrected", why=tell_correction(brief, entry)))
    return Markup(" ").join(told)


def _section(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["source_id"], row["section"]


def _tell_place(brief: Brief, row: Mapping[str, Any], *, is_first: bool) -> Markup:
    """Line and kind of place; the section too, where it is not that of the heading."""
    parts = [
        Markup("") if is_first else clean_text(row["section"]),
        _tell_line(brief, row),
        _name_kind(brief, row["place"]) if row["place"] != "text" else Markup(""),
    ]
    place = Markup(", ").join(part for part in parts if part)
    remark = brief.words.pick(row, "note")
    return Markup("{} ({})").format(place, remark) if remark else place


def _tell_line(brief: Brief, row: Mapping[str, Any]) -> Markup:
    """The line, as a link to its sentence where the document is kept."""
    if not str(row["line"]):
        return Markup("")
    line = brief.words.say("note.line", n=row["line"])
    quote = brief.quotes.get((row["source_id"], row["figure_id"]))
    return Markup('<a href="#{}">{}</a>').format(quote.anchor, line) if quote else line


def _name_kind(brief: Brief, place: str) -> Markup:
    kind, _, number = place.partition(" ")
    key = f"place.{kind}"
    return brief.words.say(key, n=clean_text(number)) if brief.words.has(key) else clean_text(place)


def list_figures(brief: Brief, entry: Entry) -> Iterable[tuple[str, str]]:
    """The figures that the note of a value names, as source and figure."""
    return ((row["source_id"], row["figure_id"]) for row in brief.list_figures(entry))
