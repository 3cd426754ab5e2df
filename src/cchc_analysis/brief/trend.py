"""Trend: the same window of other years, and what a report itself says of the year before.

Only like windows are set side by side. A word such as "rising" is never used here: it takes five
points of one window, no change of boundaries and no open contradiction, and nobody holds that yet;
until then the values stand, with their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.content import MAIN_SCOPES, Brief, Entry
from cchc_analysis.brief.grade import HEADLINES
from cchc_analysis.brief.places import name_folder
from cchc_analysis.brief.telling import (
    Section,
    name_indicator,
    name_scope,
    tell,
    tell_missing,
    wrap,
)
from cchc_analysis.files import list_rows
from cchc_analysis.records import Origin
from cchc_analysis.tables import tabulate_rows
from cchc_analysis.words import clean_text

LAST_YEAR = "_pct_same_period"
POINTS_FOR_A_WORD = 5


@dataclass(frozen=True)
class LastYear:
    """Last year's value, by dividing this year's by the share of it that a report prints.

    Attributes:
        entry: The value, marked derived.
        base: This year's value.
        share: What the report says it is of last year's, in per cent.
        low: The least that rounding of the share leaves possible.
        high: The most.
    """

    entry: Entry
    base: Entry
    share: Entry
    low: float
    high: float


def show_trend(brief: Brief) -> Section:
    """Like windows side by side, last year by division, and changes of boundaries."""
    words = brief.words
    series = list(_list_series(brief))
    return wrap(
        "trend",
        words.say("trend.title"),
        _tell_series(brief, series),
        _tell_last_year(brief),
        _tell_events(brief),
    )


def list_last_year(brief: Brief) -> list[LastYear]:
    """What "so với cùng kỳ" gives of last year."""
    return [
        _divide(base, share)
        for share in brief.results
        if share.indicator.endswith(LAST_YEAR)
        and share.value > 0
        and (base := brief.find(share.indicator.removesuffix(LAST_YEAR), share.scope))
    ]


def _divide(base: Entry, share: Entry) -> LastYear:
    half = 0.5 * 10.0 ** -(share.decimals or 0)
    entry = replace(
        base,
        note=f"{base.note}-last-year",
        start=_year_before(base.start),
        end=_year_before(base.end),
        value=100 * base.value / share.value,
        decimals=0,
        comparator="~",
        origin=Origin.DERIVED,
        parts=f"100 * {base.indicator} / {share.indicator}",
        findings=(),
        is_contested=False,
    )
    low, high = (100 * base.value / (share.value + each) for each in (half, -half))
    return LastYear(entry, base, share, low, high)


def _year_before(day: str) -> str:
    return f"{int(day[:4]) - 1}{day[4:]}" if day else day


def _tell_last_year(brief: Brief) -> Markup:
    words = brief.words
    rows = [
        [
            name_indicator(brief, each.entry.indicator),
            tell(brief, each.base, unit=False),
            tell(brief, each.share),
            tell(brief, each.entry, unit=False),
            _tell_range(brief, each),
        ]
        for each in list_last_year(brief)
    ]
    if not rows:
        return Markup("")
    return tabulate_rows(
        [words.say(f"trend.head.{key}") for key in ("what", "now", "share", "before", "range")],
        rows,
        words.say("trend.last_year"),
        numbers=(1, 2, 3, 4),
    )


def _tell_range(brief: Brief, each: LastYear) -> Markup:
    low, high = (brief.words.number(end, 0) for end in (each.low, each.high))
    ends = brief.words.say("unit.range", low=low, high=high)
    return Markup('<a href="#{}">{}</a>').format(each.entry.note, ends)


def _list_series(brief: Brief) -> Iterator[tuple[Entry, list[Mapping[str, Any]]]]:
    """Headline values with the same window of other years; only where there is one."""
    panel = brief.panel
    here = panel[(panel["area_id"] == brief.area["area_id"]) & (panel["breakdown"] == "")]
    for name in HEADLINES:
        for scope in MAIN_SCOPES:
            entry = brief.find(name, scope)
            if entry is None:
                continue
            rows = list_rows(here[(here["indicator"] == name) & (here["scope"] == scope)])
            same = [
                row
                for row in rows
                if _window(row["period_start"], row["period_end"])
                == _window(entry.start, entry.end)
            ]
            if len({row["period_end"] for row in same}) > 1:
                yield entry, sorted(same, key=lambda row: str(row["period_end"]))


def _window(start: str, end: str) -> tuple[str, str]:
    return start[4:], end[4:]


def _tell_series(brief: Brief, series: list[tuple[Entry, list[Mapping[str, Any]]]]) -> Markup:
    words = brief.words
    if not series:
        text = words.say("trend.one", window=words.span(brief.start, brief.end))
        return Markup("<p>{} {}</p>\n").format(text, words.say("trend.rule"))
    ends = sorted({str(row["period_end"]) for _, rows in series for row in rows})
    body = [
        [
            Markup("{} <small>{}</small>").format(
                name_indicator(brief, entry.indicator), name_scope(brief, entry.scope)
            ),
            *(
                _tell_other(brief, entry, {str(row["period_end"]): row for row in rows}.get(end))
                for end in ends
            ),
        ]
        for entry, rows in series
    ]
    heads = [words.say("table.indicator"), *(words.date(end) for end in ends)]
    table = tabulate_rows(heads, body, words.say("trend.table"), numbers=range(1, len(heads)))
    return Markup("<p>{}</p>\n").format(words.say("trend.rule")) + table


def _tell_other(brief: Brief, entry: Entry, row: Mapping[str, Any] | None) -> Markup:
    """A value of another year, linked to its brief, where its note stands."""
    if row is None:
        return tell_missing(brief)
    if row["period_end"] == entry.end:
        return tell(brief, entry, unit=False)
    number = brief.words.number(float(row["value"]), entry.decimals)
    folder = name_folder(brief.area, row["period"])
    return Markup('<a href="../../{}/index.html">{}</a>').format(folder, number)


def _tell_events(brief: Brief) -> Markup:
    """Changes of boundaries that touch a series of the district."""
    places = {brief.area["area_id"], brief.area["parent_id"]}
    items = [
        Markup("<li>{}{} <small>{}</small></li>").format(
            Markup("{}: ").format(brief.words.date(row["effective"])) if row["effective"] else "",
            brief.words.pick(row, "change"),
            clean_text(row["document"]),
        )
        for row in list_rows(brief.reference.area_changes)
        if not row["area_ids"] or places.intersection(row["area_ids"].split())
    ]
    if not items:
        return Markup("")
    return Markup("<h3>{}</h3>\n<ul>{}</ul>\n").format(
        brief.words.say("trend.events"), Markup("").join(items)
    )
