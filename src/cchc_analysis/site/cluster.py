"""The same jobs on a cluster, by ``dask.distributed``.

A worker needs this package and nothing else: a job carries its slice of data, and its bytes come
back. On a worker a job runs in a child of a process that the worker begins, as it does here, so one
that hangs or dies costs itself only. A worker that is lost costs its jobs a retry.
"""

from __future__ import annotations

import logging
import pickle
import platform
import threading
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from typing import Any
from uuid import uuid4

import distributed
from distributed import WorkerPlugin

import cchc_analysis
from cchc_analysis.errors import CommandError, Problem
from cchc_analysis.site.jobs import Orders, Reply
from cchc_analysis.site.keys import key_of_package
from cchc_analysis.site.workers import Pool

CONNECT_SECONDS = 10
WORKER_SECONDS = 10
RETRIES = 3


class Cluster:
    """The workers of a scheduler.

    Args:
        orders: What they do.
        address: The scheduler, such as "tcp://host:8786".

    Attributes:
        count: Jobs at a time: the threads of all workers.

    Raises:
        CommandError: The scheduler cannot be reached or has no worker, or a worker has other code.
    """

    def __init__(self, orders: Orders, address: str) -> None:
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        self._address, self._run_id = address, uuid4().hex
        self._client = _connect(address)
        try:
            self.count = _check_workers(self._client, address)
            self._client.register_plugin(Foreman(pickle.dumps(orders)), name=self._run_id)
        except BaseException:
            self._client.close(timeout=1)
            raise
        self._executor = self._client.get_executor(retries=RETRIES, pure=False)

    def submit(self, payload: Any) -> Future[Reply]:
        """Have a job done, on whichever worker is free; it counts once."""
        todo = do_on_worker, describe_worker(), self._run_id, payload
        future: Future[Reply] = self._executor.submit(*todo)
        return future

    def close(self) -> None:
        """Let the workers end what they began for these jobs."""
        # The scheduler may be gone, and so is then the plugin.
        with suppress(OSError, TimeoutError, RuntimeError, ValueError):
            self._client.unregister_worker_plugin(self._run_id)
        self._client.close(timeout=1)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Foreman(WorkerPlugin):
    """Brings the orders to every worker, to those also that come later; see Dask's plugins."""

    def __init__(self, orders: bytes) -> None:
        self._orders = orders

    def setup(self, worker: Any) -> None:
        """Keep the orders until the first job comes."""
        self._count, self._lock = worker.state.nthreads, threading.Lock()
        self._pool: Pool | None = None

    def do(self, payload: Any) -> Reply:
        """Do a job in a process of this machine."""
        with self._lock:
            self._pool = self._pool or Pool(pickle.loads(self._orders), self._count)  # noqa: S301 - ours
        return self._pool.submit(payload).result()

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 - Dask calls it so
        """End the processes of this build."""
        with self._lock:
            if self._pool:
                self._pool.close()


def do_on_worker(sender: tuple[str, str], run_id: str, payload: Any) -> Reply:
    """Do one job on a worker; called by Dask, in a thread of the worker.

    Raises:
        CommandError: This worker has other code than the sender.
    """
    if sender != describe_worker():
        raise _refuse_code([f"{platform.node()}: {_name_version(describe_worker())}"])
    foreman: Any = distributed.get_worker().plugins[run_id]
    reply: Reply = foreman.do(payload)
    return reply


@cache
def describe_worker() -> tuple[str, str]:
    """Version and key of the package in this process."""
    return cchc_analysis.__version__, key_of_package()


def _connect(address: str) -> Any:
    try:
        client: Any = vars(distributed)["Client"]
        return client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        found = f"no scheduler answers there ({type(error).__name__})"
        remedy = "Start one with `dask scheduler`, or mend the address"
        raise _refuse(address, found, "the address of one", remedy) from None


def _check_workers(client: Any, address: str) -> int:
    """Threads of all workers, which have to run the very code that runs here."""
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
        told = client.run(describe_worker, on_error="return")
    except TimeoutError:
        found = f"no worker came within {WORKER_SECONDS} s"
        remedy = f"Start some with `dask worker {address}`, or wait until some are free"
        raise _refuse(address, found, "at least one that is free", remedy) from None
    others = {each: said for each, said in sorted(told.items()) if said != describe_worker()}
    if others:
        raise _refuse_code([f"{each}: {_name_version(said)}" for each, said in others.items()])
    return sum(client.nthreads().values())


def _name_version(said: Any) -> str:
    """What a worker has, where it is not what it should have."""
    if not isinstance(said, tuple):
        return f"cchc_analysis cannot be used there ({type(said).__name__}: {said})"
    version, key = said
    return f"cchc_analysis {version}, code {key[:8]}"


def _refuse_code(others: list[str]) -> CommandError:
    return _refuse(
        "; ".join(others),
        "other code than here",
        f"{_name_version(describe_worker())}, on every worker",
        "Install the same version there, and start the workers again",
    )


def _refuse(where: str, found: str, expected: str, remedy: str) -> CommandError:
    return CommandError(Problem(where, found, expected, f"{remedy}."))
