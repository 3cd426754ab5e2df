"""What a finding says: its arithmetic, and full sentences in Vietnamese and English.

Comes in as numbers, figures and causes; goes out as text. Which rule is broken, and how bad that
is, is decided elsewhere. A likely cause is worded as likely: nothing here repairs a number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cchc_analysis.data.clean import format_number
from cchc_analysis.data.records import Scope
from cchc_analysis.rules.expressions import (
    Constant,
    Expression,
    GroupSum,
    Operand,
    Operation,
    Reference,
    render_expression,
)
from cchc_analysis.rules.keys import Words

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data import reference as reference_data

LANGUAGES = ("vi", "en")

SCOPES: Mapping[str, Mapping[str, str]] = {
    "vi": {
        Scope.DISTRICT_OFFICE: "cấp huyện",
        Scope.PROVINCE_OFFICE: "các sở, ban, ngành",
        Scope.DISTRICT_AGGREGATE: "cấp huyện",
        Scope.COMMUNE_AGGREGATE: "cấp xã",
        Scope.WHOLE_DISTRICT: "toàn địa bàn",
        Scope.COMMUNE: "một xã",
        Scope.UNSPECIFIED: "không ghi cấp",
    },
    "en": {
        Scope.DISTRICT_OFFICE: "district one-stop",
        Scope.PROVINCE_OFFICE: "provincial departments",
        Scope.DISTRICT_AGGREGATE: "districts",
        Scope.COMMUNE_AGGREGATE: "communes",
        Scope.WHOLE_DISTRICT: "whole district",
        Scope.COMMUNE: "one commune",
        Scope.UNSPECIFIED: "level not stated",
    },
}
OF_PROVINCE: Mapping[str, Mapping[str, str]] = {
    "vi": {Scope.DISTRICT_OFFICE: "các sở, ban, ngành"},
    "en": {
        Scope.DISTRICT_OFFICE: "provincial departments",
        Scope.WHOLE_DISTRICT: "whole province",
    },
}
"""What the same scopes are called in a province's report."""

PLACES: Mapping[str, Mapping[str, str]] = {
    "vi": {"text": "mục {section}", "table": "mục {section}, bảng"}
    | {"footnote": "mục {section}, chú thích {number}"},
    "en": {"text": "section {section}", "table": "section {section}, table"}
    | {"footnote": "section {section}, footnote {number}"},
}

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

MOST_TERMS = 12
"""A sum of more rows than this is told by their number."""

COMPUTED = "-"
"""What stands in ``operands`` for a number that no report prints."""

DECIMALS_MORE = 2
"""Decimals shown of a computed rate beyond those that are printed."""


class Teller:
    """Names, places and numbers of the figures that sentences speak of.

    Figures are rows of ``observations``, by their index.
    """

    def __init__(
        self,
        observations: pd.DataFrame,
        transcripts: pd.DataFrame | None,
        reference: reference_data.Reference,
    ) -> None:
        self._table = observations
        self._words: dict[str, Words] = {}
        self._reference = reference
        self._places = {} if transcripts is None else _index_places(transcripts)
        self._printed = {} if transcripts is None else _index_printed(transcripts)

    def cell(self, column: str, row: int) -> str:
        """One cell of one row."""
        if column not in self._words:
            self._words[column] = Words(self._table[column])
        return self._words[column][row]

    def figures(self, rows: Iterable[int], own_source: str) -> str:
        """The figure ids behind some rows; those of another source with its name."""
        named = [
            figure if source_id == own_source else f"{source_id}/{figure}"
            for row in rows
            for source_id in [self.cell("source_id", row)]
            for figure in self.cell("figures", row).split()
        ]
        return " ".join(sorted(dict.fromkeys(named), key=lambda name: ("/" in name, name)))

    def operands(self, rows: Iterable[int | None], own_source: str) -> str:
        """The figure behind each number of an arithmetic, ``-`` behind one that is worked out."""
        firsts = ("" if row is None else self.figures([row], own_source) for row in rows)
        return " ".join(each.partition(" ")[0] or COMPUTED for each in firsts)

    def first_figure(self, row: int) -> str:
        """The figure that states a row first."""
        figures = self.cell("figures", row).split()
        return figures[0] if figures else ""

    def name(self, row: int, language: str) -> str:
        """A quantity by its label and scope, “Hồ sơ đã giải quyết” (cấp huyện)."""
        code, breakdown = self.cell("indicator", row), self.cell("breakdown", row)
        label = self.label(code, language)
        parts = [self._name_scope(row, language)]
        if breakdown:
            parts.append(self._name_breakdown(breakdown, language))
        return f"“{label}” ({', '.join(parts)})"

    def label(self, code: str, language: str) -> str:
        """The label of an indicator."""
        known = self._reference.indicator_rows.get(code)
        return str(known[f"label_{language}"]) if known else str(code)

    def define(self, rule_ids: Iterable[str], language: str) -> str:
        """Definitions as people would put them; by the ids of their rules where nobody did."""
        known = self._reference.identities.set_index("rule_id")[f"definition_{language}"]
        words = (str(known.get(rule_id, "") or rule_id) for rule_id in rule_ids)
        return "; ".join(dict.fromkeys(each.rstrip(".") for each in words))

    def place(self, row: int, language: str) -> str:
        """Where a row stands in its document; empty where that is not known."""
        source_id = self.cell("source_id", row)
        found = [
            self._places.get((source_id, figure)) for figure in self.cell("figures", row).split()
        ]
        told = [PLACES[language][kind].format(**where) for kind, where in filter(None, found)]
        return "; ".join(dict.fromkeys(told))

    def at(self, row: int, language: str) -> str:
        """A place in brackets behind a number, with a blank before it."""
        place = self.place(row, language)
        return f" ({place})" if place else ""

    def date(self, row: int, language: str) -> str:
        """The last day of a row, as people write it."""
        try:
            day = dt.date.fromisoformat(self.cell("period_end", row))
        except ValueError:
            return self.cell("period_end", row)
        return (
            f"{day.day}/{day.month}/{day.year}"
            if language == "vi"
            else f"{day.day} {MONTHS[day.month - 1]} {day.year}"
        )

    def area(self, row: int) -> str:
        """The name of the area of a row; what stands there where nobody knows it."""
        area_id = self.cell("area_id", row)
        known = self._reference.area_rows.get(area_id)
        return str(known["name"]) if known else area_id

    def source(self, row: int) -> str:
        """The source of a row."""
        return self.cell("source_id", row)

    def number(self, row: int, language: str) -> str:
        """The value of a row."""
        return write_number(float(self._table["value"].array[row]), language)

    def printed(self, row: int) -> str:
        """A row as printed; where that is not known, its value in the Vietnamese form."""
        found = (
            self._printed.get((self.cell("source_id", row), figure))
            for figure in self.cell("figures", row).split()
        )
        return next(filter(None, found), self.number(row, "vi"))

    def decimals(self, row: int) -> int:
        """The decimals with which a row is printed."""
        return int(self._table["decimals"].array[row])

    def _name_scope(self, row: int, language: str) -> str:
        scope, area_id = self.cell("scope", row), self.cell("area_id", row)
        area = self._reference.area_rows.get(area_id)
        if scope == Scope.COMMUNE and area and area["level"] == "commune":
            return str(area["name"])
        if area and area["level"] == "province" and scope in OF_PROVINCE[language]:
            return OF_PROVINCE[language][scope]
        return SCOPES[language].get(scope, scope)

    def _name_breakdown(self, breakdown: str, language: str) -> str:
        known = self._reference.breakdowns
        found = known.loc[known["breakdown"] == breakdown, f"label_{language}"]
        return str(found.iloc[0]) if len(found) else breakdown


