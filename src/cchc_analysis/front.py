"""The front door of the package: the tables of the project, for notebooks and scripts.

Finds the project from where the notebook runs (or from ``CCHC_ROOT``), so that a notebook holds
no path. Tables come from ``data/processed``; run ``cchc process`` after changing anything else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis import __version__
from cchc_analysis.brief import TEMPLATE, Context, find_context
from cchc_analysis.brief import open_quality as open_quality_of
from cchc_analysis.brief.own_cells import show_figure
from cchc_analysis.brief.plots import choose_tiles
from cchc_analysis.brief.plots import plot_tile_map as plot_squares
from cchc_analysis.brief.profile import Profile
from cchc_analysis.brief.profile import open_profile as open_profile_of
from cchc_analysis.brief.trends import Board, open_board
from cchc_analysis.data.cite import Citation, cite_any, cite_data
from cchc_analysis.data.export import describe_columns, export_table
from cchc_analysis.data.named import (
    Choice,
    add_names,
    check_table,
    choose_rows,
    label_reports,
    order_categories,
    tabulate_areas,
    take_one,
)
from cchc_analysis.data.reference import Project, find_project, load_reference
from cchc_analysis.data.store import load
from cchc_analysis.data.wide import to_wide
from cchc_analysis.data.words import load_words
from cchc_analysis.errors import CommandError, Problem
from cchc_analysis.site.slices import grade_all
from cchc_analysis.stats.panel import balance_panel, change_over, grow, make_panel, name_partings
from cchc_analysis.stats.ranks import follow_standing as follow_standing_of
from cchc_analysis.stats.ranks import rank_within
from cchc_analysis.stats.trends import judge_many

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from cchc_analysis.brief import Brief, Quality
    from cchc_analysis.data.records import Tables
    from cchc_analysis.data.reference import Reference

ProjectPlace = Project | Path | str | None
"""A project, its folder, or ``None`` for the one around the current folder or ``CCHC_ROOT``."""

__all__ = [
    "change_over",
    "cite",
    "describe_columns",
    "export",
    "follow_standing",
    "grow",
    "judge_many",
    "load_areas",
    "load_catalogue",
    "load_findings",
    "load_indicators",
    "load_observations",
    "load_panel",
    "load_sources",
    "load_transcripts",
    "make_table",
    "open_brief",
    "open_profile",
    "open_quality",
    "open_trends",
    "plot_tile_map",
    "rank_within",
    "show_figure",
    "suite_parameters",
    "to_wide",
    "validate",
]


def load_indicators(
    names: str | None = None,
    *,
    areas: str | Iterable[str] | None = None,
    indicators: str | Iterable[str] | None = None,
    periods: str | int | Iterable[str | int] | None = None,
    scope: str | Iterable[str] | None = None,
    status: str | Iterable[str] | None = "actual",
    project: ProjectPlace = None,
) -> pd.DataFrame:
    """Load what is published: one row per area, scope, indicator, breakdown, period and status.

    Each choice is one value or several; what is unknown is refused, with the nearest names.
    ``describe_columns("indicators")`` lists the columns; the exact days are in ``period_start``
    (none for a stock) and ``period_end``.

    Args:
        names: "vi" or "en" adds the columns ``NAME_COLUMNS`` behind their codes; ``None``: codes.
        areas: Names or codes of areas.
        indicators: Codes of the catalogue, or labels in either language.
        periods: Labels of reporting periods ("2024-9M", "2024"), or their Vietnamese names.
        scope: ``district_office``, ``commune_aggregate``, ``whole_district``, …
        status: ``actual``, ``estimate``, ``target``, …; ``None`` for all.
        project: A project's folder; by default the one around the current folder, or ``CCHC_ROOT``.

    Returns:
        A table with categoricals (``scope``, ``status``, ``period`` in the order of time, names)
        and dates; ``value`` in ``unit``, ``NaN`` where it is withheld. Nothing held: an empty table
        with these columns, and a warning that says why.

    Raises:
        CommandError: A name, code, label or word is unknown, or two areas bear the name.
        ReportError: ``data/processed`` was not made, or is older than what it is made from.

    Examples:
        >>> import cchc_analysis as cchc
        >>> rates = cchc.load_indicators("en", areas="Cao Lộc", indicators="on_time_rate")
        >>> rates[["area", "scope", "period", "value", "unit"]].round(2)
                       area              scope   period   value unit
        0  Cao Lộc district  commune_aggregate  2024-H1  100.00    %
        1  Cao Lộc district    district_office  2024-H1   98.24    %
        2  Cao Lộc district     whole_district  2024-H1   99.82    %
    """
    reference, tables = _load(project)
    published = tables.indicators
    labelled = published.assign(period=label_reports(published, tables.sources))
    chosen = choose_rows(labelled, reference, Choice(areas, indicators, periods, scope, status))
    return _finish(chosen, reference, names, project)


def load_panel(
    indicator: str,
    level: str = "",
    names: str | None = None,
    *,
    is_balanced: bool = False,
    project: ProjectPlace = None,
) -> pd.DataFrame:
    """Load one indicator over areas and periods: one row per area and period, one window each year.

    Of several scopes and windows the fullest is taken; ``change_over``, ``grow``, ``rank_within``,
    ``judge_many`` (the trend words) and ``follow_standing`` go on from here.

    Args:
        indicator: A code of the catalogue, or its label in either language.
        level: ``province``, ``district`` or ``commune``; empty for the one that is held most fully.
        names: As ``load_indicators``.
        is_balanced: Only periods held in full, and the areas that are held in all of them.
        project: As ``load_indicators``.

    Returns:
        ``value`` in ``unit``, ``year``; ``polarity`` (``higher`` or ``lower`` is better, as
        ``rank_within`` and ``follow_standing`` take it); ``numerator`` and ``denominator`` where
        cases are counted;
        ``published_low`` and ``published_high`` where the source publishes an interval; ``segment``
        (values are joined only within one), ``breaks`` and ``events`` (changes of definition and of
        the area since the value before), ``crosses`` (those inside the period); ``held``,
        ``existing``, ``coverage``, ``is_full`` of the period. Days are text, as ``2024-12-31``.

    Raises:
        CommandError: The indicator is unknown, or nothing is held of it at that level.

    Examples:
        >>> import cchc_analysis as cchc
        >>> panel = cchc.load_panel("papi_procedures", "province", is_balanced=True)
        >>> sorted(panel["breaks"].unique().tolist())
        ['', 'papi_8_dimensions', 'papi_dimension_5_2021']
    """
    reference, tables = _load(project)
    indicator = take_one(indicator, "indicator")
    chosen = choose_rows(tables.indicators, reference, Choice(indicators=indicator))
    code = str(chosen["indicator"].iloc[0]) if len(chosen) else indicator
    panel = make_panel(tables, reference, code, level)
    if panel.empty:
        found = f"no value of a {level}" if level else "no value"
        held_levels = "a level that is held, or none"
        raise CommandError(Problem(f"indicator {code}", found, held_levels, "Leave `level` out."))
    parted = name_partings(panel, reference)
    kept = balance_panel(parted) if is_balanced else parted
    if names is None:
        return kept
    return add_names(kept, reference, load_words(_project(project).notebooks / TEMPLATE, names))


def follow_standing(
    panel: pd.DataFrame, *, is_higher_better: bool | None = None, project: ProjectPlace = None
) -> pd.DataFrame:
    """Follow the standing of each area among all, across changes of design, for ``judge_many``.

    The per cent of the other areas that stand lower in the year, over the last run of years that
    are all held in full.

    Args:
        panel: What ``load_panel`` gives.
        is_higher_better: Whether the highest value stands first; ``None`` for what the panel says.
        project: As ``load_indicators``.

    Examples:
        >>> import cchc_analysis as cchc
        >>> panel = cchc.load_panel("papi_procedures", "province", is_balanced=True)
        >>> cchc.follow_standing(panel)["value"].between(0, 100).all().item()
        True
    """
    reference = _load(project)[0]
    return follow_standing_of(panel, reference, is_higher_better=is_higher_better)


def load_observations(
    names: str | None = None,
    *,
    areas: str | Iterable[str] | None = None,
    indicators: str | Iterable[str] | None = None,
    scope: str | Iterable[str] | None = None,
    status: str | Iterable[str] | None = None,
    project: ProjectPlace = None,
) -> pd.DataFrame:
    """Load the figures as understood: one row per source, quantity and reading.

    A quantity that a report prints twice with two values is two rows (``reading`` 1 and 2).
    Arguments, result and errors are those of ``load_indicators``.

    Examples:
        >>> import cchc_analysis as cchc
        >>> read = cchc.load_observations(areas="Cao Lộc", indicators="on_time_rate")
        >>> read[["scope", "reading", "value", "is_published"]].head(1)
                    scope  reading  value  is_published
        0  whole_district        1   99.0          True
    """
    reference, tables = _load(project)
    choice = Choice(areas, indicators, None, scope, status)
    return _finish(choose_rows(tables.observations, reference, choice), reference, names, project)


def load_findings(
    names: str | None = None,
    *,
    areas: str | Iterable[str] | None = None,
    severity: str | Iterable[str] | None = None,
    project: ProjectPlace = None,
) -> pd.DataFrame:
    """Load what the sources contradict: one row per rule that one source breaks.

    ``left`` and ``right`` are the two readings, ``arithmetic`` the sum as a person would write it,
    ``explanation_vi`` and ``explanation_en`` the words.

    Args:
        names: As ``load_indicators``.
        areas: As ``load_indicators``.
        severity: ``critical``, ``warning``, ``info``; ``None`` for all.
        project: As ``load_indicators``.

    Examples:
        >>> import cchc_analysis as cchc
        >>> cchc.load_findings(areas="Cao Lộc", severity="warning")["severity"].unique().tolist()
        ['warning']
    """
    reference, tables = _load(project)
    choice = Choice(areas=areas, severity=severity)
    return _finish(choose_rows(tables.findings, reference, choice), reference, names, project)


def load_transcripts(project: ProjectPlace = None) -> pd.DataFrame:
    """Load the figures of all accepted sources as printed: one row per figure, all as text.

    ``section``, ``line`` and ``place`` say where a figure stands; nothing is judged or dropped.

    Examples:
        >>> import cchc_analysis as cchc
        >>> figures = cchc.load_transcripts()
        >>> figures.query("source_id == 'cao_loc_2024_h1'")["printed"].head(1).item()
        '05'
    """
    return _load(project)[1].transcripts.copy()


def load_sources(project: ProjectPlace = None) -> pd.DataFrame:
    """Load the accepted sources: issuer, title, number, dates, period, licence; one row each.

    Examples:
        >>> import cchc_analysis as cchc
        >>> cchc.load_sources().query("kind == 'period_report'")["period"].tolist()
        ['2024-H1', '2023-9M']
    """
    return _load(project)[1].sources.copy()


def load_areas(
    level: str | None = None, project: ProjectPlace = None, *, day: str = ""
) -> pd.DataFrame:
    """Load the areas: id, code, name, level, type, parent, and the days on which each was valid.

    Args:
        level: "nation", "region", "province", "district" or "commune"; ``None`` for all.
        project: As ``load_indicators``.
        day: Only the areas of that day, with the names and types that they bore.

    Raises:
        CommandError: There is no such level.

    Examples:
        >>> import cchc_analysis as cchc
        >>> cchc.load_areas("district").query("area_id == '183'")["name"].item()
        'Huyện Cao Lộc'
        >>> len(cchc.load_areas("commune", day="2025-07-01"))
        3321
    """
    reference = load_reference(_project(project).reference)
    return tabulate_areas(reference, level, day)


def load_catalogue(project: ProjectPlace = None) -> pd.DataFrame:
    """Load the catalogue: code, labels in both languages, unit, range, polarity; one row each.

    Examples:
        >>> import cchc_analysis as cchc
        >>> cchc.load_catalogue().set_index("indicator").loc["on_time_rate", "unit"]
        '%'
    """
    return load_reference(_project(project).reference).indicators.copy()


def export(
    table: pd.DataFrame,
    path: str | Path,
    *,
    bom: bool = False,
    overwrite: bool = False,
    project: ProjectPlace = None,
) -> list[Path]:
    """Write any table as CSV, XLSX, Parquet or Stata, with a read-me of sources and licences.

    The suffix of ``path`` says the form; the index is kept; a Stata file carries labels for its
    variables. A file that this function wrote is replaced, any other is left alone.

    Args:
        table: Any table.
        path: ``build/rates.csv``, ``.xlsx``, ``.parquet`` or ``.dta``.
        bom: Begin a CSV file with a byte order mark, by which Excel knows UTF-8.
        overwrite: Replace a file of another origin, too.
        project: As ``load_indicators``.

    Returns:
        The file and its read-me.

    Raises:
        CommandError: The suffix is none of these, the folder is not there, or the file is not ours.

    Examples:
        >>> import cchc_analysis as cchc, tempfile
        >>> rates = cchc.load_indicators("vi", indicators="papi_procedures")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     [path.name for path in cchc.export(cchc.to_wide(rates), f"{folder}/papi.dta")]
        ['papi.dta', 'papi.dta.readme.txt']
    """
    check_table(table, "export")
    place = _project(project)
    sources = _load(project)[1].sources
    citation = str(cite_data(place.root, __version__, sources))
    return export_table(table, Path(path), sources, citation=citation, bom=bom, overwrite=overwrite)


def cite(what: pd.Series | pd.DataFrame | Brief, project: ProjectPlace = None) -> Citation:
    """Cite a value (a row of ``load_indicators``), a brief, or the data set behind a table.

    Returns:
        Its ``text`` is one line, its ``bibtex`` an entry for a bibliography.

    Raises:
        CommandError: It is none of these.

    Examples:
        >>> import cchc_analysis as cchc
        >>> row = cchc.load_indicators(areas="Cao Lộc", indicators="on_time_rate").iloc[0]
        >>> print(cchc.cite(row))
        UBND huyện Cao Lộc. Báo cáo cải cách hành chính 6 tháng đầu năm 2024; ... In: ...
    """
    place = _project(project)
    return cite_any(what, place.root, _load(project)[1].sources)


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
        >>> import cchc_analysis as cchc
        >>> brief = cchc.open_brief("Cao Lộc", "2024-H1", "en")
        >>> brief.show_cards().table.loc[0, ["indicator", "unit"]].tolist()
        ['on_time_rate', '%']
    """
    # Without quotes on the command line, papermill's -p makes numbers of "183" and "2019".
    place = take_one(district, "district"), take_one(period, "period"), lang
    given = find_context()
    return given.open_once(*place) if given else _find_context().open_brief(*place)


