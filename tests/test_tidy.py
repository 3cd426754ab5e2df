"""Figures as printed become observations as understood, or sentences."""

from __future__ import annotations

import random
from functools import cache

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brief_work import SHIPPED_REPORTS
from cchc_analysis.data.records import QUANTITY, Readings
from cchc_analysis.data.reference import Project, Reference, load_reference
from cchc_analysis.data.tidy import tidy_observations
from cchc_analysis.read.transcripts import read_transcripts
from conftest import Replace

TRANSCRIPT = "data/raw/transcripts/song_may_2022_h1.csv"


def tidy(project: Project) -> Readings:
    transcripts = read_transcripts(project.raw).transcripts
    return tidy_observations(transcripts, load_reference(project.reference))


def row(observations: pd.DataFrame, **wanted: str) -> pd.Series:
    chosen = observations
    for column, cell in wanted.items():
        chosen = chosen[chosen[column] == cell]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_a_figure_becomes_an_observation(project: Project) -> None:
    seen = row(
        tidy(project).observations,
        area_id="991",
        scope="district_office",
        indicator="dossiers_received_total",
    )
    assert seen["value"] == seen["low"] == seen["high"] == 1250
    assert (seen["unit"], seen["figures"], seen["reading"]) == ("dossier", "M001", 1)


def test_a_verbal_zero_is_a_zero(project: Project) -> None:
    seen = row(
        tidy(project).observations,
        area_id="991",
        scope="commune_aggregate",
        indicator="dossiers_resolved_overdue",
    )
    assert seen["value"] == 0


def test_a_rate_carries_what_rounding_hides(project: Project) -> None:
    seen = row(
        tidy(project).observations,
        area_id="991",
        scope="district_office",
        indicator="online_rate",
    )
    assert (seen["low"], seen["high"], seen["decimals"]) == pytest.approx((87.95, 88.05, 1))


def test_money_is_brought_to_the_unit_of_its_indicator(project: Project, replace: Replace) -> None:
    replace(
        TRANSCRIPT,
        'public_investment_disbursed_rate,,"41,5",,%',
        "onestop_equipment_cost,,248,,million VND",
    )
    seen = row(tidy(project).observations, indicator="onestop_equipment_cost")
    assert (seen["value"], seen["unit"]) == (248_000_000, "VND")
    assert (seen["low"], seen["high"]) == (247_500_000, 248_500_000)


@pytest.mark.parametrize(
    ("printed", "unit", "value", "decimals"),
    [("12,45", "billion VND", 12_450.0, 0), ("12450,5", "thousand VND", 12.4505, 4)],
)
def test_in_another_unit_no_more_digits_are_shown_than_were_printed(
    project: Project, replace: Replace, printed: str, unit: str, value: float, decimals: int
) -> None:
    """12,45 billion are 12.450 millions, and not 12.450,00."""
    replace(
        TRANSCRIPT,
        'public_investment_disbursed_rate,,"41,5",,%',
        f'budget_revenue_total,,"{printed}",,{unit}',
    )
    seen = row(tidy(project).observations, indicator="budget_revenue_total")
    assert (seen["value"], seen["decimals"]) == (value, decimals)


def test_one_value_printed_twice_is_one_row(project: Project, replace: Replace) -> None:
    replace(TRANSCRIPT, "dossiers_received_new,,1.200", "dossiers_received_total,,1250")
    seen = row(
        tidy(project).observations,
        area_id="991",
        scope="district_office",
        indicator="dossiers_received_total",
    )
    assert seen["figures"] == "M001 M002"


def test_two_values_are_two_readings(project: Project, replace: Replace) -> None:
    replace(TRANSCRIPT, "dossiers_received_new,,1.200", "dossiers_received_total,,1.205")
    observations = tidy(project).observations
    chosen = observations[
        (observations["indicator"] == "dossiers_received_total")
        & (observations["area_id"] == "991")
        & (observations["scope"] == "district_office")
    ]
    assert chosen[["reading", "value", "figures"]].to_numpy().tolist() == [
        [1, 1250, "M001"],
        [2, 1205, "M002"],
    ]


def test_a_figure_without_an_indicator_stays_in_the_transcript(
    project: Project, replace: Replace
) -> None:
    replace(TRANSCRIPT, "dossiers_received_new", "")
    tidied = tidy(project)
    assert not tidied.problems
    own = tidied.observations[tidied.observations["source_id"] == "song_may_2022_h1"]
    assert "M002" not in " ".join(own["figures"])


def test_a_bound_is_another_reading_than_a_value(project: Project, replace: Replace) -> None:
    replace(
        TRANSCRIPT,
        "dossiers_received_new,,1.200,,dossier,actual,=",
        "dossiers_received_total,,1.250,,dossier,actual,>=",
    )
    observations = tidy(project).observations
    chosen = observations[
        (observations["indicator"] == "dossiers_received_total")
        & (observations["area_id"] == "991")
        & (observations["scope"] == "district_office")
    ]
    assert sorted(chosen["comparator"]) == ["=", ">="]


