"""Panels: the values of one indicator over areas and periods, and how complete they are.

Comes in as the tables of a run; goes out as a row per area and period of one level, one scope and
one window, with the parts that events and changes of definition cut each series into, and with the
share of the areas that exist of which a value is held. Names and words are for whoever shows it.
Two periods beside each other give the change, its interval and growth, inside one part of a series.
Of one area: which series are followed, and where the last value of each stands.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from cchc_analysis.data.files import list_rows
from cchc_analysis.data.intervals import NORMAL, Floats, Numbers, as_floats
from cchc_analysis.data.named import of_panel, take_one
from cchc_analysis.data.records import (
    RESULT_STATUSES,
    UNCERTAINTY,
    Origin,
    Scope,
    Status,
    Tables,
    problem,
)
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import CommandError, count, join_some
from cchc_analysis.stats.peers import FEWEST, break_series, list_breaks, list_cuts

PLACE = ("area_id", "scope", "period_start", "period_end")

ENOUGH = 0.9
"""The share of the areas that exist from which on they may be ranked, or have a median."""

FEWEST_IN_STEP = 20
"""Areas of which nine in ten may be said to have moved one way."""
PARTS = (Scope.DISTRICT_OFFICE.value, Scope.COMMUNE_AGGREGATE.value)
"""Whose work makes up that of a whole district."""
OWN_CRITERIA = "par_"
"""Indicators whose criteria every province sets for its own districts: never side by side."""
OTHER = "other"
"""The theme of what is named in none."""
MOST_OTHERS = 12
"""Series that no theme names, and that are followed all the same."""
OLD = 10
"""Years that a last value lies behind the newest of all, from which on a page says so."""
WINDOW = ("indicator", "scope", "period_start", "period_end")
"""What values have to share to stand beside each other."""
SPREAD = {"lowest": 0.0, "q1": 0.25, "median": 0.5, "q3": 0.75, "highest": 1.0}


def make_panel(tables: Tables, reference: Reference, code: str, level: str = "") -> pd.DataFrame:
    """The values of one indicator that stand beside each other.

    Of several scopes and windows those are taken of which most values are held in periods that are
    held in full, and the latest of equal ones.

    Args:
        tables: The published tables.
        reference: Areas, events, catalogue.
        code: The indicator.
        level: ``province``, ``district`` or ``commune``; empty for the fullest.

    Returns:
        A row per area and period: the columns of ``describe_values``, and the ``polarity`` of the
        indicator (``higher`` or ``lower`` is better); empty where nothing is held.
    """
    held = choose_values(tables, code)
    if level:
        held = held[held["area_id"].map(lambda each: reference.area_rows[each]["level"]) == level]
    if held.empty:
        return describe_values(held, tables, reference)
    kept, polarity = part_kinds(held, reference)[0], reference.indicator_rows[code]["polarity"]
    return describe_values(kept, tables, reference).assign(polarity=str(polarity))


def name_partings(panel: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """What parts each value from the one before it in its series.

    Args:
        panel: ``area_id``, ``indicator``, ``period_end``.
        reference: The changes of definitions, and the events of areas.

    Returns:
        The panel with ``breaks`` and ``events``: ids of the changes of definition and of the events
        that end a series (``list_cuts``) since the value before, with blanks between; empty for
        the first value of an area.
    """
    ordered = panel.sort_values(["area_id", "period_end"], kind="stable")
    before = ordered.groupby("area_id")["period_end"].shift(1).reindex(panel.index).fillna("")
    rows = list(zip(panel["area_id"], panel["indicator"], before, panel["period_end"], strict=True))
    breaks = {code: list_breaks(code, reference) for code in panel["indicator"].unique()}
    events = {each: list_cuts(each, reference) for each in panel["area_id"].unique()}
    return panel.assign(
        breaks=[_name_between(breaks[code], "break_id", *days) for _, code, *days in rows],
        events=[_name_between(events[area], "change_id", *days) for area, _, *days in rows],
    )


def _name_between(rows: list[dict[str, str]], name: str, before: str, end: str) -> str:
    return " ".join(row[name] for row in rows if before and before < row["effective"] <= end)


def balance_panel(panel: pd.DataFrame) -> pd.DataFrame:
    """The areas that are held in every period that is held in full, in those periods."""
    full = panel[panel["is_full"]]
    counts = full.groupby("area_id")["period"].transform("nunique")
    return full[counts == full["period"].nunique()].reset_index(drop=True)


def keep_results(indicators: pd.DataFrame) -> pd.DataFrame:
    """The published results of whole quantities."""
    is_result = indicators["status"].isin(RESULT_STATUSES) & indicators["value"].notna()
    kept: pd.DataFrame = indicators[is_result & (indicators["breakdown"] == "")]
    return kept


def choose_values(tables: Tables, code: str) -> pd.DataFrame:
    """The published values of the whole quantity that are results, with their rounding."""
    kept = keep_results(tables.indicators[tables.indicators["indicator"] == code])
    seen = tables.observations[tables.observations["indicator"] == code]
    key = ["source_id", *PLACE, "status", "value"]
    ranges = seen[seen["breakdown"] == ""].drop_duplicates(key)[[*key, "low", "high"]]
    ranged = kept.merge(ranges, on=key, how="left")
    return ranged.assign(
        low=ranged["low"].fillna(ranged["value"]), high=ranged["high"].fillna(ranged["value"])
    )


def name_kinds(held: pd.DataFrame, reference: Reference) -> pd.Series:
    """What has to be the same of values that stand side by side: level, scope, window."""
    areas = reference.tabulate_areas(held["area_id"].unique())
    place = held[["area_id"]].join(areas[["level", "parent_id"]], on="area_id")
    is_own = held["indicator"].str.startswith(OWN_CRITERIA) & (place["level"] == "district")
    level = place["level"].where(~is_own, place["level"] + " of " + place["parent_id"])
    window = held["period_start"].str[4:] + "/" + held["period_end"].str[4:]
    return level + "|" + held["scope"] + "|" + window


def part_kinds(held: pd.DataFrame, reference: Reference) -> list[pd.DataFrame]:
    """The values of each kind that is held, one an area and period (``keep_one_value``).

    Those first of which most are in full periods, then the latest.
    """
    order = []
    for kind, rows in held.groupby(name_kinds(held, reference), sort=False):
        coverage = measure_coverage(rows, reference)
        full = int(coverage.loc[coverage["is_full"], "held"].sum())
        order.append(((full, len(rows), rows["period_end"].max(), str(kind)), rows))
    return [keep_one_value(rows) for _, rows in sorted(order, key=itemgetter(0), reverse=True)]


def keep_one_value(held: pd.DataFrame, by: str = "area_id") -> pd.DataFrame:
    """One value an area and period: an actual one before an estimate, else the first that stands.

    Where the values differ, the one that is kept is contested.

    Args:
        held: Values of one indicator and kind; or of several, with a column that parts them.
        by: That column.
    """
    key = [by, "period"]
    is_split = held.groupby(key)["value"].transform("nunique") > 1
    marked = held.assign(
        is_contested=held["is_contested"].astype("bool") | is_split,
        is_later=held["status"] != Status.ACTUAL.value,
    )
    ordered = marked.sort_values("is_later", kind="stable").drop_duplicates(key)
    kept: pd.DataFrame = ordered.sort_index().drop(columns="is_later").reset_index(drop=True)
    return kept


def describe_values(kept: pd.DataFrame, tables: Tables, reference: Reference) -> pd.DataFrame:
    """Give each value its year, its part of the series, its counts and how full its period is.

    Returns:
        The values with ``year``, ``segment`` and ``crosses`` (``break_series``), ``numerator`` and
        ``denominator`` where they are published, ``UNCERTAINTY`` (the ends of an interval made of
        its standard error where that is all the source gives), and ``held``, ``existing``,
        ``coverage``, ``is_full`` of the period (``measure_coverage``).
    """
    held = kept.reindex(columns=list(dict.fromkeys([*kept.columns, *UNCERTAINTY])))
    for name, sign in (("published_low", -1), ("published_high", 1)):
        held[name] = held[name].fillna(held["value"] + sign * NORMAL * held["standard_error"])
    broken = break_series(held, reference)
    placed = broken.assign(year=broken["period_end"].str[:4].astype("int64"))
    row = reference.indicator_rows.get(str(kept["indicator"].iloc[0])) if len(kept) else None
    for role in ("numerator", "denominator"):
        code, counts, place = str(row[role]) if row else "", tables.indicators, list(PLACE)
        counts = counts[(counts["indicator"] == code) & (counts["breakdown"] == "")]
        counts = counts.drop_duplicates(place)[[*place, "value"]]
        placed[role] = placed[place].merge(counts, on=place, how="left")["value"].to_numpy()
    return placed.merge(measure_coverage(placed, reference), on="period", how="left")


def measure_coverage(values: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Of how many of the areas that exist a value is held, by period.

    Those that exist are all areas of the level that are valid on the last day of the period and
    lie in the same areas: all provinces, or all districts of the provinces that are told of.

    Args:
        values: ``area_id``, ``period``, ``period_end``, of one level.
        reference: The areas.

    Returns:
        ``period``, ``held``, ``existing``, ``coverage`` (a share of one), ``is_full``.
    """
    known = map(reference.area_rows.get, values["area_id"].unique())
    like = {(row["level"], row["parent_id"]) for row in known if row}
    rows = []
    for (day, period), ids in values.groupby(["period_end", "period"])["area_id"]:
        existing = {
            row["area_id"]
            for level in {level for level, _ in like}
            for row in reference.list_areas(level, str(day))
            if (level, row["parent_id"]) in like
        }
        held = len(existing.intersection(ids))
        rows.append((period, held, len(existing), held / len(existing) if existing else 0.0))
    table = pd.DataFrame(rows, columns=["period", "held", "existing", "coverage"])
    return table.assign(is_full=table["coverage"] >= ENOUGH)


