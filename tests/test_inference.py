"""Statistics, each against a computation of its own from the definition."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from cchc_analysis.data.files import list_rows
from cchc_analysis.data.reference import load_reference
from cchc_analysis.stats.panel import change_over, grow, measure_coverage, subtract_estimates
from cchc_analysis.stats.rates import (
    find_scatter,
    follow_standing,
    funnel_limits,
    place_in_funnel,
    rank_ranges,
    rank_values,
    rank_within,
    span_readings,
    standardise_indirectly,
    wilson_interval,
)
from cchc_analysis.stats.trends import (
    TrendVerdict,
    adjust_p_values,
    find_trend,
    judge_many,
    judge_series,
)

ROOT = Path(__file__).resolve().parents[1]
Z = 1.959963984540054


@pytest.mark.parametrize(
    ("count", "total"), [(0, 10), (10, 10), (81, 263), (15, 148), (1309, 1380)]
)
def test_wilson_is_the_root_of_its_equation(count: int, total: int) -> None:
    """Both ends solve (p - x/n)² = z² p (1 - p) / n (Wilson 1927)."""
    low, high = (float(end[0]) for end in wilson_interval([count], [total]))
    for end in (low, high):
        assert (end - count / total) ** 2 == pytest.approx(
            Z**2 * end * (1 - end) / total, abs=1e-12
        )
    assert 0 <= low <= count / total <= high + 1e-12 <= 1 + 1e-12


def test_wilson_of_newcombe() -> None:
    """Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3."""
    low, high = wilson_interval([81, 15, 0, 1], [263, 148, 20, 29])
    assert np.round(low, 4).tolist() == [0.2553, 0.0624, 0.0, 0.0061]
    assert np.round(high, 4).tolist() == [0.3662, 0.1605, 0.1611, 0.1718]


def test_wilson_is_that_of_statsmodels_to_the_last_digit() -> None:
    total = np.random.default_rng(1927).integers(1, 200_000, 2_000)
    count = total * np.linspace(0, 1, 2_000) // 1
    theirs = proportion_confint(count, total, alpha=1 - 0.95, method="wilson")
    assert [end.tolist() for end in wilson_interval(count, total)] == [e.tolist() for e in theirs]


def test_nothing_counted_has_no_interval() -> None:
    assert np.isnan(wilson_interval([0, 5], [0, 4])).all()


def binomial_limit(probability: float, centre: float, total: int) -> float:
    """Spiegelhalter (2005), appendix A.1.1, with sums of single probabilities."""
    below = 0.0
    for cases in range(total + 1):
        mass = math.comb(total, cases) * centre**cases * (1 - centre) ** (total - cases)
        if below + mass >= probability:
            return min(max((cases - (below + mass - probability) / mass) / total, 0.0), 1.0)
        below += mass
    return 1.0


@pytest.mark.parametrize("coverage", [0.95, 0.998])
def test_funnel_limits_are_interpolated_binomial_quantiles(coverage: float) -> None:
    totals = [5, 30, 200, 900]
    low, high = funnel_limits(0.93, totals, coverage)
    for at, total in enumerate(totals):
        assert low[at] == pytest.approx(binomial_limit((1 - coverage) / 2, 0.93, total), abs=1e-9)
        assert high[at] == pytest.approx(binomial_limit((1 + coverage) / 2, 0.93, total), abs=1e-9)


def test_a_funnel_widens_for_small_denominators_and_names_outliers() -> None:
    placed = place_in_funnel([880, 9, 999, np.nan, 0], [1000, 10, 1000, 10, 0])
    assert placed["place"].tolist() == ["low", "inside", "high", "", ""]
    assert placed["centre"].iloc[0] == pytest.approx(1888 / 2010)


@pytest.mark.parametrize(
    "values", [[3, 1, 4, 2, 6, 5], [1, 2, 3, 4, 5, 6], [9.1, 8.7, 8.9, 8.2, 8.0, 7.5]]
)
def test_mann_kendall_is_exact_over_all_orders(values: list[float]) -> None:
    """Two-sided p: the share of all orders with an S at least as far from zero."""

    def kendall(order: tuple[float, ...]) -> int:
        return sum(np.sign(b - a) for a, b in itertools.combinations(order, 2))

    trend = find_trend(range(6), values)
    assert trend is not None
    own = kendall(tuple(values))
    orders = [abs(kendall(order)) >= abs(own) for order in itertools.permutations(values)]
    assert trend.statistic == own
    assert trend.p_value == pytest.approx(sum(orders) / len(orders))
    slopes = [(values[b] - values[a]) / (b - a) for a, b in itertools.combinations(range(6), 2)]
    assert trend.slope == pytest.approx(float(np.median(slopes)))


def test_a_flat_series_has_no_trend_and_four_points_none_at_all() -> None:
    flat = find_trend(range(6), [5.0] * 6)
    assert flat is not None
    assert (flat.p_value, flat.slope) == (1.0, 0.0)
    assert find_trend(range(4), [1, 2, 3, 4]) is None


def test_corrections_for_many_series_by_their_definitions() -> None:
    p_values = [0.01, 0.04, 0.03, 0.005, 0.9]
    order = np.argsort(p_values)
    by_step_up = np.empty(5)
    running = 1.0
    for rank in range(5, 0, -1):
        running = min(running, p_values[order[rank - 1]] * 5 / rank)
        by_step_up[order[rank - 1]] = running
    assert adjust_p_values(p_values) == pytest.approx(by_step_up)
    assert np.isnan(adjust_p_values([0.01, float("nan")])[1])


def make_series(
    values: list[float], *, segments: list[int] | None = None, contested: int | None = None
) -> pd.DataFrame:
    """A series of whole years that ends in 2024, in the parts given, one point contested."""
    years = range(2025 - len(values), 2025)
    return pd.DataFrame(
        {
            "area_id": "20",
            "period": [f"{year}" for year in years],
            "period_start": [f"{year}-01-01" for year in years],
            "period_end": [f"{year}-12-31" for year in years],
            "value": [float(value) for value in values],
            "segment": segments or 0,
            "crosses": "",
            "is_contested": [at == contested for at in range(len(values))],
        }
    )


def judge(series: pd.DataFrame) -> TrendVerdict:
    """The word of a series that is a table."""
    return judge_series(list_rows(series))


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ([90, 91, 92, 93, 94], "rising"),
        ([94, 93, 92, 91, 90], "falling"),
        ([90, 92, 91, 93, 94], "no trend"),
        ([90, 91, 92, 93], "too few"),
        # One tie of five: 2 of 60 orders at best, p = 0.033.
        ([90, 91, 91, 92, 93], "too few"),
        # Six points reach the level with one step back (p = 0.0167), not with two (p = 0.056).
        ([1, 2, 4, 3, 5, 6], "rising"),
        ([2, 1, 4, 3, 5, 6], "no trend"),
        ([100, 100, 100, 100, 100], "no trend"),
    ],
)
def test_the_only_trend_words(values: list[float], word: str) -> None:
    assert judge(make_series(values)).word == word


def test_a_word_holds_for_the_last_part_and_names_its_years() -> None:
    """Rising until 2018, newly defined, falling since: falling, from 2020 to 2024."""
    values = [1, 2, 3, 4, 5, 6, 7, 9, 8, 7, 6, 5]
    verdict = judge(make_series(values, segments=[0] * 7 + [1] * 5))
    assert (verdict.word, verdict.first, verdict.last, verdict.points) == (
        *("falling", "2020", "2024"),
        5,
    )
    cut = judge(make_series(values, segments=[0] * 8 + [1] * 4))
    assert (cut.word, cut.first, cut.points) == ("boundary", "2021", 4)
    assert judge(make_series(values[:4])).word == "too few"


def test_a_period_that_an_event_falls_into_is_no_point() -> None:
    series = make_series([1, 2, 3, 4, 5, 99], segments=[0] * 5 + [1])
    series.loc[5, "crosses"] = "merger"
    verdict = judge(series)
    assert (verdict.word, verdict.last) == ("rising", "2023")


def test_an_open_contradiction_in_the_part_takes_the_word_away() -> None:
    assert judge(make_series([1, 2, 3, 4, 5], contested=2)).word == "contested"
    series = make_series([9, 1, 2, 3, 4, 5], segments=[0] + [1] * 5, contested=0)
    assert judge(series).word == "rising"


def test_points_of_other_windows_do_not_count() -> None:
    series = make_series([1, 2, 3, 4, 5])
    series.loc[0, "period_end"] = "2020-11-30"
    assert judge(series).word == "too few"


def test_a_word_rests_on_its_own_series_alone() -> None:
    """One rise among three flat series, and among sixty: the same word; only q differs."""
    flat = [[3, 1, 4, 5, 2], [2, 5, 1, 3, 4], [4, 2, 3, 1, 5]]
    many = [
        pd.concat(
            make_series(values).assign(area_id=f"{at}")
            for at, values in enumerate([[90, 91, 92, 93, 94], *flat * times])
        )
        for times in (1, 20)
    ]
    few, all_ = (judge_many(values) for values in many)
    assert few.table["word"].iloc[0] == all_.table["word"].iloc[0] == "rising"
    assert few.table["p_value"].iloc[0] == pytest.approx(1 / 60)
    assert all_.table["q_value"].iloc[0] > few.table["q_value"].iloc[0]


def test_how_many_words_chance_alone_would_give() -> None:
    """Sixty-three series of five points without ties: 63 / 60 on average, by the exact test."""
    rng = np.random.default_rng(4)
    values = pd.concat(
        make_series(list(rng.permutation(5))).assign(area_id=f"{at}") for at in range(63)
    )
    contested = make_series([1, 2, 3, 4, 5], contested=2).assign(area_id="contested")
    short = make_series([1, 2, 3, 4]).assign(area_id="short")
    judged = judge_many(pd.concat([values, contested, short]))
    assert judged.tested == 63
    assert judged.by_chance == pytest.approx(63 / 60)
    assert judged.table["q_value"].notna().sum() == 63


def test_a_long_series_takes_a_smaller_p_value() -> None:
    """Fourteen points with an S of 43 (p = 0.019) get no word; with 49 (p = 0.007) they do."""

    def order(inversions: int) -> list[float]:
        """The numbers 0 to 13 with so many pairs the wrong way round."""
        left: list[float] = list(range(14))
        made: list[float] = []
        while left:
            moved = min(inversions, len(left) - 1)
            made.append(left.pop(moved))
            inversions -= moved
        return made

    near, sure = (find_trend(range(14), order((91 - s) // 2)) for s in (43, 49))
    assert near is not None
    assert sure is not None
    assert (near.statistic, sure.statistic) == (43, 49)
    assert sure.p_value < 0.0075 < near.p_value < 0.02
    assert judge(make_series(order(24))).word == "no trend"
    assert judge(make_series(order(21))).word == "rising"


@pytest.mark.parametrize("points", [5, 8, 12, 20])
def test_the_exact_p_value_is_that_of_scipy(points: int) -> None:
    values = np.random.default_rng(points).permutation(points) + np.arange(points) / math.pi
    trend = find_trend(range(points), values)
    reference = stats.kendalltau(range(points), values, method="exact")
    assert trend is not None
    assert trend.p_value == pytest.approx(float(reference.pvalue))
    assert trend.statistic == pytest.approx(float(reference.statistic) * math.comb(points, 2))


@given(st.lists(st.integers(0, 9), min_size=5, max_size=20).filter(lambda v: len({*v}) > 1))
def test_the_slope_and_its_direction_are_those_of_scipy(values: list[int]) -> None:
    times = np.random.default_rng(len(values)).permutation(2 * len(values))[: len(values)]
    trend = find_trend(times, values)
    slope, _, low, high = stats.theilslopes(values, times)
    assert trend is not None
    assert np.sign(trend.statistic) == np.sign(stats.kendalltau(times, values).statistic)
    assert (trend.slope, trend.slope_low, trend.slope_high) == (slope, low, high)


def test_p_values_are_adjusted_as_statsmodels_does() -> None:
    for count in range(1, 40):
        p_values = np.random.default_rng(count).random(count) ** 3
        theirs = multipletests(p_values, method="fdr_bh")[1]
        assert adjust_p_values(p_values).tolist() == theirs.tolist()


@pytest.mark.parametrize("centre", [0.0, 0.001, 0.05, 0.93, 0.9999, 1.0])
@pytest.mark.parametrize("probability", [0.001, 0.025, 0.975, 0.999])
def test_funnel_limits_are_quantiles_of_scipy(centre: float, probability: float) -> None:
    totals = np.array([1.0, 2.0, 10.0, 50.0, 1000.0, 123_456.0, np.nan])
    quantile = stats.binom.ppf(probability, totals, centre)
    above, mass = (f(quantile, totals, centre) for f in (stats.binom.cdf, stats.binom.pmf))
    theirs = np.clip((quantile - (above - probability) / mass) / totals, 0, 1)
    low, high = funnel_limits(centre, totals, abs(2 * probability - 1))
    assert (low if probability < 0.5 else high) == pytest.approx(theirs, nan_ok=True)


def test_two_points_of_one_time_are_no_series() -> None:
    with pytest.raises(ValueError, match="share a time"):
        find_trend([1, 2, 3, 4, 4], [1, 2, 3, 4, 5])


NAN = float("nan")


def make_values(
    counts: list[tuple[float, float]] | None = None,
    intervals: list[tuple[float, float, float]] | None = None,
    rounded: list[tuple[float, float]] | None = None,
) -> pd.DataFrame:
    """Values of cases (count, total), of samples (value, low, high), or rounded (value, half)."""
    rows = [
        *({"value": 100 * n / d, "numerator": n, "denominator": d} for n, d in counts or ()),
        *(
            {"value": value, "published_low": low, "published_high": high}
            for value, low, high in intervals or ()
        ),
        *({"value": v, "low": v - half, "high": v + half} for v, half in rounded or ()),
    ]
    names = ("low", "high", "numerator", "denominator", "published_low", "published_high")
    return pd.DataFrame(rows, columns=["value", *names], dtype="float64")


def test_ranks_of_equal_areas_are_not_established() -> None:
    ranks = rank_values(make_values([*[(90, 100)] * 6, (50, 100)]))
    assert ranks["rank"].tolist() == [1] * 6 + [7]
    assert ranks["rank_low"].tolist() == [1] * 6 + [7]
    assert ranks["rank_high"].tolist() == [6] * 6 + [7]
    assert set(ranks["kind"]) == {"cases"}


def test_ranks_are_the_same_every_time() -> None:
    values = make_values([(90, 100), (80, 100), (999, 1000)])
    pd.testing.assert_frame_equal(rank_values(values), rank_values(values))


def test_rank_uncertainty_against_the_integral() -> None:
    """Two areas: the second is first with the probability of the integral over both posteriors."""
    from scipy.stats import beta

    a, b = beta(46.5, 4.5), beta(41.5, 9.5)
    grid = np.linspace(0, 1, 20001)
    second_is_first = float(np.trapezoid(b.pdf(grid) * a.cdf(grid), grid))
    ranks = rank_values(make_values([(46, 50), (41, 50)]), draws=40000)
    assert 0.025 < second_is_first < 0.2
    assert ranks["rank_high"].tolist() == [2, 2]


def test_an_area_without_cases_is_ranked_by_what_its_rounding_leaves_open() -> None:
    """Ten cases leave 90 % open over three ranks; a printed 89.9 % is one of 89.85 to 89.95 %."""
    ranks = rank_values(make_values([(9, 10), (50, 100)], rounded=[(89.9, 0.05)]))
    assert ranks["rank"].tolist() == [1, 3, 2]
    assert ranks["rank_low"].tolist() == [1, 3, 1]
    assert ranks["rank_high"].tolist() == [2, 3, 2]
    assert ranks["kind"].tolist() == ["cases", "cases", "rounding"]


def test_ranks_of_areas_without_lasting_difference_are_wide() -> None:
    """Case 24: twenty areas, one common rate, a year's noise of its own in each (φ some 5)."""
    rng = np.random.default_rng(24)
    total = rng.integers(3_000, 20_000, 20)
    rate = rng.beta(0.97 * 2_000, 0.03 * 2_000, 20)
    values = make_values(
        [(float(rng.binomial(n, p)), float(n)) for n, p in zip(total, rate, strict=True)]
    )
    ranks = rank_values(values)
    phi = find_scatter(values["numerator"], values["denominator"])
    assert ranks["scatter"].iloc[0] == phi
    assert 2 < phi < 10
    count, of = values["numerator"].to_numpy(), values["denominator"].to_numpy()

    def draw_width(widened: float) -> float:
        n, d = count / widened, of / widened
        drawn = rng.beta(n + 0.5, d - n + 0.5, size=(4000, 20))
        places = (-drawn).argsort(axis=1).argsort(axis=1)
        low, high = np.percentile(places, [2.5, 97.5], axis=0, method="nearest")
        return float((high - low).mean())

    width = float((ranks["rank_high"] - ranks["rank_low"]).mean())
    assert width == pytest.approx(draw_width(phi), abs=0.4)
    assert width > draw_width(1.0) + 2


