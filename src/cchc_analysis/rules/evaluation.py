"""Rules over all rows at once: the one place where an identity is judged.

Both sides of an identity become intervals; an equality holds where they meet. No figure is accused
of what rounding alone can explain, whichever figure of the rule was rounded. Great Expectations
asks here, and so do the trials that look for causes.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cchc_analysis.data.intervals import Interval
from cchc_analysis.data.records import TWO_TIERS_SINCE, Scope
from cchc_analysis.rules import expressions
from cchc_analysis.rules.expressions import (
    Expression,
    Identity,
    Operand,
    Quantity,
    list_operands,
)
from cchc_analysis.rules.statements import (
    STOCK,
    Booleans,
    Integers,
    Operands,
    Statements,
    Texts,
    WideTable,
)

OPERATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
}  # fmt: skip


def compute(
    expression: Expression, look: Callable[[Operand], Any], constant: Callable[[float], Any]
) -> Any:
    """Compute an expression of whatever stands for its quantities and constants."""
    if isinstance(expression, expressions.Constant):
        return constant(expression.value)
    if not isinstance(expression, expressions.Operation):
        return look(expression)
    left, right = (compute(each, look, constant) for each in (expression.left, expression.right))
    with np.errstate(all="ignore"):
        return OPERATIONS[expression.operator](left, right)


def compute_value(expression: Expression, values: Mapping[Operand, float]) -> float:
    """Compute an expression of plain numbers; not finite where it divides by zero."""
    return float(compute(expression, lambda operand: np.float64(values[operand]), np.float64))


def compute_interval(expression: Expression, operands: Mapping[Operand, Operands]) -> Interval:
    """Compute an expression along rows; a quantity that is not printed counts as nothing."""

    def look(operand: Operand) -> Interval:
        each = operands[operand]
        numbers = (each.value, each.low, each.high)
        return Interval(*(np.where(each.is_printed, number, 0.0) for number in numbers))

    found: Interval = compute(expression, look, lambda value: Interval(*3 * (np.float64(value),)))
    return found


DEFINED = ("source_id", "rival_group", "rule_id", "fits", "breaks", "rivals")
"""The columns that say which definition a source follows."""

EPSILON = 1e-13
"""Room for binary fractions, in shares of the numbers compared."""

DISTRICTS = Scope.DISTRICT_AGGREGATE

Lines = Statements | WideTable
"""Whatever operands can be looked up in: statements, or the columns of a table."""


def evaluate_identity(identity: Identity, lines: Lines) -> pd.DataFrame:
    """Evaluate one identity wherever the figures that it needs are printed.

    Parts that are not printed count as nothing: those that are may then reach the total at most.
    Comes back by the rows that it applies to, each set of figures once: ``left``, ``right``,
    ``difference`` (left - right), ``holds``, ``is_complete`` (all figures printed),
    ``is_within_unit`` (broken by less than one unit of the last printed digits), ``is_truncated``
    (as digits that were cut off would) and ``is_not_stated`` (a sum that falls short of its total,
    where a kind that is not stated can make up for it).
    """
    operands: dict[Operand, Operands] = {}
    for operand in identity.operands:
        operands[operand] = printed = lines.find(operand)
        may_lack = operand in identity.parts or getattr(operand, "scope", "") == DISTRICTS
        if not (may_lack or printed.is_printed.any()):
            return make_nothing()  # most rules need what a report does not have
    operands = fill_absent(operands, lines)
    at = _list_home_rows(identity, operands)
    if len(at):
        at = at[~_lacks_opening(identity, operands, lines, at)]
    if not len(at):
        return make_nothing()
    verdict = judge_rows(identity, {each: found.take(at) for each, found in operands.items()})
    is_number = np.isfinite(verdict["left"]) & np.isfinite(verdict["right"])
    kept = np.flatnonzero(np.broadcast_to(is_number, len(at)))
    kept = kept[_is_assumed(identity, lines, at[kept])]
    # The sides of a rule of one figure and a limit are no columns.
    columns = {name: np.broadcast_to(cells, len(at))[kept] for name, cells in verdict.items()}
    return pd.DataFrame(columns, index=pd.Index(at[kept], name="row"))


def fill_absent(operands: Mapping[Operand, Operands], lines: Lines) -> dict[Operand, Operands]:
    """Operands with nothing for districts in windows since July 2025, which have none.

    Where all others are printed: a province is the sum of its departments and its communes then.
    """
    below = [each for each in operands if getattr(each, "scope", "") == DISTRICTS]
    others = [found for each, found in operands.items() if each not in below]
    filled, words = dict(operands), lines.words
    if not (below and others and words):
        return filled
    starts, ends = words["period_start"], words["period_end"]
    is_gone = np.where(starts == STOCK, ends, starts) >= TWO_TIERS_SINCE
    is_gone &= np.all([each.is_printed for each in others], axis=0)
    for each in below:
        found, is_none = operands[each], is_gone & ~operands[each].is_printed
        columns: dict[str, Any] = {n: np.where(is_none, 0.0, c) for n, c in vars(found).items()}
        columns["home"] = np.where(is_none, others[0].home, found.home)
        filled[each] = Operands(**columns)
    return filled


@cache
def make_nothing() -> pd.DataFrame:
    """The verdict of a rule that applies nowhere; most rules apply to few sources."""
    numbers = dict.fromkeys(("left", "right", "difference"), np.zeros(0))
    words = ("holds", "is_complete", "is_within_unit", "is_truncated", "is_not_stated")
    columns = numbers | dict.fromkeys(words, np.zeros(0, dtype=bool))
    return pd.DataFrame(columns, index=pd.Index([], name="row", dtype="int64"))


def list_fits(verdict: pd.DataFrame) -> Booleans:
    """Where a verdict says that the rule holds, or misses by less than a printed unit."""
    return np.asarray(verdict["holds"] | verdict["is_within_unit"], dtype=bool)


def _is_assumed(identity: Identity, lines: Lines, rows: Integers) -> Booleans:
    """Where a source is not seen to follow other definitions only than an identity assumes.

    Of those of one quantity it follows the one that fits best. Where two fit equally well, nobody
    can tell which, and nothing is assumed, unless they say the same at all levels of the identity.
    """
    assumed = np.ones(len(rows), dtype=bool)
    levels = max(2, len({getattr(each, "scope", "") for each in identity.operands}) - 1)
    for clause in identity.assumes if len(rows) else ():
        own, others = expressions.split_clause(clause)
        rivals: dict[Expression, list[Identity]] = {}
        for text in (*others, *own):
            rule = Identity(text, text)
            rivals.setdefault(rule.left_side, []).append(rule)
        chosen = pd.concat([evaluate_definitions(each, lines)[1] for each in rivals.values()])
        chosen = chosen[chosen["fits"] > 0]
        met = set(chosen.loc[chosen["rule_id"].isin(own), "source_id"])
        other = chosen[chosen["rule_id"].isin(others) & ~chosen["source_id"].isin(met)]
        for text in other["rule_id"].unique():
            met.update(*(_list_coinciding(text, each, lines, levels) for each in own))
        sources = pd.Series(lines.sources[rows])
        assumed &= (sources.isin(met) | ~sources.isin(other["source_id"])).to_numpy()
    return assumed


def _list_coinciding(one: str, other: str, lines: Lines, fewest: int) -> set[str]:
    """The sources of which two definitions say the same in all rows, and in some at least."""
    own, beside = (evaluate_identity(Identity(each, each), lines) for each in (one, other))
    own, sides = own[own["is_complete"]], ["left", "right"]
    is_same = np.isclose(own[sides], beside[sides].reindex(own.index), EPSILON, 0).all(axis=1)
    sources = lines.sources[own.index.to_numpy()]
    counts = Counter(sources[is_same])
    return {each for each in counts if counts[each] >= fewest}.difference(sources[~is_same])


def evaluate_definitions(
    definitions: Sequence[Identity], lines: Lines
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Evaluate rival definitions, of which every source follows the one that fits it most often.

    Where they fit equally often the one counts that breaks less, then the one that needs rounding
    less often, then the one written first. That one stands for all where none can be told. A rival
    that never fits accuses only where the first one could have been seen: else the source may
    follow that one, and a gap is no contradiction. Gives back a verdict with ``rule_id``, of the
    definitions followed, and ``DEFINED``, sorted.
    """
    judged = [evaluate_identity(rule, lines) for rule in definitions]
    if all(each.empty for each in judged):  # a report states the figures of few groups
        return _follow_nothing()
    names = np.array([rule.rule_id for rule in definitions], dtype=object)
    ranks = np.repeat(np.arange(len(names)), [*map(len, judged)])
    together = pd.concat(judged).assign(rule_id=names[ranks])
    rows = together.index.to_numpy()
    found = _choose(together, ranks, lines.sources[rows])
    chosen = found.assign(
        rival_group=definitions[0].rival_group, rule_id=names[found["rank"]]
    ).reset_index()[list(DEFINED)]
    # A source of which nothing can be told follows the first; so does a row without one.
    own = found[["rank", "fits", "rivals"]].reindex(lines.sources[rows], fill_value=0)
    follows, fits, rivals = own.to_numpy().T
    is_first = ranks == 0
    is_seen = is_first & (together["is_complete"] | ~together["holds"]).to_numpy(dtype=bool)
    is_told = np.isin(rows, rows[is_seen])
    is_kept = (follows == ranks) & (is_first | (fits > 0) | is_told)
    # Where the kind that may be missing is stated, another definition has said so.
    together["is_not_stated"] &= rivals == 1
    return together[is_kept].sort_index(), chosen


