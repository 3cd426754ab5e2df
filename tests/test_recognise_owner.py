"""Whose a document is, over which days, and what the document as a whole speaks against."""

from __future__ import annotations

import pytest

from cchc_analysis.read.recognise import (
    Confidence,
)
from reading_work import read_text

RECEIVED = "Trong năm 2022, {who} tiếp nhận 5.100 hồ sơ."


@pytest.mark.parametrize(
    ("lines", "area", "is_sure"),
    [
        # A decision that is cited names its province; the paper is the district's.
        (
            [
                "Bản Thượng, ngày tháng năm 2023",
                "BÁO CÁO",
                "Sơ kết công tác cải cách hành chính 9 tháng đầu năm 2023",
                "Thực hiện Quyết định số 77/QĐ-UBND ngày 02/02/2022 của UBND tỉnh Lâm Đồng về chấm "
                "điểm Chỉ số CCHC trên địa bàn tỉnh Lâm Đồng và Kế hoạch CCHC năm 2023 của huyện, "
                "Phòng Nội vụ huyện báo cáo như sau:",
                "Trong kỳ, toàn huyện tiếp nhận 4.210 hồ sơ.",
            ],
            "huyện Bản Thượng",
            False,
        ),
        (
            [
                "BÁO CÁO",
                "Kết quả cải cách hành chính năm 2022 của huyện Cao Lộc",
                "Căn cứ Kế hoạch số 5/KH-UBND của UBND tỉnh Bắc Giang",
                RECEIVED.format(who="toàn huyện"),
            ],
            "huyện Cao Lộc",
            True,
        ),
        # A letter without a dot, right behind the committee.
        (
            [
                "UBND p Đông Kinh",
                "BÁO CÁO",
                "Kết quả cải cách hành chính năm 2025 của UBND p Đông Kinh",
                "Trung tâm Phục vụ hành chính công phường tiếp nhận 5.100 hồ sơ.",
            ],
            "phường Đông Kinh",
            True,
        ),
        # The motto of the country beside the office, in a second column or run into it.
        (
            [
                "ỦY BAN NHÂN DÂN          CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                "PHƯỜNG ĐÔNG KINH         Độc lập - Tự do - Hạnh phúc",
                "BÁO CÁO",
                "Kết quả cải cách hành chính năm 2025",
                "Trung tâm Phục vụ hành chính công phường tiếp nhận 5.100 hồ sơ.",
            ],
            "phường Đông Kinh",
            True,
        ),
        (
            [
                "UBND PHƯỜNG ĐÔNG KINH CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                "BÁO CÁO",
                "Kết quả cải cách hành chính năm 2025",
                "Trung tâm Phục vụ hành chính công phường tiếp nhận 5.100 hồ sơ.",
            ],
            "phường Đông Kinh",
            True,
        ),
        # One of six communes of the name: the one in the district that the head names.
        (
            [
                "ỦY BAN NHÂN DÂN",
                "XÃ TÂN THANH",
                "HUYỆN VĂN LÃNG",
                "BÁO CÁO",
                "Kết quả cải cách hành chính năm 2022",
                "Bộ phận Một cửa xã tiếp nhận 510 hồ sơ.",
            ],
            "xã Tân Thanh, huyện Văn Lãng",
            True,
        ),
        # The level that the text speaks of is not that of the only name in it.
        (
            [
                "BÁO CÁO",
                "Kết quả cải cách hành chính năm 2022",
                "Hội nghị của tỉnh Lạng Sơn đã biểu dương một số đơn vị.",
                RECEIVED.format(who="toàn huyện"),
                "UBND huyện sẽ tiếp tục.",
            ],
            "",
            False,
        ),
        (
            ["H.Suối Nâu đẩy mạnh cải cách", RECEIVED.format(who="H.Suối Nâu")],
            "huyện Suối Nâu",
            False,
        ),
        (
            ["Suối Nâu: hồ sơ trễ hạn giảm", RECEIVED.format(who="huyện")],
            "huyện Suối Nâu",
            False,
        ),
        (
            ["TPHCM giải quyết hồ sơ đúng hạn", RECEIVED.format(who="TPHCM")],
            "thành phố Hồ Chí Minh",
            True,
        ),
        # Neither the next sentence nor a year is the name of a commune.
        (
            [
                "Theo đó, huyện đã lập đoàn kiểm tra các xã. Qua kiểm tra, các xã niêm yết đủ.",
                RECEIVED.format(who="Bộ phận Tiếp nhận và Trả kết quả"),
            ],
            "",
            False,
        ),
        (["KẾT QUẢ TẠI CÁC XÃ, PHƯỜNG, THỊ TRẤN NĂM 2021", "Có 12 hồ sơ."], "", False),
        # Nor is the next word, however it is spelt.
        (
            [
                "Đoàn đã làm việc với các xã. Nay các xã Đều niêm yết đủ.",
                RECEIVED.format(who="Bộ phận Tiếp nhận và Trả kết quả"),
            ],
            "",
            False,
        ),
        (
            [
                "Kiểm tra cải cách hành chính năm 2022",
                "Cuối năm, huyện Tổ chức hội nghị tổng kết.",
                RECEIVED.format(who="toàn huyện"),
            ],
            "",
            False,
        ),
        # A line that counts goes on with no title.
        (
            [
                "BÁO CÁO",
                "Kết quả cải cách hành chính năm 2022 của huyện Cao Lộc",
                "Trung tâm tiếp nhận 5.100 hồ sơ, đã giải",
                "quyết 5.044 hồ sơ.",
            ],
            "huyện Cao Lộc",
            True,
        ),
        # Where people went to learn, or met, is nobody's paper.
        (
            [
                "BÁO CÁO",
                "Kết quả cải cách hành chính năm 2022",
                "Sở Nội vụ đã tổ chức đoàn học tập kinh nghiệm tại tỉnh Quảng Ninh.",
                RECEIVED.format(who="toàn tỉnh"),
            ],
            "",
            False,
        ),
        (
            [
                "Sơ kết cải cách hành chính năm 2022",
                "Hội nghị tổ chức tại thành phố Đà Nẵng.",
                RECEIVED.format(who="toàn huyện"),
            ],
            "",
            False,
        ),
    ],
)
def test_the_owner_is_found_by_all_that_the_document_says(
    lines: list[str], area: str, is_sure: bool
) -> None:
    reading, _ = read_text("\n".join(lines))
    assert (reading.head.area, reading.head.is_sure_area) == (area, is_sure)


