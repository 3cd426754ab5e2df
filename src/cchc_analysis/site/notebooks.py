"""Papermill's engine ``cchc``: cells run in this very process, without a kernel to start.

Registered at papermill's entry point, so that ``papermill --engine cchc in.ipynb out.ipynb`` works
like any other call. The shell is ipykernel's; what it would send through a socket, nbclient is
handed at once. Left out, so that a notebook gives the same page for everybody: the person's IPython
configuration and start-up files, the history on disk, widgets. A cell that ends its process ends
this one: the pages of a site are made in processes of their own.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, ClassVar

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine
from papermill.exceptions import PapermillException
from papermill.utils import remove_args

from cchc_analysis.data.system import import_without, set_timer


class CchcEngine(Engine):  # type: ignore[misc]  # papermill carries no types
    """Papermill's engine ``cchc``; the options are those of papermill's ``NBClientEngine``.

    Attributes:
        kernels: Kernels that no notebook has used, made before a process is forked.
    """

    kernels: ClassVar[list[Any]] = []

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
        client = CchcClient(nb_man, timeout=timeout, **options)
        return client.execute(cls.kernels.pop() if cls.kernels else make_kernel())


class CchcClient(PapermillNotebookClient):  # type: ignore[misc]
    """Papermill's client, with a shell in this process in the place of a kernel in another."""

    def execute(self, kernel: Any) -> Any:
        """Execute all cells in a kernel that no notebook has used."""
        self.reset_execution_trackers()
        enter(kernel)
        self.shell, session = kernel.shell, kernel.session
        with open_stream("stdout", session) as out, open_stream("stderr", session) as err:
            self.streams = out, err
            try:
                self.papermill_execute_cells()
            finally:
                kernel._restore_input()  # noqa: SLF001
        self.nb.metadata["language_info"] = kernel.language_info
        return self.nb

    def execute_cell(self, cell: Any, index: int) -> None:
        """Execute a cell; what it shows becomes an output as it appears."""
        tags, shell = cell.metadata.get("tags", ()), self.shell
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return
        if shell.exit_now:
            raise DeadKernelError("Kernel died")
        cell.outputs, self.clear_before_next_output = [], False
        cell.execution_count = shell.execution_count
        session = shell.displayhook.session

        def send(_: Any, told: Any, content: Any = None, *_more: Any, **__: Any) -> None:
            message = session.msg(told, content) if isinstance(told, str) else told
            self.process_message(message, cell, index)

        session.send = send
        result = self._run(cell)
        error = result.error_before_exec or result.error_in_exec
        is_bad = error or shell._last_traceback_during_displayhook  # noqa: SLF001
        if is_bad and not (self.allow_errors or "raises-exception" in tags):
            told: dict[str, Any] = {"ename": type(error).__name__, "evalue": str(error)}
            told["traceback"] = shell._last_traceback or []  # noqa: SLF001
            raise CellExecutionError.from_cell_and_msg(cell, told)

    def _run(self, cell: Any) -> Any:
        """Run a cell in the shell, for as long as it may."""
        began, owner, limit = time.monotonic(), os.getpid(), self._get_timeout(cell)
        out, err = self.streams
        take_back = set_timer(limit, signal.default_int_handler) if limit else None
        try:
            with in_place(1, out), in_place(2, err), redirect_stdout(out), redirect_stderr(err):
                result = self.shell.run_cell(cell.source, store_history=True)
        finally:
            if take_back:
                take_back()
            if os.getpid() != owner:  # a cell has forked: its copy of the notebook ends here
                os._exit(0)
            out.flush()
            err.flush()
        if limit and time.monotonic() - began >= limit:
            raise CellTimeoutError.error_from_timeout_and_cell("Cell timed out", limit, cell)
        return result


def make_kernel() -> Any:
    """A kernel of ipykernel with fresh state, which sends its messages nowhere yet."""
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    import_without("ipykernel.ipkernel", "debugpy")  # a debugger; nobody is there to ask for it
    from ipykernel.ipkernel import IPythonKernel
    from jupyter_client.session import Session
    from traitlets import config, log

    make: Any = IPythonKernel  # it carries no types
    make.shell_class.default_value.clear_instance()
    settings = config.Config({"HistoryManager": {"enabled": False}})
    kernel = make(config=settings, session=Session(), log=log.get_logger())
    kernel.shell.enable_gui = lambda *_: None
    return kernel


def enter(kernel: Any) -> None:
    """Make a kernel that of this process, begun in this folder."""
    shell = kernel.shell
    for each in type(shell)._walk_mro():  # noqa: SLF001 - as traitlets' own ``instance`` does
        each._instance = shell  # noqa: SLF001
    shell.init_sys_modules()
    shell.starting_dir = os.getcwd()  # noqa: PTH109 - a text, as there
    shell.history_manager.reset()
    kernel._forward_input()  # noqa: SLF001 - nobody is there to be asked
    if sys.path[:1] != [""]:
        sys.path.insert(0, "")
    if pandas := sys.modules.get("pandas"):
        pandas.set_option("display.max_columns", 20)  # as where it is imported by a kernel
    if matplotlib := sys.modules.get("matplotlib"):
        matplotlib.use(os.environ["MPLBACKEND"])  # it read the environment when it was imported
    if inline := sys.modules.get("matplotlib_inline.backend_inline"):
        inline.configure_inline_support.current_backend = "unset"  # it was that of another kernel
        inline._enable_matplotlib_integration()  # noqa: SLF001 - it runs on import, and only then


def open_stream(name: str, session: Any) -> Any:
    """A stream into a file; what is new in that becomes a message when the stream is flushed."""
    file, told = tempfile.TemporaryFile(buffering=0), 0  # noqa: SIM115 - it is the stream's
    stream: Any = io.TextIOWrapper(file, "utf-8", "replace", newline="\n", write_through=True)

    def flush() -> None:
        nonlocal told
        file.seek(told)
        text = file.read().decode("utf-8", "replace")
        told = file.tell()
        if text:
            session.send(None, "stream", {"name": name, "text": text})

    stream.flush = flush
    return stream


@contextmanager
def in_place(number: int, stream: Any) -> Iterator[None]:
    """Have a stream in the place of an open file, for this process and those that it begins."""
    kept = os.dup(number)
    os.dup2(stream.fileno(), number)
    try:
        yield
    finally:
        os.dup2(kept, number)
        os.close(kept)
