"""Opening a document, whatever its format: one of a stranger in a process of its own.

The limits are those of ``data.outside``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from cchc_analysis.data.encodings import decode_text
from cchc_analysis.data.outside import (
    MOST_SECONDS,
    call_apart,
    open_archive,
    read_bytes,
    refuse,
    sniff,
)
from cchc_analysis.read.documents.lines import Document, read_lines

FORMATS = ".docx, .pdf, .html, .xlsx or .txt"
MOST_LETTERS = 5_000_000


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
    opened: Document = call_apart(
        "cchc_analysis.read.documents.guard:open_alone", path, seconds=seconds
    )
    return opened


def open_alone(path: Path) -> Document:
    """Open a document in a process that was started for it."""
    return open_here(path, read_bytes(path))


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
    text, encoding = decode_text(path, data)
    return read_lines(text, remarks=[] if encoding == "utf-8" else [f"decoded from {encoding}"])


def _read_archive(path: Path, data: bytes) -> Document:
    names = set(open_archive(path, data).namelist())
    if "word/document.xml" in names:
        from cchc_analysis.read.documents.office import read_word

        return read_word(path, data)
    if "xl/workbook.xml" in names:
        from cchc_analysis.read.documents.office import read_sheet

        return read_sheet(path, data)
    raise refuse(path, "an archive that is no document", FORMATS, "Unpack it first.")
