"""What a report of a province states of its districts stays theirs in its brief."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from brief_work import (
    add_findings,
    load_words_of,
    made_up_reference,
    make_source,
    read_figures,
    read_text,
    tabulate,
    tell_annex,
    tell_front,
)
from cchc_analysis.brief import open_brief
from cchc_analysis.brief.beside import compare_plan, list_last_year
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.nouns import grade_brief
from cchc_analysis.brief.quality import make_graded
from cchc_analysis.data.reference import Reference

DAYS = ("2022-01-01", "2022-06-30")
PROVINCE, DISTRICT = "tỉnh Thử Nghiệm", "huyện Sông Mây"
OWN = """
M001 II.1 dossiers_resolved_total whole_district 1.190
M002 II.1 dossiers_resolved_on_time whole_district 1.180
M003 III budget_revenue_total whole_district 700
"""
BELOW = """
M011 II.2 dossiers_resolved_total whole_district 119
M012 II.2 dossiers_resolved_on_time whole_district 100
M013 II.2 dossiers_received_online district_office 82
M014 III budget_revenue_total_pct_same_period whole_district 140
M015 II.2 on_time_rate whole_district 90 target >=
"""


def open_province(
    lang: str = "vi",
    findings: list[dict[str, Any]] | None = None,
    reference: Reference | None = None,
) -> Brief:
    figures = [read_figures(OWN, "report", PROVINCE, DAYS)]
    figures += [read_figures(BELOW, "report", DISTRICT, DAYS)]
    source = make_source("report", "period_report", PROVINCE, "2022-H1", *DAYS)
    tables = tabulate(pd.concat(figures, ignore_index=True), pd.DataFrame([source]))
    tables = add_findings(tables, findings)
    reference = reference or made_up_reference()
    return open_brief(tables, reference, load_words_of(lang), PROVINCE, "2022-H1")


def test_figures_of_districts_stand_under_their_own_scope() -> None:
    annex = read_text(tell_annex(open_province()))
    head, name = "Toàn huyện", "Hồ sơ đã giải quyết: tổng số – huyện Sông Mây"
    assert f"khác: {head.lower()} Nội dung Giá trị Đơn vị {name} 119 hồ sơ" in annex
    assert f"{name}, {head.lower()}." in annex
    assert "Cấp huyện Nội dung Giá trị Đơn vị Hồ sơ tiếp nhận trực tuyến – huyện Sông Mây" in annex


def test_a_rate_of_a_district_is_worked_out_of_its_own_figures() -> None:
    brief = open_province()
    [rate] = [e for e in brief.entries if e.is_derived and e.area_id == "991"]
    parts = ("dossiers_resolved_on_time", "dossiers_resolved_total")
    found = [brief.find_operand(rate, each) for each in parts]
    assert [each and each.value for each in found] == [100, 119]


def test_a_target_of_a_district_is_not_held_against_the_province() -> None:
    assert open_province().comparisons == ()


@pytest.mark.parametrize(
    ("indicator", "held"), [("dossiers_received_online", 0), ("dossiers_resolved_total", 1)]
)
def test_a_national_target_is_held_against_what_is_stated_of_the_province(
    indicator: str, held: int
) -> None:
    brief = open_province()
    told = {"indicator": indicator, "period_start": "2022-01-01", "period_end": "2022-12-31"}
    targets = brief.reference.targets.head(1).assign(**told)
    of_year = replace(brief, reference=replace(brief.reference, targets=targets))
    assert len(compare_plan(of_year)) == held


def test_last_year_of_a_district_is_not_worked_out_of_the_province() -> None:
    assert list_last_year(open_province()) == []  # and not 500, of which 700 are 140 per cent


@pytest.mark.parametrize(("figures", "is_own"), [("M002 M001", True), ("M012 M011", False)])
def test_a_contradiction_about_a_district_doubts_no_headline_of_the_province(
    figures: str, is_own: bool
) -> None:
    [first, *_] = figures.split()
    about = {"figures": figures, "operands": figures, "area_id": "990" if is_own else "991"}
    about |= {"scope": "whole_district", "indicator": "dossiers_resolved_on_time"}
    brief = open_province(findings=[about])
    assert first in {figure for each in brief.entries for _, figure in each.figures}
    front = read_text(tell_front(brief))
    assert front.count("(huyện Sông Mây)") == (0 if is_own else 2)  # in the summary and the list
    grade = grade_brief(brief)
    assert (grade.warnings, grade.headline_warnings) == (1, int(is_own))
    contested = make_graded(brief)["contested"]
    assert bool(contested) == is_own


def test_an_area_below_is_named_as_it_was_called_then() -> None:
    reference = made_up_reference()
    former = {"area_id": "991", "name": "Thị xã Sông Cũ", "type": "thị xã"}
    former |= {"valid_from": "", "valid_to": "2022-12-31", "document": "made up"}
    names = pd.concat([reference.area_names, pd.DataFrame([former])], ignore_index=True)
    place = {"area_id": "991", "scope": "whole_district", "source_id": "report"}
    finding = {**place, "rule_id": "D09", "figures": "M011", "period_end": DAYS[1]}
    brief = open_province("vi", [finding], replace(reference, area_names=names))
    for page in map(read_text, (tell_front(brief), tell_annex(brief))):
        assert "thị xã Sông Cũ" in page
        assert "Sông Mây" not in page.replace("UBND huyện Sông Mây", "")
