"""Who makes the pages here: a child of a warm process for each, or warm processes that are kept.

``Pool.submit`` takes what a job needs and gives a future, as executors do. The pool begins a
process that holds no other thread and nothing of this one; it warms up, and forks a child a job:
what is imported is shared, what a job changes dies with it. A child that hangs, is killed, exits or
eats its memory costs that job only. Where forking is not safe, one such process for each job at a
time is kept and does them one after the other; it is ended, and replaced, with a job that fails so.

Everything that travels is ours, made by the same version of this package on the other side.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from multiprocessing import Pipe, connection
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cchc_analysis.data.system import (
    die_with_parent,
    end_group,
    hand_on,
    is_safe_to_fork,
    lead_group,
    limit_memory,
    offer_as_victim,
)
from cchc_analysis.errors import BriefError, CchcError, Problem
from cchc_analysis.site.jobs import ONE_THREAD, Orders, Reply, Work, do_job, explain, explain_end

MOST_TRIES = 5
GRACE_SECONDS = 1.0
Link: Any = vars(connection).get("PipeConnection", Connection)
"""One end of a pipe; the class has another name on Windows."""


class Pool:
    """Processes of this machine.

    Args:
        orders: What they do; the first one warms up before this returns.
        count: Jobs at a time.

    Raises:
        BriefError: Warming up failed.
    """

    def __init__(self, orders: Orders, count: int) -> None:
        self._folder = TemporaryDirectory(prefix="cchc-pool-", ignore_cleanup_errors=True)
        for name, content in orders.files.items():
            path = Path(self._folder.name, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self._orders = replace(orders, files={})
        self._lock, self._warm, self._is_open = threading.Lock(), list[_Warm](), True
        self.count, self._threads = count, ThreadPoolExecutor(count)
        try:
            self._take().is_busy = False
        except BaseException:
            self.close()
            raise

    def submit(self, payload: Any) -> Future[Reply]:
        """Have a job done; the future never raises, its reply says what happened."""
        return self._threads.submit(self._do, payload)

    def close(self) -> None:
        """End everything at once; what is not done is cancelled."""
        self._is_open = False
        for warm in self._warm:
            warm.end()
        self._threads.shutdown(cancel_futures=True)
        for warm in self._warm:  # one may have been begun in the meantime
            warm.end()
        self._folder.cleanup()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _do(self, payload: Any) -> Reply:
        """Do a job; again where the process that forks its own was lost."""
        for _ in range(MOST_TRIES if self._is_open else 0):
            try:
                warm = self._take()
            except BriefError as error:
                return Reply(found=str(error), problems=error.problems)
            if reply := warm.do(payload, self._orders.timeout):
                warm.is_busy = False
                return reply
            status = warm.end()
            if not warm.forks:
                return explain_end(status)
        return Reply(found="the process that prepares it ended again and again")

    def _take(self) -> _Warm:
        """A warm process: one that forks, or one that has nothing to do."""
        with self._lock:
            self._warm = [warm for warm in self._warm if warm.process.poll() is None]
            free = [warm for warm in self._warm if warm.forks or not warm.is_busy]
            if not free and not self._is_open:
                raise BriefError(Problem("workers", "closed", "open ones", "Begin again."))
            if not free:
                free = [_Warm(self._orders, self._folder.name)]
                self._warm += free
            free[0].is_busy = True
            return free[0]


def do_apart(work: Work, payload: Any) -> Any:
    """Do one thing in a process of its own.

    Raises:
        CchcError: What the work raised, or what happened to its process.
    """
    with Pool(Orders(partial(_begin, work), may_fork=False), 1) as pool:
        reply = pool.submit(payload).result()
    if isinstance(reply.result, CchcError):
        raise reply.result
    if reply.result is None:
        raise BriefError(reply.list_problems(getattr(work, "__name__", "a job")))
    return reply.result


def _begin(work: Work) -> Work:
    return partial(_catch, work)


def _catch(work: Work, payload: Any) -> Any:
    """What comes of it; a problem of the user's comes back as it is, of its kind."""
    try:
        return work(payload)
    except CchcError as error:
        return error


