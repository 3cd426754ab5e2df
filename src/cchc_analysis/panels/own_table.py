"""The one door for a table of somebody's own: validated, and not kept.

Comes in as a file or a data frame, and a suite or none; goes out as findings. What stands in the
table is understood in ``own_rows``; what it owes is asked of the suites. A suite of identities
knows one period at a time: what else can be asked of any table of figures is asked as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import nearest_names
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import Problem, ReportError, ValidationError
from cchc_analysis.panels.own_rows import (
    make_observations,
    melt_columns,
    name_columns,
    open_own_table,
    type_cells,
)
from cchc_analysis.rules import choose_readings
from cchc_analysis.rules.cells import CELLS
from cchc_analysis.rules.comparisons import COLUMNS, COMPARISONS
from cchc_analysis.rules.engine import join_tallies
from cchc_analysis.rules.expressions import Quantity as Operand
from cchc_analysis.rules.suites import Suite, check_examples, load_suite, make_suite
from cchc_analysis.rules.validation import (
    Found,
    check_identities,
    check_rows,
    doubt,
    list_doubtful,
    settle_repeated,
)
from cchc_analysis.rules.wording import Teller, tabulate_drafts

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("indicator", "value")
"""Without these a table has no values; with them it has one a row."""

DESCRIBED = ("range_min", "range_max")
"""What the catalogue adds to a table that names indicators."""

PLACED = ("area_id", "period_end")
"""What a rule about places and dates needs, and nothing can stand for."""

ALWAYS = (
    "expect_one_value_for_each_quantity",
    "expect_value_in_catalogue_range",
    "expect_rates_not_above_hundred",
    "expect_rates_on_one_scale",
    "expect_ranks_to_follow_values",
    "expect_pooled_rate_between_its_scopes",
)
"""Rules about one quantity at one place, or about many areas at one time."""

DATED = (
    "expect_longer_window_not_below_shorter",
    "expect_opening_to_equal_previous_closing",
    "expect_magnitude_like_other_periods",
    "expect_counts_not_to_repeat_another_period",
    "expect_counts_of_its_own_area",
)
"""Rules about several periods of one area."""

BETWEEN_SOURCES = ("expect_sources_to_agree",)

WINDOW = ["area_id", "scope", "indicator", "breakdown", "period_start", "period_end", "status"]


def validate_table(
    table: pd.DataFrame | Path,
    suite: Path | Mapping[str, Any] | None,
    reference: Reference,
    expectations: Path,
) -> pd.DataFrame:
    """Validate a table of somebody's own.

    Args:
        table: A file of any format that panels have, or a data frame: one row a value
            (``indicator``, ``value`` or ``printed``, and what else ``OBSERVATION_COLUMNS`` has),
            or, for identities, one column an indicator.
        suite: A suite as JSON, or what such a file holds; without it our own identities.
        reference: The reference tables.
        expectations: The folder of our own suites.

    Returns:
        Findings, ``FINDING_COLUMNS``; ``attrs`` tell ``rules_applied`` (how many found something
        to apply to), ``doubtful_rules`` (those that every source breaks), ``passed_over`` (the
        columns that nothing knows) and ``warnings`` (the same as sentences).

    Raises:
        ValidationError: The suite would not do what it says.
        ReportError: The table cannot be read, or lacks columns, or no rule applies to it.
    """
    given = _load_suite(expectations / "identities.json" if suite is None else suite, reference)
    if suite is not None and (problems := list(check_examples(given, reference))):
        raise ValidationError(problems)
    file = table.name if isinstance(table, Path) else "table"
    own, passed_over = _understand(file, open_own_table(table, reference), given, reference)
    if given.table == "statements":
        found = _check_statements(given, own, reference, file, expectations)
    else:
        found = check_rows(given, own, reference)
    if not found.drafts and not found.applied:
        where, rules = Path(file).stem, f"no rule of {given.file}"
        expected = "figures that owe each other something, or that have a range"
        remedy = "Compare the indicators, scopes and periods with those of the suite."
        found_none = f"{rules} finds its figures in one area, scope and period"
        raise ReportError(Problem(where, found_none, expected, remedy))
    findings = tabulate_drafts(found.drafts)
    doubtful = list_doubtful(join_tallies(found.tallies))
    findings.attrs["rules_applied"] = found.applied
    findings.attrs["doubtful_rules"] = doubtful
    findings.attrs["passed_over"] = passed_over
    findings.attrs["warnings"] = [*_name_passed_over(passed_over, reference), *map(doubt, doubtful)]
    return findings


def _load_suite(suite: Path | Mapping[str, Any], reference: Reference) -> Suite:
    if isinstance(suite, Path):
        return load_suite(suite, None, reference)
    content = json.loads(json.dumps(suite))
    return make_suite(str(content.get("name", "suite")), content, None, reference)


def _understand(
    file: str, cells: pd.DataFrame, suite: Suite, reference: Reference
) -> tuple[pd.DataFrame, list[str]]:
    """The table that a suite is for, and the columns of the given one that nothing knows."""
    if suite.table in ("indicators", "transcripts"):
        there = {*cells.columns, *(DESCRIBED if "indicator" in cells else ())}
        _ask_for(file, suite, [name for name in _list_columns(suite) if name not in there])
        return type_cells(file, cells), []
    operands = {code: Operand(code) for code in reference.indicator_rows}
    for identity in suite.identities:
        operands |= {str(each): each for each in identity.operands if isinstance(each, Operand)}
    own, unknown = name_columns(file, cells, operands, reference)
    if "value" not in own and "printed" in own:
        own = own.assign(value="")
    if {*NEEDED} <= {*own.columns}:
        if suite.table == "observations":
            _check_places(file, own, suite)
        return make_observations(file, own, reference), unknown
    if suite.table != "statements" or not {*own.columns} & {*operands}:
        columns = f"no rule of {suite.file} finds its columns among {', '.join(cells.columns)}"
        expected = "columns named by indicator, or indicator and value with one value a row"
        expected = expected if suite.table == "statements" else " and ".join(NEEDED)
        remedy = "Name the columns as in data/processed/observations.csv."
        raise ReportError(Problem(file, columns, expected, remedy))
    return make_observations(file, melt_columns(file, own, operands), reference), unknown


def _check_places(file: str, table: pd.DataFrame, suite: Suite) -> None:
    """Rules about areas and dates would accuse every row of a table that gives none."""
    given = {*table.columns, *({"area_id"} if "area" in table else ())}
    given |= {"period_start", "period_end"} if "period" in table else set()
    needed = {*_list_columns(suite)}
    _ask_for(file, suite, [name for name in PLACED if name in needed - given])


def _list_columns(suite: Suite) -> Iterator[str]:
    """The columns that the rules of a suite look at."""
    for rule in suite.rules:
        if rule.type in CELLS:
            yield from CELLS[rule.type][1]
        elif rule.type in COMPARISONS:
            yield from COLUMNS
        named = [rule.kwargs.get(name) for name in ("column", "column_A", "column_B")]
        yield from (name for name in [*named, *rule.kwargs.get("column_list", ())] if name)


def _ask_for(file: str, suite: Suite, missing: list[str]) -> None:
    if missing:
        found, expected = ", ".join(dict.fromkeys(missing)), f"the columns that {suite.file}"
        remedy = "Add the columns, or take the rules out of the suite."
        raise ReportError(Problem(file, f"no column {found}", f"{expected} looks at", remedy))


def _check_statements(
    suite: Suite, table: pd.DataFrame, reference: Reference, file: str, expectations: Path
) -> Found:
    """Check identities in a table whose readings nobody has chosen yet, and what else is known."""
    chosen = choose_readings(table, suite.identities, reference)
    teller = Teller(chosen, None, reference)
    found, _ = check_identities(suite, chosen, reference, teller)
    ours = load_suite(expectations / "observations.json", "observations", reference)
    published = chosen[chosen["is_published"]]
    types = {*ALWAYS, *_list_across(published, Path(file).stem)}
    others = check_rows(ours, chosen, reference, teller, types)
    return settle_repeated([found, others])


def _list_across(published: pd.DataFrame, name: str) -> Iterator[str]:
    """Periods are compared where each area has every quantity once, or sources tell them apart."""
    if published["period_end"].eq("").any():
        return
    is_sourced = not published["source_id"].str.fullmatch(rf"{re.escape(name)}( row \d+)?").any()
    if is_sourced or not published.duplicated(WINDOW).any():
        yield from DATED
    if is_sourced:
        yield from BETWEEN_SOURCES


def _name_passed_over(columns: Iterable[str], reference: Reference) -> Iterator[str]:
    """A sentence for each column that nothing knows, with the indicators that it may mean."""
    for column in columns:
        near = nearest_names(column, reference.indicator_rows)
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        yield f"column {column!r} passed over: no rule knows it{meant}"
