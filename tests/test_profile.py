"""The profile of an area: its numbers, words and places, and what it says where there is little.

Numbers are held against the real tables; what the real tables lack is made up on the real areas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import pytest

from brief_work import PROJECT, load_real, load_words_of, open_slices
from cchc_analysis.brief import profile as profile_module
from cchc_analysis.brief.board import list_told, open_board
from cchc_analysis.brief.profile import Profile, format_own_values, list_profiled, open_profile
from cchc_analysis.data.records import Tables
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import BriefError, CommandError
from cchc_analysis.site.slices import Slices

Run = tuple[Reference, Tables]
Point = tuple[str, str, int, float]
"""Area, indicator, year, value."""


@pytest.fixture(scope="module")
def run() -> Run:
    return load_real()


@cache
def list_real_told() -> list[str]:
    return list_told(*load_real()[::-1])


@pytest.fixture(scope="module", autouse=True)
def _ask_once() -> Iterator[None]:
    """Find once which indicators the real tables tell: each profile of all tables asks for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            profile_module,
            "list_told",
            lambda tables, reference: (
                list_real_told() if tables is load_real()[1] else list_told(tables, reference)
            ),
        )
        yield


@cache
def open_real(area: str, lang: str = "en") -> Profile:
    """The profile of an area by the real tables, for all tests of a process."""
    return open_of(load_real(), load_real()[1], area, lang)


@cache
def tell_real(area: str, lang: str = "en") -> str:
    """All sections of such a profile."""
    return tell(open_real(area, lang))


@cache
def tell_cut(area_id: str, lang: str) -> tuple[Tables, Profile, str]:
    """What the page of an area reads of the real tables, its profile and all sections of it."""
    cut = cut_real(area_id)
    profile = open_of(load_real(), cut, area_id, lang)
    return cut, profile, tell(profile)


@cache
def cut_real(area_id: str) -> Tables:
    """What the page of an area reads of the real tables."""
    return slice_real().of_profile(area_id).cut()


@cache
def slice_real() -> Slices:
    return open_slices(*load_real()[::-1])


def tell(profile: Profile) -> str:
    """All sections of a profile."""
    shown = [profile.show_head(), *map(profile.show_theme, profile.themes)]
    shown += [profile.show_links(), profile.show_methods()]
    return "".join(str(each.html) for each in shown)


def make(run: Run, points: list[Point], **more: Any) -> Tables:
    """Tables that hold these values and nothing else."""
    reference, tables = run
    blank: dict[str, Any] = dict.fromkeys(tables.indicators, "")
    blank |= {name: float("nan") for name in tables.indicators.select_dtypes("number")}
    rows = [
        blank
        | {"area_id": area, "indicator": code, "value": value, "period": str(year)}
        | {"period_start": f"{year}-01-01", "period_end": f"{year}-12-31", "status": "actual"}
        | {"scope": "unspecified", "unit": reference.indicator_rows[code]["unit"]}
        | {"source_id": "made_up", "is_contested": False}
        | more
        for area, code, year, value in points
    ]
    empty = {"observations": tables.observations.iloc[:0], "sources": tables.sources.iloc[:0]}
    return replace(tables, indicators=pd.DataFrame(rows), **empty)


def list_old(run: Run) -> list[str]:
    """The provinces of 2020."""
    return [str(row["area_id"]) for row in run[0].list_areas("province", "2020-12-31")]


def open_of(run: Run, tables: Tables, area: str, lang: str = "en") -> Profile:
    return open_profile(tables, run[0], load_words_of(lang), area)


def test_every_area_of_which_anything_is_held_has_a_profile(run: Run) -> None:
    reference, tables = run
    held = list_profiled(tables, reference)
    levels = [reference.area_rows[each]["level"] for each in held]
    assert len(held) >= 100
    assert levels.count("province") == 86  # 63 until 2025, and 23 of the 34 since are new
    assert set(levels) == {"province", "district", "commune"}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_slice_tells_what_all_tables_tell(run: Run, lang: str) -> None:
    reference, tables = run
    for area_id in (*list_profiled(tables, reference)[::16], "183", "20", "66-2025"):
        cut, _, html = tell_cut(area_id, lang)
        assert html == tell_real(area_id, lang)
        assert format_own_values(cut, area_id) == format_own_values(tables, area_id)
        assert len(cut.indicators) < len(tables.indicators) / 4


def test_a_value_of_another_area_changes_the_key_where_it_stands_beside(run: Run) -> None:
    reference, tables = run
    is_pci = (tables.indicators["indicator"] == "pci") & (tables.indicators["area_id"] == "22")
    changed = tables.indicators.copy()
    for year, is_read in (("2022", True), ("2010", False)):
        at = tables.indicators.index[is_pci & (tables.indicators["period"] == year)][0]
        changed = tables.indicators.copy()
        changed.loc[at, "value"] += 1
        other = replace(tables, indicators=changed)
        keys = [open_slices(each, reference).of_profile("20").key for each in (tables, other)]
        assert (keys[0] != keys[1]) == is_read