@cache
def _follow_nothing() -> tuple[pd.DataFrame, pd.DataFrame]:
    """What definitions come to of which no source states the figures."""
    return make_nothing().assign(rule_id=""), join_definitions([])


def _choose(together: pd.DataFrame, ranks: Integers, sources: Texts) -> pd.DataFrame:
    """By source the ``rank`` of the definition that it follows, how it fits, and of how many.

    ``together`` are the verdicts on all definitions, of rows that have these ``ranks`` and
    ``sources``; sources without a complete row are left out.
    """
    at = np.flatnonzero(together["is_complete"].to_numpy(dtype=bool))
    fits, holds = list_fits(together)[at], together["holds"].to_numpy(dtype=bool)[at]
    names, of_source = np.unique(sources[at], return_inverse=True)
    most = int(ranks.max()) + 1
    pairs, of_pair = np.unique(of_source * most + ranks[at], return_inverse=True)
    own, rank = np.divmod(pairs, most)
    fitting, breaks, misses = (
        np.bincount(of_pair, weights=each, minlength=len(pairs)) for each in (fits, ~fits, ~holds)
    )
    # Of each source the best definition.
    order = np.lexsort((rank, misses, breaks, -fitting, own))
    best = order[np.unique(own[order], return_index=True)[1]]
    told = {"rank": rank[best], "fits": fitting[best], "breaks": breaks[best]}
    counts = {"rivals": np.bincount(own, minlength=len(names))}
    return pd.DataFrame(told | counts, index=pd.Index(names, name="source_id"), dtype="int64")


