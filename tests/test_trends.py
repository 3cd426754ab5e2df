"""The pages of one indicator over many areas: what is shown, and what may be said."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cchc_analysis.brief import board as board_module
from cchc_analysis.brief import open_brief
from cchc_analysis.brief.board import Board, open_board
from cchc_analysis.brief.board_sections import (
    show_change,
    show_coverage,
    show_distribution,
    show_funnel,
    show_map,
    show_methods,
    show_opening,
    show_others,
    show_ranking,
    show_series,
    show_standardised,
    show_standing,
    standardise_areas,
)
from cchc_analysis.brief.profile import open_profile
from cchc_analysis.data.records import (
    DEFINITION_COLUMNS,
    FINDING_COLUMNS,
    NOTICE,
    QUANTITY,
    TALLY_COLUMNS,
    Tables,
)
from cchc_analysis.data.reference import Reference, load_reference
from cchc_analysis.data.words import load_words
from cchc_analysis.errors import CommandError
from cchc_analysis.panels import read_panels
from cchc_analysis.stats.derive import derive_indicators
from cchc_analysis.stats.panel import (
    balance_panel,
    describe_values,
    find_common_steps,
    keep_one_value,
    make_panel,
    name_partings,
)
from cchc_analysis.stats.trends import judge_many, judge_series
from synthetic import make_country, tabulate_indicators

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "data" / "reference"
SHOWS = (
    *(show_opening, show_map, show_ranking, show_series, show_standing, show_distribution),
    *(show_change, show_funnel, show_standardised, show_others, show_coverage),
    show_methods,
)
ONLY_OF_SOME = (show_funnel, show_standardised, show_standing, show_others)
"""What an index of one design has no counts for, too few years, one design, one kind of window."""


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference(FOLDER)


@pytest.fixture(scope="module")
def real(reference: Reference) -> Tables:
    panels = read_panels(ROOT / "data" / "raw", reference)
    table = panels.observations
    # Of two sources of one value the one that publishes its interval, as in data/processed.
    sampled_first = table.sort_values("published_low", kind="stable")
    made = tabulate_indicators(sampled_first).drop_duplicates(list(QUANTITY)).sort_index()
    none = made.iloc[:0]
    return Tables(panels.sources, panels.transcripts, table, made, none, none, none)


def open_at(tables: Tables, reference: Reference, *choice: str, lang: str = "en") -> Board:
    words = load_words(ROOT / "notebooks" / "page", lang)
    code, areas, first, last = (*choice, "", "", "")[:4]
    return open_board(tables, reference, (code, areas, first, last), words)


@pytest.fixture(scope="module")
def country(reference: Reference) -> tuple[Tables, Reference]:
    """Twenty-four made-up districts over five years of quarters."""
    made_up = make_country(reference, districts=24, periods=20, mistake_share=0.0)
    none = read_panels(Path("nowhere"), reference).transcripts
    made = derive_indicators(made_up.observations, none, made_up.sources, made_up.reference)
    columns = [*FINDING_COLUMNS], [*TALLY_COLUMNS], [*DEFINITION_COLUMNS]
    empty = [pd.DataFrame(columns=each) for each in columns]
    return Tables(made_up.sources, none, made_up.observations, made, *empty), made_up.reference


@pytest.fixture(scope="module")
def made_up(country: tuple[Tables, Reference]) -> Board:
    """A made-up country, in which cases are counted."""
    return open_at(*country, "on_time_rate", lang="vi")


@pytest.mark.slow
def test_a_series_has_one_word_wherever_it_stands(country: tuple[Tables, Reference]) -> None:
    """On the page of its indicator, on profile and brief as they are read, and in Python."""
    tables, reference = country
    words, code, seen = load_words(ROOT / "notebooks" / "page", "en"), "on_time_rate", set()
    years = tables.indicators["period_end"].str[:4].astype("int64")
    moved = tables.indicators.copy()
    for area_id, step in (("SYN0001", 1), ("SYN0004", -2)):
        is_own = (moved["area_id"] == area_id) & (moved["indicator"] == code)
        moved.loc[is_own, "value"] = 50.0 + step * (years[is_own] - 2010)
    tables = replace(tables, indicators=moved)
    board = open_at(tables, reference, code)
    words_of = board.trends.set_index("area_id")["word"]
    described = (describe_values(each, tables, reference) for each in board.others)
    kinds = [each.set_index(["area_id", "period"]) for each in (board.values, *described)]
    for area_id in [f"SYN{number:04}" for number in range(1, 10)]:
        profile = open_profile(tables, reference, words, area_id)
        theme_of = cache(lambda theme, profile=profile: str(profile.show_theme(theme).html))
        trend_of = cache(
            lambda period, area_id=area_id: open_brief(
                tables, reference, words, area_id, period
            ).show_trend()
        )
        for row in profile.table[profile.table["indicator"] == code].to_dict("records"):
            place = (area_id, row["period"])
            [own] = [k for k in kinds if place in k.index and k.loc[place, "scope"] == row["scope"]]
            series = own.loc[[area_id]].reset_index()
            assert judge_many(series).table["word"].tolist() == [row["word"]]
            if row["period"] not in profile.periods:
                continue  # a part of the year that is derived: no report is on it alone
            trend = trend_of(row["period"])
            is_same = (
                trend.table[["indicator", "scope", "period"]] == [code, row["scope"], row["period"]]
            ).all(axis=1)
            assert set(trend.table.loc[is_same, "word"]) == {row["word"]}
            if own is kinds[0]:
                assert words_of[area_id] == row["word"]
            seen.add(row["word"])
            if row["word"] in ("rising", "falling"):
                assert f">{row['word']}" in str(trend.html)
            theme = theme_of(row["theme"])
            word = words.plain(f"trends.word.{row['word'].replace(' ', '_')}")
            assert word in theme.partition(str(board.label))[2]
    assert seen == {"rising", "falling", "no trend", "too few"}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_section_can_be_shown(real: Tables, reference: Reference, lang: str) -> None:
    board = open_at(real, reference, "papi_procedures", "", "2011", "2016", lang=lang)
    for show in SHOWS:
        html = str(show(board).html)
        assert html.count("<h2") == (show not in (show_opening, *ONLY_OF_SOME))
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
    assert board.shown == "2016"
    assert {"2013", "2016"} <= set(show_change(board).table)
    assert "are not joined" in show_series(board).html
    assert len(board.values) > 20


def test_the_page_says_what_the_rule_of_words_does(reference: Reference, real: Tables) -> None:
    """A year without a value breaks nothing; since a change of design few periods may be left."""
    years = {2018: 6.0, 2019: 5.9, 2020: 5.5, 2022: 5.0, 2024: 4.0}
    points = [
        {"period": f"{year}", "period_start": f"{year}-01-01", "period_end": f"{year}-12-31"}
        | {"crosses": "", "value": value, "segment": 0, "is_contested": False}
        for year, value in years.items()
    ]
    assert judge_series(points).word == "falling"
    page = str(show_series(open_at(real, reference, "papi_procedures", lang="vi")).html)
    assert "liền nhau" not in page
    assert "năm thiếu số liệu được bỏ qua" in page
    assert "2021–2024 (4 kỳ)" in page
    assert "chưa đủ số kỳ từ khi có thay đổi địa giới hoặc định nghĩa" in page


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("papi_accountability", ["2020 to 2021 59 of 60 areas fell (median -0.65)"]),
        ("papi_service", ["2020 to 2021 59 of 60 areas rose (median 0.76)"]),
        ("papi_transparency", []),
    ],
)
def test_a_step_that_nearly_all_areas_share_is_said(
    real: Tables, reference: Reference, code: str, said: list[str]
) -> None:
    page = re.sub("<[^>]+>|\u200b", "", str(show_series(open_at(real, reference, code)).html))
    told = re.findall(r"From (\d+ to \d+ \d+ of \d+ areas .*?\))", page.replace("\u2212", "-"))
    assert [each.partition(", while")[0] for each in told] == said


MOVES = [
    ((0.1, -0.1, -2.0, 0.05), 24, [2]),
    ((0.1, -0.1, -2.0, 0.05), 19, []),  # too few areas
    ((1.0, 1.1, 1.05, 1.0), 24, []),  # all rise in every step
    ((0.1, -2.0), 24, []),  # one other step shows no spread
    ((1.0, -2.0, 3.0, -1.0), 24, []),  # no farther out than the others lie apart
]


@pytest.mark.parametrize(("moves", "areas", "common"), MOVES)
def test_a_common_step_lies_apart_from_the_others(
    moves: tuple[float, ...], areas: int, common: list[int]
) -> None:
    """Of two definitions: the other one moves by far more, and is not looked at."""
    own = np.cumsum((0, *moves, 50, 9))
    rows = [
        {"area_id": f"{area}", "period": f"{2010 + at}", "period_end": f"{2010 + at}-12-31"}
        | {"segment": int(at > len(moves)), "value": value + area / 10}
        for area in range(areas)
        for at, value in enumerate(own)
    ]
    found = find_common_steps(pd.DataFrame(rows))
    assert found["first"].tolist() == [f"{2010 + at}" for at in common]
    assert found["down"].tolist() == [areas for _ in common]
    # Moved by two in ten of them the other way, it is no longer nearly all.
    for row in rows:
        row["value"] += 10 * (int(row["area_id"]) < areas / 5) * (row["period"] >= "2013")
    assert find_common_steps(pd.DataFrame(rows)).empty


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
    even = put_even_rates(made_up)
    assert even.latest["denominator"].notna().all()
    whole = even.latest.set_index("area_id")
    place = even.latest["area_id"].iloc[3]
    values = even.values.copy()
    values.loc[values["area_id"] == place, ["numerator", "denominator"]] = float("nan")
    board = replace(even, values=values)
    assert board.latest["denominator"].isna().sum() == 1
    ranks = board.latest.set_index("area_id")
    others = ranks.index != place
    assert (ranks["rank_high"] - ranks["rank_low"])[others].sum() > 0
    shift = (ranks["rank_low"] - whole["rank_low"])[others].abs()
    assert shift.max() <= 2
    assert "Khoảng hạng của 1 đơn vị chỉ tính phần do làm tròn" in show_ranking(board).html
    assert "chỉ tính phần do làm tròn" not in show_ranking(even).html


def put_even_rates(board: Board) -> Board:
    """The board as it would be if areas differed by chance alone."""
    values = board.values.copy()
    rng = np.random.default_rng(1)
    values["numerator"] = rng.binomial(values["denominator"].astype(int), 0.9)
    values["value"] = 100 * values["numerator"] / values["denominator"]
    values["low"] = values["high"] = values["value"]
    return replace(board, values=values)


def test_no_limits_where_areas_differ_far_more_than_chance(made_up: Board) -> None:
    """The made-up areas differ lastingly (φ far above 10): no limit, no range, and why."""
    assert made_up.latest["scatter"].iloc[0] > 10
    assert made_up.latest["rank_low"].isna().all()
    for show in (show_funnel, show_ranking):
        assert "khác nhau nhiều hơn hẳn mức ngẫu nhiên" in show(made_up).html
    assert "thứ hạng ở giữa chưa xác lập được" in show_ranking(made_up).html
    assert "1–" not in show_ranking(made_up).html
    assert "khoảng hạng có thể" not in show_ranking(made_up).html
    assert "nằm ngoài giới hạn" not in show_funnel(made_up).html
    even = put_even_rates(made_up)
    assert even.latest["rank_low"].notna().all()
    assert "nằm ngoài giới hạn 99,8%" in show_funnel(even).html


def test_few_of_the_areas_that_exist_are_values_only(real: Tables, reference: Reference) -> None:
    """Twelve values of nine provinces that newspapers chose: no rank, no median, no box."""
    chosen = real.indicators[
        (real.indicators["indicator"] == "papi_procedures") & (real.indicators["period"] == "2016")
    ].head(9)
    board = open_at(replace(real, indicators=chosen), reference, "papi_procedures")
    assert not board.is_full
    for show in (show_opening, show_ranking, show_distribution):
        html = show(board).html
        assert "median of" not in html
        assert "<svg" not in html
    for show in (show_ranking, show_distribution):
        assert "values of 9 of the 63 areas that exist are held" in show(board).html
    assert "chosen by the newspapers" in show_ranking(board).html


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
    by_area = found.set_index("area_id")
    worst, mixed = by_area.loc[areas[4]], by_area.loc[areas[3]]
    rates = {area_id: sum(n for n, _ in c) / sum(d for _, d in c) for area_id, c in counts.items()}
    assert min(rates, key=rates.__getitem__) == areas[3]
    assert found["area_id"].iloc[0] == areas[4]
    assert worst["differs"] == 1
    assert (worst["observed"], mixed["observed"]) == (400, 102)
    # Pooled over all: 800 of 6,000 late at the offices, 502 of 50,200 in the communes.
    assert worst["expected"] == pytest.approx(1000 * 800 / 6000 + 10000 * 502 / 50200)
    assert mixed["expected"] == pytest.approx(1000 * 800 / 6000 + 200 * 502 / 50200)
    page = show_standardised(put_strata(made_up, counts)).html
    assert "1 đơn vị nhiều hơn và" in page
    assert "nằm ngoài tỷ lệ này" in page


def test_no_common_footing_without_both_parts(made_up: Board) -> None:
    areas = list(made_up.latest["area_id"][:6])
    board = put_strata(made_up, {area_id: [(90, 100), (99, 100)] for area_id in areas})
    assert len(standardise_areas(board)[0]) == 6
    offices = replace(board, strata=board.strata[board.strata["scope"] == "district_office"])
    few = replace(board, strata=board.strata[board.strata["area_id"].isin(areas[:4])])
    assert standardise_areas(offices)[0].empty
    assert not show_standardised(few).html
    assert "Chuẩn hoá gián tiếp" in show_methods(board).html
    assert "Chuẩn hoá gián tiếp" not in show_methods(few).html


def test_made_up_figures_say_so(made_up: Board) -> None:
    assert NOTICE["vi"] in show_opening(made_up).html
    assert made_up.others
    assert show_others(made_up).html.count("<details>") == len(made_up.others)
    assert made_up.values["denominator"].notna().any()


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


def test_a_panel_says_what_parts_its_values(real: Tables, reference: Reference) -> None:
    """Lạng Sơn's PAPI: eight dimensions since 2018, a part of the fifth dropped in 2021."""
    panel = name_partings(make_panel(real, reference, "papi_procedures", "province"), reference)
    own = panel[panel["area_id"] == "20"].set_index("period")
    assert own.loc["2011", ["breaks", "events"]].tolist() == ["", ""]
    assert own.loc["2018", "breaks"] == "papi_8_dimensions"
    assert own.loc["2019", "breaks"] == ""
    assert (panel["held"] <= panel["existing"]).all()
    assert not panel.duplicated(["area_id", "period"]).any()


