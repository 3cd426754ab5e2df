"""What a brief tells of: values, targets and results, series, contradictions; and its grade.

An ``Entry`` is a published value with the anchor of its note. The ledger of contradictions has an
entry per cause, with both readings, the arithmetic, every figure that it involves linked to its
note, and what is published. The grade says how far figures can be trusted. A: nothing above info.
B: warnings on secondary figures only. C: a warning on a headline figure. D: a headline figure is
missing, or withdrawn because its readings cannot be reconciled. None where no rule could be asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from math import nan
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from markupsafe import Markup

from cchc_analysis.brief.templates import Section, join, tell_section, upper
from cchc_analysis.data.clean import label_span
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import RESULT_STATUSES, Origin, Severity, Status
from cchc_analysis.data.words import clean_text
from cchc_analysis.stats.trends import judge_series, keep_last_part

if TYPE_CHECKING:
    from cchc_analysis.brief.content import Brief

Row = Mapping[str, Any]
SIGNS = {Severity.CRITICAL: "▲", Severity.WARNING: "▲", Severity.INFO: "△"}
MOST_IN_FULL = 40
"""Entries told in full; a page with more lists the rest in a line each, and stays readable."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZĐ“])")
_NUMBER = re.compile(r"(\d[\d.,]*\d|\d)")
_UNTOLD = {
    **dict.fromkeys(("breakdown", "parts", "source_id", "correction", "document", "certainty"), ""),
    **dict.fromkeys(("figures", "findings", "readings"), ()),
    **dict.fromkeys(("decimals", "low", "high", "base"), None),
    "is_contested": False,
}


class Entry(SimpleNamespace):
    """One published value: its row of ``indicators``, and the way back from it.

    Beside the columns of the row it has the anchor ``note`` of its note on the page; ``start`` and
    ``end``, its days; its ``decimals``; the ``figures`` behind it, as source and figure, and
    ``readings``, the rows of the figures of all its readings, in the order printed; ``low`` and
    ``high``, its Wilson interval in the unit of the value, if it has one; the ``document`` of a
    target that no source of ours prints, and its ``certainty``; the ``base`` that one of last year
    is worked out from. It ``is_result`` if it states what happened, rather than what ought to, and
    ``is_withheld`` if people decided to publish none of its readings. ``elsewhere`` are the
    readings of other sources.
    """

    def __init__(self, row: Row, **more: Any) -> None:
        given = {**_UNTOLD, **row, **more}
        super().__init__(**given)
        self.value = float(given["value"])
        self.start, self.end = self.period_start, self.period_end
        self.is_result = self.status in RESULT_STATUSES
        self.is_withheld = self.value != self.value
        self.is_derived = self.origin == Origin.DERIVED
        others = str(given.get("other_readings", "")).split("; ")
        # "99,2 [another_source: F001]": a reading of its own source names no source.
        self.elsewhere = tuple(each.partition(" [")[0] for each in others if ": " in each)


def make_series(entry: Entry, points: Sequence[Row]) -> dict[str, Any]:
    """A value with the same window of other years, oldest first, and what may be said of it.

    ``until`` is the part that nothing breaks up to the value, empty where it ends before it: a
    brief of an earlier year looks back from its own period, whatever was reported since.
    ``year_before`` is the same window a year before, ``step`` the difference of the last two points
    of all; NaN where there is none, or a break lies between.
    """
    until = keep_last_part([each for each in points if each["period_end"] <= entry.end])
    until = until if until and until[-1]["period_end"] == entry.end else []
    year = str(int(entry.end[:4]) - 1)
    is_year = len(until) > 1 and until[-2]["period_end"][:4] == year
    joined = keep_last_part(points)
    is_joined = len(joined) > 1 and joined[-1]["period_end"] == points[-1]["period_end"]
    return {
        "entry": entry,
        "points": points,
        "verdict": judge_series(points),
        "until": until,
        "year_before": float(until[-2]["value"]) if is_year else nan,
        "step": float(joined[-1]["value"] - joined[-2]["value"]) if is_joined else nan,
    }


class State(StrEnum):
    """What can be said of a target, in the order in which it is told."""

    MET = "met"
    MISSED = "missed"
    NOT_DUE = "not_due"
    DIFFERS = "differs"
    MISSING = "missing"


