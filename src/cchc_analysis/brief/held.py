"""The tables that this process was given, for notebooks that run in it: they read no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cchc_analysis.brief.opening import open_brief

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from cchc_analysis.brief.content import Brief
    from cchc_analysis.brief.quality import Graded
    from cchc_analysis.data.records import Tables
    from cchc_analysis.data.reference import Reference
    from cchc_analysis.data.words import Words

_HELD: list[tuple[Reference, Tables]] = []
_GRADED: list[Graded] = []
_OPENED: dict[tuple[str, str, str], Brief] = {}


def hold(reference: Reference, tables: Tables, graded: Iterable[Graded] = ()) -> None:
    """Keep tables in this process, in the place of those that it kept before.

    Args:
        reference: What all pages look up.
        tables: The rows that the next page may read.
        graded: What is known of the briefs, for the page on data quality.
    """
    _HELD[:] = [(reference, tables)]
    _GRADED[:] = graded
    _OPENED.clear()


def forget() -> None:
    """Hold nothing any more: the front door loads from the project again."""
    _HELD.clear()
    _GRADED.clear()
    _OPENED.clear()


def held() -> tuple[Reference, Tables] | None:
    """The tables that this process was given, if it was given any."""
    return _HELD[0] if _HELD else None


def held_graded() -> Sequence[Graded] | None:
    """What is known of the briefs, if this process was told."""
    return _GRADED or None


def open_held(words: Words, district: str, period: str, reports: Path) -> Brief:
    """Open a brief of the tables held; once for its page and for what lies beside it."""
    place = (words.lang, district, period)
    if place not in _OPENED:
        [(reference, tables)] = _HELD
        _OPENED[place] = open_brief(tables, reference, words, district, period, reports)
    return _OPENED[place]
