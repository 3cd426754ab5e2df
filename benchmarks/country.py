"""The synthetic country as a project on disk: reference, tables, notebooks; for benchmarks only."""

from __future__ import annotations

import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cchc_analysis import __version__
from cchc_analysis.data.files import format_table
from cchc_analysis.data.records import (
    DEFINITION_COLUMNS,
    FINDING_COLUMNS,
    OBSERVATION_COLUMNS,
    TALLY_COLUMNS,
    TRANSCRIPT_COLUMNS,
    Tables,
)
from cchc_analysis.data.reference import Project, Reference, load_reference
from cchc_analysis.data.store import write_tables
from synthetic import make_communes, make_country, tabulate_indicators

ROOT = Path(__file__).resolve().parents[1]


def found(
    folder: Path, districts: int, periods: int, indicators: int = 60, *, of_communes: bool = False
) -> Project:
    """Make a project of a made-up country in a folder, of districts or of communes."""
    reference, tables = make_tables(districts, periods, indicators, of_communes=of_communes)
    project = Project(folder)
    shutil.copytree(ROOT / "notebooks", project.notebooks)
    shutil.copytree(ROOT / "data" / "reference", project.reference)
    known = reference.areas.iloc[:1]
    aliases = known.assign(alias="alias of " + known["name"], note="")[["alias", "area_id", "note"]]
    # An empty table of aliases is refused, and the communes of the country lie in its areas.
    real = load_reference(ROOT / "data" / "reference").areas
    areas = pd.concat([real, reference.areas], ignore_index=True).drop_duplicates("area_id")
    reference = replace(reference, area_aliases=aliases, areas=areas)
    held = {each.name: getattr(reference, each.name) for each in fields(Reference)}
    for name, table in held.items():
        if isinstance(table, pd.DataFrame):
            (project.reference / f"{name}.csv").write_text(format_table(table), "utf-8")
    project.raw.mkdir(parents=True)
    write_tables(project, tables, __version__)
    return project


def make_tables(
    districts: int, periods: int, indicators: int, *, of_communes: bool = False
) -> tuple[Reference, Tables]:
    """The tables of a made-up country with about so many figures in each report."""
    real = load_reference(ROOT / "data" / "reference")
    if of_communes:
        made = make_communes(real, communes=districts, periods=periods)
    else:
        made = make_country(real, districts=districts, periods=periods)
    observations = pd.concat([made.observations, widen(made, indicators)], ignore_index=True)
    empty = {
        "findings": pd.DataFrame(columns=list(FINDING_COLUMNS)).astype("str"),
        "tallies": pd.DataFrame(columns=list(TALLY_COLUMNS)).astype("str"),
        "definitions": pd.DataFrame(columns=list(DEFINITION_COLUMNS)).astype("str"),
    }
    empty["tallies"] = empty["tallies"].astype(dict.fromkeys(TALLY_COLUMNS[2:], "int64"))
    empty["findings"] = empty["findings"].astype(
        dict.fromkeys(("left", "right", "difference", "closing_value"), "float64")
    )
    return made.reference, Tables(
        sources=made.sources.assign(licence=""),
        transcripts=print_figures(observations),
        observations=observations,
        indicators=tabulate_indicators(observations),
        **empty,
    )


def widen(made: Any, indicators: int) -> pd.DataFrame:
    """More indicators of the catalogue for every report, with numbers by chance."""
    reports = made.observations.drop_duplicates("source_id")
    there = made.observations.groupby("source_id").size().iloc[0]
    catalogue = made.reference.indicators
    usable = catalogue[
        ~catalogue["indicator"].isin(made.observations["indicator"])
        & (catalogue["aggregation"] != "stock")
        & (catalogue["unit"] != "%")
    ]
    more = usable.head(max(0, indicators - int(there)))
    rng = np.random.default_rng(2)
    rows = reports.loc[reports.index.repeat(len(more))].reset_index(drop=True)
    starts = rows["period_start"].where(
        rows["period_start"] != "", rows["period_end"].str[:4] + "-01-01"
    )
    numbers = np.tile(np.arange(len(more)), len(reports))
    values = rng.integers(1, 5_000, len(rows)).astype("float64")
    wide: pd.DataFrame = rows.assign(
        scope=rows["scope"].where(rows["scope"] == "commune", "whole_district"),
        indicator=more["indicator"].to_numpy()[numbers],
        unit=more["unit"].to_numpy()[numbers],
        period_start=starts,
        value=values,
        low=values,
        high=values,
        decimals=0,
        figures=pd.Series(numbers).map("G{:03d}".format),
    )[list(OBSERVATION_COLUMNS)]
    return wide


def print_figures(observations: pd.DataFrame) -> pd.DataFrame:
    """A transcript in which every figure is printed once."""
    names = ("source_id", "scope", "period_start", "period_end", "indicator", "breakdown")
    names += ("unit", "status", "comparator")
    texts = {
        "figure_id": observations["figures"],
        "printed": observations["value"].map("{:g}".format),
        "line": observations["figures"].str[1:],
    }
    blank = dict.fromkeys(TRANSCRIPT_COLUMNS, "") | {"section": "I", "place": "text"}
    table = pd.DataFrame(blank | {name: observations[name] for name in names} | texts)
    return table[list(TRANSCRIPT_COLUMNS)].astype("str")
