"""Where the parts of a project folder lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cchc_analysis.errors import CommandError, Problem


@dataclass(frozen=True)
class Project:
    """Where the parts of a project folder lie."""

    root: Path

    @property
    def raw(self) -> Path:
        """What we were given: sources and transcripts."""
        return self.root / "data" / "raw"

    @property
    def reports(self) -> Path:
        """The documents themselves, where the user keeps them."""
        return self.raw / "reports"

    @property
    def reference(self) -> Path:
        """What people decided."""
        return self.root / "data" / "reference"

    @property
    def processed(self) -> Path:
        """What is made from both."""
        return self.root / "data" / "processed"

    @property
    def expectations(self) -> Path:
        """The suites."""
        return self.root / "expectations"

    @property
    def notebooks(self) -> Path:
        """The notebooks and the page template."""
        return self.root / "notebooks"

    @property
    def site(self) -> Path:
        """The built pages."""
        return self.root / "site"

    @property
    def build(self) -> Path:
        """What may be deleted at any time: copies made for speed."""
        return self.root / "build"


def find_project(start: Path) -> Project:
    """The project that a folder lies in: the nearest one above with ``data/reference``.

    Raises:
        CommandError: There is none.
    """
    for folder in (start, *start.parents):
        if (folder / "data" / "reference" / "indicators.csv").is_file():
            return Project(folder)
    raise CommandError(
        Problem(
            str(start),
            "no project here or above",
            "a folder with data/reference/indicators.csv",
            "Change into the project, or name it with --root or CCHC_ROOT.",
        )
    )
