"""Recognising what a report says: numerals, outline, wording, context.

Comes in as an opened document, the reference tables and ``wording.yml``; goes out as proposals, one
per printed figure, each with a reason. Rule-based: every decision can be shown in the text.

- ``naming``, ``kinds``, ``numerals``, ``spelled``, ``raised``: what is a figure, and why
- ``outline``, ``borders``, ``clauses``, ``mentions``, ``turns``, ``stretches``: sections and lists;
  where the words of a figure begin and end; ``grids``: tables
- ``loading``, ``wording``, ``matching``, ``nouns``: words that speak of an indicator, and of a unit
- ``surroundings``, ``implied``: what stands around, and what a place implies
- ``head``, ``owner``, ``titled``, ``scopes``, ``context``, ``windows``, ``carried``, ``status``:
  whose and when
- ``proposals``, ``gates``: what each figure is by itself, and what speaks against it
- ``companions``, ``shares``, ``compared``, ``criteria``, ``offices``, ``twins``: by its neighbours
- ``speakers``: whose work a clause tells of, where it is not the district's own
- ``figures``, ``values``, ``second_look``, ``trials``, ``doubts``, ``reading``: putting it together
"""

from cchc_analysis.read.recognise.doubts import doubt_figures
from cchc_analysis.read.recognise.figures import Confidence, Figure
from cchc_analysis.read.recognise.head import Head, read_head
from cchc_analysis.read.recognise.kinds import Kind
from cchc_analysis.read.recognise.loading import load_wording
from cchc_analysis.read.recognise.numerals import Numeral, find_numerals
from cchc_analysis.read.recognise.reading import Reading, read_document
from cchc_analysis.read.recognise.second_look import look_again
from cchc_analysis.read.recognise.values import read_value, tabulate_figures
from cchc_analysis.read.recognise.wording import Wording

__all__ = [
    "Confidence",
    "Figure",
    "Head",
    "Kind",
    "Numeral",
    "Reading",
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
