"""Data Package descriptors: what a table's columns hold, and the hash of its bytes.

The one description of our tables for machines (specs.frictionlessdata.io), whether they lie in
``data/processed`` or beside a brief. Knows columns and bytes, and not who wrote them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cchc_analysis.data.records import BOOLEAN_COLUMNS, INTEGER_COLUMNS, NUMBER_COLUMNS

LICENSE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}


def hash_file(path: Path) -> str:
    """The sha256 of a file, as a hexadecimal text."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def describe_package(
    name: str,
    title: str,
    version: str,
    resources: Sequence[Mapping[str, Any]],
    profile: str = "tabular-data-package",
) -> dict[str, Any]:
    """The descriptor of a package: its name, version, licence and resources."""
    return {
        "profile": profile,
        "name": name,
        "title": title,
        "version": version,
        "licenses": [LICENSE],
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
    """The descriptor of any file: its name, kind, size and hash."""
    return {
        "name": path.name.lower().replace(".csv", "").replace(".", "-"),
        "path": path.name,
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
