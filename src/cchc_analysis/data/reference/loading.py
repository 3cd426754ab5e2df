"""The folder of a project, and the files of ``data/reference`` held against each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import keep_text
from cchc_analysis.data.files import list_rows, load_text_table
from cchc_analysis.data.records import load_own
from cchc_analysis.data.reference.areas import check_days, check_parents
from cchc_analysis.data.reference.catalogue import Reference, suggest
from cchc_analysis.errors import CommandError, Problem, ReferenceDataError

if TYPE_CHECKING:
    import pandas as pd

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
            found = f"alias {alias['alias']!r} for {first} and for {alias['area_id']}"
            remedy = "Keep the one that people mean by it."
            yield Problem("data/reference/area_aliases.csv", found, "one area for one name", remedy)
    wide = reference.area_rows.wide
    yield from check_days(wide.values(), "areas.csv")
    yield from check_days(list_rows(reference.area_names), "area_names.csv")
    yield from check_parents(wide, wide, "areas.csv")
    for table, said in _TABLES.items():
        links, filled = said.get("links", {}), said.get("filled", ())
        rows = list_rows(getattr(reference, table)) if links or filled else []
        known = {  # in the order of the file, in which equally near names are offered
            each: dict.fromkeys(getattr(reference, each)[_TABLES[each]["key"][0]])
            for each in links.values()
        }
        for number, row in enumerate(rows, start=2):
            where = f"data/reference/{table}.csv row {number}"
            if empty := [column for column in filled if not row[column]]:
                yield Problem(where, f"nothing in {', '.join(empty)}", "a sentence", "Fill it in.")
            for column, other in links.items():
                cell, more, file = row[column], "", f"data/reference/{other}.csv"
                if cell in known[other] or (not cell and column in said.get("optional", ())):
                    continue
                if pattern := said.get("pattern"):
                    more = f", or {pattern}"
                    if any(fnmatchcase(each, cell) for each in known[other]):
                        continue
                found = f"{column} {cell!r}, which {file} does not define"
                remedy = suggest(cell, known[other], f"{other}.csv")
                yield Problem(where, found, f"a row of {file}{more}", f"{remedy}.")


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
    found, expected = "no project here or above", "a folder with data/reference/indicators.csv"
    remedy = "Change into the project, or name it: CCHC_ROOT, `cchc --root`, in Python `project=`."
    raise CommandError(Problem(str(start), found, expected, remedy))
