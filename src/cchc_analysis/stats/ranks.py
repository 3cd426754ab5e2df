"""Ranks, and how far their order is established."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cchc_analysis.stats.intervals import Floats, Numbers, as_floats

if TYPE_CHECKING:
    import pandas as pd


def rank_proportions(
    numerator: Numbers,
    denominator: Numbers,
    *,
    ranges: tuple[Numbers, Numbers] | None = None,
    is_higher_better: bool = True,
    draws: int = 4000,
    seed: int = 1,
) -> pd.DataFrame:
    """Ranks of proportions with a 95 % interval: how far the order is established at all.

    Goldstein and Spiegelhalter (1996), JRSS A 159:385-443; Marshall and Spiegelhalter (1998), BMJ
    316:1701-1704. Independent Beta posteriors with the Jeffreys prior; a proportion without its
    cases is drawn evenly from what its rounding leaves open.

    Args:
        numerator: Cases of each area; missing where they are not known.
        denominator: What they are counted out of.
        ranges: What each proportion is at least and at most, as printed, as shares of one.
        is_higher_better: Whether the highest proportion ranks first.
        draws: Times that the order is drawn.
        seed: Of the drawing, so that the same figures give the same ranges.

    Returns:
        ``rank`` (by the proportion, ties share the better), ``rank_low``, ``rank_high``; missing
        where there are neither cases nor a range.
    """
    import pandas as pd

    count, total = as_floats(numerator), as_floats(denominator)
    bottom, top = map(as_floats, ranges or 2 * (np.full(len(count), np.nan),))
    has_cases = (total > 0) & (count >= 0) & (count <= total)
    fits = has_cases | (bottom <= top)
    table = pd.DataFrame(
        {"rank": np.nan, "rank_low": np.nan, "rank_high": np.nan}, range(len(count))
    )
    if not fits.any():
        return table
    share, drawn = (bottom + top) / 2, np.empty((draws, len(count)))
    share[has_cases] = count[has_cases] / total[has_cases]
    rng, rest = np.random.default_rng(seed), fits & ~has_cases
    count, total = count[has_cases], total[has_cases]
    drawn[:, has_cases] = rng.beta(count + 0.5, total - count + 0.5, size=(draws, len(count)))
    drawn[:, rest] = rng.uniform(bottom[rest], top[rest], size=(draws, int(rest.sum())))
    table[fits] = _rank_drawn(share[fits], drawn[:, fits], is_higher_better)
    return table


def _rank_drawn(share: Floats, drawn: Floats, is_higher_better: bool) -> Floats:
    import pandas as pd

    signed = -drawn if is_higher_better else drawn
    places = signed.argsort(axis=1).argsort(axis=1) + 1
    low, high = np.percentile(places, [2.5, 97.5], axis=0, method="nearest")
    rank = pd.Series(share).rank(method="min", ascending=not is_higher_better)
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
