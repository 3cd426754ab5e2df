"""Tables as a researcher gets them: names beside the codes, rows chosen by either, and wide ones.

Comes in as a table of a run; goes out as a new one with the area's name, its province and region,
and the labels of indicator, scope and unit, in one language; or wide: one value a cell, one scope,
no average, nothing filled. Does not know where tables lie.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial, wraps
from itertools import chain, filterfalse
from numbers import Integral
from os import PathLike
from pathlib import Path
from statistics import mode
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from cchc_analysis.data import clean
from cchc_analysis.data.areas import LEVELS, exists_on
from cchc_analysis.data.clean import PeriodError, fold_text, label_period, parse_period
from cchc_analysis.data.records import (
    QUANTITY,
    Period,
    Scope,
    Severity,
    Status,
    load_own,
    problem,
    tell_value,
)
from cchc_analysis.data.reference import SEVERAL, Project, Reference, offer_names
from cchc_analysis.data.words import Words
from cchc_analysis.errors import MOST_NAMED, AreaError, CommandError, Problem, count, join_some

NAME_MEANINGS: dict[str, str] = load_own("columns")["names"]
NAME_COLUMNS = tuple(NAME_MEANINGS)
"""The columns that ``add_names`` adds, each behind the code that it names."""

ONE = (str, Integral, pd.Period)
"""What names one thing: a name, a code, or a year or quarter as pandas has them."""
LEAST_OVERLAP = 0.8
"""How much of the days that either counts a window and a report's period have to share."""


def choose_rows(
    table: pd.DataFrame, reference: Reference, choice: Mapping[str, Any], days: Sequence[str] = ()
) -> pd.DataFrame:
    """The rows that a person named, in the order of the table.

    ``choice`` says what is wanted by column (``_MATCH``): one name or several, ``None`` for all;
    what is unknown is a ``CommandError`` that offers the nearest. An area is looked for among those
    of which the other choices leave something; those that were there on one of the ``days`` first.
    Where nothing is left, the result is an empty table with all columns, and a ``UserWarning`` says
    which choice left nothing.
    """
    chosen = table
    for column, named in sorted(choice.items(), key=lambda each: each[0] == "area_id"):
        if named is None:
            continue
        is_area = column == "area_id"
        match = partial(_match_held, {*chosen[column]}, days) if is_area else _MATCH[column]
        wanted = {match(reference, each) for each in take_some(named)}
        before, chosen = chosen, chosen[chosen[column].isin(wanted)]
        if chosen.empty and len(before):
            held = sorted(str(each) for each in before[column].unique() if each)
            named_all = " or ".join(sorted(wanted)) or "one of an empty list"
            said = f"Nothing is held where {column} is {named_all}"
            left = f"the other choices leave {column} {join_some(held)}."
            warnings.warn(f"{said}; {left}", UserWarning, stacklevel=3)
    return chosen.reset_index(drop=True)


def _match_held(held: set[str], days: Sequence[str], reference: Reference, name: str) -> str:
    """The area of a name among those of which something is held, as a brief or a trace takes it.

    A warning names others of that name of which something is held too.
    """
    try:
        area_id = reference.match_published(name, held, days)
    except AreaError as error:
        if SEVERAL in str(error):
            raise
        # None of that name was there then: an empty table says what is held.
        area_id = reference.match_published(name, held)
    named, rows = next(reference.list_named(name), set()) & held, reference.area_rows
    others = {e for e in named if not days or any(exists_on(rows[e], day) for day in days)}
    if others := others - {area_id}:
        taken, left = reference.describe_area(area_id), reference.describe_areas(others)
        told = f"{name!r} is taken for {taken}, not for {left}"
        warnings.warn(f"{told}; write the kind, or the id.", UserWarning, stacklevel=4)
    return area_id


def take_one(value: Any, what: str) -> str:
    """One name or code as text; a ``CommandError`` where it is a list, or no name."""
    return str(_take(value, ONE, "one_word", what))


def take_some(wanted: Any) -> list[str]:
    """What was asked for as a list of texts: one text or number is a list of one.

    A ``CommandError`` where it is neither, or holds something else.
    """
    kind = "one_word" if pd.api.types.is_list_like(wanted) else "some_words"
    return [str(_take(each, ONE, kind, "choice")) for each in take_list(wanted, "choice")]


