"""What `cchc check` asks of suites: that examples show each rule to work, and that none is missing.

Comes in as a suite; goes out as problems. Examples are made from the rule itself: numbers for all
quantities but the first, the first one as the rule would have it, and then another. A tolerance so
wide that nothing can break the rule, or a rule that nothing can keep, is found here, by trying.
Rules that follow from the catalogue are made from it and held against those that are written, which
stay in the suite so that stock Great Expectations knows them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.records import OBSERVATION_COLUMNS, Comparator, Scope, Status
from cchc_analysis.data.reference import Reference as ReferenceTables
from cchc_analysis.errors import Problem
from cchc_analysis.rules.causes import find_root
from cchc_analysis.rules.evaluation import compute_value, evaluate_identity
from cchc_analysis.rules.expressions import (
    EQUAL,
    WHOLE,
    Group,
    GroupSum,
    Identity,
    Operand,
)
from cchc_analysis.rules.statements import Statements, tabulate_statements
from cchc_analysis.rules.suites import Suite

if TYPE_CHECKING:
    import pandas as pd

WINDOW = {"period_start": "2024-01-01", "period_end": "2024-06-30"}
ATTEMPTS = (
    (3.0, 7.0, 11.0, 13.0),
    (20.0, 30.0, 50.0, 70.0),
    (90.0, 8.0, 5.0, 2.0),
    (9.0, 4.0, 6.0, 95.0),
)
"""Numbers to begin with; the next ones where the first leave a quantity below zero."""

CATALOGUE = "data/reference/indicators.csv"
"""How the source of a rule begins that follows from the catalogue."""

LEVELS = (
    (Scope.DISTRICT_OFFICE, Scope.COMMUNE_AGGREGATE),
    (Scope.PROVINCE_OFFICE, Scope.DISTRICT_AGGREGATE, Scope.COMMUNE_AGGREGATE),
)
"""What a district, and a province to June 2025, are made of."""

Numbers = Mapping[Operand, float]


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


def check_examples(suite: Suite, reference: ReferenceTables) -> Iterator[Problem]:
    """A problem for every identity that no example shows to work."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    family = _find_family(reference)
    for identity in suite.identities:
        for word, numbers in zip(("good", "change"), make_example(identity) or (), strict=False):
            rows += [
                _make_row(f"{word} {identity.rule_id}", operand, value, reference, family)
                for operand, value in numbers.items()
            ]
    if not rows:
        return
    table = pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS))
    statements = tabulate_statements(table, reference)
    for identity in suite.identities:
        yield from _check_example(suite.file, identity, statements)


def list_owed(reference: ReferenceTables) -> Iterator[str]:
    """The rules that follow from ``indicators.csv``, as text.

    Who is present does not exceed the quota, nor a score its maximum; a rate is its fraction, and
    stands for a whole number of what is counted; dossiers of the levels add up.
    """
    rows = reference.indicator_rows
    for code, row in rows.items():
        quota, most = code.removesuffix("_present") + "_quota", f"{code}_max"
        if code.endswith("_present") and quota in rows:
            yield f"{code} <= {quota}"
        if most in rows and rows[most]["aggregation"] == "norm":
            yield f"{code} <= {most}"
        part, whole = str(row["numerator"]), str(row["denominator"])
        if row["unit"] == "%" and part in rows and whole in rows:
            yield f"{code} = 100 * {part} / {whole}"
        if row["unit"] == "%" and whole in rows:
            is_counted = reference.unit_rows[str(rows[whole]["unit"])]["kind"] == "count"
            yield from [f"{code} * {whole} / 100 is whole"] if is_counted else []
        if row["unit"] == "dossier" and code.startswith("dossiers_"):
            for levels in LEVELS:
                parts = " + ".join(f"{code}@{scope}" for scope in levels)
                yield f"{code}@{Scope.WHOLE_DISTRICT} = {parts}"


