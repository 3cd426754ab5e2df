"""News items and postings: whose they are, of which days, and what they count."""

from __future__ import annotations

import pytest

from reading_work import read_text


def read_days(text: str) -> list[tuple[str, str, str]]:
    """Each figure as printed, with its first and last day."""
    return [(each.printed, each.period_start, each.period_end) for each in read_text(text)[1]]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        # The first figures that are told with a time say of which the item is.
        (
            "Chuyện ở quầy số 2\n09:05 - 20/11/2023\n“Nhanh hơn trước nhiều”, một người dân "
            "nói.\n"
            "Theo UBND huyện Cao Lộc, từ đầu năm đến hết ngày 10/11/2023, Bộ phận một cửa huyện "
            "tiếp nhận 5.310 hồ sơ.\nHuyện đã giải quyết 5.201 hồ sơ.\n"
            "Năm 2022, Chỉ số CCHC của huyện xếp thứ 5/11.",
            ("2023-01-01", "2023-11-10"),
        ),
        (
            "Một cửa sau ba tháng chạy thử\nThứ Năm, 09/10/2025\n"
            "Từ ngày 01/7 đến hết tháng 9/2025, Trung tâm Phục vụ hành chính công xã Đá Vàng "
            "tiếp "
            "nhận 812 hồ sơ.\nXã đã giải quyết 790 hồ sơ.\nQuý II/2025, huyện cũ tiếp nhận rất "
            "ít.",
            ("2025-07-01", "2025-09-30"),
        ),
        (
            "TRANG THÔNG TIN ĐIỆN TỬ XÃ ĐÁ VÀNG\nTin tức - Sự kiện\nNgười dân hài lòng\n"
            "Ngày đăng: 04/12/2025\nKết quả trong tháng 11 như sau:\n"
            "- Tiếp nhận: 301 hồ sơ.\n- Đã giải quyết: 295 hồ sơ.",
            ("2025-11-01", "2025-11-30"),
        ),
        # Nor is what comes after so many months a part of the year.
        (
            "Xã Đá Vàng sau sáu tháng vận hành bộ máy mới\n10:00 - 12/01/2026\n"
            "Từ ngày 01/7/2025 đến ngày 31/12/2025, xã tiếp nhận 2.114 hồ sơ.\n"
            "Xã đã giải quyết 2.080 hồ sơ.",
            ("2025-07-01", "2025-12-31"),
        ),
        # The title stands below the banners, and above the first sentence.
        (
            "CỔNG THÔNG TIN ĐIỆN TỬ HUYỆN CAO LỘC\nTrang chủ » Tin tức » Cải cách hành chính\n"
            "KẾT QUẢ HOẠT ĐỘNG CỦA BỘ PHẬN MỘT CỬA HUYỆN THÁNG 4 NĂM 2024\nCập nhật: 06/5/2024\n"
            "Công tác cải cách hành chính năm 2023 của huyện đã được tỉnh biểu dương.\n"
            "Bộ phận một cửa huyện tiếp nhận 640 hồ sơ; giải quyết 611 hồ sơ.",
            ("2024-04-01", "2024-04-30"),
        ),
    ],
)
def test_the_days_of_an_item_are_those_that_its_figures_are_told_with(
    text: str, days: tuple[str, str]
) -> None:
    assert [(start, end) for _, start, end in read_days(text)[:2]] == [days, days]


def test_nothing_is_sure_where_no_time_is_told() -> None:
    reading, figures = read_text(
        "UBND huyện Cao Lộc trả kết quả đúng hẹn\nTin của huyện Cao Lộc.\nToàn huyện tiếp nhận "
        "12.310 hồ sơ, trong đó trực tuyến 9.120 hồ sơ, trực tiếp 3.190 hồ sơ."
    )
    assert reading.head.period.end is None
    assert reading.head.is_sure_area
    assert {each.confidence.value for each in figures} == {"low"}
    assert figures[0].looked_again == "when it was has to be decided first"


