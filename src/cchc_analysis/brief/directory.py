"""The way to a brief among thousands: country, province, area, and an index from A to Z.

Comes in as the cards of briefs; goes out as tables of links. A table that would pass ``MOST_ROWS``
briefs, or ``MOST_LINES`` contradictions, names the places below instead, each with its own page: no
page grows with the country.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cchc_analysis.brief.content import name_folder, other_language
from cchc_analysis.brief.report import AREAS, part_of
from cchc_analysis.brief.templates import join, render, upper
from cchc_analysis.data.clean import ALPHABET, alphabet_key, first_letter
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.words import Words, clean_text

if TYPE_CHECKING:
    from cchc_analysis.brief.lists import Card
    from cchc_analysis.data.reference import Reference

MOST_ROWS = 60
"""Briefs that one table shows at a glance."""
MOST_LINES = 200
"""Contradictions, and names, that one page lists."""
MOST_DEFINED = 300
"""Indicators that one page defines; more, and it would pass 150 KB."""
INDEX = "a-z"
KINDS = (*("Tỉnh", "Thành phố", "Quận", "Huyện", "Thị xã", "Thị trấn", "Phường", "Xã", "Đặc khu"),)
"""What a name of an area begins with."""
SISTERS = ("", "a-z", "trends", "contradictions", "quality", "definitions", "method")
"""The pages of a language besides its briefs, by folder, in reading order."""

_SPELT = {"Ă": "aw", "Â": "aa", "Đ": "dd", "Ê": "ee", "Ô": "oo", "Ơ": "ow", "Ư": "uw", "#": "0"}
"""Letters in a path, as they are typed (Telex)."""
_SCOPE = re.compile(r"@(\w+)")


@dataclass(frozen=True)
class ListedArea:
    """A province or an area with a page that leads to its briefs.

    Attributes:
        row: Its row of the areas.
        folder: Of its page, within its language.
        cards: The briefs below it, by period.
    """

    row: Mapping[str, Any]
    folder: str
    cards: tuple[Card, ...] = ()

    @property
    def lines(self) -> int:
        """How many contradictions the ledgers of its briefs hold."""
        return count_lines(self.cards)


def count_lines(cards: Iterable[Card]) -> int:
    """How many contradictions the ledgers of briefs hold."""
    return sum(len(card.ledger) for card in cards)


def _list_area(row: Mapping[str, Any], cards: Iterable[Card] = ()) -> ListedArea:
    return ListedArea(row, name_folder(row, "-").partition("/")[0], tuple(cards))


def list_told_areas(area_ids: Iterable[str], reference: Reference) -> list[ListedArea]:
    """Areas that have a profile, whether or not there are briefs of them."""
    return [_list_area(reference.area_rows[each]) for each in area_ids]


def list_areas(cards: Iterable[Card], reference: Reference) -> list[ListedArea]:
    """The areas of briefs, by the alphabet."""
    return _list_places(cards, reference, lambda area: area["area_id"])


def list_provinces(cards: Iterable[Card], reference: Reference) -> list[ListedArea]:
    """The provinces of briefs, by the alphabet; a province's own briefs are below it."""
    return _list_places(
        cards,
        reference,
        lambda area: area["area_id"] if area["level"] == "province" else area["parent_id"],
    )


def _list_places(
    cards: Iterable[Card], reference: Reference, find: Callable[[Mapping[str, Any]], str]
) -> list[ListedArea]:
    groups: dict[str, list[Card]] = {}
    for card in cards:
        groups.setdefault(find(reference.area_rows[card.facts["area_id"]]), []).append(card)
    places = [
        _list_area(row, own)
        for area_id, own in groups.items()
        if (row := reference.area_rows.get(area_id))
    ]
    return sorted(places, key=lambda place: alphabet_key(bare_name(place.row)))


def map_provinces(
    words: Words, profiled: Container[str], reference: Reference
) -> list[tuple[Markup, list[tuple[dict[str, Any], ListedArea]]]]:
    """The provinces of today and those until June 2025, on maps with the squares where they lie.

    A map without any profile is left out.
    """
    maps = []
    for name, tiles in (("34", reference.tile_map_34), ("63", reference.tile_map_63)):
        rows = [row for row in list_rows(tiles) if row["kind"] != "dot"]
        areas = list_told_areas([row["area_id"] for row in rows], reference)
        if any(row["area_id"] in profiled for row in rows):
            maps.append((words.say(f"directory.map.{name}"), [*zip(rows, areas, strict=True)]))
    return maps


