"""The series on a page: what is held, who reported, each area over time, spread, and change."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

import numpy as np
import pandas as pd
from markupsafe import Markup

from cchc_analysis.brief.plots import (
    draw,
    plot_change,
    plot_coverage,
    plot_distribution,
    plot_multiples,
)
from cchc_analysis.brief.trends.board import Board
from cchc_analysis.brief.trends.pieces import (
    MOST_DRAWN,
    Section,
    choose_form,
    list_issuers,
    name_unit,
    say,
    show_picture,
    wrap,
)
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.packages import join_licences
from cchc_analysis.data.tables import tabulate_rows
from cchc_analysis.data.words import clean_text
from cchc_analysis.stats.changes import change_over
from cchc_analysis.synthetic import NOTICE

NAMED_SLOPES = 8
ROLE_OF_WORD = {"rising": "deep", "falling": "alert"}


def show_opening(board: Board) -> Section:
    """What is shown: how many areas and periods, what is left out, and who says it."""
    words, values = board.words, board.values
    first, last = (words.period(board.periods[at]) for at in (0, -1))
    lines = [
        words.say(
            "trends.held" if first != last else "trends.held.one",
            values=words.number(len(values)),
            areas=words.number(values["area_id"].nunique()),
            periods=words.number(len(board.periods)),
            first=first,
            last=last,
            unit=name_unit(board),
        ),
        words.say("trends.left_out", n=words.number(board.left_out)) if board.left_out else "",
        words.say("trends.sources", names=words.join(list_issuers(board))),
        *_tell_licences(board),
    ]
    if board.is_synthetic:
        lines.insert(0, Markup("<strong>{}</strong>").format(NOTICE[words.lang]))
    lead = Markup('<p class="lead">{}</p>').format(_tell_ends(board))
    paragraphs = [lead, *(Markup("<p>{}</p>").format(line) for line in lines if line)]
    return Section(Markup("\n").join([*paragraphs, _list_breaks(board)]))


def _tell_licences(board: Board) -> list[Markup]:
    """What may be done with the values, as each source words it."""
    cells = join_licences(board.values["source_id"], board.licences)
    names = [clean_text(each) for each in sorted({*cells} - {""})]
    return [board.words.say("trends.licences", names=Markup("; ").join(names))] if names else []


def _tell_ends(board: Board) -> Markup:
    """The spread of the period shown in a sentence, with the areas at both ends."""
    words, form = board.words, choose_form(board)
    ordered = board.latest.sort_values("value", kind="stable")
    least, most = ordered.iloc[0], ordered.iloc[-1]
    period = words.period(board.shown, ".in")
    if len(ordered) == 1:
        one = {"value": form(most["value"]), "area": most["name"]}
        return words.say("trends.ends.one", period=period, **one)
    return words.say(
        "trends.ends",
        period=period,
        n=words.number(len(ordered)),
        median=form(float(ordered["value"].median())),
        least=form(least["value"]),
        lowest=least["name"],
        most=form(most["value"]),
        highest=most["name"],
    )


def _list_breaks(board: Board) -> Markup:
    """Changes of definition inside the years shown, with the document that made them."""
    words, days = board.words, board.values["period_end"]
    items = [
        Markup("<li>{}: {} <small>{}</small></li>").format(
            words.date(row["effective"]), words.pick(row, "change"), row["document"]
        )
        for row in board.breaks
        if days.min() < row["effective"] <= days.max()
    ]
    if not items:
        return Markup("")
    return Markup("<p>{}</p>\n<ul>{}</ul>\n").format(
        words.say("trends.breaks"), Markup("\n").join(items)
    )


def show_coverage(board: Board) -> Section:
    """Who reported, and when; areas that always did are counted and not drawn."""
    words, values = board.words, board.values
    grid = values.assign(held=1).pivot_table(index="name", columns="period", values="held")
    grid = grid.reindex(index=values["name"].unique(), columns=board.periods)
    held = grid.notna()
    gaps = held[~held.all(axis=1)]
    counts = grid.notna().sum()
    table = tabulate_rows(
        [words.say("trends.period"), words.say("trends.areas_held")],
        [[words.period(label), words.number(int(counts[label]))] for label in board.periods],
        words.say("trends.coverage.table"),
        numbers=(1,),
    )
    said = words.say(
        "trends.coverage.alt" if len(gaps) else "trends.coverage.full",
        n=words.number(int(counts.min())),
        of=words.number(len(grid)),
        period=words.period(str(counts.idxmin())),
        full=words.number(len(held) - len(gaps)),
    )
    if gaps.empty:
        return wrap(board, "coverage", Markup("<p>{}</p>\n").format(said))
    fewest_first = gaps.loc[gaps.sum(axis=1).sort_values(kind="stable").index]
    picture = draw(plot_coverage, fewest_first.head(MOST_DRAWN))
    return show_picture(board, "coverage", picture, _tell_part(board, said, len(gaps)), table)


def _tell_part(board: Board, said: Markup, areas: int) -> Markup:
    """What is said, and that not all areas are drawn where they are too many."""
    if areas <= MOST_DRAWN:
        return said
    numbers = {"n": board.words.number(MOST_DRAWN), "of": board.words.number(areas)}
    return Markup("{} {}").format(said, board.words.say("trends.part", **numbers))


def show_series(board: Board) -> Section:
    """The series of every area, and the trend word that the rule allows."""
    words, trends = board.words, board.trends
    if len(trends) > MOST_DRAWN:
        trends = trends.sort_values(["p_value", "name"]).head(MOST_DRAWN)
    shown = board.values.merge(trends[["area_id", "word"]].reset_index(names="at"), on="area_id")
    shown["role"] = shown["word"].map(ROLE_OF_WORD).fillna("mid")
    counts = board.trends["word"].value_counts()
    said = Markup("; ").join(
        Markup("{}: {}").format(words.say(f"trends.word.{_key(word)}"), words.number(int(n)))
        for word, n in counts.items()
    )
    table = tabulate_rows(
        [
            words.say(f"trends.series.{head}")
            for head in ("area", "span", "slope", "p", "q", "word")
        ],
        [_tell_trend(board, row) for row in list_rows(trends)],
        words.say("trends.series.table"),
        numbers=(2, 3, 4),
    )
    by_name = shown.sort_values(["at", "period_end"])
    picture = draw(plot_multiples, by_name, form=choose_form(board))
    sentence = Markup("{}{}.{} {}").format(
        said[:1].upper(), said[1:], _tell_chance(board), words.say("trends.rule.trend")
    )
    told = _tell_part(board, sentence, len(board.trends))
    return show_picture(board, "series", picture, told, table)


def _tell_chance(board: Board) -> Markup:
    """How many of the series chance alone would have called rising or falling."""
    tested, words = board.judged.tested, board.words
    if tested < 2:
        return Markup("")
    chance = words.number(board.judged.by_chance, 1)
    return Markup(" ") + words.say("trends.series.chance", n=words.number(tested), chance=chance)


def _key(word: object) -> str:
    return str(word).replace(" ", "_")


def _tell_trend(board: Board, row: dict[str, object]) -> Sequence[Markup | str]:
    words = board.words
    slope, p_value, q_value = (float(str(row[name])) for name in ("slope", "p_value", "q_value"))
    low, high = (words.number(float(str(row[name])), 3) for name in ("slope_low", "slope_high"))
    ends = [words.period(str(row[name])) for name in ("first", "last")]
    return [
        str(row["name"]),
        words.say(
            "trends.span", first=ends[0], last=ends[1], n=words.number(float(str(row["points"])))
        ),
        "" if isnan(slope) else f"{words.number(slope, 3)} ({low} – {high})",
        *("" if isnan(each) else words.number(each, 3) for each in (p_value, q_value)),
        words.say(f"trends.word.{_key(row['word'])}"),
    ]


def show_distribution(board: Board) -> Section:
    """The spread of each period."""
    words = board.words
    fives = {
        label: np.percentile(
            board.values.loc[board.values["period"] == label, "value"], (0, 25, 50, 75, 100)
        )
        for label in board.periods
    }
    form = choose_form(board)
    heads = ("period", "least", "q1", "median", "q3", "most")
    table = tabulate_rows(
        [words.say(f"trends.spread.{head}") for head in heads],
        [[words.period(label), *(form(each) for each in five)] for label, five in fives.items()],
        words.say("trends.spread.table"),
        numbers=range(1, 6),
    )
    ends = ("least", "q1", "median", "q3", "most")
    spread = pd.DataFrame.from_dict(fives, orient="index", columns=list(ends))
    shown = fives[board.shown]
    alt = words.say(
        "trends.spread.alt",
        period=words.period(board.shown, ".in"),
        **dict(zip(ends, map(form, shown), strict=True)),
    )
    labelled = spread.rename_axis("label").reset_index()
    picture = draw(plot_distribution, labelled, unit=str(name_unit(board)), form=form)
    return show_picture(board, "spread", picture, alt, table)


def show_change(board: Board) -> Section:
    """The earliest period that can be joined to the one shown, against that one."""
    words, first, last = board.words, board.first_joined, board.shown
    pairs = change_over(board.values, first, last)
    if pairs.empty or first == last:
        return say(board, "change", "change.none")
    form = choose_form(board)
    ordered = pairs.loc[pairs["change"].abs().sort_values(ascending=False).index]
    drawn = ordered.head(MOST_DRAWN).rename(columns={"value": "last", "value_first": "first"})
    drawn["role"] = drawn["change"].gt(0).map({True: "deep", False: "alert"})
    drawn.loc[drawn.index[NAMED_SLOPES:], "role"] = "pale"
    heads = (words.period(first), words.period(last))
    table = tabulate_rows(
        [words.say("trends.series.area"), *heads, words.say("trends.change.by")],
        [
            [row["name"], form(row["value_first"]), form(row["value"]), form(row["change"])]
            for row in list_rows(ordered.head(MOST_DRAWN))
        ],
        words.say("trends.change.table"),
        numbers=(1, 2, 3),
    )
    alt = words.say(
        "trends.change.alt",
        up=words.number(int((pairs["change"] > 0).sum())),
        down=words.number(int((pairs["change"] < 0).sum())),
        first=heads[0],
        last=heads[1],
    )
    picture = draw(plot_change, drawn, periods=(str(heads[0]), str(heads[1])), form=form)
    return show_picture(board, "change", picture, _tell_part(board, alt, len(pairs)), table)
