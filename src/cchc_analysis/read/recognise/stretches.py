"""Stretches of a line around a figure, and what its place says without a word.

Comes in as a figure in its line and the lines above it; goes out as pieces of that line, and as
terms that its field, its verb, its level or its topic imply, each with how many words away it
counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cchc_analysis.read.documents.lines import Line
from cchc_analysis.read.patterns import P
from cchc_analysis.read.recognise.clauses import SENTENCE_END, Mention
from cchc_analysis.read.recognise.matching import NOUNS
from cchc_analysis.read.recognise.outline import OutlinePlace
from cchc_analysis.read.recognise.tables import Label
from cchc_analysis.read.recognise.wording import Hit

BEFORE = "earlier in its sentence, another clause"
LATER, CAPTION, EARLIER = "goes on with", "above the table", "earlier in its sentence"
TAIL = 25
"""Words behind the own stretch of a figure that may still speak for it."""


@dataclass(frozen=True)
class FigureText:
    """A mention in its document: the index of its line, the text it stands in, and its label.

    ``text`` is the line, or the cell of a table, which stands in its line from ``offset`` on;
    ``label`` only for cells.
    """

    line: int
    text: str
    mentions: tuple[Mention, ...]
    at: int
    label: Label | None = None
    offset: int = 0

    @property
    def mention(self) -> Mention:
        """The mention itself."""
        return self.mentions[self.at]


def find_tail(text: str, entry: FigureText, end: int) -> str:
    """What follows the own words up to a full stop, semicolon or bracket, or the next figure."""
    mention = entry.mention
    if mention.role == "each":
        # What follows one of several things named together are the others.
        return ""
    end = _skip_brackets(text, end)
    following = [m.numeral.start for m in entry.mentions if m.numeral.start >= end]
    stop = min(
        [len(text), *following[:1]]
        + [at for mark in (";", "(", ")", ". ") if (at := text.find(mark, end)) >= 0]
    )
    for opener in P.opener.finditer(text, end, stop):
        if opener[0] != ":":
            stop = opener.start()
            break
    tail = text[end:stop]
    if P.of_all.match(tail) or (following and P.next_label.match(tail)):
        return ""
    if following and stop == following[0] and (goes_on := P.goes_on_with.search(tail)):
        # "10/10 xã có Bộ phận Một cửa với 42 công chức": what is said before "với" is of the xã.
        tail = tail[: goes_on.start()]
    elif following and stop == following[0]:
        tail = tail.rpartition(",")[0] if "," in tail[1:] else ""
    return " ".join(tail.split()[:TAIL])


def find_ranked(entry: FigureText) -> str:
    """The index that stands behind a rank; or ""."""
    index = None if entry.label else P.ranked_in.match(entry.text, entry.mention.numeral.end)
    return index[1] if index else ""


def find_shared(text: str, entry: FigureText) -> str:
    """The predicate that follows several subjects: "150 TTHC cấp huyện và 60 TTHC cấp xã được …".

    Nothing but such words as "có" may stand before the first, and both must be of one noun.
    """
    mention, mentions = entry.mention, entry.mentions
    last = entry.at + (mention.role == "part")
    if entry.label or mention.role not in ("", "part") or last + 1 >= len(mentions):
        return ""
    following = mentions[last + 1]
    end = last + 1 + (following.role == "part")
    if following.lead != mention.lead or following.role != mention.role or end >= len(mentions):
        return ""
    first = P.subject.fullmatch(text[mentions[last].numeral.end : following.numeral.start])
    behind = text[mentions[end].numeral.end : mentions[end].own[1]]
    is_alike = first is not None and behind.split()[:1] == first[1].split()[:1]
    opens = P.opens.fullmatch(text[mention.own[0] : mention.numeral.start])
    return behind if is_alike and opens else ""


def find_bare_level(entry: FigureText) -> str:
    """The scope that a part of a figure is labelled with: "(huyện 258, xã 137)"; or ""."""
    mention = entry.mention
    if entry.label or not P.both_levels.search(entry.text, mention.lead):
        return ""
    level = P.bare_level.search(entry.text[mention.lead : mention.numeral.start])
    if not level:
        return ""
    return "@district_office" if level["district"] else "@commune_aggregate"


def is_before_present(entry: FigureText) -> bool:
    """Whether brackets right behind say how many of them there are: "công chức 92 (có mặt 89)"."""
    return not entry.label and bool(P.present.match(entry.text, entry.mention.numeral.end))


def is_begun(entry: FigureText) -> bool:
    """Whether a bare verb says of tasks that they were begun: "Số nhiệm vụ: 11; triển khai 10"."""
    at = entry.mention.numeral
    verb = None if entry.label else P.begun.search(entry.text[: at.start])
    return verb is not None and P.no_noun.match(entry.text, at.end) is not None


def is_received(entry: FigureText) -> bool:
    """Whether the verb right before the number is "nhận", which elsewhere is a part of words."""
    verb = None if entry.label else P.receives.search(entry.text[: entry.mention.numeral.start])
    return verb is not None


def is_total_of_dossiers(entry: FigureText) -> bool:
    """Whether dossiers are counted of which parts then say how they came in.

    "Tổng hồ sơ 1.204, gồm tiếp nhận mới 1.101, kỳ trước 103".
    """
    at, text = entry.mention.numeral, entry.text
    opened = None if entry.label else P.all_dossiers.search(text[: at.start])
    return opened is not None and P.came_in.match(text, at.end) is not None


def is_late(entry: FigureText) -> bool:
    """Whether a bare adverb before the number says late: "…; chậm 110 hồ sơ"."""
    return not entry.label and P.late.search(entry.text[: entry.mention.numeral.start]) is not None


def is_ranked(entry: FigureText) -> bool:
    """Whether a bare verb before the number says that it is a rank: "DTI 2023 xếp 20/63"."""
    verb = None if entry.label else P.ranks.search(entry.text[: entry.mention.numeral.start])
    return verb is not None and entry.mention.role in ("", "part")


def find_topic(entry: FigureText) -> str:
    """The dossiers that all clauses of a sentence are about: "Về hồ sơ trực tuyến, …; cấp xã …"."""
    mention = entry.mention
    if entry.label:
        return ""
    topic = P.topic_of_sentence.match(entry.text, mention.lead) or P.channel.match(
        entry.text, mention.lead
    )
    return topic[1] if topic and topic.end(1) <= mention.own[0] else ""


def start_causes(entry: FigureText) -> int:
    """Where the causes of a loss begin that are told one by one: "mất 2 điểm do … (1,5 điểm)".

    The end of the text where no further points follow: then the cause is that of this loss.
    """
    mention, text = entry.mention, entry.text
    behind = [m.numeral for m in entry.mentions[entry.at + 1 :] if m.lead == mention.lead]
    cause = P.cause.search(text, mention.numeral.end)
    is_told = any(P.points_behind.match(text, numeral.end) for numeral in behind)
    return cause.start() if cause and is_told else len(text)


def tell_sentence(entry: FigureText) -> Iterator[tuple[str, str]]:
    """What the sentence has said before the figure, and how it began."""
    mention, text = entry.mention, entry.text
    first = next((m for m in entry.mentions if m.lead == mention.lead), mention)
    reach = mention.numeral.start if first is mention else first.own[1]
    if first is not mention:
        clause = max(mention.lead, text.rfind(";", mention.lead, mention.own[0]) + 1)
        yield EARLIER, text[clause : max(reach, mention.own[0])]
        yield BEFORE, text[mention.lead : max(reach, mention.own[0])]
    yield "its sentence", text[mention.lead : reach]


def _skip_brackets(text: str, at: int) -> int:
    """Behind brackets that open right here: what they say of a figure is not how it goes on."""
    opened = re.match(r"\s*\([^()]*\)", text[at:])
    return at + opened.end() if opened else at


def take_last_sentence(text: str) -> str:
    """The last sentence of a line."""
    lead = max((match.end() for match in SENTENCE_END.finditer(text)), default=0)
    return text[lead:]


def take_first_words(text: str) -> str:
    """What a heading says before its colon."""
    return " ".join(text.split(":", maxsplit=1)[0].split()[:30])


def label_pair(mention: Mention, text: str, hits: list[Hit]) -> list[Hit]:
    """Of "có mặt A/B được giao" and "được giao/có mặt: A/B", the label that is not A's left out."""
    present = [hit for hit in hits if hit.term == "có mặt"]
    given = [hit for hit in hits if hit.term == "được giao"]
    if mention.role != "part" or not given:
        return hits
    if not present:
        # "52 người/58 biên chế được giao": what is given is the B.
        return [hit for hit in hits if hit not in given or hit.end <= mention.numeral.start]
    is_turned = text[given[0].end : present[0].start].strip() == "/"
    other = present if is_turned else given
    return [hit for hit in hits if hit not in other]


