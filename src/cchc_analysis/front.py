"""The front door of the package: the tables of the project, for notebooks and scripts.

Finds the project from where the notebook runs (or from ``CCHC_ROOT``), so that a notebook holds
no path. Tables come from ``data/processed``; run ``cchc process`` after changing anything else.
The examples begin with ``import cchc_analysis as cchc``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cchc_analysis.brief import Brief, Context
from cchc_analysis.brief.render import show_figure
from cchc_analysis.data import named
from cchc_analysis.data.export import describe_columns, export_table
from cchc_analysis.data.named import choose_rows, to_wide
from cchc_analysis.data.records import Status, problem
from cchc_analysis.data.reference import Reference, load_reference
from cchc_analysis.data.trace import Citation, cite_any
from cchc_analysis.errors import CommandError, count, join_some
from cchc_analysis.openers import (
    ProjectPlace,
    find_given,
    open_brief,
    open_profile,
    open_project,
    open_quality,
    open_trends,
    plot_tile_map,
)
from cchc_analysis.stats.panel import balance_panel, change_over, grow, make_panel, name_partings
from cchc_analysis.stats.panel import sum_communes as sum_communes_of
from cchc_analysis.stats.rates import follow_standing as follow_standing_of
from cchc_analysis.stats.rates import rank_within
from cchc_analysis.stats.trends import judge_many

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
    "match_areas",
    "open_brief",
    "open_profile",
    "open_quality",
    "open_trends",
    "plot_tile_map",
    "rank_within",
    "show_figure",
    "suite_parameters",
    "sum_communes",
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
        areas: Names or codes of areas; a name that several bear as in a brief: the widest of which
            something of the other choices is held, and that was there in the period, if it is one.
        indicators: Codes of the catalogue, or labels in either language.
        periods: Labels of reporting periods ("2024-9M", "2024"), or their Vietnamese names. Rows of
            a report on one that count days of their own are left out, which a warning tells.
        scope: ``district_office``, ``commune_aggregate``, ``whole_district``, …
        status: ``actual``, ``estimate``, ``target``, …; ``None`` for all.
        project: A project's folder; by default the one around the current folder, or ``CCHC_ROOT``.

    Returns:
        A table with categoricals (``scope``, ``status``, ``period`` in the order of time, names)
        and dates; ``value`` in ``unit``, ``NaN`` where it is withheld. Nothing held: an empty table
        with these columns, and a warning that says why.

    Raises:
        CommandError: A name, code, label or word is unknown, or two areas bear the name, as where
            the widest (a province before its capital) holds nothing and another does.
        ReportError: ``data/processed`` was not made, or is older than what it is made from.

    Examples:
        >>> rates = cchc.load_indicators("en", areas="Cao Lộc", indicators="on_time_rate")
        >>> rates[["area", "scope", "period", "value", "unit"]].round(2)
                       area              scope   period   value unit
        0  Cao Lộc district  commune_aggregate  2024-H1  100.00    %
        1  Cao Lộc district    district_office  2024-H1   98.24    %
        2  Cao Lộc district     whole_district  2024-H1   99.82    %
    """
    given = find_given(project)
    labels = named.label_reports(given.tables.indicators, given.tables.sources)
    labelled = given.tables.indicators.assign(period=labels).astype({"period": "str"})
    wanted = {"area_id": areas, "indicator": indicators, "scope": scope, "status": status}
    asked = [] if periods is None else named.take_some(periods)
    days = named.list_days(named.match_period(asked[0])) if len(asked) == 1 else ()
    meant = choose_rows(labelled, given.reference, wanted, days)
    chosen = choose_rows(meant, given.reference, {"period": None if periods is None else asked})
    named.warn_other_days(meant, asked, given.tables.sources)
    return named.order_categories(_name(given, chosen, names))


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
        >>> panel = cchc.load_panel("papi_procedures", "province", is_balanced=True)
        >>> sorted(panel["breaks"].unique().tolist())
        ['', 'papi_8_dimensions', 'papi_dimension_5_2021']
    """
    given = find_given(project)
    reference, tables = given.reference, given.tables
    code = named.match_indicator(reference, named.take_one(indicator, "indicator"))
    panel = make_panel(tables, reference, code, named.take_one(level, "level"))
    if panel.empty:
        of = f" of level {level!r}" if level else ""
        raise CommandError(problem("no_panel", f"indicator {code}", of=of))
    _warn_left_out(tables.indicators, panel, code, reference)
    parted = name_partings(panel, reference)
    return _name(given, balance_panel(parted) if is_balanced else parted, names)


def sum_communes(district: str, project: ProjectPlace = None) -> pd.DataFrame:
    """Add up what the communes report that wholly make up a former district, since July 2025.

    A derived sum to stand beside the district, never to be joined to its series; nothing where a
    commune holds other territory too, or does not report the same.

    Args:
        district: A name, code or id.
        project: As ``load_indicators``.

    Examples:
        >>> cchc.sum_communes("Huyện Tràng Định").empty  # its communes have not reported yet
        True
    """
    given = find_given(project)
    area_id = given.reference.match_area(named.take_one(district, "district"), level="district")
    return sum_communes_of(given.tables.indicators, given.reference, area_id)


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
        >>> panel = cchc.load_panel("papi_procedures", "province", is_balanced=True)
        >>> cchc.follow_standing(panel)["value"].between(0, 100).all().item()
        True
    """
    reference = find_given(project).reference
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
        >>> read = cchc.load_observations(areas="Cao Lộc", indicators="on_time_rate")
        >>> read[["scope", "reading", "value", "is_published"]].head(1)
                    scope  reading  value  is_published
        0  whole_district        1   99.0          True
    """
    given = find_given(project)
    choice = {"area_id": areas, "indicator": indicators, "scope": scope, "status": status}
    chosen = choose_rows(given.tables.observations, given.reference, choice)
    return named.order_categories(_name(given, chosen, names))


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
        >>> cchc.load_findings(areas="Cao Lộc", severity="warning")["severity"].unique().tolist()
        ['warning']
    """
    given = find_given(project)
    choice = {"area_id": areas, "severity": severity}
    chosen = choose_rows(given.tables.findings, given.reference, choice)
    return named.order_categories(_name(given, chosen, names))


