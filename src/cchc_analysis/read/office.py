"""Documents of Word, workbooks and saved web pages: paragraphs, notes and tables into lines.

Comes in as bytes; goes out as paragraphs and rows. Word prints the numbers of headings by itself
("1.", "2.3.", "a)"): they are counted as Word counts, or a document would lose its outline. Of a
web page the article is read, by the parser of the standard library: nothing is fetched or run.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from cchc_analysis.data.encodings import decode_text
from cchc_analysis.data.outside import (
    open_archive,
    open_workbook,
    read_part,
    refuse,
    refuse_outside_parts,
    tell_hidden,
)
from cchc_analysis.read.documents import Cell, Document, Row, build_document, raise_digits

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MOST_SPAN = 100
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


class Numbering:
    """Counts the numbered paragraphs of one document, in order."""

    def __init__(self, root: Element) -> None:
        kinds = {
            each.get(f"{W}abstractNumId"): {
                level.get(f"{W}ilvl", "0"): level for level in each.findall(f"{W}lvl")
            }
            for each in root.findall(f"{W}abstractNum")
        }
        self._levels = {
            each.get(f"{W}numId"): kinds.get(_value(each, "abstractNumId"), {})
            for each in root.findall(f"{W}num")
        }
        self._counts: dict[str, dict[str, int]] = {}

    def label(self, paragraph: Element) -> str:
        """What Word prints in front of a paragraph, or ""."""
        list_id = _value(paragraph, "pPr/numPr/numId")
        depth = _value(paragraph, "pPr/numPr/ilvl", "0")
        levels = self._levels.get(list_id, {})
        if depth not in levels:
            return ""
        if _value(levels[depth], "numFmt") == "bullet":
            return "-"
        counts = self._counts.setdefault(list_id, {})
        counts[depth] = counts.get(depth, _start(levels[depth]) - 1) + 1
        for deeper in [each for each in counts if each > depth]:
            del counts[deeper]

        def write(found: re.Match[str]) -> str:
            above = str(int(found[1]) - 1)
            level = levels.get(above, ET.Element("lvl"))
            return _print_number(counts.get(above, _start(level)), _value(level, "numFmt"))

        return re.sub(r"%(\d)", write, _value(levels[depth], "lvlText"))


def _start(level: Element) -> int:
    start = _value(level, "start", "1")
    return int(start) if start.isdigit() else 1


def _value(element: Element, path: str, default: str = "", bare: str = "") -> str:
    """What a property below an element says; ``bare``: what it means without a value."""
    child = element.find("/".join(f"{W}{name}" for name in path.split("/")))
    return default if child is None else child.get(f"{W}val", bare or default)


def _print_number(number: int, form: str) -> str:
    if form in ("upperRoman", "lowerRoman"):
        text, rest = "", number
        for value, digits in _ROMAN:
            text += digits * (rest // value)
            rest %= value
        return text if form == "upperRoman" else text.lower()
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("a") + (number - 1) % 26)
        return letter.upper() if form == "upperLetter" else letter
    return f"{number:02d}" if form == "decimalZero" else str(number)


MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_UNSEEN = ("del", "moveFrom", "instrText", "pPr", "rPr")
_SKIPPED = {f"{MC}Fallback", *(f"{W}{tag}" for tag in _UNSEEN)}


def read_word(path: Path, data: bytes) -> Document:
    """Read a .docx file.

    Raises:
        ReportError: The file is damaged, too large, encrypted, has macros or entities.
    """
    archive = open_archive(path, data)
    refuse_outside_parts(path, archive)
    body = _parse(path, archive, "word/document.xml")
    notes = {
        kind: {note.get(f"{W}id", ""): note
               for note in _parse(path, archive, f"word/{kind}s.xml").findall(f"{W}{kind}")}
        for kind in ("footnote", "endnote")
    }  # fmt: skip
    reader = _WordReader(notes, Numbering(_parse(path, archive, "word/numbering.xml")))
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
            while self._marks:
                kind, note_id, mark = self._marks.pop(0)
                note = self._notes[kind].pop(note_id, None)  # once: a note may name itself
                if note is not None:
                    texts = [self._text(paragraph).strip() for paragraph in note.iter(f"{W}p")]
                    yield f"{mark} {' '.join(filter(None, texts))}"

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
                span = _value(cell, "tcPr/gridSpan", "1")
                width = min(int(span), MOST_SPAN) if span.isdigit() else 1
                inner += cell.findall(f"{W}tbl")
                text = " ".join(self._read_paragraph(p).strip() for p in cell.findall(f"{W}p"))
                if _value(cell, "tcPr/vMerge", bare="continue") == "continue":
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
                self._count += 1
                mark = raise_digits(str(self._count))
                kind = tag.removeprefix(W).removesuffix("Reference")
                self._marks.append((kind, child.get(f"{W}id", ""), mark))
                yield mark
            elif tag == f"{W}txbxContent":
                self._boxes.append(child)
            elif tag == f"{W}r" and _value(child, "rPr/vertAlign") == "superscript":
                text = "".join(self._pieces(child))
                yield raise_digits(text.strip("() ")) if text.strip("() ").isdigit() else text
            else:
                yield from self._pieces(child)


def _list_blocks(body: Element) -> Iterator[Element]:
    """Paragraphs and tables at any depth of wrapping, but not those inside one another."""
    for child in body:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag not in _SKIPPED:
            yield from _list_blocks(child)


def _parse(path: Path, archive: zipfile.ZipFile, name: str) -> Element:
    """The root of a part; an empty one where there is no such part."""
    if name not in archive.namelist():
        return Element("none")
    content = read_part(path, archive, name)
    try:
        return ET.fromstring(content)  # noqa: S314 - no document type, so no entities
    except (ET.ParseError, RecursionError):
        raise refuse(path, f"broken XML in {name}", "a whole document", "Save it anew.") from None


MOST_COLUMNS = 200
MOST_ROWS = 50_000


def read_sheet(path: Path, data: bytes) -> Document:
    """Read a .xlsx file.

    Raises:
        ReportError: The file is damaged, too large, encrypted, has macros or entities.
    """
    book = open_workbook(path, data)
    remarks = [
        f"{sheet.title!r}: {hidden}" for sheet in book.worksheets if (hidden := tell_hidden(sheet))
    ]
    parts = [part for n, sheet in enumerate(book.worksheets, 1) for part in _read(path, sheet, n)]
    if not parts:
        raise refuse(path, "no cells with text", "a filled sheet", "Check what was saved.")
    return build_document(parts, "xlsx", remarks=remarks)


def _read(path: Path, sheet: Any, number: int) -> Iterator[str | Row]:
    """The sheet's title, then its rows; a row of one long text is a paragraph."""
    if (sheet.max_row or 0) > MOST_ROWS:
        raise refuse(
            path,
            f"sheet {sheet.title!r} of {sheet.max_row} rows",
            f"at most {MOST_ROWS}",
            "Remove empty rows.",
        )
    widths, covered = _find_merged(sheet)
    yield str(sheet.title)
    for row in sheet.iter_rows(max_col=min(sheet.max_column or 1, MOST_COLUMNS)):
        cells = []
        for cell in row:
            place = (cell.row, cell.column)
            if place in covered and covered[place] is None:
                continue
            text = covered.get(place) or _print(cell)
            cells.append(Cell(" ".join(text.split()), cell.column - 1, widths.get(place, 1)))
        filled = [cell for cell in cells if cell.text]
        if len(filled) == 1 and not filled[0].text[:1].isdigit() and len(filled[0].text) > 3:
            yield filled[0].text
        elif filled:
            yield Row(tuple(cells), number)


