"""A file into sheets of cells: CSV, TSV, XLSX, XLS, ODS, Stata or Parquet, nothing interpreted.

A cell is a text, or a number where the file itself says that it is one: a number of a spreadsheet
cannot be read in two ways, and a text can. Merged cells are filled, per cents of a spreadsheet
become numbers out of a hundred, dates become ISO text.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import struct
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.encodings import decode_text
from cchc_analysis.data.outside import (
    LONGEST_TABLE,
    call_apart,
    check_shape,
    open_archive,
    read_bytes,
    refuse_marks,
)
from cchc_analysis.data.workbooks import open_workbook, tell_hidden
from cchc_analysis.errors import Problem, ReportError

if TYPE_CHECKING:
    import pandas as pd

FORMATS = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), "text"),
    **dict.fromkeys((".xlsx", ".xlsm"), "workbook"),
    **dict.fromkeys((".xls", ".xlsb", ".ods"), "old workbook"),
    ".dta": "stata",
    ".parquet": "parquet",
}
FOREIGN = {
    **dict.fromkeys((".rda", ".rdata", ".rds"), "in R: write.csv(table, 'table.csv')"),
    **dict.fromkeys((".sav", ".zsav", ".por"), "in SPSS: Save As, type Comma delimited or Stata"),
    **dict.fromkeys((".sas7bdat", ".xpt"), "in SAS: proc export data=table outfile='table.csv'"),
}
"""Files of statistics programs that are not read, and how each becomes one that is."""
READABLE = "CSV, TSV, XLSX, XLS, ODS, Stata or Parquet"
TOP = 40
"""Rows at the top of a sheet in which its head is looked for."""
LARGEST_FILLED = 20_000_000
"""Bytes of a worksheet up to which merged cells are filled; a longer one is read row by row."""


@dataclass(frozen=True)
class Worksheet:
    """The cells of a file.

    Attributes:
        name: The file, and the worksheet where there are several.
        cells: Indexed by the number of the row in the file, from 1; columns numbered from 0;
            texts in NFC and floats, ``""`` for an empty cell.
        heads: The names of the columns where the format has them, else ``None``: the head is then
            somewhere in ``cells``.
        lengths: How many cells each row of a text has, where its rows differ; else ``None``.
        remark: What was done to the file before it could be read.
        title: The name of the worksheet, ``""`` where the format has none.
    """

    name: str
    cells: pd.DataFrame
    heads: tuple[str, ...] | None = None
    lengths: pd.Series[Any] | None = None
    remark: str = ""
    title: str = ""


def open_sheets(path: Path, sheet: str = "") -> list[Worksheet]:
    """Open the cells of a file.

    Args:
        path: CSV or TSV in any encoding that a report may have, XLSX, XLS, ODS, Stata or Parquet.
        sheet: The one worksheet that is wanted; else all that hold anything.

    Raises:
        ReportError: The file is absent, empty, of another format, or damaged.
    """
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no such file"
        raise _fault(path, found, "the file of a table", "Name the file.")
    suffix = path.suffix.lower()
    if not (form := FORMATS.get(suffix, "")):
        how = f"Convert it; {FOREIGN[suffix]}" if suffix in FOREIGN else "Save it as one of these"
        raise _fault(path, f"a file {path.suffix!r}", READABLE, f"{how}.")
    opened: list[Worksheet] = (
        [_open_text(path)]
        if form == "text"
        else call_apart("cchc_analysis.panels.cells:open_alone", path, form, sheet)
    )
    held = [each for each in opened if not each.cells.empty]
    if not held:
        raise _fault(path, "no cell that holds anything", "a head and rows", "Fill the sheet.")
    return held


def choose_sheet(path: Path, sheets: list[Worksheet]) -> Worksheet:
    """The only sheet of a file.

    Raises:
        ReportError: There are several.
    """
    if len(sheets) == 1:
        return sheets[0]
    names = ", ".join(repr(each.title) for each in sheets)
    remedy = (
        "Say `sheet:` in the mapping or --sheet; or, where sheets are indicators or periods, "
        "`sheets: {name: indicator or period}`."
    )
    raise _fault(path, f"{len(sheets)} sheets: {names}", "one", remedy)


def open_alone(path: Path, form: str, sheet: str) -> list[Worksheet]:
    """Open a file that is unpacked, in a process that was started for it."""
    if form == "workbook":
        return _open_workbook(path, sheet)
    if form == "old workbook":
        return _open_old_workbook(path, sheet)
    return [_open_parquet(path) if form == "parquet" else _open_stata(path)]


def _open_text(path: Path) -> Worksheet:
    import pandas as pd

    text, remark = _decode(path)
    mark = _guess_separator(text)
    check_shape(path, text, mark)
    try:
        lines = csv.reader(io.StringIO(text), delimiter=mark)
        top = [len(row) for row, _ in zip(lines, range(TOP), strict=False)]
        width = max(top, default=1)
        cells = pd.read_csv(
            io.StringIO(text),
            sep=mark,
            header=None,
            names=list(range(width)),
            dtype="str",
            keep_default_na=False,
            skip_blank_lines=False,
            index_col=False,
        )
        lengths = _measure_rows(text, mark) if len(set(top)) > 1 else None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error) as error:
        found = " ".join(str(error).split()).removeprefix("Error tokenizing data. C error: ")
        remedy = "Quote cells that hold the separator; give each row the cells of the head."
        raise _fault(path, found, "rows of equal length", remedy) from None
    return Worksheet(path.name, _keep_held(cells.fillna("")), lengths=lengths, remark=remark)


def _measure_rows(text: str, mark: str) -> pd.Series[Any]:
    import pandas as pd

    rows = csv.reader(io.StringIO(text), delimiter=mark)
    return pd.Series({number: len(row) for number, row in enumerate(rows, start=1)})


def _decode(path: Path) -> tuple[str, str]:
    """The text of a file, and a remark where it is in an encoding of old."""
    content = read_bytes(path, "a table")
    code = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(code)
        refuse_marks(path, text)
        return unicodedata.normalize("NFC", text), ""
    except UnicodeDecodeError:
        text, encoding = decode_text(path, content)
    return unicodedata.normalize("NFC", text), f"decoded from {encoding}"


def _guess_separator(text: str) -> str:
    """The mark that splits the first lines most often, and every one of them if any does."""
    lines = [line for line in text[:20_000].splitlines()[:TOP] if line.strip()]
    return max(",;\t|", key=lambda mark: sum(mark in line for line in lines))


def _keep_held(cells: pd.DataFrame) -> pd.DataFrame:
    """Rows that hold anything, under their numbers in the file; spaces around texts go."""
    import pandas as pd

    tidy = pd.DataFrame({name: cells[name].str.strip() for name in cells.columns})
    tidy.index = tidy.index + 1
    return tidy.loc[(tidy != "").any(axis=1)]


def _open_parquet(path: Path) -> Worksheet:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        shape = pq.read_metadata(path)
        if shape.num_rows * shape.num_columns > LONGEST_TABLE:
            found = f"{shape.num_rows} rows and {shape.num_columns} columns"
            raise _fault(path, found, f"at most {LONGEST_TABLE} cells", "Cut it into parts.")
        table = pd.read_parquet(path)
    except (OSError, ValueError, pa.ArrowException) as error:
        found = f"Parquet that cannot be read ({error})"
        raise _fault(path, found, "Parquet", "Save it again.") from None
    return _frame_columns(path, table, [str(name) for name in table.columns])


def _frame_columns(path: Path, table: pd.DataFrame, heads: list[str]) -> Worksheet:
    """A table whose columns are typed and named, by the numbers of its rows."""
    cells = table.set_axis(range(table.shape[1]), axis=1).apply(_as_cells)
    return Worksheet(path.name, cells.set_axis(range(1, len(cells) + 1)), tuple(map(_tidy, heads)))


def _as_cells(column: pd.Series[Any]) -> pd.Series[Any]:
    """A typed column as texts, or as floats with ``NaN`` for an empty cell."""
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.strftime("%Y-%m-%d")
    elif pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return column.astype("float64")
    texts = column.astype("object").where(column.notna(), "").astype("str")
    return texts.str.normalize("NFC").str.strip()


def _open_stata(path: Path) -> Worksheet:
    """A Stata file; its variables are headed by their labels, the name of each in brackets."""
    import pandas as pd
    from pandas.io.stata import StataReader

    read_bytes(path, "a table")
    try:
        with StataReader(path) as reader:
            labels = reader.variable_labels()
        table = pd.read_stata(path)
    except (OSError, ValueError, KeyError, struct.error) as error:
        found = f"a Stata file that cannot be read ({error})"
        raise _fault(path, found, "a .dta file", "Save it again in Stata.") from None
    names = map(str, table.columns)
    heads = [f"{labels[name]} [{name}]" if labels.get(name) else name for name in names]
    return _frame_columns(path, table, heads)


def _open_old_workbook(path: Path, sheet: str) -> list[Worksheet]:
    """A workbook of another program or of old, where no format of a number can be seen."""
    import python_calamine

    data = read_bytes(path, "a table")
    if path.suffix.lower() != ".xls":
        open_archive(path, data, may_have_macros=True)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        titles = _choose_titles(path, book.sheet_names, sheet)
        return [
            Worksheet(_name(path, title, titles), _frame(_list_calamine(book, title)), title=title)
            for title in titles
        ]
    except (OSError, ValueError, python_calamine.CalamineError) as error:
        found = f"a workbook that cannot be read ({error})"
        raise _fault(path, found, READABLE, "Open it and save it again as XLSX.") from None


def _list_calamine(book: Any, title: str) -> Iterator[list[Any]]:
    held = book.get_sheet_by_name(title)
    rows = [[_read_value(cell) for cell in row] for row in held.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in held.merged_cell_ranges or ():
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [rows[top][left]] * len(row[left : right + 1])
    return iter(rows)


def _open_workbook(path: Path, sheet: str) -> list[Worksheet]:
    data = read_bytes(path, "a table")
    is_long = _measure(path, data) > LARGEST_FILLED
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of extensions and styles, which say nothing of cells
        book = open_workbook(path, data, is_lean=is_long)
        try:
            titles = _choose_titles(path, [each.title for each in book.worksheets], sheet)
            chosen = [book[title] for title in titles]
            _refuse_unsaved(path, chosen)
            return [
                Worksheet(
                    _name(path, each.title, book.sheetnames),
                    _frame(_list_rows(each, {} if is_long else _map_merged(each))),
                    remark="" if is_long else tell_hidden(each),
                    title=each.title,
                )
                for each in chosen
            ]
        finally:
            book.close()


def _choose_titles(path: Path, titles: list[str], sheet: str) -> list[str]:
    if sheet and sheet not in titles:
        names = ", ".join(map(repr, titles))
        remedy = "Mend `sheet` in the mapping, or --sheet."
        raise _fault(path, f"no sheet {sheet!r}", f"one of {names}", remedy)
    return [sheet] if sheet else titles


def _name(path: Path, title: str, titles: list[str]) -> str:
    return f"{path.name}, sheet {title!r}" if len(titles) > 1 else path.name


def _measure(path: Path, data: bytes) -> int:
    parts = open_archive(path, data, may_have_macros=True).infolist()
    return max((part.file_size for part in parts if "worksheets/" in part.filename), default=0)


def _refuse_unsaved(path: Path, chosen: list[Any]) -> None:
    """Refuse formulas whose results were never saved: their cells would look empty.

    Programs that write workbooks without computing them leave such cells.
    """
    import openpyxl

    if not _has_formulas(path):
        return
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        unsaved = [
            formula.coordinate
            for sheet in chosen
            for formulas, values in zip(
                book[sheet.title].iter_rows(), sheet.iter_rows(), strict=False
            )
            for formula, value in zip(formulas, values, strict=False)
            if value.value is None and getattr(formula, "data_type", "") == "f"
        ]
    finally:
        book.close()
    if unsaved:
        named = ", ".join(unsaved[:5]) + (f" and {len(unsaved) - 5} more" if unsaved[5:] else "")
        found = f"formulas without a saved result in {named}"
        remedy = "Open it in a spreadsheet program and save it again, or save it as CSV."
        raise _fault(path, found, "a saved number in each cell", remedy)


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if "worksheets/" in name]
        return any(re.search(rb"<f[ />]", archive.read(name)) for name in sheets)


def _map_merged(sheet: Any) -> dict[tuple[int, int], Any]:
    """The cells inside merged ranges, each with the cell that says what the range says."""
    return {
        (row, column): sheet.cell(area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }


def _list_rows(sheet: Any, merged: dict[tuple[int, int], Any]) -> Iterator[list[Any]]:
    for number, row in enumerate(sheet.iter_rows(), start=1):
        yield [
            _read_cell(merged.get((number, column), cell))
            for column, cell in enumerate(row, start=1)
        ]


def _read_cell(cell: Any) -> str | float:
    read = _read_value(cell.value)
    is_percent = isinstance(read, float) and "%" in (cell.number_format or "")
    return round(100.0 * float(read), 10) if is_percent else read


def _read_value(value: object) -> str | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, dt.datetime | dt.date):
        return f"{value:%Y-%m-%d}"
    return _tidy(str(value))


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _frame(rows: Iterable[list[Any]]) -> pd.DataFrame:
    import pandas as pd

    held = {
        number: row for number, row in enumerate(rows, start=1) if any(cell != "" for cell in row)
    }
    width = max(map(len, held.values()), default=0)
    body = [[*row, *[""] * (width - len(row))] for row in held.values()]
    return pd.DataFrame(body, index=list(held), dtype="object")


def _fault(path: Path, found: str, expected: str, remedy: str) -> ReportError:
    return ReportError(Problem(path.name or str(path), found, expected, remedy))
