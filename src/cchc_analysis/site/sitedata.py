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
    list_sources,
    tell_columns,
    write_csv,
    write_package,
)
from cchc_analysis.brief.workbook import bind_workbook
from cchc_analysis.data.cite import cite_data
from cchc_analysis.data.clean import slug_text
from cchc_analysis.data.named import find_province
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

WORKBOOK = "cchc.xlsx"
"""The workbook of a province, in a folder of its own below ``data/``: one changed figure writes one
workbook anew, and not that of a country."""

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
    sheets = _tabulate(tables, reference)
    for name, table in sheets.items():
        write_csv(data / f"{name}.csv", table)
    keys = {name: key for name, (_, key) in _SITE_TABLES.items()} | {"sources": ("source_id",)}
    terms = list_licences(index_licences(tables.sources).values())
    resources = [
        each | {"licenses": terms}
        for name, key in keys.items()
        for each in describe_csv(data, name, [*sheets[name].columns], key)
    ]
    title = load_words(project.notebooks / "page", "en").plain("site.title")
    write_package(data, "cchc-site", title, resources, terms)
    if (project.root / CITATION).is_file():
        shutil.copyfile(project.root / CITATION, data / CITATION)


def bind_province(project: Project, tables: Tables, reference: Reference) -> dict[str, bytes]:
    """The workbook of the rows of a province."""
    words = [load_words(project.notebooks / "page", lang) for lang in LANGUAGES]
    title = words[-1].plain("site.title")
    sheets = _tabulate(tables, reference)
    cited = str(cite_data(project.root, __version__, tables.sources))
    sheets["read-me"] = tell_columns(sheets, title, words, [cited] * len(words))
    return {WORKBOOK: bind_workbook(sheets, title)}


def list_provinces(tables: Tables, reference: Reference) -> dict[str, list[str]]:
    """The areas of the tables by their province; by "" those that lie in none."""
    found: dict[str, list[str]] = {}
    names = {area for name in _SITE_TABLES for area in getattr(tables, name)["area_id"].unique()}
    for area_id in sorted(names):
        found.setdefault(find_province(reference, area_id), []).append(area_id)
    return dict(sorted(found.items()))


def name_workbook(reference: Reference, province: str) -> str:
    """The folder of the workbook of a province within the site."""
    name = reference.area_rows[province]["name"] if province else ""
    return f"{SITE_FOLDER}/{slug_text(f'{province} {name}') or 'other'}"


def _tabulate(tables: Tables, reference: Reference) -> dict[str, pd.DataFrame]:
    """The tables in their order, with names beside codes."""
    licences = index_licences(tables.sources)
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
    return kept | {"sources": list_sources(tables.sources)}


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
