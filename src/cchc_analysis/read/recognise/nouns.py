"""The noun behind a number: the unit it can mean, and what one of the number stands for.

Comes in as a line, a place in it and the nouns of ``wording.yml``; goes out as units and factors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cchc_analysis.read.recognise.matching import WordsAround
from cchc_analysis.read.recognise.wording import WordingRule, fold_word

_SMALLER = {"billion VND": ("million VND", 1000.0), "thousand VND": ("VND", 1000.0)}
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


def find_unit(
    digits: str, words: WordsAround, rule: WordingRule | None, known: Mapping[str, object]
) -> tuple[str, str]:
    """The unit as printed, and how to read the number where no unit of ours is as large."""
    is_money = "VND" in rule.unit if rule else "point" not in words.units
    money = [unit for unit in sorted(words.units) if "VND" in unit and is_money]
    unit = rule.unit if rule else next(iter(sorted(words.units, key=_prefer_points)), "")
    if not money:
        return unit, _multiply(digits, words.factor) if words.factor > 1 else ""
    if money[0] in known:
        return money[0], ""
    smaller, factor = _SMALLER[money[0]]
    return smaller, _multiply(digits, factor)


def _multiply(digits: str, factor: float) -> str:
    """A printed number times what one of it stands for, as we write numbers; "?" if unclear."""
    is_decimal = "," not in digits and digits.count(".") == 1
    plain = digits if is_decimal else digits.replace(".", "").replace(",", ".")
    try:
        value = float(plain) * factor
    except ValueError:
        return "?"
    return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", ",")


def _prefer_points(unit: str) -> tuple[bool, str]:
    """Points before money: "8,5đ" is points, and money comes in larger numbers."""
    return (unit != "point", unit)
