"""Fit the weights by which a figure is called sure: ``data/reference/confidence.csv``.

    python tools/fit_confidence.py [--reports FOLDER] [--write]

Reads every document with known answers but the one that is kept out, notes for each claimed figure
its marks and whether all of it is right, and fits a logistic regression with a ridge penalty by
Newton's method. What the rules were mended with says little about new documents: it weighs SEEN.
How documents were read at first sight, before anything was mended, is kept in
``tests/made_up/first_sight.csv``, and weighs one. Documents whose area is open are left out, as
nothing of them is called sure; so is there what waits for the time of its document. Each document
is judged by weights fitted without it; ``(sure from)`` is the least chance from which TRUST of
those called sure at first sight are expected to be right.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "benchmarks")]

import bench_read  # noqa: E402
from answered import APART, load_with_made_up_places, split_answers  # noqa: E402
from cchc_analysis.data.files import format_table, write_text  # noqa: E402
from cchc_analysis.data.reference import Reference  # noqa: E402
from cchc_analysis.read.documents import Document, open_document, read_lines  # noqa: E402
from cchc_analysis.read.recognise import load_wording, look_again, read_document  # noqa: E402
from cchc_analysis.read.recognise.figures import BASE, CLAIMED_FROM, SURE_FROM, mark_document  # noqa: E402
from cchc_analysis.read.recognise.frame import BY_CUSTOM, CARRIED  # noqa: E402
from cchc_analysis.rules import load_identities  # noqa: E402
from cchc_analysis.stats.rates import wilson_interval  # noqa: E402

SEEN, RIDGE, TRUST, STEPS = 0.3, 2.0, 0.96, 30
"""With a higher TRUST over a third of the figures would be in doubt (DECISIONS.md)."""
LEAST = 1 / 3
"""A claim that is more than twice as likely wrong as right is left open."""
FIRST_SIGHT = ROOT / "tests" / "made_up" / "first_sight.csv"
WORDS = {
    "told far": ("từ ngữ đứng xa", "words that speak for it stand far off"),
    "close rival": (
        "chỉ tiêu khác cũng khớp gần bằng",
        "its words speak for another too",
    ),
    "others unread": (
        "số khác trong câu chưa rõ",
        "half of its sentence is unread",
    ),
    "small count": ("số đếm nhỏ", "a small count, which may be of anything"),
    "first of its sentence": ("số đầu câu", "the first figure of its sentence"),
    "part of another": ("là phần của số khác", "told as a part of another figure"),
    "measured": ("tỷ lệ, điểm, hạng hoặc tiền", "a share, points, a rank or money"),
    "documents": ("đếm văn bản", "counts documents"),
    "people": ("đếm người", "counts people"),
    "many figures": ("câu có nhiều số", "many figures in its sentence"),
    "long line": ("đoạn văn rất dài", "it stands in a very long paragraph"),
    "time by custom": ("tính từ đầu năm theo lệ", "from New Year's Day, as money is counted"),
    "time carried": ("thời gian theo câu trước", "when, by an earlier sentence"),
    "level carried": ("của ai theo dòng trên", "whose, by a line above"),
    "others say when": ("số cùng loại ở trên nêu rõ thời gian", "others of its kind say when"),
    "identity complete": ("đủ các số của một đẳng thức", "all parts of an identity are read"),
    "two values": ("cùng chỉ tiêu, khác giá trị", "another value of the same quantity"),
    "other days too": ("chỉ tiêu này còn giá trị khác", "the same has another value elsewhere"),
    "in a table": ("trong bảng", "it stands in a table"),
    "another time said": ("gần đó nêu thời gian khác", "words about it name another time"),
    "another level said": ("gần đó nêu cấp khác", "words about it name another level"),
    "no result": ("không phải kết quả thực hiện", "no result: a target, plan or norm"),
}


def main() -> None:
    """Fit, judge each document by the others, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=Path, default=ROOT / "data" / "raw" / "reports")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    documents, marks, right, seen = collect(options.reports)
    names = sorted(WORDS)
    inputs = np.array([[1.0, *(name in each for name in names)] for each in marks], dtype=float)
    weights = np.where(seen, SEEN, 1.0)
    chances = np.empty(len(right))
    for document in np.unique(documents):
        out = documents == document
        chances[out] = predict(inputs[out], fit(inputs[~out], right[~out], weights[~out]))
    least = choose(chances[~seen])
    fitted = fit(inputs, right, weights)
    for title, part in (("at first sight", ~seen), ("seen", seen)):
        tell(title, chances[part] >= least, right[part])
    unlikely = right[~seen & (chances < LEAST)]
    print(
        f"sure from {least:.3f}; left open at first sight: {len(unlikely)}, {sum(unlikely)} right"
    )
    for name, weight in zip(["(base)", *names], fitted, strict=True):
        print(f"  {weight:+.2f} {name}")
    if options.write:
        write(names, fitted, least)