@pytest.mark.parametrize(
    ("text", "area"),
    [
        # The site of a province has items about its districts; that of a district its own.
        (
            "CỔNG THÔNG TIN ĐIỆN TỬ TỈNH LẠNG SƠN\nHuyện Cao Lộc: một cửa gần dân "
            "hơn\n05/7/2023\n"
            "Toàn huyện tiếp nhận 312 hồ sơ; UBND huyện yêu cầu các phòng tiếp tục.",
            "huyện Cao Lộc",
        ),
        (
            "TRANG THÔNG TIN ĐIỆN TỬ HUYỆN CAO LỘC\nKẾT QUẢ CẢI CÁCH HÀNH CHÍNH QUÝ I NĂM 2024\n"
            "Toàn huyện tiếp nhận 312 hồ sơ.",
            "huyện Cao Lộc",
        ),
        # Who has called the meeting, once, in the first sentence.
        (
            "HỘI NGHỊ SƠ KẾT CẢI CÁCH HÀNH CHÍNH 6 THÁNG ĐẦU NĂM 2023\nChiều ngày 12/7/2023, "
            "UBND "
            "huyện Cao Lộc tổ chức hội nghị sơ kết.\nToàn huyện tiếp nhận 312 hồ sơ.",
            "huyện Cao Lộc",
        ),
        # A title may open with the bare name, and a day of the week is no place.
        (
            "Cao Lộc tăng hạng Chỉ số cải cách hành chính\nThứ Tư, ngày 03 tháng 5 năm 2023\n"
            "Năm 2022, huyện Cao Lộc xếp thứ 3/11, toàn huyện tiếp nhận 312 hồ sơ.",
            "huyện Cao Lộc",
        ),
        # Further on in a title the bare name is one that we know at the level of the text.
        *(
            (
                f"{title}\nThứ Tư, ngày 03 tháng 5 năm 2023\nNăm 2022, toàn huyện tiếp nhận 312 "
                "hồ sơ; trên địa bàn huyện không còn hồ sơ trễ hẹn. Xã Đá Vàng là điểm sáng.",
                "huyện Cao Lộc",
            )
            for title in (
                "Chuyển biến trong giải quyết thủ tục hành chính ở Cao Lộc",
                "Vì sao Cao Lộc dẫn đầu về dịch vụ công trực tuyến",
                "Người dân vùng cao Cao Lộc hài lòng với một cửa",
                "Cải cách hành chính - điểm sáng Cao Lộc",
            )
        ),
    ],
)
def test_whose_an_item_is(text: str, area: str) -> None:
    head = read_text(text)[0].head
    assert (head.area, head.is_sure_area) == (area, True)


def test_a_former_district_is_not_whose_an_item_is() -> None:
    head = read_text(
        "Chuyện ở vùng cao\nChủ nhật, ngày 12 tháng 10 năm 2025\nXã Đá Vàng, tỉnh Lạng Sơn được "
        "lập trên cơ sở các xã của huyện Cao Lộc trước đây.\nTừ ngày 01/7 đến ngày 30/9/2025, xã "
        "tiếp nhận 412 hồ sơ, cao hơn toàn huyện Cao Lộc của năm trước. P.V"
    )[0].head
    assert head.area == "xã Đá Vàng"


POSTED = "KẾT QUẢ TIẾP NHẬN, GIẢI QUYẾT HỒ SƠ QUÝ II NĂM 2024 CỦA HUYỆN CAO LỘC\n"


