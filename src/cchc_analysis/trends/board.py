"""Which values of an indicator stand beside each other, and what may be said of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cchc_analysis.clean import fold_text, nearest_names
from cchc_analysis.errors import CommandError, Problem
from cchc_analysis.inference import (
    FEWEST_FOR_TREND,
    TrendWord,
    adjust_p_values,
    choose_trend_word,
    find_trend,
    rank_proportions,
    rank_ranges,
)
from cchc_analysis.peers import break_series, list_breaks
from cchc_analysis.records import RESULT_STATUSES, Status
from cchc_analysis.reference import find_area
from cchc_analysis.synthetic import is_synthetic
from cchc_analysis.words import Words

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.records import Tables
    from cchc_analysis.reference import Reference

PLACE = ("area_id", "scope", "period_start", "period_end")

FEWEST_AREAS = 5
"""Areas below which a period is not ranked while a fuller one is held."""
FEWEST_AT_ONCE = 10
"""Areas that an indicator of one period needs to be told on a page of its own."""
OWN_CRITERIA = "par_"
"""Indicators whose criteria every province sets for its own districts: never side by side."""


@dataclass(frozen=True)
class Board:
    """The values of one indicator, ready to be drawn.

    Attributes:
        words: The strings of the language.
        reference: Areas and catalogue.
        indicator: The catalogue's row of the indicator.
        values: A row per area and period of one scope and one kind of window: ``area_id``,
            ``name``, ``period``, ``year`` (end of the period, in years), ``value``, ``low``,
            ``high``, ``numerator``, ``denominator`` (NaN where there are none), ``segment``,
            ``crosses``, ``is_contested``, ``source_id``.
        issuers: Who states the values.
        left_out: How many values of other scopes or windows are held and not shown.
        sequence: The same columns, windows that follow each other without overlap: quarters where
            they are held, else ``values``.
    """

    words: Words
    reference: Reference
    indicator: Mapping[str, Any]
    values: pd.DataFrame
    issuers: tuple[str, ...]
    left_out: int
    sequence: pd.DataFrame

    @property
    def code(self) -> str:
        """The code of the indicator."""
        return str(self.indicator["indicator"])

    @property
    def has_cases(self) -> bool:
        """Whether the indicator is a share of cases that are held."""
        return bool(self.values["denominator"].notna().any())

    @property
    def is_higher_better(self) -> bool:
        """Whether more of it is better; a rank and a share of late dossiers are not."""
        return bool(self.indicator["polarity"] != "lower")

    @property
    def is_synthetic(self) -> bool:
        """Whether the figures are made up."""
        return any(map(is_synthetic, self.values["area_id"].unique()))

    @property
    def breaks(self) -> list[dict[str, Any]]:
        """The changes of the indicator's definition, oldest first (rows of breaks)."""
        return list_breaks(self.code, self.reference)

    @cached_property
    def periods(self) -> list[str]:
        """Labels of the periods held, oldest first."""
        return list(self.values.sort_values("period_end")["period"].unique())

    @cached_property
    def shown(self) -> str:
        """The last period in which enough areas reported, or as many as ever do."""
        counts = self.values["period"].value_counts()
        enough = min(FEWEST_AREAS, int(counts.max()))
        return [label for label in self.periods if counts[label] >= enough][-1]

    @cached_property
    def first_joined(self) -> str:
        """The earliest period that most areas of the shown one can be joined to."""
        now = self.values.loc[self.values["period"] == self.shown, ["area_id", "segment"]]
        joined = self.values.merge(now, on=["area_id", "segment"])
        counts = joined["period"].value_counts()
        return next(label for label in self.periods if 2 * counts.get(label, 0) >= len(now))

    @cached_property
    def latest(self) -> pd.DataFrame:
        """The values of the period shown, best first: ``rank``, ``rank_low``, ``rank_high``."""
        last = self.values[self.values["period"] == self.shown]
        last = last.sort_values(
            ["value", "name"], ascending=[not self.is_higher_better, True], ignore_index=True
        )
        better = self.is_higher_better
        if last["denominator"].notna().all():
            ranks = rank_proportions(
                last["numerator"], last["denominator"], is_higher_better=better
            )
        else:
            ranks = rank_ranges(last["low"], last["high"], is_higher_better=better)
        place = last["value"].rank(method="min", ascending=not better)
        return last.assign(rank=place, rank_low=ranks["rank_low"], rank_high=ranks["rank_high"])

    @cached_property
    def trends(self) -> pd.DataFrame:
        """A row per area: the longest unbroken part of its series, and the ``word`` it allows.

        ``first``, ``last``, ``points``, ``slope`` a year with ``slope_low`` and ``slope_high``,
        and ``p_value``, adjusted after Benjamini-Hochberg over all areas.
        """
        import pandas as pd

        groups = [rows for _, rows in self.values.groupby("area_id", sort=False)]
        parts = [find_longest_part(rows) for rows in groups]
        tested = [find_trend(part["year"], part["value"]) for part in parts]
        p_values = adjust_p_values([each.p_value if each else float("nan") for each in tested])
        words: list[TrendWord] = [
            choose_trend_word(
                trend,
                float(p_value),
                has_boundary=len(part) < FEWEST_FOR_TREND <= len(rows),
                is_contested=bool(part["is_contested"].any()),
            )
            for rows, part, trend, p_value in zip(groups, parts, tested, p_values, strict=True)
        ]
        nothing = float("nan")
        return pd.DataFrame(
            {
                "area_id": [rows["area_id"].iloc[0] for rows in groups],
                "name": [rows["name"].iloc[0] for rows in groups],
                "first": [part["period"].iloc[0] for part in parts],
                "last": [part["period"].iloc[-1] for part in parts],
                "points": [len(part) for part in parts],
                "slope": [each.slope if each else nothing for each in tested],
                "slope_low": [each.slope_low if each else nothing for each in tested],
                "slope_high": [each.slope_high if each else nothing for each in tested],
                "p_value": p_values,
                "word": words,
            }
        )


