"""What the examples in docstrings take for granted, as the pages of the documentation say it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cchc_analysis

SOURCES = Path(__file__).resolve().parent / "src"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Import no module of ours for the sake of examples that it does not have."""
    is_ours = collection_path.suffix == ".py" and SOURCES in collection_path.parents
    return True if is_ours and ">>>" not in collection_path.read_text("utf-8") else None


@pytest.fixture(autouse=True)
def _import_front_door(doctest_namespace: dict[str, Any]) -> None:
    doctest_namespace["cchc"] = cchc_analysis
