"""Who an area may be compared with, and where its series breaks.

Comes in as the reference areas, their events and regions; goes out as lists of ids and of dates.
The rules are those of product.md, written here once: peers of one kind and one province first;
if they are too few, of one kind, one region and similar volume; with fewer than five, values only
and no position. A series is never carried over an event or a change of definition.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import TWO_TIERS_SINCE

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference

FEWEST = 5
"""Peers below which an area is given no position."""
Window = tuple[str, str, str, str]
"""An area, an indicator, a first and a last day."""
SIMILAR = 2.0
"""Volumes are similar up to this factor, in either direction."""
PROPOSED, RETYPED = "proposal", "type"
"""Kinds of event that break nothing: what was only ever proposed; a district that becomes a town
and stays what it is otherwise."""

RULE_TEXT: Mapping[str, tuple[str, str]] = {
    "province": (
        "Các đơn vị cùng loại trong cùng tỉnh.",
        "Units of the same kind in the same province.",
    ),
    "region": (
        "Trong tỉnh có dưới 5 đơn vị cùng loại: các đơn vị cùng loại, cùng vùng, có số hồ sơ từ "
        "một nửa đến gấp đôi.",
        "Fewer than 5 units of the same kind in the province: units of the same kind and region "
        "with half to twice as many dossiers.",
    ),
    "none": (
        "Có dưới 5 đơn vị để so sánh: chỉ nêu số liệu, không xếp vị trí.",
        "Fewer than 5 units to compare with: values only, no position.",
    ),
}
"""The rule that was applied, to be printed with the list."""


@dataclass(frozen=True)
class Peers:
    """The areas that an area may be compared with.

    ``rule`` is a key of ``RULE_TEXT``: with ``none``, values may be shown and no position given.
    """

    area_id: str
    peers: tuple[str, ...]
    rule: Literal["province", "region", "none"]

    @property
    def has_position(self) -> bool:
        """Whether the area may be given a place among its peers."""
        return self.rule != "none"


def find_peers(area_id: str, reference: Reference, volumes: Mapping[str, float], day: str) -> Peers:
    """Find the peers of an area by the written rule.

    Args:
        area_id: The area.
        reference: The areas, and the region of each province.
        volumes: Dossiers received by area; an area without any is no peer across provinces.
        day: The day on which the peers must exist.

    Returns:
        Its peers, sorted, without itself.
    """
    kind = [each for each in _list_same_kind(area_id, reference, day) if each != area_id]
    province = find_province(area_id, reference)
    near = tuple(sorted(each for each in kind if find_province(each, reference) == province))
    if len(near) >= FEWEST:
        return Peers(area_id, near, "province")
    wide = tuple(
        sorted(
            each
            for each in kind
            if _is_in_region(each, area_id, reference)
            and _is_similar(volumes.get(each), volumes.get(area_id))
        )
    )
    if len(wide) >= FEWEST:
        return Peers(area_id, wide, "region")
    return Peers(area_id, tuple(sorted({*near, *wide})), "none")


def list_peers(area: Mapping[str, Any], reference: Reference) -> list[str]:
    """Every area that can be a peer; a brief's slice holds their values.

    Those of the same kind and province, and of the region where these are too few.
    """
    kin = reference.list_kind(str(area["level"]), str(area["type"]))
    province = reference.find_province(str(area["area_id"]))
    near = [each for each in kin.get(province, ()) if each != area["area_id"]]
    region = reference.region_of.get(province)
    if len(near) >= FEWEST or not region:
        return near
    others = (each for each in kin if reference.region_of.get(each) == region)
    return [each for other in others for each in kin[other] if each != area["area_id"]]


def find_province(area_id: str, reference: Reference) -> str:
    """The province that an area lies in, or is; ``""`` above provinces."""
    return reference.find_province(area_id)


def list_changes(area_id: str, reference: Reference) -> list[dict[str, str]]:
    """The events that concern an area and took effect, oldest first (rows of area_changes)."""
    held = [
        row
        for row in reference.changes_of.get(area_id, ())
        if row["effective"] and row["kind"] != PROPOSED
    ]
    return sorted(held, key=lambda row: str(row["effective"]))


def list_cuts(area_id: str, reference: Reference) -> list[dict[str, str]]:
    """Those of ``list_changes`` that end a series: of a province, only what moves its outline.

    Districts and communes rearranged inside a province leave its territory as it was.
    """
    rows = reference.area_rows

    def cuts(change: Mapping[str, str]) -> bool:
        others = set(change["area_ids"].split()) - {area_id}
        is_outline = any(each in rows and rows[each]["level"] == "province" for each in others)
        return change["kind"] != RETYPED and (is_outline or rows[area_id]["level"] != "province")

    return [each for each in list_changes(area_id, reference) if cuts(each)]


def list_breaks(indicator: str, reference: Reference) -> list[dict[str, str]]:
    """The changes of an indicator's definition, oldest first (rows of breaks)."""
    return _choose_breaks(list_rows(reference.breaks), indicator)


def _choose_breaks(breaks: Iterable[dict[str, str]], indicator: str) -> list[dict[str, str]]:
    held = [
        row
        for row in breaks
        if any(fnmatch.fnmatch(indicator, form) for form in row["indicators"].split())
    ]
    return sorted(held, key=lambda row: str(row["effective"]))


def find_successors(area_id: str, reference: Reference) -> list[str]:
    """The areas of the same level that an area's territory went to, where the events say so.

    In a merger, whoever ends on the day before it takes effect goes into whoever lives on. In a
    split, whoever begins on that day comes from whoever was there before.
    """
    return _find_linked(area_id, reference, is_forward=True)


