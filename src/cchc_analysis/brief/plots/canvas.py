"""What every chart is made of: axes in our style, colours by role, marks with their words.

``Canvas`` is for charts without a scale to read: positions in points, y downwards, whatever the
width of the axes. Knows nothing of what is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, wraps
from io import StringIO
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast

from markupsafe import Markup

from cchc_analysis.data.words import plain, shorten_text
from cchc_analysis.errors import CommandError, Problem

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point = tuple[float, float]
Place = tuple[tuple[float, str], tuple[float, str]]
Margins = tuple[float, float, float, float]
Format = Callable[[float], str]
PLAIN: Format = "{:g}".format
"""How a number is written where nobody says otherwise."""
P = ParamSpec("P")

WIDTH = 340.0
"""Width of a chart in points: a phone shows it at its own size, a desktop a little larger."""
TEXT = 11.5
LINE = 14.0
GAP = 4.0
HATCH = 4
LETTER = 6.1
"""Width reserved for a letter at TEXT: the page's font is not known here, so rather too much."""
TITLE = "title: "
"""How the id of an artist begins that says what the artist is (``mark``)."""

ROLES: Mapping[str, str] = {
    "ink": "#1a1f24",
    "soft": "#57606a",
    "rule": "#8c959f",
    "hair": "#d5dbe1",
    "deep": "#1b4b73",
    "mid": "#5a8bb8",
    "pale": "#c6d9ea",
    "paper": "#ffffff",
    "alert": "#b04a00",
    "t1": "#dce8f3",
    "t2": "#b4cfe6",
    "t3": "#86b0d5",
    "t4": "#3f74a8",
}
"""Ink, the quiet greys, three steps of one blue that differ in lightness (and so also without
colour), one accent for what needs attention, and the steps of a map, whose last one is ``deep``."""


@cache
def style() -> Any:
    """The settings of ``cchc.mplstyle``."""
    import matplotlib as mpl

    path = Path(__file__).with_name("cchc.mplstyle")
    return dict(mpl.rc_params_from_file(path, use_default_template=False))


@contextmanager
def in_style() -> Iterator[None]:
    """Our style as long as it is needed: ``rc_context`` keeps and checks all settings there are."""
    import matplotlib as mpl

    held: Any = mpl.rcParams
    before = {name: dict.__getitem__(held, name) for name in style()}
    dict.update(held, style())  # checked when the file was read
    try:
        yield
    finally:
        dict.update(held, before)


Plot = Callable[Concatenate[Any, P], "Axes"]


def drawn_from(columns: str = "", *, is_sketched: bool = False) -> Callable[[Plot[P]], Plot[P]]:
    """Let a plot draw in our style, and leave that of the caller as it was.

    Args:
        columns: What the table that it is given has to have, with spaces between; without any it
            takes what it likes.
        is_sketched: Whether it draws on what ``open_canvas`` gives, and on that alone.
    """

    def style_plot(plot: Plot[P]) -> Plot[P]:
        @wraps(plot)
        def draw(data: Any, *args: P.args, **kwargs: P.kwargs) -> Axes:
            _check_columns(plot.__name__, data, columns.split())
            with in_style():
                return plot(data, *args, **kwargs)

        vars(draw)["is_sketched"] = is_sketched
        return cast("Plot[P]", draw)

    return style_plot


def _check_columns(plot: str, data: Any, columns: Sequence[str]) -> None:
    """Refuse what a plot cannot draw.

    Raises:
        CommandError: It is no table, lacks a column, or has no row.
    """
    held = [str(each) for each in getattr(data, "columns", ())]
    lacking = [each for each in columns if each not in held]
    expected = f"a DataFrame with the columns {', '.join(columns)}" if columns else "one at least"
    if not hasattr(data, "index") or callable(data.index):
        found, remedy = f"a {type(data).__name__}", "Make a table of pandas of it."
    elif lacking:
        found = f"the columns {', '.join(held)}" if held else "no columns"
        remedy = f"Add {', '.join(lacking)}, or rename what holds them; help({plot}) says more."
    elif len(data) == 0:
        found, remedy = "a table without rows", "Ask first whether there is anything to draw."
    else:
        return
    raise CommandError(Problem(plot, found, expected, remedy))


def draw(
    plot: Callable[Concatenate[Any, P], Axes], data: Any, *args: P.args, **kwargs: P.kwargs
) -> Figure:
    """The figure of a plot, at its natural size, and not left open in pyplot."""
    from matplotlib import pyplot as plt

    drawn: Any = plot(data, *args, **kwargs)
    plt.close(drawn.figure)
    figure: Figure = drawn.figure
    return figure


def sketch(plot: Callable[..., Any], data: Any) -> str:
    """The SVG of a plot; of one that draws without axes without making any."""
    from cchc_analysis.brief.plots.backend import Sketch

    if not getattr(plot, "is_sketched", False):
        return to_svg(draw(plot, data))
    svg: str = plot(data, Sketch()).finish()
    return svg


def to_svg(figure: Figure) -> Markup:
    """A figure that a plot has drawn as inline SVG; it is not changed."""
    held = StringIO()
    backend = "module://cchc_analysis.brief.plots.backend"
    with in_style():
        figure.savefig(held, format="svg", backend=backend, transparent=True)
    return Markup(held.getvalue())  # noqa: S704 - its texts are escaped there


