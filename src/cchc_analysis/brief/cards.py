"""Cards: the few figures that people ask for first, each with what it can be held against.

A card shows its value with scope and marks, its target and state, what the middle one of its peers
reports of the same window, and how it stood in the same window a year before.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from statistics import median
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cchc_analysis.brief.chart import draw_small
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.nouns import Entry, State
from cchc_analysis.brief.peers import COMPARED, list_peer_values
from cchc_analysis.brief.targets import tell_state
from cchc_analysis.brief.telling import (
    lower,
    name_indicator,
    name_scope,
    name_status,
    name_time,
    tabulate_entries,
    tell,
    tell_plain,
)
from cchc_analysis.brief.templates import Section, render
from cchc_analysis.brief.trend import list_series
from cchc_analysis.stats.peers import FEWEST
from cchc_analysis.stats.trends import keep_last_part

if TYPE_CHECKING:
    import pandas as pd

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
