"""A published number walks back to its place in a document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from brief_work import load_words_of, publish_once
from cchc_analysis.data.records import Comparator, Tables
from cchc_analysis.data.reference import Project, Reference
from cchc_analysis.data.trace import find_published, format_trace
from cchc_analysis.errors import CommandError


@pytest.fixture
def made(project: Project) -> tuple[Tables, Reference]:
    return publish_once(project)


def trace(made: tuple[Tables, Reference], *wanted: str) -> str:
    return format_trace(find_published(*made, *wanted), *made)


def test_a_reported_number_leads_to_its_line(made: tuple[Tables, Reference]) -> None:
    told = trace(made, "991", "online_rate", "2022-H1", "commune_aggregate")
    assert "= 90%, reported" in told
    assert "M020: section II.3, footnote 2, line 31: “90,0” %" in told
    assert "source song_may_2022_h1" in told
    assert "2022-H1 (2022-01-01 to 2022-06-30)" in told


def test_a_number_is_traced_in_vietnamese_without_codes_and_with_quotations_as_they_are(
    made: tuple[Tables, Reference],
) -> None:
    wanted = ("991", "online_rate", "2022-H1", "commune_aggregate")
    told = format_trace(find_published(*made, *wanted), *made, load_words_of("vi"))
    assert told.startswith("Tỷ lệ hồ sơ tiếp nhận trực tuyến / Online filing rate\n")
    days = "2022-H1 (2022-01-01 đến 2022-06-30)"
    assert f"cấp xã, {days}, thực hiện\n= 90%, theo báo cáo\n" in told
    said = "Tỷ lệ hồ sơ tiếp nhận trực tuyến, cấp xã"
    assert f"M020: mục II.3, chú thích 2, dòng 31: “90,0” % ({said})" in told
    derived = find_published(*made, "991", "on_time_rate", "2022-H1", "district_office")
    assert "98,991597%, tính ra" in format_trace(derived, *made, load_words_of("vi"))
    assert "khoảng tin cậy 95% (Wilson)" in format_trace(derived, *made, load_words_of("vi"))
    assert "100 * “Hồ sơ đã giải quyết trước hạn và đúng hạn” / " in format_trace(
        derived, *made, load_words_of("vi")
    )


@pytest.mark.parametrize("comparator", Comparator)
def test_a_bound_stands_before_its_number_as_it_is(
    made: tuple[Tables, Reference], comparator: Comparator
) -> None:
    published = find_published(*made, "991", "online_rate", "2022-H1", "commune_aggregate")
    told = format_trace(published.assign(comparator=comparator.value), *made)
    assert told.splitlines()[2] == f"{comparator.value} 90%, reported"


def test_a_figure_below_no_heading_is_of_no_section(made: tuple[Tables, Reference]) -> None:
    tables, reference = made
    published = find_published(*made, "991", "online_rate", "2022-H1", "commune_aggregate")
    bare = replace(tables, transcripts=tables.transcripts.assign(section=""))
    assert "    M020: footnote 2, line 31: “90,0” %" in format_trace(published, bare, reference)


def test_a_derived_number_leads_to_all_its_parts(made: tuple[Tables, Reference]) -> None:
    told = trace(made, "991", "on_time_rate", "2022-H1", "district_office")
    assert "derived" in told
    assert "from 100 * dossiers_resolved_on_time / dossiers_resolved_total" in told
    for figure, printed in (("M004", "1.190"), ("M005", "800"), ("M006", "378")):
        assert f"{figure}: " in told
        assert f"“{printed}”" in told


def test_without_a_scope_all_scopes_are_traced(made: tuple[Tables, Reference]) -> None:
    told = trace(made, "991", "online_rate", "6 tháng đầu năm 2022")
    assert [
        scope in told for scope in ("district_office", "commune_aggregate", "whole_district")
    ] == [True] * 3


def test_an_indicator_is_traced_by_its_label(made: tuple[Tables, Reference]) -> None:
    label = made[1].indicator_rows["online_rate"]["label_en"]
    told = trace(made, "Sông Mây", label, "2022-H1")
    assert told == trace(made, "991", "online_rate", "2022-H1")


def test_an_unknown_indicator_is_answered_with_the_nearest(made: tuple[Tables, Reference]) -> None:
    with pytest.raises(CommandError, match="'on_time_rate'"):
        trace(made, "991", "ontime_rate", "2022-H1")


@pytest.mark.parametrize("period", ["2022-Q2", "2022-9M", "2022"])
def test_another_period_than_the_one_asked_for_is_no_answer(
    made: tuple[Tables, Reference], period: str
) -> None:
    with pytest.raises(CommandError, match=rf"{period}, commune_aggregate: nothing is published"):
        trace(made, "991", "online_rate", period, "commune_aggregate")


def test_what_is_not_held_is_answered_with_what_is(made: tuple[Tables, Reference]) -> None:
    with pytest.raises(CommandError, match=r"nothing is published; expected one of .*2022-H1"):
        trace(made, "991", "online_rate", "2021")


def test_what_is_no_period_is_answered_with_how_to_write_one(
    made: tuple[Tables, Reference],
) -> None:
    with pytest.raises(CommandError, match="'2022-H9' is not a period; expected 2024-Q1"):
        trace(made, "991", "online_rate", "2022-H9")


def test_arguments_in_another_order_are_named(made: tuple[Tables, Reference]) -> None:
    with pytest.raises(CommandError, match="the area, then the indicator, then the period"):
        trace(made, "991", "2022-H1", "online_rate")


def test_any_area_can_be_traced_and_an_unknown_one_is_named(
    made: tuple[Tables, Reference],
) -> None:
    with pytest.raises(CommandError, match="nothing is published"):
        trace(made, "tỉnh Lạng Sơn", "par_index", "2022")
    with pytest.raises(CommandError, match="area 'Sông Mê': not known"):
        trace(made, "Sông Mê", "par_index", "2022")
