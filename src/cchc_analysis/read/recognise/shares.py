"""Shares that have no words of their own, by the figure right before them.

Comes in as a percentage in its line and the figures proposed before it; goes out as a candidate, or
nothing: "44 phiếu (37,3%)" is a share of what nobody knows.
"""

from __future__ import annotations

import re

from cchc_analysis.data.reference import Reference
from cchc_analysis.read.recognise.companions import SURE, Companions
from cchc_analysis.read.recognise.figures import Figure
from cchc_analysis.read.recognise.gates import is_share_of_time
from cchc_analysis.read.recognise.matching import Claim, WordsAround
from cchc_analysis.read.recognise.status import is_asked
from cchc_analysis.read.recognise.stretches import FigureText
from cchc_analysis.read.recognise.wording import Wording

NO_SHARE = frozenset({"cùng kỳ", "dự toán tỉnh", "dự toán huyện", "so sánh"})
"""Terms of a percentage that compares, and is no share of the figure before it."""
_BRACKET = re.compile(
    r"(?i)\d\s[^\W\d]+(?:\s[^\W\d]+){0,3}\s*\(\s*(?:(?:đạt|chiếm|bằng)\s*)?(?:tỷ lệ|tỉ lệ)?\s*$"
)
_SATISFIED = re.compile(r"(?i)\d\s*phiếu hài lòng\s*\(\s*(?:đạt|chiếm|tỷ lệ|tỉ lệ|\s)*$")
_CLOSES = re.compile(r"\s*%\s*\)")


class Shares:
    """Finds the shares of one document."""

    def __init__(self, beside: Companions, reference: Reference, wording: Wording) -> None:
        self._beside, self._reference, self._wording = beside, reference, wording

    def is_beside_unknown(self, entry: FigureText) -> bool:
        """Whether it is a share of a count that nothing is known of: "44 phiếu (37,3%)"."""
        start, end = entry.mention.numeral.start, entry.mention.numeral.end
        is_bare = _BRACKET.search(entry.text, 0, start) and _CLOSES.match(entry.text, end)
        if is_bare and _SATISFIED.search(entry.text, 0, start):
            return False
        before = self._beside.figure_before(entry)
        return bool(is_bare and before and not before.indicator and not entry.label)

    def find_asked(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """What is asked of the share before it is of the same: "là 8,7% (yêu cầu dưới 5%)"."""
        if not is_asked(entry) or "%" not in words.units:
            return None
        told = self._beside.list_before(entry)
        # A distance may stand between the two: "31,2%, vượt 1,2% so với kế hoạch (30%)".
        before = next((figure for figure in told if figure.indicator), None)
        if before is None or "%" not in before.units:
            return None
        return Claim(before.indicator, SURE, "asked of the figure before it")

    def find_share(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """The share that a bare percentage is, by the figure right before it."""
        if words.own & NO_SHARE:
            return None
        before = self._beside.figure_before(entry)
        if before is None or not before.indicator:
            return None
        shares = [
            code
            for code, rule in self._wording.rules.items()
            if rule.unit == "%"
            and before.indicator in rule.of
            and words.own.isdisjoint(rule.never)
            and self._fits_pair(entry, before, code)
            and not is_share_of_time(entry, code)
        ]
        if len(shares) != 1:
            return None
        return Claim(shares[0], SURE, f"a share right behind {before.indicator}")

    def _fits_pair(self, entry: FigureText, before: Figure, share: str) -> bool:
        """Whether a share right behind "A/B" can be one of the B: "giải quyết 80/98 (81,6%)"."""
        whole = self._wording.rules[before.indicator].over
        is_pair = entry.mentions[entry.at - 1].role == "whole"
        return not is_pair or self._reference.indicator_rows[share]["denominator"] in ("", whole)
