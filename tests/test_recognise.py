"""Reading what a report says: numerals, sentences, outline, tables, wording, context."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis.data.records import Period
from cchc_analysis.data.reference import Project, load_reference
from cchc_analysis.errors import ReferenceDataError
from cchc_analysis.read.documents import read_lines
from cchc_analysis.read.recognise import (
    Kind,
    ReportHead,
    find_numerals,
    load_wording,
    look_again,
    read_document,
)
from cchc_analysis.read.recognise.head import read_head
from cchc_analysis.read.recognise.numerals import find_mentions
from cchc_analysis.read.recognise.outline import outline_lines, restore_words, spread_tables
from cchc_analysis.read.recognise.windows import (
    find_ahead,
    find_compared_window,
    find_day,
    find_target_period,
    find_window,
    find_year,
)
from cchc_analysis.read.review import quote, tell_reason, tell_reviewer

H1 = Period(dt.date(2022, 1, 1), dt.date(2022, 6, 30))
HEAD = ReportHead("period_report", "huyện Sông Mây", True, H1, True)


@pytest.fixture(scope="module")
def reader():
    project = Project(Path(__file__).resolve().parents[1])
    reference = load_reference(project.reference)
    wording = load_wording(project.reference / "wording.yml", reference.indicator_rows)

    def read(text: str, head: ReportHead = HEAD):
        return read_document(read_lines(text), reference, wording, head).figures

    read.wording = wording
    read.reference = reference
    read.look_twice = cache(lambda text: tuple(look_again(read(text), wording, reference)))
    return read


def figures_in(text: str) -> list[str]:
    return [numeral.text for numeral in find_numerals(text) if numeral.is_figure]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("tiếp nhận 1.310 hồ sơ⁽⁴⁾, trong đó 05 hồ sơ quá hạn", ["1.310", "05"]),
        ("9.823⁽⁶⁾/11.392 đạt 86,2%", ["9.823", "11.392", "86,2"]),
        ("hơn4.500 lượt, 301.610.000đ, 08hồ sơ", ["4.500", "301.610.000", "08"]),
        ("mức độ 3, 4: 91 TTHC; mức độ 3,4 là 45 TTHC", ["91", "45"]),
        ("Quyết định số 12/QĐ-UBND ngày 03/4/2022; Nghị định 61/2018/NĐ-CP; Đề án 06", []),
        ("Nghị quyết số 18-NQ/TW, Kết luận số 83-KL/TW, Luật số 63/2020/QH14", []),
        ("ban hành 02 Quyết định, 15 Kế hoạch, 03 Công văn", ["02", "15", "03"]),
        ("14:55 17/04 Tin tức (TTX 18/4) #IG-210954, năm thứ 2 liên tiếp", []),
        ("Có (XÃ 12/15) và 17/04 tiêu chí (CCHC 08/11 điểm)", ["12", "15", "17", "04", "08", "11"]),
        ("đạt 9.5/17 điểm; ngày 9.5.17, 20.9/2023", ["9.5", "17"]),
        ("(" + "A" * 3000 + " 18/14", ["18", "14"]),
        ("(Quyết định 766) và (quyết định 12 nội dung)", ["12"]),
        ("mười hai (12) nhiệm vụ: (1) rà soát; (2) kiểm tra", ["12"]),
        ("02 nhiệm vụ, 01 không áp dụng", ["02", "01"]),
        ("Bộ chỉ số theo Quyết định 766: đạt 88,4 điểm; theo Quyết định 45.", ["88,4"]),
        ("ban hành kế hoạch, quyết định 12 nội dung; Kế hoạch 38 nhiệm vụ", ["12", "38"]),
        ("Sáng 14/9, UBND huyện họp; chiều 02/10 kiểm tra 05/14 xã", ["05", "14"]),
        ("khoản 2 Điều 30; mẫu số 05; biểu II.06a/VPCP/KSTT; Phụ lục 1; trang 2/5", []),
        ("TCVN ISO 9001:2015; VNeID mức 2; Windows 10; mạng 4G; C06", []),
        ("ngày 28/3/12019; quý III/2022; 6 tháng đầu năm 2022; giai đoạn 2021 - 2030", []),
        ("từ 15/12/2021 đến 14/6/2022; tính đến 20/9: 12 hồ sơ", ["12"]),
        ("6 tháng (01/01 - 30/6/2026); 01/01–30/6/2026; đạt 10/12 - đến 30/6/2026", ["10", "12"]),
        ("(15/12 đến 14/3/2026) nhận 12 hồ sơ, 15.12.2025-14.3.2026", ["12"]),
        ("điện thoại: 0299.3888.999; tổng đài 1022; số 25 đường 30/4, khu phố 3", []),
        ("Bộ phận 1 cửa; 4 xin, 4 luôn; phường 5, quận 1; chính quyền 02 cấp", []),
        (
            "2100/2173 biên chế; năm 2022: 1.234 hồ sơ; 2023 hồ sơ",
            ["2100", "2173", "1.234", "2023"],
        ),
        ("xếp thứ 12/63 tỉnh; tăng 05 bậc so với năm 2021", ["12", "63", "05"]),
        ("giảm 3-5 ngày; từ 03 đến 10 tin bài", ["3", "5", "03", "10"]),
        ("2.3. Kết quả", []),
        ("trong quý 1.978 hồ sơ; quý 3/2024; quý 2 năm 2023", ["1.978"]),
        ("Cổng 1022 nhận 34 phản ánh", ["34"]),
        ("(1) Tập hệ thống hóa: 10 văn bản", ["10"]),
        ("12 Quyết định đã ban hành", ["12"]),
        ("Lượt xem: 1.204", []),
        ("Quyết định 1704 ngày 18/10; đến 30/9: 45; Ngày Pháp luật 09/11", ["45"]),
        (
            "hai (02) đơn vị; phường 8/8; giai đoạn 2; số điểm 9; tự chấm 0,5đ",
            ["02", "8", "8", "9", "0,5"],
        ),
        ("Hồ sơ nộp trực tuyến: 1.234", ["1.234"]),
        ("Thứ năm, 03/10/2024 | 09:45 | 318 lượt xem", []),
        ("25/05/2022 11:17    132", []),
        ("11:05 GMT+7; ngày thứ 7; từ thứ 2 đến thứ 6; diện tích 120 m2", ["120"]),
    ],
)
def test_figures_are_told_from_names_and_dates(text: str, figures: list[str]) -> None:
    assert figures_in(text) == figures


@given(st.text(alphabet=st.sampled_from("0123456789.,/-%() \tđồnghsơ⁽⁴⁾số:IVXNĐ"), max_size=60))
def test_every_digit_is_accounted_for_once(text: str) -> None:
    numerals = find_numerals(text)
    covered = [at for n in numerals for at in range(n.start, n.end)]
    assert len(covered) == len(set(covered))
    assert {at for at, letter in enumerate(text) if letter in "0123456789"} <= set(covered)
    assert all(text[n.start : n.end] == n.text for n in numerals)


def test_a_number_that_names_something_says_why() -> None:
    [numeral] = find_numerals("theo Đề án 06")
    assert numeral.kind is Kind.DOCUMENT
    assert numeral.reason


def test_brackets_and_in_which_make_parts() -> None:
    text = (
        "Tiếp nhận 10 hồ sơ, trong đó: 9 hồ sơ giải quyết (trước hạn: 8; đúng hạn 1), 1 hồ sơ đang"
    )
    mentions = find_mentions(text, find_numerals(text))
    assert [mention.parent for mention in mentions] == [-1, 0, 1, 1, 0]


def test_a_pair_shares_its_words() -> None:
    text = "cán bộ 09/10 người, công chức 8/8"
    mentions = find_mentions(text, find_numerals(text))
    assert [mention.role for mention in mentions] == ["part", "whole", "part", "whole"]
    assert "cán bộ" in text[slice(*mentions[1].own)]


def test_sections_lists_and_notes_have_places() -> None:
    lines = read_lines(
        "II. KẾT QUẢ\n2. TTHC\n2.3. Kết quả:\n- Huyện tiếp nhận 10 hồ sơ⁽¹⁾:\n+ Mới: 8\n"
        "⁽¹⁾ Kỳ trước chuyển sang 2 hồ sơ\na) Khác\n"
    ).lines
    places = outline_lines(lines)
    assert [place.section for place in places] == [
        "II", "II.2", "II.2.3", "II.2.3", "II.2.3", "II.2.3", "II.2.3.a",
    ]  # fmt: skip
    assert places[4].parents[0] == 3
    assert (places[5].note, places[5].anchor[0]) == ("1", 3)


@pytest.mark.parametrize(
    ("title", "label", "is_sure"),
    [
        ("Công tác CCHC 6 tháng đầu năm, nhiệm vụ 6 tháng cuối năm 2022", "2022-H1", True),
        ("Kết quả CCHC 6 tháng cuối năm 2022", "2022-H2", True),
        ("Kết quả thực hiện nhiệm vụ CCHC sáu tháng cuối năm 2022 của xã", "2022-H2", True),
        ("Công tác CCHC 06 tháng cuối năm, phương hướng năm 2023", "2022-H2", False),
        ("Công tác CCHC 6 tháng cuối năm 2022, phương hướng 6 tháng đầu năm 2023", "2022-H2", True),
        ("Công tác CCHC 6 tháng cuối năm và năm 2022", "2022", True),
        ("Kết quả CCHC quý IV, nhiệm vụ năm 2023", "2022-Q4", False),
        ("Kết quả CCHC quý I, nhiệm vụ trọng tâm quý II/2024", "2024-Q1", True),
        ("Kết quả CCHC quý II, phương hướng quý III năm 2024", "2024-Q2", True),
        ("Công tác CCHC quý II và 6 tháng đầu năm 2024", "2024-H1", True),
        ("Công tác CCHC quý IV và năm 2023, nhiệm vụ năm 2024", "2023", True),
        ("Công tác CCHC năm 2022 và phương hướng năm 2023", "2022", True),
        ("Thực hiện nhiệm vụ CCHC chín tháng năm 2023", "2023-9M", True),
        ("Kết quả CCHC 9 tháng đầu năm", "2023-9M", False),
        ("Công tác CCHC tám tháng đầu năm 2023", "2023-01-01/2023-08-31", True),
        ("Kết quả CCHC quý IV", "2022-Q4", False),
        ("Kết quả CCHC tháng 8 năm 2023", "2023-08-01/2023-08-31", True),
        ("CCHC tháng 8 và nhiệm vụ trọng tâm tháng 9 năm 2023", "2023-08-01/2023-08-31", True),
        ("CCHC tháng 12, phương hướng tháng 01 năm 2024", "2023-12-01/2023-12-31", True),
        ("PAR INDEX 2023: huyện Sông Mây vươn lên", "2023", True),
    ],
)
def test_a_title_says_its_period_before_it_looks_ahead(
    reader, title: str, label: str, is_sure: bool
) -> None:
    document = read_lines(f"Báo cáo\n{title}\nĐăng lúc 14:30 ngày 20/9/2023\n")
    head = read_head(document.lines, reader.reference)
    assert (head.period_label, head.is_sure_period) == (label, is_sure)


@pytest.mark.parametrize(
    ("opening", "start", "end"),
    [
        ("(Số liệu tính từ ngày 15/12/2022 đến ngày 14/9/2023)", (2022, 12, 15), (2023, 9, 14)),
        ("Kỳ báo cáo: từ ngày 01/01/2023 đến 20/9/2023", (2023, 1, 1), (2023, 9, 20)),
        ("Phòng Nội vụ báo cáo (số liệu được chốt đến hết ngày 15/9/2023) như sau:",
         (2023, 1, 1), (2023, 9, 15)),
        ("Thời gian lấy số liệu tính từ 15/12/2022 - 14/9/2023.", (2022, 12, 15), (2023, 9, 14)),
        ("(Từ ngày 15/12/2022 đến ngày 14/9/2023)", (2022, 12, 15), (2023, 9, 14)),
        ("Số liệu biên chế tính đến ngày 01/6/2023.", (2023, 1, 1), (2023, 9, 30)),
        ("Thực hiện Kế hoạch ngày 15/3/2023, phòng báo cáo:", (2023, 1, 1), (2023, 9, 30)),
        ("Sở yêu cầu số liệu tính từ ngày 15/12 năm trước đến ngày 14/9 năm báo cáo.",
         (2022, 12, 15), (2023, 9, 14)),
        ("Thời gian lấy số liệu: từ ngày 16 của tháng liền trước kỳ báo cáo đến ngày 12 của tháng "
         "cuối kỳ báo cáo.", (2022, 12, 16), (2023, 9, 12)),
        ("Số liệu thống kê bắt đầu từ ngày 16/12/2022. Ngày chốt số liệu là hết ngày 12/9/2023.",
         (2022, 12, 16), (2023, 9, 12)),
        ("Kỳ báo cáo bắt đầu từ ngày 16/12/2022, kết thúc vào ngày 12/9/2023; số khác nêu riêng.",
         (2022, 12, 16), (2023, 9, 12)),
        ("Kỳ báo cáo bắt đầu từ ngày 16/12. Hội thi kết thúc ngày 05/9/2023. Chốt số liệu ngày "
         "12/9/2023.", (2022, 12, 16), (2023, 9, 12)),
        ("Số liệu tính từ ngày 01/01/2023. Đại hội kết thúc ngày 12/9/2023.",
         (2023, 1, 1), (2023, 9, 30)),
        ("Số liệu tính từ ngày 16/12/2022. Lần đầu được chốt ngày 12/01/2023.",
         (2023, 1, 1), (2023, 9, 30)),
        ("(Tính đến ngày 12/9/2023)", (2023, 1, 1), (2023, 9, 12)),
        ("Số liệu tính từ ngày 16/12 năm trước đến ngày 12 tháng này.",
         (2022, 12, 16), (2023, 9, 12)),
        ("Số liệu tính đến ngày 12/9/2023; riêng giải ngân đến ngày 31/8/2023.",
         (2023, 1, 1), (2023, 9, 12)),
        ("Phòng báo cáo như sau (số liệu hồ sơ từ ngày 01/01/2023 đến hết ngày 30/9/2023; riêng "
         "phí thu trực tuyến tính đến ngày 31/8/2023):", (2023, 1, 1), (2023, 9, 30)),
        ("Từ khi nhận nhiệm vụ ngày 05/01/2023 đến ngày 12/9/2023, phòng đã có tiến bộ.",
         (2023, 1, 5), (2023, 9, 12)),
        ("Số liệu tính từ khi bộ máy 03 phòng hoạt động (ngày 05/01/2023) đến hết ngày 12/9/2023.",
         (2023, 1, 5), (2023, 9, 12)),
        ("I. CHỈ ĐẠO (Số liệu từ 16/12/2022 đến 12/9/2023)", (2022, 12, 16), (2023, 9, 12)),
        ("I. CHỈ ĐẠO (TỪ NGÀY 16/12/2022 ĐẾN NGÀY 12/9/2023)", (2022, 12, 16), (2023, 9, 12)),
        ("I. CHỈ ĐẠO\nTrong kỳ báo cáo (tính từ ngày 16/12/2022 đến ngày 12/9/2023) có tiến bộ.",
         (2022, 12, 16), (2023, 9, 12)),
        ("I. CHỈ ĐẠO\nTrong kỳ báo cáo (16/12/2022 đến 12/9/2023), huyện đã có tiến bộ.",
         (2022, 12, 16), (2023, 9, 12)),
        ("I. CHỈ ĐẠO\nSố liệu tính từ ngày 16/12/2022. Kết thúc lấy số liệu là ngày 12/9/2023.",
         (2022, 12, 16), (2023, 9, 12)),
        ("Thời điểm chốt số liệu: 17 giờ 00 phút ngày 12/9/2023", (2023, 1, 1), (2023, 9, 12)),
        ("Thời điểm chốt số liệu: 12/9/2023.", (2023, 1, 1), (2023, 9, 12)),
        ("Thời điểm chốt số liệu: 17h00 ngày 12/9", (2023, 1, 1), (2023, 9, 12)),
        ("Số liệu chốt trên phần mềm được lấy từ đầu năm (01/01/2023) đến hết ngày 12/9/2023.",
         (2023, 1, 1), (2023, 9, 12)),
        ("Các số liệu được trích xuất từ Hệ thống thông tin giải quyết TTHC tỉnh, tính từ đầu năm "
         "2023 (01/01) đến hết ngày 12/9/2023.", (2023, 1, 1), (2023, 9, 12)),
        ("Số liệu của các cơ quan được tổng hợp từ đầu kỳ báo cáo (16/12/2022) đến cuối kỳ "
         "(12/9/2023).", (2022, 12, 16), (2023, 9, 12)),
        ("Số liệu nêu tại báo cáo lấy từ sau kỳ báo cáo năm 2022 (ngày 16/12/2022) cho đến hết "
         "ngày 12/9/2023.", (2022, 12, 16), (2023, 9, 12)),
        ("Số liệu khai thác từ Hệ thống giải quyết TTHC của tỉnh, chốt lúc 16 giờ 00 ngày "
         "12/9/2023.", (2023, 1, 1), (2023, 9, 12)),
        ("Khoảng thời gian thống kê bắt đầu từ 16/12/2022, kết thúc vào 12/9/2023.",
         (2022, 12, 16), (2023, 9, 12)),
        ("Kỳ số liệu của báo cáo được xác định từ 01 tháng 01 đến hết 12 tháng 9 năm 2023.",
         (2023, 1, 1), (2023, 9, 12)),
        ("Tất cả số liệu đều được cập nhật đến hết ngày 12/9/2023 theo hướng dẫn của tỉnh.",
         (2023, 1, 1), (2023, 9, 12)),
        ("Thời hạn chốt số liệu của báo cáo là ngày 12 tháng 9 năm 2023.",
         (2023, 1, 1), (2023, 9, 12)),
        ("Số liệu công bố tại hội nghị được thống kê từ ngày 16/12/2022 đến ngày 12/9/2023.",
         (2022, 12, 16), (2023, 9, 12)),
        ("Đoàn kiểm tra làm việc từ ngày 10/4/2023 đến ngày 25/4/2023.",
         (2023, 1, 1), (2023, 9, 30)),
        ("Hội nghị diễn ra từ ngày 18/7 đến ngày 19/7/2023.", (2023, 1, 1), (2023, 9, 30)),
        ("I. CHỈ ĐẠO\nĐã phát động đợt thi đua (từ ngày 16/12/2022 đến ngày 12/9/2023).",
         (2023, 1, 1), (2023, 9, 30)),
        ("I. CHỈ ĐẠO (từ ngày 01/7/2023 đến ngày 14/9/2023)", (2023, 1, 1), (2023, 9, 30)),
        ("I. CHỈ ĐẠO (từ ngày 01/01/2023 đến ngày 31/3/2023)", (2023, 1, 1), (2023, 9, 30)),
        ("I. BIÊN CHẾ\nSố liệu tính đến ngày 12/9/2023: có tiến bộ.", (2023, 1, 1), (2023, 9, 30)),
        ("I. CHỈ ĐẠO\nBảng 1. Văn bản\n(Số liệu từ ngày 16/12/2022 đến ngày 12/9/2023)",
         (2023, 1, 1), (2023, 9, 30)),
    ],
)  # fmt: skip
def test_the_opening_says_which_days_all_figures_count(
    reader, opening: str, start: tuple[int, int, int], end: tuple[int, int, int]
) -> None:
    text = (
        f"BÁO CÁO\nKết quả công tác CCHC 9 tháng đầu năm 2023\n{opening}\nI. KẾT QUẢ\n"
        "Tiếp nhận 120 hồ sơ; tổ chức 02 cuộc họp giao ban. Hiện có 12 phòng chuyên môn.\n"
    )
    document = read_lines(text)
    head = read_head(document.lines, reader.reference)
    assert head.period_label == "2023-9M"
    reading = read_document(document, reader.reference, reader.wording)
    days = {each.indicator: (each.period_start, each.period_end) for each in reading.figures}
    first, last = dt.date(*start).isoformat(), dt.date(*end).isoformat()
    assert days["specialised_agencies"] == ("", last)
    assert days["dossiers_received_total"] == (first, last)


def test_a_title_without_a_year_has_that_of_the_place_and_day(reader) -> None:
    text = (
        "UBND huyện Sông Mây\nSông Mây, ngày   tháng   năm 2023\nBáo cáo\n"
        "Sơ kết công tác CCHC 9 tháng đầu năm, phương hướng 3 tháng cuối năm\n"
        "Thực hiện Kế hoạch số 8/KH-UBND ngày 20/12/2022 về CCHC năm 2022\n"
    )
    head = read_head(read_lines(text).lines, reader.reference)
    assert (head.period_label, head.is_sure_period) == ("2023-9M", False)


@pytest.mark.parametrize(
    ("title", "text", "area", "is_sure"),
    [
        ("Cao Lộc: hồ sơ trễ hạn giảm trong quý", "UBND huyện Cao Lộc (tỉnh Lạng Sơn) đã báo cáo.",
         "huyện Cao Lộc", True),
        ("Tỷ lệ hồ sơ trễ hạn giảm trong quý I", "UBND TP. Lạng Sơn (tỉnh Lạng Sơn) đã giải "
         "quyết. Bộ phận một cửa TP. Lạng Sơn tiếp nhận.", "thành phố Lạng Sơn", True),
        ("Tỷ lệ hồ sơ trễ hạn giảm trong quý I", "Cao nhất là huyện Cao Lộc; huyện Văn Quan và "
         "huyện Cao Lộc có chuyển biến.", "huyện Cao Lộc", False),
        ("Tỷ lệ hồ sơ trễ hạn giảm trong quý I", "Trong đó có các xã thuộc huyện Cao Lộc.",
         "huyện Cao Lộc", False),
    ],
)  # fmt: skip
def test_news_is_sure_of_the_area_that_it_is_about(
    reader, title: str, text: str, area: str, is_sure: bool
) -> None:
    head = read_head(read_lines(f"{title}\n{text}\n").lines, reader.reference)
    assert (head.area, head.is_sure_area) == (area, is_sure)


def test_a_commune_that_is_not_known_is_not_its_district(reader) -> None:
    text = (
        "UBND HUYỆN CAO LỘC\nUBND XÃ SUỐI MÂY\nSuối Mây, ngày 05 tháng 9 năm 2023\n"
        "BÁO CÁO\nCông tác CCHC quý III năm 2023\n"
    )
    head = read_head(read_lines(text).lines, reader.reference)
    assert (head.area, head.is_sure_area) == ("xã Suối Mây", False)


def test_a_banner_is_no_title(reader) -> None:
    text = (
        'Chủ đề năm 2020: "Sông Mây vững bước" - chào mừng 90 năm truyền thống\n'
        "Quý I/2020 không có hồ sơ quá hạn giải quyết\nTrong kỳ đã tiếp nhận 12 hồ sơ.\n"
    )
    head = read_head(read_lines(text).lines, reader.reference)
    assert (head.title, head.period_label) == (text.splitlines()[1], "2020-Q1")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Kết quả công tác CCHC năm 2023", "Báo cáo kết quả công tác CCHC năm 2023"),
        ("CCHC năm 2023", "Báo cáo CCHC năm 2023"),
        ("Sở Nội vụ về CCHC năm 2023", "Báo cáo Sở Nội vụ về CCHC năm 2023"),
    ],
)
def test_a_title_goes_on_in_small_letters(reader, line: str, said: str) -> None:
    head = read_head(read_lines(f"UBND HUYỆN CAO LỘC\nBÁO CÁO\n{line}\n").lines, reader.reference)
    assert head.title == said


def test_a_reason_names_an_indicator_by_its_label(reader) -> None:
    said = tell_reason(
        "the whole that par_tasks_completed is a part of", reader.reference.indicator_rows
    )
    label = reader.reference.indicator_rows["par_tasks_completed"]["label_vi"]
    assert said == f"tổng chứa “{label}”"


@pytest.mark.parametrize(
    "days",
    [
        "(Số liệu tính từ ngày 01/7/2023 đến ngày 15/9/2023)",
        "Số liệu hồ sơ TTHC chốt đến hết ngày 15/9/2023",
        "(từ ngày 01/7/2023 đến ngày 15/9/2023)",
    ],
)
@pytest.mark.parametrize("title", ["Công tác CCHC quý III năm 2023", "Công tác CCHC\nnăm 2023"])
def test_the_days_that_are_counted_are_no_part_of_a_title(reader, title: str, days: str) -> None:
    text = f"UBND HUYỆN CAO LỘC\nBÁO CÁO\n{title}\n{days}\n"
    head = read_head(read_lines(text).lines, reader.reference)
    assert head.title == f"Báo cáo {' '.join(title.split()).replace('Công', 'công')}"
    assert head.is_sure_period
    assert days in head.opening


def test_days_are_a_part_of_a_title_that_says_no_period(reader) -> None:
    text = "BÁO CÁO\nCông tác CCHC\n(từ ngày 01/7/2023 đến ngày 30/9/2023)\n"
    head = read_head(read_lines(text).lines, reader.reference)
    assert (head.period_label, head.is_sure_period) == ("2023-Q3", True)


def test_another_part_of_the_year_is_told_from_that_of_the_report() -> None:
    quarter = Period(dt.date(2021, 7, 1), dt.date(2021, 9, 30))
    nine = Period(dt.date(2021, 1, 1), dt.date(2021, 9, 30))
    assert find_window("Tính trong 9 tháng qua, tỷ lệ là", quarter) == nine
    assert find_window("giảm so với 6 tháng đầu năm", quarter) is None
    assert find_window("Thu ngân sách 9 tháng ước đạt", quarter) == nine
    assert find_window("lũy kế từ đầu năm:", quarter) == nine
    assert find_window("trong 6 tháng cuối năm tiếp nhận", nine) is None, "it is not over"
    late = Period(dt.date(2020, 12, 15), dt.date(2021, 9, 14))
    assert find_window("Trong 9 tháng đầu năm, tiếp nhận", late) == late, "it knows its days better"


@pytest.mark.parametrize("text", ["Cập nhật: 27-01-2022 | 09:08:07", "Tệp đính kèm không quá 10MB"])
def test_the_time_and_the_files_of_a_page_are_no_figures(text: str) -> None:
    assert not [each for each in find_numerals(text) if each.is_figure]


@pytest.mark.parametrize(
    ("office", "issuer"),
    [
        ("PHÒNG NỘI VỤ", "Phòng Nội vụ"),
        ("VĂN PHÒNG HĐND VÀ UBND", "Văn phòng HĐND và UBND"),
        ("ỦY BAN NHÂN DÂN", "UBND"),
    ],
)
def test_an_issuer_is_written_as_offices_write_themselves(reader, office: str, issuer: str) -> None:
    text = f"UBND HUYỆN CAO LỘC\n{office}\nSố: 12/BC\nBÁO CÁO\nCông tác CCHC năm 2022\n"
    head = read_head(read_lines(text).lines, reader.reference)
    assert head.issuer == f"{issuer} huyện Cao Lộc"


@pytest.mark.parametrize(
    ("text", "indicator", "comparator"),
    [
        ("Tỷ lệ hồ sơ quá hạn là 8,7%, trong khi quy định là 5%.", "overdue_rate", "<="),
        ("Tỷ lệ TTHC trực tuyến có phát sinh hồ sơ là 12,4%, trong khi yêu cầu là 5%.",
         "tthc_online_used_rate", ">="),
    ],
)  # fmt: skip
def test_what_is_asked_of_a_share_is_a_threshold_of_it(
    reader, text: str, indicator: str, comparator: str
) -> None:
    reached, asked = reader(text)
    assert (reached.indicator, str(reached.status)) == (indicator, "actual")
    assert (asked.printed, asked.indicator, str(asked.status)) == ("5", indicator, "threshold")
    assert (str(asked.comparator), asked.period_end) == (comparator, "2022-06-30")


def test_a_goal_that_was_missed_makes_no_target_of_the_result(reader) -> None:
    text = "Có 01 nhiệm vụ chưa đạt mục tiêu (tỷ lệ hồ sơ trễ hạn 7,1% so với mục tiêu dưới 4%)."
    found = [(each.printed, each.indicator, str(each.status)) for each in reader(text)][1:]
    assert found == [("7,1", "overdue_rate", "actual"), ("4", "overdue_rate", "target")]


def test_a_target_of_what_should_be_low_is_not_to_be_exceeded(reader) -> None:
    text = "Phấn đấu tỷ lệ hồ sơ quá hạn 1%, tỷ lệ hồ sơ tiếp nhận trực tuyến 80%."
    found = [(each.indicator, str(each.comparator)) for each in reader(text)]
    assert found == [("overdue_rate", "<="), ("online_rate", ">=")]


def test_a_table_of_points_by_field(reader) -> None:
    text = (
        "VII. Lĩnh vực chính quyền số\nBảng tổng hợp điểm Chỉ số CCHC (tối đa 88 điểm)\n"
        "TT\tLĩnh vực\tĐiểm tối đa\tĐiểm tự chấm\n1\tThể chế\t9,5\t8\n"
        "2\tThủ tục hành chính\t15\t9,5\n\tTổng\t24,5\t17,5\n"
    )
    found = [(each.printed, each.indicator) for each in reader(text)][1:]
    assert found[:4] == [
        ("9,5", "par_score_institution_max"),
        ("8", "par_score_institution"),
        ("15", "par_score_procedures_max"),
        ("9,5", "par_score_procedures"),
    ]
    assert not any(code.startswith("par_score_digital") for _, code in found[-2:])
    assert found[-1] == ("17,5", "par_score_self_total")


def test_a_table_of_what_was_set_and_done(reader) -> None:
    text = (
        "Biểu 3. Chỉ tiêu chuyển đổi số\nTT\tChỉ tiêu\tĐơn vị tính\tKế hoạch\tThực hiện\n"
        "1\tTỷ lệ hồ sơ trực tuyến\t%\t80\t81,2\n2\tMức độ hài lòng của người dân\t%\t95\t96,8\n"
    )
    found = [(each.printed, each.indicator, str(each.status)) for each in reader(text)]
    assert found == [
        ("80", "online_rate", "target"),
        ("81,2", "online_rate", "actual"),
        ("95", "satisfaction_rate", "target"),
        ("96,8", "satisfaction_rate", "actual"),
    ]


def test_the_period_of_the_title_is_of_the_days_that_the_opening_names(reader) -> None:
    text = (
        "BÁO CÁO\nKết quả công tác CCHC quý I/2023\n(số liệu từ 15/12/2022 đến 14/3/2023)\n"
        "I. KẾT QUẢ\nTrong quý I/2023 tiếp nhận 04 phản ánh, kiến nghị.\n"
    )
    [figure] = read_document(read_lines(text), reader.reference, reader.wording).figures
    assert (figure.period_start, figure.period_end) == ("2022-12-15", "2023-03-14")


def test_a_window_of_a_heading_holds_below_its_own_headings(reader) -> None:
    text = (
        "2. Kết quả giải quyết hồ sơ (kỳ từ 15/12/2021 - 14/6/2022):\n"
        "a) Cấp huyện\nTiếp nhận 120 hồ sơ, đang giải quyết 05 hồ sơ.\n"
        "3. Tổ chức bộ máy\nHuyện có 12 phòng chuyên môn.\n"
    )
    days = {each.printed: (each.period_start, each.period_end) for each in reader(text)}
    assert days["120"] == ("2021-12-15", "2022-06-14")
    assert days["05"] == ("", "2022-06-14")
    assert days["12"] == ("", "2022-06-30")


def test_the_window_of_one_clause_is_no_day_of_the_others(reader) -> None:
    text = "Có 12 phòng chuyên môn; hồ sơ trễ hạn từ 01/01/2022 đến 15/5/2022 là 8,7%."
    days = {each.printed: (each.period_start, each.period_end) for each in reader(text)}
    assert days == {"12": ("", "2022-06-30"), "8,7": ("2022-01-01", "2022-05-15")}


def test_until_now_is_until_the_last_day_that_a_report_counts() -> None:
    window = find_window("Từ ngày 15/3/2022 đến nay, đã giải quyết", H1)
    assert window == Period(dt.date(2022, 3, 15), dt.date(2022, 6, 30))
    assert find_window("Từ ngày 15/7/2022 đến nay", H1) is None


def test_an_estimate_of_points_is_none_of_what_they_are_given_for(reader) -> None:
    text = (
        "II. DỰ KIẾN ĐIỂM SỐ\n5. Cải cách chế độ công vụ: 9/11 điểm\nCó 03 công chức bị kỷ luật.\n"
    )
    status = {each.printed: str(each.status) for each in reader(text)}
    assert status == {"9": "estimate", "11": "max_score", "03": "actual"}


def test_windows_days_and_years_in_words() -> None:
    window = find_window("Từ ngày 15/12/2021 đến ngày 14/6/2022, tiếp nhận", H1)
    assert window == Period(dt.date(2021, 12, 15), dt.date(2022, 6, 14))
    assert find_day("Tính đến ngày 01/6/2022, có mặt", H1) == dt.date(2022, 6, 1)
    assert find_day("đến 32/13/2022", H1) is None
    assert find_year("(năm 2021 thành lập mới", H1) is not None
    assert find_year("theo Kế hoạch năm 2021", H1) is None


@pytest.mark.parametrize("month", ["12/0000", "8/0000", "13/2022"])
def test_a_month_of_no_calendar_is_no_time(month: str) -> None:
    assert find_window(f"Trong tháng {month}, tiếp nhận", H1) is None
    assert find_day(f"đến hết tháng {month} còn", H1) is None
    assert find_compared_window(f"so với tháng {month} (", H1) is None


def test_every_indicator_has_wording(reader) -> None:
    assert set(reader.reference.indicator_rows) == set(reader.wording.rules)


NOT_READ = {"digitisation_start"}
"""A day is no figure."""


def test_every_example_is_read_as_its_indicator(reader) -> None:
    missed = {
        code
        for code, rule in reader.wording.rules.items()
        if code not in {figure.indicator for figure in reader(rule.example)}
    }
    assert missed <= NOT_READ


def test_an_example_with_one_figure_is_claimed_by_nobody_else(reader) -> None:
    """A rule that takes another one's example is too wide."""
    taken = {}
    for code, rule in reader.wording.rules.items():
        figures = reader(rule.example)
        others = {figure.indicator for figure in figures} - {code, ""}
        if len(figures) == 1 and others:
            taken[code] = others
    assert taken == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Cấp huyện tiếp nhận 998 hồ sơ, trong đó trực tuyến 979 hồ sơ (đạt 98,1%).",
            [
                ("998", "dossiers_received_total", "district_office"),
                ("979", "dossiers_received_online", "district_office"),
                ("98,1", "online_rate", "district_office"),
            ],
        ),
        (
            "Đã giải quyết 90 hồ sơ (sớm hạn 60; trễ hẹn 5), đang giải quyết 8 hồ sơ (trễ hẹn 1).",
            [
                ("90", "dossiers_resolved_total", "whole_district"),
                ("60", "dossiers_resolved_early", "whole_district"),
                ("5", "dossiers_resolved_overdue", "whole_district"),
                ("8", "dossiers_pending_total", "whole_district"),
                ("1", "dossiers_pending_overdue", "whole_district"),
            ],
        ),
        (
            "Da tiep nhan 20 ho so truc tuyen tai cap xa.",
            [("20", "dossiers_received_online", "commune_aggregate")],
        ),
        ("Tổ chức 12 giải bóng đá.", [("12", "", "whole_district")]),
        (
            "Tỷ lệ hồ sơ trực tuyến của cấp huyện, cấp xã lần lượt đạt 72% và 64%.",
            [("72", "online_rate", "district_office"), ("64", "online_rate", "commune_aggregate")],
        ),
        (
            "Huyện rà soát 22 văn bản; UBND các xã rà soát 05 văn bản.",
            [
                ("22", "legal_docs_reviewed", "district_office"),
                ("05", "legal_docs_reviewed", "commune_aggregate"),
            ],
        ),
        (
            "Biên chế công chức hành chính được giao 92 người, hiện có mặt 89 người.",
            [
                ("92", "staff_admin_quota", "whole_district"),
                ("89", "staff_admin_present", "whole_district"),
            ],
        ),
        (
            "Mức độ hài lòng tại Bộ phận một cửa huyện đạt 98,9%; cấp xã đạt 99,1%.",
            [
                ("98,9", "satisfaction_rate", "district_office"),
                ("99,1", "satisfaction_rate", "commune_aggregate"),
            ],
        ),
        (
            "Đang giải quyết 14 hồ sơ; chưa có hồ sơ đang giải quyết quá hạn.",
            [
                ("14", "dossiers_pending_total", "whole_district"),
                ("chưa có", "dossiers_pending_overdue", "whole_district"),
            ],
        ),
        (
            "Đã giải quyết 90 hồ sơ: sớm hạn 60, đúng hạn 30.",
            [
                ("90", "dossiers_resolved_total", "whole_district"),
                ("60", "dossiers_resolved_early", "whole_district"),
                ("30", "dossiers_resolved_on_due", "whole_district"),
            ],
        ),
        (
            "Tỷ lệ hồ sơ trực tuyến đạt 81%, tăng 2,5% so với quý trước.",
            [("81", "online_rate", "whole_district"), ("2,5", "", "whole_district")],
        ),
        (
            "Chỉ số CCHC của huyện xếp thứ 5/11; có 3 lĩnh vực tăng hạng.",
            [
                ("5", "par_index_rank", "whole_district"),
                ("11", "", "whole_district"),
                ("3", "", "whole_district"),
            ],
        ),
        (
            "Huyện có ba đơn vị sự nghiệp tự bảo đảm chi thường xuyên trong năm.",
            [("ba", "psu_self_financing", "whole_district")],
        ),
        ("Cả ba người đều vui, trong năm đơn vị đã cố gắng.", []),
        (
            "Không phát sinh hồ sơ giải quyết quá hạn.",
            [("Không phát sinh", "dossiers_resolved_overdue", "whole_district")],
        ),
    ],
)
def test_sentences_are_read(reader, text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(f.printed, f.indicator, f.scope) for f in reader(text)] == expected


