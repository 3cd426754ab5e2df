"""What matplotlib does for our charts: axes that make ticks when they draw them, and small SVG.

A backend as matplotlib loads one (``FigureCanvas``): a plot of ours goes in, the same picture comes
out, small and the same to the byte, with text as text. A colour that is one of ``ROLES`` becomes a
class, to which the page gives a colour for light, dark and paper; a rule without weight inside the
picture gives the colour that it has anywhere else. What an artist is marked with (``mark``) becomes
its ``<title>``. What no plot of ours draws is not written: images, hatches, what is clipped.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

from markupsafe import escape
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureCanvasBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.font_manager import weight_dict
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from cchc_analysis.brief.plots.canvas import LETTER, ROLES, TEXT, TITLE, WIDTH, Canvas, Point
from cchc_analysis.data.words import plain

_ROLE_OF = {value: name for name, value in ROLES.items()} | {"#000000": "ink"}
"""The role of a colour; matplotlib's own black has to be seen in the dark too."""
_CURVES = {Path.CURVE3: "Q", Path.CURVE4: "C"}
_LETTER_OF = {Path.MOVETO: "M", Path.LINETO: "L", Path.CLOSEPOLY: "z"} | _CURVES
_BOX = re.compile(r"M(\S+) (\S+)L(\S+) \2L\3 (\S+)L\1 \4z")
_ANCHORS = {"center": "middle", "right": "end"}
_CAPS = {"projecting": "square", "butt": "butt"}
_PAINTS = {"f": "fill", "s": "stroke"}
_STROKE = 0.8
"""Width of a line where a picture says nothing."""
_THIN = 1.0
"""Points up to which nobody sees how a line ends."""
_HEIGHTS = (0.76, 0.24, 0.2)
"""Of a font, by its size: above and below the base line, between lines."""


