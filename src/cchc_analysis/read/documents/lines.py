"""What a document is to us once it has been opened: lines of text, some of them table rows.

Every format becomes the same plain text: one paragraph per line, the cells of a table row joined
by tabs, the mark of a note as raised digits where it stands, and the text of the note on a line of
its own that opens with the mark. Nothing here knows where the lines came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
CAPITALS = "A-ZĐ" + "".join(
    unicodedata.normalize("NFC", letter + tone)
    for letter in "AĂÂEÊIOÔƠUƯY"
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    if letter + tone not in "AEIOUY"
)
"""The capital letters of Vietnamese, for a character class. "À-Ỹ" would take small ones as well."""


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its text and the columns it covers, counted from 0."""

    text: str
    column: int
    width: int = 1


@dataclass(frozen=True)
class Line:
    """One line of a document; ``cells`` and ``table`` only for a row of a table.

    ``number`` counts from 1. ``is_exact`` says that the columns of the cells are known, which the
    tabs of a flattened table do not tell. ``start`` is where a piece of a line begins in it.
    """

    number: int
    text: str
    cells: tuple[Cell, ...] = ()
    table: int = 0
    is_exact: bool = False
    start: int = 0


@dataclass(frozen=True)
class Document:
    """An opened document: its lines, its format, and what was done to read it."""

    lines: tuple[Line, ...]
    format: str
    sha256: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The plain text, one line per paragraph or table row."""
        return "\n".join(line.text for line in self.lines) + "\n"


@dataclass(frozen=True)
class Row:
    """A table row on its way into a document: cells at their columns, and the table's number."""

    cells: tuple[Cell, ...]
    table: int


def build_document(
    parts: Iterable[str | Row], kind: str, sha256: str = "", remarks: Iterable[str] = ()
) -> Document:
    """Number the parts of a document, paragraphs and table rows, as its lines."""
    lines = [_build_line(number, part) for number, part in enumerate(parts, start=1)]
    return Document(tuple(lines), kind, sha256, tuple(remarks))


def read_lines(text: str, sha256: str = "", remarks: Iterable[str] = ()) -> Document:
    r"""Split plain text into lines; runs of lines with tabs are flattened tables.

    Examples:
        >>> [line.table for line in read_lines("a\nb\tc\nd\te\nf").lines]
        [0, 1, 1, 0]
    """
    lines, table, is_inside = [], 0, False
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text.removesuffix("\n")), start=1):
        line = clean_text(raw)
        is_row = "\t" in line
        table += is_row and not is_inside
        is_inside = is_row
        cells = _split_cells(line) if is_row else ()
        lines.append(Line(number, line, cells, table if is_row else 0))
    return Document(tuple(lines), "txt", sha256, tuple(remarks))


def clean_text(text: str) -> str:
    """NFC, without the invisible characters that editors leave behind; spaces stay as they are."""
    kept = text.translate(_INVISIBLE)
    return unicodedata.normalize("NFC", kept)


def raise_digits(mark: str) -> str:
    """Write the mark of a note as raised digits in brackets: "4" becomes "⁽⁴⁾"."""
    return f"⁽{mark.translate(RAISED)}⁾"


_INVISIBLE = {
    **dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)),
    **{code: None for code in range(32) if code not in (9, 10)},
}


def _split_cells(line: str) -> tuple[Cell, ...]:
    return tuple(Cell(text.strip(), column) for column, text in enumerate(line.split("\t")))


def _build_line(number: int, part: str | Row) -> Line:
    if isinstance(part, str):
        return Line(number, " ".join(clean_text(part).split()))
    cells = tuple(
        Cell(" ".join(clean_text(cell.text).split()), cell.column, cell.width)
        for cell in part.cells
    )
    return Line(number, "\t".join(cell.text for cell in cells), cells, part.table, is_exact=True)
