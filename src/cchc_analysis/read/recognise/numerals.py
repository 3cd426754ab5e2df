"""Every numeral of a line: whether it counts something, and which words are its own.

Comes in as one line of text; goes out as numerals in the order they stand in, each with a kind and
the reason for it. Only a numeral of kind ``figure`` is data: the number of a decree, a date, a
section or a street is not. What is left over is a figure: nothing is dropped because no rule knew
it. Small numbers and zeros put in words ("ba đơn vị", "không có hồ sơ quá hạn") join the figures
only where an indicator is found for them: "ba" is also a father, and "năm" is a year.

For every figure there is a mention: the stretch of text that labels it, the mention that it is a
part of ("trong đó", "gồm", brackets), its partner in a pair "A/B", its turn in a run ("lần lượt là
90%, 80%"), and the bound before it. Only punctuation and little words are looked at; what the words
mean is not known here.
"""

from __future__ import annotations

import re
from bisect import bisect, insort
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from cchc_analysis.data.clean import BOUND_WORDS
from cchc_analysis.data.records import Comparator
from cchc_analysis.read.patterns import PATTERNS, WORDS


class Kind(StrEnum):
    """What a numeral is."""

    FIGURE = "figure"
    DATE = "date"
    PERIOD = "period"
    YEAR = "year"
    TIME = "time"
    DOCUMENT = "document number"
    ARTICLE = "article or form"
    SECTION = "section number"
    NOTE_MARK = "note mark"
    STANDARD = "standard or code"
    LINK = "link or address on the net"
    PHONE = "phone number"
    PLACE = "place or house number"
    NAME = "part of a name"
    COUNTER = "counter of a web page"
    REPEATED = "repeated text"


class Numeral(NamedTuple):
    """One numeral: where it stands in its line, what it is, and why we think so."""

    start: int
    end: int
    text: str
    kind: Kind
    reason: str

    @property
    def is_figure(self) -> bool:
        """Whether it counts something."""
        return self.kind is Kind.FIGURE


REACH = 100
"""Letters before a number within which the patterns of what stands before it lie whole."""


def find_numerals(text: str, *, is_cell: bool = False) -> list[Numeral]:
    """Find and classify every numeral of a line, or of a cell, whose lone number marks nothing.

    Examples:
        >>> [(n.text, n.kind.value) for n in find_numerals("Quyết định số 12/QĐ-UBND: 1.310 hồ sơ")]
        [('12', 'document number'), ('1.310', 'figure')]
        >>> [n.text for n in find_numerals("mức độ 3, 4: 85/87 (đạt 97,7%)") if n.is_figure]
        ['85', '87', '97,7']
    """
    if not PATTERNS.any_digit.search(text):
        return []
    spans = sorted(_find_named(text, is_cell), key=lambda span: (span[0], -span[1]))
    found: list[Numeral] = []
    at = 0
    for start, end, kind, reason in spans:
        found += _find_free(text, at, start)
        found += [
            Numeral(start + m.start(), start + m.end(), m[0], kind, reason)
            for m in re.finditer(r"\d+(?:[.,]\d+)*|[⁰¹²³⁴-⁹]+", text[start:end])
        ]
        at = end
    return found + list(_find_free(text, at, len(text)))


@lru_cache(maxsize=4096)  # a line is asked by several
def find_first_figure(text: str) -> Numeral | None:
    """The first numeral of a text that counts something."""
    return next((each for each in find_numerals(text) if each.is_figure), None)


def _find_named(text: str, is_cell: bool) -> Iterator[tuple[int, int, Kind, str]]:
    """The spans in which digits name something; earlier rules take their text from later ones."""
    taken: list[tuple[int, int]] = []
    marker = PATTERNS.line_marker.match(text)
    if marker and _is_marker(text, marker, is_cell=is_cell):
        taken.append(marker.span(1))
        yield *marker.span(1), Kind.SECTION, "a number that opens a line"
    plain = text.casefold()
    for rule in PATTERNS.rows("rules"):
        if not any(map(plain.__contains__, rule.get("needs", ("",)))):
            continue
        if rule.get("in_cells") and not is_cell:
            continue
        kind, reason = Kind[rule["kind"]], rule["reason"]
        for match in rule["pattern"].finditer(text):
            start, end = match.span()
            behind = bisect(taken, (start, end))
            beside = taken[max(0, behind - 1) : behind + 1]
            if any(start < other_end and other_start < end for other_start, other_end in beside):
                continue
            if is_cell and kind is Kind.SECTION:
                continue
            insort(taken, (start, end))
            yield start, end, kind, reason