def open_board(
    tables: Tables,
    reference: Reference,
    choice: tuple[str, str, str, str],
    words: Words,
) -> Board:
    """Open the values of one indicator.

    Args:
        tables: The published tables.
        reference: The reference tables.
        choice: Indicator, names of areas with commas between (empty: all), first and last year
            (empty: all).
        words: The strings of the language.

    Raises:
        CommandError: The indicator or an area is unknown, or nothing is held.
    """
    code, areas, first, last = choice
    row = _match_indicator(code, tables, reference)
    wanted = [find_area(reference, name.strip()) for name in areas.split(",") if name.strip()]
    held = _choose_values(tables, code)
    if wanted:
        held = held[held["area_id"].isin(wanted)]
    held = held[held["period_end"].str[:4].between(first or "0", last or "9999")]
    if held.empty:
        found = f"no value from {first or 'the first'} to {last or 'the last year'}"
        raise CommandError(Problem(f"indicator {code}", found, "one at least", "Ask for more."))
    kept = _keep_one_kind(held, reference.areas)
    values = _describe(kept, tables, reference)
    issuers = _list_issuers(values, tables.sources)
    quarters = _keep_quarters(held, kept)
    sequence = _describe(quarters, tables, reference) if len(quarters) else values
    return Board(words, reference, row, values, issuers, len(held) - len(kept), sequence)


def list_told(tables: Tables, reference: Reference) -> list[str]:
    """The indicators that are held of enough areas, or of one over enough periods, to be told.

    Ranks are not among them: a page of their values ranks better, and with its uncertainty.
    """
    table = tables.indicators
    ranks = {code for code, row in reference.indicator_rows.items() if row["unit"] == "rank"}
    is_told = (table["breakdown"] == "") & table["status"].isin(RESULT_STATUSES)
    held = table[is_told & table["value"].notna() & ~table["indicator"].isin(ranks)]
    kinds = held.assign(kind=_name_kinds(held, reference.areas))
    sizes = kinds.groupby(["indicator", "kind"]).size().reset_index(name="size")
    best = sizes.sort_values("size", kind="stable").drop_duplicates("indicator", keep="last")
    kept = kinds.merge(best[["indicator", "kind"]], on=["indicator", "kind"])
    wide = kept.groupby(["indicator", "period"])["area_id"].nunique().groupby("indicator").max()
    long = kept.groupby(["indicator", "area_id"])["period"].nunique().groupby("indicator").max()
    enough = (wide >= FEWEST_AREAS) & (long > 1)
    enough |= (wide >= FEWEST_AT_ONCE) | (long >= FEWEST_FOR_TREND)
    return [code for code in reference.indicator_rows if enough.get(code, default=False)]


def _list_issuers(values: pd.DataFrame, sources: pd.DataFrame) -> tuple[str, ...]:
    """Who states the values, those with most of them first."""
    names = dict(zip(sources["source_id"], sources["issuer"], strict=True))
    counts = values["source_id"].str.split().explode().map(names).value_counts(sort=True)
    return tuple(sorted(counts.index, key=lambda name: (-counts[name], name)))


def _match_indicator(code: str, tables: Tables, reference: Reference) -> Mapping[str, Any]:
    held = set(tables.indicators["indicator"])
    if code in reference.indicator_rows and code in held:
        return reference.indicator_rows[code]
    near = ", ".join(nearest_names(code, held))
    raise CommandError(
        Problem(f"indicator {code!r}", "not held", "one that is held", f"Nearest: {near}.")
    )


def _choose_values(tables: Tables, code: str) -> pd.DataFrame:
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


def _keep_one_kind(held: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """One level of areas, one scope and one kind of window: those that most values have."""
    kind = _name_kinds(held, areas)
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


def _name_kinds(held: pd.DataFrame, areas: pd.DataFrame) -> pd.Series:
    """What has to be the same of values that stand side by side: level, scope, window."""
    suffix = held["period"].str.extract(r"^\d{4}(-\w+)?$")[0].fillna("")
    whole = held["period"].str.fullmatch(r"\d{4}(-\w+)?").astype("bool")
    place = held[["area_id"]].join(areas.set_index("area_id")[["level", "parent_id"]], on="area_id")
    is_own = held["indicator"].str.startswith(OWN_CRITERIA) & (place["level"] == "district")
    level = place["level"].where(~is_own, place["level"] + " of " + place["parent_id"])
    return level + "|" + held["scope"] + "|" + suffix.where(whole, "other")


def _keep_quarters(held: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """The quarters of the areas and scope that are shown."""
    is_quarter = held["period"].str.fullmatch(r"\d{4}-Q[1-4]").astype("bool")
    is_shown = held["area_id"].isin(kept["area_id"]) & (held["scope"] == kept["scope"].iloc[0])
    kept_quarters: pd.DataFrame = held[is_quarter & is_shown]
    return keep_one_value(kept_quarters)


def _describe(kept: pd.DataFrame, tables: Tables, reference: Reference) -> pd.DataFrame:
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
