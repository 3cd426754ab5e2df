"""Rates: their uncertainty where cases were counted, and rates over several scopes or areas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cchc_analysis.data.records import RESULT_STATUSES, Severity
from cchc_analysis.stats.intervals import Floats, Numbers, as_floats, read_interval, with_range

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference


def wilson_interval(
    numerator: Numbers, denominator: Numbers, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Wilson score interval of a proportion, as shares of one; NaN where nothing was counted.

    Wilson (1927), JASA 22:209-212. The cases are seen as independent draws of one process.

    >>> low, high = wilson_interval([81], [263])
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.2553, 0.3662)
    """
    from statsmodels.stats.proportion import proportion_confint

    count, total = as_floats(numerator), as_floats(denominator)
    fits = (total > 0) & (count >= 0) & (count <= total)
    low, high = np.full(len(count), np.nan), np.full(len(count), np.nan)
    if fits.any():
        low[fits], high[fits] = proportion_confint(
            count[fits], total[fits], alpha=1 - confidence, method="wilson"
        )
    return low, high


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


def pool_ratios(table: pd.DataFrame, reference: Reference, over: str = "scope") -> pd.DataFrame:
    """Rates recomputed from their parts over several scopes or areas, never averaged.

    Args:
        table: As for ``discretise_windows``.
        reference: The catalogue, which names numerator and denominator of each rate.
        over: The column to pool over, ``scope`` or ``area_id``; breakdowns are not pooled.

    Returns:
        One row per rate and place, without the pooled column: ``indicator``, ``numerator``,
        ``denominator``, ``value``, ``low``, ``high``, ``pooled`` (how many were put together) and
        ``parts``. Only places that state both parts count.
    """
    import pandas as pd

    ranged = with_range(table)
    counts = ranged[(ranged["breakdown"] == "") & ranged["status"].isin(RESULT_STATUSES)]
    place = [name for name in ("area_id", "scope", "period_start", "period_end") if name != over]
    pooled = [
        _pool(counts, indicator, (numerator, denominator), place, over)
        for indicator, numerator, denominator in reference.list_rates()
    ]
    return pd.concat(pooled, ignore_index=True)


def _pool(
    counts: pd.DataFrame, rate: str, parts: tuple[str, str], place: list[str], over: str
) -> pd.DataFrame:
    numerator, denominator = (counts[counts["indicator"] == part] for part in parts)
    both = numerator.merge(denominator, on=[*place, over], suffixes=("", "_all"))
    names = ["value", "low", "high", "value_all", "low_all", "high_all"]
    sums = both.groupby(place, sort=True)[names].sum()
    pooled = both.groupby(place, sort=True).size()
    share = read_interval(sums) / read_interval(sums, "_all") * 100.0
    formula = f"100 * SUM({parts[0]}) / SUM({parts[1]})"
    table = sums.assign(
        indicator=rate,
        numerator=sums["value"],
        denominator=sums["value_all"],
        value=share.value,
        low=share.low,
        high=share.high,
        pooled=pooled,
        parts=formula,
    )
    columns = ["indicator", "numerator", "denominator", "value", "low", "high", "pooled", "parts"]
    return table[columns].reset_index()