def test_a_balanced_panel_holds_the_same_areas_in_every_full_period(
    real: Tables, reference: Reference
) -> None:
    panel = make_panel(real, reference, "pci", "province")
    balanced = balance_panel(panel)
    assert panel.loc[panel["period"] == "2005", "is_full"].sum() == 0
    assert "2005" not in set(balanced["period"])
    counts = balanced.groupby("period")["area_id"].nunique()
    assert counts.nunique() == 1
    assert counts.iloc[0] >= 57
    assert balanced["period"].nunique() > 10


def test_a_panel_of_a_level_that_is_not_held_is_empty(real: Tables, reference: Reference) -> None:
    assert make_panel(real, reference, "pci", "commune").empty


def test_the_fullest_set_is_told_and_no_other_is_unseen(real: Tables, reference: Reference) -> None:
    """Case 37: 34 provinces of 2026 before fourteen of 2024 that three sources happened to give."""
    board = open_at(real, reference, "service_index_total")
    assert board.shown.startswith("2026")
    assert board.is_full
    assert len(board.latest) == 34
    held = real.indicators
    held = held[(held["indicator"] == "service_index_total") & (held["breakdown"] == "")]
    seen = len(board.values) + sum(map(len, board.others))
    assert seen == len(held.drop_duplicates(["area_id", "scope", "period_start", "period_end"]))
    html = show_others(board).html
    assert html.count("<details>") == len(board.others) > 0


