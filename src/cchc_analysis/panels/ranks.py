"""Published ranks against the values that they rank.

A rank is a claim about other areas: whoever stands before has a value that is not smaller. Where
values and ranks of some areas are held, from one source or several, every two of them can be
compared, whether or not all areas are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.files import list_rows
from cchc_analysis.rules.comparisons import RANKED, judge_ranks, pair_ranks

if TYPE_CHECKING:
    import pandas as pd

MOST_NAMED = 5
"""Ranks named one by one; more are counted."""
OF_DISTRICTS = ("par_index_rank", "ddci_rank")
"""Ranks of districts; the others are of provinces."""

RANK_COLUMNS = (
    *("rank_id", "indicator", "period_end", "parent_id", "area_id", "source_id"),
    *("printed", "value", "least", "most", "areas", "is_complete", "holds"),
)


def check_ranks(observations: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Hold published ranks against published values, whichever source states either.

    Args:
        observations: ``OBSERVATION_COLUMNS``.
        areas: The areas of the reference data: ranks compare areas of one level below one area.

    Returns:
        ``RANK_COLUMNS``, a row per published rank of an area with a published value. ``least`` and
        ``most`` bound the rank that the values of the ``areas`` held allow (ties share the better
        rank). ``holds`` is false where more areas have a greater value than the rank leaves room
        for, where somebody with a smaller value stands before, or, where the values of all areas
        are held (``is_complete``), where the rank is another than the values give.
    """
    import pandas as pd

    shown = observations[observations["is_published"] & (observations["breakdown"] == "")]
    placed = shown.join(areas.set_index("area_id")[["parent_id", "level"]], on="area_id")
    judged = [
        judge_ranks(ranks, values, is_complete=len(values) >= _count_areas(ranks.iloc[0], areas))
        for ranks, values in pair_ranks(placed)
    ]
    if not judged:
        return pd.DataFrame(columns=list(RANK_COLUMNS))
    return pd.concat(judged, ignore_index=True)[list(RANK_COLUMNS)]


def list_rank_codes(indicator: str) -> dict[str, str]:
    """The indicators that are ranks of an indicator, by level of area.

    >>> list_rank_codes("par_index")
    {'district': 'par_index_rank', 'province': 'par_index_rank_national'}
    """
    return {
        "district" if rank in OF_DISTRICTS else "province": rank
        for rank, ranked in RANKED.items()
        if ranked[0] == indicator and not indicator.startswith("par_score")
    }


def compare_ranks(figures: pd.DataFrame, areas: pd.DataFrame) -> list[str]:
    """How the ranks printed in a panel compare with the values beside them, in words.

    Args:
        figures: Figures of one panel, see ``reading.PanelFigures``.
        areas: The areas of the reference data.
    """
    hidden = 0.5 * 10.0 ** -figures["decimals"].astype("float64")
    stated = figures.drop(columns="printed").assign(
        source_id=figures["source"],
        is_published=True,
        low=figures["value"] - hidden,
        high=figures["value"] + hidden,
    )
    judged = check_ranks(stated, areas)
    names = dict(zip(figures["area_id"], figures["area"], strict=True))
    said = []
    for indicator, rows in judged.groupby("indicator", sort=False):
        off = list_rows(rows[~rows["holds"].astype("bool")])
        named = "; ".join(_tell_rank(row, names) for row in off[:MOST_NAMED])
        more = f" and {len(off) - MOST_NAMED} more" if len(off) > MOST_NAMED else ""
        said.append(
            f"{len(rows) - len(off)} of {len(rows)} ranks of {indicator} follow from its values"
            + (f": {named}{more}" if off else "")
        )
    return said


def _tell_rank(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    most = f" to {row['most']:g}" if row["most"] > row["least"] else ""
    most = most if row["is_complete"] else " or more"
    return (
        f"{names[row['area_id']]} {row['period_end'][:4]} is printed {row['printed']:g}, "
        f"its value gives {row['least']:g}{most}"
    )


def rank_values(values: pd.Series, *, is_higher_better: bool = True) -> pd.Series:
    """Competition ranks ("1, 2, 2, 4"), as Vietnamese indices publish them."""
    return values.rank(method="min", ascending=not is_higher_better).astype("Int64")


def _count_areas(place: pd.Series, areas: pd.DataFrame) -> int:
    """How many areas of a level existed below an area on a day."""
    day = place["period_end"]
    ends = areas["valid_to"].mask(areas["valid_to"] == "", "9999")
    existed = (areas["valid_from"] <= day) & (ends >= day)
    is_peer = (areas["level"] == place["level"]) & (areas["parent_id"] == place["parent_id"])
    return int((existed & is_peer).sum())
