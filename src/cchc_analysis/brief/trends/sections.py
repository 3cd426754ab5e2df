"""The series on a page: what is held, who reported, each area over time, spread, and change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

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
    halve,
    list_issuers,
    name_unit,
    say,
    show_picture,
    tell_part_held,
    wrap,
)
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.packages import join_licences
from cchc_analysis.data.synthetic import NOTICE
from cchc_analysis.data.tables import tabulate_rows
from cchc_analysis.data.words import clean_text
from cchc_analysis.stats.changes import change_over
from cchc_analysis.stats.trends import judge_many

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
        words.say("trends.left_out", n=words.number(sum(map(len, board.others))))
        if board.others
        else "",
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
        "trends.ends" if board.is_full else "trends.ends.part",
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
    """Who reported, and when, areas of one pattern together; complete ones are only counted."""
    words, values = board.words, board.values
    grid = values.assign(held=1).pivot_table(index="name", columns="period", values="held")
    grid = grid.reindex(index=values["name"].unique(), columns=board.periods).notna()
    patterns: dict[tuple[bool, ...], list[str]] = {}
    for name, row in grid[~grid.all(axis=1)].iterrows():
        patterns.setdefault(tuple(row), []).append(str(name))
    gaps = sorted(patterns.items(), key=lambda each: (sum(each[0]), -len(each[1])))
    full, counts = int(grid.all(axis=1).sum()), grid.sum()
    said = words.say(
        "trends.coverage.alt" if gaps else "trends.coverage.full",
        n=words.number(int(counts.min())),
        of=words.number(len(grid)),
        period=words.period(str(counts.idxmin())),
        full=words.number(full),
    )
    if not gaps:
        return wrap(board, "coverage", Markup("<p>{}</p>\n").format(said))
    table = tabulate_rows(
        [words.say(f"trends.coverage.{head}") for head in ("areas", "count", "lacking")],
        [
            [words.join(names), words.number(len(names)), _tell_lacking(board, pattern)]
            for pattern, names in gaps[:MOST_DRAWN]
        ],
        words.say("trends.coverage.table"),
        numbers=(1,),
    )
    drawn = pd.DataFrame(
        [pattern for pattern, _ in gaps[:MOST_DRAWN]],
        index=[_name_group(board, names) for _, names in gaps[:MOST_DRAWN]],
        columns=board.periods,
    )
    picture = draw(plot_coverage, drawn)
    return show_picture(board, "coverage", picture, _tell_part(board, said, len(gaps)), table)


def _name_group(board: Board, names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return board.words.plain("trends.coverage.group", n=board.words.number(len(names)))


def _tell_lacking(board: Board, pattern: Sequence[bool]) -> Markup:
    """The periods without a value."""
    pairs = zip(board.periods, pattern, strict=True)
    return board.words.join(board.words.period(label) for label, is_held in pairs if not is_held)


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
    tests = ("slope", "p", "q") if trends["p_value"].notna().any() else ()
    heads = ("area", "span", *tests, "word")
    tests = ("slope", "p", "q") if trends["p_value"].notna().any() else ()
    heads = ("area", "span", *tests, "word")
    table = tabulate_rows(
        [words.say(f"trends.series.{head}") for head in heads],
        [_tell_trend(board, row, heads) for row in list_rows(trends)],
        words.say("trends.series.table"),
        numbers=range(2, 2 + len(tests)),
    )
    by_name = shown.sort_values(["at", "period_end"])
    picture = _draw_multiples(by_name, choose_form(board))
    sentence = Markup("{}{}.{} {}").format(
        said[:1].upper(), said[1:], _tell_chance(board), words.say("trends.rule.trend")
    )
    told = _tell_part(board, sentence, len(board.trends))
    return show_picture(board, "series", picture, told, table)


def _draw_multiples(rows: pd.DataFrame, form: Callable[[float], str]) -> list[Figure]:
    """Small lines to one scale, in as many parts as sheets need."""
    ends = float(rows["value"].min()), float(rows["value"].max())
    return [draw(plot_multiples, part, form=form, ends=ends) for part in halve(rows, "name")]


def _tell_chance(board: Board) -> Markup:
    """How many of the series chance alone would have called rising or falling."""
    tested, words = board.judged.tested, board.words
    if tested < 2:
        return Markup("")
    chance = words.number(board.judged.by_chance, 1)
    return Markup(" ") + words.say("trends.series.chance", n=words.number(tested), chance=chance)


def _key(word: object) -> str:
    return str(word).replace(" ", "_")


def _tell_trend(board: Board, row: Mapping[str, Any], heads: Sequence[str]) -> list[Markup | str]:
    """The cells of an area in the table of the test."""
    words = board.words
    slope, low, high = (float(row[name]) for name in ("slope", "slope_low", "slope_high"))
    number = words.number
    cells: dict[str, Markup | str] = {
        "area": str(row["name"]),
        "span": tell_span(board, row),
        "slope": ""
        if isnan(slope)
        else f"{number(slope, 3)} ({number(low, 3)} – {number(high, 3)})",
        **{
            head: "" if isnan(row[name]) else number(float(row[name]), 3)
            for head, name in (("p", "p_value"), ("q", "q_value"))
        },
        "word": words.say(f"trends.word.{_key(row['word'])}"),
    }
    return [cells[head] for head in heads]


def tell_span(board: Board, row: Mapping[str, Any]) -> Markup:
    """The years that a trend word holds for."""
    ends = {name: board.words.period(str(row[name])) for name in ("first", "last")}
    return board.words.say("trends.span", n=board.words.number(int(row["points"])), **ends)


def show_distribution(board: Board) -> Section:
    """The spread of each period that is held in full; without one, why there is none."""
    words = board.words
    full = board.values[board.values["is_full"]]
    if full.empty:
        return wrap(board, "spread", Markup("<p>{}</p>\n").format(tell_part_held(board)))
    fives = {
        label: np.percentile(full.loc[full["period"] == label, "value"], (0, 25, 50, 75, 100))
        for label in board.periods
        if (full["period"] == label).any()
    }
    form = choose_form(board)
    heads = ("period", "least", "q1", "median", "q3", "most")
    table = tabulate_rows(
        [words.say(f"trends.spread.{head}") for head in heads],
        [[words.period(label), *(form(each) for each in five)] for label, five in fives.items()],
        words.say("trends.spread.table"),
        numbers=range(1, 6),
    )
    spread = pd.DataFrame.from_dict(fives, orient="index", columns=list(heads[1:]))
    alt = words.say(
        "trends.spread.alt",
        period=words.period(board.shown, ".in"),
        **{head: form(each) for head, each in zip(heads[1:], fives[board.shown], strict=True)},
    )
    if len(fives) < len(board.periods):
        left = words.number(len(board.periods) - len(fives))
        alt = Markup("{} {}").format(alt, words.say("trends.spread.part", n=left))
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
    has_interval = bool(pairs["change_low"].notna().any())
    names = ("by", *(("interval", "beyond") if has_interval else ()))
    table = tabulate_rows(
        [
            words.say("trends.series.area"),
            *heads,
            *(words.say(f"trends.change.{each}") for each in names),
        ],
        [
            [
                row["name"],
                *(form(row[name]) for name in ("value_first", "value", "change")),
                *(_tell_interval(board, row) if has_interval else ()),
            ]
            for row in list_rows(ordered.head(MOST_DRAWN))
        ],
        words.say("trends.change.table"),
        numbers=range(1, 3 + len(names)),
    )
    alt = words.say(
        "trends.change.alt",
        up=words.number(int((pairs["change"] > 0).sum())),
        down=words.number(int((pairs["change"] < 0).sum())),
        first=heads[0],
        last=heads[1],
    )
    if sampled := int(pairs["change_low"].notna().sum()):
        alt = Markup("{} {}").format(
            alt,
            words.say(
                "trends.change.sampled",
                n=words.number(int(pairs["is_beyond"].sum())),
                of=words.number(sampled),
            ),
        )
    picture = draw(plot_change, drawn, periods=(str(heads[0]), str(heads[1])), form=form)
    return show_picture(board, "change", picture, _tell_part(board, alt, len(pairs)), table)


def _tell_interval(board: Board, row: Mapping[str, Any]) -> tuple[str | Markup, str | Markup]:
    """The interval of a change, and whether sampling alone could explain it."""
    if isnan(row["change_low"]):
        return "", ""
    form, words = choose_form(board), board.words
    ends = f"{form(row['change_low'])} – {form(row['change_high'])}"
    return ends, words.say(f"trends.change.{'yes' if row['is_beyond'] else 'no'}")


def show_standing(board: Board) -> Section:
    """Where areas stand among all over years of several designs; nothing within one design."""
    words, standing = board.words, board.standing
    is_parted = board.values["segment"].nunique() > 1
    if standing.empty or not is_parted:
        return Section(Markup(""))
    judged = judge_many(standing)
    heads = ("area", "last", "slope", "p", "word")
    names = board.values.drop_duplicates("area_id").set_index("area_id")["name"]
    last = standing[standing["period"] == standing["period"].max()].set_index("area_id")["value"]
    rows = [
        [
            names[row["area_id"]],
            words.number(float(last.get(row["area_id"], float("nan"))), 0),
            words.number(float(row["slope"]), 1) if not isnan(row["slope"]) else "",
            words.number(float(row["p_value"]), 3) if not isnan(row["p_value"]) else "",
            _tell_standing_word(board, row, str(standing["period"].min())),
        ]
        for row in list_rows(judged.table)
    ]
    table = tabulate_rows(
        [words.say(f"trends.standing.{head}") for head in heads],
        rows[:MOST_DRAWN],
        words.say("trends.standing.table"),
        numbers=(1, 2, 3),
    )
    counts = judged.table["word"].value_counts()
    said = words.say(
        "trends.standing.said",
        first=words.period(str(standing["period"].min())),
        last=words.period(str(standing["period"].max())),
        rising=words.number(int(counts.get("rising", 0))),
        falling=words.number(int(counts.get("falling", 0))),
        of=words.number(judged.tested),
        chance=words.number(judged.by_chance, 1),
    )
    shown = standing.merge(judged.table[["area_id", "word"]], on="area_id")
    shown = shown[shown["word"].isin(list(ROLE_OF_WORD))]
    if shown.empty:
        return wrap(board, "standing", Markup("<p>{}</p>\n{}").format(said, table))
    shown = shown.assign(role=shown["word"].map(ROLE_OF_WORD))
    picture = _draw_multiples(shown, lambda value: words.number(value, 0))
    return show_picture(board, "standing", picture, said, table)


def _tell_standing_word(board: Board, row: Mapping[str, Any], first: str) -> Markup:
    """The word for a standing; its years too where they are not those of all."""
    word = board.words.say(f"trends.word.{_key(row['word'])}")
    if row["first"] == first:
        return word
    return Markup("{} <small>{}</small>").format(word, tell_span(board, row))


def show_others(board: Board) -> Section:
    """What is held of other levels, scopes and windows, the latest values of each; or nothing."""
    if not board.others:
        return Section(Markup(""))
    tables = Markup("").join(_tabulate_other(board, rows) for rows in board.others)
    said = board.words.say("trends.others.said", n=board.words.number(len(board.others)))
    return wrap(board, "others", Markup("<p>{}</p>\n{}").format(said, tables))


def _tabulate_other(board: Board, rows: pd.DataFrame) -> Markup:
    """The latest value of each area of one kind, folded away under what kind it is."""
    words, form = board.words, choose_form(board)
    latest = rows.sort_values("period_end").drop_duplicates("area_id", keep="last")
    latest = latest.sort_values("value", ascending=not board.is_higher_better)
    level = board.reference.area_rows[str(latest["area_id"].iloc[0])]["level"]
    head = words.say(
        "trends.others.kind",
        level=words.say(f"trends.others.level.{level}"),
        scope=words.say(f"scope.{latest['scope'].iloc[0]}"),
        last=words.period(str(rows.sort_values("period_end")["period"].iloc[-1])),
        n=words.number(len(latest)),
    )
    table = tabulate_rows(
        [words.say(f"trends.others.{each}") for each in ("area", "period", "value")],
        [
            [row["name"], words.period(row["period"]), form(row["value"])]
            for row in list_rows(latest.head(MOST_DRAWN))
        ],
        head,
        numbers=(2,),
    )
    return Markup("<details><summary>{}</summary>\n{}</details>\n").format(head, table)
