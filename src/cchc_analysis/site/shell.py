"""Cells, run in an IPython shell of this very process; what they show, as messages.

Comes in as source code, goes out as the messages that a Jupyter kernel sends, which papermill and
nbclient turn into notebook outputs as they always do. There is no socket, no thread and no event
loop of its own. This module knows neither notebooks nor papermill.

Knowingly left out, so that a notebook gives the same page for everybody: the person's IPython
configuration and start-up files, and the history on disk.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

Message = dict[str, Any]
Publish = Callable[[Message], None]

LARGEST_PIECE = 1 << 20
"""Bytes kept of what a cell's subprocesses print; the rest is cut, as no page shows it."""


class Cells:
    """A shell with fresh state that runs cells one after the other.

    Args:
        publish: Is given each message as it appears: streams, displays, results, errors.
    """

    def __init__(self, publish: Publish) -> None:
        self.publish = publish
        self._parent: Message = {}
        self._shell = _make_shell(self._send)
        self.is_over = False

    def enter(self, folder: Path) -> None:
        """Begin in a folder, as a shell that is made there does."""
        self._shell.starting_dir = str(folder)
        self._shell.user_ns["_dh"][:] = [folder]

    async def run(self, parent: Message, code: str, *, store_history: bool = True) -> Message:
        """Run a cell and return the reply; what it shows is published on the way."""
        self._parent = parent
        self._send("status", {"execution_state": "busy"})
        count = self._shell.execution_count
        self._send("execute_input", {"code": code, "execution_count": count})
        with self._captured():
            result = await self._run(code, store_history)
        content = self._reply(result)
        self.is_over = bool(self._shell.exit_now)
        self._send("status", {"execution_state": "idle"})
        return _message("execute_reply", content, parent)

    async def _run(self, code: str, store_history: bool) -> Any:
        """Run as ipykernel does: a cell that awaits joins the loop that is running."""
        shell, failed = self._shell, None
        shell._last_traceback = None  # noqa: SLF001 - what ipykernel's own shell keeps
        try:
            transformed = shell.transform_cell(code)
        except Exception:  # noqa: BLE001 - an input transformer may raise anything; IPython shows it
            transformed, failed = code, sys.exc_info()
        seen: dict[str, Any] = {"transformed_cell": transformed, "preprocessing_exc_tuple": failed}
        if not shell.should_run_async(code, **seen):
            return shell.run_cell(code, store_history=store_history)
        try:
            result = await shell.run_cell_async(code, store_history=store_history, **seen)
        finally:
            shell.events.trigger("post_execute")
        shell.events.trigger("post_run_cell", result)
        return result

    def _reply(self, result: Any) -> dict[str, Any]:
        content: dict[str, Any] = {"status": "ok", "user_expressions": {}, "payload": []}
        content["execution_count"] = self._shell.execution_count - 1
        self._shell.payload_manager.clear_payload()
        shown = getattr(self._shell, "_last_traceback_during_displayhook", False)
        if not result.success or shown:
            error = result.error_before_exec or result.error_in_exec
            content |= {"status": "error", "ename": type(error).__name__, "evalue": str(error)}
            content["traceback"] = self._shell._last_traceback or []  # noqa: SLF001
        return content

    def _send(self, kind: str, content: Mapping[str, Any], buffers: Any = None) -> None:
        message = _message(kind, content, self._parent)
        message["buffers"] = [bytes(buffer) for buffer in buffers or ()]
        self.publish(message)

    @contextmanager
    def _captured(self) -> Iterator[None]:
        """Print into messages: what Python prints, and after it what subprocesses print."""
        old = sys.stdout, sys.stderr, builtins.input
        out, err = _Stream("stdout", self._send), _Stream("stderr", self._send)
        try:
            with _captured_descriptor(1, out), _captured_descriptor(2, err):
                sys.stdout, sys.stderr, builtins.input = out, err, _refuse_input
                yield
        finally:
            sys.stdout, sys.stderr, builtins.input = old
            out.flush()
            err.flush()


_SPARE: list[Cells] = []


def make_spare() -> None:
    """Make the shell of the next notebook beforehand: a child that is forked then finds it."""
    _SPARE[:] = [Cells(lambda _: None)]


def take_cells(publish: Publish) -> Cells:
    """A shell with fresh state: the spare one if there is one, else a new one."""
    if not _SPARE:
        return Cells(publish)
    cells = _SPARE.pop()
    cells.publish = publish
    cells.enter(Path.cwd())
    return cells


