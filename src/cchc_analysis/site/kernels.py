"""Kernels without sockets: what nbclient asks of a kernel, answered from here or from a child.

nbclient sends code and waits for messages on two channels. Here a channel is a queue, filled by a
shell in this process (``PlaceKernel``) or by one in a child at the end of a pipe (``ChildKernel``).
The child is a fresh interpreter: papermill's own imports start threads, so it is never forked.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from queue import Empty
from typing import TYPE_CHECKING, Any

from cchc_analysis.site.limits import die_with_parent

if TYPE_CHECKING:
    from cchc_analysis.site.shell import Cells, Message

POLL_SECONDS = 0.002


class Channel:
    """Messages that wait to be read."""

    def __init__(self, kernel: _Kernel) -> None:
        self._kernel = kernel
        self.waiting: list[Message] = []

    async def get_msg(self, timeout: float | None = None) -> Message:
        """The next message.

        Raises:
            queue.Empty: None came within the time.
        """
        loop = asyncio.get_running_loop()
        deadline = None if timeout is None else loop.time() + timeout
        while not self.waiting:
            if deadline is not None and loop.time() > deadline:
                raise Empty
            await self._kernel.fetch()
        return self.waiting.pop(0)


class _Kernel:
    """Manager and client in one, as far as nbclient looks."""

    has_kernel = False
    allow_stdin = False

    def __init__(self) -> None:
        self.shell_channel = Channel(self)
        self.iopub_channel = Channel(self)
        self._ids = itertools.count(1)

    def client(self) -> _Kernel:
        """Manager and client are one."""
        return self

    def start_channels(self) -> None:
        """There is nothing to connect."""

    def stop_channels(self) -> None:
        """There is nothing to disconnect."""

    def wait_for_ready(self, timeout: float | None = None) -> None:
        """A shell is ready once it is there."""

    def cleanup_resources(self) -> None:
        """Nothing is left on disk."""

    def kernel_info(self) -> str:
        """Answer for the shell: which Python this is."""
        parent = self._next_parent()
        content = {"language_info": _describe_language()}
        self.shell_channel.waiting.append({"parent_header": parent, "content": content})
        return str(parent["msg_id"])

    async def fetch(self) -> None:
        """Wait a little for more messages."""
        await asyncio.sleep(POLL_SECONDS)

    def take(self, message: Message) -> None:
        """Put a message into its queue."""
        is_reply = message["msg_type"] == "execute_reply"
        (self.shell_channel if is_reply else self.iopub_channel).waiting.append(message)

    def _next_parent(self) -> Message:
        return {"msg_id": str(next(self._ids)), "msg_type": "execute_request"}


class PlaceKernel(_Kernel):
    """Cells run in this process, on the loop that nbclient runs on."""

    def start_kernel(self, **_: Any) -> None:
        """Make the shell."""
        from cchc_analysis.site.shell import take_cells

        self._cells: Cells = take_cells(self.take)
        self.has_kernel = True

    async def execute(self, code: str, *, store_history: bool = True, **_: Any) -> str:
        """Run a cell from beginning to end; its messages then wait in the queues."""
        parent = self._next_parent()
        if self.is_alive():
            self.take(await self._cells.run(parent, code, store_history=store_history))
        return str(parent["msg_id"])

    def is_alive(self) -> bool:
        """Whether the cells have not said exit."""
        return self.has_kernel and not self._cells.is_over

    def shutdown_kernel(self, **_: Any) -> None:
        """Forget the shell."""
        self.has_kernel = False

    def interrupt_kernel(self) -> None:
        """Nothing runs while anybody could ask for this."""


class ChildKernel(_Kernel):
    """Cells run in a child; when it dies, that is a dead kernel to papermill, and no more."""

    def start_kernel(self, **_: Any) -> None:
        """Start the child; it gets ready while the first cell waits for it."""
        ours, theirs = socket.socketpair()
        number = theirs.fileno()
        start = f"from {__name__} import serve; serve({number}, {os.getpid()})"
        command = [sys.executable, "-c", start]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own Python
                command, pass_fds=[number], stdin=subprocess.DEVNULL
            )
        self._pipe = Connection(ours.detach())
        self.has_kernel = True

    def execute(self, code: str, *, store_history: bool = True, **_: Any) -> str:
        """Send a cell to the child."""
        parent = self._next_parent()
        try:
            self._pipe.send((parent, code, store_history))
        except OSError:
            self._end_of_pipe()
        return str(parent["msg_id"])

    async def fetch(self) -> None:
        """Read what the child has said."""
        try:
            while self._pipe.poll():
                self.take(self._pipe.recv())
        except (EOFError, OSError):
            self._end_of_pipe()
        await super().fetch()

    def is_alive(self) -> bool:
        """Whether the child runs."""
        return self.has_kernel and self._process.poll() is None

    def interrupt_kernel(self) -> None:
        """Raise ``KeyboardInterrupt`` in the cell."""
        self._process.send_signal(signal.SIGINT)

    def shutdown_kernel(self, **_: Any) -> None:
        """End the child: at once, as everything that it had to say has been read."""
        self.has_kernel = False
        self._process.kill()

    def cleanup_resources(self) -> None:
        """Reap the child."""
        self._process.wait()
        self._pipe.close()

    def _end_of_pipe(self) -> None:
        """A child that closed its end is ending, or hangs where nobody hears it any more."""
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()


def serve(number: int, parent_id: int) -> None:
    """Run the cells that come through a pipe, until it closes or the cells say exit."""
    from cchc_analysis.site.shell import Cells

    die_with_parent(parent_id)
    pipe = Connection(number)
    asyncio.run(_serve_cells(pipe, Cells(pipe.send)))
    os._exit(0)


async def _serve_cells(pipe: Connection, cells: Cells) -> None:
    while not cells.is_over:
        try:
            parent, code, store_history = pipe.recv()
        except EOFError:
            return
        pipe.send(await cells.run(parent, code, store_history=store_history))


def _describe_language() -> dict[str, Any]:
    """What an IPython kernel says of its language; stands in the metadata of the notebook."""
    major, minor = sys.version_info[:2]
    return {
        "codemirror_mode": {"name": "ipython", "version": major},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": f"ipython{major}",
        "version": f"{major}.{minor}.{sys.version_info[2]}",
    }
