from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cchc_analysis.data.records import FINDING_COLUMNS, INDICATOR_COLUMNS, Tables
from cchc_analysis.data.reference import Project, load_reference
from cchc_analysis.data.tidy import tidy_observations
from cchc_analysis.errors import CchcError, ReportError, ValidationError
from cchc_analysis.panels import validate_table
from cchc_analysis.read.transcripts import read_transcripts
from cchc_analysis.rules import (
    choose_readings,
    load_identities,
    try_suites,
    validate_tables,
)
from cchc_analysis.rules.expressions import Identity
from cchc_analysis.rules.rows import COMPARISONS, compare_magnitudes, describe_rows
from cchc_analysis.rules.suites import load_suite, load_suites
from cchc_analysis.rules.validation import Validated, check_rows, join_kinds
from cchc_analysis.stats.derive import derive_indicators
from rule_examples import SOURCE, make_example, make_rows, make_statements

ROOT = Project(Path(__file__).resolve().parents[1])
REFERENCE = load_reference(ROOT.reference)

CONTRADICTIONS = """
C07 cao_loc_2024_h1 commune_aggregate reconcile 215 ≠ 219
C08 cao_loc_2024_h1 commune_aggregate reconcile 211 ≠ 214
D08 cao_loc_2024_h1 district_office sum 1.310 ≠ 1.309 + 71 = 1.380
D20 cao_loc_2024_h1 whole_district sum 10.994 ≠ 2.190 + 8.943 = 11.133
L04 cao_loc_2024_h1 whole_district pooled 87,8 ≠ 100 × (1.171 + 9.823) / (1.310 + 11.392) = 86,553
L09 cao_loc_2024_h1 whole_district sum 8.943 ≠ 10.994 − 2.190 = 8.804
V01 cao_loc_2024_h1 commune_aggregate stated_twice 121 ≠ 109
V01 cao_loc_2024_h1 whole_district stated_twice 68 ≠ 66
Q03 dak_song_2023_9m whole_district sum 65,7 ≠ 12 + 8,7 + 9,5 + 5,5 + 9,5 + 8 + 9 + 2,5 = 64,7
Q19 dak_song_2023_9m whole_district sum 7 − 5 = 2 ≠ 2 + 2 + 2,5 = 6,5
P05 lang_son_city_2019 district_office sum 114 ≠ 222 + 91 = 313
P06 lang_son_city_2019 district_office order 222 + 91 = 313 > 245
P07 lang_son_city_2019 district_office truncation 89,79 ≠ 100 × 220 / 245 = 89,7959
V01 lang_son_city_2019 district_office stated_twice 216 ≠ 204
V01 lang_son_city_2019 whole_district stated_twice 3 ≠ 4
D01 van_quan_2024_9m commune_aggregate sum 10.674 ≠ 10.603 + 21 = 10.624
D01 van_quan_2024_9m district_office sum 998 ≠ 889 + 99 = 988
D03 van_quan_2024_9m commune_aggregate sum 10.674 ≠ 10.584 + 50 = 10.634
D17 van_quan_2024_9m commune_aggregate truncation 99,15 ≠ 100 × 10.584 / 10.674 = 99,1568
D17 van_quan_2024_9m district_office truncation 98,09 ≠ 100 × 979 / 998 = 98,0962
D18 van_quan_2024_9m commune_aggregate truncation 0,46 ≠ 100 × 50 / 10.674 = 0,4684
D19 van_quan_2024_9m commune_aggregate complement 99,15 ≠ 100 − 0,46 = 99,54
L01 van_quan_2024_9m whole_district sum 11.779 ≠ 998 + 10.674 = 11.672
L02 van_quan_2024_9m whole_district sum 11.710 ≠ 979 + 10.584 = 11.563
L04 van_quan_2024_9m whole_district pooled 99,41 ≠ 100 × (979 + 10.584) / (998 + 10.674) = 99,0661
"""
"""All that the arithmetic of the five sources contradicts, but for one long sum; nothing else."""

