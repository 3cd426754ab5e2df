"""The synthetic country: sound but for its planted mistakes, and never beside real data."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cchc_analysis.data.clean import label_period, parse_period
from cchc_analysis.data.records import (
    FINDING_COLUMNS,
    INDICATOR_COLUMNS,
    NOTICE,
    OBSERVATION_COLUMNS,
    OBSERVATION_KEY,
    SOURCE_COLUMNS,
    TERM_COLUMNS,
    check_unmixed,
    is_synthetic,
)
from cchc_analysis.data.reference import Reference, check_reference, load_reference
from cchc_analysis.errors import ReportError
from cchc_analysis.rules import evaluate_identity, load_identities, tabulate_statements
from cchc_analysis.stats.windows import discretise_windows
from synthetic import (
    SyntheticCountry,
    count_recall,
    make_communes,
    make_country,
    tabulate_indicators,
)
from synthetic.mistakes import KINDS

ROOT = Path(__file__).resolve().parents[1]
RULES = (
    "D02",
    "D04",
    "D05",
    "D06",
    "D07",
    "D08",
    "D09",
    "D11",
    "D13",
    "D14",
    "D17",
    "L01",
    "L02",
    "L04",
)


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference(ROOT / "data" / "reference")


@pytest.fixture(scope="module")
def sound(reference: Reference) -> SyntheticCountry:
    return make_country(reference, districts=40, periods=20, mistake_share=0.0)


@pytest.fixture(scope="module")
def spoilt(reference: Reference) -> SyntheticCountry:
    return make_country(reference, districts=60, periods=20, mistake_share=0.05)


def break_rules(country: SyntheticCountry, reference: Reference) -> pd.DataFrame:
    """The reports that break an identity, in the shape of findings."""
    identities = load_identities(ROOT / "expectations" / "identities.json", reference)
    statements = tabulate_statements(country.observations, country.reference)
    broken = []
    for identity in identities:
        if identity.rule_id in RULES:
            verdict = evaluate_identity(identity, statements)
            rows = statements.rows.iloc[verdict.index[~verdict["holds"]]]
            broken.append(rows.assign(rule_id=identity.rule_id))
    return pd.concat(broken).reindex(columns=list(FINDING_COLUMNS))


def test_tables_have_the_shape_of_the_real_ones(sound: SyntheticCountry) -> None:
    assert list(sound.observations.columns) == list(OBSERVATION_COLUMNS)
    assert list(sound.sources.columns) == [*SOURCE_COLUMNS, *TERM_COLUMNS]
    assert list(tabulate_indicators(sound.observations).columns) == list(INDICATOR_COLUMNS)
    assert not sound.observations.duplicated(list(OBSERVATION_KEY)).any()
    assert list(check_reference(sound.reference)) == []


def test_a_seed_gives_the_same_country(sound: SyntheticCountry, reference: Reference) -> None:
    again = make_country(reference, districts=40, periods=20, mistake_share=0.0)
    pd.testing.assert_frame_equal(sound.observations, again.observations)


def test_without_mistakes_no_rule_is_broken(sound: SyntheticCountry, reference: Reference) -> None:
    assert break_rules(sound, reference).empty
    windows = discretise_windows(sound.observations, sound.reference)
    assert (windows.loc[windows["origin"] == "derived", "high"] >= 0).all()
    assert (sound.observations["value"] >= 0).all()


def test_the_treacherous_parts_are_there(sound: SyntheticCountry) -> None:
    ends = sound.observations["period_end"]
    assert ends.str.endswith("-14").any() or ends.str.endswith("-20").any()
    assert len(sound.sources) < 40 * 20, "some reports are missing"
    assert len(make_country(sound.reference, districts=200, periods=8).reference.area_changes) == 2


def test_mistakes_are_found_and_counted(spoilt: SyntheticCountry, reference: Reference) -> None:
    recall = count_recall(spoilt.mistakes, break_rules(spoilt, reference)).set_index("kind")
    assert recall.loc["false alarms", "found"] == 0
    for kind in ("total_off", "thousandfold", "rate_off", "fraction_for_percent"):
        assert recall.loc[kind, "recall"] > 0.8, recall
    assert recall.loc["consistently_inflated", "found"] <= recall.loc["total_off", "found"]


def test_every_kind_is_planted_with_its_key(spoilt: SyntheticCountry) -> None:
    assert set(spoilt.mistakes["kind"]) == set(KINDS)
    named = spoilt.mistakes[spoilt.mistakes["indicator"] != ""]
    key = ["source_id", "scope", "indicator"]
    told = named.merge(spoilt.observations, on=key)
    assert (told["value"] == told["planted_value"]).all()
    assert (named["planted_value"] != named["true_value"]).all()


def test_everything_carries_the_mark(spoilt: SyntheticCountry) -> None:
    assert spoilt.sources["source_id"].map(is_synthetic).all()
    assert spoilt.reference.areas["area_id"].map(is_synthetic).all()
    assert (spoilt.sources["note_en"] == NOTICE["en"]).all()


def test_synthetic_and_real_never_mix() -> None:
    check_unmixed(["183", "184"], "a run")
    check_unmixed(["SYN0001", "synthetic_0001_2016_q1"], "a run")
    with pytest.raises(ReportError, match=r"a run: synthetic data .* beside real ones"):
        check_unmixed(["183", "SYN0001"], "a run")


def test_communes_report_as_one_office_each_since_they_are_there(reference: Reference) -> None:
    made = make_communes(reference, communes=12, periods=6)
    assert list(check_reference(made.reference)) == []
    communes = made.reference.list_areas("commune", "2026-03-31")
    assert len(communes) == 12
    assert {row["type"] for row in communes} == {"xã", "phường", "đặc khu"}
    assert made.reference.list_areas("district") == []
    assert set(made.observations["scope"]) == {"commune"}
    assert set(made.observations["area_id"]) <= {row["area_id"] for row in communes}
    assert set(made.sources["period"].str[:4]) == {"2026", "2027"}
    spans = zip(made.sources["period_start"], made.sources["period_end"], strict=True)
    assert made.sources["period"].tolist() == [
        label_period(parse_period(f"{start}/{end}")) for start, end in spans
    ]
    statements = tabulate_statements(made.observations, made.reference)
    identities = load_identities(ROOT / "expectations" / "identities.json", reference)
    own = [each for each in identities if each.rule_id in RULES]
    verdicts = [evaluate_identity(each, statements) for each in own]
    assert any(len(each) for each in verdicts)
    assert all(each["holds"].all() for each in verdicts)
