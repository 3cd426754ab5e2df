"""How heavy the pages are that lead to briefs, and how long Chromium lays them out.

Every list of a site of 3,321 communes and 20 periods, in one language, made of copies of the card
of one real brief; the heaviest page of each kind is opened in Chromium. No page may pass 150 KB or
take a second to lay out.

    python benchmarks/bench_lists.py [areas] [periods]
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.lists import LISTS, Card, Told, bind_list, list_places, make_card
from cchc_analysis.brief.opening import list_briefs, open_brief
from cchc_analysis.brief.render import TEMPLATE
from cchc_analysis.data import store
from cchc_analysis.data.files import write_text
from cchc_analysis.data.reference import Project, Reference
from cchc_analysis.data.words import load_words

LANG = "vi"
PROJECT = Project(Path(__file__).resolve().parents[1])
CHROMIUM = "/usr/bin/chromium"
LAYOUT = "() => { const n = performance.getEntriesByType('navigation')[0]; return n.domComplete }"


def main(areas: int, periods: int) -> None:
    """Make the lists of so many areas, and print what each kind weighs and takes."""
    reference, tables = store.load(PROJECT)
    brief = _open_one(reference, tables)
    cards = list(_copy_cards(make_card(brief), areas, periods))
    codes = sorted(tables.indicators["indicator"].unique())
    told = Told(cards, reference, tables.findings, indicators=codes)
    with TemporaryDirectory(prefix="cchc-") as folder:
        started = time.process_time()
        sizes = _write_pages(Path(folder), told)
        print(f"{len(cards)} cards, {len(sizes)} pages, {time.process_time() - started:.1f} s")
        heaviest = _choose_heaviest(sizes)
        for kind, page, seconds in _lay_out(heaviest):
            print(f"{kind:24} {page.stat().st_size / 1000:6.0f} KB {seconds:6.2f} s")


def _open_one(reference: Reference, tables: Any) -> Brief:
    words = load_words(PROJECT.notebooks / TEMPLATE, LANG)
    district, period = next(iter(list_briefs(tables, reference)))[:2]
    return open_brief(tables, reference, words, district, period)


def _copy_cards(card: Card, areas: int, periods: int) -> Any:
    """The card once for each area and period, under the names of real communes."""
    communes = pd.read_csv(PROJECT.reference / "communes.csv", dtype="str", keep_default_na=False)
    now = communes[communes["valid_to"] == ""]
    for area_id in now["area_id"].head(areas):
        for at in range(periods):
            period = f"{2026 + at // 4}-Q{at % 4 + 1}"
            facts = card.facts | {"area_id": area_id, "period": period}
            yield replace(card, facts=facts, folder=f"{LANG}/{area_id}-x/{period.lower()}")


def _write_pages(folder: Path, told: Told) -> list[Path]:
    written = []
    for name in LISTS:
        written.append(folder / name / "index.html")
        write_text(written[-1], bind_list(PROJECT, told, LANG, name))
    for name, (cards, data) in list_places(told).items():
        written.append(folder / name / "index.html")
        part = replace(told, cards=cards)
        write_text(written[-1], bind_list(PROJECT, part, LANG, name, **data))
    return written


def _choose_heaviest(pages: list[Path]) -> dict[str, Path]:
    """The heaviest page of each kind; what a folder is called before its first digit is a kind."""
    kinds: dict[str, Path] = {}
    for page in sorted(pages, key=lambda page: page.stat().st_size):
        name = page.parent.name
        above = page.parent.parent.name
        kind = f"{above}/…" if above in ("contradictions", "a-z") else name
        if name[:1].isdigit() and above not in ("contradictions", "a-z"):
            kind = "province" if len(name.split("-")[0]) < 3 else "area"
        kinds[kind or "index"] = page
    return kinds


def _lay_out(pages: dict[str, Path]) -> Any:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        for kind, path in pages.items():
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(path.as_uri(), wait_until="load")
            yield kind, path, page.evaluate(LAYOUT) / 1000
            page.close()
        browser.close()


if __name__ == "__main__":
    main(*(int(each) for each in [*sys.argv[1:], "3321", "20"][:2]))