CAUSES = {
    # finding: (figure likely wrong, the value that would close it, findings with the same cause)
    "D08.cao_loc_2024_h1.183.district_office.2024-06-30": ("", None, 1),
    "D20.cao_loc_2024_h1.183.whole_district.2024-06-30": ("F055", 8804, 2),
    "L04.cao_loc_2024_h1.183.whole_district.2024-06-30": ("F053", 86.6, 1),
    "Q03.dak_song_2023_9m.665.whole_district.2023-09-30": ("F227", 64.7, 1),
    # 23 instead of 222 would fit, but no slip makes one of the other.
    "P05.lang_son_city_2019.178.district_office.2019-12-31": ("", None, 2),
    "D01.van_quan_2024_9m.184.district_office.2024-09-20": ("", None, 1),
    "D01.van_quan_2024_9m.184.commune_aggregate.2024-09-20": ("", None, 1),
    "R01.van_quan_2024_9m.184.whole_district.2024-09-20": ("", None, 1),
    "L01.van_quan_2024_9m.184.whole_district.2024-09-20": ("F363", None, 3),
    "D03.van_quan_2024_9m.184.commune_aggregate.2024-09-20": ("", None, 2),
}


@dataclass(frozen=True)
class Made:
    tables: Tables
    verdict: Validated


@pytest.fixture(scope="module")
def five_sources() -> Made:
    raw = read_transcripts(ROOT.raw)
    ours = ("cao_loc_2024_h1", "cao_loc_2024_plan", "dak_song_2023_9m", "van_quan_2024_9m")
    named = (*ours, "lang_son_city_2019")
    transcripts = raw.transcripts[raw.transcripts["source_id"].isin(named)]
    sources = raw.sources[raw.sources["source_id"].isin(named)]
    identities = load_identities(ROOT.expectations / "identities.json", REFERENCE)
    observations = choose_readings(
        tidy_observations(transcripts, REFERENCE, sources).observations, identities, REFERENCE
    )
    indicators = derive_indicators(observations, transcripts, sources, REFERENCE)
    verdict = validate_tables(observations, indicators, transcripts, REFERENCE, ROOT.expectations)
    tables = Tables(
        sources, transcripts, observations, indicators, verdict.findings, verdict.tallies,
        verdict.definitions,
    )  # fmt: skip
    return Made(tables, verdict)


def test_every_contradiction_of_the_five_sources_and_no_false_alarm(five_sources: Made) -> None:
    findings = five_sources.verdict.findings
    found = findings[~findings["kind"].isin(["remark"]) & (findings["rule_id"] != "R01")]
    columns = ["rule_id", "source_id", "scope", "kind", "arithmetic"]
    lines = [" ".join(row) for row in found[columns].itertuples(index=False)]
    assert sorted(lines) == sorted(CONTRADICTIONS.strip().splitlines())
    long_sum = findings[findings["rule_id"] == "R01"]["arithmetic"].tolist()
    assert len(long_sum) == 1
    assert long_sum[0].startswith("301.610.000 ≠ ")
    assert long_sum[0].endswith(" = 297.110.000")


@pytest.mark.parametrize("finding_id", CAUSES)
def test_the_likeliest_figure_and_what_would_close_it(finding_id: str, five_sources: Made) -> None:
    findings = five_sources.verdict.findings.set_index("finding_id")
    finding = findings.loc[finding_id]
    figure, closing, together = CAUSES[finding_id]
    assert finding["likely_figure"] == figure
    assert finding["closing_value"] == closing or (
        closing is None and np.isnan(finding["closing_value"])
    )
    assert (findings["cause_id"] == finding["cause_id"]).sum() == together


