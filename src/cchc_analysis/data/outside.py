"""Files from outside, whatever the door: what we do not open, as it would not end or is not so.

Comes in as a path or bytes; goes out as bytes, an archive or plain Python values, or as a
``ReportError`` with a sentence. Nothing is unpacked to disk, nothing outside the file is fetched,
no macro is run, and no XML with a document type is parsed, so that no entity can expand. Of a
workbook, what would grow without end while it is opened (a merge over a whole sheet, one cell in
its last corner) is refused.

``call_apart`` works on such a file in a process of its own, inside fixed limits of time and memory
where the system knows them (Linux, macOS); elsewhere the time limit alone holds. Nothing of the
folder in which somebody works is imported there.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import re
import subprocess
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from cchc_analysis.data.system import ONE_THREAD, limit_process
from cchc_analysis.errors import CchcError, Problem, ReportError

LARGEST_FILE = 80 * 2**20
LARGEST_UNPACKED = 300 * 2**20
LARGEST_RATIO = 200
MOST_PARTS = 5_000
MOST_CELLS = 2_000_000
"""Cells of a sheet; spreadsheet programs themselves are slow from there on."""
LONGEST_TABLE = 20_000_000
"""Cells of a table kept as text or as Parquet."""
MOST_COLUMNS = 16_384
LARGEST_TEXT = 10 * 2**20
"""Bytes of a mapping, a suite, or another file that people write by hand."""
MOST_NESTED = 60
MOST_NODES = 500_000
"""Entries of such a file, with those that it repeats by reference."""
MOST_PDF_OBJECTS = 400_000
MOST_PAGES = 1_500
_RELATION = re.compile(r"<[^<>]*\bRelationship\b[^<>]*>")
_IS_OUTSIDE = re.compile(r"TargetMode\s*=\s*[\"']External[\"']", re.IGNORECASE)
_IS_FETCHED = re.compile(
    r"Type\s*=\s*[\"'][^\"']*/(?:attachedTemplate|oleObject|frame|subDocument|package|control|"
    r"aFChunk|externalLinkPath|mailMergeSource|webVideo)[\"']",
    re.IGNORECASE,
)
SIGNATURES: Mapping[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "ole": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
    "rtf": (b"{\\rtf",),
    "image": (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF8"),
    "archive": (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b"),
}


def refuse(path: Path, found: str, expected: str, remedy: str) -> ReportError:
    """The error for a report that we do not open."""
    return ReportError(Problem(path.name or str(path), found, expected, remedy))


def read_bytes(path: Path, what: str = "a report") -> bytes:
    """Read a file, unless there is none or it is too large; ``what`` is what it should be."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            found = "a folder" if path.is_dir() else "no file"
            raise refuse(path, found, what, "Name the file itself.")
        if size > LARGEST_FILE:
            limit = f"at most {LARGEST_FILE // 2**20} MB"
            raise refuse(path, f"{size // 2**20} MB", limit, "Save it without pictures.")
        data = path.read_bytes()
    except OSError as error:
        is_gone = isinstance(error, FileNotFoundError)
        found = "no such file" if is_gone else f"cannot be read ({error.strerror})"
        raise refuse(path, found, what, "Check its name.") from None
    if not data.strip(b"\0 \r\n\t"):
        raise refuse(path, "an empty file", what, "Fetch it again.")
    return data


