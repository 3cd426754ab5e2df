"""A mapping file begun for a person to finish: every heading of a file, and what it may be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.data.clean import PeriodError, nearest_names, parse_period, slug_text
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.panels.cells import Sheet, open_sheet
from cchc_analysis.panels.headings import (
    Head,
    choose_area,
    find_head,
    refuse_side_by_side,
)
from cchc_analysis.panels.mapping import PanelMapping, ValueColumn
from cchc_analysis.panels.ranks import list_rank_codes
from cchc_analysis.panels.vocabulary import Vocabulary

FEWEST_COLUMNS = 2

_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]{3,}")

if TYPE_CHECKING:
    from cchc_analysis.data.reference import Reference


@dataclass(frozen=True)
class _Guess:
    """What the headings of a file may be."""

    fields: dict[str, str] = field(default_factory=dict)
    values: dict[str, ValueColumn] = field(default_factory=dict)
    periods: list[str] = field(default_factory=list)
    ranks: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)


def draft_mapping(file: Path, reference: Reference, sheet: str = "") -> str:
    """Begin a mapping file for a table.

    Headings that are known are written down; each of the others stands under ``ignore`` with the
    nearest known names beside it, for a person to move to ``columns`` or ``values``. What the
    file does not say (the indicator of columns that are periods, the period of a table without
    one) is asked for under ``constants``.

    Args:
        file: The table.
        reference: Whose labels are known.
        sheet: The worksheet, where there are several.

    Returns:
        YAML text.

    Raises:
        ReportError: The file cannot be read, or is no table.
    """
    mapping = PanelMapping(sheet=sheet)
    opened = open_sheet(file, sheet)
    known = Vocabulary(mapping, reference)
    head = find_head(opened, mapping, reference)
    names = [name for name in head.names if name]
    if len(names) < FEWEST_COLUMNS or not _holds_figures(opened, head):
        lack = f"{len(names)} column" if len(names) < FEWEST_COLUMNS else "no column of figures"
        found = f"{lack}, which is no table"
        remedy = "A report in prose is read with `cchc read`; a table needs its separators."
        raise ReportError(Problem(opened.name, found, "an area and a figure in a row", remedy))
    refuse_side_by_side(opened, head, known)
    guess = _guess(names, known)
    return "\n".join(
        [
            f"panel: {slug_text(file.stem).replace('-', '_')}",
            *([f"sheet: {_quote(sheet)}"] if sheet else []),
            "columns:",
            *(f"  {name}: {_quote(heading)}" for name, heading in guess.fields.items()),
            "values:",
            *(f"  {_quote(heading)}: {_say(value)}" for heading, value in guess.values.items()),
            *_draft_ranks(guess),
            "ignore:",
            *(f"  - {_quote(name)}{_suggest(name, known)}" for name in guess.rest),
            *_draft_constants(guess, _find_subject(file, known), _find_year(file, opened, head)),
            "sources:",
            "  - source_id:   # small letters, digits and _",
            "    publisher:   # who published the figures",
            "    title: ",
            "    url: ",
            "    licence:     # what may be done with them",
            "    publish:     # yes or no: may they stand on the site and in its downloads?",
            "",
        ]
    )


def _holds_figures(sheet: Sheet, head: Head) -> bool:
    """Whether some column below the head is mostly figures; commas make columns of prose too."""
    body = sheet.cells[sheet.cells.index > head.last_row]
    for position in body.columns:
        held = [cell for cell in body[position] if isinstance(cell, float) or cell]
        if 2 * sum(map(_is_figure, held)) > len(held):
            return True
    return False


def _is_figure(cell: object) -> bool:
    """A number, with a sign, a unit or a mark perhaps, and no words."""
    return not isinstance(cell, str) or bool(_DIGIT.search(cell) and not _WORD.search(cell))


def _guess(names: list[str], known: Vocabulary) -> _Guess:
    guess = _Guess()
    family = known.find_family(names)
    for name in names:
        found = known.match_field(name)
        value = known.match_value(name) or known.match_lower(name, family)
        value = value or known.match_dated(name)
        if found and found not in guess.fields:
            guess.fields[found] = name
        elif value is not None and value.indicator:
            guess.values[name] = value
        elif _is_period(name):
            guess.periods.append(name)
        elif known.is_rank(name):
            guess.ranks.append(name)
        else:
            guess.rest.append(name)
    return _Guess(choose_area(guess.fields), guess.values, guess.periods, guess.ranks, guess.rest)


def _is_period(name: str) -> bool:
    try:
        return parse_period(name.removesuffix(".0")).end is not None
    except PeriodError:
        return False


def _draft_ranks(guess: _Guess) -> Iterator[str]:
    """The ranks beside the values, where one indicator can be what they rank."""
    if not guess.ranks:
        return
    codes = {one.indicator: list_rank_codes(one.indicator) for one in guess.values.values()}
    ranked = {code: levels for code, levels in codes.items() if levels}
    if len(guess.ranks) == 1 and len(ranked) == 1:
        yield "ranks:"
        yield f"  column: {_quote(guess.ranks[0])}"
        yield "  indicators:"
        for code, levels in ranked.items():
            said = ", ".join(f"{level}: {rank}" for level, rank in levels.items())
            yield f"    {code}: {{{said}}}"
        return
    guess.rest.extend(guess.ranks)


def _find_subject(file: Path, known: Vocabulary) -> str:
    """The indicator that the name of a file speaks of, as a question."""
    words = slug_text(file.stem).split("-")
    found = (known.match_value(word) for word in words)
    code = next((value.indicator for value in found if value and value.indicator), "")
    return f" ({code}?)" if code else ""


def _find_year(file: Path, sheet: Sheet, head: Head) -> str:
    """The one year that the title or the name of a file speaks of, as a question."""
    above = sheet.cells[sheet.cells.index < head.last_row]
    title = " ".join(str(cell) for row in above.to_numpy() for cell in row)
    for text in (title, file.stem.replace("_", " ")):
        years = set(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text))
        if len(years) == 1:
            return f" ({years.pop()}?)"
    return ""


def _draft_constants(guess: _Guess, subject: str, year: str) -> Iterator[str]:
    wanted: Mapping[str, tuple[bool, str]] = {
        "indicator": (
            bool(guess.periods) and not guess.values,
            f"what the columns {', '.join(guess.periods[:3])} … hold: a code of "
            f"data/reference/indicators.csv{subject}",
        ),
        "period": (
            not guess.periods
            and not {"period", "period_end"} & set(guess.fields)
            and not (guess.values and all(one.period for one in guess.values.values())),
            f"no column says it: 2023, 2024-H1, …{year}",
        ),
        "area": (
            not {"area", "area_code"} & set(guess.fields),
            "no column says it: the area of all rows",
        ),
    }
    asked = [(name, why) for name, (is_wanted, why) in wanted.items() if is_wanted]
    yield "constants:" if asked else "constants: {}"
    for name, why in asked:
        yield f"  {name}:   # {why}"


def _suggest(name: str, known: Vocabulary) -> str:
    if known.is_rank(name):
        return "  # a rank of …: `ranks: {column: …, indicators: {pci: {province: pci_rank}}}`"
    near = nearest_names(name, known.list_names())
    return f"  # nearest known: {', '.join(near)}" if near and not known.is_ignored(name) else ""


def _say(value: ValueColumn) -> str:
    if not value.period:
        return value.indicator
    return f"{{indicator: {value.indicator}, period: {value.period}}}"


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
