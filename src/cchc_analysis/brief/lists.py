"""The pages that lead to the briefs: index, provinces, areas, A to Z, contradictions, definitions.

They are told by the same templates as a brief and go through the same page, without a notebook:
they list, and have nothing to compute. What they say of a single brief is its ``Card``, which is
made with its page: so a list of fourteen thousand briefs opens none of them again. A table that
would pass ``MOST_ROWS`` briefs, or ``MOST_LINES`` contradictions, names the places below instead,
each with its own page: no page grows with the country.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cchc_analysis.brief.annex import define_indicator, tell_method
from cchc_analysis.brief.board import TRENDS
from cchc_analysis.brief.content import Brief, name_folder, name_indicator, name_page
from cchc_analysis.brief.downloads import CITATION, SITE_FILES, SITE_FOLDER
from cchc_analysis.brief.ledger import grade_brief, tell_about, tell_grade_rule, tell_rule, tell_sum
from cchc_analysis.brief.nouns import SIGNS, Contradiction, count_contradictions, number_findings
from cchc_analysis.brief.render import TEMPLATE, export_body
from cchc_analysis.brief.report import AREAS, load_report, part_of
from cchc_analysis.brief.templates import (
    SISTERS,
    bare_name,
    join,
    link,
    macro,
    render,
    tell_masthead,
    trust,
    upper,
)
from cchc_analysis.data.clean import ALPHABET, alphabet_key, first_letter
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import Severity
from cchc_analysis.data.words import LANGUAGES, Words, load_words, plain

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Project, Reference

MOST_ROWS = 60
"""Briefs that one table shows at a glance."""
MOST_LINES = 200
"""Contradictions, and names, that one page lists."""
MOST_DEFINED = 300
"""Indicators that one page defines; more, and it would pass 150 KB."""
OF_AREAS = "#main > .scroll tbody tr:not(.grp)"
"""The rows of the tables before the script, which its field narrows."""
_SPELT = {"Ă": "aw", "Â": "aa", "Đ": "dd", "Ê": "ee", "Ô": "oo", "Ơ": "ow", "Ư": "uw", "#": "0"}
"""Letters in a path, as they are typed (Telex)."""


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


def make_card(brief: Brief) -> Card:
    """What the lists say of a brief."""
    grade = grade_brief(brief)
    figures: list[dict[str, Any]] = []
    for entry in map(brief.find_first, brief.report.index):
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


def _count_lines(cards: Iterable[Card]) -> int:
    return sum(len(card.ledger) for card in cards)


@dataclass(frozen=True)
class ListedArea:
    """A province or an area with a page that leads to its briefs, by period."""

    row: Mapping[str, Any]
    cards: Sequence[Card] = ()

    @property
    def folder(self) -> str:
        """Of its page, within its language."""
        return name_folder(self.row, "-").partition("/")[0]

    @property
    def lines(self) -> int:
        """How many contradictions the ledgers of its briefs hold."""
        return _count_lines(self.cards)


@dataclass(frozen=True)
class Told:
    """What the lists of one language are made of; one that is being told has a project and words.

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
    project: Any = None
    words: Any = None

    tell_about = tell_about
    tell_rule = tell_rule
    tell_sum = tell_sum

    def name_area(self, card: Card) -> Markup:
        """The area of a brief with the name that it bore then."""
        row = self.reference.area_on(card.facts["area_id"], card.facts["period_end"])
        return upper(self.words.place(row))

    def list_areas(self, *, has_provinces: bool = False) -> list[ListedArea]:
        """The areas of the briefs by the alphabet, or the provinces that they and these lie in."""
        groups: dict[str, list[Card]] = {}
        for card in self.cards:
            row = self.reference.area_rows[card.facts["area_id"]]
            is_below = has_provinces and row["level"] != "province"
            groups.setdefault(row["parent_id" if is_below else "area_id"], []).append(card)
        rows = self.reference.area_rows
        found = [ListedArea(rows[each], own) for each, own in groups.items() if each in rows]
        return sorted(found, key=lambda place: alphabet_key(bare_name(place.row)))

    @property
    def provinces(self) -> list[ListedArea]:
        """The provinces of its briefs; one alone on the page of a province."""
        return self.list_areas(has_provinces=True)

    @property
    def letters(self) -> dict[str, list[ListedArea]]:
        """Every place that has a page, by the letter under which it stands in the alphabet."""
        profiled = (ListedArea(self.reference.area_rows[each]) for each in self.profiled)
        listed = [*profiled, *self.provinces, *self.list_areas()]
        places = {place.folder: place for place in listed}.values()
        groups: dict[str, list[ListedArea]] = {}
        for place in sorted(places, key=lambda place: alphabet_key(bare_name(place.row))):
            groups.setdefault(first_letter(bare_name(place.row)), []).append(place)
        return {letter: groups[letter] for letter in ("#", *ALPHABET.upper()) if letter in groups}

    @property
    def others(self) -> pd.DataFrame:
        """What was found in sources that no brief tells, such as panels."""
        known = {finding for card in self.cards for finding in card.findings}
        return self.findings[~self.findings["finding_id"].isin(known)]

    def group_parts(self, indicators: Iterable[str]) -> dict[str, list[str]]:
        """Indicators by area of reform, in the order of the reports."""
        groups: dict[str, list[str]] = {part: [] for part in AREAS}
        for indicator in sorted(indicators):
            groups[part_of(self.reference, indicator)].append(indicator)
        return {part: own for part, own in groups.items() if own}