def test_published_intervals_reach_ranks_and_changes(real: Tables, reference: Reference) -> None:
    """PAPI's own 95 % intervals of 2022 and 2023: ranges of ranks, and changes beyond them."""
    board = open_at(real, reference, "papi_total", "", "2022", "2023")
    assert set(board.latest["kind"]) == {"sampling"}
    width = board.latest["rank_high"] - board.latest["rank_low"]
    assert 5 < width.mean() < 40
    assert "sampling error that the source publishes" in show_ranking(board).html
    assert "rank (ranks that it may hold)" in show_ranking(board).html
    assert "is beyond sampling error" in show_change(board).html
    assert show_change(board).table["is_beyond"].any()
    assert "not the sampling error of the source" not in show_ranking(board).html


@pytest.mark.parametrize("code", ["papi_total", "pci", "dti"])
def test_the_bars_of_a_ranking_are_explained_where_some_are_drawn(
    real: Tables, reference: Reference, code: str
) -> None:
    html = show_ranking(open_at(real, reference, code)).html
    assert ("bar: interval" in html) == ('stroke-width="3"' in html)


def test_areas_come_as_a_list_and_a_name_of_two_is_asked_back(
    reference: Reference,
) -> None:
    match, held = board_module._match_held, {"178", "183"}
    assert match(["Cao Lộc", "TP. Lạng Sơn"], held, reference) == held
    with pytest.raises(CommandError, match=r"Tỉnh Lạng Sơn, of which .* 'Thành phố Lạng Sơn'"):
        match(["Cao Lộc", "Lạng Sơn"], held, reference)
    values = pd.DataFrame({"area_id": ["178", "183", "01", "V5"], "period_end": "2024-12-31"})
    folder = ROOT / "notebooks" / "page"
    named = board_module._name_areas(values, reference, load_words(folder, "vi"))
    assert [*named["name"]] == ["Cao Lộc", "Đông Nam Bộ", "Hà Nội", "TP. Lạng Sơn"]
    named = board_module._name_areas(values, reference, load_words(folder, "en"))
    assert [*named["name"]] == ["Cao Lộc", "Hà Nội", "Southeast", "TP. Lạng Sơn"]


