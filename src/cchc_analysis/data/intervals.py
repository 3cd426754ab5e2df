"""A number and the least and greatest it can stand for, through arithmetic; numbers as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Numbers = npt.ArrayLike
NORMAL = 1.959963984540054
"""Standard errors from a normal estimate to either end of its 95 % interval."""


def as_floats(numbers: Any) -> Floats:
    """A sequence, series or single number as a one-dimensional array."""
    return np.atleast_1d(np.asarray(numbers, dtype=np.float64))


@dataclass(frozen=True)
class Interval:
    """A number and the least and greatest it can stand for; numbers or arrays of them.

    Moore, Kearfott, Cloud (2009), Introduction to Interval Analysis, ch. 2.

    >>> Interval(2.0, 1.0, 3.0) - Interval(1.0, 0.5, 1.5)
    Interval(value=1.0, low=-0.5, high=2.5)
    """

    value: Any
    low: Any
    high: Any

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.value + other.value, self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.value - other.value, self.low - other.high, self.high - other.low)

    def __mul__(self, other: Interval) -> Interval:
        """Multiplication; nothing times what has no end is not known, and the range is open."""
        ends = product((self.low, self.high), (other.low, other.high))
        corners = np.stack([np.multiply(*each, dtype=np.float64) for each in ends])
        is_open = np.isnan(corners).any(axis=0) & ~np.isnan(corners).all(axis=0)
        low = np.where(is_open, -np.inf, corners.min(axis=0))
        high = np.where(is_open, np.inf, corners.max(axis=0))
        return Interval(self.value * other.value, low, high)

    def __truediv__(self, other: Interval) -> Interval:
        """Division; where the divisor may be zero nothing is known, and the range is open."""
        is_open = (np.asarray(other.low) <= 0) & (np.asarray(other.high) >= 0)
        with np.errstate(all="ignore"):
            one = np.float64(1.0)
            value = np.where(np.asarray(other.value) == 0, np.nan, one / other.value)
            low = np.where(is_open, -np.inf, one / other.high)
            high = np.where(is_open, np.inf, one / other.low)
            return self * Interval(value, low, high)


def with_range(table: pd.DataFrame) -> pd.DataFrame:
    """The table with ``low`` and ``high``: the value itself where they are not known."""
    return table if "low" in table else table.assign(low=table["value"], high=table["value"])


def read_interval(table: pd.DataFrame, suffix: str = "") -> Interval:
    """The columns ``value``, ``low`` and ``high`` of a table, with a suffix, as one interval."""
    names = (f"{name}{suffix}" for name in ("value", "low", "high"))
    return Interval(*(table[name].to_numpy("float64") for name in names))
