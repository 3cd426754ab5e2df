"""One brief on its own: made in a process of its own, then put in its place.

Comes in as what a person asks for; goes out as the files of a page, where nothing of others lies.
This process knows the place and the lock, and imports nothing that tells a brief; the other one
loads the tables, opens the brief once for front, annex and downloads, and holds no file open.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.files import write_bytes
from cchc_analysis.data.owned import adding_to, check_file, note_files
from cchc_analysis.errors import BriefError, CchcError, Problem
from cchc_analysis.site.jobs import Orders, Work
from cchc_analysis.site.store import HEAD, LIST, hold_site
from cchc_analysis.site.workers import Pool

if TYPE_CHECKING:
    from cchc_analysis.data.records import Tables
    from cchc_analysis.data.reference import Project, Reference

_LOG = logging.getLogger(__name__)
PAGE, PDF = "index.html", "brief.pdf"


@dataclass(frozen=True)
class Wanted:
    """A brief that somebody asks for.

    Attributes:
        notebook: One of their own in the place of ours.
        since: An earlier edition, of which the page says what was revised.
        is_whole: Whether front and annex are one page, without downloads.
    """

    project: Project
    district: str
    period: str
    lang: str
    notebook: Path | None
    since: Path | None
    is_whole: bool


def build_brief(  # noqa: PLR0913 - what a person may ask for, each by its name
    project: Project,
    district: str,
    period: str,
    lang: str,
    out: Path | None = None,
    form: str = "html",
    notebook: Path | None = None,
    since: Path | None = None,
) -> Path:
    """Build one page from ``data/processed``; by default in its place in the site.

    A page in its place has its downloads beside it; one that is put elsewhere stands alone. A PDF
    lies beside the page as ``brief.pdf``. A notebook of one's own takes the place of
    ``district_brief.ipynb``; with an earlier edition the page says what was revised since.

    Raises:
        CommandError: The district or period is unknown, or the place holds something of others.
        BriefError: The page could not be made, or the place cannot be written to.
    """
    from cchc_analysis.brief.own_cells import list_missing

    is_pdf, own = form == "pdf", notebook.absolute() if notebook else None
    if is_pdf:
        from cchc_analysis.brief.render import find_browser

        find_browser()
    is_whole = is_pdf or (out is not None and out.name != PAGE)
    former = since.absolute() if since else None
    wanted = Wanted(project, district, period, lang, own, former, is_whole)
    folder, files = do_apart(make_brief, wanted)
    for said in list_missing(files[PAGE]):
        _LOG.warning("%s: %s", PAGE, said)
    page = project.site / folder / PAGE
    place = out or (page.with_name(PDF) if is_pdf else page)
    if place != page:
        files = {name: content for name, content in files.items() if name.endswith(".html")}
    if is_whole:
        files = {place.name: files[PAGE]}
    with _own_place(project, place, files):
        if is_pdf:
            from cchc_analysis.brief.render import print_page

            print_page(files[place.name].decode(), place)
        else:
            put_files(place.parent, files)
    return place


def do_apart(work: Work, payload: Any) -> Any:
    """Do one thing in a process of its own.

    Raises:
        CchcError: What the work raised, or what happened to its process.
    """
    with Pool(Orders(partial(partial, _catch, work), may_fork=False), 1) as pool:
        reply = pool.submit(payload).result()
    if isinstance(reply.result, CchcError):
        raise reply.result
    if reply.result is None:
        raise BriefError(reply.list_problems(getattr(work, "__name__", "a job")))
    return reply.result


def _catch(work: Work, payload: Any) -> Any:
    """What comes of it; a problem of the user's comes back as it is, of its kind."""
    try:
        return work(payload)
    except CchcError as error:
        return error


