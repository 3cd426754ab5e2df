"""The pictures of many areas and periods: multiples, spread, order, funnel, coverage, maps.

Each takes a table and draws it on axes whose scale can be read; where every value is written
beside its mark, there is no scale to read, and none is drawn. ``plot_tile_map`` needs to know where
each province has its square: the tables ``tile_map_63`` and ``tile_map_34`` of the reference data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cchc_analysis.brief.plots.canvas import (
    LINE,
    PLAIN,
    TEXT,
    UNDER,
    WIDTH,
    Box,
    Canvas,
    Format,
    Point,
    Stroke,
    Text,
    dot,
    drawn_from,
    scale,
    shorten_apart,
    width_of,
)
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.intervals import Floats
from cchc_analysis.data.records import problem
from cchc_analysis.data.words import plain
from cchc_analysis.errors import CommandError, join_some
from cchc_analysis.stats.panel import SPREAD

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = 3
"""Areas side by side."""
CELL = 46.0
ROW = 17.0
LABEL = 118.0
DOT = 8.0
"""Width of a dot; a narrower interval would lie behind it."""
AXIS = 18.0
TITLED = 34.0
"""Room below axes for their numbers and a name."""
OUTSIDE = ("low", "high")
"""Places in a funnel that are named, where there is room."""


@drawn_from("name year value segment role", scaled="value")
def plot_multiples(
    data: pd.DataFrame,
    ax: Axes | None = None,
    *,
    form: Format = PLAIN,
    ends: Point | None = None,
) -> Axes:
    """A small line per area, all to one scale; a break of the series is a gap in its line.

    Args:
        data: A row per value: ``name``, ``year`` (a number, so that quarters have their place),
            ``value`` (one unit for all), ``segment`` (a line is drawn within one), ``role``.
        ends: Least and greatest value of the scale, where several pictures share it.
    """
    canvas = Canvas(ax)
    ends = ends or (float(data["value"].min()), float(data["value"].max()))
    margin = max(width_of(form(end)) for end in ends) + 6
    cell = (canvas.width - margin) / COLUMNS
    across = scale(list(data["year"]), 4, cell - 44)
    upwards = scale(ends, 26, 0)
    areas = list(data.groupby("name", sort=False))
    heads = shorten_apart([str(name) for name, _ in areas], cell - 14)
    for at, (name, rows) in enumerate(areas):
        left, top = margin + at % COLUMNS * cell, at // COLUMNS * CELL + 12
        if at % COLUMNS == 0:
            # The scale of a row: hairs where its ends are, with their numbers.
            for end, y in zip(ends, (top + 32, top + 6), strict=True):
                canvas.add(Stroke([(margin, y), (canvas.width, y)], "hair"))
                canvas.add(Text((margin - 4, y + 4), form(end), "soft", "right"))
        canvas.add(Text((left, top), heads[at], "soft"))
        placed = rows.assign(x=left + across(rows["year"]), y=top + 6 + upwards(rows["value"]))
        _draw_segments(canvas, str(name), placed, form)
    height = -(-len(areas) // COLUMNS) * CELL + 6
    for year, x in ((data["year"].min(), margin + 4), (data["year"].max(), margin + cell - 44)):
        canvas.add(Text((x, height + 8), f"{int(year)}", "soft", "center"))
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
    canvas.add(Stroke(line[:-1], str(rows["role"].iloc[0]), 1.6, words, is_round=True))
    last = list_rows(rows.nlargest(1, "year"))[0]
    canvas.add(Text((last["x"] + 5, last["y"] + 4), form(last["value"])))


@drawn_from("label lowest q1 median q3 highest", scaled="lowest")
def plot_distribution(
    data: pd.DataFrame, ax: Axes | None = None, *, unit: str = "", form: Format = PLAIN
) -> Axes:
    """Per period the lowest, the middle half, the median and the highest.

    Args:
        data: A row per period: ``label``, ``lowest``, ``q1``, ``median``, ``q3``, ``highest``.
        unit: The name of the axis.
    """
    rows = list_rows(data)
    labels = [str(row["label"]) for row in rows]
    left = min(max(54.0, *(width_of(plain(label)) + 12 for label in labels)), WIDTH / 2)
    canvas = _open_rows(ax, labels, 24.0, unit, (left, 6.0, 0.0))
    ends = _widen(data[["lowest", "highest"]].to_numpy("float64"), 0.05)
    across = canvas.measure(ends, form, unit, has_grid=True)
    for at, row in enumerate(rows):
        y, told = 24.0 * at + 12, [form(row[name]) for name in SPREAD]
        x = {name: across(row[name]) for name in SPREAD}
        words, half = f"{row['label']}: {' – '.join(told)}", (x["q3"] - x["q1"], 12.0)
        canvas.add(Stroke([(x["lowest"], y), (x["highest"], y)], "rule"))
        canvas.add(Box((x["q1"], y - 6), half, "pale", words, "deep"))
        canvas.add(Stroke([(x["median"], y - 7.92), (x["median"], y + 7.92)], "deep", 2))
    return canvas.close()


@drawn_from("name value low high text role", scaled="value")
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
            value), ``role`` (a colour of ``ROLES``; ``alert`` stands out, empty: none of its own).
        reference: A value to draw a line at, and its name: a median, one.
        unit: The name of the axis.
        ends: Of the axis; what lies beyond is drawn at its end.
    """
    rows = list_rows(data)
    beside = max((width_of(str(row["text"])) for row in rows), default=0.0) + 6
    names = [row["name"] for row in rows]
    canvas = _open_rows(ax, names, ROW, unit, (LABEL, beside, 16.0 if reference else 0.0))
    across = canvas.measure(ends or find_ends(data), form, unit, has_grid=True)
    least, most, top, foot = canvas.sides
    for at, row in enumerate(rows):
        y, words = top + ROW * (at + 0.5), f"{row['name']}: {form(row['value'])}, {row['text']}"
        low, x, high = np.clip([across(row[n]) for n in ("low", "value", "high")], least, most)
        if high - low > DOT:
            span = f"{words} ({form(row['low'])} – {form(row['high'])})"
            canvas.add(Stroke([(low, y), (high, y)], "mid", 3, span, is_round=True))
        canvas.add(Stroke([(x, y)] * 2, row["role"], DOT, words, is_round=True))
        canvas.add(Text((canvas.width, y), str(row["text"]), "soft", "right", is_middle=True))
    if reference:
        x = across(reference[0])
        canvas.add(Stroke([(x, foot), (x, top)], "mid", layer=UNDER))
        canvas.add(Text((x, top - 4), reference[1], "soft", "center"))
    return canvas.close()