@pytest.mark.parametrize(
    ("finding_id", "vi", "en"),
    [
        (
            "D08.cao_loc_2024_h1.183.district_office.2024-06-30",
            "mọi quy tắc dùng số ấy đều khớp",
            "would make every rule that uses it close",
        ),
        ("D20.cao_loc_2024_h1.183.whole_district.2024-06-30", "phải là 8.804", "should be 8,804"),
        ("Q03.dak_song_2023_9m.665.whole_district.2023-09-30", "khác một chữ số", "one digit"),
        ("D01.van_quan_2024_9m.184.district_office.2024-09-20", "từ 889", "from 889"),
        ("P05.lang_son_city_2019.178.district_office.2019-12-31", "chưa đủ", "does not show"),
        (
            "R01.van_quan_2024_9m.184.whole_district.2024-09-20",
            "không có dấu hiệu",
            "nothing tells",
        ),
        ("L01.van_quan_2024_9m.184.whole_district.2024-09-20", "đến ngày khác", "another day"),
        ("C07.cao_loc_2024_h1.183.commune_aggregate.2024-06-30", "1/6/2024", "1 June 2024"),
        ("V01.cao_loc_2024_h1.183.commune_aggregate.2024-06-30", "mục II.2.2", "section II.2.2"),
        ("D03.van_quan_2024_9m.184.commune_aggregate.2024-09-20", "Ở chỗ khác", "Elsewhere"),
        (
            "D17.van_quan_2024_9m.184.district_office.2024-09-20",
            "Mẫu số là “Hồ sơ tiếp nhận: tổng số (gồm kỳ trước chuyển sang)” (cấp huyện).",
            "The denominator is “Dossiers received, carried-over included” (district level).",
        ),
    ],
)
def test_what_is_likely_is_said_in_both_languages(
    finding_id: str, vi: str, en: str, five_sources: Made
) -> None:
    finding = five_sources.verdict.findings.set_index("finding_id").loc[finding_id]
    assert vi in finding["explanation_vi"]
    assert en in finding["explanation_en"]


def test_findings_are_whole_sentences_and_point_at_figures(five_sources: Made) -> None:
    findings, transcripts = five_sources.verdict.findings, five_sources.tables.transcripts
    figures = set(zip(transcripts["source_id"], transcripts["figure_id"], strict=True))
    assert list(findings.columns) == list(FINDING_COLUMNS)
    assert findings["finding_id"].is_unique
    assert set(findings["cause_id"]) <= set(findings["finding_id"])
    for finding in findings.to_dict("records"):
        for text in (finding["explanation_vi"], finding["explanation_en"]):
            assert text[0].isupper() or text[0] in "“0123456789"
            assert text.rstrip(")").endswith(".")
            assert "{" not in text
            assert "nan" not in text.split()
            assert unicodedata.is_normalized("NFC", text)
        for figure in finding["figures"].split():
            assert (finding["source_id"], figure) in figures


def test_severity_follows_what_it_means(five_sources: Made) -> None:
    findings = five_sources.verdict.findings
    assert not (findings["severity"] == "critical").any()
    info = {"truncation", "rounding", "reconcile", "not_stated", "remark"}
    assert set(findings.loc[findings["severity"] == "info", "kind"]) <= info
    assert not set(findings.loc[findings["severity"] == "warning", "kind"]) & info


def test_one_omission_of_a_whole_source_is_one_finding(five_sources: Made) -> None:
    tables = five_sources.tables
    is_plan = tables.transcripts["source_id"] == "cao_loc_2024_plan"
    without = tables.transcripts.assign(
        section=tables.transcripts["section"].where(~is_plan, "").to_numpy()
    )
    verdict = validate_tables(
        tables.observations, tables.indicators, without, REFERENCE, ROOT.expectations
    )
    found = verdict.findings[verdict.findings["rule_id"] == "N07"]
    assert found["source_id"].tolist() == ["cao_loc_2024_plan"]
    assert found["severity"].tolist() == ["info"], "the number itself is not in doubt"
    assert len(found["figures"].iloc[0].split()) == is_plan.sum()
    assert found["explanation_en"].iloc[0].startswith(f"{is_plan.sum()} figures (F")


def test_news_has_no_sections_and_lacks_none(five_sources: Made) -> None:
    tables = five_sources.tables
    kinds = {"cao_loc_2024_plan": "article", "cao_loc_2024_h1": "period_report"}
    without = tables.transcripts[tables.transcripts["source_id"].isin(kinds)].assign(section="")
    sources = tables.sources.assign(kind=tables.sources["source_id"].map(kinds))
    told = join_kinds(without, sources)
    suite = load_suites(ROOT.expectations, REFERENCE)["transcripts"]
    found = {draft.place["source_id"] for draft in check_rows(suite, told, REFERENCE).drafts}
    assert found == {"cao_loc_2024_h1"}


def test_definitions_are_recorded_by_source(five_sources: Made) -> None:
    definitions = five_sources.verdict.definitions
    chosen = {tuple(row) for row in definitions.itertuples(index=False)}
    assert ("van_quan_2024_9m", "received_channels", "D03") in chosen
    assert ("dak_song_2023_9m", "on_time_denominator", "D13") in chosen
    assert ("cao_loc_2024_h1", "online_denominator", "D17") in chosen