def test_districts_of_one_name_and_sets_of_districts_name_their_province(
    real: Tables, reference: Reference
) -> None:
    folder = ROOT / "notebooks" / "page"
    values = pd.DataFrame({"area_id": ["183", "708"], "period_end": "2024-12-31"})
    named = board_module._name_areas(values, reference, load_words(folder, "vi"))
    assert [*named["name"]] == ["Cao Lộc", "Châu Thành (Tây Ninh)"]
    board = open_at(real, reference, "par_index", lang="vi")
    shown = show_others(board).html
    heads = re.findall(r"<summary>(.*?)</summary>", shown)
    own = [head.partition(",")[2] for head in heads if head.startswith("Cấp huyện, ")]
    assert len(own) > 1
    assert {"tỉnh Tây Ninh", "thành phố Hà Nội"} <= {each.split(", ")[0].strip() for each in own}


def test_regions_can_be_told_apart_where_their_names_are_cut(
    real: Tables, reference: Reference
) -> None:
    board = open_at(real, reference, "par_index", lang="vi")
    deltas = ["Đồng bằng sông Hồng", "Đồng bằng sông Cửu Long"]
    for show in (show_ranking, show_series):
        figure = show(board).figure
        assert figure is not None
        written = [text.get_text() for text in figure.axes[0].texts]
        for name in deltas:
            last = name.split()[-1]
            assert [each for each in written if each.endswith(last)], (show, name, written)


