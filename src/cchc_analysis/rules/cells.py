"""Rules about the cells of one row: true where a row keeps the rule.

Each takes a table with the columns that ``CELLS`` names for it and answers for all rows at once. A
cell that is missing is no answer: another rule asks for it. What rules compare a value with
(catalogue, units, areas) is put beside it first, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from cchc_analysis.data.clean import VERBAL_ZEROS
from cchc_analysis.data.records import RESULT_STATUSES, Origin, Status
from cchc_analysis.rules.statements import leave_room

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference


FEW_WORDS = ("source_id", "area_id", "scope", "indicator", "breakdown", "status", "comparator")
"""Columns in which few words stand over and over: each is held once, and compared as a number."""


def describe_rows(name: str, table: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """The rows that a suite judges, by position, with what the catalogue says beside them."""
    if name == "observations":
        return describe_observations(table, reference)
    if name == "indicators":
        return describe_indicators(table, reference)
    # A figure that no person has given an indicator yet says nothing that could be wrong.
    is_mapped = table["indicator"] != "" if "indicator" in table else slice(None)
    return table[is_mapped].reset_index(drop=True)


def describe_observations(observations: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Put what the catalogue, the units and the areas say beside each observation.

    Returns:
        The observations by position, with ``row``, ``catalogue_unit``, ``unit_kind``,
        ``range_min``, ``range_max``, ``aggregation``, ``polarity``, ``valid_from``, ``valid_to``,
        ``level`` and ``parent_id`` of the area, ``first_day``
        and ``last_day`` (days since 1970), ``series`` (one number for each area, scope, indicator
        and breakdown), and ``low`` and ``high`` with the room that approximate words leave.
    """
    table = observations.reset_index(drop=True)
    catalogue = reference.indicators.set_index("indicator")
    areas = reference.tabulate_areas(table["area_id"].unique())
    kinds = reference.units.set_index("unit")["kind"]
    room = leave_room(table)
    words = {name: table[name].astype("category") for name in FEW_WORDS}
    series = [words[name] for name in ("area_id", "scope", "indicator", "breakdown")]
    return table.assign(
        **words,
        row=table.index,
        low=room["low"],
        high=room["high"],
        **_look_up_range(table, reference),
        catalogue_unit=_look_up(table["indicator"], catalogue["unit"]),
        **{
            name: _look_up(table["indicator"], catalogue[name])
            for name in ("aggregation", "polarity")
        },
        unit_kind=_look_up(table["unit"], kinds),
        **{
            name: _look_up(table["area_id"], areas[name])
            for name in ("valid_from", "valid_to", "level", "parent_id")
        },
        first_day=_count_days(table["period_start"]),
        last_day=_count_days(table["period_end"]),
        series=table.groupby(series, sort=False, dropna=False, observed=True).ngroup(),
    )


