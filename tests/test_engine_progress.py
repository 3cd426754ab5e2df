"""One line that is alive, plain lines in a log, or nothing; and where the time went."""

from __future__ import annotations

import io
import logging
import time
from contextlib import suppress

import pytest

from cchc_analysis.live import live_line
from cchc_analysis.site import Job, Outcome, Profile, Progress, measure
from cchc_analysis.site.replies import Reply
from cchc_analysis.site.spent import take_times


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def outcome(*, is_well: bool = True) -> Outcome:
    reply = Reply(result=b"x") if is_well else Reply(found="no figure")
    return Outcome(Job("vi/183/2024-H1", None), reply)


def run(stream: io.StringIO, **options) -> str:
    clock = Clock()
    progress = Progress(4, stream, clock=clock, wall=clock, **options)
    for is_well in (True, True, False, True):
        clock.now += 6
        progress.note(outcome(is_well=is_well))
    progress.close()
    return stream.getvalue()


def test_a_terminal_gets_one_line_that_is_alive() -> None:
    said = run(Terminal())
    assert "\r\x1b[K1 of 4 briefs, 10 a minute, 18 s left\r" in said
    assert said.endswith("\r\x1b[K4 of 4 briefs, 1 failed, 10 a minute, 24 s in all\n")
    assert said.count("\n") == 2  # the failure, and the end


def test_a_log_gets_plain_lines() -> None:
    lines = run(io.StringIO()).splitlines()
    assert lines[0] == "2 of 4 briefs, 10 a minute, 12 s left"
    assert lines[1].startswith("failed: vi/183/2024-H1: no figure; expected a finished page.")
    assert lines[-1] == "4 of 4 briefs, 1 failed, 10 a minute, 24 s in all"
    assert not any("\r" in line or "\x1b" in line for line in lines)


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()])
def test_quiet_is_quiet(stream: io.StringIO) -> None:
    assert run(stream, is_quiet=True) == ""


@pytest.mark.parametrize(("jump", "way"), [(3_600, "forward"), (-3_600, "back")])
def test_a_clock_that_jumps_is_told_once_and_changes_no_time(jump: float, way: str) -> None:
    clock, wall, stream = Clock(), Clock(), io.StringIO()
    progress = Progress(2, stream, clock=clock, wall=wall)
    clock.now, wall.now = 10, 10 + jump
    progress.note(outcome())
    clock.now, wall.now = 20, 20 + jump
    progress.note(outcome())
    said = stream.getvalue()
    assert said.count(f"went {way} by 1 h 0 min; no page depends on it") == 1
    assert "2 of 2 briefs, 6 a minute, 20 s in all" in said


def test_times_are_gathered_and_added_up() -> None:
    take_times()
    with measure("export"):
        time.sleep(0.01)
    times = take_times()
    assert set(times) == {"export"}
    assert take_times() == {}
    profile = Profile()
    profile.add({"job": 3.0, "export": 1.0})
    profile.add({"job": 1.0, "cell show_head(brief)": 2.0})
    head, _, *rows = profile.format().splitlines()
    assert head == "2 jobs, 4.0 s of work"
    assert [row.split()[-1] for row in rows] == ["job", "show_head(brief)", "export"]


def test_what_is_done_is_told_on_a_terminal_and_wiped_away() -> None:
    logger = logging.getLogger("cchc_analysis.processing")
    terminal, log = Terminal(), io.StringIO()
    for stream, is_quiet in ((terminal, False), (log, False), (quiet := Terminal(), True)):
        with suppress(ValueError), live_line(stream, is_quiet=is_quiet):
            logger.info("Validating %s values", 12)
            raise ValueError
        logger.info("too late")
    assert terminal.getvalue() == "\r\x1b[KValidating 12 values …\r\x1b[K"
    assert log.getvalue() == quiet.getvalue() == ""
