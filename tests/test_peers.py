"""Peers by the written rule, and series that end where an area or a definition does."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from cchc_analysis.data.files import list_rows
from cchc_analysis.data.reference import Reference, load_reference
from cchc_analysis.data.words import load_words
from cchc_analysis.stats.panel import name_partings, sum_communes
from cchc_analysis.stats.peers import (
    break_series,
    find_linked,
    find_peers,
    list_changes,
)

FOLDER = Path(__file__).resolve().parents[1] / "data" / "reference"
DAY = "2024-06-30"


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference(FOLDER)


def test_peers_of_the_same_province(reference: Reference) -> None:
    peers = find_peers("183", reference, {}, DAY)
    assert peers.rule == "province"
    assert peers.peers == ("180", "181", "182", "184", "185", "186", "187", "188", "189")
    assert "178" not in peers.peers, "a city is no rural district"


def test_too_few_peers_give_no_position(reference: Reference) -> None:
    peers = find_peers("178", reference, {"178": 100.0}, DAY)
    assert peers.rule == "none"


def test_peers_of_the_region_with_similar_volume(reference: Reference) -> None:
    rows = reference.areas
    quan = rows[(rows["type"] == "quận") & (rows["parent_id"] == "01")]["area_id"].tolist()
    volumes = dict.fromkeys(quan, 1000.0) | {quan[0]: 100.0}
    moved = rows.assign(
        parent_id=[
            str(at % 3 * 9 + 22).replace("31", "30").replace("40", "33") if area in quan else parent
            for at, (area, parent) in enumerate(
                zip(rows["area_id"], rows["parent_id"], strict=True)
            )
        ]
    )
    from dataclasses import replace

    spread = replace(reference, areas=moved)
    peers = find_peers(quan[1], spread, volumes, DAY)
    same = [each for each in quan if spread.find_province(each) == spread.find_province(quan[1])]
    assert len(same) <= 5
    assert peers.rule == "region"
    assert quan[0] not in peers.peers, "a tenth of the volume is not similar"


def test_no_district_has_peers_after_the_district_level(reference: Reference) -> None:
    assert find_peers("183", reference, {}, "2025-07-01").peers == ()


def test_every_province_of_2005_to_2024_has_a_region(reference: Reference) -> None:
    areas = reference.areas
    provinces = areas[(areas["level"] == "province") & (areas["valid_from"] == "")]["area_id"]
    assert set(provinces) == {each for each in reference.region_of if "-" not in each}
    assert len(provinces) == 64, "63 of 2024, and Hà Tây"
    assert set(reference.region_of.values()) <= set(areas["area_id"])


def test_the_rule_can_be_printed() -> None:
    words = load_words(FOLDER.parents[1] / "notebooks" / "page", "vi")
    assert all(words.has(f"peers.rule.{rule}") for rule in ("province", "region", "none"))


@pytest.mark.parametrize(
    ("area_id", "successors", "predecessors"),
    [
        ("67", ["68-2025"], []),
        ("68", ["68-2025"], []),
        ("68-2025", [], ["60", "67", "68"]),
        ("10", ["15-2025"], []),
        ("15-2025", [], ["10", "15"]),
        ("183", [], []),
        ("20", [], []),
        ("358", ["356"], []),
        ("356", [], ["358"]),
        ("681", ["682-2024"], []),
        ("682-2024", [], ["681", "682", "683"]),
        ("219", ["224"], []),
        ("224", [], ["219"]),
        ("474", ["474-2025", "475"], []),
        ("475", [], ["474"]),
        ("205", [], []),
        ("436", [], []),
    ],
)
def test_successors_and_predecessors(
    reference: Reference, area_id: str, successors: list[str], predecessors: list[str]
) -> None:
    assert find_linked(area_id, reference, is_forward=True) == successors
    assert find_linked(area_id, reference, is_forward=False) == predecessors


def test_thirty_four_provinces_live_on(reference: Reference) -> None:
    areas = reference.areas
    alive = areas[(areas["level"] == "province") & (areas["valid_to"] == "")]
    assert len(alive) == 34


@pytest.mark.parametrize(
    ("day", "number"),
    [("2019-06-30", 713), ("2022-06-30", 705), ("2024-10-15", 704), ("2025-03-31", 696)],
)
def test_as_many_districts_are_there_as_the_statistics_office_counts(
    reference: Reference, day: str, number: int
) -> None:
    assert len(reference.list_areas("district", day)) == number


@pytest.mark.parametrize(
    ("area_id", "day", "kind"),
    [
        ("222", "2024-01-31", "huyện"),
        ("222", "2024-02-01", "thị xã"),
        ("205", "2024-06-30", "thị xã"),
        ("205", "2024-12-31", "thành phố"),
        ("183", "2019-06-30", "huyện"),
    ],
)
def test_a_district_is_of_the_type_that_it_was_on_the_day(
    reference: Reference, area_id: str, day: str, kind: str
) -> None:
    assert reference.area_on(area_id, day)["type"] == kind
    near = find_peers(area_id, reference, {}, day).peers
    assert {reference.area_on(each, day)["type"] for each in near} <= {kind}


def test_every_change_of_type_says_what_the_area_was_and_became(reference: Reference) -> None:
    changes = [row for row in list_rows(reference.area_changes) if row["kind"] == "type"]
    assert len(changes) >= 9
    for row in changes:
        day_before = (dt.date.fromisoformat(row["effective"]) - dt.timedelta(days=1)).isoformat()
        before = str(reference.area_on(row["area_ids"], day_before)["type"])
        after = str(reference.area_on(row["area_ids"], row["effective"])["type"])
        old, _, new = row["change_vi"].casefold().partition(" thành ")
        assert old.startswith(before)
        assert new.startswith(after.removesuffix(" trực thuộc trung ương"))
        assert before != after


def test_every_district_ends_with_its_level_or_in_an_event(reference: Reference) -> None:
    for area_id, row in reference.area_rows.items():
        if row["level"] == "district":
            ends = (dt.date.fromisoformat(row["valid_to"]) + dt.timedelta(days=1)).isoformat()
            assert ends in {each["effective"] for each in list_changes(area_id, reference)}, area_id


def test_another_type_is_told_and_breaks_nothing_and_a_moved_boundary_does(
    reference: Reference,
) -> None:
    windows = ("2024-01-01/2024-12-31", "2025-01-01/2025-06-30")
    town = break_series(series("816", "dossiers_resolved_total", *windows), reference)
    city = break_series(series("436", "dossiers_resolved_total", *windows), reference)
    assert [row["kind"] for row in list_changes("816", reference)] == ["type", "abolition"]
    assert town["segment"].tolist() == [0, 0]
    assert city["segment"].tolist() == [0, 1]


def test_a_proposal_breaks_nothing(reference: Reference) -> None:
    assert [row["change_id"] for row in list_changes("183", reference)] == ["district_level_ends"]


def series(area_id: str, indicator: str, *windows: str) -> pd.DataFrame:
    cells = [window.split("/") for window in windows]
    return pd.DataFrame(
        {
            "area_id": area_id,
            "indicator": indicator,
            "period_start": [start for start, _ in cells],
            "period_end": [end for _, end in cells],
        }
    )


def test_a_series_breaks_at_events_and_says_which_period_crosses(reference: Reference) -> None:
    table = series(
        "184",
        "dossiers_resolved_total",
        "2024-01-01/2024-09-30",
        "2024-01-01/2024-12-31",
        "2025-01-01/2025-06-30",
        "2025-01-01/2025-12-31",
    )
    broken = break_series(table, reference)
    assert broken["segment"].tolist() == [0, 1, 1, 2]
    assert broken["crosses"].tolist() == ["", "lang_son_communes_2024", "", "district_level_ends"]


YEARS = tuple(f"{year}-01-01/{year}-12-31" for year in (2023, 2024, 2025))


@pytest.mark.parametrize(
    ("area_id", "segments"),
    [
        ("20", [0, 0, 0]),  # communes merged inside it in 2024 and in 2025
        ("68", [0, 0, 1]),  # other provinces joined it in 2025
        ("184", [0, 1, 2]),  # a district, whose communes merged and which ended
    ],
)
def test_only_another_province_cuts_a_province_s_series(
    reference: Reference, area_id: str, segments: list[int]
) -> None:
    broken = break_series(series(area_id, "dossiers_received_total", *YEARS), reference)
    assert broken["segment"].tolist() == segments


def test_no_event_of_districts_or_communes_cuts_a_province_s_series(reference: Reference) -> None:
    """Of any kind, in any province: made-up events that name the province and what lies in it."""
    events = reference.area_changes.iloc[:0].copy()
    for at, (kind, below) in enumerate(
        [("merger", "06295"), ("boundary", "184 186"), ("split", "184"), ("abolition", "183")]
    ):
        events.loc[at] = dict.fromkeys(events.columns, "") | {
            "change_id": f"made_up_{at}",
            "effective": "2024-06-01",
            "area_ids": f"20 {below}",
            "kind": kind,
        }
    inside = dataclasses.replace(reference, area_changes=events)
    assert len(list_changes("20", inside)) == len(events)
    broken = break_series(series("20", "dossiers_received_total", *YEARS), inside)
    assert broken["segment"].tolist() == [0, 0, 0]
    assert broken["crosses"].tolist() == ["", "", ""]
    parted = name_partings(broken, inside)
    assert parted["events"].tolist() == ["", "", ""]


@pytest.mark.parametrize(
    ("indicator", "before", "after"),
    [
        ("papi_procedures", "2017-01-01/2017-12-31", "2018-01-01/2018-12-31"),
        ("par_index", "2021-01-01/2021-12-31", "2022-01-01/2022-12-31"),
        ("tthc_online_full", "2021-01-01/2021-12-31", "2022-01-01/2022-12-31"),
        ("pci", "2008-01-01/2008-12-31", "2009-01-01/2009-12-31"),
    ],
)
def test_designs_that_change_are_never_joined(
    reference: Reference, indicator: str, before: str, after: str
) -> None:
    broken = break_series(series("22", indicator, before, after), reference)
    first, second = broken["segment"]
    assert first < second
    assert broken["crosses"].tolist() == ["", ""]


def report_of(area_id: str, **cells: object) -> dict[str, object]:
    """A published value of a commune of today."""
    return {
        "area_id": area_id,
        "scope": "commune",
        "indicator": "dossiers_received_total",
        "breakdown": "",
        "period": "2025-Q3",
        "period_start": "2025-07-01",
        "period_end": "2025-09-30",
        "status": "actual",
        "unit": "dossier",
        "value": 10.0,
        "is_contested": False,
        **cells,
    }


def test_communes_that_wholly_make_up_a_former_district_are_summed(reference: Reference) -> None:
    communes = [each for each, _ in reference.list_moved("189")]
    assert len(communes) == 4
    held = pd.DataFrame([report_of(each, value=n) for n, each in enumerate(communes, start=1)])
    [row] = list_rows(sum_communes(held, reference, "189"))
    assert (row["value"], row["origin"], row["area_id"]) == (10.0, "derived", "189")
    assert row["parts"].split(" + ") == sorted(communes)


@pytest.mark.parametrize(
    "other",
    [
        {"period_end": "2025-09-14"},
        {"status": "estimate"},
        {"scope": "whole_district"},
        {"value": float("nan")},
        {"indicator": "dossiers_received_new"},
    ],
)
def test_nothing_is_summed_where_one_commune_reports_otherwise(
    reference: Reference, other: dict[str, object]
) -> None:
    communes = [each for each, _ in reference.list_moved("189")]
    rows = [report_of(each) for each in communes]
    held = pd.DataFrame([*rows[:-1], rows[-1] | other])
    assert sum_communes(held, reference, "189").empty
    rates = [row | {"indicator": "on_time_rate", "unit": "%"} for row in rows]
    assert sum_communes(pd.DataFrame(rates), reference, "189").empty


@pytest.mark.parametrize("area_id", ["183", "20", "06187"])
def test_nothing_is_summed_where_communes_hold_other_territory_too(
    reference: Reference, area_id: str
) -> None:
    """Cao Lộc, whose communes took in others; a province; a commune of before."""
    moved = [each for each, _ in reference.list_moved(area_id)] or ["06187-2025"]
    assert sum_communes(pd.DataFrame(map(report_of, moved)), reference, area_id).empty
