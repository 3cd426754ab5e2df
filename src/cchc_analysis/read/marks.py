"""The text of a document with every numeral marked.

Comes in as masked lines, numerals and figures; goes out as HTML. Everything from the document is
escaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from cchc_analysis.read.documents import mask_persons
from cchc_analysis.read.documents.lines import Line
from cchc_analysis.read.phrases import KINDS, NAMES
from cchc_analysis.read.recognise import Figure, Kind, Numeral, Reading

QUOTED = 110
"""Letters of a line that a row of the table shows before a figure."""


def render_text(
    lines: Sequence[Line], reading: Reading, figures: Sequence[Figure], ids: Sequence[str]
) -> str:
    """The whole text, line by line, every numeral marked; figures lead to their rows."""
    masked = mask_persons([line.text for line in lines])
    by_line: dict[int, list[tuple[Figure, str]]] = {}
    for figure, figure_id in zip(figures, ids, strict=True):
        by_line.setdefault(figure.line, []).append((figure, figure_id))
    body = "".join(
        _render_line(text, line, reading, by_line.get(line.number, []))
        for line, text in zip(lines, masked, strict=True)
        if text.strip()
    )
    return (
        f"<h2 id='text'>Văn bản, mọi con số được đánh dấu</h2><div class='text'>{body}</div></main>"
    )


def _render_line(text: str, line: Line, reading: Reading, figures: list[tuple[Figure, str]]) -> str:
    marked = _mark_line(text, line, reading.numerals.get(line.number, ()), figures)
    return f"<p><span class='no'>{line.number}</span><span>{marked}</span></p>"


def _mark_line(
    text: str, line: Line, numerals: Sequence[Numeral], figures: list[tuple[Figure, str]]
) -> str:
    """One line with its numerals marked; where a mask moved them, they are found anew."""
    left = [(figure, figure_id) for figure, figure_id in figures]
    pieces, at = [], 0
    for numeral in _with_spelled(numerals, left):
        start = numeral.start if text == line.text else text.find(numeral.text, at)
        if start < at:
            continue
        end = start + len(numeral.text)
        pieces.append(escape(text[at:start]))
        pieces.append(_mark(escape(text[start:end]), numeral, left))
        at = end
    pieces.append(escape(text[at:]))
    return "".join(pieces).replace("\t", " │ ")


def _mark(shown: str, numeral: Numeral, figures: list[tuple[Figure, str]]) -> str:
    if not numeral.is_figure:
        kind = KINDS.get(numeral.kind.value, numeral.kind.value)
        return (
            f"<mark class='other' title='{escape(kind)}: {escape(numeral.reason)}'>{shown}</mark>"
        )
    for at, (figure, figure_id) in enumerate(figures):
        if figure.printed == numeral.text:
            del figures[at]
            title = figure.indicator or NAMES[figure.confidence]
            return (
                f"<mark class='{figure.confidence.value}' id='t{figure_id}' "
                f"title='{escape(title)}'>"
                f"<a href='#{figure_id}'>{shown}</a></mark>"
            )
    return f"<mark class='none'>{shown}</mark>"


def _with_spelled(
    numerals: Sequence[Numeral], figures: Sequence[tuple[Figure, str]]
) -> list[Numeral]:
    """The numerals of a line, with the numbers put in words that became figures."""
    spelled = [
        Numeral(figure.start, figure.start + len(figure.printed), figure.printed, Kind.FIGURE, "")
        for figure, _ in figures
        if not figure.printed[:1].isdigit()
    ]
    return sorted([*numerals, *spelled], key=lambda numeral: numeral.start)


def quote(text: str, printed: str, start: int) -> tuple[str, str, str]:
    """The words before a figure, the figure, and the words behind it, short enough for a row."""
    # A mask may have moved it; and "201" is not in "5.201".
    places = re.finditer(rf"(?<!\d)(?<!\d[.,]){re.escape(printed)}(?!\d|[.,]\d)", text)
    at = min((match.start() for match in places), key=lambda n: abs(n - start), default=-1)
    if at < 0:
        return text[:QUOTED], "", ""
    end = at + len(printed)
    before, behind = text[:at], text[end:]
    if len(before) > QUOTED:
        before = "…" + before[-QUOTED:].partition(" ")[2]
    if len(behind) > QUOTED // 2:
        behind = behind[: QUOTED // 2].rpartition(" ")[0] + "…"
    return before, printed, behind
