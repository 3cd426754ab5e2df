"""Many pages, fast: warm processes, content keys, a site that is whole at every moment.

Comes in as jobs and a pure function of their payloads, goes out as bytes and as a folder. ``notebooks``
is papermill's engine ``cchc``; ``cluster`` does the same jobs on other machines; ``build`` puts the
site together. What stands here knows neither districts nor what a page says: papermill loads its
engine from this room, and with it nothing of ours that takes time.
"""

from __future__ import annotations

from cchc_analysis.site.disk import in_words
from cchc_analysis.site.jobs import run_jobs
from cchc_analysis.site.keys import key_of, key_of_files, key_of_package
from cchc_analysis.site.limits import check_count, check_timeout
from cchc_analysis.site.store import Build, Placed, open_build
from cchc_analysis.site.progress import Progress
from cchc_analysis.site.replies import Job, Outcome
from cchc_analysis.site.spent import Profile, measure, watch

IN_PLACE = "CCHC_ENGINE_IN_PLACE"
"""Set in processes that run one job and end: there papermill's engine needs no child of its own."""

__all__ = [
    "IN_PLACE",
    "Build",
    "Job",
    "Outcome",
    "Placed",
    "Profile",
    "Progress",
    "check_count",
    "check_timeout",
    "in_words",
    "key_of",
    "key_of_files",
    "key_of_package",
    "measure",
    "open_build",
    "run_jobs",
    "watch",
]
