"""A sheet into one row per figure, as printed: wide tables turned long, form II.06a included.

Nothing is judged and no word is translated. What is no figure (an empty cell, a word that says so,
a number that the mapping says stands for nothing) and what repeats others (a row of totals) is
set aside and counted, so that the rows that come in are the rows that go out and the rows named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import fold_text, slug_text
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.panels.cells import Sheet
from cchc_analysis.panels.headings import Columns, Head
from cchc_analysis.panels.mapping import (
    FIELDS,
    MISSING_WORDS,
    TOTAL_WORDS,
    PanelMapping,
    ValueColumn,
)

if TYPE_CHECKING:
    import pandas as pd

TOTAL_STARTS = ("tong cong", "tong so", "trung binh ", "trung vi ", "binh quan ")
TOTAL_ENDS = (" mean", " average", " median")
"""How labels of rows that reckon over the others begin and end, folded."""

WORD_FIELDS = tuple(name for name in FIELDS if name != "value")


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


def unfold_sheet(sheet: Sheet, head: Head, columns: Columns, mapping: PanelMapping) -> Unfolded:
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


def _find_gaps(sheet: Sheet, columns: Columns, mapping: PanelMapping) -> list[Problem]:
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


def _describe_rows(body: pd.DataFrame, columns: Columns, mapping: PanelMapping) -> pd.DataFrame:
    """The words that describe each row of the sheet, as texts."""
    import pandas as pd

    words: dict[str, Any] = {"row": body.index}
    for name in WORD_FIELDS:
        position = columns.fields.get(name)
        words[name] = mapping.constants.get(name, "")
        if position is not None:
            words[name] = print_cells(body[position]).to_numpy()
    for name, heading in _list_ranks(mapping).items():
        words[name] = print_cells(body[_position(columns, heading)]).to_numpy() if heading else ""
    rows = pd.DataFrame(words, index=body.index)
    for name in (*WORD_FIELDS, "rank", "rank_of"):
        rows[name] = rows[name].astype("str")
    if columns.form or columns.fields.get("breakdown") is not None:
        rows["breakdown"] = _name_breakdowns(rows["breakdown"], columns)
    return rows


def _list_ranks(mapping: PanelMapping) -> dict[str, str]:
    ranks = mapping.ranks
    return {"rank": ranks.column if ranks else "", "rank_of": ranks.of if ranks else ""}


def _position(columns: Columns, heading: str) -> int:
    return [fold_text(name) for name in columns.names].index(fold_text(heading))


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


def _name_breakdowns(labels: pd.Series[Any], columns: Columns) -> pd.Series[Any]:
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


def _is_field(columns: Columns) -> bool:
    heading = columns.names[columns.fields["breakdown"]]
    return "linh vuc" in fold_text(heading) or "field" in fold_text(heading)


def _melt(body: pd.DataFrame, rows: pd.DataFrame, columns: Columns) -> pd.DataFrame:
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
    figures: pd.DataFrame, columns: Columns, mapping: PanelMapping, notes: list[str]
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