def test_made_up_sentences_are_read_and_rather_left_open_than_wrong(reader) -> None:
    path = Path(__file__).resolve().parent / "made_up" / "sentences.txt"
    rows = [
        line.partition("|")
        for line in path.read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    figures = reader.look_twice("\n".join(text for text, _, _ in rows))
    found, claims, known, right = 0, 0, 0, 0
    for number, (_, _, answers) in enumerate(rows, start=1):
        here = [figure for figure in figures if figure.line == number]
        claims += sum(bool(figure.indicator) for figure in here)
        for answer in filter(None, answers.split(";")):
            printed, _, code = answer.rpartition("=")
            code = "" if code == "-" else code
            twins = [figure for figure in here if figure.printed == printed]
            if not twins:
                continue
            best = next((each for each in twins if each.indicator == code), twins[0])
            here.remove(best)
            known, found = known + 1, found + (best.indicator == code)
            right += bool(best.indicator) and best.indicator == code
    assert known > 180
    assert found / known >= 0.9
    assert right / claims >= 0.95


SCOPES = {
    "D": "district_office", "C": "commune_aggregate", "W": "whole_district", "X": "commune",
    "U": "unspecified", "": "",
}  # fmt: skip
KINDS = Path(__file__).resolve().parent / "made_up" / "kinds.txt"


@pytest.mark.parametrize(
    "row", [row for row in KINDS.read_text("utf-8").splitlines() if row and row[0] != "#"]
)
def test_sentences_of_every_kind_are_read_as_they_stand(reader, row: str) -> None:
    text, _, answers = row.partition("|")
    expected = []
    for answer in filter(None, answers.split(";")):
        printed, _, code = answer.rpartition("=")
        code, _, scope = code.strip("-").partition("@")
        expected.append((printed, code, SCOPES[scope]))
    figures = reader.look_twice(text.replace(" ⏎ ", "\n"))
    found = [(f.printed, f.indicator, f.scope if f.indicator else "") for f in figures]
    assert found == expected


def test_a_reviewer_is_told_every_reason_in_vietnamese(reader) -> None:
    reports = sorted((KINDS.parent / "reports").glob("*.txt"))
    rows = [row.partition("|")[0] for row in KINDS.read_text("utf-8").splitlines()]
    texts = [row.replace(" ⏎ ", "\n") for row in rows if row and row[0] != "#"]
    told = set()
    for text in (*texts, *(path.read_text("utf-8") for path in reports)):
        for figure in reader.look_twice(text):
            told |= {tell_reason(figure.reason, {}), tell_reviewer(figure.looked_again)}
    assert len(told) > 100
    # Terms are quoted, and codes stay as they are.
    plain = {re.sub(r"“[^”]*”|\w*_\w*", "", each) for each in told}
    assert not [each for each in plain if re.search(r"\b(?:the|it|of|is|in|as|what|and)\b", each)]


@pytest.mark.parametrize(
    ("text", "printed", "read_as", "words"),
    [
        ("Tiếp nhận 1,310 hồ sơ.", "1,310", "1310", "a count has no fraction"),
        ("Tiếp nhận hơn 37 nghìn hồ sơ.", "37", "37000", ""),
        ("Toàn huyện có hai mươi lăm xã, thị trấn có trang thông tin điện tử.",
         "hai mươi lăm", "25", ""),
    ],
)  # fmt: skip
def test_numbers_are_read_again_and_stay_as_printed(
    reader, text: str, printed: str, read_as: str, words: str
) -> None:
    [figure] = reader.look_twice(text)
    assert (figure.printed, figure.read_as) == (printed, read_as)
    assert words in figure.looked_again


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Tháng 3/2022, tiếp nhận 12 hồ sơ.", "2022-03-01", "2022-03-31"),
        ("Quý I/2022, tiếp nhận 12 hồ sơ.", "2022-01-01", "2022-03-31"),
        ("Từ ngày 15/12 đến ngày 14/3/2022 tiếp nhận 12 hồ sơ.", "2021-12-15", "2022-03-14"),
        ("Trong năm 2021 tiếp nhận 12 hồ sơ.", "2021-01-01", "2021-12-31"),
        ("Tiếp nhận 12 hồ sơ.", "2022-01-01", "2022-06-30"),
        ("Quý I tiếp nhận 12 hồ sơ.", "2022-01-01", "2022-03-31"),
        # The year of an index is none of what the next sentence tells.
        (
            "Năm 2020 huyện xếp thứ nhất về Chỉ số CCHC. Khảo sát: 12% người dân hài lòng.",
            "2022-01-01",
            "2022-06-30",
        ),
        ("Có 12 phòng chuyên môn; hồ sơ trễ hẹn 6,4% (tính đến ngày 15/5/2022).", "", "2022-06-30"),
        ("Có 12/15 xã có Bộ phận một cửa (tính đến ngày 15/5/2022).", "", "2022-05-15"),
        ("Lũy kế từ 01/4/2022: tiếp nhận 12 hồ sơ.", "2022-04-01", "2022-06-30"),
        (
            "Chủ tịch UBND huyện yêu cầu đến hết năm tỷ lệ hồ sơ trực tuyến đạt 12%.",
            "2022-01-01",
            "2022-12-31",
        ),
        ("Tiếp nhận 15 hồ sơ, giảm so với quý IV/2021 (12 hồ sơ).", "2021-10-01", "2021-12-31"),
        ("Tiếp nhận 15 hồ sơ, giảm so với tháng 5 (12 hồ sơ).", "2022-05-01", "2022-05-31"),
        ("Giải ngân vốn đầu tư công đến hết tháng 5: 12 tỷ đồng.", "2022-01-01", "2022-05-31"),
        ("Huyện có 12 phòng chuyên môn (giữ nguyên đến 31/12/2023).", "", "2022-06-30"),
        (
            "Huyện có 12 phòng chuyên môn. Đến 31/5/2022 giải ngân vốn đầu tư công 30 tỷ đồng.",
            "",
            "2022-06-30",
        ),
        (
            "Kết quả từ 01/01/2022 đến 15/6/2022: \n- Cấp huyện (đến hết 31/3/2022) nhận 12 hồ sơ.",
            "2022-01-01",
            "2022-03-31",
        ),
        (
            "Chỉ số DTI năm 2021 xếp thứ 3. Chỉ số phục vụ người dân đạt 12 điểm.",
            "2022-01-01",
            "2022-06-30",
        ),
        (
            "III. NHIỆM VỤ QUÝ III/2022: trên 12% hồ sơ tiếp nhận trực tuyến.",
            "2022-07-01",
            "2022-09-30",
        ),
        ("8. Nhiệm vụ năm 2023: trên 12% hồ sơ tiếp nhận trực tuyến.", "2023-01-01", "2023-12-31"),
        ("8. Nhiệm vụ quý III: trên 12% hồ sơ tiếp nhận trực tuyến.", "2022-07-01", "2022-09-30"),
        ("Lũy kế 5 tháng (01/01 - 31/5/2022): tiếp nhận 12 hồ sơ.", "2022-01-01", "2022-05-31"),
        ("Kỳ 15.12.2021-14.3.2022: tiếp nhận 12 hồ sơ.", "2021-12-15", "2022-03-14"),
        ("Tiếp nhận (15/12 đến 14/3/2022) 12 hồ sơ.", "2021-12-15", "2022-03-14"),
        ("Tồn năm 2021 chuyển sang: 12 hồ sơ.", "2022-01-01", "2022-06-30"),
        ("Số hồ sơ của năm 2021 mang sang là 12.", "2022-01-01", "2022-06-30"),
        ("Còn 12 hồ sơ tồn từ năm 2021.", "2022-01-01", "2022-06-30"),
        (
            "Ngay trong tháng 2 năm 2022, huyện đã ban hành kế hoạch. Tiếp nhận 12 hồ sơ.",
            "2022-01-01",
            "2022-06-30",
        ),
        (
            "Trong tháng 2/2022, UBND huyện ban hành kế hoạch kiểm tra. Tiếp nhận 12 hồ sơ.",
            "2022-01-01",
            "2022-06-30",
        ),
        (
            "B. NHIỆM VỤ 6 THÁNG CUỐI NĂM\nNâng tỷ lệ hồ sơ trực tuyến lên 12%.",
            "2022-07-01",
            "2022-12-31",
        ),
        (
            "II. Phương hướng quý III\nPhấn đấu 12% hồ sơ tiếp nhận trực tuyến.",
            "2022-07-01",
            "2022-09-30",
        ),
        (
            "II. Nhiệm vụ 3 tháng cuối năm\n- Phấn đấu 12% hồ sơ tiếp nhận trực tuyến.",
            "2022-10-01",
            "2022-12-31",
        ),
        (
            "Nhiệm vụ 6 tháng cuối năm 2022\nPhấn đấu cả năm 12% hồ sơ tiếp nhận trực tuyến.",
            "2022-01-01",
            "2022-12-31",
        ),
        ("Điểm bộ chỉ số phục vụ người dân tháng 5: 12 điểm.", "2022-05-01", "2022-05-31"),
        ("Điểm chỉ số phục vụ từ tháng 1 đến tháng 5: 12 điểm.", "2022-01-01", "2022-06-30"),
    ],
)
def test_a_sentence_names_its_own_window(reader, text: str, start: str, end: str) -> None:
    [figure] = [figure for figure in reader(text) if figure.printed == "12"]
    assert (figure.period_start, figure.period_end) == (start, end)