def open_trends(
    indicator: str,
    areas: str | Iterable[str] = "",
    first: str = "",
    last: str = "",
    lang: str = "vi",
) -> Board:
    """Open one indicator over many areas and periods.

    Args:
        indicator: A code of the catalogue.
        areas: Names, as a list or with commas between; empty for all that are held.
        first: First year; empty for all.
        last: Last year; empty for all.
        lang: "vi" or "en".

    Raises:
        CommandError: The indicator or an area is unknown, or nothing is held.

    Examples:
        >>> import cchc_analysis as cchc
        >>> cchc.open_trends("papi_procedures", ["Lạng Sơn", "Đắk Nông"], lang="en")
        <Board papi_procedures, ... values, en>
    """
    context = _find_context()
    choice = (take_one(indicator, "indicator"), areas, str(first), str(last))
    return open_board(context.tables, context.reference, choice, context.words(lang))


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
        >>> import cchc_analysis as cchc
        >>> panel = cchc.load_panel("papi_procedures", "province")
        >>> last = panel[panel["period"] == "2023"].set_index("area_id")["value"]
        >>> cchc.plot_tile_map(last).has_data()
        True
    """
    import pandas as pd

    values = pd.Series(values)
    context = find_context()
    reference = context.reference if context else load_reference(_project().reference)
    maps = {"63": reference.tile_map_63, "34": reference.tile_map_34}
    tiles = options.pop("tiles", None)
    if tiles is None:
        tiles = choose_tiles([str(each) for each in values.index], maps)
    return plot_squares(values, ax, tiles=tiles, **options)


def open_profile(area: str, lang: str = "vi") -> Profile:
    """Open the profile of one area: all that is held of it, whatever the source.

    Args:
        area: Name, code or id of a province, district or commune; of areas that bore a name one
            after the other the last is meant.
        lang: "vi" or "en".

    Raises:
        CommandError: The area is unknown, or no value of it is published.

    Examples:
        >>> import cchc_analysis as cchc
        >>> table = cchc.open_profile("Lạng Sơn", "en").table.set_index("indicator")
        >>> table.loc["pci", ["period", "place", "held", "word"]].map(str).tolist()
        ['2022', '15.0', '63', 'boundary']
    """
    context = _find_context()
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
        >>> import cchc_analysis as cchc
        >>> cchc.open_quality("en")
        <Quality of ... sources, en>
    """
    context = _find_context()
    reference, tables, words = context.reference, context.tables, context.words(lang)
    graded = context.graded or grade_all(tables, reference, words)
    return open_quality_of(tables, reference, words, graded, str(province))


