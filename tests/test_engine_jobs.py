"""Jobs in warm processes: every job an outcome, and a fault costs its own job only."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from papermill.exceptions import PapermillExecutionError
from pydantic import TypeAdapter, ValidationError

import engine_work
from cchc_analysis.data import system
from cchc_analysis.errors import BriefError, CommandError
from cchc_analysis.site import jobs as limits_module
from cchc_analysis.site import workers
from cchc_analysis.site.jobs import Orders, Reply, check_count, explain, follow
from cchc_analysis.site.workers import Pool

TESTS = Path(__file__).parent
SHOUT = partial(engine_work.begin, engine_work.shout)
pytestmark = pytest.mark.skipif(os.name == "nt", reason="faults are planted with Unix signals")


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS), *sys.path]))


def run(*words: str, work=engine_work.shout, count: int = 2, **options) -> dict[str, Reply]:
    with Pool(Orders(partial(engine_work.begin, work), **{"timeout": 20} | options), count) as pool:
        replies = list(follow(pool, ((word, word) for word in words)))
    assert sorted(name for name, _ in replies) == sorted(words)
    return dict(replies)


both = pytest.mark.parametrize("may_fork", [True, False], ids=["forked", "kept"])


@both
def test_every_job_has_its_result(may_fork: bool) -> None:
    words = [f"huyện {number}" for number in range(30)]
    replies = run(*words, may_fork=may_fork)
    assert {name: reply.result for name, reply in replies.items()} == {
        w: w.upper().encode() for w in words
    }


def test_a_forked_job_sees_what_was_warmed_up_and_nothing_of_other_jobs() -> None:
    replies = run("a", "b", "c", work=engine_work.was_warm)
    assert {reply.result for reply in replies.values()} == {b"warm used"}


def test_a_process_does_as_many_jobs_as_it_may() -> None:
    words = "abcde"
    replies = run(*words, work=engine_work.was_warm, count=1, jobs_a_child=2)
    used = [str(replies[word].result, "ascii").count("used") for word in words]
    assert used == [1, 2, 1, 2, 1]


def test_a_process_ends_after_a_large_job_where_the_next_one_costs_a_fork() -> None:
    words = ["a", secrets.token_hex(2 * workers.LARGE), "c"]
    for may_fork, expected in ((True, [1, 2, 1]), (False, [1, 2, 3])):
        options = {"jobs_a_child": 5, "may_fork": may_fork}
        replies = run(*words, work=engine_work.was_warm, count=1, **options)
        used = [str(replies[word].result, "ascii").count("used") for word in words]
        assert used == expected


def test_a_process_that_is_not_forked_is_kept() -> None:
    replies = run(*"abc", work=engine_work.was_warm, count=1, may_fork=False)
    assert [str(replies[word].result, "ascii").count("used") for word in "abc"] == [1, 2, 3]


def test_a_job_that_fails_after_others_is_done_once_more_in_a_process_of_its_own() -> None:
    replies = run(*"abcde", work=engine_work.mind, jobs_a_child=5)
    assert all(reply.result for reply in replies.values())


@pytest.mark.skipif(sys.platform != "linux", reason="Linux ranks what it ends")
def test_where_memory_runs_out_a_job_is_ended_before_the_command() -> None:
    [reply] = run("a", work=engine_work.tell_rank, count=1).values()
    assert reply.result == b"800"


FAULTS = [
    ("divide", "ZeroDivisionError: division by zero"),
    ("exit", "SystemExit: 3"),
    ("kill", "by SIGKILL, as the system does when memory runs out"),
    ("segfault", "ended by SIGSEGV"),
    ("leave", "code 0 and left nothing"),
    ("loop", "no end within 1 s"),
    ("complain", "brief x: nothing to show; expected a figure. Add one."),
    ("eat", "memory ran out"),
]


@pytest.mark.parametrize("jobs_a_child", [1, pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("fault", "words"), FAULTS)
def test_a_fault_costs_its_own_job_only(fault: str, words: str, jobs_a_child: int) -> None:
    options = {"memory": 1 << 30, "jobs_a_child": jobs_a_child}
    timeout = 1 if fault == "loop" else 20
    replies = run("a", fault, "b", "c", count=1, timeout=timeout, **options)
    failed = replies.pop(fault)
    assert failed.result is None
    [problem] = failed.list_problems(fault)
    assert words in str(problem)
    assert all(reply.result for reply in replies.values())


def test_a_fault_is_told_as_it_was_where_other_children_wait() -> None:
    begin = partial(engine_work.begin, engine_work.stay)
    with Pool(Orders(begin, timeout=20, jobs_a_child=8), 6) as pool:
        at_once = [pool.submit(word) for word in "abcdef"]
        assert all(each.result().result for each in at_once)
        assert "division by zero" in pool.submit("divide").result().found


@pytest.mark.slow
@both
def test_a_fault_ends_no_more_than_one_of_the_children_that_wait(may_fork: bool) -> None:
    begin = partial(engine_work.begin, engine_work.tell_process)
    with Pool(Orders(begin, timeout=20, may_fork=may_fork, jobs_a_child=9), 4) as pool:
        waiting, left = set(), set()
        for found in (waiting, left):
            found |= {each.result().result for each in [pool.submit(word) for word in "abcd"]}
            assert len(found) == 4
            assert not pool.submit("divide").result().result
    assert len(waiting & left) == 3


@pytest.mark.slow
def test_a_process_that_no_longer_answers_holds_nobody_up() -> None:
    pool = Pool(Orders(SHOUT, timeout=20), 1)
    os.kill(pool._begun[0].process.pid, signal.SIGSTOP)
    asked = pool.submit("a")
    time.sleep(0.2)
    pool.shutdown()
    assert asked.cancelled() or "closed" in asked.result().found


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["divide", "exit", "kill", "leave", "loop"])
def test_a_fault_costs_its_own_job_only_without_fork(fault: str) -> None:
    timeout = 1 if fault == "loop" else 20
    replies = run("a", fault, "b", "c", count=1, timeout=timeout, may_fork=False)
    assert replies.pop(fault).result is None
    assert all(reply.result for reply in replies.values())


@pytest.mark.slow
@both
def test_what_a_late_job_started_ends_with_it(tmp_path: Path, may_fork: bool) -> None:
    left = tmp_path / "process"
    replies = run(f"spawn {left}", timeout=0.5, may_fork=may_fork)
    assert "no end within 0.5 s" in replies[f"spawn {left}"].found
    assert has_ended(int(left.read_text("ascii")))


@pytest.mark.slow
@both
def test_what_a_job_started_ends_where_the_job_is_no_longer_wanted(
    tmp_path: Path, may_fork: bool
) -> None:
    left = tmp_path / "process"
    with Pool(Orders(SHOUT, timeout=60, may_fork=may_fork), 1) as pool:
        pool.submit(f"spawn {left}")
        while not (left.exists() and left.read_text("ascii")):
            time.sleep(0.01)
    assert has_ended(int(left.read_text("ascii")))


def test_what_a_job_that_ends_its_process_started_ends_with_it(tmp_path: Path) -> None:
    left = tmp_path / "process"
    replies = run(f"abandon {left}", may_fork=False)
    assert "code 0 and left nothing" in replies[f"abandon {left}"].found
    assert has_ended(int(left.read_text("ascii")))


@both
def test_an_answer_that_cannot_be_read_costs_its_own_job_only(may_fork: bool) -> None:
    with Pool(Orders(SHOUT, timeout=20, may_fork=may_fork), 1) as pool:
        reply = pool.submit("garble").result(timeout=60)
        assert "TypeError" in reply.found
        assert "missing 1 required" in reply.found
        assert pool.submit("a").result(timeout=60).result == b"A"
        assert len(pool._begun) == 1, "what was begun is kept"


@both
@pytest.mark.parametrize(
    ("payload", "words"),
    [(lambda: None, "pickle"), (engine_work.Unreadable(), "ValueError: invalid literal for int")],
    ids=["unwritable", "unreadable"],
)
def test_a_payload_that_cannot_travel_costs_its_own_job_only(
    may_fork: bool, payload: object, words: str
) -> None:
    with Pool(Orders(SHOUT, timeout=20, may_fork=may_fork), 1) as pool:
        reply = pool.submit(payload).result(timeout=60)
        assert reply.result is None
        assert words in reply.found
        assert pool.submit("a").result(timeout=60).result == b"A"
        assert len(pool._begun) == 1, "what was begun is kept"


@both
def test_a_result_that_cannot_travel_costs_its_own_job_only(may_fork: bool) -> None:
    replies = run("a", "function", "b", work=engine_work.make, may_fork=may_fork)
    assert "pickle" in replies.pop("function").found
    assert all(reply.result for reply in replies.values())


def test_of_an_error_all_is_said_and_of_papermills_the_last_line() -> None:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(int).validate_python("x")
    assert "int Input should be a valid integer" in explain(raised.value).found
    shown = ["Traceback", "ZeroDivisionError: by zero"]
    error = PapermillExecutionError(0, 1, "1 / 0", "ZeroDivisionError", "by zero", shown)
    assert explain(error).found == "PapermillExecutionError: ZeroDivisionError: by zero"


def test_a_warm_process_that_is_killed_costs_nothing(tmp_path: Path) -> None:
    word = f"killparent {tmp_path / 'once'}"
    replies = run("a", word, "b", "c", "d")
    assert all(reply.result for reply in replies.values())


def test_a_job_given_to_a_process_that_is_gone_costs_nothing() -> None:
    with Pool(Orders(SHOUT, timeout=20), 1) as pool:
        os.kill(pool._begun[0].process.pid, signal.SIGKILL)
        assert pool.submit("a").result(timeout=20).result == b"A"


def test_a_job_that_was_lost_is_done_in_a_process_of_its_own(tmp_path: Path) -> None:
    """What lost it may be what others left in a process that has done jobs before."""
    begin = partial(engine_work.begin, engine_work.count_jobs)
    with Pool(Orders(begin, timeout=20, jobs_a_child=9), 2) as pool:
        at_once = [pool.submit(word) for word in "ab"]
        assert [each.result().result for each in at_once] == [b"1", b"1"]
        assert pool.submit(f"killparent {tmp_path / 'once'}").result().result == b"1"


def test_jobs_that_are_lost_with_the_warm_process_are_done_once_more(tmp_path: Path) -> None:
    noted = tmp_path / "noted"
    with Pool(Orders(SHOUT, timeout=60, jobs_a_child=9), 2) as pool:
        other = pool.submit(f"note {noted}")
        while not noted.exists():
            time.sleep(0.01)
        assert pool.submit(f"killparent {tmp_path / 'once'}").result().result
        (tmp_path / "noted.end").touch()
        assert other.result().result
    assert noted.read_text("ascii") == "begun\n" * 2, "it is done once more"


def test_a_lost_warm_process_is_replaced_once_whatever_waits(tmp_path: Path) -> None:
    noted = [tmp_path / each for each in "abcd"]
    with Pool(Orders(SHOUT, timeout=60, jobs_a_child=9), 4) as pool:
        begun = [pool.submit(f"note {each}") for each in noted]
        while not all(each.exists() for each in noted):
            time.sleep(0.01)
        for each in noted:
            each.with_name(f"{each.name}.end").touch()
        assert all(each.result().result for each in begun)  # by four children, which wait now
        os.kill(pool._begun[0].process.pid, signal.SIGKILL)
        pool._begun[0].process.wait()
        assert [each.result().result for each in [*map(pool.submit, "abcdefgh")]] == [
            each.encode() for each in "ABCDEFGH"
        ]
        assert len(pool._begun) == 2


def test_what_was_done_is_not_lost_with_who_ends_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Pool(Orders(SHOUT, timeout=60), 1) as pool:
        ask = workers.WarmProcess.ask

        def lose(warm: workers.WarmProcess, what: object) -> object:
            if isinstance(what, int):
                raise EOFError
            return ask(warm, what)  # type: ignore[arg-type]

        monkeypatch.setattr(workers.WarmProcess, "ask", lose)
        noted = tmp_path / "noted"
        (tmp_path / "noted.end").touch()
        assert pool.submit(f"note {noted}").result().result
        assert noted.read_text("ascii") == "begun\n"


def test_a_process_that_has_ended_is_not_signalled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its number may be another's by then."""
    pool = Pool(Orders(SHOUT), 1)
    process = pool._begun[0].process
    process.kill()
    process.wait()
    signalled: list[int] = []
    monkeypatch.setattr(system, "end_group", signalled.append)
    pool.shutdown()
    assert not signalled


