"""Print a walk through the house: which modules of ours a call passes, in the order of first entry.

    python tools/walk.py brief     from `cchc brief` to the page
    python tools/walk.py finding   from an identity to a finding
    python tools/walk.py panel     from a row of a panel to an observation

What a walk leads past only to load or store files (data/) is counted like the rest.
"""

from __future__ import annotations

import inspect
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "cchc_analysis"


def walk(call: Callable[[], Any]) -> list[str]:
    """The modules that a call runs code of, each once, in the order of first entry."""
    passed: dict[str, None] = {}

    def note(frame: Any, event: str, _: object) -> None:
        path = frame.f_code.co_filename
        # Bodies of modules and classes run on import, which is no step of the walk.
        is_running = event == "call" and frame.f_code.co_flags & inspect.CO_OPTIMIZED
        if is_running and path.startswith(str(PACKAGE)):
            passed.setdefault(Path(path).relative_to(PACKAGE).as_posix())

    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return list(passed)


def walk_brief() -> list[str]:
    """From the command to the page."""
    from cchc_analysis.cli import main

    with tempfile.TemporaryDirectory() as folder:
        page = str(Path(folder) / "page.html")
        return walk(lambda: main(["--root", str(ROOT), "brief", "183", "2024-H1", "--out", page]))


def walk_finding() -> list[str]:
    """From the suite of identities to the findings of one report, the tables being there.

    What a process loads once (Great Expectations, our classes, strings, areas) is no step of it:
    the walk is the second one.
    """
    from cchc_analysis.data import store
    from cchc_analysis.data.reference import Project
    from cchc_analysis.rules.suites import load_suite
    from cchc_analysis.rules.validation import check_identities
    from cchc_analysis.rules.wording import Teller, tabulate_drafts

    path = Project(ROOT).expectations / "identities.json"
    reference, tables = store.load(Project(ROOT))
    is_shown = tables.observations["source_id"] == "cao_loc_2024_h1"
    report = tables.observations[is_shown].reset_index(drop=True)

    def find() -> None:
        suite = load_suite(path, "statements", reference)
        teller = Teller(report, tables.transcripts, reference)
        found, _ = check_identities(suite, report, reference, teller)
        tabulate_drafts(found.drafts)

    find()
    return walk(find)


def walk_panel() -> list[str]:
    """From the registered panels to their observations; as above, the tables being there."""
    from cchc_analysis.data.reference import Project, load_reference
    from cchc_analysis.panels import read_panels

    project = Project(ROOT)
    raw, reference = project.raw, load_reference(project.reference)
    read_panels(raw, reference)
    return walk(lambda: read_panels(raw, reference))


WALKS = {"brief": walk_brief, "finding": walk_finding, "panel": walk_panel}


def main() -> None:
    """Print the walk that was asked for."""
    if len(sys.argv) != 2 or sys.argv[1] not in WALKS:
        sys.exit(f"Say which walk: {', '.join(WALKS)}")
    modules = WALKS[sys.argv[1]]()
    print("\n".join(f"{at:3} {name}" for at, name in enumerate(modules, start=1)))


if __name__ == "__main__":
    main()