Tell = Callable[..., tuple[Any, Any, Any]]
"""Gives the heading of a list, what is said under it, and what it lists."""
Bind = Callable[["Project", Told, str], str]
"""Makes the page of a list in a language."""


def _bind(project: Project, told: Told, lang: str, name: str, tell: Tell) -> str:
    """A list as a page, with the links to its sisters and to the other language."""
    page = replace(told, project=project, words=load_words(project.notebooks / TEMPLATE, lang))
    return _export(project, page.words, name, *tell(page))


def _export(
    project: Project, words: Words, name: str, title: Any, intro: Any, body: Any = ""
) -> str:
    head = tell_masthead(words, name, title, intro)
    return export_body(head + body, project, words, "lists")


def _tell_index(page: Told) -> tuple[Any, Any, Any]:
    """Every brief by province, with its grade and headline figures."""
    words, rows, provinces = page.words, page.reference.area_rows, page.provinces
    is_cited = (page.project.root / CITATION).is_file()
    # The provinces of today and those until June 2025; a map without any profile is left out.
    maps = []
    for name, table in (("34", page.reference.tile_map_34), ("63", page.reference.tile_map_63)):
        tiles = [tile for tile in list_rows(table) if tile["kind"] != "dot"]
        if any(tile["area_id"] in page.profiled for tile in tiles):
            squares = [(tile, ListedArea(rows[tile["area_id"]])) for tile in tiles]
            maps.append((words.say(f"directory.map.{name}"), squares))
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
        maps=maps,
        provinces=_tabulate(words, "provinces", provinces, "", count_contradictions(page.others)),
        glance=_tell_glance(page, provinces) if len(page.cards) <= MOST_ROWS else "",
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


def _tell_order(page: Told, order: str) -> tuple[Any, Any, Any]:
    """The briefs in another order; their provinces, where they are many."""
    title = page.words.say(f"index.order.{order}")
    if len(page.cards) > MOST_ROWS:
        places = sorted(page.provinces, key=lambda each: ORDERS[order](each.cards), reverse=True)
        return title, "", _tabulate(page.words, "provinces", places, "../../")
    cards = sorted(page.cards, key=lambda card: ORDERS[order]([card]), reverse=True)
    return title, "", _tell_glance(page, [ListedArea({}, cards)], "../../")