def test_what_is_printed_disturbs_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert run("print")["print"].result == b"PRINT"
    assert capfd.readouterr() == ("", "")


def test_a_large_result_arrives_whole() -> None:
    word = "x" * 3_000_000
    assert run(word)[word].result == word.upper().encode()


def test_large_payloads_and_large_results_do_not_wait_for_each_other() -> None:
    """Both pipes full at once: each side would wait for the other to read."""
    words = [f"{number} " + "x" * 300_000 for number in range(40)]
    replies = run(*words)
    assert all(reply.result for reply in replies.values())


@both
def test_failing_to_warm_up_is_told_once(may_fork: bool) -> None:
    with pytest.raises(BriefError, match="warm-up: OSError: no such panel"):
        Pool(Orders(engine_work.begin_badly, may_fork=may_fork), 1)


@pytest.mark.parametrize("begun", [0, 1])
def test_where_no_process_can_be_begun_that_is_said(begun: int) -> None:
    said = "Resource temporarily unavailable; expected a process. Ask for fewer."
    with Pool(Orders(partial(engine_work.begin_few, begun)), 1) as pool:
        for _ in range(begun):
            assert pool.submit("a").result(timeout=60).result
        replies = [pool.submit("a").result(timeout=60) for _ in range(2)]
        assert all(said in reply.found for reply in replies)


