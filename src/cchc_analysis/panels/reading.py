"""One file and its mapping into figures: the whole way from cells to checked numbers.

Comes in as a path, a mapping and the reference data; goes out as one row per figure with our ids,
as printed and as read. Knows nothing of where panels are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import nearest_names, parse_period
from cchc_analysis.data.records import OBSERVATION_COLUMNS, OBSERVATION_KEY, UNCERTAINTY
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.panels.cells import choose_sheet, open_sheets
from cchc_analysis.panels.checks import (
    check_doubles,
    check_figures,
    compare_ranks,
    compare_totals,
    drop_repetitions,
    find_holes,
    mark_fractions,
    tell_breaks,
)
from cchc_analysis.panels.headings import Table, match_columns, name_absent
from cchc_analysis.panels.layouts import arrange_sheet, unfold_table
from cchc_analysis.panels.mapping import PanelMapping, PanelSource
from cchc_analysis.panels.numerals import find_mixed_marks, read_numerals
from cchc_analysis.panels.places import WordFixer, look_up, name_rows
from cchc_analysis.panels.vocabulary import Vocabulary, load_vocabulary

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference


BOUNDS = dict(zip(("low", "high", "standard_error"), UNCERTAINTY, strict=True))
"""The fields of a mapping that say how sure a value is, and the columns of the figures."""


def read_panel(
    path: Path, mapping: PanelMapping, reference: Reference, sources: Mapping[str, PanelSource]
) -> pd.DataFrame:
    """Read a panel file.

    Args:
        path: The file.
        mapping: How its headings and words become ours.
        reference: Areas, units and the catalogue.
        sources: The sources by what the ``source`` column says; ``""`` where there is one.

    Returns:
        One row per figure: ``source`` (a source id), ``row``, ``section``, ``area``, ``area_id``,
        ``scope``, ``period_start``, ``period_end``, ``indicator``, ``breakdown``, ``status``,
        ``printed``, ``value`` in ``unit``, ``decimals``, ``comparator``, ``note``. ``attrs`` tell
        ``cells`` (how many could have held a figure), ``form`` (the official one, if it is one)
        and ``notes`` (what was set aside or needs to be known, in words).

    Raises:
        ReportError: The file cannot be read or understood; everything of one step at once.
    """
    import pandas as pd

    tables = list_tables(path, mapping, reference)
    heads = [name for _, table in tables for name in table.names]
    problems, notes, form = list(name_absent(path.name, heads, mapping)), list[str](), ""
    parts: list[pd.DataFrame] = []
    for own, table in tables:
        try:
            roles = match_columns(table, Vocabulary(own, reference))
            unfolded = unfold_table(table, roles, own, notes)
            parts.append(_understand(table.sheet.name, unfolded, own, reference, sources, notes))
            form = form or roles.form
        except ReportError as error:
            problems.extend(error.problems)
    if problems:
        raise ReportError(dict.fromkeys(problems))
    whole = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    figures, totals = _part_totals(whole)
    if problems := list(check_doubles(figures, path.name)):
        raise ReportError(problems)
    notes = [*dict.fromkeys(notes)]
    mixed = find_mixed_marks(figures["read_as"], figures["indicator"])
    for indicator, (dot, comma) in mixed.items():
        both = f"decimals with a dot ({dot}) and with a comma ({comma}); both were read"
        notes.append(f"{indicator}: {both}")
    figures = drop_repetitions(figures, notes)
    notes += compare_totals(figures, totals, reference)
    notes += compare_ranks(figures, reference.areas)
    notes += tell_breaks(figures, reference)
    notes += find_holes(figures, reference)
    figures = figures.reset_index(drop=True)
    cells = sum(part.attrs["cells"] for part in parts)
    figures.attrs = {"cells": cells, "form": form, "notes": notes}
    return figures


def list_tables(
    path: Path, mapping: PanelMapping, reference: Reference
) -> list[tuple[PanelMapping, Table]]:
    """The tables of a file, each with what the mapping says of its sheet.

    Raises:
        ReportError: The file cannot be read, a sheet that the mapping names is not there, or there
            are several and it names none.
    """
    sheets = open_sheets(path, mapping.sheet)
    named = {each.title: each for each in sheets}
    if lost := [title for title in mapping.sheets if title not in named]:
        offer = nearest_names(lost[0], named)
        remedy = f"Did you mean {offer[0]!r}?" if offer else "Mend `sheets:` in the mapping."
        found = f"no sheet {', '.join(map(repr, lost))}"
        expected = f"one of {', '.join(map(repr, named))}"
        raise ReportError(Problem(path.name, found, expected, remedy))
    if not mapping.sheets:
        known = Vocabulary(mapping, reference)
        tables = arrange_sheet(choose_sheet(path, sheets), known, reference)
        return [(mapping, each) for each in tables]
    lost = [repr(title) for title in named if title not in mapping.sheets]
    told: list[tuple[PanelMapping, Table]] = []
    for title, what in mapping.sheets.items():
        own = mapping.model_copy(update={"constants": mapping.constants | what.said})
        remark = f"sheets left out: {', '.join(lost)}" if lost and not told else ""
        sheet = replace(named[title], remark=remark)
        tables = arrange_sheet(sheet, Vocabulary(own, reference), reference)
        told.extend((own, each) for each in tables)
    return told


def _understand(
    where: str,
    unfolded: pd.DataFrame,
    mapping: PanelMapping,
    reference: Reference,
    sources: Mapping[str, PanelSource],
    notes: list[str],
) -> pd.DataFrame:
    """The figures of one table with our ids and their numbers, before doubles are looked for."""
    import pandas as pd

    fixer = WordFixer(unfolded, where)
    rows = fixer.match(mapping, reference)
    _name_sources(rows, sources, fixer)
    ranked = _add_ranks(rows, mapping, reference, where)
    figures = _read_numbers(ranked, mapping, reference)
    told, totals = _part_totals(figures)
    problems = [*fixer.problems, *check_figures(told, reference, where, mapping.small_rates)]
    problems.extend(check_units(told, reference, where))
    if problems:
        raise ReportError(problems)
    notes += fixer.notes
    totals = totals[totals["fault"] == ""]
    figures = pd.concat([told, totals], ignore_index=True) if len(totals) else told
    figures.attrs["cells"] = unfolded.attrs["cells"]
    return figures


def _part_totals(figures: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The figures of areas, and those that reckon over them."""
    is_total = figures["is_total"]
    return figures[~is_total] if is_total.any() else figures, figures[is_total]