def test_rows_with_bars_between_their_cells_alone_are_a_table() -> None:
    text = (
        "STT | Nội dung | Số liệu | Đơn vị tính\n"
        "1 | Hồ sơ tiếp nhận trong kỳ (bao gồm kỳ trước chuyển qua) | 1.204 | hồ sơ\n"
        "2 | Hồ sơ đã giải quyết | 1.190 | hồ sơ\n3 | - Quá hạn | 6 | hồ sơ\n"
        "4 | Tỷ lệ thanh toán trực tuyến | 81,4 | %\n"
    )
    lines = (POSTED + text).splitlines()
    figures = read_text(POSTED + text)[1]
    assert [each.indicator for each in figures] == [
        "dossiers_received_total", "dossiers_resolved_total", "dossiers_resolved_overdue",
        "online_payment_rate",
    ]  # fmt: skip
    assert all(lines[each.line - 1][each.start : each.end] == each.printed for each in figures)
    # A menu, or what is said of one page, is none.
    menu = "Giới thiệu | Tin tức | Liên hệ\nHuyện tiếp nhận 12 hồ sơ | Lượt xem: 15\n"
    assert [each.place for each in read_text(POSTED + menu)[1]] == ["text"]


@pytest.mark.parametrize("banner", ["Báo điện tử", "Tin tức - Sự kiện", "Cổng TTĐT"])
def test_the_day_of_a_page_may_stand_behind_what_page_it_is(banner: str) -> None:
    head = read_text(f"{banner} | Thứ Sáu, 05/7/2024 - 09:42\nHuyện Cao Lộc họp\nĐã họp.\n")[0].head
    assert head.dated == "2024-07-05"


@pytest.mark.parametrize("posted", ["05/7/2024", "Ngày đăng: 05/7/2024 | Lượt xem: 90"])
def test_the_day_on_which_a_page_was_put_there_is_no_time_of_its_table(posted: str) -> None:
    text = "Nội dung | Số hồ sơ\nHồ sơ tiếp nhận | 1.204\nHồ sơ đã giải quyết | 1.190\n"
    figures = read_text(f"{POSTED}{posted}\n{text}")[1]
    assert [each.period_end for each in figures] == ["2024-06-30"] * 2
    assert not any("another time said" in each.marks for each in figures)


def test_the_procedures_of_a_province_are_told_by_level_in_a_row() -> None:
    text = (
        "BÁO CÁO\nKết quả cải cách hành chính năm 2023 của tỉnh Lạng Sơn\nTổng số TTHC thuộc "
        "thẩm "
        "quyền giải quyết là 1.700 TTHC, gồm: 1.400 TTHC cấp tỉnh, 200 TTHC cấp huyện và 100 "
        "TTHC "
        "cấp xã."
    )
    assert [(each.indicator, str(each.scope)) for each in read_text(text)[1][1:]] == [
        ("tthc_total_province", "province_office"),
        ("tthc_total", "district_aggregate"),
        ("tthc_total", "commune_aggregate"),
    ]


def list_owned(text: str) -> list[tuple[str, str, str, str]]:
    """Each figure as printed, with its indicator, area and level."""
    return [(e.printed, e.indicator, e.area, str(e.scope)) for e in read_text(text)[1]]


def test_values_of_other_places_are_theirs() -> None:
    text = (
        "Cao Lộc tăng hạng Chỉ số cải cách hành chính\n12/5/2024\nUBND tỉnh Lạng Sơn công bố "
        "Chỉ số "
        "cải cách hành chính năm 2023 của các huyện, thành phố.\nTheo đó, huyện Cao Lộc đạt "
        "88,4%, "
        "xếp thứ 3; sau huyện Chi Lăng (90,12%) và trên huyện Đình Lập với 87,9%. Giá trị trung "
        "bình "
        "Chỉ số cải cách hành chính năm 2023 của các huyện là 86,1%."
    )
    whole = "whole_district"
    assert list_owned(text) == [
        ("88,4", "par_index", "huyện Cao Lộc", whole),
        ("3", "par_index_rank", "huyện Cao Lộc", whole),
        ("90,12", "par_index", "huyện Chi Lăng", whole),
        ("87,9", "par_index", "huyện Đình Lập", whole),
        ("86,1", "par_index_district_mean", "tỉnh Lạng Sơn", "district_aggregate"),
    ]
    text = (
        "Xã Chi Lăng phục vụ tốt hơn\nTừ ngày 01/7 đến ngày 30/9/2025, xã Chi Lăng, tỉnh Lạng "
        "Sơn tiếp "
        "nhận 812 hồ sơ, tỷ lệ hồ sơ trực tuyến đạt 81,5%. Trước khi sắp xếp, 6 tháng đầu năm "
        "2025, tỷ "
        "lệ này của huyện Chi Lăng chỉ là 60,2%."
    )
    assert list_owned(text)[-1] == ("60,2", "online_rate", "huyện Chi Lăng", whole)
    # A line that is too long is read in pieces, and moves those below it.
    title, told = text.split("\n")
    long = "\n".join([title, "Một cửa thân thiện với người dân. " * 2_000, told])
    assert list_owned(long)[-1] == ("60,2", "online_rate", "huyện Chi Lăng", whole)
    assert read_days(text)[-1][1:] == ("2025-01-01", "2025-06-30")


