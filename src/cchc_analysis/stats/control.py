"""Control charts: whether a series changes more than it always does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cchc_analysis.stats.intervals import Floats, Numbers, as_floats

FEWEST_FOR_CHART = 12
"""Points that a control chart needs before its limits mean anything."""
MOVING_RANGE = 2.66
"""3 / d₂ for moving ranges of two, d₂ = 1.128 (Montgomery, 8th ed., table VI)."""


@dataclass(frozen=True)
class Chart:
    """A control chart: centre and limits along the series, and the points that signal a change.

    ``signals`` says of each point why: ``beyond`` a limit, or in a ``run`` of eight on one side.
    """

    values: Floats
    centre: float
    low: Floats
    high: Floats
    signals: tuple[str, ...]


def chart_individuals(values: Numbers) -> Chart | None:
    """XmR chart of single values; ``None`` with fewer than ``FEWEST_FOR_CHART`` points.

    Shewhart; Wheeler and Chambers (1992), Understanding Statistical Process Control: mean ±
    2.66 times the average moving range. Assumes that neighbouring points are independent.
    """
    points = as_floats(values)
    if len(points) < FEWEST_FOR_CHART or not np.isfinite(points).all():
        return None
    centre = float(points.mean())
    room = MOVING_RANGE * float(np.abs(np.diff(points)).mean())
    low, high = np.full(len(points), centre - room), np.full(len(points), centre + room)
    return Chart(points, centre, low, high, _find_signals(points, centre, low, high))


def chart_proportions(numerator: Numbers, denominator: Numbers) -> Chart | None:
    """p-chart of proportions over time, with Laney's correction for scatter beyond the binomial.

    Montgomery, Introduction to Statistical Quality Control, ch. 7; Laney (2002), Quality
    Engineering 14:531-537. Three-sigma limits; needs ``FEWEST_FOR_CHART`` points.
    """
    count, total = as_floats(numerator), as_floats(denominator)
    if len(count) < FEWEST_FOR_CHART or not (total > 0).all():
        return None
    rate, centre = count / total, float(count.sum() / total.sum())
    sigma = np.sqrt(centre * (1 - centre) / total)
    if not sigma.all():
        return None
    scatter = max(float(np.abs(np.diff((rate - centre) / sigma)).mean()) / 1.128, 1.0)
    low = np.clip(centre - 3 * sigma * scatter, 0, 1)
    high = np.clip(centre + 3 * sigma * scatter, 0, 1)
    return Chart(rate, centre, low, high, _find_signals(rate, centre, low, high))


def _find_signals(points: Floats, centre: float, low: Floats, high: Floats) -> tuple[str, ...]:
    """Western Electric rules 1 and 4 (1956): beyond a limit; eight in a row on one side."""
    side = np.sign(points - centre)
    signals = []
    for at, point in enumerate(points):
        last = side[max(0, at - 7) : at + 1]
        is_run = len(last) == 8 and abs(float(last.sum())) == 8
        is_beyond = point < low[at] or point > high[at]
        signals.append("beyond" if is_beyond else "run" if is_run else "")
    return tuple(signals)
