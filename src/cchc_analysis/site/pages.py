"""The pages that notebooks make: which there are, what each may read, and how one is made.

To add a page to the site, yield it from ``list_pages``: its folder, its notebook, the parameters,
and the slice of the tables that it reads. All else (processes, keys, what is rebuilt, a cluster)
follows from that.
"""

from __future__ import annotations

import html
import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from operator import methodcaller
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, cast
from urllib.parse import quote
from xml.sax.saxutils import escape

from cchc_analysis.brief import render
from cchc_analysis.brief.board import FILE as VALUES
from cchc_analysis.brief.board import format_values, list_told, name_trend, tell_trend_row
from cchc_analysis.brief.content import ANNEX, find_folder, name_folder
from cchc_analysis.brief.downloads import RERUN, write_downloads
from cchc_analysis.brief.lists import make_card
from cchc_analysis.brief.opening import SUFFIX, Context, list_briefs, running_in
from cchc_analysis.brief.profile import format_own_values, list_profiled
from cchc_analysis.brief.quality import make_graded, name_quality
from cchc_analysis.data.files import read_files, write_bytes
from cchc_analysis.data.records import Tables
from cchc_analysis.data.reference import Project, Reference
from cchc_analysis.data.system import import_jsonschema
from cchc_analysis.data.words import LANGUAGES, load_words
from cchc_analysis.site.jobs import do_job
from cchc_analysis.site.keys import Seen, WatchedReference, watch_words, write_names
from cchc_analysis.site.kit import list_own
from cchc_analysis.site.rerun import pack_kit
from cchc_analysis.site.slices import OF_VALUE, Slice, Slices

ENGINE = "cchc"
PAGES_A_CHILD = 8
"""Pages that a process makes one after the other, as a fork costs a third of one. A page of a
notebook that somebody changed, which may change what others find, has a process of its own."""
REHEARSAL = Path(__file__).with_name("rehearsal.ipynb")
HEAVY = (
    *("babel.dates", "babel.numbers", "matplotlib.pyplot", "nbconvert", "openpyxl", "pandas"),
    *("papermill", "scipy.special", "cchc_analysis.front"),
)
"""What pages need, imported once: most of what a page costs on its own."""

SHOWS, ANNEX_SHOWS = (
    tuple(methodcaller(f"show_{name}") for name in names.split())
    for names in (
        "head summary cards goals disputes themes place references",
        "annex_head reform_areas plan trend peers contradictions notes",
    )
)
"""What the notebooks of a front and of an annex call, one cell each; the last of a front knows what
the others told."""

LISTED = ".listing.json"
CARD = ".card.json"
ROW = ".row.json"
GRADED = ".graded.json"
READ = ".read"
"""Kept with a page and not published: what ``pages.json``, the lists of briefs, that of trends and
the page on data quality say of it; and what the page has read of the reference data and strings."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that a notebook of ``notebooks/`` makes, in a folder of the site.

    Attributes:
        find_slice: Finds the rows that it may read.
        areas: The areas of the briefs of which it tells, and after which it is made; of all where
            it names none, and None for a page that tells of no others.
        graded: What is known of each of these briefs.
    """

    folder: str
    notebook: str
    parameters: Mapping[str, str]
    find_slice: Callable[[], Slice]
    areas: frozenset[str] | None = None
    graded: tuple[bytes, ...] = ()

    @property
    def is_brief(self) -> bool:
        """Whether it tells a district and period, and stands in the index."""
        return "district" in self.parameters


@dataclass(frozen=True)
class Task:
    """All that a process needs to make a page and what lies beside it, wherever it runs."""

    folder: str
    notebook: str
    parameters: Mapping[str, str]
    tables: Tables
    documents: Mapping[str, bytes]
    graded: tuple[bytes, ...] = ()
    is_alone: bool = False