def test_the_label_of_a_row_or_of_an_item_says_whose_its_figures_are() -> None:
    title = "UBND TỈNH LẠNG SƠN\nTHÔNG BÁO\nKết quả Chỉ số CCHC năm {} của các {}\n"
    rows = "Đơn vị | Chỉ số CCHC (%) | Xếp hạng\n{0} | 91,52 | 1\n{1} | 90,01 | 2\n"
    items = "- {0}: Chỉ số CCHC đạt 91,52%, xếp thứ 1;\n- {1}: Chỉ số CCHC đạt 90,01%, xếp thứ 2.\n"
    for year, places, scope in (
        (2023, ("huyện Chi Lăng", "huyện Đình Lập"), "whole_district"),
        (2025, ("xã Chi Lăng", "xã Đình Lập"), "commune"),
    ):
        for form in (rows, items):
            told = form.format(*(f"{each[0].upper()}{each[1:]}" for each in places))
            assert list_owned(title.format(year, places[0].split()[0]) + told) == [
                (printed, code, place, scope)
                for place, *values in zip(places, ("91,52", "90,01"), "12", strict=True)
                for printed, code in zip(values, ("par_index", "par_index_rank"), strict=True)
            ]


def test_a_row_may_call_a_place_by_its_bare_name() -> None:
    text = (
        "UBND TỈNH LẠNG SƠN\nTHÔNG BÁO\nKết quả Chỉ số CCHC năm 2023 của các huyện\n"
        "Đơn vị | Chỉ số CCHC (%)\nChi Lăng | 88,62\nĐình Lập | 87,05\nTổng hợp | 87,9\n"
    )
    assert [each[2] for each in list_owned(text)] == [
        "huyện Chi Lăng", "huyện Đình Lập", "tỉnh Lạng Sơn",
    ]  # fmt: skip


def test_a_place_that_opens_a_sentence_has_all_its_figures() -> None:
    said = (
        "Xã Chi Lăng đã tiếp nhận 120 hồ sơ, giải quyết 118 hồ sơ, trong đó trực tuyến 90 hồ sơ{}."
    )
    text = "UBND TỈNH LẠNG SƠN\nTHÔNG BÁO\nKết quả giải quyết hồ sơ quý IV năm 2025\n"
    assert {each[2:] for each in list_owned(text + said.format(""))} == {("xã Chi Lăng", "commune")}
    for others in (
        said.format("; toàn tỉnh tiếp nhận 9.120 hồ sơ"),
        "Mô hình tại xã Chi Lăng: hiệu quả rõ rệt. Toàn tỉnh tiếp nhận 9.120 hồ sơ.",
    ):
        [*_, other] = list_owned(text + others)
        assert (other[0], other[2]) == ("9.120", "tỉnh Lạng Sơn"), others
    earlier = text.replace("quý IV năm 2025", "quý IV năm 2023")
    said = "Huyện Cao Lộc là đơn vị làm điểm, đến nay tỉnh đã tiếp nhận 9.120 hồ sơ."
    assert [each[2] for each in list_owned(earlier + said)] == ["tỉnh Lạng Sơn"]


