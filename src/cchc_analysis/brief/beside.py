"""What stands beside a value: its target, other years of its window, and the peers of the area.

A target is held against results, and has one of five states, by rules that name no indicator: which
result belongs to which target is knowledge of ``data/reference/target_results.csv``.

Only like windows are set side by side. The word for a series is that of ``stats.trends``, with the
years that it holds for; until there is one, the values stand, with their difference. A brief that
is given an earlier edition of the data says what was revised since.

The peers are those of ``stats.peers``, by a rule that is printed. Fewer than five give values
without a place. A place is said with how sure it is: with the range of ranks that the cases leave
open, or, where areas differ far more than chance, that no such range holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from math import isnan, nan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cchc_analysis.brief.content import TWO_TIERS, Brief
from cchc_analysis.brief.exhibits import Exhibit, list_points
from cchc_analysis.brief.nouns import STATE_SIGNS, Comparison, Entry, Row, State, group_targets
from cchc_analysis.brief.plots import draw, plot_dots, plot_points, sketch
from cchc_analysis.brief.plots.parts import sketch_spine
from cchc_analysis.brief.templates import Section, tell_section
from cchc_analysis.data.clean import OTHER_DAYS
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.named import take_path
from cchc_analysis.data.records import Comparator, Origin, Scope, Status
from cchc_analysis.data.trace import compare_editions, name_edition
from cchc_analysis.stats.panel import ENOUGH, SPREAD
from cchc_analysis.stats.peers import FEWEST, find_kin
from cchc_analysis.stats.rates import rank_values
from cchc_analysis.stats.windows import year_before

MOST_IN_PART = 36
"""Areas that one part of a drawing holds: more would not fit on a sheet of paper."""
LAST_YEAR = "_pct_same_period"
MOST_PERIODS = 6
"""Periods that a table has columns for; the test looks at all."""


def compare_plan(brief: Brief) -> tuple[Comparison, ...]:
    """Hold each target that a brief's sources print against the brief's results.

    A target for the whole district is held against each scope that reports: the district may
    reach at one level what it misses at another.
    """
    stated = (Status.TARGET, Status.PLAN, Status.THRESHOLD)
    targets = [entry for entry in brief.own if entry.status in stated]
    return tuple(each for own in (*targets, *_list_targets(brief)) for each in _compare(brief, own))


def _list_targets(brief: Brief) -> Iterator[Entry]:
    """The targets of ``targets.csv`` that concern the district in this period and have a result."""
    places = {brief.area["area_id"], brief.area["parent_id"], ""}
    reported = {entry.indicator for entry in brief.own_results}
    # Those for districts are of districts.
    others = () if brief.area["level"] == "district" else TWO_TIERS
    for row in brief.reference.rows_where("targets", "area_id", *sorted(places)):
        is_here = row["period_start"] <= brief.end and not _is_over(brief, row["period_end"])
        is_stated = row["indicator"] in reported and row["value"] == row["value"]
        if is_here and is_stated and row["scope"] not in others:
            told = {"status": Status.TARGET, "origin": Origin.REPORTED}
            yield Entry(row, note=f"n-{row['target_id']}", **told)


def _compare(brief: Brief, target: Entry) -> Iterator[Comparison]:
    """A target against the results of its scope; of all, where a whole district is to be judged."""
    rows = brief.reference.rows_where("target_results", "target_indicator", target.indicator)
    is_earlier = bool(target.end) and _is_over(brief, target.end)
    if target.end > brief.end and target.start > max(brief.start, f"{brief.end[:4]}-01-01"):
        # Of a later part of the year or a later year: what was counted so far is not of it.
        yield Comparison(target, None, State.NOT_DUE, {}, is_open=True, is_earlier=False)
        return
    same: dict[str, Any] = {"result_indicator": target.indicator, "relation": "same"}
    in_time = [each for each in brief.nearest_first if _is_in_time(each, target)]
    # What was done so far in its own time: of a year what accumulates, and not its last weeks.
    end = min(target.end or brief.end, brief.end)
    start = min(target.start or brief.start, end)
    ordered = reversed(brief.sort_nearest(in_time, (start, end)))
    places, found = {(each.indicator, each.scope): each for each in ordered}, False
    for row in (same, *rows):
        scopes: Sequence[str] = (brief.whole, *brief.parts)
        is_one = row["relation"] != "same" or target.scope == Scope.UNSPECIFIED
        if target.scope not in (Scope.WHOLE_DISTRICT, Scope.UNSPECIFIED):
            scopes = [target.scope]
        elif not is_one:
            scopes = brief.main_scopes
        own = [places.get((row["result_indicator"], scope)) for scope in scopes]
        for result in [each for each in own if each][: 1 if is_one else None]:
            found, is_open = True, not target.end or result.end < target.end
            state = _judge(brief, target, result, row["relation"])
            yield Comparison(target, result, state, row, is_open, is_earlier)
    if not found:
        yield Comparison(target, None, State.MISSING, {}, target.end > brief.end, is_earlier)


def _is_over(brief: Brief, day: str) -> bool:
    """Whether what ends on a day ends before a brief's time, whose year may begin in December."""
    new_year = f"{brief.end[:4]}-01-01"
    is_near = brief.start >= _weeks_before(new_year)
    return day < (max(brief.start, new_year) if is_near else brief.start)


