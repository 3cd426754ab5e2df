"""Who makes the pages here: children of a warm process.

``Pool.submit`` takes what a job needs and gives a future, as executors do. The pool begins a
process that holds no other thread and nothing of this one. It warms up, and forks and ends the
children that do the jobs as a thread of the pool asks it to, which then speaks with its child
alone: what is imported is shared, what a job changes dies with its child, and a child that hangs,
is killed, exits or eats its memory costs that job only. Where forking is not safe the children are
spawned and kept. Payloads and replies travel as bytes: what cannot be written or read costs that
job only.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import subprocess
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import connection, reduction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cchc_analysis.data import system
from cchc_analysis.data.files import write_bytes
from cchc_analysis.data.records import problem
from cchc_analysis.errors import BriefError
from cchc_analysis.site import jobs

MOST_TRIES = 5
GRACE_SECONDS = 0.5
Link: Any = vars(connection).get("PipeConnection", connection.Connection)
"""One end of a pipe; the class has another name on Windows."""


@dataclass
class Child:
    """A process that does jobs: who began it, its number, the way to it, and its jobs so far."""

    parent: Any
    process_id: int
    link: Any
    given: int = 0


class Pool(jobs.Workforce):
    """Processes of this machine.

    Args:
        orders: What they do; the first process warms up before this returns.
        count: Jobs at a time.

    Raises:
        BriefError: Warming up failed.
    """

    def __init__(self, orders: jobs.Orders, count: int) -> None:
        self._folder = TemporaryDirectory(prefix="cchc-pool-", ignore_cleanup_errors=True)
        for name, content in orders.files.items():
            write_bytes(Path(self._folder.name, name), content)
        self._orders, self.count, self._is_closed = replace(orders, files={}), count, False
        self._lock, self._threads = threading.Lock(), ThreadPoolExecutor(count)
        self._process: Any = None
        self._free: list[Child] = []
        try:
            self._begin()
        except BaseException:
            self.shutdown()
            raise

    def submit(self, payload: Any) -> Future[jobs.Reply]:  # type: ignore[override]  # one function for all
        """Have a job done; the future never raises, its reply says what happened."""
        return self._threads.submit(self._do, payload)

    def shutdown(self, *_: object, **__: object) -> None:
        """End everything at once; what is not done is cancelled."""
        self._is_closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._end()
        self._threads.shutdown()
        self._folder.cleanup()

    def _do(self, payload: Any) -> jobs.Reply:
        """Have a job done; it is asked for again where the processes were lost meanwhile."""
        try:
            asked = pickle.dumps(payload)
            for number in range(MOST_TRIES):
                with suppress(EOFError, OSError):
                    return self._ask(asked, is_again=number > 0)
        except Exception as error:  # noqa: BLE001 - whatever a class raises when written or read
            return jobs.explain(error)
        return jobs.Reply(found="the process that prepares it ended again and again")

    def _ask(self, asked: bytes, *, is_again: bool = False) -> jobs.Reply:
        """What comes of a job.

        One that fails after others, which may be why, is done again in a process of its own.
        """
        with self._lock:
            if self._free and not is_again:
                child = self._free.pop()
            else:
                process_id = self._tell(0)
                link = Link(reduction.recv_handle(self._control))
                child = Child(self._process, process_id, link)
        reply, child.given = None, child.given + 1
        with suppress(EOFError, OSError):
            if child.given == 1:
                child.link.recv_bytes()  # it is warm
            child.link.send_bytes(asked)
            if child.link.poll(self._orders.timeout):
                reply = jobs.read(child.link.recv_bytes())
            else:
                reply = jobs.Reply(found=f"no end within {self._orders.timeout:g} s")
        is_well = reply is not None and reply.result is not None
        if reply and is_well and child.given != self._most:
            self._free.append(child)
            return reply
        with self._lock:
            if child.parent is not self._process:
                raise EOFError  # it was lost with the process that began it
            status = self._tell(child.process_id)
        if is_well or child.given == 1:
            return reply or jobs.explain_end(status)
        return self._ask(asked, is_again=True)

    def _tell(self, process_id: int) -> int:
        """Have the warm process end a child and say how it ended, or begin one: its number."""
        try:
            self._control.send(process_id)
            said = self._control.recv()
        except (EOFError, OSError):
            self._begin()
            raise
        if isinstance(said, BriefError):
            raise said
        return int(said)

    def _begin(self) -> None:
        """Begin the warm process; what was given to one before it is lost."""
        self._end()
        if self._is_closed:
            raise BriefError(problem("closed_pool", "workers"))
        self._free.clear()
        self._control, theirs = multiprocessing.Pipe()
        code = f"from {__name__} import serve; serve({theirs.fileno()}, {os.getpid()})"
        self._process = system.begin_python(code, theirs.fileno(), Path(self._folder.name))
        theirs.close()
        try:
            self._control.send(self._orders)
            said, self._most = self._control.recv()
        except (EOFError, OSError):
            said = jobs.explain_end(self._end())
        if said.result is None:
            raise BriefError(said.list_problems("warm-up"))

    def _end(self) -> int:
        """End the processes, which end what they began, and tell how the first of them ended."""
        if not self._process:
            return 0
        self._control.close()
        try:
            status: int = self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:  # before it is waited for: later the number is another's
            system.end_group(self._process.pid)
            status = self._process.wait()
        return status


def serve(number: int, asker_id: int) -> None:
    """Warm up, say so, and begin and end children as they are asked for; ends with the pool."""
    control, children = Link(number), dict[int, Any]()
    gc.disable()  # what is imported and loaded here stays
    with suppress(EOFError, OSError):
        orders: jobs.Orders = control.recv()
        begin: Any = cache(orders.begin)
        said = jobs.do_job(lambda _: callable(begin()), None)
        gc.collect()
        gc.freeze()
        forks = orders.may_fork and system.is_safe_to_fork()
        if not forks:
            begin, orders = orders.begin, replace(orders, jobs_a_child=0)
        control.send((said, orders.jobs_a_child))
        context: Any = multiprocessing.get_context("fork" if forks else "spawn")
        while True:
            if process_id := control.recv():
                control.send(_end(children.pop(process_id)))
                continue
            ours, theirs = multiprocessing.Pipe()
            child = context.Process(target=work, args=(orders, begin, theirs, os.getpid()))
            try:
                child.start()
            except OSError as error:
                control.send(BriefError(problem("no_process", "workers", error=error)))
                continue
            theirs.close()
            children[child.pid] = child
            control.send(child.pid)
            reduction.send_handle(control, ours.fileno(), asker_id)
            ours.close()
    for each in children.values():
        _end(each)
    os._exit(0)  # there is nothing to tidy up, and nobody to wait for it


def work(orders: jobs.Orders, begin: Any, link: Any, parent_id: int) -> None:
    """Do the jobs that come: the life of a child."""
    system.lead_group()
    system.die_with_parent(parent_id)
    do: jobs.Work = begin()
    if not orders.jobs_a_child:  # else it ends before the garbage would matter
        gc.enable()
    if orders.memory:
        system.limit_memory(orders.memory)
    with suppress(EOFError, OSError):
        link.send_bytes(b"warm")
        while True:
            said = jobs.answer(do, link.recv_bytes(), is_profiled=orders.is_profiled)
            link.send_bytes(said)


def _end(child: Any) -> int:
    """End a child, with all that it has started, and tell how it ended."""
    system.end_group(child.pid)
    child.join()
    status: int = child.exitcode
    return status
