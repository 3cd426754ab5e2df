"""Every chart: ``plot_x(data, ax=None) -> Axes``, from a table with stated columns.

What is no such table is refused in a sentence. ``ax`` is the axes to draw on, new ones of the
natural size otherwise; ``form`` is how numbers are written.

- ``parts``: one area: a flow, stacked parts, points on a scale; a spine, a small line
- ``many``: areas and periods: multiples, spread, dots in order, funnel, coverage, maps
- ``canvas``: marks and colours, as the SVG of a page or on axes; ``cchc.mplstyle`` is their look
"""

from cchc_analysis.brief.plots.canvas import draw, sketch
from cchc_analysis.brief.plots.many import (
    plot_coverage,
    plot_distribution,
    plot_dot_map,
    plot_dots,
    plot_funnel,
    plot_multiples,
    plot_tile_map,
)
from cchc_analysis.brief.plots.parts import (
    plot_flow,
    plot_points,
    plot_spine,
    plot_stacks,
)

__all__ = [
    "draw",
    "plot_coverage",
    "plot_distribution",
    "plot_dot_map",
    "plot_dots",
    "plot_flow",
    "plot_funnel",
    "plot_multiples",
    "plot_points",
    "plot_spine",
    "plot_stacks",
    "plot_tile_map",
    "sketch",
]