def _weeks_before(day: str) -> str:
    return (dt.date.fromisoformat(day) - dt.timedelta(days=OTHER_DAYS)).isoformat()


def _is_in_time(result: Entry, target: Entry) -> bool:
    """Whether a result counts up to a day of the time of a target, and nothing from before it.

    But for the weeks by which offices count earlier: a year from December to November is this year.
    """
    is_since = not target.start or not result.start or result.start >= _weeks_before(target.start)
    return not target.end or (is_since and target.start <= result.end <= target.end)


def _judge(brief: Brief, target: Entry, result: Entry, relation: str) -> State:
    if relation in ("differs", "no_denominator"):
        return State.DIFFERS if relation == "differs" else State.MISSING
    value, goal = result.value, target.value
    is_lower = brief.reference.indicator_rows[target.indicator]["polarity"] == "lower"
    is_reached = {
        Comparator.EQUAL: value <= goal if is_lower else value >= goal,
        Comparator.AT_LEAST: value >= goal,
        Comparator.MORE: value > goal,
        Comparator.AT_MOST: value <= goal,
        Comparator.LESS: value < goal,
    }.get(Comparator(target.comparator), False)
    is_norm = target.status == Status.THRESHOLD
    if not target.end and not is_norm:
        return State.NOT_DUE  # "thời gian tới": for which time it is set, nobody has said
    is_over = not target.end or result.end >= target.end
    # What only grows and has reached its floor stays above it; a ceiling may still be broken.
    is_floor = target.comparator in (Comparator.AT_LEAST, Comparator.MORE, Comparator.EQUAL)
    # A rate of the cases so far may still reach a goal of the year; a norm holds at all times.
    is_now = is_reached or is_norm or result.end >= _weeks_before(target.end)
    is_now = is_now and is_running_rate(brief, result.indicator)
    if is_over or (is_reached and is_floor) or is_now:
        return State.MET if is_reached else State.MISSED
    return State.NOT_DUE


def is_running_rate(brief: Brief, indicator: str) -> bool:
    """Whether a rate can be judged before its year is over.

    A share of the cases so far (on time among resolved) can; a share of a year's total (disbursed
    among planned) starts at zero each January and cannot.
    """
    rows = brief.reference.indicator_rows
    parts = [rows[indicator]["numerator"], rows[indicator]["denominator"]]
    return set(parts) <= set(brief.reference.list_flows())


def show_plan(brief: Brief) -> Section:
    """Every target with its state."""
    exhibit = _draw_plan(brief)
    return tell_section(
        brief,
        "plan",
        partial(tabulate_plan, brief.comparisons),
        exhibit and partial(getattr, exhibit, "figure"),
        chart=exhibit.chart if exhibit else "",
    )