def test_tallies_account_for_every_rule_and_source(five_sources: Made) -> None:
    tallies = five_sources.verdict.tallies
    assert not tallies.duplicated(["rule_id", "source_id"]).any()
    assert (tallies["applied"] == tallies["passed"] + tallies["failed"]).all()
    assert (tallies[["applied", "passed", "failed", "not_applicable"]] >= 0).all(axis=None)
    assert tallies["source_id"].nunique() * tallies["rule_id"].nunique() == len(tallies)
    # What no source reports is not applicable, and no rule has passed by that.
    served = tallies[tallies["rule_id"] == "X01"]
    assert (served["applied"] == 0).all()


def test_the_order_of_observations_does_not_matter(five_sources: Made) -> None:
    tables = five_sources.tables
    shuffled = tables.observations.sample(frac=1, random_state=7).reset_index(drop=True)
    verdict = validate_tables(
        shuffled, tables.indicators, tables.transcripts, REFERENCE, ROOT.expectations
    )
    columns = ["finding_id", "severity", "kind", "likely_figure", "closing_value", "figures"]
    pd.testing.assert_frame_equal(verdict.findings[columns], five_sources.verdict.findings[columns])


def validate(observations: pd.DataFrame, expectations: Path = ROOT.expectations) -> pd.DataFrame:
    nothing = pd.DataFrame(columns=list(INDICATOR_COLUMNS)).astype(
        dict.fromkeys(("value", "wilson_low", "wilson_high"), "float64")
    )
    return validate_tables(observations, nothing, None, REFERENCE, expectations).findings


def test_missing_infinite_and_enormous_numbers_do_not_pass_silently() -> None:
    rows = [
        {"value": value, "scope": scope}
        for value, scope in zip(
            (float("nan"), float("inf"), float("-inf"), 1e300),
            ("district_office", "commune_aggregate", "whole_district", "unspecified"),
            strict=True,
        )
    ]
    findings = validate(make_rows("observations", *rows))
    critical = findings[findings["severity"] == "critical"]
    assert set(critical["scope"]) == {row["scope"] for row in rows}
    assert {"O08", "O09"} <= set(critical["rule_id"])


def test_a_source_that_fits_no_definition_gets_one_finding() -> None:
    numbers = {
        "online_rate": 70.0,
        "dossiers_received_online": 50,
        "dossiers_received_direct": 45,
        "dossiers_received_total": 100,
        "dossiers_received_new": 95,
        "online_rate@commune_aggregate": 71.0,
        "dossiers_received_online@commune_aggregate": 20,
        "dossiers_received_total@commune_aggregate": 40,
    }
    findings = validate(make_statements(numbers, REFERENCE))
    about = findings[findings["indicator"] == "online_rate"]
    assert about["kind"].tolist() == ["definition"]
    assert "none of the known definitions" in about["explanation_en"].iloc[0]


def test_returned_dossiers_are_a_legitimate_gap() -> None:
    numbers = {
        "dossiers_received_total": 100,
        "dossiers_resolved_total": 60,
        "dossiers_pending_total": 30,
        "dossiers_returned": 10,
    }
    right = make_statements(numbers, REFERENCE).assign(source_id="right", area_id="183")
    wrong = make_statements({**numbers, "dossiers_returned": 7}, REFERENCE)
    found = validate(pd.concat([right, wrong], ignore_index=True))
    assert found[["source_id", "kind"]].to_numpy().tolist() == [[SOURCE, "definition"]]


def state_windows(pending: float, **windows: tuple[float, ...]) -> pd.DataFrame:
    """Dossiers received, resolved and, where a third number is given, carried over of windows.

    Windows are those of ``STARTS`` and end on one day, of which the dossiers pending are told.
    """
    names = ("dossiers_received_total", "dossiers_resolved_total", "dossiers_carried_over")
    stated = [make_statements({"dossiers_pending_total": pending}, REFERENCE)]
    for name, numbers in windows.items():
        of_window = make_statements(dict(zip(names, numbers, strict=False)), REFERENCE)
        stated.append(of_window.assign(period_start=STARTS[name]))
    stated[0]["period_start"] = ""
    return pd.concat(stated, ignore_index=True).assign(period_end="2024-09-20")


STARTS = {"nine_months": "2024-01-01", "quarter": "2024-07-01"}


