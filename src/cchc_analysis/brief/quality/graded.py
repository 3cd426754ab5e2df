"""What the page on data quality knows of a brief: kept with it, so that none is opened again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.ledger import Grade, grade_brief, is_headline
from cchc_analysis.data.records import Severity


@dataclass(frozen=True)
class Graded:
    """One district and period.

    Attributes:
        sources: The reports that it tells.
        grade: How far its figures can be trusted.
        contested: The headline figures that a contradiction of its own reports concerns.
        anchors: Where its ledger tells a finding.
    """

    area_id: str
    period: str
    sources: tuple[str, ...]
    grade: Grade
    contested: tuple[str, ...]
    anchors: Mapping[str, str]

    def to_bytes(self) -> bytes:
        """As a file."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Graded:
        """What a file holds."""
        read = json.loads(content)
        grade = read["grade"] | {"missing": tuple(read["grade"]["missing"])}
        tuples = {name: tuple(read[name]) for name in ("sources", "contested")}
        return cls(**read | tuples | {"grade": Grade(**grade)})


def make_graded(brief: Brief) -> Graded:
    """What the page on data quality says of a brief."""
    return Graded(
        area_id=brief.area["area_id"],
        period=brief.period,
        sources=tuple(brief.reports["source_id"]),
        grade=grade_brief(brief),
        contested=_list_contested(brief),
        anchors={finding: each.anchor for finding, each in brief.contradiction_of.items()},
    )


def _list_contested(brief: Brief) -> tuple[str, ...]:
    own = set(brief.reports["source_id"])
    found = {
        entry.indicator: None
        for entry in brief.entries
        if is_headline(brief, entry)
        and any(
            each.severity != Severity.INFO and each.findings[0]["source_id"] in own
            for each in brief.marks(entry)
        )
    }
    return tuple(found)