def collect(reports: Path) -> tuple[np.ndarray, list[frozenset[str]], np.ndarray, np.ndarray]:
    """Claimed figures of all documents but the one kept out: document, marks, right, seen."""
    with FIRST_SIGHT.open(encoding="utf-8", newline="") as file:
        rows = [
            (row["document"], frozenset(row["marks"].split("; ")), row["right"] == "1", False)
            for row in csv.DictReader(file)
        ]
    first = {row[0] for row in rows}
    with tempfile.TemporaryDirectory() as folder:
        reference = load_with_made_up_places(Path(folder))
        wording = load_wording(ROOT / "data/reference/wording.yml", reference.indicator_rows)
        identities = load_identities(ROOT / "expectations/identities.json", reference)
        for name, document, known in list_documents(reports, reference):
            if name in first:
                continue
            reading = read_document(document, reference, wording)
            if not reading.head.is_sure_area:  # nothing of it is called sure
                continue
            figures = look_again(reading.figures, wording, reference, identities)
            marks = mark_document(figures, reference, identities)
            used: set[int] = set()
            for row in known:
                at = bench_read.find_figure(row, figures, used)
                if at is None or not figures[at].indicator:
                    continue
                verdict = bench_read.judge(row, figures[at], reference)
                rows.append((name, marks[at], all(verdict.values()), True))
            rows += [
                (name, marks[at], False, True)
                for at, figure in enumerate(figures)
                if at not in used and figure.indicator
            ]
    names, marks, right, seen = zip(*rows, strict=True)
    return np.array(names), list(marks), np.array(right), np.array(seen)


def list_documents(
    reports: Path, reference: Reference
) -> Iterator[tuple[str, Document, list[dict[str, str]]]]:
    """Every document but the one kept out, with what a person read in it."""
    for path, transcript in bench_read.find_reports(reports, []):
        if path.stem not in bench_read.HELD_OUT:
            with transcript.open(encoding="utf-8", newline="") as file:
                yield path.stem, open_document(path), list(csv.DictReader(file))
    for path in sorted(APART.glob("*_*.txt")):
        text, known = split_answers(path, reference)
        yield path.stem, read_lines(text), known


def fit(inputs: np.ndarray, right: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Ridge logistic regression by Newton's method; the first column is the base, not penalised."""
    penalty = np.full(inputs.shape[1], RIDGE)
    penalty[0] = 0.01
    found = np.zeros(inputs.shape[1])
    for _ in range(STEPS):
        chances = predict(inputs, found)
        slope = inputs.T @ (weights * (right - chances)) - penalty * found
        bend = (inputs * (weights * chances * (1 - chances))[:, None]).T @ inputs
        found = found + np.linalg.solve(bend + np.diag(penalty), slope)
    return found


def predict(inputs: np.ndarray, found: np.ndarray) -> np.ndarray:
    """The chances that weights give."""
    return 1 / (1 + np.exp(-inputs @ found))


def choose(chances: np.ndarray) -> float:
    """The least chance from which on TRUST of the figures are expected to be right.

    By the chances themselves, which are fitted without the document of the figure: how many of
    those above each chance happened to be right jumps with every figure.
    """
    for least in np.round(np.arange(0.5, 0.999, 0.005), 3):
        sure = chances >= least
        if sure.any() and chances[sure].mean() >= TRUST:
            return float(least)
    return 0.995


def tell(title: str, sure: np.ndarray, right: np.ndarray) -> None:
    """How many are called sure, and how many of those are wrong."""
    wrong = int((sure & ~right).sum())
    low, high = wilson_interval([wrong], [max(1, int(sure.sum()))])
    print(
        f"{title}: {len(right)} claims, {int((~right).sum())} wrong; {int(sure.sum())} sure, "
        f"{wrong} of them wrong ({100 * low[0]:.1f} to {100 * high[0]:.1f} of 100)"
    )


def write(names: list[str], fitted: np.ndarray, least: float) -> None:
    """The table that reading uses."""
    import pandas as pd

    weights = dict(zip(names, fitted[1:], strict=True))
    # Whoever marks an answer mostly gives such money the days of the report, where the catalogue
    # counts from New Year's Day: that is no reason to leave open what it is.
    weights[BY_CUSTOM] = weights[CARRIED]
    rows = [(BASE, f"{fitted[0]:.2f}", "ít điều nói rõ", "little speaks for it")]
    rows += [(name, f"{weight:.2f}", *WORDS[name]) for name, weight in weights.items()]
    rows.append((SURE_FROM, f"{least:.3f}", "chắc từ xác suất này", "sure from this chance on"))
    open_words = ("để ngỏ dưới xác suất này", "left open below this chance")
    rows.append((CLAIMED_FROM, f"{LEAST:.3f}", *open_words))
    table = pd.DataFrame(rows, columns=["mark", "weight", "words_vi", "words_en"])
    write_text(ROOT / "data" / "reference" / "confidence.csv", format_table(table))


if __name__ == "__main__":
    main()
