"""Numbers that a document repeats: what one place says of them holds at the other.

Comes in as proposals of one document; goes out as proposals, some changed, each with its reason.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from cchc_analysis.data.records import Status
from cchc_analysis.data.reference import Reference
from cchc_analysis.read.recognise.figures import Confidence, Figure
from cchc_analysis.read.recognise.values import read_value

PLAN, SOME, MANY = "par_tasks_total", 13, 25
"""The tasks of a plan; so many as a chapter hardly has, and as none has."""
OF_PLAN = "so many tasks are those of the plan"
_OTHER_TASKS = re.compile(r"par_tasks_(?!steering)\w+_total")
TELLING = 3
"""Digits that a number has at least where it hardly comes twice by chance."""


def take_scope_of_twins(figures: list[Figure], reference: Reference) -> list[Figure]:
    """A number repeated without saying whose it is, is that of the place that says so."""
    said: dict[tuple[str, str, str, str], set[str]] = {}
    for figure in figures:
        if figure.indicator and figure.is_scope_said:
            key = (figure.indicator, figure.breakdown, figure.printed, str(figure.status))
            said.setdefault(key, set()).add(str(figure.scope))
    found = []
    for each in figures:
        figure = each
        key = (figure.indicator, figure.breakdown, figure.printed, str(figure.status))
        scopes = said.get(key, set())
        value = read_value(figure, reference) or 0.0
        is_stock = figure.indicator and (
            reference.indicator_rows[figure.indicator]["aggregation"] == "stock"
        )
        if is_stock and not figure.is_scope_said and len(scopes) == 1 and value > 20:
            scope = type(figure.scope)(next(iter(scopes)))
            if scope is not figure.scope:
                figure = replace(
                    figure, scope=scope,
                    looked_again=f"took the scope {scope} of the same number elsewhere",
                )  # fmt: skip
        found.append(figure)
    return _follow_wholes(found)


def _follow_wholes(figures: list[Figure]) -> list[Figure]:
    """The A of a pair is counted where its B is."""
    found = list(figures)
    for at in range(len(found) - 1):
        part, whole = found[at], found[at + 1]
        is_pair = whole.is_whole_of(part)
        if is_pair and part.line == whole.line and whole.looked_again and not part.is_scope_said:
            found[at] = replace(part, scope=whole.scope, looked_again=whole.looked_again)
    return found


def take_window_of_twins(figures: list[Figure]) -> list[Figure]:
    """A number repeated without saying when is of the days that the other place names."""
    said: dict[tuple[str, ...], set[tuple[str, str]]] = {}
    for figure in figures:
        if figure.is_time_said:
            window = (figure.period_start, figure.period_end)
            said.setdefault(_name_repeated(figure), set()).add(window)
    found = []
    for each in figures:
        figure = each
        windows = said.get(_name_repeated(figure), set())
        is_telling = sum(map(str.isdigit, figure.printed)) >= TELLING and figure.printed != "100"
        if figure.indicator and not figure.is_time_said and len(windows) == 1 and is_telling:
            [(start, end)] = windows
            figure = replace(
                figure, period_start=start, period_end=end,
                looked_again="took the days of the same number elsewhere",
            )  # fmt: skip
        found.append(figure)
    return found


def take_maximum_of_twins(figures: list[Figure]) -> list[Figure]:
    """Points "of a field" that are its maximum elsewhere, where others are those it has reached.

    "Lĩnh vực này có 13 điểm, ước được 10,5 điểm" behind "10,5/13 điểm".
    """
    pairs = {
        part.indicator: (part, whole)
        for part, whole in pairwise(figures)
        if whole.is_whole_of(part) and whole.status is Status.MAX_SCORE
    }
    found = []
    for each in figures:
        figure = each
        part, whole = pairs.get(figure.indicator, (figure, figure))
        if figure.printed == whole.printed != part.printed:
            figure = replace(
                figure, indicator=whole.indicator, status=whole.status, scope=whole.scope,
                period_start=whole.period_start, period_end=whole.period_end,
                looked_again="it is the maximum of those reached elsewhere",
            )  # fmt: skip
        found.append(figure)
    return found


def take_plan_of_twins(figures: list[Figure], reference: Reference) -> list[Figure]:
    """Tasks of the chapter on steering that are as many as those of the plan are the plan's.

    "Kế hoạch CCHC có 47 nhiệm vụ" and below it "hoàn thành 10/47 nhiệm vụ". So are many tasks where
    no other chapter counts its own.
    """
    plans = {figure.printed for figure in figures if figure.indicator == PLAN}
    others = any(_OTHER_TASKS.fullmatch(figure.indicator) for figure in figures)
    found = list(figures)
    for at, figure in enumerate(figures):
        value = read_value(figure, reference) or 0
        is_many = value >= (SOME if figure.printed in plans else MANY)
        is_plan = is_many and (figure.printed in plans or not others)
        if figure.indicator != "par_tasks_steering_total" or not is_plan:
            continue
        end = f"{figure.period_end[:4]}-12-31"
        found[at] = replace(figure, indicator=PLAN, period_end=end, looked_again=OF_PLAN)
        if at and figure.is_whole_of(figures[at - 1]):
            part = figures[at - 1]
            code = "par_tasks_started" if part.indicator.endswith("_started") else ""
            found[at - 1] = replace(
                part, indicator=code, looked_again=OF_PLAN,
                confidence=Confidence.LOW if code else Confidence.NONE,
            )  # fmt: skip
    return found


def _name_repeated(figure: Figure) -> tuple[str, ...]:
    return (
        figure.indicator, figure.breakdown, figure.printed, figure.area, str(figure.scope),
        str(figure.status),
    )  # fmt: skip
