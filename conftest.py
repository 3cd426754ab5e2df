"""What the examples in docstrings take for granted, as the pages of the documentation say it."""

from __future__ import annotations

from typing import Any

import pytest

import cchc_analysis


@pytest.fixture(autouse=True)
def _import_front_door(doctest_namespace: dict[str, Any]) -> None:
    doctest_namespace["cchc"] = cchc_analysis