def list_strata(
    values: pd.DataFrame, indicators: pd.DataFrame, indicator: Mapping[str, Any]
) -> pd.DataFrame:
    """The counts behind a share for each part of an area: its office, and its communes.

    Returns:
        ``area_id``, ``period``, ``scope``, ``numerator``, ``denominator`` of the areas and periods
        that are shown, where both are published and the one is no more than the other.
    """
    of, place = indicators["indicator"], ["area_id", "period", "scope"]
    count, total = (
        keep_results(indicators[(of == indicator[side]) & indicators["scope"].isin(PARTS)])
        .drop_duplicates(place)[[*place, "value"]]
        .rename(columns={"value": side})
        for side in ("numerator", "denominator")
    )
    both = count.merge(total, on=place)
    fits = (both["denominator"] > 0) & both["numerator"].between(0, both["denominator"])
    shown = values[["area_id", "period"]].drop_duplicates()
    kept: pd.DataFrame = both[fits].merge(shown, on=["area_id", "period"])
    return kept


def sum_communes(indicators: pd.DataFrame, reference: Reference, area_id: str) -> pd.DataFrame:
    """What the communes of today that wholly make up a former district report together.

    A sum to be shown beside the district, and no value of its series: each of the communes must lie
    wholly in it, and all of them report the same count for the same days with the same status.

    Args:
        indicators: The published values (``INDICATOR_COLUMNS``).
        reference: The areas, and where the territory of the communes of before went.
        area_id: The former district.

    Returns:
        A row an indicator, scope, window and status: ``value``, ``unit``, ``is_contested``,
        ``origin`` (derived) and ``parts``, the ids of the communes with a plus between.
    """
    is_former = reference.area_rows[area_id]["level"] == "district"
    moved = dict(reference.list_moved(area_id)) if is_former else {}
    whole = set(moved) if set(moved.values()) == {"whole"} else set()
    added = set(reference.list_counts()) if whole else set()
    is_own = indicators["area_id"].isin(whole) & indicators["indicator"].isin(added)
    own = keep_results(indicators[is_own])
    place = ["indicator", "scope", "period", "period_start", "period_end", "status", "unit"]
    made = {"area_id": area_id, "origin": Origin.DERIVED.value}
    if own.empty:  # of nearly all areas, and to group nothing takes long
        return own[[*place, "value", "is_contested"]].assign(parts="", **made)
    summed = own.sort_values("area_id").groupby(place, as_index=False)
    table = summed.agg(
        value=("value", "sum"),
        is_contested=("is_contested", "any"),
        parts=("area_id", " + ".join),
    )
    is_full = table["parts"].map(lambda parts: set(parts.split(" + ")) == whole)
    kept: pd.DataFrame = table[is_full].reset_index(drop=True)
    return kept.assign(**made)


