"""Suites as files: loading them with a guard, so that no rule is lost and none means nothing.

Great Expectations drops a rule of an unknown type without a word, and takes a wrong argument for a
failure of the data. So every entry is checked first, all problems of a file are told at once, and
the rules that were built are counted against those that are written. ``expectations/*.json`` is the
only place where rules are written.

``cchc check`` asks more: that examples, made from each rule itself, show it to hold and to fail,
and that the rules which follow from the catalogue are there.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cchc_analysis.data.clean import nearest_names
from cchc_analysis.data.outside import load_json
from cchc_analysis.data.records import Scope, Severity, problem
from cchc_analysis.data.reference import Reference, suggest
from cchc_analysis.data.system import import_jsonschema
from cchc_analysis.errors import Problem, ReportError, ValidationError
from cchc_analysis.rules import expressions
from cchc_analysis.rules.causes import find_root
from cchc_analysis.rules.evaluation import compute_value, evaluate_identity
from cchc_analysis.rules.expressions import Identity, Operand, Quantity, list_operands
from cchc_analysis.rules.statements import WideTable

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite


def list_rounded(reference: Reference) -> list[str]:
    """The indicators whose printed numbers are rounded; all others are counted."""
    kinds = reference.units.set_index("unit")["kind"]
    is_rounded = reference.indicators["unit"].map(kinds).isin(["rate", "money"])
    return list(reference.indicators.loc[is_rounded, "indicator"])


SUITES: Mapping[str, str] = {
    "observations": "observations",
    "identities": "statements",
    "indicators": "indicators",
    "transcripts": "transcripts",
}
"""The suites of ``expectations/`` by file name, and the table that each is for; ``statements`` are
observations lined up for arithmetic."""

IDENTITY, DEFINITIONS = "expect_identity_to_hold", "expect_one_definition_to_hold"
"""The rule types that state identities."""

GUARD = "expect_table_row_count_to_be_between"
"""The stock rule that fails where our classes are not registered; it says nothing of the data."""

REST = ("returned", "suspended", "other")
"""What may be missing from a sum that falls short of its total."""

KEYS = ("type", "kwargs", "severity", "meta")
META = ("rule_id", "why", "source")
MORE_META = ("why_vi", "breaks_on")

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """One entry of a suite, with the identities that it states."""

    type: str
    kwargs: Mapping[str, Any]
    severity: Severity
    meta: Mapping[str, Any]
    identities: tuple[Identity, ...] = ()

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
    content: Mapping[str, Any] = field(repr=False)

    @cached_property
    def identities(self) -> tuple[Identity, ...]:
        """The identities among the rules."""
        return tuple(each for rule in self.rules for each in rule.identities)

    @cached_property
    def operands(self) -> tuple[Operand, ...]:
        """What the rules ask for: of identities, and as columns of stock rules."""
        asked = [operand for each in self.identities for operand in each.operands]
        naming = ("column", "column_A", "column_B", "column_list", "column_set")
        for rule in self.rules:
            given = [rule.kwargs.get(key, ()) for key in naming]
            for name in chain(*([each] if isinstance(each, str) else each for each in given)):
                asked += list_operands(expressions.parse_expression(name))
        return tuple(dict.fromkeys(asked))

    @cached_property
    def built(self) -> ExpectationSuite:
        """The rules as Great Expectations loads them; a ValidationError where it takes one not."""
        from great_expectations.core import ExpectationSuite
        from great_expectations.expectations.expectation_configuration import (
            ExpectationConfiguration,
        )

        expectations, problems = [], []
        for entry in self.content["expectations"]:
            try:
                expectations.append(ExpectationConfiguration(**entry).to_domain_obj())
            except (TypeError, ValueError) as error:
                where, said = f"{self.file}, rule {name_rule(entry)}", " ".join(str(error).split())
                problems.append(problem("wrong_kwargs", where, type=entry["type"], said=said))
        if problems:
            raise ValidationError(problems)
        return ExpectationSuite(name=self.file, expectations=expectations)


def load_suites(expectations: Path, reference: Reference) -> dict[str, Suite]:
    """Load all suites of a folder, by name; a ValidationError has the problems of all."""
    suites: dict[str, Suite] = {}
    problems: list[Problem] = []
    owner: dict[str, str] = {}
    for name, table in SUITES.items():
        try:
            suites[name] = load_suite(expectations / f"{name}.json", table, reference)
        except ValidationError as error:
            problems.extend(error.problems)
            continue
        for rule in suites[name].rules:
            if (other := owner.setdefault(rule.rule_id, name)) != name:
                where = f"{name}.json, rule {rule.rule_id}"
                problems.append(problem("rule_of_two_suites", where, other=other))
    if problems:
        raise ValidationError(problems)
    return suites


def load_suite(path: Path, table: str | None, reference: Reference) -> Suite:
    """Load a suite for a table, or for the one that it names itself (``None``).

    A ValidationError has all that would keep it from doing what it says.
    """
    return make_suite(path.name, load_suite_file(path), table, reference)


def make_suite(
    file: str, content: Mapping[str, Any], table: str | None, reference: Reference
) -> Suite:
    """A suite of what a file holds; as ``load_suite``."""
    entries, meta = _list_entries(file, content), content.get("meta")
    problems = list(_check_rule_ids(file, entries))
    about = meta.get("table") if isinstance(meta, dict) else None
    if about not in SUITES.values():
        known = ", ".join(SUITES.values())
        problems.append(problem("suite_of_no_table", file, table=about, known=known))
    elif table is not None and about != table:
        problems.append(problem("suite_of_other_table", file, found=about, table=table))
    for entry in entries:
        problems.extend(_check_entry(file, entry, reference))
    if problems:
        raise ValidationError(problems)
    rules = [
        Rule(each["type"], each["kwargs"], Severity(each["severity"]), each["meta"],
             _build_identities(each))
        for each in entries
        if each["type"] != GUARD
    ]  # fmt: skip
    suite = Suite(file, str(about), tuple(rules), content)
    _ = suite.built
    return suite


def load_identities(path: Path, reference: Reference) -> tuple[Identity, ...]:
    """Load the identities of a suite without Great Expectations; other rules are passed over.

    A ValidationError where the file is no suite, or has entries that mean nothing.
    """
    entries = _list_entries(path.name, load_suite_file(path))
    problems = list(_check_rule_ids(path.name, entries))
    stating = [entry for entry in entries if entry.get("type") in (IDENTITY, DEFINITIONS)]
    for entry in stating:
        problems.extend(_check_identities(path.name, entry, reference))
    if problems:
        raise ValidationError(problems)
    return tuple(identity for entry in stating for identity in _build_identities(entry))


def load_suite_file(path: Path) -> Any:
    """Load a suite file as it is written; a ValidationError where it is absent or no JSON."""
    try:
        return load_json(path)
    except ReportError as error:
        raise ValidationError(error.problems) from None


def _list_entries(file: str, suite: Any) -> list[dict[str, Any]]:
    entries = suite.get("expectations") if isinstance(suite, dict) else None
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise ValidationError(problem("no_list_of_rules", file))
    if not entries:
        raise ValidationError(problem("no_rule", file))
    return entries


def _build_identities(entry: Entry) -> tuple[Identity, ...]:
    kwargs, rule_id = entry["kwargs"], entry["meta"]["rule_id"]
    rest = str(kwargs.get("rest", ""))
    if entry["type"] == DEFINITIONS:
        return tuple(
            Identity(name, rule, rival_group=rule_id, rest=rest)
            for name, rule in kwargs["definitions"].items()
        )
    if entry["type"] != IDENTITY:
        return ()
    assumes = tuple(kwargs.get("assumes", ()))
    return (Identity(rule_id, kwargs["rule"], kwargs.get("tolerance", 0.0), None, assumes, rest),)


def name_rule(entry: Entry) -> str:
    """The rule id of an entry, or words that say that it has none."""
    meta = entry.get("meta")
    if not isinstance(meta, dict):
        return "without meta"
    return str(meta.get("rule_id") or "without rule_id")


def _check_rule_ids(file: str, entries: Iterable[Entry]) -> Iterator[Problem]:
    """A problem for every rule id that two rules of a file share."""
    names: Counter[str] = Counter()
    for entry in entries:
        kwargs = entry.get("kwargs")
        definitions = kwargs.get("definitions") if isinstance(kwargs, dict) else None
        names.update([name_rule(entry), *(definitions if isinstance(definitions, dict) else ())])
    for rule_id, count in names.items():
        if count > 1 and not rule_id.startswith("without"):
            yield problem("doubled_rule", f"{file}, rule {rule_id}", count=count)


def _check_entry(file: str, entry: Entry, reference: Reference) -> Iterator[Problem]:
    """Everything that would make an entry lost, or mean nothing."""
    import_jsonschema()
    from great_expectations.expectations import expectation as gx
    from great_expectations.expectations import registry

    from cchc_analysis.rules.expectations import Evaluated

    naming: Any = (Evaluated, gx.ColumnMapExpectation, gx.ColumnPairMapExpectation)
    naming += (gx.MulticolumnMapExpectation,)
    known = sorted(chain(*map(registry.list_registered_expectation_implementations, naming)))
    where, rule_type = f"{file}, rule {name_rule(entry)}", entry.get("type")
    is_guard = entry.get("kwargs") == {"min_value": {"$PARAMETER": "cchc_analysis"}}
    if rule_type not in known and not (rule_type == GUARD and is_guard):
        nearest = nearest_names(str(rule_type).replace("_", " "), known)
        remedy = f"Did you mean {', '.join(nearest)}?" if nearest else "Mend the type."
        yield problem("strange_rule_type", where, type=rule_type, remedy=remedy)
        return
    yield from _check_shape(where, entry)
    if entry["type"] in (IDENTITY, DEFINITIONS):
        yield from _check_identities(file, entry, reference)


PICK = "Use one of these words."


def _check_shape(where: str, entry: Entry) -> Iterator[Problem]:
    """What an entry says is known, and of its kind."""
    meta = entry["meta"] if isinstance(entry.get("meta"), dict) else {}
    breaks_on = meta.get("breaks_on", {"good": [{}], "change": {"": ""}})
    is_example = isinstance(breaks_on, dict) and breaks_on.keys() == {"good", "change"}
    is_example = is_example and all(breaks_on.values()) and isinstance(breaks_on["change"], dict)
    odd, severity = sorted({*entry} ^ {*KEYS}), entry.get("severity")
    is_severity, severities = severity in tuple(Severity), f"one of {', '.join(Severity)}"
    rule_id = str(meta.get("rule_id") or "X")
    is_id = re.fullmatch(r"[A-Za-z0-9_]{1,40}", rule_id)
    texts = {name: meta[name] for name in (*META, "why_vi") if meta.get(name)}
    example = "good, what keeps the rule, and change, what breaks it"
    reason = "Say why the rule holds, and where it comes from."
    yield from _list_unmet(
        where,
        (not odd, f"missing or unknown keys {', '.join(odd)}", ", ".join(KEYS)),
        (is_severity, f"severity {severity!r}", severities, PICK),
        (isinstance(entry.get("kwargs", {}), dict), "kwargs that are no object", "an object"),
        (is_id, f"rule_id {rule_id!r}", "letters, digits and _", "Rename the rule."),
        (is_example, "breaks_on without its two parts", example, "Write both."),
        *((meta.get(name), f"no {name} in meta", ", ".join(META), reason) for name in META),
    )
    for name, said in texts.items():
        if not (isinstance(said, str) and said.strip()):
            yield problem("no_text_in_meta", where, name=name, said=said)
    for name in [each for each in meta if each not in (*META, *MORE_META)]:
        nearest = nearest_names(str(name), (*META, *MORE_META))
        remedy = f"Did you mean {nearest[0]}?" if nearest else "Take it out."
        known = ", ".join((*META, *MORE_META))
        yield problem("strange_meta", where, name=name, known=known, remedy=remedy)


def _check_identities(file: str, entry: Entry, reference: Reference) -> Iterator[Problem]:
    """Everything that would make the identities of an entry mean nothing."""
    where, kwargs = f"{file}, rule {name_rule(entry)}", entry.get("kwargs")
    kwargs = kwargs if isinstance(kwargs, dict) else {}
    is_choice = entry["type"] == DEFINITIONS
    given: Any = kwargs.get("definitions") if is_choice else {"": kwargs.get("rule")}
    has_texts = isinstance(given, dict) and all(isinstance(each, str) for each in given.values())
    texts: dict[str, str] = given if has_texts else {}
    more, rest = kwargs.get("tolerance", 0.0), kwargs.get("rest", "")
    assumed = kwargs.get("assumes", [])
    is_number = isinstance(more, int | float) and not isinstance(more, bool)
    is_number = is_number and 0 <= more < math.inf
    is_list = isinstance(assumed, list) and all(isinstance(each, str) for each in assumed)
    exact = "Leave it out: printed digits leave room by themselves."
    yield from _list_unmet(
        where,
        (not name_rule(entry).startswith("without"), "no rule_id in meta", "an id for each rule"),
        (has_texts, "no rule in kwargs", "a rule as a text", "Write the rule."),
        (not is_choice or len(texts) != 1, "one definition", "two or more", f"Make it {IDENTITY}."),
        (is_number, f"tolerance {more!r}", "a number from 0", exact),
        (rest in ("", *REST), f"rest {rest!r}", f"one of {', '.join(REST)}", PICK),
        (is_list, f"assumes {assumed!r}", "a list of rules"),
    )
    for name, text in texts.items():
        yield from _check_rule(f"{where} {name}".rstrip(), text, reference)
    clauses = map(expressions.split_clause, assumed if is_list else ())
    for text in (text for clause in clauses for part in clause for text in part):
        yield from _check_rule(f"{where}, assumes", text, reference)


def _list_unmet(where: str, *checks: tuple[Any, ...]) -> Iterator[Problem]:
    """A problem for each check that is not met: whether it is, and what a problem says."""
    for is_met, found, expected, *remedy in checks:
        if not is_met:
            yield Problem(where, found, expected, *(remedy or ["Mend the entry."]))


def _check_rule(where: str, text: str, reference: Reference) -> Iterator[Problem]:
    identity = Identity("", text)
    try:
        left, right = list_operands(identity.left_side), list_operands(identity.right_side)
    except ValidationError as error:
        for each in error.problems:
            yield Problem(f"{where}, {each.where}", each.found, each.expected, each.remedy)
        return
    if not left + right:
        yield problem("rule_of_nothing", where)
    yield from check_codes(where, (*left, *right), reference)
    for terms in identity.sums:
        rows = reference.indicator_rows
        units = {each: rows[each.code]["unit"] for each in terms if each.code in rows}
        for one, other in pairwise(units):
            if units[one] != units[other]:
                said = {"unit": units[one], "other": other, "other_unit": units[other]}
                yield problem("mixed_units", where, one=one, **said)
    for one, other in product(left, right if identity.operator != expressions.WHOLE else ()):
        both = [each for each in (one, other) if isinstance(each, Quantity)]
        is_same = len(both) > 1 and len({replace(each, scope="") for each in both}) == 1
        # A bare code means any scope, so it would meet itself at the scope of the other.
        is_met = is_same and not all(each.scope for each in both)
        if one == other or is_met:
            yield problem("same_on_both_sides", where, left=one, right=other)


def check_codes(where: str, operands: Iterable[Operand], reference: Reference) -> Iterator[Problem]:
    """A problem for every indicator that the catalogue does not have."""
    for code in dict.fromkeys(operand.code for operand in operands):
        if code not in reference.indicator_rows:
            nearest = suggest(code, reference.indicator_rows, "indicators.csv")
            yield problem("code_of_no_indicator", where, code=code, nearest=nearest)


ATTEMPTS = (
    (3.0, 7.0, 11.0, 13.0),
    (20.0, 30.0, 50.0, 70.0),
    (90.0, 8.0, 5.0, 2.0),
    (9.0, 4.0, 6.0, 95.0),
)
"""Numbers to begin with; the next ones where the first leave a quantity below zero."""

CATALOGUE = "data/reference/indicators.csv"
"""How the source of a rule begins that follows from the catalogue."""


def check_examples(suite: Suite, reference: Reference) -> Iterator[Problem]:
    """A problem for every identity that no figures are seen to keep, or none to break."""
    rounded = list_rounded(reference)
    for identity in suite.identities:
        alone = Identity(identity.rule_id, identity.rule, identity.tolerance)
        table = WideTable(pd.DataFrame(_list_examples(identity)), rounded)
        holds = evaluate_identity(alone, table)["holds"]
        if not holds.any() or holds.all():
            kind = "rule_that_never_fails" if holds.any() else "rule_that_never_holds"
            where = f"{suite.file}, rule {identity.rule_id}"
            yield problem(kind, where, rule=identity.rule)


def _list_examples(identity: Identity) -> list[dict[str, float]]:
    """Figures that just keep a rule, and with less and more of the first; none where none do."""
    first = identity.operands[0]
    for numbers in ATTEMPTS:
        values = {
            operand: numbers[at % len(numbers)] + 10.0 * (at // len(numbers))
            for at, operand in enumerate(identity.operands)
        }
        if identity.operator == expressions.WHOLE:
            root = 1 / compute_value(identity.left_side, {**values, first: 1.0})
        else:
            root = round(find_root(identity, values, first, values[first]), 6)
        if math.isfinite(root) and root > 0:
            named = {str(operand): value for operand, value in values.items()}
            return [{**named, str(first): each} for each in (root, root / 2, root * 2 + 10)]
    return []


def list_owed(reference: Reference) -> Iterator[str]:
    """The rules that follow from ``indicators.csv``, as text.

    Who is present does not exceed the quota, nor a score its maximum; a rate is its fraction, and
    stands for a whole number of what is counted; dossiers of the levels add up.
    """
    rows = reference.indicator_rows
    of_district = (Scope.DISTRICT_OFFICE, Scope.COMMUNE_AGGREGATE)
    of_province = (Scope.PROVINCE_OFFICE, Scope.DISTRICT_AGGREGATE, Scope.COMMUNE_AGGREGATE)
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
            for levels in (of_district, of_province):  # to June 2025
                parts = " + ".join(f"{code}@{scope}" for scope in levels)
                yield f"{code}@{Scope.WHOLE_DISTRICT} = {parts}"


def check_owed(suite: Suite, reference: Reference) -> Iterator[Problem]:
    """A problem for every rule in which the identities and the catalogue differ."""
    owed = dict.fromkeys(list_owed(reference))
    written = {identity.rule for identity in suite.identities}
    for text in owed:
        if text not in written:
            yield problem("owed_rule", suite.file, rule=text, catalogue=CATALOGUE)
    for rule in suite.rules:
        text = str(rule.kwargs.get("rule"))
        if str(rule.meta["source"]).startswith(CATALOGUE) and text not in owed:
            where = f"{suite.file}, rule {rule.rule_id}"
            yield problem("rule_not_owed", where, rule=text, catalogue=CATALOGUE)
