"""The page on data quality: its counts are those of the tables, and nothing is left out."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from brief_work import (
    PROJECT,
    find_all,
    grade_real,
    load_real,
    load_words_of,
    open_real_briefs,
    open_slices,
    read_text,
)
from cchc_analysis.brief import nouns
from cchc_analysis.brief import quality as quality_module
from cchc_analysis.brief.board import TRENDS
from cchc_analysis.brief.content import ANNEX, Brief
from cchc_analysis.brief.lists import LISTS, Told, bind_list, make_card
from cchc_analysis.brief.nouns import grade_brief
from cchc_analysis.brief.quality import (
    CONTENTS,
    PAGE,
    Quality,
    join_codes,
    make_graded,
    open_quality,
)
from cchc_analysis.brief.render import (
    KINDS,
    QUALITY_NOTEBOOK,
    build_pages,
    check_page,
)
from cchc_analysis.brief.templates import SISTERS
from cchc_analysis.data.files import list_rows
from cchc_analysis.errors import CommandError

SHOWS = {name: getattr(Quality, f"show_{name}") for name in CONTENTS}
PAGES = ("", "20", "67")
"""The page on the whole, and those of the provinces that have reports."""
MOST_BYTES = 150_000


@cache
def quality(lang: str, province: str = "20") -> Quality:
    """The real sources of a province, or of none."""
    reference, tables = load_real()
    return open_quality(tables, reference, load_words_of(lang), grade_real(lang), province)


def briefs_name(brief: Brief) -> str:
    """The area and period of a brief, as a row of grades begins."""
    place = brief.words.place(brief.area)
    return f"{place[:1].upper()}{place[1:]} {brief.words.period(brief.period)}"


def list_own() -> list[Brief]:
    """The briefs of the same sources, opened."""
    return [each for each in open_real_briefs() if each.lang == "vi"]


def find_province(brief: Brief) -> str:
    """The province that a brief is of, or lies in."""
    return str((brief.province or brief.area)["area_id"])


@cache
def section(name: str, lang: str = "vi", province: str = "20") -> str:
    """One section of a page."""
    return str(SHOWS[name](quality(lang, province)).html)


@pytest.mark.parametrize("name", ["findings", "tallies"])
def test_where_nothing_is_found_or_counted_every_section_is_told(name: str) -> None:
    own = quality("vi")
    empty = getattr(own.tables, name).iloc[:0].astype("str")  # as a table is read that has no row
    bare = replace(own.tables, **{name: empty})
    told = open_quality(bare, own.reference, own.words, grade_real("vi"), "20")
    assert all(str(SHOWS[each](told)._repr_html_()) for each in CONTENTS)


def rows_of(html: str) -> list[list[str]]:
    """The cells of the rows of the first table, as text."""
    table = html.partition("<tbody>")[2].partition("</table>")[0]
    rows = find_all(r"<tr>(.*?)(?=<tr|<tbody|$)", table)
    return [
        [read_text(each) for each in find_all(r"<t[hd][^>]*>(.*?)(?=<t[hd]|$)", r)] for r in rows
    ]


def whole(lang: str, province: str = "20") -> str:
    """All sections with the head."""
    head = str(quality(lang, province).show_head().html)
    return head + "".join(section(name, lang, province) for name in CONTENTS)


def plain_number(text: str) -> int:
    return int(re.sub(r"[.,]", "", text))


@pytest.mark.parametrize("province", PAGES)
def test_the_counts_are_those_of_the_findings(province: str) -> None:
    found = quality("vi", province).findings
    *rows, total = rows_of(section("counts", province=province))
    assert [int(total[-2]), int(total[-1])] == [
        int((found["severity"] == severity).sum()) for severity in ("warning", "info")
    ]
    assert len(rows) == found["source_id"].str.partition(" ")[0].nunique()
    for row in (*rows, total):
        kinds = " ".join(row[1:-2])
        for sign, n in zip("▲△", row[-2:], strict=True):
            assert sum(map(int, re.findall(rf"{sign}(\d+)", kinds))) == int(n)


def list_all(findings: pd.DataFrame | None = None, lang: str = "vi") -> str:
    """The list of all contradictions."""
    reference, tables = load_real()
    cards = [make_card(each) for each in open_real_briefs() if each.lang == lang]
    told = Told(cards, reference, tables.findings if findings is None else findings)
    return bind_list(PROJECT, told, lang, "contradictions")


def test_every_finding_is_told_in_a_ledger_or_in_the_list_of_what_no_brief_tells() -> None:
    tables, page = quality("vi").tables, read_text(list_all())
    in_briefs = {each for brief in list_own() for each in brief.contradiction_of}
    others = tables.findings[~tables.findings["finding_id"].isin(in_briefs)]
    assert len(in_briefs) + len(others) == len(tables.findings)
    assert len(others)
    for row in list_rows(others):
        assert (row["arithmetic"] or row["explanation_vi"]) in page


def test_the_page_leads_to_the_list_of_contradictions_and_that_to_each_ledger() -> None:
    assert 'href="../../contradictions/index.html"' in section("counts")
    assert 'href="../contradictions/index.html"' in section("counts", province="")
    anchors = {
        f"../{b.name_folder(b.area, b.period)}/{ANNEX}#{each.anchor}"
        for b in list_own()
        for each in b.contradictions
        if not each.is_remark
    }
    assert set(find_all(r'href="(\.\./[^"]+#c-\d+)"', list_all())) == anchors


def test_what_no_brief_tells_is_listed_with_all_its_sums_and_remarks() -> None:
    shared = quality("vi").tables.findings.iloc[[0, 0, 0]].assign(source_id="p1")
    shared = shared.assign(
        finding_id=["x", "y", "z"],
        cause_id=["x", "x", ""],
        kind=["sum", "sum", "remark"],
        arithmetic=["1 ≠ 2", "3 ≠ 4", ""],
        explanation_vi="Hai bảng in hai số.",
    )
    rows = rows_of(list_all(shared))
    assert [row[1] for row in rows[-2:]] == ["1 ≠ 2; 3 ≠ 4", ""]
    assert "Hai bảng in hai số." in rows[-1][0]
    assert all(row[0].endswith("p1") for row in rows[-2:])


def test_a_contradiction_told_in_one_line_keeps_its_sums_and_its_cause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(nouns, "MOST_IN_FULL", 0)
    [own] = [brief for brief in list_own() if brief.area["area_id"] == "183"]
    page = own.show_contradictions().html
    [line] = [read_text(each) for each in find_all(r'<li id="c-4">(.*?)\n', page)]
    assert "10.994 ≠ 2.190 + 8.943 = 11.133" in line
    assert "8.943 ≠ 10.994 − 2.190 = 8.804" in line
    assert re.search(r" in 8\.943 .* phải là 8\.804: khi đó", line)


@pytest.mark.parametrize("province", PAGES)
def test_rules_and_checks_are_those_of_the_tallies(province: str) -> None:
    told = quality("vi", province)
    tallies = told.tables.tallies
    rows = rows_of(section("rules", province=province))
    assert len(rows) == len(told.sources)
    for source, row in zip(told.sources, rows, strict=True):
        own = tallies[tallies["source_id"] == source["source_id"]].groupby("rule_id").sum()
        applied, broken = own["applied"] > 0, own["failed"] > 0
        sums = [own[name].sum() for name in ("applied", "passed", "failed", "not_applicable")]
        states = [applied.sum(), (applied & ~broken).sum(), broken.sum(), (~applied).sum()]
        assert [plain_number(each) for each in row[1:]] == [*states, *sums]


def test_the_matrix_names_every_rule_that_is_broken_and_counts_those_kept() -> None:
    held = quality("vi")
    for row in rows_of(section("matrix")):
        family = row[0][0]
        for source, cell in zip(held.columns, row[1:], strict=True):
            own = [
                tally
                for tally in list_rows(held.tallies)
                if tally["rule_id"][0] == family
                and tally["source_id"] == source["source_id"]
                and tally["applied"]
            ]
            broken = sorted(tally["rule_id"] for tally in own if tally["failed"])
            kept = re.search(r"✓\s(\d+)", cell)
            assert (int(kept[1]) if kept else 0) == len(own) - len(broken)
            assert ("✕" in cell) == bool(broken)
            assert not broken or f"✕ {join_codes(broken)}" in cell


def test_a_drawing_says_in_words_what_it_shows() -> None:
    drawings = find_all(r'<span class="sq" ([^>]*)>', section("matrix"))
    assert drawings
    assert all('role="img"' in each and 'aria-label="' in each for each in drawings)
    assert not [each for each in find_all(r'aria-label="([^"]*)"', section("matrix")) if not each]


def test_completeness_is_that_of_the_observations() -> None:
    held = quality("vi")
    observed = held.tables.observations
    columns = [source["source_id"] for source in held.columns if source["kind"] != "panel"]
    rows = rows_of(section("completeness"))
    assert sum(int(row[1]) for row in rows) == len(held.reference.indicators)
    ids = {source["source_id"] for source in held.sources}
    own = observed[observed["source_id"].isin(ids)]
    assert sum(int(row[2]) for row in rows) == own["indicator"].nunique()
    of_all = rows_of(section("completeness", province=""))
    assert sum(int(row[2]) for row in of_all) == observed["indicator"].nunique()
    for place, source_id in enumerate(columns, start=3):
        own = observed.loc[observed["source_id"] == source_id, "indicator"].nunique()
        assert sum(int(row[place]) for row in rows) == own


def test_every_brief_is_graded_as_it_grades_itself() -> None:
    rows = [row for page in PAGES[1:] for row in rows_of(section("grades", province=page))]
    own = {read_text(briefs_name(brief)): brief for brief in list_own()}
    assert len(rows) == len(own)
    for row in rows:
        grade = grade_brief(own[f"{row[0]} {row[1]}"])
        counts = [grade.warnings, grade.headline_warnings, grade.notes]
        assert row[2] == grade.letter
        assert list(map(int, row[3:6])) == counts
        assert row[6]


def test_what_is_kept_of_the_briefs_tells_the_same_page() -> None:
    """A site keeps it with each brief, and sends the page but what it reads of the tables."""
    reference, tables = load_real()
    kept = [json.loads(json.dumps(make_graded(each))) for each in list_own()]
    assert kept == quality("vi").briefs
    slices = open_slices(tables, reference)
    ids = {brief["area_id"] for brief in kept}
    areas = tuple(sorted(each for each in ids if reference.find_province(each) == "20"))
    for province, rows in (("", slices.of_quality(())), ("20", slices.of_quality(areas))):
        cut = rows.cut()
        own = open_quality(cut, reference, load_words_of("vi"), kept, province)
        told = {name: str(SHOWS[name](own).html) for name in CONTENTS}
        assert told == {name: section(name, province=province) for name in CONTENTS}
        assert cut.indicators.empty, "the largest table is not sent"


def test_every_definition_that_a_source_follows_is_told() -> None:
    followed = list_rows(quality("vi").tables.definitions)
    rows = [row for page in PAGES for row in rows_of(section("definitions", province=page))]
    assert Counter(row[1].split()[0] for row in rows) == Counter(r["rule_id"] for r in followed)


@pytest.mark.parametrize("name", CONTENTS)
def test_both_languages_hold_the_same_numbers(name: str) -> None:
    vi, en = (rows_of(section(name, lang)) for lang in ("vi", "en"))
    assert [len(row) for row in vi] == [len(row) for row in en]
    for one, other in zip(vi, en, strict=True):
        for left, right in zip(one[1:], other[1:], strict=True):
            if re.fullmatch(r"[\d.,✓✕▲△/ ]*", left):
                assert left == right.translate(str.maketrans(".,", ",."))


def test_a_page_with_too_many_sources_says_how_many_are_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(quality_module.Quality, "most", 2)
    html = str(quality("vi").show_counts()._repr_html_())
    assert len(rows_of(html)) == 2 + 1
    assert "Còn 2 dòng nữa" in html


def test_runs_of_codes_are_shortened() -> None:
    assert join_codes(["A01", "A02", "B03", "B04", "B05", "Q1"]) == "A01 A02 B03–B05 Q1"
    assert join_codes([]) == ""


def test_the_sisters_of_the_page_are_the_lists_of_the_site() -> None:
    assert set(SISTERS) == {*LISTS, PAGE, TRENDS}
    assert set(KINDS[QUALITY_NOTEBOOK][1].split()) == set(CONTENTS)


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "province"), [("vi", ""), ("en", "20")])
def test_the_notebook_makes_the_page(
    lang: str, province: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(PROJECT.root))
    given = {"lang": lang, "province": province}
    page = build_pages(PROJECT, PROJECT.notebooks / QUALITY_NOTEBOOK, given)[""]
    check_page(page, QUALITY_NOTEBOOK)
    assert len(page.encode()) < MOST_BYTES, "as it is published"
    assert "<script" not in page
    assert not find_all(r'(?:src|href)="https?:', page)
    for name in CONTENTS:
        assert section(name, lang, province) in page


def test_a_rule_shown_as_broken_has_a_finding_and_no_other_is_counted_as_broken() -> None:
    tables = quality("vi").tables
    told = {
        (rule, source)
        for rule, sources in zip(
            tables.findings["rule_id"], tables.findings["source_id"], strict=True
        )
        for source in sources.split()
    }
    failed = tables.tallies[tables.tallies["failed"] > 0]
    assert set(zip(failed["rule_id"], failed["source_id"], strict=True)) <= told
    for rule in re.findall(r"<b>([A-Z]\d\d)</b>", section("matrix").rpartition("<table")[2]):
        assert rule in set(tables.findings["rule_id"])


def test_contradictions_are_counted_once_and_alike_wherever_it_is_said() -> None:
    tables = quality("vi").tables
    count = int((tables.findings["severity"] != "info").sum())
    panels = set(tables.sources.loc[tables.sources["kind"] == "panel", "source_id"])
    of_reports = tables.findings[~tables.findings["source_id"].isin(panels)]
    in_briefs = int((of_reports["severity"] != "info").sum())
    assert sum(grade_brief(brief).warnings for brief in list_own()) == in_briefs
    assert f"{count} mâu thuẫn" in whole("vi", "")
    own = list_own()
    told = Told([make_card(brief) for brief in own], own[0].reference, tables.findings)
    index = read_text(bind_list(PROJECT, told, "vi", ""))
    assert f"Mâu thuẫn đã tìm thấy {count} " in index
    row = next(
        each for each in rows_of(bind_list(PROJECT, told, "vi", "")) if "Nguồn khác" in each[0]
    )
    assert int(row[-1]) == count - in_briefs
    causes = sum(len(brief.serious) for brief in own) + count - in_briefs
    listed = bind_list(PROJECT, told, "vi", "contradictions")
    assert f"{count} chỗ chưa thống nhất do {causes} nguyên nhân" in read_text(listed)
    assert 'id="others"' in listed
    for brief in own:
        n = grade_brief(brief).warnings
        # "không có mâu thuẫn" says of none that there is none.
        assert (f"(mâu thuẫn: {n}" in read_text(brief.show_head().html)) == (n > 0)
        told = f"có {n} chỗ số liệu" if n else "Không phát hiện số liệu nào"
        assert f"{told} chưa thống nhất" in read_text(brief.show_summary().html)
        is_same = n == len(brief.serious)
        by_cause = f"do {len(brief.serious)} nguyên nhân" in read_text(brief.show_disputes().html)
        assert by_cause != is_same
        sums = brief.show_contradictions().html.count('class="eq"')
        assert sums == len(brief.findings[brief.findings["arithmetic"] != ""])


def test_a_contradiction_that_no_brief_tells_stands_in_the_list_of_all() -> None:
    found = quality("vi").tables.findings
    panel = found[found["arithmetic"] != ""].iloc[[0]]
    panel = panel.assign(finding_id="x", cause_id="x", source_id="p1 p2", arithmetic="7,1 ≠ 7,4")
    page = read_text(list_all(panel))
    assert "Nguồn khác, không có bản tóm lược" in page
    assert "7,1 ≠ 7,4" in page


def test_a_finding_of_a_panel_names_area_indicator_and_period() -> None:
    row = next(" ".join(each) for each in rows_of(list_all()) if "40,62 ≠ 40,6146" in each[1])
    assert "Tỉnh Bà Rịa - Vũng Tàu, PAPI: tổng điểm" in row
    assert "năm\u00a02021" in row.replace(" ", "\u00a0")


def test_the_whole_leads_to_every_province_that_has_reports() -> None:
    html = section("grades", province="")
    links = find_all(r'href="([^"]+)"', html)
    assert [each for each in links if each[:2] in PAGES] == [
        "67-dak-nong/index.html", "20-lang-son/index.html",
    ]  # fmt: skip
    rows = rows_of(html)
    own = Counter(map(find_province, list_own()))
    assert [int(row[1]) for row in rows] == [own[link[:2]] for link in links]
    assert sum(int(cell) for row in rows for cell in row[2:-2]) == len(list_own())
    for page in PAGES[1:]:
        assert "../index.html" in str(quality("vi", page).show_head().html)
        assert len(whole("vi", page).encode()) < 125_000


def test_a_province_without_reports_is_refused_with_those_that_have_some() -> None:
    reference, tables = load_real()
    with pytest.raises(CommandError, match="one of Tỉnh Đắk Nông, Tỉnh Lạng Sơn"):
        open_quality(tables, reference, load_words_of("vi"), grade_real("vi"), "Cà Mau")
    named = open_quality(tables, reference, load_words_of("vi"), grade_real("vi"), "Lạng Sơn")
    assert named.province == "20"


def test_a_section_gives_the_rows_behind_it() -> None:
    held = quality("vi")
    grades = held.show_grades().table
    own = [str(brief.area["area_id"]) for brief in list_own() if find_province(brief) == "20"]
    assert {"178", "183", "184"} <= {*own}
    assert Counter(grades["area_id"]) == Counter(own)
    # Cells that can be counted and compared.
    assert grades["missing"].value_counts().sum() == len(own)
    assert len(grades.drop_duplicates()) == len(own)
    assert len(held.show_counts().table) == len(held.findings)
