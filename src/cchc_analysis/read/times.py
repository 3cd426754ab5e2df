"""Whether a source, its days and its figures are of one time.

Comes in as a row of ``sources.csv`` and the figures of its transcript, all text; goes out as what
contradicts, in sentences. The day of today is never asked: what is late is so beside the document.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from cchc_analysis.data.clean import (
    OTHER_DAYS,
    STANDARD_LABEL,
    PeriodError,
    label_period,
    lies_about,
    parse_period,
)
from cchc_analysis.data.records import Period, Status, problem
from cchc_analysis.data.tidy import FIRST_YEAR, LAST_YEAR, is_report_day
from cchc_analysis.errors import Problem, count, join_some

Row = Mapping[str, str]
WEEKS = dt.timedelta(OTHER_DAYS)


def check_times(source: Row, figures: Sequence[Row]) -> Iterator[Problem]:
    """Tell the first thing by which a source is of two times, if there is one.

    The label of its period and its days are of one time, but for the weeks by which offices count
    earlier. No figure tells as done what is still to come, and most are not of another year than
    their source: so they are where a person mends the period in one file and not in the other.
    """
    source_id, days = source["source_id"], _join_days(source)
    where = f"data/raw/sources.csv, source {source_id}"
    try:
        said, own = _parse(source["period"]), _parse(days)
    except PeriodError as error:
        yield problem("no_time", where, error=error)
        return
    dated = [each for each in figures if each["indicator"] and is_report_day(each["period_end"])]
    told = {"source_id": source_id, "days": days}
    where_figures = f"data/raw/transcripts/{source_id}.csv"
    if not _agree(said, own):
        yield problem("torn_period", where, period=source["period"], **told)
    elif late := [each["figure_id"] for each in dated if _is_late(each, source["dated"], own)]:
        told |= {"number": count(len(late), "figure"), "figures": join_some(late, 8)}
        yield problem("late_figures", where_figures, **told)
    elif other := _find_other(source, dated):
        yield problem("other_time", where_figures, found=other, **told)


_DONE = (Status.ACTUAL, Status.ESTIMATE)


def _join_days(row: Row) -> str:
    return "/".join(filter(None, (row["period_start"], row["period_end"])))


def _parse(text: str) -> Period:
    """A period of years in which a report can have been written; else a ``PeriodError``."""
    period = parse_period(text)
    if not all(is_report_day(day.isoformat()) for day in (period.start, period.end) if day):
        raise PeriodError(f"{text!r} is not of the years {FIRST_YEAR} to {LAST_YEAR}")
    return period


def _agree(said: Period, own: Period) -> bool:
    """Whether days are those of a label.

    Days that end earlier and have another label of their own are not: those of a half year are no
    nine months. Units that began within the period count from then on.
    """
    if not (said.start and own.start):
        return bool(said.end and own.end and abs(said.end - own.end) <= WEEKS)
    labels = {each for each in map(label_period, (said, own)) if STANDARD_LABEL.fullmatch(each)}
    is_other = len(labels) > 1 and own.end != said.end
    return lies_about(own, said, closes=True) and not is_other


def _is_late(figure: Row, dated: str, own: Period) -> bool:
    """Whether a figure tells as done what nobody had counted when its source was written.

    What is of the year of the report passes: how many tasks a year has is known before its end.
    """
    if figure["status"] != Status.ACTUAL or not own.end:
        return False
    end = dt.date.fromisoformat(figure["period_end"])
    written = dt.date.fromisoformat(dated) if is_report_day(dated) else own.end
    is_begun = figure["period_start"] <= written.isoformat()
    return end.year > own.end.year and (end > written + WEEKS or not is_begun)


def _find_other(source: Row, figures: Sequence[Row]) -> str:
    """The day up to which most figures count, where it is that of their source in another year.

    Figures of another part of a year are not asked: a notice of May tells of the year before.
    """
    ends = [each["period_end"] for each in figures if each["status"] in _DONE]
    last = source["period_end"]
    for day, times in Counter(ends).most_common(1):
        is_other_year = day != last and day[4:] == last[4:]
        if 2 * times > len(ends) and is_other_year:
            return day
    return ""
