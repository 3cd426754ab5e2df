"""Days and windows that lines hold for those below them.

Comes in as the lines of a document with their places and its head; goes out as one day or window a
line. What a heading names holds below it and below its own headings; what the opener of a list
names, up to the next heading.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from cchc_analysis.data.records import Period
from cchc_analysis.read.documents.lines import Line
from cchc_analysis.read.recognise.head import Head
from cchc_analysis.read.recognise.outline import OutlinePlace
from cchc_analysis.read.recognise.windows import find_day, find_exact_window

_CAPTION = re.compile(r"(?i)^\W*(?:bảng|biểu|phụ biểu|phụ lục)(?:\s+số)?\s+\d")
"""What opens the caption of another table, for which the days of the one before do not hold."""
_Found = TypeVar("_Found")


def carry_days(
    lines: Sequence[Line], places: Sequence[OutlinePlace], default: Period
) -> list[tuple[dt.date | None, dt.date | None]]:
    """The day up to which each line counts: what stands above it names, and it itself."""
    days: list[tuple[dt.date | None, dt.date | None]] = []
    carried = None
    for line, place in zip(lines, places, strict=True):
        if place.is_heading:
            carried = _ask_headings(lines, place, lambda text: find_day(text, default))
        named = None if place.note else find_day(line.text, default)
        days.append((carried, named))
        if named and (place.is_heading or line.text.rstrip().endswith(":")):
            carried = named
    return days


def carry_windows(
    lines: Sequence[Line], places: Sequence[OutlinePlace], head: Head
) -> list[Period | None]:
    """The window over which the dossiers of each line are counted, up to the next heading."""
    titled = window = find_exact_window(head.title, head.window)
    windows: list[Period | None] = []
    for line, place in zip(lines, places, strict=True):
        if place.is_heading:
            above = _ask_headings(lines, place, lambda text: find_exact_window(text, head.window))
            window = above or titled
        if _CAPTION.match(line.text):
            window = titled
        if not place.note:
            window = find_exact_window(line.text, head.window) or window
        windows.append(window)
    return windows


def _ask_headings(
    lines: Sequence[Line], place: OutlinePlace, find: Callable[[str], _Found | None]
) -> _Found | None:
    """What the nearest heading above a heading names."""
    return next(filter(None, (find(lines[at].text) for at in place.headings)), None)
