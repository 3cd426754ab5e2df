"""A document into proposed figures: the one function that strings the parts of reading together.

Comes in as an opened document, the reference tables and the wording; goes out as its numerals, all
of them, and for each that counts something a proposal: indicator, scope, period, status, unit, with
a reason and a confidence. Nothing is written and nothing dropped: a figure without an indicator
stays, for a person to give it one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cchc_analysis.data.clean import fold_text
from cchc_analysis.data.reference import Reference
from cchc_analysis.read.documents.lines import Document, Line
from cchc_analysis.read.recognise.clauses import find_mentions
from cchc_analysis.read.recognise.figures import Figure
from cchc_analysis.read.recognise.grids import INNER, Label, label_cells
from cchc_analysis.read.recognise.head import Head, find_level, read_head
from cchc_analysis.read.recognise.kinds import Kind
from cchc_analysis.read.recognise.numerals import Numeral, find_numerals
from cchc_analysis.read.recognise.outline import OutlinePlace, outline_lines
from cchc_analysis.read.recognise.pieces import cut_lines
from cchc_analysis.read.recognise.plain import restore_words
from cchc_analysis.read.recognise.proposals import Proposer
from cchc_analysis.read.recognise.raised import raise_marks
from cchc_analysis.read.recognise.spelled import find_spelled
from cchc_analysis.read.recognise.spread import spread_tables
from cchc_analysis.read.recognise.stretches import FigureText
from cchc_analysis.read.recognise.surroundings import Surroundings
from cchc_analysis.read.recognise.wording import Wording

FEWEST_STAGES = 3
"""Stages of dossiers among the heads of a table from which it counts dossiers."""
_STAGES = re.compile(r"(?i)tiếp nhận|giải quyết|(?:đúng|trước|sớm|quá|trễ|chậm) hạn|kỳ trước")
_PART = re.compile(
    r"(?i)\s*(?:số )?(?:mới|kỳ trước|từ kỳ trước|trực tuyến|trực tiếp|"
    r"(?:đúng|trước|sớm|quá|trễ|chậm|trong) hạn)(?: chuyển (?:sang|qua))?\s*"
)
REPEATED_WORDS = 8
"""A line of at least so many words that stood before word for word is a repetition."""


@dataclass(frozen=True)
class Reading:
    """What was read: the head, every numeral by line number, and the proposed figures."""

    head: Head
    numerals: dict[int, tuple[Numeral, ...]]
    figures: tuple[Figure, ...]
    places: tuple[OutlinePlace, ...] = field(repr=False, default=())


def read_document(
    document: Document, reference: Reference, wording: Wording, head: Head | None = None
) -> Reading:
    """Read a document.

    Args:
        document: The opened document.
        reference: The reference tables.
        wording: ``data/reference/wording.yml``.
        head: What is known of the document; proposed from its first lines if not given.
    """
    lines = spread_tables(restore_words(raise_marks(cut_lines(document.lines))))
    head = head or read_head(lines, reference)
    places = outline_lines(lines)
    is_commune = find_level(head.area, reference, head.day) == "commune"
    surroundings = Surroundings(lines, places, wording, head.title, is_commune=is_commune)
    proposer = Proposer(head, reference, wording, surroundings, lines, places)
    labels = _label_tables(lines)
    repeated = _find_repeated(lines)
    numerals: dict[int, tuple[Numeral, ...]] = {}
    for at, line in enumerate(lines):
        found = []
        for entry_numerals, entries in _enter_line(at, line, labels, at in repeated):
            found += entry_numerals
            if entries and not line.cells:
                surroundings.mentions[at] = entries[0].mentions
            for entry in entries:
                proposer.propose(entry)
        numerals[line.number] = numerals.get(line.number, ()) + tuple(found)
    return Reading(head, numerals, proposer.finish(), tuple(places))


def _enter_line(
    at: int, line: Line, labels: dict[tuple[int, int], Label], is_repeated: bool
) -> Iterator[tuple[list[Numeral], list[FigureText]]]:
    """The numerals of a line and its mentions, ready to be looked at: cell by cell in a table."""
    if not line.cells:
        numerals = _mark_repeated(find_numerals(line.text), is_repeated)
        placed = [replace(n, start=n.start + line.start, end=n.end + line.start) for n in numerals]
        yield placed, _make_entries(at, line.text, numerals, None, line.start)
        return
    start = 0
    for n, cell in enumerate(line.cells):
        label = labels.get((line.number, n))
        numerals = find_numerals(cell.text, is_cell=True)
        if label and label.is_order:
            numerals = [
                Numeral(n_.start, n_.end, n_.text, Kind.SECTION, "numbers a row or column")
                for n_ in numerals
            ]
        offset = start + (line.text[start:].find(cell.text) if cell.text else 0)
        placed = [
            Numeral(m.start + offset, m.end + offset, m.text, m.kind, m.reason) for m in numerals
        ]
        start = offset + len(cell.text)
        yield placed, _make_entries(at, cell.text, numerals, label, offset)


def _make_entries(
    at: int, text: str, numerals: list[Numeral], label: Label | None, offset: int = 0
) -> list[FigureText]:
    mentions = tuple(find_mentions(text, _with_spelled(text, numerals, label)))
    return [FigureText(at, text, mentions, n, label, offset) for n in range(len(mentions))]


def _with_spelled(text: str, numerals: list[Numeral], label: Label | None) -> list[Numeral]:
    """Numbers put in words join the figures; they are kept only where an indicator is found."""
    if label:
        return numerals
    return sorted([*numerals, *find_spelled(text)], key=lambda numeral: numeral.start)


def _mark_repeated(numerals: list[Numeral], is_repeated: bool) -> list[Numeral]:
    if not is_repeated:
        return numerals
    return [
        Numeral(n.start, n.end, n.text, Kind.REPEATED, "this line stood before, word for word")
        for n in numerals
    ]


def _find_repeated(lines: tuple[Line, ...]) -> set[int]:
    """Lines that repeat an earlier one, as the lead of a news page does."""
    seen: dict[str, int] = {}
    repeated = set()
    for at, line in enumerate(lines):
        folded = fold_text(line.text)
        if line.cells or len(folded.split()) < REPEATED_WORDS:
            continue
        if folded in seen:
            repeated.add(at)
        seen.setdefault(folded, at)
    return repeated


def _label_tables(lines: tuple[Line, ...]) -> dict[tuple[int, int], Label]:
    tables: dict[int, list[Line]] = {}
    for line in lines:
        if line.cells:
            tables.setdefault(line.table, []).append(line)
    labels: dict[tuple[int, int], Label] = {}
    for rows in tables.values():
        labels |= _name_counted(label_cells(rows))
    return labels


def _name_counted(labels: dict[tuple[int, int], Label]) -> dict[tuple[int, int], Label]:
    """A table whose heads are the stages of dossiers counts dossiers, though no head says so.

    A head that names only when ("Quá hạn") or how ("Trực tuyến") is a part of the stage before it.
    """
    heads = " | ".join(dict.fromkeys(label.column for label in labels.values()))
    stages = {stage.casefold() for stage in _STAGES.findall(heads)}
    if len(stages) < FEWEST_STAGES or "hồ sơ" in heads.casefold():
        return labels
    named, stage = {}, ""
    for at in sorted(labels):
        label = labels[at]
        column = label.column
        if _PART.fullmatch(column) and stage:
            column = f"{stage} {INNER} {column}".replace("Mới", "Mới tiếp nhận")
        else:
            stage = column
        named[at] = replace(label, column=column, group=f"{label.group} hồ sơ".strip())
    return named
