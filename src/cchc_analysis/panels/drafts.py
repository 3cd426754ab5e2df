"""A mapping file begun for a person to finish: every heading of a file, and what it may be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.data.clean import (
    PeriodError,
    nearest_names,
    parse_period,
    slug_text,
)
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.panels.cells import Sheet, choose_sheet, open_sheets
from cchc_analysis.panels.headings import choose_area
from cchc_analysis.panels.layouts import Table, arrange_sheet
from cchc_analysis.panels.mapping import PanelMapping, ValueColumn
from cchc_analysis.panels.ranks import list_rank_codes
from cchc_analysis.panels.unfolding import print_cells
from cchc_analysis.panels.vocabulary import Vocabulary

FEWEST_COLUMNS = 2
LONGEST_TITLE = 4
"""Rows at the top of a sheet in which its title may name the year."""

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
    one) is asked for under ``constants``. Of a workbook each sheet that is named after an
    indicator or a period stands under ``sheets``; the others are left out.

    Args:
        file: The table.
        reference: Whose labels are known.
        sheet: The worksheet, where there are several and one is wanted.

    Returns:
        YAML text.

    Raises:
        ReportError: The file cannot be read, or is no table.
    """
    known = Vocabulary(PanelMapping(), reference)
    sheets = open_sheets(file, sheet)
    named = name_sheets(sheets, known) if len(sheets) > 1 else {}
    chosen = [each for each in sheets if each.title in named] or [choose_sheet(file, sheets)]
    tables: list[tuple[Table, str]] = []
    for each in chosen:
        what = named.get(each.title, ValueColumn())
        said = {name: cell for name, cell in what.model_dump().items() if cell}
        arranged = arrange_sheet(each, PanelMapping(constants=said), reference)
        tables.extend((table, what.indicator) for table in arranged)
    family = known.find_family(name for table, _ in tables for name in table.head.names)
    guess = _Guess()
    for table, indicator in tables:
        _refuse_prose(table)
        _add_guess(guess, _guess(table, known, (family, indicator), reference))
    guess.fields.update(choose_area(guess.fields))
    if "area" in guess.fields and guess.fields.get("province") == guess.fields["area"]:
        del guess.fields["province"]
    told = {name for what in named.values() for name, cell in what.model_dump().items() if cell}
    return "\n".join(
        [
            f"panel: {slug_text(file.stem).replace('-', '_')}",
            *([f"sheet: {_quote(sheet)}"] if sheet else []),
            *_draft_sheets(sheets, named, known),
            "columns:",
            *(f"  {name}: {_quote(heading)}" for name, heading in guess.fields.items()),
            "values:",
            *(f"  {_quote(heading)}: {_say(value)}" for heading, value in guess.values.items()),
            *_draft_ranks(guess),
            "ignore:",
            *(f"  - {_quote(name)}{_suggest(name, known)}" for name in guess.rest),
            *_draft_constants(guess, told, _find_subject(file, known), _find_year(file, chosen)),
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


def name_sheets(sheets: list[Sheet], known: Vocabulary) -> dict[str, ValueColumn]:
    """The sheets whose names say which indicator or which period they are."""
    titles = [each.title for each in sheets]
    family = known.find_family(titles)
    named = {}
    for title in titles:
        years = {*re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", title)}
        if len(years) == 1:
            named[title] = ValueColumn(period=years.pop())
        elif found := known.match_title(title, family):
            named[title] = ValueColumn(indicator=found)
    return named


def _draft_sheets(
    sheets: list[Sheet], named: Mapping[str, ValueColumn], known: Vocabulary
) -> Iterator[str]:
    if not named:
        return
    yield "sheets:   # what each is: an indicator, or a period; sheets not named are left out"
    for each in sheets:
        what = named.get(each.title)
        said = f"  {_quote(each.title)}: "
        yield (
            said + (what.indicator or what.period)
            if what
            else f"  # {said.strip()}  {_suggest(each.title, known).lstrip()}".rstrip()
        )


def _add_guess(whole: _Guess, part: _Guess) -> None:
    """Put the headings of one more table to those of the others; the first one speaks."""
    for name, heading in part.fields.items():
        whole.fields.setdefault(name, heading)
    for heading, value in part.values.items():
        whole.values.setdefault(heading, value)
    for own, more in (
        (whole.periods, part.periods),
        (whole.ranks, part.ranks),
        (whole.rest, part.rest),
    ):
        own.extend(each for each in more if each not in own)


def _refuse_prose(table: Table) -> None:
    """Refuse a file without a column that is mostly figures; commas make columns of prose too."""
    names = [name for name in table.head.names if name]
    body = table.sheet.cells[table.sheet.cells.index > table.head.last_row]
    columns = [[cell for cell in body[each] if _is_held(cell)] for each in body.columns]
    is_table = any(2 * sum(map(_is_figure, held)) > len(held) for held in columns)
    if len(names) < FEWEST_COLUMNS or not is_table:
        lack = f"{len(names)} column" if len(names) < FEWEST_COLUMNS else "no column of figures"
        found = f"{lack}, which is no table"
        remedy = "A report in prose is read with `cchc read`; a table needs its separators."
        raise ReportError(Problem(table.sheet.name, found, "an area and a figure in a row", remedy))


def _is_held(cell: object) -> bool:
    return isinstance(cell, float) or bool(cell)


def _is_figure(cell: object) -> bool:
    """A number, with a sign, a unit or a mark perhaps, and no words."""
    return not isinstance(cell, str) or bool(_DIGIT.search(cell) and not _WORD.search(cell))


def _guess(table: Table, known: Vocabulary, about: tuple[str, str], reference: Reference) -> _Guess:
    """What the headings of a table may be, by their family and what the sheet is named after."""
    (family, indicator), guess, last = about, _Guess(), ""
    for name in filter(None, table.head.names):
        found = known.match_field(name)
        value = known.match_value(name) or known.match_lower(name, family)
        value = value or known.match_dated(name)
        if found and found not in guess.fields and not (found == "value" and value):
            guess.fields[found] = name
        elif value is not None and value.indicator:
            guess.values[name] = value
        elif _is_period(name):
            guess.periods.append(name)
        elif known.is_rank(name):
            guess.ranks.append(name)
        elif known.match_bound(name)[0] and (known.match_bound(name)[1] or last):
            continue
        else:
            guess.rest.append(name)
        last = name
    if indicator and not (guess.values or guess.periods or "value" in guess.fields):
        title = table.sheet.title
        about_it = (name for name in guess.rest if known.is_about(name, title, indicator))
        own = next(about_it, "")
        if own:
            guess.values[own] = ValueColumn(indicator=indicator)
            guess.rest.remove(own)
    if not _fits_codes(table, guess.fields, reference):
        guess.rest.append(guess.fields.pop("area_code"))
    return guess


def _fits_codes(table: Table, fields: Mapping[str, str], reference: Reference) -> bool:
    """Whether the codes beside the areas are theirs, and not numbers of another list."""
    if not {"area", "area_code"} <= set(fields):
        return True
    at = [table.head.names.index(fields[name]) for name in ("area", "area_code")]
    body = table.sheet.cells[table.sheet.cells.index > table.head.last_row]
    pairs = zip(*(print_cells(body[each]).astype("str") for each in at), strict=True)
    index = reference.wide_areas
    held = [(index.find(name), index.list_coded(code)) for name, code in pairs if name and code]
    return all(named & coded for named, coded in held if named)


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


def _find_year(file: Path, sheets: list[Sheet]) -> str:
    """The one year that the title or the name of a file speaks of, as a question."""
    above = sheets[0].cells.iloc[:LONGEST_TITLE]
    title = " ".join(str(cell) for row in above.to_numpy() for cell in row)
    title = title if len(sheets) > 1 else f"{title} {sheets[0].title}"
    for text in (title, file.stem.replace("_", " ")):
        years = set(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text))
        if len(years) == 1:
            return f" ({years.pop()}?)"
    return ""


def _draft_constants(guess: _Guess, told: set[str], subject: str, year: str) -> Iterator[str]:
    held = {*guess.fields, *told}
    values = guess.values.values()
    columns = [*guess.periods[:3], *filter(None, [guess.fields.get("value")])]
    wanted: Mapping[str, tuple[bool, str]] = {
        "indicator": (
            bool(columns) and not guess.values and "indicator" not in held,
            f"what the columns {', '.join(columns)} … hold: a code of "
            f"data/reference/indicators.csv{subject}",
        ),
        "period": (
            not guess.periods
            and not {"period", "period_end"} & held
            and not (guess.values and all(one.period for one in values)),
            f"no column says it: 2023, 2024-H1, …{year}",
        ),
        "area": (
            not {"area", "area_code"} & held,
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
