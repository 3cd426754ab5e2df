"""What holds for a line before its own words, what a document as a whole says, and how sure."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from pathlib import Path

import pytest

from cchc_analysis.data.records import Period
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import ReferenceDataError
from cchc_analysis.read.documents import mask_persons, read_lines
from cchc_analysis.read.recognise import (
    Confidence,
    Figure,
    Wording,
    doubt_figures,
    windows,
)
from cchc_analysis.read.recognise.figures import (
    BASE,
    SURE_FROM,
    mark_document,
    weigh,
    weigh_figures,
)
from cchc_analysis.read.recognise.wording import load_weights
from cchc_analysis.rules import load_identities
from reading_work import load_rules, read_text

ROOT = Path(__file__).parents[1]
TITLE = "BÁO CÁO\nKết quả cải cách hành chính 9 tháng đầu năm 2023 của huyện Cao Lộc\n"


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_rules()[0]


@pytest.fixture(scope="module")
def wording() -> Wording:
    return load_rules()[1]


@pytest.mark.parametrize(
    ("find", "text", "end"),
    [
        (windows.find_window, "từ ngày 15/12/2022 đến ngày 20/9/2023 tiếp nhận", "2023-09-20"),
        (windows.find_window, "theo Kế hoạch năm 2022", ""),
        (windows.find_counted_window, ["(số liệu tính đến ngày 15/9/2023)"], "2023-09-15"),
        (windows.find_compared_window, "tăng so với quý II/2022 (", "2022-06-30"),
        (
            windows.find_counted_window,
            ["UBND xã báo cáo công tác CCHC từ ngày 01/3/2023 đến 15/9/2023 với các kết quả sau:"],
            "2023-09-15",
        ),
        (
            windows.find_counted_window,
            ["Số liệu tổng hợp từ ngày xã đi vào hoạt động (01/3/2023) đến ngày 14/9/2023."],
            "2023-09-14",
        ),
        (
            windows.find_counted_window,
            ["Số liệu lấy từ 01/3/2023 (ngày thành lập) đến 13/9/2023."],
            "2023-09-13",
        ),
        (windows.find_counted_window, ["Thời kỳ kiểm tra: từ 01/01 đến 31/8/2023."], "2023-08-31"),
        (
            windows.find_counted_window,
            ["Các số liệu thống kê kèm theo lấy từ ngày 15 tháng 12 năm 2022 đến ngày 14/9/2023."],
            "2023-09-14",
        ),
        (windows.find_counted_window, ["báo cáo (luỹ kế từ 01/01 đến 20/8/2023)"], "2023-08-20"),
        (
            windows.find_counted_window,
            ["Mốc thống kê: từ 0 giờ ngày 01/01/2023 đến 24 giờ ngày 31/8/2023"],
            "2023-08-31",
        ),
        (
            windows.find_counted_window,
            ["(từ khi vận hành hai cấp, ngày 01/01/2023, đến ngày 19/8/2023)"],
            "2023-08-19",
        ),
        (
            windows.find_counted_window,
            ["(thời gian tổng hợp: từ 15/12/2022 đến 14/9/2023, số liệu tài chính đến 31/8/2023)"],
            "2023-09-14",
        ),
        (
            windows.find_counted_window,
            ["(tính từ 15/12/2022 đến 14/9/2023, số liệu tài chính đến 31/8/2023)"],
            "2023-09-14",
        ),
        # The days of its own figures, and of a meeting, are not those of the report.
        (windows.find_counted_window, ["Từ 01/01 đến 31/8/2023, xã nhận 512 hồ sơ."], ""),
        (windows.find_counted_window, ["Từ 01/8 đến 31/8/2023, huyện tổ chức kiểm tra."], ""),
        (windows.find_counted_window, ["Số liệu hồ sơ tính từ 15/12/2022 đến 14/9/2023."], ""),
        (windows.find_counted_window, ["Số liệu biên chế lấy từ 01/01 đến 31/8/2023."], ""),
        # Nobody counts so few days of nine months: a congress, or who worked on the report.
        (windows.find_counted_window, ["Chào mừng đại hội từ 22/8 đến 24/8/2023."], ""),
        (windows.find_counted_window, ["Báo cáo được tổng hợp từ 12/9 đến 15/9/2023."], ""),
    ],
)
def test_a_text_names_its_window(find, text, end: str) -> None:
    found = find(text, Period(dt.date(2023, 1, 1), dt.date(2023, 9, 30)))
    assert (found.end.isoformat() if found else "") == end


def test_up_to_now_is_up_to_the_day_of_the_paper() -> None:
    opening = ["UBND xã báo cáo kết quả kể từ khi hoạt động đến nay như sau:"]
    year = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31))
    found = windows.find_counted_window(opening, year, "2023-12-05")
    assert found == Period(dt.date(2023, 1, 1), dt.date(2023, 12, 5))
    assert windows.find_counted_window(opening, year) is None
    assert windows.find_counted_window(opening, year, "2024-01-20") == year
    since = ["UBND xã báo cáo kết quả từ ngày 01/7/2023 đến nay như sau:"]
    found = windows.find_counted_window(since, year, "2023-12-05")
    assert found == Period(dt.date(2023, 7, 1), dt.date(2023, 12, 5))


def test_a_year_in_brackets_and_a_month_have_their_last_day() -> None:
    assert windows.find_window_behind("từ ", "% (năm 2021) lên").end == dt.date(2021, 12, 31)
    assert windows.make_month(2024, 2).end == dt.date(2024, 2, 29)
    assert (windows.make_month(2024, 13), windows.make_month(0, 8)) == (None, None)


def test_what_is_compared_in_brackets_is_of_the_time_before_it() -> None:
    text = f"{TITLE}Toàn huyện tiếp nhận 8.904 hồ sơ, tăng 210 hồ sơ so với năm 2021 (8.694 hồ sơ)."
    last = read_text(text)[1][-1]
    assert (last.printed, last.period_start, last.period_end) == (
        "8.694",
        "2021-01-01",
        "2021-12-31",
    )


def tell(figures: list[Figure]) -> list[tuple[str, str, str, str]]:
    return [(f.printed, f.indicator, f.period_start, f.period_end) for f in figures]


def test_a_level_line_holds_until_a_rival_or_a_heading() -> None:
    _, figures = read_text(
        f"{TITLE}1. Giải quyết hồ sơ\n+ Đối với cấp huyện:\nTiếp nhận 612 hồ sơ.\n"
        "+ Đối với cấp xã:\nTiếp nhận 7.033 hồ sơ.\n2. Hồ sơ trực tuyến\nTiếp nhận 9.000 hồ sơ.\n"
    )
    assert [str(f.scope) for f in figures] == [
        "district_office", "commune_aggregate", "whole_district",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "whole",
    [
        "Tổng số thủ tục trên địa bàn huyện là 370 TTHC.",
        "UBND huyện thường xuyên cập nhật danh mục.\nTổng số là 370 TTHC.",
    ],
)
def test_a_line_that_turns_to_the_whole_ends_what_a_level_line_holds_for(whole: str) -> None:
    _, figures = read_text(f"{TITLE}- Đối với các xã, thị trấn:\nTiếp nhận 7.033 hồ sơ.\n{whole}")
    assert [figure.scope.value for figure in figures] == ["commune_aggregate", "whole_district"]


def test_a_level_that_only_a_line_above_names_is_a_doubt() -> None:
    _, figures = read_text(
        f"{TITLE}1. Hồ sơ\n+ Đối với cấp huyện:\nTiếp nhận 612 hồ sơ.\n"
        "2. Hồ sơ\nCấp huyện tiếp nhận 613 hồ sơ.\n"
    )
    assert [f.scope.value for f in figures] == ["district_office"] * 2
    assert ["level carried" in figure.marks for figure in figures] == [True, False]
    assert figures[0].chance < figures[1].chance


def test_a_window_in_brackets_behind_a_figure_and_an_estimate_end_with_their_clause() -> None:
    said = "Bổ nhiệm 58 công chức (quý III là 21). Cử 94 CBCC cấp xã đi bồi dưỡng.\n"
    said += (
        "Thực hiện chỉ đạo của cấp trên, đến nay ước cả năm giải ngân đạt 98%; số hóa 512 hồ sơ."
    )
    _, figures = read_text(TITLE + said)
    told = {figure.printed: (figure.period_start, figure.status.value) for figure in figures}
    assert told["94"] == ("2023-01-01", "actual")
    assert told["512"] == ("2023-01-01", "actual")
    assert told["98"][1] == "estimate"


def test_the_days_of_a_quarter_that_a_list_sets_beside_are_none_of_its_items() -> None:
    lead = "Toàn huyện nhận 412 hồ sơ (riêng quý III từ 15/6/2023 đến 14/9/2023 là 139), gồm:"
    _, figures = read_text(
        f"{TITLE}{lead}\n- Cấp huyện: tiếp nhận 112 hồ sơ.\n- Cấp xã: 300 hồ sơ."
    )
    starts = {figure.printed: figure.period_start for figure in figures}
    assert starts == {"139": "2023-06-15"} | dict.fromkeys(("412", "112", "300"), "2023-01-01")


def test_what_offices_shorten_is_what_it_stands_for() -> None:
    said = "Thu NSNN trên địa bàn 186,7 tỷ đồng, đạt 71,8% DT tỉnh giao. BPMC huyện tiếp nhận 5 HS."
    _, figures = read_text(TITLE + said)
    assert [figure.indicator for figure in figures] == [
        "budget_revenue_total",
        "budget_revenue_total_pct_province_plan",
        "dossiers_received_total",
    ]
    assert figures[-1].scope.value == "district_office"


def test_a_window_holds_for_the_headings_below_its_own_and_no_further() -> None:
    _, figures = read_text(
        f"{TITLE}2. Giải quyết hồ sơ\nTừ ngày 15/12/2022 đến ngày 14/9/2023 tiếp nhận 900 hồ sơ.\n"
        "a) Cấp huyện\nTiếp nhận 200 hồ sơ.\nb) Cấp xã\nTiếp nhận 700 hồ sơ.\n"
        "3. Đánh giá\nĐã giải quyết 850 hồ sơ.\n"
    )
    assert [f.period_start for f in figures] == [*["2022-12-15"] * 3, "2023-01-01"]


def test_a_window_behind_the_first_figures_of_a_line_is_none_of_theirs() -> None:
    _, figures = read_text(
        f"{TITLE}1. Cấp huyện: tiếp nhận 200 hồ sơ (từ 15/12/2022 đến khi sắp xếp ngày 30/6/2023)."
        "\n2. Cấp xã: tiếp nhận trong kỳ 700 hồ sơ. Lũy kế từ ngày 01/7/2022 đến ngày 30/9/2023, "
        "đã tiếp nhận 900 hồ sơ.\n3. Một cửa: tiếp nhận 612 hồ sơ. Số liệu tính từ ngày "
        "15/12/2022 đến ngày 14/9/2023.\n"
    )
    spans = [(f.printed, f.period_start, f.period_end) for f in figures]
    assert spans == [
        ("200", "2022-12-15", "2023-06-30"),
        ("700", "2023-01-01", "2023-09-30"),
        ("900", "2022-07-01", "2023-09-30"),
        ("612", "2022-12-15", "2023-09-14"),
    ]


@pytest.mark.parametrize(
    "before",
    ["so với kỳ trước (từ 15/9/2022 đến 14/12/2022:", "; kỳ trước (15/9/2022 - 14/12/2022)"],
)
def test_the_days_of_what_is_compared_are_none_of_what_follows(before: str) -> None:
    _, figures = read_text(
        f"{TITLE}1. Hồ sơ\n- Đã giải quyết 655 hồ sơ, giảm {before} 701 hồ sơ. Trước hạn 590 hồ sơ."
        "\n- Đang giải quyết 26 hồ sơ.\n"
    )
    ends = {f.printed: f.period_end for f in figures}
    assert ends == dict.fromkeys(["655", "590", "26"], "2023-09-30") | {"701": "2022-12-14"}


def test_what_is_said_further_down_of_all_figures_holds_for_all() -> None:
    said = "số liệu được tính từ ngày 15/12/2022 đến hết ngày 12/9/2023."
    told = "1. Tuyên truyền\nĐăng 112 tin, bài về CCHC.\n2. Đánh giá\nĐã làm tốt.[2]\n"
    for text, end in (
        (f"{TITLE[:-1]}[1]\n{told}[1] Trừ nội dung có ghi riêng, {said}\n", "2023-09-12"),
        (f"{TITLE}{told}Ghi chú: Các số liệu trong báo cáo này lấy {said[8:]}\n", "2023-09-12"),
        (
            f"{TITLE}{told}TTHC\tSố\nCấp huyện\t290\nGhi chú: Số liệu tại bảng và trong toàn bộ "
            f"Báo cáo {said[8:]}\n",
            "2023-09-12",
        ),
        (f"{TITLE}{told}Ghi chú: Kỳ báo cáo {said[8:]}\n", "2023-09-12"),
        (f"{TITLE}{told}3. Hồ sơ (kỳ báo cáo {said[8:-1]})\n", "2023-09-30"),
        (f"{TITLE}{told}[2] Riêng mục này, {said}\n", "2023-09-30"),
        (f"{TITLE[:-1]}[1]\n{told}[1] Ban hành ngày 12/9/2023.\n", "2023-09-30"),
        (f"{TITLE}{told}3. Số liệu nêu tại báo cáo của phòng {said[8:]}\n", "2023-09-30"),
    ):
        reading, figures = read_text(text)
        [figure] = (each for each in figures if each.printed == "112")
        assert figure.period_end == end, text
        assert reading.head.title.endswith("Cao Lộc")


@pytest.mark.parametrize(
    ("told", "scope"),
    [
        ("UBND huyện thông báo kết quả để các phòng và UBND các xã được biết:", "whole_district"),
        ("Phòng Nội vụ huyện tổng hợp báo cáo của 12 phòng và 17 xã như sau:", "whole_district"),
        (
            "Phòng Nội vụ tổng hợp báo cáo của các phòng, ban, UBND các xã như sau:",
            "whole_district",
        ),
        ("Trên cơ sở báo cáo của UBND các xã, UBND huyện báo cáo như sau:", "whole_district"),
        ("Để có cơ sở đánh giá, Bộ phận Một cửa huyện báo cáo như sau:", "district_office"),
        ("Theo đề nghị của Sở Nội vụ, Bộ phận Một cửa huyện báo cáo như sau:", "district_office"),
        ("Theo đề nghị của các sở, ngành, UBND huyện báo cáo như sau:", "whole_district"),
    ],
)
def test_whom_an_opening_speaks_to_or_heard_is_not_whose_work_it_tells_of(
    told: str, scope: str
) -> None:
    *_, figure = read_text(f"{TITLE}{told}\n1. Hồ sơ\nTiếp nhận 900 hồ sơ.\n")[1]
    assert (figure.printed, figure.scope) == ("900", scope)


def test_days_in_a_heading_that_compares_are_those_of_its_figures() -> None:
    heading = "II. HỒ SƠ TTHC SO VỚI CÙNG KỲ (từ ngày 15/12/2022 đến ngày 14/9/2023)"
    _, [figure] = read_text(f"{TITLE}{heading}\nTiếp nhận 900 hồ sơ.\n")
    assert (figure.period_start, figure.period_end) == ("2022-12-15", "2023-09-14")


def test_a_note_hangs_on_the_text_before_it_hangs_on_another_note() -> None:
    _, figures = read_text(
        f"{TITLE}1. Hồ sơ\nCó 45 phòng họp¹, tiếp nhận 30 hồ sơ².\n¹ Bình quân 500 m² một "
        "phòng.\n² Trong đó 12 hồ sơ trực tuyến.\n"
    )
    [online] = (each for each in figures if each.printed == "12")
    assert (online.place, online.indicator) == ("footnote 2", "dossiers_received_online")


def test_a_sum_from_an_earlier_day_on_is_of_its_line_alone() -> None:
    _, figures = read_text(
        f"{TITLE}1. Hồ sơ\nTrong kỳ tiếp nhận 300 hồ sơ.\nLũy kế từ ngày 01/12/2022 đến ngày "
        "30/9/2023, đã tiếp nhận 900 hồ sơ.\nHồ sơ nộp trực tuyến là 280 hồ sơ.\n"
    )
    starts = {each.printed: each.period_start for each in figures}
    assert starts == {"300": "2023-01-01", "900": "2022-12-01", "280": "2023-01-01"}


def test_days_in_the_first_heading_on_dossiers_are_none_of_what_stands_below_the_next() -> None:
    _, figures = read_text(
        f"{TITLE}I. HỒ SƠ TTHC (số liệu từ 15/12/2022 đến 14/9/2023)\nTiếp nhận 900 hồ sơ.\n"
        "II. TUYÊN TRUYỀN\nĐăng 112 tin, bài về CCHC.\n"
    )
    assert [f.period_end for f in figures] == ["2023-09-14", "2023-09-30"]


def test_a_window_in_a_heading_is_none_of_the_next_heading() -> None:
    _, figures = read_text(
        f"{TITLE}II. Thủ tục hành chính\n1. Hồ sơ (từ ngày 15/12/2022 đến ngày 14/9/2023)\n"
        "Tiếp nhận 900 hồ sơ.\n2. Trực tuyến\nTiếp nhận 300 hồ sơ trực tuyến.\n"
    )
    assert [f.period_start for f in figures] == ["2022-12-15", "2023-01-01"]


WARD = "UBND PHƯỜNG KỲ LỪA\nSố: 7/BC-UBND\nKỳ Lừa, ngày 18 tháng 12 năm 2025\nBÁO CÁO\n"


@pytest.mark.parametrize(
    ("opening", "start", "end"),
    [
        ("Công tác CCHC năm 2025 (từ ngày 05/7/2025 đến ngày 15/12/2025)\n", "07-05", "12-15"),
        (
            "Công tác CCHC năm 2025\nUBND phường báo cáo công tác CCHC (từ ngày 05/7/2025 đến hết "
            "ngày 15/12/2025), cụ thể như sau:\n",
            "07-05",
            "12-15",
        ),
        (
            "Công tác CCHC năm 2025\nĐợt thi đua (từ ngày 05/7/2025 đến ngày 15/12/2025) đã hết.\n",
            "07-01",
            "12-31",
        ),
        ("Công tác CCHC năm 2025\n", "07-01", "12-31"),
    ],
)
def test_days_in_a_bracket_are_those_of_the_report_and_none_are_before_its_area(
    opening: str, start: str, end: str
) -> None:
    _, figures = read_text(f"{WARD}{opening}1. Tuyên truyền\nĐăng 112 tin, bài về CCHC.\n")
    [figure] = (each for each in figures if each.printed == "112")
    assert (figure.period_start, figure.period_end) == (f"2025-{start}", f"2025-{end}")


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ("đến 20/8 đạt", "2023-08-20"),
        ("đến 20/8, đạt", "2023-08-20"),
        ("đến 10/12 dự án, đạt", "2023-09-30"),  # a part of a whole, and no day
    ],
)
def test_a_day_without_a_year_is_one_where_a_result_follows(said: str, end: str) -> None:
    _, figures = read_text(f"{TITLE}Giải ngân vốn đầu tư công {said} 3.904 triệu đồng.\n")
    assert figures[-1].period_end == end


def test_a_share_in_a_bracket_is_that_of_its_part_and_not_of_a_whole_with_the_same_words() -> None:
    _, figures = read_text(
        f"{TITLE}Đã giải quyết 14.105 hồ sơ, gồm: trước hạn 11.932 (84,6%), đúng hạn 2.041 "
        "(14,5%), quá hạn 132 (0,9%).\n"
    )
    claimed = {figure.printed: figure.indicator for figure in figures}
    assert claimed["2.041"] == "dossiers_resolved_on_due"
    assert (claimed["14,5"], claimed["0,9"]) == ("", "overdue_rate")


def test_what_is_denied_behind_a_figure_says_nothing_of_it() -> None:
    said = "Có 90% hồ sơ trực tuyến và phấn đấu không còn hồ sơ quá hạn."
    _, figures = read_text(f"{TITLE}{said}\n")
    assert [f.indicator for f in figures if f.printed == "90"] == ["online_rate"]


def test_what_is_paid_and_what_is_digitised_are_two_things() -> None:
    _, figures = read_text(
        f"{TITLE}Tỷ lệ thanh toán trực tuyến cấp huyện đạt 91,3%, cấp xã đạt 88,7%; tỷ lệ số hóa "
        "kết quả cấp huyện 97,2%, cấp xã 95,9%.\n"
    )
    assert [f.indicator == "online_payment_rate" for f in figures] == [True, True, False, False]


def test_money_that_counts_from_new_year_by_custom_alone_is_marked() -> None:
    opening = "Số liệu tính từ ngày 15/12/2022 đến ngày 14/9/2023.\nI. KẾT QUẢ\n"
    said = "Giải ngân vốn đầu tư công {}đạt 84.562 triệu đồng.\n"
    marks = []
    for words in ("", "từ đầu năm đến ngày 14/9/2023 "):
        [figure] = read_text(f"{TITLE}{opening}{said.format(words)}")[1]
        assert (figure.period_start, figure.period_end) == ("2023-01-01", "2023-09-14")
        marks.append("time by custom" in figure.marks)
    assert marks == [True, False]


def test_the_day_of_a_sentence_on_money_is_none_of_the_units_behind_it() -> None:
    _, figures = read_text(
        f"{TITLE}Đến ngày 20/8/2023 giải ngân 3.904 triệu đồng vốn đầu tư công. Huyện có 46 đơn vị "
        "sự nghiệp công lập.\n"
    )
    assert [f.period_end for f in figures] == ["2023-08-20", "2023-09-30"]


def test_an_appendix_is_no_part_of_the_last_chapter() -> None:
    table = "Nội dung\tTiếp nhận\tĐã giải quyết\tQuá hạn\nTổng\t{}\t850\t02\n"
    _, figures = read_text(
        f"{TITLE}7. Phương hướng năm 2024\nKhông để hồ sơ quá hạn.\nPhụ lục 1\n"
        f"KẾT QUẢ GIẢI QUYẾT HỒ SƠ TẠI BỘ PHẬN MỘT CỬA HUYỆN\n{table.format(900)}"
    )
    whole = next(f for f in figures if f.printed == "900")
    assert (whole.scope, whole.period_end, whole.section) == (
        "district_office", "2023-09-30", "Phụ lục 1",
    )  # fmt: skip


def test_the_marks_of_what_is_counted_say_nothing_where_its_time_is_open() -> None:
    _, figures = read_text(
        f"{TITLE}1. Hồ sơ\nTừ ngày 15/12/2022 đến ngày 14/9/2023 tiếp nhận 900 hồ sơ.\n"
        "2. Trực tuyến\nTiếp nhận 612 hồ sơ trực tuyến, trong đó xã A 61 hồ sơ, xã B 62 hồ sơ, "
        "xã C 63 hồ sơ, xã D 64 hồ sơ, xã E 65 hồ sơ, xã G 66 hồ sơ, xã H 67 hồ sơ, xã K 68.\n"
    )
    assert figures[1].marks & {"others say when", "many figures"} == {"others say when"}
    assert (figures[0].confidence, figures[1].confidence) == (Confidence.HIGH, Confidence.LOW)


def test_a_time_or_level_that_is_said_nearby_and_not_the_figures_own_makes_it_doubtful() -> None:
    _, figures = read_text(
        f"{TITLE}1. Hồ sơ trong 6 tháng đầu năm\nTiếp nhận 9.612 hồ sơ tại bộ phận một cửa.\n"
        "2. Hồ sơ của các xã\nCấp huyện tiếp nhận 1.204, giải quyết 1.101 hồ sơ.\n"
        "3. Hồ sơ\nTheo Quyết định số 15/2020/QĐ-UBND ngày 03/5/2020, so với năm 2022, từ ngày "
        "15/12/2022 đến ngày 14/9/2023 tiếp nhận 7.233 hồ sơ, tồn quý II 112 hồ sơ.\n"
        "4. Hồ sơ cấp xã\nTiếp nhận 6.871 hồ sơ.\n"
    )
    told = [f.marks & {"another time said", "another level said"} for f in figures]
    assert told == [{"another time said"}, set(), {"another level said"}, set(), set(), set()]
    assert figures[0].confidence is not Confidence.HIGH


def test_a_heading_names_the_year_of_the_index_below_it() -> None:
    _, figures = read_text(
        f"{TITLE}1. Điểm tự chấm Chỉ số CCHC năm 2022\nHuyện tự chấm 64,75/70 điểm.\n"
        "2. Hồ sơ\nTiếp nhận 612 hồ sơ.\n"
    )
    assert [(f.period_start, f.period_end) for f in figures] == [
        ("2022-01-01", "2022-12-31"),
        ("2022-01-01", "2022-12-31"),
        ("2023-01-01", "2023-09-30"),
    ]


def test_a_year_in_brackets_ends_with_them() -> None:
    _, figures = read_text(
        f"{TITLE}Toàn huyện tiếp nhận 16.027 hồ sơ (năm 2020: 14.880 hồ sơ). Đã giải quyết 15.690 "
        "hồ sơ.\n"
    )
    assert [f.period_end for f in figures] == ["2023-09-30", "2020-12-31", "2023-09-30"]


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("Từ đầu năm đến hết tháng 8/2023, toàn huyện", "2023-01-01", "2023-08-31"),
        ("Từ đầu năm 2023 đến tháng 7, toàn huyện", "2023-01-01", "2023-07-31"),
        ("Cấp huyện (từ 01/7/2023)", "2023-07-01", "2023-09-30"),
    ],
)
def test_windows_that_are_open_at_one_end(said: str, start: str, end: str) -> None:
    _, figures = read_text(f"{TITLE}{said} tiếp nhận 612 hồ sơ.\n")
    assert tell(figures) == [("612", "dossiers_received_total", start, end)]


def test_a_heading_of_another_area_gives_its_figures_to_it() -> None:
    _, figures = read_text(
        f"{TITLE}I. HUYỆN CAO LỘC\nTiếp nhận 612 hồ sơ.\nII. HUYỆN VĂN QUAN\nTiếp nhận 310 hồ sơ.\n"
    )
    assert [(f.printed, f.indicator, f.area) for f in figures] == [
        ("612", "dossiers_received_total", "huyện Cao Lộc"),
        ("310", "dossiers_received_total", "huyện Văn Quan"),
    ]


def test_two_reports_in_one_file_are_read_apart_and_nothing_is_sure(
    reference: Reference, wording: Wording
) -> None:
    head = "ỦY BAN NHÂN DÂN\nHUYỆN {}\nSố: 12/BC-UBND\nBÁO CÁO\nCải cách hành chính {}\n"
    filler = "Không có.\n" * 6
    reading, figures = read_text(
        head.format("CAO LỘC", "quý I năm 2023")
        + f"Toàn huyện tiếp nhận 612 hồ sơ.\n{filler}"
        + head.format("VĂN QUAN", "quý II năm 2024")
        + "Toàn huyện tiếp nhận 310 hồ sơ.\n"
    )
    assert reading.others == (13,)
    assert [(f.area, f.period_end) for f in figures] == [
        ("huyện Cao Lộc", "2023-03-31"),
        ("huyện Văn Quan", "2024-06-30"),
    ]
    assert {f.confidence for f in figures} == {Confidence.LOW}
    assert not reading.head.is_sure_area
    # Whoever says whose the file is says so of its first report.
    head = replace(reading.head, is_sure_area=True)
    weighed = doubt_figures(reading.figures, head, reference, wording)
    assert [f.confidence for f in weighed] == [Confidence.HIGH, Confidence.LOW]


@pytest.mark.parametrize(
    ("title", "area"),
    [
        ("9 tháng năm 2025 của huyện Cao Lộc", "a district after June 2025"),
        ("9 tháng năm 2023", "no area at all"),
    ],
)
def test_whose_it_is_stays_open(title: str, area: str) -> None:
    reading, figures = read_text(
        f"BÁO CÁO\nKết quả cải cách hành chính {title}\nTiếp nhận 612 hồ sơ.\n"
    )
    assert not reading.head.is_sure_area, area
    assert [f.confidence for f in figures] == [Confidence.LOW]


def test_level_words_that_contradict_the_title_leave_it_open() -> None:
    said = "Toàn xã tiếp nhận 612 hồ sơ. UBND xã đã ban hành kế hoạch. Trên địa bàn xã có chợ."
    reading, _ = read_text(f"{TITLE}{said}\n")
    assert not reading.head.is_sure_area


def test_what_speaks_against_a_candidate_keeps_it_and_does_not_claim_it() -> None:
    _, [figure] = read_text(f"{TITLE}Bộ phận Một cửa huyện tiếp hơn 5.200 lượt người mỗi xã.\n")
    assert (figure.indicator, "onestop_staff_per_commune_min" in figure.rivals) == ("", True)


def test_candidates_of_a_claim_are_kept_beside_it() -> None:
    _, [figure] = read_text(f"{TITLE}Toàn huyện tiếp nhận 612 hồ sơ trực tuyến.\n")
    assert figure.indicator == "dossiers_received_online"
    assert "dossiers_received_total" in figure.rivals


def test_two_values_of_one_quantity_are_never_sure() -> None:
    _, figures = read_text(
        f"{TITLE}Toàn huyện tiếp nhận 612 hồ sơ.\nToàn huyện tiếp nhận 613 hồ sơ.\n"
    )
    assert {f.confidence for f in figures} == {Confidence.LOW}
    assert all("two values" in f.marks for f in figures)


def test_an_identity_that_is_read_whole_is_a_mark_of_its_figures(reference: Reference) -> None:
    identities = load_identities(ROOT / "expectations" / "identities.json", reference)
    _, figures = read_text(
        f"{TITLE}Toàn huyện tiếp nhận 100 hồ sơ, đã giải quyết 90 hồ sơ, đang giải quyết 10 hồ "
        "sơ.\n"
    )
    marks = mark_document(figures, reference, identities)
    assert all("identity complete" in each for each in marks)
    assert not any("identity complete" in each for each in mark_document(figures, reference))


def test_the_weights_are_a_logistic_regression(wording: Wording) -> None:
    weights = wording.weights
    marks = frozenset({"two values", "told far"})
    total = weights[BASE] + weights["two values"] + weights["told far"]
    assert weigh(marks, weights) == pytest.approx(1 / (1 + math.exp(-total)))
    assert (
        weigh(marks, weights)
        < weights[SURE_FROM]
        < weigh(frozenset({"identity complete"}), weights)
    )


def test_a_claim_that_is_rather_wrong_is_a_candidate_only(
    reference: Reference, wording: Wording
) -> None:
    _, [figure] = read_text(f"{TITLE}Tiếp nhận 612 hồ sơ trực tuyến.\n")
    unlikely = wording.weights | {BASE: -3.0}
    [left] = weigh_figures([figure], reference, replace(wording, weights=unlikely))
    assert (left.indicator, left.confidence) == ("", Confidence.NONE)
    assert left.rivals[0] == figure.indicator == "dossiers_received_online"
    assert left.looked_again == "dossiers_received_online is unlikely; left open"
    [kept] = weigh_figures([figure], reference, replace(wording, weights=unlikely | {BASE: 0.0}))
    assert (kept.indicator, kept.confidence) == (figure.indicator, Confidence.LOW)


def test_a_weight_that_is_no_number_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "confidence.csv"
    path.write_text("mark,weight,words_vi,words_en\n(base),much,,\n", "utf-8")
    with pytest.raises(ReferenceDataError, match=r"confidence\.csv: .*'much'"):
        load_weights(path)


def test_a_weight_that_everything_needs_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "confidence.csv"
    path.write_text("mark,weight,words_vi,words_en\n(base),2,,\n(claimed from),0.3,,\n", "utf-8")
    with pytest.raises(ReferenceDataError, match=r"confidence\.csv: no row \(sure from\)"):
        load_weights(path)


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("Trần Văn Thử đã nộp hồ sơ", "[họ tên? đã che] đã nộp hồ sơ"),
        ("theo Nguyễn Thị Bích Thử, dân", "theo [họ tên? đã che], dân"),
        ("xã Lê Hồng Phong có chợ", "xã Lê Hồng Phong có chợ"),
        ("đường Lê Hồng Phong, Trần Hưng Đạo", "đường Lê Hồng Phong, Trần Hưng Đạo"),
        ("Trường THCS Nguyễn Văn Thử", "Trường THCS Nguyễn Văn Thử"),
        ("Chủ tịch Hồ Chí Minh", "Chủ tịch Hồ Chí Minh"),
    ],
)
def test_names_without_a_title_are_masked_as_a_guess(said: str, masked: str) -> None:
    assert mask_persons([said]) == [masked]


def test_the_rank_of_another_area_is_not_ones_own() -> None:
    _, figures = read_text(
        "BÁO CÁO\nChỉ số PAR INDEX năm 2021 của tỉnh Lâm Đồng\nNăm 2021, chỉ số PAR INDEX của tỉnh "
        "Lâm Đồng đứng vị trí thứ 31/63. Vị trí thứ 2 là tỉnh Quảng Ninh; tỉnh Bình Thuận xếp vị "
        "trí thứ 20.\n"
    )
    claimed = [(f.printed, f.area) for f in figures if f.indicator == "par_index_rank_national"]
    assert claimed == [("31", "tỉnh Lâm Đồng"), ("2", "tỉnh Quảng Ninh"), ("20", "tỉnh Bình Thuận")]
    _, figures = read_text(
        "BÁO CÁO\nKết quả các chỉ số năm 2022 của tỉnh Nam Định\nChỉ số DTI năm 2022 của tỉnh xếp "
        "thứ 18/63, sau Hải Phòng (thứ 4); trong khi tỉnh Quảng Ninh đứng thứ 7.\n"
    )
    claimed = [(f.printed, f.area) for f in figures if f.indicator == "dti_rank"]
    told = [("4", "thành phố Hải Phòng"), ("7", "tỉnh Quảng Ninh")]
    assert claimed == [("18", "tỉnh Nam Định"), *told]


def test_a_part_of_a_score_is_not_its_whole() -> None:
    _, figures = read_text(
        f"{TITLE}Huyện xếp thứ 4 trong tỉnh với tổng số điểm là 81,40/100 điểm. Trong đó, điểm "
        "thẩm định theo bộ chỉ số đạt 42,30/60 điểm.\n"
    )
    assert [f.printed for f in figures if f.indicator == "par_score_total"] == ["81,40"]


def test_a_page_break_does_not_cut_the_words_of_a_figure() -> None:
    _, figures = read_text(
        f"{TITLE}Bộ phận Một cửa huyện có 9 công chức chính thức và 8 công chức, viên\n\nchức dự "
        "phòng.\n"
    )
    assert [f.indicator for f in figures] == ["onestop_staff_official", "onestop_staff_reserve"]


def test_a_part_that_looks_ahead_holds_for_the_lines_below_its_title() -> None:
    """ "Phần thứ hai" may stand in capitals, on a line of its own above what it is about."""
    head = "PHẦN THỨ NHẤT\nKẾT QUẢ THỰC HIỆN\n- Tỷ lệ hồ sơ trực tuyến đạt 71%.\n"
    ahead = "PHẦN THỨ HAI\nPHƯƠNG HƯỚNG, NHIỆM VỤ NĂM 2024\n- Trên 95% hồ sơ được nộp trực tuyến.\n"
    told, aim = read_text(TITLE + head + ahead)[1]
    assert (told.status, told.period_end) == ("actual", "2023-09-30")
    assert (aim.status, aim.period_start, aim.period_end) == ("target", "2024-01-01", "2024-12-31")


def test_the_last_months_of_a_year_are_not_its_first_before_a_number() -> None:
    """ "6 tháng cuối năm 38,6 tỷ" names no year, and is not "6 tháng"."""
    year = windows.make_year(2025)
    found = windows.find_window("Thu ngân sách 6 tháng cuối năm 38,6 tỷ đồng", year)
    assert found == Period(dt.date(2025, 7, 1), dt.date(2025, 12, 31))


@pytest.mark.parametrize("letters", ["AB", "DĐ", "EG"])
def test_chapters_with_letters_end_each_other(letters: str) -> None:
    first, second = letters
    _, figures = read_text(
        f"{TITLE}{first}. BIÊN CHẾ (Phòng Nội vụ chốt ngày 31/8/2023)\nCó 12 phòng chuyên môn.\n"
        f"{second}. TÀI CHÍNH\n{second}.1. Có 41 đơn vị sự nghiệp.\n"
    )
    assert [(f.period_end, f.section) for f in figures] == [
        ("2023-08-31", first), ("2023-09-30", f"{second}.1"),
    ]  # fmt: skip


def test_the_day_of_a_heading_ends_the_days_of_the_one_above_it() -> None:
    """The districts of a province had counted up to the day that their heading names."""
    above = "3. Kết quả giải quyết hồ sơ từ ngày 15/12/2022 đến ngày 14/9/2023:\n"
    told = "a) Cấp huyện (đến hết ngày 30/6/2023)\nTiếp nhận 962 hồ sơ.\n"
    rest = "b) Cấp xã\nTiếp nhận 3.124 hồ sơ.\n"
    first, second = read_text(TITLE + above + told + rest)[1]
    assert (first.period_start, first.period_end) == ("2022-12-15", "2023-06-30")
    assert (second.period_start, second.period_end) == ("2022-12-15", "2023-09-14")


def test_a_column_of_those_that_came_online_counts_a_part_of_what_was_done_in_time() -> None:
    table = (
        "TT\tChỉ tiêu\tTổng số\tTrực tuyến\n1\tHồ sơ tiếp nhận\t732\t704\n"
        "2\tHồ sơ đã giải quyết\t721\t693\n2.1\tTrước hạn\t682\t657\n"
    )
    found = [figure.indicator for figure in read_text(TITLE + table)[1]]
    assert found == [
        "dossiers_received_total", "dossiers_received_online", "dossiers_resolved_total", "",
        "dossiers_resolved_early", "",
    ]  # fmt: skip


def _list_spans(text: str) -> list[tuple[str, str, str]]:
    found = (figure for figure in read_text(text)[1] if figure.indicator)
    return [(each.printed, each.period_start, each.period_end) for each in found]


def test_a_row_of_words_right_below_the_heads_of_a_table_opens_its_first_part() -> None:
    table = (
        "Bảng 2. Hồ sơ TTHC\nCấp\tTiếp nhận\tGiải quyết\nA. Từ 01/01/2023 đến 30/6/2023\t\t\n"
        "Cấp xã\t814\t802\nB. Từ 01/7/2023 đến 15/9/2023\t\t\nCấp xã\t936\t921\n"
    )
    first, second = ("2023-01-01", "2023-06-30"), ("2023-07-01", "2023-09-15")
    assert [span[1:] for span in _list_spans(TITLE + table)] == [first, first, second, second]


def test_a_note_with_a_mark_tells_the_days_of_the_head_that_has_it_and_of_nothing_else() -> None:
    table = (
        "Nội dung\t6 tháng cuối năm 2022 (*)\t9 tháng năm 2023\n"
        "Tổng hồ sơ tiếp nhận\t5.127\t6.482\nHồ sơ đã giải quyết\t5.065\t6.391\n"
        "(*) Từ ngày 01/7/2022 đến ngày 14/12/2022.\n"
        "Như vậy, đã tiếp nhận trực tuyến 2.117 hồ sơ.\n"
    )
    before, now = ("2022-07-01", "2022-12-14"), ("2023-01-01", "2023-09-30")
    spans = {printed: days for printed, *days in _list_spans(TITLE + table)}
    told = [tuple(spans[printed]) for printed in ("5.127", "6.482", "5.065", "2.117")]
    assert told == [before, now, before, now]


def test_a_note_that_names_a_head_of_its_table_tells_the_days_of_that() -> None:
    table = (
        "Chỉ tiêu\tMục tiêu năm 2023\t9 tháng năm 2022\t9 tháng năm 2023\n"
        "Tỷ lệ hồ sơ trực tuyến\t80%\t66,1%\t84,4%\nTỷ lệ thanh toán trực tuyến\t60%\t51,4%\t72%\n"
        "Ghi chú: số liệu 9 tháng năm 2022 lấy từ 01/01 đến 15/9/2022.\n"
    )
    year, before, now = (
        ("2023-01-01", end) if end > "2023" else ("2022-01-01", end)
        for end in ("2023-12-31", "2022-09-15", "2023-09-30")
    )
    spans = [span[1:] for span in _list_spans(TITLE + table) if span[0] != "84,4"]
    assert spans == [year, before, year, before, now]


def test_the_offices_of_a_province_are_told_by_the_days_that_are_counted() -> None:
    """Beside districts until June 2025; since then they are the province's own offices."""
    title = "BÁO CÁO\nCông tác cải cách hành chính 9 tháng năm 2025 của tỉnh Thử Nghiệm\n"
    table = (
        "Bảng 2. Hồ sơ TTHC\nCấp\tTiếp nhận\tGiải quyết\nA. Từ 01/01/2025 đến 30/6/2025\t\t\n"
        "Sở, ban, ngành\t814\t802\nB. Từ 01/7/2025 đến 15/9/2025\t\t\nSở, ban, ngành\t936\t921\n"
    )
    scopes = [figure.scope for figure in read_text(title + table)[1]]
    assert scopes == ["province_office"] * 2 + ["district_office"] * 2


