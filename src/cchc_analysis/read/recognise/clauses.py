"""Sentences into mentions: for every figure of a line, the words that are its own.

Comes in as one line and its numerals; goes out as mentions: the stretch of text that labels the
figure, the mention that it is a part of ("trong đó", "gồm", brackets), its partner in a pair "A/B",
its turn in a run ("lần lượt là 90%, 80%"), and the bound before it. Only punctuation and little
words are looked at; what the words mean is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cchc_analysis.data.clean import BOUND_WORDS
from cchc_analysis.data.records import Comparator
from cchc_analysis.read.documents.lines import CAPITALS
from cchc_analysis.read.patterns import P
from cchc_analysis.read.recognise.numerals import ZERO_REASON, Numeral


@dataclass(frozen=True)
class Mention:
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


SENTENCE_END = re.compile(
    rf"(?<=[.!?…])[”\"*)]*\s+(?=[“\"*(]*[{CAPITALS}])"
    r"|(?<=[^\W_]{2}[.!?])\s+(?=\d[\d.,/]*\s*(?:%|[^\W\d_]{2}))"
)
_STRONG = re.compile(r"[;(|]|\)(?=\W*$|[,;])|[.](?=\s|$)")
NEAR = 20
"""Words before a figure that may still label it."""
NEAR_LABEL = 45
CAUSE = 240
"""Characters before a loss of points within which its cause stands."""
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
            stop = P.delimiter.search(text, figure.end)
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
        opens = P.only_bound.fullmatch(text[start : figure.start])
        if opens and re.match(r"\s*%", text[figure.end :]):
            stops = [m.start() for m in _STRONG.finditer(text, figure.end, following)]
            yield start, max(end, min([*stops, following]))
        else:
            yield start, end


def find_delimiter(text: str, start: int, end: int) -> int:
    """Where the next delimiter stands, or the end."""
    stop = P.delimiter.search(text, start, end)
    return stop.start() if stop else end


def start_near(text: str, start: int, end: int) -> int:
    """The last strong delimiter before a figure, but never more than ``NEAR`` words back."""
    for match in _STRONG.finditer(text, start, end):
        start = match.end()
    for match in SENTENCE_END.finditer(text, start, end):
        start = match.end()
    if ahead := P.label_ahead.match(text, start, end):
        # "Nhiệm vụ năm 2015: giải quyết …" counts no tasks.
        start = ahead.end()
    if text[start - 1 : start] == "(" and P.bare_verb.match(text[start:end]):
        # "(đạt 26/48 chỉ tiêu)": what is counted stands before the bracket.
        start = max((m.end() for m in re.finditer(r"[;.]\s|\),?\s", text[: start - 1])), default=0)
    words = list(re.finditer(r"\S+", text[start:end]))
    # "…: 10", "… là 10", "… đạt 10": all that stands before is the label.
    near = NEAR_LABEL if P.labels.search(text[start:end]) else NEAR
    return start + words[-near].start() if len(words) > near else start


def start_cause(text: str, end: int) -> int:
    """Where the clause before a loss of points begins that may say what for."""
    near = max(0, end - CAUSE)
    return max((m.end() for m in P.loss_border.finditer(text[near:end])), default=0) + near


def _split(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the words of one figure end and those of the next begin."""
    if delimiter := P.delimiter.search(text, start, end):
        return delimiter.start(), delimiter.end()
    gap = text[start:end]
    if P.added.search(text, 0, start - 1) and (summed := P.sum.search(gap)):
        # "cộng với 412 hồ sơ kỳ trước chuyển sang là 12.752": what stands between is of the 412.
        return start + summed.start(), start + summed.start()
    if listed := P.and_then.search(gap):
        # "210 hồ sơ trong hạn và 6 hồ sơ quá hạn": what stands between is of the first.
        return start + listed.start(1), start + listed.start(1)
    if marker := P.next_words.search(gap):
        return start + marker.start(), start + marker.start()
    unit = re.match(r"\s*(?:%|[^\W\d_]+(?:\s+[^\W\d_]+)?)", gap)
    cut = start + (unit.end() if unit and not re.match(r"\s*/", gap) else 0)
    return cut, cut


LONGEST_NAME = 5
"""Words at the end of a stem that can be the name of the first of several things."""


def find_turns(text: str, mentions: list[Mention]) -> list[Mention]:
    """Runs such as "lần lượt là 90%, 80%, 75%": each member knows its turn, and what it is of.

    "cấp huyện, cấp xã lần lượt đạt 72% và 64%" gives each figure one of the things named; where
    there are not as many of them as figures, all words are everybody's.
    """
    found = list(mentions)
    at = 0
    while at < len(found):
        end = at
        while end + 1 < len(found) and P.run.match(
            text[found[end].numeral.end : found[end + 1].numeral.start]
        ):
            end += 1
        first = found[at]
        marks = list(P.in_turn.finditer(text, first.lead, first.numeral.start))
        is_near = bool(marks) and not re.search(r"\d", text[marks[-1].end() : first.numeral.start])
        if end > at and is_near:
            start = start_near(text, first.lead, marks[-1].end())
            if at:
                # What the figure before has said is not among the things named here.
                start = max(start, _open_clause(text, found[at - 1].numeral.end, marks[-1].start()))
            named = _split_named(text, start, marks[-1].start(), end - at + 1)
            for turn, position in enumerate(range(at, end + 1), start=1):
                own = named[turn - 1] if named else (start, found[end].own[1])
                role = "each" if named else "turn"
                found[position] = replace(
                    found[position], own=own, role=role, turn=turn, partner=at
                )
        at = end + 1
    return found


