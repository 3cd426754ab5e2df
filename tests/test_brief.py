"""Briefs: what a page says of a report, and what it does not say."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from brief_work import (
    ANNEX_SHOWS,
    PLAIN_REPORT,
    SHOWS,
    find_all,
    load_words_of,
    made_up_reference,
    make_tables,
    open_made_up,
    read_text,
    tell_annex,
    tell_front,
    tell_page,
)
from cchc_analysis import brief as briefs
from cchc_analysis.brief.beside import compare_plan, list_last_year
from cchc_analysis.brief.brief_sections import list_noted, list_sentences
from cchc_analysis.brief.content import Brief, name_folder
from cchc_analysis.brief.exhibits import list_exhibits
from cchc_analysis.brief.lists import make_card
from cchc_analysis.brief.nouns import Entry, State, grade_brief
from cchc_analysis.errors import CommandError
from hard_pages import list_hard

FIVE_STATES = """
M020 II.1 dossiers_received_total commune_aggregate 500
M021 II.1 dossiers_resolved_total commune_aggregate 500
M022 II.1 dossiers_resolved_early commune_aggregate 400
M023 II.1 dossiers_resolved_on_due commune_aggregate 100
M024 II.1 dossiers_resolved_overdue commune_aggregate 0
M025 II.2 dossiers_digitised district_office 300
M026 II.3 public_investment_disbursed_rate whole_district 45,5 estimate
M027 II.4 commune_cadres_qualified_rate commune_aggregate 78,6
"""
PLAN = """
P001 II.1 on_time_rate whole_district 99 target >
P002 II.2 public_investment_disbursed_rate whole_district 70 target >=
P003 II.3 tthc_results_digitised_rate unspecified 80 target >=
P004 II.4 commune_staff_university_rate commune_aggregate 80 target >=
P005 II.5 par_index_rank whole_district 06 target <=
"""


def states_of(brief: Brief) -> set[tuple[str, str, str]]:
    return {
        (each.target.indicator, each.result.scope if each.result else "", str(each.state))
        for each in brief.comparisons
    }


def only(report: str) -> Brief:
    return open_made_up(make_tables(report))


# What is unknown


@pytest.mark.parametrize(
    ("district", "words"),
    [
        ("Sông Mâi", "Sông Mây"),
        ("<script>alert(1)</script>", "not known"),
        ("../../etc", "not known"),
        ("Tỉnh Thử Nghiệm", "no report held"),
    ],
)
def test_an_unknown_district_is_named_with_the_nearest(district: str, words: str) -> None:
    with pytest.raises(CommandError, match=re.escape(words)) as error:
        briefs.open_brief(
            make_tables(PLAIN_REPORT), made_up_reference(), load_words_of("vi"), district, "2022-H1"
        )
    assert error.value.exit_code == 2


def test_a_period_without_a_report_is_named_with_those_that_have_one() -> None:
    with pytest.raises(CommandError, match=r"no report held.*Huyện Sông Mây 2022-H1"):
        briefs.open_brief(
            make_tables(PLAIN_REPORT),
            made_up_reference(),
            load_words_of("vi"),
            "Huyện Sông Mây",
            "2023-9M",
        )


def test_a_period_may_be_named_as_people_name_it() -> None:
    brief = briefs.open_brief(
        make_tables(PLAIN_REPORT),
        made_up_reference(),
        load_words_of("en"),
        "991",
        "6 tháng đầu năm 2022",
    )
    assert brief.period == "2022-H1"


def test_no_name_leads_out_of_the_site() -> None:
    area = {"area_id": "../1", "name": "Huyện ../../<b>", "type": "huyện"}
    assert name_folder(area, "2024-H1/../..") == "1-b/2024-h1"


# The reform index

SCORED = """
M030 III.1 par_score_steering whole_district 9 estimate
M031 III.1 par_score_steering_max whole_district 10 max_score
M032 III.2 par_score_institution whole_district 8,5 estimate
M033 III.2 par_score_institution_max whole_district 9 max_score
"""
APPRAISED = """
M034 IV.1 par_score_steering whole_district 7,25
"""


def tell_points(report: str) -> str:
    brief = open_made_up(make_tables(PLAIN_REPORT + report), "en")
    [shown] = list_exhibits(brief)["index"]
    return read_text(shown.chart + shown.table)


def test_the_points_a_district_gives_itself_stand_beside_those_left_after_appraisal() -> None:
    alone = tell_points(SCORED)
    assert "Self-assessed" not in alone
    assert "Most points are lost in steering: 9 of 10" in alone
    both = tell_points(SCORED + APPRAISED)
    assert "Self-assessed" in both
    assert "Most points are lost in steering: 7.25 of 10" in both
    assert re.search(r"Steering\s+9\s+7\.25\s+10", both)


def test_points_of_another_year_do_not_stand_beside_an_appraisal() -> None:
    told = tell_points(SCORED + APPRAISED.strip() + " actual = 2021")
    assert "Self-assessed" not in told
    assert "Most points are lost in steering: 9 of 10" in told


@pytest.mark.parametrize(("lang", "said"), [("vi", "tự chấm"), ("en", "self-scored")])
def test_a_score_that_an_area_gives_itself_is_no_estimate(lang: str, said: str) -> None:
    report = """
    M001 I par_score_self_total whole_district 65,7 estimate
    M002 I par_score_steering whole_district 12 estimate
    M003 I par_score_steering_lost whole_district 2 estimate
    M004 II public_investment_disbursed_rate whole_district 47,2 estimate
    """
    brief = open_made_up(make_tables(report), lang)
    told = [str(brief.macros.name_status(each)).strip() for each in brief.entries]
    assert told == [said] * 3 + [{"vi": "số ước", "en": "estimate"}[lang]]


ESTIMATES = """
    M001 I public_investment_disbursed_rate whole_district 47,24 {0} = 2022-01-01..2022-06-20
    M002 I budget_revenue_total_pct_province_plan whole_district 55,07 {0}
    M003 I budget_revenue_total_pct_same_period whole_district 94,4 actual
    M004 I budget_revenue_total whole_district 248.000 {0}
    M005 I satisfaction_rate whole_district 98,7 {0}
    """


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("vi", ["Giải ngân vốn đầu tư công ước đạt 47,24% (đến 20/6/2022) kế hoạch năm.",
                "Mức độ hài lòng theo báo cáo là 98,7% (số ước).",
                "Thu ngân sách ước đạt 55,07% dự toán tỉnh giao",
                "Tổng thu, dự toán tỉnh: ước 55,07%", "Thu ngân sách (triệu đồng)"]),
        ("en", ["An estimated 47.24% (up to 20 June 2022) of the year’s public investment plan",
                "Satisfaction is reported as 98.7% (estimate).",
                "Revenue is estimated at 55.07% of the provincial plan",
                "Total, provincial plan: est. 55.07%", "Budget revenue (million VND)"]),
    ],
)  # fmt: skip
def test_an_estimate_is_told_as_one_in_sentences_titles_and_drawings(
    lang: str, told: list[str]
) -> None:
    page = read_text(tell_page(open_made_up(make_tables(ESTIMATES.format("estimate")), lang)))
    for words in told:
        assert words in page
    actual = read_text(tell_page(open_made_up(make_tables(ESTIMATES.format("actual")), lang)))
    assert not re.search("ước đạt|số ước|estimate", actual.replace("như số ước", ""))
    card = make_card(open_made_up(make_tables(ESTIMATES.format("estimate")), lang))
    scopes = [each.get("scope") for each in card["figures"]]
    assert scopes.count({"vi": "số ước", "en": "estimate"}[lang]) == 2


@pytest.mark.parametrize("printed", ["82,1", "97", "112,5"])
def test_a_share_of_a_plan_is_drawn_from_nothing(printed: str) -> None:
    report = f"""
    M001 I budget_revenue_total_pct_province_plan whole_district {printed}
    M002 I budget_revenue_total whole_district 248.000
    """
    brief = open_made_up(make_tables(report))
    (drawn,) = list_exhibits(brief)["impact"]
    assert [row["start"] for row in drawn.rows] == [0.0]
    assert drawn.rows[0]["end"] >= max(100.0, drawn.rows[0]["value"])


# Plan against result


def test_a_plan_has_five_states() -> None:
    due = "P006 II.6 on_time_rate district_office 99 target > 2022-01-01..2022-06-30"
    brief = open_made_up(make_tables(PLAIN_REPORT + FIVE_STATES, PLAN + due))
    assert states_of(brief) == {
        ("on_time_rate", "district_office", "missed"),
        ("on_time_rate", "district_office", "not_due"),
        ("on_time_rate", "commune_aggregate", "met"),
        ("on_time_rate", "whole_district", "met"),
        ("public_investment_disbursed_rate", "whole_district", "not_due"),
        ("tthc_results_digitised_rate", "district_office", "missing"),
        ("commune_staff_university_rate", "commune_aggregate", "differs"),
        ("par_index_rank", "", "missing"),
    }


@pytest.mark.parametrize("of_time", ["threshold", "target", "target {} 2022-01-01..2022-08-14"])
@pytest.mark.parametrize(
    ("printed", "comparator", "goal", "state"),
    [
        ("99", ">", "99", State.MISSED),
        ("99", ">=", "99", State.MET),
        ("99,5", ">", "99", State.MET),
        ("10,6", "<=", "5", State.MISSED),
        ("5", "<=", "5", State.MET),
        ("4", "<", "5", State.MET),
    ],
)
def test_a_rate_of_cases_so_far_meets_a_target_at_mid_year_and_misses_it_near_its_end(
    printed: str, comparator: str, goal: str, state: State, of_time: str
) -> None:
    indicator = "overdue_rate" if "<" in comparator else "on_time_rate"
    report = f"M001 I {indicator} whole_district {printed}"
    asked = f"P1 I {indicator} whole_district {goal} {of_time.format(comparator)}"
    asked += "" if "{}" in of_time else f" {comparator}"
    brief = open_made_up(make_tables(report, asked))
    is_early = of_time == "target" and state == State.MISSED
    assert [each.state for each in brief.comparisons] == [State.NOT_DUE if is_early else state]
    html = str(brief.show_plan().html)
    assert ("số còn cộng dồn; hạn 31/12/2022" in html) == is_early
    assert ("nên xét được ngay" in html) != is_early


def test_a_share_of_the_year_is_judged_when_the_year_is_over_or_the_goal_reached() -> None:
    goal = "P1 I public_investment_disbursed_rate whole_district 70 target >="
    report = "M001 I public_investment_disbursed_rate whole_district {} estimate"
    early = open_made_up(make_tables(report.format("69,9"), goal))
    reached = open_made_up(make_tables(report.format("70"), goal))
    assert early.comparisons[0].state == State.NOT_DUE
    assert reached.comparisons[0].state == State.MET


@pytest.mark.parametrize(
    ("window", "state"),
    [
        ("2022-07-01..2022-12-31", State.NOT_DUE),
        ("2022-10-01..2022-12-31", State.NOT_DUE),
        ("2022-03-01..2022-12-31", State.NOT_DUE),  # begun, and of other cases than those so far
        ("2023", State.NOT_DUE),
        ("2022-01-01..2022-08-14", State.MISSED),
        ("2022-04-01..2022-06-30", State.MISSING),  # it is over, and nothing counted in it alone
        ("2022-01-15..2022-06-30", State.MISSED),  # but for the weeks by which offices differ,
        ("2022-02-01..2022-06-30", State.MISSED),  # as those who count from December on
    ],
)
def test_a_target_of_a_later_part_of_the_year_is_not_due(window: str, state: State) -> None:
    report = """
    M001 I on_time_rate whole_district 97,5
    M002 II on_time_rate whole_district 99 target >=
    """
    brief = only(report.rstrip() + f" {window}")
    assert [each.state for each in brief.comparisons] == [state]
    assert ("Chỉ tiêu cho thời gian từ" in str(brief.show_plan().html)) == (state != State.MISSED)


def test_a_target_for_no_time_that_is_told_is_not_judged_and_a_threshold_is() -> None:
    report = """
    M001 I on_time_rate whole_district 97,5
    M002 II on_time_rate whole_district 99 {} >= ..
    """
    for status, state in (("target", State.NOT_DUE), ("threshold", State.MISSED)):
        brief = only(report.format(status))
        assert [(each.target.end, each.state) for each in brief.comparisons] == [("", state)]
    brief = only(report.format("target"))
    assert "chỉ tiêu không ghi thời hạn" in str(brief.show_plan().html)


def test_a_target_of_a_part_of_the_period_is_held_against_what_was_done_in_that_part() -> None:
    report = """
    M001 I dossiers_resolved_total whole_district 900
    M002 I dossiers_resolved_total whole_district 400 actual = 2022-04-01..2022-06-30
    M003 II dossiers_resolved_total whole_district 500 target >= 2022-04-01..2022-06-30
    M004 II dossiers_resolved_total whole_district 900 target >=
    """
    told = {each.target.value: each for each in only(report).comparisons}
    assert [(each.result and each.result.value, each.state) for each in told.values()] == [
        (400, State.MISSED),
        (900, State.MET),
    ]
    alone = only("\n".join(line for line in report.splitlines() if "M002" not in line))
    assert [each.state for each in alone.comparisons] == [State.MISSING, State.MET]


def test_the_page_counts_and_explains_the_states() -> None:
    html = str(open_made_up(make_tables(PLAIN_REPORT + FIVE_STATES, PLAN)).show_plan().html)
    for words in ("✓ đạt", "✕ chưa đạt", "◷ chưa đến hạn", "≠ khác khái niệm", "… thiếu số liệu"):
        assert words in html
    assert (
        "Tính đến 30/6/2022; tỷ lệ tính trên số hồ sơ, công việc đến nay nên xét được ngay" in html
    )
    assert "Mới tính đến 30/6/2022, số còn cộng dồn; hạn 31/12/2022" in html


def test_a_result_of_another_state_does_not_stand_under_that_of_its_target() -> None:
    report = """
    M001 I public_investment_disbursed_rate district_office 40
    M002 I public_investment_disbursed_rate commune_aggregate 80
    M003 I public_investment_disbursed_rate whole_district 75
    """
    goal = "P1 I public_investment_disbursed_rate whole_district 70 target >="
    brief = open_made_up(make_tables(report, goal))
    assert {each.state for (own,) in [brief.goals] for each in own} == {State.MET, State.NOT_DUE}
    table = str(brief.show_plan().html).partition("<table")[2]
    met, apart, others = table.partition("Kết quả khác của các chỉ tiêu trên, không đếm lại")
    assert apart
    assert "75" in met
    assert "80" in met
    assert "chưa đến hạn" not in met
    assert "◷ chưa đến hạn" in others


def test_a_target_of_an_earlier_period_stands_apart_and_is_not_counted() -> None:
    old = """
    M050 II.4 recruits_quota whole_district 48 plan = 2021
    M051 II.4 recruits_hired whole_district 26 actual = 2021
    """
    brief = only(PLAIN_REPORT + old)
    assert [(each.state, each.is_earlier) for each in brief.comparisons] == [(State.MISSED, True)]
    html = read_text(str(brief.show_plan().html))
    assert "✕ chưa đạt 0" in html
    assert "Chỉ tiêu của kỳ trước" in html
    assert "✕ chưa đạt 26" in html
    summary = read_text(str(brief.show_summary().html))
    assert "26" not in summary
    assert "chưa đạt" not in summary


@pytest.mark.parametrize(
    ("start", "end", "is_own"),
    [
        ("2020-12-15", "2021-03-14", False),  # weeks of the year before, by which offices differ
        ("2021-01-01", "2021-03-31", False),
        ("2019-12-15", "2020-12-14", True),
        ("2020-07-01", "2020-12-31", True),
        ("2016-01-01", "2021-03-14", True),
    ],
)
def test_a_target_of_the_year_before_is_none_of_a_report_that_begins_in_december(
    start: str, end: str, is_own: bool
) -> None:
    report = """
    M001 I satisfaction_rate whole_district 85
    M002 II on_time_rate whole_district 99 target >= 2020
    """
    compared = compare_plan(replace(only(report), start=start, end=end))
    listed = [each.target.note for each in compared if each.target.document]
    assert listed == ["n-nq30c_satisfaction_2020"] * is_own
    assert [each.is_earlier for each in compared if not each.target.document] == [not is_own]


@pytest.mark.parametrize(
    ("lang", "one", "two"),
    [
        ("vi", "có số liệu duy nhất in trong văn bản", "có đủ 2 số liệu in trong văn bản"),
        ("en", "the one figure printed in the document is", "all 2 figures printed in"),
    ],
)
def test_the_notes_count_one_figure_in_the_singular(lang: str, one: str, two: str) -> None:
    line = "M00{} I dossiers_received_{} whole_district 900"
    reports = {one: line.format(1, "total"), two: ""}
    reports[two] = f"{reports[one]}\n{line.format(2, 'new')}"
    for said, report in reports.items():
        assert said in read_text(tell_page(open_made_up(make_tables(report), lang)))


# Grade


@pytest.mark.parametrize(
    ("findings", "letter"),
    [
        ([], "A"),
        ([{"severity": "info"}], "A"),
        ([{"figures": "M003", "indicator": "dossiers_carried_over"}], "B"),
        ([{"figures": "M001 M004"}], "C"),
    ],
)
def test_the_grade_follows_from_the_findings(findings: list[dict[str, Any]], letter: str) -> None:
    grade = grade_brief(open_made_up(make_tables(PLAIN_REPORT, findings=findings)))
    assert grade.letter == letter


@pytest.mark.parametrize(
    ("lang", "asked", "told"),
    [
        ("vi", 0, "– Không có quy tắc nào kiểm tra được số liệu; 0 lưu ý."),
        ("en", 0, "– No rule could check the figures; remarks: 0"),
        ("vi", 1, "A Không có mâu thuẫn trong 1 quy tắc áp dụng được; 0 lưu ý."),
        ("en", 1, "A No contradictions among the rules that apply (1); remarks: 0"),
    ],
)
def test_what_no_rule_could_check_has_no_grade(lang: str, asked: int, told: str) -> None:
    tables = make_tables(PLAIN_REPORT)
    tallies = tables.tallies.assign(applied=asked)
    brief = open_made_up(replace(tables, tallies=tallies), lang)
    assert grade_brief(brief).letter == told[0]
    assert told in read_text(tell_annex(brief))
    is_said = {"vi": "chưa xếp loại", "en": "not graded"}[lang] in read_text(tell_front(brief))
    assert is_said == (asked == 0)


def test_a_report_without_dossiers_is_graded_d_and_says_what_is_missing() -> None:
    grade = grade_brief(only("M001 I staff_disciplined whole_district không_có"))
    assert grade.letter == "D"
    assert grade.missing == ["dossiers_received_total", "on_time_rate"]


def test_findings_with_one_cause_are_one_contradiction() -> None:
    findings = [{"cause_id": "x", "rule_id": "D08"}, {"cause_id": "x", "rule_id": "D01"}, {}]
    brief = open_made_up(make_tables(PLAIN_REPORT, findings=findings))
    assert [len(each.findings) for each in brief.contradictions] == [2, 1]


# Words


def test_the_summary_has_three_to_six_sentences_whatever_is_reported() -> None:
    full = open_made_up(make_tables(PLAIN_REPORT + FIVE_STATES, PLAN, [{}]))
    assert 3 <= len(list_sentences(full)) <= 6
    least = only("M001 I staff_disciplined whole_district không_có")
    assert len(list_sentences(least)) == 3


def test_the_summary_counts_the_figures_that_the_page_tells() -> None:
    tables = make_tables("M001 I video_meetings whole_district 06")
    unread = tables.transcripts.assign(figure_id="M002", indicator="", printed="7")
    both = pd.concat([tables.transcripts, unread], ignore_index=True)
    brief = open_made_up(replace(tables, transcripts=both))
    assert "Trang này nêu 1 số liệu" in read_text(brief.show_summary().html)


def test_the_chart_of_targets_names_the_sources_of_results_and_of_targets() -> None:
    brief = open_made_up(make_tables(PLAIN_REPORT + FIVE_STATES, PLAN))
    assert "Nguồn: [B] II.1, II.2; [A] II.1, II.3." in read_text(str(brief.show_plan().html))


def test_the_summary_says_nothing_of_what_is_not_reported() -> None:
    text = read_text(only("M001 I video_meetings whole_district 06").show_summary().html)
    for word in ("đúng hạn là", "trực tuyến:", "giải ngân", "điểm"):
        assert word not in text.split("Chưa có số liệu")[0]


def test_what_one_level_reports_is_not_told_of_all() -> None:
    beside = "M021 II.1 dossiers_pending_total whole_district 65"
    summary = read_text(only(PLAIN_REPORT + beside).show_summary().html)
    assert (
        "còn 65 hồ sơ đang giải quyết (toàn huyện), trong đó 3 đã quá hạn ở cấp huyện." in summary
    )


def test_every_rule_of_the_summary_is_named_in_the_notes() -> None:
    brief = only(PLAIN_REPORT)
    notes = read_text(brief.show_notes().html)
    assert all(
        read_text(brief.words.say(f"rule.{name}")) in notes
        for name in [line.name for line in brief.report.summary]
    )


def test_a_target_missed_is_named_beside_the_tally() -> None:
    missed = "M020 II.1 on_time_rate whole_district 98,99"
    goal = "P001 II.1 on_time_rate whole_district 99 target > 2022-01-01..2022-06-30"
    html = read_text(open_made_up(make_tables(missed, goal)).show_goals().html)
    assert "✕ chưa đạt 1" in html
    assert "98,99% (chỉ tiêu" in html


# Every number


def test_every_number_in_a_table_links_to_a_note_that_is_there() -> None:
    page = tell_page(open_made_up(make_tables(PLAIN_REPORT + FIVE_STATES, PLAN, [{}])))
    cells = find_all(r"<td>(.*?)(?=<td>|\n)", page)
    assert len(cells) > 30
    loose = [
        cell for cell in cells if re.search(r"\d", re.sub(r"<a .*?</a>|\d+/\d+/\d{4}", "", cell))
    ]
    assert not loose
    anchors = set(find_all(r' id="([^"]+)"', page))
    assert {each for each in find_all(r'href="#([^"]+)"', page) if each not in anchors} == set()


def test_a_note_says_where_a_number_stands_and_leads_back() -> None:
    page = tell_page(only(PLAIN_REPORT + "M011 III dossiers_received_total district_office 1.250"))
    note = re.search(r'<li id="n-M001">.*?\n', page)
    assert note
    assert "In “1.250”, dòng 1; III, dòng 11 ." in read_text(note[0])
    assert '<a href="#u-M001">↩</a>' in note[0]
    assert page.count('id="u-M001"') == 1


def test_a_derived_number_says_from_what() -> None:
    page = tell_page(only(PLAIN_REPORT))
    note = re.search(r'<li id="n-otr-d">.*?\n', page)
    assert note
    assert "98,99" in note[0]
    assert 'href="#n-M004">1.190</a>' in note[0]


def test_another_reading_stands_in_the_note_with_its_place() -> None:
    page = tell_page(only(PLAIN_REPORT + "M011 III dossiers_received_total district_office 1.240"))
    note = re.search(r'<li id="n-M0(?:01|11)">.*?dossier|<li id="n-M0(?:01|11)">.*?\n', page)
    assert note
    assert "“1.250”" in note[0]
    assert "“1.240”" in note[0]


def test_every_figure_of_a_source_is_in_a_note() -> None:
    brief = open_made_up(make_tables(PLAIN_REPORT + FIVE_STATES, PLAN))
    shown = {
        (row["source_id"], row["figure_id"])
        for entry in list_noted(brief)
        for row in entry.readings
    }
    held = brief.figures
    assert shown == set(zip(held["source_id"], held["figure_id"], strict=True))


def test_a_zero_a_missing_and_a_withheld_value_look_different() -> None:
    report = PLAIN_REPORT + "M011 III staff_disciplined whole_district không_có\n"
    brief = only(report)
    withheld = Entry(vars(brief.entries[0]), value=float("nan"))
    page = tell_page(replace(brief, entries=(withheld, *brief.entries[1:])))
    assert "không công bố" in page
    assert re.search(r'<a id="u-M011" href="#n-M011">0</a>', page)
    assert '<span class="na">…<i> chưa có</i></span>' in tell_page(
        only(PLAIN_REPORT + "M011 III dossiers_received_total commune_aggregate 5")
    )


def test_a_count_that_is_withheld_has_its_unit_all_the_same() -> None:
    brief = open_made_up(make_tables(PLAIN_REPORT), "en")
    withheld = Entry(
        vars(brief.entries[0]), value=float("nan"), indicator="commune_website_posts_max"
    )
    assert brief.tell_unit(withheld) == "posts"
    assert brief.tell_plain(withheld) == "withheld"


def test_a_title_in_another_language_says_so() -> None:
    tables = make_tables(PLAIN_REPORT)
    tables = replace(tables, sources=tables.sources.assign(language="vi"))
    title = '<span lang="vi">Báo cáo bịa để thử</span>'
    assert tell_page(open_made_up(tables, "en")).count(title) == 3
    assert title not in tell_page(open_made_up(tables, "vi"))


def test_both_languages_say_the_same_numbers() -> None:
    tables = make_tables(PLAIN_REPORT + FIVE_STATES, PLAN, [{}])
    pages = {lang: tell_page(open_made_up(tables, lang)) for lang in ("vi", "en")}
    notes = {lang: _read_notes(page) for lang, page in pages.items()}
    swap = str.maketrans(".,", ",.")
    assert notes["vi"] == {note: value.translate(swap) for note, value in notes["en"].items()}
    targets = {lang: sorted(find_all(r'href="#(n-[^"]+)"', page)) for lang, page in pages.items()}
    assert targets["vi"] == targets["en"]


def _read_notes(page: str) -> dict[str, str]:
    """The value of every note, without what the languages write differently around it."""
    found = find_all(r'<li id="(n-[^"]+)"><b>(.*?)</b>', page)
    return {note: value.replace("\u00a0", "") for note, value in found}


# Trend and peers


def test_last_year_is_worked_back_from_the_share_with_its_range() -> None:
    brief = only(
        """
        M001 I budget_revenue_total whole_district 248.000 estimate
        M002 I budget_revenue_total_pct_same_period whole_district 94,4 estimate
        """
    )
    (last,) = list_last_year(brief)
    assert last["entry"].value == pytest.approx(262_711.86, abs=0.01)
    assert last["low"] == pytest.approx(248_000 / 0.9445)
    assert last["high"] == pytest.approx(248_000 / 0.9435)
    assert (last["entry"].start, last["entry"].end) == ("2021-01-01", "2021-06-30")


def test_one_period_makes_no_trend_and_no_word_for_one() -> None:
    text = read_text(only(PLAIN_REPORT).show_trend().html)
    assert "Mới có số liệu của một kỳ" in text


def test_peers_are_named_and_too_few_make_no_position() -> None:
    text = read_text(only(PLAIN_REPORT).show_peers().html)
    assert "Đồng Gió" in text
    assert "cùng kỳ (6 tháng đầu năm 2022): 0. Cần ít nhất 5" in text


# The ledger


def test_documents_are_cited_by_letters_as_numbers_are_those_of_notes() -> None:
    brief = open_made_up(make_tables(PLAIN_REPORT, findings=[{}]))
    cited = find_all(r'#s-\d+">([^<]+)</a>', tell_page(brief))
    assert set(cited) == {"[A]"}


def test_the_ledger_links_the_figures_in_its_arithmetic() -> None:
    html = str(open_made_up(make_tables(PLAIN_REPORT, findings=[{}])).show_contradictions().html)
    assert '<a href="#n-M001">1.250</a> ≠ <a href="#n-M004">1.190</a> + 130 = 1.320' in html
    assert "Hai vế không bằng nhau." in html
    assert "được công bố như đã in" in html


@pytest.mark.parametrize(
    ("findings", "front", "annex"),
    [
        ([{}], "1 contradiction, with its arithmetic, is in the annex.", ""),
        (
            [{}, {"cause_id": "T000.report.991.district_office.2022-06-30"}],
            "All 2 contradictions, from one cause with its numbered ▲, are in the annex",
            "2 contradictions from one cause, told in one entry.",
        ),
    ],
)
def test_one_contradiction_and_one_cause_are_told_in_the_singular(
    findings: list[dict[str, str]], front: str, annex: str
) -> None:
    brief = open_made_up(make_tables(PLAIN_REPORT, findings=findings), "en")
    assert front in read_text(str(brief.show_disputes().html))
    told = read_text(str(brief.show_contradictions().html))
    assert annex in told
    assert not find_all(r"\b1 (?:causes|contradictions)\b", told)


def test_arithmetic_takes_the_form_of_the_language() -> None:
    brief = open_made_up(make_tables(PLAIN_REPORT, findings=[{}]), "en")
    assert "= 1,320" in read_text(brief.show_contradictions().html)


def test_what_a_reader_noticed_stands_apart_and_in_the_note() -> None:
    remark = {
        "kind": "remark",
        "severity": "info",
        "figures": "M003",
        "scope": "",
        "arithmetic": "",
    }
    brief = open_made_up(make_tables(PLAIN_REPORT, findings=[{}, remark]))
    page = tell_page(brief)
    assert '<li id="c-2">△2 Hai vế không bằng nhau. (<a href="#n-M003">50</a>)\n' in page
    note = re.search(r'<li id="n-M003">.*?\n', page)
    assert note
    assert 'Lưu ý <a href="#c-2">△2</a>.' in note[0]
    assert grade_brief(brief).notes == 1


def test_another_reading_in_the_arithmetic_links_to_its_place_in_the_same_note() -> None:
    report = PLAIN_REPORT + "M011 III dossiers_received_total district_office 1.240"
    twice = {"arithmetic": "1.250 ≠ 1.240", "figures": "M001 M011", "operands": "M001 M011"}
    page = tell_page(open_made_up(make_tables(report, findings=[twice | {"kind": "stated_twice"}])))
    assert set(re.findall(r'href="#(n-M0\d+)">1\.2[45]0<', page)) == {"n-M001", "n-M011"}
    assert re.search(r'<li id="n-M001">[^\n]*1\.240[^<]*<span id="n-M011">', page)


def test_no_finding_is_said_in_words() -> None:
    assert (
        "Không phát hiện số liệu nào chưa thống nhất"
        in only(PLAIN_REPORT).show_contradictions().html
    )


# Reports that are hard to tell


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_hard_report_still_makes_a_whole_page(lang: str) -> None:
    for name, brief in list_hard(lang).items():
        page = tell_page(brief)
        text = read_text(page.partition("</style>")[2])
        assert page.count("<h1>") == 1, name
        assert "nan" not in text.casefold().split(), name
        assert "<script" not in page.partition("</style>")[2], name
        assert '" onmouseover' not in page, name
        assert not set("\u202e\u2066\x07\x1b") & set(page), name
        if "hostile" not in name:
            assert "{" not in text, name
        assert len(page.encode()) < 150_000, name


def test_hundreds_of_findings_are_told_in_full_and_then_in_a_line_each() -> None:
    findings = [{"rule_id": f"X{n}"} for n in range(300)]
    page = tell_page(open_made_up(make_tables(PLAIN_REPORT, findings=findings)))
    assert page.count('<p class="eq">') == 40 + 3, "the front tells the worst three"
    assert 'id="c-300"' in page
    assert "+296" in read_text(page)


# Pictures


def draw_flow(report: str, operands: str = "") -> str:
    """The chart of dossiers, where a finding holds figures against each other, or none does."""
    findings = [{"operands": operands, "figures": operands}] if operands else []
    brief = open_made_up(make_tables(report, findings=findings))
    shown = list_exhibits(brief)["procedures"][0]
    return str(shown.chart + shown.table)


def leave_out(*codes: str) -> str:
    """The plain report without some of its figures."""
    lines = PLAIN_REPORT.splitlines()
    return "\n".join(line for line in lines if not any(f" {each} " in line for each in codes))


def test_a_flow_that_does_not_balance_says_so_in_its_title() -> None:
    html = str(list_exhibits(only(PLAIN_REPORT.replace("1.190", "1.260")))["procedures"][0].chart)
    assert "không khớp" not in html.partition("</b>")[0] or "1.260" in html
    broken = draw_flow(PLAIN_REPORT.replace("800", "880"), "M004 M005 M006 M007")
    assert "1.190 hồ sơ đã giải quyết không khớp với 1.270" in read_text(
        broken.partition("</b>")[0]
    )
    assert "lệch 80" in broken


@pytest.mark.parametrize(
    ("printed", "operands", "said"),
    [
        (
            ("office 60", "office 90"),
            "M001 M004 M008",
            "và 90 đang giải quyết không khớp với 1.250",
        ),
        (("1.200", "1.190"), "M001 M002 M003", "mới và 50 chuyển sang không khớp với 1.250"),
        (
            ("office 57", "office 77"),
            "M008 M009 M010",
            "60 hồ sơ đang giải quyết không khớp với 80",
        ),
    ],
)
def test_the_title_of_a_flow_says_what_a_finding_says(
    printed: tuple[str, str], operands: str, said: str
) -> None:
    report = PLAIN_REPORT.replace(*printed)
    title = read_text(draw_flow(report, operands).partition("</b>")[0])
    assert said in title
    assert "không khớp" not in draw_flow(report)
    assert "lệch" not in draw_flow(report), "nothing was found"
    rate = f"{operands} M099"
    assert "không khớp" not in draw_flow(f"{report}M099 II.1 on_time_rate district_office 98", rate)


def test_more_resolved_than_came_in_is_said_without_what_is_pending() -> None:
    codes = [f"dossiers_pending_{each}" for each in ("total", "in_term", "overdue")]
    report = leave_out(*codes).replace("1.250", "1.180")
    title = read_text(draw_flow(report, "M001 M004").partition("</b>")[0])
    assert "1.190 hồ sơ đã hoặc đang giải quyết, vượt 1.180 tiếp nhận" in title


@pytest.mark.parametrize(
    ("left_out", "printed", "drawn"),
    [
        (("dossiers_pending_in_term",), "03", "57 đang giải quyết, còn lại"),
        (("dossiers_pending_in_term",), "00", "60 đang giải quyết"),
        (("dossiers_pending_overdue",), "03", "3 đang giải quyết, còn lại"),
        (("dossiers_resolved_overdue",), "03", "12 đã giải quyết, còn lại"),
        (("dossiers_resolved_early",), "03", "800 đã giải quyết, còn lại"),
        (("dossiers_resolved_early", "dossiers_resolved_on_due"), "03", "1.178 đã giải quyết, "),
        (("dossiers_carried_over",), "03", "50 tiếp nhận, còn lại"),
        (("dossiers_received_new",), "03", "1.200 tiếp nhận, còn lại"),
    ],
)
def test_a_whole_with_a_part_unstated_is_drawn_whole(
    left_out: tuple[str, ...], printed: str, drawn: str
) -> None:
    html = draw_flow(leave_out(*left_out).replace("office 03", f"office {printed}"))
    assert "lệch" not in html
    assert "không khớp" not in html
    assert "chưa có số liệu" not in html, "both sides are told in full"
    assert drawn in read_text(html)


def test_what_a_report_does_not_tell_is_not_a_contradiction() -> None:
    untold = "\n".join(line for line in PLAIN_REPORT.splitlines() if "pending" not in line)
    shown = list_exhibits(only(untold))["procedures"][0]
    html = str(shown.chart + shown.table)
    assert "chưa có số liệu" in html
    assert "lệch" not in html


def test_the_same_tables_give_the_same_bytes() -> None:
    tables = make_tables(PLAIN_REPORT + FIVE_STATES, PLAN, [{}])
    shuffled = replace(
        tables,
        indicators=tables.indicators.sample(frac=1, random_state=1),
        observations=tables.observations.sample(frac=1, random_state=2),
    )
    page = tell_page(open_made_up(tables))
    again = tell_page(open_made_up(shuffled))
    # The stamp hashes the tables as they come; everything a reader sees is the same.
    stamp = re.compile(r"<code>[0-9a-f]{16}</code>")
    assert stamp.sub("", page) == stamp.sub("", again)


def test_a_brief_is_tables_too() -> None:
    brief = only(PLAIN_REPORT)
    assert isinstance(brief.indicators, pd.DataFrame)
    assert {"M001"} <= set(" ".join(brief.observations["figures"]).split())
    assert len((*SHOWS, *ANNEX_SHOWS)) == 15


# Targets


def test_a_target_counts_once_however_many_scopes_report_and_its_own_scope_decides() -> None:
    rates = """
    M040 II.1 on_time_rate whole_district 99,5
    M041 II.1 on_time_rate district_office 99,8
    M042 II.1 on_time_rate commune_aggregate 98,2
    """
    goal = "P001 II.1 on_time_rate whole_district 99 target >= 2022-01-01..2022-06-30"
    brief = open_made_up(make_tables(rates, goal))
    assert len(brief.comparisons) == 3
    assert [goal[0].state for goal in brief.goals] == [State.MET]
    page = read_text(str(brief.show_plan().html))
    assert "✓ đạt 1 ✕ chưa đạt 0" in page
    assert "✕ chưa đạt 98,2%" in page
    assert "1 đạt" in read_text(str(brief.show_summary().html))
    parts = rates.replace("whole_district 99,5", "commune 99,5")
    assert open_made_up(make_tables(parts, goal)).goals[0][0].state == State.MISSED


@pytest.mark.parametrize("status", ["threshold", "legal_norm", "max_score"])
def test_norms_limits_and_maxima_are_no_targets(status: str) -> None:
    report = PLAIN_REPORT + "M040 II.1 on_time_rate whole_district 99,5"
    norms = f"""
    P001 II.1 on_time_rate whole_district 99 {status} >=
    P002 II.2 tthc_time_cut_min_statutory_days whole_district 3 {status} >=
    """
    brief = open_made_up(make_tables(report, norms))
    assert brief.goals == []
    assert "thiếu số liệu 1" not in read_text(str(brief.show_plan().html))


def test_a_target_names_the_decision_that_set_it_and_whether_its_text_was_read() -> None:
    goal = {"area_id": "", "scope": "unspecified", "indicator": "satisfaction_rate", "unit": "%"}
    goal |= {"period_start": "2022-01-01", "period_end": "2022-12-31", "comparator": ">="}
    decided = [("a", 95.0, "QĐ 1/QĐ-TTg", "certain"), ("b", 90.0, "QĐ 2/QĐ-TTg", "secondary")]
    names = ("target_id", "value", "document", "certainty")
    rows = pd.DataFrame([goal | dict(zip(names, each, strict=True)) for each in decided])
    reference = replace(made_up_reference(), targets=rows)
    tables = make_tables("M001 I satisfaction_rate whole_district 98,7")
    brief = briefs.open_brief(tables, reference, load_words_of("vi"), "991", "2022-H1")
    card = read_text(str(brief.show_cards().html))
    assert "≥ 95% theo QĐ 1/QĐ-TTg: ✓ đạt" in card
    assert "≥ 90% theo QĐ 2/QĐ-TTg: ✓ đạt" in card
    annex = read_text(tell_annex(brief))
    assert "QĐ 2/QĐ-TTg · Toàn huyện" in annex
    assert "Theo QĐ 2/QĐ-TTg. Mức này lấy theo tài liệu khác" in annex
    assert "Theo QĐ 1/QĐ-TTg. Mức này" not in annex
