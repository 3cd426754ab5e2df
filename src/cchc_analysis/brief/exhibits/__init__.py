"""What of a report is worth a picture: charts with the table of their numbers.

Each ``exhibit_`` function looks for the values it is about and gives a chart with its table, or
nothing where the report does not hold them or where one sentence says as much. A title says what
the chart finds, by a rule. The values that an exhibit shows need not be listed again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.exhibits.flow import exhibit_flow
from cchc_analysis.brief.exhibits.money import exhibit_equipment, exhibit_revenue
from cchc_analysis.brief.exhibits.online import exhibit_online, exhibit_procedures
from cchc_analysis.brief.exhibits.people import exhibit_posts, exhibit_qualification
from cchc_analysis.brief.exhibits.scores import exhibit_points, exhibit_tasks
from cchc_analysis.brief.exhibits.shared import Exhibit

BUILDERS: Mapping[str, Callable[[Brief], Exhibit | None]] = {
    "flow": exhibit_flow,
    "procedures": exhibit_procedures,
    "equipment": exhibit_equipment,
    "posts": exhibit_posts,
    "qualification": exhibit_qualification,
    "online": exhibit_online,
    "revenue": exhibit_revenue,
    "tasks": exhibit_tasks,
    "points": exhibit_points,
}
"""The exhibits by the names that ``report.yml`` calls them."""


def draw_exhibit(brief: Brief, name: str) -> Exhibit | None:
    """One exhibit, if the report gives the values for it."""
    return BUILDERS[name](brief)


def list_exhibits(brief: Brief) -> dict[str, list[Exhibit]]:
    """The exhibits of a brief by area; only those that its report gives the values for."""
    return {
        name: [exhibit for chart in area.charts if (exhibit := draw_exhibit(brief, chart))]
        for name, area in brief.report.areas.items()
    }
