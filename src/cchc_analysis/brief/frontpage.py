"""The front of a brief: what a reader in a meeting needs, on six phone screens or two sheets.

A headline sentence, the cards, the tally of targets, one chart for each area of reform, the place
among peers, and the contradictions that touch what the front says. Every number leads to the annex,
which holds all figures; short notes at the foot say where those of the front stand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import isnan
from statistics import median
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cchc_analysis.brief.content import Brief, link_page, other_language
from cchc_analysis.brief.exhibits import draw_exhibit
from cchc_analysis.brief.ledger import grade_brief, tell_arithmetic, tell_rule
from cchc_analysis.brief.nouns import Contradiction, Entry, Goal, State, count_contradictions
from cchc_analysis.brief.peers import COMPARED, list_peer_values
from cchc_analysis.brief.plan import STATE_SIGNS, tell_state
from cchc_analysis.brief.summary import say_where
from cchc_analysis.brief.telling import (
    SIGNS,
    link_count,
    lower,
    name_area,
    name_entry,
    name_indicator,
    name_scope,
    name_status,
    name_time,
    tabulate_entries,
    tell,
    tell_number,
    tell_plain,
    tell_title,
    upper,
)
from cchc_analysis.brief.templates import Section, draw_small, render
from cchc_analysis.brief.trend import list_series
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import Severity
from cchc_analysis.data.synthetic import NOTICE, is_synthetic
from cchc_analysis.data.words import clean_text
from cchc_analysis.stats.peers import FEWEST
from cchc_analysis.stats.trends import keep_last_part

if TYPE_CHECKING:
    import pandas as pd

MOST_DISPUTES = 3
PERFORMANCE = "on_time_rate"
"""What the headline is about, where the report states it."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZĐ“])")


def show_head(brief: Brief) -> Section:
    """Title, headline, province, period, documents and grade; the way to the annex."""
    brief = brief.front
    words, province = brief.words, brief.province
    grade = grade_brief(brief)
    html = render(
        words,
        "head",
        title=words.say("head.title", area=name_area(brief), period=words.period(brief.period)),
        headline=say_headline(brief),
        notice=NOTICE[brief.lang] if is_synthetic(str(brief.area["area_id"])) else "",
        province=upper(words.place(province)) if province else words.say("missing"),
        span=words.span(brief.start, brief.end),
        documents=[tell_title(brief, row) for row in list_rows(brief.reports)],
        letter=grade.letter,
        means=words.say(f"grade.means.{grade.letter}"),
        contradictions=link_count(brief, grade.warnings, "contradictions"),
        other={
            "href": link_page(brief, other_language(brief.lang)),
            "lang": other_language(brief.lang),
        },
        annex=brief.annex,
    )
    return Section(html, "head")


def say_headline(brief: Brief) -> Markup:
    """The most important thing in a sentence: performance first, then whatever is known."""
    entry = brief.find(PERFORMANCE) or choose(
        brief, [name for line in brief.report.cards for name in line]
    )
    if entry is None:
        return brief.words.count("headline.none", len(brief.results))
    goal = next((each for each in brief.goals if each.comparisons[0].result is entry), None)
    key = "headline.on_time" if entry.indicator == PERFORMANCE else "headline.other"
    said = brief.words.say(
        key,
        what=name_indicator(brief, entry.indicator),
        n=tell(brief, entry, marks=False),
        where=say_where(brief, entry),
        goal=_say_goal(brief, goal),
    )
    return said + (
        Markup(" ") + brief.words.say("headline.contested") if entry.is_contested else ""
    )


def _say_goal(brief: Brief, goal: Goal | None) -> Markup:
    """What came of the figure's target."""
    if goal is None or goal.state not in (State.MET, State.MISSED, State.NOT_DUE):
        return Markup("")
    target = tell(brief, goal.comparisons[0].target)
    return brief.words.say(f"headline.goal.{goal.state}", goal=target)


