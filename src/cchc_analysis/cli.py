"""The command line: what a person types, what they read back, and the exit code.

Knows the words and the order of the commands. What they do is in ``pipeline`` and below, imported
only when a command needs it, so that ``cchc --help`` answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.changes import finish_changes
from cchc_analysis.data.records import Scope
from cchc_analysis.data.system import STOPPED, UNTOUCHED, end_now, live_line, open_console
from cchc_analysis.errors import (
    BriefError,
    CchcError,
    CommandError,
    Problem,
    ReportError,
    count,
    escape_controls,
)

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Project

    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]

LANGUAGES = ("vi", "en")
PANEL_SOURCE = ("source_id", "publisher", "licence", "title", "url", "publish")
TIMEOUT = 600
"""Seconds in which a page is there if it comes at all: a brief takes less than one."""
MOST_PROBLEMS = 30
"""More than a person reads before mending the first ones."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 well; 2 wrong command or option; 3 report; 4 reference data; 5 validation; 6 brief; any
    other problem is a bug and keeps its traceback.
    """
    is_program = arguments is None
    if is_program:
        open_console()
        os.environ["PYTHONSAFEPATH"] = "1"  # kernels and workers import nothing of this folder
    options = build_parser().parse_args(arguments)
    try:
        code: int = options.run(
            options, None if options.is_anywhere else _find_project(options.root)
        )
    except CchcError as error:
        return _tell([error])
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        return _tell([_explain(error, options.run)])
    except KeyboardInterrupt as stop:
        print(str(stop) or UNTOUCHED, file=sys.stderr)
        if is_program:
            end_now()
        return STOPPED
    return code


def _explain(error: OSError, run: object) -> CchcError:
    """What the file system refuses, as a sentence: it is nobody's bug, and the user can mend it."""
    kind = BriefError if run in (_brief, _site) else ReportError
    return kind(
        Problem(
            str(error.filename or "this machine"),
            error.strerror or str(error),
            "a place that can be read and written",
            "Check its rights and the space left, and run it again; what was there is whole.",
        )
    )


