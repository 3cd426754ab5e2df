"""Runs of figures that a sentence goes through in turn: "lần lượt là 90%, 80%, 75%".

Comes in as the mentions of a line; goes out as mentions that know their turn and what they are of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cchc_analysis.read.recognise.borders import start_near
from cchc_analysis.read.recognise.mentions import Mention

_IN_TURN = re.compile(r"(?i)\b(?:lần lượt|tương ứng)\b")
_AND = re.compile(r"\s*[,;]\s*(?:và\s+)?|\s+và\s+")
LONGEST_NAME = 5
"""Words at the end of a stem that can be the name of the first of several things."""
_RUN = re.compile(r"(?i)^\s*(?:%|[^\W\d_]+(?:\s+[^\W\d_]+)?)?\s*(?:,|;|và|,\s*và)\s*$")


def find_turns(text: str, mentions: list[Mention]) -> list[Mention]:
    """Runs such as "lần lượt là 90%, 80%, 75%": each member knows its turn, and what it is of.

    "cấp huyện, cấp xã lần lượt đạt 72% và 64%" gives each figure one of the things named; where
    there are not as many of them as figures, all words are everybody's.
    """
    found = list(mentions)
    at = 0
    while at < len(found):
        end = at
        while end + 1 < len(found) and _RUN.match(
            text[found[end].numeral.end : found[end + 1].numeral.start]
        ):
            end += 1
        first = found[at]
        marks = list(_IN_TURN.finditer(text, first.lead, first.numeral.start))
        is_near = bool(marks) and not re.search(r"\d", text[marks[-1].end() : first.numeral.start])
        if end > at and is_near:
            start = start_near(text, first.lead, marks[-1].end())
            if at:
                # What the figure before has said is not among the things named here.
                start = max(start, _open_clause(text, found[at - 1].numeral.end, marks[-1].start()))
            named = _split_named(text, start, marks[-1].start(), end - at + 1)
            for turn, position in enumerate(range(at, end + 1), start=1):
                own = named[turn - 1] if named else (start, found[end].own[1])
                role = "each" if named else "turn"
                found[position] = replace(
                    found[position], own=own, role=role, turn=turn, partner=at
                )
        at = end + 1
    return found


def _open_clause(text: str, start: int, end: int) -> int:
    """Where the clause behind a figure opens: at the first mark, or right behind the figure."""
    mark = re.search(r"[,;:)]\s", text[start:end])
    return start + mark.end() if mark else start


def _split_named(text: str, start: int, end: int, count: int) -> list[tuple[int, int]]:
    """The things named before "lần lượt", if as many as figures; the first has the stem."""
    cuts = [(m.start(), m.end()) for m in _AND.finditer(text, start, end)]
    for first in range(len(cuts) - count + 2):
        chosen = cuts[first : first + count - 1]
        starts = [start, *(stop for _, stop in chosen)]
        stops = [*(begin for begin, _ in chosen), end]
        named = list(zip(starts, stops, strict=True))
        if len(cuts) == count - 1 or _are_alike([text[slice(*each)] for each in named]):
            return named
    return []


def _are_alike(names: Sequence[str]) -> bool:
    """Whether the names open with a word that the first has near its end, or end as it does."""
    words = [name.casefold().split() for name in names]
    if not all(words):
        return False
    last = set(words[0][-LONGEST_NAME:])
    is_short = all(len(each) <= LONGEST_NAME for each in words[1:])
    return all(each[0] in last for each in words[1:]) or (
        is_short and all(each[-1] == words[0][-1] for each in words[1:])
    )
