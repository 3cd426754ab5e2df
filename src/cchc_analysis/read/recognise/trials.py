"""Open choices decided by what figures owe each other.

Comes in as proposals, some with rivals and no indicator; goes out as proposals, of which those are
decided for which one candidate alone closes an identity and breaks none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cchc_analysis.data.records import Comparator
from cchc_analysis.data.reference import Reference
from cchc_analysis.read.recognise.figures import Confidence, Figure
from cchc_analysis.read.recognise.values import tabulate_figures
from cchc_analysis.rules import Identity, evaluate_identity, tabulate_statements

MOST_CHOICES = 200
"""Open choices tried against the identities; a document with more is left to its reviewer."""
NEIGHBOURS = 40


def decide_open(
    figures: list[Figure], reference: Reference, identities: tuple[Identity, ...]
) -> list[Figure]:
    """Give an open figure the one candidate with which an identity closes that did not before."""
    if not identities:
        return figures
    opened = [at for at, f in enumerate(figures) if not f.indicator and f.rivals and _is_plain(f)]
    figures = [*figures]
    for at in opened[:MOST_CHOICES]:
        # Figures that owe each other something stand near each other.
        start, end = max(0, at - NEIGHBOURS), at + NEIGHBOURS
        near = figures[start:end]
        trials = []
        for code in figures[at].rivals[:3]:
            unit = str(reference.indicator_rows[code]["unit"])
            trial = replace(figures[at], indicator=code, unit=figures[at].unit or unit)
            if reference.indicator_rows[code]["aggregation"] == "stock":
                trial = replace(trial, period_start="")
            attempt = [*near[: at - start], trial, *near[at - start + 1 :]]
            # Only identities whose other codes are all near can close or break.
            there = {figure.indicator for figure in attempt}
            about = tuple(
                rule for rule in identities if code in rule.codes and there.issuperset(rule.codes)
            )
            if not about:
                continue
            codes = {each for rule in about for each in rule.codes}
            gain, is_broken = _weigh_trial(
                [each for each in near if each.indicator in codes],
                [each for each in attempt if each.indicator in codes],
                about,
                reference,
            )
            if gain > 0 and not is_broken:
                trials.append((gain, trial, code))
        if len(trials) == 1:
            gain, trial, code = trials[0]
            figures[at] = replace(
                trial, confidence=Confidence.LOW, reason=f"an identity of {code} closes with it",
                looked_again=f"chosen because {gain} identities hold with it and none breaks",
            )  # fmt: skip
    return figures


def _weigh_trial(
    before: Sequence[Figure],
    after: Sequence[Figure],
    identities: tuple[Identity, ...],
    reference: Reference,
) -> tuple[int, bool]:
    old, new = (_judge(each, reference, identities) for each in (before, after))
    return new[0] - old[0], new[1] > old[1]


def _judge(
    figures: Sequence[Figure], reference: Reference, identities: tuple[Identity, ...]
) -> tuple[int, int]:
    """How many identities hold in full, and how many break."""
    observations = tabulate_figures(figures, reference)
    if observations.empty or not identities:
        return 0, 0
    statements = tabulate_statements(observations, reference)
    held = broken = 0
    for identity in identities:
        verdict = evaluate_identity(identity, statements)
        complete = verdict[verdict["is_complete"].astype(bool)]
        good = complete["holds"].astype(bool) | complete["is_within_unit"].astype(bool)
        held, broken = held + int(good.sum()), broken + int((~good).sum())
    return held, broken


def _is_plain(figure: Figure) -> bool:
    return figure.comparator is Comparator.EQUAL
