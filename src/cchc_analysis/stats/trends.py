"""The trend test, and the few words that it allows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Literal

import numpy as np

from cchc_analysis.stats.intervals import Floats, Numbers, as_floats

FEWEST_FOR_TREND = 5
"""Points of one series that a trend word needs (product.md; Fingertips asks for the same)."""


MOST_PERMUTED = 8
"""Points up to which all orders are counted, 40,320 of them."""


@dataclass(frozen=True)
class Trend:
    """A tested trend: Kendall's S and tau, the p-value, and the Theil-Sen slope with its range."""

    points: int
    statistic: float
    tau: float
    p_value: float
    slope: float
    slope_low: float
    slope_high: float


def find_trend(times: Numbers, values: Numbers) -> Trend | None:
    """Mann-Kendall test with the Theil-Sen slope; ``None`` with fewer than five points.

    Mann (1945), Econometrica 13:245-259; Kendall (1975); Sen (1968), JASA 63:1379-1389. Two-sided;
    exact without ties (scipy ``kendalltau``), and with ties over all orders of up to eight
    points; beyond, normal with (|S| - 1) and the variance corrected for ties (Kendall 1975, ch. 4).
    Assumes independent points; says nothing about the shape of the trend.

    Args:
        times: When, in any unit; the slope is per that unit.
        values: The values, none missing.
    """
    from scipy.stats import kendalltau, theilslopes

    when, what = as_floats(times), as_floats(values)
    if len(what) < FEWEST_FOR_TREND or not np.isfinite(what).all():
        return None
    signs = np.sign(np.subtract.outer(what, what)) * np.sign(np.subtract.outer(when, when))
    statistic = float(np.triu(signs, 1).sum())
    if np.ptp(what) == 0:
        return Trend(len(what), 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
    tau = kendalltau(when, what)
    slope = theilslopes(what, when)
    return Trend(
        len(what),
        statistic,
        float(tau.statistic),
        _find_p_value(when, what, statistic),
        float(slope[0]),
        float(slope[2]),
        float(slope[3]),
    )


def _find_p_value(when: Floats, what: Floats, statistic: float) -> float:
    """The two-sided p-value of Kendall's S, never smaller than the exact one rounds to."""
    from scipy.stats import kendalltau, norm

    ties = [np.unique(each, return_counts=True)[1].astype(np.float64) for each in (when, what)]
    if all(len(each) == len(what) for each in ties):
        return float(kendalltau(when, what, method="exact").pvalue)
    if len(what) <= MOST_PERMUTED:
        ranks = [tuple(np.unique(each, return_inverse=True)[1].tolist()) for each in (when, what)]
        possible = _list_statistics(*(tuple(sorted(each)) for each in ranks))
        return float(np.mean(np.abs(possible) >= abs(statistic)))
    room = (abs(statistic) - 1) / np.sqrt(_tied_variance(len(what), *ties))
    return float(2 * norm.sf(max(room, 0.0)))


@lru_cache(maxsize=256)
def _list_statistics(when: tuple[int, ...], what: tuple[int, ...]) -> Floats:
    """Kendall's S of every order of some ranks."""
    earlier, later = np.triu_indices(len(what), 1)
    orders = np.array(list(permutations(what)))
    steps = np.sign(np.array(when)[later] - np.array(when)[earlier])
    statistics = np.sign(orders[:, later] - orders[:, earlier]) @ steps
    return np.asarray(statistics, dtype=np.float64)


def _tied_variance(points: int, first: Floats, second: Floats) -> float:
    """The variance of S where values are tied (Kendall 1975, eq. 4.4): sizes of the ties."""

    def sum_up(count: Floats | int, *offsets: int) -> float:
        product = np.asarray(count, dtype=np.float64)
        for offset in offsets:
            product = product * (np.asarray(count) - offset)
        return float(np.sum(product))

    whole = sum_up(points, 1) * (2 * points + 5)
    own = [float((t * (t - 1) * (2 * t + 5)).sum()) for t in (first, second)]
    threes = sum_up(first, 1, 2) * sum_up(second, 1, 2) / (9 * sum_up(points, 1, 2))
    twos = sum_up(first, 1) * sum_up(second, 1) / (2 * sum_up(points, 1))
    return (whole - sum(own)) / 18 + threes + twos


def adjust_p_values(p_values: Numbers, method: Literal["fdr_bh", "holm"] = "fdr_bh") -> Floats:
    """P-values corrected for looking at many series at once; NaN stays.

    Benjamini and Hochberg (1995), JRSS B 57:289-300, or Holm (1979), Scand. J. Statist. 6:65-70.
    """
    from statsmodels.stats.multitest import multipletests

    found = as_floats(p_values)
    adjusted = np.full(len(found), np.nan)
    is_known = np.isfinite(found)
    if is_known.any():
        adjusted[is_known] = multipletests(found[is_known], method=method)[1]
    return adjusted


TrendWord = Literal["rising", "falling", "no trend", "too few", "boundary", "contested"]


def choose_trend_word(
    trend: Trend | None,
    p_value: float,
    *,
    has_boundary: bool = False,
    is_contested: bool = False,
    level: float = 0.05,
) -> TrendWord:
    """The only word that may be said of a series (product.md, “Trend words”).

    Args:
        trend: The test, ``None`` with too few points.
        p_value: Its p-value after ``adjust_p_values``.
        has_boundary: Whether the series crosses a boundary event or a change of definition.
        is_contested: Whether any point carries an open contradiction.
        level: The level of the test.
    """
    if has_boundary:
        return "boundary"
    if is_contested:
        return "contested"
    if trend is None:
        return "too few"
    if not p_value <= level:
        return "no trend"
    return "rising" if trend.statistic > 0 else "falling"
