"""Which observations may stand in arithmetic, how much room each leaves, and how it is found.

Plans and targets never stand in for a result: they serve only where a quantity is by nature a norm,
or is never stated as a result at all (a quota). Every source, area, scope and window gets one
integer: binary search over sorted integers finds one quantity along hundreds of thousands of rows
in milliseconds, where joins of tables would take seconds.
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


ALL_SCOPES = ""
"""The scope of a sum over all scopes."""

STOCK = ""
"""The start of a window that is a single day."""


@dataclass(frozen=True)
class Places:
    """Where figures stand: each column of a row key as numbers."""

    source: Integers
    area: Integers
    scope: Integers
    start: Integers
    end: Integers

    def take(self, at: Integers) -> Places:
        """The places at the given positions."""
        return Places(*(codes[at] for codes in vars(self).values()))


class Axis:
    """The numbering of row keys over a set of figures."""

    def __init__(self, figures: pd.DataFrame, areas: list[str]) -> None:
        import pandas as pd

        self.columns = {
            name: pd.Index(figures[name].unique()).union(pd.Index(more, dtype="str"), sort=False)
            for name, more in zip(ROW_COLUMNS, ([], areas, [*Scope, ""], [STOCK], []), strict=True)
        }

    def place(self, figures: pd.DataFrame) -> Places:
        """Number the columns of a row key."""
        return Places(*(self.number(name, figures[name]) for name in ROW_COLUMNS))

    def number(self, column: str, cells: pd.Series) -> Integers:
        """Number the cells of one column."""
        return np.asarray(self.columns[column].get_indexer(cells), dtype=np.int64)

    def constant(self, column: str, cell: str, length: int) -> Integers:
        """The number of one cell, repeated."""
        return np.full(length, self.columns[column].get_loc(cell), dtype=np.int64)

    def encode(self, places: Places) -> Integers:
        """One integer for each place."""
        key = np.zeros(len(places.source), dtype=np.int64)
        for codes, cells in zip(vars(places).values(), self.columns.values(), strict=True):
            key = key * len(cells) + codes
        return key


class TextColumn:
    """A column of texts, each distinct one held once: cells are looked up one by one, in any order.

    A cell of a data frame costs microseconds, and a search for causes asks for millions.
    """

    def __init__(self, cells: pd.Series) -> None:
        import pandas as pd

        codes, names = pd.factorize(cells, use_na_sentinel=False)
        self._codes: Integers = codes
        self._names: list[str] = [str(name) for name in names]

    def __getitem__(self, row: int) -> str:
        return self._names[int(self._codes[row])]


def group_positions(table: pd.DataFrame, columns: list[str]) -> dict[tuple[str, ...], Integers]:
    """The positions of the rows of a table, by the cells of some columns."""
    groups = table.groupby(columns, sort=False, dropna=False).indices
    return {
        tuple(map(str, key if isinstance(key, tuple) else (key,))): np.asarray(at, dtype=np.int64)
        for key, at in groups.items()
    }


@dataclass(frozen=True)
class Lookup:
    """Positions by key, sorted for binary search."""

    keys: Integers
    positions: Integers

    @classmethod
    def build(cls, keys: Integers, positions: Integers) -> Lookup:
        """Sort positions by their keys."""
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], positions[order])

    def find(self, keys: Integers) -> Integers:
        """The position for each key, -1 where there is none."""
        if not len(self.keys):
            return np.full(len(keys), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, self.positions[at], -1)