def _name_sources(rows: pd.DataFrame, sources: Mapping[str, PanelSource], fixer: WordFixer) -> None:
    """The source of every row, by the key that the panel gives it."""
    cells = rows["source"]
    single = next(iter(sources.values())).source_id if len(sources) == 1 else ""
    known = {key: source.source_id for key, source in sources.items()}
    known |= {source.source_id: source.source_id for source in sources.values()}
    named = {cell: known.get(cell, single) for cell in cells.unique()}
    for cell in (cell for cell, source_id in named.items() if not source_id):
        near = nearest_names(cell, filter(None, known)) if cell else []
        offer = f" Did you mean {near[0]!r}?" if near else ""
        found = f"source {cell!r}, which nothing describes"
        expected = f"one of {', '.join(filter(None, known)) or 'the sources of the mapping'}"
        fixer.complain(cells == cell, found, expected, f"Add it under `sources:`.{offer}")
    rows["source"] = cells.map(named)


def _add_ranks(
    rows: pd.DataFrame, mapping: PanelMapping, reference: Reference, where: str
) -> pd.DataFrame:
    """A figure more for every rank printed beside a value."""
    import pandas as pd

    figures = rows.assign(read_as=rows["printed"])
    if mapping.ranks is None:
        return figures
    rule = mapping.ranks
    levels = dict(reference.tabulate_areas(figures["area_id"].unique())["level"])
    places = zip(figures["indicator"], look_up(figures["area_id"], levels), strict=True)
    ranks = [rule.indicators.get(indicator, {}).get(level, "") for indicator, level in places]
    rank_ids = pd.Series(ranks, index=figures.index, dtype="str")
    ranked = figures[(rank_ids != "") & (figures["rank"] != "")]
    if rule.period:
        ranked = ranked[ranked["period_end"] == str(parse_period(rule.period).end)]
    elif (ranked.groupby(["row", "indicator"])["period_end"].nunique() > 1).any():
        found = "one rank beside values of several periods"
        remedy = "Add `period: 2023`, or whichever it is, under `ranks:`."
        place = f"{where}, ranks in {rule.column!r}"
        raise ReportError(Problem(place, found, "the period that is ranked", remedy))
    is_last = ranked["rank"].str.casefold() == rule.last.casefold()
    added = ranked.assign(
        indicator=rank_ids[ranked.index],
        unit="rank",
        printed=ranked["rank"],
        read_as=ranked["rank"].mask(is_last, ranked["rank_of"]),
        section=rule.column,
        **dict.fromkeys(BOUNDS, ""),
        note=("of " + ranked["rank_of"]).where(ranked["rank_of"] != "", ""),
    )
    return pd.concat([figures, added], ignore_index=True)