class _Warm:
    """A process that has warmed up, and the way to it.

    Raises:
        BriefError: It cannot get warm.
    """

    def __init__(self, orders: Orders, folder: str) -> None:
        self._link, theirs = Pipe()
        start = f"from {__name__} import serve; serve({theirs.fileno()})"
        self.is_busy, self.forks = True, False
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own Python
                [sys.executable, "-P", "-c", start],
                **hand_on(theirs.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=ONE_THREAD | dict(os.environ) | _find_modules() | {"PYTHONSAFEPATH": "1"},
                cwd=folder,
                start_new_session=True,  # Ctrl-C is for the parent, who then ends this one
            )
        try:
            self._link.send(orders)
            said = self._link.recv()
        except (EOFError, OSError):
            said = explain_end(self.end())
        except BaseException:
            self.end()
            raise
        if isinstance(said, Reply):
            self.end()
            problem = Problem(
                "warm-up", said.found, "a process that can make pages", "Mend this first."
            )
            raise BriefError(said.problems or problem)
        self.forks = bool(said)

    def do(self, payload: Any, timeout: float | None) -> Reply | None:
        """Have a job done; None when the process is gone, by the job where it does not fork."""
        process_id = 0
        try:
            link = self._open_link()
            link.send(payload)
            while link.poll(timeout):
                said = link.recv()
                if isinstance(said, Reply):
                    return said
                process_id = said
        except (EOFError, OSError, pickle.UnpicklingError):
            return None
        end_group(process_id)
        return Reply(found=f"no end within {timeout:g} s")

    def _open_link(self) -> Connection:
        """To a child of its own, where it forks; it closes when nobody holds it any more."""
        if not self.forks:
            return self._link
        ours, theirs = Pipe()
        with theirs:
            send_handle(self._link, theirs.fileno(), self.process.pid)
        return ours

    def end(self) -> int:
        """End it and its children, and tell how it ended."""
        self._link.close()
        try:
            return self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def serve(number: int) -> None:
    """Warm up, say so, and do jobs until nobody is at the other end; the life of a warm process."""
    link = Link(number)
    with suppress(EOFError, OSError):
        orders: Orders = link.recv()
        try:
            work = orders.begin()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent has to hear it
            link.send(explain(error))
            return
        gc.collect()
        gc.freeze()
        forks = orders.may_fork and is_safe_to_fork()
        link.send(forks)
        do = partial(do_job, work, is_profiled=orders.is_profiled)
        if forks:
            _fork_for_each(link, partial(_live, do, orders.memory, os.getpid()))
        else:
            _do_each(link, do, orders.memory)
    os._exit(0)  # there is nothing to tidy up, and nobody to wait for it


def _fork_for_each(control: Connection, live: Callable[[Connection], None]) -> None:
    """Fork a child for each link that comes, and tell on it how a child ended that said nothing."""
    context = multiprocessing.get_context("fork")
    children: dict[Any, tuple[Any, Connection]] = {}
    while True:
        for ready in wait([control, *children]):
            if ready in children:
                child, link = children.pop(ready)
                child.join()
                end_group(child.pid)  # what it has started ends with it
                with suppress(OSError), link:
                    link.send(explain_end(child.exitcode))
                continue
            try:
                link = Link(recv_handle(control))
            except (EOFError, OSError):  # nobody is at the other end any more
                for child, _ in children.values():
                    end_group(child.pid)
                return
            child = context.Process(target=live, args=(link,))
            child.start()
            children[child.sentinel] = child, link


def _live(do: Work, memory: int | None, parent_id: int, link: Connection) -> None:
    """A child's life."""
    lead_group()
    die_with_parent(parent_id)
    offer_as_victim()
    if memory:
        limit_memory(memory)
    gc.disable()  # it ends before the garbage would matter
    link.send(os.getpid())
    link.send(do(link.recv()))


def _do_each(link: Connection, do: Work, memory: int | None) -> None:
    """Do one job after the other in this process."""
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    if memory:
        limit_memory(memory)
    while True:
        payload = link.recv()
        link.send(os.getpid())
        link.send(do(payload))


def _end_with_parent(parent_id: int) -> None:
    while os.getppid() == parent_id:
        time.sleep(1)
    os._exit(1)


def _find_modules() -> dict[str, str]:
    """Where modules are looked for, in words that hold in another folder too."""
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    absolute = [str(Path(path).absolute()) for path in paths]
    return {"PYTHONPATH": os.pathsep.join(absolute)} if paths else {}
