"""The front of a brief: what a reader in a meeting needs, on six phone screens or two sheets.

A headline sentence, the cards, the tally of targets, the contradictions that touch what the front
says, one chart for each area of reform, and the place among peers. Every number leads to the annex,
which holds all figures; numbered notes at the foot say where those of the front stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.content import Brief, link_page, other_language
from cchc_analysis.brief.exhibits import build_exhibit
from cchc_analysis.brief.ledger import grade_brief, tell_dispute
from cchc_analysis.brief.nouns import Entry, Goal, Series, State, count_contradictions
from cchc_analysis.brief.peers import draw_spine, find_standing, say_median, say_place
from cchc_analysis.brief.plan import JUDGED, STATE_SIGNS, tell_state
from cchc_analysis.brief.plots.place import SMALL, draw_small
from cchc_analysis.brief.report import part_of
from cchc_analysis.brief.rows import Exhibit
from cchc_analysis.brief.summary import say_where, show_summary
from cchc_analysis.brief.telling import keep_name, lower, name_indicator, name_status, upper
from cchc_analysis.brief.templates import Section, draw_line, join, render
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import NOTICE, is_synthetic
from cchc_analysis.data.words import clean_text
from cchc_analysis.stats.peers import FEWEST

MOST_CARDS = 6
MOST_DISPUTES = 3


def show_head(brief: Brief) -> Section:
    """Title, headline, province, period, documents and grade; the way to the annex."""
    brief = brief.front
    brief.used.clear()  # a page begins: its notes are numbered from one
    brief.homes.clear()
    words, province = brief.words, brief.province
    grade = grade_brief(brief)
    other = other_language(brief.lang)
    html = render(
        words,
        "head",
        title=words.say("head.title", area=keep_name(brief), period=words.period(brief.period)),
        headline=say_headline(brief),
        notice=NOTICE[brief.lang] if is_synthetic(str(brief.area["area_id"])) else "",
        province=upper(words.place(province)) if province else "",
        span=words.span(brief.start, brief.end),
        documents=[brief.tell_title(row) for row in list_rows(brief.reports)],
        letter=grade.letter,
        means=words.say(f"grade.means.{grade.letter}"),
        contradictions=brief.link_count(grade.warnings, "contradictions"),
        other={"href": link_page(brief, other), "lang": other},
        annex=brief.annex,
    )
    return Section(html, "head", lambda: brief.tabulate_entries(brief.used.values()))


def say_headline(brief: Brief) -> Markup:
    """The most important thing in a sentence: performance first, then whatever is known."""
    first = brief.report.headline
    entry = brief.find(first) or choose(
        brief, [name for line in brief.report.cards for name in line]
    )
    if entry is None:
        return brief.words.count("headline.none", len(brief.results))
    goal = next((each for each in brief.goals if each.comparisons[0].result is entry), None)
    is_known = brief.words.has(f"headline.{entry.indicator}")
    said = brief.say(
        f"headline.{entry.indicator}" if is_known else "headline.other",
        what=name_indicator(brief, entry.indicator),
        n=brief.tell(entry, marks=False),
        where=say_where(brief, entry),
        goal=_say_goal(brief, goal),
    )
    contested = brief.say("headline.contested") if entry.is_contested else ""
    return join(" ", said, contested)


def _say_goal(brief: Brief, goal: Goal | None) -> Markup:
    """What came of the figure's target."""
    if goal is None or goal.state not in JUDGED:
        return Markup("")
    target = brief.tell(goal.comparisons[0].target)
    return brief.say(f"headline.goal.{goal.state}", goal=target)


def show_cards(brief: Brief) -> Section:
    """Six key figures at most, and the names of those asked for that the report does not state."""
    brief = brief.front
    found = (choose(brief, names) for names in brief.report.cards)
    shown = [entry for entry in found if entry][:MOST_CARDS]
    series = {(each.entry.indicator, each.entry.scope): each for each in brief.series}
    cards = [_tell_card(brief, entry, series) for entry in shown]
    missing = [names[-1] for names in brief.report.cards[:MOST_CARDS] if not choose(brief, names)]
    names = [lower(name_indicator(brief, name)) for name in missing]
    _, lead = choose_lead(brief)
    chart = lead.chart if lead else ""
    html = render(brief.words, "cards", cards=cards, missing=names, chart=chart)
    figure = lead.figure if lead else None
    make = None if figure is None else lambda: figure
    return Section(html, "key", lambda: brief.tabulate_entries(shown), make)


def choose_lead(brief: Brief) -> tuple[str, Exhibit | None]:
    """The chart beside the cards: that of the area of the headline, else the first there is."""
    areas = brief.report.areas
    first = part_of(brief.reference, brief.report.headline)
    for name in dict.fromkeys([first, *areas]):
        if name in areas and areas[name].front:
            exhibit = build_exhibit(brief, areas[name].front)
            if exhibit and exhibit.caption:
                return name, exhibit
    return "", None