def test_the_issuer_is_the_office_that_says_it_reports() -> None:
    text = (
        "BÁO CÁO\nKết quả cải cách hành chính năm 2022 của huyện Cao Lộc\n"
        "Phòng Nội vụ huyện báo cáo kết quả như sau:\nToàn huyện tiếp nhận 12 hồ sơ."
    )
    assert read_text(text)[0].head.issuer == "Phòng Nội vụ huyện Cao Lộc"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        (
            "18/04/2017 - 09:10\nHuyện Suối Nâu giải quyết hồ sơ\nTừ đầu năm 2017 đến nay, huyện "
            "Suối Nâu đã tiếp nhận 2.118 hồ sơ.",
            "2017-01-01",
            "2017-04-18",
        ),
        (
            "Cải cách hành chính huyện Suối Nâu trong 7 tháng đầu năm 2024\nTheo đó, toàn huyện "
            "tiếp nhận 412 hồ sơ.",
            "2024-01-01",
            "2024-07-31",
        ),
        (
            "Theo UBND huyện Suối Nâu, trong quý III.2021, toàn huyện tiếp nhận 3.300 hồ sơ.",
            "2021-07-01",
            "2021-09-30",
        ),
        (
            "Xã Đá Vàng đẩy mạnh cải cách năm 2025\nTính từ ngày 1/7 đến cuối tháng 10/2025, trung "
            "tâm của xã Đá Vàng rất đông. Trung tâm đã giải quyết 1.440 hồ sơ.",
            "2025-07-01",
            "2025-10-31",
        ),
        (
            "Cập nhật: 19/10/2021 15:12\nSuối Nâu: Nhiều chuyển biến\nTính từ đầu năm 2021 đến "
            "thời điểm hiện tại, huyện Suối Nâu đã tiếp nhận 4.306 hồ sơ.",
            "2021-01-01",
            "2021-10-19",
        ),
        (
            "Theo UBND huyện Suối Nâu, trong quý 3.2020, toàn huyện tiếp nhận 3.300 hồ sơ.",
            "2020-07-01",
            "2020-09-30",
        ),
        (
            "Kết quả của huyện Suối Nâu trong quí III. 2024\nToàn huyện tiếp nhận 330 hồ sơ.",
            "2024-07-01",
            "2024-09-30",
        ),
        (
            "Xã Đá Vàng vận hành bộ máy mới\nTrong hai tháng 7 và 8/2025, xã Đá Vàng tiếp nhận 960 "
            "hồ sơ. Đã giải quyết 921 hồ sơ.",
            "2025-07-01",
            "2025-08-31",
        ),
        # So long it has been done, which is no half of the year of the paper.
        (
            "SƠ KẾT 6 THÁNG THỰC HIỆN CƠ CHẾ MỘT CỬA THEO MÔ HÌNH HAI CẤP\nUBND tỉnh sơ "
            "kết 6 tháng theo mô hình mới (từ ngày 01/7/2025 đến ngày 31/12/2025).\nTrong 6 tháng, "
            "tỉnh tiếp nhận 745 phản ánh, kiến nghị.",
            "2025-07-01",
            "2025-12-31",
        ),
        (
            "Hồ sơ ở huyện Suối Nâu\nTrong năm tháng đầu năm 2023, huyện Suối Nâu nhận 412 hồ sơ.",
            "2023-01-01",
            "2023-05-31",
        ),
        # A year of what was left over is not that of the document.
        (
            "Hồ sơ ở huyện Suối Nâu\nTừ ngày 01/01/2022 đến ngày 30/6/2022, huyện có hồ sơ tồn từ "
            "năm 2021 chuyển qua. Huyện đã giải quyết 8.800 hồ sơ.",
            "2022-01-01",
            "2022-06-30",
        ),
    ],
)
def test_days_are_those_that_the_text_counts(text: str, start: str, end: str) -> None:
    figure = read_text(text)[1][-1]
    assert (figure.period_start, figure.period_end) == (start, end)


