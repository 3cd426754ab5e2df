"""Where a district stands among its peers: a funnel and a range of ranks for each rate of cases.

Comes in as a brief and the peers that report on its very window; goes out as a chart and sentences.
A rate without the counts behind it gives no position.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from cchc_analysis.brief.chart import Caption, frame
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.plots import draw, plot_funnel
from cchc_analysis.brief.telling import lower, name_area, name_indicator, name_scope
from cchc_analysis.brief.trends.standings import OUTSIDE, list_limits, tell_scatter
from cchc_analysis.stats.funnels import place_in_funnel
from cchc_analysis.stats.panel import ENOUGH
from cchc_analysis.stats.peers import FEWEST
from cchc_analysis.stats.ranks import rank_values

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

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
    own = (cases["area_id"] == brief.area["area_id"]) & ~np.isin(places, OUTSIDE)
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
