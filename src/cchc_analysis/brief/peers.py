"""Beside others: the peers of an area, by a rule that is printed, and where it stands among them.

The rule is that of ``cchc_analysis.stats.peers``; only the same window is set side by side. Fewer
than five give values without a place. A place is said with how sure it is: with the range of ranks
that the cases leave open, or, where areas differ far more than chance, that no such range holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.plots import draw, place, plot_dots
from cchc_analysis.brief.telling import name_indicator
from cchc_analysis.brief.templates import (
    Caption,
    Section,
    draw_line,
    frame,
    join,
    lower,
    open_svg,
    small,
    strong,
    tell_section,
    upper,
)
from cchc_analysis.data.words import LANGUAGES
from cchc_analysis.stats.panel import ENOUGH
from cchc_analysis.stats.peers import FEWEST, RULE_TEXT
from cchc_analysis.stats.ranks import rank_values
from cchc_analysis.stats.rates import find_scatter

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from cchc_analysis.data.reference import Reference

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


def show_peers(brief: Brief) -> Section:
    """The rule, the peers, the values of those that report on the same window, and the place."""
    words, peers = brief.words, brief.peers
    held = {area_id: brief.periods_held.get(area_id, ()) for area_id in peers.peers}
    same = [area_id for area_id in peers.peers if brief.period in held[area_id]]
    places = [(code, scope) for code in brief.report.peers.compared for scope in brief.main_scopes]
    own = [entry for place in places if (entry := brief.find(*place))]
    placed = [
        standing
        for code in brief.report.peers.compared
        if (standing := _find_widest(brief, code)) and peers.has_position
    ]
    charts = [_draw(brief, each, 1 + len(peers.peers)) for each in placed]
    return tell_section(
        brief,
        "peers",
        lambda: tabulate_peers(brief, same, own),
        next((figures[0] for _, figures in charts), None),
        rule=words.say(
            "peers.rule",
            rule=RULE_TEXT[peers.rule][LANGUAGES.index(words.lang)],
            kind=words.place({**brief.area, "name": ""}).strip(),
            names=words.join(_name(brief, each) for each in peers.peers)
            or words.say("peers.nobody"),
        ),
        count=words.say(
            "peers.count",
            n=words.number(len(same)),
            period=words.period(brief.period),
            least=words.number(FEWEST),
        ),
        others=_link_others(brief, {a: held[a] for a in peers.peers if held[a] and a not in same}),
        heads=[
            words.say("peers.area"),
            *(small(name_indicator(brief, e.indicator), brief.name_scope(e.scope)) for e in own),
        ],
        rows=_list_rows(brief, same, own) if same and own else [],
        charts=[told for told, _ in charts],
    )


def tabulate_peers(brief: Brief, same: Sequence[str], own: Sequence[Entry]) -> pd.DataFrame:
    """The compared values of the area and of its peers, a row an area."""
    import pandas as pd

    rows = [
        {"area_id": area_id, "name": brief.reference.area_rows[area_id]["name"]}
        | {f"{each.indicator}@{each.scope}": _value_of(brief, area_id, each) for each in own}
        for area_id in (brief.area["area_id"], *same)
    ]
    return pd.DataFrame(rows)


def find_standing(brief: Brief, entry: Entry) -> Standing | None:
    """Where a value stands, if it can be compared and enough peers report it."""
    if entry.indicator not in brief.report.peers.compared:
        return None
    values = {each: _value_of(brief, each, entry) for each in brief.peers.peers}
    known = {area_id: value for area_id, value in values.items() if not isnan(value)}
    return Standing(entry, known) if len(known) >= FEWEST else None


def _find_widest(brief: Brief, code: str) -> Standing | None:
    """The standing in the widest scope that enough peers report."""
    entries = (brief.find(code, scope) for scope in brief.widest_first)
    found = (find_standing(brief, entry) for entry in entries if entry)
    return next(filter(None, found), None)


def draw_spine(brief: Brief, standing: Standing) -> Markup:
    """A value on the line from the lowest to the highest of its peers."""
    from cchc_analysis.brief.plots.backend import Sketch

    names = ("lowest", "q1", "median", "q3", "highest")
    ends = [*standing.quarters, standing.entry.value]
    row: dict[str, Any] = dict(zip(names, standing.quarters, strict=True))
    row |= {"lowest": min(ends), "highest": max(ends), "own": standing.entry.value}
    row["role"] = "alert" if standing.entry.is_contested else "deep"
    percent = [_percent(brief, row[name]) for name in ("lowest", "median", "highest")]
    label = brief.words.plain("standing.spine", low=percent[0], middle=percent[1], high=percent[2])
    svg = place.draw_spine(Sketch(*place.SPINE), row, place.SPINE[1] / 2, brief.words.number)
    return draw_line(brief.words, svg.finish(), label, "spine")


def say_place(brief: Brief, standing: Standing) -> Markup:
    """The place in words: third of ten."""
    of = brief.words.number(standing.count)
    return brief.say("standing.place", rank=brief.words.number(standing.place), of=of)


def say_median(brief: Brief, standing: Standing) -> Markup:
    """The middle one of the peers."""
    return _percent(brief, standing.median)


def _percent(brief: Brief, value: float) -> Markup:
    return brief.say("unit.percent", n=brief.words.number(value, 2))


def list_peers(area: Mapping[str, Any], reference: Reference) -> list[str]:
    """Every area that can be a peer; a brief's slice holds their values.

    Those of the same kind and province, and of the region where these are too few.
    """
    kin = reference.list_kind(str(area["level"]), str(area["type"]))
    province = reference.find_province(str(area["area_id"]))
    near = [each for each in kin.get(province, ()) if each != area["area_id"]]
    region = reference.region_of.get(province)
    if len(near) >= FEWEST or not region:
        return near
    others = (each for each in kin if reference.region_of.get(each) == region)
    return [each for other in others for each in kin[other] if each != area["area_id"]]


def _name(brief: Brief, area_id: str) -> Markup:
    return brief.words.short_name(brief.reference.area_rows[area_id])


def _link_others(brief: Brief, held: Mapping[str, Sequence[str]]) -> Markup:
    """Peers whose reports cover other windows: named, their last one linked, not compared."""
    links = brief.words.join(
        brief.link_brief(
            brief.reference.area_rows[area_id],
            periods[-1],
            join(" ", _name(brief, area_id), "(" + brief.words.period(periods[-1]) + ")"),
        )
        for area_id, periods in held.items()
    )
    return brief.say("peers.others", links=links) if held else Markup("")


def _list_rows(brief: Brief, same: Sequence[str], own: Sequence[Entry]) -> list[list[Markup]]:
    """A row for the district and for each peer, a column for each rate; by the first rate."""
    rows = [
        (entry_value, [_name(brief, area_id), *(_tell_peer(brief, area_id, each) for each in own)])
        for area_id in same
        for entry_value in [_value_of(brief, area_id, own[0])]
    ]
    name = strong(brief.name_area())
    rows.append((own[0].value, [name, *(brief.tell(entry, home=True) for entry in own)]))
    return [row for _, row in sorted(rows, key=lambda each: (isnan(each[0]), -each[0]))]


def _value_of(brief: Brief, area_id: str, entry: Entry) -> float:
    if area_id == brief.area["area_id"]:
        return entry.value
    same = (area_id, entry.indicator, entry.scope, entry.start, entry.end)
    return brief.values_held.get(same, nan)


def _tell_peer(brief: Brief, area_id: str, entry: Entry) -> Markup:
    """A peer's value, linked to its brief, where its note stands."""
    value = _value_of(brief, area_id, entry)
    if isnan(value):
        return brief.tell_missing()
    area = brief.reference.area_rows[area_id]
    return brief.link_brief(area, brief.period, _percent(brief, value))


