"""Worth a look: strengths and concerns, by rules; never more than the values say.

A strength is a target reached by a value that nothing contradicts. A concern is a target missed,
dossiers overdue, or a headline figure that a report contradicts.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.grade import is_headline
from cchc_analysis.brief.ledger import tell_arithmetic
from cchc_analysis.brief.nouns import Comparison, Contradiction, State
from cchc_analysis.brief.telling import lower, name_indicator, name_scope, tell, tell_marks
from cchc_analysis.data.records import Severity

MOST = 4


def concerns_headline(brief: Brief, number: int) -> bool:
    """Whether a contradiction is about a figure that people quote."""
    return any(
        is_headline(entry) and any(mark.number == number for mark in brief.marks(entry))
        for entry in brief.entries
    )


def tell_looks(brief: Brief) -> Markup:
    """Strengths beside concerns; nothing where there are neither."""
    lists = [
        _list_remarks(brief, "strengths", _list_strengths(brief)),
        _list_remarks(brief, "concerns", _list_concerns(brief)),
    ]
    if not any(lists):
        return Markup("")
    return Markup('<div class="looks">{}</div>\n').format(Markup("").join(lists))


def _list_remarks(brief: Brief, key: str, remarks: Sequence[Markup]) -> Markup:
    if not remarks:
        return Markup("")
    items = Markup("").join(Markup("<li>{}</li>").format(each) for each in remarks[:MOST])
    return Markup('<div class="{}"><h3>{}</h3><ul>{}</ul></div>').format(
        key, brief.words.say(f"looks.{key}"), items
    )


def _list_strengths(brief: Brief) -> list[Markup]:
    """Targets reached, by values that no contradiction concerns."""
    return [
        _tell_goal(brief, each)
        for each in brief.current
        if each.is_target and each.state == State.MET
        if each.result and not each.result.is_contested
    ]


def _list_concerns(brief: Brief) -> list[Markup]:
    """Targets missed, dossiers overdue, headline figures that a report contradicts."""
    missed = [
        _tell_goal(brief, each)
        for each in brief.current
        if each.is_target and each.state == State.MISSED
    ]
    late = [
        brief.words.say(
            "looks.overdue", n=tell(brief, each), scope=lower(name_scope(brief, each.scope))
        )
        for scope in brief.parts
        if (each := brief.find("dossiers_pending_overdue", scope)) and each.value
    ]
    doubtful = [
        _tell_doubt(brief, each)
        for each in brief.contradictions
        if each.severity != Severity.INFO and concerns_headline(brief, each.number)
    ]
    return [*missed, *late, *doubtful]


def _tell_goal(brief: Brief, comparison: Comparison) -> Markup:
    result = comparison.result
    assert result is not None  # noqa: S101 - a state that was judged has a result
    return brief.words.say(
        "looks.goal",
        what=name_indicator(brief, result.indicator),
        scope=lower(name_scope(brief, result.scope)),
        n=tell(brief, result, marks=False),
        goal=tell(brief, comparison.target, marks=False),
    )


def _tell_doubt(brief: Brief, each: Contradiction) -> Markup:
    first = each.findings[0]
    said = brief.words.say(
        "looks.contested",
        what=name_indicator(brief, first["indicator"]),
        scope=lower(name_scope(brief, first["scope"])),
        sum=tell_arithmetic(brief, first),
    )
    return said + tell_marks(brief, [each])
