"""The lines of a document made fit to be read, and the outline they stand in.

Comes in as lines; goes out as lines of which none is too long, with the words of officialdom
spelled and the marks of notes raised, no character moved; and as one ``OutlinePlace`` per line: its
section number, the headings above it, the lines that open the lists it belongs to, and, for the
text of a note, the line and character that the note hangs on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from cchc_analysis.read.documents.lines import CAPITALS, Line

LONGEST = 2_500
"""Letters of a line that is read as a whole; the longest of hundreds of reports had 934."""
PIECE = 1_000
_SENTENCE = re.compile(r"[.;!?…](?=\s)")
_NUMBER = re.compile(r"\d[\d.,/:%-]{150,}")
"""More digits in a row than any number or date has: the figure of nobody."""


def cut_lines(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines, those that are too long in pieces; a row with such a cell becomes a line."""
    return tuple(piece for line in lines for piece in _cut(line))


def _cut(line: Line) -> Iterator[Line]:
    is_long = len(line.text) > LONGEST
    if not is_long or (line.cells and max(len(cell.text) for cell in line.cells) <= LONGEST):
        yield line
        return
    text = _NUMBER.sub(lambda match: " " * len(match[0]), line.text)
    start = 0
    while start < len(text):
        end = _find_end(text, start)
        yield replace(line, text=text[start:end], cells=(), table=0, start=line.start + start)
        start = end


