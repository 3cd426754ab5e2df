"""Whether what starts with the tables got slower by the panels: with and without them, in one run.

    python benchmarks/bench_growth.py [runs]

Prints the processor time (user and system, children counted) of ``import pandas``, of `cchc trace`
and of cutting the slice of one brief, with all sources and with the reports alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
TRACE = ("trace", "183", "on_time_rate", "2024-H1")
SLICE = """
import sys, time
from pathlib import Path
from cchc_analysis.data import store
from cchc_analysis.brief.report import load_report
from cchc_analysis.data.reference import Project
from cchc_analysis.site.slices import Slices
project = Project(Path(sys.argv[1]))
reference, tables = store.load(project)
report = load_report(project.notebooks, reference)
begin = time.process_time()
slices = Slices(tables, reference, report)
slices.of_brief("183", "2024-H1").cut()
first = time.process_time()
slices.of_brief("660", "2019").cut()
print(first - begin, time.process_time() - first)
"""


def main(runs: int) -> None:
    """Measure both in turn, and print medians and ratios."""
    with TemporaryDirectory() as folder:
        places = {"all sources": ROOT, "reports alone": lay_reports(Path(folder) / "reports")}
        base = median(spend([sys.executable, "-c", "import pandas"]) for _ in range(runs))
        print(f"import pandas: {base:.2f} s")
        spent: dict[str, list[float]] = {name: [] for name in places}
        cut: dict[str, list[list[float]]] = {name: [] for name in places}
        for _ in range(runs):
            for name, root in places.items():
                spent[name].append(spend(command(root, *TRACE)))
                cut[name].append(cut_slices(root))
        for name, each in spent.items():
            print(f"cchc trace, {name}: {median(each):.2f} s, {median(each) / base:.1f} x pandas")
        for name, pairs in cut.items():
            first, next_one = (1000 * median(each) for each in zip(*pairs, strict=True))
            print(f"slices, {name}: the first {first:.0f} ms, another {next_one:.0f} ms")


def lay_reports(root: Path) -> Path:
    """A project of the reports alone, processed."""
    for name in ("data/reference", "data/raw", "expectations", "notebooks"):
        shutil.copytree(ROOT / name, root / name)
    shutil.rmtree(root / "data" / "raw" / "panels")
    subprocess.run(command(root, "process"), check=True, capture_output=True)
    return root


def command(root: Path, *words: str) -> list[str]:
    """A command of the package on a project."""
    return [sys.executable, "-P", "-m", "cchc_analysis", "--root", str(root), *words]


def cut_slices(root: Path) -> list[float]:
    """Seconds of processor for the first slice of a build, and for another one."""
    words = [sys.executable, "-P", "-c", SLICE, str(root)]
    return [*map(float, subprocess.run(words, check=True, capture_output=True).stdout.split())]


def spend(words: list[str]) -> float:
    """Seconds of processor that a command takes."""
    before = os.times()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    return (
        after.children_user + after.children_system - before.children_user - before.children_system
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
