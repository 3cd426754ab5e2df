"""Saved web pages: the article, without navigation, and its tables with merged cells.

Read with the parser of the standard library: nothing is fetched and no script is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from cchc_analysis.data.encodings import decode_text
from cchc_analysis.data.outside import refuse
from cchc_analysis.read.documents.lines import Cell, Document, Row, build_document, raise_digits

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
_SKIPPED = frozenset(
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
        skips = tag in _SKIPPED or bool(
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
