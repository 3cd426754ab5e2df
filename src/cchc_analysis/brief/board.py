"""A board, one indicator over many areas and periods: which values stand beside each other.

Comes in as the published tables; goes out as a ``Board`` with the ranks and trend words of
``stats``, which ``board_sections`` tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
from markupsafe import Markup

from cchc_analysis.brief.templates import HasHead, shows
from cchc_analysis.data.clean import fold_text, nearest_names, slug_text
from cchc_analysis.data.export import join_licences
from cchc_analysis.data.files import format_table
from cchc_analysis.data.records import Tables, load_own, problem
from cchc_analysis.data.reference import Reference
from cchc_analysis.data.words import Words, clean_text, plain
from cchc_analysis.errors import CommandError
from cchc_analysis.stats import panel
from cchc_analysis.stats.rates import follow_standing, rank_values
from cchc_analysis.stats.trends import FEWEST_FOR_TREND, JudgedTrends, judge_many

TRENDS = "trends"
"""The folder of the list within its language; the page of an indicator lies below it."""
FILE = "values.csv"
MOST_ISSUERS = 4
FEWEST_AREAS = 5
"""Areas below which a period is not ranked while a fuller one is held."""
FEWEST_AT_ONCE = 10
"""Areas that an indicator of one period needs to be told on a page of its own."""


@shows(
    board_sections="show_opening show_map show_ranking show_series show_standing "
    "show_distribution show_change show_others show_coverage show_funnel "
    "show_standardised show_methods",
)
@dataclass(frozen=True)
class Board(HasHead):
    """The values of one indicator, ready to be drawn.

    Attributes:
        words: The strings of the language.
        reference: Areas and catalogue.
        indicator: The catalogue's row of the indicator.
        values: A row per area and period of one scope and one kind of window: ``area_id``,
            ``name``, ``licence`` and the columns of ``describe_values``.
        sources: Who states the values; of many, some and how many more.
        others: The values of each other level, scope or window that is held, fullest first:
            ``name`` and the columns of ``choose_values``.
        strata: The counts of each part of an area (``list_strata``).
        newest: The last year of which anything is held, of any indicator.
    """

    words: Words
    reference: Reference
    indicator: Mapping[str, Any]
    values: pd.DataFrame
    sources: list[Markup]
    others: tuple[pd.DataFrame, ...]
    strata: pd.DataFrame
    newest: int

    head = "show_opening"

    def __repr__(self) -> str:
        return f"<Board {self.code}, {len(self.values)} values, {self.words.lang}>"

    @property
    def code(self) -> str:
        """The code of the indicator."""
        return str(self.indicator["indicator"])

    @property
    def label(self) -> Markup:
        """The name of the indicator."""
        return self.words.pick(self.indicator, "label")

    @property
    def unit(self) -> Markup:
        """The name of its unit."""
        return self.words.pick(self.reference.unit_rows[self.indicator["unit"]], "label")

    def form(self, value: float) -> str:
        """How its values are written."""
        return self.words.number(float(value), 0 if self.indicator["unit"] == "rank" else 2)

    @property
    def is_higher_better(self) -> bool:
        """Whether more of it is better; a rank and a share of late dossiers are not."""
        return bool(self.indicator["polarity"] != "lower")

    @cached_property
    def names(self) -> pd.Series:
        """The names of the areas by their ids."""
        return self.values.drop_duplicates("area_id").set_index("area_id")["name"]

    @cached_property
    def periods(self) -> list[str]:
        """Labels of the periods held, oldest first."""
        return list(self.values.sort_values("period_end")["period"].unique())

    @cached_property
    def shown(self) -> str:
        """The last period held in full; without one the last of which enough areas are held."""
        full = self.values[self.values["is_full"]]
        if len(full):
            return str(full.sort_values("period_end")["period"].iloc[-1])
        counts = self.values["period"].value_counts()
        enough = min(FEWEST_AREAS, int(counts.max()))
        return [label for label in self.periods if counts[label] >= enough][-1]

    @property
    def is_full(self) -> bool:
        """Whether the period shown is held of enough areas for ranks, medians and boxes."""
        return bool(self.latest["is_full"].all())

    @cached_property
    def latest(self) -> pd.DataFrame:
        """The values of the period shown, best first, with their ranks (``rank_values``)."""
        last = self.values[self.values["period"] == self.shown]
        last = last.sort_values(
            ["value", "name"], ascending=[not self.is_higher_better, True], ignore_index=True
        )
        return last.join(rank_values(last, is_higher_better=self.is_higher_better))

    @cached_property
    def standing(self) -> pd.DataFrame:
        """Where each area stands among all, across changes of design (``follow_standing``)."""
        return follow_standing(self.values, self.reference, is_higher_better=self.is_higher_better)

    @cached_property
    def judged(self) -> JudgedTrends:
        """The trend word of every area, and how many of them chance alone would give."""
        return judge_many(self.values)

    @cached_property
    def trends(self) -> pd.DataFrame:
        """A row per area: the last unbroken part of its series, and the ``word`` it allows.

        ``area_id``, ``name`` and the columns of ``judge_many``.
        """
        return self.judged.table.assign(name=self.judged.table["area_id"].map(self.names))


def open_board(
    tables: Tables,
    reference: Reference,
    choice: tuple[str, str | Iterable[str], str, str],
    words: Words,
) -> Board:
    """Open the values of one indicator (``cchc_analysis.open_trends``).

    ``choice`` is indicator, names of areas as a list or with commas between, first and last year;
    what is empty means all. A ``CommandError`` where one is unknown, or nothing is held.
    """
    code, areas, first, last = choice
    known = set(tables.indicators["indicator"])
    if code not in reference.indicator_rows or code not in known:
        near = ", ".join(nearest_names(code, sorted(known)))
        raise CommandError(problem("unheld_indicator", f"indicator {code!r}", near=near))
    row = reference.indicator_rows[code]
    held = panel.choose_values(tables, code)
    names = areas.split(",") if isinstance(areas, str) else areas
    wanted = [name.strip() for name in names if name.strip()]
    if wanted:
        held = held[held["area_id"].isin(_match_held(wanted, set(held["area_id"]), reference))]
    held = held[held["period_end"].str[:4].between(first or "0", last or "9999")]
    if held.empty:
        asked = {"first": first or "the first", "last": last or "the last year"}
        raise CommandError(problem("no_year_held", f"indicator {code}", **asked))
    own, *rest = panel.part_kinds(held, reference)
    own = panel.describe_values(own, tables, reference)
    own["licence"] = join_licences(own["source_id"], tables.sources)
    values, *others = (_name_areas(rows, reference, words) for rows in (own, *rest))
    issuer_of = dict(zip(tables.sources["source_id"], tables.sources["issuer"], strict=True))
    counts = values["source_id"].str.split().explode().map(issuer_of).value_counts()
    issuers = sorted(counts.index, key=lambda name: (-counts[name], name))
    sources = [clean_text(name.rstrip(".")) for name in issuers[:MOST_ISSUERS]]
    if more := len(issuers[MOST_ISSUERS:]):
        sources.append(words.say("trends.more.sources", n=words.number(more)))
    strata = panel.list_strata(values, tables.indicators, row)
    newest = int(tables.indicators["period_end"].max()[:4])
    return Board(words, reference, row, values, sources, tuple(others), strata, newest)


def _match_held(names: Iterable[str], held: set[str], reference: Reference) -> set[str]:
    """The ids of areas by name; those that mean no area with values are asked back together."""
    rows, found, problems = reference.area_rows, set(), []
    for name in names:
        meant = set(reference.match_held(name))
        found |= held & meant
        if not held & meant:
            own = str(rows[max(meant)]["name"])
            others = (str(rows[each]["name"]) for each in held)
            like = sorted(each for each in others if shorten_name(each) == shorten_name(own))
            remedy = f"Write {' or '.join(map(repr, like))}." if like else "Leave it out."
            problems += [problem("unheld_area", f"area {name!r}", area=own, remedy=remedy)]
    if problems:
        raise CommandError(problems)
    return found


def list_told(tables: Tables, reference: Reference) -> list[str]:
    """The indicators that are held of enough areas, or of one over enough periods, to be told."""
    told = set(find_told(tables, reference)["indicator"])
    return [code for code in reference.indicator_rows if code in told]


def name_ranked(code: str) -> str:
    """The index that a rank is of; of any other indicator itself.

    >>> name_ranked("par_index_rank_national"), name_ranked("dti")
    ('par_index', 'dti')
    """
    return code.partition("_rank")[0]


def find_told(tables: Tables, reference: Reference) -> pd.DataFrame:
    """The results of indicators that have a page: a row per indicator, ``kind``, area and period.

    ``kind`` is level, scope and window. Ranks are not among them: a page of their values ranks
    better, and with its uncertainty. It has the columns of ``indicators``, with how many areas are
    held in the period (``wide``) and how many periods of the area (``long``).
    """
    held = panel.keep_results(tables.indicators)
    held = held[held["unit"] != "rank"].assign(kind=lambda rows: panel.name_kinds(rows, reference))
    by = ["indicator", "kind"]
    cells = held.drop_duplicates([*by, "area_id", "period"])
    for name, end in (("wide", "period"), ("long", "area_id")):
        cells = cells.assign(**{name: cells.groupby([*by, end])["value"].transform("size")})
    wide, long = (cells.groupby(by)[name].transform("max") for name in ("wide", "long"))
    is_enough = (wide >= FEWEST_AT_ONCE) | (long >= FEWEST_FOR_TREND)
    return cells[is_enough | ((wide >= FEWEST_AREAS) & (long > 1))]


def _name_areas(values: pd.DataFrame, reference: Reference, words: Words) -> pd.DataFrame:
    """Values with the names of their areas, in the order of these.

    Of short name, full name and that with the province the first that no two areas share. A
    district whose name one of another province has, held or not, always has its province.
    """
    forms, area_ids = [], values["area_id"].unique()
    districts = {(row["name"], row["parent_id"]) for row in reference.list_areas("district")}
    namesakes = Counter(name for name, _ in districts)
    for row in map(reference.area_rows.__getitem__, area_ids):
        is_translated = words.lang == "en" and row["level"] in ("nation", "region")
        name = str((is_translated and row["name_en"]) or row["name"])
        is_city = row["level"] == "district"
        bare = shorten_name(name.replace("Thành phố ", "TP. ") if is_city else name)
        above = reference.area_rows.get(str(row["parent_id"]))
        place = f" ({shorten_name(str(above['name']))})" if above else ""
        is_shared = is_city and namesakes[name] > 1
        forms.append((f"{bare}{place}",) * 3 if is_shared else (bare, name, f"{name}{place}"))
    short, full, placed = (pd.Series(each, area_ids) for each in zip(*forms, strict=True))
    full = full.mask(full.duplicated(keep=False), placed)
    names = short.mask(short.duplicated(keep=False), full)
    named = values.assign(name=values["area_id"].map(names))
    return named.sort_values(
        ["name", "period_end"], key=lambda column: column.map(fold_text), ignore_index=True
    )


def shorten_name(name: str) -> str:
    """A name as it is said where the kind of area is plain.

    >>> shorten_name("Tỉnh Lạng Sơn"), shorten_name("Huyện Cao Lộc")
    ('Lạng Sơn', 'Cao Lộc')
    """
    for word in ("Tỉnh ", "Huyện ", "Vùng ", "Quận "):
        name = name.removeprefix(word)
    return name.removeprefix("Thành phố ") if name.count(" ") > 2 else name


def name_trend(indicator: str) -> str:
    """The folder of the page of an indicator within its language.

    >>> name_trend("papi_procedures")
    'trends/papi-procedures'
    """
    return f"{TRENDS}/{slug_text(indicator)}"


def tell_trend_row(board: Board) -> dict[str, Any]:
    """What the list says of the page of an indicator."""
    return {
        "folder": slug_text(board.code),
        "code": board.code,
        "label": plain(board.label),
        "areas": board.values["area_id"].nunique(),
        "periods": board.periods,
        "sources": [*map(plain, board.sources)],
    }


def format_values(board: Board) -> bytes:
    """The values of a page, as the file beside it."""
    return format_table(board.values[load_own("columns")["downloads"]["trends"]]).encode()