def put_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of a brief, each in one step.

    Raises:
        BriefError: The place cannot be written to.
    """
    try:
        for name, content in files.items():
            write_bytes(folder / name, content)
    except OSError as error:
        raise BriefError(
            Problem(
                str(error.filename or folder),
                error.strerror or "an error of the file system",
                "a place that can be written to",
                "Check its rights and the space left, or name another with --out.",
            )
        ) from None


def make_brief(wanted: Wanted) -> tuple[str, Mapping[str, bytes]]:
    """Make the files of a brief, in a process of its own.

    Returns:
        Its folder within the site, and its files by name.
    """
    from cchc_analysis.brief.content import name_page
    from cchc_analysis.brief.opening import match_brief
    from cchc_analysis.brief.render import NOTEBOOK, check_parameters
    from cchc_analysis.brief.revisions import tell_since
    from cchc_analysis.data.editions import compare_editions
    from cchc_analysis.data.store import load

    project = wanted.project
    if wanted.notebook:
        check_parameters(wanted.notebook, ("district", "period", "lang"))
    notebook = project.notebooks / (wanted.notebook or NOTEBOOK)
    reference, tables = load(project)
    area_id, period = match_brief(tables, reference, wanted.district, wanted.period)
    page = name_page(reference.area_rows[area_id], period, wanted.lang)
    parameters = {"district": area_id, "period": period, "lang": wanted.lang}
    with ExitStack() as stack:
        if wanted.since:
            compare_editions(wanted.since, tables.indicators)  # refused before anything is built
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="cchc-since-")))
            notebook = tell_since(notebook, wanted.since, folder)
        make = _make_whole if wanted.is_whole else _make_all
        return str(page.parent), make(project, reference, tables, notebook, parameters)


def make_pages(given: tuple[Project, Tables, Path, Mapping[str, str]]) -> Mapping[str, bytes]:
    """Make the pages of a brief from its own tables, in a process of its own."""
    from cchc_analysis.data.reference import load_reference
    from cchc_analysis.site.pages import Task, make_files

    project, tables, notebook, parameters = given
    task = Task("", str(notebook), parameters, tables, None, documents={})
    made = make_files(project, load_reference(project.reference), task)
    return {name: content for name, content in made.items() if name.endswith(".html")}


def _make_all(
    project: Project,
    reference: Reference,
    tables: Tables,
    notebook: Path,
    parameters: Mapping[str, str],
) -> Mapping[str, bytes]:
    """The files of a brief as they lie in the site."""
    from cchc_analysis.brief.report import load_report
    from cchc_analysis.site.pages import Page, make_files, make_task, put_beside_brief
    from cchc_analysis.site.slices import Slices

    slices = Slices(tables, reference, load_report(project.notebooks, reference))
    find = partial(slices.of_brief, parameters["district"], parameters["period"])
    page = Page("", str(notebook), parameters, find, put_beside_brief)
    made = make_files(project, reference, make_task(project, page))
    return {name: content for name, content in made.items() if not name.startswith(".")}


def _make_whole(
    project: Project,
    reference: Reference,
    tables: Tables,
    notebook: Path,
    parameters: Mapping[str, str],
) -> Mapping[str, bytes]:
    """Front and annex as one page."""
    from cchc_analysis.brief.context import Context, running_in
    from cchc_analysis.brief.render import build_whole
    from cchc_analysis.site.pages import ENGINE

    with running_in(Context(project, reference, tables, is_whole=True)):
        page = build_whole(project, notebook, parameters, ENGINE)
    return {PAGE: page.encode()}


@contextmanager
def _own_place(project: Project, place: Path, names: Iterable[str]) -> Iterator[None]:
    """Let a brief be written where nothing of others lies, and note what was written.

    Raises:
        CommandError: Something lies there that we did not write, or that was changed since.
    """
    if place.parent.is_relative_to(project.site) and place.name in (PAGE, PDF):
        below = place.parent.relative_to(project.site).as_posix()
        files = [f"{below}/{name}" for name in names]
        with hold_site(project.site, "cchc brief"), adding_to(project.site, LIST, HEAD, files):
            yield
        return
    check_file(place, project.build)
    yield
    note_files([place], project.build)
