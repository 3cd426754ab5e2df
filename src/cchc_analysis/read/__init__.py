"""Reports into transcripts: loading those that people accepted, and drafting new ones.

Comes in as ``data/raw`` and the documents of reports; goes out as transcripts, with nothing judged
and nothing dropped. What the figures mean is the business of ``tidy``.

- ``transcripts``: the transcripts of accepted sources, as tables; a reviewed draft becomes one
- ``drafting``: one document into a draft transcript, a row of ``sources.csv`` and a review page
- ``review``: the review page
"""

from cchc_analysis.read.drafting import DraftResult, discard_draft, read_report
from cchc_analysis.read.transcripts import (
    SOURCE_KINDS,
    SOURCE_STATES,
    Readings,
    accept_source,
    read_sources,
    read_transcript,
    read_transcripts,
)

__all__ = [
    "SOURCE_KINDS",
    "SOURCE_STATES",
    "DraftResult",
    "Readings",
    "accept_source",
    "discard_draft",
    "read_report",
    "read_sources",
    "read_transcript",
    "read_transcripts",
]
