"""Work on a file of a stranger in a process of its own, inside fixed limits of time and memory.

Whatever becomes of that process, the person who started it gets a sentence. The limits hold where
the system knows them (Linux, macOS); elsewhere the time limit alone does. Nothing of the folder in
which somebody works is imported there.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from cchc_analysis.data.outside import refuse
from cchc_analysis.data.system import limit_process
from cchc_analysis.errors import CchcError, Problem, ReportError

MOST_SECONDS = 60
MOST_MEMORY = 1_536 * 2**20
_LONGEST = 4
"""Times as long by the clock, on a machine that has other work to do."""
_HOME = Path(__file__).resolve().parents[2]
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Each thread of a library reserves memory that counts against the limit, used or not."""


def call_apart(function: str, path: Path, *more: Any, seconds: int = MOST_SECONDS) -> Any:
    """Call a function of ours on a file, in a process of its own.

    Args:
        function: ``package.module:name``; it takes the path, and ``more``.
        path: The file.
        more: What else it takes.
        seconds: Processor time that it may take.

    Returns:
        What it returns.

    Raises:
        CchcError: What it raises.
        ReportError: It takes too much time or memory, or no parser of ours can read the file.
    """
    order = pickle.dumps((function, path.resolve(), more, seconds))
    try:
        child = subprocess.run(
            [sys.executable, "-P", "-m", "cchc_analysis.data.apart"],
            input=order,
            capture_output=True,
            timeout=_LONGEST * seconds + 5,
            check=False,
            env=_environment(),
            cwd=_HOME,
        )
        answer = pickle.loads(child.stdout)  # noqa: S301 - of our own process
    except (subprocess.TimeoutExpired, pickle.UnpicklingError, EOFError, ValueError):
        raise refuse(
            path,
            "a file that takes too much time or memory to open",
            f"at most {seconds} s and {MOST_MEMORY // 2**20} MB",
            "It may be made to do harm, or be damaged; save it anew as plain text.",
        ) from None
    if isinstance(answer, CchcError):
        raise answer
    return answer


def main() -> None:
    """What the process of its own does: one call, whose answer goes to standard output."""
    function, path, more, seconds = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our parent
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    limit_process(MOST_MEMORY, seconds)
    try:
        answer = pickle.dumps(_call(function, path, more))
    except MemoryError:
        answer = b""
    with out:
        out.write(answer)


def _call(function: str, path: Path, more: tuple[Any, ...]) -> object:
    module, _, name = function.partition(":")
    try:
        return getattr(import_module(module), name)(path, *more)
    except CchcError as error:
        return error
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes a parser meet
        found = f"a file that no parser could read ({type(error).__name__}: {error})"[:300]
        remedy = "Open it, check it, and save it anew."
        return ReportError(Problem(path.name, found, "a whole file of its kind", remedy))


def _environment() -> dict[str, str]:
    paths = [str(_HOME), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(paths)}


if __name__ == "__main__":
    main()
