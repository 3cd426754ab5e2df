"""From long to wide without traps: one value a cell, one scope, no average, nothing filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cchc_analysis.data.named import check_table
from cchc_analysis.errors import CommandError, Problem

if TYPE_CHECKING:
    import pandas as pd

DIMENSIONS = ("area_id", "scope", "indicator", "breakdown", "status", "period")
"""What tells two quantities apart, beside their exact days."""

SAME = {
    "area": "area_id",
    "indicator_label": "indicator",
    "scope_label": "scope",
    "period_end": "period",
}
"""Columns that stand for a dimension under another name."""


def to_wide(
    table: pd.DataFrame,
    index: str | Sequence[str] = "area",
    columns: str | Sequence[str] = "period",
    values: str = "value",
) -> pd.DataFrame:
    """Turn a long table into a wide one: a row per ``index``, a column per ``columns``.

    Nothing is averaged: a cell holds the one value that there is. A missing cell is ``NaN`` (never
    zero), or ``False`` for a column of truth values. Rows and columns keep the order of the
    categories.

    Args:
        table: Rows of ``load_indicators`` or ``load_observations``.
        index: Column or columns that name a row.
        columns: Column or columns that name a column.
        values: What stands in the cells. ``"is_contested"`` gives a table of the same shape that
            says which values a contradiction touches.

    Raises:
        CommandError: A column is unknown; the table mixes scopes, indicators, breakdowns or
            statuses that neither ``index`` nor ``columns`` tells apart; or two rows fall into one
            cell.

    Examples:
        >>> import pandas as pd
        >>> rows = {"area": ["A", "A", "B"], "period": ["2023", "2024", "2024"], "value": [1, 2, 3]}
        >>> to_wide(pd.DataFrame(rows))
        period  2023  2024
        area
        A        1.0   2.0
        B        NaN   3.0
    """
    check_table(table, "to_wide")
    rows, heads = _list_names(index), _list_names(columns)
    _check_columns(table, [*rows, *heads, values])
    _check_dimensions(table, [*rows, *heads])
    _check_cells(table, [*rows, *heads])
    wide = table.set_index([*rows, *heads])[values].unstack(heads)
    if table[values].dtype == bool:
        wide = wide.fillna(value=False).astype(bool)
    return wide.sort_index(axis=0).sort_index(axis=1)


def _list_names(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _check_columns(table: pd.DataFrame, names: list[str]) -> None:
    if missing := [name for name in names if name not in table.columns]:
        hint = (
            'load_indicators(names="vi") adds names; without them, index="area_id".'
            if "area" in missing
            else f"The table has {', '.join(map(str, table.columns))}."
        )
        raise CommandError(
            Problem("to_wide", f"no column {', '.join(missing)}", "columns of the table", hint)
        )


def _check_dimensions(table: pd.DataFrame, told: list[str]) -> None:
    covered = {*told, *(SAME[name] for name in told if name in SAME)}
    for name in DIMENSIONS:
        if name in covered or name not in table.columns:
            continue
        held = [str(each) for each in table[name].unique()]
        if len(held) > 1:
            shown = ", ".join(repr(each) for each in held[:6]) + (", …" if len(held) > 6 else "")
            raise CommandError(
                Problem(
                    "to_wide",
                    f"{len(held)} values of {name} in one table: {shown}",
                    "one, or each in a row or column of its own",
                    f"Choose one (table[table[{name!r}] == {held[0]!r}]), "
                    f"or add {name!r} to index or columns.",
                )
            )


def _check_cells(table: pd.DataFrame, told: list[str]) -> None:
    repeated = table[table.duplicated(told, keep=False)]
    if repeated.empty:
        return
    first = repeated.iloc[0]
    same = repeated[(repeated[told] == first[told]).all(axis=1)]
    differing = [
        str(name)
        for name in same.columns
        if name not in (*told, "value", "figures", "printed")
        and same[name].nunique(dropna=False) > 1
    ]
    where = ", ".join(str(first[name]) for name in told)
    raise CommandError(
        Problem(
            "to_wide",
            f"{len(same)} rows for {where}"
            + (f", which differ in {', '.join(differing)}" if differing else ""),
            "one row for a cell, as nothing is averaged",
            f"Add {differing[0]!r} to index or columns, or choose." if differing else "Choose one.",
        )
    )
