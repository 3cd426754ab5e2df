"""Our own files: tables in, tables out, and nothing half-written.

A table is a CSV file in UTF-8 with LF line ends and a header that we know. What comes out is the
same for the same rows, whatever the platform. This module knows how a table is stored, and not
what any of them means.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.outside import LARGEST_FILE, MOST_COLUMNS, read_text, refuse
from cchc_analysis.data.records import TYPES, problem
from cchc_analysis.errors import CchcError, Problem, ReportError

if TYPE_CHECKING:
    import pandas as pd

LARGEST_CELL = 20_000
"""Characters in one cell; a longer one is a file that is not what it says it is."""


def load_text_table(
    path: Path,
    columns: Sequence[str],
    key: Sequence[str] = (),
    *,
    may_be_empty: bool = False,
    is_typed: bool = False,
    kind: type[CchcError] = ReportError,
) -> pd.DataFrame:
    """Load a CSV file of ours, ``""`` for an empty cell; all text, unless ``is_typed``.

    ``columns`` is the header it must have, in any order, and the order of the result; what ``key``
    names together may occur once. Where anything of this does not hold, an error of the ``kind``
    tells all of it.
    """
    import pandas as pd

    name = path.name
    try:
        text = read_text(path, "a table", LARGEST_FILE)
        header, rows = _parse_rows(path, text)
        if problems := [*_check_header(name, header, columns)] or [
            *_check_rows(name, header, rows)
        ]:
            raise ReportError(problems)
        if not rows and not may_be_empty:
            raise ReportError(problem("no_rows", name))
        table = pd.DataFrame([*rows.values()], columns=header, dtype="str", index=[*rows])
        named = [*map(itemgetter(*map(header.index, key)), rows.values())] if key else []
        if len({*named}) < len(named):
            doubled = table.loc[table.duplicated([*key]), [*key]]
            said = {"key": ", ".join(key)}
            raise ReportError(
                problem("second_time", f"{name} line {line}", cells=", ".join(cells), **said)
                for line, cells in doubled.iterrows()
            )
        table = table[list(columns)].reset_index(drop=True)
        return type_columns(table) if is_typed else table
    except ReportError as error:
        raise kind(error.problems) from None
    except ValueError as error:
        raise kind(problem("wrong_cell", name, error=error)) from None


def type_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Turn the number and boolean columns of a text table into floats, integers and booleans.

    A ``ValueError`` where a cell holds something else.
    """
    import pandas as pd

    typed: dict[str, pd.Series[Any]] = {}
    for column, kind in ((each, TYPES.get(each)) for each in table.columns):
        if kind == "number":
            typed[column] = pd.to_numeric(table[column].replace("", None)).astype("float64")
        elif kind == "integer":
            typed[column] = pd.to_numeric(table[column]).astype("int64")
        elif kind == "boolean":
            words = table[column].astype("str").str.casefold()
            if strange := set(words) - {"true", "false"}:
                raise ValueError(f"{column} {min(strange)!r} is neither true nor false")
            typed[column] = words == "true"
    return table.assign(**typed)


def list_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as dictionaries by column."""
    # Five times as fast as itertuples. The names once: an index of texts makes them anew each time.
    names = table.columns.tolist()
    return [dict(zip(names, row, strict=True)) for row in table.to_numpy(object)]


def format_table(table: pd.DataFrame) -> str:
    """Render a table as CSV text: LF, shortest numbers, ``true`` and ``false``, no index."""
    words = {True: "true", False: "false"}
    flags = {str(name): table[name].map(words) for name in table.select_dtypes("bool")}
    written = table.assign(**flags)
    return written.to_csv(index=False, lineterminator="\n", float_format=_format_float)


def _format_float(value: Any) -> str:
    return repr(int(value) if value.is_integer() and abs(value) < 2**53 else float(value))


def write_text(path: Path, text: str) -> None:
    """Write a text file at once, in UTF-8 with the line ends it has."""
    write_bytes(path, text.encode())


def write_json(path: Path, content: Any) -> None:
    """Write what JSON can hold, an entry a line; replaced whole or left alone."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file at once: to a temporary name first, then renamed; nothing else stays."""
    with replacing(path) as part:
        part.write_bytes(content)


def read_files(paths: Iterable[Path], base: Path) -> dict[str, bytes]:
    """The content of some files by their paths below a folder; what is no file is left out."""
    held = (path for path in sorted(paths) if path.is_file())
    return {path.relative_to(base).as_posix(): path.read_bytes() for path in held}


def hash_file(path: Path) -> str:
    """The sha256 of a file, as a hexadecimal text."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name to write to, and put it in the place of ``path`` once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.new-")
    os.close(number)
    part = Path(name)
    try:
        yield part
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def clear_parts(*folders: Path) -> None:
    """Remove what killed runs left half written in some folders; nobody else may be writing."""
    for folder in folders:
        for part in folder.glob(".*.new-????????"):
            if part.is_file():
                part.unlink()


def _parse_rows(path: Path, text: str) -> tuple[list[str], dict[int, list[str]]]:
    """The header, and the rows by the line on which each ends, without blank lines."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = {}
    try:
        for row in filter(None, reader):
            rows[reader.line_num] = row
            if any(len(cell) > LARGEST_CELL for cell in row):
                raise csv.Error(f"a cell of more than {LARGEST_CELL} characters")
    except csv.Error as error:
        raise refuse(path, "not_csv", error=error) from None
    return (rows.pop(min(rows)) if rows else []), rows


def _check_header(name: str, header: list[str], columns: Sequence[str]) -> Iterator[Problem]:
    if len(header) > MOST_COLUMNS:
        yield problem("many_columns", name, number=len(header))
        return
    if len(header) == 1 and (mark := next((each for each in ";\t" if each in header[0]), "")):
        marks = "semicolons" if mark == ";" else "tabs"
        yield problem("no_commas", name, marks=marks)
        return
    if missing := [column for column in columns if column not in header]:
        yield problem("no_column", name, names=", ".join(missing))
    if unknown := [repr(column) for column in header if column not in columns]:
        names, known = ", ".join(unknown), ", ".join(columns)
        yield problem("unknown_column", name, names=names, known=known)
    if doubled := sorted({column for column in header if header.count(column) > 1}):
        yield problem("doubled_column", name, names=", ".join(doubled))


def _check_rows(name: str, header: list[str], rows: dict[int, list[str]]) -> Iterator[Problem]:
    for line, row in rows.items():
        if len(row) != len(header):
            told = {"number": len(row), "width": len(header)}
            yield problem("ragged", f"{name} line {line}", **told)
        elif not unicodedata.is_normalized("NFC", ",".join(row)):
            yield problem("decomposed", f"{name} line {line}")
