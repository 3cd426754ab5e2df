"""Whose a figure is when its line counts the communes apart.

Comes in as proposed figures and their mentions; goes out as figures, some with another scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from cchc_analysis.data.records import Scope
from cchc_analysis.read.recognise.figures import Confidence, Figure
from cchc_analysis.read.recognise.mentions import Mention

Beside = Mapping[tuple[int, str, int], Figure]
"""Figures by the index of their line, the text they stand in, and their turn among its mentions."""
Mentions = Sequence[Mention]


def tell_offices_apart(
    figures: Sequence[Figure], beside: Beside, mentions_of: Mapping[tuple[int, str], Mentions]
) -> Iterator[Figure]:
    """In "huyện rà soát 22 văn bản …; UBND các xã rà soát 05", the first is the office's own.

    A line that counts the communes beside, and not within, a figure of the same indicator says
    of that figure that it leaves them out.
    """
    apart: dict[int, int] = {}
    told = {
        (figure.line, figure.indicator)
        for figure in figures
        if figure.scope is Scope.DISTRICT_OFFICE
    }
    for (line, text, at), figure in beside.items():
        if figure.scope is not Scope.COMMUNE_AGGREGATE or not figure.indicator:
            continue
        mentions = mentions_of[line, text]
        if mentions[at].role == "whole" or (figure.line, figure.indicator) in told:
            continue
        for before in range(at):
            other = beside.get((line, text, before))
            is_beside = not _is_within(mentions, at, before) or (
                # A clause of its own, with a verb of its own: "…; các xã rà soát 05 văn bản".
                "words of its own" in figure.reason
                and ";" in text[mentions[before].numeral.end : mentions[at].numeral.start]
            )
            if other and _leaves_open(other, figure) and is_beside:
                apart[figure.line] = min(figure.start, apart.get(figure.line, figure.start))
    for figure in figures:
        is_before = figure.start < apart.get(figure.line, -1)
        if is_before and figure.scope is Scope.WHOLE_DISTRICT and not figure.is_scope_said:
            yield replace(
                figure, scope=Scope.DISTRICT_OFFICE,
                looked_again="the line counts the communes apart, so this is without them",
            )  # fmt: skip
        else:
            yield figure


def give_commune(figure: Figure, name: str, *, is_fixed: bool) -> Figure:
    """What one commune did is its own and no sum of all, unless its indicator is ``is_fixed``."""
    confidence = Confidence.LOW if figure.indicator else Confidence.NONE
    return replace(
        figure, scope=figure.scope if is_fixed else Scope.COMMUNE, is_scope_said=True,
        confidence=confidence, looked_again=f"told of {name} alone",
    )  # fmt: skip


def _leaves_open(figure: Figure, like: Figure) -> bool:
    """Whether a figure is of the same kind as another and does not say whose it is."""
    is_same = (figure.indicator, figure.breakdown) == (like.indicator, like.breakdown)
    return is_same and figure.scope is Scope.WHOLE_DISTRICT and not figure.is_scope_said


def _is_within(mentions: Sequence[Mention], at: int, whole: int) -> bool:
    """Whether a figure is a part of another one."""
    while at >= 0:
        if at == whole:
            return True
        at = mentions[at].parent
    return False
