"""Areas of different make-up on one footing: what happened over what was to be expected.

An area whose communes do most of the work, and do it faster than any office, looks better than one
whose office does. Comes in as a board with the counts of each part; goes out as a section: cases
observed over those that the common rates of the parts lead to expect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from cchc_analysis.brief.plots import draw, plot_dots
from cchc_analysis.brief.trends.board import FEWEST_AREAS, Board
from cchc_analysis.brief.trends.pieces import MOST_DRAWN, Section, halve, show_picture
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.tables import tabulate_rows
from cchc_analysis.data.words import Words
from cchc_analysis.stats.funnels import MOST_SCATTER, standardise_indirectly

FARTHEST = 6.0
"""The largest ratio that is drawn to scale."""


def standardise_areas(board: Board) -> tuple[pd.DataFrame, bool]:
    """The areas of the period shown, most cases for what was to be expected first.

    Only areas that report every part that most of them do. Of a share above one half the cases
    are those outside it, so that they are the rare ones, as the method wants.

    Returns:
        What ``standardise_indirectly`` gives, with ``name`` and ``differs`` (1 where more cases
        than expected are established, -1 for fewer, else 0); empty where fewer than two parts or
        five areas are held. And whether the cases are those outside the share.
    """
    held = board.strata[board.strata["period"] == board.shown]
    counts = held["scope"].value_counts()
    parts = list(counts[counts >= FEWEST_AREAS].index)
    held = held[held["scope"].isin(parts)]
    held = held[held.groupby("area_id")["scope"].transform("nunique") == len(parts)]
    if len(parts) < 2 or held["area_id"].nunique() < FEWEST_AREAS:
        return held.iloc[:0], False
    is_outside = bool(2 * held["numerator"].sum() > held["denominator"].sum())
    cases = held["denominator"] - held["numerator"] if is_outside else held["numerator"]
    found = standardise_indirectly(held.assign(cases=cases))
    names = board.values.drop_duplicates("area_id").set_index("area_id")["name"]
    found = found.assign(
        name=found["area_id"].map(names),
        differs=(found["low"] > 1).astype(int) - (found["high"] < 1).astype(int),
    )
    return found.sort_values(["ratio", "name"], ascending=[False, True]), is_outside


def show_standardised(board: Board) -> Section:
    """Observed over expected cases; nothing where areas do not report two parts each."""
    found, is_outside = standardise_areas(board)
    if found.empty:
        return Section(Markup(""))
    words, half = board.words, MOST_DRAWN // 2
    scatter = float(found["scatter"].iloc[0])
    areas = list_rows(found)
    kept = areas if len(areas) <= MOST_DRAWN else [*areas[:half], *areas[-half:]]
    has_limits = scatter <= MOST_SCATTER
    heads = ("area", "observed", "expected", "ratio", *(("interval",) if has_limits else ()))
    table = tabulate_rows(
        [words.say(f"trends.standardised.{head}") for head in heads],
        [
            [
                each["name"],
                words.number(each["observed"]),
                words.number(each["expected"], 1),
                words.number(each["ratio"], 2),
                *([_tell_interval(words, each)] if has_limits else []),
            ]
            for each in kept
        ],
        words.say("trends.standardised.table"),
        numbers=range(1, len(heads)),
    )
    told = words.say(
        "trends.standardised.alt" if has_limits else "trends.standardised.alt_none",
        period=words.period(board.shown, ".in"),
        n=words.number(len(areas)),
        more=words.number(int((found["differs"] > 0).sum())),
        fewer=words.number(int((found["differs"] < 0).sum())),
        phi=words.number(scatter, 2),
    )
    kind = "outside" if is_outside else "inside"
    told = Markup("{} {}").format(told, words.say(f"trends.standardised.{kind}"))
    if len(kept) < len(areas):
        ends = words.say("trends.ranking.ends", n=words.number(half))
        told = Markup("{} {}").format(told, ends)
    dots = pd.DataFrame(kept).rename(columns={"ratio": "value"})
    dots["text"] = [words.number(each, 2) for each in dots["value"]]
    dots["role"] = np.where(dots["differs"] > 0, "alert", "deep")
    ratio = words.plain("trends.standardised.ratio")
    most = min(FARTHEST, max(2.0, float(dots["high"].fillna(dots["value"]).max())))
    pictures = [
        draw(plot_dots, part, reference=(1.0, "1"), unit=ratio, ends=(0.0, most))
        for part in halve(dots, "name")
    ]
    return show_picture(board, "standardised", pictures, told, table)


def _tell_interval(words: Words, each: Mapping[str, Any]) -> str:
    return f"{words.number(each['low'], 2)} – {words.number(each['high'], 2)}"
