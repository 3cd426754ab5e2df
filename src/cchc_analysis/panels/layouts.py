"""Layouts of publishers into one: areas in rows, and over each column what it holds.

Comes in as a sheet of cells; goes out as one table, or several with the same areas. A sheet with
areas in its columns is turned; ranked lists side by side, each value beside its own area, are
parted list by list. What was done is said in the remark of the sheet. From there a table becomes
one row per figure as printed: what is no figure, and what repeats others, is set aside and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import fold_text, slug_text
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.panels.cells import TOP, Worksheet
from cchc_analysis.panels.headings import (
    INTERVAL,
    SAMPLE,
    VALUE_AND_INTERVAL,
    Roles,
    find_head,
    print_cell,
)
from cchc_analysis.panels.mapping import FIELDS, PanelMapping
from cchc_analysis.panels.vocabulary import Vocabulary, find_years, last_part, load_vocabulary

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import AreaIndex

FEWEST_TURNED = 3
"""Areas in one row from which on a sheet may be turned."""
ABOVE = ("area_code", "province", "period")
"""What a row above the names of the areas may say of them."""
MOSTLY, NEARLY_ALL = 0.5, 0.8
WORD_FIELDS = tuple(name for name in FIELDS if name != "value")


def arrange_sheet(sheet: Worksheet, known: Vocabulary) -> list[Worksheet]:
    """Bring a sheet into the one layout that is read.

    Returns:
        One table, or one for each list where several stand side by side.

    Raises:
        ReportError: There is no head, or nothing below it.
    """
    index = known.reference.wide_areas
    if not sheet.names and (turned := _turn(sheet, known, index)):
        return [turned]
    table = _head_areas(find_head(sheet, known, known.mapping.header_row), known, index)
    return _part(table, known, index) or [table]


def _head_areas(table: Worksheet, known: Vocabulary, index: AreaIndex) -> Worksheet:
    """A column of areas under no heading, the corner of many tables, is headed "area"."""
    if any(known.match_field(name) in ("area", "province") for name in table.names):
        return table
    at = find_area_column(table, (at for at, name in enumerate(table.names) if not name), index)
    if at is None:
        return table
    return replace(table, names=(*table.names[:at], "area", *table.names[at + 1 :]))


def find_area_column(table: Worksheet, columns: Iterable[int], index: AreaIndex) -> int | None:
    """The first of some columns whose words are mostly names of areas."""
    sample = table.cells.iloc[:SAMPLE]
    for at in columns:
        held = sample[[at]][sample[at].map(is_word)]
        if len(held) and mark_areas(held, index)[at].mean() > MOSTLY:
            return at
    return None


def mark_areas(cells: pd.DataFrame, index: AreaIndex) -> pd.DataFrame:
    """Which cells name an area."""

    @cache
    def is_area(text: str) -> bool:
        return bool(text) and bool(index.find(text))

    return cells.map(lambda cell: isinstance(cell, str) and is_area(cell))


def is_figure(cell: object) -> bool:
    """A number, with a sign, a unit or marks perhaps, and no words; NaN is an empty cell."""
    if not isinstance(cell, str):
        return cell == cell  # noqa: PLR0124
    return bool(re.search(r"\d", cell) and not re.search(r"[^\W\d_]{3,}", cell))


def _turn(sheet: Worksheet, known: Vocabulary, index: AreaIndex) -> Worksheet | None:
    """The sheet with its columns as rows, where its columns are areas and its rows are not."""
    cells = sheet.cells
    marks = mark_areas(cells.iloc[:SAMPLE], index)
    top = marks.iloc[:TOP].sum(axis=1)
    if top.empty or top.max() < FEWEST_TURNED or top.max() <= marks.sum(axis=0).max():
        return None
    row: Any = top.idxmax()
    below = cells[cells.index > row]
    areas = [column for column in map(int, cells.columns) if marks.at[row, column]]
    before = list(range(areas[0]))
    if not before or below.empty or below[areas].map(is_figure).to_numpy().mean() < MOSTLY / 2:
        return None
    label = max(before, key=lambda at: _weigh_labels(below[at], known))
    names = [column for column in map(int, cells.columns[areas[0] :]) if cells.at[row, column]]
    labels = _name_rows(cells[before], label, row)
    rows = [
        each
        for each in cells.index.drop(row)
        if (each > row or known.match_field(labels[each]) in ABOVE)
        and (is_word(labels[each]) or find_years(labels[each]))
        and not {*cells.loc[each, names]} - {"", None} <= {labels[each]}  # as a title says
    ]
    title = str(cells.at[row, label])
    head = title if known.match_field(title) in ("area", "province") else "area"
    body = cells.loc[[row, *rows], names].T
    body = body.set_axis([name + 1 for name in names]).set_axis(range(len(rows) + 1), axis=1)
    lost = len(before) - 1
    remark = "areas stand in columns: turned" + (f", {lost} columns left of them out" * bool(lost))
    return _lay(sheet, body, (head, *labels[rows]), remark)


def _lay(sheet: Worksheet, cells: pd.DataFrame, names: tuple[str, ...], remark: str) -> Worksheet:
    said = "; ".join(filter(None, (sheet.remark, remark)))
    return replace(sheet, cells=cells, names=names, lengths=None, remark=said)


def _weigh_labels(cells: pd.Series[Any], known: Vocabulary) -> tuple[int, int]:
    """How much a column looks like the labels of rows: what is known of it, then its letters."""
    texts = {cell for cell in cells if is_word(cell)}
    return sum(known.match_value(text) is not None for text in texts), sum(map(len, texts))


def is_word(cell: object) -> bool:
    """Whether a cell is a text with letters."""
    return isinstance(cell, str) and any(map(str.isalpha, cell))


def _name_rows(beside: pd.DataFrame, label: int, head: int) -> pd.Series[Any]:
    """What each row is about: its label, and with it what tells rows of one label apart.

    A second column does so where it repeats itself (the year, "điểm" and "cận dưới"); one that says
    something else in each row holds codes.
    """
    texts = beside.map(print_cell)
    own, is_below = texts[label], texts.index > head
    filled = own.where(own != "").ffill().fillna("")
    for other in (texts[each] for each in map(int, texts.columns) if each != label):
        is_held = (other != "") & (filled != "") & is_below
        pairs = (filled + " / " + other)[is_held]
        is_told = is_held[is_below].mean() > MOSTLY and pairs.nunique() > filled[is_held].nunique()
        if is_told and pairs.is_unique and other[is_held].nunique() <= len(pairs) / 2:
            return own.where(~is_held, pairs)
    return own


def _part(table: Worksheet, known: Vocabulary, index: AreaIndex) -> list[Worksheet]:
    """Lists side by side as tables of their own, nothing where there are none."""
    body, names = table.cells, table.names
    sample = body.iloc[:SAMPLE]
    areas, figures = mark_areas(sample, index), sample.map(is_figure)
    starts = [at for at in map(int, sample.columns) if names_areas(sample[at], areas[at])]
    is_value = [
        bool(figures[at].mean() > MOSTLY) and not known.is_beside(name)
        for at, name in zip(sample.columns, names, strict=False)
    ]
    limits = pairwise([*starts, len(names)])
    firsts = [start for start, end in limits if any(is_value[start + 1 : end])]
    if len(firsts) < 2:
        return []
    lead = firsts[0]
    shared = [lead, *(_count_shared(names, start, lead) for start in firsts[1:])]
    begins = [start - own for start, own in zip(firsts, shared, strict=True)]
    remark = f"{len(firsts)} lists side by side, each with its own areas"
    return [
        _cut(table, body, (begin, start, end), remark * (start == lead))
        for begin, start, end in zip(begins, firsts, [*begins[1:], len(names)], strict=True)
    ]


def names_areas(cells: pd.Series[Any], is_area: pd.Series[Any]) -> bool:
    """Whether a column names areas, nearly each of them once."""
    held = cells[cells.map(is_word)]
    if held.empty or is_area[held.index].mean() < MOSTLY:
        return False
    return bool(held.nunique() >= NEARLY_ALL * len(held))


def _count_shared(names: tuple[str, ...], start: int, lead: int) -> int:
    """How many columns before an area have the lower headings of those before the first area."""
    for back in range(1, lead + 1):
        name = last_part(names[start - back])
        if not name or name != last_part(names[lead - back]):
            return back - 1
    return lead


def _cut(
    table: Worksheet, body: pd.DataFrame, place: tuple[int, int, int], remark: str
) -> Worksheet:
    begin, start, end = place
    names = {at: table.names[at] for at in range(begin, end)}
    value = next((at for at in names if at > start), start)
    names[value] = names[value] or names[start]  # the heading stands over the area instead
    names[start] = "area"
    cells = body[[*names]]
    cells = cells[cells[start].map(is_word)].set_axis(range(len(names)), axis=1)
    return _lay(table, cells, tuple(names.values()), remark)


def unfold_table(
    table: Worksheet, roles: Roles, mapping: PanelMapping, notes: list[str]
) -> pd.DataFrame:
    """Turn a table into one row per figure; ``notes`` gain what was set aside, in words.

    Returns:
        One row per figure: ``WORD_FIELDS`` as texts, ``row``, ``section`` (its heading),
        ``printed`` (text or float), ``rank`` and ``rank_of`` as texts, and ``is_total`` for rows
        that reckon over the others. ``attrs`` tell ``cells``: how many could have held a figure.

    Raises:
        ReportError: No column holds figures, or nothing says of which area, indicator or period.
    """
    if problems := list(_find_gaps(table, roles, mapping)):
        raise ReportError(problems)
    figures = _melt(table.cells, _describe_rows(table, roles, mapping), roles)
    cells = len(figures)
    notes += filter(None, [table.remark])
    figures = _drop_missing(figures, mapping, notes)
    if figures["is_total"].any():
        totals = figures[figures["is_total"]]
        said = ", ".join(map(repr, totals["area"].unique()))
        notes.append(f"{totals['row'].nunique()} rows of totals ({said}) left out of the data")
    if figures["is_total"].all():
        found = "a head and no figure"
        raise ReportError(Problem(table.name, found, "at least one", "Fill the cells."))
    figures = figures.reset_index(drop=True)
    figures.attrs["cells"] = cells
    return figures


def _find_gaps(table: Worksheet, roles: Roles, mapping: PanelMapping) -> Iterable[Problem]:
    """What no column and no constant says."""
    said = {*roles.fields, *mapping.constants}
    values = [each for each in roles.values.values() if not each.bound]
    is_said = {
        "area": said & {"area", "area_code"},
        "indicator": "indicator" in said or (values and all(each.indicator for each in values)),
        "period": said & {"period", "period_end"}
        or (values and all(each.period for each in values)),
        "value": values,
    }
    for name in (name for name in is_said if not is_said[name]):
        yield Problem(
            table.name,
            f"nothing says the {name}",
            f"a column or a constant for the {name}",
            f"Say `columns: {{{name}: <heading>}}` or `constants: {{{name}: …}}` in the mapping.",
        )


def _describe_rows(table: Worksheet, roles: Roles, mapping: PanelMapping) -> pd.DataFrame:
    """The words that describe each row of the table, as texts."""
    import pandas as pd

    body = table.cells
    folded = [fold_text(name) for name in table.names]
    ranks = {"rank": mapping.ranks.column, "rank_of": mapping.ranks.of} if mapping.ranks else {}
    places = dict(roles.fields) | {
        name: folded.index(fold_text(heading))
        for name, heading in ranks.items()
        if heading and fold_text(heading) in folded
    }
    words: dict[str, Any] = dict.fromkeys((*WORD_FIELDS, "rank", "rank_of"), "")
    words |= {name: said for name, said in mapping.constants.items() if name in words}
    words |= {
        each: print_cells(body[at]).to_numpy() for each, at in places.items() if each in words
    }
    rows = pd.DataFrame(words, index=body.index).astype("str").assign(row=body.index)
    if roles.form or "breakdown" in roles.fields:
        rows["breakdown"] = _name_breakdowns(rows["breakdown"], roles)
    if "area" in roles.fields:
        rows["area"] = _label_rows(rows, body, roles)
    is_named = "area" in roles.fields or not roles.form
    known = {label: is_named and is_total(label, mapping) for label in rows["area"].unique()}
    return rows.assign(is_total=rows["area"].map(known).astype("bool"))


def _label_rows(rows: pd.DataFrame, body: pd.DataFrame, roles: Roles) -> pd.Series[Any]:
    """The area of each row; where it says none, the words in a column that nothing is known of.

    So "Trung vị" may stand in the column of running numbers or of ranks.
    """
    labels, taken = rows["area"], {*roles.fields.values(), *roles.values}
    is_open = (labels == "") & (rows["area_code"] == "")
    for at in (each for each in map(int, body.columns) if is_open.any() and each not in taken):
        is_label = is_open & (labels == "") & body[at].map(is_word)
        labels = labels.where(~is_label, body[at].astype("str"))
    return labels


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


def _name_breakdowns(labels: pd.Series[Any], roles: Roles) -> pd.Series[Any]:
    """A label such as "Đất đai" becomes ``field=dat_dai``; a label of totals becomes the whole."""
    heading = "field" if roles.form else fold_text(roles.names[roles.fields["breakdown"]])
    kind = "field" if "linh vuc" in heading or "field" in heading else "item"
    names = {
        label: ""
        if not label or is_total(label)
        else label
        if "=" in label
        else f"{kind}={slug_text(label).replace('-', '_')}"
        for label in labels.unique()
    }
    return labels.map(names)


def _melt(body: pd.DataFrame, rows: pd.DataFrame, roles: Roles) -> pd.DataFrame:
    """One table per column of figures, beneath each other, in the order of the rows."""
    import pandas as pd

    parts = []
    for position, value in roles.values.items():
        if value.bound:
            continue
        part = rows.assign(**value.said, section=roles.names[position], printed=body[position])
        for at, bound in roles.values.items():
            if bound.bound and bound.model_copy(update={"bound": ""}) == value:
                cells = print_cells(body[at]).astype("str")
                pair = cells.str.extract(f"^{INTERVAL}$").fillna("")
                names = pair.columns if bound.bound == "interval" else ()
                part = part.assign(**{bound.bound: cells}, **{each: pair[each] for each in names})
        parts.append(part)
    melted = pd.concat(parts, ignore_index=True)
    return _split_cells(melted.sort_values("row", kind="stable", ignore_index=True))


def _split_cells(figures: pd.DataFrame) -> pd.DataFrame:
    """Cells such as "42.3 (39.1-45.2)" into the value and its bounds."""
    if figures["printed"].dtype.kind == "f":
        return figures
    texts = figures["printed"].astype("str")
    texts = texts[texts.str.contains(r"[\d%]\s*[(\[]")]
    found = texts.str.extract(f"^{VALUE_AND_INTERVAL}$").dropna()
    for name in found.columns if len(found) else ():
        figures[name] = figures[name].where(~figures.index.isin(found.index), found[name])
    return figures


def _drop_missing(figures: pd.DataFrame, mapping: PanelMapping, notes: list[str]) -> pd.DataFrame:
    printed = figures["printed"]
    texts = print_cells(printed).astype("str")
    words = {*load_vocabulary()["missing"], *(word.casefold() for word in mapping.missing)}
    is_missing = printed.isna() | texts.str.casefold().isin(words)
    if is_missing.any():
        notes.append(f"{int(is_missing.sum())} empty cells")
    for absence in mapping.absent:
        is_absent = (figures["indicator"] == absence.indicator) & (texts == absence.printed)
        if (is_absent & ~is_missing).any():
            areas = ", ".join(dict.fromkeys(figures.loc[is_absent, "area"]))
            notes.append(
                f"{int(is_absent.sum())} cells {absence.printed!r} of {absence.indicator} "
                f"({areas}) left out: {absence.reason}"
            )
            is_missing |= is_absent
    return figures[~is_missing]


def is_total(label: str, mapping: PanelMapping | None = None) -> bool:
    """Whether a label is that of a row which adds up others; names of areas never are."""
    if mapping and label in mapping.areas:
        return False
    folded, words = fold_text(label), load_vocabulary()
    own = map(fold_text, mapping.totals if mapping else ())
    return (
        folded in {*words["totals"], *own}
        or folded.startswith(tuple(words["total_starts"]))
        or folded.endswith(tuple(words["total_ends"]))
    )
