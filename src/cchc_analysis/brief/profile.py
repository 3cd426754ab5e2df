"""A profile, one area over all periods: its series, their trend words, and where it stands.

Comes in as the published values, its own and those of areas like it; goes out as a table with a row
a series. A series is of one scope and one kind of window. Its word is that of ``stats.trends``, its
place that among all areas of the level in the same period, given where nearly all are held.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import filter as match_codes
from functools import cached_property, partial
from typing import Any

import pandas as pd
from markupsafe import Markup

from cchc_analysis.brief.board import FILE, list_told, name_ranked, name_trend
from cchc_analysis.brief.content import find_folder, name_folder
from cchc_analysis.brief.nouns import Row
from cchc_analysis.brief.opening import REPORTING, list_briefs
from cchc_analysis.brief.plots import draw, plot_spine
from cchc_analysis.brief.plots.parts import sketch_line, sketch_spine
from cchc_analysis.brief.report import load_report
from cchc_analysis.brief.templates import HasHead, Section, tell_section
from cchc_analysis.data.export import join_licences
from cchc_analysis.data.files import format_table, list_rows
from cchc_analysis.data.records import Tables, load_own, problem
from cchc_analysis.data.reference import Reference
from cchc_analysis.data.words import Words, plain
from cchc_analysis.errors import CommandError
from cchc_analysis.stats import panel
from cchc_analysis.stats.peers import break_series, find_kin, list_kin
from cchc_analysis.stats.trends import JudgedTrends, judge_many

QUARTER = 75.0
"""The per cent of the others that have to stand lower for the best quarter."""


@dataclass(frozen=True)
class Profile(HasHead):
    """All that is held of an area, ready to be told.

    Attributes:
        area: Its row of the areas.
        words: The strings of the language.
        reference: Areas and catalogue.
        values: All its published results, oldest first: those columns of ``indicators``, with
            ``kind`` (level, scope and window) and ``series`` (indicator and kind).
        points: Those of the series that are told, one a period, with ``segment`` and ``crosses``
            (``break_series``).
        table: A row a series that is told, in the order of the page: ``theme``, ``indicator``,
            ``name`` (with its window where another one is told beside it), ``scope``, ``unit``, the
            last ``period`` and its ``value``; ``is_contested``; ``is_old`` (``OLD``); the columns
            of ``judge_many``; of that period ``held``, ``existing`` and ``is_full``, and where it
            is full ``place`` (1 is best, empty where no direction is known), ``better`` (the per
            cent of the others that stand lower, half of those level) and ``SPREAD``.
        judged: The words of these series, and how many chance alone would give.
        periods: The periods of its briefs.
        kin: Areas that hold its territory before or since and have a profile.
        below: Areas that lie in it and have a profile.
        sums: Of a former district, what its communes of today report together (``sum_communes``).
        told: The indicators that have a page.
        themes: The themes, in order.
    """

    area: Mapping[str, Any]
    words: Words
    reference: Reference
    values: pd.DataFrame
    points: pd.DataFrame
    table: pd.DataFrame
    judged: JudgedTrends
    periods: tuple[str, ...]
    kin: frozenset[str]
    below: tuple[str, ...]
    sums: pd.DataFrame
    told: frozenset[str]
    themes: tuple[str, ...]

    find_folder = staticmethod(find_folder)
    name_folder = staticmethod(name_folder)

    def __repr__(self) -> str:
        return f"<Profile {self.area['name']}, {len(self.table)} series, {self.words.lang}>"

    @property
    def sections(self) -> dict[str, Section]:
        """The sections that have something to tell, each with its ``table`` and ``figure``."""
        told = set(self.table["theme"])
        return {each: self.show_theme(each) for each in self.themes if each in told}

    @cached_property
    def points_of(self) -> dict[str, list[tuple[int, float, int]]]:
        """Year, value and segment of the points of each series."""
        told = self.points.assign(year=self.points["period_end"].str[:4].astype(int))
        parts = told.groupby("series")[["year", "value", "segment"]]
        return {str(each): [*own.itertuples(index=False, name=None)] for each, own in parts}

    def show_head(self) -> Section:
        """Title with the years, headline, and three sentences by rule."""
        placed = self.table.dropna(subset=["better"]).sort_values("better", kind="stable")
        # The lowest first; old ones only where there are no others.
        placed = placed if placed["is_old"].all() else placed[~placed["is_old"]]
        return tell_section(
            self,
            "profile_head",
            lambda: self.table,
            anchor="head",
            name=find_folder(self.area),
            rows=list_rows(self.table),
            placed=list_rows(placed),
            quarter=QUARTER,
        )

    def show_theme(self, theme: str) -> Section:
        """The series of a theme of ``report.yml``, a row each; nothing where none is held."""
        if theme not in self.themes:
            known = ", ".join(self.themes)
            raise CommandError(problem("no_theme", f"theme {theme!r}", known=known))
        table = self.table[self.table["theme"] == theme].reset_index(drop=True)
        if table.empty:
            return Section(Markup(""))
        catalogue = self.reference.indicator_rows
        drawn = table.assign(  # as ``plot_spine`` takes them, the better side at the right
            own=table["value"],
            role=["alert" if each else "deep" for each in table["is_contested"]],
            is_turned=[catalogue[code]["polarity"] == "lower" for code in table["indicator"]],
        )
        placed = drawn[drawn["is_full"].astype(bool)]
        return tell_section(
            self,
            "profile_theme",
            lambda: table,
            partial(draw, plot_spine, placed) if len(placed) else None,
            anchor=theme,
            rows=[row | self._tell_row(row) for row in list_rows(drawn)],
        )

    def _tell_row(self, row: Row) -> dict[str, Any]:
        """Of a series its page, small line and spine, and the form of its values."""
        is_rank, words = row["unit"] == "rank", self.words
        form = partial(words.number, decimals=0) if is_rank else words.as_printed
        # The page of the indicator, or of the index that a rank is of.
        names = [e for e in (row["indicator"], name_ranked(row["indicator"])) if e in self.told]
        href = f"../{name_trend(names[0])}/index.html" if names else ""
        points, line = self.points_of[row["series"]], ""
        if len({segment for *_, segment in points}) < len(points):
            line = sketch_line(points, form, is_rank=is_rank)
        spine = sketch_spine(row, form) if row["is_full"] else ""
        return {"href": href, "line": line, "spine": spine, "form": form}

    def show_links(self) -> Section:
        """Briefs, areas before and since with what they report together, areas below."""
        return tell_section(
            self,
            "profile_links",
            lambda: self.values,
            anchor="more",
            kin=find_kin(self.reference, self.area),
            file=FILE,
        )

    def show_methods(self) -> Section:
        """How to read a row, and the rules of places and trend words."""
        return tell_section(self, "profile_methods", anchor="methods")


def open_profile(tables: Tables, reference: Reference, words: Words, area: str) -> Profile:
    """Open the profile of one area (``cchc_analysis.open_profile``).

    Of the tables the rows that ``keep_read`` names are enough.
    """
    held = panel.keep_results(tables.indicators)
    known = set(held["area_id"].unique())
    area_id = match_profiled(reference, known, area)
    kept = held[panel.keep_read(held, area_id)]
    kinds = panel.name_kinds(kept, reference)
    kept = kept.assign(kind=kinds, series=kept["indicator"] + "|" + kinds)
    own = kept[kept["area_id"] == area_id].sort_values("period_end", kind="stable")
    report = load_report(words.folder.parent, reference).profile
    held_of = set(own["indicator"])
    codes = [code for code in reference.indicator_rows if code in held_of]
    theme_of: dict[str, str] = {}  # in the order of the page; what no theme names comes last
    for theme, patterns in (*report.items(), (panel.OTHER, ("*",))):
        for pattern in patterns:
            for code in match_codes(codes, pattern):
                theme_of.setdefault(code, theme)
    told = panel.choose_series(own, tables.sources, theme_of, reference.indicator_rows)
    points = break_series(panel.keep_one_value(own[own["series"].isin(told)], "series"), reference)
    points = points.sort_values("period_end", kind="stable")
    judged = judge_many(points, "series")
    described = panel.describe_series(points, kept, reference, theme_of)
    table = described.join(judged.table.set_index("series")).loc[told].reset_index()
    rows = (reference.indicator_rows[code] for code in table["indicator"])
    names = [plain(words.pick(row, "label")) for row in rows]
    split = table.duplicated(["indicator", "scope"], keep=False)  # told with its window
    for at, label in enumerate(table["period"]):
        window = words.say("profile.whole_year") if label.isdigit() else words.period(label)
        if split.iloc[at]:
            names[at] = plain(words.say("profile.split", name=names[at], window=window))
    table.insert(3, "name", names)
    last_day = str(own["period_end"].max())
    area_row = reference.area_on(area_id, last_day)
    return Profile(
        area=area_row,
        words=words.fit(area_row, last_day, list_rows(reference.terms)),
        reference=reference,
        values=own.reset_index(drop=True),
        points=points,
        table=table,
        judged=judged,
        periods=tuple(
            period for place, period in list_briefs(tables, reference) if place == area_id
        ),
        kin=frozenset(known.intersection(list_kin(area_id, reference))),
        below=tuple(sorted(each for each in known if is_below(reference, each, area_id))),
        sums=panel.sum_communes(held, reference, area_id),
        told=frozenset(list_told(tables, reference)),
        themes=(*report, panel.OTHER),
    )


def list_profiled(tables: Tables, reference: Reference) -> list[str]:
    """The areas that have a profile: provinces, districts and communes of which a result is held.

    One value of one source is enough: the page then says that there is no more.
    """
    held = panel.keep_results(tables.indicators)["area_id"].unique()
    return sorted(each for each in held if reference.area_rows[each]["level"] in REPORTING)


def is_below(reference: Reference, area_id: str, above: str) -> bool:
    """Whether an area that has a profile lies in another: at any depth in a province."""
    is_own = area_id != above and reference.area_rows[area_id]["level"] in REPORTING
    return is_own and reference.is_below(area_id, above)


def match_profiled(reference: Reference, held: Collection[str], area: str) -> str:
    """The id of the area of a name of which something is held, the last of several in turn."""
    if area in held and area in reference.area_rows:
        return area
    if meant := reference.match_held(area, held):
        return meant[-1]
    name = reference.area_rows[reference.match_held(area)[-1]]["name"]
    raise CommandError(problem("no_profile", f"area {area!r}", area=name))


def format_own_values(tables: Tables, area_id: str) -> bytes:
    """The file beside a profile: all results that are published of its area."""
    results = panel.keep_results(tables.indicators)
    own = results[results["area_id"] == area_id]
    licence = join_licences(own["source_id"], tables.sources)
    columns = load_own("columns")["downloads"]["profile"]
    return format_table(own.assign(licence=licence)[columns]).encode()
