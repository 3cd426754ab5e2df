"""Small tables for rules: one source, one area, one window, and only the quantities named.

A quantity is named ``code[breakdown]@scope#n``; only the code is needed. Without a scope it is that
of the whole district; ``#n`` is the n-th commune below it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from cchc_analysis.data.records import (
    INDICATOR_COLUMNS,
    OBSERVATION_COLUMNS,
    TRANSCRIPT_COLUMNS,
    TYPES,
    UNCERTAINTY,
)
from cchc_analysis.data.reference import Reference
from cchc_analysis.rules.causes import find_root
from cchc_analysis.rules.evaluation import compute_value
from cchc_analysis.rules.expressions import EQUAL, WHOLE, Identity, Operand

AREA, SOURCE = "184", "made_up"
WINDOW = {"period_start": "2024-01-01", "period_end": "2024-06-30"}
NAME = re.compile(
    r"(?P<code>\w+)(?:\[(?P<breakdown>\w+=\w+)\])?(?:@(?P<scope>\w+))?(?:#(?P<n>\d))?"
)

GOOD_ROWS: Mapping[str, Mapping[str, Any]] = {
    "observations": {
        **dict.fromkeys(OBSERVATION_COLUMNS, ""),
        **dict.fromkeys(UNCERTAINTY, float("nan")),
        **WINDOW,
        "source_id": SOURCE,
        "area_id": AREA,
        "scope": "whole_district",
        "indicator": "feedback_received",
        "status": "actual",
        "reading": 1,
        "value": 10.0,
        "low": 10.0,
        "high": 10.0,
        "unit": "item",
        "decimals": 0,
        "comparator": "=",
        "is_published": True,
        "figures": "F001",
    },
    "indicators": {
        **dict.fromkeys(INDICATOR_COLUMNS, ""),
        **dict.fromkeys(UNCERTAINTY, float("nan")),
        **WINDOW,
        "source_id": SOURCE,
        "area_id": AREA,
        "scope": "whole_district",
        "indicator": "feedback_received",
        "status": "actual",
        "period": "2024-H1",
        "value": 10.0,
        "unit": "item",
        "comparator": "=",
        "printed": "10",
        "origin": "reported",
        "figures": "F001",
        "wilson_low": float("nan"),
        "wilson_high": float("nan"),
        "is_contested": False,
    },
    "transcripts": {
        **dict.fromkeys(TRANSCRIPT_COLUMNS, ""),
        **WINDOW,
        "source_id": SOURCE,
        "figure_id": "F001",
        "section": "I",
        "line": "1",
        "place": "text",
        "area": "huyện Văn Quan",
        "scope": "whole_district",
        "indicator": "feedback_received",
        "printed": "10",
        "unit": "item",
        "status": "actual",
        "comparator": "=",
    },
}
"""A row of each table that keeps every rule; ``breaks_on`` says what to change in it."""


def make_rows(table: str, *changes: Mapping[str, Any]) -> pd.DataFrame:
    """Good rows with some cells changed; a changed value takes its bounds along."""
    rows = []
    for change in changes:
        row = {**GOOD_ROWS[table], **change}
        if table == "observations" and "value" in change:
            row = {**row, "low": row["value"], "high": row["value"], **change}
        rows.append(row)
    made = pd.DataFrame(rows)
    numbers = {each for each in made.columns if TYPES.get(each) == "number"}
    return made.astype(dict.fromkeys(numbers, "float64"))


def make_statements(numbers: Mapping[str, float], reference: Reference) -> pd.DataFrame:
    """Observations of the quantities named, printed with the decimals that they have."""
    rows = [_make_statement(*each, reference) for each in enumerate(numbers.items(), start=1)]
    return pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS))


Numbers = Mapping[Operand, float]
ATTEMPTS = (
    (3.0, 7.0, 11.0, 13.0),
    (20.0, 30.0, 50.0, 70.0),
    (90.0, 8.0, 5.0, 2.0),
    (9.0, 4.0, 6.0, 95.0),
)
"""Numbers to begin with; the next ones where the first leave a quantity below zero."""


def make_example(identity: Identity) -> tuple[Numbers, Numbers] | None:
    """Figures that keep a rule, and figures that break it; nothing where none can be found."""
    for numbers in ATTEMPTS:
        values = {
            operand: numbers[at % len(numbers)] + 10.0 * (at // len(numbers))
            for at, operand in enumerate(identity.operands)
        }
        first = identity.operands[0]
        if identity.operator == WHOLE:
            side = compute_value(identity.left_side, {**values, first: 1.0})
            return {**values, first: 1 / side}, {**values, first: 0.5 / side}
        root = find_root(identity, values, first, values[first])
        if not math.isfinite(root) or root <= 0:
            continue
        root = round(root, 6)
        if identity.operator == EQUAL:
            return {**values, first: root}, {**values, first: root * 1.5 + 10}
        is_left = compute_value(identity.left_side, {**values, first: root * 2}) > compute_value(
            identity.left_side, {**values, first: root}
        )
        half = root // 2 if root >= 2 else root / 2
        low, high = {**values, first: half}, {**values, first: root * 2 + 10}
        return (low, high) if is_left else (high, low)
    return None


def list_communes(reference: Reference) -> list[str]:
    """The communes of the district that examples are about."""
    communes = reference.list_areas("commune")
    return [str(each["area_id"]) for each in communes if each["parent_id"] == AREA]


def _make_statement(number: int, named: tuple[str, float], reference: Reference) -> dict[str, Any]:
    match = NAME.fullmatch(named[0])
    assert match, named[0]
    entry = reference.indicator_rows[match["code"]]
    unit = reference.unit_rows[entry["unit"]]
    text = repr(float(named[1])).removesuffix(".0")
    decimals = len(text.partition(".")[2])
    is_rounded = unit["kind"] == "rate" or (unit["kind"] == "money" and unit["multiplier"] > 1)
    hidden = 0.5 * 10.0**-decimals if is_rounded else 0.0
    communes = list_communes(reference) if match["n"] else []
    return {
        **GOOD_ROWS["observations"],
        "area_id": communes[int(match["n"]) - 1] if match["n"] else AREA,
        "scope": match["scope"] or "whole_district",
        "indicator": match["code"],
        "breakdown": match["breakdown"] or "",
        "value": float(named[1]),
        "low": named[1] - hidden,
        "high": named[1] + hidden,
        "unit": entry["unit"],
        "decimals": decimals,
        "figures": f"F{number:03}",
    }
