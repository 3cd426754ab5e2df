"""A folder of pages that is whole at every moment, and only rebuilt where it has to be.

Beside the folder ``site`` lies ``.site.pages``: the files of every page under its content key, and
the ledger ``site.json``, which says from which keys the site was put together. A page is written
under a temporary name and renamed, so it is there or not, whatever is killed and when; the next
run finds what is there and goes on. The site is put together beside the old one, of links to these
files, and changes places with it in one step. Only what its list ``.cchc.json`` names is ours: the
rest of the folder (``CNAME``, ``.git``) is carried over.

This module knows bytes and names, and nothing of what a page says.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cchc_analysis.data import owned
from cchc_analysis.data.files import hash_file
from cchc_analysis.data.records import problem
from cchc_analysis.data.system import DISK_FULL, link
from cchc_analysis.errors import BriefError, CommandError, Problem

Files = Mapping[str, bytes]
"""The files of a page by their names; one that begins with a dot is kept and not published."""

HEAD = {"command": "cchc site"}
LIST = ".cchc.json"
"""Lists the files that we wrote into a site, with their hashes."""
LEDGER = "site.json"
_KEY_LENGTH = 64


@dataclass(frozen=True)
class Placed:
    """A page of the site by its content key, with the names of what it was made of.

    Under the ``plan``, the key of what is known before it is made, something more may be kept.
    """

    key: str
    reads: tuple[str, ...] = ()
    plan: str = field(default="", compare=False)


@dataclass
class Build:
    """A build of one folder, which nobody else builds at the same time.

    Attributes:
        placed: The pages of the site as it is, by their folders below it.
        stamp: What the site is to be made from; ``former_stamp``, if it is all there, what it was.
        is_intact: Whether nobody changed or removed a file of the site since.
        made: The keys of the pages that were made and kept since it was opened.
    """

    site: Path
    store: Path
    force: bool = False
    placed: dict[str, Placed] = field(default_factory=dict)
    stamp: str = ""
    former_stamp: str = ""
    is_intact: bool = False
    made: set[str] = field(default_factory=set)
    _inode: int = 0

    @property
    def is_current(self) -> bool:
        """Whether the site is well, and was made from what it would be made from now."""
        is_same = bool(self.stamp) and self.stamp == self.former_stamp
        return is_same and self.is_intact and not self.force

    @property
    def is_published(self) -> bool:
        """Whether the new site is in the place of the old one."""
        return _find_inode(self.site) != self._inode

    def has(self, key: str) -> bool:
        """Whether the page of this key need not be made again."""
        return key in self.made or (not self.force and self._page(key).is_dir())

    def keep(self, key: str, files: Files, *, is_page: bool = True) -> None:
        """Keep the page of a key, or files that are none, or raise and leave what was there."""
        page = self._page(key)
        with in_words(self.store), self._fresh() as fresh:
            page.parent.mkdir(exist_ok=True)
            for name, content in files.items():
                write_down(fresh / name, content)
            shutil.rmtree(page, ignore_errors=True)
            fresh.rename(page)
        self.made |= {key} if is_page else set()

    @contextmanager
    def _fresh(self) -> Iterator[Path]:
        """A folder that others may read, to be filled and renamed; gone otherwise."""
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=self.store))
        try:
            fresh.chmod(0o755)
            yield fresh
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def read(self, key: str, name: str) -> bytes | None:
        """A file of a page, if it has it."""
        with suppress(FileNotFoundError):
            return (self._page(key) / name).read_bytes()
        return None

    def former(self, folder: str) -> Placed | None:
        """The page that the site shows in a folder now, if it can be shown again."""
        placed = self.placed.get(folder)
        return placed if placed and self._page(placed.key).is_dir() else None

    def publish(self, pages: Mapping[str, Placed], *, is_whole: bool = True) -> int:
        """Put the site together and in place of the old one, in one step, or raise and leave it.

        The pages are told by their folders below the site's ("" is its own), and whether these are
        all, each as it should be. Gives how many are new or changed; 0 if the site is left alone.
        """
        old = {folder: placed.key for folder, placed in self.placed.items()}
        changed = [folder for folder, page in pages.items() if old.get(folder) != page.key]
        is_same = not changed and len(old) == len(pages) and self.is_intact and not self.made
        stamp = self.stamp if is_whole else ""
        if is_same and stamp == self.former_stamp:
            return 0
        with in_words(self.store):
            files = {}
            for folder, page in sorted(pages.items()):
                there = (path.name for path in self._page(page.key).iterdir())
                files[folder] = sorted(name for name in there if not name.startswith("."))
            if not is_same:
                with self._fresh() as fresh:
                    for folder, names in files.items():
                        make_folders(fresh / folder, fresh)
                        for name in names:
                            link(self._page(pages[folder].key) / name, fresh / folder / name)
                    owned.write_list(fresh, LIST, HEAD, self._hash(pages, files))
                    owned.replace_folder(fresh, self.site, LIST)
            self._write_ledger(pages, files, stamp)
        keys = {key for page in pages.values() for key in (page.key, page.plan)}
        for path in () if is_same else self.store.glob("??/*"):
            if len(path.name) == _KEY_LENGTH and path.name not in keys:  # no site shows it any more
                shutil.rmtree(path, ignore_errors=True)
        return 0 if is_same else len(changed) or len(pages)

    def _hash(self, pages: Mapping[str, Placed], files: Mapping[str, list[str]]) -> dict[str, str]:
        """The hash of every file; those of a page that stays are known."""
        former = owned.read_list(self.site, LIST) or {}
        hashes = {}
        for folder, names in files.items():
            is_known = self.is_intact and self.placed.get(folder) == pages[folder]
            for name in names:
                path = f"{folder}/{name}".lstrip("/")
                known = former.get(path, "") if is_known else ""
                hashes[path] = known or hash_file(self._page(pages[folder].key) / name)
        return hashes

    def _page(self, key: str) -> Path:
        return Path(f"{self.store}/{key[:2]}/{key}")

    def _write_ledger(
        self, pages: Mapping[str, Placed], files: Mapping[str, list[str]], stamp: str
    ) -> None:
        """Write down what the site was put together from, and how its files looked then."""
        ledger = {}
        for folder, names in files.items():
            looks = {name: _look_at(f"{self.site}/{folder}/{name}") for name in names}
            page = pages[folder]
            ledger[folder] = {"key": page.key, "reads": page.reads, "files": looks}
        text = json.dumps({"stamp": stamp, "pages": ledger}, ensure_ascii=False)
        with self._fresh() as fresh:
            write_down(fresh / LEDGER, text.encode())
            (fresh / LEDGER).replace(self.store / LEDGER)

    def read_ledger(self) -> None:
        """Learn what the site is made of; forget pages that somebody changed in the site."""
        ledger: dict[str, Any] = {}
        with suppress(OSError, ValueError):
            ledger = json.loads((self.store / LEDGER).read_text("utf-8"))
        pages: dict[str, Any] = ledger.get("pages", {})
        self.former_stamp = ledger.get("stamp", "")
        self.placed = {
            folder: Placed(page["key"], tuple(page["reads"])) for folder, page in pages.items()
        }
        expected = {
            f"{folder}/{name}".lstrip("/"): look
            for folder, page in pages.items()
            for name, look in page["files"].items()
        }
        looks = {path: _look_at(f"{self.site}/{path}") for path in expected}
        self.is_intact = bool(pages) and looks == expected and (self.site / LIST).is_file()
        if not self.is_intact:
            self._check_site([path for path, look in expected.items() if look == looks[path]])
            for page in pages.values():  # one that was changed in the site is changed here too
                kept = self._page(page["key"])
                if any(_look_at(kept / name) != look for name, look in page["files"].items()):
                    shutil.rmtree(kept, ignore_errors=True)

    def _check_site(self, known: list[str]) -> None:
        """Refuse a folder that is not ours; of one whose list is gone our own ledger knows as much.

        Where there is no ledger a file that differs from the list may be somebody's work.
        """
        if known and owned.read_list(self.site, LIST) is None:
            hashes = {path: hash_file(self.site / path) for path in known}
            owned.write_list(self.site, LIST, HEAD, hashes)
        owned.check_folder(self.site, LIST)
        listed = {} if self.placed else owned.read_list(self.site, LIST) or {}
        if changed := owned.list_changed(self.site, listed):
            names = ", ".join(changed[:10])
            raise CommandError(problem("changed_site", str(self.site), names=names))


@contextmanager
def open_build(site: Path, stamp: str = "", *, force: bool = False) -> Iterator[Build]:
    """Begin to build a folder, by force every page of it; it stays until the new one is there.

    The stamp says what it is to be made from; where that is the same, so is the site.

    Raises:
        CommandError: Another build of this folder is running, or it holds something else.
        BriefError: The place cannot be written to.
    """
    site = Path(os.path.realpath(site))
    if not site.name or not (find_store(site) / LEDGER).is_file():
        owned.check_folder(site, LIST)
    with hold_site(site, "cchc site", seconds=0) as store:
        with in_words(store):
            owned.clear_leftovers(store.glob("new-*"), store.glob("old-*"), site, LIST)
        build = Build(site, store, force, stamp=stamp, _inode=_find_inode(site))
        build.read_ledger()
        yield build


@contextmanager
def hold_site(site: Path, command: str, seconds: float = owned.LONGEST_WAIT) -> Iterator[Path]:
    """Hold the lock of a site, whose folder need not be there yet; gives where its pages are."""
    store = find_store(site)
    with in_words(store):
        store.mkdir(parents=True, exist_ok=True)
    with owned.hold(store, command, seconds=seconds):
        yield store


def find_store(site: Path) -> Path:
    """Where the pages of a site are kept, and its lock."""
    return site.with_name(f".{site.name}.pages")


def _look_at(path: Path | str) -> list[int]:
    """What tells an untouched file from a changed one: size and time to the nanosecond."""
    with suppress(OSError):
        status = os.stat(path)  # noqa: PTH116 - a site has thousands, which need be no paths
        return [status.st_size, status.st_mtime_ns]
    return []


def _find_inode(folder: Path) -> int:
    """Which folder it is, whatever it is called; 0 for none."""
    with suppress(OSError):
        return folder.stat().st_ino
    return 0


def make_folders(folder: Path, root: Path) -> None:
    """Make a folder and those above it up to ``root``, to be read by others."""
    if folder != root and not folder.is_dir():
        make_folders(folder.parent, root)
        folder.mkdir()
        folder.chmod(0o755)


def write_down(path: Path, content: bytes) -> None:
    """Write a file that is there for good when this returns."""
    with path.open("wb") as file:
        path.chmod(0o644)  # a page is to be read by others, whatever the mask of who made it
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def in_words(
    place: Path, kept: str = "finished pages are kept, and the old site is untouched"
) -> Iterator[None]:
    """Turn what the disk refuses into a ``BriefError``."""
    try:
        yield
    except OSError as error:
        is_full = error.errno in DISK_FULL
        found = "the disk is full" if is_full else (error.strerror or str(error))
        remedy = "Make room and run again" if is_full else "Check the folder's rights and run again"
        told = found, "a place that can be written to", f"{remedy}; {kept}."
        raise BriefError(Problem(str(place), *told)) from None
