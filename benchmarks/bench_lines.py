"""How long texts take that nobody writes so: all on one line, without spaces, nothing but digits.

    python benchmarks/bench_lines.py [KB ...]     default: 10 100 1000

Prints seconds of processor to read each kind of text at each size (opening, recognising and
looking again). What counts is the growth: ten times the text should take ten times as long.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from cchc_analysis.data.reference import load_reference  # noqa: E402
from cchc_analysis.read.documents import read_lines  # noqa: E402
from cchc_analysis.read.recognise import (  # noqa: E402
    load_wording,
    look_again,
    read_document,
)
from cchc_analysis.rules import load_identities  # noqa: E402

MADE_UP = ROOT / "tests" / "made_up" / "reports"
Make = Callable[[int], str]


def make_sentences(letters: int, between: str) -> str:
    """The made-up reports over and over, each sentence with a number of its own."""
    texts = (path.read_text("utf-8") for path in sorted(MADE_UP.glob("*.txt")))
    lines = [line for text in texts for line in text.splitlines() if line and "\t" not in line]
    parts: list[str] = []
    size = 0
    while size < letters:
        parts.append(f"{lines[len(parts) % len(lines)]} Lần thứ {len(parts)}.")
        size += len(parts[-1]) + 1
    return between.join(parts)


KINDS: dict[str, Make] = {
    "sentences, a line each": lambda letters: make_sentences(letters, "\n"),
    "sentences on one line": lambda letters: make_sentences(letters, " "),
    "a cell of a table": lambda n: f"Nội dung\tSố\n{make_sentences(n, ' ')}\t12",
    "digits on one line": lambda letters: f"Kết quả {'1' * letters} hồ sơ",
    "numbers on one line": lambda letters: " ".join(f"{n}," for n in range(letters // 6)),
    "no space": lambda letters: "x" * letters + "12",
    "rows of one table": lambda n: "\n".join(f"a{row}\t{row}\t13" for row in range(n // 14)),
    "empty lines": lambda letters: "\n" * letters,
}


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [10, 100, 1000]
    reference = load_reference(ROOT / "data" / "reference")
    wording = load_wording(ROOT / "data" / "reference" / "wording.yml", reference.indicator_rows)
    identities = load_identities(ROOT / "expectations" / "identities.json", reference)

    def read(text: str) -> float:
        begun = time.process_time()
        reading = read_document(read_lines(text), reference, wording)
        look_again(reading.figures, wording, reference, identities)
        return time.process_time() - begun

    read(make_sentences(2_000, "\n"))
    print(f"| s of processor | {' | '.join(f'{size} KB' for size in sizes)} |")
    print(f"|{' --- |' * (len(sizes) + 1)}")
    for name, make in KINDS.items():
        cells = [f"{read(make(size * 1_000)):.2f}" for size in sizes]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
