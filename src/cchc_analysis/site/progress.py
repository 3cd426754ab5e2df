"""How far a build is: one line that is alive, or plain lines in a log, or nothing.

Times are taken from a clock that only goes forward. Where the clock of the machine jumps, a line
says so: nothing in a page or in a decision to build it depends on that one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

from cchc_analysis.site.replies import Outcome

LIVE_SECONDS = 0.25
LOG_SECONDS = 10.0
JUMP_SECONDS = 30.0


class Progress:
    """Tells on a stream how far a number of jobs is.

    Args:
        total: The number of jobs.
        stream: Where to (default: standard error); a terminal gets one line that is alive.
        is_quiet: Tell nothing at all.
        what: What is counted.
    """

    def __init__(
        self,
        total: int,
        stream: TextIO | None = None,
        *,
        is_quiet: bool = False,
        what: str = "briefs",
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.done = self.failed = 0
        self._total, self._what, self._is_quiet = total, what, is_quiet
        self._stream = stream or sys.stderr
        self._is_live = self._stream.isatty()
        self._clock, self._wall = clock, wall
        self._started = self._told = clock()
        self._drift = wall() - self._started

    def note(self, outcome: Outcome) -> None:
        """Count an outcome; one that failed is told at once."""
        self.done += 1
        if outcome.result is None:
            self.failed += 1
            for problem in outcome.problems:
                self.tell(f"failed: {problem}")
        self.tick()

    def tick(self) -> None:
        """Tell how far it is, if that was some time ago."""
        now = self._clock()
        self._mind_the_clock(now)
        if now - self._told >= (LIVE_SECONDS if self._is_live else LOG_SECONDS):
            self._told = now
            self._show(self.describe(), is_alive=True)

    def tell(self, words: str) -> None:
        """Tell something, and keep it on the screen."""
        self._show(words, is_alive=False)

    def close(self) -> None:
        """Tell the end."""
        self._show(self.describe(), is_alive=False)

    def describe(self) -> str:
        """Done, failed, rate and time left: "12 of 40 briefs, 1 failed, 90 a minute, 19 s left"."""
        parts = [f"{self.done} of {self._total} {self._what}"]
        if self.failed:
            parts.append(f"{self.failed} failed")
        spent = self._clock() - self._started
        if self.done and spent > 0:
            rate = self.done / spent
            parts.append(f"{60 * rate:.0f} a minute")
            left = (self._total - self.done) / rate
            parts.append(f"{_tell_time(left)} left" if left > 0 else f"{_tell_time(spent)} in all")
        return ", ".join(parts)

    def _show(self, words: str, *, is_alive: bool) -> None:
        if self._is_quiet:
            return
        if self._is_live:
            self._stream.write(f"\r\x1b[K{words}" + ("" if is_alive else "\n"))
        else:
            self._stream.write(f"{words}\n")
        self._stream.flush()

    def _mind_the_clock(self, now: float) -> None:
        jump = self._wall() - now - self._drift
        if abs(jump) > JUMP_SECONDS:
            self._drift += jump
            way = "forward" if jump > 0 else "back"
            self.tell(
                f"The clock of this machine went {way} by {_tell_time(abs(jump))}; "
                "no page depends on it, and the build goes on."
            )


def _tell_time(seconds: float) -> str:
    """Say a length of time.

    >>> [_tell_time(seconds) for seconds in (0.4, 75, 3_700, 100_000)]
    ['0 s', '1 min 15 s', '1 h 1 min', '27 h 46 min']
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3_600} h {whole % 3_600 // 60} min"
