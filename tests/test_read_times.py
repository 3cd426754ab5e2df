"""When a figure is of: heads, rows, captions and sentences that name rival times."""

from __future__ import annotations

import pytest

from reading_work import read_text

NINE = "BÁO CÁO\nKết quả cải cách hành chính 9 tháng đầu năm 2023 của huyện Cao Lộc\n"
YEAR = "BÁO CÁO\nKết quả cải cách hành chính năm 2022 của huyện Cao Lộc\n"


def list_times(text: str) -> list[str]:
    """The digits of each figure with its days, as "612 2023-01-01..2023-09-30"."""
    found = (f for f in read_text(text)[1] if f.indicator or f.rivals)
    return [f"{f.printed} {f.period_start}..{f.period_end}" for f in found]


@pytest.mark.parametrize(
    ("head", "days"),
    [
        ("9T/2022", "2022-01-01..2022-09-30"),
        ("6T đầu năm 2022", "2022-01-01..2022-06-30"),
        ("QII/2023", "2023-04-01..2023-06-30"),
        ("Q.3/2022", "2022-07-01..2022-09-30"),
        ("T8/2023", "2023-08-01..2023-08-31"),
        ("Tháng 8", "2023-08-01..2023-08-31"),
        ("Cùng kỳ năm trước", "2022-01-01..2022-09-30"),
        ("Thực hiện cùng kỳ", "2022-01-01..2022-09-30"),
        ("Năm trước", "2022-01-01..2022-09-30"),
        ("Quý III (số liệu đến 20/9)", "2023-07-01..2023-09-20"),
    ],
)
def test_a_head_names_the_time_of_its_column(head: str, days: str) -> None:
    table = (
        f"Bảng 2. Một số kết quả\nNội dung\t{head}\t9 tháng năm 2023\n"
        "Tỷ lệ hồ sơ trực tuyến (%)\t51,2\t60,4\nTin, bài tuyên truyền CCHC\t31\t47\n"
    )
    own = "2023-01-01..2023-09-30"
    assert list_times(NINE + table) == [f"51,2 {days}", f"60,4 {own}", f"31 {days}", f"47 {own}"]


def test_a_row_that_says_only_when_is_no_field_or_office() -> None:
    table = (
        "Hồ sơ theo từng kỳ\nKỳ\tTiếp nhận\tĐã giải quyết\tQuá hạn\n"
        "Quý II/2023\t4.700\t4.655\t15\nCùng kỳ năm 2022\t4.201\t4.150\t61\n"
        "7/2023\t1.500\t1.490\t4\n"
    )
    found = [(f.indicator or f.rivals[0], f.period_start) for f in read_text(NINE + table)[1]]
    stages = ("received_total", "resolved_total", "resolved_overdue")
    starts = ("2023-04-01", "2022-01-01", "2023-07-01")
    assert found == [(f"dossiers_{stage}", start) for start in starts for stage in stages]


def test_the_head_of_the_reports_own_year_stands_against_a_caption_of_another() -> None:
    table = (
        "Tổng hợp các năm 2021, 2022\nChỉ tiêu\t2021\t2022\n"
        "Tỷ lệ hồ sơ trực tuyến (%)\t28,1\t51,4\n"
    )
    assert list_times(YEAR + table) == [
        "28,1 2021-01-01..2021-12-31",
        "51,4 2022-01-01..2022-12-31",
    ]


