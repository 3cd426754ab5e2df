"""Transcripts of the accepted sources, and how a reviewed draft becomes one.

Comes in as ``data/raw``: a row per source and a transcript of each. Goes out as two tables with
nothing judged and nothing dropped; what the figures mean is the business of ``tidy``. A faulty
transcript, or one of another time than its source, is set aside with its problems and does not stop
the others. Figures to which nobody gave an indicator stay when a draft is accepted, and no later
stage sees a meaning in them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cchc_analysis.data import clean
from cchc_analysis.data.files import format_table, list_rows, load_text_table, write_text
from cchc_analysis.data.owned import all_or_none
from cchc_analysis.data.records import (
    SOURCE_COLUMNS,
    TRANSCRIPT_COLUMNS,
    Period,
    Readings,
    Status,
    problem,
)
from cchc_analysis.data.reference import Project, Reference, check_ids
from cchc_analysis.data.tidy import FIRST_YEAR, LAST_YEAR, is_report_day
from cchc_analysis.errors import Problem, ReportError, count, join_some

SOURCE_WORDS = {
    "kind": ("period_report", "plan", "campaign_report", "article", "panel"),
    "state": ("accepted", "draft"),
}
UNDECIDED = "?"
"""Opens a cell that a person must confirm."""
OFFER = "may be: "
"""Opens a note with the indicators that came near, for whoever decides."""
Row = Mapping[str, str]
WEEKS = dt.timedelta(clean.OTHER_DAYS)


def read_transcripts(raw: Path) -> Readings:
    """Read the transcripts of all accepted sources below ``data/raw``.

    Sources (``SOURCE_COLUMNS``) and figures (``TRANSCRIPT_COLUMNS``) of those that could be read,
    all cells text; a ReportError where ``sources.csv`` itself cannot be.
    """
    sources = read_sources(raw)
    accepted = sources[sources["state"] == "accepted"]
    registered = tuple(sources["source_id"])
    transcripts = [_tabulate((), TRANSCRIPT_COLUMNS)]
    problems: dict[str, tuple[Problem, ...]] = {}
    for path in sorted((raw / "transcripts").glob("*.csv")):
        if path.stem not in registered and not path.name.startswith("."):
            where = f"data/raw/transcripts/{path.name}"
            problems[path.stem] = (problem("unregistered", where, source_id=path.stem),)
    for source in list_rows(accepted):
        source_id = source["source_id"]
        try:
            transcript = read_transcript(raw, source_id)
            if wrong := [*check_times(source, list_rows(transcript))]:
                raise ReportError(wrong)
            transcripts.append(transcript)
        except ReportError as error:
            problems[source_id] = error.problems
    good = accepted[~accepted["source_id"].isin(problems)].reset_index(drop=True)
    figures = pd.concat(transcripts, ignore_index=True)
    return Readings(good, figures, pd.DataFrame(), problems, registered)


def read_sources(raw: Path) -> pd.DataFrame:
    """Read the list of sources (``SOURCE_COLUMNS``) in ``data/raw``, drafts included.

    A ReportError where it cannot be read, or a cell holds a word that is none of its words.
    """
    path = raw / "sources.csv"
    if not path.is_file():
        raise ReportError(problem("no_sources", str(path)))
    sources = load_text_table(path, SOURCE_COLUMNS, ["source_id"], may_be_empty=True)
    problems = [*check_ids("data/raw/sources.csv", sources["source_id"])]
    problems += [
        problem("no_such_word", f"data/raw/sources.csv, source {row['source_id']}",
                (column, row[column]), words=", ".join(words))
        for column, words in SOURCE_WORDS.items()
        for row in list_rows(sources[~sources[column].isin(words)])
    ]  # fmt: skip
    if problems:
        raise ReportError(problems)
    return sources


def read_transcript(raw: Path, source_id: str) -> pd.DataFrame:
    """Read the transcript of one source (``TRANSCRIPT_COLUMNS``, all cells text).

    A ReportError where it cannot be read, or holds a figure of another source.
    """
    path = raw / "transcripts" / f"{source_id}.csv"
    transcript = load_text_table(path, TRANSCRIPT_COLUMNS, ["figure_id"])
    strangers = transcript[transcript["source_id"] != source_id]
    if len(strangers):
        raise ReportError(
            problem("stranger", f"{path.name}, figure {figure_id}", own=source_id, stranger=other)
            for figure_id, other in strangers[["figure_id", "source_id"]].to_numpy()
        )
    return transcript


def _tabulate(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns), dtype="str")


def find_open(row: Row) -> list[str]:
    """The cells of a figure that a person must still decide.

    Whose a figure is need not be known as long as it has no indicator: nothing takes it.
    """
    is_unused = not row["indicator"]
    found = [name for name, cell in row.items() if cell.startswith(UNDECIDED)]
    return [name for name in found if not (is_unused and name == "area")]


@dataclass(frozen=True)
class Draft:
    """A draft as it lies in ``data/raw``: its row of ``sources.csv`` and its figures."""

    source: dict[str, str]
    rows: tuple[dict[str, str], ...]

    @property
    def source_id(self) -> str:
        """The id of its source."""
        return self.source["source_id"]

    @property
    def version(self) -> str:
        """A name of this state; another state has another one."""
        content = json.dumps([self.source, self.rows], sort_keys=True)
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def tabulate(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Its figures as a transcript, and its source as a list of sources; all cells text."""
        return _tabulate(self.rows, TRANSCRIPT_COLUMNS), _tabulate([self.source], SOURCE_COLUMNS)

    def list_undecided(self) -> list[str]:
        """The cells that a person must still decide, by column or figure."""
        cells = [name for name, cell in self.source.items() if cell.startswith(UNDECIDED)]
        return cells + [
            f"{row['figure_id']}.{name}" for row in self.rows for name in find_open(row)
        ]