def test_published_intervals_give_ranks_a_range() -> None:
    """Far apart the order is sure; within a standard error of each other it is open."""
    far = rank_values(make_values(intervals=[(45, 44.5, 45.5), (42, 41.5, 42.5), (39, 38.5, 39.5)]))
    assert far[["rank_low", "rank_high"]].to_numpy().tolist() == [[1, 1], [2, 2], [3, 3]]
    near = rank_values(
        make_values(intervals=[(45, 44, 46), (44.9, 43.9, 45.9), (44.8, 43.8, 45.8)])
    )
    assert near[["rank_low", "rank_high"]].to_numpy().tolist() == [[1, 3]] * 3
    assert set(near["kind"]) == {"sampling"}
    worst_first = rank_values(
        make_values(intervals=[(45, 44.5, 45.5), (42, 41.5, 42.5)]), is_higher_better=False
    )
    assert worst_first["rank_low"].tolist() == [2, 1]


def test_above_a_scatter_of_ten_there_are_ranks_and_no_ranges() -> None:
    values = make_values([(9_000, 10_000), (9_500, 10_000), (9_900, 10_000), (9_700, 10_000)])
    ranks = rank_values(values)
    assert ranks["scatter"].iloc[0] > 10
    assert ranks["rank"].tolist() == [4, 3, 1, 2]
    assert ranks["rank_low"].isna().all()


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3)), min_size=1, max_size=12))
def test_rank_ranges_by_comparing_every_two(cells: list[tuple[int, int]]) -> None:
    low = [value - room for value, room in cells]
    high = [value + room for value, room in cells]
    ranks = rank_ranges(low, high)
    for i in range(len(cells)):
        others = [j for j in range(len(cells)) if j != i]
        assert ranks["rank_low"][i] == 1 + sum(low[j] > high[i] for j in others)
        assert ranks["rank_high"][i] == 1 + sum(high[j] > low[i] for j in others)


