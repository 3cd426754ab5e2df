"""The entries of a suite as they are written: what would make one lost, or mean nothing.

Comes in as parsed JSON; goes out as problems, each with file, rule and remedy. Nothing is built and
no rule is run here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cchc_analysis.data.clean import nearest_names
from cchc_analysis.data.records import Scope, Severity
from cchc_analysis.data.reference import Reference, suggest
from cchc_analysis.errors import Problem
from cchc_analysis.rules.identity import ALTERNATIVE, IDENTITY_TYPES
from cchc_analysis.rules.rule_checks import check_identity, name_rule

KEYS = ("type", "kwargs", "severity", "meta")

META = ("rule_id", "why", "source", "breaks_on")
"""What every rule says about itself."""

MORE_META = ("why_vi", "rival_group", "assumes")
"""What a rule may say beyond that."""

RULE_ID = re.compile(r"[A-Za-z0-9_]{1,40}")

EXAMPLE = re.compile(
    r"(?P<code>\w+)(?:\[(?P<breakdown>\w+=\w+)\])?(?:@(?P<scope>\w+))?(?:#(?P<n>[1-9]))?"
)
"""A quantity of an example; ``#n`` is the n-th commune below its district."""

TABLES = ("observations", "indicators", "transcripts", "statements")
"""What a suite can be about; ``statements`` are observations lined up for arithmetic."""


def check_table(file: str, content: Mapping[str, Any], table: str | None) -> Iterator[Problem]:
    """A problem where a suite does not say which table it is for, or is for another one."""
    meta = content.get("meta")
    found = meta.get("table") if isinstance(meta, dict) else None
    if found not in TABLES:
        yield Problem(
            file,
            f"meta.table {found!r}",
            f"one of {', '.join(TABLES)}",
            "Say in meta which table the suite is for.",
        )
    elif table is not None and found != table:
        yield Problem(
            file, f"a suite for {found}", f"one for {table}", f"Name the suite for {table}."
        )


def check_entry(file: str, entry: Mapping[str, Any], reference: Reference) -> Iterator[Problem]:
    """Everything that would make an entry lost, or mean nothing."""
    where = f"{file}, rule {name_rule(entry)}"
    known = _list_types()
    if entry.get("type") not in known:
        nearest = nearest_names(str(entry.get("type")).replace("_", " "), known)
        yield Problem(
            where,
            f"unknown rule type {entry.get('type')!r}",
            "a type that Great Expectations or cchc_analysis.rules.expectations defines",
            f"Did you mean {', '.join(nearest)}?" if nearest else "Mend the type.",
        )
        return
    yield from _check_keys(where, entry)
    if isinstance(entry.get("meta"), dict):
        yield from _check_meta(where, entry["meta"])
    if entry["type"] in IDENTITY_TYPES:
        yield from check_identity(file, entry, reference)
        yield from _check_example(where, entry, reference)


