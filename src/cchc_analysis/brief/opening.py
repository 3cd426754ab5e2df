"""Opening a brief: the slice of the tables for one area and period.

Comes in as the tables of a run; goes out as a ``Brief``. An unknown area or period is named
with the nearest that are known. A ``Context`` is what pages are told from, in one hand: whose
project, which reference data, which tables. Whoever makes a page passes it along; the cells of a
notebook take none: what they call asks for the one that their notebook runs in.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain, count, groupby
from math import isnan
from operator import itemgetter
from pathlib import Path
from typing import Any

import pandas as pd

from cchc_analysis.brief import nouns
from cchc_analysis.brief.beside import compare_plan
from cchc_analysis.brief.board import Board, open_board
from cchc_analysis.brief.content import NOT_TOLD, Brief
from cchc_analysis.brief.nouns import Entry, Quote, Quotes, Row, name_anchor, split_figures
from cchc_analysis.brief.quality import Graded
from cchc_analysis.brief.render import NOTEBOOK, TEMPLATE
from cchc_analysis.data.clean import format_number, label_period, nearest_names
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.named import list_days, match_period
from cchc_analysis.data.outside import read_text
from cchc_analysis.data.records import QUANTITY, Origin, Tables, problem
from cchc_analysis.data.reference import Project, Reference
from cchc_analysis.data.words import Words, load_words
from cchc_analysis.errors import CommandError, ReportError
from cchc_analysis.stats.panel import keep_results

REPORTING = ("province", "district", "commune")
"""The levels whose reports have briefs."""
OF_SOURCE = ("source_id", "kind", "area", "dated", "period", "period_start", "period_end")
"""What says whose and for when a source is."""
DERIVED_DECIMALS = 2
"""Decimals of a derived rate: as fine as the finest rate that the reports print."""


def open_brief(
    tables: Tables,
    reference: Reference,
    words: Words,
    district: str,
    period: str,
    reports: Path | None = None,
) -> Brief:
    """Open the brief of one area and period, by name or code, by label or Vietnamese name.

    ``words`` are the strings of the language to tell it in; ``reports`` is where the user keeps
    documents: their sentences are then quoted in the notes.

    Raises:
        CommandError: The area is unknown, or no report on it for the period is held.
    """
    briefs, label = list_briefs(tables, reference), label_period(match_period(period))
    area_id = match_told(reference, briefs, district, label)
    held = list_rows(tables.sources[[*OF_SOURCE]])
    told = choose_sources([row for row in held if reference.match_source(row) == area_id], label)
    own = [row for row in told if row["kind"] not in NOT_TOLD]
    own_ids = [row["source_id"] for row in own]
    order = {row["source_id"]: at for at, row in enumerate(told)}
    sources = tables.sources.set_index("source_id", drop=False).loc[[*order]]
    is_own = [order.keys() >= {*each.split()} for each in tables.indicators["source_id"]]
    indicators = tables.indicators.loc[is_own].reset_index(drop=True)
    observations, figures = (
        table[table["source_id"].isin(list(order))].reset_index(drop=True)
        for table in (tables.observations, tables.transcripts)
    )
    concerned = [bool(order.keys() & each) for each in nouns.list_concerned(tables.findings)]
    findings = tables.findings.loc[concerned].reset_index(drop=True)
    stated = observations.loc[observations["is_published"], [*QUANTITY]]
    if len(stated.merge(indicators[[*QUANTITY]]).drop_duplicates()) < len(stated.drop_duplicates()):
        indicators = _derive_alone(observations, figures, sources, findings, reference)
    end = max(row["period_end"] for row in own)
    area = reference.area_on(area_id, end)
    tallies, definitions = (
        table[table["source_id"].isin(own_ids)] for table in (tables.tallies, tables.definitions)
    )
    asked = sorted({*tallies.loc[tallies["applied"] > 0, "rule_id"]})
    followed = sorted({*definitions["rule_id"]})
    opened = Brief(
        area=area,
        period=label,
        start=min(row["period_start"] for row in own),
        end=end,
        words=words.fit(area, end, reference.rows_where("terms", "level", "", area["level"])),
        reference=reference,
        sources=sources.reset_index(drop=True),
        figures=figures,
        observations=observations,
        indicators=indicators,
        findings=findings,
        held=keep_results(tables.indicators),
        periods_held={
            place: [period for _, period in own]
            for place, own in groupby(briefs, key=itemgetter(0))
        },
        rules_asked=len(reference.rows_where("identities", "rule_id", *asked)),
        followed=reference.rows_where("identities", "rule_id", *followed),
        entries=tuple(_list_entries(list_rows(indicators), observations, figures, order)),
        quotes=find_quotes(reports, sources, figures) if reports else {},
    )
    return replace(opened, comparisons=compare_plan(opened))


def _derive_alone(
    observations: pd.DataFrame,
    figures: pd.DataFrame,
    sources: pd.DataFrame,
    findings: pd.DataFrame,
    reference: Reference,
) -> pd.DataFrame:
    """What some sources state and determine by themselves, where another one speaks for them.

    A notice tells its own figures, with what a report states otherwise as another reading.
    """
    from cchc_analysis.stats.derive import derive_indicators, mark_findings

    alone = derive_indicators(observations, figures, sources, reference)
    others: dict[tuple[str, str], dict[float, str]] = {}
    for row in list_rows(findings[findings["kind"] == "two_sources"]):
        both = split_figures(row["source_id"], row["operands"])
        sides = zip((row["left"], row["right"]), both, strict=True)
        others[row["finding_id"], row["indicator"]] = {
            value: f"{format_number(value)} [{': '.join(at)}]" for value, at in sides
        }
    marked, told = mark_findings(alone, findings), []
    for row in list_rows(marked):
        # A finding marks what follows from its figures as well; readings of that they are not.
        about = [others.get((each, row["indicator"]), {}) for each in row["findings"].split()]
        readings = chain.from_iterable(each.items() for each in about)
        elsewhere = [said for value, said in readings if value != row["value"]]
        told.append("; ".join(dict.fromkeys(filter(None, [row["other_readings"], *elsewhere]))))
    return marked.assign(other_readings=told)


def match_told(
    reference: Reference, places: Sequence[tuple[str, str]], area: str, label: str
) -> str:
    """Match a name, code or id to the id of an area that reports on the period.

    A ``CommandError``: no area has that name, or several, or it has no report on the period; with
    those that are nearest.
    """
    days = list_days(match_period(label))
    area_id = reference.match_published(area, {place for place, _ in places}, days)
    if (area_id, label) in places:
        return area_id
    rows = reference.area_rows
    name, own = rows[area_id]["name"], [label for place, label in places if place == area_id]
    others = [f"{rows[place]['name']} {period}" for place, period in places]
    remedy = "Read a report first: cchc read, then cchc accept and cchc process."
    if own:
        remedy = f"Choose one of: {', '.join(f'{name} {each}' for each in own)}."
    elif others:
        near = ", ".join(nearest_names(f"{name} {label}", others, 5) or others)
        remedy = f"Reports are held of {near}; a profile tells what else is held of an area."
    none = ", ".join(own) or "none for this area"
    found = f"{name}, period {label!r}"
    raise CommandError(problem("no_report_held", found, own=none, remedy=remedy))


def list_briefs(tables: Tables, reference: Reference) -> list[tuple[str, str]]:
    """Each area and period that a report is held of, sorted."""
    held = list_rows(tables.sources[[*OF_SOURCE]])
    told = [row for row in held if row["kind"] not in NOT_TOLD]
    found = {(reference.match_source(row), row["period"]) for row in told}
    return sorted(each for each in found if reference.area_rows[each[0]]["level"] in REPORTING)


def choose_sources(here: Sequence[Row], label: str) -> list[Row]:
    """Which of the sources of an area a brief tells: its reports, then the plans for their time."""
    own = [row for row in here if row["period"] == label and row["kind"] not in NOT_TOLD]
    if not own:
        return []
    start = min(row["period_start"] for row in own)
    end = max(row["period_end"] for row in own)
    plans = [row for row in here if row["kind"] == "plan"]
    return own + [e for e in plans if e["period_start"] <= end and e["period_end"] >= start]


def _list_entries(
    rows: Iterable[Row], observations: pd.DataFrame, figures: pd.DataFrame, order: Mapping[str, int]
) -> Iterator[Entry]:
    """The published values in the order in which the documents print them, derived ones last."""
    quantity = itemgetter(*QUANTITY)
    printed = {(row["source_id"], row["figure_id"]): row for row in list_rows(figures)}
    at_of = {figure: at for at, figure in enumerate(printed)}
    decimals: dict[tuple[str, ...], int] = {}
    readings: dict[tuple[str, ...], set[tuple[str, str]]] = {}
    for each in list_rows(observations):
        read = split_figures(each["source_id"], each["figures"])
        readings.setdefault(quantity(each), set()).update(read)
        if each["is_published"]:
            decimals[each["source_id"], *quantity(each)] = int(each["decimals"])

    def place_row(row: Row) -> tuple[Any, ...]:
        own = split_figures(row["source_id"], row["figures"] * (row["origin"] != Origin.DERIVED))
        first = min(((order[each[0]], at_of[each]) for each in own if each in at_of), default=())
        return row["origin"] == Origin.DERIVED, not first, first, row["indicator"], row["scope"]

    taken: set[str] = set()
    for row in sorted(rows, key=place_row):
        is_derived = row["origin"] == Origin.DERIVED
        own = split_figures(row["source_id"], row["figures"])
        known = at_of.keys() & (set() if is_derived else readings.get(quantity(row), set()))
        initials = "".join(word[:1] for word in row["indicator"].split("_"))
        note = f"n-{initials}-{row['scope'][:1]}"  # short: a page holds a thousand of them
        if own and not is_derived:
            note = name_anchor(order.get(own[0][0], 0) + 1, own[0][1])
        names = (f"{note}-{n}" if n > 1 else note for n in count(1))
        taken.add(note := next(each for each in names if each not in taken))
        ends = (row["wilson_low"], row["wilson_high"])
        low, high = (None if each is None or isnan(each) else float(each) for each in ends)
        exact = 0 if float(row["value"]).is_integer() else DERIVED_DECIMALS
        yield Entry(
            row,
            note=note,
            decimals=exact if is_derived else decimals.get((row["source_id"], *quantity(row))),
            figures=tuple(own),
            low=low,
            high=high,
            is_contested=bool(row["is_contested"]),
            findings=tuple(row["findings"].split()),
            readings=[printed[each] for each in sorted(known, key=at_of.__getitem__)],
        )


SUFFIX = ".txt"
LARGEST = 5_000_000
"""Bytes of a document; the longest reports have a tenth of that."""
LONGEST = 500
"""Letters of a quotation; a longer sentence is quoted in pieces, the same for all its figures."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_BULLET = re.compile(r"^[-–+•\s]+")
_EMPHASIS = re.compile(r"\*+")
"""What a converted document has left of bold and slanted letters."""
_SENTENCE_END = re.compile(r"(?<=[.;!?…])\s+(?=[^\Wa-zà-ỹđ\d_]|[-–+•])")


