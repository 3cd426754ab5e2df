"""What a researcher adds to a copy of a notebook, as it stands on the page.

Comes in as an executed notebook; goes out as one whose outputs are all HTML that a page may hold.
Sections of ours stay as they are. A picture, a table, a Markdown text of somebody's own is cleaned
and framed; what no page can show is named where it would have stood, never dropped in silence.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cchc_analysis.data.words import Words

OURS = ("<Section ", "Section(")
"""How the plain form of a section of ours begins."""
PICTURES = ("image/svg+xml", "image/png", "image/jpeg")
TAGS = frozenset(
    {
        *("a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del"),
        *("details", "div", "dl", "dt", "em", "figcaption", "figure", "h3", "h4", "h5", "h6", "hr"),
        *("i", "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "small", "span", "strong", "sub"),
        *("summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
    }
)
ATTRIBUTES: Mapping[str, list[str]] = {
    "*": ["class", "title", "lang"],
    "a": ["href"],
    "th": ["scope", "colspan", "rowspan"],
    "td": ["colspan", "rowspan"],
}


def show_own_cells(executed: NotebookNode, words: Words) -> NotebookNode:
    """Turn what cells show into HTML for the page.

    Args:
        executed: A notebook as it was executed; left as it is.
        words: The strings of the page's language.

    Returns:
        A copy whose outputs hold ``text/html`` only.
    """
    from copy import deepcopy

    page = deepcopy(executed)
    for number, cell in enumerate(page.cells, start=1):
        outputs = list(cell.get("outputs", ()))
        if outputs:
            cell.outputs = list(_show_outputs(outputs, number, words))
    return page


def _show_outputs(outputs: list[Any], number: int, words: Words) -> Iterator[Any]:
    for output in outputs:
        data = output.get("data", {})
        if output.output_type in ("display_data", "execute_result"):
            if str(data.get("text/plain", "")).startswith(OURS):
                yield output
                continue
            output.data = {
                "text/html": str(_frame(data, output.get("metadata", {}), number, words))
            }
            yield output
        elif output.output_type == "stream" and output.get("name") == "stdout":
            yield _make_output(_say_missing(number, "print", words))


def _frame(
    data: Mapping[str, Any], metadata: Mapping[str, Any], number: int, words: Words
) -> Markup:
    """One output in the form that a page can hold, or the sentence that it cannot."""
    kind = next((each for each in PICTURES if each in data), "")
    text = str(data.get("text/html", ""))
    if text and not (kind and "<script" in text.casefold()):
        return _frame_html(text, number, words)
    if kind:
        alt = str(metadata.get(kind, {}).get("alt") or words.plain("own.alt"))
        return Markup('<figure class="own"><img alt="{}" src="{}"></figure>\n').format(
            alt, _inline(kind, data[kind])
        )
    if "text/markdown" in data:
        from nbconvert.filters.markdown_mistune import markdown2html_mistune

        return _frame_html(markdown2html_mistune(str(data["text/markdown"])), number, words)
    return _say_missing(number, _name_kind(data), words)


def _frame_html(text: str, number: int, words: Words) -> Markup:
    """HTML of somebody else's, without what could run or load, in a frame that scrolls."""
    clean = clean_html(text)
    if not clean.striptags().strip():
        return _say_missing(number, "text/html", words)
    return Markup('<div class="own scroll">{}</div>\n').format(clean)


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
    kept = clean(
        str(soup), tags=TAGS, attributes=dict(ATTRIBUTES), protocols=["http", "https"], strip=True
    )
    return Markup(kept)  # noqa: S704 - cleaned


def _inline(kind: str, content: str) -> str:
    """A picture as an address that holds it; a picture cannot run what stands in it."""
    if kind == "image/svg+xml":
        content = base64.b64encode(str(content).encode()).decode()
    return f"data:{kind};base64,{''.join(str(content).split())}"


def _name_kind(data: Mapping[str, Any]) -> str:
    return next((kind for kind in data if kind != "text/plain"), "text/plain")


def _say_missing(number: int, kind: str, words: Words) -> Markup:
    return Markup('<p class="own missing">{}</p>\n').format(
        words.say("own.missing", cell=number, kind=kind)
    )


def _make_output(html: Markup) -> Any:
    from nbformat.v4 import new_output

    data = {"text/html": str(html)}
    return new_output("display_data", data=data)  # type: ignore[no-untyped-call]