@pytest.mark.parametrize(
    ("own", "below"),
    [
        ("+ Đối với cấp huyện:", "+ Đối với cấp xã:"),
        ("– Cấp huyện", "– Cấp xã"),
        ("Kết quả tại UBND huyện\n+ Cụ thể:", "Kết quả tại UBND các xã, thị trấn\n+ Cụ thể:"),
    ],
)
def test_a_line_of_its_own_opens_a_level(own: str, below: str) -> None:
    text = (
        "BÁO CÁO\nCông tác cải cách hành chính 9 tháng đầu năm 2024 của huyện Cao Lộc\n"
        f"2. Kết quả giải quyết TTHC\n{own}\nĐã tiếp nhận 612 hồ sơ, đã giải quyết "
        f"590 hồ sơ.\n{below}\nĐã tiếp nhận 7.033 hồ sơ.\n3. Công tác khác\n"
        "Đã tiếp nhận 5 hồ sơ."
    )
    scopes = [str(figure.scope) for figure in read_text(text)[1]]
    assert scopes == ["district_office", "district_office", "commune_aggregate", "whole_district"]


@pytest.mark.parametrize(
    ("sentence", "indicator"),
    [
        ("Hồ sơ không đúng thời hạn quy định chiếm 2,5%.", "overdue_rate"),
        ("Hồ sơ chưa đúng hạn chiếm 2,5%.", "overdue_rate"),
        ("Tổng số hồ sơ phải xem xét giải quyết là 920 hồ sơ.", "dossiers_received_total"),
    ],
)
def test_opposites_are_not_read_as_what_they_deny(sentence: str, indicator: str) -> None:
    [figure] = read_text(f"Huyện Cao Lộc năm 2022\n{sentence}")[1]
    assert figure.indicator == indicator


def test_a_document_without_an_area_is_of_the_level_that_it_speaks_of() -> None:
    for level, scope in (("tỉnh", "whole_district"), ("phường", "commune")):
        said = f"Trên địa bàn {level}, toàn {level} tiếp nhận 612 hồ sơ."
        reading, [figure] = read_text(f"BÁO CÁO\nKết quả cải cách hành chính năm 2022\n{said}")
        assert (reading.head.area, figure.scope) == ("", scope)
        assert figure.indicator == "dossiers_received_total"


def test_the_words_of_a_name_say_nothing() -> None:
    title = "Phường Cầu Đất Mới cải cách hành chính năm 2025\n"
    [figure] = read_text(f"{title}Phường Cầu Đất Mới tiếp nhận 3.720 hồ sơ.")[1]
    assert figure.indicator == "dossiers_received_total"


def test_a_clause_that_a_page_cuts_has_its_own_words() -> None:
    text = "Đã tiếp nhận 5.120 hồ sơ, đã giải\n\nquyết 5.044 hồ sơ."
    _, figures = read_text(f"BÁO CÁO\nCải cách hành chính năm 2022 của huyện Cao Lộc\n{text}")
    codes = [figure.indicator for figure in figures]
    assert codes == ["dossiers_received_total", "dossiers_resolved_total"]


def test_what_was_passed_is_a_target_of_the_same() -> None:
    said = "Tỷ lệ hồ sơ đúng hạn đạt 98,6%, vượt chỉ tiêu đề ra là 95%."
    _, figures = read_text(f"BÁO CÁO\nCải cách hành chính năm 2022 của huyện Cao Lộc\n{said}")
    told = [(figure.indicator, figure.status) for figure in figures]
    assert told == [("on_time_rate", "actual"), ("on_time_rate", "target")]


def test_two_values_of_one_quantity_are_not_sure() -> None:
    title = "BÁO CÁO\nCông tác cải cách hành chính năm 2022 của huyện Cao Lộc\n"
    twice = "Toàn huyện tiếp nhận 612 hồ sơ.\nToàn huyện tiếp nhận 621 hồ sơ."
    _, figures = read_text(title + twice)
    assert {figure.confidence for figure in figures} == {Confidence.LOW}
    assert figures[0].looked_again == "stands beside 621 for the same quantity"
    _, alone = read_text(title + "Toàn huyện tiếp nhận 612 hồ sơ.")
    assert alone[0].confidence is Confidence.HIGH
    _, same = read_text(title + twice.replace("621", "612"))
    assert {figure.confidence for figure in same} == {Confidence.HIGH}


