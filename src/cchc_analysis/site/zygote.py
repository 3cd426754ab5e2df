"""The warm process: imports and data once, then a child for every job.

Runs as a program of its own, so that it starts without threads and without whatever its parent
holds. It warms up, freezes its heap, and forks a child per job: what is imported and loaded is
shared, what a job changes dies with it. A child that hangs, is killed, exits or eats its memory
costs that job only. Where forking is not safe the process does one job after the other itself.

Comes in on standard input: the work, then jobs. Goes out on standard output: replies. When the
input ends, whatever still runs is ended too.
"""

from __future__ import annotations

import gc
import os
import pickle
import selectors
import signal
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

from cchc_analysis.site.limits import (
    die_with_parent,
    is_safe_to_fork,
    limit_memory,
    offer_as_victim,
)
from cchc_analysis.site.replies import (
    Reply,
    read_frame,
    reply_to_end,
    reply_to_error,
    write_frame,
)
from cchc_analysis.site.spent import add_time, take_times

Work = Callable[[Any], Any]

PIECE = 1 << 16
LAST_WORDS = 4_000


@dataclass(frozen=True)
class Orders:
    """What a warm process is told before its first job.

    Attributes:
        work: Makes a result of a payload; a function that can be imported, or a partial of one.
        warm: Prepares this process; the same.
        count: Children at a time.
        timeout: Seconds a job may take; None for no end.
        memory: Bytes a job may take besides what it shares; None for no limit.
        may_fork: Whether to fork where it is safe.
        files: Files that the work needs, by their paths; the processes run in a folder of them.
    """

    work: Work
    warm: Callable[[], object] | None = None
    count: int = 1
    timeout: float | None = None
    memory: int | None = None
    may_fork: bool = True
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass
class _Child:
    number: int
    process_id: int
    pipe: int
    said: IO[bytes]
    started: float
    is_late: bool = False
    pieces: list[bytes] = field(default_factory=list)


def main(parent_id: int) -> None:
    """Warm up, say so, and do jobs until the input ends."""
    die_with_parent(parent_id)
    control, results = _take_pipes()
    try:
        orders: Orders = read_frame(control)
        if orders.warm:
            orders.warm()
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent has to hear it
        write_frame(results, ("broken", reply_to_error(error)))
        return
    gc.collect()
    gc.freeze()
    forks = orders.may_fork and is_safe_to_fork()
    write_frame(results, ("ready", forks))
    if forks:
        _Nursery(orders, control, results).serve()
    else:
        _serve_alone(orders, control, results)
    os._exit(0)  # there is nothing to tidy up, and nobody to wait for it


