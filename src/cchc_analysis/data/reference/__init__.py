"""What people decided: the catalogue of indicators, the areas, units, targets and corrections.

Comes in as the small reviewed files of ``data/reference``; goes out as one ``Reference`` that
matches names to ids. Nothing unknown is guessed: a name that is not here raises, with the nearest
names that are.

- ``project``: where the parts of a project folder lie
- ``catalogue``: the tables, and matching against them
- ``loading``: the files, and what is wrong with them
"""

from cchc_analysis.data.reference.catalogue import Reference, find_area, offer_names, suggest
from cchc_analysis.data.reference.loading import REFERENCE_TABLES, check_reference, load_reference
from cchc_analysis.data.reference.project import Project, find_project

__all__ = [
    "REFERENCE_TABLES",
    "Project",
    "Reference",
    "check_reference",
    "find_area",
    "find_project",
    "load_reference",
    "offer_names",
    "suggest",
]
