"""Spreadsheets (.xlsx): every sheet as a table, merged cells with their width.

Formulas are not computed: the value that the file holds for them is read. The official form
II.06a and its like come this way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cchc_analysis.data.outside import refuse
from cchc_analysis.data.workbooks import open_workbook, tell_hidden
from cchc_analysis.read.documents.lines import Cell, Document, Row, build_document

MOST_COLUMNS = 200
MOST_ROWS = 50_000


def read_sheet(path: Path, data: bytes) -> Document:
    """Read a .xlsx file.

    Raises:
        ReportError: The file is damaged, too large, encrypted, has macros or entities.
    """
    book = open_workbook(path, data)
    remarks = [
        f"{sheet.title!r}: {hidden}" for sheet in book.worksheets if (hidden := tell_hidden(sheet))
    ]
    parts = [part for n, sheet in enumerate(book.worksheets, 1) for part in _read(path, sheet, n)]
    if not parts:
        raise refuse(path, "no cells with text", "a filled sheet", "Check what was saved.")
    return build_document(parts, "xlsx", remarks=remarks)


def _read(path: Path, sheet: Any, number: int) -> Iterator[str | Row]:
    """The sheet's title, then its rows; a row of one long text is a paragraph."""
    if (sheet.max_row or 0) > MOST_ROWS:
        raise refuse(
            path,
            f"sheet {sheet.title!r} of {sheet.max_row} rows",
            f"at most {MOST_ROWS}",
            "Remove empty rows.",
        )
    widths, covered = _find_merged(sheet)
    yield str(sheet.title)
    for row in sheet.iter_rows(max_col=min(sheet.max_column or 1, MOST_COLUMNS)):
        cells = []
        for cell in row:
            place = (cell.row, cell.column)
            if place in covered and covered[place] is None:
                continue
            text = covered.get(place) or _print(cell)
            cells.append(Cell(" ".join(text.split()), cell.column - 1, widths.get(place, 1)))
        filled = [cell for cell in cells if cell.text]
        if len(filled) == 1 and not filled[0].text[:1].isdigit() and len(filled[0].text) > 3:
            yield filled[0].text
        elif filled:
            yield Row(tuple(cells), number)


def _find_merged(
    sheet: Any,
) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], str | None]]:
    """Widths of merged cells, and what stands in the cells that they cover.

    The words of a tall cell are repeated in every row beside it; what is covered at its right is
    left out.
    """
    widths: dict[tuple[int, int], int] = {}
    covered: dict[tuple[int, int], str | None] = {}
    for merged in sheet.merged_cells.ranges:
        if (merged.max_row - merged.min_row + 1) * (merged.max_col - merged.min_col + 1) > 100_000:
            continue
        text = _print(sheet.cell(merged.min_row, merged.min_col))
        for row in range(merged.min_row, merged.max_row + 1):
            widths[row, merged.min_col] = merged.max_col - merged.min_col + 1
            for column in range(merged.min_col, merged.max_col + 1):
                if column > merged.min_col:
                    covered[row, column] = None
            if row > merged.min_row:
                covered[row, merged.min_col] = "" if text[:1].isdigit() else text
    return widths, covered


def _print(cell: Any) -> str:
    """A cell as it is shown: whole numbers whole, shares with their sign, decimals with a comma."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, int | float):
        return _print_number(float(value), str(cell.number_format or ""))
    return str(value)


def _print_number(value: float, form: str) -> str:
    if "%" in form:
        return _shortest(value * 100) + "%"
    return _shortest(value)


def _shortest(value: float) -> str:
    return f"{round(value, 6):.6f}".rstrip("0").rstrip(".").replace(".", ",")