class _Nursery:
    """One child per job, some at a time."""

    def __init__(self, orders: Orders, control: IO[bytes], results: IO[bytes]) -> None:
        self._orders, self._control, self._results = orders, control, results
        self._waiting: deque[tuple[int, Any]] = deque()
        self._children: dict[int, _Child] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)

    def serve(self) -> None:
        """Fork, listen and reap until the input ends."""
        signal.signal(signal.SIGTERM, self._end_now)
        try:
            while True:
                while self._waiting and len(self._children) < self._orders.count:
                    self._fork(*self._waiting.popleft())
                for key, _ in self._selector.select(self._patience()):
                    if key.fd == self._control.fileno():
                        self._waiting.append(read_frame(self._control))
                    else:
                        self._listen(self._children[key.fd])
                self._end_late()
        except (EOFError, OSError):
            self._end_now()

    def _end_now(self, *_: object) -> None:
        """End all at once; raising here would be lost where Python itself is being called back."""
        for child in list(self._children.values()):
            _end(child)
        os._exit(0)

    def _fork(self, number: int, payload: Any) -> None:
        ours, theirs = os.pipe()
        said = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the child is reaped
        parent_id = os.getpid()
        process_id = os.fork()
        if process_id == 0:
            _live(self._orders, payload, theirs, said, parent_id)
        os.close(theirs)
        self._children[ours] = _Child(number, process_id, ours, said, time.monotonic())
        self._selector.register(ours, selectors.EVENT_READ)

    def _listen(self, child: _Child) -> None:
        piece = os.read(child.pipe, PIECE)
        if piece:
            child.pieces.append(piece)
        else:
            self._reap(child)

    def _reap(self, child: _Child) -> None:
        """Pass on what a child that closed its pipe has said, or how it ended."""
        self._selector.unregister(child.pipe)
        del self._children[child.pipe]
        os.close(child.pipe)
        _end(child)
        _, status, usage = os.wait4(child.process_id, 0)
        child.said.seek(-min(LAST_WORDS, child.said.seek(0, os.SEEK_END)), os.SEEK_END)
        words = child.said.read().decode("utf-8", "replace")
        child.said.close()
        reply = self._understand(child, os.waitstatus_to_exitcode(status), words)
        seconds = time.monotonic() - child.started
        write_frame(self._results, ("reply", child.number, reply, seconds, usage.ru_maxrss * 1024))

    def _understand(self, child: _Child, status: int, words: str) -> Reply:
        if child.is_late:
            return Reply(found=f"no end within {self._orders.timeout:g} s", detail=words)
        with suppress(pickle.UnpicklingError, EOFError, ValueError, IndexError):
            reply: Reply = pickle.loads(b"".join(child.pieces))  # noqa: S301 - from our own child
            return reply
        return reply_to_end(status, words)

    def _patience(self) -> float | None:
        """Seconds until the next child is late."""
        if self._orders.timeout is None or not self._children:
            return None
        first = min(child.started for child in self._children.values())
        return max(0.0, first + self._orders.timeout - time.monotonic())

    def _end_late(self) -> None:
        if self._orders.timeout is None:
            return
        for child in self._children.values():
            if not child.is_late and time.monotonic() - child.started >= self._orders.timeout:
                child.is_late = True
                _end(child)


def do_job(work: Work, payload: Any) -> Reply:
    """Do one job in this process and say what came of it, whatever that is."""
    take_times()
    started, used = time.perf_counter(), time.process_time()
    try:
        result = work(payload)
    except BaseException as error:  # noqa: BLE001 - SystemExit too costs this job only
        return reply_to_error(error)
    add_time("job", time.perf_counter() - started)
    add_time("processor time", time.process_time() - used)
    return Reply(result=result, times=take_times())


def _live(orders: Orders, payload: Any, pipe: int, said: IO[bytes], parent_id: int) -> None:
    """A child's life; it never returns."""
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.setsid()  # what a job starts itself ends with it
        die_with_parent(parent_id)
        offer_as_victim()
        if orders.memory:
            limit_memory(orders.memory)
        gc.disable()  # it ends before the garbage would matter
        for number in (1, 2):
            os.dup2(said.fileno(), number)
        reply = do_job(orders.work, payload)
        with os.fdopen(pipe, "wb") as file:
            pickle.dump(reply, file, pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)


def _end(child: _Child) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process_id, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(child.process_id, signal.SIGKILL)


def _serve_alone(orders: Orders, control: IO[bytes], results: IO[bytes]) -> None:
    """Do one job after the other in this process; its parent watches the time."""
    if orders.memory:
        limit_memory(orders.memory)
    with suppress(EOFError, OSError):
        while True:
            number, payload = read_frame(control)
            started = time.monotonic()
            reply = do_job(orders.work, payload)
            write_frame(results, ("reply", number, reply, time.monotonic() - started, 0))


def _take_pipes() -> tuple[Any, IO[bytes]]:
    """Keep standard input and output for ourselves; nothing that is printed may get in between."""
    control = os.fdopen(os.dup(0), "rb", buffering=0)
    results = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "r+b") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
        os.dup2(nothing.fileno(), 1)
    sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115
    return _Whole(control), results


class _Whole:
    """A pipe without a buffer of its own, so that ``select`` sees all that waits."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def fileno(self) -> int:
        number: int = self._file.fileno()
        return number

    def read(self, size: int) -> bytes:
        pieces = []
        while size:
            piece = self._file.read(size)
            if not piece:
                break
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)
