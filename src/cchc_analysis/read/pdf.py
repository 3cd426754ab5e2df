"""Documents of type PDF: lines of pages into paragraphs, tables into rows.

Comes in as bytes; goes out as paragraphs and rows. Running heads and page numbers are left out, and
the notes of a page follow its text. Only pages that hold text are read: a scan is refused.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cchc_analysis.data.outside import MOST_PAGES, MOST_PDF_OBJECTS, convert_legacy, refuse
from cchc_analysis.read.documents import Cell, Document, Row, build_document, raise_digits
from cchc_analysis.read.patterns import PATTERNS

SMALL_PRINT = 0.88
MARGIN = 0.09
"""The share of a page's height at its head and foot in which running lines stand."""
_MARKS = "⁽⁰¹²³⁴⁵⁶⁷⁸⁹"


@dataclass(frozen=True)
class TextLine:
    """A line of a page: its text, place, and the size of its letters.

    ``top`` is a share of the height of the page, so that pages of any size compare.
    """

    text: str
    right: float
    top: float
    size: float


def _join_pages(pages: Sequence[Sequence[TextLine | Row]]) -> Iterator[str | Row]:
    """Lines into paragraphs; a page's notes follow its text, and do not cut a paragraph in two."""
    lines = [part for page in pages for part in page if isinstance(part, TextLine)]
    sizes = Counter(round(line.size) for line in lines).most_common(1)
    right = last = max((line.right for line in lines), default=0.0)
    text = ""
    for page in _drop_running(pages):
        notes: list[str] = []
        for part in page:
            if isinstance(part, Row):
                yield from filter(None, (text, part))
                text = ""
            elif part.size < SMALL_PRINT * sizes[0][0] and (part.text[:1] in _MARKS or notes):
                # Small print that opens with a mark, or goes on with a note.
                if part.text[:1] in _MARKS:
                    notes.append(part.text)
                else:
                    notes[-1] = _glue(notes[-1], part.text)
            else:
                goes_on = text and _goes_on(text, part, is_short=last < 0.75 * right)
                if text and not goes_on:
                    yield text
                text, last = _glue(text, part.text) if goes_on else part.text, part.right
                if last < 0.8 * right and part.text.rstrip().endswith((".", ":", ";")):
                    yield text
                    text = ""
        yield from notes
    yield from filter(None, (text,))


def _drop_running(pages: Sequence[Sequence[TextLine | Row]]) -> list[list[TextLine | Row]]:
    """Pages without their numbers, and without lines at head or foot that several have.

    Such lines differ in digits at most.
    """
    margins: list[dict[TextLine | Row, str]] = [
        {part: "" if PATTERNS.page_number.match(part.text) else re.sub(r"\d+", "#", part.text)
         for part in page
         if isinstance(part, TextLine) and not MARGIN <= part.top <= 1 - MARGIN}
        for page in pages
    ]  # fmt: skip
    counts = Counter(text for margin in margins for text in {*margin.values()})
    often = {text for text, count in counts.items() if count >= max(3, len(pages) // 3)}
    running: set[str | None] = {*often, ""}
    return [
        [part for part in page if margin.get(part) not in running]
        for page, margin in zip(pages, margins, strict=True)
    ]


def _goes_on(open_text: str, line: TextLine, *, is_short: bool) -> bool:
    """Whether a line goes on with the paragraph above it, rather than opening one."""
    before = open_text.rstrip()
    opens = PATTERNS.opens_line.match(line.text) and not re.match(r"^\s*[-–]\s*\d", line.text)
    if opens or before.endswith((":", "./.")) or before.isupper() != line.text.isupper():
        return False
    ends = is_short or before.endswith((".", ";", "!", "?"))
    return not (ends and line.text[:1].isupper())


def _glue(before: str, after: str) -> str:
    """Join two lines; a hyphen that only split a word or a number is taken out."""
    if re.search(r"[^\W\d_]-$", before) and after[:1].islower():
        return before[:-1] + after.lstrip()
    return f"{before.rstrip()} {after.lstrip()}"


MOST_CHARACTERS = 30_000
"""Characters on one page; more is a page made to stall us."""
MOST_STROKES = 3_000
"""Lines and boxes on one page from which it is a drawing, and no table is looked for."""
MOST_OBJECTS = 50_000
MOST_TABLE_PAGES = 60
FEWEST_STROKES = 6


def read_pdf(path: Path, data: bytes) -> Document:
    """Read a PDF that has text in it."""
    objects = len(re.findall(rb"\d\s+\d\s+obj\b", data))
    packed = sum(int(number) for number in re.findall(rb"/N\s+(\d{1,9})\b", data))
    if (most := max(objects, packed)) > MOST_PDF_OBJECTS:
        raise refuse(path, "many_objects", number=most, most=MOST_PDF_OBJECTS)
    import pypdfium2  # type: ignore[import-untyped]

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        kind = "locked_pdf" if "assword" in str(error) else "damaged_pdf"
        raise refuse(path, kind) from None
    if len(pdf) > MOST_PAGES:
        raise refuse(path, "many_pages", number=len(pdf), most=MOST_PAGES)

    @cache
    def open_ruled() -> Any:
        import pdfplumber

        return pdfplumber.open(io.BytesIO(data))

    pages, ruled = [], 0
    for number, page in enumerate(pdf):
        letters = page.get_textpage()
        is_ruled = _is_ruled(path, page.raw, letters.raw)
        ruled += is_ruled
        is_asked = is_ruled and ruled <= MOST_TABLE_PAGES
        tables = _find_tables(open_ruled, number) if is_asked else []
        pages.append(_read_page(letters.raw, max(float(page.get_height()), 1.0), tables))
        page.close()
    parts = [part for page in pages for part in page]
    written = sum(len(part.text) for part in parts if isinstance(part, TextLine))
    if written < 20 * len(pages) and not any(isinstance(part, Row) for part in parts):
        raise refuse(path, "scan")
    joined = list(_join_pages(pages))
    converted, name = convert_legacy("\n".join(part for part in joined if isinstance(part, str)))
    if name:
        texts = iter(converted.split("\n"))
        joined = [next(texts) if isinstance(part, str) else part for part in joined]
    return build_document(joined, "pdf", remarks=[f"decoded from {name}"] if name else [])


def _is_ruled(path: Path, page: Any, letters: Any) -> bool:
    """Whether a page has words and lines; one made to stall us is refused."""
    from pypdfium2 import raw

    number, objects = raw.FPDFText_CountChars(letters), raw.FPDFPage_CountObjects(page)
    if number > MOST_CHARACTERS:
        raise refuse(path, "full_page", number=number, most=MOST_CHARACTERS)
    if not number or objects > MOST_OBJECTS:
        return False
    kinds = (raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, at)) for at in range(objects))
    return [*kinds].count(raw.FPDF_PAGEOBJ_PATH) >= FEWEST_STROKES


