"""Whose work a figure counts, and of which area, by what stands around it.

Comes in as the words around a figure, nearest first, and what the head of the document says; goes
out as a scope and whether the text says so, and as a ``Speaker`` where a clause tells of another
office, one commune, one field of work, or another area. What the sentence says overrides what the
list says, and that what the document says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import groupby, pairwise

from cchc_analysis.data.records import Scope
from cchc_analysis.read.patterns import PATTERNS, WORDS
from cchc_analysis.read.recognise.figures import Figure
from cchc_analysis.read.recognise.frame import frame_lines
from cchc_analysis.read.recognise.head import find_level, level_of, list_names, match_known
from cchc_analysis.read.recognise.matching import Level, WordsAround
from cchc_analysis.read.recognise.outline import INNER
from cchc_analysis.read.recognise.surroundings import (
    CAPTION,
    FigureText,
    Paper,
    WordCollector,
    find_bare_level,
    take_last_sentence,
)
from cchc_analysis.read.recognise.wording import Hit, WordingRule

LEVEL = 25
"""Characters by which the name of a level may go on behind its first word: "xã, phường"."""
LABEL = 8
"""Words that the label of a row or of an item has at most."""
_OF_INDEX = ("par_score", "par_index", "par_rank", "service_index", "sipas", "papi", "pci", "dti")

BOTH = frozenset({"@district_office", "@commune_aggregate"})
IN_PROVINCE = {
    "@district_office": Scope.DISTRICT_AGGREGATE,
    "@province": Scope.PROVINCE_OFFICE,
}


class Scopes:
    """Finds whose the figures of one document are."""

    def __init__(self, paper: Paper, surroundings: WordCollector) -> None:
        self._head, self._reference = paper.head, paper.reference
        self._surroundings = surroundings
        self.level = paper.level
        self.is_carried = False
        self._own = match_known(self._head.area, self._reference, self._head.day)
        self.frames = frame_lines(paper, self.read_level_line, self.is_inside)

    def find_scope(
        self, entry: FigureText, words: WordsAround, rule: WordingRule | None
    ) -> tuple[Scope, bool]:
        """Whose work is counted, and whether the text says so rather than the document.

        ``is_carried``: whether only a line somewhere above says it.
        """
        self.is_carried = False
        area = self.find_area(entry, words)
        ours = (self._head.area, *self._head.rivals, self.frames[entry.line].area)
        is_index = rule is not None and rule.indicator.startswith(_OF_INDEX)
        if area not in ours or self.is_inside(area):
            above = (level for level in words.levels if level.name in (CAPTION, "heading"))
            told = next(filter(None, map(self._read_scope, above)), None)
            # "II. Kết quả của UBND cấp huyện" above them: without what their communes did.
            is_office = told is Scope.DISTRICT_AGGREGATE and not is_index
            scope = Scope.DISTRICT_OFFICE if is_office else Scope.WHOLE_DISTRICT
            is_commune = find_level(area, self._reference) == "commune"
            return (Scope.COMMUNE if is_commune else scope), True
        if self.level == "commune":
            labels = (entry.label.column, entry.label.row) if entry.label else ()
            # "Cấp tỉnh" beside "Cấp xã": what it took in for others is not all that it did.
            is_other = any(map(PATTERNS.level_above_commune.fullmatch, labels))
            return (Scope.UNSPECIFIED, True) if is_other else (Scope.COMMUNE, False)
        if rule and rule.scope:
            return Scope(rule.scope), True
        if is_index:
            # "Chỉ số CCHC cấp huyện" is that of the district, not of its office.
            return Scope.WHOLE_DISTRICT, True
        found = self._find_told(entry, words)
        return (found, True) if found else (Scope.WHOLE_DISTRICT, False)

    def _find_told(self, entry: FigureText, words: WordsAround) -> Scope | None:
        """Whose work the text says it is, nearest first."""
        if entry.label and PATTERNS.commune.match(entry.label.row):
            return Scope.COMMUNE
        if bare := self._read_head(entry, words):
            return bare
        is_each = entry.mention.role == "each"
        if self._names_both(entry) and not is_each:
            return Scope.WHOLE_DISTRICT
        for level in self._list_scopes(entry, words):
            if scope := self._read_scope(_leave_objects(level, entry)):
                return scope
        carried = self.frames[entry.line].scope
        self.is_carried = carried is not None
        return carried

    def _read_head(self, entry: FigureText, words: WordsAround) -> Scope | None:
        """The level that the bare label of a column or row names: "Huyện", "Các xã", "Cộng"."""
        labels = (entry.label.column.rpartition(INNER)[2], entry.label.row) if entry.label else ()
        head = next(filter(None, map(PATTERNS.head_of_level.fullmatch, labels)), None)
        if entry.label and PATTERNS.row_of_offices.fullmatch(entry.label.row):
            return self._translate("@province")
        if not head:
            return None
        if head["district"]:
            # Of a city that is a province, "Thành phố" are its own offices.
            is_province = head["city"] is not None and self.level == "province"
            return self._translate("@province" if is_province else "@district_office")
        if head["communes"]:
            return Scope.COMMUNE_AGGREGATE
        # "Tổng" is the total of the table: whose that is, what stands above it may say.
        above = [each for each in words.levels if each.name == CAPTION and self._read_scope(each)]
        return None if above or words.levels[0].scopes else Scope.WHOLE_DISTRICT

    def read_level_line(self, text: str) -> Scope | None:
        """The level that a short line names, if it names just one: "+ Đối với cấp huyện:"."""
        said = self._surroundings.read_level("", text)
        return self._read_scope(said) if len(said.scopes) == 1 else None

    def _names_both(self, entry: FigureText) -> bool:
        """Whether a sentence tells of both levels as one and names none again before the figure."""
        mention, text = entry.mention, entry.text
        both = PATTERNS.together.search(text, mention.lead, mention.numeral.start)
        if entry.label or not both:
            return False
        go_on = self._surroundings.read_level("", text[both.end() + LEVEL : mention.own[1]])
        return not go_on.scopes

    def _read_scope(self, level: Level) -> Scope | None:
        """The scope that a level names last before the figure; a heading must name just one."""
        if PATTERNS.office_label.search(level.text):
            return Scope.DISTRICT_OFFICE
        if PATTERNS.counted_communes.match(level.text):
            return Scope.COMMUNE_AGGREGATE
        said = [hit.term for hit in level.hits if hit.term.startswith("@")]
        if not said or (level.name in ("heading", CAPTION) and len(set(said)) > 1):
            return None
        last = max(hit.end for hit in level.hits if hit.term.startswith("@"))
        if "|" not in level.text:
            together = PATTERNS.together.search(level.text)
            if PATTERNS.both.search(level.text) or (together and last <= together.end() + LEVEL):
                return Scope.WHOLE_DISTRICT
        is_both = BOTH.issubset(said)
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
        return IN_PROVINCE.get(term) or Scope(term.removeprefix("@"))

    def _list_scopes(self, entry: FigureText, words: WordsAround) -> Iterator[Level]:
        """The levels that may say whose work it is; far behind a figure something else is said."""
        mention = entry.mention
        for level in words.levels:
            if level.name in WORDS.no_scope_levels:
                continue
            if level.name == "what it is a part of" and self._closes_both(entry):
                continue
            if level.name == "words of its own" and not entry.label:
                near = mention.numeral.end + 40
                hits = tuple(hit for hit in level.hits if hit.start < near)
                yield Level(level.name, level.text, hits)
            elif level.name == "its sentence":
                # "14/14 xã tham gia; huyện có 03 …": what was counted there is not whose this is.
                said = PATTERNS.counted_clause.sub(" ", PATTERNS.remark.sub(" ", entry.said))
                is_same = said == level.text
                yield level if is_same else self._surroundings.read_level(level.name, said)
            elif level.name == "what it is a part of":
                # "thị xã 3.120 (3.080 đúng hạn)": a whole may be labelled with its bare level.
                bare = find_bare_level(replace(entry, at=mention.parent))
                yield replace(level, hits=(Hit(bare, 0, 0),)) if bare else level
            elif level.name == "its paragraph":
                # "Cấp xã có 311 người. Kỷ luật 03 người": of whom, nobody says.
                if "person" not in words.units:
                    yield self._read_paragraph(level, entry.said)
            else:
                yield level

    def _closes_both(self, entry: FigureText) -> bool:
        """Whether a figure is a part of both levels, which the sentence has told apart before."""
        mention, text = entry.mention, entry.text
        if entry.mentions[mention.parent].numeral.end < entry.clause:
            # "cấp huyện 286, trong đó 281 …; cấp xã 147, 147 …"
            clause = text[entry.clause : mention.own[0]]
            if self._surroundings.read_level("", clause).scopes:
                return True
        closed = [*PATTERNS.closes_parts.finditer(text, mention.lead, mention.numeral.start)]
        said = text[mention.lead : closed[-1].start()] if closed else ""
        return self._surroundings.read_level("", said).scopes >= BOTH

    def _read_paragraph(self, level: Level, own: str) -> Level:
        """The last earlier sentence that opens with whose work it tells of, if it is one's.

        A one-stop shop of no level is the report's own, unless that sentence was of one as well.
        """
        plain = PATTERNS.times.sub(" ", PATTERNS.remark.sub(" ", level.text)).strip()
        for sentence in reversed(PATTERNS.sentence_end.split(plain)):
            told = PATTERNS.who_says.sub("", sentence).split(";")
            topics = [re.split(r"\d", clause, maxsplit=1)[0] for clause in told]
            opened = " | ".join(" ".join(topic.split()[:20]) for topic in topics)
            found = self._surroundings.read_level(level.name, opened)
            if found.scopes:
                said = self._surroundings.read_level(level.name, sentence).scopes
                if len(said) > 1:
                    break
                if PATTERNS.shop.search(own) and not PATTERNS.shop.search(sentence):
                    ours = "@province" if self.level == "province" else "@district_office"
                    return Level(level.name, "", (Hit(ours, 0, 0),))
                return found
        return Level(level.name, "", ())

    def is_inside(self, name: str) -> bool:
        """Whether a name is that of one area inside that of the document, if that is known."""
        named = match_known(name, self._reference, self._head.day, self._own)
        is_below = named and self._own and self._reference.is_below(named, self._own)
        return bool(is_below or (named and not self._head.area))

    def find_area(self, entry: FigureText, words: WordsAround) -> str:
        """The area of a figure: one that its own words name, else that of its frame."""
        own = list_names(words.levels[0].text)
        communes = (name for name in own if find_level(name, self._reference) == "commune")
        if named := next(filter(self.is_inside, communes), ""):
            return named
        if other := self._name_other(entry) or self._name_labelled(entry):
            return other
        return self.frames[entry.line].area or self._head.area

    def name_speaker(self, speaker: Speaker | None) -> str:
        """The one commune inside, or the one area of our level, that a clause is told of."""
        if not speaker or len(names := list_names(speaker.name)) != 1:
            return ""
        is_known = speaker.kind is Speech.COMMUNE and self.is_inside(names[0])
        if speaker.kind is Speech.ELSEWHERE and level_of(names[0]) == level_of(self._head.area):
            is_known = bool(match_known(names[0], self._reference, self._head.day))
        return names[0] if is_known else ""

    def find_named(self, entry: FigureText, words: WordsAround) -> str:
        """A unit inside that the text of a figure names, though nothing says that it is its own.

        The last one that its row or its sentence names; else the one that its list or heading is
        of. Whose a figure is that was read as the document's own, a person then has to say.
        """
        if self.level == "commune" or not self._head.area:
            return ""
        if entry.label:
            return self._name_unit(entry.label.row) or self._name_unit(entry.label.group)
        mention = entry.mention
        said = entry.text[mention.lead : max(mention.numeral.start, mention.own[1])]
        if PATTERNS.goes_back.match(said):
            said = f"{take_last_sentence(entry.text[: mention.lead].strip())} {said}"
        bare = PATTERNS.bare_before.search(entry.said)
        named = self._name_unit(said) or "".join(self._name_bare(bare["name"]) if bare else ())
        if named or PATTERNS.says_whole.search(said):
            return named
        names = ("the list it stands in", "heading")
        above = (level.text for level in words.levels if level.name in names)
        short = (text for text in above if len(text.split()) <= LABEL)
        return next(filter(None, map(self._name_unit, short)), "")

    def _name_unit(self, said: str) -> str:
        """The last other unit that a text names, outside brackets if it can be."""
        plain = PATTERNS.kind_of_level.sub(" ; ", said)
        for text in (PATTERNS.remark.sub(" ", plain), plain):
            names = [each for each in list_names(text) if not self._is_ours(each)]
            if names and not PATTERNS.says_whole.search(text, text.rfind(names[-1].split()[-1])):
                return names[-1]
        return ""

    def _is_ours(self, name: str) -> bool:
        """Whether a name is that of the document's own area, however it is spelt."""
        if name in (self._head.area, *self._head.rivals):
            return True
        return bool(self._own) and self._own == match_known(name, self._reference, self._head.day)

    def name_above(self) -> str:
        """What a district lies in, whose the mean of all its districts is; else its own area."""
        row = self._reference.area_rows.get(self._own, {})
        above = str(row["parent_id"]) if row and row["level"] == "district" else ""
        return self._call(above) or self._head.area

    def _call(self, area_id: str) -> str:
        """The name of an area as it stands within a sentence: "huyện Cao Lộc"."""
        name = str(self._reference.area_rows.get(area_id, {}).get("name", ""))
        return name[:1].lower() + name[1:]

    def _name_labelled(self, entry: FigureText) -> str:
        """The place inside that the label of a row or of an item names, or that opens a sentence.

        "- Xã A: 12/15"; "Xã A tiếp nhận 15 hồ sơ, đã giải quyết 12".
        """
        names: tuple[str, ...] = ()
        if entry.label:
            said = entry.label.row.strip()
            names = list_names(said) if len(said.split()) <= LABEL else ()
            names = names or (self._name_bare(said) if PATTERNS.place_name.fullmatch(said) else ())
        elif PATTERNS.says_whole.search(entry.said):
            pass
        elif ":" in entry.said:
            label = entry.said.partition(":")[0]
            names = list_names(label) if len(label.split()) <= LABEL else ()
        elif PATTERNS.named_place.match(_start(entry.said)):
            names = () if PATTERNS.other_subject.search(entry.said) else list_names(entry.said)
        return names[0] if len(names) == 1 and self.is_inside(names[0]) else ""

    def _name_bare(self, said: str) -> tuple[str, ...]:
        """The area inside that of the document that a row calls by its bare name: "Cao Lộc"."""
        known = self._own and match_known(said, self._reference, self._head.day, self._own)
        return (self._call(known),) if known else ()

    def _name_other(self, entry: FigureText) -> str:
        """Another place that we know, named by a bare value: "huyện A (92,1%)", "thứ 2 là B"."""
        if entry.label or not self._own:
            return ""
        found = PATTERNS.named_behind.match(entry.behind) or PATTERNS.of_named.search(entry.said)
        if not found or found["name"] == self._head.area:
            return ""
        above = str(self._reference.area_rows[self._own]["parent_id"])
        # Of a district that is gone since an item may still tell what it had.
        days = (self._head.day, "2025-06-30")
        known = (match_known(found["name"], self._reference, day, above) for day in days)
        other = next(filter(None, known), self._own)
        return self._call(other) if other != self._own else ""


