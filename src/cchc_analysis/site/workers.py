"""Who makes the pages here: children of a warm process.

``Pool.submit`` takes what a job needs and gives a future, as executors do. A thread of the pool
sees to the job: it has a child do it, keeps the time, and tells what came of it. Children are begun
and ended by a process that has warmed up and holds no other thread: what is imported is shared,
what a job changes dies with its child, and a child that hangs, is killed, exits or eats its memory
costs that job only. Where forking is not safe children are spawned, and kept.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import shutil
import subprocess
import threading
import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import cache
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cchc_analysis.data import system
from cchc_analysis.data.files import write_bytes
from cchc_analysis.data.records import problem
from cchc_analysis.errors import BriefError
from cchc_analysis.site.jobs import Orders, Reply, Workforce, do_job, explain_end

MOST_TRIES = 5
GRACE_SECONDS = 1
LARGE = 1 << 18
"""Bytes of a job, compressed, after which its child ends: what is read of it would stay until all
of its jobs are done, and a fork costs nothing beside such a page."""


class Pool(Workforce):
    """Processes of this machine, which do some orders, so many jobs at a time.

    Raises:
        BriefError: Warming up failed.
    """

    def __init__(self, orders: Orders, count: int) -> None:
        self._folder = TemporaryDirectory(prefix="cchc-pool-", ignore_cleanup_errors=True)
        for name, content in orders.files.items():
            write_bytes(Path(self._folder.name, name), content)
        self._orders, self.count, self._is_closed = replace(orders, files={}), count, False
        self._lock, self._renewing = threading.Lock(), threading.Lock()
        self._threads = ThreadPoolExecutor(count)
        self._begun, self._idle = list[WarmProcess](), list[Child]()
        self._warm: WarmProcess
        try:
            self._renew()
        except BaseException:
            self.shutdown()
            raise

    def submit(self, payload: Any) -> Future[Reply]:  # type: ignore[override]  # one function for all
        """Have a job done; its reply says what happened."""
        # What waits is held as few bytes; what cannot be written costs its own job only.
        written = do_job(lambda _: zlib.compress(pickle.dumps(payload), level=1), None)
        return self._threads.submit(self._do, written)

    def shutdown(self, *_: object, **__: object) -> None:
        """End everything at once; what is not done is cancelled."""
        with self._lock:
            self._is_closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for each in self._begun:
            each.end()
        self._threads.shutdown()
        self._folder.cleanup()

    def _do(self, written: Reply) -> Reply:
        """Have a job done, whatever may happen, in words."""
        said = do_job(self._have_done, written.result) if written.result else written
        return said.result or said

    def _have_done(self, payload: bytes) -> Reply:
        """Have a job done by a child.

        One that fails after others, which may be why, is done again in a child of its own; one that
        is lost with the warm process, by a child of another one.
        """
        with self._lock:
            child, warm = self._idle.pop() if self._idle else None, self._warm
        for _ in range(MOST_TRIES):
            warm = child.warm if child else warm
            try:
                child = child or Child(warm)
                reply = child.do(payload, self._orders)
            except (EOFError, OSError):
                child, warm = None, self._renew(warm)
                continue
            with self._lock:
                if child.link and child.warm is self._warm:
                    self._idle.append(child)
            if reply.result is not None or child.given == 1:
                return reply
            child = None
        return Reply(found="the process that prepares it ended again and again")

    def _renew(self, lost: WarmProcess | None = None) -> WarmProcess:
        """A warm process in the place of one that is lost; the first thread that asks begins it."""
        with self._renewing:
            if lost and self._warm is not lost:
                return self._warm
            with self._lock:
                if self._is_closed:
                    raise BriefError(problem("closed_pool", "workers"))
                warm = WarmProcess(Path(self._folder.name))
                self._begun.append(warm)
            try:
                said = warm.ask((self._orders, os.getpid(), self._folder.name))
            except (EOFError, OSError):
                said = explain_end(warm.end())
            if said.result is None:
                warm.end()
                raise BriefError(said.list_problems("warm-up"))
            with self._lock:
                self._warm, self._idle = warm, []
            return warm


class WarmProcess:
    """Begins and ends children; once it has ended, asking raises an ``EOFError`` or ``OSError``."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self.process, self._control = system.begin_python(serve, folder)

    def ask(self, what: tuple[Orders, int, str] | int | None) -> Any:
        """Have it take orders, end a child, or begin one, which may still be warming up."""
        with self._lock:
            self._control.send(what)
            said = self._control.recv()
            if isinstance(said, OSError):
                raise BriefError(problem("no_process", "workers", error=said))
            return said if what else (said, system.open_pipe(recv_handle(self._control)))

    def end(self) -> int:
        """End it with its children, and tell how it ended; where it has ended already too."""
        self._control.close()
        try:
            return self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:  # before it is waited for: later the number is another's
            system.end_group(self.process.pid)
            return self.process.wait()


