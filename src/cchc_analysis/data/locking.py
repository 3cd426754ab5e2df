"""One command at a time where files are read, changed and written.

The lock is one of the system, given back whatever becomes of its holder; where the file system
has none the command is refused. Who holds it is written beside it, for whoever waits. Reading
takes no lock.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.errors import CommandError, Problem

if TYPE_CHECKING:
    from filelock import BaseFileLock

LONGEST_WAIT = 600.0
"""Seconds that a command waits for another one before it is refused."""
LOCK = ".cchc-lock"
HOLDER = ".cchc-holder"


@contextmanager
def hold(folder: Path, command: str, *, seconds: float = LONGEST_WAIT) -> Iterator[None]:
    """Hold the lock of a folder; wait for whoever holds it, and say so on a terminal.

    Args:
        folder: Whose files are read, changed and written.
        command: What does it, for others who wait.
        seconds: How long to wait.

    Raises:
        CommandError: It is still held after that time, or the place has no locks.
    """
    import filelock

    lock = filelock.FileLock(folder / LOCK, timeout=0, fallback_to_soft=False)
    try:
        _acquire(lock, folder, seconds)
    except filelock.Timeout:
        raise _refuse_held(folder, seconds) from None
    except (OSError, NotImplementedError) as error:
        found = f"cannot be locked ({getattr(error, 'strerror', None) or error})"
        remedy = "Check its rights and the space left; where it has no locks, work on a local disk."
        problem = Problem(str(folder), found, "a folder to write to, with locks", remedy)
        raise CommandError(problem) from None
    try:
        with suppress(OSError):
            (folder / HOLDER).write_text(_name_holder(command), "utf-8")
        yield
    finally:
        with suppress(OSError):
            (folder / HOLDER).unlink()
        lock.release()


def _acquire(lock: BaseFileLock, folder: Path, seconds: float) -> None:
    from filelock import Timeout

    try:
        lock.acquire()
    except Timeout:
        if not seconds:
            raise
        _tell(f"Waiting for {read_holder(folder)}, at most {seconds:.0f} s …")
        lock.acquire(timeout=seconds)
        _tell("")


def _tell(line: str) -> None:
    """One line on a terminal, in place of the one before it."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()


def read_holder(folder: Path) -> str:
    """Who holds the lock of a folder, in words."""
    with suppress(OSError, UnicodeDecodeError):
        return (folder / HOLDER).read_text("utf-8")[:200] or "another command"
    return "another command"


def _name_holder(command: str) -> str:
    now = datetime.now().astimezone()
    return f"{command} (process {os.getpid()} on {platform.node()}, since {now:%H:%M:%S})"


def _refuse_held(folder: Path, seconds: float) -> CommandError:
    waited = f" for {seconds:.0f} s" if seconds else ""
    return CommandError(
        Problem(
            str(folder),
            f"{read_holder(folder)} has been writing into it{waited}",
            "one command at a time",
            "Wait until that one has ended, and run this one again.",
        )
    )
