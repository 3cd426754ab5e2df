"""Areas of different make-up on one footing: what happened over what was to be expected.

An area whose communes do most of the work, and do it faster than any office, looks better than one
whose office does. Comes in as a board with the counts of each part; goes out as a section: cases
observed over those that the common rates of the parts lead to expect.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from cchc_analysis.brief.plots import draw, plot_dots
from cchc_analysis.brief.trends.board import FEWEST_AREAS, Board
from cchc_analysis.brief.trends.pieces import MOST_DRAWN, Section, show_picture
from cchc_analysis.data.tables import tabulate_rows
from cchc_analysis.stats.funnels import Standardised, standardise_indirectly

FARTHEST = 6.0
"""The largest ratio that is drawn to scale."""


@dataclass(frozen=True)
class Footing:
    """An area on the common footing.

    Attributes:
        name: Of the area.
        found: Observed and expected cases, their ratio and its interval.
    """

    name: str
    found: Standardised

    @property
    def differs(self) -> int:
        """1 where more cases than expected are established, -1 for fewer, else 0."""
        return int(self.found.low > 1) - int(self.found.high < 1)


def standardise_areas(board: Board) -> tuple[list[Footing], bool]:
    """The areas of the period shown, most cases for what was to be expected first.

    Only areas that report every part that most of them do. Of a share above one half the cases
    are those outside it, so that they are the rare ones, as the method wants.

    Returns:
        The areas; none where fewer than two parts or five areas are held. And whether the cases
        are those outside the share.
    """
    held = board.strata[board.strata["period"] == board.shown]
    counts = held["scope"].value_counts()
    parts = list(counts[counts >= FEWEST_AREAS].index)
    held = held[held["scope"].isin(parts)]
    whole = held.groupby("area_id")["scope"].transform("nunique") == len(parts)
    held = held[whole]
    if len(parts) < 2 or held["area_id"].nunique() < FEWEST_AREAS:
        return [], False
    is_outside = 2 * held["numerator"].sum() > held["denominator"].sum()
    cases = held["denominator"] - held["numerator"] if is_outside else held["numerator"]
    held = held.assign(cases=cases)
    pooled = held.groupby("scope")[["cases", "denominator"]].sum()
    rates = held["scope"].map(pooled["cases"] / pooled["denominator"])
    held = held.assign(rate=rates)
    names = dict(zip(board.values["area_id"], board.values["name"], strict=True))
    areas = [
        Footing(
            str(names[area_id]),
            standardise_indirectly(rows["cases"], rows["denominator"], rows["rate"]),
        )
        for area_id, rows in held.groupby("area_id", sort=False)
    ]
    known = [each for each in areas if each.found.expected > 0]
    return sorted(known, key=lambda each: (-each.found.ratio, each.name)), bool(is_outside)


def show_standardised(board: Board) -> Section:
    """Observed over expected cases; nothing where areas do not report two parts each."""
    areas, is_outside = standardise_areas(board)
    if not areas:
        return Section(Markup(""))
    words, half = board.words, MOST_DRAWN // 2
    kept = areas if len(areas) <= MOST_DRAWN else [*areas[:half], *areas[-half:]]
    dots = pd.DataFrame(
        {
            "name": each.name,
            "value": each.found.ratio,
            "low": each.found.low,
            "high": each.found.high,
            "text": words.number(each.found.ratio, 2),
            "role": "alert" if each.differs > 0 else "deep",
        }
        for each in kept
    )
    table = tabulate_rows(
        [
            words.say(f"trends.standardised.{head}")
            for head in ("area", "observed", "expected", "ratio", "interval")
        ],
        [
            [
                each.name,
                words.number(each.found.observed),
                words.number(each.found.expected, 1),
                words.number(each.found.ratio, 2),
                f"{words.number(each.found.low, 2)} – {words.number(each.found.high, 2)}",
            ]
            for each in kept
        ],
        words.say("trends.standardised.table"),
        numbers=range(1, 5),
    )
    told = words.say(
        "trends.standardised.alt",
        period=words.period(board.shown, ".in"),
        n=words.number(len(areas)),
        more=words.number(sum(each.differs > 0 for each in areas)),
        fewer=words.number(sum(each.differs < 0 for each in areas)),
    )
    kind = "outside" if is_outside else "inside"
    told = Markup("{} {}").format(told, words.say(f"trends.standardised.{kind}"))
    if len(kept) < len(areas):
        ends = words.say("trends.ranking.ends", n=words.number(half))
        told = Markup("{} {}").format(told, ends)
    ratio = words.plain("trends.standardised.ratio")
    most = min(FARTHEST, max(2.0, float(dots["high"].max())))
    picture = draw(plot_dots, dots, reference=(1.0, "1"), unit=ratio, ends=(0.0, most))
    return show_picture(board, "standardised", picture, told, table)
