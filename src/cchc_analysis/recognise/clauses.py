"""Sentences into mentions: for every figure of a line, the words that are its own.

Comes in as one line and its numerals; goes out as mentions: the stretch of text that labels the
figure, the mention that it is a part of ("trong đó", "gồm", brackets), its partner in a pair "A/B",
and the bound before it. Only punctuation and little words are looked at; what the words mean is
not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cchc_analysis.clean import BOUND_WORDS
from cchc_analysis.documents.lines import CAPITALS
from cchc_analysis.recognise.numerals import Numeral
from cchc_analysis.recognise.spelled import ZERO_REASON
from cchc_analysis.records import Comparator

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
    r"tỷ lệ|tỉ lệ|lên|đã|được|được giao|giải quyết|tiếp nhận)\b"
)
OPENER = re.compile(
    r"(?i)\b(?:trong đó|bao gồm|gồm(?: có)?|cụ thể|chia ra|trong số đó|trong số này|gồm các)\b"
    r"|[()]|:(?=\s)"
)
_COUNTS = re.compile(r"\s*(?:%|[^\W\d_]+(?:\s+[^\W\d_]+){0,2})?\s*")
"""A figure and its noun: what follows a colon behind them are its parts."""
_SLASH = re.compile(r"^(\s*[^\W\d]*(?:\s+[^\W\d]+){0,3}\s*[⁽(]?[⁰¹²³⁴-⁹]*[⁾)]?)\s*/\s*$")
_OF = re.compile(
    r"(?i)^\s*(?:[^\W\d]+\s+){0,4}?(?:trên tổng số|trên tổng|"
    r"trong tổng số|/tổng số|/\s*tổng số)\s*(?:là\s*)?$"
)
_RANGE = re.compile(r"(?i)^\s*(?:đến|-|–)\s*$")
_IN_TURN = re.compile(r"(?i)\b(?:lần lượt|tương ứng)\b")
_AND = re.compile(r"\s*[,;]\s*(?:và\s+)?|\s+và\s+")
LONGEST_NAME = 5
"""Words at the end of a stem that can be the name of the first of several things."""
_RUN = re.compile(r"(?i)^\s*(?:%|[^\W\d_]+(?:\s+[^\W\d_]+)?)?\s*(?:,|;|và|,\s*và)\s*$")
_BOUND = re.compile(
    r"(?i)(?:^|[\s(])(" + "|".join(sorted(BOUND_WORDS, key=len, reverse=True)) + r")\s*(?:đạt\s*)?$"
)
NEAR = 20
"""Words before a figure that may still label it."""
NEAR_LABEL = 45
_BARE_VERB = re.compile(
    r"(?i)\s*(?:(?:đạt|chưa đạt|chiếm|là|bằng|có|còn|còn lại|được|bị|trừ|hoàn thành|tăng|giảm|"
    r"tỷ lệ|tỉ lệ|ước|khoảng|trên|tổng)\s*){0,3}$"
)
_LABELS = re.compile(
    r"(?i)(?::|\blà|\bđạt|\bđược|tương ứng|lần lượt)\s*(?:tối thiểu|"
    r"tương ứng|tỷ lệ|tỉ lệ|ước|là|:|trên|khoảng|gần|\s)*$"
)
_ONLY_BOUND = re.compile(
    r"(?i)\W*(?:(?:phấn đấu|có|đạt|ước|" + "|".join(BOUND_WORDS) + r")\W*){0,3}"
)
_REMARK = re.compile(r"\([^()]*\)")


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


def find_mentions(text: str, numerals: Sequence[Numeral]) -> list[Mention]:
    """Find the mentions of a line, in order."""
    figures = [numeral for numeral in numerals if numeral.is_figure]
    if not figures:
        return []
    plain = _open_remarks(text, figures)
    borders = list(_widen_shares(plain, figures, list(_find_borders(plain, figures))))
    mentions = [
        Mention(
            figure,
            (figure.start if figure.reason == ZERO_REASON else start, end),
            _find_lead(text, figure.start),
            comparator=_find_bound(text, figure.start),
        )
        for figure, (start, end) in zip(figures, borders, strict=True)
    ]
    return _find_turns(text, _find_pairs(text, _find_parents(plain, mentions)))


def _open_remarks(text: str, figures: Sequence[Numeral]) -> str:
    """Take the brackets off remarks without figures: what they say belongs to the sentence."""

    def is_remark(match: re.Match[str]) -> bool:
        return not any(match.start() < figure.start < match.end() for figure in figures)

    return _REMARK.sub(lambda match: f" {match[0][1:-1]} " if is_remark(match) else match[0], text)


def _find_borders(text: str, figures: Sequence[Numeral]) -> Iterator[tuple[int, int]]:
    """The own stretch of every figure: from the split before it to the split after it."""
    start = _start_near(text, 0, figures[0].start)
    for at, figure in enumerate(figures):
        following = figures[at + 1].start if at + 1 < len(figures) else None
        if following is None:
            stop = _DELIMITER.search(text, figure.end)
            yield start, stop.start() if stop else len(text)
            return
        end, next_start = _split(text, figure.end, following)
        yield start, end
        start = _start_near(text, next_start, following)


def _widen_shares(
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


def _start_near(text: str, start: int, end: int) -> int:
    """The last strong delimiter before a figure, but never more than ``NEAR`` words back."""
    for match in _STRONG.finditer(text, start, end):
        start = match.end()
    for match in SENTENCE_END.finditer(text, start, end):
        start = match.end()
    if text[start - 1 : start] == "(" and _BARE_VERB.match(text[start:end]):
        # "(đạt 26/48 chỉ tiêu)": what is counted stands before the bracket.
        start = max((m.end() for m in re.finditer(r"[;.)]\s", text[: start - 1])), default=0)
    words = list(re.finditer(r"\S+", text[start:end]))
    # "…: 10", "… là 10", "… đạt 10": all that stands before is the label.
    near = NEAR_LABEL if _LABELS.search(text[start:end]) else NEAR
    return start + words[-near].start() if len(words) > near else start


def _split(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the words of one figure end and those of the next begin."""
    if delimiter := _DELIMITER.search(text, start, end):
        return delimiter.start(), delimiter.end()
    gap = text[start:end]
    if marker := _MARKER.search(gap):
        return start + marker.start(), start + marker.start()
    unit = re.match(r"\s*(?:%|[^\W\d_]+(?:\s+[^\W\d_]+)?)", gap)
    cut = start + (unit.end() if unit and not re.match(r"\s*/", gap) else 0)
    return cut, cut


