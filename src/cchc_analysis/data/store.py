"""Tables to disk and back: sorted CSV for people and version control, Parquet for speed.

The same tables give the same bytes: rows sorted by key, LF, shortest numbers, and no clock. The
whole folder is swapped in at once, so that a failed run leaves the previous one as it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.files import (
    TableError,
    format_table,
    load_text_table,
    type_columns,
    write_text,
)
from cchc_analysis.data.owned import list_changed, read_list, swap_in
from cchc_analysis.data.packages import describe_package, describe_table, hash_file
from cchc_analysis.data.records import (
    COLUMN_MEANINGS,
    DEFINITION_COLUMNS,
    FINDING_COLUMNS,
    FINDING_KEY,
    INDICATOR_COLUMNS,
    INDICATOR_KEY,
    OBSERVATION_COLUMNS,
    OBSERVATION_KEY,
    TALLY_COLUMNS,
    Tables,
)
from cchc_analysis.data.reference import Project
from cchc_analysis.errors import Problem, ReportError

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"
"""What ``data/processed`` was made from, and the list of what we wrote into it."""

STORED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "observations": (OBSERVATION_COLUMNS, OBSERVATION_KEY),
    "indicators": (INDICATOR_COLUMNS, INDICATOR_KEY),
    "findings": (FINDING_COLUMNS, FINDING_KEY),
    "tallies": (TALLY_COLUMNS, ("rule_id", "source_id")),
    "definitions": (DEFINITION_COLUMNS, ("source_id", "rival_group")),
}
"""The tables of ``data/processed``: the columns and the key of each."""


def write_tables(project: Project, tables: Tables, version: str) -> None:
    """Write ``data/processed`` and its Parquet copies, whole or not at all.

    Args:
        project: Where to.
        tables: What; text columns without missing cells.
        version: The version of the package, for the manifest.

    Raises:
        ReportError: The folder cannot be written to.
    """
    try:
        head = _tell_inputs(project, version)
        with swap_in(project.processed, MANIFEST, head) as folder:
            _fill(folder, tables, version)
        _write_copies(project, tables)
    except OSError as error:
        raise ReportError(
            Problem(
                str(error.filename or project.processed),
                error.strerror or "an error of the file system",
                "a folder that can be written to",
                "Check its rights and the space left; the previous data are untouched.",
            )
        ) from None


def load_table(project: Project, name: str) -> pd.DataFrame:
    """Load one table of ``data/processed``, from its Parquet copy where that is fresh.

    Raises:
        ReportError: There is no such file, or it is not what ``cchc process`` writes.
    """
    import pandas as pd

    copy = project.build / "tables" / f"{name}.parquet"
    if copy.is_file() and is_fresh(project):
        return pd.read_parquet(copy)
    columns, key = STORED[name]
    path = project.processed / f"{name}.csv"
    try:
        return type_columns(load_text_table(path, columns, key, may_be_empty=True))
    except ValueError as error:
        raise ReportError(
            Problem(path.name, str(error), "cells of the kind of their column", "Run cchc process.")
        ) from None
    except TableError as error:
        raise ReportError(
            Problem(problem.where, problem.found, problem.expected, "Run cchc process.")
            for problem in error.problems
        ) from None


def check_fresh(project: Project) -> None:
    """Refuse processed data that were made from other files than those that are there now.

    Raises:
        ReportError: There are none, or an input was changed, added or removed since.
    """
    known = _load_inputs(project.processed / MANIFEST)
    there = {
        path.relative_to(project.root).as_posix(): hash_file(path) for path in list_inputs(project)
    }
    if changed := sorted(name for name in known | there if known.get(name) != there.get(name)):
        raise ReportError(
            Problem(
                name,
                "changed since data/processed was made",
                "what it was made from",
                "Run cchc process.",
            )
            for name in changed
        )


def _load_inputs(manifest: Path) -> dict[str, str]:
    """The inputs that a manifest names, with their hashes."""
    if not manifest.is_file():
        raise ReportError(
            Problem("data/processed", "no such file: manifest.json", "data", "Run cchc process.")
        )
    try:
        return dict(json.loads(manifest.read_bytes())["inputs"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ReportError(
            Problem(
                "data/processed/manifest.json",
                "no list of what the data were made from (conflict marks, or a file cut off)",
                "the file that cchc process writes",
                "Restore it, or remove data/processed, and run cchc process.",
            )
        ) from None


def write_copies(folder: Path, tables: Tables) -> None:
    """Write all tables of a run as Parquet files into a folder, sorted by key."""
    for name, table in vars(tables).items():
        columns, key = STORED.get(name, (table.columns, table.columns[:2]))
        ordered = table[list(columns)].sort_values(list(key), kind="stable", ignore_index=True)
        ordered.to_parquet(folder / f"{name}.parquet", index=False)


def load_copies(folder: Path) -> Tables:
    """Load the tables that ``write_copies`` wrote."""
    import pandas as pd

    names = [field.name for field in fields(Tables)]
    return Tables(**{name: pd.read_parquet(folder / f"{name}.parquet") for name in names})


def load_fresh(project: Project) -> Tables | None:
    """Load all tables from their copies, which takes none of our rooms above; ``None`` without.

    Raises:
        ReportError: An input was changed, added or removed since the tables were made.
    """
    check_fresh(project)
    return load_copies(project.build / "tables") if is_fresh(project) else None


def list_inputs(project: Project) -> list[Path]:
    """The files from which ``data/processed`` is made, sorted."""
    return sorted(
        path
        for folder, pattern in (
            (project.raw, "sources.csv"),
            (project.raw, "transcripts/*.csv"),
            (project.raw, "panels/*.csv"),
            (project.raw, "panels/*.parquet"),
            (project.reference, "*.csv"),
            (project.expectations, "*.json"),
        )
        for path in folder.glob(pattern)
        # .DS_Store and its like are nobody's figures
        if not path.name.startswith(".") and path.is_file()
    )


def _fill(folder: Path, tables: Tables, version: str) -> None:
    for name, (columns, key) in STORED.items():
        table = getattr(tables, name)[list(columns)].sort_values(list(key), kind="stable")
        write_text(folder / f"{name}.csv", format_table(table))
    _write_json(folder / "datapackage.json", describe_tables(folder, version))


def _write_copies(project: Project, tables: Tables) -> None:
    head = {"command": "cchc process", "copied_from": hash_file(project.processed / MANIFEST)}
    with swap_in(project.build / "tables", MANIFEST, head) as folder:
        write_copies(folder, tables)


def is_fresh(project: Project) -> bool:
    """Whether ``data/processed`` and its Parquet copies are what one run wrote."""
    try:
        copies = json.loads((project.build / "tables" / MANIFEST).read_bytes())
        is_copied = copies["copied_from"] == hash_file(project.processed / MANIFEST)
    except (OSError, ValueError, KeyError, TypeError):
        return False
    outputs = read_list(project.processed, MANIFEST)
    return is_copied and outputs is not None and _are_whole(project.processed, outputs)


def _are_whole(folder: Path, outputs: Mapping[str, str]) -> bool:
    files = [folder / name for name in outputs]
    return all(path.is_file() for path in files) and not list_changed(folder, outputs)


def describe_tables(folder: Path, version: str) -> dict[str, Any]:
    """The Data Package descriptor of the tables in a folder (specs.frictionlessdata.io)."""
    return describe_package(
        "cchc-analysis",
        "Public administration reform (CCHC) of Vietnamese districts: reported figures",
        version,
        [
            describe_table(
                folder / f"{name}.csv",
                {column: COLUMN_MEANINGS[column] for column in columns},
                key,
            )
            for name, (columns, key) in STORED.items()
        ],
    )


def _tell_inputs(project: Project, version: str) -> dict[str, Any]:
    return {
        "command": "cchc process",
        "version": version,
        "inputs": {
            path.relative_to(project.root).as_posix(): hash_file(path)
            for path in list_inputs(project)
        },
    }


def _write_json(path: Path, content: dict[str, Any]) -> None:
    write_text(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