def test_jobs_are_taken_as_they_are_needed() -> None:
    taken = []

    def jobs():
        for number in range(1_000):
            taken.append(number)
            yield str(number), str(number)

    with Pool(Orders(SHOUT), 1) as pool:
        next(follow(pool, jobs()))
    assert len(taken) == 2, "one under way, and one that waits"


def has_ended(process_id: int) -> bool:
    for _ in range(100):
        with suppress(OSError):
            state = (
                Path(f"/proc/{process_id}/stat").read_text("ascii").rpartition(")")[2].split()[0]
            )
            if state != "Z":
                time.sleep(0.02)
                continue
        return True
    return False


ENDLESS = """
from functools import partial
import signal
# A test run in the background has Ctrl-C ignored, and its children would as well.
signal.signal(signal.SIGINT, signal.default_int_handler)
import engine_work
from cchc_analysis.site.jobs import Orders, follow
from cchc_analysis.site.workers import Pool
jobs = ((str(n), str(n)) for n in range(10**6))
try:
    with Pool(Orders(partial(engine_work.begin, engine_work.stay)), 2) as pool:
        for name, _ in follow(pool, jobs):
            print(name, flush=True)
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


def descendants(process_id: int) -> set[int]:
    found = {process_id}
    for _ in range(3):
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                if int(stat.read_text("ascii").rpartition(")")[2].split()[1]) in found:
                    found.add(int(stat.parent.name))
    return found - {process_id}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopping_leaves_neither_process_nor_folder(how: signal.Signals, tmp_path: Path) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, text=True, env=environment
    ) as run_:
        assert run_.stdout
        run_.stdout.readline()
        # Between two jobs there may be no child at the moment of looking.
        seen = (descendants(run_.pid) for _ in range(100))
        others = next((each for each in seen if len(each) >= 2), set())
        assert others
        try:
            run_.send_signal(how)
            rest, _ = run_.communicate(timeout=60)
        finally:
            run_.kill()
    assert all(has_ended(other) for other in others)
    assert not [*tmp_path.iterdir()]
    assert ("stopped" in rest) == (how == signal.SIGINT)


@pytest.mark.parametrize("count", [0, -2])
def test_no_processes_are_refused(count: int) -> None:
    with pytest.raises(CommandError, match=f"--jobs: {count} processes; expected at least 1"):
        check_count(count)


def test_more_processes_than_memory_allows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits_module, "free_memory", lambda: 1 << 30)
    with pytest.raises(
        CommandError, match=r"take 97\.7 GiB where 1\.0 GiB are free; .*at most 5\."
    ):
        check_count(500)
    assert check_count(5) == 5
    assert check_count(None) <= 5


def test_no_fork_on_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    assert not system.is_safe_to_fork()


def test_a_process_with_threads_is_not_forked() -> None:
    code = (
        "import threading, time\n"
        "from cchc_analysis.data.system import is_safe_to_fork as safe\n"
        "before = safe()\n"
        "threading.Thread(target=time.sleep, args=(1,), daemon=True).start()\n"
        "print(before, safe())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