def _read_numbers(rows: pd.DataFrame, mapping: PanelMapping, reference: Reference) -> pd.DataFrame:
    kinds = {unit: str(row["kind"]) for unit, row in reference.unit_rows.items()}
    catalogue = reference.indicators.set_index("indicator")
    kind = look_up(rows["unit"], kinds).replace("", "rate")
    most = rows["indicator"].map(catalogue["range_max"]).astype("float64")

    def read(cells: pd.Series[Any]) -> pd.DataFrame:
        at, group = cells.index, rows["indicator"]
        return read_numerals(cells, group[at], kind[at], most[at], mapping.decimal_mark)

    bounds = {
        name: read(rows.loc[rows[field] != "", field])["value"].reindex(rows.index)
        for field, name in BOUNDS.items()
    }
    return mark_fractions(rows.join(read(rows["read_as"])).assign(**bounds))


def check_units(figures: pd.DataFrame, reference: Reference, where: str) -> Iterator[Problem]:
    """Units that do not turn into the unit of their indicator."""
    for key, rows in figures.groupby(["indicator", "unit"], sort=False):
        indicator, unit = map(str, key)
        row = reference.indicator_rows.get(indicator)
        if row is None or not unit:
            continue
        try:
            reference.convert_unit(unit, row["unit"])
        except KeyError:
            near = nearest_names(row["unit"], [*reference.unit_rows, *load_vocabulary()["units"]])
            yield Problem(
                f"{where}, {name_rows(rows['row'])}",
                f"unit {unit!r} of {indicator}",
                f"a unit that turns into {row['unit']!r}",
                "Check the indicator, or translate the unit under `units:` "
                f"(known: {', '.join(map(repr, near))}).",
            )


def as_observations(
    figures: pd.DataFrame, reference: Reference, is_rounded: pd.Series[bool]
) -> pd.DataFrame:
    """Figures in the units of their indicators.

    Args:
        figures: Figures whose units turn into those of their indicators, with ``source_id`` and
            ``figure_id``.
        reference: Units and the catalogue.
        is_rounded: Whether the last digit of each may be rounded; of a count in thousands it is.

    Returns:
        ``OBSERVATION_COLUMNS``, sorted by key.
    """
    own = figures["indicator"].map(
        {code: row["unit"] for code, row in reference.indicator_rows.items()}
    )
    factor = own.astype("object")
    for (printed, unit), rows in figures.groupby(["unit", own.rename("own")], sort=False):
        factor[rows.index] = reference.convert_unit(str(printed), str(unit))
    decimals = figures["decimals"].astype("float64")
    hidden = (0.5 * 10.0**-decimals).where(is_rounded | (decimals < 0), 0.0)
    numbers = figures.assign(low=figures["value"] - hidden, high=figures["value"] + hidden)
    names = ["value", "low", "high", *UNCERTAINTY]
    turned = numbers[names].mul(factor.astype("float64"), axis=0).astype("float64")
    observations = figures.assign(
        **turned,
        reading=1,
        decimals=figures["decimals"].clip(lower=0),
        unit=own.astype("str"),
        is_published=True,
        figures=figures["figure_id"],
    )
    ordered = observations.sort_values(list(OBSERVATION_KEY), kind="stable", ignore_index=True)
    return ordered[list(OBSERVATION_COLUMNS)]
