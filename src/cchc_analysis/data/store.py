"""Tables to disk and back: sorted CSV for people and version control, Parquet for speed.

The same tables give the same bytes: rows sorted by key, LF, shortest numbers, and no clock. The
whole folder is swapped in at once, so that a failed run leaves the previous one as it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd

from cchc_analysis import __version__
from cchc_analysis.data import files, records
from cchc_analysis.data.export import describe_table, write_package
from cchc_analysis.data.owned import list_changed, read_list, swap_in
from cchc_analysis.data.records import Tables, problem
from cchc_analysis.data.reference import Project, Reference, load_reference
from cchc_analysis.errors import ReportError

MANIFEST = "manifest.json"
"""What ``data/processed`` was made from, and the list of what we wrote into it."""
PACKAGE = "the version of cchc_analysis"

STORED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    name: (tuple(said["columns"]), tuple(said["key"]))
    for name, said in records.load_own("columns")["tables"].items()
    if name not in ("sources", "transcripts")
}
"""The tables of ``data/processed``: the columns and the key of each."""


def write_tables(project: Project, tables: Tables, version: str) -> None:
    """Write ``data/processed`` and its Parquet copies, whole or not at all.

    Text columns are without missing cells; ``version`` is that of the package, for the manifest. A
    ``ReportError`` where the folder cannot be written to.
    """
    try:
        head = {"command": "cchc process", "version": version, "inputs": _hash_inputs(project)}
        with swap_in(project.processed, MANIFEST, head) as folder:
            _fill(folder, tables)
        copied = files.hash_file(project.processed / MANIFEST)
        head = {"command": "cchc process", "copied_from": copied}
        with swap_in(project.build / "tables", MANIFEST, head) as folder:
            write_copies(folder, tables)
    except OSError as error:
        where = str(error.filename or project.processed)
        found = error.strerror or "an error of the file system"
        raise ReportError(problem("no_place", where, error=found)) from None


def load(project: Project) -> tuple[Reference, Tables]:
    """Load what a run made, without making it again and without the rooms that make it.

    A ``ReportError``: there is nothing, it is not what ``write_tables`` writes, or an input was
    changed, added or removed.
    """
    reference = load_reference(project.reference)
    check_fresh(project)
    if is_fresh(project):
        return reference, load_copies(project.build / "tables")
    made = {}
    for name, (columns, key) in STORED.items():
        path = project.processed / f"{name}.csv"
        try:
            made[name] = files.load_text_table(path, columns, key, may_be_empty=True, is_typed=True)
        except ReportError as error:
            remedied = (replace(each, remedy="Run cchc process.") for each in error.problems)
            raise ReportError(remedied) from None
    return reference, Tables(*_load_inputs(project.raw), **made)


def _load_inputs(raw: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sources and figures of reports and panels, of which a run has found that they are well."""
    panels, columns = raw / "panels", (*records.SOURCE_COLUMNS, *records.TERM_COLUMNS)
    sources = [_read(raw / "sources.csv", columns)]
    if (panels / "sources.csv").is_file():
        register = _read(panels / "sources.csv", columns)
        sources.append(register.assign(publish=register["publish"].replace("", "yes")))
    listed = pd.concat(sources, ignore_index=True)
    listed = listed[listed["state"] == "accepted"].sort_values(["source_id", "kind"])
    reports = listed.loc[listed["kind"] != "panel", "source_id"]
    figures = [
        _read(raw / "transcripts" / f"{name}.csv", records.TRANSCRIPT_COLUMNS) for name in reports
    ]
    for path in sorted({*panels.glob("[!.]*.csv"), *panels.glob("[!.]*.parquet")}):
        if path.stem != "sources":
            columns = (*records.TRANSCRIPT_COLUMNS, "value", "note")
            table = _read(path, columns) if path.suffix == ".csv" else pd.read_parquet(path)
            figures.append(as_transcripts(table.assign(value=table["value"].astype("float64"))))
    transcripts = pd.concat(figures, ignore_index=True)
    transcripts = transcripts[transcripts["source_id"].isin(listed["source_id"])]
    in_order = transcripts.sort_values(["source_id", "figure_id"], kind="stable", ignore_index=True)
    return listed.reset_index(drop=True), in_order


def as_transcripts(figures: pd.DataFrame) -> pd.DataFrame:
    """The figures of panels as ``TRANSCRIPT_COLUMNS``."""
    has_digits = figures["printed"].str.contains(r"\d")
    read_as = figures["value"].map("{:g}".format).where(~has_digits, "")
    texts = figures.assign(
        place="table", read_as=read_as, note_vi=figures["note"], note_en=figures["note"]
    )
    return texts[list(records.TRANSCRIPT_COLUMNS)].reset_index(drop=True)


