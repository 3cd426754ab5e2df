"""The pages that lead to the briefs: index, contradictions, definitions, method.

They are told by the same templates as a brief and go through the same page, without a notebook:
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

from cchc_analysis.brief import directory
from cchc_analysis.brief.annex import tell_method
from cchc_analysis.brief.board import TRENDS
from cchc_analysis.brief.content import Brief, name_page
from cchc_analysis.brief.downloads import CITATION, SITE_FILES, SITE_FOLDER
from cchc_analysis.brief.frontpage import choose
from cchc_analysis.brief.ledger import grade_brief, tell_about, tell_grade_rule, tell_rule, tell_sum
from cchc_analysis.brief.nouns import SIGNS, Contradiction, count_contradictions, number_findings
from cchc_analysis.brief.render import TEMPLATE, export_body
from cchc_analysis.brief.report import load_report
from cchc_analysis.brief.telling import name_indicator
from cchc_analysis.brief.templates import join, link, macro, render, trust, upper
from cchc_analysis.data.records import Severity
from cchc_analysis.data.words import LANGUAGES, Words, load_words, plain

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Project, Reference

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


@dataclass(frozen=True, kw_only=True)
class ToldList(Told):
    """A list that is being told: it has words and a reference, as a brief has."""

    project: Project
    words: Words

    tell_about = tell_about
    tell_rule = tell_rule
    tell_sum = tell_sum

    @property
    def provinces(self) -> list[directory.ListedArea]:
        """The provinces of its briefs; one alone on the page of a province."""
        return directory.list_provinces(self.cards, self.reference)

    @property
    def areas(self) -> list[directory.ListedArea]:
        """The areas of its briefs; one alone on the page of an area."""
        return directory.list_areas(self.cards, self.reference)

    def name_area(self, card: Card) -> Markup:
        """The area of a brief with the name that it bore then."""
        row = self.reference.area_on(card.facts["area_id"], card.facts["period_end"])
        return upper(self.words.place(row))


Tell = Callable[[ToldList], tuple[Any, Any, Markup]]
"""Gives the heading of a list, what is said under it, and what it lists."""
Bind = Callable[["Project", Told, str], str]
"""Makes the page of a list in a language."""


def make_card(brief: Brief) -> Card:
    """What the lists say of a brief."""
    grade = grade_brief(brief)
    figures: list[dict[str, Any]] = []
    for entry in (choose(brief, names) for names in brief.report.index):
        figures.append({})
        if entry:
            figures[-1] = {
                "note": entry.note,
                "text": plain(brief.tell_number(entry)),
                "percent": f"{min(max(entry.value, 0.0), 100.0):.0f}",  # how long its bar is
                "is_contested": entry.is_contested,
                "scope": plain(brief.name_scope(entry.scope)) if entry.scope != brief.whole else "",
            }
    return Card(
        lang=brief.lang,
        folder=str(name_page(brief.area, brief.period, brief.lang).parent),
        figures=figures,
        ledger=[
            {
                "anchor": each.anchor,
                "mark": f"{each.sign}{each.number}",
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


def _bind(project: Project, told: Told, lang: str, name: str, tell: Tell) -> str:
    """A list as a page, with the links to its sisters and to the other language."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    return _export(
        project, words, name, *tell(ToldList(**vars(told), project=project, words=words))
    )


def _export(
    project: Project, words: Words, name: str, title: Any, intro: Any, body: Any = ""
) -> str:
    head = directory.tell_masthead(words, name, title, intro)
    return export_body(head + body, project, words, "lists")