def describe_indicators(indicators: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Put what the catalogue says beside each published value.

    Returns:
        The values by position, with ``row``, ``range_min`` and ``range_max``.
    """
    table = indicators.reset_index(drop=True)
    return table.assign(row=table.index, **_look_up_range(table, reference))


def _look_up_range(table: pd.DataFrame, reference: Reference) -> dict[str, pd.Series]:
    catalogue = reference.indicators.set_index("indicator")
    return {
        name: table["indicator"].map(catalogue[name]).astype("float64")
        for name in ("range_min", "range_max")
    }


def _look_up(cells: pd.Series, words: pd.Series) -> pd.Series:
    return cells.map(words).astype("str").fillna("")


def _count_days(dates: pd.Series) -> pd.Series:
    """Days since 1970 of ISO dates; parsed once for each date that occurs."""
    import pandas as pd

    days = {
        text: float(np.datetime64(text, "D").astype("int64"))
        for text in dates.unique()
        if _is_date(text)
    }
    return dates.map(days).astype("float64") if days else pd.Series(np.nan, index=dates.index)


def _is_date(text: object) -> bool:
    try:
        return bool(text) and not np.isnat(np.datetime64(str(text), "D"))
    except ValueError:
        return False


FULL = 100.0


def is_whole_count(rows: pd.DataFrame) -> pd.Series:
    """A thing that is counted has no fraction."""
    value = rows["value"]
    is_whole: pd.Series = (value % 1 == 0) | ~np.isfinite(value)
    return is_whole | (rows["unit_kind"] != "count")


def is_rate_to_hundred(rows: pd.DataFrame) -> pd.Series:
    """A rate that cannot exceed a hundred does not."""
    is_share = (rows["unit"] == "%") & (rows["range_max"] == FULL)
    return ~is_share | ~(rows["value"] > FULL)


def is_in_range(rows: pd.DataFrame) -> pd.Series:
    """A value lies in the range of its indicator; a share above a hundred is another rule."""
    is_share = (rows["unit"] == "%") & (rows["range_max"] == FULL)
    is_below = rows["value"] < rows["range_min"]
    is_above = (rows["value"] > rows["range_max"]) & ~is_share
    return ~is_below & ~is_above


def is_in_unit(rows: pd.DataFrame) -> pd.Series:
    """A value is in the unit of its indicator."""
    return (rows["unit"] == rows["catalogue_unit"]) | (rows["catalogue_unit"] == "")


def is_dated_in_order(rows: pd.DataFrame) -> pd.Series:
    """A period starts before it ends; a stock has no start."""
    start, end = rows["period_start"], rows["period_end"]
    return (start == "") | ((end != "") & (start <= end))


def is_area_valid(rows: pd.DataFrame) -> pd.Series:
    """An area exists when a period ends."""
    end = rows["period_end"]
    is_early = (rows["valid_from"] != "") & (end < rows["valid_from"])
    is_late = (rows["valid_to"] != "") & (end > rows["valid_to"])
    return (end == "") | ~(is_early | is_late)


def is_result_dated(rows: pd.DataFrame) -> pd.Series:
    """A result belongs to a day; targets may be open."""
    return ~rows["status"].isin(RESULT_STATUSES) | (rows["period_end"] != "")


def is_maximum_a_norm(rows: pd.DataFrame) -> pd.Series:
    """A maximum is of a norm, and counted in points."""
    is_norm = (rows["aggregation"] == "norm") & (rows["unit_kind"] == "score")
    return (rows["status"] != Status.MAX_SCORE) | is_norm


def is_inside_room(rows: pd.DataFrame) -> pd.Series:
    """A value lies between its bounds, and has both."""
    is_between = (rows["low"] <= rows["value"]) & (rows["value"] <= rows["high"])
    is_number: pd.Series = np.isfinite(rows["value"])
    return is_between | ~is_number


def is_origin_shown(rows: pd.DataFrame) -> pd.Series:
    """A reported value names its figures, a derived one its parts."""
    is_reported = rows["origin"] == Origin.REPORTED
    return (rows["figures"] != "").where(is_reported, rows["parts"] != "")


def is_interval_around(rows: pd.DataFrame) -> pd.Series:
    """A rate with an interval lies inside it, as far as its digits go."""
    low, high = rows["wilson_low"], rows["wilson_high"]
    is_ordered = (low <= high) & (low >= 0) & (high <= FULL)
    return low.isna() & high.isna() | is_ordered


def is_figure_readable(rows: pd.DataFrame) -> pd.Series:
    """A figure has digits, is a zero in words, or says how a person reads it."""
    is_zero = rows["printed"].str.casefold().isin(VERBAL_ZEROS)
    return rows["printed"].str.contains(r"\d") | is_zero | (rows["read_as"] != "")


CELLS: Mapping[str, tuple[Callable[[pd.DataFrame], pd.Series], tuple[str, ...]]] = {
    "expect_counts_to_be_whole": (is_whole_count, ("value", "unit_kind")),
    "expect_rates_not_above_hundred": (
        is_rate_to_hundred, ("value", "low", "range_max", "unit")
    ),
    "expect_value_in_catalogue_range": (
        is_in_range, ("value", "unit", "range_min", "range_max")
    ),
    "expect_unit_of_the_catalogue": (is_in_unit, ("unit", "catalogue_unit")),
    "expect_dates_in_order": (is_dated_in_order, ("period_start", "period_end")),
    "expect_period_inside_validity": (
        is_area_valid, ("period_start", "period_end", "valid_from", "valid_to")
    ),
    "expect_results_to_be_dated": (is_result_dated, ("status", "period_end")),
    "expect_maximum_to_be_a_norm": (
        is_maximum_a_norm, ("status", "aggregation", "unit_kind")
    ),
    "expect_value_inside_its_room": (is_inside_room, ("value", "low", "high")),
    "expect_origin_to_be_shown": (is_origin_shown, ("origin", "figures", "parts")),
    "expect_interval_around_value": (
        is_interval_around, ("value", "wilson_low", "wilson_high")
    ),
    "expect_figure_to_be_readable": (is_figure_readable, ("printed", "read_as")),
}  # fmt: skip
"""The rule types about one row: what asks, and the columns that it looks at."""
