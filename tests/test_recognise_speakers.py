"""Whose work, and of what time, a sentence tells: what is not the district's is not claimed as its.

The sentences are made up, for made-up places.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from cchc_analysis.data.records import Period
from cchc_analysis.data.reference import Project, load_reference
from cchc_analysis.read.documents import read_lines
from cchc_analysis.read.recognise import ReportHead, load_wording, read_document

Q1 = Period(dt.date(2023, 1, 1), dt.date(2023, 3, 31))
HEAD = ReportHead("period_report", "huyện Sông Mây", True, Q1, True)


@pytest.fixture(scope="module")
def read():
    project = Project(Path(__file__).resolve().parents[1])
    reference = load_reference(project.reference)
    wording = load_wording(project.reference / "wording.yml", reference.indicator_rows)
    return lambda text, head=HEAD: read_document(read_lines(text), reference, wording, head).figures


def claims(figures):
    return [(f.printed, f.indicator) for f in figures if f.indicator]


@pytest.mark.parametrize(
    "text",
    [
        "Công an huyện tiếp nhận 12.500 hồ sơ, trong đó trực tuyến 9.000 hồ sơ (đạt 72%).",
        "Trong kỳ, Chi cục Thuế khu vực đã tiếp nhận 300 hồ sơ, giải quyết đúng hạn 290 hồ sơ.",
        "Chi nhánh Văn phòng đăng ký đất đai tiếp nhận 800 hồ sơ, giải quyết 750 hồ sơ.",
        "Văn phòng công chứng tiếp nhận trực tuyến 40 hồ sơ.",
        "Bảo hiểm xã hội huyện tiếp nhận 700 hồ sơ. Đã giải quyết 690 hồ sơ, quá hạn 2 hồ sơ.",
        "- Toà án nhân dân huyện:\n+ Tiếp nhận 120 hồ sơ.\n+ Quá hạn: 3 hồ sơ.",
        "Các cơ quan ngành dọc (công an, thuế) tiếp nhận 320 hồ sơ.",
        "Đã tiếp nhận 900 hồ sơ của Công an huyện.",
        "II. KẾT QUẢ\n1. Công an huyện\nTiếp nhận 120 hồ sơ, giải quyết 118 hồ sơ.",
    ],
)
def test_the_work_of_another_office_is_not_the_districts(read, text: str) -> None:
    figures = read(text)
    assert figures
    assert claims(figures) == []


@pytest.mark.parametrize(
    ("area", "text"),
    [
        ("tỉnh Thanh Lâm", "Xã Hòa Lam dẫn đầu tỉnh với 99,9% hồ sơ đúng hạn."),
        ("tỉnh Thanh Lâm", "Toàn tỉnh vươn lên. Huyện Khe Sâu tiếp nhận 912 hồ sơ trực tuyến."),
        ("xã Đồng Lãng", "UBND xã Nậm Lau đã giải quyết 640 hồ sơ, trong đó quá hạn 3 hồ sơ."),
        (
            "tỉnh Thanh Lâm",
            "Phường Bãi Lở là điểm sáng. Từ đầu năm, phường đã tiếp nhận 410 hồ sơ.",
        ),
    ],
)
def test_the_work_of_one_other_place_is_not_ones_own(read, area: str, text: str) -> None:
    figures = read(text, replace(HEAD, area=area))
    assert figures
    assert [claim for figure in figures if figure.area == area for claim in claims([figure])] == []


def test_the_name_of_the_reporting_place_is_no_other(read) -> None:
    figures = read("Xã Đồng Lãng đã giải quyết 640 hồ sơ.", replace(HEAD, area="xã Đồng Lãng"))
    assert claims(figures) == [("640", "dossiers_resolved_total")]


def test_an_office_that_only_helps_leaves_the_figure_to_the_district(read) -> None:
    text = "Huyện phối hợp với Bưu điện, Công an huyện tiếp nhận 450 hồ sơ."
    assert claims(read(text)) == [("450", "dossiers_received_total")]


def test_the_next_clause_may_be_the_districts_again(read) -> None:
    text = "Điện lực huyện tiếp nhận 30 hồ sơ; Bộ phận một cửa cấp huyện tiếp nhận 45 hồ sơ."
    assert [(f.indicator, f.scope) for f in read(text)][1] == (
        "dossiers_received_total",
        "district_office",
    )
    assert len(claims(read(text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Các xã tiếp nhận 90 hồ sơ. Riêng xã Đồi Cao tiếp nhận 12 hồ sơ, quá hạn 3 hồ sơ.",
        "Tại thị trấn Bến Mây đã tiếp nhận 12 hồ sơ. Đã giải quyết 11 hồ sơ.",
        "- UBND phường Suối Hoa:\n+ Tiếp nhận 12 hồ sơ, giải quyết 11 hồ sơ.",
    ],
)
def test_one_commune_is_not_all_communes(read, text: str) -> None:
    figures = [figure for figure in read(text) if figure.printed != "90"]
    assert [figure.scope for figure in figures] == ["commune"] * 2
    assert "high" not in {figure.confidence for figure in figures}


@pytest.mark.parametrize(
    "text",
    [
        "Các xã Đồi Cao, Suối Hoa tiếp nhận 345 hồ sơ trực tuyến.",
        "Lĩnh vực đất đai tiếp nhận 1.200 hồ sơ, giải quyết 1.150 hồ sơ, quá hạn 8 hồ sơ.",
        "Tiếp nhận 300 hồ sơ hộ tịch; đã giải quyết 200 hồ sơ lĩnh vực xây dựng.",
        "Trong lĩnh vực đăng ký kinh doanh, đã tiếp nhận 210 hồ sơ.",
        "II. KẾT QUẢ\n2. Lĩnh vực đất đai\nTiếp nhận 300 hồ sơ, giải quyết 290 hồ sơ.",
        "Huyện Suối Hoa tiếp nhận 5.000 hồ sơ.",
        "Toàn tỉnh có tỷ lệ hồ sơ trực tuyến đạt 70%.",
    ],
)
def test_a_part_or_another_area_is_not_the_whole(read, text: str) -> None:
    assert claims(read(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lĩnh vực giải quyết TTHC: toàn huyện tiếp nhận 140 hồ sơ.", "dossiers_received_total"),
        ("Tiếp nhận 140 hồ sơ trên các lĩnh vực.", "dossiers_received_total"),
        ("Đã giải quyết 90 hồ sơ, trong đó quá hạn lĩnh vực đất đai 20 hồ sơ.",
         "dossiers_resolved_overdue_land"),
    ],
)  # fmt: skip
def test_a_field_that_is_none_or_has_an_indicator_is_read(read, text: str, expected: str) -> None:
    assert expected in {figure.indicator for figure in read(text)}


def test_a_sentence_without_a_subject_goes_on_with_the_one_before_it(read) -> None:
    text = (
        "Trong 3 tháng, Bộ phận một cửa cấp huyện tiếp nhận 2.345 hồ sơ. Đã giải quyết 2.290 hồ sơ "
        "(trước hạn 1.900 hồ sơ); đang giải quyết 55 hồ sơ."
    )
    figures = read(text)
    assert len(claims(figures)) == 4
    assert {figure.scope for figure in figures} == {"district_office"}


@pytest.mark.parametrize(
    "text",
    [
        "Tiếp nhận 1.234 hồ sơ; trong đó trực tuyến 1.000 hồ sơ (đạt 81%), giảm 5% so với cùng kỳ "
        "năm 2022 (1.175 hồ sơ).",
        "Tiếp nhận 1.234 hồ sơ, tăng 59 hồ sơ so với cùng kỳ năm trước (1.175 hồ sơ).",
        "Tiếp nhận 1.234 hồ sơ, ít hơn so với cùng kỳ năm 2022 là 1.175 hồ sơ.",
        "Cùng kỳ năm 2022 tiếp nhận 1.175 hồ sơ.",
    ],
)
def test_the_same_period_before_is_the_window_of_the_report_a_year_earlier(read, text: str) -> None:
    [figure] = [figure for figure in read(text) if figure.printed == "1.175"]
    assert (figure.period_start, figure.period_end) == ("2022-01-01", "2022-03-31")
    # Beside two of this year, of which quantity it is a person says.
    is_alone = text.startswith("Cùng kỳ") or text.endswith("trước (1.175 hồ sơ).")
    assert figure.indicator == ("dossiers_received_total" if is_alone else "")


def test_what_is_only_compared_with_the_year_before_is_of_this_one(read) -> None:
    [figure] = read("So với cùng kỳ năm 2022, tiếp nhận nhiều hơn, đạt 1.234 hồ sơ.")
    assert (figure.period_start, figure.period_end) == ("2023-01-01", "2023-03-31")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("Theo kế hoạch năm 2023 phải đạt 95% hồ sơ trực tuyến.", "2023-12-31"),
        ("Phấn đấu đến hết năm 2023 tỷ lệ hồ sơ đúng hạn đạt 98%, hồ sơ trực tuyến đạt 80%.",
         "2023-12-31"),
        ("Phấn đấu quý II/2023 tỷ lệ hồ sơ trực tuyến đạt 80%.", "2023-06-30"),
    ],
)  # fmt: skip
def test_a_target_is_for_the_time_that_it_is_set_for(read, text: str, end: str) -> None:
    assert {(f.status, f.period_end) for f in read(text)} == {("target", end)}


def test_a_zero_in_words_has_its_indicator_and_scope(read) -> None:
    [figure] = read("Không có hồ sơ nào quá hạn tại cấp xã.")
    assert (figure.indicator, figure.scope) == ("dossiers_overdue", "commune_aggregate")
    assert figure.read_as == "0"


def test_what_a_commune_goes_on_with_is_its_own(read) -> None:
    text = "Xã Gia Cát là điểm sáng. Trong kỳ, xã đã tiếp nhận 124 hồ sơ, đúng hạn 100%."
    figures = read(text, replace(HEAD, area="huyện Cao Lộc"))
    assert {(figure.area, figure.scope) for figure in figures} == {("xã Gia Cát", "commune")}
