"""Scores and tasks: what the annual plan asks by field, and the points of the reform index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.chart import Caption, frame
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.exhibits.shared import Exhibit, pair, say_stacks, stack_row, to_frame
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.plots import draw, plot_stacks
from cchc_analysis.brief.telling import cite, lower, name_breakdown, tell, tell_missing, tell_plain
from cchc_analysis.data.tables import tabulate_rows
from cchc_analysis.data.words import plain

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
