"""A window beside that of the year before, from two reports or from one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cchc_analysis.data.records import QUANTITY, RESULT_STATUSES, Origin
from cchc_analysis.stats.windows.intervals import find_value_before, read_interval, with_range
from cchc_analysis.stats.windows.spans import (
    SERIES,
    WINDOW_COLUMNS,
    count_days,
    count_from_zero,
    is_flow,
    label_span,
    map_unique,
    year_before,
)

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference

COMPARISON_COLUMNS = (
    *QUANTITY,
    *("period", "value", "unit", "start_before", "end_before", "value_before"),
    *("difference", "difference_low", "difference_high"),
    *("change", "change_low", "change_high", "basis"),
)

NEAR = 20
"""Days by which the ends of two windows may differ for a comparison per day (NĐ 09/2019/NĐ-CP
Điều 12 closes windows on the 14th, most reports on the last day of the month)."""

SAME_PERIOD = "_pct_same_period"
"""How indicators end that are per cents of the same period a year before."""


def compare_same_window(table: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Each quantity beside that of the same window a year before.

    Returns:
        ``COMPARISON_COLUMNS``, a row per quantity with a window near it a year earlier. ``basis``
        is ``same window``; or ``per day`` for flows whose windows end at most ``NEAR`` days apart:
        ``value_before`` is then what the earlier rate per day gives over the days of this window.
        ``change`` is a per cent, with the range that rounding leaves; rates are compared by their
        difference only.
    """
    import pandas as pd

    now = with_range(table)
    now = now[now["status"].isin(RESULT_STATUSES) & (now["period_end"] != "")]
    if now.empty:
        return pd.DataFrame(columns=list(COMPARISON_COLUMNS))
    now = now.reset_index(drop=True).rename_axis("row").reset_index()
    now = now.assign(is_flow=is_flow(now["indicator"], reference))
    before = now[[*SERIES, "period_start", "period_end", "value", "low", "high"]]
    same = _pair_same(now, before)
    near = _pair_near(now[now["is_flow"] & ~now["row"].isin(same["row"])], before)
    pairs = pd.concat([same, near], ignore_index=True) if len(near) else same
    if pairs.empty:
        return pd.DataFrame(columns=list(COMPARISON_COLUMNS))
    return _compare(pairs, reference)


def _pair_same(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Each quantity with that of the same days a year before."""
    wanted = now.assign(
        start_wanted=map_unique(now["period_start"], year_before),
        end_wanted=map_unique(now["period_end"], year_before),
    )
    held = before.assign(start_wanted=before["period_start"], end_wanted=before["period_end"])
    key = [*SERIES, "start_wanted", "end_wanted"]
    return wanted.merge(held, on=key, suffixes=("", "_before")).assign(gap=0.0)


def _pair_near(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Each flow with that of the year before whose window is nearest, if it is near enough."""
    wanted = now.assign(year=now["period_end"].str[:4].astype("int64"))
    held = before.assign(year=before["period_end"].str[:4].astype("int64") + 1)
    pairs = wanted.merge(held, on=[*SERIES, "year"], suffixes=("", "_before"))
    pairs = pairs.assign(gap=_measure_gaps(pairs))
    nearest = pairs[pairs["gap"] <= NEAR].sort_values(["row", "gap"], kind="stable")
    return nearest.drop_duplicates("row")


def derive_values_before(table: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Last year's values that this year's reports state by a per cent.

    Wherever an indicator and its ``…_pct_same_period`` are held for one window, the value of that
    window a year before follows by division.

    Returns:
        ``WINDOW_COLUMNS``, dated a year earlier, all derived; nothing where last year is held.
    """
    ranged = with_range(table)
    place = [column for column in QUANTITY if column not in ("indicator", "status")]
    percents = ranged[ranged["indicator"].str.endswith(SAME_PERIOD)]
    percents = percents.assign(indicator=percents["indicator"].str.removesuffix(SAME_PERIOD))
    pairs = ranged.merge(percents, on=[*place, "indicator"], suffixes=("", "_percent"))
    pairs = pairs[pairs["indicator"].isin(reference.indicator_rows)]
    value = find_value_before(read_interval(pairs), read_interval(pairs, "_percent"))
    derived = pairs.assign(
        value=value.value,
        low=value.low,
        high=value.high,
        period_start=map_unique(pairs["period_start"], year_before),
        period_end=map_unique(pairs["period_end"], year_before),
        origin=Origin.DERIVED.value,
        parts=pairs["indicator"] + " / (" + pairs["indicator"] + SAME_PERIOD + " / 100)",
        figures=pairs["figures"] + " " + pairs["figures_percent"],
    )
    is_held = derived.set_index([*QUANTITY]).index.isin(ranged.set_index([*QUANTITY]).index)
    spans = zip(derived["period_start"], derived["period_end"], strict=True)
    labelled = derived.assign(period=[label_span(*span) for span in spans])[~is_held]
    return labelled.sort_values(list(QUANTITY), ignore_index=True)[list(WINDOW_COLUMNS)]


def _measure_gaps(pairs: pd.DataFrame) -> pd.Series:
    """Days by which two windows of two years differ, at the start or the end."""
    wanted = [
        map_unique(map_unique(pairs[name], year_before), count_from_zero)
        for name in ("period_start", "period_end")
    ]
    found = [
        map_unique(pairs[name], count_from_zero)
        for name in ("period_start_before", "period_end_before")
    ]
    gaps = [(one - other).abs() for one, other in zip(wanted, found, strict=True)]
    return gaps[0].where(gaps[0] > gaps[1], gaps[1]).where(gaps[0].notna())


def _compare(pairs: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    is_same = pairs["gap"] == 0
    factor = np.ones(len(pairs))
    for at in np.flatnonzero(~is_same.to_numpy()):
        row = pairs.iloc[at]
        days = count_days(row["period_start"], row["period_end"])
        factor[at] = days / count_days(row["period_start_before"], row["period_end_before"])
    before = read_interval(pairs, "_before") * factor
    now = read_interval(pairs)
    difference = now - before
    ratio = now / before * 100.0
    kinds = {unit: row["kind"] for unit, row in reference.unit_rows.items()}
    is_relative = ~pairs["unit"].map(kinds).isin(["rate", "rank"]).to_numpy()
    return pairs.assign(
        start_before=pairs["period_start_before"],
        end_before=pairs["period_end_before"],
        value_before=before.value,
        difference=difference.value,
        difference_low=difference.low,
        difference_high=difference.high,
        change=np.where(is_relative, ratio.value - 100.0, np.nan),
        change_low=np.where(is_relative, ratio.low - 100.0, np.nan),
        change_high=np.where(is_relative, ratio.high - 100.0, np.nan),
        basis=np.where(is_same, "same window", "per day"),
        period=[
            label_span(*span)
            for span in zip(pairs["period_start"], pairs["period_end"], strict=True)
        ],
    ).sort_values(list(QUANTITY), ignore_index=True)[list(COMPARISON_COLUMNS)]
