"""Which figures meet in which rules, around a figure.

Comes in as statements and verdicts; answers who is whose total, part, numerator or denominator, as
far as the rules hold. It is asked only about places with a broken rule, so it looks things up when
asked and remembers them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from cchc_analysis.rules.expressions import Operand
from cchc_analysis.rules.figures import Integers
from cchc_analysis.rules.identity import Identity
from cchc_analysis.rules.keys import Words, group_positions
from cchc_analysis.rules.slips import has_mark
from cchc_analysis.rules.statements import Statements

if TYPE_CHECKING:
    import pandas as pd

Break = tuple[str, int]
"""A rule id and the row of statements in which it is broken."""

Place = tuple[str, ...]
"""A source, an area and a last day."""

PLACE = ["source_id", "area_id", "period_end"]


@dataclass(frozen=True)
class Meeting:
    """An equality that holds between figures, all of them printed."""

    rule: Identity
    figures: tuple[int, ...]
    total: int | None = None
    parts: tuple[int, ...] = ()


class Network:
    """Figures and the rules that tie them."""

    def __init__(
        self,
        statements: Statements,
        identities: tuple[Identity, ...],
        verdicts: Mapping[str, pd.DataFrame],
    ) -> None:
        figures = statements.figures
        self.statements = statements
        self.rules = {rule.rule_id: rule for rule in identities}
        self.verdicts = verdicts
        self.values = figures["value"].to_numpy("float64")
        self._figures = figures
        self._words: dict[str, Words] = {}
        self._beside: dict[tuple[Place, str, str], list[int]] = {}
        self.decimals = figures["decimals"].to_numpy("int64")
        self._met: dict[Place, list[Meeting]] = {}

    def list_operands(self, broken: Break) -> dict[Operand, list[int]]:
        """The figures of a rule in a row, by operand."""
        rule_id, row = broken
        operands = self.rules[rule_id].operands
        return {operand: self.statements.list_figures(operand, row) for operand in operands}

    def list_figures(self, broken: Break) -> list[int]:
        """The figures of a rule in a row."""
        return [at for figures in self.list_operands(broken).values() for at in figures]

    def list_meetings(self, figure: int) -> list[Meeting]:
        """The equalities that hold and in which a figure takes part."""
        source_id, area_id, end = self._place(figure)
        above = self.statements.parent(area_id)
        areas = [area_id, above] if above else [area_id]
        near = [each for area in areas for each in self._list_met((source_id, area, end))]
        return [each for each in near if figure in each.figures]

    def list_above(self, figure: int, taken: frozenset[int]) -> list[int]:
        """The totals into which a figure was added, and those into which they were."""
        above: list[int] = []
        for meeting in self.list_meetings(figure):
            total = meeting.total
            if total is not None and figure in meeting.parts and total not in taken | {*above}:
                above += [total, *self.list_above(total, taken | {*above, total})]
        return above

    def take_apart(self, broken: Break) -> frozenset[int]:
        """The figures of a rule, with rates that hold replaced by the counts they come from."""
        figures: set[int] = set()
        for figure in self.list_figures(broken):
            fractions = (
                each.figures
                for each in self.list_meetings(figure)
                if each.rule.kind == "ratio" and each.figures[0] == figure
            )
            figures |= set(next(fractions, (figure,))) - {figure} or {figure}
        return frozenset(figures)

    def list_kin(self, figures: Iterable[int]) -> frozenset[str]:
        """The quantities that share a rule with some figures, or with such a quantity."""
        return self._meet(self._meet(frozenset(self.code(at) for at in figures)))

    def list_of_unit(self, figure: int) -> list[int]:
        """The figures of the same unit, source, area and day."""
        return self._list_beside(figure, "unit")

    def list_siblings(self, figure: int) -> list[int]:
        """The figures of the same quantity in other scopes."""
        return self._list_beside(figure, "indicator")

    def _list_beside(self, figure: int, column: str) -> list[int]:
        place, word = self._place(figure), self._word(column, figure)
        key = (place, column, word)
        if key not in self._beside:
            near = self._figures_by_place[place]
            self._beside[key] = [int(at) for at in near if self._word(column, at) == word]
        return self._beside[key]

    def code(self, figure: int) -> str:
        """The indicator of a figure."""
        return self._word("indicator", figure)

    def unit(self, figure: int) -> str:
        """The unit of a figure."""
        return self._word("unit", figure)

    def scope(self, figure: int) -> str:
        """The scope of a figure."""
        return self._word("scope", figure)

    def has_mark(self, figure: int) -> bool:
        """Whether a figure is printed with a mark that can be misplaced."""
        return has_mark(float(self.values[figure]), int(self.decimals[figure]))

    def _place(self, figure: int) -> Place:
        return tuple(self._word(name, figure) for name in PLACE)

    def _word(self, column: str, figure: int) -> str:
        if column not in self._words:
            self._words[column] = Words(self._figures[column])
        return self._words[column][figure]

    @cached_property
    def _figures_by_place(self) -> dict[Place, Integers]:
        return group_positions(self._figures, PLACE)

    @cached_property
    def _rows_by_place(self) -> dict[Place, Integers]:
        return group_positions(self.statements.rows, PLACE)

    @cached_property
    def _holding(self) -> dict[str, frozenset[int]]:
        """The rows in which each equality holds with all its figures printed."""
        return {
            rule_id: frozenset(
                verdict.index[
                    (verdict["holds"] | verdict["is_within_unit"]) & verdict["is_complete"]
                ]
            )
            for rule_id, verdict in self.verdicts.items()
            if self.rules[rule_id].operator == "="
        }

    def _list_met(self, place: Place) -> list[Meeting]:
        if place not in self._met:
            self._met[place] = list(self._meet_at(place))
        return self._met[place]

    def _meet_at(self, place: Place) -> Iterator[Meeting]:
        rows = [int(row) for row in self._rows_by_place.get(place, ())]
        for rule_id, holding in self._holding.items():
            for row in holding.intersection(rows):
                operands = self.list_operands((rule_id, row))
                yield _make_meeting(self.rules[rule_id], operands)

    @cache  # noqa: B019  (a network lives as long as one search)
    def _meet(self, codes: frozenset[str]) -> frozenset[str]:
        meeting = (rule.codes for rule in self.rules.values() if rule.codes & codes)
        return codes.union(*meeting)


def _make_meeting(rule: Identity, operands: Mapping[Operand, list[int]]) -> Meeting:
    figures = tuple(at for each in operands.values() for at in each)
    totals = [at for operand, each in operands.items() for at in each if operand not in rule.parts]
    if not rule.parts or len(totals) != 1:
        return Meeting(rule, figures)
    parts = tuple(at for operand in rule.parts for at in operands[operand])
    return Meeting(rule, figures, totals[0], parts)
