"""Beside others: the peers of an area, by a rule that is printed, and where it stands among them.

The rule is that of ``cchc_analysis.stats.peers``; only the same window is set side by side. Fewer
than five give values without a place. A place is said with how sure it is: with the range of ranks
that the cases leave open, or, where areas differ far more than chance, that no such range holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from math import isnan, nan
from statistics import quantiles
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cchc_analysis.brief import templates
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.plots import draw, plot_dots, sketch, sketch_spine
from cchc_analysis.stats.panel import ENOUGH
from cchc_analysis.stats.peers import FEWEST
from cchc_analysis.stats.ranks import rank_values

if TYPE_CHECKING:
    import pandas as pd


MOST_IN_PART = 36
"""Areas that one part of a drawing holds: more would not fit on a sheet of paper."""


@dataclass(frozen=True)
class Standing:
    """Where a value stands among those of the peers that report on the same window.

    Attributes:
        entry: The value.
        values: What the peers report, by their ids.
    """

    entry: Entry
    values: Mapping[str, float]

    @property
    def place(self) -> int:
        """Its place from the highest; equal values share the better one."""
        return 1 + sum(value > self.entry.value for value in self.values.values())

    @property
    def count(self) -> int:
        """Areas among which it stands, itself included."""
        return len(self.values) + 1

    @property
    def quarters(self) -> list[float]:
        """Lowest, first quarter, median, third quarter, highest of the peers."""
        values = sorted(self.values.values())
        return [values[0], *quantiles(values, method="inclusive"), values[-1]]

    @property
    def median(self) -> float:
        """The middle one of the peers."""
        return self.quarters[2]


def show_peers(brief: Brief) -> templates.Section:
    """The rule, the peers, the values of those that report on the same window, and the place."""
    peers, compared = brief.peers, brief.report.peers.compared
    held = {area_id: brief.periods_held.get(area_id, ()) for area_id in peers.peers}
    same = [area_id for area_id in peers.peers if brief.period in held[area_id]]
    places = [(code, scope) for code in compared for scope in brief.main_scopes]
    own = [entry for place in places if (entry := brief.find(*place))]
    charts = []
    for code in compared if peers.rule != "none" else ():
        entries = filter(None, (brief.find(code, scope) for scope in brief.widest_first))
        if standing := next(filter(None, (find_standing(brief, e) for e in entries)), None):
            charts.append(_draw(brief, standing))
    beside = [(a, [_value_of(brief, a, e) for e in own]) for a in (*same, brief.area["area_id"])]

    def tabulate() -> pd.DataFrame:
        """The compared values of the area and of its peers, a row an area."""
        import pandas as pd

        rows = {a: [a, brief.reference.area_rows[a]["name"], *values] for a, values in beside}
        names = ["area_id", "name", *(f"{each.indicator}@{each.scope}" for each in own)]
        ids = (brief.area["area_id"], *same)
        return pd.DataFrame([rows[each] for each in ids], columns=names)

    return templates.tell_section(
        brief,
        "peers",
        tabulate,
        charts[0]["figure"] if charts else None,
        kind={**brief.area, "name": ""},
        same=same,
        own=own,
        least=FEWEST,
        others={a: held[a] for a in peers.peers if held[a] and a not in same},
        # By the first rate, from the highest.
        beside=sorted(beside, key=lambda row: [(isnan(v), -v) for v in row[1][:1]]),
        charts=charts,
        most=ENOUGH * (1 + len(peers.peers)),
    )


def find_standing(brief: Brief, entry: Entry) -> Standing | None:
    """Where a value stands, if it can be compared and enough peers report it."""
    if entry.indicator not in brief.report.peers.compared:
        return None
    values = {each: _value_of(brief, each, entry) for each in brief.peers.peers}
    known = {area_id: value for area_id, value in values.items() if not isnan(value)}
    return Standing(entry, known) if len(known) >= FEWEST else None


def draw_spine(brief: Brief, standing: Standing) -> Markup:
    """A value on the line from the lowest to the highest of its peers."""
    names = ("lowest", "q1", "median", "q3", "highest")
    ends = [*standing.quarters, standing.entry.value]
    row: dict[str, Any] = dict(zip(names, standing.quarters, strict=True))
    row |= {"lowest": min(ends), "highest": max(ends), "own": standing.entry.value}
    row["role"] = "alert" if standing.entry.is_contested else "deep"
    low, middle, high = (_percent(brief, row[name]) for name in ("lowest", "median", "highest"))
    label = brief.words.plain("standing.spine", low=low, middle=middle, high=high)
    svg = sketch_spine(row, brief.words.number)
    return templates.draw_line(brief.words, svg, label, "spine")


def _percent(brief: Brief, value: float) -> Markup:
    return brief.say("unit.percent", n=brief.words.number(value, 2))


def _value_of(brief: Brief, area_id: str, entry: Entry) -> float:
    if area_id == brief.area["area_id"]:
        return entry.value
    same = (area_id, entry.indicator, entry.scope, entry.start, entry.end)
    return brief.values_held.get(same, nan)


def _draw(brief: Brief, standing: Standing) -> dict[str, Any]:
    """The values in order with the median, as pictures and figure; and the range of its rank."""
    import pandas as pd

    words, rows = brief.words, brief.reference.area_rows
    values = {brief.area["area_id"]: standing.entry.value, **standing.values}
    data = pd.DataFrame({"area_id": values.keys(), "value": values.values()})
    data = data.assign(
        name=[words.short_name(rows[area_id]).striptags() for area_id in values],
        text=[words.number(value, 2) for value in values.values()],
        role=["deep", *["mid"] * len(standing.values)],
        low=nan,
        high=nan,
    ).sort_values("value", ascending=False, kind="stable")
    median = words.plain("standing.middle", n=_percent(brief, standing.median))
    look: Any = {"reference": (standing.median, median), "unit": "%", "form": words.number}
    half = -(-len(data) // 2) if len(data) > MOST_IN_PART else len(data)
    parts = [part for part in (data.iloc[:half], data.iloc[half:]) if len(part)]
    cases = _list_cases(brief, standing)
    return {
        "standing": standing,
        "ranked": None if cases is None else rank_values(cases).iloc[0].to_dict(),
        "pictures": [templates.open_svg(sketch(plot_dots, part, **look)) for part in parts],
        "figure": partial(draw, plot_dots, parts[0], **look),
    }


def _list_cases(brief: Brief, standing: Standing) -> pd.DataFrame | None:
    """Both counts behind the rate of the area and of each peer; nothing where one lacks them."""
    import pandas as pd

    entry, row = standing.entry, brief.reference.indicator_rows[standing.entry.indicator]
    codes = [str(row[side]) for side in ("numerator", "denominator")]
    rows = []
    for area_id in (brief.area["area_id"], *standing.values):
        places = [(area_id, code, entry.scope, entry.start, entry.end) for code in codes]
        count, total = (brief.values_held.get(place, nan) for place in places)
        if not (total > 0 and 0 <= count <= total):
            return None
        rows.append({"numerator": count, "denominator": total, "value": 100 * count / total})
    empty = dict.fromkeys(("low", "high", "published_low", "published_high"), nan)
    return pd.DataFrame(rows).assign(**empty)
