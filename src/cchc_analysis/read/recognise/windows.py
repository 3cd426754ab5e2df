"""Dates and windows in words: "từ ngày … đến ngày …", "tính đến …", "năm 2023", "cùng kỳ".

Comes in as text and the window of the report, or as a title and the lines below it; goes out as the
window that the text speaks of, or nothing. Pure functions; which text lies near a figure is decided
elsewhere.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from itertools import chain, pairwise, takewhile

import pandas as pd

from cchc_analysis.data.clean import (
    OTHER_DAYS,
    PeriodError,
    lies_about,
    month_end,
    parse_period,
)
from cchc_analysis.data.records import TWO_TIERS_SINCE, Period
from cchc_analysis.read.documents import Line
from cchc_analysis.read.patterns import PATTERNS, WORDS
from cchc_analysis.read.recognise.numerals import find_first_figure

YEARS = range(1900, 2100)
"""Years that a report can be of; another one is a slip of who wrote it."""


@lru_cache(maxsize=4096)  # every figure of a sentence asks what is said above it
def find_window(text: str, default: Period) -> Period | None:
    """The window that a text names from its first to its last day."""
    if window := find_exact_window(text, default):
        return window
    if begun := PATTERNS.since_begun.search(text):
        ended = begun["year"] or begun["last"]
        until = f"hết tháng {begun['month'] or MONTHS}/{ended}" if ended else begun["rest"]
        first = dt.date.fromisoformat(TWO_TIERS_SINCE)
        return find_exact_window(f"từ ngày {first:%d/%m/%Y} đến {until}", default)
    if (since := PATTERNS.since_open.search(text)) and default.end:
        start = make_day(since[1], since[2], since[3], default.end.year)
        return Period(start, default.end) if start and start < default.end else None
    if spans := [*PATTERNS.span.finditer(text)]:
        return _parse(spans[-1][0])
    return _find_span_of_this_year(text, default) or _find_month(text, default)


@lru_cache(maxsize=4096)
def leave_carried(text: str) -> str:
    """A text without the times of what was carried over, and of plans."""
    return PATTERNS.no_window.sub(" ", text)


def _find_span_of_this_year(text: str, default: Period) -> Period | None:
    """Another part of the year than the report's: "tính trong 9 tháng qua" in one of a quarter.

    Where it is about the same part, the report knows its days better.
    """
    match = next(reversed([*PATTERNS.span_of_this_year.finditer(text)]), None)
    if not default.start or not default.end:
        return None
    months = round((default.end - default.start).days / 30.4)
    if match and match["months"] == f"{months} tháng" and " đầu" not in text[match.end() :][:4]:
        # "Trong 6 tháng" of a report of the second half of the year.
        return default
    found = _name_span(match, default.end.year)
    if not found and PATTERNS.since_new_year.search(text):
        found = Period(dt.date(default.end.year, 1, 1), default.end)
    if not found and default.end.month == MONTHS and PATTERNS.all_year.search(text):
        return default
    if not found or not found.start or not found.end:
        return None
    off = (found.start - default.start, found.end - default.end)
    is_other = max(abs(each.days) for each in off) > OTHER_DAYS
    return (found if is_other else default) if off[1].days <= OTHER_DAYS else None


def _name_span(match: re.Match[str] | None, year: int) -> Period | None:
    span = match and (match["quarter"] or match["months"])
    return _parse(WORDS.span_of_year.format(span, year)) if span else None


@lru_cache(maxsize=4096)
def find_exact_window(text: str, default: Period) -> Period | None:
    """The window that a text gives with its first and last day.

    A start without a year is that of the end, or of the year before where it would come after.
    """
    if not PATTERNS.digit.search(text):
        return None
    year = default.end.year if default.end else None
    for match in PATTERNS.from_to.finditer(text):
        end = make_day(match[4], match[5], match[6], year)
        start = make_day(match[1], match[2], match[3], end.year if end else year)
        if start and end and start > end and not match[3]:
            start = make_day(match[1], match[2], str(end.year - 1), year)
        if start and end and start <= end:
            return Period(start, end)
    if (months := PATTERNS.to_month.search(text)) and (
        last := make_month(int(months[5]), int(months[4]))
    ):
        start = make_day(months[1], months[2], months[3], int(months[5]))
        return Period(start, last.end) if start and last.end and start < last.end else None
    if so_far := PATTERNS.new_year_to.search(text):
        of_year = int(so_far["last"] or so_far["year"] or year or 0)
        until = make_month(of_year, int(so_far["month"])) if so_far["month"] else None
        day = until.end if until else make_day(so_far[4] or "", so_far[5] or "", so_far[6], of_year)
        return Period(dt.date(day.year, 1, 1), day) if day else None
    since = PATTERNS.since_bracket.search(text) or PATTERNS.since.search(text)
    since = since or PATTERNS.summed.search(text)
    if since and default.end:
        # "Từ ngày 21/3 đến nay": up to the last day that the report counts.
        start = make_day(since[1], since[2], since[3], year)
        return Period(start, default.end) if start and start < default.end else None
    between = PATTERNS.between_months.search(text)
    return _span_months(between) if between else None


def find_days_of_years(text: str) -> dict[str, Period]:
    """The days of two years or more, by the year: "năm 2022 tính từ …; năm 2023 tính từ …"."""
    found: dict[str, Period] = {}
    for year in PATTERNS.counted_year.finditer(text):
        said = text[year.end() :].partition(";")[0]
        if days := find_exact_window(said, Period(None, None)):
            found[year[1]] = days
    return found if len(found) > 1 else {}


def _span_months(between: re.Match[str]) -> Period | None:
    """From the first day of one month to the last day of a later one."""
    first = make_month(int(between["begun"] or between["ended"]), int(between["first"]))
    last = make_month(int(between["ended"]), int(between["last"]))
    if not (first and last and first.start and last.end and first.start < last.end):
        return None
    return Period(first.start, last.end)


def find_counted_window(texts: Sequence[str], period: Period, dated: str = "") -> Period | None:
    """The days that the opening says its figures count over; a lone day is the last.

    ``dated`` is the day of the paper, up to which it counts "đến nay".
    """
    sentences = [*list_plain(texts, period)]
    if (joined := _join_days(sentences, period)) and lies_about(joined, period, closes=True):
        return joined
    for said in list_counted(_resolve_days(text, period) for text in texts):
        closed = PATTERNS.counted_until.search(PATTERNS.sentence_end.split(said)[0])
        day = find_day(said, period)
        if closed and not day:
            day = make_day(closed[1], closed[2], closed[3], period.end.year if period.end else None)
        window = _find_long_window(said, period, dated) or (day and Period(period.start, day))
        if window and lies_about(window, period):
            return window
    # Days that close the period, in whatever words.
    for sentence in sentences:
        told = _find_long_window(sentence, period, dated)
        if not told and (":" in sentence or sentence.endswith(")")):
            day = _find_now(sentence, period, dated) or find_day(sentence, period)
            told = Period(period.start, day) if day else None
        if told and lies_about(told, period, closes=True):
            return told
    return None


def list_plain(texts: Iterable[str], period: Period) -> Iterator[str]:
    """The sentences whose days may be those of the report.

    A meeting has its own, and so have a table, figures of one kind, or those that a sentence tells.
    """
    # A line that was cut goes on with a small letter or a number.
    written = (_resolve_days(text, period) for text in texts)
    lines = "".join("\n "[text[:1].islower() or text[:1].isdigit()] + text for text in written)
    plain = (line for line in PATTERNS.cited.sub(" ", lines).splitlines()
             if not PATTERNS.caption.match(line))  # fmt: skip
    sentences = chain.from_iterable(map(PATTERNS.sentence_end.split, plain))
    for sentence in chain.from_iterable(map(PATTERNS.apart.split, sentences)):
        counts = ":" not in sentence and find_first_figure(sentence)
        has_own = any(each.search(sentence) for each in (PATTERNS.tells_event, PATTERNS.of_one))
        if not (counts or has_own):
            yield sentence


def _resolve_days(text: str, period: Period) -> str:
    """A text with its days as numbers that it gives by the period: "15/12 năm trước".

    Those of a part that it sets apart are left out.
    """
    text = PATTERNS.set_apart.sub("", text)
    if not (period.start and period.end):
        return text
    year, before = period.end.year, period.start - dt.timedelta(days=1)
    text = PATTERNS.day_of_year.sub(
        lambda match: f"{match[1]}/{year - 1 if match['before'] else year}", text
    )
    return PATTERNS.day_of_month.sub(
        lambda match: f"ngày {match[1]}/{(before if match['before'] else period.end):%m/%Y}", text
    )


def _join_days(sentences: Iterable[str], period: Period) -> Period | None:
    """The first day that a sentence says figures count from, and the last, of it or the next."""
    for text in map(" ".join, pairwise([*sentences, ""])):
        since = PATTERNS.counted_since.search(text)
        if since and (until := PATTERNS.counted_until.search(text, since.end())):
            start, end = ("/".join(filter(None, day.groups())) for day in (since, until))
            return find_exact_window(f"từ ngày {start} đến ngày {end}", period)
    return None


def _find_long_window(text: str, period: Period, dated: str) -> Period | None:
    """The first and last day that a text gives, if a report counts so long: a congress is short."""
    found = find_exact_window(text, period)
    if not (found and found.start and found.end and period.start and period.end):
        return found
    end = _find_now(text, period, dated) or found.end
    least = min(dt.timedelta(days=OTHER_DAYS), (period.end - period.start) / 2)
    return Period(found.start, end) if end - found.start >= least else None


def _find_now(text: str, period: Period, dated: str) -> dt.date | None:
    """The day that a text means by "đến nay": that of the paper, within its period."""
    if not (dated and period.end and PATTERNS.until_now.search(text)):
        return None
    return min(dt.date.fromisoformat(dated), period.end)


def list_counted(texts: Iterable[str]) -> Iterator[str]:
    """What texts say from where they tell which days are counted."""
    for text in texts:
        if opened := PATTERNS.counted_days.search(text) or PATTERNS.only_window.search(text):
            yield text[opened.start() :]


def write_day(text: str) -> str:
    """A day as ISO 8601 has it, where it is written as in "16/3/2026"; else the text as it is."""
    match = PATTERNS.written_day.fullmatch(text)
    day = make_day(*filter(None, match.groups())) if match else None
    return day.isoformat() if day else text


def _find_month(text: str, default: Period) -> Period | None:
    """A month that a text counts over: "trong tháng 8/2021", "Tháng 9/2021, …"."""
    found = None
    for match in PATTERNS.month.finditer(text):
        year = match[2] or (default.end.year if default.end else None)
        if year:
            found = make_month(int(year), int(match[1])) or found
    is_month = default.start and default.end and (default.end - default.start).days < 45
    if found and found.end and is_month and default.end and found.end.month == default.end.month:
        # "Tháng 8" of a report from 21 July to 20 August is that window.
        return default
    return found


def make_year(year: int) -> Period:
    """A year from its first to its last day."""
    return Period(dt.date(year, 1, 1), dt.date(year, 12, 31))


def make_month(year: int, month: int) -> Period | None:
    """A month from its first to its last day; nothing where no report can be of it."""
    if year not in YEARS:
        return None
    try:
        return Period(dt.date(year, month, 1), month_end(year, month))
    except ValueError:
        return None


def find_compared_window(before: str, default: Period) -> Period | None:
    """The time that a value in brackets is of: "so với tháng 9 (1.953 hồ sơ)"."""
    match = PATTERNS.compared_to.search(before)
    if not match or not default.end:
        return None
    year = match["year"] or match["whole"] or str(default.end.year)
    if match["month"]:
        return make_month(int(year), int(match["month"]))
    if match["whole"]:
        return make_year(int(year))
    return _name_span(match, int(year))


def find_window_behind(before: str, behind: str) -> Period | None:
    """The year right behind a value: "từ 12,4% (năm 2021) lên 68,9% năm 2023"."""
    match = PATTERNS.year_behind.match(behind)
    if not match and PATTERNS.told_between.search(before):
        match = PATTERNS.year_told_behind.match(behind)
    return make_year(int(match[1])) if match else None


@lru_cache(maxsize=4096)
def find_day(text: str, default: Period) -> dt.date | None:
    """The day up to which a text counts ("tính đến ngày 01/6/2024"), the last one it names."""
    if not PATTERNS.digit.search(text):
        return None
    year = default.end.year if default.end else None
    found = None
    for match in PATTERNS.as_of_quarter.finditer(text) if year else ():
        span = _name_span(match, int(match["year"] or year or 0))
        found = span.end if span else found
    for match in PATTERNS.as_of_month.finditer(text):
        if year and (month := make_month(int(match[2] or year), int(match[1]))):
            found = month.end
    for match in PATTERNS.as_of.finditer(PATTERNS.from_to.sub(" ", text)):
        said = match[0].casefold().startswith(tuple(WORDS.explicit_day))
        if match[1] or match[4] or match[5] or said:
            found = make_day(match[2], match[3], match[4], year) or found
    if not found or not default.end:
        return found
    # Nobody has counted up to a day well behind the report's: that is when something ends.
    return found if -400 <= (found - default.end).days <= OTHER_DAYS else None


@lru_cache(maxsize=4096)
def find_year(text: str, default: Period, *, is_caption: bool = False) -> Period | None:
    """The year that a text names last as the time of what is counted; the report's is its window.

    In the caption of a table that of an index, too: all its cells are of that year.
    """
    found = None
    preceded = PATTERNS.preceded_in_caption if is_caption else PATTERNS.preceded
    if not PATTERNS.digit.search(text):
        return None
    for match in PATTERNS.year.finditer(text):
        year = int(match[1])
        before = text[: match.start(1)].rstrip()
        before = PATTERNS.year_word.sub("", before)
        if not preceded.search(before):
            found = default if default.end and year == default.end.year else make_year(year)
    return found


def find_target_period(text: str, headed: Period | None, period: Period, default: Period) -> Period:
    """A target set for this year or a later one is for all of it ("theo kế hoạch năm 2023").

    Where the text names no time what stands above may, which ``headed`` is. A later time without
    days ("thời gian tới") leaves the target without them.
    """
    if not default.end or period.end != default.end:
        return period
    year = default.end.year
    span = _name_span(PATTERNS.span_of_this_year.search(text), year)
    named = (m for m in PATTERNS.year.finditer(text)
             if not PATTERNS.against.search(text[: m.start(1)]))  # fmt: skip
    years = [make_year(int(match[1])) for match in named][-1:]
    if ended := PATTERNS.year_end.search(text):
        years = [make_year(year)]
        # "Quý IV phấn đấu …; giải ngân cả năm đạt 100%": the last that is named.
        span = None if PATTERNS.span_of_this_year.search(text, 0, ended.start()) else span
    later = _find_later(text, default.end)
    told = (span, *(years or (find_ahead(text, default), headed)), later)
    # "Thời gian tới, phát huy kết quả năm 2022, …" is for no part of 2022.
    first = default.end + dt.timedelta(days=1) if later else default.end
    ahead = next((each for each in told if each and (not each.end or each.end >= first)), None)
    return Period(ahead.start if period.start else None, ahead.end) if ahead else period


def find_ahead(text: str, default: Period) -> Period | None:
    """The later time for which a text sets tasks: "Nhiệm vụ năm 2022", "Phương hướng quý II"."""
    if not default.end:
        return None
    opened = PATTERNS.ahead_with_year.search(text)
    told = opened[0] if opened else ""
    span = PATTERNS.span_ahead.search(text)
    window = find_window(told, default) or _name_span(span, default.end.year)
    years = re.findall(r"(?:19|20)\d\d", told)
    window = window or (make_year(int(years[-1])) if years else None)
    if window:
        return window if window.end and window.end >= default.end else None
    is_open = PATTERNS.directions.search(text)
    return _find_later(text, default.end) or (Period(None, None) if is_open else None)


def _find_later(text: str, end: dt.date) -> Period | None:
    """The time behind a day that a text names, without days where it leaves them open."""
    found = PATTERNS.later_time.search(text)
    if not found:
        return None
    first, last = end + dt.timedelta(days=1), dt.date(end.year, MONTHS, 31)
    months = re.search(r"\d+", found["rest"] or "")
    if months and dt.date(end.year, max(1, MONTHS + 1 - int(months[0])), 1) <= end:
        # "6 tháng cuối năm" in the report of a year is a part of it.
        return None
    if found["rest"] and first <= last:
        return Period(first, last)
    if not found["unit"]:
        return Period(None, None)
    unit = {"tháng": "M", "quý": "Q", "năm": "Y"}[found["unit"].casefold()]
    following = pd.Period(end, unit) + 1
    return Period(following.start_time.date(), following.end_time.date())


def shift_year(period: Period) -> Period:
    """The same window one year before."""
    days, year = (period.start, period.end), pd.DateOffset(years=1)
    return Period(*(day and (pd.Timestamp(day) - year).date() for day in days))


def make_day(day: str, month: str, year: str | None, default: int | None = None) -> dt.date | None:
    """A day of a year or of the usual one; nothing where no report can be of it."""
    try:
        found = dt.date(int(year or default or 0), int(month), int(day))
    except ValueError:
        return None
    return found if found.year in YEARS else None


MONTHS = 12
EARLY = dt.timedelta(days=45)
"""How long before its end a period may be reported on."""
SLIP = dt.timedelta(days=20)
"""How far the days that are counted may lie behind the period that they are called by."""


def find_period(title: str, top: Sequence[str], lines: Sequence[Line]) -> tuple[Period, bool]:
    """The period of the title; failing that, of the head; failing that, a window in the text.

    A title without a year has that of the day of the document, which is not sure.
    """
    nothing = Period(None, None)
    if period := _name_period(title) or find_exact_window(title, nothing):
        # "… năm 2024 (tính đến ngày 30/9/2024)": of what a title names, so much is told.
        day = find_day(title, period)
        is_cut = day and period.start and period.end and period.start < day < period.end - EARLY
        is_sure = not (_names_two(title) or _is_outrun(period, top, lines))
        return (replace(period, end=day) if is_cut else period), is_sure
    if years := PATTERNS.title_years.search(title):
        return Period(dt.date(int(years[1]), 1, 1), dt.date(int(years[2]), 12, 31)), False
    # What the time of the figures is compared with is none of the document's.
    head = " ".join(PATTERNS.time_of_others.sub(" ", text) for text in top)
    named = PATTERNS.one_month.search(title)  # which is no period of the decree
    month = None
    if named:  # December looks ahead to a month of the year that is told
        own, ahead, year = (int(each or MONTHS) for each in named.groups())
        month = make_month(year - (ahead < own), own)
    titled = PATTERNS.period.search(title)  # "9 tháng đầu năm": its year is that of the paper
    told = month or (None if titled else _find_first_told(top, lines))
    if told := told or _find_so_far(top, lines):
        # A paper is of the month in its title; news may have been written in it.
        is_paper = any(row["pattern"].match(title) for row in PATTERNS.rows("documents"))
        return told, bool(month) and is_paper and not _is_outrun(told, top, lines)
    begun = (found for found in PATTERNS.period.finditer(head) if not found["last"])
    match = titled or next(begun, None)
    dated = _date_period(match, top) if match else None
    # First and last day say more than a year that may be that of something left over.
    counted = (find_exact_window(said, nothing) for said in list_counted(top))
    named_above = (find_exact_window(head, nothing), _name_period(head))
    further = (find_window(line.text, nothing) for line in lines)
    return next(filter(None, chain([dated], counted, named_above, further)), nothing), False


def _names_two(title: str) -> bool:
    """Whether a title is of two spans of months: "6 tháng đầu năm và 9 tháng đầu năm 2024"."""
    own = PATTERNS.period.finditer(_leave_ahead(title))
    return len({found["months"] for found in own if found["months"]}) > 1


def _is_outrun(period: Period, top: Sequence[str], lines: Sequence[Line]) -> bool:
    """Whether the first figures are of days behind those of the title, and not behind the paper's.

    "Tháng 5" above what "6 tháng đầu năm" have brought: one of the two is a slip.
    """
    told, days = _find_first_told(top, lines), _list_days(top)
    if not (told and told.end and period.end and days):
        return False
    return period.end + SLIP < told.end <= days[0] + SLIP


def _leave_ahead(text: str) -> str:
    """A title up to where it looks ahead, behind the first time that it names."""
    first = PATTERNS.period.search(text) or PATTERNS.title_year.search(text)
    ahead = PATTERNS.next.search(text, first.end()) if first else None
    return text[: ahead.start()] if ahead else text


def _name_period(text: str) -> Period | None:
    """The period that a title names: of several the longest, before it looks ahead."""
    own = _leave_ahead(text)
    matches = list(PATTERNS.period.finditer(own))
    years = [match[1] for match in PATTERNS.title_year.finditer(own)]
    months = [match for match in matches if match["months"]]
    if not matches and PATTERNS.title_month.search(own):
        return None
    if years and (not matches or PATTERNS.says_whole_year.search(own)):
        return make_year(int(years[0]))
    for match in [*months, *matches]:
        # What is ahead of the end of a year is in the next one.
        ended = _parse(_write_period(match, "2000"))
        whole = own if ended and ended.end and ended.end.month == MONTHS else text
        later = [each["year"] for each in PATTERNS.period.finditer(whole, match.end())]
        later += [each[0] for each in PATTERNS.title_year.finditer(whole, match.end())]
        years = PATTERNS.four.findall(" ".join((match["year"], *later)))
        if years and (period := _parse(_write_period(match, years[0]))):
            return period
    return None


def _find_first_told(top: Sequence[str], lines: Sequence[Line]) -> Period | None:
    """The time that the first figures are told with, or the line that opens a list of them.

    "Từ đầu năm đến ngày 15/11/2024, bộ phận đã tiếp nhận …", "Kết quả trong tháng 8/2025 như sau:".
    """
    days = _list_days(top)
    default = Period(None, days[0] if days else None)
    for line in lines:
        for opened in () if line.cells else _list_opened(line.text):
            said = leave_carried(PATTERNS.cited.sub(" ", opened))
            if PATTERNS.event_days.search(said):
                continue
            if PATTERNS.so_far.search(said):
                return None
            window = find_window(said, default) or find_year(said, Period(None, None))
            # What is set for a time behind every day that is named is none of its own.
            if window and not (days and window.start and window.start > max(days)):
                return window
    return None


def _list_opened(text: str) -> Iterator[str]:
    """What sentences say before their figures; before the first one, those with a window."""
    is_first = True
    for sentence in PATTERNS.sentence_end.split(text):
        figure = find_first_figure(sentence)
        if figure or (is_first and find_exact_window(sentence, Period(None, None))):
            yield sentence[: figure.start] if figure else sentence
        is_first = is_first and not figure
    if text.rstrip().endswith(":"):
        yield PATTERNS.sentence_end.split(text)[-1]


def _find_so_far(top: Sequence[str], lines: Sequence[Line]) -> Period | None:
    """From the first day of the year to the day of the paper: "từ đầu năm 2017 đến nay"."""
    # A period that is named before it is the document's.
    before = takewhile(
        lambda line: PATTERNS.so_far.search(line.text) or not PATTERNS.period.search(line.text),
        lines,
    )
    said = next((match for line in before if (match := PATTERNS.so_far.search(line.text))), None)
    days = _list_days(top)
    if said is None or not days or (said[1] and int(said[1]) != days[0].year):
        return None
    return Period(dt.date(days[0].year, 1, 1), days[0])


def _date_period(match: re.Match[str], top: Sequence[str]) -> Period | None:
    """A period without a year, as the last that was about over on the day of the document."""
    if placed := next((found[2] for text in top if (found := PATTERNS.place_year.match(text))), ""):
        return _parse(_write_period(match, placed))
    days = _list_days(top)
    for year in (days[0].year, days[0].year - 1) if days else ():
        period = _parse(_write_period(match, str(year)))
        if period and period.end and period.end <= days[0] + EARLY:
            return period
    return None


def _list_days(texts: Iterable[str]) -> list[dt.date]:
    forms = (PATTERNS.dated, PATTERNS.dated_day)
    matches = (match for text in texts for form in forms for match in form.finditer(text))
    return [day for match in matches if (day := make_day(match[1], match[2], match[3]))]


def _write_period(match: re.Match[str], year: str) -> str:
    if match["quarter"]:
        return str(WORDS.span_of_year.format(match["quarter"].casefold(), year))
    named = WORDS.last_months_of_year if match["last"] else WORDS.months_of_year
    return str(named.format(match["months"].casefold().lstrip("0"), year))


def write_months(text: str) -> str:
    """A text with its counts of months in digits: "mười một tháng" is 11 of them."""

    def write(said: re.Match[str]) -> str:
        return str(WORDS.month_counts[" ".join(said[0].casefold().split())])

    return PATTERNS.spelled_months.sub(write, text)


def _parse(words: str) -> Period | None:
    with suppress(PeriodError):
        period = parse_period(write_months(words))
        return period if period.end and period.end.year in YEARS else None
    return None
