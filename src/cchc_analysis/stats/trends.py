"""The trend test, and the few words that it allows.

One function decides the word, from one series alone: ``judge_series``. Comes in as the points of a
series, with the parts that events and changes of definition cut it into; goes out as a word, the
years that it holds for, the test and its slope. A list of many series is told with q-values and
with the number of words that chance alone would have given (``judge_many``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from operator import itemgetter
from typing import Any, Literal

import numpy as np
import pandas as pd

from cchc_analysis.data.files import list_rows
from cchc_analysis.data.intervals import NORMAL, Floats, Numbers, as_floats
from cchc_analysis.data.named import of_panel, take_one
from cchc_analysis.data.records import problem
from cchc_analysis.errors import CommandError

FEWEST_FOR_TREND = 5
"""Points of one series that a trend word needs (product.md; Fingertips asks for the same)."""
LEVEL = 0.02
"""The greatest two-sided p-value that allows a word; five points that all rise reach 0.017."""
LONG = 13
"""Points from which neighbouring years that are alike (an autocorrelation of 0.3) would give more
than 5 % of series without a trend a word at ``LEVEL`` (``benchmarks/statistics.md``)."""
LEVEL_OF_LONG = 0.0075
"""The level of such series: 5 % of them at most get a word with that autocorrelation."""

JUDGED = ("period", "period_start", "period_end", "crosses", "value", "segment", "is_contested")
"""What a trend word rests on."""
Point = Mapping[str, Any]
SAID = ("word", "first", "last", "points")
MEASURED = ("slope", "slope_low", "slope_high", "p_value")
"""What a table of trend words tells of each series: its verdict, and its test."""
TESTED = ("rising", "falling", "no trend")
TrendWord = Literal["rising", "falling", "no trend", "too few", "boundary", "contested"]


@dataclass(frozen=True)
class Trend:
    """A tested trend: Kendall's S, the p-value, and the Theil-Sen slope with its range.

    ``chance`` is the share of series without a trend that reach the level with so many points and
    such ties: 0 where no order of them does.
    """

    points: int
    statistic: int
    p_value: float
    slope: float
    slope_low: float
    slope_high: float
    chance: float


@dataclass(frozen=True)
class TrendVerdict:
    """What may be said of a series, and of which part of it: ``first`` and ``last`` are periods."""

    word: TrendWord
    first: str
    last: str
    points: int
    trend: Trend | None


def choose_level(points: int) -> float:
    """The greatest two-sided p-value that allows a word of so many points."""
    return LEVEL if points < LONG else LEVEL_OF_LONG


def find_trend(times: Numbers, values: Numbers) -> Trend | None:
    """Mann-Kendall test with the Theil-Sen slope; ``None`` with fewer than five points.

    Mann (1945), Econometrica 13:245-259; Kendall (1975), ch. 1; Sen (1968), JASA 63:1379-1389.
    Two-sided and exact, with ties too: the share of all orders of the values whose S lies at least
    as far from zero. Assumes independent points; says nothing about the shape of the trend.

    Args:
        times: When, each once, in any unit; the slope is per that unit.
        values: The values, none missing.
    """
    when, what = as_floats(times), as_floats(values)
    if len(what) < FEWEST_FOR_TREND or not np.isfinite(what).all():
        return None
    if len(np.unique(when)) < len(when):
        raise ValueError("two points of one series share a time")
    signs = np.sign(np.subtract.outer(what, what)) * np.sign(np.subtract.outer(when, when))
    statistic = int(np.triu(signs, 1).sum())
    ties = tuple(sorted(np.unique(what, return_counts=True)[1].tolist()))
    p_value, chance = _test(ties, abs(statistic), choose_level(len(what)))
    if np.ptp(what) == 0:
        return Trend(len(what), 0, p_value, 0.0, 0.0, 0.0, chance)
    return Trend(len(what), statistic, p_value, *_find_slope(when, what, ties), chance)


def _find_slope(when: Floats, what: Floats, ties: Sequence[int]) -> tuple[float, float, float]:
    """The Theil-Sen slope with its limits, as ``scipy.stats.theilslopes`` has them.

    By Sen's formula: importing scipy.stats takes as long as making a page.
    """
    later = np.subtract.outer(when, when) > 0
    slopes = np.sort(np.subtract.outer(what, what)[later] / np.subtract.outer(when, when)[later])
    whole, *parts = (k * (k - 1) * (2 * k + 5) for k in (len(what), *ties))
    reach = NORMAL * sqrt((whole - sum(parts)) / 18)
    low = max(round((len(slopes) - reach) / 2) - 1, 0)
    high = min(round((len(slopes) + reach) / 2), len(slopes) - 1)
    return float(np.median(slopes)), float(slopes[low]), float(slopes[high])


@lru_cache(maxsize=4096)
def _test(ties: tuple[int, ...], statistic: int, level: float) -> tuple[float, float]:
    """The p-value of an S, and the greatest p-value up to a level that any S has."""
    counts = _count_orders(ties)
    pairs, orders = len(counts) - 1, sum(counts)
    by_distance: dict[int, int] = {}
    for inversions, count in enumerate(counts):
        distance = abs(pairs - 2 * inversions)
        by_distance[distance] = by_distance.get(distance, 0) + count
    reached, chance, p_value = 0, 0.0, 1.0
    for distance in sorted(by_distance, reverse=True):
        reached += by_distance[distance]
        chance = reached / orders if reached / orders <= level else chance
        if distance == statistic:
            p_value = reached / orders
    return p_value, chance


def _count_orders(ties: tuple[int, ...]) -> list[int]:
    """How many orders of values have 0, 1, 2 … pairs the wrong way round (inversions).

    The coefficients of the Gaussian multinomial [n]! / Π [t]! in the sizes t of the ties (MacMahon
    1916, Combinatory Analysis, art. 104); without ties those of Kendall's S.
    """
    points = sum(ties)
    pairs = points * (points - 1) // 2 - sum(size * (size - 1) // 2 for size in ties)
    counts = [1] + [0] * pairs
    for factor in range(1, points + 1):
        for at in range(pairs, factor - 1, -1):
            counts[at] -= counts[at - factor]
    for factor in (each for size in ties for each in range(1, size + 1)):
        for at in range(factor, pairs + 1):
            counts[at] += counts[at - factor]
    return counts


def keep_last_part(points: Sequence[Point]) -> list[Point]:
    """The last part of a series that no event and no change of definition breaks, oldest first.

    A period that an event falls into belongs to no part, unless there is nothing else.

    Args:
        points: Those of one series: ``period_end``, ``segment``, ``crosses`` (``break_series``).
    """
    ordered = sorted(points, key=itemgetter("period_end"))
    whole = [each for each in ordered if each["crosses"] == ""] or ordered
    return [each for each in whole if each["segment"] == whole[-1]["segment"]]


def judge_series(points: Sequence[Point]) -> TrendVerdict:
    """The only word that may be said of a series: the one rule of the whole project.

    "Rising" and "falling" take five points or more of the window of the last point, in the last
    unbroken part, without an open contradiction, and an exact Mann-Kendall test at the level of so
    many points. "Too few" is said where no order of the values could reach that level; "boundary"
    where an event or a change of definition is what leaves too few of them.

    Args:
        points: Those of one series, none missing, each with ``JUDGED``.
    """
    part = keep_last_part(points)
    window = _name_window(part[-1])
    part = [each for each in part if _name_window(each) == window]
    values = [each["value"] for each in part]
    trend = find_trend([float(each["period_end"][:4]) for each in part], values)
    word: TrendWord = "no trend"
    if len(part) < FEWEST_FOR_TREND <= [*map(_name_window, points)].count(window):
        word = "boundary"
    elif any(each["is_contested"] for each in part):
        word = "contested"
    elif trend is None or (not trend.chance and len(set(values)) > 1):
        word = "too few"
    elif trend.p_value <= choose_level(trend.points):
        word = "rising" if trend.statistic > 0 else "falling"
    return TrendVerdict(word, part[0]["period"], part[-1]["period"], len(part), trend)


def _name_window(point: Point) -> tuple[str, str]:
    """First and last day without the year."""
    return point["period_start"][4:], point["period_end"][4:]


@dataclass(frozen=True)
class JudgedTrends:
    """The words of many series, and what looking at so many of them means.

    Attributes:
        table: A row a series: its key, ``word``, ``first``, ``last``, ``points``, ``slope`` a year
            with ``slope_low`` and ``slope_high``, ``p_value`` and ``q_value`` (Benjamini-Hochberg
            over the tested series of the list; it changes no word).
        tested: How many of the series could have been called rising or falling.
        by_chance: How many of those would have been, had none of them a trend.
    """

    table: pd.DataFrame
    tested: int
    by_chance: float


@of_panel(" ".join(JUDGED))
def judge_many(values: pd.DataFrame, by: str = "area_id") -> JudgedTrends:
    """The word of every series of a list.

    Args:
        values: The points of all, as for ``judge_series``.
        by: The column that tells the series apart.

    Examples:
        >>> panel = cchc.load_panel("papi_procedures", "province", is_balanced=True)
        >>> cchc.judge_many(cchc.follow_standing(panel)).table.columns[:2].tolist()
        ['area_id', 'word']
    """
    by = take_one(by, "by")
    series: dict[Any, list[Point]] = {}  # to cut a table is most of the time of many short ones
    keys, points = values[by].tolist(), list_rows(values[[*JUDGED]])
    for key, point in zip(keys, points, strict=True):
        series.setdefault(key, []).append(point)
    times = [by, "period_start", "period_end"]
    if (is_twice := values.duplicated(times)).any():
        first = values[is_twice].iloc[0]
        said = {"by": by, "key": first[by], "period": first["period"]}
        raise CommandError(problem("doubled_points", "judge_many", **said))
    verdicts = {key: judge_series(points) for key, points in series.items()}
    rows = [
        [key, *(getattr(verdict, name) for name in SAID)]
        + [getattr(verdict.trend, name, float("nan")) for name in MEASURED]
        for key, verdict in verdicts.items()
    ]
    table = pd.DataFrame(rows, columns=[by, *SAID, *MEASURED])
    is_tested = table["word"].isin(TESTED)
    table["q_value"] = adjust_p_values(table["p_value"].where(is_tested))
    tested = [each.trend for each in verdicts.values() if each.word in TESTED]
    chances = [each.chance for each in tested if each]
    return JudgedTrends(table, len(chances), sum(chances))


def adjust_p_values(p_values: Numbers) -> Floats:
    """P-values corrected for looking at many series at once; NaN stays.

    Benjamini and Hochberg (1995), JRSS B 57:289-300; by their formula, as importing statsmodels
    takes longer than making a page.
    """
    found = as_floats(p_values)
    order = np.argsort(found)[: np.isfinite(found).sum()]  # what is no number comes last
    rank = np.arange(1, len(order) + 1)
    raised = np.minimum.accumulate((found[order] / (rank / len(order)))[::-1])[::-1]
    adjusted = np.full(len(found), np.nan)
    adjusted[order] = np.minimum(raised, 1)
    return adjusted
