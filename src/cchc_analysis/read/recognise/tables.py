"""Tables: for every cell with a figure, the row and column words that label it.

Comes in as lines, or the rows of one table; goes out as a label per cell: the words of its row, of
its column, and of the title row above it. Works on known columns and on tables flattened to text,
in which a merged cell has left its neighbours empty. Only what stands where is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from cchc_analysis.read.documents.lines import CAPITALS, Cell, Line
from cchc_analysis.read.patterns import P

FEWEST_NUMBERS, FEWEST_ROWS = 3, 2
_ROW = re.compile(
    r"^\s*(?:(?P<order>\d{1,2}|[IVX]{1,4})[.)]?\s+)?(?P<label>[^\W\d][^\d\t]*?)\s+"
    r"(?P<numbers>\d[\d.,]*%?(?:\s+\d[\d.,]*%?)+)\s*$"
)
_HEADS = re.compile(rf"\s+(?=[{CAPITALS}])")


def spread_tables(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Give cells to the rows of tables that stand in lines of words and numbers."""
    spread = list(lines)
    table = max((line.table for line in lines), default=0)
    at = 0
    while at < len(lines):
        rows = _take_rows(lines, at)
        header = _split_header(lines[at - 1], len(rows[0])) if rows and at else None
        if len(rows) >= FEWEST_ROWS and header:
            table += 1
            spread[at - 1] = _set_cells(lines[at - 1], header, table)
            for n, row in enumerate(rows):
                spread[at + n] = _set_cells(lines[at + n], row[-len(header) :], table)
        at += max(1, len(rows))
    return tuple(spread)


def _take_rows(lines: Sequence[Line], start: int) -> list[list[str]]:
    """The rows from a line on that have as many numbers as the first: order, label, numbers."""
    rows: list[list[str]] = []
    for line in map(lines.__getitem__, range(start, len(lines))):
        match = None if line.cells else _ROW.match(line.text)
        if not match:
            break
        numbers = match["numbers"].split()
        row = [match["order"] or "", match["label"], *numbers]
        if len(numbers) < FEWEST_NUMBERS or (rows and len(row) != len(rows[0])):
            break
        rows.append(row)
    return rows


def _split_header(line: Line, width: int) -> list[str] | None:
    """The heads of a table, each from its capital on; None where they are not as many as cells."""
    if line.cells or re.search(r"\d", line.text):
        return None
    heads = _HEADS.split(line.text.strip())
    return heads if len(heads) in (width - 1, width) else None


def _set_cells(line: Line, texts: Sequence[str], table: int) -> Line:
    return replace(line, cells=tuple(Cell(t, n) for n, t in enumerate(texts)), table=table)


_NUMERIC = re.compile(
    r"^[(~><≥≤]?\s*\d[\d.,\s]*(?:\s*/\s*\d[\d.,\s]*)?\s*%?\s*(?:[^\W\d]+\.?(?:\s[^\W\d]+)?)?[)]?$"
)
_COLUMN_NUMBER = re.compile(r"^\(?\s*[\dA-Z]{1,2}\s*\)?(?:\s*=\s*[\d\s()+*/:x%.-]+)?$")
_DASH = re.compile(r"^\s*[-+*•–]\s*(?=[^\W\d])")
INNER = "›"
"""Stands between the header words of a column, outermost first."""


@dataclass(frozen=True)
class Label:
    """The words that label a cell: of its row, of its column, and of the title row above."""

    row: str
    column: str
    group: str = ""
    is_order: bool = False


def label_cells(rows: Sequence[Line]) -> dict[tuple[int, int], Label]:
    """Label the cells of one table.

    Returns:
        Labels by line number and position of the cell in its row; ``is_order`` marks cells that
        number rows or columns and count nothing.
    """
    return dict(_walk(rows))


