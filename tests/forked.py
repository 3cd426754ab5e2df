"""Programs in processes forked of one that has imported everything, begun in no time.

To start Python, pandas and Great Expectations takes seconds, in which there is nothing to lose.
"""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import great_expectations  # noqa: F401 - every command that validates imports it

from cchc_analysis import pipeline  # noqa: F401 - so does every command this
from cchc_analysis.cli import main
from cchc_analysis.panels import register  # noqa: F401
from cchc_analysis.read import review  # noqa: F401
from cchc_analysis.rules import expectations  # noqa: F401


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
