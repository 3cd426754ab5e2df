"""What holds for a line before its own words are read: whose it is, when, and of which index.

Comes in as the lines of a document with their places; goes out as one ``Frame`` a line, found in a
single pass over the outline. What opens a part of a frame and until when it holds is a table
(``openers`` in ``patterns.toml``): a heading holds below it and below its own headings, a line that
does nothing but name a level up to a rival or a heading, days up to the caption of another table.
What a sentence or a bracket opens ends with it; those are read where the figure is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cchc_analysis.data.records import Period, Scope
from cchc_analysis.read.documents.lines import Line
from cchc_analysis.read.patterns import P
from cchc_analysis.read.recognise.head import ReportHead, leave_cited, level_of, list_names
from cchc_analysis.read.recognise.outline import OutlinePlace
from cchc_analysis.read.recognise.windows import find_day, find_exact_window, make_year

LEVEL_WORDS = 8
"""Words of a line that does nothing but open a level or an area."""


@dataclass(frozen=True)
class Frame:
    """What holds for one line; nothing where only the head of the document does.

    Attributes:
        area: Another area than the document's.
        scope: Whose work is counted.
        window: The days over which dossiers are counted, its own line included.
        day: The day up to which stocks are counted, by what stands above.
        index: The year that an index is of.
    """

    area: str = ""
    scope: Scope | None = None
    window: Period | None = None
    day: dt.date | None = None
    index: Period | None = None


def frame_lines(
    lines: Sequence[Line],
    places: Sequence[OutlinePlace],
    head: ReportHead,
    read_scope: Callable[[str], Scope | None],
) -> list[Frame]:
    """The frame of every line; ``read_scope`` tells the one level that a short line names."""
    above = [head.window]
    readers: dict[str, Callable[[str], Any]] = {
        "area": lambda text: _name_area(text, head),
        "scope": read_scope,
        "window": lambda text: find_exact_window(text, above[0]),
        "day": lambda text: find_day(text, head.window),
        "index": _name_index_year,
    }
    titled = Frame(window=readers["window"](head.title))
    opened: dict[str, tuple[Any, list[str]]] = {}
    frames = []
    for line, place in zip(lines, places, strict=True):
        events = _list_events(line, place)
        opened = {part: (value, until) for part, (value, until) in opened.items()
                  if not set(until) & set(events)}  # fmt: skip
        if place.is_heading:
            headings = [lines[at].text for at in place.headings]
            opened |= _open(headings, "heading", readers)
        # "Cấp xã (từ 01/7/2025)" is up to the last day of the block.
        above[0] = opened["window"][0] if "window" in opened else head.window
        before = {part: value for part, (value, _) in opened.items()}
        for event in events:
            opened |= _open([line.text], event, readers)
        own = {part: value for part, (value, _) in opened.items()}
        # Up to which day a line counts, it may say of its last figure alone: see ``context``.
        frames.append(replace(titled, **{**own, "day": before.get("day")}))
    return frames


def _list_events(line: Line, place: OutlinePlace) -> list[str]:
    """What a line is, as an opener: the kinds of the table that it fits."""
    text = line.text.strip()
    is_open = text.endswith(":") and not line.cells
    return [
        event
        for event, is_so in (
            ("heading", place.is_heading),
            ("caption", P.caption.match(text) is not None),
            ("text", not place.note),
            ("list", is_open and not place.note),
            ("label", is_open and len(text.split()) <= LEVEL_WORDS),
        )
        if is_so
    ]


def _open(
    texts: Sequence[str], event: str, readers: dict[str, Callable[[str], Any]]
) -> dict[str, tuple[Any, list[str]]]:
    """What lines of one kind open, the nearest first, and until when."""
    return {
        part: (value, opener["until"])
        for opener in P.openers
        if opener["opener"] == event
        for part in opener["opens"]
        if (value := next(filter(None, map(readers[part], texts)), None))
    }


def _name_area(text: str, head: ReportHead) -> str:
    """Another area, where a heading or label names just one and does little else."""
    names = dict.fromkeys(list_names(leave_cited(text)))
    is_short = len(text.split()) <= LEVEL_WORDS
    name = next(iter(names), "")
    if len(names) != 1 or not is_short or not head.area or name == head.area:
        return ""
    return name if level_of(name) == level_of(head.area) else ""


def _name_index_year(text: str) -> Period | None:
    years = P.index_year.findall(text) if P.says_index.search(text) else []
    return make_year(int(years[-1])) if years else None
