"""The summary in words: sentences by rules, each from values that the page shows.

A rule gives a sentence where the values it needs are there, and nothing otherwise; no rule says
more than its values. The rules and their order are listed in the notes of every page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.exhibits import FIELDS, list_scores
from cchc_analysis.brief.ledger import REQUIRED, concerns_headline, tell_arithmetic
from cchc_analysis.brief.nouns import Entry, State, count_contradictions
from cchc_analysis.brief.telling import (
    link_count,
    lower,
    name_area,
    name_indicator,
    name_scope,
    tabulate_entries,
    tell,
    tell_marks,
)
from cchc_analysis.brief.templates import Section, render
from cchc_analysis.data.clean import parse_period

_LABEL = re.compile(r"\d{4}(-\w\w)?")

MOST = 6
LEAST = 3

Rule = Callable[[Brief], Markup | None]


def show_summary(brief: Brief) -> Section:
    """Three to six sentences."""
    brief = brief.front
    sentences = [said for _, said in list_sentences(brief)]
    html = render(brief.words, "summary", sentences=sentences)
    return Section(html, "summary", lambda: tabulate_entries(brief, brief.used.values()))


def list_sentences(brief: Brief) -> list[tuple[str, Markup]]:
    """The sentences that hold for a brief, with the names of their rules, in reading order."""
    said = [(name, text) for name, rule in RULES.items() if (text := rule(brief))]
    last = [each for each in said if each[0] in CLOSING]
    first = [each for each in said if each[0] not in (*CLOSING, FILLING)]
    if len(first) + len(last) < LEAST:
        first += [each for each in said if each[0] == FILLING]
    return [*first[: MOST - len(last)], *last]


def _say_dossiers(brief: Brief) -> Markup | None:
    received, rate = brief.find("dossiers_received_total"), brief.find("on_time_rate")
    if received and not received.value:
        return brief.words.say(
            "summary.dossiers.none",
            period=_say_when(brief, received),
            area=name_area(brief),
            received=tell(brief, received),
            where=say_where(brief, received),
        )
    if not received or not rate:
        return None
    parts = [brief.find("on_time_rate", scope) for scope in brief.parts]
    split = Markup("")
    if rate.scope == brief.whole and parts and all(parts):
        split = brief.words.say("summary.split", parts=_join_scopes(brief, parts))
    is_same = received.scope == rate.scope
    return brief.words.say(
        "summary.dossiers",
        period=_say_when(brief, received),
        area=name_area(brief),
        received=tell(brief, received),
        rate=tell(brief, rate),
        split=split,
        where=say_where(brief, received, rate),
        of="" if is_same else say_where(brief, rate, received),
    )


def _say_when(brief: Brief, entry: Entry) -> Markup:
    """The period by its name, if the value has its window; else the dates of the window."""
    named = parse_period(brief.period) if _LABEL.fullmatch(brief.period) else None
    ends = [str(day) for day in (named.start, named.end)] if named else []
    if [entry.start or brief.start, entry.end] == ends:
        return brief.words.period(brief.period, ".in")
    start, end = brief.words.date(entry.start), brief.words.date(entry.end)
    return brief.words.say("summary.window", start=start, end=end)


def say_where(brief: Brief, entry: Entry, *beside: Entry) -> Markup:
    """The scope of a number and of those beside it in the sentence.

    Unsaid only where all are of the whole district, and nothing else is reported of them.
    """
    same = (entry, *beside)
    others = (brief.find(each.indicator, scope) for each in same for scope in brief.parts)
    if {each.scope for each in same} == {brief.whole} and not any(others):
        return Markup("")
    return brief.words.say("summary.where", scope=lower(name_scope(brief, entry.scope)))


def _join_scopes(brief: Brief, entries: Sequence[Entry | None]) -> Markup:
    return brief.words.join(
        brief.words.say(
            "summary.part", scope=lower(name_scope(brief, each.scope)), n=tell(brief, each)
        )
        for each in entries
        if each
    )


def _say_backlog(brief: Brief) -> Markup | None:
    pending = brief.find("dossiers_pending_total")
    if not pending:
        return None
    overdue = brief.find("dossiers_pending_overdue", pending.scope)
    if not overdue and pending.scope == brief.whole:
        overdue = brief.find("dossiers_pending_overdue")
    words = {"n": tell(brief, pending)}
    if not overdue or not overdue.value:
        return brief.words.say("summary.backlog", where=say_where(brief, pending), **words)
    words["where"] = say_where(brief, pending, overdue)
    scope = Markup("")
    if overdue.scope != pending.scope:
        scope = brief.words.say("summary.at", scope=lower(name_scope(brief, overdue.scope)))
    late = tell(brief, overdue, unit=False)
    return brief.words.say("summary.backlog.overdue", m=late, scope=scope, **words)


def _say_online(brief: Brief) -> Markup | None:
    parts = [each for scope in brief.parts if (each := brief.find("online_rate", scope))]
    if not parts:
        return _say_rate(brief, "summary.online", "online_rate")
    return brief.words.say("summary.online.scopes", parts=_join_scopes(brief, parts))


def _say_services(brief: Brief) -> Markup | None:
    """For reports without dossiers: how many procedures pass the one-stop."""
    found = brief.find_together("tthc_onestop_rate", "tthc_total")
    if not found or brief.find("dossiers_received_total"):
        return None
    rate, total = found
    return brief.words.say(
        "summary.services",
        period=_say_when(brief, rate),
        area=name_area(brief),
        n=tell(brief, rate),
        m=tell(brief, total),
        where=say_where(brief, rate, total),
    )


def _say_index(brief: Brief) -> Markup | None:
    """The score, and the field in which most is lost, where every field is scored."""
    total, best = brief.find("par_score_self_total"), brief.find_any("par_score_max_self_assessed")
    if not total or not best:
        return None
    words: dict[str, Any] = {
        "where": say_where(brief, total),
        "n": tell(brief, total, unit=False, marks=False),
        "m": tell(brief, best) + tell_marks(brief, brief.marks(total)),
    }
    scores = list_scores(brief)
    if len(scores) < len(FIELDS) or any(each.score.scope != total.scope for each in scores):
        return brief.words.say("summary.index", **words)
    worst = max(scores, key=lambda each: each.lost)
    words["field"] = lower(brief.words.say(f"field.{worst.field}"))
    words["score"] = tell(brief, worst.score, unit=False, marks=False)
    words["top"] = tell(brief, worst.top)
    return brief.words.say("summary.index.lost", **words)


def _say_tasks(brief: Brief) -> Markup | None:
    found = brief.find_together("par_tasks_started", "par_tasks_total")
    if not found:
        return None
    started, total = found
    return brief.words.say(
        "summary.tasks",
        n=tell(brief, started, unit=False),
        m=tell(brief, total),
        where=say_where(brief, total, started),
    )


def _say_plan(brief: Brief) -> Markup | None:
    if not brief.goals:
        return None
    counts = Counter(each.state for each in brief.goals)
    parts = [
        brief.words.say(f"summary.plan.{state}", n=link_count(brief, counts[state], "plan"))
        for state in State
        if counts[state]
    ]
    return brief.words.say("summary.plan", parts=brief.words.join(parts))


def _say_money(brief: Brief) -> Markup | None:
    return _say_rate(brief, "summary.money", "public_investment_disbursed_rate")


def _say_rate(brief: Brief, key: str, indicator: str) -> Markup | None:
    rate = brief.find(indicator)
    if not rate:
        return None
    return brief.words.say(key, n=tell(brief, rate), where=say_where(brief, rate))


def _say_staff(brief: Brief) -> Markup | None:
    for name in ("staff_total", "staff_admin"):
        if found := brief.find_together(f"{name}_present", f"{name}_quota"):
            present, quota = found
            return brief.words.say(
                "summary.staff",
                kind=brief.words.say(f"post.{name}"),
                n=tell(brief, present, unit=False),
                m=tell(brief, quota, unit=False),
                where=say_where(brief, quota, present),
            )
    return None


def _say_satisfaction(brief: Brief) -> Markup | None:
    return _say_rate(brief, "summary.satisfaction", "satisfaction_rate")


def _say_contradictions(brief: Brief) -> Markup | None:
    serious = brief.serious
    if not serious:
        key = "summary.contradictions.none"
        return brief.words.say(key) if brief.contradictions else brief.words.say(f"{key}.at_all")
    first = next((each for each in serious if concerns_headline(brief, each.number)), serious[0])
    return brief.words.count(
        "summary.contradictions",
        count := count_contradictions(brief.findings),
        link=link_count(brief, count, "contradictions"),
        first=tell_arithmetic(brief, first.findings[0]) + tell_marks(brief, [first]),
    )


def _say_gaps(brief: Brief) -> Markup | None:
    missing = [name for name in REQUIRED if not brief.find(name)]
    if not missing:
        return None
    names = brief.words.join(lower(name_indicator(brief, name)) for name in missing)
    return brief.words.say("summary.gaps", names=names)


def _say_size(brief: Brief) -> Markup | None:
    """What a page that has little else to say can still say."""
    told = set(brief.reports["source_id"])
    figures = int(brief.figures["source_id"].isin(told).sum())
    return brief.words.count("summary.size", figures, link=link_count(brief, figures, "notes"))


RULES: Mapping[str, Rule] = {
    "dossiers": _say_dossiers,
    "backlog": _say_backlog,
    "online": _say_online,
    "services": _say_services,
    "index": _say_index,
    "plan": _say_plan,
    "tasks": _say_tasks,
    "money": _say_money,
    "staff": _say_staff,
    "satisfaction": _say_satisfaction,
    "size": _say_size,
    "gaps": _say_gaps,
    "contradictions": _say_contradictions,
}
CLOSING = ("gaps", "contradictions")
FILLING = "size"
"""Said only where there is too little else to say."""