class LazyAxes(Axes):
    """Axes whose ticks are made when they are first asked for.

    matplotlib means this too, and makes them all the same while it sets what they look like: two
    thirds of the time that axes take to open.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for axis in (self.xaxis, self.yaxis):

            def forget(own: Any = axis) -> None:
                """As matplotlib, but for making them anew to tell them where they are clipped."""
                for name in ("majorTicks", "minorTicks"):
                    vars(own).pop(name, None)

            axis.reset_ticks = forget  # type: ignore[method-assign]
            axis.reset_ticks()

    def _init_axis(self) -> None:
        super()._init_axis()  # type: ignore[misc]  # what every kind of axes has
        for axis in (self.xaxis, self.yaxis):
            axis.majorTicks, axis.minorTicks = [], []
            axis.reset_ticks = lambda: None  # type: ignore[method-assign]


class PageRenderer(RendererBase):
    """Writes what is drawn as SVG, in points, y downwards."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height
        self._flip = Affine2D().scale(1, -1).translate(0, height)
        self._parts: list[str] = []
        self._opened: list[tuple[int, str]] = []
        self._used: set[str] = set()

    def finish(self) -> str:
        """The whole picture, without a name of its own: the page gives it one."""
        width, height = _write(self.width), _write(self.height)
        used = ((name, _PAINTS[name[0]], ROLES[name[2:]]) for name in sorted(self._used))
        rules = [f":where(.{name}){{{what}:{colour}}}" for name, what, colour in used]
        return (
            f'<svg viewBox="0 0 {width} {height}" width="{width}" font-size="{TEXT:g}" fill="none"'
            f' stroke-width="{_STROKE}" stroke-linecap="round">'
            f"<style>:where(text){{fill:{ROLES['ink']}}}{''.join(rules)}</style>"
            f"{''.join(self._parts)}</svg>"
        )

    def flipy(self) -> bool:
        return True

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> Any:
        """What a text takes: counted by letters, since the font of the page is not known here."""
        above, below, _ = self._get_font_height_metrics(prop)
        return len(s) * prop.get_size() * LETTER / TEXT, above + below, below

    def _get_font_height_metrics(self, prop: Any) -> list[float]:
        """What matplotlib otherwise looks up in the file of a font, for every text anew."""
        return [each * prop.get_size() for each in _HEIGHTS]

    def open_group(self, s: str, gid: str | None = None) -> None:
        self._opened.append((len(self._parts), gid or ""))

    def close_group(self, s: str) -> None:
        start, name = self._opened.pop()
        own = self._parts[start:]
        if own and name.startswith(TITLE):
            title = f"<title>{escape(name.removeprefix(TITLE))}</title>"
            single = [f"{own[0].removesuffix('/>')}>{title}</path>"]
            self._parts[start:] = single if len(own) == 1 else ["<g>", title, *own, "</g>"]

    def draw_path(self, gc: Any, path: Path, transform: Any, rgbFace: Any = None) -> None:
        is_line, width = rgbFace is None, gc.get_linewidth()
        drawn = self._write_path(path, transform + self._flip, is_line=is_line)
        if not drawn or (is_line and not width):
            return
        stroke = gc.get_rgb() if width else None
        told = {
            "fill-opacity": _write(1 if is_line else rgbFace[3]),
            "stroke-opacity": _write(stroke[3] if stroke else 1),
        }
        if stroke:
            told["stroke-width"] = "" if width == _STROKE else _write(width)
            told["stroke-dasharray"] = ",".join(map(_write, gc.get_dashes()[1] or ()))
            told["stroke-linecap"] = _CAPS.get(gc.get_capstyle(), "") if width > _THIN else ""
        colours = {"fill": rgbFace, "stroke": stroke}
        self._put(drawn, told, {w: to_hex(each) for w, each in colours.items() if each is not None})

    def draw_text(self, gc: Any, x: float, y: float, s: str, *font: Any, **more: Any) -> None:
        (prop, angle), text = font, more.get("mtext")
        if more.get("ismath"):
            super().draw_text(gc, x, y, s, *font, **more)
            return
        if text is not None and not angle:
            x = text.get_transform().transform(text.get_unitless_position())[0]
        weight = weight_dict.get(prop.get_weight(), prop.get_weight())
        told = {
            "x": _write(x),
            "y": _write(y),
            "transform": f"rotate({_write(-angle)} {_write(x)} {_write(y)})" if angle else "",
            "font-size": "" if prop.get_size() == TEXT else _write(prop.get_size()),
            "font-weight": "" if weight == weight_dict["normal"] else str(weight),
            "font-style": "" if prop.get_style() == "normal" else prop.get_style(),
            "text-anchor": "" if text is None or angle else _ANCHORS.get(text.get_ha(), ""),
        }
        colour = to_hex(gc.get_rgb())
        paint = self._colour({"fill": colour}) if _ROLE_OF.get(colour) != "ink" else ""
        self._parts.append(f"<text{paint}{_join(told)}>{escape(s.strip())}</text>")

    def _write_path(self, path: Path, transform: Any, *, is_line: bool) -> str:
        """A path as text; a box in fewer letters than its corners take."""
        kept: Any = path.cleaned(
            transform,
            remove_nans=True,
            clip=(0, 0, self.width, self.height) if is_line else None,
            simplify=path.should_simplify and is_line,
            curves=True,
        )
        told, before = "", Path.STOP
        for code, (x, y) in zip(kept.codes.tolist()[:-1], kept.vertices.tolist(), strict=False):
            letter = " " if code == before and code in _CURVES else _LETTER_OF[code]
            told += letter if letter == "z" else f"{letter}{_write(x)} {_write(y)}"
            before = code
        return _BOX.sub(r"M\1 \2H\3V\4H\1z", told)

    def _put(self, drawn: str, told: Mapping[str, str], colours: Any, words: str = "") -> None:
        end = f"><title>{escape(plain(words))}</title></path>" if words else "/>"
        self._parts.append(f'<path d="{drawn}"{self._colour(colours)}{_join(told)}{end}')

    def _colour(self, told: Mapping[str, str]) -> str:
        """Colours as classes where they are roles."""
        names = [f"{what[0]}-{_ROLE_OF[each]}" for what, each in told.items() if each in _ROLE_OF]
        self._used.update(names)
        classes = f' class="{" ".join(names)}"' if names else ""
        return classes + _join({w: each for w, each in told.items() if each not in _ROLE_OF})


