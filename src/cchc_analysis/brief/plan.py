"""Plan against result: each target with one of five states, by rules that name no indicator.

Comes in as entries: targets and results; goes out as comparisons. Which result belongs to which
target is knowledge of ``data/reference/target_results.csv``; what follows from a result, a
comparator and two windows is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.nouns import Comparison, Entry, State
from cchc_analysis.data.records import Comparator, Scope, Status

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
    return [
        _read_target(row)
        for row in brief.reference.rows_where("targets", "area_id", *sorted(places))
        if _concerns(brief, str(row["scope"]))
        and row["indicator"] in reported
        and row["value"] == row["value"]
        and row["period_start"] <= brief.end
        and row["period_end"] >= brief.start
    ]


def _concerns(brief: Brief, scope: str) -> bool:
    """Whether a target for a scope is one of the area's: those for districts are of districts."""
    of_district = (Scope.DISTRICT_OFFICE, Scope.COMMUNE_AGGREGATE)
    return brief.area["level"] == "district" or scope not in of_district


def _read_target(row: Mapping[str, Any]) -> Entry:
    return Entry(
        note=f"n-{row['target_id']}",
        area_id=row["area_id"],
        scope=row["scope"],
        indicator=row["indicator"],
        breakdown="",
        start=row["period_start"],
        end=row["period_end"],
        status=Status.TARGET,
        value=float(row["value"]),
        decimals=None,
        unit=row["unit"],
        comparator=row["comparator"],
        origin="reported",
        document=row["document"],
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
