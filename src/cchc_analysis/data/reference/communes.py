"""The communes of the country, before and after July 2025, and where their territory went.

Comes in as ``communes.csv`` and ``commune_changes.csv``; goes out as rows by id and as ids. They
are 13,000, so nothing here is read before one of them is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from cchc_analysis.data.files import TableError, list_rows, load_text_table
from cchc_analysis.data.reference.areas import Row
from cchc_analysis.errors import Problem, ReferenceDataError

COMMUNE_COLUMNS = (
    *("area_id", "code", "name", "name_en", "type", "parent_id"),
    *("valid_from", "valid_to", "lat", "lon", "km2"),
)
CHANGE_COLUMNS = ("old_id", "new_id", "part")


def load_communes(folder: Path, wide: Mapping[str, Row]) -> dict[str, dict[str, Any]]:
    """The rows of ``communes.csv`` by id, with the columns that the other areas have.

    Args:
        folder: ``data/reference``.
        wide: The areas above them.

    Raises:
        ReferenceDataError: The table cannot be read, or a parent is not there.
    """
    rows = list_rows(_load(folder / "communes.csv", COMMUNE_COLUMNS, ("area_id",)))
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
    blank = {"level": "commune", "communes": "", "note_vi": "", "note_en": "", "source": ""}
    return {row["area_id"]: blank | row for row in rows}


def load_commune_changes(folder: Path) -> list[dict[str, str]]:
    """Where the territory of each commune went: ``old_id``, ``new_id``, ``part``.

    ``part`` is ``whole`` (all of it), ``main part`` (most of it) or ``part``.
    """
    return _load_changes(folder / "commune_changes.csv")


@lru_cache(maxsize=2)
def _load_changes(path: Path) -> list[dict[str, str]]:
    return list_rows(_load(path, CHANGE_COLUMNS, ("old_id", "new_id")))


def _load(path: Path, columns: tuple[str, ...], key: tuple[str, ...]) -> Any:
    try:
        return load_text_table(path, columns, key)
    except TableError as error:
        raise ReferenceDataError(error.problems) from None
