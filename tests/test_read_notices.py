"""Notices of offices and news items: short texts that say little twice."""

from __future__ import annotations

import pytest

from reading_work import read_text


def tell(text: str) -> list[tuple[str, str, str]]:
    """What was claimed in a text: digits, indicator and scope."""
    return [(f.printed, f.indicator, str(f.scope)) for f in read_text(text)[1] if f.indicator]


def test_a_head_and_a_table_are_parted_by_bars_alone() -> None:
    text = (
        "UBND HUYỆN CAO LỘC | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
        "PHÒNG NỘI VỤ | Độc lập - Tự do - Hạnh phúc\n"
        "Số: 19/BC-PNV | Cao Lộc, ngày 08 tháng 7 năm 2023\n\n"
        "BÁO CÁO\nTình hình giải quyết hồ sơ 6 tháng đầu năm 2023\n"
        "Nơi giải quyết | HS tiếp nhận | Mới | Kỳ trước | HS đã giải quyết | "
        "Sớm hạn và đúng hạn | Trễ hạn\n"
        "Cấp huyện | 1.310 | 1.244 | 66 | 1.290 | 1.281 | 9\n"
        "UBND các xã | 2.705 | 2.690 | 15 | 2.688 | 2.688 | 0\n"
        "Nơi nhận: | Như trên | Lưu: VT"
    )  # fmt: skip
    reading, figures = read_text(text)
    assert (reading.head.area, reading.head.is_sure_area) == ("huyện Cao Lộc", True)
    assert (reading.head.number, reading.head.dated) == ("19/BC-PNV", "2023-07-08")
    codes = [
        "dossiers_received_total", "dossiers_received_new", "dossiers_carried_over",
        "dossiers_resolved_total", "dossiers_resolved_on_time", "dossiers_resolved_overdue",
    ]  # fmt: skip
    assert [figure.indicator for figure in figures] == codes * 2
    assert [str(f.scope) for f in figures] == ["district_office"] * 6 + ["commune_aggregate"] * 6


@pytest.mark.parametrize(
    ("top", "dated"),
    [
        ("UBND PHƯỜNG ĐÔNG KINH\nĐông Kinh, ngày 12/12/2025\n", "2025-12-12"),
        ("UBND PHƯỜNG ĐÔNG KINH\nSố: 1/BC-UBND | TP. Lạng Sơn, ngày 12.12.2025\n", "2025-12-12"),
        ("Thứ Sáu, ngày 12/12/2025\nUBND PHƯỜNG ĐÔNG KINH\n", ""),
        ("UBND PHƯỜNG ĐÔNG KINH\nTheo kế hoạch, ngày 12/12/2025 họp tổng kết\n", ""),
    ],
)
def test_a_line_of_place_and_day_dates_a_document_with_or_without_a_number(
    top: str, dated: str
) -> None:
    text = f"{top}\nBÁO CÁO\nKết quả cải cách hành chính quý IV năm 2025\n1. Tiếp nhận 12 hồ sơ.\n"
    assert read_text(text)[0].head.dated == dated


def test_two_columns_parted_by_a_bar_are_a_table_and_a_menu_is_none() -> None:
    rows = "Nội dung | Số lượng\nHồ sơ tiếp nhận trong kỳ | 512\nHồ sơ đã giải quyết | 498"
    text = f"Tin tức | Văn bản | Liên hệ\nBÁO CÁO\nKết quả năm 2022 của huyện Cao Lộc\n{rows}"
    figures = read_text(text)[1]
    assert [(f.printed, f.indicator, f.place) for f in figures] == [
        ("512", "dossiers_received_new", "table"),
        ("498", "dossiers_resolved_total", "table"),
    ]


