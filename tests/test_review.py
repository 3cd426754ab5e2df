"""Putting a draft right: what each step does, whom the server answers, and the page by keyboard."""

from __future__ import annotations

import asyncio
import csv
import http.client
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tornado.httpserver import HTTPServer

from cchc_analysis import cli, rules
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import Scope
from cchc_analysis.data.reference import Project, Reference, load_reference
from cchc_analysis.data.store import check_fresh, load
from cchc_analysis.errors import CommandError, ReportError
from cchc_analysis.pipeline import list_known, remove_source
from cchc_analysis.read.correcting import (
    NO_TEXT,
    Change,
    NewFigure,
    apply_change,
    change_draft,
    load_text,
)
from cchc_analysis.read.drafting import read_report
from cchc_analysis.read.review import accept_source, judge_draft, tell_problem, tell_reviewer
from cchc_analysis.read.serving import Review, listen
from cchc_analysis.read.transcripts import (
    Draft,
    open_draft,
    read_sources,
    read_transcript,
    save_draft,
)
from cchc_analysis.rules import Identity, evaluate_rivals, load_identities
from cchc_analysis.rules.statements import Statements
from conftest import copy_folder, make_project

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SOURCE = "song_may"
REPORT = """UBND HUYỆN SÔNG MÂY
Số: 12/BC-UBND
BÁO CÁO
Kết quả công tác cải cách hành chính 6 tháng đầu năm 2022
Tiếp nhận 100 hồ sơ (tiếp nhận mới: 80 hồ sơ; kỳ trước chuyển sang: 20 hồ sơ).
Tỷ lệ hài lòng theo khảo sát mới là 96,5%. Toàn huyện có 14 xã, 3 kho và 61 bàn.
"""
Make = Callable[..., Draft]


