"""Ranks, and how far their order is established."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cchc_analysis.inference.arrays import Floats, Numbers, as_floats

if TYPE_CHECKING:
    import pandas as pd


def rank_proportions(
    numerator: Numbers,
    denominator: Numbers,
    *,
    is_higher_better: bool = True,
    draws: int = 4000,
    seed: int = 1,
) -> pd.DataFrame:
    """Ranks of proportions with a 95 % interval: how far the order is established at all.

    Goldstein and Spiegelhalter (1996), JRSS A 159:385-443; Marshall and Spiegelhalter (1998), BMJ
    316:1701-1704. Independent Beta posteriors with the Jeffreys prior.

    Returns:
        ``rank`` (by the proportion, ties share the better), ``rank_low``, ``rank_high``; missing
        where there is no denominator.
    """
    import pandas as pd

    count, total = as_floats(numerator), as_floats(denominator)
    fits = (total > 0) & (count >= 0) & (count <= total)
    table = pd.DataFrame(
        {"rank": np.nan, "rank_low": np.nan, "rank_high": np.nan}, range(len(count))
    )
    if fits.any():
        table[fits] = _rank_by_drawing(count[fits], total[fits], is_higher_better, draws, seed)
    return table


def _rank_by_drawing(
    count: Floats, total: Floats, is_higher_better: bool, draws: int, seed: int
) -> Floats:
    import pandas as pd

    rng = np.random.default_rng(seed)
    drawn = rng.beta(count + 0.5, total - count + 0.5, size=(draws, len(count)))
    signed = -drawn if is_higher_better else drawn
    places = signed.argsort(axis=1).argsort(axis=1) + 1
    low, high = np.percentile(places, [2.5, 97.5], axis=0, method="nearest")
    rank = pd.Series(count / total).rank(method="min", ascending=not is_higher_better)
    return np.column_stack([rank, low, high])


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
