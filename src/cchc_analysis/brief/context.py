"""What pages are told from, in one hand: whose project, which reference data, which tables.

Whoever makes a page passes a ``Context`` along. The cells of a notebook take none: what they call
asks for the one that their notebook runs in, which ``running_in`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING

from cchc_analysis.brief.board import Board, open_board
from cchc_analysis.brief.opening import open_brief
from cchc_analysis.brief.render import TEMPLATE
from cchc_analysis.data.words import Words, load_words

if TYPE_CHECKING:
    from cchc_analysis.brief.content import Brief
    from cchc_analysis.brief.quality import Graded
    from cchc_analysis.data.records import Tables
    from cchc_analysis.data.reference import Project, Reference


@dataclass(frozen=True)
class Context:
    """What pages are told from.

    Attributes:
        project: Whose notebooks, words and documents.
        reference: What all pages look up.
        tables: The rows that a page may read.
        graded: What is known of the briefs, for the page on data quality.
        is_whole: Whether front and annex of a brief make one page.
    """

    project: Project
    reference: Reference
    tables: Tables
    graded: tuple[Graded, ...] = ()
    is_whole: bool = False

    def words(self, lang: str) -> Words:
        """The strings of a language."""
        return load_words(self.project.notebooks / TEMPLATE, lang)

    def open_brief(self, area: str, period: str, lang: str) -> Brief:
        """Open the brief of an area and period in a language.

        Raises:
            CommandError: The area is unknown, or no report on it for the period is held.
        """
        words, reports = self.words(lang), self.project.reports
        brief = open_brief(self.tables, self.reference, words, area, period, reports)
        return replace(brief, is_whole=self.is_whole)

    @cached_property
    def open_once(self) -> Callable[[str, str, str], Brief]:
        """``open_brief``, once for a front, its annex and what lies beside them."""
        return cache(self.open_brief)

    def open_board(
        self, indicator: str, areas: str | tuple[str, ...], first: str, last: str, lang: str
    ) -> Board:
        """Open an indicator over areas and years, in a language; see ``trends.open_board``."""
        choice = indicator, areas, first, last
        return open_board(self.tables, self.reference, choice, self.words(lang))

    @cached_property
    def open_board_once(self) -> Callable[[str, str | tuple[str, ...], str, str, str], Board]:
        """``open_board``, once for a page and what lies beside it."""
        return cache(self.open_board)


_RUNNING: ContextVar[Context | None] = ContextVar("cchc_context", default=None)


@contextmanager
def running_in(context: Context) -> Iterator[Context]:
    """Let notebooks that run in this process meanwhile be told from a context."""
    token = _RUNNING.set(context)
    try:
        yield context
    finally:
        _RUNNING.reset(token)


def find_context() -> Context | None:
    """The context that this notebook runs in; none where a person runs it."""
    return _RUNNING.get()
