"""A project of one's own: ``cchc init`` makes the folder that all other commands work in.

What it begins with (reference data, suites, notebooks) lies in the installed package, or, where
that is a checkout, at the top of the repository. A list with hashes says what was laid down, so
that a later ``--update`` replaces what nobody touched and leaves alone what somebody changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cchc_analysis import __version__
from cchc_analysis.data.files import hash_file, read_files, write_bytes, write_json
from cchc_analysis.data.owned import read_list
from cchc_analysis.data.records import SOURCE_COLUMNS, problem
from cchc_analysis.errors import CommandError

KIT = ("data/reference", "expectations", "notebooks", "requirements.lock")
LIST = ".cchc-project.json"
HEADS_ONLY = ("data/reference/corrections.csv", "data/reference/remarks.csv")
"""What people decided about single reports: a new project has none, so only the heads are laid."""
EMPTY_FOLDERS = ("data/raw/transcripts", "data/raw/reports", "data/raw/panels")
SOURCES = "data/raw/sources.csv"
"""Laid once; from then on it is the project's own."""
_IGNORED = (
    "site/\nrerun/\n.site.pages/\nbuild/\n*.parquet\n.venv/\ndata/raw/reports/*\n"
    ".*.new-*\n.*.old-*\n.cchc-lock\n.cchc-holder\n.cchc-undo/\n"
)


class Laid(NamedTuple):
    """What ``init_project`` wrote, and what somebody changed and it left; paths in the project."""

    written: list[str]
    kept: list[str]


def init_project(folder: Path, *, update: bool = False) -> Laid:
    """Make an empty project in a new or empty folder, or bring the kit of one up to date.

    An update replaces what is as it was laid down, adds what is new, and keeps what was changed.

    Raises:
        CommandError: The folder holds something else, or is no project to update.
    """
    if not update:
        check_empty(folder)
    known = read_list(folder, LIST) if update else {}
    if known is None:
        raise CommandError(problem("no_made_project", str(folder), list=LIST))
    laid, sums = Laid([], []), dict(known)
    for name, content in _list_files():
        path, digest = folder / name, hashlib.sha256(content).hexdigest()
        there = hash_file(path) if path.is_file() else ""
        if there not in (known.get(name, ""), digest):  # changed by somebody, or taken away
            laid.kept.append(name)
            continue
        if there != digest:
            write_bytes(path, content)
            laid.written.append(name)
        sums[name] = digest
    for name in EMPTY_FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    if not (folder / SOURCES).exists():
        write_bytes(folder / SOURCES, (",".join(SOURCE_COLUMNS) + "\n").encode())
    head = {"command": "cchc init", "version": __version__}
    write_json(folder / LIST, {**head, "outputs": dict(sorted(sums.items()))})
    return laid


def check_empty(folder: Path) -> None:
    """Refuse a place that is a file, or a folder that is not empty."""
    found = "a file" if folder.exists() and not folder.is_dir() else ""
    if held := sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []:
        found = f"not empty: {', '.join(held[:5])}{', …' if len(held) > 5 else ''}"
    if found:
        raise CommandError(problem("no_new_folder", str(folder), found=found))


def _list_files() -> Iterator[tuple[str, bytes]]:
    """The files of a new project with their content, in a fixed order."""
    base = find_kit()
    laid = (path for part in KIT for path in (base / part, *(base / part).rglob("*")))
    for name, content in read_files(laid, base).items():
        if "/." not in f"/{name}":
            yield name, content.split(b"\n")[0] + b"\n" if name in HEADS_ONLY else content
    yield ".gitignore", _IGNORED.encode()
    yield "README.md", Path(__file__).with_suffix(".md").read_bytes()


@cache
def list_own(root: Path) -> Mapping[str, bytes]:
    """The files of a project that are not as a new project begins with, by path.

    Looked up once for a folder: the pages of a site all ask for it. What programs hide beside them
    ("notebooks/.ipynb_checkpoints") is nobody's.
    """
    laid = dict(_list_files())
    held = read_files((path for part in KIT for path in (root / part).rglob("*")), root)
    own = ((name, content) for name, content in held.items() if "/." not in f"/{name}")
    return {name: content for name, content in own if laid.get(name) != content}


def find_kit() -> Path:
    """The folder that holds the kit: in the installed package, or the top of the repository."""
    package = Path(__file__).parents[1]
    for base in (package / "project", package.parents[1]):
        if (base / "data" / "reference" / "indicators.csv").is_file():
            return base
    raise CommandError(problem("no_kit", str(package)))