def winsorised(areas: int) -> float:
    """The mean square of normal scores with a tenth on each side drawn in: 0.68 of many.

    0.8 - 2 z φ(z) + 0.2 z² at the upper tenth z; slightly less of few, whose edges lie nearer.
    """
    z = stats.norm.isf(0.1)
    whole = 0.8 - 2 * z * stats.norm.pdf(z) + 0.2 * z**2
    assert 0.67 < whole < 0.69
    rng = np.random.default_rng(99)
    drawn = np.sort(rng.standard_normal((4000, areas)))
    tenth = areas // 10
    drawn[:, :tenth] = drawn[:, [tenth]]
    drawn[:, areas - tenth :] = drawn[:, [areas - tenth - 1]]
    found = float((drawn**2).mean())
    assert found == pytest.approx(whole, abs=0.05)
    return found


@pytest.mark.parametrize("areas", [20, 63])
def test_scatter_is_that_of_what_was_put_in(areas: int) -> None:
    """Four times the binomial variance, and the binomial one alone."""
    rng = np.random.default_rng(areas)
    total = np.full(areas, 5_000)
    for phi in (1.0, 4.0):
        found = []
        for _ in range(300):
            spread = math.sqrt((phi - 1) * 0.9 * 0.1 / 5_000)
            rate = rng.normal(0.9, spread, areas)
            found.append(find_scatter(rng.binomial(total, rate), total))
        assert np.mean(found) == pytest.approx(phi, rel=0.12)


