"""The site: every page that is new or changed, the lists that lead to them, swapped in at once.

A page is made again where something that it reads has changed, and nowhere else. Pages are built
in processes of their own: one that fails stops no other and leaves its former page standing, and
so does a source that had to be set aside. When no brief can be shown, the former site stays.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from cchc_analysis.brief.downloads import SITE_FOLDER
from cchc_analysis.brief.render import NOTEBOOK, TEMPLATE
from cchc_analysis.brief.report import FILE as REPORT
from cchc_analysis.brief.report import load_report
from cchc_analysis.data.words import LANGUAGES, load_words
from cchc_analysis.errors import BriefError, CommandError, Problem
from cchc_analysis.site.draft import Draft
from cchc_analysis.site.jobs import Orders, Profile, Reply, follow
from cchc_analysis.site.jobs import Workers as Workforce
from cchc_analysis.site.keys import key_of, key_of_package
from cchc_analysis.site.limits import check_count
from cchc_analysis.site.lists import put_downloads, put_lists
from cchc_analysis.site.pages import (
    GRADED,
    Page,
    Task,
    list_pages,
    make_task,
    read_documents,
    warm_up,
)
from cchc_analysis.site.reads import Held
from cchc_analysis.site.slices import Slices
from cchc_analysis.site.store import Build, open_build
from cchc_analysis.site.workers import Pool

if TYPE_CHECKING:
    from cchc_analysis.data.records import Tables
    from cchc_analysis.data.reference import Project, Reference

JOB_BYTES = 2 << 30
"""Memory that one page may take besides what it shares: far more than any takes when it is well."""

FEWEST_FOR_SAMPLE = 10
"""Briefs from which it pays to tell one beforehand, so that each child finds what that leaves."""

OWN = "own"
"""The folder below ``notebooks/`` where a notebook of somebody's own stands while it is run."""

DRAWN_BY = (
    *("babel", "ipython", "jinja2", "matplotlib", "nbclient", "nbconvert", "nbformat", "numpy"),
    *("openpyxl", "pandas", "papermill", "scipy", "statsmodels"),
)
"""Packages whose version can change the bytes of a page."""


@dataclass(frozen=True)
class Site:
    """What was built.

    Attributes:
        pages: HTML pages of the site.
        built: Pages that notebooks made anew.
        kept: Folders whose former page was kept, as a source of theirs was set aside.
        problems: Why other pages could not be built.
        withheld: Sources whose rows may not be published.
    """

    pages: int
    built: int = 0
    kept: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workers:
    """Who builds the pages.

    Attributes:
        count: Processes at a time; one per core when ``None``.
        timeout: Seconds that a page may take.
        scheduler: Address of a ``dask.distributed`` scheduler whose workers build instead.
        is_quiet: Tell nothing of how far it is.
        profile: Gathers where the time goes, if it is asked for.
        notebook: Somebody's own notebook, of which the briefs are made.
    """

    count: int | None = None
    timeout: float | None = None
    scheduler: str | None = None
    is_quiet: bool = True
    profile: Profile | None = None
    notebook: Path | None = None


@contextmanager
def open_site(out: Path, stamp: str = "", *, force: bool = False) -> Iterator[Build]:
    """Begin to build a site, which nobody else builds at the same time.

    Ctrl-C, whenever it comes, says what is there.

    Args:
        out: Its folder.
        stamp: What it is to be made from; where that is the same, so is the site.
        force: Make every page again.

    Raises:
        CommandError: The folder holds something else, or somebody else builds it.
        BriefError: The place cannot be written to.
    """
    with open_build(out, stamp, force=force) as build:
        try:
            yield build
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_tell_stop(build)) from None


