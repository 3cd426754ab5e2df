"""What a researcher adds to a copy of a notebook, as it stands on the page.

Comes in as an executed notebook; goes out as the HTML of its outputs that a page may hold.
Sections of ours stay as they are. A picture, a table, a Markdown text of somebody's own is cleaned
and framed; what no page can show is named where it would have stood, never dropped in silence.
"""

from __future__ import annotations

import html
import io
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cchc_analysis.brief.templates import (
    Section,
    render,
    show_picture,
    title_section,
    trust,
    undress,
)
from cchc_analysis.data.clean import slug_text
from cchc_analysis.data.records import problem
from cchc_analysis.data.words import Words
from cchc_analysis.errors import CommandError

if TYPE_CHECKING:
    from nbformat import NotebookNode


OURS = ("<Section ", "Section(")
"""How the plain form of a section of ours begins."""
INJECTED = "injected-parameters"
"""The cell that papermill adds; the author counts without it."""
PICTURES = ("image/svg+xml", "image/png", "image/jpeg")
TAGS = frozenset(
    {
        *("a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del"),
        *("details", "div", "dl", "dt", "em", "figcaption", "figure", "h3", "h4", "h5", "h6", "hr"),
        *("i", "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "small", "span", "strong", "sub"),
        *("summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
    }
)
ATTRIBUTES = {"*": ["class", "title", "lang"], "a": ["href"], "td": ["colspan", "rowspan"]}
ATTRIBUTES["th"] = ["scope", *ATTRIBUTES["td"]]


def show_own_cells(executed: NotebookNode, words: Words) -> Iterator[str]:
    """What the cells of a notebook show, as HTML for a page."""
    written = [each for each in executed.cells if INJECTED not in each.metadata.get("tags", ())]
    for number, cell in enumerate(written, start=1):
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if output.get("name") == "stdout":
                yield render(words, "own", cell=number, kind="print")
            elif str(data.get("text/plain", "")).startswith(OURS):
                yield undress(data.get("text/html", ""))
            elif "data" in output:
                yield _frame(data, output.get("metadata", {}), number, words)


def show_figure(figure: Any, title: str, alt: str) -> Any:
    """Put a figure of yours on the page: with a heading, in the page's frame, with words for it.

    Args:
        figure: A figure of matplotlib, axes, or what holds one (seaborn's grids); or one of plotly,
            which becomes a still picture where kaleido is installed.
        title: The heading, which best says what was found.
        alt: What the picture shows, for who cannot see it.

    Returns:
        A section, with ``figure``. A plotly figure without kaleido comes back as it is, with a
        warning: JupyterLab shows it, and the page names what it cannot show.

    Raises:
        CommandError: It is no figure, or a text is missing.

    Examples:
        >>> import matplotlib.pyplot as plt
        >>> figure, axes = plt.subplots()
        >>> show_figure(figure, "On-time rates rise", "A line from 96% in 2022 to 99% in 2024")
        <Section own-on-time-rates-rise>
    """
    figure = getattr(figure, "figure", None) or figure  # of axes
    if not title.strip() or not alt.strip():
        raise CommandError(problem("no_figure_text", "show_figure"))
    if hasattr(figure, "savefig"):
        import matplotlib as mpl
        import matplotlib.pyplot as plt

        drawn = io.BytesIO()  # the same bytes each time; no cell shows it once more
        with mpl.rc_context({"svg.hashsalt": "cchc", "svg.fonttype": "path"}):
            figure.savefig(drawn, format="svg", metadata={"Date": None}, bbox_inches="tight")
        plt.close(figure)
        picture = drawn.getvalue()
    elif hasattr(figure, "to_image"):
        try:
            picture = figure.to_image(format="svg")
        except Exception as error:  # noqa: BLE001 - kaleido, or the browser that it drives, is absent
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            warnings.warn(f"No still picture of “{title}”: {reason}", UserWarning, stacklevel=2)
            return figure
    else:
        raise CommandError(problem("no_figure", "show_figure", found=type(figure).__name__))
    name = f"own-{slug_text(title)}"
    image = show_picture("image/svg+xml", picture.decode(), alt)
    return Section(title_section(name, title, image), name, draw=figure)


def _frame(
    data: Mapping[str, Any], metadata: Mapping[str, Any], number: int, words: Words
) -> Markup:
    """One output in the form that a page can hold, or the sentence that it cannot."""
    kind = next((each for each in PICTURES if each in data), "")
    text = str(data.get("text/html", ""))
    if kind and (not text or "<script" in text.casefold()):
        alt = str(metadata.get(kind, {}).get("alt") or words.plain("own.alt"))
        return show_picture(kind, str(data[kind]), alt)
    if not text and "text/markdown" in data:
        from nbconvert.filters.markdown_mistune import markdown2html_mistune

        text = markdown2html_mistune(str(data["text/markdown"]))
    # HTML of somebody else's, without what could run or load, in a frame that scrolls.
    if (clean := clean_html(text)).striptags().strip():
        return render(words, "own", html=clean)
    lost = next((each for each in data if each != "text/plain"), "text/plain")
    return render(words, "own", cell=number, kind="text/html" if text else lost)


def list_missing(page: bytes) -> list[str]:
    """What a finished page says that it cannot show."""
    found = re.findall(rb'<p class="own missing">(.*?)</p>', page)
    return [html.unescape(each.decode()) for each in found]


def clean_html(text: str) -> Markup:
    """HTML of somebody else's with plain tags only; its tables say what their heads are of.

    >>> clean_html('<table border="1"><thead><tr><th></th><th>a</th></tr></thead></table>')
    Markup('<table><thead><tr><td></td><th scope="col">a</th></tr></thead></table>')
    >>> clean_html('<b onclick="x()">1</b><script>x()</script><style>b{}</style>')
    Markup('<b>1</b>')
    """
    from bleach import clean
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(text, "html.parser")
    for tag in soup(["script", "style", "template", "iframe", "object", "svg"]):
        tag.decompose()
    for tag in soup("th"):
        if not tag.get_text(strip=True):
            tag.name = "td"
        elif not tag.get("scope"):
            tag["scope"] = "col" if tag.find_parent("thead") else "row"
    for tag in soup.select("table.dataframe td"):  # as pandas writes what a frame does not hold
        if tag.get_text(strip=True) in ("NaN", "NaT", "<NA>"):
            tag.string = "–"
    allowed = {"tags": TAGS, "attributes": ATTRIBUTES, "protocols": ["http", "https"]}
    return trust(clean(str(soup), strip=True, **allowed))