def test_rows_of_an_item_that_is_nobodys_name_whose_they_are() -> None:
    text = (
        "Công bố Chỉ số cải cách hành chính năm 2023\n13/3/2024\nUBND tỉnh vừa công bố Chỉ số CCHC "
        "năm 2023 của các địa phương trên địa bàn tỉnh. Toàn tỉnh còn đơn vị chậm, Sở Nội vụ tỉnh "
        "đã tham mưu cho UBND tỉnh.\nĐơn vị | Chỉ số CCHC (%)\n"
        "Huyện Chi Lăng | 88,62\nHuyện Đình Lập | 87,05\n"
    )
    assert [each[1:3] for each in list_owned(text)] == [
        ("par_index", "huyện Chi Lăng"),
        ("par_index", "huyện Đình Lập"),
    ]


def test_a_place_that_is_no_owner_of_a_figure_gives_it_to_nobody() -> None:
    text = (
        "Huyện Cao Lộc chuyển mình\nNăm 2023, học tập huyện Chi Lăng, toàn huyện Cao Lộc tiếp "
        "nhận "
        "4.120 hồ sơ. UBND huyện cử 12 công chức đi học tại huyện Đình Lập."
    )
    assert {each[2] for each in list_owned(text)} == {"huyện Cao Lộc"}


HEADED = "Huyện Cao Lộc: một cửa gần dân hơn\n09/10/2023\nTrong 9 tháng đầu năm 2023, "


def test_both_levels_in_turn_are_told_apart() -> None:
    text = (
        f"{HEADED}số hồ sơ tiếp nhận của cấp huyện và cấp xã lần lượt là 1.204 và 8.310 hồ sơ; "
        "tỷ lệ giải "
        "quyết trước và đúng hạn lần lượt đạt 97,9% và 99,2%."
    )
    office, communes = "district_office", "commune_aggregate"
    assert [(code, scope) for _, code, _, scope in list_owned(text)] == [
        ("dossiers_received_total", office),
        ("dossiers_received_total", communes),
        ("on_time_rate", office),
        ("on_time_rate", communes),
    ]


def test_where_somebody_was_is_no_offices_own_work() -> None:
    text = (
        "Kiểm tra cải cách hành chính tại UBND huyện Cao Lộc\n12/7/2023\nTrong 6 tháng đầu năm "
        "2023, "
        "huyện Cao Lộc đã ban hành 14 văn bản quy phạm pháp luật. Qua kiểm tra, huyện đã xử lý "
        "kỷ luật "
        "21 công chức."
    )
    assert [(code, scope) for _, code, _, scope in list_owned(text)] == [
        ("legal_docs_issued", "whole_district"),
        ("staff_disciplined", "whole_district"),
    ]


def test_an_index_that_was_published_is_the_one_that_is_named() -> None:
    text = (
        "Tỉnh Lạng Sơn tăng hạng\n12/5/2024\nTheo kết quả công bố Chỉ số Hiệu quả quản trị và "
        "hành chính "
        "công cấp tỉnh (PAPI) năm 2023, tỉnh Lạng Sơn đạt 42,31 điểm.\nChỉ số PAR INDEX năm "
        "2023 của "
        "tỉnh đạt 88,1%, tăng so với năm 2022 (năm 2022 đạt 85,2%)."
    )
    figures = read_text(text)[1]
    assert [each.indicator for each in figures] == ["papi_total", "par_index", "par_index"]
    assert [each.period_start[:4] for each in figures] == ["2023", "2023", "2022"]
    assert "another time said" not in figures[2].marks


def test_a_time_that_is_compared_with_is_none_of_the_document() -> None:
    head = read_text(
        "Huyện Cao Lộc đổi mới\nTỷ lệ hồ sơ trực tuyến đạt 71,2%, tăng so với cùng kỳ năm 2022."
    )[0].head
    assert head.period.end is None


