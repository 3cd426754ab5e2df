"""A sheet to draw on, and its way from matplotlib to a small inline SVG.

Everything is laid out by hand in points, on axes without ticks or margins: no tight boxes, no
search for places, the same bytes every time. Colours are roles, not values: the page gives each
role a colour for light, dark and paper; the colour written into the SVG is what a notebook shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from markupsafe import Markup, escape

from cchc_analysis.data.words import plain, shorten_text

if TYPE_CHECKING:
    from matplotlib.artist import Artist

WIDTH = 340
"""Width of every chart in points: a phone shows it at its own size, a desktop a little larger."""
TEXT = 11.5
HATCH = 4
LETTER = 6.1
"""Width reserved for a letter at TEXT: the page's font is not known here, so rather too much."""

ROLES: Mapping[str, str] = {
    "ink": "#1a1f24",
    "soft": "#57606a",
    "rule": "#8c959f",
    "deep": "#1b4b73",
    "mid": "#5a8bb8",
    "pale": "#c6d9ea",
    "paper": "#ffffff",
    "alert": "#b04a00",
}
"""Ink, the quiet greys, three steps of one blue that differ in lightness (and so also without
colour), and one accent: what needs attention."""

_ROLE_OF = {value: name for name, value in ROLES.items()}
_COLOUR = re.compile(r"(fill|stroke): (#[0-9a-f]{6}|none)")
_NUMBER = re.compile(r"-?\d+\.\d+")
_ROOM = re.compile(r" ?([A-Za-z]) ?")
_BOX = re.compile(r"M(\S+) (\S+)L(\S+) \2L\3 (\S+)L\1 \4z")
_SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Caption:
    """The words around a chart, safe already.

    Attributes:
        title: What the chart finds; may hold links.
        unit: Unit, window and how to read it.
        source: Where the numbers stand.
        alternative: The numbers in words, for who does not see the picture.
        note: What has to be known besides.
    """

    title: Markup
    unit: Markup
    source: Markup
    alternative: Markup
    note: Markup | None = None


@dataclass
class Canvas:
    """A sheet of ``WIDTH`` points, y downwards, that is cut to its height at the end."""

    _artists: list[Artist] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, height: float, role: str) -> None:
        """A filled bar; a pale one gets an outline, so that it stands out from the paper."""
        from matplotlib.patches import Rectangle

        edge = ROLES["deep"] if role in ("pale", "paper") else ROLES["paper"]
        style: dict[str, Any] = {"facecolor": ROLES[role], "edgecolor": edge, "linewidth": 0.8}
        self._artists.append(Rectangle((x, y), max(width, 0.8), height, **style))

    def hatch(self, x: float, y: float, width: float, height: float) -> None:
        """A part that is contested: hatched, so that it differs without colour too."""
        from matplotlib.patches import PathPatch, Rectangle
        from matplotlib.path import Path

        wide = max(width, 2.0)
        ends: list[tuple[float, float]] = []
        # Drawn as lines: a matplotlib hatch is a pattern of forty lines whatever its size.
        for step in range(0, int(wide + height) + 1, HATCH):
            left, right = max(step - height, 0), min(step, wide)
            ends += [(x + left, y + step - left), (x + right, y + step - right)]
        codes = [Path.MOVETO, Path.LINETO] * (len(ends) // 2)
        edge: dict[str, Any] = {"edgecolor": ROLES["alert"], "linewidth": 1}
        self._artists.append(Rectangle((x, y), wide, height, facecolor=ROLES["paper"], **edge))
        self._artists.append(PathPatch(Path(ends, codes), facecolor="none", **edge))

    def shape(self, points: Sequence[tuple[float, float]], role: str) -> None:
        """A filled polygon without an outline."""
        from matplotlib.patches import Polygon

        self._artists.append(Polygon(points, closed=True, facecolor=ROLES[role], linewidth=0))

    def line(
        self,
        points: Sequence[tuple[float, float]],
        role: str,
        width: float = 0.8,
        *,
        round_ends: bool = False,
    ) -> None:
        """A line through points."""
        from matplotlib.lines import Line2D

        xs, ys = zip(*points, strict=True)
        ends: Any = "round" if round_ends else "butt"
        style: dict[str, Any] = {"color": ROLES[role], "linewidth": width}
        self._artists.append(Line2D(xs, ys, solid_capstyle=ends, **style))

    def dot(self, x: float, y: float, role: str, *, hollow: bool = False) -> None:
        """A point; a hollow one is contested."""
        self.line([(x, y), (x, y)], role, 10, round_ends=True)
        if hollow:
            self.line([(x, y), (x, y)], "paper", 5.5, round_ends=True)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        role: str = "ink",
        *,
        at: str = "left",
        bold: bool = False,
    ) -> None:
        """Text on the line ``y``, as text."""
        from matplotlib.text import Text

        style: dict[str, Any] = {"color": ROLES[role], "fontsize": TEXT, "ha": at}
        style |= {"va": "baseline", "fontweight": "bold" if bold else "normal"}
        # A dollar sign starts a formula in matplotlib, and a district may be called anything.
        self._artists.append(Text(x, y, plain(words), parse_math=False, **style))

    def to_svg(self, height: float) -> str:
        """The sheet as SVG: shapes and texts, without title, ids or fonts."""
        import io

        import matplotlib as mpl
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72)
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
        axes.set_axis_off()
        for artist in self._artists:
            axes.add_artist(artist).set_clip_on(False)
        buffer = io.StringIO()
        with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "cchc"}):
            figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
        return _slim(buffer.getvalue())


