"""Windows: differences, their days, and the range that rounding leaves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis.data.intervals import Interval
from cchc_analysis.data.reference import Reference, load_reference
from cchc_analysis.stats.windows import (
    WINDOW_COLUMNS,
    discretise_windows,
    year_before,
)

ROOT = Path(__file__).resolve().parents[1]
ENDS = {"Q1": "03-31", "H1": "06-30", "9M": "09-30", "": "12-31"}


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference(ROOT / "data" / "reference")


def rows(reference: Reference, text: str) -> pd.DataFrame:
    """A table drawn as text: scope indicator period value [± half], one figure a line."""
    made = []
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), start=1):
        scope, indicator, period, value, *half = line.split()
        start, _, end = period.rpartition("..")
        if not start and len(period) <= 7:
            year, _, suffix = period.partition("-")
            start, end = f"{year}-01-01", f"{year}-{ENDS[suffix]}"
        room = float(half[1]) if half else 0.0
        made.append(
            {
                "area_id": "183",
                "scope": scope,
                "indicator": indicator,
                "breakdown": "",
                "period_start": start,
                "period_end": end,
                "status": "actual",
                "value": float(value),
                "low": float(value) - room,
                "high": float(value) + room,
                "unit": reference.indicator_rows[indicator]["unit"],
                "source_id": f"report_{end}",
                "figures": f"F{number:03d}",
            }
        )
    return pd.DataFrame(made)


def drawn(table: pd.DataFrame) -> list[str]:
    return [
        f"{row.indicator} {row.period} {row.value:g} {row.origin}" for row in table.itertuples()
    ]


def test_cumulative_windows_become_quarters(reference: Reference) -> None:
    table = rows(
        reference,
        """
        district_office dossiers_resolved_total 2024-Q1 100
        district_office dossiers_resolved_total 2024-H1 250
        district_office dossiers_resolved_total 2024-9M 330
        district_office dossiers_resolved_total 2024    500
        """,
    )
    discrete = discretise_windows(table, reference)
    assert list(discrete.columns) == list(WINDOW_COLUMNS)
    assert drawn(discrete) == [
        "dossiers_resolved_total 2024-Q1 100 reported",
        "dossiers_resolved_total 2024-Q2 150 derived",
        "dossiers_resolved_total 2024-Q3 80 derived",
        "dossiers_resolved_total 2024-Q4 170 derived",
    ]
    assert discrete["parts"].tolist()[1:] == [
        "dossiers_resolved_total: 2024-H1 − 2024-Q1",
        "dossiers_resolved_total: 2024-9M − 2024-H1",
        "dossiers_resolved_total: 2024 − 2024-9M",
    ]
    assert discrete["figures"].tolist() == ["F001", "F001 F002", "F002 F003", "F003 F004"]
    assert discrete["source_id"].tolist()[1] == "report_2024-03-31 report_2024-06-30"


def test_a_window_that_is_not_held_is_not_filled(reference: Reference) -> None:
    table = rows(
        reference,
        """
        district_office dossiers_resolved_total 2024-Q1 100
        district_office dossiers_resolved_total 2024    500
        """,
    )
    assert drawn(discretise_windows(table, reference)) == [
        "dossiers_resolved_total 2024-Q1 100 reported",
        "dossiers_resolved_total 2024-04-01/2024-12-31 400 derived",
    ]


def test_stocks_rates_and_norms_are_never_differenced(reference: Reference) -> None:
    table = rows(
        reference,
        """
        district_office dossiers_pending_total ..2024-03-31 10
        district_office dossiers_pending_total ..2024-06-30 4
        district_office on_time_rate 2024-Q1 98
        district_office on_time_rate 2024-H1 97
        """,
    )
    assert discretise_windows(table, reference).empty


def test_an_opening_stock_is_taken_out_once(reference: Reference) -> None:
    table = rows(
        reference,
        """
        district_office dossiers_received_total 2024-Q1 120
        district_office dossiers_received_total 2024-H1 300
        district_office dossiers_carried_over   2024-Q1 20
        district_office dossiers_carried_over   2024-H1 20
        """,
    )
    assert drawn(discretise_windows(table, reference)) == [
        "dossiers_received_new 2024-Q1 100 derived",
        "dossiers_received_new 2024-Q2 180 derived",
    ]


def test_rounding_alone_makes_no_negative_difference(reference: Reference) -> None:
    table = rows(
        reference,
        """
        whole_district budget_revenue_total 2024-H1 250000 ± 500
        whole_district budget_revenue_total 2024-9M 249500 ± 500
        """,
    )
    discrete = discretise_windows(table, reference)
    assert discrete["value"].tolist() == [250000, -500]
    assert (discrete["low"].tolist()[1], discrete["high"].tolist()[1]) == (-1500, 500)


def test_the_year_before_of_the_29th_of_february_is_a_day() -> None:
    assert [year_before(day) for day in ("2024-02-29", "2025-02-28", "")] == [
        "2023-02-28",
        "2024-02-28",
        "",
    ]


numbers = st.floats(min_value=0.5, max_value=1e6)


@given(numbers, numbers, st.integers(0, 3), st.floats(-0.49, 0.49), st.floats(-0.49, 0.49))
def test_the_truth_stays_inside_the_interval(
    a: float, b: float, decimals: int, shift_a: float, shift_b: float
) -> None:
    """Whatever rounding hid, the result of the hidden numbers lies in the result's range."""
    step = 10.0**-decimals
    printed = [Interval(each, each - step / 2, each + step / 2) for each in (a + 1, b + 1)]
    true_a, true_b = a + 1 + shift_a * step, b + 1 + shift_b * step
    for result, truth in (
        (printed[0] + printed[1], true_a + true_b),
        (printed[0] - printed[1], true_a - true_b),
        (printed[0] / printed[1], true_a / true_b),
    ):
        slack = 1e-9 * max(abs(truth), 1.0)
        assert result.low - slack <= truth <= result.high + slack


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [
        (-0.3, 0.7, (-np.inf, np.inf)),
        (0.0, 0.5, (-np.inf, np.inf)),
        (-0.5, 0.0, (-np.inf, np.inf)),
        (0.25, 0.5, (9.0, 22.0)),
        (-0.5, -0.25, (-22.0, -9.0)),
    ],
)
def test_division_by_what_may_be_zero_leaves_everything_open(
    low: float, high: float, ends: tuple[float, float]
) -> None:
    result = Interval(5.0, 4.5, 5.5) / Interval((low + high) / 2, low, high)
    assert (result.low, result.high) == ends