STATE_SIGNS = dict(zip(State, "✓✕◷≠…", strict=True))
DECIDES = (State.MISSED, State.NOT_DUE, State.MET, State.DIFFERS, State.MISSING)
"""What a target that several results are held against comes to: the first of these."""


@dataclass(frozen=True)
class Comparison:
    """A target, the result it is held against, if any is reported, and the state that follows.

    ``reason`` is the row of ``target_results.csv`` that says why, or an empty one. The state of an
    open one is that of today; the period of an earlier one was over before that of the brief began.
    """

    target: Entry
    result: Entry | None
    state: State
    reason: Row
    is_open: bool
    is_earlier: bool

    @property
    def is_target(self) -> bool:
        """Whether it is something to be reached; a limit or a condition of a rule is none."""
        return self.target.status in (Status.TARGET, Status.PLAN)

    @property
    def is_judged(self) -> bool:
        """Whether what there is can be held against it."""
        return self.state not in (State.DIFFERS, State.MISSING)

    @property
    def rank(self) -> tuple[bool, int]:
        """What decides about a target comes first: its own scope, else the worst that is told."""
        is_own = self.result is not None and self.result.scope == self.target.scope
        return not (is_own and self.is_judged), DECIDES.index(self.state)


def group_targets(comparisons: Iterable[Comparison]) -> list[list[Comparison]]:
    """The comparisons of each target, which follow each other, together."""
    return [[*own] for _, own in groupby(comparisons, key=lambda each: each.target.note)]


class Quote(NamedTuple):
    """A sentence of a document, masked, cut with an ellipsis where it is very long."""

    anchor: str
    text: str


Quotes = Mapping[tuple[str, str], Quote]
"""Sentences by source and figure."""


def split_figures(source_id: str, figures: str) -> list[tuple[str, str]]:
    """Figures as written in a table, as pairs of source and figure."""
    own = source_id.partition(" ")[0]
    pairs = (each.rpartition("/") for each in figures.split())
    return [(source or own, figure) for source, _, figure in pairs]


def name_anchor(number: int, figure: str) -> str:
    """The anchor of a figure of the source of a number: ``n-F030``, of the second ``n-2-F302``."""
    safe = re.sub(r"\W", "", figure, flags=re.ASCII)
    return f"n-{safe}" if number == 1 else f"n-{number}-{safe}"


class Contradiction(SimpleNamespace):
    """Findings with one cause, as one entry of the ledger.

    Its ``number``, ``severity`` and ``findings`` (rows, the cause first); the ``sign`` before its
    number; the ``anchor`` where it stands on the page; the ``sources`` that it concerns;
    ``is_remark`` where a reader noticed it, and no arithmetic.
    """

    def __init__(self, number: int, findings: Sequence[Row]) -> None:
        super().__init__(number=number, anchor=f"c-{number}", findings=findings)
        self.severity = min((row["severity"] for row in findings), key=[*Severity].index)
        self.sign = SIGNS[self.severity]
        self.is_remark = findings[0]["kind"] == "remark"
        self.sources = {source for row in findings for source in name_sources(row)}


def name_sources(finding: Row) -> set[str]:
    """The sources of a finding: whose it is, and those whose figures it holds against theirs."""
    named = split_figures(finding["source_id"], finding["figures"])
    return {*finding["source_id"].split(), *dict(named)}


def list_concerned(findings: pd.DataFrame) -> list[set[str]]:
    """``name_sources`` of each finding of a table."""
    return [*map(name_sources, list_rows(findings[["source_id", "figures"]]))]


def number_findings(findings: pd.DataFrame) -> list[Contradiction]:
    """Findings by cause: contradictions before remarks, and by where they stand in the document."""
    rank = {severity: place for place, severity in enumerate(Severity)}
    causes: dict[str, list[Row]] = {}
    for row in list_rows(findings):
        causes.setdefault(row["cause_id"] or row["finding_id"], []).append(row)
    for cause, own in causes.items():
        own.sort(key=lambda row: (row["finding_id"] != cause, rank[row["severity"]]))

    def place(own: list[Row]) -> tuple[Any, ...]:
        first, worst = own[0], min(rank[row["severity"]] for row in own)
        figure = min((each for row in own for each in row["figures"].split()), default="")
        return first["kind"] == "remark", worst, first["source_id"], figure, first["rule_id"]

    return [Contradiction(*each) for each in enumerate(sorted(causes.values(), key=place), 1)]