@pytest.mark.parametrize(
    "said",
    [
        "Đã rà soát văn bản có liên quan đến cấp huyện; đề nghị bãi bỏ 143 văn bản.",
        "Đã tổ chức 58 cuộc họp trực tuyến với cấp xã.",
    ],
)
def test_a_level_that_is_an_object_is_not_whose_work_it_is(said: str) -> None:
    assert read_text(TITLE + said)[1][0].scope == "whole_district"


def test_what_is_so_today_is_not_of_the_day_that_the_sentence_before_it_names() -> None:
    """And a day in brackets is that of all that one verb counts before it."""
    said = (
        "Huyện có 96 TTHC trực tuyến mức độ 3 và 121 TTHC trực tuyến mức độ 4 (số liệu ngày "
        "31/7/2023). Hiện nay cung cấp 134 dịch vụ công trực tuyến toàn trình.\n"
    )
    above = "I. KẾT QUẢ\nThực hiện tốt các nhiệm vụ được giao.\n"
    ends = [span[2] for span in _list_spans(TITLE + above + said)]
    assert ends == ["2023-07-31", "2023-07-31", "2023-09-30"]


def test_an_index_is_of_its_year_whenever_it_was_published() -> None:
    said = "Chỉ số CCHC năm 2022 (tỉnh công bố tháng 4/2023) đạt 84,17%.\n"
    assert _list_spans(TITLE + said) == [("84,17", "2022-01-01", "2022-12-31")]


