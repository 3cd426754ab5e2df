"""Small numbers and zeros put in words: "ba đơn vị", "hai mươi lăm xã", "không có hồ sơ quá hạn".

Comes in as one line; goes out as numerals. A word is a number only right before something that is
counted, and it joins the figures only where an indicator is found for it: "ba" is also a father,
and "năm" is a year. "Một" is left alone, since it is mostly an article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cchc_analysis.read.recognise.kinds import Kind
from cchc_analysis.read.recognise.numerals import Numeral

ZERO_REASON = "a zero in words"
LABELLED_ZERO = "a zero in words, behind what is not there"
_ONES = {
    "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6,
    "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
_NOUN = (
    r"(?=\s+(?:hồ sơ|đơn vị|xã|phường|thị trấn|người|cán bộ|công chức|viên chức|văn bản|cuộc|"
    r"sáng kiến|thủ tục|tthc|nhiệm vụ|phản ánh|kiến nghị|cơ quan|trường hợp|doanh nghiệp|phòng|"
    r"hội đặc thù|nghị quyết|quyết định|trường học)\b)"
)
_ONE = "|".join(_ONES)
_SPELLED = re.compile(
    rf"(?i)(?<!\w)(?<!thứ )(?<!tháng )(?<!quý )(?<!một trong )(?:"
    rf"(?:{_ONE}) mươi(?: (?:{_ONE}))?|mười(?: (?:{_ONE}))?|"
    rf"hai|ba|bốn|sáu|bảy|bẩy|tám|chín|(?<=có )năm|(?<=gồm )năm|(?<=là )năm|(?<=được )năm){_NOUN}"
)
_LABELLED_ZERO = re.compile(
    r"(?i)(?<=[\s:])(?<!hay )(?<!hoặc )(?<!mà )((?:không|chưa)(?:\s+(?:có|phát sinh))?)"
    r"(?=(?:\s+(?:hồ sơ|hs|nhiệm vụ|trường hợp|văn bản|đơn vị)(?:\s+nào)?)?\s*(?:[.;,)]|$))"
)
"""A zero and at most its noun at the end of a clause: what is not there stands before it."""
_SOME = re.compile(
    r"(?i)(?<![\d.,/])(?<!năm )(?P<some>\d{1,3})(?:\s*/\s*(?P<all>\d+))?\s+"
    r"(?:đơn vị|cơ quan|xã|phường|thị trấn|huyện|phòng|sở|địa phương|quận)\b[^.;:\d]{0,60}$"
)
"""Those of whom a zero is told, right before it: "9 đơn vị không phát sinh hồ sơ trễ hạn"."""
_ZERO = re.compile(
    r"(?i)(?<!\w)(?:không có(?! thẩm quyền)|không(?=\s+(?:hồ sơ|hs)\s+(?:nào\s+)?[^\W\d_])|"
    r"(?:không|chưa) (?:phát sinh|phát hiện|ghi nhận|nhận được)|chưa có(?! kết quả)|"
    r"không tiếp nhận(?= (?:hồ sơ|phản ánh|đơn))|không xảy ra|không để(?: xảy ra)?)(?!\w)"
)


_DEMAND = re.compile(
    r"(?i)\b(?:yêu cầu|chỉ đạo|phấn đấu|quán triệt|tuyệt đối|kiên quyết|cần|phải|nhằm|bảo đảm|"
    r"đảm bảo)\b[^.;]{0,60}$"
)
"""What asks for a zero and does not tell of one: "yêu cầu các phòng không để hồ sơ quá hạn"."""


def find_spelled(text: str) -> Iterator[Numeral]:
    """The zeros and small numbers of a line that are put in words."""
    labelled = set()
    for match in _LABELLED_ZERO.finditer(text):
        labelled.add(match.start(1))
        yield Numeral(match.start(1), match.end(1), match[1], Kind.FIGURE, LABELLED_ZERO)
    for match in _ZERO.finditer(text):
        before = text[: match.start()]
        if match.start() in labelled or _is_of_some(before) or _DEMAND.search(before):
            continue
        yield Numeral(match.start(), match.end(), match[0], Kind.FIGURE, ZERO_REASON)
    for match in _SPELLED.finditer(text):
        yield Numeral(match.start(), match.end(), match[0], Kind.FIGURE, "a number in words")


def _is_of_some(before: str) -> bool:
    """Whether a zero is that of some units only: the others have what these have not.

    >>> _is_of_some("có 9 đơn vị "), _is_of_some("12/12 xã, thị trấn ")
    (True, False)
    """
    told = _SOME.search(before)
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
