"""Plan against result: each target with one of five states, by rules that name no indicator.

Comes in as entries: targets and results; goes out as comparisons. Which result belongs to which
target is knowledge of ``data/reference/target_results.csv``; what follows from a result, a
comparator and two windows is decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from cchc_analysis.brief import templates
from cchc_analysis.brief.content import TWO_TIERS, Brief
from cchc_analysis.brief.exhibits import Exhibit, list_points
from cchc_analysis.brief.nouns import STATE_SIGNS, Comparison, Entry, State, group_targets
from cchc_analysis.brief.plots import plot_points
from cchc_analysis.data.records import Comparator, Scope, Status

if TYPE_CHECKING:
    import pandas as pd

FLOWS = ("flow_ytd", "flow_ytd_incl_opening")


def compare_plan(brief: Brief) -> tuple[Comparison, ...]:
    """Hold each target that a brief's sources print against the brief's results.

    A target for the whole district is held against each scope that reports: the district may
    reach at one level what it misses at another.
    """
    stated = (Status.TARGET, Status.PLAN, Status.THRESHOLD)
    targets = [entry for entry in brief.entries if entry.status in stated]
    return tuple(chain(*(_compare(brief, each) for each in (*targets, *_list_targets(brief)))))


def _list_targets(brief: Brief) -> Iterator[Entry]:
    """The targets of ``targets.csv`` that concern the district in this period and have a result."""
    places = {brief.area["area_id"], brief.area["parent_id"], ""}
    reported = {entry.indicator for entry in brief.results}
    # Those for districts are of districts.
    others = () if brief.area["level"] == "district" else TWO_TIERS
    same = ("area_id", "scope", "indicator", "unit", "comparator", "document")
    for row in brief.reference.rows_where("targets", "area_id", *sorted(places)):
        is_here = row["period_start"] <= brief.end and row["period_end"] >= brief.start
        is_stated = row["indicator"] in reported and row["value"] == row["value"]
        if is_here and is_stated and row["scope"] not in others:
            yield Entry(
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
    """A target against the results of its scope; of all, where a whole district is to be judged."""
    rows = brief.reference.rows_where("target_results", "target_indicator", target.indicator)
    is_earlier = bool(target.end) and target.end < brief.start
    same: dict[str, Any] = {"result_indicator": target.indicator, "relation": "same"}
    found = False
    for row in (same, *rows):
        scopes: Sequence[str | None] = [None]
        if target.scope not in (Scope.WHOLE_DISTRICT, Scope.UNSPECIFIED):
            scopes = [target.scope]
        elif row["relation"] == "same" and target.scope == Scope.WHOLE_DISTRICT:
            scopes = brief.main_scopes
        for result in (brief.find(row["result_indicator"], scope) for scope in scopes):
            if result and (not target.end or target.start <= result.end <= target.end):
                found = True
                is_open = not target.end or result.end < target.end
                state = _judge(brief, target, result, row)
                yield Comparison(target, result, state, row, is_open, is_earlier)
    if not found:
        is_open = target.end > brief.end
        yield Comparison(target, None, State.MISSING, {}, is_open, is_earlier)


def _judge(brief: Brief, target: Entry, result: Entry, relation: Mapping[str, Any]) -> State:
    if relation["relation"] == "differs":
        return State.DIFFERS
    if relation["relation"] == "no_denominator":
        return State.MISSING
    value, goal = result.value, target.value
    is_lower = brief.reference.indicator_rows[target.indicator]["polarity"] == "lower"
    is_reached = {
        Comparator.EQUAL: value <= goal if is_lower else value >= goal,
        Comparator.AT_LEAST: value >= goal,
        Comparator.MORE: value > goal,
        Comparator.AT_MOST: value <= goal,
        Comparator.LESS: value < goal,
    }.get(Comparator(target.comparator), False)
    is_over = not target.end or result.end >= target.end
    settles_early = is_running_rate(brief, result.indicator)
    if is_reached:
        # What only grows and has reached its floor stays above it; a ceiling may still be broken.
        is_floor = target.comparator in (Comparator.AT_LEAST, Comparator.MORE, Comparator.EQUAL)
        return State.MET if is_over or settles_early or is_floor else State.NOT_DUE
    return State.MISSED if is_over or settles_early else State.NOT_DUE


def is_running_rate(brief: Brief, indicator: str) -> bool:
    """Whether a rate can be judged before its year is over.

    A share of the cases so far (on time among resolved) can; a share of a year's total (disbursed
    among planned) starts at zero each January and cannot.
    """
    rows = brief.reference.indicator_rows
    parts = [rows[indicator]["numerator"], rows[indicator]["denominator"]]
    return all(part and rows[part]["aggregation"] in FLOWS for part in parts)


def show_plan(brief: Brief) -> templates.Section:
    """Every target with its state."""
    exhibit = _draw_plan(brief)
    return templates.tell_section(
        brief,
        "plan",
        partial(tabulate_plan, brief.comparisons),
        exhibit and partial(getattr, exhibit, "figure"),
        counts=Counter(goal[0].state for goal in brief.goals),
        chart=exhibit.chart if exhibit else "",
    )


def tabulate_plan(comparisons: Sequence[Comparison]) -> pd.DataFrame:
    """Targets as a table: what ought to be, what is, and what follows."""
    import pandas as pd

    rows = []
    for each in comparisons:
        target, result = each.target, each.result
        row: dict[str, Any] = {"indicator": target.indicator, "scope": (result or target).scope}
        row |= {"comparator": target.comparator, "target": target.value, "due": target.end}
        row |= {"result": result.value if result else None}
        row |= {"result_indicator": result.indicator if result else ""}
        row |= {"period_end": result.end if result else "", "unit": target.unit}
        row |= {"state": str(each.state), "is_target": each.is_target}
        rows.append(row | {"is_earlier": each.is_earlier})
    return pd.DataFrame(rows)


def _draw_plan(brief: Brief) -> Exhibit | None:
    """Percentages against their targets, where the two mean the same."""
    judged = [each for each in brief.current if each.target.unit == "%" and each.is_judged]
    drawn = [each for each in judged if each.result]
    rows = [row for own in group_targets(drawn) for row in _draw_target(brief, own)]
    found = {"kind": "targets", "cited": [each.target for each in drawn], "drawn": drawn}
    return Exhibit(brief, "plan", plot_points, rows, (), found) if len(drawn) > 1 else None


def _draw_target(brief: Brief, own: Sequence[Comparison]) -> Iterator[dict[str, Any]]:
    """The rows of ``plot_points`` for the results of one target: they share an axis."""
    target = own[0].target
    goal = brief.words.plain("plan.chart.goal", n=brief.tell_plain(target))
    rows = list_points(brief, [e.result for e in own if e.result], also=[target.value])
    for each, row in zip(own, rows, strict=True):
        yield row | {
            "text": f"{STATE_SIGNS[each.state]} {row['text']}",
            "role": "alert" if each.state == State.MISSED else "deep",
            "target": target.value,
            "target_text": goal,
        }
