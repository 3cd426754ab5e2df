"""How sure a proposal is: marks that can be told in words, weighed by a table.

Comes in as a figure with all that is known of it and of its document; goes out as how likely all of
it is right, and as sure or not. The weights (``data/reference/confidence.csv``) are fitted by
``tools/fit_confidence.py`` on documents with known answers, each judged by the others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cchc_analysis.data.records import Comparator, Status
from cchc_analysis.data.reference import Reference
from cchc_analysis.read.recognise.figures import Confidence, Figure, read_value, tabulate_figures
from cchc_analysis.read.recognise.head import ReportHead
from cchc_analysis.read.recognise.matching import Claim, WordsAround
from cchc_analysis.read.recognise.stretches import FigureText
from cchc_analysis.read.recognise.wording import Wording, WordingRule
from cchc_analysis.rules import Identity, evaluate_identity, tabulate_statements

BASE, SURE_FROM = "(base)", "(sure from)"
EQUALS = "="
CROWD, OTHERS = 8, 8
"""Many figures in one sentence, and many words that no indicator knows."""
_FAR = ("(heading)", "(its paragraph)", "(title)", "(the document)", "(goes on with)")

LESS_SURE = "less sure: "
"""Opens the reason of a figure that is doubted for its marks alone."""


def mark_entry(
    entry: FigureText,
    words: WordsAround,
    rule: WordingRule | None,
    claim: Claim | None,
) -> frozenset[str]:
    """What the place and the words of a figure say about how surely it is read."""
    if claim is None or rule is None:
        return frozenset()
    mention = entry.mention
    sentence = [m for m in entry.mentions if m.lead == mention.lead]
    marks = {
        "by neighbour": "“" not in claim.reason,
        "told far": any(each in claim.reason for each in _FAR),
        "other words": _count_others(entry, words) >= OTHERS,
        "of a pair": mention.role in ("part", "whole"),
        "in a table": entry.label is not None,
        "many figures": not entry.label and len(sentence) >= CROWD,
        "points or rank": rule.unit in ("point", "rank"),
    }
    return frozenset(mark for mark, is_so in marks.items() if is_so)


def _count_others(entry: FigureText, words: WordsAround) -> int:
    """Own words that no term knows."""
    if entry.label:
        return 0
    start, end = entry.mention.own
    covered = {n for hit in words.levels[0].hits for n in range(hit.start, hit.end)}
    return sum(1 for word in re.finditer(r"[^\W\d_]+", entry.text[start:end])
               if start + word.start() not in covered)  # fmt: skip


def mark_document(
    figures: Sequence[Figure],
    head: ReportHead,
    reference: Reference,
    identities: Sequence[Identity] = (),
) -> list[frozenset[str]]:
    """The marks of each figure, those by the document as a whole included."""
    held, broken = _hold_identities(figures, reference, identities)
    alike: dict[tuple[str, ...], set[float]] = {}
    times: dict[tuple[str, ...], int] = {}
    for figure in figures:
        if figure.indicator and (value := read_value(figure, reference)) is not None:
            alike.setdefault(name_claim(figure), set()).add(value)
            times[name_claim(figure)] = times.get(name_claim(figure), 0) + 1
    found = []
    for at, figure in enumerate(figures):
        values = alike.get(name_claim(figure), set())
        marks = {
            "identity holds": at in held and at not in broken and not figure.looked_again,
            "two values": len(values) > 1,
            "told again": len(values) == 1 and times.get(name_claim(figure), 0) > 1,
            "mended": bool(figure.looked_again),
            "no result": figure.status not in (Status.ACTUAL, Status.ESTIMATE),
            "bound": figure.comparator is not Comparator.EQUAL,
            "scope said": figure.is_scope_said,
            "time said": figure.is_time_said,
            "news": head.kind == "article",
            "period open": not head.is_sure_period,
        }
        own = {mark for mark, is_so in marks.items() if is_so}
        found.append(figure.marks | own if figure.indicator else frozenset())
    return found


def weigh(marks: frozenset[str], weights: Mapping[str, float]) -> float:
    """How likely all of a figure with these marks is right.

    Examples:
        >>> round(weigh(frozenset({"strong"}), {"(base)": 2.0, "strong": 1.0}), 3)
        0.953
    """
    total = weights[BASE] + sum(weights.get(mark, 0.0) for mark in marks)
    return 1 / (1 + math.exp(-total))


def weigh_figures(
    figures: Sequence[Figure],
    head: ReportHead,
    reference: Reference,
    wording: Wording,
    identities: Sequence[Identity] = (),
) -> list[Figure]:
    """Every claim sure or not, by its chance to be right."""
    weighed = []
    for figure, marks in zip(
        figures, mark_document(figures, head, reference, identities), strict=True
    ):
        chance = round(weigh(marks, wording.weights), 3) if figure.indicator else 0.0
        confidence, doubt = Confidence.NONE, figure.looked_again
        if figure.indicator and chance >= wording.weights[SURE_FROM]:
            confidence = Confidence.HIGH
        elif figure.indicator:
            confidence, doubt = Confidence.LOW, doubt or _tell_doubt(marks, wording)
        weighed.append(
            replace(figure, marks=marks, chance=chance, confidence=confidence, looked_again=doubt)
        )
    return weighed


def _tell_doubt(marks: frozenset[str], wording: Wording) -> str:
    """What speaks most against a figure, in the words of a reviewer."""
    against = sorted(mark for mark in marks if wording.weights.get(mark, 0.0) < 0)
    against.sort(key=lambda mark: wording.weights[mark])
    told = "; ".join(wording.marks[mark] for mark in against[:2])
    return f"{LESS_SURE}{told or wording.marks[BASE]}"


def name_claim(figure: Figure) -> tuple[str, ...]:
    """What a figure is claimed to be: two values of it cannot both be read rightly."""
    return (
        *(figure.indicator, figure.breakdown, figure.area, str(figure.scope)),
        *(figure.period_start, figure.period_end, str(figure.status)),
    )


def _hold_identities(
    figures: Sequence[Figure], reference: Reference, identities: Sequence[Identity]
) -> tuple[set[int], set[int]]:
    """The positions of the figures of identities that hold in full, and of those that break."""
    observations = tabulate_figures(figures, reference)
    held: set[int] = set()
    broken: set[int] = set()
    if observations.empty or not identities:
        return held, broken
    there = set(observations["indicator"])
    statements = tabulate_statements(observations, reference)
    indexes = statements.figures["index"].to_numpy()
    for identity in identities:
        # That a part is no more than its whole says nothing of what both are.
        if identity.operator != EQUALS or not there.issuperset(identity.codes):
            continue
        verdict = evaluate_identity(identity, statements)
        verdict = verdict[verdict["is_complete"].astype(bool)]
        good = verdict["holds"].astype(bool) | verdict["is_within_unit"].astype(bool)
        for row, is_good in zip(verdict.index, good, strict=True):
            rows = [at for each in identity.operands for at in statements.list_figures(each, row)]
            cells = observations.loc[indexes[rows], "figures"]
            (held if is_good else broken).update(int(n) for cell in cells for n in cell.split())
    return held, broken
