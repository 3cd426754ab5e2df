"""The pages that lead to the briefs: index, contradictions, definitions, method.

They are told by the same templates as a brief and go through the same page, without a notebook:
they list, and have nothing to compute. What they say of a single brief is its ``Card``, which is
made with its page: so a list of fourteen thousand briefs opens none of them again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from cchc_analysis.brief.annex import tell_method
from cchc_analysis.brief.board import TRENDS, tell_trend_list
from cchc_analysis.brief.content import Brief, name_page
from cchc_analysis.brief.directory import (
    INDEX,
    MOST_DEFINED,
    MOST_LINES,
    MOST_ROWS,
    SISTERS,
    ListedArea,
    describe_names,
    group_letters,
    group_parts,
    list_areas,
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
from cchc_analysis.brief.downloads import CITATION, SITE_FILES, SITE_FOLDER
from cchc_analysis.brief.frontpage import choose
from cchc_analysis.brief.ledger import grade_brief, tell_about, tell_grade_rule, tell_rule, tell_sum
from cchc_analysis.brief.nouns import count_contradictions, number_findings
from cchc_analysis.brief.render import TEMPLATE, export_body
from cchc_analysis.brief.report import load_report
from cchc_analysis.brief.telling import SIGNS, name_indicator
from cchc_analysis.brief.templates import (
    join,
    link,
    macro,
    render,
    small,
    strong,
    tabulate,
    trust,
    upper,
)
from cchc_analysis.data.records import Severity
from cchc_analysis.data.words import LANGUAGES, Words, clean_text, load_words, plain

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Project, Reference

LETTERS = ("A", "B", "C", "D")
OF_AREAS = "#main > .scroll tbody tr:not(.grp)"
"""The rows of the tables before the script, which its field narrows."""


@dataclass(frozen=True)
class Card:
    """What the lists say of one brief.

    Attributes:
        folder: Where its page lies.
        figures: The figures of its row in the index, each with its note; empty where not reported.
        ledger: Its contradictions, each with the place where it stands.
        findings: The findings that it tells.
        facts: What ``pages.json`` says of it.
    """

    lang: str
    folder: str
    figures: list[dict[str, Any]]
    ledger: list[dict[str, Any]]
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


class ToldList(NamedTuple):
    """A list that is being told: it has words and a reference, as a brief has."""

    project: Project
    words: Words
    told: Told

    @property
    def reference(self) -> Reference:
        """The reference tables."""
        return self.told.reference

    @property
    def cards(self) -> Sequence[Card]:
        """The cards of the briefs that it lists."""
        return self.told.cards

    @property
    def provinces(self) -> list[ListedArea]:
        """The provinces of its briefs; one alone on the page of a province."""
        return list_provinces(self.cards, self.reference)

    @property
    def areas(self) -> list[ListedArea]:
        """The areas of its briefs; one alone on the page of an area."""
        return list_areas(self.cards, self.reference)


Tell = Callable[[ToldList], tuple[Any, Any, Markup]]
"""Gives the heading of a list, what is said under it, and what it lists."""
Bind = Callable[["Project", Told, str], str]
"""Makes the page of a list in a language."""


def make_card(brief: Brief) -> Card:
    """What the lists say of a brief."""
    grade = grade_brief(brief)
    return Card(
        lang=brief.lang,
        folder=str(name_page(brief.area, brief.period, brief.lang).parent),
        figures=[_describe_figure(brief, names) for names in brief.report.index],
        ledger=[
            {
                "anchor": each.anchor,
                "mark": f"{SIGNS[Severity(each.severity)]}{each.number}",
                "rule": plain(tell_rule(brief, each.findings[0])),
                "sum": plain(tell_sum(brief, each.findings[0])),
                "severity": each.severity,
            }
            for each in brief.contradictions
            if not each.is_remark
        ],
        findings=list(brief.contradiction_of),
        facts={
            "area_id": brief.area["area_id"],
            "area": brief.area["name"],
            "province": brief.province["name"] if brief.province else "",
            "period": brief.period,
            "period_start": brief.start,
            "period_end": brief.end,
            "grade": grade.letter,
            "contradictions": grade.warnings,
        },
    )


def _describe_figure(brief: Brief, names: Sequence[str]) -> dict[str, Any]:
    """The first of several figures that is reported, with how long its bar is."""
    entry = choose(brief, names)
    if entry is None:
        return {}
    return {
        "note": entry.note,
        "text": plain(brief.tell_number(entry)),
        "percent": f"{min(max(entry.value, 0.0), 100.0):.0f}",
        "is_contested": entry.is_contested,
        "scope": plain(brief.name_scope(entry.scope)) if entry.scope != brief.whole else "",
    }


def _bind(project: Project, told: Told, lang: str, name: str, tell: Tell) -> str:
    """A list as a page, with the links to its sisters and to the other language."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    title, intro, body = tell(ToldList(project, words, told))
    head = tell_masthead(words, name, title, intro)
    return export_body(head + body, project, words, "lists")


