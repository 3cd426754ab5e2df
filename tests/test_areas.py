"""The administrative units: counted against the law, and found by name, code and day."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import cchc_analysis as cchc
from cchc_analysis.brief.opening import match_told
from cchc_analysis.cli import main
from cchc_analysis.data.areas import find_issue_day
from cchc_analysis.data.named import choose_rows, match_names, to_wide
from cchc_analysis.data.reference import Project, Reference, load_reference
from cchc_analysis.errors import AreaError, CommandError, ReferenceDataError
from cchc_analysis.pipeline import remake
from cchc_analysis.site.single import build_brief

ROOT = Path(__file__).parents[1]
BEFORE, SINCE, WARDS = "2025-06-30", "2025-07-01", "2026-04-30"


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference(ROOT / "data" / "reference")


def test_provinces_are_63_until_june_2025_and_34_since(reference: Reference) -> None:
    """NQ 202/2025/QH15: 34 provinces, six of them cities; Đồng Nai a city by NQ 30/2026/QH16."""
    kinds = {
        day: Counter(row["type"] for row in reference.list_areas("province", day))
        for day in (BEFORE, SINCE, WARDS)
    }
    city = "thành phố trực thuộc trung ương"
    assert kinds[BEFORE] == {"tỉnh": 57, city: 6}
    assert kinds[SINCE] == {"tỉnh": 28, city: 6}
    assert kinds[WARDS] == {"tỉnh": 27, city: 7}


def test_communes_are_as_many_as_the_law_says(reference: Reference) -> None:
    """3,321 units since 1 July 2025: 2,621 communes, 687 wards, 13 special zones."""
    kinds = {
        day: Counter(row["type"] for row in reference.list_areas("commune", day))
        for day in (BEFORE, SINCE, "2026-04-29", WARDS)
    }
    assert kinds[BEFORE].total() == 10_035
    assert kinds[SINCE] == kinds["2026-04-29"] == {"xã": 2621, "phường": 687, "đặc khu": 13}
    assert kinds[WARDS] == {"xã": 2611, "phường": 697, "đặc khu": 13}


def test_lang_son_has_61_communes_and_4_wards(reference: Reference) -> None:
    """NQ 1672/NQ-UBTVQH15."""
    rows = [row for row in reference.list_areas("commune", SINCE) if row["parent_id"] == "20"]
    assert Counter(row["type"] for row in rows) == {"xã": 61, "phường": 4}


def test_every_province_has_the_communes_that_the_law_gives_it(reference: Reference) -> None:
    counts = Counter(row["parent_id"] for row in reference.list_areas("commune", SINCE))
    said = {row["area_id"]: row for row in reference.list_areas("province", SINCE)}
    assert set(counts) == set(said)
    made = {area_id: int(row["communes"]) for area_id, row in said.items() if "-" in area_id}
    assert made == {area_id: counts[area_id] for area_id in made}


def test_districts_end_with_june_2025(reference: Reference) -> None:
    assert len(reference.list_areas("district", BEFORE)) == 696
    assert reference.list_areas("district", SINCE) == []


def test_a_parent_is_there_when_its_area_begins_and_ends(reference: Reference) -> None:
    for area_id, row in reference.area_rows.items():
        above = reference.area_rows.get(row["parent_id"])
        if above is None or above["level"] in ("nation", "region"):
            continue
        assert (above["valid_from"] or "") <= (row["valid_from"] or above["valid_from"]), area_id
        assert (above["valid_to"] or "9") >= (row["valid_to"] or "9"), area_id


def test_the_days_on_which_old_communes_began_are_not_made_up(reference: Reference) -> None:
    old = reference.list_areas("commune", BEFORE)
    assert {row["valid_from"] for row in old} == {""}
    new = reference.list_areas("commune", SINCE)
    assert {row["valid_from"] for row in new} == {SINCE}
    assert all(8 < float(row["lat"]) < 24 and 102 < float(row["lon"]) < 118 for row in new)
    unknown = {"06187-2025", "19147-2025", "19159-2025", "28435-2025"}
    assert {row["area_id"] for row in new if not row["km2"]} == unknown
    assert all(float(row["km2"]) > 0 for row in new if row["km2"])


@pytest.mark.parametrize(
    ("area_id", "communes"), [("189", ""), ("20", "20"), ("75-2025", "75-2025")]
)
def test_a_province_or_district_lies_at_the_middle_of_its_communes(
    area_id: str, communes: str, reference: Reference
) -> None:
    """Weighted by their km²; of the district Đình Lập, of those that hold its territory now."""
    now = reference.list_areas("commune", SINCE)
    own = [row for row in now if row["parent_id"] == communes and row["km2"]]
    own = own or [reference.area_rows[each] for each, _ in reference.list_moved(area_id)]
    for name in ("lat", "lon"):
        sizes = [float(row["km2"]) for row in own]
        middle = sum(float(row[name]) * size for row, size in zip(own, sizes, strict=True))
        assert abs(float(reference.area_rows[area_id][name]) - middle / sum(sizes)) < 1e-3


def test_coordinates_are_empty_where_no_commune_of_a_district_is_known(
    reference: Reference,
) -> None:
    rows = [row for row in reference.area_rows.wide.values() if row["level"] == "district"]
    lost = {row["area_id"] for row in rows if not row["lat"]}
    assert {"318", "471", "755"} < lost  # islands without communes
    assert len(lost) == 29
    assert all(row["lat"] for row in reference.list_areas("province", BEFORE))
    assert all(row["lat"] for row in reference.list_areas("province", SINCE))


def test_english_names_follow_one_pattern(reference: Reference) -> None:
    named = {
        "20": "Lang Son Province",
        "79-2025": "Ho Chi Minh City",
        "183": "Cao Loc District",
        "06187": "Cao Loc Township",
        "06187-2025": "Ky Lua Ward",
        "21548-2025": "Ly Son Special Zone",
        "32008": "Ward 5",
    }
    assert {each: reference.area_rows[each]["name_en"] for each in named} == named
    assert all(row["name_en"].isascii() for row in reference.area_rows.values())


@pytest.mark.parametrize(
    ("code", "before", "since"),
    [
        *(("15", "Tỉnh Yên Bái", "Tỉnh Lào Cai"), ("24", "Tỉnh Bắc Giang", "Tỉnh Bắc Ninh")),
        *(("44", "Tỉnh Quảng Bình", "Tỉnh Quảng Trị"), ("52", "Tỉnh Bình Định", "Tỉnh Gia Lai")),
        *(("80", "Tỉnh Long An", "Tỉnh Tây Ninh"), ("82", "Tỉnh Tiền Giang", "Tỉnh Đồng Tháp")),
        ("91", "Tỉnh Kiên Giang", "Tỉnh An Giang"),
    ],
)
def test_seven_codes_were_another_province_before(
    code: str, before: str, since: str, reference: Reference
) -> None:
    rows = [reference.area_rows[reference.match_area(code, day)] for day in (BEFORE, SINCE)]
    assert [row["name"] for row in rows] == [before, since]
    assert [row["code"] for row in rows] == [code, code]
    with pytest.raises(KeyError, match="Several areas"):
        reference.match_area(code)


@pytest.mark.parametrize(
    ("name", "day", "area_id"),
    [
        *(("phường Kỳ Lừa", SINCE, "06187-2025"), ("Phuong Ky Lua", SINCE, "06187-2025")),
        *(("P. Kỳ Lừa", SINCE, "06187-2025"), ("Ky Lua ward", SINCE, "06187-2025")),
        *(("Hưng Yên", BEFORE, "33"), ("tỉnh Hưng Yên", SINCE, "33-2025")),
        *(("Hoà Bình", BEFORE, "17"), ("Hòa Bình", BEFORE, "17")),
        *(("TT. Cao Lộc", BEFORE, "06187"), ("Cao Lộc", BEFORE, "183")),
        *(
            ("xã Cao Lộc, tỉnh Lạng Sơn", SINCE, "06211-2025"),
            ("X. Đồng Giáp", "2024-01-01", "06295"),
        ),
        *(("P.5, TP Cà Mau", BEFORE, "32008"), ("phường 05, TP Cà Mau", BEFORE, "32008")),
        *(("P5, TP Cà Mau", BEFORE, "32008"), ("p 05, TP Ca Mau", BEFORE, "32008")),
        *(("đặc khu Lý Sơn", SINCE, "21548-2025"), ("Dac khu Ly Son", SINCE, "21548-2025")),
        *(("TP Huế", "2025-03-31", "46"), ("tỉnh Thừa Thiên Huế", "2024-12-31", "46")),
        ("xa vinh kim, tinh dong thap", SINCE, "28576-2025"),
        *(("Phuong Son Ward, Bac Giang", BEFORE, "07612"), ("Vung Liem District", BEFORE, "859")),
        *(("ĐK. Côn Đảo", SINCE, "26732-2025"), ("huyện đảo Lý Sơn", BEFORE, "536")),
        *(("Qui Nhơn", BEFORE, "540"), ("huyện Phú Quý", BEFORE, "602")),
        *(("phường Kì Lừa", SINCE, "06187-2025"), ("xã Qúy Lộc", SINCE, "15412-2025")),
        ("TT Huế", "2024-01-01", "46"),
        ("xã An Hiệp, huyện Châu Thành, tỉnh Sóc Trăng", BEFORE, "31594"),
        *(("06286", BEFORE, "06286"), ("06286", SINCE, "06286-2025")),
        *(("xã Trảng Bom", "2026-04-29", "26248-2025"), ("phường Trảng Bom", WARDS, "26248-2025")),
        *(("tỉnh Đồng Nai", "2026-04-29", "75-2025"), ("TP. Đồng Nai", WARDS, "75-2025")),
        # What it lies in may follow without a comma.
        ("phường Kỳ Lừa tỉnh Lạng Sơn", SINCE, "06187-2025"),
        ("phường Kỳ Lừa - tỉnh Lạng Sơn", SINCE, "06187-2025"),
        ("xã Đồng Kỳ thuộc tỉnh Bắc Ninh", SINCE, "07282-2025"),
        ("huyện Châu Thành tỉnh Long An", BEFORE, "808"),
        ("quận 1 thành phố Hồ Chí Minh", BEFORE, "760"),
        ("xã Yên Phúc huyện Văn Quan tỉnh Lạng Sơn", BEFORE, "06319"),
        ("thành phố Phan Rang - Tháp Chàm", BEFORE, "582"),
        ("xã Tứ Quận huyện Yên Sơn", BEFORE, "02464"),
        # Written in one word, or with a dash, at another time.
        *(("xã Avương", BEFORE, "20461"), ("xã A Vương", WARDS, "20458-2025")),
        ("phường Văn Miếu Quốc Tử Giám", WARDS, "00226-2025"),
    ],
)
def test_a_name_means_the_area_of_its_day(
    name: str, day: str, area_id: str, reference: Reference
) -> None:
    assert reference.match_area(name, day) == area_id


@pytest.mark.parametrize(
    ("name", "day", "said"),
    [
        ("Huyện Cao Lộc", "2026-03-31", "Huyện Cao Lộc, Tỉnh Lạng Sơn (183, until 2025-06-30)"),
        ("Huyện Cao Lộc", "2026-03-31", "(its territory is that of "),
        ("TT. Cao Lộc", "2026-03-31", "(its territory is that of Phường Kỳ Lừa)"),
        ("xã Đồng Giáp", "2025-03-31", "until 2024-11-30"),
        ("xã Trảng Bom", WARDS, "is 'Phường Trảng Bom' on 2026-04-30"),
        ("phường Trảng Bom", "2026-04-29", "is 'Xã Trảng Bom' on 2026-04-29"),
        ("xã Tân Lập", SINCE, "'Xã Tân Lập, Tỉnh Tây Ninh'"),
        ("Hưng Yên", "", "33-2025, from 2025-07-01"),
        # A province that is gone is no commune elsewhere that bears its name.
        ("Quảng Bình", SINCE, "Tỉnh Quảng Bình (44, until 2025-06-30) is not there on 2025-07-01"),
        ("Quảng Bình", SINCE, "or 'Xã Quảng Bình, Tỉnh Thanh Hóa'"),
        ("phường Đồng Hới, tỉnh Quảng Bình", SINCE, "Tỉnh Quảng Bình (44, until 2025-06-30) is"),
        # Nor is another whose name has one mark more: xã Bát Tràng is not meant.
        ("xã Bát Trang", WARDS, "(its territory is that of Xã "),
        ("xã Thanh Hải", WARDS, " is not there on 2026-04-30"),
        ("phường Đồng Hời, tỉnh Quảng Trị", SINCE, "'Phường Đồng Hới, Tỉnh Quảng Trị'"),
        ("Phuong Long Hoa", BEFORE, "'Phường Long Hòa, Thành phố Gò Công, Tỉnh Tiền Giang'"),
    ],
)
def test_an_area_of_another_day_is_refused(
    name: str, day: str, said: str, reference: Reference
) -> None:
    with pytest.raises(KeyError) as caught:
        reference.match_area(name, day)
    assert said in caught.value.args[0]


@pytest.mark.parametrize(
    ("name", "offered", "kinds"),
    [
        ("Cao Lốc", "'Huyện Cao Lộc'", {"Huyện", "Thành", "Quận", "Thị", "Tỉnh"}),
        ("phường Kỳ Lứa", "'Phường Kỳ Lừa'", {"Phường", "Xã", "Thị", "Đặc"}),
        ("huyện Cao Lọc", "'Huyện Cao Lộc'", {"Huyện"}),
        ("huyện Cáo", "'Huyện Cao Lộc'", {"Huyện"}),
        ("tỉnh Cáo", "'Tỉnh Cao Bằng'", {"Tỉnh"}),
        ("quận Cáo", "'Huyện Cao Lộc', 'Thành phố Cao Bằng'", {"Huyện", "Thành"}),
        ("quận Cao Lọc", "'Huyện Cao Lộc'", {"Huyện", "Thành", "Quận", "Thị"}),
        ("thị trấn Đình", "'Thị trấn Định An'", {"Thị"}),
        ("huyện Lốc", "'Huyện Lộc Hà', 'Huyện Lộc Bình'", {"Huyện"}),
    ],
)
def test_near_names_of_the_same_level_are_offered_and_the_row_that_is_needed(
    name: str, offered: str, kinds: set[str], reference: Reference
) -> None:
    with pytest.raises(KeyError) as caught:
        reference.match_area(name)
    said = caught.value.args[0]
    names = said.partition("Did you mean ")[2].partition("?")[0]
    assert names.startswith(offered)
    assert {each.strip("' ").split()[0] for each in names.split(",")} <= kinds
    assert "A new area is a row in data/reference/areas.csv" in said


def test_commands_that_need_no_commune_do_not_read_them(
    repository: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cchc_analysis.data import areas as module

    # Another folder than the other tests have: what they looked up may hold communes.
    folder = Path(shutil.copytree(repository.reference, tmp_path / "reference"))
    (folder / "other.csv").touch()

    def refuse(*_: object) -> None:
        raise AssertionError("the communes were read")

    monkeypatch.setattr(module, "load_communes", refuse)
    reference = load_reference(folder)
    assert reference.match_area("Cao Lộc", "2024-06-30") == "183"
    assert len(reference.list_areas("province", SINCE)) == 34
    assert reference.area_rows["183"]["name"] == "Huyện Cao Lộc"
    assert reference.name_in_parent("183") == "Huyện Cao Lộc, Tỉnh Lạng Sơn"
    assert reference.find_province("VN") == ""
    assert not reference.is_below("183", "24")
    with pytest.raises(AssertionError, match="were read"):
        reference.match_area("xã Khánh Khê", "2024-06-30")


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("day", [BEFORE, SINCE, WARDS])
def test_every_commune_is_found_by_its_name_and_what_it_lies_in(
    day: str, step: int, reference: Reference
) -> None:
    lost = []
    for row in reference.list_areas("commune", day)[::step]:
        places = [row["name"]]
        above = reference.area_rows[row["parent_id"]]
        while above["level"] in ("district", "province"):
            places.append(above["name"])
            above = reference.area_rows.get(above["parent_id"], {"level": ""})
        name = ", ".join(places) if day != SINCE or places[-1] != "Thành phố Đồng Nai" else ""
        if name and reference.match_area(name, day) != row["area_id"]:
            lost.append(name)
    assert lost == []


@pytest.mark.parametrize(
    ("dated", "start", "end", "day"),
    [
        ("2025-07-10", "2025-01-01", "2025-06-30", "2025-06-30"),
        ("2024-12-20", "2025-01-01", "2025-12-31", "2025-01-01"),
        ("2025-12-05", "2025-01-01", "2025-12-31", "2025-12-05"),
        ("", "2025-01-01", "2025-12-31", "2025-12-31"),
        ("2025-02-01", "", "", "2025-02-01"),
    ],
)
def test_a_source_speaks_of_the_areas_of_the_day_it_was_issued(
    dated: str, start: str, end: str, day: str
) -> None:
    assert find_issue_day({"dated": dated, "period_start": start, "period_end": end}) == day


@pytest.mark.parametrize(
    ("name", "held", "days", "meant"),
    [
        ("Lạng Sơn", {"20", "178"}, [], ["20"]),
        ("TP. Lạng Sơn", {"20", "178"}, [], ["178"]),
        ("Lạng Sơn", {"183"}, [], []),
        ("Cao Lộc", {"183"}, [BEFORE], ["183"]),
    ],
)
def test_of_what_is_held_the_widest_area_of_the_name_is_meant(
    reference: Reference, name: str, held: set[str], days: list[str], meant: list[str]
) -> None:
    assert reference.match_held(name, held, days) == meant


def test_a_narrower_area_of_the_name_is_asked_back_unless_it_alone_was_there(
    reference: Reference,
) -> None:
    with pytest.raises(KeyError, match="'Thành phố Lạng Sơn, Tỉnh Lạng Sơn' or 'Tỉnh Lạng Sơn'"):
        reference.match_held("Lạng Sơn", {"178"})
    [commune] = (
        str(row["area_id"])
        for row in reference.list_areas("commune", SINCE)
        if row["name"] == "Xã Cao Lộc"
    )
    assert reference.match_held("Cao Lộc", {commune}, [SINCE]) == [commune]
    with pytest.raises(KeyError, match="Several areas"):
        reference.match_held("Cao Lộc", {commune})


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_names_of_a_panel_and_of_the_areas_meet_by_their_ids(lang: str) -> None:
    panel, areas = cchc.load_panel("dti", "province", lang), cchc.load_areas("province", day=BEFORE)
    panel = panel[(panel["year"] == panel["year"].min())]
    assert set(panel["area"]).isdisjoint(areas["name"])
    for table, name in ((panel, "area"), (areas, "name")):
        ids = cchc.match_areas(table[name], day=BEFORE)
        assert ids.to_dict() == table["area_id"].to_dict()
    assert len(areas) == 63


def test_areas_of_one_name_are_told_apart_by_what_they_lie_in() -> None:
    now = cchc.load_areas("commune", day=SINCE).set_index("area_id")["lies_in"]
    assert now[["02962-2025", "15520-2025"]].tolist() == ["Tỉnh Lào Cai", "Tỉnh Thanh Hóa"]
    then = cchc.load_areas("commune", day=BEFORE).set_index("area_id")["lies_in"]
    assert then["02962"] == "Huyện Bảo Yên, Tỉnh Lào Cai"
    former = cchc.load_areas("district", day="2024-12-31").set_index("area_id")["lies_in"]
    assert former["474"] == "Tỉnh Thừa Thiên Huế"  # it has had another name since
    assert (now != "").all()


@pytest.mark.parametrize(("period", "number"), [("2025-H2", 2), ("2024", 6)])
def test_a_name_of_several_is_asked_back_with_those_of_the_period_alone(
    period: str, number: int
) -> None:
    with pytest.raises(AreaError, match="Several areas have that name: write 'Phường") as told:
        cchc.open_brief("Tam Thanh", period)
    assert str(told.value).count("'Phường Tam Thanh") == 1
    assert str(told.value).count(" Tam Thanh, ") == number
    assert "more" not in str(told.value)


def test_all_names_that_mean_no_area_or_several_are_told_at_once(reference: Reference) -> None:
    names = pd.Series(["Cao Lộk", "Hưng Yên", "Bắc Sơn", "Cao Lộk"])
    with pytest.raises(CommandError) as told:
        match_names(names, reference)
    assert [each.where for each in told.value.problems] == ["area 'Cao Lộk'", "area 'Hưng Yên'"]
    assert "Did you mean 'Huyện Cao Lộc'?" in str(told.value)
    assert match_names(names[1:2], reference, day=BEFORE).to_dict() == {1: "33"}


def test_a_name_that_levels_share_is_of_the_level_of_most_names(reference: Reference) -> None:
    names = pd.Series(["Cao Lộc", "Lạng Sơn", "Bắc Sơn", "Cả nước", "178"], index=[*"abcde"])
    ids = match_names(names, reference)
    assert ids.to_dict() == {"a": "183", "b": "178", "c": "185", "d": "VN", "e": "178"}
    assert match_names(names[["b"]], reference).item() == "20"
    with pytest.warns(UserWarning, match=r"no district: 'Tỉnh Lạng Sơn' is Tỉnh Lạng Sơn \(20\);"):
        assert match_names(names.replace("Lạng Sơn", "Tỉnh Lạng Sơn"), reference)["b"] == "20"


@pytest.mark.parametrize(
    ("names", "level", "day", "said"),
    [
        (["Hà Nội", None, None], "", "", "2 rows of names (1, 2): none; expected a name"),
        (["Hà Nội", 1.5], "", "", "area: float 1.5; expected one name or code"),
        (["Hà Nội"], "district", "", "area 'Hà Nội': not known"),
        (["Hà Nội"], "city", "", "level 'city': no such one"),
        (["Hà Nội"], "", "2022", "day '2022': no day"),
        (["Phường Kỳ Lừa"], "", BEFORE, f"is not there on {BEFORE}"),
        (["Phường Kỳ Lừa"], "", BEFORE, "'Phường Kỳ Lừa': no area of that time; "),
    ],
)
def test_names_that_cannot_be_matched_are_told_in_a_sentence(
    reference: Reference, names: list[object], level: str, day: str, said: str
) -> None:
    with pytest.raises(CommandError, match=re.escape(said)):
        match_names(pd.Series(names, dtype="object"), reference, level, day)


@pytest.mark.parametrize("kind", [list, dict.fromkeys, iter, pd.Series, pd.Index])
def test_none_among_names_is_told_with_its_row_whatever_holds_it(kind: Callable[..., Any]) -> None:
    with pytest.raises(CommandError, match=r"1 row of names \(1\): none.*Use dropna\(\)"):
        cchc.match_areas(kind(["Lạng Sơn", None, "Hà Nội"]))
    ids = cchc.match_areas(kind(["Lạng Sơn", "Hà Nội"]))
    assert ids.to_dict() == {0: "20", 1: "01"}


def test_each_name_may_have_a_day_of_its_own() -> None:
    table = pd.DataFrame({"name": "Hưng Yên", "day": [BEFORE, SINCE]}, index=["a", "b"])
    ids = {"a": "33", "b": "33-2025"}
    assert cchc.match_areas(table["name"], day=table["day"]).to_dict() == ids
    assert cchc.match_areas(table["name"], day=pd.to_datetime(table["day"])).to_dict() == ids
    assert cchc.match_areas([*table["name"]], day=[BEFORE, SINCE]).tolist() == [*ids.values()]
    for days in ([BEFORE], [BEFORE] * 3, table["day"][::-1]):
        with pytest.raises(CommandError, match="for 2 names: not one for each; expected one day"):
            cchc.match_areas(table["name"], day=days)
    for lacking in (None, float("nan"), pd.NaT, 2025):
        with pytest.raises(CommandError, match="no day; expected 2025-07-01"):
            cchc.match_areas(table["name"], day=[BEFORE, lacking])


HELD = pd.DataFrame(
    [("20", "pci"), ("178", "pci"), ("178", "online_rate"), ("20", "par_index"), ("183", "dti")],
    columns=["area_id", "indicator"],
)


def test_a_choice_of_rows_takes_a_name_as_a_brief_does(reference: Reference) -> None:
    """Among what the other choices leave: a brief of the bare name is asked back as well."""
    with pytest.raises(KeyError, match="'Thành phố Lạng Sơn, Tỉnh Lạng Sơn' or 'Tỉnh Lạng Sơn'"):
        choose_rows(HELD, reference, {"area_id": "Lạng Sơn", "indicator": "online_rate"})
    for name, indicator, area_id in (
        ("Lạng Sơn", "par_index", "20"),
        ("TP. Lạng Sơn", "online_rate", "178"),
        ("Cao Lộc", None, "183"),
    ):
        chosen = choose_rows(HELD, reference, {"area_id": name, "indicator": indicator})
        assert set(chosen["area_id"]) == {area_id}


@pytest.mark.parametrize("days", [(), (SINCE,)])
def test_a_choice_of_rows_takes_the_only_namesake_of_which_anything_is_held(
    reference: Reference, days: tuple[str, ...]
) -> None:
    table = pd.DataFrame({"area_id": ["183", "25489-2025"], "value": [1, 2]})
    with pytest.warns(UserWarning, match="'xã Tân Lập' is taken for Xã Tân Lập, Tỉnh Tây Ninh"):
        chosen = choose_rows(table, reference, {"area_id": "xã Tân Lập"}, days)
    assert chosen["value"].tolist() == [2]
    both = pd.DataFrame({"area_id": ["19462-2025", "25489-2025"], "value": [1, 2]})
    with pytest.raises(AreaError, match="Several areas have that name"):
        choose_rows(both, reference, {"area_id": "xã Tân Lập"}, days)


def test_a_bare_name_that_only_a_commune_is_near_to_is_offered_that(reference: Reference) -> None:
    with pytest.raises(AreaError, match="Did you mean 'Phường Kỳ Lừa'"):
        reference.match_area("Kỳ Lùa")


def test_a_period_says_which_of_several_of_a_name_is_meant(reference: Reference) -> None:
    """Of the three communes Yên Phúc one is there since July 2025."""
    commune, days = "06298-2025", ["2026-04-01", "2026-06-30"]
    for held in ({commune}, {"06319", commune}, set[str]()):
        assert reference.match_published("Yên Phúc", held, days) == commune
    told = [("06298-2025", "2026-Q3")]
    assert match_told(reference, told, "Yên Phúc", "2026-Q3") == commune
    with pytest.raises(CommandError, match=r"Choose one of: Xã Yên Phúc 2026-Q3\."):
        match_told(reference, told, "Yên Phúc", "2026-Q2")
    table = pd.DataFrame({"area_id": ["06319", commune]})
    chosen = choose_rows(table, reference, {"area_id": "xã Yên Phúc"}, days)
    assert chosen["area_id"].tolist() == [commune]
    with pytest.raises(AreaError, match="Several areas have that name"):
        choose_rows(table, reference, {"area_id": "xã Yên Phúc"})
    with pytest.raises(AreaError, match="'Xã Chi Lăng, Tỉnh Lạng Sơn' or 'Xã Chi Lăng, "):
        choose_rows(HELD.replace("183", "187"), reference, {"area_id": "Chi Lăng"}, days)
    with pytest.warns(UserWarning, match="Nothing is held where area_id is 67"):
        assert choose_rows(table, reference, {"area_id": "Đắk Nông"}, days).empty


def test_of_a_province_and_its_capital_the_former_district_is_summed_up() -> None:
    for name in ("Lạng Sơn", "Cao Lộc"):
        assert cchc.sum_communes(name).empty
    with pytest.raises(AreaError):
        cchc.sum_communes("Tỉnh Lạng Sơn")


def test_whom_a_name_is_not_taken_for_is_told_where_he_holds_something(
    reference: Reference,
) -> None:
    said = r"'Lạng Sơn' is taken for Tỉnh Lạng Sơn \(20\), not for Thành phố Lạng Sơn, "
    with pytest.warns(UserWarning, match=said):
        chosen = choose_rows(HELD, reference, {"area_id": "Lạng Sơn", "indicator": "pci"})
    assert chosen["area_id"].tolist() == ["20"]
    whole = choose_rows(HELD, reference, {"area_id": ["Tỉnh Lạng Sơn", "178"], "indicator": "pci"})
    assert whole["area_id"].tolist() == ["20", "178"]


def test_of_namesakes_of_one_level_the_only_one_that_reports_is_not_taken_silently(
    reference: Reference,
) -> None:
    held = {"25489-2025", "33-2025"}
    days, said = ["2026-01-01", "2026-03-31"], r"for Xã Tân Lập, Tỉnh Tây Ninh \(25489-2025"
    with pytest.warns(UserWarning, match=said):
        assert reference.match_held("xã Tân Lập", held, days) == ["25489-2025"]
    with pytest.raises(KeyError, match="'Xã Tân Lập, Tỉnh Quảng Trị'"):
        reference.match_held("xã Tân Lập", {*held, "19462-2025"}, days)
    # Of two that were there one after the other, the one that reports is meant.
    assert reference.match_held("Hưng Yên", held, ["2025-01-01", "2025-12-31"]) == ["33-2025"]
    assert reference.match_held("xã Tân Lập, Tây Ninh", held, [SINCE]) == ["25489-2025"]


def test_a_brief_takes_the_only_one_of_its_namesakes_that_reports_and_says_which(
    reference: Reference,
) -> None:
    one, other, label = "25489-2025", "19462-2025", "2026-Q1"
    with pytest.warns(UserWarning, match=r"'xã Tân Lập' is taken for Xã Tân Lập, Tỉnh Tây Ninh"):
        assert match_told(reference, [(one, label)], "xã Tân Lập", label) == one
    said = "Choose one of: Xã Tân Lập 2026-Q1"
    with pytest.warns(UserWarning, match="taken for"), pytest.raises(CommandError, match=said):
        match_told(reference, [(one, label)], "xã Tân Lập", "2026-H1")
    with pytest.raises(AreaError, match="Several areas have that name"):
        match_told(reference, [(one, label), (other, "2025-Q4")], "xã Tân Lập", label)
    with pytest.raises(AreaError, match="Several areas have that name"):
        match_told(reference, [], "xã Tân Lập", label)
    with pytest.raises(AreaError):  # a city is not taken for the province of its name
        match_told(reference, [("178", "2024")], "Lạng Sơn", "2024")


@pytest.mark.usefixtures("warm")
def test_whom_a_brief_took_is_told_beside_its_place(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    with (project.reference / "areas.csv").open("a", encoding="utf-8") as file:
        file.write("9931,,Huyện Sông Mây,May,district,huyện,01,,,2025-06-30,,,,,made up\n")
    for path in project.raw.rglob("*.csv"):
        path.write_text(path.read_text("utf-8").replace(",huyện Sông Mây,", ",991,"), "utf-8")
    remake(project)
    out = build_brief(project, "Sông Mây", "2022-H1", "vi", project.root / "page.html")
    said = f"{out}: 'Sông Mây' is taken for Huyện Sông Mây, Tỉnh Thử Nghiệm (991"
    assert [each.partition(", valid")[0][: len(said)] for each in caplog.messages] == [said]


def test_a_wide_table_takes_no_province_for_the_one_of_its_name_before() -> None:
    names = {"area": ["Bắc Ninh", "Bắc Ninh", "Huế"], "period": ["2024", "2026", "2026"]}
    table = pd.DataFrame({**names, "area_id": ["27", "24-2025", "46"], "value": [1.0, 2.0, 3.0]})
    with pytest.raises(CommandError, match="2 areas named Bắc Ninh: 27, 24-2025"):
        to_wide(table)
    wide = to_wide(table, index=["area", "area_id"])
    assert wide.notna().sum(axis=1).to_dict() == {
        ("Bắc Ninh", "24-2025"): 1, ("Bắc Ninh", "27"): 1, ("Huế", "46"): 1
    }  # fmt: skip
    assert to_wide(table[table["period"] == "2026"]).shape == (2, 1)


def test_all_that_a_table_mixes_is_told_at_once() -> None:
    rows = {"area": ["A"] * 4, "period": ["2024"] * 4, "value": [1.0] * 4}
    mixed = {"scope": ["x", "x", "y", "y"], "status": ["actual", "target"] * 2}
    with pytest.raises(CommandError) as refused:
        to_wide(pd.DataFrame({**rows, **mixed, "area_id": ["1", "1", "2", "2"]}))
    said = str(refused.value).splitlines()
    assert [line.partition(" values of ")[2][:6] for line in said[:2]] == ["scope ", "status"]
    assert "2 areas named A: 1, 2" in said[2]
    assert len(said) == 3


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("99001,Xã Mẫu,183,2025-07-01,", "on days on which Huyện Cao Lộc is not there"),
        ("99001,Xã Mẫu,20,2025-07-01,2025-13-40", "Xã Mẫu (99001), valid 2025-07-01 to 2025-13-40"),
        ("99001,Xã Mẫu,20,2026-07-01,2025-07-01", "Xã Mẫu (99001), valid 2026-07-01 to 2025-07-01"),
        ("06385-2025,Xã Mẫu,20,2025-07-01,", "area_id 06385-2025, which areas.csv defines too"),
    ],
)
def test_a_row_of_an_area_that_cannot_be_is_refused(row: str, said: str, project: Project) -> None:
    area_id, name, parent, first, last = row.split(",")
    with (project.reference / "areas.csv").open("a", encoding="utf-8") as file:
        file.write(f"{area_id},,{name},Mau,commune,xã,{parent},,{first},{last},,,,,made up\n")
    with pytest.raises(ReferenceDataError) as caught:
        len(load_reference(project.reference).area_rows)
    assert said in str(caught.value)


REPORT = """BÁO CÁO
Công tác cải cách hành chính {period}
ngày {day}
Trong kỳ tiếp nhận 612 hồ sơ, đã giải quyết 600 hồ sơ.
"""
JUNE = {"period": "6 tháng đầu năm 2026", "day": "15 tháng 6 năm 2026"}
MARCH = {"period": "quý I năm 2026", "day": "20 tháng 3 năm 2026"}


def test_a_report_of_a_unit_of_another_time_is_refused_in_a_sentence(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """A commune and a district of before, a name of three, a type on both sides of its change."""
    for number, (told, area, said) in enumerate(
        [
            (JUNE, "thị trấn Cao Lộc", "is not there on 2026-06-15 (its territory is that of"),
            (JUNE, "huyện Cao Lộc", "(183, until 2025-06-30) is not there on 2026-06-15"),
            (JUNE, "xã Tân Lập", "'Xã Tân Lập, Tỉnh Quảng Trị' or 'Xã Tân Lập, Tỉnh Lâm Đồng'"),
            (JUNE, "xã Trảng Bom", "is 'Phường Trảng Bom' on 2026-06-15"),
            (MARCH, "phường Trảng Bom", "is 'Xã Trảng Bom' on 2026-03-20"),
        ]
    ):
        path = project.root / f"report_{number}.txt"
        path.write_text(REPORT.format(**told), "utf-8")
        asked = ["read", str(path), "--area", area, "--source-id", f"report_{number}"]
        assert main(["--root", str(project.root), *asked]) == 2, area
        assert said in capsys.readouterr().err
