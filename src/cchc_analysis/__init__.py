"""Figures of Vietnamese public administration reform (CCHC) reports, validated and sourced.

The front door: what a notebook needs, and nothing else. ``import cchc_analysis as cchc`` costs
nothing: a name is imported when it is first used.

- Tables: ``load_indicators``, ``load_observations``, ``load_findings``, ``load_transcripts``,
  ``load_sources``, ``load_areas``, ``load_catalogue``; ``describe_columns`` says what is in them
- Panels: ``load_panel``, ``change_over``, ``grow``, ``rank_within``, ``follow_standing``,
  ``judge_many`` (the trend words); ``sum_communes`` for a former district
- Helpers: ``match_areas`` (names to ids), ``to_wide``, ``export``, ``cite``
- Rules: ``validate`` for a table of yours; ``suite_parameters`` and ``make_table`` for Great
  Expectations, which learns our expectations when it is imported beside this package
- Pages and what is on them: ``open_brief``, ``open_profile``, ``open_trends``, ``open_quality``;
  ``show_figure`` puts a picture of yours on a page, ``plot_tile_map`` draws one
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cchc_analysis.front import *  # noqa: F403

__version__ = "0.1.0"


class _Register:
    """Registers our expectations when Great Expectations has been imported, and not before.

    Without that, it would drop our rules from a suite; imported here, it would take seconds from
    everybody who needs no rules.
    """

    name, ours = "great_expectations", "cchc_analysis.rules.expectations"

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find Great Expectations as ever, and add what is done when it has been run."""
        if name != self.name:
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def run_and_register(module: ModuleType) -> None:
                run(module)
                import_module(self.ours)

            spec.loader.exec_module = run_and_register  # type: ignore[method-assign]
        return spec


if _Register.name in sys.modules:
    import_module(_Register.ours)
elif not any(isinstance(each, _Register) for each in sys.meta_path):
    sys.meta_path.insert(0, _Register())


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return __dir__()
    # "from cchc_analysis import pipeline" asks here first; only the front knows names of its own.
    if not name.startswith("_") and find_spec(f"{__name__}.{name}") is None:
        front = import_module("cchc_analysis.front")
        if name in front.__all__:
            return getattr(front, name)
    raise AttributeError(f"module 'cchc_analysis' has no attribute {name!r}")


def __dir__() -> list[str]:
    return ["__version__", *import_module("cchc_analysis.front").__all__]
