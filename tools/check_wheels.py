"""Resolve the lock for systems and Pythons other than this one, to wheels only.

Asks the package index through uv, which downloads what describes a package and installs nothing.
Run by ``make wheels``; ends with 1 where something of the lock has no wheel.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SYSTEMS = ("linux", "macos", "aarch64-apple-darwin", "windows")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def resolve(uv: str, system: str, python: str, lock: Path) -> tuple[int, str]:
    """How many packages one system and Python would get, and what is wrong if it cannot."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603 - the uv that was named
            [
                *(uv, "pip", "install", "--dry-run", "--no-deps", "--require-hashes"),
                *("--only-binary", ":all:", "--python-platform", system),
                *("--python-version", python, "--target", folder, "-r", str(lock)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    count = sum(line.startswith(" + ") for line in done.stderr.splitlines())
    return count, "" if done.returncode == 0 and count else done.stderr.strip()


def main(uv: str) -> int:
    """Resolve for each, and say what came of it."""
    failed = False
    for system in SYSTEMS:
        for python in PYTHONS:
            count, wrong = resolve(uv, system, python, ROOT / "requirements.lock")
            print(f"{system} {python}: " + (wrong or f"{count} wheels"))
            failed |= bool(wrong)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
