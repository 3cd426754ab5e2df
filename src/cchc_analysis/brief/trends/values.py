"""The values of one indicator that stand beside each other, with their names and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import fold_text
from cchc_analysis.data.records import RESULT_STATUSES, Scope, Status
from cchc_analysis.stats.peers import break_series

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.records import Tables
    from cchc_analysis.data.reference import Reference

PLACE = ("area_id", "scope", "period_start", "period_end")

PARTS = (Scope.DISTRICT_OFFICE.value, Scope.COMMUNE_AGGREGATE.value)
"""Whose work makes up that of a whole district."""
OWN_CRITERIA = "par_"
"""Indicators whose criteria every province sets for its own districts: never side by side."""


def choose_values(tables: Tables, code: str) -> pd.DataFrame:
    """The published values of the whole quantity that are results, with their rounding."""
    table = tables.indicators
    kept = table[(table["indicator"] == code) & (table["breakdown"] == "")]
    kept = kept[kept["status"].isin(RESULT_STATUSES) & kept["value"].notna()]
    seen = tables.observations[tables.observations["indicator"] == code]
    key = ["source_id", *PLACE, "status", "value"]
    ranges = seen[seen["breakdown"] == ""].drop_duplicates(key)[[*key, "low", "high"]]
    ranged = kept.merge(ranges, on=key, how="left")
    return ranged.assign(
        low=ranged["low"].fillna(ranged["value"]), high=ranged["high"].fillna(ranged["value"])
    )


def keep_one_kind(held: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """One level of areas, one scope and one kind of window: those that most values have."""
    kind = name_kinds(held, areas)
    return keep_one_value(held[kind == kind.mode().iloc[0]])


def keep_one_value(held: pd.DataFrame) -> pd.DataFrame:
    """One value an area and period: an actual one before an estimate, else the first that stands.

    Where the values differ, the one that is kept is contested.
    """
    key = ["area_id", "period"]
    is_split = held.groupby(key)["value"].transform("nunique") > 1
    marked = held.assign(
        is_contested=held["is_contested"].astype("bool") | is_split,
        is_later=held["status"] != Status.ACTUAL.value,
    )
    ordered = marked.sort_values("is_later", kind="stable").drop_duplicates(key)
    kept: pd.DataFrame = ordered.sort_index().drop(columns="is_later").reset_index(drop=True)
    return kept


def list_strata(
    values: pd.DataFrame, indicators: pd.DataFrame, indicator: Mapping[str, Any]
) -> pd.DataFrame:
    """The counts behind a share for each part of an area: its office, and its communes.

    Returns:
        ``area_id``, ``period``, ``scope``, ``numerator``, ``denominator`` of the areas and periods
        that are shown, where both are published and the one is no more than the other.
    """
    sides = [
        indicators[
            (indicators["indicator"] == indicator[side])
            & (indicators["breakdown"] == "")
            & indicators["scope"].isin(PARTS)
            & indicators["status"].isin(RESULT_STATUSES)
        ].drop_duplicates(["area_id", "period", "scope"])[["area_id", "period", "scope", "value"]]
        for side in ("numerator", "denominator")
    ]
    both = sides[0].merge(sides[1], on=["area_id", "period", "scope"])
    both = both.rename(columns={"value_x": "numerator", "value_y": "denominator"})
    fits = (both["denominator"] > 0) & both["numerator"].between(0, both["denominator"])
    shown = values[["area_id", "period"]].drop_duplicates()
    kept: pd.DataFrame = both[fits].merge(shown, on=["area_id", "period"])
    return kept


def name_kinds(held: pd.DataFrame, areas: pd.DataFrame) -> pd.Series:
    """What has to be the same of values that stand side by side: level, scope, window."""
    suffix = held["period"].str.extract(r"^\d{4}(-\w+)?$")[0].fillna("")
    whole = held["period"].str.fullmatch(r"\d{4}(-\w+)?").astype("bool")
    place = held[["area_id"]].join(areas.set_index("area_id")[["level", "parent_id"]], on="area_id")
    is_own = held["indicator"].str.startswith(OWN_CRITERIA) & (place["level"] == "district")
    level = place["level"].where(~is_own, place["level"] + " of " + place["parent_id"])
    return level + "|" + held["scope"] + "|" + suffix.where(whole, "other")


def keep_quarters(held: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """The quarters of the areas and scope that are shown."""
    is_quarter = held["period"].str.fullmatch(r"\d{4}-Q[1-4]").astype("bool")
    is_shown = held["area_id"].isin(kept["area_id"]) & (held["scope"] == kept["scope"].iloc[0])
    kept_quarters: pd.DataFrame = held[is_quarter & is_shown]
    return keep_one_value(kept_quarters)


def describe_values(kept: pd.DataFrame, tables: Tables, reference: Reference) -> pd.DataFrame:
    """Give each value its area's name, its year, its part of the series and its counts."""
    row = reference.indicator_rows[str(kept["indicator"].iloc[0])]
    broken = break_series(kept, reference)
    named = broken.assign(
        name=_name_areas(kept["area_id"], reference),
        year=kept["period_end"].str[:4].astype("float64"),
    )
    for role in ("numerator", "denominator"):
        named[role] = _look_up(named, tables.indicators, str(row[role]))
    ordered = named.assign(order=[fold_text(name) for name in named["name"]])
    return ordered.sort_values(["order", "period_end"], ignore_index=True)


def _name_areas(area_ids: pd.Series, reference: Reference) -> list[str]:
    """Short names; where two areas would share one, the full ones, or those with the province."""
    rows = {each: reference.area_rows[each] for each in area_ids.unique()}
    full = {each: str(row["name"]) for each, row in rows.items()}
    above = {each: reference.area_rows.get(str(row["parent_id"])) for each, row in rows.items()}
    placed = {
        each: f"{full[each]} ({shorten_name(str(row['name']))})" if row else full[each]
        for each, row in above.items()
    }
    short = {area_id: shorten_name(name) for area_id, name in full.items()}
    counts, fuller = Counter(short.values()), Counter(full.values())
    names = {
        each: short[each]
        if counts[short[each]] == 1
        else full[each]
        if fuller[full[each]] == 1
        else placed[each]
        for each in rows
    }
    return [names[each] for each in area_ids]


def _look_up(values: pd.DataFrame, indicators: pd.DataFrame, code: str) -> Any:
    """The count behind each rate, where it is published for the same place."""
    counts = indicators[(indicators["indicator"] == code) & (indicators["breakdown"] == "")]
    known = counts.drop_duplicates(list(PLACE))[[*PLACE, "value"]]
    return values[list(PLACE)].merge(known, on=list(PLACE), how="left")["value"].to_numpy()


def shorten_name(name: str) -> str:
    """A name as it is said where the kind of area is plain.

    >>> shorten_name("Tỉnh Lạng Sơn"), shorten_name("Huyện Cao Lộc")
    ('Lạng Sơn', 'Cao Lộc')
    """
    for word in ("Tỉnh ", "Huyện ", "Vùng ", "Quận "):
        name = name.removeprefix(word)
    return name.removeprefix("Thành phố ") if name.count(" ") > 2 else name
