"""A table of somebody's own as observations: its columns under our names, its rows with our words.

Comes in as a file of any format that panels have, or as a data frame, in which a row is one value
or a column one indicator; goes out as observations, or, for suites about other tables, as it
stands. What the table does not say is taken as plain: results of the whole district, exact as far
as their digits go. What cannot be understood is told with its row, everything at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import fold_text, nearest_names
from cchc_analysis.data.files import type_columns
from cchc_analysis.data.records import (
    OBSERVATION_COLUMNS,
    TRANSCRIPT_COLUMNS,
    UNCERTAINTY,
    Scope,
)
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.panels.cells import Worksheet, choose_sheet, open_sheets
from cchc_analysis.panels.checks import check_numerals
from cchc_analysis.panels.headings import Table, find_head, find_strays
from cchc_analysis.panels.layouts import print_cells
from cchc_analysis.panels.mapping import PanelMapping
from cchc_analysis.panels.numerals import read_numerals
from cchc_analysis.panels.places import WordFixer, look_up
from cchc_analysis.panels.reading import as_observations, check_units
from cchc_analysis.panels.vocabulary import Vocabulary, load_vocabulary
from cchc_analysis.rules.expressions import Quantity as Operand

if TYPE_CHECKING:
    import pandas as pd

PLACE = ("source_id", "area_id", "scope", "period_start", "period_end")

OUR_NAMES = {"area_code": "area_id", "source": "source_id"}
"""Fields of panels under the names of observations."""

FREE = {*TRANSCRIPT_COLUMNS, "quote", "label", "label_vi", "label_en", "row"}
"""Columns that may stand there and say nothing to a rule."""

TEXTS = (
    *(name for name in OBSERVATION_COLUMNS if name not in UNCERTAINTY),
    *("area", "period", "printed"),
)
"""What a row may say."""
MEND = (
    "Put the text of the report into a column printed, or write all digits without a dot.",
    "Mend the cells, or leave them empty.",
)
WHOLE = Scope.WHOLE_DISTRICT.value
NAMED_BY = ("area", "period", "indicator")
LARGEST = 1e15
"""More than anything an area can report, as in ``expectations/observations.json``."""


def open_own_table(table: pd.DataFrame | Path, reference: Reference) -> pd.DataFrame:
    """The cells of a table as text, by the numbers of their rows, under the headings it has.

    Raises:
        ReportError: The file cannot be read, holds no rows, or cells under no heading.
    """
    if isinstance(table, Path):
        sheet = choose_sheet(table, open_sheets(table))
        own = _find_head(sheet, reference)
        if sheet.lengths is not None:
            # Empty cells at the end of a row mean nothing; those that were cut off are told.
            width, rows = sheet.cells.shape[1], sheet.lengths
            is_told = (rows > width) | (rows.index <= own.last_row)
            own = replace(own, sheet=replace(sheet, lengths=rows.where(is_told, 0)))
    else:
        cells = table.set_axis(range(table.shape[1]), axis=1).reset_index(drop=True)
        own = Table(Worksheet("table", cells), tuple(map(str, table.columns)), -1)
    problems = list(find_strays(own))
    named = [(at, name) for at, name in enumerate(own.names) if name]
    names = [name for _, name in named]
    for name in dict.fromkeys(each for each in names if names.count(each) > 1):
        found, remedy = f"two columns {name!r}", "Rename one, or take it out."
        problems.append(Problem(own.sheet.name, found, "each column once", remedy))
    if problems:
        raise ReportError(problems)
    body = own.body
    if not len(body):
        raise ReportError(Problem(own.sheet.name, "no rows", "at least one row", "Add the rows."))
    if isinstance(table, Path):
        return body[[at for at, _ in named]].set_axis(names, axis=1).apply(print_cells)
    body = body.set_axis(names, axis=1).map(_write_cell)
    return body.set_axis(body.index + 2, axis=0)


def _find_head(sheet: Worksheet, reference: Reference) -> Table:
    """The first row, where it holds a name of ours; else what looks most like a head."""
    first = [str(cell) for cell in sheet.cells.iloc[0]]
    known = Vocabulary(PanelMapping(), reference)
    is_head = any(_name_column(each, known, ()) for each in first if each)
    if sheet.heads is None and is_head and len(sheet.cells) > 1:
        return Table(sheet, tuple(first), int(sheet.cells.index[0]))
    return find_head(sheet, known)


def _write_cell(cell: Any) -> str:
    """A cell of a data frame as text; a number in its shortest form, missing as nothing."""
    import numpy as np

    if cell is None or cell != cell:  # noqa: PLR0124 - NaN is not itself
        return ""
    is_number = isinstance(cell, float) and np.isfinite(cell)
    return np.format_float_positional(cell, trim="-") if is_number else str(cell)


def name_columns(
    file: str, table: pd.DataFrame, operands: Collection[str], reference: Reference
) -> tuple[pd.DataFrame, list[str]]:
    """The table with its columns under our names, and the columns that nothing knows.

    Args:
        file: What to call the table.
        table: Cells as text.
        operands: What rules call quantities, as ``code@scope``; each may be a column.
        reference: The catalogue, whose labels may be columns.

    Raises:
        ReportError: Two columns mean the same, or one may be a mistyped name of ours: to pass it
            over would be to guess that it does not matter.
    """
    known = Vocabulary(PanelMapping(), reference)
    names = {str(each): _name_column(str(each), known, operands) for each in table.columns}
    problems = [
        Problem(
            file,
            f"columns {' and '.join(columns)}, which both mean {name}",
            "one of them",
            "Take the other one out.",
        )
        for name in dict.fromkeys(filter(None, names.values()))
        for columns in [[each for each in names if names[each] == name]]
        if len(columns) > 1
    ]
    ours = [*OBSERVATION_COLUMNS, "area", "period", "printed"]
    ours += [word for words in load_vocabulary()["own_fields"].values() for word in words]
    unknown = [each for each, name in names.items() if not name and fold_text(each) not in FREE]
    for column in unknown:
        near = [*ours, *nearest_names(column, reference.indicator_rows)]
        if nearest := [each for each in near if _is_slip(column, each)]:
            remedy = f"Did you mean {' or '.join(nearest[:3])}? Rename it, or take it out."
            expected = "a column of observations, or an indicator"
            problems.append(Problem(file, f"unknown column {column!r}", expected, remedy))
    if problems:
        raise ReportError(problems)
    return table.rename(columns={each: name or each for each, name in names.items()}), unknown


def _name_column(column: str, known: Vocabulary, operands: Collection[str]) -> str:
    folded = fold_text(column.replace("_", " "))
    if column in operands or column in OBSERVATION_COLUMNS or column in FREE:
        return column
    for name, words in load_vocabulary()["own_fields"].items():
        if folded in words:
            return str(name)
    if field := known.match_field(column):
        return OUR_NAMES.get(field, field)
    value = known.match_value(column)
    return value.indicator if value and not value.period else ""


def _is_slip(name: str, known: str) -> bool:
    """Whether a name is a known one but for a letter or an s."""
    folded = "_".join(name.casefold().split())
    is_near = folded.rstrip("s") == known or abs(len(folded) - len(known)) <= 1
    return is_near and known in nearest_names(folded, [known]) and folded[:3] == known[:3]


def melt_columns(file: str, table: pd.DataFrame, operands: Mapping[str, Operand]) -> pd.DataFrame:
    """A table with one column an indicator as one with one row a value."""
    import pandas as pd

    keyed = table.assign(source_id=_name_rows(file, table), row=table.index)
    kept = [name for name in keyed.columns if name in (*PLACE, "area", "period", "status", "row")]
    parts = [
        keyed[kept].assign(
            indicator=operands[name].code,
            breakdown=operands[name].breakdown,
            value=keyed[name],
            figures=[f"{name}:{row}" for row in keyed["row"]],
            **({"scope": operands[name].scope} if operands[name].scope else {}),
        )
        for name in table.columns
        if name in operands
    ]
    return pd.concat(parts, ignore_index=True)


def _name_rows(file: str, table: pd.DataFrame) -> list[str]:
    """A source for each row, so that rows never mix; its own name where that is enough."""
    key = [name for name in (*PLACE, "area", "period") if name in table.columns]
    if "source_id" in key and not table.duplicated(key).any():
        return list(table["source_id"])
    return [f"{Path(file).stem} row {row}" for row in table.index]


def make_observations(file: str, table: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Values with what a table of one's own may leave out; cells without a number are missing.

    Raises:
        ReportError: What rows say that means nothing, everything at once.
    """
    if {*OBSERVATION_COLUMNS} - {*UNCERTAINTY} <= {*table.columns}:
        return type_cells(file, table.reindex(columns=list(OBSERVATION_COLUMNS), fill_value=""))
    texts = table.reindex(columns=list(TEXTS), fill_value="").astype("str")
    texts = texts.apply(lambda cells: cells.str.strip()).assign(row=table.get("row", table.index))
    texts = texts[(texts["value"] != "") | (texts["printed"] != "")].reset_index(drop=True)
    if texts.empty:
        raise ReportError(Problem(file, "no values", "at least one", "Fill in the values."))
    lines = "row:" + texts["row"].astype("str")
    for name, usual in (("source_id", Path(file).stem), ("scope", WHOLE), ("figures", lines)):
        texts[name] = texts[name].where(texts[name] != "", usual)
    texts["period"] = texts["period"].where(texts["period_end"] == "", "")
    fixer = WordFixer(texts, file, has_mapping=False)
    fixer.match_periods()
    known = Vocabulary(PanelMapping(), reference)
    values = {cell: known.match_value(cell) for cell in texts["indicator"].unique()}
    scopes = {word: each for each, words in load_vocabulary()["scopes"].items() for word in words}
    rows = fixer.translate(
        reference,
        indicator={cell: value.indicator for cell, value in values.items() if value},
        scope=scopes | {each.value: each.value for each in Scope},
    )
    figures = _read_numbers(_match_areas(rows, reference), reference)
    is_large = figures["value"].abs() > LARGEST
    for code, large in figures[is_large].groupby("indicator", sort=False):
        found, expected = f"{code}: {large['value'].iloc[0]:g}", f"a number up to {LARGEST:g}"
        mask = is_large & (figures["indicator"] == code)
        fixer.complain(mask, found, expected, "Mend the cell, or leave it empty.")
    problems = [*fixer.problems, *check_numerals(figures, file, MEND, NAMED_BY)]
    problems += check_units(figures, reference, file)
    if problems:
        raise ReportError(problems)
    units = reference.unit_rows
    is_rounded = figures["unit"].map(
        lambda unit: (
            units[unit]["kind"] == "rate"
            or (units[unit]["kind"] == "money" and units[unit]["multiplier"] > 1)
        )
    )
    return _number_readings(as_observations(figures, reference, is_rounded))


