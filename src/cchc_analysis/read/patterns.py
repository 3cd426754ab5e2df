"""What ``patterns.toml`` holds: what reports say around their figures, and the words asked for.

Comes in as nothing; goes out as ``PATTERNS``, which gives each pattern by its name, compiled once
and not before it is asked for (``PATTERNS.from_to.search(text)``), and the rows of a table of them
(``PATTERNS.rows("openers")``); and as ``WORDS`` (``WORDS.given``). Knows nothing else of a report.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, cached_property
from pathlib import Path
from typing import Any

_NAME = re.compile(r"<<(\w+)>>")
CAPITALS = "A-ZĐ" + "".join(
    unicodedata.normalize("NFC", letter + tone)
    for letter in "AĂÂEÊIOÔƠUƯY"
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    if letter + tone not in "AEIOUY"
)
"""The capital letters of Vietnamese, for a character class. "À-Ỹ" would take small ones as well."""
_IN_ROWS = ("pattern", "before", "behind", "own", "said", "sentence", "line")
"""What is a pattern in the rows of a table."""


@cache
def _load() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


class Patterns:
    """The patterns of the table by name."""

    @cached_property
    def texts(self) -> dict[str, str]:
        """All patterns, and the pieces that they are made of, as they are written."""
        named = {"CAPITALS": CAPITALS}
        for title, table in _load().items():
            if title != "words" and isinstance(table, dict):
                if doubled := sorted(named.keys() & table):
                    raise ValueError(f"patterns.toml [{title}]: there is a {doubled[0]} already")
                named |= {name: "".join(text) for name, text in table.items()}
        return named

    def __getattr__(self, name: str) -> re.Pattern[str]:
        """Compile a pattern; from then on it is an attribute like any other."""
        if name.startswith("__") or name not in self.texts:
            raise AttributeError(name)
        pattern = self._compile(self.texts[name])
        setattr(self, name, pattern)
        return pattern

    @cache  # noqa: B019 - there is one
    def rows(self, table: str) -> tuple[dict[str, Any], ...]:
        """The rows of a table, in the order to try them, their patterns compiled."""
        return tuple(
            {key: self._compile("".join(cell)) if key in _IN_ROWS else cell
             for key, cell in row.items()}
            for row in _load()[table]
        )  # fmt: skip

    def _compile(self, text: str) -> re.Pattern[str]:
        return re.compile(self._expand(text))

    def _expand(self, text: str) -> str:
        """A pattern with those that it names; that case is not looked at is said once."""
        return _NAME.sub(
            lambda found: self._expand(self.texts[found[1]]).removeprefix("(?i)"), text
        )


class Terms:
    """The words of the table by name: one, a set of them, or a table of them."""

    def __getattr__(self, name: str) -> Any:
        """Take the words out of the table, once."""
        words = _load()["words"].get(name)
        if words is None:
            raise AttributeError(name)
        words = frozenset(words) if isinstance(words, list) else words
        setattr(self, name, words)
        return words


PATTERNS, WORDS = Patterns(), Terms()
"""Empty until the first pattern or word is asked for."""
