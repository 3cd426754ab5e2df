"""Where one area stands: a spine, a small line over the years, a tile map of the country.

``plot_tile_map`` needs to know where each province has its square: the tables ``tile_map_63`` and
``tile_map_34`` of the reference data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from cchc_analysis.brief.plots.canvas import (
    PLAIN,
    ROLES,
    TEXT,
    Canvas,
    Format,
    dot,
    drawn_from,
    scale,
)
from cchc_analysis.data.files import list_rows
from cchc_analysis.errors import CommandError, Problem

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

TILE = 30.0
DOT = 9.0
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
            shape: Any = Circle((x + TILE / 2, y + DOT), DOT, **edge)
            canvas.text((x + TILE / 2, y + 2 * DOT + TEXT), row["name"], "soft", ha="center")
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
    width, least = canvas.width - room - 2 * DOT, LEGEND * len(classes)
    unit = min(width / max(wide, 1e-9), TALLEST / max(high, 1e-9))
    for row in list_rows(data):
        role = steps.get(row["name"], "")
        x = room + DOT + (row["lon"] - data["lon"].min()) * turn * unit
        y = DOT + (data["lat"].max() - row["lat"]) * unit
        told = form(row["value"]) if role else missing
        dot(canvas.ax, x, y, role or "rule", f"{row['name']}: {told}", hollow=not role)
    _write_legend(canvas, 0.0, classes)
    return canvas.close(max(high * unit + 2 * DOT, least))


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
