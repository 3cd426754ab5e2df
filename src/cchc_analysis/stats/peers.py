"""Who an area may be compared with, and where its series breaks.

Comes in as the reference areas, their events and regions; goes out as lists of ids and of dates.
The rules are those of product.md, written here once: peers of one kind and one province first;
if they are too few, of one kind, one region and similar volume; with fewer than five, values only
and no position. A series is never carried over an event or a change of definition.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import nan
from typing import Any, Literal

import pandas as pd

from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import TWO_TIERS_SINCE
from cchc_analysis.data.reference import Reference

FEWEST = 5
"""Peers below which an area is given no position."""
SIMILAR = 2.0
"""Volumes are similar up to this factor, in either direction."""
PROPOSED, RETYPED = "proposal", "type"
"""Kinds of event that break nothing: what was only ever proposed; a district that becomes a town
and stays what it is otherwise."""


@dataclass(frozen=True)
class Peers:
    """The areas that an area may be compared with.

    ``rule`` is the one that was applied: with ``none``, values may be shown and no position given.
    """

    area_id: str
    peers: tuple[str, ...]
    rule: Literal["province", "region", "none"]


def find_peers(area_id: str, reference: Reference, volumes: Mapping[str, float], day: str) -> Peers:
    """Find the peers of an area by the written rule.

    Args:
        area_id: The area.
        reference: The areas, and the region of each province.
        volumes: Dossiers received by area; an area without any is no peer across provinces.
        day: The day on which the peers must exist; a district is of the type that it has then.

    Returns:
        Its peers, sorted, without itself.
    """
    level, type_ = reference.area_rows[area_id]["level"], reference.area_on(area_id, day)["type"]
    rows = reference.list_areas(str(level), day)
    kind = sorted(str(row["area_id"]) for row in rows if row["type"] == type_)
    place = {each: reference.find_province(each) for each in (area_id, *kind)}
    kind = [each for each in kind if each != area_id]
    near = [each for each in kind if place[each] == place[area_id]]
    if len(near) >= FEWEST:
        return Peers(area_id, tuple(near), "province")
    region, own = reference.region_of.get(place[area_id]), volumes.get(area_id)
    wide = [
        each
        for each in kind
        if region is not None and region == reference.region_of.get(place[each])
        if own and own / SIMILAR <= (volumes.get(each) or nan) <= own * SIMILAR
    ]
    if len(wide) >= FEWEST:
        return Peers(area_id, tuple(wide), "region")
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
    held = [
        row
        for row in list_rows(reference.breaks)
        if any(fnmatch.fnmatch(indicator, form) for form in row["indicators"].split())
    ]
    return sorted(held, key=lambda row: str(row["effective"]))


def find_linked(area_id: str, reference: Reference, *, is_forward: bool) -> list[str]:
    """The areas of the same level that an area's territory went to (forward), or came from.

    As far as the events say so: in a merger, whoever ends on the day before it takes effect goes
    into whoever lives on. In a split, whoever begins on that day comes from whoever was there.
    """
    linked, rows = dict[str, None](), reference.area_rows
    for change in list_changes(area_id, reference):
        if change["kind"] not in ("merger", "split"):
            continue
        others = {each for each in change["area_ids"].split() if each in rows}
        day = change["effective"]
        last_day = (dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat()
        if change["kind"] == "split":
            old = {each for each in others if rows[each]["valid_from"] != day}
        else:
            old = {each for each in others if rows[each]["valid_to"] == last_day}
        if (area_id in old) == is_forward:
            linked |= dict.fromkeys(sorted(others - old if is_forward else old))
    level = rows[area_id]["level"]
    return [each for each in linked if each != area_id and rows[each]["level"] == level]


def find_kin(reference: Reference, area: Mapping[str, Any]) -> dict[str, Any]:
    """The areas that went into an area, those that it went into, and its former names.

    ``moved`` is what became of an area of before, or what one since was made of; and how much.
    """
    area_id = str(area["area_id"])
    return {
        "predecessors": find_linked(area_id, reference, is_forward=False),
        "successors": find_linked(area_id, reference, is_forward=True),
        "former": reference.former_of.get(area_id, ()),
        "moved": reference.list_moved(area_id),
        "is_new": str(area["valid_from"]) >= TWO_TIERS_SINCE,
    }


def list_kin(area_id: str, reference: Reference) -> list[str]:
    """All areas that hold territory of an area after it, or did before it."""
    return [
        *find_linked(area_id, reference, is_forward=False),
        *find_linked(area_id, reference, is_forward=True),
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

    @cache
    def list_area(area_id: str) -> list[tuple[str, str]]:
        cuts = list_cuts(area_id, reference) if area_id in reference.area_rows else ()
        return [(row["effective"], row["change_id"]) for row in cuts]

    @cache
    def list_own(indicator: str) -> list[tuple[str, str]]:
        breaks = list_breaks(indicator, reference) if is_by_definition else ()
        return [(row["effective"], row["break_id"]) for row in breaks]

    @cache
    def place(area_id: str, indicator: str, start: str, end: str) -> tuple[int, str]:
        events = sorted(list_area(area_id) + list_own(indicator))
        crossed = [name for day, name in events if start < day <= end]
        return sum(day <= end for day, _ in events), " ".join(crossed)

    begin = table["period_start"].where(table["period_start"] != "", table["period_end"])
    columns = (table["area_id"], table["indicator"], begin, table["period_end"])
    keys = zip(*(column.to_numpy(object) for column in columns), strict=True)
    placed = [place(*key) for key in keys]
    return table.assign(
        segment=pd.Series([segment for segment, _ in placed], index=table.index, dtype="int64"),
        crosses=pd.Series([names for _, names in placed], index=table.index, dtype="str"),
    )
