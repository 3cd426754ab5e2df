"""What is wrong with a table or a suite is a sentence at each door: Python and the command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import cchc_analysis as cchc
from cchc_analysis.cli import main
from cchc_analysis.errors import CchcError

ROOT = Path(__file__).resolve().parents[1]
GOOD = {"indicator": ["on_time_rate"], "value": ["97,5"], "area": ["A"], "period": ["2024-H1"]}
TWO = {"dossiers_received_total": [100], "dossiers_resolved_total": [90]}
RULE = "dossiers_resolved_total <= dossiers_received_total"

TABLES: Mapping[str, tuple[Mapping[str, list[Any]], str]] = {
    "unknown headings": ({"foo": [1], "bar": [2]}, "finds its columns among foo, bar"),
    "a heading slightly wrong": ({"on_time_rat": ["97,5"]}, "Did you mean on_time_rate"),
    "text among numbers": ({**GOOD, "value": ["about"]}, "(A, 2024-H1, on_time_rate): 'about'"),
    "an unknown indicator": ({**GOOD, "indicator": ["on_tyme"]}, "unknown indicator 'on_tyme'"),
    "nothing in it": ({name: [] for name in GOOD}, "rows"),
    "no values": ({**GOOD, "value": [""]}, "no values"),
}

SUITES: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "a mistyped rule": ({"type": "expect_identity_to_hld"}, "Did you mean expect_identity_to_hold"),
    "an unknown indicator": ({"kwargs": {"rule": "dossiers_recieved = 1"}}, "unknown indicator"),
    "a division by nothing": ({"kwargs": {"rule": f"{RULE} / 0"}}, "a division by nothing"),
    "a sum of two units": (
        {"kwargs": {"rule": "dossiers_resolved_total = dossiers_resolved_early + tthc_total"}},
        "dossiers_resolved_early in 'dossier' and tthc_total in 'procedure' in one sum",
    ),
    "sides of two units": (
        {"kwargs": {"rule": "staff_total_present <= dossiers_received_total"}},
        "staff_total_present in 'person' and dossiers_received_total in 'dossier'",
    ),
    "a rate among counts": (
        {"kwargs": {"rule": "dossiers_received_total - on_time_rate <= dossiers_due"}},
        "dossiers_received_total in 'dossier' and on_time_rate in '%'",
    ),
    "a sum of two units within a ratio": (
        {"kwargs": {"rule": "online_rate = 100 * dossiers_due / (dossiers_due + tthc_total)"}},
        "dossiers_due in 'dossier' and tthc_total in 'procedure'",
    ),
    "a rule that can never fail": (
        {"kwargs": {"rule": RULE.replace("<=", "="), "tolerance": 1e9}},
        "nothing tried breaks it",
    ),
    "a rule that can never hold": (
        {"kwargs": {"rule": "dossiers_received_total = 0 * dossiers_resolved_total - 5"}},
        "no figures found that keep it",
    ),
}


def write_suite(folder: Path, change: Mapping[str, Any]) -> Path:
    entry = {
        "type": "expect_identity_to_hold",
        "severity": "warning",
        "kwargs": {"rule": RULE},
        "meta": {"rule_id": "X1", "why": "As it should be.", "source": "made up"},
    }
    content = {"name": "own", "meta": {"table": "statements"}, "expectations": [entry | change]}
    path = folder / "own.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str]:
    code = main(["--root", str(ROOT), *map(str, words)])
    return code, capsys.readouterr().err


@pytest.mark.parametrize("fault", TABLES)
def test_a_table_that_means_nothing_is_refused_at_each_door(
    fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells, words = TABLES[fault]
    table = pd.DataFrame(cells)
    with pytest.raises(CchcError) as refusal:
        cchc.validate(table, project=ROOT)
    assert words in str(refusal.value)
    path = tmp_path / "own.csv"
    table.to_csv(path, index=False)
    code, said = run(capsys, "validate", "--data", path)
    assert code == 3
    assert words in said
    assert "Traceback" not in said


@pytest.mark.parametrize("fault", SUITES)
def test_a_suite_that_means_nothing_is_refused_at_each_door(
    fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, words = SUITES[fault]
    suite, path = write_suite(tmp_path, change), tmp_path / "own.csv"
    pd.DataFrame(TWO).to_csv(path, index=False)
    for given in (suite, json.loads(suite.read_text("utf-8"))):
        with pytest.raises(CchcError) as refusal:
            cchc.validate(pd.DataFrame(TWO), given, project=ROOT)
        assert words in str(refusal.value)
    code, said = run(capsys, "validate", "--data", path, "--suite", suite)
    assert code == 5
    assert "rule X1" in said
    assert words in said


def test_units_are_not_compared_where_a_rule_multiplies_or_divides(tmp_path: Path) -> None:
    for rule in (
        "dossiers_resolved_total = 2 * tthc_total + dossiers_resolved_early",
        "on_time_rate = 100 * dossiers_resolved_total / tthc_total",
        "on_time_rate = 100 - overdue_rate",
    ):
        suite = write_suite(tmp_path, {"kwargs": {"rule": rule}})
        table = pd.DataFrame(
            {**TWO, "tthc_total": [9], "on_time_rate": [1.0], "overdue_rate": [99]}
        )
        table = table.assign(dossiers_resolved_early=72)
        assert cchc.validate(table, suite, project=ROOT) is not None


def test_the_same_key_twice_is_a_finding_at_each_door(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.DataFrame(GOOD | {"value": ["97,5"]})
    table = pd.concat([table, table.assign(value="96,5")])
    assert cchc.validate(table, project=ROOT)["rule_id"].tolist() == ["V01"]
    table.to_csv(tmp_path / "own.csv", index=False)
    assert main(["--root", str(ROOT), "validate", "--data", str(tmp_path / "own.csv")]) == 0
    assert "printed with two values" in capsys.readouterr().out


def test_a_column_that_nothing_knows_is_a_warning_with_near_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.DataFrame(
        {"area": ["A", "B"], "on_time_rate": ["97,5", "98"], "dossiers_recieved_ttl": [3, 4]}
    )
    with pytest.warns(UserWarning, match="'dossiers_recieved_ttl' passed over.*dossiers_received"):
        cchc.validate(table, project=ROOT)
    table.to_csv(tmp_path / "own.csv", index=False)
    code, said = run(capsys, "validate", "--data", tmp_path / "own.csv")
    assert code == 0
    assert "did you mean dossiers_received" in said


def test_a_rule_that_every_source_breaks_is_doubted_at_each_door(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.DataFrame({"area": list("ABC")} | {name: 3 * [cell] for name, [cell] in TWO.items()})
    suite = write_suite(tmp_path, {"kwargs": {"rule": RULE.replace("<=", "=")}})
    with pytest.warns(UserWarning, match="rule X1 is broken by every source"):
        cchc.validate(table, suite, project=ROOT)
    table.to_csv(tmp_path / "own.csv", index=False)
    code, said = run(capsys, "validate", "--data", tmp_path / "own.csv", "--suite", suite)
    assert code == 0
    assert "rule X1 is broken by every source" in said


def test_a_rule_that_asks_for_a_number_says_so() -> None:
    rule = {
        "type": "expect_identity_to_hold",
        "severity": "warning",
        "kwargs": {"rule": "dossiers_pending_overdue = 5"},
        "meta": {"rule_id": "X1", "why": "As it should be.", "source": "made up"},
    }
    suite = {"name": "own", "meta": {"table": "statements"}, "expectations": [rule]}
    table = pd.DataFrame(
        {"area": ["A", "B"], "period": ["2024-H1"] * 2, "dossiers_pending_overdue": [5, 9]}
    )
    [told] = cchc.validate(table, suite)["explanation_en"]
    assert "the rule asks for 5: a gap of 4" in told
    assert "5 = 5" not in told


def test_a_stock_rule_of_statements_finds_its_column_and_a_suite_has_a_rule() -> None:
    table = pd.DataFrame({"area": ["A", "B"], "period": ["2024-H1"] * 2, "sipas": [80.0, 85.0]})
    rule = {
        "type": "expect_column_values_to_be_between",
        "severity": "warning",
        "kwargs": {"column": "sipas", "max_value": 82},
        "meta": {"rule_id": "M1", "why": "A goal.", "source": "the plan"},
    }
    suite = {"name": "mine", "meta": {"table": "statements"}, "expectations": [rule]}
    found = cchc.validate(table, suite)
    assert list(found.loc[found["rule_id"] == "M1", "area_id"]) == ["B"]
    with pytest.raises(CchcError, match="mine: no rule; expected at least one rule"):
        cchc.validate(table, suite | {"expectations": []})


@pytest.mark.parametrize(
    ("kind", "kwargs"),
    [
        ("expect_column_max_to_be_between", {"column": "sipas", "max_value": 82}),
        ("expect_table_row_count_to_be_between", {"min_value": 9}),
        ("expect_column_values_to_be_of_type", {"column": "sipas", "type_": "str"}),
    ],
)
def test_a_rule_that_fails_without_rows_is_no_all_clear(kind: str, kwargs: dict[str, Any]) -> None:
    table = pd.DataFrame({"area": ["A", "B"], "period": ["2024-H1"] * 2, "sipas": [80.0, 85.0]})
    meta = {"rule_id": "M1", "why": "A goal.", "source": "the plan"}
    rule = {"type": kind, "severity": "warning", "kwargs": kwargs, "meta": meta}
    suite = {"name": "mine", "meta": {"table": "statements"}, "expectations": [rule]}
    with pytest.raises(CchcError, match=r"mine, rule M1: .* names (the rows|no row)"):
        cchc.validate(table, suite)


@pytest.mark.parametrize(
    ("table", "suite", "words"),
    [
        (None, None, "validate: NoneType; expected a DataFrame"),
        ([1], None, "validate: list; expected a DataFrame"),
        (pd.DataFrame(TWO), 5, "validate: a suite of type int; expected a JSON file"),
    ],
)
def test_what_is_no_table_or_no_suite_is_said(table: Any, suite: Any, words: str) -> None:
    with pytest.raises(CchcError, match=words):
        cchc.validate(table, suite, project=ROOT)
