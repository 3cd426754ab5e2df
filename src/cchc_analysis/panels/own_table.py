"""The one door for a table of somebody's own: validated, and not kept.

Comes in as a file of any format that panels have, or as a data frame, in which a row is one value
or a column one indicator, and a suite or none; goes out as findings. What the table does not say is
taken as plain: results of the whole district, exact as far as their digits go. What cannot be
understood is told with its row, everything at once.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cchc_analysis.data import records
from cchc_analysis.data.areas import exists_on
from cchc_analysis.data.clean import can_stand_for, fold_text, nearest_names
from cchc_analysis.data.files import type_columns
from cchc_analysis.data.named import NAME_COLUMNS
from cchc_analysis.data.records import problem, refusal
from cchc_analysis.data.reference import Reference
from cchc_analysis.data.tidy import make_observations
from cchc_analysis.errors import ReportError, ValidationError, count, join_some
from cchc_analysis.panels import cells
from cchc_analysis.panels.layouts import Roles, find_head, find_strays, match_columns
from cchc_analysis.panels.mapping import PanelMapping, ValueColumn, Vocabulary
from cchc_analysis.panels.matching import Figures, describe_units, read_numerals
from cchc_analysis.panels.reading import BOUNDS, read_numbers, unfold_table
from cchc_analysis.panels.words import load_vocabulary, spell
from cchc_analysis.rules import choose_readings, validation
from cchc_analysis.rules.expressions import Quantity
from cchc_analysis.rules.rows import CELLS, COLUMNS, COMPARISONS, list_cells
from cchc_analysis.rules.suites import Suite, check_examples, load_suite, make_suite
from cchc_analysis.rules.wording import Teller, tabulate_drafts

FREE = {*records.TRANSCRIPT_COLUMNS, *records.OBSERVATION_COLUMNS, *records.INDICATOR_COLUMNS}
FREE |= {*NAME_COLUMNS, "quote", "label", "label_vi", "label_en", "row"}
"""Columns that may stand there and say nothing to a rule."""
PLACE = ("source", "area_code", "area", "province", "scope", "period_start", "period_end", "period")
"""What tells the rows apart whose columns are indicators."""
LARGEST = 1e15
"""More than anything an area can report, as in ``expectations/observations.json``."""


def validate_table(
    table: pd.DataFrame | Path,
    suite: Path | Mapping[str, Any] | None,
    reference: Reference,
    expectations: Path,
) -> pd.DataFrame:
    """The findings (``FINDING_COLUMNS``) of a suite, or of that of identities, in a table.

    A row is a value (``indicator``, ``value`` or ``printed``, and what else ``OBSERVATION_COLUMNS``
    has) or, for identities, a column an indicator. ``attrs`` tell ``rules_applied`` (how many found
    something to apply to), ``rules_of_suite`` (how many of them are the suite's, and of how many),
    ``doubtful_rules`` (those that every source breaks), ``passed_over`` (the columns that nothing
    knows) and ``warnings`` (the same as sentences). A ValidationError where the suite would not do
    what it says, a ReportError where the table cannot be understood.
    """
    if isinstance(suite, Mapping):
        content = json.loads(json.dumps(suite))
        given = make_suite(str(content.get("name", "suite")), content, None, reference)
    else:
        given = load_suite(suite or expectations / "identities.json", None, reference)
    if suite is not None and (problems := list(check_examples(given, reference))):
        raise ValidationError(problems)
    sheet = _open(table, reference)
    file = sheet.name
    own, passed_over, told = _understand(sheet, given, reference)
    if given.table == "statements":
        found, apart = _check_statements(given, own, reference, file, expectations)
        told += apart
    else:
        found = [validation.check_rows(given, own, reference)]
    drafts, applied = validation.settle_repeated(found), sum(each.applied for each in found)
    if not drafts and not applied:
        raise refusal("nothing_applies", Path(file).stem, suite=given.file)
    for column in passed_over:
        near = " or ".join(nearest_names(column, reference.indicator_rows))
        meant = f"; did you mean {near}?" if near else ""
        told.append(f"column {column!r} passed over: no rule knows it{meant}")
    findings = tabulate_drafts(drafts)
    doubtful = validation.list_doubtful(validation.join_tallies(found))
    findings.attrs |= {
        "rules_applied": applied,
        "rules_of_suite": (found[0].applied, len(found[0].counts)),
        "doubtful_rules": doubtful,
        "passed_over": passed_over,
        "warnings": [*told, *map(validation.doubt, doubtful)],
    }
    return findings


def _open(table: pd.DataFrame | Path, reference: Reference) -> cells.Worksheet:
    """The cells of a table, texts and numbers, by the numbers of their rows, under its headings."""
    if isinstance(table, Path):
        sheet = cells.choose_sheet(table, cells.open_sheets(table))
        # Empty cells at the end of a row mean nothing.
        own = find_head(replace(sheet, lengths=None), Vocabulary(PanelMapping(), reference))
    else:
        # What names rows in the index is theirs as well.
        named = [each for each in table.index.names if each and each not in table.columns]
        table = table.reset_index(named) if named else table
        own = cells.frame_columns("table", table, table.columns, first=2)
    counts = Counter(filter(None, own.names))
    problems = [*find_strays(own)]
    doubled = [name for name, number in counts.items() if number > 1]
    problems += [problem("doubled_heading", own.name, name=name) for name in doubled]
    if not len(own.cells):
        problems.append(problem("no_rows", own.name))
    if problems:
        raise ReportError(problems)
    return own


def _make_vocabulary(names: Collection[str], suite: Suite, reference: Reference) -> Vocabulary:
    """The columns of ours and what else they are called, and the quantities of the suite."""
    quantities = [*map(Quantity, reference.indicator_rows)]
    for identity in suite.identities:
        quantities += (each for each in identity.operands if isinstance(each, Quantity))
    values = {
        str(each): ValueColumn(indicator=each.code, scope=each.scope, breakdown=each.breakdown)
        for each in quantities
        if str(each) in names
    }
    said = {*map(fold_text, spell("fields") | spell("own_fields"))}
    free = {each for each in FREE if fold_text(each) not in said} | {*BOUNDS}
    free |= {"year"} if "period" in names else set()  # as load_panel gives both
    mapping = PanelMapping(values=values, ignore=tuple(sorted(free)))
    return Vocabulary(mapping, reference, is_own=True)


def _understand(
    sheet: cells.Worksheet, suite: Suite, reference: Reference
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """The table that a suite is for, the columns that nothing knows, and what is odd in rows."""
    table, file = sheet.cells.set_axis([*sheet.names], axis=1), sheet.name
    needed = [*dict.fromkeys(_list_columns(suite))]
    if suite.table in ("indicators", "transcripts"):
        # To a table that names indicators the catalogue adds their ranges.
        there = {*table.columns, *(("range_min", "range_max") if "indicator" in table else ())}
        _ask_for(file, suite, [name for name in needed if name not in there])
        return _type_cells(file, table), [], []
    known = _make_vocabulary(sheet.names, suite, reference)
    roles = match_columns(sheet, known)
    for at in [at for at, each in roles.values.items() if each.unit]:  # no rule is about others
        roles.unknown.append(sheet.names[at])
        del roles.values[at]
    unknown = roles.unknown
    if {*records.OBSERVATION_COLUMNS} - {*records.UNCERTAINTY} <= {*table.columns}:
        whole = table.reindex(columns=list(records.OBSERVATION_COLUMNS), fill_value="")
        return _type_cells(file, whole.reset_index(drop=True)), unknown, []
    is_long = "indicator" in roles.fields and bool({"value", "as_printed"} & {*roles.fields})
    if not is_long:
        if suite.table != "statements" or not any(each.said for each in roles.values.values()):
            kind, names = f"no_columns_of_{suite.table}", ", ".join(filter(None, sheet.names))
            raise refusal(kind, file, suite=suite.file, columns=names)
    elif suite.table == "observations":
        # Rules about areas and dates would accuse every row of a table that gives none.
        lacks = ("area_id", "area_code", "area"), ("period_end", "period_end", "period")
        asked = [own for own, *words in lacks if own in needed and not {*words} & {*roles.fields}]
        _ask_for(file, suite, asked)
    figures = _unfold(sheet, roles, known, is_long=is_long)
    return _make_observations(figures), unknown, figures.notes


def _list_columns(suite: Suite) -> Iterator[str]:
    """The columns that the rules of a suite look at."""
    for rule in suite.rules:
        if rule.type in CELLS:
            yield from list_cells(CELLS[rule.type])
        elif rule.type in COMPARISONS:
            yield from COLUMNS
        named = [rule.kwargs.get(name) for name in ("column", "column_A", "column_B")]
        yield from filter(None, [*named, *rule.kwargs.get("column_list", ())])


def _ask_for(file: str, suite: Suite, missing: list[str]) -> None:
    if missing:
        raise refusal("lacking_columns", file, missing=", ".join(missing), suite=suite.file)


def _unfold(sheet: cells.Worksheet, roles: Roles, known: Vocabulary, *, is_long: bool) -> Figures:
    """One row per figure, with what a table of one's own may leave out.

    It is ``printed`` as machines write it, or ``as_printed`` in a report; either may be empty.
    """
    places = [roles.fields[each] for each in PLACE if each in roles.fields]
    # A source for each row, so that rows never mix; its own name where that is enough.
    is_apart = "source" not in roles.fields or bool(sheet.cells[places].duplicated().any())
    left_out = {"as_printed", "figures", *(["source"] if is_apart else [])}
    fields = {each: at for each, at in roles.fields.items() if is_long or each not in left_out}
    values = {at: each for at, each in roles.values.items() if bool(each.said) != is_long}
    own = replace(roles, fields=fields, values=values or {fields["as_printed"]: ValueColumn()})
    figures = unfold_table(sheet, own, known)
    names = dict.fromkeys([*figures.rows, "as_printed", "figures", "comparator"])
    rows = figures.rows.reindex(columns=[*names], fill_value="")
    rows["printed"] = rows["printed"].fillna("") if values else ""
    row, stem = rows["row"].astype("str"), Path(sheet.name).stem
    usual = {
        "source": stem if is_long else f"{stem} row " + row,
        "scope": records.Scope.WHOLE_DISTRICT.value,
        "figures": "row:" + row if is_long else rows["section"].str.replace(" ", "_") + ":" + row,
    }
    for name, said in usual.items():
        rows[name] = rows[name].mask(rows[name] == "", said)
    figures.rows = rows[(rows[["printed", "as_printed"]] != "").any(axis=1)].reset_index(drop=True)
    if figures.rows.empty:
        raise refusal("no_values", sheet.name)
    return figures


def _make_observations(figures: Figures) -> pd.DataFrame:
    """The figures of a table of one's own as observations; what is odd in its rows is noted."""
    figures.match_periods()
    figures.translate()
    figures.rows = rows = _read_values(figures)
    is_large = rows["value"].abs() > LARGEST
    for code, large in rows[is_large].groupby("indicator", sort=False):
        value = large["value"].iloc[0]
        figures.complain(large.index, "too_large", indicator=code, value=value, most=LARGEST)
    figures.check_numerals()
    figures.check_units()
    if figures.problems:
        raise ReportError(figures.problems)
    stated = rows[(rows["printed"] != "") & (rows["as_printed"] != "")]
    pairs = stated[["row", "as_printed", "printed"]].itertuples(index=False)
    odd = [str(row) for row, *pair in pairs if not can_stand_for(*map(cells.print_cell, pair))]
    if odd:  # nothing else would tell
        told = f"printed and value are two numbers in {count(len(odd), 'row')}"
        figures.notes.append(f"{figures.where}: {told} ({join_some(odd, 5)}); the value is taken")
    figures.match_areas()
    areas, places = figures.reference.area_rows, figures.rows[["area_id", "period_end"]]
    gone = [
        f"{areas[area_id]['name']} ({area_id}) on {day}"
        for area_id, day in places.drop_duplicates().to_numpy()
        if area_id in areas and day and not exists_on(areas[area_id], day)
    ]
    figures.notes += [f"areas that were not there: {join_some(gone)}"] if gone else []
    names = {"source": "source_id", "figures": "figure_id"}
    return make_observations(figures.rows.rename(columns=names), figures.reference)


def _read_values(figures: Figures) -> pd.DataFrame:
    """The numbers as printed, unless they cannot be read or a person gives another value.

    Values are written as machines write them; of money the dots may be thousands.
    """
    rows, about = figures.rows, describe_units(figures.rows, figures.reference)
    is_given, is_shown = rows["printed"] != "", rows["as_printed"] != ""
    said = rows.pop("comparator")
    figures.rows = rows.assign(
        read_as=rows["printed"].where(is_given, rows["as_printed"]),
        decimal_mark=(is_given & (about["kind"] != "money")).map({True: ".", False: ""}),
    )
    read = read_numbers(figures)
    shown = read_numerals(rows.loc[is_given & is_shown, "as_printed"], about)
    is_same = (shown["fault"] == "") & np.isclose(shown["value"], read.loc[shown.index, "value"])
    same, told = shown[is_same].index, ["value", "decimals", "comparator"]
    read.loc[same, told] = shown.loc[same, told]
    return read.assign(comparator=read["comparator"].mask(said != "", said))


def _type_cells(file: str, table: pd.DataFrame) -> pd.DataFrame:
    try:
        return type_columns(table.apply(cells.print_cells))
    except ValueError as error:
        raise refusal("no_cell_of_kind", file, error=error) from None


def _check_statements(
    suite: Suite, table: pd.DataFrame, reference: Reference, file: str, expectations: Path
) -> tuple[list[validation.Found], list[str]]:
    """Check identities in a table whose readings nobody has chosen yet, and what else is known.

    Rows that state the same of one area and period are told.
    """
    chosen = choose_readings(table, suite.identities, reference)
    teller = Teller(chosen, None, reference)
    found, _ = validation.check_identities(suite, chosen, reference, teller)
    ours = load_suite(expectations / "observations.json", "observations", reference)
    types = {"expect_value_in_catalogue_range", "expect_rates_not_above_hundred", *COMPARISONS}
    # Periods are compared where each area has every quantity once, or sources tell them apart.
    published, name = chosen[chosen["is_published"]], re.escape(Path(file).stem)
    is_sourced = not published["source_id"].str.fullmatch(rf"{name}( row \d+)?").any()
    is_dated = not published["period_end"].eq("").any()
    if not (is_dated and (is_sourced or not published.duplicated([*records.QUANTITY]).any())):
        types -= {*load_vocabulary()["dated_rules"]}
    if not (is_dated and is_sourced):
        types -= {"expect_sources_to_agree"}
    is_row = table["source_id"].str.fullmatch(rf"{name} row \d+")
    is_row &= table["area_id"] + table["period_end"] != ""
    is_row &= table.duplicated(records.QUANTITY, keep=False)
    rows, told = [*table.loc[is_row, "source_id"].str.rsplit(" ", n=1).str[-1].unique()], []
    if rows:
        apart = "each is checked by itself; tell them apart by source or scope, or leave one"
        same = f"rows {join_some(rows, 5)} state the same of one area and period"
        told.append(f"{file}: {same}; {apart}")
    rules = [rule for rule in ours.rules if rule.type in types]
    return [found, validation.check_rows(ours, chosen, reference, teller, rules)], told