def find_quotes(folder: Path, sources: pd.DataFrame, figures: pd.DataFrame) -> Quotes:
    """The sentence of each figure in the documents, ``<source_id>.txt``, that a folder may hold."""
    quotes: dict[tuple[str, str], Quote] = {}
    for number, source_id in enumerate(sources["source_id"], start=1):
        lines = _read_lines(folder / f"{source_id}{SUFFIX}")
        anchors: dict[tuple[int, str], str] = {}  # one for a sentence, whatever stands in it
        for row in list_rows(figures[figures["source_id"] == source_id]) if lines else ():
            at = str(row["line"])
            line = int(at) if at.isascii() and at.isdigit() and int(at) <= len(lines) else 0
            text = _find_sentence(lines[line - 1], row["printed"]) if line else ""
            if text:
                again = sum(1 for known, _ in anchors if known == line)
                name = f"q-{number}-{line}" + (f"-{again + 1}" if again else "")
                anchor = anchors.setdefault((line, text), name)
                quotes[source_id, row["figure_id"]] = Quote(anchor, text)
    return quotes


def _read_lines(path: Path) -> Sequence[str]:
    """The lines of a document with persons masked; none where it is not there or not text."""
    try:
        text = read_text(path, "a report", LARGEST)
    except ReportError:
        return ()
    from cchc_analysis.read.documents import mask_persons

    return mask_persons(_LINE_END.split(unicodedata.normalize("NFC", text)))