WINDOWS: Mapping[str, tuple[dict[str, tuple[float, ...]], list[str]]] = {
    # 39 were left of the first half year: the nine months close, and the quarter need not.
    "nine months that close": ({"nine_months": (3731, 3681), "quarter": (1150, 1139)}, []),
    "half a balance": ({"nine_months": (3731,), "quarter": (1150, 1139)}, []),
    "nine months that do not close": (
        {"nine_months": (3741, 3681), "quarter": (1150, 1139)},
        ["2024-01-01"],
    ),
    "a quarter alone": ({"quarter": (1150, 1139)}, ["2024-07-01"]),
    # A quarter that tells what it took over can be asked.
    "a quarter that closes": ({"nine_months": (3731, 3681), "quarter": (1189, 1139, 39)}, []),
    "a quarter that does not": (
        {"nine_months": (3731, 3681), "quarter": (1150, 1139, 39)},
        ["2024-07-01"],
    ),
}
"""What sources state of one day, and the windows that are told not to close."""


@pytest.fixture(scope="module")
def of_windows() -> pd.DataFrame:
    """The findings of all of them, each a source about a district of its own."""
    districts = REFERENCE.areas[REFERENCE.areas["valid_to"] == "2025-06-30"]["area_id"]
    stated = [
        state_windows(50, **windows).assign(source_id=name, area_id=area)
        for (name, (windows, _)), area in zip(WINDOWS.items(), districts, strict=False)
    ]
    return validate(pd.concat(stated, ignore_index=True))


@pytest.mark.parametrize("name", WINDOWS)
def test_a_stock_closes_the_longest_window_that_ends_on_its_day(
    name: str, of_windows: pd.DataFrame
) -> None:
    findings, told = of_windows[of_windows["source_id"] == name], WINDOWS[name][1]
    assert findings["rule_id"].tolist() == ["D08"] * len(told)
    assert findings["period_start"].tolist() == told


def test_every_balance_of_flows_and_a_stock_is_asked_of_the_longest_window() -> None:
    own = {"dossiers_due": 100, "dossiers_resolved_on_time": 90, "dossiers_pending_overdue": 20}
    quarter = make_statements(own, REFERENCE).assign(period_start="2024-04-01")
    quarter.loc[2, "period_start"] = ""
    # Another scope, or another flow over a longer window, says nothing of this one.
    asked = ("", "dossiers_due@commune_aggregate", "dossiers_received_total")
    districts = iter(REFERENCE.areas[REFERENCE.areas["valid_to"] == "2025-06-30"]["area_id"])
    stated = []
    for other in (*asked, "dossiers_due"):
        half_year = make_statements({other: 300} if other else {}, REFERENCE)
        together = [each for each in (quarter, half_year) if len(each)]
        stated.append(pd.concat(together).assign(source_id=f"{other}.", area_id=next(districts)))
    found = validate(pd.concat(stated, ignore_index=True))
    assert found["rule_id"].tolist() == ["D34"] * len(asked)
    assert set(found["source_id"]) == {f"{other}." for other in asked}


PERIODS = {
    "Q1": {"period_start": "2024-01-01", "period_end": "2024-03-31"},
    "H1": {"period_start": "2024-01-01", "period_end": "2024-06-30"},
    "9M": {"period_start": "2024-01-01", "period_end": "2024-09-30"},
    "end 2023": {"period_start": "", "period_end": "2023-12-31"},
    "mid December": {"period_start": "", "period_end": "2023-12-14"},
}