def check_owed(suite: Suite, reference: ReferenceTables) -> Iterator[Problem]:
    """A problem for every rule in which the identities and the catalogue differ."""
    owed = dict.fromkeys(list_owed(reference))
    written = {identity.rule for identity in suite.identities}
    for text in owed:
        if text not in written:
            found = f"no rule {text!r}, which follows from indicators.csv"
            remedy = f"Add it, with the source {CATALOGUE!r}, or mend indicators.csv."
            yield Problem(suite.file, found, "all that follow from the catalogue", remedy)
    for rule in suite.rules:
        text = str(rule.kwargs.get("rule"))
        if str(rule.meta["source"]).startswith(CATALOGUE) and text not in owed:
            where = f"{suite.file}, rule {rule.rule_id}"
            found = f"{text!r}, which does not follow from indicators.csv"
            remedy = "Say another source, take the rule out, or mend indicators.csv."
            yield Problem(where, found, f"a rule as {CATALOGUE} implies", remedy)


def _check_example(file: str, identity: Identity, statements: Statements) -> Iterator[Problem]:
    alone = Identity(identity.rule_id, identity.rule, identity.tolerance)
    verdict = evaluate_identity(alone, statements)
    sources: pd.Series = statements.rows["source_id"].loc[verdict.index]
    holds = {
        word: verdict["holds"][(sources == f"{word} {identity.rule_id}").to_numpy()]
        for word in ("good", "change")
    }
    where = f"{file}, rule {identity.rule_id}"
    if not len(holds["good"]) or not holds["good"].all():
        found = f"{identity.rule}: no figures found that keep it"
        yield Problem(where, found, "a rule that can hold", "Mend the rule.")
    elif holds["change"].all():
        found = f"{identity.rule}: nothing tried breaks it"
        remedy = "Mend the rule, or narrow its tolerance."
        yield Problem(where, found, "a rule that can fail", remedy)


def _make_row(
    source_id: str,
    operand: Operand,
    value: float,
    reference: ReferenceTables,
    family: tuple[str, list[str]],
) -> dict[str, Any]:
    entry = reference.indicator_rows[operand.code]
    unit = reference.unit_rows[str(entry["unit"])]
    decimals = len(repr(value).removesuffix(".0").partition(".")[2])
    is_rounded = unit["kind"] == "rate" or (unit["kind"] == "money" and unit["multiplier"] > 1)
    hidden = 0.5 * 10.0**-decimals if is_rounded else 0.0
    district, communes = family
    group = operand.group if isinstance(operand, GroupSum) else None
    scope = "" if isinstance(operand, GroupSum) else operand.scope
    breakdown = "" if isinstance(operand, GroupSum) else operand.breakdown
    if group in (Group.BREAKDOWN, Group.ALL_LEVELS):
        breakdown = str(reference.breakdowns["breakdown"].iloc[0])
    return {
        **dict.fromkeys(OBSERVATION_COLUMNS, ""),
        **WINDOW,
        "source_id": source_id,
        "area_id": communes[0] if group == Group.CHILDREN else district,
        "scope": Scope.COMMUNE.value if group == Group.CHILDREN
        else scope or Scope.WHOLE_DISTRICT.value,
        "indicator": operand.code,
        "breakdown": breakdown,
        "status": Status.ACTUAL.value,
        "reading": 1,
        "value": value,
        "low": value - hidden,
        "high": value + hidden,
        "unit": entry["unit"],
        "decimals": decimals,
        "comparator": Comparator.EQUAL.value,
        "is_published": True,
    }  # fmt: skip


def _find_family(reference: ReferenceTables) -> tuple[str, list[str]]:
    """A district with communes below it."""
    below: dict[str, list[str]] = {}
    for area in reference.list_areas("commune"):
        if reference.area_rows[str(area["parent_id"])]["level"] == "district":
            below.setdefault(str(area["parent_id"]), []).append(str(area["area_id"]))
    return max(below.items(), key=lambda family: len(family[1]), default=("", [""] * 10))