@pytest.mark.parametrize(
    ("title", "text", "days"),
    [
        (
            YEAR,
            "Năm 2021 kỷ luật 04 viên chức; năm 2022 kỷ luật 06 viên chức.",
            ["2021-01-01..2021-12-31", "2022-01-01..2022-12-31"],
        ),
        (
            YEAR,
            "Tỷ lệ hồ sơ trực tuyến tăng từ 20,4% năm 2021 lên 44,9% năm 2022. Tỷ lệ thanh toán "
            "trực tuyến đạt 30,1%.",
            ["2021-01-01..2021-12-31", *["2022-01-01..2022-12-31"] * 2],
        ),
        (
            YEAR,
            "Trong quý IV phát hành 904 văn bản đi điện tử; cả năm 4.110 văn bản đi điện tử.",
            ["2022-10-01..2022-12-31", "2022-01-01..2022-12-31"],
        ),
        (
            YEAR,
            "Thu ngân sách 10 tháng 88.200 triệu đồng. Thu ngân sách quý I đạt 20.100 triệu đồng.",
            ["2022-01-01..2022-10-31", "2022-01-01..2022-03-31"],
        ),
        (
            NINE,
            "Đến ngày 14/6/2023, huyện đã hoàn thành 31/68 nhiệm vụ của Kế hoạch CCHC.",
            ["..2023-06-14", "..2023-12-31"],
        ),
        (
            NINE,
            "II. Lũy kế từ ngày 01/7/2023 đến ngày 31/8/2023\nTiếp nhận 30 phản ánh, kiến nghị.",
            ["2023-07-01..2023-08-31"],
        ),
        (
            "BÁO CÁO\nKết quả cải cách hành chính 6 tháng cuối năm 2025 của phường Đông Kinh\n",
            "Chỉ số CCHC: tổng điểm tối đa là 100 điểm.",
            ["2025-07-01..2025-12-31"],
        ),
        (
            NINE,
            "Đăng 52 tin, bài tuyên truyền CCHC (quý I: 21 tin, bài; quý II: 18 tin, bài).",
            ["2023-01-01..2023-09-30", "2023-01-01..2023-03-31", "2023-04-01..2023-06-30"],
        ),
        (
            NINE,
            "Theo tháng: tháng 7 tiếp nhận 402 hồ sơ, tháng 8 tiếp nhận 561 hồ sơ, từ 01/9 đến "
            "14/9 tiếp nhận 247 hồ sơ.",
            ["2023-07-01..2023-07-31", "2023-08-01..2023-08-31", "2023-09-01..2023-09-14"],
        ),
        (
            NINE,
            "Giải ngân vốn đầu tư công đến hết tháng 8 đạt 51,4% (cùng kỳ năm 2022: 47,9%).",
            ["2023-01-01..2023-08-31", "2022-01-01..2022-08-31"],
        ),
        (
            NINE,
            "Trong quý IV phấn đấu tỷ lệ hồ sơ trực tuyến đạt 80%; giải ngân vốn đầu tư công cả "
            "năm phấn đấu đạt 98%.",
            ["2023-10-01..2023-12-31", "2023-01-01..2023-12-31"],
        ),
        (
            NINE,
            "So với cùng kỳ năm 2022 (toàn huyện tiếp nhận 20.406 hồ sơ), nay tiếp nhận 21.738 "
            "hồ sơ.",
            ["2022-01-01..2022-09-30", "2023-01-01..2023-09-30"],
        ),
        (
            NINE,
            "Trong kỳ tiếp nhận 24 phản ánh, kiến nghị; riêng tháng 8 có 05 phản ánh, kiến nghị.",
            ["2023-01-01..2023-09-30", "2023-08-01..2023-08-31"],
        ),
        (
            NINE,
            "Giải ngân vốn đầu tư công tại thời điểm 30/6 mới đạt 31,3%; hết quý I giải ngân vốn "
            "đầu tư công 12,0%.",
            ["2023-01-01..2023-06-30", "2023-01-01..2023-03-31"],
        ),
        (
            NINE,
            "Biên chế sự nghiệp giáo dục có mặt tại ngày 01/7/2023 là 948 người, hiện nay biên chế "
            "sự nghiệp giáo dục có mặt 951 người.",
            ["..2023-07-01", "..2023-09-30"],
        ),
    ],
)
def test_the_nearest_words_that_name_a_time_decide(title: str, text: str, days: list[str]) -> None:
    assert [each.partition(" ")[2] for each in list_times(title + text)] == days


def test_what_goes_on_with_the_reports_own_time_is_not_carried() -> None:
    text = (
        "Năm 2022, huyện tiếp nhận 905 hồ sơ. Đã giải quyết 890 hồ sơ. "
        "Năm 2021, huyện tiếp nhận 812 hồ sơ. Đã giải quyết 800 hồ sơ."
    )
    carried = [f.printed for f in read_text(YEAR + text)[1] if "time carried" in f.marks]
    assert carried == ["800"]


def test_the_part_of_a_year_in_a_title_stands_against_the_time_of_the_first_figures() -> None:
    text = (
        "UBND HUYỆN CAO LỘC\nCao Lộc, ngày 20 tháng 9 năm 2023\nBÁO CÁO\n"
        "Công tác cải cách hành chính 9 tháng đầu năm\nTrong quý IV năm 2022, huyện đăng 12 tin, "
        "bài tuyên truyền CCHC.\n"
    )
    period = read_text(text)[0].head.period
    assert (str(period.start), str(period.end)) == ("2023-01-01", "2023-09-30")


