"""One indicator over many areas and periods, for the notebook ``indicator_trends``.

Comes in as the published tables; goes out as pieces of a page: who reported, the series, their
distribution, change, ranking with uncertainty, the funnel where there are cases, and what each
method assumes. No trend word without the rule: five same-window points, no boundary event, no
change of definition, no open contradiction, corrected for all series looked at.

- ``board``: which values stand in one series, and what is tested
- ``pictures``: the drawings
- ``exports``: a selection into files
- ``sections``: drawings and tables with their words
"""

from cchc_analysis.trends.board import Board, open_board
from cchc_analysis.trends.exports import export_table
from cchc_analysis.trends.sections import (
    Section,
    show_change,
    show_coverage,
    show_distribution,
    show_funnel,
    show_methods,
    show_opening,
    show_ranking,
    show_series,
)

__all__ = [
    "Board",
    "Section",
    "export_table",
    "open_board",
    "show_change",
    "show_coverage",
    "show_distribution",
    "show_funnel",
    "show_methods",
    "show_opening",
    "show_ranking",
    "show_series",
]
