"""How many dossiers come in and go out: the model behind the synthetic country.

For district i and quarter t, at the district's one-stop and at its communes together:

- volume: log-normal over districts, a growth of its own, seasons (a quiet first quarter: Tết);
- new dossiers: Poisson; a share of them online, rising along a logistic curve over the years;
- resolved: binomial, 95 % of what was open or came in; late ones binomial with a rate per
  district from a Beta distribution; 70 % of the others early;
- pending: what is left; it opens the next quarter, and that of 31 December the next year;
- reports are cumulative from 1 January; some close days before the end of the quarter, and then
  count what was done by that day; some are never sent;
- some districts end with a year; a neighbour grows by their volume.

Units are dossiers. Arrays are shaped (scope, district, year, quarter).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SEASONS = np.array([0.82, 1.06, 1.04, 1.08])
MEAN_LOG_VOLUME = (np.log(4_000.0), np.log(12_000.0))
"""Dossiers a year at the one-stop and at the communes, before the spread between districts."""
SPREAD = 0.6
RESOLVED_SHARE = 0.95
EARLY_SHARE = 0.7
OVERDUE_PENDING = 0.05
QUARTER_DAYS = 91
ENDING_SHARE = 0.01
LATE_SHARE = 0.05
MISSING_SHARE = 0.04


@dataclass(frozen=True)
class Flows:
    """What happened in every quarter, and what the reports of it look like.

    Attributes:
        counts: Cumulative counts from 1 January by indicator; stocks at the end of the quarter.
        days_early: Days before the end of the quarter on which the report closes; 0 for most.
        is_sent: Whether there is a report; both shaped (district, year, quarter).
        endings: District and the neighbour that takes it over, with the first year without it.
    """

    counts: Mapping[str, Integers]
    days_early: Integers
    is_sent: npt.NDArray[np.bool_]
    endings: tuple[tuple[int, int, int], ...]


def simulate_flows(rng: np.random.Generator, districts: int, years: int) -> Flows:
    """Run the model.

    Args:
        rng: Where chance comes from.
        districts: How many.
        years: How many whole years.
    """
    endings = _choose_endings(rng, districts, years)
    volume = _draw_volumes(rng, districts, years, endings)
    days_early = _draw_late_cut_offs(rng, (districts, years, 4))
    counts = _accumulate(rng, volume, days_early)
    is_sent = rng.random((districts, years, 4)) >= MISSING_SHARE
    for district, _, year in endings:
        is_sent[district, year:] = False
    return Flows(counts, days_early, is_sent, endings)


def _choose_endings(
    rng: np.random.Generator, districts: int, years: int
) -> tuple[tuple[int, int, int], ...]:
    count = round(ENDING_SHARE * districts) if years > 1 else 0
    chosen = rng.choice(districts // 2, size=count, replace=False) * 2
    return tuple(
        (int(district), int(district) + 1, int(year))
        for district, year in zip(chosen, rng.integers(1, years, size=count), strict=True)
        if district + 1 < districts
    )


def _draw_volumes(
    rng: np.random.Generator,
    districts: int,
    years: int,
    endings: tuple[tuple[int, int, int], ...],
) -> Floats:
    """Expected new dossiers, shaped (scope, district, year, quarter)."""
    size = rng.normal(0.0, SPREAD, size=(1, districts))
    yearly = np.exp(np.array(MEAN_LOG_VOLUME)[:, None] + size)
    growth = np.exp(rng.normal(0.03, 0.03, size=(1, districts)))
    by_year = yearly[:, :, None] * growth[:, :, None] ** np.arange(years)
    for district, neighbour, year in endings:
        by_year[:, neighbour, year:] += by_year[:, district, year:]
    return np.asarray(by_year[..., None] * SEASONS / 4.0)


def _draw_late_cut_offs(rng: np.random.Generator, shape: tuple[int, ...]) -> Integers:
    """Most reports close with the quarter; some on the 14th or the 20th of its last month."""
    early = rng.choice([10, 16], size=shape)
    return np.where(rng.random(shape) < LATE_SHARE, early, 0)


def _accumulate(
    rng: np.random.Generator, volume: Floats, days_early: Integers
) -> dict[str, Integers]:
    scopes, districts, years, quarters = volume.shape
    late_rate = rng.beta(1.2, 60.0, size=(scopes, districts))
    online_start = rng.normal(-1.0, 0.5, size=(scopes, districts))
    names = ("new", "online", "early", "on_due", "overdue", "carried")
    told = {name: np.zeros(volume.shape, dtype=np.int64) for name in names}
    stock = rng.poisson(0.04 * volume[:, :, 0, 0])
    for year in range(years):
        share = 1.0 / (1.0 + np.exp(-(online_start + 0.7 * year)))
        opening, sums = stock, dict.fromkeys(names[:-1], np.zeros_like(stock))
        for quarter in range(quarters):
            done = _live_a_quarter(rng, volume[:, :, year, quarter], stock, late_rate, share)
            seen = (QUARTER_DAYS - days_early[:, year, quarter]) / QUARTER_DAYS
            part = {
                name: np.where(seen < 1, rng.binomial(each, seen), each)
                for name, each in done.items()
            }
            part["online"] = np.minimum(part["online"], part["new"])
            told["carried"][:, :, year, quarter] = opening
            for name in sums:
                told[name][:, :, year, quarter] = sums[name] + part[name]
                sums[name] = sums[name] + done[name]
            resolved = done["early"] + done["on_due"] + done["overdue"]
            stock = stock + done["new"] - resolved
    return _name_counts(rng, told)


def _live_a_quarter(
    rng: np.random.Generator, volume: Floats, stock: Integers, late_rate: Floats, share: Floats
) -> dict[str, Integers]:
    new = rng.poisson(volume)
    resolved = rng.binomial(stock + new, RESOLVED_SHARE)
    overdue = rng.binomial(resolved, late_rate)
    early = rng.binomial(resolved - overdue, EARLY_SHARE)
    return {
        "new": new,
        "online": rng.binomial(new, share),
        "early": early,
        "on_due": resolved - overdue - early,
        "overdue": overdue,
    }


def _name_counts(rng: np.random.Generator, told: Mapping[str, Integers]) -> dict[str, Integers]:
    """The columns of form II.06a, 3 = 4 + 5 + 6 = 7 + 11."""
    received = told["carried"] + told["new"]
    resolved = told["early"] + told["on_due"] + told["overdue"]
    # A report that closes early has seen chance parts of both: nothing is resolved before it came.
    surplus = np.maximum(resolved - received, 0)
    on_due = told["on_due"] - surplus
    pending = received - (resolved - surplus)
    overdue = rng.binomial(pending, OVERDUE_PENDING)
    return {
        "dossiers_received_total": received,
        "dossiers_received_online": told["online"],
        "dossiers_received_direct": told["new"] - told["online"],
        "dossiers_carried_over": told["carried"],
        "dossiers_resolved_total": resolved - surplus,
        "dossiers_resolved_early": told["early"],
        "dossiers_resolved_on_due": on_due,
        "dossiers_resolved_on_time": told["early"] + on_due,
        "dossiers_resolved_overdue": told["overdue"],
        "dossiers_pending_total": pending,
        "dossiers_pending_in_term": pending - overdue,
        "dossiers_pending_overdue": overdue,
    }