def tabulate_places(
    words: Words, kind: str, places: Iterable[ListedArea], to_page: str = "", others: int = 0
) -> Markup:
    """A row a place, linked to its page.

    Args:
        words: The strings of the language.
        kind: ``provinces``, ``areas_below`` a province, or the ``counts`` of contradictions.
        places: What has a row; of counts those that have any.
        to_page: The way to the folders of the places.
        others: Contradictions that no brief tells, in a last row.
    """
    kept = [each for each in places if kind != "counts" or each.lines]
    told = {"kind": kind, "places": kept, "to_page": to_page, "others": others}
    return render(words, "list_places", **told)


def name_letter(letter: str) -> str:
    """The folder of a letter.

    >>> name_letter("Đ"), name_letter("B")
    ('a-z/dd', 'a-z/b')
    """
    return f"{INDEX}/{_SPELT.get(letter, letter.lower())}"


def group_letters(
    profiled: Iterable[str], cards: Collection[Card], reference: Reference
) -> dict[str, list[ListedArea]]:
    """Every place that has a page, by the letter under which it stands in the alphabet."""
    told = list_told_areas(profiled, reference)
    listed = [*told, *list_provinces(cards, reference), *list_areas(cards, reference)]
    places = {place.folder: place for place in listed}.values()
    groups: dict[str, list[ListedArea]] = {}
    for place in sorted(places, key=lambda place: alphabet_key(bare_name(place.row))):
        groups.setdefault(first_letter(bare_name(place.row)), []).append(place)
    return {letter: groups[letter] for letter in ("#", *ALPHABET.upper()) if letter in groups}


def name_place(words: Words, place: ListedArea) -> Markup:
    """The name of a place with its kind, as a page of the language begins with it."""
    return upper(words.place(place.row))


def bare_name(row: Mapping[str, Any]) -> str:
    """A name without the kind of area before it; a number alone is no name.

    >>> [bare_name({"name": name}) for name in ("Huyện Cao Lộc", "Thành phố Hà Nội", "Quận 1")]
    ['Cao Lộc', 'Hà Nội', 'Quận 1']
    """
    name = str(row["name"])
    bare = (name.removeprefix(f"{kind} ") for kind in KINDS)
    return next((each for each in bare if each != name and not each[:1].isdigit()), name)


def tell_masthead(words: Words, name: str, title: Any, intro: Any = "") -> Markup:
    """The head of a page with the links to its sisters and to the other language.

    Args:
        words: The strings of the language.
        name: The folder of the page, one of ``SISTERS`` or below one.
        title: The main heading.
        intro: What is said below it.
    """
    return render(
        words,
        "masthead",
        name=name,
        title=title,
        intro=intro,
        other=other_language(words.lang),
        to_lang="../" * len(name.split("/")) if name else "",
        sisters=SISTERS,
    )


def define_indicator(
    words: Words, reference: Reference, indicator: str, scopes: Container[str] | None = None
) -> Markup:
    """What an indicator counts, how it is worked out where reports leave it out, and its source.

    Args:
        words: The strings of the language.
        reference: The catalogue, the definitions and the formulas.
        indicator: A code of the catalogue.
        scopes: Only formulas that add up these scopes; of any, when ``None``.

    Returns:
        Sentences in the language of ``words``; nothing where nobody has defined it yet.
    """
    row = reference.definition_of.get(indicator)
    if row is None:
        return Markup("")
    ways = reference.rows_where("derivations", "indicator", indicator)
    told = dict.fromkeys(
        clean_text(way[f"definition_{words.lang}"])
        for way in ways
        if scopes is None or all(each in scopes for each in _SCOPE.findall(way["formula"]))
    )
    return join(
        " ",
        words.pick(row, "definition"),
        words.say("notes.worked_out", ways=join("; ", *told)) if told else "",
        words.say("notes.source", source=words.pick(row, "source")),
    )


def group_parts(reference: Reference, indicators: Iterable[str]) -> dict[str, list[str]]:
    """Indicators by area of reform, in the order of the reports."""
    groups: dict[str, list[str]] = {part: [] for part in AREAS}
    for indicator in sorted(indicators):
        groups[part_of(reference, indicator)].append(indicator)
    return {part: own for part, own in groups.items() if own}


def tabulate_definitions(words: Words, reference: Reference, indicators: Sequence[str]) -> Markup:
    """A table of indicators by area of reform; those that nobody has defined stand apart."""
    defined = [each for each in indicators if each in reference.definition_of]
    groups = [(f"part.title.{part}", own) for part, own in group_parts(reference, defined).items()]
    if rest := sorted(set(indicators).difference(defined)):
        groups.append(("index.definition.undefined", rest))
    define = partial(define_indicator, words, reference)
    return render(words, "list_definitions", groups=groups, reference=reference, define=define)
