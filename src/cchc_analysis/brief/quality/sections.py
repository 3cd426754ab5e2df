"""The sections of a page on data quality, from what came of the sources to what a reader noticed.

Each takes a ``Quality``, gathers what a template of its name tells, and gives a ``Section``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cchc_analysis.brief.directory import tell_masthead
from cchc_analysis.brief.ledger import tell_about, tell_grade_rule, tell_rule, tell_sum
from cchc_analysis.brief.nouns import split_figures
from cchc_analysis.brief.quality.content import (
    BROKEN,
    PAGE,
    SILENT,
    STATES,
    Graded,
    Quality,
    Row,
    list_provinces,
    name_quality,
)
from cchc_analysis.brief.report import AREAS
from cchc_analysis.brief.telling import SIGNS, lower, name_indicator, upper
from cchc_analysis.brief.templates import Section, macro, render
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import RESULT_STATUSES, Severity
from cchc_analysis.data.words import clean_text

if TYPE_CHECKING:
    import pandas as pd

CONTENTS = (
    *("grades", "counts", "matrix", "contradictions", "definitions", "rules", "completeness"),
    "remarks",
)
"""The sections of a page."""
MOST_LISTED = 160
"""Rows of a table; a page with more says how many, and in which table the others stand."""
KINDS = (
    *("sum", "group", "part", "ratio", "whole", "complement", "pooled", "order", "stated_twice"),
    *("two_sources", "window", "opening", "magnitude", "repeated", "range", "table", "definition"),
    *("not_stated", "reconcile", "rounding", "truncation", "remark"),
)
"""Kinds of finding, from broken sums to what a reader noticed; others follow by name."""
TABLE_FAMILIES = ("I", "N", "O")
"""Families that check the tables themselves, rather than what a report says."""
RESULT, GOAL = "●", "○"
"""A value that is reported; a target, ceiling or norm only."""


def tell(quality: Quality, anchor: str, table: pd.DataFrame, **data: Any) -> Section:
    """A section by the template of its name, which may use the functions below."""
    helpers = (name_source, say_of, name_rule, tell_rule, tell_sum, name_names, find_likely)
    data |= {each.__name__: partial(each, quality) for each in helpers}
    data |= {"quality": quality, "signs": SIGNS, "most": MOST_LISTED, "anchor": anchor}
    return Section(render(quality.words, f"quality_{anchor}", **data), anchor, lambda: table)


def name_source(quality: Quality, source: Row) -> Markup:
    """A source in a few words: the area and its period, or who published it and for which years."""
    words = quality.words
    if source["kind"] == "panel":
        years = dict.fromkeys(str(source[f"period_{side}"])[:4] for side in ("start", "end"))
        name = f"{source['issuer']}, {'–'.join(years)}"
        return macro(words, "small", clean_text(name), clean_text(source["source_id"]))
    area = quality.reference.area_rows[quality.reference.match_source(source)]
    key = f"quality.source.{source['kind']}"
    period = words.period(source["period"])
    told = words.say(key, period=period) if words.has(key) else period
    return macro(words, "small", upper(words.place(area)), told)


def say_of(quality: Quality, kind: str, code: str) -> Markup:
    """What a code of a kind is called; the code itself where nobody has named it."""
    key = f"quality.{kind}.{code}"
    return quality.words.say(key) if quality.words.has(key) else clean_text(code)


def name_rule(quality: Quality, rule_id: str) -> Markup:
    """The code of a rule with its words; without words, with the kind of what breaks it."""
    told = tell_rule(quality, {"rule_id": rule_id, "indicator": "", "kind": ""})
    if told == clean_text(rule_id):
        broken = quality.tables.findings
        kinds = broken.loc[broken["rule_id"] == rule_id, "kind"]
        told = say_of(quality, "kind", kinds.iloc[0]) if len(kinds) else Markup("")
    return macro(quality.words, "rule", rule_id, told)


def name_names(quality: Quality, indicators: Iterable[str]) -> list[Markup]:
    """The names of indicators, as they stand inside a sentence."""
    return [lower(name_indicator(quality, name)) for name in indicators]


def find_likely(quality: Quality, finding: Row) -> Row | None:
    """The figure that is likely wrong, as printed; none where none stands out."""
    places = split_figures(finding["source_id"], finding["likely_figure"])
    return next((quality.figure_of[each] for each in places if each in quality.figure_of), None)


def show_head(quality: Quality) -> Section:
    """The head of the page: what was checked, and what came of it."""
    words, is_whole = quality.words, not quality.province
    found = list_rows(quality.tables.findings if is_whole else quality.findings)
    serious = [row for row in found if row["severity"] != Severity.INFO]
    ids = set(quality.tables.sources["source_id"]) if is_whole else quality.ids
    tallied = quality.tables.tallies[quality.tables.tallies["source_id"].isin(ids)]
    numbers = {
        "sources": len(ids),
        "figures": int(quality.tables.transcripts["source_id"].isin(ids).sum()),
        "rules": tallied.loc[tallied["applied"] > 0, "rule_id"].nunique(),
        "broken": len({rule for rule, source in quality.broken if source in ids}),
        "warnings": len(serious),
        "causes": len({row["cause_id"] or row["finding_id"] for row in serious}),
        "notes": len(found) - len(serious),
    }
    title = words.say("quality.heading")
    if quality.province:
        area = upper(words.place(quality.reference.area_rows[quality.province]))
        title = words.say("quality.heading.province", area=area)
    html = render(
        words,
        "quality_head",
        lead=words.say("quality.lead", **{key: words.number(n) for key, n in numbers.items()}),
        links=[(f"#{each}", words.say(f"quality.{each}.title")) for each in CONTENTS],
        up="" if is_whole else "../index.html",
    )
    head = tell_masthead(words, quality.name, title)
    return Section(head + html, "head", lambda: quality.tables.sources)


def show_grades(quality: Quality) -> Section:
    """The grade of every brief of a province and why; on the whole, the grades by province."""
    words, rule = quality.words, tell_grade_rule(quality)
    by_province = list_provinces(quality.briefs, quality.reference)
    rows = quality.reference.area_rows
    names = {each: upper(words.place(rows[each])) for each in by_province}
    if not quality.province:
        pages = {
            each: f"{name_quality(each, quality.reference).removeprefix(f'{PAGE}/')}/index.html"
            for each in by_province
        }
        letters = sorted({brief.grade.letter for brief in quality.briefs})
        data = {"pages": pages, "names": names, "letters": letters, "by_province": by_province}
        return tell(quality, "grades", _tabulate(quality.briefs), rule=rule, briefs=[], **data)
    briefs = by_province.get(quality.province, [])
    briefs = sorted(briefs, key=lambda each: each.grade.letter, reverse=True)
    names = {each.area_id: upper(words.place(rows[each.area_id])) for each in briefs}
    return tell(quality, "grades", _tabulate(briefs), rule=rule, briefs=briefs, names=names)


def _tabulate(briefs: Iterable[Graded]) -> pd.DataFrame:
    import pandas as pd

    rows = [asdict(each) | asdict(each.grade) for each in briefs]
    return pd.DataFrame(rows).drop(columns=["grade", "anchors"], errors="ignore")


def show_counts(quality: Quality) -> Section:
    """Findings by source, kind and severity."""
    found = quality.findings
    first = found["source_id"].str.split(" ").str[0]
    counts = Counter(zip(first, found["kind"], found["severity"], strict=True))
    counts.update(("", *cell) for cell in zip(found["kind"], found["severity"], strict=True))
    order, kinds, present = first.value_counts(), set(found["kind"]), set(found["severity"])
    told = [row for row in quality.sources if row["source_id"] in order]
    shown = {
        row["source_id"]
        for row in sorted(told, key=lambda row: -order[row["source_id"]])[:MOST_LISTED]
    }
    return tell(
        quality,
        "counts",
        found,
        counts=counts,
        kinds=[*(k for k in KINDS if k in kinds), *sorted(kinds.difference(KINDS))],
        severities=[s for s in Severity if s != Severity.CRITICAL or s in present],
        every=list(Severity),
        sources=[row for row in told if row["source_id"] in shown],
        total=len(told),
    )


def show_matrix(quality: Quality) -> Section:
    """Sources and rules at a glance, then the rules that were broken in words."""
    columns = [source["source_id"] for source in quality.columns]
    families = {family: list(own) for family, own in groupby(quality.rules, key=lambda r: r[:1])}
    groups = {
        key: {
            family: [_sum_up(quality, rules, each) for each in columns]
            for family, rules in families.items()
            if (family in TABLE_FAMILIES) == is_of_table
        }
        for key, is_of_table in (("reports", False), ("tables", True))
    }
    broken = [
        rule
        for rule in quality.rules
        if any(quality.judge(rule, source) == BROKEN for source in columns)
    ]
    return tell(quality, "matrix", quality.tables.tallies, groups=groups, broken=broken)


def _sum_up(quality: Quality, rules: Sequence[str], source_id: str) -> dict[str, Any]:
    """What came of some rules in a source: in runs of one state, and the rules of each state."""
    states = [quality.judge(rule, source_id) for rule in rules]
    pairs = list(zip(rules, states, strict=True))
    of = {state: join_codes(rule for rule, each in pairs if each == state) for state in STATES}
    runs = [(state, len(list(run))) for state, run in groupby(states)]
    return {"runs": runs, "of": of, "kept": states.count(STATES[0])}


def join_codes(codes: Iterable[str]) -> str:
    """Codes with the runs among them shortened.

    >>> join_codes(["D01", "D02", "D03", "D08"])
    'D01–D03 D08'
    """
    runs: list[list[str]] = []
    for code in codes:
        last = runs[-1][-1] if runs else ""
        is_next = last[:1] == code[:1] and last[1:].isdigit() and code[1:].isdigit()
        if is_next and int(code[1:]) == int(last[1:]) + 1:
            runs[-1].append(code)
        else:
            runs.append([code])
    return " ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else " ".join(run) for run in runs)


def show_contradictions(quality: Quality) -> Section:
    """What arithmetic found, by cause: the sums, the figure likely wrong, what would close them."""
    return _tell_causes(quality, "contradictions", is_remark=False)


def show_remarks(quality: Quality) -> Section:
    """What a reader noticed that no arithmetic can, by source."""
    return _tell_causes(quality, "remarks", is_remark=True)


def _tell_causes(quality: Quality, anchor: str, *, is_remark: bool) -> Section:
    causes = [(source, each) for source, each in quality.causes if each.is_remark == is_remark]
    groups = groupby(causes[:MOST_LISTED], key=lambda pair: pair[0])
    told = [(source, [each for _, each in own]) for source, own in groups]
    own = quality.findings[(quality.findings["kind"] == "remark") == is_remark]
    about = partial(tell_about, quality)
    return tell(quality, anchor, own, groups=told, total=len(causes), tell_about=about)


def show_definitions(quality: Quality) -> Section:
    """Which of the rival definitions each source follows."""
    sources = {row["source_id"]: row for row in quality.sources}
    followed = quality.tables.definitions
    followed = followed[followed["source_id"].isin(sources)]
    groups = {
        str(group): list_rows(own)
        for group, own in followed.head(MOST_LISTED).groupby("rival_group")
    }
    data = {"groups": groups, "sources": sources, "total": len(followed)}
    return tell(quality, "definitions", followed, **data)


def show_rules(quality: Quality) -> Section:
    """Rules and checks per source: applied, kept, broken, not applicable."""
    own: dict[str, list[Row]] = {}
    for (_, source_id), row in quality.tally_of.items():
        own.setdefault(source_id, []).append(row)
    told = quality.sources[:MOST_LISTED]
    rows = [(each, _count_rules(own.get(each["source_id"], []))) for each in told]
    return tell(quality, "rules", quality.tables.tallies, rows=rows, total=len(quality.sources))


def _count_rules(tallies: Sequence[Row]) -> list[int]:
    """Rules that apply, hold, break and are silent; then the same of single checks."""
    states = [row["state"] for row in tallies]
    rules = [len(states) - states.count(SILENT), *(states.count(each) for each in STATES)]
    told = [row for row in tallies if row["state"] != SILENT]
    kept, broken = (sum(int(row[name]) for row in told) for name in ("passed", "failed"))
    spoken_of = sum(int(row[name]) for row in tallies for name in ("applied", "not_applicable"))
    return [*rules, kept + broken, kept, broken, spoken_of - kept - broken]


def show_completeness(quality: Quality) -> Section:
    """Which sources report which indicators of the catalogue, by area of reform."""
    observed = quality.tables.observations
    if quality.province:
        observed = observed[observed["source_id"].isin(quality.ids)]
    held = observed.assign(is_result=observed["status"].isin(RESULT_STATUSES))
    held = held.sort_values("is_result").drop_duplicates(["indicator", "source_id"], keep="last")
    areas: dict[str, list[str]] = {part: [] for part in AREAS}
    for code, row in quality.reference.indicator_rows.items():
        areas[row["reform_area"] if row["reform_area"] in AREAS else "index"].append(code)
    return tell(
        quality,
        "completeness",
        quality.tables.observations,
        areas={area: codes for area, codes in areas.items() if codes},
        columns=[source for source in quality.columns if source["kind"] != "panel"],
        signs_of={
            (row["indicator"], row["source_id"]): RESULT if row["is_result"] else GOAL
            for row in list_rows(held)
        },
        reported=set(held["indicator"]),
    )
