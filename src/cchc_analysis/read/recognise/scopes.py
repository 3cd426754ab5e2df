"""Whose work a figure counts, and of which area, by what stands around it.

Comes in as the words around a figure, nearest first, and what the head of the document says; goes
out as a scope and whether the text says so. What the sentence says overrides what the list says,
and that what the document says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cchc_analysis.data.records import TWO_TIERS_SINCE, Scope
from cchc_analysis.data.reference import Reference
from cchc_analysis.read.documents.lines import CAPITALS
from cchc_analysis.read.recognise.borders import REMARK, SENTENCE_END
from cchc_analysis.read.recognise.grids import INNER
from cchc_analysis.read.recognise.head import Head, find_level
from cchc_analysis.read.recognise.matching import Level, WordsAround
from cchc_analysis.read.recognise.stretches import CAPTION, FigureText
from cchc_analysis.read.recognise.surroundings import Surroundings
from cchc_analysis.read.recognise.wording import WordingRule

TOPIC = 15
"""Words at the head of a sentence that may name whose work it tells of."""
LEVEL = 25
"""Characters by which the name of a level may go on behind its first word: "xã, phường"."""
LEVEL_WORDS = 8
"""Words of a line that does nothing but open a level."""
_ELSEWHERE = frozenset(
    {
        "earlier in its sentence, another clause",
        "title",
        "goes on with",
        "the document",
        "the figure before it",
        "earlier in its sentence",
    }
)
_OFFICE = re.compile(
    r"(?i)(?:^|[-+*•(,;]\s*|(?:tại|riêng)\s+)(?:UBND|Ủy ban nhân dân)\s+(?:huyện|"
    r"thành phố|thị xã|quận)(?:\s+[^\W\d]\w*){0,3}\s*:"
)
_COMMUNES = re.compile(
    r"(?i)\W*(?:tại|ở|đối với)\s+\d+(?:/\d+)?\s+(?:xã|phường|thị trấn)\b[^:;.\d]{0,30}:"
)
"""What opens a line with the communes counted: "Tại 16 phường: tiếp nhận …"."""
_PART_OF_DISTRICT = re.compile(r"(?i)\bcấp (?:huyện|quận|thị xã|thành phố)\b")
_PART_OF_COMMUNES = re.compile(r"(?i)\bcấp (?:xã|phường)\b")
_HEAD_OF_LEVEL = re.compile(
    r"(?i)\s*(?:(?P<district>(?:UBND\s+)?(?:huyện|quận|thị xã|thành phố))"
    r"|(?P<communes>(?:UBND\s+)?(?:các\s+)?(?:xã|phường)(?:,\s*(?:phường|xã|thị trấn))*)"
    r"|(?:tổng\s+)?cộng|tổng(?:\s+số)?|chung|toàn (?:huyện|quận|thị xã|thành phố))\s*"
)
"""The bare head of a column of one level, or of both."""
_TIMES = re.compile(
    r"(?i)\b\d+\s*tháng\b|\bquý\s+[ivx]+\s*(?:/|năm)?\s*\d{4}|\b(?:năm|tháng|ngày|quý)\s+\d[\d/.-]*"
)
"""Digits that open a sentence and count nothing: "Trong 9 tháng, Bộ phận một cửa …"."""
_OF_INDEX = ("par_score", "par_index", "sipas", "papi", "pci")
_COUNTED_CLAUSE = re.compile(r"(?i)(?<![\d/])\d+(?:/\d+)?\s+(?:xã|phường|thị trấn)\b[^;\d]*;")
_AT_COMMUNES = re.compile(
    r"(?i)(?:\s+[^\W\d]+){1,5}?\s+(?:tại|của|ở)\s+\d+(?:/\d+)?\s+(?:xã|phường|thị trấn)\b"
)
"""How many communes something was counted in: "168 TTHC tại 22 xã"."""
_BOTH = re.compile(r"(?i)\bcấp huyện\s*(?:,|và|,\s*và)\s*(?:cấp\s+)?xã\b")
_TOGETHER = re.compile(
    r"(?i)\b(?:huyện|thành phố|thị xã|quận)\s+(?:và|cùng|cùng với)\s+"
    r"(?:\d+\s+|các\s+|cấp\s+|UBND\s+(?:các\s+)?)?(?:xã|phường)\b"
)
"""Both levels as one: "của huyện và 17 xã"."""
_COMMUNE = re.compile(
    rf"(?:UBND\s+)?((?i:xã|phường|thị trấn|đặc khu)\s+"
    rf"[{CAPITALS}][\w'’]*(?:\s+[{CAPITALS}][\w'’]*){{0,3}})"
)

IN_PROVINCE = {"@district_office": Scope.DISTRICT_AGGREGATE}


class Scopes:
    """Finds whose the figures of one document are."""

    def __init__(self, head: Head, reference: Reference, surroundings: Surroundings) -> None:
        self._head, self._reference, self._surroundings = head, reference, surroundings
        self._names: dict[str, bool] = {}
        self.level = find_level(head.area, reference, head.day)
        self._opened = self._list_opened()
        self._own = self._match(head.area)

    def find_scope(
        self, entry: FigureText, words: WordsAround, rule: WordingRule | None
    ) -> tuple[Scope, bool]:
        """Whose work is counted, and whether the text says so rather than the document."""
        if self.level == "commune":
            return Scope.COMMUNE, False
        if rule and rule.scope:
            return Scope(rule.scope), True
        if rule and rule.indicator.startswith(_OF_INDEX):
            # "Chỉ số CCHC cấp huyện" is that of the district, not of its office.
            return Scope.WHOLE_DISTRICT, True
        if entry.mention.role == "turn" and _list_said(words.levels[0]):
            # As many things as figures would have been told apart: whose each is, nobody says.
            return Scope.UNSPECIFIED, True
        if self.find_area(words) != self._head.area:
            return Scope.COMMUNE, True
        found = self._find_told(entry, words)
        return (found, True) if found else (Scope.WHOLE_DISTRICT, False)

    def _find_told(self, entry: FigureText, words: WordsAround) -> Scope | None:
        """Whose work the text says it is, nearest first."""
        if entry.label and _COMMUNE.match(entry.label.row):
            return Scope.COMMUNE
        if self._names_both(entry):
            return Scope.WHOLE_DISTRICT
        if bare := _read_head(entry, words):
            return bare
        if _tells_both_apart(entry):
            return Scope.WHOLE_DISTRICT
        if not entry.label and _AT_COMMUNES.match(entry.text, entry.mention.numeral.end):
            return Scope.COMMUNE_AGGREGATE
        said = (self._read_scope(level) for level in self._list_scopes(entry, words))
        return next((scope for scope in said if scope), None) or self._opened[entry.line]

    def _list_opened(self) -> list[Scope | None]:
        """The level that a line of its own opens for those below it: "+ Đối với cấp huyện:".

        It holds until another such line or a heading.
        """
        opened: Scope | None = None
        found = []
        for line, place in self._surroundings.list_lines():
            text = line.text.strip()
            if place.is_heading:
                opened = None
            if text.endswith(":") and not line.cells and len(text.split()) <= LEVEL_WORDS:
                said = self._surroundings.read_level("", text)
                if len(_list_said(said)) == 1:
                    opened = self._read_scope(said)
            found.append(opened)
        return found

    def _names_both(self, entry: FigureText) -> bool:
        """Whether a sentence tells of both levels as one and names none again before the figure."""
        mention, text = entry.mention, entry.text
        both = _TOGETHER.search(text, mention.lead, mention.numeral.start)
        if entry.label or not both:
            return False
        go_on = self._surroundings.read_level("", text[both.end() + LEVEL : mention.own[1]])
        return not _list_said(go_on)

    def _read_scope(self, level: Level) -> Scope | None:
        """The scope that a level names last before the figure; a heading must name just one."""
        if _OFFICE.search(level.text):
            return Scope.DISTRICT_OFFICE
        if _COMMUNES.match(level.text):
            return Scope.COMMUNE_AGGREGATE
        said = [hit.term for hit in level.hits if hit.term.startswith("@")]
        if not said or (level.name in ("heading", CAPTION) and len(set(said)) > 1):
            return None
        last = max(hit.end for hit in level.hits if hit.term.startswith("@"))
        if "|" not in level.text:
            together = _TOGETHER.search(level.text)
            if _BOTH.search(level.text) or (together and last <= together.end() + LEVEL):
                return Scope.WHOLE_DISTRICT
        is_both = {"@district_office", "@commune_aggregate"}.issubset(said)
        if level.name == "its sentence" and is_both and ";" in level.text[last:]:
            # Both levels have been told in clauses of their own: this one speaks of neither.
            return None
        if said[-1] == "@whole_district" and said[0] != said[-1] and level.name != "heading":
            # "Với cấp xã, toàn tỉnh tiếp nhận …": all communes, not all levels.
            said = said[:1]
        return self._translate(said[-1])

    def _translate(self, term: str) -> Scope:
        """The scope that a term means: in a province's report its districts are told together."""
        if self.level != "province":
            # There is no word for the offices of a province.
            return Scope.UNSPECIFIED if term == "@province" else Scope(term.removeprefix("@"))
        if term == "@province":
            has_districts = self._head.day < TWO_TIERS_SINCE
            return Scope.PROVINCE_OFFICE if has_districts else Scope.DISTRICT_OFFICE
        return IN_PROVINCE.get(term) or Scope(term.removeprefix("@"))

    def _list_scopes(self, entry: FigureText, words: WordsAround) -> Iterator[Level]:
        """The levels that may say whose work it is; far behind a figure something else is said."""
        mention = entry.mention
        for level in words.levels:
            if level.name in _ELSEWHERE:
                continue
            if level.name == "words of its own" and not entry.label:
                near = mention.numeral.end + 40
                hits = tuple(hit for hit in level.hits if hit.start < near)
                yield Level(level.name, level.text, hits)
            elif level.name == "its sentence":
                said = entry.text[mention.lead : mention.numeral.start]
                # "14/14 xã tham gia; huyện có 03 …": what was counted there is not whose this is.
                said = _COUNTED_CLAUSE.sub(" ", REMARK.sub(" ", said))
                yield self._surroundings.read_level(level.name, said)
            elif level.name == "its paragraph":
                yield self._read_paragraph(level)
            else:
                yield level

    def _read_paragraph(self, level: Level) -> Level:
        """The last earlier sentence that opens with whose work it tells of, if it is one's."""
        plain = _TIMES.sub(" ", REMARK.sub(" ", level.text)).strip()
        for sentence in reversed(SENTENCE_END.split(plain)):
            topics = [re.split(r"\d", clause, maxsplit=1)[0] for clause in sentence.split(";")]
            opened = " | ".join(" ".join(topic.split()[:TOPIC]) for topic in topics)
            found = self._surroundings.read_level(level.name, opened)
            if _list_said(found):
                said = _list_said(self._surroundings.read_level(level.name, sentence))
                return found if len(said) == 1 else Level(level.name, "", ())
        return Level(level.name, "", ())

    def find_area(self, words: WordsAround) -> str:
        """The area of a figure: a commune that its own words name, else that of the document."""
        own = words.levels[0].text
        for match in _COMMUNE.finditer(own):
            name = match[1][0].lower() + match[1][1:]
            if self._knows(name):
                return name
        return self._head.area

    def _knows(self, name: str) -> bool:
        """Whether a name is that of an area inside the one of the document."""
        if name not in self._names:
            named = self._match(name, self._own) if self._own else ""
            self._names[name] = bool(named) and self._reference.is_below(named, self._own)
        return self._names[name]

    def _match(self, name: str, inside: str = "") -> str:
        """The id of an area, "" where none or several are meant."""
        try:
            return self._reference.match_area(name, self._head.day, inside=inside)
        except KeyError:
            return ""


