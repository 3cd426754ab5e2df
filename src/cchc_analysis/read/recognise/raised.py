"""Marks of notes that a copied text has lowered: "về CCHC1." and, below, "1 Gồm: 12 kế hoạch".

Comes in as lines; goes out as the same lines, in which such digits stand raised again. No
character moves, so that places in the lines stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cchc_analysis.read.documents.lines import CAPITALS, Line

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NOTE = re.compile(rf"^\s*(\d{{1,2}})\s+(?=[{CAPITALS}])")
_ENDS = r"(?=[.,;:)\s]|$)"
_MARK = re.compile(rf"(?<=[^\W\d_]{{2}})(\d{{1,2}}){_ENDS}|(?<=[^\W\d_][)”\"])(\d{{1,2}}){_ENDS}")


def raise_marks(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Raise the digits of notes whose mark stands glued to a word, and whose text stands below.

    Both must be there, and the notes must be counted from one: "QĐ1" alone is a code.
    """
    notes = _count_notes(lines)
    if not notes:
        return tuple(lines)
    return tuple(
        line if line.cells else replace(line, text=_raise(line.text, at, notes))
        for at, line in enumerate(lines)
    )


def _count_notes(lines: Sequence[Line]) -> dict[str, int]:
    """The line of the text of each note that has a mark above it."""
    marked: dict[str, int] = {}
    notes: dict[str, int] = {}
    for at, line in enumerate(lines):
        if line.cells:
            continue
        note = _NOTE.match(line.text)
        if note and note[1] == str(len(notes) + 1) and marked.get(note[1], at) < at:
            notes[note[1]] = at
            continue
        for mark in _MARK.finditer(line.text):
            marked.setdefault(mark[1] or mark[2], at)
    return notes


def _raise(text: str, at: int, notes: dict[str, int]) -> str:
    note = _NOTE.match(text)
    if note and notes.get(note[1]) == at:
        text = text[: note.start(1)] + note[1].translate(RAISED) + text[note.end(1) :]

    def lift(mark: re.Match[str]) -> str:
        is_above = notes.get(mark[1] or mark[2], -1) > at
        return mark[0].translate(RAISED) if is_above else mark[0]

    return _MARK.sub(lift, text)
