"""Papermill's engine ``cchc``: cells run in this very process, without a kernel to start.

Registered at papermill's entry point, so that ``papermill --engine cchc in.ipynb out.ipynb`` works
like any other call: parameters, outputs, metadata and errors are those of papermill's own engine.
The shell is ipykernel's; what it would send through a socket, nbclient is handed at once.

Left out, so that a notebook gives the same page for everybody: the person's IPython configuration
and start-up files, the history on disk, widgets. A cell that ends its process ends this one: the
pages of a site are made in processes of their own.
"""

from __future__ import annotations

import asyncio
import builtins
import io
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine
from papermill.exceptions import PapermillException
from papermill.utils import remove_args

from cchc_analysis.data.system import set_timer

LARGEST_PIECE = 1 << 20
"""Bytes kept of what a cell's subprocesses print; no page shows it."""


class CchcEngine(Engine):  # type: ignore[misc]  # papermill carries no types
    """Papermill's engine ``cchc``; the options are those of papermill's ``NBClientEngine``."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
        """Execute the cells of a notebook in Python."""
        spec = nb_man.nb.metadata.get("kernelspec", {})
        known = nb_man.nb.metadata.get("language_info", {}).get("name")
        if (language := known or spec.get("language", "python")).lower() != "python":
            raise PapermillException(
                f"Engine cchc: the notebook is written in {language}; expected Python. "
                f"Run it with papermill's own engine, which starts the kernel {kernel_name!r}."
            )
        timeout = options.pop("execution_timeout", None) or options.pop("timeout", None)
        options = remove_args(["input_path", "start_timeout", "startup_timeout"], **options)
        return CchcClient(nb_man, timeout=timeout, **options).execute()


class CchcClient(PapermillNotebookClient):  # type: ignore[misc]
    """Papermill's client, beside a shell in the place of a kernel."""

    def execute(self, **_: Any) -> Any:
        """Execute all cells on one loop, to which belongs what they await and leave running."""
        from ipykernel.ipkernel import IPythonKernel

        self.reset_execution_trackers()
        self.kc = SimpleNamespace(execute=lambda *_, **__: "")
        self._loop = asyncio.new_event_loop()
        self._shell = take_shell()
        self._shell.starting_dir = str(Path.cwd())
        self._shell.user_ns["_dh"][:] = [Path.cwd()]
        try:
            self.papermill_execute_cells()
        finally:
            self._loop.close()
        self.nb.metadata["language_info"] = IPythonKernel.language_info
        return self.nb

    def execute_cell(self, cell: Any, cell_index: int, **options: Any) -> Any:
        """Execute a cell as nbclient does, with the methods below in the place of its polling."""
        todo = self.async_execute_cell(cell, cell_index, **options)
        return self._loop.run_until_complete(todo)

    async def _async_poll_kernel_alive(self) -> None:
        """There is no other process that might end."""

    async def _async_poll_for_reply(self, *arguments: Any) -> Any:
        _, _, _, running, _ = arguments
        return await running

    async def _async_poll_output_msg(self, _: str, cell: Any, index: int) -> Any:
        """Run a cell; what it shows becomes an output as it appears."""
        if self._shell.exit_now:
            raise DeadKernelError("Kernel died")
        session, owner = self._shell.displayhook.session, os.getpid()

        def send(_: Any, kind: Any, content: Any = None, *_more: Any, **__: Any) -> None:
            message = session.msg(kind, content) if isinstance(kind, str) else kind
            self.process_message(message, cell, index)

        session.send = send
        send(None, "execute_input", {"execution_count": self._shell.execution_count})
        with _captured(send), _limited(limit := self._get_timeout(cell)) as late:
            result = await _run(self._shell, cell.source)
        if os.getpid() != owner:  # a cell has forked: its copy of the notebook goes no further
            os._exit(0)
        if late:
            raise CellTimeoutError.error_from_timeout_and_cell("Cell timed out", limit, cell)
        return {"content": _reply(self._shell, result)}


async def _run(shell: Any, code: str) -> Any:
    """Run a cell as ipykernel does: what it awaits joins the loop that is running."""
    shell._last_traceback, failed = None, None  # noqa: SLF001 - what ipykernel's own shell keeps
    shell._last_traceback_during_displayhook = False  # noqa: SLF001
    try:
        transformed = shell.transform_cell(code)
    except Exception:  # noqa: BLE001 - an input transformer may raise anything; IPython shows it
        transformed, failed = code, sys.exc_info()
    try:
        result = await shell.run_cell_async(
            code, store_history=True, transformed_cell=transformed, preprocessing_exc_tuple=failed
        )
    finally:
        shell.events.trigger("post_execute")
    shell.events.trigger("post_run_cell", result)
    return result


