"""Briefs: one HTML page per district and period, told from the tables of a run.

``open_brief`` takes the slice; a ``Brief`` tells its parts by its ``show_`` methods, one notebook
cell each; ``Context`` is what it is told from.
"""

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.opening import Context, find_context, list_briefs, open_brief, running_in
from cchc_analysis.brief.quality import Quality, open_quality
from cchc_analysis.brief.render import TEMPLATE

__all__ = [
    "TEMPLATE",
    "Brief",
    "Context",
    "Quality",
    "find_context",
    "list_briefs",
    "open_brief",
    "open_quality",
    "running_in",
]