def test_a_target_below_a_heading_with_days_is_for_the_year_that_its_head_names() -> None:
    table = (
        "II. KẾT QUẢ GIẢI QUYẾT HỒ SƠ (số liệu từ 15/12/2022 đến 14/9/2023)\n"
        "Chỉ tiêu\t9 tháng 2023\tKế hoạch 2023\nTỷ lệ hồ sơ trực tuyến (%)\t70,2\t75\n"
    )
    assert list_times(NINE + table) == [
        "70,2 2022-12-15..2023-09-14",
        "75 2023-01-01..2023-12-31",
    ]


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("Từ đầu năm đến nay", "2025-07-01..2025-07-31"),
        ("Lũy kế từ đầu năm", "2025-07-01..2025-07-31"),
        ("Từ đầu năm đến ngày 25/7/2025", "2025-07-01..2025-07-25"),
        ("Từ ngày 01/01/2025 đến ngày 31/7/2025", "2025-01-01..2025-07-31"),
    ],
)
def test_the_first_year_of_a_ward_begins_with_the_ward(said: str, days: str) -> None:
    title = "BÁO CÁO\nKết quả cải cách hành chính tháng 7 năm 2025 của phường Tam Thanh\n"
    own = "Trong tháng 7, phường tiếp nhận 210 hồ sơ."
    told = list_times(f"{title}{own}\n{said}, phường đã giải quyết 195 hồ sơ.\n")
    assert told == ["210 2025-07-01..2025-07-31", f"195 {days}"]


QUARTER = (
    "Phường Tam Thanh đẩy mạnh cải cách hành chính quý III năm 2025\n"
    "Trong quý III/2025, phường Tam Thanh đã tiếp nhận 1.204 hồ sơ.\n"
)
SHARE = "tỷ lệ hồ sơ trực tuyến đạt 90%"


@pytest.mark.parametrize(
    "text",
    [
        f"{QUARTER}Thời gian tới, phường phấn đấu {SHARE}.",
        f"{QUARTER}Trong thời gian tới, phường nâng cao chất lượng phục vụ. Phấn đấu {SHARE}.",
        f"{QUARTER}Để phục vụ tốt trong thời gian tới, phường tập trung:\n- Duy trì {SHARE}.",
        f"{YEAR}Những tháng tới, huyện phấn đấu {SHARE}.",
        f"{YEAR}Tới đây, phát huy kết quả năm 2022, huyện phấn đấu {SHARE}.",
        f"{YEAR}Tính đến 15/12 đã tiếp nhận 820 hồ sơ. Giai đoạn tới, huyện phấn đấu {SHARE}.",
        f"{YEAR}IV. PHƯƠNG HƯỚNG, NHIỆM VỤ\nPhấn đấu {SHARE}.",
        f"{YEAR}IV. NHIỆM VỤ TRỌNG TÂM THỜI GIAN TỚI\n- Phấn đấu {SHARE}.",
    ],
)
def test_a_target_of_a_later_time_without_days_has_none_and_is_asked(text: str) -> None:
    figure = read_text(text)[1][-1]
    told = figure.indicator, str(figure.status), figure.period_end, str(figure.confidence)
    assert told == ("online_rate", "target", "", "low")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        (f"{YEAR}Quý tới, huyện phấn đấu {SHARE}.", "2023-01-01..2023-03-31"),
        (f"{YEAR}Năm tới, huyện phấn đấu {SHARE}.", "2023-01-01..2023-12-31"),
        (f"{NINE}Tháng tới phấn đấu {SHARE}.", "2023-10-01..2023-10-31"),
        (f"{NINE}Những tháng còn lại, phấn đấu {SHARE}.", "2023-10-01..2023-12-31"),
        (f"{NINE}Các tháng cuối năm phấn đấu {SHARE}.", "2023-10-01..2023-12-31"),
        (f"{NINE}Cuối năm phấn đấu {SHARE}.", "2023-01-01..2023-12-31"),
        (f"{NINE}Thời gian tới, phấn đấu đến hết năm 2024 {SHARE}.", "2024-01-01..2024-12-31"),
    ],
)
def test_a_target_of_a_later_time_with_days_is_of_those(text: str, days: str) -> None:
    assert list_times(text)[-1] == f"90 {days}"