def find_ends(reader, text: str) -> list[str]:
    return [figure.period_end for figure in reader(text) if figure.indicator]


def test_the_day_of_one_paragraph_is_not_that_of_the_next(reader) -> None:
    """A day holds below a line that opens a list with it, and in its own sentence."""
    list_below = (
        "Đến ngày 31/5/2022:\n- Có 12 phòng chuyên môn.\n- Có 04 đơn vị sự nghiệp công lập."
    )
    assert find_ends(reader, list_below) == ["2022-05-31", "2022-05-31"]
    apart = "Đến ngày 31/5/2022 giải ngân 12 triệu đồng vốn đầu tư công.\nCó 12 phòng chuyên môn."
    assert find_ends(reader, apart) == ["2022-05-31", "2022-06-30"]


def test_indices_told_one_after_the_other_are_of_one_year(reader) -> None:
    text = "Chỉ số PAR INDEX năm 2020 của tỉnh đạt 83,72%. Chỉ số SIPAS đạt 84,91%, xếp thứ 35/63."
    assert find_ends(reader, text) == ["2020-12-31"] * 3
    other = "Theo Kế hoạch năm 2020, kiểm tra 05 xã. Chỉ số SIPAS đạt 84,91%."
    assert find_ends(reader, other)[-1] == "2022-06-30"


