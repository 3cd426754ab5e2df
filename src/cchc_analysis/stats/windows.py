"""Windows: what figures counted over different stretches of time say about each other.

Reports are cumulative, so a quarter is the difference of two of them. Comes in as tables of
published quantities; goes out as tables of what was computed, marked *derived*, with the figures
that it comes from and the range that rounding leaves. Nothing is filled: a window that is not held
gives no row. Of several windows of one quantity ``place_window`` says which is taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from cchc_analysis.data.clean import is_day, label_span, lies_about, parse_period
from cchc_analysis.data.intervals import read_interval, with_range
from cchc_analysis.data.records import QUANTITY, RESULT_STATUSES, Origin
from cchc_analysis.data.reference import Reference

SERIES = ("area_id", "scope", "indicator", "breakdown", "status")
"""What a series is of; its rows differ in their windows."""

WINDOW_COLUMNS = (
    *QUANTITY,
    *("period", "value", "low", "high", "unit", "origin", "parts", "source_id", "figures"),
)

OPENING: Mapping[str, tuple[str, str]] = {
    "dossiers_received_total": ("dossiers_carried_over", "dossiers_received_new"),
}
"""Flows that hold an opening stock: that stock, and what is left without it. The stock of 1
January is in every cumulative window of the year, so a difference of two windows has lost it."""


def discretise_windows(table: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Cumulative windows into windows that follow each other: Q1, H1 − Q1, 9M − H1, year − 9M.

    Only flows that grow from one first day (``flow_ytd``, ``flow_ytd_incl_opening``) are
    differenced; stocks, norms, scores, ranks and rates never are.

    Args:
        table: ``QUANTITY``, ``value``, ``unit``, ``source_id``, ``figures``; ``low`` and ``high``
            where they are known. One row per quantity.
        reference: The catalogue.

    Returns:
        ``WINDOW_COLUMNS``: the first window of each year as it was reported, every later one
        derived; ``parts`` names both windows. Flows that hold an opening stock become the flow
        without it, and their first window is only given where that stock is held.
    """
    kept = table[table["indicator"].isin(reference.list_flows()) & (table["period_start"] != "")]
    kept = kept[kept["status"].isin(RESULT_STATUSES)]
    flows = with_range(kept).drop_duplicates(list(QUANTITY))
    whole = flows[~flows["indicator"].isin(OPENING)]
    opened = flows[flows["indicator"].isin(OPENING)]
    sides = [_difference(whole), _strip_opening(_difference(opened), flows, table)]
    windows = pd.concat([each for each in sides if len(each)] or sides[:1], ignore_index=True)
    days = (windows[each] for each in ("period_start", "before_end", "period_end"))
    # As "dossiers_resolved_total: 2024-H1 − 2024-Q1".
    parts = [
        "" if is_first else f"{of}: {label_span(start, end)} − {less or label_span(start, last)}"
        for of, less, is_first, start, last, end in zip(
            windows["of"], windows["less"], windows["is_first"], *days, strict=True
        )
    ]
    spans = map(label_span, windows["start"], windows["period_end"])
    table = windows.assign(
        parts=pd.Series(parts, index=windows.index, dtype="str"),
        origin=np.where(windows["is_first"], Origin.REPORTED.value, Origin.DERIVED.value),
        period_start=windows["start"],
        period=pd.Series([*spans], index=windows.index, dtype="str"),
    )
    return table.sort_values(list(QUANTITY), ignore_index=True)[list(WINDOW_COLUMNS)]