@pytest.mark.parametrize(
    "said",
    [
        f"Hạn chế sẽ khắc phục trong thời gian tới. Năm 2022, {SHARE}.",
        f"Còn 20 hồ sơ chuyển sang năm sau. Tổng hợp chung, {SHARE}.",
    ],
)
def test_a_result_beside_a_later_time_stays_one(said: str) -> None:
    figure = read_text(YEAR + said)[1][-1]
    assert (str(figure.status), figure.period_end) == ("actual", "2022-12-31")


@pytest.mark.parametrize(
    "said",
    [
        "100% hồ sơ đủ điều kiện được nộp trực tuyến.",
        "Tỷ lệ hồ sơ đủ điều kiện nộp trực tuyến đạt 100%.",
    ],
)
def test_a_share_of_what_can_come_online_is_none_of_all_dossiers(said: str) -> None:
    assert read_text(YEAR + said)[1][0].indicator == ""


@pytest.mark.parametrize(
    ("title", "paper", "end", "is_sure"),
    [
        ("năm 2023 (tính đến hết ngày 30/9/2023)", "06 tháng 10", "2023-09-30", True),
        ("năm 2023 (tính đến ngày 14/12/2023)", "18 tháng 12", "2023-12-31", True),
        ("năm 2023", "18 tháng 12", "2023-12-31", True),
        # Nobody reports on a year in October: how much of it is told is open.
        ("năm 2023", "06 tháng 10", "2023-12-31", False),
    ],
)
def test_a_year_is_told_as_far_as_its_title_and_its_paper_say(
    title: str, paper: str, end: str, is_sure: bool
) -> None:
    text = (
        f"UBND HUYỆN CAO LỘC\nPHÒNG NỘI VỤ\nCao Lộc, ngày {paper} năm 2023\nTHÔNG BÁO\n"
        f"Tình hình thực hiện nhiệm vụ cải cách hành chính {title}\n"
        "Toàn huyện có 231 cán bộ, công chức cấp xã."
    )
    head = read_text(text)[0].head
    assert (str(head.period.end), head.is_sure_period) == (end, is_sure)


@pytest.mark.parametrize(
    ("said", "is_sure"),
    [
        ("Dữ liệu mở ngày 16/12/2022, khóa ngày 12/9/2023.", False),
        ("Dữ liệu mở ngày 01/01/2023, khóa ngày 30/9/2023.", True),
        ("Mở ngày 16/12/2022, khóa ngày 12/9/2023; số liệu về ngân sách có mốc riêng.", False),
        ("Thực hiện Công văn số 7/SNV ngày 12/9/2023 của Sở Nội vụ.", True),
        ("Đề nghị các xã khắc phục xong trước ngày 10/10/2023.", True),
        ("Hội nghị ngày 12/9/2023 đã bàn về kết quả.", True),
        ("Phòng báo cáo theo kết luận tại cuộc họp ngày 12/9/2023.", True),
        ("(Kèm theo Báo cáo số 7/BC-UBND ngày 12/9/2023 của UBND huyện)", True),
        ("Đề án có hiệu lực từ ngày 01/3/2023.", True),
    ],
)
def test_a_day_by_the_ends_of_the_period_that_was_not_read_leaves_the_time_open(
    said: str, is_sure: bool
) -> None:
    told = "I. HỒ SƠ\nToàn huyện tiếp nhận 1.120 hồ sơ, giải quyết 1.020 hồ sơ."
    reading, figures = read_text(f"Số 7/BC-UBND, ngày 25/9/2023\n{NINE}{said}\n{told}")
    assert reading.head.is_sure_period == is_sure
    assert ("high" in {each.confidence.value for each in figures}) == is_sure


def test_a_day_behind_the_end_of_a_month_says_nothing_of_its_time() -> None:
    month = "BÁO CÁO\nKết quả cải cách hành chính tháng 5 năm 2023 của huyện Cao Lộc\n"
    said = "Đề nghị các xã khắc phục xong trước ngày 05/6/2023.\nI. HỒ SƠ\nTiếp nhận 1.120 hồ sơ."
    assert read_text(month + said)[0].head.is_sure_period


