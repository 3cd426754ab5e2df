"""A table of somebody's own: one row a value, or one column an indicator.

Comes in as a file or as a data frame; goes out as observations, or as findings about them. What the
table does not say is taken as plain: results of the whole district, exact as far as their digits
go. Whatever cannot be understood is told with its row, before any rule is run; nothing is passed
over.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.files import type_columns
from cchc_analysis.data.outside import check_shape, read_bytes
from cchc_analysis.data.records import OBSERVATION_COLUMNS, UNCERTAINTY, Scope, Status
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.panels.own_columns import name_own_columns
from cchc_analysis.panels.own_rows import settle_row
from cchc_analysis.rules import choose_readings
from cchc_analysis.rules.cells import CELLS
from cchc_analysis.rules.comparisons import COLUMNS, COMPARISONS
from cchc_analysis.rules.expressions import Reference as Operand
from cchc_analysis.rules.suites import Suite, load_suite, make_suite
from cchc_analysis.rules.validation import (
    Found,
    check_identities,
    check_observations,
    check_rows,
    settle_repeated,
)

if TYPE_CHECKING:
    import pandas as pd

PLACE = ("source_id", "area_id", "scope", "period_start", "period_end")

DESCRIBED = ("range_min", "range_max")
"""What the catalogue adds to a table that names indicators."""

NEEDED = ("indicator", "value")
"""Without these a table has no values; with them it has one a row."""

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
)
"""Rules about several periods of one area."""

BETWEEN_SOURCES = ("expect_sources_to_agree",)

WINDOW = ["area_id", "scope", "indicator", "breakdown", "period_start", "period_end", "status"]

LARGEST = 1e15
"""More than anything a district can report, as in ``expectations/observations.json``."""

DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(OBSERVATION_COLUMNS, ""),
    **dict.fromkeys(UNCERTAINTY, float("nan")),
    "scope": Scope.WHOLE_DISTRICT.value,
    "status": Status.ACTUAL.value,
}


def validate_table(
    table: pd.DataFrame | Path,
    suite: Path | Mapping[str, Any] | None,
    reference: Reference,
    expectations: Path,
) -> pd.DataFrame:
    """Validate a table of somebody's own.

    A suite of identities knows one period at a time. What else can be asked of any table of
    figures is asked as well: the ranges of the catalogue, ranks, and what periods owe each other.

    Args:
        table: A CSV file or a data frame: one row a value (``indicator``, ``value`` or ``printed``,
            and what else ``OBSERVATION_COLUMNS`` has), or, for identities, one column an indicator.
        suite: A suite as JSON, or what such a file holds; without it our own identities.
        reference: The reference tables.
        expectations: The folder of our own suites.

    Returns:
        Findings, ``FINDING_COLUMNS``; ``attrs["rules_applied"]`` is how many rules found something
        to apply to, ``attrs["doubtful_rules"]`` which of them every source breaks.

    Raises:
        ValidationError: The suite would not do what it says.
        ReportError: The table cannot be read, or lacks columns, or no rule applies to it.
    """
    from cchc_analysis.rules.described import describe_indicators
    from cchc_analysis.rules.drafts import tabulate_drafts
    from cchc_analysis.rules.wording import Teller

    given = _load_suite(expectations / "identities.json" if suite is None else suite, reference)
    name = table.stem if isinstance(table, Path) else "table"
    own = load_own_table(table, given, reference)
    if given.table == "indicators":
        own = describe_indicators(own, reference)
    if given.table in ("indicators", "transcripts"):
        found = check_rows(given, own.reset_index(drop=True), reference)
    elif given.table == "observations":
        found = check_observations(given, own, reference, Teller(own, None, reference))
    else:
        found = _check_statements(given, own, reference, name, expectations)
    if not found.drafts and not found.applied:
        raise ReportError(
            Problem(
                name,
                f"no rule of {given.file} finds its figures in one area, scope and period",
                "figures that owe each other something, or that have a range",
                "Compare the indicators, scopes and periods with those of the suite.",
            )
        )
    findings = tabulate_drafts(found.drafts)
    findings.attrs["rules_applied"] = found.applied
    findings.attrs["doubtful_rules"] = list(_list_doubtful(found))
    return findings


def _load_suite(suite: Path | Mapping[str, Any], reference: Reference) -> Suite:
    if isinstance(suite, Path):
        return load_suite(suite, None, reference)
    content = json.loads(json.dumps(suite))
    return make_suite(str(content.get("name", "suite")), content, None, reference)


def _check_statements(
    suite: Suite, table: pd.DataFrame, reference: Reference, name: str, expectations: Path
) -> Found:
    """Check identities in a table whose readings nobody has chosen yet, and what else is known."""
    from cchc_analysis.rules.wording import Teller

    chosen = choose_readings(table, suite.identities, reference)
    teller = Teller(chosen, None, reference)
    found, _ = check_identities(suite, chosen, reference, teller)
    ours = load_suite(expectations / "observations.json", "observations", reference)
    published = chosen[chosen["is_published"]]
    types = {*ALWAYS, *_list_across(published, name)}
    others = check_observations(ours, chosen, reference, teller, types)
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


def _list_doubtful(found: Found) -> Iterator[str]:
    """Rules that every source breaks to which they apply, three or more: perhaps they are wrong."""
    for tally in found.tallies:
        applied, kept, broken, _ = tally.counts
        if int((applied > 0).sum()) > 2 and broken.any() and not kept.any():
            yield tally.rule_id


def load_own_table(table: pd.DataFrame | Path, suite: Suite, reference: Reference) -> pd.DataFrame:
    """Load a table for a suite.

    Returns:
        Observations for a suite on observations or statements, else the table as it is.

    Raises:
        ReportError: The file cannot be read, a cell means nothing, or columns are missing.
    """
    path = table if isinstance(table, Path) else Path("table")
    own = _read(table) if isinstance(table, Path) else _write_cells(table)
    if suite.table in ("indicators", "transcripts"):
        _check_columns(path, own, suite)
        return _type(path, own)
    own = name_own_columns(path.name, own)
    if "value" not in own and "printed" in own:
        own = own.assign(value="")
    if not set(NEEDED) <= set(own.columns):
        if suite.table != "statements":
            raise _lack(path, own, "one value a row")
        own = _melt(path, own, suite, reference)
    elif suite.table == "observations":
        _check_places(path, own, suite)
    if {*OBSERVATION_COLUMNS} - {*UNCERTAINTY} <= {*own.columns}:
        whole = own.reindex(columns=list(OBSERVATION_COLUMNS), fill_value="")
        observations = _type(path, whole)
    else:
        observations = _make_observations(path, own, reference)
    if suite.table == "statements":
        _check_numbers(path, observations)
    return observations


def _write_cells(table: pd.DataFrame) -> pd.DataFrame:
    """The cells of a data frame as text; a number in its shortest form, missing as nothing."""
    import numpy as np

    if not len(table):
        raise ReportError(Problem("table", "no rows", "at least one row", "Add the rows."))
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        found = f"two columns {twice[0]!r}"
        raise ReportError(Problem("table", found, "each column once", "Rename one."))

    def write(cell: Any) -> str:
        if cell is None or cell != cell:  # noqa: PLR0124 - NaN is not itself
            return ""
        if isinstance(cell, float) and np.isfinite(cell):
            return np.format_float_positional(cell, trim="-")
        return str(cell)

    numbered = table.reset_index(drop=True)
    numbered.index = numbered.index + 2
    return numbered.map(write)


def _read(path: Path) -> pd.DataFrame:
    """The cells as text, by the number of their row; commas, semicolons or tabs between them."""
    import pandas as pd

    try:
        text = read_bytes(path, "a table").decode("utf-8-sig")
        mark = max(",;\t", key=text.partition("\n")[0].count)
        check_shape(path, text, mark)
        rows_read = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
        lines = dict(enumerate(rows_read, start=1))
    except (ValueError, csv.Error) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ReportError(
            Problem(path.name, reason, "a table as CSV in UTF-8", "Save it as CSV, in UTF-8.")
        ) from None
    head = _strip(lines.pop(1, []))
    rows = {number: _strip(cells) for number, cells in lines.items() if cells}
    if not head or not rows:
        raise ReportError(Problem(path.name, "no rows", "at least one row", "Add the rows."))
    if problems := list(_check_shape(path, head, rows)):
        raise ReportError(problems)
    cells = [each + [""] * (len(head) - len(each)) for each in rows.values()]
    return pd.DataFrame(cells, index=list(rows), columns=head, dtype="str")


def _strip(cells: list[str]) -> list[str]:
    """Without the empty cells at the end, which mean nothing."""
    used = max((at for at, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    return cells[:used]


def _check_shape(path: Path, head: list[str], rows: Mapping[int, list[str]]) -> Iterator[Problem]:
    """A cell without a column, and two columns of one name, could mean anything."""
    for name in dict.fromkeys(each for each in head if head.count(each) > 1):
        yield Problem(
            path.name, f"two columns {name!r}", "each column once", "Rename one, or take it out."
        )
    for number, cells in rows.items():
        if len(cells) > len(head):
            yield Problem(
                f"{path.name} row {number}",
                f"{len(cells)} cells",
                f"{len(head)}, one for each column",
                "Mend the row; a number with a comma goes into quotation marks.",
            )


def _lack(path: Path, table: pd.DataFrame, shape: str) -> ReportError:
    return ReportError(
        Problem(
            path.name,
            f"columns {', '.join(map(str, table.columns))}",
            f"at least {' and '.join(NEEDED)}, {shape}",
            "Name the columns as in data/processed/observations.csv.",
        )
    )


def _check_columns(path: Path, table: pd.DataFrame, suite: Suite) -> None:
    there = {*table.columns, *(DESCRIBED if "indicator" in table else ())}
    _ask_for(path, suite, [name for name in _list_columns(suite) if name not in there])


def _check_places(path: Path, table: pd.DataFrame, suite: Suite) -> None:
    """Rules about areas and dates would accuse every row of a table that gives none."""
    given = set(table.columns)
    given |= {"area_id"} if "area" in given else set()
    given |= {"period_start", "period_end"} if "period" in given else set()
    needed = {*_list_columns(suite)}
    _ask_for(path, suite, [name for name in PLACED if name in needed - given])


def _list_columns(suite: Suite) -> Iterator[str]:
    """The columns that the rules of a suite look at."""
    for rule in suite.rules:
        if rule.type in CELLS:
            yield from CELLS[rule.type][1]
        elif rule.type in COMPARISONS:
            yield from COLUMNS
        named = [rule.kwargs.get(name) for name in ("column", "column_A", "column_B")]
        yield from (name for name in [*named, *rule.kwargs.get("column_list", ())] if name)


def _ask_for(path: Path, suite: Suite, missing: Iterable[str]) -> None:
    if names := list(dict.fromkeys(missing)):
        raise ReportError(
            Problem(
                path.name,
                f"no column {', '.join(names)}",
                f"the columns that {suite.file} looks at",
                "Add the columns, or take the rules out of the suite.",
            )
        )


def _melt(path: Path, table: pd.DataFrame, suite: Suite, reference: Reference) -> pd.DataFrame:
    """A table with one column an indicator as one with one row a value."""
    import pandas as pd

    operands = {code: Operand(code) for code in reference.indicator_rows}
    operands |= {
        str(operand): operand
        for identity in suite.identities
        for operand in identity.operands
        if isinstance(operand, Operand)
    }
    columns = [name for name in table.columns if name in operands]
    if not columns:
        wanted = [str(each) for each in suite.identities[0].operands] if suite.identities else []
        raise ReportError(
            Problem(
                path.name,
                f"no rule of {suite.file} finds its columns among {', '.join(table.columns)}",
                f"columns named by indicator, such as {', '.join(wanted)}, "
                "or indicator and value with one value a row",
                "Rename the columns.",
            )
        )
    keyed = table.assign(source_id=_name_rows(path, table), row=table.index)
    kept = [name for name in keyed.columns if name in (*PLACE, "area", "period", "status", "row")]
    parts = [
        keyed[kept].assign(
            indicator=operands[name].code,
            breakdown=operands[name].breakdown,
            value=keyed[name],
            figures=[f"{name}:{row}" for row in keyed["row"]],
            **({"scope": operands[name].scope} if operands[name].scope else {}),
        )
        for name in columns
    ]
    return pd.concat(parts, ignore_index=True)


def _name_rows(path: Path, table: pd.DataFrame) -> list[str]:
    """A source for each row, so that rows never mix; its own name where that is enough."""
    key = [name for name in (*PLACE, "area", "period") if name in table.columns]
    if "source_id" in key and not table.duplicated(key).any():
        return list(table["source_id"])
    return [f"{path.stem} row {row}" for row in table.index]


def _make_observations(path: Path, table: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Values with what a table of one's own may leave out; cells without a number are missing."""
    import pandas as pd

    problems: list[Problem] = []
    rows: list[dict[str, Any]] = []
    for number, cells in zip(table.index, table.to_dict("records"), strict=True):
        line = cells.get("row", number)
        if not (str(cells["value"]).strip() or str(cells.get("printed", "")).strip()):
            continue
        row = DEFAULTS | {"source_id": path.stem, "figures": f"row:{line}"}
        row |= {str(name): cell for name, cell in cells.items() if cell != "" or name not in row}
        found = list(settle_row(row, reference))
        named = (row.get(name) for name in ("area", "area_id", "period", "indicator"))
        who = ", ".join(dict.fromkeys(str(each) for each in named if each))
        problems += [Problem(f"{path.name} row {line} ({who})", *each) for each in found]
        rows.append(row)
    if problems:
        raise ReportError(problems)
    if not rows:
        raise ReportError(Problem(path.name, "no values", "at least one", "Fill in the values."))
    made = pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS))
    key = [*PLACE, "indicator", "breakdown", "status"]
    same = [*key, "value", "comparator"]
    together = made.groupby(same, sort=False, dropna=False)["figures"].agg(" ".join)
    made = made.drop_duplicates(same).assign(figures=together.array).reset_index(drop=True)
    reading = made.groupby(key, sort=False).cumcount() + 1
    return made.assign(reading=reading, is_published=reading == 1)


def _check_numbers(path: Path, observations: pd.DataFrame) -> None:
    """No rule of arithmetic can speak of a number that is none, or too large to be meant."""
    is_odd = ~(observations["value"].abs() <= LARGEST)
    problems = [
        Problem(
            f"{path.name}, {figures}",
            f"{value:g} for {indicator}",
            f"a number up to {LARGEST:g}",
            "Mend the cell, or leave it empty where nothing is known.",
        )
        for figures, value, indicator in observations.loc[
            is_odd, ["figures", "value", "indicator"]
        ].itertuples(index=False)
    ]
    if problems:
        raise ReportError(problems)


def _type(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    """A table that has all columns of observations."""
    try:
        return type_columns(table.replace({"is_published": {"True": "true"}}))
    except ValueError as error:
        raise ReportError(
            Problem(path.name, str(error), "a number in every number cell", "Mend the cell.")
        ) from None
