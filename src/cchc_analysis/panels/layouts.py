"""Layouts of publishers into one: areas in rows, and over each column what it holds.

Comes in as a sheet of cells; goes out as one sheet, or several with the same areas. A sheet with
areas in its columns is turned; ranked lists side by side, each value beside its own area, are
parted list by list. What was done is said in the remark of the sheet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cchc_analysis.panels.cells import TOP, Sheet
from cchc_analysis.panels.headings import Head, find_head
from cchc_analysis.panels.mapping import PanelMapping
from cchc_analysis.panels.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import AreaIndex, Reference

SAMPLE = 200
"""Rows looked at to know a layout."""
FEWEST_TURNED = 3
"""Areas in one row from which on a sheet may be turned."""
ABOVE = ("area_code", "province", "period")
"""What a row above the names of the areas may say of them."""
MOSTLY, NEARLY_ALL = 0.5, 0.8


@dataclass(frozen=True)
class Table:
    """A sheet with areas in its rows, and its head."""

    sheet: Sheet
    head: Head


def arrange_sheet(sheet: Sheet, mapping: PanelMapping, reference: Reference) -> list[Table]:
    """Bring a sheet into the one layout that is read.

    Args:
        sheet: Cells as they stand in the file.
        mapping: What its headings mean.
        reference: Whose labels and names of areas are known.

    Returns:
        One table, or one for each list where several stand side by side.

    Raises:
        ReportError: There is no head, or nothing below it.
    """
    known, index = Vocabulary(mapping, reference), reference.wide_areas
    if sheet.heads is None and (turned := _turn(sheet, known, index)):
        return [turned]
    head = find_head(sheet, mapping, reference)
    return _part(sheet, head, known, index) or [Table(sheet, head)]


def _mark_areas(cells: pd.DataFrame, index: AreaIndex) -> pd.DataFrame:
    """Which cells name an area."""

    @cache
    def is_area(text: str) -> bool:
        return bool(text) and bool(index.find(text))

    return cells.map(lambda cell: isinstance(cell, str) and is_area(cell))


def _mark_figures(cells: pd.DataFrame) -> pd.DataFrame:
    """Which cells hold a number, perhaps with a mark behind it."""

    def is_figure(cell: object) -> bool:
        if not isinstance(cell, str):
            return cell == cell  # noqa: PLR0124 - an empty cell of a typed column is NaN
        return bool(cell) and cell.rstrip("%* ").lstrip("-−").replace(",", ".")[:1].isdigit()

    return cells.map(is_figure)


def _turn(sheet: Sheet, known: Vocabulary, index: AreaIndex) -> Table | None:
    """The sheet with its columns as rows, where its columns are areas and its rows are not."""
    cells = sheet.cells
    marks = _mark_areas(cells.iloc[:SAMPLE], index)
    top = marks.iloc[:TOP].sum(axis=1)
    if top.empty or top.max() < FEWEST_TURNED or top.max() <= marks.sum(axis=0).max():
        return None
    row: Any = top.idxmax()
    below = _mark_figures(cells[cells.index > row])
    areas = [column for column in map(int, cells.columns) if marks.at[row, column]]
    if not len(below) or below[areas].to_numpy().mean() < MOSTLY / 2:
        return None
    before = list(range(areas[0]))
    if not before:
        return None
    label = max(
        before, key=lambda column: _weigh_labels(cells.loc[cells.index > row, column], known)
    )
    names = [column for column in map(int, cells.columns[areas[0] :]) if cells.at[row, column]]
    rows = [
        each
        for each in cells.index
        if (each > row or known.match_field(str(cells.at[each, label])) in ABOVE)
        and each != row
        and _is_row(cells.loc[each], label, names)
    ]
    title = str(cells.at[row, label])
    heads = [title if known.match_field(title) in ("area", "province") else "area"]
    heads += [str(cells.at[each, label]) for each in rows]
    body = cells.loc[[row, *rows], names].T
    body = body.set_axis([name + 1 for name in names]).set_axis(range(len(heads)), axis=1)
    lost = len(before) - 1
    remark = "areas stand in columns: turned" + (f", {lost} columns left of them out" * bool(lost))
    turned = replace(sheet, cells=body, heads=tuple(heads), lengths=None)
    turned = replace(turned, remark=_join(sheet.remark, remark))
    return Table(turned, Head(turned.heads or (), {}, 0))


def _weigh_labels(cells: pd.Series[Any], known: Vocabulary) -> tuple[int, int]:
    """How much a column looks like the labels of rows: what is known of it, then its letters."""
    texts = {cell for cell in cells if _is_word(cell)}
    return sum(known.match_value(text) is not None for text in texts), sum(map(len, texts))


def _is_word(cell: object) -> bool:
    return isinstance(cell, str) and any(map(str.isalpha, cell))


def _is_row(row: pd.Series[Any], label: int, names: list[int]) -> bool:
    """A row that says something of most areas under a label; a title says one thing to all."""
    held = [cell for cell in row[names] if cell not in ("", None)]
    is_told = _is_word(row[label]) and bool(held)
    return is_told and {*held} != {row[label]}


def _part(sheet: Sheet, head: Head, known: Vocabulary, index: AreaIndex) -> list[Table]:
    """Lists side by side as tables of their own, nothing where there are none."""
    body = sheet.cells[sheet.cells.index > head.last_row]
    sample = body.iloc[:SAMPLE]
    areas, figures = _mark_areas(sample, index), _mark_figures(sample)
    starts = [each for each in map(int, sample.columns) if _names_areas(sample[each], areas[each])]
    is_value = [
        bool(figures[each].mean() > MOSTLY) and not known.is_beside(name)
        for each, name in zip(sample.columns, head.names, strict=False)
    ]
    limits = pairwise([*starts, len(head.names)])
    pairs = [(start, end) for start, end in limits if any(is_value[start + 1 : end])]
    if len(pairs) < 2:
        return []
    lead = pairs[0][0]
    shared = [
        sum(_heads(head, start, lead)) if number else lead
        for number, (start, _) in enumerate(pairs)
    ]
    begins = [start - own for (start, _), own in zip(pairs, shared, strict=True)]
    blocks = zip(begins, pairs, [*begins[1:], len(head.names)], strict=True)
    remark = f"{len(pairs)} lists side by side, each with its own areas"
    return [
        _cut(sheet, body, head, (begin, start, end), remark if not number else "")
        for number, (begin, (start, _), end) in enumerate(blocks)
    ]


def _names_areas(cells: pd.Series[Any], is_area: pd.Series[Any]) -> bool:
    """Whether a column names areas, nearly each of them once."""
    held = cells[cells.map(_is_word)]
    if held.empty or is_area[held.index].mean() < MOSTLY:
        return False
    return bool(held.nunique() >= NEARLY_ALL * len(held))


def _heads(head: Head, start: int, lead: int) -> list[bool]:
    """Which columns right before an area have the headings of those before the first area."""
    same = []
    for back in range(1, lead + 1):
        name = head.names[start - back]
        if not name or name != head.names[lead - back]:
            break
        same.append(True)
    return same


def _cut(
    sheet: Sheet, body: pd.DataFrame, head: Head, place: tuple[int, int, int], remark: str
) -> Table:
    begin, start, end = place
    columns = list(range(begin, end))
    names = {each: head.names[each] for each in columns}
    value = next((each for each in columns if each > start), start)
    if not names[value]:  # the heading stands over the area instead
        names[value] = head.names[start]
    names[start] = "area"
    cells = body[columns]
    cells = cells[cells[start].map(_is_word)]
    cells = cells.set_axis(range(len(columns)), axis=1)
    heads = tuple(names[each] for each in columns)
    block = replace(sheet, cells=cells, heads=heads, lengths=None)
    block = replace(block, remark=_join(sheet.remark, remark))
    return Table(block, Head(heads, {}, 0))


def _join(*remarks: str) -> str:
    return "; ".join(filter(None, remarks))
