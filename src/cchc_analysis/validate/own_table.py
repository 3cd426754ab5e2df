"""A suite over a table of somebody's own: one row a value, or one column an indicator.

Comes in as two files; goes out as findings. What the table does not say is taken as plain: results
of the whole district, exact as far as their digits go. Columns that the suite cannot do without are
asked for in a sentence, before any rule is run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.clean import NumberError, parse_number
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.files import type_columns
from cchc_analysis.identities.expressions import Reference as Operand
from cchc_analysis.records import OBSERVATION_COLUMNS, Scope
from cchc_analysis.reference import Reference
from cchc_analysis.validate.drafts import PLACE
from cchc_analysis.validate.suites import Suite, list_columns, list_missing_columns

if TYPE_CHECKING:
    import pandas as pd

DESCRIBED = ("range_min", "range_max")
"""What the catalogue adds to a table that names indicators."""

NEEDED = ("indicator", "value")
"""Without these a table has no values; with them it has one a row."""

DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(OBSERVATION_COLUMNS, ""),
    "scope": Scope.WHOLE_DISTRICT.value,
    "status": "actual",
    "comparator": "=",
}


def load_own_table(path: Path, suite: Suite, reference: Reference) -> pd.DataFrame:
    """Load a table for a suite.

    Returns:
        Observations for a suite on observations or statements, else the table as it is.

    Raises:
        ReportError: The file cannot be read, a number is none, or columns are missing.
    """
    table = _read(path)
    if suite.table in ("indicators", "transcripts"):
        _check_columns(path, table, suite)
        return _type(path, table)
    if set(NEEDED) <= set(table.columns):
        return _make_observations(path, table, reference)
    if suite.table == "statements":
        return _make_observations(path, _melt(path, table, suite), reference)
    raise ReportError(
        Problem(
            path.name,
            f"columns {', '.join(table.columns)}",
            f"at least {' and '.join(NEEDED)}, one value a row",
            "Name the columns as in data/processed/observations.csv.",
        )
    )


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        table = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ReportError(
            Problem(path.name, reason, "a table as CSV in UTF-8", "Mend the file.")
        ) from None
    if table.empty:
        raise ReportError(Problem(path.name, "no rows", "at least one row", "Add the rows."))
    return table


def _check_columns(path: Path, table: pd.DataFrame, suite: Suite) -> None:
    there = {*table.columns, "row", *(DESCRIBED if "indicator" in table else ())}
    missing = dict.fromkeys(
        name
        for rule in suite.rules
        for name in list_missing_columns(rule, there)
        if list_columns(rule)
    )
    if missing:
        raise ReportError(
            Problem(
                path.name,
                f"no column {', '.join(missing)}",
                f"the columns that {suite.file} looks at",
                "Add the columns, or take the rules out of the suite.",
            )
        )


def _melt(path: Path, table: pd.DataFrame, suite: Suite) -> pd.DataFrame:
    """A table with one column an indicator as one with one row a value."""
    import pandas as pd

    operands = {
        str(operand): operand
        for identity in suite.identities
        for operand in identity.operands
        if isinstance(operand, Operand)
    }
    columns = [name for name in table.columns if name in operands]
    if not any(_is_runnable(suite, columns)):
        wanted = [str(each) for each in suite.identities[0].operands] if suite.identities else []
        raise ReportError(
            Problem(
                path.name,
                f"no rule of {suite.file} finds its columns among {', '.join(table.columns)}",
                f"columns named by indicator, such as {', '.join(wanted)}, "
                "or indicator and value with one value a row",
                "Rename the columns.",
            )
        )
    keyed = table.assign(source_id=_name_rows(path, table))
    parts = [
        keyed[[name for name in keyed.columns if name in (*PLACE, "status")]].assign(
            indicator=operands[name].code,
            breakdown=operands[name].breakdown,
            value=keyed[name],
            figures=[f"{name}:{row}" for row in range(2, len(keyed) + 2)],
            **({"scope": operands[name].scope} if operands[name].scope else {}),
        )
        for name in columns
    ]
    melted = pd.concat(parts, ignore_index=True)
    return melted[melted["value"] != ""].reset_index(drop=True)


def _is_runnable(suite: Suite, columns: list[str]) -> Iterator[bool]:
    for rule in suite.rules:
        yield rule.identity is not None and not list_missing_columns(rule, columns)


def _name_rows(path: Path, table: pd.DataFrame) -> list[str]:
    """A source for each row, so that rows never mix; its own name where that is enough."""
    key = [name for name in PLACE if name in table.columns]
    if "source_id" in key and not table.duplicated(key).any():
        return list(table["source_id"])
    return [f"{path.stem} row {row}" for row in range(2, len(table) + 2)]


def _make_observations(path: Path, table: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Values with what a table of one's own may leave out."""
    import pandas as pd

    if set(OBSERVATION_COLUMNS) <= set(table.columns):
        return _type(path, table[list(OBSERVATION_COLUMNS)])
    problems, rows = [], []
    for number, cells in enumerate(table.to_dict("records"), start=2):
        row = DEFAULTS | {"source_id": path.stem, "figures": f"row:{number}"}
        row |= {str(name): cell for name, cell in cells.items() if cell != "" or name not in row}
        try:
            rows.append(row | _read_value(row, reference))
        except NumberError as error:
            problems.append(
                Problem(f"{path.name} row {number}", str(error), "a number", "Mend the cell.")
            )
    if problems:
        raise ReportError(problems)
    made = pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS))
    key = [*PLACE, "indicator", "breakdown", "status"]
    reading = made.groupby(key, sort=False).cumcount() + 1
    return made.assign(reading=reading, is_published=reading == 1)


def _type(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    """A table that has all columns of observations."""
    try:
        return type_columns(table.replace({"is_published": {"True": "true"}}))
    except ValueError as error:
        raise ReportError(
            Problem(path.name, str(error), "cells of the kind of their column", "Mend the cell.")
        ) from None


def _read_value(row: dict[str, Any], reference: Reference) -> dict[str, Any]:
    """The value of a row, with its room and its unit."""
    known = reference.indicator_rows.get(row["indicator"], {})
    unit = row["unit"] or known.get("unit", "")
    kind = reference.unit_rows.get(unit, {}).get("kind", "other")
    scale = reference.unit_rows.get(unit, {}).get("multiplier", 1.0)
    value, decimals, half_unit = _parse(str(row["value"]), str(kind))
    is_rounded = kind == "rate" or (kind == "money" and scale > 1)
    room = half_unit if is_rounded else 0.0
    return {
        "unit": unit,
        "value": value,
        "decimals": decimals,
        "low": value - room,
        "high": value + room,
    }


def _parse(text: str, kind: str) -> tuple[float, int, float]:
    """A number as machines write it, or, for a thing that is counted, as reports print it."""
    text = text.removesuffix(".0")
    if kind != "count":
        try:
            value = float(text)
        except ValueError:
            pass
        else:
            decimals = len(text.partition(".")[2]) if "e" not in text.casefold() else 0
            return value, decimals, 0.5 * 10.0**-decimals
    number = parse_number(text, kind)
    return number.value, number.decimals, number.half_unit