def test_days_in_a_bracket_behind_a_month_are_those_of_its_figures() -> None:
    text = (
        "Tình hình giải quyết hồ sơ tháng 4/2024 của huyện Cao Lộc\nTrong tháng 4/2024 (từ ngày "
        "15/3/2024 đến ngày 14/4/2024), tình hình tiếp nhận, giải quyết hồ sơ của huyện như "
        "sau:\n"
        "- Tổng số hồ sơ: 712 (tồn kỳ trước: 31; mới tiếp nhận: 681)"
    )
    assert {each[1:] for each in read_days(text)} == {("2024-03-15", "2024-04-14")}


def test_what_is_counted_since_the_two_levels_began_is_from_their_first_day_on() -> None:
    text = (
        "Phường Đông Kinh phục vụ tốt hơn\n09/01/2026\nQuý IV năm 2025, phường Đông Kinh tiếp "
        "nhận "
        "1.045 hồ sơ. Nếu tính từ khi đi vào hoạt động đến hết năm 2025, phường đã tiếp nhận "
        "2.210 "
        "hồ sơ."
    )
    days = [each[1:] for each in read_days(text)]
    assert days == [("2025-10-01", "2025-12-31"), ("2025-07-01", "2025-12-31")]


def test_an_index_of_service_is_told_of_places_further_down() -> None:
    text = (
        "TRANG THÔNG TIN ĐIỆN TỬ SỞ NỘI VỤ TỈNH LẠNG SƠN\nKết quả Bộ chỉ số phục vụ người dân, "
        "doanh "
        "nghiệp tháng 11/2025 của các xã, phường\nĐăng ngày: 08/12/2025\nTheo Cổng Dịch vụ công "
        "quốc "
        "gia, tháng 11/2025 tỉnh Lạng Sơn đạt 87,42 điểm, tăng so với tháng 10 (86,90 điểm).\n"
        "Dẫn đầu toàn tỉnh là phường Đông Kinh (94,1 điểm); thấp nhất là xã Bắc Sơn với 71,5 "
        "điểm."
    )
    figures = read_text(text)[1]
    found = [(each.printed, each.area, each.period_end, str(each.scope)) for each in figures]
    # What stands in brackets names no time of its own: it is left open.
    codes = [each.indicator or each.rivals[0] for each in figures]
    assert codes == ["service_index_total"] * 4
    assert found == [
        ("87,42", "tỉnh Lạng Sơn", "2025-11-30", "whole_district"),
        ("86,90", "tỉnh Lạng Sơn", "2025-10-31", "whole_district"),
        ("94,1", "phường Đông Kinh", "2025-11-30", "commune"),
        ("71,5", "xã Bắc Sơn", "2025-11-30", "commune"),
    ]


def test_a_title_that_says_of_the_province_is_the_provinces() -> None:
    head = read_text(
        "CỔNG THÔNG TIN ĐIỆN TỬ TỈNH LẠNG SƠN\nKết quả giải quyết TTHC quý I năm 2024 của tỉnh\n"
        "Ngày đăng: 10/4/2024\nĐơn vị | Tiếp nhận\nCác sở | 120\nUBND các huyện | 340\n"
    )[0].head
    assert (head.area, head.is_sure_area) == ("tỉnh Lạng Sơn", True)


def test_news_on_the_site_of_a_province_is_sure_though_it_names_another() -> None:
    head = read_text(
        "CỔNG THÔNG TIN ĐIỆN TỬ TỈNH LẠNG SƠN\nSơ kết công tác cải cách hành chính năm 2025\n"
        "UBND tỉnh tổ chức hội nghị. Toàn tỉnh tiếp nhận 120 hồ sơ, nhiều hơn tỉnh Cao Bằng.\n"
    )[0].head
    assert (head.area, head.is_sure_area) == ("tỉnh Lạng Sơn", True)