def test_a_number_in_groups_behind_the_name_of_a_program_is_no_version() -> None:
    said = "Văn bản đến qua phần mềm VNPT-iOffice 21.340 văn bản.\n"
    assert [span[0] for span in _list_spans(TITLE + said)] == ["21.340"]


def test_a_province_goes_on_with_what_those_before_it_have_counted() -> None:
    """A commune of July 2025 begins then; a province that took others in reports of its year."""
    title = "BÁO CÁO\nKết quả cải cách hành chính năm 2025 của {}\nĐã ban hành 86 văn bản QPPL.\n"
    heads = {name: read_text(title.format(name))[0].head for name in ("tỉnh Lâm Đồng", "xã Ba Chẽ")}
    starts = [head.window.start for head in heads.values() if head.window.start]
    assert [start.isoformat() for start in starts] == ["2025-01-01", "2025-07-01"]


def test_a_table_goes_on_behind_a_line_that_tells_its_parts_apart() -> None:
    """And the days of one of its columns are not those of the lines below it."""
    table = (
        "Cấp\tTiếp nhận hồ sơ\tHồ sơ đã giải quyết\n"
        "a) Từ 01/01/2023 đến 30/6/2023 (cũ)\nCấp xã\t814\t802\n"
        "b) Từ 01/7/2023 đến 15/9/2023 (mới)\nCấp xã\t936\t921\nĐã giải quyết 5.200 hồ sơ.\n"
    )
    spans = {printed: days for printed, *days in _list_spans(TITLE + table)}
    assert spans["802"] == ["2023-01-01", "2023-06-30"]
    assert spans["936"] == spans["921"] == ["2023-07-01", "2023-09-15"]
    assert spans["5.200"] == ["2023-01-01", "2023-09-30"]


