"""What is ours, and how it is replaced: what we did not write is never overwritten or removed.

A folder of ours carries a list of the files that we wrote into it, each with its hash. Only listed
files are replaced or removed; where a new file would take the place of another the whole is refused
with a ``CommandError``. A new folder is filled beside the old one and changes places with it; then
what was not ours is carried over. All of that can be broken off at any moment: ``clear_leftovers``
ends it at the next start. Names that hold ``new-`` are half done and ours; names that hold ``old-``
are whole, carry their list, and may hold what is not ours.

A project's ``data/`` is changed by one command at a time, which holds a lock of the system; reading
takes none. Of several files all are changed or none: what is about to be replaced is kept beside
them until all is written, and a run that was killed between is undone by the next.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.files import clear_parts, hash_file, write_bytes, write_json
from cchc_analysis.data.records import problem
from cchc_analysis.data.system import PACKAGE, exchange_at_once, live_line
from cchc_analysis.errors import CommandError, join_some

if TYPE_CHECKING:
    from cchc_analysis.data.reference import Project

_HASH_LENGTH = 64
NOTES = ".cchc-notes.json"
"""Where files are noted that we wrote outside of folders of ours."""


def read_list(folder: Path, name: str) -> dict[str, str] | None:
    """The files that we wrote into a folder, with their hashes; ``None`` where no list says so.

    It says as ``outputs`` what we wrote, and by which ``command``. A path of a list lies inside the
    folder, and a hash has its length; else it is none of ours.
    """
    try:
        content = json.loads((folder / name).read_text("utf-8"))
        listed: dict[str, Any] = dict(content["outputs"].items())
        is_ours = str(content["command"]).startswith("cchc")
        for path, digest in listed.items():  # of which a site has thousands
            is_ours &= isinstance(digest, str) and len(digest) == _HASH_LENGTH
            is_ours &= {"", ".", ".."}.isdisjoint(path.replace(os.sep, "/").split("/"))
            is_ours &= not os.path.isabs(path)  # noqa: PTH117
        return listed if is_ours else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def check_folder(folder: Path, name: str) -> None:
    """Refuse a place that is something else than a folder of ours, or an empty one.

    What is hidden (``.git``, ``.nojekyll``) does not fill a folder: it stays where it is.
    """
    try:
        entries = [name for name in os.listdir(folder) if not name.startswith(".")]  # noqa: PTH208
    except FileNotFoundError:
        return
    except OSError as error:
        found = "a file" if folder.is_file() else f"a place that cannot be used ({error.strerror})"
        raise _refuse(folder, found, "a folder") from None
    if entries and read_list(folder, name) is None:
        named = join_some(sorted(entries))
        found = f"a folder that holds something else than pages of ours ({named})"
        raise _refuse(folder, found, "no such folder, an empty one, or one that cchc made")


def list_changed(folder: Path, listed: Mapping[str, str]) -> list[str]:
    """Files of a list whose bytes are not those that we wrote."""
    there = (path for path in listed if (folder / path).is_file())
    return sorted(path for path in there if hash_file(folder / path) != listed[path])


def replace_folder(fresh: Path, target: Path, name: str) -> None:
    """Put a folder, whose name holds ``new-``, in the place of another; what was not ours is kept.

    Where a new file would take the place of one that we did not write, it is refused. An
    ``OSError``: the target cannot be replaced; it is what it was.
    """
    if target.exists():
        _check_free(target, name, [*(read_list(fresh, name) or {}), name])
        fresh.chmod(target.stat().st_mode & 0o7777)
    before, _, after = fresh.name.rpartition("new-")
    ready = fresh.with_name(f"{before}old-{after}")
    fresh.rename(ready)
    if former := exchange(ready, target):
        _carry_over(former, target, name)


def _check_free(folder: Path, name: str, paths: Iterable[str]) -> None:
    """Refuse to write files into a folder where something lies that we did not write."""
    new, listed = set(paths), read_list(folder, name)
    ours = set() if listed is None else {*listed, name}
    above = _list_above(new)

    def is_taken(path: str) -> bool:
        try:
            is_file = stat.S_ISREG(os.lstat(f"{folder}/{path}").st_mode)
        except OSError:
            return False  # nothing is there
        if path in ours:
            return path in new and not is_file
        return path in new or not (folder / path).is_dir()

    if taken := sorted(filter(is_taken, new | above)):
        found = f"files that cchc did not make: {join_some(taken)}"
        raise _refuse(folder, found, "nothing in the place of what it writes")


def _list_above(paths: Iterable[str]) -> set[str]:
    """The folders of some paths, and those above them."""
    found = set[str]()
    for path in paths:  # by hand: with pathlib those of a site take a second
        while (path := path.rpartition("/")[0]) and path not in found:
            found.add(path)
    return found


def exchange(fresh: Path, target: Path) -> Path | None:
    """Let a folder change places with another, and say where that lies now, if there was one.

    In one step where the system can (Linux). Elsewhere there is an instant between two renames
    without the target; ``clear_leftovers`` brings one of the two back.
    """
    if not target.exists():
        fresh.rename(target)
        return None
    if exchange_at_once(fresh, target):
        return fresh
    aside = fresh.with_name(f"{fresh.name}-aside")
    target.rename(aside)
    try:
        fresh.rename(target)
    except OSError:
        aside.rename(target)
        raise
    return aside


def clear_leftovers(half: Iterable[Path], whole: Iterable[Path], target: Path, name: str) -> None:
    """End what a killed run left half done for a folder; nobody else may be writing.

    ``half`` are folders that were being filled, ``whole`` such as were filled, or former ones: they
    may hold what is not ours.
    """
    for path in half:
        path.unlink() if path.is_file() else shutil.rmtree(path, ignore_errors=True)
    for path in sorted(whole):
        if target.exists():
            _carry_over(path, target, name)
        else:
            path.rename(target)


@contextmanager
def swap_in(target: Path, name: str, head: Mapping[str, Any]) -> Iterator[Path]:
    """Give an empty folder to fill, and put it in the place of ``target`` once it is whole.

    When the body raises, ``target`` stays what it was and the half-filled folder goes. The list of
    what we wrote says what is in ``head`` besides; ``command`` at least.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    half, whole = (target.parent.glob(f".{target.name}.{mark}-*") for mark in ("new", "old"))
    clear_leftovers(half, whole, target, name)
    with fresh_folder(target.parent, f".{target.name}.new-") as fresh:
        yield fresh
        files = sorted(path for path in fresh.rglob("*") if path.is_file())
        hashes = {path.relative_to(fresh).as_posix(): hash_file(path) for path in files}
        write_json(fresh / name, {**head, "outputs": hashes})
        replace_folder(fresh, target, name)


