"""The sentence of the project, in Python.

A report is read into a transcript, tidied into observations, derived into indicators, validated
into findings, and told in briefs.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cchc_analysis import __version__
from cchc_analysis.brief.render import check_parameters
from cchc_analysis.data.changes import changing
from cchc_analysis.data.clean import fold_text
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import Tables
from cchc_analysis.data.reference import Project, Reference, load_reference
from cchc_analysis.data.store import (
    is_fresh,
    list_inputs,
    load,
    write_tables,
)
from cchc_analysis.data.tidy import tidy_observations
from cchc_analysis.errors import BriefError, CchcError, Problem
from cchc_analysis.processing import check, list_errors, process, remake, store
from cchc_analysis.read import accept_source
from cchc_analysis.site.build import (
    Site,
    Workers,
    count_pages,
    key_of_rest,
    open_site,
    read_inputs,
    render_site,
)
from cchc_analysis.site.keys import key_of, key_of_files
from cchc_analysis.site.kit import check_empty
from cchc_analysis.site.rerun import compare_pages, open_kit, unpack_kit
from cchc_analysis.site.single import build_brief, make_pages, put_files
from cchc_analysis.site.workers import do_apart

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Workers",
    "accept",
    "build_brief",
    "build_site",
    "check",
    "list_errors",
    "list_names",
    "load",
    "process",
    "remake",
    "rerun_brief",
    "store",
]


def rerun_brief(place: Path, out: Path) -> tuple[list[str], tuple[str, ...]]:
    """Make the pages of a brief again from the kit that lies beside it.

    Args:
        place: The kit, packed or unpacked.
        out: A new or empty folder for the pages.

    Returns:
        The pages that are not, byte by byte, those that were published; and the documents that
        they quote and that no kit holds.

    Raises:
        CommandError: The folder holds something.
        BriefError: It is no kit, or a page could not be made.
    """
    check_empty(out)
    kit = open_kit(place)
    with TemporaryDirectory(prefix="cchc-rerun-") as folder:
        project, tables = unpack_kit(kit, Path(folder))
        notebook = project.notebooks / kit.notebook
        pages = do_apart(make_pages, (project, tables, notebook, kit.parameters))
    put_files(out, pages)
    return compare_pages(kit, out), kit.documents


def check_notebook(notebook: Path) -> Path:
    """The whole way to a notebook that can take the place of ``district_brief.ipynb``.

    Raises:
        CommandError: It has no such parameters.
        BriefError: There is no such notebook, or it is none.
    """
    check_parameters(notebook, ("district", "period", "lang"))
    return notebook.absolute()


def build_site(
    project: Project,
    out: Path | None = None,
    workers: Workers | None = None,
    *,
    force: bool = False,
    url: str = "",
) -> tuple[Site, list[CchcError]]:
    """Process, validate and build every page that can be built and is not there already.

    With the address where the site will be published it gets a ``sitemap.xml``.

    Returns:
        The site, and what is wrong with the sources and briefs that were left out.

    Raises:
        CommandError: The folder holds something else, or somebody else builds it.
        BriefError: No brief could be built, or the place cannot be written to.
    """
    workers = workers or Workers()
    if workers.notebook:
        check_notebook(workers.notebook)
    stamp = key_of(_stamp(project, workers.notebook), url)
    with open_site(out or project.site, stamp, force=force) as build:
        if build.is_current and is_fresh(project):
            return Site(count_pages(build.placed)), []
        with changing(project, "cchc site"):
            run = process(project)
            errors = run.errors()
            if not errors:
                write_tables(project, run.tables, __version__)
        withheld = list_withheld(run.tables.sources)
        told = _withhold(_without(run.tables, run.list_critical()), frozenset(withheld))
        gone = frozenset(run.problems) | run.list_critical()
        if errors:  # to be told by the next run too, which has to look for them again
            build.stamp = ""
        site = render_site(project, told, run.reference, build, workers, gone, url)
    site = replace(site, withheld=withheld)
    return site, [*errors, *([BriefError(site.problems)] if site.problems else [])]


def _stamp(project: Project, notebook: Path | None) -> str:
    """The key of all that a site is made from: where it is the same, so is the site."""
    inputs = [
        *list_inputs(project),
        *sorted(project.reports.glob("*.txt")),
        project.root / "CITATION.cff",
    ]
    held = [path for path in inputs if path.is_file()]
    files = read_inputs(project, notebook)
    rules = version("great-expectations")
    return key_of(key_of_rest(project, files), files, key_of_files(held, project.root), rules)


def accept(project: Project, source_id: str) -> tuple[int, int]:
    """Let a reviewed draft count: from now on it is one of the sources.

    Returns:
        How many of its figures have an indicator, and how many have none yet.

    Raises:
        ReportError: Something in it is still undecided, or cannot be understood.
    """

    def find_problems(
        transcript: pd.DataFrame, sources: pd.DataFrame, reference: Reference
    ) -> list[Problem]:
        found = tidy_observations(transcript, reference, sources).problems.values()
        return [problem for each in found for problem in each]

    with changing(project, "cchc accept"):
        return accept_source(project, source_id, find_problems)


def list_names(project: Project, kind: str, text: str = "") -> list[str]:
    """What there is of a kind, a line each, for a person to look up.

    Args:
        project: Where.
        kind: ``areas``, ``periods`` (of reports), ``indicators`` or ``sources``.
        text: Only lines that hold this text, with or without its diacritics.
    """
    reference = load_reference(project.reference)
    if kind == "areas":
        lines = [
            f"{row['area_id']}  {row['name']}  {row['level']}  "
            f"{row['valid_from'] or '…'} to {row['valid_to'] or '…'}"
            for row in (reference.area_rows if text else reference.area_rows.wide).values()
        ]
    elif kind == "indicators":
        lines = [
            f"{code}  {row['label_vi']} / {row['label_en']}  [{row['unit']}]"
            for code, row in reference.indicator_rows.items()
        ]
    else:
        _, tables = load(project)
        whole = ("source_id", "kind", "area", "period", "issuer", "title")
        rows = [
            row for row in list_rows(tables.sources) if kind == "sources" or row["kind"] != "panel"
        ]
        shown = list(whole) if kind == "sources" else ["area", "period", "source_id"]
        lines = ["  ".join(str(row[key]) for key in shown) for row in rows]
    wanted = fold_text(text)
    return [line for line in lines if wanted in fold_text(line)]


def list_withheld(sources: pd.DataFrame) -> tuple[str, ...]:
    """The sources whose rows may not be published."""
    return tuple(sources.loc[sources["publish"] == "no", "source_id"])


def _without(tables: Tables, bad: frozenset[str]) -> Tables:
    """The tables without some sources, and without what rests on one of them."""
    if not bad:
        return tables
    kept = {
        name: table[[bad.isdisjoint(each.split()) for each in table["source_id"]]]
        for name, table in vars(tables).items()
    }
    return Tables(**{name: table.reset_index(drop=True) for name, table in kept.items()})


def _withhold(tables: Tables, withheld: frozenset[str]) -> Tables:
    """The tables without the rows of some sources; that there are such sources is told."""
    return replace(_without(tables, withheld), sources=tables.sources)