def find_ends(data: pd.DataFrame) -> Point:
    """The ends of a scale that holds all dots and their intervals, with a little room."""
    return _widen(data[["value", "low", "high"]].to_numpy("float64"), 0.03)


def _widen(values: Floats, share: float) -> Point:
    least, most = float(np.nanmin(values)), float(np.nanmax(values))
    room = share * (most - least) or 1.0
    return least - room, most + room


def has_intervals(data: pd.DataFrame, ends: Point) -> bool:
    """Whether some interval is wide enough for ``plot_dots`` to be seen behind its dot."""
    beside = max(map(width_of, data["text"])) + 6
    widest = (data["high"] - data["low"]).max() / (ends[1] - ends[0])
    return bool(widest * (WIDTH - LABEL - beside) > DOT)


@drawn_from("name total rate place", scaled="rate")
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
        data: ``name``, ``total`` (cases), ``rate`` (per cent), ``place`` (see ``OUTSIDE``).
        limits: ``total``, ``low``, ``high`` (per cent) and ``role``, one line each way a role.
        centre: The common share in per cent, and its words.
        names: What the axes are called.
    """
    canvas, rows = Canvas(ax, height=280.0, margins=(44.0, 6.0, 20.0, TITLED)), list_rows(data)
    curves = [*limits.groupby("role")] if limits is not None else []
    drawn = [*data["rate"], *(centre or ())[:1]]
    drawn += [each for _, curve in curves for side in OUTSIDE for each in curve[side]]
    across = canvas.measure((0.0, float(data["total"].max()) * 1.03), form, names[0])
    upwards = canvas.measure(_widen(np.array(drawn), 0.05), form, names[1], "y")
    for role, curve in curves:
        for side in OUTSIDE:
            points = zip(map(across, curve["total"]), map(upwards, curve[side]), strict=True)
            canvas.add(Stroke([*points], str(role), is_round=True))
    if centre:
        y, (left, right, _, _) = upwards(centre[0]), canvas.sides
        canvas.add(Stroke([(left, y), (right, y)], "rule", layer=UNDER))
        canvas.add(Text((right, y - 4), centre[1], "soft", "right"))
    places = [(across(row["total"]), upwards(row["rate"])) for row in rows]
    for row, at in zip(rows, places, strict=True):
        is_out = row["place"] in OUTSIDE
        words = f"{row['name']}: {form(row['rate'])} ({form(row['total'])})"
        canvas.add(*dot(at, "alert" if is_out else "deep", words, is_hollow=not is_out))
    _name_points(canvas, zip(rows, places, strict=True))
    return canvas.close()


def _name_points(canvas: Canvas, placed: Iterable[tuple[dict[str, Any], Point]]) -> None:
    """Names beside the points that lie outside, where they find room."""
    taken: list[tuple[float, float, float]] = []
    for row, (x, y) in (each for each in placed if each[0]["place"] in OUTSIDE):
        room = width_of(row["name"])
        is_right = canvas.sides[1] - x > room + 10
        at, side = (x + 8, "left") if is_right else (x - 8, "right")
        start = at if is_right else at - room
        if not any(
            abs(y - other) < LINE and start < right and left < start + room
            for left, right, other in taken
        ):
            taken.append((start, start + room, y))
            canvas.add(Text((at, y + 4), row["name"], ha=side))


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
            canvas.add(Text((LABEL + at * step, 11), label, "soft"))
    for at, name in enumerate(shorten_apart([*map(str, data.index)], LABEL - 8)):
        canvas.add(Text((0, top + at * ROW + 11), name))
    for is_held, role, width in ((True, "mid", 10.0), (False, "rule", 0.8)):
        rows, columns = np.nonzero(data.to_numpy(bool) == is_held)
        left = LABEL + columns * step
        # One path for all, with gaps between: a path for each would double a page.
        across = np.column_stack([left, left + step - 3, np.full(len(left), nan)]).ravel()
        down = (top + rows * ROW + 7).repeat(3)
        if len(left):
            points = [*zip(across.tolist(), down.tolist(), strict=True)]
            canvas.add(Stroke(points[:-1], role, width))
    return canvas.close(top + ROW * len(data) + 2)


def _open_rows(
    ax: Axes | None, labels: Sequence[str], row: float, unit: str, margins: tuple[float, ...]
) -> Canvas:
    """A canvas with a row per label, the first one on top, and room for a scale below."""
    left, right, top = margins
    below = TITLED if unit else AXIS
    height = row * max(len(labels), 1) + top + below
    canvas = Canvas(ax, height=height, margins=(left, right, top, below))
    canvas.units["y"] = len(labels) - 0.5, -0.5
    x, side = (left - 4, "right") if canvas.is_guest else (0, "left")
    for at, words in enumerate(shorten_apart([*map(plain, labels)], left - 8)):
        y = top + row * (at + 0.5)
        canvas.add(Text((x, y), words, ha=side, is_middle=True))
    return canvas


TILE, ISLE = 30.0, 9.0
"""Side of a square; radius of a group of islands on a tile map, and room around a map of dots."""
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


@drawn_from(kind=pd.Series)
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
    tiles = choose_tiles(values.index, {"": tiles})
    known = values.dropna()
    steps = classify(known)
    canvas = Canvas(ax)
    rows = list_rows(tiles.astype({"column": "float64", "row": "float64"}))
    left = (canvas.width - (max(row["column"] for row in rows) + 1) * TILE) / 2
    for row in rows:
        role = steps.get(row["area_id"], "")
        told = form(float(known[row["area_id"]])) if role else missing
        x, y = left + row["column"] * TILE, row["row"] * TILE
        words, middle = f"{row['name']}: {told}", x + TILE / 2
        if row["kind"] == "dot":
            at, size = (middle - ISLE, y), (2 * ISLE, 2 * ISLE)
            canvas.add(Box(at, size, role, words, "rule", is_disc=True))
            canvas.add(Text((middle, y + 2 * ISLE + TEXT), row["name"], "soft", "center"))
        else:
            canvas.add(Box((x + 1, y + 1), (TILE - 2, TILE - 2), role, words, "rule"))
            colour = "paper" if role in LIGHT_TEXT else "ink" if role else "soft"
            canvas.add(Text((middle, y + TILE / 2 + 4), row["label"], colour, "center"))
    is_whole = set(tiles["area_id"]) <= set(known.index)
    _write_legend(canvas, 6.6 * TILE, known, form, "" if is_whole else missing)
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
    known = data["value"].reset_index(drop=True).dropna()
    steps = classify(known)  # by position: two areas may bear one name
    turn = float(np.cos(np.deg2rad(data["lat"].mean())))  # a degree east is shorter than one north
    wide, high = float(np.ptp(data["lon"])) * turn, float(np.ptp(data["lat"]))
    unit = min((canvas.width - room - 2 * ISLE) / max(wide, 1e-9), TALLEST / max(high, 1e-9))
    for at, row in enumerate(list_rows(data)):
        role = steps.get(at, "")
        x = room + ISLE + (row["lon"] - data["lon"].min()) * turn * unit
        y = ISLE + (data["lat"].max() - row["lat"]) * unit
        told = form(row["value"]) if role else missing
        canvas.add(*dot((x, y), role or "rule", f"{row['name']}: {told}", is_hollow=not role))
    lacking = missing if data["value"].isna().any() else ""
    least = _write_legend(canvas, 0.0, known, form, lacking)
    return canvas.close(max(high * unit + 2 * ISLE, least))


def choose_tiles(area_ids: Iterable[Any], maps: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The squares that areas stand on: those of 63 provinces, or those of 34.

    Args:
        area_ids: The provinces that have a value.
        maps: The tables of squares by their number of provinces, ``63`` and ``34``.

    Raises:
        CommandError: The provinces are of both times, or of none, or could be of either; says
            which they are.
    """
    ids = set(map(str, area_ids))
    lacking = {name: sorted(ids - set(each["area_id"])) for name, each in maps.items()}
    fits = [name for name, unknown in lacking.items() if not unknown]
    if len(fits) == 1:
        return maps[fits[0]]
    strange = sorted(set.intersection(*map(set, lacking.values()))) if maps else []
    if fits:
        said = problem("on_both_maps", "plot_tile_map", maps=" and the ".join(fits))
    elif strange:
        said = problem("on_no_map", "plot_tile_map", names=join_some(strange, MOST_NAMED))
    else:
        parts = [f"{join_some(lacking[n], MOST_NAMED)} not among the {n}" for n in maps]
        said = problem("on_two_maps", "plot_tile_map", parts=", ".join(parts))
    raise CommandError(said)


