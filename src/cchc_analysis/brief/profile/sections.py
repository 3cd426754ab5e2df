"""The sections of a profile: its head, a table a theme, what leads on, how to read it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cchc_analysis.brief.content import name_folder
from cchc_analysis.brief.directory import tell_masthead
from cchc_analysis.brief.plots import draw, plot_spine
from cchc_analysis.brief.plots.place import SMALL, SPINE, draw_small, draw_spine
from cchc_analysis.brief.profile.content import SPREAD
from cchc_analysis.brief.telling import upper
from cchc_analysis.brief.templates import Section, draw_line, link, render
from cchc_analysis.brief.trend import list_kin_lines
from cchc_analysis.brief.trends.board import keep_results, name_ranked, name_trend
from cchc_analysis.data.export import index_licences, join_licences
from cchc_analysis.data.files import format_table, list_rows

if TYPE_CHECKING:
    from cchc_analysis.brief.profile.content import Profile
    from cchc_analysis.data.records import Tables

QUARTER = 75.0
"""The per cent of the others that have to stand lower for the best quarter."""
FILE = "values.csv"
COLUMNS = (
    *("area_id", "indicator", "scope", "period", "period_start", "period_end", "status", "value"),
    *("unit", "origin", "is_contested", "source_id"),
)

Row = Mapping[str, Any]


def show_head(profile: Profile) -> Section:
    """Title with the years, headline, and three sentences by rule."""
    words, table, placed = profile.words, profile.table, keep_placed(profile)
    place, years = upper(words.place(profile.area)), profile.values["period_end"].str[:4]
    first, last = str(years.min()), str(years.max())
    title = words.say("profile.title", area=place, years="–".join(dict.fromkeys((first, last))))
    held = profile.values["indicator"].nunique()
    html = render(
        words,
        "profile_head",
        area=place,
        level=profile.area["level"],
        years=(first, last),
        series=len(table),
        held=held,
        rest=held - table["indicator"].nunique(),
        sources=profile.values["source_id"].str.split().explode().nunique(),
        old=int(table["is_old"].sum()),
        is_drawn=bool(table["is_full"].any()),
        is_contested=bool(table["is_contested"].any()),
        placed=list_rows(placed),
        best=int((placed["better"] >= QUARTER).sum()),
        worst=int((placed["better"] <= 100 - QUARTER).sum()),
        judged=profile.judged,
        moves={
            word: list_rows(table[table["word"] == word])
            for word in ("rising", "falling")
            if (table["word"] == word).any()
        },
    )
    head = tell_masthead(words, find_folder(profile.area), title)
    return Section(head + html, "head", lambda: table)


def find_folder(area: Row) -> str:
    """The folder of a profile within its language: that of the area, above its periods."""
    return name_folder(area, "-").partition("/")[0]


def keep_placed(profile: Profile) -> pd.DataFrame:
    """The series with a place, the lowest first; old ones only where there are no others."""
    placed = profile.table.dropna(subset=["better"]).sort_values("better", kind="stable")
    recent = placed[~placed["is_old"]]
    return recent if len(recent) else placed


def show_theme(profile: Profile, theme: str) -> Section:
    """The series of a theme, a row each; nothing where none is held."""
    own = [row for row in list_rows(profile.table) if row["theme"] == theme]
    if not own:
        return Section(Markup(""))
    rows = [row | _tell_row(profile, row) for row in own]
    units = profile.reference.unit_rows
    html = render(profile.words, "profile_theme", anchor=theme, rows=rows, units=units)
    placed = [_turn_spine(profile, row) for row in own if row["is_full"]]
    drawn = (lambda: draw(plot_spine, pd.DataFrame(placed))) if placed else None
    is_own = profile.table["theme"] == theme
    return Section(html, theme, lambda: profile.table[is_own].reset_index(drop=True), drawn)


def _tell_row(profile: Profile, row: Row) -> dict[str, Any]:
    """What the cells of a series show: name and its page, value, small line and spine."""
    from cchc_analysis.brief.plots.backend import Sketch

    words, is_rank = profile.words, row["unit"] == "rank"
    decimals = 0 if is_rank else None if row["value"].is_integer() else 2

    @cache
    def form(value: float) -> str:
        return words.number(float(value), decimals)

    told = {"href": find_page(profile, row["indicator"]), "line": "", "spine": ""}
    points = profile.points_of[row["series"]]
    if len({segment for *_, segment in points}) < len(points):
        svg = draw_small(Sketch(*SMALL), points, form, is_rank=is_rank).finish()
        told["line"] = draw_line(words, svg, row["name"])
    if row["is_full"]:
        svg = draw_spine(Sketch(*SPINE), _turn_spine(profile, row), SPINE[1] / 2, form).finish()
        ends = {each: form(row[each]) for each in SPREAD}
        said = words.plain("profile.spine", **ends, own=form(row["value"]))
        told["spine"] = draw_line(words, svg, said, "spine")
    return told | {"written": form(row["value"])}


def find_page(profile: Profile, code: str) -> str:
    """Where the page of an indicator lies, or of the index that a rank is of; empty: nowhere."""
    names = (code, name_ranked(code))
    pages = (f"../{name_trend(each)}/index.html" for each in names if each in profile.told)
    return next(pages, "")


def _turn_spine(profile: Profile, row: Row) -> dict[str, Any]:
    """A row as ``plot_spine`` takes it, the better side at the right."""
    role = "alert" if row["is_contested"] else "deep"
    is_turned = profile.reference.indicator_rows[row["indicator"]]["polarity"] == "lower"
    return {**row, "own": row["value"], "role": role, "is_turned": is_turned}


def show_links(profile: Profile) -> Section:
    """Briefs, areas before and since with what they report together, areas below: what leads on."""
    words = profile.words
    html = render(
        words,
        "profile_links",
        briefs=[
            (f"../{name_folder(profile.area, each)}/index.html", words.period(each))
            for each in profile.periods
        ],
        kin=list_kin_lines(words, profile.reference, profile.area, partial(_link_area, profile)),
        below=[_link_area(profile, each) for each in profile.below],
        sums=list_rows(profile.sums),
        catalogue=profile.reference.indicator_rows,
        file=FILE,
    )
    return Section(html, "more", lambda: profile.values)


def format_own_values(tables: Tables, area_id: str) -> bytes:
    """The file beside a profile: all results that are published of its area."""
    results = keep_results(tables.indicators)
    own = results[results["area_id"] == area_id]
    licence = join_licences(own["source_id"], index_licences(tables.sources))
    return format_table(own[list(COLUMNS)].assign(licence=licence)).encode()


def _link_area(profile: Profile, area_id: str) -> Markup:
    """An area by its name, linked where it has a profile."""
    row = profile.reference.area_rows[area_id]
    name = profile.words.place(row)
    if area_id not in profile.kin and area_id not in profile.below:
        return name
    return link(f"../{find_folder(row)}/index.html", name)


def show_methods(profile: Profile) -> Section:
    """How to read a row, and the rules of places and trend words."""
    return Section(render(profile.words, "profile_methods"), "methods")
