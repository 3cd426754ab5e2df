"""What a build asks of the disk: whole files, links, and a sentence where it refuses."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cchc_analysis.errors import BriefError, Problem

_FULL = (errno.ENOSPC, errno.EDQUOT)


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


def link(source: Path, target: Path) -> None:
    """One file under two names, or, where the file system has no links, a copy of it."""
    try:
        target.hardlink_to(source)
    except OSError as error:
        if error.errno in _FULL:
            raise
        shutil.copy2(source, target)


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