def list_pages(
    slices: Slices, tables: Tables, reference: Reference, notebook: str = render.NOTEBOOK
) -> Iterator[Page]:
    """Every page that a notebook makes: those that take longest first, those of briefs last.

    The notebook of the briefs is told by its name in ``notebooks/``.
    """
    # A country's table of values is copied while they are chosen.
    tables, pages = replace(tables, indicators=tables.indicators[[*OF_VALUE]]), []
    for indicator in list_told(tables, reference):
        given = {"indicator": indicator, "areas": "", "first": "", "last": ""}
        find = partial(slices.of_indicator, indicator)
        pages.append(Page(name_trend(indicator), render.TRENDS_NOTEBOOK, given, find))
    for area_id in list_profiled(tables, reference):
        name, find = find_folder(reference.area_rows[area_id]), partial(slices.of_profile, area_id)
        pages.append(Page(name, render.PROFILE_NOTEBOOK, {"area": area_id}, find))
    places: dict[str, set[str]] = {"": set()}
    for area_id, period in list_briefs(tables, reference):
        places.setdefault(reference.find_province(area_id), set()).add(area_id)
        name = name_folder(reference.area_rows[area_id], period)
        given = {"district": area_id, "period": period}
        find = partial(slices.of_brief, area_id, period)
        pages.append(Page(name, notebook, given, find))
    for province, areas in places.items():
        name = name_quality(province, reference)
        find = partial(slices.of_quality, (*sorted(areas),))
        given = {"province": province}
        pages.append(Page(name, render.QUALITY_NOTEBOOK, given, find, areas=frozenset(areas)))
    for page in pages:
        for lang in LANGUAGES:
            folder = str(PurePosixPath(lang, page.folder))
            yield replace(page, folder=folder, parameters={**page.parameters, "lang": lang})


def make_task(project: Project, page: Page) -> Task:
    """A page with all that it reads."""
    rows = page.find_slice()
    documents = read_documents(project, rows.sources)
    return Task(page.folder, page.notebook, page.parameters, rows.cut(), documents, page.graded)


def read_documents(project: Project, sources: Iterable[str]) -> dict[str, bytes]:
    """The documents of some sources that the user keeps, by their paths; a page quotes them."""
    paths = (project.reports / f"{source_id}{SUFFIX}" for source_id in sources)
    return read_files(paths, project.root)


def warm_up(
    reference: Reference, sample: Task | None = None, *, is_shared: bool = True
) -> Callable[[Task], dict[str, bytes]]:
    """Prepare a process for many pages: what they all import, and where they find their files.

    With a sample, a brief, it is told once beforehand. What our functions make on their first way
    (imports, parsed rules, fonts, look-ups) is then there for every child; without it each makes it
    anew, which is a quarter of a page. Where no other process shares what is made here, nothing is
    imported that a page may not need. Gives what makes the files of a page, here or in a child.
    """
    project = Project(Path.cwd())
    os.environ |= {"CCHC_ROOT": str(project.root)}
    if project.reference.is_dir():  # this process may run on another machine than the builder
        reference = copy(reference)  # with what it has loaded
        object.__setattr__(reference, "folder", project.reference)
    import_jsonschema()
    if not is_shared:
        return partial(make_files, project, reference)
    for name in HEAVY:
        import_module(name)
    _ = reference.moves  # what every profile asks, read once
    list_own(project.root)
    # The whole way once with nothing to tell: what is made on the first way is then there. No
    # notebook of the project is tried: it might hang, and this process has no end to its time.
    for each in project.notebooks.glob("*.ipynb"):
        render.list_parameters(each, each.stat().st_mtime_ns)
    for lang in LANGUAGES:
        render.build_pages(project, REHEARSAL, {"lang": lang}, ENGINE)
    if sample:  # what is wrong with it is said when its own turn comes
        from cchc_analysis.site.notebooks import CchcEngine, make_kernel

        CchcEngine.kernels += [make_kernel() for _ in range(2 * PAGES_A_CHILD)]
        do_job(partial(tell_once, project, reference), sample)
    return partial(make_files, project, reference)


