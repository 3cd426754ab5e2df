"""What two reports of one year leave between them: the windows that follow each other.

Comes in as published values; goes out as further rows, Q2 = H1 − Q1 and so on, with rates of these
windows from their own parts. A difference below zero is no value: it is a finding, which the rules
on windows make (a longer window is never below a shorter one).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cchc_analysis.data.records import QUANTITY, RESULT_STATUSES, Comparator, Origin
from cchc_analysis.derive.formulas import add_rows, derive_rows
from cchc_analysis.stats.windows import discretise_windows

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference


def derive_quarters(
    published: pd.DataFrame, sources: pd.DataFrame, reference: Reference
) -> pd.DataFrame:
    """The windows between the cumulative ones of a year, and their rates.

    Args:
        published: One row per quantity, with ``low``, ``high`` and ``figures``.
        sources: ``SOURCE_COLUMNS``: a report that states two windows itself is left as it is.
        reference: The catalogue and the formulas.

    Returns:
        Rows like ``published``, all derived; ``figures`` name their source where there are two.
    """
    stated = published[published["status"].isin(RESULT_STATUSES) & published["value"].notna()]
    windows = discretise_windows(stated.assign(figures=_name_figures(stated)), reference)
    if windows.empty:
        return published.iloc[:0]
    panels = set(sources.loc[sources["kind"] == "panel", "source_id"])
    is_told = windows["source_id"].str.contains(" ") | windows["source_id"].isin(panels)
    fresh = windows[(windows["origin"] == Origin.DERIVED) & (windows["value"] >= 0) & is_told]
    held = published.set_index(list(QUANTITY)).index
    fresh = fresh[~fresh.set_index(list(QUANTITY)).index.isin(held)]
    if fresh.empty:
        return published.iloc[:0]
    pairs = zip(fresh["source_id"], fresh["figures"], strict=True)
    rows = fresh.assign(
        reading=1,
        decimals=0,
        comparator=Comparator.EQUAL.value,
        is_published=True,
        printed="",
        other_readings="",
        correction="",
        figures=[_shorten(*each) for each in pairs],
    )
    return add_rows(rows, derive_rows(rows, reference).assign(correction=""))


def _name_figures(table: pd.DataFrame) -> list[str]:
    """Figures with the source that prints them, so that those of two reports can stand together."""
    return [
        " ".join(each if "/" in each else f"{source}/{each}" for each in figures.split())
        for source, figures in zip(table["source_id"], table["figures"], strict=True)
    ]


def _shorten(source_id: str, figures: str) -> str:
    return figures if " " in source_id else figures.replace(f"{source_id}/", "")