def tabulate_plan(comparisons: Iterable[Comparison]) -> pd.DataFrame:
    """Targets as a table: what ought to be, what is, and what follows."""
    return pd.DataFrame(
        {
            "indicator": each.target.indicator,
            "scope": (each.result or each.target).scope,
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
    )


def _draw_plan(brief: Brief) -> Exhibit | None:
    """Percentages against their targets, where the two mean the same."""
    goals = [each for each in brief.current if each.target.unit == "%"]
    drawn = [each for each in goals if each.result and each.is_judged]
    rows = []
    for own in group_targets(drawn):  # the results of one target share an axis
        target = own[0].target
        goal = brief.words.plain("plan.chart.goal", n=brief.tell_plain(target))
        results = list_points(brief, [e.result for e in own if e.result], also=[target.value])
        for each, row in zip(own, results, strict=True):
            row |= {"target": target.value, "target_text": goal}
            row["text"] = f"{STATE_SIGNS[each.state]} {row['text']}"
            row["role"] = "alert" if each.state == State.MISSED else "deep"
        rows += results
    cited = [entry for each in drawn for entry in (each.target, each.result) if entry]
    found = {"kind": "targets", "cited": cited, "drawn": drawn}
    return Exhibit(brief, "plan", plot_points, rows, (), found) if len(drawn) > 1 else None


def show_trend(brief: Brief) -> Section:
    """Like windows side by side, last year by division, and changes of boundaries."""
    points = [
        {**row, "word": each["verdict"].word} for each in brief.series for row in each["points"]
    ]
    names = ["indicator", "scope", "period", "period_start", "period_end", "value", "unit", "word"]
    return tell_section(
        brief,
        "series",
        partial(pd.DataFrame, points, columns=names),
        anchor="trend",
        ends=sorted({row["period_end"] for row in points})[-MOST_PERIODS:],
        last_years=list_last_year(brief),
        kin=find_kin(brief.reference, brief.area),
    )


def list_last_year(brief: Brief) -> list[dict[str, Any]]:
    """What "so với cùng kỳ" gives of last year.

    The value as ``entry``, from that of this year (``base``) and the printed ``share`` of it, whose
    rounding leaves it between ``low`` and ``high``.
    """
    found = []
    for share in brief.own_results:
        base = brief.find(share.indicator.removesuffix(LAST_YEAR), share.scope, share)
        if not share.indicator.endswith(LAST_YEAR) or share.value <= 0 or base is None:
            continue
        entry = Entry(
            vars(base),
            note=f"{base.note}-last-year",
            base=base,
            period_start=year_before(base.start),
            period_end=year_before(base.end),
            value=100 * base.value / share.value,
            decimals=0,
            comparator="~",
            origin=Origin.DERIVED,
            parts=f"100 * {base.indicator} / {share.indicator}",
            findings=(),
            readings=(),
            is_contested=False,
        )
        half = 0.5 * 10.0 ** -(share.decimals or 0)
        low, high = (100 * base.value / (share.value + each) for each in (half, -half))
        found.append({"entry": entry, "base": base, "share": share, "low": low, "high": high})
    return found


def show_revised(brief: Brief, since: Path | str) -> Section:
    """The values of this brief that moved, came or went since an earlier edition.

    ``table`` has a row a value, with the reason where a correction or the CHANGELOG gives one.

    Args:
        brief: The brief.
        since: The earlier edition: a folder of processed data, one above it, or its
            ``indicators.csv``.

    Raises:
        CommandError: It holds no published values.
    """
    own, place = set(brief.sources["source_id"]), take_path(since, "since")
    changes = compare_editions(place, brief.indicators, own)
    return tell_section(
        brief,
        "revised",
        lambda: changes,
        edition=name_edition(place),
        kinds=changes["change"].value_counts().to_dict(),
        changes=list_rows(changes),
    )


def tell_since(notebook: Path, since: Path, folder: Path) -> Path:
    """A copy of the notebook of a brief that says after its head what was revised."""
    import nbformat
    from nbformat.v4 import new_code_cell

    read: Any = nbformat
    copy = read.read(str(notebook), 4)
    heads = [at for at, cell in enumerate(copy.cells) if "show_head(" in cell.source]
    cell = new_code_cell(f"brief.show_revised({str(since.absolute())!r})")  # type: ignore[no-untyped-call]
    copy.cells.insert(heads[0] + 1 if heads else len(copy.cells), cell)
    read.write(copy, folder / notebook.name)
    return folder / notebook.name


def show_peers(brief: Brief) -> Section:
    """The rule, the peers, the values of those that report on the same window, and the place."""
    peers, compared, here = brief.peers, brief.report.peers.compared, brief.area["area_id"]
    same = [each for each in peers.peers if brief.period in brief.periods_held.get(each, ())]
    own = brief.find_scoped(compared)
    charts = []
    for code in compared:
        entries = filter(None, (brief.find(code, each) for each in (brief.whole, *brief.parts)))
        if standing := next(filter(None, (find_standing(brief, e) for e in entries)), None):
            charts.append(_draw(brief, standing))
    beside = {each: [_value_of(brief, each, e) for e in own] for each in same}
    beside[here] = [each.value for each in own]
    areas = brief.reference.area_rows
    rows = [[each, areas[each]["name"], *beside[each]] for each in (here, *same)]
    names = ["area_id", "name", *(f"{each.indicator}@{each.scope}" for each in own)]
    return tell_section(
        brief,
        "peers",
        partial(pd.DataFrame, rows, columns=names),
        charts[0]["figure"] if charts else None,
        same=same,
        own=own,
        least=FEWEST,
        # By the first rate, from the highest.
        beside=sorted(beside.items(), key=lambda row: [(isnan(v), -v) for v in row[1][:1]]),
        charts=charts,
        most=ENOUGH * (1 + len(peers.peers)),
    )


def find_standing(brief: Brief, entry: Entry) -> dict[str, Any] | None:
    """Where a value stands among those of its peers, if it can be compared and enough report it.

    ``others`` are theirs, with their quarters (``SPREAD``) from the ``lowest`` to the ``highest``
    of all, and the ``own``; equal values share the better ``place`` from the highest; ``count``
    includes the area itself.
    """
    if brief.peers.rule == "none" or entry.indicator not in brief.report.peers.compared:
        return None
    values = {each: _value_of(brief, each, entry) for each in brief.peers.peers}
    others = {area_id: value for area_id, value in values.items() if not isnan(value)}
    if len(others) < FEWEST:
        return None
    ends = np.quantile([*others.values()], [*SPREAD.values()]).tolist()
    ends[0], ends[-1] = min(ends[0], entry.value), max(ends[-1], entry.value)
    place = 1 + sum(value > entry.value for value in others.values())
    told = {"entry": entry, "others": others, "place": place, "count": len(others) + 1}
    return told | dict(zip(SPREAD, ends, strict=True)) | {"own": entry.value}


def draw_spine(brief: Brief, standing: Row) -> str:
    """A value on the line from the lowest to the highest of its peers and its own."""
    role = "alert" if standing["entry"].is_contested else "deep"
    return sketch_spine({**standing, "role": role}, brief.words.as_printed)


def _value_of(brief: Brief, area_id: str, entry: Entry) -> Any:
    same = (area_id, entry.indicator, entry.scope, entry.start, entry.end)
    return brief.values_held.get(same, nan)


def _draw(brief: Brief, standing: Row) -> dict[str, Any]:
    """The values in order with the median, as pictures and figure; and the range of its rank."""
    words, rows = brief.words, brief.reference.area_rows
    values = {brief.area["area_id"]: standing["entry"].value, **standing["others"]}
    data = pd.DataFrame({"area_id": values.keys(), "value": values.values()})
    data = data.assign(
        name=[words.short_name(rows[area_id]).striptags() for area_id in values],
        text=[*map(words.as_printed, values.values())],
        role=["deep", *["mid"] * len(standing["others"])],
        low=nan,
        high=nan,
    ).sort_values("value", ascending=False, kind="stable")
    percent = words.say("unit.percent", n=words.as_printed(standing["median"]))
    median = words.plain("standing.middle", n=percent)
    look: Any = {"reference": (standing["median"], median), "unit": "%", "form": words.number}
    half = -(-len(data) // 2) if len(data) > MOST_IN_PART else len(data)
    parts = [part for part in (data.iloc[:half], data.iloc[half:]) if len(part)]
    cases = _list_cases(brief, standing)
    return {
        "standing": standing,
        "ranked": None if cases is None else rank_values(cases).iloc[0].to_dict(),
        "pictures": [sketch(plot_dots, part, **look) for part in parts],
        "figure": partial(draw, plot_dots, parts[0], **look),
    }


def _list_cases(brief: Brief, standing: Row) -> pd.DataFrame | None:
    """Both counts behind the rate of the area and of each peer; nothing where one lacks them."""
    entry, row = standing["entry"], brief.reference.indicator_rows[standing["entry"].indicator]
    cases = pd.DataFrame(index=[brief.area["area_id"], *standing["others"]])
    for side in ("numerator", "denominator"):
        place = (row[side], entry.scope, entry.start, entry.end)
        cases[side] = [brief.values_held.get((area_id, *place), nan) for area_id in cases.index]
    if not ((cases["denominator"] > 0) & cases["numerator"].between(0, cases["denominator"])).all():
        return None
    empty = dict.fromkeys(("low", "high", "published_low", "published_high"), nan)
    return cases.assign(value=100 * cases["numerator"] / cases["denominator"], **empty)
