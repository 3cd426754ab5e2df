"""The areas and events of the synthetic country."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cchc_analysis.data.records import AREA_MARK, NOTICE, SOURCE_MARK
from synthetic.model import Flows

if TYPE_CHECKING:
    from cchc_analysis.data.reference import Reference

FIRST_YEAR = 2016
DISTRICTS_A_PROVINCE = 11


def name_area(district: int) -> str:
    """The id of a made-up district."""
    return f"{AREA_MARK}{district + 1:04d}"


def make_reference(reference: Reference, districts: int, flows: Flows) -> Reference:
    """The real catalogue with the areas and events of the made-up country only."""
    import pandas as pd

    last_days = {d: f"{FIRST_YEAR + year - 1}-12-31" for d, _, year in flows.endings}
    provinces = range(-(-districts // DISTRICTS_A_PROVINCE))
    rows = [
        {
            "area_id": f"{AREA_MARK}P{p + 1:02d}",
            "name": f"Tỉnh Giả lập {p + 1}",
            "level": "province",
        }
        for p in provinces
    ]
    rows += [
        {
            "area_id": name_area(district),
            "name": f"Huyện Giả lập {district + 1}",
            "level": "district",
            "type": "huyện",
            "parent_id": f"{AREA_MARK}P{district // DISTRICTS_A_PROVINCE + 1:02d}",
            "valid_to": last_days.get(district, ""),
        }
        for district in range(districts)
    ]
    notice = {"note_vi": NOTICE["vi"], "note_en": NOTICE["en"], "source": NOTICE["en"]}
    blank = dict.fromkeys(reference.areas.columns, "")
    areas = pd.DataFrame([blank | row | notice for row in rows], dtype="str")
    no_event = dict.fromkeys(reference.area_changes.columns, "")
    changes = [
        no_event
        | {
            "change_id": f"{SOURCE_MARK}merger_{district + 1:04d}",
            "effective": f"{FIRST_YEAR + year}-01-01",
            "area_ids": f"{name_area(district)} {name_area(neighbour)}",
            "kind": "merger",
            "change_vi": NOTICE["vi"],
            "change_en": NOTICE["en"],
        }
        for district, neighbour, year in flows.endings
    ]
    events = pd.DataFrame(changes, columns=reference.area_changes.columns, dtype="str")
    return replace(
        reference,
        areas=areas,
        area_names=reference.area_names.iloc[:0],
        folder=None,
        area_aliases=reference.area_aliases.iloc[:0],
        area_changes=events,
        regions=reference.regions.iloc[:0],
        tile_map_63=reference.tile_map_63.iloc[:0],
        tile_map_34=reference.tile_map_34.iloc[:0],
        targets=reference.targets.iloc[:0],
        corrections=reference.corrections.iloc[:0],
        remarks=reference.remarks.iloc[:0],
    )
