"""A mapping file begun for a person to finish: every heading of a file, and what it may be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import PeriodError, fold_text, nearest_names, parse_period, slug_text
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.panels.cells import Worksheet, choose_sheet, open_sheets
from cchc_analysis.panels.checks import list_rank_codes
from cchc_analysis.panels.headings import choose_area
from cchc_analysis.panels.layouts import Table, arrange_sheet, is_total, print_cells
from cchc_analysis.panels.mapping import PanelMapping, ValueColumn
from cchc_analysis.panels.vocabulary import SCORE_WORDS, Vocabulary, find_years, last_part

if TYPE_CHECKING:
    from cchc_analysis.data.reference import Reference

FEWEST_COLUMNS = 2
LONGEST_TITLE = 4
"""Rows at the top of a sheet that may be its title."""

MOST_STRANGERS = 40
"""Rows that name no area, more of which are no foot of a table."""

_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass
class Guess:
    """What the headings of a table may be, and its rows that are no areas."""

    what: ValueColumn = field(default_factory=ValueColumn)
    fields: dict[str, str] = field(default_factory=dict)
    values: dict[str, ValueColumn] = field(default_factory=dict)
    periods: list[str] = field(default_factory=list)
    ranks: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    score: str = ""

    @property
    def indicators(self) -> set[str]:
        """The indicators that the headings or the name of the sheet say."""
        return {one.indicator for one in (self.what, *self.values.values())} - {""}

    @property
    def columns(self) -> list[str]:
        """The columns of figures of which no heading says the indicator."""
        undated = [heading for heading, value in self.values.items() if not value.indicator]
        return [*self.periods[:3], *undated, *filter(None, [self.fields.get("value")])]

    def list_lacks(self) -> Iterator[str]:
        """What neither a column nor the name of the sheet says."""
        if self.columns and not (self.what.indicator or "indicator" in self.fields):
            yield "indicator"
        is_dated = bool(
            self.periods or self.what.period or {"period", "period_end"} & {*self.fields}
        )
        values = self.values.values()
        if not (is_dated or (values and all(value.period for value in values))):
            yield "period"
        if not {"area", "area_code"} & {*self.fields}:
            yield "area"

    def add(self, part: Guess) -> None:
        """Put the headings of one more table to those of the others; the first one speaks."""
        for name, heading in part.fields.items():
            self.fields.setdefault(name, heading)
        for heading, value in part.values.items():
            self.values.setdefault(heading, value)
        for own in ("periods", "ranks", "rest", "strangers"):
            held = getattr(self, own)
            held.extend(each for each in getattr(part, own) if each not in held)
        self.score = self.score or part.score


def draft_mapping(file: Path, reference: Reference, sheet: str = "") -> str:
    """Begin a mapping file for a table.

    Headings that are known are written down; each of the others stands under ``ignore`` with the
    nearest known names beside it, for a person to move to ``columns`` or ``values``. What no column
    says (the indicator of columns that are periods, the period of a table without one) stands
    under ``constants``, filled in where a title or the name of the file says it, to be checked. Of
    a workbook each sheet stands under ``sheets`` that is named after an indicator or a period, or
    whose headings say what it holds; the others are left out. Rows that have figures and name no
    area stand under ``totals``, unless a name is near.

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
    guesses = _guess_sheets(file, sheets, known, reference)
    whole = Guess()
    for guess in guesses.values():
        whole.add(guess)
    subjects = _find_subjects(file, [each for each in sheets if each.title in guesses], known)
    lacks = {name for guess in guesses.values() for name in guess.list_lacks()}
    year = _find_year(file, sheets, guesses)
    return "\n".join(
        [
            f"panel: {_name_panel(file)}",
            *([f"sheet: {_quote(sheet)}"] if sheet else []),
            *(_draft_sheets(sheets, guesses, known) if len(sheets) > 1 else ()),
            "columns:",
            *(f"  {name}: {_quote(heading)}" for name, heading in whole.fields.items()),
            *_draft_values(whole, subjects),
            "ignore:",
            *(f"  - {_quote(name)}{_suggest(name, known)}" for name in whole.rest),
            *(["totals:   # rows that name no area: left out"] if whole.strangers else []),
            *(f"  - {_quote(name)}" for name in whole.strangers),
            *_draft_constants(whole, lacks, subjects, year),
            "sources:",
            f"  - source_id: {_name_panel(file)}",
            "    publisher:   # who published the figures",
            "    title: ",
            "    url: ",
            "    licence:     # what may be done with them",
            "    publish:     # yes or no: may they stand on the site and in its downloads?",
            "",
        ]
    )


