"""Numbers, periods and names, read as a Vietnamese report prints them."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis.data.clean import (
    NumberError,
    PeriodError,
    fold_text,
    format_number,
    keep_text,
    label_period,
    nearest_names,
    parse_number,
    parse_period,
    slug_text,
)
from cchc_analysis.data.named import label_reports
from cchc_analysis.data.records import QUANTITY, Comparator, Period

PRINTED = [
    # printed, value, decimals
    ("1.310", 1310, 0),
    ("20.845", 20845, 0),
    ("301.610.000", 301_610_000, 0),
    ("9.5", 9.5, 1),
    ("0.25", 0.25, 2),
    ("0.250", 0.25, 3),
    ("89,4", 89.4, 1),
    ("97,685", 97.685, 3),
    ("357.792,5", 357792.5, 1),
    ("1 310", 1310, 0),
    ("1,234,567", 1_234_567, 0),
    ("11710", 11710, 0),
    ("05", 5, 0),
    ("00", 0, 0),
    ("66,75 %", 66.75, 2),
    ("100%", 100, 0),
    ("9.823⁽⁶⁾", 9823, 0),
    ("17⁴", 17, 0),
    ("-3", -3, 0),
    ("không có", 0, 0),
    ("Không phát sinh", 0, 0),
]


@pytest.mark.parametrize(("printed", "value", "decimals"), PRINTED)
def test_printed_numbers_are_read(printed: str, value: float, decimals: int) -> None:
    number = parse_number(printed)
    assert (number.value, number.decimals) == (value, decimals)
    assert number.comparator is Comparator.EQUAL


@pytest.mark.parametrize(
    ("printed", "comparator"),
    [
        ("trên 985", Comparator.MORE),
        ("hơn4.500", Comparator.MORE),
        ("tối thiểu 85%", Comparator.AT_LEAST),
        ("không quá 5%", Comparator.AT_MOST),
        ("dưới 10", Comparator.LESS),
        ("gần 1.000", Comparator.ABOUT),
        ("khoảng 30", Comparator.ABOUT),
    ],
)
def test_bound_words_become_comparators(printed: str, comparator: Comparator) -> None:
    assert parse_number(printed).comparator is comparator


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "một số",
        "1.171/1.310",
        "03 đến 10",
        "5.91.23",
        "12,",
        ".5",
        "1.310 hồ sơ",
        "mức độ 3,4",
        "--",
        "--5",
        "１２",
        "٣",
    ],
)
def test_what_is_no_single_number_is_refused(printed: str) -> None:
    with pytest.raises(NumberError, match="is not a number"):
        parse_number(printed)


@pytest.mark.parametrize("printed", ["151.10", "5.9123", "1,5", "1,310", "1.310,5"])
def test_a_count_has_no_fraction(printed: str) -> None:
    with pytest.raises(NumberError, match=r"three digits|fraction|thousands or decimals"):
        parse_number(printed, "count")


@pytest.mark.parametrize("printed", ["1" * 16, "-" + "9" * 400, "1." + "0" * 400])
def test_more_digits_than_a_report_prints_are_refused(printed: str) -> None:
    with pytest.raises(NumberError, match="more than 15 digits") as caught:
        parse_number(printed)
    assert len(str(caught.value)) < 80


def test_one_comma_before_three_digits_is_not_guessed_for_money() -> None:
    with pytest.raises(NumberError, match="between thousands or decimals"):
        parse_number("1,310", "money")
    assert parse_number("1,31", "money").value == 1.31
    assert parse_number("357.792,525", "money").value == 357792.525


@pytest.mark.parametrize("kind", ["rate", "score"])
def test_thousands_or_decimals_of_a_rate_are_not_guessed(kind: str) -> None:
    with pytest.raises(NumberError, match="thousands or decimals"):
        parse_number("97.685", kind)
    assert parse_number("97,685", kind).value == 97.685


@given(st.integers(0, 10**12))
def test_whole_numbers_come_back(value: int) -> None:
    assert parse_number(format_number(value)).value == value


@given(st.integers(0, 10**9), st.integers(1, 4))
def test_decimals_come_back(digits: int, decimals: int) -> None:
    value = digits / 10**decimals
    printed = f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))
    number = parse_number(printed)
    assert number.value == pytest.approx(value, abs=1e-9)
    assert number.decimals == decimals


@given(st.text(max_size=12))
def test_no_text_is_read_as_a_number_by_accident(text: str) -> None:
    try:
        number = parse_number(text)
    except NumberError:
        return
    has_digit = any(character.isdecimal() for character in text)
    assert has_digit or number.value == 0
    assert number.value == number.value


@pytest.mark.parametrize(
    ("text", "label", "start", "end"),
    [
        ("2024-Q1", "2024-Q1", "2024-01-01", "2024-03-31"),
        ("2024-Q3", "2024-Q3", "2024-07-01", "2024-09-30"),
        ("2024-H1", "2024-H1", "2024-01-01", "2024-06-30"),
        ("2024-9M", "2024-9M", "2024-01-01", "2024-09-30"),
        ("2024", "2024", "2024-01-01", "2024-12-31"),
        ("quý I năm 2024", "2024-Q1", "2024-01-01", "2024-03-31"),
        ("Quý 2/2023", "2023-Q2", "2023-04-01", "2023-06-30"),
        ("Quý IV/2023", "2023-Q4", "2023-10-01", "2023-12-31"),
        ("6 tháng đầu năm 2024", "2024-H1", "2024-01-01", "2024-06-30"),
        ("06 tháng đầu năm 2024", "2024-H1", "2024-01-01", "2024-06-30"),
        ("6 tháng cuối năm 2024", "2024-H2", "2024-07-01", "2024-12-31"),
        ("9 tháng đầu năm 2023", "2023-9M", "2023-01-01", "2023-09-30"),
        ("9 tháng năm 2023", "2023-9M", "2023-01-01", "2023-09-30"),
        ("năm 2019", "2019", "2019-01-01", "2019-12-31"),
        ("6T/2024", "2024-H1", "2024-01-01", "2024-06-30"),
        ("9T2023", "2023-9M", "2023-01-01", "2023-09-30"),
        ("12 tháng năm 2023", "2023", "2023-01-01", "2023-12-31"),
        ("2024Q1", "2024-Q1", "2024-01-01", "2024-03-31"),  # as pandas writes a quarter
        ("H1/2024", "2024-H1", "2024-01-01", "2024-06-30"),
        ("1H2024", "2024-H1", "2024-01-01", "2024-06-30"),
        ("6M/2024", "2024-H1", "2024-01-01", "2024-06-30"),
        ("9T-2024", "2024-9M", "2024-01-01", "2024-09-30"),
        ("sáu tháng đầu năm 2024", "2024-H1", "2024-01-01", "2024-06-30"),
        ("nửa đầu năm 2024", "2024-H1", "2024-01-01", "2024-06-30"),
        ("6 thang dau nam 2024", "2024-H1", "2024-01-01", "2024-06-30"),
        ("quý II-2024", "2024-Q2", "2024-04-01", "2024-06-30"),
        ("Q.III/2024", "2024-Q3", "2024-07-01", "2024-09-30"),
        ("1Q2024", "2024-Q1", "2024-01-01", "2024-03-31"),
        ("quí I/2024", "2024-Q1", "2024-01-01", "2024-03-31"),
        ("2H2024", "2024-H2", "2024-07-01", "2024-12-31"),
        ("nửa cuối năm 2024", "2024-H2", "2024-07-01", "2024-12-31"),
        ("nam2023", "2023", "2023-01-01", "2023-12-31"),
        ("Lũy kế đến tháng 8/2024", "2024-01-01/2024-08-31", "2024-01-01", "2024-08-31"),
        ("2024/9M", "2024-9M", "2024-01-01", "2024-09-30"),
        ("2023-01-01/2023-09-20", "2023-01-01/2023-09-20", "2023-01-01", "2023-09-20"),
        ("1/1/2026 - 10/3/2026", "2026-01-01/2026-03-10", "2026-01-01", "2026-03-10"),
        ("01/01/2026–31/03/2026", "2026-Q1", "2026-01-01", "2026-03-31"),
        (
            "từ ngày 1/1/2026 đến ngày 10/3/2026",
            "2026-01-01/2026-03-10",
            "2026-01-01",
            "2026-03-10",
        ),
        ("2023-01-01 – 2023-09-20", "2023-01-01/2023-09-20", "2023-01-01", "2023-09-20"),
    ],
)
def test_periods_have_real_dates(text: str, label: str, start: str, end: str) -> None:
    period = parse_period(text)
    assert period == Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end))
    assert label_period(period) == label


def test_a_stock_is_counted_on_one_day() -> None:
    day = parse_period("2024-06-01")
    assert parse_period("ngày 1/6/2024") == day
    assert day == Period(None, dt.date(2024, 6, 1))
    assert label_period(day) == "2024-06-01"
    assert label_period(Period(None, None)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "2024-Q5",
        "2024-H3",
        "6 tháng",
        "T6/2024",
        "Tháng 6 năm 2024",
        "06/2024",
        "2024-06",
        "13 tháng năm 2024",
        "năm",
        "",
        "2024-13-01",
        "20244",
        "31/2/2024",
        "1/1 - 10/3/2026",
        "Quỹ 1/2024",
    ],
)
def test_what_names_no_period_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        parse_period(text)


def test_a_period_does_not_end_before_it_starts() -> None:
    with pytest.raises(PeriodError, match="comes after"):
        parse_period("2024-06-30/2024-01-01")


@given(
    st.integers(1990, 2100), st.sampled_from(["-Q1", "-Q2", "-Q3", "-Q4", "-H1", "-H2", "-9M", ""])
)
def test_labels_come_back(year: int, suffix: str) -> None:
    label = f"{year}{suffix}"
    assert label_period(parse_period(label)) == label


@pytest.mark.parametrize(
    ("label", "start", "end", "said"),
    [
        ("2024-Q1", "2024-01-01", "2024-03-31", "2024-Q1"),
        ("2024-01-01/2024-09-20", "2024-01-01", "2024-09-20", "2024-9M"),
        ("2023-12-15/2024-09-14", "2023-12-15", "2024-09-14", "2024-9M"),
        ("2024-03-01/2024-09-30", "2024-03-01", "2024-09-30", "2024-03-01/2024-09-30"),
        ("2024-09-20", "", "2024-09-20", "2024-9M"),
        ("2024-09-30", "", "2024-09-30", "2024-9M"),
        ("2024-05-10", "", "2024-05-10", "2024-05-10"),
        ("2024-10-01", "", "2024-10-01", "2024-10-01"),
        ("2024-12-31", "", "2024-12-31", "2024-9M"),
        ("2023-12-31", "", "2023-12-31", "2023-12-31"),
    ],
)
def test_most_days_of_a_report_are_its_period(label: str, start: str, end: str, said: str) -> None:
    columns = ["source_id", "period", "period_start", "period_end"]
    held = pd.DataFrame([("made_up_2024_9m D01", label, start, end)], columns=columns)
    held = held.reindex(columns=["source_id", "period", *QUANTITY], fill_value="")
    told = [("made_up_2024_9m", "2024-9M", "2024-01-01", "2024-09-30")]
    assert label_reports(held, pd.DataFrame(told, columns=columns)) == [said]


def test_note_marks_are_never_turned_into_digits() -> None:
    assert keep_text("huyện²") == "huyện²"


def test_names_are_compared_without_case_and_diacritics() -> None:
    assert fold_text("Huyện ĐẮK Song") == "huyen dak song"
    assert slug_text("TP. Lạng Sơn") == "tp-lang-son"
    assert nearest_names("Cao Loc", ["Cao Lộc", "Văn Quan"])[0] == "Cao Lộc"
    labels = ["Tỷ lệ hộ nghèo", "Tỷ lệ hồ sơ giải quyết đúng hạn (gồm trước hạn)", "Tỷ lệ nhiệm vụ"]
    assert nearest_names("tỷ lệ đúng hạn", labels)[0] == labels[1], "all words of it"
