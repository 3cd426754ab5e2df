"""Names and codes of areas into ids.

Areas that share a name are told apart by their province and by when they existed, and never
otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cchc_analysis.clean import fold_text, keep_text, nearest_names
from cchc_analysis.panels.mapping import PanelMapping

if TYPE_CHECKING:
    from cchc_analysis.reference import Reference

TYPE_WORDS = (
    *("thành phố trực thuộc trung ương", "thành phố", "thị xã", "thị trấn", "tỉnh", "quận"),
    *("huyện", "phường", "xã", "vùng"),
)


class AreaIndex:
    """The areas by name, with all areas that share one."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    @cached_property
    def _names(self) -> dict[str, set[str]]:
        """An area made anew ("Tỉnh Lào Cai (từ 01/7/2025)") answers to the old names too."""
        names: dict[str, set[str]] = defaultdict(set)
        areas, aliases = self._reference.areas, self._reference.area_aliases
        for name, area_id in zip(areas["name"], areas["area_id"], strict=True):
            names[_tidy(name)].add(area_id)
            names[_tidy(name.partition(" (")[0])].add(area_id)
        for alias, area_id in zip(aliases["alias"], aliases["area_id"], strict=True):
            name = str(self._reference.area_rows[area_id]["name"])
            names[_tidy(alias)] |= {area_id, *names[_tidy(name.partition(" (")[0])]}
        return names

    @cached_property
    def _folded(self) -> dict[str, set[str]]:
        folded: dict[str, set[str]] = defaultdict(set)
        for name, ids in self._names.items():
            folded[fold_text(name)] |= ids
        return folded

    @cached_property
    def _bare(self) -> dict[tuple[str, str], set[str]]:
        bare: dict[tuple[str, str], set[str]] = defaultdict(set)
        areas = self._reference.areas
        for name, parent, area_id in zip(
            areas["name"], areas["parent_id"], areas["area_id"], strict=True
        ):
            bare[parent, fold_text(_strip_type(name))].add(area_id)
        return bare

    def find(self, name: str, province: str = "") -> set[str]:
        """The ids of all areas that a name can mean, inside a province if one is given."""
        found = self._names.get(_tidy(name)) or self._folded.get(fold_text(name), set())
        if not province:
            return set(found)
        above = self.find(province)
        inside = {each for each in found if self._is_inside(each, above)}
        key = fold_text(_strip_type(name))
        return inside or {each for parent in above for each in self._bare.get((parent, key), ())}

    def list_coded(self, code: str) -> set[str]:
        """The areas of a GSO code: the one that had it and the one that was given it anew.

        Spreadsheets drop zeros in front; the later area of a code is called "15-2025" here.
        """
        known = self._reference.area_rows
        digits = code.removesuffix(".0")
        forms = (digits, *(digits.zfill(width) for width in (2, 3, 5)))
        form = next((form for form in forms if form in known), "")
        return {form, *(each for each in known if each.startswith(f"{form}-"))} if form else set()

    def _is_inside(self, area_id: str, above: set[str]) -> bool:
        """Whether an area is one of some areas or lies below one."""
        rows = self._reference.area_rows
        while area_id and area_id not in above:
            area_id = str(rows[area_id]["parent_id"])
        return bool(area_id)

    def suggest(self, name: str) -> str:
        """Names like a given one, in words."""
        near = nearest_names(name, self._reference.areas["name"])
        offer = f"Did you mean {', '.join(map(repr, near))}? " if near else ""
        return f"{offer}Add a row to data/reference/area_aliases.csv, or `areas:` to the mapping."


def match_area(
    place: tuple[str, ...], mapping: PanelMapping, reference: Reference, index: AreaIndex
) -> str:
    """The area that a name, a code, a province and a day together mean.

    Raises:
        KeyError: None, or several; carries what was found, what was expected, and what to do.
    """
    name, code, province, day = place
    if rule := mapping.areas.get(name):
        if rule.area_id in reference.area_rows:
            return rule.area_id
        found = f"area {rule.area_id!r}, which the mapping gives for {name!r}"
        raise KeyError(found, "a code of areas.csv", "Mend it under `areas:`.")
    by_name = index.find(name, province) if name else set()
    by_code = index.list_coded(code) if code else set()
    if by_code and name and not by_code & by_name:
        held = " or ".join(str(reference.area_rows[each]["name"]) for each in sorted(by_code))
        found = f"code {code!r}, which is {held}, for {name!r}"
        raise KeyError(found, "a code and a name of one area", index.suggest(name))
    if by_code:
        by_name = by_code & by_name if name else by_code
    existing = {each for each in by_name if exists_on(reference.area_rows[each], day)}
    if len(existing or by_name) == 1:
        return next(iter(existing or by_name))
    if by_name:
        known = ", ".join(sorted(by_name))
        remedy = "Map a column to `province` or `area_code`."
        raise KeyError(f"{name!r} can be several areas ({known})", "one area", remedy)
    found = f"unknown area {name!r}" + (f" of {province!r}" if province else "")
    raise KeyError(found, "a name or alias of data/reference", index.suggest(name))


def exists_on(area: Mapping[str, Any], day: str) -> bool:
    """Whether an area exists on a day; an open end is for ever."""
    return not ((area["valid_from"] or "") > day or "" < (area["valid_to"] or "") < day)


def _tidy(name: str) -> str:
    return keep_text(name).casefold()


def _strip_type(name: str) -> str:
    tidy = keep_text(name)
    for word in TYPE_WORDS:
        if tidy.casefold().startswith(f"{word} "):
            return tidy[len(word) + 1 :]
    return tidy