def choose(brief: Brief, names: Sequence[str]) -> Entry | None:
    """Of several indicators the first that is reported."""
    return next((entry for name in names if (entry := brief.find(name))), None)


def _tell_card(
    brief: Brief, entry: Entry, series: Mapping[tuple[str, str], Series]
) -> dict[str, Any]:
    words, standing = brief.words, find_standing(brief, entry)
    polarity = brief.reference.indicator_rows[entry.indicator]["polarity"]
    known = polarity in ("higher", "lower")
    change, line = _tell_change(brief, entry, series.get((entry.indicator, entry.scope)))
    peers = ""
    if standing:
        count = words.number(len(standing.values))
        peers = words.say("key.peers", n=say_median(brief, standing), count=count)
    return {
        "name": name_indicator(brief, entry.indicator),
        "better": words.say(f"polarity.{polarity}") if known else "",
        "value": brief.tell(entry),
        "facts": [each for each in _list_facts(brief, entry) if each],
        "goals": _list_goals(brief, entry),
        "peers": peers,
        "change": change,
        "line": line,
    }


def _list_facts(brief: Brief, entry: Entry) -> list[Markup]:
    """The scope with dates and status, the other scopes, and what gives the figure its size."""
    is_split = any(brief.find(entry.indicator, scope) for scope in brief.parts)
    is_whole = entry.scope == brief.whole and not is_split
    beside = [
        brief.say("key.part", scope=brief.name_scope(each.scope), n=brief.tell(each))
        for scope in brief.parts
        if (each := brief.find(entry.indicator, scope)) and each.scope != entry.scope
    ]
    return [
        join(
            " · ",
            "" if is_whole else brief.name_scope(entry.scope),
            brief.name_time(entry),
            name_status(brief.words, entry),
        ),
        join(" · ", *beside),
        _tell_size(brief, entry),
    ]


def _tell_size(brief: Brief, entry: Entry) -> Markup:
    part, whole = brief.report.beside.get(entry.indicator, ("", ""))
    some, top = (_find_beside(brief, name, entry) for name in (part, whole))
    words = brief.words
    if some and top:
        return words.say("key.of", n=brief.tell(some, unit=False), m=brief.tell(top, unit=False))
    if top:
        return words.say("key.top", m=brief.tell(top))
    if some:
        scope = lower(brief.name_scope(some.scope))
        return words.say("key.overdue", n=brief.tell(some), scope=scope)
    return Markup("")


def _find_beside(brief: Brief, indicator: str, entry: Entry) -> Entry | None:
    """A result of the same scope, or a maximum, which holds for all."""
    best = brief.find_any(indicator) if indicator else None
    return brief.find(indicator, entry.scope) or (best if best and not best.is_result else None)


def _list_goals(brief: Brief, entry: Entry) -> list[Markup]:
    """The targets that the figure itself is held against."""
    return [
        brief.say("key.plan", goal=brief.tell(each.target), state=tell_state(brief, each.state))
        for each in brief.current
        if each.state in JUDGED and each.is_target and each.result is entry
    ]


def _tell_change(
    brief: Brief, entry: Entry, series: Series | None
) -> tuple[Markup | str, Markup | str]:
    """How it stood a year before, and a small line over the years that nothing breaks."""
    from cchc_analysis.brief.plots.backend import Sketch

    if series is None:
        return "", ""
    words, before = brief.words, series.year_before
    told = ""
    if not isnan(before):
        decimals = 2 if entry.unit == "%" else None
        step = ("+" if entry.value > before else "") + words.number(entry.value - before, decimals)
        told = words.say("key.change", step=step, before=words.number(before, entry.decimals))
    if len(series.until) < 2:
        return told, ""
    points = [(int(each["period_end"][:4]), each["value"], 0) for each in series.until]
    title = words.plain("key.line", name=name_indicator(brief, entry.indicator))
    svg = draw_small(Sketch(*SMALL), points, words.number).finish()
    return told, draw_line(words, svg, f"{title}: {brief.tell_plain(entry)}")


def show_goals(brief: Brief) -> Section:
    """How many targets are met, missed, not due, without data or defined differently."""
    brief = brief.front
    counts = Counter(goal.state for goal in brief.goals)
    states = [
        {
            "name": state,
            "sign": STATE_SIGNS[state],
            "count": brief.link_count(counts[state], "plan"),
        }
        for state in STATE_SIGNS
        if counts[state]
    ]
    missed = [_tell_missed(brief, goal) for goal in brief.goals if goal.state == State.MISSED]
    html = render(brief.words, "goals", states=states, missed=missed, count=len(brief.goals))
    targets = [goal.comparisons[0].target for goal in brief.goals]
    return Section(html, "goals", lambda: brief.tabulate_entries(targets))


