"""The pages on data quality: sources, findings, rules, and what is known of the briefs.

The page on the whole tells the sources that belong to no province, such as panels; each province
that has reports has a page on these.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from cchc_analysis.brief.content import ANNEX, Brief, name_folder, name_indicator
from cchc_analysis.brief.ledger import Grade, grade_brief, tell_rule
from cchc_analysis.brief.nouns import SIGNS, Contradiction, number_findings, split_figures
from cchc_analysis.brief.report import AREAS
from cchc_analysis.brief.templates import (
    Section,
    Shows,
    bare_name,
    macro,
    tell_masthead,
    tell_section,
    upper,
)
from cchc_analysis.data.clean import alphabet_key
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import RESULT_STATUSES, Severity
from cchc_analysis.data.words import Words, clean_text
from cchc_analysis.errors import BriefError, CommandError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.records import Tables
    from cchc_analysis.data.reference import Reference

PAGE = "quality"
"""The folder of the page within its language; that of a province lies below it."""
KEPT, BROKEN, SILENT = STATES = ("kept", "broken", "silent")
MOST_COLUMNS = 12
"""Sources that a table sets side by side; those that break most rules come first."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Graded:
    """What is known of one brief: kept with it, so that none is opened again.

    Attributes:
        sources: The reports that it tells.
        grade: How far its figures can be trusted.
        contested: The headline figures that a contradiction of its own reports concerns.
        anchors: Where its ledger tells a finding.
    """

    area_id: str
    period: str
    sources: tuple[str, ...]
    grade: Grade
    contested: tuple[str, ...]
    anchors: Mapping[str, str]

    def to_bytes(self) -> bytes:
        """As a file."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Graded:
        """What a file holds."""
        read = json.loads(content)
        grade = read["grade"] | {"missing": tuple(read["grade"]["missing"])}
        tuples = {name: tuple(read[name]) for name in ("sources", "contested")}
        return cls(**read | tuples | {"grade": Grade(**grade)})


def make_graded(brief: Brief) -> Graded:
    """What a page on data quality says of a brief."""
    own = set(brief.reports["source_id"])
    contested = dict.fromkeys(
        entry.indicator
        for entry in brief.entries
        if entry.indicator in brief.report.quoted
        and any(
            each.severity != Severity.INFO and each.findings[0]["source_id"] in own
            for each in brief.marks(entry)
        )
    )
    return Graded(
        area_id=brief.area["area_id"],
        period=brief.period,
        sources=tuple(brief.reports["source_id"]),
        grade=grade_brief(brief),
        contested=tuple(contested),
        anchors={finding: each.anchor for finding, each in brief.contradiction_of.items()},
    )


@dataclass(frozen=True, eq=False)
class Quality:
    """Sources with what was found in them, in one language.

    Attributes:
        briefs: What is known of every brief, for the grades and for the way to its ledger.
        province: Whose reports are told; empty for the sources that belong to none.
    """

    words: Words
    reference: Reference
    tables: Tables
    briefs: Sequence[Graded]
    province: str = ""

    show_head = Shows("quality")
    show_grades = Shows("quality")
    show_counts = Shows("quality")
    show_matrix = Shows("quality")
    show_contradictions = Shows("quality")
    show_definitions = Shows("quality")
    show_rules = Shows("quality")
    show_completeness = Shows("quality")
    show_remarks = Shows("quality")

    find_likely = Shows("quality")
    name_indicator = name_indicator
    name_rule = Shows("quality")
    name_source = Shows("quality")
    say_of = Shows("quality")
    tell_about = Shows("ledger")
    tell_grade_rule = Shows("ledger")
    tell_rule = Shows("ledger")
    tell_sum = Shows("ledger")

    def __repr__(self) -> str:
        return f"<Quality of {len(self.tables.sources)} sources, {self.words.lang}>"

    def _repr_html_(self) -> str:
        return str(self.show_head()._repr_html_())

    @cached_property
    def sources(self) -> list[Row]:
        """The sources that are told, reports before panels, by name; a panel has no province."""
        rows, find = list_rows(self.tables.sources), self.reference.find_province
        match = self.reference.match_source
        homes = ["" if row["kind"] == "panel" else find(match(row)) for row in rows]
        rows = [row for row, home in zip(rows, homes, strict=True) if home == self.province]
        return sorted(rows, key=lambda row: (row["kind"] == "panel", str(row["source_id"])))

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of these sources."""
        return frozenset(row["source_id"] for row in self.sources)

    @cached_property
    def findings(self) -> pd.DataFrame:
        """The findings of these sources; one of two sources is that of the first."""
        first = self.tables.findings["source_id"].str.split(" ").str[0]
        return self.tables.findings[first.isin(self.ids)]

    @cached_property
    def columns(self) -> list[Row]:
        """The sources that stand side by side: reports, and panels that break a rule."""
        count = Counter(source for _, source in self.broken)
        own = self.sources
        wanted = [r for r in own if r["kind"] != "panel" or count[r["source_id"]]]
        if len(wanted) <= MOST_COLUMNS:
            return wanted
        return sorted(wanted, key=lambda row: -count[row["source_id"]])[:MOST_COLUMNS]

    @cached_property
    def tally_of(self) -> dict[tuple[str, str], Row]:
        """The tally of a rule in a source; one that two suites hold is counted as one.

        Its ``state`` says what came of the rule: what another finding tells already is silent.
        """
        tallies = self.tables.tallies
        own = tallies[tallies["source_id"].isin(self.ids)]
        own = own.groupby(["rule_id", "source_id"], sort=False, as_index=False).sum()
        pairs = zip(own["rule_id"], own["source_id"], strict=True)
        is_broken = np.array([pair in self.broken for pair in pairs], dtype=bool)
        cases: Any = [own["applied"] == 0, is_broken, own["failed"] == 0]
        own["state"] = np.select(cases, [SILENT, BROKEN, KEPT], SILENT)
        return {(row["rule_id"], row["source_id"]): row for row in list_rows(own)}

    def judge(self, rule: str, source_id: str) -> str:
        """What came of a rule in a source."""
        return str(self.tally_of.get((rule, source_id), {"state": SILENT})["state"])

    @cached_property
    def broken(self) -> set[tuple[str, str]]:
        """Which rules which sources break: those that a finding tells, and no others."""
        return {
            (str(row["rule_id"]), source)
            for row in list_rows(self.tables.findings)
            if row["kind"] != "remark"
            for source in str(row["source_id"]).split()
        }

    @cached_property
    def rules(self) -> list[str]:
        """The rules that apply to some of the sources, sorted."""
        return sorted({rule for (rule, _), row in self.tally_of.items() if row["applied"]})

    @cached_property
    def causes(self) -> list[tuple[Row, Contradiction]]:
        """The findings by cause, the worst of a source first, with their source."""
        first = self.findings["source_id"].str.split(" ").str[0]
        own = dict(list(self.findings.groupby(first)))
        told = [row for row in self.sources if row["source_id"] in own]
        return [(row, each) for row in told for each in number_findings(own[row["source_id"]])]

    @cached_property
    def figure_of(self) -> dict[tuple[str, str], Row]:
        """A figure as printed, by source and figure."""
        rows = list_rows(self.tables.transcripts)
        return {(row["source_id"], row["figure_id"]): row for row in rows}

    @property
    def name(self) -> str:
        """The folder of the page within its language."""
        return name_quality(self.province, self.reference)

    def find_brief(self, brief: Graded) -> str:
        """Where the page of a brief lies, from here."""
        up = "../" * len(self.name.split("/"))
        return f"{up}{name_folder(self.reference.area_rows[brief.area_id], brief.period)}/"

    def link(self, each: Contradiction) -> str:
        """Where the ledger of a brief tells a contradiction in full; nothing if none does."""
        finding = each.findings[0]["finding_id"]
        own = each.findings[0]["source_id"].partition(" ")[0]
        told = [brief for brief in self.briefs if finding in brief.anchors]
        if not told:
            return ""
        brief = next((one for one in told if own in one.sources), told[0])
        return f"{self.find_brief(brief)}{ANNEX}#{brief.anchors[finding]}"


