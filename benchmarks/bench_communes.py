"""Briefs of communes at the size of the country: how long they take to plan, and some to build.

    python benchmarks/bench_communes.py          3,321 communes, 20 periods, 1,000 briefs built
    python benchmarks/bench_communes.py --communes 300 --build 50 --folder DIR

Seconds are of the processor, of this process and all that it begins. Pages are built by the engine
that ``cchc site`` uses; what begins its processes is not counted.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PERIODS, FIGURES = 20, 24
"""Periods of each commune, and figures of each report: what notices of communes hold."""


def plan(country: Any) -> tuple[int, int]:
    """List every page, and find what each brief reads and its key, as a build does."""
    from cchc_analysis.brief.report import load_report
    from cchc_analysis.site.pages import list_pages
    from cchc_analysis.site.slices import Slices

    report = load_report(country.project.notebooks, country.reference)
    slices = Slices(country.tables, country.reference, report)
    briefs = list(list_pages(slices, country.tables, country.reference))
    told = [page for page in briefs if page.is_brief and page.parameters["lang"] == "vi"]
    for page in told:
        page.find_slice().key  # noqa: B018  (its content is read for it)
    return len(briefs), len(told)


def build(country: Any, wanted: list[Any], jobs: int) -> Iterator[int]:
    """Build the front and annex of each brief, and give the size of its front; keeps no page."""
    from bench_briefs import build_with_engine

    begun = time.monotonic()
    for count, (_, page) in enumerate(build_with_engine(country, wanted, jobs), start=1):
        yield len(page)
        if count % 100 == 0:
            print(f"{count} built, {time.monotonic() - begun:.0f} s by the clock", flush=True)


def main() -> None:
    from bench_briefs import Country, measure

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--communes", type=int, default=3321)
    parser.add_argument("--build", type=int, default=1000, help="briefs, in one language each")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the country is made, and kept")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.folder or stack.enter_context(TemporaryDirectory(prefix="cchc-bench-"))
        country = Country(Path(folder), options.communes, PERIODS, FIGURES, of_communes=True)
        print(f"{len(country.tables.indicators):,} values", flush=True)
        found: list[tuple[int, int]] = []
        spent = measure(lambda: found.append(plan(country)))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{found[0][0]:,} pages, {found[0][1]:,} briefs planned: {spent:.1f} s, {peak} MB",
            flush=True,
        )
        # Spread over the country, all in one language: a brief of each language stands by turns.
        wanted = country.wanted(options.build, 2 * max(1, found[0][1] // options.build))
        sizes: list[int] = []
        spent = measure(lambda: sizes.extend(build(country, wanted, options.jobs)))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{len(sizes):,} briefs built: {spent:.1f} s, {spent / len(sizes):.3f} a brief; "
            f"{sum(sizes) / len(sizes) / 1024:.1f} KB each, the largest {max(sizes) / 1024:.1f}; "
            f"{peak} MB where they are planned"
        )


if __name__ == "__main__":
    # The processes that work import this file's neighbours by their names.
    paths = [str(Path(__file__).parent), *(str(Path(path).absolute()) for path in sys.path)]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    main()
