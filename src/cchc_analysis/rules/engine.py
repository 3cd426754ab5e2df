"""Running suites with Great Expectations: one ephemeral context, each table once.

Comes in as suites and tables; goes out as the positions of the rows that break each rule. A rule
that could not be run is an error of ours, never a failure of the data. This module knows no
reports and words no findings.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from cchc_analysis.errors import Problem, ValidationError
from cchc_analysis.rules.figures import Integers
from cchc_analysis.rules.suites import ROW, Rule, Suite, list_columns, list_missing_columns

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.data_context.data_context.ephemeral_data_context import (
        EphemeralDataContext,
    )
    from great_expectations.expectations.expectation import Expectation

TOGETHER = 30
"""Rules that run together over one table: the cost of each grows with the columns of all."""


@dataclass(frozen=True)
class Outcome:
    """What one rule found: the rows that break it, and whether its columns are there at all."""

    rule: Rule
    broken: Integers
    is_applicable: bool = True


def run_suite(
    suite: Suite, table: pd.DataFrame, parameters: Mapping[str, Any] | None = None
) -> list[Outcome]:
    """Run all rules of a suite over a table.

    Args:
        suite: The rules.
        table: Has the columns of the rules and ``row``, its rows numbered from zero; rules without
            their columns are set aside as not applicable.
        parameters: Values for the ``$PARAMETER`` arguments of rules.

    Raises:
        ValidationError: A rule could not be run.
    """
    there = frozenset(table.columns)
    can_run = {
        rule.rule_id: not list_missing_columns(rule, there, suite.identities)
        for rule in suite.rules
    }
    running = [rule for rule in suite.rules if can_run[rule.rule_id]] if len(table) else []
    broken: dict[str, Integers] = {}
    for start in range(0, len(running), TOGETHER):
        broken |= _run_rules(suite, running[start : start + TOGETHER], table, parameters or {})
    nowhere = np.array([], dtype=np.int64)
    return [
        Outcome(rule, broken.get(rule.rule_id, nowhere), can_run[rule.rule_id])
        for rule in suite.rules
    ]


def _run_rules(
    suite: Suite, rules: list[Rule], table: pd.DataFrame, parameters: Mapping[str, Any]
) -> dict[str, Integers]:
    """Run some rules over the columns that they look at; broken rows by rule id.

    Rows are asked for only where a rule is broken, which few are: that costs as much again.
    """
    built = [suite.build(rule, frozenset(table.columns)) for rule in rules]
    wanted = {name for rule in rules for name in list_columns(rule, suite.identities)} | {ROW}
    narrow = table[[name for name in table.columns if name in wanted]]
    answers = _validate(suite.file, built, narrow, parameters, "BOOLEAN_ONLY")
    failing = [each for each, answer in zip(built, answers, strict=True) if not answer.success]
    details = _validate(suite.file, failing, narrow, parameters, "COMPLETE") if failing else []
    return {
        _name(each): _list_broken(suite.file, _name(each), detail)
        for each, detail in zip(failing, details, strict=True)
    }


def _validate(
    name: str,
    expectations: list[Expectation],
    table: pd.DataFrame,
    parameters: Mapping[str, Any],
    result_format: str,
) -> list[ExpectationValidationResult]:
    """Results in the order of the rules, one for each."""
    from great_expectations.core import ExpectationSuite

    suite = ExpectationSuite(name=name, expectations=expectations)
    with warnings.catch_warnings():
        # Warnings of the libraries below are about them, not about the data.
        warnings.simplefilter("ignore")
        source = _get_context().data_sources.pandas_default
        asset = source.add_dataframe_asset(name)
        try:
            whole = asset.add_batch_definition_whole_dataframe("all")
            result = whole.get_batch({"dataframe": table}).validate(
                suite,
                # Without columns to name rows by, rows are named by their position, all at once;
                # with them, each cell of each broken row is looked up on its own.
                result_format={
                    "result_format": result_format,
                    "return_unexpected_index_query": False,
                },
                expectation_parameters=dict(parameters),
            )
        finally:
            source.delete_asset(name)
    by_rule = {_name(each.expectation_config): each for each in result.results}
    if len(by_rule) != len(expectations):
        raise RuntimeError(f"{name}: {len(expectations)} rules, {len(by_rule)} answers")
    return [by_rule[_name(each)] for each in expectations]


def _name(rule: Any) -> str:
    """The id under which a rule was built."""
    return str(rule.meta["rule_id"])


@cache
def _get_context() -> EphemeralDataContext:
    """One context for each process; it holds nothing between runs and asks nobody."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    # Nothing is kept, and no folder made for pages that nobody asked for.
    nowhere = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    config = DataContextConfig(
        store_backend_defaults=nowhere,
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def _list_broken(file: str, rule_id: str, result: ExpectationValidationResult) -> Integers:
    if error := _find_exception(result.exception_info):
        raise ValidationError(
            Problem(
                f"{file}, rule {rule_id}",
                f"the rule could not be run: {error}",
                "a rule that answers for every row",
                "Mend the rule, or the columns that it looks at.",
            )
        )
    return np.array(result.result["unexpected_index_list"], dtype=np.int64)


def _find_exception(info: Mapping[str, Any] | None) -> str:
    """The message of an exception; Great Expectations keeps one, or one for each metric."""
    infos = [info] if info and "raised_exception" in info else list((info or {}).values())
    messages = [each["exception_message"] for each in infos if each.get("raised_exception")]
    return str(messages[0]) if messages else ""
