"""Numbers that Word prints by itself in front of paragraphs ("1.", "2.3.", "a)", "-").

Comes in as the numbering part of a document; goes out as the label of each paragraph, counted as
Word counts. A document whose headings are numbered so would otherwise lose its outline.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_Levels = dict[int, tuple[str, str, int]]


class Numbering:
    """Counts the numbered paragraphs of one document, in order."""

    def __init__(self, root: Element | None) -> None:
        self._levels: dict[str, _Levels] = {}
        self._counts: dict[str, dict[int, int]] = {}
        if root is not None:
            self._read(root)

    def label(self, paragraph: Element) -> str:
        """What Word prints in front of a paragraph, or ""."""
        number = paragraph.find(f"{W}pPr/{W}numPr/{W}numId")
        level = paragraph.find(f"{W}pPr/{W}numPr/{W}ilvl")
        if number is None:
            return ""
        list_id = number.get(f"{W}val", "")
        depth = int(level.get(f"{W}val", "0")) if level is not None else 0
        levels = self._levels.get(list_id, {})
        if depth not in levels:
            return ""
        form, text, start = levels[depth]
        if form == "bullet":
            return "-"
        counts = self._counts.setdefault(list_id, {})
        counts[depth] = counts.get(depth, start - 1) + 1
        for deeper in [each for each in counts if each > depth]:
            del counts[deeper]
        return re.sub(r"%(\d)", lambda match: self._print(levels, counts, int(match[1]) - 1), text)

    def _print(self, levels: _Levels, counts: dict[int, int], depth: int) -> str:
        form, _, start = levels.get(depth, ("decimal", "", 1))
        return _print_number(counts.get(depth, start), form)

    def _read(self, root: Element) -> None:
        abstract = {
            each.get(f"{W}abstractNumId", ""): _read_levels(each)
            for each in root.findall(f"{W}abstractNum")
        }
        for number in root.findall(f"{W}num"):
            target = number.find(f"{W}abstractNumId")
            if target is not None:
                levels = abstract.get(target.get(f"{W}val", ""), {})
                self._levels[number.get(f"{W}numId", "")] = levels


def _read_levels(abstract: Element) -> _Levels:
    levels = {}
    for level in abstract.findall(f"{W}lvl"):
        depth = level.get(f"{W}ilvl", "0")
        form = _value(level, "numFmt", "decimal")
        start = _value(level, "start", "1")
        levels[int(depth)] = (
            form,
            _value(level, "lvlText", ""),
            int(start) if start.isdigit() else 1,
        )
    return levels


def _value(level: Element, name: str, default: str) -> str:
    child = level.find(f"{W}{name}")
    return child.get(f"{W}val", default) if child is not None else default


def _print_number(number: int, form: str) -> str:
    if form in ("upperRoman", "lowerRoman"):
        text, rest = "", number
        for value, digits in _ROMAN:
            text += digits * (rest // value)
            rest %= value
        return text if form == "upperRoman" else text.lower()
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("a") + (number - 1) % 26)
        return letter.upper() if form == "upperLetter" else letter
    return f"{number:02d}" if form == "decimalZero" else str(number)
