"""Who makes the pages here: children of a warm process.

``Pool.submit`` takes what a job needs and gives a future, as executors do. The pool begins a
process that holds no other thread and nothing of this one. It warms up and forks a supervisor for
each job that there may be at a time, with which a thread of the pool speaks. A supervisor forks and
ends the children that do the jobs: what is imported is shared, what a job changes dies with its
child, and a child that hangs, is killed, exits or eats its memory costs that job only. Where
forking is not safe all are spawned, and the children kept. Payloads and replies travel as bytes:
what cannot be written or read costs that job only.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cchc_analysis.data import system
from cchc_analysis.data.files import write_bytes
from cchc_analysis.data.records import problem
from cchc_analysis.errors import BriefError
from cchc_analysis.site import jobs

MOST_TRIES = 5
GRACE_SECONDS = 1
LARGE = 4 << 20
"""Bytes of a job after which its child ends: what is read of it would stay until all of its jobs
are done, and a fork costs nothing beside such a page."""


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
        self._begun: list[tuple[subprocess.Popen[bytes], Any]] = []
        try:
            self._free = self._begin(count)
        except BaseException:
            self.shutdown()
            raise

    def submit(self, payload: Any) -> Future[jobs.Reply]:  # type: ignore[override]  # one function for all
        """Have a job done; the future never raises, its reply says what happened."""
        # What waits is held as bytes alone.
        return self._threads.submit(self._do, jobs.do_job(pickle.dumps, payload))

    def shutdown(self, *_: object, **__: object) -> None:
        """End everything at once; what is not done is cancelled."""
        with self._lock:
            self._is_closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for each in self._begun:
            end(*each)
        self._threads.shutdown()
        self._folder.cleanup()

    def _do(self, written: jobs.Reply) -> jobs.Reply:
        """Have a job done.

        One that fails after others, which may be why, or whose supervisor is lost, is done again in
        a process of its own.
        """
        if written.result is None:
            return written
        try:
            for number in range(MOST_TRIES):
                with self._lock:
                    link = self._free.pop() if self._free else None
                link = link or self._begin(1).pop()  # in the place of one that was lost
                with suppress(EOFError, OSError):
                    link.send((written.result, number > 0))
                    is_final, said = link.recv()
                    self._free.append(link)
                    if is_final:
                        return jobs.read(said)
        except Exception as error:  # noqa: BLE001 - whatever a class raises when written or read
            return jobs.explain(error)
        return jobs.Reply(found="the process that prepares it ended again and again")

    def _begin(self, count: int) -> list[Any]:
        """Begin a warm process, which begins some supervisors: the ways to these."""
        with self._lock:
            if self._is_closed:
                raise BriefError(problem("closed_pool", "workers"))
            process, pipes = system.begin_python(serve, count + 1, Path(self._folder.name))
            control, *links = pipes
            self._begun.append((process, control))
        try:
            control.send(self._orders)
            said = control.recv()
        except (EOFError, OSError):
            said = jobs.explain_end(end(process, control))
        if said.result is None:
            raise BriefError(said.list_problems("warm-up"))
        return links


def end(process: subprocess.Popen[bytes], control: Any) -> int:
    """End a warm process, which waits for its supervisors, and tell how it ended."""
    control.close()
    try:
        return process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:  # before it is waited for: later the number is another's
        system.end_group(process.pid)
        return process.wait()


def serve(control: Any, *askers: Any) -> None:
    """Warm up, say so, and begin the supervisors; ends with them."""
    links = [*askers]
    gc.disable()  # what is imported and loaded here stays
    with suppress(EOFError, OSError):
        orders: jobs.Orders = control.recv()
        warm = replace(orders, begin=cache(orders.begin))
        said = jobs.do_job(lambda _: callable(warm.begin()), None)
        gc.collect()
        gc.freeze()
        forks = orders.may_fork and system.is_safe_to_fork()
        multiprocessing.set_start_method("fork" if forks else "spawn", force=True)
        given = warm if forks else replace(orders, jobs_a_child=0)
        while said.result and links:
            link = links.pop()
            supervisor = Supervisor(control, link, given)
            try:
                multiprocessing.Process(target=supervisor.work, args=(links,)).start()
            except OSError as error:
                said = explain_no_process(error)
            link.close()
        control.send(said)
    for each in multiprocessing.active_children():
        each.join()
    os._exit(0)  # there is nothing to tidy up, and nobody to wait for it


def explain_no_process(error: OSError) -> jobs.Reply:
    """Put into words that the system begins no process any more."""
    return jobs.explain(BriefError(problem("no_process", "workers", error=error)))


@dataclass
class Supervisor:
    """Has children do the jobs that come, one at a time, and looks after them.

    It ends when the control does, by which it is told nothing else.
    """

    control: Any
    asker: Any
    orders: jobs.Orders
    child: Any = None
    link: Any = None
    given: int = 0

    def work(self, others: Iterable[Any]) -> None:
        """Answer what is asked; who held the links of others would hide that those end."""
        for each in others:
            each.close()
        try:
            while self._hears(self.asker):
                payload, is_alone = self.asker.recv()
                if is_alone:
                    self._end()
                try:
                    self.asker.send(self._do(payload))
                except OSError as error:
                    self.asker.send((True, pickle.dumps(explain_no_process(error))))
                most = self.orders.jobs_a_child
                if most and (self.given == most or len(payload) > LARGE):
                    self._end()
        finally:
            self._end()
            os._exit(0)  # at once: the pool waits for it

    def _hears(self, link: Any, seconds: float | None = None) -> bool:
        """Whether something comes in time; where the pool is closed or gone, that is the end."""
        ready = connection.wait([self.control, link], seconds)
        if self.control in ready:
            sys.exit()
        return bool(ready)

    def _do(self, payload: bytes) -> tuple[bool, bytes]:
        """Whether what comes of a job is final, as it went well or came first, and its reply."""
        if not self.child:
            self.link, theirs = multiprocessing.Pipe()
            child = multiprocessing.Process(target=work, args=(self.orders, theirs, os.getpid()))
            child.start()
            theirs.close()
            self.child = child
        self.given, is_well, said = self.given + 1, False, b""
        with suppress(EOFError, OSError):
            if self.given == 1 and self._hears(self.link):
                self.link.recv_bytes()  # it is warm
            self.link.send_bytes(payload)
            if self._hears(self.link, self.orders.timeout):
                is_well, said = self.link.recv()
            else:
                late = f"no end within {self.orders.timeout:g} s"
                said = pickle.dumps(jobs.Reply(found=late))
        is_final = is_well or self.given == 1
        status = 0 if is_well else self._end()
        return is_final, said or pickle.dumps(jobs.explain_end(status))

    def _end(self) -> int:
        """End the child, with all that it has started, and tell how it ended."""
        child, self.child, self.given = self.child, None, 0
        if not child:
            return 0
        system.end_group(child.pid)
        child.join()
        return int(child.exitcode)


def work(orders: jobs.Orders, link: Any, parent_id: int) -> None:
    """Do the jobs that come: the life of a child."""
    system.lead_group()
    system.die_with_parent(parent_id)
    do = orders.begin()
    if orders.memory:
        system.limit_memory(orders.memory)
    with suppress(EOFError, OSError):
        link.send_bytes(b"warm")
        while True:
            link.send(jobs.answer(do, link.recv_bytes(), is_profiled=orders.is_profiled))
