"""The site: every brief in every language, the pages that lead to them, swapped in at once.

Briefs are built in processes of their own, never in threads: one that fails stops no other and
leaves its former page standing. When no brief can be built, the former site stays as it was.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.downloads import write_downloads, write_site_downloads
from cchc_analysis.brief.listing import LISTING, write_listing
from cchc_analysis.brief.opening import list_briefs, open_brief
from cchc_analysis.brief.overview import LISTS, bind_root, bind_trends
from cchc_analysis.brief.places import name_list, name_page
from cchc_analysis.brief.quality import PAGE
from cchc_analysis.brief.render import (
    NOTEBOOK,
    QUALITY_NOTEBOOK,
    TEMPLATE,
    build_page,
    put_page,
)
from cchc_analysis.brief.trendpages import (
    TRENDS,
    list_trend_pages,
    name_trend,
    open_all,
    write_values,
)
from cchc_analysis.engine import IN_PLACE, Job, Outcome, run_jobs
from cchc_analysis.errors import BriefError, CommandError, Problem
from cchc_analysis.files import swap_in
from cchc_analysis.words import LANGUAGES, load_words

if TYPE_CHECKING:
    from cchc_analysis.records import Tables
    from cchc_analysis.reference import Project, Reference

Progress = Callable[[int, int], None]

ENGINE = "cchc"
HEAVY = ("matplotlib.pyplot", "nbconvert", "pandas", "papermill", "cchc_analysis.front")
"""What every page needs, imported once: most of what a page costs on its own."""


@dataclass(frozen=True)
class Site:
    """What was built: pages written, and the problems of briefs that were not."""

    pages: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Workers:
    """Who builds the pages.

    Attributes:
        count: Processes at a time; one per core when ``None``.
        progress: Called after each page with how many are done, and of how many.
        prepare: Called once in each warm process, to let notebooks find their tables.
    """

    count: int | None = None
    progress: Progress | None = None
    prepare: Callable[[], object] | None = None


def render_site(
    project: Project,
    tables: Tables,
    reference: Reference,
    out: Path,
    workers: Workers = Workers(),
    *,
    is_partial: bool = False,
) -> Site:
    """Build the whole site and put it in the place of the former one.

    Args:
        project: Whose notebook, template and processed data; the notebooks read the latter.
        tables: The same data, for the pages that list the briefs.
        reference: The reference tables.
        out: The folder of the site.
        workers: Who builds the pages.
        is_partial: Whether sources were set aside, whose former pages then stay.

    Returns:
        The number of pages, and the problems of the briefs that could not be built. The former
        page of such a brief, if there is one, is part of the new site.

    Raises:
        BriefError: No brief could be built, or the place cannot be written to.
    """
    _refuse_foreign(out)
    briefs = [
        open_brief(tables, reference, load_words(project.notebooks / TEMPLATE, lang), *place)
        for place in list_briefs(tables, reference)
        for lang in LANGUAGES
    ]
    trends = list_trend_pages(tables, reference)
    built, problems = _build_all(project, briefs, trends, workers)
    if not any(_place(brief) in built for brief in briefs):
        raise BriefError(problems or _nothing_held(project))
    try:
        with swap_in(out) as folder:
            told = _fill(folder, project, briefs, built, out)
            _put_trends(folder, project, (tables, reference), built, out)
            if is_partial:
                _keep_former(folder, out)
            write_site_downloads(folder, project, tables)
            write_listing(folder, told)
            pages = sum(1 for _ in folder.rglob("*.html"))
    except OSError as error:
        raise BriefError(
            Problem(
                str(error.filename or out),
                error.strerror or "an error of the file system",
                "a folder that can be written to",
                "Check its rights and the space left; the former site is untouched.",
            )
        ) from None
    return Site(pages, tuple(problems))


def _refuse_foreign(out: Path) -> None:
    """Refuse to put a site in the place of a folder that holds something else."""
    if out.is_dir() and any(out.iterdir()) and not (out / LISTING).is_file():
        raise CommandError(
            Problem(
                str(out),
                "a folder that holds something else than a site of ours",
                "no such folder, an empty one, or a former site",
                "Name another folder; nothing in this one was touched.",
            )
        )


def _build_all(
    project: Project,
    briefs: Sequence[Brief],
    trends: Mapping[str, Mapping[str, str]],
    workers: Workers,
) -> tuple[dict[str, str], list[Problem]]:
    """The pages by their place in the site, and what went wrong with the others."""
    built: dict[str, str] = {}
    problems: list[Problem] = []
    waiting = [
        Job(
            _place(brief),
            {"district": brief.area["area_id"], "period": brief.period, "lang": brief.lang},
        )
        for brief in briefs
    ]
    if briefs:
        waiting += [
            Job(str(name_list(PAGE, lang)), {"notebook": QUALITY_NOTEBOOK, "lang": lang})
            for lang in LANGUAGES
        ]
        waiting += [Job(place, dict(payload)) for place, payload in trends.items()]
    work, warm = partial(make_page, project), partial(warm_up, workers.prepare)
    outcomes = run_jobs(waiting, work, warm, workers.count)
    for done, outcome in enumerate(outcomes, start=1):
        if outcome.result is None:
            problems.extend(_name_brief(outcome))
        else:
            built[outcome.job.name] = outcome.result.decode()
        if workers.progress:
            workers.progress(done, len(waiting))
    return built, sorted(problems)


def warm_up(prepare: Callable[[], object] | None) -> None:
    """Prepare a process for many pages: what they all import, and the tables they all read."""
    os.environ[IN_PLACE] = "1"
    for name in HEAVY:
        import_module(name)
    if prepare:
        prepare()


def make_page(project: Project, payload: Mapping[str, str]) -> bytes:
    """One page, in a process of its own: of a brief, unless the payload names a notebook."""
    parameters = {name: value for name, value in payload.items() if name != "notebook"}
    notebook = project.notebooks / payload.get("notebook", NOTEBOOK)
    return build_page(project, notebook, parameters, ENGINE).encode()


def _place(brief: Brief) -> str:
    """The page of a brief within the site."""
    return str(name_page(brief.area, brief.period, brief.lang))


def _name_brief(outcome: Outcome) -> Iterator[Problem]:
    where = " ".join(outcome.job.payload.values())
    for each in outcome.problems:
        yield Problem(f"{where}: {each.where}", each.found, each.expected, each.remedy)


def _fill(
    folder: Path,
    project: Project,
    briefs: Sequence[Brief],
    built: dict[str, str],
    former: Path,
) -> list[Brief]:
    """Write every page into a fresh folder; what could not be built keeps its former page.

    A page and its downloads go together: a former page keeps its former ones.
    """
    kept = []
    for brief in briefs:
        place = name_page(brief.area, brief.period, brief.lang)
        if str(place) in built:
            put_page(folder / place, built[str(place)])
            write_downloads((folder / place).parent, brief)
        elif (former / place).is_file():
            shutil.copytree((former / place).parent, (folder / place).parent)
        else:
            continue
        kept.append(brief)
    for lang in LANGUAGES:
        own = [brief for brief in kept if brief.lang == lang]
        for name, bind in LISTS.items():
            put_page(folder / name_list(name, lang), bind(project, own, lang))
        _put(folder, name_list(PAGE, lang), built, former)
    put_page(folder / "index.html", bind_root(project, kept))
    return kept


def _keep_former(folder: Path, former: Path) -> None:
    """Former briefs of sources that were set aside stay where they were, off the lists."""
    for lang in LANGUAGES:
        for page in sorted((former / lang).glob("*/*/index.html")):
            place = folder / page.parent.relative_to(former)
            if not place.exists():
                shutil.copytree(page.parent, place)


def _put(folder: Path, place: PurePosixPath, built: Mapping[str, str], former: Path) -> bool:
    """A page that is no brief, or the former one in its place; whether there is either."""
    if page := built.get(str(place)):
        put_page(folder / place, page)
    elif (former / place).is_file():
        put_page(folder / place, (former / place).read_text("utf-8"))
    return str(place) in built or (former / place).is_file()


def _put_trends(
    folder: Path,
    project: Project,
    data: tuple[Tables, Reference],
    built: Mapping[str, str],
    former: Path,
) -> None:
    """The pages on trends with their values beside them, and the list that leads to them."""
    for lang in LANGUAGES:
        boards = open_all(*data, load_words(project.notebooks / TEMPLATE, lang))
        told = [(board, name_list(name_trend(board.code), lang)) for board in boards]
        kept = [board for board, place in told if _put(folder, place, built, former)]
        for board in kept:
            write_values((folder / name_list(name_trend(board.code), lang)).parent, board)
        put_page(folder / name_list(TRENDS, lang), bind_trends(project, kept, lang))


def _nothing_held(project: Project) -> Problem:
    return Problem(
        str(project.raw),
        "no report on a district",
        "at least one accepted source",
        "Add a report, or accept one in sources.csv.",
    )
