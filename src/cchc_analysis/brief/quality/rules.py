"""The rules: how many were kept and broken, source by source, and the matrix of both."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from cchc_analysis.brief.quality.content import (
    Quality,
    Row,
    join_codes,
    name_family,
    name_rule,
    name_source,
    tell_choice,
    wrap_part,
)
from cchc_analysis.brief.templates import Section
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.tables import tabulate_groups, tabulate_rows
from cchc_analysis.data.words import clean_text

TABLE_FAMILIES = ("I", "N", "O")
"""Families that check the tables themselves, rather than what a report says."""

KEPT, BROKEN, SILENT = "kept", "broken", "silent"
STATES = (KEPT, BROKEN, SILENT)
COLOURS = {KEPT: "s-mid", BROKEN: "s-alert", SILENT: "s-rule"}
SIGNS = {KEPT: "✓", BROKEN: "✕", SILENT: "–"}

PITCH = 11
PER_LINE = 12


def show_quality_rules(quality: Quality) -> Section:
    """Rules and checks per source: applied, kept, broken, not applicable."""
    words = quality.words
    rows = []
    for source in quality.sources:
        own = [quality.tally_of[key] for key in quality.tally_of if key[1] == source["source_id"]]
        rows.append([name_source(quality, source), *_count_rules(quality, own)])
    rules = ("applied", "passed", "failed", "not_applicable")
    table = tabulate_rows(
        [
            words.say("quality.source"),
            *(words.say(f"quality.rules.{key}") for key in rules),
            *(words.say(f"quality.checks.{key}") for key in rules),
        ],
        rows,
        words.say("quality.rules.table"),
        numbers=range(1, 9),
        kind="wide",
    )
    intro = Markup("<p>{}</p>\n").format(words.say("quality.rules.intro"))
    return wrap_part(quality, "rules", intro, table)


def _count_rules(quality: Quality, tallies: Sequence[Row]) -> list[str]:
    """Rules that apply, hold, break and are silent; then the same of single checks."""
    states = [_judge(quality, row["rule_id"], row["source_id"]) for row in tallies]
    rules = [len(states) - states.count(SILENT), *(states.count(each) for each in STATES)]
    told = [row for row, state in zip(tallies, states, strict=True) if state != SILENT]
    kept, broken = (sum(int(row[name]) for row in told) for name in ("passed", "failed"))
    spoken_of = sum(int(row[name]) for row in tallies for name in ("applied", "not_applicable"))
    checks = [kept + broken, kept, broken, spoken_of - kept - broken]
    return [quality.words.number(n) for n in (*rules, *checks)]


def _judge(quality: Quality, rule: str, source_id: str) -> str:
    """What came of a rule in a source; what another finding tells already is not told again."""
    tally = quality.tally_of.get((rule, source_id))
    if tally is None or not tally["applied"]:
        return SILENT
    if (rule, source_id) in quality.broken:
        return BROKEN
    return SILENT if tally["failed"] else KEPT


def show_quality_matrix(quality: Quality) -> Section:
    """Sources and rules at a glance, then the rules that were broken in words."""
    words = quality.words
    heads = [name_source(quality, source) for source in quality.columns]
    families: dict[str, list[str]] = {}
    for rule in quality.rules:
        families.setdefault(rule[:1], []).append(rule)
    groups = [
        (words.say(f"quality.matrix.{key}"), rows)
        for key, of_table in (("reports", False), ("tables", True))
        if (
            rows := [
                [name_family(quality, family), *_draw_family(quality, rules)]
                for family, rules in families.items()
                if (family in TABLE_FAMILIES) == of_table
            ]
        )
    ]
    matrix = tabulate_groups(
        [words.say("quality.matrix.family"), *heads],
        groups,
        words.say("quality.matrix.table"),
        kind="wide wall",
    )
    broken = tabulate_rows(
        [words.say("quality.matrix.rule"), *heads],
        [
            [name_rule(quality, rule), *(_tell_tally(quality, rule, s) for s in quality.columns)]
            for rule in quality.rules
            if any(_judge(quality, rule, s["source_id"]) == BROKEN for s in quality.columns)
        ],
        words.say("quality.matrix.broken"),
        kind="wide grid",
    )
    intro = Markup("<p>{}</p>\n").format(words.say("quality.matrix.intro"))
    return wrap_part(quality, "matrix", intro, tell_choice(quality), matrix, broken)


def _draw_family(quality: Quality, rules: Sequence[str]) -> list[Markup]:
    return [_draw_cell(quality, rules, source["source_id"]) for source in quality.columns]


def _draw_cell(quality: Quality, rules: Sequence[str], source_id: str) -> Markup:
    """A square per rule, and below it the same in signs and words."""
    states = [_judge(quality, rule, source_id) for rule in rules]
    of = {
        state: [rule for rule, each in zip(rules, states, strict=True) if each == state]
        for state in STATES
    }
    label = Markup("; ").join(
        quality.words.say(f"quality.matrix.{state}_rules", rules=join_codes(of[state]))
        for state in STATES
        if of[state]
    )
    if not of[KEPT] and not of[BROKEN]:
        return Markup('<span class="na">–<i> {}</i></span>').format(label)
    kept = f"{SIGNS[KEPT]}\u00a0{quality.words.number(len(of[KEPT]))}" if of[KEPT] else ""
    told = Markup('<b class="w">{} {}</b> ').format(SIGNS[BROKEN], join_codes(of[BROKEN]))
    return Markup("{}<span>{}{}</span>").format(
        _draw(states, label), told if of[BROKEN] else "", kept
    )


def _draw(states: Sequence[str], label: Markup) -> Markup:
    """Squares: full for kept, crossed for broken, a dot for not applicable.

    Squares of one state that stand together are one dashed line, drawn thick: the style sheet
    knows the dashes, and a cell of thirty rules stays short.
    """
    lines = -(-len(states) // PER_LINE)
    paths = dict.fromkeys(STATES, "")
    crosses = ""
    for line in range(lines):
        row = states[line * PER_LINE : (line + 1) * PER_LINE]
        place, y = 0, line * PITCH
        for state, run in groupby(row):
            n = len(list(run))
            x = place * PITCH
            start = x + 4 if state == SILENT else x
            paths[state] += f"M{start} {y + 5}h{(n - 1) * PITCH + (2 if state == SILENT else 10)}"
            if state == BROKEN:
                crosses += "".join(
                    f"M{x + each * PITCH + 2} {y + 2}l6 6m0-6l-6 6" for each in range(n)
                )
            place += n
    drawn = Markup("").join(
        Markup('<path class="{}" d="{}"/>').format(COLOURS[state], path)
        for state, path in paths.items()
        if path
    )
    if crosses:
        drawn += Markup('<path class="s-paper" d="{}"/>').format(crosses)
    width, height = min(len(states), PER_LINE) * PITCH, lines * PITCH
    return Markup(
        '<svg role="img" aria-label="{}" width="{w}" height="{h}" viewBox="0 0 {w} {h}">{}</svg>'
    ).format(label, drawn, w=width, h=height)


def _tell_tally(quality: Quality, rule: str, source: Row) -> Markup:
    """What came of one rule in one source, in a sign and counts."""
    tally = quality.tally_of.get((rule, source["source_id"]))
    state = _judge(quality, rule, source["source_id"])
    if tally is None or state == SILENT:
        return Markup('<span class="na">{}<i> {}</i></span>').format(
            SIGNS[SILENT], quality.words.say("quality.silent")
        )
    number = quality.words.number
    if state == KEPT:
        return Markup("{} {}").format(SIGNS[KEPT], number(tally["passed"]))
    return Markup('<b class="w">{} {}/{}</b>').format(
        SIGNS[BROKEN], number(tally["failed"]), number(tally["applied"])
    )


def show_quality_definitions(quality: Quality) -> Section:
    """Which of the rival definitions each source follows."""
    words = quality.words
    names = {row["source_id"]: name_source(quality, row) for row in quality.sources}
    groups: dict[str, list[list[Markup]]] = {}
    for row in list_rows(quality.tables.definitions):
        name = names.get(row["source_id"], clean_text(row["source_id"]))
        groups.setdefault(row["rival_group"], []).append([name, name_rule(quality, row["rule_id"])])
    table = tabulate_groups(
        [words.say("quality.source"), words.say("quality.definitions.rule")],
        [(_name_rivals(quality, group), rows) for group, rows in sorted(groups.items())],
        words.say("quality.definitions.table"),
    )
    intro = Markup("<p>{}</p>\n").format(words.say("quality.definitions.intro"))
    return wrap_part(quality, "definitions", intro, table)


def _name_rivals(quality: Quality, group: str) -> Markup:
    key = f"quality.rival.{group}"
    return quality.words.say(key) if quality.words.has(key) else clean_text(group)
