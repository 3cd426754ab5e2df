"""Who makes the pages here: children of a warm process, or warm processes that are kept.

``Pool.submit`` takes what a job needs and gives a future, as executors do. The pool begins a
process that holds no other thread and nothing of this one; it warms up, and forks a child wherever
this one asks for one: what is imported is shared, what a job changes dies with its child. A child
that hangs, is killed, exits or eats its memory costs that job only. Where forking is not safe, a
warm process for each job at a time is kept, and replaced where it ends or has to be ended. A
payload travels as bytes that the job itself reads, and its reply as bytes that the asker reads:
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
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing import Pipe, connection, reduction
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cchc_analysis.data import system
from cchc_analysis.data.files import write_bytes
from cchc_analysis.errors import BriefError, Problem
from cchc_analysis.site import jobs

MOST_TRIES = 5
GRACE_SECONDS = 1.0
Link: Any = vars(connection).get("PipeConnection", Connection)
"""One end of a pipe; the class has another name on Windows."""


@dataclass(eq=False)
class Slot:
    """What does one job at a time: a child of a warm process, or a warm process itself.

    Attributes:
        parent: The way to the process that it is a child of.
        jobs: How many it has done.
    """

    link: Connection
    process_id: int
    parent: Connection | None = None
    jobs: int = 0


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
        self._orders, self.count = replace(orders, files={}), count
        self._lock, self._begun = threading.Lock(), dict[int, subprocess.Popen[bytes]]()
        self._slots, self._free = set[Slot](), list[Slot]()
        self._closed, self._close = Pipe(duplex=False)
        self._parent: Any = None
        self._threads = ThreadPoolExecutor(count)
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
        self._close.close()
        self._threads.shutdown(cancel_futures=True)
        for slot in self._slots:
            system.end_group(slot.process_id)
        for process in self._begun.values():
            system.end_group(process.pid)
            process.wait()
        self._folder.cleanup()

    def _do(self, payload: Any) -> jobs.Reply:
        """Do a job; what cannot be written, or is read as something that raises, costs it only."""
        try:
            reply: jobs.Reply = pickle.loads(self._ask(pickle.dumps(payload)))  # noqa: S301 - our own
        except Exception as error:  # noqa: BLE001 - whatever a class raises
            return jobs.explain(error)
        return reply

    def _ask(self, payload: bytes) -> bytes:
        """What comes of a job.

        It is asked for again where it did not go well in a child that has done others before, which
        may be at fault, and where the process that forks was lost.
        """
        for number in range(MOST_TRIES):
            with suppress(EOFError, OSError):
                slot = self._take(is_fresh=number > 0)
                is_well, reply = self._ask_slot(slot, payload)
                is_kept = is_well and slot.jobs < self._orders.jobs_a_child
                if reply and not slot.link.closed and (is_kept or not slot.parent):
                    self._free.append(slot)
                    return reply
                status = self._end(slot)
                if is_well or slot.jobs == 1 or not slot.parent:
                    return reply or pickle.dumps(jobs.explain_end(status))
        return pickle.dumps(jobs.Reply(found="the process that prepares it ended again and again"))

    def _ask_slot(self, slot: Slot, payload: bytes) -> tuple[bool, bytes]:
        """Whether a job went well, and its reply; none where the process ended without a word.

        One that is late ends its process, and the link to it.
        """
        slot.jobs += 1
        with suppress(EOFError, OSError):
            slot.link.send_bytes(payload)
            if self._wait(slot.link, self._orders.timeout):
                answer: tuple[bool, bytes] = slot.link.recv()
                return answer
            system.end_group(slot.process_id)
            slot.link.close()
            found = f"no end within {self._orders.timeout:g} s"
            return False, pickle.dumps(jobs.Reply(found=found))
        return False, b""

    def _wait(self, link: Connection, timeout: float | None = None) -> bool:
        """Whether something comes in time."""
        ready = wait([link, self._closed], timeout)
        if self._closed in ready:
            raise BriefError(Problem("workers", "closed", "open ones", "Begin again."))
        return bool(ready)

    def _take(self, *, is_fresh: bool) -> Slot:
        """A slot that is free, or a new one; where there are children, a fresh one if asked for."""
        with self._lock:
            is_kept = self._free and not (is_fresh and self._parent)
            if not is_kept and (self._parent is None or self._parent.closed):
                self._begin()
            if is_kept or not self._parent:
                return self._free.pop()
            if not (process_id := self._tell(self._parent, 0)):
                raise OSError
            link = Link(reduction.recv_handle(self._parent))
            slot = Slot(link, process_id, self._parent)
            self._slots.add(slot)
            return slot

    def _tell(self, parent: Connection, what: int) -> int:
        """Have a child forked or buried; a process that does not answer is not asked again."""
        try:
            parent.send(what)
            self._wait(parent)
            answer: int = parent.recv()
        except (EOFError, OSError):
            parent.close()
            raise
        return answer

    def _end(self, slot: Slot) -> int:
        """End a slot, with all that it has started, and tell how it ended.

        Raises:
            EOFError, OSError: The process that it was forked from was lost.
        """
        slot.link.close()
        if not slot.parent:
            status = _wait_for(self._begun.pop(slot.process_id))
        system.end_group(slot.process_id)
        self._slots.discard(slot)
        if slot.parent:
            with self._lock:
                status = self._tell(slot.parent, slot.process_id)
        return status

    def _begin(self) -> None:
        """Begin a warm process, and talk to it from now on."""
        link, theirs = Pipe()
        number = theirs.fileno()
        modules = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
        found = os.pathsep.join(str(Path(each).absolute()) for each in modules)
        quiet: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        process = subprocess.Popen(  # noqa: S603 - our own Python
            [sys.executable, "-c", f"from {__name__} import serve; serve({number})"],
            **system.hand_on(number),
            **quiet,
            env=jobs.ONE_THREAD | os.environ | {"PYTHONPATH": found, "PYTHONSAFEPATH": "1"},
            cwd=self._folder.name,
            start_new_session=True,  # Ctrl-C is for the parent, who then ends this one
        )
        theirs.close()
        self._begun[process.pid] = process
        try:
            link.send(self._orders)
            self._wait(link)
            said = link.recv()
        except (EOFError, OSError):
            said = jobs.explain_end(_wait_for(process))
        if isinstance(said, jobs.Reply):
            raise BriefError(said.list_problems("warm-up"))
        self._parent = link if said else None
        if not said:
            self._free.append(Slot(link, process.pid))


def _wait_for(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of a process that nobody needs any more, and tell how it ended."""
    try:
        return process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        system.end_group(process.pid)
        return process.wait()


