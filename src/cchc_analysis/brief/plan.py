"""Plan against result: each target with one of five states, by rules that name no indicator.

Comes in as entries: targets and results; goes out as comparisons. Which result belongs to which
target is knowledge of ``data/reference/target_results.csv``; what follows from a result, a
comparator and two windows is decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from cchc_analysis.brief.content import TWO_TIERS, Brief
from cchc_analysis.brief.nouns import (
    JUDGED,
    STATE_SIGNS,
    Comparison,
    Entry,
    State,
    group_targets,
)
from cchc_analysis.brief.plots import draw, plot_points
from cchc_analysis.brief.rows import choose_axis, point_row
from cchc_analysis.brief.telling import name_indicator
from cchc_analysis.brief.templates import (
    Caption,
    Section,
    frame,
    join,
    lower,
    open_svg,
    small,
    tell_section,
)
from cchc_analysis.data.records import Comparator, Scope, Status
from cchc_analysis.data.words import plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

TARGET_STATUSES = (Status.TARGET, Status.PLAN, Status.THRESHOLD)
FLOWS = ("flow_ytd", "flow_ytd_incl_opening")


def compare_plan(brief: Brief) -> tuple[Comparison, ...]:
    """Hold each target that a brief's sources print against the brief's results.

    A target for the whole district is held against each scope that reports: the district may
    reach at one level what it misses at another.
    """
    targets = [entry for entry in brief.entries if entry.status in TARGET_STATUSES]
    listed = _list_targets(brief)
    return tuple(
        comparison for target in (*targets, *listed) for comparison in _compare(brief, target)
    )


def _list_targets(brief: Brief) -> list[Entry]:
    """The targets of ``targets.csv`` that concern the district in this period and have a result."""
    places = {brief.area["area_id"], brief.area["parent_id"], ""}
    reported = {entry.indicator for entry in brief.results}
    # Those for districts are of districts.
    others = () if brief.area["level"] == "district" else TWO_TIERS
    return [
        _read_target(row)
        for row in brief.reference.rows_where("targets", "area_id", *sorted(places))
        if row["scope"] not in others
        and row["indicator"] in reported
        and row["value"] == row["value"]
        and row["period_start"] <= brief.end
        and row["period_end"] >= brief.start
    ]


def _read_target(row: Mapping[str, Any]) -> Entry:
    same = ("area_id", "scope", "indicator", "unit", "comparator", "document")
    return Entry(
        **{name: row[name] for name in same},
        note=f"n-{row['target_id']}",
        breakdown="",
        start=row["period_start"],
        end=row["period_end"],
        status=Status.TARGET,
        value=float(row["value"]),
        decimals=None,
        origin="reported",
    )


def _compare(brief: Brief, target: Entry) -> Iterator[Comparison]:
    rows = brief.reference.rows_where("target_results", "target_indicator", target.indicator)
    is_earlier = bool(target.end) and target.end < brief.start
    same: dict[str, Any] = {"result_indicator": target.indicator, "relation": "same"}
    found = False
    for row in (same, *rows):
        for result in _list_results(brief, target, row):
            found = True
            is_open = not target.end or result.end < target.end
            state = _judge(brief, target, result, row)
            yield Comparison(target, result, state, row, is_open, is_earlier)
    if not found:
        is_open = target.end > brief.end
        yield Comparison(target, None, State.MISSING, {}, is_open, is_earlier)


def _list_results(brief: Brief, target: Entry, relation: Mapping[str, Any]) -> list[Entry]:
    """The results of the target's scope; of all scopes, where a whole district is to be judged."""
    indicator = relation["result_indicator"]
    if target.scope not in (Scope.WHOLE_DISTRICT, Scope.UNSPECIFIED):
        candidates = [brief.find(indicator, target.scope)]
    elif relation["relation"] == "same" and target.scope == Scope.WHOLE_DISTRICT:
        candidates = [brief.find(indicator, scope) for scope in brief.main_scopes]
    else:
        candidates = [brief.find(indicator)]
    return [
        each
        for each in candidates
        if each and (not target.end or target.start <= each.end <= target.end)
    ]


def _judge(brief: Brief, target: Entry, result: Entry, relation: Mapping[str, Any]) -> State:
    if relation["relation"] == "differs":
        return State.DIFFERS
    if relation["relation"] == "no_denominator":
        return State.MISSING
    is_over = not target.end or result.end >= target.end
    settles_early = is_running_rate(brief, result.indicator)
    if _is_reached(brief, target, result):
        # What only grows and has reached its floor stays above it; a ceiling may still be broken.
        is_floor = target.comparator in (Comparator.AT_LEAST, Comparator.MORE, Comparator.EQUAL)
        return State.MET if is_over or settles_early or is_floor else State.NOT_DUE
    return State.MISSED if is_over or settles_early else State.NOT_DUE


def _is_reached(brief: Brief, target: Entry, result: Entry) -> bool:
    value, goal = result.value, target.value
    if target.comparator == Comparator.EQUAL:
        polarity = brief.reference.indicator_rows[target.indicator]["polarity"]
        return value <= goal if polarity == "lower" else value >= goal
    return {
        Comparator.AT_LEAST: value >= goal,
        Comparator.MORE: value > goal,
        Comparator.AT_MOST: value <= goal,
        Comparator.LESS: value < goal,
    }.get(Comparator(target.comparator), False)


def is_running_rate(brief: Brief, indicator: str) -> bool:
    """Whether a rate can be judged before its year is over.

    A share of the cases so far (on time among resolved) can; a share of a year's total (disbursed
    among planned) starts at zero each January and cannot.
    """
    rows = brief.reference.indicator_rows
    parts = [rows[indicator]["numerator"], rows[indicator]["denominator"]]
    return all(part and rows[part]["aggregation"] in FLOWS for part in parts)


