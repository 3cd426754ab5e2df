"""How long the page of a profile takes beside the front of a brief, in one run and process.

Slices are cut beforehand, as the builder does; what is made on the first way is there. The ratio is
to be at most 1.5.

    python benchmarks/bench_profiles.py [profiles]
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl

from cchc_analysis.brief import list_briefs
from cchc_analysis.brief.opening import Context, running_in
from cchc_analysis.brief.profile import list_profiled
from cchc_analysis.brief.render import NOTEBOOK, PROFILE_NOTEBOOK, build_pages
from cchc_analysis.brief.report import load_report
from cchc_analysis.data import store
from cchc_analysis.data.reference import Project
from cchc_analysis.site.pages import ENGINE
from cchc_analysis.site.slices import Slices

PROJECT = Project(Path(__file__).resolve().parents[1])


def main(profiles: int) -> None:
    """Make the fronts of the real briefs and every so manieth profile, and print the ratio."""
    mpl.use("svg")
    reference, tables = store.load(PROJECT)
    slices = Slices(tables, reference, load_report(PROJECT.notebooks, reference))
    areas = list_profiled(tables, reference)

    def make(notebook: str, rows: Any, **parameters: str) -> None:
        with running_in(Context(PROJECT, reference, rows)):
            build_pages(PROJECT, PROJECT.notebooks / notebook, parameters | {"lang": "vi"}, ENGINE)

    cut = [(each, slices.of_profile(each).cut()) for each in areas[:: len(areas) // profiles]]
    told = [partial(make, PROFILE_NOTEBOOK, rows, area=area) for area, rows in cut]
    places = list_briefs(tables, reference)
    briefs = [(place, slices.of_brief(*place).cut()) for place in places]
    fronts = [
        partial(make, NOTEBOOK, rows, district=place[0], period=place[1]) for place, rows in briefs
    ]
    front, profile = measure(fronts), measure(told)
    print(f"front {front:.3f} s, profile {profile:.3f} s, ratio {profile / front:.2f}")


def measure(pages: Sequence[Callable[[], None]]) -> float:
    """Seconds of processor time a page, after one was made."""
    pages[0]()
    gc.collect()
    gc.freeze()  # as the builder does
    started = time.process_time()
    for page in pages * 2:
        page()
    return (time.process_time() - started) / (2 * len(pages))


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["20"])[0]))
