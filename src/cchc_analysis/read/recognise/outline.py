"""The lines of a document made fit to be read, the outline they stand in, and the labels of cells.

Comes in as lines; goes out as lines of which none is too long, with the words of officialdom
spelled, no character moved; as one ``OutlinePlace`` per line: its
section number, the headings above it, the lines that open the lists it belongs to, and, for the
text of a note, the line and character that the note hangs on; and, for every cell of a table with
a figure, as the words of its row, of its column, and of the title row above it. Tables may have
known columns or be flattened to text, in which a merged cell has left its neighbours empty; and
what notes say of the days of a table. Only what stands where is looked at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby, pairwise

from cchc_analysis.read.documents import Cell, Line
from cchc_analysis.read.patterns import PATTERNS, WORDS
from cchc_analysis.read.recognise.wording import fold_word

LONGEST = 2_500
"""Letters of a line that is read as a whole; the longest of hundreds of reports had 934."""
PIECE = 1_000
_PIECE = re.compile(
    rf"""(?sx) .{{1,{PIECE}}}\Z | .{{{PIECE // 4},{PIECE - 2}}}[.;!?…](?=\s)
    | .{{1,{PIECE - 1}}}[\t\ ] | .{{{PIECE // 2},{PIECE - 1}}}(?=\D) | .{{{PIECE}}}"""
)
"""All that is left; else up to the end of the last sentence that fits, the last word, or letter."""


def cut_lines(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, those that are too long in pieces; a row with such a cell becomes a line."""
    for line in lines:
        is_long = len(line.text) > LONGEST
        if not is_long or (line.cells and max(len(cell.text) for cell in line.cells) <= LONGEST):
            yield line
            continue
        text = PATTERNS.endless.sub(lambda match: " " * len(match[0]), line.text)
        for piece in _PIECE.finditer(text):
            yield replace(line, text=piece[0], cells=(), table=0, start=line.start + piece.start())


def restore_words(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Spell the words of officialdom in a document without diacritics; others stay as they are."""
    text = "".join(line.text for line in lines)
    letters = [character for character in text if character.isalpha()]
    if not letters or sum(not c.isascii() for c in letters) > 0.02 * len(letters):
        return tuple(lines)
    words = {fold_word(word): word for word in WORDS.spelled}
    longest = "|".join(sorted(words, key=lambda word: (-len(word), word)))
    plain = re.compile(rf"(?i)\b(?:{longest})\b(?!\s*[-/][A-Z])")

    def spell(found: re.Match[str]) -> str:
        """Letter by letter, capitals as they are."""
        letters = zip(found[0], words[found[0].casefold()], strict=True)
        return "".join(new.upper() if old.isupper() else new for old, new in letters)

    return tuple(
        line if line.cells else replace(line, text=plain.sub(spell, line.text)) for line in lines
    )


_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", "[]")
_RANKS = {"*": 1, "(": 1, "-": 2, "–": 2, "—": 2, "•": 2, "●": 2, "▪": 2, "+": 3, "○": 3}


@dataclass(frozen=True)
class OutlinePlace:
    """Where a line stands.

    Attributes:
        section: The section number, such as "II.2.3"; "" before the first.
        headings: The headings above, nearest first, as line indexes.
        parents: The lines that open the lists this line belongs to, nearest first, as indexes.
        note: The mark of the note whose text this is, or "".
        anchor: Line index and character of the note's mark in the text; (-1, -1) without one.
        before: The index of the line whose sentence this line goes on with, or -1.
        is_heading: Whether the line is itself a heading.
    """

    section: str = ""
    headings: tuple[int, ...] = ()
    parents: tuple[int, ...] = ()
    note: str = ""
    anchor: tuple[int, int] = (-1, -1)
    before: int = -1
    is_heading: bool = False


def outline_lines(lines: Sequence[Line]) -> list[OutlinePlace]:
    """Find the place of every line."""
    walk = _Walk(lines)
    for at in range(len(lines)):
        walk.places.append(walk.find_place(at))
    return walk.places


class _Walk:
    """The state that is carried from line to line."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._headings: list[tuple[int, int, str]] = []  # depth, line index, number
        self._lists: list[tuple[int, int]] = []  # rank, line index
        self._last = -1
        self.places: list[OutlinePlace] = []
        self._marks: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for at, line in enumerate(lines):  # a note may stand before its mark
            opened = PATTERNS.note_text.match(line.text)
            for mark in PATTERNS.note_mark.finditer(line.text, opened.end() if opened else 0):
                self._marks[mark[0].translate(_LOWERED)].append((at, mark.start()))

    def find_place(self, at: int) -> OutlinePlace:
        """The place of the next line; lines are asked for in their order."""
        text = self._lines[at].text
        if not text.strip():
            return OutlinePlace(self._section(), self._heading_lines())
        if opened := PATTERNS.note_text.match(text):
            note = opened[1].translate(_LOWERED)
            before = (each for each in reversed(self._marks[note]) if each[0] < at
                      and not PATTERNS.note_text.match(self._lines[each[0]].text))  # fmt: skip
            anchor = next(chain(before, self._marks[note]), (-1, -1))
            home = self.places[anchor[0]] if 0 <= anchor[0] < at else OutlinePlace(self._section())
            return OutlinePlace(home.section, home.headings, note=note, anchor=anchor)
        goes_on = self._find_before(text)
        heading = None if self._lines[at].cells else _match_heading(text)
        if heading:
            while self._headings and self._headings[-1][0] >= heading[0]:
                self._headings.pop()
            self._lists = []
        elif self._names_part(text):
            heading = (0, "")
        above, is_heading = self._heading_lines(), heading is not None
        if heading:
            self._headings.append((heading[0], at, heading[1]))
        parents = self._climb(at, text, is_heading=is_heading)
        self._last = at
        return OutlinePlace(self._section(), above, parents, before=goes_on, is_heading=is_heading)

    def _names_part(self, text: str) -> bool:
        """Whether a line in capitals right below a bare "Phần thứ hai" is its title."""
        if self._last < 0 or not self._headings or self._headings[-1][:2] != (0, self._last):
            return False
        above = self._lines[self._last].text
        is_bare = not PATTERNS.rows("headings")[0]["pattern"].sub("", above, count=1).strip(" *")
        return is_bare and text.upper() == text and _match_heading(text) is None

    def _find_before(self, text: str) -> int:
        """A line that opens in small letters goes on with the last one, if that one is open."""
        first = text.lstrip()[:1]
        opens = PATTERNS.bullet.match(text) or _match_heading(text)
        if self._last < 0 or not first.islower() or opens:
            return -1
        before = self._lines[self._last].text.rstrip()
        return -1 if before.endswith((".", ";", ":", "!", "?")) or not before else self._last

    def _climb(self, at: int, text: str, *, is_heading: bool) -> tuple[int, ...]:
        """The open lists this line belongs to; then the line itself may open one."""
        if is_heading:
            if text.rstrip().endswith(":"):
                self._lists = [(0, at)]
            return ()
        if at and self._lines[at - 1].cells and not self._lines[at].cells:
            # What a line opens right above a table is the table, and has ended with it.
            lines = self._lines
            self._lists = [each for each in self._lists if not lines[each[1] + 1].cells]
        bullet = PATTERNS.bullet.match(text)
        rank = _RANKS[bullet[1].lstrip()[:1]] if bullet else 0
        if bullet and "+" in bullet[1]:
            rank = _RANKS["+"]
        is_open = text.rstrip().rstrip("*").endswith(tuple(WORDS.opens_list))
        # A long line without a bullet is a paragraph of its own, and closes a list.
        is_long = not bullet and len(text.split()) > 45
        is_apart = rank or is_long or (is_open and len(text.split()) > 8)
        while self._lists:
            top_rank, top = self._lists[-1]
            # Without bullets: a short line below one that ends in ":" belongs to it.
            is_same = top_rank == rank and not is_apart and self._lines[top].table == 0
            if top_rank < rank or is_same:
                break
            self._lists.pop()
        parents = tuple(index for _, index in reversed(self._lists))
        if is_open or bullet:
            self._lists.append((rank, at))
        return parents

    def _section(self) -> str:
        """The path of numbers; "2.3" under "2" says all of it, and so does "II.2.3" alone."""
        numbers: list[str] = []
        for number in filter(None, (number for _, _, number in self._headings)):
            if re.match(r"[IVX]+\.\d", number):
                numbers = []
            elif numbers and number.startswith(f"{numbers[-1]}."):
                numbers.pop()
            numbers.append(number)
        return ".".join(numbers)

    def _heading_lines(self) -> tuple[int, ...]:
        return tuple(index for _, index, _ in reversed(self._headings))


def _match_heading(text: str) -> tuple[int, str] | None:
    for row in PATTERNS.rows("headings"):
        if match := row["pattern"].match(text):
            depth, number = row["depth"], match[1]
            if depth != 2:
                return depth, number
            return (2 + number.count("."), number) if text[match.end() :].strip(" *") else None
    return None


def say_heading(text: str) -> str:
    """What a heading says, without what is told in its line."""
    return " ".join(text.split(":", maxsplit=1)[0].split()[:30])


def spread_tables(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Give cells to the rows of tables that stand in lines of words and numbers."""
    lines = _join_parts(lines)
    spread = list(lines)
    table = max((line.table for line in lines), default=0)
    rows = [_read_row(line) for line in lines]
    for count, run in groupby(range(len(lines)), key=lambda at: len(rows[at])):
        first, *others = run
        above = lines[first - 1].text.strip()
        if not (first and count and others) or lines[first - 1].cells or re.search(r"\d", above):
            continue
        # The heads of a table, each from its capital on, must be as many as its cells.
        header = PATTERNS.spread_heads.split(above)
        if len(header) in (count - 1, count):
            table += 1
            spread[first - 1] = _set_cells(lines[first - 1], header, table)
            for at in (first, *others):
                spread[at] = _set_cells(lines[at], rows[at][-len(header) :], table)
    return tuple(spread)


def _read_row(line: Line) -> list[str]:
    """The order, label and numbers of a line that is but these; else nothing."""
    match = None if line.cells else PATTERNS.spread_row.match(line.text)
    return [match["order"] or "", match["label"], *match["numbers"].split()] if match else []


def _join_parts(lines: Sequence[Line]) -> list[Line]:
    """Tables whose parts are told apart by a line of one cell, as one table."""
    joined = list(lines)
    for at in range(1, len(joined) - 1):
        above, line, below = joined[at - 1 : at + 2]
        is_between = above.cells and not line.cells and below.cells and line.text.strip()
        is_title = is_between and not PATTERNS.told.search(line.text)
        if is_title and len(above.cells) == len(below.cells) and _is_data(below):
            joined[at] = _set_cells(line, [line.text.strip()], above.table)
            for n in range(at + 1, len(joined)):
                if joined[n].table != below.table:
                    break
                joined[n] = replace(joined[n], table=above.table)
    return joined


def _set_cells(line: Line, texts: Sequence[str], table: int) -> Line:
    return replace(line, cells=tuple(Cell(t, n) for n, t in enumerate(texts)), table=table)


INNER = "›"
"""Stands between the header words of a column, outermost first."""


@dataclass(frozen=True)
class Label:
    """The words that label a cell: of its row, of its column, and of the title row above.

    ``is_order`` marks cells that number rows or columns and count nothing.
    """

    row: str
    column: str
    group: str = ""
    is_order: bool = False


def label_cells(rows: Sequence[Line]) -> Iterator[tuple[tuple[int, int], Label]]:
    """Line number, position in its row and label of each cell of one table."""
    first_data = next((at for at, row in enumerate(rows) if _is_data(row)), len(rows))
    while first_data > 1 and _is_title_row(rows[first_data - 1]):
        # "A. Từ 01/01/2025 đến 30/6/2025" right below the heads: a title of rows, no head.
        first_data -= 1
    headers = list(rows[:first_data])
    orders = _find_order_columns(rows, headers)
    units = {c.column for row in headers for c in row.cells if PATTERNS.unit_header.match(c.text)}
    no_label = Label("", "", is_order=True)
    stub, group, below, opened, opened_as = "", "", None, "", ""
    for at, row in enumerate(rows):
        if _numbers_columns(row):
            yield from (((row.number, n), no_label) for n in range(len(row.cells)))
            continue
        number, own_stub = _find_stub(row, orders)
        filled = [cell for cell in row.cells if cell.text]
        others = (cell.text for cell in row.cells[1:] if cell.column not in orders)
        counts = any(map(PATTERNS.digit.search, others))
        if at >= first_data and len(filled) <= 2 and own_stub and not counts:
            group, stub, below, opened = own_stub, "", None, ""
        elif own_stub:
            # "Tổng số" right below "I. Hồ sơ tiếp nhận" is that of these rows.
            is_first = bool(group) and not stub and PATTERNS.total.fullmatch(own_stub)
            stub = f"{group} {own_stub}" if is_first else own_stub
            # "Quá hạn" without a number, or "1. Quá hạn" below "II.", is a part of what is above.
            is_below = not number or (number.isdigit() and opened_as.isalpha())
            is_bare = is_below and PATTERNS.part.fullmatch(own_stub) is not None
            is_dashed = any(map(PATTERNS.dash.match, (own_stub, f"{number} {own_stub}")))
            is_part = is_bare or is_dashed or number.startswith(f"{opened_as or '-'}.")
            if opened and is_part:
                # "- Trước hạn" or "2.1 Trước hạn" below "2 Đã giải quyết" is a part of it.
                stub = f"{opened} {PATTERNS.dash.sub('', own_stub)}"
            else:
                opened, opened_as = own_stub, number
            below = row if at >= first_data and not _is_data(row) else None
        unit = next((f" ({c.text})" for c in row.cells if c.column in units and c.text), "")
        for n, cell in enumerate(row.cells):
            is_order = cell.column in orders and PATTERNS.order.match(cell.text)
            # "9T/2022", "2021": a head that says only when.
            is_order = is_order or (
                at < first_data and PATTERNS.only_time.fullmatch(_spell_times(cell.text))
            )
            if is_order:
                yield (row.number, n), no_label
                continue
            column = "" if at < first_data else _find_column(cell, headers, below)
            words = f"{stub}{unit}" if cell.text != stub else ""
            yield (row.number, n), Label(words, column, group)


def _is_title_row(row: Line) -> bool:
    """Whether a row holds words in its first cell alone, or behind its number: "I | Tiếp nhận"."""
    filled = [cell for cell in row.cells if cell.text]
    columns = [cell.column for cell in filled]
    return columns == [0] or (columns == [0, 1] and bool(PATTERNS.order.match(filled[0].text)))


def _is_data(row: Line) -> bool:
    """A row with a cell that is a number, beside the one that numbers the row."""
    numbers = [c.text for c in row.cells if c.column > 0 and PATTERNS.numeric.match(c.text)]
    # "Nội dung | 2022 | 2023" heads its columns by their years.
    years = [int(text) for text in numbers if PATTERNS.bare_year.fullmatch(text)]
    are_years = len(years) == len(numbers) > 1 and abs(years[1] - years[0]) == 1
    return bool(numbers) and not are_years and not _numbers_columns(row)


def _numbers_columns(row: Line) -> bool:
    """Whether a row numbers the columns: "(1) (2) (3) = (4) + (5)"."""
    texts = [cell.text for cell in row.cells if cell.text]
    if len(texts) < 3 or not all(PATTERNS.column_number.match(text) for text in texts):
        return False
    digits = [int(found[0]) for text in texts if (found := re.search(r"\d+", text))]
    runs = sum(1 for left, right in pairwise(digits) if right == left + 1)
    return runs >= max(2, len(digits) - 2)


def _find_order_columns(rows: Sequence[Line], headers: Sequence[Line]) -> set[int]:
    heads = (cell for row in headers for cell in row.cells)
    named = {cell.column for cell in heads if PATTERNS.order_header.match(cell.text)}
    first = [row.cells[0].text for row in rows if row.cells and row.cells[0].text]
    counted = [int(text.rstrip(".)")) for text in first if re.fullmatch(r"\d{1,3}[.)]?", text)]
    has_words = any(
        len(row.cells) > 1 and re.search(r"[^\W\d]{2}", row.cells[1].text) for row in rows
    )
    is_run = len(counted) > 1 and counted[:3] == list(range(1, len(counted[:3]) + 1))
    return named | ({0} if is_run and has_words else set())


def _find_stub(row: Line, orders: set[int]) -> tuple[str, str]:
    """The number and the words that open a row, in cells of their own or in one."""
    filled = [cell for cell in row.cells if cell.text]
    named = (c.text for c in filled if c.column not in orders or not PATTERNS.order.match(c.text))
    first = PATTERNS.sum_of_rows.sub("", next(named, ""))
    number = next((c.text for c in row.cells if c.column in orders), "")
    if numbered := PATTERNS.numbered_stub.match(first):
        number, first = numbered[1], first[numbered.end() :]
    words = _spell_times(first)
    return number.rstrip(".)"), "" if PATTERNS.numeric.match(words) else words


def _spell_times(text: str) -> str:
    """A head or row with its times in words: "9T/2022", "Q.II", "T7/2023", "2021"."""
    for row in PATTERNS.rows("short_times"):
        text = row["pattern"].sub(row["says"], text)
    return text


def _find_column(cell: Cell, headers: Sequence[Line], below: Line | None) -> str:
    """The header words above a cell, outermost first; then those of a row set in below."""
    found = []
    for row in [*headers, *([below] if below else [])]:
        if row.is_exact:
            above = (c.text for c in row.cells if c.column <= cell.column < c.column + c.width)
            text = next(filter(None, above), "")
        else:  # flattened: a merged header has left the cells at its right empty
            left = [each for each in row.cells if each.column <= cell.column and each.text]
            is_over = left and (left[-1].column > 0 or row is not below)
            text = left[-1].text if is_over else ""
        text = _spell_times(text)
        if text and text not in found and not PATTERNS.column_number.match(text):
            found.append(text)
    return f" {INNER} ".join(found)


def find_note_below(lines: Sequence[Line], at: int) -> str:
    """What a note right below a table says of its numbers: "(Số liệu đến ngày 30/11/2023)"."""
    if not at or not lines[at - 1].cells or lines[at].cells:
        return ""
    # Between two tables, brackets are said of the second; a source or remark never is.
    is_above_another = at + 1 < len(lines) and bool(lines[at + 1].cells)
    found = PATTERNS.note_below.fullmatch(lines[at].text)
    return str(found["said"]) if found and (found["label"] or not is_above_another) else ""


def find_table_notes(
    lines: Sequence[Line], places: Sequence[OutlinePlace]
) -> dict[int, dict[str, list[str]]]:
    """What notes say of the days of a table, or of its heads with a mark or of a time.

    "(*) Từ ngày 01/7/2025 đến ngày 14/12/2025"; "Ghi chú: số liệu 9 tháng năm 2024 lấy từ …".
    """
    notes: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    words: dict[int, list[str]] = defaultdict(list)
    for line in lines:
        words[line.table].append(line.text.casefold())
    for at, place in enumerate(places):
        marked, said = lines[place.anchor[0]], lines[at].text
        if place.note and place.anchor[0] >= 0 and marked.cells and PATTERNS.from_to.search(said):
            notes[marked.table][place.note].append(said)
        elif said := find_note_below(lines, at):
            table = lines[at - 1].table
            for head, days in _name_days(said, words[table]) or [("", said)]:
                notes[table][head].append(days)
        if lines[at].cells and (not at or lines[at - 1].table != lines[at].table):
            table, first = lines[at].table, lines[at].cells[0].text
            # "Nội dung (tính đến 31/5/2026)" over the labels of all rows; days in the caption.
            notes[table][""] += [first] if PATTERNS.as_of.search(first) else []
            above = " ".join(each.text for each in lines[max(0, at - 2) : at] if not each.cells)
            for head, days in _name_days(above, words[table]):
                notes[table][head].append(days)
    return notes


def _name_days(said: str, words: Sequence[str]) -> list[tuple[str, str]]:
    """The parts of a year that head columns of a table, each with the days that a text gives it."""
    found = []
    for days in PATTERNS.from_to.finditer(said):
        named = [*PATTERNS.span.finditer(said, said.rfind(";", 0, days.start()) + 1, days.start())]
        head = named[-1][0].casefold() if named else ""
        if head and any(head in each for each in words):
            found.append((head, days[0]))
    return found
