"""What of a report is worth a picture: charts with the table of their numbers.

Each ``exhibit_`` function looks for the values it is about and gives a chart with its table, or
nothing where the report does not hold them or where one sentence says as much. A title says what
the chart finds, by a rule. The values that an exhibit shows need not be listed again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.exhibits.flow import exhibit_flow
from cchc_analysis.brief.exhibits.money import exhibit_equipment, exhibit_revenue
from cchc_analysis.brief.exhibits.online import exhibit_online, exhibit_procedures
from cchc_analysis.brief.exhibits.people import exhibit_posts, exhibit_qualification
from cchc_analysis.brief.exhibits.scores import exhibit_points, exhibit_tasks
from cchc_analysis.brief.exhibits.shared import Exhibit

BUILDERS: Mapping[str, Sequence[Callable[[Brief], Exhibit | None]]] = {
    "procedures": (exhibit_flow, exhibit_procedures, exhibit_equipment),
    "apparatus": (exhibit_posts,),
    "civil_service": (exhibit_qualification,),
    "digital": (exhibit_online,),
    "impact": (exhibit_revenue,),
    "tasks": (exhibit_tasks,),
    "index": (exhibit_points,),
}
"""The exhibits by the part of the page that they belong to."""


def list_exhibits(brief: Brief) -> dict[str, list[Exhibit]]:
    """The exhibits of a brief by part; only those that its report gives the values for."""
    return {
        part: [exhibit for build in builders if (exhibit := build(brief))]
        for part, builders in BUILDERS.items()
    }
