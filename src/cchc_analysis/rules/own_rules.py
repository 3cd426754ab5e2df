"""Which of our own rules can be asked of any table of figures, beside the suite that it is given.

A table of somebody's own may leave out what our tables never do. Rules about a number and its
quantity always apply; those that hold periods, areas or sources against each other only where the
table says which is which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from cchc_analysis.rules.suites import Suite

if TYPE_CHECKING:
    import pandas as pd

ALWAYS = (
    "expect_one_value_for_each_quantity",
    "expect_value_in_catalogue_range",
    "expect_rates_not_above_hundred",
    "expect_pooled_rate_between_its_scopes",
)
"""Rules about one quantity at one place."""

DATED = (
    "expect_longer_window_not_below_shorter",
    "expect_opening_to_equal_previous_closing",
    "expect_magnitude_like_other_periods",
    "expect_counts_not_to_repeat_another_period",
)
"""Rules about several periods of one area."""

BETWEEN_SOURCES = ("expect_sources_to_agree",)

WINDOW = ["area_id", "scope", "indicator", "breakdown", "period_start", "period_end", "status"]


def choose_own_rules(ours: Suite, table: pd.DataFrame, file: str) -> Suite:
    """The rules of our suite on observations that a table says enough for.

    Args:
        ours: The suite of ``expectations/observations.json``.
        table: Observations made from the table.
        file: Its name without ending, after which rows without a source are called.
    """
    types = {*ALWAYS, *_list_across(table[table["is_published"]], file)}
    return replace(ours, rules=tuple(rule for rule in ours.rules if rule.type in types))


def _list_across(published: pd.DataFrame, file: str) -> Iterator[str]:
    """Periods are compared where each area has every quantity once, or sources tell them apart."""
    if published["period_end"].eq("").any():
        return
    is_sourced = not published["source_id"].str.fullmatch(rf"{re.escape(file)}( row \d+)?").any()
    if is_sourced or not published.duplicated(WINDOW).any():
        yield from DATED
    if is_sourced:
        yield from BETWEEN_SOURCES
