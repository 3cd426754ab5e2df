"""A project of one's own: what ``cchc init`` lays down, refuses and leaves alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import openpyxl
import pytest

from cchc_analysis.cli import main
from cchc_analysis.data.areas import LEVELS
from cchc_analysis.data.clean import alphabet_key
from cchc_analysis.data.reference import find_project, load_reference
from cchc_analysis.data.words import bare_name
from cchc_analysis.errors import CommandError
from cchc_analysis.pipeline import list_known
from cchc_analysis.site.kit import LIST, init_project, list_own

ROOT = Path(__file__).parents[1]


def list_files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    init_project(tmp_path / "own")
    return tmp_path / "own"


def test_a_new_project_holds_reference_data_and_no_reports(project: Path) -> None:
    reference = load_reference(project / "data" / "reference")
    assert len(reference.indicators) > 300
    assert reference.corrections.empty
    assert reference.remarks.empty
    assert (project / "data" / "raw" / "sources.csv").read_text("utf-8").count("\n") == 1
    assert (project / "notebooks" / "district_brief.ipynb").is_file()
    assert (project / "expectations" / "identities.json").is_file()
    assert "rerun/" in (project / ".gitignore").read_text("utf-8").split()


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("x")
    before = list_files(tmp_path)
    with pytest.raises(CommandError, match=r"not empty: thesis\.docx"):
        init_project(tmp_path)
    with pytest.raises(CommandError, match="a file"):
        init_project(tmp_path / "thesis.docx")
    with pytest.raises(CommandError, match="cchc init made"):
        init_project(tmp_path, update=True)
    (tmp_path / LIST).write_text("<<<<<<< ours\n")
    with pytest.raises(CommandError, match="cchc init made"):
        init_project(tmp_path, update=True)
    (tmp_path / LIST).unlink()
    assert list_files(tmp_path) == before


def test_an_update_brings_what_is_new_and_keeps_what_was_changed(project: Path) -> None:
    changed = project / "expectations" / "identities.json"
    changed.write_text("{}", "utf-8")
    old = project / "data" / "reference" / "units.csv"
    told = (project / LIST).read_text("utf-8")
    sums = list_files(project)
    # As an earlier edition would have left it: other content, known by its hash.
    old.write_text("unit\n", "utf-8")
    digest = hashlib.sha256(b"unit\n").hexdigest()
    (project / LIST).write_text(told.replace(sums["data/reference/units.csv"], digest), "utf-8")
    taken_away = project / "notebooks" / "explore.ipynb"
    taken_away.unlink()
    laid = init_project(project, update=True)
    assert laid.written == ["data/reference/units.csv"]
    assert sorted(laid.kept) == ["expectations/identities.json", "notebooks/explore.ipynb"]
    assert changed.read_text("utf-8") == "{}"
    assert old.read_bytes() == (ROOT / "data" / "reference" / "units.csv").read_bytes()
    assert not taken_away.exists()


def test_what_jupyterlab_hides_beside_a_notebook_is_no_notebook_of_ones_own(project: Path) -> None:
    changed = project / "notebooks" / "validate.ipynb"
    changed.write_text("{}", "utf-8")
    hidden = project / "notebooks" / ".ipynb_checkpoints" / "explore-checkpoint.ipynb"
    hidden.parent.mkdir()
    hidden.write_text("{}", "utf-8")
    assert [*list_own(project)] == ["notebooks/validate.ipynb"]


def test_sources_of_ones_own_are_never_touched(project: Path) -> None:
    sources = project / "data" / "raw" / "sources.csv"
    sources.write_text("mine\n", "utf-8")
    init_project(project, update=True)
    assert sources.read_text("utf-8") == "mine\n"


def test_the_commands_that_need_no_project_run_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "own"]) == 0
    told = capsys.readouterr().out
    assert "files written in own" in told
    assert "Next, in that folder: cchc read REPORT" in told
    assert main(["init", "own"]) == 2
    edition = str(ROOT / "data" / "processed")
    assert main(["diff", edition, edition]) == 0
    assert capsys.readouterr().out.strip() == "nothing moved"
    assert main(["diff", edition, "nowhere"]) == 2


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        ("areas", "cao loc", "183  Huyện Cao Lộc"),
        ("indicators", "on_time_rate", "on_time_rate"),
        ("periods", "van quan", "huyện Văn Quan  2024-9M"),
        ("sources", "van quan", "van_quan_2024_9m"),
    ],
)
def test_what_there_is_can_be_listed(
    kind: str, text: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(ROOT), "list", kind, text]) == 0
    said = capsys.readouterr().out.splitlines()
    assert any(each.startswith(line) for each in said)
    assert main(["--root", str(ROOT), "list", kind, "no such thing"]) == 0
    assert not capsys.readouterr().out


def test_areas_of_one_name_are_listed_with_what_they_lie_in() -> None:
    project = find_project(ROOT)
    lines = list_known(project, "areas", "Xuân Hòa")
    assert "02962  Xã Xuân Hòa, Huyện Bảo Yên, Tỉnh Lào Cai  commune  … to 2025-06-30" in lines
    assert len({line.split("  ")[1] for line in lines}) == len(lines) > 10
    [one] = [line for line in lines if "Bảo Yên" in line]
    assert list_known(project, "areas", "Xã Xuân Hòa, Huyện Bảo Yên, Tỉnh Lào Cai") == [one]
    told = list_known(project, "areas", "cao loc, Lạng Sơn")
    assert [line.split("  ")[0] for line in told] == ["183", "06211-2025", "06187"]
    in_town = list_known(project, "areas", "lang son")
    assert [line.split("  ")[1] for line in in_town if "commune" not in line] == [
        "Tỉnh Lạng Sơn",
        "Thành phố Lạng Sơn, Tỉnh Lạng Sơn",
    ]
    assert len(in_town) < 10


def test_areas_are_listed_by_level_and_name_and_found_by_the_start_of_a_word() -> None:
    project = find_project(ROOT)
    lines = [line.split("  ") for line in list_known(project, "areas")]
    levels = [level for _, _, level, _ in lines]
    assert levels == sorted(levels, key=LEVELS.index)
    provinces = [bare_name({"name": name}) for _, name, level, _ in lines if level == "province"]
    assert provinces == sorted(provinces, key=alphabet_key)
    assert provinces.index("Đồng Nai") > provinces.index("Điện Biên") > provinces.index("Cà Mau")
    ids = [line.split("  ")[0] for line in list_known(project, "areas", "Yên Phúc")]
    assert ids == ["06298-2025", "06319", "13867"], "and no “Huyện Phúc Thọ”"


def test_a_draft_is_listed_as_one_and_a_table_is_pointed_to_its_command(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = openpyxl.Workbook()
    for row in (["Đơn vị", "Năm", "PCI"], ["Bắc Sơn", 2021, 60.5], ["Bình Gia", 2021, 61.2]):
        book.active.append(row)
    book.save(tmp_path / "table.xlsx")
    command = ["--root", str(project), "read", str(tmp_path / "table.xlsx")]
    assert main(command) == 3
    assert "cchc add-panel FILE --draft" in capsys.readouterr().err
    assert main([*command, "--area", "Bắc Sơn", "--period", "2021"]) == 0
    assert "then cchc add-panel FILE --draft" in capsys.readouterr().out
    assert main(["--root", str(project), "list", "sources", "bac son"]) == 0
    assert capsys.readouterr().out.endswith("(draft)\n")
    assert main(["--root", str(project), "list", "periods"]) == 0
    assert not capsys.readouterr().out
    listed = project / "data" / "raw" / "sources.csv"
    listed.write_text(listed.read_text("utf-8").replace(",draft,", ",accepted,"), "utf-8")
    assert main(["--root", str(project), "list", "periods"]) == 0
    assert capsys.readouterr().out == "Bắc Sơn  2021  bac_son_2021\n", "before cchc process, too"
