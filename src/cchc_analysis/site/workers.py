"""Who makes the pages here: a child of a warm process for each, or warm processes that are kept.

``Pool.submit`` takes what a job needs and gives a future, as executors do. The pool begins a
process that holds no other thread and nothing of this one; it warms up, and forks one process for
each job at a time, which in turn forks a child a job: what is imported is shared, what a job
changes dies with it. A child that hangs, is killed, exits or eats its memory costs that job only.
Where forking is not safe, a warm process for each job at a time is kept, and replaced where it
ends or has to be ended. A payload travels as bytes that the job itself reads, and its reply as
bytes that the asker reads: what cannot be written or read costs that job only.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from multiprocessing import Pipe, connection
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from cchc_analysis.data import system
from cchc_analysis.data.files import write_bytes
from cchc_analysis.errors import BriefError, Problem
from cchc_analysis.site.jobs import ONE_THREAD, Orders, Reply, Work, do_job, explain, explain_end

MOST_TRIES = 5
GRACE_SECONDS = 1.0
Link: Any = vars(connection).get("PipeConnection", Connection)
"""One end of a pipe; the class has another name on Windows."""
Do = Callable[[bytes], bytes]
"""Makes a reply of a payload, both as they travel."""


class Slot(NamedTuple):
    """The way to what does one job at a time: a child of a warm process, or the process itself."""

    process: subprocess.Popen[bytes]
    link: Connection
    forks: bool


class Pool(Executor):
    """Processes of this machine.

    Args:
        orders: What they do; the first process warms up before this returns.
        count: Jobs at a time.

    Raises:
        BriefError: Warming up failed.
    """

    def __init__(self, orders: Orders, count: int) -> None:
        self._folder = TemporaryDirectory(prefix="cchc-pool-", ignore_cleanup_errors=True)
        for name, content in orders.files.items():
            write_bytes(Path(self._folder.name, name), content)
        self._orders, self.count = replace(orders, files={}), count
        self._lock, self._free, self._begun = threading.Lock(), list[Slot](), list[Slot]()
        self._closed, self._close = Pipe(duplex=False)
        self._threads = ThreadPoolExecutor(count)
        try:
            self._free = self._begin(count)
        except BaseException:
            self.shutdown()
            raise

    def submit(self, payload: Any) -> Future[Reply]:  # type: ignore[override]  # one function for all
        """Have a job done; the future never raises, its reply says what happened."""
        return self._threads.submit(self._do, payload)

    def shutdown(self, *_: object, **__: object) -> None:
        """End everything at once; what is not done is cancelled."""
        self._close.close()
        self._threads.shutdown(cancel_futures=True)
        for slot in self._begun:
            slot.link.close()
            if not slot.forks and slot.process.returncode is None:
                system.end_group(slot.process.pid)
        for slot in self._begun:
            _end(slot.process)
        self._folder.cleanup()

    def _do(self, payload: Any) -> Reply:
        """Do a job; what cannot be written, or is read as something that raises, costs it only."""
        try:
            reply: Reply = pickle.loads(self._ask(pickle.dumps(payload)))  # noqa: S301 - our own
        except Exception as error:  # noqa: BLE001 - whatever a class raises
            return explain(error)
        return reply

    def _ask(self, payload: bytes) -> bytes:
        """What comes of a job; asked again where the process that forks its child was lost."""
        for _ in range(MOST_TRIES):
            with self._lock:
                slot = (self._free or self._begin(1)).pop()
            try:
                slot.link.send_bytes(payload)
                reply = self._receive(slot.link, None if slot.forks else self._orders.timeout)
            except (EOFError, OSError):
                if slot.forks:
                    continue
                system.end_group(slot.process.pid)
                return pickle.dumps(explain_end(_end(slot.process)))
            if reply:
                self._free.append(slot)
                return reply
            system.end_group(slot.process.pid)
            return pickle.dumps(self._orders.tell_late())
        return pickle.dumps(Reply(found="the process that prepares it ended again and again"))

    def _receive(self, link: Connection, timeout: float | None = None) -> bytes:
        """What comes next; nothing where nothing comes in time."""
        ready = wait([link, self._closed], timeout)
        if self._closed in ready:
            raise BriefError(Problem("workers", "closed", "open ones", "Begin again."))
        return link.recv_bytes() if ready else b""

    def _begin(self, count: int) -> list[Slot]:
        """Begin a warm process that does so many jobs at a time, or one where it does not fork."""
        pipes = [Pipe() for _ in range(count)]
        numbers = [theirs.fileno() for _, theirs in pipes]
        modules = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
        found = os.pathsep.join(str(Path(each).absolute()) for each in modules)
        quiet: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        process = subprocess.Popen(  # noqa: S603 - our own Python
            [sys.executable, "-c", f"from {__name__} import serve; serve({numbers})"],
            **system.hand_on(*numbers),
            **quiet,
            env=ONE_THREAD | os.environ | {"PYTHONPATH": found, "PYTHONSAFEPATH": "1"},
            cwd=self._folder.name,
            start_new_session=True,  # Ctrl-C is for the parent, who then ends this one
        )
        for _, theirs in pipes:
            theirs.close()
        links = [ours for ours, _ in pipes]
        try:
            links[0].send(self._orders)
            said = pickle.loads(self._receive(links[0]))  # noqa: S301 - of our own process
        except (EOFError, OSError):
            said = explain_end(_end(process))
        except BaseException:
            system.end_group(process.pid)
            raise
        if isinstance(said, Reply):
            _end(process)
            raise BriefError(said.list_problems("warm-up"))
        slots = [Slot(process, link, said) for link in links][: None if said else 1]
        self._begun += slots
        return slots


def _end(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of a process that nobody needs any more, and tell how it ended."""
    try:
        return process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        system.end_group(process.pid)
        return process.wait()


