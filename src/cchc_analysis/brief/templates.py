"""The templates of pages: the one place where data become HTML.

Sections are told by templates in ``notebooks/page``, with one macro for each kind of thing. They
get data that are ready to be shown; every text is escaped unless it is ``Markup`` already, and a
name that the data do not hold is an error, never an empty place.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import MethodType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import pandas as pd
from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
)
from jinja2 import __version__ as jinja_version
from markupsafe import Markup, escape

from cchc_analysis.data.records import problem
from cchc_analysis.data.words import Words, bare_name, clean_text
from cchc_analysis.errors import BriefError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MACROS = "macros.html.j2"
SISTERS = ("", "a-z", "trends", "contradictions", "quality", "definitions", "method")
"""The pages of a language besides its briefs, by folder, in reading order; templates know them."""
PAGES = "application/vnd.cchc.pages+json"
"""The form in which a section hands over what belongs on pages of their own."""
STYLE = "page.css"
LOOK = '<div class="cchc"><style>'
LOOK_ENDS = "</style><!--cchc-->"
"""What stands around the style of a section in a notebook; ``index.html.j2`` knows it, too."""

_ONLY = re.compile(r"/\* only (\w+)\b[^*]*\*/(.*?)/\* end \*/", re.DOTALL)
_SPACE = re.compile(r"/\*.*?\*/|\s*\n\s*|(?<=[{};:,])\s+|\s+(?=[{}])|;\s*(?=\})", re.DOTALL)
_FONT = re.compile(r"@font-face\{[^{}]*\}")
_SHEET = re.compile(r"@page\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_ROOT = re.compile(r"(?<=[{},])(?::root|html|body)(?=\{)")
_DARK = re.compile(r"@media \(prefers-color-scheme:dark\)\{&\{([^{}]*)\}\}")
_THEMES = (
    "body[data-jp-theme-light=true] &{color-scheme:light}"
    r"body[data-jp-theme-light=false] &{color-scheme:dark;\1}"
    r"@media (prefers-color-scheme:dark){body:not([data-jp-theme-light]) &{\1}}"
)
"""JupyterLab's own theme decides whether its cells are dark; elsewhere the system does."""
_RESET = (
    "&{font-size:1rem}table{font-size:inherit;margin:0;color:inherit;table-layout:auto}"
    "tr:nth-child(n){background:none}"
)
"""What JupyterLab lays on the tables of a notebook, taken back."""


@dataclass(frozen=True, repr=False, eq=False)
class Section:
    """A piece of a page, ``html`` under the anchor ``name``, with the numbers behind it."""

    html: Markup
    name: str = ""
    tabulate: Callable[[], pd.DataFrame] | None = None
    """Makes the table of its numbers."""
    draw: Figure | Callable[[], Figure | None] | None = None
    """Its picture in one piece, or what draws it, if it has one."""
    pages: Mapping[str, str] = field(default_factory=dict)
    """What it puts on pages of their own, by their names."""
    folder: Path | None = None
    """Where the style sheet lies that it wears in a notebook."""

    @property
    def table(self) -> pd.DataFrame:
        """The numbers behind the section; an empty table where it has none."""
        return self.tabulate() if self.tabulate else pd.DataFrame()

    @property
    def figure(self) -> Figure | None:
        """Its picture as one figure, to go on working with; ``None`` where it has none."""
        return self.draw() if callable(self.draw) else self.draw

    def _repr_html_(self) -> str:
        style = _scope_sheet(self.folder / STYLE) if self.folder else ""
        return f"{LOOK}{style}{LOOK_ENDS}{self.html}</div>" if style else str(self.html)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        shown = {"text/html": self._repr_html_(), "text/plain": repr(self)}
        return {**shown, PAGES: dict(self.pages)} if self.pages else shown

    def __repr__(self) -> str:
        return f"<Section {self.name or 'without a name'}>"


class HasHead:
    """What a page is told of: a notebook shows its first section."""

    head = "show_head"

    def _repr_html_(self) -> str:
        return str(getattr(self, self.head)()._repr_html_())


Owner = TypeVar("Owner")


def shows(**modules: str) -> Callable[[type[Owner]], type[Owner]]:
    """Give a class methods: by the module below ``brief`` the names of its functions.

    Sections are such methods (``brief.show_cards()``), and what only templates ask. A module is
    imported when one of its functions is first asked for.
    """

    def bind(owner: type[Owner]) -> type[Owner]:
        for module, names in modules.items():
            for name in names.split():
                setattr(owner, name, _Shown(module, name))
        return owner

    return bind


class _Shown(NamedTuple):
    module: str
    function: str

    def __get__(self, told: Any, owner: type | None = None) -> Callable[..., Any]:
        """The function, bound to the brief or board; of a class the function itself."""
        module = import_module(f"cchc_analysis.brief.{self.module}")
        show: Callable[..., Any] = getattr(module, self.function)
        return show if told is None else MethodType(show, told)


