"""Tables into one XLSX file that is the same to the byte, and in which no text can run.

A text that begins like a formula is stored as text and marked as such, so that it stays text when
somebody edits the cell. Zip entries and document properties carry a fixed time: the file says what
it holds, not when it was made.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.files import list_rows

if TYPE_CHECKING:
    import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""

LONGEST_CELL = 32_767
"""Characters in a cell of a workbook; more and Excel calls the file broken."""

_WIDEST = 60
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_TIME = b"1980-01-01T00:00:00Z"
_STAMP = re.compile(rb'(<dcterms:(?:created|modified) xsi:type="dcterms:W3CDTF">)[^<]*')
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could run a text; a sign that stands alone is none.

    >>> is_formula("=1+1"), is_formula("="), is_formula("a=b")
    (True, False, False)
    """
    return len(text) > 1 and text.startswith(FORMULA_STARTS)


def bind_workbook(
    sheets: Mapping[str, pd.DataFrame], title: str, write_first: Callable[[Any], None] | None = None
) -> bytes:
    """The bytes of a workbook with one sheet per table.

    Args:
        sheets: The tables by the names of their sheets.
        title: The title in the document's properties.
        write_first: Puts a sheet of its own before them, into the workbook that it is given.
    """
    from openpyxl import Workbook

    # Rows go out as they come: no cell of a large table is held.
    book = Workbook(write_only=True)
    book.properties.title = title
    book.properties.creator = "cchc_analysis"
    if write_first:
        write_first(book)
    for name, table in sheets.items():
        _fill_sheet(book.create_sheet(name), table)
    written = io.BytesIO()
    book.save(written)
    return _fix_times(written.getvalue())


def _fill_sheet(sheet: Any, table: pd.DataFrame) -> None:
    """A header that stays in sight and can be filtered, and the rows under it."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for column, name in enumerate(table.columns, start=1):
        width = _find_width([name, *table[name]])
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    last = get_column_letter(max(len(table.columns), 1))
    sheet.auto_filter.ref = f"A1:{last}{len(table) + 1}"
    heads = [WriteOnlyCell(sheet, name) for name in table.columns]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for row in list_rows(table):
        sheet.append([tell_cell(sheet, value) for value in row.values()])


def tell_cell(sheet: Any, value: Any) -> Any:
    """A number as a number, no value as an empty cell, all else as text that cannot run."""
    if isinstance(value, str):
        text = _ILLEGAL.sub("", value)[:LONGEST_CELL]
        return _write_text(sheet, text) if text.startswith(FORMULA_STARTS) else text or None
    if isinstance(value, float) and math.isnan(value):
        return None
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    return int(value) if is_whole else value


def _write_text(sheet: Any, text: str) -> Any:
    """A text that a spreadsheet would run, as a cell that it shows."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell


def _find_width(values: Sequence[Any]) -> float:
    longest = max((len(str(value)) for value in values), default=0)
    return float(min(max(longest + 2, 8), _WIDEST))


def _fix_times(content: bytes) -> bytes:
    """The same archive, without the time at which it was made."""
    fixed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            new.writestr(entry, _STAMP.sub(rb"\g<1>" + _TIME, old.read(name)))
    return fixed.getvalue()
