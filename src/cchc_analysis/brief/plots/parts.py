"""The pictures of one area: a flow, stacked parts, points on a scale, amounts, a spine, a line.

Each takes a table of values with their words, and draws to scale. What the values mean is for the
caller to know; how much room a picture takes follows from its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from cchc_analysis.brief.plots.canvas import (
    GAP,
    LINE,
    PLAIN,
    TEXT,
    Canvas,
    Format,
    dot,
    drawn_from,
    open_axes,
    open_canvas,
    scale,
    shorten,
    stroke,
    width_of,
)
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.words import plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

BAR = 16.0
EDGE = 1.0
DOT = 6.0
ROW = LINE + GAP * 4 + 4
AXIS = LINE + GAP * 1.5


@drawn_from("panel side heading label text value role gap", is_sketched=True)
def plot_flow(data: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """What came in above what became of it; where the sides differ, the rest is hatched.

    Each panel has a scale of its own: its longer side takes the whole width.

    Args:
        data: A row per part in order: ``panel``, ``side`` (``in`` or ``out``), ``label``, ``text``
            (the value as it is to be written), ``value``, ``role`` (a colour of ``ROLES``);
            ``heading`` of its side and ``gap``, the words for the difference of the panel.
    """
    canvas, y = open_canvas(ax), 0.0
    for panel, parts in data.groupby("panel", sort=False):
        y = _draw_panel(canvas, y, str(panel), list_rows(parts))
    return canvas.close(y)


@drawn_from("row total heading label text value role is_shared", is_sketched=True)
def plot_stacks(data: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """A bar per row, divided into its parts, all bars to one scale or each to its own total.

    Args:
        data: A row per part in order: ``row``, ``total`` (what the bar's parts make up; the scale
            is common when ``is_shared``), ``heading`` at the right end, ``label``, ``text``,
            ``value``, ``role``, ``is_shared``. A part without a label is not written on.
    """
    canvas, y = open_canvas(ax), 0.0
    longest = float(max(data["total"].max(), data.groupby("row")["value"].sum().max(), 1e-9))
    for name, parts in data.groupby("row", sort=False):
        rows = list_rows(parts)
        own = max(float(rows[0]["total"]), sum(row["value"] for row in rows), 1e-9)
        scale = (canvas.width - 2 * EDGE) / (longest if rows[0]["is_shared"] else own)
        _write_heading(canvas, y, str(name), rows[0]["heading"])
        y = _draw_bar(canvas, y + LINE + GAP, rows, scale)
        y += GAP * 2
    return canvas.close(y)


@drawn_from("label value text role is_contested", is_sketched=True)
def plot_amounts(data: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """A bar per row from zero, all to one scale.

    Args:
        data: ``label``, ``value`` (one unit for all), ``text``, ``role``, ``is_contested``.
    """
    canvas, y = open_canvas(ax), 0.0
    longest = max(float(data["value"].max()), 1e-9)
    for row in list_rows(data):
        _write_heading(canvas, y, row["label"], row["text"], bold=False)
        size = (row["value"] / longest * (canvas.width - 2 * EDGE), 8.0)
        at, words = (EDGE, y + LINE + GAP), f"{row['label']}: {row['text']}"
        if row["is_contested"]:
            canvas.hatch(at, size, words)
        else:
            canvas.box(at, size, row["role"], words)
        y += LINE + GAP + 8 + GAP * 1.5
    return canvas.close(y)


@drawn_from("label value text low high target target_text role is_contested start end")
def plot_points(data: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """A line per row with a point, its interval, and a tick where a target stands.

    Args:
        data: ``label``, ``value``, ``text``, ``low``, ``high`` (NaN: no interval), ``target``
            (NaN: none), ``target_text``, ``role``, ``is_contested`` (drawn hollow), ``start`` and
            ``end``, the ends of the scale in the unit of ``value``. Rows that follow each other
            with the same scale and target have one axis, under the last of them.
    """
    scale_of = itemgetter("start", "end", "target_text")
    blocks = [list(rows) for _, rows in groupby(list_rows(data), key=scale_of)]
    heights = [ROW * len(rows) + AXIS for rows in blocks]
    whole: Axes = open_axes(ax, sum(heights))
    if len(blocks) == 1:
        _draw_scale(whole, blocks[0])
        return whole
    whole.set_axis_off()
    top = 1.0
    for rows, height in zip(blocks, heights, strict=True):
        share = height / sum(heights)
        top -= share
        _draw_scale(whole.inset_axes((0.0, top, 1.0, share), axes_class=type(whole)), rows)
    return whole


def _draw_scale(ax: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Rows over one axis; ``y`` in points, ``x`` in the unit of the values."""
    figure: Any = ax.figure
    start, end = float(rows[0]["start"]), float(rows[0]["end"])
    points = float(ax.bbox.width) * 72 / float(figure.dpi)
    unit = (end - start) / (points - 2 * DOT)
    left, right = start - DOT * unit, end + DOT * unit
    ax.set(xlim=(left, right), ylim=(ROW * len(rows) + AXIS, 0.0))
    ax.yaxis.set_visible(False)  # positions, no values: not to be ticked, nor paid for
    for at, row in enumerate(rows):
        y = ROW * at + TEXT
        name = shorten(plain(row["label"]), points - width_of(row["text"]) - 12)
        ax.text(left, y, name)
        ax.text(right, y, plain(row["text"]), ha="right", fontweight="bold")
        y, words = ROW * at + LINE + GAP + 4, f"{row['label']}: {row['text']}"
        stroke(ax, (left, right), [y, y], "rule")
        if row["low"] == row["low"] and row["high"] == row["high"]:
            span = f"{words} ({row['low']:g} – {row['high']:g})"
            stroke(ax, [max(row["low"], start), row["high"]], [y, y], "mid", 5, span)
        if row["target"] == row["target"]:
            stroke(ax, [row["target"]] * 2, [y - 8, y + 8], "ink", 2, row["target_text"])
        dot(ax, row["value"], y, row["role"], words, hollow=bool(row["is_contested"]))
    # The ends of the scale, and between them the words for the target, under its tick.
    ends = [f"{start:g}", f"{end:g}"]
    ax.set_xticks([left, right], ends)
    ax.tick_params("x", length=0, pad=-AXIS)
    for label, side in zip(ax.get_xticklabels(), ("left", "right"), strict=True):
        label.set_ha(side)
    ax.spines[["left", "bottom"]].set_visible(False)
    if goal := rows[0]["target_text"]:
        room, beside = width_of(goal) * unit, [(width_of(each) + 6) * unit for each in ends]
        at_most = right - beside[1] - room
        x = min(max(rows[0]["target"] - room / 2, left + beside[0]), at_most)
        ax.text(x, ROW * len(rows) + TEXT - 4, goal)


