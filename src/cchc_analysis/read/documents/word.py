"""Word documents (.docx): paragraphs, tables, notes, text boxes, in the order they are read.

The XML is read here and not through a library, because those at hand drop what we need: note
marks where they stand, text boxes, numbers of automatic lists, merged cells.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.data.outside import (
    open_archive,
    read_part,
    refuse,
    refuse_entities,
    refuse_outside_parts,
)
from cchc_analysis.read.documents.lines import Cell, Document, Row, build_document, raise_digits
from cchc_analysis.read.documents.numbering import Numbering

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SKIPPED = {f"{W}del", f"{W}moveFrom", f"{W}instrText", f"{MC}Fallback", f"{W}pPr", f"{W}rPr"}


def read_word(path: Path, data: bytes) -> Document:
    """Read a .docx file.

    Raises:
        ReportError: The file is damaged, too large, encrypted, has macros or entities.
    """
    archive = open_archive(path, data)
    refuse_outside_parts(path, archive)
    body = _parse(path, archive, "word/document.xml")
    notes = {kind: _read_notes(path, archive, kind) for kind in ("footnote", "endnote")}
    reader = _WordReader(notes, Numbering(_parse_if_there(path, archive, "word/numbering.xml")))
    parts = list(reader.read(body))
    if not any(part.strip() if isinstance(part, str) else part.cells for part in parts):
        raise refuse(path, "no text in it", "a document with text", "A scan needs its text first.")
    return build_document(parts, "docx")


class _WordReader:
    """Walks the body once; notes come out after the paragraph or table that their mark is in."""

    def __init__(self, notes: dict[str, dict[str, Element]], numbering: Numbering) -> None:
        self._notes, self._numbering = notes, numbering
        self._marks: list[tuple[str, str, str]] = []
        self._count = 0
        self._table = 0
        self._boxes: list[Element] = []

    def read(self, body: Element) -> Iterator[str | Row]:
        for block in _list_blocks(body):
            if block.tag == f"{W}tbl":
                yield from self._read_table(block)
            else:
                yield self._read_paragraph(block)
            while self._boxes:
                yield from self.read(self._boxes.pop(0))
            yield from self._drain_notes()

    def _drain_notes(self) -> Iterator[str]:
        while self._marks:
            kind, note_id, mark = self._marks.pop(0)
            note = self._notes[kind].get(note_id)
            if note is not None:
                texts = [self._text(paragraph) for paragraph in note.iter(f"{W}p")]
                yield f"{mark} {' '.join(text.strip() for text in texts if text.strip())}"

    def _read_paragraph(self, paragraph: Element) -> str:
        label = self._numbering.label(paragraph)
        text = self._text(paragraph)
        return f"{label} {text}" if label and text.strip() else text

    def _read_table(self, table: Element) -> Iterator[Row]:
        self._table += 1
        number = self._table
        above: dict[int, str] = {}
        inner: list[Element] = []
        for row in table.findall(f"{W}tr"):
            cells, column = [], 0
            for cell in row.findall(f"{W}tc"):
                width = _grid_span(cell)
                inner += cell.findall(f"{W}tbl")
                text = " ".join(self._read_paragraph(p).strip() for p in cell.findall(f"{W}p"))
                if _goes_on(cell):
                    # The words of a merged cell label every row beside it; its number is one.
                    text = above.get(column, "")
                    text = "" if text[:1].isdigit() else text
                else:
                    above[column] = text
                cells.append(Cell(text, column, width))
                column += width
            yield Row(tuple(cells), number)
        for nested in inner:
            yield from self._read_table(nested)

    def _text(self, element: Element) -> str:
        return "".join(self._pieces(element))

    def _pieces(self, element: Element) -> Iterator[str]:
        for child in element:
            tag = child.tag
            if tag in _SKIPPED:
                continue
            if tag == f"{W}t":
                yield child.text or ""
            elif tag in (f"{W}tab", f"{W}br", f"{W}cr"):
                yield " "
            elif tag == f"{W}noBreakHyphen":
                yield "-"
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                yield self._mark(child, tag.removeprefix(W).removesuffix("Reference"))
            elif tag == f"{W}txbxContent":
                self._boxes.append(child)
            elif tag == f"{W}r" and _is_raised(child):
                text = "".join(self._pieces(child))
                yield raise_digits(text.strip("() ")) if text.strip("() ").isdigit() else text
            else:
                yield from self._pieces(child)

    def _mark(self, reference: Element, kind: str) -> str:
        self._count += 1
        mark = raise_digits(str(self._count))
        self._marks.append((kind, reference.get(f"{W}id", ""), mark))
        return mark


def _list_blocks(body: Element) -> Iterator[Element]:
    """Paragraphs and tables at any depth of wrapping, but not those inside one another."""
    for child in body:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag not in _SKIPPED:
            yield from _list_blocks(child)


def _grid_span(cell: Element) -> int:
    span = cell.find(f"{W}tcPr/{W}gridSpan")
    value = span.get(f"{W}val", "1") if span is not None else "1"
    return min(int(value), 100) if value.isdigit() else 1


def _goes_on(cell: Element) -> bool:
    merge = cell.find(f"{W}tcPr/{W}vMerge")
    return merge is not None and merge.get(f"{W}val", "continue") == "continue"


def _is_raised(run: Element) -> bool:
    align = run.find(f"{W}rPr/{W}vertAlign")
    return align is not None and align.get(f"{W}val") == "superscript"


def _read_notes(path: Path, archive: zipfile.ZipFile, kind: str) -> dict[str, Element]:
    root = _parse_if_there(path, archive, f"word/{kind}s.xml")
    if root is None:
        return {}
    return {note.get(f"{W}id", ""): note for note in root.findall(f"{W}{kind}")}


def _parse_if_there(path: Path, archive: zipfile.ZipFile, name: str) -> Element | None:
    return _parse(path, archive, name) if name in archive.namelist() else None


def _parse(path: Path, archive: zipfile.ZipFile, name: str) -> Element:
    from xml.etree import ElementTree as ET

    content = read_part(path, archive, name)
    refuse_entities(path, content)
    try:
        return ET.fromstring(content)  # noqa: S314 - no document type, so no entities
    except (ET.ParseError, RecursionError):
        raise refuse(path, f"broken XML in {name}", "a whole document", "Save it anew.") from None
