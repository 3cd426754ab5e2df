"""A made-up country of communes: the reports of made-up districts, as those of communes since 2026.

A commune is one office: what the model tells of a district's one-stop is told of it, ten years on.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, islice
from typing import TYPE_CHECKING

from cchc_analysis.data.clean import label_period, parse_period
from cchc_analysis.data.records import TWO_TIERS_SINCE, Scope
from synthetic.areas import FIRST_YEAR
from synthetic.country import SyntheticCountry, make_country

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference

LATER = 2026 - FIRST_YEAR
TYPES = ("xã", "xã", "xã", "xã", "phường")
"""Four communes to a ward, as in the country; the last of all is a special zone."""


def make_communes(
    reference: Reference, *, communes: int = 3321, periods: int = 20, seed: int = 1
) -> SyntheticCountry:
    """Make a country of communes from a seed, without planted mistakes.

    Args:
        reference: Whose catalogue and units are used.
        communes: How many.
        periods: How many cumulative windows of each, from 2026 on.
        seed: Of the random numbers.
    """
    made = make_country(
        reference, districts=communes, periods=periods, mistake_share=0.0, seed=seed
    )
    own = made.observations[made.observations["scope"] == Scope.DISTRICT_OFFICE]
    days = ("period_start", "period_end")
    observations = own.assign(
        scope=Scope.COMMUNE.value, **{name: _put_later(own[name]) for name in days}
    ).reset_index(drop=True)
    sources = made.sources.assign(**{name: _put_later(made.sources[name]) for name in days})
    spans = zip(sources["period_start"], sources["period_end"], strict=True)
    sources["period"] = [label_period(parse_period(f"{start}/{end}")) for start, end in spans]
    return replace(
        made,
        reference=replace(
            made.reference,
            areas=_make_areas(made.reference.areas),
            area_changes=made.reference.area_changes.iloc[:0],
        ),
        sources=sources,
        observations=observations,
    )


def _put_later(days: pd.Series) -> pd.Series:
    """Days some years on; empty ones stay."""
    later = {each: f"{int(each[:4]) + LATER}{each[4:]}" for each in days.unique() if each}
    put: pd.Series = days.map(lambda each: later.get(each, "")).astype("str")
    return put


def _make_areas(areas: pd.DataFrame) -> pd.DataFrame:
    is_district = areas["level"] == "district"
    count = int(is_district.sum())
    types = [*islice(cycle(TYPES), count - 1), "đặc khu"]
    names = [f"{kind.capitalize()} Giả lập {n}" for n, kind in enumerate(types, start=1)]
    changed = areas.copy()
    changed.loc[is_district, ["name", "type"]] = list(zip(names, types, strict=True))
    fixed = {"level": "commune", "valid_from": TWO_TIERS_SINCE, "valid_to": ""}
    changed.loc[is_district, list(fixed)] = list(fixed.values())
    return changed
