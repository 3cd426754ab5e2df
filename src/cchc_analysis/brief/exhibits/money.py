"""Money: revenue against plan, and what was spent on one-stops."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.chart import Caption, frame
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.exhibits.shared import (
    Exhibit,
    choose_axis,
    pair,
    point_row,
    say_points,
    to_frame,
)
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.plots import draw, plot_amounts, plot_points
from cchc_analysis.brief.telling import (
    cite,
    name_scope,
    tell,
    tell_missing,
    tell_plain,
    tell_unit,
    upper,
)
from cchc_analysis.data.tables import tabulate_rows
from cchc_analysis.data.words import clean_text, plain

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
