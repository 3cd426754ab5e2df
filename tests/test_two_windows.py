"""A report that tells of its period and of what accumulated since a day before.

The brief's own window speaks; the other stands beside it with its days, and is worked into nothing.
"""

from __future__ import annotations

import re

import pandas as pd
import pytest

from brief_work import (
    load_words_of,
    made_up_reference,
    make_source,
    read_figures,
    read_text,
    tabulate,
    tell_annex,
    tell_front,
)
from cchc_analysis import brief as briefs
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.exhibits import build_exhibit
from cchc_analysis.brief.lists import make_card
from cchc_analysis.brief.profile import open_profile
from cchc_analysis.data.named import label_reports, to_wide
from cchc_analysis.data.records import Tables
from cchc_analysis.stats.windows import place_window

AREA, OWN, SINCE = "huyện Sông Mây", ("2022-03-15", "2022-06-10"), "2022-01-01..2022-06-10"
DAYS = "1/1/2022 – 10/6/2022"
REPORT = f"""
M001 II.1 dossiers_received_total whole_district 3.412
M002 II.1 dossiers_received_new whole_district 3.350
M003 II.1 dossiers_carried_over whole_district 62
M004 II.1 dossiers_resolved_total whole_district 3.340
M005 II.1 dossiers_resolved_on_time whole_district 3.315
M006 II.1 dossiers_resolved_overdue whole_district 25
M007 II.1 on_time_rate whole_district 99,25
M008 II.1 dossiers_pending_total whole_district 72
M009 II.2 dossiers_received_total whole_district 7.904 actual = {SINCE}
M010 II.2 dossiers_resolved_total whole_district 7.832 actual = {SINCE}
M011 II.2 dossiers_resolved_on_time whole_district 7.710 actual = {SINCE}
M012 II.2 dossiers_resolved_overdue whole_district 122 actual = {SINCE}
M013 II.2 on_time_rate whole_district 98,44 actual = {SINCE}
M014 III public_investment_disbursed_rate whole_district 62,5 actual = {SINCE}
"""


def tabulate_quarter(report: str) -> Tables:
    """The tables of a report on the second quarter, counted from 15 March to 10 June."""
    figures = read_figures(report, "report", AREA, OWN)
    return tabulate(
        figures, pd.DataFrame([make_source("report", "period_report", AREA, "2022-Q2", *OWN)])
    )


def open_quarter(report: str, lang: str = "vi") -> Brief:
    """The brief of that report."""
    words = load_words_of(lang)
    return briefs.open_brief(tabulate_quarter(report), made_up_reference(), words, AREA, "2022-Q2")


def leave_out(*figures: str) -> str:
    return "\n".join(e for e in REPORT.splitlines() if not e.startswith(figures))


@pytest.mark.parametrize("is_turned", [False, True])
def test_the_window_of_the_brief_speaks_wherever_the_other_is_printed(is_turned: bool) -> None:
    lines = REPORT.strip().splitlines()
    brief = open_quarter("\n".join(lines[::-1] if is_turned else lines))
    front = read_text(tell_front(brief))
    assert "99,25% hồ sơ giải quyết đúng hạn." in front
    assert "tiếp nhận 3.412 hồ sơ; 99,25% số hồ sơ đã giải quyết là đúng hạn" in front
    assert not re.search("7[.]904|7[.]832|98,44", front)


def test_the_other_window_stands_in_the_annex_with_its_days() -> None:
    annex = read_text(tell_annex(open_quarter(REPORT)))
    name = "Hồ sơ tiếp nhận: tổng số (gồm kỳ trước chuyển sang)"
    assert f"{name} 3.412" in annex
    assert f"{name} {DAYS} 7.904" in annex


def test_the_only_window_of_a_figure_is_told_with_its_days() -> None:
    brief = open_quarter(leave_out("M007", "M004", "M005", "M006"))
    front = read_text(tell_front(brief))
    assert f"98,44% ({DAYS}) hồ sơ giải quyết đúng hạn." in front
    assert f"tiếp nhận 3.412 hồ sơ; 98,44% ({DAYS}) số hồ sơ đã giải quyết" in front
    assert f"đạt 62,5% ({DAYS}) kế hoạch năm" in front
    figures = make_card(brief)["figures"]
    assert DAYS in [each["scope"] for each in figures if each]


def test_a_sentence_that_names_its_window_takes_the_rate_of_that_window() -> None:
    front = read_text(tell_front(open_quarter(leave_out("M001", "M002", "M003"))))
    told = "Từ ngày 1/1/2022 đến ngày 10/6/2022, huyện Sông Mây tiếp nhận 7.904 hồ sơ; 98,44% số"
    assert "99,25% hồ sơ giải quyết đúng hạn." in front
    assert told in front


