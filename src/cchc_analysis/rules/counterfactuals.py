"""What if: the same figures with some of them changed, side by side.

Whether another value would fit better is asked by trying it. Every question gets a copy of the
figures around it, in which it is answered, under a source id of its own. All copies are evaluated
at once, as if they were so many sources. So causes are found, and so it is chosen which of several
printed values we publish: the reading that most identities speak for; of equals the one printed
most often; of equals the one printed first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cchc_analysis.data.records import QUANTITY
from cchc_analysis.rules.evaluation import evaluate_identity
from cchc_analysis.rules.expressions import Group, GroupSum, Identity
from cchc_analysis.rules.figures import Booleans, Integers, group_positions
from cchc_analysis.rules.statements import Statements, tabulate_statements

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference


NUMBERS = ("value", "low", "high")


class Neighbourhood:
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


KEPT, ROUNDED, NOT_STATED, BROKEN = range(4)
"""The states of a rule, each worse than the one before."""


@dataclass(frozen=True)
class CounterfactualStates:
    """What each identity says in each world and place to which it applies, along four columns.

    ``rule`` is the position of an identity, ``place`` a number for area, scope and window, and
    ``state`` one of ``KEPT`` to ``BROKEN``.
    """

    PLACE = ("area_id", "scope", "period_start", "period_end")

    world: Integers
    rule: Integers
    place: Integers
    state: Integers
    is_complete: Booleans
    rule_ids: tuple[str, ...]
    places: Mapping[tuple[str, ...], int]

    @property
    def fits(self) -> Booleans:
        """Where a rule holds, or misses by less than a printed unit."""
        return self.state <= ROUNDED

    def find(self, rule_id: str, place: tuple[str, ...]) -> int:
        """The key of a rule in a place; -1 where there is no such place."""
        if place not in self.places:
            return -1
        return self.rule_ids.index(rule_id) * len(self.places) + self.places[place]

    def name_rule(self, key: int) -> str:
        """The rule of a key."""
        return self.rule_ids[key // len(self.places)]

    def list_states(self, worlds: int) -> list[dict[int, int]]:
        """The state of each rule and place that is not kept, by world."""
        found: list[dict[int, int]] = [{} for _ in range(worlds)]
        at = np.flatnonzero(self.state > KEPT)
        keys = self.rule[at] * len(self.places) + self.place[at]
        for world, key, state in zip(
            self.world[at].tolist(), keys.tolist(), self.state[at].tolist(), strict=True
        ):
            found[world][key] = max(state, found[world].get(key, KEPT))
        return found


def judge_worlds(worlds: Statements, identities: Iterable[Identity]) -> CounterfactualStates:
    """Evaluate identities in all worlds."""
    rules = tuple(identities)
    places, names = _number_places(worlds.rows)
    world_of = np.asarray(worlds.rows["source_id"].astype("int64"), dtype=np.int64)
    rows, numbers, states, complete = [], [], [], []
    for number, rule in enumerate(rules):
        verdict = evaluate_identity(rule, worlds)
        rows.append(verdict.index.to_numpy("int64"))
        numbers.append(np.full(len(verdict), number, dtype=np.int64))
        states.append(
            np.select(
                [verdict["holds"], verdict["is_within_unit"], verdict["is_not_stated"]],
                [KEPT, ROUNDED, NOT_STATED],
                BROKEN,
            )
        )
        complete.append(verdict["is_complete"].to_numpy(bool))
    at = _join(rows).astype(np.int64)
    return CounterfactualStates(
        world_of[at],
        _join(numbers).astype(np.int64),
        places[at],
        _join(states).astype(np.int64),
        _join(complete).astype(bool),
        tuple(rule.rule_id for rule in rules),
        names,
    )


def _join(parts: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0)


def _number_places(rows: pd.DataFrame) -> tuple[Integers, dict[tuple[str, ...], int]]:
    """A number for the place of each row, and the numbers by place."""
    columns = list(CounterfactualStates.PLACE)
    groups = rows.groupby(columns, sort=False, dropna=False)
    numbers = np.asarray(groups.ngroup(), dtype=np.int64)
    first = rows[columns][~rows.duplicated(columns)]
    names = {tuple(map(str, place)): at for at, place in enumerate(first.itertuples(index=False))}
    return numbers, names


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
    fits = count_fits(first, contested, identities, reference)
    return _publish_best(first, contested.assign(fits=fits))


def count_fits(
    observations: pd.DataFrame,
    contested: pd.DataFrame,
    identities: Iterable[Identity],
    reference: Reference | None = None,
) -> pd.Series:
    """Count the identities that hold when one contested reading is taken for its quantity.

    Every reading gets a world of its own, in which it stands for its quantity and all else stays
    as published.

    Returns:
        A count for each row of ``contested``.
    """
    import pandas as pd

    rules = tuple(identities)
    statements = tabulate_statements(observations, reference)
    figures = statements.figures[QUANTITY_OF_SOURCE].assign(figure=statements.figures.index)
    readings = (
        contested[[*QUANTITY_OF_SOURCE, "value"]]
        .assign(world=contested.index)
        .merge(figures, on=QUANTITY_OF_SOURCE)
    )
    if readings.empty:
        return pd.Series(0, index=contested.index)
    surroundings = Neighbourhood(statements, rules)
    members = [
        pd.DataFrame({"world": world, "figure": surroundings.list_figures(figure)})
        for world, figure in zip(readings["world"], readings["figure"], strict=True)
    ]
    changes = readings[["world", "figure", "value"]]
    judged = judge_worlds(build_worlds(statements, pd.concat(members), changes), rules)
    worlds = pd.Series(judged.world[judged.fits & judged.is_complete], dtype="int64")
    return worlds.value_counts().reindex(contested.index).fillna(0).astype("int64")


def _publish_best(observations: pd.DataFrame, contested: pd.DataFrame) -> pd.DataFrame:
    """Publish of each contested quantity the reading with most fits, prints, and the first."""
    prints = contested["figures"].map(lambda figures: len(figures.split()))
    ranked = contested.assign(prints=prints).sort_values(
        ["fits", "prints", "reading"], ascending=[False, False, True], kind="stable"
    )
    best = ranked.drop_duplicates(QUANTITY_OF_SOURCE).index
    is_published = ~observations.index.isin(contested.index) | observations.index.isin(best)
    return observations.assign(is_published=is_published)
