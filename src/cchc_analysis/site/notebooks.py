"""Papermill's engine ``cchc``: cells run in this very process, without a kernel to start.

Registered at papermill's entry point, so that ``papermill --engine cchc in.ipynb out.ipynb`` works
like any other call. The kernel is ipykernel's; what it would send through a socket, nbclient is
handed at once. Left out, so that a notebook gives the same page for everybody: the person's IPython
configuration and start-up files, the history on disk, widgets. A cell that ends its process ends
this one: the pages of a site are made in processes of their own.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import warnings
from types import SimpleNamespace
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine
from papermill.exceptions import PapermillException
from papermill.utils import remove_args

from cchc_analysis.data.system import set_timer

LARGEST_PIECE = 1 << 20
"""Bytes kept of what the programs that a cell begins print; no page shows it."""
SENTENCE = "\n[Cut here: the programs of this cell print more than 1 MiB.]\n"


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
    """Papermill's client, beside a kernel without sockets: methods in the place of its polling."""

    def execute(self, **_: Any) -> Any:
        """Execute all cells."""
        self.reset_execution_trackers()
        self.kc, self.kernel = SimpleNamespace(execute=lambda *_, **__: ""), make_kernel()
        outer = sys.stdout, sys.stderr
        with _Stream(1, self.kernel.session) as out, _Stream(2, self.kernel.session) as err:
            self.streams = out, err
            try:
                self.papermill_execute_cells()
            finally:
                sys.stdout, sys.stderr = outer
        self.nb.metadata["language_info"] = self.kernel.language_info
        return self.nb

    async def _async_poll_kernel_alive(self) -> None:
        """There is no other process that might end."""

    async def _async_poll_for_reply(self, *arguments: Any) -> Any:
        return await arguments[3]  # what the next method does

    async def _async_poll_output_msg(self, _: str, cell: Any, index: int) -> Any:
        """Run a cell; what it shows becomes an output as it appears."""
        session, shell, owner, late = self.kernel.session, self.kernel.shell, os.getpid(), []
        if shell.exit_now:
            raise DeadKernelError("Kernel died")

        def send(_: Any, kind: Any, content: Any = None, *_more: Any, **__: Any) -> None:
            message = session.msg(kind, content) if isinstance(kind, str) else kind
            self.process_message(message, cell, index)

        def interrupt(*_: object) -> None:
            late.append(True)
            raise KeyboardInterrupt

        session.send, (sys.stdout, sys.stderr) = send, self.streams
        for stream in self.streams:
            stream.room = LARGEST_PIECE
        send(None, "execute_input", {"execution_count": shell.execution_count})
        take_back = set_timer(limit, interrupt) if (limit := self._get_timeout(cell)) else None
        try:
            content = await self.kernel.do_execute(cell.source, silent=False)
        finally:
            if take_back:
                take_back()
            if os.getpid() != owner:  # a cell has forked: its copy of the notebook ends here
                os._exit(0)
            for stream in self.streams:
                stream.flush()
        if late:
            raise CellTimeoutError.error_from_timeout_and_cell("Cell timed out", limit, cell)
        return {"content": content}


def make_kernel() -> Any:
    """A kernel of ipykernel with fresh state and nowhere to send its messages yet."""
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # its debugger warns on import
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ipykernel.ipkernel import IPythonKernel
        from jupyter_client.session import Session
        from traitlets import config, log

        IPythonKernel.shell_class.default_value.clear_instance()
        settings = config.Config({"HistoryManager": {"enabled": False}})
        make: Any = IPythonKernel  # it carries no types
        kernel = make(config=settings, session=Session(), log=log.get_logger())
    kernel.shell_channel_thread = SimpleNamespace(parent_thread=None)
    kernel.shell.enable_gui = lambda *_: None
    if sys.path[:1] != [""]:
        sys.path.insert(0, "")
    if matplotlib := sys.modules.get("matplotlib"):
        matplotlib.use(os.environ["MPLBACKEND"])  # it read the environment when it was imported
    if inline := sys.modules.get("matplotlib_inline.backend_inline"):
        inline.configure_inline_support.current_backend = "unset"  # it was that of another kernel
        inline._enable_matplotlib_integration()  # noqa: SLF001 - it runs on import, and only then
    return kernel


class _Stream(io.TextIOWrapper):
    """What is printed, by this process and those that it begins, as messages when it is flushed."""

    def __init__(self, number: int, session: Any) -> None:
        file: Any = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the stream
        super().__init__(file, encoding="utf-8", errors="replace", newline="\n", write_through=True)
        self._number, self._session, self._told, self._end = number, session, 0, 0
        self.room = LARGEST_PIECE
        self._kept = os.dup(number)
        os.dup2(self.fileno(), number)

    def write(self, text: str) -> int:
        self._cut()
        count = super().write(text)
        super().flush()
        self._end = os.fstat(self.fileno()).st_size
        return count

    def _cut(self) -> None:
        """Cut what others have printed since, where that is more than a cell may."""
        super().flush()
        new = os.fstat(self.fileno()).st_size - self._end
        kept = min(new, self.room)
        self._end, self.room = self._end + kept, self.room - kept
        if kept < new:
            os.truncate(self.fileno(), self._end)
            os.lseek(self.fileno(), 0, os.SEEK_END)
            self._end += os.write(self.fileno(), SENTENCE.encode())

    def flush(self) -> None:
        self._cut()
        file: Any = self.buffer
        file.seek(self._told)
        if content := file.read():
            self._told += len(content)
            name, text = ("stdout", "stderr")[self._number - 1], content.decode("utf-8", "replace")
            self._session.send(None, "stream", {"name": name, "text": text})

    def close(self) -> None:
        if not self.closed:
            os.dup2(self._kept, self._number)
            os.close(self._kept)
        super().close()
