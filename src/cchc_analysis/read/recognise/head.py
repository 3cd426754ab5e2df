"""The head of a document: whose it is, for which period, its number, date and title.

Comes in as lines; goes out as proposals, each sure or not. What is not sure must be confirmed by
a person; nothing is filled in from what reports usually are.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from cchc_analysis.data.clean import keep_text, label_period
from cchc_analysis.data.records import Period
from cchc_analysis.data.reference import Reference, find_issue_day
from cchc_analysis.read.documents.lines import Line
from cchc_analysis.read.recognise.owner import find_owner
from cchc_analysis.read.recognise.titled import DATED, find_period
from cchc_analysis.read.recognise.windows import find_counted_window

HEAD_LINES = 40
MOST_BANNERS = 4
"""Lines of some length that may stand above the title of a page."""
_TOPIC = re.compile(
    r"(?i)\b(?:cải cách hành chính|cchc|thủ tục hành chính|tthc|hồ sơ|một cửa|par index|sipas|papi|"
    r"dịch vụ công|chuyển đổi số)\b"
)
_NUMBER = re.compile(r"(?i)^\W*số\s*:\s*(\d+\s*/\s*[A-ZĐ][\wĐ&-]*)")
_KINDS = (
    ("plan", re.compile(r"(?i)^\W*kế hoạch\b")),
    ("campaign_report", re.compile(r"(?i)^\W*báo cáo\b.*(?:thi đua|chiến dịch|cao điểm)")),
    ("period_report", re.compile(r"(?i)^\W*báo cáo\b")),
)
_OFFICES = {
    "phòng nội vụ": "Phòng Nội vụ",
    "sở nội vụ": "Sở Nội vụ",
    "văn phòng hđnd và ubnd": "Văn phòng HĐND và UBND",
}
_REPORTING = re.compile(rf"(?i)(?<!của )\b({'|'.join(_OFFICES)})\b(?=[^.;:]{{0,60}}\bbáo cáo\b)")
"""The office that says of itself that it reports: "Phòng Nội vụ huyện báo cáo như sau"."""
_OFFICE = re.compile(rf"(?i)^\W*((?:ủy|uỷ) ban nhân dân|{'|'.join(_OFFICES)})\b")
_NO_TITLE = re.compile(
    r"(?i)^(?:thực hiện(?!\s+(?:công tác|nhiệm vụ|cải cách|cchc))|căn cứ|kính gửi|"
    r"\d+\.|[IVX]+\.|[A-D][.)]\s|phần|ủy ban|uỷ ban|\W*$)"
)
_HEADING = re.compile(r"(?i)^\W*(?:phần\b|(?:[ivx]+|[a-d]|1)[.)]\s)")


@dataclass(frozen=True)
class Head:
    """What the head of a document says; ``is_sure_…`` where no person need confirm it.

    ``opening`` is what stands above the first heading; it may say which days the figures count.
    """

    kind: str
    area: str
    is_sure_area: bool
    period: Period
    is_sure_period: bool
    issuer: str = ""
    title: str = ""
    number: str = ""
    dated: str = ""
    opening: tuple[str, ...] = ()

    @property
    def day(self) -> str:
        """The day whose areas the document speaks of."""
        first, last = (
            day.isoformat() if day else "" for day in (self.period.start, self.period.end)
        )
        return find_issue_day({"dated": self.dated, "period_start": first, "period_end": last})

    @cached_property
    def window(self) -> Period:
        """The days that the figures count over, where no sentence says otherwise."""
        return find_counted_window(self.opening, self.period) or self.period

    @property
    def period_label(self) -> str:
        """The label of the period, or ""."""
        return label_period(self.period)


def read_head(lines: Sequence[Line], reference: Reference) -> Head:
    """Propose what the head of a document says."""
    top = [
        keep_text(line.text) for line in lines[:HEAD_LINES] if line.text.strip() and not line.cells
    ]
    kind, title = _find_title(top)
    period, is_sure_period = find_period(title, top, lines)
    dated = next((_read_date(match) for text in top if (match := DATED.search(text))), "")
    number = next((match[1] for text in top if (match := _NUMBER.search(text))), "")
    day = Head(kind, "", False, period, is_sure_period, dated=dated).day
    area, is_sure_area = find_owner(top, title, kind, lines, (reference, day))
    return Head(
        kind, area, is_sure_area, period, is_sure_period,
        issuer=_find_issuer(top, area), title=title,
        number=number.replace(" ", ""), dated=dated,
        opening=tuple(takewhile(lambda text: not _HEADING.match(text), top)),
    )  # fmt: skip


def _find_title(top: Sequence[str]) -> tuple[str, str]:
    """The kind of document and its title: the line that names the kind, and those that follow."""
    for at, text in enumerate(top):
        for kind, pattern in _KINDS:
            if not pattern.match(text) or len(text.split()) > 60:
                continue
            following = [] if len(text.split()) > 8 else _take_title(top[at + 1 : at + 4])
            title = keep_text(" ".join([text.capitalize() if text.isupper() else text, *following]))
            whole = f"{text} {' '.join(following)}"
            return next((k for k, p in _KINDS if p.match(whole)), kind), title
    news = [text for text in top if "|" not in text and 5 <= len(text.split()) <= 40]
    # A banner may stand above the title of a page.
    own = [text for text in news[:MOST_BANNERS] if _TOPIC.search(text)]
    return "article", (own or news or [""])[0]


def _take_title(texts: Sequence[str]) -> list[str]:
    taken = []
    for text in texts:
        # A sentence is no part of a title, and its first word none of a name that ends one.
        if "\t" in text or text.endswith((":", ".")) or len(text.split()) > 40:
            break
        if _NO_TITLE.match(text):
            break
        taken.append(text.strip("*_ "))
    return taken


def find_level(area: str, reference: Reference, day: str = "") -> str:
    """The level of an area: as we know it, else as its name says."""
    try:
        return str(reference.area_rows[reference.match_area(area, day)]["level"])
    except KeyError:
        name = area.casefold()
    if name.startswith("tỉnh"):
        return "province"
    return "commune" if name.startswith(("xã", "phường", "thị trấn", "đặc khu")) else "district"


def _find_issuer(top: Sequence[str], area: str) -> str:
    """The office that a short line at the top names, with the area."""
    for text in top[:12]:
        office = _OFFICE.match(text)
        if office and (text.isupper() or len(text.split()) < 9):
            return keep_text(f"{_OFFICES.get(office[1].casefold(), 'UBND')} {area}")
    said = next((match for text in top[:12] if (match := _REPORTING.search(text))), None)
    return f"{_OFFICES[said[1].casefold()] if said else 'UBND'} {area}" if area else ""


def _read_date(match: re.Match[str]) -> str:
    try:
        return dt.date(int(match[3]), int(match[2]), int(match[1])).isoformat()
    except ValueError:
        return ""
