"""The site: every page that is new or changed, the lists that lead to them, swapped in at once.

A page is made again where something that it reads has changed, and nowhere else. Pages are built
in processes of their own: one that fails stops no other and leaves its former page standing, and
so does a source that had to be set aside. When no brief can be shown, the former site stays.
"""

from __future__ import annotations

import pstats
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import metadata
from pathlib import Path

from tqdm import tqdm

from cchc_analysis.brief.downloads import SITE_FOLDER
from cchc_analysis.brief.render import ANNEX_NOTEBOOK, NOTEBOOK, TEMPLATE, list_missing
from cchc_analysis.brief.report import FILE as REPORT
from cchc_analysis.brief.report import load_report
from cchc_analysis.data.files import read_files
from cchc_analysis.data.records import Tables, problem
from cchc_analysis.data.reference import Project, Reference
from cchc_analysis.data.words import LANGUAGES, load_words
from cchc_analysis.errors import BriefError, CchcError, CommandError, Problem
from cchc_analysis.site.jobs import Orders, Reply, Workforce, check_count, follow
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

version = cache(metadata.version)
"""The version of a package, looked up once: a build asks for a dozen, and more than once."""

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
    say why other pages could not be built; rows of the sources withheld may not be published;
    errors are all that is wrong with sources and briefs that were left out.
    """

    pages: int
    built: int = 0
    kept: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    withheld: tuple[str, ...] = ()
    errors: tuple[CchcError, ...] = ()


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
            pages, made = count_pages(build.placed), len(build.made)
            there = f"the site in {build.site} is as it was, {pages} pages"
            said = there if pages else "no site yet"
            said += f". Kept for the next run: {made} pages made in this one."
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
    slices = Slices(tables, reference, load_report(project.notebooks, reference))
    notebook = f"{OWN}/{workers.notebook.name}" if workers.notebook else NOTEBOOK
    pages = {page.folder: page for page in list_pages(slices, tables, reference, notebook)}
    contents = Contents(project, reference, build, read_inputs(project, workers.notebook))
    kept = [
        folder
        for folder, former in build.placed.items()
        if set_aside.intersection(former.reads) and build.put_former(folder)
    ]
    _make_pages(contents, pages.values(), workers)
    briefs = [folder for folder, page in pages.items() if page.is_brief]
    if build.shown.keys().isdisjoint(briefs or pages):
        raise BriefError(contents.problems or problem("nothing_to_show", str(project.raw)))
    put_lists(build, pages.values(), project, tables, reference, url)
    put_downloads(build, project, tables, reference, slices)
    build.publish(is_whole=not (contents.problems or kept))
    problems = tuple(sorted(contents.problems))
    return Site(count_pages(build.shown), contents.built, tuple(kept), problems)


def read_inputs(project: Project, notebook: Path | None = None) -> dict[str, bytes]:
    """The files that making a page reads, by their paths: notebooks, template, reference.

    Somebody's own notebook for the briefs stands under ``notebooks/own``, wherever it lies.
    """
    paths = [
        *project.notebooks.glob("*.ipynb"),
        project.notebooks / REPORT,
        *(project.notebooks / TEMPLATE).rglob("*"),
        *project.reference.glob("*.csv"),
    ]
    own = {f"notebooks/{OWN}/{notebook.name}": notebook.read_bytes()} if notebook else {}
    return read_files(paths, project.root) | own


def key_of_code(project: Project) -> str:
    """The key of our code and of the packages that draw."""
    lock = project.root / "requirements.lock"
    versions = {name: version(name) for name in DRAWN_BY}
    return key_of(key_of_package(), lock.read_bytes() if lock.is_file() else None, versions)


def _make_pages(contents: Contents, pages: Collection[Page], workers: Workers) -> None:
    """Make the pages that have to be made; one that fails shows what it showed before."""
    build, workforce = contents.build, None
    pause = 0.25 if sys.stderr.isatty() else 10
    with ExitStack() as stack:
        # The pages that are told of tables; then, of what came of these, those on all briefs.
        for are_of_briefs in (False, True):
            planned = [page for page in pages if (page.areas is not None) == are_of_briefs]
            if are_of_briefs:
                told = (replace(page, graded=_read_graded(build, page, pages)) for page in planned)
                planned = [page for page in told if page.graded]
            waiting = {page.folder: page for page in planned if not contents.plan(page)}
            if waiting and not workforce:
                orders = _give_orders(contents, workers, [*waiting.values()])
                # No more processes than have something to do: of few pages one makes all.
                count = min(check_count(workers.count), -(-len(waiting) // orders.jobs_a_child))
                begun = open_workforce(replace(workers, count=count), orders)
                workforce = stack.enter_context(begun)
            if not workforce:
                continue
            jobs = ((name, make_task(contents.project, page)) for name, page in waiting.items())
            with tqdm(
                total=len(waiting), unit=" pages", disable=workers.is_quiet, mininterval=pause
            ) as progress:
                for folder, reply in follow(workforce, jobs):
                    if workers.profile and reply.stats:
                        workers.profile.add(reply.stats)
                    contents.take(waiting[folder], reply)
                    progress.update()


def _give_orders(contents: Contents, workers: Workers, waiting: list[Page]) -> Orders:
    is_own = any(name.endswith(".ipynb") for name in list_own(contents.project.root))
    is_alone = bool(is_own or workers.notebook)
    is_shared = is_alone or len(waiting) >= FEWEST_SHARED
    briefs = [page for page in waiting if page.is_brief]
    sample = make_task(contents.project, briefs[0]) if briefs and is_shared else None
    len(contents.reference.area_rows)  # the communes are loaded for it, and sent along
    return Orders(
        begin=partial(warm_up, contents.reference, sample=sample, is_shared=is_shared),
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


def _read_graded(build: Build, page: Page, pages: Iterable[Page]) -> tuple[bytes, ...]:
    """What is known of the briefs that are shown, of which a page tells."""
    keys = (
        build.shown[each.folder].key
        for each in pages
        if each.is_brief and each.folder in build.shown
        if each.parameters["lang"] == page.parameters["lang"]
        if not page.areas or each.parameters["district"] in page.areas
    )
    return tuple(filter(None, (build.read(key, GRADED) for key in keys)))


def count_pages(folders: Iterable[str]) -> int:
    """How many folders of a site hold a page; those of ``data/`` hold tables."""
    return sum(folder.split("/")[0] != SITE_FOLDER for folder in folders)


HALF = 32
"""Of a page's key the first half is of what is known before it is made, the plan; the second is of
what it then read of the reference data and strings."""


class Contents:
    """The pages of notebooks in a build: what each should show, and what came of those made."""

    def __init__(
        self, project: Project, reference: Reference, build: Build, files: Mapping[str, bytes]
    ) -> None:
        self.project, self.reference, self.build, self.files = project, reference, build, files
        self.problems: list[Problem] = []
        self.built = 0
        self._planned: dict[str, Placed] = {}
        words = [load_words(project.notebooks / TEMPLATE, lang) for lang in LANGUAGES]
        self._held = Held(reference, words)
        shared = {name: content for name, content in files.items() if not name.endswith(".ipynb")}
        known = ("data/reference/", f"notebooks/{TEMPLATE}/strings.csv")  # read row by row
        rest = {name: shared[name] for name in shared if not name.startswith(known)}
        code = key_of_code(project)
        build.common, self._code = key_of(code, shared), key_of(code, rest)

    def plan(self, page: Page) -> bool:
        """Show a page if it is there: made of the same, and what it read then is the same now.

        Where nothing at all has changed in reference data and strings, that is not looked up.
        """
        if page.folder in self.build.shown:  # as it was: a source of it was set aside
            return True
        build, rows = self.build, page.find_slice()
        names = (page.notebook, ANNEX_NOTEBOOK) if page.is_brief else (page.notebook,)
        notebooks = [self.files.get(f"notebooks/{name}") for name in names]
        made_of = [notebooks, read_documents(self.project, rows.sources), *page.graded]
        plan = key_of(self._code, page.folder, page.parameters, rows.key, made_of)[:HALF]
        self._planned[page.folder] = Placed(plan, rows.sources)
        found = build.find(plan)
        former = build.placed.get(page.folder, Placed("")).key
        if former in found and build.common == build.former_common:
            found = [former]  # a build that was stopped may have left others beside it
        else:
            read = {key: build.read(key, READ) for key in found}
            found = [key for key in found if read[key] and key == self._complete(plan, read[key])]
        for key in found[:1]:
            build.shown[page.folder] = Placed(key, rows.sources)
        return bool(found)

    def take(self, page: Page, reply: Reply) -> None:
        """Keep a page that was made and show it, or say why none was."""
        files = reply.result
        if files is None:
            where = " ".join(page.parameters.values())
            for each in reply.list_problems(page.folder):
                self.problems.append(replace(each, where=f"{where}: {each.where}"))
                tqdm.write(f"failed: {self.problems[-1]}", file=sys.stderr)
            self.build.put_former(page.folder)
            return
        for said in list_missing(files["index.html"]):
            tqdm.write(f"{page.folder}: {said}", file=sys.stderr)
        plan, sources = self._planned[page.folder]
        key = self._complete(plan, files[READ])
        self.build.keep(key, files)
        self.build.shown[page.folder] = Placed(key, sources)
        self.built += 1

    def _complete(self, plan: str, names: bytes) -> str:
        return plan + self._held.key(names)[:HALF]
