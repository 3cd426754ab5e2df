"""What a researcher passes to the front door by mistake is told in a sentence."""

from __future__ import annotations

import errno
import os
import re
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import tinycss2
from markupsafe import Markup
from nbformat.v4 import new_code_cell, new_notebook, new_output

import cchc_analysis as cchc
from brief_work import SHIPPED_REPORTS
from cchc_analysis import front
from cchc_analysis.brief.render import (
    execute_notebook,
    export_body,
    make_exporter,
    show_own_cells,
)
from cchc_analysis.brief.templates import LOOK, LOOK_ENDS, Section
from cchc_analysis.cli import main
from cchc_analysis.data.reference import Project
from cchc_analysis.data.trace import CITATION, cite_data
from cchc_analysis.data.words import load_words
from cchc_analysis.errors import CchcError

ROOT = Path(__file__).parents[1]
ONE = pd.DataFrame({"area": ["A"], "period": ["2024"], "value": [1.0]})
PANEL = pd.DataFrame({"area_id": "1", "period": ["2023", "2024"], "segment": 1, "value": 1.0})
TEXTS = PANEL.assign(value=["a", "b"], is_full=True)
POINTS = PANEL.assign(
    period_start="2023-01-01", period_end="2023-12-31", crosses="", is_contested=False
)
DATED = POINTS.assign(period_end=pd.to_datetime(["2023-12-31", "2024-12-31"]))
DAYS = POINTS.assign(period_end=DATED["period_end"].dt.date)
WRONG = {
    "a list for an indicator": ("open_trends", (["on_time_rate"],), "one name or code"),
    "nothing for areas": ("open_trends", ("on_time_rate", None), "names or codes"),
    "a list for an area": ("open_brief", (["Đồng Gió"], "2022-H1"), "one name or code"),
    "a list for a period": ("open_brief", ("Đồng Gió", ["2022-H1"]), "one name or code"),
    "a list for a panel": ("load_panel", (["papi"],), "one name or code"),
    "a language that is none": ("open_brief", ("Đồng Gió", "2022-H1", "fr"), "vi or en"),
    "no table to widen": ("to_wide", (3,), "a DataFrame of pandas"),
    "no table to export": ("export", ([1], "a.csv"), "a DataFrame of pandas"),
    "no panel to rank": ("rank_within", (ONE,), "no column is_full"),
    "no panel to judge": ("judge_many", (ONE,), "no column"),
    "nothing to cite": ("cite", (ONE.iloc[:0],), "a table without rows"),
    "no panel to grow": ("grow", (None,), "grow: NoneType; expected a DataFrame"),
    "a fraction for an area": ("load_indicators", (None, {"areas": 3.5}), "choice: float 3.5"),
    "bytes for an area": ("load_indicators", (None, {"areas": b"183"}), "choice: bytes b'183'"),
    "nothing among areas": ("load_indicators", (None, {"areas": [None]}), "one name or code"),
    "a number for a level": ("load_areas", (3,), "level 3: no such one; expected nation, region"),
    "no level": ("load_panel", ("online_rate", "communes"), "no value of level 'communes'"),
    "two values of a square": (
        "plot_tile_map",
        (pd.Series([1.0, 2.0], index=["1", "1"]),),
        "several values of 1; expected one number a province",
    ),
    "a period that no panel holds": (
        "change_over",
        (PANEL, "2023", "2025"),
        "no period '2025'; expected two of 2023, 2024",
    ),
    "no panel to compare": ("change_over", (ONE, "2023", "2024"), "no column"),
    "no name for a file": ("export", (ONE, ""), r"export \.: a file of kind \(none\)"),
    "nothing for a file": ("export", (ONE, None), "export: NoneType None; expected a path"),
    "nothing in the cells": (
        "to_wide",
        (ONE, {"values": None}),
        "no column None; expected columns",
    ),
    "a list in the cells": ("to_wide", (ONE, {"values": ["value"]}), r"no column \['value'\]"),
    "nothing for rows": ("to_wide", (ONE, {"index": None}), "no column None; expected columns"),
    "a list to judge by": ("judge_many", (PANEL, {"by": ["area"]}), r"by: list \['area'\]"),
    "a list to rank by": ("rank_within", (PANEL, {"by": ["area"]}), r"by: list \['area'\]"),
    "text to judge": ("judge_many", (TEXTS,), "judge_many: 2 texts as value; expected numbers"),
    "text to rank": ("rank_within", (TEXTS,), "rank_within: 2 texts as value; expected numbers"),
    "text to grow": ("grow", (TEXTS,), "grow: 2 texts as value; expected numbers"),
    "two points of one window": ("judge_many", (POINTS,), "several points of area_id '1' for 2024"),
    "days that are no texts": (
        "judge_many",
        (DATED,),
        r"period_end Timestamp\('2023-12-31 00:00:00'\); expected",
    ),
    "days of Python": ("judge_many", (DAYS,), r"period_end datetime.date\(2023, 12, 31\); exp"),
    "a path for a table": ("suite_parameters", ("x.csv",), "suite_parameters: str; exp"),
    "a list for a day": ("load_areas", ("district", None, {"day": []}), r"day \[\]: no day"),
    "a list for a suite": ("make_table", (["identities"],), "suite: list"),
    "a table for squares": (
        "plot_tile_map",
        (ONE,),
        "plot_tile_map: a DataFrame; expected a Series",
    ),
    "no title": ("show_figure", (None, None, "x"), "no text; expected title and alt"),
    "a list for a level": ("load_panel", ("online_rate", []), "level: list"),
    "nothing to sum up": ("sum_communes", (None,), "district: NoneType None; expected one name"),
    "a number for a project": ("load_areas", ({"project": 5},), "project: int 5; expected a path"),
    "a table for a year": ("open_trends", ("online_rate", "", ONE), "first: DataFrame; exp"),
    "a table for a province": ("open_quality", ("vi", ONE), "province: DataFrame; expected one"),
    "a table for a period": ("change_over", (PANEL, ONE, "2024"), "first: DataFrame; expected"),
    "no column to judge": (
        "judge_many",
        (ONE.assign(area_id="1"),),
        "judge_many: no column period_start, period_end, crosses, segment, is_contested; expected",
    ),
    "no column to judge by": ("judge_many", (POINTS, "zz"), "judge_many: no column zz; expected"),
    "no column to compare": ("change_over", (ONE, "1", "2"), "no column area_id, segment; exp"),
    "no day to grow": ("grow", (PANEL,), "grow: no column period_end; expected"),
    "a column twice": (
        "grow",
        (pd.concat([POINTS, ONE[["value"]]], axis=1),),
        "grow: two columns value; expected each column once",
    ),
    "two columns to widen": (
        "to_wide",
        (pd.concat([ONE, ONE[["area"]]], axis=1),),
        "to_wide: two columns area; expected each column once",
    ),
    "no day": ("load_areas", ("district", None, {"day": "2025-13-01"}), "day '2025-13-01'"),
    "a table in load_indicators": ("load_indicators", (ONE,), "language DataFrame: .*vi or en"),
    "a table in load_observations": ("load_observations", (ONE,), "language DataFrame: .*vi or en"),
    "a table in load_findings": ("load_findings", (ONE,), "language DataFrame: .*vi or en"),
    "a table in open_quality": ("open_quality", (ONE,), "language DataFrame: .*vi or en"),
    "a table in load_transcripts": (
        "load_transcripts",
        (ONE,),
        "project: DataFrame; exp",
    ),
    "a table in load_sources": ("load_sources", (ONE,), "project: DataFrame; exp"),
    "a table in load_catalogue": ("load_catalogue", (ONE,), "project: DataFrame; exp"),
    "a table for a level": ("load_areas", (ONE,), "level: DataFrame; expected one name"),
    "a table for a language": ("open_brief", ("Đồng Gió", "2022-H1", ONE), "lang: DataFrame; exp"),
    "a table for a folder": ("validate", (ONE, {"project": ONE}), "project: DataFrame; expected"),
    "a table for areas": ("load_indicators", (None, {"areas": ONE}), "choice: DataFrame; expected"),
    "a table of names": ("match_areas", (ONE,), "names: DataFrame; expected names or codes"),
    "a table for rows": ("to_wide", (ONE, {"index": ONE}), "to_wide: DataFrame; expected names"),
    "a table in the cells": ("to_wide", (ONE, {"values": ONE}), "to_wide: DataFrame; expected"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_thing_is_told_in_a_sentence(
    case: str, processed_once: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(processed_once.root))
    name, given, said = WRONG[case]
    *given, more = given if isinstance(given[-1], dict) else (*given, {})
    with pytest.raises(CchcError, match=said):
        getattr(cchc, name)(*given, **more)


def test_rows_that_share_a_label_are_ranked_and_grow_each_by_itself() -> None:
    one = POINTS.assign(period_end=["2023-12-31", "2024-12-31"], is_full=True, polarity="higher")
    both = pd.concat([one.assign(value=[1.0, 2.0]), one.assign(area_id="2", value=[2.0, 3.0])])
    assert cchc.grow(both).fillna(0).tolist() == [0, 100, 0, 50]
    assert cchc.rank_within(both, by="").tolist() == [2, 2, 1, 1]


def test_a_period_of_pandas_is_one_of_ours(
    processed_once: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(processed_once.root))
    year = pd.Period("2022")
    with pytest.warns(UserWarning, match="where period is 2022;"):
        assert cchc.load_indicators(periods=year).empty
    with pytest.warns(UserWarning, match="where area_id is one of an empty list;"):
        assert cchc.load_indicators(areas=[]).empty
    both = cchc.load_indicators(periods=["2022-H1", year])
    assert set(both["period"]) == {"2022-H1"}
    with pytest.raises(CchcError, match="'2023Q5' is not a period"):
        cchc.load_indicators(periods="2023Q5")


def test_our_own_columns_are_known_where_our_tables_are_validated(
    processed_once: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(processed_once.root))
    for names in (None, "en"):
        assert cchc.validate(cchc.load_indicators(names)).attrs["passed_over"] == []
    assert cchc.validate(cchc.load_observations()).attrs["passed_over"] == []


def test_what_is_opened_is_a_line_and_html(
    processed_once: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(processed_once.root))
    brief = cchc.open_brief("Đồng Gió", "2022-H1")
    assert repr(brief) == "<Brief Huyện Đồng Gió, 2022-H1, vi>"
    assert "<h1" in brief._repr_html_()
    quality = cchc.open_quality("en")
    assert repr(quality) == "<Quality of 3 sources, en>"
    assert "<h1" in quality._repr_html_()


def test_what_is_shown_wears_the_look_of_its_page_and_styles_nothing_else(
    processed_once: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(processed_once.root))
    brief = cchc.open_brief("Đồng Gió", "2022-H1")
    board = cchc.open_trends("on_time_rate")
    profile = cchc.open_profile("Đồng Gió")
    theme = next(iter(profile.sections.values()))
    for each in (brief, cchc.open_quality(), board, profile, theme, brief.show_cards()):
        html = each._repr_html_()
        style = html.removeprefix(LOOK).partition(LOOK_ENDS)[0]
        assert html.startswith('<div class="cchc"><style>@font-face{')
        assert html.endswith("</div>")
        assert html.count("<div") == html.count("</div>")
        assert html.count(LOOK) == 1
        assert ".cards{" in style
        rules = tinycss2.parse_stylesheet(style, skip_whitespace=True)
        assert [rule.type for rule in rules] == ["at-rule", "qualified-rule"]
        assert tinycss2.serialize(rules[1].prelude) == ".cchc.cchc"
        assert not re.search(r"@page|:root|[{}](html|body)\b[^{}]*(?<! &){", style)


def test_a_page_by_hand_holds_no_style_of_a_notebook(processed_once: Project) -> None:
    words = load_words(processed_once.notebooks / "page", "vi")
    section = Section(Markup("<section><h1>1</h1></section>\n"), folder=words.folder)
    shown = new_output("display_data", dict(section._repr_mimebundle_()))
    cells = [new_code_cell(outputs=[shown])]
    exporter = make_exporter(processed_once.notebooks, "vi")
    page, _ = exporter.from_notebook_node(new_notebook(cells=cells))
    assert LOOK in shown.data["text/html"]
    assert page.count("<style>") == 1
    assert '<main id="main">\n<section><h1>1</h1></section>\n</main>' in page


def test_the_page_of_a_notebook_holds_no_style_of_a_notebook(
    processed_once: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(processed_once.root))
    cell = "import cchc_analysis as cchc\ncchc.open_brief('Đồng Gió', '2022-H1').show_cards()"
    notebook = tmp_path / "own.ipynb"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = new_notebook(cells=[new_code_cell(cell)], metadata={"kernelspec": kernel})
    nbformat.write(made, notebook)
    executed = execute_notebook(notebook, {}, "cchc")
    words = load_words(processed_once.notebooks / "page", "vi")
    page = export_body("".join(show_own_cells(executed, words)), processed_once, words)
    assert LOOK not in page
    assert '<main id="main">\n<section' in page


def test_a_table_and_the_file_made_of_it_are_cited_alike(
    processed_once: Project, tmp_path: Path
) -> None:
    root = processed_once.root
    plans = cchc.load_indicators(areas="Sông Mây", status=None, project=root)
    early = plans[plans["source_id"] == plans["source_id"].iloc[0]]
    _, note = cchc.export(early, tmp_path / "early.csv", project=root)
    assert f"Cite as: {cchc.cite(early, project=root)}\n" in note.read_text("utf-8")


def test_a_wide_table_is_cited_and_told_with_the_sources_of_its_rows(
    processed_once: Project, tmp_path: Path
) -> None:
    root = processed_once.root
    rates = cchc.load_indicators("vi", indicators="on_time_rate", project=root)
    held = {each for cell in rates["source_id"] for each in cell.split()}
    assert held < {*cchc.load_sources(root)["source_id"]}
    wide = cchc.to_wide(rates, ["area", "scope"])
    assert str(cchc.cite(wide, root)) == str(cchc.cite(rates, root))
    for form, table in (("xlsx", wide.reset_index()), ("parquet", wide.round(1))):
        _, note = cchc.export(table, tmp_path / f"w.{form}", project=root)
        told = note.read_text("utf-8").partition("Sources and licences\n")[2]
        assert "Of all values together, as to_wide took them" in told
        assert set(re.findall(r"^  (\w+):", told, re.MULTILINE)) == held
    _, note = cchc.export(ONE, tmp_path / "one.csv", project=root)
    assert "its sources are not told apart here" in note.read_text("utf-8")


def test_a_citation_says_who_until_when_and_where(tmp_path: Path) -> None:
    people = "authors:\n- name: Some Office\n- family-names: B\n  given-names: A\n"
    told = f"title: Made up\nurl: https://example.org/a_b\n{people}"
    (tmp_path / CITATION).write_text(told, "utf-8")
    ends = ["2024-06-30", "2023-12-31", "2025-12-31"]
    sources = pd.DataFrame({"kind": ["report", "report", "plan"], "period_end": ends})
    cited = cite_data(tmp_path, "1.2", sources)
    where = "data to 2024-06-30. https://example.org/a_b."
    assert str(cited) == f"Some Office, B A. Made up, version 1.2. {where}"
    assert cited.bibtex.splitlines() == [
        "@software{cchc-1-2,",
        "  author = {{Some Office, B A}},",
        "  title = {Made up},",
        "  version = {1.2},",
        "  year = {2024},",
        "  note = {data to 2024-06-30},",
        r"  url = {https://example.org/a\_b},",
        "}",
    ]


@pytest.mark.parametrize("text", ["- a", "abc", "authors: x", "authors:\n- 5"])
def test_a_citation_file_that_is_none_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / CITATION).write_text(text, "utf-8")
    with pytest.raises(CchcError, match="under authors: a list of names"):
        cite_data(tmp_path, "1", pd.DataFrame({"kind": [], "period_end": []}))


def test_marks_that_may_be_missing_go_to_stata(processed_once: Project, tmp_path: Path) -> None:
    marks = pd.DataFrame(
        {"is_new": pd.array([True, None], dtype="boolean"), "is_old": [True, False]}
    )
    path, _ = cchc.export(marks, tmp_path / "a.dta", project=processed_once.root)
    read = pd.read_stata(path).fillna(-1)
    assert read.to_numpy(float).tolist() == [[1, 1], [-1, 0]]


@pytest.mark.parametrize(
    ("table", "found"),
    [(pd.DataFrame([[1, 2]], columns=["a", "a"]), "two columns a"), (pd.DataFrame(), "no columns")],
)
def test_a_table_that_no_file_can_hold_is_told(
    table: pd.DataFrame, found: str, processed_once: Project, tmp_path: Path
) -> None:
    with pytest.raises(CchcError, match=found):
        cchc.export(table, tmp_path / "a.csv", project=processed_once.root)


@pytest.mark.parametrize("name", ["closed/a.csv", f"{'a' * 300}.csv"])
def test_a_place_that_cannot_be_written_to_is_told_by_its_name(
    name: str, processed_once: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:  # rights bind everybody but the superuser
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), ".a.csv.new-12345678")

    (tmp_path / "closed").mkdir()
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    with pytest.raises(CchcError) as told:
        cchc.export(ONE, tmp_path / name, project=processed_once.root)
    assert f"export {tmp_path / name}: " in str(told.value)
    assert ".new-" not in str(told.value)
    assert list((tmp_path / "closed").iterdir()) == []