def make_strata(counts: dict[str, list[tuple[int, int]]]) -> pd.DataFrame:
    """Cases and dossiers of two strata of each area."""
    return pd.DataFrame(
        [
            {"area_id": area, "scope": scope, "cases": cases, "denominator": total}
            for area, both in counts.items()
            for scope, (cases, total) in zip(("office", "communes"), both, strict=True)
        ]
    )


def test_standardised_ratio_and_exact_poisson_limits() -> None:
    """Three areas that scatter less than Poisson: limits are exact (Garwood 1936)."""
    from scipy.stats import poisson

    strata = make_strata(
        {"a": [(5, 100), (3, 200)], "b": [(4, 100), (4, 200)], "c": [(6, 100), (2, 200)]}
    )
    found = standardise_indirectly(strata).set_index("area_id")
    expected = 100 * 15 / 300 + 200 * 9 / 600
    assert found["scatter"].tolist() == [1, 1, 1]
    assert (found.loc["a", "observed"], found.loc["a", "expected"]) == (8, expected)
    low, high = found.loc["a", ["low", "high"]].astype(float) * expected
    assert poisson.sf(7, low) == pytest.approx(0.025)
    assert poisson.cdf(8, high) == pytest.approx(0.025)
    none = make_strata({"a": [(0, 100), (0, 200)], "b": [(4, 100), (4, 200)]})
    assert standardise_indirectly(none)["low"].iloc[0] == 0
    assert standardise_indirectly(strata.assign(cases=0)).empty


