"""What all exhibits are made of: the pair of chart and table, tables by scope, rows of charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.telling import (
    name_indicator,
    name_scope,
    name_status,
    name_time,
    tell,
    tell_missing,
    tell_plain,
    tell_unit,
)
from cchc_analysis.data.tables import tabulate_rows
from cchc_analysis.data.words import plain

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
