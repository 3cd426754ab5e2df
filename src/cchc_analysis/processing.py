"""From what was brought in to ``data/processed``: the stages before the pages, one after the other.

Comes in as ``data/raw``, ``data/reference`` and ``expectations``; goes out as the tables of a run,
with the problems of the sources that had to be set aside.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cchc_analysis import __version__
from cchc_analysis.data.changes import changing
from cchc_analysis.data.corrections import check_corrections
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import TERM_COLUMNS, Severity, Tables
from cchc_analysis.data.reference import Project, Reference, load_reference
from cchc_analysis.data.schemas import import_jsonschema
from cchc_analysis.data.store import write_tables
from cchc_analysis.data.synthetic import check_unmixed
from cchc_analysis.data.tidy import Tidied, tidy_observations
from cchc_analysis.derive import (
    check_formulas,
    derive_indicators,
    mark_findings,
)
from cchc_analysis.errors import (
    CchcError,
    Problem,
    ReferenceDataError,
    ReportError,
    ValidationError,
    count,
)
from cchc_analysis.panels import PanelReadings, read_panels
from cchc_analysis.read import Readings, read_transcripts
from cchc_analysis.rules import choose_readings, load_identities, try_suites, validate_tables

if TYPE_CHECKING:
    import pandas as pd


_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """What one run made, and the problems of the sources that it had to set aside."""

    reference: Reference
    tables: Tables
    problems: dict[str, tuple[Problem, ...]]

    def errors(self) -> list[CchcError]:
        """The problems as errors, one of each kind, for the end of a run."""
        found: list[CchcError] = []
        if faulty := [problem for each in self.problems.values() for problem in each]:
            found.append(ReportError(faulty))
        return [*found, *list_errors(self.tables.findings)]

    def list_critical(self) -> frozenset[str]:
        """The sources that break a critical rule."""
        findings = self.tables.findings
        return frozenset(findings.loc[findings["severity"] == Severity.CRITICAL, "source_id"])


def process(project: Project) -> Run:
    """Make all tables from ``data/raw``, ``data/reference`` and ``expectations``.

    Sources that cannot be read or understood are set aside, and named in the result.

    Raises:
        ReportError: ``sources.csv`` cannot be read.
        ReferenceDataError: The reference tables are wrong.
        ValidationError: A suite is wrong.
    """
    import_jsonschema()
    _LOG.info("Reading the reference data and what was brought in")
    reference = load_reference(project.reference)
    identities = load_identities(project.expectations / "identities.json", reference)
    read, tidied, panels, problems = _read_all(project, reference)
    check_unmixed([*read.sources["source_id"], *panels.sources["source_id"]], "cchc process")
    sources = _join_sources(read.sources, panels.sources)
    transcripts = _join(read.transcripts, panels.transcripts)
    of = count(len(sources), "source")
    _LOG.info("Understanding %s of %s", count(len(transcripts), "figure"), of)
    observations = choose_readings(
        _join(tidied.observations, panels.observations), identities, reference
    )
    indicators = derive_indicators(observations, transcripts, sources, reference)
    _LOG.info("Validating %s", count(len(indicators), "value"))
    verdict = validate_tables(
        observations, indicators, transcripts, reference, project.expectations
    )
    tables = Tables(
        sources=sources.reset_index(drop=True),
        transcripts=transcripts.reset_index(drop=True),
        observations=observations,
        indicators=mark_findings(indicators, verdict.findings),
        findings=verdict.findings,
        tallies=_leave_out_idle(verdict.tallies, sources),
        definitions=verdict.definitions,
    )
    return Run(reference, tables, problems)


def store(project: Project, run: Run) -> None:
    """Write the tables of a run without problems to ``data/processed``.

    Raises:
        ReportError: Sources were set aside, or the folder cannot be written to.
        ValidationError: A critical rule is broken.
    """
    for error in run.errors():
        raise error
    write_tables(project, run.tables, __version__)


def remake(project: Project) -> Run:
    """``process`` and ``store``, while nobody else changes ``data/``.

    Raises:
        CchcError: What both raise; ``data/processed`` is then what it was.
    """
    with changing(project, "cchc process"):
        run = process(project)
        store(project, run)
    return run


def check(project: Project) -> Iterator[str]:
    """Check reference data, sources and suites; say what is there.

    Raises:
        CchcError: Something is wrong; all of its kind at once.
    """
    reference = load_reference(project.reference)
    yield (
        f"reference: {len(reference.indicators)} indicators, {len(reference.areas)} areas, "
        f"{len(reference.units)} units"
    )
    suites = try_suites(project.expectations, reference)
    yield "suites: " + ", ".join(f"{name} {len(suite.rules)}" for name, suite in suites.items())
    read, _, panels, problems = _read_all(project, reference)
    if faulty := [each for found in problems.values() for each in found]:
        raise ReportError(faulty)
    for name, held in (("reports", read), ("panels", panels)):
        sources, figures = len(held.sources), len(held.transcripts)
        yield f"{name}: {count(sources, 'source')}, {count(figures, 'figure')}"


def list_errors(findings: pd.DataFrame) -> list[CchcError]:
    """The findings with which nothing may be published, as one error or none."""
    critical = findings[findings["severity"] == Severity.CRITICAL]
    problems = [
        Problem(
            f"{row['source_id']}, figures {row['figures']}",
            row["explanation_en"],
            f"rule {row['rule_id']} to hold",
            "Compare the transcript with the report; nothing of it is published.",
        )
        for row in list_rows(critical)
    ]
    return [ValidationError(problems)] if problems else []


def _read_all(
    project: Project, reference: Reference
) -> tuple[Readings, Tidied, PanelReadings, dict[str, tuple[Problem, ...]]]:
    """What was brought in and could be understood, and the problems of the rest.

    Raises:
        ReferenceDataError: What people decided no longer matches what was brought in.
    """
    read, panels = read_transcripts(project.raw), read_panels(project.raw, reference)
    tidied = tidy_observations(read.transcripts, reference, read.sources)
    problems = read.problems | tidied.problems | panels.problems
    sources, transcripts = (
        table[~table["source_id"].isin(problems)].reset_index(drop=True)
        for table in (read.sources, read.transcripts)
    )
    understood = replace(read, sources=sources, transcripts=transcripts)
    registered = [*read.registered, *panels.sources["source_id"]]
    faulty = [
        *check_formulas(reference),
        *check_corrections(understood.transcripts, registered, reference),
    ]
    if faulty:
        raise ReferenceDataError(faulty)
    return understood, tidied, panels, problems


def _leave_out_idle(tallies: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Rules that found nothing to apply to in a panel say nothing; in a report they do."""
    panels = set(sources.loc[sources["kind"] == "panel", "source_id"])
    is_idle = (tallies["applied"] == 0) & tallies["source_id"].isin(panels)
    return tallies[~is_idle].reset_index(drop=True)


def _join_sources(reports: pd.DataFrame, panels: pd.DataFrame) -> pd.DataFrame:
    """Reports and panels in one list; of a report no terms are known."""
    terms = dict.fromkeys(TERM_COLUMNS, "")
    return _join(reports.assign(**terms), panels)


def _join(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Two tables with the same columns, one below the other."""
    import pandas as pd

    kept = [table for table in (first, second) if len(table)] or [first]
    return pd.concat(kept, ignore_index=True)
