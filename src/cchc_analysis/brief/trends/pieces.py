"""What every piece of the page shares: its frame, its head, names, numbers and sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from cchc_analysis.brief.templates import Caption, frame
from cchc_analysis.brief.trends.board import Board
from cchc_analysis.data.words import clean_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST_ISSUERS = 4
MOST_IN_PART = 36
"""Areas that one part of a drawing holds: more would not fit on a sheet of paper."""
COLUMNS = 3
"""Small pictures side by side: a part ends with a whole row of them."""
MOST_DRAWN = 80
"""Areas that one drawing or table holds; the file beside the page holds all."""


@dataclass(frozen=True)
class Section:
    """A piece of the page; a notebook shows it as it stands there."""

    html: Markup

    def _repr_html_(self) -> str:
        return str(self.html)


def wrap(board: Board, kind: str, body: Markup) -> Section:
    """A section of the page with its heading."""
    return Section(
        Markup(
            '<section aria-labelledby="{0}">\n<h2 id="{0}">{1}</h2><div class="body">{2}</div>'
            "</section>\n"
        ).format(kind, board.words.say(f"trends.{kind}.head"), body)
    )


def show_picture(
    board: Board, kind: str, picture: Figure | Sequence[Figure], said: Markup, table: Markup
) -> Section:
    """A drawing with what it shows in words before it, and as a table behind it."""
    words = board.words
    caption = Caption(
        title=words.say(f"trends.{kind}.title", name=name_indicator(board)),
        unit=words.say(f"trends.{kind}.unit", unit=name_unit(board)),
        source=words.say("trends.source", names=words.join(list_issuers(board))),
        alternative=said,
    )
    figure = frame(picture, caption, f"trend-{kind}")
    details = Markup("<details><summary>{}</summary>\n{}</details>\n").format(
        words.say("trends.as_table"), table
    )
    return wrap(board, kind, Markup("<p>{}</p>\n").format(said) + figure + details)


def halve(rows: pd.DataFrame, by: str) -> list[pd.DataFrame]:
    """Rows in two parts, where there are more than a sheet of paper holds; never one name in both.

    Args:
        rows: In the order in which they are drawn.
        by: The column that names what a line, or a small picture, is of.
    """
    names = rows[by].drop_duplicates()
    if len(names) <= MOST_IN_PART:
        return [rows]
    half = -(-len(names) // 2 // COLUMNS) * COLUMNS
    first = rows[by].isin(names.iloc[:half])
    return [rows[first], rows[~first]]


def say(board: Board, kind: str, key: str) -> Section:
    """A section that has nothing to draw, and says why."""
    return wrap(board, kind, Markup("<p>{}</p>\n").format(board.words.say(f"trends.{key}")))


def name_indicator(board: Board) -> Markup:
    """The label of the indicator."""
    return board.words.pick(board.indicator, "label")


def name_unit(board: Board) -> Markup:
    """The label of its unit."""
    return board.words.pick(board.reference.unit_rows[board.indicator["unit"]], "label")


def list_issuers(board: Board) -> list[Markup]:
    """Who states the values; of many, some and how many more."""
    names = [clean_text(name.rstrip(".")) for name in board.issuers]
    if len(names) <= MOST_ISSUERS:
        return names
    more = board.words.say("trends.more", n=board.words.number(len(names) - MOST_ISSUERS))
    return [*names[:MOST_ISSUERS], more]


def choose_form(board: Board) -> Callable[[float], str]:
    """How its numbers are written."""
    decimals = 0 if board.indicator["unit"] == "rank" else 2
    return lambda value: board.words.number(float(value), decimals)


def tell_part_held(board: Board) -> Markup:
    """Why there is no rank, no median and no box: how few of the areas that exist are held."""
    words, row = board.words, board.latest.iloc[0]
    return words.say(
        "trends.values_only",
        period=words.period(board.shown, ".in"),
        n=words.number(int(row["held"])),
        of=words.number(int(row["existing"])),
    )
