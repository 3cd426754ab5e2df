"""The drawings: small multiples, spread, change, ranking, funnel and coverage, each on one sheet.

They take plain rows and words and draw them to scale; what is drawn is for ``sections`` to say.
All positions are in points; y goes down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import isnan, nan
from typing import TYPE_CHECKING

from cchc_analysis.brief.charts.canvas import WIDTH, Canvas, shorten, width_of

if TYPE_CHECKING:
    from cchc_analysis.brief.trends.control import AreaChart

Point = tuple[float, float]
Format = Callable[[float], str]

COLUMNS = 3
CELL_HEIGHT = 46.0
LINE = 14.0
ROW = 17.0
LABEL = 118.0
FARTHEST = 6.0
"""The largest ratio that is drawn to scale."""
OUTSIDE = ("low", "high")
"""Places in a funnel that are named."""
OWN = "own"
"""The place of the one that is asked about, named wherever it stands."""


def draw_multiples(
    series: Sequence[tuple[str, Sequence[Sequence[Point]], str]], form: Format
) -> str:
    """A small line per area, all to one scale; a break of the series is a gap in its line.

    Args:
        series: Name, the segments of points (time, value), and the colour role of each area.
        form: How numbers are written.
    """
    canvas = Canvas()
    points = [point for _, segments, _ in series for part in segments for point in part]
    across = _scale([x for x, _ in points], 4, WIDTH / COLUMNS - 44)
    upwards = _scale([y for _, y in points], 26, 0)
    for at, (name, segments, role) in enumerate(series):
        left = at % COLUMNS * WIDTH / COLUMNS
        top = at // COLUMNS * CELL_HEIGHT + 12
        canvas.text(left, top, shorten(name, WIDTH / COLUMNS - 14), "soft")
        for part in segments:
            _draw_line(
                canvas, [(left + across(x), top + 6 + upwards(y)) for x, y in part], role, 1.6
            )
        last = max((point for part in segments for point in part), key=lambda point: point[0])
        canvas.text(left + across(last[0]) + 5, top + 10 + upwards(last[1]), form(last[1]), "ink")
    rows = -(-len(series) // COLUMNS)
    return canvas.to_svg(rows * CELL_HEIGHT + 6)


def draw_spread(
    periods: Sequence[tuple[str, Sequence[float]]], marked: Sequence[float], form: Format
) -> str:
    """Per period the least, the middle half, the median and the greatest; a dot for one area.

    Args:
        periods: Label, and five numbers from least to greatest.
        marked: The value of the marked area in each period, NaN for none.
        form: How numbers are written.
    """
    canvas, y = Canvas(), 0.0
    every = [value for _, five in periods for value in five]
    across = _scale(every, 54, WIDTH - 8)
    for (label, five), value in zip(periods, marked, strict=True):
        middle = y + 8
        canvas.text(0, y + 12, shorten(label, 50))
        least, quarter, median, third, most = (across(each) for each in five)
        canvas.line([(least, middle), (most, middle)], "rule")
        canvas.box(quarter, y + 2, third - quarter, 12, "pale")
        canvas.line([(median, y), (median, y + 16)], "deep", 2)
        if not isnan(value):
            canvas.dot(across(value), middle, "alert")
        y += 24
    canvas.text(across(min(every)), y + 8, form(min(every)), "soft")
    canvas.text(across(max(every)), y + 8, form(max(every)), "soft", at="right")
    return canvas.to_svg(y + 14)


def draw_slopes(
    rows: Sequence[tuple[str, float, float, str]], heads: tuple[str, str], form: Format
) -> str:
    """First and last value of each area joined by a line; a name where it finds room.

    Args:
        rows: Name, first value, last value, colour role; those to be named first.
        heads: The two periods.
        form: How numbers are written.
    """
    canvas = Canvas()
    height = 300.0
    upwards = _scale([each for _, one, two, _ in rows for each in (one, two)], height, 26)
    left, right = 70.0, WIDTH - 150.0
    canvas.text(left, 12, heads[0], "soft", at="right")
    canvas.text(right, 12, heads[1], "soft")
    placed: list[float] = []
    placed_left: list[float] = []
    for _, one, two, role in reversed(rows):
        width = 0.8 if role == "pale" else 1.6
        canvas.line([(left, upwards(one)), (right, upwards(two))], role, width)
    for name, one, two, role in rows:
        y = upwards(two) + 4
        if role == "pale" or any(abs(y - other) < LINE for other in placed):
            continue
        placed.append(y)
        canvas.text(right + 6, y, shorten(f"{form(two)} {name}", 142))
        start = upwards(one) + 4
        if all(abs(start - other) >= LINE for other in placed_left):
            placed_left.append(start)
            canvas.text(left - 6, start, form(one), "soft", at="right")
    return canvas.to_svg(height + 14)


def draw_ranking(rows: Sequence[tuple[str, float, float, float, str]], count: int) -> str:
    """The rank of each area as a dot on the range of ranks that it may hold.

    Args:
        rows: Name, rank, best rank, worst rank, and the words beside.
        count: How many are ranked.
    """
    canvas, y = Canvas(), 0.0
    across = _scale([1.0, float(max(count, 2))], LABEL, WIDTH - 92)
    for name, rank, best, worst, beside in rows:
        canvas.text(0, y + 12, shorten(name, LABEL - 8))
        canvas.line([(across(best), y + 8), (across(worst), y + 8)], "mid", 4, round_ends=True)
        canvas.line([(across(rank), y + 3), (across(rank), y + 13)], "ink", 2)
        canvas.text(WIDTH, y + 12, shorten(beside, 84), "soft", at="right")
        y += ROW
    return canvas.to_svg(y + 2)


def draw_ratios(rows: Sequence[tuple[str, float, float, float, str]]) -> str:
    """The ratio of each area on its interval, beside the line of one.

    Args:
        rows: Name, ratio, lower and upper end, and the words beside. An end that lies beyond
            ``FARTHEST`` is cut there.
    """
    canvas, y = Canvas(), 0.0
    most = min(FARTHEST, max(2.0, *(high for *_, high, _ in rows)))
    across = _scale([0.0, most], LABEL, WIDTH - 48)
    canvas.line([(across(1.0), 0.0), (across(1.0), ROW * len(rows))], "mid", 1)
    for name, ratio, low, high, beside in rows:
        role = "alert" if low > 1 else "deep" if high < 1 else "mid"
        canvas.text(0, y + 12, shorten(name, LABEL - 8))
        ends = [(across(min(each, most)), y + 8) for each in (low, high)]
        canvas.line(ends, role, 4, round_ends=True)
        at = across(min(ratio, most))
        canvas.line([(at, y + 3), (at, y + 13)], "ink", 2)
        canvas.text(WIDTH, y + 12, shorten(beside, 40), "soft", at="right")
        y += ROW
    return canvas.to_svg(y + 2)


def draw_funnel(
    points: Sequence[tuple[str, float, float, str]],
    curves: Sequence[tuple[Sequence[Point], str]],
    centre: tuple[float, str],
    form: Format,
) -> str:
    """Shares over the size of their denominators, with the limits that chance sets.

    Args:
        points: Name, denominator, share and place; ``OUTSIDE`` and ``OWN`` are named, where there
            is room.
        curves: Limits as points (denominator, share), and their colour roles.
        centre: The common share, and its words.
        form: How numbers are written.
    """
    canvas, height = Canvas(), 260.0
    xs = [x for _, x, _, _ in points]
    ys = [y for _, _, y, _ in points] + [y for curve, _ in curves for _, y in curve]
    across, upwards = _scale([0.0, *xs], 40, WIDTH - 8), _scale(ys, height - 20, 10)
    for curve, role in curves:
        _draw_line(canvas, [(across(x), upwards(y)) for x, y in curve], role, 1)
    canvas.line([(40, upwards(centre[0])), (WIDTH - 8, upwards(centre[0]))], "rule")
    canvas.text(WIDTH, upwards(centre[0]) - 4, centre[1], "soft", at="right")
    taken: list[Point] = []
    for name, x, y, place in sorted(points, key=lambda point: point[3] != OWN):
        is_out, at = place in OUTSIDE, (across(x), upwards(y))
        canvas.dot(*at, "alert" if is_out else "deep", hollow=not is_out and place != OWN)
        if (is_out or place == OWN) and not any(_is_near(at, other) for other in taken):
            taken.append(at)
            side = "left" if WIDTH - at[0] - 10 > width_of(name) else "right"
            canvas.text(at[0] + (8 if side == "left" else -8), at[1] + 4, name, at=side)
    for value in (min(ys), max(ys)):
        canvas.text(36, upwards(value) + 4, form(value), "soft", at="right")
    canvas.text(WIDTH, height, form(max(xs)), "soft", at="right")
    return canvas.to_svg(height + 6)


def draw_control(charts: Sequence[AreaChart], form: Format) -> str:
    """A control chart per area: the points, the centre, the limits, and the points that signal."""
    canvas, top = Canvas(), 0.0
    for each in charts:
        chart = each.chart
        ends = [*chart.values, *chart.low, *chart.high]
        upwards = _scale([float(value) for value in ends], top + 92, top + 22)
        across = _scale([0.0, float(len(each.periods) - 1)], 6, WIDTH - 58)
        canvas.text(0, top + 12, shorten(each.name, WIDTH - 60), "soft")
        for limit in (chart.low, chart.high):
            points = [(across(at), upwards(float(value))) for at, value in enumerate(limit)]
            _draw_line(canvas, points, "rule", 0.8)
        canvas.line(
            [(across(0), upwards(chart.centre)), (WIDTH - 58, upwards(chart.centre))], "mid", 0.8
        )
        canvas.text(WIDTH - 54, upwards(chart.centre) + 4, form(chart.centre), "soft")
        points = [(across(at), upwards(float(value))) for at, value in enumerate(chart.values)]
        _draw_line(canvas, points, "deep", 1.6)
        for point, why in zip(points, chart.signals, strict=True):
            if why:
                canvas.dot(*point, "alert", hollow=why == "run")
        canvas.text(across(0), top + 108, each.periods[0], "soft")
        canvas.text(WIDTH - 58, top + 108, each.periods[-1], "soft", at="right")
        top += 122
    return canvas.to_svg(top)


def draw_coverage(rows: Sequence[tuple[str, Sequence[bool]]], periods: Sequence[str]) -> str:
    """A box per area and period: filled where a value is held, a line where not."""
    canvas = Canvas()
    step = min((WIDTH - LABEL) / max(len(periods), 1), 34.0)
    for at, label in enumerate(periods):
        if at in (0, len(periods) - 1) or step > width_of(label):
            canvas.text(LABEL + at * step, 11, label, "soft")
    y = 18.0
    held: list[tuple[Point, Point]] = []
    lacking: list[tuple[Point, Point]] = []
    for name, is_held in rows:
        canvas.text(0, y + 11, shorten(name, LABEL - 8))
        for at, has in enumerate(is_held):
            x = LABEL + at * step
            (held if has else lacking).append(((x, y + 7), (x + step - 3, y + 7)))
        y += ROW
    _draw_pieces(canvas, held, "mid", 10)
    _draw_pieces(canvas, lacking, "rule", 0.8)
    return canvas.to_svg(y + 2)


def _is_near(one: Point, other: Point) -> bool:
    """Whether names beside two points would run into each other."""
    return abs(one[1] - other[1]) < LINE and abs(one[0] - other[0]) < LABEL


def _scale(values: Sequence[float], start: float, end: float) -> Callable[[float], float]:
    """A line from the least value at ``start`` to the greatest at ``end``."""
    least, most = min(values), max(values)
    span = most - least or 1.0
    return lambda value: start + (value - least) / span * (end - start)


def _draw_line(canvas: Canvas, points: Sequence[Point], role: str, width: float) -> None:
    """A line through points; a single one is a dot."""
    pieces = list(pairwise(points)) or [(points[0], points[0])]
    _draw_pieces(canvas, pieces, role, width, round_ends=True)


def _draw_pieces(
    canvas: Canvas,
    pieces: Sequence[tuple[Point, Point]],
    role: str,
    width: float,
    *,
    round_ends: bool = False,
) -> None:
    """Lines of two points each as one path: the page paints by class, and fills longer lines.

    A path for every piece would make a page of 63 areas twice as long.
    """
    joined = [point for one, two in pieces for point in (one, two, (nan, nan))]
    if joined:
        canvas.line(joined[:-1], role, width, round_ends=round_ends)