def evaluate_rivals(
    identities: Iterable[Identity], lines: Lines
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Evaluate all identities, and let every source follow the definitions that fit it.

    Gives back verdicts by rule id without rejected rivals, and ``DEFINED``, sorted.
    """
    verdicts: dict[str, pd.DataFrame] = {}
    chosen = []
    # Rivals of one group stand together.
    for _, group in groupby(identities, key=lambda each: each.rival_group or each.rule_id):
        first, *others = group
        if not others:
            verdicts[first.rule_id] = evaluate_identity(first, lines)
            continue
        together, follows = evaluate_definitions([first, *others], lines)
        chosen.append(follows)
        for rule in (first, *others):
            is_its = together["rule_id"] == rule.rule_id if len(together) else slice(None)
            verdicts[rule.rule_id] = together[is_its]
    return verdicts, join_definitions(chosen)


def join_definitions(chosen: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The definitions of several groups as one table, sorted."""
    held = [each for each in chosen if len(each)]
    ordered = pd.concat([pd.DataFrame(columns=list(DEFINED)), *held])
    return ordered.sort_values(["source_id", "rival_group"], ignore_index=True)


def compute_expression(expression: Expression, lines: Lines) -> pd.DataFrame:
    """``value``, ``low`` and ``high`` of an expression in the rows that print all its figures."""
    operands: dict[Operand, Operands] = {}
    for operand in list_operands(expression):
        operands[operand] = printed = lines.find(operand)
        if not printed.is_printed.any():
            return _compute_nothing()  # most formulas need what a report does not have
    at = np.flatnonzero(np.all([each.is_printed for each in operands.values()], axis=0))
    found = compute_interval(expression, {each: one.take(at) for each, one in operands.items()})
    columns = {"value": found.value, "low": found.low, "high": found.high}
    frame = pd.DataFrame(columns, index=pd.Index(at, name="row"))
    return frame.iloc[np.flatnonzero(np.isfinite(found.value))]


@cache
def _compute_nothing() -> pd.DataFrame:
    """What an expression gives whose figures are printed nowhere."""
    columns = dict.fromkeys(("value", "low", "high"), np.zeros(0))
    return pd.DataFrame(columns, index=pd.Index([], name="row", dtype="int64"))


def _list_home_rows(identity: Identity, operands: Mapping[Operand, Operands]) -> Integers:
    """The rows that the identity applies to, each set of figures once.

    A rule with fixed scopes sees the same figures from the rows of every scope, and a stock is
    seen from every window that ends on its day: of the rows with one first figure those with most
    figures are kept, and of equal rows the one in which the first figure is at home.
    """
    printed = np.stack([each.is_printed for each in operands.values()])
    has_enough = printed.all(axis=0)
    is_part = np.array([operand in identity.parts for operand in identity.operands])
    if is_part.any() and not is_part.all():
        # Of a plain sum the total and one of its parts.
        has_enough |= printed[~is_part].all(axis=0) & printed[is_part].any(axis=0)
    rows = np.flatnonzero(has_enough)
    if not len(rows):
        return rows
    homes = np.stack([each.home[rows] for each in operands.values()])
    count = printed[:, rows].sum(axis=0)
    # Row by row: whether another source prints its first figure must not matter here.
    has_first = printed[0, rows]
    _, first = np.unique(homes[0, has_first], return_inverse=True)
    most = np.zeros(len(rows), dtype=count.dtype)
    np.maximum.at(most, first, count[has_first])
    kept = np.ones(len(rows), dtype=bool)
    kept[has_first] = count[has_first] == most[first]
    rows, homes = rows[kept], homes[:, kept]
    order = np.lexsort((rows, homes[0] != rows, *homes))
    is_first = np.ones(len(rows), dtype=bool)
    is_first[1:] = (homes[:, order[1:]] != homes[:, order[:-1]]).any(axis=0)
    return np.sort(rows[order[is_first]])


def _lacks_opening(
    identity: Identity, operands: Mapping[Operand, Operands], lines: Lines, rows: Integers
) -> Booleans:
    """Where flows of a window are balanced, but not with what the window began with.

    What is left on a day is left of the longest window that ends on it too. Where a source states
    the same flow over one that begins earlier, a later one need not close by itself, unless its
    own opening stock is stated. What came in from another day than New Year on may leave that
    stock out as well, where it is not stated.
    """
    lacking = np.zeros(len(rows), dtype=bool)
    if not (words := lines.words):  # a table that tells no windows
        return lacking
    starts, ends = words["period_start"], words["period_end"]
    if any(each.home.max() >= len(ends) for each in operands.values()):  # a part of one
        return lacking
    for each in identity.sums:
        terms = [term for term in each if isinstance(term, Quantity)]
        has_stock = np.zeros(len(rows), dtype=bool)
        for term in terms:
            home = operands[term].home[rows]
            moved = np.flatnonzero((home >= 0) & (home != rows))
            has_stock[moved] |= (starts[home[moved]] == STOCK) & (starts[rows[moved]] != STOCK)
        # Wherever these are held against each other: what is resolved came earlier.
        flows = {"dossiers_received_total", "dossiers_resolved_total"}
        is_balanced = has_stock | ({term.code for term in terms} >= flows)
        at = rows[is_balanced]
        new_year = np.array([f"{end[:4]}-01-01" for end in ends[at]], dtype=object)
        for term in terms if len(at) else ():
            opening = lines.find(Quantity("dossiers_carried_over", term.scope))
            is_opened = opening.home[at] == operands[term].home[at]
            is_late = _begins_later(operands[term], words, at) & ~is_opened
            is_bare = (starts[at] > new_year) & ~has_stock[is_balanced] & ~opening.is_printed[at]
            lacking[is_balanced] |= is_late | is_bare
    return lacking


def _begins_later(flow: Operands, words: Mapping[str, Texts], rows: Integers) -> Booleans:
    """Where a flow of a row is also stated over a window that begins earlier and ends with it."""
    home = flow.home[rows]
    homes = np.unique(flow.home[flow.is_printed])
    starts = words["period_start"]
    homes = homes[starts[homes] != STOCK]
    others = (column[homes] for name, column in words.items() if name != "period_start")
    places = [*zip(*others, strict=True)]
    first: dict[tuple[str, ...], str] = {}
    for place, start in zip(places, starts[homes], strict=True):
        first[place] = min(start, first.get(place, start))
    is_first = [first[place] == start for place, start in zip(places, starts[homes], strict=True)]
    is_later = np.isin(home, homes[~np.array(is_first, dtype=bool)])
    # A norm of a longer period stands in a row as well, and is no flow of its window.
    return np.asarray(is_later & (starts[rows] == starts[home]), dtype=bool)


def judge_rows(
    identity: Identity, operands: Mapping[Operand, Operands]
) -> dict[str, npt.NDArray[np.generic]]:
    """Judge an identity along rows of its operands; the columns of a verdict."""
    printed = np.stack([each.is_printed for each in operands.values()])
    complete: Booleans = np.asarray(printed.all(axis=0))
    left, right = _compute_sides(identity, operands)
    holds = _compare(identity, left, right, complete)
    broken = np.flatnonzero(~holds & complete)
    within, truncated = np.zeros_like(holds), np.zeros_like(holds)
    for found, is_cut in ((within, False), (truncated, True)) if len(broken) else ():
        room = {operand: _widen(each.take(broken), is_cut) for operand, each in operands.items()}
        found[broken] = _compare(identity, *_compute_sides(identity, room), complete[broken])
    return {
        "left": left.value,
        "right": right.value,
        "difference": left.value - right.value,
        "holds": holds,
        "is_complete": complete,
        "is_within_unit": within,
        "is_truncated": truncated,
        "is_not_stated": ~holds & (left.low > right.high) & bool(identity.rest),
    }


def _compute_sides(
    identity: Identity, operands: Mapping[Operand, Operands]
) -> tuple[Interval, Interval]:
    left = compute_interval(identity.left_side, operands)
    if identity.operator != expressions.WHOLE:
        return left, compute_interval(identity.right_side, operands)
    # The nearest whole number inside the interval, or else the nearest at all.
    least, most = np.ceil(left.low - 1e-9), np.floor(left.high + 1e-9)
    nearest = np.round(left.value)
    inside = np.clip(nearest, least, most)
    whole = np.where((least <= most) & np.isfinite(inside), inside, nearest)
    return left, Interval(whole, whole, whole)


def _compare(identity: Identity, left: Interval, right: Interval, complete: Booleans) -> Booleans:
    """Equal sides meet; of an incomplete sum, and of an order, one side only is bound."""
    more = identity.tolerance
    with np.errstate(invalid="ignore"):
        size = np.maximum(np.abs(left.value), np.abs(right.value))
        room = EPSILON * np.maximum(np.where(np.isfinite(size), size, 1.0), 1.0)
        not_above: Booleans = left.low - more <= right.high + room
        not_below: Booleans = right.low <= left.high + more + room
    if identity.operator == expressions.AT_MOST:
        return not_above
    return not_below & (not_above | ~complete)


def _widen(each: Operands, is_cut: bool) -> Operands:
    """As if digits behind the last printed one had been dropped, or else rounded up or down."""
    value, unit = each.value, (1 - 1e-6) * each.step  # a whole unit is an error
    if is_cut:
        low = np.where(np.isfinite(each.low), value, each.low)
    else:
        low = np.minimum(each.low, value - unit)
    return replace(each, low=low, high=np.maximum(each.high, value + unit))