@pytest.mark.parametrize(
    ("heading", "start", "end"),
    [
        ("II. NHIỆM VỤ NĂM 2023", "2023-01-01", "2023-12-31"),
        ("Phần thứ hai\nPHƯƠNG HƯỚNG, NHIỆM VỤ TRỌNG TÂM NĂM 2023", "2023-01-01", "2023-12-31"),
        ("II. NHIỆM VỤ QUÝ III NĂM 2022", "2022-07-01", "2022-09-30"),
        ("II. NHIỆM VỤ TRỌNG TÂM QUÝ III/2022", "2022-07-01", "2022-09-30"),
        ("II. NHIỆM VỤ 6 THÁNG CUỐI NĂM 2022", "2022-07-01", "2022-12-31"),
        ("II. NHIỆM VỤ 3 THÁNG CUỐI NĂM 2022", "2022-10-01", "2022-12-31"),
        ("II. NHIỆM VỤ 6 THÁNG CUỐI NĂM\nChỉ tiêu cả năm 2022:", "2022-01-01", "2022-12-31"),
        ("II. NHIỆM VỤ 6 THÁNG CUỐI NĂM 2023", "2023-07-01", "2023-12-31"),
        ("II. NHIỆM VỤ QUÝ I NĂM 2022", "2022-01-01", "2022-06-30"),
        ("II. PHƯƠNG HƯỚNG GIAI ĐOẠN 2021-2025", "2022-01-01", "2022-06-30"),
    ],
)
def test_a_target_is_for_the_time_of_its_heading(
    reader, heading: str, start: str, end: str
) -> None:
    text = f"{heading}\n- Tối thiểu 60% hồ sơ được tiếp nhận trực tuyến."
    [figure] = [figure for figure in reader(text) if figure.indicator]
    told = (figure.status, figure.period_start, figure.period_end)
    assert told == ("target", start, end)


