"""Lists, indicators and data quality on paper: no sheet but the last is nearly empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest
from pypdfium2 import PdfDocument

from brief_work import (
    PROJECT,
    load_real,
    open_real_briefs,
    tell_indicator,
    tell_profile,
    tell_quality,
)
from cchc_analysis.brief.lists import (
    LISTS,
    Told,
    bind_list,
    bind_root,
    list_places,
    make_card,
)

pytestmark = pytest.mark.slow

Paper = Callable[[str], bytes]

MARGIN = 0.07
"""Share of a sheet at each edge that holds no more than its number."""
LEAST = 0.1
"""Share of the lines of a sheet that have ink on them."""


def measure_ink(printed: bytes) -> list[float]:
    """Of each sheet, the share of its lines between the margins that have ink on them."""
    document = PdfDocument(printed)
    try:
        sheets = [sheet.render(scale=1, grayscale=True).to_numpy().squeeze() for sheet in document]
    finally:
        document.close()
    edge = round(MARGIN * sheets[0].shape[0])
    return [float((sheet[edge:-edge] < 200).any(axis=1).mean()) for sheet in sheets]


@cache
def tell_real(lang: str) -> Told:
    own = [brief for brief in open_real_briefs() if brief.lang == lang]
    reference, tables = load_real()
    codes = sorted(tables.indicators["indicator"].unique())
    cards = [make_card(each) for each in own]
    return Told(cards, reference, tables.findings, indicators=codes)


def list_kinds() -> Iterator[tuple[str, Callable[[], str]]]:
    """Every kind of page besides the briefs, by name, with what makes it."""
    told = tell_real("vi")
    yield "root", lambda: bind_root(PROJECT, {"vi": 4, "en": 4})
    for name in LISTS:
        yield f"list {name}", partial(bind_list, PROJECT, told, "vi", name)
    for below, (cards, data) in list_places(told).items():
        part = replace(told, cards=cards)
        yield f"list {below}", partial(bind_list, PROJECT, part, "vi", below, **data)
    yield "trends", lambda: bind_list(PROJECT, None, "vi", "trends", "trends", rows=[])
    for province in ("", "20", "67"):
        yield f"quality {province}", partial(tell_quality, province, "vi")
    for code in ("pci", "papi_total", "service_index_total", "par_index", "sipas", "dti"):
        yield f"indicator {code}", partial(tell_indicator, code, "vi")
    for area in ("20", "183", "67", "66-2025"):
        yield f"profile {area}", partial(tell_profile, area, "vi")
    yield "quality in English", partial(tell_quality, "20", "en")
    yield "indicator in English", partial(tell_indicator, "papi_procedures", "en")


def test_no_sheet_but_the_last_is_nearly_empty(paper: Paper) -> None:
    sparse = {}
    for name, tell in list_kinds():
        inked = measure_ink(paper(tell()))
        assert inked, name
        if inked[:-1] and min(inked[:-1]) < LEAST:
            sparse[name] = np.round(inked, 2).tolist()
    assert not sparse


def test_a_sheet_that_holds_one_line_is_found(paper: Paper) -> None:
    """The measure itself: a break in the middle of a page leaves a sheet with one line."""
    style = "<style>@page{size:A4}p{break-after:page}</style>"
    page = f"<!doctype html><html><head>{style}</head><body><p>one</p><p>two</p>three</body></html>"
    inked = measure_ink(paper(page))
    assert len(inked) == 3
    assert max(inked) < LEAST


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_longest_profile_takes_two_sheets(paper: Paper, lang: str) -> None:
    assert len(measure_ink(paper(tell_profile("20", lang)))) == 2


def test_the_page_of_an_indicator_takes_few_sheets(paper: Paper) -> None:
    for code in ("pci", "papi_total", "service_index_total"):
        inked = measure_ink(paper(tell_indicator(code, "vi")))
        assert len(inked) <= 8, code