def _draw(
    brief: Brief, standing: Standing, existing: int
) -> tuple[dict[str, Markup], list[Figure]]:
    """The values in order with the median, and the place in words."""
    import pandas as pd

    words, entry = brief.words, standing.entry
    rows: list[dict[str, Any]] = [
        {
            "name": _name(brief, area_id).striptags(),
            "value": value,
            "text": words.number(value, 2),
            "role": "deep" if is_own else "mid",
            "low": nan,
            "high": nan,
        }
        for area_id, value, is_own in [
            (brief.area["area_id"], entry.value, True),
            *((each, value, False) for each, value in standing.values.items()),
        ]
    ]
    data = pd.DataFrame(rows).sort_values("value", ascending=False, kind="stable")
    median = words.plain("standing.middle", n=_percent(brief, standing.median))
    half = -(-len(data) // 2) if len(data) > MOST_IN_PART else len(data)
    ends = (float(data["value"].min()), float(data["value"].max()))
    figures = [
        draw(plot_dots, part, reference=(standing.median, median), unit="%", form=words.number)
        for part in (data.iloc[:half], data.iloc[half:])
        if len(part)
    ]
    said = _say_position(brief, standing, existing)
    name = join(", ", name_indicator(brief, entry.indicator), lower(brief.name_scope(entry.scope)))
    caption = Caption(
        title=words.say("peers.chart", name=name, place=say_place(brief, standing)),
        unit=words.say(
            "peers.chart.unit", low=_percent(brief, ends[0]), high=_percent(brief, ends[1])
        ),
        source=words.say("peers.funnel", area=brief.name_area()),
        alternative=said,
    )
    key = f"peers-{entry.indicator}-{entry.scope}".replace("_", "-")
    chart = frame(words, [open_svg(each) for each in figures], caption, key)
    return {"name": name, "said": said, "chart": chart}, figures


def _say_position(brief: Brief, standing: Standing, existing: int) -> Markup:
    """The place, the median, and which ranks the cases leave open."""
    words = brief.words
    told = words.say(
        "peers.place",
        area=upper(brief.name_area()),
        place=say_place(brief, standing),
        middle=say_median(brief, standing),
    )
    if standing.count < ENOUGH * existing:
        part = words.say("peers.part", n=words.number(standing.count), of=words.number(existing))
        return join(" ", told, part)
    cases = _list_cases(brief, standing)
    if cases is None:
        return told
    scatter = find_scatter(cases["numerator"].to_numpy(), cases["denominator"].to_numpy())
    own = rank_values(cases).iloc[0]
    if isnan(own["rank_low"]):
        none = words.say("trends.funnel.none", phi=words.number(scatter, 2))
        return join(" ", told, none)
    ends = {side: words.number(int(own[f"rank_{side}"])) for side in ("low", "high")}
    is_one = ends["low"] == ends["high"]
    return join(" ", told, words.say("peers.range.one" if is_one else "peers.range", **ends))


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
    empty = dict.fromkeys(("low", "high", "published_low", "published_high"), np.nan)
    return pd.DataFrame(rows).assign(**empty)
