"""What the statistics promise, tried on made-up panels whose truth is known.

``python benchmarks/bench_statistics.py`` prints the tables of ``statistics.md``: words given to
series without a trend, power for a real slope, areas marked where only overdispersion is there,
coverage of intervals and of ranges of ranks. Everything is drawn with fixed seeds.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from cchc_analysis.data.intervals import NORMAL, Floats
from cchc_analysis.stats.panel import subtract_estimates
from cchc_analysis.stats.rates import (
    place_in_funnel,
    rank_values,
    standardise_indirectly,
    wilson_interval,
)
from cchc_analysis.stats.trends import choose_level, find_trend

POINTS = (5, 6, 8, 10, 12, 13, 16, 20)
SLOPES = (0.25, 0.5, 1.0)
"""Slopes a year, in standard deviations of a year."""


def draw_series(rng: np.random.Generator, runs: int, points: int, autocorrelation: float) -> Floats:
    """Series of a standard normal that remembers its last value by so much."""
    drawn = rng.standard_normal((runs, points))
    for at in range(1, points):
        fresh = np.sqrt(1 - autocorrelation**2) * drawn[:, at]
        drawn[:, at] = autocorrelation * drawn[:, at - 1] + fresh
    return drawn


def share_named(series: Floats) -> float:
    """The share of series that are called rising or falling."""
    points = series.shape[1]
    found = (find_trend(range(points), each) for each in series)
    return float(
        np.mean([each is not None and each.p_value <= choose_level(points) for each in found])
    )


def try_trends(runs: int) -> pd.DataFrame:
    """False words by length, without and with an autocorrelation, and power by slope."""
    rng, rows = np.random.default_rng(17), []
    for points in POINTS:
        plain = draw_series(rng, runs, points, 0.0)
        rows.append(
            {
                "points": points,
                "level": choose_level(points),
                "false, none": share_named(plain),
                "false, 0.3": share_named(draw_series(rng, runs, points, 0.3)),
                "false, rounded": share_named(plain.round(1)),
                **{
                    f"power, {slope} a year": share_named(plain + slope * np.arange(points))
                    for slope in SLOPES
                },
            }
        )
    return pd.DataFrame(rows)


def draw_cases(rng: np.random.Generator, areas: int, phi: float) -> tuple[Floats, Floats]:
    """Counts of areas of one common rate, with a year's noise that makes φ what it is."""
    total = rng.integers(3_000, 20_000, areas).astype("float64")
    spread = np.sqrt((phi - 1) * 0.95 * 0.05 / total)
    rate = np.clip(rng.normal(0.95, spread), 0.0, 1.0)
    return rng.binomial(total.astype("int64"), rate).astype("float64"), total


def try_overdispersion(runs: int) -> pd.DataFrame:
    """Areas marked where only overdispersion is there: funnels and standardised ratios."""
    rng, rows = np.random.default_rng(18), []
    for phi in (1.0, 3.0, 6.0, 28.0):
        marked: dict[str, list[float]] = {"95": [], "99.8": [], "ratio": []}
        without = 0
        for _ in range(runs):
            count, total = draw_cases(rng, 30, phi)
            place = place_in_funnel(count, total)["place"]
            found = standardise_indirectly(_split(rng, total - count, total))
            without += int((place == "").all())
            if (place == "").all():
                continue
            marked["95"].append(float((place != "inside").mean()))
            marked["99.8"].append(float(place.isin(["low", "high"]).mean()))
            marked["ratio"].append(float(((found["low"] > 1) | (found["high"] < 1)).mean()))
        rows.append(
            {
                "phi": phi,
                "without limits": without / runs,
                **{name: np.mean(each) if each else np.nan for name, each in marked.items()},
            }
        )
    return pd.DataFrame(rows)


def _split(rng: np.random.Generator, cases: Floats, total: Floats) -> pd.DataFrame:
    """Cases and totals of areas, parted at random into two strata."""
    share = rng.uniform(0.2, 0.8, len(total))
    inside = rng.binomial(cases.astype("int64"), share)
    areas = np.arange(len(total)).astype("str")
    parts = (("office", inside, share * total), ("communes", cases - inside, (1 - share) * total))
    return pd.concat(
        pd.DataFrame({"area_id": areas, "scope": name, "cases": part, "denominator": of})
        for name, part, of in parts
    )