def open_draft(project: Project, source_id: str) -> Draft:
    """Read a draft that is still to be reviewed; as ``find_draft`` and ``read_transcript``."""
    source = find_draft(read_sources(project.raw), source_id)
    return Draft(source, tuple(list_rows(read_transcript(project.raw, source_id))))


def list_files(project: Project, source_id: str) -> tuple[Path, Path, Path]:
    """Of a source: its transcript, its page, and what ``cchc review`` shows beside the rows."""
    review = project.build / "review" / f"{source_id}.html"
    transcript = project.raw / "transcripts" / f"{source_id}.csv"
    return transcript, review, review.with_suffix(".json")


def tell_lacks(source: Mapping[str, str]) -> dict[str, str]:
    """A source that says of its number and date what it lacks; what a person wrote stays.

    News has no number, and lacks none.
    """
    told = dict(source)
    for name, *words in (("dated", "ngày", "date"), ("number", "số", "number")):
        for column, word in zip(("lacks_vi", "lacks_en"), words, strict=True):
            parts = [each for each in told[column].split(", ") if each not in ("", word)]
            is_said = source[name] or (name == "number" and source["kind"] == "article")
            is_said = is_said or any(each.startswith(f"{word} ") for each in parts)
            told[column] = ", ".join(parts if is_said else [word, *parts])
    return told


def find_draft(sources: pd.DataFrame, source_id: str) -> dict[str, str]:
    """The row of a draft; ReportError where there is none of that name, or it counts already."""
    found = list_rows(sources[sources["source_id"] == source_id])
    if not found:
        drafts = sources.loc[sources["state"] == "draft", "source_id"]
        nearest = ", ".join(clean.nearest_names(source_id, drafts))
        remedy = f"Did you mean {nearest}?" if nearest else "Read the report first: cchc read."
        raise ReportError(problem("no_such_source", f"source {source_id}", remedy=remedy))
    if found[0]["state"] != "draft":
        raise ReportError(problem("no_draft", f"source {source_id}"))
    return found[0]


def find_duplicates(raw: Path, draft: Draft, reference: Reference) -> Iterator[tuple[Row, str]]:
    """The other sources that are of the document of a draft, and by what they are.

    They read the same lines of one file (which may hold several reports), or have its number, date
    and area: issuers are spelt freely, and offices of two areas may have one name.
    """

    def name(source: Row) -> tuple[str, ...]:
        told = {each: source[each].removeprefix(UNDECIDED) for each in source}
        with suppress(KeyError):  # an area that is not known is what it is called
            told["area"] = reference.match_source(told)
        return clean.fold_text(told["number"]), told["dated"], told["area"]

    def shares_lines(other: Row) -> bool:
        return not lines.isdisjoint(read_transcript(raw, other["source_id"])["line"])

    own, lines = draft.source, {row["line"] for row in draft.rows}
    for other in list_rows(read_sources(raw)) if (raw / "sources.csv").is_file() else ():
        if other["source_id"] == draft.source_id:
            continue
        if own["sha256"] and other["sha256"] == own["sha256"] and shares_lines(other):
            yield other, "its file"
        elif own["number"] and own["dated"] and name(other) == name(own):
            yield other, f"its number, {own['number']}, its date and its area"


def save_draft(project: Project, draft: Draft, beside: Mapping[Path, str] | None = None) -> None:
    """Write the row of a source, its transcript and what lies beside them: all of it or none.

    The project's lock is held by whoever calls. Rows of other sources stay as they are.
    """
    path = project.raw / "sources.csv"
    held = list_rows(read_sources(project.raw)) if path.is_file() else []
    sources = {row["source_id"]: row for row in held}
    if draft.source_id not in sources:
        sources = dict(sorted({**sources, draft.source_id: draft.source}.items()))
    sources[draft.source_id] = draft.source
    contents = {
        **(beside or {}),
        project.raw / "transcripts" / f"{draft.source_id}.csv": format_table(draft.tabulate()[0]),
        path: format_table(_tabulate([*sources.values()], SOURCE_COLUMNS)),
    }
    with all_or_none(project, contents):
        for each, content in contents.items():
            write_text(each, content)


