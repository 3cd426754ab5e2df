"""The sections of a profile: its head, a table a theme, what leads on, how to read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cchc_analysis.brief.content import name_folder
from cchc_analysis.brief.directory import tell_masthead
from cchc_analysis.brief.plots import draw, plot_line, plot_spine
from cchc_analysis.brief.profile.content import SPREAD, keep_results
from cchc_analysis.brief.telling import upper
from cchc_analysis.brief.templates import Section, draw_line, link, render, small, strong
from cchc_analysis.brief.trend import list_kin_lines
from cchc_analysis.brief.trends.board import FEWEST_AREAS, FEWEST_AT_ONCE, name_trend
from cchc_analysis.data.export import index_licences, join_licences
from cchc_analysis.data.files import format_table, list_rows
from cchc_analysis.data.words import AREA_KINDS
from cchc_analysis.stats.trends import FEWEST_FOR_TREND

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from cchc_analysis.brief.profile.content import Profile
    from cchc_analysis.data.records import Tables

OLD = 10
"""Years that a last value lies behind the newest of a profile, from which on its name says so."""
QUARTER = 75.0
"""The per cent of the others that have to stand lower for the best quarter."""
FEWEST_TO_COMPARE = 3
"""Places of which a sentence can name the best and the worst."""
MOST_NAMED = 3
FILE = "values.csv"
COLUMNS = (
    *("area_id", "indicator", "scope", "period", "period_start", "period_end", "status", "value"),
    *("unit", "origin", "is_contested", "source_id"),
)
WORD_SIGNS = {"rising": "↑", "falling": "↓"}

Row = Mapping[str, Any]


def show_head(profile: Profile) -> Section:
    """Title with the years, headline, and three sentences by rule."""
    words = profile.words
    first, last = profile.years
    years = first if first == last else f"{first}–{last}"
    name = upper(words.place(profile.area))
    title = words.say("profile.title", area=name, years=years)
    html = tell_masthead(words, find_folder(profile.area), title) + render(
        words,
        "profile_head",
        headline=_tell_headline(profile),
        sentences=[_tell_held(profile), *_tell_places(profile), _tell_trends(profile)],
    )
    return Section(html, "head", lambda: profile.table)


def find_folder(area: Row) -> str:
    """The folder of a profile within its language: that of the area, above its periods."""
    return name_folder(area, "-").partition("/")[0]


def _tell_headline(profile: Profile) -> Markup:
    """How often the area is among the best and the worst quarter; or why nothing is compared."""
    words, placed = profile.words, profile.table.dropna(subset=["better"])
    if placed.empty:
        return words.count("profile.headline.none", len(profile.table))
    return words.say(
        "profile.headline",
        area=words.place(profile.area),
        best=words.number(int((placed["better"] >= QUARTER).sum())),
        worst=words.number(int((placed["better"] <= 100 - QUARTER).sum())),
        n=words.number(len(placed)),
        others=words.say(f"profile.others.{profile.area['level']}"),
    )


def _tell_held(profile: Profile) -> Markup:
    words, table = profile.words, profile.table
    sources = {each for cell in profile.values["source_id"] for each in cell.split()}
    held = profile.values["indicator"].nunique()
    told = table["indicator"].nunique()
    said = words.say(
        "profile.held.one" if profile.years[0] == profile.years[1] else "profile.held",
        n=words.number(held),
        sources=words.number(len(sources)),
        first=profile.years[0],
        last=profile.years[1],
    )
    if held == told:
        return said
    return Markup("{} {}").format(said, words.say("profile.rest", n=words.number(held - told)))


def _tell_places(profile: Profile) -> list[Markup]:
    """The best and the worst place; nothing where too few are known."""
    placed = list_rows(profile.table.dropna(subset=["better"]).sort_values("better", kind="stable"))
    if len(placed) < FEWEST_TO_COMPARE:
        return []
    best, worst = (_name_place(profile, placed[at]) for at in (-1, 0))
    return [profile.words.say("profile.places", best=best, worst=worst)]


def _name_place(profile: Profile, row: Row) -> Markup:
    return profile.words.say(
        "profile.place.named",
        name=profile.words.pick(profile.reference.indicator_rows[row["indicator"]], "label"),
        place=_tell_place(profile, row),
        period=profile.words.period(row["period"]),
    )


def _tell_place(profile: Profile, row: Row) -> Markup:
    numbers = (profile.words.number(int(row[name])) for name in ("place", "held"))
    return profile.words.say("profile.place", place=next(numbers), n=next(numbers))


def _tell_trends(profile: Profile) -> Markup:
    """What rises and what falls, of how many that could, and how many chance would mark."""
    words, judged = profile.words, profile.judged
    if not judged.tested:
        return words.say("profile.trends.none")
    parts = [
        words.say(
            f"profile.trends.{word}", names=_name_some(profile, profile.table["word"] == word)
        )
        for word in WORD_SIGNS
        if (profile.table["word"] == word).any()
    ]
    return words.say(
        "profile.trends",
        said=upper(words.join(parts)) if parts else words.say("profile.trends.flat"),
        n=words.number(judged.tested),
        chance=words.number(judged.by_chance, 1),
    )


def _name_some(profile: Profile, chosen: pd.Series[bool]) -> Markup:
    rows, words = list_rows(profile.table[chosen]), profile.words
    names = [
        words.say(
            "profile.series",
            name=_label(profile, row),
            first=row["first"][:4],
            last=row["last"][:4],
        )
        for row in rows[:MOST_NAMED]
    ]
    if more := len(rows) - MOST_NAMED:
        names += [words.say("profile.more", n=words.number(more))] if more > 0 else []
    return words.join(names)


def _label(profile: Profile, row: Row) -> Markup:
    return profile.words.pick(profile.reference.indicator_rows[row["indicator"]], "label")


def show_theme(profile: Profile, theme: str) -> Section:
    """The series of a theme, a row each; nothing where none is held."""
    own = profile.table[profile.table["theme"] == theme].reset_index(drop=True)
    if own.empty:
        return Section(Markup(""))
    html = render(
        profile.words,
        "profile_theme",
        anchor=theme,
        title=profile.words.say(f"profile.theme.{theme}"),
        rows=[_tell_row(profile, row) for row in list_rows(own)],
    )
    placed = own[own["is_full"]]
    drawn = partial(draw, plot_spine, _tabulate_spines(list_rows(placed))) if len(placed) else None
    return Section(html, theme, lambda: own, drawn)


def _tell_row(profile: Profile, row: Row) -> dict[str, Any]:
    """The cells of a series."""
    words, form = profile.words, choose_form(profile, row)
    points = profile.points_of[row["series"]]
    name, line, spine = _label(profile, row), Markup(""), Markup("")
    if len(points) > 1:
        figure = _draw_again(profile.line_axes, plot_line, _tabulate_line(points), form)
        line = draw_line(words, figure, name.striptags())
    if row["is_full"]:
        spread = _tabulate_spines([row])
        figure = _draw_again(profile.spine_axes, plot_spine, spread, form)
        ends = {each: form(row[each]) for each in SPREAD}
        said = words.plain("profile.spine", **ends, own=form(row["value"]))
        spine = draw_line(words, figure, said, "spine")
    return {
        "name": name,
        "href": f"../{name_trend(row['indicator'])}/index.html" if has_page(row) else "",
        "beside": _tell_beside(profile, row),
        "value": form(row["value"]),
        "unit": _tell_unit(profile, row),
        "is_contested": row["is_contested"],
        "period": words.period(row["period"]),
        "line": line,
        "spine": spine,
        "place": _tell_standing(profile, row),
        "word": _tell_word(profile, row),
    }


def _draw_again(
    ax: Any, plot: Callable[..., Any], data: pd.DataFrame, form: Callable[[float], str]
) -> Figure:
    """A plot on axes that are used again: to make new ones takes longer than to draw on them."""
    for artist in (*ax.lines, *ax.patches, *ax.texts):
        artist.remove()
    ax.relim()
    ax.autoscale()
    figure: Figure = plot(data, ax, form=form).figure
    return figure


def has_page(row: Row) -> bool:
    """Whether this series alone shows that the indicator has a page (``list_told``)."""
    is_wide = row["held"] >= FEWEST_AT_ONCE or (row["held"] >= FEWEST_AREAS and row["values"] > 1)
    return bool(row["unit"] != "rank" and (is_wide or row["values"] >= FEWEST_FOR_TREND))


def choose_form(profile: Profile, row: Row) -> Callable[[float], str]:
    """How the numbers of a series are written."""
    decimals = 0 if row["unit"] == "rank" else None if float(row["value"]).is_integer() else 2
    return partial(_write, profile, decimals)


def _write(profile: Profile, decimals: int | None, value: float) -> str:
    return profile.words.number(float(value), decimals)


def _tell_unit(profile: Profile, row: Row) -> Markup:
    return profile.words.pick(profile.reference.unit_rows[row["unit"]], "label")


def _tell_beside(profile: Profile, row: Row) -> Markup:
    """Whose work is counted, where that is said; and that the last value is an old one."""
    words, parts = profile.words, []
    if row["scope"] != "unspecified":
        kind = AREA_KINDS.get(str(profile.area["type"]), "")
        keys = (
            f"scope.whole.{kind}" if row["scope"] == "whole_district" else "",
            f"scope.{row['scope']}.{profile.area['level']}",
        )
        parts.append(words.say(next(filter(words.has, keys), f"scope.{row['scope']}")))
    if int(profile.years[1]) - int(row["period_end"][:4]) >= OLD:
        parts.append(words.say("profile.old", year=row["period_end"][:4]))
    return Markup(" · ").join(parts)


def _tabulate_line(points: pd.DataFrame) -> pd.DataFrame:
    """The points as ``plot_line`` takes them."""
    years = points["period_end"].str[:4].astype("int64")
    return pd.DataFrame({"year": years, "value": points["value"], "segment": points["segment"]})


def _tabulate_spines(rows: Sequence[Row]) -> pd.DataFrame:
    """Rows as ``plot_spine`` takes them."""
    return pd.DataFrame(
        {name: row[name] for name in SPREAD}
        | {"own": row["value"], "role": "alert" if row["is_contested"] else "deep"}
        for row in rows
    )


def _tell_standing(profile: Profile, row: Row) -> Markup:
    """The place among all; or why there is none."""
    words = profile.words
    if not row["is_full"]:
        return words.say(
            "profile.few", n=words.number(int(row["held"])), of=words.number(int(row["existing"]))
        )
    if row["place"] == row["place"]:
        return _tell_place(profile, row)
    is_level = row["lowest"] == row["highest"]
    return words.say(
        "profile.level" if is_level else "profile.undirected", n=words.number(int(row["held"]))
    )


def _tell_word(profile: Profile, row: Row) -> Markup:
    """The trend word with its sign and its years; or why there is none."""
    words = profile.words
    said = words.say(f"trends.word.{row['word'].replace(' ', '_')}")
    if sign := WORD_SIGNS.get(row["word"]):
        said = strong(Markup("{} {}").format(sign, said))
    years = f"{row['first'][:4]}–{row['last'][:4]}"
    return small(said, years if row["points"] > 1 else row["last"][:4])


def show_links(profile: Profile) -> Section:
    """Briefs, areas before and since, areas below: what leads on."""
    words = profile.words
    kin = list_kin_lines(words, profile.reference, profile.area, partial(_link_area, profile))
    html = render(
        words,
        "profile_links",
        briefs=[
            (f"../{name_folder(profile.area, each)}/index.html", words.period(each))
            for each in profile.periods
        ],
        kin=kin,
        below=[_link_area(profile, each) for each in profile.below],
        file=FILE,
    )
    return Section(html, "more", lambda: profile.values)


def format_own_values(tables: Tables, area_id: str) -> bytes:
    """The file beside a profile: all results that are published of its area."""
    results = keep_results(tables.indicators)
    own = results[results["area_id"] == area_id]
    licence = join_licences(own["source_id"], index_licences(tables.sources))
    return format_table(own[list(COLUMNS)].assign(licence=licence)).encode()


def _link_area(profile: Profile, area_id: str) -> Markup:
    """An area by its name, linked where it has a profile."""
    row = profile.reference.area_rows[area_id]
    name = profile.words.place(row)
    if area_id not in profile.kin and area_id not in profile.below:
        return name
    return link(f"../{find_folder(row)}/index.html", name)


def show_methods(profile: Profile) -> Section:
    """How to read a row, and the rules of places and trend words."""
    words = profile.words
    rules: Sequence[Markup] = [
        words.say("profile.rule.spine"),
        words.say("profile.rule.line"),
        words.say("trends.rule.full"),
        words.say("trends.rule.trend"),
    ]
    return Section(render(words, "profile_methods", rules=rules), "methods")
