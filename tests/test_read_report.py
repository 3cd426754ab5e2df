"""From a document to a draft, a review page, and an accepted source."""

from __future__ import annotations

import csv
import re
import runpy
import shutil
from pathlib import Path

import pandas as pd
import pytest

from cchc_analysis import pipeline
from cchc_analysis.cli import main
from cchc_analysis.data.reference import Project
from cchc_analysis.errors import CommandError, ReportError
from cchc_analysis.panels.register import PANEL_COLUMNS, PANEL_SOURCE_COLUMNS
from cchc_analysis.pipeline import remove_source
from cchc_analysis.read.drafting import read_report
from cchc_analysis.read.review import accept_source
from cchc_analysis.read.transcripts import (
    UNDECIDED,
    check_times,
    open_draft,
    read_sources,
    read_transcripts,
)
from conftest import confirm_all

REPORTS = Path(__file__).resolve().parent / "made_up" / "reports"
HOSTILE = "Trong kỳ tiếp nhận 12 hồ sơ <script>alert(1)</script> của ông Trần Văn Thử.\n"


def snapshot(project: Project) -> dict[str, bytes]:
    return {
        str(path.relative_to(project.root)): path.read_bytes()
        for folder in (project.raw, project.build)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_report_becomes_a_draft_that_counts_when_accepted(
    project: Project, tmp_path: Path
) -> None:
    before = len(read_transcripts(project.raw).transcripts)
    text = (REPORTS / "dong_gio_2022_9m.txt").read_text("utf-8")
    path = tmp_path / "dong_gio_2022_9m.txt"
    # The quantity of F015 with another value: neither can be sure.
    said = "(cấp huyện 1.120 hồ sơ, cấp xã 7.094 hồ sơ)"
    path.write_text(text.replace(said, "(cấp huyện 1.120 hồ sơ, cấp huyện 7.094 hồ sơ)"), "utf-8")
    result = read_report(project, path)
    assert result.source_id == "dong_gio_2022_9m"
    sources = read_sources(project.raw).set_index("source_id")
    assert sources.loc[result.source_id, "state"] == "draft"
    assert sources.loc[result.source_id, "number"] == "41/BC-NV"
    assert len(read_transcripts(project.raw).transcripts) == before, "a draft never counts"
    assert {"F012.indicator", "F015.indicator"} <= {*result.undecided}
    with pytest.raises(ReportError, match=r"10 cells .*F007.indicator, .*question mark"):
        accept_source(project, result.source_id)
    confirm_all(project, result.source_id)
    offered = pd.read_csv(result.transcript, dtype=str, keep_default_na=False)
    offered.loc[0, ["note_vi", "note_en"]] = ["có thể là: tthc_total", "may be: tthc_total"]
    offered.loc[1, ["note_vi", "note_en"]] = ["ghi tay", "by hand"]
    offered.to_csv(result.transcript, index=False)
    mapped, unmapped, _ = accept_source(project, result.source_id)
    assert (mapped, mapped + unmapped) == (result.mapped, result.figures)
    assert len(read_transcripts(project.raw).transcripts) == before + result.figures
    accepted = pd.read_csv(result.transcript, dtype=str, keep_default_na=False)
    assert [*filter(None, accepted["note_vi"])] == ["ghi tay"], "no code that was offered"
    assert [*filter(None, accepted["note_en"])] == ["by hand"]


def test_a_draft_is_taken_back_and_its_transcript_laid_aside(project: Project) -> None:
    def list_raw() -> dict[str, bytes]:
        return {name: each for name, each in snapshot(project).items() if "data" in name}

    before = list_raw()
    drafted = read_report(project, REPORTS / "dong_gio_2022_9m.txt")
    text = drafted.transcript.read_text("utf-8")
    row = read_sources(project.raw).query("source_id == @drafted.source_id")
    aside = remove_source(project, drafted.source_id)
    assert (aside / drafted.transcript.name).read_text("utf-8") == text
    assert (aside / drafted.review.name).is_file()
    assert pd.read_csv(aside / "sources.csv", dtype=str, keep_default_na=False).equals(row)
    assert list_raw() == before
    with pytest.raises(ReportError, match="expected a source"):
        remove_source(project, drafted.source_id)
    with pytest.raises(ReportError, match=r"expected a draft\. Read the report"):
        accept_source(project, drafted.source_id)
    with pytest.raises(ReportError, match="accepted already"):
        accept_source(project, "song_may_2022_h1")
    assert list_raw() == before


def test_the_same_report_counts_once(project: Project) -> None:
    path = REPORTS / "dong_gio_2022_9m.txt"
    result = read_report(project, path)
    confirm_all(project, result.source_id)
    accept_source(project, result.source_id)
    before = read_sources(project.raw)
    said = "source another: the very file of dong_gio_2022_9m, which is accepted"
    with pytest.raises(ReportError, match=said):
        read_report(project, path, source_id="another")
    assert read_sources(project.raw).equals(before)
    remove_source(project, result.source_id)
    assert read_report(project, path, source_id="another").source_id == "another"


def test_a_document_drafted_twice_is_accepted_once(project: Project, tmp_path: Path) -> None:
    """Whether its file is read under two ids, or a copy of it that differs in a digit."""
    path, copy = REPORTS / "dong_gio_2022_9m.txt", tmp_path / "copy.txt"
    copy.write_text(path.read_text("utf-8").replace("1.120 hồ sơ", "1.121 hồ sơ"), "utf-8")
    first = read_report(project, path, source_id="first")
    again = read_report(project, path, period="2021-12-15/2022-09-14", source_id="again")
    copied = read_report(project, copy, source_id="copied")
    assert not [each for each in first.remarks if "as well" in each]
    assert again.remarks[-1:] == ("the document of first (draft) as well, by its file",)
    by_number = "by its number, 41/BC-NV, its date and its area"
    assert copied.remarks[-2:] == (
        f"the document of again (draft) as well, {by_number}",
        f"the document of first (draft) as well, {by_number}",
    )
    for drafted in (first, again, copied):
        confirm_all(project, drafted.source_id)
    accept_source(project, "first")
    before = snapshot(project)
    way = "Take one of the two back: cchc remove first, or cchc remove again."
    with pytest.raises(ReportError, match=f"the document of first, .* by its file; .*{way}"):
        accept_source(project, "again")
    with pytest.raises(ReportError, match=f"source copied: the document of first, .*{by_number}"):
        accept_source(project, "copied")
    assert snapshot(project) == before
    remove_source(project, "first")
    accept_source(project, "copied")


def test_two_reports_in_one_file_are_two_documents(project: Project, tmp_path: Path) -> None:
    head = "UBND HUYỆN {}\nSố: 12/BC-UBND\nCao Lộc, ngày 28 tháng 3 năm 2023\nBÁO CÁO\n"
    head += "Cải cách hành chính quý I năm 2023\n"
    text = f"Toàn huyện tiếp nhận 612 hồ sơ.\n{'Không có.' * 2}\n" + "Không có gì.\n" * 6
    both = head.format("CAO LỘC") + text + head.format("VĂN QUAN") + text
    (tmp_path / "two.txt").write_text(both, "utf-8")
    for name, area in (("one", "huyện Cao Lộc"), ("other", "huyện Văn Quan")):
        drafted = read_report(project, tmp_path / "two.txt", area=area, source_id=name)
        assert not [each for each in drafted.remarks if "as well" in each]
        confirm_all(project, name)
        accept_source(project, name)
    whole = read_report(project, tmp_path / "two.txt", area="huyện Sông Mây", source_id="whole")
    assert [each for each in whole.remarks if "the document of other (accepted) as well" in each]
    confirm_all(project, "whole")
    with pytest.raises(ReportError, match=r"(?s)the document of one, .* of other,"):
        accept_source(project, "whole")


def test_a_report_that_is_read_again_with_days_of_its_own_keeps_its_id(project: Project) -> None:
    path = REPORTS / "dong_gio_2022_9m.txt"
    drafted = read_report(project, path)
    again = read_report(project, path, period="2021-12-15/2022-09-14")
    assert again.source_id == drafted.source_id
    source = read_sources(project.raw).set_index("source_id").loc[drafted.source_id]
    assert source["period"] == "2021-12-15/2022-09-14"


def test_a_source_accepted_by_mistake_is_a_draft_again_and_goes(project: Project) -> None:
    """As docs/reading.md says it: by the state of its row."""

    def list_told() -> set[str]:
        return set(read_transcripts(project.raw).transcripts["source_id"])

    name, listed = "song_may_2022_h1", project.raw / "sources.csv"
    rows = read_sources(project.raw)
    others = list_told() - {name}
    is_meant = rows["source_id"] == name
    rows.assign(state=rows["state"].mask(is_meant, "draft")).to_csv(listed, index=False)
    assert list_told() == others
    accept_source(project, name)
    assert list_told() == {*others, name}
    rows.assign(state=rows["state"].mask(is_meant, "draft")).to_csv(listed, index=False)
    remove_source(project, name)
    assert list_told() == others


def test_an_accepted_source_is_taken_back_with_all_its_files_laid_aside(project: Project) -> None:
    transcript = project.raw / "transcripts" / "song_may_2022_h1.csv"
    before, text = read_sources(project.raw), transcript.read_bytes()
    aside = remove_source(project, "song_may_2022_h1")
    assert not transcript.exists()
    assert (aside / transcript.name).read_bytes() == text
    assert "song_may_2022_h1" not in {*read_sources(project.raw)["source_id"]}
    assert len(read_sources(project.raw)) == len(before) - 1
    with pytest.raises(ReportError, match="Did you mean 'dong_gio_2022_h1'"):
        remove_source(project, "dong_gio_2022")
    with pytest.raises(ReportError, match="See cchc list sources"):
        remove_source(project, "x" * 30)


def test_a_source_with_corrections_stays_as_these_would_stop_the_next_run(
    project: Project,
) -> None:
    path = project.reference / "corrections.csv"
    row = '\nsong_may_2022_h1,M001,1.200,withhold,,"vì thế","so"\n'
    path.write_text(path.read_text("utf-8").rstrip() + row, "utf-8")
    before = {name: each for name, each in snapshot(project).items() if "data" in name}
    with pytest.raises(ReportError, match=r"corrections\.csv: 1; .*Take its rows out"):
        remove_source(project, "song_may_2022_h1")
    assert {name: each for name, each in snapshot(project).items() if "data" in name} == before


def test_a_report_with_the_id_of_a_source_of_a_panel_is_refused(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    panels = project.raw / "panels"
    panels.mkdir()
    for name, columns in (("sources", PANEL_SOURCE_COLUMNS), ("first", PANEL_COLUMNS)):
        row = dict.fromkeys(columns, "") | {"source_id": "song_may_2022_h1", "panel": "first"}
        row |= {"kind": "panel", "state": "accepted", "area_id": "991", "unit": "%"}
        row |= {"indicator": "par_index", "decimals": "0", "figure_id": "R000001"}
        pd.DataFrame([row])[[*columns]].to_csv(panels / f"{name}.csv", index=False)
    with pytest.raises(ReportError, match="source song_may_2022_h1: registered already"):
        pipeline.process(project)
    remove_source(project, "song_may_2022_h1")
    before = snapshot(project)
    report = str(REPORTS / "dong_gio_2022_9m.txt")
    said = ["read", report, "--source-id", "song_may_2022_h1"]
    assert main(["--root", str(project.root), *said]) == 3
    assert "a panel's source already; expected a new id" in capsys.readouterr().err
    assert snapshot(project) == before


def test_what_cannot_be_laid_aside_is_not_taken_back(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("full")

    before = {name: each for name, each in snapshot(project).items() if "data" in name}
    monkeypatch.setattr(shutil, "move", fail)
    with pytest.raises(OSError, match="full"):
        remove_source(project, "song_may_2022_h1")
    assert {name: each for name, each in snapshot(project).items() if "data" in name} == before


def test_a_draft_taken_back_again_leaves_the_earlier_one_aside(project: Project) -> None:
    asides = []
    for words in ("first", "second", "third"):
        drafted = read_report(project, REPORTS / "dong_gio_2022_9m.txt")
        drafted.transcript.write_text(words, "utf-8")
        aside = remove_source(project, drafted.source_id)
        asides.append(aside / drafted.transcript.name)
    assert [aside.read_text("utf-8") for aside in asides] == ["first", "second", "third"]


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("# Mẫu\n\nRun it 3 times on 16 machines, in 20 minutes.\n", False),
        ("Tiếp nhận 120 hồ sơ, đã giải quyết đúng hạn 118 hồ sơ.\n", True),
    ],
)
def test_what_has_no_head_is_told_and_what_is_no_report_refused(
    project: Project, tmp_path: Path, text: str, *, is_read: bool
) -> None:
    (tmp_path / "own.md").write_text(text, "utf-8")
    if is_read:
        assert "no head of a report" in read_report(project, tmp_path / "own.md").remarks[0]
        return
    with pytest.raises(ReportError, match=r"own.md: 3 numbers, none of a known quantity"):
        read_report(project, tmp_path / "own.md")


def test_a_text_that_goes_by_the_name_of_old_word_is_told_how_to_save_it(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "own.doc").write_text("Báo cáo của huyện\n", "utf-8")
    with pytest.raises(ReportError, match=r"\.doc.*save it as \.docx"):
        read_report(project, tmp_path / "own.doc")


@pytest.mark.parametrize(
    ("title", "words", "told"),
    [
        ("của huyện Cao Lộc năm 2025", "", "no area of its time has that name. Huyện Cao Lộc"),
        ("của huyện Bến Thử năm 2023", "", "no area of its time has that name. "),
        ("của huyện Châu Thành năm 2023", "", "Thành', but several areas have that name"),
        ("của tỉnh Lạng Sơn năm 2023", "UBND huyện và các phòng của huyện. ", "do not agree"),
        ("năm 2023", "", "nothing says whose it is. Decide it"),
    ],
)
def test_why_an_area_has_to_be_decided_is_told(
    project: Project, tmp_path: Path, title: str, words: str, told: str
) -> None:
    path = tmp_path / "a.txt"
    text = f"Trong năm, toàn huyện tiếp nhận 6.210 hồ sơ. {words * 4}"
    path.write_text(f"BÁO CÁO\nCông tác cải cách hành chính {title}\n{text}\n", "utf-8")
    drafted = read_report(project, path, source_id="a")
    assert "area" in drafted.undecided
    [remark] = drafted.remarks
    assert told in remark


def test_a_head_without_area_and_period_is_told_as_lacking_both(
    project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    text = "Công tác cải cách hành chính\nTiếp nhận 6.210 hồ sơ.\n"
    path.write_text(f"Số: 12/BC-UBND\nBÁO CÁO\n{text}", "utf-8")
    drafted = read_report(project, path, source_id="a")
    assert {"area", "period"} < {*drafted.undecided}
    assert drafted.remarks == (
        "nothing says whose it is. Decide it, or say it with --area",
        "nothing says of when it is. Decide it, or say it with --period",
    )
    assert "không có gì cho biết là của kỳ nào" in drafted.review.read_text("utf-8")


@pytest.mark.parametrize(
    ("period", "days", "label", "odd"),
    [
        ("quý V năm 2023", "15/12/2022 đến ngày 14/3/2023", "2023", "'quý V năm 2023'"),
        ("quý 7/2023", "15/12/2022 đến ngày 14/3/2023", "2022-12-15/2023-03-14", "'quý 7/2023'"),
        ("tháng 13/2023", "15/12/2022 đến ngày 14/3/2023", "2022-12-15/2023-03-14", "tháng 13"),
        ("quý I năm 2022", "15/12/2022 đến ngày 14/3/2023", "2022-Q1",
         "'từ ngày 15/12/2022 đến ngày 14/3/2023'"),
        ("6 tháng đầu năm 2023", "15/12/2022 đến ngày 14/3/2023", "2023-H1", "đến ngày 14/3/2023'"),
        ("quý I năm 2023", "15/12/2022 đến ngày 31/02/2023", "2023-Q1", "đến ngày 31/02/2023'"),
        ("quý III năm 2023", "", "2023-Q3", "'2023-Q3' begins after the date of the document"),
        ("quý I năm 2023", "15/12/2022 đến ngày 14/3/2023", "2023-Q1", ""),
        ("quý I/2023", "15/12/2022 đến ngày 14/3/2023, trong quý 12 cuộc họp", "2023-Q1", ""),
        ("tháng 3 năm 2023", "15/02/2023 đến ngày 14/3/2023", "2023-03-01/2023-03-31", ""),
        ("năm 2022", "01/7/2022 đến ngày 30/11/2022", "2022", ""),
    ],
)  # fmt: skip
def test_a_period_that_cannot_be_or_that_the_days_belie_is_asked_back(
    project: Project, tmp_path: Path, period: str, days: str, label: str, odd: str
) -> None:
    counted = f"(số liệu tính từ ngày {days})" if days else ""
    (tmp_path / "a.txt").write_text(
        "UBND HUYỆN CAO LỘC\nCao Lộc, ngày 16 tháng 3 năm 2023\nBÁO CÁO\n"
        f"Công tác cải cách hành chính {period}\nUBND huyện báo cáo kết quả {counted} như sau:\n"
        "I. KẾT QUẢ\nToàn huyện tiếp nhận 612 hồ sơ.\n", "utf-8",
    )  # fmt: skip
    drafted = read_report(project, tmp_path / "a.txt", source_id="a")
    assert ("period" in drafted.undecided) == bool(odd or not label)
    told = [each for each in drafted.remarks if each.startswith("its period")]
    assert len(told) == bool(odd and label)
    assert all(repr(label) in each and odd in each for each in told)
    page = drafted.review.read_text("utf-8")
    assert ("kỳ được đọc là" in page) == bool(told)
    if odd:
        with pytest.raises(ReportError, match="period"):
            accept_source(project, "a")
    said = read_report(project, tmp_path / "a.txt", period="2022-Q4", source_id="b")
    assert "period" not in said.undecided
    assert not [each for each in said.remarks if each.startswith("its period")]


def test_a_file_of_two_reports_and_a_head_of_two_areas_are_asked_back(
    project: Project, tmp_path: Path
) -> None:
    head = "UBND HUYỆN {}\nSố: 12/BC-UBND\nBÁO CÁO\nCải cách hành chính quý I năm 2023\n"
    text = f"Toàn huyện tiếp nhận 612 hồ sơ.\n{'Không có.' * 2}\n" + "Không có gì.\n" * 6
    both = head.format("CAO LỘC") + text + head.format("VĂN QUAN") + text
    (tmp_path / "two.txt").write_text(both, "utf-8")
    drafted = read_report(project, tmp_path / "two.txt", source_id="two")
    assert "area" in drafted.undecided
    assert "but the file holds another report as well. Decide it" in drafted.remarks[0]
    assert drafted.unsure == drafted.mapped
    told = read_report(project, tmp_path / "two.txt", area="huyện Cao Lộc", source_id="told")
    assert "area" not in told.undecided
    assert told.figures == 1  # not that of the other report
    other = read_report(project, tmp_path / "two.txt", area="huyện Văn Quan", source_id="other")
    with other.transcript.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["area"] for row in rows} == {"huyện Văn Quan"}
    assert min(int(row["line"]) for row in rows) > 12
    assert "of 2 reports in the file, the one in lines 13 to 24 is read" in other.remarks[0]
    third = read_report(project, tmp_path / "two.txt", area="huyện Sông Mây", source_id="third")
    assert "its head names 'huyện Cao Lộc', and you said 'huyện Sông Mây'" in third.remarks[0]
    assert "phần đầu văn bản ghi" in third.review.read_text("utf-8")
    assert "phần đầu văn bản ghi" not in told.review.read_text("utf-8")
    (tmp_path / "late.txt").write_text(
        head.format("CAO LỘC").replace("2023", "2026") + text, "utf-8"
    )
    late = read_report(project, tmp_path / "late.txt", area="xã Cao Lộc", source_id="late")
    assert "it may be of 'huyện Cao Lộc', and you said 'xã Cao Lộc'" in late.remarks[0]
    joined = head.format("CAO LỘC VÀ HUYỆN VĂN QUAN") + text
    (tmp_path / "joined.txt").write_text(joined, "utf-8")
    [remark] = read_report(project, tmp_path / "joined.txt", source_id="joined").remarks
    assert "its head names huyện Cao Lộc and huyện Văn Quan. Decide it" in remark


def test_the_sample_has_something_to_decide(project: Project, tmp_path: Path) -> None:
    tools = runpy.run_path(str(REPORTS.parents[2] / "tools" / "sample.py"))
    report = (REPORTS / tools["REPORT"]).read_text("utf-8")
    assert tools["BEFORE"] in report
    added = report.replace(tools["BEFORE"], tools["UNSURE"] + tools["BEFORE"], 1)
    (tmp_path / "report.txt").write_text(added, "utf-8")
    drafted = read_report(project, tmp_path / "report.txt")
    # Of all rows of documents at first sight some 31 of 100; of claims, as all rows are here, 44.
    assert 2 <= drafted.unsure <= 44 * drafted.figures // 100


def test_nothing_is_dropped(project: Project) -> None:
    result = read_report(project, REPORTS / "thu_nghiem_2023_q1.txt")
    with result.transcript.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == result.figures > result.mapped
    assert [row["printed"] for row in rows if row["line"] == "13"] == ["15", "124"]


def test_what_is_unsure_must_be_confirmed(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Kết quả: toàn huyện tiếp nhận 1.212 hồ sơ.\n", "utf-8")
    result = read_report(project, path, source_id="unsure")
    assert set(result.undecided) >= {"area", "period"}
    with pytest.raises(ReportError, match="opens with a question mark: area, period"):
        accept_source(project, "unsure")
    again = read_report(project, path, area="huyện Sông Mây", period="2022-H1", source_id="unsure")
    assert again.undecided == ()
    assert accept_source(project, "unsure") == (1, 0, 0)
    with pytest.raises(ReportError, match="accepted already"):
        read_report(project, path, source_id="unsure")


def test_who_brings_news_is_asked_where_its_head_does_not_say_so(
    project: Project, tmp_path: Path
) -> None:
    news = "Huyện Sông Mây đẩy mạnh cải cách hành chính\n{}Huyện tiếp nhận 1.212 hồ sơ.\n"
    for name, mark, issuer, is_asked in (
        ("bare", "", "", True),
        ("sent", "(SMO) - ", "SMO", False),
    ):
        path = tmp_path / f"{name}.txt"
        path.write_text(news.format(mark), "utf-8")
        drafted = read_report(project, path, source_id=name)
        source = open_draft(project, name).source
        assert (source["issuer"], source["lacks_vi"]) == (issuer, "ngày")
        assert any("who brings this news" in each for each in drafted.remarks) == is_asked


def test_the_review_page_marks_every_numeral_and_hides_persons(
    project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(HOSTILE, "utf-8")
    result = read_report(
        project, path, area="huyện Sông Mây", period="2022-H1", source_id="hostile"
    )
    page = result.review.read_text("utf-8")
    assert "<script>" not in page
    assert "Trần Văn Thử" not in page
    assert 'lang="vi"' in page
    assert "default-src 'none'" in page
    assert (
        page.count('<mark class="unsure" data-id=') + page.count('<mark class="sure" data-id=') == 1
    )
    assert "<code>cchc review hostile</code>" in page


def test_a_row_shows_its_sentence_and_numbers_in_words(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Huyện có ba đơn vị sự nghiệp tự bảo đảm chi thường xuyên.\n", "utf-8")
    result = read_report(project, path, area="huyện Sông Mây", period="2022-H1", source_id="x")
    page = result.review.read_text("utf-8")
    assert re.search('Huyện có <mark class="(un)?sure">ba</mark> đơn vị sự nghiệp', page)
    assert ">ba</mark> → 3" in page
    assert page.count('id="tF001"') == 1


def test_the_first_draft_of_a_list_without_sources(project: Project) -> None:
    path = project.raw / "sources.csv"
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    result = read_report(project, REPORTS / "thu_nghiem_2023_q1.txt")
    assert list(read_sources(project.raw)["source_id"]) == [result.source_id]
    assert list(read_transcripts(project.raw).sources["source_id"]) == []


def test_a_row_is_told_in_the_words_of_the_reviewer(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Tiếp nhận 1,310 hồ sơ.\n", "utf-8")
    result = read_report(project, path, area="huyện Sông Mây", period="2022-H1", source_id="x")
    page = result.review.read_text("utf-8")
    assert ">1,310</mark> → 1310 hồ sơ</td>" in page
    assert "dấu phẩy được đọc là dấu phân cách hàng nghìn" in page


def test_a_figure_without_indicator_holds_nothing_up(project: Project, tmp_path: Path) -> None:
    from cchc_analysis import pipeline

    path, said = tmp_path / "dong_gio_2022_9m.txt", "Trên đây là báo cáo"
    text = (REPORTS / path.name).read_text("utf-8")
    path.write_text(text.replace(said, f"Đã trồng 37 cây xanh.\n\n{said}"), "utf-8")
    result = read_report(project, path)
    assert result.mapped < result.figures
    confirm_all(project, result.source_id)
    accept_source(project, result.source_id)
    tables = pipeline.process(project).tables
    assert not tables.findings["rule_id"].eq("N02").any()
    assert "par_score_self_total" in set(
        tables.indicators.loc[tables.indicators["area_id"].eq("992"), "indicator"]
    )


def test_notices_of_two_months_are_two_drafts(project: Project, tmp_path: Path) -> None:
    drafted = []
    for month in (10, 11):
        path = tmp_path / f"notice_{month}.txt"
        path.write_text(
            f"ỦY BAN NHÂN DÂN HUYỆN SÔNG MÂY\nSố: {month}00/TB-UBND\n\nTHÔNG BÁO\nTình hình giải"
            f" quyết thủ tục hành chính tháng {month} năm 2022\n\nTrong tháng {month} năm 2022 (từ"
            f" 01/{month}/2022 đến 30/{month}/2022) tiếp nhận {month * 10} hồ sơ.\n",
            "utf-8",
        )
        drafted.append(read_report(project, path, area="huyện Sông Mây").source_id)
    assert drafted == ["song_may_2022_10", "song_may_2022_11"]


def test_a_draft_of_another_document_is_not_replaced(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    told = {"area": "huyện Sông Mây", "period": "2022-Q2"}
    text = "Số: {}/BC-UBND\nSông Mây, ngày {} tháng 7 năm 2022\nBÁO CÁO\n{}\nTiếp nhận {} hồ sơ.\n"
    path.write_text(text.format(11, "01", "Cải cách hành chính", 100), "utf-8")
    first = read_report(project, path, **told)
    path.write_text(text.format(11, "01", "Cải cách hành chính", 101), "utf-8")
    assert read_report(project, path, **told).source_id == first.source_id  # the same, corrected
    path.write_text(text.format(12, "01", "Cải cách hành chính", 102), "utf-8")
    with pytest.raises(ReportError, match="the draft of another document: 11/BC-UBND"):
        read_report(project, path, **told)
    assert read_report(project, path, source_id="other", **told).source_id == "other"


def test_a_draft_whose_number_a_person_mended_is_no_other_document(
    project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Số: 1l/BC-UBND\nBÁO CÁO\nTiếp nhận 100 hồ sơ.\n", "utf-8")
    told = {"area": "huyện Sông Mây", "period": "2022-Q2"}
    draft = read_report(project, path, **told)
    listed = project.raw / "sources.csv"
    table = pd.read_csv(listed, dtype="str", keep_default_na=False)
    table.loc[table["source_id"] == draft.source_id, "number"] = "11/BC-UBND"
    table.to_csv(listed, index=False, lineterminator="\n")
    with pytest.raises(ReportError, match="somebody has worked since"):
        read_report(project, path, **told)


def test_contradictions_are_shown_at_once(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "Tiếp nhận 100 hồ sơ (tiếp nhận mới: 80 hồ sơ; kỳ trước chuyển sang: 30 hồ sơ).\n", "utf-8"
    )
    result = read_report(project, path, area="huyện Sông Mây", period="2022-H1", source_id="x")
    page = result.review.read_text("utf-8")
    assert "100 ≠ 110" in page


def test_the_review_page_contradicts_what_findings_do(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    # The rate is cut off and follows one of two definitions; one count is printed twice.
    path.write_text(
        "Tiếp nhận 900 hồ sơ. Số hồ sơ đã giải quyết 800 hồ sơ, trong đó giải quyết đúng hạn và "
        "trước hạn 799 hồ sơ, tỷ lệ giải quyết đúng hạn đạt 99,87%.\n"
        "Số hồ sơ đã giải quyết: 810 hồ sơ.\n",
        "utf-8",
    )
    result = read_report(project, path, area="huyện Sông Mây", period="2022-H1", source_id="x")
    page = result.review.read_text("utf-8")
    told = page.split('id="contradictions"', 1)[1].split('id="rows"', 1)[0]
    assert "800 ≠ 810" in told
    assert "99,87 ≠" not in told


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"area": "huyện Không Có"}, CommandError, "unknown area"),
        ({"period": "hôm qua"}, CommandError, "is not a period; expected 2024-Q1 .* 2024-H2"),
        ({"period": "1999"}, CommandError, "'1999' is before 2000"),
        ({"period": "2031"}, CommandError, "begins after the date of the document, 2022-"),
        ({"period": "2022-10-01/2022-12-31"}, CommandError, "begins after the date of the"),
        ({"source_id": "../x"}, CommandError, "small letters"),
        ({"source_id": "con"}, CommandError, "Windows keeps for a device"),
        ({"source_id": "song_may_2022_h1"}, ReportError, "accepted already"),
    ],
)
def test_a_wrong_option_writes_nothing(
    project: Project, options: dict[str, str], error: type[Exception], words: str
) -> None:
    before = snapshot(project)
    with pytest.raises(error, match=words):
        read_report(project, REPORTS / "dong_gio_2022_9m.txt", **options)
    assert snapshot(project) == before


def test_a_period_may_end_after_the_date_and_a_plan_may_begin_after_it(
    project: Project, tmp_path: Path
) -> None:
    text = (REPORTS / "dong_gio_2022_9m.txt").read_text("utf-8")
    (tmp_path / "a.txt").write_text(text, "utf-8")
    drafted = read_report(project, tmp_path / "a.txt", period="2022", source_id="all_year")
    assert "period" not in drafted.undecided
    plan = text.replace("BÁO CÁO\n", "KẾ HOẠCH\n")
    assert plan != text
    (tmp_path / "b.txt").write_text(plan, "utf-8")
    drafted = read_report(project, tmp_path / "b.txt", period="2023", source_id="plan")
    assert "period" not in drafted.undecided
    (tmp_path / "c.txt").write_text("Toàn huyện tiếp nhận 1.212 hồ sơ.\n", "utf-8")
    with pytest.raises(CommandError, match="'2099' begins after today, 20"):
        read_report(project, tmp_path / "c.txt", area="huyện Sông Mây", period="2099")


def test_a_report_without_figures_or_of_another_kind_writes_nothing(
    project: Project, tmp_path: Path
) -> None:
    before = snapshot(project)
    for name, content in (("a.txt", "Không số nào.\n"), ("b.png", "\x89PNG")):
        path = tmp_path / name
        path.write_text(content, "utf-8" if name == "a.txt" else "latin-1")
        with pytest.raises(ReportError):
            read_report(project, path)
    assert snapshot(project) == before


def test_reading_twice_gives_the_same_bytes(project: Project) -> None:
    read_report(project, REPORTS / "song_may_2023_h1_news.txt", source_id="twice")
    first = snapshot(project)
    read_report(project, REPORTS / "song_may_2023_h1_news.txt", source_id="twice")
    assert snapshot(project) == first


def test_accepting_asks_the_next_stage(project: Project) -> None:
    result = read_report(project, REPORTS / "dong_gio_2022_9m.txt")
    confirm_all(project, result.source_id)
    text = result.transcript.read_text("utf-8")
    result.transcript.write_text(text.replace(",actual,", ",nonsense,", 1), "utf-8")
    with pytest.raises(ReportError, match="nonsense"):
        accept_source(project, result.source_id)
    states = read_sources(project.raw).set_index("source_id")["state"]
    assert states[result.source_id] == "draft"
    result.transcript.write_text(text, "utf-8")
    accept_source(project, result.source_id)
    states = read_sources(project.raw).set_index("source_id")["state"]
    assert states[result.source_id] == "accepted"


@pytest.mark.parametrize("path", sorted(REPORTS.glob("*.txt")), ids=lambda path: path.stem)
def test_made_up_reports_are_read_as_people_read_them(project: Project, path: Path) -> None:
    """At least nine in ten figures are right, and hardly any claim is wrong."""
    result = read_report(project, path, source_id="made_up")
    with result.transcript.open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    with path.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        known = list(csv.DictReader(file))
    aspects = ("line", "printed", "indicator", "scope", "period_start", "period_end", "status")
    assert [(row["line"], row["printed"]) for row in read] == [
        (row["line"], row["printed"]) for row in known
    ]
    right = sum(
        all(mine[name].removeprefix(UNDECIDED) == theirs[name] for name in aspects)
        for mine, theirs in zip(read, known, strict=True)
    )
    assert right / len(known) >= 0.9


def mend(path: Path, *changes: tuple[str, str]) -> None:
    """Write other words into a file, as a person does; each must be there."""
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def test_a_mended_period_counts_when_its_days_and_figures_are_mended_too(
    project: Project, tmp_path: Path
) -> None:
    """Of a year that was misread, nothing is published, in whichever file it is left."""
    read = (REPORTS / "dong_gio_2022_9m.txt").read_text("utf-8")
    (tmp_path / "a.txt").write_text(read, "utf-8")
    drafted = read_report(project, tmp_path / "a.txt", period="2021-9M", source_id="a")
    confirm_all(project, "a")
    listed = project.raw / "sources.csv"
    mend(listed, ("2021-9M,2021-01-01,2021-09-30", "2022-9M,2021-01-01,2021-09-30"))
    with pytest.raises(
        ReportError, match="source a: period 2022-9M, but days 2021-01-01/2021-09-30"
    ):
        accept_source(project, "a")
    mend(listed, ("2022-9M,2021-01-01,2021-09-30", "2022-9M,2022-01-01,2022-09-30"))
    with pytest.raises(ReportError, match="most figures up to 2021-09-30, and their source of"):
        accept_source(project, "a")
    mend(drafted.transcript, (",2021-", ",2022-"))
    accept_source(project, "a")
    mend(listed, (",2022-9M,2022-01-01,2022-09-30", ",2062-9M,2022-01-01,2022-09-30"))
    found = read_transcripts(project.raw).problems
    assert [*found] == ["a"]
    assert "period 2062-9M" in str(found["a"][0])
    assert "a" not in {*pipeline.process(project).tables.sources["source_id"]}


SOURCE = dict.fromkeys(("source_id", "dated", "kind"), "") | {"source_id": "a"}


@pytest.mark.parametrize(
    ("period", "days", "told"),
    [
        ("2024-9M", "2024-01-01/2024-09-30", ""),
        ("2024-9M", "2023-12-15/2024-09-14", ""),
        ("2024", "2023-12-15/2024-11-14", ""),
        ("2024", "2024-01-01/2024-09-30", ""),  # a year told with what nine months counted
        ("2024", "2024-01-01/2024-06-30", "days 2024-01-01/2024-06-30"),
        ("2024-01-01/2024-09-30", "2024-01-01/2024-09-20", ""),
        ("2025", "2025-07-01/2025-12-31", ""),  # of a unit that began then
        ("2024-06-30", "/2024-06-15", ""),
        ("2024", "/2024-12-31", ""),
        ("2024-06-30", "/2023-06-30", "period 2024-06-30, but days 2023-06-30"),
        ("2024-9M", "2024-01-01/2024-06-30", "days 2024-01-01/2024-06-30"),
        ("2024-9M", "2024-01-01/2024-03-20", "days 2024-01-01/2024-03-20"),
        ("2024-H1", "2024-01-01/2024-09-30", "days 2024-01-01/2024-09-30"),
        ("2024-Q1", "2023-01-01/2023-03-31", "days 2023-01-01/2023-03-31"),
        ("2024-9T", "2024-01-01/2024-09-30", "'2024-9T' is not a period"),
        ("2024-9M", "2024-01-01/2024-09-31", "2024-09-31': day"),
        ("2024-9M", "2024-09-30/2024-01-01", "comes after"),
        ("2024-06-30", "2024-06-30/", "an empty period_end is no day"),
        ("2024", "/2024", "period_end '2024' is no day"),
        ("9999", "9999-01-01/9999-12-31", "'9999' is not of the years"),
        ("2024", "0001-01-01/2024-12-31", "'0001-01-01/2024-12-31' is not of the years"),
    ],
)
def test_a_period_and_its_days_are_of_one_time(period: str, days: str, told: str) -> None:
    first, _, last = days.partition("/")
    source = SOURCE | {"period": period, "period_start": first, "period_end": last}
    found = [str(each) for each in check_times(source, ())]
    assert len(found) == bool(told)
    assert all(told in each for each in found)


@pytest.mark.parametrize(
    ("period", "own", "days", "found"),
    [
        ("2024-9M", "2024-09-30", ["2024-01-01/2024-06-30"] * 3, "2024-06-30"),
        ("2024-H1", "2024-06-30", ["2024-01-01/2024-09-30"] * 3, "2024-09-30"),
        ("2024", "2024-12-31", ["2024-01-01/2024-06-30"] * 2 + ["/2024-12-31"], "2024-06-30"),
        ("2024", "2024-12-31", ["2024-01-01/2024-10-31"] * 3, ""),  # a year is told early
        ("2024-9M", "2024-09-30", ["2024-01-01/2024-09-14"] * 3, ""),
        ("2024-9M", "2024-09-30", ["2024-01-01/2024-06-30"] * 3 + ["2024-01-01/2024-09-20"], ""),
        ("2024-9M", "2024-09-30", ["2023-01-01/2023-12-31"] * 3, ""),
        ("2024-9M", "2024-09-30", ["/2024-06-30"] * 3, ""),
        ("2024-9M", "2024-09-30", ["2024-12-01/2024-06-30"] * 3, ""),  # refused in its row
    ],
)
def test_figures_are_of_the_part_of_the_year_of_their_source(
    period: str, own: str, days: list[str], found: str
) -> None:
    source = SOURCE | {"period": period, "period_start": "2024-01-01", "period_end": own}
    figures = [
        {"figure_id": "F1", "indicator": "par_tasks_total", "status": "actual"}
        | dict(zip(("period_start", "period_end"), each.split("/"), strict=True))
        for each in days
    ]
    told = [str(each) for each in check_times(source, figures)]
    assert len(told) == bool(found)
    assert all(
        f"most figures up to {found}, and their source of 2024-01-01/{own}" in each for each in told
    )


@pytest.mark.parametrize(
    ("dated", "kind", "is_told"),
    [
        ("2024-06-20", "period_report", True),
        ("2024-07-01", "period_report", False),
        ("", "period_report", False),
        ("2024-06-20", "plan", False),
    ],
)
def test_no_report_is_on_days_that_begin_after_its_date(
    dated: str, kind: str, *, is_told: bool
) -> None:
    source = SOURCE | {"period": "2024-Q3", "dated": dated, "kind": kind}
    source |= {"period_start": "2024-07-01", "period_end": "2024-09-30"}
    told = [str(each) for each in check_times(source, [])]
    said = "days 2024-07-01/2024-09-30 that begin after the date of the document, 2024-06-20"
    assert [said in each for each in told] == [True] * is_told


@pytest.mark.parametrize(
    ("dated", "days", "status", "is_told"),
    [
        ("", "/2024-12-31", "actual", False),  # how many tasks the year has
        ("2024-09-16", "2024-10-01/2024-12-31", "actual", False),
        ("", "2025-01-01/2025-12-31", "target", False),
        ("", "2025-01-01/2025-12-31", "estimate", False),
        ("", "2025-01-01/2025-12-31", "actual", True),
        ("", "/2062-09-30", "actual", True),
        ("2025-01-20", "/2025-01-15", "actual", False),
        ("2025-01-20", "2025-01-01/2025-02-28", "actual", False),
        ("2025-01-20", "2025-02-01/2025-02-28", "actual", True),
        ("2025-01-20", "/2025-03-31", "actual", True),
    ],
)
def test_nothing_is_done_in_days_to_come(
    dated: str, days: str, status: str, *, is_told: bool
) -> None:
    source = SOURCE | {"period": "2024-9M", "dated": dated}
    source |= {"period_start": "2024-01-01", "period_end": "2024-09-30"}
    figures = [
        {"figure_id": name, "indicator": code, "status": each}
        | dict(zip(("period_start", "period_end"), own.split("/"), strict=True))
        for name, code, each, own in (
            ("F1", "par_tasks_total", "actual", "2024-01-01/2024-09-30"),
            ("F2", "par_tasks_total", status, days),
            ("F3", "", "actual", "/2099-12-31"),
            ("F4", "par_tasks_total", "actual", "/no day"),
            ("F5", "par_tasks_total", "actual", "/9999-12-31"),
        )
    ]
    found = [str(each) for each in check_times(source, figures)]
    assert len(found) == is_told
    assert all("transcripts/a.csv: 1 figure with status actual" in each for each in found)
    assert all("of days to come: F2;" in each for each in found)