def test_nothing_is_sure_before_the_owner_is() -> None:
    text = "BÁO CÁO\nCông tác cải cách hành chính năm 2022 của huyện {}\nHuyện tiếp nhận 612 hồ sơ."
    for name, confidence in (("Cao Lộc", Confidence.HIGH), ("Suối Nâu", Confidence.LOW)):
        [figure] = read_text(text.format(name))[1]
        assert figure.confidence is confidence


def test_what_an_indicator_cannot_be_is_left_open() -> None:
    text = (
        "BÁO CÁO\nCông tác cải cách hành chính năm 2022 của huyện Cao Lộc\n"
        "Tỷ lệ hồ sơ quá hạn chiếm {}%."
    )
    _, [possible] = read_text(text.format("1,8"))
    _, [impossible] = read_text(text.format("180"))
    assert possible.indicator == "overdue_rate"
    assert impossible.indicator == ""
    assert impossible.rivals[0] == "overdue_rate"
    assert "between 0 and 100" in impossible.looked_again


DISTRICT = "BÁO CÁO\nCông tác cải cách hành chính 6 tháng đầu năm 2024 của huyện Cao Lộc\n"


def test_the_time_far_in_an_earlier_sentence_ends_with_it() -> None:
    text = (
        "Toàn huyện nhận 612 hồ sơ, không kể hồ sơ mang sang từ năm 2023. Đã giải quyết 590 hồ sơ."
    )
    _, figures = read_text(DISTRICT + text)
    assert figures[-1].period_end == "2024-06-30"
    opened = "Năm 2023, toàn huyện tiếp nhận 612 hồ sơ. Đã giải quyết 590 hồ sơ."
    _, figures = read_text(DISTRICT + opened)
    assert [figure.period_end for figure in figures] == ["2023-12-31", "2023-12-31"]
    assert "time carried" in figures[1].marks - figures[0].marks


def test_rows_of_a_table_name_their_level() -> None:
    text = (
        "Đơn vị\tHồ sơ tiếp nhận\tĐã giải quyết\nUBND huyện\t612\t590\nCác xã\t7.033\t7.020\n"
        "Tổng cộng\t7.645\t7.610"
    )
    _, figures = read_text(DISTRICT + text)
    assert [(f.indicator, str(f.scope)) for f in figures[::2]] == [
        ("dossiers_received_total", "district_office"),
        ("dossiers_received_total", "commune_aggregate"),
        ("dossiers_received_total", "whole_district"),
    ]


LEVELS = "Nơi làm\tHồ sơ nhận\tHồ sơ đã giải quyết\n{}\t512\t500\n{}\t620\t611\n{}\t7.033\t7.020"
OF_YEAR = "BÁO CÁO\nKết quả cải cách hành chính năm {} của {}\n{}"


@pytest.mark.parametrize(
    ("year", "area", "rows", "scopes"),
    [
        (
            2023, "tỉnh Lạng Sơn", ("Khối sở, ngành", "Huyện", "Xã"),
            ["province_office", "district_aggregate", "commune_aggregate"],
        ),
        (
            2023, "tỉnh Lạng Sơn", ("Cấp tỉnh", "Các huyện, thành phố", "UBND cấp xã"),
            ["province_office", "district_aggregate", "commune_aggregate"],
        ),
        (
            2023, "thành phố Hải Phòng", ("Thành phố", "Các quận, huyện", "Xã, phường, thị trấn"),
            ["province_office", "district_aggregate", "commune_aggregate"],
        ),
        (
            2023, "huyện Cao Lộc", ("Cấp tỉnh", "Cấp huyện", "Các xã, thị trấn"),
            ["unspecified", "district_office", "commune_aggregate"],
        ),
        # What a commune has taken in for a department is not all that it has done.
        (
            2025, "phường Đông Kinh", ("Thuộc cấp tỉnh", "Các sở, ngành", "Cấp xã"),
            ["unspecified", "unspecified", "commune"],
        ),
    ],
)  # fmt: skip
def test_levels_of_a_table_are_those_of_its_report(
    year: int, area: str, rows: tuple[str, ...], scopes: list[str]
) -> None:
    _, figures = read_text(OF_YEAR.format(year, area, LEVELS.format(*rows)))
    assert [str(figure.scope) for figure in figures[::2]] == scopes
    assert {figure.indicator for figure in figures[::2]} == {"dossiers_received_total"}


