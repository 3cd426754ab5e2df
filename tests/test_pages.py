"""Pages in a real browser: what axe, the network, the keyboard, a phone and a printer find.

They run wherever Chromium is found, and say so where it is not. Each page is loaded once, and all
that has to be known of it is asked then: a page of a thousand cells takes axe seconds. What axe
says of colours is asked in each scheme by a check of ours, which also reads the text in charts.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from hashlib import sha256
from html import unescape
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from markupsafe import Markup

from brief_work import (
    PROJECT,
    find_all,
    list_values,
    load_few,
    made_up_reference,
    open_real_briefs,
    tell_annex,
    tell_front,
    tell_indicator,
    tell_page,
    tell_profile,
    tell_quality,
)
from cchc_analysis.brief.board import name_trend
from cchc_analysis.brief.content import ANNEX, Brief
from cchc_analysis.brief.lists import (
    LISTS,
    Told,
    bind_list,
    bind_root,
    list_places,
    make_card,
)
from cchc_analysis.brief.quality import name_quality
from cchc_analysis.brief.templates import Section
from cchc_analysis.data.files import write_text
from conftest import CHROMIUM
from hard_pages import list_hard
from test_directory import make_told

LARGEST_PAGE = 150_000
SCHEMES = ("light", "dark", "print")
HARD = "hard"
"""The folder of the pages that are no part of a site."""

FAINT = """() => {
  const parse = text => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const isIn = (shape, box) => {
    const matrix = shape.getScreenCTM();
    if (!matrix) return false;
    const point = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2);
    return shape.isPointInFill(point.matrixTransform(matrix.inverse()));
  };
  const behind = element => {
    const chart = element.closest("svg"), box = element.getBoundingClientRect();
    const shapes = chart ? [...chart.querySelectorAll("rect, path, circle, polygon")] : [];
    for (const shape of shapes.reverse()) {
      if (shape.closest("defs, clipPath")) continue;
      const follows = shape.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING;
      const colour = parse(getComputedStyle(shape).fill);
      if (follows && (colour.length < 4 || colour[3] === 1) && isIn(shape, box)) return colour;
    }
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest("title, desc")) continue;
    if (!element.checkVisibility() || element.closest(".na i")) continue;
    const style = getComputedStyle(element);
    const colour = parse(element.closest("svg") ? style.fill : style.color);
    const size = parseFloat(style.fontSize);
    const isSign = element.closest("span[role=img]") !== null;  // a graphic, with words of its own
    const isLarge = isSign || size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const found = ratio(light(colour), light(behind(element)));
    if (found < (isLarge ? 3 : 4.5)) {
      const kind = element.className.baseVal ?? element.className;
      faint.add(`${found.toFixed(2)} ${element.tagName}.${kind}`);
    }
  }
  return [...faint];
}"""
"""Text that stands out too little from what is behind it (WCAG 1.4.3), in charts as well."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@dataclass(frozen=True)
class Visit:
    """What one visit to a page found.

    Attributes:
        asked: The addresses that it asked for.
        violations: What axe says, by rule.
        faint: Text with too little contrast, by scheme.
        width: How wide its content is on a screen of 360 points.
    """

    asked: list[str]
    violations: dict[str, str]
    faint: dict[str, list[str]]
    width: int


def name_page(brief: Brief) -> PurePosixPath:
    """The page of a brief within the site."""
    return PurePosixPath(brief.lang, brief.name_folder(brief.area, brief.period), "index.html")


@pytest.fixture(scope="module")
def briefs() -> list[Brief]:
    """Every real brief in both languages."""
    return open_real_briefs()