def test_a_sentence_between_two_tables_is_no_part_of_either() -> None:
    text = (
        "Nội dung\tCấp huyện\tCấp xã\nHồ sơ tiếp nhận\t1.234\t2.345\n"
        "Trong kỳ, toàn huyện đã tổ chức 58 cuộc họp trực tuyến với các phòng, ban.\n"
        "Hồ sơ trễ hạn\t12\t13\n"
    )
    places = {figure.printed: figure.place for figure in read_text(TITLE + text)[1]}
    assert (places["2.345"], places["58"], places["12"]) == ("table", "text", "table")


def test_a_table_drawn_with_bars_is_a_table() -> None:
    table = (
        "| Nội dung | Quý III (01/7-30/9) | 9 tháng |\n|---|---:|---|\n"
        "| Hồ sơ tiếp nhận | 5.214 | 9.301 |\n| Hồ sơ đã giải quyết | 5.046 | 9.077 |\n"
    )
    reading, figures = read_text(TITLE + table)
    lines = [line for line in (TITLE + table).splitlines() if "|" in line]
    assert [figure.place for figure in figures] == ["table"] * 4
    assert _list_spans(TITLE + table)[0] == ("5.214", "2023-07-01", "2023-09-30")
    row = lines[2]
    assert row[figures[0].start : figures[0].end] == "5.214"
    assert reading.head.area == "huyện Cao Lộc"


