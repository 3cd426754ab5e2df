"""A printed name of an area, taken apart: its kind, its province, and what is left to compare.

People write one area as "TP. Hồ Chí Minh", "Ho Chi Minh City", "1. Hồ Chí Minh*" and
"huyện Châu Thành (Long An)". Only what says nothing is dropped here; whether the rest is known, and
which area it is, is for ``areas``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from cchc_analysis.data.clean import fold_text, keep_text
from cchc_analysis.data.records import load_own

_SAID = load_own("spellings")
KINDS, ENGLISH = (
    {word: frozenset[str](types) for word, types in _SAID[part].items()}
    for part in ("kinds", "english")
)
"""Words before a name, folded, and behind an English one, with the types of area they stand for."""
LETTERS: Mapping[str, str] = _SAID["letters"]
"""Words of one letter; only with a dot behind them, or before a number ("P5")."""
LONGEST = 6
"""Words in the longest kind."""

_ETH = str.maketrans("Ðð", "Đđ")
_Y = re.compile(
    r"(?<=\b[hklmst])[yỳýỷỹỵ](?!\w)|(?<=\bq)[uùúủũụ][iìíỉĩịyỳýỷỹỵ](?!\w)"  # Mỹ, Mĩ; Quý, Qúy, Quí
)
_I = str.maketrans("yỳýỷỹỵ", "iìíỉĩị")
_TONE = re.compile(r"(?:o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])(?!\w)")
_MARKS = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_NUMBERED = re.compile(r"^\s*\d{1,3}\s*[.)]\s*(?=[^\W\d])")
_MARKED = re.compile(r"(?:\s*(?:[*†‡⁰¹²³⁴-⁹]|\([*\d]{1,2}\)|\[[*\d]{1,2}\]))+$")
_ZERO = re.compile(r"(?<!\d)0+(?=[1-9])")
_LETTER = re.compile(r"[thqpx]\.")
_GLUED = re.compile(r"^([pq]) ?(?=\d+$)")
_LOWER, _UPPER = r"xã|phường|thị trấn|đặc khu", r"huyện|quận|thị xã|thành phố"
_BEHIND = re.compile(
    r"^(?P<name>[^(,]+?)\s*(?:\((?P<in>[^()]+)\)|,\s*(?P<after>[^,]+))$"
    rf"|^(?P<below>(?:{_LOWER}|{_UPPER})\s[^(,]+?)\s+(?:[-–]\s+)?(?:(?:thuộc|của)\s+)?"
    rf"(?P<above>(?:tỉnh|{_UPPER})\s(?!(?:tỉnh|{_UPPER})\s)[^(,]+)$"
)


@dataclass(frozen=True)
class Name:
    """A name taken apart.

    Attributes:
        text: As printed, tidied, with case folded.
        head: The same without what stands behind it in brackets or after a comma.
        bare: The same without its kind.
        types: The types of area that its kind allows; empty where it names none.
        province: What stands behind it in brackets or after a comma, as printed.
    """

    text: str
    head: str
    bare: str
    types: frozenset[str]
    province: str


def tidy_name(name: str) -> str:
    """A name as it is compared first: in one form, without regard to case, note marks gone.

    Both places of a tone mark ("Hoà", "Hòa") become one, and so do "Phường 05" and "Phường 5",
    and the y and i that are one sound ("Quy Nhơn", "Qui Nhơn").

    >>> tidy_name("3. Ðà Nẵng*"), tidy_name("Hoà Bình"), tidy_name("Phường 05")
    ('đà nẵng', 'hòa bình', 'phường 5')
    """
    text = keep_text(name).translate(_ETH)
    tidy = " ".join(_MARKED.sub("", _NUMBERED.sub("", text)).split()).casefold()
    tidy = _Y.sub(lambda match: _move_tone(match[0].translate(_I)), _ZERO.sub("", tidy))
    return _TONE.sub(lambda match: _move_tone(match[0]), tidy)


def _move_tone(vowels: str) -> str:
    """The tone mark of one of two vowels onto the first."""
    letters = unicodedata.normalize("NFD", vowels)
    mark = "".join(letter for letter in letters if letter in _MARKS)
    bare = letters.replace(mark, "")
    return unicodedata.normalize("NFC", bare[0] + mark + bare[1:])


def take_apart(name: str) -> Name:
    """Take a printed name apart.

    >>> take_apart("H. Châu Thành (Long An)").bare, take_apart("H. Châu Thành (Long An)").province
    ('châu thành', 'long an')
    >>> take_apart("Hai Phong City").types == KINDS["tp"]
    True
    """
    text = tidy_name(name)
    behind = _BEHIND.match(text)
    inside = (behind["in"] or behind["after"] or behind["above"]).strip() if behind else ""
    kind = KINDS.get(fold_text(inside)) or ENGLISH.get(fold_text(inside))
    head = (behind["name"] or behind["below"]) if behind else text
    rest, types = _strip_kind(head)
    return Name(text, head, rest, kind or types, "" if kind else inside)


def _strip_kind(text: str) -> tuple[str, frozenset[str]]:
    """The name without the word for its kind, and the types that this word allows."""
    words = re.sub(r"\.(?=\S)", ". ", _GLUED.sub(r"\1. ", text)).split()
    lengths = range(min(LONGEST, len(words) - 1), 0, -1)
    for length in lengths:  # before the others: "Phuong Son Ward" is no phường Sơn
        if types := ENGLISH.get(fold_text(" ".join(words[-length:]))):
            return " ".join(words[:-length]), types
    for length in lengths:
        if types := KINDS.get(fold_text(" ".join(words[:length]))):
            return " ".join(words[length:]), types
    if words and words[-1].isdigit() and (types := ENGLISH.get(fold_text(" ".join(words[:-1])))):
        return words[-1], types
    if len(words) > 1 and _LETTER.fullmatch(words[0]):
        return " ".join(words[1:]), KINDS[LETTERS[words[0][0]]]
    return text, frozenset()