def open_quality(
    tables: Tables, reference: Reference, words: Words, briefs: Sequence[Graded], province: str = ""
) -> Quality:
    """Open the sources of a run in one language.

    Args:
        tables: The tables of the run; ``Slices.of_quality`` leaves what is read of them.
        reference: The reference tables.
        words: The strings of the language.
        briefs: What is known of the briefs.
        province: Name or id of a province, for its reports alone.

    Raises:
        BriefError: No report on a district is held.
        CommandError: Of this province none is held.
    """
    if not briefs:
        remedy = "Add a report, or accept one in sources.csv."
        expected = "at least one accepted source"
        raise BriefError(Problem("the sources", "no report on a district", expected, remedy))
    held = list_provinces(briefs, reference)
    ids = reference.match_over_time(province) if province else []
    meant = next((each for each in ids if each in held), "")
    if province and not meant:
        names = ", ".join(str(reference.area_rows[each]["name"]) for each in held)
        remedy = "Choose one of these, or leave it out for the page on the whole."
        problem = Problem(f"province {province!r}", "no report", f"one of {names}", remedy)
        raise CommandError(problem)
    return Quality(words, reference, tables, briefs, meant)


def list_provinces(briefs: Iterable[Graded], reference: Reference) -> dict[str, list[Graded]]:
    """The provinces of briefs by the alphabet, with their briefs."""
    found: dict[str, list[Graded]] = {}
    for brief in briefs:
        found.setdefault(reference.find_province(brief.area_id), []).append(brief)
    order = sorted(found, key=lambda each: alphabet_key(bare_name(reference.area_rows[each])))
    return {each: found[each] for each in order}