def _check_keys(where: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    if sorted(entry) != sorted(KEYS):
        odd = sorted(set(entry) ^ set(KEYS))
        yield Problem(
            where, f"missing or unknown keys {', '.join(odd)}", ", ".join(KEYS), "Mend the entry."
        )
    if entry.get("severity") not in tuple(Severity):
        yield Problem(
            where,
            f"severity {entry.get('severity')!r}",
            f"one of {', '.join(Severity)}",
            "Use one of these words.",
        )
    if not isinstance(entry.get("kwargs", {}), dict):
        yield Problem(where, "kwargs that are no object", "an object of arguments", "Mend kwargs.")
    meta = entry.get("meta")
    if lacking := [name for name in META if not (isinstance(meta, dict) and meta.get(name))]:
        yield Problem(
            where,
            f"no {', no '.join(lacking)} in meta",
            f"{', '.join(META)}",
            "Say why the rule holds, where it comes from, and what change must break it.",
        )


def _check_meta(where: str, meta: Mapping[str, Any]) -> Iterator[Problem]:
    """Each word of meta is known, and of its kind."""
    for name in meta:
        if name not in (*META, *MORE_META):
            nearest = nearest_names(str(name), (*META, *MORE_META))
            yield Problem(
                where,
                f"unknown {name!r} in meta",
                ", ".join((*META, *MORE_META)),
                f"Did you mean {nearest[0]}?" if nearest else "Take it out.",
            )
    for name in ("rule_id", "why", "source", "why_vi", "rival_group"):
        if meta.get(name) and not (isinstance(meta[name], str) and meta[name].strip()):
            yield Problem(where, f"{name} {meta[name]!r}", "a text", f"Write {name} as a text.")
    rule_id = meta.get("rule_id")
    if isinstance(rule_id, str) and rule_id and not RULE_ID.fullmatch(rule_id):
        yield Problem(where, f"rule_id {rule_id!r}", "letters, digits and _", "Rename the rule.")
    assumes = meta.get("assumes", [])
    if not (isinstance(assumes, list) and all(isinstance(each, str) for each in assumes)):
        yield Problem(where, f"assumes {assumes!r}", "a list of rule ids", "Mend assumes.")
    yield from _check_breaks_on(where, meta.get("breaks_on"))


def _check_breaks_on(where: str, breaks_on: Any) -> Iterator[Problem]:
    if not breaks_on:
        return
    keys = set(breaks_on) if isinstance(breaks_on, dict) else set()
    if not keys or not {"good", "change"} <= keys <= {"good", "change", "also"}:
        yield Problem(
            where,
            f"breaks_on with {', '.join(sorted(map(str, keys))) or 'no parts'}",
            "good, what keeps the rule, and change, what breaks it",
            "Write both.",
        )
    elif not isinstance(breaks_on["change"], dict) or not breaks_on["change"]:
        yield Problem(where, "a change that changes nothing", "at least one value", "Add it.")


def _check_example(where: str, entry: Mapping[str, Any], reference: Reference) -> Iterator[Problem]:
    """The figures of an identity's example are numbers of known quantities."""
    meta = entry.get("meta")
    breaks_on = meta.get("breaks_on") if isinstance(meta, dict) else None
    if not isinstance(breaks_on, dict):
        return
    for part in ("good", "change"):
        numbers = breaks_on.get(part)
        if not isinstance(numbers, dict) or not numbers:
            yield Problem(where, f"breaks_on.{part} {numbers!r}", "quantities and numbers", "Mend.")
            continue
        for name, value in numbers.items():
            yield from _check_quantity(where, part, name, reference)
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not is_number or not math.isfinite(value):
                yield Problem(
                    where, f"{name} {value!r} in breaks_on.{part}", "a number", "Mend the example."
                )


def _check_quantity(where: str, part: str, name: str, reference: Reference) -> Iterator[Problem]:
    match = EXAMPLE.fullmatch(name)
    code = match["code"] if match else name
    if code not in reference.indicator_rows:
        yield Problem(
            where,
            f"unknown indicator {code!r} in breaks_on.{part}",
            "one of data/reference/indicators.csv",
            suggest(code, reference.indicator_rows, "indicators.csv") + ".",
        )
    elif match and match["scope"] and match["scope"] not in tuple(Scope):
        yield Problem(
            where, f"scope {match['scope']!r} in breaks_on.{part}", ", ".join(Scope), "Mend it."
        )


def check_assumed(file: str, entries: list[Mapping[str, Any]]) -> Iterator[Problem]:
    """A problem for every rule that assumes one which is not there, or is no rival of another."""
    groups = {
        str(meta.get("rule_id")): meta.get("rival_group")
        for entry in entries
        if isinstance(meta := entry.get("meta"), dict)
    }
    for entry in entries:
        meta = entry.get("meta")
        assumes = meta.get("assumes", []) if isinstance(meta, dict) else []
        clauses = assumes if isinstance(assumes, list) else []
        for name in [name for each in clauses for name in str(each).split(ALTERNATIVE)]:
            if not groups.get(name):
                yield Problem(
                    f"{file}, rule {name_rule(entry)}",
                    f"assumes {name}, which is no rule of a rival group here",
                    "the id of a rule with a rival_group",
                    "Take it out, or give that rule its group.",
                )


def _list_types() -> list[str]:
    from great_expectations.expectations.registry import (
        list_registered_expectation_implementations,
    )

    from cchc_analysis.rules import expectations  # noqa: F401  (registers our types)

    return sorted(list_registered_expectation_implementations())
