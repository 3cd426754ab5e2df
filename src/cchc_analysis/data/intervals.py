"""A number and the least and greatest it can stand for, through arithmetic; numbers as arrays."""

from __future__ import annotations

from dataclasses import dataclass
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

    >>> (Interval.of(248.0, 0) / Interval.of(0.944, 3)).round(1)
    Interval(value=262.7, low=262.0, high=263.4)
    """

    value: Any
    low: Any
    high: Any

    @classmethod
    def of(cls, value: float, decimals: int) -> Interval:
        """A printed number: half a unit of its last digit may be hidden on either side."""
        half = 0.5 * 10.0**-decimals
        return cls(value, value - half, value + half)

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.value + other.value, self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.value - other.value, self.low - other.high, self.high - other.low)

    def __mul__(self, other: Any) -> Interval:
        """Multiplication; nothing times what has no end is not known, and the range is open."""
        factor = other if isinstance(other, Interval) else Interval(other, other, other)
        corners = np.stack(
            [
                np.multiply(a, b, dtype=np.float64)
                for a in (self.low, self.high)
                for b in (factor.low, factor.high)
            ]
        )
        is_open = np.isnan(corners).any(axis=0) & ~np.isnan(corners).all(axis=0)
        low = np.where(is_open, -np.inf, corners.min(axis=0))
        high = np.where(is_open, np.inf, corners.max(axis=0))
        return Interval(self.value * factor.value, low, high)

    def __truediv__(self, other: Interval) -> Interval:
        """Division; where the divisor may be zero nothing is known, and the range is open."""
        is_open = (np.asarray(other.low) <= 0) & (np.asarray(other.high) >= 0)
        with np.errstate(all="ignore"):
            one = np.float64(1.0)
            value = np.where(np.asarray(other.value) == 0, np.nan, one / other.value)
            low = np.where(is_open, -np.inf, one / other.high)
            high = np.where(is_open, np.inf, one / other.low)
            return self * Interval(value, low, high)

    def round(self, decimals: int) -> Interval:
        """The same, rounded for print, as plain floats."""
        return Interval(
            *(round(float(each), decimals) for each in (self.value, self.low, self.high))
        )


def with_range(table: pd.DataFrame) -> pd.DataFrame:
    """The table with ``low`` and ``high``: the value itself where they are not known."""
    if "low" in table:
        return table
    return table.assign(low=table["value"], high=table["value"])


def read_interval(table: pd.DataFrame, suffix: str = "") -> Interval:
    """The columns ``value``, ``low`` and ``high`` of a table, with a suffix, as one interval."""
    names = (f"{name}{suffix}" for name in ("value", "low", "high"))
    return Interval(*(table[name].to_numpy("float64") for name in names))
