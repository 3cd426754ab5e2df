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
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from cchc_analysis.data import owned
from cchc_analysis.data.files import hash_file, write_json
from cchc_analysis.data.records import problem
from cchc_analysis.data.system import DISK_FULL, link
from cchc_analysis.errors import BriefError, CommandError, Problem
from cchc_analysis.site.keys import key_of

Files = Mapping[str, bytes]
"""The files of a page by their names; one that begins with a dot is kept and not published."""

HEAD = {"command": "cchc site"}
LIST = ".cchc.json"
"""Lists the files that we wrote into a site, with their hashes."""
LEDGER = "site.json"
_KEY_LENGTH = 64


class Placed(NamedTuple):
    """A page of the site by its content key, with the names of what it was made of."""

    key: str
    reads: tuple[str, ...] = ()


@dataclass
class Build:
    """A build of one folder, which nobody else builds at the same time.

    Attributes:
        placed: The pages of the site as it is, by their folders below it ("" is its own).
        shown: The same of the site as it is to be.
        common: The key of what all pages are made of; ``former_common``, what it was.
        stamp: What the site is to be made from; ``former_stamp``, if it is all there, what it was.
        is_intact: Whether nobody changed or removed a file of the site since.
        made: The keys of the pages that were made and kept since it was opened.
    """

    site: Path
    store: Path
    force: bool = False
    placed: dict[str, Placed] = field(default_factory=dict)
    shown: dict[str, Placed] = field(default_factory=dict)
    common: str = ""
    former_common: str = ""
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

    def find(self, start: str) -> list[str]:
        """The keys that begin so, of pages that need not be made again."""
        with suppress(FileNotFoundError):
            names = os.listdir(f"{self.store}/{start[:2]}")  # noqa: PTH208 - for thousands
            return [name for name in names if name.startswith(start) and self.has(name)]
        return []

    def keep(self, key: str, files: Files) -> None:
        """Keep the page of a key, or raise and leave what was there."""
        page = self._page(key)
        with in_words(self.store), owned.fresh_folder(self.store, "new-") as fresh:
            page.parent.mkdir(exist_ok=True)
            for name, content in files.items():
                write_down(fresh / name, content)
            shutil.rmtree(page, ignore_errors=True)
            fresh.rename(page)
        self.made.add(key)

    def put(self, folder: str, made_of: object, make: Callable[[], Files]) -> None:
        """Show a page that is made here and now, if it is not there already."""
        key = key_of(self.common, folder, made_of)
        if not self.has(key):
            self.keep(key, make())
        self.shown[folder] = Placed(key)

    def put_former(self, folder: str) -> bool:
        """Show in a folder what the site shows there now, if that can be shown again."""
        placed = self.placed.get(folder)
        if placed is None or not self._page(placed.key).is_dir():
            return False
        self.shown[folder] = placed
        return True

    def read(self, key: str, name: str) -> bytes:
        """A file of a page; no bytes where it has none of this name."""
        with suppress(FileNotFoundError):
            return Path(f"{self._page(key)}/{name}").read_bytes()
        return b""

    def publish(self, *, is_whole: bool = True) -> None:
        """Put the site together and in place of the old one, in one step, or raise and leave it.

        It is told whether all pages are shown, each as it should be.
        """
        is_same = self.shown == self.placed and self.is_intact and not self.made
        made_from = (self.stamp, self.common) if is_whole else ("", "")
        if is_same and made_from == (self.former_stamp, self.former_common):
            return
        with in_words(self.store):
            files = dict[str, str]()
            for folder, placed in sorted(self.shown.items()):
                kept = f"{self._page(placed.key)}/"
                names = (name for name in os.listdir(kept) if not name.startswith("."))  # noqa: PTH208
                files |= {f"{folder}/{name}".lstrip("/"): kept + name for name in sorted(names)}
            if not is_same:
                with owned.fresh_folder(self.store, "new-") as fresh:
                    for folder in self.shown:
                        make_folders(fresh / folder, fresh)
                    for path, kept in files.items():
                        link(kept, f"{fresh}/{path}")
                    write_json(fresh / LIST, {**HEAD, "outputs": self._hash(files)})
                    owned.replace_folder(fresh, self.site, LIST)
            self._write_ledger(files, made_from)
        keys = {page.key for page in self.shown.values()}
        for page in () if is_same else self.store.glob("??/*"):
            if len(page.name) == _KEY_LENGTH and page.name not in keys:  # no site shows it any more
                shutil.rmtree(page, ignore_errors=True)

    def _hash(self, files: Mapping[str, str]) -> dict[str, str]:
        """The hash of every file; those of a page that stays are known."""
        former = (self.is_intact and owned.read_list(self.site, LIST)) or {}
        stays = {folder for folder, page in self.shown.items() if self.placed.get(folder) == page}
        known = {path: former.get(path) for path in files if path.rpartition("/")[0] in stays}
        return {path: known.get(path) or hash_file(Path(kept)) for path, kept in files.items()}

    def _page(self, key: str) -> Path:
        return Path(f"{self.store}/{key[:2]}/{key}")

    def _write_ledger(self, files: Iterable[str], made_from: tuple[str, str]) -> None:
        """Write down what the site was put together from, and how its files looked then."""
        looks = {path: _look_at(f"{self.site}/{path}") for path in files}
        ledger = {"made_from": made_from, "pages": self.shown, "files": looks}
        with owned.fresh_folder(self.store, "new-") as fresh:
            write_down(fresh / LEDGER, json.dumps(ledger, ensure_ascii=False).encode())
            (fresh / LEDGER).replace(self.store / LEDGER)

    def read_ledger(self) -> None:
        """Learn what the site is made of; forget pages that somebody changed in the site."""
        expected: dict[str, Any] = {}
        with suppress(OSError, ValueError, KeyError):  # there is none, or one of another version
            ledger = json.loads((self.store / LEDGER).read_text("utf-8"))
            pages = ledger["pages"].items()
            placed = {folder: Placed(key, tuple(reads)) for folder, (key, reads) in pages}
            self.former_stamp, self.former_common = ledger["made_from"]
            self.placed, expected = placed, ledger["files"]
        looks = {path: _look_at(f"{self.site}/{path}") for path in expected}
        self.is_intact = bool(expected) and looks == expected and (self.site / LIST).is_file()
        if not self.is_intact:
            self._check_site([path for path, look in expected.items() if look == looks[path]])
            for path, look in expected.items():
                folder, _, name = path.rpartition("/")
                kept = self._page(self.placed[folder].key)
                if _look_at(kept / name) != look:  # changed in the site, it is changed here too
                    shutil.rmtree(kept, ignore_errors=True)

    def _check_site(self, known: list[str]) -> None:
        """Refuse a folder that is not ours; of one whose list is gone our own ledger knows as much.

        Where there is no ledger a file that differs from the list may be somebody's work.
        """
        if known and owned.read_list(self.site, LIST) is None:
            hashes = {path: hash_file(self.site / path) for path in known}
            write_json(self.site / LIST, {**HEAD, "outputs": hashes})
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
