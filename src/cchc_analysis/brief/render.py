"""A notebook and its parameters into a finished page.

The same for every notebook: refuses parameters that the notebook does not have, executes through
papermill, refuses a notebook with a failed cell, and exports the HTML outputs through the template
``notebooks/page``. Sections of ours stay as they are. A picture, a table, a Markdown text that a
researcher adds to a copy is cleaned and framed; what no page can show is named where it would have
stood, never dropped in silence. Knows nothing of what a brief says.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from markupsafe import Markup

from cchc_analysis.brief.templates import (
    PAGES,
    STYLE,
    Section,
    choose_style,
    render,
    show_picture,
    title_section,
    trust,
    undress,
)
from cchc_analysis.data.clean import slug_text
from cchc_analysis.data.files import write_bytes
from cchc_analysis.data.records import problem
from cchc_analysis.data.reference import Project
from cchc_analysis.data.system import import_jsonschema
from cchc_analysis.data.words import Words, load_words, shorten_text
from cchc_analysis.errors import BriefError, CommandError, Problem

if TYPE_CHECKING:
    from nbformat import NotebookNode


NOTEBOOK = "district_brief.ipynb"
ANNEX_NOTEBOOK = "brief_annex.ipynb"
TEMPLATE = "page"
SCRIPT = "filter.js"
"""The one script of the site: lists of names can be narrowed with it; no page needs it."""
LONGEST_DESCRIPTION = 300
LONGEST_REASON = 120
QUALITY_NOTEBOOK = "data_quality.ipynb"
TRENDS_NOTEBOOK = "indicator_trends.ipynb"
PROFILE_NOTEBOOK = "area_profile.ipynb"
KINDS: Mapping[str, tuple[str, str]] = {
    NOTEBOOK: ("brief", "summary key"),
    ANNEX_NOTEBOOK: ("brief", "areas plan trend peers contradictions notes"),
    QUALITY_NOTEBOOK: (
        "quality",
        "grades counts matrix definitions rules completeness",
    ),
    PROFILE_NOTEBOOK: ("profile", "more methods"),
    TRENDS_NOTEBOOK: ("trends", "coverage series spread change ranking methods"),
}
"""The kind of the page of a notebook, as the style sheet names it, and the parts that it has:
without one of them it is an error, not a page. That of any other needs one main heading only."""

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

HEAD = '<div class="head">'
_LEAD = re.compile(r'<p class="lead">(.*?)</p>', re.DOTALL)
_TITLE = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)


def build_pages(
    project: Project,
    notebook: Path,
    parameters: Mapping[str, str],
    engine: str | None = None,
    more: Sequence[Path] = (),
    name: str = "",
) -> dict[str, str]:
    """The page of a notebook under a name, and those that its sections put beside it.

    What ``more`` notebooks show comes below, without their heads: a page has one.

    Raises:
        CommandError: The notebook has no such parameter, or there is no such language.
        BriefError: A cell failed, or the page would be empty.
    """
    words = load_words(project.notebooks / TEMPLATE, parameters["lang"])
    for each in (notebook, *more):
        check_parameters(each, parameters)
    front, *rest = (execute_notebook(each, parameters, engine) for each in (notebook, *more))
    kind, _ = KINDS.get(NOTEBOOK if more else notebook.name, ("", ""))
    below = (shown for each in rest for shown in show_own_cells(each, words))
    shown = [*show_own_cells(front, words), *(e for e in below if not e.startswith(HEAD))]
    pages = {name: export_body("".join(shown), project, words, kind)}
    check_page(pages[name], notebook.name)
    for output in (each for cell in front.cells for each in cell.get("outputs", ())):
        for part, own in output.get("data", {}).get(PAGES, {}).items():
            pages[part] = export_body(own, project, words, kind)
    return pages


def check_parameters(notebook: Path, parameters: Iterable[str]) -> None:
    """Refuse what papermill would only log, and then build the default district instead.

    A ``CommandError`` where it has no such parameter, a ``BriefError`` where it is no notebook.
    """
    if not notebook.is_file():
        raise BriefError(problem("no_notebook", notebook.name))
    try:
        known = list_parameters(notebook, notebook.stat().st_mtime_ns)
    except Exception as error:  # noqa: BLE001 - of a file that is no notebook they raise anything
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        reason = shorten_text(reason, LONGEST_REASON)
        raise BriefError(problem("strange_notebook", notebook.name, reason=reason)) from None
    unknown = [name for name in parameters if name not in known]
    if unknown and not known:
        raise CommandError(problem("no_parameters", notebook.name, names=", ".join(unknown)))
    if unknown:
        told = partial(problem, "strange_parameter", notebook.name, known=", ".join(known))
        raise CommandError(told(name=name) for name in unknown)


@lru_cache(maxsize=8)
def list_parameters(notebook: Path, changed: int) -> tuple[str, ...]:  # noqa: ARG001 - part of the key
    """The parameters of a notebook; read again where it has changed."""
    import_jsonschema()
    from papermill import inspect_notebook

    return tuple(inspect_notebook(str(notebook)))


def execute_notebook(
    notebook: Path, parameters: Mapping[str, str], engine: str | None = None
) -> NotebookNode:
    """Execute a notebook through papermill, where it lies: with a fresh kernel, or by an engine.

    A ``BriefError`` where a cell failed says which, and with what.
    """
    from papermill import execute_notebook as execute
    from papermill.exceptions import PapermillExecutionError

    try:
        executed = execute(
            str(notebook),
            None,  # nobody reads what is executed
            parameters=dict(parameters),
            progress_bar=False,
            log_output=False,
            cwd=str(notebook.parent),
            engine_name=engine,
            # The kernel warns of its own sockets, and nobody who builds a page can help it.
            extra_arguments=["--log-level=40"],
        )
    except PapermillExecutionError as error:
        source = str(error.source).strip()
        raise BriefError(_name_failure(notebook, source, error.ename, error.evalue)) from None
    problems = [
        _name_failure(notebook, cell.source, output.ename, output.evalue)
        for cell in executed.cells
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    ]
    if problems:  # papermill lets an exit pass
        raise BriefError(problems)
    return cast("NotebookNode", executed)


def _name_failure(notebook: Path, source: object, name: str, value: str) -> Problem:
    [first, *_] = str(source).splitlines() or [""]
    found = shorten_text(" ".join(f"{name}: {value}".split()), LONGEST_DESCRIPTION)
    return problem("failed_cell", f"{notebook.name}, cell “{first}”", found=found)


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
    texts: list[Any] = [title, alt]
    if not all(isinstance(each, str) and each.strip() for each in texts):
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


def export_body(body: str, project: Project, words: Words, kind: str = "") -> str:
    """A body through our template, as if one cell of a notebook had shown it.

    The kind of page says which rules of the style sheet it needs: all of them if it is of none.
    """
    import_jsonschema()
    from nbconvert import TemplateExporter
    from nbformat import v4

    folder, exporter = project.notebooks / TEMPLATE, make_exporter(project.notebooks, words.lang)
    page = {
        "lang": words.lang,
        "title": f"{_find_text(body, _TITLE)} – {words.plain('site.title')}",
        "description": shorten_text(_find_text(body, _LEAD), LONGEST_DESCRIPTION),
        "skip": words.say("page.skip"),
        "footer": words.say("page.footer"),
        "script": _hash_script(folder / SCRIPT) if kind == "lists" else "",
        "style": choose_style((folder / STYLE).read_text("utf-8"), kind),
    }
    make: Any = v4  # it carries no types
    shown = [make.new_output("display_data", {"text/html": str(body)})]
    notebook = make.new_notebook(cells=[make.new_code_cell(outputs=shown, id="page")])
    # Not HTMLExporter's own method: it parses the finished page again with BeautifulSoup, to patch
    # what our template does not have, and takes most of the time and the case of SVG names.
    told, _ = TemplateExporter.from_notebook_node(exporter, notebook, resources={"page": page})
    return str(told)


def _hash_script(path: Path) -> str:
    """What allows the script of lists, and nothing else that runs; nothing where it is absent."""
    if not path.is_file():
        return ""
    text = path.read_text("utf-8").removesuffix("\n")  # as a template includes it
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@lru_cache(maxsize=4)
def make_exporter(notebooks: Path, lang: str) -> Any:
    """The exporter of a language; its template is compiled with the first page, and then kept."""
    from nbconvert import HTMLExporter

    return HTMLExporter(  # type: ignore[no-untyped-call]
        template_name=TEMPLATE,
        extra_template_basedirs=[str(notebooks)],
        language_code=lang,
        optimistic_validation=True,  # papermill has just written it: once at the end is enough
    )


def _find_text(body: str, pattern: re.Pattern[str]) -> str:
    found = pattern.search(body)
    return trust(found[1]).striptags() if found else ""


def check_page(page: str, name: str) -> None:
    """Refuse, with a ``BriefError``, a page that lacks a part, or its one main heading."""
    _, anchors = KINDS.get(name, ("", ""))
    missing = [anchor for anchor in anchors.split() if f' id="{anchor}"' not in page]
    headings = len(_TITLE.findall(page))
    if missing or headings != 1:
        found = f"no part {', '.join(missing)}" if missing else f"{headings} main headings"
        raise BriefError(problem("lacking_page", f"the page of {name}", found=found))


BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LONGEST = 120
"""Seconds that a page may take to print."""

_TIME = re.compile(rb"(/(?:CreationDate|ModDate) ?\(D:)\d{14}")


def find_browser() -> str:
    """The first Chromium on the path; a ``BriefError`` where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise BriefError(problem("no_browser", "a brief as PDF", known=", ".join(BROWSERS)))
    return found


