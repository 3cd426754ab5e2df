"""The status of a figure: a result, an estimate, a target, a plan, or a norm.

Comes in as the words around a figure and the row of its indicator; goes out as one status.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cchc_analysis.data.records import Status
from cchc_analysis.read.recognise.grids import INNER
from cchc_analysis.read.recognise.head import Head
from cchc_analysis.read.recognise.matching import WordsAround
from cchc_analysis.read.recognise.stretches import FigureText
from cchc_analysis.read.recognise.windows import find_window
from cchc_analysis.read.recognise.wording import WordingRule

APPRAISED = "par_score_total"
"""The points that are left when the province has appraised them."""
_ESTIMATING = frozenset(
    {
        "the list it stands in",
        "the text the note hangs on",
        "heading",
        "above the table",
    }
)
_ESTIMATE = re.compile(r"(?i)\b(?:ước(?: tính| đạt| thực hiện)?|dự kiến|ước)\b")
_SET = re.compile(
    r"(?i)\W*(?:kế hoạch|kh|chỉ tiêu|mục tiêu)(?:\s+(?:giao|năm|đề ra|được|\d{4}))*\W*$"
)
"""The head of a column of what was set, beside that of what was done."""
_ASKED = re.compile(
    r"(?i)(?:[(,;]\s*(?:trong khi|mà|so với)?|(?:trong khi|so với))\s*(?:mức\s+)?"
    r"(?:yêu cầu|quy định|đòi hỏi|mục tiêu|chỉ tiêu|kế hoạch|KH)\b"
    r"[^,;()\d]{0,30}\(?\s*$"
)
"""What is asked of the figure before it: "đạt 12,4%, trong khi yêu cầu là 50%"."""
_GOAL = re.compile(
    r"(?i)(?:mục tiêu|chỉ tiêu|kế hoạch|\bKH\b)"
    r"(?![^,;()\d]*\b(?:yêu cầu|quy định))[^,;()\d]*\(?\s*$"
)
_OF_POINTS = re.compile(r"(?i)\b(?:dự kiến|ước)(?:\s+[\w,.]+){0,3}?\s+(?:số\s+)?điểm\b")
_APPRAISED = re.compile(r"(?i)\b(?:thẩm định|công bố|phê duyệt kết quả|được công nhận)\b")
_TARGET = re.compile(
    r"(?i)\b(?:phấn đấu|(?<!đạt )(?<!hoàn thành )(?<!vượt )(?<!\d )mục tiêu|"
    r"chỉ tiêu(?: cụ thể)?\s*:|đặt chỉ tiêu|"
    r"yêu cầu đạt|tối thiểu|ít nhất|"
    r"(?:chủ tịch|lãnh đạo|bí thư)\b[^.;]{0,60}\byêu cầu|"
    r"phải đạt|cần đạt|đạt trên \d+[\d,]*\s*% trở lên)\b"
)
_OPENS_TARGET = re.compile(
    r"(?i)\W*(?:[^\W\d]+\s+){0,3}?phấn đấu\b(?!.*\b(?:kết quả|đã|được|đến nay|hiện|hoàn thành)\b)"
)
_TARGET_HEADING = re.compile(
    r"(?i)\b(?:phương hướng|mục tiêu|chỉ tiêu|nhiệm vụ trọng tâm|nhiệm vụ, giải pháp|kế hoạch năm|"
    r"nhiệm vụ (?:quý|năm|tháng|6 tháng)\b|"
    r"nhiệm vụ .{0,30}thời gian tới)\b"
)
_AHEAD = re.compile(
    r"(?i)\W*(?:[\dIVX]+[.)]\s*)?(?:phương hướng|nhiệm vụ|mục tiêu|chỉ tiêu|kế hoạch)\b"
    r"[^:.;]{0,60}?(?:(?P<rest>thời gian tới|tháng cuối năm|(?:năm|quý) (?:tới|sau))"
    r"|\b(?P<year>20\d\d))[^:.;]{0,30}:"
)
_RESULT_HEADING = re.compile(r"(?i)\b(?:kết quả|tình hình)\b")


def find_status(
    entry: FigureText,
    words: WordsAround,
    rule: WordingRule | None,
    row: Mapping[str, str],
    head: Head,
) -> Status:
    """Whether a figure is a result, an estimate, a target, or a norm."""
    said = entry.text[entry.mention.lead : entry.mention.numeral.start]
    is_goal = _GOAL.search(said) is not None
    asked = (Status.TARGET if is_goal else Status.THRESHOLD) if is_asked(entry) else None
    if rule and (fixed := _find_fixed(rule, row) or asked):
        return fixed
    if entry.label and _SET.match(entry.label.column.rpartition(INNER)[2]):
        return Status.TARGET
    near = _join_near(words)
    opens = _OPENS_TARGET.match(said) or _opens_ahead(said, head)
    if head.kind == "plan" or opens or _speaks_of_target(words):
        return Status.TARGET
    is_score = rule and rule.indicator.startswith("par_score") and rule.indicator != APPRAISED
    if is_score and not _APPRAISED.search(near):
        # Points that a district gives itself are an estimate until the province has appraised them.
        return Status.ESTIMATE
    if entry.mention.role == "whole":
        # "Ước hoàn thành 12/13 nhiệm vụ": how many there are is known.
        return Status.ACTUAL
    above = [level.text for level in words.levels if level.name in _ESTIMATING]
    if "point" not in words.units:
        # "Dự kiến điểm": only the points are an estimate, not what they are given for.
        said, near, *above = (_OF_POINTS.sub(" ", text) for text in (said, near, *above))
    texts = [said, near, *above]
    return Status.ESTIMATE if any(map(_ESTIMATE.search, texts)) else Status.ACTUAL


def _opens_ahead(said: str, head: Head) -> bool:
    """Whether a sentence opens with what is to be done later: "8. Nhiệm vụ năm 2026: …"."""
    opened = _AHEAD.match(said)
    end = head.window.end
    if not opened or not end:
        return False
    window = find_window(opened[0], head.window)
    is_later = window is not None and window.end is not None and window.end > end
    return bool(is_later or opened["rest"] or int(opened["year"] or 0) > end.year)


def is_asked(entry: FigureText) -> bool:
    """Whether a figure is what is asked of the one before it."""
    is_second = bool(entry.at) and entry.mentions[entry.at - 1].lead == entry.mention.lead
    said = entry.text[entry.mention.lead : entry.mention.numeral.start]
    return is_second and not entry.label and _ASKED.search(said) is not None


def _find_fixed(rule: WordingRule, row: Mapping[str, str]) -> Status | None:
    """What an indicator is by nature: a maximum, a threshold, a norm, a plan."""
    if rule.indicator == "recruits_quota":
        return Status.PLAN
    if row["aggregation"] != "norm":
        return None
    if row["unit"] == "point":
        return Status.MAX_SCORE
    if "min" in rule.indicator or "required" in rule.indicator:
        return Status.THRESHOLD
    return Status.LEGAL_NORM if row["unit"] in ("day", "year") else None


def _speaks_of_target(words: WordsAround) -> bool:
    if _TARGET.search(_join_near(words)):
        return True
    for level in words.levels:
        if level.name != "heading":
            continue
        if _RESULT_HEADING.search(level.text):
            return False
        if _TARGET_HEADING.search(level.text) and "%" in words.units:
            return True
    return False


def _join_near(words: WordsAround) -> str:
    names = ("words of its own", "what it is a part of", "its sentence")
    return " ".join(level.text for level in words.levels if level.name in names)