def test_offices_and_sections_above_a_title_are_none() -> None:
    text = (
        "UBND HUYỆN CAO LỘC\nTRUNG TÂM VĂN HÓA, THỂ THAO VÀ TRUYỀN THÔNG\nChính trị - Xây dựng "
        "Đảng\n"
        "Phòng Nội vụ huyện kiểm tra công vụ quý III năm 2024\nTừ ngày 12/8 đến ngày 20/9/2024, "
        "tổ "
        "kiểm tra của huyện đã đến 7 cơ quan; chỉ 15 phút sau đã làm việc với 9 công chức."
    )
    reading, figures = read_text(text)
    assert reading.head.title.startswith("Phòng Nội vụ huyện kiểm tra")
    assert reading.head.period_label == "2024-Q3"
    assert figures[1].indicator == ""


@pytest.mark.parametrize(
    ("said", "days"),
    [
        # The day that a paragraph opens with goes on in it.
        (
            "Năm 2023, huyện có nhiều đổi mới.\nTính đến 15/12/2023, Bộ phận một cửa huyện tiếp "
            "nhận "
            "712 hồ sơ. Ở các xã, tổng số hồ sơ tiếp nhận là 8.114 hồ sơ.",
            [("2023-01-01", "2023-12-15")] * 2,
        ),
        ("5 tháng đầu năm 2023, huyện tiếp nhận 4.120 hồ sơ.", [("2023-01-01", "2023-05-31")]),
        ("10 tháng năm 2023, huyện tiếp nhận 4.120 hồ sơ.", [("2023-01-01", "2023-10-31")]),
        (
            "6 tháng đầu năm 2023, huyện tiếp nhận 4.120 hồ sơ.\nSo với cùng kỳ năm ngoái, tỷ "
            "lệ hồ "
            "sơ trực tuyến tăng từ 45,6% lên 70,3%.",
            [
                ("2023-01-01", "2023-06-30"),
                ("2022-01-01", "2022-06-30"),
                ("2023-01-01", "2023-06-30"),
            ],
        ),
    ],
)
def test_times_that_items_name(said: str, days: list[tuple[str, str]]) -> None:
    text = f"Huyện Cao Lộc: một cửa gần dân hơn\n22/12/2023\n{said}"
    assert [(start, end) for _, start, end in read_days(text)] == days


def test_what_is_counted_since_a_day_in_brackets_is_up_to_the_day_of_the_page() -> None:
    text = (
        "Phường Đông Kinh: chính quyền gần dân\nĐăng lúc 08:15 | 20/11/2025\nKể từ khi đi vào "
        "hoạt "
        "động theo mô hình mới (01/7/2025), Trung tâm đã tiếp nhận hơn 5.300 hồ sơ."
    )
    assert read_days(text) == [("5.300", "2025-07-01", "2025-11-20")]


def test_rows_that_name_a_stage_alone_are_parts_of_the_row_above() -> None:
    text = (
        "Nội dung | Kết quả\nHồ sơ tiếp nhận | 402\nHồ sơ đã giải quyết | 395\n"
        "Trước hạn, đúng hạn | 393\nQuá hạn | 2\n"
    )
    assert [each.indicator for each in read_text(POSTED + text)[1]] == [
        "dossiers_received_total", "dossiers_resolved_total", "dossiers_resolved_on_time",
        "dossiers_resolved_overdue",
    ]  # fmt: skip


def test_the_districts_of_a_province_are_told_behind_its_departments() -> None:
    text = (
        "BÁO CÁO\nKết quả cải cách hành chính năm 2023 của tỉnh Lạng Sơn\nCác sở, ngành giải "
        "quyết đúng "
        "hạn 99,4%, UBND các huyện, thành phố đạt 97,8%, cấp xã đạt 99,1%."
    )
    assert [(code, scope) for _, code, _, scope in list_owned(text)] == [
        ("on_time_rate", "province_office"),
        ("on_time_rate", "district_aggregate"),
        ("on_time_rate", "commune_aggregate"),
    ]


