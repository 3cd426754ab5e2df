"""How well reports are read: scores against transcripts that people made by hand.

    python benchmarks/bench_read.py [--reports FOLDER] [--details] [SOURCE_ID ...]

Looks for the text of each accepted source in FOLDER (default: data/raw/reports, then made-up
reports in tests/made_up/reports with their transcripts), reads it, and prints for each document:
numerals rightly classified, figures found, and of these the share with the right value, indicator,
scope, period and status; all of it right; and how often a claimed indicator is right. Made-up
documents and the one that was kept out while the rules were written are marked.
"""

from __future__ import annotations

import argparse
import csv
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from cchc_analysis.clean import NumberError, parse_number  # noqa: E402
from cchc_analysis.documents import open_document  # noqa: E402
from cchc_analysis.identities import load_identities  # noqa: E402
from cchc_analysis.recognise import Figure, load_wording, look_again, read_document  # noqa: E402
from cchc_analysis.reference import Reference, load_reference  # noqa: E402

HELD_OUT = frozenset({"dak_song_2023_9m"})
"""Not looked at while the rules were written."""
ASPECTS = ("value", "indicator", "scope", "period", "status")
FORMATS = (".txt", ".docx", ".html", ".pdf", ".xlsx")


def main() -> None:
    options = parse_options()
    reference = load_reference(ROOT / "data" / "reference")
    for path, transcript in find_reports(options.reports, options.sources):
        print(score_report(path, transcript, reference, details=options.details))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"memory: {peak:.0f} MB here, {child:.0f} MB where documents are opened")


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=Path, default=ROOT / "data" / "raw" / "reports")
    parser.add_argument("--details", action="store_true", help="name every figure that is wrong")
    parser.add_argument("sources", nargs="*", metavar="SOURCE_ID")
    return parser.parse_args()


def find_reports(folder: Path, sources: Sequence[str]) -> list[tuple[Path, Path]]:
    """Documents and their transcripts: real ones that are kept here, then made-up ones."""
    made_up = ROOT / "tests" / "made_up" / "reports"
    found = []
    for reports, transcripts in (
        (folder, ROOT / "data" / "raw" / "transcripts"),
        (made_up, made_up),
    ):
        for transcript in sorted(transcripts.glob("*.csv")):
            if sources and transcript.stem not in sources:
                continue
            paths = [reports / f"{transcript.stem}{suffix}" for suffix in FORMATS]
            found += [(path, transcript) for path in paths if path.is_file()]
    return found


def score_report(path: Path, transcript: Path, reference: Reference, *, details: bool) -> str:
    start = time.perf_counter()
    wording = load_wording(ROOT / "data" / "reference" / "wording.yml", reference.indicator_rows)
    identities = load_identities(ROOT / "expectations" / "identities.json", reference)
    document = open_document(path)
    reading = read_document(document, reference, wording)
    figures = look_again(reading.figures, wording, reference, identities)
    seconds = time.perf_counter() - start
    with transcript.open(encoding="utf-8", newline="") as file:
        known = list(csv.DictReader(file))
    counts, wrong = compare(known, figures, reference)
    numerals, good = count_numerals(known, reading.numerals)
    marks = " (kept out while the rules were written)" if path.stem in HELD_OUT else ""
    shares = ", ".join(
        f"{name} {counts[name] / max(1, len(known)):.1%}" for name in (*ASPECTS, "everything")
    )
    lines = [
        f"{path.name}{marks}: {seconds:.1f} s",
        f"  numerals rightly classified: {good / max(1, numerals):.1%} of {numerals}",
        f"  figures found: {counts['found'] / max(1, len(known)):.1%} of {len(known)}; {shares}",
        f"  claimed indicators that are right: {counts['right'] / max(1, counts['claimed']):.1%} "
        f"of {counts['claimed']}",
    ]
    return "\n".join([*lines, *(f"    {each}" for each in wrong if details)])


def compare(
    known: Sequence[dict[str, str]], figures: Sequence[Figure], reference: Reference
) -> tuple[Counter[str], list[str]]:
    """Pair figures by line and digits; where digits repeat in a line, in the best way."""
    counts: Counter[str] = Counter()
    used: set[int] = set()
    wrong = []
    for row in known:
        twins = [
            at
            for at, figure in enumerate(figures)
            if at not in used and str(figure.line) == row["line"] and is_same_print(row, figure)
        ]
        if not twins:
            wrong.append(f"line {row['line']}: {row['printed']} ({row['indicator']}) not found")
            continue
        best = max(twins, key=lambda at: (sum(judge(row, figures[at], reference).values()), -at))
        used.add(best)
        verdict = judge(row, figures[best], reference)
        counts["found"] += 1
        counts.update(name for name, is_right in verdict.items() if is_right)
        counts["everything"] += all(verdict.values())
        if figures[best].indicator:
            counts["claimed"] += 1
            counts["right"] += verdict["indicator"]
        if not all(verdict.values()):
            missed = ", ".join(name for name, is_right in verdict.items() if not is_right)
            wrong.append(
                f"line {row['line']}: {row['printed']} is {row['indicator']} {row['scope']}; read "
                f"{figures[best].indicator or 'nothing'} {figures[best].scope} ({missed})"
            )
    extra = [figure for at, figure in enumerate(figures) if at not in used and figure.indicator]
    counts["claimed"] += len(extra)
    wrong += [f"line {f.line}: {f.printed} claimed as {f.indicator}, not known" for f in extra]
    return counts, wrong


def is_same_print(row: dict[str, str], figure: Figure) -> bool:
    if row["printed"] and row["printed"][0].isdigit():
        return row["printed"] == figure.printed
    return figure.read_as == "0" and row["read_as"] == "0"


def judge(row: dict[str, str], figure: Figure, reference: Reference) -> dict[str, bool]:
    return {
        "value": value_of(row["printed"], row["read_as"], row["unit"], reference)
        == value_of(figure.printed, figure.read_as, figure.unit or row["unit"], reference),
        "indicator": (row["indicator"], row["breakdown"]) == (figure.indicator, figure.breakdown),
        "scope": row["scope"] == figure.scope,
        "period": (row["period_start"], row["period_end"])
        == (figure.period_start, figure.period_end),
        "status": row["status"] == figure.status,
    }


def value_of(printed: str, read_as: str, unit: str, reference: Reference) -> float | None:
    kind = str(reference.unit_rows[unit]["kind"]) if unit in reference.unit_rows else "other"
    try:
        return parse_number(read_as or printed, kind).value
    except NumberError:
        return None


def count_numerals(known: Sequence[dict[str, str]], numerals: dict[int, tuple]) -> tuple[int, int]:
    """Numerals in all, and those rightly taken for a figure or for none."""
    wanted: dict[int, Counter[str]] = {}
    for row in known:
        if row["printed"][:1].isdigit():
            wanted.setdefault(int(row["line"]), Counter())[row["printed"]] += 1
    total = good = 0
    for line, found in numerals.items():
        taken = Counter(each.text for each in found if each.is_figure)
        should = wanted.get(line, Counter())
        wrong = sum((taken - should).values()) + sum((should - taken).values())
        total += len(found)
        good += len(found) - min(wrong, len(found))
    return total, good


if __name__ == "__main__":
    main()