def read_text(path: Path, what: str, most: int = LARGEST_TEXT) -> str:
    """Read a file in UTF-8, unless it is longer than people write by hand."""
    data = read_bytes(path, what)
    if len(data) > most:
        found, limit = f"{len(data) // 2**20} MB", f"at most {most // 2**20} MB"
        raise refuse(path, found, limit, "Check what it is; people write less by hand.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not UTF-8"
        raise refuse(path, found, "UTF-8 text", "Save the file again as UTF-8.") from None


def check_shape(path: Path, text: str, mark: str) -> None:
    """Refuse a table of text with more columns or cells than any has; ``mark`` parts its cells."""
    lines = text.splitlines()
    width = max((line.count(mark) for line in lines), default=0) + 1
    if width > MOST_COLUMNS or width * len(lines) > LONGEST_TABLE:
        found = f"{len(lines)} rows and {width} columns"
        expected = f"at most {MOST_COLUMNS} columns and {LONGEST_TABLE} cells"
        raise refuse(path, found, expected, "Keep what is needed of it, or cut it into parts.")


def load_json(path: Path) -> Any:
    """Load a JSON file."""
    return _parse(path, "JSON", json.loads)


def load_yaml(path: Path) -> Any:
    """Load a YAML file, as plain values, unless it would grow without end."""
    import yaml

    # The C loader of safe_load: ten times faster, and as safe.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    def parse(text: str) -> Any:
        _check_growth(path, yaml.parse(text, Loader=loader))
        return yaml.load(text, Loader=loader)  # noqa: S506

    errors = (yaml.YAMLError, ValueError, TypeError, RecursionError)
    return _parse(path, "YAML", parse, errors)


def _parse(
    path: Path,
    kind: str,
    parse: Callable[[str], Any],
    errors: tuple[type[Exception], ...] = (ValueError, RecursionError),
) -> Any:
    text = read_text(path, "a file that people write by hand")
    try:
        return parse(text)
    except errors as error:
        told = " ".join(str(error).split())[:200] or type(error).__name__
        raise refuse(path, f"not {kind} ({told})", f"{kind} in UTF-8", "Mend it.") from None


def _check_growth(path: Path, events: Iterable[Any]) -> None:
    """Refuse YAML that is too deep or, with what it repeats by reference, too long."""
    sizes: dict[str, int] = {}
    above: list[tuple[str | None, int]] = []
    total = 0
    for event in events:
        kind, anchor = type(event).__name__, getattr(event, "anchor", None)
        if kind in ("SequenceStartEvent", "MappingStartEvent", "ScalarEvent"):
            above.append((anchor, total))
            total += 1
        if kind in ("SequenceEndEvent", "MappingEndEvent", "ScalarEvent"):
            anchor, before = above.pop()
            sizes |= {anchor: total - before} if anchor else {}
        if kind == "AliasEvent":
            if anchor not in sizes:
                raise refuse(path, f"*{anchor} inside itself", "entries that end", "Write it out.")
            total += sizes[anchor]
        for number, most, found in (
            (len(above), MOST_NESTED, "entries inside entries"),
            (total, MOST_NODES, "entries, with repeated ones"),
        ):
            if number > most:
                remedy = "It may be made to do harm, or be another file; check what it is."
                raise refuse(path, f"more than {most} {found}", f"at most {most}", remedy)


def sniff(data: bytes) -> str:
    """What a file is by its first bytes: pdf, zip, ole, rtf, image, archive, html or text."""
    if kind := next((each for each, marks in SIGNATURES.items() if data.startswith(marks)), ""):
        return kind
    start = data[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    is_page = start.startswith((b"<!doctype html", b"<head")) or re.search(
        rb"<html|<body|^<\?xml[^>]*>\s*<!doctype html", start
    )
    return "html" if is_page else "text"


def open_archive(path: Path, data: bytes, *, may_have_macros: bool = False) -> zipfile.ZipFile:
    """Open an Office file, unless it is damaged, encrypted, too large once unpacked, or a program.

    What is unpacked is what its parts claim.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        found = "a file that is cut off or damaged"
        raise refuse(path, found, "a whole document", "Fetch it again.") from None
    if len(parts) > MOST_PARTS:
        raise refuse(path, f"{len(parts)} parts", f"at most {MOST_PARTS}", "Save it anew.")
    if any(part.flag_bits & 1 for part in parts):
        raise refuse(path, "an encrypted file", "one without a password", "Remove the password.")
    has_macros = any(part.filename.lower().endswith("vbaproject.bin") for part in parts)
    if has_macros and not may_have_macros:
        raise refuse(path, "a file with macros", "one without", "Save it as .docx or .xlsx.")
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    if unpacked > LARGEST_UNPACKED or (unpacked > 20 * 2**20 and unpacked / packed > LARGEST_RATIO):
        found = f"{unpacked // 2**20} MB packed into {packed // 2**20} MB"
        limit = f"at most {LARGEST_UNPACKED // 2**20} MB"
        raise refuse(path, found, limit, "It may be made to do harm; do not open it.")
    return archive


_DAMAGES = (KeyError, OSError, ValueError, EOFError, NotImplementedError, RuntimeError)


def read_part(path: Path, archive: zipfile.ZipFile, name: str) -> bytes:
    """Unpack one part of an Office file, never more of it than it claimed.

    XML must be without a document type, in whatever encoding: Office files have none, and it can
    expand.
    """
    try:
        claimed = archive.getinfo(name).file_size
        with archive.open(name) as part:
            content = part.read(claimed + 1)
    except (*_DAMAGES, zipfile.BadZipFile, zlib.error):
        found = f"no readable part {name}"
        raise refuse(path, found, "a whole document", "Fetch it again.") from None
    if len(content) > claimed:
        raise refuse(path, f"more in {name} than it claims", "an honest file", "Do not open it.")
    plain = content.replace(b"\0", b"") if name.endswith((".xml", ".rels")) else b""
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        found = "XML with entities of its own"
        raise refuse(path, found, "plain XML", "It may be made to do harm.")
    return content


def refuse_outside_parts(path: Path, archive: zipfile.ZipFile) -> None:
    """No part that stands in another file or on the net; links that a person clicks may stay."""
    for name in archive.namelist():
        content = read_part(path, archive, name) if name.endswith(".rels") else b""
        for relation in _RELATION.findall(content.decode("utf-8", "replace")):
            if _IS_OUTSIDE.search(relation) and _IS_FETCHED.search(relation):
                found = f"a part to be fetched from outside ({name})"
                remedy = "Save it as .docx with everything inside; it may be made to do harm."
                raise refuse(path, found, "a document that is whole in itself", remedy)


MOST_SECONDS = 60
MOST_MEMORY = 1_536 * 2**20
_LONGEST = 4
"""Times as long by the clock, on a machine that has other work to do."""
_HOME = Path(__file__).resolve().parents[2]


def call_apart(function: str, path: Path, *more: Any, seconds: int = MOST_SECONDS) -> Any:
    """Call a function of ours on a file, in a process of its own, and return what it returns.

    ``function`` is ``package.module:name``; it takes the path, and ``more``. A ``CchcError`` is
    what it raises, or says that it takes too much time (of the processor) or memory, or cannot
    read the file.
    """
    order = pickle.dumps((function, path.resolve(), more, seconds))
    paths = [str(_HOME), *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        child = subprocess.run(
            [sys.executable, "-P", "-m", "cchc_analysis.data.outside"],
            input=order,
            capture_output=True,
            timeout=_LONGEST * seconds + 5,
            check=False,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(paths)},
            cwd=_HOME,
        )
        answer = pickle.loads(child.stdout)  # noqa: S301 - of our own process
    except (subprocess.TimeoutExpired, pickle.UnpicklingError, EOFError, ValueError):
        found = "a file that takes too much time or memory to open"
        limit = f"at most {seconds} s and {MOST_MEMORY // 2**20} MB"
        remedy = "It may be made to do harm, or be damaged; save it anew as plain text."
        raise refuse(path, found, limit, remedy) from None
    if isinstance(answer, CchcError):
        raise answer
    return answer


def main() -> None:
    """What the process of its own does: one call, whose answer goes to standard output."""
    function, path, more, seconds = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our parent
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    limit_process(MOST_MEMORY, seconds)
    try:
        answer = pickle.dumps(_call(function, path, more))
    except MemoryError:
        answer = b""
    with out:
        out.write(answer)


def _call(function: str, path: Path, more: tuple[Any, ...]) -> object:
    module, _, name = function.partition(":")
    try:
        return getattr(import_module(module), name)(path, *more)
    except CchcError as error:
        return error
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes a parser meet
        found = f"a file that no parser could read ({type(error).__name__}: {error})"[:300]
        remedy = "Open it, check it, and save it anew."
        return ReportError(Problem(path.name, found, "a whole file of its kind", remedy))


_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\b[^<>]*?\bref\s*=\s*[\"']([^\"'<>]{1,40})[\"']")


def open_workbook(path: Path, data: bytes, *, is_lean: bool = False) -> Any:
    """Open a workbook with the values that its formulas had when it was saved.

    ``is_lean``: row by row, in little memory; without merges and what is hidden.
    """
    import openpyxl
    from openpyxl.utils.cell import range_boundaries

    archive = open_archive(path, data, may_have_macros=True)
    for name in (each for each in archive.namelist() if each.endswith((".xml", ".rels"))):
        content, merged = read_part(path, archive, name), 0
        for ref in _MERGE.findall(content) if "worksheets/" in name else ():
            with suppress(ValueError, TypeError):  # what is no range
                left, top, right, bottom = range_boundaries(ref.decode("ascii", "replace"))
                merged += int((abs(right - left) + 1) * (abs(bottom - top) + 1))
        if merged > MOST_CELLS:
            found, expected = f"{merged} merged cells", f"at most {MOST_CELLS}"
            raise refuse(path, found, expected, "Undo the merge of the whole sheet.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(
                io.BytesIO(data), data_only=True, keep_links=False, read_only=is_lean
            )
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever its parser meets
        found = f"a damaged workbook ({' '.join(str(error).split())})"[:300]
        raise refuse(path, found, "a whole XLSX file", "Open it and save it again.") from None
    for sheet in book.worksheets:
        rows, columns = sheet.max_row or 0, sheet.max_column or 0
        if rows * columns > MOST_CELLS:
            found = f"sheet {sheet.title!r} of {rows} rows and {columns} columns"
            remedy = "Remove empty rows and columns, or save it as CSV."
            raise refuse(path, found, f"at most {MOST_CELLS} cells", remedy)
    return book


def tell_hidden(sheet: Any) -> str:
    """The rows and columns of a sheet that are hidden and hold something, in words; or ""."""
    from openpyxl.utils import get_column_letter

    hidden_rows = {number for number, row in sheet.row_dimensions.items() if row.hidden}
    hidden_columns = {
        number
        for column in sheet.column_dimensions.values()
        if column.hidden
        for number in range(column.min or 0, min(column.max or 0, sheet.max_column) + 1)
    }
    rows, columns = set(), set()
    for cells in sheet.iter_rows() if hidden_rows or hidden_columns else ():
        for cell in cells:
            if cell.value not in (None, ""):
                rows |= {cell.row} & hidden_rows
                columns |= {cell.column} & hidden_columns
    told = " and ".join([*_tell("row", rows, str), *_tell("column", columns, get_column_letter)])
    if sheet.sheet_state != "visible":
        told = f"the whole sheet{f', with {told}' if told else ''}"
    return f"hidden in the sheet, and counted: {told}" if told else ""


def _tell(noun: str, numbers: set[int], name: Any) -> Iterator[str]:
    firsts = sorted(each for each in numbers if each - 1 not in numbers)
    lasts = sorted(each for each in numbers if each + 1 not in numbers)
    runs = [
        name(first) if first == last else f"{name(first)} to {name(last)}"
        for first, last in zip(firsts, lasts, strict=True)
    ]
    if runs:
        yield f"{noun}{'s' if len(numbers) > 1 else ''} {', '.join(runs)}"


if __name__ == "__main__":
    main()
