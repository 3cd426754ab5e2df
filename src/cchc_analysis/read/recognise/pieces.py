"""Lines of any length, in pieces that can be read in time linear in their length.

Reading looks at each figure of a line beside the others: a line of a hundred thousand letters
would take hours. No paragraph of a report is as long as ``LONGEST``, so that nothing that people
write is cut; a text without line ends is, at the ends of its sentences. Each piece knows where
in its line it begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from cchc_analysis.read.documents.lines import Line

LONGEST = 2_500
"""Letters of a line that is read as a whole; the longest of hundreds of reports had 934."""
PIECE = 1_000
_SENTENCE = re.compile(r"[.;!?…](?=\s)")
_NUMBER = re.compile(r"\d[\d.,/:%-]{150,}")
"""More digits in a row than any number or date has: the figure of nobody."""


def cut_lines(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines, those that are too long in pieces; a row with such a cell becomes a line."""
    return tuple(piece for line in lines for piece in _cut(line))


def _cut(line: Line) -> Iterator[Line]:
    is_long = len(line.text) > LONGEST
    if not is_long or (line.cells and max(len(cell.text) for cell in line.cells) <= LONGEST):
        yield line
        return
    text = _NUMBER.sub(lambda match: " " * len(match[0]), line.text)
    start = 0
    while start < len(text):
        end = _find_end(text, start)
        yield replace(line, text=text[start:end], cells=(), table=0, start=line.start + start)
        start = end


def _find_end(text: str, start: int) -> int:
    """Behind the last sentence that fits into a piece, or the last word, or letter."""
    window = text[start : start + PIECE]
    if start + PIECE >= len(text):
        return len(text)
    ends = [match.end() for match in _SENTENCE.finditer(window, PIECE // 4)]
    if ends:
        return start + ends[-1]
    space = max(window.rfind(" "), window.rfind("\t"))
    if space > 0:
        return start + space + 1
    letter = max((at for at in range(PIECE // 2, PIECE) if not window[at].isdigit()), default=PIECE)
    return start + letter