def tell_once(project: Project, reference: Reference, sample: Task) -> None:
    """Tell a brief and forget it."""
    context, given = Context(project, reference, sample.tables), sample.parameters
    brief = context.open_once(given["district"], given["period"], given["lang"])
    for show in (*SHOWS, *ANNEX_SHOWS):
        show(brief)
    put_beside(context, given)


def make_files(project: Project, reference: Reference, task: Task) -> dict[str, bytes]:
    """Make a page and what lies beside it, in a process that was warmed up."""
    seen: Seen = defaultdict(set)
    for lang in LANGUAGES:
        watch_words(load_words(project.notebooks / render.TEMPLATE, lang), seen)
    watched = cast("Reference", WatchedReference(reference, seen))
    for name, content in task.documents.items():
        if not (project.root / name).is_file():  # this may be the user's own project
            write_bytes(project.root / name, content)
    notebook = project.notebooks / task.notebook
    graded = tuple(map(json.loads, task.graded))
    context = Context(project, watched, task.tables, graded, notebook=notebook.name)
    with running_in(context):
        page = render.build_pages(project, notebook, task.parameters, ENGINE)[""]
        more, annex = {}, project.notebooks / render.ANNEX_NOTEBOOK
        if "district" in task.parameters and annex.is_file():
            more = render.build_pages(project, annex, task.parameters, ENGINE, name=ANNEX)
        beside = {} if task.is_alone else put_beside(context, task.parameters)
    files = bind_page(task.folder, page, more)
    if more and not task.is_alone:
        pages = {name: content for name, content in files.items() if name != LISTED}
        made_of = (notebook, task.parameters, task.tables)
        beside |= {RERUN: pack_kit(project, *made_of, pages, task.documents)}
    return files | beside | {READ: write_names(seen)}


def bind_page(folder: str, page: str, more: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The files of a page: itself and others by their names, and what the list of pages says."""
    pages, listed = {"index.html": page, **(more or {})}, []
    for name, each in pages.items():
        title, language = _TITLE.search(each), _LANGUAGE.search(each)
        said = html.unescape(title[1]) if title else ""
        told = {"title": said, "language": language[1] if language else ""}
        listed.append({"path": f"{folder}/{name}".lstrip("/"), **told})
    files = {name: each.encode() for name, each in pages.items()}
    return files | {LISTED: json.dumps(listed, ensure_ascii=False).encode()}


def put_beside(context: Context, given: Mapping[str, str]) -> dict[str, bytes]:
    """What lies beside a page of some parameters.

    Beside a brief its downloads, its card, and what the page on data quality says of it; beside an
    indicator its values, and its row in the list of trends; beside a profile the area's values.
    """
    if "district" in given:
        brief = context.open_once(given["district"], given["period"], given["lang"])
        with TemporaryDirectory(prefix="cchc-") as folder:
            write_downloads(Path(folder), brief)
            kept = {CARD: make_card(brief), GRADED: make_graded(brief)}
            files = {name: json.dumps(told).encode() for name, told in kept.items()}
            return read_files(Path(folder).iterdir(), Path(folder)) | files
    if "indicator" in given:
        board = context.open_board_once(given["indicator"], "", "", "", given["lang"])
        row = json.dumps(tell_trend_row(board), ensure_ascii=False)
        return {VALUES: format_values(board), ROW: row.encode()}
    if "area" in given:
        return {VALUES: format_own_values(context.tables, given["area"])}
    return {}


LISTING = "pages.json"
SITEMAP = "sitemap.xml"
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_LANGUAGE = re.compile(r'<html lang="(\w+)"')


def bind_sitemap(pages: Iterable[Mapping[str, Any]], url: str) -> bytes:
    """The sitemap (sitemaps.org 0.9) of a site that is published at an address."""
    paths = sorted(str(page["path"]).removesuffix("index.html") for page in pages)
    places = [escape(f"{url.rstrip('/')}/{quote(path)}") for path in paths]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    head += '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    told = "".join(f"<url><loc>{place}</loc></url>\n" for place in places)
    return f"{head}{told}</urlset>\n".encode()
