"""Reports into transcripts: loading those that people accepted, and drafting new ones.

Comes in as ``data/raw`` and the documents of reports; goes out as transcripts, with nothing judged
and nothing dropped. What the figures mean is the business of ``tidy``.

- ``transcripts``: the transcripts of accepted sources, as tables; a reviewed draft becomes one
- ``drafting``: one document into a draft transcript, a row of ``sources.csv`` and a review page
- ``review``: the review page

Nothing is imported here: a document is opened in a process of its own, which imports ``documents``
and what that needs.
"""