def _read_head(entry: FigureText, words: WordsAround) -> Scope | None:
    """The level that the bare head of a column names: "Huyện", "Xã", or "Cộng" beside them."""
    head = entry.label and _HEAD_OF_LEVEL.fullmatch(entry.label.column.rpartition(INNER)[2])
    if not head:
        return None
    if head["district"]:
        return Scope.DISTRICT_OFFICE
    if head["communes"]:
        return Scope.COMMUNE_AGGREGATE
    return None if _list_said(words.levels[0]) else Scope.WHOLE_DISTRICT


def _tells_both_apart(entry: FigureText) -> bool:
    """Whether the parts of a figure are those of both levels: "389, trong đó cấp huyện 264, …"."""
    own = entry.text[entry.mention.own[0] : entry.mention.numeral.start]
    if _PART_OF_DISTRICT.search(own) or _PART_OF_COMMUNES.search(own):
        return False
    parts = [m for m in entry.mentions if m.parent == entry.at and m.lead == entry.mention.lead]
    said = " | ".join(entry.text[m.own[0] : m.numeral.start] for m in parts)
    return bool(_PART_OF_DISTRICT.search(said) and _PART_OF_COMMUNES.search(said))


def _list_said(level: Level) -> set[str]:
    return {hit.term for hit in level.hits if hit.term.startswith("@")}
