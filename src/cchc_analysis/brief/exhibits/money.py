"""Money: revenue against plan, and what was spent on one-stops."""

from __future__ import annotations

from markupsafe import Markup

from cchc_analysis.brief.content import Brief, Entry
from cchc_analysis.brief.exhibits.shared import (
    Exhibit,
    choose_axis,
    pair,
    point_row,
    say_points,
    to_frame,
)
from cchc_analysis.brief.telling import (
    cite,
    name_scope,
    tell,
    tell_missing,
    tell_plain,
    tell_unit,
)
from cchc_analysis.charts import Caption, draw_amounts, draw_points
from cchc_analysis.records import Scope
from cchc_analysis.tables import tabulate_rows
from cchc_analysis.words import clean_text, plain

REVENUES = ("total", "domestic", "land_use", "border_fee")


def exhibit_revenue(brief: Brief) -> Exhibit | None:
    """Revenue against plan and against last year."""
    words, rows, shown, lines = brief.words, [], [], []
    for kind in REVENUES:
        amount = brief.find(f"budget_revenue_{kind}")
        shares = [
            brief.find(f"budget_revenue_{kind}_pct_{base}")
            for base in ("province_plan", "district_plan", "same_period")
        ]
        if amount is None or not any(shares):
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
    return pair(draw_points(to_frame(points), caption, "revenue"), table, shown)


def _name_share(brief: Brief, share: Entry) -> str:
    """A short name: total, provincial plan."""
    kind, _, base = share.indicator.removeprefix("budget_revenue_").partition("_pct_")
    names = [brief.words.say(f"revenue.{kind}"), brief.words.say(f"revenue.base.{base}")]
    return plain(Markup(", ").join(names))


def exhibit_equipment(brief: Brief) -> Exhibit | None:
    """Money spent on one-stops, by who spent it."""
    name = "onestop_equipment_cost"
    spent = [e for e in brief.results if e.indicator == name and e.scope != Scope.WHOLE_DISTRICT]
    if len(spent) < 3:
        return None
    spent.sort(key=lambda entry: -entry.value)
    rows = [
        {
            "label": plain(_name_spender(brief, entry)),
            "value": entry.value,
            "text": tell_plain(brief, entry, unit=False),
            "role": "deep",
            "is_contested": False,
        }
        for entry in spent
    ]
    whole = brief.find(name, Scope.WHOLE_DISTRICT)
    title = brief.words.say(
        "equipment.title", n=tell(brief, spent[0]), who=_name_spender(brief, spent[0])
    )
    caption = Caption(
        title=title,
        unit=brief.words.say("equipment.unit", unit=tell_unit(brief, spent[0], many=True)),
        source=cite(brief, spent),
        alternative=say_points(brief, rows),
    )
    listed = [*spent, *([whole] if whole else [])]
    table = tabulate_rows(
        [brief.words.say("equipment.who"), brief.words.say("equipment.amount")],
        [(_name_spender(brief, entry), tell(brief, entry, unit=False)) for entry in listed],
        brief.words.say("equipment.table", unit=tell_unit(brief, spent[0], many=True)),
        numbers=(1,),
    )
    return pair(draw_amounts(to_frame(rows), caption, "equipment"), table, listed)


def _name_spender(brief: Brief, entry: Entry) -> Markup:
    if entry.area_id != brief.area["area_id"]:
        return plain_area(brief, entry.area_id)
    return name_scope(brief, entry.scope)


def plain_area(brief: Brief, area_id: str) -> Markup:
    """The name of an area, or its id where the areas do not hold it."""
    row = brief.reference.area_rows.get(area_id)
    return brief.words.place(row) if row else clean_text(area_id)
