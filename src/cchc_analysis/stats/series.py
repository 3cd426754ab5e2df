"""The series of one area: which are followed, and where the last value of each stands.

Comes in as published results, those of an area and those beside them; goes out as names of series
and as a table with a row a series. Names and words are for whoever shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cchc_analysis.data.files import list_rows
from cchc_analysis.data.intervals import Floats
from cchc_analysis.data.records import Scope
from cchc_analysis.stats.panel import keep_one_value, measure_coverage
from cchc_analysis.stats.peers import FEWEST

if TYPE_CHECKING:
    from cchc_analysis.data.reference import Reference

OTHER = "other"
"""The theme of what is named in none."""
MOST_OTHERS = 12
"""Series that no theme names, and that are followed all the same."""
OLD = 10
"""Years that a last value lies behind the newest of all, from which on a page says so."""
WINDOW = ("indicator", "scope", "period_start", "period_end")
"""What values have to share to stand beside each other."""
SPREAD = {"lowest": 0.0, "q1": 0.25, "median": 0.5, "q3": 0.75, "highest": 1.0}


def keep_read(held: pd.DataFrame, area_id: str) -> pd.Series[bool]:
    """Which results a profile reads: its own, and those beside the last one of each series."""
    own = held["area_id"] == area_id
    places = list_last_places(held[own])
    cells = zip(*(held[name].tolist() for name in WINDOW), strict=True)
    return own | pd.Series([place in places for place in cells], index=held.index)


def list_last_places(own: pd.DataFrame) -> set[tuple[str, ...]]:
    """Indicator, scope and days of the last value of each series of an area."""
    days = own["period_start"].str[4:] + own["period_end"].str[4:]
    last = own.assign(days=days).sort_values("period_end")
    last = last.drop_duplicates(["indicator", "scope", "days"], keep="last")
    return set(zip(*(last[name] for name in WINDOW), strict=True))


def choose_series(
    own: pd.DataFrame, theme_of: Mapping[str, str], catalogue: Mapping[str, Any]
) -> list[str]:
    """The series that are told, in order.

    Of each indicator the longest, and one that ends later where there is such. Of those that no
    theme names, what has two values or more, but for ranks, and a dozen at most; anything where
    nothing else is held.
    """
    chosen: dict[str, list[str]] = {OTHER: [], "": []}
    lengths: dict[str, list[tuple[int, str, bool, str]]] = {}
    for (code, scope, series), days in own.groupby(["indicator", "scope", "series"])["period_end"]:
        is_whole = scope == Scope.WHOLE_DISTRICT.value
        row = (int(days.nunique()), str(days.max()), is_whole, str(series))
        lengths.setdefault(str(code), []).append(row)
    for code, theme in theme_of.items():
        longest = max(lengths[code])
        latest = max(lengths[code], key=lambda row: (row[1], row[0], row[2]))
        names = [longest[3]] + ([latest[3]] if latest[1] > longest[1] else [])
        is_told = longest[0] > 1 and catalogue[code]["unit"] != "rank"
        key = theme if theme != OTHER else OTHER if is_told else ""
        chosen.setdefault(key, []).extend(names)
    others, rest = (chosen.pop(key)[:MOST_OTHERS] for key in (OTHER, ""))
    told = [name for names in chosen.values() for name in names] + others
    return told or rest


def describe_series(
    points: pd.DataFrame, kept: pd.DataFrame, reference: Reference, theme_of: Mapping[str, str]
) -> pd.DataFrame:
    """The last value of each series, and where it stands among those like it."""
    last = list_rows(points.drop_duplicates("series", keep="last"))
    periods = {row["series"]: row["period"] for row in last}
    beside = kept[kept["period"] == kept["series"].map(periods)]
    one = keep_one_value(beside.assign(peer=beside["series"] + "|" + beside["area_id"]), "peer")
    values_of: dict[str, dict[str, float]] = {}
    for name, area, value in zip(one["series"], one["area_id"], one["value"], strict=True):
        values_of.setdefault(name, {})[area] = value
    oldest = int(kept["period_end"].max()[:4]) - OLD
    covered: dict[Any, dict[str, Any]] = {}
    rows = []
    for row in last:
        like, day = values_of[row["series"]], row["period_end"]
        key = frozenset(like), day
        if key not in covered:
            places = pd.DataFrame({"area_id": [*like], "period": "", "period_end": day})
            covered[key] = list_rows(measure_coverage(places, reference))[0]
        told = {"theme": theme_of[row["indicator"]], **covered[key], **row}
        told["is_full"] &= len(like) >= FEWEST
        if told["is_full"]:
            told |= place_among(
                row["value"], np.array([*like.values()]), reference, row["indicator"]
            )
        rows.append(told | {"is_old": int(day[:4]) <= oldest})
    columns = ["theme", "indicator", "scope", "unit", "period", "period_end", "value"]
    columns += ["is_contested", "held", "existing", "is_full", *SPREAD, "place", "better", "is_old"]
    return pd.DataFrame(rows, columns=columns, index=pd.Index(periods, name="series"))


def place_among(own: float, held: Floats, reference: Reference, code: str) -> dict[str, float]:
    """Lowest to highest of the values of a period, and the place of one of them."""
    ends = np.quantile(held, [*SPREAD.values()]).tolist()
    spread = dict(zip(SPREAD, ends, strict=True))
    polarity = reference.indicator_rows[code]["polarity"]
    if polarity not in ("higher", "lower") or spread["lowest"] == spread["highest"]:
        return spread
    is_before = held > own if polarity == "higher" else held < own
    level = int((held == own).sum()) - 1
    behind = len(held) - 1 - level - int(is_before.sum())
    better = 100 * (behind + level / 2) / (len(held) - 1)
    return spread | {"place": 1.0 + int(is_before.sum()), "better": better}
