"""Recognising what a report says: numerals, outline, wording, context.

Comes in as an opened document, the reference tables and ``wording.yml``; goes out as proposals, one
per printed figure, each with a reason. Rule-based: every decision can be shown in the text.

- ``numerals``: what is a figure, and the words that are its own
- ``outline``: sections, lists, notes; the labels of cells
- ``wording``, ``matching``: words that speak of an indicator, and of a unit
- ``surroundings``: what stands around a figure, level by level
- ``head``, ``windows``, ``frame``, ``scopes``: whose and when, and what holds for lines below
- ``companions``, ``proposals``: what each figure is, by itself and by its neighbours
- ``figures``, ``whole``: the record and how sure it is, and what the document as a whole says
"""

from cchc_analysis.read.recognise.figures import Confidence, Figure, read_value
from cchc_analysis.read.recognise.head import ReportHead, read_head
from cchc_analysis.read.recognise.numerals import Kind, find_numerals
from cchc_analysis.read.recognise.proposals import Reading, read_document
from cchc_analysis.read.recognise.whole import OWNER_OPEN, doubt_figures, look_again
from cchc_analysis.read.recognise.wording import Wording, load_wording

__all__ = [
    "OWNER_OPEN",
    "Confidence",
    "Figure",
    "Kind",
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
]
