"""What the place of a figure says without a word: its field, its verb, its level, its topic.

Comes in as a figure in its line and the lines above it; goes out as terms, each with how many words
away it counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from cchc_analysis.read.documents.lines import Line
from cchc_analysis.read.recognise.matching import NOUNS
from cchc_analysis.read.recognise.outline import OutlinePlace
from cchc_analysis.read.recognise.stretches import (
    LEVEL_LABEL,
    FigureText,
    find_bare_level,
    find_topic,
    is_before_present,
    is_begun,
    is_late,
    is_ranked,
    is_received,
    is_total_of_dossiers,
)
from cchc_analysis.read.recognise.wording import Hit

TOPIC_GAP = 5
"""The words that the topic of a sentence counts as away from a figure in a later clause."""
BARE_HEADINGS = {
    "thể chế": "lv thể chế",
    "thủ tục hành chính": "lv thủ tục",
    "tthc": "lv thủ tục",
    "chỉ đạo": "lv chỉ đạo",
    "bộ máy": "lv bộ máy",
    "công vụ": "lv công vụ",
    "công vụ, công chức": "lv công vụ",
    "tài chính": "lv tài chính",
    "hiện đại hóa": "lv số",
}
"""Headings that name a field by words that elsewhere do not: "3. Thủ tục hành chính"."""
_PLAN = re.compile(
    r"(?i)(?:\b(?:ban hành|xây dựng|phê duyệt)\s+(?:\w+\s+){0,3}?|(?=kế hoạch số))(kế hoạch)"
    r"(?:[\s,]+(?:CCHC|cải|cách|hành|chính|nhà|nước|năm|ngày|tháng|số|của|UBND|huyện|thị|xã|thành|"
    r"phố|quận|này|trên|cụ|thể|để|thực|hiện|công|tác|\d[^\s,]*)){0,20}?"
    r"\s+(?:với|gồm|có|đề ra|bao gồm|xác định)\s+(?:tổng số\s+)?\d+\s+"
    r"(?:nhóm\s+)?(?:nhiệm vụ|đầu việc)"
)
_POINTS = re.compile(r"(?i)\d\s*điểm\b|\bđiểm\s[^.;\d]{0,20}\d")
_STAGE = re.compile(r"(?i)\b(?:trước|sớm|đúng|quá|trễ|chậm|trong) hạn\b")
_BARE = re.compile(r"\s*(?:[%,.;:()]|$)")
_OTHERS = re.compile(r"(?i)\b(?:phản ánh|kiến nghị|PAKN|nhiệm vụ|văn bản|khiếu nại|đơn thư)\b")
_DOSSIERS = re.compile(r"(?i)\d\s*hồ sơ\b|\bhồ sơ\b[^.;]{0,60}\d")
FAR_LINES = 15
"""Lines above within which dossiers were counted, for a line of their stages."""
LEVELS = 5
"""Lines in a row that may each tell of one level."""
_MARK = re.compile(
    r"(?i)^\W*(?:(?:[IVX]+|\d+(?:\.\d+)*|[a-zđ])[.)]\s*)?"
    r"(?:(?:về|công tác|lĩnh vực|nhiệm vụ)\s+)*|\W+$"
)


def name_field(text: str) -> str:
    """The term of the field that a bare heading or label names, or ""."""
    return BARE_HEADINGS.get(_MARK.sub("", text).casefold(), "")


def find_plans(text: str) -> Iterator[Hit]:
    """The plan of reform where it is told by what it holds: "ban hành Kế hoạch với 41 nhiệm vụ"."""
    for plan in _PLAN.finditer(text):
        yield Hit("kế hoạch cchc", plan.start(1), plan.end(1), 0, 0)


class Implied:
    """Finds what the places of one document say."""

    def __init__(
        self,
        lines: Sequence[Line],
        places: Sequence[OutlinePlace],
        find: Callable[[str], tuple[Hit, ...]],
    ) -> None:
        self._lines, self._places, self._find = lines, places, find

    def read(self, entry: FigureText) -> Iterator[tuple[int, Hit]]:
        """What the place of a figure says: its level, that its present follows, its topic."""
        at = entry.mention.numeral
        opened = entry.text[: entry.mention.numeral.start].partition(":")[0]
        if not entry.label and (field := name_field(opened)):
            yield TOPIC_GAP, Hit(field, 0, len(opened), 0, 0)
        for is_so, term, gap in (
            (is_begun, "triển khai", 0),
            (is_ranked, "xếp hạng", 0),
            (is_late, "quá hạn", 0),
            (is_received, "tiếp nhận", 0),
            (is_total_of_dossiers, "tiếp nhận", TOPIC_GAP),
            (self._goes_on_with_points, "điểm đạt", 0),
            (self._goes_on_with_dossiers, "hồ sơ", TOPIC_GAP),
            (self._tells_stages, "hồ sơ", TOPIC_GAP),
        ):
            if is_so(entry):
                yield gap, Hit(term, at.start, at.start, 0, 0)
        if level := find_bare_level(entry):
            yield 0, Hit(level, at.start, at.start, 0, 0)
        if is_before_present(entry):
            yield 0, Hit("được giao", at.end, at.end, 0, 0)
        for hit in self._find(find_topic(entry)):
            yield TOPIC_GAP, hit

    def _goes_on_with_points(self, entry: FigureText) -> bool:
        """Whether a bare pair behind a field is its points, as in the lines above it.

        "4. Cải cách tổ chức bộ máy: 9/9,5 điểm" and below it "7. … chính quyền số: 13,25/15".
        """
        numeral = entry.mention.numeral
        label = entry.text[: numeral.start].rstrip()
        is_pair = entry.mention.role == "part" and not entry.label and label.endswith(":")
        if not is_pair or not self._names_field(label):
            return False
        above = [line.text for line in self._lines[max(0, entry.line - LEVELS) : entry.line]]
        return any(self._names_field(text) and _POINTS.search(text) for text in above)

    def _tells_stages(self, entry: FigureText) -> bool:
        """Whether a line of stages leaves out that they are those of dossiers.

        "- Đã xử lý: 2.240 (trước hạn: 2.011; đúng hạn: 221)", and dossiers are counted above it.
        """
        is_bare = _BARE.match(entry.text, entry.mention.numeral.end) and _STAGE.search(entry.text)
        if entry.label or not is_bare or _OTHERS.search(entry.text):
            return False
        if not NOUNS.isdisjoint(hit.term for hit in self._find(entry.text)):
            return False
        place = self._places[entry.line]
        beside = [
            self._lines[at].text
            for at in range(max(0, entry.line - LEVELS), min(len(self._lines), entry.line + 3))
            if self._places[at].headings == place.headings and not self._lines[at].cells
        ]
        stages = {
            stage.casefold() for text in (*beside, entry.text) for stage in _STAGE.findall(text)
        }
        above = [self._lines[at].text for at in (*place.headings, *place.parents)]
        named = {hit.term for text in (*beside, *above) for hit in self._find(text)} & NOUNS
        earlier = self._lines[max(0, entry.line - FAR_LINES) : entry.line]
        is_counted = any(_DOSSIERS.search(line.text) for line in earlier)
        return len(stages) > 1 and named <= {"hồ sơ", "tthc", "TTHC"} and is_counted

    def _names_field(self, text: str) -> bool:
        return any(hit.term.startswith("lv ") for hit in self._find(text))

    def _goes_on_with_dossiers(self, entry: FigureText) -> bool:
        """Whether a line that names its level leaves out what the line before it has counted.

        "- Cấp tỉnh: tiếp nhận 41.205 hồ sơ …" and below it "- Cấp huyện: tiếp nhận 52.317, …".
        """
        if entry.label or not LEVEL_LABEL.match(entry.text):
            return False
        if not NOUNS.isdisjoint(hit.term for hit in self._find(entry.text)):
            return False
        for at in range(entry.line - 1, max(-1, entry.line - LEVELS), -1):
            text = self._lines[at].text
            is_beside = self._places[at].headings == self._places[entry.line].headings
            if not is_beside or not LEVEL_LABEL.match(text):
                return False
            if "hồ sơ" in {hit.term for hit in self._find(text)}:
                return True
        return False