@pytest.mark.parametrize(
    ("lines", "scope"),
    [
        (
            [
                "THÔNG BÁO",
                "Kết quả giải quyết hồ sơ tại Bộ phận Một cửa cấp huyện tháng 5 năm 2023",
                "UBND huyện Cao Lộc thông báo như sau:",
            ],
            "district_office",
        ),
        (
            [
                "UBND TỈNH LẠNG SƠN",
                "BÁO CÁO",
                "Tình hình tiếp nhận, trả kết quả quý II năm 2024",
                "Trung tâm Phục vụ hành chính công tỉnh báo cáo số liệu như sau:",
            ],
            "province_office",
        ),
        (["BÁO CÁO", "Kết quả kiểm tra công vụ tại UBND huyện Cao Lộc năm 2023"], "whole_district"),
        # Since there are two levels the departments are the province's own office.
        (
            [
                "UBND TỈNH LẠNG SƠN",
                "THÔNG BÁO",
                "Kết quả giải quyết hồ sơ của các sở, ban, ngành tháng 3 năm 2026",
            ],
            "district_office",
        ),
        # Both levels are announced: whose a figure is that names none, nobody says.
        (
            [
                "UBND TỈNH LẠNG SƠN",
                "THÔNG BÁO",
                "Kết quả giải quyết hồ sơ của các sở, ngành và của các xã, phường tháng 3 năm 2026",
                "Trung tâm Phục vụ hành chính công tỉnh thông báo như sau:",
            ],
            "whole_district",
        ),
    ],
)
def test_a_title_or_what_announces_the_figures_says_whose_work_they_count(
    lines: list[str], scope: str
) -> None:
    said = (
        "1. Kết quả\nTrong kỳ tiếp nhận 812 hồ sơ. Trên địa bàn toàn {} đã giải quyết 3.015 hồ sơ."
    )
    text = "\n".join([*lines, said.format("huyện" if "HUYỆN" in lines[1].upper() else "tỉnh")])
    assert [str(figure.scope) for figure in read_text(text)[1]] == [scope, "whole_district"]


def test_procedures_that_a_centre_takes_in_are_not_all_there_are() -> None:
    text = (
        "UBND TỈNH LẠNG SƠN\nTHÔNG BÁO\nKết quả năm 2025\nCó 12 sở bố trí người trực tại Trung tâm "
        "để tiếp nhận 1.502 thủ tục cấp tỉnh; có 1.640 thủ tục thuộc thẩm quyền cấp tỉnh."
    )
    found = {printed: code for printed, code, _ in tell(text)}
    assert found == {"1.502": "tthc_onestop_province", "1.640": "tthc_total_province"}


@pytest.mark.parametrize(
    ("lines", "area", "start", "end"),
    [
        # A day of the week is no place, and what the place was before is not whose news it is.
        (
            [
                "Ghi nhận ở một trung tâm",
                "Thứ Năm, ngày 16 tháng 4 năm 2026",
                "Trong ba tháng, từ ngày 01/01 đến ngày 31/3/2026, Trung tâm Phục vụ hành chính "
                "công phường Đông Kinh tiếp nhận 812 hồ sơ. Ba tháng đầu năm 2025 chưa có phường.",
            ],
            "phường Đông Kinh",
            "2026-01-01",
            "2026-03-31",
        ),
        # A title in capitals, above items in a list.
        (
            [
                "KẾT QUẢ CỦA TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG PHƯỜNG ĐÔNG KINH THÁNG 5 NĂM 2026",
                "Ngày đăng: 02/6/2026",
                "Kết quả cụ thể như sau:",
                "- Số thủ tục hành chính thực hiện tại Trung tâm của phường: 391 thủ tục.",
                "- Tiếp nhận 640 hồ sơ.",
            ],
            "phường Đông Kinh",
            "2026-05-01",
            "2026-05-31",
        ),
        # From the first day of the year to a day of it; the last sentence is no title.
        (
            [
                "Chuyện ở bộ phận một cửa",
                "Từ đầu năm đến ngày 20/10/2023, huyện Cao Lộc đã tiếp nhận 6.020 hồ sơ.",
                "Chỉ số cải cách hành chính năm 2022 của huyện Cao Lộc tăng 2 bậc so với trước.",
            ],
            "huyện Cao Lộc",
            "2023-01-01",
            "2023-10-20",
        ),
        # A month, though what has been summed up is told as well.
        (
            [
                "Đông Kinh: người dân nộp hồ sơ qua mạng",
                "Theo UBND phường Đông Kinh, trong tháng 3/2026 phường tiếp nhận 512 hồ sơ.",
                "Lũy kế từ ngày 01/7/2025 đến ngày 31/3/2026, phường đã tiếp nhận 4.470 hồ sơ.",
            ],
            "phường Đông Kinh",
            "2026-03-01",
            "2026-03-31",
        ),
        # What a sentence without figures opens with, and not the time of a goal.
        (
            [
                "Chuyện ở bộ phận một cửa",
                "Được thành lập năm 2024, bộ phận một cửa đã vào nền nếp.",
                "Từ ngày 01/7/2025 đến ngày 15/12/2025, phường Đông Kinh đã nỗ lực. Đáng mừng là "
                "hồ sơ nộp qua mạng đạt 92,8%.",
                "Kết quả: tiếp nhận 3.188 hồ sơ.",
                "Năm 2026, phường Đông Kinh đặt mục tiêu hồ sơ nộp qua mạng đạt 95%.",
            ],
            "phường Đông Kinh",
            "2025-07-01",
            "2025-12-15",
        ),
        # How long a thing has been there is no half of a year.
        (
            [
                "Phường Đông Kinh sau sáu tháng vận hành bộ máy mới",
                "Từ ngày 01/7 đến ngày 31/12/2025, phường Đông Kinh tiếp nhận 3.015 hồ sơ.",
            ],
            "phường Đông Kinh",
            "2025-07-01",
            "2025-12-31",
        ),
    ],
)
def test_news_is_of_the_time_that_it_first_counts(
    lines: list[str], area: str, start: str, end: str
) -> None:
    reading, figures = read_text("\n".join(lines))
    period = reading.head.period
    assert reading.head.area == area
    assert (str(period.start), str(period.end)) == (start, end)
    counted = next(f for f in figures if f.indicator.startswith("dossiers_received"))
    assert (counted.period_start, counted.period_end) == (start, end)


