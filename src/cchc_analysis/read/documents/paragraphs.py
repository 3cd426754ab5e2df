"""Lines of pages into paragraphs: running heads and page numbers out, notes behind their page.

Comes in as the lines of each page with their places and sizes, and the rows of tables; goes out as
paragraphs and rows. Nothing here knows which library found the lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cchc_analysis.read.documents.lines import Row

SMALL_PRINT = 0.88
MARGIN = 0.09
"""The share of a page's height at its head and foot in which running lines stand."""
_PAGE_NUMBER = re.compile(
    r"^\W*(?:(?:trang|page)\s*)?\d{1,4}(?:\s*/\s*\d{1,4})?\W*$", re.IGNORECASE
)
_OPENS = re.compile(
    r"^\s*(?:[-+*•–]|\d{1,2}(?:\.\d{1,2})*[.)]\s|[IVX]+[.)]\s|[a-zđ]\)\s|[⁽⁰¹²³⁴-⁹]|\(\d+\))"
)


@dataclass(frozen=True)
class TextLine:
    """A line of a page: its text, place, and the size of its letters."""

    text: str
    left: float
    right: float
    top: float
    size: float


def find_running(pages: Sequence[Sequence[TextLine | Row]]) -> set[str]:
    """Lines at the head or foot of several pages that differ in digits at most."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update(
            {_without_digits(p.text) for p in page if isinstance(p, TextLine) and _is_marginal(p)}
        )
    return {text for text, count in counts.items() if count >= max(3, len(pages) // 3)}


def _is_marginal(line: TextLine) -> bool:
    return line.top < MARGIN or line.top > 1 - MARGIN


def _without_digits(text: str) -> str:
    return re.sub(r"\d+", "#", text)


def join_pages(pages: Sequence[Sequence[TextLine | Row]], running: set[str]) -> Iterator[str | Row]:
    """Lines into paragraphs; a page's notes follow its text, and do not cut a paragraph in two."""
    lines = [part for page in pages for part in page if isinstance(part, TextLine)]
    joiner = _Joiner(
        size=float(Counter(round(line.size) for line in lines).most_common(1)[0][0])
        if lines
        else 12,
        right=max((line.right for line in lines), default=0.0),
    )
    for page in pages:
        notes: list[str] = []
        for part in page:
            if isinstance(part, Row):
                yield from joiner.close()
                yield part
            elif _is_running(part, running):
                continue
            elif joiner.is_note(part, notes):
                _add_note(notes, part.text)
            else:
                yield from joiner.add(part)
        yield from notes
    yield from joiner.close()


class _Joiner:
    """The paragraph that is open: lines are added until one opens the next."""

    def __init__(self, size: float, right: float) -> None:
        self._size, self._right = size, right
        self._text, self._last = "", right

    def is_note(self, line: TextLine, notes: Sequence[str]) -> bool:
        """Small print that opens with a mark, or goes on with a note."""
        is_small = line.size < SMALL_PRINT * self._size
        return is_small and (line.text[:1] in "⁽⁰¹²³⁴⁵⁶⁷⁸⁹" or bool(notes))

    def add(self, line: TextLine) -> Iterator[str]:
        """Add a line; gives back the paragraph before it, if the line opens a new one."""
        is_short, self._last = self._last < 0.75 * self._right, line.right
        if self._text and _goes_on(self._text, line, is_short=is_short):
            self._text = _glue(self._text, line.text)
        else:
            yield from self.close()
            self._text = line.text
        if line.right < 0.8 * self._right and line.text.rstrip().endswith((".", ":", ";")):
            yield from self.close()

    def close(self) -> Iterator[str]:
        """End the open paragraph."""
        if self._text:
            yield self._text
        self._text = ""


def _is_running(line: TextLine, running: set[str]) -> bool:
    is_listed = _PAGE_NUMBER.match(line.text) or _without_digits(line.text) in running
    return _is_marginal(line) and bool(is_listed)


def _add_note(notes: list[str], text: str) -> None:
    if notes and text[:1] not in "⁽⁰¹²³⁴⁵⁶⁷⁸⁹":
        notes[-1] = _glue(notes[-1], text)
    else:
        notes.append(text)


def _goes_on(open_text: str, line: TextLine, *, is_short: bool) -> bool:
    """Whether a line goes on with the paragraph above it, rather than opening one."""
    if _OPENS.match(line.text) and not re.match(r"^\s*[-–]\s*\d", line.text):
        return False
    if open_text.rstrip().endswith((":", "./.")):
        return False
    if open_text.isupper() != line.text.isupper():
        return False
    ends = is_short or open_text.rstrip().endswith((".", ";", "!", "?"))
    return not (ends and line.text[:1].isupper())


def _glue(before: str, after: str) -> str:
    """Join two lines; a hyphen that only split a word or a number is taken out."""
    if re.search(r"[^\W\d_]-$", before) and after[:1].islower():
        return before[:-1] + after.lstrip()
    return f"{before.rstrip()} {after.lstrip()}"