INDICES = "Chỉ số\t{}\tVị thứ\nPAR INDEX (%)\t84,11\t41\nSIPAS (%)\t80,02\t27"


@pytest.mark.parametrize(
    ("above", "column", "below"),
    [
        ("Bảng 2. Điểm và vị thứ các chỉ số của tỉnh trong năm 2022", "Đạt", ""),
        ("3. Chỉ số năm 2022 (được công bố năm 2023), tăng so với kết quả năm 2021", "Đạt", ""),
        ("Kết quả các chỉ số của tỉnh\n(Số liệu của năm 2022)", "Đạt", ""),
        ("Kết quả các chỉ số của tỉnh", "Đạt", "Nguồn: Bộ Nội vụ, số liệu năm 2022."),
        ("Kết quả các chỉ số của tỉnh", "Đạt", "(Kỳ đánh giá năm 2022)"),
    ],
)
def test_the_year_of_a_table_is_that_of_its_indices(above: str, column: str, below: str) -> None:
    behind = "Trong năm, toàn tỉnh tiếp nhận 5.100 hồ sơ."
    parts = ("II. CHỈ SỐ", above, INDICES.format(column), below, behind)
    text = "\n".join(filter(None, parts))
    _, figures = read_text(OF_YEAR.format(2023, "tỉnh Lạng Sơn", text))
    assert {figure.period_end for figure in figures[:-1]} == {"2022-12-31"}
    assert figures[-1].period_end == "2023-12-31"


def test_a_column_with_its_year_says_more_than_the_caption() -> None:
    text = "Bảng 2. Các chỉ số của tỉnh năm 2022\n" + INDICES.format("Năm 2021")
    _, figures = read_text(OF_YEAR.format(2023, "tỉnh Lạng Sơn", text))
    assert [figure.period_end[:4] for figure in figures] == ["2021", "2022"] * 2


@pytest.mark.parametrize(
    ("above", "below", "window"),
    [
        ("Bảng 1. Hồ sơ (đến hết ngày 31/10/2023)", "", ("2023-01-01", "2023-10-31")),
        ("Bảng 1. Hồ sơ", "(Số liệu đến ngày 31/10/2023)", ("2023-01-01", "2023-10-31")),
        ("Bảng 1. Hồ sơ (thời điểm 31/10/2023)", "", ("2023-01-01", "2023-10-31")),
        ("Bảng 1. Hồ sơ năm 2022", "", ("2022-01-01", "2022-12-31")),
        ("Bảng 1. Kết quả cải cách hành chính năm 2022", "", ("2022-01-01", "2022-12-31")),
        ("Bảng 1. Hồ sơ theo Kế hoạch cải cách hành chính năm 2022", "", None),
        (
            "Bảng 1. Hồ sơ", "Ghi chú: kỳ số liệu từ 15/12/2022 đến 14/11/2023.",
            ("2022-12-15", "2023-11-14"),
        ),
    ],
)  # fmt: skip
def test_days_above_or_below_a_table_are_of_that_table_alone(
    above: str, below: str, window: tuple[str, str] | None
) -> None:
    rows = "Nội dung\tSố lượng\nHồ sơ tiếp nhận\t{}\nHồ sơ trực tuyến\t{}"
    behind = "Bảng 2. Kết quả một cửa\n" + rows.format("4.400", "3.300")
    between = "Trong năm đã ban hành 45 văn bản quy phạm pháp luật."
    parts = (above, rows.format("5.100", "4.800"), below, between, behind)
    text = "\n".join(filter(None, parts))
    _, figures = read_text(OF_YEAR.format(2023, "huyện Cao Lộc", text))
    windows = [(figure.period_start, figure.period_end) for figure in figures]
    year = ("2023-01-01", "2023-12-31")
    assert windows == [window or year] * 2 + [year] * 3


@pytest.mark.parametrize("space", [" ", "  ", "\u00a0"])
def test_eleven_months_in_words_may_have_any_space_between(space: str) -> None:
    said = f"Trong mười{space}một tháng đầu năm 2023, toàn huyện tiếp nhận 120 hồ sơ."
    _, [figure] = read_text(OF_YEAR.format(2023, "huyện Cao Lộc", said))
    assert (figure.period_start, figure.period_end) == ("2023-01-01", "2023-11-30")


@pytest.mark.parametrize("months", ["11", "mười một", "Mười\u00a0một"])
def test_a_part_of_the_year_that_is_not_the_window_of_a_figure_doubts_it(months: str) -> None:
    said = f"Trong {months} tháng đầu năm, toàn huyện tiếp nhận 120 hồ sơ."
    _, [figure] = read_text(OF_YEAR.format(2023, "huyện Cao Lộc", said))
    assert "another time said" in figure.marks
    assert figure.confidence == "low"


