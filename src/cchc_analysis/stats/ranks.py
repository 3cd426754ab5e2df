"""Ranks, how far their order is established, and standing across changes of design."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cchc_analysis.data.intervals import NORMAL, Floats, Numbers, as_floats
from cchc_analysis.data.named import of_panel, take_one
from cchc_analysis.stats.peers import break_series
from cchc_analysis.stats.rates import MOST_SCATTER, find_scatter

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference

BOUNDS = ("published_low", "published_high")
SAMPLING, CASES, ROUNDING = "sampling", "cases", "rounding"
"""What leaves an order open: the sample that the source drew, the cases of this year alone, or no
more than the digits that are not printed."""


def find_kinds(values: pd.DataFrame) -> pd.Series:
    """What each value is uncertain by: ``SAMPLING``, ``CASES`` or ``ROUNDING``.

    Args:
        values: ``published_low``, ``published_high``, ``numerator``, ``denominator``.
    """
    import pandas as pd

    total = values["denominator"]
    has_bounds = values["published_low"] <= values["published_high"]
    has_cases = (total > 0) & values["numerator"].between(0, total)
    kinds = np.select([has_bounds, has_cases], [SAMPLING, CASES], ROUNDING)
    return pd.Series(kinds, index=values.index)


def rank_values(
    values: pd.DataFrame, *, is_higher_better: bool = True, draws: int = 4000, seed: int = 1
) -> pd.DataFrame:
    """Ranks with the range that each area may hold, by what its value is uncertain by.

    Goldstein and Spiegelhalter (1996), JRSS A 159:385-443; Marshall and Spiegelhalter (1998), BMJ
    316:1701-1704. The 95 % range of drawn orders. Values with a published interval are drawn from
    its normal distribution, drawn in towards the mean of all by as much as sampling scatters them
    (Laird and Louis 1989, J. Educ. Stat. 14:29-46): without that the extremes cover too little.
    Shares of cases are drawn from Beta posteriors with the Jeffreys prior, widened by √φ as a
    funnel is; above ``MOST_SCATTER`` there are no ranges. All others are drawn evenly from what
    their rounding leaves open; where there are only these, the ranges are exact (``rank_ranges``).

    Args:
        values: ``value``, ``low``, ``high`` and the columns of ``find_kinds``; ``value`` is a per
            cent where its cases are counted.
        is_higher_better: Whether the highest value ranks first.
        draws: Times that the order is drawn.
        seed: Of the drawing, so that the same figures give the same ranges.

    Returns:
        ``rank`` (ties share the better), ``rank_low``, ``rank_high``, ``kind`` and ``scatter`` (φ
        of the cases, 1 without); the ranges are missing where φ is too large.
    """
    import pandas as pd

    kinds, number = find_kinds(values), as_floats(values["value"])
    cases = values[kinds == CASES]
    scatter = find_scatter(cases["numerator"], cases["denominator"])
    rank = pd.Series(number).rank(method="min", ascending=not is_higher_better)
    table = pd.DataFrame({"rank": rank.to_numpy(), "kind": kinds, "scatter": scatter})
    if scatter > MOST_SCATTER:
        return table.assign(rank_low=np.nan, rank_high=np.nan)
    if (kinds == ROUNDING).all():
        ranges = rank_ranges(values["low"], values["high"], is_higher_better=is_higher_better)
        return table.assign(
            rank_low=ranges["rank_low"].to_numpy(), rank_high=ranges["rank_high"].to_numpy()
        )
    rng, drawn = np.random.default_rng(seed), np.empty((draws, len(values)))
    if len(rows := values[kinds == SAMPLING]):
        drawn[:, kinds == SAMPLING] = _draw_sampled(rows, rng, draws)
    if len(cases):
        count, total = (as_floats(cases[name]) / scatter for name in ("numerator", "denominator"))
        size = draws, len(cases)
        drawn[:, kinds == CASES] = 100 * rng.beta(count + 0.5, total - count + 0.5, size=size)
    if len(rows := values[kinds == ROUNDING]):
        drawn[:, kinds == ROUNDING] = rng.uniform(rows["low"], rows["high"], (draws, len(rows)))
    signed = -drawn if is_higher_better else drawn
    places = signed.argsort(axis=1).argsort(axis=1) + 1
    low, high = np.percentile(places, [2.5, 97.5], axis=0, method="nearest")
    return table.assign(rank_low=low, rank_high=high)


def _draw_sampled(rows: pd.DataFrame, rng: np.random.Generator, draws: int) -> Floats:
    """Normal draws, drawn in by the share of their scatter that sampling explains."""
    value, low, high = (as_floats(rows[name]) for name in ("value", *BOUNDS))
    error = np.maximum(high - low, 0.0) / 2 / NORMAL
    noise = float(np.mean(error**2))
    # Never all of it: where sampling explains all scatter, the order is open, and not that of rows.
    between = max(float(np.var(value)) - noise, 1e-9 * noise) if noise else 1.0
    kept = between / (between + error**2)
    centre = value.mean() + kept * (value - value.mean())
    made: Floats = centre + np.sqrt(kept) * error * rng.standard_normal((draws, len(value)))
    return made


def rank_ranges(low: Numbers, high: Numbers, *, is_higher_better: bool = True) -> pd.DataFrame:
    """Ranks of scores that are known up to rounding: best and worst place that each may hold."""
    import pandas as pd

    bottom, top = as_floats(low), as_floats(high)
    if not is_higher_better:
        bottom, top = -top, -bottom
    ordered_bottom, ordered_top = np.sort(bottom), np.sort(top)
    surely_better = len(bottom) - np.searchsorted(ordered_bottom, top, side="right")
    maybe_better = len(top) - np.searchsorted(ordered_top, bottom, side="right")
    is_self = top > bottom
    return pd.DataFrame(
        {"rank_low": 1 + surely_better, "rank_high": np.maximum(maybe_better + ~is_self, 1)}
    )


def is_best_high(panel: pd.DataFrame) -> bool:
    """Whether the highest value of a panel is the best, by its ``polarity`` where it has one."""
    return "polarity" not in panel or not (panel["polarity"] == "lower").any()


@of_panel
def rank_within(
    panel: pd.DataFrame, by: str = "", *, is_higher_better: bool | None = None
) -> pd.Series:
    """The rank of each value in its period, and in its group where one is named.

    Args:
        panel: ``period``, ``value``, ``is_full`` and the column of groups, such as ``region``.
        by: The column of groups; empty for all areas of a period.
        is_higher_better: Whether the highest value ranks first; ``None`` for what the panel's
            ``polarity`` says. Ties share the better rank.

    Returns:
        The ranks, missing in periods that are not full.

    Examples:
        >>> panel = cchc.load_panel("papi_procedures", "province", is_balanced=True)
        >>> int(cchc.rank_within(panel).min())
        1
    """
    if is_higher_better is None:
        is_higher_better = is_best_high(panel)
    keys = ["period", *filter(None, [take_one(by, "by")])]
    groups = panel[panel["is_full"]].groupby(keys)["value"]
    ranks: pd.Series = groups.rank(method="min", ascending=not is_higher_better)
    return ranks.reindex(panel.index).rename("rank")


@of_panel
def follow_standing(
    panel: pd.DataFrame, reference: Reference, *, is_higher_better: bool | None = None
) -> pd.DataFrame:
    """The standing of each area among all, year by year, across changes of design.

    A standing is the per cent of the other areas that stand lower in the year, half of those that
    stand level: 0 is last, 50 the middle, 100 first. Values before and after a new design cannot be
    joined; who stands where can be followed, as long as nearly all areas are held in every year.

    Args:
        panel: ``area_id``, ``period``, ``period_start``, ``period_end``, ``year``, ``indicator``,
            ``value``, ``is_contested``, ``is_full``, one row an area and year.
        reference: The events of areas, which still part a series.
        is_higher_better: Whether the highest value stands first; ``None`` for what the panel's
            ``polarity`` says.

    Returns:
        The rows of the last unbroken run of years that are held in full, with the standing as
        ``value``, ready for ``judge_series``; empty where such a run has fewer than two years.
    """
    if is_higher_better is None:
        is_higher_better = is_best_high(panel)
    full = panel.groupby("year")["is_full"].all()
    years = full.index[full].to_numpy("int64")
    run = [year for year in years if set(range(year, years[-1])) <= set(years)]
    kept = panel[panel["year"].isin(run if len(run) > 1 else [])]
    groups = kept.groupby("period")["value"]
    ranks = groups.rank(method="average", ascending=is_higher_better)
    others = groups.transform("size") - 1
    standing = kept.assign(value=100 * (ranks - 1) / others.where(others > 0))
    return break_series(standing, reference, is_by_definition=False)
