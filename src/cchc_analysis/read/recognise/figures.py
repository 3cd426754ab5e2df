"""A proposed figure: the columns of a transcript, why, its number, and how sure it is.

Comes in as proposals of one document; goes out as values, as a table of observations that the
identities can be held against, and as how likely all of a figure is right. Its marks can be told in
words; their weights (``data/reference/confidence.csv``) are fitted by ``tools/fit_confidence.py``
on documents with known answers, each judged by the others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

import pandas as pd

from cchc_analysis.data.clean import NumberError, parse_number
from cchc_analysis.data.records import (
    OBSERVATION_COLUMNS,
    Comparator,
    Number,
    Period,
    Scope,
    Status,
)
from cchc_analysis.data.reference import Reference
from cchc_analysis.read.patterns import PATTERNS, WORDS
from cchc_analysis.read.recognise.frame import CARRIED, OWN_TIME, counts_dossiers
from cchc_analysis.read.recognise.matching import Claim, WordsAround
from cchc_analysis.read.recognise.surroundings import CAPTION, FigureText
from cchc_analysis.read.recognise.windows import leave_carried, write_months
from cchc_analysis.read.recognise.wording import Wording
from cchc_analysis.rules import Identity, evaluate_identity, tabulate_statements


class Confidence(StrEnum):
    """How surely a proposal is made, least first."""

    NONE = "none"
    LOW = "low"
    HIGH = "high"


LEVEL_CARRIED = "level carried"
"""Mark of a figure: only a line above, which may have ended before, says whose it is."""
OTHER_REPORT = "another report begins in line"
"""Said of figures of a second report in the same file."""


def say_whole(part: str) -> str:
    """The reason of a B: "the whole that dossiers_received_online is a part of"."""
    return f"the whole that {part} is a part of"


@dataclass(frozen=True)
class Figure:
    """A proposed figure; the columns of a transcript, and why.

    ``line`` counts from 1; ``start`` is its place in the line or cell. ``rivals`` are candidates
    that were not taken, best first; its own words allow the first ``choices`` of them.
    ``looked_again`` says what a second look changed. ``marks`` are what speaks for and against all
    of it being right, ``chance`` how likely that is. ``sentence`` is where its sentence begins in
    the line, -1 for a cell. ``named`` is another unit that its text names, where it was read as
    the document's own.
    """

    line: int
    start: int
    printed: str
    section: str
    place: str
    area: str
    scope: Scope
    period_start: str
    period_end: str
    indicator: str
    breakdown: str
    unit: str
    status: Status
    comparator: Comparator
    reason: str
    rivals: tuple[str, ...] = ()
    choices: int = 0
    read_as: str = ""
    is_scope_said: bool = False
    is_time_said: bool = False
    looked_again: str = ""
    confidence: Confidence = Confidence.NONE
    marks: frozenset[str] = frozenset()
    chance: float = 0.0
    units: frozenset[str] = field(default=frozenset(), repr=False)
    sentence: int = -1
    named: str = ""

    @property
    def end(self) -> int:
        """Where its digits end in the line or cell."""
        return self.start + len(self.printed)

    def is_whole_of(self, part: Figure) -> bool:
        """Whether it is the B of a pair of which ``part`` is the A."""
        return bool(part.indicator) and self.reason == say_whole(part.indicator)


def tabulate_figures(
    figures: Sequence[Figure], reference: Reference, sizes: Sequence[int] = ()
) -> pd.DataFrame:
    """The proposals as observations, for the identities; ``figures`` holds their positions.

    A quantity printed twice with one value is one; with two, the first speaks. ``sizes`` says how
    many of them in turn are of one draft, whose number is their source.
    """
    rows = []
    drafts = [str(at) for at, size in enumerate(sizes or (len(figures),)) for _ in range(size)]
    for position, (figure, draft) in enumerate(zip(figures, drafts, strict=True)):
        value = read_value(figure, reference)
        if not figure.indicator or value is None:
            continue
        unit = reference.indicator_rows[figure.indicator]["unit"]
        is_rounded = reference.unit_rows[unit]["kind"] in ("rate", "money")
        half = 0.5 * 10.0 ** -count_decimals(figure) if is_rounded else 0.0
        try:
            factor = reference.convert_unit(figure.unit or unit, unit)
        except KeyError:
            continue
        quantity = {
            "source_id": draft, "area_id": figure.area, "scope": str(figure.scope),
            "indicator": figure.indicator, "breakdown": figure.breakdown,
            "period_start": figure.period_start, "period_end": figure.period_end,
            "status": str(figure.status), "reading": 1, "value": value * factor,
            "low": (value - half) * factor, "high": (value + half) * factor, "unit": unit,
            "decimals": count_decimals(figure), "comparator": str(figure.comparator),
            "is_published": True, "figures": str(position),
        }  # fmt: skip
        rows.append(quantity)
    table = pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS))
    return table.drop_duplicates(list(OBSERVATION_COLUMNS[:8]), ignore_index=True)


def read_value(figure: Figure, reference: Reference) -> float | None:
    """The number of a figure, or nothing where it can be read in two ways."""
    unit = figure.unit or reference.indicator_rows.get(figure.indicator, {}).get("unit", "")
    kind = str(reference.unit_rows[unit]["kind"]) if unit in reference.unit_rows else "other"
    number = _parse(figure.read_as or figure.printed, kind)
    return number.value if number else None


def count_decimals(figure: Figure) -> int:
    """How many digits stand behind the decimal mark."""
    number = _parse(figure.read_as or figure.printed, "other")
    return number.decimals if number else 0


@lru_cache(maxsize=4096)  # each figure is asked for its number several times
def _parse(text: str, kind: str) -> Number | None:
    try:
        return parse_number(text, kind)
    except NumberError:
        return None


BASE, SURE_FROM, CLAIMED_FROM = "(base)", "(sure from)", "(claimed from)"
EQUALS = "="
_FAR = ("(heading)", "(its paragraph)", "(title)", "(the document)", "(goes on with)")
_COUNTED = {"document": "documents", "person": "people"}
_MEASURES = frozenset({"%", "point", "rank"})

OF_WHAT = frozenset({"identity complete", "many figures"})
"""Marks that speak for what is counted, and for nothing where it is open when that was."""
OF_TIME = frozenset({"other days too", "others say when", CARRIED})


def mark_entry(
    entry: FigureText, claim: Claim | None, words: WordsAround, scope: Scope, period: Period
) -> frozenset[str]:
    """What the place and the words of a figure say about how surely it is read."""
    if claim is None:
        return frozenset()
    mention, mentions = entry.mention, entry.mentions
    sentence = [m for m in mentions if m.lead == mention.lead]
    marks = {
        "told far": any(each in claim.reason for each in _FAR),
        "close rival": claim.lead < 2,
        "first of its sentence": not entry.label and sentence[0] is mention,
        "part of another": not entry.label and mention.parent >= 0,
        "many figures": not entry.label and len(sentence) >= 8,
        "long line": len(entry.text.split()) > 90,
        "in a table": entry.label is not None,
        "another time said": _says_another_time(entry, words, period),
        "another level said": _says_another_level(words, scope),
    }
    return frozenset(mark for mark, is_so in marks.items() if is_so)


def _says_another_time(entry: FigureText, words: WordsAround, period: Period) -> bool:
    """Whether a year, day or part of a year stands about a figure that is none of its own."""
    ends = [day for day in (period.start, period.end) if day]
    months = {ends[-1].month, ends[-1].month - ends[0].month + 1} if ends else set()
    own: dict[str, set[tuple[float, ...]]] = {
        "year": {(day.year,) for day in ends},
        "dated": {(day.year,) for day in ends},
        "day": {(day.day, day.month) for day in ends},
        "month": {(day.month,) for day in ends},
        "months": {(month,) for month in months},
        "quarter": {(day.month / 3,) for day in ends[-1:]},
    }
    label, mention = entry.label, entry.mention
    if not label and PATTERNS.compared_to.search(entry.text, mention.lead, mention.numeral.start):
        return False  # "so với tháng 2/2026 (86,8 điểm)"
    near = entry.text[mention.lead : mention.numeral.end]
    if opened := PATTERNS.open_bracket.search(near):
        # "so với năm 2022 (năm 2022 đạt 84,6%": what stands in brackets has its own time.
        near = opened[0] if PATTERNS.said_time.search(opened[0]) else near
    near = f"{label.row} | {label.column} | {label.group}" if label else near
    above = [level.text for level in words.levels if level.name == CAPTION]
    above += [level.text for level in words.levels if level.name == "heading"][:1]
    for text in (near, *above) if ends else ():
        if times := _list_times(text):
            # The nearest that name a time: "9 tháng 2022" in a head, below a caption of this year.
            return not all(said in own[kind] for kind, said in times)
    return False


@lru_cache(maxsize=1024)
def _list_times(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """The kinds and numbers of the times of a text; of days that are counted over, the last."""
    told = PATTERNS.from_to.sub(r"đến \4/\5/\6", PATTERNS.time_of_others.sub(" ", text))
    times = []
    for match in PATTERNS.said_time.finditer(write_months(leave_carried(told))):
        parts = re.findall(r"\w+", str(match[match.lastgroup or 0]).casefold())
        said = tuple(int(WORDS.said_numbers.get(part, part)) for part in parts)
        times.append((str(match.lastgroup), said))
    return times


def _says_another_level(words: WordsAround, scope: Scope) -> bool:
    """Whether the words nearest to a figure that name levels do not name its own."""
    for level in words.levels if scope is not Scope.UNSPECIFIED else ():
        said = level.scopes
        if said and level.name in ("words of its own", "heading", CAPTION):
            is_whole = scope is Scope.WHOLE_DISTRICT and len(said) > 1
            return not is_whole and all(scope not in WORDS.scopes_of_level[each] for each in said)
    return False


def mark_document(
    figures: Sequence[Figure], reference: Reference, identities: Sequence[Identity] = ()
) -> list[frozenset[str]]:
    """The marks of each figure, those by the document as a whole included."""
    in_identity = _find_complete(figures, reference, identities)
    alike: dict[tuple[str, ...], set[float]] = {}
    timed: dict[str, int] = {}
    sentences: dict[tuple[int, int], list[bool]] = {}
    for figure in figures:
        value = read_value(figure, reference)
        sentences.setdefault((figure.line, figure.sentence), []).append(bool(figure.indicator))
        # Whose a figure of an unknown level is nobody knows: two may well be of two.
        is_someones = figure.scope is not Scope.UNSPECIFIED
        if figure.indicator and value is not None and is_someones:
            for name in (name_claim(figure), name_quantity(figure)):
                alike.setdefault(name, set()).add(value)
        if figure.indicator and figure.is_time_said:
            timed.setdefault(_name_kind(figure, reference), figure.line)
    found: list[frozenset[str]] = []
    for at, figure in enumerate(figures):
        if not figure.indicator:
            found.append(frozenset())
            continue
        is_timed = figure.is_time_said or OWN_TIME in figure.marks
        first_timed = timed.get(_name_kind(figure, reference), figure.line)
        told = sentences[figure.line, figure.sentence]
        unit = str(reference.indicator_rows[figure.indicator]["unit"])
        value = read_value(figure, reference)
        is_measured = unit in _MEASURES or reference.unit_rows[unit]["kind"] == "money"
        marks = {
            "identity complete": at in in_identity,
            "two values": len(alike.get(name_claim(figure), ())) > 1,
            "other days too": len(alike.get(name_quantity(figure), ())) > 1,
            "others say when": not is_timed and first_timed < figure.line,
            "no result": figure.status not in (Status.ACTUAL, Status.ESTIMATE),
            "others unread": figure.sentence >= 0 and 2 * told.count(False) >= len(told) - 1 > 0,
            "small count": unit not in _MEASURES and value in range(20),
            "measured": is_measured,
            _COUNTED.get(unit, ""): unit in _COUNTED,
        }
        own = figure.marks | {mark for mark, is_so in marks.items() if is_so}
        found.append(own - OF_WHAT if own & OF_TIME else own)
    return found


def name_quantity(figure: Figure) -> tuple[str, ...]:
    """What a figure is claimed to be, whenever it is counted."""
    return figure.indicator, figure.breakdown, figure.area, str(figure.scope), str(figure.status)


def _name_kind(figure: Figure, reference: Reference) -> str:
    """What is counted over the same days: all that is dossiers or a share of them, else itself."""
    return "dossier" if counts_dossiers(figure.indicator, reference) else figure.indicator


def weigh(marks: frozenset[str], weights: Mapping[str, float]) -> float:
    """How likely all of a figure with these marks is right.

    Examples:
        >>> round(weigh(frozenset({"strong"}), {"(base)": 2.0, "strong": 1.0}), 3)
        0.953
    """
    total = weights[BASE] + sum(weights.get(mark, 0.0) for mark in marks)
    return 1 / (1 + math.exp(-total))


def weigh_figures(
    figures: Sequence[Figure],
    reference: Reference,
    wording: Wording,
    identities: Sequence[Identity] = (),
) -> list[Figure]:
    """Every claim sure or not, by its chance to be right; one with little chance is left open."""
    weighed = []
    for figure, marks in zip(figures, mark_document(figures, reference, identities), strict=True):
        chance = round(weigh(marks, wording.weights), 3) if figure.indicator else 0.0
        confidence, doubt = Confidence.NONE, figure.looked_again
        if figure.indicator and chance >= wording.weights[SURE_FROM]:
            confidence = Confidence.HIGH
        elif figure.indicator:
            # What speaks most against it, in the words of a reviewer.
            against = [mark for mark in sorted(marks) if wording.weights.get(mark, 0.0) < 0]
            against.sort(key=wording.weights.__getitem__)
            told = "; ".join(wording.marks[mark] for mark in against[:2] or [BASE])
            confidence, doubt = Confidence.LOW, doubt or f"less sure: {told}"
            if chance < wording.weights[CLAIMED_FROM]:  # it is a candidate, and no more
                confidence, doubt = Confidence.NONE, f"{figure.indicator} is unlikely; left open"
                rivals = (figure.indicator, *figure.rivals)
                figure = replace(figure, indicator="", breakdown="", rivals=rivals)  # noqa: PLW2901
        weighed.append(
            replace(figure, marks=marks, chance=chance, confidence=confidence, looked_again=doubt)
        )
    return weighed


def name_claim(figure: Figure) -> tuple[str, ...]:
    """What a figure is claimed to be: two values of it cannot both be read rightly."""
    return (*name_quantity(figure), figure.period_start, figure.period_end)


def _find_complete(
    figures: Sequence[Figure], reference: Reference, identities: Sequence[Identity]
) -> set[int]:
    """The positions of the figures of identities of which every part is read."""
    observations = tabulate_figures(figures, reference)
    found: set[int] = set()
    if observations.empty or not identities:
        return found
    there = set(observations["indicator"])
    statements = tabulate_statements(observations, reference)
    positions = [*map(int, statements.figures["figures"])]
    for identity in identities:
        # That a part is no more than its whole says nothing of what both are.
        if identity.operator != EQUALS or not there.issuperset(identity.codes):
            continue
        verdict = evaluate_identity(identity, statements)
        rows = verdict.index.to_numpy()[verdict["is_complete"].to_numpy(dtype=bool)]
        for each in identity.operands:
            found.update(positions[at] for at in statements.pair_figures(each, rows)[1])
    return found