def _is_marker(text: str, marker: re.Match[str], *, is_cell: bool = False) -> bool:
    """Whether the number that opens a line, or the words of a cell, counts it and nothing in it."""
    parts = marker[1].split(".")
    rest = text[marker.end() :].lstrip(" *.)")
    if is_cell and not rest[:1].isupper():
        return False
    if marker[0].rstrip().endswith((".", ")", ":", "/")):
        return bool(rest) and not (marker[0].rstrip().endswith("/") and rest[:1].isdigit())
    # "2.3 Kết quả" opens a line, "12 Quyết định" counts decisions.
    return len(parts) > 1 and rest[:1].isupper()


def _find_free(text: str, start: int, end: int) -> Iterator[Numeral]:
    at = start
    spaced = PATTERNS.space_groups.search(text, at, end)
    while match := PATTERNS.digits.search(text, at, end):
        if spaced and spaced.start() < at:
            spaced = PATTERNS.space_groups.search(text, at, end)
        if spaced and spaced.start() <= match.start():
            match = spaced
        at = match.end()
        yield _judge(text, match)


def _judge(text: str, match: re.Match[str]) -> Numeral:
    start, end = match.span()
    printed = match[0]
    left = text[max(0, start - 40) : start]
    is_glued = PATTERNS.letter_behind.match(text, end) and not PATTERNS.glued_unit.match(text, end)
    if is_glued or PATTERNS.capitals_before.search(left):
        return Numeral(start, end, printed, Kind.STANDARD, "digits of a code")
    if PATTERNS.bare_year.fullmatch(printed):
        right = text[end:]
        is_counted = PATTERNS.counts_behind.match(right) or PATTERNS.counted_before.search(left)
        is_part = re.search(r"[/:=]\s*$", left) or re.match(r"\s*/\s*\d", right)
        if not (is_counted or is_part or text.strip() == printed):
            return Numeral(start, end, printed, Kind.YEAR, "four digits of a year, nothing counted")
    return Numeral(start, end, printed, Kind.FIGURE, "counts something")


ZERO_REASON = "a zero in words"


def find_spelled(text: str) -> Iterator[Numeral]:
    """The zeros and small numbers of a line that are put in words."""
    labelled = set()
    for match in PATTERNS.labelled_zero.finditer(text):
        labelled.add(match.start(1))
        told = "a zero in words, behind what is not there"
        yield Numeral(match.start(1), match.end(1), match[1], Kind.FIGURE, told)
    for match in PATTERNS.zero.finditer(text):
        end = match.start()
        if end not in labelled and not PATTERNS.demand.search(text, max(0, end - REACH), end):
            yield Numeral(match.start(), match.end(), match[0], Kind.FIGURE, ZERO_REASON)
    for match in PATTERNS.spelled.finditer(text):
        yield Numeral(match.start(), match.end(), match[0], Kind.FIGURE, "a number in words")


def read_spelled(text: str) -> int:
    """The number that words say; 0 for a zero.

    Examples:
        >>> read_spelled("hai mươi lăm"), read_spelled("mười ba"), read_spelled("không có")
        (25, 13, 0)
    """
    tens, ones = 0, 0
    for word in text.casefold().split():
        if word == WORDS.ten:
            tens = 10
        elif word == WORDS.tens:
            tens, ones = 10 * ones, 0
        else:
            ones = WORDS.ones.get(word, 0)
    return tens + ones


class Mention(NamedTuple):
    """One figure in a sentence.

    Attributes:
        numeral: The figure.
        own: The stretch of the line whose words are the figure's own.
        lead: Where its sentence begins.
        parent: Position of the mention it is a part of, or -1.
        partner: Position of the other number of its pair, or -1.
        role: "", "part" (the A of A/B), "whole" (the B), "low", "high" (of a range), "turn" (of a
            run whose members are not named one by one), "each" (of one whose members are).
        turn: Which one of a run of figures ("lần lượt 90%, 80%"), from 1; 0 without a run.
        comparator: The bound before the figure.
    """

    numeral: Numeral
    own: tuple[int, int]
    lead: int
    parent: int = -1
    partner: int = -1
    role: str = ""
    turn: int = 0
    comparator: Comparator = Comparator.EQUAL


NEAR = 20
"""Words before a figure that may still label it."""


def find_borders(text: str, figures: Sequence[Numeral]) -> Iterator[tuple[int, int]]:
    """The own stretch of every figure: from the split before it to the split after it.

    A share that opens its clause speaks of all of it: "100% cán bộ, công chức … đạt chuẩn".
    """
    start = start_near(text, 0, figures[0].start)
    for figure, following in zip_longest(figures, figures[1:]):
        if following:
            end, reach = _split(text, figure.end, following.start)
            reach = start_near(text, reach, following.start)
        else:
            stop = PATTERNS.delimiter.search(text, figure.end)
            end, reach = stop.start() if stop else len(text), len(text)
        opens = PATTERNS.only_bound.fullmatch(text[start : figure.start])
        if opens and re.match(r"\s*%", text[figure.end :]):
            strong = PATTERNS.strong.search(text, figure.end, reach)
            end = max(end, strong.start() if strong else reach)
        yield start, end
        start = reach


