"""What a list says of one brief at a glance: its row, and the few words of its summary.

Comes in as an opened brief; goes out as cells that are kept with its page, so that a list of
fourteen thousand opens none of them again. Knows no list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup

from cchc_analysis.brief.content import Brief, name_folder
from cchc_analysis.brief.ledger import grade_brief
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.report import load_report
from cchc_analysis.brief.summary import list_sentences
from cchc_analysis.brief.telling import (
    SIGNS,
    Voice,
    name_area,
    name_indicator,
    name_scope,
    tell_missing,
    tell_number,
    upper,
)
from cchc_analysis.data.records import Severity
from cchc_analysis.data.tables import tabulate_groups
from cchc_analysis.data.words import Words, clean_text

LETTERS = ("A", "B", "C", "D")
TELLING = ("dossiers", "services", "index", "size", "contradictions")
"""The sentences of a summary that make sense on their own."""

_MARKS = re.compile(r"\s*(?:[▲△]\d+|\+\d+(?=\s|$))")


def tell_row(brief: Brief) -> list[Markup]:
    """The row of a brief: where it is, its grade, its figures, its contradictions."""
    folder = name_folder(brief.area, brief.period)
    grade = grade_brief(brief)
    return [
        Markup('<a href="{}/index.html">{}</a>').format(folder, upper(name_area(brief))),
        Markup("{} <small>{}</small>").format(
            brief.words.period(brief.period), brief.words.span(brief.start, brief.end)
        ),
        Markup('<b class="letter">{}</b>').format(grade.letter),
        *(_tell_value(brief, folder, _choose(brief, names)) for names in brief.report.index),
        Markup('<a href="{}/annex.html#contradictions">{}</a>').format(
            folder, brief.words.number(grade.warnings)
        ),
    ]


def _choose(brief: Brief, names: Sequence[str]) -> Entry | None:
    return next((entry for name in names if (entry := brief.find(name))), None)


def _tell_value(brief: Brief, folder: str, entry: Entry | None) -> Markup:
    """A value linked to its note in its brief, with a bar of its size, or the sign for none."""
    if entry is None:
        return tell_missing(brief)
    sign = Markup(' <span class="w">{}</span>').format(SIGNS[Severity.WARNING])
    scope = name_scope(brief, entry.scope) if entry.scope != brief.whole else ""
    return Markup(
        '<a class="n" href="{}/annex.html#{}">{}</a>{}'
        '<span class="bar{}"><span style="width:{:.0f}%"></span></span>{}'
    ).format(
        folder,
        entry.note,
        tell_number(brief, entry),
        sign if entry.is_contested else "",
        " doubt" if entry.is_contested else "",
        min(max(entry.value, 0.0), 100.0),
        Markup("<small>{}</small>").format(scope) if scope else "",
    )


def tell_said(brief: Brief) -> Markup:
    """What a brief says in two sentences, without the marks that belong to its own page."""
    said = dict(list_sentences(brief))
    told = [_MARKS.sub("", said[name].striptags()) for name in TELLING if name in said]
    sentences = list(dict.fromkeys([*told[:1], *told[-1:]]))
    return Markup('<li><h3><a href="{}/index.html">{}, {}</a></h3><p>{}</p></li>\n').format(
        name_folder(brief.area, brief.period),
        upper(name_area(brief)),
        brief.words.period(brief.period),
        clean_text(" ".join(sentences)),
    )


def name_columns(voice: Voice) -> list[Markup]:
    """What the figures of a row are, in short."""
    lines = load_report(voice.words.folder.parent, voice.reference).index
    return [
        voice.words.say(f"short.{names[0]}")
        if voice.words.has(f"short.{names[0]}")
        else name_indicator(voice, names[0])
        for names in lines
    ]


def tabulate_glance(
    words: Words, groups: Sequence[tuple[Markup, list[list[Markup]]]], columns: Sequence[Markup]
) -> Markup:
    """The rows of all briefs, by province, and what its signs mean.

    Args:
        words: The strings of the language.
        groups: The rows of each province.
        columns: What the figures of a row are.
    """
    heads = [words.say(f"index.{key}") for key in ("district", "period", "grade")]
    heads += columns
    heads.append(words.say("index.contradictions"))
    labelled = [(name, [_label(row, heads) for row in rows]) for name, rows in groups]
    table = tabulate_groups(
        heads, labelled, words.say("index.table"), numbers=range(3, len(heads)), kind="index"
    )
    letters = Markup("; ").join(
        Markup("<b>{}</b> {}").format(each, words.say(f"grade.means.{each}")) for each in LETTERS
    )
    return table + Markup('<p class="src">{} {}</p>\n').format(
        words.say("index.legend"), words.say("index.legend.grade", letters=letters)
    )


def _label(row: Sequence[Markup], heads: Sequence[Markup]) -> list[Markup]:
    """A row whose cells say what they are, for a screen too narrow to hold columns."""
    plain = range(2)
    return [
        cell if at in plain else Markup('<span class="h">{}</span>{}').format(heads[at], cell)
        for at, cell in enumerate(row)
    ]


def count_all(words: Words, counts: Sequence[tuple[str, int]]) -> Markup:
    """How much there is, as large numbers over what they count."""
    items = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(
            words.say(f"index.count.{name}"), words.number(n)
        )
        for name, n in counts
    )
    return Markup('<dl class="counts">{}</dl>\n').format(items)
