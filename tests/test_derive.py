"""What is published: reported values as printed, derived ones with what they come from."""

from __future__ import annotations

import csv
import math

import pandas as pd
import pytest

from brief_work import publish_once
from cchc_analysis import pipeline
from cchc_analysis.data.clean import is_cut_off
from cchc_analysis.data.records import FINDING_COLUMNS, QUANTITY
from cchc_analysis.data.reference import Project
from cchc_analysis.errors import ReferenceDataError
from cchc_analysis.stats.derive import mark_findings
from conftest import Replace

TRANSCRIPT = "data/raw/transcripts/song_may_2022_h1.csv"


def derive(project: Project) -> pd.DataFrame:
    return publish_once(project)[0].indicators


def value(indicators: pd.DataFrame, indicator: str, scope: str, area_id: str = "991") -> pd.Series:
    chosen = indicators[
        (indicators["indicator"] == indicator)
        & (indicators["scope"] == scope)
        & (indicators["area_id"] == area_id)
        & indicators["status"].isin(["actual", "estimate"])
    ]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_a_reported_value_is_published_as_printed(project: Project) -> None:
    seen = value(derive(project), "dossiers_received_total", "district_office")
    assert (seen["value"], seen["printed"], seen["origin"]) == (1250, "1.250", "reported")
    assert (seen["source_id"], seen["figures"], seen["parts"]) == ("song_may_2022_h1", "M001", "")


def test_a_rate_that_is_not_printed_is_derived_from_its_parts(project: Project) -> None:
    seen = value(derive(project), "on_time_rate", "district_office")
    assert seen["value"] == pytest.approx(100 * (800 + 378) / 1190)
    assert seen["origin"] == "derived"
    assert seen["parts"] == "100 * dossiers_resolved_on_time / dossiers_resolved_total"
    assert set(seen["figures"].split()) == {"M004", "M005", "M006"}


def test_a_rate_over_two_scopes_is_pooled_and_never_averaged(project: Project) -> None:
    pooled = value(derive(project), "online_rate", "whole_district")
    assert pooled["value"] == pytest.approx(100 * (1100 + 3969) / (1250 + 4410))
    assert pooled["value"] != pytest.approx((88.0 + 90.0) / 2)


def test_what_is_printed_is_not_derived_again(project: Project) -> None:
    seen = value(derive(project), "online_rate", "district_office")
    assert (seen["origin"], seen["printed"]) == ("reported", "88,0")


def test_an_estimate_makes_what_comes_from_it_an_estimate(
    project: Project, replace: Replace
) -> None:
    replace(
        TRANSCRIPT,
        "dossiers_resolved_early,,800,,dossier,actual",
        "dossiers_resolved_early,,800,,dossier,estimate",
    )
    assert value(derive(project), "on_time_rate", "district_office")["status"] == "estimate"


def test_a_rate_of_cases_has_a_wilson_interval_and_a_rate_of_posts_has_none(
    project: Project,
) -> None:
    indicators = derive(project)
    rate = value(indicators, "on_time_rate", "district_office")
    # Wilson's bounds are where the observed share lies z standard errors of the bound away.
    share, z = 1178 / 1190, 1.959963984540054
    for bound in (rate["wilson_low"] / 100, rate["wilson_high"] / 100):
        assert (share - bound) ** 2 == pytest.approx(z**2 * bound * (1 - bound) / 1190, rel=1e-4)
    assert rate["wilson_low"] < rate["value"] < rate["wilson_high"]
    posts = value(indicators, "staff_admin_filled_rate", "whole_district")
    assert posts["value"] == pytest.approx(100 * 80 / 84)
    assert posts["wilson_low"] != posts["wilson_low"]


def test_a_rate_that_its_counts_do_not_give_has_no_interval(
    project: Project, replace: Replace
) -> None:
    replace(TRANSCRIPT, '"88,0"', '"86,5"')
    rate = value(derive(project), "online_rate", "district_office")
    assert rate["value"] == 86.5
    assert math.isnan(rate["wilson_low"])


def test_a_second_reading_stands_beside_the_published_one(
    project: Project, replace: Replace
) -> None:
    replace(TRANSCRIPT, "dossiers_received_new,,1.200", "dossiers_received_total,,1.205")
    seen = value(derive(project), "dossiers_received_total", "district_office")
    assert (seen["value"], seen["other_readings"]) == (1250, "1.205 [M002]")
    assert seen["is_contested"]


def test_a_target_is_never_taken_for_a_result(project: Project) -> None:
    indicators = derive(project)
    rates = indicators[
        (indicators["indicator"] == "on_time_rate") & (indicators["area_id"] == "991")
    ]
    assert set(rates.loc[rates["value"] == 97, "status"]) == {"target"}
    assert value(indicators, "on_time_rate", "district_office")["value"] != 97