def _tell_glance(page: Told, places: Sequence[ListedArea], to_lang: str = "") -> Markup:
    """The rows of briefs by place, whose cells say what they are on a narrow screen."""
    words, index = page.words, load_report(page.project.notebooks, page.reference).index
    figures = [
        words.say(key) if words.has(key := f"short.{name}") else name_indicator(page, name)
        for name, *_ in index
    ]
    told = {"page": page, "places": places, "figures": figures, "to_lang": to_lang}
    return render(words, "list_glance", **told)


def _tabulate(
    words: Any, kind: str, places: Iterable[ListedArea], to_page: str = "", others: int = 0
) -> Markup:
    """A row a place, linked to its page, in a table of a kind.

    ``provinces``, ``areas_below`` a province, or the ``counts`` of contradictions where there are
    any; in a last row the ``others``, which no brief tells.
    """
    kept = [each for each in places if kind != "counts" or each.lines]
    told = {"kind": kind, "places": kept, "to_page": to_page, "others": others}
    return render(words, "list_places", **told)


def _tell_province(page: Told) -> tuple[Any, Any, Any]:
    """The areas of one province: at a glance where they are few, else with links to each."""
    words, [province], areas = page.words, page.provinces, page.list_areas()
    body = _tabulate(words, "areas_below", areas, "../")
    if len(page.cards) <= MOST_ROWS:
        body += _tell_glance(page, areas, "../")
    return upper(words.place(province.row)), "", body + macro(words, "filter", OF_AREAS)


def _tell_area(page: Told) -> tuple[Any, Any, Any]:
    """The briefs of one area, by period."""
    [area], [province] = page.list_areas(), page.provinces
    above, name = (upper(page.words.place(place.row)) for place in (province, area))
    up = "" if area.folder == province.folder else link(f"../{province.folder}/index.html", above)
    return name, up, _tell_glance(page, [area], "../")


def name_letter(letter: str) -> str:
    """The folder of a letter.

    >>> name_letter("Đ"), name_letter("B")
    ('a-z/dd', 'a-z/b')
    """
    return f"a-z/{_SPELT.get(letter, letter.lower())}"


def _tell_letters(page: Told, letter: str = "") -> tuple[Any, Any, Any]:
    """Every province and area by the alphabet, or the letters where they are many; or of one."""
    words, letters = page.words, page.letters
    told: dict[str, Any] = {"groups": letters, "links": [], "to_lang": "../"}
    if letter:
        told |= {"groups": {"": letters[letter]}, "to_lang": "../../"}
    elif sum(map(len, letters.values())) > MOST_LINES:
        told["groups"] = {}
        for name, own in letters.items():
            row = macro(words, "strong", name), words.number(len(own))
            told["links"].append((f"../{name_letter(name)}/index.html", *row))
    body = render(words, "letters", page=page, bare_name=bare_name, **told)
    if letter:
        return words.say("directory.letter", letter=letter), "", body
    return words.say("directory.letters.heading"), words.say("directory.intro"), body


def list_places(told: Told) -> dict[str, tuple[Sequence[Card], Bind]]:
    """The pages below the lists, by folder: the cards that each is made of, and how."""
    cards, provinces, letters = told.cards, told.provinces, told.letters
    areas = [place for place in told.list_areas() if place.row["level"] != "province"]
    pages: dict[str, tuple[Sequence[Card], Tell]] = {}
    pages |= {place.folder: (place.cards, _tell_province) for place in provinces}
    pages |= {place.folder: (place.cards, _tell_area) for place in areas}
    if len(cards) > 1:
        pages |= {f"sorted/{each}": (cards, partial(_tell_order, order=each)) for each in ORDERS}
    if sum(map(len, letters.values())) > MOST_LINES:
        pages |= {name_letter(e): (cards, partial(_tell_letters, letter=e)) for e in letters}
    if len(told.indicators) > MOST_DEFINED:
        parts = told.group_parts(told.indicators)
        pages |= {f"definitions/{e}": (cards, partial(_tell_definitions, part=e)) for e in parts}
    if _count_lines(cards) > MOST_LINES:
        tell = partial(_tell_contradictions, is_below=True)
        own = [place for place in provinces if place.lines]
        pages |= {f"contradictions/{place.folder}": (place.cards, tell) for place in own}
    return {
        name: (made_of, partial(_bind, name=name, tell=tell))
        for name, (made_of, tell) in pages.items()
    }