def _tell_index(page: ToldList) -> tuple[Markup, Markup, Markup]:
    """Every brief by province, with its grade and headline figures."""
    words, told, provinces = page.words, page.told, page.provinces
    counts = [
        ("briefs", len(page.cards)),
        ("districts", len({card.facts["area_id"] for card in page.cards})),
        ("provinces", len(provinces)),
        ("contradictions", count_contradictions(told.findings)),
    ]
    is_cited = (page.project.root / CITATION).is_file()
    body = render(
        words,
        "list_index",
        counts=[(name, words.number(n)) for name, n in counts],
        # A page sorts nothing itself: the same briefs in another order are a page of their own.
        orders=[
            (f"sorted/{each}/index.html", words.say(f"index.order.{each}"))
            for each in (ORDERS if len(page.cards) > 1 else ())
        ],
        maps=map_provinces(words, frozenset(told.profiled), page.reference),
        provinces=tabulate_provinces(
            words, provinces, others=count_contradictions(_find_others(page))
        ),
        glance=_tell_glance(page, provinces) if len(page.cards) <= MOST_ROWS else "",
        files=[*SITE_FILES, *([CITATION] if is_cited else [])],
        folder=f"../{SITE_FOLDER}/",
        workbooks=[
            (f"../{path}", name or words.say("downloads.nation")) for path, name in told.workbooks
        ],
        withheld=[clean_text(title) for title in told.withheld],
    )
    return words.say("index.title.heading"), words.say("index.intro"), body


ORDERS: Mapping[str, Callable[[Sequence[Card]], Any]] = {
    "contradictions": lambda cards: sum(int(card.facts["contradictions"]) for card in cards),
    "grade": lambda cards: max(str(card.facts["grade"]) for card in cards),
    "period": lambda cards: max(str(card.facts["period_end"]) for card in cards),
}
"""Orders in which briefs are listed besides that of the alphabet, the greatest first."""


def _tell_order(page: ToldList, order: str) -> tuple[Markup, str, Markup]:
    """The briefs in another order; their provinces, where they are many."""
    words, title = page.words, page.words.say(f"index.order.{order}")
    if len(page.cards) > MOST_ROWS:
        places = sorted(page.provinces, key=lambda each: ORDERS[order](each.cards), reverse=True)
        return title, "", tabulate_provinces(words, places, "../../")
    cards = sorted(page.cards, key=lambda card: ORDERS[order]([card]), reverse=True)
    return title, "", _tabulate_glance(page, [("", cards)], "../../")


def _tell_glance(page: ToldList, places: Sequence[ListedArea], to_lang: str = "") -> Markup:
    """The rows of briefs, by place."""
    groups = [(name_place(page.words, place), place.cards) for place in places]
    return _tabulate_glance(page, groups, to_lang)


