"""Every rule of every suite, through Great Expectations: good rows pass, its change breaks it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from great_expectations.datasource.fluent.interfaces import Batch

from cchc_analysis.data.reference import Reference, load_reference
from cchc_analysis.rules import suite_parameters, validate_tables
from cchc_analysis.rules.rows import CELLS, _meet, describe_rows, list_cells
from cchc_analysis.rules.suites import (
    GUARD,
    SUITES,
    Suite,
    check_owed,
    load_suites,
)
from cchc_analysis.rules.validation import Outcome, check_identities, run_suite
from cchc_analysis.rules.wording import DraftFinding, Teller
from rule_examples import GOOD_ROWS, make_example, make_rows, make_statements

ROOT = Path(__file__).resolve().parents[1]
TABLES = ("observations", "indicators", "transcripts")
EXAMPLES: Mapping[str, Any] = json.loads(
    (Path(__file__).parent / "made_up" / "rule_examples.json").read_text("utf-8")
)
"""Figures that keep every rule, and a change that breaks one rule about quantities, by hand."""


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference(ROOT / "data" / "reference")


@pytest.fixture(scope="module")
def suites(reference: Reference) -> Mapping[str, Suite]:
    return load_suites(ROOT / "expectations", reference)


def list_rules() -> list[Any]:
    return [
        pytest.param(name, entry, id=entry["meta"]["rule_id"])
        for name in SUITES
        for entry in json.loads((ROOT / "expectations" / f"{name}.json").read_text("utf-8"))[
            "expectations"
        ]
    ]


def list_told() -> list[Any]:
    """The rules that say something of the data."""
    return [each for each in list_rules() if each.values[1]["type"] != GUARD]


def list_ids(entry: Mapping[str, Any]) -> list[str]:
    return list(entry["kwargs"].get("definitions", (entry["meta"]["rule_id"],)))


@pytest.fixture(scope="module")
def broken_identities(
    suites: Mapping[str, Suite], reference: Reference
) -> Mapping[tuple[str, str], set[str]]:
    """The rules that each example breaks, good and changed; all examples in one table."""
    examples = []
    made = {each.rule_id: make_example(each) for each in suites["identities"].identities}
    by_hand = {name: (each["good"], {**each["good"], **each["change"]})
               for name, each in EXAMPLES.items()}  # fmt: skip
    for rule_id, found in made.items():
        named = [{str(name): value for name, value in each.items()} for each in found or ()]
        numbers, changed = by_hand.get(rule_id) or named
        for word, figures in (("good", numbers), ("changed", changed)):
            rows = make_statements(figures, reference)
            examples.append(rows.assign(source_id=f"{word} {rule_id}"))
    table = pd.concat(examples, ignore_index=True)
    found, _ = check_identities(
        suites["identities"], table, reference, Teller(table, None, reference)
    )
    return _sort_breaks(found.drafts)


def _sort_breaks(drafts: list[DraftFinding]) -> dict[tuple[str, str], set[str]]:
    breaks: dict[tuple[str, str], set[str]] = {}
    for draft in drafts:
        word, _, rule_id = draft.place["source_id"].partition(" ")
        breaks.setdefault((word, rule_id), set()).add(draft.rule_id)
    return breaks


@pytest.fixture(scope="module")
def broken_rows(
    suites: Mapping[str, Suite], reference: Reference
) -> Mapping[tuple[str, str], set[str]]:
    """The same for rules about rows: each example in an area of its own, so that they never mix."""
    districts = reference.areas[reference.areas["valid_to"] == "2025-06-30"]["area_id"].tolist()
    breaks: dict[tuple[str, str], set[str]] = {}
    for name in TABLES:
        for word in ("good", "changed"):
            tables = [
                _make_example(name, rule.meta["breaks_on"], word, districts[number])
                for number, rule in enumerate(suites[name].rules)
            ]
            ids = [
                rule.rule_id
                for rule, table in zip(suites[name].rules, tables, strict=True)
                for _ in range(len(table))
            ]
            table = pd.concat(tables, ignore_index=True)
            for outcome in run(suites[name], table, reference):
                for row in outcome.broken:
                    breaks.setdefault((word, ids[row]), set()).add(outcome.rule.rule_id)
    return breaks


def run(suite: Suite, table: pd.DataFrame, reference: Reference) -> list[Outcome]:
    described = describe_rows(suite.table, table, reference)
    return run_suite(suite, described, suite_parameters(reference, described))


def _make_example(table: str, example: Mapping[str, Any], word: str, area_id: str) -> pd.DataFrame:
    rows = [dict(row) for row in example["good"]]
    if word == "changed":
        rows[-1] = {**rows[-1], **example["change"]}
    key = "source_id" if table == "transcripts" else "area_id"
    return make_rows(table, *({key: area_id, **row} for row in rows))


@pytest.mark.parametrize(("suite", "entry"), list_told())
def test_good_rows_pass_and_the_change_breaks_this_rule_only(
    suite: str,
    entry: Mapping[str, Any],
    broken_identities: Mapping[tuple[str, str], set[str]],
    broken_rows: Mapping[tuple[str, str], set[str]],
) -> None:
    for rule_id in list_ids(entry):
        found = broken_identities if suite == "identities" else broken_rows
        if suite == "identities" and rule_id not in EXAMPLES:
            assert rule_id not in found.get(("good", rule_id), set())
            # A later definition accuses only where the first could have been followed.
            if rule_id == list_ids(entry)[0]:
                assert rule_id in found[("changed", rule_id)]
            continue
        also = set(EXAMPLES[rule_id].get("also", ())) if suite == "identities" else set()
        assert found.get(("good", rule_id), set()) == set()
        assert found.get(("changed", rule_id), set()) == {rule_id} | also


def test_an_example_is_made_from_each_identity(suites: Mapping[str, Suite]) -> None:
    assert [each.rule for each in suites["identities"].identities if not make_example(each)] == []


@pytest.mark.parametrize(("suite", "entry"), list_rules())
def test_every_rule_says_why_and_from_where(suite: str, entry: Mapping[str, Any]) -> None:
    assert list(entry) == ["type", "severity", "kwargs", "meta"]
    meta = entry["meta"]
    assert meta["why"].endswith((".", "”"))
    assert meta["source"]
    if suite != "identities" and entry["type"] != GUARD:
        assert meta["why_vi"].endswith(".")


@pytest.mark.parametrize("name", SUITES)
def test_a_rule_is_at_most_six_lines(name: str) -> None:
    text = (ROOT / "expectations" / f"{name}.json").read_text("utf-8")
    for entry in text.split('{"type": ')[1:]:
        lines = entry.rstrip().splitlines()
        definitions = entry.count('": "') - entry.partition('"meta"')[2].count('": "') - 1
        assert len([line for line in lines if line.strip() not in ("]", "}")]) <= 5 + max(
            definitions, 1
        )


def test_every_rule_that_a_brief_can_name_has_words_in_both_languages(
    reference: Reference,
) -> None:
    """Identities, comparisons and the rates above 100; the rest withhold a source, with their why.

    Words that no rule needs any more would mislead as well.
    """
    named = {
        rule_id
        for entry in list_told()
        for rule_id in list_ids(entry.values[1])
        if entry.values[0] in ("identities", "observations")
        and entry.values[1]["severity"] != "critical"
    }
    words = reference.identities.set_index("rule_id")
    assert words.index.is_unique
    assert set(words.index) == named
    for column in ("definition_vi", "definition_en"):
        assert words[column].str.fullmatch(r"\S.*\.").all()
    for entry in list_told():
        ids = list_ids(entry.values[1])
        for rule_id in ids if entry.values[0] == "identities" else ():
            group = entry.values[1]["meta"]["rule_id"] if len(ids) > 1 else ""
            assert rule_id not in named or words.at[rule_id, "rival_group"] == group


def test_rules_run_as_they_are_written(suites: Mapping[str, Suite]) -> None:
    """The file holds as many rules as are built, under ids of their own."""
    written = [entry.values[1]["meta"]["rule_id"] for entry in list_told()]
    built = [rule.rule_id for suite in suites.values() for rule in suite.rules]
    assert built == written
    every = [rule_id for entry in list_told() for rule_id in list_ids(entry.values[1])]
    assert len(set(every)) == len(every)


@pytest.mark.parametrize("table", TABLES)
def test_the_good_row_is_good(
    table: str, suites: Mapping[str, Suite], reference: Reference
) -> None:
    assert set(GOOD_ROWS) == set(TABLES)
    outcomes = run(suites[table], make_rows(table, {}), reference)
    assert [outcome.rule.rule_id for outcome in outcomes if len(outcome.broken)] == []


def swap_answers(monkeypatch: pytest.MonkeyPatch, answer: Callable[[Any], None]) -> None:
    """Let Great Expectations answer something else than its metrics found."""
    ours = Batch.validate

    def validate(self: Batch, *arguments: Any, **words: Any) -> Any:
        given = ours(self, *arguments, **words)
        for each in given.results:
            answer(each)
        return given

    monkeypatch.setattr(Batch, "validate", validate)


def _validate_two_figures(reference: Reference) -> list[str]:
    numbers = {"dossiers_received_new": 90, "dossiers_carried_over": 5}
    rows = make_statements({**numbers, "dossiers_received_total": 100}, reference)
    indicators = make_rows("indicators", {}).iloc[:0]
    verdict = validate_tables(rows, indicators, None, reference, ROOT / "expectations")
    failed = verdict.tallies.loc[verdict.tallies["failed"] > 0, "rule_id"]
    assert sorted(verdict.findings["rule_id"]) == sorted(failed)
    return sorted(verdict.findings["rule_id"])


def test_findings_follow_what_great_expectations_answers(
    monkeypatch: pytest.MonkeyPatch, reference: Reference
) -> None:
    assert _validate_two_figures(reference) == ["D01"]

    def hold(result: Any) -> None:
        result.success = True

    with monkeypatch.context() as patched:
        swap_answers(patched, hold)
        assert _validate_two_figures(reference) == []

    def break_what_holds(result: Any) -> None:
        rule_id = result.expectation_config.meta["rule_id"]
        result.success = rule_id != "O10"
        result.result["unexpected_index_list"] = [1]

    with monkeypatch.context() as patched:
        swap_answers(patched, break_what_holds)
        assert _validate_two_figures(reference) == ["O10"]


def test_the_written_rules_are_those_that_follow_from_the_catalogue(
    suites: Mapping[str, Suite], reference: Reference
) -> None:
    suite = suites["identities"]
    assert list(check_owed(suite, reference)) == []
    kept = tuple(rule for rule in suite.rules if rule.rule_id != "A10")
    lacking = [str(each) for each in check_owed(replace(suite, rules=kept), reference)]
    assert len(lacking) == 1
    assert "'staff_admin_present <= staff_admin_quota', which follows" in lacking[0]
    rule = next(each for each in suite.rules if each.rule_id == "D09")
    said = replace(rule, meta={**rule.meta, "source": "data/reference/indicators.csv"})
    more = replace(suite, rules=(*suite.rules, said))
    assert ["rule D09" in str(each) for each in check_owed(more, reference)] == [True]


def test_the_columns_of_a_condition_are_columns() -> None:
    """Not what it computes with: a table of somebody's own is asked for them."""
    named = {each for condition in CELLS.values() for each in list_cells(condition)}
    assert "abs" not in named
    assert list_cells(CELLS["expect_value_inside_its_room"]) == ["low", "value", "high"]


def test_no_count_has_the_usual_size_of_one_beyond_all_others() -> None:
    odd = pd.DataFrame({"quantity": [0, 0, 1], "pace": [3.0, 10.0, 4.0], "usual": [12.0, 3.0, 2.0]})
    one, other = _meet(odd.assign(low=odd["usual"] - 0.7, high=odd["usual"] + 0.7))
    assert [*zip(one, other, strict=True)] == [(1, 0)]
