"""A district of many periods and peers: what its brief says of trend, quarters and place."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from brief_work import load_words_of, open_slices, read_text
from cchc_analysis import brief as briefs
from cchc_analysis.brief.content import Brief
from cchc_analysis.data.records import FINDING_COLUMNS, NOTICE, QUANTITY, TALLY_COLUMNS, Tables
from cchc_analysis.data.reference import Reference, load_reference
from cchc_analysis.panels import read_panels
from cchc_analysis.stats.derive import derive_indicators
from cchc_analysis.stats.rates import wilson_interval
from synthetic import SyntheticCountry, make_country

ROOT = Path(__file__).resolve().parents[1]
PLACE = ("SYN0003", "2021-H1")


@pytest.fixture(scope="module")
def country() -> SyntheticCountry:
    reference = load_reference(ROOT / "data" / "reference")
    return make_country(reference, districts=11, periods=24, mistake_share=0.0)


@pytest.fixture(scope="module")
def tables(country: SyntheticCountry) -> Tables:
    none = read_panels(Path("nowhere"), country.reference).transcripts
    made = derive_indicators(country.observations, none, country.sources, country.reference)
    findings, tallies = (pd.DataFrame(columns=list(c)) for c in (FINDING_COLUMNS, TALLY_COLUMNS))
    marked = made.assign(findings="", is_contested=False)
    return Tables(
        country.sources, none, country.observations, marked, findings, tallies, tallies.iloc[:0]
    )


def tell(tables: Tables, reference: Reference, lang: str = "vi") -> Brief:
    return briefs.open_brief(tables, reference, load_words_of(lang), *PLACE)


def test_quarters_lie_between_cumulative_reports(tables: Tables) -> None:
    own = tables.indicators[
        (tables.indicators["area_id"] == "SYN0003")
        & (tables.indicators["scope"] == "district_office")
        & (tables.indicators["breakdown"] == "")
    ]
    value = own.set_index(["indicator", "period_start", "period_end"])["value"].to_dict()
    total, on_time = "dossiers_resolved_total", "dossiers_resolved_on_time"
    quarters = own[(own["indicator"] == total) & own["parts"].str.contains(" − ", regex=False)]
    assert len(quarters) > 5
    quarter = quarters[quarters["period"].str.endswith("-Q2")].iloc[0]
    year, window = quarter["period"][:4], (quarter["period_start"], quarter["period_end"])
    first = value[total, f"{year}-01-01", f"{year}-03-31"]
    assert value[total, *window] == value[total, f"{year}-01-01", window[1]] - first
    assert quarter["parts"] == f"{total}: {year}-H1 − {year}-Q1"
    assert {each.partition("/")[0] for each in quarter["figures"].split()} == set(
        quarter["source_id"].split()
    )
    rate = own[(own["indicator"] == "on_time_rate") & (own["period"] == quarter["period"])].iloc[0]
    low, high = wilson_interval([value[on_time, *window]], [quarter["value"]])
    assert rate["value"] == pytest.approx(100 * value[on_time, *window] / quarter["value"])
    assert (rate["wilson_low"], rate["wilson_high"]) == pytest.approx(
        (100 * low[0], 100 * high[0]), abs=1e-5
    )
    assert not tables.indicators.duplicated(list(QUANTITY)).any()
    assert (tables.indicators["value"].dropna() >= 0).all()


@pytest.mark.parametrize(
    ("lang", "words"),
    [("vi", ("tăng", "Phần sau của năm", "2021-H1 − 2021-Q1")), ("en", ("rising", "later parts"))],
)
def test_five_like_windows_allow_a_word(
    tables: Tables, country: SyntheticCountry, lang: str, words: tuple[str, ...]
) -> None:
    text = read_text(tell(tables, country.reference, lang).show_trend().html)
    for each in words:
        assert each in text
    assert "2021" in text


def test_a_change_of_boundaries_takes_the_word_away(
    tables: Tables, country: SyntheticCountry
) -> None:
    event = dict.fromkeys(country.reference.area_changes.columns, "") | {
        "change_id": "made_up",
        "effective": "2019-01-01",
        "area_ids": "SYN0003",
        "kind": "split",
    }
    events = pd.concat([country.reference.area_changes, pd.DataFrame([event])], ignore_index=True)
    text = read_text(
        tell(tables, replace(country.reference, area_changes=events)).show_trend().html
    )
    assert "tăng" not in text.partition("Nội dung")[2]
    assert "có thay đổi địa giới" in text


def test_peers_are_placed_in_a_funnel(tables: Tables, country: SyntheticCountry) -> None:
    told = tell(tables, country.reference)
    html = str(told.show_peers().html)
    text = read_text(html)
    assert "Các đơn vị cùng loại trong cùng tỉnh." in text
    # The made-up districts differ lastingly, far more than chance: no place, no rank, and why.
    assert text.count("khác nhau nhiều hơn hẳn mức ngẫu nhiên") >= 1
    assert html.count("<svg") == 2
    assert NOTICE["vi"] in told.show_head().html


def test_rates_of_peers_have_the_decimals_that_they_are_printed_with(
    tables: Tables, country: SyntheticCountry
) -> None:
    rounded = replace(tables, indicators=tables.indicators.round({"value": 1}))
    page = str(tell(rounded, country.reference).show_peers().html)
    told = re.findall(r'/index.html">([\d,]+)%', page)
    assert any("," in each for each in told)
    assert not [each for each in told if each.endswith(",0") or each[-3:-2] == ","]


def test_without_a_rule_nothing_is_placed(tables: Tables, country: SyntheticCountry) -> None:
    told = tell(tables, country.reference)
    entry = told.find("on_time_rate")
    assert told.find_standing(entry)
    vars(told)["peers"] = replace(told.peers, rule="none")
    assert told.find_standing(entry) is None
    assert "<svg" not in str(told.show_peers().html)


def even_out(tables: Tables) -> Tables:
    """The tables as they would be if districts differed in their on-time rate by chance alone."""
    table = tables.indicators.copy()
    keys = ["area_id", "scope", "period_start", "period_end"]
    table = table[table["breakdown"] == ""]
    total = table[table["indicator"] == "dossiers_resolved_total"].set_index(keys)["value"]
    is_on_time = table["indicator"] == "dossiers_resolved_on_time"
    rows = table[is_on_time]
    of = total.reindex(pd.MultiIndex.from_frame(rows[keys])).to_numpy()
    steps = rows["area_id"].str[-1].astype(int).to_numpy() % 3 - 1
    table.loc[is_on_time, "value"] = (0.95 * of + steps * (0.95 * 0.05 * of) ** 0.5).round()
    return replace(tables, indicators=table)


def test_a_district_gets_a_rank_with_its_range(tables: Tables, country: SyntheticCountry) -> None:
    text = read_text(tell(even_out(tables), country.reference).show_peers().html)
    assert re.search(r"Huyện Giả lập 3: thứ \d+ .*hạng có thể từ \d+ đến \d+", text)


def test_a_rank_among_peers_takes_nine_in_ten_of_them(
    tables: Tables, country: SyntheticCountry
) -> None:
    """At most eight of eleven report: a place in order, and no rank."""
    even = even_out(tables)
    silent = ["SYN0009", "SYN0010", "SYN0011"]
    names = [f"Huyện Giả lập {n}" for n in (9, 10, 11)]
    fewer = replace(
        even,
        indicators=even.indicators[~even.indicators["area_id"].isin(silent)],
        sources=even.sources[~even.sources["area"].isin(names)],
    )
    text = read_text(tell(fewer, country.reference).show_peers().html)
    said = r"Mới có (\d+) trong 11 đơn vị có số liệu cùng kỳ, nên thứ tự này chưa phải là hạng"
    counts = {int(number) for number in re.findall(said, text)}
    assert counts
    assert max(counts) <= 8
    assert "hạng có thể" not in text


def test_a_slice_says_the_same_as_all_tables(tables: Tables, country: SyntheticCountry) -> None:
    cut = open_slices(tables, country.reference).of_brief(*PLACE).cut()
    ours, whole = (tell(each, country.reference) for each in (cut, tables))
    assert ours.show_trend().html == whole.show_trend().html
    assert ours.show_peers().html == whole.show_peers().html
