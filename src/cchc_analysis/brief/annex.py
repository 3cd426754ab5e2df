"""By area of reform: everything that the reports state, charts first, then the rest as tables."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.content import ANNEX, Brief, link_page, name_folder, other_language
from cchc_analysis.brief.directory import define_indicator
from cchc_analysis.brief.downloads import BRIEF_FILES, RERUN, link_downloads
from cchc_analysis.brief.exhibits import head_entry, list_exhibits
from cchc_analysis.brief.ledger import HEADLINES, REQUIRED, grade_brief, tell_correction
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.report import AREAS, part_of
from cchc_analysis.brief.summary import RULES
from cchc_analysis.brief.telling import (
    SIGNS,
    Voice,
    head,
    link_count,
    lower,
    name_area,
    name_breakdown,
    name_entry,
    name_indicator,
    name_scope,
    name_source,
    name_status,
    name_time,
    tell,
    tell_interval,
    tell_marks,
    tell_number,
    tell_title,
    tell_unit,
    wrap,
)
from cchc_analysis.brief.templates import Section
from cchc_analysis.brief.trend import list_last_year
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import Scope, Severity
from cchc_analysis.data.synthetic import NOTICE, is_synthetic
from cchc_analysis.data.tables import tabulate_groups
from cchc_analysis.data.words import clean_text
from cchc_analysis.stats.rates import span_readings

SCOPE_ORDER = (
    *(Scope.WHOLE_DISTRICT, Scope.PROVINCE_OFFICE, Scope.DISTRICT_OFFICE),
    *(Scope.DISTRICT_AGGREGATE, Scope.COMMUNE_AGGREGATE, Scope.COMMUNE, Scope.UNSPECIFIED),
)


def show_reform_areas(brief: Brief) -> Section:
    """Everything that the reports state, by area of reform."""
    exhibits = list_exhibits(brief)
    used = {note for each in exhibits.values() for exhibit in each for note in exhibit.used}
    left: dict[str, list[Entry]] = {part: [] for part in AREAS}
    told = set(brief.reports["source_id"])
    for entry in brief.entries:
        if entry.note not in used and told.issuperset(entry.source_id.split()):
            left[part_of(brief.reference, entry.indicator)].append(entry)
    bodies = [
        Markup("").join(
            [
                head(3, f"part-{part}", brief.words.say(f"part.title.{part}")),
                *(exhibit.html for exhibit in exhibits.get(part, ())),
                _tabulate_rest(brief, left[part], bool(exhibits.get(part))),
            ]
        )
        for part in AREAS
        if exhibits.get(part) or left[part]
    ]
    silent = [part for part in AREAS if not exhibits.get(part) and not left[part]]
    return wrap(brief, "areas", *bodies, _name_silent(brief, silent))


def _name_silent(brief: Brief, silent: Sequence[str]) -> Markup:
    if not silent:
        return Markup("")
    names = brief.words.join(brief.words.say(f"part.title.{part}") for part in silent)
    return Markup('<p class="src">{}</p>\n').format(brief.words.say("areas.silent", names=names))


def _tabulate_rest(brief: Brief, entries: Sequence[Entry], is_rest: bool) -> Markup:
    """What no chart shows: a row per quantity, in groups by scope and by what is broken down."""
    if not entries:
        return Markup("")
    words = brief.words
    groups: dict[Markup, list[list[Markup]]] = {}
    for entry in sorted(entries, key=_place_group):
        groups.setdefault(_name_group(brief, entry), []).append(_tell_row(brief, entry))
    if len(groups) == 1:
        group = next(iter(groups))
        caption = words.say("areas.table.rest", group=lower(group)) if is_rest else group
        groups = {Markup(""): rows for rows in groups.values()}
    else:
        caption = words.say("areas.table.rest.many" if is_rest else "areas.table.many")
    return tabulate_groups(
        [words.say("table.indicator"), words.say("table.value"), words.say("table.of")],
        list(groups.items()),
        caption,
        numbers=(1,),
        kind="list",
    )


def _place_group(entry: Entry) -> tuple[bool, int]:
    """The whole district first; what is broken down last; else in the order of the documents."""
    return bool(entry.breakdown), SCOPE_ORDER.index(Scope(entry.scope))


def _name_group(brief: Brief, entry: Entry) -> Markup:
    scope = name_scope(brief, entry.scope)
    if not entry.breakdown:
        return scope
    return Markup("{} · {}").format(name_indicator(brief, entry.indicator), scope)


def _tell_row(brief: Brief, entry: Entry) -> list[Markup]:
    is_part = bool(entry.breakdown)
    name = name_breakdown(brief, entry.breakdown) if is_part else name_entry(brief, entry)
    value = tell(brief, entry, unit=False)
    return [head_entry(brief, entry, name), value, tell_unit(brief, entry)]


CONTENTS = ("areas", "plan", "trend", "peers", "contradictions", "notes")


def show_annex_head(brief: Brief) -> Section:
    """The head of the annex: its documents and what they lack, its grade, the way to the front."""
    words = brief.words
    title = words.say("annex.title", area=name_area(brief), period=words.period(brief.period))
    other = other_language(brief.lang)
    facts = [
        _tell_province(brief),
        (words.say("head.period"), words.span(brief.start, brief.end)),
        *_tell_last_day(brief),
        (words.say("head.grade"), tell_grade(brief)),
        (words.say("head.documents"), _tell_documents(brief)),
    ]
    listed = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>\n").format(name, text) for name, text in facts
    )
    links = Markup("").join(
        Markup('<li><a href="#{}">{}</a></li>').format(each, words.say(f"{each}.title"))
        for each in CONTENTS
    )
    return Section(
        Markup(
            '<div class="head">\n<p class="kicker"><a href="index.html">{}</a> '
            '<a class="lang" href="{}" hreflang="{}" lang="{}">{}</a></p>\n<h1>{}</h1>\n{}'
            '<dl>\n{}</dl>\n<p class="src">{}</p>\n<nav aria-label="{}"><ul>{}</ul></nav>\n</div>\n'
        ).format(
            words.say("annex.back"),
            link_page(brief, other).replace("index.html", ANNEX),
            other,
            other,
            words.say("head.language"),
            title,
            _tell_notice(brief),
            listed,
            words.say("head.legend"),
            words.say("head.contents"),
            links,
        )
    )


def _tell_notice(brief: Brief) -> Markup:
    """That the figures are made up, where they are."""
    if not is_synthetic(str(brief.area["area_id"])):
        return Markup("")
    return Markup('<p class="lead"><strong>{}</strong></p>\n').format(NOTICE[brief.lang])


def _tell_province(brief: Brief) -> tuple[Markup, Markup]:
    """The kind of the first tier as the label, so that its name need not repeat it."""
    words, row = brief.words, brief.province
    if row is None:
        return words.say("head.province"), words.say("missing")
    is_city = row["type"] == "thành phố"
    return words.say("head.province.city" if is_city else "head.province"), words.short_name(row)


def _tell_documents(brief: Brief) -> Markup:
    """The documents a brief rests on, with what each lacks."""
    items = []
    for row in list_rows(brief.sources):
        lacks = brief.words.pick(row, "lacks")
        said = brief.words.say("head.lacks", what=lacks) if lacks else ""
        items.append(
            Markup("<li>{} {} <small>{}</small></li>").format(
                name_source(brief, row["source_id"]), tell_title(brief, row), said
            )
        )
    return Markup('<ul class="docs">{}</ul>').format(Markup("").join(items))


def tell_grade(brief: Brief) -> Markup:
    """The letter with its counts, each linked to what was counted."""
    grade, words = grade_brief(brief), brief.words
    kind = "headline" if grade.headline_warnings else "secondary" if grade.warnings else "none"
    counts = words.say(
        f"grade.counts.{kind}",
        warnings=link_count(brief, grade.warnings, "contradictions"),
        headline=link_count(brief, grade.headline_warnings, "contradictions"),
        notes=link_count(brief, grade.notes, "contradictions"),
    )
    if grade.missing:
        names = words.join(lower(name_indicator(brief, name)) for name in grade.missing)
        counts += Markup(" ") + words.say("grade.missing", names=names)
    return Markup('<a class="grade" href="#about-grade"><b>{}</b></a> {}').format(
        grade.letter, counts
    )


def _tell_last_day(brief: Brief) -> list[tuple[Markup, Markup | str]]:
    """The day to which dossiers are counted: reports are written before their period ends."""
    for indicator in ("dossiers_resolved_total", "dossiers_received_total"):
        if entry := brief.find(indicator):
            return [(brief.words.say("head.as_of"), brief.words.date(entry.end))]
    return []


METHOD = ("signs", "tolerance", "interval", "pooling", "states", "windows", "summary")
"""The rules of a page, by the ends of their keys."""


def show_notes(brief: Brief) -> Section:
    """Sources, completeness, method, definitions, every number, citation, reproducibility."""
    say = brief.words.say
    return wrap(
        brief,
        "notes",
        head(3, "about-sources", say("notes.sources")),
        _list_sources(brief),
        head(3, "about-completeness", say("notes.completeness")),
        _tell_completeness(brief),
        head(3, "about-grade", say("notes.grade")),
        Markup("<p>{}</p>\n<p>{}</p>\n").format(tell_grade(brief), tell_grade_rule(brief)),
        head(3, "about-method", say("notes.method")),
        tell_method(brief),
        head(3, "about-definitions", say("notes.definitions")),
        _list_definitions(brief),
        head(3, "about-numbers", say("notes.numbers")),
        Markup("<p>{}</p>\n").format(
            say("notes.numbers.intro", whole=lower(name_scope(brief, brief.whole)))
        ),
        tell_numbers(brief),
        link_downloads(brief.words, (*BRIEF_FILES, RERUN)),
        head(3, "about-citing", say("notes.citing")),
        _tell_citation(brief),
        _tell_stamp(brief),
    )


def _list_sources(brief: Brief) -> Markup:
    items = []
    for number, row in enumerate(list_rows(brief.sources), start=1):
        lines = [
            Markup("<cite>{}</cite>. {}.").format(
                tell_title(brief, row), clean_text(row["issuer"])
            ),
            _name_document(brief, row),
        ]
        if note := brief.words.pick(row, "note"):
            lines.append(Markup("{}.").format(note))
        if row["sha256"]:
            lines.append(Markup("<code>sha256 {}</code>").format(row["sha256"][:16]))
        items.append(
            Markup('<li id="s-{}">{}</li>\n').format(number, Markup(" ").join(filter(None, lines)))
        )
    return Markup('<ol class="sources">\n{}</ol>\n').format(Markup("").join(items))


def _name_document(brief: Brief, row: Mapping[str, Any]) -> Markup:
    parts = [
        brief.words.say("notes.number", n=clean_text(row["number"])) if row["number"] else "",
        brief.words.date(row["dated"]) if row["dated"] else "",
        brief.words.span(row["period_start"], row["period_end"]),
    ]
    return Markup("{}.").format(Markup("; ").join(each for each in parts if each))


def _tell_completeness(brief: Brief) -> Markup:
    """How many figures of each source the page shows, and which it does not, with the reason."""
    shown = {figure for entry in list_noted(brief) for figure in list_figures(brief, entry)}
    lines = []
    for source_id in brief.sources["source_id"]:
        own = brief.figures[brief.figures["source_id"] == source_id]
        ids = [(source_id, figure) for figure in own["figure_id"]]
        left = [figure for figure in ids if figure not in shown]
        key = "notes.complete" if not left else "notes.incomplete"
        lines.append(
            brief.words.say(
                key,
                source=name_source(brief, source_id),
                n=brief.words.number(len(ids) - len(left)),
                total=brief.words.number(len(ids)),
                left=", ".join(figure for _, figure in left),
            )
        )
        if quoted := sum(1 for figure in ids if figure in brief.quotes):
            lines.append(
                brief.words.say(
                    "notes.quoted",
                    source=name_source(brief, source_id),
                    n=brief.words.number(quoted),
                    total=brief.words.number(len(ids)),
                )
            )
    lines.append(brief.words.say("notes.remarks"))
    silent = [name for name in HEADLINES if not brief.find(name)]
    if silent:
        names = _name_all(brief, silent)
        lines.append(brief.words.say("notes.silent", names=names))
    items = Markup("").join(Markup("<li>{}</li>").format(line) for line in lines)
    return Markup("<ul>{}</ul>\n").format(items)


def tell_grade_rule(voice: Voice) -> Markup:
    """What the letters mean, and which figures are headline ones."""
    say = voice.words.say
    return say(
        "notes.grade.rule",
        headline=_name_all(voice, HEADLINES),
        required=_name_all(voice, REQUIRED),
    )


def _name_all(voice: Voice, indicators: Iterable[str]) -> Markup:
    return Markup("; ").join(lower(name_indicator(voice, name)) for name in indicators)


def tell_method(brief: Brief) -> Markup:
    """The rules of the page: signs, tolerance, states, trend, peers, summary."""
    items = Markup("").join(
        Markup('<li id="about-{}">{}</li>\n').format(key, _say_method(brief, key)) for key in METHOD
    )
    return Markup("<ul>\n{}</ul>\n").format(items)


def define_method(brief: Brief) -> Markup:
    """The same with a name for each rule, and what surrounds them, for a page of their own."""
    told = {
        "path": brief.words.say("method.path"),
        **{key: _say_method(brief, key) for key in METHOD},
        "grade": tell_grade_rule(brief),
        "limits": brief.words.say("method.limits"),
        "people": brief.words.say("method.people"),
    }
    items = Markup("").join(
        Markup('<dt id="about-{}">{}</dt><dd>{}</dd>\n').format(
            key, brief.words.say(f"index.method.{key}"), text
        )
        for key, text in told.items()
    )
    return Markup('<dl class="method">\n{}</dl>\n').format(items)


def _say_method(brief: Brief, key: str) -> Markup:
    rules = Markup("; ").join(brief.words.say(f"rule.{name}") for name in RULES)
    return brief.words.say(f"method.{key}", rules=rules)


def _list_definitions(brief: Brief) -> Markup:
    """Denominators and definitions of the rates on the page; a sum shows its parts in its note."""
    told: dict[str, Markup] = {}
    for entry in brief.entries:
        if brief.reference.indicator_rows[entry.indicator]["denominator"]:
            told.setdefault(
                entry.indicator,
                define_indicator(brief.words, brief.reference, entry.indicator, brief.added_up),
            )
    items = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>\n").format(name_indicator(brief, indicator), definition)
        for indicator, definition in told.items()
        if definition
    )
    link = Markup('<a href="../../definitions/index.html">{}</a>').format(
        brief.words.say("site.nav.definitions")
    )
    more = Markup("<p>{}</p>\n").format(brief.words.say("notes.definitions.more", link=link))
    return (Markup("<dl>\n{}</dl>\n").format(items) if items else Markup("")) + more


def _tell_citation(brief: Brief) -> Markup:
    return Markup("<p>{}</p>\n").format(
        brief.words.say(
            "notes.cite",
            area=name_area(brief),
            period=brief.words.period(brief.period),
            place=f"{brief.lang}/{name_folder(brief.area, brief.period)}/",
        )
    )


def _tell_stamp(brief: Brief) -> Markup:
    """What made the page: the version, the command, and a hash of the figures shown."""
    from cchc_analysis import __version__

    digest = hashlib.sha256()
    for table in (brief.figures, brief.indicators, brief.findings):
        digest.update(table.to_csv(index=False, lineterminator="\n").encode())
    command = f"cchc brief {brief.area['area_id']} {brief.period} --lang {brief.lang}"
    return Markup('<p class="src">{}</p>\n').format(
        brief.words.say(
            "notes.stamp",
            version=__version__,
            command=Markup("<code>{}</code>").format(command),
            digest=Markup("<code>{}</code>").format(digest.hexdigest()[:16]),
        )
    )


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