def test_what_was_left_from_a_year_in_brackets_was_carried_over() -> None:
    text = (
        "Huyện Cao Lộc: một cửa gần dân hơn\nNăm 2023, Bộ phận một cửa huyện tiếp nhận 6.712 hồ "
        "sơ (tồn "
        "năm 2022: 112), đã giải quyết 6.540 hồ sơ."
    )
    assert list_owned(text)[1][1] == "dossiers_carried_over"


def test_pairs_of_levels_in_a_sentence_of_their_own_are_as_the_pair_before() -> None:
    text = (
        "BÁO CÁO\nKết quả cải cách hành chính quý I năm 2024 của tỉnh Lạng Sơn\nSố hồ sơ tiếp "
        "nhận trực "
        "tuyến là 41.230/48.510 hồ sơ. Trong đó: các sở, ngành 9.870/10.120 hồ sơ (97,5%); cấp "
        "xã "
        "31.360/38.390 hồ sơ (81,7%)."
    )
    part, whole, share = "dossiers_received_online", "dossiers_received_total", "online_rate"
    found = [(code, scope) for _, code, _, scope in list_owned(text)]
    assert [code for code, _ in found] == [part, whole, part, whole, share, part, whole, share]
    assert [scope for _, scope in found[2:]] == ["province_office"] * 3 + ["commune_aggregate"] * 3


def test_months_after_which_something_is_told_are_no_part_of_the_year() -> None:
    text = (
        "Phường Đông Kinh: ngày không hẹn\n10/11/2025\nMô hình “Ngày không hẹn” chạy từ tháng "
        "8. Sau 3 "
        "tháng, đã có 412 hồ sơ được giải quyết.\nTừ ngày 01/7/2025 đến ngày 31/10/2025, phường "
        "tiếp "
        "nhận 4.205 hồ sơ."
    )
    assert read_days(text)[0][1:] != ("2025-01-01", "2025-03-31")


def test_titles_of_other_items_below_are_none_of_this_one() -> None:
    text = (
        "Huyện Cao Lộc: một cửa gần dân hơn\n16/4/2024\nQuý I/2024, toàn huyện tiếp nhận 5.310 "
        "hồ sơ.\n"
        "Các tin khác\n» Huyện Chi Lăng tiếp nhận 4.120 hồ sơ\n» Huyện Đình Lập: thêm 2 mô hình\n"
        "» Năm 2023, toàn huyện tiếp nhận 21.450 hồ sơ trực tuyến\n» Huyện Chi Lăng và huyện "
        "Đình Lập"
    )
    reading, figures = read_text(text)
    assert (reading.head.area, reading.head.is_sure_area) == ("huyện Cao Lộc", True)
    assert [each.printed for each in figures if each.indicator] == ["5.310"]


def test_the_days_of_an_inspection_are_none_of_the_item() -> None:
    text = (
        "Huyện Cao Lộc siết chặt kỷ cương\n25/9/2024\nTừ ngày 12/8 đến ngày 20/9/2024, huyện đã "
        "kiểm tra "
        "đột xuất 7 cơ quan và 9 xã.\nTrong 8 tháng đầu năm 2024, toàn huyện tiếp nhận 14.520 "
        "hồ sơ.\n"
        "Tỷ lệ hồ sơ trực tuyến đạt 71,2%."
    )
    head = read_text(text)[0].head
    assert (str(head.period.start), str(head.period.end)) == ("2024-01-01", "2024-08-31")
    assert read_days(text)[-1] == ("71,2", "2024-01-01", "2024-08-31")


@pytest.mark.parametrize("said", ["hồ sơ phát sinh trực tuyến", "hồ sơ TTHC phát sinh trực tuyến"])
def test_dossiers_that_arise_online_are_those_that_came_in_so(said: str) -> None:
    text = f"{HEADED}tỷ lệ {said} đạt 78,9%."
    assert [each.indicator for each in read_text(text)[1]] == ["online_rate"]