@pytest.mark.parametrize(
    "said",
    [
        "Phấn đấu tỷ lệ hồ sơ trực tuyến đạt cao hơn năm 2022, trên 90%.",
        "Nội dung\tChỉ tiêu năm 2022\tKết quả\nTỷ lệ hồ sơ trực tuyến (%)\t90\t71",
    ],
)
def test_a_target_beside_an_earlier_year_is_no_result(said: str) -> None:
    found = {f.printed: str(f.status) for f in read_text(NINE + said)[1]}
    assert found.pop("90") == "target"
    assert {*found.values()} <= {"actual"}


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("Lũy kế 5 tháng, toàn huyện đã giải quyết 812 hồ sơ.", "2023-01-01..2023-05-31"),
        ("Tỷ lệ hồ sơ trực tuyến tháng 5 đạt 81,2%.", "2023-05-01..2023-05-31"),
        ("Tỷ lệ hồ sơ trực tuyến đạt 9%, cùng kỳ năm 2022 chỉ đạt 8%.", "2022-05-01..2022-05-31"),
    ],
)
def test_a_report_of_a_month_tells_of_other_times(said: str, days: str) -> None:
    title = "BÁO CÁO\nKết quả cải cách hành chính tháng 5 năm 2023 của huyện Cao Lộc\n"
    behind = "Tháng 4/2023, huyện tiếp nhận 950 hồ sơ. "
    assert list_times(f"{title}{behind}{said}")[-1].split()[1] == days


def test_a_table_whose_rows_are_stages_counts_dossiers() -> None:
    table = (
        "Kết quả\nNội dung\tCấp huyện\tCấp xã\nTiếp nhận\t410\t1.203\nĐã giải quyết\t398\t1.190\n"
        "- Trước hạn\t390\t1.100\n- Quá hạn\t2\t3\nĐang giải quyết\t12\t13\n"
    )
    found = [(f.indicator, f.scope) for f in read_text(NINE + table)[1]]
    stages = (
        "received_total",
        "resolved_total",
        "resolved_early",
        "resolved_overdue",
        "pending_total",
    )
    scopes = ("district_office", "commune_aggregate")
    assert found == [(f"dossiers_{stage}", scope) for stage in stages for scope in scopes]


def test_the_last_months_of_the_year_that_is_told_are_none_to_come() -> None:
    said = "Thu ngân sách 6 tháng cuối năm đạt 88.200 triệu đồng, đạt 112% dự toán giao."
    statuses = [str(f.status) for f in read_text(YEAR + said)[1]]
    assert statuses == ["actual", "actual"]


@pytest.mark.parametrize("caption", ["Đơn thư khiếu nại, tố cáo", "Nhiệm vụ tỉnh giao"])
def test_a_table_of_the_same_stages_of_something_else_counts_no_dossiers(caption: str) -> None:
    table = (
        f"{caption}\nNội dung\tSố\nTiếp nhận\t410\nĐã giải quyết\t398\n"
        "- Trước hạn\t390\n- Quá hạn\t8\nĐang giải quyết\t12\n"
    )
    found = read_text(NINE + table)[1]
    assert len(found) == 5
    assert not [each for each in found if each.indicator.startswith("dossiers_")]


def test_stages_below_feedback_are_none_of_dossiers() -> None:
    text = "1. Giải quyết\n- Tiếp nhận: 14 phản ánh\n- Đã giải quyết: 12\n- Quá hạn: 1\n"
    found = read_text(NINE + text)[1]
    assert [f.printed for f in found if f.indicator.startswith("dossiers_")] == []


def test_a_value_set_beside_one_of_another_span_is_of_the_same_span_a_year_before() -> None:
    text = (
        "BÁO CÁO\nKết quả cải cách hành chính tháng 8 năm 2023 của huyện Cao Lộc\n1. Hồ sơ\n"
        "Lũy kế 8 tháng đầu năm 2023, toàn huyện tiếp nhận 11.962 hồ sơ, tăng 10% so với cùng kỳ "
        "năm 2022 (10.875 hồ sơ).\n"
    )
    figures = {figure.printed: figure for figure in read_text(text)[1]}
    before = figures["10.875"]
    assert before.indicator == "dossiers_received_total"
    assert (before.period_start, before.period_end) == ("2022-01-01", "2022-08-31")