def start_near(text: str, start: int, end: int) -> int:
    """The last strong delimiter before a figure, but never more than ``NEAR`` words back."""
    for match in PATTERNS.strong.finditer(text, start, end):
        start = match.end()
    for match in PATTERNS.sentence_end.finditer(text, start, end):
        start = match.end()
    if ahead := PATTERNS.label_ahead.match(text, start, end):
        # "Nhiệm vụ năm 2015: giải quyết …" counts no tasks.
        start = ahead.end()
    if text[start - 1 : start] == "(" and PATTERNS.bare_verb.match(text[start:end]):
        # "(đạt 21/40 chỉ tiêu)": what is counted stands before the bracket.
        start = max((m.end() for m in re.finditer(r"[;.]\s|\),?\s", text[: start - 1])), default=0)
    opened = text.rfind("(", 0, start)
    if text[start - 1 : start] == ")" and PATTERNS.labels.match(text[start:end].lstrip()):
        # "Mức độ hài lòng (khảo sát 500 phiếu): 98,6%": the label stands before the bracket.
        label = start_near(text, 0, opened)
        start = start if PATTERNS.digit.search(text, label, opened) else label
    words = list(re.finditer(r"\S+", text[start:end]))
    # "…: 10", "… là 10", "… đạt 10": all that stands before is the label.
    near = 45 if PATTERNS.labels.search(text[start:end]) else NEAR
    return start + words[-near].start() if len(words) > near else start


