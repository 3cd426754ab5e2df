"""Every numeral of a line, and whether it counts something or names something.

Comes in as one line of text; goes out as numerals in the order they stand in, each with a kind and
the reason for it. Only a numeral of kind ``figure`` is data: the number of a decree, a date, a
section or a street is not. What is left over is a figure: nothing is dropped because no rule knew
it. Small numbers and zeros put in words ("ba đơn vị", "không có hồ sơ quá hạn") join the figures
only where an indicator is found for them: "ba" is also a father, and "năm" is a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cchc_analysis.read.patterns import P


class Kind(StrEnum):
    """What a numeral is."""

    FIGURE = "figure"
    DATE = "date"
    PERIOD = "period"
    YEAR = "year"
    TIME = "time"
    DOCUMENT = "document number"
    ARTICLE = "article or form"
    SECTION = "section number"
    NOTE_MARK = "note mark"
    STANDARD = "standard or code"
    LINK = "link or address on the net"
    PHONE = "phone number"
    PLACE = "place or house number"
    NAME = "part of a name"
    COUNTER = "counter of a web page"
    REPEATED = "repeated text"


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
_BARE_YEAR = re.compile(r"(?:19[5-9]|20[0-4])\d")


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
    if not is_cell and (marker := P.line_marker.match(text)) and _is_marker(text, marker):
        taken.append(marker.span(1))
        yield *marker.span(1), Kind.SECTION, "a number that opens a line"
    for name, reason, pattern in P.rules:
        kind = Kind[name]
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
    spaced = P.space_groups.search(text, start, end)
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
    if re.match(r"[A-Za-z](?![A-Za-zÀ-ỹ])", right) and not P.glued_unit.match(right):
        return Numeral(start, end, printed, Kind.STANDARD, "digits of a code")
    if _BARE_YEAR.fullmatch(printed) and _stands_as_year(left, right):
        return Numeral(start, end, printed, Kind.YEAR, "four digits of a year, nothing counted")
    return Numeral(start, end, printed, Kind.FIGURE, "counts something")


def _stands_as_year(left: str, right: str) -> bool:
    if P.counts_behind.match(right) or re.search(r"[/:=]\s*$", left):
        return False
    if re.match(r"\s*/\s*\d", right) or re.search(r"(?i)(?:là|có|được|tổng số|đạt)\s*$", left):
        return False
    return bool(left.strip() or right.strip())


ZERO_REASON = "a zero in words"
LABELLED_ZERO = "a zero in words, behind what is not there"
_ONES = {
    "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6,
    "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
_ONE = "|".join(_ONES)


def find_spelled(text: str) -> Iterator[Numeral]:
    """The zeros and small numbers of a line that are put in words."""
    labelled = set()
    for match in P.labelled_zero.finditer(text):
        labelled.add(match.start(1))
        yield Numeral(match.start(1), match.end(1), match[1], Kind.FIGURE, LABELLED_ZERO)
    for match in P.zero.finditer(text):
        before = text[: match.start()]
        if match.start() in labelled or _is_of_some(before) or P.demand.search(before):
            continue
        yield Numeral(match.start(), match.end(), match[0], Kind.FIGURE, ZERO_REASON)
    for match in P.spelled.finditer(text):
        yield Numeral(match.start(), match.end(), match[0], Kind.FIGURE, "a number in words")


def _is_of_some(before: str) -> bool:
    """Whether a zero is that of some units only: the others have what these have not.

    >>> _is_of_some("có 9 đơn vị "), _is_of_some("12/12 xã, thị trấn ")
    (True, False)
    """
    told = P.some.search(before)
    return told is not None and told["some"] != told["all"]


def read_spelled(text: str) -> int:
    """The number that words say; 0 for a zero.

    Examples:
        >>> read_spelled("hai mươi lăm"), read_spelled("mười ba"), read_spelled("không có")
        (25, 13, 0)
    """
    tens, ones = 0, 0
    for word in text.casefold().split():
        if word == "mười":
            tens = 10
        elif word == "mươi":
            tens, ones = 10 * ones, 0
        else:
            ones = _ONES.get(word, 0)
    return tens + ones
