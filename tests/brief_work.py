"""Briefs of made-up reports, for tests: figures drawn as text in, a brief out.

The reference data are the real ones with two made-up districts; the steps from figures to values
are the real ones too. Findings are given by the test, so that a brief is tested and not a suite.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import cache, lru_cache
from html import unescape
from pathlib import Path
from typing import Any, cast

import pandas as pd
from markupsafe import Markup

from cchc_analysis import brief as briefs
from cchc_analysis import pipeline
from cchc_analysis.brief.board import open_board
from cchc_analysis.brief.content import ANNEX, Brief
from cchc_analysis.brief.downloads import RERUN
from cchc_analysis.brief.opening import Context, running_in
from cchc_analysis.brief.profile import open_profile
from cchc_analysis.brief.quality import CONTENTS, Graded, open_quality
from cchc_analysis.brief.render import (
    NOTEBOOK,
    PROFILE_NOTEBOOK,
    TEMPLATE,
    TRENDS_NOTEBOOK,
    export_body,
)
from cchc_analysis.brief.report import load_report
from cchc_analysis.data.files import read_files
from cchc_analysis.data.records import (
    DEFINITION_COLUMNS,
    FINDING_COLUMNS,
    SOURCE_COLUMNS,
    TALLY_COLUMNS,
    TRANSCRIPT_COLUMNS,
    Tables,
)
from cchc_analysis.data.reference import Project, Reference, load_reference
from cchc_analysis.data.store import list_inputs, load
from cchc_analysis.data.tidy import tidy_observations
from cchc_analysis.data.words import Words, load_words
from cchc_analysis.read.transcripts import read_transcripts
from cchc_analysis.rules import choose_readings, load_identities
from cchc_analysis.site.build import Site, open_site, render_site
from cchc_analysis.site.jobs import Reply
from cchc_analysis.site.keys import (
    Seen,
    WatchedReference,
    key_of,
    watch_words,
    write_names,
)
from cchc_analysis.site.pages import ANNEX_SHOWS, READ, SHOWS, Task, bind_page, put_beside
from cchc_analysis.site.slices import Slices, grade_all
from cchc_analysis.stats.derive import derive_indicators, mark_findings

ROOT = Path(__file__).resolve().parents[1]
PROJECT = Project(ROOT)
MADE_UP = Path(__file__).resolve().parent / "made_up"
OF_INDICATOR = (
    *("opening", "map", "ranking", "series", "standing", "distribution", "change", "funnel"),
    *("standardised", "others", "coverage", "methods"),
)
"""The sections of the page of an indicator, in their order."""
PLAIN_REPORT = """
M001 II.1 dossiers_received_total district_office 1.250
M002 II.1 dossiers_received_new district_office 1.200
M003 II.1 dossiers_carried_over district_office 50
M004 II.1 dossiers_resolved_total district_office 1.190
M005 II.1 dossiers_resolved_early district_office 800
M006 II.1 dossiers_resolved_on_due district_office 378
M007 II.1 dossiers_resolved_overdue district_office 12
M008 II.1 dossiers_pending_total district_office 60
M009 II.1 dossiers_pending_in_term district_office 57
M010 II.1 dossiers_pending_overdue district_office 03
"""
"""A report that adds up."""


PROCESSED: dict[str, pipeline.Run] = {}
PROCESS = pipeline.process


def process_once(project: Project) -> pipeline.Run:
    """What a run makes of the same inputs is the same; validating takes seconds."""
    key = key_of(read_files(list_inputs(project), project.root))
    if key not in PROCESSED:
        PROCESSED[key] = PROCESS(project)
    return PROCESSED[key]


SHIPPED_REPORTS = (
    "cao_loc_2024_h1", "cao_loc_2024_plan", "dak_song_2023_9m", "lang_son_city_2019",
    "van_quan_2024_9m",
)  # fmt: skip
"""The sources of reports that come with the project: whoever uses it adds others."""

PUBLISHED: dict[str, tuple[Tables, Reference]] = {}


def publish_once(project: Project) -> tuple[Tables, Reference]:
    """What is published of the transcripts of a project, unchecked; the same of the same inputs.

    The tables are of the caller, who may change them.
    """
    key = key_of(read_files(list_inputs(project), project.root))
    if key not in PUBLISHED:
        reference, read = load_reference(project.reference), read_transcripts(project.raw)
        PUBLISHED[key] = publish(read.transcripts, read.sources, reference), reference
    tables, reference = PUBLISHED[key]
    return Tables(**{name: table.copy() for name, table in vars(tables).items()}), reference


def publish(transcripts: pd.DataFrame, sources: pd.DataFrame, reference: Reference) -> Tables:
    """The tables that follow from figures, with every reading published and nothing found."""
    observations = tidy_observations(transcripts, reference).observations
    return Tables(
        sources=sources,
        transcripts=transcripts,
        observations=observations,
        indicators=derive_indicators(observations, transcripts, sources, reference),
        findings=pd.DataFrame(columns=list(FINDING_COLUMNS), dtype="str"),
        tallies=pd.DataFrame(columns=list(TALLY_COLUMNS)),
        definitions=pd.DataFrame(columns=list(DEFINITION_COLUMNS)),
    )


@cache
def load_real() -> tuple[Reference, Tables]:
    """The real reference data and tables, for all tests of a process: not to be changed."""
    return load(PROJECT)


@cache
def load_few() -> tuple[Reference, Tables]:
    """The same with all reports and few of the panels, for tests that build a whole site."""
    reference, tables = load_real()
    others = set(tables.sources.loc[tables.sources["kind"] != "panel", "source_id"])
    kept = {
        name: table[
            table["source_id"].isin(others) | (table["indicator"] == "pci") & at.isin(PROVINCES)
        ]
        for name, table in vars(tables).items()
        if "indicator" in table
        for at in [table["area_id" if "area_id" in table else "area"]]
    }
    named = others | {each for table in kept.values() for each in table["source_id"]}
    kept |= {
        name: table[table["source_id"].isin(named)]
        for name, table in vars(tables).items()
        if name not in kept
    }
    return reference, Tables(**{name: kept[name].reset_index(drop=True) for name in vars(tables)})


PROVINCES = ("01", "20", "48", "67", "79")
"""Those of which ``load_few`` keeps what a panel says."""


def open_slices(tables: Tables, reference: Reference) -> Slices:
    """The slices of tables, by what the real briefs show."""
    return Slices(tables, reference, load_report(PROJECT.notebooks, reference))


@cache
def open_real_briefs() -> list[Brief]:
    """The briefs of the real sources, each in both languages."""
    reference, tables = load_real()
    return [
        briefs.open_brief(tables, reference, load_words_of(lang), *place)
        for place in briefs.list_briefs(tables, reference)
        for lang in ("vi", "en")
    ]


@cache
def load_words_of(lang: str) -> Words:
    """The strings of the site."""
    return load_words(PROJECT.notebooks / TEMPLATE, lang)


@cache
def made_up_reference() -> Reference:
    """The real reference data and two districts more."""
    reference = load_reference(PROJECT.reference)
    extra = pd.read_csv(MADE_UP / "areas.csv", dtype=str, keep_default_na=False)
    areas = pd.concat([reference.areas, extra], ignore_index=True)
    empty = {name: getattr(reference, name).iloc[:0] for name in ("corrections", "remarks")}
    return replace(reference, areas=areas, **empty)


def read_figures(text: str, source_id: str, area: str, period: tuple[str, str]) -> pd.DataFrame:
    """Figures from lines of ``id section indicator scope printed [status] [comparator] [year]``.

    A stock is told from a flow by the catalogue; ``_`` stands for a space in the printed text;
    ``indicator/item=x`` has a breakdown; a year, or ``first..last day``, is a window of its own,
    and ``..`` is none.
    """
    rows = []
    lines = [line.split() for line in text.splitlines() if line.strip()]
    for line, words in enumerate(lines, start=1):
        figure_id, section, code, scope, printed, *more = words
        indicator, _, breakdown = code.partition("/")
        known = made_up_reference().indicator_rows[indicator]
        is_stock = known["aggregation"] == "stock"
        texts = [printed.replace("_", " "), ""]
        own = more.pop() if more and (more[-1][:4].isdigit() or more[-1] == "..") else ""
        start, dots, end = own.partition("..")
        window = (start, end) if dots else (f"{own}-01-01", f"{own}-12-31") if own else period
        rows.append(
            dict.fromkeys(TRANSCRIPT_COLUMNS, "")
            | {
                "source_id": source_id,
                "figure_id": figure_id,
                "section": section,
                "line": str(line),
                "place": "text",
                "area": area,
                "scope": scope,
                "period_start": "" if is_stock else window[0],
                "period_end": window[1],
                "indicator": indicator,
                "breakdown": breakdown,
                "printed": texts[0],
                "read_as": "0" if texts[0] == "không có" else "",
                "unit": known["unit"],
                "status": more[0] if more else "actual",
                "comparator": more[1] if len(more) > 1 else "=",
            }
        )
    return pd.DataFrame(rows, columns=list(TRANSCRIPT_COLUMNS))


def make_tables(
    report: str, plan: str = "", findings: list[dict[str, Any]] | None = None
) -> Tables:
    """The tables of a half-year report of the made-up district, and of its plan."""
    return add_findings(_publish_once(report, plan), findings)


@lru_cache(maxsize=64)
def _publish_once(report: str, plan: str) -> Tables:
    """The tables of a report and a plan before anything is found: many tests ask for the same."""
    area = "huyện Sông Mây"
    figures = [read_figures(report, "report", area, ("2022-01-01", "2022-06-30"))]
    sources = [make_source("report", "period_report", area, "2022-H1", "2022-01-01", "2022-06-30")]
    if plan:
        figures.append(read_figures(plan, "plan", area, ("2022-01-01", "2022-12-31")))
        sources.append(make_source("plan", "plan", area, "2022", "2022-01-01", "2022-12-31"))
    return tabulate(pd.concat(figures, ignore_index=True), pd.DataFrame(sources))


def tabulate(transcripts: pd.DataFrame, sources: pd.DataFrame) -> Tables:
    """The tables that follow from figures, with nothing found."""
    reference = made_up_reference()
    tidied = tidy_observations(transcripts, reference)
    assert not tidied.problems, tidied.problems
    identities = load_identities(PROJECT.expectations / "identities.json", reference)
    observations = choose_readings(tidied.observations, identities, reference)
    return Tables(
        sources=sources,
        transcripts=transcripts,
        observations=observations,
        indicators=derive_indicators(observations, transcripts, sources, reference),
        findings=pd.DataFrame(columns=list(FINDING_COLUMNS)),
        tallies=pd.DataFrame(
            [["D08", source_id, 1, 1, 0, 0] for source_id in sources["source_id"]],
            columns=list(TALLY_COLUMNS),
        ),
        definitions=pd.DataFrame(columns=list(DEFINITION_COLUMNS)),
    )


def add_findings(tables: Tables, findings: list[dict[str, Any]] | None = None) -> Tables:
    """Tables of their own, which a test may change, with the findings given."""
    found = pd.DataFrame(
        [_finding(number, each) for number, each in enumerate(findings or [])],
        columns=list(FINDING_COLUMNS),
    )
    own = {name: table.copy() for name, table in vars(tables).items()}
    own["indicators"] = mark_findings(own["indicators"], found)
    return Tables(**own | {"findings": found})


def make_source(source_id: str, kind: str, area: str, period: str, start: str, end: str) -> Any:
    """The row of a source of the made-up district."""
    return dict.fromkeys(SOURCE_COLUMNS, "") | {
        "source_id": source_id,
        "kind": kind,
        "area": area,
        "issuer": "UBND huyện Sông Mây",
        "title": "Báo cáo bịa để thử",
        "period": period,
        "period_start": start,
        "period_end": end,
        "state": "accepted",
    }


def _finding(number: int, given: dict[str, Any]) -> dict[str, Any]:
    return {
        "finding_id": f"T{number:03}.report.991.district_office.2022-06-30",
        "rule_id": "D08",
        "severity": "warning",
        "kind": "sum",
        "source_id": "report",
        "area_id": "991",
        "scope": "district_office",
        "period_start": "2022-01-01",
        "period_end": "2022-06-30",
        "indicator": "dossiers_received_total",
        "left": 1250.0,
        "right": 1320.0,
        "difference": -70.0,
        "arithmetic": "1.250 ≠ 1.190 + 130 = 1.320",
        "figures": "M001 M004",
        "operands": "M001 M004 - -",
        "cause_id": "",
        "likely_figure": "",
        "closing_value": float("nan"),
        "explanation_vi": "Hai vế không bằng nhau.",
        "explanation_en": "The two sides differ.",
    } | given


def open_made_up(tables: Tables, lang: str = "vi") -> Brief:
    """The brief of the made-up district."""
    return briefs.open_brief(
        tables, made_up_reference(), load_words_of(lang), "Huyện Sông Mây", "2022-H1"
    )


def tell_page(brief: Brief) -> str:
    """Front and annex of a brief on one page, as ``cchc brief --out`` writes them."""
    whole = replace(brief, is_whole=True, used={}, homes=set())
    shown = [show(whole).html for show in (*SHOWS, *ANNEX_SHOWS[1:])]
    return export_body(Markup("").join(shown), PROJECT, brief.words, "brief")


def tell_front(brief: Brief) -> str:
    """The front of a brief, as it stands on the site."""
    body = Markup("").join(show(brief).html for show in SHOWS)
    return export_body(body, PROJECT, brief.words, "brief")


def tell_annex(brief: Brief) -> str:
    """The annex of a brief, as it stands on the site."""
    body = Markup("").join(show(brief).html for show in ANNEX_SHOWS)
    return export_body(body, PROJECT, brief.words, "brief")


def tell_indicator(code: str, lang: str) -> str:
    """The page of an indicator, as it stands on the site."""
    reference, tables = load_real()
    words = load_words_of(lang)
    board = open_board(tables, reference, (code, "", "", ""), words)
    body = Markup("").join(getattr(board, f"show_{name}")().html for name in OF_INDICATOR)
    return export_body(body, PROJECT, words, "trends")


def tell_profile(area: str, lang: str) -> str:
    """The profile of an area, as it stands on the site."""
    reference, tables = load_real()
    words = load_words_of(lang)
    profile = open_profile(tables, reference, words, area)
    themes = [profile.show_theme(each) for each in profile.themes]
    shown = [profile.show_head(), *themes, profile.show_links(), profile.show_methods()]
    return export_body(Markup("").join(each.html for each in shown), PROJECT, words, "profile")


@cache
def grade_real(lang: str) -> list[Graded]:
    """What is known of the real briefs."""
    reference, tables = load_real()
    return grade_all(tables, reference, load_words_of(lang))


def tell_quality(province: str, lang: str) -> str:
    """The page on data quality of a province, or on the whole, as it stands on the site."""
    reference, tables = load_real()
    words = load_words_of(lang)
    quality = open_quality(tables, reference, words, grade_real(lang), province)
    body = Markup("").join(getattr(quality, f"show_{name}")().html for name in ("head", *CONTENTS))
    return export_body(body, PROJECT, words, "quality")


def tell_task(task: Task) -> str | tuple[str, str]:
    """The page of a task, told without its notebook; of a brief front and annex."""
    words = load_words_of(task.parameters["lang"])
    reference = load_reference(PROJECT.reference)
    if task.notebook == TRENDS_NOTEBOOK:
        choice = (task.parameters["indicator"], "", "", "")
        board = open_board(task.tables, reference, choice, words)
        return export_body(board.show_opening().html, PROJECT, words, "trends")
    if task.notebook == PROFILE_NOTEBOOK:
        profile = open_profile(task.tables, reference, words, task.parameters["area"])
        body = profile.show_head().html + profile.show_links().html
        return export_body(body, PROJECT, words, "profile")
    if task.notebook != NOTEBOOK:
        return name_task(task)
    place = task.parameters["district"], task.parameters["period"]
    brief = briefs.open_brief(task.tables, reference, words, *place)
    return tell_front(brief), tell_annex(brief)


def name_task(task: Task) -> str:
    """A page that says whose it is, and no more."""
    return f'<html lang="{task.parameters["lang"]}"><title>{task.folder}</title><h1>x</h1>'


class Here:
    """What stands in the place of processes: pages made here and now; some of them fail.

    Attributes:
        made: The pages that were asked for.
    """

    count = 1

    def __init__(self, tell: Callable[[Task], Any], failing: str = " ") -> None:
        self._tell, self._failing = tell, failing
        self.made: set[str] = set()

    def __call__(self, _: Any, orders: Any) -> Here:
        [self._reference] = orders.begin.args
        return self

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, task: Task) -> Future[Reply]:
        self.made.add(task.folder)
        future: Future[Reply] = Future()
        future.set_result(self._make(task))
        return future

    def _make(self, task: Task) -> Reply:
        if self._failing in task.folder:
            return Reply(found="x")
        seen: Seen = defaultdict(set)
        for lang in ("vi", "en"):
            watch_words(load_words(PROJECT.notebooks / TEMPLATE, lang), seen)
        watched = cast("Reference", WatchedReference(self._reference, seen))
        with running_in(Context(PROJECT, watched, task.tables)) as context:
            beside = put_beside(context, task.parameters)
            told = self._tell(task)
        page, more = (told, {}) if isinstance(told, str) else (told[0], {ANNEX: told[1]})
        kit = {RERUN: b""} if more else {}
        return Reply(bind_page(task.folder, page, more) | beside | kit | {READ: write_names(seen)})


def build_here(tables: Tables, reference: Reference, out: Path) -> Site:
    """Build the site of some tables in a folder."""
    with open_site(out) as work:
        return render_site(PROJECT, tables, reference, work)


def copy_site(project: Project, root: Path) -> None:
    """Copy the site of a project, with what the next build goes by, to another one."""
    copied: dict[int, str] = {}

    def copy(source: str, target: str) -> None:
        """Copy a file; one that lies in two places, as pages do, is one file again."""
        number = Path(source).stat().st_ino
        if number in copied:
            os.link(copied[number], target)
        else:
            copied[number] = shutil.copy2(source, target)

    for folder in (*project.root.glob(".site*"), project.site):
        shutil.copytree(folder, root / folder.name, copy_function=copy)


def read_text(html: str) -> str:
    """The text of a piece of HTML, tags and entities gone."""
    bare = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def list_keys() -> list[str]:
    """The keys of the string table."""
    with (PROJECT.notebooks / TEMPLATE / "strings.csv").open(encoding="utf-8") as file:
        return [row["key"] for row in csv.DictReader(file)]


def list_values(name: str, html: str) -> list[str]:
    """The values of an attribute, whether it is quoted or not."""
    return [unescape(each) for each in re.findall(rf' {name}="?([^" >]+)', html)]


def find_all(pattern: str, html: str) -> list[str]:
    """Every match of a pattern, over lines."""
    return re.findall(pattern, html, re.DOTALL)