def build_parser() -> argparse.ArgumentParser:
    """The commands and their options, each explained in a line."""
    from cchc_analysis import __version__

    parser = argparse.ArgumentParser(
        prog="cchc",
        description="Figures of public administration reform (CCHC) reports: "
        "validated, sourced, and told in briefs.",
    )
    parser.add_argument("--version", action="version", version=f"cchc {__version__}")
    parser.add_argument(
        "--root", type=Path, default=None, help="project folder (default: CCHC_ROOT, or from here)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_making(commands)
    _add_bringing(commands)
    _add_looking(commands)
    return parser


def _add(
    commands: _Commands, name: str, run: Callable[..., int], told: str, *, is_anywhere: bool = False
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=told)
    command.set_defaults(run=run, is_anywhere=is_anywhere)
    return command


def _add_making(commands: _Commands) -> None:
    _add(commands, "check", _check, "check reference data, sources and suites")
    _add(commands, "process", _process, "make data/processed from data/raw")
    validate = _add(commands, "validate", _validate, "list what the sources contradict")
    validate.add_argument(
        "--format", choices=("text", "json", "csv"), default="text", help="default: text"
    )
    validate.add_argument("--suite", type=Path, help="a suite of yours, for --data")
    validate.add_argument("--data", type=Path, help="a table of yours (CSV)")
    brief = _add(commands, "brief", _brief, "build the page of one area and period")
    brief.add_argument("district", help="an area of any level: “Cao Lộc”, 183, “phường Kỳ Lừa”")
    brief.add_argument("period", help="2024-H1, 2023-9M, 2024-Q1, 2019, “6 tháng đầu năm 2024”")
    brief.add_argument("--lang", choices=LANGUAGES, default="vi", help="default: vi")
    brief.add_argument(
        "--format", choices=("html", "pdf"), default="html", help="default: html; pdf by Chromium"
    )
    brief.add_argument("--notebook", type=Path, help="your copy of district_brief.ipynb")
    brief.add_argument("--since", type=Path, help="an earlier edition: tells what was revised")
    brief.add_argument("--out", type=Path, help="file (default: its place in site/)")
    site = _add(commands, "site", _site, "process, validate and build every page that changed")
    site.add_argument("--out", type=Path, help="folder (default: site/)")
    site.add_argument("--notebook", type=Path, help="your copy of district_brief.ipynb")
    site.add_argument("--url", default="", help="where it will be published: adds sitemap.xml")
    site.add_argument("--force", action="store_true", help="build every page anew")
    site.add_argument("--jobs", type=int, help="processes (default: one per core)")
    site.add_argument(
        "--timeout", type=float, default=TIMEOUT, help=f"seconds for a page (default: {TIMEOUT})"
    )
    site.add_argument("--scheduler", help="build on the workers of Dask at tcp://host:8786")
    site.add_argument("--quiet", action="store_true", help="tell nothing but problems")
    site.add_argument("--profile", action="store_true", help="tell where the time went")
    rerun = _add(
        commands, "rerun", _rerun, "make the page of a brief again from its kit", is_anywhere=True
    )
    rerun.add_argument("kit", type=Path, help="rerun.zip beside a brief, or its unpacked folder")
    rerun.add_argument("--out", type=Path, default=Path("rerun"), help="folder (default: rerun/)")


def _add_bringing(commands: _Commands) -> None:
    read = _add(commands, "read", _read, "read a report into a draft transcript to review")
    read.add_argument("report", type=Path, help=".txt, .docx, .pdf, .html or .xlsx")
    read.add_argument("--area", help="whose report it is (default: as its head says)")
    read.add_argument("--period", help="2024-H1, … (default: as its head says)")
    read.add_argument("--source-id", help="name of the source (default: made of both)")
    read.add_argument(
        "--discard", action="store_true", help="take back the draft whose source stands for REPORT"
    )
    review = _add(commands, "review", _review, "put a draft right on a page in the browser")
    review.add_argument("source_id", help="as `cchc read` named it")
    review.add_argument("--port", type=int, default=0, help="default: one that is free")
    review.add_argument("--no-browser", action="store_true", help="only print the address")
    accept = _add(commands, "accept", _accept, "let a reviewed draft count as a source")
    accept.add_argument("source_id", help="as in data/raw/sources.csv")
    panel = _add(commands, "add-panel", _bring_panel, "bring in a table of other people's numbers")
    panel.add_argument(
        "file", type=Path, help="CSV, XLSX, XLS, ODS, Stata or Parquet; or form II.06a"
    )
    panel.add_argument("--mapping", type=Path, help="what its headings mean (YAML)")
    panel.add_argument("--sheet", default="", help="the one worksheet that is wanted")
    panel.add_argument("--draft", action="store_true", help="only print a mapping to begin with")
    panel.add_argument("--replace", action="store_true", help="replace a panel of that name")
    for name in PANEL_SOURCE:
        panel.add_argument(f"--{name.replace('_', '-')}", help="of the source, without a mapping")
    init = _add(commands, "init", _init, "make an empty project in a folder", is_anywhere=True)
    init.add_argument("folder", type=Path, help="a new or empty folder")
    init.add_argument("--update", action="store_true", help="bring newer data, suites, notebooks")


def _add_looking(commands: _Commands) -> None:
    trace = _add(commands, "trace", _trace, "walk a number back to its place in a document")
    trace.add_argument("area", help="name or code: “Cao Lộc”, 183, “Lạng Sơn province”")
    trace.add_argument("indicator", help="code or label, as `cchc list indicators` has them")
    trace.add_argument("period", help="2024-H1, 2023-9M, 2024-Q1, 2019")
    trace.add_argument(
        "--scope", choices=[scope.value for scope in Scope], help="default: all scopes"
    )
    trace.add_argument("--cite", action="store_true", help="how to cite it: a line, and BibTeX")
    names = _add(commands, "list", _list, "list areas, periods, indicators or sources")
    names.add_argument("kind", choices=("areas", "periods", "indicators", "sources"))
    names.add_argument("text", nargs="?", default="", help="only rows that hold this text")
    diff = _add(
        commands,
        "diff",
        _diff,
        "list what moved between two editions of the data",
        is_anywhere=True,
    )
    diff.add_argument("old", type=Path, help="folder of processed data, or a project")
    diff.add_argument("new", type=Path, help="the same, of the later edition")
    diff.add_argument("--format", choices=("text", "csv"), default="text", help="default: text")


def _rerun(options: argparse.Namespace, _: Project) -> int:
    from cchc_analysis import pipeline

    changed, documents = pipeline.rerun_brief(options.kit, options.out)
    said = "not the page that was published" if changed else "the page that was published"
    print(f"{options.out / 'index.html'}: {said}")
    if changed and documents:
        print(f"It quotes documents that no kit holds: {', '.join(documents)}", file=sys.stderr)
    elif changed:
        told = ", ".join(changed)
        return _tell(
            [
                BriefError(
                    Problem(
                        told,
                        "other bytes",
                        "the bytes that were published",
                        "Install the versions of requirements.txt; other versions draw otherwise.",
                    )
                )
            ]
        )
    return 0


def _list(options: argparse.Namespace, project: Project) -> int:
    from cchc_analysis import pipeline

    lines = pipeline.list_names(project, options.kind, options.text)
    for line in lines:
        print(line)
    if not lines:
        asked = f"No {options.kind} with “{options.text}”" if options.text else f"No {options.kind}"
        print(f"{asked} in this project.", file=sys.stderr)
    return 0


def _diff(options: argparse.Namespace, _: Project) -> int:
    from cchc_analysis.data.editions import compare_editions, format_editions
    from cchc_analysis.data.files import format_table

    told = compare_editions(options.old, options.new)
    print(format_table(told).rstrip("\n") if options.format == "csv" else format_editions(told))
    return 0


def _init(options: argparse.Namespace, _: Project) -> int:
    from cchc_analysis.site.kit import init_project

    laid = init_project(options.folder, update=options.update)
    print(f"{count(len(laid.written), 'file')} written in {options.folder}")
    for name in laid.kept:
        print(f"kept as you changed it: {name}")
    return 0


def _bring_panel(options: argparse.Namespace, project: Project) -> int:
    from cchc_analysis.data.reference import load_reference
    from cchc_analysis.panels import add_panel, draft_mapping

    if options.draft:
        print(draft_mapping(options.file, load_reference(project.reference), options.sheet))
        return 0
    source = {name: getattr(options, name) for name in PANEL_SOURCE if getattr(options, name)}
    given = (project, options.file, source or None, options.mapping)
    print(add_panel(*given, sheet=options.sheet, replace=options.replace))
    return 0


def _read(options: argparse.Namespace, project: Project) -> int:
    from cchc_analysis.read import discard_draft, read_report

    if options.discard:
        aside = discard_draft(project, str(options.report))
        print(escape_controls(f"{options.report} is no draft any more; its transcript: {aside}"))
        return 0
    draft = read_report(project, options.report, options.area, options.period, options.source_id)
    lines = [
        f"{draft.figures} figures, {draft.mapped} with an indicator, {draft.unsure} unsure; "
        f"{len(draft.undecided)} cells to decide.",
        *draft.remarks,
        f"Review {draft.review}",
        f"Mend it on a page: cchc review {draft.source_id}, or in {draft.transcript}",
        f"Then: cchc accept {draft.source_id}",
    ]
    print("\n".join(map(escape_controls, lines)))
    return 0


def _review(options: argparse.Namespace, project: Project) -> int:
    from cchc_analysis.read.serving import serve_review

    tell = partial(print, flush=True)
    serve_review(
        project, options.source_id, options.port, tell, opens_browser=not options.no_browser
    )
    return 0


def _accept(options: argparse.Namespace, project: Project) -> int:
    from cchc_analysis import pipeline

    mapped, unmapped = pipeline.accept(project, options.source_id)
    print(
        f"{options.source_id} counts from now on: {mapped} figures; {unmapped} more have no "
        "indicator yet and stay in the transcript."
    )
    return 0


def _check(_: argparse.Namespace, project: Project) -> int:
    from cchc_analysis import pipeline

    for line in pipeline.check(project):
        print(line)
    return 0


def _process(_: argparse.Namespace, project: Project) -> int:
    from cchc_analysis import pipeline

    with live_line():
        run = pipeline.remake(project)
    print(
        f"{count(len(run.tables.transcripts), 'figure')} of "
        f"{count(len(run.tables.sources), 'source')}: "
        f"{count(len(run.tables.observations), 'observation')}, "
        f"{count(len(run.tables.indicators), 'published value')}, "
        f"{count(len(run.tables.findings), 'finding')} in {project.processed}"
    )
    return 0


def _validate(options: argparse.Namespace, project: Project) -> int:
    from cchc_analysis import pipeline
    from cchc_analysis.rules.validation import doubt, list_doubtful

    if options.suite and not options.data:
        found, remedy = "--suite without --data", "Name the table that the suite is for."
        raise CommandError(Problem("cchc validate", found, "a table", remedy))
    if options.data:
        from cchc_analysis.data.reference import load_reference
        from cchc_analysis.panels import validate_table

        reference = load_reference(project.reference)
        findings = validate_table(options.data, options.suite, reference, project.expectations)
        errors = pipeline.list_errors(findings)
        print(f"{count(findings.attrs['rules_applied'], 'rule')} applied", file=sys.stderr)
        warnings = findings.attrs["warnings"]
    else:
        with live_line():
            run = pipeline.process(project)
        findings, errors = run.tables.findings, run.errors()
        warnings = [*map(doubt, list_doubtful(run.tables.tallies))]
    for warning in warnings:
        print(escape_controls(warning), file=sys.stderr)
    print(_format_findings(findings, options.format))
    return _tell(errors)


def _brief(options: argparse.Namespace, project: Project) -> int:
    from cchc_analysis.site.single import build_brief

    page = build_brief(
        project,
        options.district,
        options.period,
        options.lang,
        options.out,
        options.format,
        options.notebook,
        options.since,
    )
    print(escape_controls(str(page)))
    return 0


def _site(options: argparse.Namespace, project: Project) -> int:
    from cchc_analysis import pipeline
    from cchc_analysis.site.jobs import Timings, check_count, check_timeout

    if options.url and not options.url.startswith(("https://", "http://")):
        raise CommandError(
            Problem("--url", repr(options.url), "https://…", "Write the whole address of the site.")
        )
    profile = Timings() if options.profile else None
    workers = pipeline.Workers(
        count=None if options.scheduler else check_count(options.jobs),
        timeout=check_timeout(options.timeout),
        scheduler=options.scheduler,
        is_quiet=options.quiet,
        profile=profile,
        notebook=options.notebook,
    )
    with live_line(is_quiet=options.quiet):
        site, errors = pipeline.build_site(
            project, options.out, workers, force=options.force, url=options.url
        )
    if site.kept:
        print(
            f"{count(len(site.kept), 'page')} left as before, as a source was set aside: "
            f"{', '.join(site.kept[:MOST_PROBLEMS])}",
            file=sys.stderr,
        )
    if site.withheld:
        names = ", ".join(site.withheld[:MOST_PROBLEMS])
        told = count(len(site.withheld), "source")
        print(
            f"{told} kept off the site and its downloads (publish = no): {names}", file=sys.stderr
        )
    if profile:
        print(profile.format())
    if not options.quiet:
        pages = count(site.pages, "page")
        print(f"{pages} in {options.out or project.site}, {site.built} of them built")
    return _tell(errors)


def _trace(options: argparse.Namespace, project: Project) -> int:
    from cchc_analysis.data.store import load
    from cchc_analysis.data.trace import cite_any, find_published, format_trace

    reference, tables = load(project, without=("observations", "tallies", "definitions"))
    wanted = (options.area, options.indicator, options.period, options.scope)
    published = find_published(tables, reference, *wanted)
    print(format_trace(published, tables, reference))
    if options.cite:
        for _, row in published.iterrows():
            citation = cite_any(row, project.root, tables.sources)
            print(f"\n{citation.text}\n\n{citation.bibtex}")
    return 0


def _format_findings(findings: pd.DataFrame, form: str) -> str:
    import json

    from cchc_analysis.data.files import format_table

    if form == "csv":
        return format_table(findings).rstrip("\n")
    if form == "json":
        rows = json.loads(findings.to_json(orient="records", force_ascii=False))
        for row in rows:
            row["figures"] = row["figures"].split()
        return json.dumps(rows, ensure_ascii=False, indent=2)
    lines = [
        f"{row.severity:8} {row.rule_id:6} {row.source_id} {_name_place(row)}: "
        f"{row.arithmetic}\n         {row.explanation_en}"
        for row in findings.itertuples()
    ]
    tally = findings["severity"].value_counts()
    summary = ", ".join(f"{number} {severity}" for severity, number in tally.items())
    whole = f"{count(len(findings), 'finding')}: {summary}" if lines else "no findings"
    return "\n".join([*lines, whole])


def _name_place(row: Any) -> str:
    """Whose figures a finding is about, and of which time, as far as its table says so."""
    cells = map(str, (row.area_id, row.scope, row.period_end))
    return " ".join(cell for cell in cells if cell not in ("", "nan", "<NA>"))


def _find_project(root: Path | None) -> Project:
    from cchc_analysis.data.reference import find_project

    # A notebook that a command runs works in another folder: the way to the project is whole.
    project = find_project((root or Path(os.environ.get("CCHC_ROOT") or Path.cwd())).absolute())
    finish_changes(project)
    return project


def _tell(errors: Sequence[CchcError]) -> int:
    """Print the problems to standard error; the exit code is that of the first kind."""
    problems = [problem for error in errors for problem in error.problems]
    for problem in problems[:MOST_PROBLEMS]:
        print(f"cchc: {problem}", file=sys.stderr)
    if len(problems) > MOST_PROBLEMS:
        print(f"cchc: and {len(problems) - MOST_PROBLEMS} more problems.", file=sys.stderr)
    return errors[0].exit_code if errors else 0
