"""One line that is alive, plain lines in a log, or nothing; and where the time went."""

from __future__ import annotations

import io
import logging
from contextlib import suppress

from cchc_analysis.data.system import live_line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_is_done_is_told_on_a_terminal_and_wiped_away() -> None:
    logger = logging.getLogger("cchc_analysis.pipeline")
    terminal, log = Terminal(), io.StringIO()
    for stream, is_quiet in ((terminal, False), (log, False), (quiet := Terminal(), True)):
        with suppress(ValueError), live_line(stream, is_quiet=is_quiet):
            logger.info("Validating %s values", 12)
            raise ValueError
        logger.info("too late")
    assert terminal.getvalue() == "\r\x1b[KValidating 12 values …\r\x1b[K"
    assert log.getvalue() == quiet.getvalue() == ""
