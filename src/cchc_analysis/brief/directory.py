"""The way to a brief among thousands: country, province, area, and an index from A to Z.

Comes in as the cards of briefs; goes out as tables of links. A table that would pass ``MOST_ROWS``
briefs, or ``MOST_LINES`` contradictions, names the places below instead, each with its own page: no
page grows with the country.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cchc_analysis.brief.content import name_folder, other_language
from cchc_analysis.brief.report import AREAS, part_of
from cchc_analysis.brief.templates import join, link, macro, render, tabulate, upper
from cchc_analysis.data.clean import ALPHABET, alphabet_key, first_letter
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.words import Words, clean_text, plain

if TYPE_CHECKING:
    import pandas as pd

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
) -> list[tuple[Markup, list[dict[str, Any]]]]:
    """The provinces of today and those until June 2025 as maps of links to their profiles."""
    maps = [
        (words.say(f"directory.map.{name}"), _list_tiles(words, tiles, profiled, reference))
        for name, tiles in (("34", reference.tile_map_34), ("63", reference.tile_map_63))
    ]
    return [each for each in maps if each[1]]


def _list_tiles(
    words: Words, tiles: pd.DataFrame, profiled: Container[str], reference: Reference
) -> list[dict[str, Any]]:
    """The squares of a map, each with the folder of its profile; none where there is no profile."""
    rows = [row for row in list_rows(tiles) if row["kind"] != "dot"]
    areas = list_told_areas([row["area_id"] for row in rows], reference)
    listed = [
        {"column": int(row["column"]) + 1, "row": int(row["row"]) + 1, "label": row["label"]}
        | {"folder": area.folder if row["area_id"] in profiled else ""}
        | {"name": plain(name_place(words, area))}
        for row, area in zip(rows, areas, strict=True)
    ]
    return listed if any(each["folder"] for each in listed) else []


def tabulate_provinces(
    words: Words, provinces: Sequence[ListedArea], to_lang: str = "", others: int = 0
) -> Markup:
    """A row per province: its areas, briefs and contradictions; those of ``others`` in the last."""
    rows = [
        [
            link(f"{to_lang}{place.folder}/index.html", name_place(words, place)),
            words.number(len({card.facts["area_id"] for card in place.cards})),
            words.number(len(place.cards)),
            words.number(_count(place.cards)),
        ]
        for place in provinces
    ]
    if others:
        name = link("contradictions/index.html#others", words.say("index.ledger.others"))
        rows.append([name, *map(words.number, (0, 0, others))])
    heads = ("province", "areas", "briefs", "contradictions")
    return _tabulate(words, heads, rows, "provinces", (1, 2, 3))


def tabulate_areas(words: Words, areas: Sequence[ListedArea]) -> Markup:
    """A row per area, for the page of its province: its briefs, and what the last one says."""
    rows = [
        [
            link(f"../{place.folder}/index.html", name_place(words, place)),
            words.number(len(place.cards)),
            link(f"../../{last.folder}/index.html", words.period(last.facts["period"])),
            macro(words, "letter", last.facts["grade"]),
            words.number(_count(place.cards)),
        ]
        for place in areas
        for last in place.cards[-1:]
    ]
    heads = ("area", "briefs", "last", "grade", "contradictions")
    return _tabulate(words, heads, rows, "areas_below", (1, 4))


def tabulate_counts(words: Words, places: Sequence[ListedArea], to_page: str) -> Markup:
    """A row per place with how many contradictions it has; ``to_page`` leads to ``{folder}``."""
    rows = [
        [
            link(to_page.format(folder=place.folder) + "index.html", name_place(words, place)),
            words.number(sum(len(card.ledger) for card in place.cards)),
        ]
        for place in places
        if any(card.ledger for card in place.cards)
    ]
    return _tabulate(words, ("area", "contradictions"), rows, "counts", (1,))


def _tabulate(
    words: Words, heads: Sequence[str], rows: Sequence[Any], caption: str, numbers: Sequence[int]
) -> Markup:
    named = [words.say(f"directory.{head}") for head in heads]
    return tabulate(words, named, [("", rows)], words.say(f"directory.{caption}"), numbers=numbers)


def _count(cards: Iterable[Card]) -> int:
    return sum(int(card.facts["contradictions"]) for card in cards)


def name_letter(letter: str) -> str:
    """The folder of a letter.

    >>> name_letter("Đ"), name_letter("B")
    ('a-z/dd', 'a-z/b')
    """
    return f"{INDEX}/{_SPELT.get(letter, letter.lower())}"


def group_letters(places: Iterable[ListedArea]) -> dict[str, list[ListedArea]]:
    """The places by the letter under which they stand, in the order of the alphabet."""
    groups: dict[str, list[ListedArea]] = {}
    for place in sorted(places, key=lambda place: alphabet_key(bare_name(place.row))):
        groups.setdefault(first_letter(bare_name(place.row)), []).append(place)
    return {letter: groups[letter] for letter in ("#", *ALPHABET.upper()) if letter in groups}


def describe_names(
    words: Words, places: Sequence[ListedArea], reference: Reference, to_lang: str
) -> list[dict[str, Any]]:
    """Names with what kind of area each is, and of which province."""
    named = []
    for place in places:
        above = reference.area_rows.get(str(place.row["parent_id"]))
        bare = bare_name(place.row)
        kind = plain(words.place(place.row)).replace(bare, "").strip()
        # Provinces of before and since bear the same names; districts are all of before.
        end = str(place.row["valid_to"]) if place.row["level"] == "province" else ""
        until = words.say("directory.until", day=words.date(end)) if end else ""
        facts = join(", ", kind, bare_name(above) if above else "", until)
        href = f"{to_lang}{place.folder}/index.html"
        named.append({"href": href, "name": clean_text(bare), "facts": facts})
    return named


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
    return tabulate(
        words,
        [words.say(f"index.definition.{key}") for key in ("what", "unit", "direction", "how")],
        [
            (words.say(key), [_tell_definition(words, reference, code) for code in codes])
            for key, codes in groups
        ],
        words.say("index.definition.table"),
    )


def _tell_definition(words: Words, reference: Reference, indicator: str) -> list[Any]:
    row = reference.indicator_rows[indicator]
    known = row["polarity"] in ("higher", "lower")
    return [
        macro(words, "indicator", "", words.pick(row, "label"), indicator),
        words.pick(reference.unit_rows[row["unit"]], "label"),
        words.say(f"polarity.{row['polarity']}") if known else "",
        define_indicator(words, reference, indicator),
    ]
