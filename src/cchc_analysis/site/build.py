"""The site: every page that is new or changed, the lists that lead to them, swapped in at once.

A page is made again where something that it reads has changed, and nowhere else. Pages are built
in processes of their own: one that fails stops no other and leaves its former page standing, and
so does a source that had to be set aside. When no brief can be shown, the former site stays.
"""

from __future__ import annotations

import pstats
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from tqdm import tqdm

from cchc_analysis.brief.downloads import SITE_FOLDER
from cchc_analysis.brief.own_cells import list_missing
from cchc_analysis.brief.render import ANNEX_NOTEBOOK, NOTEBOOK, TEMPLATE
from cchc_analysis.brief.report import FILE as REPORT
from cchc_analysis.brief.report import load_report
from cchc_analysis.data.records import Tables, problem
from cchc_analysis.data.reference import Project, Reference
from cchc_analysis.data.words import LANGUAGES, load_words
from cchc_analysis.errors import BriefError, CommandError, Problem
from cchc_analysis.site.jobs import Orders, Reply, Workforce, add_up, check_count, follow
from cchc_analysis.site.keys import Held, key_of, key_of_package
from cchc_analysis.site.kit import list_own
from cchc_analysis.site.lists import put_downloads, put_lists
from cchc_analysis.site.pages import (
    GRADED,
    PAGES_A_CHILD,
    READ,
    Page,
    list_pages,
    make_task,
    read_documents,
    warm_up,
)
from cchc_analysis.site.slices import Slices
from cchc_analysis.site.store import Build, Placed, open_build
from cchc_analysis.site.workers import Pool

JOB_BYTES = 2 << 30
"""Memory that one page may take besides what it shares: far more than any takes when it is well."""

FEWEST_SHARED = 17
"""Pages from which it pays to share them out to processes, and to import and tell beforehand what
all of them need. One process makes fewer, and imports what they ask for."""

OWN = "own"
"""The folder below ``notebooks/`` where a notebook of somebody's own stands while it is run."""

DRAWN_BY = (
    *("babel", "ipython", "jinja2", "matplotlib", "nbclient", "nbconvert", "nbformat", "numpy"),
    *("openpyxl", "pandas", "papermill", "scipy"),
)
"""Packages whose version can change the bytes of a page."""


@dataclass(frozen=True)
class Site:
    """What was built: how many pages there are, and how many of them notebooks made anew.

    Folders that are ``kept`` show their former page, as a source of theirs was set aside; problems
    say why other pages could not be built; rows of the sources withheld may not be published.
    """

    pages: int
    built: int = 0
    kept: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workers:
    """Who builds the pages: so many processes at a time, or one per core.

    Attributes:
        timeout: Seconds that a page may take.
        scheduler: Address of a ``dask.distributed`` scheduler whose workers build instead.
        profile: Adds up where the time of all pages goes, if it is asked for.
        notebook: Somebody's own notebook, of which the briefs are made.
    """

    count: int | None = None
    timeout: float | None = None
    scheduler: str | None = None
    is_quiet: bool = True
    profile: pstats.Stats | None = None
    notebook: Path | None = None


