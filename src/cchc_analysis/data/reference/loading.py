"""The folder of a project, and the files of ``data/reference`` held against each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.data.files import TableError, list_rows, load_text_table, type_columns
from cchc_analysis.data.reference.areas import check_parents
from cchc_analysis.data.reference.catalogue import Reference, fold_name, suggest
from cchc_analysis.errors import CommandError, Problem, ReferenceDataError

if TYPE_CHECKING:
    import pandas as pd

TILE_COLUMNS = ("area_id", "name", "label", "column", "row", "kind")
"""A square of a map, or the dot of islands (``kind``), by column and row from the north-west."""

REFERENCE_TABLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "indicators": (
        (
            *("indicator", "label_vi", "label_en", "unit", "reform_area", "polarity"),
            *("range_min", "range_max", "aggregation", "numerator", "denominator"),
            "official_source",
        ),
        ("indicator",),
    ),
    "areas": (
        (
            *("area_id", "code", "name", "name_en", "level", "type", "parent_id", "communes"),
            *("valid_from", "valid_to", "lat", "lon", "note_vi", "note_en", "source"),
        ),
        ("area_id",),
    ),
    "area_names": (
        ("area_id", "name", "type", "valid_from", "valid_to", "document"),
        ("area_id", "valid_to"),
    ),
    "area_aliases": (("alias", "area_id", "note"), ("alias",)),
    "area_changes": (
        (
            *("change_id", "decided", "effective", "area_ids", "kind"),
            *("change_vi", "change_en", "document", "source", "certainty"),
        ),
        ("change_id",),
    ),
    "breaks": (
        (
            *("break_id", "indicators", "effective", "change_vi", "change_en", "document"),
            "certainty",
        ),
        ("break_id",),
    ),
    "panel_headings": (("heading", "indicator", "note"), ("heading", "indicator")),
    "regions": (("area_id", "region_id", "source"), ("area_id",)),
    "units": (("unit", "label_vi", "label_en", "kind", "base_unit", "multiplier"), ("unit",)),
    "breakdowns": (("breakdown", "label_vi", "label_en"), ("breakdown",)),
    "targets": (
        (
            *("target_id", "area_id", "scope", "indicator", "period_start", "period_end"),
            *("comparator", "value", "unit", "document", "certainty", "note_vi", "note_en"),
        ),
        ("target_id",),
    ),
    "target_results": (
        ("target_indicator", "result_indicator", "relation", "reason_vi", "reason_en"),
        ("target_indicator", "result_indicator"),
    ),
    "corrections": (
        ("source_id", "figure_id", "expect", "action", "published", "reason_vi", "reason_en"),
        ("source_id", "figure_id"),
    ),
    "derivations": (
        ("indicator", "scope", "formula", "definition_vi", "definition_en", "source"),
        ("indicator", "scope", "formula"),
    ),
    "identities": (
        ("rule_id", "rival_group", "definition_vi", "definition_en", "note_vi", "note_en"),
        ("rule_id",),
    ),
    "remarks": (
        ("remark_id", "source_id", "kind", "figures", "text_vi", "text_en"),
        ("remark_id",),
    ),
    "indicator_definitions": (
        ("indicator", "definition_vi", "definition_en", "source_vi", "source_en"),
        ("indicator",),
    ),
    "terms": (
        (*("level", "valid_from", "term_vi", "becomes_vi", "term_en", "becomes_en"), "source"),
        ("level", "valid_from", "term_vi"),
    ),
    "tile_map_63": (TILE_COLUMNS, ("area_id", "name")),
    "tile_map_34": (TILE_COLUMNS, ("area_id", "name")),
}
"""The files of ``data/reference``: the columns and the key of each."""

MAY_BE_EMPTY = frozenset(
    {
        *("corrections", "remarks", "targets", "target_results", "area_changes", "breaks"),
        *("regions", "area_names", "terms", "tile_map_63", "tile_map_34"),
    }
)


def load_reference(folder: Path) -> Reference:
    """Load all reference tables and hold them against each other.

    Raises:
        ReferenceDataError: A table cannot be read, or an entry points at nothing; all at once.
    """
    tables: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for name, (columns, key) in REFERENCE_TABLES.items():
        try:
            tables[name] = _load_table(folder / f"{name}.csv", columns, key)
        except TableError as error:
            problems.extend(error.problems)
    if problems:
        raise ReferenceDataError(problems)
    reference = Reference(**tables, folder=folder)
    if problems := list(check_reference(reference)):
        raise ReferenceDataError(problems)
    return reference


def check_reference(reference: Reference) -> Iterable[Problem]:
    """Every entry that points at something that is not there, as problems."""
    areas, indicators = set(reference.areas["area_id"]), set(reference.indicators["indicator"])
    units = set(reference.units["unit"])
    yield from _check_aliases(reference.area_aliases)
    wide = reference.area_rows.wide
    yield from check_parents(wide, wide, "areas.csv")
    yield from _check_definitions(reference.indicator_definitions, indicators)
    for table, column, known, file in (
        ("areas", "parent_id", areas | {""}, "areas.csv"),
        ("area_aliases", "area_id", areas, "areas.csv"),
        ("panel_headings", "indicator", indicators, "indicators.csv"),
        ("regions", "area_id", areas, "areas.csv"),
        ("regions", "region_id", areas, "areas.csv"),
        ("targets", "area_id", areas | {""}, "areas.csv"),
        ("indicators", "unit", units, "units.csv"),
        ("indicators", "numerator", indicators | {""}, "indicators.csv"),
        ("indicators", "denominator", indicators | {""}, "indicators.csv"),
        ("targets", "indicator", indicators, "indicators.csv"),
        ("targets", "unit", units, "units.csv"),
        ("target_results", "target_indicator", indicators, "indicators.csv"),
        ("target_results", "result_indicator", indicators, "indicators.csv"),
        ("derivations", "indicator", indicators, "indicators.csv"),
        ("tile_map_63", "area_id", areas, "areas.csv"),
        ("tile_map_34", "area_id", areas, "areas.csv"),
    ):
        for row, cell in enumerate(getattr(reference, table)[column], start=2):
            if cell not in known:
                yield Problem(
                    f"data/reference/{table}.csv row {row}",
                    f"{column} {cell!r}, which data/reference/{file} does not define",
                    f"a row of data/reference/{file}",
                    suggest(cell, known, file) + ".",
                )


def _check_definitions(definitions: pd.DataFrame, indicators: set[str]) -> Iterable[Problem]:
    """A definition says something in both languages, and of an indicator that there is."""
    columns = [name for name in definitions.columns if name != "indicator"]
    for row, cells in enumerate(list_rows(definitions), start=2):
        place = f"data/reference/indicator_definitions.csv row {row}"
        pattern = str(cells["indicator"])
        if empty := [name for name in columns if not cells[name]]:
            yield Problem(place, f"nothing in {', '.join(empty)}", "a sentence", "Fill it in.")
        if pattern not in indicators and not any(fnmatchcase(c, pattern) for c in indicators):
            yield Problem(
                place,
                f"indicator {pattern!r}, which data/reference/indicators.csv does not define",
                "a row of data/reference/indicators.csv, or a pattern such as pci_*",
                suggest(pattern, indicators, "indicators.csv") + ".",
            )


def _check_aliases(aliases: pd.DataFrame) -> Iterable[Problem]:
    seen: dict[str, str] = {}
    for alias, area_id in zip(aliases["alias"], aliases["area_id"], strict=True):
        first = seen.setdefault(fold_name(alias), area_id)
        if first != area_id:
            yield Problem(
                "data/reference/area_aliases.csv",
                f"alias {alias!r} for {first} and for {area_id}",
                "one area for one name",
                "Keep the one that people mean by it.",
            )


def _load_table(path: Path, columns: tuple[str, ...], key: tuple[str, ...]) -> pd.DataFrame:
    table = load_text_table(path, columns, key, may_be_empty=path.stem in MAY_BE_EMPTY)
    try:
        return type_columns(table)
    except ValueError as error:
        raise TableError(
            [Problem(path.name, str(error), "cells of the kind of their column", "Mend the cell.")]
        ) from None


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
    for folder in (start, *start.parents):
        if (folder / "data" / "reference" / "indicators.csv").is_file():
            return Project(folder)
    raise CommandError(
        Problem(
            str(start),
            "no project here or above",
            "a folder with data/reference/indicators.csv",
            "Change into the project, or name it with --root or CCHC_ROOT.",
        )
    )
