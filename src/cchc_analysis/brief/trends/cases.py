"""Sections on cases that are counted, and on what is held, left out and assumed.

Funnel and standardised comparison are there only where their counts are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from markupsafe import Markup

from cchc_analysis.brief.plots import plot_coverage, plot_dots, plot_funnel
from cchc_analysis.brief.telling import lower
from cchc_analysis.brief.templates import Section
from cchc_analysis.brief.trends.board import FEWEST_AREAS, Board
from cchc_analysis.brief.trends.sections import (
    FEW,
    MOST_NAMED,
    NOTHING,
    Picture,
    keep_ends,
    show,
    tell,
    tell_scatter,
    write_table,
)
from cchc_analysis.data.export import join_licences
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.words import clean_text
from cchc_analysis.stats.ranks import CASES, ROUNDING, SAMPLING
from cchc_analysis.stats.rates import (
    MOST_SCATTER,
    funnel_limits,
    place_in_funnel,
    standardise_indirectly,
)

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
    numbers = {
        "n": number(int(points["place"].isin(["low", "high"]).sum())),
        "of": number(len(points)),
        "phi": number(scatter, 2),
    }
    key = "finding" if scatter <= MOST_SCATTER else "finding.none"
    common = words.plain("trends.funnel.centre", rate=number(100 * centre, 2))
    options = {
        "form": number,
        "limits": list_limits(cases["denominator"], centre, scatter),
        "centre": (100 * centre, common),
        "names": (words.plain("trends.funnel.cases"), str(board.unit)),
    }
    picture = Picture(words.say(f"trends.funnel.{key}", **numbers), plot_funnel, points, options)
    columns = ("name", "total", "rate", "place")
    return show(board, "funnel", [tell_scatter(words, scatter)], points, columns, picture)


def list_limits(totals: pd.Series, centre: float, scatter: float) -> pd.DataFrame | None:
    """The limits of a funnel over the sizes held: ``total``, ``low``, ``high`` in per cent.

    None where the areas scatter too much for limits (``MOST_SCATTER``).
    """
    if scatter > MOST_SCATTER:
        return None
    sizes = np.round(np.linspace(max(totals.min() / 2, 1), totals.max(), 40))
    curves = {
        role: funnel_limits(centre, sizes, coverage, scatter)
        for coverage, role in ((0.95, "mid"), (0.998, "deep"))
    }
    return pd.concat(
        pd.DataFrame({"total": sizes, "low": 100 * low, "high": 100 * high, "role": role})
        for role, (low, high) in curves.items()
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
        return NOTHING
    words, scatter = board.words, float(found["scatter"].iloc[0])
    has_limits = scatter <= MOST_SCATTER
    numbers = {
        "n": words.number(len(found)),
        "more": words.number(int((found["differs"] > 0).sum())),
        "fewer": words.number(int((found["differs"] < 0).sum())),
        "phi": words.number(scatter, 2),
    }
    key = "" if has_limits else ".none"
    said = [
        words.say(f"trends.standardised.said{key}", period=words.period(board.shown), **numbers),
        words.say(f"trends.standardised.{'outside' if is_outside else 'inside'}"),
    ]
    kept, told = keep_ends(board, found)
    ends = (tuple(words.number(row[end], 2) for end in ("low", "high")) for row in list_rows(kept))
    kept = kept.assign(interval=[f"{low} – {high}" for low, high in ends])
    dots = kept.rename(columns={"ratio": "value"}).assign(
        text=[words.number(each, 2) for each in kept["ratio"]],
        role=np.where(kept["differs"] > 0, "alert", "deep"),
    )
    most = min(FARTHEST, max(2.0, float(dots["high"].fillna(dots["value"]).max())))
    ratio = words.plain("trends.column.ratio")
    options = {"reference": (1.0, "1"), "unit": ratio, "ends": (0.0, most)}
    title = words.say(f"trends.standardised.title{key}", **numbers)
    columns = ["name", "observed", "expected", "ratio", *(["interval"] if has_limits else [])]
    picture = Picture(title, plot_dots, dots, options)
    return show(board, "standardised", [*said, *told], kept, columns, picture)


def show_others(board: Board) -> Section:
    """What is held of other levels, scopes and windows, the latest values of each; or nothing."""
    words = board.words
    if not board.others:
        return NOTHING
    tables = []
    for rows in board.others:
        latest = rows.sort_values("period_end").drop_duplicates("area_id", keep="last")
        latest = latest.sort_values("value", ascending=not board.is_higher_better)
        level = board.reference.area_rows[str(latest["area_id"].iloc[0])]["level"]
        name = words.say(
            "trends.others.kind",
            level=words.say(f"trends.others.level.{level}"),
            scope=lower(words.say(f"scope.{latest['scope'].iloc[0]}")),
            last=words.period(str(rows.sort_values("period_end")["period"].iloc[-1])),
            n=words.number(len(latest)),
        )
        table = write_table(board, "others", latest, ["name", "period", "value"])
        tables.append(table | {"fold": name})
    said = [words.say("trends.others.said", n=words.number(len(board.others)))]
    html = tell(board, "others", said, tables)
    return Section(html, "others", lambda: pd.concat(board.others))


def show_coverage(board: Board) -> Section:
    """Who reported, and when, areas of one pattern together; complete ones are only counted."""
    words, values = board.words, board.values
    grid = values.assign(held=1).pivot_table(index="name", columns="period", values="held")
    grid = grid.reindex(index=values["name"].unique(), columns=board.periods).notna()
    patterns: dict[tuple[bool, ...], list[str]] = {}
    for name, row in grid[~grid.all(axis=1)].iterrows():
        patterns.setdefault(tuple(row), []).append(str(name))
    gaps = sorted(patterns.items(), key=lambda each: (sum(each[0]), -len(each[1])))
    counts, kept = grid.sum(), gaps[:FEW]
    numbers = {
        "full": words.number(int(grid.all(axis=1).sum())),
        "of": words.number(len(grid)),
        "n": words.number(int(counts.min())),
    }
    if not gaps:
        return show(board, "coverage", [words.say("trends.coverage.full", **numbers)])
    said = [words.say("trends.coverage.said", period=words.period(str(counts.idxmin())), **numbers)]
    if len(gaps) > len(kept):
        said.append(words.say("trends.coverage.part", n=words.number(len(gaps) - len(kept))))
    names = [_name_group(board, own) for _, own in kept]
    table = pd.DataFrame(
        {
            "areas": [_name_some(board, own) for _, own in kept],
            "count": [len(own) for _, own in kept],
            "lacking": [_tell_lacking(board, pattern) for pattern, _ in kept],
        }
    )
    drawn = pd.DataFrame([pattern for pattern, _ in kept], index=names, columns=board.periods)
    picture = Picture(words.say("trends.coverage.title", **numbers), plot_coverage, drawn, {})
    return show(board, "coverage", said, table, ["areas", "count", "lacking"], picture)


def _name_group(board: Board, names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return board.words.plain("trends.coverage.group", n=board.words.number(len(names)))


def _name_some(board: Board, names: Sequence[str]) -> Markup:
    """Names as far as a cell holds them, and how many more there are."""
    words, most = board.words, 3 * MOST_NAMED
    if len(names) <= most:
        return words.join(names)
    return words.join([*names[:most], words.say("trends.more", n=words.number(len(names) - most))])


def _tell_lacking(board: Board, pattern: Sequence[bool]) -> Markup:
    """The periods without a value, those that follow each other as one span."""
    runs: list[list[str]] = [[]]
    for label, is_held in zip(board.periods, pattern, strict=True):
        if is_held:
            runs.append([])
        else:
            runs[-1].append(label)
    ends = [dict.fromkeys((run[0], run[-1])) for run in runs if run]
    words = board.words
    return words.join(Markup(" – ").join(map(words.period, each)) for each in ends)


def show_methods(board: Board) -> Section:
    """What each method assumes, the rule of trend words, and the terms of use of the values."""
    words = board.words
    kinds = set(board.latest["kind"]) if board.is_full else set()
    used = [
        "trend",
        *(f"ranks_{kind}" for kind in (SAMPLING, CASES) if kind in kinds),
        *(("funnel", "wilson") if board.has_cases else ()),
        *(("standardised",) if len(standardise_areas(board)[0]) else ()),
        *(("standing",) if len(board.standing) else ()),
    ]
    rules = ["trends.rule.full", "trends.rule.trend"]
    rules += ["trends.rule.rounding"] if ROUNDING in kinds else []
    items = [words.say(key) for key in (*rules, *(f"trends.method.{name}" for name in used))]
    return Section(
        tell(board, "methods", [], lists=[("", [*items, *_list_terms(board)])]), "methods"
    )


def _list_terms(board: Board) -> list[Markup]:
    """What may be done with the values, as each source words it."""
    cells = join_licences(board.values["source_id"], board.licences)
    names = [clean_text(each) for each in sorted({*cells} - {""})]
    said = board.words.say("trends.licences", names=Markup("; ").join(names))
    return [said] if names else []
