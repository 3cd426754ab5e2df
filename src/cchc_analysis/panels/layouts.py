"""Layouts of publishers into one: areas in rows, and over each column what it holds.

Comes in as a sheet of cells; goes out as one sheet, or several with the same areas. A sheet with
areas in its columns is turned; ranked lists side by side, each value beside its own area, are
parted list by list. What was done is said in the remark of the sheet. From there a sheet becomes
one row per figure as printed: what is no figure, and what repeats others, is set aside and counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import fold_text, slug_text
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.panels.cells import TOP, Worksheet
from cchc_analysis.panels.headings import ColumnRoles, TableHead, find_head
from cchc_analysis.panels.mapping import (
    FIELDS,
    MISSING_WORDS,
    TOTAL_WORDS,
    PanelMapping,
    ValueColumn,
)
from cchc_analysis.panels.vocabulary import Vocabulary, find_years

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
TOTAL_STARTS = ("tong cong", "tong so", "trung binh ", "trung vi ", "binh quan ")
TOTAL_ENDS = (" mean", " average", " median")
"""How labels of rows that reckon over the others begin and end, folded."""
WORD_FIELDS = tuple(name for name in FIELDS if name != "value")


@dataclass(frozen=True)
class Table:
    """A sheet with areas in its rows, and its head."""

    sheet: Worksheet
    head: TableHead

    @property
    def body(self) -> pd.DataFrame:
        """The cells below the head."""
        return self.sheet.cells[self.sheet.cells.index > self.head.last_row]


def arrange_sheet(sheet: Worksheet, mapping: PanelMapping, reference: Reference) -> list[Table]:
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


def _turn(sheet: Worksheet, known: Vocabulary, index: AreaIndex) -> Table | None:
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
    labels = _name_rows(cells[before], label, row)
    rows = [
        each
        for each in cells.index
        if (each > row or known.match_field(labels[each]) in ABOVE)
        and each != row
        and _is_row(cells.loc[each, names], labels[each])
    ]
    title = str(cells.at[row, label])
    heads = [title if known.match_field(title) in ("area", "province") else "area"]
    heads += list(labels[rows])
    body = cells.loc[[row, *rows], names].T
    body = body.set_axis([name + 1 for name in names]).set_axis(range(len(heads)), axis=1)
    lost = len(before) - 1
    remark = "areas stand in columns: turned" + (f", {lost} columns left of them out" * bool(lost))
    turned = replace(sheet, cells=body, heads=tuple(heads), lengths=None)
    turned = replace(turned, remark=_join(sheet.remark, remark))
    return Table(turned, TableHead(turned.heads or (), {}, 0))


def _weigh_labels(cells: pd.Series[Any], known: Vocabulary) -> tuple[int, int]:
    """How much a column looks like the labels of rows: what is known of it, then its letters."""
    texts = {cell for cell in cells if _is_word(cell)}
    return sum(known.match_value(text) is not None for text in texts), sum(map(len, texts))


def _is_word(cell: object) -> bool:
    return isinstance(cell, str) and any(map(str.isalpha, cell))


def _name_rows(beside: pd.DataFrame, label: int, head: int) -> pd.Series[Any]:
    """What each row is about: its label, and with it what tells rows of one label apart.

    A second column does so where it repeats itself (the year, "điểm" and "cận dưới"); one that says
    something else in each row holds codes.
    """
    texts = beside.map(lambda cell: f"{cell:g}" if isinstance(cell, float) else str(cell))
    own, is_below = texts[label], texts.index > head
    filled = own.where(own != "").ffill().fillna("")
    for other in (texts[each] for each in map(int, texts.columns) if each != label):
        is_held = (other != "") & (filled != "") & is_below
        pairs = (filled + " / " + other)[is_held]
        is_told = is_held[is_below].mean() > MOSTLY and pairs.nunique() > filled[is_held].nunique()
        if is_told and pairs.is_unique and other[is_held].nunique() <= len(pairs) / 2:
            return own.where(~is_held, pairs)
    return own


def _is_row(row: Any, label: str) -> bool:
    """A row that says something of most areas under a label; a title says one thing to all."""
    held = [cell for cell in row if cell not in ("", None)]
    is_told = (_is_word(label) or bool(find_years(label))) and bool(held)
    return is_told and {*held} != {label}


def _part(sheet: Worksheet, head: TableHead, known: Vocabulary, index: AreaIndex) -> list[Table]:
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


def _heads(head: TableHead, start: int, lead: int) -> list[bool]:
    """Which columns right before an area have the headings of those before the first area."""
    same = []
    for back in range(1, lead + 1):
        name = head.names[start - back]
        if not name or name != head.names[lead - back]:
            break
        same.append(True)
    return same


def _cut(
    sheet: Worksheet, body: pd.DataFrame, head: TableHead, place: tuple[int, int, int], remark: str
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
    return Table(block, TableHead(heads, {}, 0))


def _join(*remarks: str) -> str:
    return "; ".join(filter(None, remarks))


@dataclass(frozen=True)
class Unfolded:
    """The figures of a sheet.

    Attributes:
        figures: One row per figure: ``WORD_FIELDS`` as texts, ``row``, ``section`` (its
            heading), ``printed`` (text or float), ``rank`` and ``rank_of`` as texts.
        totals: The same for rows that add up others.
        cells: How many cells could have held a figure.
        notes: What was set aside, in words.
    """

    figures: pd.DataFrame
    totals: pd.DataFrame
    cells: int
    notes: tuple[str, ...]


def unfold_sheet(
    sheet: Worksheet, head: TableHead, columns: ColumnRoles, mapping: PanelMapping
) -> Unfolded:
    """Turn a sheet into one row per figure.

    Raises:
        ReportError: No column holds figures, or nothing says of which area, indicator or period.
    """
    body = sheet.cells[sheet.cells.index > head.last_row]
    if problems := list(_find_gaps(sheet, columns, mapping)):
        raise ReportError(problems)
    rows = _describe_rows(body, columns, mapping)
    figures = _melt(body, rows, columns)
    cells = len(figures)
    notes = [sheet.remark] if sheet.remark else []
    figures = _drop_missing(figures, mapping, notes)
    figures, totals = _split_totals(figures, columns, mapping, notes)
    if figures.empty:
        raise ReportError(
            Problem(sheet.name, "a head and no figure", "at least one", "Fill the cells.")
        )
    return Unfolded(figures.reset_index(drop=True), totals, cells, tuple(notes))


def _find_gaps(sheet: Worksheet, columns: ColumnRoles, mapping: PanelMapping) -> list[Problem]:
    """What no column and no constant says."""
    said = {*columns.fields, *mapping.constants}
    values = [*columns.values.values()]
    needs = {
        "area": bool(said & {"area", "area_code"}),
        "indicator": "indicator" in said or (values and all(each.indicator for each in values)),
        "period": bool(said & {"period", "period_end"}) or all(each.period for each in values),
        "value": "value" in columns.fields or bool(values),
    }
    return [
        Problem(
            sheet.name,
            f"nothing says the {name}",
            f"a column or a constant for the {name}",
            f"Say `columns: {{{name}: <heading>}}` or `constants: {{{name}: …}}` in the mapping.",
        )
        for name, is_said in needs.items()
        if not is_said
    ]


def _describe_rows(body: pd.DataFrame, columns: ColumnRoles, mapping: PanelMapping) -> pd.DataFrame:
    """The words that describe each row of the sheet, as texts."""
    import pandas as pd

    words: dict[str, Any] = {"row": body.index}
    for name in WORD_FIELDS:
        position = columns.fields.get(name)
        words[name] = mapping.constants.get(name, "")
        if position is not None:
            words[name] = print_cells(body[position]).to_numpy()
    for name, heading in _list_ranks(mapping).items():
        position = _find_position(columns, heading)
        words[name] = "" if position is None else print_cells(body[position]).to_numpy()
    rows = pd.DataFrame(words, index=body.index)
    for name in (*WORD_FIELDS, "rank", "rank_of"):
        rows[name] = rows[name].astype("str")
    if columns.form or columns.fields.get("breakdown") is not None:
        rows["breakdown"] = _name_breakdowns(rows["breakdown"], columns)
    return rows


def _list_ranks(mapping: PanelMapping) -> dict[str, str]:
    ranks = mapping.ranks
    return {"rank": ranks.column if ranks else "", "rank_of": ranks.of if ranks else ""}


def _find_position(columns: ColumnRoles, heading: str) -> int | None:
    """Where a heading stands, if this sheet of several has it."""
    folded = [fold_text(name) for name in columns.names]
    return folded.index(fold_text(heading)) if heading and fold_text(heading) in folded else None


def print_cells(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Cells as texts: a whole number without its ".0", nothing for an empty one."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(cells):
        whole = cells.notna() & (cells == cells.round())
        texts = cells.map(repr).where(~whole, cells.fillna(0).astype("int64").astype("str"))
        return texts.where(cells.notna(), "")
    if isinstance(cells.dtype, pd.StringDtype):
        return cells
    return cells.map(lambda cell: f"{cell:.12g}" if isinstance(cell, float) else cell)


def _name_breakdowns(labels: pd.Series[Any], columns: ColumnRoles) -> pd.Series[Any]:
    """A label such as "Đất đai" becomes ``field=dat_dai``; a label of totals becomes the whole."""
    kind = "field" if columns.form or _is_field(columns) else "item"
    names = {
        label: ""
        if not label or is_total(label)
        else label
        if "=" in label
        else f"{kind}={slug_text(label).replace('-', '_')}"
        for label in labels.unique()
    }
    return labels.map(names)


def _is_field(columns: ColumnRoles) -> bool:
    heading = columns.names[columns.fields["breakdown"]]
    return "linh vuc" in fold_text(heading) or "field" in fold_text(heading)


def _melt(body: pd.DataFrame, rows: pd.DataFrame, columns: ColumnRoles) -> pd.DataFrame:
    """One table per column of figures, beneath each other, in the order of the rows."""
    import pandas as pd

    held = {at: value for at, value in columns.values.items() if not value.bound}
    if "value" in columns.fields:
        held[columns.fields["value"]] = ValueColumn()
    parts = []
    for position, value in held.items():
        said = {name: cell for name, cell in value.model_dump().items() if cell}
        sure = {
            bound.bound: print_cells(body[at]).to_numpy()
            for at, bound in columns.values.items()
            if bound.bound and bound.model_copy(update={"bound": ""}) == value
        }
        part = rows.assign(**said, **sure, section=columns.names[position])
        parts.append(part.assign(printed=body[position]))
    melted = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    return melted.sort_values("row", kind="stable", ignore_index=True)


def _drop_missing(figures: pd.DataFrame, mapping: PanelMapping, notes: list[str]) -> pd.DataFrame:
    printed = figures["printed"]
    words = {*MISSING_WORDS, *(word.casefold() for word in mapping.missing)}
    is_missing = printed.isna() | _fold_cells(printed).isin(words)
    if is_missing.any():
        notes.append(f"{int(is_missing.sum())} empty cells")
    kept = figures[~is_missing]
    for absence in mapping.absent:
        is_absent = (kept["indicator"] == absence.indicator) & _says(kept, absence.printed)
        if is_absent.any():
            areas = ", ".join(dict.fromkeys(kept.loc[is_absent, "area"]))
            notes.append(
                f"{int(is_absent.sum())} cells {absence.printed!r} of {absence.indicator} "
                f"({areas}) left out: {absence.reason}"
            )
            kept = kept[~is_absent]
    return kept


def _fold_cells(printed: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    if pd.api.types.is_numeric_dtype(printed):
        return pd.Series(data="0", index=printed.index)
    if isinstance(printed.dtype, pd.StringDtype):
        return printed.str.casefold()
    return printed.map(lambda cell: cell.casefold() if isinstance(cell, str) else "0")


def _says(figures: pd.DataFrame, text: str) -> pd.Series[Any]:
    return print_cells(figures["printed"]).astype("str") == text


def _split_totals(
    figures: pd.DataFrame, columns: ColumnRoles, mapping: PanelMapping, notes: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of totals apart; of the official form they are the figures of the whole unit."""
    labels = figures["area"]
    known = {label: is_total(label, mapping) for label in labels.unique()}
    is_sum = labels.map(known).astype("bool")
    if columns.form and "area" not in columns.fields:
        is_sum &= False
    if is_sum.any():
        rows = figures.loc[is_sum, "row"].nunique()
        said = ", ".join(repr(label) for label, total in known.items() if total)
        notes.append(f"{rows} rows of totals ({said}) left out of the data")
    return figures[~is_sum], figures[is_sum]


def is_total(label: str, mapping: PanelMapping | None = None) -> bool:
    """Whether a label is that of a row which adds up others; names of areas never are."""
    if mapping and label in mapping.areas:
        return False
    folded = fold_text(label)
    words: Mapping[str, None] = dict.fromkeys(
        fold_text(word) for word in (*TOTAL_WORDS, *(mapping.totals if mapping else ()))
    )
    return folded in words or folded.startswith(TOTAL_STARTS) or folded.endswith(TOTAL_ENDS)