def render_site(  # noqa: PLR0913 - all that a site is made of, each by its name
    project: Project,
    tables: Tables,
    reference: Reference,
    build: Build,
    workers: Workers = Workers(),
    set_aside: frozenset[str] = frozenset(),
    url: str = "",
) -> Site:
    """Build what has changed of a site and put the whole in the place of the former one.

    Args:
        project: Whose notebooks and template.
        tables: What the pages tell.
        reference: The reference tables.
        build: The site, as opened by ``open_site``.
        workers: Who builds the pages.
        set_aside: Sources that are not in the tables for a fault of theirs: pages that told them
            stay as they were.
        url: Where it will be published, for a sitemap.

    Raises:
        BriefError: No brief can be shown, or the place cannot be written to.
    """
    files = read_inputs(project, workers.notebook)
    slices = Slices(tables, reference, load_report(project.notebooks, reference))
    words = [load_words(project.notebooks / TEMPLATE, lang) for lang in LANGUAGES]
    code = {name: files[name] for name in files if not is_watched(name)}
    held = Held(reference, words)
    draft = Draft(build, key_of_rest(project, files), key_of_rest(project, code), held)
    notebook = f"{OWN}/{workers.notebook.name}" if workers.notebook else NOTEBOOK
    draft.plan(
        list_pages(slices, tables, reference, notebook),
        lambda page, rows: [
            [files.get(f"notebooks/{name}") for name in page.notebooks],
            read_documents(project, rows.sources),
        ],
    )
    draft.keep_touched(set_aside)
    built = _make_waiting(draft, workers, partial(make_task, project), reference, files)
    if not any(page.is_brief and folder in draft.shown for folder, page in draft.pages.items()):
        raise BriefError(draft.problems or _nothing_held(project))
    put_lists(draft, project, tables, reference, url)
    put_downloads(draft, project, tables, reference, slices)
    is_whole = not (draft.problems or draft.kept)
    build.publish(draft.shown, is_whole=is_whole)
    return Site(count_pages(draft.shown), built, tuple(draft.kept), tuple(sorted(draft.problems)))


def read_inputs(project: Project, notebook: Path | None = None) -> dict[str, bytes]:
    """The files that making a page reads, by their paths: notebooks, template, reference.

    Somebody's own notebook for the briefs stands under ``notebooks/own``, wherever it lies.
    """
    paths = [
        *project.notebooks.glob("*.ipynb"),
        project.notebooks / REPORT,
        *(path for path in (project.notebooks / TEMPLATE).rglob("*") if path.is_file()),
        *project.reference.glob("*.csv"),
    ]
    held = [path for path in sorted(paths) if path.is_file()]
    files = {path.relative_to(project.root).as_posix(): path.read_bytes() for path in held}
    own = {f"notebooks/{OWN}/{notebook.name}": notebook.read_bytes()} if notebook else {}
    return files | own


def is_watched(name: str) -> bool:
    """Whether of a file it is known which rows a page has read."""
    return name.startswith("data/reference/") or name.endswith("/strings.csv")


def key_of_rest(project: Project, files: Mapping[str, bytes]) -> str:
    """The key of what all pages share: our code, the packages that draw, template, reference."""
    lock = project.root / "requirements.lock"
    shared = {name: content for name, content in files.items() if not name.endswith(".ipynb")}
    return key_of(
        key_of_package(),
        lock.read_bytes() if lock.is_file() else None,
        {name: _find_version(name) for name in DRAWN_BY},
        shared,
    )


def _find_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _make_waiting(
    draft: Draft,
    workers: Workers,
    task_of: Callable[[Page], Task],
    reference: Reference,
    files: Mapping[str, bytes],
) -> int:
    """Make the pages that have to be made; one that fails shows what it showed before."""
    waiting = draft.list_waiting()
    if not waiting:
        return 0
    briefs = [page for page in waiting if page.is_brief]
    sample = task_of(briefs[0]) if len(briefs) >= FEWEST_FOR_SAMPLE else None
    orders = Orders(
        partial(warm_up, reference, sample=sample),
        workers.timeout,
        JOB_BYTES,
        files=files,
        is_profiled=workers.profile is not None,
    )
    is_live = sys.stderr.isatty()
    with (
        open_workforce(workers, orders) as workforce,
        tqdm(
            total=len(waiting),
            unit=" pages",
            disable=workers.is_quiet,
            mininterval=0.25 if is_live else 10,
        ) as progress,
    ):
        for jobs in _list_jobs(draft, waiting, task_of):
            for folder, reply in follow(workforce, jobs):
                _take(draft, folder, reply, workers.profile)
                progress.update()
    return sum(1 for page in waiting if draft.shown.get(page.folder) == draft.wanted[page.folder])