class Sketch(PageRenderer):
    """A ``Canvas`` without axes: the same SVG, written at once.

    As matplotlib does, it lays lines over boxes, and words over both.
    """

    hatch = Canvas.hatch

    def __init__(self, width: float = WIDTH, height: float = 0.0) -> None:
        super().__init__(width, height)
        self._words: list[str] = []
        self._boxes: list[str] = []

    def close(self, height: float) -> Sketch:
        """``Canvas.close``."""
        self.height = max(height, 1.0)
        return self

    def finish(self) -> str:
        """The whole picture."""
        self._parts = [*self._boxes, *self._parts, *self._words]
        return super().finish()

    def box(self, at: Point, size: Point, role: str, words: str = "", edge: str = "") -> None:
        """``Canvas.box``."""
        edge = edge or ("deep" if role in ("pale", "paper") else "paper")
        far = at[0] + max(size[0], 0.8), at[1] + size[1]
        left, top, right, bottom = map(_write, (*at, *far))
        colours = {"fill": ROLES[role], "stroke": ROLES[edge]}
        self._put(f"M{left} {top}H{right}V{bottom}H{left}z", {}, colours, words)
        self._boxes.append(self._parts.pop())

    def text(self, at: Point, words: str, role: str = "ink", **more: Any) -> None:
        """``Canvas.text``."""
        weight = weight_dict[more.get("fontweight", "normal")]
        told = {
            "x": _write(at[0]),
            "y": _write(at[1]),
            "font-weight": "" if weight == weight_dict["normal"] else str(weight),
            "text-anchor": _ANCHORS.get(more.get("ha", "left"), ""),
        }
        paint = "" if role == "ink" else self._colour({"fill": ROLES[role]})
        if words := plain(words).strip():
            self._words.append(f"<text{paint}{_join(told)}>{escape(words)}</text>")

    def line(
        self, ends: Sequence[Point], role: str, width: float = _STROKE, words: str = "", **more: Any
    ) -> None:
        """``Canvas.line``."""
        _, dashes = more.get("linestyle", (0, ()))
        told = {
            "stroke-width": "" if width == _STROKE else _write(width),
            "stroke-dasharray": ",".join(_write(each * width) for each in dashes),
            "stroke-linecap": "butt" if width > _THIN and "solid_capstyle" not in more else "",
        }
        places = ("" if isnan(x) else f"{_write(x)} {_write(y)}" for x, y in ends)
        drawn = "L".join(places).replace("LL", "M")  # a gap between two lines
        self._put(f"M{drawn}", told, {"stroke": ROLES[role]}, words)


class FigureCanvas(FigureCanvasBase):
    """What ``savefig`` asks for the picture."""

    fixed_dpi = 72
    filetypes = {"svg": "SVG of a page"}  # noqa: RUF012 - as matplotlib declares it

    def print_svg(self, out: io.StringIO, **_: Any) -> None:
        """Write the figure."""
        figure: Any = self.figure
        figure.dpi = self.fixed_dpi
        renderer = PageRenderer(*(figure.get_size_inches() * self.fixed_dpi))
        figure.draw(renderer)
        out.write(renderer.finish())


def _write(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _join(told: Mapping[str, str]) -> str:
    """Attributes; those that say nothing are left out."""
    kept = {name: value for name, value in told.items() if value}
    kept = {n: value for n, value in kept.items() if value != "1" or not n.endswith("opacity")}
    return "".join(f' {name}="{value}"' for name, value in kept.items())
