"""What all exhibits are made of: the pair of chart and table, tables by scope, rows of charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.plots import draw, plot_amounts, plot_flow, plot_points, plot_stacks
from cchc_analysis.brief.telling import (
    cite,
    lower,
    name_breakdown,
    name_indicator,
    name_scope,
    name_status,
    name_time,
    tell,
    tell_missing,
    tell_plain,
    tell_unit,
    upper,
)
from cchc_analysis.brief.templates import Caption, frame
from cchc_analysis.data.tables import tabulate_rows
from cchc_analysis.data.words import clean_text, plain

NAN = float("nan")
SHADES = ("started", "not_due", "not_started", "overdue", "not_applicable")
"""States of tasks: they have one name in all fields."""


@dataclass(frozen=True)
class Exhibit:
    """A chart with its table, and the notes of the values that they show."""

    figure: Markup
    table: Markup
    used: frozenset[str]

    @property
    def html(self) -> Markup:
        """Both beside each other, or what there is."""
        if not self.figure or not self.table:
            return self.figure or self.table
        return Markup('<div class="pair">{}{}</div>\n').format(self.figure, self.table)


def pair(figure: Markup, table: Markup, shown: Iterable[Entry]) -> Exhibit:
    """A chart and the table of its numbers."""
    return Exhibit(figure, table, frozenset(entry.note for entry in shown))


def only_table(table: Markup, shown: Sequence[Entry]) -> Exhibit | None:
    """The table alone, where a chart would say no more; nothing where it is empty."""
    return pair(Markup(""), table, shown) if shown else None


def tabulate_scopes(
    brief: Brief, indicators: Sequence[str], caption: Markup
) -> tuple[Markup, list[Entry]]:
    """A table of indicators by scope, and the values in it; scopes without any are left out."""
    found = {name: {s: brief.find(name, s) for s in brief.main_scopes} for name in indicators}
    found = {name: cells for name, cells in found.items() if any(cells.values())}
    scopes = [s for s in brief.main_scopes if any(cells[s] for cells in found.values())]
    shown = [entry for cells in found.values() for entry in cells.values() if entry]
    if not shown:
        return Markup(""), []
    unit = _common_unit(shown)
    times = {name_time(brief, entry) for entry in shown}
    time = times.pop() if len(times) == 1 else Markup("")
    rows = [
        [head_entry(brief, next(e for e in cells.values() if e), unit=unit, time=time)]
        + [tell(brief, e, unit=False) if (e := cells[s]) else tell_missing(brief) for s in scopes]
        for cells in found.values()
    ]
    heads = [brief.words.say("table.indicator"), *(name_scope(brief, s) for s in scopes)]
    named = next(entry for entry in shown if entry.unit == unit)
    facts = [fact for fact in (tell_unit(brief, named, many=True), time) if fact]
    title = brief.words.say("table.unit", what=caption, unit=Markup("; ").join(facts))
    return tabulate_rows(heads, rows, title, numbers=range(1, len(heads))), shown


def _common_unit(entries: Sequence[Entry]) -> str:
    counts = Counter(entry.unit for entry in entries if entry.unit != "%")
    return counts.most_common(1)[0][0] if counts else entries[0].unit


def head_entry(
    brief: Brief,
    entry: Entry,
    name: Markup | None = None,
    *,
    unit: str = "",
    time: Markup | None = None,
) -> Markup:
    """The head of a row: the name, with dates and status where they say something.

    Args:
        brief: The brief.
        entry: The value that the row is about.
        name: The name, if it is not that of the indicator.
        unit: The unit that the table names already; another one is added to the name.
        time: The dates that the table names already.
    """
    dates = name_time(brief, entry)
    words = [
        tell_unit(brief, entry) if unit and entry.unit != unit else Markup(""),
        dates if dates != time else Markup(""),
        name_status(brief.words, entry),
    ]
    small = Markup(" · ").join(each for each in words if each)
    label = name_indicator(brief, entry.indicator) if name is None else name
    return Markup("{} <small>{}</small>").format(label, small) if small else label


def stack_row(
    brief: Brief,
    name: Markup,
    total: Entry,
    parts: Sequence[tuple[Entry, str]],
    *,
    rest: str = "",
    is_shared: bool = False,
) -> list[dict[str, Any]]:
    """The rows of ``plot_stacks`` for one bar: the parts of a total, and what is left of it."""
    row = {
        "row": plain(name),
        "total": total.value,
        "heading": tell_plain(brief, total),
        "is_shared": is_shared,
        "label": "",
        "text": "",
    }
    rows = [
        row
        | {
            "label": brief.words.plain(f"part.{_part_key(entry)}"),
            "text": tell_plain(brief, entry, unit=False),
            "value": entry.value,
            "role": role,
        }
        for entry, role in parts
    ]
    left = total.value - sum(entry.value for entry, _ in parts)
    if rest and left > 0:
        rows.append(row | {"label": rest, "value": left, "role": "paper"})
    return rows or [row | {"value": 0.0, "role": "paper"}]


def _part_key(entry: Entry) -> str:
    """The name of a part: that of its state for tasks, which no two fields name differently."""
    if not entry.indicator.startswith("par_tasks_"):
        return entry.indicator
    # "not_started" ends in "started" too: the longest that fits is meant.
    return max((state for state in SHADES if entry.indicator.endswith(f"_{state}")), key=len)


def point_row(brief: Brief, entry: Entry, label: str, axis: tuple[float, float]) -> dict[str, Any]:
    """The row of ``plot_points`` for one value."""
    return {
        "label": label,
        "value": entry.value,
        "text": tell_plain(brief, entry),
        "low": NAN if entry.low is None else entry.low,
        "high": NAN if entry.high is None else entry.high,
        "target": NAN,
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


def say_stacks(brief: Brief, rows: Sequence[dict[str, Any]]) -> Markup:
    """The text alternative of stacked bars: each row with its parts."""
    told = []
    for name in dict.fromkeys(row["row"] for row in rows):
        own = [row for row in rows if row["row"] == name]
        parts = [f"{row['text']} {row['label']}".strip() for row in own if row["label"]]
        told.append(
            brief.words.say("alt.row", name=name, parts="; ".join([own[0]["heading"], *parts]))
        )
    return Markup(" ").join(told)


def say_points(brief: Brief, rows: Sequence[dict[str, Any]]) -> Markup:
    """The text alternative of points and amounts: each row with its value."""
    return Markup(" ").join(
        brief.words.say("alt.row", name=row["label"], parts=row["text"]) for row in rows
    )


def to_frame(rows: Sequence[dict[str, Any]]) -> Any:
    """The rows of a chart as the table that it takes."""
    import pandas as pd

    return pd.DataFrame(list(rows))


_Part = tuple[Entry, str]
"""A value and the role in which it is drawn."""

FLOW_IN = (("dossiers_received_new", "mid"), ("dossiers_carried_over", "pale"))
FLOW_OUT = (
    ("dossiers_resolved_early", "deep"),
    ("dossiers_resolved_on_due", "mid"),
    ("dossiers_resolved_on_time", "mid"),
    ("dossiers_resolved_overdue", "alert"),
    ("dossiers_pending_in_term", "pale"),
    ("dossiers_pending_overdue", "alert"),
    ("dossiers_pending_total", "pale"),
)
COVERS = {
    "dossiers_resolved_on_time": ("dossiers_resolved_early", "dossiers_resolved_on_due"),
    "dossiers_pending_total": ("dossiers_pending_in_term", "dossiers_pending_overdue"),
}
"""Totals that are drawn only where their parts are not."""

TITLE_WORDS = (
    ("received", "dossiers_received_total"),
    ("resolved", "dossiers_resolved_total"),
    ("pending", "dossiers_pending_total"),
    ("new", "dossiers_received_new"),
    ("carried", "dossiers_carried_over"),
    ("rate", "on_time_rate"),
)


def exhibit_flow(brief: Brief) -> Exhibit | None:
    """Dossiers: what came in above what became of it, to scale, per scope."""
    panels = [panel for scope in brief.parts if (panel := _build_panel(brief, scope))]
    if not panels and (whole := _build_panel(brief, brief.whole)):
        panels = [whole]
    table, shown = tabulate_scopes(
        brief, brief.report.tables["flow"], brief.words.say("flow.table")
    )
    if not panels:
        return only_table(table, shown)
    rows = [row for panel in panels for row in _draw_panel(brief, panel)]
    caption = Caption(
        title=_title_flow(brief, panels),
        unit=brief.words.say("flow.unit"),
        source=cite(brief, [entry for panel in panels for entry in panel.entries]),
        alternative=_say_rows(brief, rows),
        note=brief.words.say("flow.note") if any(panel.gap for panel in panels) else None,
    )
    return pair(frame(draw(plot_flow, to_frame(rows)), caption, "flow"), table, shown)


@dataclass(frozen=True)
class _Panel:
    """One scope: the two sides, and by how much they differ where both are told."""

    scope: str
    arrivals: tuple[_Part, ...]
    outcomes: tuple[_Part, ...]
    received: Entry
    resolved: Entry
    pending: Entry | None

    @property
    def came(self) -> float:
        return sum(entry.value for entry, _ in self.arrivals)

    @property
    def went(self) -> float:
        return sum(entry.value for entry, _ in self.outcomes)

    @property
    def is_told(self) -> bool:
        """Whether the report says how many are pending; else a difference is only untold."""
        return any("_pending_" in entry.indicator for entry, _ in self.outcomes)

    @property
    def gap(self) -> float:
        return abs(self.came - self.went) if self.is_told else max(self.went - self.came, 0.0)

    @property
    def entries(self) -> list[Entry]:
        return [self.received, *(entry for entry, _ in (*self.arrivals, *self.outcomes))]


def _build_panel(brief: Brief, scope: str) -> _Panel | None:
    received = brief.find("dossiers_received_total", scope)
    resolved = brief.find("dossiers_resolved_total", scope)
    if not received or not resolved or received.value <= 0:
        return None
    arrivals = _find_parts(brief, scope, FLOW_IN)
    if not any(entry.indicator == "dossiers_received_new" for entry, _ in arrivals):
        arrivals = ((received, "mid"),)
    outcomes = _find_parts(brief, scope, FLOW_OUT)
    pending = brief.find("dossiers_pending_total", scope)
    return _Panel(scope, arrivals, outcomes, received, resolved, pending)


def _draw_panel(brief: Brief, panel: _Panel) -> list[dict[str, Any]]:
    words = brief.words
    is_split = len(panel.arrivals) > 1
    rows = [
        *_draw_side(brief, "in", panel.arrivals, _head_in(brief, panel), is_split),
        *_draw_side(brief, "out", panel.outcomes, _head_out(brief, panel), True),
    ]
    if not panel.is_told and panel.went < panel.came:
        rest = {"side": "out", "label": words.plain("flow.untold"), "text": "", "heading": ""}
        rows.append(rest | {"value": panel.came - panel.went, "role": "paper"})
    gap = words.plain("flow.gap", n=words.number(panel.gap))
    name = plain(name_scope(brief, panel.scope))
    return [row | {"panel": name, "gap": gap} for row in rows]


def _find_parts(brief: Brief, scope: str, parts: Iterable[tuple[str, str]]) -> tuple[_Part, ...]:
    found: list[_Part] = []
    for indicator, role in parts:
        entry = brief.find(indicator, scope)
        drawn = {each.indicator for each, _ in found}
        if entry and not drawn.intersection(COVERS.get(indicator, ())):
            found.append((entry, role))
    return tuple(found)


def _draw_side(
    brief: Brief, side: str, parts: Sequence[_Part], heading: str, is_labelled: bool
) -> list[dict[str, Any]]:
    return [
        {
            "side": side,
            "heading": heading,
            "label": brief.words.plain(f"part.{entry.indicator}") if is_labelled else "",
            "text": tell_plain(brief, entry, unit=False),
            "value": entry.value,
            "role": role,
        }
        for entry, role in parts
    ]


def _head_in(brief: Brief, panel: _Panel) -> str:
    return brief.words.plain("flow.in", n=tell_plain(brief, panel.received, unit=False))


def _head_out(brief: Brief, panel: _Panel) -> str:
    done = tell_plain(brief, panel.resolved, unit=False)
    if panel.pending is None:
        return brief.words.plain("flow.out.resolved", n=done)
    left = tell_plain(brief, panel.pending, unit=False)
    return brief.words.plain("flow.out", n=done, m=left)


def _title_flow(brief: Brief, panels: Sequence[_Panel]) -> Markup:
    """The worst contradiction if there is one, else how much was resolved on time."""
    worst = max(panels, key=lambda panel: panel.gap)
    words: dict[str, Any] = {"scope": name_scope(brief, worst.scope)}
    for key, indicator in TITLE_WORDS:
        entry = brief.find(indicator, worst.scope)
        words[key] = tell(brief, entry, unit=False, marks=False) if entry else ""
    if worst.gap and abs(worst.came - worst.received.value) > 1e-9:
        return brief.words.say("flow.title.parts", **words)
    if worst.gap:
        return brief.words.say("flow.title.balance", **words)
    return brief.words.say("flow.title.rate" if words["rate"] else "flow.title", **words)


def _say_rows(brief: Brief, rows: Sequence[dict[str, Any]]) -> Markup:
    """The text alternative: each panel with its parts."""
    told = []
    for name in dict.fromkeys(row["panel"] for row in rows):
        own = [row for row in rows if row["panel"] == name]
        heads = dict.fromkeys(row["heading"] for row in own if row["heading"])
        parts = [f"{row['text']} {row['label']}".strip() for row in own if row["label"]]
        told.append(brief.words.say("alt.row", name=name, parts="; ".join([*heads, *parts])))
    return Markup(" ").join(told)


SPENDING = "onestop_equipment_cost"
REVENUES = ("total", "domestic", "land_use", "border_fee")


def exhibit_revenue(brief: Brief) -> Exhibit | None:
    """Revenue against plan and against last year."""
    words, rows, shown, lines = brief.words, [], [], []
    for kind in REVENUES:
        amount = brief.find(f"budget_revenue_{kind}")
        if amount is None:
            continue
        shares = [
            brief.find(f"budget_revenue_{kind}_pct_{base}", amount.scope)
            for base in ("province_plan", "district_plan", "same_period")
        ]
        if not any(shares):
            continue
        shown += [amount, *(share for share in shares if share)]
        rows.append(
            [words.say(f"revenue.{kind}"), tell(brief, amount, unit=False)]
            + [tell(brief, share) if share else tell_missing(brief) for share in shares]
        )
        lines += [share for share in shares[:2] if share]
    if not lines:
        return None
    table = tabulate_rows(
        [
            words.say(f"revenue.head.{key}")
            for key in ("kind", "amount", "province", "district", "last")
        ],
        rows,
        words.say(
            "revenue.table",
            unit=tell_unit(brief, shown[0], many=True),
            status=words.say("status.estimate"),
        ),
        numbers=(1, 2, 3, 4),
    )
    axis = choose_axis(each.value for each in lines)
    points = [point_row(brief, each, _name_share(brief, each), axis) for each in lines]
    caption = Caption(
        title=words.say("revenue.title", n=tell(brief, lines[0], marks=False)),
        unit=words.say("revenue.unit"),
        source=cite(brief, lines),
        alternative=say_points(brief, points),
    )
    return pair(frame(draw(plot_points, to_frame(points)), caption, "revenue"), table, shown)


def _name_share(brief: Brief, share: Entry) -> str:
    """A short name: total, provincial plan."""
    kind, _, base = share.indicator.removeprefix("budget_revenue_").partition("_pct_")
    names = [brief.words.say(f"revenue.{kind}"), brief.words.say(f"revenue.base.{base}")]
    return plain(Markup(", ").join(names))


def exhibit_equipment(brief: Brief) -> Exhibit | None:
    """Money spent on one-stops, by who spent it; the printed total beside it."""
    all_of_it = [entry for entry in brief.results if entry.indicator == SPENDING]
    spent = [entry for entry in all_of_it if entry.scope != brief.whole]
    if len(spent) < 3:
        return None
    spent.sort(key=lambda entry: -entry.value)
    words, whole = brief.words, brief.find(SPENDING, brief.whole)
    unit = tell_unit(brief, spent[0], many=True)
    rows = [_draw_spender(brief, entry) for entry in spent]
    caption = Caption(
        title=words.say(
            "equipment.title",
            who=upper(_name_spender(brief, spent[0])),
            n=tell(brief, spent[0], marks=False),
        ),
        unit=words.say("equipment.unit", unit=unit),
        source=cite(brief, spent),
        alternative=say_points(brief, rows),
        note=words.say("equipment.total", n=tell(brief, whole)) if whole else None,
    )
    listed = [*spent, *([whole] if whole else [])]
    table = tabulate_rows(
        [words.say("equipment.who"), words.say("equipment.amount")],
        [(_name_spender(brief, entry), tell(brief, entry, unit=False)) for entry in listed],
        words.say("equipment.table", unit=unit),
        numbers=(1,),
    )
    return pair(frame(draw(plot_amounts, to_frame(rows)), caption, "equipment"), table, listed)


def _draw_spender(brief: Brief, entry: Entry) -> dict[str, Any]:
    return {
        "label": plain(_name_spender(brief, entry)),
        "value": entry.value,
        "text": tell_plain(brief, entry, unit=False),
        "role": "deep",
        "is_contested": False,
    }


def _name_spender(brief: Brief, entry: Entry) -> Markup:
    if entry.area_id != brief.area["area_id"]:
        row = brief.reference.area_rows.get(entry.area_id)
        return brief.words.place(row) if row else clean_text(entry.area_id)
    return name_scope(brief, entry.scope)


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


POSTS = (
    "staff_total",
    "staff_admin",
    "staff_psu",
    "staff_psu_education",
    "staff_psu_culture",
    "staff_psu_other",
    "staff_association",
    "staff_psu_and_associations",
    "staff_commune",
    "commune_cadres",
    "commune_civil_servants",
    "contract111_total",
    "contract111_admin",
    "contract111_education",
    "contract111_culture",
    "contract111_other",
)
SUBPOSTS = (
    "staff_psu_education",
    "staff_psu_culture",
    "staff_psu_other",
    "contract111_admin",
    "contract111_education",
    "contract111_culture",
    "contract111_other",
)
"""Parts of other posts: in the table, not on the chart."""
QUALIFICATIONS = (
    ("commune_cadres_assessed", ("commune_cadres_qualified", "commune_cadres_unqualified")),
    (
        "commune_civil_servants_assessed",
        ("commune_civil_servants_qualified", "commune_civil_servants_unqualified"),
    ),
    (
        "staff_commune_present",
        ("commune_staff_university", "commune_staff_college", "commune_staff_intermediate"),
    ),
)


def exhibit_posts(brief: Brief) -> Exhibit | None:
    """Staff present against posts granted."""
    pairs = [
        (name, found[0], found[1])
        for name in POSTS
        if (found := brief.find_together(f"{name}_present", f"{name}_quota"))
    ]
    if not pairs:
        return None
    words = brief.words
    rates = [
        each
        for name in ("staff_filled_rate", "staff_admin_filled_rate", "commune_staff_filled_rate")
        if (each := brief.find(name))
    ]
    table = tabulate_rows(
        [words.say("posts.kind"), words.say("posts.present"), words.say("posts.quota")],
        [
            *(
                (_name_post(brief, name), tell(brief, a, unit=False), tell(brief, b, unit=False))
                for name, a, b in pairs
            ),
            *((name_indicator(brief, each.indicator), tell(brief, each), "") for each in rates),
        ],
        words.say("posts.table", date=_date_of(brief, pairs[0][1])),
        numbers=(1, 2),
    )
    drawn = [each for each in pairs if each[0] not in SUBPOSTS]
    rows = [row for name, a, b in drawn for row in _draw_post(brief, name, a, b)]
    caption = Caption(
        title=_title_posts(brief, drawn),
        unit=words.say("posts.unit"),
        source=cite(brief, [entry for _, a, b in drawn for entry in (a, b)]),
        alternative=say_stacks(brief, rows),
    )
    shown = [entry for _, a, b in pairs for entry in (a, b)]
    return pair(frame(draw(plot_stacks, to_frame(rows)), caption, "posts"), table, [*shown, *rates])


def _name_post(brief: Brief, name: str) -> Markup:
    return brief.words.say(f"post.{name}")


def _date_of(brief: Brief, entry: Entry) -> Markup:
    return brief.words.span(entry.start, entry.end)


def _draw_post(brief: Brief, name: str, present: Entry, quota: Entry) -> list[dict[str, Any]]:
    numbers = [tell_plain(brief, each, unit=False) for each in (present, quota)]
    row = {
        "row": plain(_name_post(brief, name)),
        "total": quota.value,
        "heading": "/".join(numbers),
        "label": "",
        "is_shared": False,
    }
    role = "alert" if present.value > quota.value else "deep"
    vacant = max(quota.value - present.value, 0.0)
    return [
        row | {"value": present.value, "role": role, "text": numbers[0]},
        row | {"value": vacant, "role": "paper", "text": ""},
    ]


def _title_posts(brief: Brief, pairs: Sequence[tuple[str, Entry, Entry]]) -> Markup:
    name, present, quota = pairs[0]
    numbers = {"n": tell(brief, present, unit=False), "m": tell(brief, quota, unit=False)}
    key = "posts.title.over" if present.value > quota.value else "posts.title"
    return brief.words.say(key, kind=_name_post(brief, name), **numbers)


def exhibit_qualification(brief: Brief) -> Exhibit | None:
    """Commune staff by whether they meet standards, or by degree."""
    rows, shown = [], []
    roles = ("deep", "mid", "pale")
    for whole, names in QUALIFICATIONS:
        found = brief.find_together(whole, *names)
        if not found:
            continue
        total, *parts = found
        if sum(entry.value for entry in parts) > total.value:
            continue
        shown += [total, *parts]
        key = brief.words.say(f"qualification.{whole}")
        shades = ("deep", "pale") if len(parts) == 2 else roles
        rows += stack_row(brief, key, total, list(zip(parts, shades, strict=False)))
    if not rows:
        return None
    first = shown[1]
    caption = Caption(
        title=brief.words.say(
            "qualification.title",
            n=tell(brief, first, unit=False),
            m=tell(brief, shown[0], unit=False),
            what=name_indicator(brief, first.indicator),
        ),
        unit=brief.words.say("qualification.unit"),
        source=cite(brief, shown),
        alternative=say_stacks(brief, rows),
    )
    return pair(frame(draw(plot_stacks, to_frame(rows)), caption, "qualification"), Markup(""), ())


FIELDS = (
    "steering",
    "institution",
    "procedures",
    "apparatus",
    "civil_service",
    "finance",
    "digital",
    "impact",
)
TASK_STATES = (
    ("started", "deep"),
    ("not_due", "pale"),
    ("not_started", "mid"),
    ("overdue", "alert"),
    ("not_applicable", "paper"),
)


def exhibit_tasks(brief: Brief) -> Exhibit | None:
    """Tasks of the annual plan by field and state."""
    words, rows, lines, shown = brief.words, [], [], []
    keys = (
        "total",
        "started",
        "completed",
        "not_due",
        "not_started",
        "not_met",
        "overdue",
        "not_applicable",
    )
    found = {
        field: {key: brief.find(f"par_tasks_{field}_{key}", total.scope) for key in keys}
        for field in FIELDS
        if (total := brief.find(f"par_tasks_{field}_total"))
    }
    heads = [key for key in keys if any(each[key] for each in found.values())]
    for field, each in found.items():
        total = each["total"]
        assert total is not None  # noqa: S101 - fields without a total were left out above
        entries = [entry for entry in each.values() if entry]
        shown += entries
        parts = [(each[key], role) for key, role in TASK_STATES]
        known = [(entry, role) for entry, role in parts if entry and entry.value]
        lines += stack_row(brief, words.say(f"field.{field}"), total, known, is_shared=True)
        rows.append(
            [words.say(f"field.{field}")]
            + [
                tell(brief, e, unit=False) if (e := each[key]) else tell_missing(brief)
                for key in heads
            ]
        )
    if len(found) < 2:
        return None
    whole = brief.find_together("par_tasks_started", "par_tasks_total")
    table = tabulate_rows(
        [words.say("tasks.field"), *(words.say(f"tasks.{key}") for key in heads)],
        rows,
        words.say("tasks.table"),
        numbers=range(1, len(heads) + 1),
    )
    title = words.say("tasks.title")
    if whole:
        numbers = [tell(brief, each, unit=False) for each in whole]
        title = words.say("tasks.title.known", n=numbers[0], m=numbers[1])
    caption = Caption(title, words.say("tasks.unit"), cite(brief, shown), say_stacks(brief, lines))
    return pair(frame(draw(plot_stacks, to_frame(lines)), caption, "tasks"), table, shown)


@dataclass(frozen=True)
class FieldScore:
    """The points of one field, and the best it could have.

    Attributes:
        own: What the district gave itself, where the score is what was left after appraisal.
    """

    field: str
    score: Entry
    top: Entry
    own: Entry | None = None

    @property
    def lost(self) -> float:
        """Points not reached, whether a report says so or not."""
        return self.top.value - self.score.value


def list_scores(brief: Brief) -> list[FieldScore]:
    """The fields of the reform index that a report scores."""
    scores = []
    for field in FIELDS:
        code = f"par_score_{field}"
        score, top = brief.find(code), brief.find_any(f"{code}_max")
        if score and top:
            scores.append(FieldScore(field, score, top, _find_own(brief, score)))
    return scores


def _find_own(brief: Brief, score: Entry) -> Entry | None:
    """What a district gave itself is an estimate until it is appraised."""
    own = brief.find_estimate(score.indicator)
    if not own or own.status == score.status:
        return None
    return own if (own.start, own.end) == (score.start, score.end) else None


def exhibit_points(brief: Brief) -> Exhibit | None:
    """Points of the reform index reached and lost, by field, with what was lost and where."""
    scores = list_scores(brief)
    if len(scores) < 2:
        return None
    words, shown, rows = brief.words, [], []
    with_own = any(each.own for each in scores)
    heads = ["field", *(["own"] if with_own else []), "score", "max", "lost", "why"]
    for each in scores:
        lost = brief.find(f"par_score_{each.field}_lost", each.score.scope)
        items = [e for e in brief.results if e.indicator == f"par_score_{each.field}_lost_item"]
        shown += [one for one in (each.own, each.score, each.top, lost, *items) if one]
        row = _tell_score(brief, each, lost, items)
        if with_own:
            own = tell(brief, each.own, unit=False) if each.own else tell_missing(brief)
            row.insert(1, own)
        rows.append(row)
    table = tabulate_rows(
        [words.say(f"points.{key}") for key in heads],
        rows,
        words.say("points.table"),
        numbers=range(1, len(heads) - 1),
    )
    lines = [row for each in scores for row in _draw_score(brief, each.field, each.score, each.top)]
    caption = Caption(
        title=_title_points(brief, max(scores, key=lambda each: each.lost)),
        unit=words.say("points.unit"),
        source=cite(brief, shown),
        alternative=say_stacks(brief, lines),
    )
    return pair(frame(draw(plot_stacks, to_frame(lines)), caption, "points"), table, shown)


def _tell_score(
    brief: Brief, each: FieldScore, lost: Entry | None, items: Sequence[Entry]
) -> list[Markup]:
    return [
        brief.words.say(f"field.{each.field}"),
        tell(brief, each.score, unit=False),
        tell(brief, each.top, unit=False),
        tell(brief, lost, unit=False) if lost else tell_missing(brief),
        brief.words.join(_say_lost(brief, item) for item in items) or tell_missing(brief),
    ]


def _title_points(brief: Brief, worst: FieldScore) -> Markup:
    """Where most is lost."""
    return brief.words.say(
        "points.title",
        field=lower(brief.words.say(f"field.{worst.field}")),
        n=tell(brief, worst.score, unit=False, marks=False),
        m=tell(brief, worst.top, unit=False, marks=False),
    )


def _draw_score(brief: Brief, field: str, score: Entry, top: Entry) -> list[dict[str, Any]]:
    row = {
        "row": plain(brief.words.say(f"field.{field}")),
        "total": top.value,
        "heading": f"{tell_plain(brief, score, unit=False)}/{tell_plain(brief, top, unit=False)}",
        "label": "",
        "is_shared": True,
        "text": "",
    }
    return [
        row | {"value": score.value, "role": "deep", "text": row["heading"]},
        row | {"value": max(top.value - score.value, 0.0), "role": "paper"},
    ]


def _say_lost(brief: Brief, item: Entry) -> Markup:
    return Markup("{} {}").format(
        name_breakdown(brief, item.breakdown), tell(brief, item, unit=False)
    )


BUILDERS: Mapping[str, Callable[[Brief], Exhibit | None]] = {
    "flow": exhibit_flow,
    "procedures": exhibit_procedures,
    "equipment": exhibit_equipment,
    "posts": exhibit_posts,
    "qualification": exhibit_qualification,
    "online": exhibit_online,
    "revenue": exhibit_revenue,
    "tasks": exhibit_tasks,
    "points": exhibit_points,
}
"""The exhibits by the names that ``report.yml`` calls them."""


def draw_exhibit(brief: Brief, name: str) -> Exhibit | None:
    """One exhibit, if the report gives the values for it."""
    return BUILDERS[name](brief)


def list_exhibits(brief: Brief) -> dict[str, list[Exhibit]]:
    """The exhibits of a brief by area; only those that its report gives the values for."""
    return {
        name: [exhibit for chart in area.charts if (exhibit := draw_exhibit(brief, chart))]
        for name, area in brief.report.areas.items()
    }