def _tabulate_glance(
    page: ToldList, groups: Iterable[tuple[Any, Sequence[Card]]], to_lang: str
) -> Markup:
    """A row per brief: where it is, its grade, its figures, its contradictions; and the legend."""
    words = page.words
    first = [names[0] for names in load_report(page.project.notebooks, page.reference).index]
    heads = [
        *(words.say(f"index.{key}") for key in ("district", "period", "grade")),
        *(
            words.say(key) if words.has(key := f"short.{name}") else name_indicator(page, name)
            for name in first
        ),
        words.say("index.contradictions"),
    ]
    rows = [
        (name, [_tell_row(page, card, heads, to_lang) for card in cards]) for name, cards in groups
    ]
    numbers = range(3, len(heads))
    table = tabulate(words, heads, rows, words.say("index.table"), numbers=numbers, kind="index")
    letters = join(
        "; ", *(strong(each) + " " + words.say(f"grade.means.{each}") for each in LETTERS)
    )
    return table + macro(words, "legend", letters)


def _tell_row(page: ToldList, card: Card, heads: Sequence[Markup], to_lang: str) -> list[Markup]:
    """A row whose cells say what they are, for a screen too narrow to hold columns."""
    words, facts = page.words, card.facts
    folder = to_lang + card.folder.partition("/")[2]
    cells = [
        macro(words, "letter", facts["grade"]),
        *(macro(words, "figure", folder, each) for each in card.figures),
        link(f"{folder}/annex.html#contradictions", words.number(facts["contradictions"])),
    ]
    span = words.span(facts["period_start"], facts["period_end"])
    return [
        link(f"{folder}/index.html", _name_area(page, card)),
        small(words.period(facts["period"]), span),
        *(macro(words, "cell", *each) for each in zip(heads[2:], cells, strict=True)),
    ]


def _name_area(page: ToldList, card: Card) -> Markup:
    """The area of a brief with the name that it bore then."""
    row = page.reference.area_on(card.facts["area_id"], card.facts["period_end"])
    return upper(page.words.place(row))


def _tell_province(page: ToldList) -> tuple[Markup, str, Markup]:
    """The areas of one province: at a glance where they are few, else with links to each."""
    [province], areas = page.provinces, page.areas
    few = len(page.cards) <= MOST_ROWS
    glance = _tell_glance(page, areas, "../") if few else Markup("")
    body = tabulate_areas(page.words, areas) + glance + macro(page.words, "filter", OF_AREAS)
    return name_place(page.words, province), "", body


def _tell_area(page: ToldList) -> tuple[Markup, Any, Markup]:
    """The briefs of one area, by period."""
    [area], [province] = page.areas, page.provinces
    up = link(f"../{province.folder}/index.html", name_place(page.words, province))
    is_own = province.folder == area.folder
    return name_place(page.words, area), "" if is_own else up, _tell_glance(page, [area], "../")


def _tell_letters(page: ToldList) -> tuple[Markup, Markup, Markup]:
    """Every province and area by the alphabet, or the letters where they are many."""
    words, letters = page.words, _group_letters(page.told)
    few = sum(map(len, letters.values())) <= MOST_LINES
    groups = [
        (letter, describe_names(words, places, page.reference, "../"))
        for letter, places in letters.items()
        if few
    ]
    links = [
        (f"../{name_letter(letter)}/index.html", strong(letter), words.number(len(places)))
        for letter, places in letters.items()
        if not few
    ]
    body = render(words, "letters", groups=groups, links=links)
    return words.say("directory.letters.heading"), words.say("directory.intro"), body


def _tell_letter(page: ToldList, letter: str) -> tuple[Markup, str, Markup]:
    """The names under one letter."""
    places = _group_letters(page.told)[letter]
    names = describe_names(page.words, places, page.reference, "../../")
    body = render(page.words, "letters", groups=[("", names)], links=[])
    return page.words.say("directory.letter", letter=letter), "", body


def _group_letters(told: Told) -> dict[str, list[ListedArea]]:
    """Every place that has a page, by the letter under which it stands."""
    listed = [
        *list_told_areas(told.profiled, told.reference),
        *list_provinces(told.cards, told.reference),
        *list_areas(told.cards, told.reference),
    ]
    return group_letters({place.folder: place for place in listed}.values())


