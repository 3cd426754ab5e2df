"""Published ranks against the values that they rank.

A rank is a claim about other areas: whoever stands before has a value that is not smaller. Where
values and ranks of some areas are held, from one source or several, every two of them can be
compared, whether or not all areas are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cchc_analysis.data.files import list_rows

if TYPE_CHECKING:
    import pandas as pd

RANKED: Mapping[str, str] = {
    "par_index_rank": "par_index",
    "par_index_rank_national": "par_index",
    "par_rank_steering": "par_score_steering",
    "par_rank_impact_socioeconomic": "par_score_impact_socioeconomic",
    "sipas_rank": "sipas",
    "papi_rank": "papi_total",
    "papi_rank_6dim": "papi_total_6dim",
    "pci_rank": "pci",
    "ddci_rank": "ddci",
    "dti_rank": "dti",
    "ict_index_rank": "ict_index",
}
"""Each indicator that is a rank, and the indicator that it ranks; more is better in all."""

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
        _judge(group, values, areas)
        for rank_id, indicator in RANKED.items()
        for group, values in _pair(placed, rank_id, indicator)
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
        if ranked == indicator and not ranked.startswith("par_score")
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


def _pair(
    placed: pd.DataFrame, rank_id: str, indicator: str
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """The ranks of a period and of areas below one area, and all values that they compare."""
    group = ["period_end", "parent_id", "level"]
    ranks = placed[placed["indicator"] == rank_id]
    values = placed[placed["indicator"] == indicator]
    for key, own in ranks.groupby(group, sort=True):
        held = values[(values[group] == list(key)).all(axis=1)]
        held = held.sort_values("decimals", ascending=False).drop_duplicates("area_id")
        pairs = own.rename(columns={"value": "printed"})[
            ["area_id", "source_id", "printed", *group]
        ].merge(held[["area_id", "value", "low", "high"]], on="area_id")
        if len(pairs):
            yield pairs.assign(rank_id=rank_id, indicator=indicator), held


def _judge(ranks: pd.DataFrame, values: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    low, high, printed = (ranks[name].to_numpy("float64") for name in ("low", "high", "printed"))
    all_low, all_high = (values[name].to_numpy("float64") for name in ("low", "high"))
    least = 1 + (all_low[None, :] > high[:, None]).sum(axis=1)
    most = (all_high[None, :] > low[:, None]).sum(axis=1)
    stands_before = printed[None, :] < printed[:, None]
    is_reversed = (stands_before & (high[None, :] < low[:, None])).any(axis=1)
    is_complete = len(values) >= _count_areas(ranks.iloc[0], areas)
    is_off = (printed < least) | (is_complete & (printed > np.maximum(most, 1)))
    return ranks.assign(
        least=least,
        most=np.maximum(most, 1),
        areas=len(values),
        is_complete=is_complete,
        holds=~(is_reversed | is_off),
    )


def _count_areas(place: pd.Series, areas: pd.DataFrame) -> int:
    """How many areas of a level existed below an area on a day."""
    day = place["period_end"]
    ends = areas["valid_to"].mask(areas["valid_to"] == "", "9999")
    existed = (areas["valid_from"] <= day) & (ends >= day)
    is_peer = (areas["level"] == place["level"]) & (areas["parent_id"] == place["parent_id"])
    return int((existed & is_peer).sum())
