"""Files from outside, whatever the door: what we do not open, as it would not end or is not so.

Comes in as a path or bytes; goes out as bytes, text, an archive or plain Python values, or as a
``ReportError`` with a sentence. Nothing is unpacked to disk, nothing outside the file is fetched,
no macro is run, and no XML with a document type is parsed, so that no entity can expand.

Text may be in UTF-8, UTF-16, cp1258, and the old TCVN3 (ABC) and VNI fonts; it comes out as Unicode
in form NFC. Nothing is guessed from single letters: a text is converted only when what comes out
reads as Vietnamese and what went in does not.
"""

from __future__ import annotations

import io
import json
import pickle
import re
import unicodedata
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from cchc_analysis.data.records import load_own, refusal
from cchc_analysis.data.system import begin_python, end_group, limit_process
from cchc_analysis.errors import CchcError, ReportError

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


def refuse(path: Path, kind: str, /, **said: object) -> ReportError:
    """The error of one problem with a file."""
    return refusal(kind, path.name or str(path), **said)


def read_bytes(path: Path, what: str = "a report") -> bytes:
    """Read a file, unless there is none or it is too large; ``what`` is what it should be."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            found = "a folder" if path.is_dir() else "no file"
            raise refuse(path, "no_file", found=found, what=what)
        if size > LARGEST_FILE:
            raise refuse(path, "large_file", size=size // 2**20, most=LARGEST_FILE // 2**20)
        data = path.read_bytes()
    except OSError as error:
        kind = "gone_file" if isinstance(error, FileNotFoundError) else "closed_file"
        raise refuse(path, kind, error=error.strerror, what=what) from None
    if not data.strip(b"\0 \r\n\t"):
        raise refuse(path, "empty_file", what=what)
    return data


def read_text(path: Path, what: str, most: int = LARGEST_TEXT) -> str:
    """Read a file in UTF-8, unless it is longer than people write by hand."""
    data = read_bytes(path, what)
    if len(data) > most:
        raise refuse(path, "large_text", size=len(data) // 2**20, most=most // 2**20)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(path, "no_utf8", at=error.start) from None


def check_shape(path: Path, text: str, mark: str) -> None:
    """Refuse a table of text with more columns or cells than any has; ``mark`` parts its cells."""
    lines = text.splitlines()
    width = max((line.count(mark) for line in lines), default=0) + 1
    if width > MOST_COLUMNS or width * len(lines) > LONGEST_TABLE:
        most = {"most_columns": MOST_COLUMNS, "most_cells": LONGEST_TABLE}
        raise refuse(path, "wide_text", rows=len(lines), columns=width, **most)


def load_json(path: Path) -> Any:
    """Load a JSON file."""
    return _load(path, "JSON")


def load_yaml(path: Path) -> Any:
    """Load a YAML file, as plain values, unless it would grow without end."""
    return _load(path, "YAML")


def _load(path: Path, kind: str) -> Any:
    import yaml

    # The C loader of safe_load: ten times faster, and as safe.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(loader):  # type: ignore[misc]
        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            _hold_once([(key.value, None) for key, _ in node.value if key.id == "scalar"])
            return super().construct_mapping(node, deep)

    text = read_text(path, "a file that people write by hand")
    try:
        if kind == "JSON":
            return json.loads(text, object_pairs_hook=_hold_once)
        _check_growth(path, yaml.parse(text, Loader=loader))
        return yaml.load(text, Loader=Loader)  # noqa: S506
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        told = " ".join(str(error).split())[:200] or type(error).__name__
        raise refuse(path, "not_parsed", kind=kind, error=told) from None


def _hold_once(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    """Pairs as a mapping; a ``ValueError`` where a key stands twice."""
    if twice := [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]:
        raise ValueError(f"the key {twice[0]!r} stands twice")
    return dict(pairs)


def _check_growth(path: Path, events: Iterable[Any]) -> None:
    """Refuse YAML that is too deep or too long, or repeats what stands elsewhere by reference."""
    from yaml import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent

    depth = total = 0
    for event in events:
        if isinstance(event, AliasEvent):  # a few lines of them make millions of entries
            raise refuse(path, "alias", anchor=event.anchor)
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        total += isinstance(event, CollectionStartEvent | ScalarEvent)
        if depth > MOST_NESTED:
            raise refuse(path, "nested", most=MOST_NESTED)
        if total > MOST_NODES:
            raise refuse(path, "many_entries", most=MOST_NODES)


MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
MOST_MARKS = 30
"""Combining marks in a row; a letter of a living language has two or three. To put heaps of them
in order takes for ever."""
_HEAPS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    f"\ufe20-\ufe2f]{{{MOST_MARKS + 1},}}"
)

_SAID = load_own("spellings")
TCVN3 = str.maketrans(_SAID["tcvn3"]["bytes"], _SAID["tcvn3"]["letters"])
_VNI_MARKS: dict[str, str] = _SAID["vni_marks"]
_VNI_LETTERS: dict[str, Any] = _SAID["vni_letters"]
_VNI_PAIR = re.compile(
    "([aeouyAEOUYôöÔÖ])([" + "".join(_VNI_MARKS) + "".join(_VNI_MARKS).upper() + "])"
)
_COMMON = re.compile(rf"(?i)(?<!\w)(?:{'|'.join(_SAID['common'].split())})(?!\w)")


def decode_text(path: Path, data: bytes) -> tuple[str, str]:
    """Decode bytes by their mark, as UTF-8, or as the encoding that reads as Vietnamese.

    The name of the encoding goes with the text.
    """
    said = next((name for mark, name in MARKS if data.startswith(mark)), "")
    for name, half in (("utf-16-le", data[1:4000:2]), ("utf-16-be", data[:4000:2])):
        if len(data) > 3 and half.count(0) > 0.3 * len(half):
            said = said or name
    start = data[:20_000].decode(said or "latin-1", "replace")
    controls = sum(1 for letter in start if ord(letter) < 32 and letter not in "\t\r\n\f\x0b")
    if controls > 0.02 * len(start) + 2:
        raise refuse(path, "no_text")
    try:
        text = data.decode(said or "utf-8")
    except UnicodeDecodeError as error:
        if said:
            raise refuse(path, "other_encoding", at=error.start, encoding=said) from None
        text = ""
    if _HEAPS.search(text):
        raise refuse(path, "heaps", most=MOST_MARKS)
    if said:
        return text, said.removesuffix("-sig")
    if text:
        converted, name = convert_legacy(text)
        return converted, name or "utf-8"
    converted, name = convert_legacy(data.decode("latin-1"))
    read = {"cp1258": data.decode("cp1258", "replace"), name or "latin-1": converted}
    best = max(read, key=lambda each: count_vietnamese(read[each]))
    if not count_vietnamese(read[best]):
        raise refuse(path, "no_encoding")
    return unicodedata.normalize("NFC", read[best]), best


def convert_tcvn3(text: str) -> str:
    r"""Read TCVN3 bytes that were taken for Latin letters.

    >>> convert_tcvn3("C\xb6i c\xb8ch hµnh chÝnh")
    'Cải cách hành chính'
    """
    return unicodedata.normalize("NFC", text.translate(TCVN3))


def convert_vni(text: str) -> str:
    r"""Read VNI bytes that were taken for Latin letters: a letter, then its mark.

    >>> convert_vni("Ca\xfbi ca\xf9ch ha\xf8nh ch\xednh")
    'Cải cách hành chính'
    """

    def join(match: re.Match[str]) -> str:
        letter = str(_VNI_LETTERS.get(match[1], match[1]))
        return unicodedata.normalize("NFC", letter + _VNI_MARKS[match[2].lower()])

    joined = _VNI_PAIR.sub(join, text)
    return unicodedata.normalize("NFC", joined.translate(str.maketrans(_VNI_LETTERS)))


def count_vietnamese(text: str) -> int:
    """How many of the commonest words of these reports a text has, spelt in Unicode."""
    return len(_COMMON.findall(unicodedata.normalize("NFC", text[:200_000])))


def convert_legacy(text: str) -> tuple[str, str]:
    """Convert a text if it is in an old encoding; with the name of that, or ""."""
    start = text[:200_000]
    plain, words = count_vietnamese(start), max(1, len(start.split()))
    ways = {"TCVN3": convert_tcvn3, "VNI": convert_vni}
    gained, name = max((count_vietnamese(ways[each](start)), each) for each in ways)
    is_legacy = gained > 2 * plain + 2 and gained / words > 0.05
    return (ways[name](text), name) if is_legacy else (text, "")


def sniff(data: bytes) -> str:
    """What a file is by its first bytes: pdf, zip, ole, rtf, image, archive, html or text."""
    if kind := next((each for each, marks in SIGNATURES.items() if data.startswith(marks)), ""):
        return kind
    start = data[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    is_page = re.search(rb"<html|<body|^(?:<\?xml[^>]*>\s*)?<!doctype html|^<head", start)
    return "html" if is_page else "text"


def open_archive(path: Path, data: bytes, *, may_have_macros: bool = False) -> zipfile.ZipFile:
    """Open an Office file, unless it is damaged, encrypted, too large once unpacked, or a program.

    What is unpacked is what its parts claim.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise refuse(path, "cut_off") from None
    if len(parts) > MOST_PARTS:
        raise refuse(path, "many_parts", number=len(parts), most=MOST_PARTS)
    if any(part.flag_bits & 1 for part in parts):
        raise refuse(path, "encrypted")
    has_macros = any(part.filename.lower().endswith("vbaproject.bin") for part in parts)
    if has_macros and not may_have_macros:
        raise refuse(path, "macros")
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    if unpacked > LARGEST_UNPACKED or (unpacked > 20 * 2**20 and unpacked / packed > LARGEST_RATIO):
        sizes = {"unpacked": unpacked, "packed": packed, "most": LARGEST_UNPACKED}
        told = {name: size // 2**20 for name, size in sizes.items()}
        raise refuse(path, "bomb", **told)
    return archive


def read_part(path: Path, archive: zipfile.ZipFile, name: str) -> bytes:
    """Unpack one part of an Office file, never more of it than it claimed.

    XML must be without a document type, in whatever encoding: Office files have none, and it can
    expand.
    """
    damages = (LookupError, OSError, ValueError, EOFError, RuntimeError)
    try:
        claimed = archive.getinfo(name).file_size
        with archive.open(name) as part:
            content = part.read(claimed + 1)
    except (*damages, zipfile.BadZipFile, zlib.error):
        raise refuse(path, "no_part", name=name) from None
    if len(content) > claimed:
        raise refuse(path, "more_than_claimed", name=name)
    plain = content.replace(b"\0", b"") if name.endswith((".xml", ".rels")) else b""
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise refuse(path, "entities")
    return content


def refuse_outside_parts(path: Path, archive: zipfile.ZipFile) -> None:
    """No part that stands in another file or on the net; links that a person clicks may stay."""
    for name in archive.namelist():
        content = read_part(path, archive, name) if name.endswith(".rels") else b""
        for relation in _RELATION.findall(content.decode("utf-8", "replace")):
            if _IS_OUTSIDE.search(relation) and _IS_FETCHED.search(relation):
                raise refuse(path, "outside_part", name=name)


MOST_SECONDS = 60
MOST_MEMORY = 1_536 * 2**20
R = TypeVar("R")


def call_apart(
    function: Callable[..., R], path: Path, *more: Any, seconds: int = MOST_SECONDS
) -> R:
    """Call a function of ours on a file, in a process of its own, and return what it returns.

    It can be imported, and takes the path, and ``more``. A ``CchcError`` is what it raises, or says
    that it takes too much time (of the processor) or memory, where the system limits them, or
    cannot read the file. Nothing of the folder in which somebody works is imported there.
    """
    child, link = begin_python(serve_call, Path(__file__).parent)
    try:
        link.send((function, path.resolve(), more, seconds))
        if not link.poll(4 * seconds + 5):  # by the clock of a machine that has other work to do
            raise TimeoutError
        answer: Any = link.recv()
    except (EOFError, OSError, pickle.UnpicklingError):
        most = {"seconds": seconds, "memory": MOST_MEMORY // 2**20}
        raise refuse(path, "endless", **most) from None
    finally:
        link.close()
        end_group(child.pid)
        child.wait()
    if isinstance(answer, CchcError):
        raise answer
    told: R = answer
    return told


def serve_call(link: Any) -> None:
    """What the process of its own does: one call, whose answer goes back."""
    function, path, more, seconds = link.recv()
    limit_process(MOST_MEMORY, seconds)
    link.send_bytes(call_here(function, path, more))


def call_here(function: Callable[..., object], path: Path, more: tuple[Any, ...]) -> bytes:
    """What a function says of a file, or its ``CchcError``; nothing where memory runs out."""
    try:
        return pickle.dumps(function(path, *more))
    except CchcError as error:
        return pickle.dumps(error)
    except MemoryError:
        return b""
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes a parser meet
        told = f"{type(error).__name__}: {error})"[:265]
        return pickle.dumps(refuse(path, "damaged", error=told))


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
            raise refuse(path, "merged", number=merged, most=MOST_CELLS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(
                io.BytesIO(data), data_only=True, keep_links=False, read_only=is_lean
            )
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever its parser meets
        said = f"{' '.join(str(error).split())})"[:280]
        raise refuse(path, "damaged_workbook", error=said) from None
    for sheet in book.worksheets:
        rows, columns = sheet.max_row or 0, sheet.max_column or 0
        if rows * columns > MOST_CELLS:
            told = {"title": sheet.title, "rows": rows, "columns": columns, "most": MOST_CELLS}
            raise refuse(path, "large_sheet", **told)
    return book


def tell_hidden(sheet: Any) -> str:
    """The rows and columns of a sheet that are hidden and hold something, in words; or ""."""
    from openpyxl.utils import get_column_letter

    rows = {number for number, row in sheet.row_dimensions.items() if row.hidden}
    columns = {
        number
        for column in sheet.column_dimensions.values()
        if column.hidden
        for number in range(column.min or 0, min(column.max or 0, sheet.max_column) + 1)
    }
    cells = (cell for each in sheet.iter_rows() for cell in each) if rows or columns else ()
    filled = [cell for cell in cells if cell.value not in (None, "")]
    told = []
    for noun, numbers, name in (
        ("row", rows & {cell.row for cell in filled}, str),
        ("column", columns & {cell.column for cell in filled}, get_column_letter),
    ):
        firsts = (name(each) for each in sorted(numbers) if each - 1 not in numbers)
        lasts = (name(each) for each in sorted(numbers) if each + 1 not in numbers)
        runs = (a if a == b else f"{a} to {b}" for a, b in zip(firsts, lasts, strict=True))
        if numbers:
            told.append(f"{noun}{'s' if len(numbers) > 1 else ''} {', '.join(runs)}")
    words = " and ".join(told)
    if sheet.sheet_state != "visible":
        words = f"the whole sheet{f', with {words}' if words else ''}"
    return f"hidden in the sheet, and counted: {words}" if words else ""
