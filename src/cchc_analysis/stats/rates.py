"""Rates and ranks: their uncertainty where cases were counted, and many of them side by side.

Funnels, the scatter of rates beyond chance, and ratios to what was expected. Ranks, how far their
order is established, and standing across changes of design. Comes in as counts and values; goes
out as tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from cchc_analysis.data.intervals import NORMAL, Floats, Numbers, as_floats
from cchc_analysis.data.named import of_panel, take_one
from cchc_analysis.data.records import Severity
from cchc_analysis.data.reference import Reference
from cchc_analysis.stats.peers import break_series

MOST_SCATTER = 10.0
"""φ above which limits mean nothing: areas differ far more than chance, and that is all there is to
say (Spiegelhalter 2005, section 5: widening suits moderate scatter)."""
OUTER = 0.1
"""The share of areas on each side that does not count in full towards the scatter of a funnel."""
TAIL = (1 - 0.95) / 2
"""Of an interval of 95 %, what lies beyond either end."""
BOUNDS = ("published_low", "published_high")
SAMPLING, CASES, ROUNDING = "sampling", "cases", "rounding"
"""What leaves an order open: the sample that the source drew, the cases of this year alone, or no
more than the digits that are not printed."""


def wilson_interval(numerator: Numbers, denominator: Numbers) -> tuple[Floats, Floats]:
    """The 95 % Wilson score interval of a proportion, as shares of one; NaN where none is counted.

    Wilson (1927), JASA 22:209-212. The cases are seen as independent draws of one process.

    >>> low, high = wilson_interval([81], [263])
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.2553, 0.3662)
    """
    # statsmodels has this interval, and takes far longer to import.
    count, total = as_floats(numerator), as_floats(denominator)
    fits = (total > 0) & (count >= 0) & (count <= total)
    total = np.where(fits, total, np.nan)
    share, z = count / total, NORMAL
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
    tails = (1 - coverage) / 2, (1 + coverage) / 2
    limits = (_binomial_limit(tail, centre, as_floats(totals)) for tail in tails)
    low, high = (np.clip(centre + wider * (limit - centre), 0.0, 1.0) for limit in limits)
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
    count, total = as_floats(numerator), as_floats(denominator)
    fits = (total > 0) & np.isfinite(count)
    centre = count[fits].sum() / total[fits].sum() if fits.any() else float("nan")
    scatter = find_scatter(count[fits], total[fits])
    rate = np.divide(count, total, out=np.full(len(count), np.nan), where=fits)
    limits: dict[str, Floats] = {}
    for name, coverage in (("95", 0.95), ("998", 0.998)):
        ends = funnel_limits(centre, np.where(fits, total, np.nan), coverage, scatter)
        limits |= {f"low{name}": ends[0], f"high{name}": ends[1]}
    beyond = [rate < limits["low998"], rate > limits["high998"]]
    conditions = [~fits, *beyond, rate < limits["low95"], rate > limits["high95"]]
    place = np.select(conditions, ["", "low", "high", "lowish", "highish"], "inside")
    if scatter > MOST_SCATTER:
        place, limits = np.full(len(count), ""), dict.fromkeys(limits, np.full(len(count), np.nan))
    columns = {"rate": rate, "centre": centre, "scatter": scatter, **limits, "place": place}
    return pd.DataFrame(columns)


def standardise_indirectly(strata: pd.DataFrame) -> pd.DataFrame:
    """Observed cases over those that the common rate of each stratum leads to expect.

    Breslow and Day (1987), Statistical Methods in Cancer Research II, ch. 2; exact Poisson limits
    (Garwood 1936), their distance from the ratio widened √φ times where the areas scatter more than
    that (Spiegelhalter 2005), none above ``MOST_SCATTER``. Assumes that the ratio of an area is the
    same in all its strata; comparable with the whole only, since every area is weighted by its own.

    Args:
        strata: ``area_id``, ``scope`` (the stratum), ``cases``, ``denominator``.

    Returns:
        A row per area with cases to expect: ``area_id``, ``observed``, ``expected``, ``ratio``,
        ``low``, ``high`` and ``scatter`` (φ).
    """
    from scipy.special import gammaincinv

    pooled = strata.groupby("scope")[["cases", "denominator"]].sum()
    rates = strata["scope"].map(pooled["cases"] / pooled["denominator"])
    sums = strata.assign(expected=rates * strata["denominator"]).groupby("area_id", sort=False)
    table = sums[["cases", "expected"]].sum().rename(columns={"cases": "observed"}).reset_index()
    table = table[table["expected"] > 0].reset_index(drop=True)
    observed, expected = (as_floats(table[name]) for name in ("observed", "expected"))
    scatter = measure_scatter((observed - expected) / np.sqrt(expected)) if len(table) else 1.0
    ratio = observed / expected
    # Half a quantile of χ², without importing scipy.stats.
    low = np.where(observed > 0, gammaincinv(np.maximum(observed, 1e-9), TAIL), 0.0) / expected
    high = gammaincinv(observed + 1, 1 - TAIL) / expected
    wider = np.sqrt(scatter) if scatter <= MOST_SCATTER else np.nan
    return table.assign(
        ratio=ratio,
        low=np.maximum(ratio - wider * (ratio - low), 0.0),
        high=ratio + wider * (high - ratio),
        scatter=scatter,
    )


def find_kinds(values: pd.DataFrame) -> pd.Series:
    """What each value is uncertain by: ``SAMPLING``, ``CASES`` or ``ROUNDING``.

    Args:
        values: ``published_low``, ``published_high``, ``numerator``, ``denominator``.
    """
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


@of_panel("period value is_full")
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
    rows = panel.reset_index(drop=True)
    groups = rows[rows["is_full"]].groupby(keys)["value"]
    ranks: pd.Series = groups.rank(method="min", ascending=not is_higher_better)
    return ranks.reindex(rows.index).set_axis(panel.index).rename("rank")


@of_panel("area_id period year value is_full")
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