def serve(numbers: list[int]) -> None:
    """Warm up, say so, and do jobs until nobody is at the other end; the life of a warm process."""
    links = [Link(number) for number in numbers]
    with suppress(EOFError, OSError):
        orders: Orders = links[0].recv()
        try:
            work = orders.begin()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent has to hear it
            links[0].send(explain(error))
            return
        gc.collect()
        gc.freeze()
        forks = orders.may_fork and system.is_safe_to_fork()
        links[0].send(forks)
        do = partial(_answer, work, is_profiled=orders.is_profiled)
        if forks:
            slots = [_fork(_attend, links, link, do, orders) for link in links]
            for link in links:
                link.close()
            for slot in slots:
                slot.join()
        else:
            _begin_life(orders, os.getppid())
            while True:
                links[0].send_bytes(do(links[0].recv_bytes()))
    os._exit(0)  # there is nothing to tidy up, and nobody to wait for it


def _fork(life: Callable[..., None], *given: Any) -> Any:
    child = multiprocessing.get_context("fork").Process(target=life, args=given)
    child.start()
    return child


def _begin_life(orders: Orders, parent_id: int) -> None:
    system.die_with_parent(parent_id)
    if orders.memory:
        system.limit_memory(orders.memory)


def _answer(work: Work, payload: bytes, *, is_profiled: bool) -> bytes:
    """Do a job in this process, and say what came of it."""
    read: Any = pickle.loads  # what the asker wrote
    reply = do_job(lambda content: work(read(content)), payload, is_profiled=is_profiled)
    try:
        return pickle.dumps(reply)
    except Exception as error:  # noqa: BLE001 - whatever a class raises while it is written
        return pickle.dumps(explain(error))


def _attend(links: list[Connection], link: Connection, do: Do, orders: Orders) -> None:
    """Do the jobs that come on one of the links, each in a child."""
    for other in links:
        if other is not link:
            other.close()
    with suppress(EOFError, OSError):
        while True:
            link.send_bytes(_do_in_child(do, link.recv_bytes(), orders, link))


def _do_in_child(do: Do, payload: bytes, orders: Orders, asked_on: Connection) -> bytes:
    """Do a job in a child that ends, with all that it has started, when nobody needs it."""
    ours, theirs = Pipe(duplex=False)
    child, reply = _fork(_live, do, payload, orders, os.getpid(), theirs), b""
    theirs.close()
    try:
        ready = wait([ours, child.sentinel, asked_on], orders.timeout)
        if asked_on not in ready:
            reply = ours.recv_bytes() if ready else pickle.dumps(orders.tell_late())
    except (EOFError, OSError):
        pass  # it ended without a word
    finally:
        system.end_group(child.pid)
        child.join()
        ours.close()
    return reply or pickle.dumps(explain_end(child.exitcode))


def _live(do: Do, payload: bytes, orders: Orders, parent_id: int, link: Connection) -> None:
    """A child's life."""
    system.lead_group()
    system.offer_as_victim()
    _begin_life(orders, parent_id)
    gc.disable()  # it ends before the garbage would matter
    link.send_bytes(do(payload))
