"""A synthetic country: made-up districts, years of reports, and mistakes whose key is known.

For tests and benchmarks only. Every source and area carries the mark of
``cchc_analysis.data.records``, every page made of them says its ``NOTICE``, and whatever would
put them beside real figures is refused.

- ``model``: how many dossiers come in and go out, by documented rules
- ``mistakes``: errors of reporting, planted with a key, and the count of those that were found
- ``areas``: its areas and events
- ``country``: all of it as tables in the shape of the real ones
- ``communes``: the same as reports of communes since 2026
"""

from synthetic.communes import make_communes
from synthetic.country import SyntheticCountry, make_country, tabulate_indicators
from synthetic.mistakes import count_recall

__all__ = [
    "SyntheticCountry",
    "count_recall",
    "make_communes",
    "make_country",
    "tabulate_indicators",
]
