"""Cumulative windows into windows that follow each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from cchc_analysis.data.clean import format_number
from cchc_analysis.data.records import QUANTITY, RESULT_STATUSES, Origin
from cchc_analysis.stats.windows.intervals import read_interval, with_range
from cchc_analysis.stats.windows.spans import (
    SERIES,
    WINDOW_COLUMNS,
    day_after,
    is_flow,
    join_names,
    label_span,
    map_unique,
)

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference

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
    flows = _choose_flows(table, reference)
    whole = flows[~flows["indicator"].isin(OPENING)]
    opened = flows[flows["indicator"].isin(OPENING)]
    import pandas as pd

    parts = [_difference(whole), _strip_opening(_difference(opened), flows, table)]
    return _finish(pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True))


def list_negative_differences(discrete: pd.DataFrame) -> pd.DataFrame:
    """Derived windows that are negative even at the edge of rounding: a report contradicts another.

    Args:
        discrete: What ``discretise_windows`` gives.

    Returns:
        Its rows below zero, with ``arithmetic`` as a person would write it.
    """
    negative = discrete[(discrete["origin"] == Origin.DERIVED) & (discrete["high"] < 0)]
    said = [
        f"{parts} = {format_number(value)} < 0"
        for parts, value in zip(negative["parts"], negative["value"], strict=True)
    ]
    return negative.assign(arithmetic=said).reset_index(drop=True)


def _choose_flows(table: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    kept = table[is_flow(table["indicator"], reference) & (table["period_start"] != "")]
    kept = kept[kept["status"].isin(RESULT_STATUSES)]
    return with_range(kept).drop_duplicates(list(QUANTITY))


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
        value=np.where(is_first, ordered["value"], difference.value),
        low=np.where(is_first, ordered["low"], difference.low),
        high=np.where(is_first, ordered["high"], difference.high),
        start=ordered["period_start"].where(is_first, map_unique(later, day_after)),
        before_end=later,
        is_first=is_first,
        source_id=join_names(before["source_id_before"], ordered["source_id"]),
        figures=join_names(before["figures_before"], ordered["figures"]),
    )


def _strip_opening(opened: pd.DataFrame, flows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Flows with an opening stock as flows without; nothing where the flow itself is stated."""
    stocks = with_range(table)
    place = ["area_id", "scope", "period_end"]
    held = {stock for stock, _ in OPENING.values()}
    stock = stocks[stocks["indicator"].isin(held) & stocks["status"].isin(RESULT_STATUSES)]
    stock = stock.drop_duplicates(place)[[*place, "value", "low", "high"]]
    with_stock = opened.merge(stock, on=place, how="left", suffixes=("", "_stock"))
    net = read_interval(with_stock) - read_interval(with_stock, "_stock")
    is_first = with_stock["is_first"].to_numpy()
    renamed = with_stock["indicator"].map({code: flow for code, (_, flow) in OPENING.items()})
    stripped = with_stock.assign(
        value=np.where(is_first, net.value, with_stock["value"]),
        low=np.where(is_first, net.low, with_stock["low"]),
        high=np.where(is_first, net.high, with_stock["high"]),
        of=with_stock["indicator"],
        indicator=renamed,
        is_first=False,
        less=np.where(is_first, "carried over", ""),
    )
    stated = flows.set_index([*SERIES, "period_end"]).index
    is_stated = stripped.set_index([*SERIES, "period_end"]).index.isin(stated)
    return stripped[stripped["value"].notna() & ~is_stated]


def _finish(windows: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    spans = zip(windows["start"], windows["period_end"], strict=True)
    table = windows.assign(
        parts=_name_parts(windows),
        origin=np.where(windows["is_first"], Origin.REPORTED.value, Origin.DERIVED.value),
        period_start=windows["start"],
        period=pd.Series([label_span(*span) for span in spans], index=windows.index, dtype="str"),
    )
    return table.sort_values(list(QUANTITY), ignore_index=True)[list(WINDOW_COLUMNS)]


def _name_parts(windows: pd.DataFrame) -> pd.Series:
    """What each derived window is made of, as "dossiers_resolved_total: 2024-H1 − 2024-Q1"."""
    import pandas as pd

    names = windows["of"] if "of" in windows else windows["indicator"]
    names = names.fillna(windows["indicator"])
    less = windows["less"] if "less" in windows else pd.Series("", index=windows.index)
    cells = zip(
        names,
        windows["period_start"],
        windows["before_end"],
        windows["period_end"],
        less.fillna(""),
        windows["is_first"],
        strict=True,
    )
    return pd.Series([_name_part(*each) for each in cells], index=windows.index, dtype="str")


def _name_part(name: str, start: str, before: str, end: str, less: str, is_first: object) -> str:
    if is_first:
        return ""
    whole = label_span(start, end)
    return f"{name}: {whole} − {less or label_span(start, before)}"