@contextmanager
def open_site(out: Path, stamp: str = "", *, force: bool = False) -> Iterator[Build]:
    """Begin to build a site as ``open_build`` does; Ctrl-C at any time says what is there."""
    with open_build(out, stamp, force=force) as build:
        try:
            yield build
        except KeyboardInterrupt:
            pages = count_pages(build.placed)
            there = (
                f"the site in {build.site} is as it was, {pages} pages" if pages else "no site yet"
            )
            said = f"{there}. Kept for the next run: {len(build.made)} pages made in this one."
            if build.is_published:
                said = f"the new site is there and whole, in {build.site}."
            raise KeyboardInterrupt(f"Stopped; {said}") from None


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

    Pages that told sources which are set aside, and not in the tables for a fault of theirs, stay
    as they were. With the address where it will be published the site gets a sitemap.

    Raises:
        BriefError: No brief can be shown, or the place cannot be written to.
    """
    files = read_inputs(project, workers.notebook)
    slices = Slices(tables, reference, load_report(project.notebooks, reference))
    words = [load_words(project.notebooks / TEMPLATE, lang) for lang in LANGUAGES]
    shared = {name: content for name, content in files.items() if not name.endswith(".ipynb")}
    strings = f"notebooks/{TEMPLATE}/strings.csv"
    known = {name for name in shared if name == strings or name.startswith("data/reference/")}
    rest = {name: content for name, content in shared.items() if name not in known}
    code, held = key_of_code(project), Held(reference, words)  # which knows what pages read of them
    notebook = f"{OWN}/{workers.notebook.name}" if workers.notebook else NOTEBOOK
    pages = {page.folder: page for page in list_pages(slices, tables, reference, notebook)}
    keys = key_of(code, shared), key_of(code, rest)
    contents = Contents(project, build, *keys, held, files, pages)
    _make_pages(contents, workers, reference, set_aside)
    briefs = [folder for folder, page in pages.items() if page.is_brief]
    if contents.shown.keys().isdisjoint(briefs or pages):
        raise BriefError(contents.problems or problem("nothing_to_show", str(project.raw)))
    put_lists(contents, project, tables, reference, url)
    put_downloads(contents, project, tables, reference, slices)
    is_whole = not (contents.problems or contents.kept)
    build.publish(contents.shown, is_whole=is_whole)
    kept, problems = tuple(contents.kept), tuple(sorted(contents.problems))
    return Site(count_pages(contents.shown), contents.built, kept, problems)


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


def key_of_code(project: Project) -> str:
    """The key of our code and of the packages that draw."""
    lock = project.root / "requirements.lock"
    versions = {name: version(name) for name in DRAWN_BY}
    return key_of(key_of_package(), lock.read_bytes() if lock.is_file() else None, versions)


def _make_pages(
    contents: Contents, workers: Workers, reference: Reference, set_aside: frozenset[str]
) -> None:
    """Make the pages that have to be made; one that fails shows what it showed before."""
    workforce: Workforce | None = None
    pause = 0.25 if sys.stderr.isatty() else 10
    with ExitStack() as stack:
        # The pages that are told of tables; then, of what came of these, those on all briefs.
        for are_of_briefs in (False, True):
            planned = contents.pages.values()
            pages = [page for page in planned if (page.areas is not None) == are_of_briefs]
            if are_of_briefs:
                told = ((page, _read_graded(contents, page)) for page in pages)
                pages = [replace(page, graded=graded) for page, graded in told if graded]
            for page in pages:
                contents.plan(page)
            for folder, former in contents.build.placed.items():
                is_touched = folder not in contents.kept and set_aside.intersection(former.reads)
                if is_touched and contents.keep_former(folder):  # it stays as it was
                    contents.kept.append(folder)
            waiting = [page for page in pages if page.folder not in contents.shown]
            if waiting and not workforce:
                orders = _give_orders(contents, workers, reference, waiting)
                # No more processes than have something to do: of few pages one makes all.
                count = min(check_count(workers.count), -(-len(waiting) // orders.jobs_a_child))
                begun = open_workforce(replace(workers, count=count), orders)
                workforce = stack.enter_context(begun)
            if not workforce:
                continue
            jobs = ((page.folder, make_task(contents.project, page)) for page in waiting)
            with tqdm(
                total=len(waiting), unit=" pages", disable=workers.is_quiet, mininterval=pause
            ) as progress:
                for folder, reply in follow(workforce, jobs):
                    _take(contents, folder, reply, workers.profile)
                    progress.update()


def _give_orders(
    contents: Contents, workers: Workers, reference: Reference, waiting: list[Page]
) -> Orders:
    is_own = any(name.endswith(".ipynb") for name in list_own(contents.project.root))
    is_alone = bool(is_own or workers.notebook)
    is_shared = is_alone or len(waiting) >= FEWEST_SHARED
    briefs = [page for page in waiting if page.is_brief]
    sample = make_task(contents.project, briefs[0]) if briefs and is_shared else None
    len(reference.area_rows)  # the communes are loaded for it, and sent along
    return Orders(
        begin=partial(warm_up, reference, sample=sample, is_shared=is_shared),
        timeout=workers.timeout,
        memory=JOB_BYTES,
        files=contents.files,
        jobs_a_child=1 if is_alone else PAGES_A_CHILD if is_shared else FEWEST_SHARED,
        is_profiled=workers.profile is not None,
    )


def open_workforce(workers: Workers, orders: Orders) -> Workforce:
    """Those who make the pages, here or on a cluster."""
    if not workers.scheduler:
        return Pool(orders, workers.count or 1)
    try:
        from cchc_analysis.site.cluster import Cluster
    except ImportError:
        where = f"--scheduler {workers.scheduler}"
        raise CommandError(problem("no_cluster_extra", where)) from None
    return Cluster(orders, workers.scheduler)


def _read_graded(contents: Contents, page: Page) -> tuple[bytes, ...]:
    """What is known of the briefs that are shown, of which a page tells."""
    keys = (
        contents.shown[folder].key
        for folder, each in contents.pages.items()
        if each.is_brief and folder in contents.shown
        if each.parameters["lang"] == page.parameters["lang"]
        if not page.areas or each.parameters["district"] in page.areas
    )
    return tuple(filter(None, (contents.build.read(key, GRADED) for key in keys)))


def _take(contents: Contents, folder: str, reply: Reply, profile: pstats.Stats | None) -> None:
    """Keep what was made, or say why nothing was."""
    if profile and reply.stats:
        add_up(profile, reply.stats)
    if reply.result is not None:
        for said in list_missing(reply.result["index.html"]):
            tqdm.write(f"{folder}: {said}", file=sys.stderr)
        contents.take(folder, reply.result)
        return
    where = " ".join(contents.pages[folder].parameters.values())
    for each in reply.list_problems(folder):
        contents.problems.append(replace(each, where=f"{where}: {each.where}"))
        tqdm.write(f"failed: {contents.problems[-1]}", file=sys.stderr)
    contents.keep_former(folder)


def count_pages(folders: Iterable[str]) -> int:
    """How many folders of a site hold a page; those of ``data/`` hold tables."""
    return sum(folder.split("/")[0] != SITE_FOLDER for folder in folders)


@dataclass
class Contents:
    """The pages of a build by their folders: those of notebooks, what each should show, and shows.

    ``common`` is the content key of what all pages share; ``code`` is that without the reference
    data and strings, whose rows ``held`` knows. Folders that are ``kept`` show former content since
    a source of theirs was set aside.
    """

    project: Project
    build: Build
    common: str
    code: str
    held: Held
    files: Mapping[str, bytes]
    pages: Mapping[str, Page]
    planned: dict[str, Placed] = field(default_factory=dict)
    shown: dict[str, Placed] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    built: int = 0

    def plan(self, page: Page) -> None:
        """Note what a page should show, and show it if that is made already.

        What a page reads of the reference data and strings is known when it was made once; its key
        is of what it is made of, and of what these names hold now: what they held when it was made
        where nothing of all that has changed since.
        """
        rows = page.find_slice()
        names = (page.notebook, ANNEX_NOTEBOOK) if page.is_brief else (page.notebook,)
        notebooks = [self.files.get(f"notebooks/{name}") for name in names]
        made_of = [notebooks, read_documents(self.project, rows.sources), *page.graded]
        plan = key_of(self.code, page.folder, page.parameters, rows.key, made_of)
        self.planned[page.folder] = Placed(plan, rows.sources, plan)
        if noted := self.build.read(plan, READ):
            head, _, read = noted.partition(b"\n")
            common, key = head.decode().split()
            if common != self.common:
                key = key_of(plan, self.held.key(read))
            if self.build.has(key):
                self.shown[page.folder] = Placed(key, rows.sources, plan)

    def take(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Keep a page that was made, under the key of what it has read, and show it.

        Noted are the key of all that could be read, that of the page, and the names that it read.
        """
        planned, names = self.planned[folder], files[READ]
        key = key_of(planned.plan, self.held.key(names))
        noted = f"{self.common} {key}\n".encode() + names
        self.build.keep(planned.plan, {READ: noted}, is_page=False)
        self.build.keep(key, {name: files[name] for name in files if name != READ})
        self.shown[folder] = replace(planned, key=key)
        self.built += 1

    def keep_former(self, folder: str) -> bool:
        """Show what the site has shown before, where it has."""
        if former := self.build.former(folder):
            self.shown[folder] = former
        return former is not None

    def put(self, folder: str, made_of: object, make: Callable[[], Mapping[str, bytes]]) -> None:
        """Show a page that is made here and now, if it is not there already."""
        key = key_of(self.common, folder, made_of)
        if not self.build.has(key):
            self.build.keep(key, make())
        self.shown[folder] = Placed(key)
