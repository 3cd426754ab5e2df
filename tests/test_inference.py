"""Statistics, each against a computation of its own from the definition."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cchc_analysis.stats.assumptions import ASSUMPTIONS
from cchc_analysis.stats.control import chart_individuals, chart_proportions
from cchc_analysis.stats.funnels import funnel_limits, place_in_funnel, standardise_indirectly
from cchc_analysis.stats.ranks import rank_proportions, rank_ranges
from cchc_analysis.stats.rates import wilson_interval
from cchc_analysis.stats.trends import adjust_p_values, find_trend, judge_many, judge_series

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


def test_xmr_limits_by_hand() -> None:
    values = [10, 12, 11, 13, 12, 11, 10, 12, 13, 11, 12, 30]
    ranges = [abs(b - a) for a, b in itertools.pairwise(values)]
    chart = chart_individuals(values)
    assert chart is not None
    mean = sum(values) / 12
    assert chart.centre == pytest.approx(mean)
    assert chart.high[0] == pytest.approx(mean + 2.66 * sum(ranges) / 11)
    assert chart.signals == ("",) * 7 + ("run",) * 4 + ("beyond",)


def test_a_chart_needs_twelve_points() -> None:
    assert chart_individuals([1.0] * 11) is None
    assert chart_proportions([5] * 11, [10] * 11) is None


def test_p_chart_limits_by_hand() -> None:
    counts, totals = [50, 49] * 6, [100] * 12
    chart = chart_proportions(counts, totals)
    assert chart is not None
    centre = sum(counts) / sum(totals)
    room = 3 * math.sqrt(centre * (1 - centre) / 100)
    assert chart.high[0] == pytest.approx(centre + room)
    assert chart.low[0] == pytest.approx(centre - room)


def test_p_chart_widens_for_scatter_beyond_the_binomial() -> None:
    counts, totals = [450, 550] * 6, [1000] * 12
    chart = chart_proportions(counts, totals)
    assert chart is not None
    sigma = math.sqrt(0.25 / 1000)
    assert chart.high[0] == pytest.approx(0.5 + 3 * sigma * (0.1 / sigma) / 1.128)
    assert "beyond" not in chart.signals


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
    by_step_up, by_step_down = np.empty(5), np.empty(5)
    running = 1.0
    for rank in range(5, 0, -1):
        running = min(running, p_values[order[rank - 1]] * 5 / rank)
        by_step_up[order[rank - 1]] = running
    running = 0.0
    for rank in range(1, 6):
        running = max(running, min(1.0, p_values[order[rank - 1]] * (5 - rank + 1)))
        by_step_down[order[rank - 1]] = running
    assert adjust_p_values(p_values) == pytest.approx(by_step_up)
    assert adjust_p_values(p_values, "holm") == pytest.approx(by_step_down)
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
    assert judge_series(make_series(values)).word == word


def test_a_word_holds_for_the_last_part_and_names_its_years() -> None:
    """Rising until 2018, newly defined, falling since: falling, from 2020 to 2024."""
    values = [1, 2, 3, 4, 5, 6, 7, 9, 8, 7, 6, 5]
    verdict = judge_series(make_series(values, segments=[0] * 7 + [1] * 5))
    assert (verdict.word, verdict.first, verdict.last, verdict.points) == (
        *("falling", "2020", "2024"),
        5,
    )
    cut = judge_series(make_series(values, segments=[0] * 8 + [1] * 4))
    assert (cut.word, cut.first, cut.points) == ("boundary", "2021", 4)
    assert judge_series(make_series(values[:4])).word == "too few"


def test_a_period_that_an_event_falls_into_is_no_point() -> None:
    series = make_series([1, 2, 3, 4, 5, 99], segments=[0] * 5 + [1])
    series.loc[5, "crosses"] = "merger"
    verdict = judge_series(series)
    assert (verdict.word, verdict.last) == ("rising", "2023")


def test_an_open_contradiction_in_the_part_takes_the_word_away() -> None:
    assert judge_series(make_series([1, 2, 3, 4, 5], contested=2)).word == "contested"
    series = make_series([9, 1, 2, 3, 4, 5], segments=[0] + [1] * 5, contested=0)
    assert judge_series(series).word == "rising"


def test_points_of_other_windows_do_not_count() -> None:
    series = make_series([1, 2, 3, 4, 5])
    series.loc[0, "period_end"] = "2020-11-30"
    assert judge_series(series).word == "too few"


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
    assert judge_series(make_series(order(24))).word == "no trend"
    assert judge_series(make_series(order(21))).word == "rising"


@pytest.mark.parametrize("points", [5, 8, 12, 20])
def test_the_exact_p_value_is_that_of_scipy(points: int) -> None:
    values = np.random.default_rng(points).permutation(points) + np.arange(points) / math.pi
    trend = find_trend(range(points), values)
    reference = stats.kendalltau(range(points), values, method="exact")
    assert trend is not None
    assert trend.p_value == pytest.approx(float(reference.pvalue))
    assert trend.tau == pytest.approx(float(reference.statistic))


def test_two_points_of_one_time_are_no_series() -> None:
    with pytest.raises(ValueError, match="share a time"):
        find_trend([1, 2, 3, 4, 4], [1, 2, 3, 4, 5])


def test_ranks_of_equal_areas_are_not_established() -> None:
    ranks = rank_proportions([90, 90, 90, 10], [100, 100, 100, 100])
    assert ranks["rank"].tolist() == [1, 1, 1, 4]
    assert (ranks["rank_low"].tolist(), ranks["rank_high"].tolist()) == ([1, 1, 1, 4], [3, 3, 3, 4])


def test_ranks_are_the_same_every_time() -> None:
    counts, totals = [90, 80, 999], [100, 100, 1000]
    pd.testing.assert_frame_equal(
        rank_proportions(counts, totals), rank_proportions(counts, totals)
    )


def test_rank_uncertainty_against_the_integral() -> None:
    """Two areas: the second is first with the probability of the integral over both posteriors."""
    from scipy.stats import beta

    a, b = beta(46.5, 4.5), beta(41.5, 9.5)
    grid = np.linspace(0, 1, 20001)
    second_is_first = float(np.trapezoid(b.pdf(grid) * a.cdf(grid), grid))
    ranks = rank_proportions([46, 41], [50, 50], draws=40000)
    assert 0.025 < second_is_first < 0.2
    assert ranks["rank_high"].tolist() == [2, 2]


def test_an_area_without_cases_is_ranked_by_what_its_rounding_leaves_open() -> None:
    """Ten cases leave 90 % open over three ranks; a printed 89.9 % is one of 89.85 to 89.95 %."""
    nan = float("nan")
    ranges = [0.9, 0.8985, 0.5], [0.9, 0.8995, 0.5]
    ranks = rank_proportions([9, nan, 50], [10, nan, 100], ranges=ranges)
    assert ranks["rank"].tolist() == [1, 2, 3]
    assert ranks["rank_low"].tolist() == [1, 1, 3]
    assert ranks["rank_high"].tolist() == [2, 2, 3]
    sure = rank_proportions([nan, 5000], [nan, 10000], ranges=([0.8985, nan], [0.8995, nan]))
    assert sure[["rank_low", "rank_high"]].to_numpy().tolist() == [[1, 1], [2, 2]]


def test_an_area_without_cases_and_range_has_no_rank() -> None:
    ranks = rank_proportions([9, float("nan")], [10, float("nan")])
    assert ranks.loc[0].tolist() == [1, 1, 1]
    assert ranks.loc[1].isna().all()


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3)), min_size=1, max_size=12))
def test_rank_ranges_by_comparing_every_two(cells: list[tuple[int, int]]) -> None:
    low = [value - room for value, room in cells]
    high = [value + room for value, room in cells]
    ranks = rank_ranges(low, high)
    for i in range(len(cells)):
        others = [j for j in range(len(cells)) if j != i]
        assert ranks["rank_low"][i] == 1 + sum(low[j] > high[i] for j in others)
        assert ranks["rank_high"][i] == 1 + sum(high[j] > low[i] for j in others)


def test_standardised_ratio_and_exact_poisson_limits() -> None:
    from scipy.stats import poisson

    found = standardise_indirectly([5, 3], [100, 200], [0.02, 0.01])
    assert (found.observed, found.expected, found.ratio) == (8, 4, 2)
    assert poisson.sf(7, found.low * 4) == pytest.approx(0.025)
    assert poisson.cdf(8, found.high * 4) == pytest.approx(0.025)
    assert math.isnan(standardise_indirectly([0], [0], [0.1]).ratio)


def test_every_method_states_what_it_assumes() -> None:
    assert set(ASSUMPTIONS) == {
        *("wilson", "funnel", "xmr", "p_chart", "trend", "ranks", "standardised")
    }
    assert all(vi and en for vi, en in ASSUMPTIONS.values())


@pytest.mark.parametrize(
    ("values", "p_value"), [([98, 98, 99, 99, 100], 1 / 15), ([1, 1, 1, 2, 2, 2], 0.1)]
)
def test_ties_do_not_make_a_trend(values: list[float], p_value: float) -> None:
    trend = find_trend(range(len(values)), values)
    assert trend is not None
    assert trend.p_value == pytest.approx(p_value)
    assert judge_series(make_series(values)).word == "too few"


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
    share = np.mean(np.abs(drawn) >= abs(trend.tau) - 1e-9)
    assert trend.p_value == pytest.approx(share, abs=0.002)


def test_a_funnel_widens_where_areas_scatter_more_than_binomially() -> None:
    rng = np.random.default_rng(3)
    total = rng.integers(5_000, 40_000, 60)
    count = np.round(total * np.clip(rng.normal(0.97, 0.01, 60), 0, 1))
    placed = place_in_funnel(count, total)
    centre = count.sum() / total.sum()
    scores = (count / total - centre) / np.sqrt(centre * (1 - centre) / total)
    ordered = np.sort(scores)
    phi = float(np.mean(np.clip(scores, ordered[6], ordered[-7]) ** 2))
    assert placed["scatter"].iloc[0] == pytest.approx(phi)
    assert phi > 10
    assert placed["place"].isin(["low", "high"]).sum() <= 3
    plain, wide = (funnel_limits(0.5, [10_000], 0.95, scatter)[1][0] for scatter in (1.0, 4.0))
    assert wide - 0.5 == pytest.approx(2 * (plain - 0.5))


def test_one_outlier_does_not_widen_the_funnel_that_shows_it() -> None:
    total = np.full(40, 10_000)
    count = np.random.default_rng(1).binomial(10_000, 0.9, 40)
    count[7] = 8_000
    placed = place_in_funnel(count, total)
    assert placed["place"][7] == "low"
    assert placed["scatter"].iloc[0] < 5
