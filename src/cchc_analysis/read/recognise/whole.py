"""A second look at what was proposed: what the figures of a document owe each other.

Comes in as proposals of one document; goes out as proposals, some changed or less sure, each with
its reason. What one place says of a number holds where it is repeated; an open choice is decided by
the identity that holds for one of the candidates alone; two values of one quantity cannot both be
sure. What stays wrong is left as printed: it is a finding, not ours to mend.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from cchc_analysis.data.records import Comparator, Scope
from cchc_analysis.data.reference import Reference
from cchc_analysis.read.patterns import PATTERNS
from cchc_analysis.read.recognise.figures import (
    EQUALS,
    OTHER_REPORT,
    Confidence,
    Figure,
    name_claim,
    read_value,
    tabulate_figures,
    weigh_figures,
)
from cchc_analysis.read.recognise.frame import OWN_TIME
from cchc_analysis.read.recognise.head import ReportHead
from cchc_analysis.read.recognise.wording import Wording
from cchc_analysis.rules import Identity, evaluate_identity, tabulate_statements

_DOSSIERS, _RATE = "dossiers_", "on_time_rate"


def look_again(
    figures: Sequence[Figure],
    wording: Wording,
    reference: Reference,
    identities: Iterable[Identity] = (),
) -> tuple[Figure, ...]:
    """Look again at the proposals of one document."""
    found = _count_early_ones(_complete_wholes(list(figures), wording), reference)
    return tuple(decide_open(found, reference, tuple(identities)))


Change = dict[str, Any]
"""Fields of a figure with what they become; nothing where it stays."""


def _mend(figures: list[Figure], find: Callable[[int, Figure], Change | None]) -> list[Figure]:
    """The figures, each with what was found to change in it."""
    found = ((figure, find(at, figure)) for at, figure in enumerate(figures))
    return [replace(figure, **change) if change else figure for figure, change in found]


def _complete_wholes(figures: list[Figure], wording: Wording) -> list[Figure]:
    """A total that comes back as the B of a pair: in its line, or right below it.

    "Kế hoạch có 36 nhiệm vụ" and below it "đã hoàn thành 15/36 nhiệm vụ".
    """
    wholes = {rule.over for rule in wording.rules.values() if rule.over}
    known = {(each.line, each.printed): each for each in reversed(figures)
             if each.indicator in wholes}  # fmt: skip

    def find(at: int, figure: Figure) -> Change | None:
        part = figures[at - 1] if at else figure
        is_pair = part.line == figure.line and 0 < figure.start - part.end < 4
        reach = 4 if is_pair and len(figure.printed) > 1 else 1
        near = (known.get((figure.line - n, figure.printed)) for n in range(reach))
        twin = next(filter(None, near), None)
        if figure.indicator or not twin or (figure.units and twin.unit not in figure.units):
            # "09 văn bản … 09 nhiệm vụ": as many, and of another kind.
            return None
        if twin.line == figure.line:
            # Nor is the A of "36/36" its own B.
            return None
        return {
            "indicator": twin.indicator, "scope": twin.scope, "unit": twin.unit,
            "period_start": twin.period_start, "period_end": twin.period_end,
            "reason": "comes back as the whole of a pair",
            "looked_again": "took the indicator of the same number further on, or above",
        }  # fmt: skip

    return _mend(figures, find)


def _count_early_ones(figures: list[Figure], reference: Reference) -> list[Figure]:
    """Dossiers "đúng hạn" are on time, the early ones included, where nothing tells those apart."""
    places: dict[tuple[str, ...], dict[str, list[int]]] = {}
    for at, figure in enumerate(figures):
        key = (str(figure.scope), figure.area, figure.period_end, figure.breakdown)
        stage = figure.indicator.removeprefix(_DOSSIERS)
        # "hơn 3.000" are early ones as well.
        if figure.comparator is Comparator.EQUAL or stage == "resolved_early":
            places.setdefault(key, {}).setdefault(stage, []).append(at)

    def read(at: int) -> float:
        value = read_value(figures[at], reference)
        return math.nan if value is None else value

    changes: dict[int, str] = {}
    for known in places.values():
        if len(due := known.get("resolved_on_due", [])) == 1 and "resolved_early" not in known:
            values = {stage: [*map(read, found)] for stage, found in known.items()}
            changes[due[0]] = _find_why_on_time(figures, due[0], values)

    def find(at: int, _: Figure) -> Change | None:
        indicator = f"{_DOSSIERS}resolved_on_time"
        return {"indicator": indicator, "looked_again": why} if (why := changes.get(at)) else None

    return _mend(figures, find)


def _find_why_on_time(
    figures: Sequence[Figure], at: int, values: Mapping[str, Sequence[float]]
) -> str:
    """Why dossiers "đúng hạn" hold the early ones; "" where nothing says so.

    With the overdue ones they are all that was resolved, or they are told of all that was
    ("giải quyết đúng hạn 96/98 hồ sơ", "đúng hạn 96 hồ sơ, đạt 98%") and no overdue ones are told.
    What cannot be read is NaN, which balances nothing.
    """
    overdue, pending = values.get("resolved_overdue", ()), values.get("pending_total", ())
    resolved, received = values.get("resolved_total", ()), values.get("received_total", ())
    whole, rest = resolved or received, 0.0 if resolved else sum(pending)
    due, behind = values["resolved_on_due"][0], figures[min(at + 1, len(figures) - 1)]
    rates = values.get(_RATE, ()) if behind.indicator == _RATE and len(resolved) == 1 else ()
    is_share = any(abs(100 * due - rate * resolved[0]) < 0.1 * resolved[0] for rate in rates)
    if (is_share or behind.is_whole_of(figures[at])) and not overdue:
        return "it is told of all that was resolved, and no other is early"
    is_clear = len(whole) == 1 and max(map(len, (overdue, pending))) < 2
    is_all = is_clear and whole[0] - rest == due + sum(overdue)
    return "with the overdue ones it is all that was resolved: no other is early" * is_all


MOST_CHOICES = 200
"""Open choices tried against the identities; a document with more is left to its reviewer."""
NEIGHBOURS = 40


def decide_open(
    figures: list[Figure], reference: Reference, identities: tuple[Identity, ...]
) -> list[Figure]:
    """Give an open figure the one candidate with which an identity closes that did not before."""
    opened = [
        at for at, each in enumerate(figures)
        if not each.indicator and each.choices and each.comparator is Comparator.EQUAL
    ]  # fmt: skip
    kinds = {code: row["aggregation"] for code, row in reference.indicator_rows.items()}
    # That a part is no more than its whole decides nothing.
    equal = [rule for rule in identities if rule.operator == EQUALS]
    tried: list[tuple[int, Figure, tuple[Identity, ...]]] = []
    drafts: list[list[Figure]] = []
    for at in opened[:MOST_CHOICES] if identities else ():
        # Figures that owe each other something stand near each other.
        start, end = max(0, at - NEIGHBOURS), at + NEIGHBOURS
        near = figures[start:end]
        for code in figures[at].rivals[: min(3, figures[at].choices)]:
            unit = str(reference.indicator_rows[code]["unit"])
            trial = replace(figures[at], indicator=code, unit=figures[at].unit or unit)
            if kinds[code] == "stock":
                trial = replace(trial, period_start="")
            known = {
                each.indicator
                for each in [*near, trial]
                # Of the same last day, unless a norm is asked for.
                if each.period_end == trial.period_end
                or "norm" in (kinds[code], kinds.get(each.indicator))
            }
            if about := tuple(r for r in equal if code in r.codes and known.issuperset(r.codes)):
                codes = {each for rule in about for each in rule.codes}
                told = [figure for figure in near if figure.indicator in codes]
                tried.append((at, trial, about))
                drafts += [told, [*told, trial]]
    counts = _judge(drafts, [about for *_, about in tried for _ in range(2)], reference)
    gains: dict[int, list[tuple[int, Figure]]] = {}
    for (at, trial, _), before, with_it in zip(tried, counts[::2], counts[1::2], strict=True):
        if with_it[0] > before[0] and with_it[1] <= before[1]:
            gains.setdefault(at, []).append((with_it[0] - before[0], trial))
    figures = [*figures]
    for at, [(gain, trial), *others] in gains.items():
        if not others:
            day = (
                f"{trial.period_end[:4]}-12-31"
                if trial.indicator == "par_tasks_total"
                else trial.period_end
            )
            figures[at] = replace(
                trial, period_end=day, reason=f"an identity of {trial.indicator} closes with it",
                looked_again=f"chosen because {gain} identities hold with it and none breaks",
            )  # fmt: skip
    return figures


def _judge(
    drafts: Sequence[Sequence[Figure]], rules: Sequence[Sequence[Identity]], reference: Reference
) -> list[tuple[int, int]]:
    """How many of the rules of each draft hold in full in it, and how many break.

    All drafts at once, each as a source of its own: a pass over few figures costs as much.
    """
    counts = np.zeros((len(drafts), 2), dtype=int)
    observations = tabulate_figures(list(chain(*drafts)), reference, list(map(len, drafts)))
    if observations.empty:
        return [(0, 0)] * len(drafts)
    statements = tabulate_statements(observations, reference)
    for identity in dict.fromkeys(chain(*rules)):
        verdict = evaluate_identity(identity, statements)
        verdict = verdict[verdict["is_complete"].astype(bool)]
        places = statements.sources[verdict.index].astype(int)
        holds = (verdict["holds"] | verdict["is_within_unit"]).astype(bool)
        for at, fits in zip(places, holds, strict=True):
            counts[at, 0 if fits else 1] += identity in rules[at]
    return [(int(held), int(broken)) for held, broken in counts]


OWNER_OPEN = "whose document it is has to be decided first"
TIME_OPEN = "when it was has to be decided first"
SCOPE_OPEN = "whose work it counts has to be decided first"
"""Why figures are unsure that would be sure but for the area, time or office of their document."""


def doubt_figures(
    figures: Sequence[Figure],
    head: ReportHead,
    reference: Reference,
    wording: Wording,
    identities: Iterable[Identity] = (),
) -> tuple[Figure, ...]:
    """How sure each figure is, and the reason where the document as a whole speaks against it."""
    possible = _mend([*figures], lambda _, figure: _leave_impossible(figure, reference))
    weighed = weigh_figures(possible, reference, wording, tuple(identities))
    weighed = _doubt_rivals(weighed)
    # News may tell of several times, and a one-stop shop of its own work or of that of all.
    is_guessed = not head.is_sure_period and (head.kind == "article" or bool(head.odd_time[0]))
    is_of_shop = any(map(PATTERNS.one_stop_shop.match, head.opening))

    def doubt(_: int, figure: Figure) -> Change | None:
        """Nobody can be sure of a second report in the file, nor where the head leaves it open."""
        if figure.looked_again.startswith(OTHER_REPORT) and figure.indicator:
            return {"confidence": Confidence.LOW}
        is_timed = figure.is_time_said or OWN_TIME in figure.marks
        is_whole = figure.scope is Scope.WHOLE_DISTRICT and not figure.is_scope_said
        why = SCOPE_OPEN if is_of_shop and is_whole else ""
        why = TIME_OPEN if not figure.period_end or (is_guessed and not is_timed) else why
        why = why if head.is_sure_area else OWNER_OPEN
        if not why or figure.confidence is not Confidence.HIGH:
            return None
        return {"confidence": Confidence.LOW, "looked_again": why}

    return tuple(_mend(weighed, doubt))


def _leave_impossible(figure: Figure, reference: Reference) -> Change | None:
    """A figure without the indicator whose range it lies beyond; it stays a candidate."""
    row = reference.indicator_rows.get(figure.indicator)
    value = read_value(figure, reference) if row else None
    if row is None or value is None:
        return None
    # An end that is open is no number, and nothing lies beyond it.
    least, most = float(row["range_min"]), float(row["range_max"])
    if not (value < least or value > most):
        return None
    why = f"{figure.indicator} is between {least:g} and {most:g}; left open"
    return {"indicator": "", "rivals": (figure.indicator, *figure.rivals), "looked_again": why}


def _doubt_rivals(figures: list[Figure]) -> list[Figure]:
    """Nothing is sure of a quantity that is claimed with two values."""
    printed: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for figure in figures:
        printed[name_claim(figure)].append(figure.printed)

    def find(_: int, figure: Figure) -> Change | None:
        beside = dict.fromkeys(each for each in printed[name_claim(figure)]
                               if figure.indicator and each != figure.printed)  # fmt: skip
        if "two values" not in figure.marks or not beside:
            return None
        told = f"stands beside {', '.join(beside)} for the same quantity"
        return {"confidence": Confidence.LOW, "looked_again": told}

    return _mend(figures, find)
