"""What this machine allows: whether to fork, how many processes, how much memory.

Linux tells most of this in ``/proc`` and ``/sys``; elsewhere the answer is the careful one.
"""

from __future__ import annotations

import math
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

from cchc_analysis.errors import CommandError, Problem

MEBIBYTE = 1 << 20
JOB_MEMORY = 200 * MEBIBYTE
"""What one job takes at most, besides what it shares with its parent: 90 MB measured for a full
brief, and as much again."""

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "ARROW_IO_THREADS",
    ),
    "1",
) | {"JE_ARROW_MALLOC_CONF": "background_thread:false"}
"""Environment that keeps libraries from starting threads, of use before they are imported."""


def can_fork() -> bool:
    """Whether this platform forks, and its own libraries survive it (those of macOS do not)."""
    return hasattr(os, "fork") and sys.platform not in ("darwin", "win32")


def is_safe_to_fork() -> bool:
    """Whether this process may be forked now: no other thread could hold a lock."""
    return can_fork() and count_threads() == 1


def count_threads() -> int:
    """Threads of this process, native ones included where the system tells."""
    try:
        return len(list(Path("/proc/self/task").iterdir()))
    except OSError:
        return threading.active_count()


def count_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_count(count: int | None, memory_each: int = JOB_MEMORY) -> int:
    """The number of processes to work with: as asked for, or one per core.

    Raises:
        CommandError: It is not positive, or more than memory allows.
    """
    free = free_memory()
    if count is None:
        return max(1, min(count_cores(), free // memory_each if free else 1_000))
    if count < 1:
        raise _refuse(f"{count} processes", "at least 1", "Leave --jobs out for one per core.")
    if free and count > max(1, free // memory_each):
        most = max(1, free // memory_each)
        need, have = count * memory_each / (1 << 30), free / (1 << 30)
        raise _refuse(
            f"{count} processes, which take {need:.1f} GiB where {have:.1f} GiB are free",
            f"at most {most}",
            "Give a smaller number, or leave it out for one per core.",
        )
    return count


def check_timeout(seconds: float) -> float:
    """The seconds that a job may take, as asked for.

    Raises:
        CommandError: It is no time in which anything could be done.
    """
    if not 0 < seconds < math.inf:
        found, expected = f"{seconds:g} s", "more than 0 s"
        problem = Problem("--timeout", found, expected, "Leave it out for the default.")
        raise CommandError(problem)
    return seconds


def free_memory() -> int:
    """Bytes that can still be used, by the machine and by the container; 0 where nobody tells."""
    known = [free for free in (_free_in_machine(), _free_in_container()) if free is not None]
    return min(known, default=0)


def limit_memory(extra: int) -> None:
    """Let this process take some memory more and no further: then a ``MemoryError`` is raised."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        most = pages * os.sysconf("SC_PAGESIZE") + extra
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def offer_as_victim() -> None:
    """Ask the system, where it runs out of memory, to end this process before its parent."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800", "ascii")


def die_with_parent(parent_id: int) -> None:
    """Ask the system to end this process with its parent, however that ends (Linux only)."""
    if sys.platform != "linux":
        return
    import ctypes

    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, int(signal.SIGKILL))
    if os.getppid() != parent_id:
        os._exit(1)


def _free_in_machine() -> int | None:
    with suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        [line] = [line for line in lines if line.startswith("MemAvailable:")]
        return int(line.split()[1]) * 1024
    return None


def _free_in_container() -> int | None:
    with suppress(OSError, ValueError):
        folder = Path("/sys/fs/cgroup")
        most = int((folder / "memory.max").read_text("ascii"))
        return max(0, most - int((folder / "memory.current").read_text("ascii")))
    return None


def _refuse(found: str, expected: str, remedy: str) -> CommandError:
    return CommandError(Problem("--jobs", found, expected, remedy))