def _read(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Some columns of a file of ours that is known to be well, all text; empty if it lacks them."""
    table = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    return table.reindex(columns=list(columns), fill_value="")


def check_fresh(project: Project) -> None:
    """Refuse processed data that were made from other files, or by another version, than now.

    The tables of another version may have other columns.
    """
    manifest = project.processed / MANIFEST
    if not manifest.is_file():
        raise ReportError(problem("not_made", "data/processed", name=MANIFEST))
    try:
        made = json.loads(manifest.read_bytes())
        known = {**made["inputs"], PACKAGE: made["version"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ReportError(problem("no_manifest", f"data/processed/{MANIFEST}")) from None
    there = {**_hash_inputs(project), PACKAGE: __version__}
    if changed := sorted(name for name in known | there if known.get(name) != there.get(name)):
        raise ReportError(problem("stale", name) for name in changed)


def write_copies(folder: Path, tables: Tables) -> None:
    """Write all tables of a run as Parquet files into a folder, sorted by key."""
    for name, table in vars(tables).items():
        columns, key = STORED.get(name, (table.columns, table.columns[:2]))
        ordered = table[list(columns)].sort_values(list(key), kind="stable", ignore_index=True)
        if ordered.empty:  # without rows nothing else says what its columns hold
            ordered = files.type_columns(ordered.astype("str"))
        ordered.to_parquet(folder / f"{name}.parquet", index=False)


def load_copies(folder: Path) -> Tables:
    """Load the tables that ``write_copies`` wrote."""
    from pyarrow import default_memory_pool
    from pyarrow.parquet import ParquetFile

    made = {}
    for field in fields(Tables):
        # By one thread: for tables of this size many take four times as long.
        with ParquetFile(folder / f"{field.name}.parquet") as file:
            made[field.name] = file.read(use_threads=False).to_pandas(use_threads=False)
    default_memory_pool().release_unused()  # of a country an eighth of what it has taken
    return Tables(**made)


def _hash_inputs(project: Project) -> dict[str, str]:
    """The hashes of the inputs by name; drafts do not count, so that one may be read and mended."""
    hashes = {
        path.relative_to(project.root).as_posix(): files.hash_file(path)
        for path in list_inputs(project)
    }
    accepted = _part_drafts(project.raw / "sources.csv")[1]
    if accepted is not None:
        hashes["data/raw/sources.csv"] = hashlib.sha256(accepted.encode()).hexdigest()
    return hashes


def _part_drafts(sources: Path) -> tuple[set[str], str | None]:
    """The ids of the drafts in a list of sources, and the list as it is written without them."""
    try:
        listed = pd.read_csv(sources, dtype="str", keep_default_na=False, encoding="utf-8-sig")
        is_draft = listed["state"] == "draft"
        drafts = {*listed.loc[is_draft, "source_id"]}
    except (OSError, ValueError, KeyError):
        return set(), None
    return drafts, listed[~is_draft].to_csv(index=False, lineterminator="\n")


def list_inputs(project: Project) -> list[Path]:
    """The files from which ``data/processed`` is made, sorted; a draft is none of them."""
    drafts, _ = _part_drafts(project.raw / "sources.csv")
    patterns = ("sources.csv", "transcripts/*.csv", "panels/*.csv", "panels/*.parquet")
    raw = (path for pattern in patterns for path in project.raw.glob(pattern))
    ours = (*project.reference.glob("*.csv"), *project.expectations.glob("*.json"))
    return sorted(
        path
        for path in (*raw, *ours)
        # .DS_Store and its like are nobody's figures
        if not path.name.startswith(".")
        and path.is_file()
        and not (path.parent.name == "transcripts" and path.stem in drafts)
    )


def _fill(folder: Path, tables: Tables) -> None:
    """The tables as CSV, and their Data Package descriptor (specs.frictionlessdata.io)."""
    resources = []
    for name, (columns, key) in STORED.items():
        table = getattr(tables, name)[list(columns)].sort_values(list(key), kind="stable")
        path = folder / f"{name}.csv"
        files.write_text(path, files.format_table(table))
        meanings = {column: records.COLUMN_MEANINGS[column] for column in columns}
        resources.append(describe_table(path, meanings, key))
    title = "Public administration reform (CCHC) of Vietnamese local authorities: reported figures"
    write_package(folder, "cchc-analysis", title, resources, profile="tabular-data-package")


def is_fresh(project: Project) -> bool:
    """Whether ``data/processed`` and its Parquet copies are what one run wrote."""
    copies = project.build / "tables"
    try:
        said = json.loads((copies / MANIFEST).read_bytes())
        is_copied = said["copied_from"] == files.hash_file(project.processed / MANIFEST)
        is_copied &= all((copies / name).is_file() for name in said["outputs"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    outputs = read_list(project.processed, MANIFEST) or {}
    is_there = bool(outputs) and all((project.processed / name).is_file() for name in outputs)
    return is_copied and is_there and not list_changed(project.processed, outputs)
