"""The nouns of the project: its tables, their columns, and the words their cells may hold.

Column names are typed here once. Every other module imports them, so a renamed column is one
change. This module reads nothing, computes nothing and knows no paths.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from cchc_analysis.errors import Problem, ReportError

if TYPE_CHECKING:
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


SOURCE_COLUMNS = (
    "source_id",
    "kind",
    "area",
    "issuer",
    "title",
    "number",
    "dated",
    "period",
    "period_start",
    "period_end",
    "language",
    "sha256",
    "state",
    "lacks_vi",
    "lacks_en",
    "note_vi",
    "note_en",
)

TERM_COLUMNS = ("url", "licence", "publish")
"""What a run knows of a source besides: where it stands, what may be done with its figures, and
whether they may be on the site; all empty for a report."""

TRANSCRIPT_COLUMNS = (
    "source_id",
    "figure_id",
    "section",
    "line",
    "place",
    "area",
    "scope",
    "period_start",
    "period_end",
    "indicator",
    "breakdown",
    "printed",
    "read_as",
    "unit",
    "status",
    "comparator",
    "note_vi",
    "note_en",
)

QUANTITY = (
    "area_id",
    "scope",
    "indicator",
    "breakdown",
    "period_start",
    "period_end",
    "status",
)
"""The columns that name one quantity, whichever source states it."""

UNCERTAINTY = ("published_low", "published_high", "standard_error")
"""What a source itself says of the sampling error of a value; missing where it says nothing."""

OBSERVATION_COLUMNS = (
    "source_id",
    *QUANTITY,
    "reading",
    "value",
    "low",
    "high",
    *UNCERTAINTY,
    "unit",
    "decimals",
    "comparator",
    "is_published",
    "figures",
)
OBSERVATION_KEY = ("source_id", *QUANTITY, "reading")

INDICATOR_COLUMNS = (
    *QUANTITY,
    "period",
    "value",
    "unit",
    "comparator",
    "printed",
    "origin",
    "parts",
    "source_id",
    "figures",
    "wilson_low",
    "wilson_high",
    *UNCERTAINTY,
    "other_readings",
    "correction",
    "is_contested",
    "findings",
)
INDICATOR_KEY = QUANTITY

FINDING_COLUMNS = (
    "finding_id",
    "rule_id",
    "severity",
    "kind",
    "source_id",
    "area_id",
    "scope",
    "period_start",
    "period_end",
    "indicator",
    "left",
    "right",
    "difference",
    "arithmetic",
    "figures",
    "operands",
    "cause_id",
    "likely_figure",
    "closing_value",
    "explanation_vi",
    "explanation_en",
)
FINDING_KEY = ("finding_id",)


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

    @property
    def half_unit(self) -> float:
        """Half a unit of the last printed digit: the most that rounding can hide."""
        return 0.5 * 10.0**-self.decimals


NUMBER_COLUMNS = frozenset(
    {"value", "low", "high", "left", "right", "difference", "closing_value"}
    | {"wilson_low", "wilson_high", "multiplier", "range_min", "range_max", *UNCERTAINTY}
)
INTEGER_COLUMNS = frozenset(
    {"line", "reading", "decimals", "applied", "passed", "failed", "not_applicable"}
)
BOOLEAN_COLUMNS = frozenset({"is_published", "is_contested"})


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


TALLY_COLUMNS = ("rule_id", "source_id", "applied", "passed", "failed", "not_applicable")
DEFINITION_COLUMNS = ("source_id", "rival_group", "rule_id")

TABLE_COLUMNS = {
    "indicators": INDICATOR_COLUMNS,
    "observations": OBSERVATION_COLUMNS,
    "findings": FINDING_COLUMNS,
    "transcripts": TRANSCRIPT_COLUMNS,
    "sources": SOURCE_COLUMNS,
}
"""The tables that a researcher loads, and their columns."""

COLUMN_MEANINGS = {
    "licence": "what may be done with the figures of the source; empty for an official document",
    "source_id": "the source, a row of data/raw/sources.csv",
    "area_id": "GSO code of the administrative unit",
    "scope": "whose work is counted",
    "indicator": "the quantity, a row of data/reference/indicators.csv",
    "breakdown": "the part of the quantity, as key=value; empty for the whole",
    "period_start": "first day counted; empty for a stock",
    "period_end": "last day counted, or the day of a stock",
    "period": "label of the period",
    "status": "actual, estimate, target, plan, threshold, legal_norm or max_score",
    "reading": "1 for the value printed first, 2 for the second",
    "value": "the number, in unit",
    "low": "least value that the printed digits can stand for",
    "high": "greatest value that the printed digits can stand for",
    "published_low": "lower end of the 95% interval that the source publishes, in unit",
    "published_high": "upper end of the 95% interval that the source publishes, in unit",
    "standard_error": "standard error of the value that the source publishes, in unit",
    "unit": "what one of value is, a row of data/reference/units.csv",
    "decimals": "decimals printed",
    "comparator": "how the figure binds: = >= > <= < or ~ for about",
    "is_published": "whether this reading is the one published",
    "figures": "the printed figures concerned, by figure_id of the transcript",
    "printed": "the figure as printed in the report",
    "origin": "reported or derived",
    "parts": "the formula of a derived value",
    "wilson_low": "lower end of the 95% Wilson interval of a rate, in unit",
    "wilson_high": "upper end of the 95% Wilson interval of a rate, in unit",
    "other_readings": "values printed for the same quantity and not published",
    "correction": "why people decided on another value than the printed one",
    "is_contested": "whether another reading or a warning concerns the value",
    "findings": "the findings that concern the value",
    "finding_id": "name of the finding",
    "rule_id": "the rule that is broken, in expectations/",
    "severity": "critical, warning or info",
    "kind": "what kind of contradiction it is",
    "left": "the value on the left of the rule",
    "right": "the value on the right of the rule",
    "difference": "left minus right",
    "arithmetic": "the sum as a person would write it",
    "operands": "the figure behind each number of the arithmetic in its order, - where worked out",
    "cause_id": "findings with one likely cause share it",
    "likely_figure": "the figure most likely wrong",
    "closing_value": "the value of that figure that would close the findings",
    "explanation_vi": "explanation in Vietnamese",
    "explanation_en": "explanation in English",
    "applied": "rows the rule was applied to",
    "passed": "rows that kept the rule",
    "failed": "rows that broke the rule",
    "not_applicable": "rows without the figures the rule needs",
    "rival_group": "identities of which a source follows one",
    "figure_id": "name of the figure within its source",
    "section": "section of the report in which the figure stands",
    "line": "line of the report on which the figure stands",
    "place": "where in the section: text, table, footnote",
    "area": "the area, as people write it",
    "read_as": "how a person read what is no plain number",
    "note_vi": "what to know of it, in Vietnamese",
    "note_en": "what to know of it, in English",
    "issuer": "who issued the document",
    "title": "title of the document",
    "number": "number of the document",
    "dated": "day on which the document was issued",
    "language": "language of the document",
    "sha256": "checksum of the document that was read",
    "state": "draft or accepted",
    "lacks_vi": "what the document lacks, in Vietnamese",
    "lacks_en": "what the document lacks, in English",
}


SOURCE_MARK = "synthetic_"
AREA_MARK = "SYN"

NOTICE: Mapping[str, str] = {
    "vi": "Số liệu giả lập do máy sinh ra để thử nghiệm; không nói về bất kỳ địa phương nào.",
    "en": "Synthetic figures made by a program for tests; they speak of no real place.",
}
"""What every page made of synthetic data has to say."""


def is_synthetic(name: str) -> bool:
    """Whether a source or an area is made up by this package.

    >>> is_synthetic("synthetic_0001_2020_q1"), is_synthetic("SYN0001"), is_synthetic("183")
    (True, True, False)
    """
    return name.startswith((SOURCE_MARK, AREA_MARK))


def check_unmixed(names: Iterable[str], where: str) -> None:
    """Refuse synthetic sources or areas beside real ones.

    Args:
        names: Ids of sources or areas that are about to stand in one table.
        where: What is being done, for the sentence.

    Raises:
        ReportError: There are both.
    """
    by_kind: dict[bool, str] = {}
    for name in names:
        by_kind.setdefault(is_synthetic(name), name)
    if len(by_kind) == 2:
        raise ReportError(
            Problem(
                where,
                f"synthetic data ({by_kind[True]}) beside real ones ({by_kind[False]})",
                "one or the other",
                "Keep synthetic data in a project of their own.",
            )
        )