def stand_together(one: Mention, other: Mention) -> bool:
    """Whether two figures are of one pair or run."""
    is_run = other.role in ("turn", "each")
    return one.partner == other.partner and one.turn > 0 if is_run else one.own == other.own


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
_BARE = re.compile(r"\s*(?:[%,.;:()]|$)")
FAR_LINES = 15
"""Lines above within which dossiers were counted, for a line of their stages."""
LEVELS = 5
"""Lines in a row that may each tell of one level."""


def name_field(text: str) -> str:
    """The term of the field that a bare heading or label names, or ""."""
    return BARE_HEADINGS.get(P.heading_mark.sub("", text).casefold(), "")


def find_plans(text: str) -> Iterator[Hit]:
    """The plan of reform where it is told by what it holds: "ban hành Kế hoạch với 41 nhiệm vụ"."""
    for plan in P.plan.finditer(text):
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
        return any(self._names_field(text) and P.field_points.search(text) for text in above)

    def _tells_stages(self, entry: FigureText) -> bool:
        """Whether a line of stages leaves out that they are those of dossiers.

        "- Đã xử lý: 2.240 (trước hạn: 2.011; đúng hạn: 221)", and dossiers are counted above it.
        """
        is_bare = _BARE.match(entry.text, entry.mention.numeral.end) and P.stage.search(entry.text)
        if entry.label or not is_bare or P.others.search(entry.text):
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
            stage.casefold() for text in (*beside, entry.text) for stage in P.stage.findall(text)
        }
        above = [self._lines[at].text for at in (*place.headings, *place.parents)]
        named = {hit.term for text in (*beside, *above) for hit in self._find(text)} & NOUNS
        earlier = self._lines[max(0, entry.line - FAR_LINES) : entry.line]
        is_counted = any(P.dossiers.search(line.text) for line in earlier)
        return len(stages) > 1 and named <= {"hồ sơ", "tthc", "TTHC"} and is_counted

    def _names_field(self, text: str) -> bool:
        return any(hit.term.startswith("lv ") for hit in self._find(text))

    def _goes_on_with_dossiers(self, entry: FigureText) -> bool:
        """Whether a line that names its level leaves out what the line before it has counted.

        "- Cấp tỉnh: tiếp nhận 41.205 hồ sơ …" and below it "- Cấp huyện: tiếp nhận 52.317, …".
        """
        if entry.label or not P.level_label.match(entry.text):
            return False
        if not NOUNS.isdisjoint(hit.term for hit in self._find(entry.text)):
            return False
        for at in range(entry.line - 1, max(-1, entry.line - LEVELS), -1):
            text = self._lines[at].text
            is_beside = self._places[at].headings == self._places[entry.line].headings
            if not is_beside or not P.level_label.match(text):
                return False
            if "hồ sơ" in {hit.term for hit in self._find(text)}:
                return True
        return False
