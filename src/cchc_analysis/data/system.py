"""What only some systems can do, in one place, each with what is done where it cannot.

``docs/how-to/own-project.md`` lists both. Asks for each thing itself, not for the name of the
system; nothing else in this package does.

The terminal: the first Ctrl-C raises ``KeyboardInterrupt``, so that whatever is open is closed.
From then on the others are ignored, and a clock runs: a library that swallows the interrupt, or
takes its time to close, is left at that. Nothing is lost by it, as everything here is written whole
and swapped in.
"""

from __future__ import annotations

import errno
import importlib
import io
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn, TextIO

DISK_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
ONE_THREAD = {
    **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR")},
    "VECLIB_MAXIMUM_THREADS": "1",
    "ARROW_IO_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
"""Environment in which libraries start no threads, of use before they are imported. A process
with threads is not forked, and each reserves memory that counts against a limit, used or not."""
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[1-9])\s*(\.|$)", re.IGNORECASE)
"""Names that are devices on Windows, with any ending."""


def is_safe_to_fork() -> bool:
    """Whether this process may be forked now: no other thread could hold a lock.

    Only on Linux, which tells of all threads; the system's libraries of macOS survive no fork.
    """
    tasks = Path("/proc/self/task")  # native threads, too
    return hasattr(os, "fork") and tasks.is_dir() and len([*tasks.iterdir()]) == 1


def count_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_memory() -> int:
    """Bytes that can still be used, by the machine and by the container; 0 where nobody tells."""
    known, container = [], Path("/sys/fs/cgroup")
    with suppress(OSError, ValueError, IndexError):
        behind = Path("/proc/meminfo").read_text("ascii").partition("MemAvailable:")[2]
        known.append(int(behind.split()[0]) * 1024)
    with suppress(OSError, ValueError):
        most, used = (int((container / f"memory.{e}").read_text()) for e in ("max", "current"))
        known.append(max(0, most - used))
    return min(known, default=0)


def limit_memory(extra: int) -> None:
    """Let this process take some memory more and no further: then a ``MemoryError`` is raised."""
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        limit_process(pages * os.sysconf("SC_PAGESIZE") + extra)


def limit_process(memory: int, seconds: int | None = None) -> None:
    """Bind this process to so many bytes, and seconds of processor time."""
    with suppress(ImportError):
        import resource

        for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
            _, hard = resource.getrlimit(kind)
            if most is not None:
                resource.setrlimit(kind, (most if hard < 0 else min(most, hard), hard))


def die_with_parent(parent_id: int) -> None:
    """End this process with its parent, however that ends; a thread looks off Linux."""

    def look() -> None:
        while os.getppid() == parent_id:
            time.sleep(1)
        end_group(os.getpid())

    if sys.platform != "linux":
        threading.Thread(target=look, daemon=True).start()
        return
    import ctypes

    ctypes.CDLL(None).prctl(1, int(signal.SIGKILL))  # PR_SET_PDEATHSIG
    if os.getppid() != parent_id:
        os._exit(1)


def end_group(process_id: int) -> None:
    """End a process that leads a group of its own, and the group."""
    if not process_id:
        return
    last = getattr(signal, "SIGKILL", signal.SIGTERM)  # no signal on Windows, and as final
    for end in (getattr(os, "killpg", os.kill), os.kill):
        with suppress(OSError):
            end(process_id, last)


def lead_group() -> None:
    """Let this process lead a group, and be ended before its parent where memory runs out."""
    if hasattr(os, "setsid"):
        os.setsid()
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800", "ascii")


def begin_python(serve: Callable[[Any], None], folder: Path) -> tuple[subprocess.Popen[bytes], Any]:
    """Begin a Python of ours in a folder, which shows nothing: it calls a function with a pipe.

    Gives our end of this. It finds this package, and the modules that this process finds by
    ``PYTHONPATH``. Ctrl-C is not for it.
    """
    from multiprocessing import Pipe

    ours, theirs = Pipe()
    handle = theirs.fileno()
    imports = f"from {__name__} import open_pipe; from {serve.__module__} import {serve.__name__}"
    quiet: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    modules = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    package = str(Path(__file__).parents[2])  # in a notebook by sys.path alone, maybe
    found = os.pathsep.join([*map(os.path.abspath, modules), package])
    if os.name == "nt":
        system: Any = os  # both have more on Windows
        begin: Any = subprocess
        system.set_handle_inheritable(handle, True)
        quiet |= {"startupinfo": begin.STARTUPINFO(lpAttributeList={"handle_list": [handle]})}
    else:
        quiet |= {"pass_fds": [handle]}
    begun = subprocess.Popen(  # noqa: S603 - our own Python
        [sys.executable, "-c", f"{imports}; {serve.__name__}(open_pipe({handle}))"],
        env=os.environ | ONE_THREAD | {"PYTHONPATH": found, "PYTHONSAFEPATH": "1"},
        cwd=folder,
        start_new_session=True,
        **quiet,
    )
    theirs.close()
    return begun, ours


