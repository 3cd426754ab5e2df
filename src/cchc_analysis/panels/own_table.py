"""The one door for a table of somebody's own: validated, and not kept.

Comes in as a file of any format that panels have, or as a data frame, in which a row is one value
or a column one indicator, and a suite or none; goes out as findings. What the table does not say is
taken as plain: results of the whole district, exact as far as their digits go. What cannot be
understood is told with its row, everything at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
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
from cchc_analysis.panels.layouts import find_head, find_strays
from cchc_analysis.panels.mapping import PanelMapping, Vocabulary
from cchc_analysis.panels.matching import (
    AreaWords,
    Figures,
    describe_units,
    find_level,
    match_area,
    place_columns,
    read_numerals,
    tell_respelt,
)
from cchc_analysis.panels.words import load_vocabulary, spell
from cchc_analysis.rules import choose_readings, validation
from cchc_analysis.rules.expressions import Quantity as Operand
from cchc_analysis.rules.rows import CELLS, COLUMNS, COMPARISONS, list_cells
from cchc_analysis.rules.suites import Suite, check_examples, load_suite, make_suite
from cchc_analysis.rules.wording import Teller, tabulate_drafts

FREE = {*records.TRANSCRIPT_COLUMNS, *records.INDICATOR_COLUMNS, *NAME_COLUMNS}
FREE |= {"quote", "label", "label_vi", "label_en", "row"}
"""Columns that may stand there and say nothing to a rule."""
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
    file = table.name if isinstance(table, Path) else "table"
    own, passed_over, told = _understand(file, _open(table, reference), given, reference)
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


def _open(table: pd.DataFrame | Path, reference: Reference) -> pd.DataFrame:
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
    held = own.cells.set_axis([*own.names], axis=1).drop(columns="", errors="ignore")
    doubled = held.columns[held.columns.duplicated()].unique()
    problems = [*find_strays(own)]
    problems += [problem("doubled_heading", own.name, name=name) for name in doubled]
    if not len(held):
        problems.append(problem("no_rows", own.name))
    if problems:
        raise ReportError(problems)
    return held


def _understand(
    file: str, table: pd.DataFrame, suite: Suite, reference: Reference
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """The table that a suite is for, the columns that nothing knows, and what is odd in rows."""
    needed = [*dict.fromkeys(_list_columns(suite))]
    if suite.table in ("indicators", "transcripts"):
        # To a table that names indicators the catalogue adds their ranges.
        there = {*table.columns, *(("range_min", "range_max") if "indicator" in table else ())}
        _ask_for(file, suite, [name for name in needed if name not in there])
        return _type_cells(file, table), [], []
    operands = {code: Operand(code) for code in reference.indicator_rows}
    for identity in suite.identities:
        operands |= {str(each): each for each in identity.operands if isinstance(each, Operand)}
    own, unknown = _name_columns(file, table, operands, reference)
    if {*records.OBSERVATION_COLUMNS} - {*records.UNCERTAINTY} <= {*own.columns}:
        whole = own.reindex(columns=list(records.OBSERVATION_COLUMNS), fill_value="")
        return _type_cells(file, whole.reset_index(drop=True)), unknown, []
    if not ("indicator" in own and ("value" in own or "printed" in own)):
        if suite.table != "statements" or not {*own.columns} & {*operands}:
            kind = f"no_columns_of_{suite.table}"
            raise refusal(kind, file, suite=suite.file, columns=", ".join(table.columns))
        own = _melt_columns(file, own, operands)
    elif suite.table == "observations":
        # Rules about areas and dates would accuse every row of a table that gives none.
        lacks = ("area_id", "area"), ("period_end", "period")
        asked = [name for name, word in lacks if name in needed and not {name, word} & {*own}]
        _ask_for(file, suite, asked)
    observations, told = _make_observations(file, own, reference)
    return observations, unknown, told


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


def _name_columns(
    file: str, table: pd.DataFrame, operands: Collection[str], reference: Reference
) -> tuple[pd.DataFrame, list[str]]:
    """The table with its columns under our names, and the columns that nothing knows.

    Two that mean the same are refused, and one that may be a mistyped name of ours.
    """
    from rapidfuzz.distance import OSA

    known, problems = Vocabulary(PanelMapping(), reference), []
    names = {each: _name_column(each, known, operands) for each in table.columns}
    places = {each: table[each] for each, name in names.items() if name in ("area", "province")}
    is_clear = "area_id" in names.values() or [*names.values()].count("area") == 1
    if places and not is_clear:  # a province is the area of its row, where nothing else is
        names |= {each: name for name, each in place_columns(places, reference).items()}
    if {"period", "year"} <= {*names}:  # as load_panel gives both
        names["year"] = "year"
    for name in dict.fromkeys(filter(None, names.values())):
        if len(columns := [each for each in names if names[each] == name]) > 1:
            told = " and ".join(columns)
            problems.append(problem("same_columns", file, columns=told, name=name))
    ours = [*records.OBSERVATION_COLUMNS, "period", *spell("own_fields"), *reference.indicator_rows]
    unknown = [each for each, name in names.items() if not name]
    for column in unknown:
        spelt = "_".join(column.casefold().split())
        alike = (each for each in nearest_names(column, ours) if each[:3] == spelt[:3])
        # But for a letter, or two that changed places.
        if near := " or ".join(each for each in alike if OSA.distance(spelt, each) <= 1):
            problems.append(problem("mistyped_column", file, column=column, near=near))
    if problems:
        raise ReportError(problems)
    return table.rename(columns={each: name or each for each, name in names.items()}), unknown


def _name_column(column: str, known: Vocabulary, operands: Collection[str]) -> str:
    if column in operands or column in records.OBSERVATION_COLUMNS or column in FREE:
        return column
    if said := spell("own_fields").get(fold_text(column.replace("_", " "))):
        return said
    if field := known.match_field(column):
        return {"area_code": "area_id", "source": "source_id"}.get(field, field)
    value = known.match_value(column)
    if value and value.is_plain:
        return value.indicator
    return column if fold_text(column) in FREE else ""


def _melt_columns(file: str, table: pd.DataFrame, operands: Mapping[str, Operand]) -> pd.DataFrame:
    """A table with one column an indicator as one with one row a value."""
    # A source for each row, so that rows never mix; its own name where that is enough.
    window = ("period_start", "period_end", "period")
    place = ("source_id", "area_id", "area", "province", "scope", *window)
    key = [name for name in place if name in table.columns]
    if "source_id" not in key or table.duplicated(key).any():
        table = table.assign(source_id=[f"{Path(file).stem} row {row}" for row in table.index])
    keyed = table.assign(row=table.index)
    kept = [name for name in keyed.columns if name in (*place, "status", "row")]
    told = [name for name in table.columns if name in operands]
    melted = keyed[[*kept, *told]].melt(kept, told, "column")
    own = melted["column"].map(operands)
    scope = own.map(lambda each: each.scope)
    return melted.assign(
        indicator=own.map(lambda each: each.code),
        breakdown=own.map(lambda each: each.breakdown),
        scope=scope.where(scope != "", melted.get("scope", "")),
        figures=melted["column"] + ":" + melted["row"].astype("str"),
    )


def _make_observations(
    file: str, table: pd.DataFrame, reference: Reference
) -> tuple[pd.DataFrame, list[str]]:
    """Values with what a table of one's own may leave out, and what is odd in its rows.

    Cells without a number are missing.
    """
    names = [name for name in records.OBSERVATION_COLUMNS if name not in records.UNCERTAINTY]
    names += ["area", "province", "period", "printed"]
    own = table.reindex(columns=names, fill_value="")
    texts = own.apply(lambda column: cells.print_cells(column).astype("str").str.strip())
    # A number of a data frame or a workbook is one already, and cannot be read in two ways.
    for name in ("value", "printed"):
        is_number = own[name].map(lambda cell: isinstance(cell, float)).astype("bool")
        texts[name] = texts[name].astype("object").mask(is_number & own[name].notna(), own[name])
    texts = texts.assign(row=table.get("row", table.index))
    texts = texts[(texts["value"] != "") | (texts["printed"] != "")].reset_index(drop=True)
    if texts.empty:
        raise refusal("no_values", file)
    usual = {
        "source_id": Path(file).stem,
        "scope": records.Scope.WHOLE_DISTRICT.value,
        "figures": "row:" + texts["row"].astype("str"),
    }
    for name, said in usual.items():
        texts[name] = texts[name].where(texts[name] != "", said)
    texts["period"] = texts["period"].where(texts["period_end"] == "", "")
    read = Figures(texts, file, reference, is_own=True)
    read.match_periods()
    read.translate()
    read.rows = rows = _read_numbers(read.rows, reference)
    is_large = rows["value"].abs() > LARGEST
    for code, large in rows[is_large].groupby("indicator", sort=False):
        value = large["value"].iloc[0]
        read.complain(large.index, "too_large", indicator=code, value=value, most=LARGEST)
    read.check_numerals()
    read.check_units()
    if read.problems:
        raise ReportError(read.problems)
    stated = texts[(texts["value"] != "") & (texts["printed"] != "")]
    pairs = stated[["row", "printed", "value"]].itertuples(index=False)
    odd = [str(row) for row, *pair in pairs if not can_stand_for(*map(cells.print_cell, pair))]
    if odd:  # nothing else would tell
        told = f"printed and value are two numbers in {count(len(odd), 'row')}"
        read.notes.append(f"{file}: {told} ({join_some(odd, 5)}); the value is taken")
    placed = rows.assign(area_id=_match_areas(rows, reference, read.notes))
    return make_observations(placed.reset_index(drop=True), reference), read.notes


def _match_areas(rows: pd.DataFrame, reference: Reference, notes: list[str]) -> list[str]:
    """The areas of rows, as in a panel; one that nobody knows stands for itself."""
    places = [*map(AreaWords._make, rows[["area", "area_id", "province", "period_end"]].to_numpy())]
    ids = dict.fromkeys(filter(any, places), "")
    level = find_level(ids, reference)
    for place in ids:
        # A code beside a name may be that of the area above it, and is no other's then.
        for words in (place, place._replace(code=""), place._replace(name="")):
            with suppress(ReportError):
                ids[place] = ids[place] or match_area(words, reference, level)
        inside = ", ".join(filter(None, (place.name, place.province)))
        ids[place] = ids[place] or place.code or inside
    notes += tell_respelt({place.name: each for place, each in ids.items()}, reference)
    held = {place: row for place, each in ids.items() if (row := reference.area_rows.get(each))}
    gone = [place for place, row in held.items() if place.day and not exists_on(row, place.day)]
    told = (f"{held[each]['name']} ({ids[each]}) on {each.day}" for each in gone)
    notes += [f"areas that were not there: {join_some([*told])}"] if gone else []
    return [ids.get(place, "") for place in places]


def _read_numbers(rows: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """The numbers as printed, unless they cannot be read or a person gives another value.

    Values are written as machines write them; of money and counts the dots may be thousands.
    """
    about = describe_units(rows, reference)
    kind, held = about["kind"], rows["value"] != ""
    is_plain = ~kind.isin(["count", "money"])
    plain = read_numerals(rows.loc[held & is_plain, "value"], about, ".")
    dotted = read_numerals(rows.loc[held & ~is_plain, "value"], about)
    given = pd.concat([plain, dotted]).reindex(rows.index)
    shown = read_numerals(rows.loc[rows["printed"] != "", "printed"], about).reindex(rows.index)
    is_same = (shown["fault"] == "") & np.isclose(shown["value"], given["value"])
    numbers = shown.where(~held | is_same, given).astype({"decimals": "int64"})
    said = rows["comparator"]
    numbers["comparator"] = said.where(said != "", numbers["comparator"])
    return rows.assign(
        **numbers,
        figure_id=rows["figures"],
        printed=cells.print_cells(rows["printed"].where(rows["printed"] != "", rows["value"])),
    )


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
