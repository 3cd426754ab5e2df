"""A matplotlib figure into the SVG that stands on a page.

Any figure goes in, ours or a researcher's; out comes the same picture, small and the same to the
byte: text as text, no metadata, no fonts, no ids but those that it refers to. A colour that is one
of ``ROLES`` becomes a class, to which the page gives a colour for light, dark and paper; a rule
without weight inside the picture gives the colour that it has anywhere else. What an artist is
marked with (``mark``) becomes its ``<title>``.
"""

from __future__ import annotations

import io
import re
import zlib
from itertools import cycle
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from markupsafe import Markup, escape

from cchc_analysis.brief.plots.canvas import ROLES, TEXT, TITLE, in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROLE_OF = {value: name for name, value in ROLES.items()} | {"#000000": "ink"}
"""The role of a colour; matplotlib's own black has to be seen in the dark too."""
_KEPT = (
    *("x", "y", "width", "height", "transform", "clip-path", "clip-rule", "preserveAspectRatio"),
    *("opacity", "fill-opacity", "stroke-opacity", "stroke-width", "stroke-dasharray"),
    *("stroke-linecap", "font-size", "font-weight", "font-style", "text-anchor", "patternUnits"),
)
"""What an element may keep, as attributes; colours and paths are told on their own."""
_DEFAULTS = {
    *(("stroke-width", "0.8"), ("stroke-linecap", "round"), ("font-size", f"{TEXT:g}px")),
    *(("font-style", "normal"), ("font-weight", "400"), ("text-anchor", "start")),
}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_DECIMAL = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_ROOM = re.compile(r" ?([A-Za-z]) ?")
_BOX = re.compile(r"M(\S+) (\S+)L(\S+) \2L\3 (\S+)L\1 \4z")
_NO_TURN = re.compile(r"rotate\(-?0 [^)]*\)")
_PATH = "{http://www.w3.org/2000/svg}path"
_THIN = 1.0
"""Points up to which nobody sees how a line ends."""
_HREF = "{http://www.w3.org/1999/xlink}href"


def to_svg(figure: Figure) -> Markup:
    """A figure as inline SVG, without a name of its own: the page gives it one.

    Args:
        figure: Any figure; it is not changed.
    """
    buffer = io.StringIO()
    with in_style():
        figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    root = ET.fromstring(buffer.getvalue())  # noqa: S314 - matplotlib has just written it
    marks = {each.attrib["id"]: each for each in root.iter(_PATH) if "id" in each.attrib}
    drawn = "".join(_tell(each, marks) for each in root)
    own = f"v{zlib.crc32(drawn.encode()):x}-"
    drawn = re.sub(r'(?<= id=")|(?<=url\(#)', own, drawn)
    used = sorted(set(re.findall(r'[ "]([fs]-\w+)(?=[ "])', drawn)))
    box = _round(root.attrib["viewBox"])
    size = f'viewBox="{box}" width="{box.split()[2]}" font-size="{TEXT:g}"'
    rules = f":where(text){{fill:{ROLES['ink']}}}" + "".join(map(_rule, used))
    return Markup(  # noqa: S704 - its texts are escaped below
        f'<svg {size} fill="none" stroke-width="0.8" stroke-linecap="round">'
        f"<style>{rules}</style>{drawn}</svg>"
    )


def _rule(name: str) -> str:
    what = "fill" if name[0] == "f" else "stroke"
    return f":where(.{name}){{{what}:{ROLES[name[2:]]}}}"


def _tell(element: ET.Element, marks: dict[str, ET.Element]) -> str:
    """An element and what it holds; groups that say nothing are left out."""
    tag = element.tag.partition("}")[2]
    if tag in ("metadata", "style") or (tag == "path" and "id" in element.attrib):
        return ""
    if tag == "use":
        shape = marks[element.attrib.pop(_HREF)[1:]].attrib["d"]
        return _tell_shape(_shift(shape, *(element.attrib.pop(each) for each in "xy")), element)
    if tag == "path":
        return _tell_shape(element.attrib.get("d", ""), element)
    told = "".join(_tell(each, marks) for each in element)
    if tag in ("text", "tspan"):
        told = str(escape((element.text or "").strip())) + told
    return _wrap(tag, element, told)


def _wrap(tag: str, element: ET.Element, told: str) -> str:
    name = element.attrib.get("id", "")
    if name.startswith(TITLE) and told:
        title = f"<title>{escape(name.removeprefix(TITLE))}</title>"
        if told.count("<") == 1:
            return f"{told.removesuffix('/>')}>{title}</path>"
        told = title + told
    attributes = _paint(element)
    if tag in ("clipPath", "pattern"):
        attributes = f' id="{name}"{attributes}'
    if tag == "image":
        return f'<image href="{element.attrib[_HREF]}"{attributes}/>'
    is_group = tag in ("g", "defs")
    if is_group and (not told or not (attributes or name.startswith(TITLE))):
        return told
    return f"<{tag}{attributes}>{told}</{tag}>"


def _shift(path: str, x: str, y: str) -> str:
    """A path moved: matplotlib writes its marks around 0, in absolute pairs."""
    by = cycle((float(x), float(y)))
    return _NUMBER.sub(lambda number: f"{float(number[0]) + next(by):.6f}", path)


def _tell_shape(path: str, painted: ET.Element) -> str:
    style = painted.attrib.get("style", "")
    path = _ROOM.sub(r"\1", " ".join(_round(path).split()))
    if not path or ("fill: none" in style and "stroke:" not in style):
        return ""
    corners = _BOX.sub(r"M\1 \2H\3V\4H\1z", path)
    return f'<path d="{corners}"{_paint(painted)}/>'


def _paint(element: ET.Element) -> str:
    """Colours as classes where they are roles; all else as attributes, where it says something."""
    pairs = (part.partition(":") for part in element.attrib.get("style", "").split(";") if part)
    found = {name.strip(): value.strip() for name, _, value in pairs} | element.attrib
    if element.tag.endswith(("}path", "}use")):
        found.setdefault("fill", "#000000")  # matplotlib leaves it out
        if "stroke" in found and float(found.get("stroke-width", "1")) > _THIN:
            found.setdefault("stroke-linecap", "butt")
    if element.tag.endswith("}text") and found.get("fill") == ROLES["ink"]:
        del found["fill"]  # what a page gives its texts
    colours = [(what, found[what]) for what in ("fill", "stroke") if what in found]
    classes = [f"{what[0]}-{_ROLE_OF[colour]}" for what, colour in colours if colour in _ROLE_OF]
    marks = [
        f' {what}="{colour}"'
        for what, colour in colours
        if colour not in _ROLE_OF and (what, colour) != ("fill", "none")
    ]
    marks += [
        f' {name}="{_round(value).removesuffix("px")}"'
        for name in _KEPT
        if (value := _NO_TURN.sub("", found.get(name, "")))
        and (name, value) not in _DEFAULTS
        and (not name.startswith("stroke") or "stroke" in found)
    ]
    return (f' class="{" ".join(classes)}"' if classes else "") + "".join(marks)


def _round(numbers: str) -> str:
    return _DECIMAL.sub(lambda match: f"{float(match[0]):.1f}".removesuffix(".0"), numbers)
