"""A finding before it has its id: what all kinds of findings have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.records import FINDING_COLUMNS, Severity

if TYPE_CHECKING:
    import pandas as pd

PLACE = ("source_id", "area_id", "scope", "period_start", "period_end")


@dataclass(frozen=True)
class Draft:
    """One rule that one source breaks in one place.

    ``cause`` is anything that drafts of one cause share; ``figures`` are figure ids,
    ``operands`` the figure behind each number of the arithmetic.
    """

    rule_id: str
    severity: Severity
    kind: str
    place: Mapping[str, str]
    indicator: str = ""
    left: float = float("nan")
    right: float = float("nan")
    arithmetic: str = ""
    figures: str = ""
    operands: str = ""
    sentences: Mapping[str, str] = field(default_factory=dict)
    cause: object = None
    likely_figure: str = ""
    closing_value: float = float("nan")

    @property
    def name(self) -> str:
        """The id of the finding, but for a number where several would share it."""
        where = (self.place[name] for name in ("source_id", "area_id", "scope", "period_end"))
        return ".".join([self.rule_id, *where])


def tabulate_drafts(drafts: Iterable[Draft]) -> pd.DataFrame:
    """Drafts as findings (``FINDING_COLUMNS``), sorted by id; equal names are numbered."""
    import pandas as pd

    ordered = sorted(drafts, key=lambda draft: (draft.name, draft.indicator, draft.arithmetic))
    seen: dict[str, int] = {}
    leaders: dict[object, str] = {}
    rows: list[dict[str, Any]] = []
    for draft in ordered:
        seen[draft.name] = number = seen.get(draft.name, 0) + 1
        finding_id = draft.name if number == 1 else f"{draft.name}.{number}"
        cause = finding_id if draft.cause is None else draft.cause
        rows.append(_make_row(draft, finding_id, leaders.setdefault(cause, finding_id)))
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS)).astype(
        dict.fromkeys(("left", "right", "difference", "closing_value"), "float64")
    )


def _make_row(draft: Draft, finding_id: str, cause_id: str) -> dict[str, Any]:
    return {
        "finding_id": finding_id,
        "rule_id": draft.rule_id,
        "severity": draft.severity.value,
        "kind": draft.kind,
        **{name: draft.place[name] for name in PLACE},
        "indicator": draft.indicator,
        "left": draft.left,
        "right": draft.right,
        "difference": draft.left - draft.right,
        "arithmetic": draft.arithmetic,
        "figures": draft.figures,
        "operands": draft.operands,
        "cause_id": cause_id,
        "likely_figure": draft.likely_figure,
        "closing_value": draft.closing_value,
        "explanation_vi": draft.sentences["vi"],
        "explanation_en": draft.sentences["en"],
    }