def _find_merged(
    sheet: Any,
) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], str | None]]:
    """Widths of merged cells, and what stands in the cells that they cover.

    The words of a tall cell are repeated in every row beside it; what is covered at its right is
    left out.
    """
    widths: dict[tuple[int, int], int] = {}
    covered: dict[tuple[int, int], str | None] = {}
    for merged in sheet.merged_cells.ranges:
        if (merged.max_row - merged.min_row + 1) * (merged.max_col - merged.min_col + 1) > 100_000:
            continue
        text = _print(sheet.cell(merged.min_row, merged.min_col))
        for row in range(merged.min_row, merged.max_row + 1):
            widths[row, merged.min_col] = merged.max_col - merged.min_col + 1
            for column in range(merged.min_col, merged.max_col + 1):
                if column > merged.min_col:
                    covered[row, column] = None
            if row > merged.min_row:
                covered[row, merged.min_col] = "" if text[:1].isdigit() else text
    return widths, covered


def _print(cell: Any) -> str:
    """A cell as it is shown: whole numbers whole, shares with their sign, decimals with a comma."""
    value = cell.value
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y")
    if not isinstance(value, int | float):
        return str(value)
    sign = "%" if "%" in str(cell.number_format or "") else ""
    number = f"{round(value * 100 if sign else value, 6):.6f}"
    return number.rstrip("0").rstrip(".").replace(".", ",") + sign


_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
_PASSED_OVER = frozenset(
    ("script", "style", "noscript", "template", "svg", "nav", "footer", "aside", "form", "iframe",
     "select", "button", "head", "object")
)  # fmt: skip
_BLOCKS = frozenset(
    ("p", "div", "section", "article", "main", "header", "h1", "h2", "h3", "h4", "h5", "h6", "li",
     "ul", "ol", "blockquote", "pre", "dd", "dt", "figcaption", "center", "tr", "table", "caption")
)  # fmt: skip
_CHROME = re.compile(
    r"(?i)(?:^|[-_\s])(?:menu|nav|navbar|navigation|breadcrumbs?|sidebar|footer|related|share|social|"
    r"comments?|banner|pagination|advert|weblink|lien-ket|tin-lien-quan|other-news|tools?|search|login)(?:$|[-_\s])"
)
MOST_DEPTH = 2_000


