"""Figures of Vietnamese public administration reform (CCHC) reports, validated and sourced.

The front door: what a notebook needs, and nothing else. Names are imported when first used, so
that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_FRONT_DOOR = {
    "load_findings": "front",
    "load_indicators": "front",
    "load_observations": "front",
    "load_transcripts": "front",
    "open_brief": "front",
}

__all__ = ["__version__", *sorted(_FRONT_DOOR)]


def __getattr__(name: str) -> Any:
    if name in _FRONT_DOOR:
        return getattr(import_module(f"cchc_analysis.{_FRONT_DOOR[name]}"), name)
    raise AttributeError(f"module 'cchc_analysis' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


if TYPE_CHECKING:
    pass
