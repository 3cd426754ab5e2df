"""One file and its mapping into figures: the whole way from cells to checked numbers.

Comes in as a path, a mapping and the reference data; goes out as one row per figure with our ids,
as printed and as read. Knows nothing of where panels are kept.

A number of a spreadsheet is what it is. A text may be a count with dots between its thousands, a
score with a decimal dot, or the other way round, so the texts of one indicator are read together:
``5.76248`` among them proves a decimal dot, ``1.234.567`` a dot between thousands, and ``20.845``
follows what the others prove. Where nothing is proved, the range of the indicator may rule one
reading out; where that does not help either, the number is refused. Words around a number ("trên
60%", "không phát sinh") are left to ``clean.parse_number``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cchc_analysis.data.clean import NumberError, nearest_names, parse_number, parse_period
from cchc_analysis.data.records import (
    OBSERVATION_COLUMNS,
    OBSERVATION_KEY,
    UNCERTAINTY,
    Comparator,
)
from cchc_analysis.data.reference import offer_names
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.panels.cells import Worksheet, choose_sheet, open_sheets
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
from cchc_analysis.panels.layouts import arrange_sheet, unfold_table
from cchc_analysis.panels.mapping import PanelMapping, PanelSource
from cchc_analysis.panels.places import WordFixer, look_up, name_rows
from cchc_analysis.panels.vocabulary import Vocabulary, load_vocabulary

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference


BOUNDS = dict(zip(("low", "high", "standard_error"), UNCERTAINTY, strict=True))
"""The fields of a mapping that say how sure a value is, and the columns of the figures."""
MOST_DECIMALS = 9
"""Decimals looked at in a number of a spreadsheet; what lies behind them is binary noise."""

NOT_YET = ("chưa có",)
"""Words in a cell that mean none so far, or a number that nobody knows yet."""

_FORMS = {
    mark: re.compile(rf"-?(?:\d+|[1-9]\d{{0,2}}(?:{group}\d{{3}})+)(?:{mark}(\d+))?")
    for mark, group in ((r"\.", ","), (",", r"\."))
}
"""A number with a decimal dot and commas between thousands, and the other way round."""


def read_panel(
    path: Path, mapping: PanelMapping, reference: Reference, sources: Mapping[str, PanelSource]
) -> pd.DataFrame:
    """Read a panel file, with its sources by what the ``source`` column says.

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

    tables = _list_tables(path, mapping, reference)
    heads = [name for _, table in tables for name in table.names]
    problems, notes, form = list(name_absent(path.name, heads, mapping)), list[str](), ""
    parts: list[pd.DataFrame] = []
    for own, table in tables:
        try:
            roles = match_columns(table, Vocabulary(own, reference))
            unfolded = unfold_table(table, roles, own, notes)
            parts.append(_understand(table.name, unfolded, own, reference, sources, notes))
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
    notes += tell_mixed_marks(figures["read_as"], figures["indicator"])
    figures = drop_repetitions(figures, notes)
    notes += compare_totals(figures, totals, reference)
    notes += compare_ranks(figures, reference.areas)
    notes += tell_breaks(figures, reference)
    notes += find_holes(figures, reference)
    figures = figures.reset_index(drop=True)
    cells = sum(part.attrs["cells"] for part in parts)
    figures.attrs = {"cells": cells, "form": form, "notes": notes}
    return figures