@pytest.mark.parametrize(
    "code", ["pci", "papi_service", "papi_procedures", "dti", "pci_entry_costs"]
)
def test_a_series_has_the_word_that_it_has_on_the_page_of_its_indicator(
    run: Run, code: str
) -> None:
    reference, tables = run
    board = open_board(tables, reference, (code, "", "", ""), load_words_of("en"))
    words = board.trends.set_index("area_id")
    for area_id in words.index[::9]:
        row = open_real(area_id).table.set_index("indicator").loc[code]
        expected = words.loc[area_id, ["word", "first", "last", "points"]]
        assert row[["word", "first", "last", "points"]].tolist() == expected.tolist(), area_id


@pytest.mark.parametrize(("area", "code"), [("20", "pci"), ("24", "papi_service"), ("01", "dti")])
def test_value_place_and_spine_are_those_of_the_table(run: Run, area: str, code: str) -> None:
    held = run[1].indicators.query("indicator == @code and breakdown == ''")
    row = open_real(area).table.set_index("indicator").loc[code]
    beside = held[held["period"] == row["period"]].drop_duplicates("area_id").set_index("area_id")
    assert row["value"] == beside.loc[area, "value"]
    assert row["place"] == 1 + (beside["value"] > row["value"]).sum()
    assert (row["lowest"], row["highest"]) == (beside["value"].min(), beside["value"].max())
    assert row["median"] == beside["value"].median()
    assert row["period"] == max(held[held["area_id"] == area]["period"])


def test_lower_is_better_where_the_catalogue_says_so() -> None:
    row = open_real("20").table.set_index("indicator").loc["dti_rank"]
    assert row["place"] == row["value"] == 18


def test_no_series_crosses_a_reform() -> None:
    """Lâm Đồng of before and since are two areas, though name and code are the same."""
    since, before = open_real("Lâm Đồng"), open_real("68")
    assert since.area["area_id"] == "68-2025"
    assert since.values["period_end"].min() >= "2025-07-01"
    assert before.values["period_end"].max() <= "2025-06-30"
    assert "../68-lam-dong/index.html" in str(since.show_links().html)
    assert "../68-2025-lam-dong/index.html" in str(before.show_links().html)


def test_a_district_leads_to_its_briefs_and_a_province_to_what_lies_in_it() -> None:
    district = str(open_real("183").show_links().html)
    assert 'href="../183-cao-loc/2024-h1/index.html"' in district
    assert "Since 1 July 2025 its territory lies in" in district
    assert 'href="../183-cao-loc/index.html"' in str(open_real("20").show_links().html)


def test_every_indicator_that_is_linked_has_a_page(run: Run) -> None:
    reference, tables = run
    told = {code.replace("_", "-") for code in list_told(tables, reference)}
    linked: set[str] = set()
    for area_id in list_profiled(tables, reference)[::4]:
        html = tell_real(area_id)
        linked |= set(re.findall(r'href="\.\./trends/([^/]+)/index', html))
    assert linked <= told
    assert len(linked) > 20


def test_an_indicator_with_a_page_is_linked_and_one_without_says_so(run: Run) -> None:
    """Whether there is a page follows from all areas and years, of which a slice holds few."""
    reference, tables = run
    told = set(list_told(tables, reference))
    for area_id in ("20", "183", *list_profiled(tables, reference)[::16]):
        _, profile, html = tell_cut(area_id, "en")
        for code in profile.table["indicator"].unique():
            page = next((each for each in (code, code.partition("_rank")[0]) if each in told), "")
            link = f'href="../trends/{page.replace("_", "-")}/index.html"'
            assert (link in html) if page else ("no page of its own" in html), (area_id, code)
    assert "par_index" in told


def test_no_two_rows_of_a_profile_have_one_name(run: Run) -> None:
    for area_id in list_profiled(*run[::-1])[::4]:
        html = tell_real(area_id)
        names = [re.sub(r"<[^>]+>", "", each) for each in re.findall(r'"row">(.*)<td>', html)]
        names = [each.partition("<td>")[0] for each in names]
        assert len(set(names)) == len(names), area_id
    assert "satisfaction, whole year" in tell_real("20")


