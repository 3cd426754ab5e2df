"""The synthetic country as tables in the shape of the real ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cchc_analysis.data.clean import label_period, parse_period
from cchc_analysis.data.records import (
    INDICATOR_COLUMNS,
    NOTICE,
    OBSERVATION_COLUMNS,
    OBSERVATION_KEY,
    SOURCE_COLUMNS,
    SOURCE_MARK,
    TERM_COLUMNS,
    UNCERTAINTY,
    Comparator,
    Origin,
    Scope,
    Status,
)
from synthetic.areas import FIRST_YEAR, make_reference, name_area
from synthetic.mistakes import RATES, plant_mistakes, settle_rates
from synthetic.model import Flows, simulate_flows

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference

SCOPES = (Scope.DISTRICT_OFFICE.value, Scope.COMMUNE_AGGREGATE.value, Scope.WHOLE_DISTRICT.value)
WHOLE = ("dossiers_received_total", "dossiers_received_online", "online_rate")
"""What reports also state for the district as a whole."""
UNPRINTED_SHARE = 0.02
"""Figures that a report leaves out."""

_QUARTERS = ("q1", "h1", "9m", "year")


@dataclass(frozen=True)
class SyntheticCountry:
    """A made-up country.

    Attributes:
        reference: The real catalogue with made-up areas and events, and no real ones.
        sources: ``SOURCE_COLUMNS`` and ``TERM_COLUMNS``, one report per district and period.
        observations: ``OBSERVATION_COLUMNS``.
        mistakes: The key: what was planted where, with ``source_id``, ``area_id``,
            ``period_end`` and ``neighbours`` (the reports before and after).
    """

    reference: Reference
    sources: pd.DataFrame
    observations: pd.DataFrame
    mistakes: pd.DataFrame


def make_country(
    reference: Reference,
    *,
    districts: int = 700,
    periods: int = 20,
    mistake_share: float = 0.03,
    seed: int = 1,
) -> SyntheticCountry:
    """Make a country from a seed; the same seed gives the same tables.

    Args:
        reference: Whose catalogue and units are used.
        districts: How many.
        periods: How many cumulative windows (Q1, H1, 9M, year) of each.
        mistake_share: Share of the reports with a planted mistake.
        seed: Of the random numbers.
    """
    rng = np.random.default_rng(seed)
    years = -(-periods // 4)
    flows = simulate_flows(rng, districts, years)
    is_sent = flows.is_sent & (np.arange(4 * years).reshape(years, 4) < periods)
    figures: dict[str, Any] = {
        name: counts.astype("float64") for name, counts in flows.counts.items()
    }
    shape = next(iter(figures.values())).shape
    figures |= {rate: np.zeros(shape) for rate in RATES}
    settle_rates(figures)
    mistakes = plant_mistakes(figures, is_sent, rng, mistake_share)
    calendar = _Calendar(flows, is_sent, years)
    observations = _tabulate(figures, calendar, rng)
    own = make_reference(reference, districts, flows)
    sources = calendar.tabulate_sources()
    return SyntheticCountry(own, sources, observations, calendar.place_mistakes(mistakes))


def tabulate_indicators(observations: pd.DataFrame) -> pd.DataFrame:
    """Observations as published values (``INDICATOR_COLUMNS``), for charts and benchmarks."""
    windows = observations[["period_start", "period_end"]].drop_duplicates()
    labels = {
        (start, end): label_period(parse_period(f"{start}/{end}" if start else end))
        for start, end in windows.itertuples(index=False, name=None)
    }
    spans = zip(observations["period_start"], observations["period_end"], strict=True)
    blank = ("printed", "parts", "other_readings", "correction", "findings")
    return observations.assign(
        period=[labels[span] for span in spans],
        origin=Origin.REPORTED.value,
        wilson_low=np.nan,
        wilson_high=np.nan,
        is_contested=False,
        **dict.fromkeys(blank, ""),
    )[list(INDICATOR_COLUMNS)]


class _Calendar:
    """The reports that were sent: ids and dates, and the figures' places among them."""

    def __init__(self, flows: Flows, is_sent: Any, years: int) -> None:
        import pandas as pd

        self.is_sent = is_sent
        self.district, self.year, self.quarter = np.nonzero(is_sent)
        days_early = flows.days_early[is_sent]
        ends = {
            (year, quarter, days): self._end(year, quarter, days)
            for year in range(years)
            for quarter in range(4)
            for days in (0, *np.unique(days_early).tolist())
        }
        keys = zip(self.year.tolist(), self.quarter.tolist(), days_early.tolist(), strict=True)
        self.end = pd.array([ends[key] for key in keys], dtype="str")
        self.start = pd.array([f"{FIRST_YEAR + year}-01-01" for year in self.year], dtype="str")
        self.area = pd.array([name_area(int(each)) for each in self.district], dtype="str")
        self.source = pd.array(
            [
                f"{SOURCE_MARK}{district + 1:04d}_{FIRST_YEAR + year}_{_QUARTERS[quarter]}"
                for district, year, quarter in zip(
                    self.district, self.year, self.quarter, strict=True
                )
            ],
            dtype="str",
        )

    @staticmethod
    def _end(year: int, quarter: int, days_early: int) -> str:
        following = dt.date(FIRST_YEAR + year + (quarter == 3), (3 * quarter + 3) % 12 + 1, 1)
        return (following - dt.timedelta(days=1 + days_early)).isoformat()

    def tabulate_sources(self) -> pd.DataFrame:
        import pandas as pd

        spans = zip(self.start, self.end, strict=True)
        blank = dict.fromkeys((*SOURCE_COLUMNS, *TERM_COLUMNS), "")
        return pd.DataFrame(
            blank
            | {
                "source_id": self.source,
                "kind": "period_report",
                "area": self.area,
                "issuer": NOTICE["vi"],
                "title": NOTICE["en"],
                "period": [label_period(parse_period(f"{start}/{end}")) for start, end in spans],
                "period_start": self.start,
                "period_end": self.end,
                "language": "vi",
                "state": "accepted",
                "note_vi": NOTICE["vi"],
                "note_en": NOTICE["en"],
            },
            columns=[*SOURCE_COLUMNS, *TERM_COLUMNS],
        )

    def place_mistakes(self, mistakes: pd.DataFrame) -> pd.DataFrame:
        """The key with the ids and dates of its reports."""
        number = np.full(self.is_sent.shape, -1)
        number[self.is_sent] = np.arange(len(self.district))
        flat = number.reshape(len(number), -1)
        at = flat[mistakes["district"], 4 * mistakes["year"] + mistakes["quarter"]]
        beside = [
            self._name_neighbours(flat, int(district), int(4 * year + quarter))
            for district, year, quarter in zip(
                mistakes["district"], mistakes["year"], mistakes["quarter"], strict=True
            )
        ]
        return mistakes.assign(
            source_id=self.source.take(at),
            area_id=self.area.take(at),
            scope=[SCOPES[scope] for scope in mistakes["scope"]],
            period_end=self.end.take(at),
            neighbours=beside,
        )

    def _name_neighbours(self, flat: Any, district: int, at: int) -> str:
        before = [each for each in flat[district, :at] if each >= 0][-1:]
        after = [each for each in flat[district, at + 1 :] if each >= 0][:1]
        return " ".join(str(self.source[each]) for each in (*before, *after))


