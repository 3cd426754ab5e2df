"""Processes forked of one that has imported everything, begun in no time.

To start Python, pandas and Great Expectations takes seconds, in which there is nothing to lose.
"""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from cchc_analysis.cli import main

IMPORTED = (
    *("great_expectations", "cchc_analysis.pipeline", "cchc_analysis.panels.register"),
    *("cchc_analysis.read.review", "cchc_analysis.rules.expectations", "cchc_analysis.site.store"),
    *("engine_work", __name__),
)
"""What the commands and builds that are forked import themselves, first of all."""


def prepare_forks() -> ForkServerContext:
    """What begins processes, children of one that is there from the first time on."""
    forks = get_context("forkserver")
    forks.set_forkserver_preload([*IMPORTED])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        forkserver.ensure_running()
    return forks


def call_command(arguments: list[str], told: Path) -> None:
    """Run a command as the program does; what it tells of as wrong goes to a file."""
    sys.argv = ["cchc", *arguments]
    with (
        told.open("w", encoding="utf-8") as errors,
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        redirect_stderr(errors),
        redirect_stdout(nowhere),
    ):
        sys.exit(main())
