"""Points of criteria that have no verb: what was lost for each, and how many each is worth.

Comes in as points in their line and what was told under the same heading; goes out as a candidate.
"- Kiểm tra CCHC: 01 điểm" below a loss is what it cost; "Tiêu chí xin lỗi (2 điểm)" elsewhere is
what it is worth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cchc_analysis.read.recognise.companions import SURE
from cchc_analysis.read.recognise.figures import Figure
from cchc_analysis.read.recognise.matching import LATER, Claim, WordsAround
from cchc_analysis.read.recognise.outline import OutlinePlace
from cchc_analysis.read.recognise.stretches import FigureText
from cchc_analysis.read.recognise.wording import Wording

_FIELD = re.compile(r"(par_score_\w+?)_lost")
_OPENED, _CLOSED = re.compile(r"\(\s*$"), re.compile(r"(?i)\s*điểm\s*\)")
_TOLD = frozenset({"điểm tối đa", "điểm đạt", "điểm mất", "ước đạt"})


class Criteria:
    """Finds the points of criteria of one document."""

    def __init__(self, wording: Wording, places: Sequence[OutlinePlace]) -> None:
        self._wording, self._places = wording, places
        self._losing: dict[int, str] = {}

    def note(self, entry: FigureText, figure: Figure) -> None:
        """Remember that a loss of a field was told under a heading."""
        if field := _FIELD.match(figure.indicator):
            self._losing[self._find_heading(entry)] = field[1]

    def find(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """What bare points are: lost where a loss was told, a maximum in brackets elsewhere."""
        is_bare = "point" in words.units and not entry.label and not entry.mention.role
        if not is_bare or words.own & _TOLD:
            return None
        field = self._losing.get(self._find_heading(entry))
        return self._name_loss(field, words) if field else self._name_maximum(entry, words)

    def _name_loss(self, field: str, words: WordsAround) -> Claim | None:
        rule = self._wording.rules.get(f"{field}_lost_item")
        parts = [term for term in rule.breakdown if term in words.own] if rule else []
        if rule is None or not parts:
            return None
        part = min(parts, key=lambda term: words.gaps.get(term, LATER))
        reason = "below a loss of its field"
        return Claim(rule.indicator, SURE, reason, rule.breakdown[part])

    def _name_maximum(self, entry: FigureText, words: WordsAround) -> Claim | None:
        numeral = entry.mention.numeral
        opened = _OPENED.search(entry.text[: numeral.start])
        if not opened or not _CLOSED.match(entry.text, numeral.end):
            return None
        codes = [
            code
            for code, rule in self._wording.rules.items()
            if rule.unit == "point"
            and ("điểm tối đa",) in rule.says
            and rule.under
            and all(words.own.intersection(terms) for terms in rule.under)
            and words.own.isdisjoint(rule.unless)
        ]
        return Claim(codes[0], SURE, "points in brackets") if len(codes) == 1 else None

    def _find_heading(self, entry: FigureText) -> int:
        headings = self._places[entry.line].headings
        return headings[0] if headings else -1
