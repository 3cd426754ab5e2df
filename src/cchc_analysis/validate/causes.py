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

import numpy as np

from cchc_analysis.identities import Identity, Reference, Statements
from cchc_analysis.identities.figures import Integers
from cchc_analysis.identities.worlds import Surroundings, build_worlds, judge_worlds
from cchc_analysis.validate.candidates import Candidate, propose_candidates
from cchc_analysis.validate.clues import explain_candidate, rank_candidate
from cchc_analysis.validate.network import Break, Network
from cchc_analysis.validate.slips import Slip

if TYPE_CHECKING:
    import pandas as pd

WORLDS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Cause:
    """Why some rules are broken, as far as arithmetic can tell.

    ``figure``, and those in ``moved`` and ``others``, are positions in the figures of the
    statements. ``closing`` is the value that would close all of ``breaks``. ``others`` are the
    figures that the slip speaks of, ``rival`` another figure and value that would do as well.
    Without a ``figure`` no single one would close them; ``is_block`` then says that the figures
    of a whole agree with each other and not with those of its parts.
    """

    breaks: tuple[Break, ...]
    figure: int | None = None
    closing: float = float("nan")
    moved: tuple[tuple[int, float], ...] = ()
    slip: Slip = Slip.NONE
    others: tuple[int, ...] = ()
    rival: tuple[int, float] | None = None
    is_block: bool = False


@dataclass(frozen=True)
class _Trial:
    """A candidate and the breaks that it closes without opening others."""

    candidate: Candidate
    closes: frozenset[Break]


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
        self.surroundings = Surroundings(statements, identities)

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
        causes: list[Cause] = []
        for cases in self._split(broken):
            trials = self._try(cases)
            for case in cases:
                causes.extend(self._choose(case, trials))
        return causes

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
        return Cause(group, figure, is_block=is_block)

    def _by_case(self, broken: list[Break]) -> dict[object, list[Break]]:
        """Breaks by source, area and day."""
        rows = self.statements.rows
        columns = [rows[name].to_numpy() for name in ("source_id", "area_id", "period_end")]
        cases: dict[object, list[Break]] = {}
        for rule_id, row in broken:
            cases.setdefault(tuple(cells[row] for cells in columns), []).append((rule_id, row))
        return cases

    def _split(self, broken: list[Break]) -> Iterator[list[list[Break]]]:
        """Some cases at a time, so that their worlds fit into memory."""
        chunk: list[list[Break]] = []
        for case in self._by_case(broken).values():
            chunk.append(case)
            if sum(map(len, chunk)) * 10 >= WORLDS_AT_ONCE:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def _try(self, cases: list[list[Break]]) -> dict[Break, list[_Trial]]:
        """Try all candidates of some cases; those that only close, by what they close."""
        import pandas as pd

        worlds: list[tuple[int, Candidate | None]] = []
        members: list[pd.DataFrame] = []
        changes: list[tuple[int, int, float]] = []
        for number, case in enumerate(cases):
            candidates = [each for one in case for each in propose_candidates(self.network, one)]
            around = self._list_around(case, candidates)
            for candidate in (None, *candidates):
                world = len(worlds)
                worlds.append((number, candidate))
                members.append(pd.DataFrame({"world": world, "figure": around}))
                changes.extend((world, *each) for each in (candidate.changes if candidate else ()))
        judged = judge_worlds(
            build_worlds(
                self.statements,
                pd.concat(members, ignore_index=True),
                pd.DataFrame(changes, columns=["world", "figure", "value"]),
            ),
            self.identities,
        )
        return self._compare(cases, worlds, judged)

    def _compare(
        self,
        cases: list[list[Break]],
        worlds: list[tuple[int, Candidate | None]],
        judged: pd.DataFrame,
    ) -> dict[Break, list[_Trial]]:
        """Hold each world against that of its case in which nothing is changed."""
        broken = self._list_broken(cases, worlds, judged)
        trials: dict[Break, list[_Trial]] = {}
        unchanged: frozenset[object] = frozenset()
        names: dict[object, Break] = {}
        for world, (number, candidate) in enumerate(worlds):
            if candidate is None:
                unchanged = broken.get(world, frozenset())
                names = {self._name(each): each for each in cases[number]}
                continue
            now = broken.get(world, frozenset())
            closes = frozenset(names[each] for each in unchanged - now if each in names)
            if closes and now <= unchanged:
                trials.setdefault(candidate.broken, []).append(_Trial(candidate, closes))
        return trials

    def _list_broken(
        self,
        cases: list[list[Break]],
        worlds: list[tuple[int, Candidate | None]],
        judged: pd.DataFrame,
    ) -> dict[int, frozenset[object]]:
        """The rules that are broken in each world, without those that its source rejects."""
        sources = self.statements.rows["source_id"].to_numpy()
        broken: dict[int, set[object]] = {}
        columns = ["world", "rule_id", "area_id", "scope", "period_start", "period_end"]
        for world, rule_id, *place in judged.loc[~judged["fits"].astype(bool), columns].itertuples(
            index=False
        ):
            source_id = sources[cases[worlds[world][0]][0][1]]
            if source_id in self._followers[rule_id]:
                broken.setdefault(world, set()).add((rule_id, *place))
        return {world: frozenset(found) for world, found in broken.items()}

    @cached_property
    def _followers(self) -> dict[str, frozenset[str]]:
        """The sources to which each rule applies."""
        sources = self.statements.rows["source_id"]
        return {
            rule_id: frozenset(sources.loc[verdict.index])
            for rule_id, verdict in self.verdicts.items()
        }

    def _name(self, broken: Break) -> object:
        rule_id, row = broken
        place = ["area_id", "scope", "period_start", "period_end"]
        return (rule_id, *self.statements.rows.loc[row, place])

    def _list_around(self, case: list[Break], candidates: list[Candidate]) -> Integers:
        """The figures that a case or one of its candidates can touch."""
        figures = {at for each in case for at in self.network.list_figures(each)}
        figures |= {at for candidate in candidates for at, _ in candidate.changes}
        kin = self.network.list_kin(figures)
        around = np.unique(np.concatenate([self.surroundings.list_figures(at) for at in figures]))
        return around[[self.network.code(at) in kin for at in around]]

    def _choose(self, case: list[Break], trials: dict[Break, list[_Trial]]) -> Iterator[Cause]:
        """The candidate that closes most, then the next; of equal ones the likelier."""
        left = set(case)
        found = [trial for each in case for trial in trials.get(each, ())]
        ranks = {id(trial): rank_candidate(self.network, trial.candidate) for trial in found}
        while useful := [trial for trial in found if trial.closes & left]:
            best = min(useful, key=lambda trial: (-len(trial.closes & left), ranks[id(trial)]))
            closes = best.closes & left
            yield self._tell(best.candidate, tuple(each for each in case if each in closes), useful)
            left -= best.closes

    def _tell(self, candidate: Candidate, closes: tuple[Break, ...], trials: list[_Trial]) -> Cause:
        """A cause; with a rival where another named slip closes the same rules."""
        slip, others = explain_candidate(self.network, candidate)
        rivals = [
            (trial.candidate.figure, trial.candidate.value)
            for trial in sorted(
                trials, key=lambda trial: rank_candidate(self.network, trial.candidate)
            )
            if set(closes) <= trial.closes
            and trial.candidate.figure != candidate.figure
            and explain_candidate(self.network, trial.candidate)[0] != Slip.NONE
        ]
        rival = rivals[0] if slip != Slip.NONE and rivals else None
        return Cause(
            closes,
            candidate.figure,
            candidate.value,
            candidate.moved,
            slip,
            others,
            rival,
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