def test_standardised_ratios_are_widened_where_areas_scatter_more() -> None:
    """Case 20, with moderate scatter: limits √φ times as far from the ratio; above ten none."""
    rng = np.random.default_rng(20)
    total = rng.integers(500, 3_000, (40, 2))
    late = rng.binomial(total, rng.beta(0.04 * 400, 0.96 * 400, (40, 2)))
    counts = {f"{at}": [(int(late[at, s]), int(total[at, s])) for s in (0, 1)] for at in range(40)}
    found = standardise_indirectly(make_strata(counts))
    scores = (found["observed"] - found["expected"]) / np.sqrt(found["expected"])
    ordered = np.sort(scores)
    phi = float(np.mean(np.clip(scores, ordered[4], ordered[-5]) ** 2)) / winsorised(40)
    assert found["scatter"].iloc[0] == pytest.approx(phi, rel=0.03)
    phi = found["scatter"].iloc[0]
    assert 1.5 < phi < 10
    exact = stats.chi2.ppf(0.975, 2 * (found["observed"] + 1)) / 2 / found["expected"]
    widened = found["ratio"] + math.sqrt(phi) * (exact - found["ratio"])
    assert found["high"].to_numpy() == pytest.approx(widened.to_numpy())
    beyond = ((found["low"] > 1) | (found["high"] < 1)).mean()
    assert beyond <= 0.1
    many = standardise_indirectly(
        make_strata({k: [(n * 30, d * 30) for n, d in v] for k, v in counts.items()})
    )
    assert many["scatter"].iloc[0] > 10
    assert many["low"].isna().all()
    assert many["high"].isna().all()


