"""Many pages, fast: warm processes, content keys, a site that is whole at every moment.

Comes in as jobs and a pure function of their payloads, goes out as bytes and as a folder. Knows
neither districts nor what a page says. ``engine.notebooks`` is papermill's engine ``cchc``;
``engine.cluster`` does the same jobs on other machines.
"""

from __future__ import annotations

from cchc_analysis.site.engine.disk import in_words
from cchc_analysis.site.engine.jobs import run_jobs
from cchc_analysis.site.engine.keys import key_of, key_of_files, key_of_package
from cchc_analysis.site.engine.limits import check_count, check_timeout
from cchc_analysis.site.engine.pages import Build, Placed, open_build
from cchc_analysis.site.engine.progress import Progress
from cchc_analysis.site.engine.replies import Job, Outcome
from cchc_analysis.site.engine.spent import Profile, measure, watch

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