def open_pipe(handle: int) -> Any:
    """The end of a pipe that this process was given."""
    from multiprocessing import connection

    kind: Any = vars(connection).get("PipeConnection", connection.Connection)  # as on Windows
    return kind(handle)


def set_timer(seconds: float, act: Callable[..., None]) -> Callable[[], None] | None:
    """Have something done in the main thread after a time, whatever it is at.

    Returns what takes it back; ``None`` where nothing of the kind is possible.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not hasattr(signal, "setitimer") or not is_main:
        return None
    former = signal.signal(signal.SIGALRM, act)
    signal.setitimer(signal.ITIMER_REAL, seconds)

    def take_back() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)

    return take_back


def exchange_at_once(fresh: Path, target: Path) -> bool:
    """Let two folders change places in one step, and say whether that was done (Linux)."""
    with suppress(OSError, AttributeError, TypeError):
        import ctypes

        here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
        rename = ctypes.CDLL(None).renameat2
        done = rename(here, os.fsencode(fresh), here, os.fsencode(target), exchange)
        return bool(done == 0)
    return False


def link(source: str, target: str) -> None:
    """One file under two names, or, where that cannot be, a copy of it."""
    try:
        os.link(source, target)
    except (OSError, AttributeError) as error:
        if getattr(error, "errno", None) in DISK_FULL:
            raise
        shutil.copy2(source, target)


def is_portable(name: str) -> bool:
    r"""Whether a path with ``/`` between its parts stays inside a folder, on any system.

    >>> [is_portable(name) for name in ("a/b.csv", "../a", "/a", "C:a", "a\\b", "nul.csv", "a. ")]
    [True, False, False, False, False, False, False]
    """
    return not re.search(r'[\\:*?"<>|\x00-\x1f]', name) and all(
        part and not part.endswith((".", " ")) and not _RESERVED.match(part)
        for part in name.split("/")
    )


STOPPED = 130
"""What shells give for a program that Ctrl-C has ended."""
UNTOUCHED = "Stopped; what was there before is untouched."
PACKAGE = "cchc_analysis"


def open_console() -> None:
    """Let every text be printed, and Ctrl-C end this program soon, unless somebody chose otherwise.

    A terminal that lacks letters (cp1252, cp1258) shows their numbers.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if os.name == "nt":
        os.system("")  # noqa: S605, S607 - old consoles of Windows then understand escapes
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)


def _stop(*_: object) -> None:
    def give_up(*_: object) -> None:
        sys.stderr.write("Stopped at once; what is there is whole.\n")
        end_now()

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_timer(1.2, give_up)
    raise KeyboardInterrupt


def end_now() -> NoReturn:
    """End without taking everything down in order, which takes longer than people wait."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(STOPPED)


@contextmanager
def live_line(stream: TextIO | None = None, *, is_quiet: bool = False) -> Iterator[None]:
    """Tell on a terminal (standard error), as one line, what this package logs while it works."""
    stream = stream or sys.stderr
    if is_quiet or not stream.isatty():
        yield
        return
    logger, line = logging.getLogger(PACKAGE), logging.StreamHandler(stream)
    line.terminator, level = "", logger.level
    line.setFormatter(logging.Formatter("\r\x1b[K%(message)s …"))
    logger.addHandler(line)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(line)
        stream.write("\r\x1b[K")
        stream.flush()
        logger.setLevel(level)


def import_jsonschema() -> None:
    """Import ``jsonschema`` before anybody else does, without the grammar that takes seconds."""
    import_without("jsonschema", "rfc3987_syntax")


def import_without(name: str, hidden: str) -> None:
    """Import a module with another, which it can do without, out of sight meanwhile."""
    if name in sys.modules or hidden in sys.modules:
        return
    sys.modules[hidden] = None  # type: ignore[assignment]  # what Python takes for "not installed"
    try:
        importlib.import_module(name)
    finally:
        del sys.modules[hidden]
