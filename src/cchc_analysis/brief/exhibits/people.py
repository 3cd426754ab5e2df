"""People: staff present against posts granted, and how commune staff qualify."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.chart import Caption, frame
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.exhibits.shared import Exhibit, pair, say_stacks, stack_row, to_frame
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.plots import draw, plot_stacks
from cchc_analysis.brief.telling import cite, name_indicator, tell, tell_plain
from cchc_analysis.data.tables import tabulate_rows
from cchc_analysis.data.words import plain

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