def test_one_sum_in_two_units_is_one_reading(project: Project, replace: Replace) -> None:
    replace(
        TRANSCRIPT,
        'public_investment_disbursed_rate,,"41,5",,%',
        'public_investment_disbursed,,"119,9",,million VND',
    )
    replace(
        TRANSCRIPT,
        "staff_admin_quota,,84,,person,actual",
        "public_investment_disbursed,,119.900.000,,VND,estimate",
    )
    replace(
        TRANSCRIPT,
        "whole_district,,2022-06-30,public",
        "whole_district,2022-01-01,2022-06-30,public",
    )
    observations = tidy(project).observations
    assert len(observations[observations["indicator"] == "public_investment_disbursed"]) == 1


FAULTY = {
    "unknown_breakdown": (
        "dossiers_received_new,,",
        "dossiers_received_new,item=none,",
        "unknown breakdown 'item=none'",
        "breakdowns.csv",
    ),
    "impossible_year": ("2022-06-30", "9999-06-30", "period_end '9999-06-30'", "2024-06-30"),
    "unknown_area": (
        "huyện Sông Mây",
        "huyện Sông Mấy",
        "unknown area 'huyện Sông Mấy'",
        "Sông Mây",
    ),
    "unknown_indicator": (
        "dossiers_received_new",
        "dossiers_recieved_new",
        "unknown indicator 'dossiers_recieved_new'",
        "'dossiers_received_new'",
    ),
    "unknown_unit": ("1.200,,dossier", "1.200,,dosier", "unknown unit 'dosier'", "'dossier'"),
    "wrong_unit": ("1.200,,dossier", "1.200,,person", "unit 'person' of dossiers_received_new", ""),
    "malformed_number": (
        "1.200,",
        "12.00,",
        "'12.00' has a group that is not three digits",
        "read_as",
    ),
    "two_numbers": ("1.200,", "1.200/1.250,", "is not a number", "read_as"),
    "unknown_scope": ("district_office", "district", "scope 'district'", "district_office"),
    "unknown_status": ("actual", "real", "status 'real'", "estimate"),
    "unknown_comparator": (",=,", ",==,", "comparator '=='", ">="),
    "impossible_date": ("2022-06-30", "2022-06-31", "period_end '2022-06-31'", "2024-06-30"),
    "backward_period": (
        "2022-01-01,2022-06-30",
        "2022-07-01,2022-06-30",
        "comes after",
        "Mend the dates",
    ),
    "start_without_end": ("2022-01-01,2022-06-30", "2022-01-01,", "without an end", "period_end"),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_what_cannot_be_understood_is_named(fault: str, project: Project, replace: Replace) -> None:
    old, new, found, remedy = FAULTY[fault]
    replace(TRANSCRIPT, old, new)
    tidied = tidy(project)
    assert list(tidied.problems) == ["song_may_2022_h1"]
    told = "\n".join(map(str, tidied.problems["song_may_2022_h1"]))
    assert found in told
    assert remedy in told
    assert "figure M00" in told
    assert set(tidied.observations["source_id"]) == {"dong_gio_2022_h1", "song_may_2022_plan"}


def test_all_faults_of_a_transcript_are_named_at_once(project: Project, replace: Replace) -> None:
    replace(TRANSCRIPT, "dossiers_received_new", "dossiers_new")
    replace(TRANSCRIPT, "1.190,", "1.19,")
    assert len(tidy(project).problems["song_may_2022_h1"]) == 2


@cache
def tidy_once(repository: Project) -> tuple[Reference, pd.DataFrame, pd.DataFrame]:
    """The figures of all reports as printed, and as they are understood in that order."""
    reference = load_reference(repository.reference)
    transcripts = read_transcripts(repository.raw).transcripts
    return reference, transcripts, tidy_observations(transcripts, reference).observations


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.randoms(use_true_random=False))
def test_the_order_of_figures_does_not_matter(order: random.Random, repository: Project) -> None:
    reference, transcripts, first = tidy_once(repository)
    shuffled = transcripts.iloc[order.sample(range(len(transcripts)), len(transcripts))]
    other = tidy_observations(shuffled, reference).observations
    what = ["source_id", *QUANTITY, "value"]
    assert sorted(map(tuple, first[what].to_numpy())) == sorted(map(tuple, other[what].to_numpy()))


def test_every_figure_is_in_exactly_one_observation(repository: Project) -> None:
    read = read_transcripts(repository.raw)
    transcripts, reference = read.transcripts, load_reference(repository.reference)
    observations = tidy_observations(transcripts, reference, read.sources).observations
    kept = [
        (row.source_id, figure)
        for row in observations.itertuples()
        for figure in row.figures.split()
    ]
    # A figure to which nobody gave an indicator may stay in a transcript that is accepted.
    is_mapped = transcripts["indicator"] != ""
    assert len(kept) == len(set(kept)) == is_mapped.sum()
    assert sum(source_id in SHIPPED_REPORTS for source_id, _ in kept) == 470
