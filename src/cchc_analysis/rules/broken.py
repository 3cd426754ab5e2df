"""An identity that is broken in one row of statements: what kind of break, how grave, and where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cchc_analysis.data.records import Severity
from cchc_analysis.rules.drafts import PLACE
from cchc_analysis.rules.expressions import Identity, Operand, Reference
from cchc_analysis.rules.sentences import EXTREMES
from cchc_analysis.rules.statements import Statements
from cchc_analysis.rules.suites import Rule

RATES = ("ratio", "pooled", "complement")


@dataclass(frozen=True)
class Broken:
    """A broken identity in one row of statements, with what its sentences need."""

    rule: Rule
    identity: Identity
    row: int
    verdict: Mapping[str, Any]
    statements: Statements

    @property
    def kind(self) -> str:
        """What the finding is about."""
        if self.verdict["is_not_stated"]:
            return "not_stated"
        if self.verdict["is_truncated"]:
            return "truncation"
        if self.verdict["is_within_unit"]:
            return "rounding"
        return "part" if self.is_lone_part else self.identity.kind

    @property
    def shape(self) -> str:
        """Which sentence tells it."""
        identity, kind = self.identity, self.kind
        has_one_left = isinstance(identity.left_side, Reference)
        if kind not in ("sum", "group"):
            return "all_or_none" if kind == "rounding" and self._is_all_or_none() else kind
        if not self.verdict["is_complete"]:
            return "partial"
        if not has_one_left:
            return "sides"
        if isinstance(identity.right_side, Reference):
            return "equal"
        if kind == "group":
            return kind
        return "sum" if identity.parts else "worked_out"

    @property
    def is_lone_part(self) -> bool:
        """Whether one part of a sum stands alone beside its total, and exceeds it."""
        parts = self.identity.parts if self.identity.kind in ("sum", "group") else ()
        printed = [part for part in parts if self.list_figures(part)]
        return not self.verdict["is_complete"] and len(printed) == 1

    def _is_all_or_none(self) -> bool:
        """Whether a share rounded rightly to 0 or 100 says what its counts do not."""
        left, right = float(self.verdict["left"]), float(self.verdict["right"])
        first = self.list_figures(self.identity.operands[0])
        is_share = self.identity.kind in RATES and left in EXTREMES and bool(first)
        if not is_share or not isinstance(self.identity.left_side, Reference):
            return False
        decimals = int(self.statements.figures["decimals"].to_numpy()[first[0]])
        return round(right, decimals) == left

    @property
    def severity(self) -> Severity:
        """Less than a unit of the last digit, or a part not stated, is worth knowing only."""
        is_info = self.verdict["is_within_unit"] or self.verdict["is_not_stated"]
        return Severity.INFO if is_info else self.rule.severity

    def list_figures(self, operand: Operand) -> list[int]:
        """The positions of the figures behind an operand."""
        return self.statements.list_figures(operand, self.row)

    def list_rows(self, operand: Operand) -> list[int]:
        """The observations behind an operand."""
        figures = self.list_figures(operand)
        return [int(row) for row in self.statements.figures["index"].to_numpy()[figures]]

    @cached_property
    def rows(self) -> list[int]:
        """The observations behind the identity, the first one first."""
        return [row for operand in self.identity.operands for row in self.list_rows(operand)]

    @cached_property
    def place(self) -> dict[str, str]:
        """Where it is broken."""
        return dict(zip(PLACE, self.statements.name_row(self.row), strict=True))


def drop_echoes(broken: Iterable[Broken]) -> list[Broken]:
    """Without what another rule already says of the same figures.

    A bound that is exceeded by just as much as an equality about the same total misses by; a share
    that is no whole number where its numerator is printed, and has told as much.
    """
    kept: dict[tuple[object, ...], list[Broken]] = {}
    ordered = list(broken)
    rates = {
        (each.place["source_id"], each.rows[0])
        for each in ordered
        if each.identity.kind in RATES and each.verdict["is_complete"]
    }
    found: list[Broken] = []
    for each in sorted(ordered, key=_is_bound):
        if each.identity.kind == "whole" and (each.place["source_id"], each.rows[0]) in rates:
            continue
        key = (*each.place.values(), round(abs(float(each.verdict["difference"])), 9))
        told = kept.setdefault(key, [])
        bound = _bound_of(each) if _is_bound(each) else set()
        if bound and any(bound <= {*other.rows} for other in told):
            continue
        told.append(each)
        found.append(each)
    return sorted(found, key=ordered.index)


def _is_bound(broken: Broken) -> int:
    """Nothing for an equality; more for a bound, and most for what an incomplete sum implies."""
    if not broken.verdict["is_complete"]:
        return 2
    return int(broken.identity.kind == "order")


def _bound_of(broken: Broken) -> set[int]:
    """The figures that bound the others: what an order ends with, the total of a sum."""
    parts = {row for part in broken.identity.parts for row in broken.list_rows(part)}
    return {*broken.rows} - parts