def check_times(source: Row, figures: Sequence[Row]) -> Iterator[Problem]:
    """Tell the first thing by which a source is of two times, if there is one.

    The label of its period and its days are of one time, but for the weeks by which offices count
    earlier. No figure tells as done what is still to come, and most are not of another year than
    their source: so they are where a person mends the period in one file and not in the other.
    """
    source_id, days = source["source_id"], _join_days(source)
    where = f"data/raw/sources.csv, source {source_id}"
    try:
        said, own = _parse(source["period"]), _parse(days)
        if not is_report_day(end := source["period_end"]):
            found = f"period_end {end!r}" if end else "an empty period_end"
            raise clean.PeriodError(f"{found} is no day")
    except clean.PeriodError as error:
        yield problem("no_time", where, error=error)
        return
    dated = [each for each in figures if each["indicator"] and is_report_day(each["period_end"])]
    told = {"source_id": source_id, "days": days}
    where_figures = f"data/raw/transcripts/{source_id}.csv"
    if not _agree(said, own):
        yield problem("torn_period", where, period=source["period"], **told)
    elif is_report_day(source["dated"]) and begins_after(
        own.start, source["kind"], source["dated"]
    ):
        yield problem("days_to_come", where, dated=source["dated"], **told)
    elif late := [each["figure_id"] for each in dated if _is_late(each, source["dated"], own)]:
        told |= {"number": count(len(late), "figure"), "figures": join_some(late, 8)}
        yield problem("late_figures", where_figures, **told)
    elif other := _find_other(source, dated):
        yield problem("other_time", where_figures, found=other, **told)


def begins_after(first: dt.date | None, kind: str, dated: str) -> bool:
    """Whether days begin after the date of a document that reports on them; a plan looks ahead."""
    return first is not None and kind != "plan" and first.isoformat() > dated


_DONE = (Status.ACTUAL, Status.ESTIMATE)


def _join_days(row: Row) -> str:
    return "/".join(filter(None, (row["period_start"], row["period_end"])))


def _parse(text: str) -> Period:
    """A period of years in which a report can have been written; else a ``PeriodError``."""
    period = clean.parse_period(text)
    if not all(is_report_day(day.isoformat()) for day in (period.start, period.end) if day):
        raise clean.PeriodError(f"{text!r} is not of the years {FIRST_YEAR} to {LAST_YEAR}")
    return period


def _agree(said: Period, own: Period) -> bool:
    """Whether days are those of a label.

    Days that end earlier and have another label of their own are not: those of a half year are no
    nine months. A report of a year may be written with what was counted in nine months of it. Units
    that began within the period count from then on.
    """
    if not (said.start and own.start):
        return bool(said.end and own.end and abs(said.end - own.end) <= WEEKS)
    labels = clean.label_period(said), clean.label_period(own)
    are_both = labels[0] != labels[1] and all(map(clean.STANDARD_LABEL.fullmatch, labels))
    is_other = are_both and own.end != said.end and not labels[0].isdecimal()
    return clean.lies_about(own, said, closes=True) and not is_other


def _is_late(figure: Row, dated: str, own: Period) -> bool:
    """Whether a figure tells as done what nobody had counted when its source was written.

    What is of the year of the report passes: how many tasks a year has is known before its end.
    """
    if figure["status"] != Status.ACTUAL or not own.end:
        return False
    end = dt.date.fromisoformat(figure["period_end"])
    written = dt.date.fromisoformat(dated) if is_report_day(dated) else own.end
    is_begun = figure["period_start"] <= written.isoformat()
    return end.year > own.end.year and (end > written + WEEKS or not is_begun)


def _find_other(source: Row, figures: Sequence[Row]) -> str:
    """The day up to which most figures count, where that is of another time than their source.

    That is its own day in another year; or the end of another part of its year, where nothing is
    counted up to about its own. Figures of a part of another year are not asked: a notice of May
    tells of the year before.
    """
    last = source["period_end"]
    done = [each for each in figures if each["status"] in _DONE]
    for day, times in Counter(each["period_end"] for each in done).most_common(1):
        if 2 * times > len(done) and day != last and day[4:] == last[4:]:
            return day
    near = [(dt.date.fromisoformat(last) + each).isoformat() for each in (-WEEKS, WEEKS)]
    flows = [each for each in figures if is_report_day(each["period_start"])]
    flows = [each for each in flows if each["period_start"] <= each["period_end"]]
    windows = Counter(_join_days(each) for each in flows if each["status"] in _DONE)
    if any(near[0] <= days[-10:] <= near[1] for days in windows):
        return ""
    for days, times in windows.most_common(1):
        is_part = clean.STANDARD_LABEL.fullmatch(clean.label_period(clean.parse_period(days)))
        if is_part and 2 * times > len(flows) and days[-10:-6] == last[:4]:
            return days[-10:]
    return ""
