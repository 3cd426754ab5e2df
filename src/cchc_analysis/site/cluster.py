"""The same jobs on a cluster, by ``dask.distributed``.

A worker needs this package and nothing else: a job carries its slice of data, and its bytes come
back. On a worker a job runs in a pool that the worker begins, as it does here, so one that hangs or
dies costs itself only. A worker that is lost costs its jobs a retry.
"""

from __future__ import annotations

import asyncio
import logging
import platform
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from typing import Any
from uuid import uuid4

import distributed
from distributed.comm.addressing import get_address_host_port

from cchc_analysis import __version__
from cchc_analysis.data.records import problem
from cchc_analysis.errors import CommandError
from cchc_analysis.site.jobs import Orders, Reply, Workforce
from cchc_analysis.site.keys import key_of_package
from cchc_analysis.site.workers import Pool

CONNECT_SECONDS = WORKER_SECONDS = 10
RETRIES = 3


class Cluster(Workforce):
    """The workers of the scheduler at an address such as "tcp://host:8786", for some orders.

    Raises:
        CommandError: The scheduler cannot be reached or has no worker, or a worker has other code.
    """

    def __init__(self, orders: Orders, address: str) -> None:
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        self._run_id, connect = uuid4().hex, vars(distributed)["Client"]
        try:
            get_address_host_port(address)  # a client of no address ends in a traceback of its own
            self._client = connect(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            told = problem("no_scheduler", address, error=type(error).__name__)
            raise CommandError(told) from None
        told = problem("no_worker", address, seconds=WORKER_SECONDS, address=address)
        try:
            self._client.wait_for_workers(1, timeout=WORKER_SECONDS)
            told = problem("slow_workers", address)
            found = self._client.run(describe, on_error="return").items()
            if others := sorted(f"{name}: {said}" for name, said in found if said != describe()):
                raise _refuse("; ".join(others), describe())
            self._client.register_plugin(PoolPlugin(orders), name=self._run_id)
        except BaseException as error:
            self._client.close(timeout=1)
            if isinstance(error, TimeoutError):
                raise CommandError(told) from None
            raise
        self.count = sum(self._client.nthreads().values())
        self._executor = self._client.get_executor(retries=RETRIES, pure=False)

    def submit(self, payload: Any) -> Future[Reply]:  # type: ignore[override]  # one function for all
        """Have a job done, on whichever worker is free; it counts once."""
        future: Future[Reply] = self._executor.submit(_do, describe(), self._run_id, payload)
        return future

    def shutdown(self, *_: object, **__: object) -> None:
        """Let the workers end what they began for these jobs."""
        # The scheduler may be gone, and so is then the plugin.
        with suppress(OSError, TimeoutError, RuntimeError, ValueError):
            self._client.unregister_worker_plugin(self._run_id)
        self._client.close(timeout=1)


class PoolPlugin(distributed.WorkerPlugin):
    """Opens a pool on every worker, on those also that come later; see Dask's plugins."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def setup(self, worker: Any) -> None:
        """Begin the processes of this worker."""
        self.pool = await asyncio.to_thread(Pool, self._orders, worker.state.nthreads)

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 - Dask calls it so
        """End them."""
        self.pool.shutdown()


def _do(sender: str, run_id: str, payload: Any) -> Reply:
    """Do one job, in a thread of a worker; refuse it where the sender has other code."""
    if sender != describe():
        raise _refuse(f"{platform.node()}: {describe()}", sender)
    plugin: Any = distributed.get_worker().plugins[run_id]
    reply: Reply = plugin.pool.submit(payload).result()
    return reply


def _refuse(others: str, ours: str) -> CommandError:
    return CommandError(problem("other_code_there", others, ours=ours))


@cache
def describe() -> str:
    """The package of this process, and its code."""
    return f"cchc_analysis {__version__}, code {key_of_package()[:16]}"
