"""A job, what a process is told of it, what came of it, and what this machine allows.

Knows neither how processes begin and end nor what is made.
"""

from __future__ import annotations

import cProfile
import math
import pstats
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from typing import Any

from cchc_analysis.data.records import problem
from cchc_analysis.data.system import count_cores, free_memory
from cchc_analysis.errors import CchcError, CommandError, Problem

LONGEST_TEXT = 400

Work = Callable[[Any], Any]
"""Makes a result of the payload of a job."""


@dataclass(frozen=True)
class Orders:
    """What a warm process is told before its first job.

    Attributes:
        begin: Prepares a process (imports, loads, compiles; starts no thread) and gives what makes
            a result of a payload. A function that can be imported, or a partial of one.
        timeout: Seconds that a job may take; None for no end.
        memory: Bytes that a job may take besides what it shares; None for no limit.
        may_fork: Whether to fork where that is safe.
        jobs_a_child: How many jobs a forked process does, one after the other; 0 for no end.
        files: Files that the work needs, by their paths: the processes run in a folder of them.
        is_profiled: Whether to note where the time of each job goes.
    """

    begin: Callable[[], Work]
    timeout: float | None = None
    memory: int | None = None
    may_fork: bool = True
    jobs_a_child: int = 1
    files: Mapping[str, bytes] = field(default_factory=dict)
    is_profiled: bool = False


@dataclass(frozen=True)
class Reply:
    """What came of a job.

    Attributes:
        result: What was made; None when there is nothing.
        found: What happened instead, in words.
        error: The ``CchcError`` that the work raised.
        stats: Where its time went, if that was asked for.
    """

    result: Any = None
    found: str = ""
    error: CchcError | None = None
    stats: pstats.Stats | None = None

    def list_problems(self, name: str) -> tuple[Problem, ...]:
        """Why there is no result; empty when there is one."""
        if self.result is not None or self.error:
            return self.error.problems if self.error else ()
        return (problem("unfinished", name, found=self.found),)


class Workforce(Executor):
    """Who does jobs, ``count`` at a time: ``workers.Pool`` here, ``cluster.Cluster`` elsewhere."""

    count: int


def follow(workers: Workforce, jobs: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Reply]]:
    """Have jobs done, and yield each one's name and reply as it ends.

    Payloads are taken from the iterable as they are needed, and a reply is forgotten when the next
    one is asked for, so memory stays flat whatever their number.

    Raises:
        CommandError: The workers were lost, or one has other code.
    """
    jobs, under_way = iter(jobs), dict[Future[Reply], str]()
    while True:
        while len(under_way) <= workers.count and (job := next(jobs, None)):  # one waits
            name, payload = job
            under_way[workers.submit(payload)] = name
        if not under_way:
            return
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            if future.cancelled():
                raise CommandError(problem("lost_workers", "--scheduler"))
            error = future.exception()
            if isinstance(error, CommandError):
                raise error
            yield under_way.pop(future), explain(error) if error else future.result()


def do_job(work: Work, payload: Any, is_profiled: bool = False) -> Reply:
    """Do a job in this process and say what came of it, whatever that is."""
    profile = cProfile.Profile() if is_profiled else None
    try:
        result = profile.runcall(work, payload) if profile else work(payload)
    except BaseException as error:  # noqa: BLE001 - SystemExit too costs this job only
        return explain(error)
    if not profile:
        return Reply(result)
    stats = pstats.Stats(profile)
    vars(stats)["stream"] = None  # which does not travel
    return Reply(result, stats=stats)


def explain(error: BaseException) -> Reply:
    """Put what was raised into words."""
    if isinstance(error, CchcError):
        return Reply(found=str(error), error=error)
    if isinstance(error, MemoryError):
        return Reply(found="memory ran out")
    said = str(error).strip()
    if type(error).__module__.startswith("papermill."):  # they bring a traceback along
        said = said.rpartition("\n")[2]
    said = " ".join(said.split())[:LONGEST_TEXT]
    return Reply(found=f"{type(error).__name__}: {said}".rstrip(": "))


def explain_end(status: int) -> Reply:
    """Put the end of a process that left no reply into words."""
    if status >= 0:
        return Reply(found=f"its process ended with code {status} and left nothing")
    name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
    often = ", as the system does when memory runs out" if name == "SIGKILL" else ""
    return Reply(found=f"its process was ended by {name}{often}")


JOB_MEMORY = 200 << 20
"""What one job takes at most, besides what it shares with its parent: 90 MB measured for a full
brief, and as much again."""


def check_count(count: int | None) -> int:
    """The number of processes to work with: as asked for and as memory allows, or one per core."""
    free = free_memory()
    most = max(1, free // JOB_MEMORY) if free else 1_000
    if count is None:
        return min(count_cores(), most)
    if 1 <= count <= most:
        return count
    found, expected = f"{count} processes", "at least 1"
    if count > most:
        need, have = count * JOB_MEMORY / (1 << 30), free / (1 << 30)
        found += f", which take {need:.1f} GiB where {have:.1f} GiB are free"
        expected = f"at most {most}"
    raise CommandError(problem("wrong_jobs", "--jobs", found=found, expected=expected))


def check_timeout(seconds: float) -> float:
    """The seconds that a job may take, as asked for."""
    if not 0 < seconds < math.inf:
        raise CommandError(problem("wrong_timeout", "--timeout", seconds=seconds))
    return seconds
