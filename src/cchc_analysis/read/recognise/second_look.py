"""A second look at what was proposed, with what the figures owe each other.

Comes in as proposals of one document; goes out as proposals, some changed, each change with its
reason. A number that the text repeats takes the place of its twin; an open choice is decided by the
identity that holds for one of the candidates alone; a dot that can be read in two ways is read so
that a sum closes. What stays wrong is left as printed: it is a finding, not ours to mend.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cchc_analysis.data.records import Comparator, Scope
from cchc_analysis.data.reference import Reference
from cchc_analysis.read.recognise.figures import Confidence, Figure
from cchc_analysis.read.recognise.trials import decide_open
from cchc_analysis.read.recognise.twins import (
    take_maximum_of_twins,
    take_plan_of_twins,
    take_scope_of_twins,
    take_window_of_twins,
)
from cchc_analysis.read.recognise.values import count_decimals, read_value
from cchc_analysis.read.recognise.wording import Wording
from cchc_analysis.rules import Identity

_RESOLVED = "dossiers_resolved_"
LESS = "less than its communes have"
_ONE_DOT = re.compile(r"\d{1,2}\.\d{3}")


def look_again(
    figures: Sequence[Figure],
    wording: Wording,
    reference: Reference,
    identities: Iterable[Identity] = (),
) -> tuple[Figure, ...]:
    """Look again at the proposals of one document."""
    found = _complete_wholes(list(figures), wording)
    found = take_scope_of_twins(found, reference)
    found = take_window_of_twins(found)
    found = take_maximum_of_twins(found)
    found = take_plan_of_twins(found, reference)
    found = _tell_impossible_wholes(found, reference)
    found = _read_dots_again(found, reference)
    found = _check_shares(found, reference)
    found = _tell_on_time(found, reference)
    return tuple(decide_open(found, reference, tuple(identities)))


def _complete_wholes(figures: list[Figure], wording: Wording) -> list[Figure]:
    """A total without words of its own that comes back as the B of a pair in its line."""
    wholes = {rule.over for rule in wording.rules.values() if rule.over}
    first: dict[tuple[int, str], Figure] = {}
    for figure in figures:
        if figure.indicator in wholes:
            first.setdefault((figure.line, figure.printed), figure)
    found = []
    for each in figures:
        figure = each
        twin = first.get((figure.line, figure.printed))
        if not figure.indicator and twin and twin.start > figure.start:
            figure = replace(
                figure, indicator=twin.indicator, scope=twin.scope, unit=twin.unit,
                period_start=twin.period_start, period_end=twin.period_end,
                confidence=Confidence.LOW, reason="comes back as the whole of a pair in its line",
                looked_again="took the indicator of the same number further on in the line",
            )  # fmt: skip
        found.append(figure)
    return found


def _tell_on_time(figures: list[Figure], reference: Reference) -> list[Figure]:
    """Dossiers "đúng hạn" are on time, the early ones included, where nothing tells those apart.

    So it is where, with the overdue ones, they are all that was resolved, and where they are told
    of all that was ("giải quyết đúng hạn 96/98 hồ sơ") and the overdue ones are not told at all.
    """
    places: dict[tuple[str, ...], dict[str, list[int]]] = {}
    for at, figure in enumerate(figures):
        key = (str(figure.scope), figure.area, figure.period_end, figure.breakdown)
        if figure.comparator is Comparator.EQUAL:
            places.setdefault(key, {}).setdefault(figure.indicator, []).append(at)
    found = [*figures]
    for known in places.values():
        on_due = known.get("dossiers_resolved_on_due", [])
        if "dossiers_resolved_early" in known or len(on_due) != 1:
            continue
        if why := _find_why_on_time(figures, on_due[0], known, reference):
            found[on_due[0]] = replace(
                figures[on_due[0]], indicator="dossiers_resolved_on_time",
                confidence=Confidence.LOW, looked_again=why,
            )  # fmt: skip
    return found


def _find_why_on_time(
    figures: Sequence[Figure], at: int, known: Mapping[str, list[int]], reference: Reference
) -> str:
    """Why dossiers "đúng hạn" hold the early ones; "" where nothing says so."""
    overdue = [read_value(figures[n], reference) for n in known.get(f"{_RESOLVED}overdue", [])]
    whole = [read_value(figures[n], reference) for n in known.get(f"{_RESOLVED}total", [])]
    value = read_value(figures[at], reference)
    if len(overdue) == len(whole) == 1 and None not in (value, *overdue, *whole):
        is_all = whole[0] == (value or 0) + (overdue[0] or 0)
        return "with the overdue ones it is all that was resolved: no other is early" * is_all
    is_pair = at + 1 < len(figures) and figures[at + 1].is_whole_of(figures[at])
    is_told = is_pair and not overdue
    return "it is told of all that was resolved, and no other is early" * is_told


def _tell_impossible_wholes(figures: list[Figure], reference: Reference) -> list[Figure]:
    """A count that nobody says is of the whole, and that is less than that of its communes.

    A whole is no less than its part: where no other figure is the office's, it is this one.
    """
    parts: dict[tuple[str, ...], dict[Scope, float]] = {}
    for figure in figures:
        if figure.indicator and figure.is_scope_said:
            known = parts.setdefault(_name_quantity(figure), {})
            known[figure.scope] = max(
                known.get(figure.scope, 0.0), read_value(figure, reference) or 0.0
            )
    found = []
    for each in figures:
        figure, known = each, parts.get(_name_quantity(each), {})
        kind = _find_kind(figure, reference)
        is_open = figure.scope is Scope.WHOLE_DISTRICT and not figure.is_scope_said
        value = read_value(figure, reference)
        is_less = value is not None and value < known.get(Scope.COMMUNE_AGGREGATE, 0.0)
        if is_open and kind == "count" and is_less and Scope.DISTRICT_OFFICE not in known:
            figure = replace(
                figure, scope=Scope.DISTRICT_OFFICE, confidence=Confidence.LOW,
                looked_again=f"{LESS}, so it cannot be the whole",
            )  # fmt: skip
        found.append(figure)
    return _follow_offices(found)


def _follow_offices(figures: list[Figure]) -> list[Figure]:
    """What stands behind a count that turned out to be the office's is the office's too."""
    turned: dict[int, int] = {}
    for figure in figures:
        if figure.scope is Scope.DISTRICT_OFFICE and figure.looked_again.startswith(LESS):
            turned.setdefault(figure.line, figure.start)
    found = []
    for each in figures:
        figure = each
        is_open = figure.scope is Scope.WHOLE_DISTRICT and not figure.is_scope_said
        if is_open and figure.start > turned.get(figure.line, figure.start):
            figure = replace(
                figure, scope=Scope.DISTRICT_OFFICE,
                confidence=Confidence.LOW if figure.indicator else figure.confidence,
                looked_again="stands behind a count that can only be the office's",
            )  # fmt: skip
        found.append(figure)
    return found


def _name_quantity(figure: Figure) -> tuple[str, ...]:
    return (
        figure.indicator, figure.breakdown, str(figure.status), figure.period_start,
        figure.period_end, figure.area,
    )  # fmt: skip


def _find_kind(figure: Figure, reference: Reference) -> str:
    row = reference.indicator_rows.get(figure.indicator)
    return str(reference.unit_rows[row["unit"]]["kind"]) if row else ""


def _read_dots_again(figures: list[Figure], reference: Reference) -> list[Figure]:
    """A rate or score with a dot before three digits: a decimal, if thousands are out of range."""
    found = []
    for each in figures:
        figure = each
        row = reference.indicator_rows.get(figure.indicator, {})
        most = str(row.get("range_max", ""))
        if figure.read_as or not _ONE_DOT.fullmatch(figure.printed) or not most:
            found.append(figure)
            continue
        if _find_kind(figure, reference) in ("rate", "score") and float(most) < 1000:
            figure = replace(
                figure, read_as=figure.printed.replace(".", ","), confidence=Confidence.LOW,
                looked_again=f"the dot is read as a decimal mark: no more than {most} can be",
            )  # fmt: skip
        found.append(figure)
    return found


def _check_shares(figures: list[Figure], reference: Reference) -> list[Figure]:
    """A share named only by what stands before it must be that share of its whole."""
    found = []
    for at, each in enumerate(figures):
        figure = each
        if figure.reason.startswith("a share right behind"):
            row = reference.indicator_rows[figure.indicator]
            part = _last_value(figures, at, str(row["numerator"]), figure, reference)
            whole = _last_value(figures, at, str(row["denominator"]), figure, reference)
            share = read_value(figure, reference)
            if share is not None and _is_other_share(figures, at, row, reference):
                figure = replace(
                    figure, indicator="", confidence=Confidence.NONE,
                    rivals=figure.rivals,
                    looked_again="it is the share that the figure before it has in another one",
                )  # fmt: skip
            elif part and whole and share is not None and abs(100 * part / whole - share) > 3:
                figure = replace(
                    figure, indicator="", confidence=Confidence.NONE,
                    rivals=(figure.indicator, *figure.rivals),
                    looked_again=f"{100 * part / whole:.1f} % would be the share; left open",
                )  # fmt: skip
        found.append(figure)
    return found


def _is_other_share(
    figures: Sequence[Figure], at: int, row: Mapping[str, str], reference: Reference
) -> bool:
    """Whether a share is that of the figure before it in something else than its whole."""
    before, share = figures[at - 1], read_value(figures[at], reference)
    value = read_value(before, reference)
    if before.indicator == row["numerator"] or not value or share is None or share == 100:
        return False
    half = 0.5 * 10.0 ** -count_decimals(figures[at]) + 0.01
    wholes = [
        read_value(other, reference)
        for other in figures[max(0, at - 12) : at - 1]
        if other.scope == before.scope
        and other.unit == before.unit
        and other.indicator != row["denominator"]
    ]
    return any(whole and abs(100 * value / whole - share) <= half for whole in wholes)


def _last_value(
    figures: Sequence[Figure], at: int, code: str, like: Figure, reference: Reference
) -> float | None:
    for figure in reversed(figures[max(0, at - 12) : at]):
        if code and figure.indicator == code and figure.scope == like.scope:
            return read_value(figure, reference)
    return None