def _finish(
    table: pd.DataFrame, reference: Reference, names: str | None, project: ProjectPlace
) -> pd.DataFrame:
    """A table of codes as a person gets it: named if asked for, categories and dates as such."""
    if names is not None:
        words = load_words(_project(project).notebooks / TEMPLATE, names)
        table = add_names(table, reference, words)
    return order_categories(table)


def validate(
    table: pd.DataFrame | Path | str,
    suite: Path | str | Mapping[str, Any] | None = None,
    *,
    project: ProjectPlace = None,
) -> pd.DataFrame:
    """Validate a table of yours, as ``cchc validate --data`` does.

    Args:
        table: A data frame or a CSV file: one row a value (``indicator``, ``value`` or ``printed``,
            ``scope``, ``area``, ``period``, …), or one column an indicator.
        suite: A suite as JSON, or what such a file holds; without it all of ours that apply.
        project: The project folder; else ``CCHC_ROOT``, or the one around the working folder.

    Returns:
        The findings, one row a rule that is broken; ``attrs["rules_applied"]`` is the number of
        rules that found something to apply to.

    Raises:
        ValidationError: The suite would not do what it says.
        ReportError: The table cannot be read or understood, or no rule applies to it.

    Examples:
        >>> import cchc_analysis as cchc
        >>> import pandas as pd
        >>> table = pd.DataFrame({"dossiers_pending_total": [71], "dossiers_pending_in_term": [72]})
        >>> found = cchc.validate(table)
        >>> found["arithmetic"].tolist(), found.attrs["rules_applied"]
        (['71 < 72'], 3)
    """
    from cchc_analysis.panels import validate_table

    place = _project(project)
    own = Path(table) if isinstance(table, str) else table
    rules = Path(suite) if isinstance(suite, str) else suite
    return validate_table(own, rules, load_reference(place.reference), place.expectations)


