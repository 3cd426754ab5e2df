"""By area of reform: everything that the reports state, charts first, then the rest as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.exhibits import list_exhibits
from cchc_analysis.brief.exhibits.shared import head_entry
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.report import AREAS
from cchc_analysis.brief.telling import (
    head,
    lower,
    name_breakdown,
    name_entry,
    name_indicator,
    name_scope,
    tell,
    tell_unit,
    wrap,
)
from cchc_analysis.brief.templates import Section
from cchc_analysis.data.records import Scope
from cchc_analysis.data.tables import tabulate_groups

if TYPE_CHECKING:
    from cchc_analysis.data.reference import Reference

SCOPE_ORDER = (
    *(Scope.WHOLE_DISTRICT, Scope.PROVINCE_OFFICE, Scope.DISTRICT_OFFICE),
    *(Scope.DISTRICT_AGGREGATE, Scope.COMMUNE_AGGREGATE, Scope.COMMUNE, Scope.UNSPECIFIED),
)


def show_reform_areas(brief: Brief) -> Section:
    """Everything that the reports state, by area of reform."""
    exhibits = list_exhibits(brief)
    used = {note for each in exhibits.values() for exhibit in each for note in exhibit.used}
    left: dict[str, list[Entry]] = {part: [] for part in AREAS}
    told = set(brief.reports["source_id"])
    for entry in brief.entries:
        if entry.note not in used and told.issuperset(entry.source_id.split()):
            left[part_of(brief.reference, entry.indicator)].append(entry)
    bodies = [
        Markup("").join(
            [
                head(3, f"part-{part}", brief.words.say(f"part.title.{part}")),
                *(exhibit.html for exhibit in exhibits.get(part, ())),
                _tabulate_rest(brief, left[part], bool(exhibits.get(part))),
            ]
        )
        for part in AREAS
        if exhibits.get(part) or left[part]
    ]
    silent = [part for part in AREAS if not exhibits.get(part) and not left[part]]
    return wrap(brief, "areas", *bodies, _name_silent(brief, silent))


def part_of(reference: Reference, indicator: str) -> str:
    """The part of the page that an indicator belongs to."""
    if indicator.startswith(("par_tasks_", "assigned_tasks_")):
        return "tasks"
    if indicator.startswith("par_score_"):
        return "index"
    area = str(reference.indicator_rows[indicator]["reform_area"])
    return area if area in AREAS else "index"


def _name_silent(brief: Brief, silent: Sequence[str]) -> Markup:
    if not silent:
        return Markup("")
    names = brief.words.join(brief.words.say(f"part.title.{part}") for part in silent)
    return Markup('<p class="src">{}</p>\n').format(brief.words.say("areas.silent", names=names))


def _tabulate_rest(brief: Brief, entries: Sequence[Entry], is_rest: bool) -> Markup:
    """What no chart shows: a row per quantity, in groups by scope and by what is broken down."""
    if not entries:
        return Markup("")
    words = brief.words
    groups: dict[Markup, list[list[Markup]]] = {}
    for entry in sorted(entries, key=_place_group):
        groups.setdefault(_name_group(brief, entry), []).append(_tell_row(brief, entry))
    if len(groups) == 1:
        group = next(iter(groups))
        caption = words.say("areas.table.rest", group=lower(group)) if is_rest else group
        groups = {Markup(""): rows for rows in groups.values()}
    else:
        caption = words.say("areas.table.rest.many" if is_rest else "areas.table.many")
    return tabulate_groups(
        [words.say("table.indicator"), words.say("table.value"), words.say("table.of")],
        list(groups.items()),
        caption,
        numbers=(1,),
        kind="list",
    )


def _place_group(entry: Entry) -> tuple[bool, int]:
    """The whole district first; what is broken down last; else in the order of the documents."""
    return bool(entry.breakdown), SCOPE_ORDER.index(Scope(entry.scope))


def _name_group(brief: Brief, entry: Entry) -> Markup:
    scope = name_scope(brief, entry.scope)
    if not entry.breakdown:
        return scope
    return Markup("{} · {}").format(name_indicator(brief, entry.indicator), scope)


def _tell_row(brief: Brief, entry: Entry) -> list[Markup]:
    is_part = bool(entry.breakdown)
    name = name_breakdown(brief, entry.breakdown) if is_part else name_entry(brief, entry)
    value = tell(brief, entry, unit=False)
    return [head_entry(brief, entry, name), value, tell_unit(brief, entry)]
