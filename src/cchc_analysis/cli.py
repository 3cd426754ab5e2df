"""The command line: what a person types, what they read back, and the exit code.

Knows the words and the order of the commands. What they do is in ``pipeline`` and below, imported
only when a command needs it, so that ``cchc --help`` answers at once.
"""

from __future__ import annotations

import gc
import os
import sys
import tomllib
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from cchc_analysis.data.owned import finish_changes
from cchc_analysis.data.records import Scope, problem
from cchc_analysis.data.system import STOPPED, UNTOUCHED, end_now, live_line, open_console
from cchc_analysis.errors import (
    BriefError,
    CchcError,
    CommandError,
    ReportError,
    count,
    escape_controls,
)

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Project, Reference

TYPES: dict[str, dict[str, Any]] = {
    **{each.__name__.lower(): {"type": each} for each in (Path, int, float)},
    "scope": {"choices": [scope.value for scope in Scope]},
}
PANEL_SOURCE = ("source_id", "publisher", "licence", "title", "url", "publish")
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
        gc.set_threshold(
            70_000
        )  # tables make many objects that stay, and each search sees them all
        os.environ["PYTHONSAFEPATH"] = "1"  # kernels and workers import nothing of this folder
    options = build_parser().parse_args(arguments)
    try:
        return _tell(_run(options))
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt as stop:
        print(str(stop) or UNTOUCHED, file=sys.stderr)
        if is_program:
            end_now()
        return STOPPED