def test_a_bare_annex_ends_what_the_last_heading_said() -> None:
    text = (
        "BÁO CÁO\nKết quả cải cách hành chính quý I năm 2023 của huyện Cao Lộc\n"
        "C. NHIỆM VỤ TRỌNG TÂM QUÝ II\nPhấn đấu đạt 100% hồ sơ đúng hạn.\nPhụ lục\n"
        "STT | Đơn vị | Tiếp nhận | Tỷ lệ đúng hạn (%)\n1 | Xã Gia Cát | 812 | 99,4\n"
    )
    figures = {figure.printed: figure for figure in read_text(text)[1]}
    assert (figures["100"].status, figures["99,4"].status) == ("target", "actual")
    assert figures["99,4"].period_end == "2023-03-31"


def test_in_a_table_of_targets_what_was_done_is_a_result() -> None:
    text = (
        "BÁO CÁO\nKết quả cải cách hành chính quý I năm 2023 của huyện Cao Lộc\n"
        "3. Bảng tổng hợp các chỉ tiêu\nChỉ tiêu | Kế hoạch năm 2023 | Thực hiện quý I\n"
        "Tỷ lệ hồ sơ tiếp nhận trực tuyến (%) | 95 | 95,56\n"
    )
    plan, done = read_text(text)[1]
    assert (plan.status, plan.period_end) == ("target", "2023-12-31")
    assert (done.status, done.period_end) == ("actual", "2023-03-31")


def test_what_a_year_asks_may_stand_in_brackets_with_the_year() -> None:
    text = (
        "BÁO CÁO\nKết quả cải cách hành chính 8 tháng năm 2023 của huyện Cao Lộc\n1. Hồ sơ\n"
        "Tỷ lệ hồ sơ tiếp nhận trực tuyến đạt 71,5% (chỉ tiêu năm 2023 tỉnh giao: 80%).\n"
    )
    reading, [done, asked] = read_text(text)
    assert str(reading.head.period.end) == "2023-08-31"
    assert (done.indicator, done.status) == ("online_rate", "actual")
    assert (asked.indicator, asked.status, asked.period_end) == (
        "online_rate",
        "target",
        "2023-12-31",
    )


@pytest.mark.parametrize(
    ("title", "note", "start", "end"),
    [
        ("4 tháng\n(từ tháng 7 đến tháng 10 năm 2023)", "", "2023-07-01", "2023-10-31"),
        ("cuối năm\n(từ tháng 11/2022 đến hết tháng 2/2023)", "", "2022-11-01", "2023-02-28"),
        (
            "quý I năm 2023 (1)",
            "(1) Thời gian chốt số liệu: từ ngày 15 tháng 12 năm trước kỳ báo cáo đến ngày 14 "
            "tháng 3 của năm báo cáo.",
            "2022-12-15",
            "2023-03-14",
        ),
    ],
)
def test_months_and_days_of_the_report_are_told_in_many_words(
    title: str, note: str, start: str, end: str
) -> None:
    text = (
        f"UBND HUYỆN CAO LỘC\nBÁO CÁO\nKết quả công tác cải cách hành chính {title}\n\n"
        f"UBND huyện báo cáo như sau:\n{note}\nI. Hồ sơ\nTiếp nhận 812 hồ sơ.\n"
    )
    figure = read_text(text)[1][-1]
    assert (figure.period_start, figure.period_end) == (start, end)


def test_a_note_may_say_which_days_each_of_two_years_has() -> None:
    text = (
        "BÁO CÁO\nKết quả cải cách hành chính năm 2023 của huyện Cao Lộc\n1. Hồ sơ\n"
        "Ghi chú: số liệu năm 2022 tính từ 01/12/2021 đến 30/11/2022; số liệu năm 2023 tính từ "
        "01/12/2022 đến 30/11/2023.\nNội dung | Năm 2022 | Năm 2023\n"
        "Hồ sơ đã giải quyết | 7.717 | 8.254\n"
    )
    days = [(figure.period_start, figure.period_end) for figure in read_text(text)[1]]
    assert days == [("2021-12-01", "2022-11-30"), ("2022-12-01", "2023-11-30")]


