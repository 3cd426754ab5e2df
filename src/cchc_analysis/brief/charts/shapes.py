"""The four pictures of a brief: a flow, stacked parts, points on a scale, and amounts.

Each takes a table of values with their words and gives a captioned figure. What the values mean,
and what the title may say, is for the caller to know; how much room a picture takes follows from
its rows. Values are never changed here, only drawn to scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cchc_analysis.brief.charts.canvas import TEXT, WIDTH, Canvas, Caption, frame, shorten, width_of
from cchc_analysis.data.files import list_rows

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

BAR = 16.0
LINE = 14.0
GAP = 4.0
EDGE = 1.0
DOT = 6.0


def draw_flow(table: pd.DataFrame, caption: Caption, key: str) -> Markup:
    """What came in above what became of it, to one scale per panel.

    Where the two sides differ, the shorter one is filled up with a hatched part of that size.

    Args:
        table: A row per part in order: ``panel``, ``side`` (``in`` or ``out``), ``label``,
            ``text``, ``value``, ``role``; ``heading`` of its side and ``gap``, the words for the
            difference of the panel.
        caption: The words around.
        key: Letters and digits that no other chart of the page has.
    """
    canvas, y = Canvas(), 0.0
    for panel, parts in table.groupby("panel", sort=False):
        y = _draw_panel(canvas, y, str(panel), list_rows(parts))
    return frame(canvas.to_svg(y), caption, key)


def draw_stacks(table: pd.DataFrame, caption: Caption, key: str) -> Markup:
    """A bar per row, divided into its parts, all bars to one scale or each to its own total.

    Args:
        table: A row per part in order: ``row``, ``total`` (the length of the bar's row; the scale
            is common when ``is_shared``), ``heading`` at the right end, ``label``, ``text``,
            ``value``, ``role``, ``is_shared``. A part without a label is not written on.
        caption: The words around.
        key: Letters and digits that no other chart of the page has.
    """
    canvas, y = Canvas(), 0.0
    longest = float(max(table["total"].max(), table.groupby("row")["value"].sum().max(), 1e-9))
    for name, parts in table.groupby("row", sort=False):
        rows = list_rows(parts)
        own = max(float(rows[0]["total"]), sum(row["value"] for row in rows), 1e-9)
        scale = (WIDTH - 2 * EDGE) / (longest if rows[0]["is_shared"] else own)
        _write_heading(canvas, y, str(name), rows[0]["heading"])
        y = _draw_bar(canvas, y + LINE + GAP, rows, scale)
        y += GAP * 2
    return frame(canvas.to_svg(y), caption, key)


def draw_points(table: pd.DataFrame, caption: Caption, key: str) -> Markup:
    """A line per row with a point, its interval, and a tick where a target stands.

    Args:
        table: ``label``, ``value``, ``text``, ``low``, ``high`` (NaN: no interval), ``target``
            (NaN: none), ``target_text``, ``role``, ``is_contested``, ``start`` and ``end``, the
            values at the ends of the line; rows that follow each other with the same ends and the
            same target have them written once.
        caption: The words around.
        key: Letters and digits that no other chart of the page has.
    """
    canvas, y = Canvas(), 0.0
    rows = list_rows(table)
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        _write_heading(canvas, y, row["label"], row["text"], bold=False)
        y += LINE + GAP + 4
        _draw_point(canvas, y, row)
        y += GAP * 3
        if after is None or _axis_of(after) != _axis_of(row):
            y = _write_axis(canvas, y, row)
    return frame(canvas.to_svg(y), caption, key)


def draw_amounts(table: pd.DataFrame, caption: Caption, key: str) -> Markup:
    """A bar per row from zero, all to one scale.

    Args:
        table: ``label``, ``value``, ``text``, ``role``, ``is_contested``.
        caption: The words around.
        key: Letters and digits that no other chart of the page has.
    """
    canvas, y = Canvas(), 0.0
    longest = max(float(table["value"].max()), 1e-9)
    for row in list_rows(table):
        _write_heading(canvas, y, row["label"], row["text"], bold=False)
        length = row["value"] / longest * (WIDTH - 2 * EDGE)
        if row["is_contested"]:
            canvas.hatch(EDGE, y + LINE + GAP, length, 8)
        else:
            canvas.box(EDGE, y + LINE + GAP, length, 8, row["role"])
        y += LINE + GAP + 8 + GAP * 1.5
    return frame(canvas.to_svg(y), caption, key)


def _draw_panel(canvas: Canvas, y: float, name: str, parts: Sequence[dict[str, Any]]) -> float:
    sides = {side: [part for part in parts if part["side"] == side] for side in ("in", "out")}
    sums = {side: sum(part["value"] for part in each) for side, each in sides.items()}
    longest = max(*sums.values(), 1e-9)
    scale = (WIDTH - 2 * EDGE) / longest
    canvas.text(0, y + TEXT, name, bold=True)
    y, tops = y + LINE, []
    for side, each in sides.items():
        missing = longest - sums[side]
        canvas.text(0, y + TEXT, each[0]["heading"], "soft")
        if missing > 1e-9:
            canvas.text(WIDTH, y + TEXT, parts[0]["gap"], "alert", at="right", bold=True)
            canvas.hatch(WIDTH - EDGE - missing * scale, y + LINE + GAP, missing * scale, BAR)
        y += LINE + GAP
        tops.append(y)
        y = _draw_bar(canvas, y, each, scale) + GAP
    _join_bars(canvas, tops, min(sums.values()) * scale)
    return y + GAP * 3


def _join_bars(canvas: Canvas, tops: Sequence[float], length: float) -> None:
    """A rule down the end of what both sides share: beyond it, they differ."""
    x = EDGE + length
    if length < WIDTH - 3:
        canvas.line([(x, tops[0] - 3), (x, tops[1] + BAR + 3)], "alert", 1.2)


def _draw_bar(canvas: Canvas, y: float, parts: Iterable[dict[str, Any]], scale: float) -> float:
    x, labels = EDGE, []
    for part in parts:
        length = part["value"] * scale
        if part["value"] > 0:
            canvas.box(x, y, length, BAR, part["role"])
            if part["label"]:
                labels.append((x, length, f"{part['text']} {part['label']}"))
        x += length
    return _write_labels(canvas, y + BAR, labels)


@dataclass(frozen=True)
class _Label:
    """Words at a place: from ``start``, on a line, for the part whose middle is ``middle``."""

    words: str
    middle: float
    start: float
    line: int
    fits: bool

    @property
    def end(self) -> float:
        return self.start + width_of(self.words)


def _write_labels(canvas: Canvas, y: float, labels: Iterable[tuple[float, float, str]]) -> float:
    placed: list[_Label] = []
    for left, length, words in labels:
        placed.append(_place_label(placed, left, length, words))
    for label in placed:
        _write_label(canvas, y, label, placed)
    return y + 5 + LINE * (1 + max(label.line for label in placed)) if placed else y


def _place_label(placed: Sequence[_Label], left: float, length: float, words: str) -> _Label:
    """A label under its part, on the first line if it fits there.

    One that does not fit ends at its part, so that the lines down to the parts right of it pass
    by; it goes below every label that it would touch or whose line it would cross.
    """
    room, middle = width_of(words), left + length / 2
    fits = room <= length
    start = middle - room / 2 if fits else max(middle - 3 - room, 0.0)
    end = start + room
    above = [
        other.line
        for other in placed
        if start - 4 < other.middle < end or (start - 6 < other.end and other.start < end + 6)
    ]
    return _Label(words, middle, start, 1 + max(above, default=-1), fits)


def _write_label(canvas: Canvas, y: float, label: _Label, placed: Iterable[_Label]) -> None:
    base = y + 5 + LINE * label.line
    is_free = not any(
        other.start < label.middle < other.end for other in placed if other.line < label.line
    )
    beside = not label.fits and label.start > 0
    foot = base + (TEXT if beside else 2) if is_free else y + 5
    canvas.line([(label.middle, y + 1), (label.middle, foot)], "rule")
    if label.fits:
        canvas.text(label.middle, base + TEXT, label.words, at="center")
    elif beside:
        canvas.text(label.middle - 3, base + TEXT, label.words, at="right")
    else:
        canvas.text(0, base + TEXT, label.words)


def _write_heading(canvas: Canvas, y: float, name: str, value: str, *, bold: bool = True) -> None:
    canvas.text(0, y + TEXT, shorten(name, WIDTH - width_of(value) - 12), bold=bold)
    canvas.text(WIDTH, y + TEXT, value, at="right", bold=not bold)


def _axis_of(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["start"], row["end"], row["target_text"]


def _place(row: dict[str, Any], value: float) -> float:
    start, end = float(row["start"]), float(row["end"])
    return DOT + (value - start) / (end - start) * (WIDTH - 2 * DOT)


def _draw_point(canvas: Canvas, y: float, row: dict[str, Any]) -> None:
    canvas.line([(0, y), (WIDTH, y)], "rule")
    if row["low"] == row["low"] and row["high"] == row["high"]:
        ends = [(_place(row, max(row["low"], row["start"])), y), (_place(row, row["high"]), y)]
        canvas.line(ends, "mid", 5)
    if row["target"] == row["target"]:
        x = _place(row, row["target"])
        canvas.line([(x, y - 8), (x, y + 8)], "ink", 2)
    canvas.dot(_place(row, row["value"]), y, row["role"], hollow=row["is_contested"])


def _write_axis(canvas: Canvas, y: float, row: dict[str, Any]) -> float:
    """The ends of the line, and between them the words for the target, under its tick."""
    ends = [f"{row[name]:g}" for name in ("start", "end")]
    canvas.text(0, y + TEXT - 4, ends[0], "soft")
    canvas.text(WIDTH, y + TEXT - 4, ends[1], "soft", at="right")
    if row["target_text"]:
        room = width_of(row["target_text"])
        middle = _place(row, row["target"])
        last = WIDTH - width_of(ends[1]) - 6 - room
        first = width_of(ends[0]) + 6
        start = min(max(middle - room / 2, first), last)
        canvas.text(start, y + TEXT - 4, row["target_text"], "ink")
    return y + LINE + GAP * 1.5
