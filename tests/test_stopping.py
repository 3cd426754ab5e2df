"""Ctrl-C ends a program whatever it does at that moment."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

BUSY = {
    "at work": "while True: time.sleep(0.01)",
    "deaf": """
while True:
    try:
        time.sleep(0.01)
    except KeyboardInterrupt:
        pass
""",
    "slow to close": """
try:
    time.sleep(100)
finally:
    time.sleep(100)
""",
}
PROGRAM = """
import signal, sys, time
# A test run in the background has Ctrl-C ignored, and its children would as well.
signal.signal(signal.SIGINT, signal.default_int_handler)
from cchc_analysis import cli
def work(*_):
    print("ready", flush=True)
    exec(sys.argv.pop())
cli._do = work
sys.argv[1:] = ["check", sys.argv[1]]
class Parser:
    def parse_known_args(self, _):
        import argparse
        return argparse.Namespace(said={"is_anywhere": True}, root=None, parser=None), []
cli.build_parser = Parser
sys.exit(cli.main())
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize("busy", BUSY)
def test_ctrl_c_ends_it_with_a_sentence(busy: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, BUSY[busy]],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout
        try:
            assert running.stdout.readline() == "ready\n"
            for _ in range(2):
                running.send_signal(signal.SIGINT)
            _, told = running.communicate(timeout=60)
        finally:
            running.kill()
    assert running.returncode == 130
    assert told.startswith("Stopped")
    assert "Traceback" not in told