def _name(given: Context, table: pd.DataFrame, names: str | None) -> pd.DataFrame:
    """A table of codes, with names beside them if they are asked for."""
    if names is None:
        return table
    return named.add_names(table, given.reference, given.words(names))


def load_transcripts(project: ProjectPlace = None) -> pd.DataFrame:
    """Load the figures of all accepted sources as printed: one row per figure, all as text.

    ``section``, ``line`` and ``place`` say where a figure stands; nothing is judged or dropped.

    Examples:
        >>> figures = cchc.load_transcripts()
        >>> figures.query("source_id == 'cao_loc_2024_h1'")["printed"].head(1).item()
        '05'
    """
    return find_given(project).tables.transcripts.copy()


def load_sources(project: ProjectPlace = None) -> pd.DataFrame:
    """Load the accepted sources: issuer, title, number, dates, period, licence; one row each.

    Examples:
        >>> cchc.load_sources().query("source_id == 'cao_loc_2024_h1'")["period"].item()
        '2024-H1'
    """
    return find_given(project).tables.sources.copy()


def load_areas(
    level: str | None = None, project: ProjectPlace = None, *, day: str = ""
) -> pd.DataFrame:
    """Load the areas: id, code, name, level, type, parent, and the days on which each was valid.

    ``lies_in`` names the district and the province, which tells areas of one name apart.
    Merge by ``area_id``, never by a name: other tables have names in the language asked for
    ("tỉnh Lạng Sơn", "Lạng Sơn province"), this one the official ones. ``match_areas`` gives the
    ids of names.

    Args:
        level: "nation", "region", "province", "district" or "commune"; ``None`` for all.
        project: As ``load_indicators``.
        day: Only the areas of that day, with the names and types that they bore.

    Raises:
        CommandError: There is no such level.

    Examples:
        >>> cchc.load_areas("district").query("area_id == '183'")["name"].item()
        'Huyện Cao Lộc'
        >>> len(cchc.load_areas("commune", day="2025-07-01"))
        3321
    """
    reference = load_reference(open_project(project).reference)
    return named.choose_areas(reference, level, day)


