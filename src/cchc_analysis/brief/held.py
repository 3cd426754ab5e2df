"""The tables that this process was given, for notebooks that run in it: they read no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cchc_analysis.records import Tables
    from cchc_analysis.reference import Reference

_HELD: list[tuple[Reference, Tables]] = []


def hold(reference: Reference, tables: Tables) -> None:
    """Keep tables in this process, in the place of those that it kept before."""
    _HELD[:] = [(reference, tables)]


def held() -> tuple[Reference, Tables] | None:
    """The tables that this process was given, if it was given any."""
    return _HELD[0] if _HELD else None
