"""The summary in words: sentences by rules, each from values that the page shows.

``report.yml`` says which sentences there are, of which figures, in which order; a form here says
how. A sentence is said where its values are there, and left out otherwise; none says more than its
values. The rules and their order are listed in the notes of every page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from math import isnan
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.exhibits import list_scores
from cchc_analysis.brief.ledger import concerns_headline, tell_arithmetic
from cchc_analysis.brief.nouns import Entry, State, count_contradictions
from cchc_analysis.brief.peers import find_standing, say_median
from cchc_analysis.brief.report import SummaryLine
from cchc_analysis.brief.templates import Section, lower, tell_section
from cchc_analysis.data.clean import parse_period

_LABEL = re.compile(r"\d{4}(-\w\w)?")

MOST = 6
LEAST = 3
CLOSING = ("gaps", "contradictions")
FILLING = "size"
"""Said only where there is too little else to say."""


def show_summary(brief: Brief) -> Section:
    """Three to six sentences."""
    brief = brief.front
    sentences = [said for _, said in list_sentences(brief)]
    table = partial(brief.tabulate_entries, brief.used.values())
    return tell_section(brief, "summary", table, sentences=sentences)


def list_sentences(brief: Brief) -> list[tuple[str, Markup]]:
    """The sentences that hold for a brief, with the names of their rules, in reading order.

    One for which there is no room is not put in words: the page would remember its values as told.
    """

    def say(names: Collection[str]) -> Iterator[tuple[str, Markup]]:
        for line in brief.report.summary:
            is_asked = line.name in names and not (line.unless and brief.find(line.unless))
            if is_asked and (text := FORMS[line.form](brief, line)):
                yield line.name, text

    last = list(say(CLOSING))
    names = [line.name for line in brief.report.summary if line.name not in (*CLOSING, FILLING)]
    first = list(islice(say(names), MOST - len(last)))
    if len(first) + len(last) < LEAST:
        first += say([FILLING])
    return [*first, *last]


def _say_dossiers(brief: Brief, line: SummaryLine) -> Markup | None:
    """How many came, and how many were resolved on time."""
    received, rate = (brief.find(code) for code in line.codes)
    if not received:
        return None
    words: dict[str, Any] = {
        "period": _say_when(brief, received),
        "area": brief.name_area(),
        "received": brief.tell(received),
    }
    if not received.value or not rate:
        key = "summary.dossiers.unrated" if received.value else "summary.dossiers.none"
        return brief.say(key, where=say_where(brief, received), **words)
    parts = [brief.find(rate.indicator, scope) for scope in brief.parts]
    split = Markup("")
    told = brief.tell(rate)
    if rate.scope == brief.whole and parts and all(parts):
        split = brief.say("summary.split", parts=_join_scopes(brief, parts))
    is_same = received.scope == rate.scope
    return brief.say(
        "summary.dossiers",
        rate=told,
        split=split,
        where=say_where(brief, received, rate),
        of="" if is_same else say_where(brief, rate, received),
        **words,
    )


def _say_when(brief: Brief, entry: Entry) -> Markup:
    """The period by its name, if the value has its window; else the dates of the window."""
    named = parse_period(brief.period) if _LABEL.fullmatch(brief.period) else None
    ends = [str(day) for day in (named.start, named.end)] if named else []
    if [entry.start or brief.start, entry.end] == ends:
        return brief.words.period(brief.period, ".in")
    start, end = brief.words.date(entry.start), brief.words.date(entry.end)
    return brief.say("summary.window", start=start, end=end)


def say_where(brief: Brief, entry: Entry, *beside: Entry) -> Markup:
    """The scope of a number and of those beside it in the sentence.

    Unsaid only where all are of the whole district, and nothing else is reported of them.
    """
    same = (entry, *beside)
    others = (brief.find(each.indicator, scope) for each in same for scope in brief.parts)
    if {each.scope for each in same} == {brief.whole} and not any(others):
        return Markup("")
    return brief.say("summary.where", scope=lower(brief.name_scope(entry.scope)))


def _join_scopes(brief: Brief, entries: Sequence[Entry | None]) -> Markup:
    return brief.words.join(
        brief.say("summary.part", scope=lower(brief.name_scope(each.scope)), n=brief.tell(each))
        for each in entries
        if each
    )


def _say_backlog(brief: Brief, line: SummaryLine) -> Markup | None:
    """How many are pending, and overdue."""
    pending = brief.find(line.codes[0])
    if not pending:
        return None
    overdue = brief.find(line.codes[1], pending.scope)
    if not overdue and pending.scope == brief.whole:
        overdue = brief.find(line.codes[1])
    n = brief.tell(pending)
    if not overdue or not overdue.value:
        return brief.say("summary.backlog", where=say_where(brief, pending), n=n)
    at = brief.say("summary.at", scope=lower(brief.name_scope(overdue.scope)))
    return brief.say(
        "summary.backlog.overdue",
        n=n,
        m=brief.tell(overdue, unit=False),
        where=say_where(brief, pending, overdue),
        scope=at if overdue.scope != pending.scope else "",
    )


def _say_scopes(brief: Brief, line: SummaryLine) -> Markup | None:
    """A rate by the scopes that report it."""
    parts = [each for scope in brief.parts if (each := brief.find(line.codes[0], scope))]
    if not parts:
        return _say_rate(brief, line)
    return brief.say(f"summary.{line.name}.scopes", parts=_join_scopes(brief, parts))


def _say_rate(brief: Brief, line: SummaryLine) -> Markup | None:
    """A rate of the widest scope."""
    rate = brief.find(line.codes[0])
    told = rate and {"n": brief.tell(rate), "where": say_where(brief, rate)}
    return brief.say(f"summary.{line.name}", **told) if told else None


def _say_of(brief: Brief, line: SummaryLine) -> Markup | None:
    """A part of a whole, or a rate of it; of several pairs the first that is reported."""
    for code, of in zip(line.codes[::2], line.codes[1::2], strict=False):
        if found := brief.find_together(code, of):
            part, whole = found
            key = f"post.{code.removesuffix('_present')}"
            kind = brief.say(key) if brief.words.has(key) else ""
            return brief.say(
                f"summary.{line.name}",
                kind=kind,
                period=_say_when(brief, part),
                area=brief.name_area(),
                n=brief.tell(part, unit=part.unit != whole.unit),
                m=brief.tell(whole, unit=not kind),
                where=say_where(brief, whole, part),
            )
    return None


def _say_score(brief: Brief, line: SummaryLine) -> Markup | None:
    """The score, and the field in which most is lost, where every field is scored."""
    total, best = brief.find(line.codes[0]), brief.find_any(line.codes[1])
    if not total or not best:
        return None
    words: dict[str, Any] = {
        "where": say_where(brief, total),
        "n": brief.tell(total, unit=False, marks=False),
        "m": brief.tell(best) + brief.tell_marks(brief.marks(total)),
    }
    key, scores = f"summary.{line.name}", list(list_scores(brief))
    is_whole = len(scores) == len(brief.report.fields)
    if not is_whole or any(each.score.scope != total.scope for each in scores):
        return brief.say(key, **words)
    worst = max(scores, key=lambda each: each.lost)
    words["field"] = lower(brief.say(f"field.{worst.field}"))
    words["score"] = brief.tell(worst.score, unit=False, marks=False)
    words["top"] = brief.tell(worst.top)
    return brief.say(f"{key}.lost", **words)


def _say_plan(brief: Brief, line: SummaryLine) -> Markup | None:  # noqa: ARG001
    """How many targets are met, missed, and so on."""
    counts = Counter(goal[0].state for goal in brief.goals)
    parts = [
        brief.say(f"summary.plan.{state}", n=brief.link_count(counts[state], "plan"))
        for state in State
        if counts[state]
    ]
    return brief.say("summary.plan", parts=brief.words.join(parts)) if parts else None


def _say_change(brief: Brief, line: SummaryLine) -> Markup | None:
    """The word for the first series that has one; else how it stood a year before."""
    words, series = brief.words, [e for e in brief.series if e.entry.indicator in line.codes]
    moving = [each for each in series if each.verdict.word in ("rising", "falling")]
    before = [each for each in series if not isnan(each.year_before)]
    for each in (moving or before)[:1]:
        entry, verdict = each.entry, each.verdict
        told: dict[str, Any] = {
            "what": brief.name_indicator(entry.indicator),
            "where": say_where(brief, entry),
            "n": brief.tell(entry),
        }
        if moving:
            first, last = map(words.period, (verdict.first, verdict.last))
            n = words.number(verdict.points)
            years = words.say("trends.span", first=first, last=last, n=n)
            return words.say(f"summary.change.{verdict.word}", years=years, **told)
        number = words.number(each.year_before, entry.decimals)
        percent = words.say("unit.percent", n=number) if entry.unit == "%" else number
        return words.say("summary.change", before=percent, **told)
    return None


def _say_peers(brief: Brief, line: SummaryLine) -> Markup | None:
    """The place of the first figure of which enough peers report the same."""
    for code in line.codes:
        entry = brief.find(code)
        if entry and (standing := find_standing(brief, entry)):
            return brief.say(
                "summary.peers",
                what=lower(brief.name_indicator(code)),
                where=say_where(brief, entry),
                rank=brief.words.number(standing.place),
                of=brief.words.number(standing.count),
                middle=say_median(brief, standing),
            )
    return None


def _say_contradictions(brief: Brief, line: SummaryLine) -> Markup | None:  # noqa: ARG001
    """How many, and the most telling."""
    serious = brief.serious
    if not serious:
        key = "summary.contradictions.none"
        return brief.say(key) if brief.contradictions else brief.say(f"{key}.at_all")
    first = next((each for each in serious if concerns_headline(brief, each.number)), serious[0])
    return brief.words.count(
        "summary.contradictions",
        count := count_contradictions(brief.findings),
        link=brief.link_count(count, "contradictions"),
        first=tell_arithmetic(brief, first.findings[0]) + brief.tell_marks([first]),
    )


def _say_gaps(brief: Brief, line: SummaryLine) -> Markup | None:  # noqa: ARG001
    """Which figures are missing that no report should lack."""
    missing = [name for name in brief.report.required if not brief.find(name)]
    names = brief.words.join(lower(brief.name_indicator(name)) for name in missing)
    return brief.say("summary.gaps", names=names) if missing else None


def _say_size(brief: Brief, line: SummaryLine) -> Markup | None:  # noqa: ARG001
    """What a page that has little else to say can still say."""
    told = set(brief.reports["source_id"])
    figures = int(brief.figures["source_id"].isin(told).sum())
    return brief.words.count("summary.size", figures, link=brief.link_count(figures, "notes"))


FORMS: Mapping[str, Callable[[Brief, SummaryLine], Markup | None]] = {
    say.__name__.removeprefix("_say_"): say
    for say in (
        *(_say_dossiers, _say_backlog, _say_scopes, _say_of, _say_rate, _say_score, _say_plan),
        *(_say_change, _say_peers, _say_size, _say_gaps, _say_contradictions),
    )
}
"""How a sentence is said, by what ``report.yml`` calls it."""
