"""How well and how fast reports are read: scores against transcripts that people made by hand.

    python benchmarks/bench_read.py [--reports FOLDER] [--details] [--long PAGES] [SOURCE_ID ...]

Looks for the text of each accepted source in FOLDER (default: data/raw/reports, then made-up
reports in tests/made_up/reports with their transcripts), reads it, and prints a table by document
and one by kind of figure: numerals rightly classified; figures found; and of these the share with
the right value, indicator, scope, period, status, area, unit and comparator, and with all of it
right; and how often a claimed indicator is right. A second table says how far "sure" can be
trusted: of how many figures called sure something is wrong, and how many rows a reviewer has to
look at, unsure ones first, to see nine in ten of the wrong ones.

Nothing is filled in from the answer, and where the same digits stand twice in a line they are
paired in their order, not in the best way. Documents seen while the rules were written and the one
that was kept out are told apart and never added up; of the latter no figure is named.

``--long 300`` makes a document of so many pages from the made-up reports, as .pdf, .docx and .txt,
and prints how long each takes to open and to read, and how much memory.
"""

from __future__ import annotations

import argparse
import csv
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
sys.path.insert(0, str(ROOT / "benchmarks"))

from answered import APART, KEPT_BACK, load_with_made_up_places, split_answers  # noqa: E402
from cchc_analysis.data.clean import NumberError, parse_number  # noqa: E402
from cchc_analysis.data.reference import Reference  # noqa: E402
from cchc_analysis.read.documents import Document, open_document, read_lines  # noqa: E402
from cchc_analysis.read.recognise import (  # noqa: E402
    Figure,
    doubt_figures,
    load_wording,
    look_again,
    read_document,
)
from cchc_analysis.rules import load_identities  # noqa: E402
from cchc_analysis.stats.rates import wilson_interval  # noqa: E402

HELD_OUT = frozenset({"dak_song_2023_9m"})
"""Not looked at while the rules were written."""
ASPECTS = ("value", "indicator", "scope", "period", "status", "area", "unit", "comparator")
FORMATS = (".txt", ".docx", ".html", ".pdf", ".xlsx")
MADE_UP = ROOT / "tests" / "made_up" / "reports"


