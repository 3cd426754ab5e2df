"""Which observations may stand in arithmetic, and how much room each figure leaves.

Plans and targets never stand in for a result: they serve only where a quantity is by nature a norm,
or is never stated as a result at all (a quota).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cchc_analysis.data.records import RESULT_STATUSES, Comparator, Scope, Status

if TYPE_CHECKING:
    import pandas as pd

ROW_COLUMNS = ("source_id", "area_id", "scope", "period_start", "period_end")
"""The columns that name a row: a source, an area, a scope and a window."""

APPROXIMATION = 0.05
"""How far, in shares of itself, a figure "about" (khoảng, gần) may lie from its quantity."""

OPEN_END = 1e-6
"""What rounds up is not reached: 89,4 stands for less than 89.45, by this share of its unit."""

EXTREME_RATES = (0.0, 100.0)
"""None and all: printed without decimals they are meant exactly, and are no rounding."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Operands:
    """One quantity along the rows: its value, and the room that its digits leave.

    ``step`` is one unit of the last printed digit where digits were cut off, zero for a count.
    ``home`` is the row in which the figure itself was counted; -1 where nothing is printed.
    """

    value: Floats
    low: Floats
    high: Floats
    step: Floats
    home: Integers

    @property
    def is_printed(self) -> Booleans:
        """Where the quantity is printed, and is a number."""
        return np.asarray((self.home >= 0) & np.isfinite(self.value))


def choose_figures(observations: pd.DataFrame, norms: Collection[str]) -> pd.DataFrame:
    """The figures that may stand in a row, one for each quantity; results before plans.

    Returns:
        Published observations by position, with ``index`` (of the observation), and with ``low``,
        ``high`` and ``step`` as arithmetic uses them.
    """
    is_result = observations["status"].isin(RESULT_STATUSES)
    is_norm = observations["indicator"].isin(set(norms))
    # What other sources state must not matter: each is judged by its own figures.
    is_plan = observations["status"] == Status.PLAN
    is_stated = is_result.groupby([observations["source_id"], observations["indicator"]])
    is_quota = is_plan & ~is_stated.transform("any") if is_plan.any() else is_plan
    usable = observations["is_published"] & (is_result | is_norm | is_quota)
    usable &= observations["scope"].isin(tuple(Scope))
    order = {status: rank for rank, status in enumerate(Status)}
    figures = observations[usable].assign(
        index=observations.index[usable], rank=observations.loc[usable, "status"].map(order)
    )
    figures = figures.sort_values("rank", kind="stable").drop_duplicates(
        [*ROW_COLUMNS, "indicator", "breakdown"]
    )
    return figures.assign(**leave_room(figures)).sort_index().reset_index(drop=True)


def leave_room(figures: pd.DataFrame) -> dict[str, Floats]:
    """The room around each figure: what its digits leave open, and what its words do.

    Returns:
        ``low``, ``high`` and ``step`` along the rows of ``OBSERVATION_COLUMNS``.
    """
    value, low, high = (figures[name].to_numpy("float64") for name in ("value", "low", "high"))
    with np.errstate(invalid="ignore"):
        step = np.where(np.isfinite(high - low), high - low, 0.0)
    is_whole_rate = ((figures["decimals"] == 0) & (figures["unit"] == "%")).to_numpy()
    is_extreme = is_whole_rate & np.isin(value, EXTREME_RATES)
    low = np.where(is_extreme, value, low)
    high = np.where(is_extreme, value, high - OPEN_END * step)
    comparator = figures["comparator"].to_numpy()
    about = np.where(comparator == Comparator.ABOUT, APPROXIMATION * np.abs(value), 0.0)
    opens_up = np.isin(comparator, (Comparator.AT_LEAST, Comparator.MORE))
    opens_down = np.isin(comparator, (Comparator.AT_MOST, Comparator.LESS))
    return {
        "low": np.where(opens_down, -np.inf, low - about),
        "high": np.where(opens_up, np.inf, high + about),
        # Who says "over 99" has not cut 98.7 off: a bound is meant as it stands.
        "step": np.where(opens_up | opens_down, 0.0, step),
    }
