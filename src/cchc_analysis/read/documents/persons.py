"""Names and addresses of persons: masked before anything is stored.

Only what a form of address, a signature or the word "address" gives away is found; names in
running text without one are not, which is why transcripts keep no sentences at all.
"""

from __future__ import annotations

import re

from cchc_analysis.read.documents.lines import CAPITALS

NAME_MASK, ADDRESS_MASK, CONTACT_MASK = "[họ tên đã che]", "[địa chỉ đã che]", "[liên hệ đã che]"
_WORD = rf"[{CAPITALS}][a-zà-ỹđ]+"
_ADDRESSED = re.compile(
    rf"((?i:\b(?:ông|bà|anh|chị|đồng chí|đ/c|ông/bà|công dân|ths\.?|ts\.?|bác sĩ))[:.]?\s+)"
    rf"({_WORD}(?:\s+{_WORD}){{1,4}})"
)
_OFFICE = re.compile(
    rf"((?i:chủ tịch|phó chủ tịch|trưởng phòng|phó trưởng phòng|giám đốc|bí thư)\s*[:,-]\s*)"
    rf"({_WORD}(?:\s+{_WORD}){{1,3}})(?=\s*(?:$|[,.;]))"
)
_LONE_NAME = re.compile(rf"^\W*({_WORD}(?:\s+{_WORD}){{1,4}})\W*$")
_SIGNED = re.compile(
    r"(?i)^\W*(?:(?:tm|kt|tl|tuq)\.\s|chủ tịch|phó chủ tịch|chánh văn phòng|trưởng phòng|"
    r"giám đốc|người lập|người báo cáo)"
)
_ADDRESS = re.compile(
    r"(?i)((?:địa chỉ|thường trú|trú|ngụ)\s*(?:tại|ở|:)\s*:?\s*)([^.;\]\n\t]{4,80})"
)
_CONTACT = re.compile(
    r"(?i)((?:điện thoại|đt|sđt|di động|zalo|cccd|cmnd)\s*(?:số)?\s*[:.]?\s*)(\+?\d[\d .()-]{6,}\d)"
)
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LINES_AFTER_OFFICE = 4


def mask_persons(lines: list[str]) -> list[str]:
    """Mask persons' names, addresses and numbers in the lines of a document.

    Examples:
        >>> mask_persons(["kiến nghị của ông Trần Văn Thử, địa chỉ: thôn 2, xã A."])
        ['kiến nghị của ông [họ tên đã che], địa chỉ: [địa chỉ đã che].']
    """
    masked, signed = [], 0
    for text in lines:
        if _SIGNED.match(text) and len(text.split()) < 12:
            signed = LINES_AFTER_OFFICE
        elif text.strip():
            if signed and _LONE_NAME.match(text):
                masked.append(NAME_MASK)
                continue
            signed = max(0, signed - 1)
        masked.append(_mask_line(text))
    return masked


def _mask_line(text: str) -> str:
    text = _ADDRESSED.sub(rf"\1{NAME_MASK}", text)
    text = _OFFICE.sub(rf"\1{NAME_MASK}", text)
    text = _ADDRESS.sub(lambda match: match[1] + _keep_office(match[2]), text)
    text = _CONTACT.sub(rf"\1{CONTACT_MASK}", text)
    return _MAIL.sub(CONTACT_MASK, text)


def _keep_office(address: str) -> str:
    """An address on the net or of an office is no person's."""
    if re.search(
        r"(?i)https?:|www\.|\.vn|trụ sở|ubnd|bộ phận|cổng|trang|hệ thống|phần mềm", address
    ):
        return address
    return ADDRESS_MASK