def test_what_an_office_did_in_the_window_comes_before_what_accumulated_in_all() -> None:
    report = f"""
    M001 II.1 dossiers_received_total district_office 1.250
    M002 II.1 on_time_rate district_office 97,5
    M003 II.2 dossiers_received_total whole_district 7.904 actual = {SINCE}
    M004 II.2 on_time_rate whole_district 98,44 actual = {SINCE}
    """
    brief = open_quarter(report)
    front = read_text(tell_front(brief))
    assert "97,5% hồ sơ giải quyết đúng hạn (cấp huyện)." in front
    assert "tiếp nhận 1.250 hồ sơ (cấp huyện); 97,5% số hồ sơ" in front
    pair = brief.find_together("dossiers_received_total", "on_time_rate")
    assert [each.value for each in pair] == [1250, 97.5]


def test_a_chart_takes_all_its_flows_from_one_window() -> None:
    exhibit = build_exhibit(open_quarter(leave_out("M001")), "flow")
    assert exhibit is not None
    flows = {each.value for each in exhibit.found["cited"] if each.start}
    assert flows == {7904, 7832, 7710, 122}
    assert f"98,44% ({DAYS})" in read_text(str(exhibit.chart))
    whole = build_exhibit(open_quarter(REPORT), "flow")
    assert whole is not None
    assert {each.start for each in whole.found["cited"]} == {"2022-03-15", ""}


def test_a_rate_is_worked_out_in_each_window_and_says_from_what() -> None:
    brief = open_quarter(leave_out("M007"))
    rates = {e.start: e for e in brief.entries if e.indicator in ("on_time_rate", "overdue_rate")}
    assert round(rates["2022-03-15"].value, 2) == 0.75
    own = brief.find("on_time_rate")
    assert own is not None
    assert round(own.value, 2) == 99.25
    annex = read_text(tell_annex(brief))
    assert "= 100 × 3.315 ÷ 3.340" in annex
    assert "= 100 × 25 ÷ 3.340" in annex
    assert "= 100 × 122 ÷ 7.832" in annex


@pytest.mark.parametrize("other", [SINCE, "2022-05-11..2022-06-10"])
def test_the_profile_takes_the_window_of_the_report(other: str) -> None:
    tables = tabulate_quarter(REPORT.replace(SINCE, other))
    profile = open_profile(tables, made_up_reference(), load_words_of("vi"), AREA)
    rows = profile.table.set_index("indicator")
    assert rows.loc["on_time_rate", "value"] == 99.25
    assert rows.loc["dossiers_received_total", "period"] == "2022-03-15/2022-06-10"


@pytest.mark.parametrize(
    ("days", "beside"),
    [
        (("2022-06-10", "2022-03-14", "2021-12-31"), ("2022-03-14", "2022-06-10", "2022-06-10")),
        (("2022-03-14", "2021-12-31"), ("2022-03-14", "2022-03-14", None)),
        (("2021-12-31",), (None, None, None)),
    ],
)
def test_a_stock_stands_beside_a_flow_on_the_nearest_day_and_none_before_it_began(
    days: tuple[str, ...], beside: tuple[str | None, ...]
) -> None:
    code = "dossiers_received_total"
    lines = [f"M110 II {code} whole_district 3.000 actual = 2022-01-01..2022-03-14"] + [
        f"M111 II dossiers_pending_total whole_district 70 actual = {day}..{day}" for day in days
    ]
    brief = open_quarter("\n".join([leave_out("M008"), *lines]))
    flows = [entry for entry in brief.results if entry.indicator == code]
    flows.sort(key=lambda entry: (entry.start, entry.end))
    found = [brief.find("dossiers_pending_total", None, entry) for entry in flows]
    assert tuple(entry and entry.end for entry in found) == beside


def test_last_year_is_worked_back_within_one_window() -> None:
    report = f"""
    M001 I budget_revenue_total whole_district 1.000
    M002 I budget_revenue_total whole_district 3.000 actual = {SINCE}
    M003 I budget_revenue_total_pct_same_period whole_district 120 actual = {SINCE}
    """
    annex = read_text(tell_annex(open_quarter(report)))
    assert "2.500" in annex
    assert "833" not in annex


def test_a_target_of_the_year_is_held_against_what_accumulated() -> None:
    report = REPORT + "M020 IV on_time_rate whole_district 98 target >= 2022\n"
    [told] = [each for each in open_quarter(report).comparisons if each.target.value == 98]
    assert told.result is not None
    assert told.result.value == 98.44