def find_limits(values: pd.Series[float]) -> list[float]:
    """The upper ends of all classes but the last: fewer classes where values are few or equal."""
    if values.nunique() < len(STEPS):
        return [float(each) for each in sorted(values.unique())][:-1]
    shares = np.arange(1, len(STEPS)) / len(STEPS)
    return sorted({float(each) for each in values.quantile(shares, interpolation="lower")})


def classify(known: pd.Series[float]) -> dict[Any, str]:
    """The colour of each value: five classes that hold equally many, as far as values differ."""
    classes = np.searchsorted(find_limits(known), known.to_numpy(), side="left")
    return dict(zip(known.index, (STEPS[at] for at in classes), strict=True))


def _write_legend(
    canvas: Canvas, top: float, known: pd.Series[float], form: Format, missing: str
) -> float:
    """Each class that has values, with its least and greatest, at the left; how high it is."""
    groups = known.groupby(list(classify(known).values()))
    told = {str(role): dict.fromkeys((form(own.min()), form(own.max()))) for role, own in groups}
    classes = [(role, " – ".join(told[role])) for role in STEPS if role in told]
    classes += [("", missing)] * bool(missing)
    for at, (role, words) in enumerate(classes):
        y = top + at * LEGEND
        canvas.add(Box((0, y), (16, 12), role, edge="rule"), Text((22, y + 10), words, "soft"))
    return LEGEND * len(classes)
