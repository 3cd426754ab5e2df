"""Changes of a project's ``data/``: by one command at a time, of several files together or of none.

Whoever reads, changes and writes holds the project's lock. What a change is about to replace is
kept beside it until all of it is written: a run that was killed between is undone by the next.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.data.files import clear_parts, write_bytes, write_text
from cchc_analysis.data.locking import hold

if TYPE_CHECKING:
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