def _name_panel(file: Path) -> str:
    name = slug_text(file.stem).replace("-", "_")[:60]
    return name if re.match(r"[a-z]..", name) else f"panel_{name}".rstrip("_")


def _guess_sheets(
    file: Path, sheets: list[Worksheet], known: Vocabulary, reference: Reference
) -> dict[str, Guess]:
    """What the sheets hold that are to be read, by title."""
    if len(sheets) == 1:
        titles = _read_titles(sheets[0])
        words = [file.stem.replace("_", " "), sheets[0].title, *titles]
        about = ValueColumn(), words, titles
        return {sheets[0].title: _guess_sheet(sheets[0], about, known, reference)}
    named = _name_sheets(sheets, known)
    found: dict[str, Guess] = {}
    counts = Counter(title for each in sheets for title in {*_read_titles(each)})
    for each in sheets:
        words = [file.stem.replace("_", " "), *named, *_read_titles(each)]
        # A title that sheets share is that of the workbook, and says nothing of one sheet.
        titles = [title for title in _read_titles(each) if counts[title] == 1]
        what = named.get(each.title) or ValueColumn()
        try:
            guess = _guess_sheet(each, (what, words, titles), known, reference)
        except ReportError:
            if each.title in named:
                raise
            continue  # a sheet of words
        if "period" in guess.list_lacks() and (year := find_years(" ".join(_read_titles(each)))):
            guess.what = guess.what.model_copy(update={"period": year})
        if each.title in named or (guess.indicators and "area" not in guess.list_lacks()):
            found[each.title] = guess
    if not found:
        choose_sheet(file, sheets)
    scores = Counter(guess.score for guess in found.values())
    for guess in (each for each in found.values() if each.score):
        if scores[guess.score] > 1:  # one heading for several indicators: their sheets tell them
            guess.fields["value"] = guess.score
        else:
            guess.values[guess.score] = ValueColumn(indicator=guess.what.indicator)
    held = {code for title in named for code in found[title].indicators}
    return {
        title: guess
        for title, guess in found.items()
        if title in named or not held & guess.indicators
    }


def _name_sheets(sheets: list[Worksheet], known: Vocabulary) -> dict[str, ValueColumn]:
    """The sheets whose names say which indicator or which period they are."""
    titles = [each.title for each in sheets]
    family = known.find_family(titles)
    named = {}
    for title in titles:
        if year := find_years(title):
            named[title] = ValueColumn(period=year)
        elif found := known.match_title(title, family):
            named[title] = ValueColumn(indicator=found)
    return named


def _read_titles(sheet: Worksheet) -> list[str]:
    """The words above the head of a sheet: rows that say one thing only."""
    rows: Iterable[Any] = sheet.cells.iloc[:LONGEST_TITLE].to_numpy()
    rows = rows if sheet.heads is None else ()
    held = ({cell for cell in row if cell != ""} for row in rows)
    return [str(cell) for cells in held if len(cells) == 1 for cell in cells]


def _guess_sheet(
    sheet: Worksheet,
    about: tuple[ValueColumn, list[str], list[str]],
    known: Vocabulary,
    reference: Reference,
) -> Guess:
    """What a sheet holds: by its headings and, where these do not say it, by its title.

    Args:
        sheet: The sheet.
        about: What its name says, words that may name its family, and its own titles.
        known: The headings that are known.
        reference: Whose labels and areas.
    """
    what, words, titles = about
    said = {name: cell for name, cell in what.model_dump().items() if cell}
    tables = arrange_sheet(sheet, PanelMapping(constants=said), reference)
    family = known.find_family(name for table in tables for name in table.head.names)
    family = family or known.find_family(words) or known.find_family(" ".join(words).split())
    whole = Guess(what)
    for table in tables:
        _refuse_prose(table)
        whole.add(_guess_table(table, known, (family, what.indicator), reference))
    if not whole.indicators:
        of_title = (known.match_title(_drop_years(each), family) for each in titles)
        if found := next(filter(None, of_title), ""):
            whole.what = what.model_copy(update={"indicator": found})
    return whole


def _drop_years(text: str) -> str:
    return re.sub(r"\s*[-–]?\s*(?<!\d)(?:19|20)\d\d(?!\d)", "", text).strip(" ,:-–")