def test_what_a_month_is_compared_with_stands_in_its_bracket_alone() -> None:
    text = (
        "Phường Đông Kinh cải cách hành chính tháng 3/2026\n"
        "Trong tháng 3/2026, Trung tâm tiếp nhận 540 hồ sơ, tăng so với tháng 2/2026 (tháng 2 tiếp "
        "nhận 512 hồ sơ). Đến hết ngày 31/3, đã giải quyết 498 hồ sơ, trong đó đúng hạn 490 hồ sơ."
    )
    starts = {f.printed: f.period_start for f in read_text(text)[1] if f.indicator}
    march = "2026-03-01"
    assert starts == {"540": march, "512": "2026-02-01", "498": march, "490": march}


def test_the_part_of_a_year_in_a_title_is_that_of_the_report_whatever_its_opening_names() -> None:
    text = (
        "Cao Lộc, ngày 14 tháng 9 năm 2023\nBÁO CÁO\nKết quả cải cách hành chính 9 tháng đầu năm\n"
        "Phương hướng của huyện Cao Lộc trong quý IV/2023 nêu 12 việc.\nTiếp nhận 6.020 hồ sơ."
    )
    period = read_text(text)[0].head.period
    assert (str(period.start), str(period.end)) == ("2023-01-01", "2023-09-30")


def test_headings_that_are_places_of_the_area_give_their_figures_to_these() -> None:
    text = (
        "UBND HUYỆN CAO LỘC\nTHÔNG BÁO\nKết quả kiểm tra công vụ năm 2023\n"
        "Đoàn đã kiểm tra 02 xã. Số liệu hồ sơ của các đơn vị tính từ ngày 01/01/2023 đến ngày "
        "31/10/2023. Cụ thể:\nI. GIẢI QUYẾT HỒ SƠ\n1. Xã Tân Liên\nTiếp nhận 212 hồ sơ; đang giải "
        "quyết 07 hồ sơ.\n2. Thị trấn Đồng Đăng\nTiếp nhận 803 hồ sơ.\nII. YÊU CẦU\nCả năm 2023 "
        "phấn đấu tỷ lệ giải quyết hồ sơ đúng hạn của cấp xã đạt 99%."
    )
    found = {f.printed: (f.area, str(f.scope), f.period_end) for f in read_text(text)[1]}
    assert found["212"] == ("xã Tân Liên", "commune", "2023-10-31")
    assert found["07"] == ("xã Tân Liên", "commune", "2023-10-31")
    assert found["803"] == ("thị trấn Đồng Đăng", "commune", "2023-10-31")
    assert found["99"] == ("huyện Cao Lộc", "commune_aggregate", "2023-12-31")


def test_an_index_is_told_with_its_fields_its_month_before_and_other_places() -> None:
    text = (
        "BÁO CÁO\nKết quả Chỉ số CCHC năm 2022 của tỉnh Lạng Sơn\n"
        "Về các chỉ số thành phần: cải cách thể chế xếp thứ 11; cải cách tài chính công đứng thứ 30"
        ".\nĐiểm trung bình Chỉ số CCHC năm 2022 của các huyện là 81,25%. Huyện Cao Lộc đứng đầu "
        "với 88,4%; thấp nhất là huyện Bình Gia, đạt 75,1%."
    )
    found = {f.printed: (f.indicator, f.area) for f in read_text(text)[1]}
    assert found["11"] == ("par_rank_institution", "tỉnh Lạng Sơn")
    assert found["30"] == ("par_rank_finance", "tỉnh Lạng Sơn")
    assert found["81,25"][0] == "par_index_district_mean"
    assert found["88,4"] == ("par_index", "huyện Cao Lộc")
    assert found["75,1"] == ("par_index", "huyện Bình Gia")