def show_goals(brief: Brief) -> Section:
    """How many targets are met, missed, not due, without data or defined differently."""
    brief = brief.front
    counts = Counter(goal.state for goal in brief.goals)
    states = [
        {
            "name": state,
            "sign": STATE_SIGNS[state],
            "count": link_count(brief, counts[state], "plan"),
        }
        for state in STATE_SIGNS
        if counts[state]
    ]
    missed = [_tell_missed(brief, goal) for goal in brief.goals if goal.state == State.MISSED]
    html = render(brief.words, "goals", states=states, missed=missed, count=len(brief.goals))
    targets = [goal.comparisons[0].target for goal in brief.goals]
    return Section(html, "goals", lambda: tabulate_entries(brief, targets))


def _tell_missed(brief: Brief, goal: Goal) -> Markup:
    result = goal.comparisons[0].result
    assert result is not None  # noqa: S101 - what is missed has a result
    return brief.words.say(
        "looks.goal",
        what=name_indicator(brief, result.indicator),
        scope=lower(name_scope(brief, result.scope)),
        n=tell(brief, result, marks=False),
        goal=tell(brief, goal.comparisons[0].target, marks=False),
    )


def show_themes(brief: Brief) -> Section:
    """One chart for each area of reform, and the few numbers that matter beside it."""
    brief = brief.front
    themes = [theme for name in brief.report.areas if (theme := _tell_theme(brief, name))]
    html = render(brief.words, "themes", themes=themes, annex=brief.annex)
    return Section(html, "themes", lambda: tabulate_entries(brief, brief.used.values()))


def _tell_theme(brief: Brief, name: str) -> dict[str, Any] | None:
    area = brief.report.areas[name]
    before = dict(brief.used)
    exhibit = draw_exhibit(brief, area.front) if area.front else None
    told = {note: entry for note, entry in brief.used.items() if note not in before}
    # The table beside the chart stands on the annex: what only it tells is not told here.
    picture = exhibit.figure if exhibit else Markup("")
    brief.used.clear()
    brief.used.update(before | {n: e for n, e in told.items() if f'#{n}"' in picture})
    numbers = [
        {"name": name_indicator(brief, each.indicator), "value": tell(brief, each)}
        for code in area.numbers
        if (each := brief.find(code))
    ]
    if not picture and not numbers:
        return None
    return {
        "anchor": f"part-{name}",
        "title": brief.words.say(f"part.title.{name}"),
        "chart": picture,
        "numbers": numbers,
    }


def show_place(brief: Brief) -> Section:
    """Where the district stands among its peers, in words; that they are too few, if they are."""
    brief = brief.front
    rows = [row for name in COMPARED if (row := _tell_standing(brief, name))]
    html = render(
        brief.words, "standing", rows=rows, least=brief.words.number(FEWEST), annex=brief.annex
    )
    return Section(html, "standing")


def _tell_standing(brief: Brief, indicator: str) -> dict[str, Any] | None:
    entry = brief.find(indicator)
    values = list_peer_values(brief, entry) if entry else []
    if entry is None or len(values) < FEWEST:
        return None
    above = sum(value > entry.value for value in values)
    words = brief.words
    percent = [
        words.say("unit.percent", n=words.number(each, 2))
        for each in (min(values), median(values), max(values))
    ]
    return {
        "name": name_indicator(brief, indicator),
        "value": tell(brief, entry),
        "place": words.say(
            "standing.place", rank=words.number(above + 1), of=words.number(len(values) + 1)
        ),
        "lowest": percent[0],
        "median": percent[1],
        "highest": percent[2],
    }


def show_disputes(brief: Brief) -> Section:
    """The contradictions that touch what the front says; the others are counted."""
    brief = brief.front
    touching = [each for each in brief.serious if _touches(brief, each)] or list(brief.serious)
    items = [_tell_dispute(brief, each) for each in touching[:MOST_DISPUTES]]
    count = count_contradictions(brief.findings)
    html = render(
        brief.words,
        "disputes",
        items=items,
        count=link_count(brief, count, "contradictions"),
        is_more=count > len(items),
    )
    return Section(html, "disputes", lambda: brief.findings)


def _touches(brief: Brief, each: Contradiction) -> bool:
    findings = {finding["finding_id"] for finding in each.findings}
    return any(findings.intersection(entry.findings) for entry in brief.used.values())


