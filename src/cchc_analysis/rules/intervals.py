"""Arithmetic on intervals, along many rows at once.

Every printed figure stands for a small interval; an expression of figures stands for the interval
of all that its figures allow. Infinite bounds are fine: a figure "over 100" has one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from cchc_analysis.rules.expressions import Constant, Expression, Operand, Operation
from cchc_analysis.rules.figures import Floats


@dataclass(frozen=True)
class Interval:
    """A value and the least and greatest it can stand for, along the rows."""

    value: Floats
    low: Floats
    high: Floats

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.value + other.value, self.low + other.low, self.high + other.high)

    def __neg__(self) -> Interval:
        return Interval(-self.value, -self.high, -self.low)

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def __mul__(self, other: Interval) -> Interval:
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(self.value * other.value, *_bound(corners))

    def __truediv__(self, other: Interval) -> Interval:
        low, high = 1.0 / other.high, 1.0 / other.low
        # A divisor that may be zero leaves the quotient open.
        is_open = (other.low <= 0) & (other.high >= 0)
        inverse = Interval(
            1.0 / other.value, np.where(is_open, -np.inf, low), np.where(is_open, np.inf, high)
        )
        return self * inverse

    def widen(self, room: float) -> Interval:
        """The same value with that much more room on either side."""
        return replace(self, low=self.low - room, high=self.high + room)


def _bound(corners: list[Floats]) -> tuple[Floats, Floats]:
    # Zero times infinity is NaN: such a corner leaves the product open.
    stacked = np.stack(corners)
    is_open = np.isnan(stacked).any(axis=0) & ~np.isnan(stacked).all(axis=0)
    low, high = stacked.min(axis=0), stacked.max(axis=0)
    return np.where(is_open, -np.inf, low), np.where(is_open, np.inf, high)


Look = Callable[[Operand], Interval]


def compute_interval(expression: Expression, look: Look) -> Interval:
    """Compute an expression, looking its operands up."""
    if isinstance(expression, Constant):
        constant = np.asarray(expression.value, dtype=np.float64)
        return Interval(constant, constant, constant)
    if not isinstance(expression, Operation):
        return look(expression)
    left, right = compute_interval(expression.left, look), compute_interval(expression.right, look)
    if expression.operator == "+":
        return left + right
    if expression.operator == "-":
        return left - right
    return left * right if expression.operator == "*" else left / right


def compute_value(expression: Expression, values: Mapping[Operand, float]) -> float:
    """Compute an expression of plain numbers; NaN where it divides by zero."""
    if isinstance(expression, Constant):
        return expression.value
    if not isinstance(expression, Operation):
        return values[expression]
    left = compute_value(expression.left, values)
    right = compute_value(expression.right, values)
    if expression.operator == "+":
        return left + right
    if expression.operator == "-":
        return left - right
    if expression.operator == "*":
        return left * right
    return left / right if right else float("nan")