def test_what_a_note_asks_for_behind_its_first_sentence_dates_no_table() -> None:
    note = "Ghi chú: Gồm các cấp. Nơi có số liệu chưa khớp xin báo trước ngày 20/01/2024."
    text = f"Nội dung\tSố lượng\nHồ sơ tiếp nhận\t5.100\nHồ sơ trực tuyến\t4.800\n{note}"
    _, figures = read_text(OF_YEAR.format(2023, "huyện Cao Lộc", text))
    assert not any("another time said" in figure.marks for figure in figures)


@pytest.mark.parametrize(
    ("sentence", "statuses"),
    [
        ("Thu ngân sách ước đạt 950 tỷ đồng; trong đó thu tiền sử dụng đất đạt 80 tỷ đồng.", "ee"),
        ("Ước cả năm tiếp nhận 700 hồ sơ; giải quyết 690 hồ sơ; số trực tuyến đạt 95%.", "eee"),
        ("Ước cả năm 2023, tổng số hồ sơ đã giải quyết là 690 hồ sơ.", "e"),
        ("Cả năm 2023 ước tiếp nhận 700 hồ sơ; tỷ lệ trực tuyến đạt 95%.", "ee"),
        ("Đã tiếp nhận 700 hồ sơ; ước cả năm giải quyết 690 hồ sơ.", "ae"),
    ],
)  # fmt: skip
def test_an_estimate_holds_for_what_follows_it(sentence: str, statuses: str) -> None:
    _, figures = read_text(OF_YEAR.format(2023, "huyện Cao Lộc", sentence))
    assert "".join(str(figure.status)[0] for figure in figures) == statuses


def test_a_list_that_opens_with_dossiers_counts_dossiers() -> None:
    text = (
        "Toàn huyện tiếp nhận 7.645 hồ sơ trong kỳ. Chia theo cấp:\n"
        "- 12 xã, phường: tiếp nhận 7.033, đã giải quyết 7.020."
    )
    _, figures = read_text(DISTRICT + text)
    assert [(f.indicator, str(f.scope)) for f in figures[2:]] == [
        ("dossiers_received_total", "commune_aggregate"),
        ("dossiers_resolved_total", "commune_aggregate"),
    ]


def test_a_notice_is_of_the_month_in_its_title() -> None:
    notice = "THÔNG BÁO\nKết quả giải quyết thủ tục hành chính tháng 8 năm 2024 của huyện Cao Lộc"
    news = "Huyện Cao Lộc giải quyết thủ tục hành chính tháng 8 năm 2024 nhanh gọn hơn trước"
    for text, kind, is_sure in ((notice, "period_report", True), (news, "article", False)):
        reading, _ = read_text(f"{text}\nHuyện tiếp nhận 612 hồ sơ.")
        assert (reading.head.kind, reading.head.is_sure_period) == (kind, is_sure)
        assert str(reading.head.period.end) == "2024-08-31"


@pytest.mark.parametrize("second", ["huyện Văn Quan", "Văn Quan"])
def test_a_title_of_two_areas_leaves_the_owner_open(second: str) -> None:
    title = f"BÁO CÁO\nKết quả cải cách hành chính năm 2022 của huyện Cao Lộc và {second}\n"
    reading, [figure] = read_text(f"{title}Tiếp nhận 612 hồ sơ.")
    assert not reading.head.is_sure_area
    assert figure.confidence is Confidence.LOW


@pytest.mark.parametrize(
    "head",
    [
        "ỦY BAN NHÂN DÂN\nHUYỆN CAO LỘC VÀ HUYỆN LỘC BÌNH",
        "UBND HUYỆN CAO LỘC VÀ LỘC BÌNH",
        "UBND HUYỆN CAO LỘC - UBND HUYỆN LỘC BÌNH",
        "UBND HUYỆN CAO LỘC\nUBND HUYỆN LỘC BÌNH",
    ],
)
def test_a_head_of_two_areas_names_both_and_is_asked_back(head: str) -> None:
    reading, figures = read_text(
        f"{head}\nBÁO CÁO\nKết quả cải cách hành chính quý I năm 2023\n"
        "Huyện Cao Lộc tiếp nhận 612 hồ sơ. Huyện Lộc Bình tiếp nhận 310 hồ sơ.\n"
        "Tiếp nhận tại huyện Lộc Bình 290 hồ sơ, tại huyện Cao Lộc 280 hồ sơ.\n"
    )
    assert not reading.head.is_sure_area
    named = {reading.head.area, *reading.head.rivals}
    assert named == {"huyện Cao Lộc", "huyện Lộc Bình"}
    areas = {figure.printed: figure.area for figure in figures}
    assert areas["612"] == areas["280"] == "huyện Cao Lộc"
    assert areas["310"] == areas["290"] == "huyện Lộc Bình"