def _difference(flows: pd.DataFrame) -> pd.DataFrame:
    """Each window less the one that ends before it and begins on the same day."""
    year = [*SERIES, "period_start"]
    ordered = flows.sort_values([*year, "period_end"], kind="stable", ignore_index=True)
    grouped = ordered.groupby(year, sort=False)
    names = ["value", "low", "high", "period_end", "source_id", "figures"]
    before = grouped[names].shift(1).add_suffix("_before")
    is_first = before["period_end_before"].isna().to_numpy()
    difference = read_interval(ordered) - read_interval(
        before.astype({"value_before": "float64"}), "_before"
    )
    later = before["period_end_before"].fillna("")
    return ordered.assign(
        **{name: np.where(is_first, ordered[name], of) for name, of in vars(difference).items()},
        start=ordered["period_start"].where(is_first, later.map(day_after)),
        before_end=later,
        is_first=is_first,
        of=ordered["indicator"],
        less="",
        source_id=join_names(before["source_id_before"], ordered["source_id"]),
        figures=join_names(before["figures_before"], ordered["figures"]),
    )


def _strip_opening(opened: pd.DataFrame, flows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Flows with an opening stock as flows without; nothing where the flow itself is stated."""
    stocks = with_range(table)
    place = ["area_id", "scope", "period_end"]
    held, flows_of = zip(*OPENING.values(), strict=True)
    stock = stocks[stocks["indicator"].isin(held) & stocks["status"].isin(RESULT_STATUSES)]
    stock = stock.drop_duplicates(place)[[*place, "value", "low", "high"]]
    with_stock = opened.merge(stock, on=place, how="left", suffixes=("", "_stock"))
    net = read_interval(with_stock) - read_interval(with_stock, "_stock")
    is_first = with_stock["is_first"].to_numpy()
    stripped = with_stock.assign(
        **{name: np.where(is_first, of, with_stock[name]) for name, of in vars(net).items()},
        indicator=with_stock["indicator"].map(dict(zip(OPENING, flows_of, strict=True))),
        is_first=False,
        less=np.where(is_first, "carried over", ""),
    )
    stated = flows.set_index([*SERIES, "period_end"]).index
    is_stated = stripped.set_index([*SERIES, "period_end"]).index.isin(stated)
    return stripped[stripped["value"].notna() & ~is_stated]


def place_window(window: tuple[str, str], own: tuple[str, str]) -> tuple[bool | float, ...]:
    """How near a window lies to the one that is told of: of several the greatest is taken.

    What closes by then comes first, and of that what has the same name, but for the weeks by which
    offices count earlier; then what closes nearest to the last day, and is begun by the first day,
    the nearest to it: what accumulates since a day before is no figure of the window, and its last
    weeks are not all of it. The very days are all of that.

    Args:
        window: First and last day; of a stock the first is empty.
        own: First and last day of the report, or of a target.
    """
    (start, end), (first, last) = window, own
    begun = start <= first, -_measure(start, first)
    return end <= last, is_about(window, own), -_measure(end, last), *begun


def _measure(day: str, other: str) -> int:
    days = [dt.date.fromisoformat(each) for each in (day, other) if is_day(each)]
    return abs(days[0] - days[1]).days if len(days) == 2 else 0


@lru_cache(maxsize=4096)
def is_about(window: tuple[str, str], own: tuple[str, str]) -> bool:
    """Whether a window goes by the name of another, but for the weeks by which offices count."""
    periods = [parse_period("/".join(days)) for days in (window, own) if all(map(is_day, days))]
    return len(periods) == 2 and lies_about(*periods, fills=True)


@lru_cache(maxsize=4096)
def day_after(day: str) -> str:
    """The day after a day; ``""`` of none."""
    return (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat() if day else ""


@lru_cache(maxsize=4096)
def year_before(day: str) -> str:
    """The same day a year earlier; the 29th of February becomes the 28th."""
    return f"{int(day[:4]) - 1:04}{day[4:]}".replace("-02-29", "-02-28") if day else ""


def join_names(before: pd.Series, now: pd.Series) -> list[str]:
    """Names of both parts, each once."""
    pairs = zip(before.fillna(""), now.fillna(""), strict=True)
    return [" ".join(dict.fromkeys(f"{one} {other}".split())) for one, other in pairs]
