"""One brief on its own: made in a process of its own, then put in its place.

Comes in as what a person asks for; goes out as the files of a page, where nothing of others lies.
This process knows the place and the lock, and imports nothing that tells a brief; the other one
loads the tables, opens the brief once for front, annex and downloads, and holds no file open.
"""

from __future__ import annotations

import logging
import operator
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cchc_analysis.data.files import write_bytes
from cchc_analysis.data.owned import adding_to, check_file, note_files
from cchc_analysis.data.reference import Project
from cchc_analysis.errors import BriefError
from cchc_analysis.site.jobs import Orders
from cchc_analysis.site.store import HEAD, LIST, hold_site, in_words
from cchc_analysis.site.workers import Pool

_LOG = logging.getLogger(__name__)
PAGE, PDF = "index.html", "brief.pdf"


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
    from cchc_analysis.brief import render

    is_pdf = form == "pdf"
    if is_pdf:
        render.find_browser()
    is_whole = is_pdf or (out is not None and out.name != PAGE)
    own, former = (path.absolute() if path else None for path in (notebook, since))
    make = partial(make_brief, project, (district, period, lang), own, former, is_whole=is_whole)
    folder, files, heard = do_apart(make)
    page = project.site / folder / PAGE
    place = out or (page.with_name(PDF) if is_pdf else page)
    for said in (*heard, *render.list_missing(files[PAGE])):
        _LOG.warning("%s: %s", place, said)
    if place != page:
        files = {name: content for name, content in files.items() if name.endswith(".html")}
    if is_whole:
        files = {place.name: files[PAGE]}
    with _own_place(project, place, files):
        if is_pdf:
            render.print_page(files[place.name].decode(), place)
        else:
            put_files(place.parent, files)
    return place


def do_apart(work: Callable[[], Any]) -> Any:
    """Do one thing in a process of its own, or raise what it raised there, or what became of that.

    It is a function that can be imported, or a partial.
    """
    with Pool(Orders(partial(partial, operator.call)), 1) as pool:
        reply = pool.submit(work).result()
    if reply.error:
        raise reply.error
    if reply.result is None:
        raise BriefError(reply.list_problems("the page"))
    return reply.result


def put_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of a brief, each in one step; a ``BriefError`` where that cannot be."""
    with in_words(folder, "another place can be named with --out"):
        for name, content in files.items():
            write_bytes(folder / name, content)


def make_brief(
    project: Project,
    wanted: tuple[str, str, str],
    notebook: Path | None,
    since: Path | None,
    *,
    is_whole: bool,
) -> tuple[str, Mapping[str, bytes], list[str]]:
    """Make the files of a brief (district, period and language), in a process of its own.

    Gives its folder within the site, its files by name, and what the person has to know; front and
    annex ``is_whole`` are one page, without downloads.
    """
    from cchc_analysis.brief import beside, content, opening, render, report
    from cchc_analysis.data.clean import label_period
    from cchc_analysis.data.named import match_period
    from cchc_analysis.data.store import load
    from cchc_analysis.data.trace import compare_editions
    from cchc_analysis.site import pages
    from cchc_analysis.site.slices import Slices

    if notebook:
        render.check_parameters(notebook, ("district", "period", "lang"))
    notebook = project.notebooks / (notebook or render.NOTEBOOK)
    reference, tables = load(project)
    district, period, lang = wanted
    period, held = label_period(match_period(period)), opening.list_briefs(tables, reference)
    with warnings.catch_warnings(record=True) as heard:
        area_id = opening.match_told(reference, held, district, period)
    said = [str(each.message) for each in heard]
    folder = f"{lang}/{content.name_folder(reference.area_rows[area_id], period)}"
    parameters = {"district": area_id, "period": period, "lang": lang}
    with ExitStack() as stack:
        if since:
            compare_editions(since, tables.indicators)  # refused before anything is built
            told = Path(stack.enter_context(TemporaryDirectory(prefix="cchc-since-")))
            notebook = beside.tell_since(notebook, since, told)
        if is_whole:
            context = opening.Context(
                project, reference, tables, is_whole=True, notebook=notebook.name
            )
            stack.enter_context(opening.running_in(context))
            annex = [e for e in [project.notebooks / render.ANNEX_NOTEBOOK] if e.is_file()]
            page = render.build_pages(project, notebook, parameters, pages.ENGINE, annex)[""]
            return folder, {PAGE: page.encode()}, said
        slices = Slices(tables, reference, report.load_report(project.notebooks, reference))
        find = partial(slices.of_brief, area_id, period)
        brief = pages.Page("", str(notebook), parameters, find)
        made = pages.make_files(project, reference, pages.make_task(project, brief))
        return folder, {name: made[name] for name in made if not name.startswith(".")}, said


@contextmanager
def _own_place(project: Project, place: Path, names: Iterable[str]) -> Iterator[None]:
    """Let a brief be written where nothing of others lies, and note what was written."""
    if place.parent.is_relative_to(project.site) and place.name in (PAGE, PDF):
        below = place.parent.relative_to(project.site).as_posix()
        files = [f"{below}/{name}" for name in names]
        with hold_site(project.site, "cchc brief"), adding_to(project.site, LIST, HEAD, files):
            yield
        return
    check_file(place, project.build)
    yield
    note_files([place], project.build)
