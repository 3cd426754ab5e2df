"""The sections of the page of an indicator: where it stands now, how it moved, what is held.

Each takes a board, gathers what the template of its name tells, and gives a ``Section``: a
sentence, a chart whose title says the finding, and the numbers as a table. Funnel and standardised
comparison are there only where their counts of cases are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from math import ceil
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from cchc_analysis.brief import plots
from cchc_analysis.brief.board import FEWEST_AREAS, FILE, Board, name_trend, shorten_name
from cchc_analysis.brief.plots.many import find_ends, has_intervals
from cchc_analysis.brief.templates import Section, join, tell_section
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import NOTICE, TWO_TIERS_SINCE, is_synthetic
from cchc_analysis.data.words import plain
from cchc_analysis.stats import rates
from cchc_analysis.stats.panel import OLD, SPREAD, change_over, find_common_steps
from cchc_analysis.stats.peers import list_breaks
from cchc_analysis.stats.trends import judge_many

MOST_DRAWN, FEW = 80, 48
"""Areas that one chart or table holds, and how many it shows of more; the file holds all."""
MOST_IN_PART = 24
"""Areas in one part of a chart: three parts stand side by side, and each fits on a sheet."""
MOST_BESIDE = 20
"""Rows of a table that stands beside its chart; a longer one is folded away below it."""
ROLE_OF_WORD = {"rising": "deep", "falling": "alert"}
NOTHING = Section(Markup(""))
NONE_LEFT: dict[str, list[str]] = {"apart": [], "lacking": [], "empty": []}
"""What the table of regions leaves out, where there is none."""
Picture = tuple[Callable[..., Any], Any, dict[str, Any]]


def show(
    board: Board,
    kind: str,
    table: pd.DataFrame | None = None,
    columns: Sequence[str] = (),
    picture: Picture | None = None,
    **data: Any,
) -> Section:
    """A section by the template of its name, with words ``trends.<kind>.…``.

    The first ``MOST_DRAWN`` rows of the table stand on the page, and of these the columns given.
    The picture is a plot, what it draws and how it looks.
    """
    pictures = []
    if picture:
        plot, drawn, look = picture
        is_split = plot in (plots.plot_dots, plots.plot_multiples)
        parts = split(drawn) if is_split else [drawn]
        pictures = [plots.sketch(plot, part, **look) for part in parts]
    held = None if table is None else keep_table(table, columns)
    return tell_section(
        board,
        f"trend_{kind}",
        None if table is None else lambda: table,
        picture and partial(plots.draw, plot, drawn, **look),
        anchor=kind,
        pictures=pictures,
        table=held,
        is_beside=len(pictures) == 1 and table is not None and len(table) <= MOST_BESIDE,
        most_scatter=rates.MOST_SCATTER,
        **data,
    )


def keep_table(table: pd.DataFrame, columns: Sequence[str]) -> dict[str, Any]:
    """The rows of a table that a page shows, with the columns and which of them are numbers."""
    is_number = [pd.api.types.is_numeric_dtype(table[name]) for name in columns]
    rows = list_rows(table.head(limit(table)))
    return {"rows": rows, "columns": columns, "is_number": is_number}


def write_ranges(
    rows: pd.DataFrame, low: str, high: str, form: Callable[[float], str]
) -> list[str]:
    """Two ends of each row as they are read; nothing where one is missing."""
    pairs = zip(rows[low], rows[high], strict=True)
    return ["" if pd.isna([*pair]).any() else " – ".join(map(form, pair)) for pair in pairs]


def limit(rows: pd.DataFrame) -> int:
    """How many rows a chart or table shows: all of them, unless they are too many."""
    return len(rows) if len(rows) <= MOST_DRAWN else FEW


def split(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Rows in parts of at most ``MOST_IN_PART`` areas, as even as whole rows of three allow."""
    names = rows["name"].drop_duplicates()
    parts = ceil(len(names) / MOST_IN_PART)
    size = ceil(len(names) / parts / 3) * 3
    place = rows["name"].map({name: at // size for at, name in enumerate(names)})
    return [part for _, part in rows.groupby(place, sort=False)]


def keep_ends(rows: pd.DataFrame) -> pd.DataFrame:
    """The first and last areas where they are too many to be drawn."""
    half = FEW // 2
    return rows if len(rows) == limit(rows) else pd.concat([rows.head(half), rows.tail(half)])


def show_opening(board: Board) -> Section:
    """The head of the page: the state of the latest period in a sentence, and what is held."""
    values = board.values
    return tell_section(
        board,
        "trend_head",
        lambda: values,
        anchor="head",
        name=name_trend(board.code),
        is_old=int(values["year"].max()) <= board.newest - OLD,
        notice=NOTICE[board.words.lang] if values["area_id"].map(is_synthetic).any() else "",
        file=FILE,
    )


def show_map(board: Board) -> Section:
    """The period shown on a map: provinces as squares, communes of one province as dots.

    Nothing where too few are held, or where nobody knows where they lie.
    """
    latest, rows = board.latest, board.reference.area_rows
    if not board.is_full or len(latest) < 2:
        return NOTHING
    look = {"form": board.form, "missing": board.words.plain("trends.map.missing")}
    values = latest.set_index("area_id")["value"]
    if rows[latest["area_id"].iloc[0]]["level"] == "province":
        is_new = latest["period_end"].iloc[0] >= TWO_TIERS_SINCE
        tiles = board.reference.tile_map_34 if is_new else board.reference.tile_map_63
        known = values[values.index.isin(tiles["area_id"])]
        picture: Picture = (plots.plot_tile_map, known, look | {"tiles": tiles})
        # The median of the provinces of each region, the highest first.
        region_of = board.reference.region_of
        of = latest["area_id"].map(lambda each: region_of.get(each, ""))
        regions = latest.groupby(of)["value"].agg(["median", "count"]).drop("", errors="ignore")
        regions = regions.sort_values("median", ascending=False)
        squares = set(tiles.loc[tiles["kind"] == "square", "area_id"]) - {*latest["area_id"]}
        # A province made of those of several regions counts in none; a region may have no other.
        left = {
            "apart": list(latest.loc[of == "", "name"]),
            "lacking": [plain(board.words.short_name(rows[each])) for each in sorted(squares)],
            "empty": name_regions(board, sorted({*region_of.values()} - {*regions.index})),
        }
        named = name_regions(board, regions.index)
        regions = regions.assign(region=named).reset_index(drop=True)
        ends = list_rows(regions.iloc[[0, -1]]) if regions["median"].nunique() > 1 else []
        columns = ["region", "count", "median"]
        return show(board, "map", regions, columns, picture, ends=ends, left=left)
    places = pd.DataFrame([rows[each] for each in latest["area_id"]])
    places = places.reindex(columns=["lat", "lon", "parent_id"])
    dots = latest.assign(**places[["lat", "lon"]].apply(pd.to_numeric, errors="coerce"))
    if dots["lat"].isna().any() or places["parent_id"].nunique() > 1:
        return NOTHING
    return show(board, "map", picture=(plots.plot_dot_map, dots, look), ends=[], left=NONE_LEFT)


def name_regions(board: Board, region_ids: Iterable[str]) -> list[str]:
    """The names of regions without the word for their kind, in the language of the page."""
    rows = (board.reference.area_rows[each] for each in region_ids)
    return [shorten_name(plain(board.words.place(row))) for row in rows]


def show_ranking(board: Board) -> Section:
    """The scores in order, with the ranks that each area may hold.

    Values only, and why, where fewer than nine in ten of the areas that exist are held.
    """
    words, latest = board.words, board.latest
    if len(latest) < 2 or not board.is_full:
        return show(board, "ranking", latest, ["name", "value"])
    ranges = write_ranges(latest, "rank_low", "rank_high", words.number)
    spans = ["–".join(dict.fromkeys(each.split(" – "))) for each in ranges]
    pairs = zip(map(words.number, latest["rank"]), spans, strict=True)
    told = [rank if span in ("", rank) else f"{rank} ({span})" for rank, span in pairs]
    kept = keep_ends(latest.assign(range=spans, text=told))
    bounds = kept[["published_low", "published_high"]].set_axis(["low", "high"], axis=1)
    dots = kept.assign(role="deep", **bounds.fillna(kept[["low", "high"]]))
    median, ends = float(latest["value"].median()), find_ends(dots)
    reference = (median, words.plain("trends.ranking.median", value=board.form(median)))
    look = {"unit": plain(board.unit), "form": board.form, "ends": ends, "reference": reference}
    drawn = ["bar"] if has_intervals(dots, ends) else []
    drawn += ["range" if dots["text"].str.endswith(")").any() else "rank"]
    legend = join("; ", board.unit, *(words.say(f"trends.ranking.{each}") for each in drawn))
    columns, picture = ["name", "value", "rank", "range"], (plots.plot_dots, dots, look)
    return show(board, "ranking", kept, columns, picture, legend=legend)


def show_series(board: Board) -> Section:
    """The series of every area, and the trend word that the rule allows."""
    if len(board.periods) == 1:
        return show(board, "series")
    trends = board.trends
    if len(trends) > limit(trends):
        trends = trends.sort_values(["p_value", "name"]).head(FEW)
    three = partial(board.words.number, decimals=3)
    trends = trends.assign(
        span=[tell_span(board, row) for row in list_rows(trends)],
        interval=write_ranges(trends, "slope_low", "slope_high", three),
    )
    tested = ["slope", "interval", "p_value", "q_value"]
    columns = ["name", "span", *(tested if trends["p_value"].notna().any() else []), "word"]
    shown = board.values.merge(trends[["area_id", "word"]].reset_index(names="at"), on="area_id")
    shown = shown.sort_values(["at", "period_end"])
    shown["role"] = shown["word"].map(ROLE_OF_WORD).fillna("mid")
    ends = float(shown["value"].min()), float(shown["value"].max())
    picture = (plots.plot_multiples, shown, {"form": board.form, "ends": ends})
    days, breaks = board.values["period_end"], list_breaks(board.code, board.reference)
    breaks = [row for row in breaks if days.min() < row["effective"] <= days.max()]
    common = list_rows(find_common_steps(board.values))
    return show(board, "series", trends, columns, picture, breaks=breaks, common=common)


def tell_span(board: Board, row: Mapping[str, Any]) -> Markup:
    """The years that a trend word holds for."""
    words, ends = board.words, dict.fromkeys(str(row[name]) for name in ("first", "last"))
    is_bare = all(map(str.isdigit, ends))
    told = Markup("–").join(ends) if is_bare else Markup(" – ").join(map(words.period, ends))
    return words.say("trends.tested", span=told, n=words.number(int(row["points"])))


def show_standing(board: Board) -> Section:
    """Where areas stand among all over years of several designs; nothing within one design."""
    standing = board.standing
    parts = board.values.groupby("area_id")["segment"].nunique()
    if standing.empty or parts.max() == 1:
        return NOTHING
    judged, words, told = judge_many(standing), board.words, []
    first, last = (str(end) for end in (standing["period"].min(), standing["period"].max()))
    for row in list_rows(judged.table):  # the word; its years too where they are not those of all
        word = words.say(f"trends.word.{row['word'].replace(' ', '_')}")
        if row["first"] != first:
            word = words.say("trends.standing.word", word=word, span=tell_span(board, row))
        told.append(word)
    latest = standing[standing["period"] == last].set_index("area_id")["value"]
    table = judged.table.assign(
        name=judged.table["area_id"].map(board.names),
        standing=judged.table["area_id"].map(latest),
        points=judged.table["slope"],
        told=told,
    )
    moved = standing.merge(table[["area_id", "word"]], on="area_id")
    moved = moved.assign(role=moved["word"].map(ROLE_OF_WORD)).dropna(subset=["role"])
    look = {"form": partial(words.number, decimals=0), "ends": (0.0, 100.0)}
    picture = (plots.plot_multiples, moved, look) if len(moved) else None
    columns, data = ["name", "standing", "points", "p_value", "told"], {"judged": judged}
    return show(board, "standing", table, columns, picture, ends=(first, last), **data)


def show_distribution(board: Board) -> Section:
    """The spread of each period that is held in full; without one, why there is none."""
    words, full = board.words, board.values[board.values["is_full"]]
    if full.empty or len(board.latest) == 1:
        return show(board, "spread")
    spread = full.groupby("period", sort=False)["value"].quantile(np.array([*SPREAD.values()]))
    table = spread.unstack().set_axis([*SPREAD], axis=1)
    table = table.loc[[label for label in board.periods if label in table.index]]
    table = table.rename_axis("label").reset_index()
    told_as = [x if x.isdigit() else str(words.period(x)) for x in table["label"]]
    look = {"unit": plain(board.unit), "form": board.form}
    picture = (plots.plot_distribution, table.assign(label=told_as), look)
    return show(board, "spread", table, [*table], picture, ends=list_rows(table.iloc[[0, -1]]))


def show_change(board: Board) -> Section:
    """The earliest period that can be joined to the one shown, against that one."""
    values, last = board.values, board.shown
    now = values.loc[values["period"] == last, ["area_id", "segment"]]
    counts = values.merge(now, on=["area_id", "segment"])["period"].value_counts()
    # The earliest that most areas of the period shown can be joined to.
    first = next(each for each in board.periods if 2 * counts.get(each, 0) >= len(now))
    pairs = change_over(board.values, first, last)
    if pairs.empty or first == last:
        return show(board, "change")
    ordered = pairs.loc[pairs["change"].abs().sort_values(ascending=False).index]
    is_sampled = ordered["change_low"].notna()
    ordered["difference"] = write_ranges(ordered, "change_low", "change_high", board.form)
    ordered["beyond"] = ordered["is_beyond"].map({True: "yes", False: "no"}).where(is_sampled)
    table = ordered.rename(columns={"value_first": first, "value": last})
    columns = ["name", first, last, "change"] + ["difference", "beyond"] * bool(is_sampled.any())
    return show(board, "change", table, columns, pairs=pairs, first=first)


MOST_NAMED = 24
FARTHEST = 6.0
"""The largest ratio that is drawn to scale."""


def show_funnel(board: Board) -> Section:
    """Shares of the period shown in a funnel; nothing where there are no cases to count."""
    words, number = board.words, board.words.number
    cases = board.latest[board.latest["denominator"].notna() & board.latest["numerator"].notna()]
    if len(cases) < FEWEST_AREAS:
        return NOTHING
    placed = rates.place_in_funnel(cases["numerator"], cases["denominator"])
    centre, scatter = (float(placed[name].iloc[0]) for name in ("centre", "scatter"))
    points = cases.assign(
        total=cases["denominator"],
        rate=100 * placed["rate"].to_numpy(),
        place=placed["place"].astype("str").to_numpy(),
    )
    common = words.plain("trends.funnel.centre", rate=number(100 * centre, 2))
    names = (words.plain("trends.funnel.cases"), plain(board.unit))
    look: dict[str, Any] = {"form": number, "centre": (100 * centre, common), "names": names}
    if scatter <= rates.MOST_SCATTER:  # else the areas scatter too much for limits
        total = points["total"]
        sizes = np.round(np.linspace(max(total.min() / 2, 1), total.max(), 40))
        look["limits"] = pd.concat(
            pd.DataFrame({"total": sizes, "low": 100 * low, "high": 100 * high, "role": role})
            for coverage, role in ((0.95, "mid"), (0.998, "deep"))
            for low, high in [rates.funnel_limits(centre, sizes, coverage, scatter)]
        )
    columns, outside = ("name", "total", "rate", "place"), points["place"].isin(["low", "high"])
    data = {"n": int(outside.sum()), "of": len(points), "scatter": scatter}
    return show(board, "funnel", points, columns, (plots.plot_funnel, points, look), **data)


def standardise_areas(board: Board) -> tuple[pd.DataFrame, bool]:
    """The areas of the period shown, most cases for what was to be expected first.

    An area whose communes do most of the work, and do it faster than any office, looks better than
    one whose office does. Only areas that report every part that most of them do. Of a share above
    one half the cases are those outside it, so that they are the rare ones, as the method wants.

    Gives what ``standardise_indirectly`` does, with ``name`` and ``differs`` (1 where more cases
    than expected are established, -1 for fewer, else 0); empty where fewer than two parts or five
    areas are held. And whether the cases are those outside the share.
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
    found = rates.standardise_indirectly(held.assign(cases=cases))
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
    look: dict[str, Any] = {"reference": (1.0, "1"), "unit": ratio, "ends": (0.0, most)}
    columns = ["name", "observed", "expected", "ratio"]
    columns += ["interval"] if scatter <= rates.MOST_SCATTER else []
    data = {"found": found, "is_outside": is_outside}
    return show(board, "standardised", kept, columns, (plots.plot_dots, dots, look), **data)


def show_others(board: Board) -> Section:
    """What is held of other levels, scopes and windows, the latest values of each; or nothing."""
    if not board.others:
        return NOTHING
    columns, tables = ["name", "period", "value"], []
    for rows in board.others:
        latest = rows.sort_values("period_end").drop_duplicates("area_id", keep="last")
        ordered = latest.sort_values("value", ascending=not board.is_higher_better)
        tables.append((latest, keep_table(ordered, columns)))
    return replace(show(board, "others", tables=tables), tabulate=partial(pd.concat, board.others))


def show_coverage(board: Board) -> Section:
    """Who reported, and when, areas of one pattern together; complete ones are only counted."""
    words, values = board.words, board.values
    grid = values.assign(held=1).pivot_table(index="name", columns="period", values="held")
    grid = grid.reindex(index=values["name"].unique(), columns=board.periods).notna()
    patterns: dict[tuple[bool, ...], list[str]] = {}
    for name, row in grid[~grid.all(axis=1)].iterrows():
        patterns.setdefault(tuple(row), []).append(str(name))
    gaps = sorted(patterns.items(), key=lambda each: (sum(each[0]), -len(each[1])))
    kept, left = gaps[:FEW], len(gaps[FEW:])
    if not gaps:
        return show(board, "coverage", grid=grid)
    rows, index = [], list[str]()
    for pattern, own in kept:
        named, runs, n = own[:MOST_NAMED], list[Markup](), len(own)
        if n > MOST_NAMED:
            named += [plain(words.count("trends.more", n - MOST_NAMED))]
        # The periods without a value, those that follow each other as one span.
        for is_held, run in groupby(zip(board.periods, pattern, strict=True), key=itemgetter(1)):
            labels = [label for label, _ in run]
            ends = dict.fromkeys((labels[0], labels[-1]))
            runs += [] if is_held else [Markup(" – ").join(map(words.period, ends))]
        rows.append({"areas": plain(words.join(named)), "count": n, "lacking": words.join(runs)})
        group = plain(words.count("trends.coverage.group", n))
        index.append(own[0] if n == 1 else group)
    table = pd.DataFrame(rows)
    shown = pd.DataFrame([each for each, _ in kept], index=index, columns=board.periods)
    picture: Picture = (plots.plot_coverage, shown, {})
    return show(board, "coverage", table, [*table], picture, grid=grid, left=left)


def show_methods(board: Board) -> Section:
    """What each method assumes, the rule of trend words, and the terms of use of the values."""
    return show(board, "methods", is_standardised=len(standardise_areas(board)[0]) > 0)
