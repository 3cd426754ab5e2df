"""Dossiers as a flow: what came in above what became of it, to scale, and where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.chart import Caption, frame
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.exhibits.shared import (
    Exhibit,
    only_table,
    pair,
    tabulate_scopes,
    to_frame,
)
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.plots import draw, plot_flow
from cchc_analysis.brief.telling import cite, name_scope, tell, tell_plain
from cchc_analysis.data.words import plain

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
