"""An engine for papermill: the same notebooks, without a kernel to start and to talk to.

Registered as ``cchc`` at papermill's entry point, so that ``papermill --engine cchc in.ipynb
out.ipynb`` works like any other call: parameters, output notebook, metadata, errors and options
are papermill's own. Only the kernel is ours: cells run in a child of this process, which may
die, hang or exit without harm, or in this very process where it is such a child already.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import Any

from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager
from papermill.exceptions import PapermillException
from papermill.utils import merge_kwargs, remove_args

from cchc_analysis.site import IN_PLACE
from cchc_analysis.site.kernels import ChildKernel, PlaceKernel
from cchc_analysis.site.spent import add_time


class CchcEngine(Engine):  # type: ignore[misc]  # papermill carries no types
    """Papermill's engine ``cchc``."""

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, **options: Any) -> Any:
        """Execute a notebook as papermill's own engine does, in Python only."""
        _check_language(nb, kernel_name)
        return super().execute_notebook(nb, kernel_name, **options)

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **options: Any,
    ) -> Any:
        """Execute the cells; the arguments are those of papermill's ``NBClientEngine``."""
        from papermill.log import logger

        timeout = execution_timeout or options.get("timeout")
        options = remove_args(["input_path", "timeout", "startup_timeout"], **options)
        client = CchcClient(
            nb_man,
            **merge_kwargs(
                options,
                timeout=timeout,
                startup_timeout=start_timeout,
                kernel_name=kernel_name,
                log=logger,
            ),
        )
        return client.execute()


class CchcClient(PapermillNotebookClient):  # type: ignore[misc]
    """Papermill's client with a kernel of ours; what a cell took is noted for the profile."""

    def create_kernel_manager(self) -> Any:
        """A kernel here or in a child."""
        is_in_place = os.environ.get(IN_PLACE) or sys.platform == "win32"
        self.km = PlaceKernel() if is_in_place else ChildKernel()
        return self.km

    def execute_cell(self, cell: Any, cell_index: int, **options: Any) -> Any:
        """Execute a cell on the loop of this notebook."""
        started = time.perf_counter()
        try:
            return self._loop.run_until_complete(
                self.async_execute_cell(cell, cell_index, **options)
            )
        finally:
            if cell.cell_type == "code":
                add_time(f"cell {_name_cell(cell.source)}", time.perf_counter() - started)

    def execute(self, **options: Any) -> Any:
        """Execute all cells on one loop, which what they await and leave running belongs to."""
        self._loop = asyncio.new_event_loop()
        try:
            return super().execute(**options)
        finally:
            self._loop.close()


def _check_language(nb: Any, kernel_name: str) -> None:
    spec = nb.metadata.get("kernelspec", {})
    language = nb.metadata.get("language_info", {}).get("name") or spec.get("language", "python")
    if language.lower() != "python":
        raise PapermillException(
            f"Engine cchc: the notebook is written in {language}; expected Python. "
            f"Run it with papermill's own engine, which starts the kernel {kernel_name!r}."
        )


def _name_cell(source: str) -> str:
    lines = [line for line in source.splitlines() if line.strip()]
    return lines[-1].strip()[:60] if lines else "(empty)"