def test_a_table_is_read_by_its_labels(reader) -> None:
    text = (
        "Kết quả tiếp nhận hồ sơ:\nSTT\tĐơn vị\tTổng số\tTrực tuyến\n"
        "1\tCấp huyện\t10\t8\n2\tCấp xã\t20\t5"
    )
    found = [(f.printed, f.indicator, f.scope) for f in reader(text)]
    assert found == [
        ("10", "dossiers_received_total", "district_office"),
        ("8", "dossiers_received_online", "district_office"),
        ("20", "dossiers_received_total", "commune_aggregate"),
        ("5", "dossiers_received_online", "commune_aggregate"),
    ]


STAGES = (
    "Đã xử lý 16/17 phản ánh của các xã trong kỳ báo cáo này, đạt 94,1% kế hoạch đề ra.\n"
    "Lĩnh vực\tTổng số tiếp nhận\tKỳ trước\tMới\tĐã giải quyết\tĐúng hạn\tQuá hạn\t"
    "Đang giải quyết\n"
    "Hộ tịch\t1.204\t120\t1.084\t1.050\t1.030\t20\t154\n"
    "Tổng cộng\t1.204\t120\t1.084\t1.050\t1.030\t20\t154"
)


def test_a_table_of_stages_counts_dossiers_though_no_head_says_so(reader) -> None:
    """A head such as "Quá hạn" is a part of the stage before it; a field's row has no code."""
    found = [f.indicator.removeprefix("dossiers_") for f in reader.look_twice(STAGES)][-14:]
    assert found == [
        *[""] * 7,
        *("received_total", "carried_over", "received_new", "resolved_total"),
        *("resolved_on_time", "resolved_overdue", "pending_total"),
    ]


