"""What a page may read: the rows of the tables that reach it, and a key of their content.

A page is built from its slice and from nothing else, so that a row outside it cannot change the
page, and a row inside it changes its key. A brief reads the rows of its own sources, the headline
values of its district for the trend, what its peers report of the same window, and that there are
other reports at all. A test holds pages told from slices against pages told from all tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from cchc_analysis.brief.board import FEWEST_AT_ONCE, find_told, name_ranked
from cchc_analysis.brief.nouns import list_concerned
from cchc_analysis.brief.opening import OF_SOURCE, choose_sources, list_briefs, open_brief
from cchc_analysis.brief.profile import is_below
from cchc_analysis.brief.quality import Graded, make_graded
from cchc_analysis.brief.report import Report, load_report
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import RESULT_STATUSES, Tables, load_own
from cchc_analysis.data.reference import Reference
from cchc_analysis.data.words import Words
from cchc_analysis.site.keys import key_of
from cchc_analysis.stats.panel import WINDOW, list_last_places
from cchc_analysis.stats.peers import list_kin, list_peers
from cchc_analysis.stats.trends import FEWEST_FOR_TREND

SEEN: Mapping[str, Mapping[str, Any]] = load_own("columns")["seen"]
"""What a page sees of rows that it does not tell, by what it sees them for, with their table. The
other columns are empty in its slice; where it tells no row of a table, they are not there."""
OF_VALUE: list[str] = SEEN["values"]["columns"]
OF_SOURCES = "transcripts", "observations", "indicators", "findings", "tallies", "definitions"
"""The tables of which a brief reads the rows of its own sources."""


@dataclass(frozen=True)
class Slice:
    """The rows that a page reads: their key, the sources it tells, and what makes tables of them.

    A slice itself holds none of them.
    """

    key: str
    sources: tuple[str, ...]
    cut: Callable[[], Tables]


class Slices:
    """Finds the slices of the tables of a run, by what a brief shows and so looks up elsewhere."""

    def __init__(self, tables: Tables, reference: Reference, report: Report) -> None:
        self._tables, self._reference, self._report = tables, reference, report
        rows = list_rows(tables.sources[[*OF_SOURCE]])  # a country has 60,000
        areas = [reference.match_source(row) for row in rows]
        self._rows, self._by_area = rows, index_rows(pd.DataFrame({"area_id": areas}), "area_id")

    @lru_cache(maxsize=2)  # noqa: B019 - one page in two languages; lives as long as a build
    def of_quality(self, area_ids: tuple[str, ...]) -> Slice:
        """What the page on data quality of some areas, or of all, reads beside their briefs."""
        at = unite(self._by_area.get(each, NONE) for each in area_ids or self._by_area)
        told = self._tables.sources["source_id"].iloc[at].tolist()
        own = {name: self._find_own(name, told) for name in ("findings", "tallies", "definitions")}
        own |= {"sources": at}
        seen = {"printed": "transcripts", "reported": "observations"}
        return self._slice(own, {view: self._find_own(name, told) for view, name in seen.items()})

    @lru_cache(maxsize=2)  # noqa: B019 - one page in two languages; lives as long as a build
    def of_indicator(self, indicator: str) -> Slice:
        """What the page of an indicator reads: its values, and the cases that it is a share of."""
        row = self._reference.indicator_rows[indicator]
        parts = (indicator, row["numerator"], row["denominator"])
        rows = {}
        for name, codes in (("indicators", parts), ("observations", (indicator,))):
            found = self._find(name, codes, "indicator")
            breakdowns = getattr(self._tables, name)["breakdown"].to_numpy()
            rows[name] = found[breakdowns[found] == ""]
        states = self._find("sources", self._list_named("indicators", rows["indicators"]))
        newest = np.array([self._tables.indicators["period_end"].to_numpy().argmax()])
        return self._slice(rows, {"sources": states, "newest": newest})  # that tells what is old

    @lru_cache(maxsize=2)  # noqa: B019 - one brief in two languages; lives as long as a build
    def of_brief(self, area_id: str, period: str) -> Slice:
        """What the brief of a district and period reads."""
        told, rows = self._find_told(area_id, period)
        peers = list_peers(self._reference.area_rows[area_id], self._reference)
        kin = list_kin(area_id, self._reference)
        days = self._tables.indicators["period_end"].iloc[rows["indicators"]].unique()
        windows = [(peer, day) for peer in peers for day in days]
        seen = {
            "trend": self._headlines.get(area_id, NONE),
            "values": unite(self._compared[each] for each in windows if each in self._compared),
            "sources": unite(self._by_area.get(each, NONE) for each in (area_id, *peers, *kin)),
        }
        return self._slice(rows, seen, told)

    @lru_cache(maxsize=2)  # noqa: B019 - one profile in two languages; lives as long as a build
    def of_profile(self, area_id: str) -> Slice:
        """What the profile of an area reads: its results, and those beside each series' last.

        Of the areas that it links to it sees that something is held of them; of its indicators
        what shows that they have a page.
        """
        held, reference = self._results, self._reference
        own = held[area_id]
        table = self._tables.indicators[[*WINDOW]]
        places = list_last_places(table.take(own))
        beside = unite(self._by_place[each] for each in places)
        linked = {
            *list_kin(area_id, reference),
            *(each for each in held if is_below(reference, each, area_id)),
        }
        # Of a district all of them: what its communes of today report may be summed beside it.
        most = None if reference.area_rows[area_id]["level"] == "district" else 1
        firsts = unite(held[each][:most] for each in sorted(linked) if each in held)
        told = self._list_named("indicators", own)
        codes = set(table["indicator"].iloc[own])
        shown = (self._told.get(each, NONE) for each in codes | set(map(name_ranked, codes)))
        seen = {
            "values": unite([beside, firsts, *shown]),
            "sources": self._by_area.get(area_id, NONE),
        }
        return self._slice({"indicators": own, "sources": self._find("sources", told)}, seen, told)

    @cached_property
    def _results(self) -> dict[str, Rows]:
        """The published results of whole quantities of each area."""
        table = self._tables.indicators
        is_result = table["status"].isin(RESULT_STATUSES) & table["value"].notna()
        return index_rows(table, "area_id", is_result & (table["breakdown"] == ""))

    @cached_property
    def _told(self) -> dict[str, Rows]:
        """Rows enough to see that an indicator has a page: of a period, and of a series."""
        table = self._tables.indicators[[*OF_VALUE]].reset_index(drop=True)
        cells = find_told(replace(self._tables, indicators=table), self._reference)
        first = cells.groupby("indicator")["kind"].transform("first")
        cells = cells[cells["kind"] == first]
        wide, long = (
            cells.sort_values([name, end], ascending=False).groupby("indicator").head(most)
            for name, end, most in (
                ("wide", "period", FEWEST_AT_ONCE),
                ("long", "area_id", FEWEST_FOR_TREND),
            )
        )
        shown = pd.concat([wide, long])
        return {str(code): at.to_numpy() for code, at in shown.groupby("indicator").groups.items()}

    @cached_property
    def _by_place(self) -> dict[tuple[str, ...], Rows]:
        """The same by indicator, scope and days."""
        at = unite(self._results.values())
        found = index_rows(self._tables.indicators[[*WINDOW]].take(at), list(WINDOW))
        return {place: at[rows] for place, rows in found.items()}

    def of_areas(self, area_ids: Sequence[str]) -> Slice:
        """The rows on some areas, and the sources that they are of."""
        rows = {
            name: self._find(name, area_ids, "area_id")
            for name in ("observations", "indicators", "findings")
        }
        told = {each for name, at in rows.items() for each in self._list_named(name, at)}
        return self._slice(rows | {"sources": self._find("sources", told)}, told=told)

    def of_reports(self, area_id: str, period: str) -> Slice:
        """What a brief tells, without what it compares that with."""
        told, rows = self._find_told(area_id, period)
        return self._slice(rows, told=told)

    def _find_told(self, area_id: str, period: str) -> tuple[list[str], dict[str, Rows]]:
        """The sources that a brief tells, and the rows of theirs."""
        here = [self._rows[at] for at in self._by_area.get(area_id, NONE)]
        told = [str(row["source_id"]) for row in choose_sources(here, period)]
        rows = {name: self._find_own(name, told) for name in OF_SOURCES if name != "findings"}
        rows["findings"] = unite(self._concerning.get(each, NONE) for each in told)
        return told, rows | {"sources": self._find("sources", told)}

    @cached_property
    def _concerning(self) -> dict[str, Rows]:
        """The findings that concern each source, whosever they are."""
        named = pd.Series(list_concerned(self._tables.findings), dtype=object).explode()
        return {str(each): at.to_numpy() for each, at in named.groupby(named).groups.items()}

    @cache  # noqa: B019 - lives as long as a build
    def _index(self, name: str, column: str) -> dict[str, Rows]:
        """The rows of a table by a column."""
        return index_rows(getattr(self._tables, name), column)

    def _find(self, name: str, values: Iterable[str], column: str = "source_id") -> Rows:
        """The rows of a table with one of some values in a column."""
        known = self._index(name, column)
        return unite(known[each] for each in values if each in known)

    def _list_named(self, name: str, rows: Rows) -> list[str]:
        """The sources on which some rows of a table rest."""
        named = getattr(self._tables, name)["source_id"].iloc[rows].unique()
        return sorted({source for each in named for source in each.split()})

    def _find_own(self, name: str, told: Sequence[str]) -> Rows:
        """The rows of some sources; a row that rests on two is theirs if both are."""
        own = set(told)
        several = {each for source in told for each in self._rests_on.get(source, ())}
        return self._find(name, own | {each for each in several if own.issuperset(each.split())})

    def _slice(
        self, rows: dict[str, Rows], seen: dict[str, Rows] | None = None, told: Iterable[str] = ()
    ) -> Slice:
        """The slice of some rows, and of others of which it sees the outside only."""
        views = [View(name, at) for name, at in rows.items()]
        for view, at in (seen or {}).items():
            name, columns = SEEN[view].values()
            views.append(View(name, np.setdiff1d(at, rows.get(name, NONE)), (*columns,)))
        hashes = [self._hash(each.table, each.columns)[each.rows].tobytes() for each in views]
        key = key_of(hashes, [each.table for each in views])
        return Slice(key, tuple(sorted(told)), partial(self._cut, views))

    def _cut(self, views: Sequence[View]) -> Tables:
        tables = vars(self._tables).items()
        of_table = {name: [each for each in views if each.table == name] for name, _ in tables}
        return Tables(**{name: cut_table(table, of_table[name]) for name, table in tables})

    @cache  # noqa: B019 - lives as long as a build
    def _hash(self, name: str, columns: tuple[str, ...]) -> Any:
        """A hash of each row of a table, or of some columns of it."""
        table = getattr(self._tables, name)
        return hash_rows(table[[*columns]] if columns else table)

    @cached_property
    def _rests_on(self) -> dict[str, set[str]]:
        """The names of several sources that rows rest on, "a b", by each of the sources."""
        found: dict[str, set[str]] = defaultdict(set)
        for table in OF_SOURCES:
            for name in self._index(table, "source_id"):
                for source in name.split() if " " in name else ():
                    found[source].add(name)
        return found

    @cached_property
    def _compared(self) -> dict[tuple[str, str], Rows]:
        """The values that peers are compared by, by area and end: a province has 160 communes."""
        read = self._report.list_read_of_peers(self._reference)
        return self._index_panel(read, ["area_id", "period_end"])

    @cached_property
    def _headlines(self) -> dict[str, Rows]:
        return self._index_panel(self._report.followed, "area_id")

    def _index_panel(self, indicators: Iterable[str], columns: Any) -> dict[Any, Rows]:
        """Results without breakdown of some indicators, by some columns."""
        table = self._tables.indicators
        is_wanted = table["indicator"].isin(list(indicators)) & (table["breakdown"] == "")
        return index_rows(table, columns, is_wanted & table["status"].isin(RESULT_STATUSES))


def grade_all(tables: Tables, reference: Reference, words: Words) -> list[Graded]:
    """What the page on data quality says of each brief, opened from its slice alone."""
    slices = Slices(tables, reference, load_report(words.folder.parent, reference))
    places = list_briefs(tables, reference)
    rows = ((place, slices.of_reports(*place).cut()) for place in places)
    return [make_graded(open_brief(cut, reference, words, *place)) for place, cut in rows]


Rows = Any
"""Positions of rows in a table: an array of integers, in the order of the table."""

NONE = np.array([], dtype=np.int64)


class View(NamedTuple):
    """Rows of a table, and the columns that are seen of them: all where none is named."""

    table: str
    rows: Rows
    columns: tuple[str, ...] = ()


def cut_table(table: pd.DataFrame, views: Sequence[View]) -> pd.DataFrame:
    """Rows of a table with the columns that are seen of them; a cell that is not seen is empty."""
    if len(views) < 2:
        _, at, columns = views[0] if views else View("", NONE)
        cut = table.take(at).reset_index(drop=True)
        return cut[[*columns]] if columns else cut
    every = np.concatenate([each.rows for each in views])
    order = np.argsort(every, kind="stable")
    cells = {}
    for column in table.columns:
        shown = [not columns or column in columns for _, _, columns in views]
        is_seen = np.repeat(shown, [len(each.rows) for each in views])
        at = np.where(is_seen, every, -1)[order]
        held = table[column]
        unseen = {"b": False, "f": np.nan}.get(held.dtype.kind, "")
        cells[column] = held.array.take(at, allow_fill=True, fill_value=unseen)
    return pd.DataFrame(cells)


def index_rows(table: pd.DataFrame, columns: Any, is_kept: Any = None) -> dict[Any, Rows]:
    """The positions of the rows with each value of a column, or of several; of some rows only."""
    at = np.arange(len(table)) if is_kept is None else np.flatnonzero(is_kept)
    found: Any = table.take(at).groupby(columns, sort=False).indices
    return {value: at[rows] for value, rows in found.items()}


def hash_rows(table: pd.DataFrame) -> Any:
    """A hash of each row; the same for the same cells on every machine."""
    return pd.util.hash_pandas_object(table, index=False).to_numpy()


def unite(rows: Iterable[Rows]) -> Rows:
    """Several positions as one, each once, in the order of the table."""
    found = [*rows]
    return found[0] if len(found) == 1 else np.unique(np.concatenate([NONE, *found]))
