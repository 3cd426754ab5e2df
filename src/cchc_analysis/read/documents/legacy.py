"""Vietnamese before Unicode: TCVN3 (ABC) and VNI text, recognised and converted.

Comes in as text in which the bytes of the old font encodings stand as Latin letters; goes out as
Unicode in form NFC. The tables are those of TCVN 5712:1993 (VN3) and of the VNI for Windows
encoding. Nothing is guessed from single letters: a text is converted only when what comes out
reads as Vietnamese and what went in does not.
"""

from __future__ import annotations

import re
import unicodedata

TCVN3 = dict(
    zip(
        "\xb5\xb8\xb6\xb7\xb9\xa8\xbb\xbe\xbc\xbd\xc6\xa9\xc7\xca\xc8\xc9\xcb\xae\xcc\xd0\xce\xcf\xd1"
        "\xaa\xd2\xd5\xd3\xd4\xd6\xd7\xdd\xd8\xdc\xde\xdf\xe3\xe1\xe2\xe4\xab\xe5\xe8\xe6\xe7\xe9\xac"
        "\xea\xed\xeb\xec\xee\xef\xf3\xf1\xf2\xf4\xad\xf5\xf8\xf6\xf7\xf9\xfa\xfd\xfb\xfc\xfe"
        "\xa1\xa2\xa7\xa3\xa4\xa5\xa6",
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
        strict=True,
    )
)
_VNI_MARKS = {
    "\xf8": "\u0300", "\xf9": "\u0301", "\xfb": "\u0309", "\xf5": "\u0303", "\xef": "\u0323",
    "\xe2": "\u0302", "\xea": "\u0306",
    "\xe0": "\u0302\u0300", "\xe1": "\u0302\u0301", "\xe5": "\u0302\u0309", "\xe3": "\u0302\u0303",
    "\xe4": "\u0302\u0323",
    "\xe8": "\u0306\u0300", "\xe9": "\u0306\u0301", "\xfa": "\u0306\u0309", "\xfc": "\u0306\u0303",
    "\xeb": "\u0306\u0323",
}  # fmt: skip
_VNI_LETTERS = {
    "\xf1": "đ", "\xd1": "Đ", "\xf4": "ơ", "\xd4": "Ơ", "\xf6": "ư", "\xd6": "Ư",
    "\xec": "ì", "\xcc": "Ì", "\xed": "í", "\xcd": "Í", "\xe6": "ỉ", "\xc6": "Ỉ",
    "\xf3": "ĩ", "\xd3": "Ĩ", "\xf2": "ị", "\xd2": "Ị", "\xee": "ỵ", "\xce": "Ỵ",
}  # fmt: skip
_VNI_PAIR = re.compile(
    "([aeouyAEOUYôöÔÖ])([" + "".join(_VNI_MARKS) + "".join(_VNI_MARKS).upper() + "])"
)
_COMMON = re.compile(
    r"(?i)(?<!\w)(?:và|của|các|được|trong|thủ|tục|hành|chính|hồ|sơ|huyện|xã|giải|quyết|cải|cách|"
    r"công|tác|thực|hiện|đã|tiếp|nhận|ban|số|năm|đạt|báo|cáo|tỉnh|cán|bộ|chức|kết|quả)(?!\w)"
)


def convert_tcvn3(text: str) -> str:
    r"""Read TCVN3 bytes that were taken for Latin letters.

    Examples:
        >>> convert_tcvn3("C\xb6i c\xb8ch hµnh chÝnh")
        'Cải cách hành chính'
    """
    return unicodedata.normalize(
        "NFC", text.translate(str.maketrans(dict[str, str | int | None](TCVN3)))
    )


def convert_vni(text: str) -> str:
    r"""Read VNI bytes that were taken for Latin letters: a letter, then its mark.

    Examples:
        >>> convert_vni("Ca\xfbi ca\xf9ch ha\xf8nh ch\xednh")
        'Cải cách hành chính'
    """

    def join(match: re.Match[str]) -> str:
        letter = _VNI_LETTERS.get(match[1], match[1])
        return unicodedata.normalize("NFC", letter + _VNI_MARKS[match[2].lower()])

    joined = _VNI_PAIR.sub(join, text)
    return unicodedata.normalize(
        "NFC", joined.translate(str.maketrans(dict[str, str | int | None](_VNI_LETTERS)))
    )


def count_vietnamese(text: str) -> int:
    """How many of the commonest words of these reports a text has, spelt in Unicode."""
    return len(_COMMON.findall(unicodedata.normalize("NFC", text[:200_000])))


def convert_legacy(text: str) -> tuple[str, str]:
    """Convert a text if it is in an old encoding.

    Returns:
        The text, converted or as it was, and the name of the encoding, or "".
    """
    plain = count_vietnamese(text)
    words = max(1, len(text[:200_000].split()))
    converted = {"TCVN3": convert_tcvn3(text), "VNI": convert_vni(text)}
    name = max(converted, key=lambda each: count_vietnamese(converted[each]))
    gained = count_vietnamese(converted[name])
    if gained > 2 * plain + 2 and gained / words > 0.05:
        return converted[name], name
    return text, ""
