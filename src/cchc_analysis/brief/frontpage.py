"""The front of a brief: what a reader in a meeting needs, on six phone screens or two sheets.

A headline sentence, the summary in words, the cards, the tally of targets, the contradictions that
touch what the front says, one chart for each area of reform, and the place among peers. Every
number leads to the annex, which holds all figures; numbered notes at the foot say where those of
the front stand. ``report.yml`` says what there is, in which order; ``sentences.html.j2`` says how a
sentence is said. The rules of the sentences are listed in the notes of every page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from itertools import islice

from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.exhibits import Exhibit, build_exhibit
from cchc_analysis.brief.ledger import grade_brief
from cchc_analysis.brief.nouns import Entry, Series
from cchc_analysis.brief.peers import find_standing
from cchc_analysis.brief.plots import sketch_line
from cchc_analysis.brief.report import part_of
from cchc_analysis.brief.templates import Section, draw_line, render, tell_section
from cchc_analysis.stats.peers import FEWEST

MOST, LEAST = 6, 3
"""Sentences of a summary."""
CLOSING = ("gaps", "contradictions")
FILLING = "size"
"""Said only where there is too little else to say."""
MOST_CARDS = 6
MOST_DISPUTES = 3


def show_head(brief: Brief) -> Section:
    """Title, headline, province, period, documents and grade; the way to the annex."""
    brief = brief.front
    brief.used.clear()  # a page begins: its notes are numbered from one
    brief.homes.clear()
    table = partial(brief.tabulate_entries, brief.used.values())
    said = say_headline(brief)
    return tell_section(brief, "head", table, headline=said, grade=grade_brief(brief))


def say_headline(brief: Brief) -> Markup:
    """The most important thing in a sentence: performance first, then whatever is known."""
    codes = [brief.report.headline, *(code for line in brief.report.cards for code in line)]
    line = {"form": "headline", "codes": codes}
    return render(brief.words, "sentences", brief=brief, line=line)


def show_summary(brief: Brief) -> Section:
    """Three to six sentences."""
    brief = brief.front
    sentences = [said for _, said in list_sentences(brief)]
    table = partial(brief.tabulate_entries, brief.used.values())
    return tell_section(brief, "summary", table, sentences=sentences)


def list_sentences(brief: Brief) -> list[tuple[str, Markup]]:
    """The sentences that hold for a brief, with the names of their rules, in reading order.

    One for which there is no room is not put in words: the page would remember its values as told.
    """
    lines = brief.report.summary

    def say(names: Collection[str]) -> Iterator[tuple[str, Markup]]:
        for line in lines:
            is_asked = line.name in names and not (line.unless and brief.find(line.unless))
            if is_asked and (text := render(brief.words, "sentences", brief=brief, line=line)):
                yield line.name, text

    last = list(say(CLOSING))
    names = [line.name for line in lines if line.name not in (*CLOSING, FILLING)]
    first = list(islice(say(names), MOST - len(last)))
    if len(first) + len(last) < LEAST:
        first += say([FILLING])
    return [*first, *last]


def show_cards(brief: Brief) -> Section:
    """Six key figures at most, and the names of those asked for that the report does not state."""
    brief = brief.front
    found = [(names, brief.find_first(names)) for names in brief.report.cards]
    cards = [entry for _, entry in found if entry][:MOST_CARDS]
    return tell_section(
        brief,
        "cards",
        partial(brief.tabulate_entries, cards),
        lambda: getattr(choose_lead(brief)[1], "figure", None),
        anchor="key",
        cards=cards,
        missing=[names[-1] for names, entry in found[:MOST_CARDS] if not entry],
    )


def choose_lead(brief: Brief) -> tuple[str, Exhibit | None]:
    """The chart beside the cards: that of the area of the headline, else the first there is."""
    areas = brief.report.areas
    first = part_of(brief.reference, brief.report.headline)
    for name in dict.fromkeys([first, *areas]):
        if name in areas and areas[name].front:
            exhibit = build_exhibit(brief, areas[name].front)
            if exhibit and exhibit.rows:
                return name, exhibit
    return "", None


def draw_series(brief: Brief, series: Series) -> Markup | str:
    """A small line over the years that nothing breaks."""
    if len(series.until) < 2:
        return ""
    points = [(int(each["period_end"][:4]), each["value"], 0) for each in series.until]
    title = brief.words.plain("key.line", name=brief.name_indicator(series.entry.indicator))
    svg = sketch_line(points, brief.words.number)
    return draw_line(brief.words, svg, f"{title}: {brief.tell_plain(series.entry)}")


def show_goals(brief: Brief) -> Section:
    """How many targets are met, missed, not due, without data or defined differently."""
    brief = brief.front
    table = partial(brief.tabulate_entries, [own[0].target for own in brief.goals])
    counts = Counter(own[0].state for own in brief.goals)
    return tell_section(brief, "goals", table, counts=counts)


def show_disputes(brief: Brief) -> Section:
    """The contradictions that touch what the front says; the others are counted."""
    brief = brief.front
    told = {finding for entry in brief.used.values() for finding in entry.findings}
    touching = [
        each for each in brief.serious if any(row["finding_id"] in told for row in each.findings)
    ] or list(brief.serious)
    items = touching[:MOST_DISPUTES]
    return tell_section(brief, "disputes", lambda: brief.findings, items=items)


def show_themes(brief: Brief) -> Section:
    """One chart for each other area of reform, and the few numbers that matter beside it."""
    brief = brief.front
    themes = []
    lead, _ = choose_lead(brief)
    for name, area in brief.report.areas.items():
        exhibit = build_exhibit(brief, area.front) if area.front and name != lead else None
        drawn = exhibit if exhibit and exhibit.rows else None
        numbers = [each for code in area.numbers if (each := brief.find(code))]
        if drawn or numbers:
            themes.append((name, drawn, numbers))
    figure = next((partial(getattr, each, "figure") for _, each, _ in themes if each), None)
    table = partial(brief.tabulate_entries, brief.used.values())
    return tell_section(brief, "themes", table, figure, themes=themes)


def show_place(brief: Brief) -> Section:
    """Where the district stands among its peers, in words; that they are too few, if they are."""
    brief = brief.front
    entries = [brief.find(code) for code in brief.report.peers.compared]
    found = [standing for entry in entries if entry and (standing := find_standing(brief, entry))]
    table = partial(brief.tabulate_entries, [each.entry for each in found])
    return tell_section(brief, "standing", table, found=found, least=FEWEST)


def show_references(brief: Brief) -> Section:
    """Where each number of the front stands: document, section, line, printed text; numbered."""
    brief = brief.front
    table = partial(brief.tabulate_entries, [*brief.used.values()])
    return tell_section(brief, "references", table, anchor="refs")


def list_front_used(brief: Brief) -> Mapping[str, Entry]:
    """The values that the front tells, in its order: it is told now, if it has not been yet."""
    if not brief.front.used:
        for show in (show_head, show_summary, show_cards, show_goals, show_themes, show_place):
            show(brief)
    return brief.front.used
