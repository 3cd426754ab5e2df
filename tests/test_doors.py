"""Nothing of the user's is lost: commands at once, killed, refused, and run over again."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import pandas as pd
import pytest

from cchc_analysis import pipeline
from cchc_analysis.cli import main
from cchc_analysis.data import owned
from cchc_analysis.data.owned import all_or_none, changing, hold
from cchc_analysis.data.reference import Project
from cchc_analysis.data.system import PACKAGE
from cchc_analysis.errors import CommandError, Problem, ReportError
from cchc_analysis.panels import PanelSource, add_panel
from cchc_analysis.panels.mapping import PanelMapping
from cchc_analysis.read.drafting import read_report
from cchc_analysis.read.review import accept_source
from cchc_analysis.read.transcripts import read_sources
from cchc_analysis.site import single
from forked import call_command, prepare_forks

REPORTS = Path(__file__).resolve().parent / "made_up" / "reports"
Start = Callable[..., BaseProcess]
PANEL = """area,period,indicator,value
huyện Cao Lộc,2024-H1,dossiers_resolved_total,1.310
huyện Văn Quan,2024-H1,dossiers_resolved_total,950
"""


def snapshot(folder: Path) -> dict[str, str]:
    """Every file of a folder with its hash, but what commands keep for themselves."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".cchc-lock")
    }


def draft(project: Project, *source_ids: str) -> None:
    """Drafts that are ready to be accepted, each of a document of its own."""
    path = project.raw / "transcripts" / "song_may_2022_h1.csv"
    text, sources = path.read_text("utf-8"), read_sources(project.raw)
    row = sources[sources["source_id"] == "song_may_2022_h1"]
    rows = [row.assign(source_id=each, number=each, state="draft") for each in source_ids]
    pd.concat([sources, *rows]).to_csv(project.raw / "sources.csv", index=False)
    for each in source_ids:
        path.with_name(f"{each}.csv").write_text(text.replace("song_may_2022_h1", each), "utf-8")


@pytest.fixture(scope="module")
def start() -> Start:
    """What begins a command, in a process forked of one that has imported everything."""
    forks = prepare_forks()

    def begin(project: Project, told: Path, *arguments: str) -> BaseProcess:
        command = ["--root", str(project.root), *arguments]
        running = forks.Process(target=call_command, args=(command, told))
        running.start()
        return running

    return begin


def add_source(name: str) -> list[str]:
    return ["--source-id", name, "--publisher", "Nhóm thử nghiệm", "--licence", "CC0"]


@pytest.mark.slow
def test_ten_commands_at_once_lose_nothing(project: Project, tmp_path: Path, start: Start) -> None:
    ids = [f"draft_{number}" for number in range(5)]
    draft(project, *ids)
    running = {tmp_path / each: start(project, tmp_path / each, "accept", each) for each in ids}
    for number in range(5):
        file = tmp_path / f"panel_{number}.csv"
        file.write_text(PANEL, "utf-8")
        told, name = tmp_path / f"source_{number}", f"source_{number}"
        running[told] = start(project, told, "add-panel", str(file), *add_source(name))
    for told, each in running.items():
        each.join(600)
        assert (each.exitcode, told.read_text("utf-8")) == (0, "")
    states = read_sources(project.raw).set_index("source_id")["state"]
    assert set(states[ids]) == {"accepted"}
    panels = pd.read_csv(project.raw / "panels" / "sources.csv")
    assert sorted(panels["source_id"]) == [f"source_{number}" for number in range(5)]


