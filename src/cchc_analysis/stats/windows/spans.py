"""Days and labels of windows, and which quantities grow over one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import label_period, parse_period
from cchc_analysis.data.records import QUANTITY

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference

SERIES = ("area_id", "scope", "indicator", "breakdown", "status")
"""What a series is of; its rows differ in their windows."""

WINDOW_COLUMNS = (
    *QUANTITY,
    *("period", "value", "low", "high", "unit", "origin", "parts", "source_id", "figures"),
)


def count_days(start: str, end: str) -> int:
    """Days from the first to the last day of a window, both counted.

    >>> count_days("2024-01-01", "2024-06-30")
    182
    """
    return (dt.date.fromisoformat(end) - dt.date.fromisoformat(start)).days + 1


@lru_cache(maxsize=4096)
def label_span(start: str, end: str) -> str:
    """The label of a window, or of the day of a stock."""
    return label_period(parse_period(f"{start}/{end}" if start else end))


def count_from_zero(day: str) -> float:
    """A day as a number, to measure distances; NaN for none."""
    return float(dt.date.fromisoformat(day).toordinal()) if day else float("nan")


def map_unique(cells: pd.Series, convert: Callable[[str], Any]) -> pd.Series:
    """What a function makes of each text, called once for each that occurs."""
    import pandas as pd

    codes, unique = pd.factorize(cells)
    made = pd.Series([convert(text) for text in unique])
    if made.empty:
        return pd.Series(index=cells.index, dtype="float64")
    return made.take(codes).set_axis(cells.index)


def day_after(day: str) -> str:
    """The day after a day; ``""`` of none."""
    return (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat() if day else ""


def year_before(day: str) -> str:
    """The same day a year earlier; the 29th of February becomes the 28th."""
    if not day:
        return ""
    date = dt.date.fromisoformat(day)
    try:
        return date.replace(year=date.year - 1).isoformat()
    except ValueError:
        return date.replace(year=date.year - 1, day=28).isoformat()


def is_flow(indicators: pd.Series, reference: Reference) -> pd.Series:
    """Which indicators grow from a first day on, and may be differenced."""
    flows = {
        code
        for code, row in reference.indicator_rows.items()
        if str(row["aggregation"]).startswith("flow_ytd")
    }
    return indicators.isin(flows)


def join_names(before: pd.Series, now: pd.Series) -> list[str]:
    """Names of both parts, each once."""
    pairs = zip(before.fillna(""), now.fillna(""), strict=True)
    return [" ".join(dict.fromkeys(f"{one} {other}".split())) for one, other in pairs]