def open_workforce(workers: Workers, orders: Orders) -> AbstractContextManager[Workforce]:
    """Those who make the pages, here or on a cluster."""
    if not workers.scheduler:
        return Pool(orders, check_count(workers.count))
    try:
        from cchc_analysis.site.cluster import Cluster
    except ImportError:
        problem = Problem(
            f"--scheduler {workers.scheduler}",
            "dask.distributed is not installed",
            "the extra [cluster]",
            "Run: pip install 'cchc-analysis[cluster]'.",
        )
        raise CommandError(problem) from None
    return Cluster(orders, workers.scheduler)


def _list_jobs(
    draft: Draft, waiting: list[Page], task_of: Callable[[Page], Task]
) -> Iterator[Iterator[tuple[str, Task]]]:
    """The pages to be made; then, of what came of these, the pages on all briefs."""
    yield ((page.folder, task_of(page)) for page in waiting if not page.is_of_briefs)
    yield (
        (page.folder, replace(task_of(page), graded=graded))
        for page in waiting
        if page.is_of_briefs and (graded := _read_graded(draft, page))
    )


def _read_graded(draft: Draft, page: Page) -> tuple[bytes, ...]:
    """What is known of the briefs that are shown.

    Where one shows not what it should, the page is another one than was planned, under a key of
    its own: it is made again when all of them do.
    """
    lang = page.parameters["lang"]
    briefs = [p for p in draft.pages.values() if p.is_brief and p.parameters["lang"] == lang]
    shown = {brief.folder: draft.shown.get(brief.folder) for brief in briefs}
    if any(placed != draft.wanted[folder] for folder, placed in shown.items()):
        planned = draft.wanted[page.folder]
        keys = {folder: placed and placed.key for folder, placed in shown.items()}
        draft.wanted[page.folder] = replace(planned, plan=key_of(planned.plan, keys))
    found = (draft.build.read(placed.key, GRADED) for placed in shown.values() if placed)
    return tuple(content for content in found if content)


def _take(draft: Draft, folder: str, reply: Reply, profile: Profile | None) -> None:
    """Keep what was made, or say why nothing was."""
    if profile and reply.stats:
        profile.add(reply.stats)
    if reply.result is not None:
        draft.take(folder, reply.result)
        return
    where = " ".join(draft.pages[folder].parameters.values())
    problems = [
        Problem(f"{where}: {each.where}", each.found, each.expected, each.remedy)
        for each in reply.list_problems(folder)
    ]
    for problem in problems:
        tqdm.write(f"failed: {problem}", file=sys.stderr)
    draft.problems += problems
    draft.keep_former(folder)


def _tell_stop(build: Build) -> str:
    """What a build that is stopped leaves behind."""
    if build.is_published:
        return f"Stopped; the new site is there and whole, in {build.site}."
    pages = count_pages(build.placed)
    there = f"the site in {build.site} is as it was, {pages} pages" if pages else "no site yet"
    return f"Stopped; {there}. Kept for the next run: {build.made} pages made in this one."


def count_pages(folders: Iterable[str]) -> int:
    """How many folders of a site hold a page; those of ``data/`` hold tables."""
    return sum(folder.split("/")[0] != SITE_FOLDER for folder in folders)


def _nothing_held(project: Project) -> Problem:
    return Problem(
        str(project.raw),
        "no report on a district",
        "at least one accepted source",
        "Add a report, or accept one in sources.csv.",
    )
