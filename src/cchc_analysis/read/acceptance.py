"""A reviewed draft counts from now on, after checks.

Comes in as a draft in ``data/raw``; goes out as the same source, accepted. Figures to which nobody
gave an indicator stay in the transcript; they are counted, and no later stage sees a meaning in
them. The checks of the next stage are handed in, because a stage does not know another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from cchc_analysis.data.files import format_table, write_text
from cchc_analysis.data.reference import Project, Reference, load_reference
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.read.drafting import list_undecided
from cchc_analysis.read.transcripts import read_sources, read_transcript

if TYPE_CHECKING:
    import pandas as pd

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
    row = _find_draft(sources, source_id)
    transcript = read_transcript(project.raw, source_id)
    problems = [_undecided(source_id, cell) for cell in list_undecided(row, transcript)]
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


def _find_draft(sources: pd.DataFrame, source_id: str) -> dict[str, str]:
    from cchc_analysis.data.clean import nearest_names

    found = sources[sources["source_id"] == source_id].to_dict("records")
    if not found:
        nearest = ", ".join(nearest_names(source_id, sources["source_id"]))
        remedy = f"Did you mean {nearest}?" if nearest else "Read the report first: cchc read."
        raise ReportError(Problem(f"source {source_id}", "no such source", "a draft", remedy))
    if found[0]["state"] != "draft":
        raise ReportError(
            Problem(f"source {source_id}", "accepted already", "a draft", "Nothing is to be done.")
        )
    return {str(column): str(cell) for column, cell in found[0].items()}


def _undecided(source_id: str, cell: str) -> Problem:
    is_figure = "." in cell
    file = f"transcripts/{source_id}.csv" if is_figure else "sources.csv"
    return Problem(
        f"data/raw/{file}, {cell}",
        "a cell that opens with a question mark",
        "what the report says",
        "Compare it with the review page, and write it without the question mark.",
    )


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
