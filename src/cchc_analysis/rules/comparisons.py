"""What several rows of observations owe each other: repetition, windows, size, pooled rates.

Comes in as observations described by the catalogue (``described``); goes out as one
verdict per row that a rule applies to: ``left`` and ``right``, ``holds``, ``other`` (the position
of the row it is compared with) and ``is_loose`` (both may be right: they differ in date, scope or
firmness, and are only to be reconciled). Positions count from zero; row order does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from cchc_analysis.data.clean import is_cut_off
from cchc_analysis.data.records import OBSERVATION_KEY, QUANTITY, RESULT_STATUSES, Scope, Status

if TYPE_CHECKING:
    import pandas as pd


COLUMNS = (
    *OBSERVATION_KEY,
    *("value", "low", "high", "decimals", "is_published", "figures", "unit", "unit_kind"),
    *("aggregation", "series", "first_day", "last_day"),
)
"""The columns that comparisons look at."""

GROWING = ("flow_ytd", "flow_ytd_incl_opening")
"""What accumulates from one day on; what was there on that day changes nothing of it."""

OPENING_GAP = 20
"""Days by which a window may start after the day of the stock that it takes over."""

JUMPY = 5
"""How many times the usual distance from the usual size is out of the usual."""

FEWEST_COPIED, FEWEST_LARGE = 3, 2
"""So many counts, so many larger ones among them, do not equal another period's by chance."""

ENOUGH, TWICE = 6, 2.0
"""So many periods show how far a series usually strays; then twice the usual size may be odd."""

FEW = 2
"""With only two periods, nobody can tell which is the odd one."""


def compare_readings(table: pd.DataFrame) -> pd.DataFrame:
    """A source that prints a quantity more than once prints one value."""
    key = ["source_id", *QUANTITY]
    is_contested = table.duplicated(key, keep=False)
    is_repeated = table["figures"].str.contains(" ", regex=False)
    stated = table[is_contested | is_repeated]
    published = stated[stated["is_published"]].drop_duplicates(key)
    homes = published[key].assign(other=published.index)
    others = stated[key].assign(row=stated.index).merge(homes, on=key).set_index("row")["other"]
    is_other = others.to_numpy() != others.index.to_numpy()
    is_alone = ~is_contested[others.index].to_numpy()
    return _compare(table, others.iloc[np.flatnonzero(is_other | is_alone)])


def compare_sources(table: pd.DataFrame) -> pd.DataFrame:
    """Two sources that state one quantity for one window state one value.

    Where one of them only cut off digits (``is_cut``), both may be right.
    """
    results = _keep_results(table)
    key = ["series", "period_start", "period_end"]
    first = results.sort_values([*key, "source_id"], kind="stable").drop_duplicates(key)
    homes = first[key].assign(other=first.index, first_source=first["source_id"])
    pairs = results[[*key, "source_id"]].assign(row=results.index).merge(homes, on=key)
    elsewhere = pairs[pairs["source_id"] != pairs["first_source"]]
    verdict = _compare(table, elsewhere.set_index("row")["other"])
    status = table["status"].to_numpy()
    is_estimate = (status[verdict.index] == Status.ESTIMATE) | (
        status[verdict["other"]] == Status.ESTIMATE
    )
    is_cut = _is_cut(table, verdict) & ~verdict["holds"]
    return verdict.assign(is_loose=is_estimate | is_cut, is_cut=is_cut)


def _is_cut(table: pd.DataFrame, verdict: pd.DataFrame) -> pd.Series:
    import pandas as pd

    value, decimals = table["value"].to_numpy("float64"), table["decimals"].to_numpy("int64")
    rows, others = verdict.index.to_numpy(), verdict["other"].to_numpy()
    is_cut = is_cut_off(value[rows], decimals[rows], value[others], decimals[others])
    return pd.Series(is_cut, index=verdict.index)


def compare_windows(table: pd.DataFrame) -> pd.DataFrame:
    """What accumulates from one day on is not less at the end of a longer window."""
    flows = _keep_results(table)
    flows = flows[flows["aggregation"].isin(GROWING) & flows["first_day"].notna()]
    ordered = flows.sort_values(["series", "first_day", "last_day"], kind="stable")
    before = ordered.shift(1)
    follows = (ordered["series"] == before["series"]) & (
        ordered["first_day"] == before["first_day"]
    )
    follows &= ordered["last_day"] > before["last_day"]
    other = ordered.index.to_series().shift(1)[follows].astype("int64")
    verdict = _compare(table, other)
    is_below = table["high"].to_numpy()[verdict.index] < table["low"].to_numpy()[verdict["other"]]
    was_estimate = table["status"].to_numpy()[verdict["other"]] == Status.ESTIMATE
    return verdict.assign(holds=~is_below, is_loose=was_estimate)


