"""Documents of Word, workbooks and saved web pages: paragraphs, notes and tables into lines.

Comes in as bytes; goes out as paragraphs and rows. Word prints the numbers of headings by itself
("1.", "2.3.", "a)"): they are counted as Word counts, or a document would lose its outline. Of a
web page the article is read: nothing is fetched or run.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from cchc_analysis.data import outside
from cchc_analysis.read.documents import Cell, Document, Row, build_document, raise_digits
from cchc_analysis.read.patterns import PATTERNS, WORDS

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MOST_SPAN = 100
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


class Numbering:
    """Counts the numbered paragraphs of one document, in order."""

    def __init__(self, root: Element) -> None:
        kinds = {
            each.get(f"{W}abstractNumId"): {
                level.get(f"{W}ilvl", "0"): (
                    _value(level, "numFmt"), _value(level, "lvlText"),
                    int(start) if (start := _value(level, "start")).isdecimal() else 1,
                )
                for level in each.findall(f"{W}lvl")
            }
            for each in root.findall(f"{W}abstractNum")
        }  # fmt: skip
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
        form, text, start = levels[depth]
        if form == "bullet":
            return "-"
        before = self._counts.get(list_id, {})
        counts = {above: count for above, count in before.items() if above < depth}
        counts[depth] = before.get(depth, start - 1) + 1
        self._counts[list_id] = counts

        def write(found: re.Match[str]) -> str:
            above = str(int(found[1]) - 1)
            form, _, start = levels.get(above, ("", "", 1))
            return _print_number(counts.get(above, start), form)

        return re.sub(r"%(\d)", write, text)


def _value(element: Element, path: str, default: str = "", bare: str = "") -> str:
    """What a property below an element says; ``bare``: what it means without a value."""
    child = element.find("/".join(f"{W}{name}" for name in path.split("/")))
    return default if child is None else child.get(f"{W}val", bare or default)


def _print_number(number: int, form: str) -> str:
    text = f"{number:02d}" if form == "decimalZero" else str(number)
    if form.endswith("Letter"):
        text = chr(ord("A") + (number - 1) % 26)
    elif form.endswith("Roman"):
        text = ""
        for value, digits in _ROMAN:
            text += digits * (number // value)
            number %= value
    return text.lower() if form.startswith("lower") else text


MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_UNSEEN = ("del", "moveFrom", "instrText", "pPr", "rPr")
_SKIPPED = {f"{MC}Fallback", *(f"{W}{tag}" for tag in _UNSEEN)}


def read_word(path: Path, data: bytes) -> Document:
    """Read a .docx file."""
    archive = outside.open_archive(path, data)
    outside.refuse_outside_parts(path, archive)
    body = _parse(path, archive, "word/document.xml")
    notes = {
        (f"{W}{kind}Reference", note.get(f"{W}id", "")): note
        for kind in ("footnote", "endnote")
        for note in _parse(path, archive, f"word/{kind}s.xml").findall(f"{W}{kind}")
    }
    reader = _WordReader(notes, Numbering(_parse(path, archive, "word/numbering.xml")))
    parts = list(reader.read(body))
    if not any(part.strip() if isinstance(part, str) else part.cells for part in parts):
        raise outside.refuse(path, "empty_document")
    return build_document(parts, "docx")


class _WordReader:
    """Walks the body once; notes come out after the paragraph or table that their mark is in."""

    def __init__(self, notes: dict[tuple[str, str], Element], numbering: Numbering) -> None:
        self._notes, self._numbering = notes, numbering
        self._marked: list[tuple[str, Element]] = []
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
            while self._marked:
                mark, note = self._marked.pop(0)
                texts = ("".join(self._pieces(each)).strip() for each in note.iter(f"{W}p"))
                yield f"{mark} {' '.join(filter(None, texts))}"

    def _read_paragraph(self, paragraph: Element) -> str:
        label = self._numbering.label(paragraph)
        text = "".join(self._pieces(paragraph))
        return f"{label} {text}" if label and text.strip() else text

    def _read_table(self, table: Element) -> Iterator[Row]:
        self._table += 1
        number = self._table
        above: dict[int, str] = {}
        inner: list[Element] = []
        for row in table.findall(f"{W}tr"):
            cells, column = [], 0
            for cell in row.findall(f"{W}tc"):
                width = _read_span(_value(cell, "tcPr/gridSpan"))
                inner += cell.findall(f"{W}tbl")
                text = "\n".join(self._read_paragraph(p).strip() for p in cell.findall(f"{W}p"))
                is_repeated = _value(cell, "tcPr/vMerge", bare="continue") == "continue"
                if is_repeated:
                    # The words of a merged cell label every row beside it; its number is one.
                    text = above.get(column, "")
                    text = "" if text[:1].isdigit() else text
                else:
                    above[column] = text
                cells.append(Cell(text, column, width, is_repeated))
                column += width
            yield Row(tuple(cells), number)
        for nested in inner:
            yield from self._read_table(nested)

    def _pieces(self, element: Element) -> Iterator[str]:
        for child in element:
            tag = child.tag
            if tag in _SKIPPED:
                continue
            if tag == f"{W}t":
                yield child.text or ""
            elif tag in (f"{W}tab", f"{W}br", f"{W}cr"):
                yield " " if tag == f"{W}tab" else "\n"
            elif tag == f"{W}noBreakHyphen":
                yield "-"
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                self._count += 1
                mark = raise_digits(str(self._count))
                note = self._notes.pop((tag, child.get(f"{W}id", "")), None)
                if note is not None:  # the first time: a note may name itself
                    self._marked.append((mark, note))
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
    content = outside.read_part(path, archive, name)
    try:
        return ET.fromstring(content)  # noqa: S314 - no document type, so no entities
    except (ET.ParseError, RecursionError):
        raise outside.refuse(path, "broken_xml", part=name) from None


MOST_COLUMNS = 200
MOST_ROWS = 50_000


def read_sheet(path: Path, data: bytes) -> Document:
    """Read a .xlsx file."""
    from openpyxl.cell.cell import MergedCell

    book = outside.open_workbook(path, data)
    remarks = [
        f"{sheet.title!r}: {hidden}"
        for sheet in book.worksheets
        if (hidden := outside.tell_hidden(sheet))
    ]
    parts: list[str | Row] = []
    for number, sheet in enumerate(book.worksheets, start=1):
        if (sheet.max_row or 0) > MOST_ROWS:
            told = {"sheet": sheet.title, "rows": sheet.max_row, "most": MOST_ROWS}
            raise outside.refuse(path, "long_sheet", **told)
        parts.append(str(sheet.title))
        spans = {
            (merged.min_row, merged.min_col): (merged.size["columns"], merged.size["rows"])
            for merged in sheet.merged_cells.ranges
        }
        cells = (
            [(_print(cell), *spans.get((cell.row, cell.column), (1, 1))) for cell in row
             if not isinstance(cell, MergedCell)]  # which another one covers
            for row in sheet.iter_rows(max_col=min(sheet.max_column or 1, MOST_COLUMNS))
        )  # fmt: skip
        for row in _lay_out(cells, number):
            # A row of one long text is a paragraph.
            [text, *more] = [cell.text for cell in row.cells if cell.text]
            parts.append(row if more or text[:1].isdigit() or len(text) <= 3 else text)
    return build_document(parts, "xlsx", remarks=remarks)


def _print(cell: Any) -> str:
    """A cell as it is shown: whole numbers whole, shares with their sign, decimals with a comma."""
    value = cell.value
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y")
    if not isinstance(value, int | float):
        return str(value).strip()
    sign = "%" if "%" in str(cell.number_format or "") else ""
    number = f"{round(value * 100 if sign else value, 6):.6f}"
    return number.rstrip("0").rstrip(".").replace(".", ",") + sign


_Spanning = tuple[str, int, int]
"""The text of a cell, and over how many columns and rows it reaches."""


def _read_span(text: str) -> int:
    return max(1, min(int(text), MOST_SPAN)) if text.isdecimal() else 1


def _lay_out(rows: Iterable[list[_Spanning]], number: int) -> Iterator[Row]:
    """Cells at their columns; the words of a tall cell label each row beside it, its number one."""
    tall: dict[int, _Spanning] = {}
    for given in rows:
        cells: list[Cell] = []
        column, coming, waiting = 0, {}, given[::-1]
        while waiting or column in tall:
            is_repeated = column in tall
            text, width, height = tall[column] if is_repeated else waiting.pop()
            cells.append(Cell(text, column, width, is_repeated))
            if height > 1:
                coming[column] = ("" if text[:1].isdigit() else text, width, height - 1)
            column += width
        tall = coming
        if any(cell.text for cell in cells):
            yield Row(tuple(cells), number)


_BREAK, _LINK, _TABLE = "\x01", "\x02", "\x03"
"""Where a block begins or ends, round the text of a link, and before the number of a table."""
_OWN_MARKS = re.compile(f"[{_BREAK}{_LINK}{_TABLE}]")
MOST_DEPTH = 2_000


def read_web(path: Path, data: bytes) -> Document:
    """Read a saved web page; a short block that is mostly links is a menu."""
    from bs4 import BeautifulSoup

    text, _ = outside.decode_text(path, data)
    page = BeautifulSoup(text, "html.parser")
    depths = {id(page): 0}
    for tag in page.find_all(True):
        depths[id(tag)] = depths[id(tag.parent)] + 1
        if depths[id(tag)] > MOST_DEPTH:
            raise outside.refuse(path, "deep_page")
    _mark_page(page)
    tables = {
        f"{_TABLE}{number}": _take_rows(table, number)
        for number, table in enumerate(page.find_all("table"), start=1)
        if table.find("table") is None  # one that holds another lays out the page
    }
    parts: list[str | Row] = []
    for block in page.get_text().split(_BREAK):
        linked = sum(len(each.strip()) for each in block.split(_LINK)[1::2])
        text = _tidy(block)
        if text in tables:
            parts += tables[text]
        elif text and not (linked > 0.6 * len(text) and len(text.split()) < 40):
            parts.append(text)
    if not parts:
        raise outside.refuse(path, "empty_page")
    return build_document(parts, "html")


def _mark_page(page: Any) -> None:
    """Leave out what is no article, raise the marks of notes, and mark links and blocks."""
    from bs4.element import NavigableString

    for string in page.find_all(string=_OWN_MARKS):  # as a character, or as its number: "&#1;"
        string.replace_with(_OWN_MARKS.sub("", string) if type(string) is NavigableString else "")
    for tag in page.find_all(_is_passed_over):
        if not tag.decomposed:
            tag.decompose()
    for raised in page.find_all("sup"):
        digits = raised.get_text().strip("()[] ")
        if digits.isdigit():
            raised.string = raise_digits(digits)
    for link in page.find_all("a"):
        for string in list(link.strings):
            if _LINK not in string:  # a link that was not closed holds the next one
                string.replace_with(f"{_LINK}{string}{_LINK}")
    for block in page.find_all(list(WORDS.blocks_of_page)):
        block.insert(0, _BREAK)
        block.append(_BREAK)


def _is_passed_over(tag: Any) -> bool:
    names = " ".join([*tag.get_attribute_list("class"), tag.get("id", "")])
    is_chrome = tag.name not in ("body", "html") and PATTERNS.menu_of_page.search(names)
    return tag.name in WORDS.passed_over or bool(is_chrome)


def _take_rows(table: Any, number: int) -> list[Row]:
    """The rows of a table, which leaves its caption and its number where it stood."""
    from bs4.element import NavigableString

    rows: list[list[tuple[list[str], int, int]]] = [[]]
    around: list[str] = []
    for each in table.descendants:
        if type(each) is NavigableString:
            (rows[-1][-1][0] if rows[-1] else around).append(each)
        elif each.name == "tr":
            rows.append([])
        elif each.name in ("td", "th"):
            columns, height = (_read_span(each.get(name, "")) for name in ("colspan", "rowspan"))
            rows[-1].append(([], columns, height))
    table.string = f"{''.join(around)}{_BREAK}{_TABLE}{number}{_BREAK}"
    told = [
        [("\n".join(map(_tidy, "".join(pieces).split(_BREAK))).strip(), columns, height)
         for pieces, columns, height in row]
        for row in rows
    ]  # fmt: skip
    return list(_lay_out(told, number))


def _tidy(text: str) -> str:
    return " ".join(text.replace(_LINK, "").replace(_BREAK, " ").split())
