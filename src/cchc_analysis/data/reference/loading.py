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
    for name, (columns, key) in REFERENCE_TABLES.items():
        try:
            tables[name] = load_text_table(
                folder / f"{name}.csv",
                columns,
                key,
                may_be_empty=_TABLES[name].get("may_be_empty", False),
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
    yield from _check_aliases(reference.area_aliases)
    wide = reference.area_rows.wide
    yield from check_days(wide.values(), "areas.csv")
    yield from check_days(list_rows(reference.area_names), "area_names.csv")
    yield from check_parents(wide, wide, "areas.csv")
    yield from _check_definitions(
        reference.indicator_definitions, set(reference.indicators["indicator"])
    )
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


def _check_aliases(aliases: pd.DataFrame) -> Iterable[Problem]:
    seen: dict[str, str] = {}
    for alias, area_id in zip(aliases["alias"], aliases["area_id"], strict=True):
        first = seen.setdefault(fold_name(alias), area_id)
        if first != area_id:
            found = f"alias {alias!r} for {first} and for {area_id}"
            remedy = "Keep the one that people mean by it."
            yield Problem("data/reference/area_aliases.csv", found, "one area for one name", remedy)


@dataclass(frozen=True)
class Project:
    """Where the parts of a project folder lie."""

    root: Path

    @property
    def raw(self) -> Path:
        """What we were given: sources and transcripts."""
        return self.root / "data" / "raw"

    @property
    def reports(self) -> Path:
        """The documents themselves, where the user keeps them."""
        return self.raw / "reports"

    @property
    def reference(self) -> Path:
        """What people decided."""
        return self.root / "data" / "reference"

    @property
    def processed(self) -> Path:
        """What is made from both."""
        return self.root / "data" / "processed"

    @property
    def expectations(self) -> Path:
        """The suites."""
        return self.root / "expectations"

    @property
    def notebooks(self) -> Path:
        """The notebooks and the page template."""
        return self.root / "notebooks"

    @property
    def site(self) -> Path:
        """The built pages."""
        return self.root / "site"

    @property
    def build(self) -> Path:
        """What may be deleted at any time: copies made for speed."""
        return self.root / "build"


def find_project(start: Path) -> Project:
    """The project that a folder lies in: the nearest one above with ``data/reference``.

    Raises:
        CommandError: There is none.
    """
    for folder in (start, *start.parents) if start.exists() else ():
        if (folder / "data" / "reference" / "indicators.csv").is_file():
            return Project(folder)
    found, expected = "no project here or above", "a folder with data/reference/indicators.csv"
    remedy = "Change into the project, or name it: CCHC_ROOT, `cchc --root`, in Python `project=`."
    raise CommandError(Problem(str(start), found, expected, remedy))
