"""Documents of type PDF: lines of pages into paragraphs, tables into rows.

Comes in as bytes; goes out as paragraphs and rows. Running heads and page numbers are left out, and
the notes of a page follow its text. Only pages that hold text are read: a scan is refused.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cchc_analysis.data.encodings import convert_legacy
from cchc_analysis.data.outside import MOST_PAGES, MOST_PDF_OBJECTS, refuse
from cchc_analysis.read.documents import Cell, Document, Row, build_document, raise_digits

SMALL_PRINT = 0.88
MARGIN = 0.09
"""The share of a page's height at its head and foot in which running lines stand."""
_PAGE_NUMBER = re.compile(
    r"^\W*(?:(?:trang|page)\s*)?\d{1,4}(?:\s*/\s*\d{1,4})?\W*$", re.IGNORECASE
)
_MARKS = "⁽⁰¹²³⁴⁵⁶⁷⁸⁹"
_OPENS = re.compile(
    r"^\s*(?:[-+*•–]|\d{1,2}(?:\.\d{1,2})*[.)]\s|[IVX]+[.)]\s|[a-zđ]\)\s|[⁽⁰¹²³⁴-⁹]|\(\d+\))"
)


@dataclass(frozen=True)
class TextLine:
    """A line of a page: its text, place, and the size of its letters."""

    text: str
    left: float
    right: float
    top: float
    size: float


def find_running(pages: Sequence[Sequence[TextLine | Row]]) -> set[str]:
    """Lines at the head or foot of several pages that differ in digits at most."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update(
            {_without_digits(p.text) for p in page if isinstance(p, TextLine) and _is_marginal(p)}
        )
    return {text for text, count in counts.items() if count >= max(3, len(pages) // 3)}


def _is_marginal(line: TextLine) -> bool:
    return line.top < MARGIN or line.top > 1 - MARGIN


def _without_digits(text: str) -> str:
    return re.sub(r"\d+", "#", text)


def join_pages(pages: Sequence[Sequence[TextLine | Row]], running: set[str]) -> Iterator[str | Row]:
    """Lines into paragraphs; a page's notes follow its text, and do not cut a paragraph in two."""
    lines = [part for page in pages for part in page if isinstance(part, TextLine)]
    joiner = _Joiner(
        size=float(Counter(round(line.size) for line in lines).most_common(1)[0][0])
        if lines
        else 12,
        right=max((line.right for line in lines), default=0.0),
    )
    for page in pages:
        notes: list[str] = []
        for part in page:
            if isinstance(part, Row):
                yield from joiner.close()
                yield part
            elif _is_marginal(part) and (
                _PAGE_NUMBER.match(part.text) or _without_digits(part.text) in running
            ):
                continue
            elif joiner.is_note(part, notes):
                if notes and part.text[:1] not in _MARKS:
                    notes[-1] = _glue(notes[-1], part.text)
                else:
                    notes.append(part.text)
            else:
                yield from joiner.add(part)
        yield from notes
    yield from joiner.close()


class _Joiner:
    """The paragraph that is open: lines are added until one opens the next."""

    def __init__(self, size: float, right: float) -> None:
        self._size, self._right = size, right
        self._text, self._last = "", right

    def is_note(self, line: TextLine, notes: Sequence[str]) -> bool:
        """Small print that opens with a mark, or goes on with a note."""
        is_small = line.size < SMALL_PRINT * self._size
        return is_small and (line.text[:1] in _MARKS or bool(notes))

    def add(self, line: TextLine) -> Iterator[str]:
        """Add a line; gives back the paragraph before it, if the line opens a new one."""
        is_short, self._last = self._last < 0.75 * self._right, line.right
        if self._text and _goes_on(self._text, line, is_short=is_short):
            self._text = _glue(self._text, line.text)
        else:
            yield from self.close()
            self._text = line.text
        if line.right < 0.8 * self._right and line.text.rstrip().endswith((".", ":", ";")):
            yield from self.close()

    def close(self) -> Iterator[str]:
        """End the open paragraph."""
        if self._text:
            yield self._text
        self._text = ""


