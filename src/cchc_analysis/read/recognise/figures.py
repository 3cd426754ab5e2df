"""A proposed figure: the columns of a transcript, how surely, and why; and its number.

Comes in as proposals of one document; goes out as values, and as a table of observations that the
identities can be held against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from cchc_analysis.data.clean import NumberError, parse_number
from cchc_analysis.data.records import OBSERVATION_COLUMNS, Comparator, Scope, Status
from cchc_analysis.data.reference import Reference

if TYPE_CHECKING:
    import pandas as pd


class Confidence(StrEnum):
    """How surely a proposal is made, least first."""

    NONE = "none"
    LOW = "low"
    HIGH = "high"


OTHER_REPORT = "another report begins in line"
"""Said of figures of a second report in the same file."""


def say_whole(part: str) -> str:
    """The reason of a B: "the whole that dossiers_received_online is a part of"."""
    return f"the whole that {part} is a part of"


@dataclass(frozen=True)
class Figure:
    """A proposed figure; the columns of a transcript, and why.

    ``line`` counts from 1; ``start`` is its place in the line or cell. ``rivals`` are candidates
    that were not taken, best first; its own words allow the first ``choices`` of them.
    ``looked_again`` says what a second look changed. ``marks`` are what speaks for and against all
    of it being right, ``chance`` how likely that is.
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
    choices: int = 0
    read_as: str = ""
    is_scope_said: bool = False
    is_time_said: bool = False
    looked_again: str = ""
    marks: frozenset[str] = frozenset()
    chance: float = 0.0
    units: frozenset[str] = field(default=frozenset(), repr=False)

    def is_whole_of(self, part: Figure) -> bool:
        """Whether it is the B of a pair of which ``part`` is the A."""
        return bool(part.indicator) and self.reason == say_whole(part.indicator)


def tabulate_figures(
    figures: Sequence[Figure], reference: Reference, *, has_all: bool = False
) -> pd.DataFrame:
    """The proposals as observations, for the identities; ``figures`` holds their positions.

    A quantity printed twice with one value is one; with two, the first speaks, unless all
    readings are asked for.
    """
    import pandas as pd

    rows = []
    for position, figure in enumerate(figures):
        value = read_value(figure, reference)
        if not figure.indicator or value is None:
            continue
        unit = reference.indicator_rows[figure.indicator]["unit"]
        half = 0.0
        if reference.unit_rows[unit]["kind"] in ("rate", "money"):
            half = 0.5 * 10.0 ** -count_decimals(figure)
        try:
            factor = reference.convert_unit(figure.unit or unit, unit)
        except KeyError:
            continue
        quantity = {
            "source_id": "draft", "area_id": figure.area, "scope": str(figure.scope),
            "indicator": figure.indicator, "breakdown": figure.breakdown,
            "period_start": figure.period_start, "period_end": figure.period_end,
            "status": str(figure.status), "reading": 1, "value": value * factor,
            "low": (value - half) * factor, "high": (value + half) * factor, "unit": unit,
            "decimals": count_decimals(figure), "comparator": str(figure.comparator),
            "is_published": True, "figures": str(position),
        }  # fmt: skip
        rows.append(quantity)
    table = pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS))
    key = list(OBSERVATION_COLUMNS[:8])
    if not has_all:
        return table.drop_duplicates(key, ignore_index=True)
    together = table.groupby([*key, "value"], sort=False)["figures"].transform(" ".join)
    table = table.assign(figures=together).drop_duplicates([*key, "value"], ignore_index=True)
    return table.assign(reading=table.groupby(key, sort=False).cumcount() + 1)


def read_value(figure: Figure, reference: Reference) -> float | None:
    """The number of a figure, or nothing where it can be read in two ways."""
    unit = figure.unit or (
        reference.indicator_rows[figure.indicator]["unit"] if figure.indicator else ""
    )
    kind = str(reference.unit_rows[unit]["kind"]) if unit in reference.unit_rows else "other"
    try:
        return parse_number(figure.read_as or figure.printed, kind).value
    except NumberError:
        return None


def count_decimals(figure: Figure) -> int:
    """How many digits stand behind the decimal mark."""
    try:
        return parse_number(figure.read_as or figure.printed).decimals
    except NumberError:
        return 0
