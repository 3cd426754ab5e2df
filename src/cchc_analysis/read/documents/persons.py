"""Names and addresses of persons: masked before anything is stored.

What a form of address, a signature or the word "address" gives away is found for sure. A family
name with a middle and a given one, where no place or office explains it, is masked as a guess that
a reviewer sees. Other names are not found, which is why transcripts keep no sentences at all.
"""

from __future__ import annotations

import re

from cchc_analysis.read.patterns import P

GUESSED_MASK = "[họ tên? đã che]"
"""What may be a name: a reviewer has to look."""
NAME_MASK, ADDRESS_MASK, CONTACT_MASK = "[họ tên đã che]", "[địa chỉ đã che]", "[liên hệ đã che]"
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
        if P.signed.match(text) and len(text.split()) < 12:
            signed = LINES_AFTER_OFFICE
        elif text.strip():
            if signed and P.lone_name.match(text):
                masked.append(NAME_MASK)
                continue
            signed = max(0, signed - 1)
        masked.append(_mask_line(text))
    return masked


def _mask_line(text: str) -> str:
    text = P.addressed.sub(rf"\1{NAME_MASK}", text)
    text = P.office_then_name.sub(rf"\1{NAME_MASK}", text)
    text = P.full_name.sub(_guess_name, text)
    text = P.address.sub(lambda match: match[1] + _keep_office(match[2]), text)
    text = P.contact.sub(rf"\1{CONTACT_MASK}", text)
    return _MAIL.sub(CONTACT_MASK, text)


def _guess_name(found: re.Match[str]) -> str:
    """A mask, but for the name of a place, street, school or prize."""
    before = found.string[max(0, found.start() - 80) : found.start()]
    return found[0] if P.place_before.search(before) else GUESSED_MASK


def _keep_office(address: str) -> str:
    """An address on the net or of an office is no person's."""
    if re.search(
        r"(?i)https?:|www\.|\.vn|trụ sở|ubnd|bộ phận|cổng|trang|hệ thống|phần mềm", address
    ):
        return address
    return ADDRESS_MASK
