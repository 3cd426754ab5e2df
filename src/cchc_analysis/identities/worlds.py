"""What if: the same figures with some of them changed, side by side.

Whether another value would fit better is asked by trying it. Every question gets a world: a copy of
the figures around it, in which it is answered, under a source id of its own. All worlds are
evaluated at once, as if they were so many sources.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cchc_analysis.identities.evaluation import evaluate_identity
from cchc_analysis.identities.expressions import Group, GroupSum
from cchc_analysis.identities.figures import Integers
from cchc_analysis.identities.keys import group_positions
from cchc_analysis.identities.rules import Identity
from cchc_analysis.identities.statements import Statements

if TYPE_CHECKING:
    import pandas as pd

NUMBERS = ("value", "low", "high")


class Surroundings:
    """The figures that a figure can meet in an identity: what a world around it is made of."""

    def __init__(self, statements: Statements, identities: Iterable[Identity]) -> None:
        self._statements = statements
        self._figures = statements.figures
        self._identities = tuple(identities)
        self._ends = self._figures["period_end"].to_numpy()
        self._is_norm = self._figures["indicator"].isin(statements.norms).to_numpy()

    def list_figures(self, figure: int) -> Integers:
        """Positions of figures of the same source and day, and of norms; of kindred areas."""
        source_id, area_id, code = (
            str(self._figures.at[figure, name]) for name in ("source_id", "area_id", "indicator")
        )
        areas = self._list_kindred(source_id, area_id, code in self._summed_below)
        at = np.concatenate([self._by_place[source_id, area] for area in areas])
        is_near = (self._ends[at] == self._ends[figure]) | self._is_norm[at]
        return np.sort(at[is_near])

    @cached_property
    def _by_place(self) -> dict[tuple[str, ...], Integers]:
        return group_positions(self._figures, ["source_id", "area_id"])

    @cached_property
    def _areas(self) -> dict[str, list[str]]:
        areas: dict[str, list[str]] = {}
        for source_id, area_id in self._by_place:
            areas.setdefault(source_id, []).append(area_id)
        return areas

    @cached_property
    def _summed_below(self) -> frozenset[str]:
        """The quantities that are added up over the areas below."""
        operands = (operand for rule in self._identities for operand in rule.operands)
        return frozenset(
            operand.code
            for operand in operands
            if isinstance(operand, GroupSum) and operand.group is Group.CHILDREN
        )

    def _list_kindred(self, source_id: str, area_id: str, is_summed: bool) -> list[str]:
        """The area; where its figures are added up above it, also the areas above and beside."""
        if not is_summed:
            return [area_id]
        parent = self._statements.parent
        family = {area_id, parent(area_id)} - {""}
        return [each for each in self._areas[source_id] if each in family or parent(each) in family]


def build_worlds(
    statements: Statements, members: pd.DataFrame, changes: pd.DataFrame
) -> Statements:
    """Line up the figures of some worlds.

    Args:
        statements: Whose figures are copied.
        members: ``world`` and ``figure`` (a position): which figures each world is made of.
        changes: ``world``, ``figure`` and ``value``: what is different there.
    """
    figures = statements.figures.iloc[members["figure"].to_numpy()].reset_index(drop=True)
    figures["source_id"] = members["world"].astype("str").to_numpy()
    changed = members.reset_index(drop=True).merge(changes, on=["world", "figure"], how="left")
    shift = (changed["value"] - figures["value"]).fillna(0.0)
    figures[list(NUMBERS)] = figures[list(NUMBERS)].add(shift, axis=0)
    return statements.with_figures(figures)


def judge_worlds(worlds: Statements, identities: Iterable[Identity]) -> pd.DataFrame:
    """Evaluate identities in all worlds.

    Returns:
        ``world``, ``rule_id``, ``area_id``, ``scope``, ``period_start``, ``period_end``,
        ``is_complete`` and ``fits`` (holds, or misses by less than a printed unit).
    """
    import pandas as pd

    place = ["source_id", "area_id", "scope", "period_start", "period_end"]
    found = []
    for rule in identities:
        verdict = evaluate_identity(rule, worlds)
        if verdict.empty:
            continue
        rows = worlds.rows.loc[verdict.index, place].reset_index(drop=True)
        fits = (verdict["holds"] | verdict["is_within_unit"]).to_numpy()
        found.append(
            rows.assign(
                rule_id=rule.rule_id, fits=fits, is_complete=verdict["is_complete"].to_numpy()
            )
        )
    if not found:
        return pd.DataFrame(columns=["world", *place[1:], "rule_id", "fits", "is_complete"])
    judged = pd.concat(found, ignore_index=True).rename(columns={"source_id": "world"})
    return judged.assign(world=judged["world"].astype("int64"))