def print_page(page: str, out: Path) -> Path:
    """Print a finished page to a PDF; replaced whole or left alone.

    Nothing may lie beside the page, for the PDF keeps its links. A ``BriefError``: there is no
    Chromium, it does not print, or ``out`` cannot be written.
    """
    browser = find_browser()
    # Chromium has no sandbox for root, and the page holds no script and may load nothing.
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with TemporaryDirectory(prefix="cchc-", ignore_cleanup_errors=True) as name:
        source, printed = Path(name, "page.html"), Path(name, "page.pdf")
        source.write_text(page, "utf-8")
        command = [
            *(browser, "--headless", "--disable-gpu", "--no-pdf-header-footer"),
            *("--generate-pdf-document-outline", f"--user-data-dir={Path(name, 'profile')}"),
            *(["--no-sandbox"] if is_root else []),
            *(f"--print-to-pdf={printed}", source.as_uri()),
        ]
        try:
            # The browser comes from a short list of ours, the page from our own template.
            subprocess.run(command, capture_output=True, check=True, timeout=LONGEST)  # noqa: S603
            content = printed.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            found = f"it did not print the page ({type(error).__name__})"
            raise BriefError(problem("no_pdf", Path(browser).name, found=found)) from None
    try:
        write_bytes(out, _TIME.sub(rb"\g<1>19800101000000", content))
    except OSError as error:
        where = str(error.filename or out)
        raise BriefError(problem("no_pdf", where, found=error.strerror)) from None
    return out
