"""What every chart is made of: marks in our colours, with words for what they are.

A chart is a list of marks on a ``Canvas``: places in points, y downwards. It is written as the SVG
of a page (``sketch``), and drawn on matplotlib's axes for who goes on working with it (``draw``);
``cchc.mplstyle`` is the look of these. Knows nothing of what is drawn.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from itertools import groupby, islice, pairwise
from math import inf, isfinite, nan
from numbers import Real
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import pandas as pd
from markupsafe import escape

from cchc_analysis.data.named import check_columns
from cchc_analysis.data.records import problem, tell_value
from cchc_analysis.data.words import plain, shorten_text
from cchc_analysis.errors import CommandError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point = tuple[float, float]
Format = Callable[[float], str]
PLAIN: Format = "{:g}".format
"""How a number is written where nobody says otherwise."""
Plot = TypeVar("Plot", bound=Callable[..., Any])

WIDTH = 340.0
"""Width of a chart in points: a phone shows it at its own size, a desktop a little larger."""
TEXT, LINE, GAP = 11.5, 14.0, 4.0
HATCH, SEEN = 4, 2.0
"""Distance of the lines of a contested part, and its least width."""
DOT, HOLE = 10.0, 5.5
"""Width of a point, and of the hole in a contested one."""
THIN = 0.8
"""Width of a line where nobody says otherwise."""
LETTER = 6.1
"""Width reserved for a letter at TEXT: the page's font is not known here, so rather too much."""
MIDDLE = 4.37
"""From the middle of a line of words down to their base line."""
TICK, TO_NUMBERS, TO_TITLE = 3.0, 14.74, 30.24
"""From a scale at the foot down to the ends of its ticks, and the base lines of its words."""
BESIDE, TO_NAME, ABOVE = 6.0, 40.0, 8.0
"""From a scale at the left to its numbers, and to its name, which stands above."""
UNDER, SCALE, BOXES, LINES, FRAME, WORDS = range(6)
"""What lies over what."""
ROLES: Mapping[str, str] = tomllib.loads(Path(__file__).with_name("roles.toml").read_text("utf-8"))


class Stroke(NamedTuple):
    """A line through points; NaN parts it. Without length and with round ends it is a dot."""

    points: Sequence[Point]
    role: str
    width: float = THIN
    words: str = ""
    is_round: bool = False
    dashes: tuple[float, ...] = ()
    layer: int = LINES


class Box(NamedTuple):
    """A filled bar, or a disc; without a role it is hollow and dashed."""

    at: Point
    size: Point
    role: str
    words: str = ""
    edge: str = "paper"
    is_disc: bool = False
    layer: int = BOXES


class Text(NamedTuple):
    """Words on their base line, or around the middle of a line of words."""

    at: Point
    words: str
    role: str = "ink"
    ha: str = "left"
    is_bold: bool = False
    is_middle: bool = False
    layer: int = WORDS


Mark = Stroke | Box | Text


def bar(at: Point, size: Point, role: str, words: str = "", edge: str = "") -> Box:
    """A bar that is seen however short it is; a pale one gets an outline against the paper."""
    edge = edge or ("deep" if role in ("pale", "paper") else "paper")
    return Box(at, (max(size[0], THIN), size[1]), role, words, edge)


def dot(at: Point, role: str, words: str = "", *, is_hollow: bool = False) -> list[Mark]:
    """A point; a hollow one is contested. A line without length: smaller than a circle."""
    whole = Stroke([at, at], role, DOT, words, is_round=True)
    return [whole, whole._replace(role="paper", width=HOLE)] if is_hollow else [whole]


def hatch(at: Point, size: Point, words: str = "") -> list[Mark]:
    """A part that is contested: hatched, so that it differs without colour too."""
    (x, y), wide, height = at, max(size[0], SEEN), size[1]
    ends: list[Point] = []
    for step in range(HATCH, int(wide + height) + 1, HATCH):
        left, right = max(step - height, 0), min(step, wide)
        ends += [(x + left, y + step - left), (x + right, y + step - right), (nan, nan)]
    outline = bar(at, (wide, height), "paper", words, edge="alert")
    return [outline, Stroke(ends[:-1], "alert")] if ends else [outline]


