"""A draft to disk: transcript, row of ``sources.csv`` and review page, all or none.

Comes in as what was drafted; goes out as three files in place. If one cannot be written, the
others are put back as they were. A draft on which somebody worked is never replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.data.changes import all_or_none, changing
from cchc_analysis.data.files import format_table, write_text
from cchc_analysis.data.owned import may_replace, note_files
from cchc_analysis.data.records import SOURCE_COLUMNS
from cchc_analysis.data.reference import Project
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.read.transcripts import read_sources

if TYPE_CHECKING:
    import pandas as pd


def write_draft(
    project: Project, source_id: str, row: dict[str, str], transcript: pd.DataFrame, page: str
) -> tuple[Path, Path]:
    """Write the three files of a draft; gives back where transcript and review page lie.

    Raises:
        ReportError: A file cannot be written, or somebody worked on the former draft; then none
            is changed.
    """
    transcript_path = project.raw / "transcripts" / f"{source_id}.csv"
    sources_path = project.raw / "sources.csv"
    review_path = project.build / "review" / f"{source_id}.html"
    drafted = project.build / "drafts" / f"{source_id}.csv"
    try:
        with changing(project, "cchc read"):
            _check_former(project, source_id, (transcript_path, review_path), drafted)
            contents = {
                drafted: format_table(_as_table(row)),
                transcript_path: format_table(transcript),
                review_path: page,
                sources_path: format_table(_add_source(project, row)),
            }
            with all_or_none(project, contents):
                for path, content in contents.items():
                    write_text(path, content)
            note_files((transcript_path, review_path), project.build)
    except OSError as error:
        raise ReportError(
            Problem(
                str(project.raw),
                f"cannot be written ({error.strerror})",
                "a folder that can",
                "Check its rights.",
            )
        ) from None
    return transcript_path, review_path


def _check_former(
    project: Project, source_id: str, paths: tuple[Path, Path], drafted: Path
) -> None:
    """Refuse to draft anew what counts already, or what somebody mended since it was drafted."""
    former = _find_source(project, source_id)
    if former is not None and former["state"] != "draft":
        raise _refuse(
            source_id, "accepted already", "a new id", "Give another one with --source-id."
        )
    changed = [path for path in paths if not may_replace(path, project.build)]
    is_row_ours = drafted.is_file() and drafted.read_text("utf-8") == format_table(
        _as_table(former)
    )
    if former is not None and not is_row_ours:
        changed.append(project.raw / "sources.csv")
    if changed:
        names = ", ".join(path.relative_to(project.root).as_posix() for path in changed)
        found = f"a draft on which somebody has worked since ({names})"
        remedy = "Give another id with --source-id, or remove that draft and its row first."
        raise _refuse(source_id, found, "a new id, or a draft as it was read", remedy)


def _find_source(project: Project, source_id: str) -> dict[str, str] | None:
    if not (project.raw / "sources.csv").is_file():
        return None
    sources = read_sources(project.raw, may_be_empty=True)
    found = sources[sources["source_id"] == source_id].to_dict("records")
    return {str(column): str(cell) for column, cell in found[0].items()} if found else None


def _as_table(row: Mapping[str, str] | None) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([row] if row else [], columns=list(SOURCE_COLUMNS), dtype="str")


def _refuse(source_id: str, found: str, expected: str, remedy: str) -> ReportError:
    return ReportError(Problem(f"source {source_id}", found, expected, remedy))


def _add_source(project: Project, row: dict[str, str]) -> pd.DataFrame:
    """The list of sources with this one added, or in place of an older draft."""
    import pandas as pd

    new = _as_table(row)
    if not (project.raw / "sources.csv").is_file():
        return new
    sources = read_sources(project.raw, may_be_empty=True)
    kept = sources[sources["source_id"] != row["source_id"]]
    return pd.concat([kept, new]).sort_values("source_id", ignore_index=True)
