"""How fast briefs are made, four ways in turn, on one notebook: `make bench`.

naive    what people do: `papermill`, then `jupyter nbconvert`, one brief after the other
pool     papermill and nbconvert called in a pool of processes, a fresh kernel per brief
engine   papermill with the engine `cchc`, in children of a warm process
floor    the same functions called in warm processes, and jinja2; no notebook

The ways take turns, so that a machine that gets slower does so for all of them. Seconds drift from
machine to machine and from hour to hour; the ratios of one run are what counts. Every page of
`pool` and `engine` is compared with the first one of its district, period and language.
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
from functools import cache, partial
from importlib.metadata import version
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cchc_analysis import pipeline
from cchc_analysis.brief import list_briefs, open_brief
from cchc_analysis.brief.render import TEMPLATE, build_page, export_page, finish_page
from cchc_analysis.engine import IN_PLACE, Job, Outcome, Profile, run_jobs, watch
from cchc_analysis.reference import Project
from cchc_analysis.words import LANGUAGES, load_words

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = "district_brief.ipynb"
PARTS = (
    *("head", "summary", "key_figures", "reform_areas"),
    *("plan", "trend", "peers", "contradictions", "notes"),
)

Parameters = dict[str, str]
HELD: dict[str, Any] = {}


# --- The four ways --------------------------------------------------------------------------------


def build_naively(
    project: Project, wanted: list[Parameters], _: int
) -> Iterator[tuple[int, bytes]]:
    programs = Path(sys.executable).parent
    notebook = str(project.notebooks / NOTEBOOK)
    with TemporaryDirectory() as folder:
        for number, parameters in enumerate(wanted):
            out = Path(folder) / f"{number}.ipynb"
            given = [word for item in parameters.items() for word in ("-r", *item)]
            run = partial(subprocess.run, check=True, capture_output=True, cwd=project.notebooks)
            run([programs / "papermill", notebook, str(out), *given])
            options = ["--to", "html", "--template", TEMPLATE, "--no-input"]
            basedir = f"--TemplateExporter.extra_template_basedirs={project.notebooks}"
            run([programs / "jupyter", "nbconvert", str(out), *options, basedir])
            yield number, out.with_suffix(".html").read_bytes()


def build_in_pool(
    project: Project, wanted: list[Parameters], count: int
) -> Iterator[tuple[int, bytes]]:
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        build = partial(build_with_papermill, project)
        yield from enumerate(pool.map(build, wanted))


def build_with_papermill(project: Project, parameters: Parameters) -> bytes:
    return build_page(project, project.notebooks / NOTEBOOK, parameters).encode()


def build_with_engine(
    project: Project, wanted: list[Parameters], count: int, profile: Profile | None = None
) -> Iterator[tuple[int, bytes]]:
    jobs = (Job(str(number), parameters) for number, parameters in enumerate(wanted))
    warm = partial(warm_up, project, *pipeline.load(project), wanted[0])
    for outcome in run_jobs(jobs, execute_in_place, warm, count, 120):
        if profile:
            profile.add(outcome.reply.times)
        note_processor(outcome)
        HELD["memory"] = max(HELD.get("memory", 0), outcome.reply.memory)
        assert outcome.result is not None, outcome.reply.detail
        yield int(outcome.job.name), outcome.result


def build_at_the_floor(
    project: Project, wanted: list[Parameters], count: int
) -> Iterator[tuple[int, bytes]]:
    jobs = (Job(str(number), parameters) for number, parameters in enumerate(wanted))
    warm = partial(hold, project, *pipeline.load(project))
    for outcome in run_jobs(jobs, call_functions, warm, count, 120, may_fork=False):
        note_processor(outcome)
        assert outcome.result is not None, outcome.reply.detail
        yield int(outcome.job.name), outcome.result


def note_processor(outcome: Outcome) -> None:
    """Processor time counts the same however busy the machine is with other things."""
    HELD.setdefault("processor", []).append(outcome.reply.times.get("processor time", 0.0))


# --- What the processes do ------------------------------------------------------------------------


def hold(project: Project, reference: Any, tables: Any) -> None:
    """Keep the tables in this process, where the notebook's `open_brief` finds them."""
    from cchc_analysis import front

    HELD.update(project=project, reference=reference, tables=tables)
    os.environ["CCHC_ROOT"] = str(project.root)
    front._load = lambda: (reference, tables)


def warm_up(project: Project, reference: Any, tables: Any, rehearsal: Parameters) -> None:
    """Make one brief for nothing: whatever is imported, compiled and cached then is shared."""
    from papermill.engines import papermill_engines

    from cchc_analysis.engine.notebooks import CchcEngine

    papermill_engines.register("cchc", CchcEngine)
    hold(project, reference, tables)
    os.environ[IN_PLACE] = "1"
    execute_in_place(rehearsal)
    if os.environ.get("CCHC_PROFILE"):
        from cchc_analysis.charts.canvas import Canvas

        watch(Canvas, "to_svg", "charts")


def execute_in_place(parameters: Parameters) -> bytes:
    import papermill

    from cchc_analysis.engine import measure

    project = HELD["project"]
    notebook = str(project.notebooks / NOTEBOOK)
    with measure("papermill"):
        options: Any = {"progress_bar": False, "cwd": str(project.notebooks)}
        executed = papermill.execute_notebook(
            notebook, None, parameters, engine_name="cchc", **options
        )
    with measure("export"):
        words = load_words(project.notebooks / TEMPLATE, parameters["lang"])
        return finish_page(export_page(executed, project, words)).encode()