@pytest.mark.parametrize(
    ("rule_type", "arguments", "rows", "word"),
    [
        ("sources_to_agree", {}, [{}, {"source_id": "b"}], "holds"),
        ("sources_to_agree", {}, [{}, {"source_id": "b", "value": 9}], "broken"),
        (
            "sources_to_agree",
            {},
            [{"status": "estimate"}, {"source_id": "b", "value": 9}],
            "to reconcile",
        ),
        ("sources_to_agree", {}, [{}, {"source_id": "b", "value": 9, **PERIODS["9M"]}], ""),
        ("longer_window_not_below_shorter", {}, [PERIODS["Q1"], PERIODS["H1"]], "holds"),
        (
            "longer_window_not_below_shorter",
            {},
            [PERIODS["H1"], {**PERIODS["9M"], "value": 9}],
            "broken",
        ),
        (
            "longer_window_not_below_shorter",
            {},
            [{**PERIODS["H1"], "comparator": "~", "value": 10}, {**PERIODS["9M"], "value": 9.7}],
            "holds",
        ),
        (
            "opening_to_equal_previous_closing",
            {"opening": "dossiers_carried_over", "closing": "dossiers_pending_total"},
            [
                {"indicator": "dossiers_pending_total", **PERIODS["end 2023"], "value": 71},
                {"indicator": "dossiers_carried_over", "value": 66},
            ],
            "broken",
        ),
        (
            "opening_to_equal_previous_closing",
            {"opening": "dossiers_carried_over", "closing": "dossiers_pending_total"},
            [
                {"indicator": "dossiers_pending_total", **PERIODS["mid December"], "value": 71},
                {"indicator": "dossiers_carried_over", "value": 66},
            ],
            "to reconcile",
        ),
        (
            "one_value_for_each_quantity",
            {},
            [{"figures": "F1 F2"}],
            "holds",
        ),
        (
            "one_value_for_each_quantity",
            {},
            [{"value": 89.4, "low": 89.35, "high": 89.45},
             {"value": 89.42, "low": 89.415, "high": 89.425, "reading": 2, "is_published": False}],
            "holds",
        ),
    ],
)  # fmt: skip
def test_what_rows_owe_each_other(
    rule_type: str, arguments: Mapping[str, str], rows: list[dict[str, Any]], word: str
) -> None:
    table = describe_rows("observations", make_rows("observations", *rows), REFERENCE)
    verdict = COMPARISONS[f"expect_{rule_type}"](table, **arguments)
    told = [
        "holds" if row["holds"] else "to reconcile" if row["is_loose"] else "broken"
        for row in verdict.to_dict("records")
    ]
    assert told == ([word] if word else [])


@pytest.mark.parametrize(
    ("values", "odd"),
    [
        ([500, 510, 490, 505000], [3]),
        ([500, 510, 490, 50], [3]),
        ([500, 510, 490, 1000], []),
        ([5, 1, 40, 2], []),
        ([500, 5000], []),
        ([500, 510, 490, 505, 495, 520, 2500], [6]),
        ([500, 510, 490, 505, 495, 520, 900], []),
        ([500, 900, 300, 700, 400, 1000, 2500], []),
        ([50, 900, 120, 2000, 20], []),
    ],
)
def test_a_count_of_another_size_stands_out_unless_it_jumps_anyway(
    values: list[float], odd: list[int]
) -> None:
    years = (
        {"period_start": f"{2020 + n}-01-01", "period_end": f"{2020 + n}-06-30", "value": value}
        for n, value in enumerate(values)
    )
    table = describe_rows("observations", make_rows("observations", *years), REFERENCE)
    verdict = compare_magnitudes(table, factor=8, least=100)
    assert verdict.index[~verdict["holds"]].tolist() == odd


META = {"rule_id": "X1", "why": "a.", "source": "b"}
GOOD_AND_CHANGE = {"good": [{}], "change": {"value": 1}}


def _meta(**change: Any) -> dict[str, Any]:
    return {"meta": META | change}


SUITE_FAULTS: Mapping[str, tuple[dict[str, Any], str]] = {
    "mistyped_rule": (
        {"type": "expect_identity_to_hld"},
        "Did you mean expect_identity_to_hold",
    ),
    "no_severity": ({"severity": None}, "Use one of these words."),
    "no_reason": (_meta(why=""), "Say why the rule holds, and where it comes from."),
    "reason_of_another_kind": (_meta(why=["a"]), "Write why as a text."),
    "mistyped_meta": (_meta(breaks_onn="a"), "Did you mean breaks_on"),
    "odd_id": (_meta(rule_id="X 1/2"), "letters, digits and _. Rename the rule."),
    "example_of_words": (_meta(breaks_on={"c": 1}), "what breaks it. Write both."),
    "example_without_change": (_meta(breaks_on=GOOD_AND_CHANGE | {"change": {}}), "two parts"),
    "kwargs_that_are_none": ({"kwargs": [1]}, "kwargs that are no object"),
    "no_meta": ({"meta": None}, "rule without meta"),
    "wrong_argument": (
        {
            "type": "expect_column_values_to_be_between",
            "kwargs": {"column": "value", "minimum": 1},
        },
        "arguments that expect_column_values_to_be_between does not take",
    ),
}


