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
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import starmap
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cchc_analysis.data import outside
from cchc_analysis.data.clean import keep_text
from cchc_analysis.data.records import refusal
from cchc_analysis.errors import join_some
from cchc_analysis.panels.words import spell

TOP = 40
"""Rows at the top of a sheet in which its head is looked for."""
Rows = list[list[Any]]
MOST_DECIMALS = 9
"""Decimals looked at in a number of a spreadsheet; what lies behind them is binary noise."""
LARGEST_FILLED = 20_000_000
"""Bytes of a worksheet up to which merged cells are filled; a longer one is read row by row."""
LONGEST_CELL = 32_767
"""Letters that a cell of a workbook holds at most."""


@dataclass(frozen=True)
class Worksheet:
    """The ``cells`` of a file, by the number of the row from 1 and of the column from 0.

    They are texts in NFC and floats, ``""`` where empty; ``names`` are the headings, none while the
    head is somewhere in ``cells``, and ``numbers`` those of a row of them. ``lengths`` says how
    many cells each row of a text has; ``remark`` what was done to the file.
    """

    name: str
    cells: pd.DataFrame
    names: tuple[str, ...] = ()
    lengths: pd.Series[Any] | None = None
    remark: str = ""
    title: str = ""
    numbers: Mapping[int, int] = field(default_factory=dict)

    def change(self, remark: str, **changes: Any) -> Worksheet:
        """The same with some changes, and what was done said."""
        said = "; ".join(filter(None, (self.remark, remark)))
        return replace(self, remark=said, **changes)


def open_sheets(path: Path, sheet: str = "") -> list[Worksheet]:
    """Open the cells of a file of any format; of a workbook one ``sheet``, or all that hold any."""
    if not path.is_file():
        kind = "folder_for_table" if path.is_dir() else "no_table_file"
        raise refusal(kind, path.name or str(path))
    formats, foreign, suffix = spell("formats"), spell("foreign"), path.suffix.lower()
    if suffix not in formats:
        kind = "foreign_format" if suffix in foreign else "strange_format"
        raise refusal(kind, path.name, suffix=path.suffix, how=foreign.get(suffix))
    form = formats[suffix]
    is_text = form == "text"
    opened = [_open_text(path)] if is_text else outside.call_apart(open_alone, path, form, sheet)
    if held := [each for each in opened if not each.cells.empty]:
        return held
    raise refusal("no_cells", path.name)


def choose_sheet(path: Path, sheets: list[Worksheet]) -> Worksheet:
    """The only sheet of a file; several are refused."""
    if len(sheets) > 1:
        names = ", ".join(repr(each.title) for each in sheets)
        raise refusal("many_sheets", path.name, number=len(sheets), names=names)
    return sheets[0]


def open_alone(path: Path, form: str, sheet: str) -> list[Worksheet]:
    """Open a file that is unpacked, in a process that was started for it."""
    if form == "workbook":
        return _name_sheets(path, _list_workbook(path, sheet))
    import pyarrow as pa
    import python_calamine

    try:
        if form == "old_workbook":
            return _name_sheets(path, _list_old_workbook(path, sheet))
        return [_open_columns(path, form)]
    except (
        *(OSError, ValueError, KeyError, struct.error),
        *(pa.ArrowException, python_calamine.CalamineError),
    ) as error:
        raise refusal(f"damaged_{form}", path.name, error=error) from None


def _name_sheets(path: Path, sheets: Iterable[tuple[str, Rows, str]]) -> list[Worksheet]:
    opened = []
    for title, rows, remark in sheets:
        held = {number: row for number, row in enumerate(rows, start=1) if {*row} - {""}}
        cells = pd.DataFrame([*held.values()], index=[*held], dtype="object").fillna("")
        opened.append(Worksheet(path.name, cells, remark=remark, title=title))
    if len(opened) < 2:
        return opened
    return [replace(each, name=f"{path.name}, sheet {each.title!r}") for each in opened]


def _open_text(path: Path) -> Worksheet:
    decoded, encoding = outside.decode_text(path, outside.read_bytes(path, "a table"))
    text = unicodedata.normalize("NFC", decoded)
    remark = "" if encoding.startswith("utf") else f"decoded from {encoding}"
    # The mark that splits the first lines most often, and every one of them if any does.
    lines = [line for line in text[:20_000].splitlines()[:TOP] if line.strip()]
    mark = max(",;\t|", key=lambda mark: sum(mark in line for line in lines))
    outside.check_shape(path, text, mark)
    try:
        # Line ends as pandas takes them.
        rows = csv.reader(io.StringIO(text, newline=None), delimiter=mark)
        lengths = pd.Series([*map(len, rows)], dtype="int64")
        cells = pd.read_csv(
            io.StringIO(text),
            sep=mark,
            header=None,
            names=list(range(max(lengths, default=1))),
            dtype="str",
            keep_default_na=False,
            skip_blank_lines=False,
            index_col=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error) as error:
        found = " ".join(str(error).split()).removeprefix("Error tokenizing data. C error: ")
        raise refusal("ragged_text", path.name, error=found) from None
    tidy = cells.fillna("").apply(lambda column: column.str.strip())
    tidy.index += 1
    lengths.index += 1
    held = tidy.loc[(tidy != "").any(axis=1)]
    return Worksheet(path.name, held, lengths=lengths, remark=remark)