def take_list(wanted: Any, what: str) -> list[Any]:
    """What was given as a list; one thing is a list of one.

    A ``CommandError`` for a table, which as a list would be the names of its columns.
    """
    if isinstance(wanted, pd.DataFrame):
        _take(wanted, ONE, "some_words", what)
    return [*wanted] if pd.api.types.is_list_like(wanted) else [wanted]


def take_path(value: Any, what: str) -> Path:
    """A path; a ``CommandError`` where it is none."""
    return Path(_take(value, (str, PathLike), "one_path", what))


def check_project(value: Any, who: str) -> None:
    """Refuse what is no project, with a ``CommandError``."""
    _take(value, (Project,), "is_no_project", who)


def check_reference_data(value: Any, who: str) -> None:
    """Refuse what is no reference data, with a ``CommandError``."""
    _take(value, (Reference,), "is_no_reference", who)


def check_table(value: Any, who: str) -> None:
    """Refuse what is no table, with a ``CommandError``."""
    _take(value, (pd.DataFrame,), "no_frame", who)


def check_columns(table: Any, who: str) -> None:
    """Refuse what is no table, or has a column twice, with a ``CommandError``."""
    check_table(table, who)
    if doubled := [*map(str, table.columns[table.columns.duplicated()].unique())]:
        found = f"two columns {join_some(doubled)}"
        raise CommandError(problem("doubled_columns", who, found=found))


def _take(value: Any, types: tuple[type, ...], kind: str, what: str) -> Any:
    if not isinstance(value, types):
        name, told = type(value).__name__, tell_value(value)
        found = name if told == name else f"{name} {told}"
        raise CommandError(problem(kind, what, found=found, type=name))
    return value


P = ParamSpec("P")
R = TypeVar("R")


