"""The pages of one indicator over many areas: what is shown, and what may be said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from cchc_analysis.brief.trends import (
    Board,
    open_board,
    show_change,
    show_control,
    show_coverage,
    show_distribution,
    show_funnel,
    show_methods,
    show_opening,
    show_ranking,
    show_series,
    show_standardised,
)
from cchc_analysis.brief.trends.standardised import standardise_areas
from cchc_analysis.brief.trends.values import keep_one_value
from cchc_analysis.data.records import QUANTITY, Tables
from cchc_analysis.data.reference import Reference, load_reference
from cchc_analysis.data.words import load_words
from cchc_analysis.derive import derive_indicators
from cchc_analysis.errors import CommandError
from cchc_analysis.panels import read_panels
from cchc_analysis.synthetic import NOTICE, make_country, tabulate_indicators

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "data" / "reference"
SHOWS = (
    *(show_opening, show_coverage, show_series, show_distribution),
    *(show_change, show_ranking, show_funnel, show_standardised, show_control, show_methods),
)
ONLY_OF_CASES = (show_funnel, show_standardised, show_control)
"""What an index has no counts for, and too few years."""


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference(FOLDER)


@pytest.fixture(scope="module")
def real(reference: Reference) -> Tables:
    panels = read_panels(ROOT / "data" / "raw", reference)
    table = panels.observations
    made = tabulate_indicators(table).drop_duplicates(list(QUANTITY))
    none = made.iloc[:0]
    return Tables(panels.sources, panels.transcripts, table, made, none, none, none)


def open_at(tables: Tables, reference: Reference, *choice: str, lang: str = "en") -> Board:
    words = load_words(ROOT / "notebooks" / "page", lang)
    code, areas, first, last = (*choice, "", "", "")[:4]
    return open_board(tables, reference, (code, areas, first, last), words)


@pytest.fixture(scope="module")
def made_up(reference: Reference) -> Board:
    country = make_country(reference, districts=24, periods=20, mistake_share=0.0)
    none = read_panels(Path("nowhere"), reference).transcripts
    made = derive_indicators(country.observations, none, country.sources, country.reference)
    tables = Tables(country.sources, none, country.observations, made, *[made.iloc[:0]] * 3)
    return open_at(tables, country.reference, "on_time_rate", lang="vi")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_section_can_be_shown(real: Tables, reference: Reference, lang: str) -> None:
    board = open_at(real, reference, "papi_procedures", "", "2011", "2016", lang=lang)
    for show in SHOWS:
        html = show(board)._repr_html_()
        assert html.count("<h2") == (show not in (show_opening, *ONLY_OF_CASES))
        assert "nan" not in html.casefold().replace("finance", "")
    assert len(board.latest) == 63


def test_ranks_of_the_last_period_are_those_of_the_values(
    real: Tables, reference: Reference
) -> None:
    board = open_at(real, reference, "pci", "", "2016", "2016")
    assert board.latest["rank"].tolist() == list(range(1, 64))
    assert board.latest["name"].iloc[0] == "Đà Nẵng"


def test_no_trend_word_across_a_change_of_design(real: Tables, reference: Reference) -> None:
    board = open_at(real, reference, "pci", "Lạng Sơn, Đắk Nông", "2005", "2016")
    assert set(board.trends["word"]) == {"boundary"}
    assert set(board.trends["points"]) == {4}
    assert (board.first_joined, board.shown) == ("2013", "2016")
    assert "are not joined" in show_opening(board).html
    assert len(board.values) > 20


@pytest.mark.parametrize("code", ["pci", "papi_procedures"])
def test_the_sections_of_many_areas_leave_room_on_the_page(
    real: Tables, reference: Reference, code: str
) -> None:
    """A page holds 150 KB; style, head and foot take some 20 of them."""
    board = open_at(real, reference, code, lang="vi")
    page = "".join(str(show(board).html) for show in SHOWS)
    assert len(page.encode()) < 125_000


def test_a_funnel_only_where_cases_are_counted(
    real: Tables, reference: Reference, made_up: Board
) -> None:
    board = open_at(real, reference, "papi_procedures")
    assert not show_funnel(board).html
    assert "<svg" in show_funnel(made_up).html


def test_a_rate_without_its_counts_leaves_the_ranks_of_the_others_simulated(
    made_up: Board,
) -> None:
    """One area that prints no counts costs its own range only."""
    assert made_up.uncounted == 0
    whole = made_up.latest.set_index("area_id")
    place = made_up.latest["area_id"].iloc[3]
    values = made_up.values.copy()
    values.loc[values["area_id"] == place, ["numerator", "denominator"]] = float("nan")
    board = replace(made_up, values=values)
    assert board.uncounted == 1
    ranks = board.latest.set_index("area_id")
    others = ranks.index != place
    assert (ranks["rank_high"] - ranks["rank_low"])[others].sum() > 0
    shift = (ranks["rank_low"] - whole["rank_low"])[others].abs()
    assert shift.max() <= 2
    assert "1 đơn vị chỉ công bố tỷ lệ" in show_ranking(board).html
    assert "chỉ công bố tỷ lệ" not in show_ranking(made_up).html


def put_strata(board: Board, counts: dict[str, list[tuple[int, int]]]) -> Board:
    """A board with the counts (on time, resolved) of the office and the communes of each area."""
    rows = [
        (area_id, board.shown, scope, *count)
        for area_id, both in counts.items()
        for scope, count in zip(("district_office", "commune_aggregate"), both, strict=True)
    ]
    columns = ["area_id", "period", "scope", "numerator", "denominator"]
    return replace(board, strata=pd.DataFrame(rows, columns=columns))


def test_areas_of_another_make_up_stand_on_one_footing(made_up: Board) -> None:
    """Offices are late in 10 % of cases and communes in 1 %, everywhere but in the fifth area.

    The fourth has few dossiers in its communes: its rate is the worst of the first four, and it
    does what was to be expected.
    """
    areas = list(made_up.latest["area_id"][:6])
    even = [(900, 1000), (9900, 10000)]
    counts = dict.fromkeys(areas, even)
    counts[areas[3]] = [(900, 1000), (198, 200)]
    counts[areas[4]] = [(700, 1000), (9900, 10000)]
    found, is_outside = standardise_areas(put_strata(made_up, counts))
    assert is_outside
    names = dict(zip(made_up.values["area_id"], made_up.values["name"], strict=True))
    by_name = {each.name: each for each in found}
    worst, mixed = by_name[names[areas[4]]], by_name[names[areas[3]]]
    rates = {area_id: sum(n for n, _ in c) / sum(d for _, d in c) for area_id, c in counts.items()}
    assert min(rates, key=rates.__getitem__) == areas[3]
    assert found[0] is worst
    assert worst.differs == 1
    assert (worst.found.observed, mixed.found.observed) == (400, 102)
    # Pooled over all: 800 of 6,000 late at the offices, 502 of 50,200 in the communes.
    assert worst.found.expected == pytest.approx(1000 * 800 / 6000 + 10000 * 502 / 50200)
    assert mixed.found.expected == pytest.approx(1000 * 800 / 6000 + 200 * 502 / 50200)
    page = show_standardised(put_strata(made_up, counts)).html
    assert "1 đơn vị nhiều hơn và" in page
    assert "nằm ngoài tỷ lệ này" in page


def test_no_common_footing_without_both_parts(made_up: Board) -> None:
    areas = list(made_up.latest["area_id"][:6])
    board = put_strata(made_up, {area_id: [(90, 100), (99, 100)] for area_id in areas})
    assert len(standardise_areas(board)[0]) == 6
    offices = replace(board, strata=board.strata[board.strata["scope"] == "district_office"])
    few = replace(board, strata=board.strata[board.strata["area_id"].isin(areas[:4])])
    assert not standardise_areas(offices)[0]
    assert not show_standardised(few).html
    assert "Chuẩn hoá gián tiếp" in show_methods(board).html
    assert "Chuẩn hoá gián tiếp" not in show_methods(few).html


def test_made_up_figures_say_so(made_up: Board) -> None:
    assert NOTICE["vi"] in show_opening(made_up).html
    assert made_up.left_out > 0
    assert made_up.has_cases


def test_unknown_choices_are_named(real: Tables, reference: Reference) -> None:
    with pytest.raises(CommandError, match=r"Nearest: .*papi_procedures"):
        open_at(real, reference, "papi_procedure")
    with pytest.raises(CommandError, match="Thành phố Lạng Sơn"):
        open_at(real, reference, "pci", "Lạng Sớn X")
    with pytest.raises(CommandError, match="no value from 2030"):
        open_at(real, reference, "pci", "", "2030")


def test_an_actual_value_stands_before_an_estimate_and_is_contested_where_they_differ() -> None:
    held = pd.DataFrame(
        {
            "area_id": ["183", "183", "184", "184"],
            "period": ["2023"] * 4,
            "value": [90.0, 95.0, 80.0, 80.0],
            "status": ["estimate", "actual", "actual", "actual"],
            "is_contested": [False] * 4,
        }
    )
    kept = keep_one_value(held)
    assert kept["value"].tolist() == [95.0, 80.0]
    assert kept["is_contested"].tolist() == [True, False]
