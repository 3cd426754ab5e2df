"""One document into a draft: a transcript, a row of ``sources.csv`` and a review page.

Comes in as the file of a report; goes out as three files that a person reviews, all or none. A cell
that opens with a question mark is undecided: the draft cannot be accepted while one is left. A
draft on which somebody worked is never replaced.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cchc_analysis.data.clean import slug_text
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.named import list_days, match_period
from cchc_analysis.data.outside import refuse
from cchc_analysis.data.owned import changing, may_replace, note_files
from cchc_analysis.data.records import SOURCE_COLUMNS, TRANSCRIPT_COLUMNS, Period, problem
from cchc_analysis.data.reference import SEVERAL, Project, Reference, check_ids, load_reference
from cchc_analysis.errors import CommandError, ReportError
from cchc_analysis.read import recognise, transcripts
from cchc_analysis.read.documents import Document, mask_persons, open_document
from cchc_analysis.read.recognise.head import level_of, note_begin, part_reports
from cchc_analysis.read.review import describe_text, doubt_head, load_page_words, render_static
from cchc_analysis.rules import load_identities

FIRST_YEAR = 2000
"""No report on the reform is older: its first programme was of 2001."""


@dataclass(frozen=True)
class DraftResult:
    """What was drafted, where it lies, and how much of it a person has to look at."""

    source_id: str
    transcript: Path
    review: Path
    figures: int
    mapped: int
    unsure: int
    undecided: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def read_report(
    project: Project,
    path: Path,
    area: str | None = None,
    period: str | None = None,
    source_id: str | None = None,
    taken: Collection[str] = (),
) -> DraftResult:
    """Read a report into a draft transcript.

    What is not given is proposed: ``area`` is a known name, and chooses of several reports in the
    file the one whose head has it; ``period`` is a label or a Vietnamese name. The ids of panels'
    sources are ``taken``.

    Raises:
        CommandError: An area, period or id that cannot be.
        ReportError: The document cannot be opened or holds no figure, the id is taken by another
            source, or a file cannot be written; then none is changed.
    """
    reference = load_reference(project.reference)
    wording = recognise.load_wording(project.reference / "wording.yml", reference.indicator_rows)
    identities = load_identities(project.expectations / "identities.json", reference)
    document, named = _choose_report(open_document(path), reference, area)
    head = _confirm(named, reference, area, period)
    reading = recognise.read_document(document, reference, wording, head)
    if reading.others and area is None:
        # Which of the reports in the file is meant, nobody has said.
        head = replace(head, is_sure_area=False)
    seen_again = recognise.look_again(reading.figures, wording, reference, identities)
    figures = recognise.doubt_figures(seen_again, head, reference, wording, identities)
    if not figures:
        raise refuse(path, "no_figures")
    remarks = list(document.remarks)
    remarks += _doubt_head(head, path, reference, figures, reading.others)
    odd, days = head.odd_time
    doubt = "" if period else _doubt_period(head, odd)
    head = replace(head, is_sure_period=head.is_sure_period and not doubt)
    source = source_id or _find_draft(project, head, document) or _name_source(head, path)
    if wrong := [*check_ids("--source-id", [source])]:
        raise CommandError(wrong)
    if source in taken:
        raise ReportError(problem("taken_id", f"source {source}", by="a panel's source already"))
    rows = [_make_row(source, n, each, reference) for n, each in enumerate(figures, start=1)]
    draft = transcripts.Draft(_describe(source, head, document), tuple(rows))
    text = describe_text(document, replace(reading, figures=figures), rows, reference)
    text |= {"named": [named.area, named.is_sure_area], "doubt": doubt}
    text["stated"] = ["" if days else head.period_label, *list_days(days or head.window)]
    remarks += doubt_head(draft.source, text, reference)
    remarks += (f"another report begins in line {n}" for n in reading.others)
    for other, how in transcripts.find_duplicates(project.raw, draft, reference):
        held = f"{other['source_id']} ({other['state']})"
        remarks.append(f"the document of {held} as well, by {how}")
    page = render_static(draft, document, text, reference, identities)
    files = _write_draft(project, draft, page, text)
    return DraftResult(
        source,
        *files,
        figures=len(figures),
        mapped=sum(bool(figure.indicator) for figure in figures),
        unsure=sum(figure.confidence.value == "low" for figure in figures),
        undecided=tuple(draft.list_undecided()),
        remarks=tuple(remarks),
    )


def _choose_report(
    document: Document, reference: Reference, area: str | None
) -> tuple[Document, recognise.ReportHead]:
    """Of several reports in a file the one that is of an area, if one is; and its head."""
    parts = part_reports(document.lines) if area else [document.lines]
    heads = [recognise.read_head(part, reference) for part in parts]
    meant = []
    for at, head in enumerate(heads):
        with suppress(KeyError):  # however the area is spelt
            if area and reference.match_area(head.area, head.day) == reference.match_area(
                area, head.day
            ):
                meant.append(at)
    if len(parts) == 1 or len(meant) != 1:
        return document, heads[0]
    [at] = meant
    first, last = parts[at][0].number, parts[at][-1].number
    told = f"of {len(parts)} reports in the file, the one in lines {first} to {last} is read"
    return replace(document, lines=tuple(parts[at]), remarks=(*document.remarks, told)), heads[at]


def _doubt_head(
    head: recognise.ReportHead,
    path: Path,
    reference: Reference,
    figures: Sequence[recognise.Figure],
    others: Sequence[int],
) -> Iterator[str]:
    """Say why a person has to decide whose report it is; refuse what is none."""
    said = (head.area, head.issuer, head.number, head.dated, head.period.start, head.period.end)
    if not any(said):
        if not any(figure.indicator for figure in figures):
            raise refuse(path, "no_report", number=len(figures))
        yield "it has no head of a report: say whose it is"
    elif head.kind == "article" and not head.issuer:
        yield "its head does not say who brings this news: say it as its issuer"
    if head.is_sure_area or not any(said):
        return
    why = "its lines do not agree on whose it is, or of which level"
    if others:
        why = "the file holds another report as well"
    elif head.rivals:
        why = f"its head names {' and '.join((head.area, *head.rivals))}"
    try:
        reference.match_area(head.area, head.day)
    except KeyError as error:
        told = str(error.args[0])
        is_one_of_many = told.startswith(SEVERAL)
        none = f"no area of its time has that name. {told}"
        why = f"{told[0].lower()}{told[1:]}" if is_one_of_many else none
    told = f"it may be of {head.area!r}, but {why}" if head.area else "nothing says whose it is"
    yield f"{told}. Decide it, or say it with --area"


def _make_row(
    source_id: str, number: int, figure: recognise.Figure, reference: Reference
) -> dict[str, str]:
    read_as = figure.read_as
    if not read_as and figure.indicator and recognise.read_value(figure, reference) is None:
        read_as = transcripts.UNDECIDED
    indicator = figure.indicator
    if indicator and figure.confidence is recognise.Confidence.LOW:
        indicator = f"{transcripts.UNDECIDED}{indicator}"
    # For a figure without indicator: those that came near, for the person who reviews.
    codes = "" if indicator else ", ".join(dict.fromkeys(figure.rivals[:3]))
    offer = f"{load_page_words()['said']['may_be']}: {codes}"
    same = {name: str(getattr(figure, name, "")) for name in TRANSCRIPT_COLUMNS}
    if figure.named:
        same["area"] = f"{transcripts.UNDECIDED}{figure.named}"
    return same | {
        "source_id": source_id, "figure_id": f"F{number:03d}", "indicator": indicator,
        "read_as": read_as, "note_vi": offer if codes else "",
        "note_en": f"{transcripts.OFFER}{codes}" if codes else "",
    }  # fmt: skip


def _confirm(
    head: recognise.ReportHead, reference: Reference, area: str | None, period: str | None
) -> recognise.ReportHead:
    """The head with what the person says; what they say is sure."""
    if period is not None:
        said = match_period(period)
        if found := _find_out_of_time(said, period, head):
            raise CommandError(problem("no_such_period", "--period", found=found))
        head = replace(head, period=said, is_sure_period=True)
    if area is not None:
        try:
            reference.match_area(area, head.day)
        except KeyError as error:
            wrong = problem("no_such_area", "--area", ("area", area), nearest=error.args[0])
            raise CommandError(wrong) from None
        head = replace(head, area=area, is_sure_area=True)
    return note_begin(head, reference)


def _find_out_of_time(said: Period, written: str, head: recognise.ReportHead) -> str:
    """Why no document of its date can report on a period, or ""; a plan looks ahead."""
    dated = head.dated or dt.date.today().isoformat()  # noqa: DTZ011 - where the person is
    first = said.start or said.end
    if first and first.year < FIRST_YEAR:
        return f"{written!r} is before {FIRST_YEAR}"
    if transcripts.begins_after(first, head.kind, dated):
        of_what = "the date of the document" if head.dated else "today"
        return f"{written!r} begins after {of_what}, {dated}"
    return ""


def _doubt_period(head: recognise.ReportHead, odd: str) -> str:
    """Why a person has to decide the period that was read; or ""."""
    label = head.period_label
    why = f"it says {odd!r}" if odd else _find_out_of_time(head.period, label, head)
    told = f"its period was read as {label!r}, but {why}" if label else "nothing says of when it is"
    return f"{told}. Decide it, or say it with --period" if why or not label else ""


def _list_sources(project: Project) -> list[dict[str, str]]:
    listed = project.raw / "sources.csv"
    return list_rows(transcripts.read_sources(project.raw)) if listed.is_file() else []


def _find_draft(project: Project, head: recognise.ReportHead, document: Document) -> str:
    """The id of the draft of the same report, which is read again, perhaps with other days."""
    meant = ["draft", document.sha256, head.area]
    for row in _list_sources(project):
        if [row["state"], row["sha256"], row["area"].removeprefix(transcripts.UNDECIDED)] == meant:
            return row["source_id"]
    return ""


def _name_source(head: recognise.ReportHead, path: Path) -> str:
    area = slug_text(head.area.removeprefix(level_of(head.area)))
    end = head.period.end
    label = head.period_label
    if "/" in label:  # days of one's own: notices of two months are two sources
        label = f"{end:%Y_%m}" if end else ""
    parts = [area or slug_text(path.stem), label, "plan" if head.kind == "plan" else ""]
    return "_".join(slug_text(part).replace("-", "_") for part in parts if part) or "report"


def _describe(source_id: str, head: recognise.ReportHead, document: Document) -> dict[str, str]:
    """The row of ``sources.csv``; what is not sure opens with a question mark."""
    period = head.window
    issuer, title = mask_persons([head.issuer, head.title])
    unsure_area = "" if head.is_sure_area and head.area else transcripts.UNDECIDED
    unsure_period = "" if head.is_sure_period and head.period_label else transcripts.UNDECIDED
    source = dict.fromkeys(SOURCE_COLUMNS, "") | {
        **{name: getattr(head, name) for name in ("kind", "number", "dated")},
        "source_id": source_id,
        "area": f"{unsure_area}{head.area}",
        "issuer": issuer,
        "title": title,
        "period": f"{unsure_period}{head.period_label}",
        "period_start": period.start.isoformat() if period.start else "",
        "period_end": period.end.isoformat() if period.end else "",
        "language": "vi",
        "sha256": document.sha256,
        "state": "draft",
    }
    return transcripts.tell_lacks(source)


def _write_draft(
    project: Project, draft: transcripts.Draft, page: str, text: dict[str, Any]
) -> tuple[Path, Path]:
    """Write the files of a draft, all or none; gives back where transcript and page lie.

    What ``cchc review`` shows beside the rows (``text``) lies in ``build/`` with the row of the
    source as it was drafted, and is never published.
    """
    transcript, review, said = transcripts.list_files(project, draft.source_id)
    beside = json.dumps({**text, "source": draft.source}, ensure_ascii=False)
    try:
        with changing(project, "cchc read"):
            _check_former(project, draft.source)
            transcripts.save_draft(project, draft, {review: page, said: beside})
            note_files((transcript, review), project.build)
    except OSError as error:
        wrong = problem("no_writing", str(project.raw), error=error.strerror)
        raise ReportError(wrong) from None
    return transcript, review


def _name_report(source: Mapping[str, str]) -> list[str]:
    """The file of a source, and which report in it."""
    columns = ("sha256", "area", "period_start", "period_end")
    return [source[column].removeprefix(transcripts.UNDECIDED) for column in columns]


def _name_document(source: Mapping[str, str]) -> str:
    """What tells a document from others: its number, or else its date and title."""
    return source["number"] or f"{source['dated']} {source['title']}".strip()


def _check_former(project: Project, source: Mapping[str, str]) -> None:
    """Refuse to draft anew what counts already, or what somebody mended since it was drafted."""
    listed, source_id = project.raw / "sources.csv", source["source_id"]
    rows = _list_sources(project)
    former = next((row for row in rows if row["source_id"] == source_id), None)
    where = f"source {source_id}"
    if former is not None and former["state"] != "draft":
        raise ReportError(problem("taken_id", where, by="accepted already"))
    # A person may have mended how the document of the same file is named.
    if former is not None and former["sha256"] != source["sha256"]:
        other = _name_document(former)
        if other != _name_document(source):
            told = f"the draft of another document: {other}"
            raise ReportError(problem("taken_id", where, by=told))
    for row in rows:
        if row["state"] != "draft" and _name_report(row) == _name_report(source):
            raise ReportError(problem("same_file", where, other=row["source_id"]))
    transcript, review, said = transcripts.list_files(project, source_id)
    changed = [path for path in (transcript, review) if not may_replace(path, project.build)]
    drafted = None
    with suppress(OSError, ValueError, KeyError, TypeError):
        drafted = json.loads(said.read_text("utf-8"))["source"]
    if former not in (None, drafted):
        changed.append(listed)
    if changed:
        names = ", ".join(path.relative_to(project.root).as_posix() for path in changed)
        raise ReportError(problem("worked_on", where, names=names))
