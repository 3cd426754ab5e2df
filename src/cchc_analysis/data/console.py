"""The terminal: letters that it lacks, one line that is alive, and Ctrl-C.

The first Ctrl-C raises ``KeyboardInterrupt``, so that whatever is open is closed. From then on the
others are ignored, and a clock runs: a library that swallows the interrupt, or takes its time to
close, is left at that. Nothing is lost by it, as everything here is written whole and swapped in.
"""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn, TextIO

from cchc_analysis.data.system import set_timer

STOPPED = 130
"""What shells give for a program that Ctrl-C has ended."""
LAST_SECONDS = 1.2
UNTOUCHED = "Stopped; what was there before is untouched."
PACKAGE = "cchc_analysis"


def open_console() -> None:
    """Let every text be printed, and Ctrl-C end this program soon.

    A terminal that lacks letters (cp1252, cp1258) shows their numbers. Where somebody chose
    otherwise what Ctrl-C does, that holds.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if os.name == "nt":
        os.system("")  # noqa: S605, S607 - old consoles of Windows then understand escapes
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)


def end_now() -> NoReturn:
    """End without taking everything down in order, which takes longer than people wait."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
    os._exit(STOPPED)


def _stop(*_: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_timer(LAST_SECONDS, _give_up)
    raise KeyboardInterrupt


def _give_up(*_: object) -> None:
    sys.stderr.write("Stopped at once; what is there is whole.\n")
    end_now()


class _Line(logging.Handler):
    """Writes each record over the one before it."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(logging.INFO)
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        self._stream.write(f"\r\x1b[K{record.getMessage()} …")
        self._stream.flush()

    def clear(self) -> None:
        self._stream.write("\r\x1b[K")
        self._stream.flush()


@contextmanager
def live_line(stream: TextIO | None = None, *, is_quiet: bool = False) -> Iterator[None]:
    """Tell on a terminal, as one line, what the modules of this package log while they work.

    Args:
        stream: Where to (default: standard error). Nothing is told where that is no terminal.
        is_quiet: Tell nothing at all.
    """
    stream = stream or sys.stderr
    if is_quiet or not stream.isatty():
        yield
        return
    logger, line = logging.getLogger(PACKAGE), _Line(stream)
    level = logger.level
    logger.addHandler(line)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        line.clear()
        logger.removeHandler(line)
        logger.setLevel(level)
