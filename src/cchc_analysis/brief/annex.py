"""The annex of a brief: every figure by area of reform, and the note of each.

Charts first, then the rest as tables; sources, completeness, method, definitions; and every number
with its place, in the order of the documents. An annex that would be too heavy for one page has a
page for each area of reform, with the figures and notes of that area.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.content import (
    ANNEX,
    Brief,
    link_page,
    name_folder,
    name_part,
    other_language,
)
from cchc_analysis.brief.directory import define_indicator
from cchc_analysis.brief.downloads import BRIEF_FILES, RERUN
from cchc_analysis.brief.exhibits import list_exhibits
from cchc_analysis.brief.frontpage import list_front_used
from cchc_analysis.brief.ledger import grade_brief, tell_correction, tell_grade_rule
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.report import AREAS, part_of
from cchc_analysis.brief.rows import Exhibit, head_entry
from cchc_analysis.brief.telling import (
    SIGNS,
    keep_name,
    lower,
    name_indicator,
    name_status,
    name_use,
)
from cchc_analysis.brief.templates import Section, join, link, macro, render, tabulate
from cchc_analysis.brief.trend import list_last_year
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import NOTICE, Scope, Severity, is_synthetic
from cchc_analysis.data.words import clean_text
from cchc_analysis.stats.rates import span_readings

CONTENTS = ("areas", "plan", "trend", "peers", "contradictions", "notes")
METHOD = ("signs", "tolerance", "interval", "pooling", "states", "windows", "summary")
"""The rules of a page, by the ends of their keys."""
SCOPE_ORDER = (
    *(Scope.WHOLE_DISTRICT, Scope.PROVINCE_OFFICE, Scope.DISTRICT_OFFICE),
    *(Scope.DISTRICT_AGGREGATE, Scope.COMMUNE_AGGREGATE, Scope.COMMUNE, Scope.UNSPECIFIED),
)
COUNTED_TO = ("dossiers_resolved_total", "dossiers_received_total")
"""What says to which day dossiers are counted: reports are written before their period ends."""


def show_annex_head(brief: Brief) -> Section:
    """The head of the annex: its documents and what they lack, its grade, the way to the front."""
    words, row = brief.words, brief.province
    is_city = row is not None and row["type"] == "thành phố"
    counted = next(filter(None, map(brief.find, COUNTED_TO)), None)
    above = words.say("head.province.city" if is_city else "head.province")
    facts = [
        *([(above, words.short_name(row))] if row else []),
        (words.say("head.period"), words.span(brief.start, brief.end)),
        *([(words.say("head.as_of"), words.date(counted.end))] if counted else []),
    ]
    documents = [
        {
            "name": join(" ", brief.name_source(each["source_id"]), brief.tell_title(each)),
            "lacks": words.pick(each, "lacks"),
        }
        for each in list_rows(brief.sources)
    ]
    html = render(
        words,
        "annex_head",
        title=words.say("annex.title", area=keep_name(brief), period=words.period(brief.period)),
        facts=facts,
        grade=tell_grade(brief),
        documents=documents,
        links=[(f"#{each}", words.say(f"{each}.title")) for each in CONTENTS],
        **_lead_back(brief, ANNEX),
    )
    return Section(html, "annex", lambda: brief.sources)


def _lead_back(brief: Brief, page: str) -> dict[str, Any]:
    """What every head of the annex says: the other language, and that figures are made up."""
    other = other_language(brief.lang)
    href = link_page(brief, other).replace("index.html", page)
    notice = NOTICE[brief.lang] if is_synthetic(str(brief.area["area_id"])) else ""
    return {"other": {"href": href, "lang": other}, "notice": notice}


def tell_grade(brief: Brief) -> Markup:
    """The letter with its counts, each linked to what was counted."""
    grade, words = grade_brief(brief), brief.words
    kind = "headline" if grade.headline_warnings else "secondary" if grade.warnings else "none"
    counts = words.say(
        f"grade.counts.{kind}",
        warnings=brief.link_count(grade.warnings, "contradictions"),
        headline=brief.link_count(grade.headline_warnings, "contradictions"),
        notes=brief.link_count(grade.notes, "contradictions"),
    )
    names = words.join(lower(name_indicator(brief, name)) for name in grade.missing)
    missing = words.say("grade.missing", names=names) if names else ""
    return macro(words, "grade", grade.letter, join(" ", counts, missing))


def show_reform_areas(brief: Brief) -> Section:
    """Everything that the reports state, by area of reform."""
    brief.homes.clear()  # a page begins: what a cell has shown before stands on another
    exhibits = list_exhibits(brief)
    left = _list_left(brief, exhibits)
    parts = brief.part_pages
    full = [area for area in AREAS if exhibits.get(area) or left[area] or area in parts]
    silent = [brief.say(f"part.title.{area}") for area in AREAS if area not in full]
    pages = {page: _tell_page(brief, area) for area, page in parts.items()}
    html = render(
        brief.words,
        "areas",
        areas=[
            {
                "name": area,
                "href": parts.get(area, ""),
                "html": "" if parts else _tell_area(brief, exhibits.get(area), left[area]),
            }
            for area in full
        ],
        silent=brief.words.join(silent),
    )
    figures = (one.figure for each in exhibits.values() for one in each if not parts)
    first = next(filter(None, figures), None)
    draw = None if first is None else lambda: first
    return Section(html, "areas", lambda: brief.tabulate_entries(brief.entries), draw, pages)


def _list_left(brief: Brief, exhibits: Mapping[str, Sequence[Exhibit]]) -> dict[str, list[Entry]]:
    """The reported values that no exhibit shows, by area of reform."""
    used = {entry.note for each in exhibits.values() for one in each for entry in one.entries}
    told = set(brief.reports["source_id"])
    left: dict[str, list[Entry]] = {area: [] for area in AREAS}
    for entry in brief.entries:
        if entry.note not in used and told.issuperset(entry.source_id.split()):
            left[part_of(brief.reference, entry.indicator)].append(entry)
    return left


def _tell_page(brief: Brief, area: str) -> str:
    """The page of one area of reform: its charts and tables, and the notes of its numbers."""
    own = brief.of_part(area)
    exhibits = list_exhibits(own).get(area, [])
    left = _list_left(own, {area: exhibits})[area]
    noted = [e for e in list_noted(own) if part_of(own.reference, e.indicator) == area]
    words = own.words
    return str(
        render(
            words,
            "annex_part",
            title=words.say(
                "annex.part",
                part=words.say(f"part.title.{area}"),
                area=keep_name(own),
                period=words.period(own.period),
            ),
            name=area,
            body=_tell_area(own, exhibits, left),
            groups=_group_notes(own, noted),
            annex=ANNEX,
            whole=lower(own.name_scope(own.whole)),
            **_lead_back(own, name_part(area)),
        )
    )


def _tell_area(brief: Brief, exhibits: Sequence[Exhibit] | None, left: Sequence[Entry]) -> Markup:
    """The charts of an area of reform with their tables, then a row for each other quantity."""
    charts = [exhibit.html for exhibit in exhibits or ()]
    return Markup("").join([*charts, _tabulate_rest(brief, left, bool(charts))])


def _tabulate_rest(brief: Brief, entries: Sequence[Entry], is_rest: bool) -> Markup:
    """What no chart shows: a row per quantity, in groups by scope and by what is broken down."""
    if not entries:
        return Markup("")
    words = brief.words
    groups: dict[Markup, list[list[Markup]]] = {}
    # The whole area first; what is broken down last; else in the order of the documents.
    for entry in sorted(
        entries, key=lambda e: (bool(e.breakdown), SCOPE_ORDER.index(Scope(e.scope)))
    ):
        scope = brief.name_scope(entry.scope)
        name = name_indicator(brief, entry.indicator) if entry.breakdown else ""
        groups.setdefault(join(" · ", name, scope), []).append(_tell_row(brief, entry))
    if len(groups) == 1:
        group, rows = next(iter(groups.items()))
        caption = words.say("areas.table.rest", group=lower(group)) if is_rest else group
        groups = {Markup(""): rows}
    else:
        caption = words.say("areas.table.rest.many" if is_rest else "areas.table.many")
    heads = [words.say("table.indicator"), words.say("table.value"), words.say("table.of")]
    return tabulate(words, heads, groups.items(), caption, numbers=(1,), kind="list")


def _tell_row(brief: Brief, entry: Entry) -> list[Markup]:
    is_part = bool(entry.breakdown)
    name = brief.name_breakdown(entry.breakdown) if is_part else brief.name_entry(entry)
    value = brief.tell(entry, unit=False, home=True)
    return [head_entry(brief, entry, name), value, brief.tell_unit(entry)]


def show_notes(brief: Brief) -> Section:
    """Sources, completeness, method, definitions, every number, citation, reproducibility."""
    words = brief.words
    html = render(
        words,
        "notes",
        sources=[_tell_source(brief, row) for row in list_rows(brief.sources)],
        completeness=list(_tell_completeness(brief)),
        grade=tell_grade(brief),
        grade_rule=tell_grade_rule(brief),
        method=tell_method(brief),
        definitions=list(_list_definitions(brief)),
        to_definitions=brief.link_away(
            "../../definitions/index.html", words.say("site.nav.definitions")
        ),
        whole=lower(brief.name_scope(brief.whole)),
        groups=[] if brief.is_split else _group_notes(brief, list_noted(brief)),
        is_split=brief.is_split,
        files=() if brief.is_whole else (*BRIEF_FILES, RERUN),
        citation=words.say(
            "notes.cite",
            area=brief.name_area(),
            period=words.period(brief.period),
            place=f"{brief.lang}/{name_folder(brief.area, brief.period)}/",
        ),
        stamp=_tell_stamp(brief),
    )
    return Section(html, "notes", lambda: brief.tabulate_entries(list_noted(brief)))


def _tell_source(brief: Brief, row: Mapping[str, Any]) -> dict[str, Any]:
    words = brief.words
    return {
        "title": brief.tell_title(row),
        "issuer": clean_text(row["issuer"]),
        "facts": join(
            "; ",
            words.say("notes.number", n=clean_text(row["number"])) if row["number"] else "",
            words.date(row["dated"]) if row["dated"] else "",
            words.span(row["period_start"], row["period_end"]),
        ),
        "note": words.pick(row, "note"),
        "digest": row["sha256"][:16],
    }


def _tell_completeness(brief: Brief) -> Iterator[Markup]:
    """How many figures of each source the page shows, and which it does not, with the reason."""
    shown = {
        (row["source_id"], row["figure_id"])
        for entry in list_noted(brief)
        for row in brief.list_figures(entry)
    }
    words = brief.words
    for source_id in brief.sources["source_id"]:
        own = brief.figures[brief.figures["source_id"] == source_id]
        ids = [(source_id, figure) for figure in own["figure_id"]]
        left = [figure for figure in ids if figure not in shown]
        name, total = brief.name_source(source_id), words.number(len(ids))
        yield words.say(
            "notes.incomplete" if left else "notes.complete",
            source=name,
            n=words.number(len(ids) - len(left)),
            total=total,
            left=", ".join(figure for _, figure in left),
        )
        if quoted := sum(1 for figure in ids if figure in brief.quotes):
            yield words.say("notes.quoted", source=name, n=words.number(quoted), total=total)
    yield words.say("notes.remarks")
    if silent := [name for name in brief.report.quoted if not brief.find(name)]:
        names = join("; ", *(lower(name_indicator(brief, name)) for name in silent))
        yield words.say("notes.silent", names=names)


def tell_method(brief: Brief) -> list[tuple[str, Markup]]:
    """The rules of the page: signs, tolerance, states, trend, peers, summary."""
    rules = join("; ", *(brief.say(f"rule.{line.name}") for line in brief.report.summary))
    return [(key, brief.say(f"method.{key}", rules=rules)) for key in METHOD]


def _list_definitions(brief: Brief) -> Iterator[tuple[Markup, Markup]]:
    """Denominators and definitions of the rates on the page; a sum shows its parts in its note."""
    for code in dict.fromkeys(entry.indicator for entry in brief.entries):
        if not brief.reference.indicator_rows[code]["denominator"]:
            continue
        told = define_indicator(brief.words, brief.reference, code, brief.added_up)
        if told:
            yield name_indicator(brief, code), told


def _tell_stamp(brief: Brief) -> Markup:
    """What made the page: the version, the command, and a hash of the figures shown."""
    from cchc_analysis import __version__

    digest = hashlib.sha256()
    for table in (brief.figures, brief.indicators, brief.findings):
        digest.update(table.to_csv(index=False, lineterminator="\n").encode())
    command = f"cchc brief {brief.area['area_id']} {brief.period} --lang {brief.lang}"
    return brief.say(
        "notes.stamp",
        version=__version__,
        command=macro(brief.words, "code", command),
        digest=macro(brief.words, "code", digest.hexdigest()[:16]),
    )


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


def _group_notes(
    brief: Brief, entries: Iterable[Entry]
) -> list[tuple[Markup, list[dict[str, Any]]]]:
    """The notes in the order of the documents, so that one can be held beside the other."""
    groups: dict[Markup, list[dict[str, Any]]] = {}
    said: set[str] = set()
    on_front = {note: n for n, note in enumerate(list_front_used(brief), start=1)}
    for entry in entries:
        note = _tell_note(brief, entry, on_front.get(entry.note, 0))
        note["quotes"] = list(_quote_new(brief, entry, said))
        groups.setdefault(_name_place(brief, entry), []).append(note)
    return list(groups.items())


def _quote_new(brief: Brief, entry: Entry, said: set[str]) -> Iterator[tuple[str, Markup]]:
    """The sentences of a value that no note before it has quoted."""
    for row in brief.list_figures(entry):
        quote = brief.quotes.get((row["source_id"], row["figure_id"]))
        if quote and quote.anchor not in said:
            said.add(quote.anchor)
            yield quote.anchor, clean_text(quote.text)


def _name_place(brief: Brief, entry: Entry) -> Markup:
    """The document and section of the first figure of a value."""
    rows = brief.list_figures(entry)
    if not rows:
        return brief.say("notes.elsewhere" if entry.document else "notes.derived")
    source = brief.name_source(rows[0]["source_id"])
    return brief.say("notes.place", source=source, section=clean_text(rows[0]["section"]))


def _tell_note(brief: Brief, entry: Entry, n: int) -> dict[str, Any]:
    """One item. The scope of most is the whole area, and is named only where it is not."""
    name, unit = brief.name_entry(entry), brief.tell_unit(entry)
    # No unit where the name begins with it: "1.310 – Hồ sơ tiếp nhận".
    is_said = name.casefold().startswith(unit.casefold())
    origin = brief.tell_derivation(entry) if entry.is_derived else _tell_places(brief, entry)
    links = [
        link(f"{brief.annex}#{each.anchor}", f"{SIGNS[Severity.INFO]}{each.number}")
        for each in brief.marks(entry, remarks=True)
    ]
    remarks = brief.say("note.remarks", links=join(", ", *links)) if links else ""
    return {
        "note": entry.note,
        "number": brief.tell_number(entry),
        "marks": brief.tell_marks(brief.marks(entry)),
        "unit": "" if is_said else unit,
        "facts": join(
            ", ",
            name,
            "" if entry.scope == brief.whole else lower(brief.name_scope(entry.scope)),
            brief.name_time(entry),
            name_status(brief.words, entry),
        ),
        "origin": join(" ", origin, _tell_spread(brief, entry), remarks),
        "back": name_use(entry) if entry.note in brief.homes else "",
        "n": n,
        "front": f"{'' if brief.is_whole else 'index.html'}#{name_use(entry, 'f')}",
    }


def _tell_spread(brief: Brief, entry: Entry) -> Markup:
    """The range between the readings where figures contradict a rate, else its interval."""
    rate = {name: getattr(entry, name) for name in ("value", "indicator", "scope", "findings")}
    is_read_twice = entry.unit == "%" and entry.findings
    if is_read_twice and (readings := span_readings(rate, brief.findings)):
        low, high = (brief.words.number(each, 2) for each in readings)
        return brief.say("note.readings", low=low, high=high)
    if entry.low is None or entry.high is None:
        return Markup("")
    places = 1 if entry.high - entry.low >= 1 else 2
    low, high = (brief.words.number(each, places) for each in (entry.low, entry.high))
    return brief.say("note.interval", range=brief.say("unit.range", low=low, high=high))


def _tell_places(brief: Brief, entry: Entry) -> Markup:
    """Each reading of a value as printed, with the places where it is printed."""
    if entry.document:
        return brief.say("note.document", document=clean_text(entry.document))
    rows = brief.list_figures(entry)
    by_text: dict[str, list[Markup]] = {}
    for row in rows:
        is_first = all(row[name] == rows[0][name] for name in ("source_id", "section"))
        place = _tell_place(brief, row, is_first=is_first)
        anchor = brief.find_anchor((row["source_id"], row["figure_id"]))
        if anchor != entry.note:
            place = macro(brief.words, "anchor", anchor, place)
        by_text.setdefault(row["printed"], []).append(place)
    told = [
        brief.say(
            "note.printed" if printed else "note.unprinted",
            printed=clean_text(printed),
            places=join("; ", *places),
        )
        for printed, places in by_text.items()
    ]
    if entry.correction:
        told.append(brief.say("note.corrected", why=tell_correction(brief, entry)))
    return join(" ", *told)


def _tell_place(brief: Brief, row: Mapping[str, Any], *, is_first: bool) -> Markup:
    """Line and kind of place; the section too, where it is not that of the heading."""
    line = brief.say("note.line", n=row["line"]) if str(row["line"]) else Markup("")
    quote = brief.quotes.get((row["source_id"], row["figure_id"]))
    place = join(
        ", ",
        "" if is_first else clean_text(row["section"]),
        link(f"#{quote.anchor}", line) if quote and line else line,
        _name_kind(brief, row["place"]) if row["place"] != "text" else "",
    )
    remark = brief.words.pick(row, "note")
    return join(" ", place, "(" + remark + ")") if remark else place


def _name_kind(brief: Brief, place: str) -> Markup:
    kind, _, number = place.partition(" ")
    key = f"place.{kind}"
    return brief.say(key, n=clean_text(number)) if brief.words.has(key) else clean_text(place)
