"""A sheet into tables with areas in rows, and what each of their columns is.

A sheet with areas in its columns is turned; ranked lists side by side, each value beside its own
area, are parted list by list. What was done is said in the remark of the sheet.

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
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise, takewhile
from typing import Any

import pandas as pd

from cchc_analysis.data.areas import AreaIndex
from cchc_analysis.data.clean import fold_text, nearest_names
from cchc_analysis.data.records import OBSERVATION_COLUMNS, problem, refusal
from cchc_analysis.data.reference import offer_names
from cchc_analysis.errors import Problem, ReportError, join_some
from cchc_analysis.panels.cells import TOP, Worksheet, print_cell, print_cells
from cchc_analysis.panels.mapping import PanelMapping, ValueColumn, Vocabulary
from cchc_analysis.panels.matching import name_rows, place_columns, place_rows
from cchc_analysis.panels.words import (
    is_period,
    is_total,
    last_part,
    load_vocabulary,
    pattern,
    spell,
)

SAMPLE = 200
"""Rows looked at to know what a column holds."""


@dataclass
class Roles:
    """What the columns of a table are, by position; second ones of a field count as unknown."""

    fields: dict[str, int] = field(default_factory=dict)
    values: dict[int, ValueColumn] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    form: str = ""


def find_head(sheet: Worksheet, known: Vocabulary) -> Worksheet:
    """Find the head of a sheet: one row or several, below titles and above numbers."""
    if sheet.names:
        return sheet
    rows = {at: [*map(print_cell, row)] for at, *row in sheet.cells.iloc[:TOP].itertuples()}
    first, last = _find_rows(rows, known)
    names = _flatten([row for at, row in rows.items() if first <= at <= last])
    if units := _find_units(rows.get(last + 1, []), names):
        last += 1
        pairs = enumerate(names)
        names = tuple(f"{name} ({units[at]})" if at in units else name for at, name in pairs)
    numbers = _find_numbers(rows.get(last + 1, []))
    end = last + bool(numbers)
    below = min((at for at in rows if at > end), default=end)
    is_coded = end < below < max(rows) and _is_coded(rows[below], rows[last])
    body = sheet.cells[sheet.cells.index > (below if is_coded else end)]
    heads = {(*row,) for _, *row in sheet.cells.loc[first:end].itertuples()}
    again = [at for at, *row in body.itertuples() if (*row,) in heads]  # on each sheet of paper
    if len(again) == len(body):
        raise refusal("no_body", sheet.name)
    coded = f"row {below} of names of variables passed over" * is_coded
    table = sheet.change(coded, cells=body.drop(again), names=names, numbers=numbers)
    return table.change(f"{name_rows(again)} left out: the head again" * bool(again))


def match_columns(table: Worksheet, known: Vocabulary) -> Roles:
    """Say what each column is; what nothing knows or two columns share is refused, all at once.

    In a table of one's own a column may be unknown, but for one that has a mistyped name of ours.
    """
    # Headings of fields that another sheet has are those of no column here.
    held = _fold_heads(table.names)
    own = {key: name for key, name in known.mapping.columns.items() if fold_text(name) in held}
    mapping = known.mapping.model_copy(update={"columns": own})
    known = Vocabulary(mapping, known.reference, is_own=known.is_own)
    roles, problems = sort_columns(table, known), []
    for name in roles.unknown:
        if word := known.match_field(name):
            word = word if word in roles.fields else "area"
            said = {"own": table.names[roles.fields[word]], "other": name, "word": word}
            kind = "same_columns" if known.is_own else "same_field"
            problems.append(problem(kind, table.name, **said))
            continue
        if known.is_own:
            problems += _find_typos(table.name, name, known)
            continue
        near = known.list_near(name)
        offer = f"Nearest known: {', '.join(map(repr, near))}. " if near else ""
        problems.append(problem("strange_heading", table.name, name=name, offer=offer))
    if problems := [*problems, *find_strays(table, roles.values)]:
        raise ReportError(problems)
    return roles


def _fold_heads(names: Iterable[str]) -> set[str]:
    """What a mapping may call some headings: as they stand, or by their lower row."""
    return {form for name in names for form in (fold_text(name), last_part(name))}


def _find_typos(where: str, name: str, known: Vocabulary) -> Iterator[Problem]:
    from rapidfuzz.distance import OSA

    ours = [*OBSERVATION_COLUMNS, "period", *spell("own_fields"), *known.reference.indicator_rows]
    spelt = "_".join(name.casefold().split())
    alike = (each for each in nearest_names(name, ours) if each[:3] == spelt[:3])
    # But for a letter, or two that changed places.
    if near := " or ".join(each for each in alike if OSA.distance(spelt, each) <= 1):
        yield problem("mistyped_column", where, column=name, near=near)


def sort_columns(table: Worksheet, known: Vocabulary) -> Roles:
    """What each column is, as far as it is known."""
    roles = Roles(values={} if known.mapping.values else _match_form(table))
    roles.form = "II.06a" if roles.values else ""
    body, last = table.cells.iloc[:SAMPLE], ""
    heads: dict[str, ValueColumn | None] = {}
    for at, name in enumerate(table.names):
        if at in roles.values or known.is_ignored(name):
            last = name or last
            heads[last] = roles.values.get(at)
            continue
        role, of = _find_bound(name, body[at], known, roles)
        if role and (of := of or last):
            value = heads[of] if of in heads else known.match_value(of)
            if value is not None:
                roles.values[at] = value.model_copy(update={"bound": role})
            elif of not in heads:
                roles.unknown.append(name)
        elif name:
            last, heads[name] = name, _sort_column(at, name, known, roles)
            heads.setdefault(name.rpartition(" / ")[0], heads[name])
    # Bounds of a value that no column holds are not known for what they are.
    held = [value for value in roles.values.values() if not value.bound]
    for at, value in [*roles.values.items()]:
        if value.bound and value.bare not in held:
            roles.unknown.append(table.names[at])
            del roles.values[at]
    _sort_places(table, known, roles)
    return roles


def _sort_places(table: Worksheet, known: Vocabulary, roles: Roles) -> None:
    """Of two columns of areas one holds the other; a province alone is the area of its row."""
    places = {name: at for at, name in enumerate(table.names) if known.match_field(name) == "area"}
    again = {*places} & {*roles.unknown}
    if again and len(places) > len(again) and "province" not in roles.fields:
        cells = {at: table.cells[at] for at in places.values()}
        roles.fields |= place_columns(cells, known.reference)
        taken = {table.names[at] for at in roles.fields.values()}
        roles.unknown = [name for name in roles.unknown if name not in taken]
    if "province" in roles.fields and not {"area", "area_code"} & {*roles.fields}:
        roles.fields["area"] = roles.fields.pop("province")


def _sort_column(at: int, name: str, known: Vocabulary, roles: Roles) -> ValueColumn | None:
    word = known.match_field(name)
    value = ValueColumn() if word == "value" else None if word else known.match_value(name)
    if word in roles.fields or not (word or value):
        roles.unknown.append(name)
        return None
    if word:
        roles.fields[word] = at
    if value is not None:
        roles.values[at] = value
    return value


def _find_bound(
    name: str, cells: pd.Series[Any], known: Vocabulary, roles: Roles
) -> tuple[str, str]:
    """Which bound a column holds, by its cells or its heading, and the heading of its value."""
    role, of = known.match_bound(name)
    own = known.match_value(name)
    if known.match_field(name) or (own and own not in roles.values.values()):
        return "", ""  # it says what it is
    texts = print_cells(cells).astype("str")
    said = texts[~texts.str.casefold().isin(load_vocabulary()["missing"])]
    has_intervals = said.str.fullmatch(pattern("interval")).mean() > MOSTLY
    return "interval" if has_intervals else "" if own else role, of


def _find_rows(rows: Mapping[int, list[str]], known: Vocabulary) -> tuple[int, int]:
    """First and last row of the head: around the row with most known headings."""
    best = known.mapping.header_row
    held = {at: {*row} - {""} for at, row in rows.items()}
    if best:
        best = best if best in rows else min(rows)
    else:
        # A title says one thing only, whatever it knows.
        weights = {at: (len(said) > 1, sum(map(known.knows, said))) for at, said in held.items()}
        best = max(rows, key=lambda at: (*weights[at], -at))
        if not weights[best][1]:  # the first row of several different words or years
            worded = (at for at in rows if sum(map(_is_no_number, held[at])) > 1)
            best = next(worded, min(rows))
    first = last = best
    while not known.mapping.header_row and first - 1 in rows and _is_upper(rows[first - 1], known):
        first -= 1
    while last + 1 in rows and _is_upper(rows[last], known):
        names = _flatten([rows[at] for at in range(first, last + 1) if at in rows])
        if _is_body(rows[last + 1], names, known) or _is_coded(rows[last + 1], rows[last]):
            break
        last += 1
    return first, last


def _is_body(row: list[str], names: Iterable[str], known: Vocabulary) -> bool:
    """A row that is none of the head: empty, of numbers that are no years, or about one area."""
    said = [*filter(None, row)]
    if not said or any(pattern("numbered").fullmatch(text) for text in said):
        return True
    if not all(map(_is_no_number, said)):
        return True
    held = [(text, name) for text, name in zip(row, names, strict=True) if text not in ("", name)]
    held = [(text, name) for text, name in held if not pattern("group").fullmatch(text)]
    first, name = held[0] if held else ("", "")
    if name and known.match_field(name) not in ("area", "province"):
        return False
    is_alone = name != "" and len({text for text, _ in held}) == 1
    return bool(first and (is_alone or known.reference.wide_areas.find(first)))


def _is_no_number(text: str) -> bool:
    kinds = ("numeral", "value_and_interval", "interval")
    return is_period(text) or not any(pattern(kind).fullmatch(text) for kind in kinds)


def _is_upper(row: list[str], known: Vocabulary) -> bool:
    """Headings over others: no title, unless it is known and stands over several columns."""
    held = [*filter(None, row)]
    is_wide = len(held) < len(row) or len(set(held)) < len(held)
    is_head = len({*held}) > 1 or (len(held) > 1 and known.match_value(held[0]) is not None)
    return is_head and is_wide and all(map(_is_no_number, held))


def _is_coded(row: list[str], above: list[str]) -> bool:
    """A row of names of variables under the words of the head ("pci_id", "sub2_land", "LURC")."""
    missing = load_vocabulary()["missing"]
    pairs = [pair for pair in zip(row, above, strict=False) if pair[0].casefold() not in missing]
    is_code = all(pattern("code").fullmatch(cell) for cell, _ in pairs)
    has_mark = any("_" in cell or cell.isupper() for cell, _ in pairs)
    is_under = sum(word != "" for _, word in pairs) > len(pairs) / 2
    return len(pairs) > 1 and is_code and has_mark and is_under


def _find_units(row: list[str], names: tuple[str, ...]) -> dict[int, str]:
    """The units of the columns, where a row below the head is one of these and of nothing else."""
    held = {at: text for at, text in enumerate(row) if text not in ("", names[at])}
    found = {at: pattern("unit_below").fullmatch(text) for at, text in held.items()}
    units = {at: str(each[each.lastgroup or 0]) for at, each in found.items() if each and names[at]}
    return units if len(units) == len(held) else {}


def _find_numbers(row: list[str]) -> dict[int, int]:
    """The numbers of the columns, where a row below the head is one of these: "(3)=(4)+(5)"."""
    held = {at: text for at, text in enumerate(row) if not re.fullmatch(r"\(?[A-Z]\)?|", text)}
    found = {at: pattern("numbered").fullmatch(text) for at, text in held.items()}
    numbers = {at: int(each[1]) for at, each in found.items() if each}
    is_counting = all(after - before == 1 for before, after in pairwise(numbers.values()))
    return numbers if is_counting and 2 < len(numbers) == len(held) else {}


def _flatten(rows: list[list[str]]) -> tuple[str, ...]:
    """One heading a column: what stands above each other, joined; blanks look left."""
    filled = [[*row] for row in rows]
    for below, row in pairwise(reversed(filled)):
        for at in range(1, len(row)):
            if below[at]:
                row[at] = row[at] or row[at - 1]
    columns = zip(*filled, strict=True)
    return tuple(" / ".join(dict.fromkeys(filter(None, column))) for column in columns)


def _match_form(table: Worksheet) -> dict[int, ValueColumn]:
    """The values of a table that is form II.06a, by the numbers of its columns and their words."""
    form = {int(number): of for number, of in load_vocabulary()["form"].items()}
    places = {number: at for at, number in table.numbers.items()}
    if not {*form} <= {*places} or "tiep nhan" not in fold_text(" ".join(table.names)):
        return {}
    headings = {number: table.names[places[number]] for number in form}
    problems = [
        problem("wrong_form", table.name, number=number, heading=headings[number], said=said)
        for number, (_, said) in form.items()
        if said not in fold_text(headings[number])
    ]
    if problems:
        raise ReportError(problems)
    return {places[number]: ValueColumn(indicator=code) for number, (code, _) in form.items()}


def name_absent(where: str, names: Iterable[str], mapping: PanelMapping) -> Iterator[Problem]:
    """Headings that the mapping speaks of and no sheet has."""
    names = [*dict.fromkeys(filter(None, names))]
    held = _fold_heads(names)
    ranks = [mapping.ranks.column, mapping.ranks.of] if mapping.ranks else []
    for name in (*mapping.columns.values(), *mapping.values, *filter(None, ranks)):
        if fold_text(name) not in held:
            said = {"names": ", ".join(map(repr, names)), "offer": offer_names(name, names)}
            yield problem("lost_heading", where, name=name, **said)


def find_strays(table: Worksheet, known: Iterable[int] = ()) -> Iterator[Problem]:
    """Cells under no heading that is none of the ``known``, and rows longer than the head."""
    from openpyxl.utils import get_column_letter

    body, lengths = table.cells, table.lengths
    named = [at for at, name in enumerate(table.names) if name]
    rows: set[Any] = set()
    for at in sorted({*map(int, body.columns)} - {*named, *known}):
        held = body[at][body[at].notna() & (body[at] != "")]
        numbers = pd.to_numeric(held, errors="coerce")
        is_counting = numbers.iloc[:1].isin([0, 1]).all() and (numbers.diff().iloc[1:] == 1).all()
        if held.empty or (at < min(named, default=0) and is_counting):
            continue  # as programs number rows
        rows |= set(held.index)
        cells = (print_cell(cell) if isinstance(cell, float) else repr(cell) for cell in held)
        said = {"cells": join_some([*cells]), "letter": get_column_letter(at + 1)}
        yield problem("stray_cells", place_rows(table.name, held.index), **said, width=len(named))
    if lengths is None:
        return
    width, longer = lengths.loc[: body.index[0] - 1].max(), lengths.loc[body.index[0] :]
    longer = longer[(longer > width) & longer.index.isin(body.index) & ~longer.index.isin(rows)]
    if len(longer):
        place = place_rows(table.name, longer.index)
        yield problem("long_rows", place, number=longer.iloc[0], width=width)


FEWEST_TURNED = 3
"""Areas in one row from which on a sheet may be turned."""
ABOVE = ("area_code", "province", "period")
"""What a row above the names of the areas may say of them."""
MOSTLY, NEARLY_ALL = 0.5, 0.8


def arrange_sheet(sheet: Worksheet, known: Vocabulary) -> list[Worksheet]:
    """Bring a sheet into the one layout that is read: a table, or one for each list in a row."""
    index = known.reference.wide_areas
    turned = None if sheet.names else _turn(sheet, known, index)
    if turned:
        return [turned]
    table = find_head(sheet, known)
    names = table.names
    fields = {*map(known.match_field, names)}
    if not {"area", "province"} & fields:
        # A column of areas under no heading, the corner of many tables, is headed "area".
        bare = [at for at, name in enumerate(names) if not name]
        if areas := list_area_columns(table.cells[bare], index):
            heads = {**dict(enumerate(names)), areas[0]: "area"}
            table = replace(table, names=(*heads.values(),))
        elif not (sheet.names or {"area", "area_code"} & {*fields, *known.mapping.constants}):
            # Communes take seconds to load, and are looked for where nothing else is an area.
            turned = _turn(sheet, known, known.reference.all_areas)
    return [turned] if turned else _part(table, known, index) or [_drop_groups(table, known, index)]


def _drop_groups(table: Worksheet, known: Vocabulary, index: AreaIndex) -> Worksheet:
    """A table without notes, and without rows that name a group: other numbers, or one text."""
    cells, fields = table.cells, [*map(known.match_field, table.names)]
    if not {"area", "province"} & {*fields}:
        return table
    at = fields.index("area" if "area" in fields else "province")
    labels = print_cells(cells[at]).astype("object")

    def is_known(label: str) -> bool:
        own = known.mapping
        return label in own.areas or is_total(label, own.totals) or bool(index.find(label))

    values = [n for n, name in enumerate(table.names) if n > at and not known.is_beside(name)]
    is_group = labels.isna()
    for numbers in (print_cells(cells[before]).astype("str") for before in range(at)):
        if numbers.str.fullmatch(r"\d+\.?").any():
            is_group |= numbers.str.fullmatch(pattern("group"))
    is_repeated = cells[values].eq(labels, axis=0).any(axis=1)
    named = labels[(is_group | is_repeated) & (labels != "")]
    is_read = named.map(is_known) | ~is_group[named.index]
    lost = named[~(cells.loc[named.index, values].map(is_figure).any(axis=1) & is_read)]
    # Words alone in the first cells of a row, and no area, are a note.
    held = cells[((cells != "") & cells.notna()).sum(axis=1) == 1].iloc[:, : at + 1]
    said = ((row, each) for row, *texts in held.itertuples() for each in texts if is_word(each))
    notes = {row: each for row, each in said if row not in lost.index and not is_known(each)}
    for left, what in ((dict(lost), "over the rows below, no areas"), (notes, "notes, no areas")):
        if left:
            told = f"{name_rows(left)} ({', '.join(map(repr, dict.fromkeys(left.values())))})"
            cells = cells.drop([*left])
            table = table.change(f"{told} left out: {what}", cells=cells)
    return table


def list_area_columns(cells: pd.DataFrame, index: AreaIndex) -> list[int]:
    """The columns whose words are mostly names of areas."""
    sample = cells.iloc[:SAMPLE]
    share = mark_areas(sample, index).sum() / sample.map(is_word).sum()
    return [int(at) for at in sample.columns if share[at] > MOSTLY]


def mark_areas(cells: pd.DataFrame, index: AreaIndex) -> pd.DataFrame:
    """Which cells name an area."""
    is_area = cache(lambda text: bool(text and index.find(text)))
    return cells.map(lambda cell: isinstance(cell, str) and is_area(cell))


def is_figure(cell: object) -> bool:
    """A number, with a sign, a unit or marks perhaps, and no words; NaN is an empty cell."""
    if not isinstance(cell, str):
        return cell == cell  # noqa: PLR0124
    return bool(re.search(r"\d", cell) and not re.search(r"[^\W\d_]{3,}", cell))


def _turn(sheet: Worksheet, known: Vocabulary, index: AreaIndex) -> Worksheet | None:
    """The sheet with its columns as rows, where its columns are areas and its rows are not."""
    cells = sheet.cells
    marks = mark_areas(cells.iloc[:SAMPLE], index)
    top = marks.iloc[:TOP].sum(axis=1)
    if top.empty or top.max() < FEWEST_TURNED or top.max() <= marks.sum(axis=0).max():
        return None
    row: Any = top.idxmax()
    below = cells[cells.index > row]
    areas = [column for column in map(int, cells.columns) if marks.at[row, column]]
    before = list(range(areas[0]))
    if not before or below.empty or below[areas].map(is_figure).to_numpy().mean() < MOSTLY / 2:
        return None

    def weigh(at: int) -> tuple[int, int]:
        """How much a column looks like the labels of rows: what is known of it, its letters."""
        texts = {cell for cell in below[at] if is_word(cell)}
        return sum(known.match_value(text) is not None for text in texts), sum(map(len, texts))

    label = max(before, key=weigh)
    names = [column for column in map(int, cells.columns[areas[0] :]) if cells.at[row, column]]
    labels = _name_rows(cells[before], label, row)
    rows = [
        each
        for each in cells.index.drop(row)
        if (each > row or known.match_field(labels[each]) in ABOVE)
        and (is_word(labels[each]) or is_period(labels[each]))
        and not {*cells.loc[each, names]} - {"", None} <= {labels[each]}  # as a title says
    ]
    title = str(cells.at[row, label])
    head = title if known.match_field(title) in ("area", "province") else "area"
    body = cells.loc[[row, *rows], names].T
    body = body.set_axis([name + 1 for name in names]).set_axis(range(len(rows) + 1), axis=1)
    lost = len(before) - 1
    remark = "areas stand in columns: turned" + (f", {lost} columns left of them out" * bool(lost))
    return sheet.change(remark, cells=body, names=(head, *labels[rows]), lengths=None)


def is_word(cell: object) -> bool:
    """Whether a cell is a text with letters."""
    return isinstance(cell, str) and any(map(str.isalpha, cell))


def _name_rows(beside: pd.DataFrame, label: int, head: int) -> pd.Series[Any]:
    """What each row is about: its label, with the column that tells rows of one label apart.

    Such a column repeats itself ("điểm", "cận dưới"); other words in each row are codes.
    """
    texts = beside.apply(print_cells)
    own, is_below = texts[label], texts.index > head
    filled = own.where(own != "").ffill().fillna("")
    for other in (texts[each] for each in map(int, texts.columns) if each != label):
        is_held = (other != "") & (filled != "") & is_below
        pairs = (filled + " / " + other)[is_held]
        is_told = is_held[is_below].mean() > MOSTLY and pairs.nunique() > filled[is_held].nunique()
        if is_told and pairs.is_unique and other[is_held].nunique() <= len(pairs) / 2:
            return own.where(~is_held, pairs)
    return own


def _part(table: Worksheet, known: Vocabulary, index: AreaIndex) -> list[Worksheet]:
    """Lists side by side as tables of their own, nothing where there are none."""
    body, names = table.cells, table.names
    sample = body.iloc[:SAMPLE]
    words, figures = sample.where(sample.map(is_word)), sample.map(is_figure)
    # The columns that name areas, nearly each of them once.
    is_once = words.nunique() >= NEARLY_ALL * words.count()
    starts = [at for at in list_area_columns(sample, index) if is_once[at]]
    is_value = [
        bool(figures[at].mean() > MOSTLY) and not known.is_beside(name)
        for at, name in zip(sample.columns, names, strict=False)
    ]
    limits = pairwise([*starts, len(names)])
    firsts = [start for start, end in limits if any(is_value[start + 1 : end])]
    if len(firsts) < 2:
        return []
    lead, begins = firsts[0], [0]
    for start in firsts[1:]:  # with the columns before it that are headed as those of the first
        pairs = zip(reversed(names[:start]), reversed(names[:lead]), strict=False)
        same = takewhile(lambda pair: last_part(pair[0]) == last_part(pair[1]) != "", pairs)
        begins.append(start - len([*same]))
    remark = f"{len(firsts)} lists side by side, each with its own areas"
    tables = []
    for begin, start, end in zip(begins, firsts, [*begins[1:], len(names)], strict=True):
        heads = {at: names[at] for at in range(begin, end)}
        value = next((at for at in heads if at > start), start)
        heads[value] = heads[value] or heads[start]  # the heading stands over the area instead
        heads[start] = "area"
        cells = body.loc[body[start].map(is_word), [*heads]].set_axis(range(len(heads)), axis=1)
        said = remark * (start == lead)
        tables.append(table.change(said, cells=cells, names=(*heads.values(),), lengths=None))
    return tables
