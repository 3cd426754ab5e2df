"""The pages that lead to the briefs: index, contradictions, definitions, method.

They are made of the same pieces as a brief and go through the same template, without a notebook:
they list, and have nothing to compute. What they say of a single brief is its ``Card``, which is
made with its page: so a list of fourteen thousand briefs opens none of them again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cchc_analysis.brief.annex import tell_method
from cchc_analysis.brief.content import Brief, name_folder, name_page
from cchc_analysis.brief.directory import (
    INDEX,
    MOST_DEFINED,
    MOST_LINES,
    MOST_ROWS,
    SISTERS,
    ListedArea,
    bare_name,
    group_letters,
    group_parts,
    link_letters,
    link_parts,
    list_areas,
    list_names,
    list_provinces,
    list_told_areas,
    map_provinces,
    name_letter,
    name_place,
    tabulate_areas,
    tabulate_counts,
    tabulate_definitions,
    tabulate_provinces,
    tell_masthead,
)
from cchc_analysis.brief.downloads import link_site_downloads
from cchc_analysis.brief.glance import (
    count_all,
    name_columns,
    tabulate_glance,
    tell_row,
    tell_said,
)
from cchc_analysis.brief.ledger import grade_brief, tell_grade_rule, tell_rule, tell_sum
from cchc_analysis.brief.nouns import count_contradictions, number_findings
from cchc_analysis.brief.render import TEMPLATE, export_body
from cchc_analysis.brief.telling import (
    SIGNS,
    Voice,
    name_area,
    upper,
)
from cchc_analysis.brief.templates import macro
from cchc_analysis.brief.trends import TRENDS, tell_trend_list
from cchc_analysis.data.clean import alphabet_key
from cchc_analysis.data.records import Severity
from cchc_analysis.data.tables import tabulate_groups
from cchc_analysis.data.words import LANGUAGES, Words, clean_text, load_words

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Project, Reference

MOST_TOLD = 24
"""Briefs that the index tells a sentence of; a longer list would hide the table."""


@dataclass(frozen=True)
class Card:
    """What the lists say of one brief.

    Attributes:
        folder: Where its page lies.
        province: The province, under which the index names it.
        place: District and period, under which the ledger names it.
        glance: Its row in the index.
        said: What it says in a sentence or two.
        ledger: Its rows in the list of contradictions.
        findings: The findings that it tells.
        facts: What ``pages.json`` says of it.
    """

    lang: str
    folder: str
    province: str
    place: str
    glance: list[str]
    said: str
    ledger: list[list[str]]
    findings: list[str]
    facts: dict[str, Any]

    def to_bytes(self) -> bytes:
        """The card as a file."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Card:
        """The card that a file holds."""
        return cls(**json.loads(content))


@dataclass(frozen=True)
class Told:
    """What the lists of one language are made of.

    Attributes:
        cards: The card of every brief, in the order of the index.
        briefs: A brief, for the rules by which all are made; none where there is none.
        reference: The reference tables.
        findings: All findings.
        withheld: Sources whose rows may not be published, by their titles.
        indicators: Codes of all indicators of which a value is published.
        workbooks: The path of the workbook of each province, and its name.
        profiled: The areas that have a profile.
    """

    cards: Sequence[Card]
    briefs: Sequence[Brief]
    reference: Reference
    findings: pd.DataFrame
    withheld: Sequence[str] = ()
    indicators: Sequence[str] = ()
    workbooks: Sequence[tuple[str, str]] = ()
    profiled: Sequence[str] = ()


@dataclass(frozen=True)
class _Voice:
    """What tells a finding that no brief tells."""

    words: Words
    reference: Reference


Bind = Callable[["Project", Told, str], str]


def make_card(brief: Brief) -> Card:
    """What the lists say of a brief."""
    words = brief.words
    return Card(
        lang=brief.lang,
        folder=str(name_page(brief.area, brief.period, brief.lang).parent),
        province=upper(words.place(brief.province)) if brief.province else words.say("missing"),
        place=Markup("{}, {}").format(upper(name_area(brief)), words.period(brief.period)),
        glance=list(tell_row(brief)),
        said=tell_said(brief),
        ledger=_tell_ledger(brief),
        findings=list(brief.contradiction_of),
        facts=_describe_brief(brief),
    )


