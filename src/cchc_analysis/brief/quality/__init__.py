"""The pages on data quality: one on the whole, and one a province on its reports.

- ``content``: what they are told from
- ``sections``: findings, grades, rules kept and broken, contradictions, definitions, completeness
"""

from cchc_analysis.brief.quality.content import (
    PAGE,
    Graded,
    Quality,
    list_provinces,
    make_graded,
    name_quality,
    open_quality,
)
from cchc_analysis.brief.quality.sections import CONTENTS

__all__ = [
    "CONTENTS",
    "PAGE",
    "Graded",
    "Quality",
    "list_provinces",
    "make_graded",
    "name_quality",
    "open_quality",
]
