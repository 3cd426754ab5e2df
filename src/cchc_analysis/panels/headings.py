"""Where the head of a sheet ends, and what each of its columns is.

Columns are known by their headings, never by where they stand. A heading is known from the
mapping, from our own names, from the labels of the catalogue, or, in the official form II.06a,
from its number together with its words. Every heading that is not known is named, with the
nearest that are. Cells that are intervals ("[39,1; 45,2]") belong to the value before them.

A cell under no heading is never dropped: a decimal comma without quotes in a CSV (``98,24``) makes
two cells of one, and everything to its right moves on by one column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import fold_text, nearest_names
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.panels.cells import TOP, Worksheet
from cchc_analysis.panels.mapping import PanelMapping, ValueColumn
from cchc_analysis.panels.places import name_rows
from cchc_analysis.panels.vocabulary import Vocabulary, last_part, load_vocabulary

if TYPE_CHECKING:
    import pandas as pd

SAMPLE = 200
"""Rows looked at to know what a column holds."""
MOST_NAMED = 6
_NUMBERED = re.compile(r"\(?(\d{1,2})\)?(?:\s*=.*)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
_ONE = r"[-−]?\d+(?:[.,]\d+)?\s*%?"
_PAIR = rf"(?P<low>{_ONE})\s*(?:;|–|—|-|~|đến|to|,(?=\s))\s*(?P<high>{_ONE})"
INTERVAL = rf"[\[(]?\s*(?!(?:19|20)\d\d\s*[-–]\s*(?:19|20)\d\d$){_PAIR}\s*[\])]?"
"""An interval in one cell: "[39.1; 45.2]", "39,1 – 45,2"; no years."""
VALUE_AND_INTERVAL = rf"(?P<printed>{_ONE})\s*[\[(]\s*{_PAIR}\s*[\])]"
"""A value and its interval in one cell: "42.3 (39.1-45.2)"."""
_NUMBER = re.compile(
    re.sub(r"\?P<\w+>", "?:", rf"[-−]?[\d., ]*\d%?|{VALUE_AND_INTERVAL}|{INTERVAL}")
)
_REMEDY = (
    'Quote numbers with a decimal comma ("98,24"), or save the table with semicolons or as XLSX; '
    "a column that belongs to the table needs a heading, which may stand under `ignore:`."
)


@dataclass(frozen=True)
class Table:
    """A sheet with areas in its rows.

    Attributes:
        sheet: The sheet that it was laid out in.
        names: The heading of each column.
        last_row: The last row of its head, in the file.
        numbers: The number of each column, where the head has a row of them.
        note: What was passed over.
    """

    sheet: Worksheet
    names: tuple[str, ...]
    last_row: int = 0
    numbers: Mapping[int, int] = field(default_factory=dict)
    note: str = ""

    @property
    def body(self) -> pd.DataFrame:
        """The cells below the head."""
        return self.sheet.cells[self.sheet.cells.index > self.last_row]


@dataclass
class Roles:
    """What the columns of a table are, by position.

    ``fields`` describe a row, ``values`` hold figures or how sure they are; ``twice`` are headings
    of a field that another column is already. ``form`` is the official form, if it is one.
    """

    names: tuple[str, ...]
    fields: dict[str, int] = field(default_factory=dict)
    values: dict[int, ValueColumn] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    twice: list[tuple[str, str]] = field(default_factory=list)
    form: str = ""


def find_head(sheet: Worksheet, known: Vocabulary, header_row: int = 0) -> Table:
    """Find the head of a sheet: one row or several, below titles and above numbers.

    Raises:
        ReportError: There is no head, or nothing below it.
    """
    if sheet.heads is not None:
        return Table(sheet, sheet.heads)
    top = sheet.cells.iloc[:TOP]
    rows = {number: list(row) for number, row in zip(top.index, top.to_numpy(), strict=True)}
    first, last = _find_rows(rows, known, header_row)
    numbers, end = _find_numbers(rows, last)
    below = min((number for number in rows if number > end), default=0)
    is_coded = _is_coded(rows.get(below, []), rows[last])
    end = below if is_coded else end
    if sheet.cells.index[-1] <= end:
        remedy = "Add the rows, or say `header_row:` in the mapping."
        raise ReportError(Problem(sheet.name, "a head and no rows below it", "rows", remedy))
    names = _flatten([row for number, row in rows.items() if first <= number <= last])
    note = f"row {below} of names of variables passed over" * is_coded
    return Table(sheet, names, end, numbers, note)


def match_columns(table: Table, known: Vocabulary) -> Roles:
    """Say what each column is.

    Raises:
        ReportError: Headings that nothing knows, one that two columns share, and cells under no
            heading, all at once.
    """
    known = known.narrow(table.names)
    roles = sort_columns(table, known)
    where = table.sheet.name
    problems = [
        Problem(
            where,
            f"headings {table.names[roles.fields[word]]!r} and {name!r} are both the {word}",
            "one column for it",
            f"Say `columns: {{{word}: …}}` in the mapping, and the other under `ignore:`.",
        )
        for word, name in roles.twice
    ]
    for name in roles.unknown:
        near = nearest_names(name, known.list_names())
        offer = f"Nearest known: {', '.join(map(repr, near))}. " if near else ""
        remedy = f"{offer}Add it to the mapping under `columns:`, `values:` or `ignore:`."
        expected = "a heading of the mapping or a label of data/reference/indicators.csv"
        problems.append(Problem(where, f"unknown heading {name!r}", expected, remedy))
    problems.extend(find_strays(table, roles.values))
    if problems:
        raise ReportError(problems)
    return roles


def sort_columns(table: Table, known: Vocabulary) -> Roles:
    """What each column is, as far as it is known."""
    roles = Roles(table.names, form="" if known.mapping.values else _match_form(table))
    if roles.form:
        by_number = {number: at for at, number in table.numbers.items()}
        roles.values = {
            by_number[int(number)]: ValueColumn(indicator=code)
            for number, (code, _) in load_vocabulary()["form"].items()
        }
    body, last = table.body.iloc[:SAMPLE], ""
    heads: dict[str, ValueColumn | None] = {}
    for at, name in enumerate(table.names):
        if at in roles.values or known.is_ignored(name):
            last = name or last
            heads[last] = roles.values.get(at)
            continue
        role, of = _find_bound(name, body.get(at), known, roles)
        if role and (of := of or last):
            value = heads[of] if of in heads else known.match_value(of)
            if value is not None:
                roles.values[at] = value.model_copy(update={"bound": role})
            elif of not in heads:
                roles.unknown.append(name)
        elif name:
            last, value = name, _sort_column(at, name, known, roles)
            heads[name] = value
            heads.setdefault(name.rpartition(" / ")[0], value)
    _drop_orphans(roles)
    roles.fields = choose_area(roles.fields)
    return roles


def _find_bound(
    name: str, cells: pd.Series[Any] | None, known: Vocabulary, roles: Roles
) -> tuple[str, str]:
    """Which bound a column holds, by its cells or its heading, and the heading of its value."""
    role, of = known.match_bound(name)
    own = known.match_value(name)
    if known.match_field(name) or (own and own not in roles.values.values()):
        return "", ""  # it says what it is
    return "interval" if _holds_intervals(cells) else "" if own else role, of


def _drop_orphans(roles: Roles) -> None:
    """Bounds of a value that no column holds are not known for what they are."""
    held = [value for value in roles.values.values() if not value.bound]
    for at, value in [*roles.values.items()]:
        if value.bound and value.model_copy(update={"bound": ""}) not in held:
            del roles.values[at]
            roles.unknown.append(roles.names[at])


def _sort_column(at: int, name: str, known: Vocabulary, roles: Roles) -> ValueColumn | None:
    """Put a column where it belongs; what its figures are, if it holds any."""
    word = known.match_field(name)
    value = ValueColumn() if word == "value" else None if word else known.match_value(name)
    if word in roles.fields:
        roles.twice.append((word, name))
        return None
    if word:
        roles.fields[word] = at
    if value is not None:
        roles.values[at] = value
    elif not word:
        roles.unknown.append(name)
    return value


def _holds_intervals(cells: pd.Series[Any] | None) -> bool:
    """Whether most cells that say anything are intervals."""
    if cells is None or cells.dtype.kind == "f":
        return False
    held = [cell for cell in cells if str(cell).casefold() not in load_vocabulary()["missing"]]
    found = sum(isinstance(cell, str) and bool(re.fullmatch(INTERVAL, cell)) for cell in held)
    return 2 * found > len(held)


def choose_area(fields: Mapping[str, int]) -> dict[str, int]:
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
    while not header_row and first - 1 in rows and _is_upper(rows[first - 1], known):
        first -= 1
    while last + 1 in rows and _is_upper(rows[last], known) and _is_lower(rows[last + 1]):
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
    """How many different words or years a row has."""
    held = {_say(cell) for cell in row if cell != ""}
    return sum(bool(_YEAR.fullmatch(each) or not _NUMBER.fullmatch(each)) for each in held)


def _is_number(cell: object) -> bool:
    return not isinstance(cell, str) or bool(cell and _NUMBER.fullmatch(cell))


def _is_upper(row: list[Any], known: Vocabulary) -> bool:
    """A row of headings over others: several words or years, some over more than one column.

    One heading alone is a title, unless it is known and stands over several columns.
    """
    held = [cell for cell in row if cell != ""]
    is_wide = len(held) < len(row) or len(set(held)) < len(held)
    words = [cell for cell in held if not _YEAR.fullmatch(_say(cell))]
    is_head = len({*held}) > 1 or (len(held) > 1 and known.match_value(_say(held[0])) is not None)
    return is_head and is_wide and not any(map(_is_number, words))


def _is_lower(row: list[Any]) -> bool:
    held = [cell for cell in row if cell != ""]
    return bool(held) and not any(_is_number(cell) or _NUMBERED.fullmatch(cell) for cell in held)


def _is_coded(row: list[Any], above: list[Any]) -> bool:
    """A row of names of variables under the words of the head ("pci_id", "sub2_land", "LURC")."""
    missing = load_vocabulary()["missing"]
    pairs = [
        (cell, word)
        for cell, word in zip(row, above, strict=False)
        if str(cell).casefold() not in missing
    ]
    is_code = all(isinstance(cell, str) and _CODE.fullmatch(cell) for cell, _ in pairs)
    has_mark = any("_" in str(cell) or str(cell).isupper() for cell, _ in pairs)
    is_under = sum(word != "" for _, word in pairs) > len(pairs) / 2
    return len(pairs) > 1 and is_code and has_mark and is_under


def _find_numbers(rows: Mapping[int, list[Any]], last: int) -> tuple[dict[int, int], int]:
    """The row that numbers the columns, "(3)=(4)+(5)", if the head has one below it."""
    numbers: dict[int, int] = {}
    for position, cell in enumerate(rows.get(last + 1, [])):
        text = _say(cell)
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


def _match_form(table: Table) -> str:
    """II.06a where a table is this form, by the numbers of its columns and their words.

    Raises:
        ReportError: It has the numbers, and words that are not those of the form.
    """
    form = {int(number): said for number, (_, said) in load_vocabulary()["form"].items()}
    by_number = {number: table.names[at] for at, number in table.numbers.items()}
    words = fold_text(" ".join(table.names))
    if not set(form) <= set(by_number) or "tiep nhan" not in words:
        return ""
    problems = [
        Problem(
            table.sheet.name,
            f"column ({number}) is headed {by_number[number]!r}",
            f"words such as {said!r}, as in form II.06a",
            "Mend the heading or the number, or map the columns by `values:`.",
        )
        for number, said in form.items()
        if said not in fold_text(by_number[number])
    ]
    if problems:
        raise ReportError(problems)
    return "II.06a"


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


def find_strays(table: Table, known: Iterable[int] = ()) -> Iterator[Problem]:
    """Cells under no heading, and rows with more cells than the head.

    Args:
        table: The table.
        known: Columns without a heading of which something is known.
    """
    from openpyxl.utils import get_column_letter

    body, lengths = table.body, table.sheet.lengths
    named = [at for at, name in enumerate(table.names) if name]
    rows: set[Any] = set()
    for at in sorted({*map(int, body.columns)} - {*named, *known}):
        held = body[at][body[at].notna() & (body[at] != "")]
        if held.empty or (at < min(named, default=0) and _is_counting(held)):
            continue
        rows |= set(held.index)
        cells = (_say(cell) if isinstance(cell, float) else repr(cell) for cell in held)
        yield Problem(
            f"{table.sheet.name}, {name_rows(held.index.to_series())}",
            f"{', '.join([*cells][:MOST_NAMED])} in column {get_column_letter(at + 1)}, "
            "under no heading",
            f"{len(named)} cells a row, as many as there are headings",
            _REMEDY,
        )
    if lengths is None:
        return
    width = lengths.loc[: table.last_row].max()
    longer = lengths.loc[table.last_row + 1 :]
    longer = longer[(longer > width) & longer.index.isin(body.index) & ~longer.index.isin(rows)]
    if len(longer):
        yield Problem(
            f"{table.sheet.name}, {name_rows(longer.index.to_series())}",
            f"{longer.iloc[0]} cells in a row",
            f"{width}, as many as the head has",
            _REMEDY,
        )


def _is_counting(held: pd.Series[Any]) -> bool:
    """Whether the cells are 0, 1, 2 … or 1, 2, 3 …, as programs number rows."""
    import pandas as pd

    numbers = pd.to_numeric(held, errors="coerce")
    return bool(numbers.iloc[0] in (0, 1) and (numbers.diff().iloc[1:] == 1).all())
