"""A folder of pages that is whole at every moment, and only rebuilt where it has to be.

Beside the folder ``site`` there is ``.site.pages``: a page per content key, and ``site.json``,
which says from which keys the site was put together. A page is written to a temporary name and
renamed, so it is there or not, whatever is killed and when; the next run finds what is there and
goes on. The site itself is put together beside the old one and changes places with it.

This module knows bytes and names, and nothing of what a page says.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cchc_analysis.errors import BriefError, CommandError, Problem

_EXCHANGE = 2
_HERE = -100
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Build:
    """A build of one folder, which nobody else builds at the same time."""

    site: Path
    store: Path

    def has(self, key: str) -> bool:
        """Whether the page of this key is made already."""
        return self._page(key).is_file()

    def keep(self, key: str, content: bytes) -> None:
        """Keep the page of a key.

        Raises:
            BriefError: The disk is full, or cannot be written to; what was there is untouched.
        """
        path = self._page(key)
        with _in_words(self.store):
            path.parent.mkdir(exist_ok=True)
            _write_whole(path, content)

    def get(self, key: str) -> bytes:
        """The page of a key that is there."""
        return self._page(key).read_bytes()

    def publish(self, pages: Mapping[str, str]) -> int:
        """Put the site together and in place of the old one, in one step.

        Args:
            pages: The key of each file of the site, by its name below the site's folder.

        Returns:
            How many files are new or changed; 0 if the site was well and is left alone.

        Raises:
            BriefError: The disk is full, or cannot be written to; the old site is untouched.
        """
        old = self._read_ledger()
        changed = [name for name in pages if old.get(name) != pages[name]]
        if not changed and len(old) == len(pages) and self._is_intact(pages):
            return 0
        with _in_words(self.store):
            self._swap(pages)
            self._write_ledger(pages)
        self._forget(set(pages.values()))
        return len(changed) or len(pages)

    def _swap(self, pages: Mapping[str, str]) -> None:
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=self.store))
        try:
            fresh.chmod(0o755)
            for name, key in sorted(pages.items()):
                target = fresh / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self._page(key), target)
            exchange(fresh, self.site)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _page(self, key: str) -> Path:
        return self.store / key[:2] / key

    def _is_intact(self, pages: Mapping[str, str]) -> bool:
        """Whether nobody changed, added or removed a file of the site since."""
        there = {path.relative_to(self.site).as_posix() for path in _list_files(self.site)}
        return there == set(pages) and all(
            _hash(self.site / name) == _hash(self._page(key)) for name, key in pages.items()
        )

    def _read_ledger(self) -> dict[str, str]:
        with suppress(OSError, ValueError):
            ledger: dict[str, str] = json.loads((self.store / "site.json").read_text("utf-8"))
            return ledger
        return {}

    def _write_ledger(self, pages: Mapping[str, str]) -> None:
        text = json.dumps(dict(sorted(pages.items())), ensure_ascii=False, indent=0)
        _write_whole(self.store / "site.json", text.encode())

    def _forget(self, keys: set[str]) -> None:
        """Remove pages that no site shows any more."""
        for path in _list_files(self.store):
            if len(path.name) == 64 and path.name not in keys:
                path.unlink(missing_ok=True)


@contextmanager
def open_build(site: Path, *, force: bool = False) -> Iterator[Build]:
    """Begin to build a folder, or refuse when somebody else is building it.

    Args:
        site: The folder; made when it is not there.
        force: Forget the pages made before. The site itself stays until the new one is there.

    Raises:
        CommandError: Another build of this folder is running.
        BriefError: The place cannot be written to.
    """
    site = site.resolve()
    store = site.with_name(f".{site.name}.pages")
    with _in_words(store):
        store.mkdir(parents=True, exist_ok=True)
        lock = (store / "lock").open("a+", encoding="utf-8")
    with lock:
        _lock(lock, site)
        _clear_up(store, force=force)
        yield Build(site, store)


def exchange(fresh: Path, target: Path) -> None:
    """Let a folder change places with another, in one step where the system can.

    Elsewhere there is an instant between two renames without the target.

    Raises:
        OSError: The target cannot be replaced; it is what it was.
    """
    if not target.exists():
        fresh.rename(target)
    elif not _exchange_at_once(fresh, target):
        aside = fresh.with_name(f"old-{fresh.name}")
        target.rename(aside)
        try:
            fresh.rename(target)
        except OSError:
            aside.rename(target)
            raise
        shutil.rmtree(aside, ignore_errors=True)


def _exchange_at_once(fresh: Path, target: Path) -> bool:
    """Linux, since 3.15."""
    with suppress(OSError, AttributeError):
        import ctypes

        rename = ctypes.CDLL(None).renameat2
        done = rename(_HERE, os.fsencode(fresh), _HERE, os.fsencode(target), _EXCHANGE)
        return bool(done == 0)
    return False


def _clear_up(store: Path, *, force: bool) -> None:
    """Remove what a killed build left half done; bring back a site that it had set aside."""
    site = store.with_name(store.name.removeprefix(".").removesuffix(".pages"))
    for path in sorted(store.iterdir()):
        if path.name.startswith("old-") and not site.exists():
            path.rename(site)
        elif path.name.startswith(("new-", "old-")) or (force and len(path.name) == 2):
            shutil.rmtree(path, ignore_errors=True)


def _write_whole(path: Path, content: bytes) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _list_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _hash(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return str(path)


def _lock(file: IO[str], site: Path) -> None:
    """Take the lock, which the system gives back whatever becomes of this process."""
    try:
        if os.name == "nt":
            import msvcrt

            locking: Any = vars(msvcrt)
            locking["locking"](file.fileno(), locking["LK_NBLCK"], 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        problem = Problem(
            str(site),
            "another build is writing into it",
            "one build at a time",
            "Wait until that one has ended, or build into another folder with --out.",
        )
        raise CommandError(problem) from None


@contextmanager
def _in_words(place: Path) -> Iterator[None]:
    """Turn what the disk refuses into a sentence."""
    try:
        yield
    except OSError as error:
        is_full = error.errno in _FULL
        found = "the disk is full" if is_full else (error.strerror or str(error))
        remedy = "Make room and run again" if is_full else "Check the folder's rights and run again"
        problem = Problem(
            str(place),
            found,
            "a place to write pages to",
            f"{remedy}; finished pages are kept, and the old site is untouched.",
        )
        raise BriefError(problem) from None
