"""A job, what came of it, and how the two travel between processes.

A frame is a length and a pickle. Everything that travels is ours, made by the same version of
this package on the other side; nothing from outside is ever unpickled.
"""

from __future__ import annotations

import pickle
import signal
import struct
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from cchc_analysis.errors import CchcError, Problem

_LENGTH = struct.Struct("!Q")
LONGEST_TEXT = 400


@dataclass(frozen=True)
class Job:
    """One piece of work.

    Attributes:
        name: What a person calls it, such as "vi/183/2024-H1"; no two jobs share one.
        payload: All that the work needs: parameters, and the slice of data it shows.
        key: The content key of what it makes; empty where nobody asks.
    """

    name: str
    payload: Any
    key: str = ""


@dataclass(frozen=True)
class Reply:
    """What a process says of one payload: what was made of it, or why there is nothing.

    Attributes:
        result: What the work made; None when it failed.
        found: What happened instead, in words.
        problems: The problems of a ``CchcError`` that the work raised.
        detail: Traceback, and the last words on standard error; for whoever mends it.
        seconds: How long it took.
        times: Seconds by stage (see ``spent``).
        memory: Bytes at the peak of the process, of what it does not share; 0 if not known.
    """

    result: Any = None
    found: str = ""
    problems: tuple[Problem, ...] = ()
    detail: str = ""
    seconds: float = 0.0
    times: Mapping[str, float] = field(default_factory=dict)
    memory: int = 0


@dataclass(frozen=True)
class Outcome:
    """What came of a job."""

    job: Job
    reply: Reply

    @property
    def result(self) -> Any:
        """What was made, or None."""
        return self.reply.result

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why there is no result; empty when there is one."""
        if self.reply.result is not None:
            return ()
        return self.reply.problems or (_name_problem(self.job.name, self.reply.found),)


def reply_to_error(error: BaseException) -> Reply:
    """Put what the work raised into words."""
    detail = "".join(traceback.format_exception(error))
    if isinstance(error, CchcError):
        return Reply(found=str(error), problems=error.problems, detail=detail)
    if isinstance(error, MemoryError):
        return Reply(found="memory ran out", detail=detail)
    said = str(error).strip()
    if len(said) > LONGEST_TEXT:  # papermill tells the whole traceback; its end says what it was
        said = "…" + said[-LONGEST_TEXT:]
    name = type(error).__name__
    return Reply(found=f"{name}: {said}" if said else name, detail=detail)


def reply_to_end(status: int, said: str) -> Reply:
    """Put the end of a process that left no reply into words."""
    if status >= 0:
        return Reply(found=f"its process ended with code {status} and left nothing", detail=said)
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    often = ", as the system does when memory runs out" if name == "SIGKILL" else ""
    return Reply(found=f"its process was ended by {name}{often}", detail=said)


def write_frame(file: IO[bytes], content: object) -> None:
    """Write one frame, and let it go."""
    body = pickle.dumps(content, pickle.HIGHEST_PROTOCOL)
    file.write(_LENGTH.pack(len(body)))
    file.write(body)  # apart: the tables of a country are not copied once more
    file.flush()


def read_frame(file: IO[bytes]) -> Any:
    """Read one frame.

    Raises:
        EOFError: The other side is gone.
    """
    head = file.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    body = file.read(length)
    if len(body) < length:
        raise EOFError
    return pickle.loads(body)  # noqa: S301 - from our own child or parent only


def _name_problem(name: str, found: str) -> Problem:
    return Problem(
        name,
        found,
        "a finished page",
        "The others are not touched by it; build this one alone to see more.",
    )
