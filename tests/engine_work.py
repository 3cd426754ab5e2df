"""Work for the tests of the engine: good work, and work that goes wrong in a way of its own.

Dozens of processes import this, so that what takes long to import is imported where it is needed.
"""

from __future__ import annotations

import errno
import operator
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from cchc_analysis.data.system import import_jsonschema
from cchc_analysis.errors import BriefError, CchcError, Problem

WARM: list[str] = []


def begin(work: Callable[[Any], Any]) -> Callable[[Any], Any]:
    WARM.append("warm")
    return work


def begin_badly() -> None:
    raise OSError("no such panel")


def begin_few(count: int) -> Callable[[Any], Any]:
    """Has the system begin no more than some processes in this one."""
    fork, begun = os.fork, []

    def fork_few() -> int:
        if len(begun) == count:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        begun.append(1)
        return fork()

    os.fork = fork_few
    return shout


def shout(payload: str) -> bytes:
    """Make bytes of a word; some words are orders to fail."""
    word, _, rest = payload.partition(" ")
    if word in FAULTS:
        FAULTS[word](rest)
    return payload.upper().encode()


def stay(payload: str) -> bytes:
    """Takes long enough to be killed in the middle."""
    time.sleep(0.2)
    return shout(payload)


def tell_process(payload: str) -> bytes:
    """Which process it was done in, after a while."""
    stay(payload)
    return str(os.getpid()).encode()


def count_jobs(payload: str) -> bytes:
    """How many jobs this process has begun."""
    WARM.append("used")
    stay(payload)
    return str(WARM.count("used")).encode()


def was_warm(_: str) -> bytes:
    """Whether warming up was seen, and how often; what one job changes the next must not see."""
    WARM.append("used")
    return " ".join(WARM).encode()


def mind(payload: str) -> bytes:
    """Goes well only where no other job was done before in this process."""
    WARM.append("used")
    if WARM.count("used") > 1:
        raise ValueError("another was here")
    return shout(payload)


def tell_rank(_: str) -> bytes:
    """How early the system ends this process where memory runs out: up to 1000."""
    return Path("/proc/self/oom_score_adj").read_bytes().strip()


def loop(_: str) -> None:
    while True:
        pass


def spawn(path: str) -> None:
    """Leave a process behind and hang."""
    left = subprocess.Popen(["sleep", "60"])
    Path(path).write_text(str(left.pid), "ascii")
    loop("")


def abandon(path: str) -> None:
    """Leave a process behind, and nothing else."""
    left = subprocess.Popen(["sleep", "60"])
    Path(path).write_text(str(left.pid), "ascii")
    os._exit(0)


def note(path: str) -> None:
    """Note that this was begun, and wait for leave to end."""
    with Path(path).open("a", encoding="ascii") as file:
        file.write("begun\n")
    while not Path(f"{path}.end").exists():
        time.sleep(0.01)


class GarbledError(CchcError):
    """Can be pickled, and not read again: its arguments are not those it was made of."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(Problem(one, other, "", ""))
        self.args = (one,)


def garble(_: str) -> None:
    raise GarbledError("one", "other")


class Unreadable:
    """A payload that is written, and cannot be read again."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return int, ("no number",)


def make(payload: str) -> Any:
    """Bytes of a word; of one a function, which no other process can be sent."""
    return (lambda: None) if payload == "function" else payload.encode()


def kill_parent_once(path: str) -> None:
    if not Path(path).exists():
        Path(path).touch()
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(5)


def eat(_: str) -> None:
    bytes(8 << 30)


def complain(_: str) -> None:
    raise BriefError(Problem("brief x", "nothing to show", "a figure", "Add one."))


FAULTS = {
    "abandon": abandon,
    "complain": complain,
    "divide": lambda _: 1 / 0,
    "eat": eat,
    "exit": lambda _: sys.exit(3),
    "garble": garble,
    "kill": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "killparent": kill_parent_once,
    "leave": lambda _: os._exit(0),
    "loop": loop,
    "note": note,
    "print": lambda _: subprocess.run(["echo", "printed"], check=True),
    "segfault": lambda _: os.kill(os.getpid(), signal.SIGSEGV),
    "spawn": spawn,
}


def execute_in_place(given: tuple[str, str, dict[str, Any]]) -> bytes:
    """Execute a notebook in this very process, as a job of a build does."""
    import papermill
    from papermill.engines import papermill_engines

    from cchc_analysis.site.notebooks import CchcEngine

    path, out, options = given
    os.environ |= options.pop("environment", {})
    options = {"parameters": {"tries": 2}, "cwd": str(Path(path).parent)} | options
    papermill_engines.register("cchc", CchcEngine)
    try:
        papermill.execute_notebook(path, out, engine_name="cchc", progress_bar=False, **options)
    except Exception as error:  # noqa: BLE001 - the test compares it
        return f"{type(error).__name__} {error}".encode()
    return b"well"


def _warm_up() -> None:
    """Import what a notebook needs, and have pyplot and a kernel ready as a build does."""
    import_jsonschema()
    import matplotlib.pyplot as plt
    import papermill

    from cchc_analysis.site.notebooks import CchcEngine, make_kernel

    CchcEngine.kernels.append(make_kernel())
    WARM.extend([plt.__name__, papermill.__name__])


def begin_pages() -> Callable[[Any], Any]:
    """Import what a page needs, once for the pages of many projects."""
    from cchc_analysis.brief.render import build_pages

    _warm_up()
    return lambda given: build_pages(*given, engine="cchc")[""]


def begin_calls() -> Callable[[Any], Any]:
    """Import what a brief needs, once for many of them; a payload is the call that makes one."""
    import_module("cchc_analysis.brief.opening")
    begin_pages()
    return operator.call


def begin_notebooks() -> Callable[[Any], Any]:
    """Import what a notebook needs, once for many of them, and for pages of projects too."""
    from cchc_analysis.data.reference import Project

    make = begin_pages()
    return lambda given: (make if isinstance(given[0], Project) else execute_in_place)(given)


def publish_forever(site: Path, is_there: Any) -> None:
    """Publish one build of a site after the other; tells when the first is there."""
    from cchc_analysis.site.keys import key_of
    from cchc_analysis.site.store import Placed, open_build

    with open_build(site) as work:
        for turn in range(10**6):
            texts = {str(n): f"{turn} {n} " + "x" * 5_000 for n in range(30)}
            for text in texts.values():
                work.keep(key_of(text), {"index.html": text.encode()})
            work.shown |= {name: Placed(key_of(text)) for name, text in texts.items()}
            work.publish()
            is_there.set()