def _tell_dispute(brief: Brief, each: Contradiction) -> dict[str, Any]:
    """One contradiction: what does not fit, the sum, and the first sentence of the explanation."""
    first = each.findings[0]
    words = str(first[f"explanation_{brief.lang}"])
    opening, *rest = _SENTENCE.split(words, maxsplit=1)
    return {
        "sign": SIGNS[Severity(each.severity)],
        "number": each.number,
        "href": f"{brief.annex}#{each.anchor}",
        "rule": tell_rule(brief, first),
        "sum": tell_arithmetic(brief, first),
        "words": clean_text(opening, longest=None),
        "is_more": bool(rest),
    }


def show_references(brief: Brief) -> Section:
    """Where each number of the front stands: document, section, line, printed text."""
    brief = brief.front
    last = len(brief.number_of)
    used = sorted(brief.used.values(), key=lambda each: brief.number_of.get(each.note, last))
    groups: dict[Markup, list[dict[str, Any]]] = {}
    for entry in used:
        place, item = _tell_reference(brief, entry)
        groups.setdefault(place, []).append(item)
    html = render(
        brief.words,
        "references",
        groups=list(groups.items()),
        sources=[_tell_source(brief, row) for row in list_rows(brief.sources)],
        annex=brief.annex,
    )
    return Section(html, "refs", lambda: tabulate_entries(brief, used))


def _tell_reference(brief: Brief, entry: Entry) -> tuple[Markup, dict[str, Any]]:
    """The section of a number, and the number with its line and its digits where they differ."""
    rows = brief.list_figures(entry)
    words = brief.words
    number, n = tell_number(brief, entry), brief.number_of.get(entry.note, "")
    if not rows:
        key = "notes.elsewhere" if entry.document else "notes.derived"
        told = clean_text(entry.document) or name_entry(brief, entry)
        return words.say(key), {"n": n, "note": entry.note, "number": number, "told": told}
    row = rows[0]
    source = list(brief.sources["source_id"]).index(row["source_id"]) + 1
    place = words.say("notes.place", source=f"[{source}]", section=clean_text(row["section"]))
    line = words.say("note.line", n=row["line"]) if row["line"] else Markup("")
    is_same = row["printed"].casefold() == brief.words.number(entry.value, entry.decimals)
    printed = (
        ""
        if is_same or not row["printed"]
        else words.say("front.printed", printed=clean_text(row["printed"]))
    )
    return place, {
        "n": n,
        "note": entry.note,
        "number": number,
        "told": Markup(" ").join(each for each in (line, printed) if each),
    }


def _tell_source(brief: Brief, row: Any) -> Markup:
    facts = [
        clean_text(row["issuer"]),
        clean_text(row["number"]),
        brief.words.date(row["dated"]) if row["dated"] else "",
    ]
    return Markup(". ").join([tell_title(brief, row), *(each for each in facts if each)])


MOST = 6
JUDGED = (State.MET, State.MISSED, State.NOT_DUE)


def show_cards(brief: Brief) -> Section:
    """Six key figures at most, and the names of those asked for that the report does not state."""
    brief = brief.front
    shown = choose_cards(brief)
    series = {(each.indicator, each.scope): rows for each, rows in list_series(brief)}
    cards = [_tell_card(brief, entry, series) for entry in shown]
    missing = [names[-1] for names in brief.report.cards[:MOST] if not choose(brief, names)]
    names = [lower(name_indicator(brief, name)) for name in missing]
    html = render(brief.words, "cards", cards=cards, missing=names)
    return Section(html, "key", lambda: tabulate_entries(brief, shown))


def choose_cards(brief: Brief) -> list[Entry]:
    """The figures that have a card."""
    found = (choose(brief, names) for names in brief.report.cards)
    return [entry for entry in found if entry][:MOST]


def choose(brief: Brief, names: Sequence[str]) -> Entry | None:
    """Of several indicators the first that is reported."""
    return next((entry for name in names if (entry := brief.find(name))), None)