def show_plan(brief: Brief) -> Section:
    """Every target with its state."""
    limits = [each for each in brief.current if each.result and not each.is_target]
    earlier = [each for each in brief.comparisons if each.is_earlier]
    groups = [
        (
            brief.tell_state(state),
            # A result of a target says its own state where that is another.
            [
                _tell_row(brief, each, is_judged=each.state != state)
                for goal in own
                for each in goal
            ],
        )
        for state in STATE_SIGNS
        if (own := [goal for goal in brief.goals if goal[0].state == state])
    ]
    groups += [
        (brief.say(f"plan.{key}"), [_tell_row(brief, each, is_judged=True) for each in own])
        for key, own in (("limits", limits), ("earlier", earlier))
        if own
    ]
    counts = Counter(goal[0].state for goal in brief.goals)
    figure, caption = _draw_plan(brief, brief.current)
    chart = frame(brief.words, [open_svg(figure)], caption, "plan") if figure and caption else ""
    table = partial(tabulate_plan, brief.comparisons)
    states = STATE_SIGNS.items()
    data: dict[str, Any] = {"groups": groups, "states": states, "counts": counts, "chart": chart}
    return tell_section(brief, "plan", table, figure, **data)


def tabulate_plan(comparisons: Sequence[Comparison]) -> pd.DataFrame:
    """Targets as a table: what ought to be, what is, and what follows."""
    import pandas as pd

    rows = [
        {
            "indicator": each.target.indicator,
            "scope": each.result.scope if each.result else each.target.scope,
            "comparator": each.target.comparator,
            "target": each.target.value,
            "due": each.target.end,
            "result": each.result.value if each.result else None,
            "result_indicator": each.result.indicator if each.result else "",
            "period_end": each.result.end if each.result else "",
            "unit": each.target.unit,
            "state": str(each.state),
            "is_target": each.is_target,
            "is_earlier": each.is_earlier,
        }
        for each in comparisons
    ]
    return pd.DataFrame(rows)


def _tell_row(brief: Brief, each: Comparison, *, is_judged: bool = False) -> list[Markup]:
    """A row of the table; with its state where no group head says it."""
    result, target = each.result, each.target
    scope = result.scope if result else target.scope
    told = brief.tell(result, home=True) if result else escape("…")
    if result and result.indicator != target.indicator:
        told = small(told, name_indicator(brief, result.indicator))
    return [
        small(
            brief.name_entry(target),
            brief.name_scope(scope) if result or scope != brief.whole else "",
            _tell_why(brief, each),
        ),
        brief.tell(target, home=True),
        join(" ", brief.tell_state(each.state) if is_judged else "", told),
    ]


def _tell_why(brief: Brief, each: Comparison) -> Markup:
    words = brief.words
    if each.result is None:
        return Markup("")
    if each.state in (State.DIFFERS, State.MISSING):
        return words.pick(each.reason, "reason")
    now = words.date(each.result.end)
    return words.say(_choose_why(brief, each), now=now, end=words.date(each.target.end))


def _choose_why(brief: Brief, each: Comparison) -> str:
    """Why a target has its state: its time is over, or it can be judged before, or it cannot."""
    assert each.result is not None  # noqa: S101 - only asked of what was judged
    if not each.target.end:
        return "plan.why.undated"
    if not each.is_open:
        return "plan.why.over"
    if is_running_rate(brief, each.result.indicator):
        return "plan.why.running"
    return "plan.why.early" if each.state == State.MET else "plan.why.growing"


def _draw_plan(
    brief: Brief, comparisons: Sequence[Comparison]
) -> tuple[Figure | None, Caption | None]:
    """Percentages against their targets, where the two mean the same."""
    drawn = [
        each
        for each in comparisons
        if each.result and each.target.unit == "%" and each.state in JUDGED
    ]
    if len(drawn) < 2:
        return None, None
    import pandas as pd

    words = brief.words
    rows = [row for target in group_targets(drawn) for row in _draw_target(brief, target)]
    caption = Caption(
        title=_title_plan(brief, drawn),
        unit=words.say("plan.chart.unit"),
        source=brief.cite([each.target for each in drawn]),
        alternative=join(
            " ",
            *(
                words.say(
                    "alt.row", name=row["label"], parts=f"{row['text']}; {row['target_text']}"
                )
                for row in rows
            ),
        ),
    )
    return draw(plot_points, pd.DataFrame(rows)), caption


def _draw_target(brief: Brief, own: Sequence[Comparison]) -> list[dict[str, Any]]:
    results = [each.result.value for each in own if each.result]
    axis = choose_axis([own[0].target.value, *results])
    goal = brief.words.plain("plan.chart.goal", n=brief.tell_plain(own[0].target))
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
    name = brief.say(key) if has else name_indicator(brief, result.indicator)
    return plain(join(", ", name, lower(brief.name_scope(result.scope))))


def _title_plan(brief: Brief, drawn: Sequence[Comparison]) -> Markup:
    """The first target missed, if one is."""
    missed = next((each for each in drawn if each.state == State.MISSED), None)
    if missed is None or missed.result is None:
        return brief.say("plan.chart.title")
    is_ceiling = missed.target.comparator in (Comparator.AT_MOST, Comparator.LESS)
    return brief.say(
        "plan.chart.above" if is_ceiling else "plan.chart.missed",
        what=name_indicator(brief, missed.target.indicator),
        scope=lower(brief.name_scope(missed.result.scope)),
        n=brief.tell(missed.result, marks=False),
        goal=brief.tell(missed.target, marks=False),
    )
