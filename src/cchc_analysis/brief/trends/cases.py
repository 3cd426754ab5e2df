"""Sections on cases that are counted, and on what is held, left out and assumed.

Funnel and standardised comparison are there only where their counts are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from cchc_analysis.brief.plots import draw, plot_coverage, plot_dots, plot_funnel
from cchc_analysis.brief.telling import lower
from cchc_analysis.brief.templates import Section
from cchc_analysis.brief.trends.board import FEWEST_AREAS, Board
from cchc_analysis.brief.trends.sections import (
    FEW,
    NOTHING,
    keep_ends,
    show,
    write_ranges,
    write_table,
)
from cchc_analysis.data.export import join_licences
from cchc_analysis.data.words import clean_text
from cchc_analysis.stats.rates import (
    MOST_SCATTER,
    funnel_limits,
    place_in_funnel,
    standardise_indirectly,
)

MOST_NAMED = 24
FARTHEST = 6.0
"""The largest ratio that is drawn to scale."""


def show_funnel(board: Board) -> Section:
    """Shares of the period shown in a funnel; nothing where there are no cases to count."""
    words, number = board.words, board.words.number
    cases = board.latest[board.latest["denominator"].notna() & board.latest["numerator"].notna()]
    if len(cases) < FEWEST_AREAS:
        return NOTHING
    placed = place_in_funnel(cases["numerator"], cases["denominator"])
    centre, scatter = (float(placed[name].iloc[0]) for name in ("centre", "scatter"))
    points = cases.assign(
        total=cases["denominator"],
        rate=100 * placed["rate"].to_numpy(),
        place=placed["place"].astype("str").to_numpy(),
    )
    common = words.plain("trends.funnel.centre", rate=number(100 * centre, 2))
    options: dict[str, Any] = {
        "form": number,
        "limits": list_limits(cases["denominator"], centre, scatter),
        "centre": (100 * centre, common),
        "names": (words.plain("trends.funnel.cases"), str(board.unit)),
    }
    columns, outside = ("name", "total", "rate", "place"), points["place"].isin(["low", "high"])
    picture = partial(draw, plot_funnel, points, **options)
    data = {"n": int(outside.sum()), "of": len(points), "scatter": scatter}
    return show(board, "funnel", points, columns, picture, **data)


def list_limits(totals: pd.Series, centre: float, scatter: float) -> pd.DataFrame | None:
    """The limits of a funnel over the sizes held: ``total``, ``low``, ``high`` in per cent.

    None where the areas scatter too much for limits (``MOST_SCATTER``).
    """
    if scatter > MOST_SCATTER:
        return None
    sizes = np.round(np.linspace(max(totals.min() / 2, 1), totals.max(), 40))
    return pd.concat(
        pd.DataFrame({"total": sizes, "low": 100 * low, "high": 100 * high, "role": role})
        for coverage, role in ((0.95, "mid"), (0.998, "deep"))
        for low, high in [funnel_limits(centre, sizes, coverage, scatter)]
    )


def standardise_areas(board: Board) -> tuple[pd.DataFrame, bool]:
    """The areas of the period shown, most cases for what was to be expected first.

    An area whose communes do most of the work, and do it faster than any office, looks better than
    one whose office does. Only areas that report every part that most of them do. Of a share above
    one half the cases are those outside it, so that they are the rare ones, as the method wants.

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
    found = found.assign(
        name=found["area_id"].map(board.names),
        differs=(found["low"] > 1).astype(int) - (found["high"] < 1).astype(int),
    )
    return found.sort_values(["ratio", "name"], ascending=[False, True]), is_outside


def show_standardised(board: Board) -> Section:
    """Observed over expected cases; nothing where areas do not report two parts each."""
    found, is_outside = standardise_areas(board)
    if found.empty:
        return NOTHING
    words, scatter, kept = board.words, float(found["scatter"].iloc[0]), keep_ends(found)
    two = partial(words.number, decimals=2)
    kept = kept.assign(interval=write_ranges(kept, "low", "high", two))
    dots = kept.rename(columns={"ratio": "value"}).assign(
        text=list(map(two, kept["ratio"])), role=np.where(kept["differs"] > 0, "alert", "deep")
    )
    most = min(FARTHEST, max(2.0, float(dots["high"].fillna(dots["value"]).max())))
    ratio = words.plain("trends.column.ratio")
    options: dict[str, Any] = {"reference": (1.0, "1"), "unit": ratio, "ends": (0.0, most)}
    shown = ["interval"] if scatter <= MOST_SCATTER else []
    return show(
        board,
        "standardised",
        kept,
        ["name", "observed", "expected", "ratio", *shown],
        partial(draw, plot_dots, dots, **options),
        n=len(found),
        more=int((found["differs"] > 0).sum()),
        fewer=int((found["differs"] < 0).sum()),
        scatter=scatter,
        is_outside=is_outside,
        few=FEW // 2 if len(kept) < len(found) else 0,
    )


