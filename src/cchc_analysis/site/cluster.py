"""The same jobs on a cluster, by ``dask.distributed``.

A worker needs this package and nothing else: a job carries its slice of data, and its bytes come
back. On a worker a job runs in a child of a warm process, as it does here, so one that hangs or
dies costs itself only. A worker that is lost costs its jobs a retry.
"""

from __future__ import annotations

import logging
import pickle
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import uuid4

import distributed
from distributed import WorkerPlugin

import cchc_analysis
from cchc_analysis.site.intake import Intake
from cchc_analysis.site.jobs import TICK_SECONDS, Watcher
from cchc_analysis.site.keys import key_of_package
from cchc_analysis.site.replies import Job, Outcome, Reply, reply_to_error
from cchc_analysis.site.shop import Shop
from cchc_analysis.site.zygote import Orders
from cchc_analysis.errors import CommandError, Problem

CONNECT_SECONDS = 10
WORKER_SECONDS = 10
RETRIES = 3

_ORDERS: dict[str, tuple[bytes, int]] = {}
_SHOPS: dict[str, Shop] = {}
_LOCK = threading.Lock()


def run_on_cluster(
    jobs: Intake, orders: Orders, address: str, progress: Watcher | None = None
) -> Iterator[Outcome]:
    """Do jobs on the workers of a scheduler.

    Args:
        jobs: The jobs; taken as they are needed.
        orders: What the workers do; each works on as many jobs at a time as it has threads.
        address: The scheduler, such as "tcp://host:8786".
        progress: Is told of each outcome.

    Yields:
        One outcome per job, in the order in which they end.

    Raises:
        CommandError: The extra [cluster] is not installed, the scheduler cannot be reached, is
            lost or has no worker, or a worker has another version of this package.
    """
    with _connect(address) as client:
        room = 3 * _check_workers(client, address)
        run_id = uuid4().hex
        client.register_plugin(Foreman(run_id, pickle.dumps(orders)), name=f"cchc-{run_id}")
        try:
            yield from _drain(_Desk(client, address, run_id), jobs, room, progress)
        finally:
            with suppress(Exception):  # the scheduler may be gone, and so is then the plugin
                client.unregister_worker_plugin(f"cchc-{run_id}")


class _Desk:
    """Where jobs are handed to the scheduler, and what came of them is understood."""

    def __init__(self, client: Any, address: str, run_id: str) -> None:
        self._client, self._address, self._run_id = client, address, run_id
        self._news = threading.Event()

    def submit(self, job: Job) -> Any:
        """Hand over a job; on whichever worker it ends, it counts once."""
        key = f"cchc-{self._run_id}-{job.name}"
        todo = (describe_worker(), self._run_id, job.payload)
        future = self._client.submit(do_on_worker, *todo, key=key, retries=RETRIES, pure=False)
        future.add_done_callback(lambda _: self._news.set())
        return future

    def wait(self) -> None:
        """Wait for news, but not for long."""
        self._news.wait(TICK_SECONDS)
        self._news.clear()

    def understand(self, future: Any) -> Reply:
        """Understand a future that is done.

        Raises:
            CommandError: The scheduler is lost, or the worker has other code.
        """
        if future.cancelled() or future.status == "lost":
            raise _refuse(self._address, "the scheduler was lost", "one that stays", "Start it")
        if future.status == "error":
            error = future.exception()
            if isinstance(error, CommandError):
                raise error
            return reply_to_error(error)
        reply: Reply = future.result()
        return reply


def _drain(desk: _Desk, jobs: Intake, room: int, progress: Watcher | None) -> Iterator[Outcome]:
    under_way: dict[Any, Job] = {}
    while True:
        for job in jobs.take(room, under_way):
            under_way[desk.submit(job)] = job
        if not under_way:
            return
        desk.wait()
        for future in [future for future in under_way if future.done()]:
            outcome = Outcome(under_way.pop(future), desk.understand(future))
            if progress:
                progress.note(outcome)
            yield outcome
        if progress:
            progress.tick()


class Foreman(WorkerPlugin):
    """Brings the orders to every worker, to those also that come later; see Dask's plugins.

    Args:
        run_id: The build that the orders are of.
        orders: The orders, pickled.
    """

    def __init__(self, run_id: str, orders: bytes) -> None:
        self.run_id, self.orders = run_id, orders

    def setup(self, worker: Any) -> None:
        """Keep the orders until the first job comes."""
        _ORDERS[self.run_id] = self.orders, worker.state.nthreads

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 - Dask calls it so
        """End the warm process of this build."""
        with _LOCK:
            _ORDERS.pop(self.run_id, None)
            shop = _SHOPS.pop(self.run_id, None)
        if shop:
            shop.close()


def do_on_worker(sender: tuple[str, str], run_id: str, payload: Any) -> Reply:
    """Do one job on a worker; called by Dask, in a thread of the worker.

    Args:
        sender: Version and key of the package where the job comes from.
        run_id: The build that it is of.
        payload: What to work on.

    Raises:
        CommandError: This worker has other code.
    """
    if sender != describe_worker():
        raise _refuse_code([f"{platform.node()}: {_name_version(describe_worker())}"])
    return _open_shop(run_id).submit(payload).result()


@cache
def describe_worker() -> tuple[str, str]:
    """Version and key of the package in this process."""
    return cchc_analysis.__version__, key_of_package()


def _open_shop(run_id: str) -> Shop:
    """The warm process of this worker; made at the first job of a build."""
    with _LOCK:
        if run_id not in _SHOPS:
            orders, count = _ORDERS[run_id]
            _SHOPS[run_id] = Shop(replace(pickle.loads(orders), count=count))  # noqa: S301 - ours
        return _SHOPS[run_id]


@contextmanager
def _connect(address: str) -> Iterator[Any]:
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client: Any = vars(distributed)["Client"](
            address, timeout=CONNECT_SECONDS, set_as_default=False
        )
    except (OSError, TimeoutError, ValueError) as error:
        found = f"no scheduler answers there ({type(error).__name__})"
        remedy = "Start one with `dask scheduler`, or mend the address"
        raise _refuse(address, found, "the address of one", remedy) from None
    try:
        yield client
    finally:
        client.close(timeout=1)


def _check_workers(client: Any, address: str) -> int:
    """Threads of all workers, which have to run the very code that runs here."""
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
        threads = sum(client.nthreads().values())
        told = client.run(describe_worker, on_error="return")
    except TimeoutError:
        found = f"no worker came within {WORKER_SECONDS} s"
        remedy = f"Start some with `dask worker {address}`, or wait until some are free"
        raise _refuse(address, found, "at least one that is free", remedy) from None
    if others := [
        f"{worker}: {_name_version(said)}"
        for worker, said in sorted(told.items())
        if said != describe_worker()
    ]:
        raise _refuse_code(others)
    return int(threads)


def _name_version(said: Any) -> str:
    """What a worker has, where it is not what it should have."""
    if not isinstance(said, tuple):
        return f"cchc_analysis cannot be used there ({type(said).__name__}: {said})"
    version, key = said
    return f"cchc_analysis {version}, code {key[:8]}"


def _refuse_code(others: list[str]) -> CommandError:
    version, key = describe_worker()
    return _refuse(
        "; ".join(others),
        "other code than here",
        f"cchc_analysis {version}, code {key[:8]}, on every worker",
        "Install the same version there, and start the workers again",
    )


def _refuse(where: str, found: str, expected: str, remedy: str) -> CommandError:
    return CommandError(Problem(where, found, expected, f"{remedy}."))
