"""The noun behind a number: the unit it can mean, and what one of the number stands for.

Comes in as a line, a place in it and the nouns of ``wording.yml``; goes out as units and factors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cchc_analysis.recognise.wording import fold_word

FACTORS = {"nghìn": 1000, "ngàn": 1000, "vạn": 10_000, "triệu": 1_000_000}
_FACTOR = re.compile(
    r"(?i)\s*(nghìn|ngàn|vạn|triệu)\s+(?=(?:hồ sơ|hs|bộ|lượt|người|văn bản|tin)\b)"
)

NounIndex = dict[str, list[tuple[str, str, str]]]
"""By the first letter without diacritics: noun, noun without diacritics, unit."""


def find_factor(text: str, end: int) -> int:
    """What one of a number stands for where a word such as "nghìn" follows it."""
    behind = _FACTOR.match(text, end)
    return FACTORS[behind[1].casefold()] if behind else 1


def find_units_behind(text: str, end: int, nouns: NounIndex) -> frozenset[str]:
    """The units that the noun behind a number can mean; the longest noun wins."""
    behind = text[end : end + 60].lstrip(" *⁽⁾()⁰¹²³⁴⁵⁶⁷⁸⁹\u00a0")
    if many := _FACTOR.match(behind):
        behind = behind[many.end() :]
    folded = behind.casefold()
    best: set[str] = set()
    length = 0
    for name, plain, unit in nouns.get(fold_word(folded[:1]), ()):
        shown = plain if behind.isascii() else name
        if len(shown) < length or not folded.startswith(shown):
            continue
        if folded[len(shown) : len(shown) + 1].isalnum() and name != "%":
            continue
        if len(shown) > length:
            best, length = set(), len(shown)
        best.add(unit)
    return frozenset(best)


def index_nouns(nouns_of: Mapping[str, Sequence[str]]) -> NounIndex:
    """The nouns of the units by their first letter, with and without diacritics."""
    index: NounIndex = {}
    for unit, nouns in nouns_of.items():
        for noun in nouns:
            name = noun.casefold()
            index.setdefault(fold_word(name[:1]), []).append((name, fold_word(noun), unit))
    return index
