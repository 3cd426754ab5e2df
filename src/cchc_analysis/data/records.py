"""The nouns of the project: its tables, their columns, and the words their cells may hold.

Columns stand in ``columns.toml``, in their order, with what each holds. This module computes
nothing and knows no paths but that of its own files.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.errors import Problem, ReportError, count

if TYPE_CHECKING:
    import jinja2
    import pandas as pd


class Scope(StrEnum):
    """Whose work is counted, seen from the area that reports.

    Its own offices, the communes below it together, all of it, one commune. A province of the time
    of three tiers has its departments (``province_office``) and its districts together besides:
    offices and communes alone are not all of it.
    """

    DISTRICT_OFFICE = "district_office"
    PROVINCE_OFFICE = "province_office"
    DISTRICT_AGGREGATE = "district_aggregate"
    COMMUNE_AGGREGATE = "commune_aggregate"
    WHOLE_DISTRICT = "whole_district"
    COMMUNE = "commune"
    UNSPECIFIED = "unspecified"


TWO_TIERS_SINCE = "2025-07-01"
"""There are no districts since (NQ 203/2025/QH15): provinces, and communes below them."""


class Status(StrEnum):
    """What kind of statement a figure is."""

    ACTUAL = "actual"
    ESTIMATE = "estimate"
    TARGET = "target"
    PLAN = "plan"
    THRESHOLD = "threshold"
    LEGAL_NORM = "legal_norm"
    MAX_SCORE = "max_score"


RESULT_STATUSES = (Status.ACTUAL, Status.ESTIMATE)
"""Statuses that state what happened; all others state what ought to."""


class Comparator(StrEnum):
    """How a figure binds its quantity; ``~`` is an approximation ("khoảng", "gần")."""

    EQUAL = "="
    AT_LEAST = ">="
    MORE = ">"
    AT_MOST = "<="
    LESS = "<"
    ABOUT = "~"


class Severity(StrEnum):
    """How much a finding matters, worst first."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Origin(StrEnum):
    """Where a published value comes from."""

    REPORTED = "reported"
    DERIVED = "derived"


@lru_cache
def load_own(name: str) -> dict[str, Any]:
    """What ``<name>.toml`` beside this module says."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))


def render_own(name: str, /, **data: Any) -> str:
    """What ``<name>.txt.j2`` beside this module says of some data."""
    return render_text(Path(__file__).with_name(f"{name}.txt.j2").read_text("utf-8"), **data)


def render_text(template: str, /, **data: Any) -> str:
    """What a template says of some data, as plain text without a last line end."""
    return _compile(template).render(data, count=count).rstrip("\n")


@lru_cache
def _compile(template: str) -> jinja2.Template:
    import jinja2

    plain = jinja2.Environment(  # noqa: S701 - plain text, and no page
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return plain.from_string(template)


def problem(
    kind: str, where: str, cell: tuple[str, str] | None = None, /, **said: object
) -> Problem:
    """A problem in the sentences of its kind, which ``problems.toml`` has.

    A ``cell``, its column and what that holds, is called unknown, or empty: "unknown unit ''"
    would tell nobody what to do.
    """
    if cell:
        column, held = cell
        said["cell"] = f"unknown {column} {held!r}" if held else f"an empty {column}"
    return Problem(where, *(text.format(**said) for text in load_own("problems")[kind]))


def refusal(kind: str, where: str, /, **said: object) -> ReportError:
    """The error of one problem."""
    return ReportError(problem(kind, where, **said))


def _list_columns(table: str, said: str = "columns") -> tuple[str, ...]:
    return tuple(load_own("columns")["tables"][table][said])


SOURCE_COLUMNS = _list_columns("sources")
TRANSCRIPT_COLUMNS = _list_columns("transcripts")
OBSERVATION_COLUMNS = _list_columns("observations")
OBSERVATION_KEY = _list_columns("observations", "key")
INDICATOR_COLUMNS = _list_columns("indicators")
FINDING_COLUMNS = _list_columns("findings")
FINDING_KEY = _list_columns("findings", "key")
TALLY_COLUMNS = _list_columns("tallies")
DEFINITION_COLUMNS = _list_columns("definitions")

QUANTITY = _list_columns("indicators", "key")
"""The columns that name one quantity, whichever source states it."""

UNCERTAINTY = ("published_low", "published_high", "standard_error")
"""What a source itself says of the sampling error of a value; missing where it says nothing."""

TERM_COLUMNS = ("url", "licence", "publish")
"""What a run knows of a source besides: where it stands, what may be done with its figures, and
whether they may be on the site; all empty for a report."""


@dataclass(frozen=True)
class Period:
    """A start date and an end date, both inside the period.

    ``start`` is ``None`` for a stock, which is counted on one day. A quantity without any date
    has neither.
    """

    start: dt.date | None
    end: dt.date | None


@dataclass(frozen=True)
class Number:
    """A number as printed: its value, the decimals it was printed with, and how it binds."""

    value: float
    decimals: int = 0
    comparator: Comparator = Comparator.EQUAL


TYPES: dict[str, str] = {
    column: kind for kind, listed in load_own("columns")["kinds"].items() for column in listed
}
"""The type of each column that holds no text: number, integer or boolean."""


@dataclass(frozen=True)
class Tables:
    """The tables of one run, in the order in which they are made.

    Text columns hold strings with ``""`` for a missing cell; dates are ISO strings, so that they
    sort and compare as they are; numbers are floats with ``NaN`` for a missing cell.
    """

    sources: pd.DataFrame
    transcripts: pd.DataFrame
    observations: pd.DataFrame
    indicators: pd.DataFrame
    findings: pd.DataFrame
    tallies: pd.DataFrame
    definitions: pd.DataFrame


@dataclass(frozen=True)
class Readings:
    """What was read of reports or panels: sources, their figures, and what these say.

    What is wrong with other sources stands in ``problems``, by their ids; ``registered`` are the
    ids of all sources of reports, also of drafts and of those with problems.
    """

    sources: pd.DataFrame
    transcripts: pd.DataFrame
    observations: pd.DataFrame
    problems: dict[str, tuple[Problem, ...]]
    registered: tuple[str, ...] = ()


COLUMN_MEANINGS: dict[str, str] = load_own("columns")["meanings"]

SOURCE_MARK, AREA_MARK = "synthetic_", "SYN"

NOTICE: Mapping[str, str] = load_own("spellings")["notice"]
"""What every page made of synthetic data has to say."""


def is_synthetic(name: str) -> bool:
    """Whether a source or an area is made up by this package.

    >>> is_synthetic("synthetic_0001_2020_q1"), is_synthetic("SYN0001"), is_synthetic("183")
    (True, True, False)
    """
    return name.startswith((SOURCE_MARK, AREA_MARK))


def tell_value(value: Any) -> str:
    """A value in a line: as Python writes it, or only its type where that takes several lines."""
    told = repr(value)
    return type(value).__name__ if "\n" in told else told[:80]


def check_unmixed(names: Iterable[str], where: str) -> None:
    """Refuse synthetic sources or areas that are about to stand beside real ones in one table."""
    by_kind = {is_synthetic(name): name for name in names}
    if len(by_kind) == 2:
        raise refusal("mixed_kinds", where, synthetic=by_kind[True], real=by_kind[False])