@pytest.fixture(scope="module")
def drafted_once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The made-up project with one draft, made once and only to be copied."""
    folder = tmp_path_factory.mktemp("drafted")
    project, path = make_project(folder / "project"), folder / "report.txt"
    path.write_text(REPORT, "utf-8")
    read_report(project, path, area="huyện Sông Mây", period="2022-H1", source_id=SOURCE)
    return project


@pytest.fixture
def drafted(drafted_once: Project, tmp_path: Path) -> Project:
    """The made-up project with one draft, free to be spoilt."""
    return Project(copy_folder(drafted_once.root, tmp_path / "project"))


@pytest.fixture
def reference(drafted: Project) -> Reference:
    return load_reference(drafted.reference)


def find(draft: Draft, printed: str) -> dict[str, str]:
    [row] = [row for row in draft.rows if row["printed"] == printed]
    return row


def read_rows(project: Project) -> list[dict[str, str]]:
    with (project.raw / "transcripts" / f"{SOURCE}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def doubt(project: Project, printed: str) -> None:
    """Leave the indicator of a figure undecided."""
    path = project.raw / "transcripts" / f"{SOURCE}.csv"
    code = find(open_draft(project, SOURCE), printed)["indicator"]
    lines = [
        line.replace(f",{code},", f",?{code},") if f",{printed}," in line else line
        for line in path.read_text("utf-8").splitlines()
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def test_a_confirmed_row_loses_its_question_marks(drafted: Project, reference: Reference) -> None:
    doubt(drafted, "80")
    draft = open_draft(drafted, SOURCE)
    row = find(draft, "80")
    assert row["indicator"] == "?dossiers_received_new"
    with pytest.raises(ReportError, match=row["figure_id"]):
        accept_source(drafted, SOURCE)
    change = Change(version=draft.version, rows=[row["figure_id"]], confirm=True)
    before, after = change_draft(drafted, SOURCE, change, reference)
    assert before == draft
    assert find(after, "80")["indicator"] == "dossiers_received_new"
    assert open_draft(drafted, SOURCE) == after
    rows = [row["figure_id"] for row in after.rows]
    change_draft(drafted, SOURCE, Change(version=after.version, rows=rows, confirm=True), reference)
    assert accept_source(drafted, SOURCE)[0] > 0


def test_a_chosen_indicator_brings_its_unit(drafted: Project, reference: Reference) -> None:
    draft = open_draft(drafted, SOURCE)
    row = find(draft, "100")
    rows, cells = [row["figure_id"]], {"indicator": "on_time_rate"}
    after = apply_change(draft, Change(version="", rows=rows, cells=cells), reference)
    assert find(after, "100")["unit"] == "%"
    assert [row for row in after.rows if row["printed"] != "100"] == [
        row for row in draft.rows if row["printed"] != "100"
    ]


def test_a_period_sets_both_days_of_many_rows(drafted: Project, reference: Reference) -> None:
    draft = open_draft(drafted, SOURCE)
    rows = [row["figure_id"] for row in draft.rows]
    change = Change(version="", rows=rows, cells={"period": "2021-9M", "status": "plan"})
    after = apply_change(draft, change, reference)
    assert {(row["period_start"], row["period_end"], row["status"]) for row in after.rows} == {
        ("2021-01-01", "2021-09-30", "plan")
    }


def test_the_head_is_carried_to_the_rows_that_had_it(
    drafted: Project, reference: Reference
) -> None:
    draft = open_draft(drafted, SOURCE)
    other = find(draft, "14")["figure_id"]
    change = Change(
        version="", rows=[other], cells={"period": "2021-12-31", "area": "huyện Đông Gió"}
    )
    draft = apply_change(draft, change, reference)
    head = {"area": "huyện Đông Gió", "period": "quý I năm 2022"}
    after = apply_change(draft, Change(version="", head=head), reference)
    assert (after.source["period"], after.source["period_end"]) == ("2022-Q1", "2022-03-31")
    assert find(after, "100")["area"] == "huyện Đông Gió"
    assert find(after, "100")["period_end"] == "2022-03-31"
    assert find(after, "14")["period_end"] == "2021-12-31"


def test_what_a_source_lacks_follows_the_number_and_date_of_its_head(
    drafted: Project, reference: Reference
) -> None:
    draft = open_draft(drafted, SOURCE)
    source = {**draft.source, "number": "", "dated": ""}
    source |= {"lacks_vi": "số, ngày, chữ ký", "lacks_en": "number, date, signature"}

    def mend(given: dict[str, str], **head: str) -> dict[str, str]:
        change = Change(version="", head=head)
        return apply_change(Draft(given, draft.rows), change, reference).source

    numbered = mend(source, number="87/BC-UBND")
    assert (numbered["lacks_vi"], numbered["lacks_en"]) == ("ngày, chữ ký", "date, signature")
    dated = mend(numbered, dated="2022-07-02")
    assert (dated["lacks_vi"], dated["lacks_en"]) == ("chữ ký", "signature")
    again = mend(dated, number="")
    assert (again["lacks_vi"], again["lacks_en"]) == ("số, chữ ký", "number, signature")
    news = mend({**source, "kind": "article"}, title="Tin")
    assert (news["lacks_vi"], news["lacks_en"]) == ("ngày, chữ ký", "date, signature")
    own = {**source, "lacks_vi": "ngày (chỉ ghi tháng 6)", "lacks_en": "date (only June)"}
    assert mend(own, number="1/BC")["lacks_vi"] == "ngày (chỉ ghi tháng 6)"


@pytest.mark.parametrize(
    ("written", "day"),
    [("16/7/2022", "2022-07-16"), ("05-07-2022", "2022-07-05"), ("2022-07-16", "2022-07-16"),
     ("ngày 16/7/2022", "2022-07-16"), ("Ngày 6 tháng 7 năm 2022", "2022-07-06"), ("", "")],
)  # fmt: skip
def test_days_are_taken_as_people_write_them(
    written: str, day: str, drafted: Project, reference: Reference
) -> None:
    draft = open_draft(drafted, SOURCE)
    for name in ("dated", "period_end"):
        change = Change(version="", head={name: written})
        assert apply_change(draft, change, reference).source[name] == day
    for wrong in ("31/6/2022", "16/7", "16/7/2022 hoặc 17/7/2022"):
        with pytest.raises(ReportError, match="a day such as"):
            apply_change(draft, Change(version="", head={"dated": wrong}), reference)


@pytest.mark.parametrize("label", ["2022-H1", "2022"])
def test_another_period_and_back_keeps_the_days_that_the_document_states(
    label: str, drafted: Project, reference: Reference
) -> None:
    draft, stated = open_draft(drafted, SOURCE), ["2021-12-15", "2022-06-14"]
    source = {**draft.source, "period": f"?{label}"}
    source |= dict(zip(("period_start", "period_end"), stated, strict=True))
    draft = Draft(source, draft.rows)
    text = {**NO_TEXT, "stated": [label, *stated]}

    def choose(draft: Draft, period: str) -> tuple[Draft, list[str]]:
        change = Change(version="", head={"period": period})
        after = apply_change(draft, change, reference, text)
        return after, [after.source["period_start"], after.source["period_end"]]

    assert choose(draft, label)[1] == stated  # only the question mark goes
    assert choose(draft, "2022-9M")[1] == ["2022-01-01", "2022-09-30"]
    assert choose(draft, "2022-Q2")[1] == ["2022-04-01", "2022-06-30"]
    other, days = choose(draft, "2021-Q3")
    assert days == ["2021-07-01", "2021-09-30"]
    assert choose(other, label)[1] == stated
    assert choose(other, "2021-12-01/2022-05-31")[1] == ["2021-12-01", "2022-05-31"]


@pytest.mark.parametrize(
    "head", [{"period_end": "2022-05-15"}, {"period": "2022-01-01/2022-05-15"}]
)
def test_a_stock_follows_the_last_day_of_the_head_unless_it_has_one_of_its_own(
    head: dict[str, str], drafted: Project, reference: Reference
) -> None:
    days = {"14": ("", "2022-06-30"), "20": ("", "2022-03-31"), "80": ("2022-04-01", "2022-06-30")}
    draft = open_draft(drafted, SOURCE)
    rows = [
        row | dict(zip(("period_start", "period_end"), days[row["printed"]], strict=True))
        if row["printed"] in days
        else row
        for row in draft.rows
    ]
    assert draft.source["period_end"] == "2022-06-30"
    changed = apply_change(
        Draft(draft.source, tuple(rows)), Change(version="", head=head), reference
    )

    def read(printed: str) -> tuple[str, str]:
        return find(changed, printed)["period_start"], find(changed, printed)["period_end"]

    assert read("14") == ("", "2022-05-15")
    assert read("20") == days["20"]
    assert read("80") == days["80"]
    assert read("100") == ("2022-01-01", "2022-05-15")


def test_deciding_the_area_decides_what_waited_for_it_alone(
    drafted: Project, reference: Reference
) -> None:
    doubt(drafted, "80")
    doubt(drafted, "20")
    draft = open_draft(drafted, SOURCE)
    draft = Draft({**draft.source, "area": "?huyện Sông Mây"}, draft.rows)
    text = {**NO_TEXT, "figures": {find(draft, "80")["figure_id"]: {"waits_for_area": True}}}
    change = Change(version="", head={"area": "huyện Sông Mây"})
    after = apply_change(draft, change, reference, text)
    assert find(after, "80")["indicator"] == "dossiers_received_new"
    assert find(after, "20")["indicator"].startswith("?")


def test_a_figure_is_added_split_and_dropped(drafted: Project, reference: Reference) -> None:
    draft, text = open_draft(drafted, SOURCE), load_text(drafted, SOURCE)
    row = find(draft, "96,5")
    added = Change(version="", add=NewFigure(line=int(row["line"]), printed="bàn"))
    whole = apply_change(draft, added, reference, text)
    [new] = [each for each in whole.rows if each not in draft.rows]
    assert new["area"] == draft.source["area"]
    assert (new["printed"], new["scope"], new["line"]) == ("bàn", "unspecified", row["line"])
    assert new["figure_id"] == "N001"
    part = NewFigure(line=int(row["line"]), printed="96", like=row["figure_id"])
    split = apply_change(draft, Change(version="", add=part), reference)
    assert find(split, "96")["period_end"] == row["period_end"]
    rows = [each["figure_id"] for each in draft.rows[:2]]
    left = apply_change(draft, Change(version="", rows=rows, drop=True), reference)
    assert left.rows == draft.rows[2:]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"rows": ["F999"]}, "F999: no such figure"),
        ({"rows": ["F001"], "cells": {"indicator": "no_such"}}, "unknown indicator 'no_such'"),
        ({"rows": ["F001"], "cells": {"scope": "moon"}}, "unknown scope 'moon'"),
        ({"rows": ["F001"], "cells": {"printed": "7"}}, "printed: cannot be set"),
        ({"rows": ["F001"], "cells": {"period": "soon"}}, "soon"),
        ({"head": {"area": "huyện Không Có"}}, "unknown area 'huyện Không Có'"),
        ({"head": {"state": "accepted"}}, "state: not a part of the head"),
        ({"head": {"kind": "nonsense"}}, "kind: not a part of the head"),
        ({"head": {"dated": "2024-H1"}}, "dated: '2024-H1'; expected a day"),
        ({"head": {"period_end": "2024-H1"}}, "period_end: '2024-H1'; expected a day"),
        ({"rows": ["F001"], "cells": {"area": "huyện Không Có"}}, "unknown area"),
        ({"rows": ["F001"], "cells": {"read_as": "many"}}, "read_as"),
        ({"rows": ["F001"], "cells": {"period_start": "xx"}}, "period_start: 'xx'"),
        ({"rows": ["F001"], "cells": {"note_vi": "a\x00b"}}, "note_vi: a character that is none"),
        ({"head": {"title": "a\x1b[2J"}}, "title: a character that is none"),
        ({"add": {"line": 5, "printed": "777"}}, "what stands in line 5"),
        ({"add": {"line": 5, "printed": "7", "like": "F001"}}, "a part of '100'"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changed(
    change: dict[str, Any], sentence: str, drafted: Project, reference: Reference
) -> None:
    before = open_draft(drafted, SOURCE)
    with pytest.raises(ReportError, match=sentence) as refused:
        change_draft(drafted, SOURCE, Change(version=before.version, **change), reference)
    assert open_draft(drafted, SOURCE) == before
    for problem in refused.value.problems:
        assert not ENGLISH.search(re.sub("'.*?'", "", tell_problem(problem)))


ENGLISH = re.compile(r"\b(?:a|the|is|of|one|no|such|expected|unknown|was|with)\b")
"""Words that no sentence in Vietnamese has."""


def test_what_the_page_shows_of_a_refusal_is_in_the_words_of_the_reviewer(
    served: tuple[Review, str], drafted: Project
) -> None:
    review, address = served
    stale = {"version": "stale", "rows": ["F001"], "confirm": True}
    asked = [
        ({"path": "/change", "body": json.dumps(stale)}, "đã được sửa ở cửa sổ khác"),
        ({"path": "/change", "body": "[]"}, "không có thao tác như vậy"),
        ({"path": "/nowhere"}, "Không có gì"),
        ({"path": "/change", "method": "GET"}, "(405)"),
        ({"path": "/state", "Host": "evil.example"}, "không phải địa chỉ"),
        ({"path": "/state", "X_Token": ""}, "thiếu mã"),
    ]
    for request, sentence in asked:
        told = json.loads(ask(address, **{"X_Token": review.token, **request})[1])
        assert sentence in told["error"]
        assert not ENGLISH.search(told["error"])
        assert told["error_en"].isascii()
    (drafted.raw / "sources.csv").unlink()
    told = json.loads(ask(address, "/state", X_Token=review.token)[1])
    assert "không có tệp này" in told["error"]


@pytest.mark.parametrize("cells", [{"indicator": "no_such"}, {"area": "huyện Sông Mai"}])
def test_a_refusal_names_what_it_is_about_once_and_ends_once(
    cells: dict[str, str], drafted: Project, reference: Reference
) -> None:
    draft = open_draft(drafted, SOURCE)
    change = Change(version="", rows=["F001"], cells=cells)
    with pytest.raises(ReportError) as refused:
        apply_change(draft, change, reference)
    [problem] = refused.value.problems
    told = tell_problem(problem)
    assert told.count(tell_reviewer(next(iter(cells)))) == 1
    assert "?." not in told


def test_what_cannot_be_understood_is_told_in_the_words_of_the_reviewer(
    drafted: Project, reference: Reference
) -> None:
    draft = open_draft(drafted, SOURCE)
    wrong = [
        {"read_as": "many"}, {"unit": "no_such"}, {"unit": "VND"}, {"breakdown": "no_such"},
        {"area": "huyện Không Có"}, {"scope": "moon"}, {"period_end": "soon"},
        {"period_start": "2022-01-01", "period_end": ""}, {"printed": "151.10"},
        {"period_start": "2022-09-01"}, {"printed": "1,234"}, {"printed": "7" * 40},
    ]  # fmt: skip
    rows = (find(draft, "80") | cells for cells in wrong)
    numbered = tuple(row | {"figure_id": f"F{n}"} for n, row in enumerate(rows))
    told = judge_draft(Draft(draft.source, numbered), reference, ())["problems"]
    assert {each["id"] for each in told} == {row["figure_id"] for row in numbered}
    for each in told:
        assert not ENGLISH.search(re.sub("'.*?'", "", each["text"])), each


def test_the_last_figure_cannot_be_dropped(drafted: Project, reference: Reference) -> None:
    draft = open_draft(drafted, SOURCE)
    rows = [row["figure_id"] for row in draft.rows]
    with pytest.raises(ReportError, match="no figure left"):
        apply_change(draft, Change(version="", rows=rows, drop=True), reference)


def test_setting_one_thing_does_not_say_that_the_rest_is_right(
    drafted: Project, reference: Reference
) -> None:
    doubt(drafted, "80")
    draft = open_draft(drafted, SOURCE)
    rows = [find(draft, "80")["figure_id"]]
    change = Change(version="", rows=rows, cells={"scope": "commune"})
    after = find(apply_change(draft, change, reference), "80")
    assert (after["scope"], after["indicator"]) == ("commune", "?dossiers_received_new")


def test_what_moved_meanwhile_is_not_written_over(drafted: Project, reference: Reference) -> None:
    seen = open_draft(drafted, SOURCE)
    first = Change(version=seen.version, rows=["F001"], cells={"note_en": "mine"})
    change_draft(drafted, SOURCE, first, reference)
    late = Change(version=seen.version, rows=["F001"], cells={"note_en": "theirs"})
    with pytest.raises(ReportError, match="changed meanwhile"):
        change_draft(drafted, SOURCE, late, reference)
    assert read_rows(drafted)[0]["note_en"] == "mine"


def test_contradictions_and_what_cannot_be_understood_are_live(
    drafted: Project, reference: Reference
) -> None:
    identities = tuple(load_identities(drafted.expectations / "identities.json", reference))
    draft = open_draft(drafted, SOURCE)
    assert judge_draft(draft, reference, identities)["contradictions"] == []
    twenty = find(draft, "20")["figure_id"]
    change = Change(version="", rows=[twenty], cells={"read_as": "30"})
    [found] = judge_draft(apply_change(draft, change, reference), reference, identities)[
        "contradictions"
    ]
    assert found["arithmetic"] == "100 ≠ 110"
    assert twenty in found["figures"]
    rows = tuple(
        {**row, "read_as": "many"} if row["figure_id"] == twenty else row for row in draft.rows
    )
    judged = judge_draft(Draft(draft.source, rows), reference, identities)
    assert [problem["id"] for problem in judged["problems"]] == [twenty]


def test_a_number_that_is_not_printed_is_told_live(drafted: Project, reference: Reference) -> None:
    """As accept refuses it (N08): whoever reads 20 as 25 hears so before the review ends."""
    draft = open_draft(drafted, SOURCE)
    twenty = find(draft, "20")["figure_id"]
    for read_as, told in (("20", []), ("25", [twenty]), ("?25", [])):
        rows = (row | {"read_as": read_as * (row["printed"] == "20")} for row in draft.rows)
        judged = judge_draft(Draft(draft.source, tuple(rows)), reference, ())["problems"]
        assert [each["id"] for each in judged] == told
        if told:
            assert "in là “20” nhưng đọc là “25”" in judged[0]["text"]


def test_an_empty_cell_is_told_in_the_words_of_the_reviewer(
    drafted: Project, reference: Reference
) -> None:
    draft = open_draft(drafted, SOURCE)
    rows = tuple({**row, "unit": ""} if row["printed"] == "20" else row for row in draft.rows)
    [told] = judge_draft(Draft(draft.source, rows), reference, ())["problems"]
    assert told["text"].startswith("ô “đơn vị tính” để trống; cần một mã có trong units.csv")
    change = Change(version="", rows=[told["id"]], cells={"scope": ""})
    with pytest.raises(ReportError, match="scope: an empty scope; "):
        apply_change(draft, change, reference)


def test_a_review_counts_the_contradictions_that_validating_tells() -> None:
    project = Project(Path(__file__).resolve().parents[1])
    reference, tables = load(project)
    identities = load_identities(project.expectations / "identities.json", reference)
    findings = tables.findings
    warned = findings.loc[findings["severity"] == "warning", "source_id"].value_counts()
    for source in list_rows(read_sources(project.raw)):
        rows = list_rows(read_transcript(project.raw, source["source_id"]))
        judged = judge_draft(Draft(source, tuple(rows)), reference, identities)["contradictions"]
        assert len(judged) == warned.get(source["source_id"], 0), source["source_id"]


def print_otherwise(project: Project, printed: str, other: str) -> None:
    """Put other digits in the place of a printed figure of the draft."""
    draft = open_draft(project, SOURCE)
    changed = {"printed": other}
    rows = (row | changed if row["printed"] == printed else row for row in draft.rows)
    save_draft(project, Draft(draft.source, tuple(rows)))


@pytest.mark.parametrize(
    ("printed", "told"), [("30", "in 1 place: cchc process, "), ("20", "Next: ")]
)
def test_who_accepts_is_told_of_contradictions(
    printed: str,
    told: str,
    drafted: Project,
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_otherwise(drafted, "20", printed)
    assert cli.main(["--root", str(drafted.root), "accept", SOURCE]) == 0
    said = capsys.readouterr().out
    assert told in said
    assert " more have no indicator yet" in said


def test_a_part_that_is_not_stated_is_shown_to_the_reviewer_and_is_no_contradiction(
    drafted: Project, reference: Reference
) -> None:
    """Of 100 pending 80 are in time and 15 overdue: those suspended may be left out."""
    cells = {
        "100": {"indicator": "dossiers_pending_total"},
        "80": {"indicator": "dossiers_pending_in_term"},
        "15": {"indicator": "dossiers_pending_overdue"},
    }
    print_otherwise(drafted, "20", "15")
    for printed, said in cells.items():
        draft = open_draft(drafted, SOURCE)
        rows = [find(draft, printed)["figure_id"]]
        change = Change(version=draft.version, rows=rows, cells={**said, "period_start": ""})
        change_draft(drafted, SOURCE, change, reference)
    identities = tuple(load_identities(drafted.expectations / "identities.json", reference))
    [shown] = judge_draft(open_draft(drafted, SOURCE), reference, identities)["contradictions"]
    assert shown["arithmetic"] == "100 ≠ 95"
    assert accept_source(drafted, SOURCE).contradictions == 0


def test_who_accepts_reads_no_other_number_than_is_printed(
    drafted: Project, reference: Reference, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = open_draft(drafted, SOURCE)
    rows = [find(draft, "20")["figure_id"]]
    change = Change(version=draft.version, rows=rows, cells={"read_as": "30"})
    change_draft(drafted, SOURCE, change, reference)
    assert cli.main(["--root", str(drafted.root), "accept", SOURCE]) == 5
    said = capsys.readouterr().err
    assert "printed '20', read_as '30'" in said
    assert "leave read_as empty" in said


def test_a_value_out_of_its_range_is_told_as_validate_tells_it(
    drafted: Project, reference: Reference, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = open_draft(drafted, SOURCE)
    for row in draft.rows:
        out = {"indicator": "pci", "unit": "point", "read_as": "96500"}
        change = Change(
            version=open_draft(drafted, SOURCE).version,
            rows=[row["figure_id"]],
            cells=out if row["printed"] == "96,5" else {},
            confirm=row["printed"] != "96,5",
        )
        change_draft(drafted, SOURCE, change, reference)
    assert cli.main(["--root", str(drafted.root), "accept", SOURCE]) == 5
    told = capsys.readouterr().err
    assert "expected rule O11 to hold. Compare the transcript with the report" in told
    assert read_sources(drafted.raw).set_index("source_id")["state"][SOURCE] == "draft"
    listed = drafted.raw / "sources.csv"
    listed.write_text(listed.read_text("utf-8").replace(",draft,", ",accepted,"), "utf-8")
    assert cli.main(["--root", str(drafted.root), "validate"]) == 5
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(("comparator", "told"), [("=", ["100 ≠ 90"]), (">", [])])
def test_a_number_meets_the_bound_that_it_is_told_by_elsewhere(
    comparator: str, told: list[str], drafted: Project, reference: Reference
) -> None:
    draft = open_draft(drafted, SOURCE)
    again = {"indicator": "dossiers_received_total", "read_as": "90", "comparator": comparator}
    again |= {"period_start": find(draft, "100")["period_start"]}
    rows = tuple(row | again if row["printed"] == "20" else row for row in draft.rows)
    judged = judge_draft(Draft(draft.source, rows), reference, ())
    assert [each["arithmetic"] for each in judged["contradictions"]] == told


def test_rules_are_asked_only_where_their_figures_are(
    drafted: Project, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    identities = tuple(load_identities(drafted.expectations / "identities.json", reference))
    asked: list[Identity] = []
    lined_up: list[Statements] = []

    def evaluate(rules: list[Identity], lines: Statements) -> Any:
        asked.extend(rules)
        lined_up.append(lines)
        return evaluate_rivals(rules, lines)

    monkeypatch.setattr(rules, "evaluate_rivals", evaluate)
    judge_draft(open_draft(drafted, SOURCE), reference, identities)
    [lines] = lined_up
    there = set(lines.figures["indicator"])
    alone = [rule for rule in asked if not rule.rival_group]
    assert alone
    assert all(rule.codes & there for rule in alone)
    left_out = [rule for rule in identities if rule not in asked]
    assert all(verdict.empty for verdict in evaluate_rivals(left_out, lines)[0].values())


def test_an_unknown_area_is_searched_for_once_however_many_figures_it_has(
    drafted: Project, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, match = open_draft(drafted, SOURCE), Reference.match_area
    asked: list[str] = []

    def count(self: Reference, name: str, *where: str, **how: str) -> str:
        asked.append(name)
        return match(self, name, *where, **how)

    monkeypatch.setattr(Reference, "match_area", count)
    rows = tuple(row | {"area": "huyện Không Có"} for row in draft.rows)
    told = judge_draft(Draft(draft.source, rows), reference, ())["problems"]
    assert len(told) == sum(row["indicator"] != "" for row in rows) > 2
    # Once for the problems, and once for each pass that keeps the name as it is.
    assert asked.count("huyện Không Có") <= 3


@pytest.mark.parametrize(
    ("old", "sentence"),
    [
        ("20 hồ sơ)", "Không thấy mâu thuẫn"),
        ("30 hồ sơ)", "100 ≠ 110"),
    ],
)
def test_the_static_page_judges_figures_of_an_unknown_area(
    old: str, sentence: str, project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "report.txt"
    text = REPORT.replace("SÔNG MÂY", "XA LẠ").replace("20 hồ sơ)", old)
    path.write_text(text, "utf-8")
    page = read_report(project, path, source_id=SOURCE).review.read_text("utf-8")
    assert sentence in page
    draft = open_draft(project, SOURCE)
    assert all("Xa Lạ" in row["area"] for row in draft.rows)
    for words in ("txt", "chắc</mark>", "con số khác", "dòng 5", "“?”"):
        assert words in page


def test_where_nothing_can_be_judged_the_static_page_says_so(
    project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "report.txt"
    head, _, _ = REPORT.partition("Tiếp nhận")
    path.write_text(f"{head}Toàn huyện có 14 xã, 3 kho và 61 bàn.\n", "utf-8")
    page = read_report(project, path, source_id=SOURCE).review.read_text("utf-8")
    assert "Chưa đối chiếu được" in page
    assert "Không thấy mâu thuẫn" not in page


@pytest.mark.parametrize(
    ("source_id", "sentence"),
    [("no_such", "no such source"), ("song_may_2022_h1", "accepted already")],
)
def test_only_a_draft_is_reviewed(
    source_id: str, sentence: str, drafted: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    (drafted.build / "review" / f"{source_id}.json").write_text(
        (drafted.build / "review" / f"{SOURCE}.json").read_text("utf-8"), "utf-8"
    )
    assert cli.main(["--root", str(drafted.root), "review", source_id, "--no-browser"]) == 3
    assert sentence in capsys.readouterr().err


def test_without_its_text_a_draft_is_not_reviewed(drafted: Project) -> None:
    (drafted.build / "review" / f"{SOURCE}.json").write_text("{", "utf-8")
    with pytest.raises(ReportError, match="Read the report again"):
        load_text(drafted, SOURCE)


@pytest.mark.parametrize("port", [-1, 65_536, 70_000])
def test_a_port_that_is_none_is_no_other_one(port: int, drafted: Project) -> None:
    with pytest.raises(CommandError, match=f"--port {port}: ports are 0 to 65535"):
        listen(Review(drafted, SOURCE, load_text(drafted, SOURCE)), port)


@pytest.fixture
def served(drafted: Project) -> Iterator[tuple[Review, str]]:
    """The review of the draft, answering; and its address."""
    review = Review(drafted, SOURCE, load_text(drafted, SOURCE))
    with serve(review) as address:
        yield review, address


@contextmanager
def serve(review: Review) -> Iterator[str]:
    """The server in a thread of its own, for as long as the block takes; its address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def begin() -> tuple[HTTPServer, str]:
        return listen(review)

    async def end(server: HTTPServer) -> None:
        server.stop()
        await server.close_all_connections()

    server, address = asyncio.run_coroutine_threadsafe(begin(), loop).result(20)
    try:
        yield address
    finally:
        asyncio.run_coroutine_threadsafe(end(server), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def ask(
    address: str, path: str, method: str = "POST", body: str = "{}", **headers: str
) -> tuple[int, str, dict[str, str]]:
    host = address.split("/")[2]
    sent = {"Host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    with closing(http.client.HTTPConnection(host, timeout=20)) as connection:
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.getheaders())


def test_who_is_not_the_page_is_refused(served: tuple[Review, str], drafted: Project) -> None:
    review, address = served
    before = read_rows(drafted)
    change = json.dumps(
        {"version": open_draft(drafted, SOURCE).version, "rows": ["F001"], "drop": True}
    )
    token = review.token
    hostile: list[dict[str, Any]] = [
        {"path": "/change"},
        {"path": "/change", "X_Token": token[:-1]},
        {"path": "/change", "X_Token": token, "Host": "evil.example"},
        {"path": "/change", "X_Token": token, "Origin": "http://evil.example"},
        {"path": "/change", "X_Token": token, "Origin": "null"},
        {"path": "/", "method": "GET"},
        {"path": "/?token=wrong", "method": "GET"},
        {"path": "/../../etc/passwd", "method": "GET"},
    ]
    for request in hostile:
        status, told, _ = ask(address, body=change, **request)
        assert (status, "Refused" in told) == (403, True), request
    status, _, _ = ask(address, "/static/../data/raw/sources.csv", "GET", X_Token=token)
    assert status == 404
    assert ask(address, "/change", "GET", X_Token=token)[0] == 405
    assert read_rows(drafted) == before


@pytest.mark.parametrize(
    "body", ["", "[]", '{"version": 1}', '{"nonsense": 1}', "\x00", "{" * 9000]
)
def test_a_step_that_is_none_is_a_sentence(body: str, served: tuple[Review, str]) -> None:
    review, address = served
    status, told, _ = ask(address, "/change", body=body, X_Token=review.token)
    assert (status, json.loads(told)["error_en"]) == (
        400,
        "Refused: not a step that this page can take.",
    )


def test_the_page_loads_nothing_and_is_kept_nowhere(served: tuple[Review, str]) -> None:
    review, address = served
    status, page, headers = ask(address, f"/?token={review.token}", "GET")
    assert status == 200
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert "http://" not in page.replace(address.split("?")[0], "")
    assert "https://" not in page


def test_the_page_offers_words_in_their_own_order(
    served: tuple[Review, str], reference: Reference
) -> None:
    review, address = served
    _, page, _ = ask(address, f"/?token={review.token}", "GET")
    words = json.loads(page.partition('id="content">')[2].partition("</script>")[0])["words"]
    assert [*words["head"]][:2] == ["title", "issuer"]
    assert [*words["scopes"]] == [each.value for each in Scope]
    assert [*words["indicators"]] == [*reference.indicators["indicator"]]


def test_steps_are_saved_and_taken_back(served: tuple[Review, str], drafted: Project) -> None:
    review, address = served
    before = read_rows(drafted)
    version = open_draft(drafted, SOURCE).version
    for note in ("a", "b"):
        change = {"version": version, "rows": ["F001"], "cells": {"note_en": note}}
        status, told, _ = ask(address, "/change", body=json.dumps(change), X_Token=review.token)
        assert status == 200
        version = json.loads(told)["version"]
        assert read_rows(drafted)[0]["note_en"] == note
    for left in ("a", before[0]["note_en"]):
        status, told, _ = ask(address, "/undo", X_Token=review.token)
        assert (status, read_rows(drafted)[0]["note_en"]) == (200, left)
    assert read_rows(drafted) == before
    assert not json.loads(told)["can_undo"]


def test_another_area_than_the_head_names_is_doubted_until_it_is_taken_back(
    served: tuple[Review, str],
) -> None:
    review, address = served
    ask_page = partial(ask, address, X_Token=review.token)
    told = json.loads(ask_page("/state")[1])
    assert told["doubt"] == ""
    for area, doubt in (
        ("Đông Gió", "phần đầu văn bản ghi 'huyện Sông Mây', còn đơn vị đã chọn là 'Đông Gió'"),
        ("Sông Mây", ""),
        ("huyện Đông Gió", "còn đơn vị đã chọn là 'huyện Đông Gió': hãy kiểm tra"),
    ):
        step = json.dumps({"version": told["version"], "head": {"area": area}})
        told = json.loads(ask_page("/change", body=step)[1])
        assert doubt in told["doubt"]
        assert bool(doubt) == bool(told["doubt"])
    assert json.loads(ask_page("/undo")[1])["doubt"] == ""


def test_taking_back_never_undoes_what_others_wrote(
    served: tuple[Review, str], drafted: Project, reference: Reference
) -> None:
    review, address = served
    version = open_draft(drafted, SOURCE).version
    change = {"version": version, "rows": ["F001"], "cells": {"note_en": "here"}}
    ask(address, "/change", body=json.dumps(change), X_Token=review.token)
    version = open_draft(drafted, SOURCE).version
    theirs = Change(version=version, rows=["F002"], cells={"note_en": "by hand"})
    change_draft(drafted, SOURCE, theirs, reference)
    status, told, _ = ask(address, "/undo", X_Token=review.token)
    assert status == 409
    assert "changed meanwhile" in json.loads(told)["error_en"]
    assert [row["note_en"] for row in read_rows(drafted)[:2]] == ["here", "by hand"]


def test_a_report_that_is_read_anew_is_shown_with_its_new_text(
    served: tuple[Review, str], drafted: Project, tmp_path: Path
) -> None:
    review, address = served
    path = tmp_path / "report.txt"
    path.write_text(REPORT.replace("61 bàn", "62 ghế"), "utf-8")
    remove_source(drafted, SOURCE)
    read_report(drafted, path, area="huyện Sông Mây", period="2022-H1", source_id=SOURCE)
    _, told, _ = ask(address, "/state", X_Token=review.token)
    assert "ghế" in json.loads(told)["html"]["document"]


class Typist:
    """A person at the keyboard of the review page, who counts the strokes."""

    def __init__(self, page: Page) -> None:
        self.page, self.strokes = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.strokes += 1

    def wait(self) -> None:
        """Until every key that was pressed has been seen to."""
        self.page.evaluate("() => busy")


KINDS = (
    ("Tiếp nhận mới trong kỳ: {} hồ sơ.", "dossiers_received_new"),
    ("Kỳ trước chuyển sang: {} hồ sơ.", "dossiers_carried_over"),
)
"""Two sentences, and what their figures are."""
FAULTS = (
    lambda row: {"indicator": KINDS[row["indicator"] == KINDS[0][1]][1]},
    lambda _: {"scope": "commune"},
    lambda _: {"status": "target"},
    lambda _: {"indicator": "on_time_rate"},
)


def spoil(row: dict[str, str], number: int) -> dict[str, str]:
    """Every fifth figure wrong, in one of four ways, and unsure; one in ten only unsure."""
    if number % 5 == 0:
        row = row | FAULTS[number // 5 % len(FAULTS)](row)
    is_unsure = number % 5 == 0 or number % 10 == 3
    return row | {"indicator": f"?{row['indicator']}"} if is_unsure else row


@pytest.fixture
def spoilt(project: Project, tmp_path: Path) -> tuple[Project, list[dict[str, str]]]:
    """A draft of two hundred figures of which forty are wrong, and the rows as they should be."""
    path = tmp_path / "long.txt"
    head = REPORT.partition("Tiếp nhận 100")[0]
    lines = [KINDS[n % 2][0].format(1001 + n) for n in range(200)]
    path.write_text(head + "\n".join(lines) + "\n", "utf-8")
    read_report(project, path, area="huyện Sông Mây", period="2022-H1", source_id=SOURCE)
    sure = {"scope": "whole_district", "status": "actual", "unit": "dossier", "read_as": ""}
    right = [
        row | sure | {"indicator": KINDS[number % 2][1], "note_vi": "", "note_en": ""}
        for number, row in enumerate(read_rows(project))
    ]
    write_rows(
        project.raw / "transcripts" / f"{SOURCE}.csv",
        [spoil(row, number) for number, row in enumerate(right)],
    )
    text = project.build / "review" / f"{SOURCE}.json"
    told = json.loads(text.read_text("utf-8"))
    for row in right:
        told["figures"][row["figure_id"]]["rivals"] = [row["indicator"]]
    text.write_text(json.dumps(told), "utf-8")
    return project, right


def mend(typist: Typist, right: list[dict[str, str]]) -> None:
    """What a person does who sees one row and knows what is right."""
    page = typist.page
    shown = str(page.locator("#rows .is-current").get_attribute("data-id"))
    wanted = next(row for row in right if row["figure_id"] == shown)
    row = page.evaluate("() => find(current).cells")
    if row["scope"] != wanted["scope"]:
        typist.press("s", choice(page, wanted["scope"], "scopes"))
    elif row["status"] != wanted["status"]:
        typist.press("t", choice(page, wanted["status"], "statuses"))
    elif row["indicator"].removeprefix("?") != wanted["indicator"]:
        codes = page.locator("#current li code").all_inner_texts()
        typist.press(str(codes.index(wanted["indicator"]) + 1))
    else:
        typist.press("Enter")
    typist.wait()


def test_a_draft_is_put_right_by_keyboard(
    spoilt: tuple[Project, list[dict[str, str]]], browser: Browser
) -> None:
    """Two hundred figures with forty faults, in under three hundred strokes."""
    project, right = spoilt
    assert len(right) == 200
    assert sum(spoil(row, number) != row for number, row in enumerate(right)) == 60
    requests: list[str] = []
    with serve(Review(project, SOURCE, load_text(project, SOURCE))) as address:
        page = browser.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.goto(address)
        page.wait_for_selector("#rows .is-current")
        typist = Typist(page)
        while "chưa quyết" in page.inner_text("#left") and typist.strokes < 300:
            mend(typist, right)
        page.close()
    assert typist.strokes < 300
    assert {url.split("/")[2] for url in requests} == {address.split("/")[2]}
    assert read_rows(project) == right


def test_a_second_window_shows_what_the_first_did_before_it_takes_a_step(
    served: tuple[Review, str], drafted: Project, browser: Browser
) -> None:
    context = browser.new_context()
    windows = [Typist(context.new_page()) for _ in range(2)]
    for window in windows:
        window.page.goto(served[1])
        window.page.wait_for_selector("#rows .is-current")
    first, second = windows
    shown = second.page.locator("#rows .is-current").get_attribute("data-id")
    was = next(row for row in read_rows(drafted) if row["figure_id"] == shown)
    first.press("s", choice(first.page, "commune", "scopes"))
    first.wait()
    told = []
    for _ in range(2):
        second.press("t", choice(second.page, "plan", "statuses"))
        second.wait()
        [row] = [row for row in read_rows(drafted) if row["figure_id"] == shown]
        assert second.page.evaluate("() => find(current).cells") == row
        told.append((second.page.inner_text("#said"), row["scope"], row["status"]))
    context.close()
    (refusal, *refused), done = told
    assert "đã được sửa ở cửa sổ khác" in refusal
    assert refused == ["commune", was["status"]]
    assert done == ("", "commune", "plan")


def test_the_page_shows_that_the_head_names_another_area(
    served: tuple[Review, str], browser: Browser
) -> None:
    typist = Typist(browser.new_context().new_page())
    typist.page.goto(served[1])
    typist.page.wait_for_selector("#rows .is-current")
    assert typist.page.inner_text("#doubt") == ""
    typist.press("h")
    typist.page.fill("#head-area", "huyện Đông Gió")
    typist.press("Tab")
    typist.wait()
    assert "còn đơn vị đã chọn là 'huyện Đông Gió'" in typist.page.inner_text("#doubt")
    typist.page.context.close()


@pytest.fixture
def typist(served: tuple[Review, str], browser: Browser) -> Iterator[Typist]:
    """A person at the page of the draft."""
    context = browser.new_context()
    typist = Typist(context.new_page())
    typist.page.goto(served[1])
    typist.page.wait_for_selector("#rows .is-current")
    yield typist
    context.close()


def find_current(typist: Typist, project: Project) -> dict[str, str]:
    shown = typist.page.locator("#rows .is-current").get_attribute("data-id")
    [row] = [row for row in read_rows(project) if row["figure_id"] == shown]
    return row


def test_the_only_row_that_is_not_decided_is_not_left_for_the_next_one(
    typist: Typist, drafted: Project
) -> None:
    doubt = (
        "() => { const row = draft.rows[1]; row.is_undecided = true; go(row.id); return row.id; }"
    )
    last = typist.page.evaluate(doubt)
    for _ in range(3):
        typist.press("n")
        typist.wait()
        assert find_current(typist, drafted)["figure_id"] == last
    assert typist.page.inner_text("#said") == f"Chỉ còn {last} chưa quyết."


def test_all_is_decided_when_every_number_is_as_printed(typist: Typist, drafted: Project) -> None:
    page, left = typist.page, typist.page.locator("#left")
    page.wait_for_function("() => unclear !== null")
    typist.press("*", "Enter")
    typist.wait()
    twenty = find(open_draft(drafted, SOURCE), "20")["figure_id"]
    for read_as, told in (("25", "Còn 1 dòng chưa đúng"), ("", "Đã quyết xong")):
        page.evaluate(
            "([id, read_as]) => step({ rows: [id], cells: { read_as } })", [twenty, read_as]
        )
        assert left.inner_text().startswith("Đang đối chiếu")
        page.wait_for_function("() => unclear !== null")
        assert left.inner_text().startswith(told)


@pytest.mark.parametrize("is_busy", [False, True])
@pytest.mark.parametrize("typed", ["2021-9M", "2021-01-01/2021-09-30"])
def test_digits_typed_in_the_box_of_the_period_are_text(
    *, typed: str, is_busy: bool, typist: Typist, drafted: Project
) -> None:
    """Also those typed while a step is saved, before the box is open."""
    before, row = read_rows(drafted), find_current(typist, drafted)
    if is_busy:
        hold = "() => { window.go_on = null; later(() => new Promise((r) => { go_on = r; })); }"
        typist.page.evaluate(hold)
    typist.press("k", *typed)
    if is_busy:
        typist.page.evaluate("() => go_on()")
        typist.wait()
    assert typist.page.input_value("#menu-input") == typed
    assert read_rows(drafted) == before
    typist.press("Enter")
    typist.wait()
    row |= {"period_start": "2021-01-01", "period_end": "2021-09-30"}
    assert read_rows(drafted) == [
        row if each["figure_id"] == row["figure_id"] else each for each in before
    ]


def test_a_code_typed_whole_comes_before_those_that_hold_it(
    typist: Typist, drafted: Project
) -> None:
    before = find_current(typist, drafted)["figure_id"]
    typist.press("i", *"on_time_rate", "Enter")
    typist.wait()
    [row] = [row for row in read_rows(drafted) if row["figure_id"] == before]
    assert row["indicator"] == "on_time_rate"


def test_days_typed_in_the_box_of_the_period_are_taken_as_people_write_them(
    typist: Typist, drafted: Project
) -> None:
    typist.press("k", *"1/1/2022 - 10/3/2022", "Enter")
    typist.wait()
    assert typist.page.inner_text("#said") == ""
    row = find_current(typist, drafted)
    assert (row["period_start"], row["period_end"]) == ("2022-01-01", "2022-03-10")


def test_an_arrow_chooses_from_the_list_of_a_box_with_text(
    typist: Typist, drafted: Project, reference: Reference
) -> None:
    draft = open_draft(drafted, SOURCE)
    rows = [draft.rows[-1]["figure_id"]]
    change = Change(version=draft.version, rows=rows, cells={"area": "huyện Đông Gió"})
    change_draft(drafted, SOURCE, change, reference)
    typist.page.reload()
    typist.page.wait_for_selector("#rows .is-current")
    typist.press("d", "ArrowDown", "ArrowDown", "Enter")
    typist.wait()
    assert find_current(typist, drafted)["area"] == "huyện Đông Gió"


def test_a_digit_behind_the_one_that_chose_reaches_no_row(typist: Typist, drafted: Project) -> None:
    before = find_current(typist, drafted)
    chooses = choice(typist.page, "commune", "scopes")
    at_once = """(keys) => keys.forEach((key) =>
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })))"""
    typist.page.evaluate(at_once, ["s", chooses, "0"])
    typist.wait()
    assert find_current(typist, drafted) == before | {"scope": "commune"}
    assert "Bỏ qua phím 0" in typist.page.inner_text("#said")
    typist.page.evaluate(at_once, ["s", chooses, "j", "l", "0"])  # no longer behind it
    typist.wait()
    assert "Bỏ qua" not in typist.page.inner_text("#said")


def test_a_key_held_down_when_a_box_closes_reaches_no_row(typist: Typist, drafted: Project) -> None:
    doubt(drafted, "80")
    typist.page.reload()
    typist.page.wait_for_selector("#rows .is-current")
    typist.press("k")
    for _ in range(3):
        typist.page.keyboard.down("Enter")
        typist.wait()
    assert find_current(typist, drafted)["indicator"] == "?dossiers_received_new"


@pytest.mark.parametrize("text", ["số hóa", "so hoa", "TTHC", "9001", "hài"])
def test_indicators_are_found_as_the_list_of_names_finds_them(
    text: str, typist: Typist, drafted: Project
) -> None:
    """Those that hold the text from the start of a word first, then those with its words."""
    typist.press("i")
    typist.page.keyboard.type(text)
    shown = typist.page.locator("#menu-list code").all_inner_texts()
    listed = [line.partition("  ")[0] for line in list_known(drafted, "indicators", text)]
    assert listed
    assert shown[: len(listed)] == listed[:60]


def test_words_in_another_order_are_found_behind_the_text_itself(typist: Typist) -> None:
    typist.page.evaluate("""() => ask("", [
      ["part", "Phó số hóa, xóa sổ"], ["words", "Hóa đơn: số"], ["own", "Hồ sơ: Số hóa"],
      ["inner", "Khóa sốt"], ["none", "Số"]], () => {})""")
    typist.page.keyboard.type("số hóa")
    shown = typist.page.locator("#menu-list code").all_inner_texts()
    assert shown == ["part", "own", "words", "inner"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(scheme: str, served: tuple[Review, str], browser: Browser) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(bypass_csp=True)  # the script of axe is none of the page's
    page = context.new_page()
    page.emulate_media(color_scheme=scheme)
    page.goto(served[1])
    page.wait_for_selector("#rows .is-current")
    page.keyboard.press("s")
    page.wait_for_selector("#menu[open]")
    found = Axe().run(page).response["violations"]
    context.close()
    assert [violation["id"] for violation in found] == []


def choice(page: Page, value: str, kind: str) -> str:
    """The digit that chooses a word in the list that the last key opened."""
    words = page.evaluate("(kind) => Object.keys(words[kind])", kind)
    return str(words.index(value) + 1)


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_a_draft_leaves_processed_data_as_they_are(processed: Project, tmp_path: Path) -> None:
    """Whoever reads and mends a draft goes on working with what counts."""
    path = tmp_path / "report.txt"
    path.write_text(REPORT, "utf-8")
    read_report(processed, path, area="huyện Sông Mây", period="2023-H1", source_id=SOURCE)
    check_fresh(processed)
    draft = open_draft(processed, SOURCE)
    rows = [row["figure_id"] for row in draft.rows]
    reference = load_reference(processed.reference)
    change_draft(
        processed, SOURCE, Change(version=draft.version, rows=rows, confirm=True), reference
    )
    check_fresh(processed)
    accept_source(processed, SOURCE)
    with pytest.raises(ReportError, match="changed since"):
        check_fresh(processed)
