"""Changes of a project's ``data/``: by one command at a time, of several files together or of none.

Whoever reads, changes and writes holds a lock of the system, given back whatever becomes of its
holder; who holds it is written beside it. Reading takes no lock. What a change is about to replace
is kept beside it until all of it is written: a run that was killed between is undone by the next.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.data.files import clear_parts, write_bytes, write_text
from cchc_analysis.errors import CommandError, Problem

if TYPE_CHECKING:
    from filelock import BaseFileLock

    from cchc_analysis.data.reference import Project

_KEPT = ".cchc-undo"
_NAMES = "files.json"


@contextmanager
def changing(project: Project, command: str) -> Iterator[None]:
    """Hold the lock of a project, whose files then are as the last whole change left them.

    Args:
        project: Whose ``data/`` is read, changed and written.
        command: What does it, for others who wait.

    Raises:
        CommandError: Another command holds it for too long, or the place has no locks.
    """
    with hold(project.root / "data", command):
        _undo(project.root)
        clear_parts(project.raw, project.raw / "transcripts", project.raw / "panels")
        yield


def finish_changes(project: Project) -> None:
    """Undo a change that was broken off, before anything is read.

    Raises:
        CommandError: Somebody is changing files for too long, or they cannot be put back.
    """
    if (_find_kept(project.root) / _NAMES).is_file():
        with changing(project, "cchc"):
            pass


@contextmanager
def all_or_none(project: Project, paths: Iterable[Path]) -> Iterator[None]:
    """Let the body change files of a project; where it raises or is killed, none is changed.

    Args:
        project: Whose lock is held.
        paths: The files, which may be there or not.

    Raises:
        OSError: What is there cannot be kept.
    """
    kept = _find_kept(project.root)
    try:
        kept.mkdir(exist_ok=True)
        names = {}
        for number, path in enumerate(paths):
            names[path.relative_to(project.root).as_posix()] = path.is_file()
            if path.is_file():
                shutil.copyfile(path, kept / str(number))
        write_text(kept / _NAMES, json.dumps(names))
        yield
        (kept / _NAMES).unlink()
    finally:
        _undo(project.root)


def _undo(root: Path) -> None:
    kept = _find_kept(root)
    if (kept / _NAMES).is_file():
        names = json.loads((kept / _NAMES).read_text("utf-8"))
        for number, (name, was_there) in enumerate(names.items()):
            if was_there:
                _put_back(root / name, (kept / str(number)).read_bytes())
            else:
                (root / name).unlink(missing_ok=True)
        (kept / _NAMES).unlink()
    shutil.rmtree(kept, ignore_errors=True)


def _put_back(path: Path, content: bytes) -> None:
    with suppress(FileNotFoundError):
        if path.read_bytes() == content:
            return
    write_bytes(path, content)


def _find_kept(root: Path) -> Path:
    return root / "data" / _KEPT


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
