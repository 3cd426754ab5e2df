"""The example that every identity carries: its good figures keep it, its change breaks it.

Comes in as a suite; goes out as problems. A tolerance so wide that nothing can break the rule, or a
rule that does not speak of its own example, is found here, by trying.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.records import OBSERVATION_COLUMNS, Comparator, Scope, Status
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import Problem
from cchc_analysis.rules.entries import EXAMPLE
from cchc_analysis.rules.evaluation import evaluate_identity
from cchc_analysis.rules.identity import Identity
from cchc_analysis.rules.statements import Statements, tabulate_statements
from cchc_analysis.rules.suites import Suite

if TYPE_CHECKING:
    import pandas as pd

WINDOW = {"period_start": "2024-01-01", "period_end": "2024-06-30"}


def check_examples(suite: Suite, reference: Reference) -> Iterator[Problem]:
    """A problem for every identity that its own example does not show to work."""
    import pandas as pd

    examples = [
        (rule.rule_id, word, numbers)
        for rule in suite.rules
        if rule.identity
        for good in [rule.meta["breaks_on"]["good"]]
        for word, numbers in (("good", good), ("change", good | rule.meta["breaks_on"]["change"]))
    ]
    rows = [
        _make_row(f"{word} {rule_id}", name, float(value), reference)
        for rule_id, word, numbers in examples
        for name, value in numbers.items()
    ]
    if not rows:
        return
    table = pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS))
    statements = tabulate_statements(table, reference)
    for rule in suite.rules:
        if rule.identity:
            yield from _check_example(suite.file, rule.identity, statements)


def _check_example(file: str, identity: Identity, statements: Statements) -> Iterator[Problem]:
    verdict = evaluate_identity(identity, statements)
    sources: pd.Series = statements.rows["source_id"].loc[verdict.index]
    holds = {
        word: verdict["holds"][(sources == f"{word} {identity.rule_id}").to_numpy()]
        for word in ("good", "change")
    }
    where = f"{file}, rule {identity.rule_id}"
    if not len(holds["good"]) or not holds["good"].all():
        yield Problem(
            where,
            "breaks_on.good does not keep the rule"
            if len(holds["good"])
            else "breaks_on.good lacks figures that the rule speaks of",
            "good figures for all quantities, which keep it",
            "Mend the example, or the rule.",
        )
    elif holds["change"].all():
        yield Problem(
            where,
            "breaks_on.change does not break the rule",
            "a change that the rule must reject",
            "Mend the example, or narrow the tolerance.",
        )


def _make_row(source_id: str, name: str, value: float, reference: Reference) -> dict[str, Any]:
    match = EXAMPLE.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r} is no quantity: the suite has not been checked")
    entry = reference.indicator_rows[match["code"]]
    unit = reference.unit_rows[str(entry["unit"])]
    decimals = len(repr(value).removesuffix(".0").partition(".")[2])
    is_rounded = unit["kind"] == "rate" or (unit["kind"] == "money" and unit["multiplier"] > 1)
    hidden = 0.5 * 10.0**-decimals if is_rounded else 0.0
    district, communes = _find_family(reference)
    return {
        **dict.fromkeys(OBSERVATION_COLUMNS, ""),
        **WINDOW,
        "source_id": source_id,
        "area_id": communes[int(match["n"]) - 1] if match["n"] else district,
        "scope": match["scope"] or Scope.WHOLE_DISTRICT.value,
        "indicator": match["code"],
        "breakdown": match["breakdown"] or "",
        "status": Status.ACTUAL.value,
        "reading": 1,
        "value": value,
        "low": value - hidden,
        "high": value + hidden,
        "unit": entry["unit"],
        "decimals": decimals,
        "comparator": Comparator.EQUAL.value,
        "is_published": True,
    }


def _find_family(reference: Reference) -> tuple[str, list[str]]:
    """A district with communes below it."""
    below: dict[str, list[str]] = {}
    for area in reference.list_areas("commune"):
        if reference.area_rows[str(area["parent_id"])]["level"] == "district":
            below.setdefault(str(area["parent_id"]), []).append(str(area["area_id"]))
    return max(below.items(), key=lambda family: len(family[1]), default=("", [""] * 10))
