"""The tables that this process was given, for notebooks that run in it: they read no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cchc_analysis.brief.opening import open_brief

if TYPE_CHECKING:
    from pathlib import Path

    from cchc_analysis.brief.content import Brief
    from cchc_analysis.records import Tables
    from cchc_analysis.reference import Reference
    from cchc_analysis.words import Words

_HELD: list[tuple[Reference, Tables]] = []
_OPENED: dict[tuple[str, str, str], Brief] = {}


def hold(reference: Reference, tables: Tables) -> None:
    """Keep tables in this process, in the place of those that it kept before."""
    _HELD[:] = [(reference, tables)]
    _OPENED.clear()


def held() -> tuple[Reference, Tables] | None:
    """The tables that this process was given, if it was given any."""
    return _HELD[0] if _HELD else None


def open_held(words: Words, district: str, period: str, reports: Path) -> Brief:
    """Open a brief of the tables held; once for its page and for what lies beside it."""
    place = (words.lang, district, period)
    if place not in _OPENED:
        [(reference, tables)] = _HELD
        _OPENED[place] = open_brief(tables, reference, words, district, period, reports)
    return _OPENED[place]
