"""How long a long document takes: pages made of the made-up reports, in three formats.

Used by ``bench_read.py --long``. Every page of the .pdf has a running head and a page number, as
reports have. Documents are opened as users open them, in a process of its own.
"""

from __future__ import annotations

import io
import resource
import tempfile
import time
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from cchc_analysis.data.reference import Reference
from cchc_analysis.read.documents import open_document
from cchc_analysis.read.recognise import load_wording, look_again, read_document
from cchc_analysis.rules import load_identities

ROOT = Path(__file__).resolve().parents[1]
LINES_A_PAGE = 38
LETTERS_A_LINE = 92


def tell(pages: int, reference: Reference) -> str:
    """A table: seconds to open and to read, and memory, by format."""
    lines = make_lines(pages)
    wording = load_wording(ROOT / "data" / "reference" / "wording.yml", reference.indicator_rows)
    identities = load_identities(ROOT / "expectations" / "identities.json", reference)
    rows = [
        f"| {pages} pages as | KB | figures | s to open | s to read | s of processor to open | "
        "to read | MB to open | to read |",
        f"|{' --- |' * 9}",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name, make in ((".txt", make_text), (".docx", make_word), (".pdf", make_pdf)):
            path = Path(folder) / f"long{name}"
            path.write_bytes(make(lines))
            start, before = time.perf_counter(), cpu_seconds()
            document = open_document(path)
            opened, between = time.perf_counter(), cpu_seconds()
            reading = read_document(document, reference, wording)
            figures = look_again(reading.figures, wording, reference, identities)
            end, after = time.perf_counter(), cpu_seconds()
            here, there = (
                resource.getrusage(who).ru_maxrss / 1024
                for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
            )
            rows.append(
                f"| {name} | {path.stat().st_size // 1024} | {len(figures)} | "
                f"{opened - start:.1f} | {end - opened:.1f} | "
                f"{between - before:.1f} | {after - between:.1f} | {there:.0f} | {here:.0f} |"
            )
    return "\n".join(rows)


def cpu_seconds() -> float:
    """Processor time of this process and of those that opened documents: load does not count."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def make_lines(pages: int) -> list[str]:
    """The made-up reports over and over, each time under another district, until it is enough."""
    texts = [
        path.read_text("utf-8")
        for path in sorted((ROOT / "tests" / "made_up" / "reports").glob("*.txt"))
    ]
    lines: list[str] = []
    turn = 0
    while len(lines) < pages * LINES_A_PAGE:
        for paragraph in texts[turn % len(texts)].splitlines():
            lines += wrap(f"{paragraph} ({turn} lần)" if len(paragraph) > 60 else paragraph)
        turn += 1
    return lines[: pages * LINES_A_PAGE]


def wrap(paragraph: str) -> list[str]:
    lines, line = [], ""
    for word in paragraph.replace("\t", "   ").split(" "):
        if line and len(line) + len(word) >= LETTERS_A_LINE:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line]


def make_text(lines: list[str]) -> bytes:
    return "\n".join(lines).encode()


def make_word(lines: list[str]) -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>"
        )
    return file.getvalue()


def make_pdf(lines: list[str]) -> bytes:
    """Pages with a running head, a page number and letters that can be copied."""
    import matplotlib as mpl

    mpl.use("agg")
    mpl.rcParams["pdf.fonttype"] = 42
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    file = io.BytesIO()
    with PdfPages(file) as book:
        for number, start in enumerate(range(0, len(lines), LINES_A_PAGE), start=1):
            page = Figure(figsize=(8.27, 11.69))
            page.text(0.1, 0.97, "UBND HUYỆN THỬ NGHIỆM", fontsize=9)
            page.text(0.5, 0.02, str(number), fontsize=9)
            for at, line in enumerate(lines[start : start + LINES_A_PAGE]):
                page.text(0.1, 0.92 - at * 0.0225, line.replace("$", ""), fontsize=9)
            book.savefig(page)
    return file.getvalue()
