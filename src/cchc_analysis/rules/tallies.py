"""What each rule was applied to, kept and broken in each source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cchc_analysis.data.records import TALLY_COLUMNS
from cchc_analysis.rules.figures import Integers

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Tally:
    """One rule: rows applied to, kept, broken and not spoken of, for each of some sources."""

    rule_id: str
    sources: Sequence[str]
    counts: npt.NDArray[np.int32]


class Sources:
    """The sources of the rows of a table, numbered once for all rules that are tallied over it."""

    def __init__(self, cells: pd.Series) -> None:
        names, self._codes = np.unique(cells.to_numpy(dtype=object), return_inverse=True)
        self.names = [str(name) for name in names]
        self._rows = self._count(np.arange(len(cells)))

    def tally(self, rule_id: str, broken: Integers, applied: Integers | None = None) -> Tally:
        """Tally a rule.

        Args:
            rule_id: The rule.
            broken: The rows that break it.
            applied: The rows that it speaks of; all where it speaks of every row. The others lack
                the figures that it needs, and are counted as not applicable.
        """
        used = self._rows if applied is None else self._count(np.unique(applied))
        failed = self._count(np.unique(broken))
        counts = np.stack([used, used - failed, failed, self._rows - used])
        return Tally(rule_id, self.names, counts.astype(np.int32))

    def _count(self, rows: Integers) -> Integers:
        counts = np.bincount(self._codes[rows], minlength=len(self.names))
        return np.asarray(counts, dtype=np.int64)


def join_tallies(tallies: Sequence[Tally]) -> pd.DataFrame:
    """All tallies as a table (``TALLY_COLUMNS``), sorted by rule and source."""
    import pandas as pd

    ordered = sorted(tallies, key=lambda tally: tally.rule_id)
    names = [name for tally in ordered for name in tally.sources]
    rules = [tally.rule_id for tally in ordered for _ in tally.sources]
    counts = np.concatenate([tally.counts for tally in ordered], axis=1)
    words = dict(zip(TALLY_COLUMNS[2:], counts.astype(np.int64), strict=True))
    return pd.DataFrame({"rule_id": rules, "source_id": names, **words})
