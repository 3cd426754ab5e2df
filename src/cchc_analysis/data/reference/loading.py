"""The folder of a project, and the files of ``data/reference`` held against each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.files import list_rows, load_text_table
from cchc_analysis.data.records import load_own
from cchc_analysis.data.reference.areas import check_days, check_parents
from cchc_analysis.data.reference.catalogue import Reference, fold_name, suggest
from cchc_analysis.errors import CommandError, Problem, ReferenceDataError

if TYPE_CHECKING:
    import pandas as pd

_TABLES: Mapping[str, Mapping[str, Any]] = load_own("columns")["reference"]
REFERENCE_TABLES = {
    name: (tuple[str, ...](each["columns"]), tuple[str, ...](each["key"]))
    for name, each in _TABLES.items()
}
"""The files of ``data/reference``: the columns and the key of each."""


def load_reference(folder: Path) -> Reference:
    """Load all reference tables and hold them against each other.

    Raises:
        ReferenceDataError: A table cannot be read, or an entry points at nothing; all at once.
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
        first = seen.setdefault(fold_name(alias["alias"]), alias["area_id"])
        if first != alias["area_id"]:
            found = f"alias {alias['alias']!r} for {first} and for {alias['area_id']}"
            where, remedy = (
                "data/reference/area_aliases.csv",
                "Keep the one that people mean by it.",
            )
            yield Problem(where, found, "one area for one name", remedy)
    wide = reference.area_rows.wide
    yield from check_days(wide.values(), "areas.csv")
    yield from check_days(list_rows(reference.area_names), "area_names.csv")
    yield from check_parents(wide, wide, "areas.csv")
    yield from _check_definitions(reference.indicator_definitions, {*reference.indicator_rows})
    for table, said in _TABLES.items():
        for column, other in said.get("links", {}).items():
            known = set(getattr(reference, other)[_TABLES[other]["key"][0]])
            known |= {""} if column in said.get("optional", ()) else set()
            for row, cell in enumerate(getattr(reference, table)[column], start=2):
                if cell not in known:
                    yield _refuse_link(f"{table}.csv row {row}", column, cell, other, known)


def _refuse_link(
    place: str, column: str, cell: str, other: str, known: set[str], more: str = ""
) -> Problem:
    file = f"data/reference/{other}.csv"
    found = f"{column} {cell!r}, which {file} does not define"
    remedy = suggest(cell, known, f"{other}.csv")
    return Problem(f"data/reference/{place}", found, f"a row of {file}{more}", f"{remedy}.")


def _check_definitions(definitions: pd.DataFrame, indicators: set[str]) -> Iterable[Problem]:
    """A definition says something in both languages, and of an indicator that there is."""
    for row, cells in enumerate(list_rows(definitions), start=2):
        place, pattern = f"indicator_definitions.csv row {row}", str(cells["indicator"])
        if empty := [name for name, cell in cells.items() if name != "indicator" and not cell]:
            found = f"nothing in {', '.join(empty)}"
            yield Problem(f"data/reference/{place}", found, "a sentence", "Fill it in.")
        if not any(code == pattern or fnmatchcase(code, pattern) for code in indicators):
            more = ", or a pattern such as pci_*"
            yield _refuse_link(place, "indicator", pattern, "indicators", indicators, more)


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