def _draw_panel(canvas: Canvas, y: float, name: str, parts: Sequence[dict[str, Any]]) -> float:
    """Both sides, and a rule down the end of what they share: beyond it, they differ."""
    sides = {side: [part for part in parts if part["side"] == side] for side in ("in", "out")}
    sums = {side: sum(part["value"] for part in each) for side, each in sides.items()}
    longest = max(*sums.values(), 1e-9)
    scale = (canvas.width - 2 * EDGE) / longest
    canvas.text((0, y + TEXT), name, fontweight="bold")
    y, tops = y + LINE, []
    for side, each in sides.items():
        missing = longest - sums[side]
        canvas.text((0, y + TEXT), each[0]["heading"], "soft")
        if missing > 1e-9:
            gap = parts[0]["gap"]
            canvas.text((canvas.width, y + TEXT), gap, "alert", ha="right", fontweight="bold")
            at = (canvas.width - EDGE - missing * scale, y + LINE + GAP)
            canvas.hatch(at, (missing * scale, BAR), gap)
        y += LINE + GAP
        tops.append(y)
        y = _draw_bar(canvas, y, each, scale) + GAP
    if (shared := min(sums.values()) * scale) < canvas.width - 3:
        x = EDGE + shared
        canvas.line([(x, tops[0] - 3), (x, tops[1] + BAR + 3)], "alert", 1.2)
    return y + GAP * 3


def _draw_bar(canvas: Canvas, y: float, parts: Iterable[dict[str, Any]], scale: float) -> float:
    """The parts of a bar, their labels under them; where it all ends."""
    x, placed = EDGE, list[_Label]()
    for part in parts:
        length, words = part["value"] * scale, f"{part['text']} {part['label']}".strip()
        if part["value"] > 0:
            canvas.box((x, y), (length, BAR), part["role"], words)
            if part["label"]:
                placed.append(_place_label(placed, x, length, words))
        x += length
    foot = y + BAR
    for label in placed:
        base, is_beside = foot + 5 + LINE * label.line, not label.fits and label.start > 0
        above = [other for other in placed if other.line < label.line]
        is_crossed = any(other.start < label.middle < other.end for other in above)
        end = foot + 5 if is_crossed else base + (TEXT if is_beside else 2)
        canvas.line([(label.middle, foot + 1), (label.middle, end)], "rule")
        x, side = (label.middle - 3, "right") if is_beside else (0.0, "left")
        if label.fits:
            x, side = label.middle, "center"
        canvas.text((x, base + TEXT), label.words, ha=side)
    return y + BAR + (5 + LINE * (1 + max(label.line for label in placed)) if placed else 0.0)


