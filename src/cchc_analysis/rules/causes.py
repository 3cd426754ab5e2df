"""One cause, one finding: which single figure, read differently, would close broken rules.

Comes in as broken identities and the statements that they are about; goes out as causes: the
figure that is likeliest wrong, the value that would close all rules it breaks while breaking none
that holds, and what else moves with it. Every candidate is tried in a world of its own. Where no
single figure closes a rule, rules that speak of the same figures are still one cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cchc_analysis.rules.clues import Clues
from cchc_analysis.rules.expressions import Reference
from cchc_analysis.rules.identity import Identity
from cchc_analysis.rules.keys import Words
from cchc_analysis.rules.network import Break, Network
from cchc_analysis.rules.slips import Slip
from cchc_analysis.rules.statements import Statements
from cchc_analysis.rules.trials import Case, Trial, Trials

if TYPE_CHECKING:
    import pandas as pd

MOST_RIVALS = 2
"""Of the figures that could be wrong as well, so many are named."""

DIGIT_SLIPS = (Slip.SEPARATOR, Slip.ONE_DIGIT, Slip.SWAPPED, Slip.DROPPED, Slip.ADDED)
"""Slips of the digits alone, which may fit several figures of a rule by chance."""

APART = 3
"""So many clues of a rank set a figure apart; how much it would change does not."""


@dataclass(frozen=True)
class Cause:
    """Why some rules are broken, as far as arithmetic can tell.

    ``figure``, and those in ``moved`` and ``others``, are positions in the figures of the
    statements. ``closing`` is the value that would close all of ``breaks``. ``others`` are the
    figures that the slip speaks of, ``rivals`` other figures and values that would do as well.
    Without a ``figure`` no single one would close them, unless it ``is_open``: then several would,
    and nothing speaks for one of them; ``rivals`` are those for which one slip speaks alike.
    ``is_block`` says that the figures of a whole agree with each other and not with those of its
    parts.
    """

    breaks: tuple[Break, ...]
    figure: int | None = None
    closing: float = float("nan")
    moved: tuple[tuple[int, float], ...] = ()
    slip: Slip = Slip.NONE
    others: tuple[int, ...] = ()
    rivals: tuple[tuple[int, float], ...] = ()
    is_block: bool = False
    is_open: bool = False


def find_causes(
    statements: Statements, identities: Iterable[Identity], verdicts: Mapping[str, pd.DataFrame]
) -> list[Cause]:
    """Find the causes of all broken identities.

    Args:
        statements: What the identities were evaluated on.
        identities: The rules.
        verdicts: By rule id, without the rivals that a source rejects.

    Returns:
        Causes such that every broken rule belongs to exactly one.
    """
    search = _Search(statements, tuple(identities), verdicts)
    closed = search.close(search.broken)
    told = {each for cause in closed for each in cause.breaks}
    return closed + search.group([each for each in search.broken if each not in told])


class _Search:
    def __init__(
        self,
        statements: Statements,
        identities: tuple[Identity, ...],
        verdicts: Mapping[str, pd.DataFrame],
    ) -> None:
        self.statements = statements
        self.identities = identities
        self.verdicts = verdicts
        self.network = Network(statements, identities, verdicts)
        self.clues = Clues(self.network)

    @cached_property
    def broken(self) -> list[Break]:
        """All broken rules."""
        return [
            (rule_id, int(row))
            for rule_id, verdict in self.verdicts.items()
            for row in verdict.index[~(verdict["holds"] | verdict["is_within_unit"])]
        ]

    def close(self, broken: list[Break]) -> list[Cause]:
        """The causes of breaks that a single figure would close."""
        trials = Trials(self.network, self.identities)
        cases = list(self._by_case(broken).values())
        return [cause for each in trials.run(cases) for cause in self._choose(*each)]

    def group(self, broken: list[Break]) -> list[Cause]:
        """Breaks that no single figure closes: rules about the same figures are one cause.

        Rates are taken apart into their counts first, so that a share that cannot add up because
        its counts do not is no second cause.
        """
        spoken = {each: self.network.take_apart(each) for each in broken}
        leader = {each: each for each in broken}
        for place in self._by_case(broken).values():
            for one in place:
                for other in place:
                    if one != other and spoken[one] <= spoken[other]:
                        _join(leader, one, other)
        groups: dict[Break, list[Break]] = {}
        for each in broken:
            groups.setdefault(_find_leader(leader, each), []).append(each)
        return [self._name_group(tuple(group)) for group in groups.values()]

    def _name_group(self, group: tuple[Break, ...]) -> Cause:
        """A group in which a whole disagrees with its parts again and again is told as a block."""
        rules = [self.network.rules[rule_id] for rule_id, _ in group]
        is_block = len(group) > 1 and all(_spans_scopes(rule) for rule in rules)
        figure = self.network.list_figures(group[0])[0] if is_block else None
        # Any smaller number, or any larger one beside it, would bring two into order.
        is_open = len(group) == 1 and rules[0].operator == "<="
        return Cause(group, figure, is_block=is_block, is_open=is_open)

    def _by_case(self, broken: list[Break]) -> dict[object, Case]:
        """Breaks by source, area and day."""
        rows = self.statements.rows
        columns = [Words(rows[name]) for name in ("source_id", "area_id", "period_end")]
        cases: dict[object, Case] = {}
        for rule_id, row in broken:
            cases.setdefault(tuple(cells[row] for cells in columns), []).append((rule_id, row))
        return cases

    def _choose(self, case: Case, found: list[Trial]) -> Iterator[Cause]:
        """The likely candidate that closes most, then the next; of equal ones the likelier."""
        left = set(case)
        ranks = {
            id(trial): (not self._is_likely(trial, found), self.clues.rank(trial.candidate))
            for trial in found
        }
        while useful := [trial for trial in found if trial.closes & left]:
            best = min(
                useful,
                key=lambda trial: (
                    ranks[id(trial)][0],
                    -len(trial.closes & left),
                    ranks[id(trial)][1],
                ),
            )
            closes = tuple(each for each in case if each in best.closes & left)
            if ranks[id(best)][0]:
                yield Cause(closes, is_open=True)
            elif equals := self._list_equals(best, closes, useful):
                yield Cause(
                    closes,
                    slip=self.clues.explain(best.candidate)[0],
                    rivals=tuple(equals.items()),
                    is_open=True,
                )
            else:
                yield self._tell(best, closes, useful)
            left -= best.closes

    def _is_likely(self, trial: Trial, trials: list[Trial]) -> bool:
        """Whether more than the gap itself speaks for a candidate.

        A slip of the pen; two equalities between different figures that it would close; or one
        total that was added up rightly from its parts, where nothing else would close the rule.
        """
        if self.clues.is_named(trial.candidate):
            return True
        closed = {
            frozenset(self.network.list_figures(each))
            for each in trial.closes
            if self.network.rules[each[0]].operator == "="
        }
        if len(closed) > 1:
            return True
        moved = {each.candidate.moved for each in trials if trial.closes <= each.closes}
        return bool(trial.candidate.moved) and moved == {trial.candidate.moved}

    def _list_equals(
        self, best: Trial, closes: tuple[Break, ...], trials: list[Trial]
    ) -> dict[int, float]:
        """The figures for which the same slip speaks as for the best one; none where it is alone.

        What sets one apart: that nothing else moves with it, and that it is out of the usual.
        """
        slip = self.clues.explain(best.candidate)[0]
        if slip not in DIGIT_SLIPS:
            return {}
        apart = self.clues.rank(best.candidate)[:APART]
        equals = {
            trial.candidate.figure: trial.candidate.value
            for trial in sorted(trials, key=lambda each: self.clues.rank(each.candidate))
            if set(closes) <= trial.closes
            and self.clues.explain(trial.candidate)[0] == slip
            and self.clues.rank(trial.candidate)[:APART] == apart
        }
        return equals if len(equals) > 1 else {}

    def _tell(self, best: Trial, closes: tuple[Break, ...], trials: list[Trial]) -> Cause:
        """A cause; with rivals for which as much speaks and that close the same rules."""
        candidate = best.candidate
        slip, others = self.clues.explain(candidate)
        alike = [
            trial.candidate
            for trial in trials
            if set(closes) <= trial.closes
            and self.clues.is_named(trial.candidate) == (slip != Slip.NONE)
        ]
        rivals = {
            each.figure: each.value
            for each in sorted(alike, key=self.clues.rank, reverse=True)
            if each.figure != candidate.figure
        }
        return Cause(
            closes,
            candidate.figure,
            candidate.value,
            candidate.moved,
            slip,
            others,
            tuple(reversed(rivals.items()))[:MOST_RIVALS],
        )


def _spans_scopes(rule: Identity) -> bool:
    """Whether a rule holds figures of a whole against those of its parts."""
    scopes = {operand.scope for operand in rule.operands if isinstance(operand, Reference)}
    return len(scopes) > 1


def _find_leader(leader: dict[Break, Break], each: Break) -> Break:
    while leader[each] != each:
        each = leader[each]
    return each


def _join(leader: dict[Break, Break], one: Break, other: Break) -> None:
    leader[_find_leader(leader, one)] = _find_leader(leader, other)