def find_predecessors(area_id: str, reference: Reference) -> list[str]:
    """The areas of the same level that went into an area."""
    return _find_linked(area_id, reference, is_forward=False)


def find_kin(reference: Reference, area: Mapping[str, Any]) -> dict[str, Any]:
    """The areas that went into an area, those that it went into, and its former names.

    ``moved`` is what became of an area of before, or what one since was made of; and how much.
    """
    area_id = str(area["area_id"])
    return {
        "predecessors": find_predecessors(area_id, reference),
        "successors": find_successors(area_id, reference),
        "former": reference.former_of.get(area_id, ()),
        "moved": reference.list_moved(area_id),
        "is_new": str(area["valid_from"]) >= TWO_TIERS_SINCE,
    }


def list_kin(area_id: str, reference: Reference) -> list[str]:
    """All areas that hold territory of an area after it, or did before it."""
    return [
        *find_predecessors(area_id, reference),
        *find_successors(area_id, reference),
        *(each for each, _ in reference.list_moved(area_id)),
    ]


def break_series(
    table: pd.DataFrame, reference: Reference, *, is_by_definition: bool = True
) -> pd.DataFrame:
    """Number the segments of every series: a new one after each event or change of definition.

    Args:
        table: ``area_id``, ``indicator``, ``period_start``, ``period_end`` (a stock has no start).
        reference: The events of areas, and the changes of definitions. An event that names no
            other province cuts no province's series.
        is_by_definition: Whether changes of definition count; a standing among all areas goes on
            across them.

    Returns:
        The table with ``segment`` (events before the end of the period) and ``crosses`` (the
        events inside it, by id): values of two segments are never joined, and a period that
        crosses an event says so.
    """
    import pandas as pd

    begin = table["period_start"].where(table["period_start"] != "", table["period_end"])
    columns = (table["area_id"], table["indicator"], begin, table["period_end"])
    keys = [*zip(*(column.to_numpy(object) for column in columns), strict=True)]
    placed = find_segments(keys, reference, is_by_definition=is_by_definition)
    return table.assign(
        segment=pd.Series([segment for segment, _ in placed], index=table.index, dtype="int64"),
        crosses=pd.Series([names for _, names in placed], index=table.index, dtype="str"),
    )


def find_segments(
    keys: Sequence[Window], reference: Reference, *, is_by_definition: bool = True
) -> list[tuple[int, str]]:
    """``segment`` and ``crosses`` of area, indicator, first and last day (``break_series``)."""
    series = {key[:2] for key in keys}
    events = _list_events(series, reference, is_by_definition=is_by_definition)
    known = {key: _place(key, events) for key in dict.fromkeys(keys)}
    return [known[key] for key in keys]


def find_type(area_id: str, reference: Reference, day: str) -> str:
    """The type of an area on a day, "huyện" or "thị xã"."""
    return str(reference.area_on(area_id, day)["type"])


def _list_same_kind(area_id: str, reference: Reference, day: str) -> list[str]:
    kind = find_type(area_id, reference, day)
    rows = reference.list_areas(str(reference.area_rows[area_id]["level"]), day)
    return [str(row["area_id"]) for row in rows if row["type"] == kind]


def _is_in_region(one: str, other: str, reference: Reference) -> bool:
    here, there = (reference.region_of.get(find_province(each, reference)) for each in (one, other))
    return here is not None and here == there


def _is_similar(one: float | None, other: float | None) -> bool:
    return bool(one and other and other / SIMILAR <= one <= other * SIMILAR)


def _find_linked(area_id: str, reference: Reference, *, is_forward: bool) -> list[str]:
    linked, rows = dict[str, None](), reference.area_rows
    for change in list_changes(area_id, reference):
        if change["kind"] not in ("merger", "split"):
            continue
        others = {each for each in change["area_ids"].split() if each in rows}
        day = change["effective"]
        last_day = (dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat()
        old = {  # what was there before, and that others came of
            each
            for each in others
            if (
                rows[each]["valid_from"] != day
                if change["kind"] == "split"
                else rows[each]["valid_to"] == last_day
            )
        }
        if (area_id in old) == is_forward:
            linked |= dict.fromkeys(sorted(others - old if is_forward else old))
    level = rows[area_id]["level"]
    return [each for each in linked if each != area_id and rows[each]["level"] == level]


Events = dict[tuple[str, str], list[tuple[str, str]]]
"""Day and name of the events of each area and indicator, oldest first."""


def _list_events(
    series: Iterable[tuple[str, str]], reference: Reference, *, is_by_definition: bool
) -> Events:
    breaks = list_rows(reference.breaks) if is_by_definition else []
    of_area = {
        area_id: [
            (row["effective"], row["change_id"])
            for row in (list_cuts(area_id, reference) if area_id in reference.area_rows else ())
        ]
        for area_id in {area_id for area_id, _ in series}
    }
    of_indicator = {
        code: [(row["effective"], row["break_id"]) for row in _choose_breaks(breaks, code)]
        for code in {code for _, code in series}
    }
    return {(area, code): sorted(of_area[area] + of_indicator[code]) for area, code in series}


def _place(key: Window, events: Events) -> tuple[int, str]:
    area_id, indicator, start, end = key
    own = events[area_id, indicator]
    crossed = [name for day, name in own if start < day <= end]
    return sum(day <= end for day, _ in own), " ".join(crossed)
