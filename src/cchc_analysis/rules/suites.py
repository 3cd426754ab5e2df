"""Loading a suite with a guard: a rule that would be lost or mean nothing is refused.

Great Expectations drops a rule of an unknown type without a word, and takes a wrong argument for a
failure of the data. So every entry is checked first, all problems of a file are told at once, and
the rules that were built are counted against those that are written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.records import Severity
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import Problem, ValidationError
from cchc_analysis.rules import cells, comparisons
from cchc_analysis.rules.columns import name_columns
from cchc_analysis.rules.entries import check_assumed, check_entry, check_table
from cchc_analysis.rules.identity import IDENTITY_TYPES, Identity, build_identity
from cchc_analysis.rules.loading import load_suite_file
from cchc_analysis.rules.rule_checks import check_rule_ids

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

ROW = "row"
"""The column that numbers the rows of a table, by which broken ones are named."""

WHOLE_TYPE = "expect_part_not_above_its_whole"


@dataclass(frozen=True)
class Rule:
    """One entry of a suite."""

    type: str
    kwargs: Mapping[str, Any]
    severity: Severity
    meta: Mapping[str, Any]
    identity: Identity | None = None

    @property
    def rule_id(self) -> str:
        """The id of the rule."""
        return str(self.meta["rule_id"])


@dataclass(frozen=True)
class Suite:
    """The rules for one table."""

    file: str
    table: str
    rules: tuple[Rule, ...] = field(repr=False)

    @property
    def identities(self) -> tuple[Identity, ...]:
        """The identities among the rules."""
        return tuple(rule.identity for rule in self.rules if rule.identity)

    def build(self, rule: Rule, there: Collection[str] | None = None) -> Expectation:
        """A rule as a Great Expectations object, for a table with the columns ``there``."""
        columns = list_columns(rule, self.identities)
        if there is not None:
            columns = [name for name in columns if name in there]
        return _build_expectation(rule, self.identities, columns)

    def find(self, rule_id: str) -> Rule:
        """The rule with an id."""
        return next(rule for rule in self.rules if rule.rule_id == rule_id)


def load_suite(path: Path, table: str | None, reference: Reference) -> Suite:
    """Load a suite for a table.

    Args:
        path: The JSON file.
        table: The table that it must be for; ``None`` takes what it says.
        reference: Whose catalogue defines the codes.

    Raises:
        ValidationError: The file would not do what it says; all problems at once.
    """
    content = load_suite_file(path)
    entries = content["expectations"]
    problems = [*check_table(path.name, content, table), *check_rule_ids(path.name, entries)]
    for entry in entries:
        problems.extend(check_entry(path.name, entry, reference))
    problems.extend(check_assumed(path.name, entries))
    if problems:
        raise ValidationError(problems)
    suite = Suite(path.name, str(content["meta"]["table"]), tuple(map(_build_rule, entries)))
    if problems := list(_check_arguments(suite)):
        raise ValidationError(problems)
    return suite


def list_columns(rule: Rule, identities: tuple[Identity, ...] = ()) -> list[str]:
    """The columns of its table that a rule looks at."""
    if rule.identity:
        return name_columns(rule.identity.operands)
    if rule.type == WHOLE_TYPE:
        operands = [operand for each in list_sums(identities) for operand in each.operands]
        return name_columns(dict.fromkeys(operands))
    if rule.type in comparisons.COMPARISONS:
        return list(comparisons.COLUMNS)
    if rule.type in cells.COLUMNS:
        return list(cells.COLUMNS[rule.type])
    named = [rule.kwargs.get(name) for name in ("column", "column_A", "column_B")]
    return [name for name in [*named, *rule.kwargs.get("column_list", ())] if name]


def list_missing_columns(
    rule: Rule, there: Collection[str], identities: tuple[Identity, ...] = ()
) -> list[str]:
    """The columns without which a rule cannot say anything about a table.

    Of a plain sum some parts may be missing: then those that are there reach the total at most.
    """
    if rule.type == WHOLE_TYPE:
        columns = list_columns(rule, identities)
        return [] if any(name in there for name in columns) else columns
    if rule.identity is None:
        return [name for name in list_columns(rule) if name not in there]
    missing = [operand for operand in rule.identity.operands if str(operand) not in there]
    parts = rule.identity.parts
    if set(missing) <= set(parts) and len(parts) - len(missing) >= min(2, len(parts)):
        return []
    return [str(operand) for operand in missing]


def _check_arguments(suite: Suite) -> Iterator[Problem]:
    """Build every rule: what Great Expectations refuses is a problem, and none may be lost."""
    for rule in suite.rules:
        try:
            suite.build(rule)
        except (TypeError, ValueError) as error:
            reasons = str(error).replace("\n", " ")
            yield Problem(
                f"{suite.file}, rule {rule.rule_id}",
                f"arguments that {rule.type} does not take: {reasons}",
                "its arguments, each of its kind",
                "Mend kwargs.",
            )


def _build_rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(
        type=entry["type"],
        kwargs=entry["kwargs"],
        severity=Severity(entry["severity"]),
        meta=entry["meta"],
        identity=build_identity(entry) if entry["type"] in IDENTITY_TYPES else None,
    )


def _build_expectation(
    rule: Rule, identities: tuple[Identity, ...], columns: list[str]
) -> Expectation:
    """Build one rule, with the arguments that are the same for all rules of its kind."""
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.registry import get_expectation_impl

    from cchc_analysis.rules import expectations

    kind = get_expectation_impl(rule.type)
    kwargs = dict(rule.kwargs)
    if kind.__module__ == expectations.__name__:
        # The number of the row is there as well, since two columns are the least that is taken.
        kwargs |= {"column_list": [*columns, ROW], "ignore_row_if": "never"}
    if rule.type == WHOLE_TYPE:
        kwargs["sums"] = [[each.left, each.right] for each in list_sums(identities)]
        kwargs["stated"] = [list(pair) for pair in list_stated(identities)]
    return kind(
        **kwargs, severity=FailureSeverity(rule.severity.value), meta={"rule_id": rule.rule_id}
    )


def list_stated(identities: tuple[Identity, ...]) -> list[tuple[str, str]]:
    """The pairs of part and whole of which an identity of their own speaks."""
    return [(each.left, each.right) for each in identities if each.operator == "<="]


def list_sums(identities: tuple[Identity, ...]) -> list[Identity]:
    """The identities that say that a total is the sum of several parts."""
    return [each for each in identities if each.operator == "=" and len(each.parts) > 1]
