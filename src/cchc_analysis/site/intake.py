"""Jobs as there is room for them, and pauses between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized

from cchc_analysis.site.replies import Job


class Intake:
    """Takes jobs one at a time from where they are made.

    Args:
        jobs: The jobs; a ``None`` among them holds back what follows until none is under way.
    """

    def __init__(self, jobs: Iterable[Job | None]) -> None:
        self._jobs = iter(jobs)
        self._is_held = False
        self._next: Job | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no job at all; asked before any is taken."""
        self._next = next(self.take(1, ()), None)
        return self._next is None

    def take(self, room: int, under_way: Sized) -> Iterator[Job]:
        """Take jobs for as long as fewer than ``room`` are under way."""
        while len(under_way) < room and not (self._is_held and len(under_way)):
            self._is_held = False
            try:
                job = self._next or next(self._jobs)
            except StopIteration:
                return
            self._next = None
            if job:
                yield job
            else:
                self._is_held = True
