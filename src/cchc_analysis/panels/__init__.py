"""Panels: other people's tables of many areas and periods, brought in with their provenance.

Comes in as a file (long or wide CSV, XLSX, Parquet, or the official form II.06a) and a small
reviewed mapping of its headings; goes out as one file of figures and the rows that register its
sources in ``data/raw/panels``, both or neither; and later, from these, as observations. Nothing
is guessed: unknown headings, areas and numbers that can be read in two ways are named, all at
once, in the sentences of ``data/problems.toml``; words of publishers stand in ``words.toml``.

- ``words``: what a heading says besides what is measured, and its words to compare
- ``mapping``: what a mapping file may say, and what the labels of a table say by it
- ``cells``: a file into sheets of cells, whatever its format
- ``layouts``: a sheet into tables with areas in rows, and what their columns are
- ``matching``: areas, periods, units and printed numbers into ids and values
- ``reading``: all of these, one after the other, and what is wrong with the figures read
- ``register``: ``add_panel`` and ``read_panels``
- ``drafts``: a mapping file begun for a person to finish
- ``own_table``: a table that is validated, and not kept
"""

from cchc_analysis.panels.drafts import draft_mapping as draft_mapping
from cchc_analysis.panels.mapping import PanelMapping as PanelMapping
from cchc_analysis.panels.mapping import PanelSource as PanelSource
from cchc_analysis.panels.own_table import validate_table as validate_table
from cchc_analysis.panels.register import PanelSummary as PanelSummary
from cchc_analysis.panels.register import add_panel as add_panel
from cchc_analysis.panels.register import read_panels as read_panels