def bind_index(project: Project, told: Told, lang: str) -> str:
    """Every brief by province, with its grade and headline figures; what each says."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    provinces = list_provinces(told.cards, told.reference)
    parts = [
        count_all(words, _count_cards(told)),
        _link_orders(words, told),
        map_provinces(words, frozenset(told.profiled), told.reference),
        tabulate_provinces(words, provinces),
        _tell_glance(words, told, provinces) if len(told.cards) <= MOST_ROWS else Markup(""),
        _tell_each(words, told.cards) if len(told.cards) <= MOST_TOLD else Markup(""),
        link_site_downloads(project, words, "../", told.workbooks),
        _tell_withheld(words, told.withheld),
    ]
    return _bind(project, words, "index.title", "", words.say("index.intro"), *parts)


ORDERS: Mapping[str, Callable[[Sequence[Card]], Any]] = {
    "contradictions": lambda cards: sum(int(card.facts["contradictions"]) for card in cards),
    "grade": lambda cards: max(str(card.facts["grade"]) for card in cards),
    "period": lambda cards: max(str(card.facts["period_end"]) for card in cards),
}
"""Orders in which briefs are listed besides that of the alphabet, the greatest first."""


def _link_orders(words: Words, told: Told) -> Markup:
    """The same briefs in other orders, each a page of its own: a page sorts nothing itself."""
    if len(told.cards) < 2:
        return Markup("")
    links = [(f"sorted/{each}/index.html", words.say(f"index.order.{each}")) for each in ORDERS]
    return macro(words, "nav", words.say("index.orders"), links)


def bind_order(project: Project, told: Told, lang: str, order: str) -> str:
    """The briefs in another order; their provinces, where they are many."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    head = tell_masthead(words, f"sorted/{order}", words.say(f"index.order.{order}"))
    if len(told.cards) > MOST_ROWS:
        places = list_provinces(told.cards, told.reference)
        places.sort(key=lambda place: ORDERS[order](place.cards), reverse=True)
        return _export(project, words, head + tabulate_provinces(words, places, "../../"))
    cards = sorted(told.cards, key=lambda card: ORDERS[order]([card]), reverse=True)
    rows = [[_move(cell, "../../") for cell in card.glance] for card in cards]
    columns = name_columns(_Voice(words, told.reference))
    return _export(project, words, head + tabulate_glance(words, [(Markup(""), rows)], columns))


def _tell_glance(
    words: Words, told: Told, places: Sequence[ListedArea], to_lang: str = ""
) -> Markup:
    """The rows of briefs, by place."""
    groups = [
        (
            name_place(words, place),
            [[_move(cell, to_lang) for cell in card.glance] for card in place.cards],
        )
        for place in places
    ]
    return tabulate_glance(words, groups, name_columns(_Voice(words, told.reference)))


def _move(cell: str, to_lang: str) -> Markup:
    """A cell of a card whose links start from the folder of the language, from below it."""
    moved = str(cell).replace('href="', f'href="{to_lang}')  # of Markup it would be escaped
    return Markup(moved)  # noqa: S704 - made by make_card


def bind_province(project: Project, told: Told, lang: str) -> str:
    """The areas of one province: at a glance where they are few, else with links to each."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    [province] = list_provinces(told.cards, told.reference)
    areas = list_areas(told.cards, told.reference)
    few = len(told.cards) <= MOST_ROWS
    glance = _tell_glance(words, told, areas, "../") if few else Markup("")
    return _bind_place(project, words, province, tabulate_areas(words, areas) + glance)


def bind_area(project: Project, told: Told, lang: str) -> str:
    """The briefs of one area, by period."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    [area] = list_areas(told.cards, told.reference)
    [province] = list_provinces(told.cards, told.reference)
    up = Markup('<p><a href="../{}/index.html">{}</a></p>\n').format(
        province.folder, name_place(words, province)
    )
    is_own = province.folder == area.folder
    body = (Markup("") if is_own else up) + _tell_glance(words, told, [area], "../")
    return _bind_place(project, words, area, body)