def _guess_table(
    table: Table, known: Vocabulary, about: tuple[str, str], reference: Reference
) -> Guess:
    """What the headings of a table may be, by their family and what the sheet is named after."""
    (family, indicator), guess, last = about, Guess(), ""
    for name in filter(None, table.head.names):
        _sort_heading(name, last, family, known, guess)
        last = last if known.match_bound(name)[0] else name
    if indicator and not (guess.values or guess.periods or "value" in guess.fields):
        title = table.sheet.title
        about_it = (name for name in guess.rest if known.is_about(name, title, indicator))
        if own := next(about_it, ""):
            guess.values[own] = ValueColumn(indicator=indicator)
        elif own := next(filter(known.is_plain, guess.rest), ""):
            guess.score = own
        guess.rest = [name for name in guess.rest if name != own]
    _keep_scores(guess)
    if guess.values and " / " in guess.fields.get("value", ""):
        guess.rest.append(guess.fields.pop("value"))  # the score of something that is not known
    area = guess.fields.get("area", guess.fields.get("province", ""))
    if area and not _fits_codes(table, area, guess.fields.get("area_code", ""), reference):
        guess.rest.append(guess.fields.pop("area_code"))
    guess.fields = choose_area(guess.fields)
    guess.strangers = _find_strangers(table, area, reference) if area else []
    return guess


def _keep_scores(guess: Guess) -> None:
    """Of several columns below one heading that names an indicator the one of its score."""
    for value in dict.fromkeys(guess.values.values()):
        same = [heading for heading, each in guess.values.items() if each == value]
        scores = [heading for heading in same if last_part(heading) in SCORE_WORDS]
        if len(scores) == 1:
            guess.rest += [heading for heading in same if heading not in scores]
    guess.values = {name: value for name, value in guess.values.items() if name not in guess.rest}


def _sort_heading(name: str, last: str, family: str, known: Vocabulary, guess: Guess) -> None:
    """Put a heading where it belongs; one about bounds goes with the value before it."""
    found, is_rank = known.match_field(name), known.is_rank(name)
    of, value = known.match_bound(name), known.match_value(name) or known.match_dated(name)
    if value is None and not (is_rank or of[0]):
        value = known.match_lower(name, family)
    if found and found not in guess.fields and not (found == "value" and value):
        guess.fields[found] = name
    elif value is not None and (value.indicator or value.period):
        guess.values[name] = value
    elif _is_period(name):
        guess.periods.append(name)
    elif is_rank:
        guess.ranks.append(name)
    elif not (of[0] and (of[1] or last)):
        guess.rest.append(name)


def _refuse_prose(table: Table) -> None:
    """Refuse a file without a column that is mostly figures; commas make columns of prose too."""
    names = [name for name in table.head.names if name]
    body = table.body
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


def _fits_codes(table: Table, area: str, code: str, reference: Reference) -> bool:
    """Whether the codes beside the areas are theirs, and not numbers of another list."""
    if not code:
        return True
    at = [table.head.names.index(each) for each in (area, code)]
    pairs = zip(*(print_cells(table.body[each]).astype("str") for each in at), strict=True)
    index = reference.wide_areas
    held = [
        (index.find(name), index.list_coded(code))
        for name, code in dict.fromkeys(pairs)
        if name and code
    ]
    return all(named & coded for named, coded in held if named)


def _find_strangers(table: Table, area: str, reference: Reference) -> list[str]:
    """Labels of rows with figures that are no area, no total, and no area misspelt.

    Where there are many, the column is none of areas, and nothing is offered.
    """
    body, at = table.body, table.head.names.index(area)
    labels = print_cells(body[at]).astype("str")
    unknown = (
        label
        for label in labels.unique()
        if _WORD.search(label) and not is_total(label) and not _is_area(label, reference)
    )
    strange = list(islice(unknown, MOST_STRANGERS + 1))
    if len(strange) > MOST_STRANGERS:
        return []
    rows = body.loc[labels.isin(strange), [each for each in map(int, body.columns) if each > at]]
    has_figures = rows.map(lambda cell: _is_held(cell) and _is_figure(cell)).any(axis=1)
    told = {*labels[has_figures.index[has_figures]]}
    near = reference.wide_areas.list_near
    return [each for each in strange if each in told and not near(each, lambda _: True)]


def _is_area(label: str, reference: Reference) -> bool:
    return bool(reference.wide_areas.find(label) or reference.all_areas.find(label))


def _is_period(name: str) -> bool:
    upper, _, lower = name.rpartition(" / ")
    label = upper if fold_text(lower) in SCORE_WORDS else name
    try:
        return parse_period(label.removesuffix(".0")).end is not None
    except PeriodError:
        return False


def _draft_sheets(
    sheets: list[Worksheet], guesses: Mapping[str, Guess], known: Vocabulary
) -> Iterator[str]:
    yield "sheets:   # what each is: an indicator, or a period; sheets not named are left out"
    for each in sheets:
        name = _quote(each.title)
        if each.title in guesses:
            yield f"  {name}: {_say(guesses[each.title].what) or '{}'}"
        else:
            yield f"  # {name}:  {_suggest(each.title, known).lstrip()}".rstrip()


