"""What `cchc check` asks of suites: that examples show each rule to work, and that none is missing.

Comes in as a suite; goes out as problems. Examples are made from the rule itself: numbers for all
quantities but the first, the first one as the rule would have it, and then another. A tolerance so
wide that nothing can break the rule, or a rule that nothing can keep, is found here, by trying.
Rules that follow from the catalogue are made from it and held against those that are written, which
stay in the suite so that stock Great Expectations knows them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping

from cchc_analysis.data.records import Scope
from cchc_analysis.data.reference import Reference as ReferenceTables
from cchc_analysis.errors import Problem
from cchc_analysis.rules.causes import find_root
from cchc_analysis.rules.evaluation import compute_value, evaluate_identity
from cchc_analysis.rules.expressions import EQUAL, WHOLE, Identity, Operand
from cchc_analysis.rules.statements import Booleans, WideTable
from cchc_analysis.rules.suites import Suite, list_rounded

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
    rounded = list_rounded(reference)
    for identity in suite.identities:
        where = f"{suite.file}, rule {identity.rule_id}"
        holds = _try_example(identity, rounded)
        if not holds[:1].all():
            found = f"{identity.rule}: no figures found that keep it"
            yield Problem(where, found, "a rule that can hold", "Mend the rule.")
        elif holds.all():
            found = f"{identity.rule}: nothing tried breaks it"
            remedy = "Mend the rule, or narrow its tolerance."
            yield Problem(where, found, "a rule that can fail", remedy)


def _try_example(identity: Identity, rounded: Collection[str]) -> Booleans:
    """Whether the example that keeps a rule does, and whether the other one does."""
    import pandas as pd

    rows = [
        {str(operand): value for operand, value in numbers.items()}
        for numbers in make_example(identity) or ()
    ]
    alone = Identity(identity.rule_id, identity.rule, identity.tolerance)
    verdict = evaluate_identity(alone, WideTable(pd.DataFrame(rows), rounded))
    return verdict["holds"].reindex([0, 1], fill_value=False).to_numpy(dtype=bool)


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
