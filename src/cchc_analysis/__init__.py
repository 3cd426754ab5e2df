"""Figures of Vietnamese public administration reform (CCHC) reports, validated and sourced.

The front door: what a notebook needs, and nothing else. Names are imported when first used, so
that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cchc_analysis.front import (
        export_table,
        load_findings,
        load_indicators,
        load_observations,
        load_transcripts,
        open_brief,
        open_quality,
        open_trends,
        show_change,
        show_contradictions,
        show_control,
        show_coverage,
        show_distribution,
        show_funnel,
        show_head,
        show_key_figures,
        show_methods,
        show_notes,
        show_opening,
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
        show_ranking,
        show_reform_areas,
        show_series,
        show_standardised,
        show_summary,
        show_trend,
    )

__version__ = "0.1.0"

__all__ = [
    "__version__",
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


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("cchc_analysis.front"), name)
    raise AttributeError(f"module 'cchc_analysis' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
