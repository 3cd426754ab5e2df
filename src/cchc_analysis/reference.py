"""What people decided: the catalogue of indicators, the areas, units, targets and corrections.

Comes in as the small reviewed files of ``data/reference``; goes out as one ``Reference`` that
matches names to ids. Nothing unknown is guessed: a name that is not here raises, with the nearest
names that are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.clean import keep_text, nearest_names
from cchc_analysis.errors import CommandError, Problem, ReferenceDataError
from cchc_analysis.files import TableError, list_rows, load_text_table, type_columns

if TYPE_CHECKING:
    import pandas as pd

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
            *("area_id", "name", "level", "type", "parent_id", "communes"),
            *("valid_from", "valid_to", "note_vi", "note_en", "source"),
        ),
        ("area_id",),
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
}
"""The files of ``data/reference``: the columns and the key of each."""

MAY_BE_EMPTY = frozenset(
    {"corrections", "remarks", "targets", "target_results", "area_changes", "breaks", "regions"}
)


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


@dataclass(frozen=True)
class Reference:
    """The reference tables, and matching against them.

    Each table is a frame with the columns of ``REFERENCE_TABLES``; text cells are strings with
    ``""`` for a missing one, numbers are floats.
    """

    indicators: pd.DataFrame
    areas: pd.DataFrame
    area_aliases: pd.DataFrame
    area_changes: pd.DataFrame
    breaks: pd.DataFrame
    panel_headings: pd.DataFrame
    regions: pd.DataFrame
    units: pd.DataFrame
    breakdowns: pd.DataFrame
    targets: pd.DataFrame
    target_results: pd.DataFrame
    corrections: pd.DataFrame
    derivations: pd.DataFrame
    identities: pd.DataFrame
    remarks: pd.DataFrame

    @cached_property
    def indicator_rows(self) -> dict[str, dict[str, Any]]:
        """The catalogue by indicator."""
        return _index_rows(self.indicators, "indicator")

    @cached_property
    def area_rows(self) -> dict[str, dict[str, Any]]:
        """The areas by id."""
        return _index_rows(self.areas, "area_id")

    @cached_property
    def region_of(self) -> dict[str, str]:
        """The region of each province."""
        return dict(zip(self.regions["area_id"], self.regions["region_id"], strict=True))

    @cached_property
    def unit_rows(self) -> dict[str, dict[str, Any]]:
        """The units by code."""
        return _index_rows(self.units, "unit")

    @cached_property
    def _areas_by_name(self) -> dict[str, list[str]]:
        """The ids by folded name: codes and aliases first, then full names, then short ones."""
        areas, aliases = self.areas, self.area_aliases
        parents = [self.area_rows.get(parent, {}).get("name", "") for parent in areas["parent_id"]]
        placed = [f"{name}, {parent}" for name, parent in zip(areas["name"], parents, strict=True)]
        districts = areas[areas["level"] == "district"]
        short = [
            name[len(kind) :].strip() if name.casefold().startswith(kind) else name
            for name, kind in zip(districts["name"], districts["type"], strict=True)
        ]
        found: dict[str, list[str]] = {}
        for names, area_ids in (
            (areas["area_id"], areas["area_id"]),
            (aliases["alias"], aliases["area_id"]),
            ([*areas["name"], *placed], [*areas["area_id"], *areas["area_id"]]),
            (short, districts["area_id"]),
        ):
            tier: dict[str, list[str]] = {}
            for name, area_id in zip(names, area_ids, strict=True):
                tier.setdefault(fold_name(name), []).append(area_id)
            found = tier | found
        return found

    def match_area(self, name: str) -> str:
        """Match a name to the id of its area, by the written names and aliases.

        A name that two areas bear is told apart by its province behind a comma.

        Raises:
            KeyError: No area has that name, or several have; carries the sentence with the names
                to use instead.
        """
        area_ids = self._areas_by_name.get(fold_name(name), [])
        if len(area_ids) == 1:
            return area_ids[0]
        if not area_ids:
            raise KeyError(suggest(name, self.areas["name"], "area_aliases.csv"))
        rows = [self.area_rows[area_id] for area_id in area_ids]
        placed = [
            repr(f"{row['name']}, {self.area_rows.get(row['parent_id'], row)['name']}")
            for row in rows
        ]
        raise KeyError(
            f"Several areas have that name: write {' or '.join(placed)}, or the code "
            f"({' or '.join(area_ids)})"
        )

    def convert_unit(self, unit: str, to: str) -> float:
        """The factor that turns a value in ``unit`` into one in ``to``.

        Raises:
            KeyError: A unit is unknown, or the two measure different things.
        """
        for each in (unit, to):
            if each not in self.unit_rows:
                raise KeyError(suggest(each, self.unit_rows, "units.csv"))
        source, target = self.unit_rows[unit], self.unit_rows[to]
        if source["base_unit"] != target["base_unit"]:
            raise KeyError(f"write the value in {to!r}, the unit of its indicator")
        return float(source["multiplier"]) / float(target["multiplier"])

    def convert_value(self, value: float, unit: str, to: str) -> float:
        """A value in another unit, without the noise of binary fractions in its last digits.

        Raises:
            KeyError: As ``convert_unit``.
        """
        factor = self.convert_unit(unit, to)
        return value if factor == 1 else float(f"{value * factor:.14g}")


def fold_name(name: str) -> str:
    """A name as it is compared: in one form, without regard to case; diacritics count."""
    return keep_text(name).casefold()


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


def suggest(name: str, known: Iterable[str], file: str) -> str:
    """A remedy that offers the nearest known names and the file in which to add a new one."""
    return f"{offer_names(name, known)}A new one is a row in data/reference/{file}"


def offer_names(name: str, known: Iterable[str]) -> str:
    """The question that offers the nearest known names; empty where none is near."""
    nearest = nearest_names(name, known)
    return f"Did you mean {', '.join(map(repr, nearest))}? " if nearest else ""


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
    reference = Reference(**tables)
    if problems := list(check_reference(reference)):
        raise ReferenceDataError(problems)
    return reference


def check_reference(reference: Reference) -> Iterable[Problem]:
    """Every entry that points at something that is not there, as problems."""
    areas, indicators = set(reference.areas["area_id"]), set(reference.indicators["indicator"])
    units = set(reference.units["unit"])
    yield from _check_aliases(reference.area_aliases)
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
    ):
        for row, cell in enumerate(getattr(reference, table)[column], start=2):
            if cell not in known:
                yield Problem(
                    f"data/reference/{table}.csv row {row}",
                    f"{column} {cell!r}, which data/reference/{file} does not define",
                    f"a row of data/reference/{file}",
                    suggest(cell, known, file) + ".",
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


def _index_rows(table: pd.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in list_rows(table)}