def _goes_on(open_text: str, line: TextLine, *, is_short: bool) -> bool:
    """Whether a line goes on with the paragraph above it, rather than opening one."""
    if _OPENS.match(line.text) and not re.match(r"^\s*[-–]\s*\d", line.text):
        return False
    if open_text.rstrip().endswith((":", "./.")):
        return False
    if open_text.isupper() != line.text.isupper():
        return False
    ends = is_short or open_text.rstrip().endswith((".", ";", "!", "?"))
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
    """Read a text PDF.

    Raises:
        ReportError: The file is damaged, encrypted, too large, or has no text in it.
    """
    _refuse_swollen(path, data)
    import pypdfium2  # type: ignore[import-untyped]

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise refuse(path, "an encrypted PDF", "one without a password", "Remove it.") from None
        raise refuse(path, "a damaged PDF", "a whole PDF", "Fetch it again.") from None
    if len(pdf) > MOST_PAGES:
        raise refuse(path, f"{len(pdf)} pages", f"at most {MOST_PAGES}", "Cut it.")
    with _Ruled(data) as ruled:
        pages = [_read_page(path, pdf[number], number, ruled) for number in range(len(pdf))]
    pdf.close()
    return _build(path, pages)


class _Ruled:
    """Finds ruled tables, with a second library that is slow: on so many pages and no more."""

    def __init__(self, data: bytes) -> None:
        self._data, self._left = data, MOST_TABLE_PAGES
        self._pdf: Any = None

    def __enter__(self) -> _Ruled:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pdf is not None:
            self._pdf.close()

    def find(self, number: int) -> tuple[Any, list[Any]]:
        """The page as that library sees it, and its tables."""
        import pdfplumber

        if not self._left:
            return None, []
        self._left -= 1
        try:
            if self._pdf is None:
                self._pdf = pdfplumber.open(io.BytesIO(self._data))
            page = self._pdf.pages[number]
            is_drawn = not 4 <= len(page.lines) + len(page.rects) <= MOST_STROKES
            tables = [] if is_drawn else page.find_tables()
            return page, [each for each in tables if len(each.rows) > 1 and len(each.cells) > 3]
        except Exception as error:
            if isinstance(error, MemoryError):
                raise
            # pdfminer raises whatever a damaged file makes it meet; the text is read without it.
            return None, []


def _refuse_swollen(path: Path, data: bytes) -> None:
    objects = len(re.findall(rb"\d\s+\d\s+obj\b", data))
    packed = sum(int(number) for number in re.findall(rb"/N\s+(\d{1,9})\b", data))
    if max(objects, packed) > MOST_PDF_OBJECTS:
        found = f"{max(objects, packed)} objects"
        raise refuse(path, found, f"at most {MOST_PDF_OBJECTS}", "Print it anew as a PDF.")


def _build(path: Path, pages: list[list[TextLine | Row]]) -> Document:
    letters = sum(len(part.text) for page in pages for part in page if isinstance(part, TextLine))
    if letters < 20 * len(pages) and not any(
        isinstance(part, Row) for page in pages for part in page
    ):
        raise refuse(
            path,
            "pages without text, as a scanner makes them",
            "a PDF with text",
            "Recognise the text first (OCR), compare it with the pages, and read that.",
        )
    running = find_running(pages)
    parts = list(join_pages(pages, running))
    text = "\n".join(part for part in parts if isinstance(part, str))
    converted, name = convert_legacy(text)
    if name:
        texts = iter(converted.split("\n"))
        parts = [next(texts) if isinstance(part, str) else part for part in parts]
    return build_document(parts, "pdf", remarks=[f"decoded from {name}"] if name else [])


def _read_page(path: Path, page: Any, number: int, ruled: _Ruled) -> list[TextLine | Row]:
    height = float(page.get_height()) or 1.0
    words = _list_words(path, page, height)
    parts: list[tuple[float, TextLine | Row]] = []
    if words and _count_strokes(page) >= FEWEST_STROKES:
        other, tables = ruled.find(number)
        for at, table in enumerate(tables, start=1):
            words = [word for word in words if not _is_inside(word, table.bbox)]
            for cells in table.extract():
                row = tuple(Cell(" ".join((text or "").split()), n) for n, text in enumerate(cells))
                parts.append((table.bbox[1], Row(row, number * 100 + at)))
        if other is not None:
            other.close()
    page.close()
    parts += [(line.top, line) for line in _join_words(words)]
    # Heights are shares of the page, so that pages of any size compare.
    return [
        replace(part, top=part.top / max(height, 1.0)) if isinstance(part, TextLine) else part
        for _, part in sorted(parts, key=lambda pair: pair[0])
    ]


