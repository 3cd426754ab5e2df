"""Every numeral of a line, and whether it counts something or names something.

Comes in as one line of text; goes out as numerals in the order they stand in, each with a kind and
the reason for it. Only a numeral of kind ``figure`` is data: the number of a decree, a date, a
section or a street is not. What is left over is a figure: nothing is dropped because no rule knew
it. This module does not know what a figure means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cchc_analysis.read.documents.lines import CAPITALS
from cchc_analysis.read.recognise.kinds import Kind
from cchc_analysis.read.recognise.naming import COUNTED, RULES


@dataclass(frozen=True)
class Numeral:
    """One numeral: where it stands in its line, what it is, and why we think so."""

    start: int
    end: int
    text: str
    kind: Kind
    reason: str

    @property
    def is_figure(self) -> bool:
        """Whether it counts something."""
        return self.kind is Kind.FIGURE


_DIGITS = re.compile(
    r"\d{1,3}(?:[\u00a0\u202f]\d{3})+(?:,\d+)?(?!\d)"
    r"|\d+(?:[.,]\d+)*"
)
_SPACE_GROUPS = re.compile(
    r"(?<![\d.,/] )(?<![\d.,/])[1-9]\d{0,2}(?: \d{3})+(?![\d.,/]| \d)"
    rf"(?=\s*(?i:{COUNTED}))"
)
_MARKER = re.compile(
    r"^\s*(?:[-+*•–●○▪]\s*)*(?:(?i:phần|mục|chương|bước)\s+)?\*{0,2}(?:[IVX]+\.|[a-zđ]\.?)?"
    rf"(\d{{1,2}}(?:\.\d{{1,2}})*)(?:\s*[.):/]{{1,2}}(?!\d)|(?=\s+[{CAPITALS}]))"
)
_BARE_YEAR = re.compile(r"(?:19[5-9]|20[0-4])\d")
_GLUED_UNIT = re.compile(r"(?i)(?:đ|đồng|tr|triệu|tỷ|tỉ|hs|hồ|ha|km|m|kg|người|xã|%|tthc|vb|cb)\b")


def find_numerals(text: str, *, is_cell: bool = False) -> list[Numeral]:
    """Find and classify every numeral of a line.

    Args:
        text: One line, NFC.
        is_cell: Whether the line is a cell of a table, where a lone number is never a marker.

    Examples:
        >>> [(n.text, n.kind.value) for n in find_numerals("Quyết định số 12/QĐ-UBND: 1.310 hồ sơ")]
        [('12', 'document number'), ('1.310', 'figure')]
        >>> [n.text for n in find_numerals("mức độ 3, 4: 85/87 (đạt 97,7%)") if n.is_figure]
        ['85', '87', '97,7']
    """
    spans = sorted(_find_named(text, is_cell), key=lambda span: (span[0], -span[1]))
    found: list[Numeral] = []
    at = 0
    for start, end, kind, reason in spans:
        if start < at:
            continue
        found += _find_free(text, at, start)
        found += _mark_digits(text, start, end, kind, reason)
        at = end
    return found + list(_find_free(text, at, len(text)))


def _find_named(text: str, is_cell: bool) -> Iterator[tuple[int, int, Kind, str]]:
    """The spans in which digits name something; earlier rules take their text from later ones."""
    taken: list[tuple[int, int]] = []
    if not is_cell and (marker := _MARKER.match(text)) and _is_marker(text, marker):
        taken.append(marker.span(1))
        yield *marker.span(1), Kind.SECTION, "a number that opens a line"
    for kind, reason, pattern in RULES:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            if is_cell and kind is Kind.SECTION:
                continue
            taken.append((start, end))
            yield start, end, kind, reason


def _is_marker(text: str, marker: re.Match[str]) -> bool:
    """Whether the number that opens a line counts the line and nothing in it."""
    parts = marker[1].split(".")
    rest = text[marker.end() :].lstrip(" *.)")
    if marker[0].rstrip().endswith((".", ")", ":", "/")):
        return bool(rest) and not (marker[0].rstrip().endswith("/") and rest[:1].isdigit())
    # "2.3 Kết quả" opens a line, "12 Quyết định" counts decisions.
    return len(parts) > 1 and rest[:1].isupper()


def _mark_digits(text: str, start: int, end: int, kind: Kind, reason: str) -> Iterator[Numeral]:
    for match in re.finditer(r"\d+(?:[.,]\d+)*|[⁰¹²³⁴-⁹]+", text[start:end]):
        yield Numeral(start + match.start(), start + match.end(), match[0], kind, reason)


def _find_free(text: str, start: int, end: int) -> Iterator[Numeral]:
    at = start
    while match := _search(text, at, end):
        at = match.end()
        yield _judge(text, match)


def _search(text: str, start: int, end: int) -> re.Match[str] | None:
    spaced = _SPACE_GROUPS.search(text, start, end)
    plain = _DIGITS.search(text, start, end)
    if spaced and plain and spaced.start() <= plain.start():
        return spaced
    return plain


def _judge(text: str, match: re.Match[str]) -> Numeral:
    start, end = match.span()
    printed = match[0]
    # A full stop or comma that ends the sentence is not part of the number: "\d" follows it never.
    left, right = text[:start], text[end:]
    if re.search(r"[^\W\d_]$", left) and re.search(r"(?:^|[\W\d])[A-ZĐ]{1,5}$", left):
        return Numeral(start, end, printed, Kind.STANDARD, "digits of a code")
    if re.match(r"[A-Za-z](?![A-Za-zÀ-ỹ])", right) and not _GLUED_UNIT.match(right):
        return Numeral(start, end, printed, Kind.STANDARD, "digits of a code")
    if _BARE_YEAR.fullmatch(printed) and _stands_as_year(left, right):
        return Numeral(start, end, printed, Kind.YEAR, "four digits of a year, nothing counted")
    return Numeral(start, end, printed, Kind.FIGURE, "counts something")


def _stands_as_year(left: str, right: str) -> bool:
    if re.match(rf"\s*(?i:{COUNTED})", right) or re.search(r"[/:=]\s*$", left):
        return False
    if re.match(r"\s*/\s*\d", right) or re.search(r"(?i)(?:là|có|được|tổng số|đạt)\s*$", left):
        return False
    return bool(left.strip() or right.strip())
