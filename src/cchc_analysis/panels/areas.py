"""Names and codes of areas into ids.

Areas that share a name are told apart by their province, by when they existed and, a province and
its capital for instance, by the level of the other areas of the panel; never otherwise.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import fold_text, nearest_names
from cchc_analysis.panels.mapping import PanelMapping
from cchc_analysis.panels.names import Name, take_apart, tidy_name

if TYPE_CHECKING:
    from cchc_analysis.data.reference import Reference

Fold = Callable[[str], str]
Names = Mapping[str, set[str]]

LEVELS = ("nation", "region", "province", "district", "commune")
"""From the widest on: a name that a province and its capital share means the province."""
MOST_NAMED = 12


@dataclass(frozen=True)
class Place:
    """What a row says of its area: a name, a code, a province, and a day of its period."""

    name: str
    code: str
    province: str
    day: str


class AreaIndex:
    """The areas by name, with all areas that share one."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._rows = reference.area_rows

    @cached_property
    def _names(self) -> dict[str, set[str]]:
        """An area made anew ("Tỉnh Lào Cai (từ 01/7/2025)") answers to the old names too."""
        names: dict[str, set[str]] = defaultdict(set)
        for area_id, row in self._rows.items():
            names[tidy_name(row["name"])].add(area_id)
            names[tidy_name(row["name"].partition(" (")[0])].add(area_id)
        for alias, area_id in zip(*map(self._list_aliases, ("alias", "area_id")), strict=True):
            name = str(self._rows[area_id]["name"])
            names[tidy_name(alias)] |= {area_id, *names[tidy_name(name.partition(" (")[0])]}
        return names

    @cached_property
    def _types(self) -> Mapping[str, set[str]]:
        """The types of an area: its own, and those that it has in another name of its."""
        types = {area_id: {str(row["type"])} for area_id, row in self._rows.items()}
        for alias, area_id in zip(*map(self._list_aliases, ("alias", "area_id")), strict=True):
            types[area_id] |= set(take_apart(tidy_name(alias)).types)
        return types

    def _list_aliases(self, column: str) -> list[str]:
        return list(self._reference.area_aliases[column])

    @cached_property
    def _bare(self) -> dict[str, set[str]]:
        """By name without kind."""
        bare: dict[str, set[str]] = defaultdict(set)
        for name, ids in self._names.items():
            bare[take_apart(name).bare] |= ids
        return bare

    @cached_property
    def _tiers(
        self,
    ) -> list[tuple[Callable[[str], str], Mapping[str, set[str]], Mapping[str, set[str]]]]:
        """Ways to compare names, the strictest first: how to fold, whole names, bare names."""
        return [
            (fold, _regroup(self._names, fold), _regroup(self._bare, fold))
            for fold in (str, fold_text, _squeeze)
        ]

    def find(self, name: str, province: str = "") -> set[str]:
        """The ids of all areas that a name can mean, in a province if one is given.

        A province's own row names the province twice: it is meant as well as what it holds.
        """
        said = take_apart(name)
        if said.province and said.text in self._names:
            said = replace(said, head=said.text, bare=said.text, province="")
        found, inside = self._find_spelled(said), province or said.province
        if not inside:
            return found
        above = self._find_above(inside)
        own = found & above
        below = {each for each in found - above if self._is_inside(each, above)}
        is_twice = fold_text(take_apart(inside).bare) == fold_text(said.bare)
        return below | own if is_twice else below or own

    def _find_spelled(self, said: Name) -> set[str]:
        """By the first way of comparing that finds something; diacritics count before they do not.

        What the name means without its kind is added, so that "Bắc Ninh" is the province or the
        city, whichever of both has been written down.
        """
        if said.head.isdigit():
            return set()  # a running number: "1" is not how people write Quận 1
        for fold, names, bare in self._tiers:
            loose = bare.get(fold(said.bare), set())
            if said.types:
                loose = {each for each in loose if self._types[each].intersection(said.types)}
                # "Vũng Tàu" begins like a kind, and is none.
                loose |= bare.get(fold(said.head), set())
            if found := names.get(fold(said.head), set()) | loose:
                return found
        return set()

    def _find_above(self, province: str) -> set[str]:
        """The widest areas of a name: a province before its capital."""
        found = self._find_spelled(take_apart(province)) if province else set()
        return self.keep_widest(found)

    def keep_widest(self, found: Iterable[str]) -> set[str]:
        """Those of the widest level among some areas."""
        ranks = {each: LEVELS.index(self._rows[each]["level"]) for each in found}
        least = min(ranks.values(), default=0)
        return {each for each, rank in ranks.items() if rank == least}

    def list_coded(self, code: str) -> set[str]:
        """The areas of a GSO code: the one that had it and the one that was given it anew.

        Spreadsheets drop zeros in front; the later area of a code is called "15-2025" here.
        """
        digits = code.removesuffix(".0")
        forms = (digits, *(digits.zfill(width) for width in (2, 3, 5)))
        form = next((form for form in forms if form in self._rows), "")
        return (
            {form, *(each for each in self._rows if each.startswith(f"{form}-"))} if form else set()
        )

    def _is_inside(self, area_id: str, above: set[str]) -> bool:
        """Whether an area is one of some areas or lies below one."""
        while area_id and area_id not in above:
            area_id = str(self._rows[area_id]["parent_id"])
        return bool(area_id)

    def suggest(self, name: str) -> str:
        """Names like a given one, in words."""
        near = nearest_names(name, self._reference.areas["name"])
        offer = f"Did you mean {', '.join(map(repr, near))}? " if near else ""
        return f"{offer}Add a row to data/reference/area_aliases.csv, or `areas:` to the mapping."

    def name_with_province(self, area_id: str) -> str:
        """An area and what it lies in, in words."""
        row = self._rows[area_id]
        above = self._rows.get(str(row["parent_id"]))
        return (
            f"{row['name']}, {above['name']} ({area_id})" if above else f"{row['name']} ({area_id})"
        )


