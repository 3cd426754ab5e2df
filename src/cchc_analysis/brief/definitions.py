"""What an indicator counts, of what, and who says so; and the page that lists them all."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import TYPE_CHECKING

from markupsafe import Markup

from cchc_analysis.brief.areas import part_of
from cchc_analysis.brief.report import AREAS
from cchc_analysis.data.tables import tabulate_groups
from cchc_analysis.data.words import clean_text

if TYPE_CHECKING:
    from cchc_analysis.data.reference import Reference
    from cchc_analysis.data.words import Words

MOST_DEFINED = 300
"""Indicators that one page defines; more, and it would pass 150 KB."""
_SCOPE = re.compile(r"@(\w+)")


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
    parts = [
        words.pick(row, "definition"),
        words.say("notes.worked_out", ways=Markup("; ").join(told)) if told else Markup(""),
        words.say("notes.source", source=words.pick(row, "source")),
    ]
    return Markup(" ").join(part for part in parts if part)


def group_parts(reference: Reference, indicators: Iterable[str]) -> dict[str, list[str]]:
    """Indicators by area of reform, in the order of the reports."""
    groups: dict[str, list[str]] = {part: [] for part in AREAS}
    for indicator in sorted(indicators):
        groups[part_of(reference, indicator)].append(indicator)
    return {part: own for part, own in groups.items() if own}


def link_parts(words: Words, reference: Reference, indicators: Iterable[str]) -> Markup:
    """The areas of reform, each with how many indicators it has and the page that defines them."""
    items = Markup("").join(
        Markup('<li><a href="{}/index.html">{}</a> <small>{}</small></li>\n').format(
            part, words.say(f"part.title.{part}"), words.number(len(own))
        )
        for part, own in group_parts(reference, indicators).items()
    )
    return Markup("<ul>{}</ul>\n").format(items)


def tabulate_definitions(words: Words, reference: Reference, indicators: Iterable[str]) -> Markup:
    """A table of indicators by area of reform; those that nobody has defined stand apart.

    Args:
        words: The strings of the language.
        reference: The catalogue and the definitions.
        indicators: Codes of the catalogue.
    """
    groups: dict[str, list[list[Markup]]] = {part: [] for part in AREAS}
    undefined = []
    for indicator in sorted(indicators):
        row = _tell_row(words, reference, indicator)
        if indicator in reference.definition_of:
            groups[part_of(reference, indicator)].append(row)
        else:
            undefined.append(row)
    named = [(words.say(f"part.title.{part}"), rows) for part, rows in groups.items() if rows]
    apart = [(words.say("index.definition.undefined"), undefined)] if undefined else []
    return tabulate_groups(
        [words.say(f"index.definition.{key}") for key in ("what", "unit", "direction", "how")],
        [*named, *apart],
        words.say("index.definition.table"),
    )


def _tell_row(words: Words, reference: Reference, indicator: str) -> list[Markup]:
    row = reference.indicator_rows[indicator]
    known = row["polarity"] in ("higher", "lower")
    return [
        Markup("{} <small><code>{}</code></small>").format(
            words.pick(row, "label"), clean_text(indicator)
        ),
        words.pick(reference.unit_rows[row["unit"]], "label"),
        words.say(f"polarity.{row['polarity']}") if known else Markup(""),
        define_indicator(words, reference, indicator),
    ]
