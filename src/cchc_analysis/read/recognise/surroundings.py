"""What stands around a figure: levels of words, from its own to the title of the document.

Comes in as lines with their places and mentions; goes out as ``WordsAround`` for one mention. This
is where context is carried down: from the figure that another is a part of, from the sentence, from
the line that opens a list, from the text a note hangs on, from the headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import takewhile

from cchc_analysis.read.documents.lines import Line
from cchc_analysis.read.patterns import P
from cchc_analysis.read.recognise.clauses import (
    NEAR,
    SENTENCE_END,
    Mention,
    find_delimiter,
    start_cause,
)
from cchc_analysis.read.recognise.matching import (
    Level,
    WordsAround,
    find_factor,
    find_units_behind,
    index_nouns,
)
from cchc_analysis.read.recognise.numerals import ZERO_REASON
from cchc_analysis.read.recognise.outline import OutlinePlace
from cchc_analysis.read.recognise.stretches import (
    CAPTION,
    LATER,
    FigureText,
    Implied,
    find_plans,
    find_ranked,
    find_shared,
    find_tail,
    label_pair,
    name_field,
    stand_together,
    start_causes,
    take_first_words,
    take_last_sentence,
    tell_sentence,
)
from cchc_analysis.read.recognise.tables import INNER, Label
from cchc_analysis.read.recognise.wording import Hit, Wording, count_words

_SENTENCE = re.compile(r"(?:\S+\s+){8}.*[.;]\s*$")
PREVIOUS_LINES = 3
TITLE_TERMS = frozenset(
    {
        "chỉ số cchc",
        "chỉ số phục vụ",
        "papi",
        "pci",
        "sipas",
        "đánh giá giải quyết",
        "kế hoạch cchc",
    }
)
"""What a title says about every figure below it; its other words are too general."""
BARE_LOSS = frozenset({"điểm", "điểm mất"})
"""Terms of points that were lost, which do not say what for."""


class WordCollector:
    """Finds the words around the mentions of one document."""

    def __init__(
        self,
        lines: Sequence[Line],
        places: Sequence[OutlinePlace],
        wording: Wording,
        title: str,
        area: str,
        *,
        is_commune: bool,
    ) -> None:
        self._lines, self._places, self._wording, self._title = lines, places, wording, title
        self._find = lru_cache(maxsize=4096)(
            lambda text: (*wording.find_terms(text), *find_plans(text))
        )
        self._implied = Implied(lines, places, self._find)
        self._nouns = index_nouns(wording.units)
        self._is_commune = is_commune
        self.area = area
        self.mentions: dict[int, tuple[Mention, ...]] = {}
        self._above: dict[int, int] = {}

    def collect(self, entry: FigureText) -> WordsAround:
        """The words around a mention, nearest level first."""
        own_text, own_hits, gaps = self._own(entry)
        outer = [
            Level(name, text, self._hit_outer(entry, name, text), self._find_base(entry, text))
            for name, text in self._outer(entry)
            if text.strip()
        ]
        # A cell may take from above its table what its row and column leave unsaid.
        behind = CAPTION if entry.label else LATER
        later = next((level.terms for level in outer if level.name == behind), frozenset())
        first = Level("words of its own", own_text, own_hits, 0 if not entry.label else -1)
        units = self.find_units(entry)
        factor = find_factor(entry.text, entry.mention.numeral.end)
        return WordsAround((first, *outer), gaps, units, later, factor, entry.label is not None,
            is_shared=bool(find_shared(entry.text, entry)),
        )  # fmt: skip

    def _find_end(self, entry: FigureText) -> int:
        """Where the own words end: never within a phrase, as "tin, bài tuyên truyền" is one."""
        mention, text = entry.mention, entry.text
        end = mention.own[1]
        if entry.label or mention.role == "each":
            return end
        following = [m.own[0] for m in entry.mentions if m.own[0] >= end]
        for hit in self._find(text):
            if (
                mention.numeral.end
                <= hit.start
                < end
                < hit.end
                <= min(following, default=len(text))
            ):
                end = find_delimiter(text, hit.end, min(following, default=len(text)))
        return end

    def _find_base(self, entry: FigureText, text: str) -> int:
        """Where the text of a level stands in the line of the figure; -1 if elsewhere."""
        return entry.text.find(text, 0, entry.mention.numeral.start) if not entry.label else -1

    def _hits(self, name: str, text: str) -> tuple[Hit, ...]:
        hits = self._find(text)
        if name == "heading" and (field := name_field(text)):
            return (Hit(field, 0, len(text), 0, 0), *hits)
        return tuple(h for h in hits if h.term in TITLE_TERMS) if name == "title" else hits

    def _hit_outer(self, entry: FigureText, name: str, text: str) -> tuple[Hit, ...]:
        """The terms of an outer level; what is above a table names no field of its total."""
        hits = self._hits(name, text)
        is_total = entry.label and P.total.fullmatch(entry.label.row)
        return tuple(h for h in hits if not h.term.startswith("lv ")) if is_total else hits

    def list_lines(self) -> Iterator[tuple[Line, OutlinePlace]]:
        """All lines with their places, in order."""
        return zip(self._lines, self._places, strict=True)

    def read_level(self, name: str, text: str) -> Level:
        """A level of any text."""
        return Level(name, text, self._hits(name, text))

    def find_units(self, entry: FigureText) -> frozenset[str]:
        """The units that the noun behind a figure can mean; of a pair, behind either number."""
        mention, text = entry.mention, entry.text
        units = self._read_noun(text, mention.numeral.end)
        if not units and mention.role in ("part", "low", "turn", "each"):
            last = max(
                (m for m in entry.mentions if stand_together(m, mention)),
                key=lambda m: m.numeral.end,
            )
            units = self._read_noun(text, last.numeral.end)
        if not units and mention.role == "whole" and mention.partner >= 0:
            units = self._read_noun(text, entry.mentions[mention.partner].numeral.end)
        if not units and entry.label:
            label = f"{entry.label.column} {entry.label.row}"
            if "%" in label or "tỷ lệ" in label.casefold() or "tỉ lệ" in label.casefold():
                units = frozenset({"%"})
            elif "triệu đồng" in label.casefold():
                units = frozenset({"million VND"})
        return units

    def _read_noun(self, text: str, end: int) -> frozenset[str]:
        return find_units_behind(text, end, self._nouns)

    def _own(self, entry: FigureText) -> tuple[str, tuple[Hit, ...], dict[str, int]]:
        """The own words of a mention, and how many words stand between each and the number."""
        mention, text = entry.mention, entry.text
        start, end = mention.own[0], self._find_end(entry)
        own = text[start:end]
        # Terms are looked for in the whole line, so that none is cut where the stretch begins.
        hits = [hit for hit in self._find(text) if start < hit.end and hit.start < end]
        cut = mention.numeral.end if mention.numeral.reason == ZERO_REASON else start
        if mention.role == "each" or cut > start:
            # One of several things named together: "cấp huyện, cấp xã" is not both to each. And
            # what is not there comes behind the zero: "không phát sinh | hồ sơ quá hạn".
            hits = [
                Hit(h.term, h.start + cut, h.end + cut, h.first, h.last)
                for h in self._find(text[cut:end])
            ]
        if remark := P.all_in_term.match(text, mention.numeral.end):
            # "64 hồ sơ (trong thời hạn giải quyết)" are all that are pending.
            hits = [hit for hit in hits if not remark.start(1) <= hit.start < remark.end(1)]
        hits = label_pair(mention, text, hits)
        hits = self._tell_loss(entry, hits)
        gaps: dict[str, int] = {}
        for hit in hits:
            before, behind = (
                text[hit.end : mention.numeral.start],
                text[mention.numeral.end : hit.start],
            )
            if mention.role == "each":
                before = text[hit.end : end]
            gap = count_words(before if hit.end <= mention.numeral.start else behind)
            gaps[hit.term] = min(gap, gaps.get(hit.term, gap))
        own += self._join_lines(entry, end, hits, gaps)
        for distance, hit in self._implied.read(entry):
            hits.append(hit)
            gaps.setdefault(hit.term, distance)
        if entry.label:
            own = f"{entry.label.row} | {entry.label.column} | {own}"
            for distance, hit in self._read_label(entry.label):
                hits.append(hit)
                gaps[hit.term] = min(distance, gaps.get(hit.term, distance))
        return own, tuple(hits), gaps

    def _join_lines(
        self, entry: FigureText, end: int, hits: list[Hit], gaps: dict[str, int]
    ) -> str:
        """Add the words of a sentence that a line end has cut: those before, and those behind."""
        text, start = entry.text, entry.mention.own[0]
        place, added = self._places[entry.line], ""
        if entry.at == len(entry.mentions) - 1 and not entry.label:
            rest = self._find_rest(entry, end)
            for hit in self._find(rest):
                hits.append(hit)
                gaps.setdefault(hit.term, count_words(rest[: hit.start]))
        if place.before >= 0 and entry.at == 0:
            added = " ".join(take_last_sentence(self._lines[place.before].text).split()[-NEAR:])
            distance = count_words(text[start : entry.mention.numeral.start])
            for hit in self._find(added):
                hits.append(hit)
                gaps.setdefault(hit.term, distance + count_words(added[hit.end :]))
        return f" {added}" if added else ""

    def _find_rest(self, entry: FigureText, end: int) -> str:
        """How the words of the last figure of a line go on where a page break has cut them."""
        if re.search(r"[.;:)]", entry.text[end:]):
            return ""
        following = range(entry.line + 1, min(len(self._lines), entry.line + PREVIOUS_LINES))
        at = next((n for n in following if self._places[n].before == entry.line), -1)
        if at < 0:
            return ""
        rest = self._lines[at].text
        opened = entry.text[entry.mention.numeral.end :]
        stop = P.delimiter.search(rest)
        return f"{opened} {rest[: stop.start() if stop else len(rest)]}"

    def _tell_loss(self, entry: FigureText, hits: list[Hit]) -> list[Hit]:
        """What points were lost for: "đúng hạn 93,8%, trừ 01 điểm" says so before them.

        Where causes follow one by one with their own points, they are none of the loss itself.
        """
        terms = {hit.term for hit in hits}
        if entry.label or "điểm mất" not in terms:
            return hits
        if terms <= BARE_LOSS:
            start = entry.mention.own[0]
            cause = start_cause(entry.text, start)
            return [*(h for h in self._find(entry.text) if cause <= h.start < start), *hits]
        causes = start_causes(entry)
        return [hit for hit in hits if hit.start < causes]

    def _read_label(self, label: Label) -> Iterator[tuple[int, Hit]]:
        """The terms of the row and of the heads above a cell, the nearest head first."""
        heads = reversed(label.column.split(INNER))
        nested = [(1 + 5 * depth, words) for depth, words in enumerate(heads)]
        for distance, words in ((1, label.row), *nested):
            for hit in self._find(words):
                yield distance, hit
        if field := name_field(label.row):
            yield 1, Hit(field, 0, len(label.row), 0, 0)

    def _outer(self, entry: FigureText) -> Iterator[tuple[str, str]]:
        mention, text = entry.mention, entry.text
        if entry.label and entry.label.group:
            yield "title row above", entry.label.group
        if entry.at and entry.mentions[entry.at - 1].lead == mention.lead and self._is_rank(entry):
            start, end = entry.mentions[entry.at - 1].own
            yield "the figure before it", text[start:end]
        yield (
            LATER,
            find_shared(text, entry)
            or find_ranked(entry)
            or find_tail(text, entry, self._find_end(entry)),
        )
        yield from self._whole(entry.mentions, mention.parent, text)
        yield from tell_sentence(entry)
        place = self._places[entry.line]
        if place.before >= 0:
            yield "its sentence, line before", take_last_sentence(self._lines[place.before].text)
        if place.note:
            yield from self._anchor(place)
        for parent in place.parents:
            yield "the list it stands in", take_last_sentence(self._lines[parent].text)
        if mention.lead > 0:
            yield "its paragraph", text[: mention.lead]
        if entry.label:
            yield CAPTION, self._caption(entry.line)
        for heading in place.headings:
            yield "heading", take_first_words(self._lines[heading].text)
        yield "title", self._title
        if self._is_commune:
            yield "the document", "cán bộ, công chức cấp xã, UBND xã"

    def _is_rank(self, entry: FigureText) -> bool:
        """A rank speaks of what the figure before it measures: "đạt 81,5%, xếp thứ 30"."""
        start = entry.mention.own[0]
        return any(
            hit.term == "xếp hạng"
            for hit in self._find(entry.text[start : entry.mention.numeral.start])
        )

    def _whole(
        self, mentions: Sequence[Mention], parent: int, text: str
    ) -> Iterator[tuple[str, str]]:
        """The figures that a figure is a part of, the nearest whole first."""
        seen: set[int] = set()
        while 0 <= parent < len(mentions) and parent not in seen:
            seen.add(parent)
            start, end = mentions[parent].own
            yield "what it is a part of", text[start:end]
            parent = mentions[parent].parent

    def _anchor(self, place: OutlinePlace) -> Iterator[tuple[str, str]]:
        """The text that a note hangs on: the figure before its mark, and that one's wholes."""
        line, at = place.anchor
        if line < 0:
            return
        text = self._lines[line].text
        mentions = self.mentions.get(line, ())
        before = [n for n, mention in enumerate(mentions) if mention.numeral.end <= at]
        if before and at - mentions[before[-1]].numeral.end < 60:
            yield from self._whole(mentions, before[-1], text)
        lead = max((m.end() for m in SENTENCE_END.finditer(text, 0, at)), default=0)
        yield "the text the note hangs on", text[lead:at]
        for parent in self._places[line].parents:
            yield "the list it stands in", take_last_sentence(self._lines[parent].text)

    def _caption(self, line: int) -> str:
        table, at = self._lines[line].table, line
        while at >= 0 and self._lines[at].table == table:
            at = self._above.get(at, at - 1)
        self._above[line] = at
        # What stands above the table before this one is not said of it.
        between = list(
            takewhile(lambda n: not self._lines[n].cells, range(at, max(-1, at - 5), -1))
        )
        headings = [n for n in between if self._places[n].is_heading]
        # Nor is what stands above the heading.
        above = [self._lines[n].text for n in between if n >= max(headings, default=0)][::-1]
        # A sentence that ends above the table has been told; a caption has not.
        filled = [text for text in above if text.strip() and not _SENTENCE.search(text)]
        return " ".join(take_last_sentence(text) for text in filled[-PREVIOUS_LINES:])
