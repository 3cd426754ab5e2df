"""What would make an identity mean nothing: found on loading, told in sentences."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cchc_analysis.data import reference as reference_data
from cchc_analysis.errors import Problem, ValidationError
from cchc_analysis.rules.expressions import (
    GroupSum,
    Operand,
    Reference,
    list_operands,
    parse_expression,
)
from cchc_analysis.rules.identity import IDENTITY_TYPES, OPERATORS, TOLERANCES


def name_rule(entry: Mapping[str, Any]) -> str:
    """The rule id of an entry, or words that say that it has none."""
    meta = entry.get("meta")
    return (
        str(meta.get("rule_id") or "without rule_id") if isinstance(meta, dict) else "without meta"
    )


def check_rule_ids(file: str, entries: Iterable[Mapping[str, Any]]) -> Iterator[Problem]:
    """A problem for every rule id that two rules of a file share."""
    for rule_id, count in Counter(map(name_rule, entries)).items():
        if count > 1 and not rule_id.startswith("without"):
            yield Problem(
                f"{file}, rule {rule_id}",
                f"{count} rules with this id",
                "an id for each rule",
                "Give the later one an id of its own.",
            )


def check_identity(
    file: str, entry: Mapping[str, Any], reference: reference_data.Reference
) -> Iterator[Problem]:
    """Everything that would make an identity mean nothing, as problems."""
    where = f"{file}, rule {name_rule(entry)}"
    kwargs = entry.get("kwargs")
    kwargs = kwargs if isinstance(kwargs, dict) else {}
    wanted = ("left", "operator", "right", "tolerance")
    if missing := [name for name in wanted if name not in kwargs]:
        yield Problem(
            where,
            f"no {' and no '.join(missing)} in kwargs",
            f"{', '.join(wanted)}",
            "Write every argument.",
        )
        return
    yield from _check_meta(where, entry)
    kind = IDENTITY_TYPES[entry["type"]]
    if kwargs["operator"] != OPERATORS[kind]:
        yield Problem(
            where,
            f"operator {kwargs['operator']!r}",
            f"{OPERATORS[kind]!r} in a rule of this type",
            "Change the operator or the type.",
        )
    yield from _check_tolerance(where, kwargs["tolerance"], kind)
    yield from _check_sides(where, str(kwargs["left"]), str(kwargs["right"]), entry, reference)


def _check_meta(where: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    meta = entry.get("meta")
    if not isinstance(meta, dict) or not meta.get("rule_id"):
        yield Problem(where, "no rule_id in meta", "an id for each rule", "Add it.")


def _check_tolerance(where: str, tolerance: object, kind: str) -> Iterator[Problem]:
    is_word = isinstance(tolerance, str) and tolerance in TOLERANCES
    is_number = (
        isinstance(tolerance, int | float)
        and not isinstance(tolerance, bool)
        and math.isfinite(tolerance)
        and tolerance >= 0
    )
    if not (is_word or is_number):
        yield Problem(
            where,
            f"tolerance {tolerance!r}",
            f"{', '.join(TOLERANCES)}, or a number from 0",
            "Use “printed” where figures are rounded, “exact” where they are counted.",
        )
    elif kind == "ratio" and tolerance in ("exact", 0):
        yield Problem(
            where,
            f"tolerance {tolerance!r} for a rate, which is always rounded",
            "printed, implied, or a number above 0",
            "Use “printed”.",
        )


def _check_sides(
    where: str,
    left: str,
    right: str,
    entry: Mapping[str, Any],
    reference: reference_data.Reference,
) -> Iterator[Problem]:
    try:
        sides = list_operands(parse_expression(left)), list_operands(parse_expression(right))
    except ValidationError as error:
        for problem in error.problems:
            yield Problem(
                f"{where}, {problem.where}", problem.found, problem.expected, problem.remedy
            )
        return
    yield from check_codes(where, (*sides[0], *sides[1]), reference)
    yield from _check_reference_to_self(where, *sides)
    yield from _check_shape(where, entry["type"], (*sides[0], *sides[1]))


def check_codes(
    where: str, operands: Iterable[Operand], reference: reference_data.Reference
) -> Iterator[Problem]:
    """A problem for every indicator that the catalogue does not have."""
    for code in dict.fromkeys(operand.code for operand in operands):
        if code not in reference.indicator_rows:
            yield Problem(
                where,
                f"unknown indicator {code!r}",
                "one of data/reference/indicators.csv",
                reference_data.suggest(code, reference.indicator_rows, "indicators.csv") + ".",
            )


def _check_reference_to_self(
    where: str, left: tuple[Operand, ...], right: tuple[Operand, ...]
) -> Iterator[Problem]:
    for one in left:
        for other in right:
            is_same = one == other
            # A bare code means any scope, so it would meet itself at the scope of the other.
            is_met = (
                isinstance(one, Reference)
                and isinstance(other, Reference)
                and one.code == other.code
                and "" in (one.scope, other.scope)
            )
            if is_same or is_met:
                yield Problem(
                    where,
                    f"{one} on the left and {other} on the right",
                    "an identity between different quantities",
                    "Fix the scopes with @, or take the quantity off one side.",
                )


def _check_shape(where: str, rule_type: str, operands: Iterable[Operand]) -> Iterator[Problem]:
    has_groups = any(isinstance(operand, GroupSum) for operand in operands)
    if has_groups != (rule_type == "expect_grouped_parts_to_equal_their_total"):
        yield Problem(
            where,
            f"type {rule_type} {'with' if has_groups else 'without'} a SUM_… group",
            "expect_grouped_parts_to_equal_their_total exactly where a group is summed",
            "Change the type.",
        )
