"""What a build asks of the disk: whole files, links, a lock, and two folders changing places."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from cchc_analysis.errors import BriefError, CommandError, Problem

_EXCHANGE = 2
_HERE = -100
_FULL = (errno.ENOSPC, errno.EDQUOT)


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


def write_down(path: Path, content: bytes) -> None:
    """Write a file that is there for good when this returns."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def link(source: Path, target: Path) -> None:
    """One file under two names, or, where the file system has no links, a copy of it."""
    try:
        target.hardlink_to(source)
    except OSError as error:
        if error.errno in _FULL:
            raise
        shutil.copy2(source, target)


def lock_file(file: IO[str], site: Path) -> None:
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
def in_words(place: Path) -> Iterator[None]:
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
