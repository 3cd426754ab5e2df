"""Row keys: every source, area, scope and window gets one integer, so that figures can be found.

Nothing here knows what a figure means. Binary search over sorted integers finds one quantity along
hundreds of thousands of rows in milliseconds, where joins of tables would take seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cchc_analysis.data.records import Scope
from cchc_analysis.rules.figures import ROW_COLUMNS, Integers

if TYPE_CHECKING:
    import pandas as pd

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


class Words:
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
