"""What only some systems can do: everything works with it taken away, and texts always print."""

from __future__ import annotations

import ast
import importlib
import io
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from cchc_analysis.cli import main
from cchc_analysis.data import system
from cchc_analysis.data.files import load_text_table
from cchc_analysis.data.reference import Project

SRC = Path(system.__file__).parents[1]
TAKEN_AWAY = """
import os, signal, socket, sys
for module, names in (
    (os, ("fork", "killpg", "link", "setsid", "sched_getaffinity")),
    (signal, ("setitimer",)),
    (socket, ("send_fds", "recv_fds")),
):
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
sys.modules["resource"] = None
"""
"""As a ``sitecustomize``, so that it holds in every process that is started, too. SIGKILL stays:
ipykernel itself asks for it on Linux."""
ONLY_HERE = ("data/system.py",)
POSIX = {
    *("fork", "killpg", "setsid", "sched_getaffinity", "setitimer", "SIGKILL", "SIGALRM"),
    *("send_fds", "recv_fds", "setrlimit", "renameat2", "prctl", "hardlink_to", "fcntl"),
}


HANGING = """
import os, subprocess, sys, time
if sys.argv[1:]:
    subprocess.Popen([sys.executable, "-c", sys.argv[1]], start_new_session=True).wait()
sys.platform = "darwin"
from cchc_analysis.data import system
system.die_with_parent(os.getppid())
subprocess.Popen(["sleep", "100"])
print("hangs", flush=True)
time.sleep(100)
"""


@pytest.mark.skipif(os.name == "nt", reason="nobody there tells that a parent has ended")
def test_a_hanging_process_ends_with_its_parent_where_the_system_ends_none() -> None:
    program = [sys.executable, "-c", HANGING, HANGING]
    with subprocess.Popen(program, stdout=subprocess.PIPE, start_new_session=True) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"hangs\n"
        parent.kill()
        # Whoever is left holds the other end.
        assert parent.communicate(timeout=60) == (b"", None)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "cchc_analysis", *arguments],
        capture_output=True,
        check=False,
        env=os.environ | environment,
    )


@pytest.mark.slow
def test_a_report_is_read_and_a_site_built_with_all_of_it_taken_away(
    built_once: Project, processed: Project, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(TAKEN_AWAY, "utf-8")
    root, less = ("--root", str(processed.root)), {"PYTHONPATH": str(tmp_path)}
    report = str(Path(__file__).parent / "made_up" / "reports" / "dong_gio_2022_9m.txt")
    done = run(*root, "read", report, "--source-id", "less", **less)
    assert done.returncode == 0, done.stderr.decode()
    done = run(*root, "site", "--out", str(tmp_path / "less"), "--quiet", "--jobs", "1", **less)
    assert done.returncode == 0, done.stderr.decode()
    usual, fewer = (
        {page.relative_to(out): page.read_bytes() for page in out.rglob("*.html")}
        for out in (built_once.site, tmp_path / "less")
    )
    assert len(usual) > 10
    assert usual == fewer


def test_no_other_module_asks_for_what_only_some_systems_have() -> None:
    named = {
        (path.relative_to(SRC).as_posix(), node.attr)
        for path in SRC.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in POSIX
    }
    assert {each for each in named if each[0] not in ONLY_HERE} == set()


def test_a_link_that_cannot_be_is_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("x", "utf-8")
    system.link(f"{tmp_path}/a", f"{tmp_path}/b")
    assert (tmp_path / "a").stat().st_nlink == 2
    monkeypatch.delattr(os, "link")
    system.link(f"{tmp_path}/a", f"{tmp_path}/c")
    assert (tmp_path / "a").stat().st_nlink == 2
    assert (tmp_path / "c").read_text("utf-8") == "x"


def test_limits_and_timers_that_are_not_there_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    system.limit_process(1, 1)
    system.limit_memory(1)
    take_back = system.set_timer(60, lambda *_: None)
    assert take_back is not None
    take_back()
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    monkeypatch.delattr(signal, "setitimer")
    assert system.set_timer(60, lambda *_: None) is None


def test_a_process_is_ended_without_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "killpg")
    monkeypatch.delattr(signal, "SIGKILL")
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as child:
        system.end_group(child.pid)
        assert child.wait(10) != 0
    system.end_group(child.pid)
    system.end_group(0)


@pytest.mark.parametrize(
    "name", ["CON", "nul.csv", "Com1.txt", "lpt9", "aux .x", "a.", "b ", "a:b"]
)
def test_what_windows_cannot_call_a_file_is_known(name: str) -> None:
    assert not system.is_portable(name)
    assert not system.is_portable(f"data/{name}/x.csv")
    assert system.is_portable("data/contrast_2024/com10.csv")


TRACE = ("trace", "Sông Mây", "dossiers_received_total", "2022-H1")
PRINTED = {
    ("list", "areas", "đồng gió"): (0, "992"),
    TRACE: (0, "dossiers_received_total"),
    ("trace", "Sông Mấy", *TRACE[2:]): (2, "not known"),
    ("--help",): (0, "usage: cchc"),
    ("--root", "Thư mục", "list", "areas"): (2, "no project here or above"),
}
"""What is asked of the program, its exit code, and something that it prints."""


def run_here(encoding: str, *arguments: str) -> tuple[int, str, str]:
    """What the program does in this process, before a terminal of some encoding."""
    out, error = (io.TextIOWrapper(io.BytesIO(), encoding) for _ in range(2))
    before = signal.getsignal(signal.SIGINT)
    with pytest.MonkeyPatch.context() as patch, suppress(SystemExit):
        patch.setenv("PYTHONSAFEPATH", "1")
        for name, value in {"argv": ["cchc", *arguments], "stdout": out, "stderr": error}.items():
            patch.setattr(sys, name, value)
        code = 0  # of --help, which leaves
        try:
            code = main()
        finally:
            signal.signal(signal.SIGINT, before)
            out.flush(), error.flush()
    return code, *(each.buffer.getvalue().decode(encoding) for each in (out, error))


@pytest.mark.parametrize("encoding", ["cp1252", "cp1258", "ascii", "utf-8"])
def test_every_text_is_printed_whatever_the_terminal(
    encoding: str, processed_once: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments, (code, words) in PRINTED.items():
        done = run_here(encoding, "--root", str(processed_once.root), *arguments)
        assert done[0] == code
        assert words in done[1 if code == 0 else 2]
        assert "Traceback" not in done[2]


def test_the_program_itself_prints_to_a_terminal_that_lacks_letters(
    processed_once: Project,
) -> None:
    trace = ("trace", "Sông Mấy", *TRACE[2:])
    done = run("--root", str(processed_once.root), *trace, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"S\\xf4ng M\\u1ea5y" in done.stderr
    assert b"Traceback" not in done.stderr


def test_line_ends_of_windows_are_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("\ufeffa,b\r\n1,Cao Lộc\r\n2,x\r\n".encode())
    table = load_text_table(path, ("a", "b"))
    assert table["b"].tolist() == ["Cao Lộc", "x"]


def test_a_module_is_imported_without_another_which_stays_to_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "costly_made_up.py").write_text("", "utf-8")
    (tmp_path / "made_up.py").write_text(
        "try:\n    import costly_made_up\nexcept ImportError:\n    costly_made_up = None\n", "utf-8"
    )
    system.import_without("made_up", "costly_made_up")
    made_up = importlib.import_module("made_up")
    assert made_up.costly_made_up is None
    assert importlib.import_module("costly_made_up")
