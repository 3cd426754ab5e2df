"""Broken identities into findings: what kind of break, both sides, the gap, the likely cause.

Figures of one report that were counted on different days are set side by side as well: a report may
count its staff on 1 June and assess them on 30 June. That they differ is worth a look, and is no
error. Only stocks that a source states for a single day are moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import Severity
from cchc_analysis.data.words import LANGUAGES
from cchc_analysis.rules.causes import Cause, Slip, name_slip
from cchc_analysis.rules.expressions import (
    AT_MOST,
    EQUAL,
    WHOLE,
    Identity,
    Operand,
    Quantity,
    list_operands,
)
from cchc_analysis.rules.statements import EXTREME_RATES, Statements
from cchc_analysis.rules.suites import Rule
from cchc_analysis.rules.wording import (
    DECIMALS_MORE,
    PLACE,
    DraftFinding,
    Teller,
    list_terms,
    write_number,
    write_side,
)

if TYPE_CHECKING:
    import pandas as pd


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
        has_one_left = isinstance(identity.left_side, Quantity)
        if kind not in ("sum", "group"):
            return "all_or_none" if kind == "rounding" and self._is_all_or_none() else kind
        if not self.verdict["is_complete"]:
            return "partial"
        if not has_one_left:
            return "sides"
        if isinstance(identity.right_side, Quantity):
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
        is_share = self.identity.kind in RATES and left in EXTREME_RATES and bool(first)
        if not is_share or not isinstance(self.identity.left_side, Quantity):
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


NEAR = 92
"""Days within which two counts may be of one thing."""


def align_days(statements: Statements) -> Statements:
    """The stocks of each source and area that are stated once, moved to their usual day.

    Returns:
        Statements of the places in which something moves; their figures keep ``own_end``, the day
        on which they were counted.
    """
    import pandas as pd

    figures = statements.figures.assign(own_end=statements.figures["period_end"])
    stocks = figures[(figures["period_start"] == "") & (figures["period_end"] != "")]
    quantity = ["source_id", "area_id", "scope", "indicator", "breakdown"]
    once = stocks[~stocks.duplicated(quantity, keep=False)]
    days_stated = once.groupby(["source_id", "area_id"])["period_end"].transform("nunique")
    once = once[days_stated > 1]
    if once.empty:
        return statements.with_figures(figures.iloc[:0])
    by_place = once.groupby(["source_id", "area_id"])["period_end"]
    usual = by_place.transform(lambda ends: ends.mode().iloc[0])
    days = pd.to_datetime(once["period_end"], errors="coerce") - pd.to_datetime(
        usual, errors="coerce"
    )
    moves = once.index[(days.abs().dt.days <= NEAR) & (usual != once["period_end"])]
    figures.loc[moves, "period_end"] = usual[moves]
    places = figures.loc[moves, ["source_id", "area_id"]].drop_duplicates()
    kept = figures.merge(places, on=["source_id", "area_id"])
    return statements.with_figures(kept[kept["period_start"] == ""])


def differ_in_day(broken: Broken) -> bool:
    """Whether a broken equality is between stocks of different days, all of them printed."""
    ends = broken.statements.figures["own_end"].to_numpy()
    days = {ends[at] for each in broken.identity.operands for at in broken.list_figures(each)}
    return broken.identity.operator == EQUAL and broken.verdict["is_complete"] and len(days) > 1


COUNTED: Mapping[int, str] = {1: "one_rule", 2: "two_rules"}


class Arithmetic:
    """Words for broken identities and their causes."""

    def __init__(self, statements: Statements, teller: Teller) -> None:
        self._teller = teller
        self._index = statements.figures["index"].to_numpy()
        self._values = statements.figures["value"].to_numpy()

    def draft(
        self,
        broken: Broken,
        cause: Cause | None = None,
        shape: str = "",
        rivals: Iterable[str] = (),
    ) -> DraftFinding:
        """A broken identity as a finding without its id.

        Args:
            broken: What is broken.
            cause: What may be behind it.
            shape: The sentence that tells it, where it is not that of its kind.
            rivals: The rules that the sentence names as the known definitions.
        """
        sentences = {
            language: self._tell(broken, shape or broken.shape, language).replace(
                "{rivals}", self._teller.define(rivals, language) if rivals else ""
            )
            + (self._tell_cause(cause, language) if cause else "")
            for language in LANGUAGES
        }
        known = cause is not None and cause.figure is not None
        likely = int(self._index[cause.figure]) if cause and cause.figure is not None else 0
        identity = broken.identity
        return DraftFinding(
            rule_id=identity.rule_id or broken.rule.rule_id,
            severity=broken.severity,
            kind=broken.kind,
            place=broken.place,
            indicator=identity.operands[0].code,
            left=float(broken.verdict["left"]),
            right=float(broken.verdict["right"]),
            arithmetic=self.write(broken),
            operands=self._list_operands(broken),
            figures=self._teller.figures(broken.rows, broken.place["source_id"]),
            sentences=sentences,
            cause=cause,
            likely_figure=self._teller.first_figure(likely) if known else "",
            closing_value=cause.closing if cause else float("nan"),
        )

    def list_figures(self, rows: Iterable[int], source_id: str) -> str:
        """The figure ids behind some rows."""
        return self._teller.figures(rows, source_id)

    def write(self, broken: Broken) -> str:
        """Both sides with their numbers, in the Vietnamese form."""
        left, right = (self._write_side(broken, side, "vi") for side in ("left", "right"))
        if broken.identity.operator == AT_MOST:
            return f"{left} > {right}"
        if broken.identity.operator == WHOLE:
            return f"{left} ∉ ℕ"
        return f"{left} {'≠' if broken.verdict['is_complete'] else '<'} {right}"

    def _list_operands(self, broken: Broken) -> str:
        """The figure behind each number of ``write``: its terms, then its result."""
        rows: list[int | None] = []
        sides = ("left",) if broken.identity.operator == WHOLE else ("left", "right")
        for side in sides:
            tree = broken.identity.left_side if side == "left" else broken.identity.right_side
            behind = {each: broken.list_rows(each) for each in broken.identity.operands}
            rows += list_terms(tree, behind)
            written = self._write_terms(broken, side, "vi")
            rows += [] if written == self._write_result(broken, side, "vi") else [None]
        return self._teller.operands(rows, broken.place["source_id"])

    def _write_side(self, broken: Broken, side: str, language: str) -> str:
        """A side as it is written out, with its result where that is more than one number."""
        written = self._write_terms(broken, side, language)
        result = self._write_result(broken, side, language)
        return written if written == result else f"{written} = {result}"

    def _write_terms(self, broken: Broken, side: str, language: str) -> str:
        tree = broken.identity.left_side if side == "left" else broken.identity.right_side
        numbers = {
            operand: [float(self._values[at]) for at in found]
            for operand in broken.identity.operands
            for found in [broken.statements.list_figures(operand, broken.row)]
        }
        return write_side(tree, numbers, language)

    def _write_result(self, broken: Broken, side: str, language: str) -> str:
        value = float(broken.verdict[side])
        if side == "left" or broken.identity.kind not in RATES:
            return write_number(value, language)
        printed = self._teller.decimals(broken.rows[0])
        return write_number(value, language, printed + DECIMALS_MORE)

    def _tell(self, broken: Broken, shape: str, language: str) -> str:
        rows, say = broken.rows, self._teller.write
        sides = [
            [row for operand in list_operands(side) for row in broken.list_rows(operand)]
            for side in (broken.identity.left_side, broken.identity.right_side)
        ]
        other = sides[1][0] if sides[1] else rows[0]
        numbers = {
            "left": self._teller.name(rows[0], language),
            "right": self._teller.name(other, language),
            "left_all": self._name_all(sides[0], language),
            "right_all": self._name_all(sides[1], language),
            "left_value": self._write_result(broken, "left", language),
            "right_value": self._write_result(broken, "right", language),
            "left_side": self._write_terms(broken, "left", language),
            "right_side": self._write_terms(broken, "right", language),
            "left_side_value": self._write_side(broken, "left", language),
            "right_side_value": self._write_side(broken, "right", language),
            "left_at": self._teller.at(rows[0], language),
            "right_at": self._teller.at(other, language),
            "all_or_none": self._tell_extreme(float(broken.verdict["left"]), language),
            "gap": write_number(abs(float(broken.verdict["difference"])), language),
            "rest": say(f"rest.{broken.identity.rest}", language) if broken.identity.rest else "",
            "printed": self._teller.number(rows[0], language),
        }
        return say(
            shape, language, **(numbers | self._tell_dates(rows, language) | {"rivals": "{rivals}"})
        )

    def _tell_extreme(self, value: float, language: str) -> str:
        known = value in EXTREME_RATES
        return self._teller.write(f"extreme.{value:g}", language) if known else ""

    def _name_all(self, rows: list[int], language: str) -> str:
        names = dict.fromkeys(self._teller.name(row, language) for row in rows)
        return self._teller.write("all_of", language).join(names)

    def _tell_dates(self, rows: list[int], language: str) -> dict[str, str]:
        places = [self._teller.place(row, language) for row in rows]
        dates = [self._teller.date(row, language) for row in rows]
        others = dict.fromkeys(date for date in dates if date != dates[0])
        return {
            "left_date": dates[0],
            "right_date": dates[-1],
            "left_comma": f", {places[0]}" if places[0] else "",
            "right_comma": f", {places[-1]}" if places[-1] else "",
            "other_dates": ", ".join(others),
        }

    def _tell_cause(self, cause: Cause, language: str) -> str:
        if cause.rivals:
            each = [self._tell_change(*rival, language) for rival in cause.rivals]
            kind = "equals" if len(each) > 1 else "alone"
            return self._teller.write(f"cause.{kind}", language, each="; ".join(each))
        if cause.figure is None or cause.is_block:
            kind = "block" if cause.is_block else "open" if cause.is_open else "none"
            return self._teller.write(f"cause.{kind}", language)
        row, count = int(self._index[cause.figure]), len(cause.breaks)
        scope_of = f"cause.{COUNTED.get(count, 'all_rules')}"
        return self._teller.write(
            "cause.closing",
            language,
            figure=self._teller.name(row, language),
            printed=self._teller.number(row, language),
            at=self._teller.at(row, language),
            closing=write_number(cause.closing, language),
            slip=self._tell_slip(row, cause, language),
            scope_of=self._teller.write(scope_of, language, count=count),
        )

    def _tell_change(self, figure: int, value: float, language: str) -> str:
        row = int(self._index[figure])
        return self._teller.write(
            "cause.equal",
            language,
            figure=self._teller.name(row, language),
            printed=self._teller.number(row, language),
            at=self._teller.at(row, language),
            closing=write_number(value, language),
        )

    def _tell_slip(self, row: int, cause: Cause, language: str) -> str:
        slip = name_slip(self._teller.printed(row), cause.closing, self._teller.decimals(row))
        return "" if slip == Slip.NONE else self._teller.write(f"cause.{slip.value}", language)

    def add_followed(self, draft: DraftFinding) -> DraftFinding:
        """Say that the source follows the definition elsewhere."""
        told = {
            language: text + self._teller.write("followed", language)
            for language, text in draft.sentences.items()
        }
        return replace(draft, sentences=told)

    def tell_also(self, others: Iterable[Broken]) -> dict[str, str]:
        """The other levels and areas at which the same part is not stated, with the gaps."""
        told = {}
        for language in LANGUAGES:
            gaps = [
                f"{self._teller.name(each.rows[0], language)}: "
                f"{write_number(abs(float(each.verdict['difference'])), language)}"
                for each in others
            ]
            told[language] = (
                self._teller.write("also", language, gaps="; ".join(gaps)) if gaps else ""
            )
        return told


def draft_identities(
    arithmetic: Arithmetic,
    broken: Sequence[Broken],
    causes: Iterable[Cause],
    definitions: pd.DataFrame,
    rivals: Mapping[str, list[str]],
) -> Iterator[DraftFinding]:
    """Broken identities as drafts; a source that fits no definition of a group gets one.

    Args:
        arithmetic: The words.
        broken: What is broken, rounding included.
        causes: The causes of what is broken by more than rounding.
        definitions: Which definitions sources follow, with ``fits``.
        rivals: The rules of each rival group.
    """
    cause_of = {each: cause for cause in causes for each in cause.breaks}
    chosen = {(row["source_id"], row["rule_id"]): row for row in list_rows(definitions)}
    told: set[tuple[str, ...]] = set()
    gaps = _group_gaps(broken)
    for each in broken:
        group, source_id = each.identity.rival_group, each.place["source_id"]
        rule_id = each.identity.rule_id
        cause = cause_of.get((rule_id, each.row))
        choice = chosen.get((source_id, rule_id))
        if each.verdict["is_not_stated"]:
            first, *others = gaps[_name_gap(each)]
            if each is first:
                draft, also = arithmetic.draft(each), arithmetic.tell_also(others)
                rows = [row for one in (first, *others) for row in one.rows]
                yield replace(
                    draft,
                    figures=arithmetic.list_figures(rows, source_id),
                    sentences={word: text + also[word] for word, text in draft.sentences.items()},
                )
        elif (
            group is None
            or choice is None
            or each.severity == Severity.INFO
            or choice["rivals"] == 1
        ):
            yield arithmetic.draft(each, cause)
        elif choice["fits"]:
            yield arithmetic.add_followed(arithmetic.draft(each, cause))
        elif (source_id, group) not in told:
            told.add((source_id, group))
            draft = arithmetic.draft(each, cause, "definition", rivals[group])
            yield replace(draft, kind="definition")


def _name_gap(broken: Broken) -> tuple[str, ...]:
    """What gaps of one cause share: a rule, a source and a window; levels and areas do not."""
    window = (broken.place[name] for name in ("source_id", "period_start", "period_end"))
    return (broken.identity.rule_id, *window)


def _group_gaps(broken: Iterable[Broken]) -> dict[tuple[str, ...], list[Broken]]:
    groups: dict[tuple[str, ...], list[Broken]] = {}
    for each in broken:
        if each.verdict["is_not_stated"]:
            groups.setdefault(_name_gap(each), []).append(each)
    return groups


def draft_unreconciled(arithmetic: Arithmetic, broken: Iterable[Broken]) -> Iterator[DraftFinding]:
    """Equalities between figures of different days: to be reconciled, and no error."""
    for each in broken:
        has_two = isinstance(each.identity.right_side, Quantity)
        draft = arithmetic.draft(each, shape="days" if has_two else "dates")
        yield replace(draft, kind="reconcile", severity=Severity.INFO)