def test_a_name_in_capitals_ends_before_the_word_of_another_level() -> None:
    reading, _ = read_text(
        "UBND HUYỆN CAO LỘC TỈNH LẠNG SƠN\nBÁO CÁO\nKết quả cải cách hành chính năm 2022\n"
        "Toàn huyện tiếp nhận 612 hồ sơ. Phòng Nội vụ huyện báo cáo."
    )
    assert reading.head.area == "huyện Cao Lộc"
    assert reading.head.rivals == ()


@pytest.mark.parametrize(
    ("table", "figures"),
    [
        ("Năm\t2022\t2023\nHồ sơ tiếp nhận\t120\t130", ["120", "130"]),
        ("Ngày chốt\tHồ sơ tiếp nhận\n2024-03-06\t120\n2024-03-07 00:00:00\t95", ["120", "95"]),
        # Days that a procedure takes, and years that are no years, are counts.
        ("Thủ tục\tNgày\nHồ sơ tiếp nhận\t12", ["12"]),
        ("Nội dung\tTháng\tNăm\nHồ sơ tiếp nhận\t130\t2500", ["130", "2500"]),
    ],
)  # fmt: skip
def test_cells_that_are_parts_of_a_date_are_no_figures(table: str, figures: list[str]) -> None:
    _, found = read_text(DISTRICT + table)
    assert [figure.printed for figure in found] == figures


def test_as_many_of_another_kind_are_not_the_same() -> None:
    text = "UBND huyện đã ban hành 26 văn bản chỉ đạo; triển khai 20/26 nhiệm vụ của Kế hoạch CCHC."
    _, figures = read_text(DISTRICT + text)
    assert figures[0].indicator == ""


def test_a_figure_that_cannot_be_read_balances_nothing() -> None:
    """It is no zero: 12 overdue of 12 would leave none on time."""
    text = "Toàn huyện giải quyết 12 hồ sơ, trong đó đúng hạn 1.2.3 hồ sơ, quá hạn 12 hồ sơ."
    figures = {figure.printed: figure for figure in read_text(DISTRICT + text)[1]}
    assert figures["1.2.3"].indicator == "dossiers_resolved_on_due"
    assert figures["1.2.3"].looked_again in ("", "less sure: ít căn cứ")


@pytest.mark.parametrize(("year", "start"), [("2025", "2025-07-01"), ("2026", "2026-01-01")])
def test_money_of_a_commune_is_counted_from_new_year_once_it_is_older(
    year: str, start: str
) -> None:
    window = "(Số liệu từ 01/7/2025 đến 30/11/2025)" if year == "2025" else ""
    _, figures = read_text(
        "ỦY BAN NHÂN DÂN\nXÃ PHƯỢNG MAO\nBÁO CÁO\n"
        f"Công tác cải cách hành chính quý III/{year}\n{window}\n"
        "Giải ngân vốn đầu tư công 44% kế hoạch."
    )
    assert [figure.period_start for figure in figures] == [start]


def test_what_a_city_sets_for_its_wards_is_set_by_the_province_since_there_are_no_districts() -> (
    None
):
    said = "Thu ngân sách 268,3 tỷ đồng, đạt 61,7% dự toán thành phố giao."
    for year, level in (("2023", "district"), ("2026", "province")):
        head = f"ỦY BAN NHÂN DÂN\nPHƯỜNG BẾN TRE\nBến Tre, ngày 12 tháng 6 năm {year}\nBÁO CÁO\n"
        _, figures = read_text(f"{head}Công tác CCHC 6 tháng đầu năm {year}\n{said}")
        assert figures[-1].indicator == f"budget_revenue_total_pct_{level}_plan"


SPOKEN = "Trung tâm Phục vụ hành chính công tiếp nhận 822 hồ sơ."


@pytest.mark.parametrize(
    "place", ["", "{own}, ngày 20 tháng 3 năm 2026", "{over}, ngày 20 tháng 3 năm 2026"]
)
@pytest.mark.parametrize(
    ("over", "own", "area"),
    [
        ("TỈNH LẠNG SƠN", "PHƯỜNG ĐÔNG KINH", "phường Đông Kinh"),
        ("THÀNH PHỐ HÀ NỘI", "PHƯỜNG TỪ LIÊM", "phường Từ Liêm"),
        ("TỈNH LẠNG SƠN", "XÃ CÔNG SƠN", "xã Công Sơn"),
        ("TỈNH TUYÊN QUANG", "PHƯỜNG HÀ GIANG 2", "phường Hà Giang 2"),
        ("THÀNH PHỐ HÀ NỘI", "PHƯỜNG VĂN MIẾU - QUỐC TỬ GIÁM", "phường Văn Miếu - Quốc Tử Giám"),
        # Of two communes of the name the one in the province above.
        ("TỈNH LÂM ĐỒNG", "XÃ ĐÔNG GIANG", "xã Đông Giang, tỉnh Lâm Đồng"),
    ],
)  # fmt: skip
def test_the_office_over_it_is_not_whose_paper_it_is(
    over: str, own: str, area: str, place: str
) -> None:
    names = {"own": own.split(" ", 1)[1].title(), "over": over.title()}
    said = f"{place.format(**names)}\n" if place else ""
    title = "BÁO CÁO\nCông tác cải cách hành chính quý I năm 2026"
    reading, _ = read_text(
        f"UBND {over}\nỦY BAN NHÂN DÂN {own}\nSố: 12/BC-UBND\n{said}{title}\n{SPOKEN}"
    )
    head = reading.head
    assert (head.area, head.is_sure_area, head.issuer) == (area, True, f"UBND {area}")
    assert not head.rivals


