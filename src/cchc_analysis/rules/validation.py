"""Tables into findings: every rule over all tables, once, and what it breaks in words.

Comes in as the tables of a run and the suites of ``expectations/``; goes out as findings, as
tallies of what was applied, and as the definitions that sources follow. Great Expectations says
which rows break which rule; the arithmetic behind it is that of ``evaluation``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.data.records import DEFINITION_COLUMNS
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import Problem, ReportError, ValidationError

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.rules.checks import Found
    from cchc_analysis.rules.suites import Suite

SUITES: Mapping[str, str] = {
    "observations": "observations",
    "identities": "statements",
    "indicators": "indicators",
    "transcripts": "transcripts",
}
"""The suites of ``expectations/`` by file name, and the table that each is for."""


@dataclass(frozen=True)
class Verdict:
    """What validation found.

    Attributes:
        findings: ``FINDING_COLUMNS``, sorted by id.
        tallies: ``TALLY_COLUMNS``, a row for each rule and source.
        definitions: ``DEFINITION_COLUMNS``, the definition that a source follows of each group,
            where one fits.
    """

    findings: pd.DataFrame
    tallies: pd.DataFrame
    definitions: pd.DataFrame


def validate_tables(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    transcripts: pd.DataFrame | None,
    reference: Reference,
    expectations: Path,
) -> Verdict:
    """Validate the tables of a run.

    Args:
        observations: ``OBSERVATION_COLUMNS``, one published reading for each quantity.
        indicators: ``INDICATOR_COLUMNS``.
        transcripts: ``TRANSCRIPT_COLUMNS``; without them findings do not say where figures stand.
        reference: The reference tables.
        expectations: The folder of the suites.

    Raises:
        ValidationError: A suite would not do what it says, or a rule could not be run.
    """
    from cchc_analysis.rules import checks
    from cchc_analysis.rules.described import describe_indicators
    from cchc_analysis.rules.drafts import tabulate_drafts
    from cchc_analysis.rules.tallies import join_tallies
    from cchc_analysis.rules.wording import Teller

    suites = load_suites(expectations, reference)
    stated = observations.reset_index(drop=True)
    teller = Teller(stated, transcripts, reference)
    found = [checks.check_observations(suites["observations"], stated, reference, teller)]
    arithmetic, definitions = checks.check_identities(
        suites["identities"], stated, reference, teller
    )
    found.append(arithmetic)
    described = describe_indicators(indicators, reference)
    found.append(checks.check_rows(suites["indicators"], described, reference))
    if transcripts is not None:
        # A figure that no person has given an indicator yet says nothing that could be wrong.
        mapped = transcripts[transcripts["indicator"] != ""]
        found.append(checks.check_rows(suites["transcripts"], _number(mapped), reference))
    settled = checks.settle_repeated(found)
    drafts = settled.drafts
    drafts.extend(checks.draft_remarks(stated, reference))
    return Verdict(
        findings=tabulate_drafts(drafts),
        tallies=join_tallies(settled.tallies),
        definitions=definitions.loc[definitions["fits"] > 0, list(DEFINITION_COLUMNS)].reset_index(
            drop=True
        ),
    )


def validate_file(
    suite_path: Path, data_path: Path, reference: Reference, expectations: Path
) -> pd.DataFrame:
    """Run a suite on a table of somebody's own.

    A suite of identities knows one period at a time. What else can be asked of any table of
    figures is asked as well: the ranges of the catalogue, and what periods owe each other.

    Args:
        suite_path: A suite as JSON, as those of ``expectations/``.
        data_path: A CSV file: one row a value (``indicator``, ``value`` or ``printed``, and what
            else ``OBSERVATION_COLUMNS`` has), or, for identities, one column an indicator.
        reference: The reference tables.
        expectations: The folder of our own suites.

    Returns:
        Findings, ``FINDING_COLUMNS``.

    Raises:
        ValidationError: The suite would not do what it says.
        ReportError: The table cannot be read, or lacks columns.
    """
    from cchc_analysis.rules import checks
    from cchc_analysis.rules.described import describe_indicators
    from cchc_analysis.rules.drafts import tabulate_drafts
    from cchc_analysis.rules.examples import check_examples
    from cchc_analysis.rules.own_table import load_own_table
    from cchc_analysis.rules.suites import load_suite
    from cchc_analysis.rules.wording import Teller

    suite = load_suite(suite_path, None, reference)
    if problems := list(check_examples(suite, reference)):
        raise ValidationError(problems)
    table = load_own_table(data_path, suite, reference)
    if suite.table == "indicators":
        table = describe_indicators(table, reference)
    if suite.table in ("indicators", "transcripts"):
        return tabulate_drafts(checks.check_rows(suite, _number(table), reference).drafts)
    if suite.table == "observations":
        teller = Teller(table, None, reference)
        found = checks.check_observations(suite, table, reference, teller)
    else:
        found = _check_own_statements(suite, table, reference, data_path, expectations)
    return tabulate_drafts(found.drafts)


def _check_own_statements(
    suite: Suite, table: pd.DataFrame, reference: Reference, path: Path, expectations: Path
) -> Found:
    """Check identities in a table whose readings nobody has chosen yet, and what else is known."""
    from cchc_analysis.rules import checks
    from cchc_analysis.rules.own_rules import choose_own_rules
    from cchc_analysis.rules.readings import choose_readings
    from cchc_analysis.rules.suites import load_suite
    from cchc_analysis.rules.wording import Teller

    chosen = choose_readings(table, suite.identities, reference)
    teller = Teller(chosen, None, reference)
    found, _ = checks.check_identities(suite, chosen, reference, teller)
    ours = load_suite(expectations / "observations.json", "observations", reference)
    rules = choose_own_rules(ours, chosen, path.stem)
    others = checks.check_observations(rules, chosen, reference, teller)
    if not others.drafts and not any(tally.counts[0].any() for tally in found.tallies):
        raise ReportError(
            Problem(
                path.name,
                f"no rule of {suite.file} finds its figures in one area, scope and period",
                "figures that owe each other something",
                "Compare the indicators, scopes and periods with those of the suite.",
            )
        )
    return checks.Found(checks.drop_repeated([*found.drafts, *others.drafts]), found.tallies)


def load_suites(expectations: Path, reference: Reference) -> dict[str, Suite]:
    """Load all suites of a folder, by name.

    Raises:
        ValidationError: One of them would not do what it says; the problems of all.
    """
    from cchc_analysis.rules.suites import load_suite

    suites: dict[str, Suite] = {}
    problems: list[Problem] = []
    for name, table in SUITES.items():
        try:
            suites[name] = load_suite(expectations / f"{name}.json", table, reference)
        except ValidationError as error:
            problems.extend(error.problems)
    problems.extend(_check_ids_across(suites))
    if problems:
        raise ValidationError(problems)
    return suites


def try_suites(expectations: Path, reference: Reference) -> dict[str, Suite]:
    """Load all suites of a folder, and try every identity on its own example.

    Raises:
        ValidationError: As ``load_suites``; or an example does not show its rule to work.
    """
    from cchc_analysis.rules.examples import check_examples

    suites = load_suites(expectations, reference)
    if problems := [each for suite in suites.values() for each in check_examples(suite, reference)]:
        raise ValidationError(problems)
    return suites


def _check_ids_across(suites: Mapping[str, Suite]) -> Iterator[Problem]:
    """A problem for every rule id that rules of two files share."""
    owner: dict[str, str] = {}
    for name, suite in suites.items():
        for rule in suite.rules:
            first = owner.setdefault(rule.rule_id, name)
            if first != name:
                yield Problem(
                    f"{name}.json, rule {rule.rule_id}",
                    f"a rule of this id in {first}.json as well",
                    "an id for each rule",
                    "Give one of them an id of its own.",
                )


def _number(table: pd.DataFrame) -> pd.DataFrame:
    """A table with its rows numbered, by which broken ones are named."""
    numbered = table.reset_index(drop=True)
    return numbered.assign(row=numbered.index)
