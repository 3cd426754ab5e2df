"""Rates of many areas side by side: funnels, their scatter, and ratios to what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cchc_analysis.stats.intervals import Floats, Numbers, as_floats

if TYPE_CHECKING:
    import pandas as pd

OUTER = 0.1
"""The share of areas on each side that does not count in full towards the scatter of a funnel."""


def funnel_limits(
    centre: float, totals: Numbers, coverage: float = 0.95, scatter: float = 1.0
) -> tuple[Floats, Floats]:
    """Limits of a funnel plot around a common proportion, by the size of the denominator.

    Spiegelhalter (2005), Statistics in Medicine 24:1185-1202, appendix A.1.1: exact binomial
    quantiles, interpolated between whole numbers. Independent cases, one common proportion; its
    distance from the limits grows by the root of the scatter beyond that.

    Args:
        centre: The pooled proportion, between 0 and 1.
        totals: Denominators.
        coverage: 0.95 and 0.998 are usual (two and three sigma).
        scatter: φ, see ``find_scatter``; below 1 nothing narrows.
    """
    wider = float(np.sqrt(max(scatter, 1.0)))
    low, high = (
        np.clip(centre + wider * (limit - centre), 0.0, 1.0)
        for limit in (
            _binomial_limit((1 - coverage) / 2, centre, as_floats(totals)),
            _binomial_limit((1 + coverage) / 2, centre, as_floats(totals)),
        )
    )
    return low, high


def find_scatter(numerator: Numbers, denominator: Numbers) -> float:
    """φ: how much more proportions scatter around the pooled one than binomially; 1 at least.

    Spiegelhalter (2005), Statistics in Medicine 24:1185-1202, section 4: the mean square of the
    z-scores, of which the outer tenth on each side, one area at least, is drawn in to its edge
    (winsorised), so that outliers do not hide themselves. Every denominator above 0.
    """
    count, total = as_floats(numerator), as_floats(denominator)
    centre = count.sum() / total.sum() if len(count) else 0.0
    if not 0 < centre < 1:
        return 1.0
    scores = (count / total - centre) / np.sqrt(centre * (1 - centre) / total)
    drawn, ordered = max(1, int(OUTER * len(scores))), np.sort(scores)
    if len(scores) <= 2 * drawn:
        return 1.0
    drawn_in = np.clip(scores, ordered[drawn], ordered[-drawn - 1])
    return max(float(np.mean(drawn_in**2)), 1.0)


def _binomial_limit(probability: float, centre: float, totals: Floats) -> Floats:
    from scipy.stats import binom

    quantile = binom.ppf(probability, totals, centre)
    above, mass = binom.cdf(quantile, totals, centre), binom.pmf(quantile, totals, centre)
    with np.errstate(invalid="ignore", divide="ignore"):
        limit = (quantile - (above - probability) / mass) / totals
    return np.asarray(np.clip(limit, 0.0, 1.0))


def place_in_funnel(numerator: Numbers, denominator: Numbers) -> pd.DataFrame:
    """Where each proportion lies in the funnel of all of them.

    Limits are widened where the proportions scatter more than binomially, see ``find_scatter``.

    Returns:
        ``rate``, ``centre``, ``scatter`` (φ), ``low95``, ``high95``, ``low998``, ``high998``, and
        ``place``: ``low``, ``lowish``, ``inside``, ``highish`` or ``high``; empty without a
        denominator.
    """
    import pandas as pd

    count, total = as_floats(numerator), as_floats(denominator)
    fits = (total > 0) & np.isfinite(count)
    centre = count[fits].sum() / total[fits].sum() if fits.any() else float("nan")
    scatter = find_scatter(count[fits], total[fits])
    rate = np.divide(count, total, out=np.full(len(count), np.nan), where=fits)
    limits = {
        f"{side}{name}": limit
        for name, coverage in (("95", 0.95), ("998", 0.998))
        for side, limit in zip(
            ("low", "high"),
            funnel_limits(centre, np.where(fits, total, np.nan), coverage, scatter),
            strict=True,
        )
    }
    conditions = [
        ~fits,
        rate < limits["low998"],
        rate > limits["high998"],
        rate < limits["low95"],
        rate > limits["high95"],
    ]
    place = np.select(conditions, ["", "low", "high", "lowish", "highish"], "inside")
    columns = {"rate": rate, "centre": centre, "scatter": scatter, **limits, "place": place}
    return pd.DataFrame(columns)


@dataclass(frozen=True)
class Standardised:
    """Observed and expected cases, and their ratio with its 95 % interval."""

    observed: float
    expected: float
    ratio: float
    low: float
    high: float


def standardise_indirectly(
    observed: Numbers, totals: Numbers, standard_rates: Numbers, confidence: float = 0.95
) -> Standardised:
    """Observed cases over those that standard rates lead to expect, stratum by stratum.

    Breslow and Day (1987), Statistical Methods in Cancer Research II, ch. 2; exact Poisson limits
    (Garwood 1936). Assumes that the ratio is the same in all strata; comparable with the standard
    only, since every area is weighted by its own strata.

    Args:
        observed: Cases per stratum, such as late dossiers by field.
        totals: All dossiers per stratum.
        standard_rates: The rate of each stratum over all areas, as shares of one.
        confidence: Of the interval.
    """
    from scipy.stats import chi2

    cases = float(as_floats(observed).sum())
    expected = float((as_floats(totals) * as_floats(standard_rates)).sum())
    if not expected > 0:
        return Standardised(cases, expected, *[float("nan")] * 3)
    tail = (1 - confidence) / 2
    low = float(chi2.ppf(tail, 2 * cases) / 2) if cases else 0.0
    high = float(chi2.ppf(1 - tail, 2 * (cases + 1)) / 2)
    return Standardised(cases, expected, cases / expected, low / expected, high / expected)
