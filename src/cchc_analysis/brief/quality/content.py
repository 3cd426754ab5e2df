"""What the pages on data quality are told from: sources, findings, and what is known of briefs.

The page on the whole tells the sources that belong to no province, such as panels; each province
that has reports has a page on these.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from cchc_analysis.brief.content import ANNEX, Brief, name_folder
from cchc_analysis.brief.directory import bare_name
from cchc_analysis.brief.ledger import Grade, grade_brief
from cchc_analysis.brief.nouns import Contradiction, number_findings
from cchc_analysis.brief.templates import Shows
from cchc_analysis.data.clean import alphabet_key
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import Severity
from cchc_analysis.data.reference import find_areas
from cchc_analysis.data.words import Words
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

    show_head = Shows("quality.sections")
    show_grades = Shows("quality.sections")
    show_counts = Shows("quality.sections")
    show_matrix = Shows("quality.sections")
    show_contradictions = Shows("quality.sections")
    show_definitions = Shows("quality.sections")
    show_rules = Shows("quality.sections")
    show_completeness = Shows("quality.sections")
    show_remarks = Shows("quality.sections")

    def __repr__(self) -> str:
        return f"<Quality of {len(self.tables.sources)} sources, {self.words.lang}>"

    def _repr_html_(self) -> str:
        return self.show_head()._repr_html_()

    @cached_property
    def sources(self) -> list[Row]:
        """The sources that are told, reports before panels, by name."""
        rows = (r for r in list_rows(self.tables.sources) if self._find_home(r) == self.province)
        return sorted(rows, key=lambda row: (row["kind"] == "panel", str(row["source_id"])))

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of these sources."""
        return frozenset(row["source_id"] for row in self.sources)

    def _find_home(self, source: Row) -> str:
        """The province of a report; none of a panel, which is on many."""
        if source["kind"] == "panel":
            return ""
        return self.reference.find_province(self.reference.match_source(source))

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
    tables: Tables,
    reference: Reference,
    words: Words,
    briefs: Sequence[Graded],
    province: str = "",
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
    ids = find_areas(reference, province) if province else []
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
