"""Tables that a copied text has flattened to spaces: "2 Cấp xã 11.870 11.822 9.905".

Comes in as lines; goes out as the same lines, of which rows and their header have cells. No
character moves. Only capitals and numbers are looked at: a head begins with a capital, a row is its
label and as many numbers as the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cchc_analysis.read.documents.lines import CAPITALS, Cell, Line

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
