"""Two sources of one area that state one quantity for the same days: a report, and a notice.

Each has a brief of its own, which tells its own figures, and what the two contradict each other in.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from brief_work import (
    PROJECT,
    load_words_of,
    made_up_reference,
    make_source,
    open_slices,
    read_figures,
    read_text,
    tabulate,
    tell_annex,
    tell_front,
)
from cchc_analysis.brief import open_brief
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.lists import list_place, make_card
from cchc_analysis.brief.quality import make_graded
from cchc_analysis.data.records import Tables
from cchc_analysis.rules.suites import load_suite
from cchc_analysis.rules.validation import check_rows
from cchc_analysis.rules.wording import Teller, tabulate_drafts
from cchc_analysis.stats.derive import mark_findings

AREA, DAYS = "huyện Sông Mây", ("2022-01-01", "2022-06-10")
OWN, OTHER = "2022-H1", "/".join(DAYS)
REPORT = """
M001 II.1 dossiers_received_total whole_district 3.412
M002 II.1 dossiers_resolved_total whole_district 3.340
M003 II.1 on_time_rate whole_district 99,25
"""
NOTICE = """
M001 I dossiers_received_total whole_district 3.412
M002 I dossiers_resolved_total whole_district 3.340
M003 I dossiers_resolved_on_time whole_district 3.313
M004 I on_time_rate whole_district 99,19
"""


COUNTS = REPORT.replace(
    "on_time_rate whole_district 99,25", "dossiers_resolved_on_time whole_district 3.300"
)
COUNTED = NOTICE.partition("M004")[0]
"""The same, where none of them prints the rate."""


@cache
def tabulate_pair(name: str, report: str = REPORT, notice: str = NOTICE) -> Tables:
    """The tables of a report and of a notice of a name, with what the two contradict each other."""
    reference = made_up_reference()
    figures = [read_figures(report, "report", AREA, DAYS), read_figures(notice, name, AREA, DAYS)]
    kinds = ("report", "period_report", OWN), (name, "article", OTHER)
    sources = [make_source(*head, AREA, label, *DAYS) for *head, label in kinds]
    listed = pd.DataFrame(sources).assign(licence="")
    tables = tabulate(pd.concat(figures, ignore_index=True), listed)
    suite = load_suite(PROJECT.expectations / "observations.json", "observations", reference)
    rules = [rule for rule in suite.rules if rule.rule_id == "V02"]
    stated = tables.observations
    teller = Teller(stated, tables.transcripts, reference)
    findings = tabulate_drafts(check_rows(suite, stated, reference, teller, rules).drafts)
    marked = mark_findings(tables.indicators, findings)
    return replace(tables, findings=findings, indicators=marked)


def open_both(name: str, lang: str = "vi", *printed: str) -> list[Brief]:
    tables, words = tabulate_pair(name, *printed), load_words_of(lang)
    return [open_brief(tables, made_up_reference(), words, AREA, label) for label in (OWN, OTHER)]


@pytest.mark.parametrize("name", ["a_notice", "z_notice"])  # before and after the report
def test_what_two_sources_contradict_each_other_in_is_told_on_both_pages(name: str) -> None:
    for brief in open_both(name):
        front, annex = tell_front(brief), tell_annex(brief)
        assert "ghi 99,25" in read_text(front)
        assert "ghi 99,19" in read_text(front)
        assert 'id="c-1"' in annex or "id=c-1" in annex
        assert (brief.grade.warnings, brief.grade.headline_warnings) == (1, 1)
        assert make_graded(brief)["contested"] == ["on_time_rate"]


def test_what_stands_on_two_pages_is_counted_once_for_their_place() -> None:
    cards = [make_card(brief) for brief in open_both("z_notice")]
    row = made_up_reference().area_rows["991"]
    assert [card["facts"]["contradictions"] for card in cards] == [1, 1]
    assert list_place(row, cards)["contradictions"] == 1


@pytest.mark.parametrize("name", ["a_notice", "z_notice"])
def test_the_slice_of_a_brief_holds_what_concerns_its_sources(name: str) -> None:
    tables, reference = tabulate_pair(name), made_up_reference()
    for label, brief in zip((OWN, OTHER), open_both(name), strict=True):
        cut = open_slices(tables, reference).of_brief("991", label).cut()
        told = open_brief(cut, reference, load_words_of("vi"), AREA, label)
        assert tell_annex(told) == tell_annex(brief)


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("vi", "Nguồn khác nêu số khác cho cùng kỳ: 99,25."),
        ("en", "Another source states 99.25 for the same days."),
    ],
)
def test_a_notice_tells_its_own_figures_where_the_report_gives_them_too(
    lang: str, told: str
) -> None:
    brief = open_both("z_notice", lang)[1]
    assert [(each.indicator, each.value) for each in brief.entries] == [
        ("dossiers_received_total", 3412),
        ("dossiers_resolved_total", 3340),
        ("dossiers_resolved_on_time", 3313),
        ("on_time_rate", 99.19),
    ]
    assert told in read_text(tell_front(brief))
    annex = read_text(tell_annex(brief))
    assert "could not be read" not in annex
    assert "không đọc được" not in annex


def test_a_rate_that_follows_from_a_notice_has_no_counts_of_the_report_beside_it() -> None:
    told = {
        each.indicator: each.elsewhere
        for each in open_both("z_notice", "vi", COUNTS, COUNTED)[1].entries
    }
    assert told["dossiers_resolved_on_time"] == ("3.300",)
    assert told["on_time_rate"] == ()


def test_a_notice_keeps_what_it_prints_otherwise_itself() -> None:
    again = f"{NOTICE}M005 II dossiers_received_total whole_district 3.421"
    told = "3.412 [M001]; 3.412 [report: M001]"
    rows = open_both("z_notice", "vi", REPORT, again)[1].indicators.set_index("indicator")
    assert rows.at["dossiers_received_total", "other_readings"] == told