def list_places(told: Told) -> dict[str, tuple[Sequence[Card], Bind]]:
    """The pages below the lists, by folder: the cards that each is made of, and how."""
    provinces, letters = list_provinces(told.cards, told.reference), _group_letters(told)
    areas = list_areas(told.cards, told.reference)
    pages: dict[str, tuple[Sequence[Card], Tell]] = {}
    pages |= {place.folder: (place.cards, _tell_province) for place in provinces}
    pages |= {
        place.folder: (place.cards, _tell_area)
        for place in areas
        if place.row["level"] != "province"
    }
    if len(told.cards) > 1:
        pages |= {
            f"sorted/{each}": (told.cards, partial(_tell_order, order=each)) for each in ORDERS
        }
    if sum(map(len, letters.values())) > MOST_LINES:
        pages |= {
            name_letter(letter): (told.cards, partial(_tell_letter, letter=letter))
            for letter in letters
        }
    if len(told.indicators) > MOST_DEFINED:
        pages |= {
            f"definitions/{part}": (told.cards, partial(_tell_definition_part, part=part))
            for part in group_parts(told.reference, told.indicators)
        }
    if _count_lines(told.cards) > MOST_LINES:
        pages |= {
            f"contradictions/{place.folder}": (place.cards, _tell_own_contradictions)
            for place in provinces
            if _count_lines(place.cards)
        }
    return {
        name: (cards, partial(_bind, name=name, tell=tell)) for name, (cards, tell) in pages.items()
    }


def _count_lines(cards: Sequence[Card]) -> int:
    """How many contradictions the ledgers of briefs hold."""
    return sum(len(card.ledger) for card in cards)


def _tell_contradictions(page: ToldList) -> tuple[Markup, Markup, Markup]:
    """Every contradiction of every brief, linked to its place in the ledger."""
    words, others = page.words, _tell_others(page)
    heading = macro(words, "anchor", "others", words.say("index.ledger.others"))
    rest = [(heading, others)] if others else []
    if _count_lines(page.cards) > MOST_LINES:
        body = tabulate_counts(words, page.provinces, "{folder}/")
        body += _tabulate_ledger(words, rest) if rest else ""
    else:
        body = _tabulate_ledger(words, [*_group_ledger(page, "../"), *rest])
    n = count_contradictions(found := page.told.findings)
    causes = sum(each.severity != Severity.INFO for each in number_findings(found))
    said = words.say("ledger.count", n=words.number(n), causes=words.number(causes)) if n else ""
    return words.say("index.ledger.heading"), join(" ", said, words.say("ledger.intro")), body


def _tell_own_contradictions(page: ToldList) -> tuple[Markup, str, Markup]:
    """The contradictions of one province, or how many each of its areas has."""
    words, [province] = page.words, page.provinces
    if _count_lines(page.cards) > MOST_LINES:
        body = tabulate_counts(words, page.areas, "../../{folder}/")
    else:
        body = _tabulate_ledger(words, _group_ledger(page, "../../"))
    title = join(": ", words.say("index.ledger.heading"), name_place(words, province))
    return title, "", body


def _group_ledger(page: ToldList, to_lang: str) -> list[tuple[Markup, list[list[Markup]]]]:
    """The rows of the ledgers, by brief."""
    words = page.words
    return [
        (
            join(", ", _name_area(page, card), words.period(card.facts["period"])),
            [
                [
                    join(
                        " ",
                        link(
                            f"{to_lang}{card.folder.partition('/')[2]}/annex.html#{each['anchor']}",
                            each["mark"],
                        ),
                        clean_text(each["rule"]),
                    ),
                    clean_text(each["sum"]),
                    words.say(f"severity.{each['severity']}"),
                ]
                for each in card.ledger
            ],
        )
        for card in page.cards
        if card.ledger
    ]


