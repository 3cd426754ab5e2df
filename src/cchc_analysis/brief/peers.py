"""Beside others: the peers of a district, by a rule that is printed, and their values.

The rule is that of ``cchc_analysis.stats.peers``; only the same window is set side by side. Fewer
than five give values without a position; five or more place the district in a funnel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cchc_analysis.brief.content import NOT_TOLD, Brief
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.places import name_folder
from cchc_analysis.brief.position import show_position
from cchc_analysis.brief.telling import (
    name_area,
    name_indicator,
    name_scope,
    tell,
    tell_missing,
    wrap,
)
from cchc_analysis.brief.templates import Section
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.tables import tabulate_rows
from cchc_analysis.data.words import LANGUAGES, clean_text
from cchc_analysis.stats.peers import FEWEST, RULE_TEXT, Peers, find_peers

if TYPE_CHECKING:
    from cchc_analysis.data.reference import Reference

COMPARED = ("on_time_rate", "online_rate", "satisfaction_rate", "staff_filled_rate")
"""Rates with one denominator in all reports; counts depend on the size of a district."""
VOLUME = "dossiers_received_total"
READ_OF_PEERS = (
    *COMPARED,
    *("dossiers_resolved_on_time", "dossiers_resolved_total", "dossiers_received_online", VOLUME),
)
"""What a brief reads of its peers: the rates, the counts behind them, and their size."""


def show_peers(brief: Brief) -> Section:
    """The rule, the peers, and the values of those that report on the same window."""
    words = brief.words
    peers = choose_peers(brief)
    held = {area_id: list_periods(brief, area_id) for area_id in peers.peers}
    same = [area_id for area_id in peers.peers if brief.period in held[area_id]]
    rule = words.say(
        "peers.rule",
        rule=RULE_TEXT[peers.rule][LANGUAGES.index(words.lang)],
        kind=clean_text(str(brief.area["type"])),
        names=words.join(_name(brief, each) for each in peers.peers) or words.say("peers.nobody"),
    )
    count = words.say(
        "peers.count",
        n=words.number(len(same)),
        period=words.period(brief.period),
        least=words.number(FEWEST),
    )
    return wrap(
        brief,
        "peers",
        Markup("<p>{}</p>\n<p>{}</p>\n").format(rule, count),
        _tell_others(
            brief, {each: held[each] for each in peers.peers if held[each] and each not in same}
        ),
        _tabulate(brief, same),
        show_position(brief, same, 1 + len(peers.peers))
        if len(same) >= FEWEST and peers.has_position
        else Markup(""),
    )


def list_peer_values(brief: Brief, entry: Entry) -> list[float]:
    """What the peers report of the same quantity in the same window, in any order."""
    same = (entry.indicator, entry.scope, entry.start, entry.end)
    values = _index_values(brief)
    found = (values.get((area_id, *same)) for area_id in choose_peers(brief).peers)
    return [value for value in found if value is not None and not isnan(value)]


def choose_peers(brief: Brief) -> Peers:
    """The peers of a brief's district on the last day of its period, by the written rule."""
    panel = brief.panel
    sizes = panel[
        (panel["indicator"] == VOLUME)
        & (panel["breakdown"] == "")
        & (panel["period_start"] == brief.start)
        & (panel["period_end"] == brief.end)
    ].sort_values("value")
    volumes = dict(zip(sizes["area_id"], sizes["value"], strict=True))
    return find_peers(brief.area["area_id"], brief.reference, volumes, brief.end)


def list_peers(area: Mapping[str, Any], reference: Reference) -> list[str]:
    """Every area that can be a peer; a brief's slice holds their values.

    Those of the same kind and province, and of the region where these are too few.
    """
    kin = reference.list_kind(str(area["level"]), str(area["type"]))
    province = reference.find_province(str(area["area_id"]))
    near = [each for each in kin.get(province, ()) if each != area["area_id"]]
    region = reference.region_of.get(province)
    if len(near) >= FEWEST or not region:
        return near
    others = (each for each in kin if reference.region_of.get(each) == region)
    return [each for other in others for each in kin[other] if each != area["area_id"]]


def list_periods(brief: Brief, area_id: str) -> list[str]:
    """The periods of an area that have a brief, as far as a brief may know."""
    held = brief.sources_held
    told = held[~held["kind"].isin(NOT_TOLD)]
    match = brief.reference.match_source
    return sorted({row["period"] for row in list_rows(told) if match(row) == area_id})


def _name(brief: Brief, area_id: str) -> Markup:
    return brief.words.short_name(brief.reference.area_rows[area_id])


def _tell_others(brief: Brief, held: Mapping[str, list[str]]) -> Markup:
    """Peers whose reports cover other windows: named, their last one linked, not compared."""
    if not held:
        return Markup("")
    links = brief.words.join(
        Markup('<a href="../../{}/index.html">{} ({})</a>').format(
            name_folder(brief.reference.area_rows[area_id], period),
            _name(brief, area_id),
            brief.words.period(period),
        )
        for area_id, periods in held.items()
        for period in periods[-1:]
    )
    return Markup("<p>{}</p>\n").format(brief.words.say("peers.others", links=links))


def _tabulate(brief: Brief, same: Sequence[str]) -> Markup:
    """A row for the district and for each peer, a column for each rate."""
    own = list_compared(brief)
    if not same or not own:
        return Markup("")
    words, values = brief.words, _index_values(brief)
    rows = [
        [Markup("<b>{}</b>").format(name_area(brief)), *(tell(brief, entry) for entry in own)],
        *(
            [_name(brief, each), *(_tell_peer(brief, each, entry, values) for entry in own)]
            for each in same
        ),
    ]
    heads = [
        words.say("peers.area"),
        *(
            Markup("{} <small>{}</small>").format(
                name_indicator(brief, entry.indicator), name_scope(brief, entry.scope)
            )
            for entry in own
        ),
    ]
    return tabulate_rows(heads, rows, words.say("peers.table"), numbers=range(1, len(heads)))


def list_compared(brief: Brief) -> list[Entry]:
    """The rates of a brief that can stand beside those of others."""
    return [e for name in COMPARED for s in brief.main_scopes if (e := brief.find(name, s))]


def _index_values(brief: Brief) -> dict[tuple[str, ...], float]:
    """Whole quantities by district, indicator, scope and window: one look instead of a search."""
    panel = brief.panel[brief.panel["breakdown"] == ""]
    names = ("area_id", "indicator", "scope", "period_start", "period_end")
    keys = zip(*(panel[name].tolist() for name in names), strict=True)
    return dict(reversed(list(zip(keys, panel["value"].tolist(), strict=True))))


def _tell_peer(
    brief: Brief, area_id: str, entry: Entry, values: Mapping[tuple[str, ...], float]
) -> Markup:
    """A peer's value, linked to its brief, where its note stands."""
    place = (area_id, entry.indicator, entry.scope, entry.start, entry.end)
    value = values.get(place, float("nan"))
    if isnan(value):
        return tell_missing(brief)
    number = brief.words.say("unit.percent", n=brief.words.number(value, 2))
    folder = name_folder(brief.reference.area_rows[area_id], brief.period)
    return Markup('<a href="../../{}/index.html">{}</a>').format(folder, number)
