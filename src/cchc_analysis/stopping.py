"""Ctrl-C: an end soon, whatever is under way, and a sentence on what is there.

The first one raises ``KeyboardInterrupt``, so that whatever is open is closed. From then on the
others are ignored, and a clock runs: a library that swallows the interrupt, or takes its time to
close, is left at that. Nothing is lost by it, as everything here is written whole and swapped in.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

CODE = 130
"""What shells give for a program that Ctrl-C has ended."""
LAST_SECONDS = 1.2
UNTOUCHED = "Stopped; what was there before is untouched."


def mind_stopping() -> None:
    """Let Ctrl-C end this program soon; where somebody chose otherwise, that holds."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)


def end_now() -> NoReturn:
    """End without taking everything down in order, which takes longer than people wait."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
    os._exit(CODE)


def _stop(*_: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _give_up)
        signal.setitimer(signal.ITIMER_REAL, LAST_SECONDS)
    raise KeyboardInterrupt


def _give_up(*_: object) -> None:
    print("Stopped at once; what is there is whole.", file=sys.stderr)
    end_now()