def test_the_better_side_of_a_spine_is_the_right_one(run: Run) -> None:
    """Also of a rank, whose better values are the lower ones."""
    areas = list_old(run)
    places = [("dti_rank", float(at + 1)) for at in range(63)]
    places += [("dti", 1 - at / 100) for at in range(63)]
    points = [(area, code, 2020, v) for area, (code, v) in zip(areas * 2, places, strict=True)]
    for area, side in ((areas[0], "right"), (areas[-1], "left")):
        html = str(open_of(run, make(run, points), area).show_theme("digital").html)
        at = [float(each) for each in re.findall(r'"M([\d.]+) 8L\1 8" class="s-deep"', html)]
        assert [x > 60 for x in at] == [side == "right"] * 2


def test_the_opening_compares_what_is_not_old_and_names_its_years(run: Run) -> None:
    areas = list_old(run)
    recent = [
        (each, f"papi_{code}", year, float(at))
        for at, each in enumerate(areas)
        for code, year in (("service", 2020), ("corruption", 2022), ("transparency", 2021))
    ]
    old = [(each, "pci", 2009, float(at)) for at, each in enumerate(areas)]
    html = str(open_of(run, make(run, recent + old), areas[-1]).show_head().html)
    assert "best quarter on 3 and in the worst quarter on 0 of the 3 indicators" in html
    assert "in the latest period of each (2020–2022)" in html
    assert "Series ten years old or older: 1." in html
    assert "2009)" not in html
    assert "Old values left out, its best place is on" in html
    alone = str(open_of(run, make(run, old), areas[-1]).show_head().html)
    assert "best quarter on 1" in alone


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_largest_page_is_small(run: Run, lang: str) -> None:
    style = (PROJECT.notebooks / "page" / "page.css").read_text("utf-8")
    largest = run[1].indicators.query("breakdown == ''")["area_id"].value_counts().index[0]
    assert len((tell_real(largest, lang) + style).encode()) < 150_000


def test_an_area_with_one_value(run: Run) -> None:
    profile = open_of(run, make(run, [("20", "pci", 2015, 60.0)]), "20")
    html = tell(profile)
    assert "<h1>Lạng Sơn province, 2015</h1>" in html
    assert "only 1 of 63 areas held" in html
    assert "too few points to tell" in html
    assert "One indicator is held, and of too few like areas" in html
    assert 'class="line"' not in html


def test_values_that_are_all_equal_have_no_place(run: Run) -> None:
    tables = make(run, [(each, "pci", 2020, 60.0) for each in list_old(run)])
    html = str(open_of(run, tables, "20").show_theme("business").html)
    assert "all 63 areas have the same value" in html
    assert "1 of 63" not in html


def test_an_indicator_without_a_direction_has_a_spine_and_no_place(run: Run) -> None:
    areas = list_old(run)
    tables = make(run, [(each, "tthc_total", 2020, float(at)) for at, each in enumerate(areas)])
    assert run[0].indicator_rows["tthc_total"]["polarity"] == "none"
    profile = open_of(run, tables, "20")
    assert profile.table["median"].tolist() == [31.0]
    assert profile.table["place"].isna().all()
    assert "neither more nor less is better" in tell(profile)


def test_a_value_ten_years_old_is_called_old(run: Run) -> None:
    points = [
        ("20", "pci", 2011, 60.0),
        ("20", "dti", 2020, 0.5),
        ("20", "papi_service", 2012, 7.0),
    ]
    profile = open_of(run, make(run, [*points, ("20", "sipas", 2022, 80.0)]), "20")
    html = tell(profile)
    assert "old: of 2011" in html
    assert "old: of 2012" in html
    assert "old: of 2020" not in html
    assert "<h1>Lạng Sơn province, 2011–2022</h1>" in html


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ([2026], "too few points to tell <small>2026</small>"),
        ([2022, 2023, 2024, 2025, 2026], "<small>2022–2026</small>"),
    ],
)
def test_a_window_that_begins_in_december_is_of_the_year_of_its_end(
    run: Run, ends: list[int], said: str
) -> None:
    own = [
        make(run, [("20", "on_time_rate", end, end - 1930.0)], **days).indicators
        for end in ends
        for start, last in [(f"{end - 1}-12-15", f"{end}-03-14")]
        for days in [{"period": f"{start}/{last}", "period_start": start, "period_end": last}]
    ]
    tables = replace(make(run, []), indicators=pd.concat(own, ignore_index=True))
    html = tell(open_of(run, tables, "20"))
    assert said in html
    assert "(2021–" not in html
    assert f"province, {'–'.join(map(str, dict.fromkeys((ends[0], ends[-1]))))}</h1>" in html


def test_a_share_has_its_sign_and_a_rank_its_word_as_in_a_brief(run: Run) -> None:
    points = [("20", "on_time_rate", 2020, 99.4), ("20", "pci_rank", 2020, 26.0)]
    page = tell(open_of(run, make(run, points), "20", "vi"))
    assert "<b>99,4%</b>" in page
    assert "<b>hạng 26</b>" in page
    assert "<small>%" not in page


