"""The sections of the page of an indicator: where it stands now, how it moved, what is held.

Each takes a board and gives a ``Section``: a sentence, a chart whose title says the finding, and
the numbers as a table. What needs counts of cases is in ``cases``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from math import ceil, isnan
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from markupsafe import Markup

from cchc_analysis.brief.directory import tell_masthead
from cchc_analysis.brief.plots import (
    draw,
    find_ends,
    plot_change,
    plot_distribution,
    plot_dot_map,
    plot_dots,
    plot_multiples,
    plot_tile_map,
)
from cchc_analysis.brief.templates import Caption, Section, frame, render
from cchc_analysis.brief.trends.board import FILE, Board, name_trend, shorten_name
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import NOTICE
from cchc_analysis.data.words import Words
from cchc_analysis.stats.panel import change_over
from cchc_analysis.stats.ranks import CASES, ROUNDING, SAMPLING
from cchc_analysis.stats.rates import MOST_SCATTER
from cchc_analysis.stats.trends import judge_many

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIVE = (0, 0.25, 0.5, 0.75, 1)
MOST_DRAWN, FEW = 80, 48
"""Areas that one chart or table holds, and how many it shows of more; the file holds all."""
MOST_IN_PART = 24
"""Areas in one part of a chart: three parts stand side by side, and each fits on a sheet."""
MOST_BESIDE = 20
"""Rows of a table that stands beside its chart; a longer one is folded away below it."""
MOST_NAMED = 8
NEW_PROVINCES = "2025-07-01"
ROLE_OF_WORD = {"rising": "deep", "falling": "alert"}
NOTHING = Section(Markup(""))

DECIMALS: Mapping[str, int | None] = {
    **dict.fromkeys(("rank", "count", "total", "observed")),
    "standing": 0,
    "points": 1,
    "expected": 1,
    "rate": 2,
    "ratio": 2,
    **dict.fromkeys(("slope", "p_value", "q_value"), 3),
}
"""Decimals of the numbers in a column, as many as needed for None; others are values."""
CODES = {"word": "trends.word", "place": "trends.funnel.place", "beyond": "trends.change"}
"""Columns of codes, with where their words stand."""


class Picture(NamedTuple):
    """A chart of a section: its finding as title, what draws it and how, and of what."""

    title: Any
    plot: Callable[..., Any]
    data: Any
    options: Mapping[str, Any]

    def draw(self, data: Any = None) -> Figure:
        """The chart, of all its data or of a part."""
        return draw(self.plot, self.data if data is None else data, **self.options)


def show(
    board: Board,
    kind: str,
    said: Iterable[Any],
    table: pd.DataFrame | None = None,
    columns: Sequence[str] = (),
    picture: Picture | None = None,
) -> Section:
    """A section: sentences, a chart with its finding, and a table.

    Args:
        board: What it is of.
        kind: Its anchor; its words are ``trends.<kind>.…``.
        said: Sentences; empty ones are left out.
        table: The numbers behind it; the first ``MOST_DRAWN`` rows stand on the page.
        columns: Those that the page shows.
        picture: The chart.
    """
    words, sentences = board.words, [each for each in said if each]
    drawn: Any = ""
    is_beside = picture is not None and table is not None and len(table) <= MOST_BESIDE
    if picture:
        caption = Caption(
            title=picture.title,
            unit=words.say(f"trends.{kind}.unit", unit=board.unit),
            source=words.say("trends.sources", names=words.join(board.sources)),
            alternative=words.say("trends.alternative"),
        )
        is_long = picture.plot in (plot_dots, plot_multiples)
        parts = split(picture.data) if is_long else [picture.data]
        is_beside = is_beside and len(parts) == 1
        drawn = frame(words, [picture.draw(part) for part in parts], caption, f"trend-{kind}")
    tables = [] if table is None else [write_table(board, kind, table, columns)]
    if tables and picture:
        tables[0]["fold"] = words.say("trends.as_table")
    html = tell(board, kind, sentences, tables, picture=drawn, is_beside=is_beside)
    whole = None if table is None else lambda: table
    return Section(html, kind, whole, picture.draw if picture else None)


def tell(
    board: Board,
    kind: str,
    said: Sequence[Any],
    tables: Sequence[Mapping[str, Any]] = (),
    **more: Any,
) -> Markup:
    """A section by its template."""
    title = board.words.say(f"trends.{kind}.head")
    data = {"anchor": kind, "title": title, "said": said, "tables": tables}
    return render(board.words, "section", **data, **({"lists": []} | more))


def write_table(
    board: Board, kind: str, table: pd.DataFrame, columns: Sequence[str]
) -> dict[str, Any]:
    """The cells of a table as they are read; a column that has no words is one of a period."""
    words = board.words
    rows = [
        [_write_cell(board, name, row[name]) for name in columns]
        for row in list_rows(table.head(limit(table)))
    ]
    heads = {name: f"trends.column.{name}" for name in columns}
    numbers = [at for at, name in enumerate(columns) if pd.api.types.is_numeric_dtype(table[name])]
    return {
        "heads": [
            words.say(key) if words.has(key) else words.period(name) for name, key in heads.items()
        ],
        "groups": [("", rows)],
        "caption": words.say(f"trends.{kind}.table"),
        "classes": " ".join(f"r{at + 1}" for at in numbers if at),
        "fold": "",
    }


def _write_cell(board: Board, column: str, cell: Any) -> Any:
    """A cell as it is read: nothing where it is missing, words as they are."""
    if cell == "" or pd.isna(cell):
        return ""
    if column in CODES:
        return board.words.say(f"{CODES[column]}.{cell.replace(' ', '_')}")
    if isinstance(cell, str):
        return board.words.period(cell) if column in ("label", "period") else cell
    return board.words.number(cell, DECIMALS[column]) if column in DECIMALS else board.form(cell)


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


def show_opening(board: Board) -> Section:
    """The head of the page: the state of the latest period in a sentence, and what is held."""
    words, values = board.words, board.values
    first, last = board.periods[0], board.periods[-1]
    years = dict.fromkeys([int(values["year"].min()), int(board.latest["year"].iloc[0])])
    name = words.say("trends.heading", name=board.label, years="–".join(map(str, years)))
    facts = [
        words.say(
            "trends.held" if first != last else "trends.held.one",
            values=words.number(len(values)),
            areas=words.number(values["area_id"].nunique()),
            periods=words.number(len(board.periods)),
            first=words.period(first),
            last=words.period(last),
            unit=board.unit,
        ),
        words.say("trends.sources", names=words.join(board.sources)),
    ]
    if board.others:
        facts.append(words.say("trends.left_out", n=words.number(sum(map(len, board.others)))))
    notice = NOTICE[words.lang] if board.is_synthetic else ""
    html = render(
        words, "trend_head", lead=_tell_ends(board), facts=facts, notice=notice, file=FILE
    )
    head = tell_masthead(words, name_trend(board.code), name)
    return Section(head + html, "head", lambda: values)


def _tell_ends(board: Board) -> Markup:
    """The spread of the period shown in a sentence, with the areas at both ends."""
    words, ordered = board.words, board.latest.sort_values("value", kind="stable")
    least, most = ordered.iloc[0], ordered.iloc[-1]
    period = words.period(board.shown, ".in")
    if len(ordered) == 1:
        value = board.form(most["value"])
        return words.say("trends.ends.one", period=period, value=value, area=most["name"])
    if least["value"] == most["value"]:
        n, value = words.number(len(ordered)), board.form(most["value"])
        return words.say("trends.ends.equal", period=period, n=n, value=value)
    return words.say(
        "trends.ends" if board.is_full else "trends.ends.part",
        period=period,
        n=words.number(len(ordered)),
        median=board.form(ordered["value"].median()),
        least=board.form(least["value"]),
        lowest=least["name"],
        most=board.form(most["value"]),
        highest=most["name"],
    )


def show_map(board: Board) -> Section:
    """The period shown on a map: provinces as squares, communes of one province as dots.

    Nothing where too few are held, or where nobody knows where they lie.
    """
    words, latest, rows = board.words, board.latest, board.reference.area_rows
    if not board.is_full or len(latest) < 2:
        return NOTHING
    options = {"form": board.form, "missing": words.plain("trends.map.missing")}
    values = latest.set_index("area_id")["value"]
    if board.level == "province":
        is_new = latest["period_end"].iloc[0] >= NEW_PROVINCES
        tiles = board.reference.tile_map_34 if is_new else board.reference.tile_map_63
        known = values[values.index.isin(tiles["area_id"])]
        title, regions = _compare_regions(board)
        picture = Picture(title, plot_tile_map, known, options | {"tiles": tiles})
        return show(board, "map", [], regions, ["region", "count", "median"], picture)
    places = [rows[each] for each in latest["area_id"]]
    dots = latest.assign(
        **{
            name: pd.to_numeric([each.get(name, "") for each in places], errors="coerce")
            for name in ("lat", "lon")
        }
    )
    if dots["lat"].isna().any() or len({each["parent_id"] for each in places}) > 1:
        return NOTHING
    ends = {"highest": latest["name"].iloc[0], "lowest": latest["name"].iloc[-1]}
    title = words.say("trends.map.dots", **ends)
    return show(board, "map", [], picture=Picture(title, plot_dot_map, dots, options))


def _compare_regions(board: Board) -> tuple[Markup, pd.DataFrame]:
    """The median of the provinces of each region, with the highest and the lowest in words."""
    reference, words = board.reference, board.words
    regions = board.latest["area_id"].map(lambda each: reference.region_of.get(each, ""))
    medians = board.latest.groupby(regions)["value"].agg(["median", "count"])
    medians = medians.drop("", errors="ignore").sort_values("median", ascending=False)
    places = (str(words.place(reference.area_rows[str(each)])) for each in medians.index)
    names = [shorten_name(place) for place in places]
    table = medians.reset_index(drop=True).assign(region=names)
    if table["median"].nunique() < 2:
        return board.label, table
    ends = {"highest": names[0], "most": board.form(table["median"].iloc[0])}
    ends |= {"lowest": names[-1], "least": board.form(table["median"].iloc[-1])}
    return words.say("trends.map.regions", **ends), table


def show_ranking(board: Board) -> Section:
    """The scores in order, with the ranks that each area may hold.

    Values only, and why, where fewer than nine in ten of the areas that exist are held.
    """
    words, latest, columns = board.words, board.latest, ["name", "value"]
    if len(latest) < 2:
        return show(board, "ranking", [words.say("trends.ranking.none")], latest, columns)
    if not board.is_full:
        return show(board, "ranking", [tell_part_held(board)], latest, columns)
    kept, told = keep_ends(board, latest)
    ranges = [_tell_range(board, row) for row in list_rows(kept)]
    kept = kept.assign(range=ranges)
    median = float(latest["value"].median())
    dots = kept.assign(
        role="deep",
        text=[_join_rank(words.number(row["rank"]), row["range"]) for row in list_rows(kept)],
        low=kept["published_low"].fillna(kept["low"]),
        high=kept["published_high"].fillna(kept["high"]),
    )
    if board.indicator["polarity"] not in ("higher", "lower"):
        told.insert(0, words.say("trends.ranking.direction"))
    options = {
        "unit": str(board.unit),
        "form": board.form,
        "ends": find_ends(dots),
        "reference": (median, words.plain("trends.ranking.median", value=board.form(median))),
    }
    picture = Picture(_tell_first(board), plot_dots, dots, options)
    columns += ["rank", "range"]
    return show(board, "ranking", [*_tell_ranges(board), *told], kept, columns, picture)


def keep_ends(board: Board, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Markup]]:
    """The first and last areas where they are too many to be drawn, and the words for it."""
    half = FEW // 2
    if len(rows) == limit(rows):
        return rows, []
    said = board.words.say("trends.ranking.ends", n=board.words.number(half))
    return pd.concat([rows.head(half), rows.tail(half)]), [said]


def _tell_first(board: Board) -> Markup:
    """Who leads, and how many others the uncertainty allows to be first."""
    words, latest = board.words, board.latest
    ends = {"best": latest["name"].iloc[0], "worst": latest["name"].iloc[-1]}
    n = int((latest["rank_low"] == 1).sum())
    key = "spread" if latest["rank_low"].isna().all() else "alone" if n < 2 else "shared"
    if latest["value"].nunique() == 1:
        key = "equal"
    return words.say(f"trends.ranking.title.{key}", **ends, n=words.number(n))


def _tell_ranges(board: Board) -> list[Markup]:
    """What the ranges of ranks rest on, kind by kind; why there are none where φ is too large."""
    words, latest = board.words, board.latest
    scatter, counts = float(latest["scatter"].iloc[0]), latest["kind"].value_counts()
    if scatter > MOST_SCATTER:
        return [tell_scatter(words, scatter)]
    told = [
        words.say(f"trends.ranking.by_{kind}", n=words.number(int(counts[kind])))
        for kind in (SAMPLING, CASES, ROUNDING)
        if kind in counts
    ]
    if CASES in counts and scatter > 1:
        told.append(words.say("trends.ranking.wider", phi=words.number(scatter, 2)))
    return told


def tell_scatter(words: Words, scatter: float) -> Markup:
    """Whether limits were widened, with φ; or why there are none."""
    kind = "none" if scatter > MOST_SCATTER else "scatter" if scatter > 1 else "binomial"
    return words.say(f"trends.funnel.{kind}", phi=words.number(scatter, 2))


def _tell_range(board: Board, row: Mapping[str, Any]) -> str:
    if isnan(row["rank_low"]):
        return ""
    low, high = (board.words.number(row[name]) for name in ("rank_low", "rank_high"))
    return low if low == high else f"{low}–{high}"


def _join_rank(rank: str, held: str) -> str:
    return rank if held in ("", rank) else f"{rank} ({held})"


def tell_part_held(board: Board) -> Markup:
    """Why there is no rank, no median and no box: how few of the areas that exist are held."""
    words, row = board.words, board.latest.iloc[0]
    return words.say(
        "trends.values_only",
        period=words.period(board.shown, ".in"),
        n=words.number(int(row["held"])),
        of=words.number(int(row["existing"])),
    )


def show_series(board: Board) -> Section:
    """The series of every area, and the trend word that the rule allows."""
    words, number = board.words, board.words.number
    if len(board.periods) == 1:
        return show(board, "series", [words.say("trends.series.one")])
    trends, told = board.trends, []
    if len(trends) > limit(trends):
        told = [words.say("trends.part", n=number(FEW), of=number(len(trends)))]
        trends = trends.sort_values(["p_value", "name"]).head(FEW)
    trends = trends.assign(
        span=[tell_span(board, row) for row in list_rows(trends)],
        interval=[
            f"{number(row['slope_low'], 3)} – {number(row['slope_high'], 3)}"
            if row["p_value"] == row["p_value"]
            else ""
            for row in list_rows(trends)
        ],
    )
    tested = ["slope", "interval", "p_value", "q_value"]
    columns = ["name", "span", *(tested if trends["p_value"].notna().any() else []), "word"]
    shown = board.values.merge(trends[["area_id", "word"]].reset_index(names="at"), on="area_id")
    shown = shown.sort_values(["at", "period_end"])
    shown["role"] = shown["word"].map(ROLE_OF_WORD).fillna("mid")
    counts = board.trends["word"].value_counts()
    said = words.join(
        words.say("trends.series.count", word=_write_cell(board, "word", word), n=number(int(n)))
        for word, n in counts.items()
    )
    sentence = words.say("trends.series.counts", counts=said)
    rules = [_tell_chance(board), *told, words.say("trends.series.rule"), *_tell_breaks(board)]
    ends = float(shown["value"].min()), float(shown["value"].max())
    title, options = _tell_moves(board, "series", counts), {"form": board.form, "ends": ends}
    picture = Picture(title, plot_multiples, shown, options)
    return show(board, "series", [sentence, *rules], trends, columns, picture)


def _tell_breaks(board: Board) -> list[Markup]:
    """Changes of definition inside the years held, with the document that made them."""
    words = board.words
    told = [
        words.say(
            "trends.break",
            day=words.date(row["effective"]),
            change=words.pick(row, "change"),
            document=row["document"],
        )
        for row in board.breaks
    ]
    return [words.say("trends.breaks", changes=Markup("; ").join(told))] if told else []


def _tell_moves(board: Board, kind: str, counts: Any) -> Markup:
    """How many rise and how many fall; that none can be said where none can."""
    rising, falling = (int(counts.get(word, 0)) for word in ROLE_OF_WORD)
    key = "title" if rising or falling else "title.none"
    numbers = {"rising": board.words.number(rising), "falling": board.words.number(falling)}
    return board.words.say(f"trends.{kind}.{key}", **numbers, of=board.words.number(counts.sum()))


def _tell_chance(board: Board) -> Markup | str:
    """How many of the series chance alone would have called rising or falling."""
    tested, words = board.judged.tested, board.words
    if tested < 2:
        return ""
    chance = words.number(board.judged.by_chance, 1)
    return words.say("trends.series.chance", n=words.number(tested), chance=chance)


def tell_span(board: Board, row: Mapping[str, Any]) -> Markup:
    """The years that a trend word holds for."""
    words, ends = board.words, dict.fromkeys(str(row[name]) for name in ("first", "last"))
    is_bare = all(map(str.isdigit, ends))
    told = Markup("–").join(ends) if is_bare else Markup(" – ").join(map(words.period, ends))
    return words.say("trends.tested", span=told, n=words.number(int(row["points"])))


def show_standing(board: Board) -> Section:
    """Where areas stand among all over years of several designs; nothing within one design."""
    words, standing = board.words, board.standing
    parts = board.values.groupby("area_id")["segment"].nunique()
    if standing.empty or parts.max() == 1:
        return NOTHING
    judged = judge_many(standing)
    names = board.values.drop_duplicates("area_id").set_index("area_id")["name"]
    first, last = (str(end) for end in (standing["period"].min(), standing["period"].max()))
    latest = standing[standing["period"] == last].set_index("area_id")["value"]
    table = judged.table.assign(
        name=judged.table["area_id"].map(names),
        standing=judged.table["area_id"].map(latest),
        points=judged.table["slope"],
        told=[_tell_standing_word(board, row, first) for row in list_rows(judged.table)],
    )
    counts = table["word"].value_counts()
    said = words.say(
        "trends.standing.said",
        first=words.period(first),
        last=words.period(last),
        of=words.number(judged.tested),
        chance=words.number(judged.by_chance, 1),
    )
    columns = ["name", "standing", "points", "p_value", "told"]
    moved = standing.merge(table[["area_id", "word"]], on="area_id")
    moved = moved[moved["word"].isin(list(ROLE_OF_WORD))]
    moved = moved.assign(role=moved["word"].map(ROLE_OF_WORD))
    options = {"form": partial(words.number, decimals=0), "ends": (0.0, 100.0)}
    picture = Picture(_tell_moves(board, "standing", counts), plot_multiples, moved, options)
    return show(board, "standing", [said], table, columns, picture if len(moved) else None)


def _tell_standing_word(board: Board, row: Mapping[str, Any], first: str) -> Any:
    """The word for a standing; its years too where they are not those of all."""
    word = _write_cell(board, "word", row["word"])
    if row["first"] == first:
        return word
    return board.words.say("trends.standing.word", word=word, span=tell_span(board, row))


def show_distribution(board: Board) -> Section:
    """The spread of each period that is held in full; without one, why there is none."""
    words, full = board.words, board.values[board.values["is_full"]]
    if full.empty:
        return show(board, "spread", [tell_part_held(board)])
    if len(board.latest) == 1:
        return show(board, "spread", [words.say("trends.ranking.none")])
    names = ("least", "q1", "median", "q3", "most")
    spread = full.groupby("period", sort=False)["value"].quantile(np.array(FIVE)).unstack()
    spread.columns = list(names)
    labels = [label for label in board.periods if label in spread.index]
    table = spread.loc[labels].rename_axis("label").reset_index()
    left = len(board.periods) - len(table)
    told = [words.say("trends.spread.part", n=words.number(left))] if left else []
    ends = {
        f"{end}_{name}": told
        for end, at in (("first", 0), ("last", -1))
        for name, told in (
            ("period", words.period(table["label"].iloc[at])),
            ("median", board.form(table["median"].iloc[at])),
        )
    }
    row = {name: board.form(table[name].iloc[-1]) for name in names}
    said = words.say("trends.spread.said", period=words.period(labels[-1], ".in"), **row)
    title = words.say(f"trends.spread.title{'' if len(table) > 1 else '.one'}", **ends)
    options = {"unit": str(board.unit), "form": board.form}
    told_as = {label: label if label.isdigit() else str(words.period(label)) for label in labels}
    drawn = table.assign(label=table["label"].map(told_as))
    picture = Picture(title, plot_distribution, drawn, options)
    return show(board, "spread", [said, *told], table, ["label", *names], picture)


def show_change(board: Board) -> Section:
    """The earliest period that can be joined to the one shown, against that one."""
    words, first, last = board.words, board.first_joined, board.shown
    pairs = change_over(board.values, first, last)
    if pairs.empty or first == last:
        return show(board, "change", [words.say("trends.change.none")])
    ordered = pairs.loc[pairs["change"].abs().sort_values(ascending=False).index]
    is_sampled = ordered["change_low"].notna()
    ordered["difference"] = [
        f"{board.form(row['change_low'])} – {board.form(row['change_high'])}"
        if row["change_low"] == row["change_low"]
        else ""
        for row in list_rows(ordered)
    ]
    ordered["beyond"] = ordered["is_beyond"].map({True: "yes", False: "no"}).where(is_sampled)
    drawn = ordered.head(limit(ordered)).rename(columns={"value": "last", "value_first": "first"})
    drawn["role"] = drawn["change"].gt(0).map({True: "deep", False: "alert"})
    drawn.loc[drawn.index[MOST_NAMED:], "role"] = "pale"
    ordered = ordered.rename(columns={"value_first": first, "value": last})
    columns = ["name", first, last, "change"]
    columns += ["difference", "beyond"] if is_sampled.any() else []
    numbers = {
        "up": int((pairs["change"] > 0).sum()),
        "down": int((pairs["change"] < 0).sum()),
        "n": int(pairs["is_beyond"].sum()),
        "of": int(is_sampled.sum()),
    }
    told = {name: words.number(each) for name, each in numbers.items()}
    periods = {"first": words.period(first), "last": words.period(last)}
    said = [words.say("trends.change.said")]
    said += [words.say("trends.change.sampled", **told)] if is_sampled.any() else []
    if len(pairs) > limit(pairs):
        said.append(words.say("trends.part", n=words.number(FEW), of=words.number(len(pairs))))
    options = {"periods": tuple(map(str, periods.values())), "form": board.form}
    title = words.say("trends.change.title", **told, **periods)
    picture = Picture(title, plot_change, drawn, options)
    return show(board, "change", said, ordered, columns, picture)
