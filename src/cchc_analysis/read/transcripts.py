"""Reports into transcripts: the figures of each accepted source, as printed.

Comes in as ``data/raw``: a row per source and a transcript of each. Goes out as two tables with
nothing judged and nothing dropped. What the figures mean is the business of ``tidy``. A faulty
transcript is set aside with its problems and does not stop the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.data.files import TableError, load_text_table
from cchc_analysis.data.records import SOURCE_COLUMNS, TRANSCRIPT_COLUMNS
from cchc_analysis.errors import Problem, ReportError

if TYPE_CHECKING:
    import pandas as pd

SOURCE_KINDS = ("period_report", "plan", "campaign_report", "article", "panel")
SOURCE_STATES = ("accepted", "draft")


@dataclass(frozen=True)
class Readings:
    """What was read: the accepted sources, their figures, and what is wrong with the others.

    ``registered`` are the ids of all sources, also of drafts and of those with problems.
    """

    sources: pd.DataFrame
    transcripts: pd.DataFrame
    problems: dict[str, tuple[Problem, ...]]
    registered: tuple[str, ...]


def read_transcripts(raw: Path) -> Readings:
    """Read the transcripts of all accepted sources.

    Args:
        raw: The folder ``data/raw`` with ``sources.csv`` and ``transcripts/``.

    Returns:
        Sources (``SOURCE_COLUMNS``) and figures (``TRANSCRIPT_COLUMNS``), all cells text, of every
        source that could be read; and problems by source id for the rest.

    Raises:
        ReportError: ``sources.csv`` itself cannot be read.
    """
    sources = read_sources(raw)
    accepted = sources[sources["state"] == "accepted"]
    transcripts, problems = [], dict(_find_unregistered(raw, sources))
    for source_id in accepted["source_id"]:
        try:
            transcripts.append(read_transcript(raw, source_id))
        except ReportError as error:
            problems[source_id] = error.problems
    good = accepted[~accepted["source_id"].isin(problems)].reset_index(drop=True)
    return Readings(good, _concatenate(transcripts), problems, tuple(sources["source_id"]))


def read_sources(raw: Path, *, may_be_empty: bool = False) -> pd.DataFrame:
    """Read the list of sources (``SOURCE_COLUMNS``), drafts included.

    Args:
        raw: The folder ``data/raw``.
        may_be_empty: Whether a list with no source yet is in order, as before the first draft.

    Raises:
        ReportError: The file cannot be read, or a cell holds a word that is not one of its words.
    """
    try:
        sources = load_text_table(
            raw / "sources.csv", SOURCE_COLUMNS, ["source_id"], may_be_empty=may_be_empty
        )
    except TableError as error:
        raise ReportError(error.problems) from None
    problems = [
        Problem(
            f"data/raw/sources.csv, source {source_id}",
            f"{column} {cell!r}",
            f"one of {', '.join(words)}",
            "Use one of these words.",
        )
        for column, words in (("kind", SOURCE_KINDS), ("state", SOURCE_STATES))
        for source_id, cell in zip(sources["source_id"], sources[column], strict=True)
        if cell not in words
    ]
    if problems:
        raise ReportError(problems)
    return sources


def read_transcript(raw: Path, source_id: str) -> pd.DataFrame:
    """Read the transcript of one source (``TRANSCRIPT_COLUMNS``, all cells text).

    Raises:
        ReportError: The file cannot be read, or holds a figure of another source.
    """
    path = raw / "transcripts" / f"{source_id}.csv"
    try:
        transcript = load_text_table(path, TRANSCRIPT_COLUMNS, ["figure_id"])
    except TableError as error:
        raise ReportError(error.problems) from None
    strangers = transcript[transcript["source_id"] != source_id]
    if len(strangers):
        raise ReportError(
            Problem(
                f"{path.name}, figure {figure_id}",
                f"source_id {stranger!r}",
                f"{source_id!r}, as the file is named",
                "Move the figure to the transcript of its own source.",
            )
            for figure_id, stranger in zip(
                strangers["figure_id"], strangers["source_id"], strict=True
            )
        )
    return transcript


def _find_unregistered(
    raw: Path, sources: pd.DataFrame
) -> Iterator[tuple[str, tuple[Problem, ...]]]:
    registered = set(sources["source_id"])
    for path in sorted((raw / "transcripts").glob("*.csv")):
        if path.stem not in registered and not path.name.startswith("."):
            yield (
                path.stem,
                (
                    Problem(
                        f"data/raw/transcripts/{path.name}",
                        f"a transcript of {path.stem!r}, which is not registered",
                        "a row for it in data/raw/sources.csv",
                        "Add the row, or remove the transcript.",
                    ),
                ),
            )


def _concatenate(transcripts: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    if not transcripts:
        return pd.DataFrame(columns=list(TRANSCRIPT_COLUMNS), dtype="str")
    return pd.concat(transcripts, ignore_index=True)