class _Label(NamedTuple):
    """Words at a place: from ``start``, on a line, for the part whose middle is ``middle``."""

    words: str
    middle: float
    start: float
    line: int
    fits: bool

    @property
    def end(self) -> float:
        return self.start + width_of(self.words)


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


def _write_heading(canvas: Canvas, y: float, name: str, value: str, *, bold: bool = True) -> None:
    room = canvas.width - width_of(value) - 12
    name_weight, value_weight = ("bold", "normal") if bold else ("normal", "bold")
    canvas.text((0, y + TEXT), shorten(name, room), fontweight=name_weight)
    canvas.text((canvas.width, y + TEXT), value, ha="right", fontweight=value_weight)


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
        draw_spine(canvas, each, at * row + row / 2, form)
    return canvas.close(len(data) * row)


def draw_spine(canvas: Any, each: Mapping[str, Any], middle: float, form: Format) -> Any:
    """A row of ``plot_spine`` around a height, on a ``Canvas`` or a ``Sketch``."""
    sides = (6.0, canvas.width - 6)
    across = scale(
        [each["lowest"], each["highest"]], *(sides[::-1] if each.get("is_turned") else sides)
    )
    if each["highest"] > each["lowest"]:
        left, right = sorted((across(each["q1"]), across(each["q3"])))
        words = " – ".join(form(each[name]) for name in ("q1", "median", "q3"))
        canvas.box((left, middle - 4), (right - left, 8.0), "pale", words)
        ends = [(across(each[end]), middle) for end in ("lowest", "highest")]
        canvas.line(ends, "rule", words=f"{form(each['lowest'])} – {form(each['highest'])}")
        x = across(each["median"])
        canvas.line([(x, middle - 6), (x, middle + 6)], "deep", 1.6)
    if each["own"] == each["own"]:
        x = across(each["own"]) if each["highest"] > each["lowest"] else canvas.width / 2
        told = form(each["own"])
        canvas.line([(x, middle)] * 2, each["role"], 10, told, solid_capstyle="round")
    return canvas


@drawn_from("year value segment")
def plot_line(
    data: pd.DataFrame, ax: Axes | None = None, *, form: Format = PLAIN, is_rank: bool = False
) -> Axes:
    """A small line over the years; where the series breaks the line does, with a tick between.

    Args:
        data: A row per value in order: ``year`` (a number), ``value``, ``segment``.
        is_rank: Whether the least value, the first rank, stands on top.
    """
    canvas, columns = Canvas(ax, width=SMALL[0]), (data["year"], data["value"], data["segment"])
    draw_small(canvas, [*zip(*columns, strict=True)], form, is_rank=is_rank)
    return canvas.close(SMALL[1])


def draw_small(canvas: Any, points: Sequence[Any], form: Format, *, is_rank: bool = False) -> Any:
    """What ``plot_line`` draws, on a ``Canvas`` or a ``Sketch``: year, value and segment each."""
    height, (years, values, _) = SMALL[1], zip(*points, strict=True)
    across = scale(years, 10, canvas.width - 10)
    upwards = scale(values, *((8, height - 8) if is_rank else (height - 8, 8)))
    before: float | None = None
    for _, part in groupby(points, key=itemgetter(2)):
        told = [
            (across(year), upwards(value), f"{year:.0f}: {form(value)}") for year, value, _ in part
        ]
        ends = [(x, y) for x, y, _ in told]
        if before is not None:
            x = (before + ends[0][0]) / 2
            canvas.line([(x, 2), (x, height - 2)], "rule", linestyle=(0, (2, 2)))
        drawn, thick = (ends, 1.6) if len(ends) > 1 else (ends * 2, 4.0)
        words = "; ".join(word for *_, word in told)
        canvas.line(drawn, "mid", thick, words, solid_capstyle="round")
        before = ends[-1][0]
    canvas.line(ends[-1:] * 2, "deep", 6, told[-1][2], solid_capstyle="round")
    return canvas
