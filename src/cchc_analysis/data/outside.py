"""Limits: what we do not open, because it is not what it says or would not end.

Comes in as a path or bytes; goes out as nothing, or a ``ReportError`` with a sentence. Nothing is
unpacked to disk, nothing outside the file is fetched, no macro is run, and no XML with a document
type is parsed, so that no entity can expand.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from cchc_analysis.errors import Problem, ReportError

LARGEST_FILE = 80 * 2**20
LARGEST_UNPACKED = 300 * 2**20
LARGEST_RATIO = 200
MOST_PARTS = 5_000
MOST_PDF_OBJECTS = 400_000
MOST_PAGES = 1_500
_RELATION = re.compile(r"<[^<>]*\bRelationship\b[^<>]*>")
_IS_OUTSIDE = re.compile(r"TargetMode\s*=\s*[\"']External[\"']", re.IGNORECASE)
_IS_FETCHED = re.compile(
    r"Type\s*=\s*[\"'][^\"']*/(?:attachedTemplate|oleObject|frame|subDocument|package|control|"
    r"aFChunk|externalLinkPath|mailMergeSource|webVideo)[\"']",
    re.IGNORECASE,
)
SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"GIF8", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
)


def refuse(path: Path, found: str, expected: str, remedy: str) -> ReportError:
    """The error for a report that we do not open."""
    return ReportError(Problem(path.name, found, expected, remedy))


def read_bytes(path: Path) -> bytes:
    """Read a file, unless there is none or it is too large."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise refuse(path, "no file", "a report", "Name the file itself.")
        if size > LARGEST_FILE:
            limit = f"at most {LARGEST_FILE // 2**20} MB"
            raise refuse(path, f"{size // 2**20} MB", limit, "Save it without pictures.")
        data = path.read_bytes()
    except OSError as error:
        raise refuse(
            path, f"cannot be read ({error.strerror})", "a report", "Check its name."
        ) from None
    if not data.strip(b"\0 \r\n\t"):
        raise refuse(path, "an empty file", "a report", "Fetch it again.")
    return data


def sniff(data: bytes) -> str:
    """What a file is by its first bytes: pdf, zip, ole, rtf, image, archive, html or text."""
    for signature, kind in SIGNATURES:
        if data.startswith(signature):
            return kind
    start = data[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if re.match(
        rb"(?:<!doctype html|<html|<head|<body|<\?xml[^>]*>\s*<(?:!doctype html|html))", start
    ):
        return "html"
    return "html" if b"<html" in start or b"<body" in start else "text"


def open_archive(path: Path, data: bytes) -> zipfile.ZipFile:
    """Open an Office file after looking at the sizes that its parts claim to have.

    Raises:
        ReportError: Not a whole archive, encrypted, too many or too large parts, or macros.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise refuse(
            path, "a file that is cut off or damaged", "a whole document", "Fetch it again."
        ) from None
    if len(parts) > MOST_PARTS:
        raise refuse(path, f"{len(parts)} parts", f"at most {MOST_PARTS}", "Save it anew.")
    if any(part.flag_bits & 1 for part in parts):
        raise refuse(path, "an encrypted file", "one without a password", "Remove the password.")
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise refuse(path, "a file with macros", "one without", "Save it as .docx or .xlsx.")
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    if unpacked > LARGEST_UNPACKED or (unpacked > 20 * 2**20 and unpacked / packed > LARGEST_RATIO):
        raise refuse(
            path,
            f"{unpacked // 2**20} MB packed into {packed // 2**20} MB",
            f"at most {LARGEST_UNPACKED // 2**20} MB",
            "It may be made to do harm; do not open it.",
        )
    return archive


def read_part(path: Path, archive: zipfile.ZipFile, name: str) -> bytes:
    """Unpack one part of an Office file, never more of it than it claimed."""
    try:
        claimed = archive.getinfo(name).file_size
        with archive.open(name) as part:
            content = part.read(claimed + 1)
    except (
        KeyError,
        zipfile.BadZipFile,
        OSError,
        ValueError,
        EOFError,
        NotImplementedError,
        RuntimeError,
    ):
        raise refuse(
            path, f"no readable part {name}", "a whole document", "Fetch it again."
        ) from None
    except Exception as error:  # zlib.error has no base but Exception
        if type(error).__module__ != "zlib":
            raise
        raise refuse(
            path, f"a damaged part {name}", "a whole document", "Fetch it again."
        ) from None
    if len(content) > claimed:
        raise refuse(path, f"more in {name} than it claims", "an honest file", "Do not open it.")
    return content


def refuse_outside_parts(path: Path, archive: zipfile.ZipFile) -> None:
    """No part that stands in another file or on the net; links that a person clicks may stay.

    Raises:
        ReportError: A template, object, frame or document is to be fetched from outside.
    """
    for name in archive.namelist():
        if not name.endswith(".rels"):
            continue
        content = read_part(path, archive, name)
        refuse_entities(path, content)
        for relation in _RELATION.findall(content.decode("utf-8", "replace")):
            if _IS_OUTSIDE.search(relation) and _IS_FETCHED.search(relation):
                raise refuse(
                    path,
                    f"a part to be fetched from outside ({name})",
                    "a document that is whole in itself",
                    "Save it as .docx with everything inside; it may be made to do harm.",
                )


def refuse_entities(path: Path, content: bytes) -> None:
    """No document type, in whatever encoding: Office files have none, and it can expand."""
    start = content.replace(b"\0", b"")
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
        raise refuse(
            path, "XML with entities of its own", "plain XML", "It may be made to do harm."
        )
