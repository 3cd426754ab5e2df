"""The pages on trends: one for each indicator that is held widely or long enough, and their list.

Comes in as the values of an indicator; goes out as its place in the site, its row in the list that
leads to the pages, and its values as a file beside it. What a page says is in ``trends``.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from cchc_analysis.brief.directory import tell_masthead
from cchc_analysis.brief.trends import Board, Section
from cchc_analysis.brief.trends import show_opening as tell_opening
from cchc_analysis.data.clean import slug_text
from cchc_analysis.data.files import format_table
from cchc_analysis.data.packages import join_licences
from cchc_analysis.data.tables import tabulate_rows
from cchc_analysis.data.words import Words

TRENDS = "trends"
"""The folder of the list within its language; the page of an indicator lies below it."""
FILE = "values.csv"
FILE_COLUMNS = (
    *("area_id", "name", "indicator", "scope", "period", "period_start", "period_end", "value"),
    *("low", "high", "unit", "numerator", "denominator", "origin", "segment", "crosses"),
    *("is_contested", "source_id", "licence"),
)


def name_trend(indicator: str) -> str:
    """The folder of the page of an indicator within its language.

    >>> name_trend("papi_procedures")
    'trends/papi-procedures'
    """
    return f"{TRENDS}/{slug_text(indicator)}"


def show_trend_opening(board: Board) -> Section:
    """The head of the page of an indicator, with the way to the others and to the values."""
    words = board.words
    more = Markup('<p class="kicker"><a href="../index.html">{}</a><a href="{}">{}</a></p>').format(
        words.say("trends.all"), FILE, words.say("trends.file")
    )
    name = words.pick(board.indicator, "label")
    head = tell_masthead(words, name_trend(board.code), name, more)
    return Section(head + tell_opening(board).html)


def tell_trend_row(board: Board) -> list[str]:
    """What the list says of the page of an indicator."""
    words = board.words
    return [
        Markup('<a href="{}/index.html">{}</a> <small><code>{}</code></small>').format(
            slug_text(board.code), words.pick(board.indicator, "label"), board.code
        ),
        words.number(board.values["area_id"].nunique()),
        _tell_periods(board),
        words.join(board.issuers[:2]) + (Markup(" …") if len(board.issuers) > 2 else ""),
    ]


def tell_trend_list(rows: Sequence[Sequence[Markup]], words: Words) -> Markup:
    """The list of the indicators that have a page, of their rows."""
    if not rows:
        return Markup("<p>{}</p>\n").format(words.say("trends.list.none"))
    heads = [
        words.say(f"trends.list.{each}") for each in ("indicator", "areas", "periods", "sources")
    ]
    return tabulate_rows(heads, rows, words.say("trends.list.table"), numbers=(1,))


def _tell_periods(board: Board) -> Markup:
    first, last = (board.words.period(board.periods[at]) for at in (0, -1))
    if first == last:
        return first
    number = board.words.number(len(board.periods))
    return board.words.say("trends.span", first=first, last=last, n=number)


def format_values(board: Board) -> bytes:
    """The values of a page, as the file beside it."""
    licence = join_licences(board.values["source_id"], board.licences)
    return format_table(board.values.assign(licence=licence)[list(FILE_COLUMNS)]).encode()