def of_panel(columns: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function of a panel say in a sentence that it was given something else.

    ``columns`` are those that a panel needs at least; the function may ask for more by name.
    """

    def check(function: Callable[P, R]) -> Callable[P, R]:
        who = function.__name__

        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            panel: Any = args[0] if args else next(iter(kwargs.values()), None)
            check_columns(panel, who)
            if texts := sum(isinstance(each, str) for each in panel.get("value", ())):
                raise CommandError(problem("texts_as_value", who, number=texts))
            for name in ("period_start", "period_end"):
                if wrong := [*filterfalse(_is_day, panel[name].unique() if name in panel else ())]:
                    raise CommandError(problem("no_days", who, name=name, day=wrong[0]))
            try:
                return function(*args, **kwargs)
            except KeyError as error:
                lacking = [each for each in columns.split() if each not in panel]
                names: list[Any] = lacking or [*error.args]
                if not isinstance(names[0], str) or names[0] in panel:
                    raise
                told = ", ".join(names)
                raise CommandError(problem("no_panel_column", who, name=told)) from None

        return checked

    return check


def add_names(table: pd.DataFrame, reference: Reference, words: Words) -> pd.DataFrame:
    """Add names behind the codes of a table (``NAME_COLUMNS``, as far as their codes are there).

    The names are in the language of the words. Returns a new table.
    """
    province, regions, label = reference.find_province, reference.region_of, f"label_{words.lang}"
    indicators, units = reference.indicator_rows, reference.unit_rows

    def name_area(area_id: str) -> str:
        row = reference.area_rows.get(area_id)
        return str(words.place(row)) if row else ""

    names: dict[str, dict[str, Callable[[str], str]]] = {
        "area_id": {
            "area": name_area,
            "province": lambda each: name_area(province(each)),
            "region": lambda each: name_area(regions.get(province(each), "")),
        },
        "indicator": {"indicator_label": lambda each: indicators.get(each, {}).get(label, each)},
        "scope": {"scope_label": lambda each: words.plain(f"scope.{each}") if each else ""},
        "unit": {"unit_label": lambda each: units.get(each, {}).get(label, each)},
    }
    columns: dict[str, Any] = {}
    for code in table.columns:
        columns[code] = table[code]
        for column, name_of in names.get(code, {}).items():
            columns[column] = table[code].map({e: name_of(e) for e in table[code].unique()})
    return pd.DataFrame(columns)


def label_reports(indicators: pd.DataFrame, sources: pd.DataFrame) -> list[str]:
    """The label of the reporting period that each row belongs to.

    A window with a calendar's label keeps it. Any other window takes the label of its report where
    the two share four fifths of their days: 1 January to 20 September of a report on nine months.
    A stock takes it where it was counted in the second half of that period, or is meant for the end
    of its year, as the size of a plan. Of several such of one quantity the nearest to the days of
    the report takes it. What is left keeps its own dates.
    """
    columns = ["period", "period_start", "period_end"]
    source_ids = indicators["source_id"].str.split(" ").str[0]
    reports = sources.set_index("source_id").reindex(source_ids)[columns].set_axis(indicators.index)
    begun, counted, first, last = (
        pd.to_datetime(table[name].replace("", None))
        for table in (indicators, reports)
        for name in columns[1:]
    )
    day = pd.Timedelta(days=1)
    either = np.maximum(counted, last) - np.minimum(begun, first) + day
    shared = np.minimum(counted, last) - np.maximum(begun, first) + day
    is_late = (first + (last - first) / 2 < counted) & (counted <= last)
    is_late |= counted.eq(last + pd.offsets.YearEnd(0)) & first.notna()
    is_own = (shared >= LEAST_OVERLAP * either).where(begun.notna(), is_late)
    is_own &= ~indicators["period"].str.fullmatch(clean.STANDARD_LABEL).astype("bool")
    # Of several windows of one quantity the nearest alone: a period has one value.
    apart = ((counted - last).abs() + (begun - first).abs().fillna(0 * day))[is_own]
    names = ["source_id", *(name for name in QUANTITY if name not in columns)]
    nearest = apart.groupby([indicators.loc[is_own, name] for name in names]).transform("min")
    is_own &= apart.eq(nearest).reindex(is_own.index, fill_value=False)
    return reports["period"].where(is_own, indicators["period"]).tolist()


def warn_other_days(table: pd.DataFrame, periods: list[str], sources: pd.DataFrame) -> None:
    """Warn of rows of the reports on some periods that are left out, as they count other days."""
    asked = [label_period(match_period(each)) for each in periods]
    on_one = sources.loc[sources["period"].isin(asked), "source_id"]
    of_one = table["source_id"].str.split(" ").str[0].isin(on_one)
    days = table.loc[of_one & ~table["period"].isin(asked), "period"]
    if len(own := days[~days.str.fullmatch(clean.STANDARD_LABEL)]):
        said = f"Left out: {count(len(own), 'row')} of reports on {' or '.join(asked)} with other"
        remedy = "leave periods out, or name these days."
        warnings.warn(f"{said} days, such as {own.mode()[0]}; {remedy}", UserWarning, stacklevel=3)


def _is_day(day: Any) -> bool:
    return isinstance(day, str) and (not day or clean.is_day(day))


def check_day(day: Any) -> None:
    """Refuse what is neither empty nor a day, with a ``CommandError``."""
    if not (day is None or _is_day(day)):
        raise CommandError(problem("no_day", f"day {day!r}"))


def choose_areas(reference: Reference, level: str | None, day: Any) -> pd.DataFrame:
    """The areas of a level, or of all, as a table; of a day, if one is given."""
    levels = LEVELS if level is None else [_match_word("level", LEVELS, level)]
    check_day(day)
    areas = [row for each in levels for row in reference.list_areas(each, day)]
    names = [*reference.areas.columns, "km2"]
    table = pd.DataFrame(areas, columns=names, dtype="str").fillna("")
    parents = {each: reference.name_in_parent(each, day) for each in table["parent_id"].unique()}
    return table.assign(lies_in=table["parent_id"].map(parents).astype("str"))


def order_categories(table: pd.DataFrame) -> pd.DataFrame:
    """Make categoricals of the columns with few values, each in the order people expect.

    Periods in the order of time, scopes and statuses as in ``Scope`` and ``Status``, names as the
    catalogue lists them. Dates become ``datetime64``; a stock has no ``period_start`` (``NaT``).
    """
    typed = table.copy()
    for column in ("period_start", "period_end"):
        if column in typed:
            typed[column] = pd.to_datetime(typed[column].replace("", None), format="%Y-%m-%d")
    orders = {"scope": Scope, "status": Status, "severity": Severity}
    for column in (*orders, "unit", "origin", *NAME_COLUMNS[1:]):
        if column in typed:
            held = table[column].unique().tolist()
            known = [each for each in map(str, orders.get(column, ())) if each in held]
            typed[column] = pd.Categorical(table[column], [*dict.fromkeys([*known, *held])])
    if "period" in typed:  # by the last day counted, then by the first
        days = table[["period", "period_end", "period_start"]].astype(str)
        ends = days.groupby("period").max().sort_values([*days.columns[1:]], kind="stable")
        typed["period"] = pd.Categorical(table["period"], ends.index.tolist(), ordered=True)
    return typed


def match_indicator(reference: Reference, name: str) -> str:
    """The code of an indicator by its code or its label in either language.

    A ``CommandError`` where no indicator has it, or several; it offers the nearest.
    """
    rows, folded = reference.indicator_rows, fold_text(name)
    if name in rows:
        return name
    labels = {code: (str(row["label_vi"]), str(row["label_en"])) for code, row in rows.items()}
    found = [code for code, told in labels.items() if folded in map(fold_text, told)]
    if len(found) == 1:
        return found[0]
    near = offer_names(name, [*rows, *chain.from_iterable(labels.values())])
    listed = "They are listed by load_catalogue(), or cchc list indicators."
    remedy = f"Write one of the codes {', '.join(found)}." if found else f"{near}{listed}"
    raise CommandError(problem("strange_indicator", f"indicator {name!r}", remedy=remedy))


def match_names(
    names: pd.Series[Any], reference: Reference, level: str = "", day: Any = ""
) -> pd.Series[str]:
    """The ids of the areas that a column names, each different name of a day looked up once.

    Without a level, a name that several levels share is of the one that most are of, as in a panel;
    a warning names those that are of another. All that mean no area, or several, are told at once.
    """
    if level:
        level = _match_word("level", LEVELS, level)
    if holes := [*map(str, names.index[names.isna()])]:
        where = f"{count(len(holes), 'row')} of names ({join_some(holes)})"
        raise CommandError(problem("no_names", where))
    keys = [*zip(names.tolist(), _take_days(day, names.index), strict=True)]
    words = {each: take_one(each[0], "area").strip() for each in keys}
    meant, problems = dict[Any, str](), dict[Problem, None]()
    for each, word in words.items():
        try:
            meant[each] = reference.match_area(word, each[1], level)
        except AreaError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise CommandError(problems)
    levels = {each: str(reference.area_rows[meant[each]]["level"]) for each in words}
    levels = {each: held for each, held in levels.items() if held not in ("nation", "region")}
    usual, told = level or mode([*levels.values()] or [""]), dict[str, None]()
    for each in (each for each, held in levels.items() if held != usual):
        try:
            meant[each] = reference.match_area(words[each], each[1], usual)
        except AreaError:
            told[f"{words[each]!r} is {reference.describe_area(meant[each])}"] = None
    if told:
        said = f"Areas that are no {usual}: {join_some([*told], mark='; ')}"
        warnings.warn(f"{said}; say level= for one level.", UserWarning, stacklevel=3)
    return pd.Series([meant[each] for each in keys], names.index, dtype="str", name="area_id")


def _take_days(day: Any, index: pd.Index[Any]) -> list[str]:
    """The day of each row, from one for all or one for each."""
    days = [*day] if pd.api.types.is_list_like(day) else ["" if day is None else day] * len(index)
    if len(days) != len(index) or (isinstance(day, pd.Series) and not day.index.equals(index)):
        where = f"{count(len(days), 'day')} for {count(len(index), 'name')}"
        raise CommandError(problem("other_days", where))
    texts = [str(each).removesuffix(" 00:00:00") for each in days]  # as pandas writes a day
    for each in set(texts):
        check_day(each)
    return texts


def match_period(text: str) -> Period:
    """Match a label or its Vietnamese name to a period, or say how one can be written."""
    try:
        return parse_period(text)
    except PeriodError as error:
        raise CommandError(problem("no_period", f"period {text!r}", error=error)) from None


def list_days(period: Period) -> list[str]:
    """The first and the last day of a period."""
    return [day.isoformat() for day in (period.start, period.end) if day]


def _match_word(column: str, known: Iterable[str], word: str) -> str:
    if take_one(word, column) not in (values := [str(each) for each in known]):
        near = offer_names(str(word), values).strip() or "Write one of these, or None for all."
        said = {"known": ", ".join(values), "remedy": near}
        raise CommandError(problem("strange_word", f"{column} {word!r}", **said))
    return str(word)


_MATCH: Mapping[str, Callable[[Reference, str], str]] = {
    "indicator": match_indicator,
    "period": lambda _, each: label_period(match_period(each)),
    "scope": lambda _, each: _match_word("scope", Scope, each),
    "status": lambda _, each: _match_word("status", Status, each),
    "severity": lambda _, each: _match_word("severity", Severity, each),
}
"""How a person may name what stands in a column."""


def list_source_ids(table: pd.DataFrame) -> list[str] | None:
    """The ids of the sources behind a table, as far as it or its ``attrs`` say."""
    cells = table.get("source_id", table.attrs.get("source_id"))
    return None if cells is None else sorted({each for cell in cells for each in str(cell).split()})


DIMENSIONS = ("area_id", "scope", "indicator", "breakdown", "status", "period")
"""What tells two quantities apart, beside their exact days."""

SAME: dict[str, str] = load_own("columns")["same"]
"""Columns that stand for a dimension under another name."""


def to_wide(
    table: pd.DataFrame,
    index: str | Sequence[str] = "area",
    columns: str | Sequence[str] = "period",
    values: str = "value",
) -> pd.DataFrame:
    """Turn a long table into a wide one: a row per ``index``, a column per ``columns``.

    Nothing is averaged: a cell holds the one value that there is. A missing cell is ``NaN`` (never
    zero), or ``False`` for a column of truth values. Rows and columns keep the order of the
    categories. ``attrs["source_id"]`` keeps the sources of all rows.

    Args:
        table: Rows of ``load_indicators`` or ``load_observations``.
        index: Column or columns that name a row.
        columns: Column or columns that name a column.
        values: What stands in the cells. ``"is_contested"`` gives a table of the same shape that
            says which values a contradiction touches.

    Raises:
        CommandError: A column is unknown; the table mixes scopes, indicators, breakdowns or
            statuses, or areas of one name, that neither ``index`` nor ``columns`` tells apart; or
            two rows fall into one cell.

    Examples:
        >>> import pandas as pd
        >>> rows = {"area": ["A", "A", "B"], "period": ["2023", "2024", "2024"], "value": [1, 2, 3]}
        >>> to_wide(pd.DataFrame(rows))
        period  2023  2024
        area
        A        1.0   2.0
        B        NaN   3.0
    """
    check_columns(table, "to_wide")
    rows, heads, _ = (take_list(each, "to_wide") for each in (index, columns, values))
    told = [*rows, *heads]
    if missing := [str(name) for name in [*told, values] if name not in [*table.columns]]:
        hint = f"The table has {', '.join(map(str, table.columns))}."
        if "area" in missing:
            hint = 'load_indicators(names="vi") adds names; without them, index="area_id".'
        said = {"names": ", ".join(missing), "hint": hint}
        raise CommandError(problem("no_table_column", "to_wide", **said))
    if problems := [*_check_dimensions(table, told)] or [*_check_cells(table, told)]:
        raise CommandError(problems)
    wide = table.set_index(told)[values].unstack(heads)
    if table[values].dtype == bool:
        wide = wide.fillna(value=False).astype(bool)
    if "source_id" in table:  # pandas carries it on, for export and cite
        wide.attrs["source_id"] = [*map(str, table["source_id"].unique())]
    return wide.sort_index(axis=0).sort_index(axis=1)


def _check_dimensions(table: pd.DataFrame, told: list[str]) -> Iterator[Problem]:
    covered = {*told, *(SAME[name] for name in told if name in SAME)}
    for name in (each for each in DIMENSIONS if each in table.columns and each not in covered):
        held = [repr(str(each)) for each in table[name].unique()]
        if len(held) > 1:
            said = {"number": len(held), "held": join_some(held), "first": held[0]}
            yield problem("mixed_table", "to_wide", name=name, **said)
    if "area" not in told or "area_id" in told or "area_id" not in table.columns:
        return
    # Two areas of one name are two rows: Bắc Ninh before July 2025, and since.
    ids = table.groupby("area", observed=True)["area_id"].unique()
    for area, shared in ids[ids.str.len() > 1].head(MOST_NAMED).items():
        said = {"number": len(shared), "area": area, "ids": ", ".join(shared)}
        yield problem("one_name", "to_wide", **said)


def _check_cells(table: pd.DataFrame, told: list[str]) -> Iterator[Problem]:
    repeated = table[table.duplicated(told, keep=False)]
    if repeated.empty:
        return
    first = repeated.iloc[0]
    same = repeated[(repeated[told] == first[told]).all(axis=1)]
    others = same.drop(columns=[*told, "value", "figures", "printed"], errors="ignore")
    counts = others.nunique(dropna=False)
    names, remedy = [*map(str, counts.index[counts > 1])], "Choose one."
    if names:
        remedy = f"Add {names[0]!r} to index or columns, or choose."
    differing = f", which differ in {', '.join(names)}" if names else ""
    said = {"number": len(same), "where": ", ".join(str(first[name]) for name in told)}
    yield problem("doubled_cell", "to_wide", differing=differing, remedy=remedy, **said)