def write_number(value: float, language: str, decimals: int = 6) -> str:
    """A number in the form of a language, with as many decimals as it has."""
    text = format_number(round(value, decimals)).replace("-", "−")
    return text if language == "vi" else text.translate(str.maketrans(",.", ".,"))


def write_side(side: Expression, numbers: Mapping[Operand, Sequence[float]], language: str) -> str:
    """One side of an identity with its numbers put in."""

    def write(leaf: Expression) -> str:
        if not isinstance(leaf, Reference | GroupSum):
            return write_number(leaf.value, language) if isinstance(leaf, Constant) else ""
        found = [write_number(number, language) for number in numbers[leaf]]
        if isinstance(leaf, GroupSum) and len(found) > MOST_TERMS:
            return f"Σ({len(found)})"
        return " + ".join(found)

    signs = {" - ": " − ", " * ": " × "}
    printed = _drop_unprinted(side, numbers)
    text = render_expression(printed, write) if printed else ""
    for sign, written in signs.items():
        text = text.replace(sign, written)
    return text


def list_terms(side: Expression, rows: Mapping[Operand, Sequence[int]]) -> Iterator[int | None]:
    """The row behind each number that ``write_side`` writes, in its order; none for a constant."""
    if isinstance(side, Operation):
        yield from list_terms(side.left, rows)
        yield from list_terms(side.right, rows)
    elif isinstance(side, Constant):
        yield None
    else:
        found = rows[side]
        is_counted = isinstance(side, GroupSum) and len(found) > MOST_TERMS
        yield from [None] if is_counted else found


def _drop_unprinted(
    side: Expression, numbers: Mapping[Operand, Sequence[float]]
) -> Expression | None:
    """A side without the parts of a sum that are not printed; nothing where none is."""
    if isinstance(side, Reference | GroupSum):
        return side if numbers[side] else None
    if not isinstance(side, Operation):
        return side
    left, right = _drop_unprinted(side.left, numbers), _drop_unprinted(side.right, numbers)
    if left and right:
        return replace(side, left=left, right=right)
    return left or right


def _index_places(transcripts: pd.DataFrame) -> dict[tuple[str, str], tuple[str, dict[str, str]]]:
    columns = ["source_id", "figure_id", "section", "place"]
    places = {}
    for source_id, figure_id, section, place in transcripts[columns].itertuples(index=False):
        kind, _, number = place.partition(" ")
        if section and kind in PLACES["vi"]:
            places[source_id, figure_id] = (kind, {"section": section, "number": number})
    return places


def _index_printed(transcripts: pd.DataFrame) -> dict[tuple[str, str], str]:
    columns = ["source_id", "figure_id", "printed"]
    cells = transcripts[columns].itertuples(index=False)
    return {(source_id, figure_id): str(printed) for source_id, figure_id, printed in cells}
