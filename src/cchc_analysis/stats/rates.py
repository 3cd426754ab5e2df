"""Rates: their uncertainty where cases were counted, and many of them side by side.

Funnels, the scatter of rates beyond chance, and ratios to what was expected. Comes in as counts;
goes out as tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from cchc_analysis.data.intervals import Floats, Numbers, as_floats
from cchc_analysis.data.records import Severity

if TYPE_CHECKING:
    import pandas as pd
MOST_SCATTER = 10.0
"""φ above which limits mean nothing: areas differ far more than chance, and that is all there is to
say (Spiegelhalter 2005, section 5: widening suits moderate scatter)."""
OUTER = 0.1
"""The share of areas on each side that does not count in full towards the scatter of a funnel."""


def wilson_interval(
    numerator: Numbers, denominator: Numbers, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Wilson score interval of a proportion, as shares of one; NaN where nothing was counted.

    Wilson (1927), JASA 22:209-212. The cases are seen as independent draws of one process.

    >>> low, high = wilson_interval([81], [263])
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.2553, 0.3662)
    """
    from scipy.special import ndtri  # statsmodels has this interval, and takes far longer to import

    count, total = as_floats(numerator), as_floats(denominator)
    fits = (total > 0) & (count >= 0) & (count <= total)
    total = np.where(fits, total, np.nan)
    share, z = count / total, -ndtri((1 - confidence) / 2)
    widened = 1 + z**2 / total
    middle = (share + z**2 / (2 * total)) / widened
    reach = z * np.sqrt(share * (1 - share) / total + z**2 / (4 * total**2)) / widened
    return np.clip(middle - reach, 0, 1), np.clip(middle + reach, 0, 1)


def span_readings(rate: Mapping[str, Any], findings: pd.DataFrame) -> tuple[float, ...]:
    """The range between the readings of a rate that figures contradict; empty without a second one.

    Where a report states a rate and its counts, its parts or its complement give another, none of
    them is an estimate with a sampling error: what is not known is which of them holds.

    Args:
        rate: ``value``, ``indicator``, ``scope`` and ``findings`` (ids of those that concern it).
        findings: ``FINDING_COLUMNS``; the two sides of those above info that are about this rate
            are its readings.

    Returns:
        The least and the greatest reading.
    """
    about = findings[
        findings["finding_id"].isin(rate["findings"])
        & (findings["severity"] != Severity.INFO)
        & (findings["indicator"] == rate["indicator"])
        & (findings["scope"] == rate["scope"])
    ]
    sides = about[["left", "right"]].dropna().to_numpy("float64").ravel()
    readings = [float(rate["value"]), *map(float, sides)]
    low, high = min(readings), max(readings)
    return (low, high) if low < high else ()


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
    (winsorised), so that outliers do not hide themselves; over what drawing them in leaves of the
    mean square of normal scores, so that limits keep what they promise where there is no outlier
    (without that a third of φ is lost, and 95 % limits mark one area in ten). Every denominator
    above 0.
    """
    count, total = as_floats(numerator), as_floats(denominator)
    centre = count.sum() / total.sum() if len(count) else 0.0
    if not 0 < centre < 1:
        return 1.0
    return measure_scatter((count / total - centre) / np.sqrt(centre * (1 - centre) / total))


def measure_scatter(scores: Floats) -> float:
    """φ of z-scores, see ``find_scatter``."""
    if len(scores) <= 2 * _count_drawn_in(len(scores)):
        return 1.0
    return max(float(_draw_in(scores)) / _expect_drawn_in(len(scores)), 1.0)


def _count_drawn_in(scores: int) -> int:
    return max(1, int(OUTER * scores))


def _draw_in(scores: Floats) -> Floats:
    """The mean square of scores along the last axis, the outer ones of each side drawn in."""
    drawn, ordered = _count_drawn_in(scores.shape[-1]), np.sort(scores)
    edges = ordered[..., [drawn]], ordered[..., [-drawn - 1]]
    return np.asarray(np.mean(np.clip(scores, *edges) ** 2, axis=-1))


@lru_cache(maxsize=256)
def _expect_drawn_in(scores: int) -> float:
    """What drawing them in leaves of the mean square of so many normal scores, by simulation."""
    return float(_draw_in(np.random.default_rng(1).standard_normal((2000, scores))).mean())


def _binomial_limit(probability: float, centre: float, totals: Floats) -> Floats:
    # Importing scipy.stats, which has quantiles, takes as long as making a page.
    from scipy.special import bdtrik, betaincc

    with np.errstate(invalid="ignore", divide="ignore"):
        found = bdtrik(probability, totals, centre) if 0 < centre < 1 else centre * totals
        quantile = np.maximum(np.ceil(found), 0)
        below = np.where(quantile > 0, betaincc(quantile, totals - quantile + 1, centre), 0)
        above = np.where(quantile < totals, betaincc(quantile + 1, totals - quantile, centre), 1)
        limit = (quantile - (above - probability) / (above - below)) / totals
    return np.asarray(np.clip(limit, 0.0, 1.0))


def place_in_funnel(numerator: Numbers, denominator: Numbers) -> pd.DataFrame:
    """Where each proportion lies in the funnel of all of them.

    Limits are widened where the proportions scatter more than binomially, see ``find_scatter``;
    above ``MOST_SCATTER`` there are none.

    Returns:
        ``rate``, ``centre``, ``scatter`` (φ), ``low95``, ``high95``, ``low998``, ``high998``, and
        ``place``: ``low``, ``lowish``, ``inside``, ``highish`` or ``high``; empty without a
        denominator, and where there are no limits.
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
    if scatter > MOST_SCATTER:
        place, limits = np.full(len(count), ""), dict.fromkeys(limits, np.full(len(count), np.nan))
    columns = {"rate": rate, "centre": centre, "scatter": scatter, **limits, "place": place}
    return pd.DataFrame(columns)


