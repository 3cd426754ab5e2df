"""The words of officialdom in a text that has lost its diacritics: "quy II nam 2021".

Comes in as lines; goes out as the same lines with these words as they are spelled, so that what is
known of heads, dates and levels holds for them too. No character moves, and nothing of it is
stored. Words of ``wording.yml`` need none of this: they are compared without diacritics.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from cchc_analysis.read.documents.lines import Line

SPELLED = (
    "báo cáo", "kế hoạch", "thông báo", "quyết định", "nghị định", "nghị quyết", "công văn",
    "ủy ban nhân dân", "cải cách hành chính", "phương hướng", "nhiệm vụ", "mục tiêu", "phấn đấu",
    "thành phố", "thị xã", "thị trấn", "đặc khu", "huyện", "quận", "tỉnh", "phường", "cấp xã",
    "cấp huyện",
    "tính đến", "từ ngày", "đến ngày", "đến nay", "ngày", "tháng", "đầu năm", "cuối năm", "năm",
    "quý", "cùng kỳ", "so với", "trong đó", "mức độ", "giai đoạn", "xếp thứ", "xếp hạng", "điểm",
    "trước hạn", "đúng hạn", "quá hạn", "lĩnh vực", "chỉ số", "bộ phận một cửa", "kết quả",
)  # fmt: skip
FEW = 0.02
"""The share of letters with diacritics up to which a text has lost them."""


def restore_words(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Spell the words of officialdom in a document without diacritics; others stay as they are."""
    text = "".join(line.text for line in lines)
    letters = [character for character in text if character.isalpha()]
    if not letters or sum(not c.isascii() for c in letters) > FEW * len(letters):
        return tuple(lines)
    return tuple(line if line.cells else replace(line, text=_restore(line.text)) for line in lines)


def _restore(text: str) -> str:
    return _PLAIN.sub(lambda match: _spell(match[0]), text)


def _spell(word: str) -> str:
    spelled = _WORDS[word.casefold()]
    return "".join(
        new.upper() if old.isupper() else new for old, new in zip(word, spelled, strict=True)
    )


def _strip(word: str) -> str:
    parts = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(part for part in parts if not unicodedata.combining(part))


_WORDS = {_strip(word): word for word in SPELLED}
_PLAIN = re.compile(
    rf"(?i)\b(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b(?!\s*[-/][A-Z])"
)