@of_panel("area_id period segment value")
def change_over(panel: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """What changed between two periods, for the areas whose series does not break between them.

    Args:
        panel: ``area_id``, ``period``, ``segment``, ``value``; where a source publishes the 95 %
            intervals of its values, ``published_low`` and ``published_high`` too.
        first: The label of the earlier period.
        last: The label of the later one.

    Returns:
        The rows of the later period with ``value_first``, ``change``, ``change_low``,
        ``change_high`` (missing without both intervals) and ``is_beyond``: whether the interval of
        the change leaves out zero, so that sampling alone does not explain it. Where no series
        runs from one to the other there is no row, and a warning says why.

    Raises:
        CommandError: The panel holds no such period; names those that it holds.

    Examples:
        >>> panel = cchc.load_panel("papi_procedures", "province", is_balanced=True)
        >>> "change" in cchc.change_over(panel, "2022", "2023")
        True
    """
    first, last = take_one(first, "first"), take_one(last, "last")
    bounds = ["published_low", "published_high"]
    held = panel.reindex(columns=list(dict.fromkeys([*panel.columns, *bounds])))
    before = held[held["period"] == first][["area_id", "segment", "value", *bounds]]
    now = held[held["period"] == last]
    known = [str(each) for each in panel["period"].unique()]
    if missing := [repr(each) for each in (first, last) if each not in known]:
        told = {"missing": " or ".join(missing), "known": ", ".join(known)}
        raise CommandError(problem("no_period_of_panel", "change_over", **told))
    pairs = now.merge(before, on=["area_id", "segment"], suffixes=("", "_first"))
    if pairs.empty:
        said = f"Nothing to compare between {first} and {last}"
        warnings.warn(f"{said}: {_tell_parting(panel, first, last)}.", stacklevel=3)
    ends = ([pairs[f"{name}{suffix}"] for name in ("value", *bounds)] for suffix in ("_first", ""))
    low, high = subtract_estimates(*ends)
    table = pd.DataFrame({"change_low": low, "change_high": high}, index=pairs.index)
    return pairs.assign(
        change=pairs["value"] - pairs["value_first"],
        **table,
        is_beyond=(table["change_low"] > 0) | (table["change_high"] < 0),
    )


def _tell_parting(panel: pd.DataFrame, first: str, last: str) -> str:
    """Why no series of a panel runs from one period to another."""
    at_first, at_last = (
        set(panel.loc[panel["period"] == each, "area_id"]) for each in (first, last)
    )
    if not (both := at_first & at_last):
        return "no area is held in both"
    is_between = panel["area_id"].isin(both) & (panel["period"] > first) & (panel["period"] <= last)
    cuts = panel.reindex(columns=["breaks", "events"], fill_value="")[is_between].stack()
    named = sorted({each for cell in cuts for each in str(cell).split()})
    told = f" ({join_some(named)})" if named else ""
    return f"the series of {count(len(both), 'area')} held in both break in between{told}"


def subtract_estimates(
    before: tuple[Numbers, Numbers, Numbers] | list[pd.Series],
    after: tuple[Numbers, Numbers, Numbers] | list[pd.Series],
) -> tuple[Floats, Floats]:
    """The interval of a difference of two estimates, from the interval of each.

    Zou and Donner (2008), Statistics in Medicine 27:1693-1702 (method of variance estimates
    recovery): exact for normal estimates, and fit for intervals that lean to one side. Assumes
    that the two samples are independent; where they share their clusters, it is too wide.

    Args:
        before: Values, lower and upper ends.
        after: The same of the later estimate.

    Returns:
        Lower and upper ends of after − before; NaN where an end is missing.
    """
    value, low, high = (as_floats(each) for each in before)
    later, later_low, later_high = (as_floats(each) for each in after)
    change = later - value
    return (
        change - np.hypot(later - later_low, high - value),
        change + np.hypot(later_high - later, value - low),
    )


def find_common_steps(panel: pd.DataFrame) -> pd.DataFrame:
    """Steps in which nearly all areas moved one way, unlike in the others of the same definition.

    Nine in ten (``ENOUGH``) of at least ``FEWEST_IN_STEP`` areas; and the median of their changes
    lies farther from those of the other steps than these lie from each other. A fact about the
    data, which a change of method may have made or not: no trend word rests on it.

    Args:
        panel: ``area_id``, ``period``, ``period_end``, ``segment``, ``value``.

    Returns:
        A row per step: ``first``, ``period``, ``areas``, how many went ``up`` and ``down``, the
        ``median`` change, and ``low`` and ``high``, the ends of the medians of the other steps.
    """
    ordered = panel.sort_values("period_end", kind="stable")
    part = ordered.groupby(["area_id", "segment"], sort=False)
    change = part["value"].diff()
    steps = ordered.assign(
        first=part["period"].shift(1), change=change, up=change > 0, down=change < 0
    ).groupby(["first", "period"], sort=False)
    table = steps.agg(
        areas=("change", "size"),
        up=("up", "sum"),
        down=("down", "sum"),
        median=("change", "median"),
    ).reset_index()
    table = table[table["areas"] >= FEWEST_IN_STEP]
    run = (table["first"] != table["period"].shift(1)).cumsum()  # a change of definition ends one
    others = [table.loc[(run == run[at]) & (run.index != at), "median"] for at in table.index]
    ends = [(each.min(), each.max()) if len(each) > 1 else (np.nan, np.nan) for each in others]
    table[["low", "high"]] = np.array(ends, dtype="float64").reshape(-1, 2)
    is_most = table[["up", "down"]].max(axis=1) >= ENOUGH * table["areas"]
    apart = np.maximum(table["median"] - table["high"], table["low"] - table["median"])
    return table[is_most & (apart > table["high"] - table["low"])].reset_index(drop=True)


@of_panel("area_id period_end segment value")
def grow(panel: pd.DataFrame) -> pd.Series:
    """Growth of each value over the one before it in its series, in per cent.

    Missing for the first value of a part, where a year lies between the two that is not held, and
    over values of zero or less.

    Args:
        panel: ``area_id``, ``period_end``, ``segment``, ``value``.

    Examples:
        >>> panel = cchc.load_panel("papi_procedures", "province", is_balanced=True)
        >>> cchc.grow(panel).name
        'growth'
    """
    ordered = panel.reset_index(drop=True).sort_values(["area_id", "period_end"], kind="stable")
    part = ordered.groupby(["area_id", "segment"], sort=False)
    before = part["value"].shift(1)
    years = ordered["period_end"].str[:4].astype("int64")
    is_next = years - part["period_end"].shift(1).str[:4].astype("float64") == 1
    growth = 100 * (ordered["value"] / before - 1)
    kept: pd.Series = growth.where(is_next & (before > 0)).sort_index()
    return kept.set_axis(panel.index).rename("growth")


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
    own: pd.DataFrame,
    sources: pd.DataFrame,
    theme_of: Mapping[str, str],
    catalogue: Mapping[str, Any],
) -> list[str]:
    """The series that are told, in order.

    Of each indicator the longest, and one that ends later where there is such; of equal ones that
    of the very windows of the reports, which may tell of the year so far, too, and of these that of
    the whole area. Of those that no theme names, what has two values or more, but for ranks, and a
    dozen at most; anything where nothing else is held.
    """
    days = ["period_start", "period_end"]
    of = sources.set_index("source_id")[days].reindex(own["source_id"].str.split(" ").str[0])
    begun, ended = (own[day].to_numpy() == of[day].to_numpy() for day in days)
    marked = own.assign(is_own=ended & (begun | (own["period_start"] == "").to_numpy()))
    chosen: dict[str, list[str]] = {OTHER: [], "": []}
    lengths: dict[str, list[tuple[int, str, bool, bool, str]]] = {}
    groups = marked.groupby(["indicator", "scope", "series"])
    held = groups.agg(n=("period_end", "nunique"), last=("period_end", "max"), of=("is_own", "any"))
    for (code, scope, series), length, last, is_own in held.itertuples(name=None):
        row = (length, last, is_own, scope == Scope.WHOLE_DISTRICT.value, series)
        lengths.setdefault(code, []).append(row)
    for code, theme in theme_of.items():
        longest = max(lengths[code])
        latest = max(lengths[code], key=lambda row: (row[1], row[0], *row[2:4]))
        names = [longest[-1]] + ([latest[-1]] if latest[1] > longest[1] else [])
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