def test_an_empty_choice_has_all_columns_and_says_why(
    processed_once: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(processed_once.root))
    whole = cchc.load_indicators("vi")
    with pytest.warns(UserWarning, match="Nothing is held where period is 2030"):
        none = cchc.load_indicators("vi", periods=2030)
    assert len(whole)
    assert none.empty
    assert list(none.columns) == list(whole.columns)
    assert cchc.export(none, tmp_path / "none.csv")[0].is_file()
    days = dict.fromkeys(("period_start", "period_end", "crosses"), "")
    words = cchc.judge_many(PANEL.iloc[:0].assign(**days, is_contested=False))
    assert (words.tested, list(words.table.columns[:2])) == (0, ["area_id", "word"])


def test_rows_of_a_report_that_count_other_days_are_told(
    processed_once: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report on six months may count dossiers from 15 December to 14 June."""
    monkeypatch.setenv("CCHC_ROOT", str(processed_once.root))
    given = front.find_given()
    rows, days = given.tables.indicators, ("2021-12-15", "2022-05-14")
    is_moved = rows["source_id"].eq("dong_gio_2022_h1") & rows["period_start"].ne("")
    moved = rows.mask(
        is_moved, rows.assign(period_start=days[0], period_end=days[1], period="/".join(days))
    )
    told = replace(given, tables=replace(given.tables, indicators=moved))
    monkeypatch.setattr(front, "find_given", lambda _: told)
    said = rf"Left out: {is_moved.sum()} rows of reports on 2022-H1 .* such as 2021-12-15/"
    with pytest.warns(UserWarning, match=said):
        held = cchc.load_indicators(areas="Đồng Gió", periods=iter(["2022-H1"]))
    assert held["period_start"].isna().all()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        named = cchc.load_indicators(areas="Đồng Gió", periods=["2022-H1", "/".join(days)])
        whole = cchc.load_indicators(areas="Đồng Gió")
        cchc.load_indicators(areas="Sông Mây", periods="2022-H1")
    assert len(named) == len(whole) == len(held) + is_moved.sum()


def test_a_new_project_without_sources_is_answered_in_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "own"
    assert main(["init", str(root)]) == 0
    assert main(["--root", str(root), "process"]) == 0
    monkeypatch.setenv("CCHC_ROOT", str(root))
    held = cchc.load_indicators("vi", periods="2024")
    assert held.empty
    assert list(held.columns) == list(cchc.load_indicators("vi", project=ROOT).columns)
    assert cchc.load_findings("en", areas="Lạng Sơn").empty
    with pytest.raises(CchcError, match="indicator dti: no value"):
        cchc.load_panel("dti")


def test_a_new_project_takes_a_panel_before_any_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "own"
    assert main(["init", str(root)]) == 0
    table, mapping = tmp_path / "hand.csv", tmp_path / "hand.yml"
    table.write_text("Tỉnh,Năm,Điểm\nLạng Sơn,2023,7.2\nLạng Sơn,2024,7.31\n", "utf-8")
    mapping.write_text(
        "panel: hand\ncolumns: {area: Tỉnh, period: Năm}\nvalues: {Điểm: papi_procedures}\n"
        "constants: {}\nsources:\n  - {source_id: hand, publisher: Me, title: By hand, "
        "url: 'https://example.org', licence: CC BY 4.0, publish: yes}\n",
        "utf-8",
    )
    project = ("--root", str(root))
    assert main([*project, "add-panel", str(table), "--mapping", str(mapping)]) == 0
    assert capsys.readouterr().out.endswith("Next: cchc process.\n")
    assert main([*project, "process"]) == 0
    held = cchc.load_indicators("en", areas="Lạng Sơn", project=root)
    assert held["period"].tolist() == ["2023", "2024"]
    assert held["value"].tolist() == [7.2, 7.31]


def test_a_panel_names_the_areas_that_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    given = front.find_given(None)
    sources, indicators = given.tables.sources, given.tables.indicators
    kept = {*sources.loc[sources["kind"] == "panel", "source_id"], *SHIPPED_REPORTS}
    is_kept = indicators["source_id"].map(lambda each: kept.issuperset(each.split()))
    shipped = replace(given, tables=replace(given.tables, indicators=indicators[is_kept]))
    monkeypatch.setattr(front, "find_given", lambda _: shipped)
    beside = r"as of other windows or scopes than .* the like: 35 values \(2022, 2023, 2024"
    with pytest.warns(UserWarning, match=beside):  # the window of one year, not of three
        assert set(cchc.load_panel("service_index_total", "province")["year"]) == {2026}
    only = "Left out, as held in other windows .*: Huyện Cao Lộc; as of .*"
    same_days = (
        r"than whole_district (\S+) .*: 2 values \(commune_aggregate \1, district_office \1\)"
    )
    with pytest.warns(UserWarning, match=only + same_days):
        panel = cchc.load_panel("on_time_rate", "district")
    assert set(panel["area_id"]) == {"184", "665"}


def test_a_table_in_place_of_its_name_is_answered_with_the_names() -> None:
    with pytest.raises(CchcError, match="DataFrame: no such table; expected indicators, "):
        cchc.describe_columns(cchc.load_sources())


def test_findings_that_concern_no_one_scope_have_no_name_of_a_scope() -> None:
    findings = cchc.load_findings("vi")
    unnamed = findings["scope"] == ""
    assert unnamed.any()
    assert set(findings.loc[unnamed, "scope_label"]) == {""}
    assert "" not in set(findings.loc[~unnamed, "scope_label"])


@pytest.mark.parametrize(
    ("segments", "why"),
    [
        ({"breaks": ["", "new_questions"]}, r"the series of 1 area .* break .* \(new_questions\)"),
        ({}, "the series of 1 area held in both break in between"),
        ({"area_id": ["1", "2"]}, "no area is held in both"),
    ],
)
def test_where_nothing_can_be_compared_a_warning_says_why(
    segments: dict[str, list[str]], why: str
) -> None:
    panel = PANEL.assign(segment=[1, 2], **segments)
    with pytest.warns(UserWarning, match=f"^Nothing to compare between 2023 and 2024: {why}.$"):
        assert cchc.change_over(panel, "2023", "2024").empty
