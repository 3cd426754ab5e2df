"""What an identity is: a rule between quantities of one source, area and period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cchc_analysis.rules.expressions import (
    Constant,
    Expression,
    Operand,
    Operation,
    list_operands,
    parse_expression,
)

IDENTITY_TYPES: Mapping[str, str] = {
    "expect_total_to_equal_its_parts": "sum",
    "expect_grouped_parts_to_equal_their_total": "sum",
    "expect_rate_and_complement_to_agree": "sum",
    "expect_rate_to_match_its_fraction": "ratio",
    "expect_pooled_rate_to_come_from_its_parts": "ratio",
    "expect_quantities_in_order": "order",
}
"""The rule types that state an identity, and the kind of each."""

OPERATORS = {"sum": "=", "ratio": "=", "order": "<="}
ALTERNATIVE = " or "
"""Between the definitions of which an identity assumes one."""

TOLERANCES = ("exact", "printed", "implied")


@dataclass(frozen=True)
class Identity:
    """A rule between quantities of one source, area and period.

    ``tolerance`` says what may lie between both sides: ``exact`` nothing (counts, awarded points,
    money to the dong), ``printed`` what the printed digits of all figures concerned leave open,
    ``implied`` the same and a hundredth more, a number that much more. Identities of one
    ``rival_group`` are readings of one definition, of which a source follows one; an identity
    that ``assumes`` some of them ("D03 or D25", each clause one) is silent where a source follows
    a rival of all that a clause names.
    """

    rule_id: str
    kind: str
    left: str
    operator: str
    right: str
    tolerance: str | float = "exact"
    rival_group: str | None = None
    assumes: tuple[str, ...] = ()

    @cached_property
    def left_side(self) -> Expression:
        """The left side as a tree."""
        return parse_expression(self.left)

    @cached_property
    def right_side(self) -> Expression:
        """The right side as a tree."""
        return parse_expression(self.right)

    @cached_property
    def operands(self) -> tuple[Operand, ...]:
        """The quantities of both sides, those of the left first."""
        both = (*list_operands(self.left_side), *list_operands(self.right_side))
        return tuple(dict.fromkeys(both))

    @cached_property
    def codes(self) -> frozenset[str]:
        """The indicators that the identity speaks of."""
        return frozenset(operand.code for operand in self.operands)

    @cached_property
    def parts(self) -> tuple[Operand, ...]:
        """The parts, where one side is a plain sum of quantities and the other their total.

        Only such a rule says something where a part is not printed: parts are never negative, so
        those that are printed cannot exceed the total.
        """
        side = self.right_side if self.operator == "=" else self.left_side
        return tuple(_list_parts(side)) if self.kind != "ratio" else ()

    @property
    def room(self) -> float:
        """What the tolerance adds to the room that the printed digits leave."""
        if isinstance(self.tolerance, str):
            return 0.01 if self.tolerance == "implied" else 0.0
        return float(self.tolerance)

    def __str__(self) -> str:
        return f"{self.left} {self.operator} {self.right}"


def _list_parts(side: Expression) -> list[Operand]:
    """The addends of a plain sum; empty where anything else is done than adding quantities."""
    if isinstance(side, Operation):
        left, right = _list_parts(side.left), _list_parts(side.right)
        return left + right if side.operator == "+" and left and right else []
    return [] if isinstance(side, Constant) else [side]


def build_identity(entry: Mapping[str, Any]) -> Identity:
    """Make an identity of a checked entry."""
    kwargs, meta = entry["kwargs"], entry["meta"]
    return Identity(
        rule_id=meta["rule_id"],
        kind=IDENTITY_TYPES[entry["type"]],
        left=kwargs["left"],
        operator=kwargs["operator"],
        right=kwargs["right"],
        tolerance=kwargs["tolerance"],
        rival_group=meta.get("rival_group"),
        assumes=tuple(meta.get("assumes", ())),
    )
