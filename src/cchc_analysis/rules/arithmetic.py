"""Broken identities into findings: what kind of break, both sides, the gap, the likely cause.

Figures of one report that were counted on different days are set side by side as well: a report may
count its staff on 1 June and assess them on 30 June. That they differ is worth a look, and is no
error. Only stocks that a source states for a single day are moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from cchc_analysis.data.records import Severity
from cchc_analysis.rules import expressions, wording
from cchc_analysis.rules.causes import Break, Cause, name_slip
from cchc_analysis.rules.expressions import (
    Expression,
    Identity,
    Operand,
    Operation,
    Quantity,
    list_operands,
    walk,
)
from cchc_analysis.rules.statements import EXTREME_RATES, Integers, Statements
from cchc_analysis.rules.wording import DraftFinding, Sentences, Teller, join_sentences

RATES = ("ratio", "pooled", "complement")


@dataclass(frozen=True)
class Broken:
    """A broken identity in one row of statements, with what its sentences need."""

    identity: Identity
    row: int
    verdict: Mapping[Any, Any]
    statements: Statements
    rule_severity: Severity = Severity.WARNING

    @property
    def kind(self) -> str:
        """What the finding is about."""
        if self.verdict["is_not_stated"]:
            return "not_stated"
        if self.verdict["is_truncated"]:
            return "truncation"
        if self.verdict["is_within_unit"]:
            return "rounding"
        parts = self.identity.parts if self.identity.kind in ("sum", "group") else ()
        printed = [part for part in parts if self.figures[part]]
        # One part of a sum stands alone beside its total, and exceeds it.
        is_lone = not self.verdict["is_complete"] and len(printed) == 1
        return "part" if is_lone else self.identity.kind

    @property
    def shape(self) -> str:
        """Which sentence tells it."""
        identity, kind = self.identity, self.kind
        if identity.kind == "whole" and kind in ("truncation", "rounding"):
            return f"whole_{kind}"
        if kind == "order":
            # A bound of the rule's own stands on one side: what is told is the other one.
            stated = [side for side, tree in self.sides.items() if list_operands(tree)]
            return {"left": "above", "right": "below"}[stated[0]] if len(stated) == 1 else kind
        has_one_left = isinstance(identity.left_side, Quantity)
        if kind == "rounding" and has_one_left and identity.kind in RATES:
            # A share rounded rightly to 0 or 100 says what its counts do not.
            left, right = float(self.verdict["left"]), float(self.verdict["right"])
            is_extreme = left in EXTREME_RATES and bool(self.figures[identity.operands[0]])
            is_right = is_extreme and round(right, self._first_decimals) == left
            return "all_or_none" if is_right else kind
        if kind in ("sum", "group"):
            if not self.verdict["is_complete"]:
                return "partial"
            is_equal = isinstance(identity.right_side, Quantity)
            own = "worked_out" if list_operands(identity.right_side) else "constant"
            plain = kind if kind == "group" or identity.parts else own
            return ("equal" if is_equal else plain) if has_one_left else "sides"
        return kind

    @property
    def severity(self) -> Severity:
        """Less than a unit of the last digit, or a part not stated, is worth knowing only."""
        is_info = self.verdict["is_within_unit"] or self.verdict["is_not_stated"]
        return Severity.INFO if is_info else self.rule_severity

    @cached_property
    def figures(self) -> dict[Operand, list[int]]:
        """The positions of the figures behind each operand."""
        operands = self.identity.operands
        return {each: self.statements.list_figures(each, self.row) for each in operands}

    @cached_property
    def behind(self) -> dict[Operand, list[int]]:
        """The observations behind each operand."""
        index = self.statements.figures["index"].to_numpy()
        return {each: [int(index[at]) for at in found] for each, found in self.figures.items()}

    @cached_property
    def rows(self) -> list[int]:
        """The observations behind the identity, the first one first."""
        return [row for found in self.behind.values() for row in found]

    @property
    def divisors(self) -> list[int]:
        """The observations that a rate divides by; nothing where the rule is about no rate."""
        found = list(self.identity.operands[1:]) if self.identity.kind == "whole" else []
        for each in walk(self.identity.right_side):
            if isinstance(each, Operation) and each.operator == "/":
                found += list_operands(each.right)
        return [row for operand in found for row in self.behind[operand]]

    @property
    def sides(self) -> Mapping[str, Expression]:
        """Both sides by name; of a rule that something is whole the left one is all."""
        return {"left": self.identity.left_side, "right": self.identity.right_side}

    @cached_property
    def told(self) -> tuple[dict[str, str], list[int | None]]:
        """Each side with its numbers put in, its result, and both where they differ.

        And the observation behind each number of the arithmetic.
        """
        values = self.statements.figures["value"].to_numpy()
        numbers = {each: [float(values[at]) for at in at_] for each, at_ in self.figures.items()}
        texts: dict[str, str] = {}
        rows: list[int | None] = []
        for side, tree in self.sides.items():
            is_worked_out = side == "right" and self.identity.kind in RATES
            decimals = self._first_decimals + wording.DECIMALS_MORE if is_worked_out else 6
            terms, behind = wording.write_side(tree, numbers, self.behind)
            value = wording.write_number(self.verdict[side], decimals)
            both = terms if terms == value else f"{terms} = {value}"
            texts |= {f"{side}_side": terms, f"{side}_value": value, f"{side}_side_value": both}
            if side == "left" or self.identity.operator != expressions.WHOLE:
                rows += behind if terms == value else [*behind, None]
        if self.shape.startswith("whole_"):
            # The share that the nearest whole number is, as the first figure is that of the left.
            left, right = float(self.verdict["left"]), float(self.verdict["right"])
            share = next(iter(numbers.values()))[0] * right / left
            decimals = self._first_decimals + wording.DECIMALS_MORE
            texts["nearest"] = wording.write_number(share, decimals)
        return texts, rows

    @property
    def arithmetic(self) -> str:
        """Both sides with their numbers, in the Vietnamese form."""
        left, right = (self.told[0][f"{side}_side_value"] for side in self.sides)
        if self.identity.operator == expressions.WHOLE:
            return f"{left} ∉ ℕ"
        if self.identity.operator == expressions.AT_MOST:
            return f"{left} > {right}"
        return f"{left} {'≠' if self.verdict['is_complete'] else '<'} {right}"

    @property
    def gap(self) -> str:
        """How far the sides lie apart."""
        return wording.write_number(abs(float(self.verdict["difference"])))

    @property
    def _first_decimals(self) -> int:
        """The decimals with which the first figure is printed."""
        first = next(at for found in self.figures.values() for at in found)
        return int(self.statements.figures["decimals"].to_numpy()[first])

    @cached_property
    def place(self) -> dict[str, str]:
        """Where it is broken."""
        place = {name: words[self.row] for name, words in self.statements.words.items()}
        return place | {"source_id": place["source_id"].removesuffix(OTHER_DAYS)}


def drop_echoes(broken: Iterable[Broken]) -> list[Broken]:
    """Without what another rule already says of the same figures.

    A bound that is exceeded by just as much as an equality about the same total misses by; a share
    that is no whole number where its numerator is printed, and has told as much.
    """
    ordered = list(broken)
    rates = {
        (each.place["source_id"], each.rows[0])
        for each in ordered
        if each.identity.kind in RATES and each.verdict["is_complete"]
    }
    told: dict[tuple[object, ...], list[Broken]] = {}
    for each in sorted(ordered, key=_rank_bound):
        if each.identity.kind == "whole" and (each.place["source_id"], each.rows[0]) in rates:
            continue
        key = (*each.place.values(), round(abs(float(each.verdict["difference"])), 9))
        # What bounds the others: what an order ends with, the total of a sum.
        parts = {row for part in each.identity.parts for row in each.behind[part]}
        bound = {*each.rows} - parts if _rank_bound(each) else set()
        others = told.setdefault(key, [])
        if not bound or not any(bound <= {*other.rows} for other in others):
            others.append(each)
    kept = {id(each) for found in told.values() for each in found}
    return [each for each in ordered if id(each) in kept]


def _rank_bound(broken: Broken) -> int:
    """Nothing for an equality; more for a bound, and most for what an incomplete sum implies."""
    return int(broken.identity.kind == "order") if broken.verdict["is_complete"] else 2


OTHER_DAYS = " (other days)"
"""Behind the name of a source: its figures of different days, set side by side."""


def align_days(statements: Statements) -> Statements:
    """The figures, and behind them, as another source, stocks stated once near their usual day.

    The first rows are those given; ``own_end`` is the day on which a figure was counted.
    """
    figures = statements.figures.assign(own_end=statements.figures["period_end"])
    stocks = figures[(figures["period_start"] == "") & (figures["period_end"] != "")]
    quantity = ["source_id", "area_id", "scope", "indicator", "breakdown"]
    once = stocks[~stocks.duplicated(quantity, keep=False)]
    once = once[once.groupby(quantity[:2])["period_end"].transform("nunique") > 1]
    if once.empty:
        return statements
    by_place = once.groupby(quantity[:2])["period_end"]
    usual = by_place.transform(lambda ends: ends.mode().iloc[0])
    own, other = (pd.to_datetime(ends, errors="coerce") for ends in (once["period_end"], usual))
    # Within a quarter two counts may be of one thing.
    moves = once.index[((own - other).abs().dt.days <= 92) & (usual != once["period_end"])]
    place = pd.MultiIndex.from_frame(figures[quantity[:2]])
    is_beside = place.isin(place[moves]) & (figures["period_start"] == "")
    ends = usual.loc[moves].reindex(figures.index).fillna(figures["period_end"])
    beside = figures.assign(source_id=figures["source_id"] + OTHER_DAYS, period_end=ends)
    both = pd.concat([figures, beside[is_beside]], ignore_index=True)
    return Statements(both, statements.norms, statements.parents)


def draft_broken(
    broken: Broken,
    teller: Teller,
    cause: Cause | None = None,
    shape: str = "",
    rivals: Iterable[str] = (),
) -> DraftFinding:
    """A broken identity as a finding without its id.

    ``shape`` is the sentence that tells it, where it is not that of its kind; ``rivals`` are the
    rules that it names as the known definitions.
    """
    index, source_id = broken.statements.figures["index"].to_numpy(), broken.place["source_id"]
    likely = cause.figure if cause else None
    figures = "" if likely is None else teller.cell("figures", int(index[likely]))
    told = [_tell_broken(broken, teller, shape or broken.shape, rivals)]
    if divisors := broken.divisors:
        told.append(teller.tell("divisors", names=teller.list_names(divisors)))
    # Of a single figure there is nothing to choose from.
    told += [_tell_cause(cause, index, teller)] if cause and len(broken.rows) > 1 else []
    return DraftFinding(
        rule_id=broken.identity.rule_id,
        severity=broken.severity,
        kind=broken.kind,
        place=broken.place,
        indicator=broken.identity.operands[0].code,
        left=float(broken.verdict["left"]),
        right=float(broken.verdict["right"]),
        arithmetic=broken.arithmetic,
        operands=teller.operands(broken.told[1], source_id),
        figures=teller.figures(broken.rows, source_id),
        sentences=join_sentences(told),
        cause=cause,
        likely_figure=figures.partition(" ")[0],
        closing_value=cause.closing if cause else float("nan"),
    )


def _tell_broken(broken: Broken, teller: Teller, shape: str, rivals: Iterable[str]) -> Sentences:
    rows, left = broken.rows, float(broken.verdict["left"])
    on_left, on_right = (
        [row for operand in list_operands(side) for row in broken.behind[operand]]
        for side in broken.sides.values()
    )
    first_date = teller.cell("period_end", rows[0])
    others = [row for row in rows if teller.cell("period_end", row) != first_date]
    return teller.tell(
        shape,
        {"left": rows[0], "right": (on_right or rows)[0]},
        broken.told[0] | {"gap": broken.gap, "printed": teller.number(rows[0])},
        left_all=teller.list_names(on_left),
        right_all=teller.list_names(on_right),
        other_dates=teller.list_dates(others),
        all_or_none=teller.tell(f"extreme.{left:g}") if left in EXTREME_RATES else "",
        rest=teller.tell(f"rest.{broken.identity.rest}") if broken.identity.rest else "",
        rivals=teller.define(rivals),
    )


def _tell_cause(cause: Cause, index: Integers, teller: Teller) -> Sentences:
    def tell_change(key: str, figure: int, value: float, **words: str | Sentences) -> Sentences:
        row = int(index[figure])
        numbers = {"printed": teller.number(row), "closing": wording.write_number(value)}
        return teller.tell(f"cause.{key}", {"figure": row}, numbers, **words)

    if cause.rivals:
        each = join_sentences([tell_change("equal", *rival) for rival in cause.rivals], "; ")
        return teller.tell(f"cause.{'equals' if len(cause.rivals) > 1 else 'alone'}", each=each)
    if cause.figure is None or cause.is_block:
        kind = "block" if cause.is_block else "open" if cause.is_open else "none"
        return teller.tell(f"cause.{kind}")
    row, count = int(index[cause.figure]), len(cause.breaks)
    slip = name_slip(teller.printed(row), cause.closing, int(teller.cell("decimals", row)))
    slipped = teller.tell(f"cause.{slip}") if slip else ""
    rules = ("", "one_rule", "two_rules", "all_rules")[min(count, 3)]
    scope = teller.tell(f"cause.{rules}", count=str(count))
    return tell_change("closing", cause.figure, cause.closing, slip=slipped, scope_of=scope)


def draft_identities(
    broken: Sequence[Broken],
    teller: Teller,
    causes: Iterable[Cause],
    definitions: pd.DataFrame,
    rivals: Mapping[str, list[str]],
) -> Iterator[DraftFinding]:
    """Broken identities, rounding included, as drafts.

    A source that fits none of the definitions of a group (``rivals``) gets one for all of them.
    """
    # A cause closes what is told here; what another rule says already would be counted twice.
    shown = {(each.identity.rule_id, each.row) for each in broken}
    cause_of: dict[Break, Cause] = {}
    for found in causes:
        breaks = tuple(each for each in found.breaks if each in shown)
        cause_of |= dict.fromkeys(breaks, replace(found, breaks=breaks))
    followed = definitions.to_dict("records")
    chosen = {(row["source_id"], row["rule_id"]): row for row in followed}
    told_groups: set[tuple[str, ...]] = set()
    gaps: dict[tuple[str, ...], list[Broken]] = {}
    for each in (each for each in broken if each.verdict["is_not_stated"]):
        gaps.setdefault(_name_gap(each), []).append(each)
    for each in broken:
        rule_id, source_id = each.identity.rule_id, each.place["source_id"]
        cause, gap = cause_of.get((rule_id, each.row)), _name_gap(each)
        group = each.identity.rival_group or ""
        choice = chosen.get((source_id, rule_id)) if group else None
        if each.verdict["is_not_stated"]:
            first, *others = gaps[gap]
            if each is first:
                # The other levels and areas that have it are told with the first.
                told = [teller.tell("gap", {"left": at.rows[0]}, {"gap": at.gap}) for at in others]
                also = [teller.tell("also", gaps=join_sentences(told, "; "))] if told else []
                draft = draft_broken(first, teller)
                figures = teller.figures([row for at in gaps[gap] for row in at.rows], source_id)
                sentences = join_sentences([draft.sentences, *also])
                yield replace(draft, figures=figures, sentences=sentences)
        elif not choice or each.severity == Severity.INFO or choice["rivals"] == 1:
            yield draft_broken(each, teller, cause)
        elif choice["fits"]:
            draft = draft_broken(each, teller, cause)
            told = [draft.sentences, teller.tell("followed")]
            yield replace(draft, sentences=join_sentences(told))
        elif (source_id, group) not in told_groups:
            told_groups.add((source_id, group))
            draft = draft_broken(each, teller, cause, "definition", rivals[group])
            yield replace(draft, kind="definition")


def _name_gap(broken: Broken) -> tuple[str, ...]:
    """What gaps of one cause share: a rule, a source and a window; levels and areas do not."""
    window = (broken.place[name] for name in ("source_id", "period_start", "period_end"))
    return (broken.identity.rule_id, *window)


def draft_unreconciled(broken: Iterable[Broken], teller: Teller) -> Iterator[DraftFinding]:
    """Equalities between printed figures of different days: to be reconciled, and no error."""
    for each in broken:
        ends = each.statements.figures["own_end"].to_numpy()
        days = {ends[at] for found in each.figures.values() for at in found}
        is_equality = each.identity.operator == expressions.EQUAL and each.verdict["is_complete"]
        if not is_equality or len(days) == 1:
            continue
        has_two = isinstance(each.identity.right_side, Quantity)
        draft = draft_broken(each, teller, shape="days" if has_two else "dates")
        yield replace(draft, kind="reconcile", severity=Severity.INFO)
