"""Many jobs, here or on a cluster: outcomes as they come.

The work is a pure function of its payload, so it does not matter where it is done, in which
order, or how often.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any, Protocol

from cchc_analysis.site.intake import Intake
from cchc_analysis.site.limits import check_count
from cchc_analysis.site.replies import Job, Outcome, Reply
from cchc_analysis.site.shop import Shop
from cchc_analysis.site.zygote import Orders, Work
from cchc_analysis.errors import CommandError, Problem

TICK_SECONDS = 0.25


class Watcher(Protocol):
    """Is told of progress."""

    def note(self, outcome: Outcome) -> None:
        """A job is done."""

    def tick(self) -> None:
        """Some time has passed."""


def run_jobs(  # noqa: PLR0913 - what a person may ask for, each by its name
    jobs: Iterable[Job | None],
    work: Work,
    warm: Callable[[], object] | None = None,
    count: int | None = None,
    timeout: float | None = None,
    progress: Watcher | None = None,
    *,
    memory: int | None = None,
    may_fork: bool = True,
    scheduler: str | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Generator[Outcome]:
    """Do jobs in processes of this machine, or on a cluster.

    Jobs are taken from the iterable as they are needed, and an outcome is forgotten when the next
    one is asked for, so memory stays flat whatever their number.

    Args:
        jobs: The jobs, in the order in which to begin them. What follows a ``None`` is asked for
            when all that came before has ended, so that it can be made of their outcomes.
        work: Makes a result of a payload; a module's function, or a ``functools.partial`` of one.
        warm: Prepares a process for ``work``: imports, loads, compiles. Starts no thread.
        count: Processes at a time (default: one per core).
        timeout: Seconds that a job may take.
        progress: Is told of each outcome, and several times a second that time passes.
        memory: Bytes that a job may take besides what it shares with the others.
        may_fork: Whether to fork where that is safe.
        scheduler: The address of a ``dask.distributed`` scheduler, to use its workers instead.
        files: Files that the work needs, by their paths: the processes run in a folder of them.

    Yields:
        One outcome per job, in the order in which they end.

    Raises:
        CommandError: ``count`` is not positive, or more than memory allows; the scheduler or its
            workers cannot be used.
        BriefError: Warming up failed.
    """
    if scheduler:
        run_on_cluster = _load_cluster(scheduler)
        orders = Orders(work, warm, 1, timeout, memory, may_fork, files or {})
        yield from run_on_cluster(Intake(jobs), orders, scheduler, progress)
        return
    orders = Orders(work, warm, check_count(count), timeout, memory, may_fork, files or {})
    intake = Intake(jobs)
    if intake.is_empty:
        return
    with Shop(orders) as shop:
        yield from _drain(shop.submit, intake, 3 * orders.count, progress)


def _drain(
    submit: Callable[[Any], Future[Reply]],
    intake: Intake,
    room: int,
    progress: Watcher | None,
) -> Iterator[Outcome]:
    """Keep ``room`` jobs under way and yield their outcomes."""
    under_way: dict[Future[Reply], Job] = {}
    while True:
        for job in intake.take(room, under_way):
            under_way[submit(job.payload)] = job
        if not under_way:
            return
        done, _ = wait(under_way, TICK_SECONDS, FIRST_COMPLETED)
        for future in done:
            outcome = Outcome(under_way.pop(future), future.result())
            if progress:
                progress.note(outcome)
            yield outcome
        if progress:
            progress.tick()


def _load_cluster(scheduler: str) -> Callable[..., Iterator[Outcome]]:
    try:
        from cchc_analysis.site.cluster import run_on_cluster
    except ImportError:
        problem = Problem(
            f"--scheduler {scheduler}",
            "dask.distributed is not installed",
            "the extra [cluster]",
            "Run: pip install 'cchc-analysis[cluster]'.",
        )
        raise CommandError(problem) from None
    return run_on_cluster