def _draft_values(guess: Guess, subjects: list[str]) -> Iterator[str]:
    """The columns of values, and those of ranks where it is clear what is ranked."""
    yield "values:"
    ranked = {value.indicator for value in guess.values.values()} - {""}
    if not ranked or "value" in guess.fields or guess.periods:
        ranked |= {*subjects}
    by_level = {code: list_rank_codes(code) for code in ranked}
    by_level = {code: levels for code, levels in by_level.items() if levels}
    dated = {name: find_years(name) for name in guess.ranks}
    is_clear = len(by_level) == 1
    levels = next(iter(by_level.values())) if is_clear else {}
    for heading, value in guess.values.items():
        yield f"  {_quote(heading)}: {_say(value, is_bare=False)}"
    if is_clear and len(guess.ranks) == len(levels) == 1 and not (guess.values or guess.columns):
        yield f"  {_quote(guess.ranks[0])}: {next(iter(levels.values()))}"  # ranks alone
    elif is_clear and len(guess.ranks) == 1:
        code, said = next(iter(by_level)), ", ".join(map(": ".join, levels.items()))
        yield from ("ranks:", f"  column: {_quote(guess.ranks[0])}")
        years = {value.period for value in guess.values.values() if value.indicator == code}
        if len(years) > 1:
            yield f"  period: {max(years)}   # which of the periods is ranked: check"
        yield "  indicators:"
        yield f"    {code}: {{{said}}}"
    elif is_clear and len(levels) == 1 and len({*dated.values()} - {""}) == len(dated):
        for heading, year in dated.items():
            value = ValueColumn(indicator=next(iter(levels.values())), period=year)
            yield f"  {_quote(heading)}: {_say(value)}"
    else:
        guess.rest.extend(guess.ranks)


def _find_subjects(file: Path, sheets: list[Worksheet], known: Vocabulary) -> list[str]:
    """The indicators that the name of a file, of a sheet or a title speaks of."""
    words = [file.stem.replace("_", " "), *(each.title for each in sheets)]
    words += [title for each in sheets for title in _read_titles(each)]
    found = (known.match_value(word) for text in words for word in re.findall(r"\w+", text))
    return [*dict.fromkeys(value.indicator for value in found if value and value.indicator)]


def _find_year(file: Path, sheets: list[Worksheet], guesses: Mapping[str, Guess]) -> str:
    """The one year that the titles, the name of the sheet or of the file speak of."""
    chosen = [each for each in sheets if each.title in guesses]
    titles = [title for each in chosen for title in _read_titles(each)]
    names = [each.title for each in chosen] if len(sheets) == 1 else []
    for text in (" ".join([*titles, *names]), file.stem.replace("_", " ")):
        if year := find_years(text):
            return year
    return ""


def _draft_constants(
    guess: Guess, lacks: set[str], subjects: list[str], year: str
) -> Iterator[str]:
    subject = subjects[0] if len(subjects) == 1 else ""
    # "PAPI" names two totals, of six dimensions and of eight: such a subject is only offered.
    is_sure = bool(subject) and "_" not in subject
    offer = f" ({subject}?)" if subject and not is_sure else ""
    asked = {
        "indicator": (
            subject if is_sure else "",
            f"what the columns {', '.join(guess.columns)} … hold: a code of "
            f"data/reference/indicators.csv{offer}",
        ),
        "period": (year, "no column says it: 2023, 2024-H1, …"),
        "area": ("", "no column says it: the area of all rows"),
    }
    yield "constants:" if lacks else "constants: {}"
    for name, (said, why) in asked.items():
        if name in lacks and said:
            yield f"  {name}: {said}   # {why}; as a title or name says: check"
        elif name in lacks:
            yield f"  {name}:   # {why}"


def _suggest(name: str, known: Vocabulary) -> str:
    if known.is_rank(name):
        return "  # a rank of …: `ranks: {column: …, indicators: {pci: {province: pci_rank}}}`"
    near = nearest_names(name, known.list_names())
    return f"  # nearest known: {', '.join(near)}" if near and not known.is_ignored(name) else ""


def _say(value: ValueColumn, *, is_bare: bool = True) -> str:
    """What a column or a sheet is; a period may stand alone where no indicator is expected."""
    said = {name: cell for name, cell in value.model_dump().items() if cell}
    if set(said) <= {"indicator"} or (is_bare and set(said) == {"period"}):
        return next(iter(said.values()), "")
    return f"{{{', '.join(f'{name}: {cell}' for name, cell in said.items())}}}"


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
