"""Tables into charts: inline SVG figures that a page, a notebook and a printer can show."""

from cchc_analysis.brief.charts.canvas import ROLES, Caption
from cchc_analysis.brief.charts.shapes import draw_amounts, draw_flow, draw_points, draw_stacks

__all__ = ["ROLES", "Caption", "draw_amounts", "draw_flow", "draw_points", "draw_stacks"]
