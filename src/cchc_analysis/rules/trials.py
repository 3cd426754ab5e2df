"""Trials: what would close, and what would open, if one figure were another.

Comes in as cases (the breaks of one source, area and day) and answers for every candidate, each in
a world of its own, which of the breaks it closes. Only candidates that open nothing are told. Which
of them is likely is not asked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cchc_analysis.rules.candidates import Candidate, propose_candidates
from cchc_analysis.rules.counterfactuals import Judged, Surroundings, build_worlds, judge_worlds
from cchc_analysis.rules.figures import Booleans, Integers
from cchc_analysis.rules.identity import Identity
from cchc_analysis.rules.keys import Words
from cchc_analysis.rules.network import Break, Network
from cchc_analysis.rules.statements import Statements

if TYPE_CHECKING:
    import pandas as pd

FIGURES_AT_ONCE = 400_000
"""Figures of worlds that are built together, so that they fit into memory."""

Case = list[Break]


@dataclass(frozen=True)
class Trial:
    """A candidate and the breaks that it closes without opening others."""

    candidate: Candidate
    closes: frozenset[Break]


@dataclass(frozen=True)
class _Worlds:
    """The worlds of one case: the first is unchanged, each other one has a candidate."""

    case: Case
    candidates: list[Candidate]
    around: Integers

    @property
    def size(self) -> int:
        return (1 + len(self.candidates)) * len(self.around)


class Trials:
    """Tries candidates, many cases at a time."""

    def __init__(self, network: Network, identities: tuple[Identity, ...]) -> None:
        self._network = network
        self._statements: Statements = network.statements
        self._identities = identities
        self._surroundings = Surroundings(self._statements, identities)
        rows = self._statements.rows
        self._places = [Words(rows[name]) for name in Judged.PLACE]
        self._sources = Words(rows["source_id"])

    def run(self, cases: Sequence[Case]) -> Iterator[tuple[Case, list[Trial]]]:
        """Each case with its trials, those of the break that comes first in it first."""
        chunk: list[_Worlds] = []
        for case in cases:
            chunk.append(self._prepare(case))
            if sum(each.size for each in chunk) >= FIGURES_AT_ONCE:
                yield from self._try(chunk)
                chunk = []
        if chunk:
            yield from self._try(chunk)

    def _prepare(self, case: Case) -> _Worlds:
        candidates = [each for one in case for each in propose_candidates(self._network, one)]
        # A candidate that several breaks propose is tried once.
        first = {each.name: each for each in reversed(candidates)}
        candidates = [each for each in candidates if first[each.name] is each]
        figures = {at for each in case for at in self._network.list_figures(each)}
        figures |= {at for candidate in candidates for at, _ in candidate.changes}
        kin = self._network.list_kin(figures)
        around = np.unique(np.concatenate([self._surroundings.list_figures(at) for at in figures]))
        is_kin = np.array([self._network.code(at) in kin for at in around], dtype=bool)
        return _Worlds(case, candidates, around[is_kin])

    def _try(self, chunk: list[_Worlds]) -> Iterator[tuple[Case, list[Trial]]]:
        import pandas as pd

        counts = np.array([1 + len(each.candidates) for each in chunk])
        case_of = np.repeat(np.arange(len(chunk)), counts)
        around = [chunk[number].around for number in case_of]
        worlds = np.repeat(np.arange(len(case_of)), [len(each) for each in around])
        changes = [
            (world, *change)
            for each, start in zip(chunk, np.cumsum(counts) - counts, strict=True)
            for world, candidate in enumerate(each.candidates, start=int(start) + 1)
            for change in candidate.changes
        ]
        judged = judge_worlds(
            build_worlds(
                self._statements,
                pd.DataFrame({"world": worlds, "figure": np.concatenate(around)}),
                pd.DataFrame(changes, columns=["world", "figure", "value"]),
            ),
            self._identities,
        )
        broken = self._list_broken(judged, chunk, case_of)
        for each, start in zip(chunk, np.cumsum(counts) - counts, strict=True):
            yield each.case, list(self._compare(each, int(start), judged, broken))

    def _list_broken(
        self, judged: Judged, chunk: list[_Worlds], case_of: Integers
    ) -> dict[int, frozenset[int]]:
        """What is broken in each world, without the rules that its source rejects."""
        sources = [self._sources[each.case[0][1]] for each in chunk]
        follows: Booleans = np.array(
            [[source in self._followers[each.rule_id] for source in sources]
             for each in self._identities],
            dtype=bool,
        ).reshape(len(self._identities), len(sources))  # fmt: skip
        is_broken = ~judged.fits & follows[judged.rule, case_of[judged.world]]
        worlds, keys = judged.world[is_broken], judged.key[is_broken]
        order = np.argsort(worlds, kind="stable")
        names, starts = np.unique(worlds[order], return_index=True)
        parts = np.split(keys[order], starts[1:]) if len(names) else []
        return {
            int(name): frozenset(part.tolist()) for name, part in zip(names, parts, strict=True)
        }

    def _compare(
        self, worlds: _Worlds, start: int, judged: Judged, broken: Mapping[int, frozenset[int]]
    ) -> Iterator[Trial]:
        """Hold each world against that of its case in which nothing is changed."""
        nothing: frozenset[int] = frozenset()
        unchanged = broken.get(start, nothing)
        names = {judged.find(each[0], self._place(each)): each for each in worlds.case}
        for world, candidate in enumerate(worlds.candidates, start=start + 1):
            now = broken.get(world, nothing)
            closes = frozenset(names[each] for each in unchanged - now if each in names)
            if closes and now <= unchanged:
                yield Trial(candidate, closes)

    def _place(self, broken: Break) -> tuple[str, ...]:
        return tuple(words[broken[1]] for words in self._places)

    @cached_property
    def _followers(self) -> dict[str, frozenset[str]]:
        """The sources to which each rule applies."""
        sources: pd.Series = self._statements.rows["source_id"]
        return {
            rule_id: frozenset(sources.loc[verdict.index].unique())
            for rule_id, verdict in self._network.verdicts.items()
        }