def open_axes(
    ax: Axes | None, height: float, margins: Margins = (0, 0, 0, 0), *, width: float = WIDTH
) -> Any:
    """The given axes, or new ones: of a size in points, with margins left, right, top, bottom."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    from cchc_analysis.brief.plots.backend import LazyAxes

    left, right, top, bottom = margins
    figure = plt.figure(figsize=(width / 72, height / 72))
    size = (1 - (left + right) / width, 1 - (top + bottom) / height)
    place = (left / width, bottom / height, *size)
    return figure.add_axes(place, axes_class=LazyAxes)


def note(ax: Any, words: str, at: Place, shift: Point, **more: Any) -> None:
    """Quiet words some points beside a place, whatever the size of the axes.

    Both positions of a place say what they count: ``data`` or ``axes fraction``.
    """
    (x, across), (y, upwards) = at
    own = {"color": ROLES["soft"], "annotation_clip": False, "parse_math": False} | more
    place = {"xycoords": (across, upwards), "textcoords": "offset points"}
    ax.annotate(plain(words), (x, y), shift, **place, **own)


def mark(artist: Artist, words: str) -> None:
    """Say what an artist is: shown where the pointer rests, read where the picture is not seen."""
    artist.set_gid(f"{TITLE}{plain(words)}")


def free(ax: Any) -> Axes:
    """The same axes; what stands at an edge is drawn whole."""
    for artist in ax.get_children():
        artist.set_clip_on(False)
    axes: Axes = ax
    return axes


def shorten(words: str, room: float) -> str:
    """Words cut to what fits into some points; the whole of them stands in the table."""
    return shorten_text(words, max(int(room / LETTER), 4))


def width_of(words: str) -> float:
    """The room that words take, in points."""
    return len(words) * LETTER


def scale(values: Sequence[float], start: float, end: float) -> Callable[[float], float]:
    """A line from the least value at ``start`` to the greatest at ``end``."""
    least, most = min(values), max(values)
    span = most - least or 1.0
    return lambda value: start + (value - least) / span * (end - start)


def open_canvas(ax: Axes | None) -> Canvas:
    """A ``Canvas`` on axes; a ``Sketch`` as it is."""
    return cast("Canvas", ax) if hasattr(ax, "finish") else Canvas(ax)


class Canvas:
    """Axes on which positions are points, y downwards; closed with the height that it took."""

    def __init__(self, ax: Axes | None, *, width: float = WIDTH) -> None:
        self._is_own = ax is None
        self.ax = open_axes(ax, 100.0, width=width)
        figure: Any = self.ax.figure
        self.width = float(self.ax.bbox.width) * 72 / float(figure.dpi)
        self.ax.set_axis_off()
        self.ax.set_xlim(0, self.width)

    def close(self, height: float) -> Axes:
        """The axes, cut to their height."""
        height = max(height, 1.0)
        self.ax.set_ylim(height, 0)
        figure: Any = self.ax.figure
        if self._is_own:
            figure.set_size_inches(self.width / 72, height / 72)
        axes: Axes = self.ax
        return axes

    def box(self, at: Point, size: Point, role: str, words: str = "", edge: str = "") -> None:
        """A filled bar; a pale one gets an outline, so that it stands out from the paper."""
        from matplotlib.patches import Rectangle

        edge = edge or ("deep" if role in ("pale", "paper") else "paper")
        self.add(Rectangle(at, max(size[0], 0.8), size[1], fc=ROLES[role], ec=ROLES[edge]), words)

    def hatch(self, at: Point, size: Point, words: str = "") -> None:
        """A part that is contested: hatched, so that it differs without colour too."""
        (x, y), wide, height = at, max(size[0], 2.0), size[1]
        ends: list[Point] = []
        # Drawn as lines: a matplotlib hatch is a pattern of forty lines whatever its size.
        for step in range(HATCH, int(wide + height) + 1, HATCH):
            left, right = max(step - height, 0), min(step, wide)
            ends += [(x + left, y + step - left), (x + right, y + step - right), (nan, nan)]
        self.box(at, (wide, height), "paper", words, edge="alert")
        if ends:
            self.line(ends[:-1], "alert")

    def line(
        self, points: Sequence[Point], role: str, width: float = 0.8, words: str = "", **more: Any
    ) -> None:
        """A line through points."""
        xs, ys = zip(*points, strict=True)
        stroke(self.ax, xs, ys, role, width, words, **more)

    def text(self, at: Point, words: str, role: str = "ink", **more: Any) -> None:
        """Text on its base line."""
        from matplotlib.text import Text

        own: dict[str, Any] = {"color": ROLES[role], "fontsize": TEXT, "parse_math": False} | more
        self.add(Text(*at, plain(words), **own))

    def add(self, artist: Artist, words: str = "") -> None:
        """Any artist, with words for what it is."""
        self.ax.add_artist(artist).set_clip_on(False)
        if words:
            mark(artist, words)


def stroke(
    ax: Any, xs: Any, ys: Any, role: str, width: float = 0.8, words: str = "", **more: Any
) -> None:
    """A line with flat ends; ``Axes.plot`` takes ten times as long to find out what it is given."""
    import numpy as np
    from matplotlib.lines import Line2D

    xs, ys = np.asarray(xs, float), np.array(ys, float)
    # A dot is a line without length, which a picture of points (in JupyterLab) would leave out.
    is_dot = (np.diff(xs) == 0) & (np.diff(ys) == 0)
    ys[1:] += 1e-9 * is_dot
    own = {"solid_capstyle": "butt", "clip_on": False, "snap": False if is_dot.any() else None}
    style: dict[str, Any] = own | more
    line = ax.add_line(Line2D(xs, ys, color=ROLES[role], linewidth=width, **style))
    if words:
        mark(line, words)


def dot(ax: Any, x: float, y: float, role: str, words: str = "", *, hollow: bool = False) -> None:
    """A point; a hollow one is contested. A line without length: smaller than a marker."""
    stroke(ax, [x, x], [y, y], role, 10, words, solid_capstyle="round")
    if hollow:
        stroke(ax, [x, x], [y, y], "paper", 5.5, words, solid_capstyle="round")