def test_the_index_of_service_by_its_decision_with_maxima_beside_what_was_reached() -> None:
    text = (
        "UBND PHƯỜNG ĐÔNG KINH\nTHÔNG BÁO\nKết quả Bộ chỉ số phục vụ người dân tháng 3 năm 2026\n"
        "Theo Bộ chỉ số ban hành tại Quyết định số 766/QĐ-TTg, tháng 3/2026 phường Đông Kinh đạt "
        "88,2 điểm, tăng 1,4 điểm so với tháng 2/2026 (86,8 điểm).\n"
        "Nhóm | Tối đa | Đạt được\nTiến độ giải quyết | 20 | 18,9\nSố hóa hồ sơ | 22 | 20,1\n\n"
        "Đề nghị văn phòng, các phòng bảo đảm quý II/2026 đạt từ 90 điểm trở lên."
    )
    found = {f.printed: f for f in read_text(text)[1] if f.indicator}
    codes = {printed: f.indicator for printed, f in found.items()}
    assert codes == {
        "88,2": "service_index_total", "86,8": "service_index_total", "90": "service_index_total",
        "18,9": "service_index_progress", "20,1": "service_index_digitisation",
    }  # fmt: skip
    assert (found["86,8"].period_end, str(found["90"].status)) == ("2026-02-28", "target")


@pytest.mark.parametrize(
    ("top", "why"),
    [
        # The shop of a province says neither that it tells of its departments nor of all communes.
        (
            "UBND TỈNH LẠNG SƠN\nTRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG\nBÁO CÁO\nKết quả năm 2024",
            "whose work it counts has to be decided first",
        ),
        (
            "Lạng Sơn: nộp hồ sơ qua mạng\nTheo tỉnh Lạng Sơn, quý I/2024 đã xong. Kết quả rõ rệt.",
            "when it was has to be decided first",
        ),
        ("UBND TỈNH LẠNG SƠN\nBÁO CÁO\nKết quả cải cách hành chính quý I năm 2024", ""),
    ],
)
def test_nothing_is_sure_where_the_head_leaves_open_whose_work_or_when(top: str, why: str) -> None:
    [figure] = read_text(f"{top}\nĐã tiếp nhận 8.120 hồ sơ trong kỳ.")[1]
    assert figure.looked_again == why
    assert figure.confidence.value == ("low" if why else "high")


NEWS = "Huyện Cao Lộc đẩy mạnh cải cách hành chính 9 tháng năm 2025"


@pytest.mark.parametrize(
    ("posted", "day"),
    [
        ("Thứ hai, 06/10/2025", "2025-10-06"),
        ("Thứ Tư, 08/10/2025 08:42 | Lượt xem: 312", "2025-10-08"),
        ("Ngày đăng: 08/01/2026", "2026-01-08"),
        ("Cập nhật lúc 14:20, Thứ sáu, 07/10/2025", "2025-10-07"),
        ("(20/10/2025)", "2025-10-20"),
        ("19/11/2025 14:05", "2025-11-19"),
        ("08:15 - 08-10-2025", "2025-10-08"),
        ("Ngày 06/10/2025, UBND huyện họp.", ""),
        ("Số liệu đến 06/10/2025", ""),
    ],
)
def test_news_is_of_the_day_on_which_it_was_put_there(posted: str, day: str) -> None:
    head = read_text(f"{NEWS}\n{posted}\nHuyện Cao Lộc tiếp nhận 6.020 hồ sơ.")[0].head
    assert (head.kind, head.dated) == ("article", day)


@pytest.mark.parametrize(
    ("above", "opening", "issuer"),
    [
        ("BÁO SÔNG MÂY ĐIỆN TỬ - Chính trị\n", "", "BÁO SÔNG MÂY ĐIỆN TỬ"),
        ("Cổng TTĐT tỉnh Lạng Sơn\n", "", "Cổng TTĐT tỉnh Lạng Sơn"),
        ("", "(LSO) – ", "LSO"),
        ("", "SMO - ", "SMO"),
        ("UBND HUYỆN CAO LỘC\nCổng thông tin điện tử\n", "", ""),
        ("", "", ""),
    ],
)
def test_news_is_issued_by_who_brings_it_and_not_by_whom_it_tells_of(
    above: str, opening: str, issuer: str
) -> None:
    text = f"{above}{NEWS}\n{opening}UBND huyện Cao Lộc đã tiếp nhận 6.020 hồ sơ."
    head = read_text(text)[0].head
    assert (head.kind, head.area, head.issuer) == ("article", "huyện Cao Lộc", issuer)
