"""Our suites in stock Great Expectations, as somebody who knows it would use them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
import pytest
from great_expectations.core import ExpectationSuite

import cchc_analysis as cchc
from cchc_analysis.data.reference import Project
from cchc_analysis.errors import ReportError
from cchc_analysis.rules.expectations import ExpectIdentityToHold
from cchc_analysis.rules.suites import SUITES

ROOT = Path(__file__).resolve().parents[1]
TABLE = pd.DataFrame(
    {
        "area": ["Cao Lộc", "Văn Quan", "Văn Quan"],
        "period": ["2024-H1", "2024-H1", "2023-H1"],
        "dossiers_received_total": [1310, 998, 100],
        "dossiers_resolved_total": [1309, 922, 60],
        "dossiers_pending_total": [71, 76, 30],
        "on_time_rate": ["97,5", "100", "98,3"],
        "dossiers_resolved_on_time": [1276, 922, 59],
    }
)
"""Bare codes for headings; the first row says more than it received, the last less."""


def read_suite(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        (ROOT / "expectations" / f"{name}.json").read_text("utf-8")
    )
    return content


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_loads_whole(name: str) -> None:
    written = read_suite(name)["expectations"]
    built = ExpectationSuite(**read_suite(name)).expectations
    assert [each.meta for each in built] == [each["meta"] for each in written]
    assert [each.severity.value for each in built] == [each["severity"] for each in written]


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Mapping[str, Any], str]:
    """The answers of a Checkpoint by rule, and the page that Data Docs make of them."""
    folder = tmp_path_factory.mktemp("gx")
    context = gx.get_context(mode="file", project_root_dir=folder)
    suite = context.suites.add(ExpectationSuite(**read_suite("identities")))
    asset = context.data_sources.add_pandas("tables").add_dataframe_asset("own")
    definition = gx.ValidationDefinition(
        name="own", data=asset.add_batch_definition_whole_dataframe("all"), suite=suite
    )
    checkpoint = gx.Checkpoint(
        name="own",
        validation_definitions=[context.validation_definitions.add(definition)],
        actions=[gx.checkpoint.UpdateDataDocsAction(name="docs")],
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": ["area", "period"],
        },
    )
    context.checkpoints.add(checkpoint)
    result = checkpoint.run(
        batch_parameters={"dataframe": TABLE},
        expectation_parameters=cchc.suite_parameters(project=ROOT),
    )
    answers = next(iter(result.run_results.values())).results
    page = next(folder.glob("**/validations/**/*.html")).read_text("utf-8")
    kept = gx.get_context(mode="file", project_root_dir=folder).suites.get("identities")
    assert len(kept.expectations) == len(read_suite("identities")["expectations"])
    return {each.expectation_config.meta["rule_id"]: each for each in answers}, page


def test_a_checkpoint_knows_the_areas_of_every_level() -> None:
    table = cchc.make_table("observations", project=ROOT)
    held = {*table["area_id"]}
    assert held <= {*cchc.suite_parameters(project=ROOT)["areas"]}
    assert {*cchc.suite_parameters(table, project=ROOT)["areas"]} == held


def test_a_checkpoint_finds_the_right_rows(checked: tuple[Mapping[str, Any], str]) -> None:
    answers, _ = checked
    assert not any(each.exception_info.get("raised_exception") for each in answers.values())
    broken = {name: each.result["unexpected_index_list"] for name, each in answers.items()
              if not each.success}  # fmt: skip
    here, there = (
        {"area": "Cao Lộc", "period": "2024-H1"},
        {"area": "Văn Quan", "period": "2023-H1"},
    )
    assert broken["received_balance"] == [here, there]
    assert set(broken) == {"received_balance"}


def test_data_docs_say_the_rule_and_name_the_values(
    checked: tuple[Mapping[str, Any], str],
) -> None:
    _, page = checked
    balance = "dossiers_received_total = dossiers_resolved_total + dossiers_pending_total"
    assert balance in page
    assert "What was received is resolved or still pending" in page
    shown = page.partition(balance)[2]
    for text in ("dossiers_pending_total", "Cao Lộc", "1309"):
        assert text in shown
    assert "Rendering failed" not in page


def run_alone(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = ROOT / "expectations" / "identities.json"
    head = (
        f"import json, pandas as pd\ncontent = json.load(open({str(path)!r}, encoding='utf-8'))\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", head + code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


LOAD = """
from great_expectations.core import ExpectationSuite
import great_expectations as gx
suite = ExpectationSuite(**content)
print(len(suite.expectations) == len(content["expectations"]))
"""


def test_without_our_import_validating_fails_loudly(tmp_path: Path) -> None:
    run = LOAD + (
        "asset = gx.get_context().data_sources.pandas_default.add_dataframe_asset('own')\n"
        "batch = asset.add_batch_definition_whole_dataframe('all').get_batch("
        "{'dataframe': pd.DataFrame({'a': [1]})})\n"
        "batch.validate(suite)\n"
    )
    ended = run_alone(run, tmp_path)
    assert ended.stdout.split() == ["False"]
    assert ended.returncode != 0
    assert "No value found for $PARAMETER cchc_analysis" in ended.stderr


@pytest.mark.slow
@pytest.mark.parametrize("order", ["before", "after"])
def test_importing_us_is_enough_and_costs_nothing_by_itself(order: str, tmp_path: Path) -> None:
    ours = "import sys, cchc_analysis\nprint('great_expectations' in sys.modules)\n"
    first = "import great_expectations\n" if order == "after" else ""
    ended = run_alone(first + ours + LOAD, tmp_path)
    assert ended.stderr == ""
    assert ended.stdout.split() == [str(order == "after"), "True"]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (TABLE, ["1.310 ≠ 1.309 + 71 = 1.380", "100 ≠ 60 + 30 = 90"]),
        (TABLE[["on_time_rate"]], []),
        (pd.DataFrame({"on_time_rate": [97.5, 104.0]}), ["104 > 100"]),
        (
            pd.DataFrame(
                {
                    "indicator": ["dossiers_pending_total", "dossiers_pending_in_term"],
                    "printed": ["71", "72"],
                }
            ),
            ["71 < 72"],
        ),
    ],
)
def test_a_table_is_validated_in_python(
    table: pd.DataFrame, told: list[str], repository: Project
) -> None:
    findings = cchc.validate(table, project=repository)
    assert findings["arithmetic"].tolist() == told
    assert findings.attrs["rules_applied"] > 0


def test_an_index_that_names_rows_names_them_in_findings(repository: Project) -> None:
    findings = cchc.validate(TABLE.set_index(["area", "period"]), project=repository)
    assert findings["area_id"].tolist() == ["183", "184"]
    assert findings["period_end"].tolist() == ["2024-06-30", "2023-06-30"]


def test_a_suite_of_ones_own_is_validated_in_python(repository: Project) -> None:
    suite = {
        "name": "mine",
        "meta": {"table": "statements"},
        "expectations": [
            {
                "type": "expect_identity_to_hold",
                "severity": "info",
                "kwargs": {"rule": "dossiers_pending_total <= 70"},
                "meta": {"rule_id": "M1", "why": "A goal.", "source": "the plan"},
            }
        ],
    }
    findings = cchc.validate(TABLE, suite, project=repository)
    assert findings["rule_id"].tolist() == ["M1", "M1"]
    assert findings["severity"].unique().tolist() == ["info"]
    assert findings["explanation_en"].str.endswith(", more than the bound of 70.").tolist() == [
        True,
        True,
    ]
    assert findings["explanation_vi"].str.endswith(", vượt mức 70.").tolist() == [True, True]
    suite["expectations"][0]["kwargs"]["rule"] = "50 <= dossiers_pending_total"
    (below,) = cchc.validate(TABLE, suite, project=repository)["explanation_en"]
    assert below.endswith(": 30, less than the bound of 50.")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pd.DataFrame({"on_time_rate": []}), "no rows"),
        (pd.DataFrame({"nonsense": [1]}), "no rule of identities.json finds its columns"),
        (pd.DataFrame({"on_time_rate": ["many"]}), "'many' is not a number"),
        (pd.DataFrame([[1, 2]], columns=["on_time_rate", "on_time_rate"]), "two columns"),
    ],
)
def test_what_a_data_frame_gets_wrong_is_said(
    table: pd.DataFrame, words: str, repository: Project
) -> None:
    with pytest.raises(ReportError, match=words):
        cchc.validate(table, project=repository)


@pytest.mark.parametrize("name", SUITES)
def test_a_table_is_made_for_each_suite(name: str, repository: Project) -> None:
    table = cchc.make_table(name, project=repository)
    assert len(table)
    assert table.index.tolist() == list(range(len(table)))


def test_an_identity_holds_where_a_table_has_no_row() -> None:
    names = ("dossiers_received_total", "dossiers_resolved_total", "dossiers_pending_total")
    table = pd.DataFrame({name: pd.Series([], dtype="object") for name in names})
    rule = ExpectIdentityToHold(rule=f"{names[0]} = {names[1]} + {names[2]}", rounded="")
    asset = gx.get_context(mode="ephemeral").data_sources.pandas_default.add_dataframe_asset("own")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": table})
    answer = batch.validate(rule)
    assert answer.success, answer.exception_info