def test_a_dash_in_a_table_drawn_with_bars_stays_a_cell() -> None:
    lines = read_lines("| Nội dung | Số |\n|:---|-:|\n| Hồ sơ quá hạn | - |\n").lines
    assert [[cell.text for cell in line.cells] for line in lines] == [
        ["Nội dung", "Số"],
        ["", ""],
        ["Hồ sơ quá hạn", "-"],
    ]


def test_rows_with_bars_between_their_cells_alone_are_a_table_where_two_are_alike() -> None:
    head = "UBND HUYỆN CAO LỘC | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
    table = (
        "Nội dung | Cấp huyện | Cấp xã\nHồ sơ tiếp nhận | 5.214 | 9.301\n"
        "Trang chủ | Tin tức | Có 12 văn bản quy phạm pháp luật được ban hành | In trang\n"
    )
    _, figures = read_text(head + TITLE + table)
    assert [(f.printed, str(f.scope), f.place) for f in figures] == [
        ("5.214", "district_office", "table"),
        ("9.301", "commune_aggregate", "table"),
        ("12", "whole_district", "text"),
    ]


def test_what_a_column_calls_a_maximum_is_no_score() -> None:
    table = (
        "Chỉ số phục vụ người dân, doanh nghiệp\nNhóm chỉ số\tĐiểm tối đa\tĐiểm đạt\n"
        "Công khai, minh bạch\t18\t17,10\nMức độ hài lòng\t18\t15,80\n"
    )
    found = [(f.printed, f.indicator) for f in read_text(TITLE + table)[1] if f.printed != "18"]
    assert found == [
        ("17,10", "service_index_transparency"),
        ("15,80", "service_index_satisfaction"),
    ]
    assert not any(f.indicator for f in read_text(TITLE + table)[1] if f.printed == "18")


