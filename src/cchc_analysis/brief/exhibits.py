"""What of a report is worth a picture: charts with the table of their numbers.

``report.yml`` says which figures a chart takes; its kind is a function here, which gives the chart
with its table, or nothing where the report does not hold the figures. A title says what the chart
finds, by a rule. Pictures and tables are made when they are asked for: the front asks for no table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.plots import plot_amounts, plot_flow, plot_points, plot_stacks
from cchc_analysis.brief.report import ChartPlan
from cchc_analysis.brief.rows import (
    TASKS,
    Exhibit,
    Grid,
    Row,
    choose_axis,
    point_row,
    stack_rows,
    tabulate_scopes,
)
from cchc_analysis.brief.templates import join, lower, upper
from cchc_analysis.data.records import Status
from cchc_analysis.data.words import clean_text, plain

SHARES = ("province_plan", "district_plan", "same_period")
"""What an amount is a share of: ``<code>_pct_<share>``."""

Shaded = list[tuple[Entry, str]]
"""Values with the shades in which they are drawn."""


def build_exhibit(brief: Brief, name: str) -> Exhibit | None:
    """One exhibit, if the report gives the values for it."""
    plan = brief.report.charts[name]
    return KINDS[plan.kind](brief, name, plan)


def list_exhibits(brief: Brief) -> dict[str, list[Exhibit]]:
    """The exhibits of a brief by area; only those that its report gives the values for."""
    return {
        name: [each for chart in area.charts if (each := build_exhibit(brief, chart))]
        for name, area in brief.report.areas.items()
    }


def _tabulate(
    brief: Brief, key: str, names: Sequence[str], rows: Sequence[Any], last: int = 0, **of: Any
) -> Grid:
    """A table whose heads and caption are strings of the chart."""
    heads = [brief.say(f"{key}.{name}") for name in names]
    return Grid(heads, rows, brief.say(f"{key}.table", **of), last)


def _sum(parts: Shaded) -> float:
    return sum(entry.value for entry, _ in parts)


def _exhibit_flow(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """What came in above what became of it, to scale, per scope."""
    panels = [panel for scope in brief.parts if (panel := _build_panel(brief, plan, scope))]
    if not panels and (whole := _build_panel(brief, plan, brief.whole)):
        panels = [whole]
    grid = tabulate_scopes(brief, key, plan.table)
    if not panels:
        return grid and Exhibit(brief, key, grid=grid)
    parts = [(p.totals[0], *(e for e, _ in (*p.arrivals, *p.outcomes))) for p in panels]
    return Exhibit(
        brief,
        key,
        plot_flow,
        [row for panel in panels for row in _draw_panel(brief, panel)],
        title=_title_flow(brief, plan, panels),
        cited=[entry for own in parts for entry in own if entry],
        grid=grid,
        note=brief.say("flow.note") if any(panel.gap for panel in panels) else None,
    )


class _Panel(NamedTuple):
    """One scope: the two sides, and by how much they differ where both are told.

    Where the report does not say how many are pending a difference is only untold.
    """

    scope: str
    arrivals: Shaded
    outcomes: Shaded
    totals: Sequence[Entry | None]
    is_told: bool
    gap: float


def _build_panel(brief: Brief, plan: ChartPlan, scope: str) -> _Panel | None:
    received, resolved, pending = (brief.find(code, scope) for code in plan.codes)
    if not received or not resolved or received.value <= 0:
        return None
    arrivals = _find_parts(brief, scope, plan, plan.came)
    if next(iter(plan.came)) not in [entry.indicator for entry, _ in arrivals]:
        arrivals = [(received, "mid")]
    outcomes = _find_parts(brief, scope, plan, plan.parts)
    waiting = [each for each in outcomes if "_pending_" in each[0].indicator]
    if _sum(outcomes) - _sum(waiting) < resolved.value:  # some of its parts are told, or none
        outcomes = [(resolved, "mid"), *waiting]
    more = _sum(outcomes) - _sum(arrivals)
    gap = abs(more) if waiting else max(more, 0.0)
    totals = (received, resolved, pending)
    return _Panel(scope, arrivals, outcomes, totals, bool(waiting), gap)


def _find_parts(brief: Brief, scope: str, plan: ChartPlan, parts: Mapping[str, str]) -> Shaded:
    found: Shaded = []
    for code, shade in parts.items():
        drawn = {each.indicator for each, _ in found}
        entry = brief.find(code, scope)
        if entry and not drawn.intersection(plan.unless.get(code, ())):
            found.append((entry, shade))
    return found


def _draw_panel(brief: Brief, panel: _Panel) -> list[Row]:
    words, told = brief.words, [brief.tell_plain(e, unit=False) if e else "" for e in panel.totals]
    heads = {
        "in": words.plain("flow.in", n=told[0]),
        "out": words.plain("flow.out" if told[2] else "flow.out.resolved", n=told[1], m=told[2]),
    }
    is_split = len(panel.arrivals) > 1
    rows = [
        {
            "side": side,
            "heading": heads[side],
            "label": words.plain(f"part.{entry.indicator}") if is_split or side == "out" else "",
            "text": brief.tell_plain(entry, unit=False),
            "value": entry.value,
            "role": shade,
        }
        for side, parts in (("in", panel.arrivals), ("out", panel.outcomes))
        for entry, shade in parts
    ]
    untold = _sum(panel.arrivals) - _sum(panel.outcomes)
    if not panel.is_told and untold > 0:
        rest = {"side": "out", "label": words.plain("flow.untold"), "text": "", "heading": ""}
        rows.append(rest | {"value": untold, "role": "paper"})
    gap = words.plain("flow.gap", n=words.number(panel.gap))
    name = plain(brief.name_scope(panel.scope))
    return [row | {"panel": name, "gap": gap} for row in rows]


def _title_flow(brief: Brief, plan: ChartPlan, panels: Sequence[_Panel]) -> Markup:
    """The worst contradiction if there is one, else how much was resolved on time."""
    worst = max(panels, key=lambda panel: panel.gap)
    keys = ("received", "resolved", "pending", "new", "carried", "rate")
    codes = (*plan.codes, *plan.came, *plan.rates)
    total = worst.totals[0]
    is_parts = worst.gap and total and abs(_sum(worst.arrivals) - total.value) > 1e-9
    rate = brief.find(plan.rates[0], worst.scope) if plan.rates else None
    key = "parts" if is_parts else "balance" if worst.gap else "rate" if rate else ""
    title = f"flow.title.{key}" if key else "flow.title"
    told = {
        name: brief.tell(entry, unit=False, marks=False)
        for name, code in zip(keys, codes, strict=False)
        if f"{{{name}}}" in brief.words.texts[title] and (entry := brief.find(code, worst.scope))
    }
    told = dict.fromkeys(keys, Markup("")) | told
    return brief.say(title, scope=brief.name_scope(worst.scope), **told)


def _exhibit_parts(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """A whole by its parts, a bar for each scope: procedures by how far they are online."""
    grid = tabulate_scopes(brief, key, plan.table)
    words, bars = brief.words, []
    for scope in brief.parts:
        whole = brief.find(plan.codes[0], scope)
        parts = _find_parts(brief, scope, plan, plan.parts)
        if whole and len(parts) == len(plan.parts) and _sum(parts) <= whole.value:
            bars.append((whole, parts))
    if not bars:
        return grid and Exhibit(brief, key, grid=grid)
    facts = words.join(
        words.say(
            f"{key}.fact",
            n=brief.tell(parts[0][0], unit=False, marks=False),
            m=brief.tell(whole, unit=False, marks=False),
            scope=lower(brief.name_scope(whole.scope)),
        )
        for whole, parts in bars
    )
    rest = words.plain(f"{key}.rest")
    return Exhibit(
        brief,
        key,
        plot_stacks,
        [
            row
            for whole, parts in bars
            for row in stack_rows(brief, brief.name_scope(whole.scope), whole, parts, rest=rest)
        ],
        title=words.say(f"{key}.title", facts=facts),
        cited=[e for whole, parts in bars for e in (whole, *(entry for entry, _ in parts))],
        grid=grid,
    )


def _exhibit_wholes(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """Wholes by their parts, a bar for each: how commune staff qualify."""
    rows: list[Row] = []
    shown: list[Entry] = []
    for code, shades in plan.rows.items():
        found = brief.find_together(code, *shades)
        parts: Shaded = [(entry, shades[entry.indicator]) for entry in found[1:]]
        if found and _sum(parts) <= found[0].value:
            shown += found
            rows += stack_rows(brief, brief.say(f"{key}.{code}"), found[0], parts)
    if not rows:
        return None
    title = brief.say(
        f"{key}.title",
        n=brief.tell(shown[1], unit=False),
        m=brief.tell(shown[0], unit=False),
        what=brief.name_indicator(shown[1].indicator),
    )
    return Exhibit(brief, key, plot_stacks, rows, title=title, cited=shown)


def _exhibit_posts(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """Staff present against posts granted."""
    pairs = {
        code: found
        for code in plan.codes
        if (found := brief.find_together(f"{code}_present", f"{code}_quota"))
    }
    if not pairs:
        return None
    words, rates = brief.words, [each for name in plan.rates if (each := brief.find(name))]
    drawn = {code: both for code, both in pairs.items() if code not in plan.within} or pairs
    code, (present, quota) = next(iter(drawn.items()))
    first = next(iter(pairs.values()))[0]
    body: list[Any] = [(words.say(f"post.{code}"), both) for code, both in pairs.items()]
    body += [(brief.name_indicator(each.indicator), (each, Markup(""))) for each in rates]
    days = words.span(first.start, first.end)
    grid = _tabulate(brief, key, ("kind", "present", "quota"), body, date=days)
    return Exhibit(
        brief,
        key,
        plot_stacks,
        [row for code, both in drawn.items() for row in _fill(brief, f"post.{code}", *both)],
        title=words.say(
            f"{key}.title.over" if present.value > quota.value else f"{key}.title",
            kind=words.say(f"post.{code}"),
            n=brief.tell(present, unit=False),
            m=brief.tell(quota, unit=False),
        ),
        cited=[entry for both in drawn.values() for entry in both],
        grid=grid,
    )


def _fill(
    brief: Brief, name: str, part: Entry, whole: Entry, *, is_shared: bool = False
) -> Iterator[Row]:
    """The rows of ``plot_stacks`` for one bar: what there is, and what is left to the whole."""
    told = [brief.tell_plain(each, unit=False) for each in (part, whole)]
    row = {
        "row": brief.words.plain(name),
        "total": whole.value,
        "heading": "/".join(told),
        "label": "",
        "is_shared": is_shared,
    }
    role = "alert" if part.value > whole.value and not is_shared else "deep"
    text = row["heading"] if is_shared else told[0]
    yield row | {"value": part.value, "role": role, "text": text}
    yield row | {"value": max(whole.value - part.value, 0.0), "role": "paper", "text": ""}


def _exhibit_rates(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """Shares per scope on one scale, with their intervals."""
    grid = tabulate_scopes(brief, key, plan.table)
    words = brief.words
    rates = [e for code in plan.rates for s in brief.main_scopes if (e := brief.find(code, s))]
    if len(rates) < 2:
        return grid and Exhibit(brief, key, grid=grid)
    axis = choose_axis(entry.value for entry in rates)
    scopes = [lower(brief.name_scope(each.scope)) for each in rates]
    first = [(e, s) for e, s in zip(rates, scopes, strict=True) if e.indicator == plan.rates[0]]
    facts = words.join(
        words.say(f"{key}.fact", n=brief.tell(each, marks=False), scope=scope)
        for each, scope in (first or list(zip(rates, scopes, strict=True)))[:2]
    )
    return Exhibit(
        brief,
        key,
        plot_points,
        [
            point_row(brief, e, plain(join(", ", words.say(f"short.{e.indicator}"), scope)), axis)
            for e, scope in zip(rates, scopes, strict=True)
        ],
        title=words.say(f"{key}.title", facts=facts),
        cited=rates,
        grid=grid,
        note=words.say(f"{key}.note") if any(each.is_contested for each in rates) else None,
    )


def _exhibit_shares(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """Amounts against what was planned, and against last year: revenue."""
    words, body = brief.words, []
    for code in plan.codes:
        amount = brief.find(code)
        shares = [brief.find(f"{code}_pct_{base}", amount.scope) for base in SHARES if amount]
        if amount and any(shares):
            body.append((words.say(f"{key}.{code}"), amount, shares))
    lines = [share for _, _, shares in body for share in shares[:2] if share]
    if not lines:
        return None
    axis = choose_axis(each.value for each in lines)
    heads = [f"head.{name}" for name in ("kind", "amount", "province", "district", "last")]
    of: dict[str, Any] = {
        "unit": brief.tell_unit(body[0][1], many=True),
        "status": words.say("status.estimate"),
    }
    told = [(name, (amount, *shares)) for name, amount, shares in body]
    grid = _tabulate(brief, key, heads, told, **of)
    return Exhibit(
        brief,
        key,
        plot_points,
        [
            point_row(brief, share, plain(join(", ", name, words.say(f"{key}.base.{base}"))), axis)
            for name, _, shares in body
            for share, base in zip(shares[:2], SHARES, strict=False)
            if share
        ],
        title=words.say(f"{key}.title", n=brief.tell(lines[0], marks=False)),
        cited=lines,
        grid=grid,
    )


def _exhibit_amounts(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """Amounts by who spent them, with the printed total beside them: one-stop equipment."""
    every = [entry for entry in brief.results if entry.indicator == plan.codes[0]]
    spent = sorted(
        (entry for entry in every if entry.scope != brief.whole), key=lambda entry: -entry.value
    )
    if len(spent) < 3:
        return None
    words, whole = brief.words, brief.find(plan.codes[0], brief.whole)
    unit = brief.tell_unit(spent[0], many=True)
    told = [(_name_spender(brief, each), (each,)) for each in (*spent, whole) if each]
    grid = _tabulate(brief, key, ("who", "amount"), told, unit=unit)
    return Exhibit(
        brief,
        key,
        plot_amounts,
        [
            {
                "label": plain(_name_spender(brief, entry)),
                "value": entry.value,
                "text": brief.tell_plain(entry, unit=False),
                "role": "deep",
                "is_contested": False,
            }
            for entry in spent
        ],
        title=words.say(
            f"{key}.title",
            who=upper(_name_spender(brief, spent[0])),
            n=brief.tell(spent[0], marks=False),
        ),
        unit=words.say(f"{key}.unit", unit=unit),
        cited=spent,
        grid=grid,
        note=words.say(f"{key}.total", n=brief.tell(whole)) if whole else None,
    )


def _name_spender(brief: Brief, entry: Entry) -> Markup:
    if entry.area_id != brief.area["area_id"]:
        row = brief.reference.area_rows.get(entry.area_id)
        return brief.words.place(row) if row else clean_text(entry.area_id)
    return brief.name_scope(entry.scope)


def _exhibit_tasks(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """Tasks of the annual plan by field and state."""
    words = brief.words
    found = {
        field: {state: brief.find(f"par_tasks_{field}_{state}", total.scope) for state in TASKS}
        for field in brief.report.fields
        if (total := brief.find(f"par_tasks_{field}_total"))
    }
    if len(found) < 2:
        return None
    rows = []
    for field, each in found.items():
        parts = [(each[state], shade) for state, shade in plan.parts.items()]
        known = [(entry, shade) for entry, shade in parts if entry and entry.value]
        if total := each["total"]:
            rows += stack_rows(brief, words.say(f"field.{field}"), total, known, is_shared=True)
    title = words.say(f"{key}.title")
    if whole := brief.find_together("par_tasks_started", "par_tasks_total"):
        n, m = (brief.tell(each, unit=False) for each in whole)
        title = words.say(f"{key}.title.known", n=n, m=m)
    states = [state for state in TASKS if any(each[state] for each in found.values())]
    told = [(words.say(f"field.{f}"), [each[s] for s in states]) for f, each in found.items()]
    grid = _tabulate(brief, key, ("field", *states), told)
    return Exhibit(brief, key, plot_stacks, rows, title=title, cited=grid.entries, grid=grid)


class FieldScore(NamedTuple):
    """The points of a field, the best it could have, and what an area gave itself, if appraised."""

    field: str
    score: Entry
    top: Entry
    own: Entry | None

    @property
    def lost(self) -> float:
        """Points not reached, whether a report says so or not."""
        return self.top.value - self.score.value


def list_scores(brief: Brief) -> list[FieldScore]:
    """The fields of the reform index that a report scores."""
    found = []
    for field in brief.report.fields:
        score, top = brief.find(f"par_score_{field}"), brief.find_any(f"par_score_{field}_max")
        if score and top:
            # What a district gave itself is an estimate until it is appraised.
            same = (e for e in brief.nearest_first if e.indicator == score.indicator)
            own = next((each for each in same if each.status == Status.ESTIMATE), None)
            is_other = own and own.status != score.status
            is_same = own and (own.start, own.end) == (score.start, score.end)
            found.append(FieldScore(field, score, top, own if is_other and is_same else None))
    return found


def _exhibit_points(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:  # noqa: ARG001
    """Points of the reform index reached and lost, by field, with what was lost and where."""
    scores = list_scores(brief)
    if len(scores) < 2:
        return None
    words, worst = brief.words, max(scores, key=lambda each: each.lost)
    with_own, body = any(each.own for each in scores), []
    for each in scores:
        code = f"par_score_{each.field}_lost"
        items = [entry for entry in brief.results if entry.indicator == f"{code}_item"]
        told = (each.score, each.top, brief.find(code, each.score.scope), items)
        cells = (each.own, *told) if with_own else told
        body.append((words.say(f"field.{each.field}"), cells))
    heads = ("field", *(["own"] if with_own else []), "score", "max", "lost", "why")
    grid = _tabulate(brief, key, heads, body, last=1)
    return Exhibit(
        brief,
        key,
        plot_stacks,
        [
            row
            for each in scores
            for row in _fill(brief, f"field.{each.field}", each.score, each.top, is_shared=True)
        ],
        title=words.say(
            f"{key}.title",
            field=lower(words.say(f"field.{worst.field}")),
            n=brief.tell(worst.score, unit=False, marks=False),
            m=brief.tell(worst.top, unit=False, marks=False),
        ),
        cited=grid.entries,
        grid=grid,
    )


KINDS: Mapping[str, Callable[[Brief, str, ChartPlan], Exhibit | None]] = {
    exhibit.__name__.removeprefix("_exhibit_"): exhibit
    for exhibit in (
        *(_exhibit_flow, _exhibit_parts, _exhibit_wholes, _exhibit_posts, _exhibit_rates),
        *(_exhibit_shares, _exhibit_amounts, _exhibit_tasks, _exhibit_points),
    )
}
