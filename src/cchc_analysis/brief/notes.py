"""The notes: sources, completeness, grade, method, definitions, every number, citation, stamp."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.definitions import define_indicator
from cchc_analysis.brief.downloads import BRIEF_FILES, link_downloads
from cchc_analysis.brief.grade import HEADLINES, REQUIRED
from cchc_analysis.brief.head import tell_grade
from cchc_analysis.brief.numbers import list_figures, list_noted, tell_numbers
from cchc_analysis.brief.places import name_folder
from cchc_analysis.brief.summary import RULES
from cchc_analysis.brief.telling import (
    Voice,
    head,
    lower,
    name_area,
    name_indicator,
    name_scope,
    name_source,
    tell_title,
    wrap,
)
from cchc_analysis.brief.templates import Section
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.words import clean_text

METHOD = ("signs", "tolerance", "interval", "pooling", "states", "windows", "summary")
"""The rules of a page, by the ends of their keys."""


def show_notes(brief: Brief) -> Section:
    """Sources, completeness, method, definitions, every number, citation, reproducibility."""
    say = brief.words.say
    return wrap(
        brief,
        "notes",
        head(3, "about-sources", say("notes.sources")),
        _list_sources(brief),
        head(3, "about-completeness", say("notes.completeness")),
        _tell_completeness(brief),
        head(3, "about-grade", say("notes.grade")),
        Markup("<p>{}</p>\n<p>{}</p>\n").format(tell_grade(brief), tell_grade_rule(brief)),
        head(3, "about-method", say("notes.method")),
        tell_method(brief),
        head(3, "about-definitions", say("notes.definitions")),
        _list_definitions(brief),
        head(3, "about-numbers", say("notes.numbers")),
        Markup("<p>{}</p>\n").format(
            say("notes.numbers.intro", whole=lower(name_scope(brief, brief.whole)))
        ),
        tell_numbers(brief),
        link_downloads(brief.words, BRIEF_FILES),
        head(3, "about-citing", say("notes.citing")),
        _tell_citation(brief),
        _tell_stamp(brief),
    )


def _list_sources(brief: Brief) -> Markup:
    items = []
    for number, row in enumerate(list_rows(brief.sources), start=1):
        lines = [
            Markup("<cite>{}</cite>. {}.").format(
                tell_title(brief, row), clean_text(row["issuer"])
            ),
            _name_document(brief, row),
        ]
        if note := brief.words.pick(row, "note"):
            lines.append(Markup("{}.").format(note))
        if row["sha256"]:
            lines.append(Markup("<code>sha256 {}</code>").format(row["sha256"][:16]))
        items.append(
            Markup('<li id="s-{}">{}</li>\n').format(number, Markup(" ").join(filter(None, lines)))
        )
    return Markup('<ol class="sources">\n{}</ol>\n').format(Markup("").join(items))


def _name_document(brief: Brief, row: Mapping[str, Any]) -> Markup:
    parts = [
        brief.words.say("notes.number", n=clean_text(row["number"])) if row["number"] else "",
        brief.words.date(row["dated"]) if row["dated"] else "",
        brief.words.span(row["period_start"], row["period_end"]),
    ]
    return Markup("{}.").format(Markup("; ").join(each for each in parts if each))


def _tell_completeness(brief: Brief) -> Markup:
    """How many figures of each source the page shows, and which it does not, with the reason."""
    shown = {figure for entry in list_noted(brief) for figure in list_figures(brief, entry)}
    lines = []
    for source_id in brief.sources["source_id"]:
        own = brief.figures[brief.figures["source_id"] == source_id]
        ids = [(source_id, figure) for figure in own["figure_id"]]
        left = [figure for figure in ids if figure not in shown]
        key = "notes.complete" if not left else "notes.incomplete"
        lines.append(
            brief.words.say(
                key,
                source=name_source(brief, source_id),
                n=brief.words.number(len(ids) - len(left)),
                total=brief.words.number(len(ids)),
                left=", ".join(figure for _, figure in left),
            )
        )
        if quoted := sum(1 for figure in ids if figure in brief.quotes):
            lines.append(
                brief.words.say(
                    "notes.quoted",
                    source=name_source(brief, source_id),
                    n=brief.words.number(quoted),
                    total=brief.words.number(len(ids)),
                )
            )
    lines.append(brief.words.say("notes.remarks"))
    silent = [name for name in HEADLINES if not brief.find(name)]
    if silent:
        names = _name_all(brief, silent)
        lines.append(brief.words.say("notes.silent", names=names))
    items = Markup("").join(Markup("<li>{}</li>").format(line) for line in lines)
    return Markup("<ul>{}</ul>\n").format(items)


def tell_grade_rule(voice: Voice) -> Markup:
    """What the letters mean, and which figures are headline ones."""
    say = voice.words.say
    return say(
        "notes.grade.rule",
        headline=_name_all(voice, HEADLINES),
        required=_name_all(voice, REQUIRED),
    )


def _name_all(voice: Voice, indicators: Iterable[str]) -> Markup:
    return Markup("; ").join(lower(name_indicator(voice, name)) for name in indicators)


def tell_method(brief: Brief) -> Markup:
    """The rules of the page: signs, tolerance, states, trend, peers, summary."""
    items = Markup("").join(
        Markup('<li id="about-{}">{}</li>\n').format(key, _say_method(brief, key)) for key in METHOD
    )
    return Markup("<ul>\n{}</ul>\n").format(items)


def define_method(brief: Brief) -> Markup:
    """The same with a name for each rule, and what surrounds them, for a page of their own."""
    told = {
        "path": brief.words.say("method.path"),
        **{key: _say_method(brief, key) for key in METHOD},
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


def _say_method(brief: Brief, key: str) -> Markup:
    rules = Markup("; ").join(brief.words.say(f"rule.{name}") for name in RULES)
    return brief.words.say(f"method.{key}", rules=rules)


def _list_definitions(brief: Brief) -> Markup:
    """Denominators and definitions of the rates on the page; a sum shows its parts in its note."""
    told: dict[str, Markup] = {}
    for entry in brief.entries:
        if brief.reference.indicator_rows[entry.indicator]["denominator"]:
            told.setdefault(
                entry.indicator,
                define_indicator(brief.words, brief.reference, entry.indicator, brief.added_up),
            )
    items = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>\n").format(name_indicator(brief, indicator), definition)
        for indicator, definition in told.items()
        if definition
    )
    link = Markup('<a href="../../definitions/index.html">{}</a>').format(
        brief.words.say("site.nav.definitions")
    )
    more = Markup("<p>{}</p>\n").format(brief.words.say("notes.definitions.more", link=link))
    return (Markup("<dl>\n{}</dl>\n").format(items) if items else Markup("")) + more


def _tell_citation(brief: Brief) -> Markup:
    return Markup("<p>{}</p>\n").format(
        brief.words.say(
            "notes.cite",
            area=name_area(brief),
            period=brief.words.period(brief.period),
            place=f"{brief.lang}/{name_folder(brief.area, brief.period)}/",
        )
    )


def _tell_stamp(brief: Brief) -> Markup:
    """What made the page: the version, the command, and a hash of the figures shown."""
    from cchc_analysis import __version__

    digest = hashlib.sha256()
    for table in (brief.figures, brief.indicators, brief.findings):
        digest.update(table.to_csv(index=False, lineterminator="\n").encode())
    command = f"cchc brief {brief.area['area_id']} {brief.period} --lang {brief.lang}"
    return Markup('<p class="src">{}</p>\n').format(
        brief.words.say(
            "notes.stamp",
            version=__version__,
            command=Markup("<code>{}</code>").format(command),
            digest=Markup("<code>{}</code>").format(digest.hexdigest()[:16]),
        )
    )
