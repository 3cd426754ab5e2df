"""The communes of the country, before and after July 2025, and where their territory went.

Comes in as ``communes.csv`` and ``commune_changes.csv``; goes out as rows by id and as ids. They
are 13,000, so nothing here is read before one of them is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from cchc_analysis.data.files import list_rows, load_text_table
from cchc_analysis.data.reference.areas import Row, check_days, check_parents
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
    blank = {"level": "commune", "communes": "", "note_vi": "", "note_en": "", "source": ""}
    communes = {row["area_id"]: blank | row for row in rows}
    if problems := [*_check(communes, wide)]:
        raise ReferenceDataError(problems)
    return communes


def _check(communes: Mapping[str, Row], wide: Mapping[str, Row]) -> Iterator[Problem]:
    place = "data/reference/communes.csv"
    if lost := [each for each, row in communes.items() if row["parent_id"] not in wide]:
        found = f"{len(lost)} communes whose parent_id areas.csv does not define: "
        above = "a district or province of data/reference/areas.csv"
        remedy = "Mend the cell, or add the area."
        yield Problem(place, f"{found}{', '.join(lost[:5])}", above, remedy)
    if twice := [each for each in communes if each in wide]:
        found = f"area_id {', '.join(twice[:5])}, which areas.csv defines too"
        remedy = "Give the area of areas.csv an id of its own; its code may stand in both."
        yield Problem(place, found, "one area for one id", remedy)
    yield from check_days(communes.values(), "communes.csv")
    yield from check_parents(communes, wide, "communes.csv")


@lru_cache(maxsize=2)
def load_moves(folder: Path) -> Mapping[str, list[tuple[str, str]]]:
    """Where the territory of each commune of before went, and that of each of today came from.

    With each goes ``whole`` (all of the old one), ``main part`` (most of it) or ``part``. Read from
    ``commune_changes.csv``, once for a folder.

    Raises:
        ReferenceDataError: The table cannot be read.
    """
    moves: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _list(folder / "commune_changes.csv", CHANGE_COLUMNS, CHANGE_KEY):
        moves[row["old_id"]].append((row["new_id"], row["part"]))
        moves[row["new_id"]].append((row["old_id"], row["part"]))
    return dict(moves)


def _list(path: Path, columns: tuple[str, ...], key: tuple[str, ...]) -> list[dict[str, Any]]:
    return list_rows(load_text_table(path, columns, key, kind=ReferenceDataError))
