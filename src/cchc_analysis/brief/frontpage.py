"""The front of a brief: what a reader in a meeting needs, on six phone screens or two sheets.

A headline sentence, the cards, the tally of targets, the contradictions that touch what the front
says, one chart for each area of reform, and the place among peers. Every number leads to the annex,
which holds all figures; numbered notes at the foot say where those of the front stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from math import isnan

from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.exhibits import build_exhibit
from cchc_analysis.brief.ledger import grade_brief
from cchc_analysis.brief.nouns import JUDGED, STATE_SIGNS, Entry, State, count_contradictions
from cchc_analysis.brief.peers import find_standing
from cchc_analysis.brief.plots import sketch_line
from cchc_analysis.brief.report import part_of
from cchc_analysis.brief.rows import Exhibit
from cchc_analysis.brief.summary import say_where, show_summary
from cchc_analysis.brief.templates import Section, draw_line, join, lower, tell_section
from cchc_analysis.stats.peers import FEWEST

MOST_CARDS = 6
MOST_DISPUTES = 3


def show_head(brief: Brief) -> Section:
    """Title, headline, province, period, documents and grade; the way to the annex."""
    brief = brief.front
    brief.used.clear()  # a page begins: its notes are numbered from one
    brief.homes.clear()
    table = partial(brief.tabulate_entries, brief.used.values())
    told = set(brief.reports["source_id"])
    return tell_section(
        brief,
        "head",
        table,
        headline=say_headline(brief),
        grade=grade_brief(brief),
        documents=[brief.tell_title(row) for row in brief.documents if row["source_id"] in told],
    )


def say_headline(brief: Brief) -> Markup:
    """The most important thing in a sentence: performance first, then whatever is known."""
    names = [name for line in brief.report.cards for name in line]
    entry = choose(brief, [brief.report.headline, *names])
    if entry is None:
        return brief.words.count("headline.none", len(brief.results))
    goal = next((own[0] for own in brief.goals if own[0].result is entry), None)
    is_known = brief.words.has(f"headline.{entry.indicator}")
    said = brief.say(
        f"headline.{entry.indicator}" if is_known else "headline.other",
        what=brief.name_indicator(entry.indicator),
        n=brief.tell(entry, marks=False),
        where=say_where(brief, entry),
        goal=brief.say(f"headline.goal.{goal.state}", goal=brief.tell(goal.target))
        if goal and goal.state in JUDGED
        else "",
    )
    return join(" ", said, brief.say("headline.contested") if entry.is_contested else "")


def show_cards(brief: Brief) -> Section:
    """Six key figures at most, and the names of those asked for that the report does not state."""
    brief = brief.front
    found = [(names, choose(brief, names)) for names in brief.report.cards]
    shown = [entry for _, entry in found if entry][:MOST_CARDS]
    cards = [
        {
            "entry": entry,
            "parts": [
                each for scope in brief.parts if (each := brief.find(entry.indicator, scope))
            ],
            "beside": _find_beside(brief, entry),
            "goals": [
                each
                for each in brief.current
                if each.state in JUDGED and each.is_target and each.result is entry
            ],
            "standing": find_standing(brief, entry),
            "change": _tell_change(brief, entry),
        }
        for entry in shown
    ]
    missing = [brief.name_indicator(names[-1]) for names, e in found[:MOST_CARDS] if not e]
    return tell_section(
        brief,
        "cards",
        partial(brief.tabulate_entries, shown),
        lambda: getattr(choose_lead(brief)[1], "figure", None),
        anchor="key",
        cards=cards,
        missing=map(lower, missing),
    )


def _find_beside(brief: Brief, entry: Entry) -> list[Entry | None]:
    """What gives a figure its size: results of its scope, or a maximum, which holds for all."""
    found = []
    for code in brief.report.beside.get(entry.indicator, ("", "")):
        best = brief.find_any(code) if code else None
        own = brief.find(code, entry.scope)
        found.append(own or (best if best and not best.is_result else None))
    return found


def choose_lead(brief: Brief) -> tuple[str, Exhibit | None]:
    """The chart beside the cards: that of the area of the headline, else the first there is."""
    areas = brief.report.areas
    first = part_of(brief.reference, brief.report.headline)
    for name in dict.fromkeys([first, *areas]):
        if name in areas and areas[name].front:
            exhibit = build_exhibit(brief, areas[name].front)
            if exhibit and exhibit.plot:
                return name, exhibit
    return "", None


def choose(brief: Brief, names: Sequence[str]) -> Entry | None:
    """Of several indicators the first that is reported."""
    return next((entry for name in names if (entry := brief.find(name))), None)


def _tell_change(brief: Brief, entry: Entry) -> tuple[Markup | str, Markup | str]:
    """How it stood a year before, and a small line over the years that nothing breaks."""
    series = next((each for each in brief.series if each.entry is entry), None)
    if series is None:
        return "", ""
    words, before, told = brief.words, series.year_before, ""
    if not isnan(before):
        decimals = 2 if entry.unit == "%" else None
        step = ("+" if entry.value > before else "") + words.number(entry.value - before, decimals)
        told = words.say("key.change", step=step, before=words.number(before, entry.decimals))
    if len(series.until) < 2:
        return told, ""
    points = [(int(each["period_end"][:4]), each["value"], 0) for each in series.until]
    title = words.plain("key.line", name=brief.name_indicator(entry.indicator))
    svg = sketch_line(points, words.number)
    return told, draw_line(words, svg, f"{title}: {brief.tell_plain(entry)}")


def show_goals(brief: Brief) -> Section:
    """How many targets are met, missed, not due, without data or defined differently."""
    brief = brief.front
    table = partial(brief.tabulate_entries, [own[0].target for own in brief.goals])
    counts = Counter(own[0].state for own in brief.goals)
    missed = [own[0] for own in brief.goals if own[0].state == State.MISSED]
    states = [(state, STATE_SIGNS[state]) for state in STATE_SIGNS if counts[state]]
    return tell_section(brief, "goals", table, counts=counts, missed=missed, states=states)


def show_disputes(brief: Brief) -> Section:
    """The contradictions that touch what the front says; the others are counted."""
    brief = brief.front
    told = {finding for entry in brief.used.values() for finding in entry.findings}
    touching = [
        each for each in brief.serious if any(row["finding_id"] in told for row in each.findings)
    ] or list(brief.serious)
    return tell_section(
        brief,
        "disputes",
        lambda: brief.findings,
        items=touching[:MOST_DISPUTES],
        count=count_contradictions(brief.findings),
    )


def show_themes(brief: Brief) -> Section:
    """One chart for each other area of reform, and the few numbers that matter beside it."""
    brief = brief.front
    themes, figures = [], []
    lead, _ = choose_lead(brief)
    for name, area in brief.report.areas.items():
        exhibit = build_exhibit(brief, area.front) if area.front and name != lead else None
        found = [each for code in area.numbers if (each := brief.find(code))]
        numbers = [(brief.name_indicator(e.indicator), brief.tell(e)) for e in found]
        if picture := exhibit.chart if exhibit else "":
            figures.append(partial(getattr, exhibit, "figure"))
        if picture or numbers:
            themes.append({"name": name, "chart": picture, "numbers": numbers})
    table = partial(brief.tabulate_entries, [*brief.used.values()])
    return tell_section(brief, "themes", table, next(iter(figures), None), themes=themes)


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
