"""The pictures of many areas and periods: multiples, spread, order, funnel, coverage, maps.

Each takes a table and draws it on axes whose scale can be read; where every value is written
beside its mark, there is no scale to read, and none is drawn. ``plot_tile_map`` needs to know where
each province has its square: the tables ``tile_map_63`` and ``tile_map_34`` of the reference data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isnan, nan
from typing import TYPE_CHECKING, Any

import numpy as np

from cchc_analysis.brief.plots.canvas import (
    LINE,
    PLAIN,
    ROLES,
    TEXT,
    WIDTH,
    Canvas,
    Format,
    Point,
    dot,
    drawn_from,
    free,
    mark,
    note,
    open_axes,
    scale,
    shorten,
    stroke,
    width_of,
)
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.words import plain
from cchc_analysis.errors import CommandError, Problem

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = 3
CELL = 46.0
ROW = 17.0
LABEL = 118.0
DOT = 8.0
"""Width of a dot; a narrower interval would lie behind it."""
AXIS = 18.0
TITLED = 34.0
"""Room below axes for their numbers and a name."""
OUTSIDE = ("low", "high")
"""Places in a funnel that are named."""
OWN = "own"
"""The place of the one that is asked about, named wherever it stands."""


@drawn_from("name year value segment role")
def plot_multiples(
    data: pd.DataFrame,
    ax: Axes | None = None,
    *,
    form: Format = PLAIN,
    columns: int = COLUMNS,
    ends: Point | None = None,
) -> Axes:
    """A small line per area, all to one scale; a break of the series is a gap in its line.

    Args:
        data: A row per value: ``name``, ``year`` (a number, so that quarters have their place),
            ``value`` (one unit for all), ``segment`` (a line is drawn within one), ``role``.
        columns: Areas side by side.
        ends: Least and greatest value of the scale, where several pictures share it.
    """
    canvas = Canvas(ax)
    ends = ends or (float(data["value"].min()), float(data["value"].max()))
    margin = max(width_of(form(end)) for end in ends) + 6
    cell = (canvas.width - margin) / columns
    across = scale(list(data["year"]), 4, cell - 44)
    upwards = scale(ends, 26, 0)
    areas = list(data.groupby("name", sort=False))
    for at, (name, rows) in enumerate(areas):
        left, top = margin + at % columns * cell, at // columns * CELL + 12
        if at % columns == 0:
            # The scale of a row: hairs where its ends are, with their numbers.
            for end, y in zip(ends, (top + 32, top + 6), strict=True):
                canvas.line([(margin, y), (canvas.width, y)], "hair")
                canvas.text((margin - 4, y + 4), form(end), "soft", ha="right")
        canvas.text((left, top), shorten(str(name), cell - 14), "soft")
        placed = rows.assign(
            x=[left + across(year) for year in rows["year"]],
            y=[top + 6 + upwards(value) for value in rows["value"]],
        )
        _draw_segments(canvas, str(name), placed, form)
    height = -(-len(areas) // columns) * CELL + 6
    for year, x in ((data["year"].min(), margin + 4), (data["year"].max(), margin + cell - 44)):
        canvas.text((x, height + 8), f"{int(year)}", "soft", ha="center")
    return canvas.close(height + 12)


def _draw_segments(canvas: Canvas, name: str, rows: pd.DataFrame, form: Format) -> None:
    """The line of an area, apart where it breaks; words and number are of the last part."""
    line: list[Point] = []
    for _, part in rows.groupby("segment"):
        points = list(zip(part["x"].tolist(), part["y"].tolist(), strict=True))
        # A single one is a dot. One path for all parts: a path for each doubles a page.
        line += [*(points if len(points) > 1 else points * 2), (nan, nan)]
    years = "–".join(dict.fromkeys(f"{part['year'].iloc[at]:.0f}" for at in (0, -1)))
    values = " → ".join(dict.fromkeys(form(part["value"].iloc[at]) for at in (0, -1)))
    words = f"{name}, {years}: {values}"
    canvas.line(line[:-1], str(rows["role"].iloc[0]), 1.6, words, solid_capstyle="round")
    last = list_rows(rows.nlargest(1, "year"))[0]
    canvas.text((last["x"] + 5, last["y"] + 4), form(last["value"]))


@drawn_from("label least q1 median q3 most")
def plot_distribution(
    data: pd.DataFrame, ax: Axes | None = None, *, unit: str = "", form: Format = PLAIN
) -> Axes:
    """Per period the least, the middle half, the median and the greatest; a dot for one area.

    Args:
        data: A row per period: ``label``, ``least``, ``q1``, ``median``, ``q3``, ``most`` in one
            unit; ``own``, the value of the marked area (NaN or no column: none).
        unit: The name of the axis.
    """
    rows = list_rows(data)
    labels = [str(row["label"]) for row in rows]
    left = min(max(54.0, *(width_of(plain(label)) + 12 for label in labels)), WIDTH / 2)
    axes = _open_rows(ax, labels, 24.0, unit, (left, 6.0, 0.0))
    for y, row in enumerate(rows):
        words = f"{row['label']}: " + " – ".join(
            form(row[name]) for name in ("least", "q1", "median", "q3", "most")
        )
        ends = [row["least"], row["most"]]
        stroke(axes, ends, [y, y], "rule")
        colours = {"color": ROLES["pale"], "ec": ROLES["deep"]}
        box = axes.barh(y, row["q3"] - row["q1"], 0.5, row["q1"], **colours)
        mark(box[0], words)
        stroke(axes, [row["median"]] * 2, [y - 0.33, y + 0.33], "deep", 2)
        if not isnan(own := row.get("own", nan)):
            dot(axes, own, y, "alert", f"{row['label']}: {form(own)}")
    return _tick(axes, form)


@drawn_from("name value low high text role")
def plot_dots(
    data: pd.DataFrame,
    ax: Axes | None = None,
    *,
    reference: tuple[float, str] | None = None,
    unit: str = "",
    form: Format = PLAIN,
    ends: Point | None = None,
) -> Axes:
    """A dot per area in the order of the table, on its interval, with words at the right.

    Scores with their rank beside, ratios beside one, peers beside their median.

    Args:
        data: ``name``, ``value``, ``low``, ``high`` (NaN: no interval), ``text`` (the rank, or the
            value), ``role`` (``alert`` stands out).
        reference: A value to draw a line at, and its name: a median, one.
        unit: The name of the axis.
        ends: Of the axis; what lies beyond is drawn at its end.
    """
    rows = list_rows(data)
    beside = max((width_of(str(row["text"])) for row in rows), default=0.0) + 6
    names = [row["name"] for row in rows]
    axes = _open_rows(ax, names, ROW, unit, (LABEL, beside, 16.0 if reference else 0.0))
    least, most = ends or (-np.inf, np.inf)
    axes.set_xlim(*(ends or find_ends(data)))
    for y, row in enumerate(rows):
        words = f"{row['name']}: {form(row['value'])}, {row['text']}"
        interval = np.clip([row["low"], row["high"]], least, most)
        if np.ptp(axes.transData.transform([(end, y) for end in interval])[:, 0]) > DOT:
            span = f"{words} ({form(row['low'])} – {form(row['high'])})"
            stroke(axes, interval, [y, y], "mid", 3, span, solid_capstyle="round")
        at = np.clip([row["value"]] * 2, least, most)
        stroke(axes, at, [y, y], row["role"], DOT, words, solid_capstyle="round")
        place = ((1.0, "axes fraction"), (float(y), "data"))
        note(axes, str(row["text"]), place, (beside, 0), ha="right", va="center_baseline")
    if reference:
        axes.axvline(reference[0], color=ROLES["mid"], linewidth=0.8, zorder=0)
        place = ((reference[0], "data"), (1.0, "axes fraction"))
        note(axes, reference[1], place, (0, 4), ha="center")
    return _tick(axes, form)


def find_ends(data: pd.DataFrame) -> Point:
    """The ends of a scale that holds all dots and their intervals, with a little room."""
    values = data[["value", "low", "high"]].to_numpy("float64")
    least, most = float(np.nanmin(values)), float(np.nanmax(values))
    room = 0.03 * (most - least) or 1.0
    return least - room, most + room


def has_intervals(data: pd.DataFrame, ends: Point) -> bool:
    """Whether some interval is wide enough for ``plot_dots`` to be seen behind its dot."""
    beside = max(map(width_of, data["text"])) + 6
    widest = (data["high"] - data["low"]).max() / (ends[1] - ends[0])
    return bool(widest * (WIDTH - LABEL - beside) > DOT)


@drawn_from("name total rate place")
def plot_funnel(
    data: pd.DataFrame,
    ax: Axes | None = None,
    *,
    limits: pd.DataFrame | None = None,
    centre: tuple[float, str] | None = None,
    names: tuple[str, str] = ("", ""),
    form: Format = PLAIN,
) -> Axes:
    """Shares over the size of their denominators, with the limits that chance sets.

    Args:
        data: ``name``, ``total`` (cases), ``rate`` (per cent), ``place``: those of ``OUTSIDE`` and
            ``OWN`` are named, where there is room.
        limits: ``total``, ``low``, ``high`` (per cent) and ``role``, one line each way a role.
        centre: The common share in per cent, and its words.
        names: What the axes are called.
    """
    axes = open_axes(ax, 280.0, (44.0, 6.0, 20.0, TITLED))
    for role, curve in limits.groupby("role") if limits is not None else ():
        for side in OUTSIDE:
            stroke(axes, curve["total"], curve[side], str(role), solid_capstyle="round")
    axes.set_xlim(0, float(data["total"].max()) * 1.03)
    if centre:
        axes.axhline(centre[0], color=ROLES["rule"], linewidth=0.8, zorder=0)
        place = ((1.0, "axes fraction"), (centre[0], "data"))
        note(axes, centre[1], place, (0, 4), ha="right")
    for row in list_rows(data):
        is_out = row["place"] in OUTSIDE
        words = f"{row['name']}: {form(row['rate'])} ({form(row['total'])})"
        is_hollow = not is_out and row["place"] != OWN
        dot(axes, row["total"], row["rate"], "alert" if is_out else "deep", words, hollow=is_hollow)
    axes.autoscale_view(scalex=False)
    _name_points(axes, data)
    for axis, ends in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        ticks = _choose_ticks(ends, 3)
        axis.set_ticks(ticks, [form(tick) for tick in ticks])
    axes.set_xlabel(names[0])
    note(axes, names[1], ((0.0, "axes fraction"), (1.0, "axes fraction")), (-40, 8))
    return free(axes)


def _name_points(ax: Any, data: pd.DataFrame) -> None:
    """Names beside the points that are asked about or lie outside, where they find room."""
    taken: list[tuple[float, float, float]] = []
    rows = sorted(list_rows(data), key=lambda row: row["place"] != OWN)
    for row in (row for row in rows if row["place"] in (*OUTSIDE, OWN)):
        x, y = ax.transData.transform((row["total"], row["rate"]))
        room = width_of(row["name"])
        is_right = ax.bbox.x1 - x > room + 10
        start = x + 8 if is_right else x - 8 - room
        if any(
            abs(y - other) < LINE and start < right and left < start + room
            for left, right, other in taken
        ):
            continue
        taken.append((start, start + room, y))
        place = ((row["total"], "data"), (row["rate"], "data"))
        offset, side = ((8, -4), "left") if is_right else ((-8, -4), "right")
        note(ax, row["name"], place, offset, ha=side, color=ROLES["ink"])


@drawn_from()
def plot_coverage(data: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """A box per area and period: filled where a value is held, a line where not.

    Args:
        data: Booleans; the index names the areas (or how many have this pattern), the columns
            name the periods.
    """
    canvas, top = Canvas(ax), 18.0
    periods = [str(period) for period in data.columns]
    step = min((canvas.width - LABEL) / max(len(periods), 1), 34.0)
    for at, label in enumerate(periods):
        if at in (0, len(periods) - 1) or step > width_of(label):
            canvas.text((LABEL + at * step, 11), label, "soft")
    for at, name in enumerate(data.index):
        canvas.text((0, top + at * ROW + 11), shorten(str(name), LABEL - 8))
    for is_held, role, width in ((True, "mid", 10.0), (False, "rule", 0.8)):
        rows, columns = np.nonzero(data.to_numpy(bool) == is_held)
        left = LABEL + columns * step
        # One path for all, with gaps between: a path for each would double a page.
        across = np.column_stack([left, left + step - 3, np.full(len(left), nan)]).ravel()
        down = (top + rows * ROW + 7).repeat(3)
        if len(left):
            canvas.line([*zip(across.tolist(), down.tolist(), strict=True)][:-1], role, width)
    return canvas.close(top + ROW * len(data) + 2)


def _open_rows(
    ax: Axes | None, labels: Sequence[str], row: float, unit: str, margins: tuple[float, ...]
) -> Any:
    """Axes with a row per label, the first one on top, and a named scale below."""
    left, right, top = margins
    below = TITLED if unit else AXIS
    height = row * max(len(labels), 1) + top + below
    axes = open_axes(ax, height, (left, right, top, below))
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.yaxis.set_visible(False)  # names, no values: ticks of names take most of a chart's time
    side = {"ha": "right"} if ax else {}
    for y, label in enumerate(labels):
        place = ((0.0, "axes fraction"), (float(y), "data"))
        words, shift = shorten(plain(label), left - 8), (-4 if ax else -left, 0)
        note(axes, words, place, shift, va="center_baseline", color=ROLES["ink"], **side)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(unit)
    return axes


def _tick(axes: Any, form: Format) -> Axes:
    """Three or four numbers on the scale of rows, each with a hair through them."""
    ticks = _choose_ticks(axes.get_xlim(), 3)
    axes.set_xticks(ticks, [form(tick) for tick in ticks])
    axes.grid(visible=True, axis="x")
    return free(axes)


def _choose_ticks(ends: tuple[float, float], count: int) -> list[float]:
    """Round numbers inside two ends."""
    from matplotlib.ticker import MaxNLocator

    ticks = MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10]).tick_values(*ends)
    return [float(each) for each in ticks if ends[0] <= each <= ends[1]]


TILE = 30.0
ISLE = 9.0
"""Radius of a group of islands on a tile map, and room around a map of dots."""
STEPS = ("t1", "t2", "t3", "t4", "deep")
"""The classes of a map, from few to many: they differ in lightness, and so in print and to every
eye; the page turns them round in the dark."""
LIGHT_TEXT = ("t4", "deep")
LEGEND = 18.0
"""Height of a line of a legend."""
MOST_NAMED = 6
"""Unknown areas that an error names."""
TALLEST = 280.0
"""Height of a map of dots."""


@drawn_from()
def plot_tile_map(
    values: pd.Series[float],
    ax: Axes | None = None,
    *,
    tiles: pd.DataFrame,
    form: Format = PLAIN,
    missing: str = "–",
) -> Axes:
    """A square a province, where it lies in the country; the darker, the more.

    Five classes with equally many provinces each, as far as equal values allow; Hoàng Sa and
    Trường Sa are dots of their provinces' colours. A province without a value is hollow and dashed.

    Args:
        values: One number a province, by ``area_id``; NaN or no row: missing.
        tiles: The squares: a table that ``choose_tiles`` gives.
        missing: What the legend calls a missing value.

    Raises:
        CommandError: An area that has no square in ``tiles``.
    """
    from matplotlib.patches import Circle, Rectangle

    tiles = choose_tiles(values.index, {"": tiles})
    known = values.dropna()
    steps = classify(known)
    canvas = Canvas(ax)
    rows = list_rows(tiles.astype({"column": "float64", "row": "float64"}))
    left = (canvas.width - (max(row["column"] for row in rows) + 1) * TILE) / 2
    for row in rows:
        role = steps.get(row["area_id"], "")
        told = form(float(known[row["area_id"]])) if role else missing
        x, y, edge = left + row["column"] * TILE, row["row"] * TILE, _style_step(role)
        if row["kind"] == "dot":
            shape: Any = Circle((x + TILE / 2, y + ISLE), ISLE, **edge)
            canvas.text((x + TILE / 2, y + 2 * ISLE + TEXT), row["name"], "soft", ha="center")
        else:
            shape = Rectangle((x + 1, y + 1), TILE - 2, TILE - 2, **edge)
            colour = "paper" if role in LIGHT_TEXT else "ink" if role else "soft"
            canvas.text((x + TILE / 2, y + TILE / 2 + 4), row["label"], colour, ha="center")
        canvas.add(shape, f"{row['name']}: {told}")
    is_whole = set(tiles["area_id"]) <= set(known.index)
    _write_legend(canvas, 6.6 * TILE, _list_classes(known, form) + [("", missing)] * (not is_whole))
    return canvas.close((max(row["row"] for row in rows) + 1) * TILE + 4)


@drawn_from("name lat lon value")
def plot_dot_map(
    data: pd.DataFrame, ax: Axes | None = None, *, form: Format = PLAIN, missing: str = "–"
) -> Axes:
    """A dot per area where it lies, north above, degrees to one scale; the darker, the more.

    Args:
        data: ``name``, ``lat``, ``lon`` (degrees), ``value`` (NaN: missing, a hollow dot).
        missing: What the legend calls a missing value.
    """
    canvas, room = Canvas(ax), 110.0
    known = data.set_index("name")["value"].dropna()
    classes = _list_classes(known, form) + [("", missing)] * int(data["value"].isna().any())
    steps = classify(known)
    turn = float(np.cos(np.deg2rad(data["lat"].mean())))  # a degree east is shorter than one north
    wide, high = float(np.ptp(data["lon"])) * turn, float(np.ptp(data["lat"]))
    width, least = canvas.width - room - 2 * ISLE, LEGEND * len(classes)
    unit = min(width / max(wide, 1e-9), TALLEST / max(high, 1e-9))
    for row in list_rows(data):
        role = steps.get(row["name"], "")
        x = room + ISLE + (row["lon"] - data["lon"].min()) * turn * unit
        y = ISLE + (data["lat"].max() - row["lat"]) * unit
        told = form(row["value"]) if role else missing
        dot(canvas.ax, x, y, role or "rule", f"{row['name']}: {told}", hollow=not role)
    _write_legend(canvas, 0.0, classes)
    return canvas.close(max(high * unit + 2 * ISLE, least))


def choose_tiles(area_ids: Iterable[Any], maps: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The squares that areas stand on: those of 63 provinces, or those of 34.

    Args:
        area_ids: The provinces that have a value.
        maps: The tables of squares by their number of provinces, ``63`` and ``34``.

    Raises:
        CommandError: The provinces are of both times, or of none, or could be of either.
    """
    ids = set(map(str, area_ids))
    lacking = {name: sorted(ids - set(each["area_id"])) for name, each in maps.items()}
    fits = [name for name, unknown in lacking.items() if not unknown]
    if len(fits) == 1:
        return maps[fits[0]]
    found = "provinces of different times, or areas that are none"
    if fits:
        found = f"only provinces that are among the {' and the '.join(fits)}"
    elif len(maps) == 1:
        [unknown] = lacking.values()
        more = ["…"] if len(unknown) > MOST_NAMED else []
        found = f"no square for {', '.join([*unknown[:MOST_NAMED], *more])}"
    expected = "provinces of one time: 63 until 30 June 2025, 34 since 1 July 2025"
    remedy = "Keep the values of one time, or name the squares: tiles=."
    raise CommandError(Problem("plot_tile_map", found, expected, remedy))


