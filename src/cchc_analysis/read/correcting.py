"""A draft as it is put right: what the review shows, and what each of its changes does.

Comes in as a draft in ``data/raw`` and one change; goes out as the draft after it. Every change is
saved at once, under the project's lock, and only on the draft that the person saw: whatever was
written meanwhile, by another window or by hand, is never written over. Knows no browser.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from cchc_analysis.data import clean
from cchc_analysis.data.owned import changing
from cchc_analysis.data.records import TRANSCRIPT_COLUMNS, Comparator, Scope, Status, problem
from cchc_analysis.data.reference import Project, Reference
from cchc_analysis.errors import Problem, ReportError, escape_controls
from cchc_analysis.read.recognise.windows import write_day
from cchc_analysis.read.transcripts import UNDECIDED, Draft, open_draft, save_draft, tell_lacks

Row = dict[str, str]
CELLS = frozenset(TRANSCRIPT_COLUMNS) - {"source_id", "figure_id", "line", "printed"}
"""Columns of a figure that a reviewer may set; where it stands and what is printed stay."""
HEAD = frozenset(
    ("title", "issuer", "area", "number", "dated", "period", "period_start", "period_end")
)
"""Columns of the source that a reviewer may set."""
DAYS = ("period_start", "period_end", "dated")
CARRIED = ("area", "period_start", "period_end")
"""What the rows take from the head: a row that has the old one gets the new one."""
NO_TEXT: Mapping[str, Any] = {
    "lines": [], "figures": {}, "others": [], "named": ["", False], "doubt": "", "stated": [],
}  # fmt: skip
"""Of a document of which nothing is held."""


class NewFigure(BaseModel):
    """A figure that was not read, or the part of one: it stands in its line as ``printed``."""

    model_config = ConfigDict(extra="forbid")
    line: int
    printed: str = Field(min_length=1, max_length=200)
    like: str = ""


class Change(BaseModel):
    """What one step of a reviewer does, to one row or to many.

    ``confirm`` takes the question marks off rows that were looked at; ``cells`` sets columns of
    ``rows``, where ``period`` (a label or a window) sets both days; ``head`` sets columns of the
    source; ``drop`` leaves figures out; ``add`` adds one.
    """

    model_config = ConfigDict(extra="forbid")
    version: str
    rows: list[str] = Field(default=[], max_length=20_000)
    cells: dict[str, str] = {}
    confirm: bool = False
    drop: bool = False
    head: dict[str, str] = {}
    add: NewFigure | None = None


def load_text(project: Project, source_id: str) -> dict[str, Any]:
    """What the review shows beside the rows, as ``describe_text`` of the review page left it.

    A ReportError where it is gone or no longer whole: the report has to be read again.
    """
    path = project.build / "review" / f"{source_id}.json"
    with suppress(OSError, ValueError, AttributeError):
        text: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if {"sha256", "lines", "figures", "others"} <= text.keys():
            return {**NO_TEXT, **text}
    where = path.relative_to(project.root).as_posix()
    raise ReportError(problem("lost_text", where, source_id=source_id))


def change_draft(
    project: Project,
    source_id: str,
    change: Change,
    reference: Reference,
    text: Mapping[str, Any] = NO_TEXT,
    wanted: Draft | None = None,
) -> tuple[Draft, Draft]:
    """Do one step and save it, or put back a former state (``wanted``); the draft before and after.

    ``text`` is what ``load_text`` gives: what is added has to stand in it, and it knows which
    figures are unsure only as long as nobody says whose document it is. A ReportError says that
    the draft is another one than the reviewer saw, or what cannot be; then nothing is changed.
    """
    with changing(project, "cchc review"):
        before = open_draft(project, source_id)
        if before.version != change.version:
            raise ReportError(problem("moved_draft", f"source {source_id}"))
        after = wanted or apply_change(before, change, reference, text)
        save_draft(project, after)
    return before, after


def apply_change(
    draft: Draft, change: Change, reference: Reference, text: Mapping[str, Any] = NO_TEXT
) -> Draft:
    """The draft after one step (pure; see ``change_draft`` for what is refused)."""
    wanted, known = {*change.rows}, {row["figure_id"] for row in draft.rows}
    head, cells = (
        {name: write_day(cell.strip()) if name in DAYS else cell.strip()
         for name, cell in each.items()} for each in (change.head, change.cells)
    )  # fmt: skip
    stated = text["stated"]
    problems = [*_take_period(head, draft.source, stated)] if head.get("period") else []
    problems += _take_period(cells) if "period" in cells else []
    cells.pop("period", None)
    source = tell_lacks(draft.source | head) if head else draft.source
    for odd, found, expected in (
        (wanted - known, "no such figure", "one of this draft"),
        ({*head} - HEAD, "not a part of the head", ", ".join(sorted(HEAD))),
        ({*cells} - CELLS, "cannot be set", ", ".join(sorted(CELLS))),
    ):
        problems += [_refuse(each, found, expected) for each in sorted(odd)]
    problems += [*_check_values(head, reference, source), *_check_values(cells, reference, source)]
    problems += _check_addition(change.add, draft, text)
    if change.drop and known <= wanted:
        problems.append(_refuse("the draft", "no figure left", "one at least"))
    if problems:
        raise ReportError(problems)
    rows = _carry(draft, source)
    if draft.source["area"].startswith(UNDECIDED) and not source["area"].startswith(UNDECIDED):
        waiting = {each for each, of in text["figures"].items() if of.get("waits_for_area")}
        # Whose document it is does not say whose a row is that names another unit.
        rows = [
            _decide(row) | {"area": row["area"]} if row["figure_id"] in waiting else row
            for row in rows
        ]
    if change.drop:
        rows = [row for row in rows if row["figure_id"] not in wanted]
    for at, row in enumerate(rows):
        if row["figure_id"] in wanted:
            rows[at] = _set_cells(row, cells, reference, is_confirmed=change.confirm)
    return Draft(source, tuple(_add_figure(rows, change.add, source) if change.add else rows))


def _refuse(where: str, found: str, expected: str) -> Problem:
    return Problem(where, found, expected, "Nothing was changed.")


def _take_period(
    cells: Row, held: Row | None = None, stated: Sequence[str] = ()
) -> Iterator[Problem]:
    """Write a period as lists know it, and its days where none are given with it.

    Those of a head are, of the period that it has (``held``), its own; of another, those that the
    document states, if they lie in it.
    """
    try:
        period = clean.parse_period(cells["period"])
    except clean.PeriodError as error:
        yield _refuse("period", str(error), "2024-H1, or 2024-01-01/2024-06-15")
        return
    label = cells["period"] = clean.label_period(period)
    days = [day.isoformat() if day else "" for day in (period.start, period.end)]
    if held and label == held["period"].removeprefix(UNDECIDED):
        days = [held["period_start"], held["period_end"]]
    elif len(stated) > len(days) and "/" not in label:
        window = clean.parse_period("/".join(stated[1:]))
        is_theirs = label == stated[0] or clean.lies_about(window, period, fills=True)
        days = [*stated[1:]] if is_theirs else days
    for name, day in zip(("period_start", "period_end"), days, strict=True):
        cells.setdefault(name, day)


def _check_values(cells: Row, reference: Reference, source: Row) -> Iterator[Problem]:
    """What cannot stand in the cells of a head or of a figure."""
    known = {
        "indicator": {"", *reference.indicator_rows},
        "unit": {"", *reference.unit_rows},
        "breakdown": {"", *reference.breakdowns["breakdown"]},
        "scope": set(Scope),
        "status": set(Status),
        "comparator": {"", *Comparator},
    }
    for name, cell in cells.items():
        if escape_controls(cell) != cell:
            told = f"a character that is none of a text ({cell!r})"
            yield _refuse(name, told, "letters, digits and marks")
        if name in known and cell not in known[name]:
            found = f"unknown {name} {cell!r}" if cell else f"an empty {name}"
            yield _refuse(name, found, "a word that the catalogue has")
        if name in DAYS and cell and not clean.is_day(cell):
            yield _refuse(name, repr(cell), "a day such as 2024-06-30")
        try:
            if name == "read_as":
                clean.parse_number(cell or "0")
            elif name == "area" and cell:
                reference.match_source(source | {"area": cell})
        except clean.NumberError as error:
            yield _refuse(name, str(error), "a number, as a person reads it")
        except KeyError as error:
            yield _refuse(name, f"unknown area {cell!r}", f"a known name: {error.args[0]}")


def _check_addition(
    new: NewFigure | None, draft: Draft, text: Mapping[str, Any]
) -> Iterator[Problem]:
    """A figure that is added stands in the document; a part of one, in that one."""
    if new is None:
        return
    like = next((row for row in draft.rows if row["figure_id"] == new.like), None)
    if like and (new.printed not in like["printed"] or str(new.line) != like["line"]):
        yield _refuse("printed", repr(new.printed), f"a part of {like['printed']!r}")
    elif not like and new.printed not in dict(text["lines"]).get(new.line, ""):
        yield _refuse("printed", repr(new.printed), f"what stands in line {new.line}")


def _carry(draft: Draft, source: Row) -> list[Row]:
    """The rows with what the head now says, where they had what it said before.

    A stock has no first day: its day is the head's last.
    """
    before = {name: draft.source[name].removeprefix(UNDECIDED) for name in CARRIED}
    moved = {name for name in CARRIED if before[name] != source[name]}
    days = {"period_start", "period_end"}
    places, rows = (before["area"], source["area"]), []
    for row in draft.rows:
        # A row may have named what the head now says that the document is of.
        own = {"area"} & moved if row["area"].removeprefix(UNDECIDED) in places else set()
        if all(row[name] == before[name] for name in days):
            own |= days & moved
        elif (row["period_start"], row["period_end"]) == ("", before["period_end"]):
            own |= {"period_end"} & moved
        rows.append(row | {name: source[name] for name in own})
    return rows


def _set_cells(row: Row, cells: Row, reference: Reference, *, is_confirmed: bool) -> Row:
    new = row | cells
    code = cells.get("indicator")
    if code:
        unit = reference.indicator_rows[code]["unit"]
        try:
            reference.convert_unit(new["unit"], unit)
        except KeyError:
            new["unit"] = unit
    return _decide(new) if is_confirmed or code is not None else new


def _decide(row: Row) -> Row:
    """A row without question marks; a cell that is nothing else stays, for it says nothing."""
    return {
        name: cell if cell == UNDECIDED else cell.removeprefix(UNDECIDED)
        for name, cell in row.items()
    }


def _add_figure(rows: Sequence[Row], new: NewFigure, source: Row) -> list[Row]:
    """The rows with one more, behind the last that stands before it.

    Its id opens with N, so that it is never that of a figure which was read and dropped.
    """
    like = next((row for row in rows if row["figure_id"] == new.like), None)
    numbers = [row["figure_id"][1:] for row in rows if row["figure_id"][0] == "N"]
    number = 1 + max((int(each) for each in numbers if each.isdigit()), default=0)
    beside = like or next((row for row in reversed(rows) if read_line(row) <= new.line), rows[0])
    row = dict.fromkeys(TRANSCRIPT_COLUMNS, "") | {
        **{name: beside[name] for name in ("source_id", "section", "place")},
        **{name: (like or source)[name].removeprefix(UNDECIDED) for name in CARRIED},
        "figure_id": f"N{number:03d}",
        "line": str(new.line),
        "scope": like["scope"] if like else Scope.UNSPECIFIED.value,
        "status": like["status"] if like else Status.ACTUAL.value,
        "printed": new.printed,
    }
    at = rows.index(beside) + (read_line(beside) <= new.line)
    return [*rows[:at], row, *rows[at:]]


def read_line(row: Row) -> int:
    """The line of a figure; of one whose line was mended by hand and is no number, the first."""
    return int(row["line"]) if row["line"].isdecimal() else 0
