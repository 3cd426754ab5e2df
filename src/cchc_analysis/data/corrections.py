"""What people decided to publish instead of what is printed, with the text they decided about.

Comes in as published values and ``data/reference/corrections.csv``; goes out as published values.
Findings are made from the figures as printed, so that a correction hides no contradiction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cchc_analysis.data.clean import NumberError, parse_number
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import QUANTITY
from cchc_analysis.data.reference import Reference, offer_names
from cchc_analysis.data.tidy import AreaFinder
from cchc_analysis.errors import Problem, ReferenceDataError

if TYPE_CHECKING:
    import pandas as pd

Figures = dict[tuple[str, str], dict[str, str]]


def correct_values(
    published: pd.DataFrame,
    transcripts: pd.DataFrame,
    sources: pd.DataFrame,
    reference: Reference,
) -> pd.DataFrame:
    """Publish what people decided, in the unit of the indicator.

    Raises:
        ReferenceDataError: A correction is of a figure that prints something else by now, or its
            own number cannot be read.
    """
    figures = _index_figures(transcripts, reference)
    if problems := list(_check_figures(transcripts, figures, reference)):
        raise ReferenceDataError(problems)
    corrected = published.assign(correction="")
    find_area = AreaFinder(reference, sources)
    for correction in list_rows(reference.corrections):
        figure = figures.get((correction["source_id"], correction["figure_id"]))
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

    Args:
        transcripts: The figures of the sources that could be understood.
        registered: The ids of all sources, also of drafts and of those that were set aside.
        reference: The reference tables.
    """
    known = set(registered)
    for source_id in reference.corrections["source_id"]:
        if source_id not in known:
            yield Problem(
                f"data/reference/corrections.csv, source {source_id}",
                "a correction of a source that is not registered",
                "a source of data/raw/sources.csv",
                f"{offer_names(source_id, known)}Mend the name, or remove the correction.",
            )
    figures = _index_figures(transcripts, reference)
    yield from _check_figures(transcripts, figures, reference)


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


def _check_figures(
    transcripts: pd.DataFrame, figures: Figures, reference: Reference
) -> Iterator[Problem]:
    held = set(transcripts["source_id"])
    for correction in list_rows(reference.corrections):
        place = (correction["source_id"], correction["figure_id"])
        where = f"data/reference/corrections.csv, {'/'.join(place)}"
        printed = figures[place]["printed"] if place in figures else "no such figure"
        if correction["source_id"] in held and printed != correction["expect"]:
            yield Problem(
                where,
                f"the transcript prints {printed!r}",
                f"{correction['expect']!r}, which was corrected",
                "Remove the correction, or decide again.",
            )
        elif correction["action"] not in ("publish", "withhold"):
            yield Problem(
                where,
                f"action {correction['action']!r}",
                "publish or withhold",
                "Use one of these words.",
            )
        elif correction["action"] == "publish" and place in figures:
            try:
                _read_published(correction, figures[place], reference)
            except NumberError as error:
                yield Problem(
                    where,
                    f"published {error}",
                    f"a number of {figures[place]['unit']}, as the report would print it",
                    "Write the number.",
                )


def _read_published(
    correction: dict[str, str], figure: dict[str, str], reference: Reference
) -> float:
    """The number that people decided on: written in the unit of the figure, as that is printed."""
    number = parse_number(correction["published"], reference.unit_rows[figure["unit"]]["kind"])
    unit = reference.indicator_rows[figure["indicator"]]["unit"]
    return reference.convert_value(number.value, figure["unit"], unit)


def _index_figures(transcripts: pd.DataFrame, reference: Reference) -> Figures:
    """The figures that corrections are about, by source and figure."""
    wanted = set(
        zip(reference.corrections["source_id"], reference.corrections["figure_id"], strict=True)
    )
    concerned = transcripts[transcripts["source_id"].isin({source for source, _ in wanted})]
    return {
        place: row
        for row in list_rows(concerned)
        if (place := (row["source_id"], row["figure_id"])) in wanted
    }


def index_printed(transcripts: pd.DataFrame) -> dict[tuple[str, str], str]:
    """What is printed, by source and figure."""
    figures = zip(transcripts["source_id"], transcripts["figure_id"], strict=True)
    return dict(zip(figures, transcripts["printed"], strict=True))