def _walk(rows: Sequence[Line]) -> Iterator[tuple[tuple[int, int], Label]]:
    first_data = next((at for at, row in enumerate(rows) if _is_data(row)), len(rows))
    headers = list(rows[:first_data])
    orders = _find_order_columns(rows, headers)
    units = {c.column for row in headers for c in row.cells if P.unit_header.match(c.text)}
    stub, group, below, opened = "", "", None, ""
    for at, row in enumerate(rows):
        if _numbers_columns(row):
            yield from (
                ((row.number, n), Label("", "", is_order=True)) for n in range(len(row.cells))
            )
            continue
        own_stub = _find_stub(row, orders)
        filled = [cell for cell in row.cells if cell.text]
        if at >= first_data and len(filled) <= 2 and own_stub and not _has_number(row, orders):
            group, stub, below = own_stub, "", None
        elif own_stub:
            stub = own_stub
            if _DASH.match(own_stub) and opened:
                # "- Trước hạn" below "Đã giải quyết" is a part of it.
                stub = f"{opened} {_DASH.sub('', own_stub)}"
            else:
                opened = own_stub
            below = row if at >= first_data and not _is_data(row) else None
        unit = next((f" ({c.text})" for c in row.cells if c.column in units and c.text), "")
        for n, cell in enumerate(row.cells):
            if cell.column in orders and P.order.match(cell.text):
                yield (row.number, n), Label("", "", is_order=True)
                continue
            column = "" if at < first_data else _find_column(cell, headers, below)
            yield (
                (row.number, n),
                Label(f"{stub}{unit}" if cell.text != stub else "", column, group),
            )


def _is_data(row: Line) -> bool:
    """A row with a cell that is a number, beside the one that numbers the row."""
    numbers = [cell for cell in row.cells if _NUMERIC.match(cell.text)]
    if _numbers_columns(row):
        return False
    return any(cell.column > 0 for cell in numbers) and bool(numbers)


def _numbers_columns(row: Line) -> bool:
    """Whether a row numbers the columns: "(1) (2) (3) = (4) + (5)"."""
    texts = [cell.text for cell in row.cells if cell.text]
    if len(texts) < 3 or not all(_COLUMN_NUMBER.match(text) for text in texts):
        return False
    digits = [int(found[0]) for text in texts if (found := re.search(r"\d+", text))]
    runs = sum(1 for left, right in pairwise(digits) if right == left + 1)
    return runs >= max(2, len(digits) - 2)


def _find_order_columns(rows: Sequence[Line], headers: Sequence[Line]) -> set[int]:
    named = {
        cell.column for row in headers for cell in row.cells if P.order_header.match(cell.text)
    }
    first = [row.cells[0].text for row in rows if row.cells and row.cells[0].text]
    counted = [int(text.rstrip(".)")) for text in first if re.fullmatch(r"\d{1,3}[.)]?", text)]
    has_words = any(
        len(row.cells) > 1 and re.search(r"[^\W\d]{2}", row.cells[1].text) for row in rows
    )
    is_run = len(counted) > 1 and counted[:3] == list(range(1, len(counted[:3]) + 1))
    return named | ({0} if is_run and has_words else set())


def _has_number(row: Line, orders: set[int]) -> bool:
    return any(cell.column not in orders and re.search(r"\d", cell.text) for cell in row.cells[1:])


def _find_stub(row: Line, orders: set[int]) -> str:
    """The words at the left of a row, up to its first number."""
    words: list[str] = []
    for cell in row.cells:
        if cell.column in orders and (P.order.match(cell.text) or not cell.text):
            continue
        if not cell.text and not words:
            continue
        if not cell.text or _NUMERIC.match(cell.text) or (words and not _opens_row(words)):
            break
        words.append(cell.text)
        break
    return " ".join(words)


def _opens_row(words: Sequence[str]) -> bool:
    return all(P.order.match(word) for word in words)


def _find_column(cell: Cell, headers: Sequence[Line], below: Line | None) -> str:
    """The header words above a cell, outermost first; then those of a row set in below."""
    found = []
    for row in [*headers, *([below] if below else [])]:
        text = _covering(row, cell, is_inner=row is below)
        if text and text not in found and not _COLUMN_NUMBER.match(text):
            found.append(text)
    return f" {INNER} ".join(found)


def _covering(row: Line, cell: Cell, *, is_inner: bool) -> str:
    if row.is_exact:
        return next(
            (
                each.text
                for each in row.cells
                if each.column <= cell.column < each.column + each.width and each.text
            ),
            "",
        )
    # Flattened: a merged header has left the cells at its right empty.
    left = [each for each in row.cells if each.column <= cell.column and each.text]
    return left[-1].text if left and (left[-1].column > 0 or not is_inner) else ""
