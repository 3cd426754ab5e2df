"""Opening a document inside fixed limits of time and memory.

What a stranger sends is opened in a process of its own, which may take so much time and memory
and no more. Whatever happens to it, the person reading gets a sentence. The limits hold where the
system knows them (Linux, macOS); elsewhere the time limit alone does.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from cchc_analysis.errors import CchcError, Problem, ReportError
from cchc_analysis.read.documents.lines import Cell, Document, Line
from cchc_analysis.read.documents.safety import read_bytes, refuse, sniff

MOST_SECONDS = 60
MOST_MEMORY = 1_536 * 2**20
FORMATS = ".docx, .pdf, .html, .xlsx or .txt"
MOST_LETTERS = 20_000_000


def open_document(path: Path, *, seconds: int = MOST_SECONDS, is_alone: bool = True) -> Document:
    """Open a report.

    Args:
        path: The file: .docx, .pdf, .html, .xlsx or .txt. Its first bytes count, not its name.
        seconds: The time it may take.
        is_alone: Whether to open it in a process of its own; plain text needs none.

    Raises:
        ReportError: It is none of these, damaged, too large, encrypted, a scan, or takes too long.
    """
    data = read_bytes(path)
    kind = sniff(data)
    _refuse_kind(path, kind, data)
    if not is_alone or kind == "text":
        return open_here(path, data)
    return _open_apart(path, seconds)


def open_here(path: Path, data: bytes) -> Document:
    """Open a document in this process, without limits."""
    document = _read(path, data)
    digest = hashlib.sha256(data).hexdigest()
    if sum(len(line.text) for line in document.lines) > MOST_LETTERS:
        raise refuse(path, "more text than any report has", "a report", "Cut it into parts.")
    return Document(document.lines, document.format, digest, document.remarks)


def _refuse_kind(path: Path, kind: str, data: bytes) -> None:
    """Kinds that we know and do not open, each with what to do instead."""
    if kind == "ole":
        is_locked = "EncryptedPackage".encode("utf-16-le") in data
        found = "an encrypted document" if is_locked else "an old Office file (.doc, .xls)"
        remedy = "Remove the password." if is_locked else "Save it as .docx or .xlsx."
        raise refuse(path, found, FORMATS, remedy)
    if kind in ("rtf", "image", "archive"):
        found = {"rtf": "an RTF file", "image": "a picture", "archive": "an archive"}[kind]
        remedy = {
            "rtf": "Save it as .docx.",
            "image": "Recognise its text first (OCR), and compare it with the picture.",
            "archive": "Unpack it, and read what is in it.",
        }[kind]
        raise refuse(path, found, FORMATS, remedy)


def _read(path: Path, data: bytes) -> Document:
    kind = sniff(data)
    if kind == "pdf":
        from cchc_analysis.read.documents.pdf import read_pdf

        return read_pdf(path, data)
    if kind == "zip":
        return _read_archive(path, data)
    if kind == "html":
        from cchc_analysis.read.documents.web import read_web

        return read_web(path, data)
    from cchc_analysis.read.documents.texts import read_text

    return read_text(path, data)


def _read_archive(path: Path, data: bytes) -> Document:
    from cchc_analysis.read.documents.safety import open_archive

    names = set(open_archive(path, data).namelist())
    if "word/document.xml" in names:
        from cchc_analysis.read.documents.word import read_word

        return read_word(path, data)
    if "xl/workbook.xml" in names:
        from cchc_analysis.read.documents.sheet import read_sheet

        return read_sheet(path, data)
    raise refuse(path, "an archive that is no document", FORMATS, "Unpack it first.")


def _open_apart(path: Path, seconds: int) -> Document:
    command = [
        sys.executable,
        "-m",
        "cchc_analysis.read.documents",
        str(path.resolve()),
        str(seconds),
    ]
    try:
        child = subprocess.run(  # noqa: S603 - our own module, and a path as one argument
            command, capture_output=True, timeout=seconds + 5, check=False, env=_environment()
        )
    except subprocess.TimeoutExpired:
        raise _too_much(path, seconds) from None
    try:
        answer = json.loads(child.stdout)
    except ValueError:
        raise _too_much(path, seconds) from None
    if "problems" in answer:
        raise ReportError(Problem(**problem) for problem in answer["problems"])
    return unpack(answer)


def _environment() -> dict[str, str]:
    import os

    root = str(Path(__file__).resolve().parents[3])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"}


def _too_much(path: Path, seconds: int) -> ReportError:
    return refuse(
        path,
        "a document that takes too much time or memory to open",
        f"at most {seconds} s and {MOST_MEMORY // 2**20} MB",
        "It may be made to do harm, or be damaged; save it anew as plain text.",
    )


def limit_resources(seconds: int) -> None:
    """Bind this process to the limits, where the system knows them."""
    try:
        import resource
    except ImportError:  # Windows: the time limit of the parent is all there is
        return
    for kind, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, seconds)):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (most if hard < 0 else min(most, hard), hard))


def answer(path: Path) -> str:
    """What the process of its own tells its parent: the document or its problems, as JSON."""
    try:
        return json.dumps(pack(open_here(path, read_bytes(path))))
    except CchcError as error:
        return json.dumps({"problems": [asdict(problem) for problem in error.problems]})
    except MemoryError:
        return ""
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes a parser meet
        problem = Problem(
            path.name,
            f"a file that no parser could read ({type(error).__name__}: {error})"[:300],
            FORMATS,
            "Open it, check it, and save it anew.",
        )
        return json.dumps({"problems": [asdict(problem)]})


def pack(document: Document) -> dict[str, object]:
    """A document as plain lists."""
    lines = [
        [
            line.number,
            line.text,
            [[cell.text, cell.column, cell.width] for cell in line.cells],
            line.table,
            line.is_exact,
        ]
        for line in document.lines
    ]
    return {"lines": lines, "rest": [document.format, document.sha256, list(document.remarks)]}


def unpack(packed: dict[str, list]) -> Document:  # type: ignore[type-arg]
    """The document that plain lists stand for."""
    lines = tuple(
        Line(number, text, tuple(Cell(*cell) for cell in cells), table, is_exact)
        for number, text, cells, table, is_exact in packed["lines"]
    )
    format_name, sha256, remarks = packed["rest"]
    return Document(lines, format_name, sha256, tuple(remarks))