def _match_areas(rows: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """A name becomes the code of its area; a name that nobody knows stands for itself.

    Beside the code of a district, the name of one of its communes says more.
    """
    found: dict[tuple[str, str], str] = {}
    for name, code in zip(rows["area"], rows["area_id"], strict=True):
        if (name, code) in found:
            continue
        try:
            named = reference.match_area(name) if name else ""
        except KeyError:
            named = "" if code else name
        is_below = reference.area_rows.get(named, {}).get("parent_id") == code
        found[name, code] = named if named and (is_below or not code) else code
    places = zip(rows["area"], rows["area_id"], strict=True)
    return rows.assign(area_id=[found[place] for place in places])


def _read_numbers(rows: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """The numbers as printed where they can be read, else the values beside them.

    Values are written as machines write them; of money and counts the dots may be thousands. Where
    a person gives another value than the digits say, it is how they read them.
    """
    import numpy as np
    import pandas as pd

    kinds = {unit: str(row["kind"]) for unit, row in reference.unit_rows.items()}
    kind = look_up(rows["unit"], kinds)
    is_plain = ~kind.isin(["count", "money"])

    def read(cells: pd.Series[Any], mark: str = "") -> pd.DataFrame:
        at, most = cells.index, pd.Series(np.nan, index=cells.index)
        return read_numerals(cells, rows["indicator"][at], kind[at], most, mark)

    held = rows["value"] != ""
    given = pd.concat(
        [read(rows.loc[held & is_plain, "value"], "."), read(rows.loc[held & ~is_plain, "value"])]
    ).reindex(rows.index)
    shown = read(rows.loc[rows["printed"] != "", "printed"]).reindex(rows.index)
    is_same = (shown["fault"] == "") & np.isclose(shown["value"], given["value"])
    numbers = shown.where(~held | is_same, given)
    numbers["comparator"] = rows["comparator"].where(
        rows["comparator"] != "", numbers["comparator"]
    )
    unsure = dict.fromkeys(UNCERTAINTY, np.nan)
    plain = rows.drop(columns=["value", "decimals", "comparator"], errors="ignore")
    figures = plain.join(numbers).assign(**unsure, figure_id=rows["figures"])
    return figures.assign(printed=rows["printed"].where(rows["printed"] != "", rows["value"]))


def _number_readings(made: pd.DataFrame) -> pd.DataFrame:
    """One row for each value of a quantity, however often it is said; the first is published."""
    key = [*PLACE, "indicator", "breakdown", "status"]
    same = [*key, "value", "comparator"]
    together = made.groupby(same, sort=False, dropna=False)["figures"].agg(" ".join)
    made = made.drop_duplicates(same).assign(figures=together.array).reset_index(drop=True)
    reading = made.groupby(key, sort=False).cumcount() + 1
    return made.assign(reading=reading, is_published=reading == 1)


def type_cells(file: str, table: pd.DataFrame) -> pd.DataFrame:
    """A table that has all columns of ours, its numbers as numbers."""
    try:
        return type_columns(table.replace({"is_published": {"True": "true"}}))
    except ValueError as error:
        found, expected = str(error), "a number in every number cell"
        raise ReportError(Problem(file, found, expected, "Mend the cell.")) from None
