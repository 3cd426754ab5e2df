"""What of a report is worth a picture: charts with the table of their numbers.

``report.yml`` says which figures a chart takes; its kind is a function here, which gives the chart
with its table, or nothing where the report does not hold the figures. ``chart_title.html.j2`` says
what each finds. Pictures and tables are made when they are asked for: the front asks for no table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import cached_property
from math import isnan, nan
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from cchc_analysis.brief import plots
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.ledger import list_entries
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.plots import draw, sketch
from cchc_analysis.brief.report import ChartPlan
from cchc_analysis.brief.templates import frame, join, lower, macro, render
from cchc_analysis.data.records import Severity, Status
from cchc_analysis.data.words import clean_text, plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SHARES = ("province_plan", "district_plan", "same_period")
"""What an amount is a share of: ``<code>_pct_<share>``."""
TASKS = (
    *("total", "started", "completed", "not_due", "not_started", "not_met", "overdue"),
    "not_applicable",
)
"""States of tasks, in the order of the table: ``par_tasks_<field>_<state>``."""
Row = dict[str, Any]
Shaded = Sequence[tuple[Entry, str]]
"""Values with the shades in which they are drawn."""


@dataclass(frozen=True, eq=False)
class Exhibit:
    """A chart with its table.

    Attributes:
        key: Its name in ``report.yml``.
        plot: The function that draws it; ``None`` where a picture would say no more.
        rows: What it draws.
        title: What the chart finds.
        cited: The values whose sources stand below it.
        entries: The values in its table, which need not be listed again.
        found: What ``chart_table.html.j2`` tells them from.
        unit: That of the chart, where it is not the string of its key.
        note: What has to be known besides.
    """

    brief: Brief
    key: str
    plot: Callable[..., Any] | None = None
    rows: Sequence[Row] = ()
    _: KW_ONLY
    title: Markup | str = ""
    cited: Iterable[Entry] = ()
    entries: Sequence[Entry] = ()
    found: Row = field(default_factory=dict)
    unit: Markup | None = None
    note: Markup | None = None

    @cached_property
    def data(self) -> pd.DataFrame:
        """What is drawn, as a table."""
        import pandas as pd

        return pd.DataFrame(list(self.rows))

    @property
    def figure(self) -> Figure | None:
        """The picture to go on working with."""
        return draw(self.plot, self.data) if self.plot else None

    @cached_property
    def chart(self) -> Markup:
        """The picture with its words; drawn once for the front and the annex."""
        if self.plot is None:
            return Markup("")
        brief, drawn, key = self.brief, self.brief.drawn, self.key
        drawn[key] = drawn.get(key) or sketch(self.plot, self.data)
        return frame(
            brief.words,
            key,
            [drawn[key]],
            title=self.title,
            unit=self.unit or brief.say(f"{key}.unit"),
            source=brief.cite(self.cited),
            alternative=_say_rows(brief, self.rows),
            note=self.note,
        )

    @property
    def html(self) -> Markup:
        """Chart and table beside each other, or what there is."""
        words = self.brief.words
        table = render(words, "chart_table", **self.found) if self.entries else ""
        return macro(words, "pair", self.chart, table)


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


def _exhibit_flow(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """What came in above what became of it, to scale, per scope."""
    panels = [panel for scope in brief.parts if (panel := _build_panel(brief, plan, scope))]
    panels = panels or list(filter(None, [_build_panel(brief, plan, brief.whole)]))
    return _show(
        (brief, key, plan),
        plots.plot_flow,
        [row for panel in panels for row in panel.rows],
        [entry for panel in panels for entry in panel.cited],
        _list_scoped(brief, plan),
        note=brief.say("flow.note") if any(panel.gap for panel in panels) else None,
        panels=panels,
    )


class _Panel(NamedTuple):
    """One scope, and by how much its sides differ where a finding says that they do.

    Without one, what a side lacks is only what the report does not tell. ``apart`` is the whole
    that a finding holds against its own parts, with their sum.
    """

    scope: str
    totals: Sequence[Entry | None]
    rows: list[Row]
    cited: list[Entry]
    gap: float
    apart: tuple[Entry, float] | None


def _build_panel(brief: Brief, plan: ChartPlan, scope: str) -> _Panel | None:
    totals = received, resolved, _ = [brief.find(code, scope) for code in plan.codes]
    if not received or not resolved or received.value <= 0:
        return None
    waiting = {code: shade for code, shade in plan.parts.items() if "_pending_" in code}
    ended = {code: shade for code, shade in plan.parts.items() if code not in waiting}
    stated = [_find_parts(brief, scope, plan, own) for own in (plan.came, ended, waiting)]
    pairs = list(zip(totals, stated, strict=True))
    apart = next(((e, _sum(own)) for e, own in pairs if e and _is_apart(brief, e, own)), None)
    shades = [plan.parts.get(code, "mid") for code in plan.codes]
    came, done, waits = [
        _divide(brief, *own, shade) for own, shade in zip(pairs, shades, strict=True)
    ]
    outcomes = [*stated[1], *stated[2], *((entry, "") for entry in totals[1:] if entry)]
    more = sum(row["value"] for row in (*done, *waits)) - sum(row["value"] for row in came)
    is_said = apart or _is_apart(brief, received, outcomes)
    gap = abs(more) if is_said and (waits or more > 0) else 0.0
    words, told = brief.words, [brief.tell_plain(e, unit=False) if e else "" for e in totals]
    key = "flow.out" if told[2] else "flow.out.resolved"
    if len(came) == 1:
        came[0]["label"] = ""
    same = {"panel": plain(brief.name_scope(scope))}
    same["gap"] = words.plain("flow.gap", n=words.number(gap))
    heads = {"in": words.plain("flow.in", n=told[0]), "out": words.plain(key, n=told[1], m=told[2])}
    untold: Row = {"label": words.plain("flow.untold"), "text": "", "role": "paper"}
    rest = [untold | {"value": abs(more)}] if abs(more) > 1e-9 and not gap else []
    sides = {"in": [*came, *rest * (more > 0)], "out": [*done, *waits, *rest * (more < 0)]}
    rows = [
        row | same | {"side": side, "heading": heads[side]}
        for side, own in sides.items()
        for row in own
    ]
    cited = [received, *(entry for own in stated for entry, _ in own), *filter(None, totals)]
    return _Panel(scope, totals, rows, cited, gap, apart)


def _divide(brief: Brief, whole: Entry | None, parts: Shaded, shade: str) -> list[Row]:
    """A whole by its stated parts and what they leave of it.

    Parts that make more are drawn only where a finding says so.
    """
    left = whole.value - _sum(parts) if whole else 0.0
    is_apart = whole and _is_apart(brief, whole, parts)
    if left < -1e-9 and not is_apart:
        parts, left = [], whole.value if whole else 0.0
    rows = [
        {
            "label": brief.words.plain(f"part.{entry.indicator}"),
            "text": brief.tell_plain(entry, unit=False),
            "value": entry.value,
            "role": shade,
        }
        for entry, shade in parts
    ]
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
    for finding in (each for own in brief.serious for each in own.findings):
        named = {each.note for each in list_entries(brief, [finding], "operands")}
        is_own = whole.note in named and named & notes and named <= notes | {whole.note}
        if is_own and finding["severity"] != Severity.INFO:
            return True
    return False


def _exhibit_parts(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """Wholes by their parts, a bar for each scope, or for each whole of the plan.

    Procedures by how far they are online; how commune staff qualify.
    """
    bars: list[tuple[Markup, Entry, Shaded]] = []
    for scope in brief.parts if plan.codes else ():
        whole, parts = brief.find(plan.codes[0], scope), _find_parts(brief, scope, plan, plan.parts)
        if whole and len(parts) == len(plan.parts):
            bars.append((brief.name_scope(scope), whole, parts))
    for code, shades in plan.rows.items():
        if found := brief.find_together(code, *shades):
            parts = [(entry, shades[entry.indicator]) for entry in found[1:]]
            bars.append((brief.say(f"{key}.{code}"), found[0], parts))
    bars = [bar for bar in bars if _sum(bar[2]) <= bar[1].value]
    rest = brief.words.plain(f"{key}.rest") if brief.words.has(f"{key}.rest") else ""
    rows = [row for bar in bars for row in _stack(brief, *bar, rest=rest)]
    cited = [each for _, whole, parts in bars for each in (whole, *(entry for entry, _ in parts))]
    entries = _list_scoped(brief, plan)
    return _show((brief, key, plan), plots.plot_stacks, rows, cited, entries, bars=bars)


def _exhibit_posts(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """Staff present against posts granted."""
    names = {code: (f"{code}_present", f"{code}_quota") for code in plan.codes}
    pairs = {code: both for code, own in names.items() if (both := brief.find_together(*own))}
    if not pairs:
        return None
    words, rates = brief.words, [each for name in plan.rates if (each := brief.find(name))]
    drawn = {code: both for code, both in pairs.items() if code not in plan.within} or pairs
    posts = {code: words.say(f"post.{code}") for code in pairs}
    return _show(
        (brief, key, plan),
        plots.plot_stacks,
        [row for code, both in drawn.items() for row in _fill(brief, posts[code], *both)],
        [entry for both in drawn.values() for entry in both],
        [*(entry for both in pairs.values() for entry in both), *rates],
        pairs=pairs,
        rates=rates,
        post=posts[next(iter(drawn))],
    )


def _exhibit_rates(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """Shares per scope on one scale, with their intervals."""
    words, scopes = brief.words, brief.main_scopes
    rates = [e for code in plan.rates for scope in scopes if (e := brief.find(code, scope))]
    named = [
        join(", ", words.say(f"short.{e.indicator}"), lower(brief.name_scope(e.scope)))
        for e in rates
    ]
    return _show(
        (brief, key, plan),
        plots.plot_points,
        _point(brief, rates, named) if len(rates) > 1 else [],
        rates,
        _list_scoped(brief, plan),
        note=words.say(f"{key}.note") if any(each.is_contested for each in rates) else None,
    )


def _exhibit_shares(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """Amounts against what was planned, and against last year: revenue."""
    words = brief.words
    amounts: dict[str, list[Entry | None]] = {}
    lines, names = [], []
    for code in plan.codes:
        amount = brief.find(code)
        shares = [brief.find(f"{code}_pct_{base}", amount.scope) for base in SHARES if amount]
        if any(shares):
            amounts[code] = [amount, *shares]
        for share, base in zip(shares[:2], SHARES, strict=False):
            if share:
                lines.append(share)
                names.append(
                    join(", ", words.say(f"{key}.{code}"), words.say(f"{key}.base.{base}"))
                )
    entries = [each for cells in amounts.values() for each in cells if each]
    rows, chart = _point(brief, lines, names), (brief, key, plan)
    return _show(chart, plots.plot_points, rows, lines, entries * bool(lines), amounts=amounts)


def _exhibit_amounts(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """Amounts by who spent them, with the printed total beside them: one-stop equipment."""
    every = [entry for entry in brief.results if entry.indicator == plan.codes[0]]
    spent = [entry for entry in every if entry.scope != brief.whole]
    spent.sort(key=lambda entry: -entry.value)
    if len(spent) < 3:
        return None
    words, whole = brief.words, brief.find(plan.codes[0], brief.whole)
    unit = brief.tell_unit(spent[0], many=True)
    told = [(_name_spender(brief, each), each) for each in (*spent, whole) if each]
    rows = [
        {
            "label": plain(name),
            "value": entry.value,
            "text": brief.tell_plain(entry, unit=False),
            "role": "deep",
            "is_contested": False,
        }
        for name, entry in told[: len(spent)]
    ]
    chart, entries = (brief, key, plan), [each for _, each in told]
    shown = _show(chart, plots.plot_amounts, rows, spent, entries, named=told)
    note = words.say(f"{key}.total", n=brief.tell(whole)) if whole else None
    return shown and replace(shown, unit=words.say(f"{key}.unit", unit=unit), note=note)


def _name_spender(brief: Brief, entry: Entry) -> Markup:
    if entry.area_id != brief.area["area_id"]:
        row = brief.reference.area_rows.get(entry.area_id)
        return brief.words.place(row) if row else clean_text(entry.area_id)
    return brief.name_scope(entry.scope)


def _exhibit_tasks(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """Tasks of the annual plan by field and state."""
    found = {
        field: {state: brief.find(f"par_tasks_{field}_{state}", total.scope) for state in TASKS}
        for field in brief.report.fields
        if (total := brief.find(f"par_tasks_{field}_total"))
    }
    if len(found) < 2:
        return None
    rows: list[Row] = []
    for area, each in found.items():
        parts = [(each[state], shade) for state, shade in plan.parts.items()]
        known = [(entry, shade) for entry, shade in parts if entry and entry.value]
        if total := each["total"]:
            name = brief.say(f"field.{area}")
            bar = _stack(brief, name, total, known, start=f"par_tasks_{area}_")
            rows += [row | {"is_shared": True} for row in bar]
    states = [state for state in TASKS if any(each[state] for each in found.values())]
    entries = [entry for each in found.values() for state in states if (entry := each[state])]
    chart = (brief, key, plan)
    return _show(chart, plots.plot_stacks, rows, entries, entries, tasks=found, states=states)


class FieldScore(NamedTuple):
    """The points of a field, and the best it could have.

    Attributes:
        own: What an area gave itself, where it is appraised.
        lost_as_said: Points lost, as a report says, in the scope of the score.
        items: What they were lost for.
    """

    field: str
    score: Entry
    top: Entry
    own: Entry | None
    lost_as_said: Entry | None
    items: list[Entry]

    @property
    def lost(self) -> float:
        """Points not reached, whether a report says so or not."""
        return self.top.value - self.score.value


def list_scores(brief: Brief) -> list[FieldScore]:
    """The fields of the reform index that a report scores."""
    found = []
    for field_name in brief.report.fields:
        code = f"par_score_{field_name}"
        score, top = brief.find(code), brief.find_any(f"{code}_max")
        if score and top:
            # What a district gave itself is an estimate until it is appraised.
            same = (e for e in brief.nearest_first if e.indicator == score.indicator)
            own = next((each for each in same if each.status == Status.ESTIMATE), None)
            is_other = own and own.status != score.status
            is_same = own and (own.start, own.end) == (score.start, score.end)
            lost = brief.find(f"{code}_lost", score.scope)
            items = [each for each in brief.results if each.indicator == f"{code}_lost_item"]
            own = own if is_other and is_same else None
            found.append(FieldScore(field_name, score, top, own, lost, items))
    return found


def _exhibit_points(brief: Brief, key: str, plan: ChartPlan) -> Exhibit | None:
    """Points of the reform index reached and lost, by field, with what was lost and where."""
    scores, rows = list_scores(brief), []
    entries: list[Entry] = []
    if len(scores) < 2:
        return None
    for each in scores:
        rows += _fill(brief, brief.say(f"field.{each.field}"), each.score, each.top, is_shared=True)
        told = (each.own, each.score, each.top, each.lost_as_said, *each.items)
        entries += filter(None, told)
    return _show((brief, key, plan), plots.plot_stacks, rows, entries, entries, scores=scores)


KINDS: Mapping[str, Callable[[Brief, str, ChartPlan], Exhibit | None]] = {
    "flow": _exhibit_flow,
    "parts": _exhibit_parts,
    "wholes": _exhibit_parts,
    "posts": _exhibit_posts,
    "rates": _exhibit_rates,
    "shares": _exhibit_shares,
    "amounts": _exhibit_amounts,
    "tasks": _exhibit_tasks,
    "points": _exhibit_points,
}


def _show(
    chart: tuple[Brief, str, ChartPlan],
    plot: Callable[..., Any],
    rows: Sequence[Row],
    cited: Sequence[Entry],
    entries: Sequence[Entry] = (),
    note: Markup | None = None,
    **found: Any,
) -> Exhibit | None:
    """A chart under the title of its kind; its table alone where there is nothing to draw."""
    brief, key, plan = chart
    told = {"brief": brief, "key": key, "plan": plan, "cited": cited, "entries": entries} | found
    if not rows:
        return Exhibit(brief, key, entries=entries, found=told) if entries else None
    more: Row = {"cited": cited, "entries": entries, "found": told, "note": note}
    return Exhibit(brief, key, plot, rows, title=render(brief.words, "chart_title", **told), **more)


def _list_scoped(brief: Brief, plan: ChartPlan) -> list[Entry]:
    """The values of a table of indicators by scope."""
    places = ((code, scope) for code in plan.table for scope in brief.main_scopes)
    return [entry for place in places if (entry := brief.find(*place))]


def _find_parts(brief: Brief, scope: str, plan: ChartPlan, parts: Mapping[str, str]) -> Shaded:
    found: list[tuple[Entry, str]] = []
    for code, shade in parts.items():
        drawn = {each.indicator for each, _ in found}
        entry = brief.find(code, scope)
        if entry and not drawn.intersection(plan.unless.get(code, ())):
            found.append((entry, shade))
    return found


def _sum(parts: Shaded) -> float:
    return sum(entry.value for entry, _ in parts)


def _stack(
    brief: Brief,
    name: Markup,
    total: Entry,
    parts: Shaded,
    *,
    rest: str = "",
    start: str = "",
) -> list[Row]:
    """The rows of ``plot_stacks`` for one bar: the parts of a total, and what is left of it.

    What begins the codes of the parts is left out of the keys of their labels: tasks of all fields
    are called by their states.
    """
    row = {"row": plain(name), "total": total.value, "heading": brief.tell_plain(total)}
    row |= {"is_shared": False, "label": "", "text": ""}
    rows = [
        row
        | {
            "label": brief.words.plain(f"part.{entry.indicator.removeprefix(start)}"),
            "text": brief.tell_plain(entry, unit=False),
            "value": entry.value,
            "role": shade,
        }
        for entry, shade in parts
    ]
    left = total.value - _sum(parts)
    if rest and left > 0:
        rows.append(row | {"label": rest, "value": left, "role": "paper"})
    return rows or [row | {"value": 0.0, "role": "paper"}]


def _fill(
    brief: Brief, name: Markup, part: Entry, whole: Entry, *, is_shared: bool = False
) -> list[Row]:
    """The rows of ``plot_stacks`` for one bar: what there is, and what is left to the whole."""
    told = [brief.tell_plain(each, unit=False) for each in (part, whole)]
    row: Row = {"row": plain(name), "total": whole.value, "heading": "/".join(told)}
    row |= {"label": "", "is_shared": is_shared}
    role = "alert" if part.value > whole.value and not is_shared else "deep"
    text = row["heading"] if is_shared else told[0]
    left = max(whole.value - part.value, 0.0)
    return [
        row | {"value": part.value, "role": role, "text": text},
        row | {"value": left, "role": "paper", "text": ""},
    ]


def _point(brief: Brief, entries: Sequence[Entry], names: Sequence[Markup]) -> list[Row]:
    axis = choose_axis(entry.value for entry in entries)
    pairs = zip(entries, names, strict=True)
    return [point_row(brief, entry, plain(name), axis) for entry, name in pairs]


def point_row(brief: Brief, entry: Entry, label: str, axis: tuple[float, float]) -> Row:
    """The row of ``plot_points`` for one value."""
    return {
        "label": label,
        "value": entry.value,
        "text": brief.tell_plain(entry),
        "low": nan if entry.low is None else entry.low,
        "high": nan if entry.high is None else entry.high,
        "target": nan,
        "target_text": "",
        "role": "alert" if entry.is_contested else "deep",
        "is_contested": entry.is_contested,
        "start": axis[0],
        "end": axis[1],
    }


def choose_axis(values: Iterable[float]) -> tuple[float, float]:
    """The ends of an axis for percentages: 0 to 100, or the end of it where all values crowd.

    Points need no zero; an axis that is mostly empty would hide what there is to see. Both ends
    are written on the chart.
    """
    known = [value for value in values if not isnan(value)]
    low, high = min(known, default=0.0), max(known, default=100.0)
    if high <= 20:
        return min(0.0, low), 20.0
    start = 10.0 * ((low - 2) // 10) if low >= 80 else 0.0
    return min(start, low), max(100.0, 10.0 * -(-high // 10))


def _say_rows(brief: Brief, rows: Sequence[Row]) -> Markup:
    """The text alternative of a chart: each bar with its headings and parts, or each point."""
    by = next((name for name in ("panel", "row") if rows and name in rows[0]), "label")
    told: dict[str, tuple[dict[str, None], list[str]]] = {}
    for row in rows:
        heads, labels = told.setdefault(row[by], ({}, []))
        if row.get("heading"):
            heads[row["heading"]] = None
        is_named = by == "label" or bool(row["label"])
        labels.append(f"{row['text']} {row['label'] if by != 'label' else ''}".strip() * is_named)
        labels.append(row.get("target_text", ""))
    parts = {name: "; ".join([*heads, *filter(None, own)]) for name, (heads, own) in told.items()}
    return join(" ", *(brief.say("alt.row", name=name, parts=own) for name, own in parts.items()))
