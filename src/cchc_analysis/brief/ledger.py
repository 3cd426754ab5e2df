"""The ledger of contradictions, and how far a brief's figures can be trusted.

Comes in as the findings of a brief; goes out as one entry per cause, with both readings, the
arithmetic, every figure that it involves linked to its note, and what is published; and as a
letter. A: nothing above info. B: warnings on secondary figures only. C: a warning on a headline
figure. D: a headline figure is missing, or withdrawn because its readings cannot be reconciled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.nouns import Contradiction, Entry, count_contradictions, split_figures
from cchc_analysis.brief.report import load_report
from cchc_analysis.brief.telling import SIGNS, Voice, name_indicator
from cchc_analysis.brief.templates import Section, join, link, lower, macro, tell_section, upper
from cchc_analysis.data.records import Severity
from cchc_analysis.data.words import clean_text
from cchc_analysis.stats.windows import label_span

MOST_IN_FULL = 40
"""Entries told in full; a page with more lists the rest in a line each, and stays readable."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZĐ“])")
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")


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
    headline = [each for each in serious if concerns_headline(brief, each.number)]
    missing = tuple(name for name in brief.report.required if brief.find(name) is None)
    return Grade(
        letter="D" if missing else "C" if headline else "B" if serious else "A",
        warnings=count_contradictions(brief.findings),
        notes=len(brief.findings) - count_contradictions(brief.findings),
        headline_warnings=sum(each.count for each in headline),
        missing=missing,
    )


def concerns_headline(brief: Brief, number: int) -> bool:
    """Whether a contradiction is about a figure that people quote: a doubt about the brief."""
    return any(
        mark.number == number
        for entry in brief.entries
        if entry.indicator in brief.report.quoted
        for mark in brief.marks(entry)
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
    words = brief.words
    ledger = [each for each in brief.contradictions if not each.is_remark]
    remarks = [each for each in brief.contradictions if each.is_remark]
    count = count_contradictions(brief.findings)
    said = words.say("ledger.count", n=words.number(count), causes=words.number(len(brief.serious)))
    return tell_section(
        brief,
        "contradictions",
        lambda: brief.findings,
        count=said if count != len(brief.serious) else "",
        full=[tell_finding(brief, each) for each in ledger[:MOST_IN_FULL]],
        rest=[_tell_short(brief, each) for each in ledger[MOST_IN_FULL:]],
        remarks=[_tell_remark(brief, each) for each in remarks],
    )


def tell_finding(brief: Brief, each: Contradiction) -> dict[str, Any]:
    """A contradiction with every sum, its explanation, its figures and what is published."""
    first = each.findings[0]
    return {
        **_name_finding(each),
        "rule": tell_rule(brief, first),
        "facts": join(
            " · ",
            brief.say(f"severity.{each.severity}"),
            brief.name_scope(first["scope"]) if first["scope"] else "",
        ),
        "sums": [tell_arithmetic(brief, finding) for finding in each.findings],
        "words": brief.words.pick(first, "explanation"),
        "figures": _tell_figures(brief, each.findings),
        "published": _tell_published(brief, each),
        "href": "",
        "is_more": False,
    }


def _name_finding(each: Contradiction) -> dict[str, Any]:
    return {
        "anchor": each.anchor,
        "severity": each.severity,
        "sign": SIGNS[Severity(each.severity)],
        "number": each.number,
    }


def tell_dispute(brief: Brief, each: Contradiction) -> dict[str, Any]:
    """One contradiction for the front: the first sum, and the first sentence of its explanation."""
    first = each.findings[0]
    opening, *rest = _SENTENCE.split(str(first[f"explanation_{brief.lang}"]), maxsplit=1)
    told = {"facts": "", "figures": "", "published": "", "is_more": bool(rest)}
    return {
        **_name_finding(each),
        **told,
        "anchor": "",
        "href": f"{brief.annex}#{each.anchor}",
        "rule": tell_rule(brief, first),
        "sums": [tell_arithmetic(brief, first)],
        "words": clean_text(opening, longest=None),
    }


def tell_arithmetic(brief: Brief, finding: Mapping[str, Any]) -> Markup:
    """The arithmetic of a finding; each number that a figure prints links to that figure."""
    figures = split_figures(finding["source_id"], finding["operands"])
    hrefs = map(brief.find_place, figures)
    text = _localise(brief, finding["arithmetic"])
    parts: list[Markup] = []
    at = 0
    for match in _NUMBER.finditer(text):
        number, href = clean_text(match[0]), next(hrefs, "")
        parts += [clean_text(text[at : match.start()]), link(href, number) if href else number]
        at = match.end()
    return macro(brief.words, "sum", Markup("").join([*parts, clean_text(text[at:])]))


def tell_sum(voice: Voice, finding: Mapping[str, Any]) -> Markup:
    """The arithmetic of a finding as text, for a page that has no notes."""
    return clean_text(_localise(voice, finding["arithmetic"]))


def _localise(voice: Voice, arithmetic: str) -> str:
    """Arithmetic is kept in the Vietnamese form of numbers; English swaps the marks."""
    if voice.words.lang == "vi":
        return arithmetic
    return _NUMBER.sub(lambda match: match[0].translate(str.maketrans(".,", ",.")), arithmetic)


def _tell_short(brief: Brief, each: Contradiction) -> dict[str, Any]:
    first = each.findings[0]
    words = join(": ", tell_rule(brief, first), tell_arithmetic(brief, first))
    return {**_name_finding(each), "words": words, "figures": ""}


def _tell_remark(brief: Brief, each: Contradiction) -> dict[str, Any]:
    """A remark with its source, and the figures that it is about."""
    first = each.findings[0]
    is_main = first["source_id"] == brief.sources["source_id"].iloc[0]
    source = "" if is_main else brief.name_source(first["source_id"])
    words = join(" ", source, brief.words.pick(first, "explanation"))
    figures = _link_figures(brief, _list_entries(brief, each.findings))
    return {**_name_finding(each), "words": words, "figures": figures}


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


def _tell_figures(brief: Brief, findings: Sequence[Mapping[str, Any]]) -> Markup:
    """The figures that the arithmetic does not link already; the explanation says what they are."""
    told = {
        brief.entry_of_figure[figure].note
        for finding in findings
        for figure in split_figures(finding["source_id"], finding["operands"])
        if figure in brief.entry_of_figure
    }
    return _link_figures(
        brief, [each for each in _list_entries(brief, findings) if each.note not in told]
    )


def _link_figures(brief: Brief, entries: Iterable[Entry]) -> Markup:
    return join(
        "; ",
        *(link(f"{brief.find_page(e)}#{e.note}", brief.tell_number(e)) for e in entries),
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
        brief.say(
            "ledger.corrected",
            what=brief.name_entry(entry),
            n=brief.tell(entry, marks=False),
            why=tell_correction(brief, entry),
        )
        for entry in _list_entries(brief, each.findings)
        if entry.correction
    ]
    return join(" ", *told)


def tell_correction(brief: Brief, entry: Entry) -> Markup:
    """The reason of a correction, from the corrections."""
    source_id = entry.correction.partition("/")[0]
    for row in brief.reference.rows_where("corrections", "source_id", source_id):
        if f"{row['source_id']}/{row['figure_id']}" == entry.correction:
            return brief.words.pick(row, "reason")
    return clean_text(entry.correction)
