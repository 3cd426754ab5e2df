"""JSON Schema, imported without what takes seconds and serves nobody here.

Great Expectations, nbformat and papermill bring in ``jsonschema``, whose check of the formats "iri"
and "iri-reference" compiles a grammar on import: some two seconds, a third of what importing Great
Expectations takes. ``jsonschema`` does without it where the package is not there; no schema of ours
or of notebooks asks for these two formats.
"""

from __future__ import annotations

import importlib
import sys

GRAMMAR = "rfc3987_syntax"


def import_jsonschema() -> None:
    """Import ``jsonschema`` before anybody else does, with its grammar out of sight meanwhile."""
    if "jsonschema" in sys.modules or GRAMMAR in sys.modules:
        return
    sys.modules[GRAMMAR] = None  # type: ignore[assignment]  # what Python takes for "not installed"
    try:
        importlib.import_module("jsonschema")
    finally:
        del sys.modules[GRAMMAR]
