"""Beside others: the peers of a district, by a rule that is printed, and their values.

The rule is that of ``cchc_analysis.stats.peers``; only the same window is set side by side. Fewer
than five give values without a position; five or more place the district in a funnel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from cchc_analysis.brief.content import NOT_TOLD, Brief, name_folder
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.plots import draw, plot_funnel
from cchc_analysis.brief.telling import (
    lower,
    name_area,
    name_indicator,
    name_scope,
    tell,
    tell_missing,
    wrap,
)
from cchc_analysis.brief.templates import Caption, Section, frame
from cchc_analysis.brief.trends.cases import list_limits
from cchc_analysis.brief.trends.sections import tell_scatter
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.tables import tabulate_rows
from cchc_analysis.data.words import LANGUAGES, clean_text
from cchc_analysis.stats.panel import ENOUGH
from cchc_analysis.stats.peers import FEWEST, RULE_TEXT, Peers, find_peers
from cchc_analysis.stats.ranks import rank_values
from cchc_analysis.stats.rates import place_in_funnel

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

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


PLACED = ("on_time_rate", "online_rate")
"""Rates of dossiers, with both counts in the reports."""


def show_position(brief: Brief, peers: Sequence[str], existing: int) -> Markup:
    """A funnel for each rate of which enough peers report both counts, for the widest scope.

    Args:
        brief: The brief.
        peers: The peers that report on the same window.
        existing: How many peers there are, with the district itself: a rank takes nine in ten.
    """
    parts = []
    for rate in PLACED:
        held = ((scope, _list_cases(brief, rate, scope, peers)) for scope in brief.widest_first)
        enough = ((scope, cases) for scope, cases in held if _is_enough(brief, cases))
        if first := next(enough, None):
            parts.append(_show(brief, rate, *first, existing))
    return Markup("").join(parts)


def _is_enough(brief: Brief, cases: pd.DataFrame) -> bool:
    return len(cases) > FEWEST and brief.area["area_id"] in set(cases["area_id"])


def _list_cases(brief: Brief, rate: str, scope: str, peers: Sequence[str]) -> pd.DataFrame:
    """Both counts of the district and of each peer in the window of the brief."""
    panel, row = brief.panel, brief.reference.indicator_rows[rate]
    here = panel[
        panel["area_id"].isin([brief.area["area_id"], *peers])
        & (panel["scope"] == scope)
        & (panel["breakdown"] == "")
        & (panel["period_start"] == brief.start)
        & (panel["period_end"] == brief.end)
    ].drop_duplicates(["area_id", "indicator"])
    sides = [
        here.loc[here["indicator"] == row[side], ["area_id", "value"]].set_index("area_id")["value"]
        for side in ("numerator", "denominator")
    ]
    cases = sides[0].rename("count").to_frame().join(sides[1].rename("total"), how="inner")
    fits = (cases["total"] > 0) & cases["count"].between(0, cases["total"])
    kept: pd.DataFrame = cases[fits].reset_index()
    return kept


def _show(brief: Brief, rate: str, scope: str, cases: pd.DataFrame, existing: int) -> Markup:
    words, own = brief.words, cases["area_id"] == brief.area["area_id"]
    placed = place_in_funnel(cases["count"], cases["total"])
    place = str(placed.loc[own, "place"].iloc[0])
    said = tell_scatter(words, _scatter_of(placed))
    if place:
        said = _tell_place(brief, cases, place, existing)
    name = Markup("{}, {}").format(name_indicator(brief, rate), lower(name_scope(brief, scope)))
    caption = Caption(
        title=words.say("trends.funnel.title", name=name),
        unit=words.say("trends.funnel.unit", unit="%"),
        source=words.say("peers.funnel", area=name_area(brief)),
        alternative=said,
    )
    chart = frame(_draw(brief, cases, placed), caption, f"peers-{rate}-{scope}".replace("_", "-"))
    assumption = Markup("{} {}").format(
        tell_scatter(words, _scatter_of(placed)), words.say("trends.method.funnel")
    )
    return (
        Markup("<h3>{}</h3>\n<p>{}</p>\n").format(name, said)
        + chart
        + Markup("<p><small>{}</small></p>\n").format(assumption)
    )


def _scatter_of(placed: pd.DataFrame) -> float:
    return float(placed["scatter"].iloc[0])


def _tell_place(brief: Brief, cases: pd.DataFrame, place: str, existing: int) -> Markup:
    """Where the district lies in the funnel, and which ranks it may hold."""
    words = brief.words
    told = {
        "area": name_area(brief),
        "place": words.say(f"trends.funnel.place.{place}"),
        "n": words.number(len(cases)),
    }
    if len(cases) < ENOUGH * existing:
        return words.say("peers.position.part", of=words.number(existing), **told)
    empty = dict.fromkeys(("low", "high", "published_low", "published_high"), np.nan)
    values = cases.rename(columns={"count": "numerator", "total": "denominator"}).assign(**empty)
    ranks = rank_values(values.assign(value=100 * values["numerator"] / values["denominator"]))
    own = ranks[(cases["area_id"] == brief.area["area_id"]).to_numpy()].iloc[0]
    return words.say(
        "peers.position" if own["rank_low"] < own["rank_high"] else "peers.position.one",
        low=words.number(int(own["rank_low"])),
        high=words.number(int(own["rank_high"])),
        **told,
    )


def _draw(brief: Brief, cases: pd.DataFrame, placed: pd.DataFrame) -> Figure:
    """The funnel with the district named, whatever its place, and peers only where outside."""
    words = brief.words
    centre, scatter = (float(placed[name].iloc[0]) for name in ("centre", "scatter"))
    places = placed["place"].astype("str").to_numpy()
    own = (cases["area_id"] == brief.area["area_id"]) & ~np.isin(places, ("low", "high"))
    rows = (brief.reference.area_rows[area_id] for area_id in cases["area_id"])
    points = cases.assign(
        name=[words.short_name(row).striptags() for row in rows],
        rate=100 * placed["rate"].to_numpy(),
        place=np.where(own, "own", places),
    )
    common = words.plain("trends.funnel.centre", rate=words.number(100 * centre, 2))
    return draw(
        plot_funnel,
        points,
        limits=list_limits(cases["total"], centre, scatter),
        centre=(100 * centre, common),
        names=(words.plain("trends.funnel.cases"), "%"),
        form=words.number,
    )
