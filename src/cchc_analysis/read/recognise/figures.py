"""A proposed figure: the columns of a transcript, how surely, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cchc_analysis.data.records import Comparator, Scope, Status


class Confidence(StrEnum):
    """How surely a proposal is made, least first."""

    NONE = "none"
    LOW = "low"
    HIGH = "high"


def say_whole(part: str) -> str:
    """The reason of a B: "the whole that dossiers_received_online is a part of"."""
    return f"the whole that {part} is a part of"


@dataclass(frozen=True)
class Figure:
    """A proposed figure; the columns of a transcript, and why.

    ``line`` counts from 1; ``start`` is its place in the line or cell. ``rivals`` are candidates
    that were not taken. ``looked_again`` says what a second look changed.
    """

    line: int
    start: int
    printed: str
    section: str
    place: str
    area: str
    scope: Scope
    period_start: str
    period_end: str
    indicator: str
    breakdown: str
    unit: str
    status: Status
    comparator: Comparator
    confidence: Confidence
    reason: str
    rivals: tuple[str, ...] = ()
    read_as: str = ""
    is_scope_said: bool = False
    is_time_said: bool = False
    looked_again: str = ""
    units: frozenset[str] = field(default=frozenset(), repr=False)

    def is_whole_of(self, part: Figure) -> bool:
        """Whether it is the B of a pair of which ``part`` is the A."""
        return bool(part.indicator) and self.reason == say_whole(part.indicator)
