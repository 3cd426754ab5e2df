"""One row of somebody's own table: its words into ours, its number into a value with its room.

Comes in as cells; goes out in place. What cannot be understood is told as what was found, what was
expected and what to do; nothing is guessed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from cchc_analysis.data.clean import NumberError, PeriodError, parse_number, parse_period
from cchc_analysis.data.records import Comparator, Number, Scope, Status
from cchc_analysis.data.reference import Reference, suggest
from cchc_analysis.panels.own_columns import SCOPE_WORDS

GROUP = 3
"""Digits of a group of thousands."""

Fault = tuple[str, str, str]
"""What was found, what was expected, and what to do."""


def settle_row(row: dict[str, Any], reference: Reference) -> Iterator[Fault]:
    """Put a row into our own words, in place; what cannot be is told."""
    scope = SCOPE_WORDS.get(str(row["scope"]).strip().casefold())
    if scope is None:
        yield f"scope {row['scope']!r}", f"one of {', '.join(Scope)}", "Use one of these words."
    row["scope"] = scope
    if row["status"] not in tuple(Status):
        yield f"status {row['status']!r}", f"one of {', '.join(Status)}", "Use one of these words."
    known = reference.indicator_rows.get(row["indicator"])
    if known is None:
        remedy = suggest(str(row["indicator"]), reference.indicator_rows, "indicators.csv")
        yield f"unknown indicator {row['indicator']!r}", "a known one", f"{remedy}."
        return
    _settle_area(row, reference)
    yield from _settle_period(row)
    yield from _settle_value(row, known, reference)


def _settle_area(row: dict[str, Any], reference: Reference) -> None:
    """A name becomes the code of its area; a name that nobody knows stands for itself.

    Beside the code of a district, the name of one of its communes says more.
    """
    name = str(row.get("area", ""))
    if not name:
        return
    try:
        named = reference.match_area(name)
    except KeyError:
        named = "" if row["area_id"] else name
    is_below = reference.area_rows.get(named, {}).get("parent_id") == row["area_id"]
    if named and (is_below or not row["area_id"]):
        row["area_id"] = named


def _settle_period(row: dict[str, Any]) -> Iterator[Fault]:
    if row["period_end"] or not row.get("period"):
        return
    try:
        period = parse_period(str(row["period"]))
    except PeriodError as error:
        yield str(error), "a period such as 2024-H1", "Use its label, or period_start, period_end."
        return
    row["period_start"] = period.start.isoformat() if period.start else ""
    row["period_end"] = period.end.isoformat() if period.end else ""


def _settle_value(
    row: dict[str, Any], known: Mapping[str, Any], reference: Reference
) -> Iterator[Fault]:
    """The value of a row in the unit of its indicator, with the room that its digits leave."""
    unit = str(row["unit"] or known["unit"])
    described = reference.unit_rows.get(unit, {"kind": "other", "multiplier": 1.0})
    try:
        number = _read_number(row, str(described["kind"]))
        factor = reference.convert_unit(unit, str(known["unit"]))
    except NumberError as error:
        yield str(error), "a number", "Mend the cell."
        return
    except KeyError as error:
        yield f"unit {unit!r}", f"one that turns into {known['unit']!r}", f"{error.args[0]}."
        return
    is_rounded = described["kind"] == "rate" or (
        described["kind"] == "money" and described["multiplier"] > 1
    )
    room = number.half_unit if is_rounded else 0.0
    row |= {
        "unit": known["unit"],
        "value": number.value if factor == 1 else float(f"{number.value * factor:.14g}"),
        "decimals": number.decimals,
        "low": (number.value - room) * factor,
        "high": (number.value + room) * factor,
        "comparator": row["comparator"] or number.comparator.value,
    }


def _read_number(row: Mapping[str, Any], kind: str) -> Number:
    """The number as printed where that can be read in one way, else the value beside it."""
    value, printed = str(row["value"]).strip(), str(row.get("printed", "")).strip()
    if not printed:
        return _parse(value, kind)
    if not value:
        return parse_number(printed, kind)
    given = _parse(value, kind)
    try:
        shown = parse_number(printed, kind)
    except NumberError:
        return given
    # Where a person gives another value than the digits say, it is how they read them.
    return shown if math.isclose(shown.value, given.value) else given


def _parse(text: str, kind: str) -> Number:
    """A number as machines write it, or, for a thing that is counted, as reports print it."""
    text = text.removesuffix(".0")
    try:
        value = float(text) if kind != "count" and "_" not in text else math.nan
    except ValueError:
        value = math.nan
    whole, _, fraction = text.partition(".")
    if kind == "money" and len(fraction) == GROUP and 0 < len(whole.lstrip("-")) <= GROUP:
        raise NumberError(
            f"{text!r} can be thousands or decimals: put the text of the report into a column "
            "printed, or write all digits without a dot"
        )
    if math.isnan(value) and text.casefold() != "nan":
        return parse_number(text, kind)
    decimals = len(fraction) if "e" not in text.casefold() else 0
    return Number(value, decimals, Comparator.EQUAL)
