"""What stands around a figure: levels of words, from its own to the title of the document.

Comes in as lines with their places and mentions; goes out as ``WordsAround`` for one mention. This
is where context is carried down: from the figure that another is a part of, from the sentence, from
the line that opens a list, from the text a note hangs on, from the headings; and where the place of
a figure says terms without a word: its field, its verb, its level or its topic.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import takewhile
from typing import Any

from cchc_analysis.data.reference import Reference
from cchc_analysis.read.documents import Line
from cchc_analysis.read.patterns import PATTERNS, WORDS
from cchc_analysis.read.recognise import matching, numerals
from cchc_analysis.read.recognise.head import ReportHead, find_level
from cchc_analysis.read.recognise.outline import (
    INNER,
    Label,
    OutlinePlace,
    find_note_below,
    find_table_notes,
    say_heading,
)
from cchc_analysis.read.recognise.wording import Hit, Wording, count_words

BEFORE = "earlier in its sentence, another clause"
LATER, CAPTION, EARLIER = "goes on with", "above the table", "earlier in its sentence"
_OF_LINE = {EARLIER, BEFORE, "its sentence", "its paragraph", "what it is a part of"}


@dataclass(frozen=True)
class FigureText:
    """A mention in its document: the index of its line, the text it stands in, and its label.

    ``text`` is the line, or the cell of a table, which stands in its line from ``offset`` on;
    ``label`` only for cells.
    """

    line: int
    text: str
    mentions: tuple[numerals.Mention, ...]
    at: int
    label: Label | None = None
    offset: int = 0

    @cached_property
    def mention(self) -> numerals.Mention:
        """The mention itself."""
        return self.mentions[self.at]

    @cached_property
    def said(self) -> str:
        """What its sentence says before it."""
        return self.text[self.mention.lead : self.mention.numeral.start]

    @cached_property
    def own_before(self) -> str:
        """Its own words before it."""
        return self.text[self.mention.own[0] : self.mention.numeral.start]

    @cached_property
    def behind(self) -> str:
        """What stands behind it."""
        return self.text[self.mention.numeral.end :]

    @cached_property
    def wholes(self) -> list[int]:
        """The mentions that it is a part of, the nearest first."""
        found, at = [], self.at
        while (at := self.mentions[at].parent) >= 0:
            found.append(at)
        return found

    @cached_property
    def is_asked(self) -> bool:
        """Whether it is what is asked of the one before it."""
        is_second = bool(self.at) and self.mentions[self.at - 1].lead == self.mention.lead
        return is_second and not self.label and PATTERNS.asked.search(self.said) is not None

    @cached_property
    def clause(self) -> int:
        """Where its clause begins."""
        lead = self.mention.lead
        return max(lead, self.text.rfind(";", lead, self.mention.numeral.start) + 1)


def find_tail(text: str, entry: FigureText, end: int) -> str:
    """What follows the own words up to a full stop, semicolon or bracket, or the next figure."""
    mention = entry.mention
    if mention.role == "each":
        # What follows one of several things named together are the others.
        return ""
    # What brackets right here say of a figure is not how it goes on.
    if opened := re.match(r"\s*\([^()]*\)", text[end:]):
        end += opened.end()
    following = [m.numeral.start for m in entry.mentions if m.numeral.start >= end]
    ended = PATTERNS.tail_ends.search(text, end, min([len(text), *following[:1]]))
    stop = ended.start() if ended else min([len(text), *following[:1]])
    tail = text[end:stop]
    if PATTERNS.of_all.match(tail) or (following and PATTERNS.next_label.match(tail)):
        return ""
    if following and stop == following[0] and (goes_on := PATTERNS.goes_on_with.search(tail)):
        # "10/10 xã có Bộ phận Một cửa với 42 công chức": what is said before "với" is of the xã.
        tail = tail[: goes_on.start()]
    elif following and stop == following[0]:
        tail = tail.rpartition(",")[0] if "," in tail[1:] else ""
    return " ".join(tail.split()[:25])


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
    first = PATTERNS.subject.fullmatch(text[mentions[last].numeral.end : following.numeral.start])
    behind = text[mentions[end].numeral.end : mentions[end].own[1]]
    is_alike = first is not None and behind.split()[:1] == first[1].split()[:1]
    return behind if is_alike and PATTERNS.opens.fullmatch(entry.own_before) else ""


def find_bare_level(entry: FigureText) -> str:
    """The scope that a part of a figure is labelled with: "(huyện 258, xã 137)"; or ""."""
    level = None if entry.label else PATTERNS.bare_level.search(entry.said)
    if not level or not PATTERNS.both_levels.search(entry.text, entry.mention.lead):
        return ""
    return "@district_office" if level["district"] else "@commune_aggregate"


def _take_said(entry: FigureText) -> str:
    said = entry.own_before.rstrip(": ").rpartition(":")[2]
    return said + " " + entry.text[entry.mention.numeral.start : entry.mention.own[1]]


@dataclass(frozen=True)
class Paper:
    """One report that is read: its lines, where they stand, its head, and what is known of all."""

    lines: Sequence[Line]
    places: Sequence[OutlinePlace]
    head: ReportHead
    reference: Reference
    wording: Wording

    @cached_property
    def level(self) -> str:
        """The level of its area."""
        return find_level(self.head.area or self.head.own_level, self.reference, self.head.day)


_PLACED: dict[str, Callable[[Any, FigureText], object]] = {
    "roles": lambda roles, entry: entry.mention.role in roles,
    "behind": lambda pattern, entry: pattern.match(entry.text, entry.mention.numeral.end),
    # The stop of the sentence before it may be asked for.
    "before": lambda pattern, entry: pattern.search(
        entry.text, max(0, entry.mention.lead - 10), entry.mention.numeral.start
    ),
    "said": lambda pattern, entry: pattern.search(_take_said(entry)),
    "sentence": lambda pattern, entry: pattern.search(entry.text, entry.mention.lead),
    "line": lambda pattern, entry: pattern.search(entry.text),
}
"""What asks of a row of a table of patterns a figure answers, the cheapest first."""


def is_placed(row: Mapping[str, Any], entry: FigureText) -> bool:
    """Whether a figure stands where a row of a table of patterns asks."""
    return all(test(row[name], entry) for name, test in _PLACED.items() if name in row)


def take_last_sentence(text: str) -> str:
    """The last sentence of a line."""
    lead = max((match.end() for match in PATTERNS.sentence_end.finditer(text)), default=0)
    return text[lead:]


def label_pair(mention: numerals.Mention, text: str, hits: list[Hit]) -> list[Hit]:
    """Of "có mặt A/B được giao" and "được giao/có mặt: A/B", the label that is not A's left out."""
    present = [hit for hit in hits if hit.term == WORDS.present]
    given = [hit for hit in hits if hit.term.endswith(WORDS.given)]
    if mention.role != "part" or not given:
        return hits
    if not present:
        # "52 người/58 biên chế được giao": what is given is the B.
        return [hit for hit in hits if hit not in given or hit.end <= mention.numeral.start]
    is_turned = text[given[0].end : present[0].start].strip() == "/"
    other = present if is_turned else given
    return [hit for hit in hits if hit not in other]


