"""Statements as a table, for a rule engine: operands in columns, and reading them back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from cchc_analysis.rules.expressions import Operand
from cchc_analysis.rules.figures import Floats, Operands
from cchc_analysis.rules.statements import Statements, print_nothing

if TYPE_CHECKING:
    import pandas as pd


class Columns:
    """Operands in the columns of a table: what a rule sees when a rule engine runs it.

    The number of an operand is in the column of its name; its room is in columns beside it. Those
    may be missing: then the number is exact, and stands where it was counted. An operand without
    a column is printed nowhere.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table

    def find(self, operand: Operand) -> Operands:
        """The numbers of one operand; not printed is NaN."""
        name = str(operand)
        if name not in self._table:
            return print_nothing(len(self._table))
        value = self._table[name].to_numpy("float64")
        defaults = _exactly(value)
        beside = [
            self._table[f"{name} {kind}"].to_numpy("float64")
            if f"{name} {kind}" in self._table
            else default
            for kind, default in defaults.items()
        ]
        low, high, step, home = beside
        return Operands(value, low, high, step, home.astype(np.int64))


def _exactly(value: Floats) -> dict[str, Floats]:
    """What is beside a number that is exact and stands where it was counted."""
    missing = np.isnan(value)
    return {
        "low": value,
        "high": value,
        "step": np.where(missing, np.nan, 0.0),
        "home": np.where(missing, -1.0, np.arange(len(value))),
    }


def name_columns(operands: Iterable[Operand]) -> list[str]:
    """The columns that ``tabulate_columns`` may make of some operands."""
    kinds = ("", *(f" {kind}" for kind in _exactly(np.array([]))))
    return [f"{operand}{kind}" for operand in operands for kind in kinds]


def tabulate_columns(statements: Statements, operands: Iterable[Operand]) -> pd.DataFrame:
    """The rows of some statements with their operands as columns, for ``Columns`` to read.

    A column that would say nothing (an operand printed nowhere, the room of a count) is left out:
    the cost of a rule engine grows with the columns of its table.
    """
    import pandas as pd

    columns: dict[str, Floats] = {}
    for operand in operands:
        found = statements.find(operand)
        if not found.is_printed.any():
            continue
        columns[str(operand)] = found.value
        beside = (found.low, found.high, found.step, found.home.astype(np.float64))
        for (kind, default), numbers in zip(_exactly(found.value).items(), beside, strict=True):
            if not np.array_equal(numbers, default, equal_nan=True):
                columns[f"{operand} {kind}"] = numbers
    table = pd.DataFrame(columns, index=statements.rows.index)
    return pd.concat([statements.rows, table], axis=1).assign(row=statements.rows.index)
