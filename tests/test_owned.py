"""A folder of ours is replaced whole, and what others put into it stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cchc_analysis.data.owned import read_list, swap_in
from cchc_analysis.errors import CommandError

HEAD = {"command": "cchc process"}
NAME = "manifest.json"


def fill(target: Path, *names: str) -> None:
    with swap_in(target, NAME, HEAD) as folder:
        for name in names:
            (folder / name).write_text(name, "utf-8")


def list_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_is_swapped_in_whole(tmp_path: Path) -> None:
    target = tmp_path / "processed"
    fill(target, "a.csv")
    fill(target, "b.csv")
    assert list_names(target) == ["b.csv", NAME]
    assert list_names(tmp_path) == ["processed"]
    assert set(read_list(target, NAME) or {}) == {"b.csv"}


def test_a_failed_run_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "processed"
    fill(target, "a.csv")
    with pytest.raises(FileNotFoundError):
        fill(target, "b.csv", "no/such/folder.csv")
    assert list_names(target) == ["a.csv", NAME]
    assert list_names(tmp_path) == ["processed"]


def test_files_of_others_stay_and_are_never_replaced(tmp_path: Path) -> None:
    target = tmp_path / "processed"
    fill(target, "a.csv")
    (target / "notes.txt").write_text("mine", "utf-8")
    fill(target, "b.csv")
    assert list_names(target) == ["b.csv", NAME, "notes.txt"]
    with pytest.raises(CommandError, match=r"files that cchc did not make: notes\.txt; "):
        fill(target, "notes.txt")
    assert (target / "notes.txt").read_text("utf-8") == "mine"
    assert list_names(tmp_path) == ["processed"]


def test_a_list_with_the_marks_of_a_conflict_lists_nothing(tmp_path: Path) -> None:
    target = tmp_path / "processed"
    fill(target, "a.csv")
    text = (target / NAME).read_text("utf-8")
    (target / NAME).write_text(f"<<<<<<< ours\n{text}", "utf-8")
    with pytest.raises(CommandError, match=r"did not make: a\.csv, manifest\.json; "):
        fill(target, "a.csv")


@pytest.mark.parametrize("was_exchanged", [True, False])
def test_what_a_killed_run_left_is_cleared_by_the_next(tmp_path: Path, was_exchanged: bool) -> None:
    target = tmp_path / "processed"
    fill(target, "a.csv")
    (tmp_path / ".processed.new-x").mkdir()
    (tmp_path / ".processed.new-x" / "half.csv").touch()
    fill(tmp_path / "other", "old.csv")
    former = (tmp_path / "other").rename(tmp_path / ".processed.old-y")
    (former / "notes.txt").write_text("mine", "utf-8")
    if not was_exchanged:
        for path in target.iterdir():
            path.unlink()
        target.rmdir()
    fill(target, "b.csv")
    assert list_names(tmp_path) == ["processed"]
    assert list_names(target) == ["b.csv", NAME, "notes.txt"]


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{}",
        "x",
        "[" * 100_000,
        json.dumps({"command": "make", "outputs": {}}),
        json.dumps({"command": "cchc site", "outputs": ["a"]}),
        json.dumps({"command": "cchc site", "outputs": {"a": "short"}}),
        json.dumps({"command": "cchc site", "outputs": {"a": ["0"] * 64}}),
        json.dumps({"command": "cchc site", "outputs": {"/etc/passwd": "0" * 64}}),
        json.dumps({"command": "cchc site", "outputs": {"a/../../b": "0" * 64}}),
    ],
)
def test_what_is_no_list_of_ours_lists_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content, "utf-8")
    assert read_list(tmp_path, NAME) is None