def test_a_table_of_words_and_numbers_in_lines_has_cells(reader) -> None:
    text = (
        "Bảng 1. Giải quyết hồ sơ từ ngày 15/12/2021 đến 14/5/2022\n"
        "TT Đơn vị Tiếp nhận Đã giải quyết Đúng hạn Quá hạn\n"
        "1 Cấp huyện 540 520 499 21\n2 Cấp xã 1.187 1.182 1.177 5\nTổng 1.727 1.702 1.676 26\n"
        "Bảng 2. Chỉ tiêu\nChỉ tiêu\tThực hiện\tTăng/giảm\nHồ sơ trực tuyến\t98\t+4,7%\n"
    )
    found = {
        figure.printed: (figure.indicator, figure.scope, figure.period_start)
        for figure in reader(text)
    }
    assert found["540"] == ("dossiers_received_total", "district_office", "2021-12-15")
    assert found["1.182"] == ("dossiers_resolved_total", "commune_aggregate", "2021-12-15")
    assert found["26"] == ("dossiers_resolved_overdue", "whole_district", "2021-12-15")
    assert found["98"] == ("dossiers_received_online", "whole_district", "2022-01-01")
    assert found["4,7"][0] == ""
    assert found.keys().isdisjoint({"1", "2"}), "they number the rows"


def test_a_table_of_levels_in_columns_and_parts_in_rows(reader) -> None:
    text = (
        "Kết quả giải quyết hồ sơ\nNội dung\tHuyện\tXã\tCộng\nTiếp nhận mới\t187\t452\t639\n"
        "Đã giải quyết\t155\t411\t566\n- Trước hạn\t106\t390\t496\n- Quá hạn\t9\t1\t10\n"
        "Đang giải quyết\t32\t41\t73\n- Quá hạn\t2\t4\t6\n"
    )
    found = {figure.printed: (figure.indicator, figure.scope) for figure in reader(text)}
    assert found["187"] == ("dossiers_received_new", "district_office")
    assert found["639"] == ("dossiers_received_new", "whole_district")
    assert found["390"] == ("dossiers_resolved_early", "commune_aggregate")
    assert found["9"] == ("dossiers_resolved_overdue", "district_office")
    assert found["4"] == ("dossiers_pending_overdue", "commune_aggregate")
    assert found["6"] == ("dossiers_pending_overdue", "whole_district")