def standardise_indirectly(strata: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Observed cases over those that the common rate of each stratum leads to expect.

    Breslow and Day (1987), Statistical Methods in Cancer Research II, ch. 2; exact Poisson limits
    (Garwood 1936), their distance from the ratio widened √φ times where the areas scatter more than
    that (Spiegelhalter 2005), none above ``MOST_SCATTER``. Assumes that the ratio of an area is the
    same in all its strata; comparable with the whole only, since every area is weighted by its own.

    Args:
        strata: ``area_id``, ``scope`` (the stratum), ``cases``, ``denominator``.
        confidence: Of the interval.

    Returns:
        A row per area with cases to expect: ``area_id``, ``observed``, ``expected``, ``ratio``,
        ``low``, ``high`` and ``scatter`` (φ).
    """
    pooled = strata.groupby("scope")[["cases", "denominator"]].sum()
    rates = strata["scope"].map(pooled["cases"] / pooled["denominator"])
    sums = strata.assign(expected=rates * strata["denominator"]).groupby("area_id", sort=False)
    table = sums[["cases", "expected"]].sum().rename(columns={"cases": "observed"}).reset_index()
    table = table[table["expected"] > 0].reset_index(drop=True)
    observed, expected = (as_floats(table[name]) for name in ("observed", "expected"))
    scatter = measure_scatter((observed - expected) / np.sqrt(expected)) if len(table) else 1.0
    ratio = observed / expected
    low, high = (end / expected for end in _poisson_limits(observed, (1 - confidence) / 2))
    wider = np.sqrt(scatter) if scatter <= MOST_SCATTER else np.nan
    return table.assign(
        ratio=ratio,
        low=np.maximum(ratio - wider * (ratio - low), 0.0),
        high=ratio + wider * (high - ratio),
        scatter=scatter,
    )


def _poisson_limits(cases: Floats, tail: float) -> tuple[Floats, Floats]:
    from scipy.special import gammaincinv  # half a quantile of χ², without importing scipy.stats

    low = np.where(cases > 0, gammaincinv(np.maximum(cases, 1e-9), tail), 0.0)
    return low, np.asarray(gammaincinv(cases + 1, 1 - tail))