TOPIC_GAP = 5
"""The words that the topic of a sentence counts as away from a figure in a later clause."""
LEVELS = 5
"""Lines in a row that may each tell of one level."""


@lru_cache(maxsize=4096)
def name_field(text: str) -> str:
    """The term of the field that a bare heading or label names, or ""."""
    return str(WORDS.bare_headings.get(PATTERNS.heading_mark.sub("", text).casefold(), ""))


class WordCollector:
    """Finds the words around the mentions of one document."""

    def __init__(self, paper: Paper) -> None:
        self._paper, self._lines, self._places = paper, paper.lines, paper.places
        self._find = lru_cache(maxsize=4096)(self._find_terms)
        self.read_level = lru_cache(maxsize=4096)(self._read_level)
        """A level of any text."""
        self._nouns = matching.index_nouns(paper.wording.units)
        self._first_row = {line.table: at for at, line in reversed([*enumerate(self._lines)])}
        self._after = {place.before: at for at, place in enumerate(self._places)}
        self._notes = find_table_notes(self._lines, self._places)

    def _find_terms(self, text: str) -> tuple[Hit, ...]:
        """The terms of a text, but for the words of a name: "phường Chợ Mới" is not new."""
        hits = tuple(self._paper.wording.find_terms(text))
        plain = text
        for start, end in (match.span(3) for match in PATTERNS.area.finditer(text)):
            within = (hit for hit in hits if start <= hit.start < end)
            is_named = any(h.end <= end or text.startswith(WORDS.new, h.start) for h in within)
            if is_named and text[start:end].istitle():
                plain = plain[:start] + "_" * (end - start) + plain[end:]
        hits = hits if plain == text else tuple(self._paper.wording.find_terms(plain))
        return (*hits, *(Hit(WORDS.plan, *m.span(1)) for m in PATTERNS.plan.finditer(text)))

    def collect(self, entry: FigureText) -> matching.WordsAround:
        """The words around a mention, nearest level first."""
        end = self._find_end(entry)
        own_text, own_hits, gaps = self._own(entry, end)
        outer = []
        # What is above a table names no field of its total.
        is_total = entry.label and PATTERNS.total.fullmatch(entry.label.row)
        for name, text in self._outer(entry, end):
            base = -1 if entry.label else entry.text.find(text, 0, entry.mention.numeral.start)
            if base >= 0 and name in _OF_LINE:
                level = matching.Level(name, text, self._cut(entry.text, base, text), base)
            else:
                level = self.read_level(name, text)
            hits = level.hits
            if is_total:
                hits = tuple(h for h in hits if not h.term.startswith("lv "))
            if name == BEFORE:
                # "… (còn 40 hồ sơ đang giải quyết), đạt 99%; hồ sơ quá hạn 25": of that clause.
                spans = [match.span() for match in PATTERNS.remark.finditer(text)]
                hits = tuple(h for h in hits if not any(a < h.start < b for a, b in spans))
            if name == "its paragraph":
                # "Huyện có 13 xã, thị trấn. …": communes that were counted are not whose this is.
                # Nor is any of several fields, each with its own number, what comes then.
                has_fields = len({h.term for h in hits if h.term.startswith("lv ")}) > 1
                hits = tuple(
                    h for h in hits
                    if not (h.term.startswith("@") and text[: h.start].rstrip()[-1:].isdigit())
                    and not (has_fields and h.term.startswith("lv "))
                )  # fmt: skip
            if text.strip():
                outer.append(level if hits == level.hits else replace(level, hits=hits))
        # A cell may take from above its table what its row and column leave unsaid.
        behind = CAPTION if entry.label else LATER
        later = next((level.terms for level in outer if level.name == behind), frozenset())
        first = matching.Level("words of its own", own_text, own_hits, 0 if not entry.label else -1)
        units = self.find_units(entry)
        many = PATTERNS.factor.match(entry.text, entry.mention.numeral.end)
        factor = int(WORDS.factors[many[1].casefold()]) if many else 1
        return matching.WordsAround(
            (first, *outer), gaps, units, later, factor, entry.label is not None,
        )  # fmt: skip

    def _find_end(self, entry: FigureText) -> int:
        """Where the own words end: never within a phrase, as "tin, bài tuyên truyền" is one."""
        mention, text = entry.mention, entry.text
        end = mention.own[1]
        if entry.label or mention.role == "each":
            return end
        reach = min((m.own[0] for m in entry.mentions if m.own[0] >= end), default=len(text))
        for hit in self._find(text):
            if mention.numeral.end <= hit.start < end < hit.end <= reach:
                stop = PATTERNS.delimiter.search(text, hit.end, reach)
                end = stop.start() if stop else reach
        return end

    def _read_level(self, name: str, text: str) -> matching.Level:
        hits = self._find(text)
        if name == "heading" and (field := name_field(text)):
            hits = (Hit(field, 0, len(text)), *hits)
        elif name == "title":
            hits = tuple(hit for hit in hits if hit.term in WORDS.of_title)
        return matching.Level(name, text, hits)

    def _cut(self, line: str, start: int, text: str) -> tuple[Hit, ...]:
        """The terms of a part of a line, which is searched once for all its figures."""
        inside = (h for h in self._find(line) if start <= h.start and h.end <= start + len(text))
        return tuple(Hit(each.term, each.start - start, each.end - start) for each in inside)

    def find_units(self, entry: FigureText) -> frozenset[str]:
        """The units that the noun behind a figure can mean; of a pair, behind either number."""
        mention = other = entry.mention
        if mention.turn:
            *_, other = (m for m in entry.mentions if m.turn and m.partner == mention.partner)
        elif mention.partner >= 0:
            other = entry.mentions[mention.partner]
        for each in (mention, other):
            end = each.numeral.end
            if units := matching.find_units_behind(entry.text, end, self._nouns):
                return units
        label = f"{entry.label.column} {entry.label.row}" if entry.label else ""
        if entry.label and PATTERNS.rank_head.search(entry.label.column):
            return frozenset()
        if PATTERNS.of_rates.search(label):
            return frozenset({"%"})
        caption = self.find_caption(entry.line) if entry.label else ""
        if named := PATTERNS.unit_of_table.search(caption):
            return matching.find_units_behind(caption, named.end(), self._nouns)
        return frozenset()

    def _own(self, entry: FigureText, end: int) -> tuple[str, tuple[Hit, ...], dict[str, int]]:
        """The own words of a mention, and how many words stand between each and the number."""
        mention, text = entry.mention, entry.text
        start = mention.own[0]
        own = text[start:end]
        # Terms are looked for in the whole line, so that none is cut where the stretch begins.
        hits = [hit for hit in self._find(text) if start < hit.end and hit.start < end]
        cut = mention.numeral.end if mention.numeral.reason == numerals.ZERO_REASON else start
        if mention.role == "each" or cut > start:
            # One of several things named together: "cấp huyện, cấp xã" is not both to each. And
            # what is not there comes behind the zero: "không phát sinh | hồ sơ quá hạn".
            found = self._find(text[cut:end])
            hits = [h._replace(start=h.start + cut, end=h.end + cut) for h in found]
        # "64 hồ sơ (trong thời hạn giải quyết)" are all that are pending.
        in_term = PATTERNS.all_in_term.match(text, mention.numeral.end)
        remarks = [in_term.span(1)] if in_term else []
        remarks += [match.span() for match in PATTERNS.included.finditer(text)]
        hits = [hit for hit in hits if not any(a <= hit.start < b for a, b in remarks)]
        if denied := PATTERNS.zero.search(text, mention.numeral.end):
            # "Có 90% hồ sơ trực tuyến và không còn hồ sơ quá hạn": what is denied is not counted.
            hits = [hit for hit in hits if hit.start < denied.start()]
        if "point" not in self.find_units(entry):
            # Of points that were lost it is the cause: "chưa đánh giá kết quả đào tạo (0,5 điểm)".
            hits = [hit for hit in hits if not self._is_denied(text, hit)]
        hits = label_pair(mention, text, hits)
        hits = self._tell_loss(entry, hits)
        to = end if mention.role == "each" else mention.numeral.start
        placed: list[tuple[int, Hit]] = []
        for hit in hits:
            is_before = hit.end <= mention.numeral.start
            span = (hit.end, to) if is_before else (mention.numeral.end, hit.start)
            placed.append((count_words(text[slice(*span)]), hit))
        joined, added = self._join_lines(entry, end)
        own += joined
        # What a figure shares with the next one counts as so many words away.
        shared = ((8, hit) for hit in self._find(find_shared(entry.text, entry)))
        placed += [*added, *((gap, hit) for gap, hit in shared if hit.term[0] != "@")]
        has_level = any(hit.term[0] == "@" for _, hit in placed)
        # "Hồ sơ trực tuyến tại UBND huyện: 2.246; tại cấp xã: 1.905": each has its own level.
        placed += [(gap, hit) for gap, hit in self._imply(entry)
                   if not (has_level and gap == TOPIC_GAP and hit.term[0] == "@")]  # fmt: skip
        if entry.label:
            heads = f"{entry.label.row} | {entry.label.column}"
            table = self._lines[entry.line].table
            of_table = self._notes.get(table, {}).items()
            noted = (said for head, said in of_table if head and head in heads.casefold())
            own = " | ".join((heads, *(f"({each})" for said in noted for each in said), own))
            placed += self._read_label(entry.label)
        gaps: dict[str, int] = {}
        for distance, hit in placed:
            gaps[hit.term] = min(distance, gaps.get(hit.term, distance))
        return own, tuple(hit for _, hit in placed), gaps

    def _is_denied(self, text: str, hit: Hit) -> bool:
        """Whether a text denies a term, in words that are no term: "chưa nộp trực tuyến"."""
        denied = PATTERNS.denied.search(text, max(0, hit.start - 30), hit.start)
        if denied is None:
            return False
        start = denied.start()
        return not any(h.start <= start < h.end and " " in text[start : h.end]
                       for h in self._find(text))  # fmt: skip

    def _join_lines(self, entry: FigureText, end: int) -> tuple[str, list[tuple[int, Hit]]]:
        """Where a line end has cut a sentence the words before it, and the terms on both sides."""
        joined, added = "", list[tuple[int, Hit]]()
        before, after = self._places[entry.line].before, self._after.get(entry.line)
        is_last = entry.at == len(entry.mentions) - 1 and not entry.label
        whole = f"{entry.text} {self._lines[after].text if after else ''}"
        stop = PATTERNS.delimiter.search(whole, end)
        reach = stop.start() if stop else len(whole)
        if after and is_last and reach > len(entry.text):
            rest = whole[entry.mention.numeral.end : reach]
            added += [(count_words(rest[: hit.start]), hit) for hit in self._find(rest)]
        if before >= 0 and entry.at == 0:
            told = take_last_sentence(self._lines[before].text)
            # What is said of a figure of that line ends with its clause.
            *figures, behind = re.split(r"\d\S*", told)
            *clauses, said = PATTERNS.delimiter.split(behind)
            words = (said if figures and clauses else told).split()
            joined = " ".join(["", *words[-numerals.NEAR :]])
            whole = f"{joined} {entry.own_before}"
            added += [(count_words(whole[hit.end :]), hit) for hit in self._find(whole)]
        return joined, added

    def _tell_loss(self, entry: FigureText, hits: list[Hit]) -> list[Hit]:
        """What points were lost for, but for causes that follow with points of their own."""
        if entry.label or WORDS.lost not in {hit.term for hit in hits}:
            return hits
        # "mất 2 điểm do … (1,5 điểm)": where no points follow, the cause is that of this loss.
        behind = [m for m in entry.mentions[entry.at + 1 :] if m.lead == entry.mention.lead]
        opened = PATTERNS.cause.search(entry.text, entry.mention.numeral.end)
        is_told = any(PATTERNS.points_behind.match(entry.text, m.numeral.end) for m in behind)
        causes = opened.start() if opened and is_told else len(entry.text)
        return [hit for hit in hits if hit.start < causes]

    def _read_label(self, label: Label) -> Iterator[tuple[int, Hit]]:
        """The terms of the row and of the heads above a cell, the nearest head first."""
        heads = reversed(label.column.split(INNER))
        nested = [(1 + 5 * depth, words) for depth, words in enumerate(heads)]
        for distance, words in ((1, label.row), *nested):
            for hit in self._find(PATTERNS.included.sub(" ", words)):
                yield distance, hit
        if field := name_field(label.row):
            yield 1, Hit(field, 0, len(label.row))

    def _outer(self, entry: FigureText, end: int) -> Iterator[tuple[str, str]]:
        mention, text = entry.mention, entry.text
        if entry.label and entry.label.group:
            yield "title row above", entry.label.group
        yield LATER, find_tail(text, entry, end)
        for at in entry.wholes:
            yield "what it is a part of", text[slice(*entry.mentions[at].own)]
        first = next((m for m in entry.mentions if m.lead == mention.lead), mention)
        reach = mention.numeral.start if first is mention else first.own[1]
        if first is not mention:
            clause = max(mention.lead, text.rfind(";", mention.lead, mention.own[0]) + 1)
            yield EARLIER, text[clause : max(reach, mention.own[0])]
            yield BEFORE, text[mention.lead : max(reach, mention.own[0])]
        yield "its sentence", text[mention.lead : reach]
        place = self._places[entry.line]
        yield from self._go_on(entry)
        parents, (noted, mark) = place.parents, place.anchor
        if noted >= 0:
            said = take_last_sentence(self._lines[noted].text[:mark])
            yield "the text the note hangs on", said
            parents = (*self._places[noted].parents, *parents)
        for parent in parents:
            yield "the list it stands in", take_last_sentence(self._lines[parent].text)
        if mention.lead > 0:
            yield "its paragraph", text[: mention.lead]
        if entry.label:
            yield CAPTION, self.find_caption(entry.line)
        for heading in place.headings:
            yield "heading", say_heading(self._lines[heading].text)
        yield "title", self._paper.head.title
        if self._paper.level == "commune":
            yield "the document", WORDS.of_commune

    def _go_on(self, entry: FigureText) -> Iterator[tuple[str, str]]:
        """The sentence that a line goes on with, as it was cut or takes it up: "Theo đó, …"."""
        at = self._places[entry.line].before
        if at < 0 and PATTERNS.refers_back.match(entry.text, entry.mention.lead):
            above = range(entry.line - 1, -1, -1)
            at = next((n for n in above if self._lines[n].text.strip()), -1)
        if at >= 0:
            yield "its sentence, line before", take_last_sentence(self._lines[at].text)

    def find_caption(self, line: int) -> str:
        """What stands above the table of a line, and what its notes say of all of it."""
        table = self._lines[line].table
        at = self._first_row[table] - 1
        # What stands above the table before this one is not said of it, nor is the note below that.
        between = list(
            takewhile(lambda n: not self._lines[n].cells, range(at, max(-1, at - 5), -1))
        )
        if between and find_note_below(self._lines, between[-1]):
            between.pop()
        headings = [n for n in between if self._places[n].is_heading]
        # Nor is what stands above the heading.
        above = [self._lines[n].text for n in between if n >= max(headings, default=0)][::-1]
        # A sentence that ends above the table has been told; a caption has not. Nor is the head of
        # the paper said of the table, or the day of the page.
        no_caption = PATTERNS.told, PATTERNS.of_head, PATTERNS.posted
        filled = [
            text for text in above
            if text.strip() and not any(each.search(text) for each in no_caption)
        ]  # fmt: skip
        told = [take_last_sentence(text) for text in filled[-3:]]
        return " ".join([*told, *self._notes.get(table, {}).get("", ())]).strip()

    def _imply(self, entry: FigureText) -> Iterator[tuple[int, Hit]]:
        """What the place of a figure says: its level, that its present follows, its topic."""
        mention, at = entry.mention, entry.mention.numeral
        opened = entry.text[: at.start].partition(":")[0]
        for label in (opened, entry.own_before) if not entry.label else ():
            if field := name_field(label):
                yield TOPIC_GAP, Hit(field, 0, len(label))
        for row in PATTERNS.rows("implied"):
            if not entry.label and is_placed(row, entry):
                yield row.get("gap", 0), Hit(row["term"], at.start, at.start)
        if self._goes_on_with_points(entry):
            yield 0, Hit(WORDS.reached, at.start, at.start)
        if self._tells_stages(entry):
            yield TOPIC_GAP, Hit(WORDS.dossier, at.start, at.start)
        if level := find_bare_level(entry):
            yield 0, Hit(level, at.start, at.start)
        if not entry.label:
            # All clauses of a sentence are of its dossiers: "Về hồ sơ trực tuyến, …; cấp xã …".
            topics = (PATTERNS.topic_of_sentence, PATTERNS.channel)
            topic = next(
                filter(None, (each.match(entry.text, mention.lead) for each in topics)), None
            )
            for hit in self._find(topic[1]) if topic and topic.end(1) <= mention.own[0] else ():
                yield TOPIC_GAP, hit

    def _goes_on_with_points(self, entry: FigureText) -> bool:
        """Whether a bare pair behind a field is its points, as in the lines above it.

        "4. Cải cách tổ chức bộ máy: 9/9,5 điểm" and below it "7. … chính quyền số: 13,25/15".
        """
        label = entry.text[: entry.mention.numeral.start].rstrip()
        if entry.label or entry.mention.role != "part" or not label.endswith(":"):
            return False
        above = [line.text for line in self._lines[max(0, entry.line - LEVELS) : entry.line]]
        told = [text for text in above if PATTERNS.field_points.search(text)]
        names_field = [any(hit.term.startswith("lv ") for hit in self._find(text))
                       for text in (label, *told)]  # fmt: skip
        return names_field[0] and any(names_field[1:])

    def _tells_stages(self, entry: FigureText) -> bool:
        """Whether a line of stages leaves out that they are those of dossiers.

        "- Đã xử lý: 2.240 (trước hạn: 2.011; đúng hạn: 221)", and nothing else is counted there.
        """
        text, stage = entry.text, PATTERNS.stages
        is_bare = PATTERNS.bare_behind.match(text, entry.mention.numeral.end) and stage.search(text)
        if entry.label or not is_bare or PATTERNS.others.search(text):
            return False
        if not WORDS.nouns.isdisjoint(hit.term for hit in self._find(entry.text)):
            return False
        place = self._places[entry.line]
        beside = [
            self._lines[at].text
            for at in range(max(0, entry.line - LEVELS), min(len(self._lines), entry.line + 3))
            if self._places[at].headings == place.headings and not self._lines[at].cells
        ]
        found = [each for text in (*beside, entry.text) for each in stage.findall(text)]
        stages = {each.casefold() for each in found}
        above = [self._lines[at].text for at in (*place.headings, *place.parents)]
        is_of_dossiers = any(map(PATTERNS.names_dossiers.search, beside))
        if any(map(PATTERNS.others.search, above if is_of_dossiers else (*above, *beside))):
            return False
        return len(stages) > 1
