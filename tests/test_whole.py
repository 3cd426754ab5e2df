"""The whole way, from raw to site: the same bytes, no network, and what README promises."""

from __future__ import annotations

import re
import shutil
import socket
from pathlib import Path

import pytest

from cchc_analysis import pipeline
from cchc_analysis.cli import build_parser, main
from cchc_analysis.data.reference import Project
from conftest import ROOT, Replace

TOLD = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def copy_inputs(tmp_path: Path) -> Project:
    copied = Project(tmp_path / "project")
    for folder in ("data/raw", "data/reference", "expectations", "notebooks"):
        shutil.copytree(ROOT / folder, copied.root / folder)
    return copied


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_committed_data_are_what_a_rebuild_makes(repository: Project, tmp_path: Path) -> None:
    rebuilt = copy_inputs(tmp_path)
    pipeline.remake(rebuilt)
    made, committed = read_all(rebuilt.processed), read_all(repository.processed)
    assert sorted(made) == sorted(committed)
    changed = [name for name in made if made[name] != committed[name]]
    assert not changed, f"run cchc process: {', '.join(changed)} would change"


@pytest.mark.slow
def test_the_site_is_built_twice_alike_without_a_network(
    built_once: Project, processed: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By two processes and by one, wherever the project lies."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    before = read_all(processed.raw) | read_all(processed.reference)
    site = pipeline.build_site(processed, tmp_path / "again", pipeline.Workers(1))
    assert not site.errors
    assert site.pages > 4
    assert read_all(tmp_path / "again") == read_all(built_once.site)
    assert read_all(processed.raw) | read_all(processed.reference) == before


@pytest.mark.slow
def test_a_faulty_report_costs_only_its_own_pages(
    built: Project, replace: Replace, capsys: pytest.CaptureFixture[str]
) -> None:
    root = ["--root", str(built.root)]
    folder = built.site / "vi"
    good, bad = folder / "992-dong-gio" / "2022-h1", folder / "991-song-may" / "2022-h1"
    assert (good / "index.html").is_file()
    assert (bad / "index.html").is_file()
    before, former = read_all(built.processed), read_all(bad)
    replace("data/raw/transcripts/song_may_2022_h1.csv", ",1.200,", ",12.00,")
    capsys.readouterr()
    assert main([*root, "site", "--jobs", "1"]) == 3
    assert "'12.00'" in capsys.readouterr().err
    assert (good / "index.html").is_file()
    assert read_all(bad) == former
    assert read_all(built.processed) == before


def test_a_folder_that_cannot_be_written_leaves_the_site(
    processed: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = processed.root / "a file"
    blocked.write_text("not a folder", "utf-8")
    out = blocked / "site"
    assert main(["--root", str(processed.root), "site", "--jobs", "1", "--out", str(out)]) == 2
    assert "a place that cannot be used" in capsys.readouterr().err
    assert blocked.read_text("utf-8") == "not a folder"


@pytest.mark.parametrize("path", TOLD, ids=lambda path: path.name)
def test_what_is_told_names_only_what_is_there(path: Path) -> None:
    text = path.read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", text, re.MULTILINE)) <= {
        pair for each in targets for pair in ((each, ""), ("", each))
    }
    commands = build_parser().format_help()
    for command in re.findall(r"(?:^|`|bin/)cchc ([a-z-]+)", text, re.MULTILINE):
        assert re.search(rf"^    {command} ", commands, re.MULTILINE), command
    for link in re.findall(r"\]\(([^)#:]+)[^):]*\)", text):
        assert (path.parent / link).exists(), link