def test_the_days_of_what_is_compared_with_are_not_moved_a_year_more() -> None:
    text = (
        "BÁO CÁO\nKết quả cải cách hành chính 9 tháng đầu năm 2023 của huyện Cao Lộc\n1. Hồ sơ\n"
        "So với cùng kỳ năm 2022 (từ ngày 01/01/2022 đến ngày 30/9/2022), hồ sơ tiếp nhận tăng từ "
        "1.964 lên 2.318 hồ sơ.\n"
    )
    days = [(figure.period_start, figure.period_end) for figure in read_text(text)[1]]
    assert days == [("2022-01-01", "2022-09-30"), ("2023-01-01", "2023-09-30")]


def test_a_month_in_the_head_of_a_column_is_that_of_its_values() -> None:
    text = (
        "THÔNG BÁO\nKết quả Bộ chỉ số phục vụ người dân tháng 5/2026 của phường Kỳ Lừa\n"
        "Nội dung | Điểm tháng 4/2026 | Điểm tháng 5/2026\nCông khai, minh bạch | 17,40 | 17,52\n"
    )
    figures = read_text(text)[1]
    assert [figure.period_end for figure in figures] == ["2026-04-30", "2026-05-31"]
    assert {figure.indicator for figure in figures} == {"service_index_transparency"}


@pytest.mark.parametrize(
    "told",
    [
        "Đã giải quyết 3.301 hồ sơ (lũy kế từ 01/01/2023: 10.072 hồ sơ); trong đó: trước hạn 2.745 "
        "hồ sơ, quá hạn 28 hồ sơ. Tỷ lệ đúng hạn đạt 99,5% (lũy kế từ 01/01/2023 đạt 98,7%).",
        "Trong quý giải quyết 3.301 hồ sơ, trước hạn 2.745 hồ sơ. Lũy kế từ 01/01/2023 đến "
        "30/9/2023 giải quyết 10.072 hồ sơ.\nQuá hạn 28 hồ sơ. Tỷ lệ đúng hạn đạt 99,5%.",
        "Đã giải quyết 3.301 hồ sơ (từ 01/01/2023 đến nay: 10.072 hồ sơ), trước hạn 2.745 hồ sơ, "
        "quá hạn 28 hồ sơ. Tỷ lệ đúng hạn đạt 99,5%.",
    ],
)
def test_what_accumulated_beside_a_figure_dates_itself_alone(told: str) -> None:
    text = (
        "BÁO CÁO\nKết quả cải cách hành chính quý III năm 2023 của huyện Cao Lộc\n1. Hồ sơ\n"
        f"{told}\n"
    )
    found = {figure.printed: figure for figure in read_text(text)[1]}
    own = {found[each].period_start for each in ("3.301", "2.745", "28", "99,5")}
    assert own == {"2023-07-01"}
    sums = [found[each] for each in ("10.072", "98,7") if each in found]
    assert {figure.period_start for figure in sums} == {"2023-01-01"}
    codes = {"10.072": "dossiers_resolved_total", "98,7": "on_time_rate"}
    assert all(figure.indicator == codes[figure.printed] for figure in sums)


@pytest.mark.parametrize(
    ("named", "day", "told", "is_sure"),
    [
        ("6 tháng đầu năm và 9 tháng đầu năm 2024", "25/9/2024", "9 tháng đầu năm 2024", False),
        ("6 tháng đầu năm 2024", "25/9/2024", "9 tháng đầu năm 2024", False),
        ("6 tháng đầu năm và 9 tháng đầu năm 2024", "25/9/2024", "kỳ", False),
        ("tháng 5 năm 2024", "02/7/2024", "6 tháng đầu năm 2024", False),
        ("tháng 5 năm 2024", "12/6/2024", "thời gian 10/5/2024 - 10/6/2024", True),
        ("Quý III và 9 tháng đầu năm 2024", "25/9/2024", "9 tháng đầu năm 2024", True),
        ("6 tháng đầu năm, nhiệm vụ 6 tháng cuối năm 2024", "25/6/2024", "6 tháng đầu năm", True),
        ("9 tháng đầu năm 2024", "20/9/2024", "năm 2024", True),
    ],
)
def test_a_title_of_two_times_or_of_days_before_those_of_its_figures_is_asked_back(
    named: str, day: str, told: str, *, is_sure: bool
) -> None:
    text = f"Cao Lộc, ngày {day}\nBÁO CÁO\nKết quả cải cách hành chính {named} của huyện Cao Lộc\n"
    head = read_text(f"{text}Trong {told}, huyện tiếp nhận 3.412 hồ sơ.\n")[0].head
    assert head.is_sure_period == is_sure