def _find_lead(text: str, at: int) -> int:
    # The whole text is looked at: a figure that opens a sentence is part of its mark.
    ends = (match.end() for match in SENTENCE_END.finditer(text))
    return max((end for end in ends if end <= at), default=0)


def _find_bound(text: str, at: int) -> Comparator:
    # A superscript mark, a star or a bracket may stand between the bound and the number.
    before = text[max(0, at - 40) : at].rstrip("*( ")
    bound = _BOUND.search(before)
    if not bound or bound[1].casefold() == "từ":
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
        for opener in OPENER.finditer(text, at, mention.numeral.start):
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
        if left.role != "whole" and (_SLASH.match(gap) or _OF.match(gap)):
            own = (left.own[0], right.own[1])
            found[at] = replace(left, own=own, partner=at + 1, role="part")
            found[at + 1] = replace(right, own=own, partner=at, role="whole", parent=left.parent)
        elif _RANGE.match(gap):
            own = (left.own[0], right.own[1])
            found[at] = replace(left, own=own, partner=at + 1, role="low")
            found[at + 1] = replace(right, own=own, partner=at, role="high", parent=left.parent)
    return found


def _find_turns(text: str, mentions: list[Mention]) -> list[Mention]:
    """Runs such as "lần lượt là 90%, 80%, 75%": each member knows its turn, and what it is of.

    "cấp huyện, cấp xã lần lượt đạt 72% và 64%" gives each figure one of the things named; where
    there are not as many of them as figures, all words are everybody's.
    """
    found = list(mentions)
    at = 0
    while at < len(found):
        end = at
        while end + 1 < len(found) and _RUN.match(
            text[found[end].numeral.end : found[end + 1].numeral.start]
        ):
            end += 1
        first = found[at]
        marks = list(_IN_TURN.finditer(text, first.lead, first.numeral.start))
        is_near = bool(marks) and not re.search(r"\d", text[marks[-1].end() : first.numeral.start])
        if end > at and is_near:
            start = _start_near(text, first.lead, marks[-1].end())
            named = _split_named(text, start, marks[-1].start(), end - at + 1)
            for turn, position in enumerate(range(at, end + 1), start=1):
                own = named[turn - 1] if named else (start, found[end].own[1])
                role = "each" if named else "turn"
                found[position] = replace(
                    found[position], own=own, role=role, turn=turn, partner=at
                )
        at = end + 1
    return found


def _split_named(text: str, start: int, end: int, count: int) -> list[tuple[int, int]]:
    """The things named before "lần lượt", if as many as figures; the first has the stem."""
    cuts = [(m.start(), m.end()) for m in _AND.finditer(text, start, end)]
    for first in range(len(cuts) - count + 2):
        chosen = cuts[first : first + count - 1]
        starts = [start, *(stop for _, stop in chosen)]
        stops = [*(begin for begin, _ in chosen), end]
        named = list(zip(starts, stops, strict=True))
        if len(cuts) == count - 1 or _are_alike([text[slice(*each)] for each in named]):
            return named
    return []


def _are_alike(names: Sequence[str]) -> bool:
    """Whether the names after the first open with a word that the first has near its end."""
    last = {word.casefold() for word in names[0].split()[-LONGEST_NAME:]}
    opened = [name.split()[:1] for name in names[1:]]
    return all(words and words[0].casefold() in last for words in opened)
