"""The page on data quality: findings, rules, completeness and grades over all sources.

``open_quality`` gathers the sources and briefs of a run; the ``show_quality`` functions tell the
sections, one notebook cell each.
"""

from cchc_analysis.brief.quality.content import PAGE, Quality, open_quality
from cchc_analysis.brief.quality.coverage import show_quality_completeness, show_quality_grades
from cchc_analysis.brief.quality.findings import (
    CONTENTS,
    show_quality,
    show_quality_contradictions,
    show_quality_counts,
    show_quality_remarks,
)
from cchc_analysis.brief.quality.graded import Graded, make_graded
from cchc_analysis.brief.quality.rules import (
    show_quality_definitions,
    show_quality_matrix,
    show_quality_rules,
)

__all__ = [
    "CONTENTS",
    "PAGE",
    "Graded",
    "Quality",
    "make_graded",
    "open_quality",
    "show_quality",
    "show_quality_completeness",
    "show_quality_contradictions",
    "show_quality_counts",
    "show_quality_definitions",
    "show_quality_grades",
    "show_quality_matrix",
    "show_quality_remarks",
    "show_quality_rules",
]