def test_fewer_than_nine_in_ten_have_no_places(run: Run) -> None:
    areas = [each for each in list_old(run) if each != "20"]
    for held, is_full in ((56, True), (54, False)):
        points = [(each, "pci", 2020, float(at)) for at, each in enumerate([*areas[:held], "20"])]
        row = open_of(run, make(run, points), "20").table.iloc[0]
        assert (row["held"], bool(row["is_full"])) == (held + 1, is_full)
        assert (row["place"] == row["place"]) == is_full


def test_what_is_contested_is_marked_and_has_no_word(run: Run) -> None:
    points = [("20", "pci_rank", year, float(year)) for year in range(2013, 2017)]
    points += [("20", "dti", year, year / 3000) for year in range(2016, 2022)]
    profile = open_of(run, make(run, points, is_contested=True), "20")
    assert profile.table.set_index("indicator").loc["dti", "word"] == "contested"
    assert 'title="contested"' in tell(profile)


def test_an_area_that_began_and_ended_between_two_panels_has_no_profile(run: Run) -> None:
    tables = make(run, [(each, "pci", 2020, 60.0) for each in list_old(run)])
    with pytest.raises(CommandError, match="no value is published"):
        open_of(run, tables, "Huyện Cao Lộc")


def test_an_unknown_area_and_an_unknown_theme_are_refused() -> None:
    with pytest.raises(CommandError, match="not known"):
        open_real("Không Có")
    with pytest.raises(CommandError, match="no such theme"):
        open_real("20").show_theme("weather")


def test_a_section_gives_its_numbers() -> None:
    profile = open_real("20")
    business = profile.sections["business"]
    assert set(business.table["theme"]) == {"business"}
    assert business.figure is not None
    assert profile.show_theme("other").figure is None
    assert len(business.table) == str(business.html).count('<tr><th scope="row"')


def test_the_themes_are_those_of_the_report_and_name_what_there_is(run: Run, project: Any) -> None:
    from cchc_analysis.brief.report import load_report

    path = project.notebooks / "report.yml"
    path.write_text(path.read_text("utf-8").replace("- dti\n", "- dtj_*\n"), "utf-8")
    with pytest.raises(BriefError, match=r"profile\.digital: unknown indicator 'dtj_\*'"):
        load_report(project.notebooks, run[0])


def test_what_communes_report_together_stands_beside_a_former_district(run: Run) -> None:
    """Đình Lập: four communes that lie wholly in it; the sum is told, and joins no series."""
    reference = run[0]
    communes = [each for each, _ in reference.list_moved("189")]
    own = [("189", "dossiers_received_total", year, 100.0) for year in (2022, 2023)]
    since = [(each, "dossiers_received_total", 2026, 10.0) for each in communes]
    tables = make(run, [*own, *since])
    profile = open_of(run, tables, "189")
    assert profile.sums["value"].tolist() == [40.0]
    assert profile.values["period"].tolist() == ["2022", "2023"]
    page = str(profile.show_links().html)
    assert "These units together (derived)" in page
    assert "<td>40<td>1 January 2026" in page
    cut = open_slices(tables, reference).of_profile("189").cut()
    assert str(open_of(run, cut, "189").show_links().html) == page
    fewer = make(run, [*own, *since[1:]])
    assert "derived" not in str(open_of(run, fewer, "189").show_links().html)


def test_a_name_with_signs_of_html_is_made_safe_once(run: Run) -> None:
    reference, tables = run
    name, safe = "people's <b>own</b> & all", "people&#39;s &lt;b&gt;own&lt;/b&gt; &amp; all"
    named = {
        each: getattr(reference, each).assign(label_en=name) for each in ("indicators", "units")
    }
    named["areas"] = reference.areas.replace({"name": {"Tỉnh Cao Bằng": f"Tỉnh {name}"}})
    own = replace(reference, **named)
    profile = open_of((own, tables), tables, "04", "en")
    assert profile.table["name"].str.startswith(name).all()
    board = open_board(tables, own, ("pci", "", "", ""), load_words_of("en"))
    shown = (board.show_ranking(), board.show_distribution(), board.show_coverage())
    for told in (tell(profile), *(str(each.html) for each in shown)):
        assert (safe in told, "&amp;lt;" in told) == (True, False)


@pytest.mark.parametrize(("lang", "caveat"), [("vi", "hầu hết các đơn vị"), ("en", "nearly all")])
def test_an_opening_that_names_a_trend_says_that_all_may_have_moved(lang: str, caveat: str) -> None:
    for area, has_trend in (("20", True), ("183", False)):
        profile = open_real(area, lang)
        assert profile.table["word"].isin(["rising", "falling"]).any() == has_trend
        assert (caveat in str(profile.show_head().html)) == has_trend
