"""Registered panels as observations, beside those of the reports.

Comes in as ``data/raw/panels``; goes out as the same tables that ``read`` and ``tidy`` make of
reports, computed column by column so that a million figures take seconds. A faulty panel is set
aside with its problems and does not stop the others.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.data.files import TableError, load_text_table
from cchc_analysis.data.records import (
    OBSERVATION_COLUMNS,
    OBSERVATION_KEY,
    SOURCE_COLUMNS,
    TERM_COLUMNS,
    UNCERTAINTY,
)
from cchc_analysis.data.store import as_transcripts
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.panels.places import name_rows
from cchc_analysis.panels.register import PANEL_COLUMNS, load_register

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference

KEY = ["figure_id"]
ROUNDED = ("rate", "score", "money", "time", "other")
"""Kinds of unit whose published numbers are rounded; what is counted or ranked is not."""


@dataclass(frozen=True)
class PanelReadings:
    """What the registered panels say, and what is wrong with those that could not be read.

    Attributes:
        sources: ``SOURCE_COLUMNS`` and ``TERM_COLUMNS``, of kind ``panel``.
        transcripts: ``TRANSCRIPT_COLUMNS``, the figures as printed.
        observations: ``OBSERVATION_COLUMNS``, sorted by key.
        problems: By source id; such a source is in none of the tables.
    """

    sources: pd.DataFrame
    transcripts: pd.DataFrame
    observations: pd.DataFrame
    problems: dict[str, tuple[Problem, ...]]


def read_panels(raw: Path, reference: Reference) -> PanelReadings:
    """Read all registered panels.

    Args:
        raw: The folder ``data/raw``.
        reference: The reference tables.

    Raises:
        ReportError: The list of panels itself cannot be read.
    """
    register = load_register(raw)
    problems = dict(_find_strays(raw, register))
    tables = []
    for panel, sources in register.groupby("panel", sort=True):
        try:
            table = _load_figures(raw / "panels", str(panel))
            _check_codes(table, str(panel), set(sources["source_id"]), reference)
            tables.append(table)
        except ReportError as error:
            problems |= dict.fromkeys(sources["source_id"], error.problems)
    sources, figures = _keep_good(register, tables, problems)
    observations = _as_observations(figures, reference)
    return PanelReadings(sources, as_transcripts(figures), observations, problems)


def _keep_good(
    register: pd.DataFrame, tables: list[pd.DataFrame], problems: Container[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The sources that count, and their figures."""
    import pandas as pd

    is_faulty = register["source_id"].map(lambda source: source in problems).astype("bool")
    good = register[(register["state"] == "accepted") & ~is_faulty].reset_index(drop=True)
    figures = pd.concat(tables, ignore_index=True) if tables else _load_nothing()
    kept = good[[*SOURCE_COLUMNS, *TERM_COLUMNS]]
    return kept, figures[figures["source_id"].isin(good["source_id"])]


def _find_strays(raw: Path, register: pd.DataFrame) -> Iterator[tuple[str, tuple[Problem, ...]]]:
    known = {"sources", *register["panel"]}
    for path in sorted((raw / "panels").glob("*")):
        is_table = path.suffix in (".csv", ".parquet") and not path.name.startswith(".")
        if is_table and path.stem not in known:
            where = f"data/raw/panels/{path.name}"
            remedy = "Bring it in with cchc add-panel, or remove it."
            yield path.stem, (Problem(where, "a panel not registered", "a source of it", remedy),)


def _load_figures(folder: Path, panel: str) -> pd.DataFrame:
    import pandas as pd

    path = folder / f"{panel}.parquet"
    if path.is_file():
        return pd.read_parquet(path).reindex(columns=list(PANEL_COLUMNS))
    try:
        table = load_text_table(folder / f"{panel}.csv", _list_columns(folder, panel), KEY)
        table = table.reindex(columns=list(PANEL_COLUMNS), fill_value="")
        numbers = {
            name: pd.to_numeric(table[name].replace("", None)).astype("float64")
            for name in ("value", *UNCERTAINTY)
        } | {"decimals": pd.to_numeric(table["decimals"])}
    except TableError as error:
        raise ReportError(error.problems) from None
    except ValueError as error:
        where, remedy = f"{panel}.csv", "Bring the panel in again."
        raise ReportError(Problem(where, str(error), "numbers", remedy)) from None
    return table.assign(**numbers)


def _list_columns(folder: Path, panel: str) -> list[str]:
    """The columns of a file of figures; those of before 2026-12 say nothing of uncertainty."""
    with (folder / f"{panel}.csv").open(encoding="utf-8", errors="replace") as file:
        head = file.readline().rstrip("\n").split(",")
    return [name for name in PANEL_COLUMNS if name in head or name not in UNCERTAINTY]


def _load_nothing() -> pd.DataFrame:
    import pandas as pd

    texts = pd.DataFrame(columns=list(PANEL_COLUMNS), dtype="str")
    numbers = dict.fromkeys(("value", *UNCERTAINTY), "float64")
    return texts.astype(numbers | {"decimals": "int64"})


def _check_codes(table: pd.DataFrame, panel: str, sources: set[str], reference: Reference) -> None:
    """Refuse codes that were known when the panel came in, and are no longer."""
    problems = list(_find_unknown(table, panel, sources, reference))
    if problems:
        raise ReportError(problems)


def _find_unknown(
    table: pd.DataFrame, panel: str, sources: set[str], reference: Reference
) -> Iterator[Problem]:
    for column, known in (
        ("source_id", sources),
        ("area_id", {each for each in table["area_id"].unique() if each in reference.area_rows}),
        ("indicator", set(reference.indicator_rows)),
        ("unit", set(reference.unit_rows)),
    ):
        strange = table[~table[column].isin(known)]
        for code, rows in strange.groupby(column):
            yield Problem(
                f"panel {panel}, {name_rows(rows['figure_id'].str[1:])}",
                f"unknown {column} {code!r}",
                "a code of data/reference",
                "Restore the code, or bring the panel in again with --replace.",
            )


def _as_observations(figures: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    own = figures["indicator"].map(
        {code: row["unit"] for code, row in reference.indicator_rows.items()}
    )
    factor = own.astype("object")
    for (printed, unit), rows in figures.groupby(["unit", own.rename("own")], sort=False):
        factor[rows.index] = reference.convert_unit(str(printed), str(unit))
    factor = factor.astype("float64")
    kinds = {unit: row["kind"] for unit, row in reference.unit_rows.items()}
    is_rounded = figures["unit"].map(kinds).isin(ROUNDED)
    hidden = (0.5 * 10.0 ** -figures["decimals"].astype("float64")).where(is_rounded, 0.0)
    observations = figures.assign(
        reading=1,
        value=(figures["value"] * factor).astype("float64"),
        low=((figures["value"] - hidden) * factor).astype("float64"),
        high=((figures["value"] + hidden) * factor).astype("float64"),
        **{name: (figures[name] * factor).astype("float64") for name in UNCERTAINTY},
        unit=own.astype("str"),
        is_published=True,
        figures=figures["figure_id"],
    )
    return observations.sort_values(list(OBSERVATION_KEY), kind="stable", ignore_index=True)[
        list(OBSERVATION_COLUMNS)
    ]
