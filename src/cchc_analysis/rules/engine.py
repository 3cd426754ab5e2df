"""Running suites with Great Expectations: one ephemeral context, each table once.

Comes in as suites and tables; goes out as what Great Expectations answers for each rule: the
positions of the rows that break it, and the evaluation that its metric kept; and as tallies of what
was applied, kept and broken in each source. A rule that could not be run is an error of ours, never
a failure of the data.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cchc_analysis.data.records import TALLY_COLUMNS
from cchc_analysis.errors import Problem, ValidationError
from cchc_analysis.rules.evaluation import make_nothing
from cchc_analysis.rules.expressions import Expression, list_operands
from cchc_analysis.rules.statements import Integers
from cchc_analysis.rules.suites import GUARD, Rule, Suite

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core import ExpectationSuite, ExpectationValidationResult
    from great_expectations.data_context.data_context.ephemeral_data_context import (
        EphemeralDataContext,
    )


@dataclass(frozen=True)
class Outcome:
    """What Great Expectations answers for one rule.

    ``broken`` are the positions of the rows that it reports; ``verdict`` is what the metric kept of
    the rows that the rule applies to, with ``holds`` as Great Expectations says, or nothing for a
    stock rule; ``definitions`` say which one each source follows.
    """

    rule: Rule
    broken: Integers
    verdict: pd.DataFrame | None = None
    definitions: pd.DataFrame | None = None


def run_suite(
    suite: Suite,
    table: pd.DataFrame,
    parameters: Mapping[str, Any],
    types: Collection[str] | None = None,
) -> list[Outcome]:
    """Run the rules of a suite, or those of some types, over a table; an outcome for each.

    A rule about quantities of which the table has no column is not applicable, and is not run.

    Args:
        suite: The rules.
        table: Its rows numbered from zero.
        parameters: What ``suite_parameters`` gives.
        types: Rules of other types are left out.

    Raises:
        ValidationError: A rule could not be run.
    """
    rules = [rule for rule in suite.rules if types is None or rule.type in types]
    run = {rule.rule_id for rule in rules if _has_columns(rule, table)}
    if not run or table.empty:
        return [_tell_nothing(rule) for rule in rules]
    built = _choose(suite, run)
    with warnings.catch_warnings():
        # Warnings of the libraries below are about them, not about the data.
        warnings.simplefilter("ignore")
        source = get_context().data_sources.pandas_default
        asset = source.add_dataframe_asset(suite.file)
        try:
            batch = asset.add_batch_definition_whole_dataframe("all").get_batch(
                {"dataframe": table}
            )
            answer = batch.validate(
                built,
                # Without columns to name rows by, rows are named by their position, all at once.
                result_format={
                    "result_format": "COMPLETE",
                    "partial_unexpected_count": 0,
                    "return_unexpected_index_query": False,
                },
                expectation_parameters=dict(parameters),
            )
        finally:
            source.delete_asset(suite.file)
            # Else the table is kept until the process ends.
            source.get_execution_engine().batch_manager.reset_batch_cache()
    answers = {_name(each): each for each in answer.results}
    if lost := [rule_id for rule_id in run if rule_id not in answers]:
        raise RuntimeError(f"{suite.file}: no answer for {', '.join(lost)}")
    return [
        _read_answer(suite.file, rule, answers[rule.rule_id])
        if rule.rule_id in run
        else _tell_nothing(rule)
        for rule in rules
    ]


def _tell_nothing(rule: Rule) -> Outcome:
    """The outcome of a rule that applies nowhere."""
    nothing = make_nothing() if rule.identities else None
    return Outcome(rule, np.array([], dtype=np.int64), nothing)


def _has_columns(rule: Rule, table: pd.DataFrame) -> bool:
    """Whether each side of an identity has a column, as it must for the rule to say anything."""

    def has_column(side: Expression) -> bool:
        operands = list_operands(side)
        return not operands or any(str(each) in table for each in operands)

    return not rule.identities or any(
        has_column(identity.left_side) and has_column(identity.right_side)
        for identity in rule.identities
    )


def _choose(suite: Suite, rule_ids: Collection[str]) -> ExpectationSuite:
    """Some rules, and the guard."""
    from great_expectations.core import ExpectationSuite

    chosen = [
        each
        for each in suite.built.expectations
        if each.expectation_type == GUARD or (each.meta or {}).get("rule_id") in rule_ids
    ]
    return ExpectationSuite(name=suite.file, expectations=chosen)


def _name(answer: ExpectationValidationResult) -> str:
    meta = answer.expectation_config.meta if answer.expectation_config else None
    return str((meta or {}).get("rule_id", ""))


def _read_answer(file: str, rule: Rule, answer: ExpectationValidationResult) -> Outcome:
    if error := _find_exception(answer.exception_info):
        found = f"the rule could not be run: {error}"
        remedy = "Mend the rule, or the columns that it looks at."
        where = f"{file}, rule {rule.rule_id}"
        raise ValidationError(Problem(where, found, "a rule that answers for every row", remedy))
    listed = [] if answer.success else answer.result.get("unexpected_index_list", [])
    broken = np.array(listed, dtype=np.int64)
    evaluation = answer.result.get("details", {}).get("evaluation")
    if evaluation is None:
        return Outcome(rule, broken)
    verdict = evaluation.verdict
    # Great Expectations decides: what it reports is broken, and nothing else.
    verdict = verdict.assign(holds=~verdict.index.isin(broken))
    return Outcome(rule, broken, verdict, evaluation.definitions)


def _find_exception(info: Mapping[str, Any] | None) -> str:
    """The message of an exception; Great Expectations keeps one, or one for each metric."""
    infos = [info] if info and "raised_exception" in info else list((info or {}).values())
    messages = [each["exception_message"] for each in infos if each.get("raised_exception")]
    return str(messages[0]) if messages else ""


@cache
def get_context() -> EphemeralDataContext:
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


@dataclass(frozen=True)
class Tally:
    """One rule: rows applied to, kept, broken and not spoken of, for each of some sources."""

    rule_id: str
    sources: Sequence[str]
    counts: npt.NDArray[np.int32]


class Sources:
    """The sources of the rows of a table, numbered once for all rules that are tallied over it."""

    def __init__(self, cells: pd.Series) -> None:
        names, self._codes = np.unique(cells.to_numpy(dtype=object), return_inverse=True)
        self.names = [str(name) for name in names]
        self._rows = self._count(np.arange(len(cells)))

    def tally(self, outcome: Outcome, rule_id: str = "") -> Tally:
        """Tally what a rule answers; rows that it does not speak of are not applicable.

        A rule without a verdict speaks of every row.
        """
        used, failed = self._rows, self._count(np.unique(outcome.broken))
        if (verdict := outcome.verdict) is not None:
            rows = verdict.index.to_numpy()
            used, failed = self._count(rows), self._count(rows[~verdict["holds"].to_numpy(bool)])
        counts = np.stack([used, used - failed, failed, self._rows - used])
        return Tally(rule_id or outcome.rule.rule_id, self.names, counts.astype(np.int32))

    def _count(self, rows: Integers) -> Integers:
        counts = np.bincount(self._codes[rows], minlength=len(self.names))
        return np.asarray(counts, dtype=np.int64)


def join_tallies(tallies: Sequence[Tally]) -> pd.DataFrame:
    """All tallies as a table (``TALLY_COLUMNS``), sorted by rule and source."""
    import pandas as pd

    ordered = sorted(tallies, key=lambda tally: tally.rule_id)
    names = [name for tally in ordered for name in tally.sources]
    rules = [tally.rule_id for tally in ordered for _ in tally.sources]
    counts = np.concatenate([tally.counts for tally in ordered], axis=1)
    words = dict(zip(TALLY_COLUMNS[2:], counts, strict=True))
    return pd.DataFrame({"rule_id": rules, "source_id": names, **words})
