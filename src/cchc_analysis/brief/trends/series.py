"""Parts of a series: where it breaks, and which two ends of it may be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def find_longest_part(rows: pd.DataFrame) -> pd.DataFrame:
    """The longest part of a series that no event or change of definition breaks, else the last.

    A period that an event falls into belongs to no part, unless there is nothing else.
    """
    ordered = rows.sort_values("period_end")
    whole = ordered[ordered["crosses"] == ""]
    parts = [part for _, part in (whole if len(whole) else ordered).groupby("segment")]
    return max(reversed(parts), key=len)


def split_series(rows: pd.DataFrame) -> list[list[tuple[float, float]]]:
    """The points (year, value) of one area, apart where its series breaks."""
    return [
        [(float(x), float(y)) for x, y in zip(part["year"], part["value"], strict=True)]
        for _, part in rows.sort_values("period_end").groupby("segment")
    ]


def pair_ends(values: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """First and last period of the areas whose series does not break between them.

    Returns:
        The rows of the last period with ``value_first`` and ``change``.
    """
    before = values[values["period"] == first][["area_id", "segment", "value"]]
    pairs = values[values["period"] == last].merge(
        before, on=["area_id", "segment"], suffixes=("", "_first")
    )
    return pairs.assign(change=pairs["value"] - pairs["value_first"])
