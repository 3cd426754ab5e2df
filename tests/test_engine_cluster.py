"""The same jobs on a real scheduler with workers as separate processes, on loopback."""

from __future__ import annotations

import os
import platform
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

import engine_work
from cchc_analysis import pipeline
from cchc_analysis.data.reference import Project
from cchc_analysis.errors import CommandError
from cchc_analysis.site import build as site_module
from cchc_analysis.site.jobs import Orders, Reply, follow

TESTS = Path(__file__).parent
pytestmark = [
    pytest.mark.filterwarnings("default"),  # from inside distributed and tornado
    pytest.mark.skipif(os.name == "nt", reason=""),
    pytest.mark.skipif(not find_spec("distributed"), reason="without the extra [cluster]"),
]


def open_cluster(orders: Orders, scheduler: str) -> Any:
    """A cluster; imported here, as every process collects these tests, and few do them."""
    from cchc_analysis.site.cluster import Cluster

    return Cluster(orders, scheduler)


@contextmanager
def program(*arguments: str, until: str, log: Path, **environment: str) -> Iterator[str]:
    """A Dask program that runs; tells what it said up to a word that means it is ready."""
    paths = [str(TESTS), *(str(Path(path).absolute()) for path in sys.path)]
    known = {
        "PYTHONPATH": os.pathsep.join(paths),
        "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "10s",
    }
    command = [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]]
    with log.open("w") as file:
        running = subprocess.Popen(
            command, stderr=file, stdout=file, env={**os.environ, **known, **environment}
        )
    try:
        for _ in range(300):
            if match := re.search(until, log.read_text("utf-8")):
                break
            time.sleep(0.1)
        else:
            raise AssertionError(log.read_text("utf-8"))
        yield match[0]
    finally:
        running.kill()
        running.wait()


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    arguments = ("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    with program(
        *arguments, until=r"tcp://127\.0\.0\.1:\d+", log=tmp_path / "scheduler"
    ) as address:
        yield address


@contextmanager
def workers(scheduler: str, folder: Path, count: int, **environment: str) -> Iterator[None]:
    with ExitStack() as stack:
        for number in range(count):
            name = f"worker{number}"
            arguments = (
                scheduler,
                "--nthreads",
                "1",
                "--no-nanny",
                "--no-dashboard",
                "--name",
                name,
            )
            log = folder / name
            until = r"Registered to"
            stack.enter_context(
                program("dask_worker", *arguments, until=until, log=log, **environment)
            )
        yield


def run(scheduler: str, words: list[str], work=engine_work.shout, **options) -> dict[str, Reply]:
    with open_cluster(Orders(partial(engine_work.begin, work), **options), scheduler) as workers:
        replies = list(follow(workers, ((word, word) for word in words)))
    assert sorted(name for name, _ in replies) == sorted(words), "lost or done twice"
    return dict(replies)


def test_results_are_those_of_this_machine(scheduler: str, tmp_path: Path) -> None:
    words = [f"huyện {number}" for number in range(20)]
    with workers(scheduler, tmp_path, 2):
        replies = run(scheduler, [*words, "kill", "loop", "divide"], timeout=2)
    assert [replies[word].result for word in words] == [word.upper().encode() for word in words]
    assert "SIGKILL" in replies["kill"].found
    assert "no end within 2 s" in replies["loop"].found
    assert "division by zero" in replies["divide"].found


def test_a_worker_killed_in_the_middle_costs_nothing(scheduler: str, tmp_path: Path) -> None:
    words = [str(number) for number in range(30)]
    seen = []
    with (
        workers(scheduler, tmp_path, 2),
        open_cluster(Orders(partial(engine_work.begin, engine_work.stay)), scheduler) as cluster,
    ):
        for name, reply in follow(cluster, ((word, word) for word in words)):
            seen.append((name, reply.result))
            if len(seen) == 5:
                kill_one(scheduler)
    assert sorted(seen) == sorted((word, word.encode()) for word in words)


def kill_one(scheduler: str) -> None:
    from distributed import Client

    with Client(scheduler, set_as_default=False) as client:
        process_id = min(client.run(os.getpid).values())
    os.kill(process_id, signal.SIGKILL)