def match_area(
    place: Place,
    mapping: PanelMapping,
    reference: Reference,
    index: AreaIndex,
    level: str = "",
) -> str:
    """The area that a name, a code, a province and a day together mean.

    Args:
        place: What the row says.
        mapping: Labels that it translates.
        reference: The areas.
        index: The same areas by name.
        level: The level that the panel is of, for names that areas of several levels share.

    Raises:
        KeyError: None, or several; carries what was found, what was expected, and what to do.
    """
    if rule := mapping.areas.get(place.name):
        if rule.area_id in reference.area_rows:
            return rule.area_id
        found = f"area {rule.area_id!r}, which the mapping gives for {place.name!r}"
        raise KeyError(found, "a code of areas.csv", "Mend it under `areas:`.")
    meant = find_areas(place, reference, index)
    of_level = {each for each in meant if reference.area_rows[each]["level"] == level}
    chosen = of_level or index.keep_widest(meant)
    if len(chosen) == 1:
        return next(iter(chosen))
    named = [index.name_with_province(each) for each in sorted(chosen)]
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    found = f"{place.name!r} can be several areas: {'; '.join(named[:MOST_NAMED])}{more}"
    remedy = (
        "Map a column to `province` or `area_code`; or, where all rows are of one province, say "
        "`constants: {province: …}`; or name the area under `areas:`."
    )
    raise KeyError(found, "one area", remedy)


def find_areas(place: Place, reference: Reference, index: AreaIndex) -> set[str]:
    """All areas that a row can mean: those that existed then, if any did.

    Raises:
        KeyError: None; carries what was found, what was expected, and what to do.
    """
    by_name = index.find(place.name, place.province) if place.name else set()
    by_code = index.list_coded(place.code) if place.code else set()
    if by_code and place.name and not by_code & by_name:
        held = " or ".join(str(reference.area_rows[each]["name"]) for each in sorted(by_code))
        found = f"code {place.code!r}, which is {held}, for {place.name!r}"
        raise KeyError(found, "a code and a name of one area", index.suggest(place.name))
    if by_code:
        by_name = by_code & by_name if place.name else by_code
    if not by_name and not place.name and not place.code:
        remedy = "Fill the cell; where it was merged with those above it, fill them down."
        raise KeyError("no area", "a name or code of an area in every row", remedy)
    if not by_name and place.province and (elsewhere := index.find(take_apart(place.name).head)):
        named = "; ".join(index.name_with_province(each) for each in sorted(elsewhere)[:MOST_NAMED])
        found = f"no area {place.name!r} in {place.province!r}"
        remedy = f"Elsewhere: {named}. Mend the name or the province."
        raise KeyError(found, "an area of that province", remedy)
    if not by_name:
        said = repr(place.name) if place.name else f"of code {place.code!r}"
        found = f"unknown area {said}" + (f" of {place.province!r}" if place.province else "")
        raise KeyError(found, "a name or alias of data/reference", index.suggest(place.name))
    existing = {each for each in by_name if exists_on(reference.area_rows[each], place.day)}
    return existing or by_name


def find_level(
    places: Iterable[Place], mapping: PanelMapping, reference: Reference, index: AreaIndex
) -> str:
    """The level that most of the areas of a panel are of, by the names that one level alone has."""
    levels: Counter[str] = Counter()
    for name in {place.name: place for place in places}.values():
        if name.name in mapping.areas:
            continue
        try:
            found = find_areas(name, reference, index)
        except KeyError:
            continue
        of_areas = {str(reference.area_rows[each]["level"]) for each in found}
        if len(of_areas) == 1:
            levels.update(of_areas)
    return levels.most_common(1)[0][0] if levels else ""


def exists_on(area: Mapping[str, Any], day: str) -> bool:
    """Whether an area exists on a day; an open end is for ever."""
    return not ((area["valid_from"] or "") > day or "" < (area["valid_to"] or "") < day)


def _squeeze(name: str) -> str:
    return fold_text(name).replace(" ", "")


def _regroup(names: Mapping[str, set[str]], fold: Callable[[str], str]) -> dict[str, set[str]]:
    folded: dict[str, set[str]] = defaultdict(set)
    for name, ids in names.items():
        folded[fold(name)] |= ids
    return folded
