"""Our own files: tables in, tables out, and nothing half-written.

A table is a CSV file in UTF-8 with LF line ends and a header that we know. What comes out is the
same for the same rows, whatever the platform. This module knows how a table is stored, and not
what any of them means.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import os
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.outside import LARGEST_FILE, MOST_COLUMNS
from cchc_analysis.data.records import BOOLEAN_COLUMNS, INTEGER_COLUMNS, NUMBER_COLUMNS
from cchc_analysis.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

LARGEST_CELL = 20_000
"""Characters in one cell; a longer one is a file that is not what it says it is."""


class TableError(Exception):
    """A file that is not the table it should be; carries the problems for the caller to raise."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def load_text_table(
    path: Path, columns: Sequence[str], key: Sequence[str] = (), *, may_be_empty: bool = False
) -> pd.DataFrame:
    """Load a CSV file of ours with every cell as text.

    Args:
        path: The file.
        columns: The header it must have; their order in the file is free.
        key: Columns whose values together may occur only once.
        may_be_empty: Whether a file with a header and no rows is in order.

    Returns:
        One row per line, the given columns in the given order, ``""`` for an empty cell.

    Raises:
        TableError: The file is absent, not UTF-8, has other columns, no rows, a row of another
            length, text that is not NFC, or a key twice.
    """
    import pandas as pd

    text = _decode(path)
    rows = _parse_rows(path, text)
    header = rows.pop(min(rows)) if rows else []
    _check_header(path, header, columns)
    if not rows and not may_be_empty:
        raise TableError([_problem(path, "no rows", "at least one row", "Add the rows.")])
    is_composed = unicodedata.is_normalized("NFC", text)  # the whole in one go; then its parts are
    if not is_composed or {*map(len, rows.values())} - {len(header)}:
        _check_rows(path, header, rows)
    table = pd.DataFrame(list(rows.values()), columns=header, dtype="str")[list(columns)]
    _check_key(path, table, key, list(rows))
    return table


def type_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Turn the number and boolean columns of a text table into floats, integers and booleans.

    Raises:
        ValueError: A cell of a number or boolean column holds something else.
    """
    import pandas as pd

    typed: dict[str, pd.Series[Any]] = {}
    for column in table.columns:
        if column in NUMBER_COLUMNS:
            typed[column] = pd.to_numeric(table[column].replace("", None)).astype("float64")
        elif column in INTEGER_COLUMNS:
            typed[column] = pd.to_numeric(table[column]).astype("int64")
        elif column in BOOLEAN_COLUMNS:
            words = table[column].astype("str").str.casefold()
            if strange := set(words) - {"true", "false"}:
                raise ValueError(f"{column} {min(strange)!r} is neither true nor false")
            typed[column] = words == "true"
    return table.assign(**typed)


def list_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as dictionaries by column."""
    if table.empty:
        return []
    columns = [table[column].tolist() for column in table.columns]  # thrice as fast as itertuples
    return [dict(zip(table.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def format_table(table: pd.DataFrame) -> str:
    """Render a table as CSV text: LF, shortest numbers, ``true`` and ``false``, no index."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    cells = [[_format_cell(cell) for cell in table[column]] for column in table.columns]
    writer.writerows(zip(*cells, strict=True))
    return text.getvalue()


def write_text(path: Path, text: str) -> None:
    """Write a text file at once, in UTF-8 with the line ends it has."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file at once: to a temporary name first, then renamed; nothing else stays."""
    with replacing(path) as part:
        part.write_bytes(content)


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


def _decode(path: Path) -> str:
    if not path.is_file():
        raise TableError([_problem(path, "no such file", "a table", "Restore or create it.")])
    if path.stat().st_size > LARGEST_FILE:
        found, limit = f"{path.stat().st_size // 2**20} MB", f"at most {LARGEST_FILE // 2**20} MB"
        raise TableError([_problem(path, found, limit, "Check what it is.")])
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not UTF-8"
        raise TableError(
            [_problem(path, found, "UTF-8 text", "Save the file again as UTF-8.")]
        ) from None
    if not text.strip():
        raise TableError([_problem(path, "an empty file", "a header and rows", "Fill it.")])
    return text


def _parse_rows(path: Path, text: str) -> dict[int, list[str]]:
    """The rows by the line on which each ends, without blank lines."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = {}
    try:
        for row in reader:
            if row:
                rows[reader.line_num] = row
            if any(len(cell) > LARGEST_CELL for cell in row):
                raise csv.Error(f"a cell of more than {LARGEST_CELL} characters")
    except csv.Error as error:
        raise TableError(
            [_problem(path, f"CSV that cannot be read ({error})", "CSV", "Mend the quoting.")]
        ) from None
    return rows


def _check_header(path: Path, header: list[str], columns: Sequence[str]) -> None:
    if len(header) > MOST_COLUMNS:
        raise TableError([_problem(path, f"{len(header)} columns", "a table", "Check what it is.")])
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in columns]
    doubled = sorted({column for column in header if header.count(column) > 1})
    problems = []
    if len(header) == 1 and (mark := next((each for each in ";\t" if each in header[0]), "")):
        name = {";": "semicolons", "\t": "tabs"}[mark]
        raise TableError(
            [_problem(path, f"{name} between its cells", "commas", "Save it as CSV with commas.")]
        )
    if missing:
        problems.append(
            _problem(path, f"no column {', '.join(missing)}", "all columns", "Add the column.")
        )
    if unknown:
        problems.append(
            _problem(
                path,
                f"unknown column {', '.join(map(repr, unknown))}",
                f"only {', '.join(columns)}",
                "Rename or remove it.",
            )
        )
    if doubled:
        problems.append(
            _problem(path, f"column {', '.join(doubled)} twice", "each once", "Remove one.")
        )
    if problems:
        raise TableError(problems)


def _check_rows(path: Path, header: list[str], rows: dict[int, list[str]]) -> None:
    problems = []
    for line, row in rows.items():
        if len(row) != len(header):
            problems.append(
                _problem(
                    f"{path.name} line {line}",
                    f"{len(row)} cells",
                    f"{len(header)} cells, as in the header",
                    "Quote cells that hold commas.",
                )
            )
        elif not all(unicodedata.is_normalized("NFC", cell) for cell in row):
            problems.append(
                _problem(
                    f"{path.name} line {line}",
                    "text that is not in Unicode form NFC",
                    "NFC",
                    "Save it again in composed form (NFC).",
                )
            )
    if problems:
        raise TableError(problems)


def _check_key(path: Path, table: pd.DataFrame, key: Sequence[str], lines: list[int]) -> None:
    if not key:
        return
    repeated = table[table.duplicated(list(key))]
    problems = [
        _problem(
            f"{path.name} line {lines[int(str(index))]}",
            f"{', '.join(key)} = {', '.join(row)} a second time",
            "each once",
            "Remove or rename one of the two rows.",
        )
        for index, row in zip(repeated.index, repeated[list(key)].to_numpy(), strict=True)
    ]
    if problems:
        raise TableError(problems)


def _format_cell(cell: object) -> str:
    if isinstance(cell, float):
        if math.isnan(cell):
            return ""
        return repr(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(float(cell))
    if isinstance(cell, bool) or type(cell).__name__ == "bool":
        return "true" if cell else "false"
    return str(cell)


def _problem(where: Path | str, found: str, expected: str, remedy: str) -> Problem:
    name = where if isinstance(where, str) else where.name
    return Problem(name, found, expected, remedy)