def test_a_dash_in_the_column_of_numbers_opens_a_part_of_the_row_above(reader) -> None:
    text = (
        "Kết quả giải quyết hồ sơ\nTT\tNội dung\tCấp huyện\tCấp xã\n"
        "I\tTổng số hồ sơ tiếp nhận\t425\t1.106\n-\tTrực tuyến\t240\t801\n"
        "-\tTrực tiếp, bưu chính công ích\t172\t290\n-\tTừ kỳ trước\t13\t15\n"
        "II\tĐã giải quyết\t398\t1.088\n-\tTrước hạn\t357\t988\n"
    )
    found = {figure.printed: (figure.indicator, figure.scope) for figure in reader(text)}
    assert found["240"] == ("dossiers_received_online", "district_office")
    assert found["290"] == ("dossiers_received_direct", "commune_aggregate")
    assert found["13"] == ("dossiers_carried_over", "district_office")
    assert found["988"] == ("dossiers_resolved_early", "commune_aggregate")


def test_a_total_that_names_its_rows_is_that_of_the_title_above_it(reader) -> None:
    text = (
        "STT\tNội dung\tĐVT\tSố lượng\nI\tHồ sơ tiếp nhận\t\t\n1\tTổng số (2+3)\tHồ sơ\t591\n"
        "2\tTrực tuyến\tHồ sơ\t503\n3\tTrực tiếp\tHồ sơ\t88\nII\tHồ sơ đã giải quyết\t\t\n"
        "4\tTổng số (4=5+6)\tHồ sơ\t569\n5\tTrước hạn\tHồ sơ\t540\n6\tQuá hạn\tHồ sơ\t29\n"
    )
    assert [(each.printed, each.indicator.removeprefix("dossiers_")) for each in reader(text)] == [
        ("591", "received_total"),
        ("503", "received_online"),
        ("88", "received_direct"),
        ("569", "resolved_total"),
        ("540", "resolved_early"),
        ("29", "resolved_overdue"),
    ]


def test_a_sum_in_brackets_is_of_figures_and_the_last_total_of_all(reader) -> None:
    printed = [each.printed for each in reader("Đã kiểm tra 20 cơ quan (12+8).")]
    assert printed == ["20", "12", "8"]
    text = (
        "TT\tĐơn vị\tTiếp nhận\tĐã giải quyết\nI\tCấp huyện\t\t\n1\tTư pháp\t10\t9\n"
        "II\tCấp xã\t\t\n1\tTư pháp\t40\t38\n\tTổng cộng\t50\t47\n"
    )
    assert "commune_aggregate" not in {f.scope for f in reader(text) if f.printed in ("50", "47")}


def test_rows_that_are_numbered_below_another_one_are_its_parts(reader) -> None:
    text = (
        "Kết quả\nSTT\tChỉ tiêu\tKết quả\n1\tHồ sơ tiếp nhận\t640\n1.1\tTrực tuyến\t601\n"
        "2\tHồ sơ đã giải quyết\t588\n2.1\tTrước hạn\t512\n2.2\tQuá hạn\t7\n"
        "3\tHồ sơ đang giải quyết\t52\n3.1\tTrong hạn\t49\n3.2\tQuá hạn\t3\n"
        "4\tTỷ lệ hài lòng (%)\t97,5\n5.1\tQuá hạn\t11\n"
    )
    found = {figure.printed: figure.indicator for figure in reader(text)}
    assert found["601"] == "dossiers_received_online"
    assert found["512"] == "dossiers_resolved_early"
    assert found["7"] == "dossiers_resolved_overdue"
    assert found["49"] == "dossiers_pending_in_term"
    assert found["3"] == "dossiers_pending_overdue"
    assert found["11"] == "", "what it is a part of is not there"


def test_a_number_in_the_cell_of_the_words_of_a_row_numbers_it(reader) -> None:
    text = (
        "Kết quả\nNội dung | ĐVT | Số lượng\nI. Hồ sơ tiếp nhận (tổng số) | hồ sơ | 764\n"
        "1. Trực tuyến | hồ sơ | 690\n2. Từ kỳ trước chuyển sang | hồ sơ | 68\n"
        "II. Hồ sơ đã giải quyết (tổng số) | hồ sơ | 712\n1. Trước hạn | hồ sơ | 605\n"
        "2. Quá hạn | hồ sơ | 23\nIII. Hồ sơ đang giải quyết | hồ sơ | 52\n"
        "1. Quá hạn | hồ sơ | 4\n"
    )
    found = [(figure.printed, figure.indicator) for figure in reader(text)]
    assert found == [
        ("764", "dossiers_received_total"),
        ("690", "dossiers_received_online"),
        ("68", "dossiers_carried_over"),
        ("712", "dossiers_resolved_total"),
        ("605", "dossiers_resolved_early"),
        ("23", "dossiers_resolved_overdue"),
        ("52", "dossiers_pending_total"),
        ("4", "dossiers_pending_overdue"),
    ]


@pytest.mark.parametrize(
    ("text", "printed", "expected"),
    [
        ("Trung tâm cung cấp 371 TTHC thuộc 12 lĩnh vực.", "371", "tthc_total"),
        ("Trung tâm trả kết quả 16 TTHC ngay trong ngày.", "16", ""),
        ("Kết quả giải quyết đã được số hóa: 940 hồ sơ.", "940", "dossiers_results_digitised"),
        ("Xã rút ngắn thời gian giải quyết 44 TTHC, tỷ lệ cắt giảm 31,5%.", "31,5",
         "tthc_processing_time_cut_rate"),
        ("Có 310 giao dịch thanh toán trực tuyến trên 350 giao dịch, chiếm 88,6%.", "88,6",
         "online_payment_rate"),
        ("Hỏi 90 người dân: 87 người rất hài lòng và hài lòng, chiếm 96,7%.", "96,7",
         "satisfaction_rate"),
        ("Hỏi 90 người dân: 60 người rất hài lòng; 27 người hài lòng, chiếm 30%.", "30", ""),
        ("Tiếp nhận 540 hồ sơ; nộp trực tiếp 61 hồ sơ, nộp qua bưu chính 04 hồ sơ.", "61", ""),
        ("Tiếp nhận 540 hồ sơ; nộp trực tiếp và qua bưu chính 65 hồ sơ.", "65",
         "dossiers_received_direct"),
    ],
)  # fmt: skip
def test_notices_of_centres(reader, text: str, printed: str, expected: str) -> None:
    [found] = [figure for figure in reader(text) if figure.printed == printed]
    assert found.indicator == expected


@pytest.mark.parametrize(
    "speaker",
    [
        "Toàn tỉnh",
        "Trung tâm Phục vụ hành chính công tỉnh",
        "Các sở, ban, ngành tỉnh",
        "Toàn huyện",
    ],
)
def test_what_a_level_above_does_is_none_of_a_commune(reader, speaker: str) -> None:
    q3 = Period(dt.date(2025, 7, 1), dt.date(2025, 9, 30))
    head = ReportHead("period_report", "phường Mỹ Lâm", True, q3, True)
    above, own = reader(f"{speaker} đã tiếp nhận 21.400 hồ sơ. Phường tiếp nhận 940 hồ sơ.", head)
    assert (above.indicator, own.indicator) == ("", "dossiers_received_total")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("được giao 66 người, có mặt 59 người.", "staff_commune_quota"),
        ("được giao 412 người, gồm 72 công chức và 340 viên chức.", "staff_total_quota"),
        ("giao năm 2025: 1.412. Trong đó: biên chế viên chức 1.340.", "staff_total_quota"),
        ("giao: 1.298 (công chức 84, viên chức 1.214).", "staff_total_quota"),
    ],
)
def test_the_payroll_of_a_commune_is_that_of_its_office_unless_its_units_are_told(
    reader, told: str, expected: str
) -> None:
    year = Period(dt.date(2025, 1, 1), dt.date(2025, 12, 31))
    head = ReportHead("period_report", "phường Mỹ Lâm", True, year, True)
    assert reader(f"Tổng biên chế {told}", head)[0].indicator == expected


def test_a_figure_of_a_table_is_quoted_where_it_stands(reader) -> None:
    text = "Đơn vị Tiếp nhận Đã giải quyết Quá hạn\nCấp huyện 5.201 21 201\nCấp xã 201 48 7\n"
    row = text.splitlines()[1]
    [pending] = [figure for figure in reader(text) if (figure.line, figure.printed) == (2, "201")]
    assert row[pending.start :] == "201"
    assert quote(row, "201", pending.start) == ("Cấp huyện 5.201 21 ", "201", "")


def test_lines_of_numbers_without_a_header_of_as_many_heads_are_no_table() -> None:
    text = "Đơn vị Tiếp nhận\n1 Cấp huyện 540 520 499\n2 Cấp xã 1.187 1.182 1.177\n"
    document = read_lines(text)
    assert spread_tables(document.lines) == document.lines


