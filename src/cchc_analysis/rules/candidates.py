"""Candidates: the figures that could be wrong in a broken rule, and the values that would fit.

Every figure of the rule gets the value that would close it. A total that was added up from a wrong
part moves with that part, so the parts of a total are candidates as well. What a candidate would
break elsewhere is not asked here; ``causes`` tries it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cchc_analysis.rules.expressions import Operand
from cchc_analysis.rules.identity import Identity
from cchc_analysis.rules.intervals import compute_value
from cchc_analysis.rules.network import Break, Network

SHIFTS = (0.001, 0.01, 0.1, 10.0, 100.0, 1000.0)
"""What a misplaced separator does to a number."""

NEAR_SHIFT = 2.0
"""So many times at most may two sides differ once a separator is moved back."""

FULL_RATE = 100.0
STEPS = 8
CLOSE = 1e-9


@dataclass(frozen=True)
class Candidate:
    """A figure with another value, what moves with it, and the break that it is meant to close."""

    broken: Break
    figure: int
    value: float
    moved: tuple[tuple[int, float], ...] = ()

    @property
    def changes(self) -> tuple[tuple[int, float], ...]:
        """All figures that change, with their values."""
        return ((self.figure, self.value), *self.moved)

    @property
    def name(self) -> tuple[int, float, tuple[tuple[int, float], ...]]:
        """What is the same for a candidate that several breaks propose."""
        return self.figure, self.value, self.moved


def propose_candidates(network: Network, broken: Break) -> Iterator[Candidate]:
    """The figures that could be wrong in a broken rule, each with the value that would fit."""
    spoken = frozenset(network.list_figures(broken))
    for figure, value in solve_rule(network, broken):
        yield Candidate(broken, figure, value)
        shift = value - float(network.values[figure])
        yield from _propose_parts(network, broken, figure, value, shift)
        if above := network.list_above(figure, spoken):
            moved = tuple((at, float(network.values[at]) + shift) for at in above)
            yield Candidate(broken, figure, value, moved)


def _propose_parts(
    network: Network, broken: Break, figure: int, value: float, shift: float
) -> Iterator[Candidate]:
    """The parts of which a figure is the total: it was added up rightly from a wrong one."""
    for meeting in network.list_meetings(figure):
        for part in meeting.parts if meeting.total == figure else ():
            fitting = float(network.values[part]) + shift
            if fitting >= 0:
                yield Candidate(broken, part, fitting, ((figure, value),))


def solve_rule(network: Network, broken: Break) -> Iterator[tuple[int, float]]:
    """Each figure of a broken rule with the values that would close it, as they would be printed.

    An equality gives one value for each figure. An order gives none: any smaller number would do;
    there only a misplaced separator is tried, where both sides differ by about what it makes.
    """
    rule, operands = network.rules[broken[0]], network.list_operands(broken)
    totals = {
        operand: float(sum(network.values[at] for at in figures))
        for operand, figures in operands.items()
    }
    for operand, figures in operands.items():
        for figure in figures:
            printed = float(network.values[figure])
            if rule.operator == "=":
                found = [_find_root(rule, totals, operand, printed)]
            else:
                shifts = _list_shifts(rule, totals) if network.has_mark(figure) else []
                found = [printed * shift for shift in shifts]
            for value in found:
                rounded = _print_like(network, figure, value)
                if rule.operator != "=" and not math.isclose(rounded, value, rel_tol=CLOSE):
                    continue
                if _is_possible(network, figure, rounded):
                    yield figure, rounded


def _list_shifts(rule: Identity, totals: Mapping[Operand, float]) -> list[float]:
    """The shifts that would bring one side of an order about to the size of the other."""
    left, right = (compute_value(side, totals) for side in (rule.left_side, rule.right_side))
    if not (left > 0 and right > 0):
        return []
    away = left / right
    return [
        shift for shift in SHIFTS if 1 / NEAR_SHIFT <= away * min(shift, 1 / shift) <= NEAR_SHIFT
    ]


def _find_root(
    rule: Identity, totals: Mapping[Operand, float], operand: Operand, printed: float
) -> float:
    """The value of one figure that makes both sides equal, by the secant method.

    A side is affine in a figure or in its inverse, so that a few steps are enough.
    """
    rest = totals[operand] - printed

    def miss(value: float) -> float:
        numbers = {**totals, operand: rest + value}
        return compute_value(rule.left_side, numbers) - compute_value(rule.right_side, numbers)

    one, other = printed, printed * 1.001 + 1e-3
    for _ in range(STEPS):
        slope = miss(other) - miss(one)
        if not math.isfinite(slope) or slope == 0:
            return math.nan
        one, other = other, other - miss(other) * (other - one) / slope
        if abs(other - one) <= CLOSE * max(abs(other), 1.0):
            return other
    return math.nan


def _print_like(network: Network, figure: int, value: float) -> float:
    """A value rounded as the figure is printed."""
    if not math.isfinite(value):
        return math.nan
    unit = network.unit(figure)
    decimals = int(network.decimals[figure])
    # Points are awarded in quarters, however many decimals one of them shows.
    return round(value, max(decimals, 2) if unit == "point" else decimals)


def _is_possible(network: Network, figure: int, value: float) -> bool:
    is_number = math.isfinite(value) and value >= 0
    is_share = network.unit(figure) == "%" and network.values[figure] <= FULL_RATE
    is_changed = not math.isclose(value, float(network.values[figure]), rel_tol=CLOSE)
    return is_number and is_changed and not (is_share and value > FULL_RATE)
