"""Where areas stand: ranking, funnel, control charts, and the method of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from cchc_analysis.brief.plots import draw, plot_control, plot_dots, plot_funnel
from cchc_analysis.brief.trends.board import Board
from cchc_analysis.brief.trends.control import list_charts
from cchc_analysis.brief.trends.pieces import (
    MOST_DRAWN,
    Section,
    choose_form,
    halve,
    name_unit,
    say,
    show_picture,
    tell_part_held,
    wrap,
)
from cchc_analysis.brief.trends.standardised import standardise_areas
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.tables import tabulate_rows
from cchc_analysis.data.words import Words
from cchc_analysis.stats.funnels import MOST_SCATTER, funnel_limits, place_in_funnel
from cchc_analysis.stats.ranks import CASES, ROUNDING, SAMPLING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from cchc_analysis.brief.trends.control import AreaChart

OUTSIDE = ("low", "high")
"""Places in a funnel beyond its limits."""
WIDTH, CHART = 340.0, 122.0
"""Points: width of a control chart, and height of each."""
MOST_CHARTS = 6
FEWEST_FOR_FUNNEL = 5


def show_ranking(board: Board) -> Section:
    """The period shown from best to worst, with the ranks that each area may hold.

    Values only, and why, where fewer than nine in ten of the areas that exist are held.
    """
    words = board.words
    ranked = list_rows(board.latest)
    if len(ranked) < 2:
        return say(board, "ranking", "ranking.none")
    half = MOST_DRAWN // 2
    kept = ranked if len(ranked) <= MOST_DRAWN else [*ranked[:half], *ranked[-half:]]
    table = _tabulate_ranks(board, kept)
    if not board.is_full:
        return wrap(board, "ranking", Markup("<p>{}</p>\n{}").format(tell_part_held(board), table))
    told = _tell_ranges(board)
    if len(kept) < len(ranked):
        ends = words.say("trends.ranking.ends", n=words.number(half))
        told = Markup("{} {}").format(told, ends)
    dots = pd.DataFrame(kept).assign(role="deep", text=[_tell_rank(board, row) for row in kept])
    for name in ("low", "high"):
        dots[name] = dots[f"published_{name}"].fillna(dots[name])
    middle, form = float(board.latest["value"].median()), choose_form(board)
    median = words.plain("trends.ranking.median", value=form(middle))
    unit = str(name_unit(board))
    scale = _find_scale(dots)
    pictures = [
        draw(plot_dots, part, reference=(middle, median), unit=unit, form=form, ends=scale)
        for part in halve(dots, "name")
    ]
    return show_picture(board, "ranking", pictures, told, table)


def _find_scale(dots: pd.DataFrame) -> tuple[float, float]:
    """The ends of a scale that holds all dots and their intervals, with a little room."""
    values = dots[["value", "low", "high"]].to_numpy("float64")
    least, most = float(np.nanmin(values)), float(np.nanmax(values))
    room = 0.03 * (most - least) or 1.0
    return least - room, most + room


def _tabulate_ranks(board: Board, kept: Sequence[Mapping[str, Any]]) -> Markup:
    words, form = board.words, choose_form(board)
    heads = ("area", "value", "rank", "range")[: 4 if board.is_full else 2]
    cells = [
        [row["name"], form(row["value"]), words.number(row["rank"]), _tell_range(board, row)]
        for row in kept
    ]
    return tabulate_rows(
        [words.say(f"trends.ranking.{head}") for head in heads],
        [each[: len(heads)] for each in cells],
        words.say("trends.ranking.table"),
        numbers=range(1, len(heads)),
    )


def _tell_ranges(board: Board) -> Markup:
    """What the ranges of ranks rest on, kind by kind; why there are none where φ is too large."""
    words, latest = board.words, board.latest
    period, n = words.period(board.shown, ".in"), words.number(len(latest))
    scatter = float(latest["scatter"].iloc[0])
    counts = latest["kind"].value_counts()
    told = [words.say("trends.ranking.ranks", period=period, n=n)]
    if scatter > MOST_SCATTER:
        return Markup("{} {}").format(told[0], tell_scatter(words, scatter))
    told += [
        words.say(f"trends.ranking.by_{kind}", n=words.number(int(counts[kind])))
        for kind in (SAMPLING, CASES, ROUNDING)
        if kind in counts
    ]
    if CASES in counts and scatter > 1:
        told.append(words.say("trends.ranking.wider", phi=words.number(scatter, 2)))
    return Markup(" ").join(told)


def show_funnel(board: Board) -> Section:
    """Shares of the period shown in a funnel; nothing where there are no cases to count."""
    words = board.words
    cases = board.latest[board.latest["denominator"].notna() & board.latest["numerator"].notna()]
    if len(cases) < FEWEST_FOR_FUNNEL:
        return Section(Markup(""))
    placed = place_in_funnel(cases["numerator"], cases["denominator"])
    centre, scatter = (float(placed[name].iloc[0]) for name in ("centre", "scatter"))
    points = cases.assign(
        total=cases["denominator"],
        rate=100 * placed["rate"].to_numpy(),
        place=placed["place"].astype("str").to_numpy(),
    )
    table = tabulate_rows(
        [words.say(f"trends.funnel.{head}") for head in ("area", "cases", "rate", "place")],
        [
            [
                row["name"],
                words.number(row["total"]),
                words.number(row["rate"], 2),
                words.say(f"trends.funnel.place.{row['place']}") if row["place"] else "",
            ]
            for row in list_rows(points)
        ],
        words.say("trends.funnel.table"),
        numbers=(1, 2),
    )
    out = int(points["place"].isin(OUTSIDE).sum())
    alt = tell_scatter(words, scatter)
    if scatter <= MOST_SCATTER:
        said = words.say(
            "trends.funnel.alt",
            n=words.number(out),
            of=words.number(len(points)),
            period=words.period(board.shown, ".in"),
        )
        alt = Markup("{} {}").format(said, alt)
    common = words.plain("trends.funnel.centre", rate=words.number(100 * centre, 2))
    picture = draw(
        plot_funnel,
        points,
        limits=list_limits(cases["denominator"], centre, scatter),
        centre=(100 * centre, common),
        names=(words.plain("trends.funnel.cases"), str(name_unit(board))),
        form=words.number,
    )
    return show_picture(board, "funnel", picture, alt, table)


def list_limits(totals: pd.Series, centre: float, scatter: float) -> pd.DataFrame | None:
    """The limits of a funnel over the sizes held: ``total``, ``low``, ``high`` in per cent.

    None where the areas scatter too much for limits (``MOST_SCATTER``).
    """
    if scatter > MOST_SCATTER:
        return None
    sizes = np.round(np.linspace(max(totals.min() / 2, 1), totals.max(), 40))
    curves = {
        role: funnel_limits(centre, sizes, coverage, scatter)
        for coverage, role in ((0.95, "mid"), (0.998, "deep"))
    }
    return pd.concat(
        pd.DataFrame({"total": sizes, "low": 100 * low, "high": 100 * high, "role": role})
        for role, (low, high) in curves.items()
    )


def tell_scatter(words: Words, scatter: float) -> Markup:
    """Whether limits were widened, with φ; or why there are none."""
    kind = "scatter" if scatter > 1 else "binomial"
    kind = kind if scatter <= MOST_SCATTER else "none"
    return words.say(f"trends.funnel.{kind}", phi=words.number(scatter, 2))


def show_control(board: Board) -> Section:
    """Control charts of series of twelve points or more; nothing where no area has them."""
    words, form = board.words, choose_form(board)
    charts = list_charts(board)
    if not charts:
        return Section(Markup(""))
    with_signal = [each for each in charts if any(each.chart.signals)]
    drawn = sorted(charts, key=lambda each: (-each.signalled, each.name))[:MOST_CHARTS]
    table = tabulate_rows(
        [words.say(f"trends.control.{head}") for head in ("area", "centre", "limits", "signals")],
        [
            [
                each.name,
                form(each.chart.centre),
                f"{form(float(each.chart.low[-1]))} – {form(float(each.chart.high[-1]))}",
                words.join(
                    words.say(f"trends.control.{why}", period=words.period(label))
                    for label, why in zip(each.periods, each.chart.signals, strict=True)
                    if why
                )
                or words.say("trends.control.calm"),
            ]
            for each in sorted(charts, key=lambda each: (-each.signalled, each.name))[:MOST_DRAWN]
        ],
        words.say("trends.control.table"),
        numbers=(1, 2),
    )
    said = words.say(
        "trends.control.alt",
        n=words.number(len(with_signal)),
        of=words.number(len(charts)),
        points=words.number(len(charts[0].periods)),
    )
    return show_picture(board, "control", _draw_control(drawn, form), said, table)


def _draw_control(charts: Sequence[AreaChart], form: Callable[[float], str]) -> Figure:
    """The charts of several areas, one below the other."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / 72, CHART * len(charts) / 72), dpi=72)
    grid = figure.add_gridspec(
        len(charts), left=6 / WIDTH, right=1 - 58 / WIDTH, top=1 - 22 / CHART / len(charts),
        bottom=18 / CHART / len(charts), hspace=0.5,
    )  # fmt: skip
    for at, each in enumerate(charts):
        ax = figure.add_subplot(grid[at])
        plot_control(each.to_table(), ax, name=each.name, form=form)
    return figure


