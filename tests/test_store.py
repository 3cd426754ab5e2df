"""Tables go to disk sorted and whole, and come back as they were."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from cchc_analysis import __version__
from cchc_analysis.data import files, store
from cchc_analysis.data.records import (
    DEFINITION_COLUMNS,
    FINDING_COLUMNS,
    INDICATOR_COLUMNS,
    OBSERVATION_COLUMNS,
    SOURCE_COLUMNS,
    TALLY_COLUMNS,
    TRANSCRIPT_COLUMNS,
    Tables,
)
from cchc_analysis.data.reference import Project, load_reference
from cchc_analysis.errors import CommandError, ReportError
from cchc_analysis.panels import read_panels
from cchc_analysis.read.transcripts import read_transcripts


def text(columns: tuple[str, ...], rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame([dict.fromkeys(columns, "") | row for row in rows], columns=list(columns))


@pytest.fixture
def tables() -> Tables:
    numbers = {"value": 1310.0, "low": 1309.5, "high": 1310.5, "reading": 1, "decimals": 0}
    observations = text(
        OBSERVATION_COLUMNS,
        [
            numbers | {"source_id": source_id, "is_published": is_published}
            for source_id, is_published in (("b", True), ("a", False))
        ],
    )
    indicators = text(
        INDICATOR_COLUMNS,
        [
            {
                "area_id": "06253",
                "value": 89.4,
                "wilson_low": float("nan"),
                "wilson_high": 90.0,
                "is_contested": True,
                "printed": "89,4",
            }
        ],
    )
    return Tables(
        sources=text(SOURCE_COLUMNS, []),
        transcripts=text(TRANSCRIPT_COLUMNS, []),
        observations=observations,
        indicators=indicators,
        findings=text(FINDING_COLUMNS, []),
        tallies=text(TALLY_COLUMNS, []),
        definitions=text(DEFINITION_COLUMNS, []),
    )


def test_tables_are_written_sorted_and_in_the_shortest_form(
    project: Project, tables: Tables
) -> None:
    store.write_tables(project, tables, "1")
    lines = (project.processed / "observations.csv").read_text("utf-8").splitlines()
    assert [line.split(",")[0] for line in lines] == ["source_id", "a", "b"]
    assert "1310,1309.5,1310.5" in lines[1]
    assert lines[1].endswith("false,")
    assert b"\r" not in (project.processed / "observations.csv").read_bytes()


def test_tables_come_back_as_they_were(project: Project, tables: Tables) -> None:
    store.write_tables(project, tables, __version__)
    for is_fast in (True, False):
        if not is_fast:
            for copy in (project.build / "tables").glob("*.parquet"):
                copy.unlink()
        back = store.load(project)[1].indicators
        assert back.loc[0, "area_id"] == "06253"
        assert back.loc[0, "value"] == 89.4
        assert pd.isna(back.loc[0, "wilson_low"])
        assert bool(back.loc[0, "is_contested"]) is True


def test_without_copies_the_same_tables_are_loaded(repository: Project, tmp_path: Path) -> None:
    """As in a fresh clone; reports and panels, CSV and numbers, in the order of the copies."""
    clone = Project(tmp_path)
    shutil.copytree(repository.root / "data", tmp_path / "data")
    shutil.copytree(repository.expectations, clone.expectations)
    _, tables = store.load(clone)
    (clone.build / "tables").mkdir(parents=True)
    store.write_copies(clone.build / "tables", tables)
    for name, table in vars(store.load_copies(clone.build / "tables")).items():
        pd.testing.assert_frame_equal(getattr(tables, name), table)
    read, panels = (
        read_transcripts(clone.raw),
        read_panels(clone.raw, load_reference(clone.reference)),
    )
    figures = pd.concat([read.transcripts, panels.transcripts], ignore_index=True)
    ordered = figures.sort_values(["source_id", "figure_id"], kind="stable", ignore_index=True)
    pd.testing.assert_frame_equal(tables.transcripts, ordered)
    assert set(tables.sources["source_id"]) == {
        *read.sources["source_id"],
        *panels.sources["source_id"],
    }


def test_a_copy_that_is_older_than_the_table_is_not_used(project: Project, tables: Tables) -> None:
    store.write_tables(project, tables, __version__)
    path = project.processed / "indicators.csv"
    path.write_text(path.read_text("utf-8").replace("89.4", "12.5"), "utf-8")
    assert store.load(project)[1].indicators.loc[0, "value"] == 12.5


def test_tables_of_another_version_are_refused(project: Project, tables: Tables) -> None:
    """Their columns may be others, which would come back empty."""
    store.write_tables(project, tables, "0.0.9")
    with pytest.raises(ReportError, match=r"the version of cchc_analysis.*Run cchc process"):
        store.load(project)


def test_the_same_tables_give_the_same_bytes(project: Project, tables: Tables) -> None:
    def read() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in project.processed.iterdir()}

    store.write_tables(project, tables, "1")
    first = read()
    store.write_tables(project, tables, "1")
    assert read() == first


def test_the_descriptor_describes_every_column(project: Project, tables: Tables) -> None:
    store.write_tables(project, tables, "1")
    package = json.loads((project.processed / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        header = (project.processed / resource["path"]).read_text("utf-8").splitlines()[0]
        assert [field["name"] for field in resource["schema"]["fields"]] == header.split(",")
        assert all(field["description"] for field in resource["schema"]["fields"])
        assert resource["hash"] == f"sha256:{files.hash_file(project.processed / resource['path'])}"


def test_the_manifest_names_every_input(project: Project, tables: Tables) -> None:
    store.write_tables(project, tables, "1")
    manifest = json.loads((project.processed / "manifest.json").read_text("utf-8"))
    assert manifest["version"] == "1"
    for name, digest in manifest["inputs"].items():
        assert files.hash_file(project.root / name) == digest
    assert "data/raw/transcripts/song_may_2022_h1.csv" in manifest["inputs"]
    assert "data/reference/indicators.csv" in manifest["inputs"]


def test_drafts_are_found_whatever_the_order_of_columns(project: Project) -> None:
    listed = project.raw / "sources.csv"
    table = pd.read_csv(listed, dtype="str", keep_default_na=False)
    table.loc[0, "state"] = "draft"
    draft = project.raw / "transcripts" / f"{table['source_id'][0]}.csv"
    assert draft.is_file()
    for columns in (table.columns, table.columns[::-1]):
        listed.write_text(table[columns].to_csv(index=False), "utf-8")
        assert draft not in store.list_inputs(project)
        kept = table.iloc[1:][columns].to_csv(index=False).encode()
        assert store._hash_inputs(project)["data/raw/sources.csv"] == sha256(kept).hexdigest()


def test_a_folder_that_cannot_be_written_leaves_the_old_data(
    project: Project, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write_tables(project, tables, "1")
    before = (project.processed / "indicators.csv").read_bytes()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(project.processed))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(ReportError, match="Permission denied; expected a folder that can be"):
        store.write_tables(project, tables, "2")
    assert (project.processed / "indicators.csv").read_bytes() == before


def test_what_was_never_made_is_answered_with_how_to_make_it(project: Project) -> None:
    with pytest.raises(ReportError, match=r"no such file.*Run cchc process"):
        store.load(project)


def test_strange_files_in_the_place_of_copies_are_refused(project: Project, tables: Tables) -> None:
    copies = project.build / "tables"
    copies.mkdir(parents=True)
    (copies / "indicators.parquet").write_bytes(b"former")
    with pytest.raises(CommandError, match="move what lies there; nothing was touched"):
        store.write_tables(project, tables, "2")