def _tell_contradictions(page: Told, *, is_below: bool = False) -> tuple[Any, Any, Any]:
    """Every contradiction of every brief, linked to its place in the ledger; or of one province.

    Where they are many, how many each place below has.
    """
    words, found, to_lang = page.words, page.findings, "../../" if is_below else "../"
    title = words.say("index.ledger.heading")
    others = [] if is_below else [e for e in number_findings(page.others) if not e.is_remark]
    if _count_lines(page.cards) <= MOST_LINES:
        body = _tabulate_ledger(page, to_lang, page.cards, others)
    elif is_below:
        body = _tabulate(words, "counts", page.list_areas(), to_lang)
    else:
        body = _tabulate(words, "counts", page.provinces)
        body += _tabulate_ledger(page, to_lang, [], others) if others else ""
    if is_below:
        return join(": ", title, upper(words.place(page.provinces[0].row))), "", body
    n = count_contradictions(found)
    causes = sum(each.severity != Severity.INFO for each in number_findings(found))
    said = words.say("ledger.count", n=words.number(n), causes=words.number(causes)) if n else ""
    return title, join(" ", said, words.say("ledger.intro")), body


def _tabulate_ledger(
    page: Told, to_lang: str, cards: Sequence[Card], others: Sequence[Contradiction]
) -> Markup:
    told = {"page": page, "to_lang": to_lang, "others": others, "signs": SIGNS}
    cards = [card for card in cards if card.ledger]
    return render(page.words, "list_ledger", cards=cards, **told)


def _tell_definitions(page: Told, part: str = "") -> tuple[Any, Any, Any]:
    """Every indicator that a page shows: name, code, unit, direction, what it counts.

    Where they are too many for one page the areas of reform; or the indicators of one of these.
    Those that nobody has defined stand apart.
    """
    words, reference, codes = page.words, page.reference, page.indicators
    title, intro = words.say("index.definition.heading"), words.say("index.definition.intro")
    if part:
        codes = page.group_parts(codes)[part]
        title, intro = join(": ", title, words.say(f"part.title.{part}")), ""
    elif len(codes) > MOST_DEFINED:
        links = [
            (f"{name}/index.html", words.say(f"part.title.{name}"), words.number(len(own)))
            for name, own in page.group_parts(codes).items()
        ]
        return title, intro, macro(words, "counted", links)
    defined = page.group_parts(each for each in codes if each in reference.definition_of)
    groups = [(f"part.title.{name}", own) for name, own in defined.items()]
    if rest := sorted(each for each in set(codes) if each not in reference.definition_of):
        groups.append(("index.definition.undefined", rest))
    told = {"reference": reference, "define": partial(define_indicator, words, reference)}
    return title, intro, render(words, "list_definitions", groups=groups, **told)


def _tell_rules(page: Told) -> tuple[Any, Any, Any]:
    """The rules by which every page is made, each with a name, and what surrounds them."""
    words = page.words
    body = ""
    if page.briefs:
        rules = {"path": words.say("method.path"), **dict(tell_method(page.briefs[0]))}
        rules["grade"] = tell_grade_rule(page)
        rules |= {key: words.say(f"method.{key}") for key in ("limits", "people")}
        body = render(words, "method", rules=rules.items())
    return words.say("index.method.heading"), words.say("index.method.intro"), body


LISTS: Mapping[str, Bind] = {
    name: partial(_bind, name=name, tell=tell)
    for name, tell in (
        ("", _tell_index),
        ("contradictions", _tell_contradictions),
        ("a-z", _tell_letters),
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
    body = render(words[0], "root", doors=doors, sisters=SISTERS)
    return export_body(body, project, words[0], "lists")