def _leave_objects(level: Level, entry: FigureText) -> Level:
    """A level without the names of levels that are objects: "họp với cấp xã", "liên quan đến …"."""
    is_line = level.name == "words of its own" and not entry.label
    text = entry.text if is_line else level.text
    hits = tuple(
        hit for hit in level.hits
        if not (hit.term.startswith("@") and PATTERNS.of_object.search(text, 0, hit.start))
    )  # fmt: skip
    return level if len(hits) == len(level.hits) else replace(level, hits=hits)


class Speech(StrEnum):
    """What a speaker is."""

    OURS = "the district's own"
    OFFICE = "another office"
    COMMUNE = "one commune"
    COMMUNES = "some communes"
    FIELD = "one field of work"
    ELSEWHERE = "another area"


@dataclass(frozen=True)
class Speaker:
    """Whose work it is, and the words that say so."""

    kind: Speech
    name: str


class Speakers:
    """Finds whose work the clauses of one document tell of."""

    def __init__(self, paper: Paper) -> None:
        self._lines, self._places = paper.lines, paper.places
        self._area, self._level = paper.head.area.casefold(), paper.level
        self._name = lru_cache(maxsize=4096)(self._find_speaker)

    def find(self, entry: FigureText, *, is_of_dossiers: bool) -> Speaker | None:
        """Who speaks in the clause of a figure; nothing where it is the district itself.

        An office or field named right behind dossiers is their subject too ("800 hồ sơ của Chi
        nhánh …"); behind money it is not ("nộp tại Kho bạc").
        """
        if entry.label:
            return None
        found = (self._find_behind(entry) if is_of_dossiers else None) or self._head_of(entry)
        return None if found is None or found.kind is Speech.OURS else found

    def _find_behind(self, entry: FigureText) -> Speaker | None:
        """Who or what is named right behind a figure, other than the district's own."""
        text, end = entry.text, entry.mention.numeral.end
        if field := PATTERNS.field_behind.match(text, end):
            return Speaker(Speech.FIELD, field[0].strip())
        behind = PATTERNS.right_behind.match(text, end)
        found = self._name(text[behind.end() : entry.mention.own[1]]) if behind else None
        return None if found is None or found.kind is Speech.OURS else found

    def _head_of(self, entry: FigureText) -> Speaker | None:
        text, start = entry.text, entry.mention.lead
        found = self._find_carried(entry.said, text[:start]) or self._search(entry.said)
        while found is None and start > 0 and PATTERNS.carries.match(text, start):
            end = start
            ends = [m.end() for m in PATTERNS.sentence_end.finditer(text) if m.end() < end]
            start = max(ends, default=0)
            found = self._search(text[start:end])
        if found or start > 0 or PATTERNS.says_whole.search(entry.said):
            return found
        place = self._places[entry.line]
        for parent in place.parents:
            if found := self._search(self._lines[parent].text):
                return found
        for heading in place.headings[:1]:
            text = self._lines[heading].text
            found = self._name(_start(text))
            if found and len(text.split()) <= len(found.name.split()) + 6:
                return found
        return None

    def _find_carried(self, said: str, before: str) -> Speaker | None:
        """The commune that goes on: "Xã Đá Vàng là điểm sáng. Từ đầu năm, xã đã giải quyết …"."""
        if self._level == "commune" or not PATTERNS.that_commune.search(said):
            return None
        sentences = reversed(PATTERNS.sentence_end.split(before.strip()))
        found = (self._name(_start(each)) for each in sentences)
        communes = (Speech.COMMUNE, Speech.COMMUNES)
        return next((each for each in found if each and each.kind in communes), None)

    def _search(self, said: str) -> Speaker | None:
        """The speaker of the last piece that has one; a comma parts only behind a figure."""
        plain = PATTERNS.remark.sub(" ", said)
        starts = [0]
        for cut in PATTERNS.piece.finditer(plain):
            is_comma = cut[0].strip() in WORDS.pieces
            if not is_comma or re.search(r"\d", plain[starts[-1] : cut.start()]):
                starts.append(cut.end())
        ends = [*starts[1:], len(plain)]
        for start, end in reversed(list(zip(starts, ends, strict=True))):
            if found := self._name(_start(plain[start:end])):
                return found
        return None

    def _find_speaker(self, text: str) -> Speaker | None:
        for row in PATTERNS.rows("speakers"):
            match = row["pattern"].match(text) if self._level in row["levels"] else None
            speaker = Speaker(Speech(row["kind"]), match[0]) if match else None
            is_ours = speaker and self._area.startswith(speaker.name.casefold())
            if speaker and not (is_ours and speaker.kind is Speech.ELSEWHERE):
                return speaker
        return None