def match_areas(
    names: pd.Series[Any] | Iterable[str],
    level: str = "",
    *,
    day: str | pd.Series[Any] | Iterable[str] = "",
    project: ProjectPlace = None,
) -> pd.Series[str]:
    """Turn a column of names into ``area_id``, to merge a table of yours with ours.

    Names are spelled in many ways ("Tỉnh Lạng Sơn", "Lang Son Province"), so that a merge by name
    loses rows in silence; ids are the same in all tables.

    Args:
        names: Names, codes or ids, with or without kind and diacritics; a commune with its
            province behind a comma, "Xã Yên Trạch, Tỉnh Lạng Sơn".
        level: "province", "district" or "commune"; empty for the one that most names are of.
        day: The day that the table is of, such as "2022-12-31", or one for each name: before July
            2025 and since, areas of one name are different ones.
        project: As ``load_indicators``.

    Returns:
        ``area_id`` of each name, with the index of ``names``.

    Raises:
        CommandError: Names that mean no area, or several: all of them, with the nearest.

    Examples:
        >>> cchc.match_areas(["Lang Son Province", "TP. Hồ Chí Minh"], day="2022-12-31").tolist()
        ['20', '79']
    """
    cells = names
    if not isinstance(cells, pd.Series):
        cells = pd.Series(named.take_list(names, "names"), dtype="object")
    reference = load_reference(open_project(project).reference)
    return named.match_names(cells, reference, level, day)


def load_catalogue(project: ProjectPlace = None) -> pd.DataFrame:
    """Load the catalogue: code, labels in both languages, unit, range, polarity; one row each.

    Examples:
        >>> cchc.load_catalogue().set_index("indicator").loc["on_time_rate", "unit"]
        '%'
    """
    return load_reference(open_project(project).reference).indicators.copy()


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
        CommandError: The suffix is none of these, the folder is not there or cannot be written to,
            or the file is not ours.

    Examples:
        >>> import tempfile
        >>> rates = cchc.load_indicators("vi", indicators="papi_procedures")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     [path.name for path in cchc.export(cchc.to_wide(rates), f"{folder}/papi.dta")]
        ['papi.dta', 'papi.dta.readme.txt']
    """
    named.check_table(table, "export")
    place = named.take_path(path, "export")
    sources = find_given(project).tables.sources
    citation = "" if table.empty else str(cite(table, project))
    try:
        return export_table(table, place, sources, citation=citation, bom=bom, overwrite=overwrite)
    except OSError as error:  # it may name a temporary file beside the one that was asked for
        found = error.strerror or str(error)
        raise CommandError(problem("no_export", f"export {place}", found=found)) from None


def cite(what: pd.Series | pd.DataFrame | Brief, project: ProjectPlace = None) -> Citation:
    """Cite a value (a row of ``load_indicators``), a brief, or the data set behind a table.

    Returns:
        Its ``text`` is one line, its ``bibtex`` an entry for a bibliography.

    Raises:
        CommandError: It is none of these, or a table without rows.

    Examples:
        >>> row = cchc.load_indicators(areas="Cao Lộc", indicators="on_time_rate").iloc[0]
        >>> print(cchc.cite(row))
        UBND huyện Cao Lộc. Báo cáo cải cách hành chính 6 tháng đầu năm 2024; ... In: ...
    """
    given = find_given(project)
    return cite_any(what, given.project.root, given.tables.sources)


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
        rules that found something to apply to. A column that nothing knows, and a rule that every
        source breaks, is a warning.

    Raises:
        ValidationError: The suite would not do what it says.
        ReportError: The table cannot be read or understood, or no rule applies to it.
        CommandError: It is no table, or the suite is none.

    Examples:
        >>> import pandas as pd
        >>> table = pd.DataFrame({"dossiers_pending_total": [71], "dossiers_pending_in_term": [72]})
        >>> found = cchc.validate(table)
        >>> found["arithmetic"].tolist(), found.attrs["rules_applied"]
        (['71 < 72'], 3)
    """
    from cchc_analysis.panels import validate_table

    place = open_project(project)
    own = Path(table) if isinstance(table, str) else table
    rules: Any = Path(suite) if isinstance(suite, str) else suite
    if not isinstance(own, Path):
        named.check_table(own, "validate")
    if not isinstance(rules, Path | Mapping | None):
        raise CommandError(problem("no_suite", "validate", kind=type(suite).__name__))
    findings = validate_table(own, rules, load_reference(place.reference), place.expectations)
    for said in findings.attrs["warnings"]:
        warnings.warn(said, stacklevel=2)
    return findings