def _tell_index(page: ToldList) -> tuple[Markup, Markup, Markup]:
    """Every brief by province, with its grade and headline figures."""
    words, provinces = page.words, page.provinces
    others = count_contradictions(_find_others(page))
    is_cited = (page.project.root / CITATION).is_file()
    body = render(
        words,
        "list_index",
        counts={
            "briefs": len(page.cards),
            "districts": len({card.facts["area_id"] for card in page.cards}),
            "provinces": len(provinces),
            "contradictions": count_contradictions(page.findings),
        },
        # A page sorts nothing itself: the same briefs in another order are a page of their own.
        orders=[
            (f"sorted/{each}/index.html", words.say(f"index.order.{each}"))
            for each in (ORDERS if len(page.cards) > 1 else ())
        ],
        maps=directory.map_provinces(words, frozenset(page.profiled), page.reference),
        provinces=directory.tabulate_places(words, "provinces", provinces, others=others),
        glance=_tell_glance(page, provinces) if len(page.cards) <= directory.MOST_ROWS else "",
        files=[*SITE_FILES, *([CITATION] if is_cited else [])],
        folder=f"../{SITE_FOLDER}/",
        told=page,
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
    title = page.words.say(f"index.order.{order}")
    if len(page.cards) > directory.MOST_ROWS:
        places = sorted(page.provinces, key=lambda each: ORDERS[order](each.cards), reverse=True)
        return title, "", directory.tabulate_places(page.words, "provinces", places, "../../")
    cards = sorted(page.cards, key=lambda card: ORDERS[order]([card]), reverse=True)
    return title, "", _tell_glance(page, [directory.ListedArea({}, "", tuple(cards))], "../../")


def _tell_glance(
    page: ToldList, places: Sequence[directory.ListedArea], to_lang: str = ""
) -> Markup:
    """The rows of briefs by place, whose cells say what they are on a narrow screen."""
    words, index = page.words, load_report(page.project.notebooks, page.reference).index
    figures = [
        words.say(key) if words.has(key := f"short.{name}") else name_indicator(page, name)
        for name, *_ in index
    ]
    told = {"page": page, "places": places, "figures": figures, "to_lang": to_lang}
    return render(words, "list_glance", **told)


def _tell_province(page: ToldList) -> tuple[Markup, str, Markup]:
    """The areas of one province: at a glance where they are few, else with links to each."""
    words, [province], areas = page.words, page.provinces, page.areas
    glance = (
        _tell_glance(page, areas, "../") if len(page.cards) <= directory.MOST_ROWS else Markup("")
    )
    table = directory.tabulate_places(words, "areas_below", areas, "../")
    return (
        directory.name_place(words, province),
        "",
        table + glance + macro(words, "filter", OF_AREAS),
    )


def _tell_area(page: ToldList) -> tuple[Markup, Any, Markup]:
    """The briefs of one area, by period."""
    [area], [province] = page.areas, page.provinces
    up = link(f"../{province.folder}/index.html", directory.name_place(page.words, province))
    is_own = province.folder == area.folder
    return (
        directory.name_place(page.words, area),
        "" if is_own else up,
        _tell_glance(page, [area], "../"),
    )


def _tell_letters(page: ToldList, letter: str = "") -> tuple[Markup, Markup | str, Markup]:
    """Every province and area by the alphabet, or the letters where they are many; or of one."""
    words = page.words
    letters = directory.group_letters(page.profiled, page.cards, page.reference)
    few = bool(letter) or sum(map(len, letters.values())) <= directory.MOST_LINES
    shown = {"": letters[letter]} if letter else letters
    told = {"groups": shown if few else {}, "to_lang": "../../" if letter else "../"}
    links = []
    for name, own in ({} if few else shown).items():
        href = f"../{directory.name_letter(name)}/index.html"
        links.append((href, macro(words, "strong", name), words.number(len(own))))
    body = render(words, "letters", page=page, bare_name=directory.bare_name, links=links, **told)
    if letter:
        return words.say("directory.letter", letter=letter), "", body
    return words.say("directory.letters.heading"), words.say("directory.intro"), body


def list_places(told: Told) -> dict[str, tuple[Sequence[Card], Bind]]:
    """The pages below the lists, by folder: the cards that each is made of, and how."""
    provinces = directory.list_provinces(told.cards, told.reference)
    areas = directory.list_areas(told.cards, told.reference)
    letters = directory.group_letters(told.profiled, told.cards, told.reference)
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
    if sum(map(len, letters.values())) > directory.MOST_LINES:
        pages |= {
            directory.name_letter(letter): (told.cards, partial(_tell_letters, letter=letter))
            for letter in letters
        }
    if len(told.indicators) > directory.MOST_DEFINED:
        pages |= {
            f"definitions/{part}": (told.cards, partial(_tell_definitions, part=part))
            for part in directory.group_parts(told.reference, told.indicators)
        }
    if directory.count_lines(told.cards) > directory.MOST_LINES:
        pages |= {
            f"contradictions/{place.folder}": (place.cards, _tell_own_contradictions)
            for place in provinces
            if directory.count_lines(place.cards)
        }
    return {
        name: (cards, partial(_bind, name=name, tell=tell)) for name, (cards, tell) in pages.items()
    }


def _tell_contradictions(page: ToldList) -> tuple[Markup, Markup, Markup]:
    """Every contradiction of every brief, linked to its place in the ledger."""
    words, found = page.words, page.findings
    others = [each for each in number_findings(_find_others(page)) if not each.is_remark]
    if directory.count_lines(page.cards) > directory.MOST_LINES:
        body = directory.tabulate_places(words, "counts", page.provinces)
        body += _tabulate_ledger(page, "../", [], others) if others else ""
    else:
        body = _tabulate_ledger(page, "../", page.cards, others)
    n = count_contradictions(found)
    causes = sum(each.severity != Severity.INFO for each in number_findings(found))
    said = words.say("ledger.count", n=words.number(n), causes=words.number(causes)) if n else ""
    return words.say("index.ledger.heading"), join(" ", said, words.say("ledger.intro")), body


def _tell_own_contradictions(page: ToldList) -> tuple[Markup, str, Markup]:
    """The contradictions of one province, or how many each of its areas has."""
    words, [province] = page.words, page.provinces
    if directory.count_lines(page.cards) > directory.MOST_LINES:
        body = directory.tabulate_places(words, "counts", page.areas, "../../")
    else:
        body = _tabulate_ledger(page, "../../", page.cards)
    title = join(": ", words.say("index.ledger.heading"), directory.name_place(words, province))
    return title, "", body


def _tabulate_ledger(
    page: ToldList, to_lang: str, cards: Sequence[Card], others: Sequence[Contradiction] = ()
) -> Markup:
    told = {"page": page, "to_lang": to_lang, "others": others, "signs": SIGNS}
    cards = [card for card in cards if card.ledger]
    return render(page.words, "list_ledger", cards=cards, **told)


def _find_others(page: ToldList) -> pd.DataFrame:
    """What was found in sources that no brief tells, such as panels."""
    known = {finding for card in page.cards for finding in card.findings}
    findings = page.findings
    return findings[~findings["finding_id"].isin(known)]


def _tell_definitions(page: ToldList, part: str = "") -> tuple[Markup, Markup | str, Markup]:
    """Every indicator that a page shows: name, code, unit, direction, what it counts.

    Where they are too many for one page the areas of reform; or the indicators of one of these.
    """
    words, codes = page.words, page.indicators
    title, groups = (
        words.say("index.definition.heading"),
        directory.group_parts(page.reference, codes),
    )
    if part:
        title = join(": ", title, words.say(f"part.title.{part}"))
        return title, "", directory.tabulate_definitions(words, page.reference, groups[part])
    if len(codes) > directory.MOST_DEFINED:
        links = [
            (f"{part}/index.html", words.say(f"part.title.{part}"), words.number(len(own)))
            for part, own in groups.items()
        ]
        body = macro(words, "counted", links)
    else:
        body = directory.tabulate_definitions(words, page.reference, codes)
    return title, words.say("index.definition.intro"), body


def _tell_rules(page: ToldList) -> tuple[Markup, Markup, Markup]:
    """The rules by which every page is made, each with a name, and what surrounds them."""
    words = page.words
    told = {
        "path": words.say("method.path"),
        **(dict(tell_method(page.briefs[0])) if page.briefs else {}),
        "grade": tell_grade_rule(page),
        "limits": words.say("method.limits"),
        "people": words.say("method.people"),
    }
    body = render(words, "method", rules=told.items()) if page.briefs else Markup("")
    return words.say("index.method.heading"), words.say("index.method.intro"), body


LISTS: Mapping[str, Bind] = {
    name: partial(_bind, name=name, tell=tell)
    for name, tell in (
        ("", _tell_index),
        ("contradictions", _tell_contradictions),
        (directory.INDEX, _tell_letters),
        ("definitions", _tell_definitions),
        ("method", _tell_rules),
    )
}
"""The lists of a language, by folder."""


def bind_trends(project: Project, rows: Sequence[Sequence[str]], lang: str) -> str:
    """The list of the indicators that have a page of their own."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    body = render(words, "trend_list", rows=[[trust(cell) for cell in row] for row in rows])
    title, intro = words.say("trends.list.heading"), words.say("trends.list.intro")
    return _export(project, words, TRENDS, title, intro, body)


def bind_absent(project: Project, lang: str, name: str = "quality") -> str:
    """What stands in the place of a page on data quality until its notebook makes it."""
    words = load_words(project.notebooks / TEMPLATE, lang)
    return _export(project, words, name, words.say("quality.heading"), words.say("quality.absent"))


def bind_root(project: Project, counts: Mapping[str, int]) -> str:
    """The door of the site: what it is, and where to go, in both languages."""
    words = [load_words(project.notebooks / TEMPLATE, lang) for lang in LANGUAGES]
    doors = [(own, own.number(counts.get(own.lang, 0))) for own in words]
    body = render(words[0], "root", doors=doors, sisters=directory.SISTERS)
    return export_body(body, project, words[0], "lists")