@contextmanager
def fresh_folder(inside: Path, start: str) -> Iterator[Path]:
    """A folder that others may read, to be filled and renamed; gone otherwise."""
    with TemporaryDirectory(prefix=start, dir=inside, ignore_cleanup_errors=True) as fresh:
        Path(fresh).chmod(0o755)
        yield Path(fresh)


@contextmanager
def adding_to(
    folder: Path, name: str, head: Mapping[str, Any], paths: Iterable[str]
) -> Iterator[None]:
    """Let the body write single files below a folder of ours, and list them as ``swap_in``."""
    new = list(paths)
    check_folder(folder, name)
    _check_free(folder, name, new)
    listed = read_list(folder, name) or {}
    begun = dict.fromkeys(new, "0" * _HASH_LENGTH)
    write_json(folder / name, {**head, "outputs": begun | listed})
    try:
        yield
    finally:
        there = {path: hash_file(folder / path) for path in new if (folder / path).is_file()}
        write_json(folder / name, {**head, "outputs": listed | there})


def may_replace(path: Path, notes: Path) -> bool:
    """Whether a place outside of folders of ours is free, or holds a file as we noted it."""
    if not os.path.lexists(path):
        return True
    noted = (read_list(notes, NOTES) or {}).get(_note_name(path))
    return path.is_file() and not path.is_symlink() and noted == hash_file(path)


def check_file(path: Path, notes: Path) -> None:
    """Refuse to replace a file that is not as we wrote it."""
    if not may_replace(path, notes):
        found = "something that cchc did not make, or that was changed since"
        raise _refuse(path, found, "a new name, or a file as cchc left it")


def note_files(paths: Iterable[Path], notes: Path) -> None:
    """Note files that we wrote outside of folders of ours, as they are now."""
    new = {_note_name(path): hash_file(path) for path in paths}
    notes.mkdir(parents=True, exist_ok=True)
    with hold(notes, "cchc"):
        noted = (read_list(notes, NOTES) or {}) | new
        write_json(notes / NOTES, {"command": "cchc", "outputs": noted})


def _note_name(path: Path) -> str:
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - a link is to be noted, not what it leads to
    return whole.relative_to(whole.anchor).as_posix()