def compare_openings(table: pd.DataFrame, opening: str, closing: str) -> pd.DataFrame:
    """What a window takes over is what was left on the last day before it."""
    import pandas as pd

    results = _keep_results(table)
    place = ["area_id", "scope", "breakdown"]
    taken = results[(results["indicator"] == opening) & results["first_day"].notna()]
    left = results[(results["indicator"] == closing) & results["last_day"].notna()]
    met = pd.merge_asof(
        taken[[*place, "first_day"]].assign(row=taken.index).sort_values("first_day"),
        left[[*place, "last_day"]].assign(other=left.index).sort_values("last_day"),
        left_on="first_day",
        right_on="last_day",
        by=place,
        tolerance=OPENING_GAP,
        allow_exact_matches=False,
    ).dropna(subset="other")
    met = met.set_index("row").sort_index()
    verdict = _compare(table, met["other"].astype("int64"))
    return verdict.assign(is_loose=(met["first_day"] - met["last_day"] != 1).to_numpy())


def compare_magnitudes(table: pd.DataFrame, factor: float, least: float) -> pd.DataFrame:
    """A count has the size that it has in other periods; flows are compared per day.

    A count that jumps from period to period anyway is never out of the usual.

    Args:
        table: Described observations.
        factor: How many times the usual size, or how small a part of it, is out of the usual
            where too few periods tell how far the series strays by itself.
        least: Below this size nothing is said: small counts jump.
    """
    import pandas as pd

    sized = _keep_results(table)
    sized = sized[sized["unit_kind"].isin(["count", "money"]) & (sized["value"] > 0)]
    is_flow = sized["aggregation"].isin(GROWING)
    window = (sized["last_day"] - sized["first_day"] + 1).where(is_flow).fillna(1).clip(lower=1)
    sized = sized.assign(days=window, pace=np.log(sized["value"] / window))
    periods = sized.groupby("series")["period_end"].transform("nunique")
    sized = sized[periods > FEW]
    usual = sized.groupby("series")["pace"].transform("median")
    expected = np.exp(usual) * sized["days"]
    away = (sized["pace"] - usual).abs()
    spread = away.groupby(sized["series"]).transform("median")
    is_known = periods.loc[sized.index] >= ENOUGH
    limit = np.log(np.where(is_known, np.minimum(factor, TWICE), factor))
    is_odd = (away >= limit) & (away >= JUMPY * spread)
    is_small = np.maximum(sized["value"], expected) < least
    return pd.DataFrame(
        {
            "left": sized["value"],
            "right": expected,
            "holds": ~is_odd | is_small,
            "other": sized.index,
            "is_loose": False,
        },
        index=sized.index,
    )


def compare_copies(table: pd.DataFrame, least: float) -> pd.DataFrame:
    """A report brings new counts: not all of them are those of another period.

    One count may stay as it was; that all of several larger ones do is no chance.

    Args:
        table: Described observations.
        least: Below this size counts are equal by chance.

    Returns:
        A verdict on one count of each source, area, scope and last day that has enough of them.
    """
    import pandas as pd

    flows = _keep_results(table)
    flows = flows[flows["aggregation"].isin(GROWING) & flows["last_day"].notna()]
    key = ["source_id", "area_id", "scope", "last_day"]
    flows = flows.assign(
        row=flows.index,
        place=flows.groupby(key, observed=True).ngroup(),
        is_large=flows["value"] >= least,
    )
    flows = flows[["row", "place", "series", "last_day", "value", "is_large"]]
    large = flows[flows["is_large"]]
    enough = large.groupby("place")["row"].agg(["size", "min"])
    first = enough.loc[enough["size"] >= FEWEST_LARGE, "min"]
    pairs = flows.merge(flows, on=["series", "value"], suffixes=("", "_other"))
    pairs = pairs[pairs["last_day"] > pairs["last_day_other"]]
    equal = pairs.groupby(["place", "place_other"], as_index=False).agg(
        equal=("row", "size"), large=("is_large", "sum")
    )
    equal = equal[(equal["equal"] >= FEWEST_COPIED) & (equal["large"] >= FEWEST_LARGE)]
    named = pairs[pairs["is_large"]].groupby(["place", "place_other"], as_index=False)
    equal = equal.merge(named.agg(row=("row", "min"), other=("row_other", "min")))
    mine = equal.merge(large[["place", "series"]], on="place")
    theirs = large[["place", "series"]].rename(columns={"place": "place_other"})
    met = mine.merge(theirs, on=["place_other", "series"])
    compared = met.groupby(["place", "place_other"]).size().rename("compared").reset_index()
    copied = equal.merge(compared, on=["place", "place_other"])
    copied = copied[copied["large"] == copied["compared"]].drop_duplicates("place", keep="last")
    rows = first.to_frame("row").assign(other=first, holds=True)
    found = copied.set_index("place")[["row", "other"]].assign(holds=False)
    rows = pd.concat([rows[~rows.index.isin(found.index)], found]).set_index("row").sort_index()
    value = table["value"].to_numpy("float64")
    others = rows["other"].to_numpy("int64")
    return rows.assign(left=value[others], right=value[rows.index], is_loose=False)


