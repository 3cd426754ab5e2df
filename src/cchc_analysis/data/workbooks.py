"""Workbooks (.xlsx) of others, opened inside the limits that every document has.

Comes in as bytes; goes out as an openpyxl workbook whose sheets are of a size that can be read.
What would grow without end while it is opened (a merge over a whole sheet, one cell in its last
corner) is refused. Knows nothing of what the cells mean.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cchc_analysis.data.outside import MOST_CELLS, open_archive, read_part, refuse, refuse_entities

_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\b[^<>]*?\bref\s*=\s*[\"']([^\"'<>]{1,40})[\"']")


def open_workbook(path: Path, data: bytes, *, is_lean: bool = False) -> Any:
    """Open a workbook with the values that its formulas had when it was saved.

    Args:
        path: Its name, for what is told.
        data: Its bytes.
        is_lean: Row by row, in little memory; without merges and what is hidden.

    Raises:
        ReportError: It is damaged, too large, encrypted, holds entities, or too many cells.
    """
    check_parts(path, data)
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(
                io.BytesIO(data), data_only=True, keep_links=False, read_only=is_lean
            )
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever its parser meets
        found = f"a damaged workbook ({' '.join(str(error).split())})"[:300]
        raise refuse(path, found, "a whole XLSX file", "Open it and save it again.") from None
    for sheet in book.worksheets:
        rows, columns = sheet.max_row or 0, sheet.max_column or 0
        if rows * columns > MOST_CELLS:
            found = f"sheet {sheet.title!r} of {rows} rows and {columns} columns"
            remedy = "Remove empty rows and columns, or save it as CSV."
            raise refuse(path, found, f"at most {MOST_CELLS} cells", remedy)
    return book


def check_parts(path: Path, data: bytes) -> None:
    """Refuse a workbook that would grow without end while it is opened.

    Raises:
        ReportError: It is damaged, too large, encrypted, holds entities, or merges too many cells.
    """
    archive = open_archive(path, data, may_have_macros=True)
    for name in archive.namelist():
        if not name.endswith((".xml", ".rels")):
            continue
        content = read_part(path, archive, name)
        refuse_entities(path, content)
        merged = sum(map(_measure, _MERGE.findall(content))) if "worksheets/" in name else 0
        if merged > MOST_CELLS:
            found, expected = f"{merged} merged cells", f"at most {MOST_CELLS}"
            raise refuse(path, found, expected, "Undo the merge of the whole sheet.")


def tell_hidden(sheet: Any) -> str:
    """The rows and columns of a sheet that are hidden and hold something, in words; or "".

    Args:
        sheet: An openpyxl worksheet that was not opened ``is_lean``.
    """
    hidden_rows = {number for number, row in sheet.row_dimensions.items() if row.hidden}
    hidden_columns = {
        number
        for column in sheet.column_dimensions.values()
        if column.hidden
        for number in range(column.min or 0, min(column.max or 0, sheet.max_column) + 1)
    }
    rows, columns = set(), set()
    for cells in sheet.iter_rows() if hidden_rows or hidden_columns else ():
        for cell in cells:
            if cell.value not in (None, ""):
                rows |= {cell.row} & hidden_rows
                columns |= {cell.column} & hidden_columns
    parts = [*_tell("row", rows, str), *_tell("column", columns, _name_column)]
    is_hidden = sheet.sheet_state != "visible"
    told = " and ".join(parts)
    if is_hidden:
        told = f"the whole sheet{f', with {told}' if told else ''}"
    return f"hidden in the sheet, and counted: {told}" if told else ""


def _tell(noun: str, numbers: set[int], name: Any) -> Iterator[str]:
    if numbers:
        runs = [
            name(first) if first == last else f"{name(first)} to {name(last)}"
            for first, last in _join_runs(sorted(numbers))
        ]
        yield f"{noun}{'s' if len(numbers) > 1 else ''} {', '.join(runs)}"


def _join_runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _name_column(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(number))


def _measure(ref: bytes) -> int:
    """How many cells a range covers; 0 where it is none."""
    from openpyxl.utils.cell import range_boundaries

    try:
        left, top, right, bottom = range_boundaries(ref.decode("ascii", "replace"))
        cells: int = (abs(right - left) + 1) * (abs(bottom - top) + 1)
    except (ValueError, TypeError):
        return 0
    return cells