def _tell_card(
    brief: Brief, entry: Entry, series: dict[tuple[str, str], pd.DataFrame]
) -> dict[str, Any]:
    change, line = _tell_change(brief, entry, series.get((entry.indicator, entry.scope)))
    return {
        "name": name_indicator(brief, entry.indicator),
        "better": _tell_polarity(brief, entry),
        "value": tell(brief, entry),
        "facts": [fact for fact in _list_facts(brief, entry) if fact],
        "goals": _list_goals(brief, entry),
        "peers": _tell_peers(brief, entry),
        "change": change,
        "line": line,
    }


def _tell_polarity(brief: Brief, entry: Entry) -> Markup:
    polarity = brief.reference.indicator_rows[entry.indicator]["polarity"]
    known = polarity in ("higher", "lower")
    return brief.words.say(f"polarity.{polarity}") if known else Markup("")


def _list_facts(brief: Brief, entry: Entry) -> list[Markup]:
    """The scope with dates and status, the other scopes, and what gives the figure its size."""
    is_split = any(brief.find(entry.indicator, scope) for scope in brief.parts)
    is_whole = entry.scope == brief.whole and not is_split
    parts = ["" if is_whole else name_scope(brief, entry.scope), name_time(brief, entry)]
    own = [each for each in (*parts, name_status(brief.words, entry)) if each]
    beside = [
        brief.words.say("key.part", scope=name_scope(brief, each.scope), n=tell(brief, each))
        for scope in brief.parts
        if (each := brief.find(entry.indicator, scope)) and each.scope != entry.scope
    ]
    return [Markup(" · ").join(own), Markup(" · ").join(beside), _tell_size(brief, entry)]


def _tell_size(brief: Brief, entry: Entry) -> Markup:
    part, whole = brief.report.beside.get(entry.indicator, ("", ""))
    some, top = (_find_beside(brief, name, entry) for name in (part, whole))
    words = brief.words
    if some and top:
        return words.say("key.of", n=tell(brief, some, unit=False), m=tell(brief, top, unit=False))
    if top:
        return words.say("key.top", m=tell(brief, top))
    if some:
        scope = lower(name_scope(brief, some.scope))
        return words.say("key.overdue", n=tell(brief, some), scope=scope)
    return Markup("")


def _find_beside(brief: Brief, indicator: str, entry: Entry) -> Entry | None:
    """A result of the same scope, or a maximum, which holds for all."""
    best = brief.find_any(indicator) if indicator else None
    return brief.find(indicator, entry.scope) or (best if best and not best.is_result else None)


def _list_goals(brief: Brief, entry: Entry) -> list[Markup]:
    """The targets that the figure itself is held against."""
    return [
        brief.words.say(
            "key.plan", goal=tell(brief, each.target), state=tell_state(brief, each.state)
        )
        for each in brief.current
        if each.state in JUDGED and each.is_target and each.result is entry
    ]


def _tell_peers(brief: Brief, entry: Entry) -> Markup:
    """The middle one of the peers that report on the same window, where they are enough."""
    values = list_peer_values(brief, entry) if entry.indicator in COMPARED else []
    if len(values) < FEWEST:
        return Markup("")
    middle = brief.words.say("unit.percent", n=brief.words.number(median(values), 2))
    return brief.words.say("key.peers", n=middle, count=brief.words.number(len(values)))


def _tell_change(brief: Brief, entry: Entry, rows: pd.DataFrame | None) -> tuple[Markup, Markup]:
    """How it stood a year before, with a small line, where the series is not broken between."""
    joined = keep_last_part(rows) if rows is not None else None
    if joined is None or len(joined) < 2 or joined["period_end"].iloc[-1] != entry.end:
        return Markup(""), Markup("")
    before, now = (float(value) for value in joined["value"].iloc[-2:])
    if isnan(before) or int(joined["period_end"].iloc[-2][:4]) != int(entry.end[:4]) - 1:
        return Markup(""), Markup("")
    words, decimals = brief.words, 2 if entry.unit == "%" else None
    step = ("+" if now > before else "") + words.number(now - before, decimals)
    value = words.number(before, entry.decimals)
    told = words.say("key.change", step=step, before=value)
    title = words.plain("key.line", name=name_indicator(brief, entry.indicator))
    values = joined[["period_end", "value"]].assign(
        year=joined["period_end"].str[:4].astype("float64"), segment=0
    )
    return told, draw_small(values, title + ": " + tell_plain(brief, entry), words.number)
