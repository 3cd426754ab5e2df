"""Transcripts into observations: what each figure says, in the units of its indicator.

Comes in as figures as printed; goes out as one row per source, quantity and reading. A quantity
printed twice with one value is one row, with two values two rows: which one is right is not
decided here. Whatever cannot be understood is named, all at once, and its source set aside.

What people decided to publish instead of what is printed (``corrections.csv``) is put into the
published values here as well. Findings are made from the figures as printed, so that a correction
hides no contradiction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from cchc_analysis.data import records
from cchc_analysis.data.areas import find_issue_day
from cchc_analysis.data.clean import NumberError, is_day, parse_number
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import QUANTITY, Comparator, Scope, Status, problem
from cchc_analysis.data.reference import Reference, offer_names, suggest
from cchc_analysis.errors import Problem, ReferenceDataError

FIRST_YEAR, LAST_YEAR = 1945, 2100
"""Years in which a report can have been written."""


@dataclass(frozen=True)
class Tidied:
    """The observations of the sources that could be understood, and the problems of the rest."""

    observations: pd.DataFrame
    problems: dict[str, tuple[Problem, ...]]


def tidy_observations(
    transcripts: pd.DataFrame,
    reference: Reference,
    sources: pd.DataFrame | None = None,
    *,
    keeps_unknown_areas: bool = False,
) -> Tidied:
    """Turn figures as printed into observations.

    An area is the one that was there when its source was issued; without ``sources``, when the
    figure was counted. One that nobody knows stands for itself where ``keeps_unknown_areas``, as
    in drafts.

    Returns:
        ``OBSERVATION_COLUMNS``, sorted by key; values in the unit of the indicator; ``low`` and
        ``high`` bound what the printed digits can stand for. Figures that nobody has given an
        indicator yet stay in the transcript alone. Problems by source id: a source with any
        problem gives no observations.
    """
    rows: list[dict[str, Any]] = []
    problems: dict[str, list[Problem]] = {}
    find_area = _make_finder(reference, sources, keeps_unknown=keeps_unknown_areas)
    for figure in list_rows(transcripts[transcripts["indicator"] != ""]):
        if found := [*_check_figure(figure, reference, find_area)]:
            problems.setdefault(figure["source_id"], []).extend(found)
        else:
            rows.append(_tidy_figure(figure, reference, find_area(figure)))
    figures = pd.DataFrame(rows, columns=[*_FIGURE_COLUMNS])
    good = _collect_readings(figures[~figures["source_id"].isin(problems)])
    return Tidied(good, {source: tuple(found) for source, found in problems.items()})


AreaOf = Callable[[Mapping[str, str]], str]


def _make_finder(
    reference: Reference, sources: pd.DataFrame | None, *, keeps_unknown: bool = False
) -> AreaOf:
    """What finds the area of a figure: the one that was there when its source was issued.

    Of several with one name the one in the area of the source is meant: "xã Yên Phúc" in a report
    of the district that it lies in. A figure of no known source is looked up on its own last day.
    A ``KeyError`` with a sentence says that none or several are meant.
    """
    rows = {} if sources is None else {row["source_id"]: row for row in list_rows(sources)}

    @cache
    def find(source_id: str, name: str, day: str) -> str | KeyError:
        """The area, or what is said of the name: a search of all names, once for all figures."""
        own = ""
        with suppress(KeyError):
            own = reference.match_source(rows[source_id])
        try:
            return reference.match_area(name, day, inside=own)
        except KeyError as error:
            return name if keeps_unknown else error

    def find_area(figure: Mapping[str, str]) -> str:
        source = rows.get(figure["source_id"])
        day = find_issue_day(source) if source else figure["period_end"]
        found = find(figure["source_id"], figure["area"], day)
        if isinstance(found, KeyError):
            raise found.with_traceback(None)
        return found

    return find_area


_FIGURE_COLUMNS = (
    "source_id",
    *QUANTITY,
    *("value", "low", "high", "unit", "decimals", "comparator", "figure_id"),
)


def _tidy_figure(figure: dict[str, str], reference: Reference, area_id: str) -> dict[str, Any]:
    """A row of ``_FIGURE_COLUMNS``; ``low`` and ``high`` tell how far the quantity may lie off.

    Rates are rounded, and so is money in thousands or millions; things that are counted and
    points that are awarded are not, unless they are printed in thousands.
    """
    unit = reference.indicator_rows[figure["indicator"]]["unit"]
    number, printed = _read_number(figure, reference), reference.unit_rows[figure["unit"]]
    is_money = printed["kind"] == "money" and printed["multiplier"] > 1
    is_rounded = printed["kind"] == "rate" or is_money or number.decimals < 0
    hidden = number.half_unit if is_rounded else 0.0
    value, low, high = (
        reference.convert_value(number.value + off, figure["unit"], unit)
        for off in (0.0, -hidden, hidden)
    )
    comparator = Comparator(figure["comparator"] or number.comparator).value
    own = {"area_id": area_id, "value": value, "low": low, "high": high, "unit": unit}
    return {**figure, **own, "decimals": max(number.decimals, 0), "comparator": comparator}


def _read_number(figure: dict[str, str], reference: Reference) -> records.Number:
    kind = str(reference.unit_rows[figure["unit"]]["kind"])
    if figure["read_as"] and kind == "money":
        kind = "other"  # a person who writes a comma into read_as means a decimal mark
    return parse_number(figure["read_as"] or figure["printed"], kind)


def _check_figure(
    figure: dict[str, str], reference: Reference, find_area: AreaOf
) -> Iterator[Problem]:
    where = f"transcript {figure['source_id']}, figure {figure['figure_id']}"
    is_known = True
    for column, known in (
        ("indicator", reference.indicator_rows),
        ("unit", reference.unit_rows),
        ("breakdown", {"", *reference.breakdowns["breakdown"]}),
    ):
        if (word := figure[column]) not in known:
            is_known, remedy = False, suggest(word, known, f"{column}s.csv")
            yield problem("unknown_code", where, column=column, word=word, remedy=remedy)
    try:
        find_area(figure)
    except KeyError as error:
        yield problem("unknown_area", where, word=figure["area"], remedy=error.args[0])
    for column, words in _WORDS.items():
        if (word := figure[column]) not in words:
            listed = ", ".join(filter(None, words))
            yield problem("unknown_word", where, column=column, word=word, known=listed)
    yield from _check_dates(where, figure)
    if is_known:
        yield from _check_number(where, figure, reference)


_WORDS = {"scope": (*Scope,), "status": (*Status,), "comparator": ("", *Comparator)}


def _check_dates(where: str, figure: dict[str, str]) -> Iterator[Problem]:
    start, end = figure["period_start"], figure["period_end"]
    for column, day in (("period_start", start), ("period_end", end)):
        if day and not (is_day(day) and FIRST_YEAR <= int(day[:4]) <= LAST_YEAR):
            yield problem("bad_day", where, column=column, day=day)
            return
    if start and not end:
        yield problem("no_end", where, start=start)
    elif start > end:
        yield problem("late_start", where, start=start, end=end)


def _check_number(where: str, figure: dict[str, str], reference: Reference) -> Iterator[Problem]:
    indicator, unit = figure["indicator"], figure["unit"]
    try:
        _read_number(figure, reference)
    except NumberError as error:
        yield problem("no_number", where, error=error, unit=unit)
    own = reference.indicator_rows[indicator]["unit"]
    try:
        reference.convert_unit(unit, own)
    except KeyError as error:
        said = {"unit": unit, "indicator": indicator, "own": own, "remedy": error.args[0]}
        yield problem("strange_unit", where, **said)


def _collect_readings(figures: pd.DataFrame) -> pd.DataFrame:
    """One row per source, quantity and value; ``reading`` counts the values as first printed.

    Where one value is printed with more and with fewer decimals, the more exact one speaks.
    """
    quantity = ["source_id", *QUANTITY]
    reading = [*quantity, "value", "comparator"]
    printed = figures.groupby(reading, sort=False)
    exact = figures.loc[printed["decimals"].idxmax()].drop(columns="figure_id")
    together = printed["figure_id"].agg(" ".join).rename("figures").reset_index()
    readings = together.merge(exact, on=reading, validate="one_to_one")
    readings["reading"] = readings.groupby(quantity, sort=False).cumcount() + 1
    readings["is_published"] = readings["reading"] == 1
    ordered = readings.sort_values([*quantity, "reading"], kind="stable", ignore_index=True)
    return ordered.reindex(columns=list(records.OBSERVATION_COLUMNS)).astype(
        dict.fromkeys(records.UNCERTAINTY, "float64")
    )


def correct_values(
    published: pd.DataFrame,
    transcripts: pd.DataFrame,
    sources: pd.DataFrame,
    reference: Reference,
) -> pd.DataFrame:
    """Publish what people decided, in the unit of the indicator.

    A ``ReferenceDataError`` where a correction is of a figure that prints something else by now, or
    its own number cannot be read.
    """
    if problems := list(_check_figures(transcripts, reference)):
        raise ReferenceDataError(problems)
    corrected = published.assign(correction="")
    find_area = _make_finder(reference, sources)
    for correction, figure in _pair_corrections(transcripts, reference):
        if figure is None:
            continue
        chosen = corrected["source_id"] == correction["source_id"]
        chosen &= corrected["area_id"] == find_area(figure)
        for column in QUANTITY[1:]:
            chosen &= corrected[column] == figure[column]
        is_kept = correction["action"] == "publish"
        value = _read_published(correction, figure, reference) if is_kept else float("nan")
        corrected.loc[chosen, ["value", "low", "high"]] = value
        corrected.loc[chosen, "correction"] = f"{correction['source_id']}/{correction['figure_id']}"
    return corrected


def check_corrections(
    transcripts: pd.DataFrame, registered: Iterable[str], reference: Reference
) -> Iterator[Problem]:
    """The corrections that no longer match anything, as problems.

    ``transcripts`` has the figures of the sources that could be understood; ``registered`` the ids
    of all sources, also of drafts and of those that were set aside.
    """
    known = dict.fromkeys(registered)  # in their order, in which equally near names are offered
    for source_id in reference.corrections["source_id"]:
        if source_id not in known:
            where = f"data/reference/corrections.csv, source {source_id}"
            yield problem("no_source", where, near=offer_names(source_id, known))
    yield from _check_figures(transcripts, reference)


def mark_corrections(derived: pd.DataFrame, corrected: pd.DataFrame) -> pd.DataFrame:
    """Say of each derived value which correction of one of its figures is in it."""
    marks = {
        (row["source_id"], figure): row["correction"]
        for row in list_rows(corrected[corrected["correction"] != ""])
        for figure in row["figures"].split()
    }
    found = [
        next((marks[source, each] for each in figures.split() if (source, each) in marks), "")
        for source, figures in zip(derived["source_id"], derived["figures"], strict=True)
    ]
    return derived.assign(correction=found)


def _check_figures(transcripts: pd.DataFrame, reference: Reference) -> Iterator[Problem]:
    held = set(transcripts["source_id"])
    for correction, figure in _pair_corrections(transcripts, reference):
        place = f"{correction['source_id']}/{correction['figure_id']}"
        where = f"data/reference/corrections.csv, {place}"
        printed = figure["printed"] if figure else "no such figure"
        if correction["source_id"] in held and printed != correction["expect"]:
            yield problem("other_print", where, printed=printed, expect=correction["expect"])
        elif correction["action"] not in ("publish", "withhold"):
            yield problem("strange_action", where, action=correction["action"])
        elif correction["action"] == "publish" and figure:
            try:
                _read_published(correction, figure, reference)
            except NumberError as error:
                yield problem("no_published", where, error=error, unit=figure["unit"])


def _read_published(
    correction: dict[str, str], figure: dict[str, str], reference: Reference
) -> float:
    """The number that people decided on: written in the unit of the figure, as that is printed."""
    number = parse_number(correction["published"], reference.unit_rows[figure["unit"]]["kind"])
    unit = reference.indicator_rows[figure["indicator"]]["unit"]
    return reference.convert_value(number.value, figure["unit"], unit)


def _pair_corrections(
    transcripts: pd.DataFrame, reference: Reference
) -> Iterator[tuple[dict[str, str], dict[str, str] | None]]:
    """Each correction with the figure that it is about, if that is held."""
    wanted = reference.corrections[["source_id", "figure_id"]].drop_duplicates()
    concerned = transcripts[transcripts["source_id"].isin(wanted["source_id"])].merge(wanted)
    figures = {(row["source_id"], row["figure_id"]): row for row in list_rows(concerned)}
    for correction in list_rows(reference.corrections):
        yield correction, figures.get((correction["source_id"], correction["figure_id"]))
