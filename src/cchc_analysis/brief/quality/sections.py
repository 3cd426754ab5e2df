"""The sections of a page on data quality, from what came of the sources to what a reader noticed.

Each takes a ``Quality`` and gives a ``Section``. Cells that are more than text are told by macros.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from math import isnan
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cchc_analysis.brief.directory import tell_masthead
from cchc_analysis.brief.ledger import tell_grade_rule, tell_rule, tell_sum
from cchc_analysis.brief.nouns import Contradiction, split_figures
from cchc_analysis.brief.quality.content import (
    PAGE,
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
from cchc_analysis.data.words import Words, clean_text

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
KEPT, BROKEN, SILENT = STATES = ("kept", "broken", "silent")
SQUARES = {KEPT: "■", BROKEN: "✕", SILENT: "·"}
RESULT, GOAL = "●", "○"
"""A value that is reported; a target, ceiling or norm only."""


def wrap(
    quality: Quality,
    anchor: str,
    said: Iterable[Any] = (),
    tables: Sequence[Mapping[str, Any]] = (),
    lists: Sequence[tuple[Any, Sequence[Any]]] = (),
    tabulate: Callable[[], pd.DataFrame] | None = None,
) -> Section:
    """A section of a page: sentences, tables, and lists with their heads."""
    title, sentences = quality.words.say(f"quality.{anchor}.title"), [each for each in said if each]
    data = {"said": sentences, "tables": tables, "lists": lists}
    return Section(
        render(quality.words, "section", anchor=anchor, title=title, **data), anchor, tabulate
    )


def set_table(
    heads: Sequence[Any], groups: Sequence[tuple[Any, Sequence[Any]]], caption: Any, kind: str = ""
) -> dict[str, Any]:
    """A table for the template: groups of rows with their heads; ``kind`` is for the style."""
    return {"heads": heads, "groups": groups, "caption": caption, "classes": kind, "fold": ""}


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


def show_head(quality: Quality) -> Section:
    """The head of the page: what was checked, and what came of it."""
    words, is_whole = quality.words, not quality.province
    found = list_rows(quality.tables.findings if is_whole else quality.findings)
    serious = [row for row in found if row["severity"] != Severity.INFO]
    ids = {row["source_id"] for row in quality.sources}
    tallied = quality.tables.tallies
    rules = (
        quality.rules if quality.province else set(tallied.loc[tallied["applied"] > 0, "rule_id"])
    )
    figures = quality.tables.transcripts
    numbers = {
        "sources": len(quality.tables.sources) if is_whole else len(ids),
        "figures": len(figures) if is_whole else int(figures["source_id"].isin(ids).sum()),
        "rules": len(rules),
        "broken": len({rule for rule, source in quality.broken if is_whole or source in ids}),
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
    words, by_province = quality.words, list_provinces(quality.briefs, quality.reference)
    rule = tell_grade_rule(quality)
    if quality.province:
        briefs = sorted(
            by_province.get(quality.province, []), key=lambda each: each.grade.letter, reverse=True
        )
        keys = [f"index.{key}" for key in ("district", "period", "grade", "contradictions")]
        keys += [f"quality.grades.{key}" for key in ("headline", "notes", "why")]
        rows = [_tell_grade(quality, each) for each in briefs[:MOST_LISTED]]
        caption = words.say("quality.grades.table")
        table = set_table(list(map(words.say, keys)), [("", rows)], caption, "wide grades r4 r5 r6")
        left = len(briefs) - len(rows)
        said = [rule, words.say("quality.grades.rest", n=words.number(left)) if left else ""]
        return wrap(quality, "grades", said, [table], tabulate=lambda: _tabulate(briefs))
    letters = sorted({brief.grade.letter for brief in quality.briefs})
    rows = [
        [
            _link_province(quality, province),
            words.number(len(briefs)),
            *(words.number(sum(b.grade.letter == letter for b in briefs)) for letter in letters),
            words.number(sum(brief.grade.warnings for brief in briefs)),
            words.number(sum(brief.grade.notes for brief in briefs)),
        ]
        for province, briefs in by_province.items()
    ]
    first, second = words.say("directory.province"), words.say("directory.briefs")
    rest = [words.say("index.contradictions"), words.say("quality.grades.notes")]
    marks = [macro(words, "letter", letter) for letter in letters]
    heads, caption = [first, second, *marks, *rest], words.say("quality.grades.provinces")
    numbers = " ".join(f"r{at + 1}" for at in range(1, len(heads)))
    table = set_table(heads, [("", rows)], caption, f"wide {numbers}")
    return wrap(quality, "grades", [rule], [table], tabulate=lambda: _tabulate(quality.briefs))


def _tabulate(briefs: Iterable[Graded]) -> pd.DataFrame:
    import pandas as pd

    rows = [asdict(each) | asdict(each.grade) for each in briefs]
    return pd.DataFrame(rows).drop(columns=["grade", "anchors"], errors="ignore")


def _link_province(quality: Quality, province: str) -> Markup:
    row = quality.reference.area_rows[province]
    folder = name_quality(province, quality.reference).removeprefix(f"{PAGE}/")
    return macro(quality.words, "link", f"{folder}/index.html", upper(quality.words.place(row)))


def _tell_grade(quality: Quality, brief: Graded) -> list[Any]:
    words, grade = quality.words, brief.grade
    place = upper(words.place(quality.reference.area_rows[brief.area_id]))
    if grade.missing:
        why = words.say("grade.missing", names=_join_names(quality, grade.missing))
    elif brief.contested:
        why = words.say("quality.why.headline", names=_join_names(quality, brief.contested))
    else:
        why = words.say("quality.why.secondary" if grade.warnings else "quality.why.none")
    return [
        macro(words, "link", f"{quality.find_brief(brief)}index.html", place),
        words.period(brief.period),
        macro(words, "letter", grade.letter),
        *(words.number(n) for n in (grade.warnings, grade.headline_warnings, grade.notes)),
        why,
    ]


def _join_names(quality: Quality, indicators: Iterable[str]) -> Markup:
    return quality.words.join(lower(name_indicator(quality, name)) for name in indicators)


def show_counts(quality: Quality) -> Section:
    """Findings by source, kind and severity."""
    words, findings = quality.words, list_rows(quality.findings)
    by_source: dict[str, list[Row]] = {}
    for row in findings:
        by_source.setdefault(str(row["source_id"]).partition(" ")[0], []).append(row)
    found = {row["kind"] for row in findings}
    kinds = [*(k for k in KINDS if k in found), *sorted(found.difference(KINDS))]
    present = {row["severity"] for row in findings}
    severities = [s for s in Severity if s != Severity.CRITICAL or s in present]
    told = sorted(quality.sources, key=lambda row: -len(by_source.get(row["source_id"], ())))
    told = [row for row in told if row["source_id"] in by_source]
    shown = [row for row in quality.sources if row in told[:MOST_LISTED]]
    rows = [
        [name_source(quality, row), *_count(words, by_source[row["source_id"]], kinds, severities)]
        for row in shown
    ]
    rows.append([words.say("quality.all"), *_count(words, findings, kinds, severities)])
    heads = [
        words.say("quality.source"),
        *(say_of(quality, "kind", kind) for kind in kinds),
        *(words.say("quality.severity", sign=SIGNS[s], name=words.say(f"severity.{s}"))
          for s in severities),
    ]  # fmt: skip
    caption = words.say("quality.counts.table")
    clean = len(quality.sources) - len(by_source)
    notes = ["" if quality.province else words.say("quality.counts.elsewhere")]
    notes += [words.count("quality.counts.clean", clean)] if clean else []
    if len(told) > len(shown):
        notes.append(words.say("quality.rest", n=words.number(len(told) - len(shown))))
    table = set_table(heads, [("", rows)], caption, "grid wide sums")
    return wrap(quality, "counts", notes, [table], tabulate=lambda: quality.findings)


def _count(
    words: Words, findings: Sequence[Row], kinds: Iterable[str], severities: Sequence[Severity]
) -> list[str]:
    """Counts by kind with the sign of their severity, then by severity."""
    counts = Counter((row["kind"], row["severity"]) for row in findings)
    by_kind = [
        " ".join(f"{SIGNS[s]}{words.number(counts[k, s])}" for s in Severity if counts[k, s])
        for k in kinds
    ]
    totals = (sum(1 for row in findings if row["severity"] == each) for each in severities)
    return [*by_kind, *map(words.number, totals)]


def judge(quality: Quality, rule: str, source_id: str) -> str:
    """What came of a rule in a source; what another finding tells already is not told again."""
    tally = quality.tally_of.get((rule, source_id))
    if tally is None or not tally["applied"]:
        return SILENT
    if (rule, source_id) in quality.broken:
        return BROKEN
    return SILENT if tally["failed"] else KEPT


def show_matrix(quality: Quality) -> Section:
    """Sources and rules at a glance, then the rules that were broken in words."""
    words, columns = quality.words, quality.columns
    names = [name_source(quality, source) for source in columns]
    families = {family: list(own) for family, own in groupby(quality.rules, key=lambda r: r[:1])}
    groups = []
    for key, is_of_table in (("reports", False), ("tables", True)):
        rows = [
            [
                macro(words, "rule", family, say_of(quality, "family", family)),
                *(_draw_cell(quality, rules, source["source_id"]) for source in columns),
            ]
            for family, rules in families.items()
            if (family in TABLE_FAMILIES) == is_of_table
        ]
        groups += [(words.say(f"quality.matrix.{key}"), rows)] if rows else []
    broken = [
        [name_rule(quality, rule), *(_tell_tally(quality, rule, s["source_id"]) for s in columns)]
        for rule in quality.rules
        if any(judge(quality, rule, source["source_id"]) == BROKEN for source in columns)
    ]
    heads = [words.say(f"quality.matrix.{key}") for key in ("family", "rule")]
    captions = [words.say(f"quality.matrix.{key}") for key in ("table", "broken")]
    tables = [
        set_table([heads[0], *names], groups, captions[0], "wide wall"),
        set_table([heads[1], *names], [("", broken)], captions[1], "wide grid"),
    ]
    numbers = {"n": words.number(len(columns)), "m": words.number(len(quality.sources))}
    choice = words.say("quality.choice", **numbers) if len(columns) < len(quality.sources) else ""
    said = [words.say("quality.matrix.intro"), choice]
    return wrap(
        quality, "matrix", said, tables if columns else [], tabulate=lambda: quality.tables.tallies
    )


def _draw_cell(quality: Quality, rules: Sequence[str], source_id: str) -> Markup:
    """A sign per rule, and below it the same in words."""
    states = [judge(quality, rule, source_id) for rule in rules]
    of = {
        state: [rule for rule, each in zip(rules, states, strict=True) if each == state]
        for state in STATES
    }
    label = "; ".join(
        quality.words.plain(f"quality.matrix.{state}_rules", rules=join_codes(own))
        for state, own in of.items()
        if own
    )
    runs = [(state, SQUARES[state] * len(list(run))) for state, run in groupby(states)]
    kept, broken = quality.words.number(len(of[KEPT])), join_codes(of[BROKEN])
    return macro(quality.words, "squares", runs, label, kept if of[KEPT] else "", broken)


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


def _tell_tally(quality: Quality, rule: str, source_id: str) -> Markup:
    """What came of one rule in one source, in a sign and counts."""
    state, number = judge(quality, rule, source_id), quality.words.number
    row = quality.tally_of.get((rule, source_id), {"passed": 0, "failed": 0, "applied": 0})
    numbers = [number(row["passed"])]
    if state == BROKEN:
        numbers = [number(row["failed"]), number(row["applied"])]
    return macro(quality.words, "tallied", state, "/".join(numbers))


def show_contradictions(quality: Quality) -> Section:
    """What arithmetic found, by cause: the sums, the figure likely wrong, what would close them."""
    words = quality.words
    causes = [(source, each) for source, each in quality.causes if not each.is_remark]
    groups = [
        (name_source(quality, source), [_tell_cause(quality, each) for _, each in own])
        for source, own in groupby(causes[:MOST_LISTED], key=lambda pair: pair[0])
    ]
    keys = ("what", "sum", "likely", "closes")
    heads = [words.say(f"quality.contradictions.{key}") for key in keys]
    caption = words.say("quality.contradictions.table")
    table = set_table(heads, groups, caption, "wide causes")
    said = [words.say("quality.contradictions.intro"), _tell_rest(quality, len(causes))]
    if not causes:
        said, table = [words.say("quality.contradictions.none")], {}
    found = quality.findings
    own = found[found["kind"] != "remark"]
    return wrap(quality, "contradictions", said, [table] if table else [], tabulate=lambda: own)


def _tell_rest(quality: Quality, n: int) -> Markup | str:
    """How many more there are than are listed."""
    if n <= MOST_LISTED:
        return ""
    return quality.words.say("quality.rest", n=quality.words.number(n - MOST_LISTED))


def _tell_cause(quality: Quality, each: Contradiction) -> list[Any]:
    """One cause: the rule with its way to the ledger, every sum, the likely figure, its value."""
    words, first = quality.words, each.findings[0]
    kinds = dict.fromkeys(finding["kind"] for finding in each.findings)
    facts = [
        words.say(f"severity.{each.severity}"),
        words.say(f"scope.{first['scope']}") if first["scope"] else "",
        *(say_of(quality, "kind", kind) for kind in kinds),
    ]
    small = Markup(" · ").join(fact for fact in facts if fact)
    sums = [(row["finding_id"], row["rule_id"], tell_sum(quality, row)) for row in each.findings]
    figure = _find_likely(quality, first)
    is_closed = figure is not None and not isnan(first["closing_value"])
    return [
        macro(
            words, "cause", each.severity, SIGNS[Severity(each.severity)],
            quality.link(each), tell_rule(quality, first), small,
        ),
        macro(words, "sums", sums),
        _tell_likely(quality, figure) if figure else "–",
        macro(words, "strong", words.number(first["closing_value"])) if is_closed else "–",
    ]  # fmt: skip


def _find_likely(quality: Quality, finding: Row) -> Row | None:
    """The figure that is likely wrong, as printed; none where none stands out."""
    places = split_figures(finding["source_id"], finding["likely_figure"])
    return next((quality.figure_of[each] for each in places if each in quality.figure_of), None)


def _tell_likely(quality: Quality, figure: Row) -> Markup:
    words, known = quality.words, quality.reference.indicator_rows.get(figure["indicator"])
    name = words.pick(known, "label") if known else clean_text(figure["indicator"])
    scope = words.say(f"scope.{figure['scope']}") if figure["scope"] else Markup("")
    place = words.say("quality.place", scope=scope, figure=clean_text(figure["figure_id"]))
    return macro(words, "printed", name, clean_text(figure["printed"]), place)


def show_definitions(quality: Quality) -> Section:
    """Which of the rival definitions each source follows."""
    words = quality.words
    names = {row["source_id"]: name_source(quality, row) for row in quality.sources}
    followed = quality.tables.definitions
    followed = followed[followed["source_id"].isin(names)]
    groups = [
        (
            say_of(quality, "rival", str(group)),
            [
                [names[row["source_id"]], name_rule(quality, row["rule_id"])]
                for row in list_rows(own)
            ],
        )
        for group, own in followed.head(MOST_LISTED).groupby("rival_group")
    ]
    heads = [words.say("quality.source"), words.say("quality.definitions.rule")]
    table = set_table(heads, groups, words.say("quality.definitions.table"))
    key = "intro" if groups else "none"
    said = [words.say(f"quality.definitions.{key}"), _tell_rest(quality, len(followed))]
    return wrap(quality, "definitions", said, [table] if groups else [], tabulate=lambda: followed)


def show_rules(quality: Quality) -> Section:
    """Rules and checks per source: applied, kept, broken, not applicable."""
    words, rows = quality.words, []
    for source in quality.sources[:MOST_LISTED]:
        own = [row for key, row in quality.tally_of.items() if key[1] == source["source_id"]]
        rows.append([name_source(quality, source), *_count_rules(quality, own)])
    keys = ("applied", "passed", "failed", "not_applicable")
    heads = [
        words.say("quality.source"),
        *(words.say(f"quality.{kind}.{key}") for kind in ("rules", "checks") for key in keys),
    ]
    numbers = " ".join(f"r{at}" for at in range(2, 10))
    table = set_table(heads, [("", rows)], words.say("quality.rules.table"), f"wide {numbers}")
    said = [words.say("quality.rules.intro"), _tell_rest(quality, len(quality.sources))]
    return wrap(quality, "rules", said, [table], tabulate=lambda: quality.tables.tallies)


def _count_rules(quality: Quality, tallies: Sequence[Row]) -> list[str]:
    """Rules that apply, hold, break and are silent; then the same of single checks."""
    states = [judge(quality, row["rule_id"], row["source_id"]) for row in tallies]
    rules = [len(states) - states.count(SILENT), *(states.count(each) for each in STATES)]
    told = [row for row, state in zip(tallies, states, strict=True) if state != SILENT]
    kept, broken = (sum(int(row[name]) for row in told) for name in ("passed", "failed"))
    spoken_of = sum(int(row[name]) for row in tallies for name in ("applied", "not_applicable"))
    checks = [kept + broken, kept, broken, spoken_of - kept - broken]
    return [quality.words.number(n) for n in (*rules, *checks)]


def show_completeness(quality: Quality) -> Section:
    """Which sources report which indicators of the catalogue, by area of reform."""
    words, signs = quality.words, _sign_indicators(quality)
    columns = [source for source in quality.columns if source["kind"] != "panel"]
    names = [name_source(quality, source) for source in columns]
    areas: dict[str, list[str]] = {part: [] for part in AREAS}
    for code, row in quality.reference.indicator_rows.items():
        areas[row["reform_area"] if row["reform_area"] in AREAS else "index"].append(code)
    reported = {code for code, _ in signs}
    shown = {code for code, source in signs if source in {row["source_id"] for row in columns}}
    counts, groups = [], []
    for area, codes in areas.items():
        if not codes:
            continue
        title = words.say(f"part.title.{area}")
        told = [sum((c, s["source_id"]) in signs for c in codes) for s in columns]
        total, some = words.number(len(codes)), words.number(len(reported.intersection(codes)))
        shares = [
            macro(words, "share", words.number(n) * (n > 0), 100 * n // len(codes)) for n in told
        ]
        counts.append([title, total, some, *shares])
        rows = [
            [name_indicator(quality, c), *(signs.get((c, s["source_id"]), "") for s in columns)]
            for c in codes
            if c in shown
        ]
        groups += [(title, rows)] if rows else []
    keys = ("area", "catalogue", "some")
    heads = [*(words.say(f"quality.completeness.{key}") for key in keys), *names]
    captions = [words.say(f"quality.completeness.{key}") for key in ("counts", "table")]
    tables = [set_table(heads, [("", counts)], captions[0], "wide grid")]
    if groups:
        first = words.say("table.indicator")
        tables.append(set_table([first, *names], groups, captions[1], "wide grid"))
    lists = [] if quality.province else [_list_silent(quality, areas, reported)]
    return wrap(
        quality, "completeness", [words.say("quality.completeness.intro")], tables, lists,
        lambda: quality.tables.observations,
    )  # fmt: skip


def _sign_indicators(quality: Quality) -> dict[tuple[str, str], str]:
    """The sign of an indicator in a source: a result, or only what ought to be.

    The page on the whole counts all sources.
    """
    own = {row["source_id"] for row in quality.sources}
    observed = quality.tables.observations[["indicator", "source_id", "status"]].drop_duplicates()
    signs: dict[tuple[str, str], str] = {}
    for row in list_rows(observed):
        key = (row["indicator"], row["source_id"])
        if quality.province and row["source_id"] not in own:
            continue
        if row["status"] in RESULT_STATUSES:
            signs[key] = RESULT
        else:
            signs.setdefault(key, GOAL)
    return signs


def _list_silent(
    quality: Quality, areas: Mapping[str, list[str]], reported: set[str]
) -> tuple[Markup, list[Markup]]:
    """The indicators that no source states, by area of reform."""
    lines = [
        macro(
            quality.words, "labelled", quality.words.say(f"part.title.{area}"),
            Markup("; ").join(lower(name_indicator(quality, code)) for code in silent),
        )
        for area, codes in areas.items()
        if (silent := [code for code in codes if code not in reported])
    ]  # fmt: skip
    return quality.words.say("quality.completeness.silent"), lines


def show_remarks(quality: Quality) -> Section:
    """What a reader noticed that no arithmetic can, by source."""
    words = quality.words
    remarks = [(source, each) for source, each in quality.causes if each.is_remark]
    lists = [
        (name_source(quality, source), [_tell_remark(quality, each) for _, each in own])
        for source, own in groupby(remarks[:MOST_LISTED], key=lambda pair: pair[0])
    ]
    key = "intro" if remarks else "none"
    said = [words.say(f"quality.remarks.{key}"), _tell_rest(quality, len(remarks))]
    own = quality.findings[quality.findings["kind"] == "remark"]
    return wrap(quality, "remarks", said, lists=lists, tabulate=lambda: own)


def _tell_remark(quality: Quality, each: Contradiction) -> Markup:
    """Remarks with one cause, each with its figures."""
    words, rows = quality.words, each.findings
    told = [(r["finding_id"], words.pick(r, "explanation"), clean_text(r["figures"])) for r in rows]
    return macro(words, "remark", SIGNS[Severity(each.severity)], quality.link(each), told)
