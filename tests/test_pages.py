"""Pages in a real browser: what axe, the network, the keyboard, a phone and a printer find.

They run wherever Chromium is found, and say so where it is not.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from brief_work import (
    PLAIN_REPORT,
    PROJECT,
    find_all,
    load_words_of,
    made_up_reference,
    make_tables,
    open_made_up,
    tell_page,
)
from cchc_analysis import pipeline
from cchc_analysis.brief import list_briefs, name_page, open_brief
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.overview import LISTS, Told, bind_absent, bind_root, make_card

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
LARGEST_PAGE = 150_000
HOSTILE = """
M900 I par_news_articles whole_district 0
"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def briefs() -> list[Brief]:
    """Every real brief in both languages."""
    reference, tables = pipeline.load(PROJECT)
    return [
        open_brief(tables, reference, load_words_of(lang), *place)
        for place in list_briefs(tables, reference)
        for lang in ("vi", "en")
    ]


@pytest.fixture(scope="module")
def site(briefs: list[Brief], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the real sources, told without notebooks, and one page of hard texts."""
    folder = tmp_path_factory.mktemp("site")
    pages = {
        str(name_page(brief.area, brief.period, brief.lang)): tell_page(brief) for brief in briefs
    }
    for lang in ("vi", "en"):
        own = [brief for brief in briefs if brief.lang == lang]
        told = Told([make_card(brief) for brief in own], own)
        for name, bind in LISTS.items():
            pages[f"{lang}/{name}/index.html"] = bind(PROJECT, told, lang)
        pages[f"{lang}/quality/index.html"] = bind_absent(PROJECT, lang)
    pages["index.html"] = bind_root(PROJECT, {"vi": len(briefs) // 2, "en": len(briefs) // 2})
    pages["hard.html"] = tell_page(_open_hard())
    for place, page in pages.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(page, "utf-8")
    return folder


def _open_hard() -> Brief:
    """Three hundred findings, a title from right to left, a word without an end."""
    findings = [{"rule_id": f"X{n}", "explanation_vi": "x" * 400} for n in range(300)]
    tables = make_tables(PLAIN_REPORT + HOSTILE, findings=findings)
    sources = tables.sources.assign(title="שלום " + "x" * 300, lacks_vi="<b>" * 50)
    from dataclasses import replace

    return open_made_up(replace(tables, sources=sources))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for all tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM)
        yield running
        running.close()


def places(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def open_page(browser: Any, page: Path, width: int = 1280, **more: Any) -> Any:
    context = browser.new_context(viewport={"width": width, "height": 900}, **more)
    opened = context.new_page()
    opened.goto(page.as_uri())
    return opened


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_axe_finds_nothing(browser: Any, site: Path, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = {}
    for place in places(site):
        page = open_page(browser, place, color_scheme="dark" if scheme == "dark" else "light")
        if scheme == "print":
            page.emulate_media(media="print")
        result = Axe().run(page, options={"resultTypes": ["violations"]})
        found |= {
            f"{place.relative_to(site)}: {each['id']}": each["nodes"][0]["html"][:200]
            for each in result.response["violations"]
        }
        page.context.close()
    assert not found


def test_no_request_leaves_a_page(browser: Any, site: Path) -> None:
    for place in places(site):
        context = browser.new_context()
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(place.as_uri())
        page.wait_for_load_state("load")
        assert [url for url in asked if url != place.as_uri() and url != "data:,"] == []
        context.close()


def test_every_page_forbids_what_it_does_not_need(site: Path) -> None:
    for place in places(site):
        html = place.read_text("utf-8")
        assert "default-src 'none'" in html
        assert "<script" not in html
        assert not find_all(r'<(?:img|link|iframe|object|source)[^>]+(?:src|href)="(?!data:)', html)


def test_every_link_lands(site: Path) -> None:
    anchors = {
        place: set(find_all(r' id="([^"]+)"', place.read_text("utf-8"))) for place in places(site)
    }
    lost = []
    for place in anchors:
        if place.name == "hard.html":
            continue
        for link in find_all(r' href="([^"]+)"', place.read_text("utf-8")):
            target, anchor = urldefrag(link)
            if urlsplit(link).scheme:
                continue
            goal = (place.parent / unquote(target)).resolve() if target else place
            if goal.suffix not in ("", ".html"):
                continue  # a download: tests/test_downloads.py
            if goal not in anchors or (anchor and anchor not in anchors[goal]):
                lost.append(f"{place.relative_to(site)}: {link}")
    assert not lost


def test_every_page_has_a_language_a_title_and_one_main_heading(site: Path) -> None:
    for place in places(site):
        html = place.read_text("utf-8")
        assert find_all(r'<html lang="(\w+)">', html) in (["vi"], ["en"])
        assert len(find_all(r"<h1", html)) == 1
        assert find_all(r"<title>\S.*?</title>", html)


def test_no_page_scrolls_sideways_on_a_phone(browser: Any, site: Path) -> None:
    wide = {}
    for place in places(site):
        page = open_page(browser, place, 360)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            wide[str(place.relative_to(site))] = width
        page.context.close()
    assert not wide


def test_the_keyboard_starts_at_the_content_and_sees_where_it_is(browser: Any, site: Path) -> None:
    page = open_page(browser, next(place for place in places(site) if "cao-loc" in str(place)))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    for _ in range(4):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
    page.context.close()


def test_a_number_leads_to_its_note_and_back(browser: Any, site: Path) -> None:
    page = open_page(
        browser, next(place for place in places(site) if "vi/183-cao-loc" in str(place))
    )
    number = page.locator("#u-F030")
    number.click()
    assert page.evaluate("location.hash") == "#n-F030"
    note = page.locator("#n-F030")
    assert "1.310" in note.inner_text()
    note.locator("a", has_text="↩").click()
    assert page.evaluate("location.hash") == "#u-F030"
    page.context.close()


def test_on_paper_charts_and_rows_stay_whole(browser: Any, site: Path) -> None:
    page = open_page(
        browser, next(place for place in places(site) if "vi/183-cao-loc" in str(place))
    )
    page.emulate_media(media="print")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('figure')).breakInside") == "avoid"
    )
    assert (
        page.evaluate("getComputedStyle(document.querySelector('tbody tr')).breakInside") == "avoid"
    )
    assert (
        page.evaluate("getComputedStyle(document.querySelector('thead')).display")
        == "table-header-group"
    )
    assert page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    paper = page.pdf(prefer_css_page_size=True, tagged=True)
    assert paper.startswith(b"%PDF")
    page.context.close()


def test_pages_are_small(site: Path, briefs: list[Brief]) -> None:
    sizes = {
        str(place): (site / place).stat().st_size
        for brief in briefs
        for place in [name_page(brief.area, brief.period, brief.lang)]
    }
    assert not {place: size for place, size in sizes.items() if size >= LARGEST_PAGE}


def test_the_real_briefs_show_every_figure(briefs: list[Brief]) -> None:
    from cchc_analysis.brief.numbers import list_figures, list_noted

    shown = {
        figure
        for brief in briefs
        for entry in list_noted(brief)
        for figure in list_figures(brief, entry)
    }
    held = {
        (source, figure)
        for brief in briefs
        for source, figure in zip(
            brief.figures["source_id"], brief.figures["figure_id"], strict=True
        )
    }
    assert shown == held
    assert len(shown) == 470


def test_both_languages_hold_the_same_numbers(briefs: list[Brief], site: Path) -> None:
    swap = str.maketrans(".,", ",.")
    for vi, en in zip(briefs[::2], briefs[1::2], strict=True):
        notes = [
            dict(
                find_all_pairs(
                    (site / name_page(each.area, each.period, each.lang)).read_text("utf-8")
                )
            )
            for each in (vi, en)
        ]
        assert notes[0] == {key: value.translate(swap) for key, value in notes[1].items()}


def find_all_pairs(html: str) -> list[tuple[str, str]]:
    """Note and value, without the space that only one language puts before a percent sign."""
    found: list[Any] = find_all(r'<li id="(n-[^"]+)"><b>(.*?)</b>', html)
    return [(note, unescape(value).replace("\u00a0", "")) for note, value in found]


def test_the_made_up_district_is_no_part_of_the_real_site(site: Path) -> None:
    assert made_up_reference().area_rows["991"]["name"] == "Huyện Sông Mây"
    assert not [place for place in places(site) if "song-may" in str(place)]