def _tabulate_ledger(words: Words, groups: Sequence[tuple[Markup, list[list[Markup]]]]) -> Markup:
    heads = [words.say(f"index.ledger.{key}") for key in ("what", "sum", "severity")]
    return tabulate(words, heads, groups, words.say("index.ledger.table"))


def _find_others(page: ToldList) -> pd.DataFrame:
    """What was found in sources that no brief tells, such as panels."""
    known = {finding for card in page.cards for finding in card.findings}
    findings = page.told.findings
    return findings[~findings["finding_id"].isin(known)]


def _tell_others(page: ToldList) -> list[list[Markup]]:
    return [
        [
            small(
                join(" ", SIGNS[Severity(each.severity)], tell_rule(page, first)),
                tell_about(page, first),
            ),
            tell_sum(page, first),
            page.words.say(f"severity.{each.severity}"),
        ]
        for each in number_findings(_find_others(page))
        for first in each.findings[:1]
        if not each.is_remark
    ]


def _tell_definitions(page: ToldList) -> tuple[Markup, Markup, Markup]:
    """Every indicator that a page shows: name, code, unit, direction, what it counts."""
    words, codes = page.words, page.told.indicators
    if len(codes) > MOST_DEFINED:
        links = [
            (f"{part}/index.html", words.say(f"part.title.{part}"), words.number(len(own)))
            for part, own in group_parts(page.reference, codes).items()
        ]
        body = macro(words, "counted", links)
    else:
        body = tabulate_definitions(words, page.reference, codes)
    return words.say("index.definition.heading"), words.say("index.definition.intro"), body


def _tell_definition_part(page: ToldList, part: str) -> tuple[Markup, str, Markup]:
    """The indicators of one area of reform, where they are too many for one page."""
    words = page.words
    own = group_parts(page.reference, page.told.indicators)[part]
    title = join(": ", words.say("index.definition.heading"), words.say(f"part.title.{part}"))
    return title, "", tabulate_definitions(words, page.reference, own)


def _tell_rules(page: ToldList) -> tuple[Markup, Markup, Markup]:
    """The rules by which every page is made, each with a name, and what surrounds them."""
    words = page.words
    told = {
        "path": words.say("method.path"),
        **(dict(tell_method(page.told.briefs[0])) if page.told.briefs else {}),
        "grade": tell_grade_rule(page),
        "limits": words.say("method.limits"),
        "people": words.say("method.people"),
    }
    body = render(words, "method", rules=told.items()) if page.told.briefs else Markup("")
    return words.say("index.method.heading"), words.say("index.method.intro"), body


LISTS: Mapping[str, Bind] = {
    name: partial(_bind, name=name, tell=tell)
    for name, tell in (
        ("", _tell_index),
        ("contradictions", _tell_contradictions),
        (INDEX, _tell_letters),
        ("definitions", _tell_definitions),
        ("method", _tell_rules),
    )
}
"""The lists of a language, by folder."""


def bind_trends(project: Project, rows: Sequence[Sequence[str]], lang: str) -> str:
    """The list of the indicators that have a page of their own."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    intro = words.say("trends.list.intro")
    head = tell_masthead(words, TRENDS, words.say("trends.list.heading"), intro)
    body = tell_trend_list([[trust(cell) for cell in row] for row in rows], words)
    return export_body(head + body, project, words, "lists")


def bind_absent(project: Project, lang: str, name: str = "quality") -> str:
    """What stands in the place of a page on data quality until its notebook makes it."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    head = tell_masthead(words, name, words.say("quality.heading"), words.say("quality.absent"))
    return export_body(head, project, words, "lists")


def bind_root(project: Project, counts: Mapping[str, int]) -> str:
    """The door of the site: what it is, and where to go, in both languages."""
    words = [load_words(project.notebooks / TEMPLATE, lang) for lang in LANGUAGES]
    doors = [(own, own.number(counts.get(own.lang, 0))) for own in words]
    body = render(words[0], "root", doors=doors, sisters=SISTERS)
    return export_body(body, project, words[0], "lists")
