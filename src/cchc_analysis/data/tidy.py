"""Transcripts into observations: what each figure says, in the units of its indicator.

Comes in as figures as printed; goes out as one row per source, quantity and reading. A quantity
printed twice with one value is one row, with two values two rows: which one is right is not
decided here. Whatever cannot be understood is named, all at once, and its source set aside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import NumberError, PeriodError, parse_number, parse_period
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import (
    OBSERVATION_COLUMNS,
    QUANTITY,
    UNCERTAINTY,
    Comparator,
    Number,
    Scope,
    Status,
)
from cchc_analysis.data.reference import Reference, find_issue_day, suggest
from cchc_analysis.errors import Problem

if TYPE_CHECKING:
    import pandas as pd


FIRST_YEAR, LAST_YEAR = 1945, 2100
"""Years in which a report can have been written."""


@dataclass(frozen=True)
class Tidied:
    """The observations of the sources that could be understood, and the problems of the rest."""

    observations: pd.DataFrame
    problems: dict[str, tuple[Problem, ...]]


def tidy_observations(
    transcripts: pd.DataFrame, reference: Reference, sources: pd.DataFrame | None = None
) -> Tidied:
    """Turn figures as printed into observations.

    Args:
        transcripts: ``TRANSCRIPT_COLUMNS``, all cells text.
        reference: The reference tables.
        sources: ``SOURCE_COLUMNS``: an area is the one that was there when its source was issued;
            without them, when the figure was counted.

    Returns:
        ``OBSERVATION_COLUMNS``, sorted by key; values in the unit of the indicator; ``low`` and
        ``high`` bound what the printed digits can stand for. Figures that nobody has given an
        indicator yet stay in the transcript alone. Problems by source id: a source with any
        problem gives no observations.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    problems: dict[str, list[Problem]] = {}
    find_area = AreaFinder(reference, sources)
    for figure in list_rows(transcripts[transcripts["indicator"] != ""]):
        found = list(_check_figure(figure, reference, find_area))
        if found:
            problems.setdefault(figure["source_id"], []).extend(found)
        else:
            rows.append(_tidy_figure(figure, reference, find_area(figure)))
    figures = pd.DataFrame(rows, columns=[*_FIGURE_COLUMNS])
    good = figures[~figures["source_id"].isin(problems)]
    return Tidied(
        _collect_readings(good), {source: tuple(found) for source, found in problems.items()}
    )


class AreaFinder:
    """Finds the area of a figure: the one that was there when its source was issued.

    Of several with one name the one in the area of the source is meant: "xã Yên Phúc" in a report
    of the district that it lies in. A figure of no known source is looked up on its own last day.
    """

    def __init__(self, reference: Reference, sources: pd.DataFrame | None) -> None:
        rows = [] if sources is None else list_rows(sources)
        self._reference = reference
        self._rows = {row["source_id"]: row for row in rows}
        self._found: dict[tuple[str, str, str], str] = {}

    def __call__(self, figure: Mapping[str, str]) -> str:
        """The id of its area; KeyError with a sentence where none or several are meant."""
        source = self._rows.get(figure["source_id"])
        day = find_issue_day(source) if source else figure["period_end"]
        key = (figure["source_id"], figure["area"], day)
        if key not in self._found:
            self._found[key] = self._reference.match_area(
                figure["area"], day, inside=self._find_own(source)
            )
        return self._found[key]

    def _find_own(self, source: Mapping[str, str] | None) -> str:
        """The area of a source, "" where it has none that is known."""
        try:
            return self._reference.match_source(source) if source else ""
        except KeyError:
            return ""


_FIGURE_COLUMNS = (
    "source_id",
    *QUANTITY,
    *("value", "low", "high", "unit", "decimals", "comparator", "figure_id"),
)


def _tidy_figure(figure: dict[str, str], reference: Reference, area_id: str) -> dict[str, Any]:
    unit = reference.indicator_rows[figure["indicator"]]["unit"]
    number = _read_number(figure, reference)
    comparator = Comparator(figure["comparator"] or number.comparator)
    convert = reference.convert_value
    hidden = _hidden_by_rounding(number, reference.unit_rows[figure["unit"]])
    return {
        "source_id": figure["source_id"],
        "area_id": area_id,
        **{column: figure[column] for column in QUANTITY if column != "area_id"},
        "value": convert(number.value, figure["unit"], unit),
        "low": convert(number.value - hidden, figure["unit"], unit),
        "high": convert(number.value + hidden, figure["unit"], unit),
        "unit": unit,
        "decimals": max(number.decimals, 0),
        "comparator": comparator.value,
        "figure_id": figure["figure_id"],
    }


