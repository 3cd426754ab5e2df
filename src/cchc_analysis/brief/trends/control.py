"""Series long enough for a control chart: windows that follow each other, unbroken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cchc_analysis.brief.trends.board import Board
from cchc_analysis.stats.control import Chart, chart_individuals, chart_proportions
from cchc_analysis.stats.trends import keep_last_part

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class AreaChart:
    """The control chart of one area; ``is_share`` where it counts cases (a p-chart)."""

    name: str
    periods: tuple[str, ...]
    chart: Chart
    is_share: bool

    def to_table(self) -> pd.DataFrame:
        """The chart as ``plot_control`` takes it."""
        import pandas as pd

        chart = self.chart
        return pd.DataFrame(
            {
                "period": self.periods,
                "value": chart.values,
                "centre": chart.centre,
                "low": chart.low,
                "high": chart.high,
                "signal": chart.signals,
            }
        )

    @property
    def signalled(self) -> int:
        """How many points signal a change."""
        return sum(map(bool, self.chart.signals))


def list_charts(board: Board) -> list[AreaChart]:
    """A chart for every area with twelve or more points of one unbroken series.

    The points are the windows that do not overlap (quarters, where they are held), so that no
    dossier is counted in two of them.
    """
    charts = [_draw(keep_last_part(rows)) for _, rows in board.sequence.groupby("area_id")]
    return [each for each in charts if each is not None]


def _draw(part: pd.DataFrame) -> AreaChart | None:
    counted = part[["numerator", "denominator"]].notna().all(axis=None)
    if counted and bool((part["numerator"] <= part["denominator"]).all()):
        chart, scale = chart_proportions(part["numerator"], part["denominator"]), 100.0
    else:
        chart, scale = chart_individuals(part["value"]), 1.0
    if chart is None:
        return None
    scaled = Chart(
        chart.values * scale,
        chart.centre * scale,
        chart.low * scale,
        chart.high * scale,
        chart.signals,
    )
    return AreaChart(part["name"].iloc[0], tuple(part["period"]), scaled, scale > 1)
