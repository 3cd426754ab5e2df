"""Tables with what the catalogue, the units and the areas say beside each row.

Rules look at cells of one table; what they compare a value with is put there first, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cchc_analysis.rules.figures import leave_room

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference


FEW_WORDS = ("source_id", "area_id", "scope", "indicator", "breakdown", "status", "comparator")
"""Columns in which few words stand over and over: each is held once, and compared as a number."""


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
