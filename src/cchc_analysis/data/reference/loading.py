"""The folder of a project, and the files of ``data/reference`` held against each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pandas as pd

from cchc_analysis.data.clean import keep_text
from cchc_analysis.data.files import list_rows, load_text_table
from cchc_analysis.data.records import load_own, problem
from cchc_analysis.data.reference.areas import check_days, check_parents
from cchc_analysis.data.reference.catalogue import Reference, suggest
from cchc_analysis.errors import CommandError, Problem, ReferenceDataError

_TABLES: Mapping[str, Mapping[str, Any]] = load_own("columns")["reference"]
"""The files of ``data/reference``: the columns and the key of each, and what its cells point at."""


def load_reference(folder: Path) -> Reference:
    """Load all reference tables and hold them against each other.

    What cannot be read, or points at nothing, is one ``ReferenceDataError``, all at once.
    """
    tables: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for name, said in _TABLES.items():
        try:
            tables[name] = load_text_table(
                folder / f"{name}.csv",
                said["columns"],
                said["key"],
                may_be_empty=said.get("may_be_empty", False),
                is_typed=True,
                kind=ReferenceDataError,
            )
        except ReferenceDataError as error:
            problems.extend(error.problems)
    if problems:
        raise ReferenceDataError(problems)
    reference = Reference(**tables, folder=folder)
    if problems := list(check_reference(reference)):
        raise ReferenceDataError(problems)
    return reference


def check_reference(reference: Reference) -> Iterable[Problem]:
    """Every entry that points at something that is not there, as problems."""
    seen: dict[str, str] = {}
    for alias in list_rows(reference.area_aliases):
        first = seen.setdefault(keep_text(alias["alias"]).casefold(), alias["area_id"])
        if first != alias["area_id"]:
            said = {"alias": alias["alias"], "first": first, "other": alias["area_id"]}
            yield problem("doubled_alias", "data/reference/area_aliases.csv", **said)
    wide = reference.area_rows.wide
    yield from check_days(wide.values(), "areas.csv")
    yield from check_days(list_rows(reference.area_names), "area_names.csv")
    yield from check_parents(wide, wide, "areas.csv")
    for table, rule in _TABLES.items():
        links, filled = rule.get("links", {}), rule.get("filled", ())
        rows = list_rows(getattr(reference, table)) if links or filled else []
        known = {  # in the order of the file, in which equally near names are offered
            each: dict.fromkeys(getattr(reference, each)[_TABLES[each]["key"][0]])
            for each in links.values()
        }
        for number, row in enumerate(rows, start=2):
            where = f"data/reference/{table}.csv row {number}"
            if empty := [column for column in filled if not row[column]]:
                yield problem("empty_cell", where, columns=", ".join(empty))
            for column, other in links.items():
                cell, pattern = row[column], rule.get("pattern")
                if cell in known[other] or (not cell and column in rule.get("optional", ())):
                    continue
                if pattern and any(fnmatchcase(each, cell) for each in known[other]):
                    continue
                said = {"column": column, "cell": cell, "file": f"data/reference/{other}.csv"}
                said["more"] = f", or {pattern}" if pattern else ""
                said["remedy"] = suggest(cell, known[other], f"{other}.csv")
                yield problem("loose_end", where, **said)


class _Part:
    """A folder of a project."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __get__(self, project: Project, _: type[Project]) -> Path:
        return project.root / self._path


@dataclass(frozen=True)
class Project:
    """Where the parts of a project folder lie."""

    root: Path

    raw = _Part("data/raw")
    """What we were given: sources and transcripts."""
    reports = _Part("data/raw/reports")
    """The documents themselves, where the user keeps them."""
    reference = _Part("data/reference")
    """What people decided."""
    processed = _Part("data/processed")
    """What is made from both."""
    expectations = _Part("expectations")
    """The suites."""
    notebooks = _Part("notebooks")
    """The notebooks and the page template."""
    site = _Part("site")
    """The built pages."""
    build = _Part("build")
    """What may be deleted at any time: copies made for speed."""


def find_project(start: Path) -> Project:
    """The project that a folder lies in: the nearest one above with ``data/reference``."""
    for folder in (start, *start.parents) if start.exists() else ():
        if (folder / "data" / "reference" / "indicators.csv").is_file():
            return Project(folder)
    raise CommandError(problem("no_project", str(start)))
