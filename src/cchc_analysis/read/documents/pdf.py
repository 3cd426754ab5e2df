"""Text PDFs: paragraphs without running heads and page numbers, notes, and ruled tables.

A page is read as words with their places. Lines that stand at the same height on many pages are
running heads; small print below the text is a note; raised small digits are its mark. A PDF of
pictures has no text to read and is refused: recognising letters is another tool's work.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cchc_analysis.data.encodings import convert_legacy
from cchc_analysis.data.outside import MOST_PAGES, MOST_PDF_OBJECTS, refuse
from cchc_analysis.read.documents.lines import Cell, Document, Row, build_document, raise_digits
from cchc_analysis.read.documents.paragraphs import TextLine, find_running, join_pages

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
            return page, _find_tables(page)
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
    return [_scale(part, height) for _, part in sorted(parts, key=lambda pair: pair[0])]


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


def _scale(part: TextLine | Row, height: float) -> TextLine | Row:
    """Heights as shares of the page, so that pages of any size compare."""
    if isinstance(part, Row):
        return part
    return TextLine(part.text, part.left, part.right, part.top / max(height, 1.0), part.size)


def _find_tables(page: Any) -> list[Any]:
    strokes = len(page.lines) + len(page.rects)
    if not 4 <= strokes <= MOST_STROKES:
        return []
    return [table for table in page.find_tables() if len(table.rows) > 1 and len(table.cells) > 3]


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
