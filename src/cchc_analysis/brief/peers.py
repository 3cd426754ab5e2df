"""Beside others: the peers of a district, by a rule that is printed, and their values.

Peers are districts of one kind in one province; only the same window is set side by side. Fewer
than five give values without a position.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cchc_analysis.brief.content import MAIN_SCOPES, NOT_TOLD, Brief
from cchc_analysis.brief.places import name_folder
from cchc_analysis.brief.telling import (
    Section,
    name_area,
    name_indicator,
    name_scope,
    tell,
    tell_missing,
    wrap,
)
from cchc_analysis.tables import tabulate_rows
from cchc_analysis.words import clean_text

if TYPE_CHECKING:
    from cchc_analysis.reference import Reference

COMPARED = ("on_time_rate", "online_rate", "satisfaction_rate", "staff_filled_rate")
"""Rates with one denominator in all reports; counts depend on the size of a district."""

PEERS_FOR_A_POSITION = 5


def show_peers(brief: Brief) -> Section:
    """The rule, the peers, and the values of those that report on the same window."""
    words = brief.words
    peers = list_peers(brief.area, brief.reference)
    held = {area_id: _list_periods(brief, area_id) for area_id in peers}
    same = [area_id for area_id in peers if brief.period in held[area_id]]
    rule = words.say(
        "peers.rule",
        kind=clean_text(str(brief.area["type"])),
        names=words.join(_name(brief, each) for each in peers) or words.say("peers.nobody"),
    )
    count = words.say(
        "peers.count",
        n=words.number(len(same)),
        period=words.period(brief.period),
        least=words.number(PEERS_FOR_A_POSITION),
    )
    return wrap(
        "peers",
        words.say("peers.title"),
        Markup("<p>{}</p>\n<p>{}</p>\n").format(rule, count),
        _tell_others(
            brief, {each: held[each] for each in peers if held[each] and each not in same}
        ),
        _tabulate(brief, same),
    )


def list_peers(area: Mapping[str, Any], reference: Reference) -> list[str]:
    """The districts of the same kind and province; a brief's slice holds their values."""
    return [
        area_id
        for area_id, row in reference.area_rows.items()
        if row["level"] == "district"
        and row["type"] == area["type"]
        and row["parent_id"] == area["parent_id"]
        and area_id != area["area_id"]
    ]


def _list_periods(brief: Brief, area_id: str) -> list[str]:
    held = brief.sources_held
    told = held[~held["kind"].isin(NOT_TOLD)]
    match = brief.reference.match_area
    return sorted(
        {
            period
            for area, period in zip(told["area"], told["period"], strict=True)
            if match(area) == area_id
        }
    )


def _name(brief: Brief, area_id: str) -> Markup:
    return brief.words.short_name(brief.reference.area_rows[area_id])


def _tell_others(brief: Brief, held: Mapping[str, list[str]]) -> Markup:
    """Peers whose reports cover other windows: named, linked, not compared."""
    if not held:
        return Markup("")
    links = brief.words.join(
        Markup('<a href="../../{}/index.html">{} ({})</a>').format(
            name_folder(brief.reference.area_rows[area_id], period),
            _name(brief, area_id),
            brief.words.period(period),
        )
        for area_id, periods in held.items()
        for period in periods
    )
    return Markup("<p>{}</p>\n").format(brief.words.say("peers.others", links=links))


def _tabulate(brief: Brief, same: list[str]) -> Markup:
    own = [e for name in COMPARED for s in MAIN_SCOPES if (e := brief.find(name, s))]
    if not same or not own:
        return Markup("")
    words, values = brief.words, _index_values(brief)
    rows = [
        [
            Markup("{} <small>{}</small>").format(
                name_indicator(brief, entry.indicator), name_scope(brief, entry.scope)
            ),
            tell(brief, entry),
            *(
                _tell_peer(
                    brief,
                    area_id,
                    values.get(
                        (area_id, entry.indicator, entry.scope, entry.start, entry.end),
                        float("nan"),
                    ),
                )
                for area_id in same
            ),
        ]
        for entry in own
    ]
    heads = [words.say("table.indicator"), name_area(brief), *(_name(brief, each) for each in same)]
    return tabulate_rows(heads, rows, words.say("peers.table"), numbers=range(1, len(heads)))


def _index_values(brief: Brief) -> dict[tuple[str, ...], float]:
    """Whole quantities by district, indicator, scope and window: one look instead of a search."""
    panel = brief.panel[brief.panel["breakdown"] == ""]
    names = ("area_id", "indicator", "scope", "period_start", "period_end")
    keys = zip(*(panel[name].tolist() for name in names), strict=True)
    return dict(reversed(list(zip(keys, panel["value"].tolist(), strict=True))))


def _tell_peer(brief: Brief, area_id: str, value: float) -> Markup:
    """A peer's value, linked to its brief, where its note stands."""
    if isnan(value):
        return tell_missing(brief)
    number = brief.words.say("unit.percent", n=brief.words.number(value, 2))
    folder = name_folder(brief.reference.area_rows[area_id], brief.period)
    return Markup('<a href="../../{}/index.html">{}</a>').format(folder, number)
