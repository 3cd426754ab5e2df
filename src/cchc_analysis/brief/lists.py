"""The pages that lead to the briefs: index, provinces, areas, A to Z, contradictions, definitions.

They are told by templates that loop over ``Told``, and go through the same page as a notebook. What
they say of a single brief is its ``Card``, which is made with its page: so a list of fourteen
thousand briefs opens none of them again. A table that would pass ``MOST_ROWS`` briefs, or
``MOST_LINES`` contradictions, names the places below instead: no page grows with the country.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

import pandas as pd
from markupsafe import Markup

from cchc_analysis.brief import nouns
from cchc_analysis.brief.content import Brief, find_folder, name_folder, name_short
from cchc_analysis.brief.downloads import SITE_FILES
from cchc_analysis.brief.nouns import tell_rule, tell_sum
from cchc_analysis.brief.render import TEMPLATE, export_body
from cchc_analysis.brief.report import AREAS, find_report, part_of
from cchc_analysis.brief.templates import join, render, shows
from cchc_analysis.data.clean import ALPHABET, alphabet_key, first_letter
from cchc_analysis.data.reference import Project, Reference
from cchc_analysis.data.trace import CITATION
from cchc_analysis.data.words import LANGUAGES, bare_name, load_words, plain

Card = dict[str, Any]
"""What the lists say of one brief, kept with it as JSON: ``lang``, ``folder`` (of its page),
``figures`` (of its row in the index, each with its note; empty where not reported), ``ledger`` (its
contradictions, each with the place where it stands), ``findings`` (those that it tells) and
``warnings`` (more than remarks) by id, ``facts`` (what ``pages.json`` says of it)."""
MOST_ROWS = 60
"""Briefs that one table shows at a glance."""
MOST_LINES = 200
"""Contradictions, and names, that one page lists."""
MOST_DEFINED = 300
"""Indicators that one page defines; more, and it would pass 150 KB."""
ORDERS = {"contradictions": "contradictions", "grade": "grade", "period": "period_end"}
"""Orders in which briefs are listed besides that of the alphabet: a fact, the greatest first."""
LISTS = {"": "index", "a-z": "letters"} | {
    name: name for name in ("contradictions", "definitions", "method")
}
"""The lists of a language: their templates by folder."""
_SPELT = {"Ă": "aw", "Â": "aa", "Đ": "dd", "Ê": "ee", "Ô": "oo", "Ơ": "ow", "Ư": "uw", "#": "0"}
"""Letters in a path, as they are typed (Telex)."""


def make_card(brief: Brief) -> Card:
    """What the lists say of a brief."""
    figures: list[dict[str, Any]] = []
    for entry in map(brief.find_first, brief.report.index):
        figures.append({})
        if entry:
            scope = brief.name_scope(entry.scope) if entry.scope != brief.whole else ""
            days = brief.words.span(entry.start, entry.end) if brief.has_other_days(entry) else ""
            state = brief.macros.name_estimate(entry)
            figures[-1] = {
                "note": entry.note,
                "text": plain(brief.tell_number(entry)),
                "percent": f"{min(max(entry.value, 0.0), 100.0):.0f}",  # how long its bar is
                "is_contested": entry.is_contested,
                "scope": plain(join(" · ", scope, days, state)),
            }
    ledger = [
        {
            "anchor": each.anchor,
            "mark": f"{each.sign}{each.number}",
            "rule": plain(tell_rule(brief, each.findings[0])),
            "sum": plain(tell_sum(brief, each.findings[0])),
            "severity": each.severity,
        }
        for each in brief.contradictions
        if not each.is_remark
    ]
    facts = {
        "area_id": brief.area["area_id"],
        "area": brief.area["name"],
        "province": brief.province["name"] if brief.province else "",
        "period": brief.period,
        "period_start": brief.start,
        "period_end": brief.end,
        "grade": brief.grade.letter,
        "contradictions": brief.grade.warnings,
    }
    return {
        "lang": brief.lang,
        "folder": f"{brief.lang}/{name_folder(brief.area, brief.period)}",
        "figures": figures,
        "ledger": ledger,
        "findings": [*brief.contradiction_of],
        "warnings": brief.warnings,
        "facts": facts,
    }


def list_place(row: Mapping[str, Any], cards: Sequence[Card] = ()) -> dict[str, Any]:
    """A province or an area with a page that leads to its briefs, by period.

    With the ``folder`` of its page, its place in the alphabet (``order``), how many lines the
    ledgers of its briefs have (``lines``), and how many contradictions those tell: one between two
    reports stands in two ledgers.
    """
    return {
        "row": row,
        "cards": cards,
        "folder": find_folder(row),
        "order": alphabet_key(bare_name(row)),
        "lines": sum(len(card["ledger"]) for card in cards),
        "contradictions": len({each for card in cards for each in card["warnings"]}),
    }


def name_letter(letter: str) -> str:
    """The folder of a letter.

    >>> name_letter("Đ"), name_letter("B")
    ('a-z/dd', 'a-z/b')
    """
    return f"a-z/{_SPELT.get(letter, letter.lower())}"


@shows(nouns="tell_about tell_rule tell_sum")
@dataclass(frozen=True)
class Told:
    """What the lists of one language are made of; the templates know it as ``page``."""

    cards: Sequence[Card]
    """That of every brief, in the order of the index."""
    reference: Reference
    findings: pd.DataFrame
    withheld: Sequence[str] = ()
    """Sources whose rows may not be published, by their titles."""
    indicators: Sequence[str] = ()
    """Codes of all indicators of which a value is published."""
    workbooks: Sequence[tuple[str, str]] = ()
    """The path of the workbook of each province, and its code; "" where areas lie in none."""
    profiled: Sequence[str] = ()
    """The areas that have a profile."""
    words: Any = None

    orders = tuple(ORDERS)
    report = property(find_report)
    name_letter = staticmethod(name_letter)
    find_folder = staticmethod(find_folder)
    number = staticmethod(nouns.number_findings)

    def is_many(self, what: str) -> bool:
        """Whether it has more than one page lists: of briefs, contradictions, names, indicators."""
        if what == "names":
            return sum(map(len, self.letters.values())) > MOST_LINES
        return {
            "briefs": len(self.cards) > MOST_ROWS,
            "lines": sum(len(card["ledger"]) for card in self.cards) > MOST_LINES,
            "indicators": len(self.indicators) > MOST_DEFINED,
        }[what]

    def group(self, key: str) -> list[dict[str, Any]]:
        """The areas of its briefs (by ``area_id``), or their provinces (by ``parent_id``).

        By the alphabet; what a province reports itself is below it.
        """
        rows, groups = self.reference.area_rows, dict[str, list[Card]]()
        for card in self.cards:
            row = rows[card["facts"]["area_id"]]
            above = row["area_id" if row["level"] == "province" else key]
            groups.setdefault(above, []).append(card)
        found = [list_place(rows[each], own) for each, own in groups.items() if each in rows]
        return sorted(found, key=itemgetter("order"))

    def list_in(self, order: str) -> list[dict[str, Any]]:
        """In another order: the provinces where briefs are many, else briefs as of one place."""

        def rank(cards: Iterable[Card]) -> Any:
            facts = [card["facts"][ORDERS[order]] for card in cards]
            if order == "contradictions":
                return sum(facts)
            return max(each.strip(nouns.UNGRADED) for each in facts)

        if self.is_many("briefs"):
            places = self.group("parent_id")
            return sorted(places, key=lambda place: rank(place["cards"]), reverse=True)
        return [{"cards": sorted(self.cards, key=lambda card: rank([card]), reverse=True)}]

    @property
    def letters(self) -> dict[str, list[dict[str, Any]]]:
        """Every place that has a page, by the letter under which it stands in the alphabet."""
        listed = [list_place(self.reference.area_rows[each]) for each in self.profiled]
        listed += self.group("parent_id") + self.group("area_id")
        places = {place["folder"]: place for place in listed}
        groups: dict[str, list[dict[str, Any]]] = {each: [] for each in ("#", *ALPHABET.upper())}
        for place in sorted(places.values(), key=itemgetter("order")):
            groups[first_letter(bare_name(place["row"]))].append(place)
        return {letter: own for letter, own in groups.items() if own}

    @property
    def columns(self) -> list[Markup]:
        """The names of the figures of a row."""
        return [name_short(self, codes[0]) for codes in self.report.index]

    @property
    def others(self) -> pd.DataFrame:
        """What was found in sources that no brief tells, such as panels."""
        known = {finding for card in self.cards for finding in card["findings"]}
        return self.findings[~self.findings["finding_id"].isin(known)]

    def group_parts(
        self, codes: Iterable[str], *, is_defined: bool = False
    ) -> dict[str, list[str]]:
        """Indicators by area of reform in the order of reports; by "" those to be told apart.

        These are, if only defined ones are to be told, those that nobody has defined.
        """
        groups: dict[str, list[str]] = {part: [] for part in (*AREAS, "")}
        for code in sorted(codes):
            is_apart = is_defined and code not in self.reference.definition_of
            groups["" if is_apart else part_of(self.reference, code)].append(code)
        return {part: own for part, own in groups.items() if own}


def bind_list(
    project: Project, told: Told | None, lang: str, name: str, template: str = "", **data: Any
) -> str:
    """A list as a page, with the links to its sisters and to the other language.

    By the template of ``LISTS`` where no other is given; ``data`` are what that one asks besides.
    """
    words = load_words(project.notebooks / TEMPLATE, lang)
    shown: dict[str, Any] = {"page": told and replace(told, words=words), "name": name}
    shown["files"] = [*SITE_FILES, *([CITATION] if (project.root / CITATION).is_file() else [])]
    shown |= {"province": "", "letter": "", "part": ""}
    body = render(words, f"list_{template or LISTS[name]}", **shown | data)
    return export_body(body, project, words, "lists")


def list_places(told: Told) -> dict[str, tuple[Sequence[Card], dict[str, Any]]]:
    """The pages below the lists, by folder: the cards that each is made of, and its ``data``."""
    pages: dict[str, tuple[Sequence[Card], dict[str, Any]]] = {}
    has_many_lines = told.is_many("lines")
    for place in told.group("parent_id"):
        folder, cards = place["folder"], place["cards"]
        pages[folder] = cards, {"template": "province"}
        if has_many_lines and place["lines"]:
            ledger = {"template": "contradictions", "province": place}
            pages[f"contradictions/{folder}"] = cards, ledger
    for place in told.group("area_id"):
        if place["row"]["level"] != "province":
            pages[place["folder"]] = place["cards"], {"template": "area"}
    for order in ORDERS if len(told.cards) > 1 else ():
        pages[f"sorted/{order}"] = told.cards, {"template": "order", "order": order}
    for letter in told.letters if told.is_many("names") else ():
        pages[name_letter(letter)] = told.cards, {"template": "letters", "letter": letter}
    for part in told.group_parts(told.indicators) if told.is_many("indicators") else ():
        pages[f"definitions/{part}"] = told.cards, {"template": "definitions", "part": part}
    return pages


def bind_root(project: Project, counts: Mapping[str, int]) -> str:
    """The door of the site: what it is, and where to go, in both languages."""
    words = [load_words(project.notebooks / TEMPLATE, lang) for lang in LANGUAGES]
    doors = [(own, own.count("root.count", counts.get(own.lang, 0))) for own in words]
    body = render(words[0], "root", doors=doors)
    return export_body(body, project, words[0], "lists")