@pytest.mark.parametrize("unit", ["(%)", "(đơn vị tính: %)"])
def test_the_unit_in_a_caption_is_that_of_the_cells_and_a_year_that_of_a_plan(unit: str) -> None:
    table = (
        f"Biểu 2 - Một số chỉ tiêu {unit}\n\nChỉ tiêu\tKế hoạch 2023\t9 tháng 2022\tCòn thiếu\n"
        "Hồ sơ tiếp nhận trực tuyến\t80\t67,4\t12,6\nThanh toán trực tuyến\t60\t38,0\t22\n"
    )
    year, before = ("2023-01-01", "2023-12-31"), ("2022-01-01", "2022-09-30")
    found = [(each.indicator, each.status) for each in read_text(TITLE + table)[1]]
    codes = ("online_rate", "online_payment_rate")
    assert found == [
        pair for code in codes for pair in ((code, "target"), (code, "actual"), ("", "actual"))
    ]
    assert [span[1:] for span in _list_spans(TITLE + table)] == [year, before] * 2


def test_what_a_head_says_is_counted_along_is_not_what_it_counts() -> None:
    table = "Cấp\tTiếp nhận (gồm tồn kỳ trước)\tĐã giải quyết hồ sơ\nCấp xã\t814\t802\n"
    assert read_text(TITLE + "Hồ sơ TTHC\n" + table)[1][0].indicator == "dossiers_received_total"