def _read_number(figure: dict[str, str], reference: Reference) -> Number:
    kind = str(reference.unit_rows[figure["unit"]]["kind"])
    if figure["read_as"] and kind == "money":
        kind = "other"  # a person who writes a comma into read_as means a decimal mark
    return parse_number(figure["read_as"] or figure["printed"], kind)


def _hidden_by_rounding(number: Number, unit: dict[str, Any]) -> float:
    """How far the quantity may lie from its printed digits, in the printed unit.

    Rates are rounded, and so is money in thousands or millions; things that are counted and
    points that are awarded are not, unless they are printed in thousands.
    """
    is_rounded = unit["kind"] == "rate" or (unit["kind"] == "money" and unit["multiplier"] > 1)
    return number.half_unit if is_rounded or number.decimals < 0 else 0.0


def _check_figure(
    figure: dict[str, str], reference: Reference, find_area: AreaFinder
) -> Iterator[Problem]:
    where = f"transcript {figure['source_id']}, figure {figure['figure_id']}"
    known_words = (
        ("indicator", reference.indicator_rows, "indicators.csv"),
        ("unit", reference.unit_rows, "units.csv"),
        ("breakdown", {"", *reference.breakdowns["breakdown"]}, "breakdowns.csv"),
    )
    is_known = True
    for column, known, file in known_words:
        if figure[column] not in known:
            is_known = False
            yield Problem(
                where,
                f"unknown {column} {figure[column]!r}",
                f"one of data/reference/{file}",
                suggest(figure[column], known, file) + ".",
            )
    yield from _check_area(where, figure, find_area)
    yield from _check_words(where, figure)
    yield from _check_dates(where, figure)
    if is_known:
        yield from _check_number(where, figure, reference)


def _check_area(where: str, figure: dict[str, str], find_area: AreaFinder) -> Iterator[Problem]:
    try:
        find_area(figure)
    except KeyError as error:
        yield Problem(
            where, f"unknown area {figure['area']!r}", "a known name", f"{error.args[0]}."
        )


def _check_words(where: str, figure: dict[str, str]) -> Iterator[Problem]:
    for column, words in (("scope", Scope), ("status", Status), ("comparator", Comparator)):
        if figure[column] not in tuple(words) and not (
            column == "comparator" and not figure[column]
        ):
            yield Problem(
                where,
                f"{column} {figure[column]!r}",
                f"one of {', '.join(words)}",
                "Use one of these words.",
            )


def _check_dates(where: str, figure: dict[str, str]) -> Iterator[Problem]:
    start, end = figure["period_start"], figure["period_end"]
    for column in ("period_start", "period_end"):
        if figure[column] and not _is_date(figure[column]):
            yield Problem(
                where,
                f"{column} {figure[column]!r}",
                "a date such as 2024-06-30",
                "Write the day that the report gives.",
            )
            return
    try:
        parse_period(f"{start}/{end}" if start and end else end or "2000")
    except PeriodError as error:
        yield Problem(where, str(error), "a start before its end", "Mend the dates.")
    if start and not end:
        yield Problem(
            where, f"a start {start} without an end", "both or neither", "Add period_end."
        )


def _is_date(text: str) -> bool:
    try:
        day = dt.date.fromisoformat(text)
        return day.isoformat() == text and FIRST_YEAR <= day.year <= LAST_YEAR
    except ValueError:
        return False


def _check_number(where: str, figure: dict[str, str], reference: Reference) -> Iterator[Problem]:
    try:
        _read_number(figure, reference)
    except NumberError as error:
        yield Problem(
            where,
            f"printed {error}",
            f"a number of {figure['unit']}",
            "Compare it with the document; write how a person reads it into read_as.",
        )
    try:
        reference.convert_unit(
            figure["unit"], reference.indicator_rows[figure["indicator"]]["unit"]
        )
    except KeyError as error:
        yield Problem(
            where,
            f"unit {figure['unit']!r} of {figure['indicator']}",
            f"a unit that turns into {reference.indicator_rows[figure['indicator']]['unit']!r}",
            f"Check the indicator, or {error.args[0]}.",
        )


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
    return ordered.reindex(columns=list(OBSERVATION_COLUMNS)).astype(
        dict.fromkeys(UNCERTAINTY, "float64")
    )