def _find_sentence(line: str, printed: str) -> str:
    """The sentence of a line that prints a figure; the line itself where several do.

    >>> _find_sentence("Có 12 hồ sơ. Trong đó 5 hồ sơ trễ.", "5")
    'Trong đó 5 hồ sơ trễ.'
    >>> _find_sentence("Có 12 hồ sơ.", "2")
    ''
    """
    # As it stands alone, and not as a part of a longer number.
    token = re.compile(rf"(?<![\d.,]){re.escape(printed)}(?!\d|[.,]\d)", re.IGNORECASE)
    if not printed or not token.search(line):
        return ""
    own = [each for each in _SENTENCE_END.split(line) if token.search(each)]
    text = " ".join(_BULLET.sub("", _EMPHASIS.sub("", own[0] if len(own) == 1 else line)).split())
    pieces = textwrap.wrap(text, LONGEST)
    at = next((n for n, each in enumerate(pieces) if token.search(each)), 0)
    return f"{'…' if at else ''}{pieces[at]}{'…' if at + 1 < len(pieces) else ''}"


@dataclass(frozen=True)
class Context:
    """What pages are told from.

    Attributes:
        project: Whose notebooks, words and documents.
        reference: What all pages look up.
        tables: The rows that a page may read.
        graded: What is known of the briefs, for the page on data quality.
        is_whole: Whether front and annex of a brief make one page.
        notebook: The name of the notebook whose page is told.
    """

    project: Project
    reference: Reference
    tables: Tables
    graded: tuple[Graded, ...] = ()
    is_whole: bool = False
    notebook: str = NOTEBOOK

    def words(self, lang: str) -> Words:
        """The strings of a language."""
        return load_words(self.project.notebooks / TEMPLATE, lang)

    def open_brief(self, area: str, period: str, lang: str) -> Brief:
        """Open the brief of an area and period in a language; raises as ``open_brief``."""
        words, reports = self.words(lang), self.project.reports
        brief = open_brief(self.tables, self.reference, words, area, period, reports)
        return replace(brief, is_whole=self.is_whole)

    open_once = cached_property(lambda context: cache(context.open_brief))
    """``open_brief``, once for a front, its annex and what lies beside them."""

    def open_board(
        self, indicator: str, areas: str | tuple[str, ...], first: str, last: str, lang: str
    ) -> Board:
        """Open an indicator over areas and years, in a language; see ``trends.open_board``."""
        choice = indicator, areas, first, last
        return open_board(self.tables, self.reference, choice, self.words(lang))

    open_board_once = cached_property(lambda context: cache(context.open_board))
    """``open_board``, once for a page and what lies beside it."""


_RUNNING: ContextVar[Context | None] = ContextVar("cchc_context", default=None)


@contextmanager
def running_in(context: Context) -> Iterator[Context]:
    """Let notebooks that run in this process meanwhile be told from a context."""
    token = _RUNNING.set(context)
    try:
        yield context
    finally:
        _RUNNING.reset(token)


def find_context() -> Context | None:
    """The context that this notebook runs in; none where a person runs it."""
    return _RUNNING.get()