def _warn_left_out(
    indicators: pd.DataFrame, panel: pd.DataFrame, code: str, reference: Reference
) -> None:
    """Name the areas and periods that are held in other windows or scopes than those of a panel."""
    is_held = (indicators["indicator"] == code) & (indicators["status"] == Status.ACTUAL)
    held, areas = indicators[is_held & (indicators["breakdown"] == "")], reference.area_rows
    level = areas[panel["area_id"].iloc[0]]["level"]
    held = held[held["area_id"].map(lambda each: areas[each]["level"]) == level]
    key = ["area_id", "scope", "period_start", "period_end"]
    left = held[~held.set_index(key).index.isin(panel.set_index(key).index)]
    is_other = ~left["area_id"].isin(panel["area_id"])
    names = [areas[each]["name"] for each in sorted({*left.loc[is_other, "area_id"]})]
    beside, (scope, period) = left[~is_other], panel[["scope", "period"]].iloc[0]
    scoped = beside["scope"] + " " + beside["period"]
    others = sorted({*beside["period"].where(beside["scope"] == scope, scoped)})
    told = []
    if names:
        told.append(f"as held in other windows or scopes only: {join_some(names, 5)}")
    if others:
        values = count(len(beside), "value")
        kept = f"as of other windows or scopes than {scope} {period} and the like"
        told.append(f"{kept}: {values} ({join_some(others, 5)})")
    if told:
        warnings.warn(f"Left out, {'; '.join(told)}; load_indicators has all.", stacklevel=3)


def suite_parameters(
    table: pd.DataFrame | None = None, *, project: ProjectPlace = None
) -> dict[str, Any]:
    """What Great Expectations needs to run our suites: ``expectation_parameters``.

    Args:
        table: What is to be validated: of the 13,000 areas those that it names are known, which
            Great Expectations then has less of to copy.
        project: The project folder; else ``CCHC_ROOT``, or the one around the working folder.

    Returns:
        The words that are known (``indicators``, ``areas``, …), the indicators whose numbers are
        ``rounded``, and what the guard of each suite asks for.

    Examples:
        >>> sorted(cchc.suite_parameters())[:3]
        ['areas', 'breakdowns', 'cchc_analysis']
    """
    from cchc_analysis.rules import suite_parameters as list_parameters

    if table is not None:
        named.check_table(table, "suite_parameters")
    return list_parameters(load_reference(open_project(project).reference), table)


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
        >>> cchc.make_table("transcripts").columns[:3].tolist()
        ['source_id', 'figure_id', 'section']
    """
    from cchc_analysis.rules import tabulate_for

    given = find_given(project)
    return tabulate_for(
        named.take_one(suite, "suite"), given.tables, given.reference, given.project.expectations
    )
