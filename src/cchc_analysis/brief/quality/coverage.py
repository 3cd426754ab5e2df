"""What the sources report of the catalogue, and how far each brief can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.ledger import tell_grade_rule
from cchc_analysis.brief.quality.content import (
    Quality,
    list_lines,
    name_source,
    tell_choice,
    wrap_part,
)
from cchc_analysis.brief.quality.graded import Graded
from cchc_analysis.brief.report import AREAS
from cchc_analysis.brief.telling import lower, name_indicator, upper
from cchc_analysis.brief.templates import Section
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import RESULT_STATUSES
from cchc_analysis.data.tables import Cell, tabulate_groups, tabulate_rows

RESULT, GOAL = "●", "○"
"""A value that is reported; a target, ceiling or norm only."""


def show_quality_completeness(quality: Quality) -> Section:
    """Which sources report which indicators of the catalogue, by area of reform."""
    words = quality.words
    signs = _sign_indicators(quality)
    areas = _list_areas(quality)
    columns = list_reports(quality)
    heads = [name_source(quality, source) for source in columns]
    reported = {code for code, _ in signs}
    beside = {source["source_id"] for source in columns}
    shown = {code for code, source_id in signs if source_id in beside}
    counts = tabulate_rows(
        [
            words.say("quality.completeness.area"),
            words.say("quality.completeness.catalogue"),
            words.say("quality.completeness.some"),
            *heads,
        ],
        [_count_area(quality, area, codes, signs) for area, codes in areas.items()],
        words.say("quality.completeness.counts"),
        kind="wide grid",
    )
    table = tabulate_groups(
        [words.say("table.indicator"), *heads],
        [
            (
                words.say(f"part.title.{area}"),
                [_tell_indicator(quality, code, signs) for code in codes if code in shown],
            )
            for area, codes in areas.items()
            if shown.intersection(codes)
        ],
        words.say("quality.completeness.table"),
        kind="wide grid",
    )
    elsewhere = _list_names(quality, "elsewhere", reported - shown)
    silent = _list_names(quality, "silent", set(quality.reference.indicator_rows) - reported)
    return wrap_part(
        quality,
        "completeness",
        Markup("<p>{}</p>\n").format(words.say("quality.completeness.intro")),
        tell_choice(quality),
        counts,
        table,
        elsewhere,
        silent,
    )


def list_reports(quality: Quality) -> list[Mapping[str, Any]]:
    """The sources set side by side: reports, as no panel is asked to cover the catalogue.

    Where only panels are held, they are.
    """
    reports = [source for source in quality.columns if source["kind"] != "panel"]
    return reports or list(quality.columns)


def _sign_indicators(quality: Quality) -> dict[tuple[str, str], str]:
    """The sign of an indicator in a source: a result, or only what ought to be."""
    observed = quality.tables.observations[["indicator", "source_id", "status"]].drop_duplicates()
    signs: dict[tuple[str, str], str] = {}
    for row in list_rows(observed):
        key = (row["indicator"], row["source_id"])
        if row["status"] in RESULT_STATUSES:
            signs[key] = RESULT
        else:
            signs.setdefault(key, GOAL)
    return signs


def _list_areas(quality: Quality) -> dict[str, list[str]]:
    """The indicators of the catalogue by area of reform, in its order."""
    areas: dict[str, list[str]] = {part: [] for part in AREAS}
    for code, row in quality.reference.indicator_rows.items():
        area = row["reform_area"] if row["reform_area"] in AREAS else "index"
        areas[area].append(code)
    return {area: codes for area, codes in areas.items() if codes}


def _list_names(quality: Quality, key: str, wanted: set[str]) -> Markup:
    """Indicators by name or number, a line for each area; nothing where there are none."""
    words = quality.words
    lines = [
        Markup("<b>{}</b>: {}").format(
            words.say(f"part.title.{area}"),
            # What panels alone hold has pages of its own, with its name: here it is counted.
            words.number(len(wanted.intersection(codes)))
            if key == "elsewhere"
            else Markup("; ").join(
                lower(name_indicator(quality, code)) for code in codes if code in wanted
            ),
        )
        for area, codes in _list_areas(quality).items()
        if wanted.intersection(codes)
    ]
    if not lines:
        return Markup("")
    title = words.say(f"quality.completeness.{key}")
    return Markup("<h3>{}</h3>\n{}").format(title, list_lines("lines", lines))


def _count_area(
    quality: Quality, area: str, codes: list[str], signs: dict[tuple[str, str], str]
) -> list[Cell]:
    """An area: indicators in the catalogue, reported by any source, reported by each."""
    known = set(codes)
    number = quality.words.number
    reported = {code for code, _ in signs} & known
    per_source = [
        sum(1 for code in codes if (code, source["source_id"]) in signs)
        for source in list_reports(quality)
    ]
    return [
        quality.words.say(f"part.title.{area}"),
        number(len(codes)),
        number(len(reported)),
        *(_tell_share(quality, n, len(codes)) for n in per_source),
    ]


def _tell_share(quality: Quality, n: int, of: int) -> Markup:
    """A count with a bar of its share; the number says it, the bar only shows it."""
    if not n:
        return Markup('<span class="na">0</span>')
    return Markup('{}<span class="bar"><span style="width:{:.0f}%"></span></span>').format(
        quality.words.number(n), 100 * n / of
    )


def _tell_indicator(quality: Quality, code: str, signs: dict[tuple[str, str], str]) -> list[Cell]:
    cells = [signs.get((code, source["source_id"]), "") for source in list_reports(quality)]
    return [name_indicator(quality, code), *cells]


def show_quality_grades(quality: Quality) -> Section:
    """The grade of every brief, and why."""
    words = quality.words
    keys = ("district", "period", "grade", "contradictions")
    table = tabulate_rows(
        [
            *(words.say(f"index.{key}") for key in keys),
            words.say("quality.grades.headline"),
            words.say("quality.grades.notes"),
            words.say("quality.grades.why"),
        ],
        [_tell_grade(quality, brief) for brief in quality.briefs],
        words.say("quality.grades.table"),
        numbers=(3, 4, 5),
        kind="wide grades",
    )
    rule = Markup("<p>{}</p>\n").format(tell_grade_rule(quality))
    return wrap_part(quality, "grades", table, rule)


def _tell_grade(quality: Quality, brief: Graded) -> list[Cell]:
    words, grade = quality.words, brief.grade
    place = upper(words.place(quality.reference.area_rows[brief.area_id]))
    return [
        Markup('<a href="{}">{}</a>').format(quality.find_brief(brief), place),
        words.period(brief.period),
        Markup('<b class="letter">{}</b>').format(grade.letter),
        *(words.number(n) for n in (grade.warnings, grade.headline_warnings, grade.notes)),
        _tell_reason(quality, brief),
    ]


def _tell_reason(quality: Quality, brief: Graded) -> Markup:
    """Why a brief has its grade: what is missing, what is contested, or nothing."""
    words = quality.words
    if brief.grade.missing:
        return words.say("grade.missing", names=_join_names(quality, brief.grade.missing))
    if brief.contested:
        return words.say("quality.why.headline", names=_join_names(quality, brief.contested))
    return words.say("quality.why.secondary" if brief.grade.warnings else "quality.why.none")


def _join_names(quality: Quality, indicators: Iterable[str]) -> Markup:
    return quality.words.join(lower(name_indicator(quality, name)) for name in indicators)
