"""Where the words of a figure begin and end.

Comes in as a line and its figures; goes out as a stretch of text for each. Only punctuation and
little words are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cchc_analysis.data.clean import BOUND_WORDS
from cchc_analysis.read.documents.lines import CAPITALS
from cchc_analysis.read.recognise.numerals import Numeral

SENTENCE_END = re.compile(
    rf"(?<=[.!?…])[”\"*)]*\s+(?=[“\"*(]*[{CAPITALS}])"
    r"|(?<=[^\W_]{2}[.!?])\s+(?=\d[\d.,/]*\s*(?:%|[^\W\d_]{2}))"
)
_DELIMITER = re.compile(
    r"[;()]|[.,:](?=\s|$)|\s[-–]\s(?!(?i:xã hội|thông tin|thể thao|du lịch|truyền thông)\b)|\*+|\|"
)
_STRONG = re.compile(r"[;(|]|\)(?=\W*$|[,;])|[.](?=\s|$)")
_MARKER = re.compile(
    r"(?i)\b(?:đạt|chiếm|bằng|và|trong đó|còn|gồm|so với|trên tổng(?: số)?|tương ứng|với|tăng|giảm|"
    r"tỷ lệ|tỉ lệ|lên|đã|được|được giao|giải quyết|tiếp nhận|nên|bị trừ|trừ|mất)\b"
    # A verb right before a number is of that number: "17 phường phát 1.256 lượt".
    r"|\b(?:phát|đăng|đăng tải|treo|ban hành|tổ chức|cử|mở|bố trí|trang bị)(?=\s*$)"
)
NEAR = 20
"""Words before a figure that may still label it."""
NEAR_LABEL = 45
CAUSE = 240
"""Characters before a loss of points within which its cause stands."""
_BARE_VERB = re.compile(
    r"(?i)\s*(?:(?:đạt|chưa đạt|chiếm|là|bằng|có|còn|còn lại|được|bị|trừ|mất|hoàn thành|tăng|giảm|"
    r"tỷ lệ|tỉ lệ|ước|khoảng|trên|tổng)\s*){0,3}$"
)
_LABELS = re.compile(
    r"(?i)(?::|\blà|\bđạt|\bđược|tương ứng|lần lượt)\s*(?:tối thiểu|"
    r"tương ứng|tỷ lệ|tỉ lệ|ước|là|:|trên|khoảng|gần|\s)*$"
)
_ONLY_BOUND = re.compile(
    r"(?i)\W*(?:(?:phấn đấu|có|đạt|ước|" + "|".join(BOUND_WORDS) + r")\W*){0,3}"
)
_AHEAD = re.compile(
    r"(?i)\W*(?:[\dIVX]+[.)]\s*)?(?:nhiệm vụ|phương hướng|mục tiêu|chỉ tiêu)\b"
    r"[^:;.\d]{0,40}20\d\d\s*:\s"
)
"""The label of a line that looks ahead, which is no word of its figures."""
_ADDED = re.compile(r"(?i)\bcộng(?:\s+với)?\s+[\d.,]*$")
_SUM = re.compile(r"(?i)\b(?:là|bằng|thành|tổng cộng)\s*$")
REMARK = re.compile(r"\([^()]*\)")
"""Brackets without brackets in them."""


def open_remarks(text: str, figures: Sequence[Numeral]) -> str:
    """Take the brackets off remarks without figures: what they say belongs to the sentence."""

    def is_remark(match: re.Match[str]) -> bool:
        return not any(match.start() < figure.start < match.end() for figure in figures)

    return REMARK.sub(lambda match: f" {match[0][1:-1]} " if is_remark(match) else match[0], text)


def find_borders(text: str, figures: Sequence[Numeral]) -> Iterator[tuple[int, int]]:
    """The own stretch of every figure: from the split before it to the split after it."""
    start = start_near(text, 0, figures[0].start)
    for at, figure in enumerate(figures):
        following = figures[at + 1].start if at + 1 < len(figures) else None
        if following is None:
            stop = _DELIMITER.search(text, figure.end)
            yield start, stop.start() if stop else len(text)
            return
        end, next_start = _split(text, figure.end, following)
        yield start, end
        start = start_near(text, next_start, following)


def widen_shares(
    text: str, figures: Sequence[Numeral], borders: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """A share that opens its clause speaks of all of it: "100% cán bộ, công chức … đạt chuẩn"."""
    starts = [*(start for start, _ in borders[1:]), len(text)]
    for figure, (start, end), following in zip(figures, borders, starts, strict=True):
        opens = _ONLY_BOUND.fullmatch(text[start : figure.start])
        if opens and re.match(r"\s*%", text[figure.end :]):
            stops = [m.start() for m in _STRONG.finditer(text, figure.end, following)]
            yield start, max(end, min([*stops, following]))
        else:
            yield start, end


def find_delimiter(text: str, start: int, end: int) -> int:
    """Where the next delimiter stands, or the end."""
    stop = _DELIMITER.search(text, start, end)
    return stop.start() if stop else end


def start_near(text: str, start: int, end: int) -> int:
    """The last strong delimiter before a figure, but never more than ``NEAR`` words back."""
    for match in _STRONG.finditer(text, start, end):
        start = match.end()
    for match in SENTENCE_END.finditer(text, start, end):
        start = match.end()
    if ahead := _AHEAD.match(text, start, end):
        # "Nhiệm vụ năm 2015: giải quyết …" counts no tasks.
        start = ahead.end()
    if text[start - 1 : start] == "(" and _BARE_VERB.match(text[start:end]):
        # "(đạt 26/48 chỉ tiêu)": what is counted stands before the bracket.
        start = max((m.end() for m in re.finditer(r"[;.]\s|\),?\s", text[: start - 1])), default=0)
    words = list(re.finditer(r"\S+", text[start:end]))
    # "…: 10", "… là 10", "… đạt 10": all that stands before is the label.
    near = NEAR_LABEL if _LABELS.search(text[start:end]) else NEAR
    return start + words[-near].start() if len(words) > near else start


_LOSS_BORDER = re.compile(
    r"(?i)[;:.]\s|\((?:(?:bị\s+)?(?:mất|trừ)\s+)?\d[\d,.]*\s*(?:điểm\s*)?\)[\s,]*"
)
"""What parts one loss from the next: a stop, or the points of the one before in brackets."""


def start_cause(text: str, end: int) -> int:
    """Where the clause before a loss of points begins that may say what for."""
    near = max(0, end - CAUSE)
    return max((m.end() for m in _LOSS_BORDER.finditer(text[near:end])), default=0) + near


def _split(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the words of one figure end and those of the next begin."""
    if delimiter := _DELIMITER.search(text, start, end):
        return delimiter.start(), delimiter.end()
    gap = text[start:end]
    if _ADDED.search(text, 0, start - 1) and (summed := _SUM.search(gap)):
        # "cộng với 412 hồ sơ kỳ trước chuyển sang là 12.752": what stands between is of the 412.
        return start + summed.start(), start + summed.start()
    if marker := _MARKER.search(gap):
        return start + marker.start(), start + marker.start()
    unit = re.match(r"\s*(?:%|[^\W\d_]+(?:\s+[^\W\d_]+)?)", gap)
    cut = start + (unit.end() if unit and not re.match(r"\s*/", gap) else 0)
    return cut, cut