def correct(project: Project, expect: str, action: str, published: str) -> None:
    with (project.reference / "corrections.csv").open("a", encoding="utf-8") as file:
        file.write(f'song_may_2022_h1,M001,{expect},{action},"{published}",lý do,reason\n')


def test_a_correction_is_published_beside_what_is_printed(project: Project) -> None:
    correct(project, "1.250", "publish", "1.249")
    seen = value(derive(project), "dossiers_received_total", "district_office")
    assert (seen["value"], seen["printed"]) == (1249, "1.250")
    assert seen["correction"] == "song_may_2022_h1/M001"


def test_a_withheld_value_is_missing_and_not_zero(project: Project) -> None:
    correct(project, "1.250", "withhold", "")
    seen = value(derive(project), "dossiers_received_total", "district_office")
    assert seen["value"] != seen["value"]


def test_nothing_is_derived_from_a_withheld_value_and_a_correction_is_carried_on(
    project: Project,
) -> None:
    correct(project, "1.250", "withhold", "")
    indicators = derive(project)
    pooled = indicators[
        (indicators["indicator"] == "dossiers_received_total")
        & (indicators["scope"] == "whole_district")
    ]
    assert pooled.empty
    (project.reference / "corrections.csv").write_text(
        (project.reference / "corrections.csv").read_text("utf-8").splitlines()[0] + "\n", "utf-8"
    )
    correct(project, "1.250", "publish", "1.300")
    pooled_again = value(derive(project), "dossiers_received_total", "whole_district")
    assert pooled_again["value"] == 1300 + 4410
    assert pooled_again["correction"] == "song_may_2022_h1/M001"


@pytest.mark.parametrize(
    ("expect", "action", "published", "sentence"),
    [
        ("1.251", "publish", "1.249", "prints '1.250'; expected '1.251'"),
        ("1.250", "mend", "1.249", "action 'mend'; expected publish or withhold"),
        ("1.250", "publish", "about", "'about' is not a number"),
        ("1.250", "publish", "1,249", "published '1,249' has a comma that can stand"),
    ],
)
def test_a_correction_that_no_longer_fits_is_refused(
    expect: str, action: str, published: str, sentence: str, project: Project
) -> None:
    correct(project, expect, action, published)
    with pytest.raises(ReferenceDataError, match=sentence):
        list(pipeline.check(project))


@pytest.mark.parametrize(("action", "published"), [("publish", "1.249"), ("withhold", "")])
def test_a_correction_of_a_figure_without_an_indicator_is_refused(
    action: str, published: str, project: Project, replace: Replace
) -> None:
    of_one = "dossiers_received_total,,1.250,,dossier"
    replace("data/raw/transcripts/song_may_2022_h1.csv", of_one, ",,1.250,,")
    correct(project, "1.250", action, published)
    with pytest.raises(ReferenceDataError, match="M001: a correction of a figure without an ind"):
        list(pipeline.check(project))


def test_a_correction_is_written_in_the_unit_that_is_printed(project: Project) -> None:
    path = project.raw / "transcripts" / "song_may_2022_h1.csv"
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    paid = rows[0] | {
        "figure_id": "M900",
        "scope": "district_office",
        "indicator": "onestop_equipment_cost",
        "printed": "12",
        "unit": "million VND",
    }
    with path.open("a", encoding="utf-8") as file:
        csv.DictWriter(file, rows[0], lineterminator="\n").writerow(paid)
    with (project.reference / "corrections.csv").open("a", encoding="utf-8") as file:
        file.write('song_may_2022_h1,M900,12,publish,"12,5",lý do,reason\n')
    assert (
        value(derive(project), "onestop_equipment_cost", "district_office")["value"] == 12_500_000
    )