def write_suite(path: Path, *entries: Mapping[str, Any], table: str = "statements") -> Path:
    content = {"name": path.stem, "meta": {"table": table}, "expectations": entries}
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return path


BALANCE = {
    "type": "expect_identity_to_hold",
    "kwargs": {
        "rule": "dossiers_received_total = dossiers_resolved_total + dossiers_pending_total"
    },
    "severity": "warning",
    "meta": META,
}


@pytest.mark.parametrize("fault", SUITE_FAULTS)
def test_a_suite_that_would_lose_a_rule_is_refused(fault: str, tmp_path: Path) -> None:
    change, words = SUITE_FAULTS[fault]
    path = write_suite(tmp_path / f"{fault}.json", {**BALANCE, **change})
    with pytest.raises(ValidationError) as refusal:
        load_suite(path, "statements", REFERENCE)
    assert words in str(refusal.value)
    assert path.name in str(refusal.value)


@pytest.mark.parametrize(
    ("kwargs", "words"),
    [
        ({"tolerance": 1e9}, "nothing tried breaks it"),
        ({"rule": "dossiers_received_total = 0 * dossiers_resolved_total - 5"}, "keep it"),
        ({"rule": "0 <= dossiers_received_total"}, "a rule that can hold and can fail"),
    ],
)
def test_a_rule_that_nothing_breaks_or_nothing_keeps_is_refused(
    kwargs: Mapping[str, Any], words: str, project: Project
) -> None:
    path = project.expectations / "identities.json"
    suite = json.loads(path.read_text("utf-8"))
    suite["expectations"].append({**BALANCE, "kwargs": {**BALANCE["kwargs"], **kwargs}})
    path.write_text(json.dumps(suite), "utf-8")
    with pytest.raises(ValidationError) as refusal:
        try_suites(project.expectations, REFERENCE)
    assert words in str(refusal.value)
    assert "identities.json, rule X1" in str(refusal.value)


def test_the_rule_that_contributing_shows_works(tmp_path: Path) -> None:
    """Loaded from the document, tried on its example, and run beside all others."""
    text = (ROOT.root / "CONTRIBUTING.md").read_text("utf-8")
    blocks = [each.partition("```")[0] for each in text.split("```json")[1:]]
    entries = [json.loads(each) for each in blocks]
    assert entries
    for path in ROOT.expectations.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    suite = json.loads((tmp_path / "identities.json").read_text("utf-8"))
    suite["expectations"] = [*entries, *suite["expectations"]]
    (tmp_path / "identities.json").write_text(json.dumps(suite), "utf-8")
    try_suites(tmp_path, REFERENCE)
    examples, owed = [], []
    districts = iter(REFERENCE.areas[REFERENCE.areas["valid_to"] == "2025-06-30"]["area_id"])
    for entry in entries:
        found, rule_id = (
            make_example(Identity("", entry["kwargs"]["rule"])),
            entry["meta"]["rule_id"],
        )
        assert found
        for word, numbers in zip(("good", "changed"), found, strict=True):
            rows = make_statements({str(name): each for name, each in numbers.items()}, REFERENCE)
            examples.append(rows.assign(source_id=f"{word} {rule_id}", area_id=next(districts)))
        owed.append([f"changed {rule_id}", rule_id])
    told = validate(pd.concat(examples, ignore_index=True), tmp_path)
    assert sorted(told[["source_id", "rule_id"]].to_numpy().tolist()) == sorted(owed)


def test_a_suite_of_another_table_is_refused(tmp_path: Path) -> None:
    path = write_suite(tmp_path / "other_table.json", BALANCE)
    with pytest.raises(ValidationError, match="a suite for statements; expected one for indic"):
        load_suite(path, "indicators", REFERENCE)
    path = write_suite(tmp_path / "no_table.json", BALANCE, table="findngs")
    with pytest.raises(ValidationError, match="one of observations"):
        load_suite(path, None, REFERENCE)


@pytest.mark.parametrize("text", ["{", "[]", '{"expectations": 1}', "\xff"])
def test_a_file_that_is_no_suite_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "no_suite.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValidationError, match=r"no_suite\.json"):
        load_suite(path, None, REFERENCE)


