"""What a brief shows, in which order and with which chart: ``notebooks/report.yml``.

Comes in as a file that people edit; goes out as a ``Report`` in which every code is known. What a
chart looks like and what a sentence says is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cchc_analysis.data.clean import nearest_names
from cchc_analysis.errors import BriefError, Problem

if TYPE_CHECKING:
    from cchc_analysis.data.reference import Reference

FILE = "report.yml"
CHARTS = (
    *("flow", "procedures", "equipment", "posts", "qualification"),
    *("online", "revenue", "tasks", "points"),
)
"""The charts that there are."""
AREAS = (
    *("steering", "institution", "procedures", "apparatus", "civil_service"),
    *("public_finance", "digital", "impact", "tasks", "index"),
)
"""The seven areas of reform and its impact, then tasks and index."""

Line = tuple[str, ...]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Area(_Strict):
    """What is shown of an area of reform: charts, the one of the front, and numbers beside it."""

    charts: tuple[str, ...] = ()
    front: str = ""
    numbers: tuple[str, ...] = ()


class Report(_Strict):
    """What a brief shows: lines of codes, of each the first that a report states."""

    cards: tuple[Line, ...] = Field(min_length=1)
    beside: dict[str, tuple[str, str]] = Field(default_factory=dict)
    index: tuple[Line, ...] = Field(min_length=1)
    areas: dict[str, Area] = Field(min_length=1)
    tables: dict[str, tuple[str, ...]] = Field(default_factory=dict)


def load_report(folder: Path, reference: Reference) -> Report:
    """Load what a brief shows.

    Args:
        folder: Where ``report.yml`` lies: beside the notebooks.
        reference: Whose indicators it may name.

    Raises:
        BriefError: It is absent, no YAML, empty, or names what there is not, or the same twice;
            all of it at once.
    """
    path = folder / FILE
    try:
        report = _parse(path.read_bytes())
    except OSError as error:
        found = error.strerror or "it cannot be read"
        raise BriefError(_fault(found, "what a brief shows", "Restore it.")) from None
    if problems := [*_check(report, reference.indicator_rows)]:
        raise BriefError(problems)
    return report


@lru_cache(maxsize=2)
def _parse(content: bytes) -> Report:
    import yaml

    try:
        return Report.model_validate(yaml.safe_load(content.decode("utf-8")) or {})
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        found = f"no YAML ({' '.join(str(error).split())})"
        raise BriefError(_fault(found, "YAML in UTF-8", "Mend it.")) from None
    except ValidationError as error:
        raise BriefError(
            _fault(
                f"{'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}",
                "cards, beside, index, areas and tables",
                "Mend the entry; its neighbours show how.",
            )
            for each in error.errors()
        ) from None


def _check(report: Report, known: Iterable[str]) -> Iterator[Problem]:
    """What it names that there is not, and what it names twice where once is meant."""
    beside = [code for pair in report.beside.values() for code in pair if code]
    areas = report.areas.values()
    lists = {
        "cards": [code for line in report.cards for code in line],
        "index": [code for line in report.index for code in line],
        **{f"tables.{name}": list(rows) for name, rows in report.tables.items()},
    }
    named = [*report.beside, *beside, *(code for area in areas for code in area.numbers)]
    for where, codes in {**lists, "beside or areas": named}.items():
        for code in dict.fromkeys(codes):
            if code not in known:
                yield _unknown(where, "indicator", code, known)
    for where, codes in lists.items():
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield _fault(f"{where}: {code} twice", "each code once", "Take one of them out.")
    for name, area in report.areas.items():
        yield from _check_area(name, area)


def _check_area(name: str, area: Area) -> Iterator[Problem]:
    if name not in AREAS:
        yield _unknown("areas", "area", name, AREAS)
    for chart in (*area.charts, *filter(None, [area.front])):
        if chart not in CHARTS:
            yield _unknown(f"areas.{name}", "chart", chart, CHARTS)
    if area.front and area.front not in area.charts:
        yield _fault(f"areas.{name}: front {area.front}", "one of its charts", "Add it there.")


def part_of(reference: Reference, indicator: str) -> str:
    """The part of the page that an indicator belongs to."""
    if indicator.startswith(("par_tasks_", "assigned_tasks_")):
        return "tasks"
    if indicator.startswith("par_score_"):
        return "index"
    area = str(reference.indicator_rows[indicator]["reform_area"])
    return area if area in AREAS else "index"


def _unknown(where: str, what: str, code: str, known: Iterable[str]) -> Problem:
    near = ", ".join(nearest_names(code, known))
    return _fault(
        f"{where}: unknown {what} {code!r}",
        f"a known {what}",
        f"Did you mean {near}?" if near else "Correct it, or take it out.",
    )


def _fault(found: str, expected: str, remedy: str) -> Problem:
    return Problem(f"notebooks/{FILE}", found, expected, remedy)