def find_limits(values: pd.Series[float]) -> list[float]:
    """The upper ends of all classes but the last: fewer classes where values are few or equal."""
    if values.nunique() < len(STEPS):
        return [float(each) for each in sorted(values.unique())][:-1]
    shares = np.arange(1, len(STEPS)) / len(STEPS)
    return sorted({float(each) for each in values.quantile(shares, interpolation="lower")})


def _style_step(role: str) -> dict[str, Any]:
    """How a class is filled; what has no value is hollow and dashed."""
    edge: dict[str, Any] = {"edgecolor": ROLES["rule"], "linewidth": 0.8}
    return edge | ({"facecolor": ROLES[role]} if role else {"facecolor": "none", "ls": (0, (2, 2))})


def classify(known: pd.Series[float]) -> dict[Any, str]:
    """The colour of each value: five classes that hold equally many, as far as values differ."""
    classes = np.searchsorted(find_limits(known), known.to_numpy(), side="left")
    return dict(zip(known.index, (STEPS[at] for at in classes), strict=True))


def _list_classes(known: pd.Series[float], form: Format) -> list[tuple[str, str]]:
    """Each class that has values: its colour, and its least and greatest value."""
    groups = known.groupby(list(classify(known).values()), sort=False)
    ends = [(str(role), form(own.min()), form(own.max())) for role, own in groups]
    ordered = sorted(ends, key=lambda each: STEPS.index(each[0]))
    return [(role, low if low == high else f"{low} – {high}") for role, low, high in ordered]


def _write_legend(canvas: Canvas, top: float, classes: Sequence[tuple[str, str]]) -> None:
    """The classes with their ends, at the left."""
    from matplotlib.patches import Rectangle

    for at, (role, words) in enumerate(classes):
        y = top + at * LEGEND
        canvas.add(Rectangle((0, y), 16, 12, **_style_step(role)))
        canvas.text((22, y + 10), words, "soft")