class _Stream(io.TextIOBase):
    """A text stream that gathers what is printed until somebody flushes it."""

    encoding = "UTF-8"
    errors = "strict"

    def __init__(self, name: str, send: Callable[[str, Mapping[str, Any]], None]) -> None:
        self.name = name
        self._send = send
        self._pieces: list[str] = []

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        self._pieces.append(text)
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1 if self.name == "stdout" else 2

    def flush(self) -> None:
        text, self._pieces = "".join(self._pieces), []
        if text:
            self._send("stream", {"name": self.name, "text": text})


@contextmanager
def _captured_descriptor(number: int, stream: _Stream) -> Iterator[None]:
    """Gather in a file what is written past Python, and print it to the stream at the end."""
    with tempfile.TemporaryFile() as file:
        kept = os.dup(number)
        os.dup2(file.fileno(), number)
        try:
            yield
        finally:
            os.dup2(kept, number)
            os.close(kept)
            _pour(file, stream)


def _pour(file: IO[bytes], stream: _Stream) -> None:
    file.seek(0)
    said = file.read(LARGEST_PIECE).decode("utf-8", "replace")
    if said:
        stream.write(said)


def _refuse_input(*_: object) -> str:
    import ipykernel.kernelbase

    raise ipykernel.kernelbase.StdinNotImplementedError(  # type: ignore[attr-defined]
        "raw_input was called, but this frontend does not support input requests."
    )


def _message(kind: str, content: Mapping[str, Any], parent: Message) -> Message:
    header = {"msg_type": kind, "msg_id": ""}
    return {
        "header": header,
        "msg_type": kind,
        "parent_header": parent,
        "content": dict(content),
        "metadata": {},
        "buffers": [],
    }


def _make_shell(send: Callable[..., None]) -> Any:
    """The shell of ipykernel, whose messages go to ``send`` instead of a socket."""
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    shell_class, session = _define_shell(), _define_session()(send)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ipykernel.compiler import XCachingCompiler
        from traitlets.config import Config

        shell_class.clear_instance()
        config = Config({"HistoryManager": {"enabled": False}})
        shell = shell_class.instance(config=config, compiler_class=XCachingCompiler)
    shell.kernel = SimpleNamespace(eventloop=None)
    for part in (shell.display_pub, shell.displayhook):
        part.session, part.pub_socket = session, send
    shell.displayhook.topic = b"execute_result"
    if sys.path[:1] != [""]:
        sys.path.insert(0, "")
    _connect_widgets(send)
    _connect_pyplot()
    return shell


@cache
def _define_shell() -> Any:
    from ipykernel.zmqshell import ZMQInteractiveShell
    from IPython.core.interactiveshell import InteractiveShellABC

    class CellShell(ZMQInteractiveShell):
        """A kernel's shell without a kernel: there is no window to draw in, and no loop for one."""

        def enable_gui(self, gui: Any = None) -> None:
            self.active_eventloop = gui

    InteractiveShellABC.register(CellShell)
    return CellShell


@cache
def _define_session() -> Any:
    from jupyter_client.session import Session

    class Mail(Session):
        """Messages made and handed over, never signed, packed or sent."""

        def __init__(self, send: Callable[..., None]) -> None:
            super().__init__()
            self.hand_over = send

        def msg(self, msg_type: str, content: Any = None, parent: Any = None, **_: Any) -> Message:  # type: ignore[override]
            return _message(msg_type, content or {}, parent or {})

        def send(self, *content: Any, **_: Any) -> Any:
            _, msg_or_type, *rest = content
            if isinstance(msg_or_type, str):
                self.hand_over(msg_or_type, rest[0] if rest else {})
            else:
                self.hand_over(msg_or_type["header"]["msg_type"], msg_or_type["content"])

    return Mail


def _connect_widgets(send: Callable[..., None]) -> None:
    """Let widgets tell their state, which nbclient keeps in the notebook."""
    with suppress(ImportError):
        import comm
        from comm.base_comm import BaseComm

        class Comm(BaseComm):
            def publish_msg(
                self,
                msg_type: str,
                data: Any = None,
                metadata: Any = None,  # noqa: ARG002 - the signature is not ours
                buffers: Any = None,
                **keys: Any,
            ) -> None:
                content = {"data": data or {}, "comm_id": self.comm_id, **keys}
                send(msg_type, content, buffers)

        comm.create_comm = Comm


def _connect_pyplot() -> None:
    """Where pyplot was imported before the shell was there, tie the two together now."""
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    if inline:
        inline._enable_matplotlib_integration()  # noqa: SLF001 - it runs on import, and only then
