"""Recognising what a report says: numerals, outline, wording, context.

Comes in as an opened document, the reference tables and ``wording.yml``; goes out as proposals, one
per printed figure, each with a reason. Rule-based: every decision can be shown in the text.

- ``naming``, ``numerals``, ``spelled``: what is a figure and what is not, and why
- ``outline``, ``clauses``, ``stretches``, ``grids``: sections and lists; sentences; tables
- ``loading``, ``wording``, ``matching``, ``nouns``: words that speak of an indicator, and of a unit
- ``surroundings``, ``context``, ``status``, ``windows``, ``head``: what stands around and above
- ``proposals``, ``companions``, ``offices``: what each figure is, by itself and by its neighbours
- ``speakers``: whose work a clause tells of, where it is not the district's own
- ``figures``, ``values``, ``second_look``, ``trials``, ``reading``: putting it together
"""

from cchc_analysis.recognise.figures import Confidence, Figure
from cchc_analysis.recognise.head import Head, read_head
from cchc_analysis.recognise.kinds import Kind
from cchc_analysis.recognise.loading import load_wording
from cchc_analysis.recognise.numerals import Numeral, find_numerals
from cchc_analysis.recognise.reading import Reading, read_document
from cchc_analysis.recognise.second_look import look_again
from cchc_analysis.recognise.values import read_value, tabulate_figures
from cchc_analysis.recognise.wording import Wording

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