def _list_tables(
    path: Path, mapping: PanelMapping, reference: Reference
) -> list[tuple[PanelMapping, Worksheet]]:
    """The tables of a file, each with what the mapping says of its sheet."""
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
        tables = arrange_sheet(choose_sheet(path, sheets), known)
        return [(mapping, each) for each in tables]
    lost = [repr(title) for title in named if title not in mapping.sheets]
    told: list[tuple[PanelMapping, Worksheet]] = []
    for title, what in mapping.sheets.items():
        own = mapping.model_copy(update={"constants": mapping.constants | what.said})
        remark = f"sheets left out: {', '.join(lost)}" if lost and not told else ""
        sheet = replace(named[title], remark=remark)
        tables = arrange_sheet(sheet, Vocabulary(own, reference))
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
    ids = [source.source_id for source in sources.values()]
    known = dict(zip([*sources, *ids], [*ids, *ids], strict=True))
    single = ids[0] if len(ids) == 1 else ""
    named = {cell: known.get(cell, single) for cell in cells.unique()}
    for cell in (cell for cell, source_id in named.items() if not source_id):
        offer = offer_names(cell, filter(None, known)) if cell else ""
        found = f"source {cell!r}, which nothing describes"
        expected = f"one of {', '.join(filter(None, known)) or 'the sources of the mapping'}"
        fixer.complain(cells == cell, found, expected, f"{offer}Add it under `sources:`.")
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
    """Figures with ``source_id`` and ``figure_id`` in the units of their indicators.

    ``is_rounded`` says whether the last digit of each may be rounded; of a count in thousands it
    is.

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


def read_numerals(
    printed: pd.Series[Any],
    group: pd.Series[Any],
    kind: pd.Series[Any],
    maximum: pd.Series[Any],
    decimal_mark: str = "",
) -> pd.DataFrame:
    """Read the printed numbers of a whole panel at once.

    Args:
        printed: Floats and texts, none of them empty; its index without doubles.
        group: What is read together, such as the indicator of each.
        kind: The kind of each unit; what is counted has no fraction.
        maximum: The most that each may be, NaN where nothing is known.
        decimal_mark: ``"."`` or ``","`` where the mapping says so, else ``""``.

    Returns:
        With the index of ``printed``: ``value`` (NaN where refused), ``decimals`` as printed,
        ``comparator``, and ``fault`` in words, empty where there is none.
    """
    import pandas as pd

    is_text = _find_texts(printed)
    numbers = printed[~is_text].astype("float64").round(MOST_DECIMALS)
    read = numbers.to_frame("value").assign(
        decimals=_count_decimals(numbers), comparator=Comparator.EQUAL.value, fault=""
    )
    if is_text.any():
        texts = printed[is_text].astype("str").str.replace("−", "-", regex=False)
        texts = texts.str.strip().str.removesuffix("%").str.rstrip()
        about = {"text": texts, "group": group, "kind": kind, "most": maximum}
        found = _read_texts(pd.DataFrame(about, index=texts.index), decimal_mark)
        read = pd.concat([read, found]) if len(read) else found
    return _refuse_fractions(read.reindex(printed.index), printed, kind)


def _count_decimals(numbers: pd.Series[Any]) -> pd.Series[Any]:
    """How many decimals each number shows in its shortest form."""
    import pandas as pd

    values = numbers.to_numpy("float64")
    noise = 1e-10 * np.maximum(np.abs(values), 1.0)
    decimals = np.zeros(len(values), dtype=np.int64)
    for places in range(MOST_DECIMALS):
        decimals += np.abs(np.round(values, places) - values) > noise
    return pd.Series(decimals, index=numbers.index)


def tell_mixed_marks(printed: pd.Series[Any], group: pd.Series[Any]) -> Iterator[str]:
    """The groups that print decimals both ways, with an example of each, in words."""
    import pandas as pd

    texts = printed[_find_texts(printed)].astype("str")
    pairs = pd.DataFrame({"group": group[texts.index], "text": texts}).drop_duplicates()
    examples: dict[str, dict[str, str]] = {}
    for name, text in pairs.itertuples(index=False, name=None):
        if (mark := _prove_mark(text, "")) and mark in text:
            examples.setdefault(name, {}).setdefault(mark, text)
    for name, of in sorted(examples.items()):
        if len(of) > 1:
            both = f"decimals with a dot ({of['.']}) and with a comma ({of[',']})"
            yield f"{name}: {both}; both were read"


def _find_texts(printed: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    if pd.api.types.is_numeric_dtype(printed):
        return pd.Series(data=False, index=printed.index)
    if isinstance(printed.dtype, pd.StringDtype):
        return pd.Series(data=True, index=printed.index)
    return printed.map(lambda cell: isinstance(cell, str)).astype("bool")


@lru_cache(maxsize=65_536)
def _read_both(text: str, kind: str) -> dict[str, tuple[float, int]]:
    """The number and its decimals by the decimal mark that it may have; no count has any."""
    readings = {}
    for mark, form in zip(".,", _FORMS.values(), strict=True):
        if found := form.fullmatch(text):
            plain = text.replace("," if mark == "." else ".", "").replace(",", ".")
            readings[mark] = (float(plain), len(found[1] or ""))
    is_open = kind == "count" and len(readings) > 1
    return {mark: each for mark, each in readings.items() if not (is_open and each[1])}


def _prove_mark(text: str, kind: str) -> str:
    """The decimal mark that a text proves, ``""`` where it proves none."""
    readings = _read_both(text, kind)
    return next(iter(readings)) if len(readings) == 1 and re.search("[.,]", text) else ""


def _read_texts(table: pd.DataFrame, decimal_mark: str) -> pd.DataFrame:
    """Every text, each different one once, by the mark that its group or else the file proves."""
    import pandas as pd

    codes = table.groupby([*table.columns], sort=False, dropna=False).ngroup()
    unique = table[~codes.duplicated()]
    proved = [*map(_prove_mark, unique["text"], unique["kind"])]
    marks: dict[str, set[str]] = {}
    for name, mark in zip(unique["group"], proved, strict=True):
        marks.setdefault(name, set()).update(mark)
    file = set(proved) - {""}
    columns = ["value", "decimals", "comparator", "fault"]
    rows = [
        _read_text(text, {decimal_mark} if decimal_mark else marks[name] or file, kind, most)
        for text, name, kind, most in unique.itertuples(index=False, name=None)
    ]
    return pd.DataFrame(rows, columns=columns).take(codes.to_numpy()).set_axis(table.index)


def _read_text(text: str, marks: set[str], kind: str, most: float) -> tuple[float, int, str, str]:
    """The number, its decimals, its comparator and its fault."""
    equal, readings = Comparator.EQUAL.value, _read_both(text, kind)
    if len({*readings.values()}) > 1 and len(marks) == 1:
        return *readings[min(marks)], equal, ""
    if len({*readings.values()}) > 1 and not max(readings.values())[0] > most:
        return np.nan, 0, equal, f"{text!r} can be thousands or decimals"
    if readings:
        return *min(readings.values()), equal, ""
    if text.casefold() in NOT_YET:
        return np.nan, 0, equal, f"{text!r} can be none so far or a number that is not known yet"
    try:
        number = parse_number(text, kind)
    except NumberError as error:
        return np.nan, 0, equal, str(error)
    return number.value, number.decimals, number.comparator.value, ""


def _refuse_fractions(
    read: pd.DataFrame, printed: pd.Series[Any], kind: pd.Series[Any]
) -> pd.DataFrame:
    """What is counted is whole; ``12.0``, as programs write it, is."""
    is_counted = kind.isin(["count", "rank"])
    is_whole = np.isclose(read["value"], read["value"].round())
    is_wrong = is_counted & ~is_whole & (read["fault"] == "")
    words = [f"{cell!r} is a fraction of a thing that is counted" for cell in printed[is_wrong]]
    read.loc[is_wrong, "fault"] = words
    read.loc[is_wrong, "value"] = np.nan
    is_whole = is_counted & (read["decimals"] > 0)  # below 0 they are thousands
    return read.assign(decimals=read["decimals"].mask(is_whole, 0).astype("int64"))
