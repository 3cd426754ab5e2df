"""The sections of a brief: its front, and the annex with every figure.

The front has what a reader in a meeting needs, on six phone screens or two sheets: a headline
sentence, the summary in words, the cards, the tally of targets, the contradictions that touch what
it says, one chart for each area of reform, and the place among peers. Every number leads to the
annex; numbered notes at the foot say where those of the front stand. ``report.yml`` says what there
is, in which order; ``sentences.html.j2`` says how a sentence is said.

The annex has charts first, by area of reform, then the rest as tables; sources, completeness,
method, definitions; and every number with its place, in the order of the documents. One that would
be too heavy for a page has a page for each area of reform, with the figures and notes of that area.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from shlex import join
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.beside import find_standing, list_last_year
from cchc_analysis.brief.content import ANNEX, Brief
from cchc_analysis.brief.downloads import BRIEF_FILES, RERUN, tabulate_entries
from cchc_analysis.brief.exhibits import Exhibit, build_exhibit, list_exhibits
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.opening import find_context
from cchc_analysis.brief.plots.parts import sketch_line
from cchc_analysis.brief.render import NOTEBOOK
from cchc_analysis.brief.report import AREAS, part_of
from cchc_analysis.brief.templates import Section, render, tell_section
from cchc_analysis.data.records import Scope
from cchc_analysis.stats.peers import FEWEST
from cchc_analysis.stats.rates import span_readings

MOST, LEAST = 6, 3
"""Sentences of a summary."""
CLOSING = ("gaps", "contradictions")
FILLING = "size"
"""Said only where there is too little else to say."""
MOST_CARDS = 6
MOST_DISPUTES = 3
SCOPE_ORDER = (
    *(Scope.WHOLE_DISTRICT, Scope.PROVINCE_OFFICE, Scope.DISTRICT_OFFICE),
    *(Scope.DISTRICT_AGGREGATE, Scope.COMMUNE_AGGREGATE, Scope.COMMUNE, Scope.UNSPECIFIED),
)


def show_head(brief: Brief) -> Section:
    """Title, headline, province, period, documents and grade; the way to the annex."""
    brief = brief.front
    brief.used.clear()  # a page begins: its notes are numbered from one
    brief.homes.clear()
    table = partial(tabulate_entries, brief, brief.used.values())
    said = say_headline(brief)
    return tell_section(brief, "head", table, headline=said)


def say_headline(brief: Brief) -> Markup:
    """The most important thing in a sentence: performance first, then whatever is known."""
    codes = [brief.report.headline, *(code for line in brief.report.cards for code in line)]
    [(_, said)] = _say(brief, [{"name": "headline", "form": "headline", "codes": codes}])
    return said


def _say(brief: Brief, lines: Iterable[Any], most: int = 1) -> list[tuple[str, Markup]]:
    """The first sentences that hold for a brief, with the names of their rules.

    One for which there is no room is not put in words: the page would remember its values as told.
    """
    told: list[tuple[str, Markup]] = []
    render(brief.words, "sentences", brief=brief, lines=lines, most=most, told=told)
    return told


def show_summary(brief: Brief) -> Section:
    """Three to six sentences."""
    brief = brief.front
    sentences = [said for _, said in list_sentences(brief)]
    table = partial(tabulate_entries, brief, brief.used.values())
    return tell_section(brief, "summary", table, sentences=sentences)


def list_sentences(brief: Brief) -> list[tuple[str, Markup]]:
    """The sentences that hold for a brief, with the names of their rules, in reading order."""
    held = [line for line in brief.report.summary if not (line.unless and brief.find(line.unless))]
    last = _say(brief, [line for line in held if line.name in CLOSING], MOST)
    others = [line for line in held if line.name not in (*CLOSING, FILLING)]
    first = _say(brief, others, MOST - len(last))
    if len(first) + len(last) < LEAST:
        first += _say(brief, [line for line in held if line.name == FILLING])
    return [*first, *last]


def show_cards(brief: Brief) -> Section:
    """Six key figures at most, and the names of those asked for that the report does not state."""
    brief = brief.front
    found = [(names, brief.find_first(names)) for names in brief.report.cards]
    cards = [entry for _, entry in found if entry][:MOST_CARDS]
    return tell_section(
        brief,
        "cards",
        partial(tabulate_entries, brief, cards),
        lambda: next((each.figure for each in find_fronts(brief).values()), None),
        anchor="key",
        cards=cards,
        missing=[names[0] for names, entry in found[:MOST_CARDS] if not entry],
    )


def find_fronts(brief: Brief) -> dict[str, Exhibit]:
    """The charts of the front by area of reform: beside the cards that of the headline, if any."""
    fronts = {name: area.front for name, area in brief.report.areas.items() if area.front}
    lead = part_of(brief.reference, brief.report.headline)
    ordered = sorted(fronts, key=lambda name: name != lead)
    built = {name: build_exhibit(brief, fronts[name]) for name in ordered}
    return {name: each for name, each in built.items() if each and each.rows}


def draw_series(brief: Brief, series: Mapping[str, Any]) -> str:
    """A small line over the years that nothing breaks."""
    points = [(int(each["period_end"][:4]), each["value"], 0) for each in series["until"]]
    return sketch_line(points, brief.words.number)


def show_goals(brief: Brief) -> Section:
    """How many targets are met, missed, not due, without data or defined differently."""
    brief = brief.front
    table = partial(tabulate_entries, brief, [own[0].target for own in brief.goals])
    return tell_section(brief, "goals", table)


def show_disputes(brief: Brief) -> Section:
    """The contradictions that touch what the front says; the others are counted."""
    brief = brief.front
    return tell_section(brief, "disputes", lambda: brief.findings, most=MOST_DISPUTES)


def show_themes(brief: Brief) -> Section:
    """One chart for each other area of reform, and the few numbers that matter beside it."""
    brief = brief.front
    themes, fronts = [], find_fronts(brief)
    for name, area in brief.report.areas.items():
        drawn = fronts.get(name) if name not in [*fronts][:1] else None
        numbers = [each for code in area.numbers if (each := brief.find(code))]
        if drawn or numbers:
            themes.append((name, drawn, numbers))
    figure = next((partial(getattr, each, "figure") for _, each, _ in themes if each), None)
    section = tell_section(brief, "themes", None, figure, themes=themes)
    table = partial(tabulate_entries, brief, [*brief.used.values()])  # what is told until here
    return replace(section, tabulate=table)


def show_place(brief: Brief) -> Section:
    """Where the district stands among its peers, in words; that they are too few, if they are."""
    brief = brief.front
    entries = [brief.find(code) for code in brief.report.peers.compared]
    found = [standing for entry in entries if entry and (standing := find_standing(brief, entry))]
    table = partial(tabulate_entries, brief, [each["entry"] for each in found])
    return tell_section(brief, "standing", table, found=found, least=FEWEST)


def show_references(brief: Brief) -> Section:
    """Where each number of the front stands: document, section, line, printed text; numbered."""
    brief = brief.front
    table = partial(tabulate_entries, brief, [*brief.used.values()])
    return tell_section(brief, "references", table, anchor="refs")


def show_annex_head(brief: Brief) -> Section:
    """The head of the annex: its documents and what they lack, its grade, the way to the front."""
    return tell_section(brief, "annex_head", lambda: brief.sources, anchor="annex")


def show_reform_areas(brief: Brief) -> Section:
    """Everything that the reports state, by area of reform."""
    brief.homes.clear()  # a page begins: what a cell has shown before stands on another
    exhibits, parts = list_exhibits(brief), brief.part_pages
    left = _list_left(brief, exhibits)
    full = [area for area in AREAS if exhibits.get(area) or left[area] or area in parts]
    pages = {page: _tell_page(brief, area) for area, page in parts.items()}
    told = {area: _tell_area(brief, exhibits.get(area, ()), left[area]) for area in full}
    charts = [one for each in exhibits.values() for one in each if one.rows and not parts]
    section = tell_section(
        brief,
        "areas",
        lambda: tabulate_entries(brief, brief.entries),
        partial(getattr, charts[0], "figure") if charts else None,
        areas=dict.fromkeys(parts) if parts else told,
        silent=[area for area in AREAS if area not in full],
    )
    return replace(section, pages=pages)


def _list_left(brief: Brief, exhibits: Mapping[str, Sequence[Exhibit]]) -> dict[str, list[Entry]]:
    """The reported values that no exhibit shows, by area of reform."""
    used = {entry.note for each in exhibits.values() for one in each for entry in one.entries}
    left: dict[str, list[Entry]] = {area: [] for area in AREAS}
    for entry in brief.reported:
        if entry.note not in used:
            left[part_of(brief.reference, entry.indicator)].append(entry)
    return left


def _tell_page(brief: Brief, area: str) -> str:
    """The page of one area of reform: its charts and tables, and the notes of its numbers."""
    own = replace(brief, annex=ANNEX, part=area, used={}, homes=set(), first=brief)
    exhibits = list_exhibits(own).get(area, [])
    noted = [e for e in list_noted(own) if part_of(own.reference, e.indicator) == area]
    body = _tell_area(own, exhibits, _list_left(own, {area: exhibits})[area])
    told = {"brief": own, "body": body, "groups": _group_notes(own, noted)}
    return str(render(own.words, "annex_part", **told))


def _tell_area(brief: Brief, exhibits: Sequence[Exhibit], left: Sequence[Entry]) -> Markup:
    """The charts of an area with their tables; then a row for each quantity that no chart shows."""
    groups: dict[tuple[str, Markup], list[Entry]] = {}
    # The whole area first; what is broken down last; else in the order of the documents.
    for entry in sorted(left, key=lambda e: (bool(e.breakdown), SCOPE_ORDER.index(Scope(e.scope)))):
        code = entry.indicator if entry.breakdown else ""
        scope = brief.name_scope(entry.scope, entry.area_id)
        groups.setdefault((code, scope), []).append(entry)
    return render(brief.words, "area", brief=brief, exhibits=exhibits, groups=groups)


def show_notes(brief: Brief) -> Section:
    """Sources, completeness, method, definitions, every number, citation, reproducibility."""
    from cchc_analysis import __version__

    digest = hashlib.sha256()  # of the figures shown
    for table in (brief.figures, brief.indicators, brief.findings):
        digest.update(table.to_csv(index=False, lineterminator="\n").encode())
    command = ["cchc", "brief", brief.area["area_id"], brief.period, "--lang", brief.lang]
    context, noted = find_context(), list_noted(brief)
    if context and context.notebook != NOTEBOOK:
        command += ["--notebook", context.notebook]
    return tell_section(
        brief,
        "notes",
        lambda: tabulate_entries(brief, noted),
        shown={(row["source_id"], row["figure_id"]) for e in noted for row in e.readings},
        groups={} if brief.part_pages else _group_notes(brief, noted),
        files=() if brief.is_whole else (*BRIEF_FILES, RERUN),
        version=__version__,
        command=join(command),
        digest=digest.hexdigest()[:16],
    )


def list_noted(brief: Brief) -> list[Entry]:
    """Every value that a page may show, in the order of the notes."""
    noted = (*brief.entries, *(each.target for each in brief.comparisons))
    own = {entry.note: entry for entry in noted}
    return [*own.values(), *(each["entry"] for each in list_last_year(brief))]


def _group_notes(brief: Brief, entries: Iterable[Entry]) -> dict[tuple[str, str], list[Any]]:
    """The values to note in the order of the documents, so that one can be held beside the other.

    By document and section; each with its number on the front and the sentences that no note before
    it has quoted.
    """
    groups: dict[tuple[str, str], list[Any]] = {}
    quotes: dict[str, str] = {}
    if not brief.front.used:  # the front is told now, if it has not been yet
        for show in (show_head, show_summary, show_cards, show_goals, show_themes, show_place):
            show(brief)
    on_front = {note: n for n, note in enumerate(brief.front.used, start=1)}
    for entry in entries:
        rows, said = entry.readings, len(quotes)
        for row in rows:
            if quote := brief.quotes.get((row["source_id"], row["figure_id"])):
                quotes.setdefault(quote.anchor, quote.text)
        place = ("", "notes.elsewhere" if entry.document else "notes.derived")
        if rows:
            place = (rows[0]["source_id"], rows[0]["section"])
        note = (entry, on_front.get(entry.note, 0), [*quotes.items()][said:])
        groups.setdefault(place, []).append(note)
    return groups


def find_readings(brief: Brief, entry: Entry) -> tuple[float, ...]:
    """The least and the greatest reading of a rate that figures contradict; nothing of others."""
    is_read_twice = entry.unit == "%" and entry.findings
    return span_readings(vars(entry), brief.findings) if is_read_twice else ()
