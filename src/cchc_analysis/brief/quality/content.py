"""What the page on data quality is told from: all sources, and the briefs that rest on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cchc_analysis.brief.content import ANNEX, name_folder
from cchc_analysis.brief.ledger import tell_rule
from cchc_analysis.brief.nouns import Contradiction, number_findings, split_figures
from cchc_analysis.brief.quality.graded import Graded
from cchc_analysis.brief.telling import upper, wrap
from cchc_analysis.brief.templates import Section, Shows
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.words import Words, clean_text
from cchc_analysis.errors import BriefError, Problem

if TYPE_CHECKING:
    from cchc_analysis.data.records import Tables
    from cchc_analysis.data.reference import Reference

PAGE = "quality"
"""The folder of the page within its language."""

MOST_COLUMNS = 12
"""Sources that a table sets side by side; those that break most rules come first."""

Row = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Quality:
    """All sources with what was found in them, in one language.

    Attributes:
        briefs: What is known of every brief, for the grades and for the way to its ledger.
    """

    words: Words
    reference: Reference
    tables: Tables
    briefs: Sequence[Graded]

    show_head = Shows("quality.findings", "show_quality")
    show_counts = Shows("quality.findings", "show_quality_counts")
    show_grades = Shows("quality.coverage", "show_quality_grades")
    show_matrix = Shows("quality.rules", "show_quality_matrix")
    show_contradictions = Shows("quality.findings", "show_quality_contradictions")
    show_definitions = Shows("quality.rules", "show_quality_definitions")
    show_rules = Shows("quality.rules", "show_quality_rules")
    show_completeness = Shows("quality.coverage", "show_quality_completeness")
    show_remarks = Shows("quality.findings", "show_quality_remarks")

    @cached_property
    def sources(self) -> list[Row]:
        """All sources by name, reports before panels of published figures."""
        rows = list_rows(self.tables.sources)
        return sorted(rows, key=lambda row: (row["kind"] == "panel", str(row["source_id"])))

    @cached_property
    def columns(self) -> list[Row]:
        """The sources that stand side by side: reports, and panels that break a rule."""
        broken = {row["source_id"]: 0 for row in self.sources}
        for _, source_id in self.broken:
            broken[source_id] += 1
        wanted = [row for row in self.sources if row["kind"] != "panel" or broken[row["source_id"]]]
        if len(wanted) <= MOST_COLUMNS:
            return wanted
        return sorted(wanted, key=lambda row: -broken[row["source_id"]])[:MOST_COLUMNS]

    @cached_property
    def tally_of(self) -> dict[tuple[str, str], Row]:
        """The tally of a rule in a source."""
        return {(row["rule_id"], row["source_id"]): row for row in list_rows(self.tables.tallies)}

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
        """The rules that apply to some source, sorted."""
        tallies = self.tables.tallies
        return sorted(set(tallies.loc[tallies["applied"] > 0, "rule_id"]))

    @cached_property
    def kind_of_rule(self) -> dict[str, str]:
        """The kind of the findings of a rule that is broken."""
        findings = self.tables.findings
        return dict(zip(findings["rule_id"], findings["kind"], strict=True))

    @cached_property
    def figure_of(self) -> dict[tuple[str, str], Row]:
        """A figure as printed, by source and figure."""
        rows = list_rows(self.tables.transcripts)
        return {(row["source_id"], row["figure_id"]): row for row in rows}

    def list_causes(self, source_id: str) -> tuple[Contradiction, ...]:
        """The findings of a source by cause, the worst first; each belongs to one source."""
        found = self.tables.findings.iloc[self._findings_of.get(source_id, [])]
        return tuple(number_findings(found))

    @cached_property
    def _findings_of(self) -> dict[str, list[int]]:
        """The places of the findings of a source; of those of two, the first."""
        found: dict[str, list[int]] = {}
        for at, named in enumerate(self.tables.findings["source_id"]):
            found.setdefault(named.partition(" ")[0], []).append(at)
        return found

    def find_figure(self, finding: Row) -> Row | None:
        """The figure that is likely wrong, as printed."""
        places = split_figures(finding["source_id"], finding["likely_figure"])
        return next((self.figure_of[each] for each in places if each in self.figure_of), None)

    def link(self, each: Contradiction) -> str:
        """Where the ledger of a brief tells a contradiction in full; nothing if none does."""
        first = each.findings[0]
        told = self._told_in.get(first["finding_id"], [])
        own = first["source_id"].partition(" ")[0]
        if not told:
            return ""
        brief = next((one for one in told if own in one.sources), told[0])
        annex = self.find_brief(brief).replace("index.html", ANNEX)
        return f"{annex}#{brief.anchors[first['finding_id']]}"

    def find_brief(self, brief: Graded) -> str:
        """Where the page of a brief lies, from here."""
        area = self.reference.area_rows[brief.area_id]
        return f"../{name_folder(area, brief.period)}/index.html"

    @cached_property
    def _told_in(self) -> dict[str, list[Graded]]:
        """The briefs that tell a finding."""
        found: dict[str, list[Graded]] = {}
        for brief in self.briefs:
            for finding in brief.anchors:
                found.setdefault(finding, []).append(brief)
        return found


def open_quality(
    tables: Tables, reference: Reference, words: Words, briefs: Sequence[Graded]
) -> Quality:
    """Open all sources of a run in one language.

    Args:
        tables: The tables of the run; ``Slices.of_quality`` leaves what is read of them.
        reference: The reference tables.
        words: The strings of the language.
        briefs: What is known of the briefs.

    Raises:
        BriefError: No report on a district is held.
    """
    if not briefs:
        raise BriefError(
            Problem(
                "the sources",
                "no report on a district",
                "at least one accepted source",
                "Add a report, or accept one in sources.csv.",
            )
        )
    return Quality(words, reference, tables, briefs)


def wrap_part(quality: Quality, anchor: str, *parts: Markup) -> Section:
    """A section of the page on data quality."""
    return wrap(quality, anchor, *parts, key=f"quality.{anchor}")


def name_source(quality: Quality, source: Row) -> Markup:
    """A source in a few words: the district, and its period in small print.

    A panel is named by who published it, and the years that it is about.
    """
    words = quality.words
    if source["kind"] == "panel":
        facts = (source["source_id"], source.get("licence") or "")
        small = Markup(" · ").join(clean_text(each) for each in facts if each)
        years = dict.fromkeys(str(source[f"period_{side}"])[:4] for side in ("start", "end"))
        name = f"{source['issuer']}, {'–'.join(years)}"
        return Markup("{} <small>{}</small>").format(clean_text(name), small)
    area = quality.reference.area_rows[quality.reference.match_source(source)]
    key = f"quality.source.{source['kind']}"
    period = words.period(source["period"])
    told = words.say(key, period=period) if words.has(key) else period
    return Markup("{} <small>{}</small>").format(upper(words.place(area)), told)


def name_rule(quality: Quality, rule_id: str) -> Markup:
    """The code of a rule with its words; without words, with the kind of what breaks it."""
    told = tell_rule(quality, {"rule_id": rule_id, "indicator": "", "kind": ""})
    if told == clean_text(rule_id):
        told = name_kind(quality, quality.kind_of_rule.get(rule_id, ""))
    return Markup("<b>{}</b> {}").format(clean_text(rule_id), told)


def name_kind(quality: Quality, kind: str) -> Markup:
    """What kind of finding it is, in words."""
    key = f"quality.kind.{kind}"
    return quality.words.say(key) if quality.words.has(key) else clean_text(kind)


def name_family(quality: Quality, family: str) -> Markup:
    """What the rules of one letter are about."""
    key = f"quality.family.{family}"
    name = quality.words.say(key) if quality.words.has(key) else ""
    return Markup("<b>{}</b> {}").format(clean_text(family), name)


def tell_choice(quality: Quality) -> Markup:
    """Which sources stand side by side, where not all do."""
    if len(quality.columns) == len(quality.sources):
        return Markup("")
    words = quality.words
    n, all_of = words.number(len(quality.columns)), words.number(len(quality.sources))
    return Markup('<p class="src">{}</p>\n').format(words.say("quality.choice", n=n, m=all_of))


def list_lines(kind: str, items: Sequence[Markup]) -> Markup:
    """A list of lines; nothing without items."""
    body = Markup("").join(Markup("<li>{}</li>\n").format(item) for item in items)
    return Markup('<ul class="{}">\n{}</ul>\n').format(kind, body) if items else Markup("")


def join_codes(codes: Iterable[str]) -> str:
    """Codes with the runs among them shortened.

    >>> join_codes(["D01", "D02", "D03", "D08"])
    'D01–D03 D08'
    """
    runs: list[list[str]] = []
    for code in codes:
        if runs and _follows(runs[-1][-1], code):
            runs[-1].append(code)
        else:
            runs.append([code])
    return " ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else " ".join(run) for run in runs)


def _follows(one: str, other: str) -> bool:
    return (
        one[:1] == other[:1]
        and one[1:].isdigit()
        and other[1:].isdigit()
        and int(other[1:]) == int(one[1:]) + 1
    )
