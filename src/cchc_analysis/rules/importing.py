"""Importing Great Expectations, which takes seconds, in one place and a third faster."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


def import_expectations() -> None:
    """Register our rule types; the one place where our commands import Great Expectations."""
    with _without_uri_grammar():
        from cchc_analysis.rules import expectations  # noqa: F401


@contextmanager
def _without_uri_grammar() -> Iterator[None]:
    """Leave out a grammar of addresses while Great Expectations is imported.

    ``jsonschema``, far below it, compiles that grammar for two formats of addresses that nothing
    here uses; it takes two fifths of the import, and is no error where it is missing.
    """
    name = "rfc3987_syntax"
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
