"""The command line: what a person types, what they read back, and the exit code.

Knows how a command is called and told; ``commands.toml`` says which there are, and which function
of a room each is. That is imported only when its command is given, so that ``cchc --help`` answers
at once. Commands whose options mean several things are functions here.
"""

from __future__ import annotations

import gc
import json
import os
import re
import sys
import tomllib
import warnings
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from cchc_analysis.data.owned import finish_changes
from cchc_analysis.data.records import Scope, problem, render_own, render_text
from cchc_analysis.data.system import STOPPED, UNTOUCHED, end_now, live_line, open_console
from cchc_analysis.errors import (
    BriefError,
    CchcError,
    CommandError,
    ReportError,
    count,
    escape_controls,
    join_same,
)

if TYPE_CHECKING:
    from cchc_analysis.data.reference import Project
    from cchc_analysis.site.build import Site

TYPES: dict[str, dict[str, Any]] = {
    **{each.__name__.lower(): {"type": each} for each in (Path, int, float)},
    "scope": {"choices": [scope.value for scope in Scope]},
}
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
        warnings.formatwarning = lambda said, *_, **__: f"cchc: {said}\n"  # for a person
        gc.set_threshold(70_000)  # tables make many objects that stay; each search sees them all
        os.environ["PYTHONSAFEPATH"] = "1"  # kernels and workers import nothing of this folder
    options = vars(_parse(arguments))
    try:
        return _tell(_run(options.pop("said"), options.pop("root"), options))
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt as stop:
        print(str(stop) or UNTOUCHED, file=sys.stderr)
        if is_program:
            end_now()
        return STOPPED


def _run(said: Mapping[str, Any], root: Path | None, asked: Mapping[str, Any]) -> list[CchcError]:
    """Do what a command says; what it has to tell of as wrong, or what it was stopped by."""
    try:
        project = None
        if not said.get("is_anywhere"):
            from cchc_analysis.data.reference import find_project

            # The way is whole: a notebook that a command runs works in another folder.
            start = root or Path(os.environ.get("CCHC_ROOT") or Path.cwd())
            project = find_project(start.absolute())
            finish_changes(project)
        return _do(said, project, asked)
    except CchcError as error:
        return [error]
    except BrokenPipeError:
        raise
    except OSError as error:  # nobody's bug, and the user can mend it
        is_of_pages = said["does"] in ("site.single.build_brief", "cli._site")
        kind = BriefError if is_of_pages else ReportError
        where, found = str(error.filename or "this machine"), error.strerror or str(error)
        return [kind(problem("refused", where, found=found))]