def tabulate(
    value: Floats, low: Floats, high: Floats, count: Floats | float, total: Floats | float
) -> pd.DataFrame:
    """Values as ``rank_values`` takes them."""
    return pd.DataFrame(
        {
            "value": value,
            "low": value,
            "high": value,
            "numerator": count,
            "denominator": total,
            "published_low": low,
            "published_high": high,
        }
    )


def try_ranks(runs: int) -> pd.DataFrame:
    """Ranges of ranks that hold the true rank, and how wide they are."""
    rng, rows, nothing = np.random.default_rng(19), [], np.full(61, np.nan)
    for spread in (0.0, 0.2, 0.6, 1.6, 3.0):
        held, wide = [], []
        for _ in range(runs):
            truth, error = rng.normal(43, spread, 61), 0.48 * rng.uniform(0.7, 1.4, 61)
            value = truth + error * rng.standard_normal(61)
            ends = value - NORMAL * error, value + NORMAL * error
            ranks = rank_values(tabulate(value, *ends, nothing, nothing), draws=1000)
            held.append(_hold(ranks, -truth if spread else rng.standard_normal(61)))
            wide.append(float((ranks["rank_high"] - ranks["rank_low"]).mean()))
        case = f"sampled, error 0.48, true spread {spread}"
        rows.append({"case": case, "held": np.mean(held), "places wide": np.mean(wide)})
    for phi, lasting in ((1.0, 0.0), (5.0, 0.0), (5.0, 0.5), (5.0, 1.0)):
        held, wide = [], []
        for _ in range(runs):
            count, total, order = _draw_lasting(rng, phi, lasting)
            ranks = rank_values(
                tabulate(100 * count / total, *[np.full(20, np.nan)] * 2, count, total), draws=1000
            )
            if ranks["rank_low"].isna().any():
                continue
            held.append(_hold(ranks, order))
            wide.append(float((ranks["rank_high"] - ranks["rank_low"]).mean()))
        case = f"cases, phi {phi:g}, {lasting:.0%} of it lasting"
        rows.append({"case": case, "held": np.mean(held), "places wide": np.mean(wide)})
    return pd.DataFrame(rows)


def _draw_lasting(
    rng: np.random.Generator, phi: float, lasting: float
) -> tuple[Floats, Floats, Floats]:
    """Cases of twenty areas, and what the true order is: that of the lasting part, or any."""
    total = rng.integers(3_000, 20_000, 20).astype("float64")
    spread = np.sqrt((phi - 1) * 0.95 * 0.05 / total)
    own = np.sqrt(lasting) * spread * rng.standard_normal(20)
    noise = np.sqrt(1 - lasting) * spread * rng.standard_normal(20)
    rate = np.clip(0.95 + own + noise, 0.0, 1.0)
    count = rng.binomial(total.astype("int64"), rate).astype("float64")
    return count, total, -own if lasting and phi > 1 else rng.standard_normal(20)


def _hold(ranks: pd.DataFrame, order: Floats) -> float:
    """The share of ranges that hold the rank in an order."""
    true = order.argsort().argsort() + 1
    return float(((ranks["rank_low"] <= true) & (true <= ranks["rank_high"])).mean())


def try_intervals(runs: int) -> pd.DataFrame:
    """Intervals that hold the truth: Wilson, and the change between two published intervals."""
    rng, rows = np.random.default_rng(20), []
    for rate, total in ((0.5, 30), (0.95, 50), (0.95, 1000), (0.998, 500)):
        count = rng.binomial(total, rate, runs * 10)
        low, high = wilson_interval(count, np.full(len(count), total))
        held = float(((low <= rate) & (rate <= high)).mean())
        rows.append({"case": f"Wilson, rate {rate}, {total} cases", "held": held})
    before, after = (rng.normal(mean, 0.48, runs * 10) for mean in (43.0, 43.5))
    half = NORMAL * 0.48
    low, high = subtract_estimates(
        (before, before - half, before + half), (after, after - half, after + half)
    )
    held = float(((low <= 0.5) & (high >= 0.5)).mean())
    rows.append({"case": "change of 0.5 between errors of 0.48", "held": held})
    return pd.DataFrame(rows)


def main() -> None:
    """Print the four tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    runs = parser.parse_args().runs
    for made in (
        try_trends(2 * runs),
        try_overdispersion(runs // 4),
        try_ranks(runs // 10),
        try_intervals(runs),
    ):
        print(made.round(3).to_string(index=False), end="\n\n")


if __name__ == "__main__":
    main()