def test_a_region_has_its_english_name_in_sentences_too(reference: Reference) -> None:
    words = load_words(ROOT / "notebooks" / "page", "en")
    assert words.place(reference.area_rows["V6"]) == "Mekong River Delta"
    assert words.place(reference.area_rows["20"]) == "Lạng Sơn province"


def test_a_page_says_in_its_title_that_its_figures_are_old(
    real: Tables, reference: Reference
) -> None:
    """Ten years behind the newest of all that is held, whatever the indicator."""
    for newest, is_old in (("2031-12-31", False), ("2032-12-31", True)):
        later = real.indicators.tail(1).assign(indicator="dti", period_end=newest)
        tables = replace(real, indicators=pd.concat([real.indicators, later]))
        for lang, word in (("vi", "(số liệu cũ)"), ("en", "(old figures)")):
            board = open_at(tables, reference, "pci", lang=lang)
            assert (word in board.show_opening().html.partition("</h1>")[0]) == is_old


def test_a_section_gives_its_numbers_and_its_picture_whole(
    real: Tables, reference: Reference
) -> None:
    board = open_at(real, reference, "pci", "", "2016", "2022")
    section = show_ranking(board)
    assert len(section.table) == 63
    assert section.html.count("<svg ") == 3
    assert section.figure is not None
    assert len(section.figure.axes[0].texts) == 2 * 63 + 1  # names, ranks, the median
    assert show_funnel(board).table.empty
    assert show_funnel(board).figure is None


