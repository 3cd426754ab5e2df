"""How fast briefs are made, four ways in turn, on one notebook: ``make bench``.

naive    what people do: ``papermill``, then ``jupyter nbconvert``, one brief after the other
pool     papermill and nbconvert called in a pool of processes, a fresh kernel per brief
engine   papermill with the engine ``cchc``, in children of a warm process, as ``cchc site`` does
floor    the same functions called in warm processes, and jinja2; no notebook

The ways take turns, so that a machine that gets slower does so for all of them. Seconds drift from
machine to machine and from hour to hour; the ratios of one run are what counts. Every page of
``pool`` and ``engine`` is compared with the first one of its district, period and language.

    python benchmarks/bench_briefs.py                      the four ways, in turn
    python benchmarks/bench_briefs.py --grow 10 100 700    whole sites with downloads, and again
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
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

from cchc_analysis.brief import open_brief
from cchc_analysis.brief.render import NOTEBOOK, TEMPLATE, build_page
from cchc_analysis.brief.report import load_report
from cchc_analysis.data.reference import Project, load_reference
from cchc_analysis.data.store import load_copies
from cchc_analysis.data.words import LANGUAGES, load_words
from cchc_analysis.site import pages as listed
from cchc_analysis.site.build import Workers, open_site, read_inputs, render_site
from cchc_analysis.site.jobs import Orders, Profile, follow
from cchc_analysis.site.pages import HEAVY, Page, Task, list_pages, make_files, make_task, warm_up
from cchc_analysis.site.slices import Slices
from cchc_analysis.site.workers import Pool

PARTS = (
    *("annex_head", "summary", "cards", "reform_areas"),
    *("plan", "trend", "peers", "contradictions", "notes"),
)
HELD: dict[str, Any] = {}

Made = Iterator[tuple[int, bytes]]


class Country:
    """A made-up country on disk, and the pages to make of it."""

    def __init__(self, folder: Path, districts: int, periods: int) -> None:
        from country import found

        self.project = Project(folder)
        if not self.project.build.exists():
            # In a process of its own: what drawing it takes is no memory of building its site.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
                apart.submit(found, folder, districts, periods).result()
        self.reference = load_reference(self.project.reference)
        self.tables = load_copies(self.project.build / "tables")
        os.environ |= {
            "CCHC_ROOT": str(folder),
            "CCHC_TABLES": str(self.project.build / "tables"),
        }

    def wanted(self, count: int) -> list[Page]:
        slices = Slices(
            self.tables, self.reference, load_report(self.project.notebooks, self.reference)
        )
        pages = list_pages(slices, self.tables, self.reference)
        return list(islice((page for page in pages if page.is_brief), count))

    def jobs(self, wanted: list[Page]) -> Iterator[tuple[str, Task]]:
        for number, page in enumerate(wanted):
            yield str(number), replace(make_task(self.project, page), beside=None)


# --- The four ways --------------------------------------------------------------------------------


def build_naively(country: Country, wanted: list[Page], _: int) -> Made:
    programs, notebooks = Path(sys.executable).parent, country.project.notebooks
    with TemporaryDirectory() as folder:
        for number, page in enumerate(wanted):
            out = Path(folder) / f"{number}.ipynb"
            given = [word for item in page.parameters.items() for word in ("-r", *item)]
            run = partial(subprocess.run, check=True, capture_output=True, cwd=notebooks)
            run([programs / "papermill", str(notebooks / NOTEBOOK), str(out), *given])
            options = ["--to", "html", "--template", TEMPLATE, "--no-input"]
            basedir = f"--TemplateExporter.extra_template_basedirs={notebooks}"
            run([programs / "jupyter", "nbconvert", str(out), *options, basedir])
            yield number, out.with_suffix(".html").read_bytes()


def build_in_pool(country: Country, wanted: list[Page], count: int) -> Made:
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        build = partial(build_with_papermill, country.project)
        yield from enumerate(pool.map(build, [page.parameters for page in wanted]))


def build_with_papermill(project: Project, parameters: dict[str, str]) -> bytes:
    page = build_page(project, project.notebooks / NOTEBOOK, parameters)
    return page.encode()


def build_with_engine(country: Country, wanted: list[Page], count: int) -> Made:
    sample = make_task(country.project, wanted[0])
    warm = partial(warm_up, country.reference, sample)
    files = read_inputs(country.project)
    orders = Orders(partial(measure, make_files), warm, 300, files=files)
    yield from build_with(orders, country, wanted, count)


def build_at_the_floor(country: Country, wanted: list[Page], count: int) -> Made:
    warm = partial(warm_functions, country.project, country.reference)
    orders = Orders(partial(measure, call_functions), warm, 300, may_fork=False)
    yield from build_with(orders, country, wanted, count)


def build_with(orders: Orders, country: Country, wanted: list[Page], count: int) -> Made:
    with Pool(orders, count) as pool:
        for number, reply in follow(pool, country.jobs(wanted)):
            assert reply.result is not None, reply
            page, seconds = reply.result
            HELD.setdefault("processor", []).append(seconds)
            yield int(number), page


def measure(work: Callable[[Task], dict[str, bytes]], task: Task) -> tuple[bytes, float]:
    """The page of a task, and the seconds of processor that it took."""
    started = time.process_time()
    page = work(task)["index.html"]
    return page, time.process_time() - started


def warm_functions(project: Project, reference: Any) -> None:
    HELD.update(project=project, reference=reference)
    for name in HEAVY:
        import_module(name)


def call_functions(task: Task) -> dict[str, bytes]:
    project = HELD["project"]
    given = task.parameters
    words = load_words(project.notebooks / TEMPLATE, given["lang"])
    brief = open_brief(task.tables, HELD["reference"], words, given["district"], given["period"])
    parts = [getattr(brief, f"show_{part}")()._repr_html_() for part in PARTS]
    style = (project.notebooks / TEMPLATE / "page.css").read_text("utf-8")
    page = compile_page().render(lang=words.lang, style=style, parts=parts)
    return {"index.html": page.encode()}


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
    "pool": build_in_pool,
    "engine": build_with_engine,
    "floor": build_at_the_floor,
}


def time_way(name: str, country: Country, wanted: list[Page], count: int) -> tuple[float, float]:
    """Seconds until the first page, and seconds a page from then on."""
    pages: dict[str, bytes] = HELD.setdefault("pages", {})
    started = time.perf_counter()
    first = 0.0
    for number, page in WAYS[name](country, wanted, count):
        first = first or time.perf_counter() - started
        if name in ("pool", "engine"):
            same = pages.setdefault(wanted[number].folder, page)
            assert page == same, f"another page of {wanted[number].folder}"
    spent = time.perf_counter() - started
    # Starting takes its time once, whatever the number of briefs; a page by hand starts anew.
    steady = spent if name == "naive" else (spent - first) * len(wanted) / (len(wanted) - 1)
    return first, steady / len(wanted)


def take_turns(country: Country, options: argparse.Namespace) -> None:
    sizes = {"naive": 2, "pool": 3 * options.jobs}
    measured: dict[str, list[float]] = {name: [] for name in options.ways}
    used: dict[str, list[float]] = {name: [] for name in options.ways}
    for turn in range(options.turns):
        for name in options.ways:
            wanted = country.wanted(sizes.get(name, options.briefs))
            first, each = time_way(name, country, wanted, options.jobs)
            measured[name].append(each)
            used[name] += HELD.pop("processor", [])
            print(f"turn {turn + 1}  {name:7} first {first:6.2f} s, then {each:.3f} s a brief")
    packages = ("papermill", "nbconvert", "ipython", "matplotlib", "pandas")
    print(f"\n{platform.machine()}, {options.jobs} of {os.cpu_count()} cores, "
          f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, "
          + ", ".join(f"{name} {version(name)}" for name in packages))  # fmt: skip
    report(
        {name: statistics.median(each) for name, each in measured.items()},
        {name: statistics.median(each) for name, each in used.items() if each},
    )


def report(seconds: dict[str, float], processor: dict[str, float]) -> None:
    print("\n| way | s a brief | briefs a minute | of naive | of pool | of floor | processor s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, each in seconds.items():
        ratios = [
            f"{seconds[other] / each:.1f}" if other in seconds else ""
            for other in ("naive", "pool")
        ]
        ratios.append(f"{each / seconds['floor']:.2f}" if "floor" in seconds else "")
        used = f"{processor[name]:.3f}" if name in processor else ""
        print("|", " | ".join([name, f"{each:.3f}", f"{60 / each:.0f}", *ratios, used]), "|")


def grow(options: argparse.Namespace) -> None:
    """Whole sites of more and more briefs: built, built again, and with one figure changed."""
    listed.LANGUAGES = tuple(options.languages)
    for count in options.grow:
        periods = min(20, max(1, count // 100))
        with ExitStack() as stack:
            folder = options.folder or stack.enter_context(TemporaryDirectory(prefix="cchc-bench-"))
            country = Country(Path(folder), -(-count // periods), periods)
            values = f"{len(country.tables.indicators):,} values"
            print(f"{count} briefs in {' and '.join(options.languages)}, {values}", flush=True)
            tables, profile = country.tables, Profile() if options.profile else None
            for what in ("all", "nothing changed", "one figure changed"):
                if what == "one figure changed":
                    indicators = tables.indicators.copy()
                    at = indicators.index[indicators["indicator"] == "dossiers_resolved_early"][5]
                    indicators.loc[at, "value"] += 1
                    tables = replace(tables, indicators=indicators)
                started, used = time.perf_counter(), used_so_far()
                with open_site(Path(folder) / "site") as build:
                    workers = Workers(options.jobs, 600, is_quiet=False, profile=profile)
                    site = render_site(country.project, tables, country.reference, build, workers)
                assert not site.problems, site.problems
                spent = time.perf_counter() - started
                own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
                print(f"  {what}: {spent:.1f} s, {used_so_far() - used:.1f} of processor, "
                      f"{site.built} of {site.pages} pages made; "
                      f"parent at most {own} MB", flush=True)  # fmt: skip
            if profile:
                print(profile.format(20))


def used_so_far() -> float:
    """Seconds of processor of this process, and of all that it has begun and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--districts", type=int, default=100)
    parser.add_argument("--periods", type=int, default=7)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--briefs", type=int, default=40, help="of the engine and the floor")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--grow", nargs="+", type=int, help="whole sites of so many briefs instead")
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES, default=LANGUAGES,
                        help="with --grow: which of them")  # fmt: skip
    parser.add_argument("--folder", type=Path,
                        help="with --grow: made and kept here; a killed run goes on")  # fmt: skip
    parser.add_argument("--profile", action="store_true", help="with --grow: where the time goes")
    options = parser.parse_args()
    with suppress(KeyboardInterrupt):
        if options.grow:
            grow(options)
            return
        with TemporaryDirectory(prefix="cchc-bench-") as folder:
            take_turns(Country(Path(folder), options.districts, options.periods), options)


if __name__ == "__main__":
    # The processes that work import this file by its name.
    paths = [str(Path(__file__).parent), *(str(Path(path).absolute()) for path in sys.path)]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    from bench_briefs import main as run

    run()