@pytest.mark.parametrize(
    ("values", "p_value"), [([98, 98, 99, 99, 100], 1 / 15), ([1, 1, 1, 2, 2, 2], 0.1)]
)
def test_ties_do_not_make_a_trend(values: list[float], p_value: float) -> None:
    trend = find_trend(range(len(values)), values)
    assert trend is not None
    assert trend.p_value == pytest.approx(p_value)
    assert judge(make_series(values)).word == "too few"


@pytest.mark.parametrize("seed", range(6))
def test_the_p_value_with_ties_is_that_of_all_orders(seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 4, 5 + seed % 3).astype(float)
    values[0] = values[1]

    def count(order: tuple[float, ...]) -> int:
        pairs = itertools.combinations(order, 2)
        return abs(sum(int(b > a) - int(b < a) for a, b in pairs))

    own = count(tuple(values))
    orders = list(itertools.permutations(values))
    trend = find_trend(range(len(values)), values)
    assert trend is not None
    share = sum(count(order) >= own for order in orders) / len(orders)
    assert trend.p_value == pytest.approx(share)


def test_the_p_value_of_many_points_with_ties_is_that_of_drawn_orders() -> None:
    values = [1, 1, 2, 2, 2, 3, 3, 4, 5, 5, 3, 4]
    trend = find_trend(range(12), values)
    assert trend is not None
    rng = np.random.default_rng(5)
    times = np.arange(12)
    drawn = [stats.kendalltau(times, rng.permutation(values)).statistic for _ in range(4000)]
    own = stats.kendalltau(times, values).statistic
    share = np.mean(np.abs(drawn) >= abs(own) - 1e-9)
    assert trend.p_value == pytest.approx(share, abs=0.002)


