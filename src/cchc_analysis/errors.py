"""Problems as people meet them: a sentence, and an exit code of its kind.

Problems are collected while the work goes on and raised once, so that a person sees all of them
in one run. A traceback is only ever our own mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with what we were given.

    Renders as ``where: found; expected. remedy``.
    """

    where: str
    found: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        where = self.where.replace("\n", "\\n")  # as a name of a file may have it
        return escape_controls(f"{where}: {self.found}; expected {self.expected}. {self.remedy}")


_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def escape_controls(text: str) -> str:
    r"""A text whose characters do nothing to a terminal: a name of a file can hold any.

    >>> escape_controls("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return _CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def count(number: int, noun: str) -> str:
    """How many there are, in words.

    >>> count(1, "finding"), count(0, "finding"), count(2, "finding")
    ('1 finding', '0 findings', '2 findings')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


MOST_NAMED = 8
"""Names that a sentence lists, unless it says otherwise; more are counted."""


def join_some(names: Sequence[str], most: int = MOST_NAMED, mark: str = ", ") -> str:
    """The first of some names, and how many more there are.

    >>> join_some(["a", "b", "c"], 2), join_some(["a", "b"], 2, "; ")
    ('a, b and 1 more', 'a; b')
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return mark.join(names[:most]) + more


MOST_PLACES = 3
"""Places that a problem names where it stands at many."""
_NUMBERED = re.compile(r"(.* |)(\w*\d)")
"""A place that ends in a number or in a code of one: "row 2", "figure F070"."""


def join_same(problems: Iterable[Problem]) -> list[Problem]:
    """The problems, those that differ in their place alone as one, with the first places.

    >>> [told] = join_same(Problem(f"row {n}", "no day", "a day", "Add it.") for n in range(2, 8))
    >>> told.where
    'row 2, 3, 4 and 3 more'
    """
    same: dict[tuple[str, str, str], list[str]] = {}
    for each in problems:
        places = same.setdefault((each.found, each.expected, each.remedy), [])
        places.append(each.where)
    joined = []
    for said, places in same.items():
        given = [*dict.fromkeys(places)]
        numbered = [each for each in map(_NUMBERED.fullmatch, given) if each]
        before = {each[1] for each in numbered}
        if len(numbered) == len(given) and len(before) == 1:
            where = before.pop() + join_some([each[2] for each in numbered], MOST_PLACES)
        else:  # what ends in a name is told whole: "area 'Châu Giả'; area 'Châu Thật'"
            where = join_some(given, MOST_PLACES, "; ")
        joined.append(Problem(where, *said))
    return joined


class CchcError(Exception):
    """Something that the person running the command can mend."""

    exit_code = 1

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, join_same(self.problems))))

    def __reduce__(self) -> tuple[type[CchcError], tuple[tuple[Problem, ...]]]:
        """It comes back whole from another process."""
        return type(self), (self.problems,)


class CommandError(CchcError):
    """A wrong command, option or parameter."""

    exit_code = 2


class AreaError(CommandError, KeyError):
    """A name that means no area, or several; as a ``KeyError`` it carries what to do about it."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        super().__init__(problems)
        self.args = (self.problems[0].remedy.removesuffix("."),)

    def __str__(self) -> str:
        return str(self.problems[0])


class ReportError(CchcError):
    """A report, transcript or source row that cannot be read."""

    exit_code = 3


class ReferenceDataError(CchcError):
    """Reference data that contradicts itself or lacks an entry."""

    exit_code = 4


class ValidationError(CchcError):
    """A suite that cannot be run, or data that break a critical rule."""

    exit_code = 5


class BriefError(CchcError):
    """A brief that could not be made."""

    exit_code = 6
