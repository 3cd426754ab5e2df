"""Warm processes to hand jobs to, and their replies as futures.

Where forking is safe there is one warm process with a child per job; elsewhere there are several
that are kept, each doing one job at a time. A warm process that dies is replaced and its jobs are
done again; only a job at which this happens repeatedly is given up.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import IO, Any, cast

from cchc_analysis.site.limits import ONE_THREAD
from cchc_analysis.site.replies import Reply, read_frame, write_frame
from cchc_analysis.site.zygote import Orders
from cchc_analysis.errors import BriefError, CchcError, Problem

MOST_TRIES = 5
GRACE_SECONDS = 1.0


@dataclass
class _Task:
    payload: Any
    future: Future[Reply]
    tries: int = 0


class Shop:
    """Takes payloads, gives futures of replies. Threads of one process may share it.

    Args:
        orders: What the processes do; they begin to warm up at once.

    Raises:
        CchcError: Warming up failed; with what it raised.
    """

    def __init__(self, orders: Orders) -> None:
        self._folder = TemporaryDirectory(prefix="cchc-shop-", ignore_cleanup_errors=True)
        self.room = Path(self._folder.name)
        """Where the processes run, beside the files that their work needs."""
        for name, content in orders.files.items():
            path = self.room / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.orders = replace(orders, files={})
        self._lock = threading.RLock()
        self._waiting: deque[_Task] = deque()
        self._is_open = True
        # A process that asked to die with its parent dies with the thread that started it.
        self._keeper = ThreadPoolExecutor(1)
        try:
            first = self._open_station()
            self.forks = first.forks
            more = 0 if self.forks else orders.count - 1
            self._stations = [first, *(self._open_station() for _ in range(more))]
        except BaseException:
            self._keeper.shutdown(wait=False)
            self._folder.cleanup()
            raise

    def submit(self, payload: Any) -> Future[Reply]:
        """Have a payload worked on; the future never raises, its reply says what happened."""
        task = _Task(payload, Future())
        with self._lock:
            self._waiting.append(task)
            self._hand_out()
        return task.future

    def close(self) -> None:
        """End everything at once; what is not done is cancelled."""
        with self._lock:
            self._is_open = False
            tasks = [*self._waiting, *(t for s in self._stations for t in s.tasks.values())]
            self._waiting.clear()
        for station in self._stations:
            station.stop()
        for task in tasks:
            task.future.cancel()
        self._keeper.shutdown()
        self._folder.cleanup()

    def __enter__(self) -> Shop:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _hand_out(self) -> None:
        room = 2 * self.orders.count if self.forks else 1
        for station in self._stations:
            while self._waiting and station.is_alive and len(station.tasks) < room:
                station.take(self._waiting.popleft())

    def _finish(self, station: _Station, number: int, reply: Reply) -> None:
        with self._lock:
            task = station.tasks.pop(number)
            self._hand_out()
        task.future.set_result(reply)

    def _lose(self, station: _Station) -> None:
        """Replace a warm process that is gone, and have its jobs done again or given up."""
        with self._lock:
            station.is_alive = False
            if not self._is_open or station not in self._stations:
                return
            tasks = list(station.tasks.values())
            station.tasks.clear()
            self._stations.remove(station)
            lost = [task for task in tasks if task.tries >= (MOST_TRIES if self.forks else 1)]
            self._waiting.extendleft(reversed([task for task in tasks if task not in lost]))
        for task in lost:
            task.future.set_result(Reply(found=station.why_ended()))
        self._replace()

    def _open_station(self) -> _Station:
        station = self._keeper.submit(_Station, self).result()
        station.await_ready()
        return station

    def _replace(self) -> None:
        try:
            fresh = self._open_station()
        except RuntimeError:  # closed in the meantime
            return
        except CchcError as error:
            with self._lock:
                given_up, self._waiting = list(self._waiting), deque()
            for task in given_up:
                task.future.set_result(Reply(found=str(error), problems=error.problems))
            return
        with self._lock:
            self._stations.append(fresh)
            self._hand_out()


class _Station:
    """A warm process and the thread that reads its replies."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.tasks: dict[int, _Task] = {}
        self.is_alive = True
        self._outbox: SimpleQueue[Any] = SimpleQueue()
        self._number = 0
        self._is_late = False
        self.forks = False
        self._clock: threading.Timer | None = None
        zygote = Orders.__module__
        self._process = subprocess.Popen(  # noqa: S603 - our own Python
            [sys.executable, "-P", "-c", f"from {zygote} import main; main({os.getpid()})"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=ONE_THREAD
            | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
            | dict(os.environ)
            | _find_modules(),
            cwd=shop.room,
            start_new_session=True,  # Ctrl-C is for the parent, who then ends this one
        )
        with suppress(OSError):
            write_frame(self._input, shop.orders)

    @property
    def _input(self) -> IO[bytes]:
        return cast("IO[bytes]", self._process.stdin)

    def await_ready(self) -> None:
        """Wait until it is warm.

        Raises:
            CchcError: It cannot get warm.
        """
        output = cast("IO[bytes]", self._process.stdout)
        try:
            kind, content = read_frame(output)
        except EOFError:
            kind, content = "broken", Reply(found=self.why_ended())
        if kind == "broken":
            self.stop()
            with suppress(OSError), output, self._input:
                pass  # closing writes what is left, and the process is gone
            raise _refuse(content)
        self.forks = bool(content)
        threading.Thread(target=self._read, args=(output,), daemon=True).start()
        threading.Thread(target=self._write, daemon=True).start()

    def take(self, task: _Task) -> None:
        """Send a task; a process that is gone is noticed by the thread that reads."""
        self._number += 1
        task.tries += 1
        self.tasks[self._number] = task
        self._watch()
        self._outbox.put((self._number, task.payload))

    def _write(self) -> None:
        """Send what is to be sent: in a thread, as a pipe may be full while both sides write."""
        # Suppressing comes first: closing writes what is left, to a process that may be gone.
        with suppress(OSError, ValueError), self._input as file:
            while (content := self._outbox.get()) is not None:
                write_frame(file, content)

    def _watch(self) -> None:
        """A process that is kept cannot watch itself."""
        if self._shop.orders.timeout is None or self._shop.forks:
            return
        self._clock = threading.Timer(self._shop.orders.timeout, self._end_late)
        self._clock.daemon = True
        self._clock.start()

    def _end_late(self) -> None:
        self._is_late = True
        self._process.kill()

    def _read(self, output: IO[bytes]) -> None:
        with output, suppress(EOFError, OSError, ValueError):
            while True:
                _, number, reply, seconds, memory = read_frame(output)
                if self._clock:
                    self._clock.cancel()
                self._shop._finish(  # noqa: SLF001 - the two are one
                    self, number, replace(reply, seconds=seconds, memory=memory)
                )
        self._shop._lose(self)  # noqa: SLF001
        self.stop()

    def why_ended(self) -> str:
        """In words, why this process is gone."""
        if self._is_late:
            return f"no end within {self._shop.orders.timeout:g} s"
        try:
            code = self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            code = 0
        return f"the process that prepares it ended with code {code}"

    def stop(self) -> None:
        """End the process and its children: kindly, then not."""
        if self._clock:
            self._clock.cancel()
        self._outbox.put(None)
        with suppress(ProcessLookupError, PermissionError):
            self._process.terminate()
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _find_modules() -> dict[str, str]:
    """Where modules are looked for, in words that hold in another folder too."""
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    absolute = [str(Path(path).absolute()) for path in paths]
    return {"PYTHONPATH": os.pathsep.join(absolute)} if paths else {}


def _refuse(reply: Reply) -> BriefError:
    problem = Problem(
        "warm-up",
        reply.found,
        "a process that can make briefs",
        "Mend this first; nothing was built.",
    )
    return BriefError(reply.problems or problem)