def _tabulate(
    figures: Mapping[str, Any], calendar: _Calendar, rng: np.random.Generator
) -> pd.DataFrame:
    """One row per report, scope and indicator that is printed."""
    import pandas as pd

    columns = [
        (scope, name, values[at][calendar.is_sent])
        for at, scope in enumerate(SCOPES[:2])
        for name, values in figures.items()
    ]
    columns += [(SCOPES[2], name, values) for name, values in _sum_up(figures, calendar)]
    reports, width = len(calendar.district), len(columns)
    values = np.concatenate([each for _, _, each in columns])
    report = np.tile(np.arange(reports), width)
    column = np.repeat(np.arange(width), reports)
    is_printed = (rng.random(len(values)) >= UNPRINTED_SHARE) & np.isfinite(values)
    values, report, column = values[is_printed], report[is_printed], column[is_printed]
    names = [name for _, name, _ in columns]
    is_rate = np.array([name in RATES for name in names])[column]
    is_stock = np.array([name.startswith("dossiers_pending") for name in names])[column]
    room = np.where(is_rate, 0.005, 0.0)

    def spread(texts: list[str]) -> Any:
        return pd.array(texts, dtype="str").take(column)

    start = calendar.start.take(report)
    table = pd.DataFrame(
        {
            "source_id": calendar.source.take(report),
            "area_id": calendar.area.take(report),
            "scope": spread([scope for scope, _, _ in columns]),
            "indicator": spread(names),
            "breakdown": spread([""] * width),
            "period_start": pd.Series(start).mask(is_stock, ""),
            "period_end": calendar.end.take(report),
            "status": spread([Status.ACTUAL.value] * width),
            "reading": 1,
            "value": values,
            "low": values - room,
            "high": values + room,
            **dict.fromkeys(UNCERTAINTY, np.nan),
            "unit": spread(["%" if name in RATES else "dossier" for name in names]),
            "decimals": np.where(is_rate, 2, 0),
            "comparator": spread([Comparator.EQUAL.value] * width),
            "is_published": True,
            "figures": spread([f"F{at + 1:03d}" for at in range(width)]),
        }
    )
    return table.sort_values(list(OBSERVATION_KEY), ignore_index=True)[list(OBSERVATION_COLUMNS)]


def _sum_up(figures: Mapping[str, Any], calendar: _Calendar) -> list[tuple[str, Any]]:
    """The whole district from its two scopes, as a report adds them up."""
    total, online = (
        figures[name].sum(axis=0)[calendar.is_sent] for name in WHOLE if name not in RATES
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.round(100.0 * online / total, 2)
    return list(zip(WHOLE, (total, online, rate), strict=True))
