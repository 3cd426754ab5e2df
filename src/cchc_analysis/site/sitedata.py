"""What lies in ``data/`` of the site: the tables behind all briefs, and how to cite them.

The columns are those of ``data/processed``, with the name of each area beside its code.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis import __version__
from cchc_analysis.brief.downloads import (
    CITATION,
    SITE_FOLDER,
    describe_csv,
    describe_other,
    list_sources,
    tell_columns,
    write_csv,
    write_package,
)
from cchc_analysis.brief.workbook import bind_workbook
from cchc_analysis.data.cite import cite_data
from cchc_analysis.data.files import write_bytes
from cchc_analysis.data.packages import index_licences, join_licences, list_licences
from cchc_analysis.data.records import (
    FINDING_COLUMNS,
    FINDING_KEY,
    INDICATOR_COLUMNS,
    INDICATOR_KEY,
    OBSERVATION_COLUMNS,
    OBSERVATION_KEY,
    Tables,
)
from cchc_analysis.data.words import LANGUAGES, load_words

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Project, Reference

LONGEST_SHEET = 100_000
"""Rows of a table in the workbook of the whole site; a longer one is in its CSV file only."""

_SITE_TABLES = {
    "observations": (OBSERVATION_COLUMNS, OBSERVATION_KEY),
    "indicators": (INDICATOR_COLUMNS, INDICATOR_KEY),
    "findings": (FINDING_COLUMNS, FINDING_KEY),
}


def write_site_downloads(
    folder: Path, project: Project, tables: Tables, reference: Reference
) -> None:
    """Put the tables behind all briefs into ``data/`` of the site, with how to cite them.

    Raises:
        OSError: The folder cannot be written to.
    """
    data = folder / SITE_FOLDER
    licences = index_licences(tables.sources)
    terms = list_licences(licences.values())
    kept = {
        name: _name_rows(
            getattr(tables, name)[list(columns)].sort_values(
                list(key), kind="stable", ignore_index=True
            ),
            reference,
            licences,
        )
        for name, (columns, key) in _SITE_TABLES.items()
    }
    for name, table in kept.items():
        write_csv(data / f"{name}.csv", table)
    words = [load_words(project.notebooks / "page", lang) for lang in LANGUAGES]
    title = words[-1].plain("site.title")
    sheets = kept | {"sources": list_sources(tables.sources)}
    write_csv(data / "sources.csv", sheets["sources"])
    cited = str(cite_data(project.root, __version__, tables.sources))
    sheets["read-me"] = tell_columns(sheets, title, words, [cited] * len(words))
    sheets = {name: table for name, table in sheets.items() if len(table) <= LONGEST_SHEET}
    write_bytes(data / "cchc.xlsx", bind_workbook(sheets, title))
    resources = [
        each
        for name, (columns, key) in _SITE_TABLES.items()
        for each in describe_csv(data, name, list_columns(columns), key)
    ]
    resources += describe_csv(data, "sources", [*sheets["sources"].columns], ("source_id",))
    resources = [
        each | {"licenses": terms} for each in (*resources, describe_other(data / "cchc.xlsx"))
    ]
    write_package(data, "cchc-site", title, resources, terms)
    if (project.root / CITATION).is_file():
        shutil.copyfile(project.root / CITATION, data / CITATION)


def list_columns(columns: Iterable[str]) -> list[str]:
    """The columns of a table of the site: the area's name and the source's licence beside codes.

    >>> list_columns(["indicator", "area_id", "value"])
    ['indicator', 'area_id', 'area', 'value']
    """
    beside = {"area_id": ("area",), "source_id": ("licence",)}
    return [name for each in columns for name in (each, *beside.get(each, ()))]


def _name_rows(table: pd.DataFrame, reference: Reference, licences: Mapping[str, str]) -> Any:
    """A table with the name of each area and the licence of each source beside their codes."""
    held = [area_id for area_id in table["area_id"].unique() if area_id in reference.area_rows]
    names = {area_id: str(reference.area_rows[area_id]["name"]) for area_id in held}
    named = table.assign(
        area=table["area_id"].map(names).fillna(""),
        licence=join_licences(table["source_id"], licences),
    )
    return named[list_columns(table.columns)]
