"""One indicator over many areas and periods, for the notebook ``indicator_trends``.

Comes in as the published tables; goes out as sections of a page, from where areas stand now to how
each moved and who reported. The trend word of an area is that of ``stats.trends``.

- ``board``: an indicator's values, their ranks and trends, and the place of its page
- ``sections``: where areas stand and how they move
- ``cases``: what takes counts of cases; what is held, left out and assumed
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

__all__ = [
    "FILE",
    "TRENDS",
    "Board",
    "format_values",
    "list_told",
    "name_trend",
    "open_board",
    "tell_trend_list",
    "tell_trend_row",
]