def _run(options: Namespace) -> Sequence[CchcError]:
    """Do what a command says; what it has to tell of as wrong, or what it was stopped by."""
    try:
        project = None if options.is_anywhere else _find_project(options.root)
        return options.run(options, project) or ()
    except CchcError as error:
        return [error]
    except BrokenPipeError:
        raise
    except OSError as error:  # nobody's bug, and the user can mend it
        kind = BriefError if options.run in (_brief, _site) else ReportError
        where, found = str(error.filename or "this machine"), error.strerror or str(error)
        return [kind(problem("refused", where, found=found))]


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Tell a wrong word as every problem is told."""
        self.print_usage(sys.stderr)
        told = problem("wrong_word", self.prog, found=message, program=self.prog)
        self.exit(2, f"cchc: {told}\n")


def build_parser() -> ArgumentParser:
    """The commands and their options, each explained in a line."""
    from cchc_analysis import __version__

    parser = _Parser(
        prog="cchc",
        description="Figures of public administration reform (CCHC) reports: "
        "validated, sourced, and told in briefs.",
    )
    parser.add_argument("--version", action="version", version=f"cchc {__version__}")
    parser.add_argument(
        "--root", type=Path, default=None, help="project folder (default: CCHC_ROOT, or from here)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listed = files("cchc_analysis").joinpath("commands.toml").read_text("utf-8")
    for name, said in tomllib.loads(listed).items():
        command = commands.add_parser(name, help=said["help"])
        run = globals()[f"_{name.replace('-', '_')}"]
        command.set_defaults(run=run, is_anywhere=said.get("is_anywhere", False))
        for option in said.get("arguments", ()):
            kind = TYPES.get(option.pop("type", ""), {})
            command.add_argument(option.pop("name"), **option, **kind)
    return parser


def _rerun(options: Namespace, _: Project) -> list[CchcError]:
    from cchc_analysis import pipeline

    changed, documents = pipeline.rerun_brief(options.kit, options.out)
    said = "not the page that was published" if changed else "the page that was published"
    print(f"{options.out / 'index.html'}: {said}")
    if changed and documents:
        print(f"It quotes documents that no kit holds: {', '.join(documents)}", file=sys.stderr)
    elif changed:
        return [BriefError(problem("other_bytes", ", ".join(changed)))]
    return []


def _list(options: Namespace, project: Project) -> None:
    from cchc_analysis import pipeline

    lines = pipeline.list_names(project, options.kind, options.text)
    for line in lines:
        print(line)
    if not lines:
        asked = f" with “{options.text}”" if options.text else ""
        print(f"No {options.kind}{asked} in this project.", file=sys.stderr)


def _diff(options: Namespace, _: Project) -> None:
    from cchc_analysis.data.files import format_table
    from cchc_analysis.data.trace import compare_editions, format_editions

    told = compare_editions(options.old, options.new)
    print(format_table(told).rstrip("\n") if options.format == "csv" else format_editions(told))


def _init(options: Namespace, _: Project) -> None:
    from cchc_analysis.site.kit import init_project

    laid = init_project(options.folder, update=options.update)
    print(f"{count(len(laid.written), 'file')} written in {options.folder}")
    for name in laid.kept:
        print(f"kept as you changed it: {name}")


def _add_panel(options: Namespace, project: Project) -> None:
    from cchc_analysis.data.reference import load_reference
    from cchc_analysis.panels import add_panel, draft_mapping

    if options.draft:
        print(draft_mapping(options.file, load_reference(project.reference), options.sheet))
        return
    source = {name: getattr(options, name) for name in PANEL_SOURCE if getattr(options, name)}
    given = (project, options.file, source or None, options.mapping)
    print(add_panel(*given, sheet=options.sheet, replace=options.replace))


def _read(options: Namespace, project: Project) -> None:
    from cchc_analysis.read.drafting import discard_draft, read_report

    if options.discard:
        aside = discard_draft(project, str(options.report))
        print(escape_controls(f"{options.report} is no draft any more; its transcript: {aside}"))
        return
    draft = read_report(project, options.report, options.area, options.period, options.source_id)
    lines = [
        f"{count(draft.figures, 'figure')}, {draft.mapped} with an indicator, "
        f"{draft.unsure} unsure; {count(len(draft.undecided), 'cell')} to decide.",
        *draft.remarks,
        f"Review {draft.review}",
        f"Mend it on a page: cchc review {draft.source_id}, or in {draft.transcript}",
        f"Then: cchc accept {draft.source_id}",
    ]
    if not draft.mapped:
        table = f"cchc read --discard {draft.source_id}, then cchc add-panel FILE --draft"
        lines.append(f"Nothing is understood. Of a table of many areas or years: {table}")
    print("\n".join(map(escape_controls, lines)))


def _review(options: Namespace, project: Project) -> None:
    from cchc_analysis.read.serving import serve_review

    place, opens_browser = (options.source_id, options.port), not options.no_browser
    serve_review(project, *place, partial(print, flush=True), opens_browser=opens_browser)


def _accept(options: Namespace, project: Project) -> None:
    from cchc_analysis.read.transcripts import accept_source

    mapped, unmapped = accept_source(project, options.source_id)
    left = f"{unmapped} more have no indicator yet and stay in the transcript."
    print(f"{options.source_id} counts from now on: {mapped} figures; {left}")


def _check(_: Namespace, project: Project) -> None:
    from cchc_analysis import pipeline

    for line in pipeline.check(project):
        print(line)


def _process(_: Namespace, project: Project) -> None:
    from cchc_analysis import pipeline

    with live_line():
        tables = pipeline.remake(project).tables
    print(
        f"{count(len(tables.transcripts), 'figure')} of {count(len(tables.sources), 'source')}: "
        f"{count(len(tables.observations), 'observation')}, "
        f"{count(len(tables.indicators), 'published value')}, "
        f"{count(len(tables.findings), 'finding')} in {project.processed}"
    )


def _validate(options: Namespace, project: Project) -> list[CchcError]:
    from cchc_analysis import pipeline
    from cchc_analysis.rules.validation import doubt, list_doubtful

    if options.suite and not options.data:
        raise CommandError(problem("suite_alone", "cchc validate"))
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
        findings, errors, reference = run.tables.findings, run.errors(), run.reference
        warnings = [*map(doubt, list_doubtful(run.tables.tallies))]
    for warning in warnings:
        print(escape_controls(warning), file=sys.stderr)
    print(_format_findings(findings, options.format, reference))
    return errors


def _brief(options: Namespace, project: Project) -> None:
    from cchc_analysis.site.single import build_brief

    names = ("district", "period", "lang", "out", "format", "notebook", "since")
    page = build_brief(project, *(getattr(options, name) for name in names))
    print(escape_controls(str(page)))


def _site(options: Namespace, project: Project) -> list[CchcError]:
    import pstats

    from cchc_analysis import pipeline
    from cchc_analysis.site.build import Workers
    from cchc_analysis.site.jobs import check_count, check_timeout

    if options.url and not options.url.startswith(("https://", "http://")):
        raise CommandError(problem("no_address", "--url", url=options.url))
    workers = Workers(
        count=None if options.scheduler else check_count(options.jobs),
        timeout=check_timeout(options.timeout),
        scheduler=options.scheduler,
        is_quiet=options.quiet,
        profile=pstats.Stats() if options.profile else None,
        notebook=options.notebook,
    )
    with live_line(is_quiet=options.quiet):
        site, errors = pipeline.build_site(
            project, options.out, workers, force=options.force, url=options.url
        )
    for names, noun, told in (
        (site.kept, "page", "left as before, as a source was set aside"),
        (site.withheld, "source", "kept off the site and its downloads (publish = no)"),
    ):
        if names:
            few = ", ".join(names[:MOST_PROBLEMS])
            print(f"{count(len(names), noun)} {told}: {few}", file=sys.stderr)
    if workers.profile:
        workers.profile.sort_stats("cumulative").print_stats(40)
    if not options.quiet:
        pages = count(site.pages, "page")
        print(f"{pages} in {options.out or project.site}, {site.built} of them built")
    return errors


def _trace(options: Namespace, project: Project) -> None:
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


def _format_findings(findings: pd.DataFrame, form: str, reference: Reference) -> str:
    import json

    from cchc_analysis.data.files import format_table, list_rows
    from cchc_analysis.data.records import render_own

    if form == "csv":
        return format_table(findings).rstrip("\n")
    if form == "json":
        rows = json.loads(findings.to_json(orient="records", force_ascii=False))
        told = [{**row, "figures": row["figures"].split()} for row in rows]
        return json.dumps(told, ensure_ascii=False, indent=2)
    tally = findings["severity"].value_counts()
    rows, areas = list_rows(findings), reference.area_rows
    whole = count(len(rows), "finding")
    return render_own("findings", rows=rows, areas=areas, whole=whole, tally=tally)


def _find_project(root: Path | None) -> Project:
    from cchc_analysis.data.reference import find_project

    # A notebook that a command runs works in another folder: the way to the project is whole.
    project = find_project((root or Path(os.environ.get("CCHC_ROOT") or Path.cwd())).absolute())
    finish_changes(project)
    return project


def _tell(errors: Sequence[CchcError]) -> int:
    """Print the problems to standard error; the exit code is that of the first kind."""
    problems = [each for error in errors for each in error.problems]
    for each in problems[:MOST_PROBLEMS]:
        print(f"cchc: {each}", file=sys.stderr)
    if len(problems) > MOST_PROBLEMS:
        print(f"cchc: and {len(problems) - MOST_PROBLEMS} more problems.", file=sys.stderr)
    return errors[0].exit_code if errors else 0
