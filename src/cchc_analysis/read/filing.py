"""A draft to disk: transcript, row of ``sources.csv`` and review page, all or none.

Comes in as what was drafted; goes out as three files in place. If one cannot be written, the
others are put back as they were.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.data.files import format_table, write_text
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
        ReportError: A file cannot be written; then none is changed.
    """
    transcript_path = project.raw / "transcripts" / f"{source_id}.csv"
    sources_path = project.raw / "sources.csv"
    review_path = project.build / "review" / f"{source_id}.html"
    contents = {
        transcript_path: format_table(transcript),
        review_path: page,
        sources_path: format_table(_add_source(project, row)),
    }
    before = {path: path.read_bytes() if path.is_file() else None for path in contents}
    try:
        for path, content in contents.items():
            write_text(path, content)
    except OSError as error:
        for path, old in before.items():
            _put_back(path, old)
        raise ReportError(
            Problem(
                str(project.raw),
                f"cannot be written ({error.strerror})",
                "a folder that can",
                "Check its rights.",
            )
        ) from None
    return transcript_path, review_path


def _add_source(project: Project, row: dict[str, str]) -> pd.DataFrame:
    """The list of sources with this one added, or in place of an older draft."""
    import pandas as pd

    new = pd.DataFrame([row], columns=list(SOURCE_COLUMNS), dtype="str")
    if not (project.raw / "sources.csv").is_file():
        return new
    sources = read_sources(project.raw, may_be_empty=True)
    kept = sources[sources["source_id"] != row["source_id"]]
    return pd.concat([kept, new]).sort_values("source_id", ignore_index=True)


def _put_back(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    elif path.read_bytes() != content:
        path.write_bytes(content)