def _find_end(text: str, start: int) -> int:
    """Behind the last sentence that fits into a piece, or the last word, or letter."""
    window = text[start : start + PIECE]
    if start + PIECE >= len(text):
        return len(text)
    ends = [match.end() for match in _SENTENCE.finditer(window, PIECE // 4)]
    if ends:
        return start + ends[-1]
    space = max(window.rfind(" "), window.rfind("\t"))
    if space > 0:
        return start + space + 1
    letter = max((at for at in range(PIECE // 2, PIECE) if not window[at].isdigit()), default=PIECE)
    return start + letter


SPELLED = (
    "báo cáo", "kế hoạch", "thông báo", "quyết định", "nghị định", "nghị quyết", "công văn",
    "ủy ban nhân dân", "cải cách hành chính", "phương hướng", "nhiệm vụ", "mục tiêu", "phấn đấu",
    "thành phố", "thị xã", "thị trấn", "đặc khu", "huyện", "quận", "tỉnh", "phường", "cấp xã",
    "cấp huyện",
    "tính đến", "từ ngày", "đến ngày", "đến nay", "ngày", "tháng", "đầu năm", "cuối năm", "năm",
    "quý", "cùng kỳ", "so với", "trong đó", "mức độ", "giai đoạn", "xếp thứ", "xếp hạng", "điểm",
    "trước hạn", "đúng hạn", "quá hạn", "lĩnh vực", "chỉ số", "bộ phận một cửa", "kết quả",
)  # fmt: skip
FEW = 0.02
"""The share of letters with diacritics up to which a text has lost them."""


def restore_words(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Spell the words of officialdom in a document without diacritics; others stay as they are."""
    text = "".join(line.text for line in lines)
    letters = [character for character in text if character.isalpha()]
    if not letters or sum(not c.isascii() for c in letters) > FEW * len(letters):
        return tuple(lines)
    return tuple(line if line.cells else replace(line, text=_restore(line.text)) for line in lines)


def _restore(text: str) -> str:
    return _PLAIN.sub(lambda match: _spell(match[0]), text)


def _spell(word: str) -> str:
    spelled = _WORDS[word.casefold()]
    return "".join(
        new.upper() if old.isupper() else new for old, new in zip(word, spelled, strict=True)
    )


def _strip(word: str) -> str:
    parts = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(part for part in parts if not unicodedata.combining(part))


_WORDS = {_strip(word): word for word in SPELLED}
_PLAIN = re.compile(
    rf"(?i)\b(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b(?!\s*[-/][A-Z])"
)


RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NOTE = re.compile(rf"^\s*(\d{{1,2}})\s+(?=[{CAPITALS}])")
_ENDS = r"(?=[.,;:)\s]|$)"
_MARK = re.compile(rf"(?<=[^\W\d_]{{2}})(\d{{1,2}}){_ENDS}|(?<=[^\W\d_][)”\"])(\d{{1,2}}){_ENDS}")


def raise_marks(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Raise the digits of notes whose mark stands glued to a word, and whose text stands below.

    Both must be there, and the notes must be counted from one: "QĐ1" alone is a code.
    """
    notes = _count_notes(lines)
    if not notes:
        return tuple(lines)
    return tuple(
        line if line.cells else replace(line, text=_raise(line.text, at, notes))
        for at, line in enumerate(lines)
    )


def _count_notes(lines: Sequence[Line]) -> dict[str, int]:
    """The line of the text of each note that has a mark above it."""
    marked: dict[str, int] = {}
    notes: dict[str, int] = {}
    for at, line in enumerate(lines):
        if line.cells:
            continue
        note = _NOTE.match(line.text)
        if note and note[1] == str(len(notes) + 1) and marked.get(note[1], at) < at:
            notes[note[1]] = at
            continue
        for mark in _MARK.finditer(line.text):
            marked.setdefault(mark[1] or mark[2], at)
    return notes


def _raise(text: str, at: int, notes: dict[str, int]) -> str:
    note = _NOTE.match(text)
    if note and notes.get(note[1]) == at:
        text = text[: note.start(1)] + note[1].translate(RAISED) + text[note.end(1) :]

    def lift(mark: re.Match[str]) -> str:
        is_above = notes.get(mark[1] or mark[2], -1) > at
        return mark[0].translate(RAISED) if is_above else mark[0]

    return _MARK.sub(lift, text)


_NOTE_TEXT = re.compile(r"^\s*[⁽(]?([⁰¹²³⁴-⁹]+)[⁾)]?\s*(?=\S)")
_NOTE_INLINE = re.compile(r"[⁰¹²³⁴-⁹]+")
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_HEADINGS = (
    (
        0,
        re.compile(
            r"^\s*\*{0,2}(?:(?i:phần)\s+(?:thứ\s+)?)([IVX]+|[A-D]|\d|nhất|hai|ba)\b[.:]?\s*"
        ),
    ),
    (0, re.compile(rf"^\s*\*{{0,2}}([A-D])[.)]\s+(?=[{CAPITALS}]{{2}})")),
    (1, re.compile(r"^\s*\*{0,2}([IVX]{1,5})\s*[.)/:-]\s*(?=[^\s\d])")),
    (
        2,
        re.compile(
            r"^\s*\*{0,2}((?:[IVX]{1,5}\.)?\d{1,2}(?:\.\d{1,2})*)\s*"
            rf"(?:[.)/:](?!\d)\s*|(?:(?<=\.\d)|(?<=\.\d\d))(?=\s[{CAPITALS}]))"
        ),
    ),
    (9, re.compile(r"^\s*\*{0,2}([a-zđ](?:\.?\d{1,2})?)\s*[.)]\s*(?=\S)")),
)
_BULLET = re.compile(r"^\s*(\*|[-–—•●▪○+](?:\s*\+)?|\(\d{1,2}\)\.?)\s*(?!\*)")
_RANKS = {"*": 1, "(": 1, "-": 2, "–": 2, "—": 2, "•": 2, "●": 2, "▪": 2, "+": 3, "○": 3}
LONG_LINE = 45
"""Words from which a line without a bullet is a paragraph of its own and closes a list."""


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
    return [walk.place(at) for at in range(len(lines))]


class _Walk:
    """The state that is carried from line to line."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._headings: list[tuple[int, int, str]] = []  # depth, line index, number
        self._lists: list[tuple[int, int]] = []  # rank, line index
        self._note, self._note_bullet, self._note_line = "", "", -1
        self._last = -1
        self._marks: dict[str, tuple[int, int]] = {}
        self._pending = _index_marks(lines)
        self._places: list[OutlinePlace] = []

    def place(self, at: int) -> OutlinePlace:
        """The place of the next line; lines are asked for in their order."""
        self._places.append(self._find_place(at))
        return self._places[-1]

    def _find_place(self, at: int) -> OutlinePlace:
        text = self._lines[at].text
        if not text.strip():
            return OutlinePlace(self._section(), self._heading_lines())
        if note := self._continue_note(at, text):
            return note
        before = self._find_before(text)
        heading = None if self._lines[at].cells else _match_heading(text)
        is_title = heading is None and self._names_part(text)
        if heading:
            self._enter(at, *heading)
        elif is_title:
            self._headings.append((0, at, ""))
        is_heading = heading is not None or is_title
        place = OutlinePlace(
            self._section(),
            tuple(index for index in self._heading_lines() if index != at),
            self._climb(at, text, is_heading=is_heading),
            before=before,
            is_heading=is_heading,
        )
        self._last = at
        for mark in _NOTE_INLINE.finditer(text):
            self._marks[mark[0].translate(_LOWERED)] = (at, mark.start())
        return place

    def _names_part(self, text: str) -> bool:
        """Whether a line in capitals right below a bare "Phần thứ hai" is its title."""
        if self._last < 0 or not self._headings or self._headings[-1][:2] != (0, self._last):
            return False
        above = self._lines[self._last].text
        is_bare = not _HEADINGS[0][1].sub("", above, count=1).strip(" *")
        return is_bare and text.upper() == text and _match_heading(text) is None

    def _continue_note(self, at: int, text: str) -> OutlinePlace | None:
        """The place of a line that is the text of a note, or goes on with one."""
        if opened := _NOTE_TEXT.match(text):
            self._note = opened[1].translate(_LOWERED)
            self._note_line = at
            self._note_bullet = text[opened.end() : opened.end() + 1]
        elif not (
            self._note
            and self._note_bullet in "+-*"
            and text.lstrip()[:1] == self._note_bullet
            and not any(line.text.strip() for line in self._lines[self._note_line + 1 : at])
        ):
            self._note = ""
            return None
        else:
            self._note_line = at
        anchor = self._marks.get(self._note, self._pending.get(self._note, (-1, -1)))
        home = self._places[anchor[0]] if 0 <= anchor[0] < at else OutlinePlace(self._section())
        return OutlinePlace(home.section, home.headings, note=self._note, anchor=anchor)

    def _find_before(self, text: str) -> int:
        """A line that opens in small letters goes on with the last one, if that one is open."""
        first = text.lstrip()[:1]
        if self._last < 0 or not first.islower() or _BULLET.match(text) or _match_heading(text):
            return -1
        before = self._lines[self._last].text.rstrip()
        return -1 if before.endswith((".", ";", ":", "!", "?")) or not before else self._last

    def _enter(self, at: int, depth: int, number: str) -> None:
        while self._headings and self._headings[-1][0] >= depth:
            self._headings.pop()
        self._headings.append((depth, at, number))
        self._lists = []

    def _climb(self, at: int, text: str, *, is_heading: bool) -> tuple[int, ...]:
        """The open lists this line belongs to; then the line itself may open one."""
        if is_heading:
            if text.rstrip().endswith(":"):
                self._lists = [(0, at)]
            return ()
        bullet = _BULLET.match(text)
        rank = _RANKS[bullet[1].lstrip()[:1]] if bullet else 0
        if bullet and "+" in bullet[1]:
            rank = _RANKS["+"]
        is_open = text.rstrip().rstrip("*").endswith((":", "như sau", "cụ thể"))
        is_long = not bullet and len(text.split()) > LONG_LINE
        while self._lists and self._closes(rank, is_open=is_open, is_long=is_long, text=text):
            self._lists.pop()
        parents = tuple(index for _, index in reversed(self._lists))
        if is_open or bullet:
            self._lists.append((rank, at))
        return parents

    def _closes(self, rank: int, *, is_open: bool, is_long: bool, text: str) -> bool:
        top_rank, top = self._lists[-1]
        if top_rank != rank:
            return top_rank > rank
        if rank:
            return True
        # Without bullets: a short line below one that ends in ":" belongs to it.
        return is_long or (is_open and len(text.split()) > 8) or self._lines[top].table > 0

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
    for depth, pattern in _HEADINGS:
        if match := pattern.match(text):
            number = match[1]
            if depth != 2:
                return depth, number
            return (2 + number.count("."), number) if text[match.end() :].strip(" *") else None
    return None


def _index_marks(lines: Sequence[Line]) -> dict[str, tuple[int, int]]:
    """The first place of every note mark inside a line, for notes that stand before their mark."""
    marks: dict[str, tuple[int, int]] = {}
    for at, line in enumerate(lines):
        opened = _NOTE_TEXT.match(line.text)
        for mark in _NOTE_INLINE.finditer(line.text, opened.end() if opened else 0):
            marks.setdefault(mark[0].translate(_LOWERED), (at, mark.start()))
    return marks
