"""What a document is to us once it has been opened: lines of text, some of them table rows.

Every format becomes the same plain text: one paragraph per line, the cells of a table row joined
by tabs, the mark of a note as raised digits where it stands, and the text of the note on a line of
its own that opens with the mark. Nothing here knows where the lines came from.

Names and addresses of persons are masked before anything is stored. What a form of address, a
signature or the word "address" gives away is found for sure; a family name with a middle and a
given one, where no place or office explains it, is masked as a guess that a reviewer sees. Other
names are not found, which is why transcripts keep no sentences at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from cchc_analysis.read.patterns import P, W

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


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


_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LINES_AFTER_OFFICE = 4


def mask_persons(lines: list[str]) -> list[str]:
    """Mask persons' names, addresses and numbers in the lines of a document.

    Examples:
        >>> mask_persons(["kiến nghị của ông Trần Văn Thử, địa chỉ: thôn 2, xã A."])
        ['kiến nghị của ông [họ tên đã che], địa chỉ: [địa chỉ đã che].']
    """
    masked, signed = [], 0
    for text in lines:
        if P.signed.match(text) and len(text.split()) < 12:
            signed = LINES_AFTER_OFFICE
        elif text.strip():
            if signed and P.lone_name.match(text):
                masked.append(W.name_mask)
                continue
            signed = max(0, signed - 1)
        masked.append(_mask_line(text))
    return masked


def _mask_line(text: str) -> str:
    text = P.addressed.sub(rf"\1{W.name_mask}", text)
    text = P.office_then_name.sub(rf"\1{W.name_mask}", text)
    text = P.full_name.sub(_guess_name, text)
    text = P.address.sub(lambda match: match[1] + _keep_office(match[2]), text)
    text = P.contact.sub(rf"\1{W.contact_mask}", text)
    return _MAIL.sub(W.contact_mask, text)


def _guess_name(found: re.Match[str]) -> str:
    """A mask, but for the name of a place, street, school or prize."""
    before = found.string[max(0, found.start() - 80) : found.start()]
    return found[0] if P.place_before.search(before) else str(W.guessed_mask)


def _keep_office(address: str) -> str:
    """An address on the net or of an office is no person's."""
    return address if P.office_address.search(address) else str(W.address_mask)
