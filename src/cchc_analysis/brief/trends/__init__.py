"""One indicator over many areas and periods, for the notebook ``indicator_trends``.

Comes in as the published tables; goes out as pieces of a page: who reported, the series, their
distribution, change, ranking with uncertainty, the funnel where there are cases, and what each
method assumes. The trend word of an area is that of ``stats.trends``.

- ``board``: an indicator's values, their ranks and their trends
- ``control``: series long enough for a control chart
- ``pictures``: the drawings
- ``pieces``: the frame of every section
- ``sections``, ``standings``, ``standardised``: drawings and tables with their words
"""

from cchc_analysis.brief.trends.board import Board, list_told, open_board
from cchc_analysis.brief.trends.pieces import Section
from cchc_analysis.brief.trends.sections import (
    show_change,
    show_coverage,
    show_distribution,
    show_opening,
    show_others,
    show_series,
    show_standing,
)
from cchc_analysis.brief.trends.standardised import show_standardised
from cchc_analysis.brief.trends.standings import (
    show_control,
    show_funnel,
    show_methods,
    show_ranking,
)

__all__ = [
    "Board",
    "Section",
    "list_told",
    "open_board",
    "show_change",
    "show_control",
    "show_coverage",
    "show_distribution",
    "show_funnel",
    "show_methods",
    "show_opening",
    "show_others",
    "show_ranking",
    "show_series",
    "show_standardised",
    "show_standing",
]
