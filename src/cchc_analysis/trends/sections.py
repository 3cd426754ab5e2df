"""Pieces of the page: each drawing with its title, its words and its numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
from markupsafe import Markup

from cchc_analysis.charts.canvas import Caption, frame
from cchc_analysis.files import list_rows
from cchc_analysis.inference import ASSUMPTIONS, funnel_limits, place_in_funnel
from cchc_analysis.synthetic import NOTICE
from cchc_analysis.tables import tabulate_rows
from cchc_analysis.trends.board import Board, pair_ends, split_series
from cchc_analysis.trends.pictures import (
    Format,
    draw_coverage,
    draw_funnel,
    draw_multiples,
    draw_ranking,
    draw_slopes,
    draw_spread,
)
from cchc_analysis.words import clean_text

NAMED_SLOPES = 8
MOST_ISSUERS = 4
ROLE_OF_WORD = {"rising": "deep", "falling": "alert"}


@dataclass(frozen=True)
class Section:
    """A piece of the page; a notebook shows it as it stands there."""

    html: Markup

    def _repr_html_(self) -> str:
        return str(self.html)


def show_opening(board: Board) -> Section:
    """What is shown: the indicator, how many areas and periods, and what is left out."""
    words, values = board.words, board.values
    lines = [
        words.say(
            "held",
            values=words.number(len(values)),
            areas=words.number(values["area_id"].nunique()),
            periods=words.join(board.periods),
        ),
        words.say("left_out", n=words.number(board.left_out)) if board.left_out else Markup(""),
        words.say("sources", names=words.join(_list_issuers(board))),
    ]
    if board.is_synthetic:
        lines.insert(0, Markup("<strong>{}</strong>").format(NOTICE[words.lang]))
    paragraphs = Markup("\n").join(Markup("<p>{}</p>").format(line) for line in lines if line)
    title = Markup("<h1>{}</h1>\n").format(_name(board))
    return Section(title + paragraphs)


def show_coverage(board: Board) -> Section:
    """Who reported, and when."""
    words, values = board.words, board.values
    grid = values.assign(held=1).pivot_table(index="name", columns="period", values="held")
    grid = grid.reindex(index=values["name"].unique(), columns=board.periods)
    rows = [(str(name), list(row.notna())) for name, row in grid.iterrows()]
    counts = grid.notna().sum()
    table = tabulate_rows(
        [words.say("period"), words.say("areas_held")],
        [[words.period(label), words.number(int(counts[label]))] for label in board.periods],
        words.say("coverage.table"),
        numbers=(1,),
    )
    least = words.say("coverage.alt", n=words.number(int(counts.min())), of=words.number(len(grid)))
    picture = draw_coverage(rows, board.periods)
    return _wrap(board, "coverage", picture, least, table)


def show_series(board: Board) -> Section:
    """The series of every area, and the trend word that the rule allows."""
    words = board.words
    role = dict(zip(board.trends["area_id"], board.trends["word"], strict=True))
    series = [
        (str(rows["name"].iloc[0]), split_series(rows), ROLE_OF_WORD.get(role[area_id], "mid"))
        for area_id, rows in board.values.groupby("area_id", sort=False)
    ]
    counts = board.trends["word"].value_counts()
    said = words.join(
        words.say(f"word.{word}.count", n=words.number(int(n))) for word, n in counts.items()
    )
    table = tabulate_rows(
        [words.say(f"series.{head}") for head in ("area", "points", "slope", "p", "word")],
        [_tell_trend(board, row) for row in list_rows(board.trends)],
        words.say("series.table"),
        numbers=(1, 2, 3),
    )
    return _wrap(board, "series", draw_multiples(series, _form(board)), said, table)


def show_distribution(board: Board) -> Section:
    """The spread of each period."""
    words = board.words
    fives = {
        label: np.percentile(
            board.values.loc[board.values["period"] == label, "value"], (0, 25, 50, 75, 100)
        )
        for label in board.periods
    }
    form = _form(board)
    table = tabulate_rows(
        [words.say(f"spread.{head}") for head in ("period", "least", "q1", "median", "q3", "most")],
        [[words.period(label), *(form(each) for each in five)] for label, five in fives.items()],
        words.say("spread.table"),
        numbers=range(1, 6),
    )
    periods = [(label, [float(each) for each in five]) for label, five in fives.items()]
    last = fives[board.periods[-1]]
    alt = words.say("spread.alt", period=words.period(board.periods[-1]), median=form(last[2]))
    picture = draw_spread(periods, [float("nan")] * len(periods), form)
    return _wrap(board, "spread", picture, alt, table)


def show_change(board: Board) -> Section:
    """First against last period, where both lie in one segment of the series."""
    words, first, last = board.words, board.periods[0], board.periods[-1]
    pairs = pair_ends(board.values, first, last)
    if pairs.empty or first == last:
        return _say(board, "change", "change.none")
    form = _form(board)
    order = pairs["change"].abs().sort_values(ascending=False).index
    rows = [
        (
            row["name"],
            row["value_first"],
            row["value"],
            "pale" if at >= NAMED_SLOPES else "deep" if row["change"] > 0 else "alert",
        )
        for at, row in enumerate(list_rows(pairs.loc[order]))
    ]
    table = tabulate_rows(
        [words.say("series.area"), words.period(first), words.period(last), words.say("change.by")],
        [
            [row["name"], form(row["value_first"]), form(row["value"]), form(row["change"])]
            for row in list_rows(pairs.loc[order])
        ],
        words.say("change.table"),
        numbers=(1, 2, 3),
    )
    alt = words.say(
        "change.alt",
        up=words.number(int((pairs["change"] > 0).sum())),
        down=words.number(int((pairs["change"] < 0).sum())),
    )
    heads = (str(words.period(first)), str(words.period(last)))
    return _wrap(board, "change", draw_slopes(rows, heads, form), alt, table)


def show_ranking(board: Board) -> Section:
    """The last period from best to worst, with the ranks that each may hold."""
    words, form = board.words, _form(board)
    rows = [
        (row["name"], row["rank"], row["rank_low"], row["rank_high"], _tell_rank(board, row))
        for row in list_rows(board.latest)
    ]
    table = tabulate_rows(
        [words.say(f"ranking.{head}") for head in ("area", "value", "rank", "range")],
        [
            [row["name"], form(row["value"]), words.number(row["rank"]), _tell_range(board, row)]
            for row in list_rows(board.latest)
        ],
        words.say("ranking.table"),
        numbers=(1, 2, 3),
    )
    kind = "ranks" if board.has_cases else "ranks_rounded"
    alt = words.say(f"ranking.{kind}", period=words.period(board.periods[-1]))
    return _wrap(board, "ranking", draw_ranking(rows, len(rows)), alt, table)


def show_funnel(board: Board) -> Section:
    """Shares of the last period in a funnel; a sentence where there are no cases to count."""
    words = board.words
    cases = board.latest[board.latest["denominator"].notna() & board.latest["numerator"].notna()]
    if len(cases) < 2:
        return _say(board, "funnel", "funnel.none")
    placed = place_in_funnel(cases["numerator"], cases["denominator"])
    centre = float(placed["centre"].iloc[0])
    sizes = np.linspace(max(cases["denominator"].min() / 2, 1), cases["denominator"].max(), 40)
    curves = [
        ([(float(x), 100 * float(y)) for x, y in zip(sizes, limit, strict=True)], role)
        for coverage, role in ((0.95, "mid"), (0.998, "deep"))
        for limit in funnel_limits(centre, np.round(sizes), coverage)
    ]
    points = [
        (str(name), float(size), 100 * float(rate), str(place))
        for name, size, rate, place in zip(
            cases["name"], cases["denominator"], placed["rate"], placed["place"], strict=True
        )
    ]
    table = tabulate_rows(
        [words.say(f"funnel.{head}") for head in ("area", "cases", "rate", "place")],
        [
            [name, words.number(size), words.number(rate, 2), words.say(f"funnel.place.{place}")]
            for name, size, rate, place in points
        ],
        words.say("funnel.table"),
        numbers=(1, 2),
    )
    out = sum(place in ("low", "high") for *_, place in points)
    alt = words.say("funnel.alt", n=words.number(out), of=words.number(len(points)))
    common = str(words.say("funnel.centre", rate=words.number(100 * centre, 2)))
    picture = draw_funnel(points, curves, (100 * centre, common), _form(board))
    return _wrap(board, "funnel", picture, alt, table)


def show_methods(board: Board) -> Section:
    """What each method assumes, and the rule of trend words."""
    words = board.words
    at = ("vi", "en").index(words.lang)
    used = ["trend", "ranks", "funnel", "wilson"] if board.has_cases else ["trend"]
    items = [words.say("rule.trend"), *(ASSUMPTIONS[name][at] for name in used)]
    if not board.has_cases:
        items.append(words.say("rule.rounding"))
    listed = Markup("\n").join(Markup("<li>{}</li>").format(item) for item in items)
    return Section(Markup("<h2>{}</h2>\n<ul>{}</ul>\n").format(words.say("methods.title"), listed))


def _wrap(board: Board, kind: str, picture: str, alternative: Markup, table: Markup) -> Section:
    words = board.words
    caption = Caption(
        title=words.say(f"{kind}.title", name=_name(board)),
        unit=words.say(f"{kind}.unit", unit=_unit(board)),
        source=words.say("source", names=words.join(_list_issuers(board))),
        alternative=alternative,
    )
    figure = frame(picture, caption, f"trend-{kind}")
    details = Markup("<details><summary>{}</summary>\n{}</details>\n").format(
        words.say("as_table"), table
    )
    said = Markup("<p>{}</p>\n").format(alternative)
    return Section(_head(board, kind) + said + figure + details)


def _say(board: Board, kind: str, key: str) -> Section:
    return Section(_head(board, kind) + Markup("<p>{}</p>\n").format(board.words.say(key)))


def _head(board: Board, kind: str) -> Markup:
    return Markup('<h2 id="{}">{}</h2>\n').format(kind, board.words.say(f"{kind}.head"))


def _name(board: Board) -> Markup:
    return board.words.pick(board.indicator, "label")


def _unit(board: Board) -> Markup:
    return board.words.pick(board.reference.unit_rows[board.indicator["unit"]], "label")


def _list_issuers(board: Board) -> list[Markup]:
    names = [clean_text(name) for name in board.issuers]
    if len(names) <= MOST_ISSUERS:
        return names
    more = board.words.say("more", n=board.words.number(len(names) - MOST_ISSUERS))
    return [*names[:MOST_ISSUERS], more]


def _form(board: Board) -> Format:
    decimals = 0 if board.indicator["unit"] == "rank" else 2
    return lambda value: board.words.number(float(value), decimals)


def _tell_trend(board: Board, row: dict[str, object]) -> Sequence[Markup | str]:
    words = board.words
    slope, p_value = float(str(row["slope"])), float(str(row["p_value"]))
    return [
        str(row["name"]),
        words.number(float(str(row["points"]))),
        "" if isnan(slope) else words.number(slope, 3),
        "" if isnan(p_value) else words.number(p_value, 3),
        words.say(f"word.{row['word']}"),
    ]


def _tell_rank(board: Board, row: dict[str, float]) -> str:
    rank, held = board.words.number(row["rank"]), _tell_range(board, row)
    return rank if rank == held else f"{rank} ({held})"


def _tell_range(board: Board, row: dict[str, float]) -> str:
    low, high = (board.words.number(row[name]) for name in ("rank_low", "rank_high"))
    return low if low == high else f"{low}–{high}"
