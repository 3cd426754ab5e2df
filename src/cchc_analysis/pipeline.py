"""The sentence of the project, in Python.

A report is read into a transcript, tidied into observations, derived into indicators, validated
into findings, and told in briefs.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import chain
from itertools import count as numbers_from
from pathlib import Path
from typing import Any

import pandas as pd

from cchc_analysis import __version__
from cchc_analysis.brief.render import check_parameters
from cchc_analysis.data import records
from cchc_analysis.data.areas import LEVELS
from cchc_analysis.data.clean import alphabet_key, fold_text
from cchc_analysis.data.files import format_table, read_files, write_text
from cchc_analysis.data.owned import all_or_none, changing
from cchc_analysis.data.records import Readings, Severity, Tables, check_unmixed, problem
from cchc_analysis.data.reference import Project, Reference, load_reference, offer_names
from cchc_analysis.data.store import is_fresh, list_inputs, write_tables
from cchc_analysis.data.system import import_jsonschema
from cchc_analysis.data.tidy import check_corrections, tidy_observations
from cchc_analysis.data.trace import CITATION
from cchc_analysis.data.words import bare_name
from cchc_analysis.errors import (
    BriefError,
    CchcError,
    Problem,
    ReferenceDataError,
    ReportError,
    count,
    join_some,
)
from cchc_analysis.panels import read_panels
from cchc_analysis.panels.register import load_register, name_files
from cchc_analysis.read.transcripts import list_files, read_sources, read_transcripts
from cchc_analysis.rules import choose_readings, load_identities, try_suites, validate_tables
from cchc_analysis.rules.validation import join_kinds, list_errors
from cchc_analysis.site import build as building
from cchc_analysis.site.build import Site, Workers
from cchc_analysis.site.keys import key_of
from cchc_analysis.stats.derive import add_rows, check_formulas, derive_indicators, mark_findings

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """What one run made, and the problems of the sources that it had to set aside."""

    reference: Reference
    tables: Tables
    problems: dict[str, tuple[Problem, ...]]

    @property
    def errors(self) -> list[CchcError]:
        """The problems as errors, one of each kind, for the end of a run."""
        faulty = [problem for each in self.problems.values() for problem in each]
        return [*([ReportError(faulty)] if faulty else []), *list_errors(self.tables.findings)]

    def list_critical(self) -> frozenset[str]:
        """The sources that break a critical rule."""
        findings = self.tables.findings
        return frozenset(findings.loc[findings["severity"] == Severity.CRITICAL, "source_id"])


def process(project: Project, *, is_whole: bool = False) -> Run:
    """Make all tables from ``data/raw``, ``data/reference`` and ``expectations``.

    Sources that cannot be read or understood are set aside, and named in the result; where the
    tables are of no use without them (``is_whole``), nothing is made. A ``CchcError``:
    ``sources.csv`` cannot be read, or a table of reference or a suite is wrong.
    """
    import_jsonschema()
    _LOG.info("Reading the reference data and what was brought in")
    reference = load_reference(project.reference)
    identities = load_identities(project.expectations / "identities.json", reference)
    reports, panels = _read_all(project, reference)
    check_unmixed([*reports.sources["source_id"], *panels.sources["source_id"]], "cchc process")
    problems = reports.problems | panels.problems
    if is_whole and problems:
        raise ReportError(chain(*problems.values()))
    sources, transcripts, observations = (
        add_rows(getattr(reports, name), getattr(panels, name))
        for name in ("sources", "transcripts", "observations")
    )
    of = count(len(sources), "source")
    _LOG.info("Understanding %s of %s", count(len(transcripts), "figure"), of)
    observations = choose_readings(observations, identities, reference)
    indicators = derive_indicators(observations, transcripts, sources, reference)
    _LOG.info("Validating %s", count(len(indicators), "value"))
    told = join_kinds(transcripts, sources)
    verdict = validate_tables(
        observations, indicators, told, reference, project.expectations, sources
    )
    # Rules that found nothing to apply to in a panel say nothing; in a report they do.
    panel_ids = sources.loc[sources["kind"] == "panel", "source_id"]
    is_idle = (verdict.tallies["applied"] == 0) & verdict.tallies["source_id"].isin(panel_ids)
    tables = Tables(
        sources=sources,
        transcripts=transcripts,
        observations=observations,
        indicators=mark_findings(indicators, verdict.findings),
        findings=verdict.findings,
        tallies=verdict.tallies[~is_idle].reset_index(drop=True),
        definitions=verdict.definitions,
    )
    return Run(reference, tables, problems)


def remake(project: Project) -> Run:
    """``process``, and its tables to ``data/processed``, while nobody else changes ``data/``.

    A ``CchcError`` of ``process``, of a source set aside, of a critical rule that is broken or of a
    folder that cannot be written to: ``data/processed`` is then what it was.
    """
    with changing(project, "cchc process"):
        run = process(project, is_whole=True)
        for error in run.errors:
            raise error
        write_tables(project, run.tables, __version__)
    return run


def check(project: Project) -> Iterator[str]:
    """Check reference data, sources and suites; say what is there, or raise all of one kind."""
    reference = load_reference(project.reference)
    yield (
        f"reference: {len(reference.indicators)} indicators, {len(reference.areas)} areas, "
        f"{sum(row['level'] == 'commune' for row in reference.area_rows.values())} communes, "
        f"{len(reference.units)} units"
    )
    suites = try_suites(project.expectations, reference)
    yield "suites: " + ", ".join(f"{name} {len(suite.rules)}" for name, suite in suites.items())
    reports, panels = _read_all(project, reference)
    problems = reports.problems | panels.problems
    if faulty := [each for found in problems.values() for each in found]:
        raise ReportError(faulty)
    for name, held in (("reports", reports), ("panels", panels)):
        sources, figures = len(held.sources), len(held.transcripts)
        yield f"{name}: {count(sources, 'source')}, {count(figures, 'figure')}"


def remove_source(project: Project, source_id: str) -> Path:
    """Take back a draft, an accepted source or a whole panel; the next run makes tables without it.

    Its rows and its files are laid aside, into the folder of ``build/discarded`` that is given
    back, numbered where an earlier one lies there. A ReportError: there is no such source, or it is
    a panel's among others, or has corrections.
    """
    with changing(project, "cchc remove"):
        listed, table, is_meant, paths = _find_source(project, source_id)
        corrected = load_reference(project.reference).corrections["source_id"]
        if number := int(corrected.isin(table.loc[is_meant, "source_id"]).sum()):
            told = problem("corrected_source", f"source {source_id}", number=number)
            raise ReportError(told)
        names = chain([source_id], (f"{source_id}-{number}" for number in numbers_from(2)))
        places = (project.build / "discarded" / name for name in names)
        aside = next(place for place in places if not place.exists())
        moved = {path: aside / path.name for path in paths if path.is_file()}
        rows = aside / listed.name
        with all_or_none(project, [listed, rows, *moved, *moved.values()]):
            aside.mkdir(parents=True)
            write_text(rows, format_table(table[is_meant]))
            for path, place in moved.items():
                shutil.move(path, place)
            write_text(listed, format_table(table[~is_meant]))
    return aside


def _find_source(
    project: Project, source_id: str
) -> tuple[Path, pd.DataFrame, pd.Series[bool], Sequence[Path]]:
    """The list that a source or a panel stands in, its rows there, and the files it may have."""
    sources, register = read_sources(project.raw), load_register(project.raw)
    is_meant = sources["source_id"] == source_id
    if is_meant.any():
        return project.raw / "sources.csv", sources, is_meant, list_files(project, source_id)
    own = register.loc[register["source_id"] == source_id, "panel"]
    panel = source_id if source_id in {*register["panel"]} else next(iter(own), "")
    is_meant = register["panel"] == panel
    others = [each for each in register.loc[is_meant, "source_id"] if each != source_id]
    if others and panel != source_id:
        said = {"panel": panel, "others": join_some(others, 3)}
        raise ReportError(problem("shared_panel", f"source {source_id}", **said))
    if not is_meant.any():
        known = [*sources["source_id"], *register["panel"], *register["source_id"]]
        remedy = offer_names(source_id, known).strip() or "See cchc list sources."
        raise ReportError(problem("unheld_source", f"source {source_id}", remedy=remedy))
    paths = name_files(project.raw, panel)
    return project.raw / "panels" / "sources.csv", register, is_meant, paths


def _read_all(project: Project, reference: Reference) -> tuple[Readings, Readings]:
    """The reports and the panels that were brought in and could be understood.

    A ``ReferenceDataError``: what people decided no longer matches what was brought in. A
    ``ReportError``: a report bears the id of a panel's source.
    """
    read, panels = read_transcripts(project.raw), read_panels(project.raw, reference)
    if both := sorted({*read.sources["source_id"]} & {*panels.sources["source_id"]}):
        raise ReportError(problem("source_taken", f"source {each}", of="a panel") for each in both)
    tidied = tidy_observations(read.transcripts, reference, read.sources)
    problems = read.problems | tidied.problems
    listed = read.sources.assign(**dict.fromkeys(records.TERM_COLUMNS, ""))  # unknown
    sources, transcripts = (
        table[~table["source_id"].isin([*problems, *panels.problems])].reset_index(drop=True)
        for table in (listed, read.transcripts)
    )
    registered = [*read.registered, *panels.sources["source_id"]]
    mismatched = check_corrections(transcripts, registered, reference)
    if faulty := [*check_formulas(reference), *mismatched]:
        raise ReferenceDataError(faulty)
    return Readings(sources, transcripts, tidied.observations, problems), panels


def build_site(
    project: Project,
    out: Path | None = None,
    workers: Workers | None = None,
    *,
    force: bool = False,
    url: str = "",
) -> Site:
    """Process, validate and build every page that can be built and is not there already.

    With the address where the site will be published it gets a ``sitemap.xml``. A ``CchcError``:
    there is no site, as the folder holds something else, is being built, or no brief could be.
    """
    workers = workers or Workers()
    if workers.notebook:
        check_parameters(workers.notebook, ("district", "period", "lang"))
    stamp = key_of(_stamp(project, workers.notebook), url)
    with building.open_site(out or project.site, stamp, force=force) as build:
        if build.is_current and is_fresh(project):
            return Site(building.count_pages(build.placed))
        with changing(project, "cchc site"):
            run = process(project)
            errors = run.errors
            if not errors:
                write_tables(project, run.tables, __version__)
        told, withheld = withhold(_without(run.tables, run.list_critical()))
        gone = frozenset(run.problems) | run.list_critical()
        if errors:  # to be told by the next run too, which has to look for them again
            build.stamp = ""
        site = building.render_site(project, told, run.reference, build, workers, gone, url)
    failed = [BriefError(site.problems)] if site.problems else []
    return replace(site, withheld=withheld, errors=(*errors, *failed))


def _stamp(project: Project, notebook: Path | None) -> str:
    """The key of all that a site is made from: where it is the same, so is the site."""
    inputs = [*list_inputs(project), *project.reports.glob("*.txt"), project.root / CITATION]
    files = building.read_inputs(project, notebook) | read_files(inputs, project.root)
    return key_of(building.key_of_code(project), files, version("great-expectations"))


def list_known(project: Project, kind: str, text: str = "") -> list[str]:
    """What there is of a kind (of areas, periods of reports, indicators, sources), a line each.

    Only lines that hold the text, from the start of a word, with or without its diacritics; of a
    text with commas each part: "Cao Lộc, Lạng Sơn".
    """
    reference = load_reference(project.reference)

    def is_told(line: str, text: str = text) -> bool:
        folded = f" {fold_text(line)}"  # no "yên" in "huyện"
        return all(f" {fold_text(part)}" in folded for part in text.split(","))

    lines: Iterable[str] = ()
    if kind == "areas":
        # Who looks for a province wants itself, not all communes in it.
        own = text.partition(",")[0]
        rows = (reference.area_rows if text else reference.area_rows.wide).values()
        named = (row for row in rows if is_told("{area_id} {name} {level}".format(**row), own))
        lines = (
            f"{row['area_id']}  {reference.name_in_parent(row['area_id'])}  {row['level']}  "
            f"{row['valid_from'] or '…'} to {row['valid_to'] or '…'}"
            for row in sorted(named, key=_order_area)
        )
    elif kind == "indicators":
        form = "{indicator}  {label_vi} / {label_en}  [{unit}]"
        lines = (form.format(**row) for row in reference.indicator_rows.values())
    elif kind == "sources":
        shown = ["source_id", "kind", "area", "period", "issuer", "title", "state"]
        held = pd.concat([read_sources(project.raw), load_register(project.raw)])[shown]
        areas = [reference.area_rows.get(each, {"name": each})["name"] for each in held["area"]]
        state = held["state"].map({"draft": "(draft)"}).fillna("")
        told = held.assign(area=areas, state=state)
        lines = ("  ".join(row).rstrip() for row in told.to_numpy(object))
    else:
        sources = read_sources(project.raw)
        is_told_of = (sources["state"] == "accepted") & ~sources["kind"].isin(["panel", "plan"])
        told = sources.loc[is_told_of, ["area", "period", "source_id"]]
        lines = ("  ".join(row) for row in told.to_numpy(object))
    return [*filter(is_told, lines)]


def _order_area(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """The widest first, then as a Vietnamese list has names; of one name what is there today."""
    name = alphabet_key(bare_name(row))
    return LEVELS.index(row["level"]), name, bool(row["valid_to"]), row["area_id"]


def withhold(tables: Tables) -> tuple[Tables, tuple[str, ...]]:
    """The tables without the rows that may not be published, and the sources of these, as told."""
    sources = tables.sources
    withheld = tuple(sources.loc[sources["publish"] == "no", "source_id"])
    return replace(_without(tables, frozenset(withheld)), sources=sources), withheld


def _without(tables: Tables, bad: frozenset[str]) -> Tables:
    """The tables without some sources, and without what rests on one of them."""
    if not bad:
        return tables
    kept = {}
    for name, table in vars(tables).items():
        is_good = [bad.isdisjoint(each.split()) for each in table["source_id"]]
        kept[name] = table.loc[is_good].reset_index(drop=True)  # [[]] would be no columns
    return Tables(**kept)