@dataclass
class Score:
    """What was counted of a document or of a kind of figure."""

    name: str
    counts: Counter[str] = field(default_factory=Counter)
    looks: list[tuple[str, bool]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def tell(self) -> str:
        """One row of a table."""
        known = max(1, self.counts["known"])
        shares = [self.counts[name] / known for name in ("found", *ASPECTS, "everything")]
        right = self.counts["right"] / max(1, self.counts["claimed"])
        numerals = self.counts["good"] / max(1, self.counts["numerals"])
        cells = [f"{numerals:.1%} of {self.counts['numerals']}"] if self.counts["numerals"] else []
        cells += [f"{self.counts['known']}", *(f"{share:.1%}" for share in shares), f"{right:.1%}"]
        return f"| {self.name} | {' | '.join(cells)} |"

    def tell_trust(self) -> str:
        """How far "sure" can be trusted, as one row of a table."""
        sure = [is_right for confidence, is_right in self.looks if confidence == "high"]
        wrong = sum(not is_right for is_right in sure)
        low, high = wilson_interval([wrong], [len(sure)]) if sure else ([0.0], [1.0])
        share = f"{100 * wrong / max(1, len(sure)):.1f} ({100 * low[0]:.1f} to {100 * high[0]:.1f})"
        states = Counter(confidence for confidence, _ in self.looks)
        doubted, open_ = (states[name] / max(1, len(self.looks)) for name in ("low", "none"))
        return (
            f"| {self.name} | {len(self.looks)} | {len(sure)} | {wrong} | {share} | {doubted:.0%} "
            f"| {open_:.0%} | {self.count_looks()} of {len(self.looks)} |"
        )

    def count_looks(self) -> int:
        """Rows to look at, least sure first, to see nine in ten of the wrong ones."""
        order = {"none": 0, "low": 1, "high": 2}
        ranked = sorted(self.looks, key=lambda look: order[look[0]])
        needed = -(-9 * sum(not is_right for _, is_right in ranked) // 10)
        seen = 0
        for at, (_, is_right) in enumerate(ranked, start=1):
            if needed == 0:
                return 0
            seen += not is_right
            if seen >= needed:
                return at
        return 0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run(parse_options(), load_with_made_up_places(Path(folder)))


def run(options: argparse.Namespace, reference: Reference) -> None:
    if options.long:
        import bench_long

        print(bench_long.tell(options.long, reference))
        return
    documents, kinds = [], {}
    for path, transcript in find_reports(options.reports, options.sources):
        with transcript.open(encoding="utf-8", newline="") as file:
            known = list(csv.DictReader(file))
        documents.append(score_report(path, open_document(path), known, reference, kinds))
    for path in (*sorted(APART.glob("*_*.txt")), *sorted(KEPT_BACK.glob("*.txt"))):
        if not options.sources or path.stem in options.sources:
            text, known = split_answers(path, reference)
            counted = kinds if path.parent == APART else {}
            documents.append(score_report(path, read_lines(text), known, reference, counted))
    documents += pool(documents)
    print_table("document | numerals rightly classified", documents)
    print_trust(documents)
    print_table("kind", [kinds[name] for name in sorted(kinds)])
    if options.details:
        for score in documents:
            print("\n".join([score.name, *(f"  {each}" for each in score.wrong)]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nmemory: {peak:.0f} MB")


def print_trust(scores: Sequence[Score]) -> None:
    columns = (
        "figures | sure | sure and wrong | of 100 sure (Wilson 95 %) | doubted | no indicator "
        "| rows to look at"
    )
    print(f"\n| document | {columns} |\n|{' --- |' * 8}")
    for score in scores:
        print(score.tell_trust())


def print_table(first: str, scores: Sequence[Score]) -> None:
    columns = f"{first} | figures | found | {' | '.join(ASPECTS)} | everything | claims right"
    print(f"\n| {columns} |\n|{' --- |' * (columns.count('|') + 1)}")
    for score in scores:
        print(score.tell())


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=Path, default=ROOT / "data" / "raw" / "reports")
    parser.add_argument("--details", action="store_true", help="name every figure that is wrong")
    parser.add_argument("--long", type=int, metavar="PAGES", help="time a document of so many")
    parser.add_argument("sources", nargs="*", metavar="SOURCE_ID")
    return parser.parse_args()


def find_reports(folder: Path, sources: Sequence[str]) -> list[tuple[Path, Path]]:
    """Documents and their transcripts: real ones that are kept here, then made-up ones."""
    found = []
    for reports, transcripts in (
        (folder, ROOT / "data" / "raw" / "transcripts"),
        (MADE_UP, MADE_UP),
    ):
        for transcript in sorted(transcripts.glob("*.csv")):
            if sources and transcript.stem not in sources:
                continue
            paths = [reports / f"{transcript.stem}{suffix}" for suffix in FORMATS]
            found += [(path, transcript) for path in paths if path.is_file()]
    return found


def pool(scores: Sequence[Score]) -> list[Score]:
    """The made-up documents together, those written apart by themselves; real ones never."""
    together = {}
    for score in scores:
        mark = score.name.rpartition(" (")[2].rstrip(")")
        if mark.startswith("made up"):
            whole = together.setdefault(mark, Score(f"all together ({mark})"))
            whole.counts.update(score.counts)
            whole.looks += score.looks
    return list(together.values())


def score_report(
    path: Path,
    document: Document,
    known: Sequence[dict[str, str]],
    reference: Reference,
    kinds: dict[str, Score],
) -> Score:
    wording = load_wording(ROOT / "data" / "reference" / "wording.yml", reference.indicator_rows)
    identities = load_identities(ROOT / "expectations" / "identities.json", reference)
    reading = read_document(document, reference, wording)
    figures = look_again(reading.figures, wording, reference, identities)
    figures = doubt_figures(figures, reading.head, reference, wording, identities)
    marks = " (made up)" if path.parent == MADE_UP else ""
    marks += " (made up, written apart)" if path.parent == APART else ""
    marks += " (made up, kept back)" if path.parent == KEPT_BACK else ""
    marks += " (kept out while the rules were written)" if path.stem in HELD_OUT else ""
    score = Score(f"{path.name}{marks}")
    compare(known, figures, reference, score, kinds)
    score.counts["numerals"], score.counts["good"] = count_numerals(known, reading.numerals)
    if path.stem in HELD_OUT or path.parent == KEPT_BACK:
        score.wrong = ["not told: this document is kept out"]
    return score


def compare(
    known: Sequence[dict[str, str]],
    figures: Sequence[Figure],
    reference: Reference,
    score: Score,
    kinds: dict[str, Score],
) -> None:
    """Pair figures by line and digits; where digits repeat in a line, in their order."""
    used: set[int] = set()
    for row in known:
        kind = find_kind(row["indicator"], reference)
        both = (score, kinds.setdefault(kind, Score(kind)))
        count(both, "known")
        best = find_figure(row, figures, used)
        if best is None:
            score.wrong.append(f"line {row['line']}: {row['printed']} ({row['indicator']}) missed")
            continue
        verdict = judge(row, figures[best], reference)
        count(both, "found", *(name for name, is_right in verdict.items() if is_right))
        if figures[best].indicator:
            count(both, "claimed", *(["right"] if verdict["indicator"] else []))
        score.looks.append((figures[best].confidence.value, all(verdict.values())))
        if all(verdict.values()):
            count(both, "everything")
        else:
            missed = ", ".join(name for name, is_right in verdict.items() if not is_right)
            score.wrong.append(
                f"line {row['line']}: {row['printed']} is {row['indicator']} {row['scope']}; read "
                f"{figures[best].indicator or 'nothing'} {figures[best].scope} ({missed})"
            )
    for at, figure in enumerate(figures):
        if at not in used and figure.indicator:
            kind = find_kind(figure.indicator, reference)
            count((score, kinds.setdefault(kind, Score(kind))), "claimed")
            score.wrong.append(
                f"line {figure.line}: {figure.printed} claimed as {figure.indicator}, not known"
            )


def find_figure(row: dict[str, str], figures: Sequence[Figure], used: set[int]) -> int | None:
    """The first figure of a line with the digits of a known one that is not taken yet."""
    twins = [
        at
        for at, figure in enumerate(figures)
        if at not in used and str(figure.line) == row["line"] and is_same_print(row, figure)
    ]
    best = min(twins, key=lambda at: figures[at].start, default=None)
    if best is not None:
        used.add(best)
    return best


def count(scores: Sequence[Score], *names: str) -> None:
    for score in scores:
        score.counts.update(names)


def find_kind(indicator: str, reference: Reference) -> str:
    """The reform area of an indicator, as the kind of a figure."""
    row = reference.indicator_rows.get(indicator)
    return str(row["reform_area"]).replace("_", " ") if row else "without indicator"


def is_same_print(row: dict[str, str], figure: Figure) -> bool:
    if row["printed"] and row["printed"][0].isdigit():
        return row["printed"] == figure.printed
    return not figure.printed[:1].isdigit() and figure.read_as == row["read_as"]


def judge(row: dict[str, str], figure: Figure, reference: Reference) -> dict[str, bool]:
    return {
        "value": value_of(row["printed"], row["read_as"], row["unit"], reference)
        == value_of(figure.printed, figure.read_as, figure.unit, reference),
        "indicator": (row["indicator"], row["breakdown"]) == (figure.indicator, figure.breakdown),
        "scope": row["scope"] in ("", figure.scope),
        "period": not row["period_end"]
        or (row["period_start"], row["period_end"]) == (figure.period_start, figure.period_end),
        "status": row["status"] in ("", figure.status),
        "area": row["area"] == figure.area,
        "unit": row["unit"] in ("", figure.unit),
        "comparator": row["comparator"] in ("", figure.comparator),
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
