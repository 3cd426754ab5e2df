"""Sentences into mentions: for every figure of a line, the words that are its own.

Comes in as one line and its numerals; goes out as mentions: the stretch of text that labels the
figure, the mention that it is a part of ("trong đó", "gồm", brackets), its partner in a pair "A/B",
and the bound before it. Only punctuation and little words are looked at; what the words mean is
not known here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cchc_analysis.data.clean import BOUND_WORDS
from cchc_analysis.data.records import Comparator
from cchc_analysis.read.recognise.borders import (
    SENTENCE_END,
    find_borders,
    open_remarks,
    widen_shares,
)
from cchc_analysis.read.recognise.mentions import Mention
from cchc_analysis.read.recognise.numerals import Numeral
from cchc_analysis.read.recognise.spelled import ZERO_REASON
from cchc_analysis.read.recognise.turns import find_turns

OPENER = re.compile(
    r"(?i)\b(?:trong đó|bao gồm|gồm(?: có)?|cụ thể|chia ra|trong số đó|trong số này|gồm các|"
    r"chủ yếu)\b"
    r"|[()]|:(?=\s)"
)
_COUNTS = re.compile(r"\s*(?:%|[^\W\d_]+(?:\s+[^\W\d_]+){0,2})?\s*")
"""A figure and its noun: what follows a colon behind them are its parts."""
_SLASH = re.compile(r"^(\s*[^\W\d]*(?:\s+[^\W\d]+){0,3}\s*[⁽(]?[⁰¹²³⁴-⁹]*[⁾)]?)\s*/\s*$")
_OF = re.compile(
    r"(?i)^\s*(?:[^\W\d]+\s+){0,4}?(?:trên tổng số|trên tổng|"
    r"trong tổng số|/tổng số|/\s*tổng số|(?<=điểm )trên)\s*(?:là\s*)?$"
)
_RANGE = re.compile(r"(?i)^\s*(?:đến|-|–)\s*$")
_BOUND = re.compile(
    r"(?i)(?:^|[\s(])(" + "|".join(sorted(BOUND_WORDS, key=len, reverse=True)) + r")\s*(?:đạt\s*)?$"
)


def find_mentions(text: str, numerals: Sequence[Numeral]) -> list[Mention]:
    """Find the mentions of a line, in order."""
    figures = [numeral for numeral in numerals if numeral.is_figure]
    if not figures:
        return []
    plain = open_remarks(text, figures)
    borders = list(widen_shares(plain, figures, list(find_borders(plain, figures))))
    mentions = [
        Mention(
            figure,
            (figure.start if figure.reason == ZERO_REASON else start, end),
            _find_lead(text, figure.start),
            comparator=_find_bound(text, figure.start),
        )
        for figure, (start, end) in zip(figures, borders, strict=True)
    ]
    return find_turns(text, _find_pairs(text, _find_parents(plain, mentions)))


def _find_lead(text: str, at: int) -> int:
    # The whole text is looked at: a figure that opens a sentence is part of its mark.
    ends = (match.end() for match in SENTENCE_END.finditer(text))
    return max((end for end in ends if end <= at), default=0)


_FIELDS = re.compile(r"(?i)[\d.]+\s+(?:lĩnh vực|mặt|phương diện)\b")
"""What "trên" stands before as on, not over: "58 nhiệm vụ trên 7 lĩnh vực"."""


def _find_bound(text: str, at: int) -> Comparator:
    # A superscript mark, a star or a bracket may stand between the bound and the number.
    before = text[max(0, at - 40) : at].rstrip("*( ")
    bound = _BOUND.search(before)
    if not bound or bound[1].casefold() == "từ" or _FIELDS.match(text, at):
        return Comparator.EQUAL
    return BOUND_WORDS[bound[1].casefold()]


def _find_parents(text: str, mentions: list[Mention]) -> list[Mention]:
    """Walk the openers between the figures: brackets nest, "trong đó" lasts till they close."""
    found: list[Mention] = []
    stack: list[tuple[str, int]] = []
    last, at, lead = -1, 0, -1
    for position, mention in enumerate(mentions):
        if mention.lead != lead:
            stack, last, lead = [], -1, mention.lead
            at = max(at, lead)
        for opener in OPENER.finditer(text, at, mention.numeral.start):
            if opener[0] == ":" and not _COUNTS.fullmatch(text[at : opener.start()]):
                continue
            if opener[0] == "(":
                stack.append(("(", last if last >= 0 else _top(stack)))
            elif opener[0] == ")":
                last = _close(stack, last)
            elif last >= 0 and _top(stack) != last:
                stack.append(("", last))
        at = mention.numeral.end
        found.append(replace(mention, parent=_top(stack)))
        last = position
    return found


def _top(stack: list[tuple[str, int]]) -> int:
    return stack[-1][1] if stack else -1


def _close(stack: list[tuple[str, int]], last: int) -> int:
    """Close the innermost bracket; what follows it stands beside the figure before it."""
    while stack:
        opener, parent = stack.pop()
        if opener == "(":
            return parent if parent >= 0 else last
    return last


def _find_pairs(text: str, mentions: list[Mention]) -> list[Mention]:
    found = list(mentions)
    for at in range(len(found) - 1):
        left, right = found[at], found[at + 1]
        gap = text[left.numeral.end : right.numeral.start]
        if left.role != "whole" and (_SLASH.match(gap) or _OF.match(gap)):
            own = (left.own[0], right.own[1])
            found[at] = replace(left, own=own, partner=at + 1, role="part")
            found[at + 1] = replace(right, own=own, partner=at, role="whole", parent=left.parent)
        elif _RANGE.match(gap):
            own = (left.own[0], right.own[1])
            found[at] = replace(left, own=own, partner=at + 1, role="low")
            found[at + 1] = replace(right, own=own, partner=at, role="high", parent=left.parent)
    return found