def _open_clause(text: str, start: int, end: int) -> int:
    """Where the clause behind a figure opens: at the first mark, or right behind the figure."""
    mark = re.search(r"[,;:)]\s", text[start:end])
    return start + mark.end() if mark else start


def _split_named(text: str, start: int, end: int, count: int) -> list[tuple[int, int]]:
    """The things named before "lần lượt", if as many as figures; the first has the stem."""
    cuts = [(m.start(), m.end()) for m in P.parts_listed.finditer(text, start, end)]
    for first in range(len(cuts) - count + 2):
        chosen = cuts[first : first + count - 1]
        starts = [start, *(stop for _, stop in chosen)]
        stops = [*(begin for begin, _ in chosen), end]
        named = list(zip(starts, stops, strict=True))
        if len(cuts) == count - 1 or _are_alike([text[slice(*each)] for each in named]):
            return named
    return []


def _are_alike(names: Sequence[str]) -> bool:
    """Whether the names open with a word that the first has near its end, or end as it does."""
    words = [name.casefold().split() for name in names]
    if not all(words):
        return False
    last = set(words[0][-LONGEST_NAME:])
    is_short = all(len(each) <= LONGEST_NAME for each in words[1:])
    return all(each[0] in last for each in words[1:]) or (
        is_short and all(each[-1] == words[0][-1] for each in words[1:])
    )


_COUNTS = re.compile(r"\s*(?:%|[^\W\d_]+(?:\s+[^\W\d_]+){0,2})?\s*")
"""A figure and its noun: what follows a colon behind them are its parts."""
_SLASH = re.compile(r"^(\s*[^\W\d]*(?:\s+[^\W\d]+){0,3}\s*[⁽(]?[⁰¹²³⁴-⁹]*[⁾)]?)\s*/\s*$")


def find_mentions(text: str, numerals: Sequence[Numeral]) -> list[Mention]:
    """Find the mentions of a line, in order."""
    figures = [numeral for numeral in numerals if numeral.is_figure]
    if not figures:
        return []
    plain = open_remarks(text, figures)
    borders = list(widen_shares(plain, figures, list(find_borders(plain, figures))))
    mentions = [
        Mention(
            figure,
            (figure.start if figure.reason == ZERO_REASON else start, end),
            _find_lead(text, figure.start),
            comparator=_find_bound(text, figure.start),
        )
        for figure, (start, end) in zip(figures, borders, strict=True)
    ]
    return find_turns(text, _find_pairs(text, _find_parents(plain, mentions)))


def _find_lead(text: str, at: int) -> int:
    # The whole text is looked at: a figure that opens a sentence is part of its mark.
    ends = (match.end() for match in SENTENCE_END.finditer(text))
    return max((end for end in ends if end <= at), default=0)


def _find_bound(text: str, at: int) -> Comparator:
    # A superscript mark, a star or a bracket may stand between the bound and the number.
    before = text[max(0, at - 40) : at].rstrip("*( ")
    bound = P.bound.search(before)
    if not bound or bound[1].casefold() == "từ" or P.on_fields.match(text, at):
        return Comparator.EQUAL
    return BOUND_WORDS[bound[1].casefold()]


def _find_parents(text: str, mentions: list[Mention]) -> list[Mention]:
    """Walk the openers between the figures: brackets nest, "trong đó" lasts till they close."""
    found: list[Mention] = []
    stack: list[tuple[str, int]] = []
    last, at, lead = -1, 0, -1
    for position, mention in enumerate(mentions):
        if mention.lead != lead:
            stack, last, lead = [], -1, mention.lead
            at = max(at, lead)
        for opener in P.opener.finditer(text, at, mention.numeral.start):
            if opener[0] == ":" and not _COUNTS.fullmatch(text[at : opener.start()]):
                continue
            if opener[0] == "(":
                stack.append(("(", last if last >= 0 else _top(stack)))
            elif opener[0] == ")":
                last = _close(stack, last)
            elif last >= 0 and _top(stack) != last:
                stack.append(("", last))
        at = mention.numeral.end
        found.append(replace(mention, parent=_top(stack)))
        last = position
    return found


def _top(stack: list[tuple[str, int]]) -> int:
    return stack[-1][1] if stack else -1


def _close(stack: list[tuple[str, int]], last: int) -> int:
    """Close the innermost bracket; what follows it stands beside the figure before it."""
    while stack:
        opener, parent = stack.pop()
        if opener == "(":
            return parent if parent >= 0 else last
    return last


def _find_pairs(text: str, mentions: list[Mention]) -> list[Mention]:
    found = list(mentions)
    for at in range(len(found) - 1):
        left, right = found[at], found[at + 1]
        gap = text[left.numeral.end : right.numeral.start]
        if left.role != "whole" and (_SLASH.match(gap) or P.of.match(gap)):
            own = (left.own[0], right.own[1])
            found[at] = replace(left, own=own, partner=at + 1, role="part")
            found[at + 1] = replace(right, own=own, partner=at, role="whole", parent=left.parent)
        elif P.range.match(gap):
            own = (left.own[0], right.own[1])
            found[at] = replace(left, own=own, partner=at + 1, role="low")
            found[at + 1] = replace(right, own=own, partner=at, role="high", parent=left.parent)
    return found