def test_titles_say_the_finding(real: Tables, reference: Reference) -> None:
    board = open_at(real, reference, "papi_total", "", "2021", "2024")
    for show in (show_map, show_ranking, show_distribution, show_coverage):
        [title] = re.findall(r"<figcaption><b>(.*?)</b>", show(board).html)
        assert title != board.label
    medians = show_map(board).table
    assert f"{medians['region'].iloc[0]} has the highest median" in show_map(board).html
    assert medians["count"].sum() == len(board.latest)


def test_provinces_stand_on_the_map_of_their_time(real: Tables, reference: Reference) -> None:
    old, new = (open_at(real, reference, code) for code in ("pci", "service_index_total"))
    assert "Bắc Kạn: " in show_map(old).html
    assert "Bắc Kạn: " not in show_map(new).html
    assert show_map(new).html.count("Hoàng Sa: ") == 1
    few = new.values.head(5).assign(is_full=False)
    assert not show_map(replace(new, values=few)).html


def test_the_map_says_which_provinces_the_table_of_regions_leaves_out(
    real: Tables, reference: Reference
) -> None:
    new = open_at(real, reference, "service_index_total", lang="vi")
    shown = show_map(new)
    apart = [name for each, name in new.names.items() if each not in reference.region_of]
    assert shown.table["count"].sum() + len(apart) == 34
    assert f"{len(apart)} đơn vị hợp thành từ các tỉnh của nhiều vùng" in shown.html
    said = shown.html.partition("không tính vào vùng nào: ")[2].partition("</p>")[0]
    assert all(name in said for name in apart)
    assert "Vì vậy bảng không có Tây Nguyên." in said
    assert "Chưa có số liệu của" not in shown.html
    rows = new.values[~new.values["name"].isin(["Hà Nội", "Cao Bằng"])]
    told = show_map(replace(new, values=rows)).html
    assert "Chưa có số liệu của 2 đơn vị: Hà Nội và Cao Bằng." in told
    assert "nhiều vùng" not in show_map(open_at(real, reference, "pci", lang="vi")).html


