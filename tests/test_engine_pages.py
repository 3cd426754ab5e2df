"""A site that is whole at every moment: built, rebuilt, killed, full, and fought over."""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import engine_work
from cchc_analysis.data import owned
from cchc_analysis.data.files import read_files
from cchc_analysis.errors import BriefError, CommandError
from cchc_analysis.site import store as disk_module
from cchc_analysis.site.keys import key_of, key_of_package
from cchc_analysis.site.store import LIST, Placed, open_build
from forked import prepare_forks


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


def build(site: Path, texts: dict[str, str], *, force: bool = False) -> tuple[list[str], int]:
    """Build a site of texts; tell which pages were made anew, and how many were put in place."""
    made = []
    with open_build(site, force=force) as work:
        for name, text in texts.items():
            if not work.has(key_of(text)):
                work.keep(key_of(text), {"index.html": text.encode(), ".card": b"hidden"})
                made.append(name)
        work.shown |= {name: Placed(key_of(text)) for name, text in texts.items()}
        work.publish()
        changed = len(work.shown.items() - work.placed.items())
        return made, (changed or len(work.shown)) if work.is_published else 0


def read(site: Path) -> dict[str, str]:
    files = [path for path in site.rglob("*") if path.is_file() and path.name != LIST]
    folders = {path: path.parent.relative_to(site).as_posix() for path in files}
    return {folders[path].strip("."): path.read_text("utf-8") for path in files}


TEXTS = {
    "": "mục lục",
    "vi/183/2024-H1": "Cao Lộc",
    "en/183/2024-H1": "Cao Loc",
}


def test_what_is_built_is_what_is_there(site: Path) -> None:
    assert build(site, TEXTS) == (list(TEXTS), 3)
    assert read(site) == TEXTS


def test_nothing_changed_nothing_is_built(site: Path) -> None:
    build(site, TEXTS)
    before = site.stat().st_ino
    assert build(site, TEXTS) == ([], 0)
    assert site.stat().st_ino == before


def test_only_what_changed_is_built(site: Path) -> None:
    build(site, TEXTS)
    changed = TEXTS | {"": "mục lục mới"}
    assert build(site, changed) == ([""], 1)
    assert read(site) == changed


def test_the_list_holds_the_hash_of_every_file_as_it_is_now(site: Path) -> None:
    for texts in (TEXTS, TEXTS | {"": "mục lục mới"}):
        build(site, texts)
        listed = owned.read_list(site, LIST)
        assert listed
        assert len(listed) == len(TEXTS)
        assert owned.list_changed(site, listed) == []


def test_what_goes_away_goes_away_and_is_forgotten(site: Path) -> None:
    build(site, TEXTS)
    fewer = {"": "mục lục"}
    assert build(site, fewer) == ([], 1)
    assert read(site) == fewer
    assert build(site, TEXTS)[0] == list(TEXTS)[1:]


def test_force_builds_all(site: Path) -> None:
    build(site, TEXTS)
    assert build(site, TEXTS, force=True)[0] == list(TEXTS)
    assert read(site) == TEXTS


@pytest.mark.parametrize("how", ["changed", "removed"])
def test_a_site_that_somebody_touched_is_mended(site: Path, how: str) -> None:
    build(site, TEXTS)
    if how == "changed":
        (site / "index.html").write_text("spoilt", "utf-8")
    else:
        (site / "index.html").unlink()
    made, placed = build(site, TEXTS)
    # A page and the file kept for it are one file: spoilt here, it is spoilt there.
    assert (made, placed > 0, read(site)) == ([""] if how == "changed" else [], True, TEXTS)


def break_off(site: Path) -> None:
    with open_build(site) as work:
        work.keep(key_of("x"), {"index.html": b"x"})
        raise ZeroDivisionError


def test_a_body_that_raises_leaves_the_site_alone(site: Path) -> None:
    build(site, TEXTS)
    with pytest.raises(ZeroDivisionError):
        break_off(site)
    assert read(site) == TEXTS


def test_two_builds_at_once_one_is_refused(site: Path) -> None:
    with (
        open_build(site) as work,
        pytest.raises(
            CommandError,
            match=r"cchc site \(process \d+ .*\) has been writing into it; expected one",
        ),
        open_build(site),
    ):
        pass
    assert work.site == site


LEFT = """
import os, sys
from pathlib import Path
from cchc_analysis.site.store import open_build
with open_build(Path(sys.argv[1])):
    os.kill(os.getpid(), 9)
"""