def _tell_missed(brief: Brief, goal: Goal) -> Markup:
    result = goal.comparisons[0].result
    assert result is not None  # noqa: S101 - what is missed has a result
    return brief.say(
        "looks.goal",
        what=name_indicator(brief, result.indicator),
        scope=lower(brief.name_scope(result.scope)),
        n=brief.tell(result, marks=False),
        goal=brief.tell(goal.comparisons[0].target, marks=False),
    )


def show_disputes(brief: Brief) -> Section:
    """The contradictions that touch what the front says; the others are counted."""
    brief = brief.front
    told = {finding for entry in brief.used.values() for finding in entry.findings}
    touching = [
        each for each in brief.serious if any(row["finding_id"] in told for row in each.findings)
    ] or list(brief.serious)
    count = count_contradictions(brief.findings)
    html = render(
        brief.words,
        "disputes",
        items=[tell_dispute(brief, each) for each in touching[:MOST_DISPUTES]],
        count=brief.link_count(count, "contradictions"),
        causes=brief.words.number(len(brief.serious)) if count != len(brief.serious) else "",
    )
    return Section(html, "disputes", lambda: brief.findings)


def show_themes(brief: Brief) -> Section:
    """One chart for each other area of reform, and the few numbers that matter beside it."""
    brief = brief.front
    themes, figures = [], []
    lead, _ = choose_lead(brief)
    for name, area in brief.report.areas.items():
        exhibit = build_exhibit(brief, area.front) if area.front and name != lead else None
        numbers = [
            {"name": name_indicator(brief, each.indicator), "value": brief.tell(each)}
            for code in area.numbers
            if (each := brief.find(code))
        ]
        picture = exhibit.chart if exhibit else ""
        title = brief.say(f"part.title.{name}")
        if picture or numbers:
            anchor = brief.name_area_place(name)
            themes.append({"href": anchor, "title": title, "chart": picture, "numbers": numbers})
        figures += [exhibit.figure] if exhibit and exhibit.figure else []
    html = render(brief.words, "themes", themes=themes, annex=brief.annex)
    shown = dict(brief.used)
    first = next(iter(figures), None)
    make = None if first is None else lambda: first
    return Section(html, "themes", lambda: brief.tabulate_entries(shown.values()), make)


def show_place(brief: Brief) -> Section:
    """Where the district stands among its peers, in words; that they are too few, if they are."""
    brief = brief.front
    entries = [brief.find(code) for code in brief.report.peers.compared]
    found = [standing for entry in entries if entry and (standing := find_standing(brief, entry))]
    rows = [
        [
            name_indicator(brief, each.entry.indicator),
            brief.tell(each.entry),
            say_place(brief, each),
            say_median(brief, each),
            draw_spine(brief, each),
        ]
        for each in found
    ]
    least = brief.words.number(FEWEST)
    html = render(brief.words, "standing", rows=rows, least=least, annex=brief.annex)
    return Section(html, "standing", lambda: brief.tabulate_entries([e.entry for e in found]))


def show_references(brief: Brief) -> Section:
    """Where each number of the front stands: document, section, line, printed text; numbered."""
    brief = brief.front
    used = list(brief.used.values())
    items = [
        {
            "n": n,
            "anchor": f"r-{entry.note[2:]}",
            "href": f"{brief.find_page(entry)}#{entry.note}",
            "number": brief.tell_number(entry),
            "place": _tell_reference(brief, entry),
        }
        for n, entry in enumerate(used, start=1)
    ]
    sources = [_tell_source(brief, row) for row in list_rows(brief.sources)]
    html = render(brief.words, "references", items=items, sources=sources)
    return Section(html, "refs", lambda: brief.tabulate_entries(used))


def _tell_reference(brief: Brief, entry: Entry) -> Markup:
    """The section and line of a number, with its digits where they differ; or its formula."""
    rows, words = brief.list_figures(entry), brief.words
    if not rows:
        return clean_text(entry.document) if entry.document else brief.tell_derivation(entry)
    row = rows[0]
    source = brief.letter_of[row["source_id"]]
    printed = row["printed"]
    is_same = not printed or printed.casefold() == words.number(entry.value, entry.decimals)
    return join(
        ", ",
        join(" ", f"[{source}]" if source != "A" else "", clean_text(row["section"])),
        words.say("note.line", n=row["line"]) if row["line"] else "",
        "" if is_same else words.say("front.printed", printed=clean_text(printed)),
    )


def _tell_source(brief: Brief, row: Mapping[str, Any]) -> Markup:
    facts = [clean_text(row["issuer"]), clean_text(row["number"])]
    dated = brief.words.date(row["dated"]) if row["dated"] else ""
    return join(". ", brief.tell_title(row), *facts, dated)


def list_front_used(brief: Brief) -> Mapping[str, Entry]:
    """The values that the front tells, in its order: it is told now, if it has not been yet."""
    if not brief.front.used:
        for show in (show_head, show_summary, show_cards, show_goals, show_themes, show_place):
            show(brief)
    return brief.front.used