def test_a_namesake_outside_the_province_that_the_head_names_is_asked_back() -> None:
    """There is no ward of that name in Lạng Sơn: one elsewhere has it."""
    title = "BÁO CÁO\nCông tác cải cách hành chính quý I năm 2026"
    reading, _ = read_text(f"UBND TỈNH LẠNG SƠN\nỦY BAN NHÂN DÂN PHƯỜNG BẮC KẠN\n{title}\n{SPOKEN}")
    assert (reading.head.area, reading.head.is_sure_area) == ("phường Bắc Kạn", False)


def test_an_office_that_a_paper_is_sent_to_is_not_whose_it_is() -> None:
    text = (
        "UBND HUYỆN CAO LỘC\nKính gửi:\nUBND xã Tân Thanh\nBÁO CÁO\n"
        "Kết quả cải cách hành chính năm 2022\nToàn huyện tiếp nhận 612 hồ sơ."
    )
    assert read_text(text)[0].head.area == "huyện Cao Lộc"


def test_areas_that_are_counted_are_no_ranks() -> None:
    said = "Đã kiểm tra CCHC tại 05 sở và 04 huyện. Chỉ số CCHC năm 2022 xếp thứ 7/11 huyện."
    units = {figure.printed: figure.unit for figure in read_text(DISTRICT + said)[1]}
    assert (units["04"], units["7"], units["11"]) == ("area", "rank", "area")


@pytest.mark.parametrize(
    ("paper", "said", "area"),
    [
        ("BÁO LẠNG SƠN ĐIỆN TỬ", "toàn tỉnh", "tỉnh Lạng Sơn"),
        ("Báo và Phát thanh, Truyền hình Lạng Sơn", "toàn tỉnh", "tỉnh Lạng Sơn"),
        ("Báo Nông dân điện tử", "toàn tỉnh", ""),
        ("Báo Lạng Sơn", "toàn huyện", ""),
    ],
)
def test_a_paper_of_a_province_that_names_none_tells_of_its_own(
    paper: str, said: str, area: str
) -> None:
    text = (
        f"{paper}\n20/05/2025 05:30\nĐịa phương nào dẫn đầu?\nTừ đầu năm đến nay, {said} tiếp nhận"
        f" 486.312 hồ sơ. Qua đó, {said} đạt kết quả tốt.\n"
    )
    reading, _ = read_text(text)
    assert (reading.head.area, reading.head.is_sure_area) == (area, False)


def test_a_name_in_capitals_ends_where_the_text_ends_it() -> None:
    text = (
        "THỊ XÃ NÀ KHUỔI QUAN TÂM SẮP XẾP BỘ MÁY\n20/4/2023\nQuý I năm 2023, thị xã Nà Khuổi "
        "tiếp tục kiện toàn tổ chức. Thị xã Nà Khuổi tiếp nhận 812 hồ sơ.\n"
    )
    assert read_text(text)[0].head.area == "thị xã Nà Khuổi"


def test_the_office_of_a_committee_issues_for_its_area_and_a_commune_that_is_named_does_not() -> (
    None
):
    lines = [
        "VĂN PHÒNG UBND TỈNH LẠNG SƠN",
        "Lạng Sơn, ngày 06 tháng 10 năm 2025",
        "THÔNG BÁO",
        "Kết quả xử lý phản ánh, kiến nghị quý III năm 2025",
        "UBND xã, phường tiếp nhận 252 phản ánh; xã Cao Lộc không phát sinh.",
    ]
    assert read_text("\n".join(lines))[0].head.area == "tỉnh Lạng Sơn"


def test_a_name_that_runs_on_in_a_title_in_capitals_ends_where_one_is_known() -> None:
    title = "PHƯỜNG ĐÔNG KINH NHÌN LẠI NỬA NĂM LÀM DỊCH VỤ CÔNG TRỰC TUYẾN"
    told = "Từ 01/7/2025 đến hết 31/12/2025 phường nhận 6.208 hồ sơ."
    assert read_text(f"{title}\nNgày đăng: 08/01/2026\n{told}")[0].head.area == "phường Đông Kinh"
