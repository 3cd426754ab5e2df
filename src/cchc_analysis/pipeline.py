"""The sentence of the project, in Python.

A report is read into a transcript, tidied into observations, derived into indicators, validated
into findings, and told in briefs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cchc_analysis import __version__
from cchc_analysis.brief import (
    TEMPLATE,
    Site,
    Workers,
    key_of_rest,
    match_district,
    name_page,
    open_brief,
    open_site,
    print_brief,
    put_downloads,
    read_inputs,
    render_brief,
    render_site,
)
from cchc_analysis.derive import (
    check_corrections,
    check_formulas,
    derive_indicators,
    mark_findings,
)
from cchc_analysis.engine import key_of, key_of_files
from cchc_analysis.errors import (
    BriefError,
    CchcError,
    Problem,
    ReferenceDataError,
    ReportError,
    ValidationError,
)
from cchc_analysis.files import list_rows
from cchc_analysis.identities import choose_readings, load_identities
from cchc_analysis.panels import PanelReadings, PanelSummary, read_panels
from cchc_analysis.panels import add_panel as bring_in
from cchc_analysis.panels import draft_mapping as begin_mapping
from cchc_analysis.read import DraftResult, Readings, accept_source, read_sources, read_transcripts
from cchc_analysis.read import read_report as draft_report
from cchc_analysis.records import Severity, Tables
from cchc_analysis.reference import Project, Reference, load_reference
from cchc_analysis.store import (
    check_fresh,
    is_fresh,
    list_inputs,
    load_table,
    write_copies,
    write_tables,
)
from cchc_analysis.synthetic import check_unmixed
from cchc_analysis.tidy import Tidied, tidy_observations
from cchc_analysis.validate import try_suites, validate_tables
from cchc_analysis.validate import validate_file as validate_own
from cchc_analysis.words import load_words

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Workers",
    "accept",
    "add_panel",
    "build_brief",
    "build_site",
    "check",
    "draft_mapping",
    "list_errors",
    "load",
    "match_district",
    "process",
    "read_report",
    "store",
    "validate_file",
]


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
    reference = load_reference(project.reference)
    identities = load_identities(project.expectations / "identities.json", reference)
    read, tidied, panels, problems = _read_all(project, reference)
    check_unmixed([*read.sources["source_id"], *panels.sources["source_id"]], "cchc process")
    sources = _join(read.sources, panels.sources)
    transcripts = _join(read.transcripts, panels.transcripts)
    observations = choose_readings(
        _join(tidied.observations, panels.observations), identities, reference
    )
    indicators = derive_indicators(observations, transcripts, sources, reference)
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


def load(project: Project) -> tuple[Reference, Tables]:
    """Load what was made before, without making it again.

    Raises:
        ReportError: There is nothing, or it is not what ``store`` writes.
        ReferenceDataError: The reference tables are wrong.
    """
    check_fresh(project)
    reference = load_reference(project.reference)
    read, panels = read_transcripts(project.raw), read_panels(project.raw, reference)
    names = ("observations", "indicators", "findings", "tallies", "definitions")
    made = {name: load_table(project, name) for name in names}
    sources = _join(read.sources, panels.sources)
    return reference, Tables(sources, _join(read.transcripts, panels.transcripts), **made)


def build_brief(
    project: Project,
    district: str,
    period: str,
    lang: str,
    out: Path | None = None,
    form: str = "html",
) -> Path:
    """Build one page from ``data/processed``; by default in its place in the site.

    A page in its place has its downloads beside it; one that is put elsewhere stands alone. A PDF
    lies beside the page as ``brief.pdf``.

    Raises:
        CommandError: The district or period is unknown.
        BriefError: The page could not be made.
    """
    reference, tables = load(project)
    words = load_words(project.notebooks / TEMPLATE, lang)
    brief = open_brief(tables, reference, words, district, period)
    page = project.site / name_page(brief.area, brief.period, lang)
    make = print_brief if form == "pdf" else render_brief
    place = out or (page.with_name("brief.pdf") if form == "pdf" else page)
    with _told_from(project, tables):
        made = make(project, brief.area["area_id"], brief.period, lang, place)
    if made == page:
        put_downloads(page.parent, brief)
    return made


def build_site(
    project: Project,
    out: Path | None = None,
    workers: Workers | None = None,
    *,
    force: bool = False,
) -> tuple[Site, list[CchcError]]:
    """Process, validate and build every page that can be built and is not there already.

    Returns:
        The site, and what is wrong with the sources and briefs that were left out.

    Raises:
        CommandError: The folder holds something else, or somebody else builds it.
        BriefError: No brief could be built, or the place cannot be written to.
    """
    with open_site(out or project.site, _stamp(project), force=force) as build:
        if build.is_current and is_fresh(project):
            return Site(len(build.placed) - 1), []
        run = process(project)
        errors = run.errors()
        if not errors:
            write_tables(project, run.tables, __version__)
        told = _without_critical(run)
        gone = frozenset(run.problems) | run.list_critical()
        site = render_site(project, told, run.reference, build, workers or Workers(), gone)
    return site, [*errors, *([BriefError(site.problems)] if site.problems else [])]


def _stamp(project: Project) -> str:
    """The key of all that a site is made from: where it is the same, so is the site."""
    inputs = [
        *list_inputs(project),
        *sorted(project.reports.glob("*.txt")),
        project.root / "CITATION.cff",
    ]
    held = [path for path in inputs if path.is_file()]
    files = read_inputs(project)
    return key_of(key_of_rest(project, files), files, key_of_files(held, project.root))


def read_report(
    project: Project, report: Path, area: str | None, period: str | None, source_id: str | None
) -> DraftResult:
    """Read a document into a draft transcript and a review page.

    Raises:
        ReportError: The document cannot be opened or read.
    """
    return draft_report(project, report, area=area, period=period, source_id=source_id)


def accept(project: Project, source_id: str) -> tuple[int, int]:
    """Let a reviewed draft count: from now on it is one of the sources.

    Returns:
        How many of its figures have an indicator, and how many have none yet.

    Raises:
        ReportError: Something in it is still undecided, or cannot be understood.
    """

    def find_problems(transcript: pd.DataFrame, reference: Reference) -> list[Problem]:
        found = tidy_observations(transcript, reference).problems.values()
        return [problem for each in found for problem in each]

    return accept_source(project, source_id, find_problems)


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
    yield f"reports: {len(read.sources)} sources, {len(read.transcripts)} figures"
    yield f"panels: {len(panels.sources)} sources, {len(panels.transcripts)} figures"


def _read_all(
    project: Project, reference: Reference
) -> tuple[Readings, Tidied, PanelReadings, dict[str, tuple[Problem, ...]]]:
    """What was brought in and could be understood, and the problems of the rest.

    Raises:
        ReferenceDataError: What people decided no longer matches what was brought in.
    """
    read, panels = read_transcripts(project.raw), read_panels(project.raw, reference)
    tidied = tidy_observations(read.transcripts, reference)
    problems = read.problems | tidied.problems | panels.problems
    sources, transcripts = (
        table[~table["source_id"].isin(problems)].reset_index(drop=True)
        for table in (read.sources, read.transcripts)
    )
    understood = Readings(sources, transcripts, read.problems)
    registered = [*read_sources(project.raw)["source_id"], *panels.sources["source_id"]]
    faulty = [
        *check_formulas(reference),
        *check_corrections(understood.transcripts, registered, reference),
    ]
    if faulty:
        raise ReferenceDataError(faulty)
    return understood, tidied, panels, problems


def validate_file(project: Project, suite: Path, data: Path) -> pd.DataFrame:
    """Run a suite on a table of somebody's own; the findings (``FINDING_COLUMNS``).

    Raises:
        ValidationError: The suite would not do what it says.
        ReportError: The table cannot be read, or lacks columns.
    """
    return validate_own(suite, data, load_reference(project.reference))


def add_panel(
    project: Project, file: Path, mapping: Path | None, source: Mapping[str, str], *, replace: bool
) -> PanelSummary:
    """Bring in a table of other people's numbers and register it as a source.

    Raises:
        ReportError: The file, the mapping or the source is faulty; nothing is then changed.
    """
    return bring_in(project, file, source or None, mapping, replace=replace)


def draft_mapping(project: Project, file: Path) -> str:
    """Begin a mapping for the headings of a table, as YAML for a person to finish."""
    return begin_mapping(file, load_reference(project.reference))


def _leave_out_idle(tallies: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Rules that found nothing to apply to in a panel say nothing; in a report they do."""
    panels = set(sources.loc[sources["kind"] == "panel", "source_id"])
    is_idle = (tallies["applied"] == 0) & tallies["source_id"].isin(panels)
    return tallies[~is_idle].reset_index(drop=True)


def _join(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Two tables with the same columns, one below the other."""
    import pandas as pd

    kept = [table for table in (first, second) if len(table)] or [first]
    return pd.concat(kept, ignore_index=True)


def _without_critical(run: Run) -> Tables:
    """The tables without the sources that break a critical rule, so that others can be told."""
    bad = run.list_critical()
    if not bad:
        return run.tables
    return Tables(
        **{
            name: table[~table["source_id"].isin(bad)].reset_index(drop=True)
            for name, table in vars(run.tables).items()
        }
    )


@contextmanager
def _told_from(project: Project, tables: Tables) -> Iterator[None]:
    """Let notebooks find this project and these tables, whatever folder they run in."""
    before = dict(os.environ)
    with TemporaryDirectory(prefix="cchc-told-") as folder:
        write_copies(Path(folder), tables)
        os.environ |= {"CCHC_ROOT": str(project.root), "CCHC_TABLES": folder}
        try:
            yield
        finally:
            os.environ.clear()
            os.environ |= before


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
