"""How fast briefs are made, and what a changed figure costs: ``make bench`` prints the table.

naive    what people do: ``papermill``, then ``jupyter nbconvert``, front and annex, one after the
         other
engine   papermill with the engine ``cchc``, in children of a warm process, as ``cchc site`` does
floor    the same functions called in warm processes, and jinja2; no notebook

The ways take turns, so that a machine that gets slower does so for all of them. Times are of the
processor, of this process and all that it begins, since other work slows the clock; and what counts
are the ratios of one run. Every page of ``engine`` is compared with the first one of its place.

    python benchmarks/bench_briefs.py                 all of it, as one table
    python benchmarks/bench_briefs.py --briefs 100    a site of so many briefs in each language
    python benchmarks/bench_briefs.py --folder DIR    kept; a run that was killed goes on
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from importlib.metadata import version
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cchc_analysis.brief import Context
from cchc_analysis.brief.render import ANNEX_NOTEBOOK, NOTEBOOK, TEMPLATE
from cchc_analysis.brief.report import load_report
from cchc_analysis.data.reference import Project, load_reference
from cchc_analysis.data.store import load_copies
from cchc_analysis.data.words import LANGUAGES
from cchc_analysis.site.build import Site, Workers, open_site, read_inputs, render_site
from cchc_analysis.site.jobs import Orders, follow
from cchc_analysis.site.pages import (
    ANNEX_SHOWS,
    HEAVY,
    PAGES_A_CHILD,
    SHOWS,
    Page,
    Task,
    list_pages,
    make_task,
    warm_up,
)
from cchc_analysis.site.slices import Slices
from cchc_analysis.site.workers import Pool

HELD: dict[str, Any] = {}
PERIODS = 20
ROOT = Path(__file__).resolve().parents[1]

Made = Iterator[tuple[int, bytes]]


class Country:
    """A made-up country on disk, and the pages to make of it."""

    def __init__(
        self,
        folder: Path,
        areas: int,
        periods: int,
        figures: int = 60,
        *,
        of_communes: bool = False,
    ) -> None:
        from country import found

        self.project = Project(folder)
        if not self.project.build.exists():
            # In a process of its own: what drawing it takes is no memory of building its site.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
                size = (areas, periods, figures)
                apart.submit(found, folder, *size, of_communes=of_communes).result()
        self.reference = load_reference(self.project.reference)
        self.tables = load_copies(self.project.build / "tables")
        os.environ["CCHC_ROOT"] = str(folder)

    def wanted(self, count: int, step: int = 1) -> list[Page]:
        slices = Slices(
            self.tables, self.reference, load_report(self.project.notebooks, self.reference)
        )
        pages = list_pages(slices, self.tables, self.reference)
        return list(islice((page for page in pages if page.is_brief), 0, count * step, step))

    def jobs(self, wanted: list[Page]) -> Iterator[tuple[str, Task]]:
        for number, page in enumerate(wanted):
            yield str(number), replace(make_task(self.project, page), is_alone=True)


# --- The three ways -------------------------------------------------------------------------------


def build_naively(country: Country, wanted: list[Page], _: int) -> Made:
    programs, notebooks = Path(sys.executable).parent, country.project.notebooks
    run = partial(subprocess.run, check=True, capture_output=True, cwd=notebooks)
    options = ["--to", "html", "--template", TEMPLATE, "--no-input"]
    basedir = f"--TemplateExporter.extra_template_basedirs={notebooks}"
    with TemporaryDirectory() as folder:
        for number, page in enumerate(wanted):
            given = [word for item in page.parameters.items() for word in ("-r", *item)]
            for name in (NOTEBOOK, ANNEX_NOTEBOOK):
                out = Path(folder) / f"{number}-{name}"
                run([programs / "papermill", str(notebooks / name), str(out), *given])
                run([programs / "jupyter", "nbconvert", str(out), *options, basedir])
            yield number, out.with_suffix(".html").read_bytes()


def build_with_engine(country: Country, wanted: list[Page], count: int) -> Made:
    begin = partial(warm_up, country.reference, make_task(country.project, wanted[0]))
    orders = Orders(
        partial(begin_page, begin),
        300,
        files=read_inputs(country.project),
        jobs_a_child=PAGES_A_CHILD,
    )
    yield from build_with(orders, country, wanted, count)


def build_at_the_floor(country: Country, wanted: list[Page], count: int) -> Made:
    begin = partial(begin_functions, country.project, country.reference)
    orders = Orders(partial(begin_page, begin), 300, may_fork=False)
    yield from build_with(orders, country, wanted, count)


def build_with(orders: Orders, country: Country, wanted: list[Page], count: int) -> Made:
    with Pool(orders, count) as pool:
        for number, reply in follow(pool, country.jobs(wanted)):
            assert reply.result is not None, reply
            yield int(number), reply.result


def begin_page(begin: Callable[[], Callable[[Task], dict[str, bytes]]]) -> Callable[[Task], bytes]:
    return partial(make_front, begin())


def make_front(make: Callable[[Task], dict[str, bytes]], task: Task) -> bytes:
    return make(task)["index.html"]


def begin_functions(project: Project, reference: Any) -> Callable[[Task], dict[str, bytes]]:
    for name in HEAVY:
        import_module(name)
    return partial(call_functions, project, reference)


def call_functions(project: Project, reference: Any, task: Task) -> dict[str, bytes]:
    given, context = task.parameters, Context(project, reference, task.tables)
    brief = context.open_once(given["district"], given["period"], given["lang"])
    style = (project.notebooks / TEMPLATE / "page.css").read_text("utf-8")
    pages = []
    for shows in (SHOWS, ANNEX_SHOWS):
        parts = [str(show(brief).html) for show in shows]
        pages.append(compile_page().render(lang=given["lang"], style=style, parts=parts))
    return {"index.html": pages[0].encode()}


@cache
def compile_page() -> Any:
    from jinja2 import Template

    return Template(
        '<!doctype html><html lang="{{ lang }}"><style>{{ style }}</style><body>'
        "{% for part in parts %}{{ part }}{% endfor %}</body></html>"
    )


# --- Taking turns ---------------------------------------------------------------------------------

WAYS: dict[str, Callable[[Country, list[Page], int], Made]] = {
    "naive": build_naively,
    "engine": build_with_engine,
    "floor": build_at_the_floor,
}
SIZES = {"naive": 2}


def time_way(name: str, country: Country, wanted: list[Page]) -> float:
    """Seconds of processor a brief, one at a time; without what begins the process."""
    beginning, rest = 0.0, len(wanted)
    if name != "naive":
        beginning = measure(lambda: [*WAYS[name](country, wanted[:1], 1)])
        rest -= 1
    made: list[tuple[int, bytes]] = []
    spent = measure(lambda: made.extend(WAYS[name](country, wanted, 1)))
    for number, page in made if name == "engine" else ():
        same = HELD.setdefault(wanted[number].folder, page)
        assert page == same, f"another page of {wanted[number].folder}"
    return (spent - beginning) / rest


def measure(work: Callable[[], object]) -> float:
    """Seconds of processor that something takes, with all that it begins."""
    before = used_so_far()
    work()
    return used_so_far() - before


def take_turns(country: Country, options: argparse.Namespace) -> dict[str, float]:
    measured: dict[str, list[float]] = {name: [] for name in WAYS}
    for turn in range(options.turns):
        for name in WAYS:
            wanted = country.wanted(SIZES.get(name, options.sample))
            measured[name].append(time_way(name, country, wanted))
            print(f"turn {turn + 1}  {name:7} {measured[name][-1]:.3f} s a brief", flush=True)
    return {name: statistics.median(each) for name, each in measured.items()}


def build_sites(country: Country, options: argparse.Namespace) -> dict[str, float]:
    """A whole site: built, built again, and with one figure changed."""
    tables, spent = country.tables, {}
    for what in ("everything", "nothing changed", "one figure changed"):
        if what == "one figure changed":
            indicators = tables.indicators.copy()
            at = indicators.index[indicators["indicator"] == "dossiers_resolved_early"][5]
            indicators.loc[at, "value"] += 1
            tables = replace(tables, indicators=indicators)
        before = used_so_far()
        site = build_site(country, tables, options)
        spent[what] = used_so_far() - before
        print(f"{what}: {spent[what]:.1f} s, {site.built} of {site.pages} pages", flush=True)
    return spent


def build_site(country: Country, tables: Any, options: argparse.Namespace) -> Site:
    project = country.project
    with open_site(project.root / "site") as build:
        workers = Workers(options.jobs, 600, is_quiet=not options.progress)
        site = render_site(project, tables, country.reference, build, workers)
    assert not site.problems, site.problems
    return site


def time_commands() -> dict[str, float]:
    """What is typed, on the real data; the least of three."""
    ours = [sys.executable, "-m", "cchc_analysis", "--root", str(ROOT)]
    place = ("Cao Lộc", "2024-H1")
    run = partial(subprocess.run, check=True, capture_output=True)
    with TemporaryDirectory() as folder:
        commands = {
            "pandas": [sys.executable, "-c", "import pandas"],
            "trace": [*ours, "trace", place[0], "on_time_rate", place[1]],
            "brief": [*ours, "brief", *place, "--out", f"{folder}/page.html"],
        }
        return {
            name: min(measure(partial(run, command)) for _ in range(3))
            for name, command in commands.items()
        }


def report(ways: dict[str, float], sites: dict[str, float], typed: dict[str, float]) -> None:
    whole = sites["everything"]
    rows = [
        ("naive ÷ engine, a brief", ways["naive"] / ways["engine"], "at least 25"),
        ("engine ÷ floor, a brief", ways["engine"] / ways["floor"], "at most 1.15"),
        ("everything ÷ nothing changed", whole / sites["nothing changed"], "at least 250"),
        ("everything ÷ one figure changed", whole / sites["one figure changed"], "at least 60"),
        ("`cchc trace` ÷ `import pandas`", typed["trace"] / typed["pandas"], "under 2"),
        ("`cchc brief` ÷ `import pandas`", typed["brief"] / typed["pandas"], ""),
    ]
    packages = ("papermill", "nbconvert", "ipython", "matplotlib", "pandas")
    named = ", ".join(f"{name} {version(name)}" for name in packages)
    print(f"\n{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"{named}; import pandas {typed['pandas']:.2f} s")  # fmt: skip
    print("\n| what | ratio of processor times | asked |\n| --- | --- | --- |")
    for what, ratio, asked in rows:
        print(f"| {what} | {ratio:.2f} | {asked} |")


def used_so_far() -> float:
    """Seconds of processor of this process, and of all that it has begun and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--briefs", type=int, default=700, help="of the site, in each language")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--sample", type=int, default=20, help="of engine and floor, each turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the country is made, and kept")
    parser.add_argument("--progress", action="store_true", help="how far the site is")
    options = parser.parse_args()
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        folder = options.folder or stack.enter_context(TemporaryDirectory(prefix="cchc-bench-"))
        country = Country(Path(folder), -(-options.briefs // PERIODS), PERIODS)
        values = f"{len(country.tables.indicators):,} values"
        print(f"{options.briefs} briefs in {len(LANGUAGES)} languages, {values}", flush=True)
        typed = time_commands()
        report(take_turns(country, options), build_sites(country, options), typed)


if __name__ == "__main__":
    # The processes that work import this file by its name.
    paths = [str(Path(__file__).parent), *(str(Path(path).absolute()) for path in sys.path)]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    from bench_briefs import main as run

    run()
