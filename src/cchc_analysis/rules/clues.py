"""Clues: how a fitting value and the printed one are related, and how likely that makes it.

Digits give some clues (``slips``), the figures around give others: the mean of two rates printed
for the pooled one, one figure added where another belongs, a number copied from its neighbour.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from cchc_analysis.rules.candidates import Candidate
from cchc_analysis.rules.network import Network
from cchc_analysis.rules.slips import Slip, name_slip

SMALLEST_COPY = 10
"""Below this, that two figures are equal says nothing."""

FEW = 2
"""So few neighbours do not tell what is usual."""


Rank = tuple[bool, int, bool, float, int]
Explanation = tuple[Slip, tuple[int, ...]]


class Clues:
    """What speaks for each candidate; asked for again and again, so remembered."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._explained: dict[Candidate, Explanation] = {}

    def explain(self, candidate: Candidate) -> Explanation:
        """The slip that turned the fitting value into the printed one, and what it involves."""
        if candidate not in self._explained:
            self._explained[candidate] = _explain_candidate(self._network, candidate)
        return self._explained[candidate]

    def is_named(self, candidate: Candidate) -> bool:
        """Whether a slip would explain the candidate."""
        return self.explain(candidate)[0] != Slip.NONE

    def rank(self, candidate: Candidate) -> Rank:
        """Likelier candidates first.

        A slip with a name, less that moves along, a number that is out of the usual beside its
        neighbours, a smaller change.
        """
        printed = float(self._network.values[candidate.figure])
        change = abs(candidate.value - printed) / max(abs(printed), abs(candidate.value))
        is_usual = not _is_odd(self._network, candidate)
        is_nameless = not self.is_named(candidate)
        return is_nameless, len(candidate.moved), is_usual, change, candidate.figure


def _is_odd(network: Network, candidate: Candidate) -> bool:
    """Whether a figure is far smaller or larger than its neighbours, and would no longer be."""
    spoken = network.list_operands(candidate.broken).values()
    beside = next((each for each in spoken if candidate.figure in each), [])
    if len(beside) <= FEW or network.values[beside].min() <= 0:
        return False
    usual = float(np.median(network.values[beside]))
    printed = abs(math.log10(float(network.values[candidate.figure]) / usual))
    fitting = abs(math.log10(candidate.value / usual)) if candidate.value > 0 else math.inf
    return printed >= 1 and fitting < printed


def _explain_candidate(network: Network, candidate: Candidate) -> Explanation:
    if mean := _find_mean(network, candidate):
        return Slip.MEAN_OF_RATES, mean
    if confused := next(_find_confused(network, candidate), ()):
        return Slip.IN_PLACE_OF, confused
    printed = float(network.values[candidate.figure])
    slip = name_slip(printed, candidate.value, int(network.decimals[candidate.figure]))
    if slip == Slip.NONE and (copied := _find_copied(network, candidate)):
        return Slip.COPIED, copied
    return slip, ()


def _find_mean(network: Network, candidate: Candidate) -> tuple[int, ...]:
    """The two rates of which a pooled rate is the mean, as far as its digits go."""
    figure = candidate.figure
    if network.unit(figure) != "%":
        return ()
    rates = [at for at in network.list_siblings(figure) if at != figure]
    half_unit = 0.5 * 10.0 ** -int(network.decimals[figure])
    for pair in combinations(rates, 2):
        mean = float(np.mean(network.values[list(pair)]))
        if abs(mean - network.values[figure]) <= half_unit * (1 + 1e-9):
            return pair
    return ()


def _find_confused(network: Network, candidate: Candidate) -> Iterator[tuple[int, ...]]:
    """A figure that was added where another belongs, to a sibling of the candidate.

    The candidate is printed as sibling + wrong and would fit as sibling + right, where wrong and
    right are of one scope and share a rule. Gives right, wrong and the sibling.
    """
    figure = candidate.figure
    beside = network.list_of_unit(figure)
    by_value: dict[float, list[int]] = {}
    for at in beside:
        by_value.setdefault(float(network.values[at]), []).append(at)
    for sibling in network.list_siblings(figure):
        if sibling == figure:
            continue
        wrongs = by_value.get(float(network.values[figure] - network.values[sibling]), [])
        rights = by_value.get(candidate.value - float(network.values[sibling]), [])
        for wrong in wrongs:
            for right in rights:
                if _are_related(network, wrong, right):
                    yield right, wrong, sibling


def _find_copied(network: Network, candidate: Candidate) -> tuple[int, ...]:
    """A figure of the same unit beside the candidate from which its number may be copied."""
    printed = float(network.values[candidate.figure])
    changed = {at for at, _ in candidate.changes}
    if printed < SMALLEST_COPY or network.unit(candidate.figure) == "%":
        return ()
    same = [at for at in network.list_of_unit(candidate.figure) if network.values[at] == printed]
    return tuple(at for at in same if at not in changed)[:1]


def _are_related(network: Network, one: int, other: int) -> bool:
    """Whether two figures are of one scope and meet in a rule."""
    codes = {network.code(one), network.code(other)}
    is_large = min(network.values[one], network.values[other]) >= SMALLEST_COPY
    meets = any(codes <= rule.codes for rule in network.rules.values())
    return bool(
        is_large and network.scope(one) == network.scope(other) and len(codes) > 1 and meets
    )