@pytest.mark.parametrize("along", ["bao gồm hồ sơ kỳ trước chuyển sang", "kể cả tồn kỳ trước"])
def test_what_a_bracket_says_is_counted_along_is_not_what_is_counted(along: str) -> None:
    said = f"Toàn huyện tiếp nhận 814 hồ sơ ({along}), đã giải quyết 802 hồ sơ.\n"
    codes = [each.indicator for each in read_text(TITLE + said)[1]]
    assert codes == ["dossiers_received_total", "dossiers_resolved_total"]
    said = "Toàn huyện tiếp nhận 814 hồ sơ (bao gồm 12 hồ sơ kỳ trước chuyển sang).\n"
    codes = [each.indicator for each in read_text(TITLE + said)[1]]
    assert codes == ["dossiers_received_total", "dossiers_carried_over"]


def test_heads_that_are_parts_of_a_year_are_those_of_the_report() -> None:
    table = (
        "Chỉ tiêu\tQuý I\tQuý II\tQuý III (đến 20/9)\n"
        "Tiếp nhận hồ sơ\t2.046\t2.511\t2.188\nTrong đó: trực tuyến\t1.958\t2.470\t2.155\n"
    )
    spans = [span[1:] for span in _list_spans(TITLE + table)]
    quarters = [
        ("2023-01-01", "2023-03-31"),
        ("2023-04-01", "2023-06-30"),
        ("2023-07-01", "2023-09-20"),
    ]
    assert spans == quarters * 2
    assert {f.indicator for f in read_text(TITLE + table)[1][3:]} == {"dossiers_received_online"}


