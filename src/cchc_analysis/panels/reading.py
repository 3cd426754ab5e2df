"""One file and its mapping into figures: the whole way from cells to checked numbers.

Comes in as a path, a mapping and the reference data; goes out as one row per figure with our ids,
as printed and as read. Knows nothing of where panels are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import nearest_names, parse_period
from cchc_analysis.data.records import UNCERTAINTY
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
from cchc_analysis.panels.headings import match_columns, name_absent
from cchc_analysis.panels.layouts import Table, arrange_sheet, unfold_sheet
from cchc_analysis.panels.mapping import PanelMapping, PanelSource
from cchc_analysis.panels.numerals import find_mixed_marks, read_numerals
from cchc_analysis.panels.places import (
    UNIT_WORDS,
    Matched,
    find_end,
    look_up,
    match_words,
    name_rows,
)

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference


BOUNDS = dict(zip(("low", "high", "standard_error"), UNCERTAINTY, strict=True))
"""The fields of a mapping that say how sure a value is, and the columns of the figures."""


@dataclass(frozen=True)
class PanelFigures:
    """The figures of a panel file.

    Attributes:
        figures: One row per figure: ``source`` (a source id), ``row``, ``section``, ``area``,
            ``area_id``, ``scope``, ``period_start``, ``period_end``, ``indicator``,
            ``breakdown``, ``status``, ``printed``, ``value`` in ``unit``, ``decimals``,
            ``comparator``, ``note``.
        cells: How many cells could have held a figure.
        form: The official form that the sheet is, if it is one.
        notes: What was set aside or needs to be known, in words.
    """

    figures: pd.DataFrame
    cells: int
    form: str
    notes: tuple[str, ...]


def read_panel(
    path: Path, mapping: PanelMapping, reference: Reference, sources: Mapping[str, PanelSource]
) -> PanelFigures:
    """Read a panel file.

    Args:
        path: The file.
        mapping: How its headings and words become ours.
        reference: Areas, units and the catalogue.
        sources: The sources by what the ``source`` column says; ``""`` where there is one.

    Raises:
        ReportError: The file cannot be read or understood; everything of one step at once.
    """
    tables = list_tables(path, mapping, reference)
    heads = [name for _, table in tables for name in table.head.names]
    problems = list(name_absent(path.name, heads, mapping))
    parts: list[_Part] = []
    for own, table in tables:
        try:
            parts.append(_read_table(table, own, reference, sources))
        except ReportError as error:
            problems.extend(error.problems)
    if problems:
        raise ReportError(dict.fromkeys(problems))
    return _join_parts(path.name, parts, reference)


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
        sheet = choose_sheet(path, sheets)
        return [(mapping, each) for each in arrange_sheet(sheet, mapping, reference)]
    lost = [repr(title) for title in named if title not in mapping.sheets]
    told: list[tuple[PanelMapping, Table]] = []
    for title, what in mapping.sheets.items():
        said = {name: cell for name, cell in what.model_dump().items() if cell}
        own = mapping.model_copy(update={"constants": mapping.constants | said})
        remark = f"sheets left out: {', '.join(lost)}" if lost and not told else ""
        tables = arrange_sheet(replace(named[title], remark=remark), own, reference)
        told.extend((own, each) for each in tables)
    return told


@dataclass(frozen=True)
class _Part:
    """What one table holds: its figures before their doubles are looked for."""

    figures: pd.DataFrame
    totals: pd.DataFrame
    cells: int
    form: str
    notes: tuple[str, ...]


def _read_table(
    table: Table,
    mapping: PanelMapping,
    reference: Reference,
    sources: Mapping[str, PanelSource],
) -> _Part:
    where = table.sheet.name
    columns = match_columns(table.sheet, table.head, mapping, reference)
    unfolded = unfold_sheet(table.sheet, table.head, columns, mapping)
    matched = match_words(unfolded.figures, mapping, reference, where)
    placed = _name_sources(matched, sources, where)
    ranked = _add_ranks(placed.rows, mapping, reference, where)
    figures = _read_numbers(ranked, mapping, reference)
    problems = [*placed.problems, *check_figures(figures, reference, where, mapping.small_rates)]
    problems.extend(_check_units(figures, reference, where))
    if problems:
        raise ReportError(problems)
    totals = _match_totals(unfolded.totals, mapping, reference)
    notes = (*table.head.notes, *unfolded.notes, *matched.notes)
    return _Part(figures, totals, unfolded.cells, columns.form, notes)


def _join_parts(where: str, parts: list[_Part], reference: Reference) -> PanelFigures:
    import pandas as pd

    figures = pd.concat([part.figures for part in parts], ignore_index=True)
    if problems := list(check_doubles(figures, where)):
        raise ReportError(problems)
    notes = [*dict.fromkeys(note for part in parts for note in part.notes), *_tell_mixed(figures)]
    kept = drop_repetitions(figures, notes)
    held = [part.totals for part in parts if len(part.totals)]
    totals = pd.concat(held, ignore_index=True) if held else parts[0].totals
    notes += compare_totals(kept, totals, reference)
    notes += compare_ranks(kept, reference.areas)
    notes += tell_breaks(kept, reference)
    notes += find_holes(kept)
    form = next((part.form for part in parts if part.form), "")
    cells = sum(part.cells for part in parts)
    return PanelFigures(kept.reset_index(drop=True), cells, form, tuple(notes))


def _name_sources(matched: Matched, sources: Mapping[str, PanelSource], where: str) -> Matched:
    """The source of every row, by the key that the panel gives it."""
    cells = matched.rows["source"]
    single = next(iter(sources.values())).source_id if len(sources) == 1 else ""
    known = {key: source.source_id for key, source in sources.items()}
    known |= {source.source_id: source.source_id for source in sources.values()}
    named = {cell: known.get(cell, single) for cell in cells.unique()}
    problems = [
        Problem(
            f"{where}, {name_rows(matched.rows.loc[cells == cell, 'row'])}",
            f"source {cell!r}, which nothing describes",
            f"one of {', '.join(filter(None, known)) or 'the sources of the mapping'}",
            f"Add it under `sources:`. {_offer(cell, known)}".strip(),
        )
        for cell, source_id in named.items()
        if not source_id
    ]
    return Matched(matched.rows.assign(source=cells.map(named)), (*matched.problems, *problems), ())


def _offer(cell: str, known: Mapping[str, str]) -> str:
    near = nearest_names(cell, [key for key in known if key]) if cell else []
    return f"Did you mean {near[0]!r}?" if near else ""


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
    names = {
        (indicator, level): rank
        for indicator, by_level in rule.indicators.items()
        for level, rank in by_level.items()
    }
    places = zip(figures["indicator"], look_up(figures["area_id"], levels), strict=True)
    rank_ids = pd.Series([names.get(place, "") for place in places], index=figures.index)
    ranked = figures[(rank_ids != "") & (figures["rank"] != "")]
    if rule.period:
        end = parse_period(rule.period).end
        ranked = ranked[ranked["period_end"] == (end.isoformat() if end else "")]
    elif (ranked.groupby(["row", "indicator"])["period_end"].nunique() > 1).any():
        raise ReportError(
            Problem(
                f"{where}, ranks in {rule.column!r}",
                "one rank beside values of several periods",
                "the period that is ranked",
                "Add `period: 2023`, or whichever it is, under `ranks:`.",
            )
        )
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
        at = cells.index
        mark = mapping.decimal_mark
        return read_numerals(cells, rows["indicator"][at], kind[at], most[at], mark)

    bounds = {
        name: read(rows.loc[rows[field] != "", field])["value"].reindex(rows.index)
        for field, name in BOUNDS.items()
    }
    return mark_fractions(rows.join(read(rows["read_as"])).assign(**bounds))


def _check_units(figures: pd.DataFrame, reference: Reference, where: str) -> list[Problem]:
    """Units that do not turn into the unit of their indicator."""
    problems = []
    for key, rows in figures.groupby(["indicator", "unit"], sort=False):
        indicator, unit = map(str, key)
        row = reference.indicator_rows.get(indicator)
        if row is None or not unit:
            continue
        try:
            reference.convert_unit(unit, row["unit"])
        except KeyError:
            units = [*reference.unit_rows, *UNIT_WORDS]
            near = ", ".join(map(repr, nearest_names(row["unit"], units)))
            problems.append(
                Problem(
                    f"{where}, {name_rows(rows['row'])}",
                    f"unit {unit!r} of {indicator}",
                    f"a unit that turns into {row['unit']!r}",
                    f"Check the indicator, or translate the unit under `units:` (known: {near}).",
                )
            )
    return problems


def _match_totals(
    totals: pd.DataFrame, mapping: PanelMapping, reference: Reference
) -> pd.DataFrame:
    """Rows of totals with the indicators and periods of the others; their areas are none."""
    if totals.empty:
        return totals
    code = {**mapping.indicators, **{each: each for each in reference.indicator_rows}}
    places = totals.assign(label=totals["area"], area="", area_code="")
    ends = {label: find_end(label) for label in places["period"].unique()}
    is_dated = places["period_end"] != ""
    return places.assign(
        indicator=look_up(places["indicator"], code),
        period_end=places["period_end"].where(is_dated, look_up(places["period"], ends)),
    )


def _tell_mixed(figures: pd.DataFrame) -> list[str]:
    mixed = find_mixed_marks(figures["read_as"], figures["indicator"])
    return [
        f"{indicator}: decimals with a dot ({dot}) and with a comma ({comma}); both were read"
        for indicator, (dot, comma) in mixed.items()
    ]
