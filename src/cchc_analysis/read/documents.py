"""What a document is to us once it has been opened: lines of text, some of them table rows.

Every format becomes the same plain text: one paragraph per line, the cells of a table row joined
by tabs, the mark of a note as raised digits where it stands, and the text of the note on a line of
its own that opens with the mark. A document of a stranger is opened in a process of its own, with
the limits of ``data.outside``.

Names and addresses of persons are masked before anything is stored. What a form of address, a
signature or the word "address" gives away is found for sure; a family name with a middle and a
given one, where no place or office explains it, is masked as a guess that a reviewer sees. Other
names are not found, which is why transcripts keep no sentences at all.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, zip_longest
from pathlib import Path

from cchc_analysis.data import outside
from cchc_analysis.read.patterns import PATTERNS, WORDS


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its text and the columns it covers, counted from 0.

    One that ``is_repeated`` is the rest of a tall cell, whose words label each row beside it.
    """

    text: str
    column: int
    width: int = 1
    is_repeated: bool = False


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


@dataclass(frozen=True)
class Row:
    """A table row on its way into a document: cells at their columns, and the table's number."""

    cells: tuple[Cell, ...]
    table: int


def build_document(parts: Iterable[str | Row], kind: str, remarks: Iterable[str] = ()) -> Document:
    """Number the parts of a document, paragraphs and table rows, as its lines."""

    def tidy(text: str) -> str:
        return " ".join(normalise_text(text).split())

    lines: list[Line] = []
    for part in parts:
        number = len(lines) + 1
        if isinstance(part, str):
            lines.append(Line(number, tidy(part)))
        elif _is_of_head(texts := [cell.text for cell in part.cells]):
            # It is as many lines as its cells have, in columns beside one another.
            beside = zip_longest(*map(str.splitlines, texts), fillvalue="")
            lines += [Line(n, "\t".join(map(tidy, row))) for n, row in enumerate(beside, number)]
        else:
            cells = tuple(replace(cell, text=tidy(cell.text)) for cell in part.cells)
            text = "\t".join(cell.text for cell in cells)
            lines.append(Line(number, text, cells, part.table, is_exact=True))
    return Document(tuple(lines), kind, remarks=tuple(remarks))


def _is_of_head(texts: Sequence[str]) -> bool:
    """Whether a row lays out the head of a paper: issuer and motto, or number, place and date."""
    said = [text.strip() for text in texts if text.strip()]
    is_worded = len(said) <= 2 and not any(text[0].isdigit() for text in said)
    return is_worded and any(map(PATTERNS.of_head.search, said))


def read_lines(text: str, remarks: Iterable[str] = ()) -> Document:
    """Split plain text into lines; runs of lines with tabs or bars are flattened tables."""
    raw = map(normalise_text, re.split(r"\r\n|\r|\n", text.removesuffix("\n")))
    lines, table, is_inside = [], 0, False
    for number, line in enumerate(_part_bars([*raw]), start=1):
        is_row = "\t" in line and not _is_of_head(line.split("\t"))
        table += is_row and not is_inside
        is_inside = is_row
        texts = line.split("\t") if is_row else ()
        cells = tuple(Cell(text.strip(), column) for column, text in enumerate(texts))
        lines.append(Line(number, line, cells, table if is_row else 0))
    return Document(tuple(lines), "txt", remarks=tuple(remarks))


def _part_bars(lines: Sequence[str]) -> Iterator[str]:
    """Lines, the rows that are drawn with bars with tabs for these, each character where it was.

    Bars without one at both ends draw a table where lines below one another have as many and
    numbers between them, and the head of a paper beside the motto.
    """
    for bars, run in groupby(lines, key=lambda line: line.count("|")):
        rows = [*run]
        cells = (cell.strip() for line in rows for cell in line.split("|")[1:])
        is_table = bars and len(rows) > 1 and any(map(PATTERNS.numeric.match, cells))
        for line in rows:
            if PATTERNS.row_of_bars.match(line):
                inner = line.strip()[1:-1]
                is_line = set(inner) <= set(" :-|")  # below the head of a table
                drawn = "\t".join(" " * len(c) if is_line else c for c in inner.split("|"))
                yield line.replace(f"|{inner}|", f" {drawn} ")
            else:
                is_parted = is_table or _is_of_head(line.split("|"))
                yield line.replace("|", "\t") if is_parted else line


_INVISIBLE = {
    **dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)),
    **{code: None for code in range(32) if code not in (9, 10)},
}


