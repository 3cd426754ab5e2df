"""One indicator over many areas and periods, for the notebook ``indicator_trends``.

Comes in as the published tables; goes out as sections of a page, from where areas stand now to how
each moved and who reported. The trend word of an area is that of ``stats.trends``.

- ``board``: an indicator's values, their ranks and trends, and the place of its page
- ``sections``: what every indicator has; ``cases``: what takes counts of cases, and the methods
"""

from cchc_analysis.brief.trends.board import (
    FILE,
    TRENDS,
    Board,
    format_values,
    list_told,
    name_trend,
    open_board,
    tell_trend_list,
    tell_trend_row,
)
from cchc_analysis.brief.trends.cases import (
    show_control,
    show_funnel,
    show_methods,
    show_standardised,
)
from cchc_analysis.brief.trends.sections import (
    show_change,
    show_coverage,
    show_distribution,
    show_map,
    show_opening,
    show_others,
    show_ranking,
    show_series,
    show_standing,
)

__all__ = [
    "FILE",
    "TRENDS",
    "Board",
    "format_values",
    "list_told",
    "name_trend",
    "open_board",
    "show_change",
    "show_control",
    "show_coverage",
    "show_distribution",
    "show_funnel",
    "show_map",
    "show_methods",
    "show_opening",
    "show_others",
    "show_ranking",
    "show_series",
    "show_standardised",
    "show_standing",
    "tell_trend_list",
    "tell_trend_row",
]
