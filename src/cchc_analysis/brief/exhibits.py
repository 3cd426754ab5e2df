"""What of a report is worth a picture: charts with the table of their numbers.

``report.yml`` says which figures a chart takes; its kind is a function here, which finds what the
chart draws and what its table shows. ``chart.html.j2`` tells the one, ``chart_table.html.j2`` the
other, when they are asked for: the front asks for no table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cchc_analysis.brief import plots
from cchc_analysis.brief.content import Brief, name_short
from cchc_analysis.brief.nouns import Entry, list_entries
from cchc_analysis.brief.report import ChartPlan
from cchc_analysis.brief.templates import join, lower, render
from cchc_analysis.data.records import Severity, Status
from cchc_analysis.data.words import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Row = dict[str, Any]
Shaded = Sequence[tuple[Entry, str]]
"""Values with the shades in which they are drawn."""


@dataclass(frozen=True, eq=False)
class Exhibit:
    """A chart with its table; the table alone where a picture would say no more.

    Attributes:
        key: Its name in ``report.yml``.
        plot: The function that draws it.
        rows: What it draws; nothing where there is no chart.
        entries: The values in its table, which need not be listed again; nothing without a table.
        found: What the templates tell both from: ``kind``, the values that the chart has ``cited``,
            and what else its kind has found.
    """

    brief: Brief
    key: str
    plot: Callable[..., Any]
    rows: Sequence[Row]
    entries: Sequence[Entry]
    found: Row

    @property
    def figure(self) -> Figure:
        """The picture to go on working with."""
        return plots.draw(self.plot, pd.DataFrame(self.rows))

    @property
    def chart(self) -> Markup:
        """The picture with its words; drawn once for the front and the annex."""
        if not self.rows:
            return Markup("")
        drawn = self.brief.drawn
        drawn[self.key] = drawn.get(self.key) or plots.sketch(self.plot, pd.DataFrame(self.rows))
        return self._tell("chart", svg=drawn[self.key], rows=self.rows)

    @property
    def table(self) -> Markup:
        """The numbers beside it."""
        return self._tell("chart_table") if self.entries else Markup("")

    def _tell(self, template: str, **more: Any) -> Markup:
        told = {"brief": self.brief, "key": self.key, "entries": self.entries}
        return render(self.brief.words, template, **told, **self.found, **more)


def build_exhibit(brief: Brief, key: str) -> Exhibit | None:
    """One exhibit, if the report gives the values for it."""
    plan = brief.report.charts[key]
    find, plot = KINDS[plan.kind]
    # The values of a table of indicators by scope, unless the kind has a table of its own.
    found: Row = {"rows": [], "entries": brief.find_scoped(plan.table)}
    found |= {"kind": plan.kind, "plan": plan, **find(brief, key, plan)}
    rows, entries = found.pop("rows"), found.pop("entries")
    return Exhibit(brief, key, plot, rows, entries, found) if rows or entries else None


def list_exhibits(brief: Brief) -> dict[str, list[Exhibit]]:
    """The exhibits of a brief by area; only those that its report gives the values for."""
    return {
        name: [each for chart in area.charts if (each := build_exhibit(brief, chart))]
        for name, area in brief.report.areas.items()
    }


def _find_flow(brief: Brief, _: str, plan: ChartPlan) -> Row:
    """What came in above what became of it, to scale, per scope."""
    panels = [panel for scope in brief.parts if (panel := _build_panel(brief, plan, scope))]
    panels = panels or list(filter(None, [_build_panel(brief, plan, brief.whole)]))
    told = {name: [each for panel in panels for each in panel[name]] for name in ("rows", "cited")}
    return told | {"panels": panels}


def _build_panel(brief: Brief, plan: ChartPlan, scope: str) -> Row | None:
    """One scope: its ``totals``, ``rows``, the values ``cited``.

    ``gap`` is by how much its sides differ where a finding says that they do; without one, what a
    side lacks is only what the report does not tell. ``apart`` is the whole that a finding holds
    against its own parts, with their sum.
    """
    received, resolved = brief.find_together(*plan.codes[:2], scope=scope) or (None, None)
    if not received or not resolved or received.value <= 0:
        return None
    totals = [received, resolved, brief.find(plan.codes[2], scope, received)]
    waiting = {code: shade for code, shade in plan.parts.items() if "_pending_" in code}
    ended = {code: shade for code, shade in plan.parts.items() if code not in waiting}
    stated = [_find_shaded(brief, received, plan, own) for own in (plan.came, ended, waiting)]
    pairs = list(zip(totals, stated, strict=True))
    apart = next(((e, _sum(own)) for e, own in pairs if e and _is_apart(brief, e, own)), None)
    came, done, waits = [
        _divide(brief, *pair, plan.parts.get(code, "mid"))
        for pair, code in zip(pairs, plan.codes, strict=True)
    ]
    outcomes = [*stated[1], *stated[2], *((entry, "") for entry in totals[1:] if entry)]
    more = sum(row["value"] for row in (*done, *waits)) - sum(row["value"] for row in came)
    is_said = apart or _is_apart(brief, received, outcomes)
    gap = abs(more) if is_said and (waits or more > 0) else 0.0
    words, told = brief.words, [brief.tell_plain(e, unit=False) if e else "" for e in totals]
    if len(came) == 1:
        came[0]["label"] = ""
    untold: Row = {"label": words.plain("flow.untold"), "text": "", "role": "paper"}
    rest = [untold | {"value": abs(more)}] if abs(more) > 1e-9 and not gap else []
    key = "flow.out" if told[2] else "flow.out.resolved"
    heads = (words.plain("flow.in", n=told[0]), words.plain(key, n=told[1], m=told[2]))
    sides = ([*came, *rest * (more > 0)], [*done, *waits, *rest * (more < 0)])
    same = {"panel": plain(brief.name_scope(scope))}
    same["gap"] = words.plain("flow.gap", n=words.number(gap))
    rows = [
        row | same | {"side": side, "heading": head}
        for side, head, own in zip(("in", "out"), heads, sides, strict=True)
        for row in own
    ]
    cited = [received, *(entry for own in stated for entry, _ in own), *filter(None, totals)]
    told_of = {"scope": scope, "totals": totals, "gap": gap, "apart": apart}
    return {"rows": rows, "cited": cited, **told_of}


def _divide(brief: Brief, whole: Entry | None, parts: Shaded, shade: str) -> list[Row]:
    """A whole by its stated parts and what they leave of it.

    Parts that make more are drawn only where a finding says so.
    """
    left = whole.value - _sum(parts) if whole else 0.0
    is_apart = whole and _is_apart(brief, whole, parts)
    if whole and left < -1e-9 and not is_apart:
        parts, left = [], whole.value
    rows = [_draw_part(brief, *part) for part in parts]
    if whole and left > 1e-9 and not is_apart:
        label = brief.words.plain(f"part.{whole.indicator}")
        if left < whole.value:
            label = brief.words.plain("flow.rest", whole=label)
        text = brief.words.number(left)
        rows.append({"label": label, "text": text, "value": left, "role": shade})
    return sorted(rows, key=lambda row: row["role"] == "alert")


def _is_apart(brief: Brief, whole: Entry, parts: Shaded) -> bool:
    """Whether a finding holds a whole against parts of it, and against nothing else."""
    notes = {entry.note for entry, _ in parts}
    findings = [row for own in brief.serious for row in own.findings]
    serious = (row for row in findings if row["severity"] != Severity.INFO)
    told = ({each.note for each in list_entries(brief, [row], "operands")} for row in serious)
    return any(whole.note in own and own & notes and own <= notes | {whole.note} for own in told)


def _find_bars(brief: Brief, key: str, plan: ChartPlan) -> Row:
    """Wholes by their parts, a bar for each scope, or for each whole of the plan.

    Procedures by how far they are online; how commune staff qualify.
    """
    bars: list[tuple[Markup, Entry, Shaded]] = []
    for scope in brief.parts if plan.codes else ():
        whole = brief.find(plan.codes[0], scope)
        parts = _find_shaded(brief, whole, plan, plan.parts) if whole else []
        if whole and len(parts) == len(plan.parts):
            bars.append((brief.name_scope(scope), whole, parts))
    for code, shades in plan.rows.items():
        if found := brief.find_together(code, *shades):
            parts = [(entry, shades[entry.indicator]) for entry in found[1:]]
            bars.append((brief.words.say(f"{key}.{code}"), found[0], parts))
    bars = [bar for bar in bars if _sum(bar[2]) <= bar[1].value]
    rest = brief.words.plain(f"{key}.rest") if brief.words.has(f"{key}.rest") else ""
    rows = [row for bar in bars for row in _stack(brief, *bar, rest=rest)]
    cited = [each for _, whole, own in bars for each in (whole, *(entry for entry, _ in own))]
    return {"rows": rows, "cited": cited, "bars": bars}


def _find_posts(brief: Brief, _: str, plan: ChartPlan) -> Row:
    """Staff present against posts granted."""
    found = {e: brief.find_together(f"{e}_present", f"{e}_quota") for e in plan.codes}
    pairs = {code: both for code, both in found.items() if both}
    drawn = {code: both for code, both in pairs.items() if code not in plan.within} or pairs
    rates = [each for name in plan.rates if pairs and (each := brief.find(name))]
    return {
        "rows": [row for code, own in drawn.items() for row in _fill(brief, f"post.{code}", *own)],
        "cited": [entry for both in drawn.values() for entry in both],
        "entries": [*(entry for both in pairs.values() for entry in both), *rates],
        "pairs": pairs,
        "rates": rates,
    }


def _find_rates(brief: Brief, _: str, plan: ChartPlan) -> Row:
    """Shares per scope on one scale, with their intervals."""
    rates = brief.find_scoped(plan.rates)
    return {"rows": list_points(brief, rates) if len(rates) > 1 else [], "cited": rates}


def _find_shares(brief: Brief, key: str, plan: ChartPlan) -> Row:
    """Amounts against what was planned, and against last year: revenue."""
    amounts: dict[str, list[Entry | None]] = {}
    lines, names = [], []
    for code in plan.codes:
        codes = [f"{code}_pct_{base}" for base in plan.columns]
        # The amount of which a share is told: of this quarter there may be none, but of the year.
        pairs = filter(None, (brief.find_together(code, each) for each in codes))
        amount = next((pair[0] for pair in pairs), brief.find(code))
        shares = [brief.find(each, amount.scope, amount) for each in codes if amount]
        if any(shares):
            amounts[code] = [amount, *shares]
        for share, base in zip(shares[:2], plan.columns, strict=False):
            if share:
                lines.append(share)
                name = brief.words.say(f"{key}.{code}")
                names.append(join(", ", name, brief.words.say(f"{key}.base.{base}")))
    entries = [each for cells in amounts.values() for each in cells if each]
    rows = list_points(brief, lines, names, has_zero=True)
    return {"rows": rows, "cited": lines, "entries": entries * bool(lines), "amounts": amounts}


def _find_tasks(brief: Brief, _: str, plan: ChartPlan) -> Row:
    """Tasks of the annual plan by field and state."""
    found: dict[str, dict[str, Any]] = {
        field: {e: brief.find(f"par_tasks_{field}_{e}", total.scope, total) for e in plan.columns}
        for field in brief.report.fields
        if (total := brief.find(f"par_tasks_{field}_total"))
    }
    if len(found) < 2:
        return {}
    rows: list[Row] = []
    for area, each in found.items():
        parts = [(each[state], shade) for state, shade in plan.parts.items()]
        known = [(entry, shade) for entry, shade in parts if entry and entry.value]
        name, start = brief.words.say(f"field.{area}"), f"par_tasks_{area}_"
        bar = _stack(brief, name, each["total"], known, start=start)
        rows += [row | {"is_shared": True} for row in bar]
    states = [state for state in plan.columns if any(each[state] for each in found.values())]
    entries = [entry for each in found.values() for state in states if (entry := each[state])]
    return {"rows": rows, "cited": entries, "entries": entries, "tasks": found, "states": states}


def list_scores(brief: Brief) -> list[Row]:
    """The fields of the reform index that a report scores: its points, and the best it could have.

    ``lost`` are the points not reached, ``lost_as_said`` as a report says, in the scope of the
    score, and ``lost_for`` what for. ``own`` is what an area gave itself, where it is appraised.
    """
    found = []
    for field in brief.report.fields:
        code = f"par_score_{field}"
        score, top = brief.find(code), brief.find_any(f"{code}_max")
        if not score or not top:
            continue
        # What a district gave itself is an estimate until it is appraised.
        same = (each for each in brief.nearest_first if each.indicator == code)
        own = next((each for each in same if each.status == Status.ESTIMATE), None)
        is_same = own and (own.start, own.end) == (score.start, score.end)
        found.append(
            {
                "field": field,
                "score": score,
                "top": top,
                "own": own if is_same and score.status != Status.ESTIMATE else None,
                "lost": top.value - score.value,
                "lost_as_said": brief.find(f"{code}_lost", score.scope, score),
                "lost_for": [e for e in brief.results if e.indicator == f"{code}_lost_item"],
            }
        )
    return found


def _find_points(brief: Brief, *_: Any) -> Row:
    """Points of the reform index reached and lost, by field, with what was lost and where."""
    scores = list_scores(brief)
    rows: list[Row] = []
    entries: list[Entry] = []
    for each in scores if len(scores) > 1 else ():
        name = f"field.{each['field']}"
        rows += _fill(brief, name, each["score"], each["top"], is_shared=True)
        told = (each[name] for name in ("own", "score", "top", "lost_as_said"))
        entries += filter(None, (*told, *each["lost_for"]))
    return {"rows": rows, "cited": entries, "entries": entries, "scores": scores}


KINDS: Mapping[str, tuple[Callable[[Brief, str, ChartPlan], Row], Callable[..., Any]]] = {
    "flow": (_find_flow, plots.plot_flow),
    "parts": (_find_bars, plots.plot_stacks),
    "wholes": (_find_bars, plots.plot_stacks),
    "posts": (_find_posts, plots.plot_stacks),
    "rates": (_find_rates, plots.plot_points),
    "shares": (_find_shares, plots.plot_points),
    "tasks": (_find_tasks, plots.plot_stacks),
    "points": (_find_points, plots.plot_stacks),
}


def _find_shaded(brief: Brief, whole: Entry, plan: ChartPlan, parts: Mapping[str, str]) -> Shaded:
    found: list[tuple[Entry, str]] = []
    for code, shade in parts.items():
        drawn = {each.indicator for each, _ in found}
        entry = brief.find(code, whole.scope, whole)
        if entry and not drawn.intersection(plan.unless.get(code, ())):
            found.append((entry, shade))
    return found


def _sum(parts: Shaded) -> Any:
    return sum(entry.value for entry, _ in parts)


def _draw_part(brief: Brief, entry: Entry, shade: str, start: str = "") -> Row:
    """The row of a part; what begins its code is left out of the key of its label."""
    return {
        "label": brief.words.plain(f"part.{entry.indicator.removeprefix(start)}"),
        "text": brief.tell_plain(entry, unit=False),
        "value": entry.value,
        "role": shade,
    }


def _stack(
    brief: Brief, name: Markup, total: Entry, parts: Shaded, *, rest: str = "", start: str = ""
) -> list[Row]:
    """The rows of ``plot_stacks`` for one bar: the parts of a total, and what is left of it."""
    bar = {"row": plain(name), "total": total.value, "heading": brief.tell_plain(total)}
    bar |= {"is_shared": False, "label": "", "text": ""}
    rows = [bar | _draw_part(brief, *part, start) for part in parts]
    left = total.value - _sum(parts)
    if rest and left > 0:
        rows.append(bar | {"label": rest, "value": left, "role": "paper"})
    return rows or [bar | {"value": 0.0, "role": "paper"}]


def _fill(
    brief: Brief, name: str, part: Entry, whole: Entry, *, is_shared: bool = False
) -> list[Row]:
    """The rows of ``plot_stacks`` for one bar: what there is, and what is left to the whole."""
    text = brief.tell_plain(part, unit=False)
    heading = f"{text}/{brief.tell_plain(whole, unit=False)}"
    row: Row = {"row": brief.words.plain(name), "total": whole.value, "heading": heading}
    row |= {"label": "", "is_shared": is_shared}
    role = "alert" if part.value > whole.value and not is_shared else "deep"
    left = max(whole.value - part.value, 0.0)
    return [
        row | {"value": part.value, "role": role, "text": heading if is_shared else text},
        row | {"value": left, "role": "paper", "text": ""},
    ]


def list_points(
    brief: Brief,
    entries: Sequence[Entry],
    names: Iterable[Markup] = (),
    also: Sequence[float] = (),
    *,
    has_zero: bool = False,
) -> list[Row]:
    """The rows of ``plot_points`` for values on one axis, which has room for others, too.

    Without ``names`` they go by those of indicator and scope; by their days, too, where these are
    not those of the brief. The axis goes from 0 to 100 per cent,
    or has the end of that where all values crowd: points need no zero, and an axis that is mostly
    empty would hide what there is to see. Both ends are written on the chart. With ``has_zero`` it
    begins at 0 all the same: of a plan, how much of it is carried out is what there is to see.
    """
    names = names or [
        join(", ", name_short(brief, e.indicator), lower(brief.name_scope(e.scope)))
        for e in entries
    ]
    days = [brief.words.span(e.start, e.end) if brief.has_other_days(e) else "" for e in entries]
    known = [value for value in (*also, *(e.value for e in entries)) if not isnan(value)]
    low, high = min(known, default=0.0), max(known, default=100.0)
    start = 10.0 * ((low - 2) // 10) if low >= 80 and not has_zero else 0.0
    end = max(100.0, 10.0 * -(-high // 10))
    if high <= 20:
        start, end = 0.0, 20.0
    return [
        {
            "label": plain(join(", ", name, day)),
            "value": entry.value,
            "text": _tell_drawn(brief, entry),
            "low": nan if entry.low is None else entry.low,
            "high": nan if entry.high is None else entry.high,
            "range_text": plain(brief.tell_interval(entry)),
            "target": nan,
            "target_text": "",
            "role": "alert" if entry.is_contested else "deep",
            "is_contested": entry.is_contested,
            "start": min(start, low),
            "end": end,
        }
        for entry, name, day in zip(entries, names, days, strict=True)
    ]


def _tell_drawn(brief: Brief, entry: Entry) -> str:
    """A value as it stands beside its point: "ước 47,24%" where it is an estimate."""
    told = brief.tell_plain(entry)
    is_estimate = bool(brief.macros.name_estimate(entry))
    return brief.words.plain("chart.estimate", n=told) if is_estimate else told
