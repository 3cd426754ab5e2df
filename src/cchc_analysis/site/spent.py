"""Where the time goes: seconds by name, gathered in whatever process the work is done in.

A job's process hands its times back with its result; ``Profile`` adds them up and prints them.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

_SPENT: dict[str, float] = defaultdict(float)


def add_time(name: str, seconds: float) -> None:
    """Note seconds spent on something in this process."""
    _SPENT[name] += seconds


@contextmanager
def measure(name: str) -> Iterator[None]:
    """Note how long the body of a ``with`` statement takes."""
    started = time.perf_counter()
    try:
        yield
    finally:
        add_time(name, time.perf_counter() - started)


def take_times() -> dict[str, float]:
    """The times noted in this process so far, which are forgotten with it."""
    times = dict(_SPENT)
    _SPENT.clear()
    return times


@dataclass
class Profile:
    """Times of many jobs, added up."""

    jobs: int = 0
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, times: Mapping[str, float]) -> None:
        """Add the times of one job."""
        self.jobs += 1
        for name, seconds in times.items():
            self.seconds[name] += seconds

    def format(self, most: int = 30) -> str:
        """A table: seconds, seconds a job and share, the most costly first.

        >>> profile = Profile()
        >>> profile.add({"job": 2.0, "export": 0.5})
        >>> print(profile.format())
        1 job, 2.0 s of work
              s    s/job  share  where
            2.0    2.000   100%  job
            0.5    0.500    25%  export
        """
        whole = self.seconds.get("job") or sum(self.seconds.values()) or 1
        noun = "job" if self.jobs == 1 else "jobs"
        rows = [
            f"{spent:7.1f} {spent / max(self.jobs, 1):8.3f} {spent / whole:6.0%}  {name}"
            for name, spent in sorted(self.seconds.items(), key=lambda item: -item[1])[:most]
        ]
        head = f"{self.jobs} {noun}, {whole:.1f} s of work"
        return "\n".join([head, f"{'s':>7} {'s/job':>8} {'share':>6}  where", *rows])


def watch(owner: Any, name: str, label: str = "") -> None:
    """Measure every call of a method or function from now on; for a profile, not for every run.

    Args:
        owner: The class or module that holds it, and through which it is called.
        name: Its name there.
        label: What the profile calls it (default: its name).
    """
    watched = getattr(owner, name)

    @wraps(watched)
    def measured(*arguments: Any, **options: Any) -> Any:
        with measure(label or name):
            return watched(*arguments, **options)

    setattr(owner, name, measured)