def show_others(board: Board) -> Section:
    """What is held of other levels, scopes and windows, the latest values of each; or nothing."""
    words, tables = board.words, []
    for rows in board.others:
        ordered = rows.sort_values("period_end")
        latest = ordered.drop_duplicates("area_id", keep="last")
        latest = latest.sort_values("value", ascending=not board.is_higher_better)
        level = board.reference.area_rows[str(latest["area_id"].iloc[0])]["level"]
        name = words.say(
            "trends.others.kind",
            level=words.say(f"trends.others.level.{level}"),
            scope=lower(words.say(f"scope.{latest['scope'].iloc[0]}")),
            last=words.period(str(ordered["period"].iloc[-1])),
            n=words.number(len(latest)),
        )
        tables.append((name, write_table(board, latest, ["name", "period", "value"])))
    if not tables:
        return NOTHING
    shown = show(board, "others", tables=tables)
    return Section(shown.html, "others", lambda: pd.concat(board.others))


def show_coverage(board: Board) -> Section:
    """Who reported, and when, areas of one pattern together; complete ones are only counted."""
    words, values = board.words, board.values
    grid = values.assign(held=1).pivot_table(index="name", columns="period", values="held")
    grid = grid.reindex(index=values["name"].unique(), columns=board.periods).notna()
    patterns: dict[tuple[bool, ...], list[str]] = {}
    for name, row in grid[~grid.all(axis=1)].iterrows():
        patterns.setdefault(tuple(row), []).append(str(name))
    gaps = sorted(patterns.items(), key=lambda each: (sum(each[0]), -len(each[1])))
    counts, kept, full = grid.sum(), gaps[:FEW], int(grid.all(axis=1).sum())
    data: dict[str, Any] = {"full": full, "of": len(grid), "left": len(gaps) - len(kept)}
    data |= {"least": int(counts.min()), "thinnest": str(counts.idxmin())}
    if not gaps:
        return show(board, "coverage", **data)

    def say_more(key: str, n: int) -> str:
        return words.plain(f"trends.{key}", n=words.number(n))

    rows = []
    for pattern, own in kept:
        more = [say_more("more", len(own) - MOST_NAMED)] if len(own) > MOST_NAMED else []
        areas, lacking = words.join([*own[:MOST_NAMED], *more]), _tell_lacking(board, pattern)
        rows.append({"areas": areas, "count": len(own), "lacking": lacking})
    index = [own[0] if len(own) == 1 else say_more("coverage.group", len(own)) for _, own in kept]
    drawn = pd.DataFrame([pattern for pattern, _ in kept], index=index, columns=board.periods)
    picture = partial(draw, plot_coverage, drawn)
    return show(
        board, "coverage", pd.DataFrame(rows), ["areas", "count", "lacking"], picture, **data
    )


def _tell_lacking(board: Board, pattern: Sequence[bool]) -> Markup:
    """The periods without a value, those that follow each other as one span."""
    runs = groupby(zip(board.periods, pattern, strict=True), key=itemgetter(1))
    spans = [[label for label, _ in run] for is_held, run in runs if not is_held]
    words = board.words
    return words.join(
        Markup(" – ").join(map(words.period, dict.fromkeys((span[0], span[-1])))) for span in spans
    )


def show_methods(board: Board) -> Section:
    """What each method assumes, the rule of trend words, and the terms of use of the values."""
    cells = join_licences(board.values["source_id"], board.licences)
    return show(
        board,
        "methods",
        kinds=set(board.latest["kind"]) if board.is_full else set(),
        is_standardised=len(standardise_areas(board)[0]) > 0,
        terms=[clean_text(each) for each in sorted({*cells} - {""})],
    )