def test_a_lock_that_a_killed_build_left_is_no_lock(site: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LEFT, str(site)], check=False)
    assert done.returncode != 0
    assert build(site, TEXTS)[1] == 3


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_a_sentence_and_the_old_site_stays(
    site: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    build(site, TEXTS)

    def refuse(*_: object) -> None:
        raise OSError(number, "No space left on device")

    monkeypatch.setattr(disk_module.os, "fsync", refuse)
    with pytest.raises(BriefError, match=r"the disk is full; .* the old site is untouched"):
        build(site, TEXTS | {"": "new"})
    monkeypatch.undo()
    monkeypatch.setattr(disk_module.os, "link", refuse)
    with pytest.raises(BriefError, match="the disk is full"):
        build(site, TEXTS | {"": "new"})
    assert read(site) == TEXTS
    monkeypatch.undo()
    assert build(site, TEXTS | {"": "new"})[0] == []


@pytest.mark.parametrize("is_atomic", [True, False])
def test_a_folder_changes_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_atomic: bool
) -> None:
    if not is_atomic:
        monkeypatch.setattr(owned, "exchange_at_once", lambda *_: False)
    fresh, target = tmp_path / "fresh", tmp_path / "target"
    for folder in (fresh, target):
        folder.mkdir()
        (folder / folder.name).touch()
    owned.exchange(fresh, target)
    assert [path.name for path in target.iterdir()] == ["fresh"]


def test_a_site_that_was_set_aside_comes_back(site: Path) -> None:
    """Without an exchange in one step, a build may be killed between two renames."""
    build(site, TEXTS)
    site.rename(site.with_name(".site.pages") / "old-new-x")
    with open_build(site):
        assert read(site) == TEXTS


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere two renames are needed")
@pytest.mark.slow
def test_killed_at_random_moments_the_site_is_whole(site: Path) -> None:
    chance, forks = random.SystemRandom(), prepare_forks()
    for _ in range(12):
        is_there = forks.Event()
        running = forks.Process(target=engine_work.publish_forever, args=(site, is_there))
        running.start()
        assert is_there.wait(60)
        time.sleep(chance.uniform(0, 0.15))
        running.kill()
        running.join()
        pages = read(site)
        assert set(pages) == {str(n) for n in range(30)}
        assert len({text.split()[0] for text in pages.values()}) == 1, "pages of two builds"
    build(site, TEXTS)
    assert read(site) == TEXTS
    assert {
        path.name for path in site.with_name(".site.pages").iterdir() if len(path.name) > 2
    } == {
        ".cchc-lock",
        "site.json",
    }


FOREIGN = {
    "CNAME": "cchc.example.org",
    ".nojekyll": "",
    ".git/config": "[core]",
    "robots.txt": "User-agent: *",
    "vi/notes.txt": "mine",
    "vi/183/2024-H1/.keep": "",
    "papers/thesis.docx": "years of work",
}


def put_foreign(site: Path) -> None:
    for name, text in FOREIGN.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, "utf-8")
    (site / "empty").mkdir(exist_ok=True)
    (site / "link").symlink_to("papers")


def assert_foreign(site: Path) -> None:
    assert {name: (site / name).read_text("utf-8") for name in FOREIGN} == FOREIGN
    assert (site / "empty").is_dir()
    assert (site / "link").is_symlink()


@pytest.mark.parametrize("is_atomic", [True, False])
def test_what_others_put_into_a_site_stays(
    site: Path, monkeypatch: pytest.MonkeyPatch, is_atomic: bool
) -> None:
    if not is_atomic:
        monkeypatch.setattr(owned, "exchange_at_once", lambda *_: False)
    build(site, TEXTS)
    put_foreign(site)
    assert build(site, TEXTS) == ([], 0), "nothing of ours changed"
    for texts in (TEXTS | {"": "new"}, {"": "new"}, TEXTS):
        build(site, texts)
        assert_foreign(site)
    assert [path.name for path in site.parent.iterdir() if path.name != site.name] == [
        ".site.pages"
    ]


def test_a_page_never_takes_the_place_of_a_file_of_others(site: Path) -> None:
    build(site, TEXTS)
    (site / "sitemap").mkdir()
    (site / "sitemap" / "index.html").write_text("mine", "utf-8")
    (site / "map").write_text("mine", "utf-8")
    with pytest.raises(CommandError, match=r"did not make: map, sitemap/index\.html; "):
        build(site, TEXTS | {"sitemap": "x", "map": "y"})
    assert (site / "sitemap" / "index.html").read_text("utf-8") == "mine"
    assert (site / "index.html").read_text("utf-8") == TEXTS[""]


STRANGERS = {
    "listing": {"pages.json": "[]", "thesis.docx": "x"},
    "list of its own": {LIST: '{"command": "cchc site", "outputs": {}}X', "thesis.docx": "x"},
    "list that leads outside": {
        LIST: '{"command": "cchc site", "outputs": {"../a": "%s"}}' % ("0" * 64),
        "thesis.docx": "x",
    },
    "list of another site": {
        LIST: '{"command": "cchc site", "outputs": {"index.html": "%s"}}' % ("0" * 64),
        "index.html": "mine",
    },
}


@pytest.mark.parametrize("kind", STRANGERS)
def test_a_folder_of_a_stranger_is_refused_and_left_alone(site: Path, kind: str) -> None:
    site.mkdir()
    for name, text in STRANGERS[kind].items():
        (site / name).write_text(text, "utf-8")
    with pytest.raises(CommandError, match="cchc"):
        build(site, TEXTS)
    assert {path.name: path.read_text("utf-8") for path in site.iterdir()} == STRANGERS[kind]