def test_who_comes_second_waits_and_is_then_refused_with_the_name_of_the_first(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft(project, "draft_1")
    before = snapshot(project.root)
    with changing(project, "cchc process"), monkeypatch.context() as patch:
        patch.setattr(owned, "LONGEST_WAIT", 0.1)
        patch.setattr(owned, "hold", lambda folder, name: hold(folder, name, seconds=0.1))
        with pytest.raises(CommandError, match=r"cchc process \(process \d+ on .*\) has been writ"):
            accept_source(project, "draft_1")
        held = {name for name in snapshot(project.root) if ".cchc-" in name}
    assert held == {"data/.cchc-holder"}
    assert snapshot(project.root) == before
    assert accept_source(project, "draft_1")[0] > 0


def test_who_may_not_wait_is_told_of_no_waiting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", PACKAGE)
    with hold(tmp_path, "cchc site"):
        for seconds, told in ((0, 0), (0.01, 1)):
            with (
                pytest.raises(CommandError, match="cchc site"),
                hold(tmp_path, "b", seconds=seconds),
            ):
                pass
            assert len(caplog.messages) == told


def test_where_there_are_no_locks_the_command_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    draft(project, "draft_1")
    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(CommandError, match="cannot be locked"):
        accept_source(project, "draft_1")
    assert set(read_sources(project.raw)["state"]) == {"accepted", "draft"}


def change(project: Project, paths: list[Path], at: int) -> None:
    """Change some files and die after so many of them."""
    with all_or_none(project, paths):
        for path in paths[:at]:
            path.write_text("new", "utf-8")
        raise ZeroDivisionError


@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_killed_between_two_files_the_next_run_undoes_the_change(
    project: Project, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """As after SIGKILL: nothing of the killed run's own clearing up takes place."""
    raw = project.raw
    paths = [raw / "sources.csv", raw / "transcripts" / "new.csv", raw / "panels" / "a.csv"]
    (raw / "panels").mkdir()
    paths[2].write_text("old", "utf-8")
    before = snapshot(project.root)
    with monkeypatch.context() as patch:
        patch.setattr(owned, "_undo", lambda _: None)
        with pytest.raises(ZeroDivisionError):
            change(project, paths, at)
    with changing(project, "cchc accept"):
        assert snapshot(project.root / "data" / "raw") == snapshot_of(before, "data/raw/")
    assert snapshot(project.root) == before


def snapshot_of(whole: dict[str, str], start: str) -> dict[str, str]:
    return {
        name.removeprefix(start): each for name, each in whole.items() if name.startswith(start)
    }


def test_any_command_first_undoes_what_was_broken_off(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project.raw / "sources.csv"
    with monkeypatch.context() as patch:
        patch.setattr(owned, "_undo", lambda _: None)
        with pytest.raises(ZeroDivisionError):
            change(project, [path], 1)
    assert main(["--root", str(project.root), "check"]) == 0
    assert "reports: 3 sources" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [1, pytest.param(10, marks=pytest.mark.soak)])
@pytest.mark.parametrize("command", ["accept", "add-panel", "process"])
def test_killed_at_random_moments_it_is_as_before_or_as_after(
    project: Project, tmp_path: Path, command: str, rounds: int, start: Start
) -> None:
    chance = random.SystemRandom()
    draft(project, "draft_1")
    file, told = tmp_path / "panel.csv", tmp_path / "told"
    file.write_text(PANEL, "utf-8")
    more = {"accept": ["draft_1"], "add-panel": [str(file), *add_source("a_source")]}
    asked = [command, *more.get(command, [])]
    begun = time.monotonic()
    running = start(project, told, *asked)
    running.join()
    lasted = time.monotonic() - begun
    assert running.exitcode == 0
    after = snapshot(project.root / "data")
    for _ in range(rounds):
        for _ in range(3):
            restore(project, command)
            running = start(project, told, *asked)
            time.sleep(chance.uniform(0, lasted))
            running.kill()
            running.join()
            assert main(["--root", str(project.root), "check"]) == 0
        running = start(project, told, *asked)
        running.join()
        left = snapshot(project.root / "data")
        assert left == after or command == "process"
        assert not [path for path in (project.root / "data").iterdir() if ".new-" in path.name]
    assert set(left) == set(after)


def restore(project: Project, command: str) -> None:
    if command == "accept":
        path = project.raw / "sources.csv"
        sources = pd.read_csv(path, dtype="str", keep_default_na=False)
        is_draft = sources["source_id"] == "draft_1"
        sources.assign(state=sources["state"].mask(is_draft, "draft")).to_csv(path, index=False)
    elif command == "add-panel":
        for path in (project.raw / "panels").iterdir():
            path.unlink()


def test_a_draft_on_which_somebody_worked_is_not_drafted_over(project: Project) -> None:
    report = REPORTS / "dong_gio_2022_9m.txt"
    result = read_report(project, report)
    read_report(project, report)  # as it was drafted, it may be drafted again
    text = result.transcript.read_text("utf-8")
    result.transcript.write_text(text.replace(",=,", ",>=,", 1), "utf-8")
    before = snapshot(project.root)
    with pytest.raises(ReportError, match=r"somebody has worked .*transcripts/dong_gio_2022_9m"):
        read_report(project, report)
    assert snapshot(project.root) == before
    result.transcript.write_text(text, "utf-8")
    sources = project.raw / "sources.csv"
    sources.write_text(sources.read_text("utf-8").replace("41/BC-NV", "42/BC-NV"), "utf-8")
    with pytest.raises(ReportError, match=r"somebody has worked .*sources\.csv"):
        read_report(project, report)


def test_a_transcript_that_somebody_wrote_is_not_drafted_over(project: Project) -> None:
    own = project.raw / "transcripts" / "dong_gio_2022_9m.csv"
    own.write_text("mine", "utf-8")
    with pytest.raises(ReportError, match="somebody has worked"):
        read_report(project, REPORTS / "dong_gio_2022_9m.txt")
    assert own.read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["panel.csv", "panel.parquet"])
def test_a_file_of_others_among_the_panels_is_not_replaced(
    project: Project, tmp_path: Path, name: str
) -> None:
    (project.raw / "panels").mkdir()
    (project.raw / "panels" / name).write_text("mine", "utf-8")
    before = snapshot(project.root)
    file = tmp_path / "panel.csv"
    file.write_text(PANEL, "utf-8")
    source = PanelSource(source_id="a_source", publisher="Nhóm thử nghiệm", licence="CC0")
    with pytest.raises(ReportError, match="no panel is registered for"):
        add_panel(project, file, source, replace=True)
    with pytest.raises(ReportError, match="the name of the list of panels"):
        add_panel(project, file, source, PanelMapping(panel="sources"))
    assert snapshot(project.root) == before


def test_hidden_files_are_no_input(processed: Project, capsys: pytest.CaptureFixture[str]) -> None:
    (processed.raw / "panels").mkdir(exist_ok=True)
    for folder in ("panels", "transcripts"):
        for name in (".DS_Store", "._more.csv", ".hidden.csv"):
            (processed.raw / folder / name).write_bytes(b"\0\1")
    (processed.raw / "panels" / "folder").mkdir()
    (processed.reference / "._areas.csv").write_bytes(b"\0\1")
    trace = ["trace", "Sông Mây", "dossiers_received_total", "2022-H1"]
    assert main(["--root", str(processed.root), *trace]) == 0
    assert main(["--root", str(processed.root), "check"]) == 0
    assert capsys.readouterr().err == ""


def test_conflict_marks_in_the_manifest_are_a_sentence(
    processed: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = processed.processed / "manifest.json"
    manifest.write_text("<<<<<<< HEAD\n" + manifest.read_text("utf-8"), "utf-8")
    trace = ["trace", "Sông Mây", "dossiers_received_total", "2022-H1"]
    assert main(["--root", str(processed.root), *trace]) == 3
    assert "conflict marks" in capsys.readouterr().err


BRIEF = ("brief", "Sông Mây", "2022-H1", "--out")


def make_nothing(*_: object) -> tuple[str, dict[str, bytes], list[str]]:
    return "vi/991-song-may/2022-h1", {"index.html": b"<h1>brief</h1>"}, []


def test_a_brief_replaces_only_what_a_brief_wrote(
    processed: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single, "do_apart", make_nothing)
    out, thesis = tmp_path / "brief.html", tmp_path / "thesis.html"
    thesis.write_text("years of work", "utf-8")
    (tmp_path / "link.html").symlink_to(thesis)

    def run(path: Path) -> int:
        return main(["--root", str(processed.root), *BRIEF, str(path)])

    assert [run(path) for path in (out, out)] == [0, 0]
    out.write_text("mine now", "utf-8")
    refused = [run(path) for path in (out, thesis, tmp_path / "link.html", tmp_path)]
    assert refused == [2, 2, 2, 2]
    assert (out.read_text("utf-8"), thesis.read_text("utf-8")) == ("mine now", "years of work")


def test_a_brief_in_the_site_replaces_only_what_is_ours(
    processed: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(single, "do_apart", make_nothing)
    run = ["--root", str(processed.root), *BRIEF[:-1]]
    assert [main(run), main(run)] == [0, 0]
    page = Path(capsys.readouterr().out.splitlines()[-1])
    (page.parent / "notes.txt").write_text("mine", "utf-8")
    assert main(run) == 0
    (processed.site / ".cchc.json").unlink()
    before = snapshot(processed.site)
    assert main(run) == 2
    assert "something else than pages of ours" in capsys.readouterr().err
    assert snapshot(processed.site) == before


def test_a_full_disk_is_a_sentence(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "some/place")

    monkeypatch.setattr(pipeline, "check", refuse)
    assert main(["--root", str(project.root), "check"]) == 3
    assert "some/place: No space left on device; expected" in capsys.readouterr().err


def test_a_name_of_a_file_does_nothing_to_the_terminal(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a\x1b[2J\u202eb\udcff.txt"
    path.write_bytes(b"")
    assert main(["--root", str(project.root), "read", str(path)]) == 3
    assert "a\\x1b[2J\\u202eb\\udcff.txt: an empty file" in capsys.readouterr().err


def test_a_name_with_a_line_end_is_told_in_one_line() -> None:
    told = str(Problem("a\nb.txt", "a folder", "a file", "Name one."))
    assert told == "a\\nb.txt: a folder; expected a file. Name one."