_Table = tuple[tuple[float, float, float, float], list[Row]]
"""The box of a ruled table on its page, and its rows."""


def _find_tables(open_ruled: Callable[[], Any], number: int) -> list[_Table]:
    """The ruled tables of a page, found by a second library, which is slow."""
    try:
        page = open_ruled().pages[number]
        tables = list(_take_tables(page, number))
        page.close()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - pdfminer raises whatever a damaged file has
        return []  # the text is read without it
    return tables


def _take_tables(page: Any, number: int) -> Iterator[_Table]:
    if not 4 <= len(page.lines) + len(page.rects) <= MOST_STROKES:
        return
    tables = [each for each in page.find_tables() if len(each.rows) > 1 and len(each.cells) > 3]
    for at, table in enumerate(tables, start=1):
        told = ([text or "" for text in cells] for cells in table.extract())
        rows = [Row(tuple(map(Cell, row, range(len(row)))), number * 100 + at) for row in told]
        yield table.bbox, rows


def _read_page(letters: Any, height: float, tables: Sequence[_Table]) -> list[TextLine | Row]:
    words = [
        word
        for word in _list_words(letters, height)
        if not any(
            left <= (word["x0"] + word["x1"]) / 2 <= right
            and top <= (word["top"] + word["bottom"]) / 2 <= bottom
            for (left, top, right, bottom), _ in tables
        )
    ]
    parts: list[tuple[float, TextLine | Row]] = [
        (box[1] / height, row) for box, rows in tables for row in rows
    ]
    parts += [(line.top, line) for line in _join_words(words, height)]
    return [part for _, part in sorted(parts, key=lambda pair: pair[0])]


def _list_words(letters: Any, height: float) -> list[dict[str, Any]]:
    """The words of a page: text, box with heights counted from the top, and size of letters."""
    from pypdfium2 import raw

    words: list[dict[str, Any]] = []
    box, word = raw.FS_RECTF(), None
    for at in range(raw.FPDFText_CountChars(letters)):
        letter = chr(raw.FPDFText_GetUnicode(letters, at))
        if letter.isspace() or letter in "\ufffe\0":
            word = None
            continue
        raw.FPDFText_GetLooseCharBox(letters, at, box)
        size = raw.FPDFText_GetFontSize(letters, at)
        # A size of 1 is scaled by the page, and says nothing.
        size = size if size > 3 else box.top - box.bottom
        if word is None or not 0.8 * word["size"] <= size <= 1.25 * word["size"]:
            word = {"text": "", "x0": box.left, "top": height - box.top, "size": size}
            words.append(word)
        word["text"] += letter
        word["x1"], word["bottom"] = box.right, height - box.bottom
    return words


def _join_words(words: Sequence[dict[str, Any]], height: float) -> list[TextLine]:
    """Words on one height make a line; small raised digits join the line that they stand beside."""
    usual = _usual_size(words)
    plain = [word for word in words if not _is_mark(word, usual)]
    lines: list[list[dict[str, Any]]] = []
    for word in sorted(plain, key=lambda each: (each["bottom"], each["x0"])):
        first = lines[-1][0] if lines else word
        apart = abs(first["bottom"] - word["bottom"])
        if lines and apart < 0.5 * max(word["size"], first["size"]):
            lines[-1].append(word)
        else:
            lines.append([word])
    for mark in (word for word in words if _is_mark(word, usual)):
        beside = (
            line for line in lines if line[0]["top"] - 3 <= mark["bottom"] <= line[0]["bottom"] + 1
        )
        if line := next(beside, None):
            line.append(mark)
        else:
            lines.append([mark])
    joined = []
    for line in lines:
        line.sort(key=lambda each: each["x0"])
        size = _usual_size(line)
        text = "".join(
            raise_digits(word["text"].strip("()")) if _is_mark(word, size) else f" {word['text']}"
            for word in line
        )
        top, right = line[0]["top"] / height, line[-1]["x1"]
        joined.append(TextLine(text.removeprefix(" "), right, top, size))
    return joined


def _is_mark(word: Mapping[str, Any], usual: float) -> bool:
    """Whether a word is the mark of a note, beside letters of their usual size."""
    return bool(word["size"] < 0.8 * usual) and word["text"].strip("()").isdigit()


def _usual_size(words: Sequence[Mapping[str, Any]]) -> float:
    sizes: Counter[float] = Counter()
    for word in words:
        sizes[round(word["size"], 1)] += len(word["text"])
    return max(sizes, key=sizes.__getitem__, default=0.0)
