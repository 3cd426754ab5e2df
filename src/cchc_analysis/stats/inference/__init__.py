"""What may be concluded from rates and series: intervals, funnels, charts, trends and ranks.

Numbers in, numbers out, through statsmodels and scipy. Every function names its reference and
what it assumes; ``ASSUMPTIONS`` says the same to readers, in both languages. This tool knows no
indicator and no area; which points may stand in one series is for its caller to decide.

- ``proportions``: Wilson intervals, funnels, indirect standardisation
- ``control``: XmR charts and p-charts
- ``trends``: the trend test, its correction for many series, and the words it allows
- ``ranks``: ranks with their uncertainty
"""

from cchc_analysis.stats.inference.assumptions import ASSUMPTIONS
from cchc_analysis.stats.inference.control import Chart, chart_individuals, chart_proportions
from cchc_analysis.stats.inference.proportions import (
    Standardised,
    find_scatter,
    funnel_limits,
    place_in_funnel,
    standardise_indirectly,
    wilson_interval,
)
from cchc_analysis.stats.inference.ranks import rank_proportions, rank_ranges
from cchc_analysis.stats.inference.trends import (
    FEWEST_FOR_TREND,
    Trend,
    TrendWord,
    adjust_p_values,
    choose_trend_word,
    find_trend,
)

__all__ = [
    "ASSUMPTIONS",
    "FEWEST_FOR_TREND",
    "Chart",
    "Standardised",
    "Trend",
    "TrendWord",
    "adjust_p_values",
    "chart_individuals",
    "chart_proportions",
    "choose_trend_word",
    "find_scatter",
    "find_trend",
    "funnel_limits",
    "place_in_funnel",
    "rank_proportions",
    "rank_ranges",
    "standardise_indirectly",
    "wilson_interval",
]