def serve(number: int) -> None:
    """Warm up, say so, and do what is asked until nobody is there; the life of a warm process."""
    link, children = Link(number), dict[int, Any]()
    with suppress(EOFError, OSError):
        orders: jobs.Orders = link.recv()
        try:
            work = orders.begin()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent has to hear it
            link.send(jobs.explain(error))
            return
        gc.collect()
        gc.freeze()
        forks = orders.may_fork and system.is_safe_to_fork()
        link.send(forks)
        if not forks:
            _live(work, orders, os.getppid(), link)
        while True:
            if ended := link.recv():
                child = children.pop(ended)
                child.join()
                link.send(child.exitcode)
            elif child := _fork(work, orders, link):
                children[child.pid] = child
    for process_id in children:
        system.end_group(process_id)
    os._exit(0)  # there is nothing to tidy up, and nobody to wait for it


def _fork(work: jobs.Work, orders: jobs.Orders, link: Connection) -> Any:
    """Fork a child, and give whoever asked for it its number and the way to it; 0 without one."""
    try:
        ours, theirs = Pipe()
        given = work, orders, os.getpid(), theirs, link, ours
        child = multiprocessing.get_context("fork").Process(target=_live, args=given)
        child.start()
    except OSError:  # the system has no process or file to give, now
        link.send(0)
        return None
    link.send(child.pid)
    reduction.send_handle(link, ours.fileno(), os.getppid())
    ours.close()
    theirs.close()
    return child


def _live(work: jobs.Work, orders: jobs.Orders, parent_id: int, link: Any, *others: Any) -> None:
    """Do the jobs that come: the life of a child, for which the links of others are none."""
    for other in others:
        other.close()
    if others:
        system.lead_group()
        system.offer_as_victim()
        gc.disable()  # it ends before the garbage would matter
    system.die_with_parent(parent_id)
    if orders.memory:
        system.limit_memory(orders.memory)

    def do(payload: bytes) -> Any:
        return work(pickle.loads(payload))  # noqa: S301 - what the asker wrote

    with suppress(EOFError, OSError):
        while True:
            payload = link.recv_bytes()
            reply = jobs.do_job(do, payload, is_profiled=orders.is_profiled)
            try:
                answer = reply.result is not None, pickle.dumps(reply)
            except Exception as error:  # noqa: BLE001 - whatever a class raises while it is written
                answer = False, pickle.dumps(jobs.explain(error))
            link.send(answer)
