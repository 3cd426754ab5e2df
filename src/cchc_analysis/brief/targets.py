"""Plan against result, told: counts by state, a chart of percentages, every target in a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.content import Brief, Comparison, State
from cchc_analysis.brief.exhibits.shared import choose_axis, point_row, to_frame
from cchc_analysis.brief.telling import (
    Section,
    cite,
    lower,
    name_entry,
    name_indicator,
    name_scope,
    tell,
    tell_plain,
    wrap,
)
from cchc_analysis.charts import Caption, draw_points
from cchc_analysis.records import Comparator, Scope
from cchc_analysis.tables import tabulate_groups
from cchc_analysis.words import plain

STATE_SIGNS = {
    State.MET: "✓",
    State.MISSED: "✕",
    State.NOT_DUE: "◷",
    State.DIFFERS: "≠",
    State.MISSING: "…",
}
"""In the order in which they are told."""

DRAWN = (State.MET, State.MISSED, State.NOT_DUE)


def show_plan(brief: Brief) -> Section:
    """Every target with its state."""
    words, comparisons = brief.words, brief.comparisons
    if not comparisons:
        text = Markup("<p>{}</p>\n").format(words.say("plan.none"))
        return wrap("plan", words.say("plan.title"), text)
    groups = [
        (tell_state(brief, state), [_tell_comparison(brief, each) for each in own])
        for state in STATE_SIGNS
        if (own := [each for each in comparisons if each.state == state])
    ]
    table = tabulate_groups(
        [words.say(f"plan.head.{key}") for key in ("what", "target", "result")],
        groups,
        words.say("plan.table"),
        numbers=(1, 2),
        kind="plan",
    )
    chart = _draw_plan(brief, comparisons)
    return wrap("plan", words.say("plan.title"), _count_states(brief, comparisons), chart, table)


def tell_state(brief: Brief, state: State) -> Markup:
    """A state as sign and word."""
    return Markup('<span class="st {}">{} {}</span>').format(
        state, STATE_SIGNS[state], brief.words.say(f"state.{state}")
    )


def _count_states(brief: Brief, comparisons: Sequence[Comparison]) -> Markup:
    counts = Counter(each.state for each in comparisons)
    items = Markup("").join(
        Markup("<li>{} {}</li>").format(tell_state(brief, state), brief.words.number(counts[state]))
        for state in STATE_SIGNS
    )
    return Markup('<ul class="tally">{}</ul>\n').format(items)


def _tell_comparison(brief: Brief, each: Comparison) -> list[Markup]:
    result = each.result
    scope = result.scope if result else each.target.scope
    facts = [
        name_scope(brief, scope) if result or scope != Scope.WHOLE_DISTRICT else Markup(""),
        _tell_why(brief, each),
    ]
    small = Markup(" · ").join(fact for fact in facts if fact)
    name = name_entry(brief, each.target)
    told = tell(brief, result) if result else Markup("…")
    if result and result.indicator != each.target.indicator:
        told += Markup(" <small>{}</small>").format(name_indicator(brief, result.indicator))
    return [
        Markup("{} <small>{}</small>").format(name, small) if small else name,
        tell(brief, each.target),
        told,
    ]


def _tell_why(brief: Brief, each: Comparison) -> Markup:
    words = brief.words
    if each.result is None:
        return Markup("")
    if each.state in (State.DIFFERS, State.MISSING):
        return words.pick(each.reason, "reason")
    now = words.date(each.result.end)
    if not each.target.end:
        return words.say("plan.why.undated", now=now)
    key = "plan.why.open" if each.is_open else "plan.why.over"
    return words.say(key, now=now, end=words.date(each.target.end))


def _draw_plan(brief: Brief, comparisons: Sequence[Comparison]) -> Markup:
    """Percentages against their targets, where the two mean the same."""
    drawn = [
        each
        for each in comparisons
        if each.result and each.target.unit == "%" and each.state in DRAWN
    ]
    if len(drawn) < 2:
        return Markup("")
    words = brief.words
    rows = [row for target in _group(drawn) for row in _draw_target(brief, target)]
    caption = Caption(
        title=_title_plan(brief, drawn),
        unit=words.say("plan.chart.unit"),
        source=cite(brief, [each.target for each in drawn]),
        alternative=Markup(" ").join(
            words.say("alt.row", name=row["label"], parts=f"{row['text']}; {row['target_text']}")
            for row in rows
        ),
    )
    return draw_points(to_frame(rows), caption, "plan")


def _group(comparisons: Sequence[Comparison]) -> list[list[Comparison]]:
    """The comparisons of one target together: they share an axis."""
    groups: dict[str, list[Comparison]] = {}
    for each in comparisons:
        groups.setdefault(each.target.note, []).append(each)
    return list(groups.values())


def _draw_target(brief: Brief, own: Sequence[Comparison]) -> list[dict[str, Any]]:
    results = [each.result.value for each in own if each.result]
    axis = choose_axis([own[0].target.value, *results])
    goal = brief.words.plain("plan.chart.goal", n=tell_plain(brief, own[0].target))
    rows = []
    for each in own:
        assert each.result is not None  # noqa: S101 - only comparisons with a result are drawn
        row = point_row(brief, each.result, _name_short(brief, each), axis)
        text = f"{STATE_SIGNS[each.state]} {row['text']}"
        role = "alert" if each.state == State.MISSED else "deep"
        rows.append(
            row | {"text": text, "role": role, "target": each.target.value, "target_text": goal}
        )
    return rows


def _name_short(brief: Brief, each: Comparison) -> str:
    result = each.result or each.target
    key = f"short.{result.indicator}"
    has = brief.words.has(key)
    name = brief.words.say(key) if has else name_indicator(brief, result.indicator)
    return plain(Markup("{}, {}").format(name, lower(name_scope(brief, result.scope))))


def _title_plan(brief: Brief, drawn: Sequence[Comparison]) -> Markup:
    """The first target missed, if one is."""
    missed = next((each for each in drawn if each.state == State.MISSED), None)
    if missed is None or missed.result is None:
        return brief.words.say("plan.chart.title")
    is_ceiling = missed.target.comparator in (Comparator.AT_MOST, Comparator.LESS)
    return brief.words.say(
        "plan.chart.above" if is_ceiling else "plan.chart.missed",
        what=name_indicator(brief, missed.target.indicator),
        scope=lower(name_scope(brief, missed.result.scope)),
        n=tell(brief, missed.result, marks=False),
        goal=tell(brief, missed.target, marks=False),
    )
