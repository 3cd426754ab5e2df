"""Our rule shapes as Great Expectations classes.

Importing this module imports Great Expectations, which takes seconds: ``suites`` and ``engine`` do
so only when a suite is loaded. What a rule means is decided elsewhere (``identities`` for
arithmetic, ``comparisons`` for what several rows owe each other, ``cells`` for one row); here each
only gets a type, its arguments, and a metric that asks the question of every row at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (  # noqa: E501
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (  # noqa: E501
    MulticolumnMapMetricProvider,
)

from cchc_analysis.rules import cells, comparisons
from cchc_analysis.rules.columns import Columns
from cchc_analysis.rules.evaluation import evaluate_identity, evaluate_lone_parts
from cchc_analysis.rules.identity import Identity

Judge = Callable[..., pd.DataFrame]
Question = Callable[[pd.DataFrame], pd.Series]


def _define_metric(
    name: str, ask: Callable[..., pd.Series], arguments: tuple[str, ...] = ()
) -> str:
    """Register a metric that is true where a row keeps the rule; its name is what a class needs."""

    def _pandas(_: type, column_list: pd.DataFrame, **kwargs: Any) -> pd.Series:
        return ask(column_list, **{argument: kwargs[argument] for argument in arguments})

    parts = {
        "condition_metric_name": name,
        "condition_value_keys": arguments,
        "_pandas": multicolumn_condition_partial(engine=PandasExecutionEngine)(_pandas),
    }
    type(name, (MulticolumnMapMetricProvider,), parts)
    return name


def _keep_verdict(judge: Judge) -> Callable[..., pd.Series]:
    """Ask a question that a verdict on some of the rows answers: the others keep the rule."""

    def ask(table: pd.DataFrame, **arguments: Any) -> pd.Series:
        verdict = judge(table, **arguments)
        keeps = np.ones(len(table), dtype=bool)
        keeps[verdict.index[~verdict["holds"]]] = False
        return pd.Series(keeps, index=table.index)

    return ask


def _judge_identity(table: pd.DataFrame, **words: Any) -> pd.DataFrame:
    return evaluate_identity(Identity(rule_id="", kind="", **words), Columns(table))


def _judge_lone_parts(
    table: pd.DataFrame, sums: list[list[str]], stated: list[list[str]]
) -> pd.DataFrame:
    identities = [Identity("", "sum", left, "=", right) for left, right in sums]
    return evaluate_lone_parts(
        identities, {(part, whole) for part, whole in stated}, Columns(table)
    )


IDENTITY_ARGUMENTS = ("left", "operator", "right", "tolerance")
_IDENTITY = _define_metric(
    "multicolumn_values.keep_identity", _keep_verdict(_judge_identity), IDENTITY_ARGUMENTS
)


class _Identity(MulticolumnMapExpectation):
    """A rule between the quantities of one row of statements."""

    left: str
    operator: str
    right: str
    tolerance: str | float
    success_keys = (*IDENTITY_ARGUMENTS, "mostly")


class ExpectTotalToEqualItsParts(_Identity):
    """A total is the sum of its parts; those that are printed cannot exceed it."""

    map_metric = _IDENTITY


class ExpectGroupedPartsToEqualTheirTotal(_Identity):
    """A total is a sum of rows: of a breakdown, of all scopes, of the areas below."""

    map_metric = _IDENTITY


class ExpectRateAndComplementToAgree(_Identity):
    """Rates of one whole add up to a hundred."""

    map_metric = _IDENTITY


class ExpectRateToMatchItsFraction(_Identity):
    """A rate is its numerator over its denominator, as far as its digits go."""

    map_metric = _IDENTITY


class ExpectPooledRateToComeFromItsParts(_Identity):
    """A rate over several scopes is recomputed from their counts, never averaged."""

    map_metric = _IDENTITY


class ExpectQuantitiesInOrder(_Identity):
    """One quantity cannot exceed another."""

    map_metric = _IDENTITY


class ExpectPartNotAboveItsWhole(MulticolumnMapExpectation):
    """Of every sum of the suite, a part that is printed alone is not above its total."""

    sums: list[list[str]]
    stated: list[list[str]]
    map_metric = _define_metric(
        "multicolumn_values.keep_whole", _keep_verdict(_judge_lone_parts), ("sums", "stated")
    )
    success_keys = ("sums", "stated", "mostly")


class ExpectOneValueForEachQuantity(MulticolumnMapExpectation):
    """A source that prints a quantity twice prints one value."""

    map_metric = _define_metric(
        "multicolumn_values.one_value", _keep_verdict(comparisons.compare_readings)
    )


class ExpectSourcesToAgree(MulticolumnMapExpectation):
    """Two sources that state one quantity state one value."""

    map_metric = _define_metric(
        "multicolumn_values.sources_agree", _keep_verdict(comparisons.compare_sources)
    )


class ExpectLongerWindowNotBelowShorter(MulticolumnMapExpectation):
    """What accumulates from one day on is never less at a later one."""

    map_metric = _define_metric(
        "multicolumn_values.windows_grow", _keep_verdict(comparisons.compare_windows)
    )


class ExpectOpeningToEqualPreviousClosing(MulticolumnMapExpectation):
    """What a period takes over is what the period before it left."""

    opening: str
    closing: str
    map_metric = _define_metric(
        "multicolumn_values.opening_is_closing",
        _keep_verdict(comparisons.compare_openings),
        ("opening", "closing"),
    )
    success_keys = ("opening", "closing", "mostly")


class ExpectMagnitudeLikeOtherPeriods(MulticolumnMapExpectation):
    """A count has the size that it has in other periods of its area."""

    factor: float
    least: float
    map_metric = _define_metric(
        "multicolumn_values.usual_magnitude",
        _keep_verdict(comparisons.compare_magnitudes),
        ("factor", "least"),
    )
    success_keys = ("factor", "least", "mostly")


class ExpectPooledRateBetweenItsScopes(MulticolumnMapExpectation):
    """The rate of a whole district lies between those of its scopes."""

    map_metric = _define_metric(
        "multicolumn_values.pooled_between", _keep_verdict(comparisons.compare_pooled_rates)
    )


class ExpectCountsNotToRepeatAnotherPeriod(MulticolumnMapExpectation):
    """Not all larger counts of a report are those of another period."""

    least: float
    map_metric = _define_metric(
        "multicolumn_values.new_counts", _keep_verdict(comparisons.compare_copies), ("least",)
    )
    success_keys = ("least", "mostly")


class ExpectCountsToBeWhole(MulticolumnMapExpectation):
    """A thing that is counted has no fraction."""

    map_metric = _define_metric("multicolumn_values.whole_counts", cells.is_whole_count)


class ExpectRatesNotAboveHundred(MulticolumnMapExpectation):
    """A share of something is not more than all of it."""

    map_metric = _define_metric("multicolumn_values.rate_to_hundred", cells.is_rate_to_hundred)


class ExpectValueInCatalogueRange(MulticolumnMapExpectation):
    """A value lies in the range that the catalogue gives its indicator."""

    map_metric = _define_metric("multicolumn_values.catalogue_range", cells.is_in_range)


class ExpectUnitOfTheCatalogue(MulticolumnMapExpectation):
    """A value is in the unit of its indicator."""

    map_metric = _define_metric("multicolumn_values.catalogue_unit", cells.is_in_unit)


class ExpectDatesInOrder(MulticolumnMapExpectation):
    """A period starts before it ends."""

    map_metric = _define_metric("multicolumn_values.dates_in_order", cells.is_dated_in_order)


class ExpectPeriodInsideValidity(MulticolumnMapExpectation):
    """An area exists on the last day of the period."""

    map_metric = _define_metric("multicolumn_values.area_is_valid", cells.is_area_valid)


class ExpectResultsToBeDated(MulticolumnMapExpectation):
    """A result belongs to a day."""

    map_metric = _define_metric("multicolumn_values.result_is_dated", cells.is_result_dated)


class ExpectMaximumToBeANorm(MulticolumnMapExpectation):
    """Only a quantity that is a norm can be a maximum of points."""

    map_metric = _define_metric("multicolumn_values.maximum_is_norm", cells.is_maximum_a_norm)


class ExpectValueInsideItsRoom(MulticolumnMapExpectation):
    """A value lies between the bounds of what its digits can stand for."""

    map_metric = _define_metric("multicolumn_values.inside_room", cells.is_inside_room)


class ExpectOriginToBeShown(MulticolumnMapExpectation):
    """A reported value names its figures, a derived one its parts."""

    map_metric = _define_metric("multicolumn_values.origin_shown", cells.is_origin_shown)


class ExpectIntervalAroundValue(MulticolumnMapExpectation):
    """A rate lies inside its interval."""

    map_metric = _define_metric("multicolumn_values.interval_around", cells.is_interval_around)


class ExpectFigureToBeReadable(MulticolumnMapExpectation):
    """A figure has digits, or says how a person reads it."""

    map_metric = _define_metric("multicolumn_values.figure_readable", cells.is_figure_readable)