def show_methods(board: Board) -> Section:
    """What each method assumes, the rule of trend words, and what ranks and medians take."""
    words = board.words
    kinds = set(board.latest["kind"]) if board.is_full else set()
    charts = list_charts(board)
    used = [
        "trend",
        *(f"ranks_{kind}" for kind in (SAMPLING, CASES) if kind in kinds),
        *(("funnel", "wilson") if board.has_cases else ()),
        *(("standardised",) if len(standardise_areas(board)[0]) else ()),
        *(("p_chart" if charts[0].is_share else "xmr",) if charts else ()),
        *(("standing",) if len(board.standing) else ()),
    ]
    items = [words.say("trends.rule.trend"), words.say("trends.rule.full")]
    items += [words.say(f"trends.method.{name}") for name in used]
    if ROUNDING in kinds:
        items.append(words.say("trends.rule.rounding"))
    listed = Markup("\n").join(Markup("<li>{}</li>").format(item) for item in items)
    return wrap(board, "methods", Markup("<ul>{}</ul>\n").format(listed))


def _tell_rank(board: Board, row: Mapping[str, Any]) -> str:
    rank, held = board.words.number(row["rank"]), _tell_range(board, row)
    return rank if held in ("", rank) else f"{rank} ({held})"


def _tell_range(board: Board, row: Mapping[str, Any]) -> str:
    if isnan(row["rank_low"]):
        return ""
    low, high = (board.words.number(row[name]) for name in ("rank_low", "rank_high"))
    return low if low == high else f"{low}–{high}"