def _carry_over(former: Path, target: Path, name: str) -> None:
    """Move what is not ours from a former folder into the one that took its place; remove the rest.

    What cannot be moved stays, and the former folder with it, for the next start. A folder that
    neither list knows is moved as one.
    """
    ours = {**(read_list(former, name) or {}), name: ""}  # in order, the list last: it tells ours
    shared = _list_above((*ours, *(read_list(target, name) or ())))

    def walk(inside: str) -> Iterator[str]:
        for entry in os.scandir(f"{former}/{inside}"):
            path = f"{inside}/{entry.name}".lstrip("/")
            if path in shared and entry.is_dir(follow_symlinks=False):
                yield from walk(path)
            elif path not in ours or not entry.is_file(follow_symlinks=False):
                yield path

    for path in sorted(walk("")):
        with suppress(OSError):
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            if not os.path.lexists(target / path):
                (former / path).rename(target / path)
    for path in ours:  # which no longer are, if they are folders now
        with suppress(OSError):
            os.unlink(f"{former}/{path}")  # noqa: PTH108 - a site has thousands
    for parent, _, _ in os.walk(former, topdown=False):
        with suppress(OSError):
            os.rmdir(parent)  # noqa: PTH106


def _refuse(place: Path, found: str, expected: str) -> CommandError:
    return CommandError(problem("foreign", str(place), found=found, expected=expected))


_KEPT = Path("data", ".cchc-undo")
_NAMES = "files.json"


@contextmanager
def changing(project: Project, command: str) -> Iterator[None]:
    """Hold the lock of a project's ``data/``, which then is as the last whole change left it."""
    with hold(project.root / "data", command):
        _undo(project.root)
        clear_parts(project.raw, project.raw / "transcripts", project.raw / "panels")
        yield


def finish_changes(project: Project) -> None:
    """Undo a change that was broken off, before anything is read."""
    if (project.root / _KEPT / _NAMES).is_file():
        with changing(project, "cchc"):
            pass


@contextmanager
def all_or_none(project: Project, paths: Iterable[Path]) -> Iterator[None]:
    """Let the body change files of a project, whose lock is held; all of them, or none.

    They may be there or not. Where the body raises or is killed, none is changed; an ``OSError``
    says that what is there cannot be kept.
    """
    kept = project.root / _KEPT
    names = [path.relative_to(project.root).as_posix() for path in paths]
    try:
        kept.mkdir()
        for number, name in enumerate(names):
            with suppress(FileNotFoundError):
                shutil.copyfile(project.root / name, kept / str(number))
        write_json(kept / _NAMES, names)
        yield
        (kept / _NAMES).unlink()
    finally:
        _undo(project.root)


def _undo(root: Path) -> None:
    kept = root / _KEPT
    if (kept / _NAMES).is_file():
        for number, name in enumerate(json.loads((kept / _NAMES).read_text("utf-8"))):
            path, former = root / name, kept / str(number)
            if not former.is_file():
                path.unlink(missing_ok=True)
            elif not path.is_file() or path.read_bytes() != former.read_bytes():
                write_bytes(path, former.read_bytes())
        (kept / _NAMES).unlink()
    shutil.rmtree(kept, ignore_errors=True)


LONGEST_WAIT = 600.0
"""Seconds that a command waits for another one before it is refused."""


@contextmanager
def hold(folder: Path, command: str, *, seconds: float = LONGEST_WAIT) -> Iterator[None]:
    """Hold the lock of a folder; wait for whoever holds it, and say so on a terminal."""
    import filelock

    lock = filelock.FileLock(folder / ".cchc-lock", fallback_to_soft=False)
    holder = folder / ".cchc-holder"
    try:
        with suppress(filelock.Timeout) if seconds else nullcontext():
            lock.acquire(timeout=0)
        if not lock.is_locked:
            with live_line():
                said = "Waiting for %s, at most %.0f s"
                logging.getLogger(PACKAGE).info(said, _read_holder(holder), seconds)
                lock.acquire(timeout=seconds)
    except filelock.Timeout:
        waited = f" for {seconds:.0f} s" if seconds else ""
        told = {"holder": _read_holder(holder), "waited": waited}
        raise CommandError(problem("held", str(folder), **told)) from None
    except (OSError, NotImplementedError) as error:
        found = getattr(error, "strerror", None) or error
        raise CommandError(problem("no_lock", str(folder), error=found)) from None
    try:
        with suppress(OSError):
            since = f"since {datetime.now().astimezone():%H:%M:%S}"
            said = f"{command} (process {os.getpid()} on {platform.node()}, {since})"
            holder.write_text(said, "utf-8")
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def _read_holder(holder: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return holder.read_text("utf-8")[:200] or "another command"
    return "another command"
