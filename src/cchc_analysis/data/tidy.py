"""Transcripts into observations: what each figure says, in the units of its indicator.

Comes in as figures as printed; goes out as one row per source, quantity and reading. A quantity
printed twice with one value is one row, with two values two rows: which one is right is not
decided here. Whatever cannot be understood is named, all at once, and its source set aside.

What people decided to publish instead of what is printed (``corrections.csv``) is put into the
published values here as well. Findings are made from the figures as printed, so that a correction
hides no contradiction.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache, partial
from typing import Any

import pandas as pd

from cchc_analysis.data import records
from cchc_analysis.data.areas import find_issue_day
from cchc_analysis.data.clean import NumberError, is_day, parse_number
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import QUANTITY, Comparator, Readings, Scope, Status, problem
from cchc_analysis.data.reference import Reference, offer_names, suggest
from cchc_analysis.errors import Problem, ReportError

FIRST_YEAR, LAST_YEAR = 1945, 2100
"""Years in which a report can have been written."""


def tidy_observations(
    transcripts: pd.DataFrame,
    reference: Reference,
    sources: pd.DataFrame | None = None,
    *,
    keeps_unknown_areas: bool = False,
) -> Readings:
    """Turn figures as printed into observations.

    An area is the one that was there when its source was issued; without ``sources``, when the
    figure was counted. One that nobody knows stands for itself where ``keeps_unknown_areas``, as
    in drafts.

    Returns:
        Observations sorted by key; values in the unit of the indicator; ``low`` and
        ``high`` bound what the printed digits can stand for. Figures that nobody has given an
        indicator yet stay in the transcript alone. Problems by source id: a source with any
        problem gives no observations.
    """
    rows: list[dict[str, Any]] = []
    problems: dict[str, tuple[Problem, ...]] = {}
    issued = {} if sources is None else {row["source_id"]: row for row in list_rows(sources)}

    @cache
    def find_area(source_id: str, name: str, day: str) -> str | KeyError:
        """The area of a name, or the ``KeyError`` that says why there is none.

        Of several with one name the one in the area of the source is meant: "xã Yên Phúc" in a
        report of the district that it lies in.
        """
        own = ""
        if source := issued.get(source_id):
            day = find_issue_day(source)
            with suppress(KeyError):
                own = reference.match_source(source)
        try:
            return reference.match_area(name, day, inside=own)
        except KeyError as error:
            return name if keeps_unknown_areas else error

    for figure in list_rows(transcripts[transcripts["indicator"] != ""]):
        area_id = find_area(figure["source_id"], figure["area"], figure["period_end"])
        try:
            rows.append(_tidy_figure(figure, reference, area_id))
        except ReportError as error:
            source_id = figure["source_id"]
            problems[source_id] = problems.get(source_id, ()) + error.problems
    told = ("value", "unit", "decimals", "comparator", "figure_id")
    figures = pd.DataFrame(rows, columns=["source_id", *QUANTITY, *told])
    good = figures[~figures["source_id"].isin(problems)]
    made = make_observations(good, reference)
    return Readings(pd.DataFrame(sources), transcripts, made, problems)


def _tidy_figure(
    figure: dict[str, str], reference: Reference, area_id: str | KeyError
) -> dict[str, Any]:
    """A figure with its area and number, or a ``ReportError`` of all that is wrong with it."""
    code, unit = figure["indicator"], figure["unit"]
    own = str(reference.indicator_rows.get(code, {}).get("unit", ""))
    printed = reference.unit_rows.get(unit, {})
    where = f"transcript {figure['source_id']}, figure {figure['figure_id']}"
    wrong = [*_check_words(where, figure, reference, area_id), *_check_dates(where, figure)]
    if own and printed:
        # A person who writes a comma into read_as means a decimal mark.
        kind = "other" if figure["read_as"] and printed["kind"] == "money" else printed["kind"]
        try:
            number = parse_number(figure["read_as"] or figure["printed"], str(kind))
        except NumberError as error:
            wrong.append(problem("no_number", where, error=error, unit=unit))
        try:
            reference.convert_unit(unit, own)
        except KeyError as error:
            said = {"unit": unit, "indicator": code, "own": own, "remedy": error.args[0]}
            wrong.append(problem("strange_unit", where, **said))
    if wrong:
        raise ReportError(wrong)
    comparator = Comparator(figure["comparator"] or number.comparator).value
    told = {"area_id": area_id, "value": number.value, "decimals": number.decimals}
    return {**figure, **told, "comparator": comparator}


def _check_words(
    where: str, figure: dict[str, str], reference: Reference, area_id: str | KeyError
) -> Iterator[Problem]:
    for column, known in (
        ("indicator", reference.indicator_rows),
        ("unit", reference.unit_rows),
        ("breakdown", {"", *reference.breakdowns["breakdown"]}),
    ):
        if (word := figure[column]) not in known:
            remedy = suggest(word, known, f"{column}s.csv")
            if not word and (own := reference.indicator_rows.get(figure["indicator"])):
                remedy = f"Write what the report counts in; the indicator is in {own['unit']!r}"
            yield problem("unknown_code", where, (column, word), column=column, remedy=remedy)
    if isinstance(area_id, KeyError):
        yield problem("unknown_area", where, ("area", figure["area"]), remedy=area_id.args[0])
    known_words = {"scope": (*Scope,), "status": (*Status,), "comparator": ("", *Comparator)}
    for column, words in known_words.items():
        if (word := figure[column]) not in words:
            listed = ", ".join(filter(None, words))
            yield problem("unknown_word", where, (column, word), known=listed)


def _check_dates(where: str, figure: dict[str, str]) -> Iterator[Problem]:
    start, end = figure["period_start"], figure["period_end"]
    for column, day in (("period_start", start), ("period_end", end)):
        if day and not is_report_day(day):
            yield problem("bad_day", where, column=column, day=day)
            return
    if start and not end:
        yield problem("no_end", where, start=start)
    elif start > end:
        yield problem("late_start", where, start=start, end=end)


def is_report_day(text: str) -> bool:
    """Whether a text is a day of a year in which a report can have been written."""
    return is_day(text) and FIRST_YEAR <= int(text[:4]) <= LAST_YEAR


def make_observations(
    figures: pd.DataFrame, reference: Reference, is_rounded: pd.Series[bool] | None = None
) -> pd.DataFrame:
    """Figures with the numbers that they print as ``OBSERVATION_COLUMNS``, sorted by key.

    One row per source, quantity and value, in the unit of the indicator; ``reading`` counts the
    values as first printed. Where one value is printed with more and with fewer decimals, the more
    exact one speaks. ``low`` and ``high`` tell how far the quantity may lie off: the last digit of
    a figure that ``is_rounded``, and of all that is printed in thousands. Rates are rounded, and so
    is money in thousands or millions; things that are counted and points that are awarded are not.
    """
    if is_rounded is None:
        units = reference.units
        is_large = (units["kind"] == "money") & (units["multiplier"] > 1)
        is_rounded = figures["unit"].isin(units.loc[(units["kind"] == "rate") | is_large, "unit"])
    names, numbers = ["value", "low", "high", *records.UNCERTAINTY], figures.copy()
    decimals = figures["decimals"].astype("float64")
    hidden = (0.5 * 10.0**-decimals).where(is_rounded | (decimals < 0), 0.0)
    numbers["low"], numbers["high"] = figures["value"] - hidden, figures["value"] + hidden
    values = numbers.reindex(columns=names).astype("float64")
    own = reference.indicators.set_index("indicator")["unit"]
    to = figures["indicator"].map(own).astype("str").rename("to")
    others = figures.loc[figures["unit"] != to, ["unit"]].join(to)
    places = figures["decimals"].copy()
    for (unit, wanted), rows in others.groupby(["unit", "to"], sort=False):
        convert = partial(reference.convert_value, unit=str(unit), to=str(wanted))
        values.loc[rows.index] = values.loc[rows.index].map(convert)
        # "12,45 tỷ" are 12.450 millions, of which no decimal was printed.
        places.loc[rows.index] -= round(math.log10(reference.convert_unit(str(unit), str(wanted))))
    made = numbers.assign(**values, unit=to, figures=figures["figure_id"], reading=1)
    made["decimals"] = places.clip(lower=0)
    key = ["source_id", *QUANTITY]
    if made.duplicated(key).any():
        same = [*key, "value", "comparator"]
        again = made[made.duplicated(same, keep=False)].groupby(same, sort=False, dropna=False)
        joined = again["figure_id"].transform(" ".join)
        made.loc[joined.index, "figures"] = joined
        made = made.loc[made.groupby(same, sort=False, dropna=False)["decimals"].idxmax()]
        made["reading"] = made.groupby(key, sort=False).cumcount() + 1
    made = made.assign(is_published=made["reading"] == 1)
    ordered = made.sort_values([*key, "reading"], kind="stable", ignore_index=True)
    return ordered[list(records.OBSERVATION_COLUMNS)]


def correct_values(
    published: pd.DataFrame,
    observations: pd.DataFrame,
    transcripts: pd.DataFrame,
    reference: Reference,
) -> pd.DataFrame:
    """Publish what people decided, in the unit of the indicator.

    A correction of any reading of a quantity is one of its published value; ``check_corrections``
    has found that all of them can be read.
    """
    key, corrected = ["source_id", *QUANTITY], published.assign(correction="")
    readings = observations.assign(figure_id=observations["figures"].str.split())
    readings = readings.explode("figure_id")[[*key, "figure_id"]]
    decided = _pair_corrections(transcripts, reference).drop(columns=[*QUANTITY], errors="ignore")
    for row in list_rows(decided.merge(readings)):
        is_kept = row["action"] == "publish"
        value = _read_published(row, reference) if is_kept else float("nan")
        chosen = (published[key] == [row[name] for name in key]).all(axis=1)
        corrected.loc[chosen, ["value", "low", "high"]] = value
        corrected.loc[chosen, "correction"] = f"{row['source_id']}/{row['figure_id']}"
    return corrected


def check_corrections(
    transcripts: pd.DataFrame, registered: Iterable[str], reference: Reference
) -> Iterator[Problem]:
    """The corrections that no longer match anything, or cannot be read, as problems.

    ``transcripts`` has the figures of the sources that could be understood; ``registered`` the ids
    of all sources, also of drafts and of those that were set aside.
    """
    known = dict.fromkeys(registered)  # in their order, in which equally near names are offered
    for source_id in reference.corrections["source_id"]:
        if source_id not in known:
            where = f"data/reference/corrections.csv, source {source_id}"
            yield problem("no_source", where, near=offer_names(source_id, known))
    held = set(transcripts["source_id"])
    for row in list_rows(_pair_corrections(transcripts, reference)):
        where = f"data/reference/corrections.csv, {row['source_id']}/{row['figure_id']}"
        printed = row["printed"] if row["is_held"] else "no such figure"
        if row["source_id"] in held and printed != row["expect"]:
            yield problem("other_print", where, printed=printed, expect=row["expect"])
        elif row["action"] not in ("publish", "withhold"):
            yield problem("strange_action", where, ("action", row["action"]))
        elif row["is_held"] and not row["indicator"]:
            yield problem("no_indicator", where)
        elif row["action"] == "publish" and row["is_held"]:
            try:
                _read_published(row, reference)
            except NumberError as error:
                yield problem("no_published", where, error=error, unit=row["unit"])


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


def _read_published(row: Mapping[str, Any], reference: Reference) -> float:
    """The number that people decided on: written in the unit of the figure, as that is printed."""
    number = parse_number(row["published"], reference.unit_rows[row["unit"]]["kind"])
    own = reference.indicator_rows[row["indicator"]]["unit"]
    return reference.convert_value(number.value, row["unit"], own)


def _pair_corrections(transcripts: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Each correction with the cells of the figure that it is about, if that ``is_held``."""
    held = transcripts.assign(is_held=True)
    return reference.corrections.merge(held, "left", ["source_id", "figure_id"]).fillna("")