def _reply(shell: Any, result: Any) -> dict[str, Any]:
    shell.payload_manager.clear_payload()
    if result.success and not shell._last_traceback_during_displayhook:  # noqa: SLF001
        return {"status": "ok"}
    error = result.error_before_exec or result.error_in_exec
    named = {"ename": type(error).__name__, "evalue": str(error)}
    return {"status": "error", "traceback": shell._last_traceback or []} | named  # noqa: SLF001


def take_shell() -> Any:
    """A shell for a notebook: the one that was made beforehand and has run nothing, or another."""
    from ipykernel.zmqshell import ZMQInteractiveShell

    made: Any = ZMQInteractiveShell.instance() if ZMQInteractiveShell.initialized() else None
    if made is None or not getattr(made, "is_spare", False):
        made = make_shell()
    made.is_spare = False
    return made


def make_shell() -> Any:
    """The shell of ipykernel with fresh state and nowhere to send its messages yet.

    Made beforehand, it is what the next notebook takes, in a child that is forked from here too.
    """
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ipykernel.compiler import XCachingCompiler
        from ipykernel.zmqshell import ZMQInteractiveShell
        from jupyter_client.session import Session
        from traitlets.config import Config

        ZMQInteractiveShell.clear_instance()
        shell: Any = ZMQInteractiveShell.instance(
            config=Config({"HistoryManager": {"enabled": False}}), compiler_class=XCachingCompiler
        )
    shell.is_spare = True
    shell.kernel, shell.enable_gui = SimpleNamespace(eventloop=None), lambda *_: None
    shell.display_pub.session = shell.displayhook.session = Session()
    shell.displayhook.topic = b"execute_result"
    if sys.path[:1] != [""]:
        sys.path.insert(0, "")
    if matplotlib := sys.modules.get("matplotlib"):
        matplotlib.use(os.environ["MPLBACKEND"])  # it read the environment when it was imported
    if inline := sys.modules.get("matplotlib_inline.backend_inline"):
        inline._enable_matplotlib_integration()  # noqa: SLF001 - it runs on import, and only then
    return shell


class _Stream(io.StringIO):
    """A text stream that gathers what is printed until somebody flushes it."""

    def __init__(self, number: int, send: Callable[..., None]) -> None:
        super().__init__()
        self.number, self._send = number, send

    def fileno(self) -> int:
        return self.number

    def flush(self) -> None:
        if text := self.getvalue():
            self.seek(0)
            self.truncate()
            name = ("stdout", "stderr")[self.number - 1]
            self._send(None, "stream", {"name": name, "text": text})


@contextmanager
def _captured(send: Callable[..., None]) -> Iterator[None]:
    """Print into messages: what Python prints, and after it what subprocesses print."""
    old, streams = (sys.stdout, sys.stderr, builtins.input), (_Stream(1, send), _Stream(2, send))
    try:
        with ExitStack() as stack:
            for stream in streams:
                stack.enter_context(_captured_descriptor(stream))
            sys.stdout, sys.stderr, builtins.input = *streams, _refuse_input
            yield
    finally:
        sys.stdout, sys.stderr, builtins.input = old
        for stream in streams:
            stream.flush()


@contextmanager
def _captured_descriptor(stream: _Stream) -> Iterator[None]:
    with tempfile.TemporaryFile() as file:
        kept = os.dup(stream.number)
        os.dup2(file.fileno(), stream.number)
        try:
            yield
        finally:
            os.dup2(kept, stream.number)
            os.close(kept)
            file.seek(0)
            stream.write(file.read(LARGEST_PIECE).decode("utf-8", "replace"))


def _refuse_input(*_: object) -> str:
    import ipykernel.kernelbase

    raise ipykernel.kernelbase.StdinNotImplementedError(  # type: ignore[attr-defined]
        "raw_input was called, but this frontend does not support input requests."
    )


@contextmanager
def _limited(seconds: float | None) -> Iterator[list[bool]]:
    """Interrupt what takes longer than it may, and say so; signals reach the main thread only."""
    late: list[bool] = []

    def interrupt(*_: object) -> None:
        late.append(True)
        raise KeyboardInterrupt

    take_back = set_timer(seconds, interrupt) if seconds else None
    try:
        yield late
    finally:
        if take_back:
            take_back()
