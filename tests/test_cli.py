"""What a person types, what they read back, and the exit code."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from brief_work import process_once
from cchc_analysis import pipeline
from cchc_analysis.cli import build_parser, main
from cchc_analysis.data.records import problem
from cchc_analysis.data.reference import Project
from cchc_analysis.errors import Problem, join_same
from conftest import Replace

TRANSCRIPT = "data/raw/transcripts/song_may_2022_h1.csv"
COMMANDS = ("check", "process", "validate", "brief", "site", "trace")
FINDING_KEYS = (
    *("rule_id", "severity", "kind", "source_id", "area_id", "scope", "period_start"),
    *("period_end", "left", "right", "difference", "figures"),
    *("explanation_vi", "explanation_en"),
)


def run(project: Project, *arguments: str) -> int:
    return main(["--root", str(project.root), *arguments])


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_help_explains_every_command_in_a_line() -> None:
    told = build_parser().format_help()
    for command in COMMANDS:
        line = next(line for line in told.splitlines() if line.strip().startswith(f"{command} "))
        assert len(line.split(None, 1)[1]) > 10


def test_help_does_not_import_what_it_does_not_need() -> None:
    heavy = ("pandas", "great_expectations", "matplotlib", "papermill", "nbconvert")
    code = (
        "import sys; from cchc_analysis.cli import build_parser; build_parser().format_help(); "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_check_says_what_is_there(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(project, "check") == 0
    told = capsys.readouterr().out
    assert "3 sources, 32 figures" in told


def test_process_writes_what_it_says_and_twice_the_same_bytes(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(project, "process") == 0
    assert "32 figures of 3 sources" in capsys.readouterr().out
    first = snapshot(project.processed)
    assert set(first) >= {
        "observations.csv",
        "indicators.csv",
        "findings.csv",
        "datapackage.json",
        "manifest.json",
    }
    run(project, "process")
    assert snapshot(project.processed) == first


def test_validate_finds_what_was_planted(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "process", process_once)
    assert run(project, "validate", "--format", "json") == 0
    findings = json.loads(capsys.readouterr().out)
    assert all(set(FINDING_KEYS) <= set(finding) for finding in findings)
    balance = [finding for finding in findings if finding["rule_id"] == "D08"]
    assert len(balance) == 1
    assert balance[0]["source_id"] == "dong_gio_2022_h1"
    assert (balance[0]["left"], balance[0]["right"]) == (310, 320)
    assert abs(balance[0]["difference"]) == 10
    assert {"M001", "M002", "M006"} <= set(balance[0]["figures"])
    warned = {finding["source_id"] for finding in findings if finding["severity"] == "warning"}
    assert warned == {"dong_gio_2022_h1"}


def test_validate_speaks_three_formats(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "process", process_once)
    run(project, "validate", "--format", "json")
    count = len(json.loads(capsys.readouterr().out))
    run(project, "validate", "--format", "csv")
    assert len(list(csv.DictReader(io.StringIO(capsys.readouterr().out)))) == count
    run(project, "validate")
    assert f"{count} finding: " in capsys.readouterr().out


def test_trace_walks_back_to_the_line(
    processed: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    scope = ("--scope", "district_office")
    assert run(processed, "trace", "Sông Mây", "dossiers_received_total", "2022-H1", *scope) == 0
    told = capsys.readouterr().out
    assert "section II.2, text, line 21: “1.250” dossier" in told


FAULTS = {
    "unknown_district": (["trace", "Sông Mấy", "on_time_rate", "2022-H1"], 2, "Sông Mây"),
    "unknown_indicator": (["trace", "Sông Mây", "ontime_rate", "2022-H1"], 2, "on_time_rate"),
    "unknown_period": (["trace", "Sông Mây", "on_time_rate", "2022-H9"], 2, "2024-H1"),
    "district_with_html": (["trace", "<b>x</b>", "on_time_rate", "2022-H1"], 2, "<b>x</b>"),
    "district_with_path": (["trace", "../../etc", "on_time_rate", "2022-H1"], 2, "../../etc"),
    "no_processes": (["site", "--jobs", "0"], 2, "--jobs: 0 processes; expected at least 1"),
    "no_time": (["site", "--timeout", "0"], 2, "--timeout: 0 s; expected more than 0 s"),
    "suite_without_data": (["validate", "--suite", "x.json"], 2, "--suite without --data"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_word_is_answered_with_a_sentence(
    fault: str, processed: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, code, told = FAULTS[fault]
    assert run(processed, *arguments) == code
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error


@pytest.mark.parametrize("arguments", [["fly"], ["trace", "x"], ["site", "--jobs", "x"], []])
def test_a_wrong_command_ends_with_two(
    arguments: list[str], project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(project, *arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "usage: cchc" in said
    last = said.splitlines()[-1]
    assert re.fullmatch(
        r"cchc[ a-z]*: .+; expected what its help lists. See `cchc.* --help`.", last
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["read", "a.txt", "--aera", "x"],
         "cchc read: unrecognized option --aera: did you mean --area? See `cchc read --help`."),
        (["brief", "a", "2024", "--lnag=vi"],
         "cchc brief: unrecognized option --lnag: did you mean --lang? See `cchc brief --help`."),
        (["check", "--zzz"], "cchc check: unrecognized option --zzz. See `cchc check --help`."),
        (["check", "it"], "cchc check: unrecognized word it. See `cchc check --help`."),
    ],
)  # fmt: skip
def test_a_wrong_option_is_told_by_its_command_with_the_one_that_was_meant(
    arguments: list[str], told: str, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(project, *arguments)
    assert ended.value.code == 2
    usage, *_, last = capsys.readouterr().err.splitlines()
    assert usage.startswith(f"usage: cchc {arguments[0]}")
    assert last == told


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["breif"], "brief"),
        (["list", "area"], "areas"),
        (["trace", "a", "b", "2024", "--scope", "whole_distrct"], "whole_district"),
        (["validate", "--format", "jsn"], "json"),
    ],
)
def test_a_mistyped_command_or_kind_is_told_with_the_one_that_was_meant(
    arguments: list[str], meant: str, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(project, *arguments)
    assert f". Did you mean {meant}? See `cchc" in capsys.readouterr().err.splitlines()[-1]


def test_what_stands_at_many_places_is_told_once(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (project.root / TRANSCRIPT).read_text("utf-8")
    path = project.root / TRANSCRIPT
    path.write_text(text.replace(",dossier,", ",,"), "utf-8")
    assert run(project, "check") == 3
    [said] = capsys.readouterr().err.splitlines()
    assert re.search(r"figure M\d+, M\d+, M\d+ and \d+ more: an empty unit; ", said)
    assert said.endswith("Write what the report counts in; the indicator is in 'dossier'.")
    assert "''" not in said


@pytest.mark.parametrize(
    ("kind", "said", "found"),
    [
        ("unknown_code", {"column": "unit", "remedy": ""}, "an empty unit"),
        ("foreign_format", {"suffix": "", "how": ""}, "a file ''"),
        ("other_print", {"printed": "", "expect": "1"}, "the transcript prints ''"),
        (
            "lost_heading",
            {"name": "", "names": "", "offer": ""},
            "no heading '', which the mapping",
        ),
    ],
)
def test_a_cell_of_nothing_is_called_empty_and_no_sentence_is_torn(
    kind: str, said: dict[str, str], found: str
) -> None:
    assert problem(kind, "", ("unit", ""), **said).found.startswith(found)


@pytest.mark.parametrize(
    ("places", "told"),
    [
        (["row 2", "row 3", "row 2"], "row 2, 3"),
        (["source a_2023", "source a_2024"], "source a_2023, a_2024"),
        (["area 'Châu Giả'", "area 'Châu Thật'"], "area 'Châu Giả'; area 'Châu Thật'"),
        (["in/báo cáo 1.txt", "in/báo cáo 2.txt"], "in/báo cáo 1.txt; in/báo cáo 2.txt"),
        (["a, row 2", "b, row 2"], "a, row 2; b, row 2"),
    ],
)
def test_places_are_joined_at_their_numbers_and_nowhere_else(places: list[str], told: str) -> None:
    [one] = join_same(Problem(place, "no day", "a day", "Add it.") for place in places)
    assert one.where == told


SPOILT = {
    "malformed_number": (TRANSCRIPT, ",1.200,", ",12.00,", 3, "'12.00'"),
    "unknown_area": (TRANSCRIPT, "huyện Sông Mây", "huyện Sông Mai", 3, "'huyện Sông Mai'"),
    "missing_column": (TRANSCRIPT, "printed", "as_printed", 3, "no column printed"),
    "duplicate_figure": (TRANSCRIPT, "M002", "M001", 3, "M001 a second time"),
    "unknown_kind": ("data/raw/sources.csv", ",plan,", ",plans,", 3, "kind 'plans'"),
    "alias_to_nowhere": ("data/reference/area_aliases.csv", ",660,", ",999,", 4, "'999'"),
    "unknown_polarity_unit": (
        "data/reference/indicators.csv",
        ",item,steering",
        ",itme,steering",
        4,
        "'itme'",
    ),
    "mistyped_rule": (
        "expectations/identities.json",
        "expect_one_definition_to_hold",
        "expect_one_definition_hold",
        5,
        "expect_one_definition_to_hold",
    ),
    "negative_count": (TRANSCRIPT, ",1.200,", ",-1200,", 5, "M002"),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_bad_input_leaves_the_processed_data_untouched(
    fault: str, processed: Project, replace: Replace, capsys: pytest.CaptureFixture[str]
) -> None:
    path, old, new, code, told = SPOILT[fault]
    before = snapshot(processed.processed)
    replace(path, old, new)
    assert run(processed, "process") == code
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error
    assert snapshot(processed.processed) == before


def test_data_made_from_other_files_are_not_mixed_with_them(
    processed: Project, replace: Replace, capsys: pytest.CaptureFixture[str]
) -> None:
    replace(TRANSCRIPT, ",1.250,", ",9.999,")
    assert run(processed, "trace", "Sông Mây", "dossiers_received_total", "2022-H1") == 3
    assert "changed since data/processed was made" in capsys.readouterr().err


def test_a_site_never_takes_the_place_of_something_else(
    processed: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "thesis.txt").write_text("years of work", "utf-8")
    assert run(processed, "site", "--out", str(own)) == 2
    assert "holds something else" in capsys.readouterr().err
    assert (own / "thesis.txt").read_text("utf-8") == "years of work"


def test_a_folder_that_is_no_project_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(tmp_path), "check"]) == 2
    assert "no project here or above" in capsys.readouterr().err


def test_a_finding_is_told_in_one_form_of_numbers_and_with_the_rules_of_its_suite(
    processed: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, suite = tmp_path / "own.csv", tmp_path / "mine.json"
    table.write_text("area,dossiers_received_total,dossiers_resolved_total\nA,1000,1010\n", "utf-8")
    rules = {"M1": "dossiers_resolved_total <= dossiers_received_total", "M2": "on_time_rate <= 99"}
    expectations = [
        {
            "type": "expect_identity_to_hold",
            "severity": "warning",
            "kwargs": {"rule": rule},
            "meta": {"rule_id": rule_id, "why": "No more than came in.", "source": "mine"},
        }
        for rule_id, rule in rules.items()
    ]
    content = {"name": "mine", "meta": {"table": "statements"}, "expectations": expectations}
    suite.write_text(json.dumps(content), "utf-8")
    run(processed, "validate", "--data", str(table), "--suite", str(suite))
    told = capsys.readouterr()
    assert "1,010 > 1,000" in told.out
    assert "1.010" not in told.out
    assert "1 of 2 rules of mine.json applied, and 2 on ranges" in told.err
