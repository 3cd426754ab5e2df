"""The head of an annex: district, period, documents, grade, language switch and contents."""

from __future__ import annotations

from markupsafe import Markup

from cchc_analysis.brief.content import ANNEX, Brief
from cchc_analysis.brief.grade import grade_brief
from cchc_analysis.brief.places import link_page, other_language
from cchc_analysis.brief.telling import (
    link_count,
    lower,
    name_area,
    name_indicator,
    name_source,
    tell_title,
)
from cchc_analysis.brief.templates import Section
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.synthetic import NOTICE, is_synthetic

CONTENTS = ("areas", "plan", "trend", "peers", "contradictions", "notes")


def show_annex_head(brief: Brief) -> Section:
    """The head of the annex: its documents and what they lack, its grade, the way to the front."""
    words = brief.words
    title = words.say("annex.title", area=name_area(brief), period=words.period(brief.period))
    other = other_language(brief.lang)
    facts = [
        _tell_province(brief),
        (words.say("head.period"), words.span(brief.start, brief.end)),
        *_tell_last_day(brief),
        (words.say("head.grade"), tell_grade(brief)),
        (words.say("head.documents"), _tell_documents(brief)),
    ]
    listed = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>\n").format(name, text) for name, text in facts
    )
    links = Markup("").join(
        Markup('<li><a href="#{}">{}</a></li>').format(each, words.say(f"{each}.title"))
        for each in CONTENTS
    )
    return Section(
        Markup(
            '<div class="head">\n<p class="kicker"><a href="index.html">{}</a> '
            '<a class="lang" href="{}" hreflang="{}" lang="{}">{}</a></p>\n<h1>{}</h1>\n{}'
            '<dl>\n{}</dl>\n<p class="src">{}</p>\n<nav aria-label="{}"><ul>{}</ul></nav>\n</div>\n'
        ).format(
            words.say("annex.back"),
            link_page(brief, other).replace("index.html", ANNEX),
            other,
            other,
            words.say("head.language"),
            title,
            _tell_notice(brief),
            listed,
            words.say("head.legend"),
            words.say("head.contents"),
            links,
        )
    )


def _tell_notice(brief: Brief) -> Markup:
    """That the figures are made up, where they are."""
    if not is_synthetic(str(brief.area["area_id"])):
        return Markup("")
    return Markup('<p class="lead"><strong>{}</strong></p>\n').format(NOTICE[brief.lang])


def _tell_province(brief: Brief) -> tuple[Markup, Markup]:
    """The kind of the first tier as the label, so that its name need not repeat it."""
    words, row = brief.words, brief.province
    if row is None:
        return words.say("head.province"), words.say("missing")
    is_city = row["type"] == "thành phố"
    return words.say("head.province.city" if is_city else "head.province"), words.short_name(row)


def _tell_documents(brief: Brief) -> Markup:
    """The documents a brief rests on, with what each lacks."""
    items = []
    for row in list_rows(brief.sources):
        lacks = brief.words.pick(row, "lacks")
        said = brief.words.say("head.lacks", what=lacks) if lacks else ""
        items.append(
            Markup("<li>{} {} <small>{}</small></li>").format(
                name_source(brief, row["source_id"]), tell_title(brief, row), said
            )
        )
    return Markup('<ul class="docs">{}</ul>').format(Markup("").join(items))


def tell_grade(brief: Brief) -> Markup:
    """The letter with its counts, each linked to what was counted."""
    grade, words = grade_brief(brief), brief.words
    kind = "headline" if grade.headline_warnings else "secondary" if grade.warnings else "none"
    counts = words.say(
        f"grade.counts.{kind}",
        warnings=link_count(brief, grade.warnings, "contradictions"),
        headline=link_count(brief, grade.headline_warnings, "contradictions"),
        notes=link_count(brief, grade.notes, "contradictions"),
    )
    if grade.missing:
        names = words.join(lower(name_indicator(brief, name)) for name in grade.missing)
        counts += Markup(" ") + words.say("grade.missing", names=names)
    return Markup('<a class="grade" href="#about-grade"><b>{}</b></a> {}').format(
        grade.letter, counts
    )


def _tell_last_day(brief: Brief) -> list[tuple[Markup, Markup | str]]:
    """The day to which dossiers are counted: reports are written before their period ends."""
    for indicator in ("dossiers_resolved_total", "dossiers_received_total"):
        if entry := brief.find(indicator):
            return [(brief.words.say("head.as_of"), brief.words.date(entry.end))]
    return []