def test_a_text_without_diacritics_has_a_head_and_dates(reader) -> None:
    text = (
        "UBND HUYEN TRA LINH\nBAO CAO\nKet qua CCHC quy II nam 2021\n"
        "1. Tu ngay 15/3/2021 den ngay 14/6/2021 tiep nhan 34 ho so, qua han 07 ho so.\n"
    )
    document = read_lines(text)
    reading = read_document(document, reader.reference, reader.wording)
    assert (reading.head.area, reading.head.period_label) == ("huyện Tra Linh", "2021-Q2")
    assert [(f.printed, f.period_start, f.period_end) for f in reading.figures] == [
        ("34", "2021-03-15", "2021-06-14"), ("07", "2021-03-15", "2021-06-14"),
    ]  # fmt: skip
    assert restore_words(read_lines("Huyện tiep nhan").lines)[0].text == "Huyện tiep nhan"


def test_reading_does_not_depend_on_other_lines_order(reader) -> None:
    lines = ["Tiếp nhận 12 phản ánh, kiến nghị.", "Duy trì 30 hộp thư điện tử công vụ."]
    shuffled = lines[::-1]
    assert {f.indicator for f in reader("\n".join(lines))} == {
        f.indicator for f in reader("\n".join(shuffled))
    }


def test_wording_with_unknown_names_is_refused(tmp_path) -> None:
    path = tmp_path / "wording.yml"
    path.write_text('indicators:\n  nothing:\n    unit: "%"\n    sais: [x]\n', "utf-8")
    with pytest.raises(ReferenceDataError, match=r"unknown indicator 'nothing'") as raised:
        load_wording(path, {"online_rate"})
    assert "unknown key sais" in str(raised.value)
    assert "no example" in str(raised.value)


def test_tasks_on_seven_fields_are_not_on_more_than_seven(reader) -> None:
    tasks, fields = reader("Kế hoạch CCHC có 58 nhiệm vụ trên 7 lĩnh vực.")
    assert (str(tasks.comparator), str(fields.comparator)) == ("=", "=")


def test_a_line_that_opens_with_a_figure_is_no_note_without_a_mark(reader) -> None:
    assert [figure.printed for figure in reader("Về CCHC.\n1 Quyết định, 12 kế hoạch.\n")] == [
        "1", "12",
    ]  # fmt: skip


def test_a_district_may_have_a_number(reader) -> None:
    head = read_head(read_lines("UBND QUẬN 21\nBÁO CÁO\nCCHC quý I/2023\n").lines, reader.reference)
    assert head.area == "quận 21"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("III. NHIỆM VỤ QUÝ III/2022: duy trì 12% hồ sơ trực tuyến.", "target"),
        ("III. NHIỆM VỤ QUÝ II/2022: duy trì 12% hồ sơ trực tuyến.", "actual"),
        ("Kế hoạch CCHC đề ra 07 mục tiêu, 12 nhiệm vụ.", "actual"),
        ("Nhiệm vụ theo Kế hoạch CCHC năm 2022: 12 nhiệm vụ.", "actual"),
        ("II. KẾT QUẢ\nHồ sơ trực tuyến đạt 12%.\nIII. PHƯƠNG HƯỚNG", "actual"),
        ("II. PHƯƠNG HƯỚNG\n1. Hồ sơ\nHồ sơ trực tuyến đạt 12%.", "target"),
        ("II. PHƯƠNG HƯỚNG\n1. Kết quả\nHồ sơ trực tuyến đạt 12%.", "actual"),
        ("II. CHỈ TIÊU\n- Hồ sơ trực tuyến: 12%.", "target"),
        ("II. Một số chỉ tiêu khác\n- Hồ sơ trực tuyến: 12%.", "actual"),
        ("II. MỘT SỐ CHỈ TIÊU CHỦ YẾU\n- Tỷ lệ hồ sơ trực tuyến: 12%.", "target"),
        ("Nhằm đạt mục tiêu đề ra, huyện đã xử lý 12 hồ sơ trực tuyến.", "actual"),
        ("Để hoàn thành mục tiêu năm 2022 là tỷ lệ hồ sơ trực tuyến đạt 12%, cần làm.", "target"),
    ],
)
def test_a_label_looks_ahead_and_counted_goals_do_not(reader, text: str, status: str) -> None:
    [figure] = [figure for figure in reader(text) if figure.printed == "12"]
    assert figure.status == status


def test_a_target_against_an_earlier_year_is_for_the_time_of_its_heading() -> None:
    half = Period(dt.date(2022, 1, 1), dt.date(2022, 6, 30))
    said = "Phấn đấu giảm 12% so với năm 2021"
    headed = find_ahead("II. NHIỆM VỤ NĂM 2023", half)
    assert find_target_period(said, headed, half, half).end == dt.date(2023, 12, 31)


def test_a_target_of_this_year_is_for_all_of_it_in_its_last_quarter() -> None:
    last = Period(dt.date(2022, 10, 1), dt.date(2022, 12, 31))
    year = Period(dt.date(2022, 1, 1), dt.date(2022, 12, 31))
    headed = find_ahead("II. NHIỆM VỤ NĂM 2022", last)
    assert find_target_period("Phấn đấu đạt 12%", headed, last, last) == year
    assert find_target_period("Phấn đấu năm 2022 đạt 12%", None, last, last) == year


def test_a_rank_is_out_of_as_many_as_there_were_in_its_year(reader) -> None:
    rank, total = reader("Chỉ số CCHC năm 2020 xếp thứ 6/10 huyện.")
    assert (rank.period_end, total.period_end) == ("2020-12-31", "2020-12-31")


def test_the_row_of_a_commune_we_do_not_know_is_its_own(reader) -> None:
    text = "Đơn vị\tTiếp nhận\tĐã giải quyết\tĐúng hạn\nXã Suối Mây\t21\t20\t19\n"
    assert {(figure.scope, figure.indicator) for figure in reader(text)} == {("commune", "")}


def test_what_was_planned_of_a_share_is_its_target(reader) -> None:
    reached, planned = reader("Tỷ lệ hồ sơ giải quyết đúng hạn: 99,1% (KH 98%).")
    assert (reached.status, planned.status, str(planned.comparator)) == ("actual", "target", ">=")


def test_a_series_of_years_names_the_year_of_each(reader) -> None:
    text = (
        "HĐND HUYỆN LONG MỸ\nBÁO CÁO GIÁM SÁT\nCCHC giai đoạn 2021 - 2023\nI. KẾT QUẢ\n"
        "Biên chế công chức năm 2021 là 96, năm 2022 là 92, năm 2023 là 89.\n"
        "Tỷ lệ hồ sơ trực tuyến tăng từ 12,4% (năm 2021) lên 68,9% (năm 2023).\n"
    )
    reading = read_document(read_lines(text), reader.reference, reader.wording)
    assert reading.head.period_label == "2021-01-01/2023-12-31"
    assert [(figure.printed, figure.period_end[:4]) for figure in reading.figures] == [
        ("96", "2021"), ("92", "2022"), ("89", "2023"), ("12,4", "2021"), ("68,9", "2023"),
    ]  # fmt: skip


def test_a_notice_of_a_province_is_its_own(reader) -> None:
    text = (
        "UBND TỈNH QUẢNG AN\nTHÔNG BÁO\nKết quả xác định Chỉ số CCHC năm 2021 của các huyện\n"
        "Cao nhất là huyện Trà Tân (86,9%); thấp nhất là huyện Sơn Hạ. Huyện Trà Tân tăng bậc.\n"
    )
    head = read_head(read_lines(text).lines, reader.reference)
    assert (head.area, head.is_sure_area) == ("tỉnh Quảng An", False)


@pytest.mark.parametrize(
    ("text", "code", "start", "end"),
    [
        ("Toàn tỉnh có 12 TTHC (cấp tỉnh 06).", "tthc_total_local", "", "2024-03-31"),
        ("Cấp huyện có 12 TTHC.", "tthc_total", "", "2024-03-31"),
        ("Chỉ số CCHC xếp thứ 12.", "par_index_rank_national", "2024-01-01", "2024-03-31"),
        ("DTI 2022 xếp 12/63.", "dti_rank", "2022-01-01", "2022-12-31"),
        ("II. NHIỆM VỤ QUÝ II/2024\\n- Giải ngân vốn đầu tư công đến hết quý II đạt 12%.",
         "public_investment_disbursed_rate", "2024-01-01", "2024-06-30"),
    ],
)  # fmt: skip
def test_a_province_is_read_with_its_own_codes(
    reader, text: str, code: str, start: str, end: str
) -> None:
    opening = "UBND TỈNH BÌNH NAM\nBÁO CÁO\nCông tác CCHC quý I/2024\nI. KẾT QUẢ\n"
    document = read_lines(opening + text.replace("\\n", "\n"))
    figures = read_document(document, reader.reference, reader.wording).figures
    [figure] = [each for each in figures if each.printed == "12"]
    assert (figure.indicator, figure.period_start, figure.period_end) == (code, start, end)


def test_a_row_that_numbers_the_columns_counts_nothing(reader) -> None:
    head = "Nội dung\tTổng số\tĐúng hạn\tQuá hạn"
    text = f"{head}\n(1)\t(2) = (3) + (4)\t(3)\t(4)\nHồ sơ đã giải quyết\t120\t110\t10"
    assert [figure.printed for figure in reader(text)] == ["120", "110", "10"]


def test_spaces_may_stand_between_thousands_of_what_is_counted() -> None:
    assert figures_in("Toàn huyện tiếp nhận 12 345 hồ sơ, giải quyết 11 900 hồ sơ.") == [
        "12 345", "11 900",
    ]  # fmt: skip
