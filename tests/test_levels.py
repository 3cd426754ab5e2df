"""From a document to a brief for every level: province, commune, ward, special zone.

The reports are made up, for made-up places.
"""

from __future__ import annotations

import re

import pytest

from brief_work import PROJECT, load_words_of, open_real_briefs, tell_page
from cchc_analysis import brief as briefs
from cchc_analysis import pipeline
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.nouns import grade_brief
from cchc_analysis.brief.opening import list_briefs
from cchc_analysis.data.records import Scope, Tables
from cchc_analysis.data.reference import Reference, load_reference
from cchc_analysis.read.drafting import read_report
from cchc_analysis.read.review import accept_source, load_page_words
from conftest import confirm_all, make_project

OF_TEST = "TỈNH THỬ NGHIỆM"
"""The made-up province."""


def write_report(unit: str, number: int, day: str, period: str, *lines: str) -> str:
    """A report of a unit: its head, and under one heading what its lines say."""
    place = unit.removeprefix("ĐẶC KHU ") if "KHU" in unit else unit.partition(" ")[2]
    head = f"ỦY BAN NHÂN DÂN\n{unit}\nSố: {number}/BC-UBND\n{place.title()}, ngày {day}\n\n"
    title = f"BÁO CÁO\nCông tác cải cách hành chính {period}\n\n"
    return head + title + "\n".join(("1. Cải cách thủ tục hành chính", *lines, ""))


def write_own(
    unit: str, number: int, day: str, period: str, counts: tuple[str, ...], opening: str = ""
) -> str:
    """A report of a unit with one centre: received, resolved, pending, and the rate on time."""
    kind, received, resolved, pending, rate = counts
    return write_report(
        unit,
        number,
        day,
        period,
        f"{opening}Trung tâm Phục vụ hành chính công {kind} tiếp nhận {received} hồ sơ; đã giải "
        f"quyết {resolved} hồ sơ, đang giải quyết {pending} hồ sơ. Tỷ lệ hồ sơ giải quyết đúng hạn "
        f"đạt {rate}%.",
    )


DOCUMENTS = {
    ("990", "2024-H1"): write_report(
        *(OF_TEST, 512, "12 tháng 6 năm 2024", "6 tháng đầu năm 2024"),
        "Từ ngày 01/01/2024 đến ngày 10/6/2024, toàn tỉnh tiếp nhận 52.340 hồ sơ; đã giải quyết "
        "50.100 hồ sơ. Tỷ lệ hồ sơ giải quyết đúng hạn toàn tỉnh đạt 98,7%.",
        "2. Cấp tỉnh: tiếp nhận trực tuyến 9.100 hồ sơ. Cấp huyện: tiếp nhận trực tuyến 12.400 "
        "hồ sơ. Cấp xã: tiếp nhận trực tuyến 20.300 hồ sơ.",
    ),
    ("990", "2023"): write_report(
        *(OF_TEST, 600, "18 tháng 12 năm 2023", "năm 2023"),
        "Toàn tỉnh tiếp nhận 151.800 hồ sơ. Trong đó:",
        "- Cấp tỉnh: tiếp nhận 29.100 hồ sơ.",
        "- Cấp huyện: tiếp nhận 42.400 hồ sơ.",
        "- Cấp xã: tiếp nhận 80.000 hồ sơ.",
    ),
    ("990", "2026-H1"): write_report(
        *(OF_TEST, 700, "20 tháng 6 năm 2026", "6 tháng đầu năm 2026"),
        "Toàn tỉnh tiếp nhận 84.500 hồ sơ. Trong đó:",
        "- Các sở, ban, ngành: tiếp nhận 12.300 hồ sơ.",
        "- Cấp xã: tiếp nhận 72.100 hồ sơ.",
        "Tỷ lệ hồ sơ giải quyết đúng hạn toàn tỉnh đạt 98,7%.",
    ),
    ("993", "2025-Q3"): write_own(
        *("XÃ SUỐI MƠ", 31, "20 tháng 9 năm 2025", "quý III năm 2025"),
        ("xã", "1.204", "1.150", "54", "97,5"),
        "Từ ngày 01/7/2025 đến ngày 15/9/2025, ",
    ),
    ("994", "2025"): write_own(
        *("PHƯỜNG BẾN LỤA", 88, "10 tháng 12 năm 2025", "năm 2025"),
        ("phường", "6.310", "6.204", "106", "99,2"),
    ),
    ("995", "2026-9M"): write_own(
        *("ĐẶC KHU HÒN TRĂNG", 12, "18 tháng 9 năm 2026", "9 tháng đầu năm 2026"),
        ("đặc khu", "812", "800", "12", "98"),
    ),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Reference, Tables]:
    """The tables of a project that read and accepted all four documents."""
    project = make_project(tmp_path_factory.mktemp("levels") / "project")
    for number, text in enumerate(DOCUMENTS.values()):
        path = project.root / f"report_{number}.txt"
        path.write_text(text, "utf-8")
        drafted = read_report(project, path)
        heads = [cell for cell in drafted.undecided if "." not in cell]
        assert not heads, (text.splitlines()[1], drafted.undecided)
        confirm_all(project, drafted.source_id)
        accept_source(project, drafted.source_id)
    run = pipeline.process(project)
    assert not run.problems
    return run.reference, run.tables


