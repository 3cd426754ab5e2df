"""What a long command is at, as one line that is alive; only on a terminal, and gone at the end."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

ROOT = "cchc_analysis"


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
    """Tell on a terminal what the modules of this package log while they work.

    Args:
        stream: Where to (default: standard error). Nothing is told where that is no terminal.
        is_quiet: Tell nothing at all.
    """
    stream = stream or sys.stderr
    if is_quiet or not stream.isatty():
        yield
        return
    logger, line = logging.getLogger(ROOT), _Line(stream)
    level = logger.level
    logger.addHandler(line)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        line.clear()
        logger.removeHandler(line)
        logger.setLevel(level)
