"""Text of an unknown encoding: UTF-8, UTF-16, cp1258, and the old TCVN3 (ABC) and VNI fonts.

Comes in as bytes, or as text in which the bytes of the old fonts stand as Latin letters; goes out
as Unicode in form NFC. The tables are those of TCVN 5712:1993 (VN3) and of the VNI for Windows
encoding. Nothing is guessed from single letters: a text is converted only when what comes out
reads as Vietnamese and what went in does not.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

from cchc_analysis.data.outside import refuse
from cchc_analysis.data.records import load_own, say

MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
CONTROL_SHARE = 0.02
MOST_MARKS = 30
"""Combining marks in a row; a letter of a living language has two or three. To put heaps of them
in order takes for ever."""
_HEAPS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    f"\ufe20-\ufe2f]{{{MOST_MARKS + 1},}}"
)

_SAID = load_own("spellings")
TCVN3: dict[str, str | int | None] = dict(
    zip(_SAID["tcvn3"]["bytes"], _SAID["tcvn3"]["letters"], strict=True)
)
_VNI_MARKS: dict[str, str] = _SAID["vni_marks"]
_VNI_LETTERS: dict[str, Any] = _SAID["vni_letters"]
_VNI_PAIR = re.compile(
    "([aeouyAEOUYôöÔÖ])([" + "".join(_VNI_MARKS) + "".join(_VNI_MARKS).upper() + "])"
)
_COMMON = re.compile(
    r"(?i)(?<!\w)(?:và|của|các|được|trong|thủ|tục|hành|chính|hồ|sơ|huyện|xã|giải|quyết|cải|cách|"
    r"công|tác|thực|hiện|đã|tiếp|nhận|ban|số|năm|đạt|báo|cáo|tỉnh|cán|bộ|chức|kết|quả)(?!\w)"
)


def decode_text(path: Path, data: bytes) -> tuple[str, str]:
    """Decode bytes by their mark, as UTF-8, or as the encoding that reads as Vietnamese.

    The name of the encoding goes with the text.
    """
    said = next((name for mark, name in MARKS if data.startswith(mark)), "")
    for name, half in (("utf-16-le", data[1:4000:2]), ("utf-16-be", data[:4000:2])):
        if len(data) > 3 and half.count(0) > 0.3 * len(half):
            said = said or name
    text, torn = "", -1
    try:
        text = data.decode(said or "utf-8")
    except UnicodeDecodeError as error:
        torn = error.start
    start = (text or data.decode(said or "latin-1", "replace"))[:20_000]
    controls = sum(1 for letter in start if ord(letter) < 32 and letter not in "\t\r\n\f\x0b")
    if controls > CONTROL_SHARE * len(start) + 2:
        raise refuse(path, *say("no_text"))
    if said and torn >= 0:
        raise refuse(path, *say("other_encoding", at=torn, encoding=said))
    if _HEAPS.search(text):
        raise refuse(path, *say("heaps", most=MOST_MARKS))
    if said:
        return text, said.removesuffix("-sig")
    if text:
        converted, name = convert_legacy(text)
        return converted, name or "utf-8"
    converted, name = convert_legacy(data.decode("latin-1"))
    read = {"cp1258": data.decode("cp1258", "replace"), name or "latin-1": converted}
    best = max(read, key=lambda each: count_vietnamese(read[each]))
    if not count_vietnamese(read[best]):
        raise refuse(path, *say("no_encoding"))
    return unicodedata.normalize("NFC", read[best]), best


def convert_tcvn3(text: str) -> str:
    r"""Read TCVN3 bytes that were taken for Latin letters.

    >>> convert_tcvn3("C\xb6i c\xb8ch hµnh chÝnh")
    'Cải cách hành chính'
    """
    return unicodedata.normalize("NFC", text.translate(str.maketrans(TCVN3)))


def convert_vni(text: str) -> str:
    r"""Read VNI bytes that were taken for Latin letters: a letter, then its mark.

    >>> convert_vni("Ca\xfbi ca\xf9ch ha\xf8nh ch\xednh")
    'Cải cách hành chính'
    """

    def join(match: re.Match[str]) -> str:
        letter = str(_VNI_LETTERS.get(match[1], match[1]))
        return unicodedata.normalize("NFC", letter + _VNI_MARKS[match[2].lower()])

    joined = _VNI_PAIR.sub(join, text)
    return unicodedata.normalize("NFC", joined.translate(str.maketrans(_VNI_LETTERS)))


def count_vietnamese(text: str) -> int:
    """How many of the commonest words of these reports a text has, spelt in Unicode."""
    return len(_COMMON.findall(unicodedata.normalize("NFC", text[:200_000])))


def convert_legacy(text: str) -> tuple[str, str]:
    """Convert a text if it is in an old encoding; with the name of that, or ""."""
    start = text[:200_000]
    plain, words = count_vietnamese(start), max(1, len(start.split()))
    ways = {"TCVN3": convert_tcvn3, "VNI": convert_vni}
    gained, name = max((count_vietnamese(ways[each](start)), each) for each in ways)
    is_legacy = gained > 2 * plain + 2 and gained / words > 0.05
    return (ways[name](text), name) if is_legacy else (text, "")
