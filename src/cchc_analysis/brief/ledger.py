"""The ledger of contradictions, and how far a brief's figures can be trusted.

Comes in as the findings of a brief; goes out as one entry per cause, with both readings, the
arithmetic, every figure that it involves linked to its note, and what is published; and as a
letter. A: nothing above info. B: warnings on secondary figures only. C: a warning on a headline
figure. D: a headline figure is missing, or withdrawn because its readings cannot be reconciled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.content import Brief, Voice, name_indicator
from cchc_analysis.brief.nouns import Entry, count_contradictions, split_figures
from cchc_analysis.brief.report import load_report
from cchc_analysis.brief.templates import Section, join, link, lower, macro, tell_section, upper
from cchc_analysis.data.words import clean_text
from cchc_analysis.stats.windows import label_span

MOST_IN_FULL = 40
"""Entries told in full; a page with more lists the rest in a line each, and stays readable."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZĐ“])")
_NUMBER = re.compile(r"(\d[\d.,]*\d|\d)")


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
    headline = [each for each in serious if each.number in brief.doubted]
    missing = tuple(name for name in brief.report.required if brief.find(name) is None)
    return Grade(
        letter="D" if missing else "C" if headline else "B" if serious else "A",
        warnings=count_contradictions(brief.findings),
        notes=len(brief.findings) - count_contradictions(brief.findings),
        headline_warnings=sum(each.count for each in headline),
        missing=missing,
    )


def tell_grade_rule(voice: Voice) -> Markup:
    """What the letters mean, and which figures are headline ones."""
    report = load_report(voice.words.folder.parent, voice.reference)
    names = {
        key: join("; ", *(lower(name_indicator(voice, name)) for name in codes))
        for key, codes in (("headline", report.quoted), ("required", report.required))
    }
    return voice.words.say("notes.grade.rule", **names)


def show_contradictions(brief: Brief) -> Section:
    """The ledger, the worst first; then what a reader noticed that no arithmetic can."""
    told: dict[str, Any] = {"most": MOST_IN_FULL, "count": count_contradictions(brief.findings)}
    return tell_section(brief, "contradictions", lambda: brief.findings, **told)


def split_explanation(brief: Brief, finding: Mapping[str, Any]) -> tuple[Markup, list[str]]:
    """The first sentence of an explanation, and what follows it."""
    opening, *rest = _SENTENCE.split(str(finding[f"explanation_{brief.lang}"]), maxsplit=1)
    return clean_text(opening, longest=None), rest


def tell_arithmetic(brief: Brief, finding: Mapping[str, Any]) -> Markup:
    """The arithmetic of a finding; each number that a figure prints links to that figure."""
    hrefs = (  # nothing for a figure that the notes do not tell
        f"{brief.find_page(entry)}#{brief.find_anchor(figure)}" if entry else ""
        for figure in split_figures(finding["source_id"], finding["operands"])
        for entry in [brief.entry_of_figure.get(figure)]
    )
    pieces = _NUMBER.split(_localise(brief, finding["arithmetic"]))
    told = [clean_text(each) for each in pieces]  # a number is every second one
    told[1::2] = [link(to, each) if (to := next(hrefs, "")) else each for each in told[1::2]]
    return macro(brief.words, "sum", Markup("").join(told))


def tell_sum(voice: Voice, finding: Mapping[str, Any]) -> Markup:
    """The arithmetic of a finding as text, for a page that has no notes."""
    return clean_text(_localise(voice, finding["arithmetic"]))


def _localise(voice: Voice, arithmetic: str) -> str:
    """Arithmetic is kept in the Vietnamese form of numbers; English swaps the marks."""
    if voice.words.lang == "vi":
        return arithmetic
    return _NUMBER.sub(lambda match: match[0].translate(str.maketrans(".,", ",.")), arithmetic)


def tell_rule(voice: Voice, finding: Mapping[str, Any]) -> Markup:
    """What the rule says, in words; a rule that no words are kept for goes by its indicator."""
    indicator = voice.reference.indicator_rows.get(finding["indicator"])
    name = voice.words.pick(indicator, "label") if indicator else clean_text(finding["rule_id"])
    if finding["kind"] == "stated_twice":
        return voice.words.say("ledger.twice", what=name)
    known = voice.reference.rows_where("identities", "rule_id", finding["rule_id"])
    words = voice.words.pick(known[0], "definition") if known else Markup("")
    return words.rstrip(".") if words else name


def tell_about(voice: Voice, finding: Mapping[str, Any]) -> Markup:
    """Area, indicator and period of a finding, for a source that is on many."""
    indicator = voice.reference.indicator_rows.get(finding["indicator"])
    end = finding["period_end"]
    area = voice.reference.area_rows.get(finding["area_id"])
    return join(
        ", ",
        upper(voice.words.place(area)) if area else "",
        voice.words.pick(indicator, "label") if indicator else "",
        voice.words.period(label_span(finding["period_start"], end)) if end else "",
    )


def list_entries(
    brief: Brief, findings: Iterable[Mapping[str, Any]], column: str = "figures"
) -> list[Entry]:
    """The values that findings involve, each once; or those that are ``operands`` of their sums."""
    found: dict[str, Entry] = {}
    for finding in findings:
        for place in split_figures(finding["source_id"], finding[column]):
            if entry := brief.entry_of_figure.get(place):
                found.setdefault(entry.note, entry)
    return list(found.values())
