"""Where the head of a sheet ends, and what each of its columns is.

Columns are known by their headings, never by where they stand. A heading is known from the
mapping, from our own names, from the labels of the catalogue, or, in the official form II.06a,
from its number together with its words. Every heading that is not known is named, with the
nearest that are.

A cell under no heading is never dropped: a decimal comma without quotes in a CSV (``98,24``) makes
two cells of one, and everything to its right moves on by one column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from cchc_analysis.data.clean import fold_text, nearest_names
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.panels.cells import TOP, Worksheet
from cchc_analysis.panels.mapping import MISSING_WORDS, PanelMapping, ValueColumn
from cchc_analysis.panels.places import name_rows
from cchc_analysis.panels.vocabulary import Vocabulary, last_part

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference

T = TypeVar("T")

FORM_COLUMNS: Mapping[int, tuple[str, str]] = {
    3: ("dossiers_received_total", "tiep nhan"),
    4: ("dossiers_received_online", "tiep nhan"),
    5: ("dossiers_received_direct", "tiep nhan"),
    6: ("dossiers_carried_over", "ky truoc"),
    7: ("dossiers_resolved_total", "giai quyet"),
    8: ("dossiers_resolved_early", "giai quyet"),
    9: ("dossiers_resolved_on_due", "giai quyet"),
    10: ("dossiers_resolved_overdue", "giai quyet"),
    11: ("dossiers_pending_total", "dang giai quyet"),
    12: ("dossiers_pending_in_term", "dang giai quyet"),
    13: ("dossiers_pending_overdue", "dang giai quyet"),
}
"""Form II.06a/VPCP/KSTT (TT 01/2020/TT-VPCP): each numbered column, and words of its heading."""

_NUMBERED = re.compile(r"\(?(\d{1,2})\)?(?:\s*=.*)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
_NUMBER = re.compile(r"[-−]?[\d., ]*\d%?")
MOST_NAMED = 6
_REMEDY = (
    'Quote numbers with a decimal comma ("98,24"), or save the table with semicolons or as XLSX; '
    "a column that belongs to the table needs a heading, which may stand under `ignore:`."
)


@dataclass(frozen=True)
class TableHead:
    """The head of a sheet: the heading of each column, its number, and where the rows begin."""

    names: tuple[str, ...]
    numbers: Mapping[int, int]
    last_row: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnRoles:
    """What the columns of a sheet are, by position.

    ``fields`` describe a row, ``values`` hold figures. ``form`` is the official form, if it is
    one.
    """

    names: tuple[str, ...]
    fields: Mapping[str, int]
    values: Mapping[int, ValueColumn]
    form: str = ""


def find_head(sheet: Worksheet, mapping: PanelMapping, reference: Reference) -> TableHead:
    """Find the head of a sheet: one row or several, below titles and above numbers.

    Raises:
        ReportError: There is no head, or nothing below it.
    """
    if sheet.heads is not None:
        return TableHead(sheet.heads, {}, 0)
    top = sheet.cells.iloc[:TOP]
    rows = {number: list(row) for number, row in zip(top.index, top.to_numpy(), strict=True)}
    known = Vocabulary(mapping, reference)
    first, last = _find_rows(rows, known, mapping.header_row)
    numbers, end = _find_numbers(rows, last)
    below = min((number for number in rows if number > end), default=0)
    is_coded = _is_coded(rows.get(below, []), rows[last])
    notes = (f"row {below} of names of variables passed over",) if is_coded else ()
    end = below if is_coded else end
    if sheet.cells.index[-1] <= end:
        remedy = "Add the rows, or say `header_row:` in the mapping."
        raise ReportError(Problem(sheet.name, "a head and no rows below it", "rows", remedy))
    names = _flatten([row for number, row in rows.items() if first <= number <= last])
    return TableHead(names, numbers, end, notes)


def match_columns(
    sheet: Worksheet, head: TableHead, mapping: PanelMapping, reference: Reference
) -> ColumnRoles:
    """Say what each column is.

    Raises:
        ReportError: Headings that nothing knows, one that two columns share, and cells under no
            heading, all at once.
    """
    known = Vocabulary(_keep_present(mapping, head), reference)
    form = _match_form(sheet, head) if not mapping.values else {}
    fields: dict[str, int] = {}
    values: dict[int, ValueColumn] = dict(form)
    problems, unknown, last = [], [], ""
    for position, name in enumerate(head.names):
        if position in form or not name or known.is_ignored(name):
            last = name or last
            continue
        if (word := known.match_field(name)) and word not in fields:
            fields[word] = position
        elif word:
            problems.append(_double(sheet, word, head.names[fields[word]], name))
        elif (value := known.match_value(name)) is not None:
            values[position], last = value, name
        elif known.match_bound(name)[0]:
            of = known.match_bound(name)[1] or last
            if (bound := match_bounds(name, last, known)) is not None:
                values[position] = bound
            elif not known.is_ignored(of) and of not in unknown:
                unknown.append(name)
        else:
            unknown.append(name)
            last = name
    problems.extend(_name_unknown(sheet, unknown, known))
    problems.extend(find_strays(sheet, head))
    if problems:
        raise ReportError(problems)
    kind = "II.06a" if form else ""
    return ColumnRoles(head.names, choose_area(fields), values, kind)


def _keep_present(mapping: PanelMapping, head: TableHead) -> PanelMapping:
    """A mapping without the headings of fields that this sheet of several has otherwise."""
    held = {fold_text(name) for name in head.names} | {last_part(name) for name in head.names}
    own = {field: name for field, name in mapping.columns.items() if fold_text(name) in held}
    return mapping.model_copy(update={"columns": own})


def match_bounds(name: str, last: str, known: Vocabulary) -> ValueColumn | None:
    """What a heading about the interval or the error of a value is; ``None`` where of no value.

    Args:
        name: The heading.
        last: The heading before it, whose value is meant where the heading names none.
        known: The headings that are known.
    """
    role, base = known.match_bound(name)
    value = known.match_value(base or last)
    return value.model_copy(update={"bound": role}) if role and value else None


def choose_area(fields: Mapping[str, T]) -> dict[str, T]:
    """A province is the area of its row where no other column names one."""
    if "province" not in fields or {"area", "area_code"} & set(fields):
        return dict(fields)
    return {"area" if name == "province" else name: place for name, place in fields.items()}


def _find_rows(
    rows: Mapping[int, list[Any]], known: Vocabulary, header_row: int
) -> tuple[int, int]:
    """First and last row of the head: around the row with most known headings."""
    numbers = list(rows)
    if header_row:
        best = header_row if header_row in rows else numbers[0]
    else:
        best = max(numbers, key=lambda n: (*_weigh(rows[n], known), -n))
        if not _count_known(rows[best], known):
            best = next((n for n in numbers if _count_texts(rows[n]) > 1), numbers[0])
    first = last = best
    while not header_row and first - 1 in rows and _is_upper(rows[first - 1]):
        first -= 1
    while last + 1 in rows and _is_upper(rows[last]) and _is_lower(rows[last + 1]):
        if _is_coded(rows[last + 1], rows[last]):
            break
        last += 1
    return first, last


def _weigh(row: list[Any], known: Vocabulary) -> tuple[bool, int]:
    """How much a row looks like a head: a title says one thing only, whatever it knows."""
    return len({cell for cell in row if cell != ""}) > 1, _count_known(row, known)


def _count_known(row: Iterable[Any], known: Vocabulary) -> int:
    return sum(known.knows(_say(cell)) for cell in {*row} if cell != "")


def _count_texts(row: Iterable[Any]) -> int:
    return len({cell for cell in row if isinstance(cell, str) and cell and not _is_number(cell)})


def _is_number(cell: object) -> bool:
    return not isinstance(cell, str) or bool(cell and _NUMBER.fullmatch(cell))


def _is_upper(row: list[Any]) -> bool:
    """A row of headings over others: several words or years, some over more than one column."""
    held = [cell for cell in row if cell != ""]
    is_wide = len(held) < len(row) or len(set(held)) < len(held)
    words = [cell for cell in held if not _YEAR.fullmatch(_say(cell))]
    return len({*held}) > 1 and is_wide and not any(map(_is_number, words))


def _is_lower(row: list[Any]) -> bool:
    held = [cell for cell in row if cell != ""]
    return bool(held) and not any(_is_number(cell) or _NUMBERED.fullmatch(cell) for cell in held)


def _is_coded(row: list[Any], above: list[Any]) -> bool:
    """A row of names of variables under the words of the head ("pci_id", "sub2_land", "LURC")."""
    pairs = [
        (cell, word)
        for cell, word in zip(row, above, strict=False)
        if str(cell).casefold() not in MISSING_WORDS
    ]
    is_code = all(isinstance(cell, str) and _CODE.fullmatch(cell) for cell, _ in pairs)
    has_mark = any("_" in str(cell) or str(cell).isupper() for cell, _ in pairs)
    is_under = sum(word != "" for _, word in pairs) > len(pairs) / 2
    return len(pairs) > 1 and is_code and has_mark and is_under


def _find_numbers(rows: Mapping[int, list[Any]], last: int) -> tuple[dict[int, int], int]:
    """The row that numbers the columns, "(3)=(4)+(5)", if the head has one below it."""
    row = rows.get(last + 1, [])
    numbers: dict[int, int] = {}
    for position, cell in enumerate(row):
        text = f"{cell:g}" if isinstance(cell, float) else cell
        if found := _NUMBERED.fullmatch(text):
            numbers[position] = int(found[1])
        elif text and not re.fullmatch(r"\(?[A-Z]\)?", text):
            return {}, last
    ordered = list(numbers.values())
    is_counting = len(ordered) > 2 and all(b - a == 1 for a, b in pairwise(ordered))
    return (numbers, last + 1) if is_counting else ({}, last)


def _flatten(rows: list[list[Any]]) -> tuple[str, ...]:
    """One heading a column: what stands above each other, joined; blanks look left."""
    filled = [_fill_right(row, below) for row, below in pairwise(rows)]
    columns = zip(*filled, rows[-1], strict=True)
    return tuple(
        " / ".join(dict.fromkeys(_say(cell) for cell in each if cell != "")) for each in columns
    )


def _fill_right(row: list[Any], below: list[Any]) -> list[Any]:
    filled: list[Any] = []
    for cell, under in zip(row, below, strict=True):
        filled.append(cell if cell != "" or under == "" or not filled else filled[-1])
    return filled


def _say(cell: Any) -> str:
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


def _match_form(sheet: Worksheet, head: TableHead) -> dict[int, ValueColumn]:
    """The columns of form II.06a, by number and words; nothing where the sheet is no such form."""
    by_number = {number: position for position, number in head.numbers.items()}
    words = fold_text(" ".join(head.names))
    if not set(FORM_COLUMNS) <= set(by_number) or "tiep nhan" not in words:
        return {}
    problems = [
        Problem(
            sheet.name,
            f"column ({number}) is headed {head.names[by_number[number]]!r}",
            f"words such as {said!r}, as in form II.06a",
            "Mend the heading or the number, or map the columns by `values:`.",
        )
        for number, (_, said) in FORM_COLUMNS.items()
        if said not in fold_text(head.names[by_number[number]])
    ]
    if problems:
        raise ReportError(problems)
    return {
        by_number[number]: ValueColumn(indicator=indicator)
        for number, (indicator, _) in FORM_COLUMNS.items()
    }


def _double(sheet: Worksheet, word: str, first: str, second: str) -> Problem:
    return Problem(
        sheet.name,
        f"headings {first!r} and {second!r} are both the {word}",
        "one column for it",
        f"Say `columns: {{{word}: …}}` in the mapping, and the other under `ignore:`.",
    )


def _name_unknown(sheet: Worksheet, unknown: list[str], known: Vocabulary) -> Iterator[Problem]:
    for name in unknown:
        near = nearest_names(name, known.list_names())
        offer = f"Nearest known: {', '.join(map(repr, near))}. " if near else ""
        yield Problem(
            sheet.name,
            f"unknown heading {name!r}",
            "a heading of the mapping or a label of data/reference/indicators.csv",
            f"{offer}Add it to the mapping under `columns:`, `values:` or `ignore:`.",
        )


def name_absent(where: str, names: Iterable[str], mapping: PanelMapping) -> Iterator[Problem]:
    """Headings that the mapping speaks of and no sheet has."""
    names = [*dict.fromkeys(filter(None, names))]
    held = {fold_text(name) for name in names} | {last_part(name) for name in names}
    ranks = [mapping.ranks.column, mapping.ranks.of] if mapping.ranks else []
    for name in (*mapping.columns.values(), *mapping.values, *filter(None, ranks)):
        if fold_text(name) not in held:
            near = nearest_names(name, names)
            yield Problem(
                where,
                f"no heading {name!r}, which the mapping names",
                f"one of {', '.join(map(repr, names))}",
                f"Did you mean {near[0]!r}?" if near else "Mend the mapping.",
            )


def find_strays(sheet: Worksheet, head: TableHead) -> Iterator[Problem]:
    """Cells under no heading, and rows with more cells than the head."""
    body = sheet.cells[sheet.cells.index > head.last_row]
    named = [position for position, name in enumerate(head.names) if name]
    rows: set[Any] = set()
    for position in sorted({*map(int, body.columns)} - {*named}):
        held = _keep_held(body[position])
        if held.empty or (position < min(named, default=0) and _is_counting(held)):
            continue
        rows |= set(held.index)
        cells = ", ".join(map(_print, held.iloc[:MOST_NAMED]))
        yield Problem(
            f"{sheet.name}, {name_rows(held.index.to_series())}",
            f"{cells} in column {_name_column(position)}, under no heading",
            f"{len(named)} cells a row, as many as there are headings",
            _REMEDY,
        )
    if sheet.lengths is None:
        return
    width = sheet.lengths.loc[: head.last_row].max()
    longer = sheet.lengths.loc[head.last_row + 1 :]
    longer = longer[(longer > width) & longer.index.isin(body.index) & ~longer.index.isin(rows)]
    if len(longer):
        yield Problem(
            f"{sheet.name}, {name_rows(longer.index.to_series())}",
            f"{longer.iloc[0]} cells in a row",
            f"{width}, as many as the head has",
            _REMEDY,
        )


def _keep_held(cells: pd.Series[Any]) -> pd.Series[Any]:
    return cells[cells.notna() & (cells != "")]


def _is_counting(held: pd.Series[Any]) -> bool:
    """Whether the cells are 0, 1, 2 … or 1, 2, 3 …, as programs number rows."""
    import pandas as pd

    numbers = pd.to_numeric(held, errors="coerce")
    return bool(numbers.iloc[0] in (0, 1) and (numbers.diff().iloc[1:] == 1).all())


def _print(cell: Any) -> str:
    return f"{cell:g}" if isinstance(cell, float) else repr(cell)


def _name_column(position: int) -> str:
    """The letters of a column as spreadsheets show them."""
    letters = ""
    rest = position + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