def _bind_place(project: Project, words: Words, place: ListedArea, body: Markup) -> str:
    head = tell_masthead(words, place.folder, name_place(words, place))
    return _export(project, words, head + body)


def bind_letters(project: Project, told: Told, lang: str) -> str:
    """Every province and area by the alphabet, or the letters where they are many."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    letters = _list_letters(told)
    body = link_letters(words, letters)
    if sum(map(len, letters.values())) <= MOST_LINES:
        body = Markup("").join(
            Markup("<h2>{}</h2>\n{}").format(
                letter, list_names(words, places, told.reference, "../")
            )
            for letter, places in letters.items()
        )
    return _bind(project, words, "directory.letters", INDEX, words.say("directory.intro"), body)


def bind_letter(project: Project, told: Told, lang: str, letter: str) -> str:
    """The names under one letter."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    letters = _list_letters(told)
    head = tell_masthead(words, name_letter(letter), words.say("directory.letter", letter=letter))
    names = list_names(words, letters[letter], told.reference, "../../")
    return _export(project, words, head + names)


def _list_letters(told: Told) -> dict[str, list[ListedArea]]:
    listed = [
        *list_told_areas(told.profiled, told.reference),
        *list_provinces(told.cards, told.reference),
        *list_areas(told.cards, told.reference),
    ]
    places = {place.folder: place for place in listed}
    ordered = sorted(places.values(), key=lambda place: alphabet_key(bare_name(place.row)))
    return group_letters(ordered)


def list_places(told: Told) -> dict[str, tuple[Sequence[Card], Bind]]:
    """The pages below the lists, by folder: the cards that each is made of, and how."""
    provinces = list_provinces(told.cards, told.reference)
    areas = list_areas(told.cards, told.reference)
    pages: dict[str, tuple[Sequence[Card], Bind]] = {}
    pages |= {place.folder: (place.cards, bind_province) for place in provinces}
    pages |= {
        place.folder: (place.cards, bind_area)
        for place in areas
        if place.row["level"] != "province"
    }
    if len(told.cards) > 1:
        pages |= {
            f"sorted/{order}": (told.cards, partial(bind_order, order=order)) for order in ORDERS
        }
    letters = _list_letters(told)
    if sum(map(len, letters.values())) > MOST_LINES:
        pages |= {
            name_letter(letter): (told.cards, partial(bind_letter, letter=letter))
            for letter in letters
        }
    if len(told.indicators) > MOST_DEFINED:
        pages |= {
            f"definitions/{part}": (told.cards, partial(bind_definition_part, part=part))
            for part in group_parts(told.reference, told.indicators)
        }
    if count_lines(told.cards) > MOST_LINES:
        pages |= {
            f"contradictions/{place.folder}": (place.cards, bind_province_contradictions)
            for place in provinces
            if count_lines(place.cards)
        }
    return pages


def count_lines(cards: Sequence[Card]) -> int:
    """How many contradictions the ledgers of briefs hold."""
    return sum(len(card.ledger) for card in cards)


def _tell_withheld(words: Words, titles: Sequence[str]) -> Markup:
    """That some sources may not be published, so that nobody misses them in silence."""
    if not titles:
        return Markup("")
    names = Markup("; ").join(map(clean_text, titles))
    said = words.count("index.withheld", len(titles), names=names)
    return Markup('<p class="src">{}</p>\n').format(said)


def _count_cards(told: Told) -> list[tuple[str, int]]:
    cards = told.cards
    return [
        ("briefs", len(cards)),
        ("districts", len({card.facts["area_id"] for card in cards})),
        ("provinces", len({card.province for card in cards})),
        ("contradictions", count_contradictions(told.findings)),
    ]


def _tell_each(words: Words, cards: Sequence[Card]) -> Markup:
    """A sentence or two of every brief."""
    items = Markup("").join(_mark([card.said for card in cards]))
    return Markup('<h2>{}</h2>\n<ul class="said">\n{}</ul>\n').format(
        words.say("index.said"), items
    )


def _mark(cells: Sequence[str]) -> list[Markup]:
    """Cells of a card, which are our own markup."""
    return [Markup(cell) for cell in cells]  # noqa: S704 - made by make_card


