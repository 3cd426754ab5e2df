"""One wide table for all rules about quantities: a column an indicator, a row a place and window.

Comes in as statements, or as a table of somebody's own with bare codes for headings; goes out as
numbers with the room that their digits leave. Our own table says that room in columns beside each
number; in any other a text keeps the digits as printed, and a number stands for its shortest form.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cchc_analysis.data.clean import NumberError, parse_number
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.rules.expressions import Operand, Reference
from cchc_analysis.rules.figures import EXTREME_RATES, OPEN_END, Floats, Operands
from cchc_analysis.rules.statements import Statements, print_nothing

if TYPE_CHECKING:
    import pandas as pd

BESIDE = ("low", "high", "step", "home")
"""What our own table says of a number in columns beside it, where it is not exact or at home."""

SOURCE_COLUMNS = ("source_id", "area_id", "area")
"""What tells one source from another; the first that a table has."""


class Columns:
    """Operands in the columns of a table; a quantity without a column is printed nowhere."""

    def __init__(self, table: pd.DataFrame, rounded: Collection[str] = ()) -> None:
        """Look operands up in a table.

        Args:
            table: A row a place and window.
            rounded: The indicators whose numbers are rounded; all others are counted.
        """
        self._table = table
        self._rounded = frozenset(rounded)

    @property
    def sources(self) -> npt.NDArray[np.object_]:
        """The source of each row; each row is one where nothing tells them apart."""
        for name in SOURCE_COLUMNS:
            if name in self._table:
                return self._table[name].to_numpy(dtype=object)
        return np.arange(len(self._table)).astype(object)

    def find(self, operand: Operand) -> Operands:
        """The numbers of one operand; not printed is NaN."""
        name = str(operand)
        if name not in self._table:
            return print_nothing(len(self._table))
        found = self._read(operand, self._table[name])
        for kind in BESIDE:
            if f"{name} {kind}" in self._table:
                told = self._table[f"{name} {kind}"].to_numpy("float64")
                found[kind] = np.where(np.isnan(told), found[kind], told)
        return Operands(**found | {"home": found["home"].astype(np.int64)})

    def _read(self, operand: Operand, cells: pd.Series) -> dict[str, Any]:
        is_told = f"{operand} step" in self._table
        is_rounded = (
            isinstance(operand, Reference) and operand.code in self._rounded and not is_told
        )
        if cells.dtype.kind in "iufb" and not is_rounded:
            return _exactly(cells.to_numpy("float64"))
        printed = [_parse(str(operand), row, cell, is_rounded) for row, cell in cells.items()]
        value, step = (np.array(each, dtype=np.float64) for each in zip(*printed, strict=True))
        is_extreme = (step == 1.0) & np.isin(value, EXTREME_RATES)
        half = np.where((step > 0) & ~is_extreme, step / 2, 0.0)
        return _exactly(value) | {
            "low": value - half,
            "high": value + half - np.where(half > 0, OPEN_END * step, 0.0),
            "step": step,
        }


def _parse(name: str, row: Any, cell: Any, is_rounded: bool) -> tuple[float, float]:
    """A cell as its number and one unit of its last printed digit; missing is NaN."""
    if cell is None or cell != cell or not str(cell).strip():  # noqa: PLR0124 - NaN is not itself
        return np.nan, np.nan
    if isinstance(cell, str):
        try:
            number = parse_number(cell, "rate" if is_rounded else "count")
        except NumberError as error:
            remedy = "Mend the cell, or leave it empty where nothing is known."
            raise ReportError(
                Problem(f"{name}, row {row}", f"{error}", "a number", remedy)
            ) from None
        value, decimals = number.value, number.decimals
    else:
        value, decimals = (
            float(cell),
            len(np.format_float_positional(cell, trim="-").partition(".")[2]),
        )
    return value, 10.0**-decimals if is_rounded else 0.0


def _exactly(value: Floats) -> dict[str, Any]:
    """What is beside a number that is exact and stands where it was counted."""
    missing = np.isnan(value)
    return {
        "value": value,
        "low": value,
        "high": value,
        "step": np.where(missing, np.nan, 0.0),
        "home": np.where(missing, -1.0, np.arange(len(value))),
    }


def tabulate_columns(
    statements: Statements, operands: Iterable[Operand], start: int = 0
) -> pd.DataFrame:
    """The rows of some statements with their operands as columns, for ``Columns`` to read.

    A column that would say nothing (an operand printed nowhere, the room of a count) is left out.

    Args:
        statements: What is lined up.
        operands: What rules ask for.
        start: The number of the first row, where other rows stand before these in one table.
    """
    import pandas as pd

    found = dict(_list_columns(statements, operands, start))
    table = pd.DataFrame(found, index=statements.rows.index)
    return pd.concat([statements.rows, table], axis=1)


def _list_columns(
    statements: Statements, operands: Iterable[Operand], start: int
) -> Iterator[tuple[str, Floats]]:
    for operand in operands:
        numbers = statements.find(operand)
        if not numbers.is_printed.any():
            continue
        default = _exactly(numbers.value)
        default["home"] = np.where(default["home"] < 0, -1.0, default["home"] + start)
        home = np.where(numbers.home < 0, -1.0, numbers.home.astype(np.float64) + start)
        beside = (numbers.low, numbers.high, numbers.step, home)
        yield str(operand), numbers.value
        for kind, column in zip(BESIDE, beside, strict=True):
            if not np.array_equal(column, default[kind], equal_nan=True):
                yield f"{operand} {kind}", column
