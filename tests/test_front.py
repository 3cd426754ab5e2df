"""The front of a brief: short, whole, and led back to its annex; what it shows is a file."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from jinja2 import Environment

from brief_work import (
    PLAIN_REPORT,
    PROJECT,
    list_values,
    load_words_of,
    made_up_reference,
    make_tables,
    open_made_up,
    open_real_briefs,
    read_text,
    tell_annex,
    tell_front,
)
from cchc_analysis import brief as briefs
from cchc_analysis.brief import plots
from cchc_analysis.brief.brief_sections import say_headline
from cchc_analysis.brief.content import ANNEX, Brief
from cchc_analysis.brief.lists import make_card
from cchc_analysis.brief.report import load_report
from cchc_analysis.brief.templates import LOOK_ENDS, load_macros, render
from cchc_analysis.data.records import DEFINITION_COLUMNS
from cchc_analysis.data.words import load_words
from cchc_analysis.errors import BriefError
from cchc_analysis.site.pages import ANNEX_SHOWS, SHOWS
from test_links import check_scopes

MOST_BYTES = 60_000
MOST_OF_ANNEX = 150_000


@pytest.fixture(scope="module")
def real() -> list[Brief]:
    """Every real brief in both languages."""
    return open_real_briefs()


def test_the_table_of_the_themes_holds_what_they_and_no_later_cells_tell(
    real: list[Brief],
) -> None:
    brief = replace(real[1])
    brief.show_head()
    themes, told = brief.show_themes(), list(brief.front.used.values())
    brief.show_goals()
    brief.show_summary()
    assert len(brief.front.used) > len(told)
    assert themes.table["figures"].tolist() == brief.tabulate_entries(told)["figures"].tolist()


def test_a_front_is_small_and_leads_to_its_annex(real: list[Brief]) -> None:
    for brief in real:
        front, annex = tell_front(brief), tell_annex(brief)
        assert len(front.encode()) <= MOST_BYTES
        assert len(annex.encode()) <= MOST_OF_ANNEX
        wanted = {link.partition("#")[2] for link in list_values("href", front) if ANNEX in link}
        assert wanted - {""} <= set(list_values("id", annex))
        assert len(wanted) > 10
        back = {link.partition("#")[2] for link in list_values("href", annex) if "#f-" in link}
        assert back
        assert back <= set(list_values("id", front))
        here = {link[1:] for link in list_values("href", front) if link.startswith("#")}
        assert here <= set(list_values("id", front))


def test_the_notes_of_a_front_hold_every_number_on_it(real: list[Brief]) -> None:
    for brief in real:
        body, _, notes = tell_front(brief).partition('<h2 id="refs">')
        numbers = set(re.findall(rf'href="{ANNEX}#(n-[^"]+)" data-n', body))
        assert numbers
        assert numbers <= set(re.findall(rf'href="{ANNEX}#(n-[^"]+)"', notes))
        printed = dict(re.findall(rf'href="{ANNEX}#(n-[^"]+)" data-n="(\d+)"', body))
        for note, number in printed.items():
            assert re.search(rf'<sup>\[{number}\]</sup> <a href="{ANNEX}#{note}"', notes)


def test_a_number_says_on_hover_where_it_stands_and_how_it_is_printed() -> None:
    front = tell_front(open_made_up(make_tables(PLAIN_REPORT)))
    assert 'title="II.1, dòng 1: “1.250”"' in front


def test_a_head_says_once_that_nothing_is_contradicted() -> None:
    none, one = (make_tables(PLAIN_REPORT, findings=own) for own in ([], [{}]))
    head = read_text(open_made_up(none).show_head().html)
    assert "không có mâu thuẫn" in head
    assert "mâu thuẫn: " not in head
    assert "mâu thuẫn: 1" in read_text(open_made_up(one).show_head().html)


def test_front_and_annex_draw_a_chart_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, sketch = list[str](), plots.sketch

    def draw(plot: Any, data: Any) -> Any:
        drawn.append(f"{plot.__name__} {data.to_csv()}")
        return sketch(plot, data)

    monkeypatch.setattr(plots, "sketch", draw)
    brief = open_made_up(make_tables(PLAIN_REPORT))
    assert "<figure" in tell_front(brief)
    assert "<figure" in tell_annex(brief)
    assert drawn
    assert len(set(drawn)) == len(drawn)


def test_a_heading_breaks_before_the_name_of_its_area(real: list[Brief]) -> None:
    for brief in real:
        for page in (tell_front(brief), tell_annex(brief)):
            (heading,) = re.findall(r"<h1>(.*?)</h1>", page)
            assert f'<span class="kept">{brief.words.place(brief.area)},</span>' in heading
            assert ".kept{display:inline-block}" in page


def test_both_languages_of_a_front_hold_the_same_numbers(real: list[Brief]) -> None:
    for one, other in zip(real[::2], real[1::2], strict=True):
        notes = [
            re.findall(rf'href="{ANNEX}#(n-[^"]+)"', tell_front(each)) for each in (one, other)
        ]
        assert notes[0] == notes[1]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_headline_puts_performance_first_and_names_scope_and_target(lang: str) -> None:
    rates = "M040 II.1 on_time_rate district_office 98,2\nM041 II.1 online_rate district_office 70"
    goal = "P001 II.1 on_time_rate district_office 99 target >= 2022-01-01..2022-06-30"
    brief = open_made_up(make_tables(rates, goal), lang)
    said = say_headline(brief.front)
    text = read_text(said)
    assert "98,2%" in text or "98.2%" in text
    assert "chưa đạt chỉ tiêu" in text or "short of the target" in text
    assert check_scopes(said.replace(f"{ANNEX}#", "#"), brief) == 1


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        ("M040 II.1 on_time_rate district_office 98,2\n", "chưa thống nhất trong báo cáo"),
        ("", "Tính từ số liệu chưa thống nhất trong báo cáo."),
    ],
)
def test_a_headline_says_of_a_rate_of_ours_that_its_figures_disagree(rate: str, said: str) -> None:
    contested = {"figures": "M040" if rate else "M004", "severity": "warning"}
    brief = open_made_up(make_tables(PLAIN_REPORT + rate, findings=[contested]))
    [entry] = [each for each in brief.entries if each.indicator == "on_time_rate"]
    entry.is_contested = True
    text = read_text(say_headline(brief.front))
    assert said in text
    assert ("Tính từ" in text) == (not rate)


def test_what_is_stated_in_part_is_shown_and_not_called_missing() -> None:
    report = "M009 II.1 dossiers_pending_in_term district_office 57\n"
    report += "M011 II.2 staff_commune_present commune_aggregate 433\n"
    report += "M012 II.2 staff_commune_quota commune_aggregate 440\n"
    brief = open_made_up(make_tables(report))
    shown = brief.show_cards()
    assert {"dossiers_pending_in_term", "commune_staff_filled_rate"} <= {*shown.table["indicator"]}
    assert "đang giải quyết: tổng số" not in read_text(shown.html)
    assert "98,41%" in [each.get("text") for each in make_card(brief)["figures"]]
    assert "đang giải quyết: tổng số" in read_text(
        open_made_up(make_tables("M001 I online_rate whole_district 3")).show_cards().html
    )


def test_numbers_read_as_an_official_writes_them() -> None:
    report = "M001 II.1 online_rate whole_district 100 actual >=\n"
    report += "M002 VI par_index_rank whole_district 26\n"
    report += "M003 VI par_score_self_total whole_district 71 estimate\n"
    page = read_text(tell_front(open_made_up(make_tables(report))))
    assert "100%" in page
    assert "≥" not in page
    assert "tự chấm" in page
    assert "số ước" not in page
    goal = "P001 VI par_index_rank whole_district 30 target <="
    told = read_text(tell_annex(open_made_up(make_tables(report, goal))))
    assert "hạng 26" in told


@pytest.mark.parametrize(
    ("stated", "is_drawn"),
    [
        ("M001 II online_rate district_office 70", False),
        (
            "M001 II dossiers_received_online district_office 630\n"
            "M003 II dossiers_received_total district_office 900",
            True,
        ),
    ],
)
def test_a_legend_of_intervals_stands_only_where_one_is_drawn(stated: str, is_drawn: bool) -> None:
    report = f"{stated}\nM002 II online_rate commune_aggregate 60\n"
    page = read_text(tell_annex(open_made_up(make_tables(report))))
    assert "% số hồ sơ tiếp nhận" in page
    assert ("vạch đậm" in page) == is_drawn


@pytest.mark.parametrize(("lang", "said"), [("vi", "87,6–90,9"), ("en", "87.6–90.9")])
def test_a_drawn_interval_is_told_as_its_note_tells_it(
    real: list[Brief], lang: str, said: str
) -> None:
    brief = next(each for each in real if each.area["area_id"] == "183" and each.lang == lang)
    assert f"% ({said})</title>" in tell_front(brief).replace("\n", "")
    assert f"(Wilson): {said}." in read_text(tell_annex(brief))


def test_a_report_without_a_key_figure_still_has_a_front() -> None:
    front = read_text(
        tell_front(open_made_up(make_tables("M001 I legal_docs_issued whole_district 3")))
    )
    assert "không có số liệu chính nào" in front
    assert "Chưa có số liệu chính nào." in front


def test_a_report_without_a_key_figure_keeps_its_first_chart() -> None:
    posts = "M001 II.3 contract111_total_present whole_district 57\n"
    posts += "M002 II.3 contract111_total_quota whole_district 62"
    front = read_text(tell_front(open_made_up(make_tables(posts))))
    assert "Chưa có số liệu chính nào." in front
    assert "có mặt 57 trên 62" in front


def test_sections_give_a_table_and_a_short_name(real: list[Brief]) -> None:
    for show in (*SHOWS, *ANNEX_SHOWS):
        section = show(real[0])
        assert len(repr(section)) < 60
        shown = section._repr_html_().partition(LOOK_ENDS)[2]
        assert shown == f"{section.html}</div>"
    cao_loc = next(brief for brief in real if brief.area["area_id"] == "183")
    cards = cao_loc.show_cards()
    assert cards.table["indicator"].tolist()[0] == "on_time_rate"
    assert len(cards.table) == cards.html.count('class="big"')


# What a front shows is a file


def write_report(folder: Path, *changes: tuple[str, str]) -> Path:
    text = (PROJECT.notebooks / "report.yml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "report.yml").write_text(text, "utf-8")
    return folder


def test_a_line_in_the_file_is_a_card_on_the_page(tmp_path: Path) -> None:
    shutil.copytree(PROJECT.notebooks, tmp_path / "notebooks")
    added = ("cards:", "cards:\n  - [dossiers_resolved_early]\n  #")
    write_report(tmp_path / "notebooks", added)
    words = load_words(tmp_path / "notebooks" / "page", "vi")
    brief = briefs.open_brief(
        make_tables(PLAIN_REPORT), made_up_reference(), words, "991", "2022-H1"
    )
    assert brief.show_cards().table["indicator"].tolist()[0] == "dossiers_resolved_early"


@pytest.mark.parametrize(
    ("stated", "is_missing"),
    [("", True), ("M011 VI.1 par_score_total whole_district 84,27\n", False),
     ("M011 VI.1 par_index whole_district 84,27\n", False)],
)  # fmt: skip
def test_an_index_stated_in_points_is_not_called_missing(stated: str, is_missing: bool) -> None:
    brief = open_made_up(make_tables(PLAIN_REPORT + stated))
    page = read_text(tell_front(brief))
    [missing] = re.findall(r"Chưa có số liệu:[^.]*", page)
    assert ("chỉ số CCHC: tổng điểm tự đánh giá" in missing) == is_missing
    assert "PAR INDEX" not in missing
    assert ("84,27" in page) != is_missing


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[on_time_rate]", "[on_tme_rate]", "Did you mean on_time_rate"),
        ("[on_time_rate]", "[online_rate]", "cards: online_rate twice"),
        ("front: flow", "front: flwo", "unknown chart 'flwo'"),
        ("front: flow", "front: posts", "front posts"),
        ("  steering: {}", "  steerin: {}", "unknown area 'steerin'"),
        (", dossiers_carried_over: pale}", "}", "charts.flow: 3 codes, 1 in came"),
        ("columns: [total, started,", "columns: [", "its columns lack total, started"),
        ("columns: [province_plan,", "table: [] # ", "its columns lack every share"),
        ("cards:", "crads:", "crads"),
        ("cards:", "cards: [", "not YAML"),
        ("cards:", "quoted: [pci]\ncards:", "the key 'quoted' stands twice"),
    ],
)
def test_a_mistake_in_the_file_is_a_sentence(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(BriefError, match=re.escape(said)) as error:
        load_report(write_report(tmp_path, (old, new)), made_up_reference())
    assert error.value.exit_code == 6
    assert "notebooks/report.yml" in str(error.value)


def test_an_empty_or_absent_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BriefError, match=re.escape("report.yml")):
        load_report(tmp_path, made_up_reference())
    for content, said in (("", "an empty file"), ("{}", "cards"), ("- a", "valid dictionary")):
        (tmp_path / "report.yml").write_text(content, "utf-8")
        with pytest.raises(BriefError, match=f"notebooks/report.yml.*{said}"):
            load_report(tmp_path, made_up_reference())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ nothing }}", "'nothing' is undefined"),
        ("a\n{% if %}", "line 2"),
        (None, "absent.html.j2"),
    ],
)
def test_a_mistake_in_a_template_is_a_sentence(tmp_path: Path, text: str | None, said: str) -> None:
    if text:
        (tmp_path / "absent.html.j2").write_text(text, "utf-8")
    words = replace(load_words_of("vi"), folder=tmp_path)
    with pytest.raises(BriefError, match=re.escape(said)):
        render(words, "absent")


def test_a_template_is_compiled_once_for_all_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def say(folder: str) -> str:
        place = tmp_path / folder
        place.mkdir()
        (place / "said.html.j2").write_text("{{ a }}", "utf-8")
        return str(render(replace(load_words_of("vi"), folder=place), "said", a=5))

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert say("first") == "5"
    (kept,) = tmp_path.rglob("*.cache")
    with monkeypatch.context() as change:
        change.setattr(Environment, "compile", lambda *_: pytest.fail("compiled again"))
        assert say("elsewhere") == "5"
    kept.write_bytes(b"j2")  # damaged: it is compiled again
    assert say("anew") == "5"
    assert kept.stat().st_size > 2
    monkeypatch.setattr(tempfile, "tempdir", str(kept))  # nowhere to keep it
    assert say("nowhere") == "5"


def test_templates_escape_what_they_are_told() -> None:
    assert "<b>" not in load_macros(load_words_of("vi")).link("#n-1", "<b>5</b>")


def test_a_satisfaction_index_is_the_satisfaction_that_a_report_states() -> None:
    stated = "M011 II.5 sipas whole_district 94,6\n"
    brief = open_made_up(make_tables(PLAIN_REPORT + stated))
    assert "sipas" in brief.show_cards().table["indicator"].tolist()
    page = read_text(tell_front(brief)) + read_text(tell_annex(brief))
    told = re.findall(r"[Cc]hưa có(?: số liệu)?:[^.]*", page)
    assert len(told) > 1
    assert not any("hài lòng" in each for each in told)
    assert "Mức độ hài lòng theo báo cáo là 94,6%" in page


@pytest.mark.parametrize(
    ("stated", "carried", "is_told"),
    [("dossiers_received_online district_office 1.080", "50", True),
     ("dossiers_received_online district_office 1.080", "0", False),
     ("online_rate district_office 90", "50", False)],
)  # fmt: skip
def test_a_share_of_all_received_says_that_some_were_carried_over(
    stated: str, carried: str, is_told: bool
) -> None:
    report = PLAIN_REPORT.replace(
        "carried_over district_office 50", f"carried_over district_office {carried}"
    )
    brief = open_made_up(make_tables(f"{report}M011 II.1 {stated}\n"))
    assert "online_rate" in brief.show_cards().table["indicator"].tolist()
    assert ("gồm kỳ trước chuyển sang" in read_text(brief.show_cards().html)) == is_told


def test_the_denominators_that_a_report_follows_are_told() -> None:
    """Of those that its figures show: the catalogue names the one by which we work rates out."""
    report = "M001 II dossiers_received_online district_office 630\n"
    report += "M002 II online_rate district_office 66,3\n"
    followed = ["report", "online_denominator", "D25"], ["report", "online_whole", "D47"]
    definitions = pd.DataFrame([*followed], columns=list(DEFINITION_COLUMNS))
    tables = replace(make_tables(report), definitions=definitions)
    told = read_text(tell_annex(open_made_up(tables)))
    own = "Tỷ lệ trực tuyến là hồ sơ trực tuyến chia cho hồ sơ trực tuyến cộng trực tiếp."
    assert f"Theo các số của chính báo cáo: {own} Định nghĩa của các số liệu khác" in told


@pytest.mark.parametrize(
    ("code", "said"), [("staff_commune", "biên chế"), ("contract111_total", "chỉ tiêu")]
)
def test_posts_are_called_posts_and_contracts_are_not(code: str, said: str) -> None:
    for present, form in ((57, "có mặt 57 trên 62"), (64, "có mặt 64, vượt 62")):
        posts = f"M011 II.3 {code}_present whole_district {present}\n"
        posts += f"M012 II.3 {code}_quota whole_district 62"
        page = read_text(tell_front(open_made_up(make_tables(PLAIN_REPORT + posts))))
        assert f"{form} {said} được giao" in page