def open_of(made: tuple[Reference, Tables], area: str, period: str, lang: str) -> Brief:
    reference, tables = made
    return briefs.open_brief(tables, reference, load_words_of(lang), area, period)


def test_every_level_has_its_brief(made: tuple[Reference, Tables]) -> None:
    reference, tables = made
    assert set(DOCUMENTS) <= set(list_briefs(tables, reference))


@pytest.mark.parametrize(
    ("area", "period", "name", "scope", "received"),
    [
        ("tỉnh Thử Nghiệm", "2024-H1", "tỉnh Thử Nghiệm", "Toàn tỉnh", 52_340),
        ("xã Suối Mơ", "2025-Q3", "xã Suối Mơ", "Toàn xã", 1_204),
        ("Ben Lua", "2025", "phường Bến Lụa", "Toàn phường", 6_310),
        ("đặc khu Hòn Trăng", "2026-9M", "đặc khu Hòn Trăng", "Toàn đặc khu", 812),
    ],
)
def test_a_brief_speaks_of_its_level(
    made: tuple[Reference, Tables], area: str, period: str, name: str, scope: str, received: int
) -> None:
    brief = open_of(made, area, period, "vi")
    assert brief.words.place(brief.area) == name
    assert brief.name_scope(brief.whole) == scope
    entry = brief.find("dossiers_received_total")
    assert entry is not None
    assert (entry.value, entry.scope) == (received, brief.whole)
    assert grade_brief(brief).missing == []


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("place", DOCUMENTS)
def test_a_page_names_no_level_but_its_own(
    made: tuple[Reference, Tables], place: tuple[str, str], lang: str
) -> None:
    page = tell_page(open_of(made, *place, lang))
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split()).casefold()
    wrong = ["toàn huyện", "whole district", "district level"]
    wrong += [] if place[0] == "990" else ["cấp huyện"]
    assert [text[text.find(each) - 60 :][:120] for each in wrong if each in text] == []


@pytest.mark.parametrize(
    ("place", "vi", "en"),
    [
        (("993", "2025-Q3"), "Cơ quan, đơn vị thuộc xã", "The commune’s own offices"),
        (("994", "2025"), "Cơ quan, đơn vị thuộc phường", "The ward’s own offices"),
        (("995", "2026-9M"), "Cơ quan, đơn vị thuộc đặc khu", "The special zone’s own offices"),
    ],
)
def test_the_own_offices_of_a_commune_are_called_so(
    made: tuple[Reference, Tables], place: tuple[str, str], vi: str, en: str
) -> None:
    told = [open_of(made, *place, lang).name_scope("district_office") for lang in ("vi", "en")]
    assert told == [vi, en]


def test_the_review_page_names_no_level_for_the_report_s_own() -> None:
    """The report may be a commune's or a province's, and its area may not be known yet."""
    scopes = load_page_words()["scopes"]
    assert set(scopes) == {str(scope) for scope in Scope}
    own = " ".join((scopes[Scope.DISTRICT_OFFICE], scopes[Scope.WHOLE_DISTRICT]))
    assert not re.search(r"\b(huyện|xã|tỉnh)\b", own), own


def test_a_commune_has_no_parts_and_a_province_has_three(made: tuple[Reference, Tables]) -> None:
    assert open_of(made, "994", "2025", "vi").parts == ()
    assert open_of(made, "990", "2024-H1", "vi").parts == (
        Scope.PROVINCE_OFFICE,
        Scope.DISTRICT_AGGREGATE,
        Scope.COMMUNE_AGGREGATE,
    )


def test_a_province_tells_its_departments_districts_and_communes_apart(
    made: tuple[Reference, Tables],
) -> None:
    brief = open_of(made, "990", "2024-H1", "vi")
    told = {
        str(brief.name_scope(each.scope)): each.value
        for each in brief.results
        if each.indicator == "dossiers_received_online"
    }
    parts = {"Các sở, ban, ngành": 9_100, "Cấp huyện": 12_400, "Cấp xã": 20_300}
    assert told == parts | {"Toàn tỉnh": sum(parts.values())}


def test_a_district_says_which_communes_hold_its_territory_now() -> None:
    """Cao Lộc: seven communes and wards of today, some with territory of others."""
    reference = load_reference(PROJECT.reference)
    moved = dict(reference.list_moved("183"))
    names = {str(reference.area_rows[each]["name"]) for each in moved}
    assert {"Xã Cao Lộc", "Xã Đồng Đăng", "Phường Kỳ Lừa"} <= names
    assert all(reference.area_rows[each]["parent_id"] == "20" for each in moved)
    assert set(moved.values()) == {"whole", "part"}