def _do(
    said: Mapping[str, Any], project: Project | None, asked: Mapping[str, Any]
) -> list[CchcError]:
    """Call the function of a command, and tell what it made by the templates of the command.

    What it made may have ``errors``, which do not take it back.
    """
    room, _, name = said["does"].rpartition(".")
    does = getattr(import_module(f"cchc_analysis.{room}"), name)
    with live_line(is_quiet=not said.get("is_live")):
        made = does(*([project] if project else []), **asked)
    if isinstance(made, Iterator):  # told while it goes on
        for line in made:
            print(escape_controls(line))
    for part, stream in (("tells", sys.stdout), ("warns", sys.stderr)):
        template = said.get(part)
        if template and (text := render_text(template, made=made, project=project, **asked)):
            print(escape_controls(text), file=stream)
    return [*getattr(made, "errors", ())]


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Tell a wrong word as every problem is told, with the one that was meant."""
        self.print_usage(sys.stderr)
        choice = re.search(r"invalid choice: '(.*)' \(choose from (.*)\)$", message)
        known = re.findall(r"[\w-]+", choice[2]) if choice else ()
        meant = _offer(choice[1] if choice else "", known, "Did you mean {}? ")
        told = problem("wrong_word", self.prog, found=message, meant=meant, program=self.prog)
        self.exit(2, f"{told}\n")

    def refuse(self, words: Sequence[str]) -> NoReturn:
        """Tell of words that this command does not know, with the option that was meant."""
        word = escape_controls(words[0].partition("=")[0])
        what = "option" if word.startswith("-") else "word"
        meant = _offer(word, self._option_string_actions, ": did you mean {}?") or "."
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: unrecognized {what} {word}{meant} See `{self.prog} --help`.\n")


def _offer(word: str, known: Iterable[str], question: str) -> str:
    """The question whether the nearest known word was meant; empty where none is near."""
    from difflib import get_close_matches

    near = get_close_matches(word, [*known], n=1)
    return question.format(near[0]) if near else ""


def _parse(arguments: Sequence[str] | None) -> Namespace:
    """What a person typed; words that are left over are told by the command that they gave."""
    parser = build_parser()
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        options.parser.refuse(unknown)
    del options.parser
    return options


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
        does = f"cli._{name.replace('-', '_')}"
        command.set_defaults(said={"does": does} | said, parser=command)
        for option in said.get("arguments", ()):
            kind = TYPES.get(option.pop("type", ""), {})
            command.add_argument(option.pop("name"), **option, **kind)
    return parser


def _add_panel(
    project: Project, file: Path, mapping: Path | None, sheet: str, *, draft: bool, **told: Any
) -> Any:
    from cchc_analysis.data.reference import load_reference
    from cchc_analysis.panels import add_panel, draft_mapping

    if draft:
        return draft_mapping(file, load_reference(project.reference), sheet)
    replace = told.pop("replace")
    source = {name: each for name, each in told.items() if each} or None
    return add_panel(project, file, source, mapping, sheet=sheet, replace=replace)


def _read(project: Project, report: Path, **asked: str | None) -> Any:
    from cchc_analysis.panels.register import load_register
    from cchc_analysis.read.drafting import read_report

    taken = {*load_register(project.raw)["source_id"]}
    return read_report(project, report, taken=taken, **asked)


class _Validated(NamedTuple):
    """The findings as they are asked for, what is doubtful about them, and what they forbid."""

    told: str
    warnings: list[str]
    errors: list[CchcError]


def _validate(project: Project, form: str, suite: Path | None, data: Path | None) -> _Validated:
    from cchc_analysis import pipeline
    from cchc_analysis.data.files import format_table, list_rows
    from cchc_analysis.rules.validation import doubt, list_doubtful, list_errors

    if suite and not data:
        raise CommandError(problem("suite_alone", "cchc validate"))
    if data:
        from cchc_analysis.data.reference import load_reference
        from cchc_analysis.panels import validate_table

        reference = load_reference(project.reference)
        findings = validate_table(data, suite, reference, project.expectations)
        errors, (own, every) = list_errors(findings), findings.attrs["rules_of_suite"]
        told = f"{own} of {count(every, 'rule')} of {suite.name if suite else 'ours'} applied"
        if besides := findings.attrs["rules_applied"] - own:
            told += f", and {besides} on ranges of the catalogue and on periods besides"
        doubts = [told, *findings.attrs["warnings"]]
    else:
        run = pipeline.process(project)
        findings, errors, reference = run.tables.findings, run.errors, run.reference
        doubts = [*map(doubt, list_doubtful(run.tables.tallies))]
    if form == "csv":
        told = format_table(findings)
    elif form == "json":
        rows = json.loads(findings.to_json(orient="records", force_ascii=False))
        split = [{**row, "figures": row["figures"].split()} for row in rows]
        told = json.dumps(split, ensure_ascii=False, indent=2)
    else:
        tally = findings["severity"].value_counts()
        # Arithmetic is kept in the Vietnamese form of numbers; what is told here is English.
        sums = findings["arithmetic"].str.translate(str.maketrans(",.", ".,"))
        rows, areas = list_rows(findings.assign(arithmetic=sums)), reference.area_rows
        told = render_own("findings", rows=rows, areas=areas, tally=tally)
    return _Validated(told, doubts, errors)


def _site(
    project: Project, *, jobs: int | None, out: Path | None, url: str, force: bool, **how: Any
) -> Site:
    import pstats

    from cchc_analysis import pipeline
    from cchc_analysis.site.build import Workers
    from cchc_analysis.site.jobs import check_count, check_timeout

    if url and not url.startswith(("https://", "http://")):
        raise CommandError(problem("no_address", "--url", url=url))
    workers = Workers(
        count=None if how["scheduler"] else check_count(jobs),
        timeout=check_timeout(how.pop("timeout")),
        is_quiet=how.pop("quiet"),
        profile=pstats.Stats() if how.pop("profile") else None,
        **how,
    )
    with live_line(is_quiet=workers.is_quiet):
        site = pipeline.build_site(project, out, workers, force=force, url=url)
    if workers.profile:
        workers.profile.sort_stats("cumulative").print_stats(40)
    return site


def _tell(errors: Sequence[CchcError]) -> int:
    """Print the problems to standard error; the exit code is that of the first kind."""
    problems = join_same(each for error in errors for each in error.problems)
    for each in problems[:MOST_PROBLEMS]:
        print(f"cchc: {each}", file=sys.stderr)
    if len(problems) > MOST_PROBLEMS:
        print(f"cchc: and {len(problems) - MOST_PROBLEMS} more problems.", file=sys.stderr)
    return errors[0].exit_code if errors else 0
