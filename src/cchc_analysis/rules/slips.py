"""Slips of the pen: how a wrong number came from the right one.

Comes in as the number printed and the number that would fit; goes out as the name of a slip, or
nothing. A name is never proof: it makes one explanation likelier than another, and is worded so.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

SHORTEST = 2
"""Digits that a number needs before "one digit differs" says anything."""

LARGEST_SHIFT = 6

GROUPED = 1000
"""From here on a whole number is printed with a mark between its thousands."""


class Slip(StrEnum):
    """What may have happened to a number."""

    NONE = ""
    SEPARATOR = "separator"
    ONE_DIGIT = "one_digit"
    SWAPPED = "swapped"
    DROPPED = "dropped"
    ADDED = "added"
    COPIED = "copied"
    IN_PLACE_OF = "in_place_of"
    MEAN_OF_RATES = "mean_of_rates"


def name_slip(printed: float, fitting: float, decimals: int = 0) -> Slip:
    """Name the slip of the digits that makes one number of another.

    Examples:
        >>> name_slip(89.4, 894, 1), name_slip(889, 899), name_slip(420000, 4920000)
        (<Slip.SEPARATOR: 'separator'>, <Slip.ONE_DIGIT: 'one_digit'>, <Slip.DROPPED: 'dropped'>)
        >>> name_slip(1578, 1587), name_slip(856, 786)
        (<Slip.SWAPPED: 'swapped'>, <Slip.NONE: ''>)
    """
    if printed <= 0 or fitting <= 0:
        return Slip.NONE
    if has_mark(printed, decimals) and _is_shifted(printed, fitting):
        return Slip.SEPARATOR
    one, other = _list_digits(printed, decimals), _list_digits(fitting, decimals)
    if len(one) == len(other):
        return _compare_digits(one, other)
    if len(one) + 1 == len(other) and _lacks_one(one, other):
        return Slip.DROPPED
    if len(one) == len(other) + 1 and _lacks_one(other, one):
        return Slip.ADDED
    return Slip.NONE


def has_mark(printed: float, decimals: int) -> bool:
    """Whether a number is printed with a mark that can be misplaced."""
    return decimals > 0 or printed >= GROUPED


def _is_shifted(printed: float, fitting: float) -> bool:
    shifts = (10.0**power for power in range(1, LARGEST_SHIFT + 1))
    larger, smaller = max(printed, fitting), min(printed, fitting)
    return any(abs(larger - smaller * shift) <= 1e-9 * larger for shift in shifts)


def _list_digits(number: float, decimals: int) -> str:
    return f"{number:.{decimals}f}".replace(".", "")


def _compare_digits(one: Sequence[str], other: Sequence[str]) -> Slip:
    differing = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differing) == 1 and len(one) >= SHORTEST:
        return Slip.ONE_DIGIT
    if len(differing) == 2:
        at, following = differing
        if following == at + 1 and (one[at], one[following]) == (other[following], other[at]):
            return Slip.SWAPPED
    return Slip.NONE


def _lacks_one(shorter: str, longer: str) -> bool:
    """Whether one digit taken out of the longer number leaves the shorter one."""
    return len(shorter) >= SHORTEST and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
    )
