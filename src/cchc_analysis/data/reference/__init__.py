"""What people decided: the catalogue of indicators, the areas, units, targets and corrections.

Comes in as the small reviewed files of ``data/reference``; goes out as one ``Reference`` that
matches names to ids. Nothing unknown is guessed: a name that is not here raises, with the nearest
names that are.

- ``areas``: areas by id, code and name; the communes are read when one of them is asked for
- ``catalogue``: where the parts of a project folder lie, the tables, what is wrong with them, and
  matching against them
"""

from cchc_analysis.data.reference.areas import (
    COMMUNE_TYPES,
    LEVELS,
    AreaIndex,
    exists_on,
    find_issue_day,
    keep_widest,
)
from cchc_analysis.data.reference.catalogue import (
    Project,
    Reference,
    check_reference,
    find_project,
    load_reference,
    offer_names,
    suggest,
)

__all__ = [
    "COMMUNE_TYPES",
    "LEVELS",
    "AreaIndex",
    "Project",
    "Reference",
    "check_reference",
    "exists_on",
    "find_issue_day",
    "find_project",
    "keep_widest",
    "load_reference",
    "offer_names",
    "suggest",
]