def _open_columns(path: Path, form: str) -> Worksheet:
    """A table whose columns are typed; of Stata each is headed by its label, its name in brackets.

    A text that no cell of a workbook holds is refused: a few kilobytes may repeat it for ever.
    """
    if form == "parquet":
        import pyarrow.parquet as pq

        shape, labels = pq.read_metadata(path), dict[str, str]()
        if shape.num_rows * shape.num_columns > outside.LONGEST_TABLE:
            size = {"rows": shape.num_rows, "columns": shape.num_columns}
            raise refusal("many_cells", path.name, **size, most=outside.LONGEST_TABLE)
        table = pd.read_parquet(path)
    else:
        from pandas.io.stata import StataReader

        outside.read_bytes(path, "a table")
        with StataReader(path) as reader:
            labels = reader.variable_labels()
        table = pd.read_stata(path)
    texts = (each for name in table for each in table[name].array if isinstance(each, str))
    if (longest := max(map(len, texts), default=0)) > LONGEST_CELL:
        raise refusal("long_cell", path.name, letters=longest, most=LONGEST_CELL)
    heads = (f"{labels[name]} [{name}]" if labels.get(name) else name for name in table.columns)
    return frame_columns(path.name, table, heads)


def frame_columns(
    name: str, table: pd.DataFrame, heads: Iterable[object], first: int = 1
) -> Worksheet:
    """A table whose columns are typed and named; a cell that is no number is read by itself."""
    cells = table.set_axis(range(table.shape[1]), axis=1).apply(
        lambda column: (
            column.astype("float64")
            if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
            else column.astype("object").where(column.notna(), None).map(_read_value)
        )
    )
    cells.index = pd.RangeIndex(first, first + len(cells))
    return Worksheet(name, cells, tuple(keep_text(print_cell(head)) for head in heads))


def _list_old_workbook(path: Path, sheet: str) -> Iterator[tuple[str, Rows, str]]:
    """A workbook of another program or of old, where no format of a number can be seen."""
    import python_calamine

    data = outside.read_bytes(path, "a table")
    if path.suffix.lower() != ".xls":
        outside.open_archive(path, data, may_have_macros=True)
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    for title in _choose_titles(path, book.sheet_names, sheet):
        held = book.get_sheet_by_name(title)
        rows = [[*map(_read_value, row)] for row in held.to_python(skip_empty_area=False)]
        yield title, _fill_merged(rows, held.merged_cell_ranges or ()), ""


def _fill_merged(rows: Rows, ranges: Iterable[Any]) -> Rows:
    """The cells inside merged ranges say what the range says."""
    for (top, left), (bottom, right) in ranges:
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [rows[top][left]] * len(row[left : right + 1])
    return rows


def _list_workbook(path: Path, sheet: str) -> Iterator[tuple[str, Rows, str]]:
    data = outside.read_bytes(path, "a table")
    parts = outside.open_archive(path, data, may_have_macros=True).infolist()
    sizes = [part.file_size for part in parts if "worksheets/" in part.filename]
    is_long = max(sizes, default=0) > LARGEST_FILLED
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of extensions and styles, which say nothing of cells
        with closing(outside.open_workbook(path, data, is_lean=is_long)) as book:
            titles = _choose_titles(path, [each.title for each in book.worksheets], sheet)
            chosen = [book[title] for title in titles]
            _refuse_unsaved(path, chosen)
            for each in chosen:
                cells = ([(cell.value, cell.number_format) for cell in row] for row in each)
                rows = [list(starmap(_read_value, row)) for row in cells]
                bounds = () if is_long else [area.bounds for area in each.merged_cells.ranges]
                ranges = [((y - 1, x - 1), (end_y - 1, end_x - 1)) for x, y, end_x, end_y in bounds]
                remark = "" if is_long else outside.tell_hidden(each)
                yield each.title, _fill_merged(rows, ranges), remark


def _choose_titles(path: Path, titles: list[str], sheet: str) -> list[str]:
    if sheet and sheet not in titles:
        raise refusal("no_sheet", path.name, sheet=sheet, names=", ".join(map(repr, titles)))
    return [sheet] if sheet else titles


def _refuse_unsaved(path: Path, chosen: list[Any]) -> None:
    """Refuse formulas whose results a program never computed: their cells would look empty."""
    import openpyxl

    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if "worksheets/" in name]
        if not any(re.search(rb"<f[ />]", archive.read(name)) for name in sheets):
            return
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        unsaved = [
            formula.coordinate
            for sheet in chosen
            for rows in zip(book[sheet.title].iter_rows(), sheet.iter_rows(), strict=False)
            for formula, value in zip(*rows, strict=False)
            if value.value is None and getattr(formula, "data_type", "") == "f"
        ]
    if unsaved:
        raise refusal("unsaved_formulas", path.name, cells=join_some(unsaved, 5))


def _read_value(value: object, form: str | None = None) -> str | float:
    """A typed cell as a text or a number; of one in the number format of per cents 1 is 100."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Real | Decimal):
        value = float(value)
        return round(100.0 * value, 10) if "%" in (form or "") else value
    if isinstance(value, dt.datetime | dt.date):
        return f"{value:%Y-%m-%d}"
    return "" if value is None else keep_text(str(value))


def print_cell(cell: object) -> str:
    """A cell as text: a number without ".0", binary noise or an exponent."""
    if not isinstance(cell, float):
        return str(cell)
    return np.format_float_positional(round(cell, MOST_DECIMALS), trim="-")


def print_cells(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Cells as texts, nothing for an empty one."""
    if isinstance(cells.dtype, pd.StringDtype):
        return cells
    return cells.map(print_cell).where(cells.notna(), "")