def test_a_funnel_widens_where_areas_scatter_more_than_binomially() -> None:
    rng = np.random.default_rng(3)
    total = rng.integers(5_000, 40_000, 60)
    count = np.round(total * np.clip(rng.normal(0.97, 0.01, 60), 0, 1))
    placed = place_in_funnel(count, total)
    centre = count.sum() / total.sum()
    scores = (count / total - centre) / np.sqrt(centre * (1 - centre) / total)
    ordered = np.sort(scores)
    phi = float(np.mean(np.clip(scores, ordered[6], ordered[-7]) ** 2)) / winsorised(60)
    assert placed["scatter"].iloc[0] == pytest.approx(phi, rel=0.03)
    assert phi > 10
    assert (placed["place"] == "").all()
    assert placed[["low95", "high95", "low998", "high998"]].isna().all(axis=None)
    mild = place_in_funnel(count // 20, total // 20)
    assert 1 < mild["scatter"].iloc[0] < 10
    assert mild["place"].isin(["low", "high"]).sum() <= 3
    plain, wide = (funnel_limits(0.5, [10_000], 0.95, scatter)[1][0] for scatter in (1.0, 4.0))
    assert wide - 0.5 == pytest.approx(2 * (plain - 0.5))


def test_one_outlier_does_not_widen_the_funnel_that_shows_it() -> None:
    total = np.full(40, 10_000)
    count = np.random.default_rng(1).binomial(10_000, 0.9, 40)
    count[7] = 8_000
    placed = place_in_funnel(count, total)
    assert placed["place"][7] == "low"
    assert placed["scatter"].iloc[0] < 5


def make_panel_of(values: dict[str, list[float]], first: int = 2019) -> pd.DataFrame:
    """A panel of whole years of some areas."""
    return pd.concat(
        pd.DataFrame(
            {
                "area_id": area_id,
                "indicator": "pci",
                "period": [f"{first + at}" for at in range(len(series))],
                "period_start": [f"{first + at}-01-01" for at in range(len(series))],
                "period_end": [f"{first + at}-12-31" for at in range(len(series))],
                "year": [float(first + at) for at in range(len(series))],
                "value": series,
                "segment": 0,
                "crosses": "",
                "is_contested": False,
                "is_full": True,
            }
        )
        for area_id, series in values.items()
    ).reset_index(drop=True)


def test_a_change_between_two_published_intervals() -> None:
    """Equal normal intervals: the half width is √2 of one; a change of 1 with 0.5 is beyond it."""
    panel = make_panel_of({"20": [40.0, 41.0], "67": [40.0, 40.5]})
    panel = panel.assign(published_low=panel["value"] - 0.5, published_high=panel["value"] + 0.5)
    found = change_over(panel, "2019", "2020").set_index("area_id")
    assert found["change"].tolist() == [1.0, 0.5]
    half = math.sqrt(2) * 0.5
    assert found["change_low"].tolist() == pytest.approx([1 - half, 0.5 - half])
    assert found["change_high"].tolist() == pytest.approx([1 + half, 0.5 + half])
    assert found["is_beyond"].tolist() == [True, False]


def test_a_change_across_a_break_or_without_intervals_is_not_judged() -> None:
    panel = make_panel_of({"20": [40.0, 41.0], "67": [40.0, 40.5]})
    panel.loc[(panel["area_id"] == "67") & (panel["period"] == "2020"), "segment"] = 1
    found = change_over(panel, "2019", "2020")
    assert found["area_id"].tolist() == ["20"]
    assert found["change_low"].isna().all()
    assert not found["is_beyond"].any()


def test_the_interval_of_a_difference_covers_what_it_should() -> None:
    """Newcombe (1998), Statistics in Medicine 17:873-890, method 10: 56/70 less 48/80."""
    (low_a, low_b), (high_a, high_b) = wilson_interval([56, 48], [70, 80])
    low, high = subtract_estimates((0.6, low_b, high_b), (0.8, low_a, high_a))
    assert (round(float(low[0]), 4), round(float(high[0]), 4)) == (0.0524, 0.3339)


def test_growth_is_of_neighbouring_years_of_one_part() -> None:
    panel = make_panel_of({"20": [100.0, 110.0, 121.0, 100.0]})
    panel.loc[3, "segment"] = 1
    assert grow(panel).tolist()[1:3] == pytest.approx([10, 10])
    assert grow(panel).isna().tolist() == [True, False, False, True]
    assert grow(panel.drop(index=1)).isna().all()
    assert grow(panel.assign(value=[0.0, 1, 2, 3])).isna().tolist() == [True, True, False, True]


def test_ranks_within_a_group_of_full_periods() -> None:
    panel = make_panel_of({"a": [3.0, 1.0], "b": [2.0, 2.0], "c": [1.0, 3.0]})
    panel["group"] = panel["area_id"].map({"a": "x", "b": "x", "c": "y"})
    panel.loc[panel["period"] == "2020", "is_full"] = False
    ranks = dict(zip(panel["area_id"] + panel["period"], rank_within(panel, "group"), strict=True))
    assert (ranks["a2019"], ranks["b2019"], ranks["c2019"]) == (1, 2, 1)
    assert math.isnan(ranks["a2020"])
    assert rank_within(panel, is_higher_better=False).dropna().tolist() == [3, 2, 1]
    assert rank_within(panel.assign(polarity="lower")).dropna().tolist() == [3, 2, 1]
    higher = rank_within(panel.assign(polarity="lower"), is_higher_better=True)
    assert higher.dropna().tolist() == [1, 2, 3]


def test_standing_goes_on_across_designs_and_not_across_events() -> None:
    """Five provinces; the scale changes in 2021, the order slowly: the fifth rises, 0 to 100."""
    reference = load_reference(ROOT / "data" / "reference")
    order = {"20": 3, "67": 2, "60": 1, "89": 0}
    years = range(5)
    values = {
        area: [float(place) * (1 if at < 2 else 10) for at in years]
        for area, place in order.items()
    }
    values["77"] = [(-0.5 + at) * (1 if at < 2 else 10) for at in years]
    panel = make_panel_of(values).assign(segment=lambda table: (table["year"] > 2020).astype(int))
    standing = follow_standing(panel, reference)
    mover = standing[standing["area_id"] == "77"]
    assert mover["value"].tolist() == [0, 25, 50, 75, 100]
    verdict = judge(mover)
    assert (verdict.word, verdict.first, verdict.last) == ("rising", "2019", "2023")
    assert judge(panel[panel["area_id"] == "77"]).word == "boundary"
    gap = panel.assign(is_full=panel["period"] != "2020")
    assert follow_standing(gap, reference)["period"].unique().tolist() == ["2021", "2022", "2023"]
    lower = follow_standing(panel.assign(polarity="lower"), reference)
    assert lower[lower["area_id"] == "77"]["value"].tolist() == [100, 75, 50, 25, 0]


def test_how_many_of_the_areas_that_exist_are_held() -> None:
    """63 provinces until 30 June 2025; an area that is gone does not count for a later day."""
    reference = load_reference(ROOT / "data" / "reference")
    old = [row["area_id"] for row in reference.list_areas("province", "2024-12-31")]
    values = pd.DataFrame({"area_id": old, "period": "2024", "period_end": "2024-12-31"})
    [full] = measure_coverage(values, reference).itertuples()
    assert (full.held, full.existing, full.is_full) == (63, 63, True)
    [part] = measure_coverage(values.head(56), reference).itertuples()
    assert (part.held, part.is_full) == (56, False)
    [enough] = measure_coverage(values.head(57), reference).itertuples()
    assert enough.is_full
    late = values.assign(period="2025", period_end="2025-12-31")
    [after] = measure_coverage(late, reference).itertuples()
    assert after.held < 63
    assert not after.is_full
    early = values.assign(period="2007", period_end="2007-12-31")
    assert measure_coverage(early, reference)["existing"].tolist() == [64], "with Hà Tây"


def test_contradicting_readings_of_a_rate_span_a_range() -> None:
    """87.8 % is printed, 86.55 % follows from the parts: no sampling, one of the two."""
    rate = {
        "value": 87.8,
        "indicator": "online_rate",
        "scope": "whole_district",
        "findings": ("L04.a", "D17.b", "L04.c"),
    }
    rows = [
        ("L04.a", "warning", "online_rate", "whole_district", 87.8, 86.553),
        ("D17.b", "info", "online_rate", "whole_district", 87.8, 80.0),
        ("L04.c", "warning", "dossiers_received_total", "whole_district", 10.0, 12.0),
        ("L04.d", "warning", "online_rate", "whole_district", 1.0, 2.0),
    ]
    names = ["finding_id", "severity", "indicator", "scope", "left", "right"]
    findings = pd.DataFrame(rows, columns=names)
    assert span_readings(rate, findings) == (86.553, 87.8)
    assert span_readings(rate, findings.iloc[1:]) == ()
    assert span_readings({**rate, "scope": "commune"}, findings) == ()


JUDGED = """
import sys
from cchc_analysis.stats import rates, trends
assert trends.find_trend(range(6), [3, 1, 4, 2, 6, 5]).points == 6
assert trends.adjust_p_values([0.01, 0.2]).size == 2
assert rates.place_in_funnel([8, 9], [10, 20]).shape[0] == 2
assert not {"scipy.stats", "statsmodels"} & {*sys.modules}
"""


def test_no_page_pays_for_the_import_of_scipy_stats() -> None:
    """It takes as long as making a page."""
    subprocess.run([sys.executable, "-c", JUDGED], check=True)
