"""What was found: counts by source, kind and severity; contradictions by cause; remarks."""

from __future__ import annotations

from collections import Counter
from math import isnan

from markupsafe import Markup

from cchc_analysis.brief.directory import tell_masthead
from cchc_analysis.brief.ledger import tell_rule, tell_sum
from cchc_analysis.brief.nouns import Contradiction
from cchc_analysis.brief.quality.content import (
    PAGE,
    Quality,
    Row,
    list_lines,
    name_kind,
    name_source,
    wrap_part,
)
from cchc_analysis.brief.telling import SIGNS
from cchc_analysis.brief.templates import Section
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import Severity
from cchc_analysis.data.tables import tabulate_groups, tabulate_rows
from cchc_analysis.data.words import clean_text

KINDS = (
    "sum",
    "group",
    "part",
    "ratio",
    "whole",
    "complement",
    "pooled",
    "order",
    "stated_twice",
    "two_sources",
    "window",
    "opening",
    "magnitude",
    "repeated",
    "range",
    "table",
    "definition",
    "not_stated",
    "reconcile",
    "rounding",
    "truncation",
    "remark",
)
"""Kinds of finding, from broken sums to what a reader noticed; others follow by name."""

CONTENTS = (
    "counts",
    "grades",
    "matrix",
    "contradictions",
    "definitions",
    "rules",
    "completeness",
    "remarks",
)
"""The sections of the page."""

MOST_LISTED = 200
"""Causes listed; a page with more says how many, and in which table the others stand."""


def show_quality(quality: Quality) -> Section:
    """The head of the page: what was checked, and what came of it."""
    words = quality.words
    findings = list_rows(quality.tables.findings)
    serious = [row for row in findings if row["severity"] != Severity.INFO]
    broken = {rule for rule, _ in quality.broken}
    lead = words.say(
        "quality.lead",
        sources=words.number(len(quality.sources)),
        figures=words.number(len(quality.tables.transcripts)),
        rules=words.number(len(quality.rules)),
        broken=words.number(len(broken)),
        warnings=words.number(len(serious)),
        causes=words.number(len({row["cause_id"] or row["finding_id"] for row in serious})),
        notes=words.number(len(findings) - len(serious)),
    )
    links = Markup("").join(
        Markup('<li><a href="#{}">{}</a></li>').format(each, words.say(f"quality.{each}.title"))
        for each in CONTENTS
    )
    contents = Markup('<nav aria-label="{}"><ul>{}</ul></nav>').format(
        words.say("quality.contents"), links
    )
    head = tell_masthead(words, PAGE, words.say("quality.heading"), contents)
    return Section(head + Markup('<p class="lead">{}</p>\n').format(lead))


def show_quality_counts(quality: Quality) -> Section:
    """Findings by source, kind and severity."""
    words = quality.words
    findings = list_rows(quality.tables.findings)
    found = {row["kind"] for row in findings}
    kinds = [*(k for k in KINDS if k in found), *sorted(found.difference(KINDS))]
    severities = [s for s in Severity if s != Severity.CRITICAL or _has_critical(findings)]
    rows = [
        _count(quality, name_source(quality, source), own, kinds, severities)
        for source in quality.sources
        if (own := [r for r in findings if _source_of(r) == source["source_id"]])
    ]
    rows.append(_count(quality, words.say("quality.all"), findings, kinds, severities))
    totals = [Markup("{} {}").format(SIGNS[s], words.say(f"severity.{s}")) for s in severities]
    table = tabulate_rows(
        [words.say("quality.source"), *(name_kind(quality, kind) for kind in kinds), *totals],
        rows,
        words.say("quality.counts.table"),
        kind="grid wide sums",
    )
    found_in = {_source_of(row) for row in findings}
    clean = sum(1 for source in quality.sources if source["source_id"] not in found_in)
    note = words.count("quality.counts.clean", clean)
    rest = Markup('<p class="src">{}</p>\n').format(note) if clean else Markup("")
    return wrap_part(quality, "counts", table, rest)


def _has_critical(findings: list[dict[str, object]]) -> bool:
    return any(row["severity"] == Severity.CRITICAL for row in findings)


def _source_of(finding: Row) -> str:
    return str(finding["source_id"]).partition(" ")[0]


def _count(
    quality: Quality,
    name: Markup,
    findings: list[dict[str, object]],
    kinds: list[str],
    severities: list[Severity],
) -> list[Markup]:
    """A row of counts: by kind with the sign of their severity, then by severity."""
    counts = Counter((row["kind"], row["severity"]) for row in findings)
    number = quality.words.number
    by_kind = [
        Markup(" ").join(
            Markup("{}{}").format(SIGNS[each], number(counts[kind, each]))
            for each in Severity
            if counts[kind, each]
        )
        for kind in kinds
    ]
    totals = [number(sum(1 for row in findings if row["severity"] == each)) for each in severities]
    return [name, *by_kind, *(Markup("{}").format(each) for each in totals)]