def frame(svg: str, caption: Caption, key: str) -> Markup:
    """A chart with its words: title, unit, picture with a text alternative, source and note."""
    picture = Markup(svg).replace(  # noqa: S704 - its texts were escaped when it was drawn
        Markup("<svg "),
        Markup('<svg role="img" aria-labelledby="{k}-t {k}-d" ').format(k=key),
        1,
    )
    words = Markup('><title id="{k}-t">{t}</title><desc id="{k}-d">{d}</desc>').format(
        k=key, t=caption.title.striptags(), d=caption.alternative.striptags()
    )
    note = Markup(" {}").format(caption.note) if caption.note else ""
    return Markup(
        '<figure class="chart"><figcaption><b>{}</b> <span>{}</span></figcaption>{}'
        '<p class="src">{}{}</p></figure>\n'
    ).format(caption.title, caption.unit, picture.replace(">", words, 1), caption.source, note)


def shorten(words: str, room: float) -> str:
    """Words cut to what fits into some points; the whole of them stands in the table."""
    return shorten_text(words, max(int(room / LETTER), 4))


def width_of(words: str) -> float:
    """The room that words take, in points."""
    return len(words) * LETTER


def _slim(svg: str) -> str:
    """Keep the shapes and texts of a matplotlib SVG; drop groups, ids, fonts and precision."""
    root = ET.fromstring(svg)  # noqa: S314 - matplotlib has just written it
    drawn = [_slim_element(element) for element in root.iter()]
    box = _round(root.attrib["viewBox"])
    size = f'width="{WIDTH}" font-size="{TEXT:g}"'
    return f'<svg viewBox="{box}" {size}>{"".join(drawn)}</svg>'


def _slim_element(element: ET.Element) -> str:
    style = element.attrib.get("style", "")
    if element.tag == f"{_SVG}text":
        return _slim_text(element, style)
    if element.tag == f"{_SVG}path" and "#" in style:
        return f'<path d="{_shorten_path(element.attrib["d"])}"{_paint(style)}/>'
    return ""


def _shorten_path(path: str) -> str:
    """A path without needless room; a box by its two corners."""
    tight = _ROOM.sub(r"\1", " ".join(_round(path).split()))
    return _BOX.sub(r"M\1 \2H\3V\4H\1z", tight)


def _slim_text(element: ET.Element, style: str) -> str:
    anchor = re.search(r"text-anchor: (middle|end)", style)
    marks = f' text-anchor="{anchor[1]}"' if anchor else ""
    marks += ' font-weight="700"' if "font-weight: 700" in style else ""
    x, y = _round(element.attrib["x"]), _round(element.attrib["y"])
    words = escape("".join(element.itertext()).strip())
    return f'<text x="{x}" y="{y}"{marks}{_paint(style)}>{words}</text>'


def _paint(style: str) -> str:
    """Colours as classes, which the page colours, and as attributes, which a notebook shows."""
    classes, marks = [], []
    for what, colour in _COLOUR.findall(style):
        if colour == ROLES["ink"] and what == "fill":
            continue
        marks.append(f' {what}="{colour}"')
        if colour in _ROLE_OF:
            classes.append(f"{what[0]}-{_ROLE_OF[colour]}")
    if "stroke: #" in style:
        width = re.search(r"stroke-width: ([\d.]+)", style)
        marks.append(f' stroke-width="{_round(width[1])}"' if width else "")
        marks.append(' stroke-linecap="round"' if "stroke-linecap: round" in style else "")
    return f' class="{" ".join(classes)}"{"".join(marks)}' if classes else "".join(marks)


def _round(numbers: str) -> str:
    return _NUMBER.sub(lambda match: f"{float(match[0]):.1f}".removesuffix(".0"), numbers)