def test_a_commune_says_what_it_was_made_of_and_a_former_one_where_it_went() -> None:
    reference = load_reference(PROJECT.reference)
    made_of = dict(reference.list_moved("06187-2025"))
    assert made_of["06187"] == "whole"
    assert dict(reference.list_moved("06187")) == {"06187-2025": "whole"}
    assert {reference.area_rows[each]["level"] for each in made_of} == {"commune"}
    assert reference.list_moved("21548-2025") == []  # Lý Sơn had no communes before
    assert reference.list_moved("20") == []


def test_the_page_of_a_district_names_them_in_words() -> None:
    brief = next(each for each in open_real_briefs() if each.area["area_id"] == "183")
    page = tell_page(brief)
    assert "địa bàn thuộc:" in page
    # A ward that has a brief is named with its period.
    assert re.search(r"phường Kỳ Lừa( \([^)]*\))? \(gồm cả địa bàn nơi khác\)", page)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (("993", "2025-Q3"), "Trung tâm Phục vụ hành chính công xã Suối Mơ tiếp nhận"),
        (("995", "2026-9M"), "Trung tâm Phục vụ hành chính công đặc khu Hòn Trăng tiếp nhận"),
        (("990", "2024-H1"), "tỉnh Thử Nghiệm tiếp nhận"),
    ],
)
def test_a_commune_has_its_centre_since_july_2025(
    made: tuple[Reference, Tables], place: tuple[str, str], said: str
) -> None:
    page = tell_page(open_of(made, *place, "vi"))
    assert said in " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "không khớp với" not in page, "what was resolved and is pending makes what came in"


def test_before_july_2025_a_commune_has_its_one_stop() -> None:
    words = load_words_of("vi")
    terms = load_reference(PROJECT.reference).rows_where("terms", "level", "", "commune")
    ward = {"type": "phường", "level": "commune"}
    key = "summary.dossiers.none"
    told = {"period": "", "area": "phường Mẫu", "received": 0, "where": ""}
    before, since = (
        words.fit(ward, day, terms).plain(key, **told) for day in ("2025-06-30", "2025-07-01")
    )
    assert "bộ phận một cửa phường Mẫu" in before
    assert "Trung tâm Phục vụ hành chính công phường Mẫu" in since


def test_a_page_says_its_kind_in_its_language_and_what_the_area_was_called_before() -> None:
    from cchc_analysis.brief.templates import load_macros
    from cchc_analysis.stats.peers import find_kin

    reference = load_reference(PROJECT.reference)
    ward = reference.area_rows["26248-2025"]
    kin = find_kin(reference, ward)
    said = {lang: load_macros(load_words_of(lang)).kin(kin, ward, str) for lang in ("vi", "en")}
    assert said["vi"].startswith("<p>Đến ngày 29/4/2026 là xã Trảng Bom.</p>")
    assert said["en"].startswith("<p>Until 29 April 2026, it was Trảng Bom commune.</p>")


def test_peers_are_of_a_kind_that_the_language_has_a_word_for(
    made: tuple[Reference, Tables],
) -> None:
    assert "loại phường. " in tell_page(open_of(made, "994", "2025", "vi"))
    assert "Peers of the kind ward. " in tell_page(open_of(made, "994", "2025", "en"))


def test_what_came_in_is_told_without_a_rate(made: tuple[Reference, Tables]) -> None:
    """The report of a year gives no share that was on time."""
    page = " ".join(re.sub(r"<[^>]+>", " ", tell_page(open_of(made, "990", "2023", "vi"))).split())
    assert re.search(r"Trong năm 2023, tỉnh Thử Nghiệm tiếp nhận 151.800\b[^.]* hồ sơ", page)


def test_a_province_has_no_province_above_it(made: tuple[Reference, Tables]) -> None:
    assert open_of(made, "990", "2024-H1", "vi").province is None
    above = open_of(made, "994", "2025", "vi").province
    assert above is not None
    assert above["name"] == "Tỉnh Thử Nghiệm"


@pytest.mark.parametrize(
    ("period", "rule", "arithmetic", "definition"),
    [
        ("2023", "L31", "151.800 ≠ 29.100 + 42.400 + 80.000 = 151.500", "tổng cấp tỉnh"),
        ("2026-H1", "L01", "84.500 ≠ 12.300 + 72.100 = 84.400", "các sở, ban, ngành cộng cấp xã"),
    ],
)
def test_the_levels_of_a_province_make_its_whole(
    made: tuple[Reference, Tables], period: str, rule: str, arithmetic: str, definition: str
) -> None:
    """Departments, districts and communes to June 2025; since then departments and communes."""
    brief = open_of(made, "990", period, "vi")
    broken = brief.findings[brief.findings["severity"] == "warning"]
    assert broken["rule_id"].tolist() == [rule]
    assert broken["arithmetic"].tolist() == [arithmetic]
    assert "(toàn tỉnh)" in broken["explanation_vi"].iloc[0]
    assert "(whole province)" in broken["explanation_en"].iloc[0]
    assert definition in " ".join(re.sub(r"<[^>]+>", " ", tell_page(brief)).split())
