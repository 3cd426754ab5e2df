"""The sentences of documents that the user keeps, for the notes of a page of their own.

Comes in as a folder with ``<source_id>.txt`` and the figures of a brief; goes out as a sentence
per figure, with names and addresses of persons masked. A figure whose digits do not stand on its
line gets none: the document is then another edition, and a wrong sentence is worse than no
sentence. Without the folder, or for a source without a document, nothing is quoted.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.files import list_rows

if TYPE_CHECKING:
    import pandas as pd

SUFFIX = ".txt"
LARGEST = 5_000_000
"""Bytes of a document; the longest reports have a tenth of that."""
LONGEST = 500
"""Letters of a quotation; a longer sentence is quoted in pieces, the same for all its figures."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_BULLET = re.compile(r"^[-–+•\s]+")
_EMPHASIS = re.compile(r"\*+")
"""What a converted document has left of bold and slanted letters."""
_SENTENCE_END = re.compile(r"(?<=[.;!?…])\s+(?=[^\Wa-zà-ỹđ\d_]|[-–+•])")


@dataclass(frozen=True)
class Quote:
    """A sentence of a document, masked.

    Attributes:
        anchor: Where it stands on the page.
        text: The sentence; cut, with an ellipsis, where it is very long.
    """

    anchor: str
    text: str


Quotes = Mapping[tuple[str, str], Quote]
"""Sentences by source and figure."""


def find_quotes(folder: Path, sources: pd.DataFrame, figures: pd.DataFrame) -> Quotes:
    """Find the sentence of each figure in the documents of a folder.

    Args:
        folder: Where the user keeps documents as ``<source_id>.txt``; need not exist.
        sources: The sources of a brief, in the order of its list of sources.
        figures: Their transcripts.
    """
    found: dict[tuple[str, str], Quote] = {}
    for number, source_id in enumerate(sources["source_id"], start=1):
        lines = _read_lines(folder / f"{source_id}{SUFFIX}")
        if lines:
            rows = list_rows(figures[figures["source_id"] == source_id])
            found |= _quote_rows(rows, lines, number)
    return found


def _read_lines(path: Path) -> Sequence[str]:
    """The lines of a document with persons masked; none where it is not there or not text."""
    try:
        if path.stat().st_size > LARGEST:
            return ()
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ()
    from cchc_analysis.read.documents import mask_persons

    return mask_persons(_LINE_END.split(unicodedata.normalize("NFC", text)))


def _quote_rows(
    rows: Sequence[Mapping[str, Any]], lines: Sequence[str], source: int
) -> dict[tuple[str, str], Quote]:
    """One anchor for one sentence, however many figures stand in it."""
    quotes: dict[tuple[str, str], Quote] = {}
    anchors: dict[tuple[int, str], str] = {}
    for row in rows:
        line = _line_of(row, len(lines))
        text = _find_sentence(lines[line - 1], row["printed"]) if line else ""
        if not text:
            continue
        again = sum(1 for known, _ in anchors if known == line)
        name = f"q-{source}-{line}" + (f"-{again + 1}" if again else "")
        anchor = anchors.setdefault((line, text), name)
        quotes[row["source_id"], row["figure_id"]] = Quote(anchor, text)
    return quotes


def _line_of(row: Mapping[str, Any], count: int) -> int:
    """The line of a figure, counted from one; 0 where it has none that the document holds."""
    text = str(row["line"])
    return int(text) if text.isascii() and text.isdigit() and int(text) <= count else 0


def _find_sentence(line: str, printed: str) -> str:
    """The sentence of a line that prints a figure; the line itself where several do.

    >>> _find_sentence("Có 12 hồ sơ. Trong đó 5 hồ sơ trễ.", "5")
    'Trong đó 5 hồ sơ trễ.'
    >>> _find_sentence("Có 12 hồ sơ.", "2")
    ''
    """
    if not printed or not (token := _match_token(printed)).search(line):
        return ""
    own = [each for each in _SENTENCE_END.split(line) if token.search(each)]
    text = " ".join(_BULLET.sub("", _EMPHASIS.sub("", own[0] if len(own) == 1 else line)).split())
    pieces = textwrap.wrap(text, LONGEST)
    at = next((n for n, each in enumerate(pieces) if token.search(each)), 0)
    return f"{'…' if at else ''}{pieces[at]}{'…' if at + 1 < len(pieces) else ''}"


def _match_token(printed: str) -> re.Pattern[str]:
    """The printed text as it stands alone, and not as a part of a longer number."""
    return re.compile(rf"(?<![\d.,]){re.escape(printed)}(?!\d|[.,]\d)", re.IGNORECASE)
