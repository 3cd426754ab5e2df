"""Which values of an indicator stand beside each other, and what may be said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cchc_analysis.brief.trends.values import (
    choose_values,
    describe_values,
    keep_one_kind,
    keep_quarters,
    list_strata,
    name_kinds,
)
from cchc_analysis.data.clean import nearest_names
from cchc_analysis.data.packages import index_licences
from cchc_analysis.data.records import RESULT_STATUSES
from cchc_analysis.data.reference import find_areas
from cchc_analysis.data.words import Words
from cchc_analysis.errors import CommandError, Problem
from cchc_analysis.stats.peers import list_breaks
from cchc_analysis.stats.ranks import rank_proportions, rank_ranges
from cchc_analysis.stats.trends import FEWEST_FOR_TREND, Judged, judge_many
from cchc_analysis.synthetic import is_synthetic

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.records import Tables
    from cchc_analysis.data.reference import Reference

FEWEST_AREAS = 5
"""Areas below which a period is not ranked while a fuller one is held."""
FEWEST_AT_ONCE = 10
"""Areas that an indicator of one period needs to be told on a page of its own."""


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
        licences: What may be done with the values of a source, by source.
        left_out: How many values of other scopes or windows are held and not shown.
        sequence: The same columns, windows that follow each other without overlap: quarters where
            they are held, else ``values``.
        strata: The counts of each part of an area (``list_strata``).
    """

    words: Words
    reference: Reference
    indicator: Mapping[str, Any]
    values: pd.DataFrame
    issuers: tuple[str, ...]
    left_out: int
    sequence: pd.DataFrame
    strata: pd.DataFrame
    licences: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The code of the indicator."""
        return str(self.indicator["indicator"])

    @property
    def has_cases(self) -> bool:
        """Whether the indicator is a share of cases that are held."""
        return bool(self.values["denominator"].notna().any())

    @property
    def uncounted(self) -> int:
        """Areas of the period shown whose share comes without its cases."""
        return int(self.latest["denominator"].isna().sum())

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
        low, high = last["low"], last["high"]
        if last["denominator"].notna().any():
            ranks = rank_proportions(
                last["numerator"],
                last["denominator"],
                ranges=(low / 100, high / 100),
                is_higher_better=better,
            )
        else:
            ranks = rank_ranges(low, high, is_higher_better=better)
        place = last["value"].rank(method="min", ascending=not better)
        return last.assign(rank=place, rank_low=ranks["rank_low"], rank_high=ranks["rank_high"])

    @cached_property
    def judged(self) -> Judged:
        """The trend word of every area, and how many of them chance alone would give."""
        return judge_many(self.values)

    @cached_property
    def trends(self) -> pd.DataFrame:
        """A row per area: the last unbroken part of its series, and the ``word`` it allows.

        ``area_id``, ``name`` and the columns of ``judge_many``.
        """
        names = self.values.drop_duplicates("area_id").set_index("area_id")["name"]
        return self.judged.table.assign(name=self.judged.table["area_id"].map(names))


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
    wanted = [
        area_id
        for name in areas.split(",")
        if name.strip()
        for area_id in find_areas(reference, name.strip())
    ]
    held = choose_values(tables, code)
    if wanted:
        held = held[held["area_id"].isin(wanted)]
    held = held[held["period_end"].str[:4].between(first or "0", last or "9999")]
    if held.empty:
        found = f"no value from {first or 'the first'} to {last or 'the last year'}"
        raise CommandError(Problem(f"indicator {code}", found, "one at least", "Ask for more."))
    kept = keep_one_kind(held, _list_areas(held, reference))
    values = describe_values(kept, tables, reference)
    issuers = _list_issuers(values, tables.sources)
    quarters = keep_quarters(held, kept)
    sequence = describe_values(quarters, tables, reference) if len(quarters) else values
    strata = list_strata(values, tables.indicators, row)
    left_out = len(held) - len(kept)
    licences = index_licences(tables.sources)
    return Board(words, reference, row, values, issuers, left_out, sequence, strata, licences)


def _list_areas(held: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """The areas of some values, communes among them, with their ids in a column."""
    return reference.tabulate_areas(held["area_id"].unique()).rename_axis("area_id").reset_index()


def list_told(tables: Tables, reference: Reference) -> list[str]:
    """The indicators that are held of enough areas, or of one over enough periods, to be told.

    Ranks are not among them: a page of their values ranks better, and with its uncertainty.
    """
    table = tables.indicators
    ranks = {code for code, row in reference.indicator_rows.items() if row["unit"] == "rank"}
    is_told = (table["breakdown"] == "") & table["status"].isin(RESULT_STATUSES)
    held = table[is_told & table["value"].notna() & ~table["indicator"].isin(ranks)]
    kinds = held.assign(kind=name_kinds(held, _list_areas(held, reference)))
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