def normalise_text(text: str) -> str:
    """NFC, without the invisible characters that editors leave behind; spaces stay as they are."""
    return unicodedata.normalize("NFC", text.translate(_INVISIBLE))


def raise_digits(mark: str) -> str:
    """Write the mark of a note as raised digits in brackets: "4" becomes "⁽⁴⁾"."""
    return f"⁽{mark.translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}⁾"


def mask_persons(lines: list[str]) -> list[str]:
    """Mask persons' names, addresses and numbers in the lines of a document."""
    masked, signed = [], 0
    for text in lines:
        if PATTERNS.signed.match(text) and len(text.split()) < 12:
            signed = 4  # so many lines below, the name
        elif text.strip():
            if signed and PATTERNS.lone_name.match(text):
                masked.append(WORDS.name_mask)
                continue
            signed = max(0, signed - 1)
        masked.append(_mask_line(text))
    return masked


def _mask_line(text: str) -> str:
    def guess(found: re.Match[str]) -> str:
        """A mask, but for the name of a place, street, school or prize."""
        before = found.string[max(0, found.start() - 80) : found.start()]
        return found[0] if PATTERNS.place_before.search(before) else str(WORDS.guessed_mask)

    def keep_office(found: re.Match[str]) -> str:
        """An address on the net or of an office is no person's, a figure and its clause no part."""
        address = found[2]
        text, end = found.string, found.end()
        if text[end : end + 1].isdigit() or PATTERNS.spelled_in_address.match(text, end):
            address = address.rpartition(",")[0] or address.rstrip()
        masked = f"{found[1]}{WORDS.address_mask}{found[2][len(address) :]}"
        return found[0] if PATTERNS.office_address.search(found[2]) else masked

    text = PATTERNS.addressed.sub(rf"\1{WORDS.name_mask}", text)
    text = PATTERNS.office_then_name.sub(rf"\1{WORDS.name_mask}", text)
    text = PATTERNS.full_name.sub(guess, text)
    text = PATTERNS.address.sub(keep_office, text)
    text = PATTERNS.contact.sub(rf"\1{WORDS.contact_mask}", text)
    return PATTERNS.mail.sub(WORDS.contact_mask, text)


FORMATS = ".docx, .pdf, .html, .xlsx or .txt"
MOST_LETTERS = 5_000_000
_UNOPENED = {
    "locked": "locked_file", "ole": "old_office", "rtf": "rich_text", "image": "picture",
    "archive": "packed_file",
}  # fmt: skip
"""Kinds that we know and do not open, each with the sentence on what to do instead."""


def open_document(path: Path, *, seconds: int = outside.MOST_SECONDS) -> Document:
    """Open a report (``FORMATS``, by its first bytes), in a process of its own unless it is text.

    A ReportError where it is none, damaged, too large, encrypted, a scan, or takes too long.
    """
    if outside.sniff(outside.read_bytes(path)) == "text":
        return open_here(path)
    return outside.call_apart(open_here, path, seconds=seconds)


def open_here(path: Path) -> Document:
    """Open a document in this process, without limits."""
    data = outside.read_bytes(path)
    document = _find_reader(path, data)(path, data)
    if sum(len(line.text) for line in document.lines) > MOST_LETTERS:
        raise outside.refuse(path, "long_text")
    return replace(document, sha256=hashlib.sha256(data).hexdigest())


def _read_text(path: Path, data: bytes) -> Document:
    text, encoding = outside.decode_text(path, data)
    return read_lines(text, [] if encoding == "utf-8" else [f"decoded from {encoding}"])


def _find_reader(path: Path, data: bytes) -> Callable[[Path, bytes], Document]:
    from cchc_analysis.read import office, pdf

    kind = outside.sniff(data)
    if kind == "ole" and "EncryptedPackage".encode("utf-16-le") in data:
        kind = "locked"
    if kind in _UNOPENED:
        raise outside.refuse(path, _UNOPENED[kind], formats=FORMATS)
    if kind != "zip":
        return {"text": _read_text, "pdf": pdf.read_pdf, "html": office.read_web}[kind]
    names = outside.open_archive(path, data).namelist()
    if "word/document.xml" in names:
        return office.read_word
    if "xl/workbook.xml" in names:
        return office.read_sheet
    if {"mimetype", "content.xml"} <= {*names}:
        other = "xlsx" if path.suffix.lower() == ".ods" else "docx"
        said = {"suffix": path.suffix, "other": other}
        raise outside.refuse(path, "open_text", formats=FORMATS, **said)
    raise outside.refuse(path, "no_document", formats=FORMATS)