def bind_contradictions(project: Project, told: Told, lang: str) -> str:
    """Every contradiction of every brief, linked to its place in the ledger."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    others = _tell_others(told, _Voice(words, told.reference))
    rest = [(words.say("index.ledger.others"), others)] if others else []
    if count_lines(told.cards) > MOST_LINES:
        provinces = list_provinces(told.cards, told.reference)
        body = tabulate_counts(words, provinces, "{folder}/")
        body += _tabulate_ledger(words, rest) if rest else Markup("")
    else:
        body = _tabulate_ledger(words, [*_group_ledger(told.cards, ""), *rest])
    intro = words.say("ledger.intro")
    return _bind(project, words, "index.ledger", "contradictions", intro, body)


def bind_province_contradictions(project: Project, told: Told, lang: str) -> str:
    """The contradictions of one province, or how many each of its areas has."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    [province] = list_provinces(told.cards, told.reference)
    if count_lines(told.cards) > MOST_LINES:
        areas = list_areas(told.cards, told.reference)
        body = tabulate_counts(words, areas, "../../{folder}/")
    else:
        body = _tabulate_ledger(words, _group_ledger(told.cards, "../"))
    title = Markup("{}: {}").format(words.say("index.ledger.heading"), name_place(words, province))
    head = tell_masthead(words, f"contradictions/{province.folder}", title)
    return _export(project, words, head + body)


Rows = list[list[Markup]]


def _group_ledger(cards: Sequence[Card], deeper: str) -> list[tuple[Markup, Rows]]:
    """The rows of the ledgers by brief, from so much deeper than the list of contradictions."""
    return [
        (
            Markup(card.place),  # noqa: S704 - made by make_card
            [[_move(cell, deeper) for cell in row] for row in card.ledger],
        )
        for card in cards
        if card.ledger
    ]


def _tabulate_ledger(words: Words, groups: Sequence[tuple[Markup, Rows]]) -> Markup:
    return tabulate_groups(
        [words.say(f"index.ledger.{key}") for key in ("what", "sum", "severity")],
        groups,
        words.say("index.ledger.table"),
    )


def _tell_others(told: Told, voice: Voice) -> list[list[Markup]]:
    """What was found in sources that no brief tells, such as panels."""
    known = {finding for card in told.cards for finding in card.findings}
    rest = told.findings[~told.findings["finding_id"].isin(known)]
    return [
        [
            Markup("{} {}").format(SIGNS[Severity(each.severity)], tell_rule(voice, first)),
            tell_sum(voice, first),
            voice.words.say(f"severity.{each.severity}"),
        ]
        for each in number_findings(rest)
        for first in each.findings[:1]
        if not each.is_remark
    ]


def _tell_ledger(brief: Brief) -> list[list[str]]:
    return [
        [
            Markup('<a href="../{}/annex.html#{}">{}{}</a> {}').format(
                name_folder(brief.area, brief.period),
                each.anchor,
                SIGNS[Severity(each.severity)],
                each.number,
                tell_rule(brief, each.findings[0]),
            ),
            tell_sum(brief, each.findings[0]),
            brief.words.say(f"severity.{each.severity}"),
        ]
        for each in brief.contradictions
        if not each.is_remark
    ]


def bind_definitions(project: Project, told: Told, lang: str) -> str:
    """Every indicator that a page shows: name, code, unit, direction, what it counts."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    intro = words.say("index.definition.intro")
    if len(told.indicators) > MOST_DEFINED:
        body = link_parts(words, told.reference, told.indicators)
    else:
        body = tabulate_definitions(words, told.reference, told.indicators)
    return _bind(project, words, "index.definition", "definitions", intro, body)


def bind_definition_part(project: Project, told: Told, lang: str, part: str) -> str:
    """The indicators of one area of reform, where they are too many for one page."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    title = Markup("{}: {}").format(
        words.say("index.definition.heading"), words.say(f"part.title.{part}")
    )
    own = group_parts(told.reference, told.indicators)[part]
    head = tell_masthead(words, f"definitions/{part}", title)
    return _export(project, words, head + tabulate_definitions(words, told.reference, own))


