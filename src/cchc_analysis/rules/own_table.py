"""A suite over a table of somebody's own: one row a value, or one column an indicator.

Comes in as two files; goes out as observations. What the table does not say is taken as plain:
results of the whole district, exact as far as their digits go. Whatever cannot be understood is
told with its row, before any rule is run; nothing is passed over.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.files import type_columns
from cchc_analysis.data.outside import check_shape, read_bytes
from cchc_analysis.data.records import OBSERVATION_COLUMNS, UNCERTAINTY, Scope, Status
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.rules.drafts import PLACE
from cchc_analysis.rules.expressions import Reference as Operand
from cchc_analysis.rules.own_columns import name_own_columns
from cchc_analysis.rules.own_rows import settle_row
from cchc_analysis.rules.suites import Suite, list_columns, list_missing_columns

if TYPE_CHECKING:
    import pandas as pd

DESCRIBED = ("range_min", "range_max")
"""What the catalogue adds to a table that names indicators."""

NEEDED = ("indicator", "value")
"""Without these a table has no values; with them it has one a row."""

PLACED = ("area_id", "period_end")
"""What a rule about places and dates needs, and nothing can stand for."""

LARGEST = 1e15
"""More than anything a district can report, as in ``expectations/observations.json``."""

DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(OBSERVATION_COLUMNS, ""),
    **dict.fromkeys(UNCERTAINTY, float("nan")),
    "scope": Scope.WHOLE_DISTRICT.value,
    "status": Status.ACTUAL.value,
}


def load_own_table(path: Path, suite: Suite, reference: Reference) -> pd.DataFrame:
    """Load a table for a suite.

    Returns:
        Observations for a suite on observations or statements, else the table as it is.

    Raises:
        ReportError: The file cannot be read, a cell means nothing, or columns are missing.
    """
    table = _read(path)
    if suite.table in ("indicators", "transcripts"):
        _check_columns(path, table, suite)
        return _type(path, table)
    table = name_own_columns(path.name, table)
    if "value" not in table and "printed" in table:
        table = table.assign(value="")
    if not set(NEEDED) <= set(table.columns):
        if suite.table != "statements":
            raise _lack(path, table, "one value a row")
        table = _melt(path, table, suite)
    elif suite.table == "observations":
        _check_places(path, table, suite)
    if {*OBSERVATION_COLUMNS} - {*UNCERTAINTY} <= {*table.columns}:
        whole = table.reindex(columns=list(OBSERVATION_COLUMNS), fill_value="")
        observations = _type(path, whole)
    else:
        observations = _make_observations(path, table, reference)
    if suite.table == "statements":
        _check_numbers(path, observations)
    return observations


def _read(path: Path) -> pd.DataFrame:
    """The cells as text, by the number of their row; commas, semicolons or tabs between them."""
    import pandas as pd

    try:
        text = read_bytes(path, "a table").decode("utf-8-sig")
        mark = max(",;\t", key=text.partition("\n")[0].count)
        check_shape(path, text, mark)
        rows_read = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
        lines = dict(enumerate(rows_read, start=1))
    except (ValueError, csv.Error) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ReportError(
            Problem(path.name, reason, "a table as CSV in UTF-8", "Save it as CSV, in UTF-8.")
        ) from None
    head = _strip(lines.pop(1, []))
    rows = {number: _strip(cells) for number, cells in lines.items() if cells}
    if not head or not rows:
        raise ReportError(Problem(path.name, "no rows", "at least one row", "Add the rows."))
    if problems := list(_check_shape(path, head, rows)):
        raise ReportError(problems)
    cells = [each + [""] * (len(head) - len(each)) for each in rows.values()]
    return pd.DataFrame(cells, index=list(rows), columns=head, dtype="str")


def _strip(cells: list[str]) -> list[str]:
    """Without the empty cells at the end, which mean nothing."""
    used = max((at for at, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    return cells[:used]


def _check_shape(path: Path, head: list[str], rows: Mapping[int, list[str]]) -> Iterator[Problem]:
    """A cell without a column, and two columns of one name, could mean anything."""
    for name in dict.fromkeys(each for each in head if head.count(each) > 1):
        yield Problem(
            path.name, f"two columns {name!r}", "each column once", "Rename one, or take it out."
        )
    for number, cells in rows.items():
        if len(cells) > len(head):
            yield Problem(
                f"{path.name} row {number}",
                f"{len(cells)} cells",
                f"{len(head)}, one for each column",
                "Mend the row; a number with a comma goes into quotation marks.",
            )


def _lack(path: Path, table: pd.DataFrame, shape: str) -> ReportError:
    return ReportError(
        Problem(
            path.name,
            f"columns {', '.join(map(str, table.columns))}",
            f"at least {' and '.join(NEEDED)}, {shape}",
            "Name the columns as in data/processed/observations.csv.",
        )
    )


def _check_columns(path: Path, table: pd.DataFrame, suite: Suite) -> None:
    there = {*table.columns, "row", *(DESCRIBED if "indicator" in table else ())}
    missing = [
        name
        for rule in suite.rules
        for name in list_missing_columns(rule, there)
        if list_columns(rule)
    ]
    _ask_for(path, suite, missing)


def _check_places(path: Path, table: pd.DataFrame, suite: Suite) -> None:
    """Rules about areas and dates would accuse every row of a table that gives none."""
    given = set(table.columns)
    given |= {"area_id"} if "area" in given else set()
    given |= {"period_start", "period_end"} if "period" in given else set()
    needed = {name for rule in suite.rules for name in list_columns(rule)}
    _ask_for(path, suite, [name for name in PLACED if name in needed - given])


def _ask_for(path: Path, suite: Suite, missing: Iterable[str]) -> None:
    if names := list(dict.fromkeys(missing)):
        raise ReportError(
            Problem(
                path.name,
                f"no column {', '.join(names)}",
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
    is_dated = not {"period", "period_end"}.isdisjoint(table.columns)
    if not columns or not (is_dated or any(_is_runnable(suite, columns))):
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
    keyed = table.assign(source_id=_name_rows(path, table), row=table.index)
    kept = [name for name in keyed.columns if name in (*PLACE, "area", "period", "status", "row")]
    parts = [
        keyed[kept].assign(
            indicator=operands[name].code,
            breakdown=operands[name].breakdown,
            value=keyed[name],
            figures=[f"{name}:{row}" for row in keyed["row"]],
            **({"scope": operands[name].scope} if operands[name].scope else {}),
        )
        for name in columns
    ]
    return pd.concat(parts, ignore_index=True)


def _is_runnable(suite: Suite, columns: list[str]) -> Iterator[bool]:
    for rule in suite.rules:
        yield rule.identity is not None and not list_missing_columns(rule, columns)


def _name_rows(path: Path, table: pd.DataFrame) -> list[str]:
    """A source for each row, so that rows never mix; its own name where that is enough."""
    key = [name for name in (*PLACE, "area", "period") if name in table.columns]
    if "source_id" in key and not table.duplicated(key).any():
        return list(table["source_id"])
    return [f"{path.stem} row {row}" for row in table.index]


def _make_observations(path: Path, table: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Values with what a table of one's own may leave out; cells without a number are missing."""
    import pandas as pd

    problems: list[Problem] = []
    rows: list[dict[str, Any]] = []
    for number, cells in zip(table.index, table.to_dict("records"), strict=True):
        line = cells.get("row", number)
        if not (str(cells["value"]).strip() or str(cells.get("printed", "")).strip()):
            continue
        row = DEFAULTS | {"source_id": path.stem, "figures": f"row:{line}"}
        row |= {str(name): cell for name, cell in cells.items() if cell != "" or name not in row}
        found = list(settle_row(row, reference))
        problems += [Problem(f"{path.name} row {line}", *each) for each in found]
        rows.append(row)
    if problems:
        raise ReportError(problems)
    if not rows:
        raise ReportError(Problem(path.name, "no values", "at least one", "Fill in the values."))
    made = pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS))
    key = [*PLACE, "indicator", "breakdown", "status"]
    same = [*key, "value", "comparator"]
    together = made.groupby(same, sort=False, dropna=False)["figures"].agg(" ".join)
    made = made.drop_duplicates(same).assign(figures=together.array).reset_index(drop=True)
    reading = made.groupby(key, sort=False).cumcount() + 1
    return made.assign(reading=reading, is_published=reading == 1)


def _check_numbers(path: Path, observations: pd.DataFrame) -> None:
    """No rule of arithmetic can speak of a number that is none, or too large to be meant."""
    is_odd = ~(observations["value"].abs() <= LARGEST)
    problems = [
        Problem(
            f"{path.name}, {figures}",
            f"{value:g} for {indicator}",
            f"a number up to {LARGEST:g}",
            "Mend the cell, or leave it empty where nothing is known.",
        )
        for figures, value, indicator in observations.loc[
            is_odd, ["figures", "value", "indicator"]
        ].itertuples(index=False)
    ]
    if problems:
        raise ReportError(problems)


def _type(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    """A table that has all columns of observations."""
    try:
        return type_columns(table.replace({"is_published": {"True": "true"}}))
    except ValueError as error:
        raise ReportError(
            Problem(path.name, str(error), "a number in every number cell", "Mend the cell.")
        ) from None
