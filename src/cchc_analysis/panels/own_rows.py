"""A table of somebody's own as observations: its columns under our names, its rows with our words.

Comes in as a file of any format that panels have, or as a data frame, in which a row is one value
or a column one indicator; goes out as observations, or, for suites about other tables, as it
stands. What the table does not say is taken as plain: results of the whole district, exact as far
as their digits go. What cannot be understood is told with its row, everything at once.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import (
    NumberError,
    PeriodError,
    fold_text,
    nearest_names,
    parse_number,
    parse_period,
)
from cchc_analysis.data.files import type_columns
from cchc_analysis.data.records import (
    OBSERVATION_COLUMNS,
    TRANSCRIPT_COLUMNS,
    UNCERTAINTY,
    Comparator,
    Number,
    Scope,
    Status,
)
from cchc_analysis.data.reference import Reference, suggest
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.panels.cells import Worksheet, choose_sheet, open_sheets
from cchc_analysis.panels.headings import Table, find_head, find_strays
from cchc_analysis.panels.layouts import print_cells
from cchc_analysis.panels.mapping import PanelMapping
from cchc_analysis.panels.vocabulary import Vocabulary, load_words
from cchc_analysis.rules.expressions import Quantity as Operand

if TYPE_CHECKING:
    import pandas as pd

PLACE = ("source_id", "area_id", "scope", "period_start", "period_end")

OUR_NAMES = {"area_code": "area_id", "source": "source_id"}
"""Fields of panels under the names of observations."""

FREE = {*TRANSCRIPT_COLUMNS, "quote", "label", "label_vi", "label_en", "row"}
"""Columns that may stand there and say nothing to a rule."""

LARGEST = 1e15
"""More than anything a district can report, as in ``expectations/observations.json``."""

GROUP = 3
"""Digits of a group of thousands."""

DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(OBSERVATION_COLUMNS, ""),
    **dict.fromkeys(UNCERTAINTY, float("nan")),
    "scope": Scope.WHOLE_DISTRICT.value,
    "status": Status.ACTUAL.value,
}

Fault = tuple[str, str, str]
"""What was found, what was expected, and what to do."""


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
    ours += [word for words in load_words()["own_fields"].values() for word in words]
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
    for name, words in load_words()["own_fields"].items():
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
    import pandas as pd

    if {*OBSERVATION_COLUMNS} - {*UNCERTAINTY} <= {*table.columns}:
        return type_cells(file, table.reindex(columns=list(OBSERVATION_COLUMNS), fill_value=""))
    known = Vocabulary(PanelMapping(), reference)
    codes = {cell: _match_code(cell, known, reference) for cell in table["indicator"].unique()}
    problems: list[Problem] = []
    rows: list[dict[str, Any]] = []
    for number, cells in zip(table.index, table.to_dict("records"), strict=True):
        if not (str(cells.get("value", "")).strip() or str(cells.get("printed", "")).strip()):
            continue
        line = cells.get("row", number)
        row = DEFAULTS | {"source_id": Path(file).stem, "figures": f"row:{line}"}
        row |= {str(name): cell for name, cell in cells.items() if cell != "" or name not in row}
        row["indicator"] = codes[row["indicator"]]
        found = list(_settle_row(row, reference))
        named = (row.get(name) for name in ("area", "area_id", "period", "indicator"))
        who = ", ".join(dict.fromkeys(str(each) for each in named if each))
        problems += [Problem(f"{file} row {line} ({who})", *each) for each in found]
        rows.append(row)
    if problems:
        raise ReportError(problems)
    if not rows:
        raise ReportError(Problem(file, "no values", "at least one", "Fill in the values."))
    return _number_readings(pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS)))


def _match_code(cell: str, known: Vocabulary, reference: Reference) -> str:
    value = None if cell in reference.indicator_rows else known.match_value(cell)
    return value.indicator if value and value.indicator else cell


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


def _settle_row(row: dict[str, Any], reference: Reference) -> Iterator[Fault]:
    """Put a row into our own words, in place; what cannot be is told."""
    said = {word: scope for scope, words in load_words()["scopes"].items() for word in words}
    scope = said | {fold_text(each): each.value for each in Scope}
    if (word := fold_text(str(row["scope"]))) not in scope:
        yield f"scope {row['scope']!r}", f"one of {', '.join(Scope)}", "Use one of these words."
    row["scope"] = scope.get(word)
    if row["status"] not in tuple(Status):
        yield f"status {row['status']!r}", f"one of {', '.join(Status)}", "Use one of these words."
    known = reference.indicator_rows.get(row["indicator"])
    if known is None:
        remedy = suggest(str(row["indicator"]), reference.indicator_rows, "indicators.csv")
        yield f"unknown indicator {row['indicator']!r}", "a known one", f"{remedy}."
        return
    _settle_area(row, reference)
    yield from _settle_period(row)
    yield from _settle_value(row, known, reference)


def _settle_area(row: dict[str, Any], reference: Reference) -> None:
    """A name becomes the code of its area; a name that nobody knows stands for itself.

    Beside the code of a district, the name of one of its communes says more.
    """
    name = str(row.get("area", ""))
    if not name:
        return
    try:
        named = reference.match_area(name)
    except KeyError:
        named = "" if row["area_id"] else name
    is_below = reference.area_rows.get(named, {}).get("parent_id") == row["area_id"]
    if named and (is_below or not row["area_id"]):
        row["area_id"] = named


def _settle_period(row: dict[str, Any]) -> Iterator[Fault]:
    if row["period_end"] or not row.get("period"):
        return
    try:
        period = parse_period(str(row["period"]))
    except PeriodError as error:
        yield str(error), "a period such as 2024-H1", "Use its label, or period_start, period_end."
        return
    row["period_start"] = period.start.isoformat() if period.start else ""
    row["period_end"] = period.end.isoformat() if period.end else ""


def _settle_value(
    row: dict[str, Any], known: Mapping[str, Any], reference: Reference
) -> Iterator[Fault]:
    """The value of a row in the unit of its indicator, with the room that its digits leave."""
    unit = str(row["unit"] or known["unit"])
    described = reference.unit_rows.get(unit, {"kind": "other", "multiplier": 1.0})
    try:
        number = _read_number(row, str(described["kind"]))
        factor = reference.convert_unit(unit, str(known["unit"]))
    except NumberError as error:
        yield str(error), "a number", "Mend the cell."
        return
    except KeyError as error:
        yield f"unit {unit!r}", f"one that turns into {known['unit']!r}", f"{error.args[0]}."
        return
    if not abs(number.value) <= LARGEST:
        found = f"{number.value:g} for {row['indicator']}"
        yield found, f"a number up to {LARGEST:g}", "Mend the cell, or leave it empty."
        return
    is_rounded = described["kind"] == "rate" or (
        described["kind"] == "money" and described["multiplier"] > 1
    )
    room = number.half_unit if is_rounded or number.decimals < 0 else 0.0
    row |= {
        "unit": known["unit"],
        "value": number.value if factor == 1 else float(f"{number.value * factor:.14g}"),
        "decimals": max(number.decimals, 0),
        "low": (number.value - room) * factor,
        "high": (number.value + room) * factor,
        "comparator": row["comparator"] or number.comparator.value,
    }


def _read_number(row: Mapping[str, Any], kind: str) -> Number:
    """The number as printed where that can be read in one way, else the value beside it."""
    value, printed = str(row["value"]).strip(), str(row.get("printed", "")).strip()
    if not printed:
        return _parse(value, kind)
    if not value:
        return parse_number(printed, kind)
    given = _parse(value, kind)
    try:
        shown = parse_number(printed, kind)
    except NumberError:
        return given
    # Where a person gives another value than the digits say, it is how they read them.
    return shown if math.isclose(shown.value, given.value) else given


def _parse(text: str, kind: str) -> Number:
    """A number as machines write it, or, for a thing that is counted, as reports print it."""
    text = text.removesuffix(".0")
    try:
        value = float(text) if kind != "count" and "_" not in text else math.nan
    except ValueError:
        value = math.nan
    whole, _, fraction = text.partition(".")
    if kind == "money" and len(fraction) == GROUP and 0 < len(whole.lstrip("-")) <= GROUP:
        raise NumberError(
            f"{text!r} can be thousands or decimals: put the text of the report into a column "
            "printed, or write all digits without a dot"
        )
    if math.isnan(value) and text.casefold() != "nan":
        return parse_number(text, kind)
    decimals = len(fraction) if "e" not in text.casefold() else 0
    return Number(value, decimals, Comparator.EQUAL)
