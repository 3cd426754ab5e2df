"""Two periods of many areas beside each other: change, its interval, and growth.

Values are only ever joined inside one part of a series (``break_series``). Where a source publishes
the interval of both values, the change has one too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cchc_analysis.stats.intervals import Floats, Numbers, as_floats

if TYPE_CHECKING:
    import pandas as pd


def change_over(panel: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """What changed between two periods, for the areas whose series does not break between them.

    Args:
        panel: ``area_id``, ``period``, ``segment``, ``value``; where a source publishes the 95 %
            intervals of its values, ``published_low`` and ``published_high`` too.
        first: The label of the earlier period.
        last: The label of the later one.

    Returns:
        The rows of the later period with ``value_first``, ``change``, ``change_low``,
        ``change_high`` (missing without both intervals) and ``is_beyond``: whether the interval of
        the change leaves out zero, so that sampling alone does not explain it.
    """
    import pandas as pd

    bounds = ["published_low", "published_high"]
    held = panel.reindex(columns=list(dict.fromkeys([*panel.columns, *bounds])))
    before = held[held["period"] == first][["area_id", "segment", "value", *bounds]]
    now = held[held["period"] == last]
    pairs = now.merge(before, on=["area_id", "segment"], suffixes=("", "_first"))
    ends = ([pairs[f"{name}{suffix}"] for name in ("value", *bounds)] for suffix in ("_first", ""))
    low, high = subtract_estimates(*ends)
    table = pd.DataFrame({"change_low": low, "change_high": high}, index=pairs.index)
    return pairs.assign(
        change=pairs["value"] - pairs["value_first"],
        **table,
        is_beyond=(table["change_low"] > 0) | (table["change_high"] < 0),
    )


def subtract_estimates(
    before: tuple[Numbers, Numbers, Numbers] | list[pd.Series],
    after: tuple[Numbers, Numbers, Numbers] | list[pd.Series],
) -> tuple[Floats, Floats]:
    """The interval of a difference of two estimates, from the interval of each.

    Zou and Donner (2008), Statistics in Medicine 27:1693-1702 (method of variance estimates
    recovery): exact for normal estimates, and fit for intervals that lean to one side. Assumes
    that the two samples are independent; where they share their clusters, it is too wide.

    Args:
        before: Values, lower and upper ends.
        after: The same of the later estimate.

    Returns:
        Lower and upper ends of after − before; NaN where an end is missing.
    """
    value, low, high = (as_floats(each) for each in before)
    later, later_low, later_high = (as_floats(each) for each in after)
    change = later - value
    return (
        change - np.hypot(later - later_low, high - value),
        change + np.hypot(later_high - later, value - low),
    )


def grow(panel: pd.DataFrame) -> pd.Series:
    """Growth of each value over the one before it in its series, in per cent.

    Missing for the first value of a part, where a year lies between the two that is not held, and
    over values of zero or less.

    Args:
        panel: ``area_id``, ``period_end``, ``segment``, ``value``.
    """
    ordered = panel.sort_values(["area_id", "period_end"], kind="stable")
    part = ordered.groupby(["area_id", "segment"], sort=False)
    before = part["value"].shift(1)
    years = ordered["period_end"].str[:4].astype("int64")
    is_next = years - part["period_end"].shift(1).str[:4].astype("float64") == 1
    growth = 100 * (ordered["value"] / before - 1)
    kept: pd.Series = growth.where(is_next & (before > 0)).reindex(panel.index)
    return kept.rename("growth")
