"""The communes of the country, before and after July 2025, and where their territory went.

Comes in as ``communes.csv`` and ``commune_changes.csv``; goes out as rows by id and as ids. They
are 13,000, so nothing here is read before one of them is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cchc_analysis.data.files import list_rows, load_text_table
from cchc_analysis.data.reference.areas import Row, check_parents
from cchc_analysis.errors import Problem, ReferenceDataError

COMMUNE_COLUMNS = (
    *("area_id", "code", "name", "name_en", "type", "parent_id"),
    *("valid_from", "valid_to", "lat", "lon", "km2"),
)
CHANGE_COLUMNS = ("old_id", "new_id", "part")
CHANGE_KEY = ("old_id", "new_id")


def load_communes(folder: Path, wide: Mapping[str, Row]) -> dict[str, dict[str, Any]]:
    """The rows of ``communes.csv`` by id, with the columns that the other areas have.

    Args:
        folder: ``data/reference``.
        wide: The areas above them.

    Raises:
        ReferenceDataError: The table cannot be read, or a parent is not there all its days.
    """
    rows = _list(folder / "communes.csv", COMMUNE_COLUMNS, ("area_id",))
    if lost := [row["area_id"] for row in rows if row["parent_id"] not in wide]:
        raise ReferenceDataError(
            [
                Problem(
                    "data/reference/communes.csv",
                    f"{len(lost)} communes whose parent_id areas.csv does not define: "
                    f"{', '.join(lost[:5])}",
                    "a district or province of data/reference/areas.csv",
                    "Mend the cell, or add the area.",
                )
            ]
        )
    if problems := list(check_parents({row["area_id"]: row for row in rows}, wide, "communes.csv")):
        raise ReferenceDataError(problems)
    blank = {"level": "commune", "communes": "", "note_vi": "", "note_en": "", "source": ""}
    return {row["area_id"]: blank | row for row in rows}


@dataclass(frozen=True)
class Moves:
    """Where the territory of the communes of before went, by old and by new commune.

    ``part`` is ``whole`` (all of the old one), ``main part`` (most of it) or ``part``.
    """

    by_old: Mapping[str, tuple[tuple[str, str], ...]]
    by_new: Mapping[str, tuple[tuple[str, str], ...]]


@lru_cache(maxsize=2)
def load_moves(folder: Path) -> Moves:
    """Read ``commune_changes.csv``, once for a folder.

    Raises:
        ReferenceDataError: The table cannot be read.
    """
    by_old: dict[str, list[tuple[str, str]]] = {}
    by_new: dict[str, list[tuple[str, str]]] = {}
    for row in _list(folder / "commune_changes.csv", CHANGE_COLUMNS, CHANGE_KEY):
        by_old.setdefault(row["old_id"], []).append((row["new_id"], row["part"]))
        by_new.setdefault(row["new_id"], []).append((row["old_id"], row["part"]))
    return Moves(*({each: tuple(pairs) for each, pairs in d.items()} for d in (by_old, by_new)))


def _list(path: Path, columns: tuple[str, ...], key: tuple[str, ...]) -> list[dict[str, Any]]:
    return list_rows(load_text_table(path, columns, key, kind=ReferenceDataError))
