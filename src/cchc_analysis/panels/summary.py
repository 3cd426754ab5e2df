"""What came in with a panel, in words for the person who brought it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.errors import count
from cchc_analysis.panels.mapping import PanelSource
from cchc_analysis.panels.reading import PanelFigures

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class PanelSummary:
    """What came in: to be read by the person who brought it."""

    panel: str
    path: Path
    cells: int
    figures: int
    sources: tuple[str, ...]
    areas: int
    periods: int
    indicators: tuple[str, ...]
    form: str
    notes: tuple[str, ...]

    def __str__(self) -> str:
        form = f", read as form {self.form}" if self.form else ""
        counts = (
            f"{count(self.figures, 'figure')} of {count(self.areas, 'area')}, "
            f"{count(self.periods, 'period')}, {count(len(self.indicators), 'indicator')}, "
            f"{count(len(self.sources), 'source')}"
        )
        lines = [f"{self.panel}: {counts} from {count(self.cells, 'cell')}{form}"]
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])


def summarise_panel(
    panel: str, path: Path, found: PanelFigures, table: pd.DataFrame, used: Sequence[PanelSource]
) -> PanelSummary:
    """Count what came in.

    Args:
        panel: Its name.
        path: Where its figures are kept.
        found: What was read.
        table: The figures as they are kept.
        used: Its sources.
    """
    return PanelSummary(
        panel=panel,
        path=path,
        cells=found.cells,
        figures=len(table),
        sources=tuple(source.source_id for source in used),
        areas=int(table["area_id"].nunique()),
        periods=int(table["period_end"].nunique()),
        indicators=tuple(sorted(table["indicator"].unique())),
        form=found.form,
        notes=(*found.notes, *map(_tell_terms, used)),
    )


def _tell_terms(source: PanelSource) -> str:
    """What may be done with the figures of a source."""
    if source.may_be_published:
        return f"{source.source_id}: licence “{source.licence}”; published with its rows"
    return (
        f"{source.source_id}: licence “{source.licence}”; publish = no, kept off site and downloads"
    )