PAGE: Any = object()
"""In the place of axes: the chart is for a page."""


class Canvas:
    """The marks of a chart, on axes, on new ones, or for a ``PAGE``.

    ``margins`` are the room left, right, above and below what scales measure. ``scales`` holds of
    the foot (``x``) and of the left side (``y``) the ticks with their words, the name, and whether
    there is a grid; ``units`` what axes count from left to right and from foot to top, where these
    are no points.
    """

    def __init__(
        self,
        ax: Any = None,
        *,
        width: float = WIDTH,
        height: float = 1.0,
        margins: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0),
    ) -> None:
        self.ax, self.width, self.height, self.margins = ax, width, height, margins
        self.is_guest = ax is not None and ax is not PAGE
        if self.is_guest and not hasattr(ax, "xaxis"):  # a figure has a box, and no axis
            raise CommandError(problem("no_axes", "ax", found=type(ax).__name__))
        if self.is_guest:
            self.width = float(ax.bbox.width * 72 / ax.figure.dpi) + margins[0] + margins[1]
        self.marks: list[Mark] = []
        self.scales: dict[str, tuple[dict[float, str], str, bool]] = {}
        self.units: dict[str, Point] = {}

    @property
    def sides(self) -> tuple[float, float, float, float]:
        """Left, right, top and foot of what scales measure."""
        left, right, above, below = self.margins
        return left, self.width - right, above, self.height - below

    def add(self, *marks: Mark) -> None:
        """Put marks above those that lie there."""
        self.marks += marks

    def measure(
        self, ends: Point, form: Format, name: str = "", side: str = "x", *, has_grid: bool = False
    ) -> Callable[[float], float]:
        """Write a scale, its name above it or below; goes out as what gives a value its place."""
        from matplotlib.ticker import MaxNLocator

        locator = MaxNLocator(nbins=3, steps=[1, 2, 2.5, 5, 10])
        ticks = {
            t: form(t) for t in map(float, locator.tick_values(*ends)) if ends[0] <= t <= ends[1]
        }
        self.scales[side], self.units[side] = (ticks, name, has_grid), ends
        left, right, top, foot = self.sides
        if side == "y":
            place, end = scale(ends, foot, top), (left, top)
            for tick, words in ticks.items():
                at = left - BESIDE, place(tick)
                self.add(Text(at, words, "soft", "right", is_middle=True, layer=SCALE))
            self.add(Text((left - TO_NAME, top - ABOVE), name, "soft"))
        else:
            place, end = scale(ends, left, right), (right, foot)
            for x, words in ((place(tick), words) for tick, words in ticks.items()):
                if has_grid:
                    self.add(Stroke([(x, foot), (x, top)], "hair", layer=SCALE))
                self.add(Stroke([(x, foot), (x, foot + TICK)], "rule", layer=SCALE))
                self.add(Text((x, foot + TO_NUMBERS), words, "soft", "center", layer=SCALE))
            middle = (left + right) / 2, foot + TO_TITLE
            self.add(Text(middle, name, "soft", "center", layer=SCALE))
        self.add(Stroke([(left, foot), end], "rule", layer=FRAME))
        return place

    def close(self, height: float = 0.0) -> Axes:
        """The chart on its axes; for a page, the canvas as it is."""
        self.height = max(height or self.height, 1.0)
        self.marks.sort(key=attrgetter("layer"))
        return cast("Axes", self) if self.ax is PAGE else _draw_axes(self)

    def write(self, height: float = 0.0) -> str:
        """The chart as SVG: text as text, the same to the byte.

        It has no name of its own, which the page gives it. The colours that it states itself have
        no weight: they are seen where no page gives any.
        """
        self.close(height)
        used: set[str] = set()
        drawn = "".join([_write_mark(mark, used) for mark in self.marks])
        wide, high, paints = _write(self.width), _write(self.height), {"f": "fill", "s": "stroke"}
        rules = [f":where(.{n}){{{paints[n[0]]}:{ROLES[n[2:]]}}}" for n in sorted(used)]
        return (
            f'<svg viewBox="0 0 {wide} {high}" width="{wide}" font-size="{TEXT:g}" fill="none"'
            f' stroke-width="{THIN}" stroke-linecap="round">'
            f"<style>:where(text){{fill:{ROLES['ink']}}}{''.join(rules)}</style>{drawn}</svg>"
        )