def _count_strokes(page: Any) -> int:
    from pypdfium2 import raw

    count = raw.FPDFPage_CountObjects(page)
    if count > MOST_OBJECTS:
        return 0
    kinds = (raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, at)) for at in range(count))
    return sum(1 for kind in kinds if kind == raw.FPDF_PAGEOBJ_PATH)


def _list_words(path: Path, page: Any, height: float) -> list[dict[str, Any]]:
    """The words of a page: text, box with heights counted from the top, and size of letters."""
    from pypdfium2 import raw

    letters = page.get_textpage()
    count = raw.FPDFText_CountChars(letters)
    if count > MOST_CHARACTERS:
        raise refuse(
            path, f"{count} letters on one page", f"at most {MOST_CHARACTERS}", "Print it anew."
        )
    words: list[dict[str, Any]] = []
    box, word = raw.FS_RECTF(), None
    for at in range(count):
        letter = chr(raw.FPDFText_GetUnicode(letters, at))
        if letter.isspace() or letter in "\ufffe\0":
            word = None
            continue
        raw.FPDFText_GetLooseCharBox(letters, at, box)
        size = raw.FPDFText_GetFontSize(letters, at)
        # A size of 1 is scaled by the page, and says nothing.
        size = size if size > 3 else box.top - box.bottom
        is_new = word is None or size < 0.8 * word["size"] or size > 1.25 * word["size"]
        if is_new or word is None:
            word = {"text": "", "x0": box.left, "top": height - box.top, "size": size}
            words.append(word)
        word["text"] += letter
        word["x1"], word["bottom"] = box.right, height - box.bottom
    letters.close()
    return words


def _is_inside(word: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    middle = (word["top"] + word["bottom"]) / 2
    return bool(box[1] <= middle <= box[3]) and bool(
        box[0] <= (word["x0"] + word["x1"]) / 2 <= box[2]
    )


def _join_words(words: Sequence[dict[str, Any]]) -> list[TextLine]:
    """Words on one height make a line; small raised digits join the line that they stand beside."""
    lines: list[list[dict[str, Any]]] = []
    marks = [word for word in words if word["text"].strip("()").isdigit()]
    usual = _usual_size(words)
    raised = [word for word in marks if word["size"] < 0.8 * usual]
    plain = [word for word in words if not any(word is each for each in raised)]
    for word in sorted(plain, key=lambda each: (each["bottom"], each["x0"])):
        line = lines[-1] if lines else None
        if line and abs(line[0]["bottom"] - word["bottom"]) < 0.5 * max(
            word["size"], line[0]["size"]
        ):
            line.append(word)
        else:
            lines.append([word])
    for mark in raised:
        beside = [
            line for line in lines if line[0]["top"] - 3 <= mark["bottom"] <= line[0]["bottom"] + 1
        ]
        if beside:
            beside[0].append(mark)
        else:
            lines.append([mark])
    return [_make_line(sorted(line, key=lambda each: each["x0"])) for line in lines]


def _usual_size(words: Sequence[dict[str, Any]]) -> float:
    sizes = Counter(round(word["size"], 1) for word in words for _ in word["text"])
    return float(sizes.most_common(1)[0][0]) if sizes else 0.0


def _make_line(words: Sequence[dict[str, Any]]) -> TextLine:
    size = _usual_size(words)
    pieces: list[str] = []
    for word in words:
        text = word["text"]
        if text.strip("()").isdigit() and word["size"] < 0.8 * size:
            mark = raise_digits(text.strip("()"))
            pieces.append(mark if not pieces else "\b" + mark)
        else:
            pieces.append(text)
    joined = " ".join(pieces).replace(" \b", "")
    return TextLine(joined, words[0]["x0"], words[-1]["x1"], words[0]["top"], size)
