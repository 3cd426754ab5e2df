"""Figures of one report that were counted on different days, set side by side all the same.

A report may count its staff on 1 June and assess them on 30 June. No identity can compare the two,
since they are not of one day; that they differ is worth a look, and is no error. Only stocks that a
source states for a single day are moved: a series of days has its own comparisons.
"""

from __future__ import annotations

import pandas as pd

from cchc_analysis.rules.broken import Broken
from cchc_analysis.rules.expressions import EQUAL
from cchc_analysis.rules.statements import Statements

NEAR = 92
"""Days within which two counts may be of one thing."""


def align_days(statements: Statements) -> Statements:
    """The stocks of each source and area that are stated once, moved to their usual day.

    Returns:
        Statements of the places in which something moves; their figures keep ``own_end``, the day
        on which they were counted.
    """
    figures = statements.figures.assign(own_end=statements.figures["period_end"])
    stocks = figures[(figures["period_start"] == "") & (figures["period_end"] != "")]
    quantity = ["source_id", "area_id", "scope", "indicator", "breakdown"]
    once = stocks[~stocks.duplicated(quantity, keep=False)]
    days_stated = once.groupby(["source_id", "area_id"])["period_end"].transform("nunique")
    once = once[days_stated > 1]
    if once.empty:
        return statements.with_figures(figures.iloc[:0])
    by_place = once.groupby(["source_id", "area_id"])["period_end"]
    usual = by_place.transform(lambda ends: ends.mode().iloc[0])
    days = pd.to_datetime(once["period_end"], errors="coerce") - pd.to_datetime(
        usual, errors="coerce"
    )
    moves = once.index[(days.abs().dt.days <= NEAR) & (usual != once["period_end"])]
    figures.loc[moves, "period_end"] = usual[moves]
    places = figures.loc[moves, ["source_id", "area_id"]].drop_duplicates()
    kept = figures.merge(places, on=["source_id", "area_id"])
    return statements.with_figures(kept[kept["period_start"] == ""])


def differ_in_day(broken: Broken) -> bool:
    """Whether a broken equality is between stocks of different days, all of them printed."""
    ends = broken.statements.figures["own_end"].to_numpy()
    days = {ends[at] for each in broken.identity.operands for at in broken.list_figures(each)}
    return broken.identity.operator == EQUAL and broken.verdict["is_complete"] and len(days) > 1
