"""What exhibits are made of: chart with table, tables by scope, the rows that plots take.

Comes in as entries; goes out as rows for ``plots`` and as tables in which each number is a link.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from math import isnan, nan
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.plots import draw, sketch
from cchc_analysis.brief.templates import frame, join, macro
from cchc_analysis.data.words import plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

TASKS = (
    *("total", "started", "completed", "not_due", "not_started", "not_met", "overdue"),
    "not_applicable",
)
"""States of tasks, in the order of the table: ``par_tasks_<field>_<state>``."""
Row = dict[str, Any]
Cell = Entry | Markup | Sequence[Entry] | None


class Grid(NamedTuple):
    """The table beside a chart: numbers in all columns but the first, and some of the last.

    Attributes:
        rows: A head and its cells; a value as a head stands for its name, with the unit, dates and
            status that the caption does not say.
        last: How many columns at the end hold no single numbers.
    """

    heads: Sequence[Markup]
    rows: Sequence[tuple[Markup | Entry, Sequence[Cell]]]
    caption: Markup
    last: int = 0
    unit: str = ""
    time: Markup | None = None

    @property
    def entries(self) -> list[Entry]:
        """The values in it: they need not be listed again."""
        cells = [cell for _, cells in self.rows for cell in cells]
        lists = [[cell] if isinstance(cell, Entry) else cell for cell in cells]
        return [each for own in lists if isinstance(own, list) for each in own]

    def tell(self, brief: Brief) -> Markup:
        """The table on the page, each value a link to its note."""

        def tell(cell: Cell) -> Markup:
            if isinstance(cell, Markup):
                return cell
            if isinstance(cell, Entry) or cell is None:
                return brief.tell_cell(cell)
            parts = (join(" ", brief.name_breakdown(e.breakdown), brief.tell_cell(e)) for e in cell)
            return brief.words.join(parts) or brief.tell_missing()

        def tell_head(head: Markup | Entry) -> Markup:
            if isinstance(head, Markup):
                return head
            # With unit, dates and status that the caption does not say.
            dates, unit = brief.name_time(head), self.unit and head.unit != self.unit
            facts = (
                brief.tell_unit(head) if unit else "",
                dates if dates != self.time else "",
                brief.name_status(head),
            )
            name = brief.name_indicator(head.indicator)
            return macro(brief.words, "small", name, join(" · ", *facts))

        rows = [[tell_head(head), *map(tell, cells)] for head, cells in self.rows]
        numbers = [*range(1, len(self.heads) - self.last)]
        return macro(brief.words, "table", self.heads, [("", rows)], self.caption, "", numbers)


@dataclass(frozen=True, eq=False)
class Exhibit:
    """A chart with its table.

    Attributes:
        key: Its name in ``report.yml``.
        plot: The function that draws it; ``None`` where a picture would say no more.
        rows: What it draws.
        title: What the chart finds.
        cited: The values whose sources stand below it.
        grid: The table; none where the chart says all.
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
    grid: Grid | None = None
    unit: Markup | None = None
    note: Markup | None = None

    @property
    def entries(self) -> Sequence[Entry]:
        """The values that its table lists."""
        return self.grid.entries if self.grid else ()

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
            alternative=say_rows(brief, self.rows),
            note=self.note,
        )

    @property
    def html(self) -> Markup:
        """Chart and table beside each other, or what there is."""
        table = self.grid.tell(self.brief) if self.grid else ""
        return macro(self.brief.words, "pair", self.chart, table)


def tabulate_scopes(brief: Brief, key: str, indicators: Sequence[str]) -> Grid | None:
    """A table of indicators by scope; scopes and indicators without any value are left out."""
    found = [[brief.find(name, scope) for scope in brief.main_scopes] for name in indicators]
    found = [cells for cells in found if any(cells)]
    shown = [entry for cells in found for entry in cells if entry]
    if not shown:
        return None
    told = [at for at in range(len(brief.main_scopes)) if any(cells[at] for cells in found)]
    counts = Counter(entry.unit for entry in shown if entry.unit != "%")
    unit = counts.most_common(1)[0][0] if counts else shown[0].unit
    times = {brief.name_time(entry) for entry in shown}
    time = times.pop() if len(times) == 1 else Markup("")
    named = next(entry for entry in shown if entry.unit == unit)
    facts = join("; ", brief.tell_unit(named, many=True), time)
    return Grid(
        [brief.say("table.indicator"), *(brief.name_scope(brief.main_scopes[at]) for at in told)],
        [(next(filter(None, cells)), [cells[at] for at in told]) for cells in found],
        brief.say("table.unit", what=brief.say(f"{key}.table"), unit=facts),
        unit=unit,
        time=time,
    )


def stack_rows(
    brief: Brief,
    name: Markup,
    total: Entry,
    parts: Sequence[tuple[Entry, str]],
    *,
    rest: str = "",
    is_shared: bool = False,
) -> list[Row]:
    """The rows of ``plot_stacks`` for one bar: the parts of a total, and what is left of it."""
    row = {
        "row": plain(name),
        "total": total.value,
        "heading": brief.tell_plain(total),
        "is_shared": is_shared,
        "label": "",
        "text": "",
    }

    def key_of(code: str) -> str:
        """That of its state for tasks, which no two fields name differently."""
        # "not_started" ends in "started" too: the longest that fits is meant.
        states = [state for state in TASKS if code.endswith(f"_{state}")]
        return max(states, key=len) if code.startswith("par_tasks_") else code

    rows = [
        row
        | {
            "label": brief.words.plain(f"part.{key_of(entry.indicator)}"),
            "text": brief.tell_plain(entry, unit=False),
            "value": entry.value,
            "role": shade,
        }
        for entry, shade in parts
    ]
    left = total.value - sum(entry.value for entry, _ in parts)
    if rest and left > 0:
        rows.append(row | {"label": rest, "value": left, "role": "paper"})
    return rows or [row | {"value": 0.0, "role": "paper"}]


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


def say_rows(brief: Brief, rows: Sequence[Row]) -> Markup:
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