def name_quality(province: str, reference: Reference) -> str:
    """The folder of the page of a province, or of that on the whole, within a language."""
    if not province:
        return PAGE
    return f"{PAGE}/{name_folder(reference.area_rows[province], '-').partition('/')[0]}"


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
    """A section by the template of its name."""
    data |= {"signs": SIGNS, "most": MOST_LISTED}
    return tell_section(quality, f"quality_{anchor}", lambda: table, anchor=anchor, **data)


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
    return tell_section(
        quality,
        "quality_head",
        lambda: quality.tables.sources,
        anchor="head",
        masthead=tell_masthead(words, quality.name, title),
        lead=words.say("quality.lead", **{key: words.number(n) for key, n in numbers.items()}),
        links=[(f"#{each}", words.say(f"quality.{each}.title")) for each in CONTENTS],
        up="" if is_whole else "../index.html",
    )


def show_grades(quality: Quality) -> Section:
    """The grade of every brief of a province and why; on the whole, the grades by province."""
    by_province = list_provinces(quality.briefs, quality.reference)
    if not quality.province:
        pages = {
            each: f"{name_quality(each, quality.reference).removeprefix(f'{PAGE}/')}/index.html"
            for each in by_province
        }
        letters = sorted({brief.grade.letter for brief in quality.briefs})
        data = {"pages": pages, "letters": letters, "by_province": by_province}
        return tell(quality, "grades", _tabulate(quality.briefs), briefs=[], **data)
    briefs = by_province.get(quality.province, [])
    briefs = sorted(briefs, key=lambda each: each.grade.letter, reverse=True)
    return tell(quality, "grades", _tabulate(briefs), briefs=briefs)


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
    return tell(quality, anchor, own, groups=told, total=len(causes))


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
    rows = []
    for source in told:
        # Rules that apply, hold, break and are silent; then the same of single checks.
        tallies = own.get(source["source_id"], [])
        states = [row["state"] for row in tallies]
        counts = [len(states) - states.count(SILENT), *(states.count(each) for each in STATES)]
        spoken = [row for row in tallies if row["state"] != SILENT]
        kept, broken = (sum(int(row[name]) for row in spoken) for name in ("passed", "failed"))
        every = sum(int(row[name]) for row in tallies for name in ("applied", "not_applicable"))
        rows.append((source, [*counts, kept + broken, kept, broken, every - kept - broken]))
    return tell(quality, "rules", quality.tables.tallies, rows=rows, total=len(quality.sources))


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
