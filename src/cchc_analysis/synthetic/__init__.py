"""A synthetic country: made-up districts, years of reports, and mistakes whose key is known.

For tests, benchmarks and the tutorial only. Every source and area carries a mark, every page made
of them has to say ``NOTICE``, and whatever would put them beside real figures is refused.

- ``marks``: the mark, and the refusal to mix
- ``model``: how many dossiers come in and go out, by documented rules
- ``mistakes``: errors of reporting, planted with a key, and the count of those that were found
- ``areas``: its areas and events
- ``country``: all of it as tables in the shape of the real ones
"""

from cchc_analysis.synthetic.country import SyntheticCountry, make_country, tabulate_indicators
from cchc_analysis.synthetic.marks import NOTICE, check_unmixed, is_synthetic
from cchc_analysis.synthetic.mistakes import count_recall

__all__ = [
    "NOTICE",
    "SyntheticCountry",
    "check_unmixed",
    "count_recall",
    "is_synthetic",
    "make_country",
    "tabulate_indicators",
]