def show_quality_contradictions(quality: Quality) -> Section:
    """What arithmetic found, by cause: the sums, the figure likely wrong, what would close them."""
    words = quality.words
    groups = []
    left = MOST_LISTED
    total = 0
    for source in quality.sources:
        causes = [c for c in quality.list_causes(source["source_id"]) if not c.is_remark]
        total += len(causes)
        if rows := [_tell_cause(quality, each) for each in causes[:left]]:
            groups.append((name_source(quality, source), rows))
        left -= len(rows)
    keys = ("what", "sum", "likely", "closes")
    table = tabulate_groups(
        [words.say(f"quality.contradictions.{key}") for key in keys],
        groups,
        words.say("quality.contradictions.table"),
        kind="wide causes",
    )
    return wrap_part(
        quality,
        "contradictions",
        Markup("<p>{}</p>\n").format(words.say("quality.contradictions.intro")),
        table,
        _tell_rest(quality, total - (MOST_LISTED - left)),
    )


def _tell_rest(quality: Quality, n: int) -> Markup:
    if not n:
        return Markup("")
    words = quality.words
    return Markup("<p>{}</p>\n").format(words.say("quality.rest", n=words.number(n)))


def _tell_cause(quality: Quality, each: Contradiction) -> list[Markup]:
    """One cause: the rule with its way to the ledger, every sum, the likely figure, its value."""
    words = quality.words
    first = each.findings[0]
    kinds = dict.fromkeys(finding["kind"] for finding in each.findings)
    name = tell_rule(quality, first)
    href = quality.link(each)
    linked = Markup('<a href="{}">{}</a>').format(href, name) if href else name
    scope = words.say(f"scope.{first['scope']}") if first["scope"] else Markup("")
    facts = [
        words.say(f"severity.{each.severity}"),
        scope,
        *(name_kind(quality, kind) for kind in kinds),
    ]
    small = Markup(" · ").join(fact for fact in facts if fact)
    sums = Markup("").join(
        Markup('<span class="s" id="{}"><b>{}</b> {}</span>').format(
            clean_text(finding["finding_id"]),
            clean_text(finding["rule_id"]),
            tell_sum(quality, finding),
        )
        for finding in each.findings
    )
    sign = Markup('<span class="sign {}">{}</span>').format(
        each.severity, SIGNS[Severity(each.severity)]
    )
    return [
        Markup("{} {} <small>{}</small>").format(sign, linked, small),
        sums,
        _tell_likely(quality, first),
        _tell_closing(quality, first),
    ]


def _tell_likely(quality: Quality, finding: Row) -> Markup:
    """The figure most likely wrong, as printed; a dash where none stands out."""
    figure = quality.find_figure(finding)
    if figure is None:
        return Markup("–")
    words = quality.words
    known = quality.reference.indicator_rows.get(figure["indicator"])
    name = words.pick(known, "label") if known else clean_text(figure["indicator"])
    scope = words.say(f"scope.{figure['scope']}") if figure["scope"] else Markup("")
    place = words.say("quality.place", scope=scope, figure=clean_text(figure["figure_id"]))
    return Markup("{} <b>{}</b> <small>{}</small>").format(
        name, clean_text(figure["printed"]), place
    )


def _tell_closing(quality: Quality, finding: Row) -> Markup:
    value = finding["closing_value"]
    if isnan(value) or quality.find_figure(finding) is None:
        return Markup("–")
    return Markup("<b>{}</b>").format(quality.words.number(value))


def show_quality_remarks(quality: Quality) -> Section:
    """What a reader noticed that no arithmetic can, by source."""
    words = quality.words
    parts = []
    left = MOST_LISTED
    total = 0
    for source in quality.sources:
        remarks = [c for c in quality.list_causes(source["source_id"]) if c.is_remark]
        total += len(remarks)
        items = [_tell_remark(quality, each) for each in remarks[:left]]
        left -= len(items)
        if items:
            name = name_source(quality, source)
            parts.append(Markup("<h3>{}</h3>\n{}").format(name, list_lines("lines", items)))
    intro = Markup("<p>{}</p>\n").format(words.say("quality.remarks.intro"))
    rest = _tell_rest(quality, total - (MOST_LISTED - left))
    return wrap_part(quality, "remarks", intro, *parts, rest)


def _tell_remark(quality: Quality, each: Contradiction) -> Markup:
    """Remarks with one cause, each with its figures."""
    href = quality.link(each)
    sign = SIGNS[Severity(each.severity)]
    linked = Markup('<a href="{}" aria-label="{}">{}</a>').format(
        href, quality.words.say("quality.remark.link"), sign
    )
    return Markup(" ").join(
        Markup('<span id="{}">{} {}{}</span>').format(
            clean_text(finding["finding_id"]),
            linked if href else sign,
            quality.words.pick(finding, "explanation"),
            Markup(" <small>{}</small>").format(clean_text(finding["figures"]))
            if finding["figures"]
            else "",
        )
        for finding in each.findings
    )
