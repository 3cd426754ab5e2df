"""Who makes the pages here: children of a warm process.

``Pool.submit`` takes what a job needs and gives a future, as executors do. The pool begins a
process that holds no other thread and nothing of this one. It warms up and forks a supervisor for
each job at a time, and a supervisor forks the children that do the jobs, and watches them: what is
imported is shared, what a job changes dies with its child, and a child that hangs, is killed, exits
or eats its memory costs that job only. Where forking is not safe all of these are spawned, and a
child is kept. A payload travels as bytes that the job itself reads, and its reply as bytes that the
asker reads: what cannot be written or read costs that job only.
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
from functools import cache
from multiprocessing import Pipe, connection
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cchc_analysis.data import system
from cchc_analysis.data.files import write_bytes
from cchc_analysis.errors import BriefError, Problem
from cchc_analysis.site import jobs

MOST_TRIES = 5
GRACE_SECONDS = 0.5
Link: Any = vars(connection).get("PipeConnection", Connection)
"""One end of a pipe; the class has another name on Windows."""


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
            for _ in range(MOST_TRIES):
                with self._lock:
                    if not self._free:
                        self._begin()
                    free = self._free
                    link = free.pop()
                try:
                    link.send_bytes(asked)
                    answer = link.recv_bytes()
                except (EOFError, OSError):
                    free.clear()  # the other ways to these processes are lost as well
                    continue
                free.append(link)
                reply: jobs.Reply = pickle.loads(answer)  # noqa: S301 - our own
                return reply
        except Exception as error:  # noqa: BLE001 - whatever a class raises when written or read
            return jobs.explain(error)
        return jobs.Reply(found="the process that prepares it ended again and again")

    def _begin(self) -> None:
        """Begin the warm process, with a way to each of its supervisors."""
        self._end()
        if self._is_closed:
            raise BriefError(Problem("workers", "closed", "open ones", "Begin again."))
        pairs = [Pipe() for _ in range(self.count + 1)]
        numbers = [theirs.fileno() for _, theirs in pairs]
        modules = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
        found = os.pathsep.join(str(Path(each).absolute()) for each in modules)
        quiet: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        self._process = subprocess.Popen(  # noqa: S603 - our own Python
            [sys.executable, "-c", f"from {__name__} import serve; serve(*{numbers})"],
            **system.hand_on(*numbers),
            **quiet,
            env=jobs.ONE_THREAD | os.environ | {"PYTHONPATH": found, "PYTHONSAFEPATH": "1"},
            cwd=self._folder.name,
            start_new_session=True,  # Ctrl-C is for the parent, who then ends this one
        )
        for _, theirs in pairs:
            theirs.close()
        self._control, *self._free = [ours for ours, _ in pairs]
        try:
            self._control.send(self._orders)
            said = self._control.recv()
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


def serve(*numbers: int) -> None:
    """Warm up, say so, and begin the supervisors; ends with the pool, or with one of them."""
    control, *links = map(Link, numbers)
    with suppress(EOFError, OSError):
        orders: jobs.Orders = control.recv()
        begin: Any = cache(orders.begin)
        said = jobs.do_job(lambda _: callable(begin()), None)
        gc.collect()
        gc.freeze()
        control.send(said)
        forks = orders.may_fork and system.is_safe_to_fork()
        if not forks:
            begin, orders = orders.begin, replace(orders, jobs_a_child=0)
        context: Any = multiprocessing.get_context("fork" if forks else "spawn")
        make = context.Process
        given = make, begin, orders, control
        lives = [Supervisor(*given, link).live for link in links if said.result]
        supervisors = [make(target=live, args=(os.getpid(),)) for live in lives]
        for each in supervisors:
            each.start()
        if control in wait([control, *(each.sentinel for each in supervisors)]):
            for each in supervisors:  # each ends its child
                each.join(GRACE_SECONDS)
    os._exit(0)  # there is nothing to tidy up, and nobody to wait for it


@dataclass
class Supervisor:
    """Has jobs done one at a time, by children that it begins and ends.

    Attributes:
        make: The kind of process that a child is.
        begin: Gives what does a job; a child that is forked finds it there.
        control: Ends when nobody is there any more.
        asker: Where jobs come from.
    """

    make: Any
    begin: Any
    orders: jobs.Orders
    control: Connection
    asker: Connection
    child: Any = None
    link: Any = None
    done: int = 0

    def live(self, parent_id: int) -> None:
        """Answer what comes: the life of a supervisor."""
        system.die_with_parent(parent_id)
        while self._hears(self.asker):
            self.asker.send_bytes(self._answer(self.asker.recv_bytes()))

    def work(self, parent_id: int, link: Connection) -> None:
        """Do the jobs that come: the life of a child."""
        system.lead_group()
        system.die_with_parent(parent_id)
        do: jobs.Work = self.begin()
        if self.orders.jobs_a_child:
            gc.disable()  # it ends before the garbage would matter
        if self.orders.memory:
            system.limit_memory(self.orders.memory)
        with suppress(EOFError, OSError):
            link.send(None)
            while True:
                said = jobs.answer(do, link.recv_bytes(), is_profiled=self.orders.is_profiled)
                link.send(said)

    def _hears(self, link: Connection, timeout: float | None = None) -> bool:
        """Whether something comes in time; where nobody is there any more, all ends."""
        ready = wait([link, self.control], timeout)
        if self.control in ready:
            self._end()
            os._exit(0)
        return bool(ready)

    def _answer(self, payload: bytes) -> bytes:
        """What comes of a job; one that fails after others, which may be why, is done again."""
        while True:
            is_first = not self.child
            is_well, reply = self._ask(payload)
            if not is_well or self.done == self.orders.jobs_a_child:
                self._end()
            if is_well or is_first:
                return reply

    def _ask(self, payload: bytes) -> tuple[bool, bytes]:
        """Whether a job went well, and its reply; one that is late ends its child."""
        try:
            if not self.child:
                self._hire()
            self.done += 1
            self.link.send_bytes(payload)
            if self._hears(self.link, self.orders.timeout):
                answer: tuple[bool, bytes] = self.link.recv()
                return answer
            self._end()
            reply = jobs.Reply(found=f"no end within {self.orders.timeout:g} s")
        except (EOFError, OSError) as error:  # also where the system has no process to give
            reply = jobs.explain_end(self._end()) if self.child else jobs.explain(error)
        return False, pickle.dumps(reply)

    def _hire(self) -> None:
        """Begin a child, and wait until it is warm."""
        ours, theirs = Pipe()
        child = self.make(target=self.work, args=(os.getpid(), theirs))
        child.start()
        theirs.close()
        self.child, self.link, self.done = child, ours, 0
        if self._hears(self.link):
            self.link.recv()

    def _end(self) -> int:
        """End the child, with all that it has started, and tell how it ended."""
        child, self.child, self.link = self.child, None, None
        if not child:
            return 0
        system.end_group(child.pid)
        child.join()
        status: int = child.exitcode
        return status
