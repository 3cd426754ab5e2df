"""Transcripts of the accepted sources, and how a reviewed draft becomes one.

Comes in as ``data/raw``: a row per source and a transcript of each. Goes out as two tables with
nothing judged and nothing dropped; what the figures mean is the business of ``tidy``. A faulty
transcript is set aside with its problems and does not stop the others. Figures to which nobody gave
an indicator stay when a draft is accepted, and no later stage sees a meaning in them; the checks of
the next stage are handed in, because a stage does not know another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.data.clean import nearest_names
from cchc_analysis.data.files import format_table, load_text_table, write_text
from cchc_analysis.data.owned import all_or_none
from cchc_analysis.data.records import SOURCE_COLUMNS, TRANSCRIPT_COLUMNS
from cchc_analysis.data.reference import Project, Reference, load_reference
from cchc_analysis.errors import Problem, ReportError, count

if TYPE_CHECKING:
    import pandas as pd


SOURCE_KINDS = ("period_report", "plan", "campaign_report", "article", "panel")
SOURCE_STATES = ("accepted", "draft")
UNDECIDED = "?"
"""Opens a cell that a person must confirm."""


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
    import pandas as pd

    sources = read_sources(raw)
    accepted = sources[sources["state"] == "accepted"]
    transcripts, problems = [], dict(_find_unregistered(raw, sources))
    for source_id in accepted["source_id"]:
        try:
            transcripts.append(read_transcript(raw, source_id))
        except ReportError as error:
            problems[source_id] = error.problems
    good = accepted[~accepted["source_id"].isin(problems)].reset_index(drop=True)
    none = pd.DataFrame(columns=list(TRANSCRIPT_COLUMNS), dtype="str")
    figures = pd.concat(transcripts, ignore_index=True) if transcripts else none
    return Readings(good, figures, problems, tuple(sources["source_id"]))


def read_sources(raw: Path) -> pd.DataFrame:
    """Read the list of sources (``SOURCE_COLUMNS``), drafts included; a new project has none.

    Args:
        raw: The folder ``data/raw``.

    Raises:
        ReportError: The file cannot be read, or a cell holds a word that is not one of its words.
    """
    path = raw / "sources.csv"
    if not path.is_file():
        remedy = (
            "If this is the right folder, read a report (cchc read FILE) or restore the file; "
            "cchc init FOLDER begins another project."
        )
        raise ReportError(Problem(str(path), "no such file", "the list of sources", remedy))
    sources = load_text_table(path, SOURCE_COLUMNS, ["source_id"], may_be_empty=True)
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
    transcript = load_text_table(path, TRANSCRIPT_COLUMNS, ["figure_id"])
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
            where = f"data/raw/transcripts/{path.name}"
            found = f"a transcript of {path.stem!r}, which is not registered"
            expected = "a row for it in data/raw/sources.csv"
            remedy = "Add the row, or remove the transcript."
            yield path.stem, (Problem(where, found, expected, remedy),)


def save_draft(
    project: Project,
    row: dict[str, str],
    transcript: pd.DataFrame,
    beside: Mapping[Path, str] | None = None,
) -> None:
    """Write the row of a source, its transcript and what lies beside them: all of it or none.

    The project's lock is held by whoever calls. Rows of other sources stay as they are.
    """
    import pandas as pd

    source_id, path = row["source_id"], project.raw / "sources.csv"
    new = pd.DataFrame([row], columns=list(SOURCE_COLUMNS), dtype="str")
    sources = read_sources(project.raw) if path.is_file() else new
    at = sources.index[sources["source_id"] == source_id]
    if len(at):
        sources.loc[at[0]] = new.iloc[0]
    else:
        sources = pd.concat([sources, new]).sort_values("source_id", ignore_index=True)
    contents = {
        **(beside or {}),
        project.raw / "transcripts" / f"{source_id}.csv": format_table(transcript),
        path: format_table(sources),
    }
    with all_or_none(project, contents):
        for each, content in contents.items():
            write_text(each, content)


SHOWN = 8
"""Cells that a sentence names before it says that there are more."""
FindProblems = Callable[["pd.DataFrame", "pd.DataFrame", Reference], Iterable[Problem]]
"""What is wrong with the figures of a transcript that have an indicator; beside it, its source."""


def accept_source(
    project: Project, source_id: str, find_problems: FindProblems | None = None
) -> tuple[int, int]:
    """Accept a draft.

    Args:
        project: The project.
        source_id: The draft.
        find_problems: The checks that the figures must pass, those of ``tidy``.

    Returns:
        How many figures have an indicator, and how many have none.

    Raises:
        ReportError: There is no such draft, something in it is undecided, or a figure is not
            valid; all of it at once.
    """
    reference = load_reference(project.reference)
    sources = read_sources(project.raw)
    row = find_draft(sources, source_id)
    transcript = read_transcript(project.raw, source_id)
    problems = _find_undecided(source_id, list_undecided(row, transcript))
    problems += _check_source(source_id, row, reference)
    mapped = transcript[transcript["indicator"] != ""]
    if not problems and find_problems is not None:
        problems += list(find_problems(mapped, sources, reference))
    if problems:
        raise ReportError(problems)
    accepted = sources.assign(
        state=sources["state"].mask(sources["source_id"] == source_id, "accepted")
    )
    write_text(project.raw / "sources.csv", format_table(accepted))
    return len(mapped), len(transcript) - len(mapped)


def list_undecided(row: dict[str, str], transcript: pd.DataFrame) -> list[str]:
    """The cells that a person must still decide, by column or figure."""
    found = [column for column, cell in row.items() if cell.startswith(UNDECIDED)]
    for figure in transcript.to_dict("records"):
        found += [
            f"{figure['figure_id']}.{column}"
            for column, cell in figure.items()
            if str(cell).startswith(UNDECIDED)
        ]
    return found


def find_draft(sources: pd.DataFrame, source_id: str) -> dict[str, str]:
    """The row of a draft; ReportError where there is none of that name, or it counts already."""
    found = sources[sources["source_id"] == source_id].to_dict("records")
    if not found:
        drafts = sources.loc[sources["state"] == "draft", "source_id"]
        nearest = ", ".join(nearest_names(source_id, drafts))
        remedy = f"Did you mean {nearest}?" if nearest else "Read the report first: cchc read."
        raise ReportError(Problem(f"source {source_id}", "no such source", "a draft", remedy))
    if found[0]["state"] != "draft":
        raise ReportError(
            Problem(f"source {source_id}", "accepted already", "a draft", "Nothing is to be done.")
        )
    return {str(column): str(cell) for column, cell in found[0].items()}


def _find_undecided(source_id: str, cells: list[str]) -> list[Problem]:
    """One sentence a file: which of its cells nobody has decided."""
    files = {
        "sources.csv": [cell for cell in cells if "." not in cell],
        f"transcripts/{source_id}.csv": [cell for cell in cells if "." in cell],
    }
    return [
        Problem(
            f"data/raw/{file}",
            f"{count(len(found), 'cell')} that a person has to decide; each opens with a question "
            f"mark: {', '.join(found[:SHOWN])}{' …' if len(found) > SHOWN else ''}",
            "what the report says",
            f"Decide them on the page of `cchc review {source_id}`, or write them in the file "
            "without the question mark.",
        )
        for file, found in files.items()
        if found
    ]


def _check_source(source_id: str, row: dict[str, str], reference: Reference) -> list[Problem]:
    problems = []
    if not row["area"].startswith("?"):
        try:
            reference.match_source(row)
        except KeyError as error:
            where, found = f"source {source_id}", f"unknown area {row['area']!r}"
            problems.append(Problem(where, found, "a known name", f"{error.args[0]}."))
    problems += [
        Problem(f"source {source_id}", f"no {column}", "a date", "Write it, as in 2024-06-30.")
        for column in ("period", "period_end")
        if not row[column]
    ]
    return problems