def call_functions(parameters: Parameters) -> bytes:
    import cchc_analysis

    project = HELD["project"]
    words = load_words(project.notebooks / TEMPLATE, parameters["lang"])
    brief = open_brief(
        HELD["tables"], HELD["reference"], words, parameters["district"], parameters["period"]
    )
    parts = [getattr(cchc_analysis, f"show_{part}")(brief)._repr_html_() for part in PARTS]
    style = (project.notebooks / TEMPLATE / "page.css").read_text("utf-8")
    page = compile_page().render(lang=words.lang, style=style, parts=parts)
    return finish_page(page).encode()


@cache
def compile_page() -> Any:
    from jinja2 import Template

    return Template(
        '<!doctype html><html lang="{{ lang }}"><style>{{ style }}</style><body>'
        "{% for part in parts %}{{ part }}{% endfor %}</body></html>"
    )


# --- Taking turns ---------------------------------------------------------------------------------

Way = Callable[[Project, list[Parameters], int], Iterator[tuple[int, bytes]]]
WAYS: dict[str, Way] = {
    "naive": build_naively,
    "pool": build_in_pool,
    "engine": build_with_engine,
    "floor": build_at_the_floor,
}


def list_wanted(project: Project, count: int) -> list[Parameters]:
    reference, tables = pipeline.load(project)
    known = [
        {"district": district, "period": period, "lang": lang}
        for district, period in list_briefs(tables, reference)
        for lang in LANGUAGES
    ]
    return list(islice(cycle(known), count))


def time_way(
    way: Way, project: Project, wanted: list[Parameters], count: int
) -> tuple[float, float]:
    """Seconds until the first page, and seconds a page from then on."""
    pages: dict[str, bytes] = HELD.setdefault("pages", {})
    started = time.perf_counter()
    first = 0.0
    for number, page in way(project, wanted, count):
        first = first or time.perf_counter() - started
        if way in (build_in_pool, build_with_engine):
            same = pages.setdefault(str(wanted[number]), page)
            assert page == same, f"another page of {wanted[number]}"
    spent = time.perf_counter() - started
    # Starting takes its time once, whatever the number of briefs; a page by hand starts anew.
    steady = spent if way is build_naively else spent - first
    pages_counted = len(wanted) if way is build_naively else max(len(wanted) - 1, 1)
    return first, steady / pages_counted


def take_turns(project: Project, options: argparse.Namespace) -> None:
    sizes = {
        "naive": 2,
        "pool": 3 * options.jobs,
        "engine": options.briefs,
        "floor": options.briefs,
    }
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in options.ways}
    for turn in range(options.turns):
        for name in options.ways:
            found = time_way(WAYS[name], project, list_wanted(project, sizes[name]), options.jobs)
            measured[name].append(found)
            if used := HELD.pop("processor", []):
                print(f"        {name:7} {statistics.median(used):.3f} s of processor a brief")
            print(
                f"turn {turn + 1}  {name:7} first {found[0]:6.2f} s, then {found[1]:.3f} s a brief"
            )
    report(measured, options)


def report(measured: dict[str, list[tuple[float, float]]], options: argparse.Namespace) -> None:
    packages = ("papermill", "nbconvert", "ipython", "matplotlib", "pandas")
    print(f"\n{platform.machine()}, {options.jobs} of {os.cpu_count()} cores, "
          f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, "
          + ", ".join(f"{name} {version(name)}" for name in packages))  # fmt: skip
    middle = {name: statistics.median(each for _, each in rows) for name, rows in measured.items()}
    print("\n| way | seconds a brief | briefs a minute | times the first | times the floor |")
    print("| --- | --- | --- | --- | --- |")
    slowest, floor = next(iter(middle.values())), middle.get("floor")
    for name, each in middle.items():
        above = f"{each / floor:.2f}" if floor else ""
        print(f"| {name} | {each:.3f} | {60 / each:.0f} | {slowest / each:.1f} | {above} |")


def measure_growth(project: Project, options: argparse.Namespace) -> None:
    """Time and memory from few briefs to many: one line each."""
    for count in (10, 100, 1_000, 14_000):
        if count > options.most:
            break
        first, each = time_way(
            build_with_engine, project, list_wanted(project, count), options.jobs
        )
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(f"{count:6} briefs: first {first:.1f} s, then {each:.3f} s a brief; "
              f"parent {own} MB, child {HELD['memory'] >> 20} MB")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--briefs", type=int, default=24, help="of the engine and the floor")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--most", type=int, help="measure growth up to so many briefs instead")
    parser.add_argument("--profile", action="store_true", help="say where the engine's time goes")
    options = parser.parse_args()
    project = Project(options.root.resolve())
    if options.profile:
        profile = Profile()
        os.environ["CCHC_PROFILE"] = "1"
        for _ in build_with_engine(
            project, list_wanted(project, options.briefs), options.jobs, profile
        ):
            pass
        print(profile.format())
    elif options.most:
        measure_growth(project, options)
    else:
        take_turns(project, options)


if __name__ == "__main__":
    # The processes that work import this file by its name.
    paths = [str(Path(__file__).parent), *(str(Path(path).absolute()) for path in sys.path)]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    from bench_briefs import main as run

    run()
