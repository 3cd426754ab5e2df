"""Recognising what a report says: numerals, outline, wording, context.

Comes in as an opened document, the reference tables and ``wording.yml``; goes out as proposals, one
per printed figure, each with a reason. Rule-based: every decision can be shown in the text.

- ``naming``, ``numerals``: what is a figure, and why
- ``outline``, ``tables``: sections, lists, notes; the labels of cells
- ``clauses``, ``stretches``, ``surroundings``: where the words of a figure begin and end, and what
  stands around it
- ``wording``, ``matching``: words that speak of an indicator, and of a unit
- ``head``, ``windows``, ``scopes``, ``context``: whose and when
- ``gates``, ``companions``, ``proposals``: what each figure is, by itself and by its neighbours
- ``figures``, ``whole``: the record, and what the document as a whole says for and against it
"""

from cchc_analysis.read.recognise.figures import Confidence, Figure, read_value, tabulate_figures
from cchc_analysis.read.recognise.head import ReportHead, read_head
from cchc_analysis.read.recognise.numerals import Kind, Numeral, find_numerals
from cchc_analysis.read.recognise.proposals import Reading, read_document
from cchc_analysis.read.recognise.whole import OWNER_OPEN, doubt_figures, look_again
from cchc_analysis.read.recognise.wording import Wording, load_wording

__all__ = [
    "OWNER_OPEN",
    "Confidence",
    "Figure",
    "Kind",
    "Numeral",
    "Reading",
    "ReportHead",
    "Wording",
    "doubt_figures",
    "find_numerals",
    "load_wording",
    "look_again",
    "read_document",
    "read_head",
    "read_value",
    "tabulate_figures",
]