def define_method(brief: Brief) -> Markup:
    """The rules of the pages with a name for each, and what surrounds them."""
    told = {
        "path": brief.words.say("method.path"),
        **dict(tell_method(brief)),
        "grade": tell_grade_rule(brief),
        "limits": brief.words.say("method.limits"),
        "people": brief.words.say("method.people"),
    }
    items = Markup("").join(
        Markup('<dt id="about-{}">{}</dt><dd>{}</dd>\n').format(
            key, brief.words.say(f"index.method.{key}"), text
        )
        for key, text in told.items()
    )
    return Markup('<dl class="method">\n{}</dl>\n').format(items)


def bind_method(project: Project, told: Told, lang: str) -> str:
    """The rules by which every page is made."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    body = define_method(told.briefs[0]) if told.briefs else Markup("")
    return _bind(project, words, "index.method", "method", words.say("index.method.intro"), body)


def bind_trends(project: Project, rows: Sequence[Sequence[str]], lang: str) -> str:
    """The list of the indicators that have a page of their own."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    body = tell_trend_list([_mark(row) for row in rows], words)
    return _bind(project, words, "trends.list", TRENDS, words.say("trends.list.intro"), body)


def bind_absent(project: Project, lang: str, name: str = "quality") -> str:
    """What stands in the place of a page on data quality until its notebook makes it."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    return _bind(project, words, "quality", name, words.say("quality.absent"))


LISTS: Mapping[str, Bind] = {
    "": bind_index,
    "contradictions": bind_contradictions,
    INDEX: bind_letters,
    "definitions": bind_definitions,
    "method": bind_method,
}
"""The lists of a language, by folder."""


def bind_root(project: Project, counts: Mapping[str, int]) -> str:
    """The door of the site: what it is, and where to go, in both languages."""
    words = [load_words(project.notebooks / TEMPLATE, lang) for lang in LANGUAGES]
    doors = Markup("").join(_tell_door(own, counts.get(own.lang, 0)) for own in words)
    head = Markup('<div class="head"><h1>{} <small lang="{}">{}</small></h1></div>\n').format(
        words[0].say("site.title"), LANGUAGES[1], words[1].say("site.title")
    )
    body = Markup('<div class="doors">{}</div>\n').format(doors)
    return _export(project, words[0], head + body)


def _tell_door(words: Words, briefs: int) -> Markup:
    """The way into one language: its briefs, and its other pages with what they are for."""
    links = Markup("").join(
        Markup('<li><a href="{}/{}index.html">{}</a> <small>{}</small></li>').format(
            words.lang,
            f"{name}/" if name else "",
            words.say(f"site.nav.{name or 'index'}"),
            words.say(f"about.{name or 'index'}"),
        )
        for name in SISTERS
    )
    return Markup(
        '<section lang="{0}"><h2><a href="{0}/index.html" hreflang="{0}">{1}</a> '
        "<small>{2}</small></h2>\n<div><p>{3}</p>\n<ul>{4}</ul></div></section>\n"
    ).format(
        words.lang,
        words.say("index.title"),
        words.say("root.count", n=words.number(briefs)),
        words.say("index.intro"),
        links,
    )


def _bind(
    project: Project, words: Words, key: str, name: str, intro: Markup, *parts: Markup
) -> str:
    """A page with the links to its sisters and to the other language."""
    head = tell_masthead(words, name, words.say(f"{key}.heading"))
    head += Markup("<p>{}</p>\n").format(intro)
    return _export(project, words, head + Markup("").join(parts))


def _export(project: Project, words: Words, body: Markup) -> str:
    """The body through the template, as if a notebook had shown it."""
    return export_body(body, project, words, "lists")


def _describe_brief(brief: Brief) -> dict[str, Any]:
    """What a brief is of, and how it is graded."""
    grade = grade_brief(brief)
    return {
        "area_id": brief.area["area_id"],
        "area": brief.area["name"],
        "province": brief.province["name"] if brief.province else "",
        "period": brief.period,
        "period_start": brief.start,
        "period_end": brief.end,
        "grade": grade.letter,
        "contradictions": grade.warnings,
    }
