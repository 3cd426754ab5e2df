"""How far a brief's figures can be trusted: a letter, and the counts behind it.

The rule is printed on every page. A: nothing above info. B: warnings on secondary figures only.
C: a warning on a headline figure. D: a headline figure is missing, or was withdrawn because its
readings cannot be reconciled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.nouns import Contradiction, Entry, count_contradictions, split_figures
from cchc_analysis.brief.telling import (
    SIGNS,
    Voice,
    name_entry,
    name_scope,
    name_source,
    tell,
    tell_number,
    wrap,
)
from cchc_analysis.brief.templates import Section, macro
from cchc_analysis.data.records import Severity
from cchc_analysis.data.words import clean_text

HEADLINES = (
    "dossiers_received_total",
    "dossiers_resolved_total",
    "dossiers_pending_total",
    "on_time_rate",
    "online_rate",
    "par_score_self_total",
    "par_index",
    "public_investment_disbursed_rate",
    "satisfaction_rate",
)
"""Figures that people quote of a district: a doubt about one of them is a doubt about the brief."""

REQUIRED = ("dossiers_received_total", "on_time_rate")
"""Without these a report says nothing on what reform is for, and cannot be set beside another.
The other headline figures are asked of some districts and some periods only."""


@dataclass(frozen=True)
class Grade:
    """The letter, and what it rests on.

    Attributes:
        warnings: Contradictions, as many as the findings hold.
        notes: Remarks and roundings.
        headline_warnings: Contradictions of a cause that concerns a headline figure.
        missing: Required headline figures that no report prints or determines.
    """

    letter: str
    warnings: int
    notes: int
    headline_warnings: int
    missing: tuple[str, ...]


def grade_brief(brief: Brief) -> Grade:
    """Grade the reports of a brief."""
    own = set(brief.reports["source_id"])
    serious = [each for each in brief.serious if each.findings[0]["source_id"] in own]
    headline = [
        each
        for each in serious
        if any(
            entry.indicator in HEADLINES for entry in brief.entries if each in brief.marks(entry)
        )
    ]
    missing = tuple(name for name in REQUIRED if brief.find(name) is None)
    return Grade(
        letter="D" if missing else "C" if headline else "B" if serious else "A",
        warnings=count_contradictions(brief.findings),
        notes=len(brief.findings) - count_contradictions(brief.findings),
        headline_warnings=sum(each.count for each in headline),
        missing=missing,
    )


def is_headline(entry: Entry) -> bool:
    """Whether people quote it."""
    return entry.indicator in HEADLINES


def concerns_headline(brief: Brief, number: int) -> bool:
    """Whether a contradiction is about a figure that people quote."""
    return any(
        is_headline(entry) and any(mark.number == number for mark in brief.marks(entry))
        for entry in brief.entries
    )


MOST_IN_FULL = 40
"""Entries told in full; a page with more lists the rest in a line each, and stays readable."""

_NUMBER = re.compile(r"\d[\d.,]*\d|\d")


def show_contradictions(brief: Brief) -> Section:
    """The ledger, the worst first; then what a reader noticed that no arithmetic can."""
    words = brief.words
    ledger = [each for each in brief.contradictions if not each.is_remark]
    remarks = [each for each in brief.contradictions if each.is_remark]
    count = count_contradictions(brief.findings)
    intro = words.say("ledger.intro" if ledger else "ledger.none")
    if count != len(brief.serious):
        causes = words.number(len(brief.serious))
        intro = words.say("ledger.count", n=words.number(count), causes=causes) + " " + intro
    full = [_tell_full(brief, each) for each in ledger[:MOST_IN_FULL]]
    rest = [_tell_short(brief, each) for each in ledger[MOST_IN_FULL:]]
    return wrap(
        brief,
        "contradictions",
        Markup("<p>{}</p>\n").format(intro),
        _list_items("ledger", full),
        _list_under(words.say("ledger.rest"), rest),
        _list_under(words.say("ledger.remarks"), [_tell_remark(brief, each) for each in remarks]),
    )


def _list_items(kind: str, items: Sequence[Markup]) -> Markup:
    if not items:
        return Markup("")
    return Markup('<ul class="{}">\n{}</ul>\n').format(kind, Markup("").join(items))


def _list_under(title: Markup, items: Sequence[Markup]) -> Markup:
    return (
        Markup("<h3>{}</h3>\n{}").format(title, _list_items("lines", items))
        if items
        else Markup("")
    )


def tell_arithmetic(brief: Brief, finding: Mapping[str, Any]) -> Markup:
    """The arithmetic of a finding; each number that a figure prints links to that figure."""
    figures = split_figures(finding["source_id"], finding["operands"])
    operands = map(brief.find_anchor, figures)
    text = _localise(brief, finding["arithmetic"])
    parts: list[Markup] = []
    at = 0
    for match in _NUMBER.finditer(text):
        parts.append(clean_text(text[at : match.start()]))
        number, anchor = clean_text(match[0]), next(operands, "")
        href = f"{brief.annex}#{anchor}"
        parts.append(macro(brief.words, "value", href, number) if anchor else number)
        at = match.end()
    return Markup('<span class="sum">{}{}</span>').format(
        Markup("").join(parts), clean_text(text[at:])
    )


def tell_sum(voice: Voice, finding: Mapping[str, Any]) -> Markup:
    """The arithmetic of a finding as text, for a page that has no notes."""
    return clean_text(_localise(voice, finding["arithmetic"]))


def _localise(voice: Voice, arithmetic: str) -> str:
    """Arithmetic is kept in the Vietnamese form of numbers; English swaps the marks."""
    if voice.words.lang == "vi":
        return arithmetic
    return _NUMBER.sub(lambda match: match[0].translate(str.maketrans(".,", ",.")), arithmetic)


def _tell_full(brief: Brief, each: Contradiction) -> Markup:
    first = each.findings[0]
    scope = Markup(" · ").join(
        part
        for part in (
            brief.words.say(f"severity.{each.severity}"),
            name_scope(brief, first["scope"]) if first["scope"] else "",
        )
        if part
    )
    sums = (Markup('<p class="eq">{}</p>').format(tell_arithmetic(brief, f)) for f in each.findings)
    return Markup(
        '<li id="{}" class="{}"><h3><span class="sign">{}{}</span> {} <small>{}</small></h3>'
        "{}<p>{}</p>{}{}</li>\n"
    ).format(
        each.anchor,
        each.severity,
        SIGNS[Severity(each.severity)],
        each.number,
        tell_rule(brief, first),
        scope,
        Markup("").join(sums),
        brief.words.pick(first, "explanation"),
        _tell_figures(brief, each.findings),
        _tell_published(brief, each),
    )


def _tell_short(brief: Brief, each: Contradiction) -> Markup:
    first = each.findings[0]
    return Markup('<li id="{}">{}{} {}: {}</li>\n').format(
        each.anchor,
        SIGNS[Severity(each.severity)],
        each.number,
        tell_rule(brief, first),
        tell_arithmetic(brief, first),
    )


def _tell_remark(brief: Brief, each: Contradiction) -> Markup:
    """A remark with its source, and the figures that it is about."""
    first = each.findings[0]
    numbers = _link_figures(brief, _list_entries(brief, each.findings))
    is_main = first["source_id"] == brief.sources["source_id"].iloc[0]
    return Markup('<li id="{}">{}{} {}{}{}</li>\n').format(
        each.anchor,
        SIGNS[Severity(each.severity)],
        each.number,
        "" if is_main else name_source(brief, first["source_id"]) + " ",
        brief.words.pick(first, "explanation"),
        Markup(" ({})").format(numbers) if numbers else "",
    )


def tell_rule(voice: Voice, finding: Mapping[str, Any]) -> Markup:
    """What the rule says, in words; a rule that no words are kept for goes by its indicator."""
    indicator = voice.reference.indicator_rows.get(finding["indicator"])
    name = voice.words.pick(indicator, "label") if indicator else clean_text(finding["rule_id"])
    if finding["kind"] == "stated_twice":
        return voice.words.say("ledger.twice", what=name)
    known = voice.reference.rows_where("identities", "rule_id", finding["rule_id"])
    words = voice.words.pick(known[0], "definition") if known else Markup("")
    return words.rstrip(".") if words else name


def _tell_figures(brief: Brief, findings: Sequence[Mapping[str, Any]]) -> Markup:
    """The figures that the arithmetic does not link already; the explanation says what they are."""
    told = {
        brief.entry_of_figure[figure].note
        for finding in findings
        for figure in split_figures(finding["source_id"], finding["operands"])
        if figure in brief.entry_of_figure
    }
    entries = [each for each in _list_entries(brief, findings) if each.note not in told]
    if not entries:
        return Markup("")
    numbers = _link_figures(brief, entries)
    return Markup('<p class="figs">{}</p>').format(
        brief.words.say("ledger.figures", numbers=numbers)
    )


def _link_figures(brief: Brief, entries: Iterable[Entry]) -> Markup:
    return Markup("; ").join(
        macro(brief.words, "value", f"{brief.annex}#{entry.note}", tell_number(brief, entry))
        for entry in entries
    )


def _list_entries(brief: Brief, findings: Iterable[Mapping[str, Any]]) -> list[Entry]:
    found: dict[str, Entry] = {}
    for finding in findings:
        for place in split_figures(finding["source_id"], finding["figures"]):
            if entry := brief.entry_of_figure.get(place):
                found.setdefault(entry.note, entry)
    return list(found.values())


def _tell_published(brief: Brief, each: Contradiction) -> Markup:
    """What is published instead of what was printed, and why; as printed is the rule."""
    told = [
        brief.words.say(
            "ledger.corrected",
            what=name_entry(brief, entry),
            n=tell(brief, entry, marks=False),
            why=tell_correction(brief, entry),
        )
        for entry in _list_entries(brief, each.findings)
        if entry.correction
    ]
    return Markup('<p class="pub">{}</p>').format(Markup(" ").join(told)) if told else Markup("")


def tell_correction(brief: Brief, entry: Entry) -> Markup:
    """The reason of a correction, from the corrections."""
    source_id = entry.correction.partition("/")[0]
    for row in brief.reference.rows_where("corrections", "source_id", source_id):
        if f"{row['source_id']}/{row['figure_id']}" == entry.correction:
            return brief.words.pick(row, "reason")
    return clean_text(entry.correction)
