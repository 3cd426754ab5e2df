"""Last year's figures, and the distances between two values.

Comes in as a figure that stands beside "cùng kỳ" or a change; goes out as what it is of, by the
quantity that the change brings to it.
"""

from __future__ import annotations

import re

from cchc_analysis.data.clean import NumberError, parse_number
from cchc_analysis.read.recognise.companions import CLAIM, SURE, Companions
from cchc_analysis.read.recognise.matching import Claim, WordsAround
from cchc_analysis.read.recognise.stretches import FigureText

CHANGE = re.compile(
    r"(?i)(?<!cắt )(?<!tinh )(?<!phấn đấu )\b"
    r"(?:tăng|giảm|(?<!và )vượt|cao hơn|thấp hơn|nhiều hơn|ít hơn)"
    r"(?:\s+(?:thêm|tới|đến|được|khoảng|gần|trên|hơn|là|xuống|lên))*\s*$"
)
"""The words before a distance between two values."""
CHANGE_HEAD = re.compile(
    r"(?i)(?:^|[›|])\s*(?:mức\s+)?(?:tăng|giảm|chênh lệch|tăng trưởng|so sánh)\b[^›|]*$"
)
"""The head of a column of such distances."""
_LESS = re.compile(r"(?i)giảm|thấp hơn|ít hơn")
_COMPARED = re.compile(r"(?i)\bcùng kỳ\b(?:\s+năm)?\s*(?:trước|ngoái|\d{4})?\s*(?:là\s*)?[:(]?\s*$")
"""The words before last year's figure where no verb of its own says what it counts."""


def is_compared(entry: FigureText) -> bool:
    """Whether a figure stands as last year's, without a verb of its own."""
    before = entry.text[: entry.mention.numeral.start]
    return not entry.label and _COMPARED.search(before) is not None


def find_compared(beside: Companions, entry: FigureText, words: WordsAround) -> Claim | None:
    """What last year's figure is of ("tăng 5% so với cùng kỳ (1.175 hồ sơ)").

    It is of the quantity that the change brings to it. Without a change it is of the only one
    named before it, and unsure.
    """
    is_share = "%" in words.units
    quantities = [
        figure
        for figure in beside.list_before(entry)
        if figure.indicator and ("%" in figure.units) == is_share
    ]
    change = CHANGE.search(entry.text[: entry.mentions[entry.at - 1].numeral.start])
    if not entry.at or not change:
        codes = {figure.indicator for figure in quantities}
        return Claim(codes.pop(), CLAIM, "last year's, of the same") if len(codes) == 1 else None
    distance = entry.mentions[entry.at - 1].numeral
    behind = entry.text[distance.end : distance.end + 2].strip()
    fits = {
        figure.indicator
        for figure in quantities
        if _is_changed(
            figure.printed, entry.mention.numeral.text, distance.text,
            is_ratio=behind.startswith("%") and not is_share,
            is_less=bool(_LESS.search(change[0])),
        )
    }  # fmt: skip
    return Claim(fits.pop(), SURE, "what the change is of") if len(fits) == 1 else None


def _is_changed(now: str, before: str, distance: str, *, is_ratio: bool, is_less: bool) -> bool:
    """Whether a value is what an earlier one has become by a change, as far as it is printed."""
    try:
        new, old, change = (parse_number(text) for text in (now, before, distance))
    except NumberError:
        return False
    if not old.value:
        return False
    found = (new.value - old.value) * (-1 if is_less else 1)
    found *= 100 / old.value if is_ratio else 1
    half = (
        0.51 * 10.0**-change.decimals
        if is_ratio
        else 0.51 * 10.0 ** -max(old.decimals, new.decimals)
    )
    return abs(found - change.value) <= half