@lru_cache(maxsize=4096)
def _start(text: str) -> str:
    """A clause without its mark, its time, and the words that lead to its subject."""
    text = text[PATTERNS.clause_mark.match(text).end() :]  # type: ignore[union-attr]
    while (time := PATTERNS.time.match(text)) is not None:
        text = text[time.end() :]
    lead = PATTERNS.lead_in.match(text)
    rest = text[lead.end() :] if lead else text
    named = (PATTERNS.one_commune, PATTERNS.other_office, PATTERNS.field)
    is_named = any(pattern.match(rest) for pattern in named)
    # "Bộ phận một cửa tiếp nhận …": the lead itself is the subject.
    return rest if not lead or not PATTERNS.our_offices.search(lead[0]) or is_named else text


def tell_offices_apart(told: Sequence[tuple[FigureText, Figure]]) -> Iterator[Figure]:
    """In "huyện rà soát 22 văn bản …; UBND các xã rà soát 05", the first is the office's own.

    A line that counts the communes beside, and not within, a figure of the same indicator says
    of that figure that it leaves them out; so does an item "b) UBND các xã tiếp nhận …" of all of
    the item before it, "a) UBND huyện tiếp nhận …".
    """
    lines = {figure.line: entry.text for entry, figure in told}
    apart = {
        line: len(text) for (line, text), (_, below) in pairwise(lines.items())
        if PATTERNS.item_of_committee.match(text) and PATTERNS.item_of_communes.match(below)
    }  # fmt: skip
    offices = {(f.line, f.indicator) for _, f in told if f.scope is Scope.DISTRICT_OFFICE}
    for _, group in groupby(told, key=lambda each: (each[0].line, each[0].offset)):
        before: list[tuple[FigureText, Figure]] = []
        for entry, figure in group:
            is_told = entry.mention.role == "whole" or (figure.line, figure.indicator) in offices
            is_of_communes = figure.indicator and figure.scope is Scope.COMMUNE_AGGREGATE
            for other, its in before if is_of_communes and not is_told else ():
                is_beside = other.at not in entry.wholes or (
                    # A clause of its own, with a verb of its own: "…; các xã rà soát 05 văn bản".
                    "words of its own" in figure.reason
                    and ";" in entry.text[other.mention.numeral.end : entry.mention.numeral.start]
                )
                is_same = (its.indicator, its.breakdown) == (figure.indicator, figure.breakdown)
                if is_same and is_beside and _counts_all(its):
                    apart[figure.line] = min(figure.start, apart.get(figure.line, figure.start))
            before.append((entry, figure))
    for _, figure in told:
        if figure.start < apart.get(figure.line, -1) and _counts_all(figure):
            figure = replace(  # noqa: PLW2901
                figure, scope=Scope.DISTRICT_OFFICE,
                looked_again="the line counts the communes apart, so this is without them",
            )  # fmt: skip
        yield figure


def _counts_all(figure: Figure) -> bool:
    """Whether it is of the whole area, but for want of another word."""
    return figure.scope is Scope.WHOLE_DISTRICT and not figure.is_scope_said
