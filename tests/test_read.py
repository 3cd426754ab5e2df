"""Sources and transcripts come in whole; a faulty one is set aside and named."""

from __future__ import annotations

import pytest

from cchc_analysis.data.reference import Project
from cchc_analysis.errors import ReportError
from cchc_analysis.read.transcripts import read_transcripts
from conftest import Replace

TRANSCRIPT = "data/raw/transcripts/song_may_2022_h1.csv"


def test_all_accepted_sources_are_read(project: Project) -> None:
    read = read_transcripts(project.raw)
    assert not read.problems
    assert len(read.sources) == 3
    assert read.transcripts["source_id"].value_counts().to_dict() == {
        "song_may_2022_h1": 23,
        "dong_gio_2022_h1": 7,
        "song_may_2022_plan": 2,
    }


def test_a_draft_is_not_read(project: Project, replace: Replace) -> None:
    replace("data/raw/sources.csv", "vi,,accepted", "vi,,draft")
    read = read_transcripts(project.raw)
    assert "dong_gio_2022_h1" not in set(read.transcripts["source_id"])
    assert not read.problems


def test_a_transcript_without_a_source_is_named(project: Project) -> None:
    stranger = project.raw / "transcripts" / "stranger_2022.csv"
    stranger.write_text((project.root / TRANSCRIPT).read_text("utf-8"), "utf-8")
    read = read_transcripts(project.raw)
    assert list(read.problems) == ["stranger_2022"]
    assert "'stranger_2022', which is not registered" in str(read.problems["stranger_2022"][0])
    assert len(read.sources) == 3


def test_a_list_of_sources_that_is_gone_is_named_whole_with_a_way_on(project: Project) -> None:
    path = project.raw / "sources.csv"
    path.unlink()
    with pytest.raises(ReportError, match="read a report") as error:
        read_transcripts(project.raw)
    assert str(error.value).startswith(f"{path}: no such file")


def test_a_source_without_a_transcript_is_named(project: Project) -> None:
    (project.root / TRANSCRIPT).unlink()
    read = read_transcripts(project.raw)
    assert "song_may_2022_h1.csv: no such file" in str(read.problems["song_may_2022_h1"][0])
    assert "dong_gio_2022_h1" in set(read.transcripts["source_id"])


def test_a_figure_of_another_source_is_named(project: Project, replace: Replace) -> None:
    replace(TRANSCRIPT, "song_may_2022_h1,M007", "dong_gio_2022_h1,M007")
    problem = read_transcripts(project.raw).problems["song_may_2022_h1"][0]
    assert "figure M007: source_id 'dong_gio_2022_h1'" in str(problem)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("period_report", "report", "kind 'report'; expected one of period_report, plan"),
        ("accepted", "done", "state 'done'; expected one of accepted, draft"),
        ("song_may_2022_h1,", "../../x,", r"id '../../x'; expected small letters, digits and _"),
    ],
)
def test_an_unknown_word_in_sources_is_refused(
    old: str, new: str, sentence: str, project: Project, replace: Replace
) -> None:
    replace("data/raw/sources.csv", old, new)
    with pytest.raises(ReportError, match=sentence):
        read_transcripts(project.raw)
