"""The front door of the package: the tables of the project, for notebooks and scripts.

Finds the project from where the notebook runs (or from ``CCHC_ROOT``), so that a notebook holds
no path. Tables come from ``data/processed``; run ``cchc process`` after changing anything else.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis import pipeline
from cchc_analysis.brief import (
    TEMPLATE,
    held,
    held_graded,
    open_held,
    show_contradictions,
    show_head,
    show_key_figures,
    show_notes,
    show_peers,
    show_plan,
    show_quality,
    show_quality_completeness,
    show_quality_contradictions,
    show_quality_counts,
    show_quality_definitions,
    show_quality_grades,
    show_quality_matrix,
    show_quality_remarks,
    show_quality_rules,
    show_reform_areas,
    show_summary,
    show_trend,
)
from cchc_analysis.brief import open_brief as open_brief_of
from cchc_analysis.brief import open_quality as open_quality_of
from cchc_analysis.brief import show_trend_opening as show_opening
from cchc_analysis.brief.trends import (
    Board,
    open_board,
    show_change,
    show_control,
    show_coverage,
    show_distribution,
    show_funnel,
    show_methods,
    show_ranking,
    show_series,
    show_standardised,
)
from cchc_analysis.brief.trends import export_table as write_exports
from cchc_analysis.data.reference import Project, find_project, load_reference
from cchc_analysis.data.store import load_copies
from cchc_analysis.data.words import load_words
from cchc_analysis.site.slices import grade_all

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.brief import Brief, Quality
    from cchc_analysis.data.records import Tables
    from cchc_analysis.data.reference import Reference

__all__ = [
    "export_table",
    "load_findings",
    "load_indicators",
    "load_observations",
    "load_transcripts",
    "open_brief",
    "open_quality",
    "open_trends",
    "show_change",
    "show_contradictions",
    "show_control",
    "show_coverage",
    "show_distribution",
    "show_funnel",
    "show_head",
    "show_key_figures",
    "show_methods",
    "show_notes",
    "show_opening",
    "show_peers",
    "show_plan",
    "show_quality",
    "show_quality_completeness",
    "show_quality_contradictions",
    "show_quality_counts",
    "show_quality_definitions",
    "show_quality_grades",
    "show_quality_matrix",
    "show_quality_remarks",
    "show_quality_rules",
    "show_ranking",
    "show_reform_areas",
    "show_series",
    "show_standardised",
    "show_summary",
    "show_trend",
]


def load_transcripts() -> pd.DataFrame:
    """Load the figures of all accepted sources as printed (``TRANSCRIPT_COLUMNS``)."""
    return _load()[1].transcripts.copy()


def load_observations() -> pd.DataFrame:
    """Load the figures as understood (``OBSERVATION_COLUMNS``): one row per reading."""
    return _load()[1].observations.copy()


def load_indicators() -> pd.DataFrame:
    """Load what is published (``INDICATOR_COLUMNS``): one row per quantity."""
    return _load()[1].indicators.copy()


def load_findings() -> pd.DataFrame:
    """Load what the sources contradict (``FINDING_COLUMNS``): one row per rule broken."""
    return _load()[1].findings.copy()


def open_brief(district: str, period: str, lang: str = "vi") -> Brief:
    """Open the brief of one district and period.

    Args:
        district: Name or code of a district, such as "Cao Lộc" or "183".
        period: A period label, such as "2024-H1", or its Vietnamese name.
        lang: "vi" or "en".

    Raises:
        CommandError: No report of that district and period is held; names the nearest that are.
    """
    project = _project()
    words = load_words(project.notebooks / TEMPLATE, lang)
    # Without quotes on the command line, papermill's -p makes numbers of "183" and "2019".
    place = str(district), str(period)
    if held():
        return open_held(words, *place, project.reports)
    reference, tables = _load()
    return open_brief_of(tables, reference, words, *place, project.reports)


def open_trends(
    indicator: str, areas: str = "", first: str = "", last: str = "", lang: str = "vi"
) -> Board:
    """Open one indicator over many areas and periods.

    Args:
        indicator: A code of the catalogue.
        areas: Names with commas between; empty for all that are held.
        first: First year; empty for all.
        last: Last year; empty for all.
        lang: "vi" or "en".

    Raises:
        CommandError: The indicator or an area is unknown, or nothing is held.
    """
    project = _project()
    reference, tables = _load()
    words = load_words(project.notebooks / TEMPLATE, lang)
    choice = (indicator, areas, str(first), str(last))
    return open_board(tables, reference, choice, words)


def export_table(table: pd.DataFrame, name: str) -> tuple[Path, Path]:
    """Write a selection as CSV and XLSX into ``build/exports``; returns both paths."""
    return write_exports(_project().build / "exports", table, name)


def open_quality(lang: str = "vi") -> Quality:
    """Open what is known of the quality of all sources.

    Args:
        lang: "vi" or "en".

    Raises:
        BriefError: No report on a district is held.
    """
    project = _project()
    reference, tables = _load()
    words = load_words(project.notebooks / TEMPLATE, lang)
    graded = held_graded() or grade_all(tables, reference, words)
    return open_quality_of(tables, reference, words, graded)


def _project() -> Project:
    return find_project(Path(os.environ.get("CCHC_ROOT") or Path.cwd()))


def _load() -> tuple[Reference, Tables]:
    if kept := held():
        return kept
    project = _project()
    copies = os.environ.get("CCHC_TABLES")
    made = Path(copies) if copies else project.processed / "manifest.json"
    changed = made.stat().st_mtime_ns if made.exists() else 0
    return _load_once(project, Path(copies) if copies else None, changed)


@lru_cache(maxsize=1)
def _load_once(
    project: Project,
    copies: Path | None,
    changed: int,  # noqa: ARG001 - part of the key: loads again when the tables were made anew
) -> tuple[Reference, Tables]:
    """Load once per process, and again when the tables were made anew."""
    if copies is None:
        return pipeline.load(project)
    return load_reference(project.reference), load_copies(copies)
