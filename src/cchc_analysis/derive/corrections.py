"""What people decided to publish instead of what is printed, with the text they decided about.

Comes in as published values and ``data/reference/corrections.csv``; goes out as published values.
Findings are made from the figures as printed, so that a correction hides no contradiction.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cchc_analysis.clean import NumberError, parse_number
from cchc_analysis.errors import Problem, ReferenceDataError
from cchc_analysis.files import list_rows
from cchc_analysis.records import QUANTITY
from cchc_analysis.reference import Reference

if TYPE_CHECKING:
    import pandas as pd


def correct_values(
    published: pd.DataFrame, transcripts: pd.DataFrame, reference: Reference
) -> pd.DataFrame:
    """Publish what people decided, where the printed text is still what they decided about."""
    if problems := list(_check_corrections(transcripts, reference)):
        raise ReferenceDataError(problems)
    corrected = published.assign(correction="")
    quantities = _quantity_by_figure(transcripts, reference)
    for correction in list_rows(reference.corrections):
        quantity = quantities.get((correction["source_id"], correction["figure_id"]))
        if quantity is None:
            continue
        chosen = corrected["source_id"] == correction["source_id"]
        for column, cell in zip(QUANTITY, quantity, strict=True):
            chosen &= corrected[column] == cell
        is_kept = correction["action"] == "publish"
        value = parse_number(correction["published"]).value if is_kept else float("nan")
        corrected.loc[chosen, ["value", "low", "high"]] = value
        corrected.loc[chosen, "correction"] = f"{correction['source_id']}/{correction['figure_id']}"
    return corrected


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


def _check_corrections(transcripts: pd.DataFrame, reference: Reference) -> Iterator[Problem]:
    printed = index_printed(transcripts)
    held = set(transcripts["source_id"])
    for correction in list_rows(reference.corrections):
        place = (correction["source_id"], correction["figure_id"])
        where = f"data/reference/corrections.csv, {'/'.join(place)}"
        if correction["source_id"] in held and printed.get(place) != correction["expect"]:
            yield Problem(
                where,
                f"the transcript prints {printed.get(place, 'no such figure')!r}",
                f"{correction['expect']!r}, which was corrected",
                "Remove the correction, or decide again.",
            )
        if correction["action"] not in ("publish", "withhold"):
            yield Problem(
                where,
                f"action {correction['action']!r}",
                "publish or withhold",
                "Use one of these words.",
            )
        elif correction["action"] == "publish":
            try:
                parse_number(correction["published"])
            except NumberError as error:
                yield Problem(where, f"published {error}", "a number", "Write the number.")


def _quantity_by_figure(
    transcripts: pd.DataFrame, reference: Reference
) -> dict[tuple[str, str], tuple[str, ...]]:
    wanted = set(
        zip(reference.corrections["source_id"], reference.corrections["figure_id"], strict=True)
    )
    return {
        (row["source_id"], row["figure_id"]): (
            reference.match_area(row["area"]),
            *(row[column] for column in QUANTITY if column != "area_id"),
        )
        for row in list_rows(transcripts)
        if (row["source_id"], row["figure_id"]) in wanted
    }


def index_printed(transcripts: pd.DataFrame) -> dict[tuple[str, str], str]:
    """What is printed, by source and figure."""
    figures = zip(transcripts["source_id"], transcripts["figure_id"], strict=True)
    return dict(zip(figures, transcripts["printed"], strict=True))
