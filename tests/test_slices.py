"""What a page reads: told from its slice it is what it is told from all, and its key says so."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from brief_work import PROJECT, load_few, load_real, load_words_of, open_slices, tell_page
from cchc_analysis.brief import list_briefs, open_brief
from cchc_analysis.brief.board import format_values, list_told, open_board, tell_trend_row
from cchc_analysis.brief.lists import make_card
from cchc_analysis.brief.nouns import grade_brief
from cchc_analysis.data.records import Tables
from cchc_analysis.data.reference import Reference, load_reference
from synthetic import make_country, tabulate_indicators


def load_country() -> tuple[Reference, Tables]:
    """A made-up country, where districts have peers and years, which the real sources lack."""
    made = make_country(load_reference(PROJECT.reference), districts=24, periods=5)
    indicators = tabulate_indicators(made.observations)
    names = {each.name for each in fields(Tables)} - {"sources", "observations", "indicators"}
    real = vars(load_real()[1])
    empty = {name: real[name].iloc[:0] for name in names}
    rows = made.observations.assign(figure_id=made.observations["figures"], place="text")
    rows = rows.assign(printed=rows["value"].astype(str), section="I", line="1", area="")
    columns = list(real["transcripts"].columns)
    blank = dict.fromkeys(set(columns) - set(rows.columns), "")
    figures = rows.assign(**blank)[columns].astype(str)
    country = empty | {"transcripts": figures, "indicators": indicators}
    tables = Tables(sources=made.sources, observations=made.observations, **country)
    return made.reference, tables


@pytest.fixture(scope="module")
def country() -> tuple[Reference, Tables]:
    return load_country()


@pytest.fixture(scope="module")
def real() -> tuple[Reference, Tables]:
    return load_few()


def tell(reference: Reference, tables: Tables, place: tuple[str, str]) -> Any:
    brief = open_brief(tables, reference, load_words_of("vi"), *place)
    return tell_page(brief), make_card(brief)


@pytest.mark.parametrize("which", ["real", "country"])
def test_a_slice_tells_what_all_tables_tell(which: str, request: pytest.FixtureRequest) -> None:
    reference, tables = request.getfixturevalue(which)
    slices = open_slices(tables, reference)
    for place in list_briefs(tables, reference)[:: 13 if which == "country" else 1]:
        cut = slices.of_brief(*place).cut()
        assert len(cut.indicators) < len(tables.indicators)
        assert tell(reference, cut, place) == tell(reference, tables, place)


@pytest.mark.parametrize("which", ["real", "country"])
def test_the_slice_of_an_indicator_tells_what_all_tables_tell(
    which: str, request: pytest.FixtureRequest
) -> None:
    reference, tables = request.getfixturevalue(which)
    told = list_told(tables, reference)
    assert told
    for indicator in told[::3]:
        cut = open_slices(tables, reference).of_indicator(indicator).cut()
        boards = [
            open_board(each, reference, (indicator, "", "", ""), load_words_of("en"))
            for each in (cut, tables)
        ]
        assert format_values(boards[0]) == format_values(boards[1])
        assert tell_trend_row(boards[0]) == tell_trend_row(boards[1])


@pytest.mark.parametrize("which", ["real", "country"])
def test_the_reports_alone_tell_what_data_quality_asks_of_a_brief(
    which: str, request: pytest.FixtureRequest
) -> None:
    reference, tables = request.getfixturevalue(which)
    slices, words = open_slices(tables, reference), load_words_of("en")
    for place in list_briefs(tables, reference)[:20]:
        whole = open_brief(slices.of_brief(*place).cut(), reference, words, *place)
        own = open_brief(slices.of_reports(*place).cut(), reference, words, *place)
        assert grade_brief(own) == grade_brief(whole)
        told = [pd.DataFrame(map(vars, each.entries)) for each in (own, whole)]
        assert_frame_equal(*(each.drop(columns="readings") for each in told))
        # As text: a cell without a value is not equal to another.
        assert str(own.contradiction_of) == str(whole.contradiction_of)


def find_keys(reference: Reference, tables: Tables) -> dict[tuple[str, str], str]:
    slices = open_slices(tables, reference)
    return {place: slices.of_brief(*place).key for place in list_briefs(tables, reference)}


def change(tables: Tables, at: Any) -> Tables:
    """One published value changed."""
    indicators = tables.indicators.copy()
    indicators.loc[at, "value"] += 1
    return replace(tables, indicators=indicators)


@pytest.mark.parametrize(
    ("indicator", "reaches"),
    [("dossiers_resolved_early", "itself"), ("dossiers_received_total", "peers"),
     ("on_time_rate", "peers")],
)  # fmt: skip
def test_a_changed_figure_changes_the_keys_of_the_pages_it_reaches(
    country: tuple[Reference, Tables], indicator: str, reaches: str
) -> None:
    reference, tables = country
    rows = tables.indicators
    row = rows[rows["indicator"] == indicator].iloc[7]
    changed = change(tables, row.name)
    before, after = find_keys(reference, tables), find_keys(reference, changed)
    touched = {place for place in before if before[place] != after[place]}
    own = (row["area_id"], row["period"])
    wanted = {
        place
        for place in before
        if place == own
        or (reaches != "itself" and place[0] == own[0])
        or (reaches == "peers" and place[1] == own[1] and is_peer(reference, place[0], own[0]))
    }
    assert touched <= wanted, "a page is built again that the figure does not reach"
    assert own in touched
    for place in wanted - touched:
        assert tell(reference, tables, place) == tell(reference, changed, place), "stale"


def test_a_value_that_is_contested_changes_the_trends_it_stands_in(
    country: tuple[Reference, Tables],
) -> None:
    """Which then have no word; peers compare the value alone."""
    reference, tables = country
    rows = tables.indicators
    row = rows[rows["indicator"] == "on_time_rate"].iloc[7]
    marked = rows["is_contested"].where(rows.index != row.name, not row["is_contested"])
    changed = replace(tables, indicators=rows.assign(is_contested=marked))
    before, after = find_keys(reference, tables), find_keys(reference, changed)
    touched = {place for place in before if before[place] != after[place]}
    assert touched == {place for place in before if place[0] == row["area_id"]}


def is_peer(reference: Reference, one: str, other: str) -> bool:
    rows = reference.area_rows
    return all(rows[one][name] == rows[other][name] for name in ("type", "parent_id"))


def test_no_page_is_stale_whatever_figure_changes(real: tuple[Reference, Tables]) -> None:
    """Every page whose key stays the same stays the same, for figures all over the tables."""
    reference, tables = real
    before = find_keys(reference, tables)
    pages = {place: tell(reference, tables, place) for place in before}
    for at in tables.indicators.index[:: len(tables.indicators) // 3]:
        changed = change(tables, at)
        after = find_keys(reference, changed)
        for place in before:
            if before[place] == after[place]:
                assert tell(reference, changed, place) == pages[place]


def test_a_row_that_is_added_or_moved_changes_the_key(real: tuple[Reference, Tables]) -> None:
    reference, tables = real
    slices, found = open_slices(tables, reference), {*tables.findings["source_id"]}
    place, own = next(
        (place, each)
        for place in list_briefs(tables, reference)
        for each in slices.of_brief(*place).sources
        if each in found
    )
    key = slices.of_brief(*place).key
    findings = tables.findings[tables.findings["source_id"] == own]
    more = replace(tables, findings=pd.concat([tables.findings, findings.iloc[:1]]))
    assert open_slices(more, reference).of_brief(*place).key != key
    assert open_slices(tables, reference).of_brief(*place).key == key


def test_what_is_said_of_a_source_elsewhere_does_not_reach_a_page(
    country: tuple[Reference, Tables],
) -> None:
    reference, tables = country
    first = tables.sources.index[0]
    sources = tables.sources.copy()
    sources.loc[first, "title"] = "another"
    before = find_keys(reference, tables)
    after = find_keys(reference, replace(tables, sources=sources))
    assert len([place for place in before if before[place] != after[place]]) == 1


def test_the_page_on_data_quality_does_not_read_the_values(real: tuple[Reference, Tables]) -> None:
    reference, tables = real
    places = [(), tuple(sorted({area for area, _ in list_briefs(tables, reference)}))]
    before = [open_slices(tables, reference).of_quality(areas) for areas in places]
    values = replace(tables, indicators=tables.indicators.assign(value=1.0))
    printed = tables.transcripts.assign(printed=tables.transcripts["printed"] + "0")
    figures = replace(tables, transcripts=printed)
    for areas, old in zip(places, before, strict=True):
        assert open_slices(values, reference).of_quality(areas).key == old.key
        assert open_slices(figures, reference).of_quality(areas).key != old.key
    whole = before[0].cut()
    for name in ("sources", "findings", "tallies", "definitions"):
        pd.testing.assert_frame_equal(getattr(whole, name), getattr(tables, name))
    assert len(whole.transcripts) == len(tables.transcripts)
    assert len(whole.observations) == len(tables.observations)


def test_the_page_of_an_indicator_knows_how_new_the_newest_figures_are(
    real: tuple[Reference, Tables],
) -> None:
    """It calls its own figures old by them, wherever in the table they stand."""
    reference, tables = real
    for indicators in (tables.indicators, tables.indicators.iloc[::-1].reset_index(drop=True)):
        slices = open_slices(replace(tables, indicators=indicators), reference)
        for code in list_told(tables, reference)[:3]:
            cut = slices.of_indicator(code).cut()
            assert cut.indicators["period_end"].max() == indicators["period_end"].max()