def test_a_worker_with_other_code_is_refused(scheduler: str, tmp_path: Path) -> None:
    other = tmp_path / "other" / "cchc_analysis"
    other.parent.mkdir()
    import shutil

    shutil.copytree(Path(engine_work.__file__).parents[1] / "src" / "cchc_analysis", other)
    with (other / "errors.py").open("a", encoding="utf-8") as file:
        file.write("\n")
    paths = os.pathsep.join([str(other.parent), str(TESTS), *sys.path])
    with (
        workers(scheduler, tmp_path, 1, PYTHONPATH=paths),
        pytest.raises(CommandError, match=r"tcp://.*: cchc_analysis 0\.1\.0, code .*every worker"),
    ):
        run(scheduler, ["a"])


def test_a_worker_that_comes_later_with_other_code_is_named() -> None:
    from cchc_analysis.site.cluster import _do

    with pytest.raises(CommandError, match=rf"^{re.escape(platform.node())}: cchc_analysis .*new,"):
        _do("new", "run", "a")


def test_a_worker_without_the_package_is_refused(scheduler: str, tmp_path: Path) -> None:
    # However the package is installed here, this stands before it.
    missing = 'raise ModuleNotFoundError("No module named cchc_analysis", name="cchc_analysis")'
    (tmp_path / "cchc_analysis.py").write_text(missing, encoding="utf-8")
    paths = os.pathsep.join([str(tmp_path), str(TESTS), *sys.path])
    with (
        workers(scheduler, tmp_path, 1, PYTHONPATH=paths),
        pytest.raises(CommandError, match=r"on every worker\. Install the same version there"),
    ):
        run(scheduler, ["a"])


def test_a_scheduler_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cchc_analysis.site.cluster.CONNECT_SECONDS", 1)
    with pytest.raises(CommandError, match=r"no scheduler answers there .* Start one with `dask"):
        run("tcp://127.0.0.1:9", ["a"])


@pytest.mark.parametrize("address", ["zzz", "nonsense://x", "tcp://127.0.0.1", "tcp://h:port"])
def test_what_is_no_address_never_reaches_a_client(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that was given none ends in a traceback of its own, after twenty seconds."""
    begun: list[str] = []
    monkeypatch.setattr("distributed.Client", lambda address, **_: begun.append(address))
    with pytest.raises(CommandError, match=r"no scheduler answers there .* Start one with `dask"):
        open_cluster(Orders(partial(engine_work.begin, engine_work.shout)), address)
    assert begun == []


def test_a_scheduler_without_workers(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cchc_analysis.site.cluster.WORKER_SECONDS", 1)
    with pytest.raises(CommandError, match="no worker came within 1 s; expected at least one"):
        run(scheduler, ["a"])


def test_workers_that_do_not_begin_in_time_are_not_told_as_absent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Mock(run=Mock(return_value={}), register_plugin=Mock(side_effect=TimeoutError))
    monkeypatch.setattr("distributed.Client", Mock(return_value=client))
    with pytest.raises(CommandError, match=r"its workers did not answer in time; expected"):
        open_cluster(Orders(partial(engine_work.begin, engine_work.shout)), "tcp://127.0.0.1:9")
    client.close.assert_called_once()


@pytest.mark.slow
def test_a_site_built_by_two_workers_is_the_site_built_here(
    scheduler: str,
    built_once: Project,
    processed: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Real notebooks; one worker is killed while it works, and the other does what it had."""
    there, taken = tmp_path / "there", []
    take = site_module.Contents.take

    def take_and_kill(contents, page, reply) -> None:
        taken.append(page.folder)
        if len(taken) == 2:
            kill_one(scheduler)
        take(contents, page, reply)

    monkeypatch.setattr(site_module.Contents, "take", take_and_kill)
    with workers(scheduler, tmp_path, 2):
        site = pipeline.build_site(processed, there, pipeline.Workers(scheduler=scheduler))
    assert not site.errors
    assert len(taken) == len(set(taken)) == site.built > 4
    assert read_all(there) == read_all(built_once.site)


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