def tell_section(
    told: Any,
    template: str,
    table: Any = None,
    figure: Any = None,
    /,
    anchor: str = "",
    **data: Any,
) -> Section:
    """A section by its template, with the numbers and the picture behind it.

    The template knows the brief, board, profile or quality by that name. ``table`` makes the table
    of the numbers; ``figure`` is the picture, or what draws it. The section bears the name of its
    template, where ``anchor`` gives no other.
    """
    name = anchor or template
    own = {type(told).__name__.lower(): told, "anchor": name}
    html = render(told.words, template, **own, **data)
    return Section(html, name, table, figure, folder=told.words.folder)


def undress(shown: str) -> str:
    """A section as it stands on a page: without the style that it wears in a notebook."""
    is_dressed = shown.startswith(LOOK)
    return shown.partition(LOOK_ENDS)[2].removesuffix("</div>") if is_dressed else shown


@lru_cache(maxsize=8)
def choose_style(sheet: str, kind: str) -> str:
    """The rules of the style sheet that a kind of page needs, without room and remarks.

    >>> choose_style("a { b: c; } /* only lists: names. */ d { e: f; } /* end */", "brief")
    'a{b:c}'
    """
    own = _ONLY.sub(lambda match: match[2] if kind in ("", match[1]) else "", sheet)
    return _SPACE.sub("", own).strip()


@lru_cache(maxsize=4)
def _scope_sheet(path: Path) -> str:
    """The style sheet for a notebook, nested: it reaches what a section shows and nothing around.

    The class stands twice: JupyterLab's own rules for tables and links are as strong as one. There
    is none where the sheet was taken away: a page says so, not a cell.
    """
    style = _RESET + choose_style(path.read_text("utf-8"), "") if path.is_file() else ""
    nested = _ROOT.sub("&", "{" + _SHEET.sub("", _FONT.sub("", style)))
    fonts = "".join(_FONT.findall(style))
    return style and f"{fonts}.cchc.cchc{_DARK.sub(_THEMES, nested)}}}"


def render(words: Words, template: str, **data: Any) -> Markup:
    """Tell data by a template, which may say the words; that of a brief has its macros as ``m``.

    A ``BriefError``: it is absent or mistaken, or asks for what the data do not hold.
    """
    name = f"{template}.html.j2"
    try:
        own = {"m": data["brief"].macros} if "brief" in data else {}  # made anew by each import
        told = _open_environment(words.folder).get_template(name).render(words=words, **own, **data)
    except TemplateError as error:
        where = f"notebooks/page/{getattr(error, 'name', None) or name}"
        if line := getattr(error, "lineno", None):
            where += f", line {line}"
        found = error.message or type(error).__name__
        raise BriefError(problem("bad_template", where, found=found)) from None
    return trust(told)  # autoescaped


_READ: dict[str, Any] = dict.fromkeys(("trim_blocks", "lstrip_blocks"), True) | {"optimized": False}
"""How a template is read; what is kept of it holds nothing that our filters gave."""


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates, kept for the next process by their names and text, wherever they lie."""

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002 - as there
        return super().get_cache_key(name, f"{jinja_version} {_READ}")

    def dump_bytecode(self, bucket: Any) -> None:
        with suppress(OSError):  # they are compiled again
            super().dump_bytecode(bucket)


@lru_cache(maxsize=4)
def _open_environment(folder: Path) -> Environment:
    opened = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        **_READ,
    )
    with suppress(OSError, RuntimeError):  # no folder that is this person's alone
        opened.bytecode_cache = _Compiled()
    opened.globals["sisters"] = SISTERS
    opened.filters |= {"begin": upper, "inside": lower, "clean": clean_text, "bare": bare_name}
    return opened


def load_macros(words: Words, **told: Any) -> Any:
    """The macros, which know the words and what is told; a brief keeps its own."""
    return _open_environment(words.folder).get_template(MACROS).make_module(dict(told, words=words))


def trust(text: str) -> Markup:
    """What a template of ours made, and what was kept as text since."""
    return Markup(text)  # noqa: S704 - of our own templates


def show_picture(kind: str, content: str, alt: str) -> Markup:
    """A picture of somebody's own that holds itself; it knows no project, and so no template.

    Within an address a picture cannot run what stands in it.
    """
    if kind == "image/svg+xml":
        content = base64.b64encode(content.encode()).decode()
    source = f"data:{kind};base64,{''.join(content.split())}"
    return Markup('<figure class="own"><img alt="{}" src="{}"></figure>\n').format(alt, source)


def title_section(name: str, title: str, body: Markup) -> Markup:
    """A section with its heading, for what knows no project."""
    return Markup(
        '<section aria-labelledby="{0}">\n<h2 id="{0}">{1}</h2>\n'
        '<div class="body">{2}</div></section>\n'
    ).format(name, title, body)


def lower(name: Markup) -> Markup:
    """A name within a sentence; in templates the filter ``inside``."""
    return name[:1].lower() + name[1:]


def upper(name: Markup) -> Markup:
    """A name at the beginning of a sentence; in templates the filter ``begin``."""
    return name[:1].upper() + name[1:]


def join(between: str, *parts: Any) -> Markup:
    """Parts in a line; those that are empty are left out."""
    return escape(between).join(escape(part) for part in parts if part)
