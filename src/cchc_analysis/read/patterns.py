"""The patterns of ``patterns.toml``: what reports say around their figures.

Comes in as nothing; goes out as ``P``, which gives each pattern by its name, compiled once and not
before it is asked for: ``P.from_to.search(text)``. Nothing else of a report is known here.
"""

from __future__ import annotations

import re
import tomllib
from functools import cached_property
from importlib.resources import files
from typing import Any

from cchc_analysis.read.documents.lines import CAPITALS

_NAME = re.compile(r"<<(\w+)>>")


class Patterns:
    """The entries of the table by name."""

    @cached_property
    def _tables(self) -> dict[str, Any]:
        return tomllib.loads(
            files("cchc_analysis.read").joinpath("patterns.toml").read_text("utf-8")
        )

    @cached_property
    def _texts(self) -> dict[str, str]:
        """Every pattern as it is written."""
        named = {name: _join(text) for table in self._tables.values() if isinstance(table, dict)
                 for name, text in table.items()}  # fmt: skip
        return {"CAPITALS": CAPITALS, **named}

    def __getattr__(self, name: str) -> re.Pattern[str]:
        """Compile a pattern; from then on it is an attribute like any other."""
        if name.startswith("__") or name not in self._texts:
            raise AttributeError(name)
        pattern = re.compile(self._expand(self._texts[name]))
        setattr(self, name, pattern)
        return pattern

    def names(self) -> list[str]:
        """The names of all patterns and of the pieces that they are made of."""
        return list(self._texts)

    @cached_property
    def rules(self) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
        """What digits can name: the kind, the reason and the look, in the order to try them."""
        return tuple(
            (rule["kind"], rule["reason"], re.compile(self._expand(_join(rule["pattern"]))))
            for rule in self._tables["rules"]
        )

    @property
    def openers(self) -> list[dict[str, Any]]:
        """What opens a part of the frame of the lines below it, and until when it holds."""
        opened: list[dict[str, Any]] = self._tables["openers"]
        return opened

    def _expand(self, text: str) -> str:
        """A pattern with those that it names; that case is not looked at is said once."""
        return _NAME.sub(
            lambda found: self._expand(self._texts[found[1]]).removeprefix("(?i)"), text
        )


def _join(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


P = Patterns()
"""Empty until the first pattern is asked for."""
