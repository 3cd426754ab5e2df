"""What a document as a whole says against its figures: doubt, with the reason.

Comes in as the proposals of one document and its head; goes out as proposals, some less sure. Two
values of one quantity cannot both be read rightly unless the document contradicts itself, which a
person has to see. What lies beyond all that an indicator can be is not that indicator.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from cchc_analysis.data.reference import Reference
from cchc_analysis.read.recognise.figures import Confidence, Figure
from cchc_analysis.read.recognise.head import Head
from cchc_analysis.read.recognise.values import read_value


def doubt_figures(
    figures: Sequence[Figure], head: Head, reference: Reference
) -> tuple[Figure, ...]:
    """Lower the confidence of what the document as a whole speaks against."""
    possible = [_leave_impossible(figure, reference) for figure in figures]
    weighed = _doubt_rivals(possible, reference)
    return tuple(weighed if head.is_sure_area else map(_doubt_owner, weighed))


def _leave_impossible(figure: Figure, reference: Reference) -> Figure:
    """A figure without the indicator whose range it lies beyond; it stays a candidate."""
    row = reference.indicator_rows.get(figure.indicator)
    value = read_value(figure, reference) if row else None
    if row is None or value is None:
        return figure
    least, most = _read_bound(row["range_min"], -1), _read_bound(row["range_max"], 1)
    if least <= value <= most:
        return figure
    return replace(
        figure,
        indicator="",
        confidence=Confidence.NONE,
        rivals=(figure.indicator, *figure.rivals),
        looked_again=f"{figure.indicator} is between {least:g} and {most:g}; left open",
    )


def _read_bound(cell: object, side: int) -> float:
    """A bound of the catalogue; where there is none, that side is open."""
    return float(str(cell)) if str(cell) not in ("", "nan") else side * math.inf


def _doubt_rivals(figures: Sequence[Figure], reference: Reference) -> list[Figure]:
    """Nothing is sure of a quantity that is claimed with two values."""
    held: dict[tuple[str, ...], list[int]] = {}
    for at, figure in enumerate(figures):
        if figure.indicator:
            held.setdefault(_name_quantity(figure), []).append(at)
    found = list(figures)
    for places in held.values():
        values = {read_value(figures[at], reference) for at in places} - {None}
        if len(values) < 2:
            continue
        for at in places:
            own = figures[at].printed
            others = dict.fromkeys(figures[n].printed for n in places if figures[n].printed != own)
            if others and found[at].confidence is Confidence.HIGH:
                found[at] = replace(
                    found[at],
                    confidence=Confidence.LOW,
                    looked_again=f"stands beside {', '.join(others)} for the same quantity",
                )
    return found


def _doubt_owner(figure: Figure) -> Figure:
    """Nobody can be sure of a figure whose area is not decided."""
    if figure.confidence is not Confidence.HIGH:
        return figure
    return replace(
        figure,
        confidence=Confidence.LOW,
        looked_again="whose document it is has to be decided first",
    )


def _name_quantity(figure: Figure) -> tuple[str, ...]:
    return (
        *(figure.indicator, figure.breakdown, figure.area, str(figure.scope)),
        *(figure.period_start, figure.period_end, str(figure.status)),
    )
