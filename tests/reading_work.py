"""Reading made-up texts, for tests: a text in, its reading and its figures out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cchc_analysis.data.reference import Reference, load_reference
from cchc_analysis.read.documents import read_lines
from cchc_analysis.read.recognise import (
    Figure,
    Reading,
    Wording,
    doubt_figures,
    load_wording,
    look_again,
    read_document,
)

FOLDER = Path(__file__).resolve().parents[1] / "data" / "reference"


@cache
def load_rules() -> tuple[Reference, Wording]:
    """The real reference tables and wording, for all tests of a process: not to be changed."""
    reference = load_reference(FOLDER)
    return reference, load_wording(FOLDER / "wording.yml", reference.indicator_rows)


def read_text(text: str) -> tuple[Reading, list[Figure]]:
    """What is read in a text, and its figures after it was looked at as a whole."""
    reference, wording = load_rules()
    reading = read_document(read_lines(text), reference, wording)
    figures = look_again(reading.figures, wording, reference)
    return reading, list(doubt_figures(figures, reading.head, reference, wording))
