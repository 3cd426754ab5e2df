"""Names and codes of areas into ids.

Areas that share a name are told apart by their province, by when they existed and, a province and
its capital for instance, by the level of the other areas of the panel; never otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cchc_analysis.data.names import take_apart
from cchc_analysis.data.reference import COMMUNE_TYPES, AreaIndex, exists_on, keep_widest
from cchc_analysis.panels.mapping import PanelMapping

if TYPE_CHECKING:
    from cchc_analysis.data.reference import Reference

MOST_NAMED = 12


@dataclass(frozen=True)
class Place:
    """What a row says of its area: a name, a code, a province, and a day of its period."""

    name: str
    code: str
    province: str
    day: str


def match_area(
    place: Place,
    mapping: PanelMapping,
    reference: Reference,
    level: str = "",
) -> str:
    """The area that a name, a code, a province and a day together mean.

    Args:
        place: What the row says.
        mapping: Labels that it translates.
        reference: The areas.
        level: The level that the panel is of, for names that areas of several levels share.

    Raises:
        KeyError: None, or several; carries what was found, what was expected, and what to do.
    """
    if rule := mapping.areas.get(place.name):
        if rule.area_id in reference.area_rows:
            return rule.area_id
        found = f"area {rule.area_id!r}, which the mapping gives for {place.name!r}"
        raise KeyError(found, "a code of areas.csv", "Mend it under `areas:`.")
    meant = find_areas(place, reference)
    of_level = {each for each in meant if reference.area_rows[each]["level"] == level}
    chosen = of_level or keep_widest(meant, reference.area_rows)
    if len(chosen) == 1:
        return next(iter(chosen))
    named = [name_with_province(reference, each) for each in sorted(chosen)]
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    found = f"{place.name!r} can be several areas: {'; '.join(named[:MOST_NAMED])}{more}"
    remedy = (
        "Map a column to `province` or `area_code`; or, where all rows are of one province, say "
        "`constants: {province: …}`; or name the area under `areas:`."
    )
    raise KeyError(found, "one area", remedy)


def find_areas(place: Place, reference: Reference) -> set[str]:
    """All areas that a row can mean: those that existed then, if any did.

    Raises:
        KeyError: None; carries what was found, what was expected, and what to do.
    """
    index = _choose_index(place, reference)
    by_name = index.find(place.name, place.province) if place.name else set()
    by_code = index.list_coded(place.code) if place.code else set()
    if by_code and place.name and not by_code & by_name:
        held = " or ".join(str(reference.area_rows[each]["name"]) for each in sorted(by_code))
        found = f"code {place.code!r}, which is {held}, for {place.name!r}"
        raise KeyError(found, "a code and a name of one area", _suggest(place.name, reference))
    if by_code:
        by_name = by_code & by_name if place.name else by_code
    if not by_name and not place.name and not place.code:
        remedy = "Fill the cell; where it was merged with those above it, fill them down."
        raise KeyError("no area", "a name or code of an area in every row", remedy)
    if not by_name and place.province and (elsewhere := index.find(take_apart(place.name).head)):
        named = "; ".join(
            name_with_province(reference, each) for each in sorted(elsewhere)[:MOST_NAMED]
        )
        found = f"no area {place.name!r} in {place.province!r}"
        remedy = f"Elsewhere: {named}. Mend the name or the province."
        raise KeyError(found, "an area of that province", remedy)
    if not by_name:
        said = repr(place.name) if place.name else f"of code {place.code!r}"
        found = f"unknown area {said}" + (f" of {place.province!r}" if place.province else "")
        raise KeyError(found, "a name or alias of data/reference", _suggest(place.name, reference))
    existing = {each for each in by_name if exists_on(reference.area_rows[each], place.day)}
    return existing or by_name


def _choose_index(place: Place, reference: Reference) -> AreaIndex:
    """All areas but communes, where one of them is meant; else the communes as well."""
    wide, types = reference.wide_areas, take_apart(place.name).types
    is_commune = bool(types) and types <= COMMUNE_TYPES
    if not is_commune and (wide.find(place.name, place.province) or wide.list_coded(place.code)):
        return wide
    return reference.all_areas


def find_level(places: Iterable[Place], mapping: PanelMapping, reference: Reference) -> str:
    """The level that most of the areas of a panel are of, by the names that one level alone has."""
    levels: Counter[str] = Counter()
    for name in {place.name: place for place in places}.values():
        if name.name in mapping.areas:
            continue
        try:
            found = find_areas(name, reference)
        except KeyError:
            continue
        of_areas = {str(reference.area_rows[each]["level"]) for each in found}
        if len(of_areas) == 1:
            levels.update(of_areas)
    return levels.most_common(1)[0][0] if levels else ""


def name_with_province(reference: Reference, area_id: str) -> str:
    """An area and what it lies in, in words."""
    row = reference.area_rows[area_id]
    above = reference.area_rows.get(str(row["parent_id"]))
    return f"{row['name']}, {above['name']} ({area_id})" if above else f"{row['name']} ({area_id})"


def _suggest(name: str, reference: Reference) -> str:
    """Names like a given one, in words."""
    near = [row["name"] for row in reference.all_areas.list_near(name, lambda _: True)]
    offer = f"Did you mean {', '.join(map(repr, dict.fromkeys(near)))}? " if near else ""
    return f"{offer}Add a row to data/reference/area_aliases.csv, or `areas:` to the mapping."
