"""Identities over all statements at once.

Both sides of an identity become intervals; an equality holds where they meet. No figure is accused
of what rounding alone can explain, whichever figure of the rule was rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from cchc_analysis.rules.expressions import (
    Expression,
    Operand,
    list_operands,
)
from cchc_analysis.rules.figures import Booleans, Floats, Integers, Operands
from cchc_analysis.rules.identity import Identity
from cchc_analysis.rules.intervals import Interval, Look, compute_interval

if TYPE_CHECKING:
    import pandas as pd

VERDICT: Mapping[str, type[float] | type[bool]] = dict.fromkeys(
    ("left", "right", "difference", "left_low", "left_high", "right_low", "right_high"), float
) | dict.fromkeys(("holds", "is_complete", "is_within_unit", "is_truncated"), bool)
"""The columns of a verdict, and what they hold."""

UNIT = 1 - 1e-6
"""Less than one unit of the last printed digit: a whole unit is an error."""

EPSILON = 1e-13
"""Room for binary fractions, in shares of the numbers compared."""


class Lines(Protocol):
    """Whatever operands can be looked up in: statements, or the columns of a table."""

    def find(self, operand: Operand) -> Operands:
        """The figures of one operand along all rows."""


def evaluate_identity(identity: Identity, lines: Lines) -> pd.DataFrame:
    """Evaluate one identity wherever the figures that it needs are printed.

    Parts that are not printed count as nothing: those that are printed may then reach the total
    at most. Two printed parts are needed for that, since one part against its whole is a rule of
    its own.

    Returns:
        Indexed by the rows that the identity applies to, each set of figures once: ``left``,
        ``right``, ``difference`` (left - right), ``left_low``, ``left_high``, ``right_low``,
        ``right_high``, ``holds``, ``is_complete`` (all figures printed), ``is_within_unit``
        (broken by less than one unit of the last printed digits) and ``is_truncated`` (as digits
        that were cut off instead of rounded would).
    """
    import pandas as pd

    operands = {operand: lines.find(operand) for operand in identity.operands}
    at = _list_home_rows(identity, operands)
    if not len(at):
        return _make_nothing()
    verdict = _Sides(identity, operands, at).judge()
    is_number = np.isfinite(verdict["left"]) & np.isfinite(verdict["right"])
    return pd.DataFrame(verdict, index=pd.Index(at, name="row")).iloc[np.flatnonzero(is_number)]


@cache
def _make_nothing() -> pd.DataFrame:
    """The verdict of a rule that applies nowhere; most rules apply to few sources."""
    import pandas as pd

    columns = {name: np.zeros(0, dtype=kind) for name, kind in VERDICT.items()}
    return pd.DataFrame(columns, index=pd.Index([], name="row", dtype="int64"))


def evaluate_lone_parts(
    sums: Iterable[Identity], stated: Container[tuple[str, str]], lines: Lines
) -> pd.DataFrame:
    """Hold a part that is printed alone against its total: of one part an identity says nothing.

    Args:
        sums: Identities of which one side is a plain sum and the other its total.
        stated: Pairs (part, total) that a rule of its own speaks of.
        lines: Where to look.

    Returns:
        As ``evaluate_identity``, with ``part`` and ``whole``; a row may occur for several parts.
    """
    import pandas as pd

    found = []
    for rule in sums:
        if len(rule.parts) < 2:
            continue
        alone = np.stack([lines.find(part).is_printed for part in rule.parts]).sum(axis=0) == 1
        if not alone.any():
            continue
        for part in rule.parts:
            pair = (str(part), rule.left)
            if pair in stated:
                continue
            order = Identity(rule.rule_id, "order", pair[0], "<=", pair[1], rule.tolerance)
            verdict = evaluate_identity(order, lines)
            found.append(verdict[alone[verdict.index]].assign(part=pair[0], whole=pair[1]))
    if not found:
        return pd.DataFrame(columns=["holds"], dtype=bool)
    together: pd.DataFrame = pd.concat(found).reset_index()
    return together.drop_duplicates(["row", "part", "whole"]).set_index("row")


def compute_expression(expression: Expression, lines: Lines) -> pd.DataFrame:
    """Compute an expression wherever all its figures are printed.

    Returns:
        Indexed by row: ``value``, ``low`` and ``high``.
    """
    import pandas as pd

    operands = {operand: lines.find(operand) for operand in list_operands(expression)}
    printed = np.stack([each.is_printed for each in operands.values()]).all(axis=0)
    at = np.flatnonzero(printed)

    def look(operand: Operand) -> Interval:
        each = operands[operand]
        return Interval(each.value[at], each.low[at], each.high[at])

    with np.errstate(all="ignore"):
        found = compute_interval(expression, look)
    columns = {"value": found.value, "low": found.low, "high": found.high}
    frame = pd.DataFrame(columns, index=pd.Index(at, name="row"))
    return frame.iloc[np.flatnonzero(np.isfinite(found.value))]


def _list_home_rows(identity: Identity, operands: Mapping[Operand, Operands]) -> Integers:
    """The rows that the identity applies to, each set of figures once.

    A rule with fixed scopes sees the same figures from the rows of every scope, and a stock is
    seen from every window that ends on its day: of the rows with one first figure those with most
    figures are kept, and of equal rows the one in which the first figure is at home.
    """
    printed = np.stack([each.is_printed for each in operands.values()])
    rows = np.flatnonzero(_has_enough(identity, printed))
    if not len(rows):
        return rows
    homes = np.stack([each.home[rows] for each in operands.values()])
    count = printed[:, rows].sum(axis=0)
    # Row by row: whether another source prints its first figure must not matter here.
    has_first = printed[0, rows]
    _, first = np.unique(homes[0, has_first], return_inverse=True)
    most = np.zeros(len(rows), dtype=count.dtype)
    np.maximum.at(most, first, count[has_first])
    kept = np.ones(len(rows), dtype=bool)
    kept[has_first] = count[has_first] == most[first]
    rows, homes = rows[kept], homes[:, kept]
    order = np.lexsort((rows, homes[0] != rows, *homes))
    is_first = np.ones(len(rows), dtype=bool)
    is_first[1:] = (homes[:, order[1:]] != homes[:, order[:-1]]).any(axis=0)
    return np.sort(rows[order[is_first]])


def _has_enough(identity: Identity, printed: Booleans) -> Booleans:
    """Where enough is printed: everything, or of a plain sum the total and two of its parts."""
    complete = printed.all(axis=0)
    is_part = np.array([operand in identity.parts for operand in identity.operands])
    if is_part.all() or not is_part.any():
        return np.asarray(complete)
    needed = min(2, len(identity.parts))
    partly = printed[~is_part].all(axis=0) & (printed[is_part].sum(axis=0) >= needed)
    return np.asarray(complete | partly)


class _Sides:
    """Both sides of an identity in the rows that it applies to."""

    def __init__(
        self, identity: Identity, operands: Mapping[Operand, Operands], at: Integers
    ) -> None:
        self.identity = identity
        self.operands = operands
        self.at = at
        printed = np.stack([each.is_printed[at] for each in operands.values()])
        self.complete: Booleans = np.asarray(printed.all(axis=0))

    def judge(self) -> dict[str, npt.NDArray[np.generic]]:
        """Both sides, and whether they agree."""
        with np.errstate(all="ignore"):
            left, right = self._evaluate(self._as_printed)
            holds = self._compare(left, right)
            within = self._compare(*self._evaluate(self._cut_either_way))
            truncated = self._compare(*self._evaluate(self._cut_off))
        return {
            "left": left.value,
            "right": right.value,
            "difference": left.value - right.value,
            "left_low": left.low,
            "left_high": left.high,
            "right_low": right.low,
            "right_high": right.high,
            "holds": holds,
            "is_complete": self.complete,
            "is_within_unit": ~holds & within & self.complete,
            "is_truncated": ~holds & truncated & self.complete,
        }

    def _evaluate(self, look: Look) -> tuple[Interval, Interval]:
        return (
            compute_interval(self.identity.left_side, look),
            compute_interval(self.identity.right_side, look),
        )

    def _compare(self, left: Interval, right: Interval) -> Booleans:
        """Equal sides meet; of an incomplete sum, and of an order, one side only is bound."""
        left = left.widen(self.identity.room)
        size = np.maximum(np.abs(left.value), np.abs(right.value))
        room = EPSILON * np.maximum(np.where(np.isfinite(size), size, 1.0), 1.0)
        not_above = left.low <= right.high + room
        not_below = right.low <= left.high + room
        if self.identity.operator == "<=":
            return not_above
        return not_below & (not_above | ~self.complete)

    def _as_printed(self, operand: Operand) -> Interval:
        return self._read(operand, lambda each: (each.low, each.high))

    def _cut_either_way(self, operand: Operand) -> Interval:
        """As if each figure had been rounded up or down, whatever its next digit was."""
        return self._read(
            operand,
            lambda each: (
                np.minimum(each.low, each.value - UNIT * each.step),
                np.maximum(each.high, each.value + UNIT * each.step),
            ),
        )

    def _cut_off(self, operand: Operand) -> Interval:
        """As if the digits behind the last printed one had been dropped."""
        return self._read(
            operand,
            lambda each: (
                np.where(np.isfinite(each.low), each.value, each.low),
                np.maximum(each.high, each.value + UNIT * each.step),
            ),
        )

    def _read(
        self, operand: Operand, room: Callable[[Operands], tuple[Floats, Floats]]
    ) -> Interval:
        each = self.operands[operand]
        low, high = room(each)
        # A part that is not printed counts as nothing.
        found = (
            np.where(each.is_printed, number, 0.0)[self.at] for number in (each.value, low, high)
        )
        return Interval(*found)