def test_the_profile_takes_it_of_its_last_year_too() -> None:
    """Where an earlier window of other days has a longer series, which is told beside."""
    earlier = [
        make_source(name, "period_report", AREA, f"{name}-Q1", f"{name}-01-01", f"{name}-03-31")
        for name in ("2020", "2021")
    ]
    told = "M001 II on_time_rate whole_district 97,5"
    figures = [
        read_figures(told, each["source_id"], AREA, (each["period_start"], each["period_end"]))
        for each in earlier
    ]
    own = read_figures(REPORT, "report", AREA, OWN)
    last = make_source("report", "period_report", AREA, "2022-Q2", *OWN)
    tables = tabulate(pd.concat([*figures, own]), pd.DataFrame([*earlier, last]))
    profile = open_profile(tables, made_up_reference(), load_words_of("vi"), AREA)
    rates = profile.table.query("indicator == 'on_time_rate'")
    assert rates["value"].tolist() == [97.5, 99.25]


def test_the_profile_prefers_what_an_office_did_in_the_window_as_the_brief_does() -> None:
    report = f"""
    M001 II.1 on_time_rate district_office 97,5
    M002 II.2 on_time_rate whole_district 98,44 actual = {SINCE}
    """
    profile = open_profile(tabulate_quarter(report), made_up_reference(), load_words_of("vi"), AREA)
    assert profile.table.set_index("indicator").loc["on_time_rate", "value"] == 97.5


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        (("2022-03-15", "2022-06-10"), ("2022-01-01", "2022-06-10")),
        (("", "2022-06-10"), ("", "2022-05-31")),
        (("2022-04-01", "2022-06-09"), ("2021-12-15", "2022-06-10")),
        (("2022-03-01", "2022-06-10"), ("2022-01-01", "2022-06-10")),
        (("2022-01-01", "2022-06-10"), ("2022-05-11", "2022-06-10")),
        (("2022-05-01", "2022-06-10"), ("2022-01-01", "2022-12-31")),
        (("", "2022-06-30"), ("", "2022-12-31")),
        (("2022-01-01", "2022-07-31"), ("2022-01-01", "2022-12-31")),
        (OWN, ("2022-02-30", "2022-06-10")),  # as a table may say that somebody wrote
    ],
)
def test_of_several_windows_the_nearest_is_taken(
    nearer: tuple[str, str], farther: tuple[str, str]
) -> None:
    assert place_window(nearer, OWN) > place_window(farther, OWN)


def test_a_wide_table_has_the_window_of_the_report_under_its_label() -> None:
    since = "2022-03-05..2022-06-10"  # nine tenths of these days are those of the report
    tables = tabulate_quarter(REPORT.replace(SINCE, since))
    labels = label_reports(tables.indicators, tables.sources)
    rates = tables.indicators.assign(period=labels).query("indicator == 'on_time_rate'")
    wide = to_wide(rates, index="area_id")
    assert wide.loc["991"].to_dict() == {"2022-03-05/2022-06-10": 98.44, "2022-Q2": 99.25}
    # Where nothing else is held, the report's label is still that of most of its days.
    [other] = label_reports(rates[rates["value"] == 98.44], tables.sources)
    assert other == "2022-Q2"


def test_of_two_windows_near_that_of_a_report_one_has_its_label() -> None:
    near = "M001 II.1 on_time_rate whole_district 98,5 actual = 2022-03-10..2022-06-10"
    nearer = "M002 II.1 on_time_rate whole_district 99,1 actual = 2022-03-12..2022-06-10"
    tables = tabulate_quarter(f"{near}\n{nearer}")
    labels = label_reports(tables.indicators, tables.sources)
    rates = tables.indicators.assign(period=labels).query("indicator == 'on_time_rate'")
    assert dict(zip(rates["value"], rates["period"], strict=True)) == {
        98.5: "2022-03-10/2022-06-10",
        99.1: "2022-Q2",
    }


def test_a_target_of_a_day_before_the_brief_is_held_against_that_day() -> None:
    report = """
    M001 I dossiers_pending_total whole_district 72 actual = 2021-12-31..2021-12-31
    M002 I dossiers_pending_total whole_district 90 target <= 2021-12-31..2021-12-31
    """
    [told] = open_quarter(report).comparisons
    assert told.result is not None
    assert (told.result.value, told.state, told.is_earlier) == (72, "met", True)


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("vi", "Nguồn khác nêu số khác cho cùng kỳ: 99,2."),
        ("en", "Another source states 99.2 for the same days."),
    ],
)
def test_what_another_source_states_is_no_contradiction_of_the_report(lang: str, told: str) -> None:
    tables = tabulate_quarter(REPORT)
    at = tables.indicators.index[tables.indicators["printed"] == "99,25"]
    tables.indicators.loc[at, ["other_readings", "is_contested"]] = ["99,2 [notice: F001]", True]
    brief = briefs.open_brief(tables, made_up_reference(), load_words_of(lang), AREA, "2022-Q2")
    front = read_text(tell_front(brief))
    assert told in front
    assert "trong báo cáo. " not in front.partition("Tóm tắt")[0]
    assert "own figures disagree" not in front


def test_no_note_leads_to_remarks_that_are_not_there() -> None:
    annex = read_text(tell_annex(open_quarter(REPORT)))
    assert "Lưu ý của người đọc" not in annex