def test_all_faults_of_all_suites_are_told_at_once(project: Project) -> None:
    for name in ("observations", "indicators"):
        path = project.expectations / f"{name}.json"
        text = path.read_text("utf-8").replace('"critical"', '"dreadful"', 1)
        path.write_text(text, "utf-8")
    identities = json.loads((project.expectations / "identities.json").read_text("utf-8"))
    identities["expectations"][1]["meta"]["rule_id"] = "N01"
    (project.expectations / "identities.json").write_text(json.dumps(identities), "utf-8")
    with pytest.raises(ValidationError) as refusal:
        load_suites(project.expectations, REFERENCE)
    text = str(refusal.value)
    assert "observations.json" in text
    assert "indicators.json" in text
    assert "also" in text or "as well" in text


def test_a_suite_runs_on_a_table_of_ones_own(tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "mine.json", BALANCE)
    wide = tmp_path / "wide.csv"
    wide.write_text(
        "area_id,dossiers_received_total,dossiers_resolved_total,dossiers_pending_total\n"
        "183,1310,1309,71\n184,998,922,76\n",
        "utf-8",
    )
    findings = validate_table(wide, suite, REFERENCE, ROOT.expectations)
    assert findings["arithmetic"].tolist() == ["1.310 ≠ 1.309 + 71 = 1.380"]
    assert findings["area_id"].tolist() == ["183"]
    long = tmp_path / "long.csv"
    long.write_text(
        "area_id,indicator,value\n183,dossiers_received_total,1.310\n"
        "183,dossiers_resolved_total,1.309\n183,dossiers_pending_total,71\n",
        "utf-8",
    )
    findings = validate_table(long, suite, REFERENCE, ROOT.expectations)
    assert findings["arithmetic"].tolist() == ["1.310 ≠ 1.309 + 71 = 1.380"]
    assert findings["figures"].tolist() == ["row:2 row:3 row:4"]


def test_our_own_suites_run_on_our_own_tables(tmp_path: Path, five_sources: Made) -> None:
    for name, table in (
        ("observations", five_sources.tables.observations),
        ("indicators", five_sources.tables.indicators),
        ("transcripts", five_sources.tables.transcripts),
    ):
        path = tmp_path / f"{name}.csv"
        table.to_csv(path, index=False)
        findings = validate_table(
            path, ROOT.expectations / f"{name}.json", REFERENCE, ROOT.expectations
        )
        assert not (findings["severity"] == "critical").any(), name


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("area_id,dossiers\n183,5\n", "no rule of mine.json finds its columns"),
        (
            "indicator,value\ndossiers_received_total,many\n",
            "row 2 (dossiers_received_total): 'many'",
        ),
        ("indicator,value\n", "no rows"),
        ("", "own.csv"),
    ],
)
def test_a_table_without_what_the_suite_needs_is_refused(
    content: str, words: str, tmp_path: Path
) -> None:
    suite = write_suite(tmp_path / "mine.json", BALANCE)
    own = tmp_path / "own.csv"
    own.write_text(content, "utf-8")
    with pytest.raises(ReportError) as refusal:
        validate_table(own, suite, REFERENCE, ROOT.expectations)
    assert words in str(refusal.value)


def test_missing_columns_are_named(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("source_id,figure_id,printed\na,F1,5\n", "utf-8")
    with pytest.raises(CchcError, match="no column indicator, unit, scope, status, read_as"):
        validate_table(own, ROOT.expectations / "transcripts.json", REFERENCE, ROOT.expectations)


def test_an_identity_is_added_by_one_entry(tmp_path: Path) -> None:
    """The recipe in CONTRIBUTING: copy an entry, change its words; nothing else."""
    for path in ROOT.expectations.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    path = tmp_path / "identities.json"
    suite = json.loads(path.read_text("utf-8"))
    entry = json.loads(json.dumps(suite["expectations"][1]))
    entry["kwargs"]["rule"] = "portal_items_posted = par_news_articles + complaints_received"
    entry["meta"]["rule_id"] = "Z01"
    suite["expectations"].append(entry)
    path.write_text(json.dumps(suite, ensure_ascii=False), "utf-8")
    numbers = {"portal_items_posted": 5, "par_news_articles": 1, "complaints_received": 2}
    findings = validate(make_statements(numbers, REFERENCE), tmp_path)
    assert findings["arithmetic"].tolist() == ["5 ≠ 1 + 2 = 3"]
