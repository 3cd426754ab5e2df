"""Positions of rows in a table: found by what a column holds, joined, taken and hashed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Rows = Any
"""Positions of rows in a table: an array of integers, in the order of the table."""

NONE = np.array([], dtype=np.int64)


def take(table: pd.DataFrame, rows: Rows) -> pd.DataFrame:
    """Some rows of a table."""
    taken: Any = table.iloc[rows]  # pandas-stubs take an array of positions for a cell
    kept: pd.DataFrame = taken
    return kept


def index_rows(values: Any) -> dict[str, Rows]:
    """The positions of each value."""
    import pandas as pd

    codes, names = pd.factorize(values)
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(names) + 1))
    return {
        str(name): order[start:end]
        for name, start, end in zip(names, starts, starts[1:], strict=False)
    }


def empty(column: pd.Series) -> Any:
    """What an unseen cell of a column holds."""
    if column.dtype.kind == "b":
        return False
    return float("nan") if column.dtype.kind == "f" else ""


def hash_rows(table: pd.DataFrame) -> Any:
    """A hash of each row; the same for the same cells on every machine."""
    import pandas as pd

    return pd.util.hash_pandas_object(table, index=False).to_numpy()


def join(rows: Iterable[Rows]) -> Rows:
    """Several positions as one, each once, in the order of the table."""
    return np.unique(np.concatenate([NONE, *rows]))
