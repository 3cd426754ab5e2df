"""Figures of Vietnamese public administration reform (CCHC) reports, validated and sourced.

The front door: what a notebook needs, and nothing else. ``import cchc_analysis as cchc`` costs
nothing: a name is imported when it is first used.

- Tables: ``load_indicators``, ``load_observations``, ``load_findings``, ``load_transcripts``,
  ``load_sources``, ``load_areas``, ``load_catalogue``; ``describe_columns`` says what is in them
- Panels: ``load_panel``, ``change_over``, ``grow``, ``rank_within``, ``follow_standing``,
  ``judge_many`` (the trend words)
- Helpers: ``to_wide``, ``export``, ``cite``
- Pages and what is on them: ``open_brief``, ``open_trends``, ``open_quality``
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cchc_analysis.front import *  # noqa: F403

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return ["__version__", *import_module("cchc_analysis.front").__all__]
    if not name.startswith("_"):
        front = import_module("cchc_analysis.front")
        if name in front.__all__:
            return getattr(front, name)
    raise AttributeError(f"module 'cchc_analysis' has no attribute {name!r}")


def __dir__() -> list[str]:
    return ["__version__", *import_module("cchc_analysis.front").__all__]