def test_groups_of_the_service_index_follow_from_their_parts(project: Project) -> None:
    path = project.raw / "transcripts" / "song_may_2022_h1.csv"
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    points = {
        "si_3_5_procedures_payable": "1,5",
        "si_3_5b_procedures_with_payment": "2",
        "si_3_6_dossiers_paid_online": "4,25",
        "service_index_transparency": "15",
        "service_index_progress": "18",
        "service_index_online": "10",
        "service_index_digitisation": "12",
        "service_index_satisfaction": "17,5",
    }
    with path.open("a", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        for number, (indicator, printed) in enumerate(points.items(), start=900):
            own = {"figure_id": f"M{number}", "indicator": indicator, "printed": printed}
            writer.writerow(rows[0] | own | {"scope": "whole_district", "unit": "point"})
    indicators = derive(project)
    payment = value(indicators, "service_index_payment", "whole_district")
    assert (payment["value"], payment["origin"]) == (7.75, "derived")
    assert set(payment["figures"].split()) == {"M900", "M901", "M902"}
    assert value(indicators, "service_index_total", "whole_district")["value"] == 80.25


def test_a_correction_of_no_source_is_named_in_check_and_process(project: Project) -> None:
    with (project.reference / "corrections.csv").open("a", encoding="utf-8") as file:
        file.write("song_may_2022,M001,1,withhold,,lý do,reason\n")
    for use in (lambda: list(pipeline.check(project)), lambda: pipeline.process(project)):
        with pytest.raises(ReferenceDataError, match=r"Did you mean .*'song_may_2022_h1'"):
            use()


def test_check_refuses_a_correction_that_no_longer_fits(project: Project) -> None:
    correct(project, "1.251", "withhold", "")
    with pytest.raises(ReferenceDataError, match=r"prints '1\.250'"):
        list(pipeline.check(project))


def test_a_correction_of_a_source_that_is_set_aside_waits(
    project: Project, replace: Replace
) -> None:
    correct(project, "1.250", "withhold", "")
    replace("data/raw/transcripts/song_may_2022_h1.csv", "1.250,", "12.50,")
    assert "song_may_2022_h1" in pipeline.process(project).problems


FORMULAS = (
    ("", "12345", "formula '12345'; expected quantities named one by one"),
    ("", "", "expected codes, numbers and + - * / ( ) between them"),
    ("", "on_time_rate +", "expected codes, numbers and + - * / ( ) between them"),
    ("", "dossiers_recieved_new / 2", "Did you mean 'dossiers_received_new'"),
    ("", "SUM_BREAKDOWN(tthc_total)", "expected quantities named one by one"),
    ("commune_total", "on_time_rate", "scope 'commune_total'; expected empty, or one of"),
)
"""A scope, a formula that means nothing there, and what is said of it."""


def test_every_formula_that_means_nothing_is_named(project: Project) -> None:
    with (project.reference / "derivations.csv").open("a", encoding="utf-8") as file:
        for scope, formula, _ in FORMULAS:
            file.write(f"overdue_rate,{scope},{formula},nghĩa,meaning,nguồn\n")
    for use in (lambda: list(pipeline.check(project)), lambda: pipeline.process(project)):
        with pytest.raises(ReferenceDataError) as caught:
            use()
        for problem, (*_, sentence) in zip(caught.value.problems, FORMULAS, strict=True):
            assert sentence in str(problem)
            assert problem.where.startswith("data/reference/derivations.csv, overdue_rate")


def test_findings_are_marked_on_the_values_they_concern(project: Project) -> None:
    indicators = derive(project)
    finding = dict.fromkeys(FINDING_COLUMNS, "") | {
        "finding_id": "D01.x",
        "severity": "warning",
        "source_id": "song_may_2022_h1",
        "figures": "M001 dong_gio_2022_h1/M003",
    }
    marked = mark_findings(indicators, pd.DataFrame([finding]))
    concerned = marked[marked["findings"] == "D01.x"]
    assert ("991", "dossiers_received_total") in set(
        zip(concerned["area_id"], concerned["indicator"], strict=True)
    )
    assert ("992", "dossiers_resolved_early") in set(
        zip(concerned["area_id"], concerned["indicator"], strict=True)
    )
    assert concerned["is_contested"].all()
    assert not marked.loc[marked["findings"] == "", "is_contested"].any()


def test_a_finding_marks_its_likely_cause_too(project: Project) -> None:
    finding = dict.fromkeys(FINDING_COLUMNS, "") | {
        "finding_id": "D08.x",
        "severity": "warning",
        "source_id": "song_may_2022_h1",
        "figures": "M001",
        "likely_figure": "M005",
    }
    omission = finding | {"finding_id": "N07.x", "severity": "info", "kind": "table"}
    marked = mark_findings(derive(project), pd.DataFrame([finding, omission]))
    cause = value(marked, "dossiers_resolved_early", "district_office")
    assert (cause["findings"], bool(cause["is_contested"])) == ("D08.x", True)
    assert value(marked, "dossiers_resolved_on_time", "district_office")["is_contested"]


def test_what_is_published_has_one_row_per_quantity(repository: Project) -> None:
    indicators = derive(repository)
    assert not indicators.duplicated(list(QUANTITY)).any()
    derived = indicators[indicators["origin"] == "derived"]
    assert (derived["parts"] != "").all()
    assert (derived["figures"] != "").all()


@pytest.mark.parametrize(
    ("short", "long", "is_cut"),
    [
        ((6.747, 3), (6.74757, 5), True),
        ((43.7, 1), (43.7747, 4), True),
        ((40.62, 2), (40.6146, 4), False),
        ((40.62, 2), (40.6199, 4), False),
        ((40.6, 1), (40.7, 1), False),
        ((-1.2, 1), (-1.29, 2), True),
        ((1, 0), (2.0, 1), False),
    ],
)
def test_digits_that_were_cut_off(
    short: tuple[float, int], long: tuple[float, int], is_cut: bool
) -> None:
    assert bool(is_cut_off(*short, *long)) is is_cut
    assert bool(is_cut_off(*long, *short)) is is_cut
