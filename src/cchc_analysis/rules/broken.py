"""An identity that is broken in one row of statements: what kind of break, how grave, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cchc_analysis.data.records import Severity
from cchc_analysis.rules.drafts import PLACE
from cchc_analysis.rules.expressions import Operand, Reference
from cchc_analysis.rules.identity import Identity
from cchc_analysis.rules.sentences import EXTREMES
from cchc_analysis.rules.statements import Statements
from cchc_analysis.rules.suites import WHOLE_TYPE, Rule

KINDS: Mapping[str, str] = {
    "expect_total_to_equal_its_parts": "sum",
    "expect_grouped_parts_to_equal_their_total": "group",
    "expect_rate_and_complement_to_agree": "complement",
    "expect_rate_to_match_its_fraction": "ratio",
    "expect_pooled_rate_to_come_from_its_parts": "pooled",
    "expect_quantities_in_order": "order",
    WHOLE_TYPE: "part",
}
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
        if self.verdict["is_truncated"]:
            return "truncation"
        return "rounding" if self.verdict["is_within_unit"] else KINDS[self.rule.type]

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

    def _is_all_or_none(self) -> bool:
        """Whether a share rounded rightly to 0 or 100 says what its counts do not."""
        left, right = float(self.verdict["left"]), float(self.verdict["right"])
        first = self.statements.list_figures(self.identity.operands[0], self.row)
        is_share = KINDS[self.rule.type] in RATES and left in EXTREMES and bool(first)
        if not is_share or not isinstance(self.identity.left_side, Reference):
            return False
        decimals = int(self.statements.figures["decimals"].to_numpy()[first[0]])
        return round(right, decimals) == left

    @property
    def severity(self) -> Severity:
        """Less than a unit of the last digit is worth knowing, and no more."""
        return Severity.INFO if self.verdict["is_within_unit"] else self.rule.severity

    def list_rows(self, operand: Operand) -> list[int]:
        """The observations behind an operand."""
        figures = self.statements.list_figures(operand, self.row)
        return [int(row) for row in self.statements.figures["index"].to_numpy()[figures]]

    @cached_property
    def rows(self) -> list[int]:
        """The observations behind the identity, the first one first."""
        return [row for operand in self.identity.operands for row in self.list_rows(operand)]

    @cached_property
    def place(self) -> dict[str, str]:
        """Where it is broken."""
        return dict(zip(PLACE, self.statements.name_row(self.row), strict=True))