CELLS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "value low high least q1 median q3 most lowest highest own rate target start end": (
        "a number",
        lambda cell: isinstance(cell, Real) and abs(cell) != inf,
    ),
    "lat lon total year segment": (
        "a known number",
        lambda cell: isinstance(cell, Real) and isfinite(cell),
    ),
    "side": ("a side: in or out", lambda cell: str(cell) in ("in", "out")),
    "name label text heading range_text target_text gap": (
        "a text",
        lambda cell: isinstance(cell, str),
    ),
    "role": (f"a role: {', '.join(ROLES)}, or empty", lambda cell: str(cell) in ("", *ROLES)),
}
"""What the cells of columns of these names are, in every plot."""
NO_ROLE = "deep"
"""The colour of what has no role."""
TABLES: Mapping[str, str] = {
    "limits": "total low high role",
    "tiles": "area_id name label kind column row",
}
"""The columns of a table that is given beside the one that is drawn, in every plot."""


def _is_known(given: Any) -> bool:
    return isinstance(given, Real) and isfinite(given)


def _is_text(given: Any) -> bool:
    return isinstance(given, str)


def _are(*kinds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Whether what is given is a tuple of such things."""
    return lambda given: (
        isinstance(given, tuple | list)
        and len(given) == len(kinds)
        and all(is_right(each) for is_right, each in zip(kinds, given, strict=True))
    )


OPTIONS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "form": ("a function that writes a number, such as '{:.1f}'.format", callable),
    "unit missing": ("a text", _is_text),
    "names": ("two texts", _are(_is_text, _is_text)),
    "reference centre": ("a number and its words, as (50, 'median')", _are(_is_known, _is_text)),
    "ends": ("two numbers, as (0, 100)", _are(_is_known, _is_known)),
}
"""What options of these names are, in every plot."""


def _check_options(plot: Callable[..., Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a plot that differ from what it takes anyway; tables as they can be drawn."""
    usual = getattr(plot, "__kwdefaults__", None) or {}
    kept = {n: o for n, o in options.items() if n not in usual or o is not usual[n]}
    for names, (expected, is_right) in OPTIONS.items():
        for name in (each for each in names.split() if each in kept):
            if not is_right(kept[name]):
                where, found = f"{plot.__name__}, {name}=", tell_value(kept[name])
                raise CommandError(problem("strange_option", where, found=found, expected=expected))
    for name in (each for each in TABLES if each in kept):
        wanted, where = TABLES[name].split(), f"{plot.__name__}, {name}="
        kept[name] = _check_drawn(plot.__name__, where, kept[name], wanted, pd.DataFrame)
    return kept


def _list_wrong_cells(data: Any, wanted: Sequence[str]) -> Iterator[str]:
    """The first cell of each column that a plot cannot draw, and what it is not."""
    if isinstance(data, pd.Series):
        data, wanted = {"value": data}, ["value"]
    for names, (kind, is_right) in CELLS.items():
        for name in (each for each in names.split() if each in wanted):
            wrong = (cell for cell in data[name] if not is_right(cell))
            yield from (f"{name} {cell!r}, which is not {kind}" for cell in islice(wrong, 1))


def _check_drawn(
    plot: str, where: str, data: Any, wanted: Sequence[str], kind: type[Any], scaled: str = ""
) -> Any:
    """Refuse what a plot cannot draw; the table as it can be drawn otherwise."""
    held = [str(each) for each in getattr(data, "columns", ())]
    with_columns = f" with the columns {', '.join(wanted)}" if wanted else ", with rows"
    told = {"plot": plot, "expected": f"a {kind.__name__}{with_columns}"}
    told |= {"found": type(data).__name__, "lacking": ", ".join(e for e in wanted if e not in held)}
    told["held"] = f"the columns {', '.join(held)}" if held else "no columns"
    if not isinstance(data, kind):
        raise CommandError(problem("drawn_of_no_table", where, **told))
    if held:
        check_columns(data, where)
    if told["lacking"]:
        raise CommandError(problem("drawn_of_no_column", where, **told))
    if not len(data):
        raise CommandError(problem("drawn_of_no_row", where, **told))
    data = _use_floats(data)
    if "role" in wanted:
        role = data["role"].astype("object")
        data = data.assign(role=role.where(role.notna() & (role != ""), NO_ROLE))
    wrong = [*_list_wrong_cells(data, wanted)]
    if scaled and not wrong and data[scaled].isna().all():
        wrong = [f"{scaled} without any number"]
    if wrong:
        raise CommandError(problem("drawn_of_other", where, wrong="; ".join(wrong), **told))
    return data


def _use_floats(data: Any) -> Any:
    """Numbers of pandas' own types, whose missing value is no number, as those of numpy."""
    if isinstance(data, pd.DataFrame):
        return data.apply(_use_floats)
    is_own = pd.api.types.is_extension_array_dtype(data) and pd.api.types.is_numeric_dtype(data)
    return data.astype("float64") if is_own else data


def drawn_from(
    columns: str = "", kind: type[Any] = pd.DataFrame, *, scaled: str = ""
) -> Callable[[Plot], Plot]:
    """Let a plot refuse what it cannot draw: what is no table, has no row or lacks a column.

    Its options are checked too. ``scaled`` is a column that makes the scale: it holds some number.
    """

    def check(plot: Plot) -> Plot:
        name = plot.__name__

        @wraps(plot)
        def draw_checked(data: Any, *args: Any, **kwargs: Any) -> Axes:
            data = _check_drawn(name, name, data, columns.split(), kind, scaled)
            return cast("Axes", plot(data, *args, **_check_options(plot, kwargs)))

        return cast("Plot", draw_checked)

    return check


def draw(plot: Callable[..., Any], data: Any, **options: Any) -> Figure:
    """The figure of a plot, at its natural size, and not left open in pyplot."""
    from matplotlib import pyplot as plt

    figure = cast("Figure", plot(data, **options).figure)
    plt.close(figure)
    return figure


def sketch(plot: Callable[..., Any], data: Any, **options: Any) -> str:
    """A plot as the SVG of a page, for which matplotlib is not asked."""
    svg: str = plot(data, PAGE, **options).write()
    return svg


def _write_mark(mark: Mark, used: set[str]) -> str:
    """A mark as an element of SVG, whose classes are noted; what says nothing is left out."""
    words, drawn = escape(plain(mark.words)), ""
    match mark:
        case Text(at=(x, y)):
            if not words.strip() or not (isfinite(x) and isfinite(y)):
                return ""
            paints = [f"f-{mark.role}"] * (mark.role != "ink")
            told = {"x": _write(x), "y": _write(y + MIDDLE * mark.is_middle)}
            told["font-weight"] = "700" if mark.is_bold else ""
            told["text-anchor"] = {"center": "middle", "right": "end"}.get(mark.ha, "")
        case Stroke():
            drawn, paints = _join_points(mark.points), [f"s-{mark.role}"]
            told = {"stroke-width": "" if mark.width == THIN else _write(mark.width)}
            told["stroke-dasharray"] = ",".join(_write(each * mark.width) for each in mark.dashes)
            # Up to a width of one point nobody sees how a line ends.
            told["stroke-linecap"] = "butt" if mark.width > 1 and not mark.is_round else ""
        case Box(at=(x, y), size=(wide, high)):
            left, right = _write(x), _write(x + wide)
            drawn = f"M{left} {_write(y)}H{right}V{_write(y + high)}H{left}z"
            if mark.is_disc:
                arc = f"a{_write(wide / 2)} {_write(wide / 2)} 0 1 0 "
                drawn = (
                    f"M{left} {_write(y + high / 2)}{arc}{_write(wide)} 0{arc}-{_write(wide)} 0z"
                )
            paints = [f"f-{mark.role}"] * bool(mark.role) + [f"s-{mark.edge}"]
            told = {} if mark.role else {"stroke-dasharray": "1.6,1.6"}
    if not drawn and not isinstance(mark, Text):
        return ""
    used.update(paints)
    kept = {"d": drawn, "class": " ".join(paints), **told}
    opening = "".join(f' {name}="{value}"' for name, value in kept.items() if value)
    if isinstance(mark, Text):
        return f"<text{opening}>{words.strip()}</text>"
    return f"<path{opening}><title>{words}</title></path>" if words else f"<path{opening}/>"


def _join_points(points: Sequence[Point]) -> str:
    """A line as a path; what is no number is a gap between two lines."""
    runs = groupby(points, key=lambda point: isfinite(point[0]) and isfinite(point[1]))
    return "".join(
        "M" + "L".join(f"{_write(x)} {_write(y)}" for x, y in run) for is_in, run in runs if is_in
    )


def _write(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _draw_axes(canvas: Canvas) -> Axes:
    """The marks of a canvas on its axes, whose scales are real: what is added lands where it ought.

    What a scale writes of itself on a page, the axes write here.
    """
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    (left, right, top, foot), wide, high = canvas.sides, canvas.width, canvas.height
    with mpl.rc_context(fname=Path(__file__).with_name("cchc.mplstyle")):
        if (ax := canvas.ax) is None:
            figure = plt.figure(figsize=(wide / 72, high / 72))
            size = (right - left) / wide, (foot - top) / high
            ax = figure.add_axes((left / wide, 1 - foot / high, *size))
        for part in (ax.patch, ax.xaxis, ax.yaxis, *ax.spines.values()):
            part.set_visible(False)
        place = _set_limits(canvas, ax)
        for mark in canvas.marks:
            if mark.layer not in (SCALE, FRAME):
                artist = _make_artist(mark, transform=place(mark), zorder=1 + mark.layer)
                ax.add_artist(artist).set_clip_on(False)
        for side, (ticks, name, has_grid) in canvas.scales.items():
            axis, spine = (ax.xaxis, "bottom") if side == "x" else (ax.yaxis, "left")
            for part in (axis, ax.spines[spine]):
                part.set_visible(True)
            axis.set_ticks([*ticks], [*ticks.values()])
            axis.grid(visible=has_grid)
            if side == "x":
                ax.set_xlabel(name)
    return cast("Axes", ax)


def _set_limits(canvas: Canvas, ax: Any) -> Callable[[Mark], Any]:
    """Let axes count in the units of a canvas; goes out as what brings a mark to its place there.

    Where ticks are drawn, what lies inside goes along when somebody changes the limits, or another
    plot does that shares them; what stands at the sides or beyond (a name, a line across) stays.
    """
    from matplotlib import transforms as t

    left, right, top, foot = canvas.sides
    sides, read = {"x": (left, right), "y": (foot, top)}, canvas.units if canvas.scales else {}
    (x, end), (y, most) = (sides | canvas.units).values()
    ax.set(xlim=(x, end), ylim=(y, most))
    inside = t.Bbox.from_extents(left, foot, right, top)
    along = t.BboxTransform(inside, t.Bbox.from_extents(x, y, end, most)) + ax.transData
    fixed = t.BboxTransformFrom(inside) + ax.transAxes
    # Words above stay as near as they are on a page, however high the axes.
    upwards = t.Affine2D().translate(0, -top).scale(1 / 72, -1 / 72) + ax.figure.dpi_scale_trans
    above = upwards + t.ScaledTranslation(0, 1, ax.transAxes)

    def place(mark: Mark) -> Any:
        points = [*mark.points] if isinstance(mark, Stroke) else [mark.at]
        if isinstance(mark, Box):
            points.append((mark.at[0] + mark.size[0], mark.at[1] + mark.size[1]))
        ways = []
        for (side, ends), values in zip(sides.items(), zip(*points, strict=True), strict=True):
            is_inside = any(min(ends) < each < max(ends) for each in values)
            ways.append(along if side in read and is_inside else fixed)
        is_above = isinstance(mark, Text) and mark.at[1] < top
        return t.blended_transform_factory(ways[0], above if is_above else ways[1])

    return place


def _make_artist(mark: Mark, **more: Any) -> Any:
    from matplotlib import lines, patches, text

    match mark:
        case Text():
            more |= {"color": ROLES[mark.role], "fontsize": TEXT, "parse_math": False}
            more |= {"ha": mark.ha, "fontweight": "bold" if mark.is_bold else "normal"}
            more["va"] = "center_baseline" if mark.is_middle else "baseline"
            return text.Text(*mark.at, plain(mark.words), **more)
        case Box(at=(x, y), size=(wide, high)):
            more |= {"fc": ROLES[mark.role]} if mark.role else {"fc": "none", "ls": (0, (2, 2))}
            more |= {"ec": ROLES[mark.edge], "linewidth": THIN}
            if mark.is_disc:
                return patches.Ellipse((x + wide / 2, y + high / 2), wide, high, **more)
            return patches.Rectangle((x, y), wide, high, **more)
    xs, ys = map(list, zip(*mark.points, strict=True))
    dots = [at for at, ends in enumerate(pairwise(mark.points), 1) if ends[0] == ends[1]]
    for at in dots:
        # Without any length it would be left out of a picture of points (in JupyterLab).
        ys[at] += 1e-9
    more |= {"color": ROLES[mark.role], "linewidth": mark.width, "snap": not dots and None}
    more["solid_capstyle"] = "round" if mark.is_round else "butt"
    return lines.Line2D(xs, ys, linestyle=(0, mark.dashes) if mark.dashes else "-", **more)


def shorten(words: str, room: float) -> str:
    """Words cut to what fits into some points; the whole of them stands in the table."""
    return shorten_text(words, max(int(room / LETTER), 4))


def shorten_apart(names: Sequence[str], room: float) -> list[str]:
    """Names cut to what fits; those that would read the same keep their ends and lose the middle.

    >>> shorten_apart(["Đồng bằng sông Hồng", "Đồng bằng sông Cửu Long", "Nam Bộ"], 15 * LETTER)
    ['Đồng… sông Hồng', 'Đồng… Cửu Long', 'Nam Bộ']
    """
    cut = {name: shorten(name, room) for name in names}
    counts = Counter(cut.values())
    for name, short in cut.items():
        if counts[short] > 1:
            head = shorten(name, room / 2)
            left = len(name) - max(int(room / LETTER) - len(head) - 1, 1)
            # The end from a word on, if one begins in it.
            begin = name.find(" ", left - 1) + 1 or left
            cut[name] = f"{head} {name[begin:]}"
    return [cut[name] for name in names]


def width_of(words: str) -> float:
    """The room that words take, in points."""
    return len(words) * LETTER


def scale(values: Sequence[float], start: float, end: float) -> Callable[[Any], Any]:
    """A line from the least value at ``start`` to the greatest at ``end``; of a Series too."""
    least, most = min(values), max(values)
    span = most - least or 1.0
    return lambda value: start + (value - least) / span * (end - start)
