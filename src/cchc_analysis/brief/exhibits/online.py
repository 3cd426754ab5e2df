"""Procedures and online dossiers: what can be done online, and what is."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from cchc_analysis.brief.chart import Caption, frame
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.exhibits.shared import (
    Exhibit,
    choose_axis,
    only_table,
    pair,
    point_row,
    say_points,
    say_stacks,
    stack_row,
    tabulate_scopes,
    to_frame,
)
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.plots import draw, plot_points, plot_stacks
from cchc_analysis.brief.telling import cite, lower, name_scope, tell
from cchc_analysis.data.words import plain


def exhibit_procedures(brief: Brief) -> Exhibit | None:
    """Procedures by how far they can be handled online, per scope."""
    table, shown = tabulate_scopes(
        brief, brief.report.tables["procedures"], brief.words.say("procedures.table")
    )
    rows, used, facts = [], [], []
    for scope in brief.parts:
        total, full = brief.find("tthc_total", scope), brief.find("tthc_online_full", scope)
        partial = brief.find("tthc_online_partial", scope)
        if not (total and full and partial) or full.value + partial.value > total.value:
            continue
        used += [total, full, partial]
        facts.append((total, full))
        rows += stack_row(
            brief,
            name_scope(brief, scope),
            total,
            [(full, "deep"), (partial, "mid")],
            rest=brief.words.plain("procedures.rest"),
        )
    if not rows:
        return only_table(table, shown)
    caption = Caption(
        title=brief.words.say("procedures.title", facts=_join_facts(brief, facts)),
        unit=brief.words.say("procedures.unit"),
        source=cite(brief, used),
        alternative=say_stacks(brief, rows),
    )
    return pair(frame(draw(plot_stacks, to_frame(rows)), caption, "procedures"), table, shown)


def _join_facts(brief: Brief, facts: Sequence[tuple[Entry, Entry]]) -> Markup:
    return brief.words.join(
        brief.words.say(
            "procedures.fact",
            n=tell(brief, full, unit=False, marks=False),
            m=tell(brief, total, unit=False, marks=False),
            scope=lower(name_scope(brief, full.scope)),
        )
        for total, full in facts
    )


def exhibit_online(brief: Brief) -> Exhibit | None:
    """Shares received online and digitised, per scope, with their intervals."""
    table, shown = tabulate_scopes(
        brief, brief.report.tables["online"], brief.words.say("online.table")
    )
    rates = [
        entry
        for name in ("online_rate", "dossiers_digitised_rate")
        for scope in brief.main_scopes
        if (entry := brief.find(name, scope))
    ]
    if len(rates) < 2:
        return only_table(table, shown)
    axis = choose_axis(entry.value for entry in rates)
    rows = [point_row(brief, entry, _name_rate(brief, entry), axis) for entry in rates]
    online = [entry for entry in rates if entry.indicator == "online_rate"]
    facts = [(entry, name_scope(brief, entry.scope)) for entry in online or rates]
    said = brief.words.join(
        brief.words.say("online.fact", n=tell(brief, entry, marks=False), scope=lower(scope))
        for entry, scope in facts[:2]
    )
    caption = Caption(
        title=brief.words.say("online.title", facts=said),
        unit=brief.words.say("online.unit"),
        source=cite(brief, rates),
        alternative=say_points(brief, rows),
        note=brief.words.say("online.note") if any(e.is_contested for e in rates) else None,
    )
    return pair(frame(draw(plot_points, to_frame(rows)), caption, "online"), table, shown)


def _name_rate(brief: Brief, entry: Entry) -> str:
    kind = brief.words.say(f"short.{entry.indicator}")
    return plain(Markup("{}, {}").format(kind, lower(name_scope(brief, entry.scope))))