@pytest.fixture(scope="module")
def site(briefs: list[Brief], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the real sources, told without notebooks, and the pages of hard briefs."""
    folder = tmp_path_factory.mktemp("site")
    places = {brief: name_page(brief) for brief in briefs}
    pages = {str(place): tell_front(brief) for brief, place in places.items()}
    pages |= {str(place.with_name(ANNEX)): tell_annex(brief) for brief, place in places.items()}
    for lang in ("vi", "en"):
        own = [brief for brief in briefs if brief.lang == lang]
        tables = load_few()[1]
        codes = sorted(tables.indicators["indicator"].unique())
        told = Told(
            [make_card(each) for each in own],
            own[0].reference,
            tables.findings,
            indicators=codes,
        )
        for name in LISTS:
            pages[f"{lang}/{name}/index.html"] = bind_list(PROJECT, told, lang, name)
        for below, (cards, data) in list_places(told).items():
            part = replace(told, cards=cards)
            pages[f"{lang}/{below}/index.html"] = bind_list(PROJECT, part, lang, below, **data)
        pages[f"{lang}/quality/index.html"] = tell_quality("", lang)
        for province in ("20", "67"):
            folder_of = name_quality(province, own[0].reference)
            pages[f"{lang}/{folder_of}/index.html"] = tell_quality(province, lang)
        for code in ("pci", "papi_total", "service_index_total"):
            pages[f"{lang}/{name_trend(code)}/index.html"] = tell_indicator(code, lang)
        pages[f"{lang}/trends/index.html"] = bind_list(
            PROJECT, None, lang, "trends", "trends", rows=[]
        )
    pages["index.html"] = bind_root(PROJECT, {"vi": len(briefs) // 2, "en": len(briefs) // 2})
    for area, lang in (("20", "vi"), ("183", "en"), ("66-2025", "vi")):
        pages[f"{HARD}/profile-{area}.html"] = tell_profile(area, lang)
    for name, brief in list_hard("vi").items():
        pages[f"{HARD}/{name.replace(' ', '-')}.html"] = tell_page(brief)
    for place, page in pages.items():
        write_text(folder / place, page)
    return folder


@pytest.fixture(scope="module")
def visits(browser: Any, site: Path) -> dict[str, Visit]:
    """One visit to every page, all in one tab: each context begins a process of its own."""
    context = browser.new_context()
    page = context.new_page()
    found = {place.relative_to(site).as_posix(): visit_page(page, place) for place in places(site)}
    context.close()
    return found


def visit_page(page: Any, place: Path) -> Visit:
    """Load a page once and ask it everything."""
    from axe_playwright_python.sync_playwright import Axe

    asked: list[str] = []

    def note(request: Any) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.emulate_media(media="screen", color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(place.as_uri())
    page.wait_for_load_state("load")
    told = Axe().run(page, options={"resultTypes": ["violations"], "rules": AXE_RULES})
    faint = {}
    for scheme in SCHEMES:
        is_print = scheme == "print"
        colours = "dark" if scheme == "dark" else "light"
        page.emulate_media(media="print" if is_print else "screen", color_scheme=colours)
        faint[scheme] = page.evaluate(FAINT)
    page.emulate_media(media="screen", color_scheme="light")
    page.set_viewport_size({"width": 360, "height": 900})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.remove_listener("request", note)
    violations = {
        each["id"]: each["nodes"][0]["html"][:200] for each in told.response["violations"]
    }
    return Visit([url for url in asked if url != place.as_uri()], violations, faint, width)


AXE_RULES = {"color-contrast": {"enabled": False}}
"""Asked by ``FAINT`` on every page and in every scheme, and by axe itself of one page."""


def places(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def page_of(site: Path, part: str) -> Path:
    """The first page whose path holds a text."""
    return next(place for place in places(site) if part in str(place))


def open_page(browser: Any, page: Path, width: int = 1280, **more: Any) -> Any:
    context = browser.new_context(viewport={"width": width, "height": 900}, **more)
    opened = context.new_page()
    opened.goto(page.as_uri())
    return opened


def test_axe_finds_nothing(visits: dict[str, Visit]) -> None:
    assert not {place: visit.violations for place, visit in visits.items() if visit.violations}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_stands_out_in_every_scheme(visits: dict[str, Visit], scheme: str) -> None:
    found = {place: visit.faint[scheme] for place, visit in visits.items()}
    assert not {place: faint for place, faint in found.items() if faint}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_agrees_about_colours(browser: Any, site: Path, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(
        browser,
        page_of(site, "vi/178-lang-son"),
        color_scheme="dark" if scheme == "dark" else "light",
    )
    if scheme == "print":
        page.emulate_media(media="print")
    told = Axe().run(page, options={"resultTypes": ["violations"]})
    page.context.close()
    assert not told.response["violations"]


def test_faint_text_is_found(browser: Any, tmp_path: Path) -> None:
    place = tmp_path / "faint.html"
    place.write_text(
        "<body style='background:#fff'><p style='color:#999'>a<p style='color:#000'>b"
        "<svg><text style='fill:#8c959f'>c</text></svg>",
        "utf-8",
    )
    page = open_page(browser, place)
    assert [each.split()[1] for each in page.evaluate(FAINT)] == ["P.", "text."]
    page.context.close()


@pytest.mark.parametrize(
    ("theme", "system", "shown"),
    [
        ("data-jp-theme-light=false", "light", "dark"),
        ("data-jp-theme-light=true", "dark", "light"),
        ("", "dark", "dark"),
        ("", "light", "light"),
    ],
)
def test_a_section_in_a_notebook_is_as_dark_as_what_surrounds_it(
    browser: Any, tmp_path: Path, theme: str, system: str, shown: str
) -> None:
    """JupyterLab has a theme of its own; other programs follow the system."""
    section = Section(Markup("<p>1</p>"), folder=PROJECT.notebooks / "page")
    place = tmp_path / "cell.html"
    place.write_text(f"<body {theme}>{section._repr_html_()}", "utf-8")
    page = open_page(browser, place, color_scheme=system)
    style = "getComputedStyle(document.querySelector('.cchc'))"
    ground = page.evaluate(f"{style}.backgroundColor")
    page.context.close()
    assert ground == {"dark": "rgb(20, 24, 28)", "light": "rgb(255, 255, 255)"}[shown]


def test_no_request_leaves_a_page(visits: dict[str, Visit]) -> None:
    asked = {place: set(visit.asked) - {"data:,"} for place, visit in visits.items()}
    assert not {place: urls for place, urls in asked.items() if urls}


def test_every_page_forbids_what_it_does_not_need(site: Path) -> None:
    for place in places(site):
        html = place.read_text("utf-8")
        assert "default-src 'none'" in html
        scripts = find_all(r"(?s)<script[^>]*>(.*?)</script>", html)
        hashes = [base64.b64encode(sha256(each.encode()).digest()).decode() for each in scripts]
        assert find_all(r"script-src 'sha256-([^']+)'", html)[: len(hashes)] == hashes
        assert len(hashes) <= 1
        assert all(len(each.encode()) < 3_000 for each in scripts)
        assert not find_all(r'<(?:img|link|iframe|object|source)[^>]+(?:src|href)="(?!data:)', html)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_names_are_narrowed_as_one_types_and_paper_has_all(
    browser: Any, tmp_path: Path, lang: str
) -> None:
    (tmp_path / "index.html").write_text(
        bind_list(PROJECT, make_told(100, 1), lang, "a-z"), "utf-8"
    )
    page = open_page(browser, tmp_path / "index.html")
    names = page.locator(".names li:visible")
    every = names.count()
    page.locator(".filter input").fill("dong  anh")
    assert names.all_inner_texts() == [page.locator("li", has_text="Đông Anh").inner_text()]
    assert page.locator("h2:visible").all_inner_texts() == ["Đ"]
    page.emulate_media(media="print")
    assert names.count() == every
    assert page.locator(".filter:visible").count() == 0
    page.context.close()


def test_both_tables_of_a_province_are_narrowed(browser: Any, tmp_path: Path) -> None:
    told = make_told(20, 2)
    place, (cards, data) = next(each for each in list_places(told).items() if len(each[1][0]) > 24)
    listed = bind_list(PROJECT, replace(told, cards=cards), "vi", place, **data)
    (tmp_path / "index.html").write_text(listed, "utf-8")
    page = open_page(browser, tmp_path / "index.html")
    tables = page.locator("#main > .scroll")
    assert (place, tables.count()) == (place, 2)
    name = tables.nth(0).locator("tbody tr").nth(3).locator("a").first.inner_text()
    page.locator(".filter input").fill(name)
    for table in tables.all():
        rows = table.locator("tbody tr:visible").all_inner_texts()
        assert rows
        assert all(name in row for row in rows)
    page.context.close()


def test_every_link_lands(site: Path) -> None:
    anchors = {place: set(list_values("id", place.read_text("utf-8"))) for place in places(site)}
    lost = []
    for place in anchors:
        if place.parent.name == HARD:
            continue
        for link in list_values("href", place.read_text("utf-8")):
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


def test_no_page_scrolls_sideways_on_a_phone(visits: dict[str, Visit]) -> None:
    assert not {place: visit.width for place, visit in visits.items() if visit.width > 360}


def test_the_index_fits_a_phone_and_its_cells_say_what_they_are(browser: Any, site: Path) -> None:
    page = open_page(browser, site / "en" / "index.html", 360)
    box = "document.querySelector('.index').closest('.scroll')"
    assert page.evaluate(f"{box}.scrollWidth <= {box}.clientWidth")
    cells = page.locator(".index tbody tr:not(.grp)").first.locator("td")
    assert [label.split("\n")[0] for label in cells.all_inner_texts()[1:4]] == [
        *("Grade", "On time", "Online"),
    ]
    page.set_viewport_size({"width": 1280, "height": 900})
    assert not page.locator(".index .h").first.is_visible()
    page.context.close()


def test_the_keyboard_starts_at_the_content_and_sees_where_it_is(browser: Any, site: Path) -> None:
    page = open_page(browser, page_of(site, "vi/183-cao-loc"))
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
    page = open_page(browser, page_of(site, "vi/183-cao-loc").with_name(ANNEX))
    number = page.locator("#u-F030")
    number.click()
    assert page.evaluate("location.hash") == "#n-F030"
    note = page.locator("#n-F030")
    assert "1.310" in note.inner_text()
    note.locator("a", has_text="↩").click()
    assert page.evaluate("location.hash") == "#u-F030"
    page.context.close()


def test_a_number_of_the_front_leads_to_its_note_on_the_annex(browser: Any, site: Path) -> None:
    page = open_page(browser, page_of(site, "vi/183-cao-loc").with_name("index.html"))
    page.locator("#key ~ .body .big a").first.click()
    annex, _, note = page.url.partition("#")
    assert annex.endswith(ANNEX)
    # The address changes before the page is read.
    page.locator(f"#{note}").wait_for(state="attached")
    page.context.close()


def test_a_front_is_six_phone_screens_and_two_sheets(browser: Any, site: Path) -> None:
    from pypdfium2 import PdfDocument

    for place in (annex.with_name("index.html") for annex in site.rglob(ANNEX)):
        page = open_page(browser, place)
        page.set_viewport_size({"width": 390, "height": 844})
        height = page.evaluate("document.documentElement.scrollHeight")
        assert height <= 6 * 844, place
        assert len(PdfDocument(page.pdf(prefer_css_page_size=True))) <= 2, place
        page.context.close()


def test_on_paper_charts_and_rows_stay_whole(browser: Any, site: Path) -> None:
    page = open_page(browser, page_of(site, "vi/183-cao-loc").with_name(ANNEX))
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
        for front in [name_page(brief)]
        for place in (front, front.with_name(ANNEX))
    }
    assert not {place: size for place, size in sizes.items() if size >= LARGEST_PAGE}


def test_the_real_briefs_show_every_figure(briefs: list[Brief]) -> None:
    from cchc_analysis.brief.brief_sections import list_noted

    shown = {
        (row["source_id"], row["figure_id"])
        for brief in briefs
        for entry in list_noted(brief)
        for row in entry.readings
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
            dict(find_all_pairs((site / name_page(each)).with_name(ANNEX).read_text("utf-8")))
            for each in (vi, en)
        ]
        assert len(notes[0]) >= len(vi.entries)
        assert notes[0] == {key: value.translate(swap) for key, value in notes[1].items()}


def find_all_pairs(html: str) -> list[tuple[str, str]]:
    """Note and value, without the space that only one language puts before a percent sign."""
    found: list[Any] = find_all(r'<li id="(n-[^"]+)"><b>(.*?)</b>', html)
    return [(note, unescape(value).replace("\u00a0", "")) for note, value in found]


def test_the_made_up_district_is_no_part_of_the_real_site(site: Path) -> None:
    assert made_up_reference().area_rows["991"]["name"] == "Huyện Sông Mây"
    assert not [place for place in places(site) if "song-may" in str(place)]
