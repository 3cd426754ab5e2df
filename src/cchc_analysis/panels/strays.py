"""Cells of a table that stand under no heading.

A decimal comma without quotes in a CSV (``98,24``) makes two cells of one, and everything to its
right moves on by one column: a rate loses its decimals without a sign. So a cell under no heading
is never dropped, and a row never has more cells than its head; a column that only counts the rows
is the one exception.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cchc_analysis.errors import Problem
from cchc_analysis.panels.cells import Sheet
from cchc_analysis.panels.places import name_rows

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.panels.headings import Head

MOST_NAMED = 6
_REMEDY = (
    'Quote numbers with a decimal comma ("98,24"), or save the table with semicolons or as XLSX; '
    "a column that belongs to the table needs a heading, which may stand under `ignore:`."
)


def find_strays(sheet: Sheet, head: Head) -> Iterator[Problem]:
    """Cells under no heading, and rows with more cells than the head."""
    body = sheet.cells[sheet.cells.index > head.last_row]
    named = [position for position, name in enumerate(head.names) if name]
    rows: set[Any] = set()
    for position in sorted({*map(int, body.columns)} - {*named}):
        held = _keep_held(body[position])
        if held.empty or (position < min(named, default=0) and _is_counting(held)):
            continue
        rows |= set(held.index)
        cells = ", ".join(map(_print, held.iloc[:MOST_NAMED]))
        yield Problem(
            f"{sheet.name}, {name_rows(held.index.to_series())}",
            f"{cells} in column {_name_column(position)}, under no heading",
            f"{len(named)} cells a row, as many as there are headings",
            _REMEDY,
        )
    if sheet.lengths is None:
        return
    width = sheet.lengths.loc[: head.last_row].max()
    longer = sheet.lengths.loc[head.last_row + 1 :]
    longer = longer[(longer > width) & longer.index.isin(body.index) & ~longer.index.isin(rows)]
    if len(longer):
        yield Problem(
            f"{sheet.name}, {name_rows(longer.index.to_series())}",
            f"{longer.iloc[0]} cells in a row",
            f"{width}, as many as the head has",
            _REMEDY,
        )


def _keep_held(cells: pd.Series[Any]) -> pd.Series[Any]:
    return cells[cells.notna() & (cells != "")]


def _is_counting(held: pd.Series[Any]) -> bool:
    """Whether the cells are 0, 1, 2 … or 1, 2, 3 …, as programs number rows."""
    import pandas as pd

    numbers = pd.to_numeric(held, errors="coerce")
    return bool(numbers.iloc[0] in (0, 1) and (numbers.diff().iloc[1:] == 1).all())


def _print(cell: Any) -> str:
    return f"{cell:g}" if isinstance(cell, float) else repr(cell)


def _name_column(position: int) -> str:
    """The letters of a column as spreadsheets show them."""
    letters = ""
    rest = position + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