def suite_parameters(*, project: ProjectPlace = None) -> dict[str, Any]:
    """What Great Expectations needs to run our suites: ``expectation_parameters``.

    Returns:
        The words that are known (``indicators``, ``areas``, …), the indicators whose numbers are
        ``rounded``, and what the guard of each suite asks for.

    Examples:
        >>> import cchc_analysis as cchc
        >>> sorted(cchc.suite_parameters())[:3]
        ['areas', 'breakdowns', 'cchc_analysis']
    """
    from cchc_analysis.rules import suite_parameters as list_parameters

    return list_parameters(load_reference(_project(project).reference))


def make_table(suite: str, *, project: ProjectPlace = None) -> pd.DataFrame:
    """The table that one of our suites judges, from ``data/processed``.

    Args:
        suite: ``observations``, ``identities``, ``indicators`` or ``transcripts``.
        project: The project folder; else ``CCHC_ROOT``, or the one around the working folder.

    Returns:
        For ``identities`` a row a source, area, scope and window, and a column a quantity (with
        the room that its digits leave beside it); else the table with what the catalogue says.

    Raises:
        CommandError: There is no such suite.

    Examples:
        >>> import cchc_analysis as cchc
        >>> cchc.make_table("transcripts").columns[:3].tolist()
        ['source_id', 'figure_id', 'section']
    """
    from cchc_analysis.rules import tabulate_for

    reference, tables = _load(project)
    place = _project(project)
    return tabulate_for(suite, tables, reference, place.expectations)


def _project(place: ProjectPlace = None) -> Project:
    if isinstance(place, Project):
        return place
    if place is None and (context := find_context()):
        return context.project
    return find_project(Path(place or os.environ.get("CCHC_ROOT") or Path.cwd()))


def _load(place: ProjectPlace = None) -> tuple[Reference, Tables]:
    context = _find_context(place)
    return context.reference, context.tables


def _find_context(place: ProjectPlace = None) -> Context:
    """The context that a page is made in, or else that of a project."""
    if context := find_context():
        return context
    project = _project(place)
    made = project.processed / "manifest.json"
    return _load_once(project, made.stat().st_mtime_ns if made.exists() else 0)


@lru_cache(maxsize=1)
def _load_once(
    project: Project,
    changed: int,  # noqa: ARG001 - part of the key: loads again when the tables were made anew
) -> Context:
    """Load once per process, and again when the tables were made anew."""
    return Context(project, *load(project))
