"""Panels: other people's tables of many areas and periods, brought in with their provenance.

Comes in as a file (long or wide CSV, XLSX, Parquet, or the official form II.06a) and a small
reviewed mapping of its headings; goes out as one file of figures and the rows that register its
sources in ``data/raw/panels``, both or neither; and later, from these, as observations. Nothing
is guessed: unknown headings, areas and numbers that can be read in two ways are named, all at
once.

- ``mapping``: what a mapping file may say
- ``cells``: a file into a sheet of cells, whatever its format
- ``vocabulary``, ``headings``: the headings that are known; where a head ends, what its columns
  are
- ``unfolding``: a sheet into one row per figure, as printed
- ``numerals``: the printed numbers of a whole column
- ``areas``, ``places``: areas, periods and units of the figures
- ``checks``: what is wrong with figures that can be read
- ``reading``: all of these, one after the other
- ``register``, ``loading``: ``add_panel`` and ``read_panels``
- ``drafts``: a mapping file begun for a person to finish
- ``own_table`` (with ``own_rows``): a table that is validated, and not kept
- ``ranks``: published ranks against the values that they rank
"""

from cchc_analysis.panels.drafts import draft_mapping
from cchc_analysis.panels.loading import PanelReadings, read_panels
from cchc_analysis.panels.mapping import PanelMapping, PanelSource, load_mapping
from cchc_analysis.panels.own_table import validate_table
from cchc_analysis.panels.ranks import check_ranks
from cchc_analysis.panels.register import add_panel
from cchc_analysis.panels.summary import PanelSummary

__all__ = [
    "PanelMapping",
    "PanelReadings",
    "PanelSource",
    "PanelSummary",
    "add_panel",
    "check_ranks",
    "draft_mapping",
    "load_mapping",
    "read_panels",
    "validate_table",
]
