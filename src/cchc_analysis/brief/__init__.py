"""Briefs: one HTML page per district and period, told from the tables of a run.

``open_brief`` takes the slice; the ``show_`` functions tell its parts, one notebook cell each;
``Context`` is what they are told from.
"""

from cchc_analysis.brief.annex import show_annex_head, show_notes, show_reform_areas
from cchc_analysis.brief.content import Brief, name_page
from cchc_analysis.brief.context import Context, find_context, running_in
from cchc_analysis.brief.frontpage import (
    show_cards,
    show_disputes,
    show_goals,
    show_head,
    show_place,
    show_references,
    show_themes,
)
from cchc_analysis.brief.ledger import show_contradictions
from cchc_analysis.brief.opening import list_briefs, open_brief
from cchc_analysis.brief.peers import show_peers
from cchc_analysis.brief.plan import show_plan
from cchc_analysis.brief.quality import Quality, open_quality
from cchc_analysis.brief.render import TEMPLATE
from cchc_analysis.brief.summary import show_summary
from cchc_analysis.brief.trend import show_trend

__all__ = [
    "TEMPLATE",
    "Brief",
    "Context",
    "Quality",
    "find_context",
    "list_briefs",
    "name_page",
    "open_brief",
    "open_quality",
    "running_in",
    "show_annex_head",
    "show_cards",
    "show_contradictions",
    "show_disputes",
    "show_goals",
    "show_head",
    "show_notes",
    "show_peers",
    "show_place",
    "show_plan",
    "show_references",
    "show_reform_areas",
    "show_summary",
    "show_themes",
    "show_trend",
]