UNGRADED = "–"
"""In the place of a grade where no rule could be asked; lower than none."""


def grade_brief(brief: Brief) -> SimpleNamespace:
    """Grade the reports of a brief: the ``letter`` (or a dash), and what it rests on.

    ``warnings`` are its contradictions, as many as the findings hold, and ``headline_warnings``
    those of a cause that concerns a headline figure; ``notes`` are remarks and roundings;
    ``missing`` the required headline figures that no report prints or determines.
    """
    headline = [each for each in brief.judged if each.number in brief.doubted]
    missing = [name for name in brief.report.required if brief.find(name) is None]
    warnings = len(brief.warnings)
    best = "A" if brief.rules_asked else UNGRADED
    return SimpleNamespace(
        letter="D" if missing else "C" if headline else "B" if brief.judged else best,
        rules_asked=brief.rules_asked,
        warnings=warnings,
        notes=len(brief.findings) - warnings,
        headline_warnings=sum(f["severity"] != Severity.INFO for e in headline for f in e.findings),
        missing=missing,
    )


def show_contradictions(brief: Brief) -> Section:
    """The ledger, the worst first; then what a reader noticed that no arithmetic can."""
    return tell_section(brief, "contradictions", lambda: brief.findings, most=MOST_IN_FULL)


def split_explanation(brief: Brief, finding: Row) -> tuple[Markup, list[str]]:
    """The first sentence of an explanation, and what follows it."""
    opening, *rest = _SENTENCE.split(str(finding[f"explanation_{brief.lang}"]), maxsplit=1)
    return clean_text(opening, longest=None), rest


def tell_arithmetic(brief: Brief, finding: Row) -> Markup:
    """The arithmetic of a finding; each number that a figure prints links to that figure."""
    hrefs = (  # nothing for a figure that the notes do not tell
        f"{brief.find_page(entry)}#{brief.find_anchor(figure)}" if entry else ""
        for figure in split_figures(finding["source_id"], finding["operands"])
        for entry in [brief.entry_of_figure.get(figure)]
    )
    told = [clean_text(each) for each in _NUMBER.split(tell_sum(brief, finding))]
    # A number is every second piece.
    link = brief.macros.link
    told[1::2] = [link(to, each) if (to := next(hrefs, "")) else each for each in told[1::2]]
    said: Markup = brief.macros.sum(Markup("").join(told))
    return said


def tell_sum(page: Any, finding: Row) -> str:
    """The arithmetic of a finding, kept in the Vietnamese form of numbers; English swaps marks."""
    return _NUMBER.sub(lambda match: page.words.turn(match[0]), finding["arithmetic"])


def tell_rule(page: Any, finding: Row) -> Markup:
    """What the rule says, in words; a rule that no words are kept for goes by its indicator."""
    pick = page.words.pick
    indicator = page.reference.indicator_rows.get(finding["indicator"])
    name: Markup = pick(indicator, "label") if indicator else clean_text(finding["rule_id"])
    if finding["kind"] == "stated_twice":
        twice: Markup = page.words.say("ledger.twice", what=name)
        return twice
    known = page.reference.rows_where("identities", "rule_id", finding["rule_id"])
    said: Markup = pick(known[0], "definition").rstrip(".") if known else Markup("")
    return said or name


def tell_about(page: Any, finding: Row) -> Markup:
    """Area, indicator and period of a finding, for a source that is on many."""
    words, end = page.words, finding["period_end"]
    indicator = page.reference.indicator_rows.get(finding["indicator"])
    area = page.reference.find_on(finding["area_id"], end)
    return join(
        ", ",
        upper(words.place(area)) if area else "",
        words.pick(indicator, "label") if indicator else "",
        words.period(label_span(finding["period_start"], end)) if end else "",
    )


def list_entries(brief: Brief, findings: Iterable[Row], column: str = "figures") -> list[Entry]:
    """The values that findings involve, each once; or those that are ``operands`` of their sums."""
    places = [at for row in findings for at in split_figures(row["source_id"], row[column])]
    found = filter(None, map(brief.entry_of_figure.get, places))
    return list({entry.note: entry for entry in found}.values())
