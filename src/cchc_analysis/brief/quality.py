"""The pages on data quality: sources, findings, rules, and what is known of the briefs.

The page on the whole tells the sources that belong to no province, such as panels; each province
that has reports has a page on these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from cchc_analysis.brief import nouns, render
from cchc_analysis.brief.content import Brief, find_folder, name_folder
from cchc_analysis.brief.nouns import Row
from cchc_analysis.brief.report import AREAS, find_report
from cchc_analysis.brief.templates import HasHead, Section, shows, tell_section
from cchc_analysis.data.clean import alphabet_key
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import RESULT_STATUSES, Severity, Tables, problem
from cchc_analysis.data.reference import Reference
from cchc_analysis.data.words import Words, bare_name
from cchc_analysis.errors import BriefError, CommandError

PAGE = "quality"
"""The folder of the page within its language; that of a province lies below it."""
KEPT, BROKEN, SILENT = STATES = ("kept", "broken", "silent")
MOST_COLUMNS = 12
"""Sources that a table sets side by side; those that break most rules come first."""

CONTENTS = (*render.KINDS[render.QUALITY_NOTEBOOK][1].split(),)
"""The sections of a page."""
TABLE_FAMILIES = ("I", "N", "O")
"""Families that check the tables themselves, rather than what a report says."""
RESULT, GOAL = "●", "○"
"""A value that is reported; a target, ceiling or norm only."""
Graded = dict[str, Any]
"""What is known of one brief, kept with it as JSON, so that none is opened again: ``area_id``,
``period``, ``grade`` (a ``Grade``), ``contested`` (headline figures that a contradiction of its
reports concerns), ``findings`` (those that its ledger tells) and ``warnings`` (more than remarks)
by id."""


def make_graded(brief: Brief) -> Graded:
    """What a page on data quality says of a brief."""
    contested = dict.fromkeys(
        entry.indicator
        for entry in brief.own
        if entry.indicator in brief.report.quoted
        if any(each in brief.judged for each in brief.marks(entry))
    )
    return {
        "area_id": brief.area["area_id"],
        "period": brief.period,
        "grade": vars(brief.grade),
        "contested": [*contested],
        "findings": [*brief.contradiction_of],
        "warnings": brief.warnings,
    }


@shows(nouns="tell_rule", content="name_indicator")
@dataclass(frozen=True, eq=False)
class Quality(HasHead):
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

    find_folder = staticmethod(find_folder)
    report = property(find_report)
    most = 160
    """Rows of a table; a page with more says how many, and in which table the others stand."""

    def __repr__(self) -> str:
        return f"<Quality of {len(self.tables.sources)} sources, {self.words.lang}>"

    @cached_property
    def sources(self) -> list[Row]:
        """The sources that are told, reports before panels, by name; a panel has no province."""
        find, match = self.reference.find_province, self.reference.match_source
        rows = [
            row
            for row in list_rows(self.tables.sources)
            if ("" if row["kind"] == "panel" else find(match(row))) == self.province
        ]
        return sorted(rows, key=lambda row: (row["kind"] == "panel", str(row["source_id"])))

    @cached_property
    def ids(self) -> list[str]:
        """The ids of these sources."""
        return [str(row["source_id"]) for row in self.sources]

    @cached_property
    def findings(self) -> pd.DataFrame:
        """The findings of these sources; one of two sources is that of the ``first``."""
        first = self.tables.findings["source_id"].str.split(" ").str[0]
        return self.tables.findings.assign(first=first)[first.isin(self.ids)]

    @cached_property
    def columns(self) -> list[Row]:
        """The sources that stand side by side: reports, and panels that break a rule."""
        count = Counter(source for _, source in self.broken)
        wanted = [r for r in self.sources if r["kind"] != "panel" or count[r["source_id"]]]
        if len(wanted) <= MOST_COLUMNS:
            return wanted
        return sorted(wanted, key=lambda row: -count[row["source_id"]])[:MOST_COLUMNS]

    @cached_property
    def tallies(self) -> pd.DataFrame:
        """The tally of each rule in each of the sources; of two suites that hold it, their sum.

        Its ``state`` says what came of the rule: what another finding tells already is silent.
        """
        tallies = self.tables.tallies
        own = tallies[tallies["source_id"].isin(self.ids)]
        own = own.groupby(["rule_id", "source_id"], sort=False, as_index=False).sum()
        pairs = zip(own["rule_id"], own["source_id"], strict=True)
        is_broken = np.array([pair in self.broken for pair in pairs], dtype=bool)
        cases: Any = [own["applied"] == 0, is_broken, own["failed"] == 0]
        return own.assign(state=np.select(cases, [SILENT, BROKEN, KEPT], SILENT))

    @cached_property
    def broken(self) -> set[tuple[str, str]]:
        """Which rules which sources break: those that a finding tells, and no others."""
        told = self.tables.findings[self.tables.findings["kind"] != "remark"]
        pairs = zip(told["rule_id"], told["source_id"], strict=True)
        return {(rule, source) for rule, sources in pairs for source in sources.split()}

    @property
    def up(self) -> str:
        """The way from here to the pages of the language."""
        return "../" * (1 + name_quality(self.province, self.reference).count("/"))

    def find_brief(self, brief: Graded) -> str:
        """Where the page of a brief lies, from here."""
        folder = name_folder(self.reference.area_rows[brief["area_id"]], brief["period"])
        return f"{self.up}{folder}/"

    def _tell(self, anchor: str, table: pd.DataFrame, **data: Any) -> Section:
        """A section by the template of its name."""
        return tell_section(self, f"quality_{anchor}", lambda: table, anchor=anchor, **data)

    def show_head(self) -> Section:
        """The head of the page: what was checked, and what came of it."""
        name, table = name_quality(self.province, self.reference), self.tables.sources
        ids = set(self.ids if self.province else table["source_id"])
        return self._tell("head", table, name=name, ids=ids, contents=CONTENTS)

    def show_grades(self) -> Section:
        """The grade of every brief of a province and why; on the whole, the grades by province."""
        by_province = list_provinces(self.briefs, self.reference)
        briefs = by_province.get(self.province, []) if self.province else self.briefs
        briefs = sorted(
            briefs, key=lambda e: e["grade"]["letter"].strip(nouns.UNGRADED), reverse=True
        )
        table = pd.DataFrame([each | each["grade"] for each in briefs])
        table = table.drop(columns=["grade", "findings"], errors="ignore")
        table = table.map(lambda each: tuple(each) if isinstance(each, list) else each)
        told = {"briefs": briefs, "by_province": by_province}
        return self._tell("grades", table, **told)

    def show_counts(self) -> Section:
        """Findings by source, kind and severity."""
        found = self.findings
        most = found["first"].value_counts().index[: self.most]
        counts = Counter(found[["first", "kind", "severity"]].itertuples(index=False, name=None))
        counts.update([("", kind, severity) for _, kind, severity in counts.elements()])
        kinds, present = sorted(found["kind"].unique()), set(found["severity"])
        return self._tell(
            "counts",
            found.drop(columns="first"),
            counts=counts,
            signs=nouns.SIGNS,
            total=found["first"].nunique(),
            sources=[row for row in self.sources if row["source_id"] in most],
            kinds=sorted(kinds, key=[*self.report.findings, *kinds].index),
            severities=[s for s in Severity if s != Severity.CRITICAL or s in present],
        )

    def show_matrix(self) -> Section:
        """Sources and rules at a glance, then the rules that were broken in words."""
        columns = [source["source_id"] for source in self.columns]
        tally_of = {(row["rule_id"], row["source_id"]): row for row in list_rows(self.tallies)}
        rules = sorted(set(self.tallies.loc[self.tallies["applied"] > 0, "rule_id"]))
        states = self.tallies.pivot(index="rule_id", columns="source_id", values="state")
        states = states.reindex(index=rules, columns=columns).fillna(SILENT)
        groups: dict[str, dict[str, list[Row]]] = {"reports": {}, "tables": {}}
        for family, own in states.groupby(states.index.str[0]):
            cells = groups["tables" if family in TABLE_FAMILIES else "reports"][str(family)] = []
            for column in (own[name] for name in own):
                runs = [(state, len(list(run))) for state, run in groupby(column)]
                codes = {state: join_codes(column.index[column == state]) for state in STATES}
                cells.append({"runs": runs, "of": codes, "kept": int((column == KEPT).sum())})
        broken = states[(states == BROKEN).any(axis=1)].T.to_dict("list")
        told = {"groups": groups, "broken": broken, "tally_of": tally_of}
        return self._tell("matrix", self.tables.tallies, **told)

    def show_definitions(self) -> Section:
        """Which of the rival definitions each source follows."""
        followed = self.tables.definitions
        followed = followed[followed["source_id"].isin(self.ids)]
        sources = dict(zip(self.ids, self.sources, strict=True))
        return self._tell("definitions", followed, followed=followed, sources=sources)

    def show_rules(self) -> Section:
        """Rules and checks per source: applied, kept, broken, not applicable."""
        return self._tell("rules", self.tables.tallies, total=len(self.sources))

    def show_completeness(self) -> Section:
        """Which sources report which indicators of the catalogue, by area of reform."""
        observed = self.tables.observations
        held = observed[observed["source_id"].isin(self.ids)] if self.province else observed
        signs = np.where(held["status"].isin(RESULT_STATUSES), RESULT, GOAL)
        held = held.assign(sign=signs).sort_values("sign")  # a result after a goal
        pairs = zip(held["indicator"], held["source_id"], strict=True)
        areas: dict[str, list[str]] = {part: [] for part in AREAS}
        for code, row in self.reference.indicator_rows.items():
            areas[row["reform_area"] if row["reform_area"] in AREAS else "index"].append(code)
        return self._tell(
            "completeness",
            observed,
            areas={area: codes for area, codes in areas.items() if codes},
            columns=[source for source in self.columns if source["kind"] != "panel"],
            signs_of=dict(zip(pairs, held["sign"], strict=True)),
            reported=set(held["indicator"]),
        )


def open_quality(
    tables: Tables, reference: Reference, words: Words, briefs: Sequence[Graded], province: str = ""
) -> Quality:
    """Open the sources of a run in one language (``cchc_analysis.open_quality``).

    Of the tables what ``Slices.of_quality`` leaves is enough. A ``BriefError`` where no report on a
    district is held, a ``CommandError`` where none of this province is.
    """
    if not briefs:
        raise BriefError(problem("no_district_reports", "the sources"))
    held = list_provinces(briefs, reference)
    meant = reference.match_held(province, held) if province else [""]
    if not meant:
        names = ", ".join(str(reference.area_rows[each]["name"]) for each in held)
        raise CommandError(problem("no_province_reports", f"province {province!r}", names=names))
    return Quality(words, reference, tables, briefs, meant[0])


def list_provinces(briefs: Iterable[Graded], reference: Reference) -> dict[str, list[Graded]]:
    """The provinces of briefs by the alphabet, with their briefs."""
    found: dict[str, list[Graded]] = {}
    for brief in briefs:
        found.setdefault(reference.find_province(brief["area_id"]), []).append(brief)
    order = sorted(found, key=lambda each: alphabet_key(bare_name(reference.area_rows[each])))
    return {each: found[each] for each in order}


def name_quality(province: str, reference: Reference) -> str:
    """The folder of the page of a province, or of that on the whole, within a language."""
    return f"{PAGE}/{find_folder(reference.area_rows[province])}" if province else PAGE


def join_codes(codes: Iterable[str]) -> str:
    """Codes with the runs among them shortened.

    >>> join_codes(["D01", "D02", "D03", "D08"])
    'D01–D03 D08'
    """

    def find_start(placed: tuple[int, str]) -> tuple[str, int | str]:
        at, code = placed
        return code[:1], int(code[1:]) - at if code[1:].isdigit() else code

    # Of codes that follow each other, number and place go up by one together.
    runs = [[code for _, code in run] for _, run in groupby(enumerate(codes), key=find_start)]
    return " ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else " ".join(run) for run in runs)