def test_a_caption_that_tells_the_days_of_heads_tells_them_of_those() -> None:
    caption = (
        "So sánh hai kỳ (số liệu quý III/2023 tính từ 15/6/2023 đến 14/9/2023; "
        "quý III/2022 tính từ 15/6/2022 đến 14/9/2022):\n"
    )
    table = "Chỉ tiêu\tQuý III/2022\tQuý III/2023\nHồ sơ tiếp nhận\t2.318\t2.604\n"
    spans = [span[1:] for span in _list_spans(TITLE + caption + table)]
    assert spans == [("2022-06-15", "2022-09-14"), ("2023-06-15", "2023-09-14")]


def test_the_day_over_the_labels_of_a_table_is_that_of_its_rows() -> None:
    table = (
        "1. Danh mục\nNội dung (tính đến 31/8/2023)\tCấp huyện\tCấp xã\n"
        "TTHC cung cấp trực tuyến toàn trình\t281\t137\n"
    )
    assert [span[2] for span in _list_spans(TITLE + table)] == ["2023-08-31"] * 2


def test_the_day_of_dossiers_is_of_nothing_else() -> None:
    head = TITLE + "(Số liệu hồ sơ TTHC chốt đến hết ngày 20/9/2023)\nI. KẾT QUẢ\n"
    said = "Tiếp nhận 520 hồ sơ. Đã ban hành 12 văn bản quy phạm pháp luật.\n"
    assert [span[2] for span in _list_spans(head + said)] == ["2023-09-20", "2023-09-30"]


def test_a_line_that_opens_a_table_opens_nothing_behind_it() -> None:
    table = (
        "Kết quả tại các xã từ 15/12/2022 đến 14/3/2023:\nNội dung\tXã A\tXã B\n"
        "Hồ sơ tiếp nhận\t912\t704\nĐã ban hành 12 văn bản quy phạm pháp luật.\n"
    )
    assert _list_spans(TITLE + table)[-1] == ("12", "2023-01-01", "2023-09-30")


def test_a_head_of_ranks_has_no_unit_of_its_row() -> None:
    table = (
        "Chỉ số\tNăm 2021\t\tNăm 2022\t\n\tKết quả\tThứ hạng\tKết quả\tThứ hạng\n"
        "SIPAS (%)\t83,06\t31\t84,77\t15\n"
    )
    title = "BÁO CÁO\nKết quả cải cách hành chính 9 tháng năm 2023 của tỉnh Lạng Sơn\n"
    found = [(each.indicator, each.period_end) for each in read_text(title + table)[1]]
    assert found == [
        (code, f"{year}-12-31") for year in (2021, 2022) for code in ("sipas", "sipas_rank")
    ]


def test_bare_years_over_columns_are_their_years() -> None:
    table = "I. KẾT QUẢ\nNội dung\t2022\t2023\nHồ sơ tiếp nhận\t4.100\t5.200\n"
    now = ("2023-01-01", "2023-09-30")
    assert [s[1:] for s in _list_spans(TITLE + table)] == [("2022-01-01", "2022-12-31"), now]


@pytest.mark.parametrize("year", ["0000", "0001", "9999"])
@pytest.mark.parametrize(
    "text",
    [
        "Cao Lộc, ngày 31 tháng 12 năm {0}\nBÁO CÁO\nKết quả cải cách hành chính năm {0}\n"
        "Tiếp nhận 500 hồ sơ.",
        "BÁO CÁO\nKết quả cải cách hành chính quý I năm {0} của huyện Cao Lộc\nTiếp nhận 500 hồ sơ "
        "từ ngày 01/01/{0} đến ngày 31/12/{0} (cùng kỳ 400 hồ sơ).",
    ],
)
def test_a_year_that_no_report_is_of_is_none(text: str, year: str) -> None:
    reading, figures = read_text(text.format(year))
    assert not reading.head.period.end or reading.head.period.end.year in windows.YEARS
    assert {figure.printed for figure in figures} >= {"500"}
