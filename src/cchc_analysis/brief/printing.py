"""A page into a tagged PDF, by the Chromium of the machine.

Links that lead away from the page are dropped, because in a PDF they would hold the folder in which
it was printed; links within it stay. The PDF carries no time of making.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from cchc_analysis.data.files import write_bytes
from cchc_analysis.errors import BriefError, Problem

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LONGEST = 120
"""Seconds that a page may take to print."""

_AWAY = re.compile(r'(<a\b[^>]*?) href="(?!#|https?:)[^"]*"')
_TIME = re.compile(rb"(/(?:CreationDate|ModDate) ?\(D:)\d{14}")


def find_browser() -> str:
    """The first Chromium on the path.

    Raises:
        BriefError: There is none.
    """
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise BriefError(
            Problem(
                "a brief as PDF",
                "no Chromium on this machine",
                f"one of {', '.join(BROWSERS)} on the path",
                "Install it (on Debian: apt-get install chromium), or leave out --format pdf.",
            )
        )
    return found


def print_page(page: str, out: Path) -> Path:
    """Print a finished page to a PDF; replaced whole or left alone.

    Args:
        page: The HTML of the page.
        out: The PDF to write.

    Raises:
        BriefError: There is no Chromium, it does not print, or ``out`` cannot be written.
    """
    browser = find_browser()
    with TemporaryDirectory(prefix="cchc-", ignore_cleanup_errors=True) as folder:
        printed = _print(browser, _AWAY.sub(r"\1", page), Path(folder))
    try:
        write_bytes(out, _TIME.sub(rb"\g<1>19800101000000", printed))
    except OSError as error:
        raise _fail(str(error.filename or out), str(error.strerror)) from None
    return out


def _print(browser: str, page: str, folder: Path) -> bytes:
    source, printed = folder / "page.html", folder / "page.pdf"
    source.write_text(page, "utf-8")
    command = [
        browser,
        "--headless",
        "--disable-gpu",
        "--no-pdf-header-footer",
        "--generate-pdf-document-outline",
        f"--user-data-dir={folder / 'profile'}",
        # Chromium has no sandbox for root, and the page holds no script and may load nothing.
        *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
        f"--print-to-pdf={printed}",
        source.as_uri(),
    ]
    try:
        # The browser comes from a short list of ours, the page from our own template.
        subprocess.run(command, capture_output=True, check=True, timeout=LONGEST)  # noqa: S603
        return printed.read_bytes()
    except (OSError, subprocess.SubprocessError) as error:
        found = f"it did not print the page ({type(error).__name__})"
        raise _fail(Path(browser).name, found) from None


def _fail(where: str, found: str) -> BriefError:
    return BriefError(
        Problem(
            where,
            found,
            "a PDF that can be made and written",
            "Check rights and space left, and that this Chromium starts at all.",
        )
    )
