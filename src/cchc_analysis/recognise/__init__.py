"""Recognising what a report says: numerals, outline, wording, context.

Comes in as an opened document, the reference tables and ``wording.yml``; goes out as proposals, one
per printed figure, each with a reason. Rule-based: every decision can be shown in the text.

- ``numerals``: what is a figure and what is not, and why
- ``outline``, ``clauses``, ``grids``: sections and lists; sentences; tables
- ``wording``, ``matching``: words that speak of an indicator
- ``surroundings``, ``context``, ``windows``, ``head``: what stands around a figure and above it
- ``proposals``, ``second_look``, ``reading``: putting it together
"""

from cchc_analysis.recognise.head import Head, read_head
from cchc_analysis.recognise.naming import Kind
from cchc_analysis.recognise.numerals import Numeral, find_numerals
from cchc_analysis.recognise.proposals import Confidence, Figure
from cchc_analysis.recognise.reading import Reading, read_document
from cchc_analysis.recognise.second_look import look_again, read_value, tabulate_figures
from cchc_analysis.recognise.wording import Wording, load_wording

__all__ = [
    "Confidence",
    "Figure",
    "Head",
    "Kind",
    "Numeral",
    "Reading",
    "Wording",
    "find_numerals",
    "load_wording",
    "look_again",
    "read_document",
    "read_head",
    "read_value",
    "tabulate_figures",
]
