"""Brief pages on paper: sheets are filled, charts stay whole, headings keep company."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import unescape

import numpy as np
import pytest
from pypdfium2 import PdfDocument

from brief_work import PROJECT, make_tables, open_made_up, open_real_briefs, tell_annex, tell_front
from cchc_analysis.brief.content import ANNEX, Brief
from cchc_analysis.brief.render import export_body
from hard_pages import list_hard, report_many

pytestmark = pytest.mark.slow

Paper = Callable[[str], bytes]

LEAST = 0.1
"""Of the lines of a sheet that hold ink; the last sheet of a page may end anywhere."""
MARGIN = 0.075
"""Of the height of a sheet, below which its number stands."""
HARD = ("one figure", "a long name", "every figure contested", "all zeros")
LARGEST = 150_000


@cache
def list_pages() -> dict[str, str]:
    """The pages by name: fronts and annexes of real reports, and of those that are hard to tell."""
    briefs = {f"{brief.area['area_id']} {brief.lang}": brief for brief in open_real_briefs()}
    briefs |= {name: brief for name, brief in list_hard("vi").items() if name in HARD}
    told = {f"{name}: front": tell_front(brief) for name, brief in briefs.items()}
    told |= {f"{name}: annex": tell_annex(brief) for name, brief in briefs.items()}
    told |= {
        f"{count} figures: {name}": page
        for count in (290, 400)
        for name, page in list_split(open_made_up(make_tables(report_many(count)))).items()
    }
    return told


def list_split(brief: Brief) -> dict[str, str]:
    """The annex of a large report and its pages, by their names."""
    pages = {
        name: export_body(body, PROJECT, brief.words, "brief")
        for name, body in brief.show_reform_areas().pages.items()
    }
    return {ANNEX: tell_annex(brief)} | pages


def read_sheets(printed: bytes) -> list[tuple[float, list[str]]]:
    """The share of the lines of each sheet that hold ink, and its text by lines."""
    document = PdfDocument(printed)
    try:
        sheets = []
        for sheet in document:
            picture = sheet.render(scale=0.5, grayscale=True).to_numpy().squeeze()
            kept = picture[: int(len(picture) * (1 - MARGIN))]
            text = sheet.get_textpage().get_text_range().splitlines()
            lines = [" ".join(line.split()) for line in text]
            sheets.append((float(np.mean(kept.min(axis=1) < 200)), [x for x in lines if x]))
        return sheets
    finally:
        document.close()


def find_texts(pattern: str, page: str) -> list[str]:
    found = (re.sub(r"<[^>]+>", "", each) for each in re.findall(pattern, page, re.DOTALL))
    return [" ".join(unescape(each).split()) for each in found]


def squeeze(text: str) -> str:
    """A text without room and the numbers that paper adds to its links."""
    return re.sub(r"[\W\d]", "", text)


@pytest.mark.parametrize("part", range(4))
def test_sheets_are_filled_and_headings_keep_company(part: int, paper: Paper) -> None:
    names = list(list_pages())[part::4]
    for name in names:
        page = list_pages()[name]
        sheets = read_sheets(paper(page))
        inks = [round(ink, 2) for ink, _ in sheets]
        assert all(ink >= LEAST for ink in inks[:-1]), (name, inks)
        assert max(inks) < 1, name
        heads = set(map(squeeze, find_texts(r"<h[234][^>]*>(.*?)</h[234]>", page))) - {""}
        for _, lines in sheets:
            last = [line for line in lines if not re.fullmatch(r"\d+/\d+", line)][-1:]
            assert not heads.intersection(map(squeeze, last)), (name, last)
        texts = [squeeze("".join(lines)) for _, lines in sheets]
        for figure in re.findall(r"<figure.*?</figure>", page, re.DOTALL):
            ends = (
                find_texts(r"<figcaption><b>(.*?)</b>", figure),
                find_texts(r'<p class="src">(.*?)</p>', figure),
            )
            first, last_line = (squeeze(each[0])[:24] for each in ends)
            assert any(first in text and last_line in text for text in texts), (name, first)


@pytest.mark.parametrize("area", ["183", "184", "665", "178"])
def test_a_front_is_a_hand_out_of_two_sheets(area: str, paper: Paper) -> None:
    for lang in ("vi", "en"):
        sheets = read_sheets(paper(list_pages()[f"{area} {lang}: front"]))
        assert len(sheets) <= 2
        first = squeeze("".join(sheets[0][1]))
        said = find_texts(r"<h2[^>]*>(.*?)</h2>", list_pages()[f"{area} {lang}: front"])
        assert all(squeeze(each) in first for each in said[:4]), said
        assert re.search(r"<figure", list_pages()[f"{area} {lang}: front"].partition("goals")[0])


@pytest.mark.parametrize(("count", "least"), [(290, 2), (400, 5), (900, 5)])
def test_a_large_annex_has_a_page_for_each_area_and_no_dead_link(count: int, least: int) -> None:
    brief = open_made_up(make_tables(report_many(count)))
    pages = {"index.html": tell_front(brief), **list_split(brief)}
    assert len(pages) >= least
    assert (len(pages) == 2) == (count < 300)
    anchors = {name: set(re.findall(r' id="([^"]+)"', page)) for name, page in pages.items()}
    for name, page in pages.items():
        assert len(page.encode()) < LARGEST, (name, len(page.encode()))
        for href in re.findall(r' href="([^":]*)"', page):
            place, _, anchor = href.partition("#")
            if "/" not in place and (place or name) in pages:
                assert not anchor or anchor in anchors[place or name], (name, href)
    noted = {note for found in anchors.values() for note in found if note.startswith("n-M")}
    assert len(noted) == len(brief.figures)
