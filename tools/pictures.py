"""The pictures of the README: a brief on a desktop, on a phone, and on paper.

``make pictures`` builds the brief of Cao Lộc and photographs it with the Chromium of the machine:
the top of the page at two widths, and the first sheet of what a printer gets. Needs what the lock
holds for developers (Playwright), and no network.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

from cchc_analysis.brief.render import find_browser, print_page
from cchc_analysis.data.reference import Project
from cchc_analysis.errors import CchcError
from cchc_analysis.site.single import build_brief

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
DISTRICT, PERIOD = "Cao Lộc", "2024-H1"
LARGEST = 300_000
"""Bytes of a picture: a README is read on a phone too."""

SCREENS = {
    "desktop": ("en", {"width": 1280, "height": 1000}, 1),
    "phone": ("vi", {"width": 360, "height": 740}, 2),
}
"""Language, size and sharpness of the pictures of a screen."""

PAPER_LANGUAGE = "vi"
PAPER_SCALE = 1.5
COLOURS = 128


def main() -> int:
    """Make all pictures; the exit code is that of a command of ours."""
    try:
        browser = find_browser()
        with TemporaryDirectory(prefix="cchc-") as folder:
            pages = {lang: build_page(Path(folder), lang) for lang in ("vi", "en")}
            taken = dict(photograph(browser, pages))
            taken["print"] = print_first(pages[PAPER_LANGUAGE])
    except CchcError as error:
        print(f"pictures: {error}", file=sys.stderr)
        return error.exit_code
    for name, picture in taken.items():
        print(store(name, picture))
    return 0


def build_page(folder: Path, lang: str) -> Path:
    """The page of the brief in a language."""
    return build_brief(Project(ROOT), DISTRICT, PERIOD, lang, folder / lang / "index.html")


def photograph(browser: str, pages: dict[str, Path]) -> Iterator[tuple[str, Image.Image]]:
    """The top of a page, on every screen."""
    with open_browser(browser) as running:
        for name, (lang, size, scale) in SCREENS.items():
            page = running.new_page(viewport=size, device_scale_factor=scale, color_scheme="light")
            page.goto(pages[lang].as_uri())
            yield name, Image.open(io.BytesIO(page.screenshot()))
            page.close()


@contextmanager
def open_browser(path: str) -> Iterator[Any]:
    """The Chromium of the machine, closed afterwards."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path)
        try:
            yield running
        finally:
            running.close()


def print_first(page: Path) -> Image.Image:
    """The first sheet of paper."""
    from pypdfium2 import PdfDocument

    paper = print_page(page.read_text("utf-8"), page.with_suffix(".pdf"))
    document = PdfDocument(paper)
    try:
        return document[0].render(scale=PAPER_SCALE).to_pil().convert("RGB")
    finally:
        document.close()


def store(name: str, picture: Image.Image) -> Path:
    """Write a picture with few colours, which text and flat charts do not miss."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        raise SystemExit(f"{path}: {path.stat().st_size} bytes; expected at most {LARGEST}.")
    return path


if __name__ == "__main__":
    sys.exit(main())