def read_web(path: Path, data: bytes) -> Document:
    """Read a saved web page.

    Raises:
        ReportError: There is no text in it, or it nests without end.
    """
    text, _ = decode_text(path, data)
    reader = _WebReader(path)
    reader.feed(text)
    reader.close()
    reader.flush()
    if not reader.parts:
        raise refuse(path, "no text in it", "a page with an article", "Save the page again.")
    return build_document(reader.parts, "html")


class _WebReader(HTMLParser):
    """Collects blocks of text and table rows; a short block that is mostly links is a menu."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self._path = path
        self._open: list[tuple[str, bool]] = []
        self._skipping = 0
        self._text: list[str] = []
        self._link_length, self._links_open, self._raised = 0, 0, 0
        self.parts: list[str | Row] = []
        self._tables: list[tuple[int, list[list[tuple[str, int, int]]]]] = []
        self._table, self._span = 0, (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            if tag == "br" and not self._skipping:
                self._break()
            return
        if len(self._open) > MOST_DEPTH:
            raise refuse(self._path, "tags nested without end", "a web page", "Save it as text.")
        values = {name: value or "" for name, value in attrs}
        skips = tag in _PASSED_OVER or bool(
            tag not in ("body", "html")
            and _CHROME.search(f"{values.get('class', '')} {values.get('id', '')}")
        )
        self._open.append((tag, skips))
        self._skipping += skips
        if self._skipping:
            return
        self._start(tag, values)

    def _start(self, tag: str, values: dict[str, str]) -> None:
        if tag == "table":
            self.flush()
            self._table += 1
            self._tables.append((self._table, []))
        elif self._tables and tag == "tr":
            self._tables[-1][1].append([])
        elif self._tables and tag in ("td", "th"):
            self._text = []
            self._span = _span(values, "colspan"), _span(values, "rowspan")
        elif tag in _BLOCKS:
            self._break()
        elif tag == "a":
            self._links_open += 1
        elif tag == "sup":
            self._raised += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or not any(opened == tag for opened, _ in self._open):
            return
        while self._open:
            opened, skips = self._open.pop()
            if not self._skipping:
                self._end(opened)
            self._skipping -= skips
            if opened == tag:
                return

    def _end(self, tag: str) -> None:
        if tag == "table" and self._tables:
            number, rows = self._tables.pop()
            self.parts += _lay_out(rows, number)
            self._text = []
        elif self._tables and tag in ("td", "th"):
            rows = self._tables[-1][1]
            if not rows:
                rows.append([])
            rows[-1].append((" ".join("".join(self._text).split()), *self._span))
            self._text, self._span = [], (1, 1)
        elif tag in _BLOCKS:
            self._break()
        elif tag == "a":
            self._links_open = max(0, self._links_open - 1)
        elif tag == "sup":
            self._raised = max(0, self._raised - 1)

    def handle_data(self, data: str) -> None:
        if self._skipping:
            return
        if self._raised and data.strip("()[] ").isdigit():
            data = raise_digits(data.strip("()[] "))
        self._text.append(data)
        if self._links_open:
            self._link_length += len(data.strip())

    def _break(self) -> None:
        if self._tables:
            self._text.append(" ")
        else:
            self.flush()

    def flush(self) -> None:
        """End the open block."""
        text = " ".join("".join(self._text).split())
        if text and not (self._link_length > 0.6 * len(text) and len(text.split()) < 40):
            self.parts.append(text)
        self._text, self._link_length = [], 0


def _lay_out(rows: Iterable[list[tuple[str, int, int]]], number: int) -> Iterator[Row]:
    """Cells (text, width, height) on a grid; words of a tall cell label each row beside it."""
    tall: dict[int, tuple[str, int, int]] = {}
    for given in rows:
        cells: list[Cell] = []
        column, coming, waiting = 0, {}, given[::-1]
        while waiting or column in tall:
            text, width, height = tall[column] if column in tall else waiting.pop()
            cells.append(Cell(text, column, width))
            if height > 1:
                coming[column] = ("" if text[:1].isdigit() else text, width, height - 1)
            column += width
        tall = coming
        if any(cell.text for cell in cells):
            yield Row(tuple(cells), number)


def _span(values: dict[str, str], name: str) -> int:
    value = values.get(name, "1")
    return max(1, min(int(value), MOST_SPAN)) if value.isdigit() else 1
