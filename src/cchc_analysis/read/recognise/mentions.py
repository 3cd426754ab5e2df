"""One figure in its sentence, as the parts of reading pass it on.

Comes in as nothing; goes out as the record that ``clauses`` fills and all others read.
"""

from __future__ import annotations

from dataclasses import dataclass

from cchc_analysis.data.records import Comparator
from cchc_analysis.read.recognise.numerals import Numeral


@dataclass(frozen=True)
class Mention:
    """One figure in a sentence.

    Attributes:
        numeral: The figure.
        own: The stretch of the line whose words are the figure's own.
        lead: Where its sentence begins.
        parent: Position of the mention it is a part of, or -1.
        partner: Position of the other number of its pair, or -1.
        role: "", "part" (the A of A/B), "whole" (the B), "low", "high" (of a range), "turn" (of a
            run whose members are not named one by one), "each" (of one whose members are).
        turn: Which one of a run of figures ("lần lượt 90%, 80%"), from 1; 0 without a run.
        comparator: The bound before the figure.
    """

    numeral: Numeral
    own: tuple[int, int]
    lead: int
    parent: int = -1
    partner: int = -1
    role: str = ""
    turn: int = 0
    comparator: Comparator = Comparator.EQUAL