def make_communes(reference: Reference, number: int, *, periods: int = 20) -> pd.DataFrame:
    """Made-up values of real communes of today, of one design, with intervals of their own."""
    rows = [row for row in reference.list_areas("commune", "2026-01-01") if row["lat"]][:number]
    rng = np.random.default_rng(3)
    made = pd.DataFrame(
        {
            "area_id": row["area_id"],
            "name": f"{row['name']} {at}",
            "period": str(2000 + year),
            "period_start": f"{2000 + year}-01-01",
            "period_end": f"{2000 + year}-12-31",
            "year": 2000 + year,
        }
        for at, row in enumerate(rows)
        for year in range(periods)
    )
    value = rng.normal(70, 9, len(made)).round(2)
    of_all = {
        "segment": 0,
        "crosses": "",
        "is_contested": False,
        "is_full": True,
        "held": number,
        "licence": "",
    }
    blank = ["numerator", "denominator", "published_low", "published_high"]
    return made.assign(
        value=value, low=value - 0.005, high=value + 0.005, existing=number, **of_all,
        **dict.fromkeys(blank, np.nan), indicator="papi_total", scope="commune", source_id="s",
    )  # fmt: skip


@pytest.mark.slow
def test_a_thousand_areas_over_twenty_periods_fit_on_a_page(
    real: Tables, reference: Reference
) -> None:
    values = make_communes(reference, 1000)
    gone = (values.index % 97 == 0) & (values["period"] != "2019")
    board = replace(
        open_at(real, reference, "papi_total", lang="vi"),
        values=values[~gone], others=(),
    )  # fmt: skip
    page = "".join(str(show(board).html) for show in SHOWS)
    assert len(page.encode()) < 125_000
    assert "48 trong 1.000 đơn vị" in page
    assert len(show_ranking(board).table) == 48
    assert show_distribution(board).table["median"].notna().sum() == 20


def test_communes_of_one_province_are_dots_where_they_lie(
    real: Tables, reference: Reference
) -> None:
    values = make_communes(reference, 60, periods=1)
    parent = [reference.area_rows[each]["parent_id"] for each in values["area_id"]]
    own = values[[each == parent[0] for each in parent]]
    board = replace(open_at(real, reference, "papi_total"), values=own)
    html = show_map(board).html
    for name in own["name"]:
        assert f"<title>{name}: " in html
    two = replace(board, values=values)
    assert len(set(parent)) == 1 or not show_map(two).html


def test_equal_values_and_an_unknown_direction_are_said(real: Tables, reference: Reference) -> None:
    board = open_at(real, reference, "pci", "", "2021", "2022")
    same = board.values.assign(value=50.0, low=50.0, high=50.0)
    level = replace(board, values=same, indicator=dict(board.indicator) | {"polarity": ""})
    assert "All areas have the same value" in show_ranking(level).html
    assert "Which direction is better is not defined" in show_ranking(level).html
    assert "all 63 areas with a value have 50.00" in show_opening(level).html
    for show in SHOWS:
        assert "nan" not in show(level).html.casefold().replace("finance", "")


def test_the_title_names_the_years(real: Tables, reference: Reference) -> None:
    """A page on an index that ended years ago must not read like one of today."""
    html = show_opening(open_at(real, reference, "pci_entry_costs")).html
    assert re.search(r"<h1>[^<]+, 2005–2016</h1>", html)
