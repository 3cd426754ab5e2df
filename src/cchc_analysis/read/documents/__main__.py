"""Opens one document inside limits and prints it as JSON; ``guard`` starts this and reads it."""

from __future__ import annotations

import sys
from pathlib import Path

from cchc_analysis.read.documents.guard import answer, limit_resources

if __name__ == "__main__":
    limit_resources(int(sys.argv[2]))
    sys.stdout.write(answer(Path(sys.argv[1])))
