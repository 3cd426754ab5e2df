"""Data Package descriptors: what a table's columns hold, and the hash of its bytes.

The one description of our tables for machines (specs.frictionlessdata.io), whether they lie in
``data/processed`` or beside a brief. Knows columns and bytes, and not who wrote them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.records import BOOLEAN_COLUMNS, INTEGER_COLUMNS, NUMBER_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

LICENSE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}


def hash_file(path: Path) -> str:
    """The sha256 of a file, as a hexadecimal text."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def index_licences(sources: pd.DataFrame) -> dict[str, str]:
    """The licence of each source that has one of its own, by source."""
    if "licence" not in sources:
        return {}
    own = sources[sources["licence"] != ""]
    return dict(zip(own["source_id"], own["licence"], strict=True))


def join_licences(cells: Iterable[str], licences: Mapping[str, str]) -> list[str]:
    """The licences of what rows rest on; empty where all of it is ours or official."""
    known: dict[str, str] = {}
    for cell in cells:
        if cell not in known:
            own = dict.fromkeys(licences[each] for each in cell.split() if each in licences)
            known[cell] = "; ".join(own)
    return [known[cell] for cell in cells]


def list_licences(licences: Iterable[str]) -> list[dict[str, str]]:
    """The licences of a package: ours for what we made, and those of its sources as worded."""
    others = sorted(set(licences) - {""})
    return [LICENSE, *({"name": "notspecified", "title": each} for each in others)]


def describe_package(
    name: str,
    title: str,
    version: str,
    resources: Sequence[Mapping[str, Any]],
    profile: str = "tabular-data-package",
    licences: Sequence[Mapping[str, str]] = (LICENSE,),
) -> dict[str, Any]:
    """The descriptor of a package: its name, version, licences and resources."""
    return {
        "profile": profile,
        "name": name,
        "title": title,
        "version": version,
        "licenses": list(licences),
        "resources": list(resources),
    }


def describe_table(path: Path, meanings: Mapping[str, str], key: Iterable[str]) -> dict[str, Any]:
    """The descriptor of a CSV file.

    Args:
        path: The file, as it lies on disk.
        meanings: Its columns in their order, and what each holds.
        key: The columns that name a row.
    """
    return describe_file(path, "text/csv") | {
        "type": "table",
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": {
            "fields": [
                {"name": column, "type": type_of(column), "description": meaning}
                for column, meaning in meanings.items()
            ],
            "primaryKey": list(key),
            "missingValues": [""],
        },
    }


def describe_file(path: Path, media_type: str) -> dict[str, Any]:
    """The descriptor of any file: its name, kind, licence, size and hash.

    Its type is said, because readers guess one from its name and look for a table in a workbook.
    """
    return {
        "name": path.name.lower().replace(".csv", "").replace(".", "-"),
        "type": "file",
        "path": path.name,
        "licenses": [LICENSE],
        "mediatype": media_type,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{hash_file(path)}",
    }


def type_of(column: str) -> str:
    """The type of a column, as descriptors call it."""
    if column in NUMBER_COLUMNS:
        return "number"
    if column in INTEGER_COLUMNS:
        return "integer"
    return "boolean" if column in BOOLEAN_COLUMNS else "string"