def test_no_folder_but_a_file_or_a_loop_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(CommandError, match=r"notes\.txt: a file; expected a folder"):
        build(tmp_path / "notes.txt", TEXTS)
    with pytest.raises(CommandError, match="cannot be used"):
        build(tmp_path / "a", TEXTS)
    with pytest.raises(CommandError, match="holds something else"):
        build(Path("/"), TEXTS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "notes.txt"]


def test_a_folder_with_nothing_but_hidden_files_may_become_a_site(site: Path) -> None:
    (site / ".git").mkdir(parents=True)
    build(site, TEXTS)
    assert (site / ".git").is_dir()
    assert read(site) == TEXTS


def test_without_its_store_a_site_is_known_by_its_list(site: Path) -> None:
    build(site, TEXTS)
    shutil.rmtree(site.with_name(".site.pages"))
    assert build(site, TEXTS | {"": "new"})[1] == 3
    (site / LIST).unlink()
    assert build(site, TEXTS)[1] > 0, "the ledger in the store knows them as well"
    assert read(site) == TEXTS


@pytest.mark.parametrize("at", ["before the exchange", "after it", "between two renames"])
def test_broken_off_at_the_exchange_nothing_of_others_is_lost(
    site: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    build(site, TEXTS)
    put_foreign(site)

    def die(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        if at == "after it":
            patch.setattr(owned, "_carry_over", die)
        else:
            patch.setattr(owned, "exchange_at_once", die if "before" in at else lambda *_: False)
        if at == "between two renames":
            patch.setattr(Path, "rename", partial_rename)
        with pytest.raises(ZeroDivisionError):
            build(site, TEXTS | {"": "new"})
    build(site, TEXTS)
    assert_foreign(site)
    (site / "papers" / "thesis.docx").unlink()
    left = [path.name for path in site.with_name(".site.pages").iterdir() if len(path.name) > 2]
    assert set(left) == {".cchc-lock", "site.json"}


@pytest.mark.parametrize("files", range(len(TEXTS) + 1))
def test_broken_off_as_the_former_site_goes_the_next_build_ends_it(
    site: Path, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    build(site, TEXTS)
    unlink, gone = os.unlink, list[object]()

    def remove_some(path: str, dir_fd: int | None = None) -> None:
        if "/old-" in str(path):
            if len(gone) == files:
                raise ZeroDivisionError
            gone.append(path)
        unlink(path, dir_fd=dir_fd)

    with monkeypatch.context() as patch:
        patch.setattr(owned.os, "unlink", remove_some)
        with pytest.raises(ZeroDivisionError):
            build(site, TEXTS | {"": "new"})
    build(site, TEXTS)
    assert read(site) == TEXTS
    assert not list(site.with_name(".site.pages").glob("[a-z]*-*"))


RENAME = Path.rename


def partial_rename(path: Path, target: Path) -> Path:
    """Set the former folder aside, and go no further."""
    if path.name.startswith("old-") and target.name == "site":
        raise ZeroDivisionError
    return RENAME(path, target)


def test_pages_can_be_read_whatever_the_mask_of_who_makes_them(site: Path) -> None:
    before = os.umask(0o077)
    try:
        site.mkdir()
        site.chmod(0o755)
        build(site, TEXTS)
        build(site, TEXTS | {"vi/184/2024-H1": "new"})
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o777 for path in site.rglob("*") if path.is_file()}
    assert modes == {0o644}
    assert {path.stat().st_mode & 0o777 for path in (site, *site.rglob("*")) if path.is_dir()} == {
        0o755
    }


def test_keys_tell_apart_what_differs() -> None:
    table = pd.DataFrame({"value": [1.0, None], "name": ["a", "b"]})
    parts = [
        *(("ab", "c"), ("a", "bc"), ("abc",), (b"abc",), (1,), (1.5,), ("1",), (None,), ("",)),
        *((["a"],), (["a", "b"],), ({"a": "b"},), (table,), (table.iloc[:1],), (table[["name"]],)),
    ]
    assert len({key_of(*part) for part in parts}) == len(parts)
    assert key_of(table) == key_of(table.copy())
    assert key_of(Path("a/b")) == key_of(Path("a", "b")) != key_of(Path("a/c"))
    with pytest.raises(TypeError, match="object has no content key"):
        key_of(object())


def test_keys_of_files_are_of_names_and_bytes_and_of_no_clock(tmp_path: Path) -> None:
    one = tmp_path / "one.csv"
    one.write_text("a", "utf-8")
    first = key_of(read_files([one], tmp_path))
    os.utime(one, (0, 0))
    assert key_of(read_files([one], tmp_path)) == first
    one.write_text("b", "utf-8")
    assert key_of(read_files([one], tmp_path)) != first
    assert key_of(read_files([one.rename(tmp_path / "two.csv")], tmp_path)) != first
    assert len(key_of_package()) == 64
