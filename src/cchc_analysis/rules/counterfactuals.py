"""What if: figures read as other numbers, and what the rules about them would then say.

What is printed where does not change with a number, so a rule speaks of the same rows as before:
only those with the figure in them are judged again, by the evaluation that judged them first. So
causes are found, and so it is chosen which of several printed values we publish: the reading that
most identities speak for; of equals the one printed most often; of equals the one printed first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cchc_analysis.data.records import QUANTITY
from cchc_analysis.rules.evaluation import evaluate_identity, judge_rows
from cchc_analysis.rules.expressions import Identity, Operand
from cchc_analysis.rules.statements import (
    Floats,
    Integers,
    Operands,
    Statements,
    tabulate_statements,
)

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference


KEPT, ROUNDED, NOT_STATED, BROKEN = range(4)
"""The states of a rule, each worse than the one before."""

JUDGED = ("change", "rule_id", "row", "before", "after", "is_complete")


def judge_changes(
    statements: Statements,
    identities: Iterable[Identity],
    rows: Mapping[str, Integers],
    changes: pd.DataFrame,
) -> pd.DataFrame:
    """Judge rules as they stand, and with one figure changed.

    Args:
        statements: The figures.
        identities: The rules.
        rows: By rule id, the rows of the statements that each speaks of.
        changes: ``figure`` (a position) and the ``value`` to read it as, by the name of the change.

    Returns:
        ``change``, ``rule_id``, ``row``, the states ``before`` and ``after``, and ``is_complete``
        (all figures printed), for each row in which a rule meets the changed figure.
    """
    import pandas as pd

    values = statements.figures["value"].to_numpy("float64")
    shifts = (changes["value"] - values[changes["figure"]]).to_dict()
    is_changed = np.zeros(len(values), dtype=bool)
    is_changed[changes["figure"]] = True
    changed = changes[["figure"]].rename_axis("change").reset_index()
    found = []
    for rule in identities:
        met = {}
        for operand in rule.operands:
            pairs = statements.pair_figures(operand, rows[rule.rule_id])
            pairs = pairs[is_changed[pairs["figure"].to_numpy()]]
            if len(pairs):
                met[operand] = pairs.merge(changed, on="figure").set_index(["change", "row"]).index
        if met:
            found.append(_judge_met(statements, rule, met, shifts))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(JUDGED))


def _judge_met(
    statements: Statements,
    rule: Identity,
    met: Mapping[Operand, pd.MultiIndex],
    shifts: Mapping[int, float],
) -> pd.DataFrame:
    """Judge a rule for each change and row in which operands of it meet the changed figure."""
    import pandas as pd

    pairs = reduce(pd.MultiIndex.union, met.values())
    changes, at = (pairs.get_level_values(level).to_numpy("int64") for level in (0, 1))
    by = np.array([shifts[change] for change in changes])
    printed = {operand: statements.find(operand).take(at) for operand in rule.operands}
    read = {
        operand: _shift(each, np.where(pairs.isin(met[operand]), by, 0.0))
        if operand in met
        else each
        for operand, each in printed.items()
    }
    verdict = judge_rows(rule, read)
    return pd.DataFrame(
        {
            "change": changes,
            "rule_id": rule.rule_id,
            "row": at,
            "before": _grade(judge_rows(rule, printed)),
            "after": _grade(verdict),
            "is_complete": verdict["is_complete"],
        }
    )


def _shift(each: Operands, by: Floats) -> Operands:
    return replace(each, value=each.value + by, low=each.low + by, high=each.high + by)


def _grade(verdict: Mapping[str, npt.NDArray[np.generic]]) -> Integers:
    """The state of each row; a rule that divides by nothing says nothing."""
    is_number = np.isfinite(verdict["left"]) & np.isfinite(verdict["right"])
    reasons = [~is_number | verdict["holds"], verdict["is_within_unit"], verdict["is_not_stated"]]
    return np.select(reasons, [KEPT, ROUNDED, NOT_STATED], BROKEN)


QUANTITY_OF_SOURCE = ["source_id", *QUANTITY]


def choose_readings(
    observations: pd.DataFrame, identities: Iterable[Identity], reference: Reference | None = None
) -> pd.DataFrame:
    """Choose the published reading of every quantity that a source prints with several values.

    Returns:
        The observations with ``is_published`` set on one reading of each quantity.
    """
    contested = observations[observations.duplicated(QUANTITY_OF_SOURCE, keep=False)]
    if contested.empty:
        return observations.assign(is_published=True)
    first = _publish_best(observations, contested.assign(fits=0))
    fits = _count_fits(first, contested, identities, reference)
    return _publish_best(first, contested.assign(fits=fits))


def _count_fits(
    observations: pd.DataFrame,
    contested: pd.DataFrame,
    identities: Iterable[Identity],
    reference: Reference | None,
) -> pd.Series:
    """Count the identities that hold when a contested reading stands for its quantity."""
    statements = tabulate_statements(observations, reference)
    figures = statements.figures[QUANTITY_OF_SOURCE].assign(figure=statements.figures.index)
    readings = contested[[*QUANTITY_OF_SOURCE, "value"]].assign(reading=contested.index)
    readings = readings.merge(figures, on=QUANTITY_OF_SOURCE).set_index("reading")
    codes = {*contested["indicator"]}
    rules = [rule for rule in identities if rule.codes & codes]
    rows = {
        rule.rule_id: evaluate_identity(rule, statements).index.to_numpy("int64") for rule in rules
    }
    judged = judge_changes(statements, rules, rows, readings[["figure", "value"]])
    fitting = judged[judged["is_complete"].astype(bool) & (judged["after"] <= ROUNDED)]
    counts = fitting.groupby("change").size()
    return counts.reindex(contested.index).fillna(0).astype("int64")


def _publish_best(observations: pd.DataFrame, contested: pd.DataFrame) -> pd.DataFrame:
    """Publish of each contested quantity the reading with most fits, prints, and the first."""
    prints = contested["figures"].map(lambda figures: len(figures.split()))
    ranked = contested.assign(prints=prints).sort_values(
        ["fits", "prints", "reading"], ascending=[False, False, True], kind="stable"
    )
    best = ranked.drop_duplicates(QUANTITY_OF_SOURCE).index
    is_published = ~observations.index.isin(contested.index) | observations.index.isin(best)
    return observations.assign(is_published=is_published)
