"""One cause, one finding: which single printed figure, read differently, would close a broken rule.

Comes in as broken identities and the statements that they are about; goes out as causes. A figure
is named only where it is the only one whose change closes every broken rule that it is part of, and
makes no other rule of the source worse. Else all figures that would do are told, or that none
would. Rules that no single figure closes and that speak of the same figures are still one cause.

Every change is tried. What is printed where does not change with a number, so only the rows with
the figure in them are judged again, by the evaluation that judged them first. So it is chosen, too,
which of several printed values we publish: the reading that most identities speak for; of equals
the one printed most often; of equals the one printed first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from cchc_analysis.data.records import QUANTITY
from cchc_analysis.data.reference import Reference
from cchc_analysis.rules.evaluation import (
    compute_value,
    evaluate_identity,
    fill_absent,
    judge_rows,
    list_fits,
)
from cchc_analysis.rules.expressions import EQUAL, Identity, Operand, Quantity
from cchc_analysis.rules.statements import (
    Floats,
    Integers,
    Statements,
    hold_texts,
    pair_equal,
    tabulate_statements,
)

KEPT, ROUNDED, NOT_STATED, BROKEN = range(4)
"""The states of a rule, each worse than the one before."""


def judge_changes(
    statements: Statements,
    identities: Iterable[Identity],
    rows: Mapping[str, Integers],
    changes: pd.DataFrame,
) -> pd.DataFrame:
    """Judge rules, in the rows that each speaks of, as they stand and with one figure changed.

    ``changes`` say by their index which ``figure`` (a position) to read as which ``value``. Comes
    back for each change, rule and row in which they meet: the states ``before`` and ``after``, and
    ``is_complete`` (all figures printed).
    """
    values = statements.figures["value"].to_numpy("float64")
    figures = changes["figure"].to_numpy("int64")
    shifts = changes["value"].to_numpy("float64") - values[figures]
    codes = {*statements.figures["indicator"].iloc[figures]}
    found = []
    for rule in identities:
        met = {}
        for operand in (each for each in rule.operands if each.code in codes):
            at, held = statements.pair_figures(operand, rows[rule.rule_id])
            pairs, change = pair_equal(held, figures)
            if len(pairs):
                met[operand] = change * len(statements.rows) + at[pairs]
        if met:
            found.append(_judge_met(statements, rule, met, shifts))
    columns = ["change", "rule_id", "row", "before", "after", "is_complete"]
    judged = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)
    return judged.assign(change=changes.index.to_numpy()[judged["change"].to_numpy("int64")])


def _judge_met(
    statements: Statements, rule: Identity, met: Mapping[Operand, Integers], shifts: Floats
) -> pd.DataFrame:
    """Judge a rule for each change and row in which operands of it meet the changed figure.

    ``met`` has for each change and row one number: that of the change, times that of all rows, and
    that of the row.
    """
    pairs = np.unique(np.concatenate([*met.values()]))
    changes, at = np.divmod(pairs, len(statements.rows))
    by = shifts[changes]
    stated = fill_absent({each: statements.find(each) for each in rule.operands}, statements)
    printed = {operand: found.take(at) for operand, found in stated.items()}
    read = dict(printed)
    for operand, changed in met.items():
        each, shift = printed[operand], np.where(np.isin(pairs, changed), by, 0.0)
        moved = {name: getattr(each, name) + shift for name in ("value", "low", "high")}
        read[operand] = replace(each, **moved)
    verdict = judge_rows(rule, read)
    return pd.DataFrame(
        {
            "change": changes,
            "rule_id": rule.rule_id,
            "row": at,
            "before": _grade(judge_rows(rule, printed)),
            "after": _grade(verdict),
            "is_complete": verdict["is_complete"],
        }
    )


def _grade(verdict: Mapping[str, npt.NDArray[np.generic]]) -> Integers:
    """The state of each row; a rule that divides by nothing says nothing."""
    is_number = np.isfinite(verdict["left"]) & np.isfinite(verdict["right"])
    reasons = [~is_number | verdict["holds"], verdict["is_within_unit"], verdict["is_not_stated"]]
    return np.select(reasons, [KEPT, ROUNDED, NOT_STATED], BROKEN)


def name_slip(printed: str, fitting: float, decimals: int = 0) -> str:
    """Name the slip of the digits that makes a number of what is printed; "" where none does.

    ``fitting`` would be printed with so many ``decimals``; a printed ``04`` has two digits.

    Examples:
        >>> name_slip("89,4", 894, 1), name_slip("889", 899), name_slip("420.000", 4920000)
        ('separator', 'one_digit', 'dropped')
        >>> name_slip("1578", 1587), name_slip("34", 4), name_slip("856", 786)
        ('swapped', 'one_digit', '')
    """
    from rapidfuzz.distance import DamerauLevenshtein

    one = re.sub(r"\D", "", printed)
    other = f"{fitting:.{decimals}f}".replace(".", "")
    if not one.strip("0") or fitting <= 0:
        return ""
    if re.search(r"[.,]", printed) and one.strip("0") == other.strip("0"):
        return "separator"
    # A number of few digits may be printed with a zero before it.
    if len(other) < len(one) <= 2:
        other = other.zfill(len(one))
    if DamerauLevenshtein.distance(one, other, score_cutoff=1) != 1:
        return ""
    if sorted(one) == sorted(other):
        return "swapped"
    if min(len(one), len(other)) < 2:
        return ""  # that one digit differs says nothing
    return {0: "one_digit", 1: "dropped", -1: "added"}[len(other) - len(one)]


CLOSE = 1e-9

Break = tuple[str, int]
"""A rule id and the row of statements in which it is broken."""

Change = tuple[int, float]
"""A figure, by its position in the statements, and another value for it."""


@dataclass(frozen=True)
class Cause:
    """Why some rules are broken, as far as arithmetic can tell.

    ``figure`` is a position in the figures of the statements, and ``closing`` the value that would
    close all of ``breaks``. Without a figure, ``rivals`` are the changes of which each would close
    them; ``is_open`` says that there are such changes, however many. ``is_block`` says that the
    figures of a whole agree with each other and not with those of its parts.
    """

    breaks: tuple[Break, ...]
    figure: int | None = None
    closing: float = float("nan")
    rivals: tuple[Change, ...] = ()
    is_block: bool = False
    is_open: bool = False


class CauseSearch:
    """The search for the causes of all broken identities."""

    def __init__(
        self,
        statements: Statements,
        identities: Iterable[Identity],
        verdicts: Mapping[str, pd.DataFrame],
        printed: Callable[[int], str],
    ) -> None:
        """Search among what identities were evaluated on, by verdicts without rejected rivals.

        ``printed`` gives a figure of the statements as printed.
        """
        figures = statements.figures
        self.statements = statements
        self.rules = {rule.rule_id: rule for rule in identities}
        self.verdicts = verdicts
        self.printed = printed
        self.values = figures["value"].to_numpy("float64")
        self.decimals = figures["decimals"].to_numpy("int64")
        self.units = hold_texts(figures["unit"])
        place = ["source_id", "area_id", "period_end"]
        places = statements.rows.groupby(place, sort=False, dropna=False)
        self.places: Integers = np.asarray(places.ngroup(), dtype=np.int64)

    def find(self) -> list[Cause]:
        """Causes such that every broken rule belongs to exactly one."""
        named = self.name()
        told = {each for cause in named for each in cause.breaks}
        return [*named, *self.group([each for each in self.broken if each not in told])]

    @cached_property
    def broken(self) -> list[Break]:
        """All broken rules; what rounding or a part not stated can explain is none."""
        return [
            (rule_id, int(row))
            for rule_id, verdict in self.verdicts.items()
            if not (verdict.empty or verdict["holds"].all())
            for row in verdict.index[~(list_fits(verdict) | verdict["is_not_stated"])]
        ]

    def list_cases(self, broken: Iterable[Break]) -> list[list[Break]]:
        """Breaks by source, area and day."""
        cases: dict[int, list[Break]] = {}
        for rule_id, row in broken:
            cases.setdefault(int(self.places[row]), []).append((rule_id, row))
        return list(cases.values())

    def name(self) -> list[Cause]:
        """The breaks that single figures would close, each with those figures."""
        causes: list[Cause] = []
        cases = self.list_cases(self.broken)
        for case, tried in zip(cases, self._try(cases), strict=True):
            open_breaks, by_break = set(case), {}
            for each in case:
                lefts = {change: left for change, (closes, left) in tried.items() if each in closes}
                # Those after which least is left to explain, a part that is not stated among it.
                least = min(lefts.values(), default=0)
                by_break[each] = {change for change, left in lefts.items() if left == least}
            # What fewest figures would close is settled first, and takes the rest along.
            for each in sorted(case, key=lambda one: len({at for at, _ in by_break[one]})):
                if each in open_breaks and by_break[each]:
                    closing = {change: closes for change, (closes, _) in tried.items()}
                    cause = self._tell(by_break[each], closing, case, each)
                    breaks = tuple(one for one in cause.breaks if one in open_breaks)
                    causes.append(replace(cause, breaks=breaks))
                    open_breaks -= {*breaks}
        return causes

    def _try(
        self, cases: Sequence[list[Break]]
    ) -> list[dict[Change, tuple[frozenset[Break], int]]]:
        """For each case the changes that close all that they touch, and make nothing worse.

        Each with the breaks that it closes, and how many more rules are not kept after it. What
        would then only be rounded the wrong way closes; what was kept must not become so.
        """
        tried = [
            (number, *change)
            for number, case in enumerate(cases)
            for change in dict.fromkeys(each for one in case for each in self.solve(one))
        ]
        changes = pd.DataFrame(tried, columns=["case", "figure", "value"])
        rows = {
            rule_id: verdict.index.to_numpy("int64") for rule_id, verdict in self.verdicts.items()
        }
        judged = judge_changes(self.statements, self.rules.values(), rows, changes)
        found: list[dict[Change, tuple[frozenset[Break], int]]] = [{} for _ in cases]
        for change, at in judged.groupby("change").indices.items():
            each = judged.iloc[at]
            case, figure, value = tried[cast("int", change)]
            after = dict(
                zip(zip(each["rule_id"], each["row"], strict=True), each["after"], strict=True)
            )
            closes = frozenset(one for one in cases[case] if one in after)
            is_worse = (each["after"] > each["before"]).any()
            if closes and not is_worse and all(after[one] <= ROUNDED for one in closes):
                left = (each["after"] >= NOT_STATED).sum() - (each["before"] >= NOT_STATED).sum()
                found[case][figure, value] = closes, int(left)
        return found

    def _tell(
        self,
        changes: set[Change],
        closing: Mapping[Change, frozenset[Break]],
        case: Sequence[Break],
        each: Break,
    ) -> Cause:
        if len(changes) == 1:
            change = next(iter(changes))
            closes = closing[change]
            if self._is_likely(change, closes):
                breaks = tuple(one for one in case if one in closes)
                return Cause(breaks, change[0], change[1])
        shared = frozenset.intersection(*(closing[change] for change in changes)) | {each}
        breaks = tuple(one for one in case if one in shared)
        best = dict(sorted(changes, reverse=True))
        rivals = tuple(sorted(best.items())) if len(best) <= 4 else ()  # to be named one by one
        return Cause(breaks, rivals=rivals, is_open=True)

    def _is_likely(self, change: Change, closes: Iterable[Break]) -> bool:
        """Whether a change is determined, and more than the gap itself speaks for it.

        A share that is worked out from its counts; a count that two equalities determine, or from
        which a slip of the pen makes what is printed.
        """
        figure, value = change
        kinds = [self.rules[rule_id].kind for rule_id, _ in closes]
        equal = [kind for kind in kinds if kind not in ("order", "whole")]
        if self.units[figure] == "%":
            # Rates that are held against rates may be shares of different things.
            return bool({"ratio", "pooled"} & {*kinds}) or len(equal) > 1
        printed, decimals = self.printed(figure), int(self.decimals[figure])
        is_slip = bool(name_slip(printed, value, decimals))
        return bool({"sum", "group"} & {*kinds}) and (is_slip or len(equal) > 1)

    def group(self, broken: list[Break]) -> Iterator[Cause]:
        """Breaks that no single figure closes: rules about the same figures are one cause.

        Rates are taken apart into their counts first, so that a share that cannot add up because
        its counts do not is no second cause.
        """
        for case in self.list_cases(broken):
            spoken = {
                each: frozenset().union(
                    *(self._fractions.get(at, {at}) for at in self.list_figures(each))
                )
                for each in case
            }
            groups: list[list[Break]] = []
            for each in case:
                mine = spoken[each]
                met = [
                    group
                    for group in groups
                    if any(mine <= spoken[one] or spoken[one] <= mine for one in group)
                ]
                joined = [each, *(one for group in met for one in group)]
                groups = [group for group in groups if group not in met]
                groups.append(sorted(joined, key=case.index))
            for group in groups:
                rules = [self.rules[rule_id] for rule_id, _ in group]
                scopes = (
                    {each.scope for each in rule.operands if isinstance(each, Quantity)}
                    for rule in rules
                )
                # A whole that disagrees with its parts again and again is told as a block.
                is_block = len(group) > 1 and all(len(each) > 1 for each in scopes)
                figure = self.list_figures(group[0])[0] if is_block else None
                # Any smaller number, or any larger one beside it, would bring two into order.
                is_open = len(group) == 1 and rules[0].operator != EQUAL
                yield Cause(tuple(group), figure, is_block=is_block, is_open=is_open)

    def list_figures(self, broken: Break) -> list[int]:
        """The figures of a rule in a row."""
        rule_id, row = broken
        operands = self.rules[rule_id].operands
        return [at for each in operands for at in self.statements.list_figures(each, row)]

    @cached_property
    def _fractions(self) -> dict[int, set[int]]:
        """The counts behind each rate of a place with a broken rule, where its ratio holds."""
        places = self.places[[row for _, row in self.broken]]
        found: dict[int, set[int]] = {}
        for rule_id, verdict in self.verdicts.items():
            if self.rules[rule_id].kind != "ratio":
                continue
            kept = verdict.index.to_numpy()[list_fits(verdict) & verdict["is_complete"]]
            for row in kept[np.isin(self.places[kept], places)]:
                rate, *counts = self.list_figures((rule_id, int(row)))
                found.setdefault(rate, {*counts} - {rate})
        return found

    def solve(self, broken: Break) -> Iterator[Change]:
        """Each figure of a broken equality with the value that would close it, as printed.

        An order gives none: any smaller number would do.
        """
        rule, row = self.rules[broken[0]], broken[1]
        if rule.operator != EQUAL:
            return
        held = {each: self.statements.list_figures(each, row) for each in rule.operands}
        totals = {each: float(sum(self.values[found])) for each, found in held.items()}
        for operand, figure in ((each, at) for each, found in held.items() for at in found):
            printed, is_share = float(self.values[figure]), self.units[figure] == "%"
            # Points are awarded in quarters, however many decimals one of them shows.
            digits = max(int(self.decimals[figure]), 2 if self.units[figure] == "point" else 0)
            value = round(find_root(rule, totals, operand, printed), digits)
            is_possible = 0 <= value < math.inf and not (is_share and printed <= 100.0 < value)
            if is_possible and not math.isclose(value, printed, rel_tol=CLOSE):
                yield figure, value


def find_root(
    rule: Identity, totals: Mapping[Operand, float], operand: Operand, printed: float
) -> float:
    """The value of one figure that makes both sides equal, by the secant method.

    A side is affine in a figure or in its inverse, so that a few steps are enough.
    """
    rest = totals[operand] - printed

    def miss(value: float) -> float:
        numbers = {**totals, operand: rest + value}
        return compute_value(rule.left_side, numbers) - compute_value(rule.right_side, numbers)

    one, other = printed, printed * 1.001 + 1e-3
    for _ in range(8):
        slope = miss(other) - miss(one)
        if not math.isfinite(slope) or slope == 0:
            return math.nan
        one, other = other, other - miss(other) * (other - one) / slope
        if abs(other - one) <= CLOSE * max(abs(other), 1.0):
            return other
    return math.nan


QUANTITY_OF_SOURCE = ["source_id", *QUANTITY]


def choose_readings(
    observations: pd.DataFrame, identities: Iterable[Identity], reference: Reference
) -> pd.DataFrame:
    """The observations with ``is_published`` set on one reading of each quantity of a source."""
    contested = observations[observations.duplicated(QUANTITY_OF_SOURCE, keep=False)]
    if contested.empty:
        return observations.assign(is_published=True)
    first = _publish_best(observations, contested.assign(fits=0))
    statements = tabulate_statements(first, reference)
    figures = statements.figures[QUANTITY_OF_SOURCE].assign(figure=statements.figures.index)
    readings = contested[[*QUANTITY_OF_SOURCE, "value"]].assign(reading=contested.index)
    readings = readings.merge(figures, on=QUANTITY_OF_SOURCE).set_index("reading")
    codes = {*contested["indicator"]}
    rules = [rule for rule in identities if rule.codes & codes]
    rows = {
        rule.rule_id: evaluate_identity(rule, statements).index.to_numpy("int64") for rule in rules
    }
    # The identities that hold when a contested reading stands for its quantity.
    judged = judge_changes(statements, rules, rows, readings[["figure", "value"]])
    fitting = judged[judged["is_complete"].astype(bool) & (judged["after"] <= ROUNDED)]
    counts = fitting.groupby("change").size().reindex(contested.index)
    return _publish_best(first, contested.assign(fits=counts.fillna(0).astype("int64")))


def _publish_best(observations: pd.DataFrame, contested: pd.DataFrame) -> pd.DataFrame:
    """Publish of each contested quantity the reading with most fits, prints, and the first."""
    prints = contested["figures"].map(lambda figures: len(figures.split()))
    ranked = contested.assign(prints=prints).sort_values(
        ["fits", "prints", "reading"], ascending=[False, False, True], kind="stable"
    )
    best = ranked.drop_duplicates(QUANTITY_OF_SOURCE).index
    is_published = ~observations.index.isin(contested.index) | observations.index.isin(best)
    return observations.assign(is_published=is_published)