def _split(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the words of one figure end and those of the next begin."""
    if delimiter := PATTERNS.delimiter.search(text, start, end):
        return delimiter.start(), delimiter.end()
    gap = text[start:end]
    # "cộng với 412 hồ sơ kỳ trước chuyển sang là 12.752": what stands between is of the 412.
    is_added = PATTERNS.added.search(text, max(0, start - REACH), start - 1)
    cut = PATTERNS.sum.search(gap) if is_added else None
    # "210 hồ sơ trong hạn và 6 hồ sơ quá hạn": what stands between is of the first.
    cut = cut or PATTERNS.and_then.search(gap) or PATTERNS.next_words.search(gap)
    if cut:
        at = start + cut.start(cut.lastindex or 0)
        return at, at
    unit = re.match(r"\s*(?:%|[^\W\d_]+(?:\s+[^\W\d_]+)?)", gap)
    at = start + (unit.end() if unit and not re.match(r"\s*/", gap) else 0)
    return at, at


def find_turns(text: str, mentions: list[Mention]) -> list[Mention]:
    """Runs such as "lần lượt là 90%, 80%, 75%": each member knows its turn, and what it is of.

    "cấp huyện, cấp xã lần lượt đạt 72% và 64%" gives each figure one of the things named; where
    there are not as many of them as figures, all words are everybody's.
    """
    found = list(mentions)
    at = 0
    while at < len(found):
        end = at
        while end + 1 < len(found) and PATTERNS.run.match(
            text[found[end].numeral.end : found[end + 1].numeral.start]
        ):
            end += 1
        first = found[at]
        marks = list(PATTERNS.in_turn.finditer(text, first.lead, first.numeral.start))
        is_near = bool(marks) and not re.search(r"\d", text[marks[-1].end() : first.numeral.start])
        if end > at and is_near:
            start = start_near(text, first.lead, marks[-1].end())
            # "của các sở, ban, ngành; UBND cấp xã lần lượt đạt 83,2%; 66,2%".
            is_parted = text.count(";", first.lead, marks[-1].start()) == end - at
            start = first.lead if is_parted else start
            behind = found[at - 1].numeral.end if at else 0
            if behind > first.lead:
                # What the figure before has said is not among the things named here.
                mark = re.search(r"[,;:)]\s", text[behind : marks[-1].start()])
                start = max(start, behind + mark.end() if mark else behind)
            parted = PATTERNS.semicolon if is_parted else PATTERNS.parts_listed
            cuts = [each.span() for each in parted.finditer(text, start, marks[-1].start())]
            named = _split_named(text, start, marks[-1].start(), cuts, end - at + 1)
            for turn, position in enumerate(range(at, end + 1), start=1):
                own = named[turn - 1] if named else (start, found[end].own[1])
                role = "each" if named else "turn"
                found[position] = found[position]._replace(
                    own=own, role=role, turn=turn, partner=at
                )
        at = end + 1
    return found


def _split_named(
    text: str, start: int, end: int, cuts: Sequence[tuple[int, int]], count: int
) -> list[tuple[int, int]]:
    """The things named before "lần lượt", if as many as figures; the first has the stem."""
    for first in range(len(cuts) - count + 2):
        chosen = cuts[first : first + count - 1]
        starts = [start, *(stop for _, stop in chosen)]
        stops = [*(begin for begin, _ in chosen), end]
        named = list(zip(starts, stops, strict=True))
        if len(cuts) == count - 1 or _are_alike([text[slice(*each)] for each in named]):
            return named
    return []


def _are_alike(names: Sequence[str]) -> bool:
    """Whether the names open with a word that the first has near its end, or end with levels."""
    words = [name.casefold().split() for name in names]
    if not all(words):
        return False
    if all(map(PATTERNS.ends_level.search, names)):
        return True
    last = set(words[0][-5:])
    return all(each[0] in last for each in words[1:])


def find_mentions(text: str, numerals: Sequence[Numeral]) -> list[Mention]:
    """Find the mentions of a line, in order."""
    figures = [numeral for numeral in numerals if numeral.is_figure]
    if not figures:
        return []
    # Remarks without figures lose their brackets: what they say belongs to the sentence.
    starts = [figure.start for figure in figures]
    plain = PATTERNS.remark.sub(
        lambda m: m[0] if any(m.start() < at < m.end() for at in starts) else f" {m[0][1:-1]} ",
        text,
    )
    # The whole text is looked at: a figure that opens a sentence is part of its mark.
    ends = [0, *(match.end() for match in PATTERNS.sentence_end.finditer(text))]
    mentions = [
        Mention(
            figure,
            (figure.start if figure.reason == ZERO_REASON else start, end),
            max(lead for lead in ends if lead <= figure.start),
            comparator=_find_bound(text, figure.start),
        )
        for figure, (start, end) in zip(figures, find_borders(plain, figures), strict=True)
    ]
    return find_turns(text, _find_pairs(text, _find_parents(plain, mentions)))


def _find_bound(text: str, at: int) -> Comparator:
    # A superscript mark, a star or a bracket may stand between the bound and the number.
    before = text[max(0, at - 40) : at].rstrip("*( ")
    bound = PATTERNS.bound.search(before)
    if not bound or bound[1].casefold() == WORDS.since or PATTERNS.on_fields.match(text, at):
        return Comparator.EQUAL
    return BOUND_WORDS[bound[1].casefold()]


def _find_parents(text: str, mentions: list[Mention]) -> list[Mention]:
    """Walk the openers between the figures: brackets nest, "trong đó" lasts till they close."""
    found: list[Mention] = []
    stack: list[tuple[str, int]] = [("", -1)]
    last, at, lead = -1, 0, -1
    for position, mention in enumerate(mentions):
        if mention.lead != lead:
            stack, last, lead = [("", -1)], -1, mention.lead
            at = max(at, lead)
        for opener in PATTERNS.opener.finditer(text, at, mention.numeral.start):
            if opener[0] == ":" and not PATTERNS.counts.fullmatch(text[at : opener.start()]):
                continue
            if opener[0] == "(":
                stack.append(("(", last if last >= 0 else stack[-1][1]))
            elif opener[0] == ")":
                # What follows a bracket stands beside the figure before it.
                while len(stack) > 1:
                    opened, parent = stack.pop()
                    if opened:
                        last = parent if parent >= 0 else last
                        break
            elif last >= 0 and stack[-1][1] != last:
                stack.append(("", last))
        at = mention.numeral.end
        found.append(mention._replace(parent=stack[-1][1]))
        last = position
    return found


def _find_pairs(text: str, mentions: list[Mention]) -> list[Mention]:
    found = list(mentions)
    for at in range(len(found) - 1):
        left, right = found[at], found[at + 1]
        gap = text[left.numeral.end : right.numeral.start]
        of = not PATTERNS.on_fields.match(text, right.numeral.start) and PATTERNS.of.match(gap)
        is_pair = left.role != "whole" and (PATTERNS.slash.match(gap) or of)
        if is_pair or PATTERNS.range.match(gap):
            own = left.own[0], right.own[1]
            roles = ("part", "whole") if is_pair else ("low", "high")
            # "92 trên 95" is of ninety-five, and no more than them.
            right = right._replace(comparator=Comparator.EQUAL) if is_pair and of else right
            found[at] = left._replace(own=own, partner=at + 1, role=roles[0])
            found[at + 1] = right._replace(own=own, partner=at, role=roles[1], parent=left.parent)
    return found
