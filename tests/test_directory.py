"""The way to a brief among thousands: no page grows with the country, and every step lands."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urldefrag

import pandas as pd
import pytest

from brief_work import PLAIN_REPORT, PROJECT, find_all, make_tables, open_made_up
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.lists import (
    LISTS,
    MOST_LINES,
    MOST_ROWS,
    Card,
    Told,
    bind_list,
    list_places,
    make_card,
)
from cchc_analysis.data.clean import alphabet_key, first_letter
from cchc_analysis.data.reference import load_reference

REFERENCE = load_reference(PROJECT.reference)
DISTRICTS = REFERENCE.areas[REFERENCE.areas["level"] == "district"]


@cache
def open_once() -> tuple[Brief, Card]:
    """A made-up brief and its card."""
    brief = open_made_up(make_tables(PLAIN_REPORT))
    return brief, make_card(brief)


def make_told(areas: int, periods: int, **more: Any) -> Told:
    """Briefs of real districts, each told as one made-up report."""
    brief, card = open_once()
    rows = DISTRICTS.sort_values("parent_id", kind="stable").head(areas)
    cards = [
        copy_card(card, area_id, f"20{at:02}", **more)
        for area_id in rows["area_id"]
        for at in range(periods)
    ]
    return Told(cards, REFERENCE, brief.findings.iloc[:0])


def copy_card(card: Card, area_id: str, period: str, **more: Any) -> Card:
    facts = card["facts"] | {"area_id": area_id, "period": period}
    return card | {"facts": facts, "folder": f"vi/{area_id}-x/{period}", **more}


def make_line(rule: str) -> dict[str, str]:
    sums = {"rule": rule, "sum": "1 + 1 = 3", "severity": "warning"}
    return {"anchor": "c-1", "mark": "▲1", **sums}


def write_pages(told: Told, areas: int = 1_000) -> dict[str, str]:
    """Every list by its place in the site; of areas, whose pages are alike, so many."""
    pages = {name: bind_list(PROJECT, told, "vi", name) for name in LISTS}
    places = list_places(told)
    of_areas = [name for name, (_, data) in places.items() if data["template"] == "area"]
    for name in sorted(of_areas, key=len)[: len(of_areas) - areas]:
        del places[name]
    for name, (cards, data) in places.items():
        pages[name] = bind_list(PROJECT, replace(told, cards=cards), "vi", name, **data)
    return {str(PurePosixPath("vi") / name / "index.html"): page for name, page in pages.items()}


def find_links(place: str, page: str) -> set[str]:
    """The pages that a page links to, from the root of the site."""
    found = set()
    for link in find_all(r' href="([^"]+)"', page.partition("<body>")[2]):
        target = urldefrag(link)[0]
        if target.endswith(".html"):
            parts: list[str] = []
            for part in (*PurePosixPath(place).parent.parts, *PurePosixPath(target).parts):
                parts = parts[:-1] if part == ".." else [*parts, part]
            found.add("/".join(parts))
    return found


ELSEWHERE = ("en/", "vi/trends/", "vi/quality/", "index.html")


@pytest.mark.parametrize(("areas", "periods"), [(3, 2), (40, 8)])
def test_every_brief_is_reached_from_the_index_and_no_link_is_dead(
    areas: int, periods: int
) -> None:
    told = make_told(areas, periods)
    pages = write_pages(told)
    briefs = {f"{card['folder']}/index.html" for card in told.cards}
    beside = {f"{card['folder']}/annex.html" for card in told.cards}
    reached, waiting = set(), ["vi/index.html"]
    while waiting:
        place = waiting.pop()
        if place in reached or place not in pages:
            assert place in reached | briefs | beside or place.startswith(ELSEWHERE), place
            continue
        reached.add(place)
        waiting += find_links(place, pages[place])
    assert reached == set(pages)
    linked = set().union(*(find_links(place, page) for place, page in pages.items()))
    assert briefs <= linked


def test_no_page_grows_with_the_country() -> None:
    line = make_line("rule")
    small, large = (make_told(n, 12, ledger=[line] * 4) for n in (60, 240))
    pages = write_pages(large, areas=20)
    assert max(map(len, pages.values())) < 150_000
    for name in ("", "contradictions"):
        few = bind_list(PROJECT, small, "vi", name)
        assert len(pages[str(PurePosixPath("vi") / name / "index.html")]) < 1.5 * len(few)


def test_few_briefs_are_told_at_a_glance_and_many_are_not() -> None:
    few, many = (bind_list(PROJECT, make_told(1, n), "vi", "") for n in (MOST_ROWS, MOST_ROWS + 1))
    assert '<table class="index' in few
    assert '<table class="index' not in many


def test_contradictions_are_listed_where_they_are_few_and_else_counted() -> None:
    line = make_line("the only rule")
    few = make_told(1, 2, ledger=[line])
    assert bind_list(PROJECT, few, "vi", "contradictions").count("the only rule") == 2
    many = make_told(2, 2, ledger=[line] * (MOST_LINES // 3))
    page = bind_list(PROJECT, many, "vi", "contradictions")
    assert "the only rule" not in page
    assert str(4 * (MOST_LINES // 3)) in page


def test_definitions_are_split_by_area_of_reform_where_they_are_many() -> None:
    codes = sorted(REFERENCE.indicator_rows)
    many = replace(make_told(1, 1), indicators=codes)
    pages = write_pages(many)
    parts = [page for name, page in pages.items() if name.startswith("vi/definitions/")]
    assert len(parts) > 5
    assert max(len(page.encode()) for page in parts) < 150_000
    told = "".join(parts)
    assert all(f"<code>{code}</code>" in told for code in codes)
    few = write_pages(replace(many, indicators=codes[:9]))
    assert [name for name in few if "definitions" in name] == ["vi/definitions/index.html"]


def test_an_english_page_names_areas_in_english() -> None:
    told = make_told(1, 1)
    page = bind_list(PROJECT, told, "en", "a-z")
    assert "<small>urban district, Hà Nội</small>" in page
    assert ">Hà Nội</a> <small>city</small>" in page
    assert "huyện" not in page.partition("<main")[2].casefold()


def test_names_stand_by_the_vietnamese_alphabet() -> None:
    names = ["Yên Bái", "Đắk Lắk", "Ấp Một", "Da Mi", "Ân Thi", "An Giang", "Ăn Khê", "Dần", "Dân"]
    assert sorted([*names, "“Xóm” Ba"], key=alphabet_key) == [
        *("“Xóm” Ba", "An Giang", "Ăn Khê", "Ân Thi", "Ấp Một"),
        *("Da Mi", "Dân", "Dần", "Đắk Lắk", "Yên Bái"),
    ]
    assert [first_letter(name) for name in ("ân", "Ớt", "ưu", "")] == ["Â", "Ơ", "Ư", "#"]


def test_a_district_stands_under_its_letter_with_its_kind_and_province() -> None:
    told = make_told(700, 1)
    assert "a-z/dd/index.html" in bind_list(PROJECT, told, "vi", "a-z")
    cards, data = list_places(told)["a-z/c"]
    page = bind_list(PROJECT, replace(told, cards=cards), "vi", "a-z/c", **data)
    named = find_all(r'<a href="[^"]*">([^<]+)</a> <small>([^<]+)</small>', page)
    assert ("Cao Lộc", "huyện, Lạng Sơn") in named
    assert [name for name, _ in named] == sorted((name for name, _ in named), key=alphabet_key)


@pytest.mark.parametrize("number", [4, MOST_ROWS + 40])
def test_briefs_are_listed_in_other_orders_too(number: int) -> None:
    told = make_told(number // 2, 2)
    counts = {card["folder"]: at for at, card in enumerate(told.cards)}
    cards = [
        card | {"facts": card["facts"] | {"contradictions": counts[card["folder"]]}}
        for card in told.cards
    ]
    pages = write_pages(replace(told, cards=cards))
    assert "vi/sorted/contradictions/index.html" in find_links(
        "vi/index.html", pages["vi/index.html"]
    )
    page = pages["vi/sorted/contradictions/index.html"]
    assert len(page) < 150_000
    if number <= MOST_ROWS:
        links = find_all(r'href="../../([^"]+)/index.html"', page.partition("<tbody>")[2])
        assert list(dict.fromkeys(links)) == [
            card["folder"].partition("/")[2] for card in reversed(cards)
        ]


def test_what_has_no_grade_is_none_of_the_lowest() -> None:
    told = make_told(1, 3)
    cards = [
        card | {"facts": card["facts"] | {"grade": grade}}
        for card, grade in zip(told.cards, "–BA", strict=True)
    ]
    [listed] = replace(told, cards=cards).list_in("grade")
    assert [card["facts"]["grade"] for card in listed["cards"]] == ["B", "A", "–"]


def test_an_area_with_a_profile_is_found_by_name_and_on_the_map() -> None:
    told = replace(make_told(2, 1), profiled=["20", "68", "68-2025", "183"])
    index, letters = (bind_list(PROJECT, told, "vi", name) for name in ("", "a-z"))
    assert 'href="20-lang-son/index.html"' in index
    assert index.count('href="68-lam-dong/index.html"') == 1
    assert 'href="68-2025-lam-dong/index.html"' in index
    assert 'href="67-dak-nong' not in index  # a square without a link
    assert 'title="Tỉnh Đắk Nông"' in index
    for folder in ("68-lam-dong", "68-2025-lam-dong", "183-cao-loc"):
        assert f'href="../{folder}/index.html"' in letters
    assert "đến 30/6/2025" in letters
    assert 'class="tiles"' not in bind_list(PROJECT, replace(told, profiled=["183"]), "vi", "")


def test_the_briefs_stand_before_the_maps_which_say_where_they_are() -> None:
    told = replace(make_told(2, 1), profiled=["20", "68", "68-2025"])
    for lang, said in (("vi", "dẫn đến trang"), ("en", "leads to the page")):
        index = bind_list(PROJECT, told, lang, "")
        body = index[index.index("<main") :]
        assert body.index("<table") < body.index(said) < body.index('class="tiles"')
        with_briefs = {row["row"]["area_id"] for row in told.group("parent_id")}
        marked = body.count('class="told"')
        drawn = pd.concat([REFERENCE.tile_map_34, REFERENCE.tile_map_63])
        assert marked == drawn["area_id"].isin(with_briefs).sum() > 0


def test_workbooks_of_provinces_of_one_name_say_their_time() -> None:
    books = [(f"data/{each}/cchc.xlsx", each) for each in ("08", "08-2025", "20", "")]
    index = bind_list(PROJECT, replace(make_told(2, 1), workbooks=books), "vi", "")
    text = re.sub(r"<[^>]+>", "", index[index.index("data/08/cchc.xlsx") - 9 :])
    listed = "Tỉnh Tuyên Quang (đến 30/6/2025) · Tỉnh Tuyên Quang (từ 1/7/2025) · Tỉnh Lạng Sơn · "
    assert listed in " ".join(text.split())