class Child:
    """A process that does jobs, one at a time, as a thread of the pool sees it."""

    def __init__(self, warm: WarmProcess) -> None:
        self.warm, self.given, self.most = warm, 0, 0
        self.number, self.link = warm.ask(None)

    def do(self, payload: bytes, orders: Orders) -> Reply:
        """What comes of a job; where that is nothing, or there are to be no more, it ends."""
        reply = Reply()
        self.given += 1
        with suppress(EOFError, OSError):
            if self.given == 1:
                self.most = self.link.recv()  # it is warm
            self.link.send_bytes(payload)
            if self.link.poll(orders.timeout):
                read = do_job(pickle.loads, self.link.recv_bytes())
                reply = read.result or read
            else:
                reply = Reply(found=f"no end within {orders.timeout:g} s")
        is_last = self.most and (self.given == self.most or len(payload) > LARGE)
        if reply.result is None or is_last:
            self.link = self.link.close()
            is_done = reply.result is not None
            with suppress(*([EOFError, OSError] if is_done else [])):
                ended = explain_end(self.warm.ask(self.number))
                reply = reply if is_done or reply.found else ended
        return reply


def serve(control: Any) -> None:
    """Warm up, say so, and begin and end children as asked: the life of a warm process."""
    children, folder, is_left = dict[int | None, Any](), "", False
    gc.disable()  # what is imported and loaded here stays
    try:
        orders, asker_id, folder = control.recv()
        warm = replace(orders, begin=cache(orders.begin))
        said = do_job(lambda _: callable(warm.begin()), None)
        gc.collect()
        gc.freeze()
        forks = orders.may_fork and system.is_safe_to_fork()
        multiprocessing.set_start_method("fork" if forks else "spawn", force=True)
        if forks:
            os.register_at_fork(after_in_child=control.close)
        given = warm if forks else replace(orders, jobs_a_child=0)
        control.send(said)
        while said.result:
            if child := children.pop(control.recv(), None):
                control.send(end(child))
                continue
            try:
                ours, theirs = multiprocessing.Pipe()
                options = given, theirs, os.getpid(), ours if forks else None
                child = multiprocessing.Process(target=work, args=options)
                child.start()
            except OSError as error:
                control.send(error)
                continue
            # Nobody but us may wait for it: its number stays its own until it is signalled.
            vars(multiprocessing.process)["_children"].discard(child)
            children[child.pid] = child
            control.send(child.pid)
            send_handle(control, ours.fileno(), asker_id)
            ours.close()
            theirs.close()
    except (EOFError, OSError):
        is_left = True  # the pool is closed, or was killed and can tidy up no more
    finally:
        for child in children.values():
            end(child)
        if is_left:
            shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)  # there is nothing to tidy up, and nobody to wait for it


def end(child: Any) -> int:
    """End a child with all that it has started, and tell how it ended."""
    system.end_group(child.pid)
    child.join()
    return int(child.exitcode)


def work(orders: Orders, link: Any, parent_id: int, other_end: Any = None) -> None:
    """Do the jobs that come: the life of a child, which keeps no other end of a pipe open."""
    if other_end:
        other_end.close()
    system.lead_group()
    system.die_with_parent(parent_id)
    do = orders.begin()
    if orders.memory:
        system.limit_memory(orders.memory)
    with suppress(EOFError, OSError):
        link.send(orders.jobs_a_child)
        while link.poll(None):
            reply = do_job(lambda _: do(read(link.recv_bytes())), None, orders.is_profiled)
            written = do_job(pickle.dumps, reply)
            link.send_bytes(written.result or pickle.dumps(written))


def read(payload: bytes) -> Any:
    """What a job needs; its bytes are let go before the work begins."""
    return pickle.loads(zlib.decompress(payload))  # noqa: S301 - our own
