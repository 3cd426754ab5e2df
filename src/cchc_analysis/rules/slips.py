"""Slips of the pen: how a wrong number came from the right one.

Comes in as a number as printed and the number that would fit; goes out as the name of a slip, or
nothing. A name is never proof: it makes one explanation likelier than another, and is worded so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

SHORTEST = 2
"""Digits that a number needs before "one digit differs" says anything."""


class Slip(StrEnum):
    """What may have happened to a number."""

    NONE = ""
    SEPARATOR = "separator"
    ONE_DIGIT = "one_digit"
    SWAPPED = "swapped"
    DROPPED = "dropped"
    ADDED = "added"


def name_slip(printed: str, fitting: float, decimals: int = 0) -> Slip:
    """Name the slip of the digits that makes a number of what is printed.

    Args:
        printed: As printed: ``04`` has two digits.
        fitting: The number that would fit.
        decimals: The decimals with which it would be printed.

    Examples:
        >>> name_slip("89,4", 894, 1), name_slip("889", 899), name_slip("420.000", 4920000)
        (<Slip.SEPARATOR: 'separator'>, <Slip.ONE_DIGIT: 'one_digit'>, <Slip.DROPPED: 'dropped'>)
        >>> name_slip("1578", 1587), name_slip("34", 4), name_slip("856", 786)
        (<Slip.SWAPPED: 'swapped'>, <Slip.ONE_DIGIT: 'one_digit'>, <Slip.NONE: ''>)
    """
    one = re.sub(r"\D", "", printed)
    other = f"{fitting:.{decimals}f}".replace(".", "")
    if not one.strip("0") or fitting <= 0:
        return Slip.NONE
    if re.search(r"[.,]", printed) and one.strip("0") == other.strip("0"):
        return Slip.SEPARATOR
    # A number of few digits may be printed with a zero before it.
    if len(other) < len(one) <= SHORTEST:
        other = other.zfill(len(one))
    if len(one) == len(other):
        return _compare_digits(one, other)
    if len(one) + 1 == len(other) and _lacks_one(one, other):
        return Slip.DROPPED
    if len(one) == len(other) + 1 and _lacks_one(other, one):
        return Slip.ADDED
    return Slip.NONE


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
