"""Opening a page from a notebook; and whose project and which tables the front door works on.

Comes in as names of areas, periods and indicators as a person writes them; goes out as objects
whose sections have a table, a figure and the look of their page.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cchc_analysis.brief import Brief, Context, Quality, find_context
from cchc_analysis.brief import open_quality as open_quality_of
from cchc_analysis.brief.board import Board
from cchc_analysis.brief.plots.many import choose_tiles
from cchc_analysis.brief.plots.many import plot_tile_map as plot_squares
from cchc_analysis.brief.profile import Profile
from cchc_analysis.brief.profile import open_profile as open_profile_of
from cchc_analysis.data.named import match_indicator, take_one, take_path, take_some
from cchc_analysis.data.records import problem
from cchc_analysis.data.reference import Project, find_project, load_reference
from cchc_analysis.data.store import load
from cchc_analysis.errors import CommandError
from cchc_analysis.site.slices import grade_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes


ProjectPlace = Project | Path | str | None
"""A project, its folder, or ``None`` for the one around the current folder or ``CCHC_ROOT``."""


def open_brief(district: str, period: str, lang: str = "vi") -> Brief:
    """Open the brief of one district and period.

    ``brief.indicators``, ``brief.observations`` and ``brief.findings`` are tables; each ``show_``
    method gives a section of the page with its ``table`` and, where it is a picture, ``figure``.

    Args:
        district: Name or code of a district, such as "Cao Lộc" or "183".
        period: A period label, such as "2024-H1", or its Vietnamese name.
        lang: "vi" or "en".

    Raises:
        CommandError: No report of that district and period is held; names the nearest that are.

    Examples:
        >>> brief = cchc.open_brief("Cao Lộc", "2024-H1", "en")
        >>> brief.show_cards().table.loc[0, ["indicator", "unit"]].tolist()
        ['on_time_rate', '%']
    """
    # Without quotes on the command line, papermill's -p makes numbers of "183" and "2019".
    place = take_one(district, "district"), take_one(period, "period"), take_one(lang, "lang")
    given = find_context()
    return given.open_once(*place) if given else find_given().open_brief(*place)


def open_trends(
    indicator: str,
    areas: str | Iterable[str] = "",
    first: str = "",
    last: str = "",
    lang: str = "vi",
) -> Board:
    """Open one indicator over many areas and periods.

    Args:
        indicator: A code of the catalogue, or its label in either language.
        areas: Names, as a list or with commas between; empty for all that are held.
        first: First year; empty for all.
        last: Last year; empty for all.
        lang: "vi" or "en".

    Raises:
        CommandError: The indicator or an area is unknown, or nothing is held.

    Examples:
        >>> cchc.open_trends("papi_procedures", ["Lạng Sơn", "Đắk Nông"], lang="en")
        <Board papi_procedures, ... values, en>
    """
    context = find_given()
    code = match_indicator(context.reference, take_one(indicator, "indicator"))
    named = areas if isinstance(areas, str) else (*take_some(areas),)
    place = code, named, take_one(first, "first"), take_one(last, "last"), lang
    return context.open_board_once(*place) if find_context() else context.open_board(*place)


def plot_tile_map(values: pd.Series[float], ax: Axes | None = None, **options: Any) -> Axes:
    """A square a province, the darker the more; one without a value is hollow.

    Args:
        values: One number a province, by ``area_id``: the 63 provinces until 30 June 2025, or the
            34 since. NaN or no row: missing.
        ax: Axes to draw on; new ones of the natural size otherwise.
        options: ``form`` (how numbers are written), ``missing`` (what the legend calls a missing
            value), ``tiles`` (the squares; found from the areas otherwise).

    Raises:
        CommandError: Areas of both times or of none, or such as could be of either.

    Examples:
        >>> panel = cchc.load_panel("papi_procedures", "province")
        >>> last = panel[panel["period"] == "2023"].set_index("area_id")["value"]
        >>> cchc.plot_tile_map(last).has_data()
        True
    """
    given: Any = values
    shown: Any = given if isinstance(given, pd.DataFrame) else pd.Series(given)
    if twice := [str(each) for each in shown.index[shown.index.duplicated()].unique()]:
        raise CommandError(problem("several_values", "plot_tile_map", areas=", ".join(twice[:5])))
    context = find_context()
    reference = context.reference if context else load_reference(open_project().reference)
    maps = {"63": reference.tile_map_63, "34": reference.tile_map_34}
    tiles = options.pop("tiles", None)
    if tiles is None and isinstance(shown, pd.Series):
        tiles = choose_tiles([str(each) for each in shown.index], maps)
    return plot_squares(shown, ax, tiles=tiles, **options)


def open_profile(area: str, lang: str = "vi") -> Profile:
    """Open the profile of one area: all that is held of it, whatever the source.

    Args:
        area: Name, code or id of a province, district or commune; of areas that bore a name one
            after the other the last is meant.
        lang: "vi" or "en".

    Raises:
        CommandError: The area is unknown, or no value of it is published.

    Examples:
        >>> table = cchc.open_profile("Lạng Sơn", "en").table.set_index("indicator")
        >>> table.loc["pci", ["period", "place", "held", "word"]].map(str).tolist()
        ['2022', '15.0', '63', 'boundary']
    """
    context = find_given()
    place = take_one(area, "area")
    return open_profile_of(context.tables, context.reference, context.words(lang), place)


def open_quality(lang: str = "vi", province: str = "") -> Quality:
    """Open what is known of the quality of sources.

    Args:
        lang: "vi" or "en".
        province: Name or code of a province, for its reports; empty for all that is on no single
            province, and the way to the others.

    Raises:
        CommandError: There is no such province, or no report of it is held.
        BriefError: No report on a district is held.

    Examples:
        >>> cchc.open_quality("en")
        <Quality of ... sources, en>
    """
    context = find_given()
    reference, tables, words = context.reference, context.tables, context.words(lang)
    graded = context.graded or grade_all(tables, reference, words)
    return open_quality_of(tables, reference, words, graded, take_one(province, "province"))


def open_project(place: ProjectPlace = None) -> Project:
    """The project that is meant: the one given, or the one around the current folder."""
    if isinstance(place, Project):
        return place
    if place is None and (context := find_context()):
        return context.project
    if isinstance(place, str | None) and not place:
        place = os.environ.get("CCHC_ROOT") or Path.cwd()
    return find_project(take_path(place, "project"))


def find_given(place: ProjectPlace = None) -> Context:
    """The context that a page is made in, or else that of a project."""
    if context := find_context():
        return context
    project = open_project(place)
    made = project.processed / "manifest.json"
    return load_once(project, made.stat().st_mtime_ns if made.exists() else 0)


@lru_cache(maxsize=1)
def load_once(
    project: Project,
    changed: int,  # noqa: ARG001 - part of the key: loads again when the tables were made anew
) -> Context:
    """Load once per process, and again when the tables were made anew."""
    return Context(project, *load(project))
