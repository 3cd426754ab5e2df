"""Documents of Word, workbooks and saved web pages: paragraphs, notes and tables into lines.

Comes in as bytes; goes out as paragraphs and rows. Word prints the numbers of headings by itself
("1.", "2.3.", "a)"): they are counted as Word counts, or a document would lose its outline. Of a
web page the article is read, by the parser of the standard library: nothing is fetched or run.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.encodings import decode_text
from cchc_analysis.data.outside import (
    open_archive,
    open_workbook,
    read_part,
    refuse,
    refuse_entities,
    refuse_outside_parts,
    tell_hidden,
)
from cchc_analysis.read.documents.lines import Cell, Document, Row, build_document, raise_digits

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_Levels = dict[int, tuple[str, str, int]]


class Numbering:
    """Counts the numbered paragraphs of one document, in order."""

    def __init__(self, root: Element | None) -> None:
        self._levels: dict[str, _Levels] = {}
        self._counts: dict[str, dict[int, int]] = {}
        if root is not None:
            self._read(root)

    def label(self, paragraph: Element) -> str:
        """What Word prints in front of a paragraph, or ""."""
        number = paragraph.find(f"{W}pPr/{W}numPr/{W}numId")
        level = paragraph.find(f"{W}pPr/{W}numPr/{W}ilvl")
        if number is None:
            return ""
        list_id = number.get(f"{W}val", "")
        depth = int(level.get(f"{W}val", "0")) if level is not None else 0
        levels = self._levels.get(list_id, {})
        if depth not in levels:
            return ""
        form, text, start = levels[depth]
        if form == "bullet":
            return "-"
        counts = self._counts.setdefault(list_id, {})
        counts[depth] = counts.get(depth, start - 1) + 1
        for deeper in [each for each in counts if each > depth]:
            del counts[deeper]
        return re.sub(r"%(\d)", lambda match: self._print(levels, counts, int(match[1]) - 1), text)

    def _print(self, levels: _Levels, counts: dict[int, int], depth: int) -> str:
        form, _, start = levels.get(depth, ("decimal", "", 1))
        return _print_number(counts.get(depth, start), form)

    def _read(self, root: Element) -> None:
        abstract = {
            each.get(f"{W}abstractNumId", ""): _read_levels(each)
            for each in root.findall(f"{W}abstractNum")
        }
        for number in root.findall(f"{W}num"):
            target = number.find(f"{W}abstractNumId")
            if target is not None:
                levels = abstract.get(target.get(f"{W}val", ""), {})
                self._levels[number.get(f"{W}numId", "")] = levels


def _read_levels(abstract: Element) -> _Levels:
    levels = {}
    for level in abstract.findall(f"{W}lvl"):
        depth = level.get(f"{W}ilvl", "0")
        form = _value(level, "numFmt", "decimal")
        start = _value(level, "start", "1")
        levels[int(depth)] = (
            form,
            _value(level, "lvlText", ""),
            int(start) if start.isdigit() else 1,
        )
    return levels


def _value(level: Element, name: str, default: str) -> str:
    child = level.find(f"{W}{name}")
    return child.get(f"{W}val", default) if child is not None else default


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
    if value is None:
        return ""
    if isinstance(value, bool):
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, int | float):
        return _print_cell(float(value), str(cell.number_format or ""))
    return str(value)


def _print_cell(value: float, form: str) -> str:
    if "%" in form:
        return _shortest(value * 100) + "%"
    return _shortest(value)


def _shortest(value: float) -> str:
    return f"{round(value, 6):.6f}".rstrip("0").rstrip(".").replace(".", ",")


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
MOST_SPAN = 100


def read_web(path: Path, data: bytes) -> Document:
    """Read a saved web page.

    Raises:
        ReportError: There is no text in it, or it nests without end.
    """
    text, _ = decode_text(path, data)
    reader = _WebReader(path)
    reader.feed(text)
    reader.close()
    parts = list(_drop_links(reader.finish()))
    if not parts:
        raise refuse(path, "no text in it", "a page with an article", "Save the page again.")
    return build_document(parts, "html")


class _WebReader(HTMLParser):
    """Collects blocks of text and table rows; ``links`` is how much of a block is links."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self._path = path
        self._open: list[tuple[str, bool]] = []
        self._skipping = 0
        self._text: list[str] = []
        self._link_length, self._links_open, self._raised = 0, 0, 0
        self._parts: list[tuple[str | Row, float]] = []
        self._tables: list[_Table] = []
        self._table = 0

    def finish(self) -> list[tuple[str | Row, float]]:
        self._flush()
        return self._parts

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
            self._flush()
            self._table += 1
            self._tables.append(_Table(self._table))
        elif self._tables and tag == "tr":
            self._tables[-1].start_row()
        elif self._tables and tag in ("td", "th"):
            self._text = []
            self._tables[-1].start_cell(_span(values, "colspan"), _span(values, "rowspan"))
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
            self._parts += [(row, 0.0) for row in self._tables.pop().rows()]
            self._text = []
        elif self._tables and tag in ("td", "th"):
            self._tables[-1].end_cell(" ".join("".join(self._text).split()))
            self._text = []
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
            self._flush()

    def _flush(self) -> None:
        text = " ".join("".join(self._text).split())
        if text:
            self._parts.append((text, self._link_length / len(text)))
        self._text, self._link_length = [], 0


class _Table:
    """Lays the cells of an HTML table on a grid; words of a tall cell label each row beside it."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._rows: list[list[Cell]] = []
        self._tall: dict[int, tuple[int, str, int]] = {}
        self._coming: dict[int, tuple[int, str, int]] = {}
        self._span = (1, 1)

    def start_row(self) -> None:
        self._rows.append([])
        self._tall, self._coming = self._coming, {}
        self._fill()

    def start_cell(self, width: int, height: int) -> None:
        if not self._rows:
            self.start_row()
        self._span = (width, height)

    def end_cell(self, text: str) -> None:
        if not self._rows:
            self.start_row()
        width, height = self._span
        column = self._next_column()
        self._rows[-1].append(Cell(text, column, width))
        if height > 1:
            kept = "" if text[:1].isdigit() else text
            self._coming[column] = (height - 1, kept, width)
        self._span = (1, 1)
        self._fill()

    def rows(self) -> Iterator[Row]:
        for cells in self._rows:
            if any(cell.text for cell in cells):
                yield Row(tuple(cells), self._number)

    def _next_column(self) -> int:
        cells = self._rows[-1]
        return cells[-1].column + cells[-1].width if cells else 0

    def _fill(self) -> None:
        while (column := self._next_column()) in self._tall:
            height, text, width = self._tall.pop(column)
            self._rows[-1].append(Cell(text, column, width))
            if height > 1:
                self._coming[column] = (height - 1, text, width)


def _drop_links(parts: list[tuple[str | Row, float]]) -> Iterator[str | Row]:
    """Leave out short blocks that are mostly links: menus that no name gives away."""
    for part, links in parts:
        if isinstance(part, str) and links > 0.6 and len(part.split()) < 40:
            continue
        yield part


def _span(values: dict[str, str], name: str) -> int:
    value = values.get(name, "1")
    return max(1, min(int(value), MOST_SPAN)) if value.isdigit() else 1
