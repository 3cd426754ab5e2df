"""What a brief shows, in which order and with which chart: ``notebooks/report.yml``.

Comes in as a file that people edit; goes out as a ``Report`` in which every code is known. What a
chart looks like and what a sentence says is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from fnmatch import filter as match_codes
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError, model_validator

from cchc_analysis.data.clean import nearest_names
from cchc_analysis.data.outside import load_yaml
from cchc_analysis.data.records import problem
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import BriefError, Problem, ReportError

FILE = "report.yml"
WHERE = f"notebooks/{FILE}"
AREAS = (
    *("steering", "institution", "procedures", "apparatus", "civil_service"),
    *("public_finance", "digital", "impact", "tasks", "index"),
)
"""The seven areas of reform and its impact, then tasks and index."""

Line = tuple[str, ...]
Parts = dict[str, Literal["deep", "mid", "pale", "paper", "alert"]]
Form = Literal["dossiers", "backlog", "scopes", "of", "rate", "score", "plan", "change", "peers"]


class Part(BaseModel, extra="forbid", frozen=True):
    """A piece of the file: what it does not know is refused."""


class ReformArea(Part):
    """What is shown of an area of reform: charts, the one of the front, and numbers beside it."""

    charts: Line = ()
    front: str = ""
    numbers: Line = ()


class ChartPlan(Part):
    """What a chart draws; which entries count follows from its kind."""

    kind: Literal["flow", "parts", "posts", "wholes", "rates", "shares", "tasks", "points"]
    codes: Line = ()
    came: Parts = Field(default_factory=dict)
    parts: Parts = Field(default_factory=dict)
    unless: dict[str, Line] = Field(default_factory=dict)
    rows: dict[str, Parts] = Field(default_factory=dict)
    within: Line = ()
    rates: Line = ()
    table: Line = ()
    columns: Line = ()

    @model_validator(mode="after")
    def _has_columns(self) -> ChartPlan:
        """A table of shares or tasks says its columns; that of tasks the total and every part."""
        needed = ["total", *self.parts] if self.kind == "tasks" else []
        lost = [each for each in needed if each not in self.columns]
        if lost or (self.kind == "shares" and not self.columns):
            raise ValueError(f"its columns lack {', '.join(lost) or 'every share'}")
        return self

    def list_codes(self) -> list[str]:
        """Every indicator that it names."""
        ends = {"posts": ("_present", "_quota")}.get(self.kind, ("",))
        named = [f"{code}{end}" for code in (*self.codes, *self.within) for end in ends]
        if self.kind != "tasks":
            named += [*self.came, *self.parts]
        rows = [code for whole, parts in self.rows.items() for code in (whole, *parts)]
        unless = [code for whole, parts in self.unless.items() for code in (whole, *parts)]
        return [*named, *rows, *unless, *self.rates, *self.table]


class SummaryLine(Part):
    """A sentence of the summary: how it is said, and the figures that it takes."""

    name: str
    form: Form | Literal["size", "gaps", "contradictions"]
    codes: Line = ()
    unless: str = ""


class PeerPlan(Part):
    """What peers are compared by, and what says how large they are."""

    size: str
    compared: Line = Field(min_length=1)


class Report(Part):
    """What a brief shows: lines of codes, of each the first that a report states."""

    headline: str
    cards: tuple[Line, ...] = Field(min_length=1)
    beside: dict[str, tuple[str, str]] = Field(default_factory=dict)
    quoted: Line = Field(min_length=1)
    required: Line = ()
    peers: PeerPlan
    summary: tuple[SummaryLine, ...] = Field(min_length=1)
    index: tuple[Line, ...] = Field(min_length=1)
    areas: dict[str, ReformArea] = Field(min_length=1)
    fields: Line = ()
    charts: dict[str, ChartPlan] = Field(default_factory=dict)
    findings: Line = ()
    profile: dict[str, Line] = Field(default_factory=dict)

    @property
    def followed(self) -> list[str]:
        """The figures whose other years a brief looks at: those of cards, and those quoted."""
        return list(dict.fromkeys([*self.quoted, *(code for line in self.cards for code in line)]))

    def list_like(self, indicator: str) -> Line:
        """Those of which a card shows the first that is stated, so that none lacks beside it."""
        return next((line for line in self.cards if indicator in line), (indicator,))

    def list_read_of_peers(self, reference: Reference) -> list[str]:
        """What a brief reads of its peers: the rates, the counts behind them, and their size."""
        rows = [reference.indicator_rows[code] for code in self.peers.compared]
        counts = [str(row[side]) for row in rows for side in ("numerator", "denominator")]
        return list(dict.fromkeys([*self.peers.compared, *filter(None, counts), self.peers.size]))


def load_report(folder: Path, reference: Reference) -> Report:
    """Load what a brief shows from the folder of the notebooks; it may name known indicators only.

    Raises:
        BriefError: It is absent or no YAML; or it lacks a part, or names what there is not, or the
            same twice: all of it at once.
    """
    path, content = folder / FILE, b""
    with suppress(OSError):  # said when it is loaded
        content = path.read_bytes()
    return _parse(path, content, tuple(reference.indicator_rows))


def find_report(page: Any) -> Report:
    """What is shown on a page, by the folder of its words."""
    return load_report(page.words.folder.parent, page.reference)


@lru_cache(maxsize=2)
def _parse(path: Path, content: bytes, known: tuple[str, ...]) -> Report:  # noqa: ARG001 - of the key
    try:
        report = Report.model_validate(load_yaml(path))
    except ReportError as error:
        raise BriefError(replace(each, where=WHERE) for each in error.problems) from None
    except ValidationError as error:
        raise BriefError(
            problem(
                "report_entry",
                WHERE,
                where=".".join(map(str, each["loc"])) or "the file",
                found=each["msg"],
            )
            for each in error.errors()
        ) from None
    if problems := [*_check(report, dict.fromkeys(known))]:
        raise BriefError(problems)
    return report


def _check(report: Report, known: Iterable[str]) -> Iterator[Problem]:
    """What it names that there is not, and what it names twice where once is meant."""
    charts, areas = report.charts, report.areas
    once = {
        "cards": [code for line in report.cards for code in line],
        "index": [code for line in report.index for code in line],
        "quoted": report.quoted,
        "peers": report.peers.compared,
        **{f"charts.{name}.table": each.table for name, each in charts.items()},
    }
    named: Mapping[str, Iterable[str]] = {
        **once,
        "headline": [report.headline],
        "required": report.required,
        "peers": [report.peers.size, *report.peers.compared],
        "beside": [code for key, pair in report.beside.items() for code in (key, *pair) if code],
        "areas": [code for area in areas.values() for code in area.numbers],
        "summary": [code for line in report.summary for code in (*line.codes, line.unless) if code],
        "fields": [f"par_score_{field}" for field in report.fields],
        **{f"charts.{name}": each.list_codes() for name, each in charts.items()},
        **{
            f"profile.{theme}": [each for each in patterns if not match_codes(known, each)]
            for theme, patterns in report.profile.items()
        },
    }
    asked = [(where, "indicator", codes, known) for where, codes in named.items()]
    asked += [("areas", "area", areas, AREAS)]
    asked += [
        (f"areas.{name}", "chart", (*area.charts, *filter(None, [area.front])), charts)
        for name, area in areas.items()
    ]
    for where, what, names, there in asked:
        for each in dict.fromkeys(names):
            if each not in there:
                near = ", ".join(nearest_names(each, there))
                remedy = f"Did you mean {near}?" if near else "Correct it, or take it out."
                told = {"where": where, "what": what, "remedy": remedy}
                yield problem("report_unknown", WHERE, (what, each), **told)
    for where, codes in {**once, "summary": [line.name for line in report.summary]}.items():
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield problem("report_twice", WHERE, where=where, name=code)
    for name, chart in charts.items():
        if chart.kind == "flow" and (len(chart.codes), len(chart.came)) != (3, 2):
            counts = {"codes": len(chart.codes), "came": len(chart.came)}
            yield problem("report_flow", WHERE, name=name, **counts)
    for name, area in areas.items():
        if area.front and area.front not in area.charts:
            yield problem("report_front", WHERE, name=name, front=area.front)


def part_of(reference: Reference, indicator: str) -> str:
    """The part of the page that an indicator belongs to."""
    if indicator.startswith(("par_tasks_", "assigned_tasks_")):
        return "tasks"
    if indicator.startswith("par_score_"):
        return "index"
    area = str(reference.indicator_rows[indicator]["reform_area"])
    return area if area in AREAS else "index"
