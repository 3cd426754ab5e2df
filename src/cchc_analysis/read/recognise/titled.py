"""The period that a title names, or else the head of a document, or else its text.

Comes in as the title and the lines; goes out as a period and whether it is sure. A title may look
ahead ("nhiệm vụ quý II"), or leave out its year.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from cchc_analysis.data.clean import PeriodError, parse_period
from cchc_analysis.data.records import Period
from cchc_analysis.read.documents.lines import CAPITALS, Line
from cchc_analysis.read.recognise.windows import find_exact_window, find_window, make_month

NAME = rf"((?:[{CAPITALS}][\w'’]*)(?:[ -][{CAPITALS}][\w'’]*){{0,3}})"
DATED = re.compile(r"(?i)ngày\s+(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})")
_PLACE_YEAR = re.compile(rf"^\W*{NAME},\s*ngày\b.{{0,30}}?\bnăm\s+(\d{{4}})")
_PERIOD = re.compile(
    r"(?i)\b(?:(?P<quarter>quý\s+(?:iv|i{1,3}|[1-4]))"
    r"|(?P<months>0?6|0?9|sáu|chín|(?:0?[1-9]|1[01])(?=\s+tháng\s+đầu))\s+tháng(?!\s+cuối)"
    r"(?:\s+đầu)?)\b(?P<year>(?:\s*[/,.-]?\s*(?:của\s+)?(?:năm\s*)?\d{4})?)"
)
_YEAR = re.compile(
    r"(?i)\b(?:năm|par index|sipas|papi|chỉ số cải cách hành chính)\s+(\d{4})\b(?!\s*[-–]\s*\d)"
)
_FOUR = re.compile(r"\d{4}")
_MONTH = re.compile(r"(?i)\btháng\s+\d{1,2}\b")
_SPAN_OF_YEARS = re.compile(
    r"(?i)\bgiai đoạn\s+((?:19|20)\d\d)\s*[-–]\s*((?:19|20)\d\d)\b(?!.*\bnăm\s+(?:19|20)\d\d)"
)
_ONE_MONTH = re.compile(r"(?i)(?<!\d )\btháng\s+(\d{1,2})\s*(?:năm|/|-)?\s*((?:19|20)\d\d)\b")
_SO_FAR = re.compile(r"(?i)\btừ\s+đầu\s+năm(?:\s+((?:19|20)\d\d))?\s+đến\s+nay\b")
_NEXT = re.compile(r"(?i)\b(?:phương hướng|nhiệm vụ|kế hoạch|giải pháp|dự kiến|triển khai)\b")
"""What opens the part of a title that looks ahead: "quý I, nhiệm vụ trọng tâm quý II năm 2024"."""
_DAY = re.compile(r"(?<![\d/])(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)")
_EARLY = dt.timedelta(days=45)
"""How long before its end a period may be reported on."""
_WORD_MONTHS = {"sáu": "6", "chín": "9"}


def find_period(title: str, top: Sequence[str], lines: Sequence[Line]) -> tuple[Period, bool]:
    """The period of the title; failing that, of the head; failing that, a window in the text.

    A title without a year has that of the day of the document, which is not sure.
    """
    nothing = Period(None, None)
    if period := _name_period(title) or find_exact_window(title, nothing):
        return period, True
    if years := _SPAN_OF_YEARS.search(title):
        return Period(dt.date(int(years[1]), 1, 1), dt.date(int(years[2]), 12, 31)), False
    if told := _name_month(title) or _find_so_far(top, lines):
        return told, False
    head = " ".join(top)
    match = _PERIOD.search(title) or _PERIOD.search(head)
    dated = _date_period(match, top) if match else None
    # First and last day say more than a year that may be that of something left over.
    if period := dated or find_exact_window(head, nothing) or _name_period(head):
        return period, False
    for line in lines:
        if window := find_window(line.text, nothing):
            return window, False
    return nothing, False


def _name_period(text: str) -> Period | None:
    """The period that a title names: of several the longest, before it looks ahead."""
    first = _PERIOD.search(text) or _YEAR.search(text)
    if first is None:
        return None
    ahead = _NEXT.search(text, first.end())
    own = text[: ahead.start()] if ahead else text
    matches = list(_PERIOD.finditer(own))
    years = [match[1] for match in _YEAR.finditer(own)]
    months = [match for match in matches if match["months"]]
    if not matches and _MONTH.search(own):
        return None
    if years and (not matches or _says_whole_year(own)):
        return _parse(f"năm {years[0]}")
    for match in [*months, *matches]:
        later = [each["year"] for each in _PERIOD.finditer(text, match.end())]
        later += [each[0] for each in _YEAR.finditer(text, match.end())]
        year = next(
            (found[0] for each in (match["year"], *later) if (found := _FOUR.findall(each))), ""
        )
        if year and (period := _parse(_write_period(match, year))):
            return period
    return None


def _find_so_far(top: Sequence[str], lines: Sequence[Line]) -> Period | None:
    """From the first day of the year to the day of the paper: "từ đầu năm 2017 đến nay"."""
    said = next((match for line in lines if (match := _SO_FAR.search(line.text))), None)
    days = [day for text in top for day in _list_days(text)]
    if said is None or not days or (said[1] and int(said[1]) != days[0].year):
        return None
    return Period(dt.date(days[0].year, 1, 1), days[0])


def _name_month(title: str) -> Period | None:
    """The month that a title names, which is no period of the decree."""
    match = _ONE_MONTH.search(title)
    return make_month(int(match[2]), int(match[1])) if match else None


def _says_whole_year(own: str) -> bool:
    """Whether a title names a year beside a part of one: "quý IV và năm 2023"."""
    return bool(re.search(r"(?i)\b(?:và|,)\s*(?:cả\s+)?năm\s+\d{4}", own))


def _date_period(match: re.Match[str], top: Sequence[str]) -> Period | None:
    """A period without a year, as the last that was about over on the day of the document."""
    if placed := next((found[2] for text in top if (found := _PLACE_YEAR.match(text))), ""):
        return _parse(_write_period(match, placed))
    days = [day for text in top for day in _list_days(text)]
    for year in (days[0].year, days[0].year - 1) if days else ():
        period = _parse(_write_period(match, str(year)))
        if period and period.end and period.end <= days[0] + _EARLY:
            return period
    return None


def _list_days(text: str) -> list[dt.date]:
    found = []
    for match in (*DATED.finditer(text), *_DAY.finditer(text)):
        try:
            found.append(dt.date(int(match[3]), int(match[2]), int(match[1])))
        except ValueError:
            continue
    return found


def _write_period(match: re.Match[str], year: str) -> str:
    if match["quarter"]:
        return f"{match['quarter'].casefold()} năm {year}"
    months = match["months"].casefold().lstrip("0")
    return f"{_WORD_MONTHS.get(months, months)} tháng năm {year}"


def _parse(words: str) -> Period | None:
    try:
        return parse_period(words)
    except PeriodError:
        return None