def compare_pooled_rates(table: pd.DataFrame) -> pd.DataFrame:
    """The rate of a whole lies between the rates of its scopes, whatever their weights are."""
    import pandas as pd

    rates = _keep_results(table)
    rates = rates[(rates["unit"] == "%") & rates["aggregation"].str.startswith("ratio")]
    key = ["source_id", "area_id", "indicator", "breakdown", "period_start", "period_end"]
    by_scope = {
        scope: rates[rates["scope"] == scope].drop_duplicates(key)[[*key, "value", "low", "high"]]
        for scope in (Scope.WHOLE_DISTRICT, Scope.DISTRICT_OFFICE, Scope.COMMUNE_AGGREGATE)
    }
    whole = by_scope[Scope.WHOLE_DISTRICT].reset_index(names="row")
    office = by_scope[Scope.DISTRICT_OFFICE].reset_index(names="other")
    met = whole.merge(office, on=key, suffixes=("", "_office")).merge(
        by_scope[Scope.COMMUNE_AGGREGATE], on=key, suffixes=("", "_communes")
    )
    least = met[["low_office", "low_communes"]].min(axis=1)
    most = met[["high_office", "high_communes"]].max(axis=1)
    nearest = met["value"].clip(
        met[["value_office", "value_communes"]].min(axis=1),
        met[["value_office", "value_communes"]].max(axis=1),
    )
    return pd.DataFrame(
        {
            "left": met["value"].array,
            "right": nearest.array,
            "holds": ((met["high"] >= least) & (met["low"] <= most)).array,
            "other": met["other"].array,
            "is_loose": False,
        },
        index=pd.Index(met["row"].array, name="row", dtype="int64"),
    ).sort_index()


COMPARISONS: Mapping[str, tuple[Callable[..., pd.DataFrame], Mapping[str, type]]] = {
    "expect_one_value_for_each_quantity": (compare_readings, {}),
    "expect_sources_to_agree": (compare_sources, {}),
    "expect_longer_window_not_below_shorter": (compare_windows, {}),
    "expect_opening_to_equal_previous_closing": (
        compare_openings,
        {"opening": str, "closing": str},
    ),
    "expect_magnitude_like_other_periods": (compare_magnitudes, {"factor": float, "least": float}),
    "expect_pooled_rate_between_its_scopes": (compare_pooled_rates, {}),
    "expect_counts_not_to_repeat_another_period": (compare_copies, {"least": float}),
}
"""The rule types that compare rows: what compares them, and the arguments that it takes."""


def _keep_results(table: pd.DataFrame) -> pd.DataFrame:
    """Published results that are numbers; positions as index."""
    is_result = table["status"].isin(RESULT_STATUSES) & table["is_published"]
    return table.iloc[np.flatnonzero(is_result & np.isfinite(table["value"]))]


def _compare(table: pd.DataFrame, pairs: pd.Series) -> pd.DataFrame:
    """Hold rows (the index of ``pairs``) against others (its cells): equal as far as digits go."""
    import pandas as pd

    pairs = pairs.sort_index()
    rows, others = pairs.index.to_numpy(), pairs.to_numpy()
    value, low, high = (table[name].to_numpy("float64") for name in ("value", "low", "high"))
    holds = (low[rows] <= high[others]) & (low[others] <= high[rows])
    return pd.DataFrame(
        {
            "left": value[others],
            "right": value[rows],
            "holds": holds,
            "other": others,
            "is_loose": False,
        },
        index=pd.Index(rows, name="row"),
    )
