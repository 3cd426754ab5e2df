"""The pictures of one area: a flow, stacked parts, points on a scale, a spine, a line.

Each takes a table of values with their words, and draws to scale. What the values mean is for the
caller to know; how much room a picture takes follows from its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from cchc_analysis.brief.plots.canvas import (
    GAP,
    LINE,
    PAGE,
    PLAIN,
    TEXT,
    UNDER,
    Canvas,
    Format,
    Point,
    Stroke,
    Text,
    bar,
    dot,
    drawn_from,
    hatch,
    scale,
    shorten,
    width_of,
)
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.words import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BAR = 16.0
EDGE = 1.0
DOT = 6.0
ROW = LINE + GAP * 4 + 4
AXIS = LINE + GAP * 1.5


@drawn_from("panel side heading label text value role gap")
def plot_flow(data: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """What came in above what became of it; where the sides differ, the rest is hatched.

    Each panel has a scale of its own: its longer side takes the whole width.

    Args:
        data: A row per part in order: ``panel``, ``side`` (``in`` or ``out``), ``label``, ``text``
            (the value as it is to be written), ``value``, ``role`` (a colour of ``ROLES``);
            ``heading`` of its side and ``gap``, the words for the difference of the panel.
    """
    canvas, y = Canvas(ax), 0.0
    for panel, rows in data.groupby("panel", sort=False):
        parts = list_rows(rows)
        sides = {side: [each for each in parts if each["side"] == side] for side in ("in", "out")}
        sums = {side: sum(part["value"] for part in each) for side, each in sides.items()}
        longest = max(*sums.values(), 1e-9)
        scale = (canvas.width - 2 * EDGE) / longest
        canvas.add(Text((0, y + TEXT), str(panel), is_bold=True))
        y, tops = y + LINE, []
        for side, each in sides.items():
            missing = longest - sums[side]
            canvas.add(Text((0, y + TEXT), each[0]["heading"] if each else "", "soft"))
            if missing > 1e-9:
                gap, at = parts[0]["gap"], (canvas.width - EDGE - missing * scale, y + LINE + GAP)
                canvas.add(Text((canvas.width, y + TEXT), gap, "alert", "right", is_bold=True))
                canvas.add(*hatch(at, (missing * scale, BAR), gap))
            tops.append(y := y + LINE + GAP)
            y = _draw_bar(canvas, y, each, scale) + GAP
        if (shared := min(sums.values()) * scale) < canvas.width - 3:
            # A rule down the end of what both sides share: beyond it, they differ.
            x = EDGE + shared
            canvas.add(Stroke([(x, tops[0] - 3), (x, tops[1] + BAR + 3)], "alert", 1.2))
        y += GAP * 3
    return canvas.close(y)


@drawn_from("row total heading label text value role is_shared")
def plot_stacks(data: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """A bar per row, divided into its parts, all bars to one scale or each to its own total.

    Args:
        data: A row per part in order: ``row``, ``total`` (what the bar's parts make up; the scale
            is common when ``is_shared``), ``heading`` at the right end, ``label``, ``text``,
            ``value``, ``role``, ``is_shared``. A part without a label is not written on.
    """
    canvas, y = Canvas(ax), 0.0
    longest = float(max(data["total"].max(), data.groupby("row")["value"].sum().max(), 1e-9))
    for name, parts in data.groupby("row", sort=False):
        rows = list_rows(parts)
        own = max(float(rows[0]["total"]), sum(row["value"] for row in rows), 1e-9)
        scale = (canvas.width - 2 * EDGE) / (longest if rows[0]["is_shared"] else own)
        _write_heading(canvas, y, str(name), rows[0]["heading"])
        y = _draw_bar(canvas, y + LINE + GAP, rows, scale)
        y += GAP * 2
    return canvas.close(y)


@drawn_from("label value text low high range_text target target_text role is_contested start end")
def plot_points(data: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """A line per row with a point, its interval, and a tick where a target stands.

    Args:
        data: ``label``, ``value``, ``text``, ``low``, ``high`` (NaN: no interval), ``range_text``,
            ``target`` (NaN: none), ``target_text``, ``role``, ``is_contested`` (drawn hollow),
            ``start`` and ``end``, the ends of the scale in the unit of ``value``. Rows that follow
            each other with the same scale and target have one axis, under the last of them.
    """
    canvas, y = Canvas(ax), 0.0
    scale_of = itemgetter("start", "end", "target_text")
    blocks = [list(rows) for _, rows in groupby(list_rows(data), key=scale_of)]
    for rows in blocks:
        y = _draw_points(canvas, y, rows)
    start, end, _ = scale_of(blocks[0][0])
    if len(blocks) == 1 and start < end:
        beside = DOT * (end - start) / (canvas.width - 2 * DOT)
        canvas.units["x"] = start - beside, end + beside
    return canvas.close(y)


def _draw_points(canvas: Canvas, y: float, rows: Sequence[dict[str, Any]]) -> float:
    """Rows over one scale, whose ends stand below them; where it all ends."""
    start, end = float(rows[0]["start"]), float(rows[0]["end"])
    across = scale((start, end), DOT, canvas.width - DOT)
    foot, ends = y + ROW * len(rows), (f"{start:g}", f"{end:g}")
    canvas.add(Text((0, foot + 8.74), ends[0], "soft", layer=UNDER))
    canvas.add(Text((canvas.width, foot + 8.74), ends[1], "soft", "right", layer=UNDER))
    for row in rows:
        middle, words = y + LINE + GAP + 4, f"{row['label']}: {row['text']}"
        _write_heading(canvas, y, plain(row["label"]), row["text"], bold=False)
        canvas.add(Stroke([(0, middle), (canvas.width, middle)], "rule"))
        if row["low"] == row["low"] and row["high"] == row["high"]:
            span = f"{words} ({row['range_text']})"
            sides = (across(max(row["low"], start)), across(row["high"]))
            canvas.add(Stroke([(x, middle) for x in sides], "mid", 5, span))
        if row["target"] == row["target"]:
            x = across(row["target"])
            canvas.add(Stroke([(x, middle - 8), (x, middle + 8)], "ink", 2, row["target_text"]))
        at = (across(row["value"]), middle)
        canvas.add(*dot(at, row["role"], words, is_hollow=bool(row["is_contested"])))
        y += ROW
    if goal := rows[0]["target_text"]:
        # Between the ends of the scale, under its tick.
        least, most = (width_of(each) + 6 for each in ends)
        x = max(across(rows[0]["target"]) - width_of(goal) / 2, least)
        canvas.add(Text((min(x, canvas.width - most - width_of(goal)), foot + TEXT - 4), goal))
    return foot + AXIS


def _draw_bar(canvas: Canvas, y: float, parts: Iterable[dict[str, Any]], scale: float) -> float:
    """The parts of a bar, their labels under them; where it all ends."""
    x, foot, labels = EDGE, y + BAR, list[_Label]()
    for part in parts:
        length, words = part["value"] * scale, f"{part['text']} {part['label']}".strip()
        if part["value"] > 0:
            canvas.add(bar((x, y), (length, BAR), part["role"], words))
            if part["label"]:
                labels.append(_place_label(labels, x, length, words))
        x += length
    for label in labels:
        base = foot + 5 + LINE * label.line
        is_crossed = any(
            other.line < label.line and other.start < label.middle < other.end for other in labels
        )
        end = foot + 5 if is_crossed else base + (TEXT if label.side == "right" else 2)
        canvas.add(Stroke([(label.middle, foot + 1), (label.middle, end)], "rule"))
        canvas.add(Text((label.x, base + TEXT), label.words, ha=label.side))
    return foot + (5 + LINE * (1 + max(label.line for label in labels)) if labels else 0.0)


class _Label(NamedTuple):
    """Words from ``start`` to ``end`` on a line, set at ``x``, for the part at ``middle``."""

    words: str
    middle: float
    start: float
    end: float
    line: int
    x: float
    side: str


def _place_label(placed: Sequence[_Label], left: float, length: float, words: str) -> _Label:
    """A label under its part, on the first line if it fits there.

    One that does not fit ends at its part, so that the lines down to the parts right of it pass
    by; it goes below every label that it would touch or whose line it would cross.
    """
    room, middle = width_of(words), left + length / 2
    x, start, side = middle, middle - room / 2, "center"
    if room > length:
        x, start, side = middle - 3, middle - 3 - room, "right"
        if start <= 0:
            x, start, side = 0.0, 0.0, "left"
    end = start + room
    above = [
        other.line
        for other in placed
        if start - 4 < other.middle < end or (start - 6 < other.end and other.start < end + 6)
    ]
    return _Label(words, middle, start, end, 1 + max(above, default=-1), x, side)


def _write_heading(canvas: Canvas, y: float, name: str, value: str, *, bold: bool = True) -> None:
    short = shorten(name, canvas.width - width_of(value) - 12)
    canvas.add(Text((0, y + TEXT), short, is_bold=bold))
    canvas.add(Text((canvas.width, y + TEXT), value, ha="right", is_bold=not bold))


SPINE = (120.0, 16.0)
SMALL = (96.0, 28.0)


@drawn_from("lowest q1 median q3 highest own role")
def plot_spine(data: pd.DataFrame, ax: Axes | None = None, *, form: Format = PLAIN) -> Axes:
    """Where areas stand among those like them: lowest to highest, the middle half, and the own.

    Every row runs from its lowest value at the left to its highest at the right, whatever its
    unit; a turned one from the highest, so that what is better stands at the right in all.

    Args:
        data: A row per indicator: ``lowest``, ``q1``, ``median``, ``q3``, ``highest``, ``own``, and
            ``role`` of the own dot; ``is_turned`` (no column: none is). A row whose lowest equals
            its highest has a dot alone.
    """
    width, row = SPINE
    canvas = Canvas(ax, width=width)
    for at, each in enumerate(list_rows(data)):
        _draw_spine(canvas, each, at * row + row / 2, form)
    return canvas.close(len(data) * row)


def sketch_spine(row: Mapping[str, Any], form: Format) -> str:
    """A row of ``plot_spine`` on a page."""
    canvas = Canvas(PAGE, width=SPINE[0])
    _draw_spine(canvas, row, SPINE[1] / 2, form)
    return canvas.write(SPINE[1])


def _draw_spine(canvas: Canvas, each: Mapping[str, Any], middle: float, form: Format) -> None:
    ends, sides = (each["lowest"], each["highest"]), (6.0, canvas.width - 6)
    across = scale(ends, *(sides[::-1] if each.get("is_turned") else sides))
    if ends[1] > ends[0]:
        left, right = sorted((across(each["q1"]), across(each["q3"])))
        words = " – ".join(form(each[name]) for name in ("q1", "median", "q3"))
        canvas.add(bar((left, middle - 4), (right - left, 8.0), "pale", words))
        span, x = f"{form(ends[0])} – {form(ends[1])}", across(each["median"])
        canvas.add(Stroke([(across(end), middle) for end in ends], "rule", words=span))
        canvas.add(Stroke([(x, middle - 6), (x, middle + 6)], "deep", 1.6))
    if each["own"] == each["own"]:
        x = across(each["own"]) if ends[1] > ends[0] else canvas.width / 2
        canvas.add(*dot((x, middle), each["role"], form(each["own"])))


def sketch_line(points: Sequence[Any], form: Format, *, is_rank: bool = False) -> str:
    """A small line over the years, on a page; where the series breaks it does, a tick between.

    Args:
        points: Year (a number), value and segment of each, in order.
        is_rank: Whether the least value, the first rank, stands on top.
    """
    canvas, height = Canvas(PAGE, width=SMALL[0]), SMALL[1]
    years, values, _ = zip(*points, strict=True)
    across = scale(years, 10, canvas.width - 10)
    upwards = scale(values, *((8, height - 8) if is_rank else (height - 8, 8)))
    before: Point | None = None
    for _, part in groupby(points, key=itemgetter(2)):
        own = [*part]
        ends = [(across(year), upwards(value)) for year, value, _ in own]
        words = [f"{year:.0f}: {form(value)}" for year, value, _ in own]
        if before:
            x = (before[0] + ends[0][0]) / 2
            canvas.add(Stroke([(x, 2), (x, height - 2)], "rule", dashes=(2, 2)))
        drawn, thick = (ends, 1.6) if len(ends) > 1 else (ends * 2, 4.0)
        canvas.add(Stroke(drawn, "mid", thick, "; ".join(words), is_round=True))
        before = ends[-1]
    canvas.add(Stroke(ends[-1:] * 2, "deep", 6, words[-1], is_round=True))
    return canvas.write(height)
