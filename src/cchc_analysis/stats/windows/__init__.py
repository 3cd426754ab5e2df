"""Windows: what figures counted over different stretches of time say about each other.

Reports are cumulative, so a quarter is the difference of two of them, and last year's figure may
stand in this year's report as "94,4 % so với cùng kỳ". Comes in as tables of published
quantities; goes out as tables of what was computed, marked *derived*, with the figures that it
comes from and the range that rounding leaves. Nothing is filled: a window that is not held gives
no row, and windows that differ are compared per day or not at all.

- ``intervals``: a number and what its rounding leaves open
- ``spans``: days, labels, and which quantities grow over a window
- ``differences``: cumulative windows into windows that follow each other
- ``comparisons``: a window beside that of the year before
- ``pooling``: rates recomputed from their parts
"""

from cchc_analysis.stats.windows.comparisons import compare_same_window, derive_values_before
from cchc_analysis.stats.windows.differences import discretise_windows, list_negative_differences
from cchc_analysis.stats.windows.intervals import Interval, find_value_before
from cchc_analysis.stats.windows.pooling import pool_ratios
from cchc_analysis.stats.windows.spans import WINDOW_COLUMNS, count_days

__all__ = [
    "WINDOW_COLUMNS",
    "Interval",
    "compare_same_window",
    "count_days",
    "derive_values_before",
    "discretise_windows",
    "find_value_before",
    "list_negative_differences",
    "pool_ratios",
]
