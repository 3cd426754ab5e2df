"""The reference tables, and the matching of names, areas and units against them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import keep_text, nearest_names
from cchc_analysis.data.files import list_rows
from cchc_analysis.errors import CommandError, Problem

if TYPE_CHECKING:
    import pandas as pd


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
    tile_map_63: pd.DataFrame
    tile_map_34: pd.DataFrame

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
    def changes_of(self) -> dict[str, list[dict[str, str]]]:
        """The rows of ``area_changes`` that name an area, by area."""
        found: dict[str, list[dict[str, str]]] = {}
        for row in list_rows(self.area_changes):
            for area_id in dict.fromkeys(str(row["area_ids"]).split()):
                found.setdefault(area_id, []).append(row)
        return found

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


def find_area(reference: Reference, name: str) -> str:
    """The id of the area that a person named on the command line or in a parameter.

    Raises:
        CommandError: No area has that name, or several have.
    """
    try:
        return reference.match_area(name)
    except KeyError as error:
        raise CommandError(
            Problem(f"area {name!r}", "not known", "a known area", f"{error.args[0]}.")
        ) from None


def fold_name(name: str) -> str:
    """A name as it is compared: in one form, without regard to case; diacritics count."""
    return keep_text(name).casefold()


def suggest(name: str, known: Iterable[str], file: str) -> str:
    """A remedy that offers the nearest known names and the file in which to add a new one."""
    return f"{offer_names(name, known)}A new one is a row in data/reference/{file}"


def offer_names(name: str, known: Iterable[str]) -> str:
    """The question that offers the nearest known names; empty where none is near."""
    nearest = nearest_names(name, known)
    return f"Did you mean {', '.join(map(repr, nearest))}? " if nearest else ""


def _index_rows(table: pd.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in list_rows(table)}
