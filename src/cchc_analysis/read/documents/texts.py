"""Plain text files: which encoding, and the lines.

UTF-8, UTF-16 (with or without its mark), cp1258, and the old font encodings TCVN3 and VNI.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

from cchc_analysis.read.documents.legacy import convert_legacy, count_vietnamese
from cchc_analysis.read.documents.lines import Document, read_lines
from cchc_analysis.read.documents.safety import refuse

MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
CONTROL_SHARE = 0.02


def read_text(path: Path, data: bytes) -> Document:
    """Read a text file.

    Raises:
        ReportError: The bytes are no text.
    """
    text, encoding = decode_text(path, data)
    remarks = [] if encoding == "utf-8" else [f"decoded from {encoding}"]
    return read_lines(text, remarks=remarks)


def decode_text(path: Path, data: bytes) -> tuple[str, str]:
    """Decode bytes by their mark, as UTF-8, or as the encoding that reads as Vietnamese."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _decode_marked(path, data, encoding), encoding.removesuffix("-sig")
    for encoding in ("utf-16-le", "utf-16-be"):
        half = data[1::2] if encoding == "utf-16-le" else data[::2]
        if len(data) > 3 and half[:2000].count(0) > 0.3 * len(half[:2000]):
            return _decode_marked(path, data, encoding), encoding
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text:
        _refuse_binary(path, text)
        converted, name = convert_legacy(text)
        return converted, name or "utf-8"
    return _decode_single_bytes(path, data)


def _decode_marked(path: Path, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not {encoding}"
        raise refuse(path, found, "a whole text file", "Save it again as UTF-8.") from None


def _decode_single_bytes(path: Path, data: bytes) -> tuple[str, str]:
    """cp1258, or an old font encoding; whichever reads best as Vietnamese."""
    western = data.decode("cp1258", errors="replace")
    latin = data.decode("latin-1")
    _refuse_binary(path, latin)
    converted, name = convert_legacy(latin)
    best = max(
        ((western, "cp1258"), (converted, name or "latin-1")),
        key=lambda pair: count_vietnamese(pair[0]),
    )
    if count_vietnamese(best[0]) == 0:
        raise refuse(
            path,
            "bytes of no encoding known here",
            "UTF-8, UTF-16, cp1258, TCVN3 or VNI",
            "Save it again as UTF-8.",
        )
    return unicodedata.normalize("NFC", best[0]), best[1]


def _refuse_binary(path: Path, text: str) -> None:
    start = text[:20_000]
    controls = sum(1 for letter in start if ord(letter) < 32 and letter not in "\t\r\n\f\x0b")
    if controls > CONTROL_SHARE * len(start) + 2:
        raise refuse(
            path, "no text inside", "a text, .docx, .pdf, .html or .xlsx", "Check what it is."
        )
